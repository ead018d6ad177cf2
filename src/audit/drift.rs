//! Who is named, and who really changes the code.
//!
//! A commit counts once for each row it touches, for everybody who wrote it. Programs do not count, merges neither. The
//! rows are those of today, for paths that are gone as well.

use super::Evidence;
use super::ground::{Ground, people, subject};
use super::said::Said;
use crate::model::{DriftWindow, History, PathRow, Place, Principal, PrincipalKind, counted};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Commits of a row from which on anything is said about it.
const FEWEST: u64 = 5;

/// Commits somebody has made before they are called one who changes the row…
const SOME: u64 = 3;

/// …and of how many commits of the row theirs must be one.
const SHARE: u64 = 5;

/// What is known of one row: who is named, and who changed it.
#[derive(Default)]
struct Work {
    place: Place,
    tier: Option<u8>,
    responsible: BTreeSet<Principal>,
    /// Anybody with a part in it, but for those who are only told afterwards.
    named: BTreeSet<Principal>,
    commits: u64,
    by: BTreeMap<Principal, u64>,
}

pub(super) fn lints(ground: &Ground<'_>, history: &History, found: &mut Vec<Said>) -> DriftWindow {
    let (works, people) = tally(ground, history);
    for (subject, work) in works.iter().filter(|(_, work)| work.commits > 0) {
        found.extend(only_self(ground, subject, work));
        if work.commits >= FEWEST {
            found.extend(effective(ground, subject, work));
        }
    }
    window(ground.evidence, history, people)
}

fn window(evidence: &Evidence, history: &History, people: u64) -> DriftWindow {
    let span = evidence.config.ownership.drift_window;
    DriftWindow { span, since: history.since, commits: history.commits.len() as u64, people, cut: history.cut }
}

/// The rows by subject, and how many people changed anything.
fn tally(ground: &Ground<'_>, history: &History) -> (BTreeMap<String, Work>, u64) {
    let mut works: Vec<Work> = Vec::new();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut enter = |row: &PathRow<'_>| -> usize {
        let number = *numbers.entry(subject(row)).or_insert_with(|| {
            works.push(Work { place: row.place(), tier: row.row.and_then(|row| row.tier), ..Work::default() });
            works.len() - 1
        });
        if let Some(work) = works.get_mut(number) {
            work.name(row);
        }
        number
    };
    let of_path: Vec<Vec<usize>> = history
        .paths
        .iter()
        .map(|path| ground.evidence.ownership.of(path).rows().iter().map(&mut enter).collect())
        .collect();
    let mut everybody: BTreeSet<Principal> = BTreeSet::new();
    for commit in &history.commits {
        let authors: BTreeSet<Principal> =
            commit.authors.iter().filter_map(|who| ground.directory.author(who)).collect();
        let touched: BTreeSet<usize> =
            commit.paths.iter().filter_map(|path| of_path.get(*path)).flatten().copied().collect();
        for work in touched.into_iter().filter(|_| !authors.is_empty()) {
            let Some(work) = works.get_mut(work) else { continue };
            work.commits += 1;
            authors.iter().for_each(|who| *work.by.entry(who.clone()).or_default() += 1);
        }
        everybody.extend(authors);
    }
    let number = everybody.len() as u64;
    let of_number: BTreeMap<usize, String> = numbers.into_iter().map(|(subject, number)| (number, subject)).collect();
    (of_number.into_values().zip(works).collect(), number)
}

impl Work {
    /// Takes in whom a row names for one of its paths.
    fn name(&mut self, row: &PathRow<'_>) {
        let responsible = row.responsible.iter().map(|name| name.as_ref());
        let new: Vec<&Principal> = responsible.filter(|name| !self.responsible.contains(*name)).collect();
        self.responsible.extend(new.into_iter().cloned());
        let of_matrix = row.row.into_iter().flat_map(|row| {
            row.accountable.iter().chain(&row.supports).chain(&row.consulted).chain(&row.alternate).chain(&row.director)
        });
        self.named
            .extend(row.responsible.iter().chain(&row.consulted).map(|name| name.as_ref()).chain(of_matrix).cloned());
    }

    /// Who made most of the commits.
    fn main(&self) -> Option<(&Principal, u64)> {
        let most = self.by.iter().max_by_key(|(who, commits)| (**commits, std::cmp::Reverse(*who)));
        most.map(|(who, commits)| (who, *commits))
    }
}

/// The only one who may approve is the one who changes it most.
fn only_self(ground: &Ground<'_>, subject: &str, work: &Work) -> Option<Said> {
    let eligible = ground.directory.people(&work.responsible)?;
    let (main, commits) = work.main()?;
    let alone = eligible.len() == 1 && eligible.contains(main) && commits >= SOME;
    alone.then(|| {
        let of = counted(work.commits, "commit");
        let msg = format!("only {main} may approve {subject}, and made {commits} of its {of}");
        Said::new("ONLY_SELF", subject, msg).at(&work.place).tier(work.tier)
    })
}

/// Who changes it without being named, and who is named without changing it.
fn effective(ground: &Ground<'_>, subject: &str, work: &Work) -> Option<Said> {
    // A team whose members nobody knows may hold anybody.
    let named = ground.directory.people(&work.named)?;
    let is_some = |commits: u64| commits >= SOME && commits * SHARE >= work.commits;
    let outsiders: Vec<(&Principal, u64)> = work
        .by
        .iter()
        .filter(|(who, commits)| !named.contains(*who) && is_some(**commits))
        .map(|(who, commits)| (who, *commits))
        .collect();
    let changed = |name: &Principal| {
        let people = ground.directory.people([name]);
        people.is_none_or(|people| people.iter().any(|person| work.by.contains_key(person)))
    };
    let idle = work.responsible.iter().filter(|name| name.kind() != PrincipalKind::Anyone && !changed(name));
    let idle: Vec<&Principal> = idle.collect();
    if outsiders.is_empty() && idle.is_empty() {
        return None;
    }
    let mut parts = Vec::new();
    if !outsiders.is_empty() {
        let made: Vec<String> = outsiders.iter().map(|(who, commits)| format!("{who} made {commits}")).collect();
        let are = if outsiders.len() == 1 { "is" } else { "are" };
        let of = counted(work.commits, "commit");
        parts.push(format!("{} of the {of} and {are} not named", super::said::some_of(&made)));
    }
    if !idle.is_empty() {
        let are = if idle.len() == 1 { "is" } else { "are" };
        parts.push(format!("{} {are} responsible and made none", people(idle.iter().copied())));
    }
    let msg = format!("{subject}: {}", parts.join("; "));
    let count = (outsiders.len() + idle.len()) as u64;
    Some(Said::new("EFFECTIVE_DRIFT", subject, msg).at(&work.place).tier(work.tier).count(count))
}
