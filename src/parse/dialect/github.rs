//! CODEOWNERS as GitHub reads it.
//!
//! One rule a line: a pattern, then owners, any one of whom answers. The last line that matches a path wins; owners are
//! not merged; a line without owners clears the path. `#` ends a line wherever it stands, even after a `\`. A line with
//! a mistake is skipped **as a whole**, so the rules before it answer, and it is reported under the kind that GitHub's
//! `codeowners/errors` endpoint gives it.
//!
//! Where GitHub is silent this reader is the stricter one: an owner that is no login, team or address voids its line
//! even beside valid ones (GitHub documents only that "that line will be skipped"), and a file is too large from
//! 3,000,000 bytes (GitHub says "3 MB" of neither kind). "Unknown owner" is not among the faults here: whether a
//! well-formed name exists and may write can only be asked of GitHub.

use crate::model::{Codeowners, Finding, OwnerRule, Pattern, Principal, PrincipalKind, RepoPath, Severity};

/// The size in bytes from which GitHub does not load the file.
pub const TOO_LARGE: usize = 3_000_000;

/// The code of a line that GitHub skips.
const SYNTAX: &str = "CODEOWNERS_SYNTAX";

/// The code of a line that counts but hardly does what its writer meant.
const LINT: &str = "CODEOWNERS_LINT";

/// A CODEOWNERS file that GitHub would not load: nobody would own anything, so nothing may be decided by it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
#[error(
    "{path} holds {size} bytes; GitHub does not load a CODEOWNERS file of 3 MB or more, so it names no owner at all"
)]
#[diagnostic(
    code(changeward::codeowners::too_large),
    help(
        "keep it under {TOO_LARGE} bytes: name directories instead of single files, and drop lines that a later one overrides"
    )
)]
pub struct TooLarge {
    /// The file, quoted.
    pub path: String,
    /// In bytes.
    pub size: usize,
}

/// Where the file may stand, relative to the root. GitHub uses the first one it finds and ignores the others.
pub fn locations() -> [&'static str; 3] {
    [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"]
}

/// Reads the file found at `path`: its valid rules, and what is wrong with the other lines.
///
/// A finding with the code `CODEOWNERS_SYNTAX` is a line that was skipped, one with `CODEOWNERS_LINT` a line that
/// counts and should be looked at. Both name the line and the column, in characters from 1.
///
/// # Errors
/// [`TooLarge`] for a file that GitHub would not load.
pub fn codeowners(text: &[u8], path: &RepoPath) -> Result<(Codeowners, Vec<Finding>), TooLarge> {
    if text.len() >= TOO_LARGE {
        return Err(TooLarge { path: path.quoted(), size: text.len() });
    }
    let mut rules = Vec::new();
    let mut findings = Vec::new();
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
        let words = words(line);
        let Some((first, owners)) = words.split_first() else { continue };
        let mut report = Report { findings: Vec::new(), path, line, number };
        let pattern = report.pattern(first);
        let owners: Vec<Principal> = owners.iter().filter_map(|word| report.owner(word)).collect();
        if let (Some(pattern), true) = (pattern, report.findings.is_empty()) {
            report.lint(first, &pattern, owners.is_empty());
            rules.push(OwnerRule { line: number, pattern, owners });
        }
        findings.extend(report.findings);
    }
    Ok((Codeowners::new(path.clone(), rules), findings))
}

/// A word of a line, and the byte it begins at.
#[derive(Clone, Copy)]
struct Word<'a> {
    at: usize,
    bytes: &'a [u8],
}

/// The words of a line up to a `#`. In the first one, the pattern, a `\` keeps the blank after it.
fn words(line: &[u8]) -> Vec<Word<'_>> {
    let line = line.split(|byte| *byte == b'#').next().unwrap_or_default();
    let mut words = Vec::new();
    let mut begun: Option<usize> = None;
    let mut escaped = false;
    for (at, byte) in line.iter().enumerate() {
        let blank = byte.is_ascii_whitespace() && !escaped;
        escaped = *byte == b'\\' && !escaped && words.is_empty();
        match begun {
            None if !blank => begun = Some(at),
            Some(from) if blank => {
                words.extend(line.get(from..at).map(|bytes| Word { at: from, bytes }));
                begun = None;
            }
            _ => {}
        }
    }
    words.extend(begun.and_then(|at| line.get(at..).map(|bytes| Word { at, bytes })));
    words
}

/// What is wrong with one line.
struct Report<'a> {
    findings: Vec<Finding>,
    path: &'a RepoPath,
    line: &'a [u8],
    number: u32,
}

impl Report<'_> {
    fn pattern(&mut self, word: &Word<'_>) -> Option<Pattern> {
        match Pattern::github_bytes(word.bytes) {
            Ok(pattern) => Some(pattern),
            Err(error) => {
                let help = match is_section(self.line) {
                    true => SECTION_HELP.to_owned(),
                    false => pattern_help(word.bytes),
                };
                self.add(SYNTAX, word.at + error.offset, "Invalid pattern", &error.msg, &help);
                None
            }
        }
    }

    fn owner(&mut self, word: &Word<'_>) -> Option<Principal> {
        let owner = std::str::from_utf8(word.bytes).ok().and_then(Principal::parse).filter(is_github_name);
        if owner.is_none() {
            let shown = shown(word.bytes);
            let what = format!("`{shown}` is no @login, @org/team or e-mail address");
            self.add(SYNTAX, word.at, "Invalid owner", &what, &owner_help(&shown));
        }
        owner
    }

    /// What GitHub accepts and people hardly mean.
    fn lint(&mut self, word: &Word<'_>, pattern: &Pattern, clears: bool) {
        let undefined = word.bytes.ends_with(b"**/");
        if !(clears || undefined || pattern.matches_nothing()) {
            return;
        }
        let shown = shown(word.bytes);
        let (what, help) = if word.bytes == b"/" {
            (format!("the pattern `{shown}` will never match anything"), "did you mean `*` instead?")
        } else if word.bytes.ends_with(b"\\") && pattern.matches_nothing() {
            let what =
                format!("the pattern `{shown}` will never match anything: a `#` starts a comment even after `\\`");
            (what, "write `?` in place of the `#`")
        } else if pattern.matches_nothing() {
            let what =
                format!("the pattern `{shown}` will never match anything: no path has an empty, `.` or `..` part");
            (what, "write the path from the root of the repository")
        } else if undefined {
            let what = format!("GitHub does not say what `{shown}` matches");
            (what, "leave out the slash at the end, for all below")
        } else if clears && Principal::parse(&shown).as_ref().is_some_and(is_github_name) {
            let what = format!("`{shown}` stands where the pattern belongs, so it owns nothing");
            (what, "write a pattern before the owner, `*` for every path")
        } else if clears && word.bytes.contains(&b'@') {
            let what = format!("`{shown}` is one pattern without an owner");
            (what, "put a blank between the pattern and the owner; write `?` for an `@` of the path")
        } else {
            return;
        };
        self.add(LINT, word.at, "Suspicious pattern", &what, help);
    }

    fn add(&mut self, code: &str, at: usize, kind: &str, what: &str, help: &str) {
        let before = self.line.get(..at).unwrap_or(self.line);
        let column = String::from_utf8_lossy(before).chars().count() + 1;
        let msg = format!("{kind} on line {}, column {column}: {what}", self.number);
        let finding = Finding::new(code, Severity::Warn, msg).at([self.path.quoted()]).line(self.number).help(help);
        self.findings.push(finding);
    }
}

/// Stricter than a [`Principal`] need be: no team within a team, as other forges have, and no address that is more
/// likely a pattern (`/docs/@ann`) or a list (`ann@example.org,`).
fn is_github_name(owner: &Principal) -> bool {
    match owner.kind() {
        PrincipalKind::Team => owner.bare().matches('/').count() == 1,
        PrincipalKind::Email => owner.as_str().split_once('@').is_some_and(|(local, domain)| {
            local.chars().all(|c| c.is_alphanumeric() || "._%+-'=&~".contains(c))
                && domain.split('.').all(|label| !label.is_empty())
                && domain.chars().all(|c| c.is_alphanumeric() || ".-".contains(c))
        }),
        PrincipalKind::User | PrincipalKind::Anyone => true,
        PrincipalKind::Role => false,
    }
}

/// A word of a stranger's file, without anything that moves a cursor.
fn shown(word: &[u8]) -> String {
    match std::str::from_utf8(word) {
        Ok(text) if !text.chars().any(char::is_control) => text.to_owned(),
        _ => RepoPath::new(word).quoted(),
    }
}

const SECTION_HELP: &str = "GitHub has no sections; if this file is GitLab's, set `[ownership] codeowners = \"gitlab\"` in .changeward/config.toml";

/// `[Name]` or `^[Name]` at the start of a line, with a count, owners or nothing behind it: a header of GitLab's. What
/// goes on behind the bracket is a pattern.
fn is_section(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let Some(rest) = line.strip_prefix(b"^").unwrap_or(line).strip_prefix(b"[") else { return false };
    let Some(close) = rest.iter().position(|byte| *byte == b']') else { return false };
    let behind = rest.get(close + 1..).unwrap_or_default();
    close > 0 && behind.first().is_none_or(|byte| byte.is_ascii_whitespace() || *byte == b'[')
}

fn pattern_help(word: &[u8]) -> String {
    if word.starts_with(b"!") {
        return "exceptions cannot be negated: write a later line for those paths, without owners to clear them".into();
    }
    if word.windows(3).any(|three| three == b"***") {
        return "write `**` for any number of directories, `*` within one name".into();
    }
    let mut escaped = Vec::with_capacity(word.len());
    let mut after_escape = false;
    for byte in word {
        if matches!(byte, b'[' | b']') && !after_escape {
            escaped.push(b'\\');
        }
        after_escape = *byte == b'\\' && !after_escape;
        escaped.push(*byte);
    }
    format!("did you mean `{}`? CODEOWNERS has no sets of characters", shown(&escaped))
}

fn owner_help(word: &str) -> String {
    let with_at = format!("@{word}");
    if word.contains(',') || word.contains(';') {
        "separate owners by blanks only".into()
    } else if Principal::parse(&with_at).is_some_and(|owner| is_github_name(&owner)) {
        format!("did you mean `{with_at}`?")
    } else if word.starts_with('@') && word.matches('@').count() > 1 {
        "put a blank between two owners".into()
    } else if word.starts_with('@') && word.matches('/').count() > 1 {
        "GitHub names a team by its organisation and its own name only: `@org/team`".into()
    } else if word.starts_with('\\') || word.contains('*') || word.contains('/') {
        "one pattern a line; a blank within a pattern is written `\\ `".into()
    } else {
        "write `@login`, `@org/team` or an e-mail address; the whole line is skipped until then".into()
    }
}

#[cfg(test)]
mod tests {
    use super::{TOO_LARGE, codeowners};
    use crate::model::RepoPath;
    use proptest::prelude::*;

    fn findings(text: &[u8]) -> Vec<String> {
        let (_, findings) = codeowners(text, &RepoPath::from("CODEOWNERS")).unwrap();
        findings.into_iter().map(|f| format!("{} {} | {}", f.code, f.msg, f.help.unwrap())).collect()
    }

    #[test]
    fn a_mistake_is_named_as_github_names_it_with_place_and_next_step() {
        let table: &[(&str, &[&str])] = &[
            ("* @ann\n", &[]),
            ("", &[]),
            ("# only words [!\n", &[]),
            ("*.go\n", &[]),
            ("* user", &["SYNTAX Invalid owner on line 1, column 3:", "did you mean `@user`?"]),
            ("\n  !docs/ @ann", &["SYNTAX Invalid pattern on line 2, column 3:", "later line"]),
            ("/caf\u{e9}/[id].ts @ann", &["line 1, column 7: both `[` and `]`", "`/caf\u{e9}/\\[id\\].ts`"]),
            ("[Docs] @ann", &["Invalid pattern on line 1, column 1", "`[ownership] codeowners = \"gitlab\"`"]),
            ("^[Docs][2] @ann", &["Invalid pattern", "GitHub has no sections"]),
            ("[ab].c @ann", &["Invalid pattern", "`\\[ab\\].c`"]),
            ("a***b @ann", &["Invalid pattern on line 1, column 2: `***`", "`**`"]),
            ("* @ann,@bob", &["Invalid owner on line 1, column 3", "blanks only"]),
            ("* ann@example.org,", &["Invalid owner", "blanks only"]),
            ("* @ann /docs/@bob", &["Invalid owner on line 1, column 8", "one pattern a line"]),
            ("* @ann@bob", &["Invalid owner", "a blank between two owners"]),
            ("* @acme/a/b", &["Invalid owner", "`@org/team`"]),
            ("a b.txt @ann", &["Invalid owner on line 1, column 3: `b.txt`", "did you mean `@b.txt`?"]),
            ("a dir/b @ann", &["Invalid owner on line 1, column 3: `dir/b`", "did you mean `@dir/b`?"]),
            ("a *.go @ann", &["Invalid owner on line 1, column 3: `*.go`", "one pattern a line"]),
            ("* \u{1b}[2J", &["`\"\\033[2J\"`", "write `@login`"]),
            ("/ @ann", &["LINT Suspicious pattern on line 1, column 1:", "did you mean `*` instead?"]),
            ("\\#x @ann", &["LINT Suspicious pattern", "comment even after"]),
            ("a//b @ann", &["LINT Suspicious pattern", "never match"]),
            ("/**/ @ann", &["LINT Suspicious pattern", "leave out the slash"]),
            ("@ann", &["LINT Suspicious pattern", "a pattern before the owner"]),
            ("*@ann", &["LINT Suspicious pattern", "a blank between"]),
        ];
        for (text, parts) in table {
            let found = findings(text.as_bytes());
            assert_eq!(found.len(), usize::from(!parts.is_empty()), "{text}: {found:?}");
            for part in *parts {
                assert!(found[0].contains(part), "{text}: {found:?}");
            }
        }
    }

    #[test]
    fn every_mistake_of_a_line_is_reported_and_the_line_is_skipped_whole() {
        let (file, findings) = codeowners(b"* @ann\n[a @bob nobody x y\n", &RepoPath::from("CODEOWNERS")).unwrap();
        assert_eq!(file.rules.len(), 1);
        assert_eq!(findings.iter().map(|f| f.line).collect::<Vec<_>>(), [Some(2); 4]);
        assert!(findings.iter().all(|f| f.paths == ["CODEOWNERS"]));
    }

    #[test]
    fn a_file_github_would_not_load_is_an_error() {
        let path = RepoPath::from(".github/CODEOWNERS");
        let mut text = b"* @ann\n".to_vec();
        text.resize(TOO_LARGE - 1, b'\n');
        assert!(codeowners(&text, &path).is_ok());
        text.push(b'\n');
        let error = codeowners(&text, &path).unwrap_err();
        assert_eq!(error.size, TOO_LARGE);
        let report = format!("{:?}", miette::Report::new(error));
        for part in ["changeward::codeowners::too_large", ".github/CODEOWNERS", "name directories"] {
            assert!(report.contains(part), "{report}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_every_line_is_a_rule_or_a_finding(text in prop::collection::vec(
            prop_oneof![4 => prop::sample::select(&b"a*/?[]!\\@# \t\r\n.-,="[..]), 1 => any::<u8>()], 0..200))
        {
            let (file, findings) = codeowners(&text, &RepoPath::from("CODEOWNERS")).unwrap();
            let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
            for (number, line) in (1..).zip(text.split(|b| *b == b'\n')) {
                let rule = file.rules.iter().any(|rule| rule.line == number);
                let skipped = findings.iter().any(|f| f.line == Some(number) && f.code == "CODEOWNERS_SYNTAX");
                let before_comment = line.split(|b| *b == b'#').next().unwrap();
                let blank = before_comment.iter().all(u8::is_ascii_whitespace);
                prop_assert_eq!(usize::from(rule) + usize::from(skipped) + usize::from(blank), 1);
            }
        }
    }
}
