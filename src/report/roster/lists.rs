//! The words that both pages share. They are raw: whoever writes them puts them through its own sink.

use super::Stamp;
use crate::model::{
    Absence, Disagreement, Escalation, Gap, GapExtent, Letter, OwnedFiles, Principal, Roster, Span, Voice, counted,
    grouped,
};

/// Most gaps that are named.
pub(super) const MOST_GAPS: usize = 100;

/// The title of the page.
pub(super) const TITLE: &str = "Who answers for this?";

/// What is true where no file names owners.
const UNNAMED: &str = "No file names owners, so any one peer may approve a change.";

/// One step of the escalation path.
pub(super) struct Step<'a> {
    pub(super) who: &'a Principal,
    pub(super) contact: Option<&'a str>,
    /// What is expected of them and when.
    pub(super) when: String,
}

/// The steps, the owner first.
pub(super) fn steps(escalation: &Escalation) -> Vec<Step<'_>> {
    let within = |span: Option<Span>, what: &str| span.map(|span| format!("{what} within {}", length(span)));
    let owed = [
        within(escalation.acknowledge_within, "answers"),
        within(escalation.resolve_within, "assigns an owner or a dated plan"),
    ];
    let owed: Vec<String> = owed.into_iter().flatten().collect();
    let owner = Step { who: &escalation.owner, contact: escalation.contact.as_deref(), when: owed.join(", ") };
    let rest = escalation.next.iter().map(|step| Step {
        who: &step.who,
        contact: step.contact.as_deref(),
        when: step.after.map(|after| format!("after {}", length(after))).unwrap_or_default(),
    });
    std::iter::once(owner).chain(rest).collect()
}

/// A length of time in words: `30 minutes`, `4 hours`, `5 days`.
fn length(span: Span) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let fitting = units.into_iter().find(|(size, _)| span.0 != 0 && span.0 % size == 0);
    let (size, unit) = fitting.unwrap_or((1, "second"));
    counted(u64::try_from(span.0 / size).unwrap_or_default(), unit)
}

/// What a part in a row means.
pub(super) fn word(letter: Letter) -> &'static str {
    match letter {
        Letter::Responsible => "responsible",
        Letter::Accountable => "accountable",
        Letter::Supports => "supports",
        Letter::Consulted => "consulted",
        Letter::Informed => "informed",
        Letter::Director => "director",
        Letter::Alternate => "alternate",
    }
}

/// How much is covered, in a line. Numbers of files change with every commit, so only a page that is not committed has
/// them.
pub(super) fn coverage(roster: &Roster, stamp: Option<&Stamp>) -> String {
    let OwnedFiles { files, owned } = roster.coverage;
    let places = match roster.gaps.len() {
        _ if !roster.has_source => UNNAMED.to_owned(),
        0 if files == 0 => "There are no files.".to_owned(),
        0 => "Somebody answers for every file.".to_owned(),
        n => format!("Somebody answers for every file, but for those in {}.", counted(n as u64, "place")),
    };
    match stamp {
        Some(_) if files > 0 && roster.has_source => {
            // Rounded down: only all files are 100 percent.
            format!(
                "{places} {} of {} ({}%) have an owner.",
                grouped(owned as u64),
                counted(files as u64, "file"),
                owned * 100 / files
            )
        }
        _ => places,
    }
}

/// What two sources say that name nobody in common.
pub(super) fn disagreement(found: &Disagreement) -> String {
    let voice = |voice: &Voice| match voice.names.as_slice() {
        [] => format!("{} names nobody", voice.place),
        names => format!("{} names {}", voice.place, names.join(", ")),
    };
    let may = if found.certain { "" } else { " They may mean the same people: nothing here can tell." };
    format!("{}; {}; the first is followed.{may}", voice(&found.follows), voice(&found.other))
}

/// What a gap is: the path, and the words around it.
pub(super) fn gap(gap: &Gap) -> (String, String) {
    let path = gap.path.quoted();
    let why = if gap.cleared { "; a file says so" } else { "" };
    match gap.extent {
        GapExtent::File => (path, why.trim_start_matches("; ").to_owned()),
        GapExtent::Everything if path.is_empty() => ("/".to_owned(), format!("everything{why}")),
        GapExtent::Everything => (path, format!("everything below it{why}")),
        GapExtent::Some(n) => {
            let path = if path.is_empty() { "/".to_owned() } else { path };
            (path, format!("{} of the directory itself{why}", counted(n as u64, "file")))
        }
    }
}

/// When somebody cannot be asked.
pub(super) fn away(absence: &Absence) -> String {
    match (absence.from, absence.until) {
        (Some(from), Some(until)) => format!("away from {} until {}", from.date(), until.date()),
        (Some(from), None) => format!("away from {}", from.date()),
        (None, Some(until)) => format!("away until {}", until.date()),
        (None, None) => "away".to_owned(),
    }
}

/// What the page was made from.
pub(super) fn origin(stamp: Option<&Stamp>) -> String {
    let made = "Made by changeward from the files that name owners";
    match stamp {
        Some(Stamp { state, day: Some(day) }) => format!("{made}, at {state} of {day}."),
        Some(Stamp { state, day: None }) => format!("{made}, at {state}."),
        None => format!("{made}."),
    }
}
