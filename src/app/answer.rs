//! An answer in words: the formats and what the reader's screen can do.

pub use crate::report::{AuditFormat, Format, OwnersFormat, Style, render, render_audit, render_owners};
