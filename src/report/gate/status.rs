//! The description of a commit status: the one line beside the merge button, 140 characters of plain text.

use crate::model::{ChangeClass, Decision, StatusState, Verdict};
use crate::report::escape::terminal;
use crate::report::words;

/// Characters of a description (GitHub: 422 "description is too long (maximum is 140 characters)").
const LONGEST: usize = 140;

/// The state of the status and what it says.
pub fn status(decision: &Decision) -> (StatusState, String) {
    let class = decision.class.as_str();
    let (state, said) = match decision.verdict() {
        Verdict::Approve => (StatusState::Success, format!("{class}: may go ahead, {}", approved(decision))),
        Verdict::Pending => (StatusState::Pending, format!("{class}: waits for {}", waits(decision))),
        Verdict::Block => (StatusState::Failure, format!("{class}: blocked by {}", blocked(decision))),
    };
    (state, line(&said))
}

/// The same where nothing could be decided.
pub fn status_failed(why: &str) -> (StatusState, String) {
    (StatusState::Error, line(&format!("no decision: {why}")))
}

fn approved(decision: &Decision) -> String {
    if decision.class == ChangeClass::None || decision.automatic() {
        return words::class_phrase(decision);
    }
    let mut people = Vec::new();
    for who in decision.required.iter().flat_map(|level| &level.have) {
        if !people.contains(&who.as_str()) {
            people.push(who.as_str());
        }
    }
    format!("approved by {}", words::some_of(&people, 4))
}

fn waits(decision: &Decision) -> String {
    let asked = decision.ask.iter().map(|ask| {
        let mut who = vec![ask.who.as_str()];
        who.extend(ask.instead.iter().map(|other| other.as_str()));
        let people = if ask.people > 1 { format!("{} of ", ask.people) } else { String::new() };
        let more = if who.len() > 3 { format!(" or {} more", who.len() - 3) } else { String::new() };
        let who: Vec<&str> = who.into_iter().take(3).collect();
        format!("{people}{}{more} ({})", who.join(" or "), words::some_of(&ask.levels, 2))
    });
    let asked: Vec<String> = asked.collect();
    if asked.is_empty() {
        let levels: Vec<&str> = decision.missing().map(|level| level.level.as_str()).collect();
        return if levels.is_empty() {
            "an approval nobody is named for".to_owned()
        } else {
            words::some_of(&levels, 3)
        };
    }
    words::some_of(&asked, 2)
}

fn blocked(decision: &Decision) -> String {
    let more = match decision.block.len() {
        0 | 1 => String::new(),
        n => format!(" (and {} more)", n - 1),
    };
    decision.block.first().map_or_else(|| "the gate".to_owned(), |first| format!("{}{more}: {}", first.code, first.msg))
}

fn line(text: &str) -> String {
    let safe = terminal(text);
    if safe.chars().count() <= LONGEST { safe } else { words::clip(&safe, LONGEST - 1) }
}
