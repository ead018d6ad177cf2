//! Text to nouns. No I/O.

pub mod calendar;
pub mod diff;
pub mod trailers;
