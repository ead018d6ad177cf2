//! `changeward owners import`: each folder of `tests/data/import` holds what somebody might bring, and what comes of it:
//! the matrix, everything said about it, the exit code. Then what a folder cannot hold: sizes, and laws over random cells.
//!
//! `SNAPSHOTS=overwrite cargo test --test import` rewrites the expected files; read the difference before committing it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on fails, and it reads and writes files of its own"
)]

use changeward::model::{Draft, ImportKind, Spelling};
use changeward::parse::import::{ImportFile, ImportHints, import};
use changeward::report::draft as written;
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn cases() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir("tests/data/import").unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

/// The arguments of a case: those of its file `args`, or every file that is no result.
fn arguments(case: &Path) -> Vec<String> {
    if let Ok(args) = fs::read_to_string(case.join("args")) {
        return args.lines().map(str::to_owned).collect();
    }
    let names = fs::read_dir(case).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("input.")).collect();
    names.sort();
    names
}

fn run(dir: &Path, args: &[String]) -> (String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_changeward"))
        .args(["owners", "import"])
        .args(args)
        .current_dir(dir)
        .env_clear()
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let code = output.status.code().unwrap();
    let said = if code == 0 { said } else { format!("{said}? {code}\n") };
    (String::from_utf8(output.stdout).unwrap(), said)
}

#[test]
fn what_people_bring_becomes_a_matrix() {
    let cases = cases();
    assert!(cases.len() >= 15, "the cases were found");
    let overwrite = std::env::var("SNAPSHOTS").is_ok_and(|word| word == "overwrite");
    let mut wrong = Vec::new();
    for case in cases {
        let (matrix, said) = run(&case, &arguments(&case));
        for (file, now) in [("expected.toml", &matrix), ("expected.stderr", &said)] {
            let path = case.join(file);
            if overwrite {
                fs::write(&path, now).unwrap();
            } else if fs::read_to_string(&path).unwrap_or_default() != *now {
                wrong.push(format!("--- {}\n{now}", path.display()));
            }
        }
        assert!(!said.chars().chain(matrix.chars()).any(|c| c.is_control() && c != '\n'), "{}", case.display());
        if !matrix.is_empty() {
            changeward::parse::matrix(&matrix, "ownership.toml").unwrap();
        }
    }
    assert!(wrong.is_empty(), "these come out otherwise:\n{}", wrong.join("\n"));
}

fn read(name: &str, text: &str) -> Result<Draft, String> {
    let file = ImportFile { name, bytes: text.as_bytes(), kind: None };
    import(&[file], &ImportHints::default()).map_err(|error| error.problems().next().unwrap().code.to_owned())
}

#[test]
fn sizes_that_nobody_has_are_read_or_refused() {
    let rows: String = (0..10_000).map(|n| format!("row {n},@bob,@cat,services/{n}/**\n")).collect();
    let draft = read("raci.csv", &format!("Activity,Responsible,Accountable,Path\n{rows}")).unwrap();
    assert_eq!((draft.rows.len(), draft.doubts.len()), (10_000, 0));

    let cell = "x".repeat(10 << 20);
    let draft = read("raci.csv", &format!("Activity,Responsible,Accountable\nDeploy,{cell},@cat\n")).unwrap();
    assert!(draft.doubts.iter().any(|doubt| doubt.message.contains("10485760 bytes")), "{:?}", draft.doubts.len());
    let draft = read("raci.md", &format!("|Activity|Responsible|Accountable|\n|-|-|-|\n|{cell}|@bob|@cat|\n")).unwrap();
    assert!(written::matrix(&draft).len() < 20_000);

    let doubtful = format!("Activity,Responsible,Accountable\n{}", "a,x,y\n".repeat(200_000));
    assert_eq!(read("raci.csv", &doubtful).unwrap_err(), "too_much");
    assert_eq!(read("raci.csv", &",".repeat(5_000)).unwrap_err(), "too_wide");
    assert_eq!(read("raci.csv", &" ".repeat(33 << 20)).unwrap_err(), "too_large");
    let nested = format!("apiVersion: b\nkind: Component\nmetadata: {}", "[".repeat(10_000));
    assert_eq!(read("c.yaml", &nested).unwrap_err(), "bad_yaml");
    let bars = format!("|Activity|Responsible|\n|-|-|\n|x|@bob{}", "|".repeat(1 << 20));
    assert!(read("x.md", &bars).is_ok());
}

#[test]
fn the_matrix_goes_where_it_is_sent_and_over_nothing_unasked() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("raci.csv"), "Activity,Responsible,Accountable,Contact\nDeploy,@bob,@cat,#d\n").unwrap();
    let import = |flags: &str| {
        let args = format!("raci.csv --output .changeward/ownership.toml {flags}");
        run(home.path(), &args.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    };
    let written = || fs::read_to_string(home.path().join(".changeward/ownership.toml")).unwrap();
    let (matrix, said) = import("");
    assert!(matrix.is_empty() && said.contains("wrote .changeward/ownership.toml"), "{said}");
    assert!(written().contains("id = \"deploy\""));
    fs::write(home.path().join(".changeward/ownership.toml"), "mine").unwrap();
    let (_, said) = import("");
    assert!(said.contains("changeward::import::exists") && said.ends_with("? 2\n"), "{said}");
    assert_eq!(written(), "mine");
    let (_, said) = import("--force");
    assert!(said.contains("replaced .changeward/ownership.toml"), "{said}");
    fs::write(home.path().join("raci.csv"), "Activity,Responsible\nDeploy,@bob\n").unwrap();
    let (_, said) = import("--force --strict");
    assert!(said.ends_with("? 3\n") && written().contains("accountable = \"@cat\""), "{said}");
}

#[test]
fn the_standard_input_is_told_by_its_text() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_changeward"))
        .args(["owners", "import", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let text = "| Activity | Responsible | Accountable |\n|---|---|---|\n| Deploy | @bob | @cat |\n";
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let matrix = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && matrix.contains("# <stdin>:3: \"Deploy\""), "{matrix}");
}

/// Cells of any text, with what means something more often.
fn cell() -> impl Strategy<Value = String> {
    let meant = prop::sample::select(vec![
        "",
        "-",
        "R",
        "A",
        "A/R",
        "C",
        "I",
        "r*",
        "Q",
        "x",
        "@bob",
        "@acme/pay",
        "bob@example.org",
        "Jane Doe",
        "a/",
        "**",
        "a/b/**",
        "a/[b",
        "{a,b}",
        "activity",
        "1",
        "high",
        "2027-06-30",
        "30.06.2027",
        "@bob, Jane",
        "J & @bob",
        "\"\"\"",
        "]",
        "[[row]]\nid = 1",
        "=cmd|'/C calc'!A0",
        "\u{1b}[2J",
        "#",
        "\\",
        "repository",
        "Été",
        "\u{202e}x",
        "0001-01-01",
    ]);
    prop_oneof![3 => meant.prop_map(str::to_owned), 1 => any::<String>(), 1 => "[ -~\n]{0,30}"]
}

fn heading() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "Activity",
        "Responsible",
        "Accountable (one)",
        "Consulted",
        "Informed",
        "Support",
        "Path",
        "Type",
        "Purpose",
        "Slack",
        "Tier",
        "Director",
        "Backup",
        "Review by",
        "Team",
        "Owner",
        "Id",
        "Approvals",
        "@bob",
        "Jane Doe",
        "Driver",
        "Notes",
        "R",
    ]);
    prop_oneof![6 => known.prop_map(str::to_owned), 1 => cell()]
}

/// A text without what two spellings of it may differ in: blanks, escapes.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn csv(lines: &[Vec<String>]) -> String {
    let line = |cells: &Vec<String>| {
        cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect::<Vec<_>>().join(",") + "\n"
    };
    lines.iter().map(line).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(400) })]

    /// Whatever cells hold: the matrix is read back without a problem and holds the rows, and every text is somewhere in it
    /// or in what is said.
    #[test]
    fn nothing_is_lost_and_what_is_written_is_read(
        mut head in prop::collection::vec(heading(), 2..8),
        lines in prop::collection::vec(prop::collection::vec(cell(), 1..9), 1..8),
    ) {
        head[1] = "Responsible".to_owned();
        let mut all = vec![head];
        all.extend(lines.clone());
        let text = csv(&all);
        let names = [Spelling { name: "Jane".into(), who: changeward::model::Principal::login("jane") }];
        let hints = ImportHints { names: &names, contact: Some("#help") };
        let file = ImportFile { name: "x.csv", bytes: text.as_bytes(), kind: Some(ImportKind::Csv) };
        let draft = match import(&[file], &hints) {
            Ok(draft) => draft,
            Err(error) => {
                let blank = |cell: &String| ["", "-", "–", "—", "--"].contains(&cell.trim());
                prop_assert!(lines.iter().flatten().all(blank), "{error:?}");
                return Ok(());
            }
        };
        let matrix = written::matrix(&draft);
        let read = changeward::parse::matrix(&matrix, "ownership.toml").map_err(|error| format!("{error:?}\n{matrix}"));
        prop_assert_eq!(read.unwrap().rows.len(), draft.rows.len());
        let said = unescaped(&matrix) + &written::doubts(&draft.doubts);
        let said = bare(&said).to_lowercase();
        for cell in lines.iter().flatten().filter(|cell| bare(cell).chars().count() > 1) {
            if ["n/a", "na", "none"].contains(&cell.trim().to_lowercase().as_str()) {
                continue;
            }
            for word in cell.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 1) {
                prop_assert!(said.contains(&word.to_lowercase()), "{word:?} of {cell:?} is lost\n{text}\n{matrix}");
            }
        }
    }

    /// The cases, with pieces of them moved about: still read whole, or refused.
    #[test]
    fn what_people_bring_may_be_torn(
        picked in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..20_usize, 0..20_usize), 1..6),
    ) {
        let cases: Vec<PathBuf> = cases();
        let case = picked.get(&cases);
        for name in arguments(case).iter().filter(|name| case.join(name).is_file()) {
            let mut bytes = fs::read(case.join(name)).unwrap();
            for (from, to, taken, given) in &edits {
                if bytes.is_empty() {
                    break;
                }
                let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
                let piece = bytes[from..bytes.len().min(from + given)].to_vec();
                bytes.splice(to..bytes.len().min(to + taken), piece);
            }
            let file = ImportFile { name, bytes: &bytes, kind: None };
            if let Ok(draft) = import(&[file], &ImportHints::default()) {
                let matrix = written::matrix(&draft);
                let read = changeward::parse::matrix(&matrix, "x").map_err(|error| format!("{error:?}\n{matrix}"));
                prop_assert_eq!(read.unwrap().rows.len(), draft.rows.len());
            }
        }
    }

    #[test]
    fn no_bytes_are_too_odd(bytes in prop::collection::vec(any::<u8>(), 0..300), kind in 0..3_usize) {
        let file = ImportFile { name: "x", bytes: &bytes, kind: Some(ImportKind::ALL[kind]) };
        if let Ok(draft) = import(&[file], &ImportHints::default()) {
            prop_assert!(changeward::parse::matrix(&written::matrix(&draft), "x").is_ok());
        }
    }
}

/// The escapes of TOML strings taken back, roughly: only to find texts again.
fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let (digits, kind) = match after.as_bytes().first() {
            Some(b'u') => (4, true),
            Some(b'U') => (8, true),
            _ => (0, false),
        };
        if kind {
            let code = after.get(1..=digits).and_then(|code| u32::from_str_radix(code, 16).ok());
            out.extend(code.and_then(char::from_u32));
            rest = after.get(digits + 1..).unwrap_or_default();
        } else {
            out.push(' ');
            rest = after.get(1..).unwrap_or_default();
        }
    }
    out + rest
}
