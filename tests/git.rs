//! The git side against git itself: the same files, the same counts, and a clear word where git has none.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops where it fails, and starts git itself"
)]

#[path = "support/temp_repo.rs"]
mod temp_repo;

use changeward::model::{Change, FileDiff, FileKind, FileStatus, ObjectId, RepoPath};
use changeward::world::WorldError;
use changeward::world::git::{ChangeSpec, Repo};
use changeward::world::tree::{Folder, Tree};
use miette::Diagnostic;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;
use temp_repo::TempRepo;

fn read(repo: &TempRepo, spec: &ChangeSpec) -> Change {
    Repo::open(repo.path()).unwrap().change(spec).unwrap()
}

fn range(text: &str) -> ChangeSpec {
    ChangeSpec::Range(text.to_owned())
}

/// One row, as both sides are brought to be compared.
fn row(file: &FileDiff) -> String {
    let letter = match file.status {
        FileStatus::Added => 'A',
        FileStatus::Modified => 'M',
        FileStatus::Deleted => 'D',
        FileStatus::Renamed => 'R',
        FileStatus::Copied => 'C',
        FileStatus::TypeChanged => 'T',
    };
    let mode = |side: &Option<changeward::model::Side>| side.as_ref().map_or(0, |side| side.mode);
    let id = |side: &Option<changeward::model::Side>| {
        side.as_ref().and_then(|side| side.id.clone()).map_or("none".to_owned(), |id| id.0)
    };
    let paths: Vec<String> = file.paths().map(RepoPath::quoted).collect();
    let (old, new) = (&file.old, &file.new);
    format!("{letter} {:06o} {:06o} {} {} {}", mode(old), mode(new), id(old), id(new), paths.join(" => "))
}

/// The rows of `git diff --raw -z`.
fn raw_rows(output: &[u8]) -> Vec<String> {
    let mut fields = output.split(|byte| *byte == 0).filter(|field| !field.is_empty());
    let mut rows = Vec::new();
    while let Some(header) = fields.next() {
        let header = std::str::from_utf8(header).unwrap().trim_start_matches(':').to_owned();
        let words: Vec<&str> = header.split(' ').collect();
        let mut paths = vec![RepoPath::new(fields.next().unwrap()).quoted()];
        if words[4].starts_with(['R', 'C']) {
            paths.push(RepoPath::new(fields.next().unwrap()).quoted());
        }
        let letter = &words[4][..1];
        let id = |id: &str| if id.bytes().all(|digit| digit == b'0') { "none".to_owned() } else { id.to_owned() };
        rows.push(format!(
            "{letter} {} {} {} {} {}",
            words[0],
            words[1],
            id(words[2]),
            id(words[3]),
            paths.join(" => ")
        ));
    }
    rows
}

/// Counts of `git diff --numstat -z` by path; `None` for binary files.
fn numstat(output: &[u8]) -> BTreeMap<String, Option<(u64, u64)>> {
    let mut fields = output.split(|byte| *byte == 0);
    let mut counts = BTreeMap::new();
    while let Some(field) = fields.next().filter(|field| !field.is_empty()) {
        let mut words = field.splitn(3, |byte| *byte == b'\t');
        let mut number = || std::str::from_utf8(words.next().unwrap()).unwrap().parse::<u64>().ok();
        let pair = number().zip(number());
        let mut path = words.next().unwrap();
        if path.is_empty() {
            let _old = fields.next();
            path = fields.next().unwrap();
        }
        counts.insert(RepoPath::new(path).quoted(), pair);
    }
    counts
}

/// Files, statuses, ids, modes and counts are git's own.
fn same_as_git(repo: &TempRepo, files: &[FileDiff], ends: &[&str]) {
    let raw = repo.git(&[&["diff", "--raw", "-z", "-M", "--no-abbrev"], ends].concat());
    let mut expected = raw_rows(&raw);
    let mut said: Vec<String> = files.iter().map(row).collect();
    assert!(files.is_sorted_by(|a, b| a.path <= b.path));
    expected.sort();
    said.sort();
    for (said, expected) in said.iter().zip(&expected) {
        assert_eq!(said, expected);
    }
    assert_eq!(said.len(), expected.len());

    let empty = repo.line(&["hash-object", "-t", "tree", "/dev/null"]);
    let neutral = format!("--attr-source={empty}");
    let counts = numstat(&repo.git(&[&[neutral.as_str(), "diff", "--numstat", "-z", "-M"], ends].concat()));
    for file in files {
        let binary = [&file.old, &file.new].into_iter().flatten().any(|side| side.kind == FileKind::Binary);
        let said = (!binary).then_some((file.additions, file.deletions));
        assert_eq!(said, counts[&file.path.quoted()], "{}", file.path);
        assert_eq!(file.unread, None, "{}", file.path);
    }
    assert_eq!(files.len(), counts.len());
}

const LFS: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n";

fn numbered(lines: std::ops::Range<u32>) -> String {
    lines.map(|line| format!("line {line}\n")).collect()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Every kind of file, before.
fn odd_before(repo: &TempRepo) {
    for name in
        [&b"quote\"d"[..], b"new\nline", b"tab\there", b"back\\slash", b"bad\xff\xfebytes", b"\x1b[2Jclear", b"-dash"]
    {
        repo.write(name, "one\n");
        repo.write([b"gone ".as_slice(), name].concat(), "one\n");
    }
    repo.write("spa ce/\u{e9}t\u{e9}.md", "one\n");
    repo.write("crlf", "a\r\nb\r\nc\r\n");
    repo.write("to-lf", "a\r\nb\r\n");
    repo.write("end-newline", "a\nb");
    repo.write("cr-only", "a\rb\rc\r");
    repo.write("mode", "#!/bin/sh\n");
    repo.write("mode-and-text", "#!/bin/sh\n");
    repo.link("link", "crlf");
    repo.link("link-to-file", "abc");
    repo.write("file-to-link", "x\nabc");
    repo.write("file-same-as-link", "target");
    repo.write("file-to-submodule", "one\ntwo\n");
    repo.write("directory/inner", "one\n");
    repo.write("file-to-directory", "one\n");
    repo.write("empty-gone", "");
    repo.write("empty-filled", "");
    repo.write("emptied", "a\nb\n");
    repo.write("Case", numbered(0..30));
    repo.write("moved", numbered(0..100));
    repo.write("moved-with-edit", numbered(100..200));
    repo.write("moved.bin", [b"\0".as_slice(), numbered(200..300).as_bytes()].concat());
    repo.write("binary", b"a\0b\n");
    repo.write("text-to-binary", "a\nb\n");
    repo.write("late-nul", [vec![b'x'; 8000], b"\0\na\n".to_vec()].concat());
    repo.write("lfs", LFS);
    repo.write("text-to-lfs", "a\n");
    repo.write("utf16", utf16("a\nb\n"));
    repo.write("src/hidden.rs", numbered(300..400));
}

/// Every kind of file, after.
fn odd_after(repo: &TempRepo) {
    for name in
        [&b"quote\"d"[..], b"new\nline", b"tab\there", b"back\\slash", b"bad\xff\xfebytes", b"\x1b[2Jclear", b"-dash"]
    {
        repo.write(name, "one\ntwo\n");
        repo.remove([b"gone ".as_slice(), name].concat());
        repo.write([b"new ".as_slice(), name].concat(), "x\ny\nz\n");
    }
    repo.remove("spa ce/\u{e9}t\u{e9}.md");
    repo.write("crlf", "a\r\nB\r\nc\r\n");
    repo.write("to-lf", "a\nb\n");
    repo.write("end-newline", "a\nb\n");
    repo.write("cr-only", "a\rb\rd\r");
    repo.executable("mode", true);
    repo.write("mode-and-text", "#!/bin/sh\nexit 1\n");
    repo.executable("mode-and-text", true);
    repo.link("link", "to-lf");
    repo.remove("link-to-file");
    repo.write("link-to-file", "abc\nmore\n");
    repo.link("file-to-link", "abc");
    repo.link("file-same-as-link", "target");
    repo.remove("file-to-submodule");
    repo.remove("directory/inner");
    std::fs::remove_dir(repo.at("directory")).unwrap();
    repo.write("directory", "now a file\n");
    repo.remove("file-to-directory");
    repo.write("file-to-directory/inner", "other\n");
    repo.remove("empty-gone");
    repo.write("empty-new", "");
    repo.write("empty-filled", "a\nb");
    repo.write("emptied", "");
    repo.rename("Case", "case");
    repo.rename("moved", "deep/er/moved");
    repo.rename("moved-with-edit", "deep/edited");
    repo.write("deep/edited", numbered(100..190) + "end\n");
    repo.rename("moved.bin", "deep/moved.bin");
    repo.write("binary", b"a\0c\nd\n");
    repo.write("text-to-binary", b"a\0b\n");
    repo.write("late-nul", [vec![b'x'; 8000], b"\0\na\nb\n".to_vec()].concat());
    repo.write("lfs", LFS.replace("00", "01"));
    repo.write("text-to-lfs", LFS);
    repo.write("utf16", utf16("a\nc\n"));
    repo.write("src/hidden.rs", numbered(310..420));
    repo.write(".gitattributes", "*.rs -diff\n* -text\nmode-and-text binary\n");
}

fn odd_repository(options: &[&str]) -> TempRepo {
    let repo = TempRepo::init(options);
    odd_before(&repo);
    repo.git(&["add", "--all"]);
    for (path, digit) in [("sub/moved", '1'), ("sub/gone", '2'), ("sub/to-file", '3'), ("sub/renamed", '4')] {
        repo.submodule(path, digit);
    }
    repo.commit_staged("before");
    std::fs::remove_dir_all(repo.at("sub")).ok();
    odd_after(&repo);
    repo.write("sub/to-file", "one\ntwo\nthree\n");
    repo.git(&["add", "--all"]);
    for (path, digit) in [("sub/moved", '5'), ("sub/new", '6'), ("file-to-submodule", '7'), ("sub/renamed-to", '4')] {
        repo.submodule(path, digit);
    }
    repo.git(&["update-index", "--force-remove", "sub/gone", "sub/renamed"]);
    repo.commit_staged("after");
    repo
}

#[test]
fn an_odd_change_is_read_as_git_reads_it() {
    for options in [&[][..], &["--object-format=sha256"]] {
        let repo = odd_repository(options);
        for (spec, ends) in [("HEAD~1..HEAD", ["HEAD~1", "HEAD"]), ("HEAD..HEAD~1", ["HEAD", "HEAD~1"])] {
            let change = read(&repo, &range(spec));
            same_as_git(&repo, &change.diff.files, &ends);
            assert!(change.diff.files.len() > 40);
            assert!(change.diff.truncated.is_empty() && change.notes.is_empty());
        }
    }
}

#[test]
fn kinds_are_what_the_contents_say() {
    let change = read(&odd_repository(&[]), &range("HEAD~1..HEAD"));
    let kind = |path: &str| {
        let file = change.diff.files.iter().find(|file| file.path.as_str() == Some(path)).unwrap();
        let side = |side: &Option<changeward::model::Side>| side.as_ref().map_or("-", |side| side.kind.as_str());
        format!("{} {}", side(&file.old), side(&file.new))
    };
    let table = [
        ("mode", "regular executable"),
        ("link", "symlink symlink"),
        ("sub/moved", "submodule submodule"),
        ("file-to-submodule", "regular submodule"),
        ("binary", "binary binary"),
        ("text-to-binary", "regular binary"),
        ("late-nul", "regular regular"),
        ("utf16", "binary binary"),
        ("lfs", "lfs-pointer lfs-pointer"),
        ("text-to-lfs", "regular lfs-pointer"),
        // Never read twice, but read: a moved binary is a binary.
        ("deep/moved.bin", "binary binary"),
        ("src/hidden.rs", "regular regular"),
        ("directory", "- regular"),
    ];
    for (path, expected) in table {
        assert_eq!(kind(path), expected, "{path}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]
    #[test]
    fn random_edits_have_gits_own_counts(
        files in prop::collection::vec(
            (
                prop::collection::vec((0u8..12, prop::sample::select(vec!["\n", "\r\n", "\r", ""])), 0..80),
                prop::collection::vec((0usize..80, 0usize..6, prop::collection::vec(0u8..14, 0..5)), 0..8),
            ),
            40,
        ),
    ) {
        let repo = TempRepo::new();
        let text = |lines: &[(u8, &str)]| lines.iter().map(|(word, end)| format!("{word}{end}")).collect::<String>();
        for (number, (lines, _)) in files.iter().enumerate() {
            repo.write(format!("f{number}"), text(lines));
        }
        repo.commit("before");
        for (number, (lines, edits)) in files.iter().enumerate() {
            let mut lines = lines.clone();
            for (at, gone, new) in edits {
                let from = (*at).min(lines.len());
                let to = (from + gone).min(lines.len());
                lines.splice(from..to, new.iter().map(|word| (*word, "\n")));
            }
            repo.write(format!("f{number}"), text(&lines));
        }
        repo.commit("after");
        let change = read(&repo, &range("HEAD~1..HEAD"));
        same_as_git(&repo, &change.diff.files, &["HEAD~1", "HEAD"]);
    }
}

/// `main` with three commits, and `topic` with two more that left it at the second.
fn forked() -> TempRepo {
    let repo = TempRepo::new();
    repo.chain("base", 0..2);
    repo.git(&["checkout", "--quiet", "-b", "topic"]);
    repo.chain("topic", 0..2);
    repo.git(&["checkout", "--quiet", "main"]);
    repo.chain("base", 2..3);
    repo
}

fn paths(change: &Change) -> Vec<String> {
    change.diff.files.iter().map(|file| file.path.quoted()).collect()
}

#[test]
fn every_spelling_of_a_range_has_its_ends() {
    let repo = forked();
    repo.git(&["tag", "--annotate", "--message=x", "v1", "topic"]);
    repo.git(&["checkout", "--quiet", "topic"]);
    let fork = repo.line(&["rev-parse", "main~1"]);
    let (main, topic) = (repo.line(&["rev-parse", "main"]), repo.line(&["rev-parse", "topic"]));
    let both = |base: Option<&str>, head: Option<&str>| ChangeSpec::BaseHead {
        base: base.map(str::to_owned),
        head: head.map(str::to_owned),
    };
    let table = [
        (range("main..topic"), &main, &topic, vec!["base", "topic"], 2),
        (range("main..v1"), &main, &topic, vec!["base", "topic"], 2),
        (range("main.."), &main, &topic, vec!["base", "topic"], 2),
        (range("main...topic"), &fork, &topic, vec!["topic"], 2),
        (range("main...v1"), &fork, &topic, vec!["topic"], 2),
        (range("main"), &fork, &topic, vec!["topic"], 2),
        (range("...main"), &fork, &main, vec!["base"], 1),
        (range("topic~1.."), &repo.line(&["rev-parse", "topic~1"]), &topic, vec!["topic"], 1),
        (both(Some("main"), None), &fork, &topic, vec!["topic"], 2),
        (both(Some("topic"), Some("main")), &fork, &main, vec!["base"], 1),
        (both(None, Some("v1")), &fork, &topic, vec!["topic"], 2),
        (both(None, None), &fork, &topic, vec!["topic"], 2),
        (ChangeSpec::Default, &fork, &topic, vec!["topic"], 2),
        (range("main..main"), &main, &main, vec![], 0),
    ];
    for (spec, base, head, files, commits) in table {
        let change = read(&repo, &spec);
        assert_eq!(change.base.as_ref().map(|id| &id.0), Some(base), "{spec:?}");
        assert_eq!(change.head.as_ref().map(|id| &id.0), Some(head), "{spec:?}");
        assert_eq!(paths(&change), files, "{spec:?}");
        assert_eq!(change.commits.len(), commits, "{spec:?}");
        assert_eq!(change.notes, Vec::<String>::new(), "{spec:?}");
    }
    // From a directory below, the same.
    repo.write("below/x", "");
    let below = Repo::open(&repo.at("below")).unwrap();
    assert_eq!(below.top_level().unwrap(), Some(repo.path()));
    assert_eq!(paths(&below.change(&range("main...topic")).unwrap()), ["topic"]);
}

#[test]
fn commits_are_told_whole() {
    let repo = TempRepo::new();
    repo.commit("first");
    repo.commit("subject\n\nBody \u{e9}.\n\nChange-Type: emergency\nCo-authored-by: eve <eve@acme.example>");
    let change = read(&repo, &range("HEAD~1..HEAD"));
    let [commit] = change.commits.as_slice() else { panic!("{:?}", change.commits) };
    assert_eq!(Some(&commit.id), change.head.as_ref());
    assert_eq!((commit.author.name.as_str(), commit.author.email.as_str()), ("ann", "ann@acme.example"));
    assert_eq!((commit.committer.name.as_str(), commit.committer.email.as_str()), ("bob", "bob@acme.example"));
    assert_eq!(commit.committed_at.to_string(), "2026-11-21T10:00:00Z");
    assert!(commit.message.starts_with("subject\n\nBody \u{e9}.\n\nChange-Type: emergency\nCo-authored-by: eve"));

    // A short line of commits and a long one are read in two ways.
    for number in 0..40 {
        let author = format!("--author= odd  {number} <kim+{number}@x>");
        let message = format!("\n\n  {number} \n\nline\n\n\nTrailer: x\n\n\n");
        repo.git(&["commit", "--quiet", "--allow-empty", "--cleanup=verbatim", &author, "--message", &message]);
    }
    let (short, long) = (read(&repo, &range("HEAD~12..HEAD")).commits, read(&repo, &range("HEAD~40..HEAD")).commits);
    assert_eq!((short.len(), long.len()), (12, 40));
    assert_eq!(short, long[..12]);
    assert_eq!(read(&repo, &range("HEAD..HEAD~3")).commits, []);
}

#[test]
fn the_default_base_is_the_default_branch_or_its_upstream() {
    let origin = forked();
    let clone = origin.cloned(&[]);
    let base = |repo: &TempRepo| read(repo, &ChangeSpec::Default).base.unwrap().0;
    let tip = clone.line(&["rev-parse", "origin/main"]);

    // On the default branch: what is not pushed.
    clone.chain("mine", 0..2);
    assert_eq!(base(&clone), tip);
    assert_eq!(paths(&read(&clone, &ChangeSpec::Default)), ["mine"]);
    clone.git(&["branch", "--unset-upstream"]);
    assert_eq!(base(&clone), tip);
    clone.git(&["branch", "other", "HEAD~1"]);
    clone.git(&["branch", "--quiet", "--set-upstream-to=other"]);
    assert_eq!(base(&clone), clone.line(&["rev-parse", "other"]));

    // On another branch, on none, and without origin/HEAD.
    clone.git(&["checkout", "--quiet", "-b", "feature"]);
    assert_eq!(base(&clone), tip);
    clone.git(&["checkout", "--quiet", "--detach"]);
    clone.git(&["remote", "set-head", "origin", "--delete"]);
    assert_eq!(base(&clone), tip);

    // No remote: the local names, then the configured one.
    let local = forked();
    local.git(&["checkout", "--quiet", "topic"]);
    local.git(&["branch", "--move", "main", "trunk"]);
    assert_eq!(code(&local, &ChangeSpec::Default), "changeward::git::no_base");
    local.git(&["config", "init.defaultBranch", "trunk"]);
    assert_eq!(base(&local), local.line(&["rev-parse", "trunk~1"]));
    local.git(&["checkout", "--quiet", "trunk"]);
    assert_eq!(code(&local, &ChangeSpec::Default), "changeward::git::no_base");
}

#[test]
fn uncommitted_files_are_noted_by_the_default_only() {
    let repo = forked();
    repo.git(&["checkout", "--quiet", "topic"]);
    repo.write("topic", "edited\n");
    repo.write("new", "x\n");
    let notes = read(&repo, &ChangeSpec::Default).notes;
    assert_eq!(notes, ["2 uncommitted files are left out; `--worktree` includes them"]);
    assert_eq!(read(&repo, &range("main...topic")).notes, Vec::<String>::new());
}

#[test]
fn several_merge_bases_are_said() {
    let repo = forked();
    repo.git(&["branch", "cross", "main"]);
    repo.git(&["merge", "--quiet", "--no-edit", "topic~1"]);
    repo.git(&["checkout", "--quiet", "topic"]);
    repo.git(&["reset", "--quiet", "--hard", "topic~1"]);
    repo.git(&["merge", "--quiet", "--no-edit", "cross"]);
    repo.chain("topic", 7..8);
    let change = read(&repo, &range("main...topic"));
    assert!(change.notes[0].starts_with("there are 2 merge bases"), "{:?}", change.notes);
    same_as_git(&repo, &change.diff.files, &["main...topic"]);
}

fn failure(repo: &TempRepo, spec: &ChangeSpec) -> WorldError {
    match Repo::open(repo.path()).and_then(|repo| repo.change(spec)) {
        Ok(change) => panic!("{spec:?} gave {:?}", change.diff),
        Err(error) => error,
    }
}

fn code(repo: &TempRepo, spec: &ChangeSpec) -> String {
    let error = failure(repo, spec);
    assert!(error.help().map(|help| help.to_string()).is_some_and(|help| !help.is_empty()), "{error}");
    error.code().unwrap().to_string()
}

#[test]
fn every_mistake_has_its_own_name_and_a_next_step() {
    let repo = forked();
    repo.git(&["checkout", "--quiet", "--orphan", "island"]);
    repo.commit("alone");
    repo.git(&["tag", "blob", "HEAD:base"]);
    let base = |base: &str| ChangeSpec::BaseHead { base: Some(base.to_owned()), head: None };
    let table = [
        (range("main..nowhere"), "unknown_revision"),
        (range("nowhere"), "unknown_revision"),
        (range("@{upstream}..HEAD"), "unknown_revision"),
        (range("blob..HEAD"), "not_a_commit"),
        (range("main^{tree}..HEAD"), "not_a_commit"),
        (range("--output=x..HEAD"), "bad_revision"),
        (range("main..-x"), "bad_revision"),
        (range("main\ninfo x..HEAD"), "bad_revision"),
        (range(""), "bad_revision"),
        (base("--help"), "bad_revision"),
        (base(""), "bad_revision"),
        (range("main...island"), "unrelated_histories"),
        (ChangeSpec::Default, "unrelated_histories"),
    ];
    for (spec, expected) in table {
        assert_eq!(code(&repo, &spec), format!("changeward::git::{expected}"), "{spec:?}");
    }
    let near = failure(&repo, &range("topik~1..HEAD"));
    assert_eq!(near.help().map(|help| help.to_string()).as_deref(), Some("did you mean `topic`?"));

    let unborn = TempRepo::new();
    for spec in [ChangeSpec::Default, ChangeSpec::Staged, ChangeSpec::Worktree, range("HEAD~1..HEAD"), range("main")] {
        assert_eq!(code(&unborn, &spec), "changeward::git::unborn_head", "{spec:?}");
    }
    let bare = forked().cloned(&["--bare"]);
    for spec in [ChangeSpec::Staged, ChangeSpec::Worktree] {
        assert_eq!(code(&bare, &spec), "changeward::git::bare");
    }
    assert_eq!(paths(&read(&bare, &range("main...topic"))), ["topic"]);

    let plain = TempRepo::plain();
    assert_eq!(code(&plain, &ChangeSpec::Default), "changeward::git::not_a_repository");
    let absent = Repo::open(&plain.at("absent")).err().map(|error| error.code().unwrap().to_string());
    assert_eq!(absent.as_deref(), Some("changeward::git::not_a_repository"));
}

/// Runs one ignored test of this file in a process of its own, with another PATH.
fn elsewhere(test: &str, path: &Path) {
    let status = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--quiet"])
        .env("PATH", path)
        .status()
        .unwrap();
    assert!(status.success(), "{test}");
}

#[test]
fn a_missing_git_and_an_old_one_are_told_apart() {
    let empty = TempRepo::plain();
    elsewhere("without_git", empty.path());
    let old = TempRepo::plain();
    old.write("git", "#!/bin/sh\ncase \"$*\" in *--version*) echo git version 2.20.1; exit;; esac\necho \"error: unknown option \\`batch-command'\" >&2\nexit 129\n");
    old.executable("git", true);
    elsewhere("with_an_old_git", old.path());
}

#[test]
#[ignore = "run by a_missing_git_and_an_old_one_are_told_apart"]
fn without_git() {
    let error = Repo::open(Path::new("/")).unwrap_err();
    assert!(matches!(error, WorldError::GitMissing { .. }), "{error}");
}

#[test]
#[ignore = "run by a_missing_git_and_an_old_one_are_told_apart"]
fn with_an_old_git() {
    let error = Repo::open(Path::new("/")).unwrap_err();
    assert!(matches!(&error, WorldError::GitTooOld { found } if found == "git version 2.20.1"), "{error}");
}

/// A repository whose HEAD merges a topic of `commits` commits into main, as a forge does for a pull request.
fn pull_request(commits: u32) -> TempRepo {
    let repo = TempRepo::new();
    repo.chain("base", 0..4);
    repo.git(&["checkout", "--quiet", "-b", "topic"]);
    repo.chain("topic", 0..commits);
    repo.git(&["checkout", "--quiet", "main"]);
    repo.chain("base", 4..6);
    repo.git(&["checkout", "--quiet", "--detach", "main"]);
    repo.git(&["merge", "--quiet", "--no-ff", "--no-edit", "topic"]);
    repo.git(&["update-ref", "refs/pull/1/merge", "HEAD"]);
    repo.git(&["checkout", "--quiet", "main"]);
    repo
}

/// What a checkout step leaves: one ref, fetched with a depth, HEAD on no branch.
fn checkout(origin: &TempRepo, reference: &str, depth: u32) -> TempRepo {
    let clone = TempRepo::new();
    clone.git(&["remote", "add", "origin", &format!("file://{}", origin.path().display())]);
    let local = reference.replace("refs/pull", "refs/remotes/pull").replace("refs/heads", "refs/remotes/origin");
    clone.git(&["fetch", "--quiet", &format!("--depth={depth}"), "origin", &format!("+{reference}:{local}")]);
    clone.git(&["checkout", "--quiet", "--detach", &local]);
    clone
}

#[test]
fn a_shallow_clone_gives_the_right_change_or_the_command_that_mends_it() {
    let origin = pull_request(5);
    let merge = "refs/pull/1/merge";
    for (depth, spec, expected) in [
        (1, ChangeSpec::Default, Err("shallow")),
        (1, range("HEAD^1..HEAD"), Err("unknown_revision")),
        (2, ChangeSpec::Default, Ok("topic")),
        (2, range("HEAD^1..HEAD"), Ok("topic")),
        (2, range("HEAD^1...HEAD^2"), Err("shallow")),
        (4, range("HEAD^1...HEAD^2"), Err("shallow")),
        (20, range("HEAD^1...HEAD^2"), Ok("topic")),
    ] {
        let clone = checkout(&origin, merge, depth);
        let change = Repo::open(clone.path()).unwrap().change(&spec);
        match (change, expected) {
            (Ok(change), Ok(path)) => assert_eq!(paths(&change), [path], "depth {depth} {spec:?}"),
            (Err(error), Err(code)) => {
                assert_eq!(error.code().unwrap().to_string(), format!("changeward::git::{code}"), "depth {depth}");
                let help = error.help().map(|help| help.to_string()).unwrap();
                for part in ["git fetch --unshallow origin", "--deepen=", "fetch-depth: 0"] {
                    assert!(help.contains(part), "{help}");
                }
                mended(&clone, &help, &spec);
            }
            (change, expected) => panic!("depth {depth} {spec:?}: {change:?}, not {expected:?}"),
        }
    }
}

/// The first command of the advice, given to a shell, makes the same question answerable.
fn mended(clone: &TempRepo, help: &str, spec: &ChangeSpec) {
    let command = help.split('`').nth(1).unwrap();
    let status = std::process::Command::new("sh").args(["-c", command]).current_dir(clone.path()).status().unwrap();
    assert!(status.success(), "{command}");
    assert_eq!(paths(&read(clone, spec)), ["topic"], "{command}");
}

#[test]
fn a_shallow_branch_is_not_taken_for_a_merged_pull_request() {
    let origin = pull_request(5);
    origin.git(&["checkout", "--quiet", "topic"]);
    origin.git(&["merge", "--quiet", "--no-edit", "main"]);
    origin.git(&["checkout", "--quiet", "main"]);
    // The last commit brings main into the branch: against its first parent it would show main's files, not ours.
    let branch = origin.cloned(&["--depth=2", "--branch=topic"]);
    assert_eq!(code(&branch, &ChangeSpec::Default), "changeward::git::shallow");
    let detached = checkout(&origin, "refs/heads/topic", 2);
    detached.git(&["fetch", "--quiet", "--depth=1", "origin", "+refs/heads/main:refs/remotes/origin/main"]);
    assert_eq!(code(&detached, &ChangeSpec::Default), "changeward::git::shallow");
}

#[test]
fn a_shallow_history_that_ends_inside_the_change_is_noted() {
    let clone = checkout(&pull_request(5), "refs/pull/1/merge", 2);
    let change = read(&clone, &ChangeSpec::Default);
    assert!(change.notes.iter().any(|note| note.contains("first parent")), "{:?}", change.notes);
    assert!(change.commits_missing);
}

/// Random histories: what a shallow clone answers is what the whole one answers, or an error.
#[test]
fn a_shallow_merge_base_is_never_wrong() {
    let (mut right, mut refused) = (0, 0);
    for seed in 0..6u32 {
        let repo = TempRepo::new();
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
        let mut dice = |sides: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) % sides
        };
        repo.write("main", "");
        repo.commit("root");
        repo.git(&["branch", "topic"]);
        for step in 0..14 {
            let (here, there) = if dice(2) == 0 { ("main", "topic") } else { ("topic", "main") };
            repo.git(&["checkout", "--quiet", here]);
            if dice(4) == 0 {
                repo.try_git(&["merge", "--quiet", "--no-edit", there]);
            } else {
                repo.chain(&format!("{here}-{step}"), 0..1);
            }
        }
        let whole = Repo::open(repo.path()).unwrap().change(&range("main...topic"));
        for depth in [1, 2, 3, 4, 6, 9] {
            let clone = repo.cloned(&["--no-single-branch", &format!("--depth={depth}")]);
            match Repo::open(clone.path()).unwrap().change(&range("origin/main...origin/topic")) {
                Ok(change) => {
                    assert_eq!(change.base, whole.as_ref().unwrap().base, "seed {seed}, depth {depth}");
                    right += 1;
                }
                Err(error) => {
                    assert!(matches!(error, WorldError::Shallow { .. }), "{error}");
                    refused += 1;
                }
            }
        }
    }
    assert!(right > 5 && refused > 5, "{right} {refused}");
}

#[test]
fn a_partial_clone_says_what_it_lacks_and_how_to_get_it() {
    let origin = forked();
    origin.git(&["checkout", "--quiet", "topic"]);
    origin.write("big", numbered(0..100));
    origin.commit("big");
    origin.rename("big", "moved");
    origin.write("moved", numbered(0..99));
    origin.rename("topic", "exact");
    origin.commit("moved");
    let clone = origin.cloned(&["--filter=blob:none", "--no-checkout"]);
    let change = read(&clone, &range("HEAD~1..HEAD"));
    let rows: Vec<String> =
        change.diff.files.iter().map(|file| format!("{} {}", file.status.as_str(), file.path)).collect();
    // The exact rename needs no contents; the other does.
    assert_eq!(rows, ["deleted big", "renamed exact", "added moved"]);
    assert!(change.notes[0].contains("only renames without edits"), "{:?}", change.notes);
    for file in &change.diff.files {
        let why = file.unread.as_deref().unwrap();
        assert!(why.contains("not in this clone") && why.contains("`git diff --numstat`"), "{why}");
    }
    let repo = Repo::open(clone.path()).unwrap();
    let gone = change.diff.files[0].old.as_ref().unwrap().id.clone().unwrap();
    assert_eq!(repo.blob(&gone).unwrap(), None);
    let error = repo.tree_at(&change.base.unwrap()).read("big").unwrap_err();
    assert!(matches!(error, WorldError::MissingObject { .. }), "{error}");

    clone.git(&["diff", "--numstat", "HEAD~1", "HEAD"]);
    let change = read(&clone, &range("HEAD~1..HEAD"));
    same_as_git(&clone, &change.diff.files, &["HEAD~1", "HEAD"]);

    let treeless = origin.cloned(&["--filter=tree:0", "--no-checkout"]);
    assert_eq!(code(&treeless, &range("HEAD~1..HEAD")), "changeward::git::missing_object");
}

#[test]
fn a_blob_over_the_limit_is_not_loaded() {
    let repo = TempRepo::new();
    repo.write("other", "a\n");
    repo.commit("before");
    repo.write("other", "b\n");
    // Compresses to nothing, so that only its size is large.
    let huge = std::fs::File::create(repo.at("huge")).unwrap();
    huge.set_len(200 * 1024 * 1024).unwrap();
    repo.git(&["-c", "core.bigFileThreshold=1m", "add", "--all"]);
    let check = |change: &Change, what: &str| {
        let huge = &change.diff.files[0];
        let why = "it is too large to read: 200 MiB, and the limit is 50 MiB";
        assert_eq!(huge.unread.as_deref(), Some(why), "{what}");
        assert_eq!((huge.status, huge.additions), (FileStatus::Added, 0), "{what}");
        assert_eq!((change.diff.files[1].additions, change.diff.files[1].deletions), (1, 1), "{what}");
    };
    check(&read(&repo, &ChangeSpec::Staged), "staged");
    repo.commit_staged("after");
    let started = std::time::Instant::now();
    let change = read(&repo, &range("HEAD~1..HEAD"));
    assert!(started.elapsed().as_secs() < 2);
    check(&change, "committed");
    let id = change.diff.files[0].new.as_ref().unwrap().id.clone().unwrap();
    let error = Repo::open(repo.path()).unwrap().blob(&id).unwrap_err();
    assert!(matches!(error, WorldError::TooLarge { .. }), "{error}");

    repo.git(&["reset", "--quiet", "--soft", "HEAD~1"]);
    repo.git(&["rm", "--quiet", "--cached", "huge"]);
    check(&read(&repo, &ChangeSpec::Worktree), "untracked");
}

#[test]
fn what_is_staged_and_what_is_not() {
    let repo = TempRepo::new();
    odd_before(&repo);
    repo.write(".gitignore", "ignored\n");
    repo.commit("before");
    odd_after(&repo);
    repo.write("ignored", "x\n");
    repo.git(&["add", "src", "moved-with-edit", "deep/edited"]);
    repo.write("src/hidden.rs", numbered(0..3));
    let status = repo.git(&["status", "--porcelain", "-z"]);
    let index = std::fs::read(repo.at(".git/index")).unwrap();
    let objects = repo.line(&["count-objects"]);

    let staged = read(&repo, &ChangeSpec::Staged);
    assert_eq!(paths(&staged), ["deep/edited", "src/hidden.rs"]);
    same_as_git(&repo, &staged.diff.files, &["--cached"]);
    assert_eq!((staged.head, staged.commits.len()), (None, 0));
    assert_eq!(staged.base.map(|id| id.0), Some(repo.line(&["rev-parse", "HEAD"])));

    let opened = Repo::open(repo.path()).unwrap();
    let worktree = opened.change(&ChangeSpec::Worktree).unwrap();
    let hidden = worktree.diff.files.iter().find(|file| file.path == "src/hidden.rs".into()).unwrap();
    let id = hidden.new.as_ref().unwrap().id.clone().unwrap();
    assert_eq!(opened.blob(&id).unwrap(), Some(numbered(0..3).into_bytes()));
    assert!(!paths(&worktree).contains(&"ignored".to_owned()));
    // Nothing of the repository was touched.
    assert_eq!(std::fs::read(repo.at(".git/index")).unwrap(), index);
    assert_eq!(repo.line(&["count-objects"]), objects);
    assert_eq!(repo.git(&["status", "--porcelain", "-z"]), status);
    // It is what committing everything would be.
    repo.git(&["add", "--all"]);
    same_as_git(&repo, &worktree.diff.files, &["--cached"]);
}

#[test]
fn a_working_tree_has_its_own_difficulties() {
    // Line ends are converted as git converts them; a touched file is no change.
    let crlf = TempRepo::new();
    crlf.write(".gitattributes", "*.txt text eol=crlf\n");
    crlf.write("a.txt", "1\n2\n");
    crlf.write("b.txt", "1\n2\n");
    crlf.commit("one");
    crlf.write("a.txt", "1\r\n2\r\n");
    crlf.write("b.txt", "1\r\n3\r\n");
    let change = read(&crlf, &ChangeSpec::Worktree);
    assert_eq!(paths(&change), ["b.txt"]);
    assert_eq!((change.diff.files[0].additions, change.diff.files[0].deletions), (1, 1));

    // A repository in the repository, a linked working tree, a split index.
    let repo = forked();
    repo.git(&["update-index", "--split-index"]);
    repo.git(&["init", "--quiet", "nested"]);
    repo.write("nested/x", "x\n");
    let nested = read(&repo, &ChangeSpec::Worktree);
    assert_eq!(paths(&nested), ["nested"]);
    assert_eq!(nested.diff.files[0].unread.as_deref(), Some("it is another repository inside this one"));
    repo.git(&["worktree", "add", "--quiet", "../linked", "topic"]);
    let linked = repo.path().parent().unwrap().join("linked");
    std::fs::write(linked.join("new"), "x\n").unwrap();
    let opened = Repo::open(&linked).unwrap();
    assert_eq!(opened.top_level().unwrap(), Some(linked.as_path()));
    assert_eq!(paths(&opened.change(&ChangeSpec::Worktree).unwrap()), ["new"]);
    assert_eq!(paths(&opened.change(&ChangeSpec::Default).unwrap()), ["topic"]);

    // A conflict is a part that could not be seen.
    let conflict = forked();
    conflict.git(&["checkout", "--quiet", "topic"]);
    conflict.write("base", "mine\n");
    conflict.commit("mine");
    assert!(!conflict.try_git(&["merge", "main"]).status.success());
    for spec in [ChangeSpec::Staged, ChangeSpec::Worktree] {
        let truncated = read(&conflict, &spec).diff.truncated;
        assert_eq!(truncated, ["base has an unresolved merge conflict"], "{spec:?}");
    }
}

#[test]
fn nothing_of_the_repository_is_run() {
    let repo = forked();
    repo.git(&["checkout", "--quiet", "topic"]);
    let trap = repo.at(".git/trap");
    let sprung = repo.at(".git/sprung");
    repo.write(".git/trap", format!("#!/bin/sh\ntouch '{}'\ncat\n", sprung.display()));
    repo.executable(".git/trap", true);
    let trap = trap.to_str().unwrap();
    for key in [
        "core.fsmonitor",
        "diff.external",
        "diff.x.textconv",
        "diff.x.command",
        "filter.x.clean",
        "filter.x.process",
        "core.pager",
        "core.sshCommand",
        "filter.a=b.clean",
    ] {
        repo.git(&["config", key, trap]);
    }
    for hook in ["post-index-change", "pre-commit", "reference-transaction", "fsmonitor-watchman"] {
        repo.write(format!(".git/hooks/{hook}"), std::fs::read(repo.at(".git/trap")).unwrap());
        repo.executable(&format!(".git/hooks/{hook}"), true);
    }
    repo.git(&["config", "filter.x.required", "true"]);
    repo.write(".gitattributes", "* diff=x filter=x\nother filter=a=b\n");
    repo.write("topic", "edited\n");
    repo.write("other", "new\n");
    for spec in [ChangeSpec::Default, ChangeSpec::Staged, ChangeSpec::Worktree, range("main..topic")] {
        read(&repo, &spec);
        assert!(!sprung.exists(), "{spec:?}");
    }
    let change = read(&repo, &ChangeSpec::Worktree);
    assert_eq!(paths(&change), [".gitattributes", "other", "topic"]);
}

#[test]
fn somebody_elses_settings_change_nothing() {
    let repo = odd_repository(&[]);
    let plain = read(&repo, &range("HEAD~1..HEAD"));
    for (key, value) in [
        ("diff.ignoreSubmodules", "all"),
        ("diff.renames", "false"),
        ("diff.renameLimit", "1"),
        ("diff.noprefix", "true"),
        ("diff.algorithm", "patience"),
        ("diff.relative", "true"),
        ("diff.orderFile", "/dev/null"),
        ("core.quotePath", "true"),
        ("core.abbrev", "5"),
        ("log.showSignature", "true"),
        ("i18n.logOutputEncoding", "latin1"),
        ("color.ui", "always"),
        ("diff.suppressBlankEmpty", "true"),
        ("log.mailmap", "true"),
        ("format.pretty", "oneline"),
        ("core.attributesFile", "x"),
    ] {
        repo.git(&["config", key, value]);
    }
    repo.write(".git/info/attributes", "* -diff\n");
    repo.write("below/x", "");
    let below = Repo::open(&repo.at("below")).unwrap();
    let hostile = below.change(&range("HEAD~1..HEAD")).unwrap();
    assert_eq!(hostile.diff.files, plain.diff.files);
    assert_eq!(hostile.commits, plain.commits);
}

#[test]
fn renames_beyond_the_limit_are_noted() {
    let repo = TempRepo::new();
    for number in 0..1100 {
        repo.write(format!("old/{number}"), format!("{number}\n").repeat(5));
    }
    repo.commit("before");
    for number in 0..1100 {
        repo.remove(format!("old/{number}"));
        repo.write(format!("new/n{number}"), format!("{number}\n").repeat(4));
    }
    repo.commit("after");
    let change = read(&repo, &range("HEAD~1..HEAD"));
    assert!(change.notes.iter().any(|note| note.contains("paired only identical ones")), "{:?}", change.notes);
    assert_eq!(change.diff.files.len(), 2200);
    assert!(change.diff.truncated.is_empty());
    same_as_git(&repo, &change.diff.files, &["HEAD~1", "HEAD"]);
}

/// A repository with links of every kind in its first commit; gives that commit.
fn linked_repository(options: &[&str]) -> (TempRepo, String) {
    let repo = TempRepo::init(options);
    repo.write("CODEOWNERS", "* @ann\n");
    repo.write(".changeward/config.toml", "version = 1\n");
    repo.write(".changeward/templates/b.toml", "b");
    repo.write(".changeward/templates/deep/a.toml", "a");
    repo.write("odd\nname", "odd");
    repo.write("empty", "");
    std::fs::create_dir(repo.at("docs")).unwrap();
    repo.link("docs/CODEOWNERS", "../CODEOWNERS");
    repo.link("here", ".changeward/templates");
    std::fs::write(repo.path().parent().unwrap().join("outside"), "secret").unwrap();
    repo.link("out", "../outside");
    repo.link("absolute", "/etc/passwd");
    repo.link("loop", "loop");
    repo.link("dangling", "nowhere");
    let id = repo.commit("one");
    repo.write("CODEOWNERS", "* @eve\n");
    repo.commit("two");
    (repo, id)
}

#[test]
fn a_tree_is_read_at_its_commit() {
    for options in [&[][..], &["--object-format=sha256"]] {
        let (repo, id) = linked_repository(options);
        let opened = Repo::open(repo.path()).unwrap();
        let commit = opened.resolve("HEAD~1").unwrap();
        assert_eq!(commit.0, id);
        let tree = opened.tree_at(&commit);
        assert_eq!(tree.describe(), format!("commit {}", &id[..12]));
        let folder = Folder::open(repo.path()).unwrap();
        for (path, expected) in [
            ("CODEOWNERS", Ok(Some("* @ann\n"))),
            ("docs/CODEOWNERS", Err(())),
            ("here/deep/a.toml", Ok(None)),
            ("here", Err(())),
            ("odd\nname", Ok(Some("odd"))),
            ("empty", Ok(Some(""))),
            (".changeward", Ok(None)),
            ("CODEOWNERS/x", Ok(None)),
            ("nowhere/at/all", Ok(None)),
            ("dangling", Err(())),
            ("out", Err(())),
            ("absolute", Err(())),
            ("loop", Err(())),
            ("../x", Err(())),
        ] {
            let said = tree.read(path).map_err(|_| ());
            assert_eq!(said, expected.map(|text| text.map(|text| text.as_bytes().to_vec())), "{path}");
            let said = folder.read(path).map_err(|_| ()).map(|text| text.map(|text| text != b"* @eve\n"));
            assert_eq!(said.is_ok(), expected.is_ok(), "{path} in a folder");
            if let (Ok(said), Ok(expected)) = (said, expected) {
                assert_eq!(said.is_some(), expected.is_some(), "{path} in a folder");
            }
        }
        for (dir, expected) in [
            (".changeward/templates", vec![".changeward/templates/b.toml", ".changeward/templates/deep/a.toml"]),
            (
                ".changeward",
                vec![".changeward/config.toml", ".changeward/templates/b.toml", ".changeward/templates/deep/a.toml"],
            ),
            ("nowhere", vec![]),
            ("CODEOWNERS", vec![]),
        ] {
            assert_eq!(tree.list(dir).unwrap(), expected, "{dir}");
            assert_eq!(folder.list(dir).unwrap(), expected, "{dir} in a folder");
        }
        assert_eq!(tree.list("").unwrap(), folder.list("").unwrap());
        let forged = changeward::model::CommitId("HEAD\ninfo HEAD".to_owned());
        assert!(opened.tree_at(&forged).read("CODEOWNERS").is_err());
        assert!(opened.blob(&ObjectId("HEAD:CODEOWNERS".to_owned())).is_err());
        assert!(opened.diff_between(&forged, &commit).is_err());
    }
}

#[test]
fn two_states_are_compared_without_reading_them() {
    let repo = odd_repository(&[]);
    let opened = Repo::open(repo.path()).unwrap();
    let (base, head) = (opened.resolve("HEAD~1").unwrap(), opened.resolve("HEAD").unwrap());
    let diff = opened.diff_between(&base, &head).unwrap();
    let raw = repo.git(&["diff", "--raw", "-z", "-M", "--no-abbrev", "HEAD~1", "HEAD"]);
    let (mut said, mut expected) = (diff.files.iter().map(row).collect::<Vec<_>>(), raw_rows(&raw));
    said.sort();
    expected.sort();
    assert_eq!(said, expected);
    assert!(opened.diff_between(&head, &head).unwrap().files.is_empty());
}

#[test]
fn control_files_can_be_read_while_the_change_is() {
    let repo = forked();
    let opened = Repo::open(repo.path()).unwrap();
    let pending = opened.begin(&range("main...topic")).unwrap();
    assert_eq!(opened.tree_at(pending.base()).read("base").unwrap(), Some(b"1\n".to_vec()));
    assert_eq!(pending.head().unwrap().0, repo.line(&["rev-parse", "topic"]));
    assert_eq!(paths(&pending.finish().unwrap()), ["topic"]);
}

#[test]
fn a_damaged_object_is_an_error_and_no_answer_is_mistaken_for_another_after_it() {
    let repo = TempRepo::new();
    repo.write("a", "before\n");
    repo.write("b", "before b\n");
    repo.commit("before");
    repo.write("a", "after\n");
    repo.write("b", "after b\n");
    repo.commit("after");
    let id = repo.line(&["rev-parse", "HEAD:a"]);
    let place = format!(".git/objects/{}/{}", &id[..2], &id[2..]);
    repo.remove(&place);
    // A sound header, and contents that end too early.
    repo.write(&place, [0x78, 0x01, 0x4b, 0xca, 0xc9, 0x4f, 0x52, 0x30]);
    let opened = Repo::open(repo.path()).unwrap();
    let spec = range("HEAD~1..HEAD");
    match opened.change(&spec) {
        Err(error) => assert_eq!(error.code().unwrap().to_string(), "changeward::git::failed", "{error}"),
        Ok(change) => assert!(change.diff.files[0].unread.is_some(), "{:?}", change.diff),
    }
    let head = opened.resolve("HEAD").unwrap();
    assert_eq!(head.0, repo.line(&["rev-parse", "HEAD"]));
    assert_eq!(opened.tree_at(&head).read("b").unwrap(), Some(b"after b\n".to_vec()));
}
