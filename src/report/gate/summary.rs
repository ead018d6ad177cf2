//! The summary of a job: every decision of the run, and what became of every effect. GitHub drops a summary of more than
//! 1,024 KiB whole, so this stays below it.

use super::comment::{details, head, why};
use super::effect::sentence;
use super::parts::{Text, asks, link, owed, waits};
use crate::model::{Decision, Done, Receipt, Verdict};
use crate::report::markdown::{self, Page, cell, prose};
use crate::report::words;

/// Bytes of the whole text.
const LONGEST: usize = 1_000 * 1_024;

/// Rows of each table.
const ROWS: usize = 200;

/// Decisions told in full.
const TOLD: usize = 50;

/// Writes the summary of some titled decisions and of what was done about them.
pub fn summary(decisions: &[(String, &Decision)], receipts: &[Receipt]) -> String {
    let mut text = Text::new("# changeward");
    if decisions.len() != 1 {
        text.part(60_000, |page| overview(decisions, page));
    }
    text.part(60_000, |page| done(receipts, page));
    let mut text = text.finish("");
    let mut told = 0;
    for (title, decision) in decisions.iter().take(TOLD) {
        let part = in_full(title, decision);
        if text.len() + part.len() > LONGEST - 200 {
            break;
        }
        text.push_str(&part);
        told += 1;
    }
    if told < decisions.len() {
        text.push_str(&format!(
            "\n{} more decisions are not told here; the JSON documents have them.\n",
            decisions.len() - told
        ));
    }
    text
}

/// One more line of a summary: why there is nothing more to tell.
pub fn summary_note(why: &str) -> String {
    format!("\n⚠️ {}\n", prose(&words::clip(why, 1_000)))
}

fn overview(decisions: &[(String, &Decision)], page: &mut Page) {
    if decisions.is_empty() {
        page.frame("");
        page.frame("There was nothing to decide.");
        return;
    }
    page.frame("");
    page.frame("| | change | class | |");
    page.frame("| --- | --- | --- | --- |");
    for (title, decision) in decisions.iter().take(ROWS) {
        let symbol = markdown::symbol(decision.verdict());
        let (class, verdict) = (decision.class.as_str(), cell(&words::verdict_phrase(decision)));
        let banner = words::verdict_banner(decision.verdict()).to_lowercase();
        page.line(&format!("| {symbol} | {} | {class} | {banner} {verdict} |", cell(title)));
    }
    page.frame("");
    page.more(decisions.len(), ROWS);
}

fn done(receipts: &[Receipt], page: &mut Page) {
    if receipts.is_empty() {
        return;
    }
    page.title("## Done");
    page.frame("| | what | |");
    page.frame("| --- | --- | --- |");
    // What could not be done is what somebody must see.
    let failed = receipts.iter().filter(|receipt| matches!(receipt.done, Done::No { .. }));
    let others = receipts.iter().filter(|receipt| !matches!(receipt.done, Done::No { .. }));
    for receipt in failed.chain(others).take(ROWS) {
        let what = cell(&sentence(&receipt.effect));
        let (mark, how) = match &receipt.done {
            Done::Yes { url } => ("✅", url.as_deref().map_or_else(|| "done".to_owned(), linked)),
            Done::Planned => ("📝", "planned".to_owned()),
            Done::No { why, help } => {
                let help = help.as_deref().map_or_else(String::new, |help| format!(" → {}", cell(help)));
                ("❌", format!("could not: {}{help}", cell(why)))
            }
        };
        page.line(&format!("| {mark} | {what} | {how} |"));
    }
    page.frame("");
    page.more(receipts.len(), ROWS);
}

fn linked(url: &str) -> String {
    if url.contains('|') { cell(url) } else { link("done", url) }
}

fn in_full(title: &str, decision: &Decision) -> String {
    let mut text = Text::new("");
    text.part(2_000, |page| page.line(&format!("# {}", prose(title))));
    text.part(5_000, |page| {
        page.frame("");
        head(decision, false, page);
    });
    text.part(8_000, |page| why(decision, page));
    text.part(12_000, |page| {
        let steps: Vec<&str> = match decision.verdict() {
            Verdict::Approve => return,
            Verdict::Pending => waits(decision).collect(),
            Verdict::Block => words::next_steps(decision),
        };
        page.title("### Next");
        if decision.verdict() == Verdict::Pending {
            asks(decision, page);
        }
        for step in steps.iter().take(5) {
            page.line(&format!("- {}", prose(step)));
        }
    });
    text.part(4_000, |page| owed(&decision.obligations, page));
    text.part(14_000, |page| details(decision, page));
    text.finish("")
}
