//! What the texts of the gate are made of.

use crate::model::{
    Ask, Beside, ChangeClass, CommitId, Decision, Done, Level, Obligation, Principal, PrincipalKind, Receipt, Verdict,
};
use crate::report::gate::effect;
use crate::report::gate::obligation::in_words;
use crate::report::markdown::{Page, capital, code, finding as finding_item, prose};
use crate::report::words;

/// Digits of a commit that are shown, and that an approval names.
const DIGITS: usize = 12;

/// A text of several parts, each with its own room.
pub(super) struct Text {
    text: String,
    left_out: usize,
}

impl Text {
    /// A text that begins with a line of ours.
    pub(super) fn new(first: &str) -> Self {
        Self { text: format!("{first}\n"), left_out: 0 }
    }

    /// Adds a part.
    pub(super) fn part(&mut self, room: usize, write: impl FnOnce(&mut Page)) {
        let mut page = Page::with_room(room);
        write(&mut page);
        let (text, left_out) = page.finish();
        self.text.push_str(&text);
        self.left_out += left_out;
    }

    /// The text with its last line.
    pub(super) fn finish(mut self, footer: &str) -> String {
        if self.left_out > 0 {
            self.text.push_str(&format!("\n{} lines are left out; the JSON document has everything.\n", self.left_out));
        }
        self.text.push_str(&format!("\n{footer}\n"));
        self.text
    }
}

/// The digits of a commit by which people know it.
pub(super) fn short(commit: &CommitId) -> String {
    commit.0.chars().take(DIGITS).collect()
}

/// A name that pings, where it is one that GitHub knows; code otherwise.
pub(super) fn mention(who: &Principal) -> String {
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    let known = match who.kind() {
        PrincipalKind::User => who.as_str().strip_prefix('@').is_some_and(plain),
        PrincipalKind::Team => who.as_str().strip_prefix('@').is_some_and(|name| {
            name.split_once('/').is_some_and(|(organisation, team)| plain(organisation) && plain(team))
        }),
        _ => false,
    };
    if known { who.as_str().replace('_', "\\_") } else { code(who.as_str()) }
}

/// Whom to ask, by level; each person and team that can act is mentioned here and nowhere else.
pub(super) fn asks(decision: &Decision, page: &mut Page) {
    for ask in decision.ask.iter().take(20) {
        let levels = || decision.required.iter().filter(|level| ask.levels.contains(&level.level));
        let why = levels().map(|level| level.why.trim()).find(|why| !why.is_empty());
        let why = why.map_or_else(String::new, |why| format!(": {}", prose(&words::clip(why, 120))));
        page.line(&format!("- {}{why}", asked(ask)));
    }
    page.more(decision.ask.len(), 20);
    // Nobody who is there can give them: who could is named all the same, and pinged by nothing.
    let named = |level: &&Level| !decision.ask.iter().any(|ask| ask.levels.contains(&level.level));
    for level in decision.missing().filter(named).take(10) {
        let who: Vec<String> = level.eligible.iter().take(3).map(|who| code(who.as_str())).collect();
        let who = if who.is_empty() { "nobody".to_owned() } else { who.join(" or ") };
        page.line(&format!("- {} is missing: {who} may give it", code(&level.level)));
    }
}

fn asked(ask: &Ask) -> String {
    let who = match (ask.who.kind(), ask.people) {
        (PrincipalKind::User | PrincipalKind::Email, _) => format!("**{}**", mention(&ask.who)),
        (PrincipalKind::Anyone, 1) => "**anyone** who did not work on it".to_owned(),
        (PrincipalKind::Anyone, n) => format!("**{n} people** who did not work on it"),
        (PrincipalKind::Role, n) => format!("**{n} of** those with the role {}", mention(&ask.who)),
        (PrincipalKind::Team, 1) => format!("**one of** {}", mention(&ask.who)),
        (PrincipalKind::Team, n) => format!("**{n} of** {}", mention(&ask.who)),
    };
    let others: Vec<String> = ask.instead.iter().take(3).map(|other| code(other.as_str())).collect();
    let more = ask.instead.len() - others.len();
    let mut line = who;
    if !others.is_empty() {
        let more = if more > 0 { format!(" or {more} more") } else { String::new() };
        line.push_str(&format!(", or {}{more}", others.join(" or ")));
    }
    let levels: Vec<String> = ask.levels.iter().take(5).map(|level| code(level)).collect();
    let more = ask.levels.len() - levels.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    line.push_str(&format!(", for {}{more}", levels.join(", ")));
    if ask.stand_in {
        line.push_str(", standing in");
    }
    if let Some(contact) = &ask.contact {
        line.push_str(&format!(" ({})", code(contact)));
    }
    line
}

/// Steps of the decision beside asking and splitting, which have places of their own: whom to wait for.
pub(super) fn waits(decision: &Decision) -> impl Iterator<Item = &str> {
    let told = |step: &&str| !step.starts_with("ask ") && !step.starts_with("or split ");
    decision.next.iter().map(String::as_str).filter(told)
}

/// Who holds it.
pub(super) fn held(beside: &Beside, page: &mut Page) {
    if !beside.held.is_empty() {
        page.frame("");
    }
    for (who, why) in beside.held.iter().take(5) {
        let why = if why.trim().is_empty() { String::new() } else { format!(": {}", prose(why)) };
        page.line(&format!("- ⏸️ held by {}{why}; a comment `/release` lets it go on", code(who.as_str())));
    }
    page.more(beside.held.len(), 5);
}

/// What could not be read, and what could not be done.
pub(super) fn troubles(beside: &Beside, page: &mut Page) {
    if !beside.misread.is_empty() {
        page.title("### Not understood");
        for (who, misread) in beside.misread.iter().take(5) {
            let line = code(&words::clip(&misread.line, 80));
            page.line(&format!("- {} wrote {line}: {}", code(who.as_str()), prose(&misread.why)));
        }
        page.more(beside.misread.len(), 5);
    }
    if !beside.refused.is_empty() {
        page.title("### Could not be done");
        for receipt in beside.refused.iter().take(5) {
            page.line(&format!("- {}", refused(receipt)));
        }
        page.more(beside.refused.len(), 5);
    }
}

fn refused(receipt: &Receipt) -> String {
    let what = prose(&effect::sentence(&receipt.effect));
    match &receipt.done {
        Done::No { why, help } => {
            let help = help.as_deref().map_or_else(String::new, |help| format!(" → {}", prose(help)));
            format!("{what}: {}{help}", prose(why))
        }
        Done::Planned => format!("{what}: planned only"),
        Done::Yes { .. } => what,
    }
}

/// What makes it standard, where that is near.
pub(super) fn nearly_standard(decision: &Decision, page: &mut Page) {
    if decision.class != ChangeClass::Normal || decision.verdict() == Verdict::Approve {
        return;
    }
    let standard = decision.why_not.iter().find(|(class, _)| *class == ChangeClass::Standard);
    let why = standard.map(|(_, why)| why.as_slice()).unwrap_or_default();
    let why: Vec<_> = why.iter().filter(|finding| !decision.reasons.contains(finding)).collect();
    let split = words::split_sentence(decision);
    if split.is_none() && why.is_empty() {
        return;
    }
    page.title("### What would make it standard");
    if let Some(sentence) = split {
        let shown: Vec<String> = decision.split.iter().take(3).map(|path| code(path)).collect();
        let more = decision.split.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        page.line(&format!("- {}: {}{more}", capital(&prose(&sentence)), shown.join(", ")));
    }
    for finding in why.iter().take(3) {
        page.line(&finding_item("", finding, true));
    }
    page.more(why.len(), 3);
}

/// What is owed after it went ahead.
pub(super) fn owed(obligations: &[Obligation], page: &mut Page) {
    if obligations.is_empty() {
        return;
    }
    page.title("### Owed afterwards");
    for obligation in obligations.iter().take(10) {
        let what = obligation.msg.as_deref().map_or_else(String::new, |msg| format!(": {}", prose(msg)));
        let kind = match in_words(&obligation.kind) {
            Some((words, _)) => format!("{words} ({})", code(&obligation.kind)),
            None => code(&obligation.kind),
        };
        page.line(&format!("- {kind}, {}{what}", prose(&words::due(obligation))));
    }
    page.more(obligations.len(), 10);
}

/// The exact words that approve and refuse.
pub(super) fn approve_with(commit: &CommitId, review: bool, page: &mut Page) {
    let commit = short(commit);
    if commit.len() < 7 || !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return;
    }
    page.frame("");
    page.frame(match review {
        true => "**To approve**, review the files and choose *Approve*, or comment:",
        false => "**To approve**, comment:",
    });
    page.frame("");
    page.frame("```text");
    page.frame(&format!("/approve {commit}"));
    page.frame("```");
    page.frame("");
    page.frame(match review {
        true => "To refuse, request changes or comment `/reject` and why; to stop it for now, `/hold` and why.",
        false => "To refuse, comment `/reject` and why; to stop it for now, `/hold` and why.",
    });
}

/// A link of ours, where the address is harmless.
pub(super) fn link(text: &str, url: &str) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&*+,;=%".contains(&byte);
    let web = url.starts_with("https://") || url.starts_with("http://");
    if web && url.len() < 2_000 && url.bytes().all(safe) { format!("[{text}]({url})") } else { code(url) }
}

/// Which commit was judged, against what (in Markdown), by what, where.
pub(super) fn footer(decision: &Decision, head: &CommitId, against: &str, run: Option<&str>) -> String {
    let policy = match decision.digests.policy.as_str() {
        "" => String::new(),
        digest => format!(", by policy {}", code(&words::short_digest(digest))),
    };
    let run = run.map_or_else(String::new, |url| format!(", in {}", link("this run", url)));
    let head = code(&short(head));
    format!("<sub>Judged: {head} against {against}{policy}{run}. This text is edited in place.</sub>")
}
