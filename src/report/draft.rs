//! A draft to the text of `.changeward/ownership.toml`, commented as a person would.
//!
//! Its sink: a text of the source is written as a TOML string, with everything escaped that could end it, hide or
//! reorder what is read. That holds in comments too, where such a string is the only text of strangers, so that no
//! comment can become anything else.

use super::escape::{is_hidden, terminal};
use crate::model::{Doubt, Draft, DraftPerson, DraftRow, DraftTeam, Principal, Unused, counted};
use std::fmt::Write as _;

/// A list longer than this stands on several lines, in characters.
const LONG: usize = 100;

/// The text of the matrix.
pub fn matrix(draft: &Draft) -> String {
    let mut out = Text(String::new());
    out.comment("The RACI matrix: who is responsible and accountable for what, who is consulted and who is informed.");
    let sources: Vec<String> = draft.sources.iter().map(|source| quoted(source)).collect();
    out.comment(&format!("Imported by `changeward owners import` from {}.", sources.join(", ")));
    out.comment("Each row says where it comes from. What could not be used stands above its row, as a comment.");
    out.comment("A path belongs to the last row that matches it, so the more specific rows go last.");
    out.line("version = 1");
    escalation(draft, &mut out);
    if !draft.spellings.is_empty() {
        out.gap();
        out.comment("Names of the source, and who they were read as.");
        for spelling in &draft.spellings {
            out.comment(&format!("{} = {}", quoted(&spelling.name), quoted(spelling.who.as_str())));
        }
    }
    draft.teams.iter().for_each(|written| team(written, &mut out));
    draft.people.iter().for_each(|written| person(written, &mut out));
    draft.rows.iter().for_each(|written| row(written, &mut out));
    if !draft.unused.is_empty() {
        out.gap();
        unused(&draft.unused, &mut out);
    }
    out.0
}

/// What a person should look at, one line each: `FILE:LINE:COLUMN: …`.
pub fn doubts(doubts: &[Doubt]) -> String {
    let mut out = String::new();
    for doubt in doubts {
        out.push_str(&terminal(&doubt.to_string()));
        out.push('\n');
    }
    out
}

/// What was imported, and where it goes, in one sentence each.
pub fn summary(draft: &Draft) -> String {
    let rows = counted(draft.rows.len() as u64, "row");
    let silent = draft.rows.iter().filter(|row| row.contact.is_none()).count();
    let mut out = match draft.doubts.len() {
        0 => format!("imported {rows} without a doubt\n"),
        doubts => format!("imported {rows} with {}\n", counted(doubts as u64, "doubt")),
    };
    if silent > 0 {
        let rows = counted(silent as u64, "row");
        let _ = writeln!(out, "{rows} cannot be contacted: fill in `contact`, or give all of them one with --contact");
    }
    if draft.escalation.is_none() {
        out.push_str("nobody receives what nobody owns: fill in [escalation]\n");
    }
    out
}

fn escalation(draft: &Draft, out: &mut Text) {
    out.gap();
    out.comment(
        "Who receives what nobody owns: exactly one person, who can assign it. While nobody is named, a change of",
    );
    out.comment("a file that nobody owns is blocked.");
    match &draft.escalation {
        Some((owner, contact)) => {
            out.line("[escalation]");
            out.text("owner", owner.as_str());
            contact.iter().for_each(|contact| out.text("contact", contact));
        }
        None => {
            out.comment("[escalation]");
            out.comment("owner = \"@login\"");
            out.comment("contact = \"#channel\"");
            out.comment("acknowledge_within = \"4h\"");
            out.comment("resolve_within = \"5d\"");
        }
    }
}

fn team(team: &DraftTeam, out: &mut Text) {
    out.gap();
    out.comment(&terminal(&team.place.to_string()));
    unused(&team.unused, out);
    out.line(&format!("[teams.{}]", key(&team.name)));
    out.list("members", &team.members, true);
    team.contact.iter().for_each(|contact| out.text("contact", contact));
}

fn person(person: &DraftPerson, out: &mut Text) {
    out.gap();
    unused(&person.unused, out);
    out.line(&format!("[people.{}]", key(&person.login)));
    person.name.iter().for_each(|name| out.text("name", name));
    out.words("emails", person.emails.iter().map(String::as_str), false);
}

fn row(row: &DraftRow, out: &mut Text) {
    out.gap();
    if !row.above.is_empty() {
        unused(&row.above, out);
        out.gap();
    }
    let place = terminal(&row.place.to_string());
    if row.name == row.id || row.name.is_empty() {
        out.comment(&place);
    } else {
        out.comment(&format!("{place}: {}", quoted(&row.name)));
    }
    unused(&row.unused, out);
    out.line("[[row]]");
    out.text("id", &row.id);
    out.text("kind", row.kind.as_str());
    out.words("scope", row.scope.iter().map(String::as_str), false);
    let named = (row.name != row.id && !row.name.is_empty()).then_some(&row.name);
    row.purpose.as_ref().or(named).into_iter().for_each(|purpose| out.text("purpose", purpose));
    row.tier.iter().for_each(|tier| out.line(&format!("tier = {tier}")));
    out.list("responsible", &row.responsible, true);
    row.approvals.iter().for_each(|number| out.line(&format!("approvals = {number}")));
    match row.accountable.as_slice() {
        [] => out.comment("accountable = \"@login\""),
        [one] => out.text("accountable", one.as_str()),
        several => out.list("accountable", several, true),
    }
    out.list("supports", &row.supports, false);
    out.list("consulted", &row.consulted, false);
    out.list("informed", &row.informed, false);
    row.director.iter().for_each(|director| out.text("director", director.as_str()));
    out.list("alternate", &row.alternate, false);
    row.contact.iter().for_each(|contact| out.text("contact", contact));
    row.review_by.iter().for_each(|day| {
        if is_plain_day(day) { out.line(&format!("review_by = {day}")) } else { out.text("review_by", day) }
    });
}

/// A day that TOML reads as one. Others, and moments, are text.
fn is_plain_day(day: &str) -> bool {
    day.len() == 10 && (day.starts_with("19") || day.starts_with("20"))
}

fn unused(all: &[Unused], out: &mut Text) {
    for one in all {
        let text = quoted(&one.text);
        match &one.column {
            Some(column) => out.comment(&format!("cell {text} of column {}: {}", quoted(column), one.why)),
            None => out.comment(&format!("{text}: {}", one.why)),
        }
    }
}

/// The lines of the file. Each method writes whole ones.
struct Text(String);

impl Text {
    /// A line of ours, in which every text of strangers went through [`quoted`] or [`key`].
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn comment(&mut self, line: &str) {
        self.line(&format!("# {line}"));
    }

    fn gap(&mut self) {
        self.0.push('\n');
    }

    fn text(&mut self, key: &str, text: &str) {
        self.line(&format!("{key} = {}", quoted(text)));
    }

    fn list(&mut self, key: &str, list: &[Principal], always: bool) {
        self.words(key, list.iter().map(Principal::as_str), always);
    }

    fn words<'a>(&mut self, key: &str, words: impl Iterator<Item = &'a str>, always: bool) {
        let words: Vec<String> = words.map(quoted).collect();
        if words.is_empty() && !always {
            return;
        }
        let one = format!("{key} = [{}]", words.join(", "));
        if one.chars().count() <= LONG {
            return self.line(&one);
        }
        self.line(&format!("{key} = ["));
        words.iter().for_each(|word| self.line(&format!("    {word},")));
        self.line("]");
    }
}

/// A basic string of TOML (1.0, "String"), in which nothing is hidden.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) => {
                // Writing to a string cannot fail.
                let _ = match u32::from(c) {
                    code @ ..=0xffff => write!(out, "\\u{code:04X}"),
                    code => write!(out, "\\U{code:08X}"),
                };
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A part of a key: bare where TOML allows it.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { name.to_owned() } else { quoted(name) }
}

#[cfg(test)]
mod tests {
    use super::{key, quoted};
    use proptest::prelude::*;

    #[test]
    fn what_could_end_a_string_or_hide_in_it_is_escaped() {
        let table = [
            ("a \"b\" \\", r#""a \"b\" \\""#),
            ("\"\"\"\n]", r#""\"\"\"\n]""#),
            ("\u{1b}[2J\u{202e}\u{e0041}", r#""\u001B[2J\u202E\U000E0041""#),
            ("é", "\"é\""),
        ];
        for (text, expected) in table {
            assert_eq!(quoted(text), expected);
        }
        assert_eq!([key("pay-1"), key("a.b"), key("")], ["pay-1", "\"a.b\"", "\"\""]);
    }

    proptest! {
        #[test]
        fn a_string_is_read_back_and_is_one_line(text in any::<String>()) {
            let line = format!("a = {}", quoted(&text));
            prop_assert!(!line.chars().any(char::is_control));
            let table: toml::Table = line.parse().unwrap();
            prop_assert_eq!(table["a"].as_str(), Some(text.as_str()));
        }
    }
}
