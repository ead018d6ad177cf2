//! Markdown for a comment on a pull request or the summary of a job.
//!
//! Everything a stranger wrote is plain words or code spans: nothing links, mentions, renders or leaves its cell. GitHub takes
//! 65,536 characters of a comment; what would go beyond is left out line by line, so no fence or fold stays open.

use super::escape::{markdown, markdown_cell, markdown_cell_code, markdown_code};
use super::{Style, words};
use crate::model::{Decision, Finding, Level, OwnedState, Verdict};
use std::io::{self, Write};

/// Characters of the whole text, with room left for a marker and a note of whoever posts it.
const ROOM: usize = 60_000;

/// Characters of any one of a stranger's texts.
const TEXT: usize = 500;

/// Writes the text and a line end.
pub(super) fn write(decision: &Decision, style: &Style, out: &mut impl Write) -> io::Result<()> {
    let mut page = Page::new();
    let few = Few::of(style);
    head(decision, &mut page);
    why(decision, &few, &mut page);
    next(decision, &few, &mut page);
    approvals(decision, &few, &mut page);
    details(decision, &few, &mut page);
    page.write(out)
}

/// How many entries of each list are shown.
pub(super) struct Few {
    pub(super) reasons: usize,
    pub(super) levels: usize,
    pub(super) files: usize,
    pub(super) everything: bool,
}

impl Few {
    fn of(style: &Style) -> Self {
        match style.explain {
            true => Self { reasons: 200, levels: 200, files: 500, everything: true },
            false => Self { reasons: 10, levels: 20, files: 25, everything: false },
        }
    }
}

/// The text so far, and how much more of it there is room for.
pub(super) struct Page {
    text: String,
    room: usize,
    left_out: usize,
}

impl Page {
    /// An empty text.
    pub(super) fn new() -> Self {
        Self::with_room(ROOM)
    }

    /// An empty text with room for so many characters.
    pub(super) fn with_room(room: usize) -> Self {
        Self { text: String::new(), room, left_out: 0 }
    }

    /// The text, and how many lines had no room.
    pub(super) fn finish(self) -> (String, usize) {
        (self.text, self.left_out)
    }

    /// Writes the text, and how much of it is left out.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(self.text.as_bytes())?;
        match self.left_out {
            0 => Ok(()),
            n => writeln!(out, "\n{n} lines are left out; the JSON document has everything."),
        }
    }

    /// Adds a line, if there is room for it.
    pub(super) fn line(&mut self, line: &str) {
        let size = line.chars().count() + 1;
        if size > self.room {
            self.left_out += 1;
            return;
        }
        self.room -= size;
        self.frame(line);
    }

    /// Adds a line of ours that must stand whatever the room: titles, ends of folds.
    pub(super) fn frame(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(super) fn title(&mut self, title: &str) {
        self.frame("");
        self.frame(title);
        self.frame("");
    }

    pub(super) fn more(&mut self, all: usize, shown: usize) {
        if all > shown {
            self.frame(&format!("- and {} more", all - shown));
        }
    }
}

pub(super) fn prose(text: &str) -> String {
    markdown(&words::clip(text, TEXT))
}

pub(super) fn code(text: &str) -> String {
    markdown_code(&words::clip(text, TEXT))
}

pub(super) fn cell(text: &str) -> String {
    markdown_cell(&words::clip(text, TEXT))
}

fn head(decision: &Decision, page: &mut Page) {
    let symbol = symbol(decision.verdict());
    let banner = words::verdict_banner(decision.verdict()).to_lowercase();
    let title = words::class_title(decision.class);
    page.frame(&format!("## {symbol} {}: {banner}", capital(title)));
    page.frame("");
    page.line(&format!("**{}**: {}.", capital(title), prose(&words::class_phrase(decision))));
    page.frame("");
    page.line(&format!("**{}** {}.", capital(&banner), prose(&words::verdict_phrase(decision))));
}

/// The verdict at a glance.
pub(super) fn symbol(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approve => "✅",
        Verdict::Pending => "⏳",
        Verdict::Block => "⛔",
    }
}

pub(super) fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn why(decision: &Decision, few: &Few, page: &mut Page) {
    let total = words::why(decision).count();
    if total == 0 {
        return;
    }
    page.title("### Why");
    for (blocks, reason) in words::why(decision).take(few.reasons) {
        page.line(&finding(if blocks { "⛔ " } else { "" }, reason, false));
    }
    page.more(total, few.reasons);
}

/// A finding as one item of a list.
pub(super) fn finding(mark: &str, finding: &Finding, help: bool) -> String {
    let mut item = format!("- {mark}{} {}", code(&finding.code), prose(&finding.msg));
    if !finding.paths.is_empty() {
        let mut shown: Vec<String> = finding.paths.iter().take(3).map(|path| code(path)).collect();
        if let (Some(first), Some(path), Some(line)) = (shown.first_mut(), finding.paths.first(), finding.line) {
            *first = code(&format!("{path}:{line}"));
        }
        item.push_str(&format!(" — {}", shown.join(", ")));
        if finding.paths.len() > 3 {
            item.push_str(&format!(" and {} more", finding.paths.len() - 3));
        }
    }
    if let Some(rule) = &finding.rule {
        item.push_str(&format!(" (rule {})", code(&rule.to_string())));
    }
    if let Some(step) = finding.help.as_deref().filter(|_| help) {
        item.push_str(&format!(" → {}", prose(step)));
    }
    item
}

fn next(decision: &Decision, few: &Few, page: &mut Page) {
    let steps = words::next_steps(decision);
    let split = words::split_sentence(decision);
    if steps.is_empty() && split.is_none() {
        return;
    }
    page.title("### Next");
    for step in steps.iter().take(few.reasons) {
        page.line(&format!("- {}", prose(step)));
    }
    page.more(steps.len(), few.reasons);
    if let Some(sentence) = split {
        let shown: Vec<String> = decision.split.iter().take(5).map(|path| code(path)).collect();
        let more = decision.split.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        page.line(&format!("- {}: {}{more}", prose(&sentence), shown.join(", ")));
    }
}

pub(super) fn approvals(decision: &Decision, few: &Few, page: &mut Page) {
    if decision.required.is_empty() {
        return;
    }
    page.title("### Approvals");
    page.frame("| | level | has | given by | may be given by | why |");
    page.frame("| --- | --- | --- | --- | --- | --- |");
    for level in decision.required.iter().take(few.levels) {
        page.line(&row(level));
    }
    let all = decision.required.len();
    if all > few.levels {
        page.frame("");
        page.more(all, few.levels);
    }
}

pub(super) fn row(level: &Level) -> String {
    let people = |all: &[crate::model::Principal]| {
        let mut shown: Vec<String> =
            all.iter().take(5).map(|p| markdown_cell_code(&words::clip(p.as_str(), TEXT))).collect();
        shown.extend((all.len() > 5).then(|| format!("{} more", all.len() - 5)));
        shown.join(", ")
    };
    let mut eligible = people(&level.eligible);
    if level.stand_in {
        eligible.push_str(" (stands in)");
    }
    if let Some(contact) = &level.contact {
        eligible.push_str(&format!(" via {}", markdown_cell_code(&words::clip(contact, TEXT))));
    }
    format!(
        "| {} | {} | {} | {} | {eligible} | {} |",
        if level.met { "✅" } else { "⏳" },
        markdown_cell_code(&words::clip(&level.level, TEXT)),
        words::progress(level),
        people(&level.have),
        cell(&level.why),
    )
}

fn details(decision: &Decision, few: &Few, page: &mut Page) {
    let files = words::count(decision.files.len(), "file", "files");
    page.frame("");
    page.frame("<details>");
    page.frame(&format!("<summary>Details: {files}, {} risk</summary>", decision.risk.as_str()));
    waived(decision, few, page);
    findings(decision, few, page);
    owed(decision, few, page);
    if few.everything {
        why_not(decision, few, page);
    }
    file_table(decision, few, page);
    page.frame("");
    let at = format!("Evaluated at {} for {}", code(&decision.evaluated_at.to_string()), code(&decision.environment));
    let range = words::range(decision).map_or_else(String::new, |range| format!(", {}", code(&range)));
    page.frame(&format!("{at}{range}."));
    for attached in decision.attachments.iter().take(few.reasons) {
        let (name, file, format) = (code(&attached.name), code(&attached.file), attached.format.as_str());
        let digest = code(&words::short_digest(&attached.digest));
        page.line(&format!("Attached {name} from {file} ({format}, {digest})."));
    }
    page.more(decision.attachments.len(), few.reasons);
    let digests = [&decision.digests.policy, &decision.digests.ownership, &decision.digests.diff];
    if digests.iter().all(|digest| !digest.is_empty()) {
        let [policy, ownership, diff] = digests.map(|digest| code(&words::short_digest(digest)));
        page.frame(&format!("Rests on policy {policy}, ownership {ownership}, diff {diff}."));
    }
    page.frame("");
    page.frame("</details>");
}

pub(super) fn findings(decision: &Decision, few: &Few, page: &mut Page) {
    if decision.findings.is_empty() {
        return;
    }
    page.title("#### Findings");
    for one in decision.findings.iter().take(few.reasons) {
        page.line(&finding(&format!("{}: ", one.severity.as_str()), one, true));
    }
    page.more(decision.findings.len(), few.reasons);
}

pub(super) fn waived(decision: &Decision, few: &Few, page: &mut Page) {
    if decision.exceptions.is_empty() {
        return;
    }
    page.title("#### Waived");
    for used in decision.exceptions.iter().take(few.reasons) {
        let exception = &used.exception;
        let paths: Vec<String> = used.paths.iter().take(3).map(|path| code(path)).collect();
        let more = used.paths.len() - paths.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let at = if paths.is_empty() { String::new() } else { format!(" — {}{more}", paths.join(", ")) };
        page.line(&format!(
            "- {} by {} until {}: {}; instead: {}; {} answers for it, {} allowed it ({}){at}",
            code(&exception.rule),
            code(&exception.id),
            code(&exception.expires_at.to_string()),
            prose(&exception.reason),
            prose(&exception.compensating),
            code(exception.owner.as_str()),
            code(exception.approved_by.as_str()),
            code(&exception.place.to_string()),
        ));
    }
    page.more(decision.exceptions.len(), few.reasons);
}

pub(super) fn owed(decision: &Decision, few: &Few, page: &mut Page) {
    if decision.obligations.is_empty() {
        return;
    }
    page.title("#### Owed afterwards");
    for obligation in decision.obligations.iter().take(few.reasons) {
        let what = obligation.msg.as_deref().map_or_else(String::new, |msg| format!(": {}", prose(msg)));
        page.line(&format!("- {} {}{what}", code(&obligation.kind), prose(&words::due(obligation))));
    }
    page.more(decision.obligations.len(), few.reasons);
}

pub(super) fn why_not(decision: &Decision, few: &Few, page: &mut Page) {
    for (class, reasons) in &decision.why_not {
        page.title(&format!("#### Why not {}", class.as_str()));
        for reason in reasons.iter().take(few.reasons) {
            page.line(&finding("", reason, true));
        }
        page.more(reasons.len(), few.reasons);
    }
}

pub(super) fn file_table(decision: &Decision, few: &Few, page: &mut Page) {
    for why in decision.truncated.iter().take(few.reasons) {
        page.line("");
        page.line(&format!("Not seen whole: {}", prose(why)));
    }
    if decision.files.is_empty() {
        return;
    }
    page.title("#### Files");
    page.frame("| file | status | lines | rows |");
    page.frame("| --- | --- | --- | --- |");
    for file in decision.files.iter().take(few.files) {
        let rows = match file.owned {
            OwnedState::Unowned => "nobody answers for it".to_owned(),
            OwnedState::Cleared => "its owner is cleared".to_owned(),
            OwnedState::Owned => {
                let mut shown: Vec<String> =
                    file.rows.iter().take(5).map(|r| markdown_cell_code(&words::clip(r, TEXT))).collect();
                shown.extend((file.rows.len() > 5).then(|| format!("{} more", file.rows.len() - 5)));
                shown.join(", ")
            }
        };
        page.line(&format!(
            "| {} | {} | +{} -{} | {rows}{} |",
            markdown_cell_code(&words::clip(&file.diff.path.quoted(), TEXT)),
            file.diff.status.as_str(),
            file.diff.additions,
            file.diff.deletions,
            if file.control { ", control file" } else { "" },
        ));
    }
    if decision.files.len() > few.files {
        page.frame("");
        page.more(decision.files.len(), few.files);
    }
}
