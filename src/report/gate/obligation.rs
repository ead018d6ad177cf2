//! The issue of something that is owed: what, by when, for which change, by whom.

use super::parts::{Text, link, mention, short};
use crate::model::Owed;
use crate::report::escape::terminal;
use crate::report::markdown::{code, prose};
use crate::report::words;

/// Characters of a title (GitHub: 256).
const TITLE: usize = 250;

/// The title of the issue.
pub fn obligation_title(owed: &Owed) -> String {
    let due = owed.due.map_or_else(String::new, |due| format!(" by {}", due.date()));
    let what = in_words(&owed.kind).map_or(owed.kind.as_str(), |(what, _)| what);
    words::clip(&terminal(&format!("{what}{due}: {}", words::clip(&owed.title, 120))), TITLE)
}

/// The text of the issue; its first line is the obligation's mark.
pub fn obligation_body(owed: &Owed) -> String {
    let mut text = Text::new(&owed.marker().to_string());
    text.part(20_000, |page| {
        let kind = in_words(&owed.kind).map_or_else(|| code(&owed.kind), |(what, _)| format!("**{what}**"));
        let due = owed.due.map_or_else(|| "no day is set".to_owned(), |due| format!("due by **{}**", due.date()));
        page.line(&format!("{kind}, {due}."));
        page.frame("");
        if let Some(what) = &owed.what {
            page.line(&format!("- What: {}", prose(what)));
        }
        let where_ = owed.url.as_deref().map_or_else(String::new, |url| format!(" ({})", link("its page", url)));
        page.line(&format!("- Change: {} {}{where_}", code(&short(&owed.change)), prose(&owed.title)));
        if let Some(incident) = &owed.incident {
            page.line(&format!("- Incident: {}", code(incident)));
        }
        for path in owed.paths.iter().take(10) {
            page.line(&format!("- Path: {}", code(path)));
        }
        page.more(owed.paths.len(), 10);
        let people: Vec<String> = owed.owners.iter().take(10).map(mention).collect();
        page.line(&format!(
            "- Owed by: {}",
            if people.is_empty() { "nobody is named".to_owned() } else { people.join(", ") }
        ));
        page.frame("");
        page.frame("How to settle it:");
        page.frame("");
        let (_, settle) = in_words(&owed.kind).unwrap_or(("", "do what it says and close this issue as completed"));
        page.frame(&format!("- {settle}."));
        if owed.kind == "pir" {
            page.frame("- While it is open and overdue, changes of the same rows are never standard.");
        }
    });
    text.finish("<sub>An obligation of a change that went ahead. This text is edited in place.</sub>")
}

/// The kinds the shipped rules know: what it is, and how it is settled.
pub(super) fn in_words(kind: &str) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        "pir" => (
            "Review of an emergency",
            "write down what happened, why it could not wait and what prevents the next one, then close this issue as completed",
        ),
        "owner-review-after-the-fact" => (
            "Review after the fact",
            "whoever answers for the paths reads the change as if it were proposed today, then closes this issue as completed",
        ),
        "assign-owner" => (
            "Name an owner",
            "add a row or a CODEOWNERS line that covers the paths, then close this issue as completed",
        ),
        "make-permanent" => (
            "Make it permanent",
            "replace the stopgap by the real change, or take it back, then close this issue as completed",
        ),
        _ => return None,
    })
}
