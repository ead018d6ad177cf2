//! Below the first screen: the details of a decision, and with `--explain` everything: for every class not chosen why not,
//! which files alone keep the change from being standard, every finding, every file.

use super::Style;
use super::human::{Page, titled};
use super::text::{Line, Para, Tone, write_lines};
use super::words;
use crate::model::{Decision, EditKind, FileFacts, OwnedState};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Levels, findings, obligations, files by row, and what the decision rests on.
pub(super) fn details(page: &Page<'_>) -> Vec<Line> {
    [
        titled("To make it standard", split(page)),
        titled("Approvals", levels(page)),
        titled("Waived", waived(page)),
        titled("Findings", findings(page)),
        titled("Owed afterwards", obligations(page)),
        titled(&files_title(page.decision), rows(page)),
        titled("Rests on", foundations(page)),
    ]
    .concat()
}

/// The rest of `--explain`.
pub(super) fn write_everything(page: &Page<'_>, style: &Style, out: &mut impl Write) -> io::Result<()> {
    let decision = page.decision;
    for (class, reasons) in &decision.why_not {
        let mut lines: Vec<Line> = reasons.iter().flat_map(|r| page.reason(false, r, r.help.as_deref())).collect();
        if reasons.is_empty() {
            lines = page.lines(Para::new(2, 2).ours(Tone::Plain, "an earlier class already holds"), 1);
        }
        write_lines(&titled(&format!("Why not {}", class.as_str()), lines), style, out)?;
    }
    for (n, file) in decision.files.iter().enumerate() {
        let lines = file_lines(page, file);
        write_lines(&if n == 0 { titled("Files", lines) } else { lines }, style, out)?;
    }
    Ok(())
}

/// So many entries of a list, each of some lines, and how many there are beyond them.
fn some<T>(page: &Page<'_>, all: &[T], few: usize, show: impl Fn(&T) -> Vec<Line>) -> Vec<Line> {
    let mut lines: Vec<Line> = all.iter().take(page.most(few)).flat_map(show).collect();
    let more = all.len().saturating_sub(page.most(few));
    if more > 0 {
        let para = Para::new(2, 2).ours(Tone::Dim, &format!("and {more} more; --explain shows all"));
        lines.extend(page.lines(para, 1));
    }
    lines
}

fn split(page: &Page<'_>) -> Vec<Line> {
    let Some(sentence) = words::split_sentence(page.decision) else {
        return Vec::new();
    };
    let mut lines = page.lines(Para::new(2, 4).ours(Tone::Good, "→").theirs(Tone::Plain, &format!("{sentence}:")), 2);
    lines.extend(some(page, &page.decision.split, 5, |path| page.lines(Para::new(6, 8).name(Tone::Plain, path), 1)));
    lines
}

fn levels(page: &Page<'_>) -> Vec<Line> {
    let all = &page.decision.required;
    let column = all.iter().take(page.most(12)).map(|l| l.level.chars().count()).max().unwrap_or(0).min(28);
    some(page, all, 12, |level| {
        let mut lines = page.level(level, column, 3);
        let mut why = Para::new(6, 6).theirs(Tone::Dim, &level.why);
        if let Some(rule) = &level.rule {
            why = why.ours(Tone::Dim, "(rule").name(Tone::Dim, &rule.to_string()).then(")");
        }
        lines.extend(page.lines(why, 2));
        lines
    })
}

fn findings(page: &Page<'_>) -> Vec<Line> {
    some(page, &page.decision.findings, 8, |finding| page.reason(false, finding, finding.help.as_deref()))
}

/// What exceptions took away, each with who stands behind it.
fn waived(page: &Page<'_>) -> Vec<Line> {
    some(page, &page.decision.exceptions, 8, |used| {
        let exception = &used.exception;
        let mut para =
            Para::new(2, 4).ours(Tone::Wait, "!").name(Tone::Strong, &exception.rule).ours(Tone::Plain, "by");
        para = para.name(Tone::Strong, &exception.id).ours(Tone::Plain, &format!("until {}", exception.expires_at));
        let mut lines = page.lines(para.then(":").theirs(Tone::Plain, &exception.reason), 2);
        let behind = Para::new(4, 6).ours(Tone::Dim, "instead:").theirs(Tone::Plain, &exception.compensating).then(";");
        let behind = behind.name(Tone::Plain, exception.owner.as_str()).ours(Tone::Dim, "answers for it,");
        let behind = behind.name(Tone::Plain, exception.approved_by.as_str()).ours(Tone::Dim, "allowed it in");
        lines.extend(page.lines(behind.name(Tone::Dim, &exception.place.to_string()), 2));
        if !used.paths.is_empty() {
            let paths = words::some_of(&used.paths, page.most(3));
            lines.extend(page.lines(Para::new(4, 6).ours(Tone::Dim, "at").theirs(Tone::Dim, &paths), 1));
        }
        lines
    })
}

fn obligations(page: &Page<'_>) -> Vec<Line> {
    some(page, &page.decision.obligations, 8, |owed| {
        let mut para = Para::new(2, 4).ours(Tone::Plain, "-").name(Tone::Strong, &owed.kind);
        para = para.ours(Tone::Plain, &words::due(owed));
        if let Some(msg) = &owed.msg {
            para = para.then(":").theirs(Tone::Plain, msg);
        }
        if !owed.paths.is_empty() {
            para = para.theirs(Tone::Dim, &format!("({})", words::some_of(&owed.paths, page.most(3))));
        }
        if let Some(rule) = owed.rule.as_ref().filter(|_| page.all) {
            para = para.ours(Tone::Dim, "(rule").name(Tone::Dim, &rule.to_string()).then(")");
        }
        page.lines(para, 2)
    })
}

fn files_title(decision: &Decision) -> String {
    let files = words::count(decision.files.len(), "file", "files");
    let mut title = format!("{files}, +{} -{}", decision.stats.additions, decision.stats.deletions);
    let counts = [
        (decision.files.iter().filter(|f| f.control).count(), "control"),
        (decision.files.iter().filter(|f| f.owned != OwnedState::Owned).count(), "without an owner"),
        (decision.files.iter().filter(|f| !f.in_scope).count(), "out of scope"),
        (decision.files.iter().filter(|f| f.opaque.is_some()).count(), "unreadable line by line"),
    ];
    for (n, what) in counts.into_iter().filter(|(n, _)| *n > 0) {
        title.push_str(&format!(", {n} {what}"));
    }
    title
}

/// One line per row: how many files and lines. Largest first.
fn rows(page: &Page<'_>) -> Vec<Line> {
    let mut sums: BTreeMap<&str, (usize, u64, u64)> = BTreeMap::new();
    for file in page.decision.files.iter() {
        for row in file.rows.iter().map(String::as_str).chain(file.rows.is_empty().then_some("")) {
            let sum = sums.entry(row).or_default();
            *sum = (sum.0 + 1, sum.1.saturating_add(file.diff.additions), sum.2.saturating_add(file.diff.deletions));
        }
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, (files, _, _))| std::cmp::Reverse(*files));
    let mut lines = some(page, &page.decision.truncated, 3, |why| {
        page.lines(Para::new(2, 4).ours(Tone::Bad, "! not seen whole:").theirs(Tone::Plain, why), 2)
    });
    lines.extend(some(page, &sums, 8, |(row, (files, added, removed))| {
        let name = if row.is_empty() { "(no row)" } else { row };
        let sum = format!("{}, +{added} -{removed}", words::count(*files, "file", "files"));
        page.lines(Para::new(2, 4).column(Tone::Plain, name, 20).ours(Tone::Dim, &sum), 1)
    }));
    lines
}

fn foundations(page: &Page<'_>) -> Vec<Line> {
    let decision = page.decision;
    let mut first = Para::new(2, 4).name(Tone::Dim, &decision.environment);
    first = first.ours(Tone::Dim, &format!("at {}, {} risk", decision.evaluated_at, decision.risk.as_str()));
    if let Some(range) = words::range(decision) {
        first = first.then(",").name(Tone::Dim, &range);
    }
    let mut second = Para::new(2, 4);
    let digests = &decision.digests;
    let known = [
        ("policy", &digests.policy),
        ("ownership", &digests.ownership),
        ("controls", &digests.controls),
        ("diff", &digests.diff),
    ];
    for (what, digest) in known.into_iter().filter(|(_, digest)| !digest.is_empty()) {
        let digest = if page.all { digest.clone() } else { words::short_digest(digest) };
        let digest = digest.trim_start_matches("sha256:");
        second = second.ours(Tone::Dim, what).name(Tone::Dim, digest);
    }
    let mut lines = page.lines(first, 2);
    lines.extend(some(page, &decision.attachments, 4, |attached| {
        let digest = if page.all { attached.digest.clone() } else { words::short_digest(&attached.digest) };
        let para = Para::new(2, 4).ours(Tone::Dim, "attached").name(Tone::Plain, &attached.name);
        let para = para.ours(Tone::Dim, "from").name(Tone::Dim, &attached.file);
        let para = para.ours(Tone::Dim, &format!("({},", attached.format.as_str()));
        page.lines(para.name(Tone::Dim, digest.trim_start_matches("sha256:")).then(")"), 2)
    }));
    if !second.is_empty() {
        lines.extend(page.lines(second, 2));
    }
    lines
}

/// A file: status, lines, path; then its rows, owners and templates.
fn file_lines(page: &Page<'_>, file: &FileFacts) -> Vec<Line> {
    let diff = &file.diff;
    let mut para = Para::new(2, 17)
        .column(Tone::Plain, diff.status.as_str(), 12)
        .column(Tone::Dim, &format!("+{} -{}", diff.additions, diff.deletions), 10)
        .name(Tone::Strong, &diff.path.quoted());
    if let Some(old) = &diff.old_path {
        para = para.ours(Tone::Dim, "from").name(Tone::Plain, &old.quoted());
    }
    let mut facts = Vec::new();
    match file.owned {
        OwnedState::Owned => facts.push(format!("row {}", file.rows.join(", "))),
        OwnedState::Unowned => facts.push("nobody answers for it".to_owned()),
        OwnedState::Cleared => facts.push("its owner is cleared".to_owned()),
    }
    if !file.owners.is_empty() {
        facts.push(format!("owners {}", words::people(&file.owners).join(", ")));
    }
    if !file.templates.is_empty() {
        facts.push(format!("accepted by {}", file.templates.join(", ")));
    }
    facts.extend(file.control.then(|| "control file".to_owned()));
    facts.extend((!file.in_scope).then(|| "out of scope".to_owned()));
    facts.extend(file.opaque.clone());
    let mut lines = page.lines(para, 1);
    lines.extend(page.lines(Para::new(4, 6).theirs(Tone::Dim, &facts.join("; ")), 1));
    lines.extend(edit_lines(page, file));
    lines
}

/// The most edits shown of one file.
const EDITS: usize = 100;

/// What changes inside a file, the way a person reads it: line, path, old and new value.
fn edit_lines(page: &Page<'_>, file: &FileFacts) -> Vec<Line> {
    if let Some(why) = file.values_why() {
        return page
            .lines(Para::new(4, 6).ours(Tone::Bad, "! its values cannot be judged:").theirs(Tone::Plain, &why), 2);
    }
    if file.formatting_only() {
        return page.lines(Para::new(4, 6).ours(Tone::Dim, "no value changes: comments or formatting only"), 1);
    }
    let Some(values) = file.values() else { return Vec::new() };
    let mut lines = Vec::new();
    for edit in values.edits.iter().take(EDITS) {
        let line = edit.new_line.or(edit.old_line).map(|line| line.to_string()).unwrap_or_default();
        let sign = match edit.kind {
            EditKind::Add => "+",
            EditKind::Remove => "-",
            EditKind::Replace => "~",
            EditKind::Move => ">",
        };
        let mut para = Para::new(4, 12).ours(Tone::Dim, &format!("{line:>4} {sign}"));
        para = para.theirs(Tone::Plain, &edit.describe());
        let label = values.documents.get(edit.document).and_then(|head| head.label.as_deref());
        if let Some(label) = label.filter(|_| values.documents.len() > 1) {
            para = para.ours(Tone::Dim, "in").theirs(Tone::Dim, label);
        }
        lines.extend(page.lines(para, 2));
    }
    let more = values.edits.len().saturating_sub(EDITS);
    if more > 0 {
        lines.extend(page.lines(Para::new(6, 6).ours(Tone::Dim, &format!("and {more} more edits")), 1));
    }
    if let Some(line) = values.elsewhere {
        let text = format!("line {line} also differs beside these values: a comment or formatting");
        lines.extend(page.lines(Para::new(4, 6).ours(Tone::Dim, &text), 1));
    }
    lines
}
