//! `action/run.sh` by itself: where the program comes from, what it is told, what is written when something fails. The table is
//! `tests/action/install.toml`; curl, gh, cargo and the program are the test's, so nothing reaches a network.

use super::read;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

const TOKEN: &str = "a-token-of-the-test";

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    inputs: BTreeMap<String, String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
    #[serde(default = "right")]
    checksums: String,
    #[serde(default = "there")]
    release: String,
    #[serde(default = "absent")]
    gh: String,
    #[serde(default = "absent")]
    cargo: String,
    #[serde(default = "repository")]
    repository: String,
    #[serde(default)]
    on_path: bool,
    #[serde(default)]
    gate_ends: i32,
    #[serde(default)]
    exit: i32,
    program: Option<String>,
    words: Option<Vec<String>>,
    gh_saw: Option<String>,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    not_says: Vec<String>,
}

fn right() -> String {
    "right".to_owned()
}
fn there() -> String {
    "there".to_owned()
}
fn absent() -> String {
    "absent".to_owned()
}
fn repository() -> String {
    "acme/changeward".to_owned()
}

/// The platform of this test, as action/run.sh calls it.
fn target() -> &'static str {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => "x86_64-unknown-linux-musl",
        ("linux", "aarch64") => "aarch64-unknown-linux-musl",
        ("macos", "x86_64") => "x86_64-apple-darwin",
        ("macos", "aarch64") => "aarch64-apple-darwin",
        other => panic!("no release is made for {other:?}"),
    }
}

fn script(place: &Path, text: &str) {
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(place, format!("#!/bin/bash\n{text}\n")).unwrap();
    fs::set_permissions(place, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A gate that says which one it is, what it was told and what it knows, and ends as it is told to.
fn gate(place: &Path, which: &str, ends: i32) {
    let text = format!(
        "printf '%s\\n' {which} >\"$HOME/which\"; printf '%s\\n' \"$@\" >\"$HOME/words\"; env >\"$HOME/gate.env\"\n\
         printf 'class=standard\\nexit-code=99\\n' >>\"$GITHUB_OUTPUT\"; exit {ends}"
    );
    script(place, &text);
}

/// The folders of one case: the Action, the workspace, the search path, the home where the test's programs leave notes.
struct Stage {
    root: PathBuf,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for name in ["action/dist", "bin", "home", "temp", "work/here", "releases"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        let tools = "bash cat chmod cp cut env grep gzip mkdir mktemp od printf python3 sed sha256sum shasum tail tar tr uname basename dirname";
        let path = std::env::var_os("PATH").unwrap();
        for tool in tools.split(' ') {
            if let Some(real) = std::env::split_paths(&path).map(|dir| dir.join(tool)).find(|place| place.is_file()) {
                symlink(real, root.join("bin").join(tool)).unwrap();
            }
        }
        Self { root, _folder: folder }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    fn note(&self, name: &str) -> String {
        fs::read_to_string(self.at("home").join(name)).unwrap_or_default()
    }

    /// An archive as the release workflow makes it, and its line.
    fn package(&self, which: &str, program: &str) -> (PathBuf, String) {
        let place = self.at("build").join(which).join("changeward");
        gate(&place, "release", 0);
        if which != "true" {
            script(&place, "echo another; exit 0");
        }
        let out = self.at("build").join(which).join("out");
        let output = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/release/package"))
            .arg(place)
            .args([target(), "0.1.0"])
            .arg(&out)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let name = format!("changeward-0.1.0-{}", target());
        if program.is_empty() {
            let line = fs::read_to_string(out.join(format!("{name}.sha256"))).unwrap();
            return (out.join(format!("{name}.tar.gz")), line);
        }
        // An archive with nothing but a file of another name.
        fs::write(out.join(program), "x").unwrap();
        let archive = out.join(format!("{name}.tar.gz"));
        assert!(
            Command::new("tar").arg("-czf").arg(&archive).arg("-C").arg(&out).arg(program).status().unwrap().success()
        );
        let sum = Command::new("sha256sum").arg(&archive).output().unwrap();
        let digest = String::from_utf8(sum.stdout).unwrap()[..64].to_owned();
        (archive, format!("{digest}  {name}.tar.gz\n"))
    }

    fn set(&self, case: &Case) {
        let (archive, line) =
            if case.release == "empty" { self.package("true", "README") } else { self.package("true", "") };
        let other_platform = line.replace(target(), "riscv64gc-unknown-linux-musl");
        let sums = match case.checksums.as_str() {
            "right" => format!("{other_platform}{line}"),
            "wrong" => format!("{}{}", "0".repeat(64), &line[64..]),
            "two" => format!("{line}{}", line.replace("0.1.0", "0.1.1")),
            "other" => other_platform,
            "none" => String::new(),
            word => panic!("{word}"),
        };
        if !sums.is_empty() {
            fs::write(self.at("action/dist/checksums.txt"), sums).unwrap();
        }
        let name = archive.file_name().unwrap();
        match case.release.as_str() {
            "there" | "empty" => drop(fs::copy(&archive, self.at("releases").join(name)).unwrap()),
            "other" => drop(fs::copy(self.package("other", "").0, self.at("releases").join(name)).unwrap()),
            "gone" => {}
            word => panic!("{word}"),
        }
        // Takes what curl takes: the last two flags are where to and what.
        let curl = "printf '%s\\n' \"$*\" >>\"$HOME/curl\"; env >\"$HOME/curl.env\"\n\
                    while [ $# -gt 2 ]; do [ \"$1\" = --output ] && to=$2; shift; done\n\
                    [ \"$1\" = --url ] || exit 2; cp \"$HOME/../releases/${2##*/}\" \"$to\" || exit 22";
        script(&self.at("bin/curl"), curl);
        let gh = |code: i32| {
            script(
                &self.at("bin/gh"),
                &format!("printf '%s\\n' \"$*\" >\"$HOME/gh\"; env >\"$HOME/gh.env\"; exit {code}"),
            )
        };
        match case.gh.as_str() {
            "attests" => gh(0),
            "refuses" => gh(1),
            _ => {}
        }
        let built = self.at("build/source/changeward");
        gate(&built, "source", case.gate_ends);
        match case.cargo.as_str() {
            "builds" => script(
                &self.at("bin/cargo"),
                &format!(
                    "printf '%s\\n' \"$PWD $*\" >\"$HOME/cargo\"; env >\"$HOME/cargo.env\"\n\
                     mkdir -p \"$CARGO_TARGET_DIR/release\" && cp {} \"$CARGO_TARGET_DIR/release/\"",
                    built.display()
                ),
            ),
            "breaks" => script(&self.at("bin/cargo"), "echo 'error: it does not compile ##[error]x' >&2; exit 101"),
            _ => {}
        }
        gate(&self.at("work/here/changeward"), "path", case.gate_ends);
        script(&self.at("work/here/first"), "echo stolen");
        if case.on_path {
            gate(&self.at("bin/changeward"), "path", case.gate_ends);
        }
    }

    fn run(&self, case: &Case) -> (i32, String) {
        let output = Command::new("bash")
            .args(["--noprofile", "--norc", "-p"])
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("action/run.sh"))
            .current_dir(self.at("work"))
            .env_clear()
            .envs([("PATH", self.at("bin")), ("HOME", self.at("home")), ("RUNNER_TEMP", self.at("temp"))])
            .envs([("GITHUB_OUTPUT", self.at("output")), ("GITHUB_ACTION_PATH", self.at("action"))])
            .envs([("CHANGEWARD_TOKEN", TOKEN), ("INPUT_TOKEN", TOKEN), ("GITHUB_TOKEN", TOKEN)])
            .env("ACTIONS_ID_TOKEN_REQUEST_TOKEN", TOKEN)
            .env("ACTION_REPOSITORY", &case.repository)
            .envs(case.inputs.iter().map(|(name, value)| (format!("INPUT_{name}"), value)))
            .envs(&case.environment)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code().unwrap(), said)
    }
}

/// The outputs as a runner reads them: the last one of a name counts.
fn outputs(file: &str) -> BTreeMap<String, String> {
    let (mut all, mut lines) = (BTreeMap::new(), file.lines());
    while let Some(line) = lines.next() {
        if let Some((name, end)) = line.split_once("<<") {
            assert!(end.len() == 36 && end.starts_with("end-"), "{end}");
            let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
            all.insert(name.to_owned(), value.join("\n"));
        } else {
            let (name, value) = line.split_once('=').unwrap();
            all.insert(name.to_owned(), value.to_owned());
        }
    }
    all
}

/// Nobody but the gate, and gh where it is asked, has seen the token, and it stands in nobody's arguments.
fn keeps_the_token(stage: &Stage, said: &str, name: &str) {
    for note in ["curl", "curl.env", "cargo", "cargo.env", "gh", "words"] {
        assert!(!stage.note(note).contains(TOKEN), "{name}: {note}");
    }
    assert!(!said.contains(TOKEN), "{name}: {said}");
    let holders = |note: &str| {
        let text = stage.note(note);
        let names: Vec<String> = text
            .lines()
            .filter(|line| line.ends_with(TOKEN))
            .map(|line| line.split('=').next().unwrap().to_owned())
            .collect();
        names
    };
    assert!(
        stage.note("gate.env").is_empty() || holders("gate.env").contains(&"CHANGEWARD_TOKEN".to_owned()),
        "{name}"
    );
    assert!(stage.note("gh.env").is_empty() || holders("gh.env").contains(&"GH_TOKEN".to_owned()), "{name}");
}

/// The archives are made by a script of the release, which needs it.
fn has_python() -> bool {
    let has = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    if !has {
        eprintln!("!!! python3 is not installed: nobody looked at how the Action gets its program");
    }
    has
}

#[test]
fn the_program_is_the_one_that_was_meant() {
    if !has_python() {
        return;
    }
    let Cases { case: cases } = toml::from_str(&read("tests/action/install.toml")).unwrap();
    assert!(cases.len() > 25);
    for case in cases {
        let (stage, name) = (Stage::new(), &case.name);
        stage.set(&case);
        let (code, said) = stage.run(&case);
        assert_eq!(code, case.exit, "{name}: {said}");
        assert_eq!(stage.note("which").trim(), case.program.as_deref().unwrap_or_default(), "{name}: {said}");
        for words in &case.says {
            assert!(said.contains(words), "{name}: {words:?} in {said}");
        }
        for words in &case.not_says {
            assert!(!said.contains(words), "{name}: {words:?} in {said}");
        }
        if let Some(words) = &case.words {
            assert_eq!(stage.note("words").lines().collect::<Vec<_>>(), *words, "{name}");
        }
        if let Some(saw) = &case.gh_saw {
            let archive = stage.note("gh").split(' ').nth(2).unwrap_or_default().to_owned();
            assert_eq!(stage.note("gh").trim().replace(&archive, "ARCHIVE"), *saw, "{name}");
        }
        let told = outputs(&fs::read_to_string(stage.at("output")).unwrap());
        assert_eq!(told.len(), 11, "{name}: {told:?}");
        assert_eq!(told["exit-code"], code.to_string(), "{name}");
        assert_eq!(told["class"], if case.program.is_some() { "standard" } else { "" }, "{name}");
        let asked = stage.note("curl");
        let address = format!(
            "--url https://github.com/acme/changeward/releases/download/v0.1.0/changeward-0.1.0-{}.tar.gz\n",
            target()
        );
        assert!(
            asked.is_empty()
                || (asked.ends_with(&address) && asked.contains("--proto =https") && asked.contains("--tlsv1.2")),
            "{name}: {asked}"
        );
        let built = stage.note("cargo");
        assert!(
            built.is_empty()
                || built == format!("{} build --locked --release --bin changeward\n", stage.at("action").display()),
            "{built}"
        );
        keeps_the_token(&stage, &said, name);
    }
}

/// The archive that is released is the same, whoever makes it, and so is its checksum.
#[test]
fn an_archive_is_the_same_twice() {
    if !has_python() {
        return;
    }
    let stage = Stage::new();
    let (archive, line) = stage.package("true", "");
    let first = fs::read(&archive).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let (archive, again) = stage.package("true", "");
    assert!(first == fs::read(archive).unwrap() && line == again, "the time it was made is not in it");
}
