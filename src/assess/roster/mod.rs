//! All files of a revision and all ownership files, laid out for people to look up.
//!
//! Each file is asked about once; files with the same answer share it, and only what has another answer than a new file
//! would get in its place is an entry. A page made from it therefore grows with the number of rules, not of files.

mod paths;
mod people;

use crate::model::{
    AnswerRow, Assignment, Matrix, Membership, OwnedFiles, OwnedState, Ownership, OwnershipAnswer, PathAnswer, PathRow,
    Principal, REPOSITORY_ROW, RepoPath, Roster, RosterRow, Row, RowKind, TrackedFile,
};
use std::borrow::Cow;
use std::collections::HashMap;

/// Lays out who answers for the files of one revision.
pub fn roster(ownership: &Ownership, files: &[TrackedFile]) -> Roster {
    let mut answers = Answers::new(ownership);
    let mut entries: Vec<(&[u8], usize)> =
        files.iter().map(|file| (file.path.as_bytes(), answers.of(&file.path))).collect();
    entries.sort();
    let (paths, gaps) = paths::tree(&entries, &mut answers);
    let owned = |(_, answer): &&(&[u8], usize)| answers.state(*answer) == OwnedState::Owned;
    let coverage = OwnedFiles { files: entries.len(), owned: entries.iter().filter(owned).count() };
    let (rows, answers) = answers.finish();
    let teams = people::teams(ownership.matrix(), &rows);
    let escalation = ownership.matrix().and_then(|matrix| matrix.escalation.clone());
    let people = people::people(ownership.matrix(), &rows, &teams);
    let has_source = ownership.has_source();
    Roster { has_source, rows, teams, people, escalation, coverage, gaps, answers, paths }
}

/// What an answer is known by before anything is built from it: the row of the matrix, the line of CODEOWNERS, and what
/// the other files say.
#[derive(PartialEq, Eq, Hash)]
struct Said<'a> {
    row: Option<*const Row>,
    line: Option<u32>,
    others: Vec<Assignment<'a>>,
}

/// The different answers so far, and the rows they speak of.
struct Answers<'a> {
    ownership: &'a Ownership,
    membership: Membership,
    known: HashMap<Said<'a>, usize>,
    answers: HashMap<PathAnswer, usize>,
    /// Of each answer.
    states: Vec<OwnedState>,
    rows: Vec<RosterRow>,
    of_row: HashMap<String, usize>,
}

impl<'a> Answers<'a> {
    fn new(ownership: &'a Ownership) -> Self {
        let matrix = ownership.matrix();
        let rows: Vec<RosterRow> =
            matrix.into_iter().flat_map(|matrix| matrix.rows.iter().map(|row| of_matrix(matrix, row))).collect();
        let of_row = rows.iter().enumerate().map(|(n, row)| (row.id.clone(), n)).collect();
        let membership = Membership::of(matrix);
        Self { ownership, membership, known: HashMap::new(), answers: HashMap::new(), states: Vec::new(), rows, of_row }
    }

    /// The number of the answer for a path.
    fn of(&mut self, path: &RepoPath) -> usize {
        let answer = self.ownership.of(path);
        let said = Said {
            row: answer.row.map(std::ptr::from_ref),
            line: answer.rule.map(|rule| rule.line),
            others: answer.others.clone(),
        };
        if let Some(known) = self.known.get(&said) {
            return *known;
        }
        let number = self.enter(&answer);
        self.known.insert(said, number);
        number
    }

    /// Two sayings may come to one answer, as two lines that name nobody do.
    fn enter(&mut self, answer: &OwnershipAnswer<'a>) -> usize {
        let is_all = !self.ownership.has_source();
        let of_path = if is_all { vec![PathRow::repository()] } else { answer.rows() };
        let rows: Vec<AnswerRow> = of_path
            .iter()
            .map(|row| AnswerRow {
                row: self.row(row),
                responsible: owned(&row.responsible),
                consulted: owned(&row.consulted),
                approvals: row.approvals,
                place: row.place(),
            })
            .collect();
        let mut places = Vec::new();
        let of_rows = of_path.iter().map(PathRow::place).filter(|place| !place.file.is_empty());
        for place in of_rows.chain(answer.assignments().into_iter().map(|assignment| assignment.place)) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        let state = if is_all { OwnedState::Owned } else { answer.state };
        let disagreement = answer.disagreement(&self.membership);
        let answer = PathAnswer { state, rows, places, disagreement };
        let next = self.answers.len();
        let number = *self.answers.entry(answer).or_insert(next);
        if number == next {
            self.states.push(state);
        }
        number
    }

    /// The number of a row, which is new where another file than the matrix makes it.
    fn row(&mut self, row: &PathRow<'_>) -> usize {
        let Some(&known) = self.of_row.get(&*row.id) else {
            self.rows.push(of_file(row));
            self.of_row.insert(row.id.clone().into_owned(), self.rows.len() - 1);
            return self.rows.len() - 1;
        };
        if let (None, Some(known)) = (row.row, self.rows.get_mut(known)) {
            // One file may name different people for different paths: as a row it names all of them.
            let made = row.made_by.as_ref();
            push_new(&mut known.responsible, made.map(|made| made.owners.as_slice()).unwrap_or_default());
            push_new(&mut known.consulted, made.map(|made| made.reviewers.as_slice()).unwrap_or_default());
            known.accountable.clone_from(&known.responsible);
            known.place = row.place().min(known.place.clone());
        }
        known
    }

    fn state(&self, answer: usize) -> OwnedState {
        self.states.get(answer).copied().unwrap_or(OwnedState::Unowned)
    }

    /// The rows that other files make are met in the order of paths; people look them up by file and line.
    fn finish(self) -> (Vec<RosterRow>, Vec<PathAnswer>) {
        let Self { rows, answers, .. } = self;
        let mut answers: Vec<(PathAnswer, usize)> = answers.into_iter().collect();
        answers.sort_by_key(|(_, number)| *number);
        let mut answers: Vec<PathAnswer> = answers.into_iter().map(|(answer, _)| answer).collect();
        let mut order: Vec<(usize, RosterRow)> = rows.into_iter().enumerate().collect();
        order.sort_by(|(a, left), (b, right)| {
            let of = |row: &RosterRow| row.dialect.map(|dialect| (dialect, row.place.clone()));
            of(left).cmp(&of(right)).then(a.cmp(b))
        });
        let mut now_at = vec![0; order.len()];
        for (now, (before, _)) in order.iter().enumerate() {
            if let Some(at) = now_at.get_mut(*before) {
                *at = now;
            }
        }
        for row in answers.iter_mut().flat_map(|answer| &mut answer.rows) {
            row.row = now_at.get(row.row).copied().unwrap_or_default();
        }
        (order.into_iter().map(|(_, row)| row).collect(), answers)
    }
}

fn of_matrix(matrix: &Matrix, row: &Row) -> RosterRow {
    let teams = || row.responsible.iter().filter_map(|who| matrix.team(who));
    RosterRow {
        id: row.id.clone(),
        dialect: None,
        kind: row.kind,
        scope: row.scope.iter().map(|pattern| pattern.source().to_owned()).collect(),
        purpose: row.purpose.clone(),
        tier: row.tier,
        responsible: row.responsible.clone(),
        approvals: row.approvals.max(1),
        accountable: row.accountable.clone(),
        supports: row.supports.clone(),
        consulted: row.consulted.clone(),
        informed: row.informed.clone(),
        director: row.director.clone().or_else(|| teams().find_map(|team| team.director.clone())),
        alternate: row.alternate.clone(),
        contact: row.contact.clone().or_else(|| teams().find_map(|team| team.contact.clone())),
        review_by: row.review_by,
        place: row.place.clone(),
    }
}

/// A row that another file makes: its owners are responsible and accountable.
fn of_file(row: &PathRow<'_>) -> RosterRow {
    let made = row.made_by.as_ref();
    let responsible = made.map_or_else(|| owned(&row.responsible), |made| owned(&made.owners));
    RosterRow {
        id: row.id.clone().into_owned(),
        dialect: made.map(|made| made.dialect),
        kind: RowKind::Resource,
        scope: made.and_then(|made| made.pattern).into_iter().map(str::to_owned).collect(),
        purpose: match &*row.id {
            REPOSITORY_ROW => Some("no file names an owner, so anyone but the author may answer".to_owned()),
            _ => made.and_then(|made| made.section).map(str::to_owned),
        },
        tier: None,
        accountable: responsible.clone(),
        responsible,
        approvals: made.map_or(1, |made| made.approvals),
        supports: Vec::new(),
        consulted: made.map(|made| owned(&made.reviewers)).unwrap_or_default(),
        informed: Vec::new(),
        director: None,
        alternate: Vec::new(),
        contact: None,
        review_by: None,
        place: row.place(),
    }
}

fn owned(people: &[Cow<'_, Principal>]) -> Vec<Principal> {
    people.iter().map(|who| who.clone().into_owned()).collect()
}

fn push_new(list: &mut Vec<Principal>, items: &[Cow<'_, Principal>]) {
    for item in items {
        if !list.contains(item) {
            list.push(item.clone().into_owned());
        }
    }
}
