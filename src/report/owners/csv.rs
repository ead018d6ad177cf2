//! A line a path (RFC 4180), lists separated by blanks: for spreadsheets and scripts.
//!
//! The same words come again and again, so what stands behind the path is written once for each answer.

use super::{PIECE_BYTES, PIECE_FILES, People, contacts, escalation, in_parallel, is_owned, names, paths};
use crate::model::{Asked, Duty, Letter, OwnershipAnswer, PathList, Principal, Question, RepoPath};
use crate::report::escape::{csv, csv_path};
use std::collections::HashMap;
use std::io::{self, Write};

const COLUMNS: &str = "path,owned,rows,responsible,accountable,supports,consulted,informed,director,alternate,contact,\
                       escalation,approvals,tier,place\n";

const DUTIES: &str = "who,row,about,letters,via,files,tier,contact,purpose,place\n";

pub(super) fn write(asked: &Asked, out: &mut impl Write) -> io::Result<()> {
    if let Question::Mine(who, duties) = &asked.question {
        out.write_all(DUTIES.as_bytes())?;
        return duties.iter().try_for_each(|duty| out.write_all(of_duty(who, duty).as_bytes()));
    }
    out.write_all(COLUMNS.as_bytes())?;
    if let Question::Listed(list) = &asked.question {
        let write = |lines: &mut Lines<'_>, piece: &&[u8], out: &mut Vec<u8>| lines.write(PathList::paths(piece), out);
        return in_parallel(&list.pieces(PIECE_BYTES), || Lines::new(asked), write, out);
    }
    let unowned = matches!(asked.question, Question::Unowned(_));
    let paths: Vec<&RepoPath> = paths(asked).into_iter().map(|(path, _)| path).collect();
    let wanted = |path: &&RepoPath| !unowned || !is_owned(asked, path);
    let pieces: Vec<&[&RepoPath]> = paths.chunks(PIECE_FILES).collect();
    let write = |lines: &mut Lines<'_>, piece: &&[&RepoPath], out: &mut Vec<u8>| {
        lines.write(piece.iter().copied().filter(wanted).cloned(), out);
    };
    in_parallel(&pieces, || Lines::new(asked), write, out)
}

/// What stands behind a path, once for each answer.
struct Lines<'a> {
    asked: &'a Asked,
    known: HashMap<(usize, usize), String>,
}

impl<'a> Lines<'a> {
    fn new(asked: &'a Asked) -> Self {
        Self { asked, known: HashMap::new() }
    }

    fn write(&mut self, paths: impl Iterator<Item = RepoPath>, out: &mut Vec<u8>) {
        for path in paths {
            match path.as_bytes() {
                plain if is_plain(plain) => out.extend_from_slice(plain),
                _ => out.extend_from_slice(csv_path(&path.quoted()).as_bytes()),
            }
            let answer = self.asked.ownership.of(&path);
            if answer.others.is_empty() {
                let said = self.known.entry(key(&answer)).or_insert_with(|| rest(self.asked, &answer));
                out.extend_from_slice(said.as_bytes());
            } else {
                out.extend_from_slice(rest(self.asked, &answer).as_bytes());
            }
        }
    }
}

/// A path that is its own cell: letters, digits and a few marks, none of which means anything to a reader of the file.
fn is_plain(path: &[u8]) -> bool {
    let harmless = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'_' | b'-' | b'+' | b'@');
    path.first().is_some_and(|first| !matches!(first, b'-' | b'+' | b'@')) && path.iter().all(harmless)
}

/// The row of the matrix and the line of CODEOWNERS, by where they are in memory.
fn key(answer: &OwnershipAnswer<'_>) -> (usize, usize) {
    let at = |row: Option<usize>| row.unwrap_or(0);
    (
        at(answer.row.map(|row| std::ptr::from_ref(row).addr())),
        at(answer.rule.map(|rule| std::ptr::from_ref(rule).addr())),
    )
}

/// Everything behind the path, with the comma before it and the end of the line.
fn rest(asked: &Asked, answer: &OwnershipAnswer<'_>) -> String {
    let (owned, rows) = asked.rows(answer);
    let people = People::of(&asked.ownership, &rows);
    let of = |letter| names(people.who(letter).iter().copied(), " ");
    let escalation = escalation(asked).map(|escalation| escalation.owner.as_str().to_owned());
    let approvals = rows.iter().map(|row| row.approvals).max().map(|most| most.to_string());
    let tier = rows.iter().filter_map(|row| row.row?.tier).min().map(|tier| tier.to_string());
    let ids: Vec<&str> = rows.iter().map(|row| &*row.id).collect();
    let mut places: Vec<String> = rows.iter().map(|row| row.place().to_string()).filter(|at| !at.is_empty()).collect();
    places.extend(answer.assignments().iter().map(|assignment| assignment.place.to_string()));
    let mut seen = std::collections::BTreeSet::new();
    places.retain(|place| seen.insert(place.clone()));
    let cells = [
        owned.as_str().to_owned(),
        ids.join(" "),
        of(Letter::Responsible),
        of(Letter::Accountable),
        of(Letter::Supports),
        of(Letter::Consulted),
        of(Letter::Informed),
        of(Letter::Director),
        of(Letter::Alternate),
        contacts(&rows).join(" "),
        escalation.unwrap_or_default(),
        approvals.unwrap_or_default(),
        tier.unwrap_or_default(),
        places.join(" "),
    ];
    line(&cells)
}

fn line(cells: &[String]) -> String {
    let mut line = String::new();
    for cell in cells {
        line.push(',');
        line.push_str(&csv(cell));
    }
    line.push('\n');
    line
}

fn of_duty(who: &Principal, duty: &Duty) -> String {
    let letters: Vec<&str> = duty.letters.iter().map(|letter| letter.as_str()).collect();
    let cells = [
        duty.name.clone(),
        duty.about.clone().unwrap_or_default(),
        letters.join(" "),
        names(&duty.via, " "),
        duty.files.to_string(),
        duty.tier.map(|tier| tier.to_string()).unwrap_or_default(),
        duty.contact.clone().unwrap_or_default(),
        duty.purpose.clone().unwrap_or_default(),
        duty.place.to_string(),
    ];
    csv(who.as_str()) + &line(&cells)
}
