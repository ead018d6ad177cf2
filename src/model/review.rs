//! Whose approval a part of a change needs.

use super::Principal;
use std::collections::BTreeSet;

/// Some people of whom some must approve.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Review {
    /// Any of them.
    pub who: Vec<Principal>,
    /// How many; at least 1.
    pub approvals: u32,
}

impl Review {
    /// Adds one to a list in which no review follows from another. One that names nobody waits for whoever stands in, and
    /// has nothing to do with the others.
    pub fn enter(self, list: &mut Vec<Self>) {
        let follows = |wide: &Self, narrow: &Self| {
            let enough = narrow.approvals >= wide.approvals && narrow.who.is_empty() == wide.who.is_empty();
            enough && narrow.who.len() <= wide.who.len() && within(&narrow.who, &wide.who)
        };
        if list.iter().any(|known| follows(&self, known)) {
            return;
        }
        list.retain(|known| !follows(known, &self));
        list.push(self);
    }
}

/// Every name of one list is in the other; a long one is sorted first.
fn within(narrow: &[Principal], wide: &[Principal]) -> bool {
    const SHORT: usize = 32;
    if wide.len() <= SHORT {
        return narrow.iter().all(|who| wide.contains(who));
    }
    let wide: BTreeSet<&Principal> = wide.iter().collect();
    narrow.iter().all(|who| wide.contains(who))
}
