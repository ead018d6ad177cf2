//! How a file changes, by value and by line: two states of it in, every difference out.
//!
//! A difference is never lost here. What the comparison cannot follow (too many edits) makes the file unanalysable, and
//! whatever differs outside the values that were compared is said as `elsewhere`.

mod align;
mod elsewhere;
mod lines;
mod lock;
mod lock_file;
mod lock_pairs;
mod lock_values;
mod manifest;
mod range;
mod values;
pub(super) mod version;

pub use lines::line_edits;
pub use lock::lock_edits;
pub use lock_file::{LockState, lock_value_edits};
pub use manifest::consistent;
pub use values::{Condition, value_edits};
