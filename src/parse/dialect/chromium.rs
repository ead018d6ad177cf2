//! OWNERS as Chromium and Gerrit read them.
//!
//! Written after the backend find-owners of Gerrit's code-owners plugin (`FindOwnersCodeOwnerConfigParser.java`,
//! `backend-find-owners.md`). One line is an address, `*`, `set noparent`, `per-file GLOBS=…`, `file:PATH` or `include PATH`;
//! `#` begins a comment; the order of the lines means nothing.
//!
//! Gerrit lets nothing through while a file has a line it does not understand. Here that line is skipped and reported, and
//! the others count: a `set noparent` among them still holds. Imports stay inside the repository and name files that are
//! control files themselves, so that nobody widens the owners by an edit of some other file.
//!
//! A finding `OWNERS_SYNTAX` is a line or an import that is left out, `OWNERS_LINT` one that counts and hardly does what its
//! writer meant.

use super::{LINT_CODE, Report, SYNTAX_CODE, quoted, unread};
use crate::model::{
    ChromiumFile, ChromiumOwners, Finding, FoundFile, Grant, Import, MOST_IMPORTS, PerFile, PerFileGlob, Principal,
    RepoPath,
};
use std::collections::{BTreeMap, BTreeSet};

/// Reads all OWNERS files of a repository with those they bring in.
pub fn owners(files: &[FoundFile]) -> (ChromiumOwners, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut read: Vec<(ChromiumFile, Report<'_>)> = Vec::new();
    for file in files.iter().filter(|file| is_control_file(file.path.file_name())) {
        let mut report = Report::new(&file.path);
        let lines = match &file.contents {
            Ok(bytes) => lines(bytes, &mut report),
            Err(reason) => {
                unread(&mut report, SYNTAX_CODE, reason);
                // Who was meant, and whether anybody further up was, cannot be told.
                ChromiumFile { broken: Some(1), ..empty(&file.path) }
            }
        };
        read.push((lines, report));
    }
    let unread: BTreeSet<&RepoPath> =
        files.iter().filter(|file| file.contents.is_err()).map(|file| &file.path).collect();
    let readable = read.iter().enumerate().filter(|(_, (file, _))| !unread.contains(&file.path));
    let known: BTreeMap<RepoPath, usize> = readable.map(|(n, (file, _))| (file.path.clone(), n)).collect();
    let graph: Vec<Vec<usize>> =
        read.iter().map(|(file, _)| targets(file).filter_map(|(_, path)| known.get(path).copied()).collect()).collect();
    for (n, (file, report)) in read.iter_mut().enumerate() {
        for (line, path) in targets(file).filter(|(_, path)| !known.contains_key(*path)) {
            let msg = format!("{} is not there, or cannot be read: it brings in nobody", quoted(&path.quoted()));
            report.add(SYNTAX_CODE, line, &msg, "name a file of this repository, from its root with a `/` before it");
        }
        if file.path.file_name() == b"OWNERS" && reaches(&graph, n) > MOST_IMPORTS {
            let line = targets(file).next().map_or(1, |(line, _)| line);
            file.broken = file.broken.or(Some(line));
            let msg = format!("the file brings in more than {MOST_IMPORTS} others, and so names nobody");
            report.add(SYNTAX_CODE, line, &msg, "name the owners in fewer files");
        }
    }
    // A file that nobody brings in has no effect, and may be something else altogether.
    let used: BTreeSet<RepoPath> =
        read.iter().flat_map(|(file, _)| targets(file)).map(|(_, path)| path.clone()).collect();
    let mut all = Vec::with_capacity(read.len());
    for (file, report) in read {
        if file.path.file_name() == b"OWNERS" || used.contains(&file.path) {
            findings.extend(report.findings);
            all.push(file);
        }
    }
    (ChromiumOwners::new(all), findings)
}

/// The files that these bring in and that are not among them: to be read, and asked about again, until none is new.
pub fn imports(files: &[FoundFile]) -> BTreeSet<RepoPath> {
    let known: BTreeSet<&RepoPath> = files.iter().map(|file| &file.path).collect();
    let mut wanted = BTreeSet::new();
    for file in files.iter().filter(|file| is_control_file(file.path.file_name())) {
        let Ok(bytes) = &file.contents else { continue };
        let read = lines(bytes, &mut Report::new(&file.path));
        wanted.extend(targets(&read).map(|(_, path)| path).filter(|path| !known.contains(path)).cloned());
    }
    wanted
}

/// What a file brings in, with the lines.
fn targets(file: &ChromiumFile) -> impl Iterator<Item = (u32, &RepoPath)> {
    let by_line = file.per_file.iter().filter_map(|line| match &line.grant {
        Grant::Import(path) => Some((line.line, path)),
        Grant::NoParent | Grant::Owners(_) => None,
    });
    file.imports.iter().map(|import| (import.line, &import.path)).chain(by_line)
}

/// How many files one brings in, directly or not.
fn reaches(graph: &[Vec<usize>], from: usize) -> usize {
    let mut reached = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(next) = open.pop() {
        if reached.len() > MOST_IMPORTS + 1 {
            break;
        }
        open.extend(graph.get(next).into_iter().flatten().filter(|target| reached.insert(**target)));
    }
    reached.len() - 1
}

/// The names that control files may have (`BUILT_IN_CONTROL_FILES` lists the same).
fn is_control_file(name: &[u8]) -> bool {
    let begins = [b"OWNERS_", b"OWNERS."].iter().any(|part| name.starts_with(*part));
    let ends = [b"_OWNERS", b".OWNERS", b"-OWNERS"].iter().any(|part| name.ends_with(*part));
    name == b"OWNERS" || begins || ends
}

/// A file that says nothing.
fn empty(path: &RepoPath) -> ChromiumFile {
    ChromiumFile {
        path: path.clone(),
        broken: None,
        noparent: None,
        owners: Vec::new(),
        per_file: Vec::new(),
        imports: Vec::new(),
    }
}

/// Reads one file.
fn lines<'a>(bytes: &[u8], report: &mut Report<'a>) -> ChromiumFile {
    let mut reader = Reader { file: empty(report.path), report };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = String::from_utf8_lossy(bytes);
    // Java's `\R`, in which CR LF is one break.
    let text = text.replace("\r\n", "\n");
    let is_break = |c: char| matches!(c, '\n' | '\x0b' | '\x0c' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let mut number = 1;
    for piece in text.split_inclusive(is_break) {
        reader.line(number, piece.trim_matches(is_blank));
        // Editors count these only.
        number += u32::from(piece.ends_with(['\n', '\r']));
    }
    reader.file
}

/// Java's `\s`, and the other line breaks.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

struct Reader<'r, 'a> {
    file: ChromiumFile,
    report: &'r mut Report<'a>,
}

/// Why a line is none.
struct Wrong {
    msg: String,
    help: String,
    /// The line can be read, and what it brings in cannot be had: the rest of the file counts.
    only_an_import: bool,
}

fn wrong<T>(msg: impl Into<String>, help: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { msg: msg.into(), help: help.into(), only_an_import: false })
}

fn not_to_be_had<T>(msg: impl Into<String>, help: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong { msg: msg.into(), help: help.into(), only_an_import: true })
}

impl Reader<'_, '_> {
    fn line(&mut self, number: u32, line: &str) {
        if line.is_empty() || line.starts_with('#') {
            return;
        }
        let read = if let Some(rest) = keyword(line, "per-file") {
            self.per_file(number, rest)
        } else if let Some(target) = import(line) {
            let whole = line.starts_with("include");
            target.and_then(|path| self.resolve(path)).map(|path| {
                let import = Import { line: number, path, whole };
                let known = self.file.imports.iter().any(|other| (&other.path, other.whole) == (&import.path, whole));
                if !known {
                    self.file.imports.push(import);
                }
            })
        } else if is_noparent(without_comment(line)) {
            self.file.noparent = self.file.noparent.or(Some(number));
            Ok(())
        } else {
            match owner(before_comment(line)) {
                Some(who) => {
                    self.file.owners.push((number, who));
                    Ok(())
                }
                None => unknown(line),
            }
        };
        if let Err(Wrong { msg, help, only_an_import }) = read {
            let then = if only_an_import {
                "it is skipped"
            } else {
                "so the file names nobody, and neither do those above it"
            };
            self.report.add(SYNTAX_CODE, number, &format!("{msg}; {then}"), &help);
            if !only_an_import {
                self.file.broken = self.file.broken.or(Some(number));
            }
        }
    }

    /// `GLOBS=GRANT`.
    fn per_file(&mut self, number: u32, rest: &str) -> Result<(), Wrong> {
        const HELP: &str = "write `per-file *.md,*.txt=ann@example.org,bob@example.org`";
        let Some((globs, grant)) = without_comment(rest).split_once('=') else {
            return wrong("a `per-file` line without `=`", HELP);
        };
        let (globs, grant) = (globs.trim_matches(is_blank), grant.trim_matches(is_blank));
        let is_glob = |part: &str| {
            let part = part.trim_matches(is_blank);
            !part.is_empty() && !part.contains(is_blank)
        };
        if !globs.split(',').all(is_glob) {
            return wrong("a `per-file` line with an empty glob, or with a blank within one", HELP);
        }
        let grant = if is_noparent(grant) {
            Grant::NoParent
        } else if grant.starts_with("include") && keyword(grant, "include").is_some() {
            return wrong("`include` behind `per-file`, where it is not allowed", "write `file:` instead");
        } else if let Some(target) = import(grant) {
            Grant::Import(target.and_then(|path| self.resolve(path))?)
        } else {
            let owners: Option<Vec<Principal>> =
                grant.split(',').map(|part| owner(part.trim_matches(is_blank))).collect();
            match owners {
                Some(owners) => Grant::Owners(owners),
                None => return wrong(format!("{} is no list of addresses", quoted(grant)), HELP),
            }
        };
        let globs = split_globs(&one_blank(globs));
        if globs.iter().any(|glob| glob.starts_with(' ') || glob.ends_with(' ')) {
            let msg = "a blank beside the comma belongs to the glob, which then matches hardly anything";
            self.report.add(LINT_CODE, number, msg, "leave out the blanks beside the commas");
        }
        let mut compiled = Vec::with_capacity(globs.len());
        for glob in &globs {
            match PerFileGlob::new(glob) {
                Ok(glob) => compiled.push(glob),
                Err(what) => {
                    let msg = format!("the glob {} matches nothing: {what}", quoted(glob));
                    self.report.add(
                        LINT_CODE,
                        number,
                        &msg,
                        "write it as Java reads globs; `\\` takes a character literally",
                    );
                }
            }
        }
        self.file.per_file.push(PerFile { line: number, globs: compiled, grant });
        Ok(())
    }

    /// The file an import names, from the root of the repository.
    fn resolve(&self, target: &str) -> Result<RepoPath, Wrong> {
        let mut segments: Vec<&[u8]> = Vec::new();
        if !target.starts_with('/') {
            segments.extend(self.file.path.segments());
            segments.pop();
        }
        for part in target.split('/') {
            match part {
                "" | "." => {}
                ".." if segments.pop().is_none() => {
                    let help = "name a file of this repository, from its root with a `/` before it";
                    return not_to_be_had(format!("{} leads out of the repository", quoted(target)), help);
                }
                ".." => {}
                name => segments.push(name.as_bytes()),
            }
        }
        match segments.last() {
            Some(name) if is_control_file(name) => Ok(RepoPath::new(segments.join(&b'/'))),
            _ => not_to_be_had(
                format!(
                    "{} is no OWNERS file by its name, so an edit of it would be no edit of owners",
                    quoted(target)
                ),
                "name it `OWNERS`, or with `OWNERS_` or `_OWNERS`, such as `build/TOOLS_OWNERS`",
            ),
        }
    }
}

/// What follows a word and at least one blank.
fn keyword<'l>(line: &'l str, word: &str) -> Option<&'l str> {
    let rest = line.strip_prefix(word)?;
    rest.starts_with(is_blank).then(|| rest.trim_start_matches(is_blank))
}

fn without_comment(line: &str) -> &str {
    line.split('#').next().unwrap_or_default().trim_matches(is_blank)
}

/// The same for a line that may be an address: a `#` may stand within it, before its `@`.
fn before_comment(line: &str) -> &str {
    let at = line.find('@').unwrap_or(0);
    let blank = line.find(is_blank).unwrap_or(line.len());
    let from = if at < blank { at } else { 0 };
    let comment = line.get(from..).and_then(|rest| rest.find('#')).map_or(line.len(), |hash| from + hash);
    line.get(..comment).unwrap_or(line).trim_matches(is_blank)
}

fn is_noparent(text: &str) -> bool {
    let mut words = text.split(is_blank).filter(|word| !word.is_empty());
    (words.next(), words.next(), words.next()) == (Some("set"), Some("noparent"), None)
}

/// The path of a `file:` or `include` line; `None` for any other line.
fn import(line: &str) -> Option<Result<&str, Wrong>> {
    let target = line.strip_prefix("file:").or_else(|| keyword(line, "include"))?;
    let parts: Vec<&str> = without_comment(target).split(':').map(|part| part.trim_matches(is_blank)).collect();
    if parts.len() > 3 || parts.iter().any(|part| part.is_empty() || part.contains(is_blank)) {
        return Some(wrong("an import of no single path", "write `file:/path/OWNERS` or `include /path/OWNERS`"));
    }
    match parts.as_slice() {
        [path] => Some(Ok(path)),
        _ => Some(not_to_be_had(
            "an import from another repository or branch, which is not read",
            "copy the owners, or bring in a file of this repository",
        )),
    }
}

/// An address, or `*` for anyone.
fn owner(text: &str) -> Option<Principal> {
    if text == "*" {
        return Some(Principal::anyone());
    }
    let (local, domain) = text.split_once('@')?;
    let sound = |part: &str, not: &[char]| !part.is_empty() && !part.contains(is_blank) && !part.contains(not);
    let address = sound(local, &['<', '>', ',']) && sound(domain, &['<', '>', ',', '@', '#']);
    address.then(|| Principal::parse(text)).flatten()
}

fn unknown(line: &str) -> Result<(), Wrong> {
    let shown = quoted(line);
    if line.contains(',') && line.contains('@') {
        return wrong(format!("{shown} is no single address"), "write one address a line");
    }
    let mut words = line.split(is_blank);
    if words.next().is_some_and(|word| word.trim_end_matches(':') == "approvers" || word == "reviewers:") {
        return wrong(format!("{shown} is YAML, as Kubernetes has it"), "set `[ownership] owners = \"kubernetes\"`");
    }
    wrong(
        format!("{shown} is no line of an OWNERS file"),
        "write an address, `*`, `set noparent`, `per-file GLOB=address`, `file:/path/OWNERS` or `include /path/OWNERS`",
    )
}

/// Each run of blanks as one.
fn one_blank(text: &str) -> String {
    let words: Vec<&str> = text.split(is_blank).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// Splits at commas that stand in neither braces nor brackets.
fn split_globs(text: &str) -> Vec<String> {
    let mut globs = vec![String::new()];
    let (mut braces, mut brackets) = (0_usize, 0_usize);
    for c in text.chars() {
        match c {
            ',' if braces == 0 && brackets == 0 => {
                globs.push(String::new());
                continue;
            }
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            '[' => brackets += 1,
            ']' => brackets = brackets.saturating_sub(1),
            _ => {}
        }
        if let Some(glob) = globs.last_mut() {
            glob.push(c);
        }
    }
    globs.retain(|glob| !glob.is_empty());
    globs
}
