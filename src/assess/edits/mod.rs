//! How a file changes, by value and by line: two states of it in, every difference out.
//!
//! A difference is never lost here. What the comparison cannot follow (too many edits) makes the file unanalysable, and
//! whatever differs outside the values that were compared is said as `elsewhere`.

mod align;
mod elsewhere;
mod lines;
mod values;

pub use lines::line_edits;
pub use values::value_edits;
