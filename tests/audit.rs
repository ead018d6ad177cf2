//! What the audit finds, as a table (`tests/audit/cases.toml`), and what holds for any repository.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::string_slice,
    reason = "a test that cannot go on fails, and it reads files of its own"
)]

use changeward::audit::{Evidence, audit, lint};
use changeward::model::*;
use changeward::parse;
use changeward::parse::dialect::{backstage, github, gitlab, kubernetes};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Deserialize)]
struct Cases {
    sound: Sound,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Sound {
    files: Vec<String>,
    write: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    edit: Vec<(String, String, String)>,
    #[serde(default)]
    files: Vec<String>,
    many: Option<(String, usize)>,
    #[serde(default)]
    write: BTreeMap<String, String>,
    #[serde(default)]
    history: Vec<(String, Vec<String>, usize)>,
    at: Option<String>,
    #[serde(default)]
    noticed: Vec<(String, String, String)>,
    found: Vec<String>,
    #[serde(default)]
    near: Vec<String>,
}

fn cases() -> Cases {
    toml::from_str(&std::fs::read_to_string("tests/audit/cases.toml").unwrap()).unwrap()
}

fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn counted(path: &str) -> CountedFile {
    let file = TrackedFile { path: RepoPath::from(path), kind: FileKind::Regular, id: None };
    CountedFile { file, lines: Some(2) }
}

/// The evidence that control files and paths make.
fn evidence(texts: &BTreeMap<String, String>, paths: impl IntoIterator<Item = String>, now: Moment) -> Evidence {
    let text = |path: &str| texts.get(path).filter(|text| !text.is_empty());
    let mut noticed = Vec::new();
    let matrix =
        text(".changeward/ownership.toml").map(|text| parse::matrix(text, ".changeward/ownership.toml").unwrap());
    let codeowners = text("CODEOWNERS").map(|text| {
        let (rules, findings) = github::codeowners(text.as_bytes(), &RepoPath::from("CODEOWNERS")).unwrap();
        noticed.extend(findings);
        rules
    });
    let sections = text(".gitlab/CODEOWNERS").map(|text| {
        let (sections, findings) = gitlab::sections(text.as_bytes(), &RepoPath::from(".gitlab/CODEOWNERS"));
        noticed.extend(findings);
        sections
    });
    let named = |name: &str| -> Vec<FoundFile> {
        let found = texts.iter().filter(|(path, _)| path.rsplit('/').next() == Some(name));
        found
            .map(|(path, text)| FoundFile {
                path: RepoPath::from(path.as_str()),
                contents: Ok(text.clone().into_bytes()),
            })
            .collect()
    };
    let (owners, findings) = kubernetes::owners(&named("OWNERS"));
    noticed.extend(findings);
    let (catalog, findings) = backstage::catalog(&named("catalog-info.yaml"));
    noticed.extend(findings);
    let owners = (!named("OWNERS").is_empty()).then_some(OwnersFiles::Kubernetes(owners));
    let catalog = (!named("catalog-info.yaml").is_empty()).then_some(catalog);
    let control = texts.iter().filter(|(_, text)| !text.is_empty()).map(|(path, _)| path.clone());
    let mut files: Vec<CountedFile> = paths.into_iter().chain(control).map(|path| counted(&path)).collect();
    files.sort_by(|a, b| a.file.path.cmp(&b.file.path));
    Evidence {
        now,
        state: "a table".to_owned(),
        commit: None,
        ownership: Ownership::new(Sources { matrix, codeowners, sections, owners, catalog }),
        config: text(".changeward/config.toml")
            .map(|text| parse::config(text, "config.toml").unwrap())
            .unwrap_or_default(),
        noticed,
        files,
        history: None,
        baseline: text(".changeward/baseline.toml").map(|text| parse::baseline(text, "baseline.toml").unwrap()),
        fail_on: Some(Severity::Error),
    }
}

fn of_case(sound: &Sound, case: &Case) -> Evidence {
    let mut texts = sound.write.clone();
    texts.extend(case.write.clone());
    for (file, from, to) in &case.edit {
        let path = match file.as_str() {
            "own" => ".changeward/ownership.toml",
            "co" => "CODEOWNERS",
            "cfg" => ".changeward/config.toml",
            other => panic!("{}: no file is named {other}", case.name),
        };
        let text = texts.get_mut(path).unwrap();
        assert!(text.contains(from), "{}: {from} is not in {path}", case.name);
        *text = if from.is_empty() { format!("{text}{to}") } else { text.replacen(from, to, 1) };
    }
    let many = case.many.iter().flat_map(|(prefix, n)| (0..*n).map(move |n| format!("{prefix}{n:03}")));
    let paths = sound.files.iter().chain(&case.files).cloned().chain(many);
    let now = moment(case.at.as_deref().unwrap_or("2026-11-22"));
    let mut evidence = evidence(&texts, paths, now);
    for (code, msg, path) in &case.noticed {
        evidence.noticed.push(Finding::new(code, Severity::Warn, msg).at([path.clone()]));
    }
    evidence.history = (!case.history.is_empty()).then(|| history(&case.history, now));
    evidence
}

fn history(commits: &[(String, Vec<String>, usize)], now: Moment) -> History {
    let mut history = History { commits: Vec::new(), paths: Vec::new(), since: now.plus(-90 * DAY), cut: false };
    for (login, paths, times) in commits {
        let places: Vec<usize> = paths
            .iter()
            .map(|path| {
                history.paths.push(RepoPath::from(path.as_str()));
                history.paths.len() - 1
            })
            .collect();
        // One known by `[people]`, the others by an address that carries their login.
        let email = match login.as_str() {
            "fay" => "Fay@acme.example".to_owned(),
            login if login.contains('@') => login.to_owned(),
            login => format!("7+{login}@users.noreply.github.com"),
        };
        let author = Identity { name: login.clone(), email };
        let commit = CommitTouch { authors: vec![author], at: now, paths: places };
        history.commits.extend(std::iter::repeat_n(commit, *times));
    }
    history
}

fn told(found: &AuditFinding) -> String {
    let severity = if found.accepted.is_some() { "ok" } else { found.finding.severity.as_str() };
    let count = if found.count > 1 { format!(" ({})", found.count) } else { String::new() };
    format!("{severity} {} {}{count}", found.finding.code, found.subject)
}

#[test]
fn every_case_comes_out_as_written() {
    let Cases { sound, case } = cases();
    let mut wrong = Vec::new();
    for case in &case {
        let report = audit(&of_case(&sound, case));
        let mut found: Vec<String> = report.findings.iter().map(told).collect();
        let mut expected = case.found.clone();
        found.sort();
        expected.sort();
        if found != expected {
            wrong.push(format!("{}:\n  found    {found:#?}\n  expected {expected:#?}", case.name));
        }
        let near: Vec<&String> = case.near.iter().filter(|near| lint::find(near).is_none()).collect();
        assert!(near.is_empty(), "{}: {near:?} are no lints", case.name);
        for finding in &report.findings {
            assert!(finding.finding.help.is_some(), "{}: {} has no next step", case.name, finding.finding.code);
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// A lint without a case that breaks it, or without one that nearly does, is one nobody has seen work.
#[test]
fn every_lint_has_a_case_that_breaks_it_and_one_that_does_not() {
    let cases = cases().case;
    let code_of = |found: &String| found.split(' ').nth(1).unwrap().to_owned();
    let broken: BTreeSet<String> = cases.iter().flat_map(|case| case.found.iter().map(code_of)).collect();
    let near: BTreeSet<String> = cases.iter().flat_map(|case| case.near.clone()).collect();
    let missing = |known: &BTreeSet<String>| -> Vec<&str> {
        lint::LINTS.iter().map(|lint| lint.code).filter(|code| !known.contains(*code)).collect()
    };
    assert_eq!(missing(&broken), Vec::<&str>::new(), "no case breaks these");
    assert_eq!(missing(&near), Vec::<&str>::new(), "no case nearly breaks these");
}

// ------------------------------------------------------------------------------------------------- coverage

/// `owned/unowned/cleared` files, directories owned of all.
fn share(share: &Share) -> (u64, u64, u64, u64, u64) {
    (share.owned.files, share.unowned.files, share.cleared.files, share.directories_owned, share.directories)
}

#[test]
fn coverage_counts_files_lines_and_directories() {
    let owners = "/a/ @ann\n/a/gen/\n/b/x/ @ann\n/top.c @ann\n";
    let texts = BTreeMap::from([("CODEOWNERS".to_owned(), owners.to_owned())]);
    let paths = ["a/1", "a/s/2", "a/gen/3", "b/x/4", "b/x/y/5", "b/6", "top.c", "a.c"].map(str::to_owned);
    let mut evidence = evidence(&texts, paths, moment("2026-11-22"));
    for file in &mut evidence.files {
        file.lines = (file.file.path.as_bytes() != b"a/1").then_some(10);
    }
    let coverage = audit(&evidence).coverage;
    // CODEOWNERS itself and a.c are nobody's; of a/, a/s, a/gen, b/, b/x, b/x/y three are owned whole.
    assert_eq!(share(&coverage.all), (5, 3, 1, 3, 6));
    let tops: Vec<_> =
        coverage.tops.iter().map(|(path, of)| (path.as_ref().map(RepoPath::quoted), share(of))).collect();
    assert_eq!(
        tops,
        [(Some("a".to_owned()), (2, 0, 1, 1, 3)), (Some("b".to_owned()), (2, 1, 0, 2, 3)), (None, (1, 2, 0, 0, 0)),]
    );
    assert_eq!((coverage.all.lines(), coverage.all.owned.lines, coverage.uncounted), (80, 40, 1));
    assert_eq!(coverage.tiers, [(None, Size { files: 5, lines: 40 })]);
}

mod laws {
    use super::*;
    use changeward::audit::{left, ratcheted};
    use proptest::prelude::*;

    fn any_path() -> impl Strategy<Value = String> {
        "[abc]{1,2}(/[abc]{1,2}){0,3}\\.c"
    }

    fn any_rule() -> impl Strategy<Value = String> {
        ("/?(\\*|[abc]{1,2}|\\*\\.c)(/[abc]{1,2})?/?", prop::sample::select(vec!["@ann", "@bob", "", "@acme/x"]))
            .prop_map(|(pattern, owner)| format!("{pattern} {owner}\n"))
    }

    fn any_evidence() -> impl Strategy<Value = Evidence> {
        (prop::collection::btree_set(any_path(), 1..25), prop::collection::vec(any_rule(), 0..6)).prop_map(
            |(paths, rules)| {
                let texts = BTreeMap::from([("CODEOWNERS".to_owned(), format!("# x\n{}", rules.concat()))]);
                evidence(&texts, paths, moment("2026-11-22"))
            },
        )
    }

    proptest! {
        #[test]
        fn every_file_is_counted_once(evidence in any_evidence()) {
            let report = audit(&evidence);
            let coverage = &report.coverage;
            prop_assert_eq!(coverage.all.files(), evidence.files.len() as u64);
            prop_assert_eq!(coverage.tops.iter().map(|(_, of)| of.files()).sum::<u64>(), coverage.all.files());
            prop_assert_eq!(coverage.tiers.iter().map(|(_, size)| size.files).sum::<u64>(), coverage.all.owned.files);
            for (code, size) in [("UNOWNED", coverage.all.unowned), ("CLEARED", coverage.all.cleared)] {
                let told: u64 = report.findings.iter().filter(|f| f.finding.code == code).map(|f| f.count).sum();
                prop_assert_eq!(told, size.files);
            }
            for (_, of) in &coverage.tops {
                prop_assert!(of.directories_owned <= of.directories);
                prop_assert!((of.owned.files < of.files()) || of.directories_owned == of.directories);
            }
        }

        /// What is written accepts what was found; written again it stays what it is; and a finding that was not accepted
        /// before never comes in by tightening.
        #[test]
        fn a_baseline_accepts_what_was_found_and_only_tightens(first in any_evidence(), second in any_evidence()) {
            let now = moment("2026-11-22");
            let (owner, until) = (Principal::login("kim"), moment("2027-01-01"));
            let report = audit(&first);
            let found = report.findings.clone();
            let baseline = ratcheted(&report, None, owner.clone(), until);
            prop_assert_eq!(left(&found, &baseline, now), 0);
            prop_assert_eq!(&ratcheted(&report, Some(&baseline), owner.clone(), until), &baseline);
            let report = audit(&second);
            let later = report.findings.clone();
            let tightened = ratcheted(&report, Some(&baseline), owner, until);
            prop_assert!(left(&later, &tightened, now) >= left(&later, &baseline, now));
        }
    }
}

/// The work grows with the files, not with files times rules.
#[test]
fn a_large_repository_costs_no_more_than_its_files() {
    let rules: String = (0..2_000).map(|n| format!("/d{}/e{}/**/*.c @ann\n/d{n}/ @bob\n", n % 50, n % 40)).collect();
    let scopes = (0..300).map(|n| format!("\n[[row]]\nid = \"r{n}\"\nscope = [\"d{n}/**\", \"d{n}/*/x{n}*.c\"]\n"));
    let matrix = format!("version = 1\n{}", scopes.collect::<String>());
    let texts = BTreeMap::from([("CODEOWNERS".to_owned(), rules), (".changeward/ownership.toml".to_owned(), matrix)]);
    let paths = (0..20_000).map(|n| format!("d{}/e{}/x{n}.c", n % 500, n % 40));
    let evidence = evidence(&texts, paths, moment("2026-11-22"));
    let mut steps = 0;
    for file in &evidence.files {
        evidence.ownership.rows_matching(&file.file.path, &mut steps);
    }
    let files = evidence.files.len() as u64;
    assert!(steps <= 3 * files, "{steps} steps for {files} files");
    let paths = || evidence.files.iter().map(|file| &file.file.path);
    let codeowners = evidence.ownership.sources.codeowners.as_ref().unwrap();
    assert!(codeowners.ever_matching(paths(), 5 * files).is_some());
    assert!(codeowners.ever_matching(paths(), 10).is_none(), "the limit holds");
    let report = audit(&evidence);
    assert!(report.notes.is_empty() && report.coverage.all.files() == files, "{:?}", report.notes);
}
