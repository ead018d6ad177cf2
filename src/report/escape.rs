//! The sinks: the only way for strangers' text into an output.
//!
//! A path, a title, an owner or a message may come from a branch nobody has looked at. It must not move a cursor, start a
//! line, reorder what is read, ping a team, break a table or be taken for a workflow command. What is dangerous is shown,
//! never dropped: an escape code becomes the seven characters `\u{1b}`.
//!
//! Workflow commands are live in **every** line of a job's log, whoever prints it: `::command::` where a line starts with
//! it after blanks, `##[command]` anywhere in a line (actions/runner, `ActionCommand.cs`); Azure Pipelines and TeamCity
//! add `##vso[…]` and `##teamcity[…]`.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

/// One line of plain text that is safe in a terminal and in a job's log, wherever it is broken at a space.
pub(super) fn terminal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word_start = true;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let after = rest.as_str();
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ':' if word_start && (out.is_empty() || after.is_empty() || after.starts_with(':')) => visible(&mut out, c),
            '#' if opens_command(after) => visible(&mut out, c),
            c if is_hidden(c) => visible(&mut out, c),
            c => out.push(c),
        }
        word_start = c.is_whitespace() && !c.is_control();
    }
    out
}

/// Characters that do something to a screen instead of appearing on it: controls, bidi overrides, zero-width and other
/// default-ignorable characters, line and paragraph separators, code points that are no characters (Unicode, `DerivedCoreProperties.txt`).
pub(super) fn is_hidden(c: char) -> bool {
    let is_no_character = u32::from(c) & 0xfffe == 0xfffe || matches!(c, '\u{fdd0}'..='\u{fdef}');
    c.is_control()
        || is_no_character
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

fn visible(out: &mut String, c: char) {
    // Writing to a string cannot fail.
    let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
}

/// Whether a `#` followed by this begins `##[`, `##vso[`, `##teamcity[`.
fn opens_command(after: &str) -> bool {
    after.strip_prefix('#').is_some_and(|rest| {
        rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')).starts_with('[')
    })
}

/// Prose in a Markdown comment. Words of letters stay words; every other word (a path, `@bob`, `#12`, a link, a tag) becomes
/// a code span, the one place where GitHub neither links, mentions nor renders. An entity or a backslash is not
/// enough: mentions are found in the rendered text.
pub(super) fn markdown(text: &str) -> String {
    words(&inert(text), code_span)
}

/// The same inside a table row, where a pipe ends the cell even in a code span.
pub(super) fn markdown_cell(text: &str) -> String {
    words(&without_pipes(&inert(text)), code_span)
}

/// A name as one code span: a path, a person, a code.
pub(super) fn markdown_code(text: &str) -> String {
    code_span(&inert(text))
}

/// The same inside a table row.
pub(super) fn markdown_cell_code(text: &str) -> String {
    code_span(&without_pipes(&inert(text)))
}

/// Text that opens no HTML comment: the gate knows its own texts by one, and nobody else's text may hold it, not even as code.
fn inert(text: &str) -> String {
    terminal(text).replace("<!--", "\\u{3c}!--")
}

fn without_pipes(text: &str) -> String {
    text.replace('|', "\\u{7c}")
}

fn words(text: &str, code: fn(&str) -> String) -> String {
    let mut out = String::with_capacity(text.len());
    for word in units(text) {
        if !out.is_empty() {
            out.push(' ');
        }
        let inner = word.trim_start_matches('(');
        let core = inner.trim_end_matches([',', '.', ';', ':', '!', '?', ')']);
        let is_number = core.chars().all(|c| c.is_ascii_digit());
        if core.is_empty() || (is_number && core.len() != inner.len()) {
            out.push_str(&code(word));
            continue;
        }
        let (before, after) = (word.len() - inner.len(), inner.strip_prefix(core).unwrap_or_default());
        out.push_str(&"(".repeat(before));
        match quoted_name(core) {
            Some(name) => out.push_str(&code(name)),
            None if is_plain(core) => out.push_str(core),
            None => out.push_str(&code(core)),
        }
        out.push_str(after);
    }
    out
}

/// The words of a text; what the author of a message has put into backticks, blanks and all, is one.
fn units(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(' ');
        if rest.is_empty() {
            return None;
        }
        let word = rest.find(' ').unwrap_or(rest.len());
        let opening =
            rest.find('`').filter(|at| *at < word && rest.get(..*at).is_some_and(|b| b.trim_matches('(').is_empty()));
        let closing = opening.and_then(|at| Some(at + 1 + rest.get(at + 1..)?.find('`')?));
        let end =
            closing.map_or(word, |at| at + rest.get(at..).and_then(|tail| tail.find(' ')).unwrap_or(rest.len() - at));
        let (unit, after) = rest.split_at_checked(end)?;
        rest = after;
        Some(unit)
    })
}

/// A word the author of a message has put into backticks already.
fn quoted_name(word: &str) -> Option<&str> {
    let name = word.strip_prefix('`')?.strip_suffix('`')?;
    (!name.is_empty() && !name.contains('`')).then_some(name)
}

/// A word that means nothing to Markdown or to GitHub: letters and digits, hyphens between letters, no commit id.
fn is_plain(word: &str) -> bool {
    if word == "—" || word == "–" || word == "→" {
        return true;
    }
    let commit = word.len() >= 7 && word.chars().all(|c| c.is_ascii_hexdigit());
    let hyphens = !word.contains('-') || !word.chars().any(|c| c.is_numeric());
    let ends = |c: char| c.is_alphabetic() || c.is_ascii_digit();
    !commit
        && hyphens
        && word.starts_with(ends)
        && word.ends_with(ends)
        && word.chars().all(|c| ends(c) || matches!(c, '-' | '\'' | '’'))
}

/// A code span whose fence is longer than any run of backticks inside (CommonMark 6.1).
fn code_span(text: &str) -> String {
    if text.trim().is_empty() {
        return "`(empty)`".to_owned();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let edge = |c: char| c == '`' || c == ' ';
    let pad = if text.starts_with(edge) || text.ends_with(edge) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// The message of a workflow command (actions/toolkit, `escapeData`).
pub(super) fn command_data(text: &str) -> String {
    terminal(text).replace('%', "%25")
}

/// The value of a property of a workflow command (actions/toolkit, `escapeProperty`).
pub(super) fn command_property(text: &str) -> String {
    command_data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text or an attribute value of XML 1.0. What XML cannot hold at all is shown, as everywhere.
pub(super) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in terminal(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c => out.push(c),
        }
    }
    out
}

/// A cell of a CSV file (RFC 4180). What a spreadsheet would take for a formula (OWASP, "CSV Injection") gets an
/// apostrophe before it; a name that begins with `@` has no character a formula needs.
pub(super) fn csv(text: &str) -> String {
    let safe = terminal(text);
    let formula = safe.starts_with(['=', '+', '-']) || (safe.starts_with('@') && !is_name(&safe));
    quoted_cell(if formula { format!("'{safe}") } else { safe })
}

/// A path as a cell: what would be a formula begins with `./`, which names the same file.
pub(super) fn csv_path(text: &str) -> String {
    let safe = terminal(text);
    quoted_cell(if safe.starts_with(['=', '+', '-', '@']) { format!("./{safe}") } else { safe })
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || matches!(c, '@' | '/' | '-' | '_' | '.' | ' '))
}

fn quoted_cell(text: String) -> String {
    if text.contains([',', '"', ';', '\'']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// A basic string of TOML 1.0: exact when read back, harmless as it stands.
pub(super) fn toml(text: &str) -> String {
    let mut out = String::from("\"");
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if is_hidden(c) || (c == '#' && opens_command(rest.as_str())) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A piece of a JSON string: exact when read back, harmless as it stands, because what is hidden or opens a command is
/// written as `\uXXXX`. Quotes, backslashes and C0 controls are serde's.
pub(super) fn json(out: &mut (impl io::Write + ?Sized), text: &str) -> io::Result<()> {
    if text.bytes().all(|b| b.is_ascii() && b != 0x7f && b != b'#') {
        return out.write_all(text.as_bytes());
    }
    let mut rest = text.chars();
    let mut units = [0; 2];
    while let Some(c) = rest.next() {
        if is_hidden(c) || (c == '#' && opens_command(rest.as_str())) {
            for unit in c.encode_utf16(&mut units) {
                write!(out, "\\u{unit:04x}")?;
            }
        } else {
            out.write_all(c.encode_utf8(&mut [0; 4]).as_bytes())?;
        }
    }
    Ok(())
}

/// The plain text of a SARIF message, in which `[text](target)` would be a link (SARIF 2.1.0, 3.11.6).
pub(super) fn sarif(text: &str) -> String {
    terminal(text).replace("](", "] (")
}

/// A repository path as a relative URI: everything but unreserved characters and `/` percent-encoded (RFC 3986), so that it
/// can neither name a scheme nor a host, nor climb out of the repository.
pub(super) fn uri(path: &[u8]) -> String {
    let mut out = String::with_capacity(path.len());
    for segment in path.split(|b| *b == b'/').filter(|s| !matches!(*s, b"" | b"." | b"..")) {
        if !out.is_empty() {
            out.push('/');
        }
        for &byte in segment {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                out.push(char::from(byte));
            } else {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// The bytes of a path as findings spell it: git's quoting undone (`quote.c`), anything else taken as it stands.
pub(super) fn unquoted(path: &str) -> Cow<'_, [u8]> {
    let Some(inner) = path.strip_prefix('"').and_then(|p| p.strip_suffix('"')) else {
        return Cow::Borrowed(path.as_bytes());
    };
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        out.push(match rest.next() {
            Some(b'a') => 0x07,
            Some(b'b') => 0x08,
            Some(b't') => b'\t',
            Some(b'n') => b'\n',
            Some(b'v') => 0x0b,
            Some(b'f') => 0x0c,
            Some(b'r') => b'\r',
            Some(high @ b'0'..=b'3') => {
                let digits = [Some(high), rest.next(), rest.next()];
                match digits.into_iter().try_fold(0_u8, octal) {
                    Some(byte) => byte,
                    None => return Cow::Borrowed(path.as_bytes()),
                }
            }
            Some(other) => other,
            None => return Cow::Borrowed(path.as_bytes()),
        });
    }
    Cow::Owned(out)
}

fn octal(sum: u8, digit: Option<u8>) -> Option<u8> {
    let digit = digit?.checked_sub(b'0').filter(|d| *d < 8)?;
    Some((sum << 3) | digit)
}

#[cfg(test)]
mod tests {
    use super::{
        command_data, command_property, csv, csv_path, json, markdown, markdown_cell_code, markdown_code, sarif,
        terminal, toml, unquoted, uri, xml,
    };
    use crate::model::RepoPath;
    use proptest::prelude::*;

    fn check(sink: fn(&str) -> String, table: &[(&str, &str)]) {
        for (text, expected) in table {
            assert_eq!(sink(text), *expected, "{text:?}");
        }
    }

    #[test]
    fn a_line_of_text_neither_moves_the_cursor_nor_starts_a_command() {
        check(
            terminal,
            &[
                ("plain text, std::fs and a::b", "plain text, std::fs and a::b"),
                ("::error::x", "\\u{3a}:error::x"),
                ("a ::error::x", "a \\u{3a}:error::x"),
                ("a\u{a0}::error::x", "a\u{a0}\\u{3a}:error::x"),
                (":", "\\u{3a}"),
                ("a :", "a \\u{3a}"),
                ("##[error]x", "\\u{23}#[error]x"),
                ("###[error]x", "#\\u{23}#[error]x"),
                ("x##vso[task]", "x\\u{23}#vso[task]"),
                ("## heading, #[derive]", "## heading, #[derive]"),
                ("\x1b[2J", "\\u{1b}[2J"),
                ("a\nb\r\tc", "a\\nb\\r\\tc"),
                ("a\u{202e}b\u{85}c\u{200b}d\u{2028}e\u{61c}", "a\\u{202e}b\\u{85}c\\u{200b}d\\u{2028}e\\u{61c}"),
            ],
        );
    }

    #[test]
    fn prose_stays_prose_and_everything_else_is_code() {
        check(
            markdown,
            &[
                ("nobody answers for it, yet.", "nobody answers for it, yet."),
                ("ask @bob to approve (see #12)", "ask `@bob` to approve (see `#12`)"),
                ("row `payments` is well-known", "row `payments` is well-known"),
                ("<script>alert(1)</script>", "`<script>alert(1)</script>`"),
                ("[a](https://x.y) ![b](c)", "`[a](https://x.y`) `![b](c`)"),
                ("a`b ``c", "``a`b`` ``` ``c ```"),
                ("1. one", "`1.` one"),
                ("for 2 approvals (1 of 3 given), (1) or 1)", "for 2 approvals (1 of 3 given), `(1)` or `1)`"),
                ("GH-12 deadbeef 1234567 x_y *z*", "`GH-12` `deadbeef` `1234567` `x_y` `*z*`"),
                ("line\n# heading", "`line\\n#` heading"),
            ],
        );
        check(markdown_code, &[("<!-- x -->", "`\\u{3c}!-- x -->`")]);
        check(markdown_cell_code, &[("a|b", "`a\\u{7c}b`"), ("", "`(empty)`"), ("`", "`` ` ``")]);
    }

    #[test]
    fn commands_xml_and_sarif_keep_to_their_grammars() {
        check(command_data, &[("100% a:b,c\n::x", "100%25 a:b,c\\n::x")]);
        check(command_property, &[("a:b,c%", "a%3Ab%2Cc%25")]);
        check(xml, &[("<a b='c'>&\"\0", "&lt;a b=&apos;c&apos;&gt;&amp;&quot;\\u{0}"), ("\u{ffff}", "\\u{ffff}")]);
        check(
            csv,
            &[
                ("a,b", "\"a,b\""),
                ("say \"x\"", "\"say \"\"x\"\"\""),
                ("=cmd|' /C calc'!A0", "\"'=cmd|' /C calc'!A0\""),
                ("@SUM(1)", "\"'@SUM(1)\""),
                ("@bob @acme/pay", "@bob @acme/pay"),
                ("a\nb", "a\\nb"),
            ],
        );
        check(csv_path, &[("=x", "./=x"), ("-rf", "./-rf"), ("a/=x", "a/=x"), ("@x,y", "\"./@x,y\"")]);
        check(sarif, &[("[click](https://x)", "[click] (https://x)")]);
    }

    #[test]
    fn a_path_becomes_a_relative_uri() {
        let table = [
            ("a b/ü.rs", "a%20b/%C3%BC.rs"),
            ("javascript:x", "javascript%3Ax"),
            ("//host/x", "host/x"),
            ("../../etc/./passwd", "etc/passwd"),
            ("\"a\\nb\\377\"", "a%0Ab%FF"),
        ];
        for (path, expected) in table {
            assert_eq!(uri(&unquoted(path)), expected, "{path}");
        }
    }

    proptest! {
        #[test]
        fn unquoting_undoes_quoting(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let quoted = RepoPath::new(&bytes).quoted();
            prop_assert_eq!(unquoted(&quoted).into_owned(), bytes);
        }

        #[test]
        fn toml_reads_back_what_was_written(text in "[#\\[a\"\\\\\n \u{202e}\u{e0041}\u{7f}\u{1f600}]{0,20}") {
            let line = format!("x = {}", toml(&text));
            prop_assert!(!line.contains("##[") && !line.contains('\n'));
            let table: ::toml::Table = line.parse().unwrap();
            prop_assert_eq!(table["x"].as_str(), Some(&*text));
        }

        #[test]
        fn json_reads_back_what_was_written(text in "[#\\[a \u{202e}\u{200b}\u{e0041}\u{7f}]{0,20}") {
            let mut out = b"\"".to_vec();
            json(&mut out, &text).unwrap();
            out.push(b'"');
            prop_assert!(!String::from_utf8_lossy(&out).contains("##["));
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }

    #[test]
    fn what_stands_in_backticks_is_one_word() {
        let table = [
            ("run `changeward init` for it", "run `changeward init` for it"),
            ("(see `a b`), then", "(see `a b`), then"),
            ("`a` and `b c`", "`a` and `b c`"),
            ("half a ` tick", "half a `` ` `` tick"),
            ("a `@bob @eve", "a `` `@bob `` `@eve`"),
        ];
        for (text, shown) in table {
            assert_eq!(super::markdown(text), shown, "{text}");
        }
    }
}
