//! Stands in for the published schemas until they land.

/// The names.
pub fn names() -> Vec<&'static str> {
    vec!["config", "decision", "facts", "input"]
}

/// The text of one.
pub fn text(name: &str) -> Option<&'static str> {
    names().contains(&name).then_some("{}\n")
}
