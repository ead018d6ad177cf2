//! How the scopes of rows lie to each other, decided over the files that are there.
//!
//! Of all rows that match a file the last is its row. A row within a more general one that stands before it is what people
//! mean; two rows that claim the same files, and each others beside, are not; nor is a row that never comes last.

use super::ground::{Ground, files, of_row};
use super::said::Said;
use crate::model::RepoPath;
use std::collections::{BTreeMap, HashMap};

/// Scopes found or tried before the comparison is given up.
const MOST_STEPS: u64 = 50_000_000;

/// Rows that one file may have before its pairs are not compared any more.
const MOST_ROWS: usize = 64;

/// The files that two rows both claim and the later one gets.
struct Contest {
    /// How many.
    won: u64,
    /// How many both match, whoever gets them.
    both: u64,
    first: String,
}

pub(super) fn lints(ground: &Ground<'_>, notes: &mut Vec<String>) -> Vec<Said> {
    let rows = ground.rows();
    if rows.is_empty() {
        return Vec::new();
    }
    let mut sets: HashMap<Vec<usize>, (u64, &RepoPath)> = HashMap::new();
    let mut steps = 0;
    for file in &ground.evidence.files {
        let matching = ground.evidence.ownership.rows_matching(&file.file.path, &mut steps);
        sets.entry(matching).or_insert((0, &file.file.path)).0 += 1;
        if steps > MOST_STEPS {
            notes.push(
                "the scopes of the matrix are too costly to try on every file; they were not compared".to_owned(),
            );
            return Vec::new();
        }
    }
    let tally = Tally::of(&sets, rows.len());
    let mut found = Vec::new();
    for ((before, after), contest) in &tally.contests {
        let (Some(a), Some(b)) = (rows.get(*before), rows.get(*after)) else { continue };
        let (of_a, of_b) = (tally.matched(*before), tally.matched(*after));
        let equal = contest.both == of_a && contest.both == of_b;
        let apart = contest.both < of_a && contest.both < of_b;
        if equal || apart {
            let how = if equal { "exactly the same" } else { "the same" };
            let msg = format!("rows `{}` and `{}` claim {how} {}", a.id, b.id, files(contest.won));
            let said = Said::new("OVERLAP", format!("rows {}, {}", a.id, b.id), msg).at(&b.place);
            let tier = a.tier.into_iter().chain(b.tier).min();
            found.push(said.about([contest.first.clone()]).count(contest.won).tier(tier));
        }
    }
    for (n, row) in rows.iter().enumerate() {
        let said = |code, msg| Said::new(code, of_row(row), msg).at(&row.place).tier(row.tier);
        let taken_whole =
            |(pair, contest): (&(usize, usize), &Contest)| pair.0 == n && contest.both == tally.matched(pair.1);
        if !row.scope.is_empty() && tally.matched(n) == 0 {
            found.push(said("DEAD_ROW", format!("the scope of row `{}` matches no tracked file", row.id)));
        } else if tally.matched(n) > 0 && tally.won(n) == 0 {
            // A row of the same scope is told as an overlap already.
            let same = tally.contests.iter().any(|entry| taken_whole(entry) && entry.1.both == tally.matched(n));
            if !same {
                let count = files(tally.matched(n));
                found.push(said("SHADOWED", format!("later rows take all of the {count} of row `{}`", row.id)));
            }
        }
    }
    found
}

/// What the files say of the rows.
struct Tally {
    /// For each row: the files it matches, and those it gets.
    rows: Vec<(u64, u64)>,
    /// For a row and a later one that gets files of both.
    contests: BTreeMap<(usize, usize), Contest>,
}

impl Tally {
    fn of(sets: &HashMap<Vec<usize>, (u64, &RepoPath)>, rows: usize) -> Self {
        let mut tally = Self { rows: vec![(0, 0); rows], contests: BTreeMap::new() };
        for (set, (count, first)) in sets {
            for n in set {
                if let Some(row) = tally.rows.get_mut(*n) {
                    row.0 += count;
                    row.1 += if set.last() == Some(n) { *count } else { 0 };
                }
            }
            let Some((winner, others)) = set.split_last().filter(|_| set.len() <= MOST_ROWS) else { continue };
            for other in others {
                let contest = tally.contests.entry((*other, *winner)).or_insert_with(|| Contest {
                    won: 0,
                    both: 0,
                    first: first.quoted(),
                });
                contest.won += count;
                contest.first = contest.first.clone().min(first.quoted());
            }
        }
        for (set, (count, _)) in sets.iter().filter(|(set, _)| set.len() <= MOST_ROWS) {
            for (at, other) in set.iter().enumerate() {
                for later in set.iter().skip(at + 1) {
                    if let Some(contest) = tally.contests.get_mut(&(*other, *later)) {
                        contest.both += count;
                    }
                }
            }
        }
        tally
    }

    fn matched(&self, row: usize) -> u64 {
        self.rows.get(row).map_or(0, |row| row.0)
    }

    fn won(&self, row: usize) -> u64 {
        self.rows.get(row).map_or(0, |row| row.1)
    }
}
