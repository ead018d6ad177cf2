//! A decision to words, one file per format.
