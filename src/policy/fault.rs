//! An error of the engine, made ours: the engine gives one text, and what people need is a code, a place and a next step.

use super::error::{PolicyCode, PolicyError, Sources, line_span};
use super::scan;

/// A parse error, with help for what older Rego looked like.
pub(super) fn unparsed(text: &str, file: &str, sources: &Sources) -> PolicyError {
    let mut problem = fault(text, PolicyCode::Parse, sources);
    if problem.place.is_none() {
        problem.place = Some(crate::model::Place { file: file.to_owned(), line: 0 });
    }
    let line = problem.place.as_ref().and_then(|place| {
        let text = sources.get(&place.file)?;
        text.get(line_span(text, place.line)?)
    });
    let help = line.and_then(old_rego);
    match help {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// What to write today instead of a rule head of Rego v0.
fn old_rego(line: &str) -> Option<&'static str> {
    let head = line.split(['#', '"', '`']).next().unwrap_or(line);
    let words = scan::words(line);
    let mut texts = words.iter().map(|word| word.text);
    let named = texts.next().is_some_and(|first| first != "package" && first != "import");
    if head.contains(" if ") || head.contains(" contains ") || !named {
        return None;
    }
    match texts.next() {
        Some("[") => Some("Rego v1 writes a rule of a set as `deny contains msg if { … }`"),
        Some("{") => Some("Rego v1 wants `if` before the body of a rule: `name if { … }`"),
        _ if head.trim_end().ends_with('{') => Some("Rego v1 wants `if` before the body of a rule: `name if { … }`"),
        _ => None,
    }
}

/// An error of the engine, which is one text: `--> FILE:LINE:COL`, the line, and `error: MESSAGE`.
pub(super) fn fault(text: &str, otherwise: PolicyCode, sources: &Sources) -> PolicyError {
    let code = if text.contains("execution exceeded time limit") {
        PolicyCode::TimeLimit
    } else if text.contains("execution exceeded memory limit") {
        PolicyCode::MemoryLimit
    } else if text.contains("recursion detected") {
        PolicyCode::Recursion
    } else {
        otherwise
    };
    let message = match code {
        PolicyCode::TimeLimit => "the policies ran longer than they may".to_owned(),
        PolicyCode::Recursion => "this rule depends on itself".to_owned(),
        _ => {
            let said = text.rsplit_once("error: ").map_or(text, |(_, said)| said);
            said.trim().lines().next().unwrap_or_default().to_owned()
        }
    };
    let mut problem = PolicyError::new(code, message);
    if code == PolicyCode::TimeLimit {
        problem = problem.help("look for a loop over all pairs of files; an index by path makes it one lookup each");
    }
    match located(text, sources) {
        Some((file, span)) => problem.at(sources, file, span),
        None => problem,
    }
}

/// The first `--> FILE:LINE:COL` of a text, as bytes of one of our files.
fn located<'a>(text: &'a str, sources: &Sources) -> Option<(&'a str, std::ops::Range<usize>)> {
    let place = text.lines().find_map(|line| line.strip_prefix("--> "))?;
    let (rest, column) = place.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    let source = sources.get(file)?;
    let index = line.parse::<usize>().ok()?.checked_sub(1)?;
    let start: usize = source.split_inclusive('\n').take(index).map(str::len).sum();
    let row = source.get(start..)?.lines().next().unwrap_or("");
    let at = start + byte_of_column(row, column.parse().ok()?);
    let word = scan::words(row).into_iter().find(|word| start + word.start == at);
    Some((file, word.map_or(at..at, |word| at..at + word.text.len())))
}

/// The engine counts a tab as 4 columns, a character of a string by its bytes and any other as 1.
fn byte_of_column(row: &str, column: usize) -> usize {
    let strings: Vec<_> = scan::words(row).into_iter().filter(|w| w.kind == scan::WordKind::Text).collect();
    let mut reached = 1;
    for (at, c) in row.char_indices() {
        if reached >= column {
            return at;
        }
        let in_string = strings.iter().any(|word| word.span().contains(&at));
        reached += match c {
            '\t' => 4,
            _ if in_string => c.len_utf8(),
            _ => 1,
        };
    }
    row.len()
}
