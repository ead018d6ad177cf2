//! Who is named, and who really changes the code.
//!
//! A commit counts once for each row it touches, for everybody who wrote it. Programs do not count, merges neither. The
//! rows are those of today, for paths that are gone as well.

use super::Evidence;
use super::ground::{Ground, people, subject};
use super::said::Said;
use crate::model::{
    Assignment, Dialect, DriftWindow, History, PathRow, Place, Principal, PrincipalKind, RepoPath, counted, grouped,
};
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
    /// Those of them whom the row itself or the nearest file names: whoever is only named further up has other work too.
    nearest: BTreeSet<Principal>,
    /// Anybody with a part in it, but for those who are only told afterwards.
    named: BTreeSet<Principal>,
    commits: u64,
    by: BTreeMap<Principal, u64>,
}

pub(super) fn lints(ground: &Ground<'_>, history: &History, found: &mut Vec<Said>) -> DriftWindow {
    let (works, people) = tally(ground, history);
    let mut unjudged = 0;
    for (subject, work) in works.iter().filter(|(_, work)| work.commits > 0) {
        found.extend(only_self(ground, subject, work));
        if work.commits < FEWEST {
            continue;
        }
        // A team whose members nobody knows may hold anybody.
        match ground.directory.people(&work.named) {
            Some(named) => found.extend(effective(ground, subject, work, &named)),
            None => unjudged += 1,
        }
    }
    DriftWindow { unjudged, ..window(ground.evidence, history, people) }
}

fn window(evidence: &Evidence, history: &History, people: u64) -> DriftWindow {
    let span = evidence.config.ownership.drift_window;
    let commits = history.commits.len() as u64;
    DriftWindow { span, since: history.since, commits, people, cut: history.cut, unjudged: 0 }
}

/// The rows by subject, and how many people changed anything.
fn tally(ground: &Ground<'_>, history: &History) -> (BTreeMap<String, Work>, u64) {
    let mut works: Vec<Work> = Vec::new();
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut enter = |row: &PathRow<'_>, above: &BTreeSet<Principal>| -> usize {
        let number = *numbers.entry(subject(row)).or_insert_with(|| {
            works.push(Work { place: row.place(), tier: row.row.and_then(|row| row.tier), ..Work::default() });
            works.len() - 1
        });
        if let Some(work) = works.get_mut(number) {
            work.name(row, above);
        }
        number
    };
    let mut above = Above { ground, known: HashMap::new(), nobody: BTreeSet::new() };
    let mut rows_of = |path: &RepoPath| -> Vec<usize> {
        let answer = ground.evidence.ownership.of(path);
        let inherited = above.of(path, &answer.others);
        answer.rows().iter().map(|row| enter(row, inherited)).collect()
    };
    let of_path: Vec<Vec<usize>> = history.paths.iter().map(&mut rows_of).collect();
    let logins: Vec<HashMap<String, Principal>> = works.iter().map(|work| work.logins(ground)).collect();
    let mut everybody: BTreeSet<Principal> = BTreeSet::new();
    for commit in &history.commits {
        let authors: BTreeSet<Principal> =
            commit.authors.iter().filter_map(|who| ground.directory.author(who)).collect();
        let touched: BTreeSet<usize> =
            commit.paths.iter().filter_map(|path| of_path.get(*path)).flatten().copied().collect();
        for work in touched.into_iter().filter(|_| !authors.is_empty()) {
            let (Some(work), Some(logins)) = (works.get_mut(work), logins.get(work)) else { continue };
            work.commits += 1;
            let login = |who| if work.named.contains(who) { who } else { behind(who, logins) };
            let known: BTreeSet<&Principal> = authors.iter().map(login).collect();
            known.into_iter().for_each(|who| *work.by.entry(who.clone()).or_default() += 1);
        }
        everybody.extend(authors);
    }
    let number = everybody.len() as u64;
    let of_number: BTreeMap<usize, String> = numbers.into_iter().map(|(subject, number)| (number, subject)).collect();
    (of_number.into_values().zip(works).collect(), number)
}

/// The owner of the row whose login stands before the `@` of an address: most people write with an address of their own
/// and are named by their login.
fn behind<'p>(who: &'p Principal, logins: &'p HashMap<String, Principal>) -> &'p Principal {
    if who.kind() != PrincipalKind::Email {
        return who;
    }
    let local = who.key().split_once('@').map(|(local, _domain)| local);
    local.and_then(|local| logins.get(local)).unwrap_or(who)
}

/// It comes from OWNERS files, of which those nearer inherit from those further up.
fn is_of_owners(said: &Assignment<'_>) -> bool {
    matches!(said.dialect, Dialect::Kubernetes | Dialect::Chromium)
}

/// Who owns the directory above an OWNERS file, by that file.
struct Above<'g, 'e> {
    ground: &'g Ground<'e>,
    known: HashMap<String, BTreeSet<Principal>>,
    nobody: BTreeSet<Principal>,
}

impl Above<'_, '_> {
    /// Whom an answer inherits, as far as it comes from OWNERS files: whoever owns the directory above the nearest one.
    fn of(&mut self, path: &RepoPath, answers: &[Assignment<'_>]) -> &BTreeSet<Principal> {
        let Some(said) = answers.iter().find(|said| is_of_owners(said)) else { return &self.nobody };
        let ground = self.ground;
        self.known.entry(said.place.file.clone()).or_insert_with(|| {
            // A file at the top inherits from nobody; that of `a/b` from what answers for a file right in `a`.
            let depth = said.place.file.matches('/').count();
            let folders: Vec<&[u8]> = path.as_bytes().split(|byte| *byte == b'/').take(depth).collect();
            let Some((_nearest, above)) = folders.split_last() else { return BTreeSet::new() };
            let file = RepoPath::new([above, &[b"OWNERS".as_slice()]].concat().join(&b'/'));
            let answer = ground.evidence.ownership.of(&file);
            let same = answer.others.iter().filter(|other| other.dialect == said.dialect);
            same.flat_map(|other| &other.owners).map(|who| who.as_ref().clone()).collect()
        })
    }
}

impl Work {
    /// Takes in whom a row names for one of its paths, some of them only `above`.
    fn name(&mut self, row: &PathRow<'_>, above: &BTreeSet<Principal>) {
        let of_matrix = |name| row.row.is_some_and(|row| row.responsible.contains(name));
        let made_by = row.made_by.as_ref().filter(|made| !is_of_owners(made));
        let of_line = |name: &Principal| made_by.is_some_and(|made| made.owners.iter().any(|who| who.as_ref() == name));
        for name in row.responsible.iter().map(|name| name.as_ref()) {
            if (!above.contains(name) || of_matrix(name) || of_line(name)) && !self.nearest.contains(name) {
                self.nearest.insert(name.clone());
            }
            if !self.responsible.contains(name) {
                self.responsible.insert(name.clone());
            }
        }
        let of_matrix = row.row.into_iter().flat_map(|row| {
            row.accountable.iter().chain(&row.supports).chain(&row.consulted).chain(&row.alternate).chain(&row.director)
        });
        self.named
            .extend(row.responsible.iter().chain(&row.consulted).map(|name| name.as_ref()).chain(of_matrix).cloned());
    }

    /// Everybody with a part in it who is known by a login, by that login in lower case.
    fn logins(&self, ground: &Ground<'_>) -> HashMap<String, Principal> {
        let named: BTreeSet<Principal> =
            self.named.iter().filter_map(|name| ground.directory.people([name])).flatten().collect();
        let users = named.into_iter().filter(|who| who.kind() == PrincipalKind::User);
        users.map(|who| (who.bare().to_lowercase(), who)).collect()
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
        let msg = format!("only {main} may approve {subject}, and made {} of its {of}", grouped(commits));
        Said::new("ONLY_SELF", subject, msg).at(&work.place).tier(work.tier)
    })
}

/// Who changes it without being named, and who is named without changing it.
fn effective(ground: &Ground<'_>, subject: &str, work: &Work, named: &BTreeSet<Principal>) -> Option<Said> {
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
    let idle = work.nearest.iter().filter(|name| name.kind() != PrincipalKind::Anyone && !changed(name));
    let idle: Vec<&Principal> = idle.collect();
    if outsiders.is_empty() && idle.is_empty() {
        return None;
    }
    let mut parts = Vec::new();
    if !outsiders.is_empty() {
        let made: Vec<String> =
            outsiders.iter().map(|(who, commits)| format!("{who} made {}", grouped(*commits))).collect();
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
