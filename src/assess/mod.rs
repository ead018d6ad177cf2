//! Nouns to facts: what scope, ownership, templates, calendars and claims say about this change.
//!
//! Everything expensive or subtle (matching paths, combining owners, reading dates) happens here, once, so that a rule
//! reads like a sentence. Pure: the same evidence gives the same facts. It cannot fail; what could not be read arrives
//! as a reason to refuse.

mod actors;
mod approvals;
mod claims;
mod codeowners;
mod constraints;
mod disagreements;
pub mod draft;
pub mod duties;
pub mod edits;
mod exceptions;
mod files;
mod lockdowns;
mod roster;
mod rows;
mod spoken;
mod teams;
mod templates;

pub use approvals::unexplained;
pub use claims::Statement;
pub use codeowners::codeowners;
pub use exceptions::overview;
pub use roster::roster;
pub use spoken::{Acquainted, Heard, Named, speakers, spoken};
pub use teams::teams;
pub use templates::{
    Fit, asks_for_edits, asks_for_locks, asks_for_samples, codes as template_lint_codes, conditions, covered, fit,
    lints as template_lints, proof, standing,
};

use crate::model::{
    Attachment, CalendarState, Change, Config, ControlFiles, Diff, Exception, Facts, FileEdits, FileStatus, Finding,
    ForgeFacts, Identity, Incident, IntegrityError, Lockdown, Membership, Moment, Ownership, Presence, Principal,
    Review, RiskFactors, RowId, Sample, Severity, Stats, Template,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Everything gathered about one change, before anything is concluded from it.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The time of the evaluation.
    pub now: Moment,
    /// Where the change would be deployed.
    pub environment: String,
    /// What is proposed.
    pub change: Change,
    /// The commit that approvals and checks must be about: the head; for a patch from outside, the head of the facts;
    /// for what is not committed yet, none.
    pub head: Option<String>,
    /// How files change by value and by line, by their place in the diff: those that somebody asks about.
    pub edits: BTreeMap<usize, Arc<FileEdits>>,
    /// Who answers for what, at the base revision.
    pub ownership: Ownership,
    /// The configuration, at the base revision.
    pub config: Config,
    /// The templates, at the base revision.
    pub templates: Vec<Template>,
    /// The samples of the templates that may make the change standard, looked up; by template.
    pub samples: BTreeMap<String, Vec<Sample>>,
    /// The freeze calendars that apply to the environment, at `now`.
    pub calendars: Vec<CalendarState>,
    /// The calendars templates name as their window, by file: open or not.
    pub windows: BTreeMap<String, bool>,
    /// The lockdowns, at the base revision.
    pub lockdowns: Vec<Lockdown>,
    /// The exceptions, at the base revision.
    pub exceptions: Vec<Exception>,
    /// What was attached.
    pub attachments: Vec<Attachment>,
    /// What the forge says.
    pub forge: ForgeFacts,
    /// Where a claim was looked for, the weightiest source first.
    pub statements: Vec<Statement>,
    /// Authors, committers and co-authors of the commits.
    pub identities: Vec<Identity>,
    /// What an older approval saw, by commit; `None` when it could not be read.
    pub seen: BTreeMap<String, Option<Diff>>,
    /// What makes the evidence incomplete in a way that must block.
    pub errors: Vec<IntegrityError>,
    /// What was noticed on the way.
    pub noticed: Vec<Finding>,
}

impl Evidence {
    /// A change of nothing, in a repository that says nothing: what everything else is laid over.
    pub fn of_nothing(environment: &str, now: Moment) -> Self {
        Self {
            now,
            environment: environment.to_owned(),
            change: Change::default(),
            head: None,
            edits: BTreeMap::new(),
            ownership: Ownership::default(),
            config: Config::default(),
            templates: Vec::new(),
            samples: BTreeMap::new(),
            calendars: Vec::new(),
            windows: BTreeMap::new(),
            lockdowns: Vec::new(),
            exceptions: Vec::new(),
            attachments: Vec::new(),
            forge: ForgeFacts::default(),
            statements: Vec::new(),
            identities: Vec::new(),
            seen: BTreeMap::new(),
            errors: Vec::new(),
            noticed: Vec::new(),
        }
    }
}

/// Concludes the facts from the evidence.
pub fn assess(evidence: Evidence) -> Facts {
    let control = ControlFiles::new(&evidence.config.control_files);
    let membership = membership(&evidence.ownership, &evidence.forge);
    let presence = evidence.ownership.matrix().map(|matrix| Presence::of(matrix, evidence.now)).unwrap_or_default();
    let actors = actors::actors(&evidence, &membership);
    let judge = files::Judge { ownership: &evidence.ownership, config: &evidence.config, control: &control };
    let mut disagreements = disagreements::Disagreements::new(&membership);
    let diffs = evidence.change.diff.files.iter().enumerate();
    let edits = |at| evidence.edits.get(&at).cloned();
    let mut files: Vec<_> = diffs.map(|(at, diff)| judge.file(diff, edits(at), &mut disagreements)).collect();
    let stats = stats(&files);
    let truncated = truncated(&evidence);
    let rows = rows::rows(&evidence, &files);
    let claims = claims::claims(&evidence);
    let templates = templates::templates(&evidence, &membership, &actors, &mut files, stats);
    let approvals = approvals::approvals(&evidence, &judge, &membership);
    let touched: BTreeSet<&RowId> = rows.keys().collect();
    let lockdowns = lockdowns::lockdowns(&evidence, &touched, &approvals, &actors, (&membership, &presence));
    let anonymous = if approvals.is_empty() { None } else { unattributed(&actors) };
    let disagree = disagreements.findings(&evidence.config.ownership.severity);
    let lost = templates::outcomes_of_nobody(&evidence.templates, &evidence.forge.outcomes);
    let noticed = [evidence.noticed.clone(), claims.noticed, lost, disagree, Vec::from_iter(anonymous)].concat();
    let control_reviews = control_reviews(&evidence, &files);
    let exceptions = exceptions::exceptions(evidence.exceptions, &evidence.config, &membership, evidence.now);
    Facts {
        now: evidence.now,
        environment: evidence.environment,
        base: evidence.change.base,
        head: evidence.change.head,
        title: evidence.forge.title.unwrap_or_default(),
        body: evidence.forge.body.unwrap_or_default(),
        labels: evidence.forge.labels,
        checks: evidence.forge.checks,
        attachments: Arc::new(evidence.attachments),
        overdue_reviews: overdue_reviews(&evidence.forge.obligations, evidence.now),
        incident: incident(&claims.text, &evidence.forge.incidents),
        files: Arc::new(files),
        stats,
        truncated,
        rows,
        has_ownership: evidence.ownership.has_source(),
        actors,
        risk: RiskFactors { declared: claims.risk, declared_unreadable: claims.risk_unreadable },
        claims: claims.claims,
        claim_text: claims.text,
        templates,
        calendars: evidence.calendars,
        lockdowns,
        control_owners: everybody(&control_reviews),
        control_reviews,
        change_authority: evidence.config.change_authority.clone(),
        escalation: evidence.ownership.sources.matrix.and_then(|matrix| matrix.escalation),
        approvals,
        approval_expires_after: evidence.config.approval_expires_after,
        membership,
        presence,
        exceptions,
        config: evidence.config,
        errors: evidence.errors,
        noticed,
    }
}

/// The incident the change names, as the forge knows it.
fn incident(text: &crate::model::ClaimText, incidents: &[Incident]) -> Option<Incident> {
    let id = text.incident.as_ref()?;
    incidents.iter().find(|incident| incident.id.eq_ignore_ascii_case(id)).cloned()
}

/// What the matrix and the forge know about teams and addresses. A forge's answer about `@org/team` stands beside the
/// matrix's `[teams.team]`; [`Membership::members`] prefers it.
pub fn membership(ownership: &Ownership, forge: &ForgeFacts) -> Membership {
    let mut membership = Membership::of(ownership.matrix());
    for (name, members) in &forge.teams {
        let people = members.iter().map(|member| actors::known(member, &membership)).collect();
        membership.teams.insert(Principal::team(name).key().to_owned(), people);
    }
    membership
}

fn stats(files: &[crate::model::FileFacts]) -> Stats {
    let mut stats = Stats::default();
    for file in files {
        stats.files += 1;
        stats.additions += file.diff.additions;
        stats.deletions += file.diff.deletions;
        if file.in_scope {
            stats.files_in_scope += 1;
            stats.lines_in_scope += file.diff.additions + file.diff.deletions;
        }
    }
    stats
}

fn truncated(evidence: &Evidence) -> Vec<String> {
    let mut why = evidence.change.diff.truncated.clone();
    if evidence.forge.truncated {
        why.push("the forge cut its lists off".to_owned());
    }
    why
}

/// Whose approval the edits of control files need: of those whom the configuration names; else, for each control file
/// touched, of its owners; in a repository that names no owner at all, of any peer. Where a file that names owners comes,
/// goes or moves, others may lose what they own, so the escalation owner is asked as well.
fn control_reviews(evidence: &Evidence, files: &[crate::model::FileFacts]) -> Vec<Review> {
    let mut reviews = Vec::new();
    let mut ask = |who: &[Principal]| Review { who: who.to_vec(), approvals: 1 }.enter(&mut reviews);
    if !evidence.config.control_owners.is_empty() {
        ask(&evidence.config.control_owners);
    } else if !evidence.ownership.has_source() {
        ask(&[Principal::anyone()]);
    } else {
        let touched = || files.iter().filter(|file| file.control);
        touched().for_each(|file| ask(&file.owners));
        let moves = |file: &crate::model::FileFacts| {
            let edited = matches!(file.diff.status, FileStatus::Modified | FileStatus::TypeChanged);
            !edited && file.diff.paths().any(|path| DECIDES.iter().any(|place| place.as_bytes() == path.as_bytes()))
        };
        let escalation = evidence.ownership.matrix().and_then(|matrix| matrix.escalation.as_ref());
        if let Some(escalation) = escalation.filter(|_| touched().any(moves)) {
            ask(std::slice::from_ref(&escalation.owner));
        }
    }
    reviews
}

/// Files of which one decides which others are read, and how.
const DECIDES: [&str; 7] = [
    ".changeward/ownership.toml",
    ".github/CODEOWNERS",
    "CODEOWNERS",
    "docs/CODEOWNERS",
    ".gitlab/CODEOWNERS",
    "OWNERS",
    "OWNERS_ALIASES",
];

/// Rows that still owe a post-implementation review: overdue from the day after it was due.
fn overdue_reviews(obligations: &[crate::model::ForgeObligation], now: Moment) -> Vec<RowId> {
    let overdue: BTreeSet<_> = obligations
        .iter()
        .filter(|o| o.kind == "pir" && o.due.is_some_and(|due| due.midnight() < now.midnight()))
        .filter_map(|o| o.row.clone())
        .collect();
    overdue.into_iter().collect()
}

fn unattributed(actors: &crate::model::Actors) -> Option<Finding> {
    if actors.unattributed.is_empty() {
        return None;
    }
    let list: Vec<_> = actors.unattributed.iter().take(5).cloned().collect();
    let more = actors.unattributed.len() - list.len();
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    let msg = format!("these addresses made commits of the change and name no known login: {}{tail}", list.join(", "));
    Some(
        Finding::new("UNATTRIBUTED", Severity::Info, msg)
            .help("name the committers in the facts, so that none of them can approve the change under a login"),
    )
}

/// Everybody of some reviews.
fn everybody(reviews: &[Review]) -> Vec<Principal> {
    let all: BTreeSet<&Principal> = reviews.iter().flat_map(|review| &review.who).collect();
    all.into_iter().cloned().collect()
}
