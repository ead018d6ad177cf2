//! Files that were made to do harm: each is read to its end, answers, and says what is wrong with it.

use changeward::model::{Dialect, Finding, FoundFile, RepoPath};
use changeward::parse::dialect::{backstage, chromium, gitlab, kubernetes, which_owners};
use proptest::prelude::*;

fn file(path: &str, bytes: impl AsRef<[u8]>) -> FoundFile {
    FoundFile { path: RepoPath::from(path), contents: Ok(bytes.as_ref().to_vec()) }
}

/// Codes and messages, one a line.
fn said(findings: &[Finding]) -> String {
    findings.iter().map(|f| format!("{} {}\n", f.code, f.msg)).collect()
}

/// A path as deep and as odd as git stores.
fn deep() -> RepoPath {
    RepoPath::from(vec!["a"; 2_000].join("/").as_str())
}

/// Reads by the dialect and asks it for a path; the findings.
fn read(dialect: Dialect, name: &str, bytes: &[u8], path: &RepoPath) -> Vec<Finding> {
    let files = [file(name, bytes)];
    match dialect {
        Dialect::Gitlab => {
            let (sections, findings) = gitlab::sections(bytes, &RepoPath::from(name));
            sections.of(path);
            findings
        }
        Dialect::Kubernetes => {
            let (owners, findings) = kubernetes::owners(&files);
            owners.of(path);
            findings
        }
        Dialect::Chromium => {
            chromium::imports(&files);
            let (owners, findings) = chromium::owners(&files);
            owners.of(path);
            findings
        }
        Dialect::Backstage => {
            let (catalog, findings) = backstage::catalog(&files);
            catalog.of(path);
            findings
        }
        Dialect::Github => unreachable!(),
    }
}

/// YAML that would be large, deep or endless in memory, and what is said of it.
fn yaml() -> Vec<(&'static str, String, &'static str)> {
    let laughs: String = (1..30).map(|n| format!("a{n}: &a{n} [*a{}, *a{}, *a{}]\n", n - 1, n - 1, n - 1)).collect();
    let indents: String = (0..2_000).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    let keys: String = (0..30_000).map(|n| format!("k{n}: &x{n} [*x{}]\n", if n == 0 { 0 } else { n - 1 })).collect();
    vec![
        ("one line of 10 MB", format!("a: {}\n", "x".repeat(10 << 20)), "larger than 1024 KiB"),
        ("open brackets", "[".repeat(500_000), "too deeply"),
        ("open braces", "{a: ".repeat(200_000), "too deeply"),
        ("dashes", format!("{}x\n", "- ".repeat(400_000)), "too deeply"),
        ("question marks", "? ".repeat(400_000), "too deeply"),
        ("indents", indents.get(..1_000_000).unwrap().to_owned(), "too deeply"),
        ("aliases that multiply", format!("a0: &a0 [x]\n{laughs}"), "multiply"),
        ("a loop", "a: &a [*a]\n".to_owned(), "not complete"),
        ("aliases of nothing", "a: *b\n".to_owned(), "unknown anchor"),
        ("aliases within aliases", keys, "an alias"),
        ("many values", "[a,".to_owned() + &"a,".repeat(250_000) + "a]", "too many values"),
        ("colons", "a: b: c: d\n".to_owned(), "not YAML"),
        ("a tab", "a:\n\t- b\n".to_owned(), "not YAML"),
        ("an escape", "\u{1b}[2J".to_owned(), "control characters"),
        ("quotes that never close", format!("a: \"{}", "x\n".repeat(100_000)), "not YAML"),
        ("anchors", "&a ".repeat(100_000), ""),
        ("tags", "!a ".repeat(100_000), ""),
        ("directives", "%YAML 1.2\n".repeat(10_000), "not YAML"),
    ]
}

#[test]
fn yaml_that_was_made_to_grow_is_refused() {
    for (what, text, part) in yaml() {
        for (dialect, name) in [
            (Dialect::Kubernetes, "OWNERS"),
            (Dialect::Kubernetes, "OWNERS_ALIASES"),
            (Dialect::Backstage, "catalog-info.yaml"),
        ] {
            let findings = read(dialect, name, text.as_bytes(), &deep());
            assert!(said(&findings).contains(part), "{what} in {name}: {}", said(&findings));
        }
    }
}

/// Name of the file, its text, a part of what is said about it; nothing is said where that is empty.
type Made<'t> = (&'t str, String, &'t str);

fn check(dialect: Dialect, table: &[Made<'_>]) {
    for (name, text, part) in table {
        let said = said(&read(dialect, name, text.as_bytes(), &deep()));
        let start: String = text.chars().take(40).collect();
        assert!(said.contains(part) && part.is_empty() == said.is_empty(), "{start}: {said}");
        assert!(!said.contains(['\u{1b}', '\u{202e}']), "{start}: {said}");
        assert!(said.len() < 1 << 20, "{start}: {} bytes of findings", said.len());
    }
}

#[test]
fn codeowners_made_to_slow_down_are_read() {
    let stars = "**/".repeat(1_300);
    let sections: String = (0..5_000).map(|n| format!("[S{n}] @a\n*\n!/x{n}\n")).collect();
    let line = "x".repeat(10 << 20);
    let table = [
        ("CODEOWNERS", format!("/{stars}b @a\n/{stars}a*a*b @a\n"), ""),
        ("CODEOWNERS", format!("{} @a\n", "**/".repeat(5_000)), "GITLAB_SYNTAX line 1: the pattern is longer"),
        ("CODEOWNERS", sections, ""),
        ("CODEOWNERS", format!("{line} @a"), "longer than 4096"),
        ("CODEOWNERS", format!("a {line}"), "GITLAB_SYNTAX line 1"),
        ("CODEOWNERS", format!("[{line}"), "header without its `]`"),
        ("CODEOWNERS", format!("/{} @a\n", "[a".repeat(2_000)), "never match"),
        ("CODEOWNERS", "a b\n".repeat(100_000), "more such lines"),
        ("CODEOWNERS", "\u{1b}[2J \u{202e}x\n".to_owned(), "`\\u{202e}x`"),
    ];
    check(Dialect::Gitlab, &table);
}

#[test]
fn lines_of_owners_made_to_slow_down_are_read() {
    let includes: String = (0..5_000).map(|n| format!("include /{n}_OWNERS\n")).collect();
    let table = [
        ("OWNERS", "x".repeat(10 << 20), "OWNERS_SYNTAX line 1"),
        ("OWNERS", includes, "more such lines"),
        ("OWNERS", format!("per-file {}=a@x.org\n", vec!["*a*a*a*b"; 2_000].join(",")), ""),
        ("OWNERS", format!("per-file {}=a@x.org", "{a,b}".repeat(20_000)), "too large"),
        ("OWNERS", format!("per-file {}=a@x.org", "{".repeat(100_000)), "within `{…}`"),
        ("OWNERS", format!("per-file {}b=a@x.org", "**a".repeat(20)), ""),
        ("a/b/OWNERS", format!("file:{}etc/OWNERS", "../".repeat(100_000)), "out of the repository"),
        ("OWNERS", "file:/\u{1b}[2J/OWNERS\n".to_owned(), "is not there"),
    ];
    check(Dialect::Chromium, &table);
}

#[test]
fn filters_made_to_slow_down_are_read() {
    let filter = |text: &str| format!("filters: {{'{text}': {{approvers: [a]}}}}");
    let table = [
        ("OWNERS", filter("((a{90}){90}){90}"), "too large"),
        ("OWNERS", filter(&"(".repeat(100_000)), "OWNERS_SYNTAX line 1: the filter"),
        ("OWNERS", filter(&format!("{}{}", "(".repeat(2_000), ")".repeat(2_000))), "OWNERS_SYNTAX line 1: the filter"),
        ("OWNERS", filter("(a*)*(a|a/)*b"), ""),
    ];
    check(Dialect::Kubernetes, &table);
}

/// A chain of files that also bring in earlier ones and the first again; the last says `set noparent`.
fn chain(length: usize) -> Vec<FoundFile> {
    let name = |n: usize| format!("{n}_OWNERS");
    let link = |n: usize| {
        file(&name(n), format!("{n}@x.org\ninclude /{}\nfile:/{}\ninclude /d/OWNERS\n", name(n + 1), name(n / 2)))
    };
    let mut files: Vec<FoundFile> = (0..length).map(link).collect();
    files.push(file(&name(length), "set noparent\n"));
    files.push(file("OWNERS", "root@x.org\n"));
    files.push(file("d/OWNERS", "include /0_OWNERS\n"));
    assert!(chromium::imports(&files).is_empty());
    files
}

#[test]
fn files_that_bring_each_other_in_are_followed_once_and_to_the_end() {
    let (owners, findings) = chromium::owners(&chain(400));
    assert_eq!(said(&findings), "");
    let answer = owners.of(&RepoPath::from("d/x")).unwrap();
    assert_eq!(answer.owners.len(), 400);
    assert!(answer.owners.iter().all(|who| who.as_str() != "root@x.org"), "the last one keeps the root's away");
}

#[test]
fn a_file_that_brings_in_too_many_or_cannot_be_read_names_nobody() {
    let (owners, findings) = chromium::owners(&chain(1_000));
    assert!(said(&findings).contains("line 1: the file brings in more than 1000"), "{}", said(&findings));
    assert!(owners.of(&RepoPath::from("d/x")).unwrap().owners.is_empty());

    let unread = FoundFile { path: RepoPath::from("d/OWNERS"), contents: Err("it is a link".to_owned()) };
    let (owners, findings) = chromium::owners(&[file("OWNERS", "root@x.org\n"), unread]);
    assert!(said(&findings).contains("it is a link"), "{}", said(&findings));
    assert!(owners.of(&RepoPath::from("d/x")).unwrap().owners.is_empty(), "nor anybody further up");
}

#[test]
fn aliases_of_many_people_do_not_multiply_without_end() {
    let people: Vec<String> = (0..20_000).map(|n| format!("p{n}")).collect();
    let mut files = vec![file("OWNERS_ALIASES", format!("aliases:\n  all: [{}]\n", people.join(",")))];
    files.extend((0..200).map(|n| file(&format!("{n}/OWNERS"), "approvers: [all]\n")));
    let (owners, findings) = kubernetes::owners(&files);
    assert!(said(&findings).contains("more than 1000000"), "{}", said(&findings));
    assert_eq!(owners.of(&RepoPath::from("0/x")).unwrap().owners.len(), 20_000);
}

#[test]
fn the_loader_is_told_what_to_read_next_and_never_twice() {
    let mut files = vec![
        file(
            "a/OWNERS",
            "file:../B_OWNERS\ninclude /c/OWNERS\nfile:../../x/OWNERS\nfile:/etc/passwd\nfile:p:/OWNERS\n",
        ),
        file("d/OWNERS", "per-file *=file:E_OWNERS\n"),
        FoundFile { path: RepoPath::from("c/OWNERS"), contents: Err("it is a symbolic link".to_owned()) },
    ];
    let wanted =
        |files: &[FoundFile]| -> Vec<String> { chromium::imports(files).iter().map(RepoPath::quoted).collect() };
    assert_eq!(wanted(&files), ["B_OWNERS", "d/E_OWNERS"]);
    files.push(file("B_OWNERS", "include /a/OWNERS\nfile:/F_OWNERS\n"));
    assert_eq!(wanted(&files), ["F_OWNERS", "d/E_OWNERS"]);
    let (_, findings) = chromium::owners(&files);
    let said = said(&findings);
    for part in [
        "symbolic link",
        "c/OWNERS` is not there",
        "F_OWNERS` is not there",
        "another repository",
        "by its name",
        "out of the repository",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn a_repository_of_owners_files_has_one_dialect() {
    let table: &[(&[(&str, &str)], Dialect)] = &[
        (&[("OWNERS", "a@x.org\n")], Dialect::Chromium),
        (&[("OWNERS", "approvers: [a]\n")], Dialect::Kubernetes),
        (&[("OWNERS", "Filters: {}\n")], Dialect::Kubernetes),
        (&[("OWNERS", "options:\n")], Dialect::Kubernetes),
        (&[("OWNERS", "# approvers: none\n\n"), ("a/OWNERS", "labels: [a]\n")], Dialect::Kubernetes),
        (&[("OWNERS", "set noparent\n"), ("a/OWNERS", "labels: [a]\n")], Dialect::Chromium),
        (&[("OWNERS", "a: b\n")], Dialect::Chromium),
        (&[("OWNERS", "a@x.org\n"), ("OWNERS_ALIASES", "")], Dialect::Kubernetes),
        (&[("OWNERS", "a@x.org\n"), ("b/OWNERS_ALIASES", "")], Dialect::Chromium),
        (&[("z/OWNERS", "approvers: [a]\n"), ("a/b/OWNERS", "a@x.org\n")], Dialect::Kubernetes),
        (&[("OWNERS", "per-file *.md=a@x.org\n")], Dialect::Chromium),
        (&[("OWNERS", "file:/b/OWNERS\n")], Dialect::Chromium),
        (&[], Dialect::Chromium),
    ];
    for (files, expected) in table {
        let files: Vec<FoundFile> = files.iter().map(|(path, text)| file(path, text)).collect();
        assert_eq!(which_owners(&files), *expected, "{files:?}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(
        bytes in prop::collection::vec(prop_oneof![
            4 => prop::sample::select(&b"a*/?[]{}!\\@# \t\r\n.-,=:^&|<>'\"~_1"[..]), 1 => any::<u8>()
        ], 0..200),
        words in prop::collection::vec(prop::sample::select(vec![
            "approvers:", "filters:", "options:", "no_parent_owners: true", "- a", "\n", "\n  ", "'.*':", "per-file", "*.md=",
            "set noparent", "file:/OWNERS", "include ", "a@x.org", "[S]", "^[S][2]", "!*.rb", "@@developer", "kind: Component",
            "spec:", "owner:", "user:a/b", "---", "&a", "*a", "{", "}", "[", "]", ",", " ", "aliases:",
        ]), 0..30),
    ) {
        let path = RepoPath::new(&bytes);
        for text in [bytes.as_slice(), words.concat().as_bytes()] {
            for (dialect, name) in [
                (Dialect::Gitlab, "CODEOWNERS"), (Dialect::Kubernetes, "OWNERS"), (Dialect::Kubernetes, "OWNERS_ALIASES"),
                (Dialect::Chromium, "OWNERS"), (Dialect::Backstage, "catalog-info.yaml"),
            ] {
                for finding in read(dialect, name, text, &path) {
                    prop_assert!(finding.paths == [name] && finding.help.is_some());
                    prop_assert!(!finding.msg.chars().any(changeward::model::is_unsafe), "{}", finding.msg);
                }
            }
            which_owners(&[file("OWNERS", text)]);
        }
    }
}
