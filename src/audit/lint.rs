//! Every lint, in one list: its code, how much it weighs by default, what it means and how to mend it.
//!
//! The names and the default weights are those people know from responsibility matrices (one accountable, somebody
//! responsible, nobody overloaded). The list is what the documents, the schema of the configuration and the tests are held
//! to.

use crate::model::Severity::{self, Error, Info, Warn};

/// One kind of fault.
#[derive(Clone, Copy, Debug)]
pub struct Lint {
    /// Its code.
    pub code: &'static str,
    /// How much it weighs where the configuration says nothing.
    pub severity: Severity,
    /// What is wrong, in one sentence.
    pub meaning: &'static str,
    /// The next step.
    pub mend: &'static str,
}

const fn lint(code: &'static str, severity: Severity, meaning: &'static str, mend: &'static str) -> Lint {
    Lint { code, severity, meaning, mend }
}

/// The lints that only the history can tell.
const OF_HISTORY: [&str; 2] = ["ONLY_SELF", "EFFECTIVE_DRIFT"];

/// Only the history can tell of a lint.
pub fn needs_history(code: &str) -> bool {
    OF_HISTORY.contains(&code)
}

/// The lint of a code.
pub fn find(code: &str) -> Option<&'static Lint> {
    LINTS.iter().find(|lint| lint.code == code)
}

/// Every lint, by what it looks at.
pub const LINTS: &[Lint] = &[
    // One row by itself.
    lint("NO_A", Error, "nobody is accountable for a row", "name exactly one person as `accountable`"),
    lint(
        "MANY_A",
        Error,
        "several people are accountable for a row, so nobody is",
        "leave exactly one in `accountable` and move the others to `responsible` or `consulted`",
    ),
    lint("A_IS_TEAM", Warn, "a team is accountable for a row", "name one person of the team as `accountable`"),
    lint("NO_R", Error, "nobody does the work of a row", "name people or a team as `responsible`"),
    lint("NO_SCOPE", Error, "a row about a resource covers no path", "give it a `scope`, or say `kind = \"activity\"`"),
    lint("NO_PURPOSE", Warn, "a row does not say what it is good for", "say in `purpose` which outcome it serves"),
    lint("NO_CONTACT", Error, "a row cannot be contacted", "give it a `contact` that is read in an incident"),
    lint(
        "TOO_MANY_R",
        Warn,
        "more than three teams are responsible for a row",
        "split the row, or leave the team that does the work",
    ),
    lint("TOO_MANY_C", Warn, "more than four are consulted about a row", "move those who need no say to `informed`"),
    lint(
        "REVIEW_OVERDUE",
        Warn,
        "a row was not confirmed in time; an error from 30 days after",
        "let the accountable confirm the row and move `review_by`",
    ),
    // The matrix as a whole.
    lint("NO_OWNERSHIP", Error, "no file says who owns anything", "run `changeward init`, or add a CODEOWNERS file"),
    lint(
        "NO_ESCALATION",
        Error,
        "nobody receives what nobody owns; a warning while there is no matrix",
        "name one person who can assign owners: `[escalation] owner = \"@login\"` in .changeward/ownership.toml",
    ),
    lint(
        "ESCALATION_NOT_SINGLE",
        Error,
        "the escalation owner is a team, so nobody in particular",
        "name one person as `[escalation] owner`",
    ),
    lint(
        "REQUIRED_ROW_MISSING",
        Error,
        "a row the configuration asks for is not there",
        "add the row, or take it out of `required_rows` in .changeward/config.toml",
    ),
    lint(
        "OVERLAP",
        Error,
        "two rows claim the same paths and neither lies within the other",
        "narrow one of the scopes, so that the specific row lies within the general one and stands after it",
    ),
    lint(
        "SHADOWED",
        Warn,
        "later rows take every file of a row",
        "move the more specific row below the more general one, or remove it",
    ),
    lint("DEAD_ROW", Warn, "the scope of a row matches no tracked file", "correct the scope, or remove the row"),
    // People and teams.
    lint(
        "UNKNOWN_PRINCIPAL",
        Error,
        "the matrix or the configuration names somebody whom `[teams]` and `[people]` do not know",
        "correct the name, or add the person or team",
    ),
    lint("DEPARTED", Error, "somebody who has left is still named", "hand their part over, and remove the name"),
    lint(
        "TEAM_WITHOUT_ROWS",
        Warn,
        "a team is known and answers for nothing",
        "name it where it does the work, or remove it",
    ),
    lint(
        "NO_TEAM_GOALS",
        Info,
        "a team does not say what it is measured by",
        "say in `goals` what it is measured by, or where that is written",
    ),
    lint(
        "OVERLOADED",
        Warn,
        "one person is accountable for more rows than `most_rows`",
        "hand some rows to somebody else, or raise `most_rows`",
    ),
    lint(
        "ONLY_ACCOUNTABLE",
        Info,
        "somebody is accountable for several rows and responsible for none",
        "see that they can judge the work they answer for",
    ),
    lint(
        "NEITHER_R_NOR_A",
        Info,
        "somebody is named in rows, but does the work of none and answers for none",
        "see that they need to be in the matrix",
    ),
    // Who can act.
    lint(
        "UNREACHABLE_MINIMUM",
        Error,
        "more approvals are asked for than there are people who may give them",
        "lower `approvals`, or name more people",
    ),
    lint(
        "SINGLE_POINT_OF_FAILURE",
        Warn,
        "one person alone answers for something critical or large",
        "name a second responsible person or an `alternate`",
    ),
    lint("ABSENT", Warn, "everybody who could approve a row is away", "name an `alternate` who is there"),
    lint(
        "ONLY_SELF",
        Warn,
        "the only person who may approve a row is also the one who changes it most",
        "name a second person who may approve; nobody approves their own change",
    ),
    // Files and directories.
    lint(
        "UNOWNED",
        Error,
        "files that nobody answers for",
        "give them an owner: a row of the matrix or a line of CODEOWNERS",
    ),
    lint(
        "CLEARED",
        Warn,
        "files whose owner a file takes away",
        "give them an owner, or see that they really need none",
    ),
    // The files that name owners.
    lint(
        "SOURCES_DISAGREE",
        Warn,
        "two files name nobody in common for the same paths; a note where that cannot be known",
        "make them agree, or remove the one that is out of date",
    ),
    lint(
        "CODEOWNERS_DEAD",
        Warn,
        "a line of CODEOWNERS matches no tracked file",
        "correct the pattern, or remove the line",
    ),
    lint(
        "CODEOWNERS_SHADOWED",
        Warn,
        "later lines of CODEOWNERS take every file of a line",
        "move the line below the more general ones, or remove it",
    ),
    lint("CODEOWNERS_SYNTAX", Error, "a line of CODEOWNERS is skipped, as GitHub skips it", "correct the line"),
    lint("CODEOWNERS_LINT", Warn, "a line of CODEOWNERS works otherwise than it looks", "see the message"),
    lint(
        "CODEOWNERS_IGNORED",
        Warn,
        "a second CODEOWNERS file, which nobody reads",
        "remove it, or move its lines into the one that is read",
    ),
    lint("GITLAB_SYNTAX", Error, "a line of GitLab's CODEOWNERS is skipped, as GitLab skips it", "correct the line"),
    lint("GITLAB_LINT", Warn, "a line of GitLab's CODEOWNERS works otherwise than it looks", "see the message"),
    lint("OWNERS_SYNTAX", Error, "a part of an OWNERS file is skipped, as its own tool skips it", "correct the file"),
    lint("OWNERS_LINT", Warn, "a part of an OWNERS file works otherwise than it looks", "see the message"),
    lint("CATALOG_SYNTAX", Error, "a document of a catalogue file cannot be read", "correct the document"),
    lint(
        "CATALOG_LINT",
        Warn,
        "an entity of a catalogue file names its owner otherwise than it looks",
        "see the message",
    ),
    // What the history says.
    lint(
        "EFFECTIVE_DRIFT",
        Info,
        "who changes a row's code is not who is named for it",
        "name those who do the work, or see why others do it",
    ),
    // The baseline.
    lint(
        "BASELINE_EXPIRED",
        Error,
        "an entry of the baseline has expired, and what it accepted counts again",
        "mend the finding, or renew the entry with an owner and a date",
    ),
    lint(
        "BASELINE_STALE",
        Info,
        "an entry of the baseline accepts what is no longer there",
        "remove the entry, so that it cannot come back unseen",
    ),
];
