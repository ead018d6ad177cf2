//! CODEOWNERS as GitLab reads it.
//!
//! Written after `ee/lib/gitlab/code_owners/` of GitLab (`file.rb`, `section_parser.rb`, `reference_extractor.rb`) and its
//! documentation, "Code Owners" and "Advanced CODEOWNERS configuration". Lines are stripped; one that starts with `#` is a
//! comment, and nothing else is. A line that starts like a header is one, whatever follows; a header that is not closed is
//! an entry. Owners are whatever looks like a name anywhere behind the pattern, in a comment too.
//!
//! Every line means something to GitLab, so nothing is skipped but a pattern over 4,096 bytes. A finding
//! `GITLAB_SYNTAX` is what GitLab reports itself, `GITLAB_LINT` what hardly does what its writer meant.

use super::Report;
use crate::model::{Finding, Pattern, Principal, RepoPath, Section, SectionEntry, Sections};
use std::collections::HashMap;

/// The code of a line that GitLab reports.
const SYNTAX_CODE: &str = "GITLAB_SYNTAX";

/// The code of a line that counts but hardly does what its writer meant.
const LINT_CODE: &str = "GITLAB_LINT";

/// Where the file may stand, relative to the root. GitLab uses the first one it finds and ignores the others.
pub fn locations() -> [&'static str; 3] {
    ["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"]
}

/// Reads the file found at `path`: its sections, and what is wrong with its lines.
pub fn sections(text: &[u8], path: &RepoPath) -> (Sections, Vec<Finding>) {
    let mut reader = Reader {
        report: Report::new(path),
        sections: vec![Section { name: None, entries: Vec::new() }],
        names: HashMap::new(),
        patterns: HashMap::new(),
        header: Header::default(),
    };
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    if text.contains(&0) {
        let msg = "GitLab takes a file with a NUL for a binary one and reads nothing of it";
        reader.report.add(SYNTAX_CODE, 0, msg, "save the file as plain text");
    } else {
        for (number, line) in (1..).zip(text.split(|byte| *byte == b'\n')) {
            reader.line(number, String::from_utf8_lossy(line).trim_matches(is_blank));
        }
    }
    (Sections::new(path.clone(), reader.sections), reader.report.findings)
}

/// Ruby's `\s`.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

/// Ruby's `\w`.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The header that entries stand under.
#[derive(Default)]
struct Header {
    /// Its place in the list of sections.
    section: usize,
    optional: bool,
    approvals: u32,
    owners: String,
}

struct Reader<'a> {
    report: Report<'a>,
    sections: Vec<Section>,
    /// Sections by the lower-case form of their names.
    names: HashMap<String, usize>,
    /// Entries by section and normalised pattern: a pattern that comes again takes the place of the first.
    patterns: HashMap<(usize, String), usize>,
    header: Header,
}

/// The parts of a header line.
struct HeaderLine<'l> {
    optional: bool,
    name: &'l str,
    approvals: &'l str,
    owners: &'l str,
}

impl<'l> HeaderLine<'l> {
    /// `^[name][2] owners`; what follows the last part it understands is not looked at.
    fn parse(line: &'l str) -> Option<Self> {
        let (optional, rest) = match line.strip_prefix('^') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let (name, rest) = rest.strip_prefix('[')?.split_once(']')?;
        let counted = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let (approvals, rest) = match counted {
            Some((digits, rest)) if digits.chars().all(|c| c.is_ascii_digit()) => (digits, rest),
            _ => ("", rest),
        };
        let spaced = rest.starts_with(is_blank);
        let end = rest.find(|c| !(is_word(c) || is_blank(c) || "@.-/+".contains(c))).unwrap_or(rest.len());
        let owners = if spaced { rest.get(..end).unwrap_or_default().trim_matches(is_blank) } else { "" };
        Some(Self { optional, name, approvals, owners })
    }
}

impl Reader<'_> {
    fn line(&mut self, number: u32, line: &str) {
        if line.is_empty() || line.starts_with('#') {
            return;
        }
        match HeaderLine::parse(line) {
            Some(header) => self.header(number, &header),
            None => {
                if line.strip_prefix('^').unwrap_or(line).starts_with('[') {
                    let msg = "a section header without its `]`, so it is read as a pattern";
                    self.report.add(
                        SYNTAX_CODE,
                        number,
                        msg,
                        "close the header: `[Name]`, `^[Name]`, `[Name][2] @owner`",
                    );
                }
                self.entry(number, line);
            }
        }
    }

    fn header(&mut self, number: u32, header: &HeaderLine<'_>) {
        let section = self.section(header.name);
        let approvals = match header.approvals {
            "" => 0,
            digits => digits.parse().unwrap_or(u32::MAX),
        };
        if header.name.trim().is_empty() {
            self.report.add(SYNTAX_CODE, number, "a section without a name", "write the name between the brackets");
        }
        if header.optional && approvals > 0 {
            let msg = "an optional section asks for approvals; nobody has to give them";
            self.report.add(SYNTAX_CODE, number, msg, "leave out the `^`, or the number");
        }
        if !header.owners.is_empty() && references(header.owners).is_empty() {
            let msg = "the default owners of the section are no @name, @group/name, @@role or e-mail address";
            self.report.add(SYNTAX_CODE, number, msg, "write owners with their `@`, separated by blanks");
        }
        self.header = Header {
            section,
            optional: header.optional,
            approvals: approvals.max(1),
            owners: header.owners.to_owned(),
        };
    }

    /// The place of the section of that name. `codeowners` is the unnamed one; in another case too, but for the first
    /// header of a file.
    fn section(&mut self, name: &str) -> usize {
        let key = name.to_lowercase();
        let known = match self.sections.len() {
            1 => (name == UNNAMED).then_some(0),
            _ if key == UNNAMED => Some(0),
            _ => self.names.get(&key).copied(),
        };
        known.unwrap_or_else(|| {
            self.sections.push(Section { name: Some(name.to_owned()), entries: Vec::new() });
            let place = self.sections.len() - 1;
            self.names.entry(key).or_insert(place);
            place
        })
    }

    fn entry(&mut self, number: u32, line: &str) {
        let (pattern, owners) = split_entry(line);
        let (excludes, written) = match pattern.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        let normal = normalised(written);
        let pattern = match Pattern::fnmatch(&normal) {
            Ok(pattern) => pattern,
            Err(error) => {
                self.report.add(
                    SYNTAX_CODE,
                    number,
                    &format!("{}; the line is not read", error.msg),
                    "name a directory",
                );
                return;
            }
        };
        self.lint_pattern(number, written, &pattern);
        let owners = if excludes { Vec::new() } else { self.owners(number, owners) };
        let Header { section, optional, approvals, .. } = self.header;
        let entry = SectionEntry {
            line: number,
            written: written.to_owned(),
            pattern,
            excludes,
            owners,
            approvals: approvals.max(1),
            optional,
        };
        let Some(entries) = self.sections.get_mut(section).map(|section| &mut section.entries) else { return };
        let place = *self.patterns.entry((section, normal)).or_insert(entries.len());
        match entries.get_mut(place) {
            Some(first) => *first = entry,
            None => entries.push(entry),
        }
    }

    fn lint_pattern(&mut self, number: u32, written: &str, pattern: &Pattern) {
        if pattern.matches_nothing() {
            let msg = format!("the pattern {} will never match anything", super::quoted(written));
            self.report.add(
                LINT_CODE,
                number,
                &msg,
                "close every `[`, and write the path without empty, `.` or `..` parts",
            );
        } else if written.ends_with("/**") {
            let msg = format!("{} is one level only: GitLab reads a `**` at the end as `*`", super::quoted(written));
            self.report.add(LINT_CODE, number, &msg, "end it with a slash instead, for all below");
        }
    }

    /// The owners of an entry, or those of its header; what is none of them is reported and ignored.
    fn owners(&mut self, number: u32, text: &str) -> Vec<Principal> {
        let wrong = text.split(is_blank).filter(|word| !word.is_empty()).find(|word| references(word).is_empty());
        if let Some(word) = wrong {
            let shown = super::quoted(word);
            let (msg, help) = match word.starts_with('#') {
                true => (
                    "a comment ends no line here: names within it are owners".to_owned(),
                    "put the comment on a line of its own".to_owned(),
                ),
                false => (
                    format!("{shown} is no @name, @group/name, @@role or e-mail address; it is ignored"),
                    owner_help(word),
                ),
            };
            self.report.add(SYNTAX_CODE, number, &msg, &help);
        }
        let owners = references(if text.is_empty() { &self.header.owners } else { text });
        if owners.is_empty() {
            let msg = "nobody owns what this line matches, so GitLab approves it by itself";
            self.report.add(SYNTAX_CODE, number, msg, "name an owner, or write `!` before the pattern to say so");
        }
        owners
    }
}

/// GitLab's name of the section before any header.
const UNNAMED: &str = "codeowners";

fn owner_help(word: &str) -> String {
    let with_at = format!("@{word}");
    match references(&with_at).is_empty() {
        false => format!("did you mean {}?", super::quoted(&with_at)),
        true => "write owners with their `@`, separated by blanks".to_owned(),
    }
}

/// The pattern and what follows the first blank that no `\` stands before.
fn split_entry(line: &str) -> (&str, &str) {
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        if is_blank(c) && before != '\\' {
            let (pattern, rest) = line.split_at_checked(at).unwrap_or((line, ""));
            return (pattern, rest.trim_start_matches(is_blank));
        }
        before = c;
    }
    (line, "")
}

/// The pattern as GitLab matches it: from the root.
fn normalised(written: &str) -> String {
    if written == "*" {
        return "/**/*".to_owned();
    }
    let written = written.strip_prefix('\\').filter(|rest| rest.starts_with('#')).unwrap_or(written);
    let mut normal = String::with_capacity(written.len() + 8);
    if !written.starts_with('/') {
        normal.push_str("/**/");
    }
    let mut chars = written.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\\' && chars.next_if(|next| is_blank(*next)).is_some() {
            while chars.next_if(|next| is_blank(*next)).is_some() {}
            normal.push(' ');
        } else {
            normal.push(c);
        }
    }
    if normal.ends_with('/') {
        normal.push_str("**/*");
    }
    normal
}

/// Whoever a text names: users, groups, roles and addresses, in their order, none twice.
fn references(text: &str) -> Vec<Principal> {
    let mut found: Vec<Principal> = Vec::new();
    for word in text.split(is_blank) {
        let mut named: Vec<Principal> = Principal::role(word).into_iter().collect();
        named.extend(names(word));
        named.extend(address(word));
        for who in named {
            if !found.contains(&who) {
                found.push(who);
            }
        }
    }
    found
}

/// The `@names` of a word. One begins wherever no letter and no other `@` stands before it.
fn names(word: &str) -> Vec<Principal> {
    let mut found = Vec::new();
    for (at, _) in word.match_indices('@') {
        let Some((before, rest)) = word.split_at_checked(at) else { continue };
        let after = rest.strip_prefix('@').unwrap_or(rest);
        if before.ends_with(|c| is_word(c) || c == '@') {
            continue;
        }
        let end = after.find(|c| !(is_word(c) || "-./".contains(c))).unwrap_or(after.len());
        let parts = after.get(..end).unwrap_or_default().split('/').map(|part| part.trim_end_matches('.'));
        let parts: Vec<&str> = parts.take_while(|part| !part.is_empty() && !part.starts_with('-')).collect();
        found.extend(Principal::parse(&format!("@{}", parts.join("/"))));
    }
    found
}

/// The address in a word: what stands around its first `@`, up to the last letter. GitLab takes more for one (`(@ann`), but
/// compares it with the addresses of its users, which look like this.
fn address(word: &str) -> Option<Principal> {
    let (local, rest) = word.split_once('@')?;
    let domain = rest.split('@').next().unwrap_or_default().trim_end_matches(|c| !is_word(c));
    let sound = local.chars().all(|c| c.is_alphanumeric() || "._%+-'=&~".contains(c))
        && domain.chars().all(|c| c.is_alphanumeric() || ".-_".contains(c));
    sound.then(|| Principal::parse(&format!("{local}@{domain}"))).flatten().filter(|_| !local.is_empty())
}
