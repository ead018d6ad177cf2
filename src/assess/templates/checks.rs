//! Whether a check that a template requires is green on exactly the head, and if not, why.

use crate::assess::Evidence;

/// Why a check is not green; `None` where all of its results on exactly this head are a success.
pub(super) fn not_green(name: &str, evidence: &Evidence) -> Option<String> {
    let head = evidence.change.head.as_ref().map(|id| id.0.as_str()).or(evidence.forge.head.as_deref());
    let all: Vec<_> = evidence.forge.checks.iter().filter(|check| check.name == name).collect();
    let on_head = |commit: Option<&str>| commit.is_some() && commit == head;
    let here: Vec<_> = all.iter().filter(|check| on_head(check.commit.as_deref())).collect();
    if let Some(red) = here.iter().find(|check| check.conclusion != "success") {
        let conclusion = if red.conclusion.is_empty() { "not done" } else { &red.conclusion };
        return Some(format!("the check {name} is not green on the head: {conclusion}"));
    }
    if !here.is_empty() {
        return None;
    }
    let green = all.iter().find(|check| check.conclusion == "success");
    Some(match (green.map(|check| check.commit.as_deref()), head) {
        (None, _) if all.is_empty() => format!("the check {name} is not green on the head: nothing is known of it"),
        (None, _) => format!("the check {name} is not green on the head: all that is known is of other commits"),
        (Some(None), _) => format!("the check {name} is green, and the facts do not say on which `commit`"),
        (Some(Some(commit)), Some(head)) => {
            format!("the check {name} is green on {}, and the head is {}", short(commit), short(head))
        }
        (Some(Some(commit)), None) => {
            format!("the check {name} is green on {}, and which commit the head is, is not known", short(commit))
        }
    })
}

/// As much of a commit's name as people read.
fn short(commit: &str) -> String {
    commit.chars().take(12).collect()
}
