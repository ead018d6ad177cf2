//! A line a path (RFC 4180), lists separated by blanks: for spreadsheets and scripts.
//!
//! The same words come again and again, so what stands behind the path is written once for each answer.

use super::{contacts, escalation, in_parallel, is_owned, names, paths, people};
use crate::model::{Asked, Duty, Letter, OwnershipAnswer, Principal, Question};
use crate::report::escape::{csv, csv_path};
use std::collections::HashMap;
use std::io::{self, Write};

const COLUMNS: &str = "path,owned,rows,responsible,accountable,supports,consulted,informed,director,alternate,contact,\
                       escalation,approvals,tier,place\n";

const DUTIES: &str = "who,row,letters,via,files,tier,contact,purpose,place\n";

pub(super) fn write(asked: &Asked, out: &mut impl Write) -> io::Result<()> {
    if let Question::Mine(who, duties) = &asked.question {
        out.write_all(DUTIES.as_bytes())?;
        return duties.iter().try_for_each(|duty| out.write_all(of_duty(who, duty).as_bytes()));
    }
    let unowned = matches!(asked.question, Question::Unowned(_));
    out.write_all(COLUMNS.as_bytes())?;
    let written = in_parallel(&paths(asked), |paths, out| {
        let mut known: HashMap<(usize, usize), String> = HashMap::new();
        for (path, _) in paths {
            if unowned && is_owned(asked, path) {
                continue;
            }
            out.extend_from_slice(csv_path(&path.quoted()).as_bytes());
            let answer = asked.ownership.of(path);
            if answer.others.is_empty() {
                out.extend_from_slice(known.entry(key(&answer)).or_insert_with(|| rest(asked, &answer)).as_bytes());
            } else {
                out.extend_from_slice(rest(asked, &answer).as_bytes());
            }
        }
    });
    written.iter().try_for_each(|part| out.write_all(part))
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
    let of = |letter| names(people(&asked.ownership, &rows, letter), " ");
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
