//! Reviews and comments of a forge to what they mean: who approves which content, who refuses, holds, claims.
//!
//! A review names the commit it is about. A comment does so only when it says which, when nobody could have written it
//! before the gate had judged that commit, and when nobody has touched it since: whoever may write to a repository may
//! edit what others wrote.

use crate::model::{
    Account, Approval, ApprovalDecision, ApproverKind, Command, CommitId, Content, Finding, Hold, Misread, Moment,
    Permission, Principal, PullReview, Remark, ReviewState, Severity, Spoken, SpokenClaim,
};
use std::collections::BTreeMap;

/// A comment with what stands in it and what is known of it.
#[derive(Clone, Debug)]
pub struct Heard<'a> {
    /// The comment.
    pub remark: &'a Remark,
    /// Its commands, in order.
    pub commands: Vec<Command>,
    /// What only looks like one.
    pub misread: Vec<Misread>,
    /// Nobody has edited it, for certain.
    pub untouched: bool,
}

/// What a short commit id in a comment means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// The commit.
    pub commit: CommitId,
    /// Since when the gate's own status has stood on it; `None` when it never did.
    pub judged: Option<Moment>,
}

/// What the gate knows of the people and commits that are spoken of.
#[derive(Clone, Debug, Default)]
pub struct Acquainted {
    /// Short ids to commits; one that is missing names none, or several.
    pub commits: BTreeMap<String, Named>,
    /// What people may do here, by login in lower case; whoever is missing may nothing, as far as is known.
    pub rights: BTreeMap<String, Permission>,
}

impl Acquainted {
    /// They may write to the repository, for certain.
    pub fn writes(&self, account: &Account) -> bool {
        self.may(account, Permission::Write)
    }

    fn may(&self, account: &Account, least: Permission) -> bool {
        self.rights.get(&account.login.to_lowercase()).is_some_and(|right| *right >= least)
    }

    /// They may not, for certain: what only slows a change down counts as long as nobody knows.
    fn may_not(&self, account: &Account, least: Permission) -> bool {
        self.rights.get(&account.login.to_lowercase()).is_some_and(|right| *right < least)
    }
}

/// Everybody whose rights matter to what they said.
pub fn speakers<'a>(reviews: &'a [PullReview], heard: &'a [Heard<'a>]) -> Vec<&'a Account> {
    let approving = reviews.iter().filter(|review| review.state == ReviewState::Approved);
    let commanding = heard.iter().filter(|heard| !heard.commands.is_empty());
    let all = approving.filter_map(|review| review.by.as_ref());
    let mut all: Vec<&Account> = all.chain(commanding.filter_map(|heard| heard.remark.by.as_ref())).collect();
    all.retain(|account| account.person);
    all.sort_by_key(|account| account.login.to_lowercase());
    all.dedup_by_key(|account| account.login.to_lowercase());
    all
}

/// What it all means for a change that would land `head`.
pub fn spoken(head: &CommitId, reviews: &[PullReview], heard: &[Heard<'_>], known: &Acquainted) -> Spoken {
    let mut spoken = Spoken::default();
    reviewed(reviews, known, &mut spoken);
    let mut heard: Vec<&Heard<'_>> = heard.iter().collect();
    heard.sort_by_key(|heard| (heard.remark.created_at, heard.remark.id));
    for said in heard {
        listen(said, known, &mut spoken);
    }
    let refused = |word: &Approval| word.decision == ApprovalDecision::Reject;
    for (_, commit) in spoken.approvals.iter_mut().filter(|(word, commit)| refused(word) && commit.is_none()) {
        *commit = Some(head.0.clone());
    }
    spoken
}

/// Reviews: a dismissed one takes everything back that its author reviewed before.
fn reviewed(reviews: &[PullReview], known: &Acquainted, spoken: &mut Spoken) {
    let mut dismissed: BTreeMap<u64, (Option<Moment>, u64)> = BTreeMap::new();
    for review in reviews.iter().filter(|review| review.state == ReviewState::Dismissed) {
        let Some(by) = &review.by else { continue };
        let place = (review.at, review.id);
        let latest = dismissed.entry(by.id).or_insert(place);
        *latest = place.max(*latest);
    }
    for review in reviews {
        let decision = match review.state {
            ReviewState::Approved => ApprovalDecision::Approve,
            ReviewState::ChangesRequested => ApprovalDecision::Reject,
            ReviewState::Commented | ReviewState::Dismissed | ReviewState::Pending => continue,
        };
        let Some(by) = &review.by else { continue };
        if dismissed.get(&by.id).is_some_and(|taken_back| (review.at, review.id) <= *taken_back) {
            continue;
        }
        if decision == ApprovalDecision::Approve && by.person && !known.may(by, Permission::Write) {
            spoken.noticed.push(no_right(by, "approves", "write"));
            continue;
        }
        let commit = review.commit.as_ref().map(|commit| commit.0.clone());
        spoken.approvals.push((approval(by, decision, review.at), commit));
    }
}

fn approval(by: &Account, decision: ApprovalDecision, at: Option<Moment>) -> Approval {
    Approval {
        by: Principal::login(&by.login),
        kind: if by.person { ApproverKind::User } else { ApproverKind::Bot },
        decision,
        at,
        teams: Vec::new(),
        content: Content::Unknown,
    }
}

/// One comment.
fn listen(said: &Heard<'_>, known: &Acquainted, spoken: &mut Spoken) {
    let remark = said.remark;
    let Some(by) = remark.by.as_ref().filter(|by| by.person) else { return };
    let who = Principal::login(&by.login);
    spoken.misread.extend(said.misread.iter().map(|misread| (who.clone(), misread.clone())));
    if said.commands.is_empty() {
        return;
    }
    let Some(at) = remark.created_at else { return };
    let doubt = match (&remark.via_app, said.untouched) {
        (Some(_), _) => Some("an app wrote it in their name"),
        (None, false) => Some("it was edited, or may have been; write a new one"),
        (None, true) => None,
    };
    // Whoever edits an objection must not be rid of it.
    let objects = |command: &&Command| matches!(command, Command::Reject { .. } | Command::Hold { .. });
    if let Some(why) = doubt.filter(|_| !said.commands.iter().all(|command| objects(&command))) {
        let msg = format!("a comment of {who} does not count: {why}");
        spoken.noticed.push(Finding::new("COMMAND_IGNORED", Severity::Warn, msg).help(HELP));
    }
    for command in said.commands.iter().filter(|command| doubt.is_none() || objects(command)) {
        match command {
            Command::Approve { commit } => match named(commit, at, known) {
                Ok(named) if known.may(by, Permission::Write) => {
                    unsay(&mut spoken.approvals, &who);
                    spoken.approvals.push((approval(by, ApprovalDecision::Approve, Some(at)), Some(named)));
                }
                Ok(_) => spoken.noticed.push(no_right(by, "approves", "write")),
                Err(why) => {
                    let msg = format!("the approval of {commit} by {who} does not count: {why}");
                    spoken.noticed.push(Finding::new("COMMAND_IGNORED", Severity::Warn, msg).help(HELP));
                }
            },
            Command::Reject { reason } => {
                spoken.approvals.push((approval(by, ApprovalDecision::Reject, Some(at)), None));
                let msg = if reason.is_empty() { format!("{who} refuses") } else { format!("{who} refuses: {reason}") };
                spoken.noticed.push(Finding::new("REFUSED", Severity::Info, msg));
            }
            Command::Hold { .. } if known.may_not(by, Permission::Triage) => {
                spoken.noticed.push(no_right(by, "asks for something", "triage"));
            }
            Command::Class { .. } if !known.may(by, Permission::Triage) => {
                spoken.noticed.push(no_right(by, "asks for something", "triage"));
            }
            Command::Hold { reason } => {
                spoken.holds.retain(|hold| hold.by != who);
                spoken.holds.push(Hold { by: who.clone(), reason: reason.clone(), at });
            }
            Command::Release => {
                let all = known.may(by, Permission::Maintain);
                spoken.holds.retain(|hold| !all && hold.by != who);
                unsay(&mut spoken.approvals, &who);
            }
            Command::Class { class, rest } => {
                spoken.claims.push(SpokenClaim { by: who.clone(), class: *class, trailers: said_beside(rest), at });
            }
        }
    }
}

/// `INC-42; Criterion: restore-service` as trailers: what has no key is the incident.
fn said_beside(rest: &str) -> Vec<(String, String)> {
    let parts = rest.split(';').map(str::trim).filter(|part| !part.is_empty());
    let trailer = |part: &str| match part.split_once(':') {
        Some((key, value)) => (key.trim().to_owned(), value.trim().to_owned()),
        None => ("Incident".to_owned(), part.to_owned()),
    };
    parts.map(trailer).collect()
}

/// A rejection by comment names no content, so it stands until its author takes it back.
fn unsay(approvals: &mut Vec<(Approval, Option<String>)>, who: &Principal) {
    approvals.retain(|(word, commit)| word.by != *who || word.decision != ApprovalDecision::Reject || commit.is_some());
}

/// The commit that a comment means: one that the gate had judged when the comment was written.
fn named(short: &str, at: Moment, known: &Acquainted) -> Result<String, &'static str> {
    let named = known.commits.get(short).ok_or("that is no commit of this change, or the beginning of several")?;
    match named.judged {
        Some(judged) if judged <= at => Ok(named.commit.0.clone()),
        _ => Err("the gate had not judged that commit when it was written"),
    }
}

fn no_right(by: &Account, does: &str, least: &str) -> Finding {
    let msg = format!("@{} {does}, and is not known to have the permission `{least}` here", by.login);
    Finding::new("NO_PERMISSION", Severity::Warn, msg)
        .help("only people who may write to the repository approve; a token that may not ask counts as no")
}

const HELP: &str = "approve by a review, or by a new comment `/approve SHA` that names the commit";
