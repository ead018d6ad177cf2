//! What people said about a change on a forge, as far as it counts.

use super::{Approval, ChangeClass, Finding, Misread, Moment, Principal};

/// Everything said, sorted by what it means.
#[derive(Clone, Debug, Default)]
pub struct Spoken {
    /// Approvals and rejections, each with the commit it is about.
    pub approvals: Vec<(Approval, Option<String>)>,
    /// Who wants it to wait.
    pub holds: Vec<Hold>,
    /// Classes asked for by comment.
    pub claims: Vec<SpokenClaim>,
    /// What looks like a command and is none.
    pub misread: Vec<(Principal, Misread)>,
    /// What was said and does not count, with the reason.
    pub noticed: Vec<Finding>,
}

/// Somebody wants the change to wait.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hold {
    /// Who.
    pub by: Principal,
    /// Why; may be empty.
    pub reason: String,
    /// Since when.
    pub at: Moment,
}

/// A class asked for by comment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SpokenClaim {
    /// Who.
    pub by: Principal,
    /// Which.
    pub class: ChangeClass,
    /// What follows it, as trailers: key and value.
    pub trailers: Vec<(String, String)>,
    /// When.
    pub at: Moment,
}
