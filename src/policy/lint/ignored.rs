//! `# changeward:ignore CODE why`: a finding that is left as it is, with the reason. On the line of the finding, or on lines
//! of their own above it.

use super::catalogue::{find, is_of_loading};
use super::ground::Said;
use crate::policy::check::closest;
use crate::policy::error::line_of;
use crate::policy::scan::{Word, WordKind};
use std::collections::BTreeMap;
use std::ops::Range;

/// What opens such a comment.
const MARK: &str = "changeward:ignore";

/// One such comment.
struct Ignore {
    file: String,
    span: Range<usize>,
    code: String,
    why: String,
    /// The line it is about.
    line: u32,
}

/// The reason for each finding that is left as it is; the comments that are wrong or leave nothing are findings.
pub(super) fn settle(
    files: &[(&str, &str, &[Word<'_>])],
    said: Vec<Said>,
    line: impl Fn(&Said) -> u32,
) -> Vec<(Said, Option<String>)> {
    let mut wrong = Vec::new();
    let mut ignores: Vec<(Ignore, bool)> = Vec::new();
    for (file, source, words) in files {
        ignores.extend(read(file, source, words, &mut wrong).into_iter().map(|ignore| (ignore, false)));
    }
    let mut by_place: BTreeMap<(String, u32, String), usize> = BTreeMap::new();
    for (number, (ignore, _)) in ignores.iter().enumerate() {
        by_place.insert((ignore.file.clone(), ignore.line, ignore.code.clone()), number);
    }
    let mut settled: Vec<(Said, Option<String>)> = Vec::new();
    for one in said {
        let key = (one.file.clone(), line(&one), one.code.to_owned());
        let why = by_place.get(&key).and_then(|number| ignores.get_mut(*number)).map(|(ignore, used)| {
            *used = true;
            ignore.why.clone()
        });
        settled.push((one, why));
    }
    for (ignore, _) in ignores.into_iter().filter(|(_, used)| !used) {
        let msg = format!("there is no {} on the line this comment is about", ignore.code);
        wrong.push(Said { code: "IGNORE_UNUSED", file: ignore.file, span: ignore.span, msg, help: None });
    }
    settled.extend(wrong.into_iter().map(|one| (one, None)));
    settled
}

fn read(file: &str, source: &str, words: &[Word<'_>], wrong: &mut Vec<Said>) -> Vec<Ignore> {
    let mut found = Vec::new();
    for span in comments(source, words) {
        let text = source.get(span.clone()).unwrap_or_default().trim_start_matches('#').trim();
        let Some(rest) = text.strip_prefix(MARK) else { continue };
        let (code, why) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
        let fault = match find(code) {
            _ if code.is_empty() => Some(("it names no lint".to_owned(), None)),
            None => {
                let known = super::catalogue::LINTS.iter().map(|lint| lint.code);
                let near = closest(&code.to_uppercase(), known).map(|near| format!("did you mean {near}?"));
                Some((format!("there is no lint `{code}`"), near))
            }
            Some(_) if is_of_loading(code) => {
                Some((format!("{code} keeps the gate from loading the policies, so it cannot be left as it is"), None))
            }
            Some(_) if why.trim().is_empty() => Some((format!("it does not say why {code} is left as it is"), None)),
            Some(_) => None,
        };
        if let Some((msg, help)) = fault {
            wrong.push(Said { code: "IGNORE_INVALID", file: file.to_owned(), span, msg, help });
            continue;
        }
        let line = about(source, words, &span);
        found.push(Ignore { file: file.to_owned(), code: code.to_owned(), why: why.trim().to_owned(), line, span });
    }
    found
}

/// The line a comment is about: its own where code stands before it, else that of the next code.
fn about(source: &str, words: &[Word<'_>], comment: &Range<usize>) -> u32 {
    let own = line_of(source, comment.start);
    let beside = words.iter().rev().find(|word| word.start < comment.start);
    if beside.is_some_and(|word| line_of(source, word.span().end) == own) {
        return own;
    }
    words.iter().find(|word| word.start > comment.start).map_or(own, |word| line_of(source, word.start))
}

/// The comments of a text.
fn comments(source: &str, words: &[Word<'_>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut texts = words.iter().filter(|word| word.kind == WordKind::Text).map(Word::span).peekable();
    let mut at = 0;
    while let Some(next) = source.get(at..).and_then(|rest| rest.find('#')).map(|next| at + next) {
        while texts.next_if(|text| text.end <= next).is_some() {}
        if let Some(text) = texts.next_if(|text| text.contains(&next)) {
            at = text.end;
            continue;
        }
        let length = source.get(next..).and_then(|rest| rest.find('\n')).unwrap_or(source.len() - next);
        found.push(next..next + length);
        at = next + length;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::comments;
    use crate::policy::scan::words;

    #[test]
    fn a_comment_ends_with_its_line_and_none_begins_in_a_string() {
        let text = "x := \"# no\" # yes\n#first `\ny := `# \n# no` #last";
        let found: Vec<&str> = comments(text, &words(text)).into_iter().filter_map(|span| text.get(span)).collect();
        assert_eq!(found, ["# yes", "#first `", "#last"]);
    }
}
