//! A plain tree of values: what a parameter of a policy, or a value inside a document, may be.

use std::collections::BTreeMap;

/// A value as JSON knows it, without a place and without a crate.
#[derive(Clone, PartialEq, Debug)]
pub enum Datum {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(String),
    /// A list, in order.
    List(Vec<Datum>),
    /// A table, by key.
    Map(BTreeMap<String, Datum>),
}

impl Datum {
    /// The text, when it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}
