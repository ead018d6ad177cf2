//! Patch files against git itself: what the reader says of a patch must be what git says of the same two trees.

#![expect(clippy::disallowed_methods, reason = "the tests make repositories and ask git about them")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests fail as tests do")]

use changeward::model::{Diff, FileKind, FileStatus};
use changeward::parse::diff::{DiffError, diff};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository with one commit `base`; the next states are made by `edit`.
struct Repo {
    dir: tempfile::TempDir,
}

impl Repo {
    fn new(edit: impl Fn(&Repo)) -> Self {
        let repo = Self { dir: tempfile::tempdir().unwrap() };
        repo.git(&["init", "-q", "-b", "main"]);
        repo.commit("base", edit);
        repo
    }

    fn commit(&self, tag: &str, edit: impl Fn(&Repo)) {
        edit(self);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", tag, "-m", "- a list\n+ of things\n\nIn a message."]);
        self.git(&["tag", tag]);
    }

    fn git(&self, args: &[&str]) -> Vec<u8> {
        let names = ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"];
        let output = Command::new("git")
            .args(["-c", "core.quotePath=true", "-c", "protocol.file.allow=always"])
            .args(args)
            .current_dir(self.dir.path())
            .envs(names.map(|name| (name, "ann@example.org")))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LC_ALL", "C")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn path(&self, name: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join(OsStr::from_bytes(name.as_ref()));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    fn write(&self, name: impl AsRef<[u8]>, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).unwrap();
    }

    fn rename(&self, old: &str, new: &str) {
        fs::rename(self.path(old), self.path(new)).unwrap();
    }

    fn mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    fn link(&self, target: &str, name: &str) {
        let _ = fs::remove_file(self.path(name));
        symlink(target, self.path(name)).unwrap();
    }

    fn submodule(&self, name: &str, id: char) {
        let id = id.to_string().repeat(40);
        self.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},{name}")]);
        fs::create_dir_all(self.path(name)).unwrap();
    }
}

/// Status letter, old path, additions, deletions (`None` for binary files) by path: git's own words.
type Truth = BTreeMap<Vec<u8>, (char, Option<Vec<u8>>, Option<(u64, u64)>)>;

fn truth(repo: &Repo, args: &[&str]) -> Truth {
    let mut truth = Truth::new();
    let raw = repo.git(&[&["diff", "--raw", "-z"], args].concat());
    let mut fields = raw.split(|byte| *byte == 0).filter(|field| !field.is_empty());
    while let Some(meta) = fields.next() {
        let status = char::from(*meta.rsplit(|byte| *byte == b' ').next().unwrap().first().unwrap());
        let first = fields.next().unwrap().to_vec();
        let (old, path) = match status {
            'R' | 'C' => (Some(first), fields.next().unwrap().to_vec()),
            _ => (None, first),
        };
        truth.insert(path, (status, old, None));
    }
    let numstat = repo.git(&[&["diff", "--numstat", "-z"], args].concat());
    let mut fields = numstat.split(|byte| *byte == 0);
    while let Some(row) = fields.next().filter(|row| !row.is_empty()) {
        let row: Vec<&[u8]> = row.splitn(3, |byte| *byte == b'\t').collect();
        let path = match row[2] {
            b"" => fields.nth(1).unwrap(),
            path => path,
        };
        let count = |text: &[u8]| std::str::from_utf8(text).unwrap().parse().ok();
        truth.get_mut(path).unwrap().2 = count(row[0]).zip(count(row[1]));
    }
    truth
}

fn letter(status: FileStatus) -> char {
    match status {
        FileStatus::Added => 'A',
        FileStatus::Modified => 'M',
        FileStatus::Deleted => 'D',
        FileStatus::Renamed => 'R',
        FileStatus::Copied => 'C',
        FileStatus::TypeChanged => 'T',
    }
}

fn found(diff: &Diff) -> Truth {
    let rows = diff.files.iter().map(|file| {
        let sides = [&file.old, &file.new].into_iter().flatten();
        let binary = sides.clone().any(|side| side.kind == FileKind::Binary);
        let counts = (!binary).then_some((file.additions, file.deletions));
        let old = file.old_path.as_ref().map(|path| path.as_bytes().to_vec());
        (file.path.as_bytes().to_vec(), (letter(file.status), old, counts))
    });
    rows.collect()
}

/// One repository: what base holds, what happens to it.
struct Case {
    name: &'static str,
    base: fn(&Repo),
    edit: fn(&Repo),
}

const LINES: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18\n19\n20\n";

const CASES: &[Case] = &[
    Case {
        name: "nothing odd",
        base: |r| r.write("a.txt", LINES),
        edit: |r| r.write("a.txt", LINES.replace("\n5\n", "\nfive\n")),
    },
    Case {
        name: "many hunks",
        base: |r| r.write("a", (0..200).map(|n| format!("{n}\n")).collect::<String>()),
        edit: |r| r.write("a", (0..200).filter(|n| n % 17 != 0).map(|n| format!("{n}\n")).collect::<String>()),
    },
    Case {
        name: "added and deleted",
        base: |r| r.write("old", "x\ny\n"),
        edit: |r| {
            r.remove("old");
            r.write("d/new", "p\nq\nr\n")
        },
    },
    Case {
        name: "empty files",
        base: |r| r.write("gone", ""),
        edit: |r| {
            r.remove("gone");
            r.write("here", "")
        },
    },
    Case {
        name: "empty to full and back",
        base: |r| {
            r.write("a", "");
            r.write("b", "b\n")
        },
        edit: |r| {
            r.write("a", "a\n");
            r.write("b", "")
        },
    },
    Case {
        name: "no newline at the end",
        base: |r| {
            r.write("a", "x");
            r.write("b", "x\n");
            r.write("c", "x\ny")
        },
        edit: |r| {
            r.write("a", "y");
            r.write("b", "x");
            r.write("c", "x\ny\n")
        },
    },
    Case { name: "carriage returns", base: |r| r.write("a", "x\r\ny\r\n"), edit: |r| r.write("a", "x\r\nz\r\n\r\n") },
    Case {
        name: "lone carriage returns and form feeds",
        base: |r| r.write("a", "x\ry\n\x0c\n"),
        edit: |r| r.write("a", "x\rz\n\x0b\n\u{2028}\n"),
    },
    Case {
        name: "pure rename",
        base: |r| r.write("a/old name", LINES),
        edit: |r| r.rename("a/old name", "b/new name"),
    },
    Case {
        name: "rename with an edit",
        base: |r| r.write("a", LINES),
        edit: |r| {
            r.rename("a", "z");
            r.write("z", format!("{LINES}21\n"))
        },
    },
    Case {
        name: "two files swap names",
        base: |r| {
            r.write("a", LINES);
            r.write("b", LINES.replace('1', "one "))
        },
        edit: |r| {
            r.rename("a", "c");
            r.rename("b", "a");
            r.rename("c", "b")
        },
    },
    Case {
        name: "copy",
        base: |r| r.write("a", LINES),
        edit: |r| {
            r.write("b", LINES);
            r.write("a", format!("{LINES}x\n"))
        },
    },
    Case { name: "mode only", base: |r| r.write("run.sh", LINES), edit: |r| r.mode("run.sh", 0o755) },
    Case {
        name: "mode and contents",
        base: |r| r.write("run.sh", LINES),
        edit: |r| {
            r.write("run.sh", "x\n");
            r.mode("run.sh", 0o755)
        },
    },
    Case {
        name: "rename and mode",
        base: |r| r.write("a", LINES),
        edit: |r| {
            r.rename("a", "b");
            r.mode("b", 0o755)
        },
    },
    Case { name: "file to symlink", base: |r| r.write("a", LINES), edit: |r| r.link("b", "a") },
    Case {
        name: "symlink to file",
        base: |r| r.link("b", "a"),
        edit: |r| {
            r.remove("a");
            r.write("a", LINES)
        },
    },
    Case { name: "symlink moved", base: |r| r.link("x/y", "a"), edit: |r| r.link("x/z", "a") },
    Case {
        name: "symlink added and deleted",
        base: |r| r.link("x", "a"),
        edit: |r| {
            r.remove("a");
            r.link("y", "b")
        },
    },
    Case {
        name: "binary",
        base: |r| {
            r.write("a.bin", [0, 1, 2]);
            r.write("c.bin", [0, 5])
        },
        edit: |r| {
            r.write("a.bin", [0, 1, 3]);
            r.write("b.bin", [0; 300]);
            r.remove("c.bin")
        },
    },
    Case {
        name: "binary with spaces and \" and \" in its name",
        base: |r| r.write("a and b.bin", [0, 1]),
        edit: |r| r.write("a and b.bin", [0, 2]),
    },
    Case {
        name: "binary renamed with an edit",
        base: |r| r.write("a.bin", [[0u8, 1, 2, 3]; 500].concat()),
        edit: |r| {
            r.rename("a.bin", "b.bin");
            r.write("b.bin", [[[0u8, 1, 2, 3]; 499].concat(), vec![9]].concat())
        },
    },
    Case {
        name: "large binary",
        base: |r| r.write("a", ""),
        edit: |r| {
            r.write(
                "noise",
                (0..20_000u32).flat_map(|n| (n.wrapping_mul(2_654_435_761)).to_le_bytes()).collect::<Vec<_>>(),
            )
        },
    },
    Case {
        name: "submodule added, moved, deleted",
        base: |r| {
            r.submodule("sub", '1');
            r.submodule("gone", '2')
        },
        edit: |r| {
            r.submodule("sub", '3');
            r.git(&["rm", "-q", "--cached", "gone"]);
            fs::remove_dir(r.path("gone")).unwrap();
            r.submodule("new", '4')
        },
    },
    Case {
        name: "file to submodule",
        base: |r| r.write("a", LINES),
        edit: |r| {
            r.remove("a");
            r.git(&["rm", "-q", "--cached", "a"]);
            r.submodule("a", '5')
        },
    },
    Case {
        name: "odd names",
        base: |r| r.write("plain", "x\n"),
        edit: |r| {
            for name in [
                "with space",
                " lead",
                "trail ",
                "tab\there",
                "new\nline",
                "quote\"d",
                "back\\slash",
                "\u{e9}t\u{e9}",
                "a b/c d",
                "a/b/a/b",
                "b/a",
                "x y x y",
                "cr\rhere",
                "-- dash",
                "\u{202e}rtl",
                "bell\x07",
            ] {
                r.write(name, "one\ntwo\n");
            }
            r.write(b"not\xffutf8", "x\n");
        },
    },
    Case {
        name: "odd names edited, emptied, made executable, renamed",
        base: |r| {
            for name in ["a b", "t\tb", "q\"", "\u{e9}"] {
                r.write(name, LINES);
                r.write(format!("{name}.x"), LINES.replace('1', "uno "));
                r.write(format!("{name}.r"), LINES.replace('2', "dos "))
            }
        },
        edit: |r| {
            for name in ["a b", "t\tb", "q\"", "\u{e9}"] {
                r.write(name, "x\n");
                r.mode(&format!("{name}.x"), 0o755);
                r.rename(&format!("{name}.r"), &format!("moved {name}"))
            }
        },
    },
    Case {
        name: "a patch inside a patch",
        base: |r| r.write("p.diff", "diff --git a/x b/x\nindex 1..2 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n"),
        edit: |r| {
            r.write("p.diff", "diff --git a/x b/x\n-- a/y\n++ b/y\n@@ -1,0 +1 @@\n-- \n2.47\n\nFrom 1234567\nBinary files a and b differ\n")
        },
    },
    Case {
        name: "lines that look like headers",
        base: |r| r.write("a", "-- a/x\n++ b/x\n@ -1 +1 @@\n"),
        edit: |r| r.write("a", "-- b/x\n\\ No newline at end of file\n"),
    },
    Case {
        name: "large file pointers",
        base: |r| r.write("big.bin", pointer('a')),
        edit: |r| {
            r.write("big.bin", pointer('b'));
            r.write("new.bin", pointer('c'))
        },
    },
    Case {
        name: "deep directories and many files",
        base: |r| {
            for n in 0..40 {
                r.write(format!("d{}/e/f{n}", n % 7), LINES)
            }
        },
        edit: |r| {
            for n in 0..40 {
                r.write(format!("d{}/e/f{n}", n % 7), format!("{n}\n{LINES}"))
            }
        },
    },
    Case {
        name: "directory becomes a file",
        base: |r| {
            r.write("d/a", LINES);
            r.write("d/b", "b\n")
        },
        edit: |r| {
            fs::remove_dir_all(r.path("d")).unwrap();
            r.write("d", "now a file\n")
        },
    },
];

fn pointer(digit: char) -> String {
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12345\n", digit.to_string().repeat(64))
}

fn show(error: &DiffError) -> String {
    format!("{:?}", miette::Report::msg(format!("{}: {error}", error.kind())))
}

#[test]
fn a_patch_says_what_git_says() {
    let renames: &[&[&str]] = &[&["-M"], &["--no-renames"], &["-M", "-C", "--find-copies-harder"]];
    let looks: &[&[&str]] = &[
        &[],
        &["--binary"],
        &["--full-index"],
        &["--no-prefix"],
        &["--no-prefix", "--binary"],
        &["--src-prefix=i/", "--dst-prefix=w/"],
        &["-U0"],
        &["-U40"],
        &["--stat", "-p"],
        &["--raw", "-p"],
        &["--histogram"],
        &["-c", "core.quotePath=false"],
    ];
    for case in CASES {
        let repo = Repo::new(case.base);
        repo.commit("head", case.edit);
        for detection in renames {
            for look in looks {
                let (config, look) = match *look {
                    ["-c", rest @ ..] => (vec!["-c", rest[0]], [].as_slice()),
                    look => (Vec::new(), look),
                };
                let algorithm = if look == ["--histogram"] { look } else { &[] };
                let truth = truth(&repo, &[detection, algorithm, &["base", "head"]].concat());
                let patch = repo.git(&[config.as_slice(), &["diff"], look, *detection, &["base", "head"]].concat());
                let got = diff(&patch, "p.diff").unwrap_or_else(|error| {
                    panic!(
                        "{} {detection:?} {look:?}: {}\n{}",
                        case.name,
                        show(&error),
                        String::from_utf8_lossy(&patch)
                    )
                });
                assert_eq!(found(&got), truth, "{} {detection:?} {look:?}", case.name);
            }
        }
    }
}

#[test]
fn mails_and_logs_say_what_git_says() {
    for case in CASES {
        let repo = Repo::new(case.base);
        repo.commit("head", case.edit);
        let truth = truth(&repo, &["-M", "base", "head"]);
        let table: &[&[&str]] = &[
            &["format-patch", "--stdout", "-M", "base..head"],
            &["format-patch", "--stdout", "-M", "--no-signature", "--binary", "base..head"],
            &["format-patch", "--stdout", "-M", "--cover-letter", "base..head"],
            &["show", "-M", "head"],
            &["show", "-M", "--format=email", "--stat", "-p", "head"],
            &["log", "-p", "-M", "base..head"],
            &["log", "-p", "--oneline", "-M", "base..head"],
        ];
        for args in table {
            let patch = repo.git(args);
            let got = diff(&patch, "p.mbox").unwrap_or_else(|error| {
                panic!("{} {args:?}: {}\n{}", case.name, show(&error), String::from_utf8_lossy(&patch))
            });
            assert_eq!(found(&got), truth, "{} {args:?}", case.name);
        }
    }
}

#[test]
fn modes_and_kinds_are_read_from_the_patch() {
    let repo = Repo::new(|r| {
        r.write("a", LINES);
        r.write("run", LINES.replace('1', "x"));
        r.write("big", pointer('a'));
    });
    repo.commit("head", |r| {
        r.write("a", "x\n");
        r.mode("run", 0o755);
        r.write("big", pointer('b'));
        r.link("a", "link");
        r.submodule("sub", '1');
        r.write("b.bin", [0, 1]);
    });
    for context in ["-U3", "-U0"] {
        let got = diff(&repo.git(&["diff", context, "base", "head"]), "p.diff").unwrap();
        let rows: Vec<String> = got
            .files
            .iter()
            .map(|file| {
                let side = |side: &Option<changeward::model::Side>| match side {
                    Some(side) => format!("{:o}:{}", side.mode, side.kind.as_str()),
                    None => "-".to_owned(),
                };
                format!("{} {} {}", file.path, side(&file.old), side(&file.new))
            })
            .collect();
        assert_eq!(
            rows,
            [
                "a 100644:regular 100644:regular",
                "b.bin - 100644:binary",
                "big 100644:lfs-pointer 100644:lfs-pointer",
                "link - 120000:symlink",
                "run 100644:regular 100755:executable",
                "sub - 160000:submodule",
            ],
            "{context}"
        );
    }
}

/// Steps of a series, and the net: status, path, old path, additions, deletions.
type Step = fn(&Repo);

#[test]
fn a_series_is_the_net_of_its_patches() {
    let table: Vec<(&str, Vec<Step>, Vec<&str>)> = vec![
        ("added then modified", vec![|r| r.write("n", "a\nb\n"), |r| r.write("n", "a\nc\n")], vec!["A n 3 1"]),
        ("modified twice", vec![|r| r.write("a", "x\n"), |r| r.write("a", "y\n")], vec!["M a 2 21"]),
        (
            "added then renamed",
            vec![|r| r.write("n", LINES.replace('1', "I")), |r| r.rename("n", "m")],
            vec!["A m 20 0"],
        ),
        (
            "modified then renamed",
            vec![|r| r.write("a", format!("{LINES}x\n")), |r| r.rename("a", "m")],
            vec!["R m <a 1 0"],
        ),
        (
            "renamed then modified",
            vec![|r| r.rename("a", "m"), |r| r.write("m", format!("{LINES}x\n"))],
            vec!["R m <a 1 0"],
        ),
        ("renamed twice", vec![|r| r.rename("a", "m"), |r| r.rename("m", "k")], vec!["R k <a 0 0"]),
        ("renamed and back", vec![|r| r.rename("a", "m"), |r| r.rename("m", "a")], vec!["M a 0 0"]),
        ("added then deleted", vec![|r| r.write("n", "x\n"), |r| r.remove("n")], vec!["D n 1 1"]),
        ("deleted then added", vec![|r| r.remove("a"), |r| r.write("a", "x\n")], vec!["M a 1 20"]),
        ("deleted then a link", vec![|r| r.remove("a"), |r| r.link("b", "a")], vec!["T a 1 20"]),
        ("renamed then deleted", vec![|r| r.rename("a", "m"), |r| r.remove("m")], vec!["D m <a 0 20"]),
        (
            "deleted, then another takes its name",
            vec![|r| r.remove("b"), |r| r.rename("a", "b")],
            vec!["D a 0 0", "M b 0 20"],
        ),
    ];
    for (name, steps, expected) in table {
        let repo = Repo::new(|r| {
            r.write("a", LINES);
            r.write("b", LINES.replace('2', "two "));
        });
        for (number, step) in steps.iter().enumerate() {
            repo.commit(&format!("s{number}"), step);
        }
        let last = format!("base..s{}", steps.len() - 1);
        for args in [["format-patch", "--stdout", "-M", &last], ["log", "--reverse", "-pM", &last]] {
            let got = diff(&repo.git(&args), "series.mbox").unwrap();
            let rows: Vec<String> = got
                .files
                .iter()
                .map(|f| {
                    let old = f.old_path.as_ref().map(|old| format!(" <{old}")).unwrap_or_default();
                    format!("{} {}{old} {} {}", letter(f.status), f.path, f.additions, f.deletions)
                })
                .collect();
            assert_eq!(rows, expected, "{name} {args:?}");
        }
    }
}

/// Every file of tests/data/patches is `CODE[-note].diff`: refused with that code, or `ok[-note].diff`. Of the latter the
/// first lines, `# STATUS PATH`, are what is expected of the rest.
#[test]
fn each_malformed_patch_has_its_code() {
    let mut seen = 0;
    for entry in fs::read_dir(Path::new("tests/data/patches")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|end| end != "diff") {
            continue;
        }
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let code = name.split('-').next().unwrap();
        let mut bytes = fs::read(&path).unwrap();
        let mut expected = Vec::new();
        while bytes.starts_with(b"# ") {
            let rest = bytes.split_off(bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1);
            expected.push(String::from_utf8(bytes).unwrap().trim_end().to_owned());
            bytes = rest;
        }
        match diff(&bytes, &name) {
            Ok(diff) => {
                let row = |f: &changeward::model::FileDiff| format!("# {} {}", letter(f.status), f.path);
                assert_eq!((code, diff.files.iter().map(row).collect()), ("ok", expected), "{name}");
            }
            Err(error) => {
                assert_eq!(error.kind(), code, "{name}: {error}");
                let report = miette::Diagnostic::code(&error).unwrap().to_string();
                assert_eq!(report, format!("changeward::diff::{code}"));
            }
        }
        seen += 1;
    }
    assert!(seen > 30, "only {seen} files");
}

#[test]
fn a_fault_is_shown_with_its_own_line_number() {
    let patch = "diff --git a/x b/x\nindex 1234..5678 100644\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n";
    let error = diff(patch.as_bytes(), "x.diff").unwrap_err();
    assert_eq!((error.kind(), error.line()), ("cut_off", 5));
    let shown = format!("{:?}", miette::Report::new(error));
    assert!(shown.contains("x.diff:5:"), "{shown}");
    assert!(shown.contains("5 │ @@ -1,3 +1,3 @@"), "{shown}");
    assert!(!shown.contains("diff --git"), "{shown}");
}

/// A whole patch of many kinds of files, to be cut and mutated.
fn whole() -> Vec<u8> {
    let repo = Repo::new(|r| {
        r.write("a", LINES);
        r.write("b", LINES.replace('1', "x"));
        r.write("c.bin", [0, 1]);
        r.write("gone", "x\n");
    });
    repo.commit("head", |r| {
        r.write("a", LINES.replace('5', "five"));
        r.rename("b", "m");
        r.write("c.bin", [0, 2]);
        r.remove("gone");
        r.write("new name", "x\ny");
        r.mode("a", 0o755);
    });
    repo.git(&["diff", "-M", "--binary", "base", "head"])
}

/// A patch cut anywhere is refused, unless what is left is a patch: git has no end mark, so a cut before the next file,
/// before the next hunk, before a missing newline's mark or after a mode cannot be seen. No file before the cut is ever lost.
#[test]
fn a_cut_patch_is_refused() {
    let patch = whole();
    let all = found(&diff(&patch, "p").unwrap());
    let starts = |at: usize, text: &str| patch[at..].starts_with(text.as_bytes()) && patch[at - 1] == b'\n';
    for end in 0..patch.len() {
        let Ok(cut) = diff(&patch[..end], "p") else { continue };
        let invisible = starts(end, "diff --git ")
            || starts(end, "@@ ")
            || starts(end, "\\ ")
            || patch[..end].ends_with(b"new mode 100755\n");
        assert!(invisible, "cut at {end}: {:?}", String::from_utf8_lossy(&patch[..end]));
        let files = patch[..end].windows(12).filter(|window| window == b"\ndiff --git ").count() + 1;
        assert_eq!(cut.files.len(), files, "cut at {end}");
        assert!(found(&cut).keys().all(|path| all.contains_key(path)));
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = diff(&bytes, "x");
    }

    #[test]
    fn no_lines_make_it_panic(lines in prop::collection::vec(prop::sample::select(vec![
        "diff --git a/x b/x", "diff --git x x", "diff --git \"a/\\303\\251\" \"b/\\303\\251\"", "index 1234..5678 100644",
        "index 0000..e69d", "new file mode 100644", "deleted file mode 120000", "old mode 100644", "new mode 100755",
        "rename from x", "rename to y", "copy from x", "copy to z", "similarity index 90%", "--- a/x", "+++ b/x",
        "--- /dev/null", "+++ /dev/null", "@@ -1 +1 @@", "@@ -0,0 +1,2 @@", "@@ -9999999999,9999999999 +1 @@", " a", "-a",
        "+a", "\\ No newline at end of file", "", "-- ", "From 1234567890 x", "commit 1234567", "GIT binary patch",
        "literal 1", "delta 1", "AzzzZ!", "Binary files a/x and b/x differ", "Only in a: b", "Submodule x 1234567..7654321:",
    ]), 0..14), crlf in any::<bool>()) {
        let text = lines.join(if crlf { "\r\n" } else { "\n" });
        if let Ok(diff) = diff(text.as_bytes(), "x") {
            prop_assert!(!diff.files.is_empty());
        }
        if let Err(error) = diff(text.as_bytes(), "x") {
            let shown = format!("{:?}", miette::Report::new(error));
            prop_assert!(!shown.is_empty());
        }
    }
}

/// Another reader of patches, written by other people, agrees on what both understand.
#[test]
fn diffy_counts_the_same_lines() {
    use diffy::patch_set::{ParseOptions, PatchSet};
    for case in CASES {
        let repo = Repo::new(case.base);
        repo.commit("head", case.edit);
        let patch = repo.git(&["diff", "--no-renames", "base", "head"]);
        let theirs = PatchSet::parse_bytes(&patch, ParseOptions::gitdiff()).map(|file| {
            let file = file.unwrap();
            let lines =
                file.patch().as_text().map(|text| text.hunks().iter().flat_map(|hunk| hunk.lines().to_vec()).collect());
            let lines: Vec<diffy::Line<'_, [u8]>> = lines.unwrap_or_default();
            let added = lines.iter().filter(|line| matches!(line, diffy::Line::Insert(_))).count() as u64;
            (added, lines.iter().filter(|line| matches!(line, diffy::Line::Delete(_))).count() as u64)
        });
        let theirs = theirs.fold((0, 0), |sum, file| (sum.0 + file.0, sum.1 + file.1));
        let ours = diff(&patch, "p").unwrap();
        let ours = ours.files.iter().fold((0, 0), |sum, file| (sum.0 + file.additions, sum.1 + file.deletions));
        assert_eq!(ours, theirs, "{}", case.name);
    }
}
