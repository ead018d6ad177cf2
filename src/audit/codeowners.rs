//! Lines of CODEOWNERS that do nothing, and what was noticed while the files that name owners were read.

use super::ground::Ground;
use super::lint;
use super::said::Said;
use crate::model::{Dialect, Finding, OwnerRule, Pattern, Place, RepoPath, SectionEntry};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Patterns tried before the search for lines that match nothing is given up. Ten thousand ordinary lines over a million
/// paths take a tenth of it.
const MOST_STEPS: u64 = 50_000_000;

pub(super) fn lints(ground: &Ground<'_>, notes: &mut Vec<String>) -> Vec<Said> {
    let mut found: Vec<Said> = ground.evidence.noticed.iter().map(noticed).collect();
    found.extend(idle(ground, notes));
    found
}

/// A finding of the parsers. It is about a line, and known by what it says: the line moves.
fn noticed(finding: &Finding) -> Said {
    let file = finding.paths.first().cloned().unwrap_or_default();
    let what = finding.msg.split_once(": ").map_or(finding.msg.as_str(), |(_place, what)| what);
    let mut said = Said::new("", format!("{file}: {what}"), finding.msg.clone()).about(finding.paths.clone());
    said.code = Cow::Owned(finding.code.clone());
    said.line = finding.line;
    said.help.clone_from(&finding.help);
    // What the lint weighs is in the list; for what is not in it, the parser knows.
    said.severity = lint::find(&finding.code).is_none().then_some(finding.severity);
    said
}

/// One line of a CODEOWNERS file.
struct Line<'e> {
    number: u32,
    pattern: &'e Pattern,
    /// As it is written.
    written: &'e str,
    /// It takes files out, and so never answers itself.
    excludes: bool,
    /// It matches some file.
    matched: bool,
}

impl<'e> Line<'e> {
    fn of_rule((rule, matched): (&'e OwnerRule, bool)) -> Self {
        let (number, pattern) = (rule.line, &rule.pattern);
        Self { number, pattern, written: pattern.source(), excludes: false, matched }
    }

    fn of_entry((entry, matched): (&'e SectionEntry, bool)) -> Self {
        let (number, pattern) = (entry.line, &entry.pattern);
        Self { number, pattern, written: &entry.written, excludes: entry.excludes, matched }
    }
}

/// Lines that match no file, and lines whose files later lines take.
fn idle(ground: &Ground<'_>, notes: &mut Vec<String>) -> Vec<Said> {
    let sources = &ground.evidence.ownership.sources;
    let paths = || ground.evidence.files.iter().map(|file| &file.file.path);
    let mut found = Vec::new();
    if let Some(codeowners) = &sources.codeowners {
        let rules = codeowners.ever_matching(paths(), MOST_STEPS);
        let lines = rules.map(|rules| rules.into_iter().map(Line::of_rule).collect());
        found.extend(told(ground, Dialect::Github, &codeowners.path, lines, notes));
    }
    if let Some(sections) = &sources.sections {
        let entries = sections.ever_matching(paths(), MOST_STEPS);
        let lines = entries.map(|entries| entries.into_iter().map(Line::of_entry).collect());
        found.extend(told(ground, Dialect::Gitlab, &sections.path, lines, notes));
    }
    found
}

fn told(
    ground: &Ground<'_>,
    dialect: Dialect,
    path: &RepoPath,
    lines: Option<Vec<Line<'_>>>,
    notes: &mut Vec<String>,
) -> Vec<Said> {
    let file = path.quoted();
    let Some(lines) = lines else {
        let why = "its patterns are too costly to try on every file; lines that match nothing were not looked for";
        notes.push(format!("{file}: {why}"));
        return Vec::new();
    };
    let assignments = ground.groups.iter().flat_map(|group| group.answer.assignments());
    let winners: BTreeSet<u32> =
        assignments.filter(|said| said.dialect == dialect).map(|said| said.place.line).collect();
    let mut found = Vec::new();
    // The parser has said so of a pattern that no path at all can match.
    for line in lines.iter().filter(|line| !line.pattern.matches_nothing()) {
        let (written, place) = (line.written, Place { file: file.clone(), line: line.number });
        let said = |code, what| Said::new(code, format!("{file} {written}"), format!("`{written}` {what}")).at(&place);
        if !line.matched {
            found.push(said("CODEOWNERS_DEAD", "matches no tracked file"));
        } else if !line.excludes && !winners.contains(&line.number) {
            found.push(said("CODEOWNERS_SHADOWED", "decides nothing: other lines take every file it matches"));
        }
    }
    found
}
