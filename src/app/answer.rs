//! The answer's shapes: the door from the front to the report room.

pub use crate::report::{Format, Style, render};
