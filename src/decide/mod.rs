//! Findings to a decision. Cannot fail.
