//! The roster as one Markdown file, to be read where the repository is read.
//!
//! In an incident the first question is whom to call, so the escalation path stands first. Names stand in code spans:
//! a page that named people outright would call all of them each time it is shown.

use super::Stamp;
use super::lists::{self, MOST_GAPS, TITLE};
use crate::model::{Letter, Part, Principal, Roster, RosterRow};
use crate::report::escape::{markdown, markdown_cell, markdown_cell_code, markdown_code};
use crate::report::escape_html::{anchor, link};
use std::io::{self, Write};

/// Writes the page.
pub(super) fn write(roster: &Roster, stamp: Option<&Stamp>, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "<!-- Made by changeward owners docs. Do not edit it: change what it is made from, then make it again. -->\n"
    )?;
    writeln!(out, "# {TITLE}\n\n{}\n", lists::coverage(roster, stamp))?;
    writeln!(out, "For one path: `changeward owners PATH`, offline from any clone.\n")?;
    escalation(roster, out)?;
    matrix(roster, out)?;
    other_rows(roster, out)?;
    teams(roster, out)?;
    people(roster, out)?;
    gaps(roster, out)?;
    writeln!(out, "---\n\n{}", lists::origin(stamp))
}

fn escalation(roster: &Roster, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "## When nobody answers\n")?;
    let Some(escalation) = &roster.escalation else {
        return writeln!(out, "No escalation owner is named. Write `[escalation]` in `.changeward/ownership.toml`.\n");
    };
    for (n, step) in (1..).zip(lists::steps(escalation)) {
        let contact = step.contact.map(|contact| format!(", {}", reach(contact))).unwrap_or_default();
        let when = if step.when.is_empty() { String::new() } else { format!(": {}", step.when) };
        writeln!(out, "{n}. {}{contact}{when}", markdown_code(step.who.as_str()))?;
    }
    writeln!(out)
}

fn matrix(roster: &Roster, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "## Responsibility matrix\n")?;
    if !roster.has_source {
        return writeln!(out, "Nobody is named. Run `changeward init`, or add a CODEOWNERS file.\n");
    }
    let rows: Vec<&RosterRow> = roster.rows.iter().filter(|row| row.dialect.is_none()).collect();
    if rows.is_empty() {
        return writeln!(out, "There are no rows in `.changeward/ownership.toml`.\n");
    }
    writeln!(
        out,
        "| Row | Tier | Accountable | Responsible | Others | Director, alternates | Contact | Confirmed until |"
    )?;
    writeln!(out, "| --- | --- | --- | --- | --- | --- | --- | --- |")?;
    for row in rows {
        let purpose = row.purpose.as_deref().map(|purpose| format!("<br>{}", prose_cell(purpose))).unwrap_or_default();
        let approvals = if row.approvals > 1 { format!(" ({} approve)", row.approvals) } else { String::new() };
        writeln!(
            out,
            "| <a id=\"{}\"></a>{}{purpose} | {} | {} | {}{approvals} | {} | {} | {} | {} |",
            anchor("row", &row.id),
            markdown_cell_code(&row.id),
            row.tier.map(|tier| tier.to_string()).unwrap_or_default(),
            names(&row.accountable),
            names(&row.responsible),
            lettered(row, &[Letter::Supports, Letter::Consulted, Letter::Informed]),
            lettered(row, &[Letter::Director, Letter::Alternate]),
            row.contact.as_deref().map(reach).unwrap_or_default(),
            row.review_by.map(crate::model::Moment::date).unwrap_or_default(),
        )?;
    }
    writeln!(out, "\nR does the work, A answers for it, S helps, C is asked before, I is told after, D approves its")?;
    writeln!(out, "emergencies, alt stands in.")?;
    writeln!(out, "\nWhat each row answers for, the last that matches a path:\n")?;
    for row in roster.rows.iter().filter(|row| row.dialect.is_none()) {
        let scope: Vec<String> = row.scope.iter().map(|pattern| markdown_code(pattern)).collect();
        let scope =
            if scope.is_empty() { format!("no files: it is a {}", row.kind.as_str()) } else { scope.join(", ") };
        writeln!(out, "- {}: {scope} ({})", row_link(row), markdown_code(&row.place.to_string()))?;
    }
    writeln!(out)
}

fn other_rows(roster: &Roster, out: &mut impl Write) -> io::Result<()> {
    let rows: Vec<&RosterRow> = roster.rows.iter().filter(|row| row.dialect.is_some()).collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Rows that other files make\n")?;
    writeln!(out, "| Row | Pattern | Owners | Reviewers | Line |\n| --- | --- | --- | --- | --- |")?;
    for row in rows {
        let patterns: Vec<String> = row.scope.iter().map(|pattern| markdown_cell_code(pattern)).collect();
        writeln!(
            out,
            "| <a id=\"{}\"></a>{} | {} | {} | {} | {} |",
            anchor("row", &row.id),
            markdown_cell_code(&row.id),
            patterns.join(" "),
            names(&row.responsible),
            names(&row.consulted),
            markdown_cell_code(&row.place.to_string()),
        )?;
    }
    writeln!(out)
}

fn teams(roster: &Roster, out: &mut impl Write) -> io::Result<()> {
    if roster.teams.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Teams\n")?;
    for team in &roster.teams {
        writeln!(out, "### <a id=\"{}\"></a>{}\n", anchor("team", &team.name), markdown_code(&team.name))?;
        let members = match &team.members {
            None => "known to the forge only".to_owned(),
            Some(members) if members.is_empty() => "nobody".to_owned(),
            Some(members) => names(members),
        };
        writeln!(out, "- Members: {members}")?;
        for (what, who) in [("Director", &team.director)] {
            if let Some(who) = who {
                writeln!(out, "- {what}: {}", markdown_code(who.as_str()))?;
            }
        }
        if let Some(contact) = &team.contact {
            writeln!(out, "- Contact: {}", reach(contact))?;
        }
        if let Some(goals) = &team.goals {
            writeln!(out, "- Measured by: {}", prose(goals))?;
        }
        writeln!(out, "- Rows: {}\n", parts(roster, &team.rows))?;
    }
    Ok(())
}

fn people(roster: &Roster, out: &mut impl Write) -> io::Result<()> {
    if roster.people.is_empty() {
        return Ok(());
    }
    writeln!(out, "## People\n")?;
    for person in &roster.people {
        let mut told = Vec::new();
        if let Some(name) = &person.name {
            told.push(prose(name));
        }
        if person.left {
            told.push("has left".to_owned());
        }
        told.extend(person.away.iter().map(lists::away));
        if !person.rows.is_empty() {
            told.push(parts(roster, &person.rows));
        }
        let teams = person.teams.iter().filter_map(|team| roster.teams.get(*team));
        let teams: Vec<String> =
            teams.map(|t| format!("[{}](#{})", markdown_code(&t.name), anchor("team", &t.name))).collect();
        if !teams.is_empty() {
            told.push(format!("in {}", teams.join(", ")));
        }
        let told = if told.is_empty() { String::new() } else { format!(": {}", told.join("; ")) };
        writeln!(out, "- {}{told}", markdown_code(person.who.as_str()))?;
    }
    writeln!(out)
}

fn gaps(roster: &Roster, out: &mut impl Write) -> io::Result<()> {
    if roster.gaps.is_empty() {
        return Ok(());
    }
    writeln!(out, "## What nobody answers for\n")?;
    for gap in roster.gaps.iter().take(MOST_GAPS) {
        let (path, words) = lists::gap(gap);
        let words = if words.is_empty() { words } else { format!(": {words}") };
        writeln!(out, "- {}{words}", markdown_code(&path))?;
    }
    if let more @ 1.. = roster.gaps.len().saturating_sub(MOST_GAPS) {
        writeln!(out, "- and {more} more: `changeward owners --unowned` names them")?;
    }
    writeln!(out)
}

fn names(people: &[Principal]) -> String {
    people.iter().map(|who| markdown_cell_code(who.as_str())).collect::<Vec<_>>().join(" ")
}

fn lettered(row: &RosterRow, letters: &[Letter]) -> String {
    let named = letters.iter().filter(|letter| !row.people(**letter).is_empty());
    named.map(|letter| format!("{} {}", letter.as_str(), names(row.people(*letter)))).collect::<Vec<_>>().join("<br>")
}

fn parts(roster: &Roster, parts: &[Part]) -> String {
    let part = |part: &Part| {
        let row = roster.rows.get(part.row)?;
        let letters: Vec<&str> = part.letters.iter().map(|letter| letter.as_str()).collect();
        Some(format!("{} {}", row_link(row), letters.join(" ")))
    };
    let all: Vec<String> = parts.iter().filter_map(part).collect();
    if all.is_empty() { "none".to_owned() } else { all.join(", ") }
}

fn row_link(row: &RosterRow) -> String {
    format!("[{}](#{})", markdown_code(&row.id), anchor("row", &row.id))
}

/// Where to reach somebody: a web address is a link, everything else a code span.
fn reach(contact: &str) -> String {
    match link(contact) {
        Some(url) if url.starts_with("http") && !url.contains('|') => format!("<{url}>"),
        _ => markdown_cell_code(contact),
    }
}

fn prose(text: &str) -> String {
    markdown(&flat(text))
}

fn prose_cell(text: &str) -> String {
    markdown_cell(&flat(text))
}

/// Line ends become blanks, as they do where Markdown is shown.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
