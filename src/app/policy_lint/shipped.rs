//! The shipped policies as files: what an organisation's rules name, for tools that must see it.

use crate::app::failure::Failure;
use crate::policy::shipped::SHIPPED;
use crate::world::files::{self, Written};
use std::path::Path;

/// Their names, one a line.
pub fn names() -> String {
    SHIPPED.iter().map(|(file, _)| format!("{file}\n")).collect()
}

/// Writes them into a folder, and returns what to tell.
///
/// # Errors
/// When a file cannot be written.
pub fn write(folder: &Path) -> Result<String, Failure> {
    let mut told = String::new();
    for (file, text) in SHIPPED {
        let written = files::write(folder, file, text, true).map_err(Failure::world)?;
        let mark = if written == Written::New { "wrote" } else { "replaced" };
        told.push_str(&format!("{mark:<9}{file}\n"));
    }
    Ok(told)
}
