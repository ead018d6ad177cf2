//! The answer: class, verdict, why, and who must do what next. One constructor holds the law.

use super::{
    Attachment, ChangeClass, CommitId, FileFacts, Finding, Moment, Obligation, Place, Principal, Risk, Stats,
    UsedException,
};
use std::sync::Arc;

/// May it go ahead?
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Verdict {
    /// Yes.
    Approve,
    /// When those who are missing have approved.
    Pending,
    /// No.
    Block,
}

impl Verdict {
    /// The word of the frozen documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Pending => "pending",
            Self::Block => "block",
        }
    }
}

/// A finding that is a reason for the class or the verdict.
pub type Reason = Finding;

/// A required level of approval with its state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Level {
    /// `review:ROW`, …
    pub level: String,
    /// How many distinct people.
    pub min: u32,
    /// Who may give it, exclusions and stand-in applied.
    pub eligible: Vec<Principal>,
    /// Whose approval counts already.
    pub have: Vec<Principal>,
    /// The level is met (beside the count, one person does not give both levels of a row at high risk).
    pub met: bool,
    /// The escalation owner stands in, because nobody named may approve.
    pub stand_in: bool,
    /// For people.
    pub why: String,
    /// Where to reach them.
    pub contact: Option<String>,
    /// The rule that asks.
    pub rule: Option<Place>,
}

/// Somebody to be asked for approval.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ask {
    /// A person, a team whose members are not known, or anyone.
    pub who: Principal,
    /// How many distinct people of it; 1 for a person.
    pub people: u32,
    /// The missing levels they are asked for, in the order of the decision's.
    pub levels: Vec<String>,
    /// They stand in for whoever is named for these levels and may not approve.
    pub stand_in: bool,
    /// Where to reach them.
    pub contact: Option<String>,
    /// Who could be asked in their place, the others staying the same.
    pub instead: Vec<Principal>,
}

/// The digests of what the decision rests on, each `sha256:<hex>`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Digests {
    /// The shipped policies and the organisation's own.
    pub policy: String,
    /// The configuration (with the parameters of the policies), templates, calendars, lockdowns and exceptions.
    pub controls: String,
    /// Every ownership file.
    pub ownership: String,
    /// Every changed file with its status, modes and object ids.
    pub diff: String,
    /// What a forge, flags and commits told: people, approvals, claims, checks, incidents.
    pub facts: String,
    /// How earlier changes went, as far as was told.
    pub outcomes: String,
}

/// The decision. Build it with [`Decision::new`], which cannot be talked into an approval.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What kind of change it is.
    pub class: ChangeClass,
    verdict: Verdict,
    automatic: bool,
    /// The risk the levels were computed for.
    pub risk: Risk,
    /// The state it is compared with.
    pub base: Option<CommitId>,
    /// The commit it would land.
    pub head: Option<CommitId>,
    /// Where it would be deployed.
    pub environment: String,
    /// When it was evaluated.
    pub evaluated_at: Moment,
    /// Why the class is what it is.
    pub reasons: Vec<Reason>,
    /// What blocks.
    pub block: Vec<Reason>,
    /// What should be known.
    pub findings: Vec<Finding>,
    /// The levels needed.
    pub required: Vec<Level>,
    /// The smallest set of people who can give every missing level together, while it waits for them; whoever is away or
    /// has approved already is not among them.
    pub ask: Vec<Ask>,
    /// No smaller set would do; otherwise there may be one.
    pub ask_is_smallest: bool,
    /// What is owed afterwards.
    pub obligations: Vec<Obligation>,
    /// Who must do what next, one sentence each.
    pub next: Vec<String>,
    /// The changed files.
    pub files: Arc<Vec<FileFacts>>,
    /// Sums.
    pub stats: Stats,
    /// Why part of the change may be missing.
    pub truncated: Vec<String>,
    /// The template that covers it, for a standard change.
    pub template: Option<String>,
    /// For every class not chosen, why not.
    pub why_not: Vec<(ChangeClass, Vec<Reason>)>,
    /// The files that alone keep the change from being standard, quoted: split them out and the rest is.
    pub split: Vec<String>,
    /// The exceptions that took a reason away.
    pub exceptions: Vec<UsedException>,
    /// What was attached.
    pub attachments: Arc<Vec<Attachment>>,
    /// Digests of what it rests on.
    pub digests: Digests,
}

impl Decision {
    /// Builds the decision around its reasons; the verdict follows from them and from nothing else.
    ///
    /// - anything in `block` blocks;
    /// - `none` and `standard` go ahead by themselves, but never with a control file, a part unseen, or an unowned file
    ///   in scope: such a change is blocked instead, since some rule has lied;
    /// - `normal` and `emergency` go ahead when there is at least one level and every level is met, and wait otherwise.
    #[expect(
        clippy::too_many_arguments,
        reason = "one parameter per ingredient of the law; the rest is filled in after"
    )]
    pub fn new(
        class: ChangeClass,
        risk: Risk,
        facts: &super::Facts,
        reasons: Vec<Reason>,
        mut block: Vec<Reason>,
        findings: Vec<Finding>,
        required: Vec<Level>,
        obligations: Vec<Obligation>,
    ) -> Self {
        let automatic_class = matches!(class, ChangeClass::None | ChangeClass::Standard);
        if automatic_class && let Some(why) = never_automatic(facts) {
            block.push(
                Finding::new("LAW_NEVER_AUTOMATIC", super::Severity::Error, why)
                    .help("a rule of the organisation claims more than a rule may; see `changeward check --explain`"),
            );
        }
        let met = !required.is_empty() && required.iter().all(|level| level.met);
        let verdict = if !block.is_empty() {
            Verdict::Block
        } else if automatic_class || met {
            Verdict::Approve
        } else {
            Verdict::Pending
        };
        Self {
            class,
            verdict,
            automatic: verdict == Verdict::Approve && automatic_class,
            risk,
            base: facts.base.clone(),
            head: facts.head.clone(),
            environment: facts.environment.clone(),
            evaluated_at: facts.now,
            reasons,
            block,
            findings,
            required,
            ask: Vec::new(),
            ask_is_smallest: true,
            obligations,
            next: Vec::new(),
            files: Arc::clone(&facts.files),
            stats: facts.stats,
            truncated: facts.truncated.clone(),
            template: None,
            why_not: Vec::new(),
            split: Vec::new(),
            exceptions: Vec::new(),
            attachments: Arc::clone(&facts.attachments),
            digests: Digests::default(),
        }
    }

    /// May it go ahead?
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// It goes ahead without anybody's approval.
    pub fn automatic(&self) -> bool {
        self.automatic
    }

    /// The levels that are not met.
    pub fn missing(&self) -> impl Iterator<Item = &Level> {
        self.required.iter().filter(|level| !level.met)
    }
}

/// The law that no policy can break: what may never go ahead by itself.
fn never_automatic(facts: &super::Facts) -> Option<String> {
    if let Some(file) = facts.files.iter().find(|f| f.control) {
        return Some(format!("{} is a control file and never goes ahead by itself", file.diff.path));
    }
    if !facts.truncated.is_empty() {
        return Some("part of the change could not be seen, so it never goes ahead by itself".to_owned());
    }
    if facts.has_ownership
        && let Some(file) = facts.files.iter().find(|f| f.in_scope && f.owned != super::OwnedState::Owned)
    {
        return Some(format!("nobody answers for {}, so it never goes ahead by itself", file.diff.path));
    }
    None
}
