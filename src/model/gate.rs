//! What the words of the gate need beyond the decision, the marks it finds its own texts again by, and the names of what it
//! puts out.

use super::{
    CalendarState, CheckResult, CommitId, Misread, Moment, Outcome, Principal, Receipt, RiskFactors, RowFacts, RowId,
};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

/// The first line of the one comment on a pull request.
pub const VERDICT_MARKER: &str = "<!-- changeward:verdict -->";

/// The outputs of the action, each with what it is. `action.yml` and the documentation are held to this table.
pub const OUTPUTS: [(&str, &str); 11] = [
    ("class", "The class of the change, `none`, `standard`, `normal` or `emergency`."),
    ("verdict", "What is decided, `approve`, `pending` or `block`."),
    ("automatic", "Whether no person has to be asked, `true` or `false`."),
    ("risk", "The risk that was found."),
    ("head", "The commit that was judged."),
    ("base", "The commit it was compared with."),
    ("policy-digest", "The digest of the policies that judged."),
    ("report", "The file with the whole decision, in JSON (`changeward schema decision`)."),
    ("comment-url", "The comment on the pull request."),
    ("request-url", "The issue in which approval is asked for."),
    ("exit-code", "How the step ended. It is the only output that is never empty."),
];

/// What a comment or a request says beside the decision, whatever it is about.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// The page of the run that judged.
    pub run_url: Option<String>,
    /// Who holds it, and why.
    pub held: Vec<(Principal, String)>,
    /// Lines that were meant as commands, and who wrote them.
    pub misread: Vec<(Principal, Misread)>,
    /// What was to be done and could not.
    pub refused: Vec<Receipt>,
}

/// The pull request a comment is on.
#[derive(Clone, Debug)]
pub struct About {
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// The commit that was judged.
    pub head: CommitId,
    /// The branch it goes to.
    pub base_ref: String,
    /// The rest.
    pub beside: Beside,
}

/// A deployment that asks for approval.
#[derive(Clone, Debug)]
pub struct Request {
    /// Where.
    pub environment: String,
    /// What is to be deployed.
    pub commit: CommitId,
    /// What is deployed there now, if anything.
    pub deployed: Option<CommitId>,
    /// The run that waits.
    pub run: u64,
    /// Where the change starts, if the run was told so.
    pub since: Option<CommitId>,
    /// The commits since then, newest first: id, first line of the message, who.
    pub commits: Vec<(CommitId, String, String)>,
    /// Not all commits are known.
    pub commits_missing: bool,
    /// The rows touched.
    pub rows: BTreeMap<RowId, RowFacts>,
    /// What it is good for.
    pub benefit: Option<String>,
    /// How it is undone.
    pub backout: Option<String>,
    /// What the risk was computed from.
    pub risk: RiskFactors,
    /// Whether it takes the service down, where the change says so.
    pub downtime: Option<String>,
    /// Checks of the commit.
    pub checks: Vec<CheckResult>,
    /// The calendars that apply.
    pub calendars: Vec<CalendarState>,
    /// How earlier changes of these rows and this template went, newest first.
    pub outcomes: Vec<Outcome>,
    /// After this it is asked anew.
    pub deadline: Option<Moment>,
    /// The rest.
    pub beside: Beside,
}

/// The mark of an approval request: first line of its issue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestMarker {
    /// Where.
    pub environment: String,
    /// What is to be deployed.
    pub commit: CommitId,
    /// The run that waits.
    pub run: u64,
    /// Where the change starts, if the run was told so: no deployment may say.
    pub since: Option<CommitId>,
}

impl fmt::Display for RequestMarker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { environment, commit, run, since } = self;
        write!(f, "<!-- changeward:request environment={} commit={commit} run={run}", one_word(environment))?;
        if let Some(since) = since {
            write!(f, " since={since}")?;
        }
        f.write_str(" -->")
    }
}

/// The mark of an obligation: first line of its issue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ObligationMarker {
    /// `pir`, …
    pub kind: String,
    /// The commit that went ahead.
    pub change: CommitId,
    /// The day it is due, at midnight.
    pub due: Option<Moment>,
}

impl fmt::Display for ObligationMarker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let due = self.due.map_or_else(|| "none".to_owned(), Moment::date);
        write!(f, "<!-- changeward:obligation kind={} change={} due={due} -->", one_word(&self.kind), self.change)
    }
}

/// A name as one word of letters, digits, `.`, `_`, `-` and `/`; every other byte as `%` and two digits, so that no name ends
/// a mark or makes a second one.
fn one_word(name: &str) -> String {
    let mut word = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/') {
            word.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(word, "%{byte:02X}");
        }
    }
    word
}

/// Something owed after a change went ahead, as its issue says it.
#[derive(Clone, Debug)]
pub struct Owed {
    /// `pir`, …
    pub kind: String,
    /// What exactly.
    pub what: Option<String>,
    /// The day it is due.
    pub due: Option<Moment>,
    /// The commit that went ahead.
    pub change: CommitId,
    /// The title of the change.
    pub title: String,
    /// The page of the change.
    pub url: Option<String>,
    /// The incident it was for.
    pub incident: Option<String>,
    /// Who owes it.
    pub owners: Vec<Principal>,
    /// The paths it is about, quoted.
    pub paths: Vec<String>,
}

impl Owed {
    /// Its mark.
    pub fn marker(&self) -> ObligationMarker {
        ObligationMarker { kind: self.kind.clone(), change: self.change.clone(), due: self.due.map(Moment::midnight) }
    }
}

impl Request {
    /// One of which nothing more is known.
    pub fn of(environment: String, commit: CommitId, run: u64) -> Self {
        Self {
            environment,
            commit,
            deployed: None,
            run,
            since: None,
            commits: Vec::new(),
            commits_missing: false,
            rows: BTreeMap::new(),
            benefit: None,
            backout: None,
            risk: RiskFactors::default(),
            downtime: None,
            checks: Vec::new(),
            calendars: Vec::new(),
            outcomes: Vec::new(),
            deadline: None,
            beside: Beside::default(),
        }
    }

    /// Its mark.
    pub fn marker(&self) -> RequestMarker {
        let (environment, commit, since) = (self.environment.clone(), self.commit.clone(), self.since.clone());
        RequestMarker { environment, commit, run: self.run, since }
    }
}
