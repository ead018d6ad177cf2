//! The commands of a comment: `/approve 1a2b3c4` and its kind.
//!
//! A command stands at the start of a line (after at most three blanks) of a paragraph of its own: whatever GitHub would show
//! as code, as a quotation, in a list or not at all is no command. So the text is read as Markdown, with the same rules. A line
//! that comes close is told back, never guessed at.

use crate::model::{ChangeClass, Command, Misread, is_unsafe};
use pulldown_cmark::{Event, Options, Parser, TagEnd};
use std::collections::BTreeMap;

/// GitHub takes 65,536 characters of a comment.
const LONGEST: usize = 65_536;

/// Characters of a reason that are kept.
const REASON: usize = 1_000;

/// Characters of a misread line that are kept.
const LINE: usize = 200;

/// Misread lines that are told of one comment.
const TOLD: usize = 20;

/// The words of the commands.
const WORDS: [&str; 5] = ["approve", "reject", "hold", "release", "class"];

/// Reads a comment: its commands in their order, and the lines that were meant as one and are none.
pub fn commands(text: &str) -> (Vec<Command>, Vec<Misread>) {
    let (mut found, mut misread) = (Vec::new(), Vec::new());
    if text.chars().nth(LONGEST).is_some() {
        let why = "the comment has more than 65,536 characters, and none of it was read: write the command by itself";
        return (found, vec![misread_line(text.lines().next().unwrap_or_default(), why)]);
    }
    let candidates = candidates(text);
    let places = if candidates.is_empty() { BTreeMap::new() } else { places(text) };
    for (at, line) in candidates {
        // A line that starts nothing readable is code, HTML or a comment: nobody sees a command there.
        let Some(place) = places.get(&at) else { continue };
        match (read(line), place) {
            (None, _) => {}
            (Some(_), Some(place)) => misread.push(misread_line(line, place)),
            (Some(Ok(command)), None) => found.push(command),
            (Some(Err(why)), None) => misread.push(misread_line(line, &why)),
        }
    }
    misread.truncate(TOLD);
    (found, misread)
}

fn misread_line(line: &str, why: &str) -> Misread {
    Misread { line: line.chars().take(LINE).collect(), why: why.to_owned() }
}

/// The lines that start with a slash after at most three blanks: where the slash is, and the line from there on.
fn candidates(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let shown = line.trim_start_matches(' ');
        let blanks = line.len() - shown.len();
        if blanks <= 3 && shown.starts_with('/') {
            found.push((start + blanks, shown.trim_end_matches(['\n', '\r'])));
        }
        start += line.len();
    }
    found
}

/// Where text starts, in bytes, and for what is not a paragraph of its own why nothing there is a command.
fn places(text: &str) -> BTreeMap<usize, Option<&'static str>> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    let mut places = BTreeMap::new();
    let mut open: Vec<TagEnd> = Vec::new();
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        match event {
            Event::Start(tag) => open.push(tag.to_end()),
            Event::End(_) => drop(open.pop()),
            Event::Text(_) if !open.iter().any(|tag| matches!(tag, TagEnd::CodeBlock | TagEnd::HtmlBlock)) => {
                places.insert(range.start, refused(&open));
            }
            _ => {}
        }
    }
    places
}

/// Why a text inside these is no command, if so.
fn refused(open: &[TagEnd]) -> Option<&'static str> {
    if matches!(open, [TagEnd::Paragraph]) {
        return None;
    }
    let inside = |wanted: fn(&TagEnd) -> bool| open.iter().any(wanted);
    Some(if inside(|tag| matches!(tag, TagEnd::BlockQuote(_))) {
        "it belongs to the quotation above it: leave an empty line before it"
    } else if inside(|tag| matches!(tag, TagEnd::List(_) | TagEnd::Item)) {
        "it belongs to the list above it: leave an empty line before it"
    } else if inside(|tag| matches!(tag, TagEnd::Heading(_))) {
        "the line below makes a heading of it: leave an empty line after it"
    } else {
        "it is not plain text: write it on a line of its own, with an empty line before and after it"
    })
}

/// The command of a line that starts with a slash; nothing where none was meant.
fn read(line: &str) -> Option<Result<Command, String>> {
    let said = line.strip_prefix('/')?;
    let (word, rest) = said.split_once([' ', '\t']).unwrap_or((said, ""));
    let rest = rest.trim_matches([' ', '\t']);
    let lower = word.to_ascii_lowercase();
    let Some(known) = WORDS.into_iter().find(|known| *known == lower) else {
        return nearly(word).map(Err);
    };
    Some(match known {
        "approve" => approve(rest),
        "reject" => Ok(Command::Reject { reason: rest.chars().take(REASON).collect() }),
        "hold" => Ok(Command::Hold { reason: rest.chars().take(REASON).collect() }),
        "release" => Ok(Command::Release),
        _ => class(rest),
    })
}

fn approve(rest: &str) -> Result<Command, String> {
    let commit = rest.split([' ', '\t']).next().unwrap_or_default();
    let write = "write `/approve` and at least 7 digits of the commit you have looked at, with nothing around them";
    if commit.is_empty() {
        return Err(format!("it names no commit: {write}"));
    }
    if let Some(c) = commit.chars().find(|c| is_odd(*c)) {
        return Err(format!("its commit has the hidden character U+{:04X} in it: {write}", u32::from(c)));
    }
    if !commit.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(format!("what follows is no commit: {write}"));
    }
    match commit.len() {
        7..=64 => Ok(Command::Approve { commit: commit.to_ascii_lowercase() }),
        0..7 => Err(format!("its commit is too short to mean one: {write}")),
        _ => Err(format!("its commit is too long to be one: {write}")),
    }
}

fn class(rest: &str) -> Result<Command, String> {
    let (word, rest) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    let class = ChangeClass::parse(&word.to_ascii_lowercase()).filter(|class| *class != ChangeClass::None);
    match class {
        Some(class) => {
            Ok(Command::Class { class, rest: rest.trim_matches([' ', '\t']).chars().take(REASON).collect() })
        }
        None => Err("it names no class: write `/class emergency`, `/class normal` or `/class standard`".to_owned()),
    }
}

/// Why a word that only looks like a command is none.
fn nearly(word: &str) -> Option<String> {
    // What is meant may be glued to what follows by a blank that is none: `/approve<NBSP>1a2b3c4`.
    let visible: String = word.chars().filter(|c| !is_odd(*c)).collect();
    let until_odd: String = word.chars().take_while(|c| !is_odd(*c)).collect();
    for said in [&visible, &until_odd] {
        let lower = said.to_ascii_lowercase();
        if WORDS.contains(&lower.as_str()) {
            let odd = word.chars().find(|c| is_odd(*c)).map_or(0, u32::from);
            return Some(format!("it has the hidden character U+{odd:04X} in it: type `/{lower}` by hand"));
        }
    }
    let visible = visible.trim_end_matches([',', '.', ':', ';', '!']);
    if visible.len() > 24 || !visible.chars().all(char::is_alphabetic) {
        return None;
    }
    let lower = visible.to_lowercase();
    let near = |known: &&str| strsim::damerau_levenshtein(known, &lower);
    let known = WORDS.into_iter().min_by_key(near)?;
    let most = if known.len() > 5 { 2 } else { 1 };
    (near(&known) <= most).then(|| format!("there is no such command; did you mean `/{known}`?"))
}

/// A character that is not seen, or looks like a blank and is none.
fn is_odd(c: char) -> bool {
    is_unsafe(c) || (c.is_whitespace() && c != ' ' && c != '\t')
}
