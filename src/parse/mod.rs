//! Text to nouns. No I/O.

mod baseline;
pub mod calendar;
mod config;
mod constraint;
pub mod dialect;
pub mod diff;
mod document;
mod exception;
mod forge_facts;
mod format;
pub mod import;
mod lockdown;
pub mod lockfile;
mod matrix;
pub mod metadata;
mod policy_cases;
mod problem;
mod reading;
mod schema;
mod shown;
pub mod syntax;
mod template;
pub mod trailers;
mod yaml;
mod yaml_document;

pub use baseline::baseline;
pub use config::config;
pub use exception::exception;
pub use forge_facts::forge_facts;
pub use lockdown::lockdown;
pub use matrix::matrix;
pub use policy_cases::{EMPTY as EMPTY_INPUT, policy_cases, policy_input};
pub use problem::{InvalidFile, Problem};
pub use schema::schemas;
pub use template::template;
