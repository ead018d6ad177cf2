//! `go.mod`: the versions it requires are the ones that are built, or the newer ones of what they require (the Go
//! reference, "go.mod files").

use super::tree::{empty, key, number, package, shown};
use crate::model::{Bearing, DocPath, EditValue, LockSyntax, LockedValue, Lockfile, ScalarKind, SyntaxFault};
use std::collections::HashSet;

/// Words that begin a line or a block.
const WORDS: [&str; 10] =
    ["module", "go", "toolchain", "require", "replace", "exclude", "retract", "godebug", "tool", "ignore"];

/// A line of a file: the word it belongs to, what follows, and what its comment says.
pub(super) struct Line<'t> {
    pub(super) number: u32,
    pub(super) word: &'t str,
    pub(super) rest: Vec<String>,
    pub(super) comment: Option<&'t str>,
}

/// Reads a file.
pub(super) fn read(text: &str) -> Result<Lockfile, SyntaxFault> {
    let mut lock = empty(LockSyntax::GoMod);
    let mut paths = HashSet::new();
    for line in lines(text)? {
        let rest: Vec<&str> = line.rest.iter().map(String::as_str).collect();
        if line.word != "require" {
            let said = directive(&line, &rest);
            if !paths.insert(said.path.clone()) {
                return Err(SyntaxFault::new(line.number, format!("has {} twice", shown(line.word))));
            }
            lock.rest.push(said);
            continue;
        }
        let [module, version] = rest.as_slice() else {
            return Err(wrong(line.number, "`require` has a module and a version"));
        };
        let path = DocPath(vec![key("require"), key(module)]);
        let mut package = package(module, path, line.number);
        package.slot = (*module).to_owned();
        package.version = Some((*version).to_owned());
        if line.comment.is_some_and(is_indirect) {
            let path = DocPath::keys(["indirect"]);
            let value = EditValue::Scalar(ScalarKind::Bool, "true".to_owned());
            package.values.push(LockedValue { path, value, line: line.number, bearing: Bearing::Stands });
        }
        lock.packages.push(package);
    }
    Ok(lock)
}

/// A line that requires nothing: `module` and `go` stand once, of the others each is what it says. A module that takes the
/// place of another is a version that moves as others do.
fn directive(line: &Line<'_>, rest: &[&str]) -> LockedValue {
    let mut path = DocPath(vec![key(line.word)]);
    if let ("replace", [replaced @ .., "=>", module, version]) = (line.word, rest) {
        path.0.extend([key(&replaced.join(" ")), key(module)]);
        return LockedValue::new(path, *version, line.number, Bearing::Points((*module).to_owned()));
    }
    if !matches!(line.word, "module" | "go" | "toolchain") {
        path.0.push(key(&rest.join(" ")));
    }
    LockedValue::new(path, rest.join(" "), line.number, Bearing::Stands)
}

/// A comment that means something: `// indirect`, alone or before `;`.
pub(super) fn is_indirect(comment: &str) -> bool {
    let comment = comment.trim();
    comment == "indirect" || comment.starts_with("indirect;")
}

fn wrong(line: u32, why: &str) -> SyntaxFault {
    SyntaxFault::new(line, format!("is not a go.mod: {why}"))
}

/// The lines that say something, blocks spelled out.
pub(super) fn lines(text: &str) -> Result<Vec<Line<'_>>, SyntaxFault> {
    let mut found = Vec::new();
    let mut block: Option<&str> = None;
    for (at, whole) in text.lines().enumerate() {
        let number = number(at + 1);
        let (content, comment) = match whole.split_once("//") {
            Some((content, comment)) => (content, Some(comment)),
            None => (whole, None),
        };
        let mut words = words(content, number)?;
        let (word, rest) = match (block, words.first().map(String::as_str)) {
            (_, None) => continue,
            (Some(_), Some(")")) if words.len() == 1 => {
                block = None;
                continue;
            }
            (Some(word), Some(_)) => (word, words),
            (None, Some(first)) => {
                let Some(word) = WORDS.into_iter().find(|known| *known == first) else {
                    return Err(wrong(number, &format!("no line begins with {}", shown(first))));
                };
                if words.get(1).is_some_and(|second| second == "(") && words.len() == 2 {
                    block = Some(word);
                    continue;
                }
                words.remove(0);
                (word, words)
            }
        };
        if rest.is_empty() || rest.iter().any(|word| matches!(word.as_str(), "(" | ")")) && word != "retract" {
            return Err(wrong(number, "this line says nothing"));
        }
        found.push(Line { number, word, rest, comment });
    }
    match block {
        Some(word) => Err(wrong(0, &format!("the block of {word} is not closed"))),
        None => Ok(found),
    }
}

/// The words of a line; one in quotes may not hold anything that would have to be escaped.
fn words(content: &str, line: u32) -> Result<Vec<String>, SyntaxFault> {
    let mut all = Vec::new();
    for word in content.split([' ', '\t', '\r']).filter(|word| !word.is_empty()) {
        let quoted = ['"', '`'].into_iter().find_map(|q| word.strip_prefix(q)?.strip_suffix(q));
        let bare = quoted.unwrap_or(word);
        if bare.contains(['"', '`', '\\']) || bare.is_empty() || bare.chars().any(char::is_control) {
            return Err(wrong(line, "a word in quotes holds what is not understood"));
        }
        all.push(bare.to_owned());
    }
    Ok(all)
}
