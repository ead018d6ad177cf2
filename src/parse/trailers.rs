//! Git trailers: the `Key: value` lines at the end of a commit message or of a pull request's text, where a change makes
//! its claim.
//!
//! The rules are git's (`git help interpret-trailers`), so that what a person sees with
//! `git log --format='%(trailers:only,unfold)'` is what the gate reads:
//!
//! - only the last paragraph can hold trailers, and not when it is the first one, the title; comments, blank lines and a
//!   list of conflicts after it do not count;
//! - every line of it is a trailer, or one in four is and at least one of them is of a kind git writes itself
//!   (`Signed-off-by: `, `(cherry picked from commit `);
//! - a line that starts with a space or a tab continues the trailer above it;
//! - a `---` line means nothing: that divider belongs to mails, not to messages.

/// The trailers of a message, in order, each as written: key, then value, with folded lines joined by a space.
///
/// A text without a title (a pull request's body) needs one in front, `title\n\nbody`: the first paragraph never counts.
pub fn trailers(message: &str) -> Vec<(String, String)> {
    let text = message.replace("\r\n", "\n");
    let lines: Vec<&str> = text.split('\n').collect();
    let lines = written(&lines);
    let mut found: Vec<(String, String)> = Vec::new();
    let mut in_trailer = false;
    for line in last_paragraph(lines) {
        if line.starts_with(is_blank) {
            if let (true, Some((_, value))) = (in_trailer, found.last_mut()) {
                value.push(' ');
                value.push_str(line.trim_start_matches(is_blank));
            }
            continue;
        }
        let trailer = split(line);
        in_trailer = trailer.is_some();
        found.extend(trailer.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }
    for (_, value) in &mut found {
        *value = value.trim_matches(is_blank).to_owned();
    }
    found
}

/// The people of every `Co-authored-by:` line, as (name, address), wherever in the message it stands.
///
/// Wider than git's trailers on purpose: a co-author never approves, so a line that git would not count still names one.
/// Without angle brackets the whole value is the address; a value without an `@` names nobody.
pub fn co_authors(message: &str) -> Vec<(String, String)> {
    let lines = message.lines().filter_map(|line| split(line.trim_start_matches(is_blank)));
    let lines = lines.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let mut people: Vec<(String, String)> = Vec::new();
    for (_, value) in trailers(message).into_iter().chain(lines).filter(|(key, _)| is_co_author(key)) {
        let (name, rest) = value.split_once('<').unwrap_or(("", &value));
        let email = rest.split_once('>').map_or(rest, |(email, _)| email).trim_matches(is_blank);
        if email.contains('@') && !people.iter().any(|(_, known)| known == email) {
            people.push((name.trim().to_owned(), email.to_owned()));
        }
    }
    people
}

fn is_co_author(key: &str) -> bool {
    key.eq_ignore_ascii_case("co-authored-by")
}

/// White space inside a line, as git counts it.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r')
}

fn is_blank_line(line: &str) -> bool {
    line.chars().all(is_blank)
}

/// `Key: value`. A key is letters, digits and dashes; blanks may stand between it and the colon.
fn split(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let name = key.trim_end_matches([' ', '\t']);
    let sound = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    sound.then(|| (name, value.trim_start_matches(is_blank)))
}

/// A line of a kind git writes itself, which makes a paragraph of mixed lines a trailer block.
fn is_generated(line: &str) -> bool {
    line.starts_with("Signed-off-by: ") || line.starts_with("(cherry picked from commit ")
}

/// What the author wrote: without the scissors line and what follows it, without comments and empty lines at the end,
/// without the list of conflicts that git used to add there.
fn written<'a, 't>(lines: &'a [&'t str]) -> &'a [&'t str] {
    let scissors = lines.iter().position(|line| *line == "# ------------------------ >8 ------------------------");
    let lines = lines.get(..scissors.unwrap_or(lines.len())).unwrap_or(lines);
    let mut tail: Option<usize> = None;
    let mut conflicts = false;
    for (at, line) in lines.iter().enumerate() {
        if line.starts_with('#') || line.is_empty() {
            tail = tail.or(Some(at));
        } else if *line == "Conflicts:" {
            conflicts = true;
            tail = tail.or(Some(at));
        } else if !(conflicts && line.starts_with('\t')) {
            conflicts = false;
            tail = None;
        }
    }
    lines.get(..tail.unwrap_or(lines.len())).unwrap_or(lines)
}

/// The lines of the last paragraph if it is a block of trailers and not the title; otherwise none.
fn last_paragraph<'a, 't>(lines: &'a [&'t str]) -> &'a [&'t str] {
    let title_end = lines.iter().position(|line| !line.starts_with('#') && is_blank_line(line));
    let last = lines.iter().rposition(|line| !line.starts_with('#') && !is_blank_line(line));
    let (Some(title_end), Some(last)) = (title_end, last) else { return &[] };
    let above = lines.get(..last).unwrap_or_default();
    let blank = above.iter().rposition(|line| !line.starts_with('#') && is_blank_line(line));
    let Some(blank) = blank.filter(|blank| *blank >= title_end) else { return &[] };
    let block = lines.get(blank + 1..).unwrap_or_default();
    if is_trailer_block(block) { block } else { &[] }
}

fn is_trailer_block(block: &[&str]) -> bool {
    let (mut good, mut bad, mut generated) = (0usize, 0usize, false);
    // Lines that continue the line above them share its fate; a comment in between cuts them off.
    let mut continues = Fate::Bad;
    for line in block {
        if line.starts_with('#') {
            continues = Fate::Bad;
        } else if is_blank_line(line) {
            break;
        } else if is_generated(line) {
            generated = true;
            good += 1;
            continues = Fate::Good;
        } else if line.starts_with(is_blank) {
            bad += usize::from(continues == Fate::Bad);
        } else if split(line).is_some() {
            good += 1;
            continues = Fate::Good;
        } else {
            bad += 1;
            continues = Fate::Bad;
        }
    }
    (generated && good * 3 >= bad) || (good > 0 && bad == 0)
}

/// Whether a line counts for or against a trailer block.
#[derive(PartialEq)]
enum Fate {
    Good,
    Bad,
}
