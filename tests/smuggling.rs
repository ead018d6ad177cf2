//! Nothing is smuggled through a template: whatever is done to a change that fits, it is standard only if all that
//! differs is one allowed value in its place.
//!
//! The judge of these tests knows nothing of documents: a change is allowed when the new text is the old one to the byte,
//! but for one value, and that value is on a list.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

#[path = "support/judge.rs"]
mod judge;
#[path = "support/random.rs"]
#[expect(dead_code, reason = "only the dice are thrown here")]
mod random;

use judge::{Changed, refusal};
use random::Dice;

/// A file, the text around its one value, and what the value may be.
struct Story {
    path: &'static str,
    around: (&'static str, &'static str),
    old: &'static str,
    /// Every spelling of every value that may stand there.
    may: fn(&str) -> bool,
    new: &'static str,
    allow: &'static str,
}

fn number(text: &str) -> bool {
    let plain = text.strip_prefix('+').unwrap_or(text);
    // Every reader of YAML and of TOML takes this for 5.
    text == "0x5" || plain.len() <= 3 && plain.parse::<i64>().is_ok_and(|number| (2..=20).contains(&number))
}

const ZERO: &str = "0000000000000000000000000000000000000000000000000000000000000000";

fn digest(text: &str) -> bool {
    let bare = text.trim_matches('"');
    bare.strip_prefix("acme/web@sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)))
}

fn level(text: &str) -> bool {
    matches!(text.trim_matches(['"', '\'']), "debug" | "info" | "warn")
}

const NUMBER: &str = "type = \"integer\"\nmin = 2\nmax = 20\n";

fn stories() -> Vec<Story> {
    let numbers = |path, around, edit| Story { path, around, old: "3", may: number, new: "5", allow: edit };
    vec![
        numbers(
            "deploy/web.yaml",
            (
                "# how many\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, labels: {a: \"b\"}}\nspec:\n  replicas: ",
                "\n  template:\n    spec:\n      containers:\n      - name: web\n        image: acme/web\n        args: [\"-v\", '2']\n      - name: side\n        env: []\n",
            ),
            "/spec/replicas",
        ),
        numbers(
            "config/app.json",
            ("{\n  \"a\": [1, 2, {\"b\": null}],\n  \"size\": ", ",\n  \"name\": \"x\"\n}\n"),
            "/size",
        ),
        numbers(
            "config/app.toml",
            ("# sizes\n[pool]\nsize = ", " # at rest\nname = \"x\"\n\n[[list]]\na = 1\n"),
            "/pool/size",
        ),
        numbers(
            "infra/main.tf",
            (
                "resource \"acme_pool\" \"web\" {\n  # how many\n  size = ",
                "\n  name = \"x\"\n\n  tag {\n    a = var.b\n  }\n}\n",
            ),
            "/resource/acme_pool/web/size",
        ),
        Story {
            path: "deploy/kustomization.yaml",
            around: ("images:\n- name: web\n  ref: ", "\n- name: db\n  ref: acme/db:1\n"),
            old: "acme/web@sha256:0000000000000000000000000000000000000000000000000000000000000000",
            may: digest,
            new: "acme/web@sha256:1111111111111111111111111111111111111111111111111111111111111111",
            allow: "/images/[name=web]/ref",
        },
        Story {
            path: "config/app.env",
            around: ("# levels\nLOG_LEVEL=", "\nPORT=80\nNAME=\"x y\"\n"),
            old: "info",
            may: level,
            new: "debug",
            allow: "/LOG_LEVEL",
        },
        Story {
            path: "config/app.properties",
            around: ("# levels\nlog.level=", "\nport=80\n"),
            old: "info",
            may: level,
            new: "debug",
            allow: "/log.level",
        },
        Story {
            path: "config/app.ini",
            around: ("; levels\n[log]\nlevel = ", "\n[web]\nport = 80\n"),
            old: "info",
            may: level,
            new: "debug",
            allow: "/log/level",
        },
        Story {
            path: "config/log.xml",
            around: (
                "<?xml version=\"1.0\"?>\n<log>\n  <!-- how much -->\n  <level>",
                "</level>\n  <to file=\"x\"/>\n</log>\n",
            ),
            old: "info",
            may: level,
            new: "debug",
            allow: "/log/level/#text",
        },
        Story {
            path: "app/Dockerfile",
            around: ("ARG A=1\nFROM ", "\nRUN make && \\\n    make install\nCMD [\"web\"]\n"),
            old: "acme/web@sha256:0000000000000000000000000000000000000000000000000000000000000000",
            may: digest,
            new: "acme/web@sha256:1111111111111111111111111111111111111111111111111111111111111111",
            allow: "/stages/0/image",
        },
        Story {
            path: "zones/acme.zone",
            around: ("@ 300 IN A 192.0.2.1\nwww ", " IN A 192.0.2.1\n"),
            old: "300",
            may: |text| matches!(text, "30" | "60" | "300"),
            new: "60",
            allow: "",
        },
    ]
}

impl Story {
    fn text(&self, value: &str) -> String {
        format!("{}{value}{}", self.around.0, self.around.1)
    }

    fn template(&self) -> String {
        let rules = match self.old {
            "3" => NUMBER,
            "info" => "enum = [\"debug\", \"info\", \"warn\"]\n",
            _ => "image = \"pinned\"\n",
        };
        let allow = match self.allow {
            "" => "lines = { old = '(?<a>www) [0-9]+ (?<b>IN A 192\\.0\\.2\\.1)', new = '(?<a>www) (30|60|300) (?<b>IN A 192\\.0\\.2\\.1)' }".to_owned(),
            edit => format!("edit = \"{edit}\"\n{rules}"),
        };
        let folder = self.path.split('/').next().unwrap();
        format!(
            "version = 1\nid = \"t\"\ntitle = \"t\"\nstate = \"published\"\n[scope]\ninclude = [\"{folder}/**\"]\nkinds = [\"modified\"]\n[[allow]]\n{allow}\n"
        )
    }

    /// The change is allowed: nothing but the value differs, and it is on the list.
    fn allowed(&self, after: &[u8]) -> bool {
        let inside =
            after.strip_prefix(self.around.0.as_bytes()).and_then(|rest| rest.strip_suffix(self.around.1.as_bytes()));
        inside.and_then(|value| std::str::from_utf8(value).ok()).is_some_and(self.may)
    }
}

#[test]
fn what_fits_is_taken() {
    for story in stories() {
        let changed = Changed::modified(story.path, &story.text(story.old), story.text(story.new));
        assert_eq!(refusal(&story.template(), &[changed]), None, "{}", story.path);
    }
    assert!(digest(&format!("acme/web@sha256:{ZERO}")));
}

/// What an attacker may do to the text of a file.
fn mutate(text: &mut Vec<u8>, story: &Story, d: &mut Dice) {
    let lines = |text: &[u8]| text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
    let mut all = lines(text);
    let at = d.below(all.len().max(1) as u64) as usize;
    let byte = d.below(text.len().max(1) as u64) as usize;
    let insert = |text: &mut Vec<u8>, at: usize, what: &[u8]| drop(text.splice(at..at, what.iter().copied()));
    let end_of_line =
        |text: &[u8], from: usize| text[from..].iter().position(|b| *b == b'\n').map_or(text.len(), |n| from + n);
    match d.below(24) {
        0 => all.insert(at, b"privileged: true\n".to_vec()),
        1 => all.insert(at, b"  \"hostNetwork\": true,\n".to_vec()),
        2 => all.insert(at, b"  admin = true\n".to_vec()),
        3 => drop((!all.is_empty()).then(|| all.remove(at))),
        4 => all.insert(at, all.get(at).cloned().unwrap_or_default()),
        5 if all.len() > 1 => {
            let other = d.below(all.len() as u64) as usize;
            all.swap(at, other);
        }
        6 => return *text = text.split(|b| *b == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]),
        7 => return insert(text, end_of_line(text, byte), b"\r"),
        8 => return insert(text, 0, b"\xef\xbb\xbf"),
        9 => return text.extend_from_slice(b"---\nspec:\n  replicas: 5\n"),
        10 => return insert(text, end_of_line(text, byte), b" # nosec"),
        11 => all.insert(at, b"# checkov:skip=ALL\n".to_vec()),
        12 => {
            return insert(
                text,
                byte,
                *d.pick(&[&b"\xff"[..], b"\0", b"\xc3", "\u{200b}".as_bytes(), "\u{202e}".as_bytes()]),
            );
        }
        13 => {
            // Letters that look the same.
            let twins = [("a", "\u{430}"), ("e", "\u{435}"), ("o", "\u{43e}"), ("c", "\u{441}"), ("p", "\u{440}")];
            let (from, to) = *d.pick(&twins);
            let found = text.windows(1).skip(byte).position(|w| w == from.as_bytes()).map(|n| n + byte);
            return drop(found.map(|at| text.splice(at..=at, to.bytes())));
        }
        14 => return text.get_mut(byte).map(|b| *b = b.swap_case()).unwrap_or_default(),
        15 => return text.get_mut(byte).map(|b| *b = (d.below(95) + 32) as u8).unwrap_or_default(),
        16 => {
            return insert(
                text,
                byte,
                *d.pick(&[&b"&x "[..], b"*x", b"<<: *x\n", b"!!str ", b"!x ", b"{{ x }}", b"${x}", b"\t", b"  "]),
            );
        }
        17 => {
            return insert(
                text,
                byte,
                *d.pick(&[&b"#"[..], b";", b"//", b"/*", b"<!-- ", b"-->", b"'", b"\"", b"\\", b"\\\n"]),
            );
        }
        18 => return insert(text, byte, *d.pick(&[&b"0"[..], b"9", b"1e9", b"-", b".", b"_", b"0x"])),
        19 => {
            let value = *d.pick(&[
                "21",
                "1",
                "-5",
                "5.0",
                "\"5\"",
                "0x5",
                "05",
                "1e1",
                "5_0",
                "null",
                "true",
                ".nan",
                "[5]",
                "{a: 5}",
                "trace",
                "Debug",
                "debug ",
                "acme/web:latest",
                "acme/wеb@sha256:1111111111111111111111111111111111111111111111111111111111111111",
                "evil/web@sha256:1111111111111111111111111111111111111111111111111111111111111111",
            ]);
            return *text = story.text(value).into_bytes();
        }
        20 => return text.truncate(byte),
        21 => return drop((!text.is_empty()).then(|| text.remove(byte))),
        22 => all.insert(
            0,
            d.pick(&[
                &b"%YAML 1.1\n"[..],
                b"#cloud-config\n",
                b"# syntax=evil/frontend\n",
                b"# escape=`\n",
                b"<!DOCTYPE x [<!ENTITY a \"b\">]>\n",
            ])
            .to_vec(),
        ),
        _ => all.insert(at, b"\n".to_vec()),
    }
    *text = all.concat();
}

trait SwapCase {
    fn swap_case(self) -> Self;
}

impl SwapCase for u8 {
    fn swap_case(self) -> Self {
        if self.is_ascii_uppercase() { self.to_ascii_lowercase() } else { self.to_ascii_uppercase() }
    }
}

#[test]
fn no_mutation_of_a_text_is_taken_unless_it_is_an_allowed_value() {
    let mut taken = 0;
    let mut d = Dice::new(20_261_125);
    for story in stories() {
        let (before, template) = (story.text(story.old), story.template());
        for _ in 0..2_500 {
            let mut after = story.text(story.new).into_bytes();
            for _ in 0..=d.below(2) {
                mutate(&mut after, &story, &mut d);
            }
            let shown = String::from_utf8_lossy(&after).into_owned();
            let refused = refusal(&template, &[Changed::modified(story.path, &before, after.clone())]);
            let allowed = story.allowed(&after);
            assert!(refused.is_some() || allowed, "{} is smuggled through:\n{shown}", story.path);
            taken += u32::from(refused.is_none());
        }
    }
    assert!(taken > 100, "some mutations leave an allowed change: {taken}");
}

/// What an attacker may do to the files around.
#[test]
fn no_other_file_comes_along() {
    for story in stories() {
        let template = story.template();
        let good = Changed::modified(story.path, &story.text(story.old), story.text(story.new));
        let (folder, name) = story.path.split_once('/').unwrap();
        let with = |change: &dyn Fn(&mut Changed)| {
            let mut changed = good.clone();
            change(&mut changed);
            vec![changed]
        };
        let beside = |other: Changed| vec![good.clone(), other];
        let attacks: Vec<(&str, Vec<Changed>)> = vec![
            ("made executable", with(&|c| c.mode = 0o100_755)),
            ("a link", with(&|c| c.mode = 0o120_000)),
            ("a submodule", with(&|c| c.mode = 0o160_000)),
            ("renamed", with(&|c| c.old_path = Some(format!("{folder}/other-{name}")))),
            ("renamed in", with(&|c| c.old_path = Some(format!("secret/{name}")))),
            ("another case", with(&|c| c.path = c.path.to_uppercase())),
            ("another folder that looks the same", with(&|c| c.path = c.path.replacen('o', "\u{43e}", 1))),
            ("deleted", with(&|c| c.after = None)),
            ("added", with(&|c| c.before = None)),
            ("swapped", with(&|c| c.after = Some(b"something else\n".to_vec()))),
            ("emptied", with(&|c| c.after = Some(Vec::new()))),
            ("a file outside", beside(Changed::modified("src/main.rs", "a\n", "b\n"))),
            ("a file inside", beside(Changed::modified(&format!("{folder}/run.sh"), "a\n", "b\n"))),
            ("a file of another format", beside(Changed::modified(&format!("{folder}/x.bin"), "a\n", "b\0\n"))),
        ];
        for (attack, changed) in attacks {
            // A file that only moved out of sight of a case-blind reader is a name the scope does not hold.
            let same = attack.starts_with("another folder") && changed[0].path == story.path;
            assert!(same || refusal(&template, &changed).is_some(), "{}: {attack}", story.path);
        }
    }
}
