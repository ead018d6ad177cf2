//! The roster as one page of HTML that needs nothing beside itself.
//!
//! All of it is there without a script: the escalation path, the matrix, the teams, the people. The script adds the search,
//! over the data at the end of the page. The page's own policy lets no other script run and nothing be fetched; the digests
//! in it are those of the two files that stand beside this one.

use super::lists::{self, MOST_GAPS, TITLE};
use super::{Stamp, data};
use crate::model::{Letter, Part, Principal, Roster, RosterRow, RosterTeam};
use crate::report::escape_html::{anchor, html, link};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes the page.
pub(super) fn write(roster: &Roster, stamp: Option<&Stamp>, out: &mut impl Write) -> io::Result<()> {
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once("{{") {
        out.write_all(before.as_bytes())?;
        let (slot, after) = after.split_once("}}").unwrap_or((after, ""));
        fill(slot, roster, stamp, out)?;
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

fn fill(slot: &str, roster: &Roster, stamp: Option<&Stamp>, out: &mut impl Write) -> io::Result<()> {
    match slot {
        "title" => write!(out, "{}", html(TITLE)),
        "style" => out.write_all(STYLE.as_bytes()),
        "script" => out.write_all(SCRIPT.as_bytes()),
        "style-digest" => write!(out, "{}", digest(STYLE)),
        "script-digest" => write!(out, "{}", digest(SCRIPT)),
        "coverage" => {
            let order =
                if roster.has_source { " Of several rows that match a path the last one is its row." } else { "" };
            write!(out, "{}{order}", html(&lists::coverage(roster, stamp)))
        }
        "origin" => write!(out, "{}", html(&lists::origin(stamp))),
        "team-options" => roster.teams.iter().try_for_each(|team| option(out, &team.name, &team.name)),
        "part-options" => {
            RosterRow::LETTERS.iter().try_for_each(|letter| option(out, letter.as_str(), lists::word(*letter)))
        }
        "tier-options" => tiers(roster).into_iter().try_for_each(|tier| option(out, &tier, &format!("tier {tier}"))),
        "escalation" => escalation(roster, out),
        "matrix" => matrix(roster, out),
        "other-rows" => other_rows(roster, out),
        "teams" => teams(roster, out),
        "people" => people(roster, out),
        "gaps" => gaps(roster, out),
        "data" => data::write(roster, out),
        _ => Ok(()),
    }
}

/// The source expression of a content security policy for one inline element (CSP 3, 2.3.1).
fn digest(text: &str) -> String {
    format!("sha256-{}", BASE64.encode(Sha256::digest(text.as_bytes())))
}

fn option(out: &mut impl Write, value: &str, text: &str) -> io::Result<()> {
    write!(out, "<option value=\"{}\">{}</option>", html(value), html(text))
}

fn tiers(roster: &Roster) -> Vec<String> {
    let tiers: std::collections::BTreeSet<u8> = roster.rows.iter().filter_map(|row| row.tier).collect();
    tiers.into_iter().map(|tier| tier.to_string()).collect()
}

fn escalation(roster: &Roster, out: &mut impl Write) -> io::Result<()> {
    let Some(escalation) = &roster.escalation else {
        return write!(
            out,
            "<p>No escalation owner is named. Write <code>[escalation]</code> in <code>.changeward/ownership.toml</code>.</p>"
        );
    };
    write!(out, "<ol class=\"steps\">")?;
    for step in lists::steps(escalation) {
        let contact = step.contact.map(|contact| format!(" {}", reach(contact))).unwrap_or_default();
        let when = if step.when.is_empty() {
            String::new()
        } else {
            format!("<span class=\"soft\">{}</span>", html(&step.when))
        };
        writeln!(out, "<li>{}{contact}{when}</li>", name(step.who.as_str()))?;
    }
    write!(out, "</ol>")
}

fn matrix(roster: &Roster, out: &mut impl Write) -> io::Result<()> {
    if !roster.has_source {
        return write!(out, "<p>Nobody is named. Run <code>changeward init</code>, or add a CODEOWNERS file.</p>");
    }
    let rows: Vec<&RosterRow> = roster.rows.iter().filter(|row| row.dialect.is_none()).collect();
    if rows.is_empty() {
        return write!(out, "<p>There are no rows in <code>.changeward/ownership.toml</code>.</p>");
    }
    let head = ["Row", "Accountable", "Responsible", "Others", "Contact"];
    begin_table(out, "matrix-title", &head)?;
    for row in rows {
        let tier = row.tier.map(|tier| format!(" <span class=\"tier\">tier {tier}</span>")).unwrap_or_default();
        let mut about = format!("<code class=\"id\">{}</code>{tier}", html(&row.id));
        if let Some(purpose) = &row.purpose {
            about += &format!("<p class=\"purpose\">{}</p>", html(purpose));
        }
        about += &format!("<p class=\"soft\">{}</p>", scope(row));
        let review = row.review_by.map(|day| format!(", confirmed until {}", day.date())).unwrap_or_default();
        about += &format!("<p class=\"soft\">{}{review}</p>", place(row));
        let approvals = match row.approvals {
            ..=1 => String::new(),
            n => format!("<p class=\"soft\">{n} of them approve a change</p>"),
        };
        let others = [Letter::Supports, Letter::Consulted, Letter::Informed, Letter::Director, Letter::Alternate];
        let cells = [
            about,
            names(&row.accountable),
            names(&row.responsible) + &approvals,
            lettered(row, &others),
            row.contact.as_deref().map(reach).unwrap_or_default(),
        ];
        table_row(out, &anchor("row", &row.id), &head, &cells)?;
    }
    write!(out, "</tbody></table>")
}

fn scope(row: &RosterRow) -> String {
    let patterns: Vec<String> = row.scope.iter().map(|pattern| format!("<code>{}</code>", html(pattern))).collect();
    if patterns.is_empty() { format!("no files: it is a {}", row.kind.as_str()) } else { patterns.join(" ") }
}

/// The line that says so. It breaks after a slash, rather than within a name.
fn place(row: &RosterRow) -> String {
    format!("<code>{}</code>", html(&row.place.to_string()).replace('/', "/<wbr>"))
}

fn other_rows(roster: &Roster, out: &mut impl Write) -> io::Result<()> {
    let mut rows = roster.rows.iter().filter(|row| row.dialect.is_some()).peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    let head = ["Pattern", "Owners", "Reviewers", "Line"];
    write!(out, "<section aria-labelledby=\"others-title\"><h2 id=\"others-title\">Rows that other files make</h2>")?;
    begin_table(out, "others-title", &head)?;
    for row in rows {
        let about =
            if row.scope.is_empty() { format!("<code class=\"id\">{}</code>", html(&row.id)) } else { scope(row) };
        let section =
            row.purpose.as_deref().map(|name| format!("<p class=\"soft\">{}</p>", html(name))).unwrap_or_default();
        let cells = [about + &section, names(&row.responsible), names(&row.consulted), place(row)];
        table_row(out, &anchor("row", &row.id), &head, &cells)?;
    }
    write!(out, "</tbody></table></section>")
}

/// The roles are those that a table has anyway; a style that stacks its cells on a narrow screen would take them away.
fn begin_table(out: &mut impl Write, label: &str, head: &[&str]) -> io::Result<()> {
    write!(out, "<table role=\"table\" aria-labelledby=\"{label}\"><thead role=\"rowgroup\"><tr role=\"row\">")?;
    head.iter().try_for_each(|title| write!(out, "<th role=\"columnheader\" scope=\"col\">{title}</th>"))?;
    writeln!(out, "</tr></thead><tbody role=\"rowgroup\">")
}

fn table_row(out: &mut impl Write, id: &str, head: &[&str], cells: &[String]) -> io::Result<()> {
    write!(out, "<tr role=\"row\" id=\"{}\">", html(id))?;
    for (n, (title, cell)) in head.iter().zip(cells).enumerate() {
        match (n, cell.is_empty()) {
            (0, _) => write!(out, "<th role=\"rowheader\" scope=\"row\">{cell}</th>")?,
            (_, true) => write!(out, "<td role=\"cell\" class=\"empty\"></td>")?,
            (_, false) => write!(out, "<td role=\"cell\" data-label=\"{title}\">{cell}</td>")?,
        }
    }
    writeln!(out, "</tr>")
}

fn teams(roster: &Roster, out: &mut impl Write) -> io::Result<()> {
    if roster.teams.is_empty() {
        return Ok(());
    }
    write!(out, "<section aria-labelledby=\"teams-title\"><h2 id=\"teams-title\">Teams</h2><div class=\"cards\">")?;
    for team in &roster.teams {
        writeln!(out, "<article id=\"{}\"><h3>{}</h3><dl>", html(&anchor("team", &team.name)), html(&team.name))?;
        for (what, text) in described(roster, team) {
            write!(out, "<dt>{what}</dt><dd>{text}</dd>")?;
        }
        writeln!(out, "</dl></article>")?;
    }
    write!(out, "</div></section>")
}

fn described(roster: &Roster, team: &RosterTeam) -> Vec<(&'static str, String)> {
    let members = match &team.members {
        None => "known to the forge only".to_owned(),
        Some(members) if members.is_empty() => "nobody".to_owned(),
        Some(members) => names(members),
    };
    let mut all = vec![("Members", members)];
    all.extend(team.contact.as_deref().map(|contact| ("Contact", reach(contact))));
    all.extend(team.director.as_ref().map(|who| ("Director", name(who.as_str()))));
    all.extend(team.goals.as_deref().map(|goals| ("Measured by", html(goals))));
    all.push(("Rows", parts(roster, &team.rows)));
    all
}

fn people(roster: &Roster, out: &mut impl Write) -> io::Result<()> {
    if roster.people.is_empty() {
        return Ok(());
    }
    write!(out, "<section aria-labelledby=\"people-title\"><h2 id=\"people-title\">People</h2><ul class=\"people\">")?;
    for person in &roster.people {
        let key = person.who.key();
        write!(out, "<li id=\"{}\">{}", html(&anchor("person", key)), name(person.who.as_str()))?;
        let mut told: Vec<String> = person.name.as_deref().map(html).into_iter().collect();
        told.extend(person.left.then(|| "<strong>has left</strong>".to_owned()));
        told.extend(person.away.iter().map(|away| format!("<strong>{}</strong>", html(&lists::away(away)))));
        let teams = person.teams.iter().filter_map(|team| roster.teams.get(*team));
        let teams: Vec<String> = teams.map(|team| to(&anchor("team", &team.name), &team.name)).collect();
        if !teams.is_empty() {
            told.push(format!("in {}", teams.join(", ")));
        }
        if !told.is_empty() {
            write!(out, " <span class=\"soft\">{}</span>", told.join("; "))?;
        }
        if !person.rows.is_empty() {
            write!(out, "<p>{}</p>", parts(roster, &person.rows))?;
        }
        writeln!(out, "</li>")?;
    }
    write!(out, "</ul></section>")
}

fn gaps(roster: &Roster, out: &mut impl Write) -> io::Result<()> {
    if roster.gaps.is_empty() {
        return Ok(());
    }
    write!(
        out,
        "<section aria-labelledby=\"gaps-title\"><h2 id=\"gaps-title\">What nobody answers for</h2><ul class=\"plain\">"
    )?;
    for gap in roster.gaps.iter().take(MOST_GAPS) {
        let (path, words) = lists::gap(gap);
        writeln!(out, "<li><code>{}</code> <span class=\"soft\">{}</span></li>", html(&path), html(&words))?;
    }
    if let more @ 1.. = roster.gaps.len().saturating_sub(MOST_GAPS) {
        write!(out, "<li class=\"soft\">and {more} more: <code>changeward owners --unowned</code> names them</li>")?;
    }
    write!(out, "</ul></section>")
}

/// A name never breaks inside: a login that is cut in two is read as two.
fn name(who: &str) -> String {
    format!("<code class=\"who\">{}</code>", html(who))
}

fn names(people: &[Principal]) -> String {
    people.iter().map(|who| name(who.as_str())).collect::<Vec<_>>().join(" ")
}

fn lettered(row: &RosterRow, letters: &[Letter]) -> String {
    let named = letters.iter().filter(|letter| !row.people(**letter).is_empty());
    named.map(|l| format!("<p><span class=\"soft\">{}</span> {}</p>", lists::word(*l), names(row.people(*l)))).collect()
}

fn parts(roster: &Roster, parts: &[Part]) -> String {
    let part = |part: &Part| {
        let row = roster.rows.get(part.row)?;
        let letters: Vec<&str> = part.letters.iter().map(|letter| lists::word(*letter)).collect();
        Some(format!("{} <span class=\"soft\">{}</span>", to(&anchor("row", &row.id), &row.id), letters.join(", ")))
    };
    let all: Vec<String> = parts.iter().filter_map(part).collect();
    if all.is_empty() { "none".to_owned() } else { all.join("<br>") }
}

/// A link within the page.
fn to(anchor: &str, text: &str) -> String {
    format!("<a href=\"#{}\">{}</a>", html(anchor), html(text))
}

/// Where to reach somebody.
fn reach(contact: &str) -> String {
    match link(contact) {
        Some(url) => format!("<a class=\"reach\" href=\"{}\" rel=\"noreferrer\">{}</a>", html(&url), html(contact)),
        None => format!("<code class=\"reach\">{}</code>", html(contact)),
    }
}
