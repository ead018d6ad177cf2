//! The page for people and the generated CODEOWNERS: what they look like, and that they say what the program says.
//!
//! `SNAPSHOTS=overwrite cargo test --test roster` rewrites the expected pages; read the difference before committing it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and it reads and writes files of its own"
)]

#[path = "support/shop.rs"]
mod shop;
#[path = "support/temp_repo.rs"]
mod temp_repo;

use changeward::assess;
use changeward::model::{
    FoundFile, Membership, OwnedState, OwnersFiles, Ownership, PathAnswer, PathNode, Pattern, Principal, RepoPath,
    Roster, Sources, TrackedFile,
};
use changeward::parse::{self, dialect};
use changeward::report::{RosterFormat, Stamp, render_roster, write_codeowners};
use proptest::prelude::*;
use shop::{ownership, paths, tracked};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use temp_repo::TempRepo;

fn shop() -> Roster {
    assess::roster(&ownership(shop::MATRIX, Some(shop::CODEOWNERS)), &tracked(paths()))
}

fn rendered(roster: &Roster, format: RosterFormat, stamp: Option<&Stamp>) -> String {
    let mut out = Vec::new();
    render_roster(roster, format, stamp, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn snapshot(name: &str, now: &str) {
    let file = Path::new("tests/data/roster").join(name);
    if std::env::var("SNAPSHOTS").is_ok_and(|word| word == "overwrite") {
        fs::write(&file, now).unwrap();
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert!(now == expected, "{} comes out otherwise; SNAPSHOTS=overwrite rewrites it\n{now}", file.display());
}

/// A page without its style and script, which are files of their own.
fn bare(page: &str) -> String {
    let mut out = page.to_owned();
    for (from, to) in [("<style>", "</style>"), ("<script>", "</script>")] {
        let (before, rest) = out.split_once(from).unwrap();
        let (_, after) = rest.rsplit_once(to).unwrap();
        out = format!("{before}{from}{to}{after}");
    }
    let digests = |part: &str| part.split('\'').step_by(2).collect::<Vec<_>>().join("");
    out.lines().map(|line| if line.contains("sha256-") { digests(line) } else { line.to_owned() } + "\n").collect()
}

#[test]
fn the_shop_in_every_format() {
    let roster = shop();
    snapshot("expected.md", &rendered(&roster, RosterFormat::Markdown, None));
    snapshot("expected.html", &bare(&rendered(&roster, RosterFormat::Html, None)));
    let ownership = ownership(shop::MATRIX, None);
    let lines = assess::codeowners(ownership.matrix().unwrap(), &tracked(paths())).unwrap();
    let mut out = Vec::new();
    write_codeowners(&lines, ".github/CODEOWNERS", &mut out).unwrap();
    snapshot("expected.CODEOWNERS", &String::from_utf8(out).unwrap());
}

#[test]
fn the_same_roster_gives_the_same_bytes_and_a_stamp_only_what_it_says() {
    let stamp = Stamp { state: "commit 0123456789ab".to_owned(), day: Some("2026-11-21".to_owned()) };
    for format in RosterFormat::ALL {
        let once = rendered(&shop(), format, None);
        assert_eq!(once, rendered(&shop(), format, None));
        let stamped = rendered(&shop(), format, Some(&stamp));
        assert!(
            stamped.contains("commit 0123456789ab of 2026-11-21") && stamped.contains("% have an owner")
                || stamped.contains("%) have an owner")
        );
        let differing = once.lines().zip(stamped.lines()).filter(|(a, b)| a != b).count();
        assert_eq!((differing, once.lines().count()), (2, stamped.lines().count()));
    }
}

/// The page must not change with every file that comes or goes.
#[test]
fn a_file_more_where_one_row_answers_changes_nothing() {
    let ownership = ownership(shop::MATRIX, Some(shop::CODEOWNERS));
    let page = |more: &[&str]| {
        let roster = assess::roster(&ownership, &tracked(paths().into_iter().chain(more.iter().copied())));
        rendered(&roster, RosterFormat::Html, None)
    };
    assert_eq!(page(&[]), page(&["services/ledger/new.rs", "services/ledger/deep/er.rs", "web/components/x.ts"]));
    assert_ne!(page(&[]), page(&["unheard/of.rs"]), "a file nobody answers for is news");
}

/// Every page is one file: nothing in it fetches anything, and its policy allows only its own style and script.
#[test]
fn the_page_needs_nothing_from_outside() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let page = rendered(&shop(), RosterFormat::Html, None);
    let policy = page.split_once("Content-Security-Policy\" content=\"").unwrap().1.split_once('"').unwrap().0;
    assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
    for (from, to, source) in [("<style>", "</style>", "style-src"), ("<script>", "</script>", "script-src")] {
        let text = page.split_once(from).unwrap().1.split_once(to).unwrap().0;
        let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(text));
        assert!(policy.contains(&format!("{source} 'sha256-{digest}'")), "{source}");
        assert!(
            !text.contains("url(")
                && !text.contains("@import")
                && !text.contains("fetch(")
                && !text.contains("innerHTML")
        );
    }
    let markup = bare(&page);
    for word in [" src=", "srcset", "<iframe", "<object", "<embed", "<base", "stylesheet", "{{", "http-equiv=\"refresh"]
    {
        assert!(!markup.contains(word), "{word}");
    }
}

#[test]
fn hostile_text_is_inert_in_every_format() {
    let hostile =
        "</script><script>ran=1</script><img src=x onerror=ran=1>\\u202e\\u0000\\\" onload='ran=1' {{data}} -->";
    let long = "x".repeat(10_000);
    let matrix = format!(
        "version = 1\n[escalation]\nowner = \"@sam\"\ncontact = \"javascript:ran=1\"\n[teams.pay]\nmembers = [\"@bob\"]\n\
         goals = \"{hostile}\"\ncontact = \"data:text/html,{hostile}\"\n[people.bob]\nname = \"{hostile}\"\n[[row]]\n\
         id = \"row\"\nscope = [\"**\"]\npurpose = \"{hostile} {long}\"\nresponsible = [\"@acme/pay\"]\naccountable = \"@bob\"\n\
         contact = \"javascript:{hostile}\"\n"
    );
    let files = ["<script>ran=1</script>", "a\n::error::x", "b\u{202e}c", "__proto__", "| x |", "`y`", "@bob"];
    let roster = assess::roster(&ownership(&matrix, Some("/<script> <b>@x.y\n* <i>@x.y\n")), &tracked(files));
    let page = bare(&rendered(&roster, RosterFormat::Html, None));
    assert_eq!(page.matches("<script").count(), 2, "the data and the script");
    assert_eq!(page.matches("</script").count(), 2);
    let markup = page.split_once("<script type").unwrap().0;
    for tag in ["<img", "<b>", "<i>", "href=\"javascript", "href=\"data:text", "\u{202e}", "\u{0}", "\" onload"] {
        assert!(!markup.contains(tag), "{tag}");
    }
    let data = page.split_once("id=\"data\">").unwrap().1.split_once("</script>").unwrap().0;
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert!(data["rows"][0]["purpose"].as_str().unwrap().starts_with("</script><script>ran=1</script><img"));
    let markdown = rendered(&roster, RosterFormat::Markdown, None);
    assert!(!markdown.contains("\u{202e}") && !markdown.contains("\n::error"), "{markdown}");
    for line in markdown.lines().filter(|line| line.starts_with("| <a")) {
        let outside: String = line.split('`').step_by(2).collect();
        assert!(!outside.contains("<script") && !outside.contains("<img") && !outside.contains('@'), "{line}");
        assert_eq!(outside.matches(" | ").count(), 7, "{line}");
    }
}

/// Follows a path as the page does, and says what it finds.
fn follow<'r>(roster: &'r Roster, path: &[u8]) -> &'r PathAnswer {
    let mut node = &roster.paths;
    let mut rest = path;
    let answer = loop {
        let PathNode::Mixed { unlisted, inside } = node else {
            let PathNode::Same(answer) = node else { unreachable!() };
            break answer;
        };
        let (name, after) = match rest.iter().position(|byte| *byte == b'/') {
            Some(slash) => rest.split_at(slash + 1),
            None => (rest, &b""[..]),
        };
        match inside.get(name) {
            Some(below) => (node, rest) = (below, after),
            None => {
                let deeper = rest.iter().filter(|byte| **byte == b'/').count();
                break &unlisted[deeper.min(unlisted.len() - 1)];
            }
        }
    };
    &roster.answers[*answer]
}

/// Names that no pattern here has, begins or ends with.
const INVENTED: [&str; 4] = ["unheard-of", "unheard/of", "un/heard/of", "un/he/ard/of"];

/// Files that were not there, in every directory, in new directories there, and in the root.
fn invented(files: &[TrackedFile]) -> Vec<TrackedFile> {
    let mut directories = BTreeSet::from([&b""[..]]);
    for file in files {
        let path = file.path.as_bytes();
        directories.extend(path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| &path[..=at]));
    }
    tracked(directories.iter().flat_map(|directory| INVENTED.map(|name| [directory, name.as_bytes()].concat())))
}

/// The answer of the page is that of the program, in rows, people and approvals, for what is there and for what is not.
fn agrees(ownership: &Ownership, files: &[TrackedFile]) {
    let roster = assess::roster(ownership, files);
    for file in files.iter().chain(&invented(files)) {
        let meant = ownership.of(&file.path);
        let said = follow(&roster, file.path.as_bytes());
        assert_eq!(said.state, meant.state, "{}", file.path);
        let rows = meant.rows();
        assert_eq!(said.rows.len(), rows.len(), "{}", file.path);
        for (said, meant) in said.rows.iter().zip(&rows) {
            let row = &roster.rows[said.row];
            assert_eq!(row.id, *meant.id, "{}", file.path);
            assert_eq!((said.place.clone(), &row.place.file), (meant.place(), &meant.place().file));
            let names = |people: &[std::borrow::Cow<'_, Principal>]| {
                people.iter().map(|p| p.clone().into_owned()).collect::<Vec<_>>()
            };
            assert_eq!(said.responsible, names(&meant.responsible), "{}", file.path);
            assert_eq!(said.consulted, names(&meant.consulted), "{}", file.path);
            assert_eq!(said.approvals, meant.approvals, "{}", file.path);
        }
        assert_eq!(said.disagreement, meant.disagreement(&Membership::of(ownership.matrix())), "{}", file.path);
    }
    let unowned = files.iter().filter(|file| ownership.of(&file.path).state != OwnedState::Owned).count();
    assert_eq!(roster.coverage.files - roster.coverage.owned, unowned);
    assert_eq!(roster.gaps.is_empty(), unowned == 0);
}

#[test]
fn the_page_of_the_shop_has_the_answers_of_the_program() {
    agrees(&ownership(shop::MATRIX, Some(shop::CODEOWNERS)), &tracked(paths()));
    agrees(&ownership("version = 1\n", None), &tracked(paths()));
    agrees(&ownership(shop::MATRIX, None), &[]);
}

fn found(path: &str, text: &str) -> FoundFile {
    FoundFile { path: path.into(), contents: Ok(text.as_bytes().to_vec()) }
}

/// Whichever files name the owners: one file of Kubernetes may name others for other paths, a section of GitLab is a row
/// beside the row, a catalogue speaks last.
#[test]
fn the_page_has_the_answers_of_every_dialect() {
    let files = tracked([
        "OWNERS",
        "README.md",
        "a/OWNERS",
        "a/x.go",
        "a/x.md",
        "a/b/y.go",
        "b/z.go",
        "b/catalog-info.yaml",
        "b/db/q.sql",
        "c/OWNERS",
        "c/d/e",
    ]);
    let owners = [
        found("OWNERS", "approvers: [ann]\nreviewers: [eve]\n"),
        found(
            "a/OWNERS",
            "filters:\n  \"\\\\.md$\":\n    approvers: [bob]\n  \"\\\\.go$\":\n    approvers: [cat]\n    reviewers: [dan]\n",
        ),
        found("c/OWNERS", "options:\n  no_parent_owners: true\napprovers: [kim]\n"),
    ];
    let gerrit = [
        found("OWNERS", "ann@example.org\nper-file *.md=bob@example.org\n"),
        found("a/OWNERS", "set noparent\ncat@example.org\nper-file x.*=set noparent\nper-file x.go=dan@example.org\n"),
        found("c/OWNERS", "*\n"),
    ];
    let catalog = [found(
        "b/catalog-info.yaml",
        "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: b\nspec:\n  owner: team-b\n",
    )];
    let gitlab = "* @ann\n[Database][2]\n*.sql @dba @lee\n^[Docs] @docs\n*.md\n/c/ \n";
    let matrix = "version = 1\n[[row]]\nid = \"r\"\nscope = [\"a/b/**\"]\nresponsible = [\"@ann\"]\naccountable = \"@ann\"\ncontact = \"#x\"\n";
    for matrix in [None, Some(parse::matrix(matrix, "o.toml").unwrap())] {
        let sources = [
            Sources {
                owners: Some(OwnersFiles::Kubernetes(dialect::kubernetes::owners(&owners).0)),
                ..Sources::default()
            },
            Sources { owners: Some(OwnersFiles::Chromium(dialect::chromium::owners(&gerrit).0)), ..Sources::default() },
            Sources {
                sections: Some(dialect::gitlab::sections(gitlab.as_bytes(), &".gitlab/CODEOWNERS".into()).0),
                ..Sources::default()
            },
            Sources { catalog: Some(dialect::backstage::catalog(&catalog).0), ..Sources::default() },
            Sources {
                owners: Some(OwnersFiles::Kubernetes(dialect::kubernetes::owners(&owners).0)),
                sections: Some(dialect::gitlab::sections(gitlab.as_bytes(), &".gitlab/CODEOWNERS".into()).0),
                catalog: Some(dialect::backstage::catalog(&catalog).0),
                ..Sources::default()
            },
        ];
        for sources in sources {
            agrees(&Ownership::new(Sources { matrix: matrix.clone(), ..sources }), &files);
        }
    }
}

/// Without any file that names owners the whole repository is one row.
#[test]
fn a_repository_without_owners_is_one_row() {
    let roster = assess::roster(&Ownership::new(Sources::default()), &tracked(["a", "b/c"]));
    assert!(matches!(roster.paths, PathNode::Same(0)));
    assert_eq!(roster.rows[0].id, "repository");
    for format in RosterFormat::ALL {
        let page = rendered(&roster, format, None);
        assert!(page.contains("No file names owners, so any one peer may approve a change."), "{page}");
        assert!(page.contains("changeward init") && page.contains("add a CODEOWNERS file"), "{page}");
        assert!(!page.contains("Somebody answers") && !page.contains("it is a resource"), "{page}");
    }
}

/// Files that were not there when the page was made have the answer of a new file, whatever their neighbours have.
#[test]
fn a_new_file_has_its_own_answer() {
    let shop = tracked(["services/pay/api.rs", "services/ledger/book.rs", "api/a.py", "api/test/b.py", "x/y/z/f", "f"]);
    let rules = "/services/pay/ @ann\n/services/ledger/ @ann\n/api/* @bob\n/x/*/* @cat\n";
    let matrix = "version = 1\n[[row]]\nid = \"deep\"\nscope = [\"x/*/*/*\"]\nresponsible = [\"@dan\"]\naccountable = \"@dan\"\ncontact = \"#x\"\n";
    let ownership = ownership(matrix, Some(rules));
    agrees(&ownership, &shop);
    let roster = assess::roster(&ownership, &shop);
    let named = |path: &str| {
        let rows = follow(&roster, path.as_bytes()).rows.first();
        rows.map_or("nobody", |row| row.responsible[0].as_str()).to_owned()
    };
    let table = [
        ("services/new/x.rs", "nobody"),
        ("services/pay/new/x.rs", "@ann"),
        ("api/new.py", "@bob"),
        ("api/sub/new.py", "nobody"),
        ("x/new", "nobody"),
        ("x/new/f", "@cat"),
        ("x/new/er/f", "@dan"),
        ("x/new/er/still/f", "nobody"),
    ];
    for (path, who) in table {
        assert_eq!(named(path), who, "{path}");
    }
}

const GLOBS: [&str; 16] = [
    "**", "a/**", "**/*.x", "b/*", "*", "a/b", "**/b/**", "a/*/c", "{a,b}/**", "[ab]/**", "[!a]/**", "**/c.x", "?/a",
    "a/**/c.x", "a/*/*", "*/*",
];
const RULES: [&str; 10] = ["*", "*.x", "/a/", "b/", "/a/b", "**/c.x", "/b/*", "c.x", "/a/**/c.x", "/a/*/*"];
const PEOPLE: [&str; 4] = ["@ann", "@bob", "@acme/pay", "eve@example.org"];

prop_compose! {
    fn matrices()(rows in proptest::collection::vec(
        (proptest::collection::vec(proptest::sample::select(&GLOBS[..]), 1..3), proptest::sample::subsequence(&PEOPLE[..], 1..3)),
        0..6,
    )) -> String {
        let mut text = "version = 1\n".to_owned();
        for (n, (scope, people)) in rows.iter().enumerate() {
            text += &format!("[[row]]\nid = \"row-{n}\"\nscope = {scope:?}\nresponsible = {people:?}\naccountable = \"@ann\"\ncontact = \"#x\"\n");
        }
        text
    }
}

prop_compose! {
    fn codeowners_files()(rules in proptest::collection::vec(
        (proptest::sample::select(&RULES[..]), proptest::sample::subsequence(&PEOPLE[..], 0..3)), 0..6,
    )) -> String {
        rules.iter().map(|(pattern, people)| format!("{pattern} {}\n", people.join(" "))).collect()
    }
}

/// Files whose directories are no files: git has no such trees.
fn trees() -> impl Strategy<Value = BTreeSet<String>> {
    proptest::collection::btree_set("([abc]/){0,3}[abc](\\.x|\\#|\\ y)?", 0..30).prop_map(|mut paths| {
        let all = paths.clone();
        paths.retain(|path| !all.iter().any(|other| other.starts_with(&format!("{path}/"))));
        paths
    })
}

proptest! {
    #[test]
    fn the_index_of_paths_is_exact(matrix in matrices(), codeowners in codeowners_files(), tree in trees()) {
        agrees(&ownership(&matrix, Some(&codeowners)), &tracked(tree));
    }

    /// Whatever the matrix, GitHub's reading of the generated file names the row's people for every file, or there is no file.
    #[test]
    fn the_generated_codeowners_says_what_the_matrix_says(matrix in matrices(), tree in trees()) {
        let ownership = ownership(&matrix, None);
        let files = tracked(tree);
        let lines = match assess::codeowners(ownership.matrix().unwrap(), &files) {
            Ok(lines) => lines,
            Err(faults) => {
                // `#` cannot be written, so a name with one may not be told from another.
                prop_assert!(faults.iter().all(|fault| fault.msg.contains("cannot tell")), "{faults:?}");
                prop_assert!(files.iter().any(|file| file.path.as_bytes().contains(&b'#')), "{faults:?}");
                return Ok(());
            }
        };
        let mut out = Vec::new();
        write_codeowners(&lines, "CODEOWNERS", &mut out).unwrap();
        let (read, findings) = dialect::github::codeowners(&out, &"CODEOWNERS".into()).unwrap();
        prop_assert!(findings.is_empty(), "{findings:?}");
        for file in &files {
            let said = read.rule_for(&file.path).map(|rule| rule.owners.clone());
            let meant = ownership.of(&file.path).row.map(|row| row.responsible.clone());
            prop_assert_eq!(said, meant, "{}\n{}", file.path, String::from_utf8_lossy(&out));
        }
    }
}

#[test]
fn what_the_dialect_cannot_say_is_named_or_refused() {
    let row = |scope: &str, people: &str| {
        format!(
            "version = 1\n[teams.pay]\nmembers = [\"@bob\"]\n[[row]]\nid = \"r\"\nscope = [{scope:?}]\nresponsible = {people}\naccountable = \"@ann\"\ncontact = \"#x\"\n"
        )
    };
    let files = tracked(["src/a.rs", "src/Z.rs", "src/b#c", "src/b_c"]);
    type Case<'a> = (&'a str, &'a str, Result<&'a [&'a str], &'a str>);
    let table: &[Case<'_>] = &[
        ("src/[a-c].rs", "[\"@ann\"]", Ok(&["/src/a.rs", "/src/b.rs", "/src/c.rs"])),
        ("src/[!a]*.rs", "[\"@ann\"]", Ok(&["/src/Z.rs"])),
        ("src/b_c", "[\"@ann\"]", Ok(&["/src/b_c"])),
        ("src/b#c", "[\"@ann\"]", Err("cannot tell `src/b_c` from another file")),
        ("src/**", "[\"@pay\"]", Err("GitHub knows a team by its organisation")),
        ("src/**", "[\"@acme/a/b\"]", Err("no team within a team")),
        ("src/**", "[]", Err("nobody responsible")),
    ];
    for (scope, people, expected) in table {
        let matrix = parse::matrix(&row(scope, people), "o.toml").unwrap();
        match (assess::codeowners(&matrix, &files), expected) {
            (Ok(lines), Ok(patterns)) => assert_eq!(lines[0].patterns, *patterns, "{scope}"),
            (Err(faults), Err(part)) => assert!(faults[0].msg.contains(part), "{faults:?}"),
            (said, _) => panic!("{scope} {people}: {said:?}"),
        }
    }
    let many = tracked((0..3_000).map(|n| format!("src/{n}")));
    let matrix = parse::matrix(&row("src/[!a]*", "[\"@ann\"]"), "o.toml").unwrap();
    assert!(assess::codeowners(&matrix, &many).unwrap_err()[0].msg.contains("too many to name each"));
    assert!(Pattern::github("/src/[a-c].rs").is_err(), "which is why");
}

fn run(repo: &TempRepo, line: &str) -> (Option<i32>, String) {
    run_in(repo.path(), line)
}

fn run_in(dir: &Path, line: &str) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_changeward"))
        .arg("-C")
        .arg(dir)
        .args(line.split_whitespace())
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("COLUMNS", "120")
        .output()
        .unwrap();
    (status.code(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
}

fn repository() -> TempRepo {
    let repo = TempRepo::new();
    paths().iter().for_each(|path| repo.write(path, "x\n"));
    repo.write(".changeward/ownership.toml", shop::MATRIX);
    repo.write(".changeward/config.toml", "version = 1\n");
    repo.write(".github/CODEOWNERS", shop::CODEOWNERS);
    repo.commit("one");
    repo
}

#[test]
fn a_committed_page_is_fresh_until_what_it_is_made_from_changes() {
    let repo = repository();
    for file in ["docs/owners.md", "docs/owners.html"] {
        let check = format!("owners docs --output {file} --check");
        let (code, said) = run(&repo, &check);
        assert_eq!(code, Some(11), "{said}");
        assert!(
            said.contains("there is no such file") && said.contains(&format!("changeward owners docs --output {file}"))
        );
        assert_eq!(run(&repo, &format!("owners docs --output {file}")), (Some(0), format!("wrote    {file}\n")));
        assert_eq!(run(&repo, &format!("owners docs --output {file}")), (Some(0), format!("fresh    {file}\n")));
        assert_eq!(run(&repo, &check).0, Some(11), "it is not committed yet");
        assert_eq!(run(&repo, &format!("{check} --worktree")).0, Some(0));
        repo.commit("the page");
        assert_eq!(run(&repo, &check), (Some(0), format!("fresh    {file}\n")));
        repo.write("services/ledger/more.rs", "x\n");
        repo.commit("a file more");
        assert_eq!(run(&repo, &check).0, Some(0), "its row already answers");
        repo.write(".changeward/ownership.toml", shop::MATRIX.replace("@kim\"]\naccountable", "@raj\"]\naccountable"));
        assert_eq!(run(&repo, &check).0, Some(0), "what is not committed does not count");
        let (code, said) = run(&repo, &format!("{check} --worktree"));
        assert!(code == Some(11) && said.contains("first on line") && said.contains("@raj"), "{said}");
        repo.commit("another owner");
        assert_eq!(run(&repo, &check).0, Some(11));
        assert_eq!(run(&repo, &format!("{check} --at HEAD~1")).0, Some(0));
        assert_eq!(run(&repo, &format!("owners docs --output {file}")), (Some(0), format!("replaced {file}\n")));
        repo.write(".changeward/ownership.toml", shop::MATRIX);
        repo.commit("as it was");
    }
}

#[test]
fn a_generated_codeowners_replaces_only_its_like() {
    let repo = repository();
    let make = "owners docs --codeowners --output .github/CODEOWNERS";
    let (code, said) = run(&repo, make);
    assert!(code == Some(2) && said.contains("changeward did not make it") && said.contains("--force"), "{said}");
    assert_eq!(fs::read_to_string(repo.at(".github/CODEOWNERS")).unwrap(), shop::CODEOWNERS);
    assert_eq!(run(&repo, &format!("{make} --force")).1, "replaced .github/CODEOWNERS\n");
    repo.commit("generated");
    assert_eq!(run(&repo, &format!("{make} --check")).0, Some(0));
    repo.write("web/sub/x.ts", "x\n");
    repo.commit("more");
    assert_eq!(run(&repo, &format!("{make} --check")).0, Some(0));
    repo.write(".changeward/ownership.toml", shop::MATRIX.replace("[\"@kim\"]", "[\"@raj\"]"));
    repo.commit("another");
    let (code, said) = run(&repo, &format!("{make} --check"));
    assert_eq!(code, Some(11));
    for part in ["is       /services/ledger/ @kim", "would be /services/ledger/ @raj", make] {
        assert!(said.contains(part), "{part} in {said}");
    }
    assert_eq!(run(&repo, make).1, "replaced .github/CODEOWNERS\n");
    let (code, said) = run(&repo, "owners docs --output README.md");
    assert!(code == Some(2) && said.contains("README.md stands there already"), "{said}");
    fs::create_dir(repo.at("sub")).unwrap();
    assert_eq!(run_in(&repo.at("sub"), "owners docs --output page.html").1, "wrote    sub/page.html\n");
    assert_eq!(run(&repo, "owners docs --output ../page.html").0, Some(2));
    let (code, said) = run(&repo, "owners docs --stamp");
    assert!(code == Some(0) && said.contains("of 2026-11-21") && said.contains("at commit "), "{said}");
    repo.write(".changeward/ownership.toml", shop::MATRIX.replace("[\"@acme/web\"]", "[\"@web\"]"));
    let (code, said) = run(&repo, &format!("{make} --worktree"));
    assert!(code == Some(3) && said.contains("and `@web` has") && said.contains("@organisation/web"), "{said}");
    repo.write(".changeward/ownership.toml", shop::MATRIX.replace("[\"@kim\"]", "[\"k,m@shop.example\"]"));
    let (code, said) = run(&repo, &format!("{make} --worktree"));
    assert!(code == Some(3) && said.contains("Invalid owner") && said.contains("k,m@shop.example"), "{said}");
    repo.remove(".changeward/ownership.toml");
    let (code, said) = run(&repo, &format!("{make} --worktree"));
    assert!(code == Some(3) && said.contains("no matrix"), "{said}");
}

#[test]
fn names_that_are_no_text_are_in_the_page() {
    let files = tracked([&b"a/x\xff"[..], b"a/y", b"z\xfe/b", b"c"]);
    let ownership = ownership(
        "version = 1\n[[row]]\nid = \"r\"\nscope = [\"a/y\", \"c\"]\nresponsible = [\"@ann\"]\naccountable = \"@ann\"\ncontact = \"#x\"\n",
        None,
    );
    agrees(&ownership, &files);
    let page = rendered(&assess::roster(&ownership, &files), RosterFormat::Html, None);
    assert!(page.contains("\\\"z\\\\376\\\"/"), "{page}");
    let path = RepoPath::new(b"a/x\xff");
    assert!(page.contains(&path.quoted().replace('"', "&quot;")));
}
