//! The one comment on a pull request. 65,536 characters are GitHub's limit; the parts together have less.

use super::parts::{Text, approve_with, asks, footer, held, nearly_standard, owed, short, troubles, waits};
use crate::model::{About, Decision, VERDICT_MARKER, Verdict};
use crate::report::markdown::{self, Few, Page, capital, code, prose};
use crate::report::words;

/// What is shown before the fold.
const FIRST: usize = 3;

/// Writes the comment; its first line is [`VERDICT_MARKER`].
pub fn pull_comment(decision: &Decision, about: &About) -> String {
    let mut text = Text::new(VERDICT_MARKER);
    text.part(5_000, |page| head(decision, !about.beside.held.is_empty(), page));
    text.part(5_000, |page| held(&about.beside, page));
    text.part(8_000, |page| why(decision, page));
    text.part(12_000, |page| next(decision, about, page));
    text.part(4_000, |page| nearly_standard(decision, page));
    text.part(4_000, |page| owed(&decision.obligations, page));
    text.part(6_000, |page| troubles(&about.beside, page));
    text.part(14_000, |page| details(decision, page));
    let base = decision.base.as_ref().map_or_else(String::new, |base| format!(" at {}", code(&short(base))));
    let against = format!("{}{base}", code(&about.base_ref));
    text.finish(&footer(decision, &about.head, &against, about.beside.run_url.as_deref()))
}

/// What it is, and may it go. What is held never reads as if it went ahead.
pub(super) fn head(decision: &Decision, held: bool, page: &mut Page) {
    let held = held && decision.verdict() == Verdict::Approve;
    let banner = words::verdict_banner(decision.verdict()).to_lowercase();
    let (symbol, banner) =
        if held { ("⏸️", "held") } else { (markdown::symbol(decision.verdict()), banner.as_str()) };
    let class = capital(words::class_title(decision.class));
    page.frame(&format!("## {symbol} {class}: {banner}"));
    page.frame("");
    let verdict = match decision.verdict() {
        Verdict::Approve if held => "**It is held**; otherwise it goes ahead,",
        Verdict::Approve => "**It may go ahead**,",
        Verdict::Pending => "**It waits**",
        Verdict::Block => "**It is blocked**",
    };
    let because = capital(&prose(&words::class_phrase(decision)));
    page.line(&format!("{because}. {verdict} {}.", prose(&words::verdict_phrase(decision))));
}

pub(super) fn why(decision: &Decision, page: &mut Page) {
    let total = words::why(decision).count();
    if total == 0 {
        return;
    }
    page.title("### Why");
    for (blocks, reason) in words::why(decision).take(FIRST) {
        page.line(&markdown::finding(if blocks { "⛔ " } else { "" }, reason, false));
    }
    page.more(total, FIRST);
}

fn next(decision: &Decision, about: &About, page: &mut Page) {
    match decision.verdict() {
        Verdict::Approve => {}
        Verdict::Pending => {
            page.title("### Who is asked");
            asks(decision, page);
            for step in waits(decision).take(5) {
                page.line(&format!("- {}", prose(step)));
            }
            approve_with(&about.head, true, page);
        }
        Verdict::Block => {
            page.title("### Next");
            let steps = words::next_steps(decision);
            for step in steps.iter().take(5) {
                page.line(&format!("- {}", prose(step)));
            }
            page.more(steps.len(), 5);
        }
    }
}

/// Everything else, folded away.
pub(super) fn details(decision: &Decision, page: &mut Page) {
    let few = Few { reasons: 10, levels: 20, files: 25, everything: false };
    let files = words::count(decision.files.len(), "file", "files");
    page.frame("");
    page.frame("<details>");
    let levels = words::count(decision.required.len(), "level", "levels");
    page.frame(&format!("<summary>Details: {levels}, {files}, {} risk</summary>", decision.risk.as_str()));
    markdown::approvals(decision, &few, page);
    if words::why(decision).count() > FIRST {
        page.title("#### All reasons");
        for (blocks, reason) in words::why(decision).take(few.reasons) {
            page.line(&markdown::finding(if blocks { "⛔ " } else { "" }, reason, true));
        }
        page.more(words::why(decision).count(), few.reasons);
    }
    markdown::waived(decision, &few, page);
    markdown::findings(decision, &few, page);
    markdown::file_table(decision, &few, page);
    rests_on(decision, page);
    page.frame("");
    page.frame("</details>");
}

fn rests_on(decision: &Decision, page: &mut Page) {
    page.frame("");
    // No time: a text that differs from run to run would be edited by each.
    page.line(&format!("For {}.", code(&decision.environment)));
    for attached in decision.attachments.iter().take(5) {
        let digest = code(&words::short_digest(&attached.digest));
        let (name, file) = (code(&attached.name), code(&attached.file));
        page.line(&format!("Attached {name} from {file} ({}, {digest}).", attached.format.as_str()));
    }
    let digests = &decision.digests;
    let digests = [&digests.policy, &digests.controls, &digests.ownership, &digests.diff];
    if digests.iter().all(|digest| !digest.is_empty()) {
        let [policy, controls, ownership, diff] = digests.map(|digest| code(&words::short_digest(digest)));
        page.line(&format!("Rests on policy {policy}, controls {controls}, ownership {ownership}, diff {diff}."));
    }
}
