//! The git side against git itself: the same files, the same counts, and a clear word where git has none.

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
        rows.push(format!("{letter} {} {} {} {} {}", words[0], words[1], id(words[2]), id(words[3]), paths.join(" => ")));
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
    for name in [&b"quote\"d"[..], b"new\nline", b"tab\there", b"back\\slash", b"bad\xff\xfebytes", b"\x1b[2Jclear", b"-dash"] {
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
    for name in [&b"quote\"d"[..], b"new\nline", b"tab\there", b"back\\slash", b"bad\xff\xfebytes", b"\x1b[2Jclear", b"-dash"] {
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
