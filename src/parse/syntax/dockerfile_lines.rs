//! The instructions of a Dockerfile, each with its continuation lines and blocks of text.

use super::dockerfile::named;
use super::lines::{Lines, trimmed};
use super::source::{Source, scalar, span};
use crate::model::{Field, ScalarKind, SyntaxFault};
use std::borrow::Cow;
use std::ops::Range;

/// The parser directives there are.
const DIRECTIVES: [&str; 3] = ["syntax", "escape", "check"];

/// The most blocks of text of one instruction.
const MAX_BLOCKS: usize = 16;

/// An instruction as it stands.
pub(super) struct Instruction<'t> {
    /// All of it.
    pub(super) place: Range<usize>,
    /// Its first word.
    pub(super) command: &'t str,
    /// The `--flags` behind it.
    pub(super) flags: Option<Range<usize>>,
    /// The rest.
    pub(super) value: Range<usize>,
    /// The rest in one line, without comments; blocks of text as they are.
    pub(super) text: Cow<'t, str>,
}

impl Instruction<'_> {
    /// The words behind the command. Only of an instruction on one line: a word may go on below.
    pub(super) fn words(&self, source: &Source<'_>) -> Result<Vec<Range<usize>>, SyntaxFault> {
        let start = self.flags.clone().map_or(self.value.start, |flags| flags.start);
        let written = source.slice(start..self.value.end);
        if written.contains('\n') {
            return Err(
                source.fault(start, format!("has a `{}` on more than one line", self.command.to_ascii_uppercase()))
            );
        }
        let offset = |word: &str| start + (word.as_ptr() as usize - written.as_ptr() as usize);
        Ok(written
            .split([' ', '\t'])
            .filter(|word| !word.is_empty())
            .map(|word| offset(word)..offset(word) + word.len())
            .collect())
    }
}

/// Reads one instruction after another.
pub(super) struct Instructions<'t> {
    lines: Lines<'t>,
    escape: char,
}

impl<'t> Instructions<'t> {
    /// Begins behind the directives of a file, which are given as fields.
    pub(super) fn new(source: &Source<'t>) -> Result<(Self, Vec<Field<'t>>), SyntaxFault> {
        let mut lines = Lines::of(source)?;
        let mut fields: Vec<Field<'t>> = Vec::new();
        let mut escape = '\\';
        let mut allowed = true;
        let mut next = 0;
        while let Some(line) = lines.next() {
            let Some(comment) = source.slice(line.clone()).strip_prefix('#') else { break };
            let directive = comment.split_once('=').map(|(key, value)| (key.trim().to_ascii_lowercase(), value));
            let blank = |c: char| c.is_whitespace() && !matches!(c, ' ' | '\t');
            if directive.as_ref().is_some_and(|(key, _)| DIRECTIVES.contains(&&**key)) && comment.contains(blank) {
                return Err(source.fault(line.start, "has a directive with a blank in it that is none to some"));
            }
            let known =
                directive.and_then(|(key, value)| Some((DIRECTIVES.iter().find(|known| **known == key)?, value)));
            match known {
                Some((key, value)) if allowed => {
                    let place = trimmed(source.text, line.end - value.len()..line.end);
                    let text = source.slice(place.clone());
                    if fields.iter().any(|field| field.key == **key) {
                        return Err(source.fault(place.start, format!("has the key \"{key}\" twice")));
                    }
                    match (*key, text) {
                        ("escape", "`") => escape = '`',
                        ("escape", "\\") | ("syntax" | "check", _) => {}
                        _ => {
                            return Err(
                                source.broken(place.start, "its escape character is neither `\\` nor a backquote")
                            );
                        }
                    }
                    fields.push(named(key, scalar(span(place.start, place.end), ScalarKind::Text, text)));
                }
                Some(_) => {
                    return Err(source.fault(line.start, "has a directive behind a comment, which is none to some"));
                }
                None => allowed = false,
            }
            next = line.end;
        }
        lines.go_to(next);
        Ok((Self { lines, escape }, fields))
    }

    /// The next instruction.
    pub(super) fn next(&mut self, source: &Source<'t>) -> Result<Option<Instruction<'t>>, SyntaxFault> {
        let Some(first) = self.content(source) else { return Ok(None) };
        let mut place = first.clone();
        let mut last = first;
        while self.goes_on(source.slice(last.clone())) {
            let Some(line) = self.content(source) else { break };
            place.end = line.end;
            last = line;
        }
        let written = source.slice(place.clone());
        let command = written.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        let mut at = self.behind_blanks(source, place.start + command.len()..place.end);
        if at == place.start + command.len() && at < place.end {
            return Err(source.broken(place.start, "an instruction does not begin with a word"));
        }
        let mut flags: Option<Range<usize>> = None;
        while source.slice(at..place.end).starts_with("--") {
            let word = source.slice(at..place.end);
            let length = word.find([' ', '\t', '\r', '\n']).unwrap_or(word.len());
            let start = flags.map_or(at, |flags| flags.start);
            flags = Some(start..at + length);
            at = self.behind_blanks(source, at + length..place.end);
        }
        let mut value = at..place.end;
        let mut text = self.joined(source.slice(value.clone()));
        let words = text.trim_start_matches(|c: char| !c.is_whitespace()).trim_start();
        let inner = if command.eq_ignore_ascii_case("ONBUILD") { words } else { &*text };
        let inner_command =
            if command.eq_ignore_ascii_case("ONBUILD") { text.split_whitespace().next() } else { Some(command) };
        let may = ["RUN", "COPY", "ADD"].iter().any(|one| inner_command.is_some_and(|c| c.eq_ignore_ascii_case(one)));
        if may {
            let names = heredocs(inner).ok_or_else(|| source.fault(place.start, "has a `<<` that is not clear"))?;
            if !names.is_empty() {
                let end = self.block(source, &names, place.end)?;
                text = Cow::Owned(format!("{text}{}", source.slice(place.end..end)));
                value.end = end;
                place.end = end;
            }
        }
        Ok(Some(Instruction { place, command, flags, value, text }))
    }

    /// The next line that is neither blank nor a comment.
    fn content(&mut self, source: &Source<'t>) -> Option<Range<usize>> {
        loop {
            let line = trimmed(source.text, self.lines.next()?);
            if !matches!(source.slice(line.clone()).as_bytes(), [] | [b'#', ..]) {
                return Some(line);
            }
        }
    }

    /// Whether a line goes on below; two escape characters are none.
    fn goes_on(&self, line: &str) -> bool {
        line.strip_suffix(self.escape).is_some_and(|before| !before.ends_with(self.escape))
    }

    /// Behind blanks, continued lines and the comments between them.
    fn behind_blanks(&self, source: &Source<'_>, place: Range<usize>) -> usize {
        let mut at = place.start;
        loop {
            let rest = source.slice(at..place.end);
            if rest.starts_with([' ', '\t', '\n', '\r']) {
                at += 1;
                continue;
            }
            let Some(behind) = rest.strip_prefix(self.escape) else { return at };
            let blank = behind.trim_start_matches([' ', '\t', '\r']);
            if !blank.starts_with('\n') {
                return at;
            }
            at = place.end - blank.len() + 1;
            while source.slice(at..place.end).trim_start_matches([' ', '\t']).starts_with('#') {
                let comment = source.slice(at..place.end).find('\n');
                at = comment.map_or(place.end, |length| at + length + 1);
            }
        }
    }

    /// Continued lines as one.
    fn joined(&self, written: &'t str) -> Cow<'t, str> {
        if !written.contains('\n') {
            return Cow::Borrowed(
                written.strip_suffix(self.escape).filter(|_| self.goes_on(written)).unwrap_or(written),
            );
        }
        let mut made = String::with_capacity(written.len());
        for (n, line) in written.split('\n').enumerate() {
            // The first one stands behind the command: what begins there with `#` is part of it.
            if n > 0 && line.trim_start().starts_with('#') {
                continue;
            }
            let line = line.trim_end_matches([' ', '\t', '\r']);
            made.push_str(if self.goes_on(line) { line.strip_suffix(self.escape).unwrap_or(line) } else { line });
        }
        Cow::Owned(made)
    }

    /// Behind the blocks of text that follow an instruction.
    fn block(&mut self, source: &Source<'t>, names: &[(bool, String)], from: usize) -> Result<usize, SyntaxFault> {
        let mut end = from;
        for (tabs, name) in names {
            loop {
                let Some(line) = self.lines.next() else {
                    return Err(source.broken(from, "a block of text has no end"));
                };
                end = line.end;
                let line = source.slice(line);
                if (if *tabs { line.trim_start_matches('\t') } else { line }) == name {
                    break;
                }
            }
        }
        Ok(end)
    }
}

/// The blocks of text that a command announces; `None` when it is not clear whether it does.
fn heredocs(text: &str) -> Option<Vec<(bool, String)>> {
    let mut names = Vec::new();
    let mut seen = 0;
    let (mut double, mut single) = (0_usize, 0_usize);
    while let Some(found) = text.get(seen..)?.find("<<") {
        let before = text.get(seen..seen + found)?;
        let rest = text.get(seen + found + 2..)?;
        double += before.matches('"').count();
        single += before.matches('\'').count();
        if let Some(here) = rest.strip_prefix('<') {
            seen = text.len() - here.len();
            continue;
        }
        let head = before.trim_end_matches(|c: char| c.is_ascii_digit());
        let stands_alone = head.ends_with([' ', '\t']) || (head.is_empty() && seen == 0);
        let (tabs, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
        let word = rest.split([' ', '\t', ';', '|', '&', '>', '<']).next()?;
        let behind = rest.get(word.len()..)?;
        let bare = ['"', '\''].iter().find_map(|quote| word.strip_prefix(*quote)?.strip_suffix(*quote)).unwrap_or(word);
        let plain = !bare.is_empty() && bare.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let in_text = double % 2 == 1 || single % 2 == 1;
        let ends = behind.is_empty() || behind.starts_with([' ', '\t']);
        if in_text || !stands_alone || !plain || !ends || names.len() >= MAX_BLOCKS {
            return None;
        }
        names.push((tabs, bare.to_owned()));
        seen = text.len() - behind.len();
    }
    // Where its words cannot be told apart, BuildKit sees no block of text at all.
    let odd = |quote: char| text.matches(quote).count() % 2 == 1;
    let escaped = text.contains("\\'") || text.contains("\\\"");
    if !names.is_empty() && (odd('"') || odd('\'') || escaped) {
        return None;
    }
    Some(names)
}
