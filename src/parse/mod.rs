//! Text to nouns. No I/O.
