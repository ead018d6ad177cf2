//! Text to nouns. No I/O.

pub mod diff;
pub mod trailers;
