//! stand-in
use crate::model::*;
pub struct Metadata {
    pub custom: std::collections::BTreeMap<String, Datum>,
    pub related_resources: Vec<String>,
    pub annotates: Option<u32>,
}
pub struct P {
    pub message: String,
    pub line: u32,
}
pub fn metadata(_s: &str) -> (Vec<Metadata>, Vec<P>) {
    (Vec::new(), Vec::new())
}
