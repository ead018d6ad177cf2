//! Text to nouns. No I/O.

mod attachment;
mod baseline;
pub mod calendar;
mod config;
mod conftest;
mod constraint;
pub mod dialect;
pub mod diff;
mod document;
mod exception;
mod forge_facts;
mod format;
pub mod import;
mod lockdown;
mod matrix;
pub mod metadata;
mod problem;
mod reading;
mod schema;
mod shown;
pub mod syntax;
mod template;
pub mod trailers;
mod yaml;

pub use attachment::attachment;
pub use baseline::baseline;
pub use config::config;
pub use conftest::{conftest, conftest_data};
pub use exception::exception;
pub use forge_facts::forge_facts;
pub use lockdown::lockdown;
pub use matrix::matrix;
pub use problem::{InvalidFile, Problem};
pub use schema::schemas;
pub use template::template;
