//! Lockfiles: what a change of one means, and whether one is what its manifest asks for. The cases are data
//! (`tests/lockfile/`); what each means stands beside them and is written anew by
//! `SNAPSHOTS=overwrite cargo test --test lockfile`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]
#![expect(clippy::disallowed_methods, reason = "this test reads its cases")]
#![expect(clippy::string_slice, reason = "tokens begin and end where characters do")]

use changeward::assess::edits::{consistent, lock_edits, value_edits};
use changeward::model::{Edit, EditValue, LockSyntax, Lockfile, RepoPath, Syntax};
use changeward::parse::lockfile::{lock_of, lockfile, manifest};
use changeward::parse::syntax::documents;
use proptest::prelude::*;
use serde::Deserialize;
use std::fmt::Write;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

/// A change of a lockfile.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// The state before, a file of `base/`.
    base: String,
    /// What is different before as well.
    #[serde(default)]
    before: Vec<Vec<String>>,
    /// What is replaced by what: once, or with a third word `all` everywhere.
    replace: Vec<Vec<String>>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lockfile")
}

fn base(name: &str) -> (LockSyntax, String) {
    let syntax = lock_of(&RepoPath::new(name)).unwrap();
    (syntax, std::fs::read_to_string(folder().join("base").join(name)).unwrap())
}

fn replaced(case: &str, text: &str, replace: &[Vec<String>]) -> String {
    replace.iter().fold(text.to_owned(), |text, words| {
        let [from, to, rest @ ..] = words.as_slice() else { panic!("{case}: {words:?}") };
        let count = text.matches(from.as_str()).count();
        assert!(count == 1 || (count > 1 && rest == ["all"]), "{case}: {from:?} stands there {count} times");
        text.replace(from.as_str(), to)
    })
}

fn shown(edit: &Edit) -> String {
    let value = |value: &Option<EditValue>| match value {
        None => "-".to_owned(),
        Some(EditValue::Scalar(kind, text)) if kind.as_str() == "string" => format!("{text:?}"),
        Some(EditValue::Scalar(kind, text)) => format!("{} {text}", kind.as_str()),
        Some(EditValue::List(length)) => format!("list of {length}"),
        Some(EditValue::Map(length)) => format!("mapping of {length}"),
    };
    let line = |line: Option<u32>| line.map_or("-".to_owned(), |line| line.to_string());
    let mut out = format!(
        "  {} {} {} -> {} (line {} -> {})",
        edit.kind.as_str(),
        edit.path,
        value(&edit.old),
        value(&edit.new),
        line(edit.old_line),
        line(edit.new_line)
    );
    if let Some(from) = &edit.from {
        write!(out, "\n    from {from}").unwrap();
    }
    if let Some(it) = &edit.dependency {
        let version = |version: &Option<String>| version.clone().unwrap_or("-".to_owned());
        let flag = |set: bool, word: &'static str| if set { word } else { "" };
        let flags = format!("{}{}", flag(it.source_changed, " SOURCE"), flag(it.contents_changed, " CONTENTS"));
        write!(out, "\n    {} {} -> {} {}{flags}", it.name, version(&it.from), version(&it.to), it.step.as_str())
            .unwrap();
    }
    out
}

#[test]
fn every_case_means_what_stands_beside_it() {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "toml") && !file.ends_with("consistent.toml"));
    files.sort();
    assert!(files.len() >= 6, "{files:?}");
    for file in files {
        let cases: Cases = toml::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let mut told = String::new();
        for case in cases.case {
            let (syntax, before) = base(&case.base);
            let before = replaced(&case.name, &before, &case.before);
            let after = replaced(&case.name, &before, &case.replace);
            let old = lockfile(syntax, before.as_bytes()).unwrap_or_else(|fault| panic!("{}: {fault:?}", case.base));
            writeln!(told, "{}", case.name).unwrap();
            match lockfile(syntax, after.as_bytes()) {
                Err(fault) => writeln!(told, "  line {}: the file {}", fault.line, fault.why).unwrap(),
                Ok(new) => lock_edits(Some(&old), Some(&new))
                    .iter()
                    .for_each(|edit| writeln!(told, "{}", shown(edit)).unwrap()),
            }
        }
        let expected = snapbox::Data::read_from(&file.with_extension("txt"), Some(snapbox::data::DataFormat::Text));
        snapbox::Assert::new().action_env("SNAPSHOTS").eq(snapbox::Data::text(told).raw(), expected.raw());
    }
}

/// The folders of `base/`, each with its one lockfile.
fn bases() -> Vec<String> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder().join("base")).unwrap() {
        let folder = entry.unwrap().path();
        for file in std::fs::read_dir(&folder).unwrap() {
            let file = file.unwrap().path();
            let name = file.strip_prefix(folder.parent().unwrap()).unwrap().to_str().unwrap().to_owned();
            if lock_of(&RepoPath::new(&name)).is_some() {
                all.push(name);
            }
        }
    }
    all.sort();
    all
}

/// What a format's comments are, cut out: only there may a mutation mean nothing.
fn without_comments(syntax: LockSyntax, text: &str) -> String {
    let lines = text.lines().map(|line| match syntax {
        LockSyntax::GoMod => line.split("//").next().unwrap_or_default(),
        LockSyntax::Npm | LockSyntax::GoSum => line,
        _ if line.trim_start().starts_with('#') => "",
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A file of a format that is a tree, as the general comparison sees it.
fn tree_of(syntax: LockSyntax, text: &str) -> Option<Syntax> {
    match syntax {
        LockSyntax::Cargo | LockSyntax::Poetry | LockSyntax::Uv => Some(Syntax::Toml),
        LockSyntax::Npm => Some(Syntax::Json),
        LockSyntax::Pnpm => Some(Syntax::Yaml),
        LockSyntax::Yarn if text.contains("__metadata") => Some(Syntax::Yaml),
        _ => None,
    }
}

/// Tokens of a text: words, numbers, and each other character.
fn tokens(text: &str) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    let mut start = 0;
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '@' | '+' | '/' | '^' | '~');
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        if at > start && !(word(before) && word(c)) {
            all.push((start, at));
            start = at;
        }
        before = c;
    }
    all.push((start, text.len()));
    all.retain(|(start, end)| !text.get(*start..*end).unwrap_or_default().trim().is_empty());
    all
}

fn edits_of(syntax: LockSyntax, old: &Lockfile, text: &str) -> Option<Vec<Edit>> {
    Some(lock_edits(Some(old), Some(&lockfile(syntax, text.as_bytes()).ok()?)))
}

/// Every token of every lockfile: gone, doubled, or another one. Either the file is no lockfile any more, or an edit says
/// so, or the file says the same as before to the general comparison of its format as well.
#[test]
fn no_token_changes_unseen() {
    let (mut seen, mut faults) = (0, 0);
    for name in bases() {
        let (syntax, text) = base(&name);
        let old = lockfile(syntax, text.as_bytes()).unwrap();
        for (start, end) in tokens(&text) {
            let token = &text[start..end];
            for other in ["", "x", "0", &format!("{token}{token}"), &format!("{token}x"), "1.4.9", "\"q\""] {
                if other == token {
                    continue;
                }
                let after = format!("{}{other}{}", &text[..start], &text[end..]);
                match edits_of(syntax, &old, &after) {
                    None => faults += 1,
                    Some(edits) if !edits.is_empty() => seen += 1,
                    Some(_) => assert!(
                        says_the_same(syntax, &text, &after),
                        "{name}: {token:?} becomes {other:?} at {start} and nobody says so"
                    ),
                }
            }
        }
    }
    assert!(seen > 1_000 && faults > 1_000, "{seen} edits, {faults} faults");
}

fn says_the_same(syntax: LockSyntax, before: &str, after: &str) -> bool {
    if without_comments(syntax, before) == without_comments(syntax, after) {
        return true;
    }
    let Some(format) = tree_of(syntax, before) else { return false };
    let (old, new) = (documents(format, before.as_bytes()).unwrap(), documents(format, after.as_bytes()).unwrap());
    value_edits(Some(&old), Some(&new), &[]).unwrap().edits.is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// A patch of one package and something else beside it: there are more edits than the patch alone has, or other ones.
    #[test]
    fn nothing_hides_behind_a_patch(which in 0usize..1000, token in 0usize..100_000, other in "[a-z0-9.^~@/:-]{1,12}") {
        let patches: [(&str, &[(&str, &str)]); 8] = [
            ("cargo/Cargo.lock", &[("\"1.4.2\"", "\"1.4.3\""), ("\"1111", "\"aaaa")]),
            ("npm3/package-lock.json", &[("\"version\": \"1.4.2\"", "\"version\": \"1.4.3\""), ("anvil-1.4.2.tgz", "anvil-1.4.3.tgz"), ("sha512-aaaa", "sha512-AAAA")]),
            ("pnpm9/pnpm-lock.yaml", &[("bellows@0.3.1", "bellows@0.3.2"), ("bellows: 0.3.1", "bellows: 0.3.2"), ("sha512-bbbb", "sha512-BBBB")]),
            ("yarn1/yarn.lock", &[("1.4.2", "1.4.3"), ("#1111", "#aaaa"), ("sha512-aaaa", "sha512-AAAA")]),
            ("berry/yarn.lock", &[("1.4.2", "1.4.3"), ("10c0/aaaa", "10c0/AAAA")]),
            ("poetry/poetry.lock", &[("1.4.2", "1.4.3"), ("sha256:1111", "sha256:aaaa"), ("sha256:2222", "sha256:bbbb")]),
            ("uv/uv.lock", &[("1.4.2", "1.4.3"), ("sha256:1111", "sha256:aaaa"), ("sha256:2222", "sha256:bbbb")]),
            ("gosum/go.sum", &[("v1.4.2", "v1.4.3"), ("h1:aaaa", "h1:AAAA"), ("h1:bbbb", "h1:BBBB")]),
        ];
        let (name, replace) = patches[which % patches.len()];
        let (syntax, before) = base(name);
        let patched = replace.iter().fold(before.clone(), |text, (from, to)| text.replace(from, to));
        let old = lockfile(syntax, before.as_bytes()).unwrap();
        let honest = edits_of(syntax, &old, &patched).unwrap();
        prop_assert!(honest.iter().all(|edit| edit.dependency.as_ref().is_some_and(|it| !it.source_changed && !it.contents_changed)));
        // What comes with a version may be anything; all else may not.
        let tokens: Vec<_> = tokens(&patched).into_iter().filter(|(start, end)| before.contains(&patched[*start..*end])).collect();
        let (start, end) = tokens[token % tokens.len()];
        let after = format!("{}{other}{}", &patched[..start], &patched[end..]);
        if let Some(edits) = edits_of(syntax, &old, &after) {
            let moved = lockfile(syntax, patched.as_bytes()).unwrap();
            let hidden = edits == honest && !edits_of(syntax, &moved, &after).unwrap().iter().all(|edit| comes_with_it(syntax, edit));
            prop_assert!(!hidden, "{name}: {:?} became {other:?}", &patched[start..end]);
        }
    }
}

/// Values that are part of a version: their own edit would be one of a package that stays as it is.
fn comes_with_it(syntax: LockSyntax, edit: &Edit) -> bool {
    let path = edit.path.to_string();
    let words: &[&str] = match syntax {
        LockSyntax::Cargo => &["/dependencies/", "/checksum"],
        LockSyntax::Npm => &["~1anvil/dependencies", "~1anvil/bin", "~1anvil/license", "~1anvil/integrity"],
        LockSyntax::Pnpm => &["/resolution/integrity"],
        LockSyntax::Yarn => &["/dependencies", "/integrity", "/checksum", "/resolved", "/descriptors/"],
        LockSyntax::Poetry => &["/description", "/python-versions", "/dependencies", "/files/"],
        LockSyntax::Uv => &["/dependencies/", "/sdist", "/wheels"],
        LockSyntax::GoSum | LockSyntax::GoMod => return true,
    };
    words.iter().any(|word| path.contains(word))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consistencies {
    case: Vec<Consistency>,
}

/// A manifest and a lockfile.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Consistency {
    name: String,
    /// A lockfile of `base/`.
    lock: String,
    /// Changes of it.
    #[serde(default)]
    replace: Vec<Vec<String>>,
    manifest: String,
    /// The folder of the manifest, seen from the lockfile.
    #[serde(default)]
    folder: Option<String>,
    /// `line NAME: why`, where it is not consistent.
    #[serde(default)]
    why: Option<String>,
}

#[test]
fn a_lockfile_is_consistent_with_its_manifest_or_it_is_said_why_not() {
    let cases: Consistencies =
        toml::from_str(&std::fs::read_to_string(folder().join("consistent.toml")).unwrap()).unwrap();
    for case in cases.case {
        let (syntax, text) = base(&case.lock);
        let text = replaced(&case.name, &text, &case.replace);
        let lock = lockfile(syntax, text.as_bytes()).unwrap_or_else(|fault| panic!("{}: {fault:?}", case.name));
        let manifest =
            manifest(syntax, case.manifest.as_bytes()).unwrap_or_else(|fault| panic!("{}: {fault:?}", case.name));
        let found = consistent(&manifest, &lock, case.folder.as_deref().unwrap_or("."));
        let found = found.err().map(|it| format!("{} {}: {}", it.line, it.name, it.why));
        assert_eq!(found, case.why, "{}", case.name);
    }
}
