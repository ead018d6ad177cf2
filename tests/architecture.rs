//! The house rules. If one of these fails, move the code; do not edit the table to make room for it.
//!
//! One hall, rooms that open only onto the hall, one staircase, one front door (`src/ARCHITECTURE.md`). The compiler
//! cannot hold walls inside one package, so this does: it reads the sources as tokens, not as text, so that no comment,
//! string, line break or brace hides an import.

#![expect(clippy::disallowed_methods, reason = "this test reads the sources it judges")]
#![expect(clippy::unwrap_used, reason = "a rule that cannot be checked is a rule that fails")]

#[path = "support/rust_tokens.rs"]
mod rust_tokens;

use rust_tokens::{Token, Tokens};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A room: its name, the rooms it may open a door to, the guests (third-party crates) it may name.
struct Room {
    name: &'static str,
    doors: &'static [&'static str],
    guests: &'static [&'static str],
}

const fn room(name: &'static str, doors: &'static [&'static str], guests: &'static [&'static str]) -> Room {
    Room { name, doors, guests }
}

/// The house.
const ROOMS: &[Room] = &[
    room("model", &[], &["jiff", "miette", "regex", "thiserror"]),
    room(
        "parse",
        &["model"],
        &[
            "csv_core",
            "jiff",
            "jsonc_parser",
            "miette",
            "pulldown_cmark",
            "roxmltree",
            "saphyr_parser",
            "serde",
            "serde_json",
            "strsim",
            "thiserror",
            "toml",
        ],
    ),
    room("assess", &["model"], &[]),
    room("audit", &["model"], &[]),
    room(
        "policy",
        &["model"],
        &["hmac", "md5", "miette", "regex", "regorus", "serde", "serde_json", "sha1", "sha2", "strsim", "thiserror"],
    ),
    room("decide", &["model"], &[]),
    room(
        "report",
        &["model"],
        &["anstyle", "base64", "miette", "serde", "serde_json", "sha2", "thiserror", "unicode_width"],
    ),
    room(
        "world",
        &["model"],
        &[
            "base64",
            "gix_imara_diff",
            "http",
            "http_body_util",
            "miette",
            "octocrab",
            "rlimit",
            "secrecy",
            "serde",
            "serde_json",
            "strsim",
            "thiserror",
            "tokio",
            "walkdir",
        ],
    ),
    room(
        "app",
        &["assess", "audit", "decide", "model", "parse", "policy", "report", "world"],
        &["miette", "serde_json", "sha1", "sha2", "strsim", "thiserror"],
    ),
    room(
        "cli",
        &["app", "model"],
        &["anstream", "anstyle", "clap", "clap_complete", "indicatif", "miette", "terminal_size", "thiserror"],
    ),
    room("main", &["cli", "model"], &[]),
];

/// Guests that several rooms may name, and why. Every other guest has one room, and its types stop there.
const SHARED: &[(&str, &str)] = &[
    ("anstyle", "a colour is a value; what may be coloured is known to the format, whether it is to the door"),
    ("base64", "the bytes of a path in a document, and of a file in an answer of the forge"),
    ("jiff", "the one kind of time, and the time zones that calendars are written in"),
    ("miette", "the language of errors: code, place, next step"),
    ("regex", "builtins of the policy engine, and OWNERS files whose filters are regular expressions"),
    ("serde", "each frozen document has its record in the room that reads or writes it"),
    ("serde_json", "each frozen document has its record in the room that reads or writes it"),
    ("sha1", "builtins of the policy engine, and git's names of contents"),
    ("sha2", "builtins of the policy engine, the digests of a decision, and those of a page's own script and style"),
    ("strsim", "did-you-mean: keys of files, functions of policies, names of revisions"),
    ("thiserror", "the language of errors: code, place, next step"),
];

/// Packages whose library has another name than they have.
const RENAMED: &[(&str, &str)] = &[("md-5", "md5")];

/// Lines of a file without its tests.
const LONGEST: usize = 400;
/// Lines of `main.rs` and `lib.rs`: a door and a list of rooms.
const LONGEST_DOOR: usize = 60;

#[test]
fn the_house_stands() {
    let house = House::read(Path::new(env!("CARGO_MANIFEST_DIR")));
    let faults = house.faults();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn every_guest_has_one_room_or_a_reason() {
    let mut rooms: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for room in ROOMS {
        for guest in room.guests {
            rooms.entry(guest).or_default().push(room.name);
        }
    }
    for (guest, rooms) in &rooms {
        let shared = SHARED.iter().any(|(name, _)| name == guest);
        assert_eq!(rooms.len() > 1, shared, "`{guest}` is named in {rooms:?}; SHARED lists what may be in several");
    }
    let invited: BTreeSet<&str> = rooms.into_keys().collect();
    let listed = dependencies(Path::new(env!("CARGO_MANIFEST_DIR")));
    let listed: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
    assert_eq!(invited, listed, "the rooms and `[dependencies]` name the same guests");
}

/// A guest that one file hides from the rest of its room.
const HIDDEN: &[(&str, &str)] = &[("octocrab", "world/github/transport.rs"), ("tokio", "world/github/transport.rs")];

#[test]
fn some_guests_are_known_to_one_file() {
    let house = House::read(Path::new(env!("CARGO_MANIFEST_DIR")));
    for (guest, home) in HIDDEN {
        let knows = |text: &str| Tokens::of(text).list().iter().any(|token| token.is(guest));
        let files: Vec<_> = house.files.iter().filter(|(_, text)| knows(text)).map(|(name, _)| name.as_str()).collect();
        assert_eq!(files, [*home], "`{guest}` is named where nobody should know of it");
    }
}

/// The names by which the code can call the packages of `[dependencies]`.
fn dependencies(root: &Path) -> Vec<String> {
    let manifest: toml::Table = std::fs::read_to_string(root.join("Cargo.toml")).unwrap().parse().unwrap();
    let listed = manifest.get("dependencies").and_then(|table| table.as_table()).unwrap();
    let library = |name: &String| match RENAMED.iter().find(|(package, _)| package == name) {
        Some((_, library)) => (*library).to_owned(),
        None => name.replace('-', "_"),
    };
    listed.keys().map(library).collect()
}

/// All sources, as `room/file.rs` to text.
struct House {
    files: BTreeMap<String, String>,
    guests: Vec<String>,
}

impl House {
    fn read(root: &Path) -> Self {
        let mut files = BTreeMap::new();
        let mut folders = vec![root.join("src")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path: PathBuf = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "rs") {
                    let parts: Vec<_> = path.strip_prefix(root.join("src")).unwrap().iter().collect();
                    let name = parts.join(std::ffi::OsStr::new("/")).into_string().unwrap();
                    files.insert(name, std::fs::read_to_string(&path).unwrap());
                }
            }
        }
        Self { files, guests: dependencies(root) }
    }

    fn faults(&self) -> Vec<String> {
        let mut faults: Vec<String> = self.unreachable();
        for (name, text) in &self.files {
            faults.extend(judge(name, text, &self.guests).into_iter().map(|fault| format!("src/{name}: {fault}")));
        }
        faults
    }

    /// Files that no `mod` line leads to: they are compiled by nobody.
    fn unreachable(&self) -> Vec<String> {
        let mut reached = BTreeSet::from(["lib.rs".to_owned(), "main.rs".to_owned()]);
        let mut open: Vec<String> = reached.iter().cloned().collect();
        while let Some(name) = open.pop() {
            let Some(text) = self.files.get(&name) else { continue };
            let folder = match name.rsplit_once('/') {
                Some((folder, "mod.rs")) => format!("{folder}/"),
                None => String::new(),
                Some(_) => format!("{}/", name.trim_end_matches(".rs")),
            };
            for module in Tokens::of(text).modules() {
                for file in [format!("{folder}{module}.rs"), format!("{folder}{module}/mod.rs")] {
                    if self.files.contains_key(&file) && reached.insert(file.clone()) {
                        open.push(file);
                    }
                }
            }
        }
        let lost = self.files.keys().filter(|name| !reached.contains(*name));
        lost.map(|name| format!("src/{name}: no `mod` line leads here")).collect()
    }
}

/// What is wrong with one file, by its name below `src`.
fn judge(name: &str, text: &str, guests: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    if name == "lib.rs" {
        return too_long(text, LONGEST_DOOR).into_iter().collect();
    }
    let home = name.split('/').next().unwrap().trim_end_matches(".rs");
    let Some(room) = ROOMS.iter().find(|room| room.name == home) else {
        return vec![format!("`{home}` is no room of this house")];
    };
    let head = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with("#!["));
    if !head.is_some_and(|line| line.starts_with("//! ") && line.len() > 4) {
        faults.push("opens without `//!` and why it exists".to_owned());
    }
    faults.extend(too_long(text, if home == "main" { LONGEST_DOOR } else { LONGEST }));
    let tokens = Tokens::of(text).without_tests();
    for root in roots(&tokens, home == "main") {
        match root.as_str() {
            "*" | "self" => faults.push(format!("imports `crate::{root}`, which hides the room it means")),
            root if root == home || room.doors.contains(&root) => {}
            root => faults.push(format!("the room `{home}` opens a door to `{root}`")),
        }
    }
    if climbs_out(&tokens, name) {
        faults.push("climbs out of its room by `super`".to_owned());
    }
    for guest in guests.iter().filter(|guest| !room.guests.contains(&guest.as_str())) {
        if names_guest(&tokens, guest) {
            faults.push(format!("the room `{home}` names the guest `{guest}`"));
        }
    }
    for hidden in ["include", "path", "macro_use"] {
        if tokens.has_hidden_import(hidden) {
            faults.push(format!("brings code in by `{hidden}`, where no rule sees it"));
        }
    }
    faults
}

/// The rooms that paths start at: `crate::room` and, in the binary, `changeward::room`; each root of a braced list.
fn roots(tokens: &Tokens, in_binary: bool) -> Vec<String> {
    let list = tokens.list();
    let mut roots = Vec::new();
    for (n, token) in list.iter().enumerate() {
        let house = token.is("crate") || (in_binary && token.is("changeward") && !tokens.after_path(n));
        if !house {
            continue;
        }
        match (list.get(n + 1), list.get(n + 2)) {
            (Some(colons), Some(next)) if colons.is("::") && next.is("{") => roots.extend(tokens.heads_of_list(n + 2)),
            (Some(colons), Some(next)) if colons.is("::") => roots.push(next.text().to_owned()),
            // `use crate as house;` and `extern crate self as house;`
            (Some(next), _) if next.is("as") || next.is("self") => roots.push("self".to_owned()),
            _ => {}
        }
    }
    roots
}

/// `super::super` anywhere, or `super::` at the top of a room's `mod.rs`: both end outside the room.
fn climbs_out(tokens: &Tokens, name: &str) -> bool {
    let at_the_top = name.split('/').count() == 2 && name.ends_with("/mod.rs");
    let list = tokens.list();
    let twice = |n: usize| [n + 1, n + 2].map(|at| list.get(at).map(Token::text)) == [Some("::"), Some("super")];
    list.iter().enumerate().any(|(n, token)| {
        token.is("super") && !tokens.is_visibility(n) && (twice(n) || (at_the_top && tokens.depth_of_modules(n) == 0))
    })
}

/// A path that starts with the guest's name, or an import of it.
fn names_guest(tokens: &Tokens, guest: &str) -> bool {
    let list = tokens.list();
    list.iter().enumerate().any(|(n, token)| {
        let follows = |text: &str| list.get(n + 1).is_some_and(|next| next.is(text));
        let imported = tokens.in_use(n) && (follows(";") || follows("as") || follows(",") || follows("}"));
        token.is(guest) && !tokens.after_path(n) && (follows("::") || imported)
    })
}

fn too_long(text: &str, most: usize) -> Option<String> {
    let lines = text.lines().take_while(|line| *line != "#[cfg(test)]").count();
    (lines > most).then(|| format!("{lines} lines without its tests, of at most {most}: this is two files"))
}

/// The checker itself: each planted fault must be found, and nothing else.
mod planted {
    use super::{House, judge};
    use std::collections::BTreeMap;

    fn guests() -> Vec<String> {
        ["clap", "regorus", "serde", "toml", "walkdir"].map(str::to_owned).into()
    }

    #[track_caller]
    fn check(name: &str, body: &str, expected: &[&str]) {
        let faults = judge(name, &format!("//! Why.\n{body}\n"), &guests());
        assert_eq!(faults.len(), expected.len(), "{body}\n{faults:?}");
        for (fault, part) in faults.iter().zip(expected) {
            assert!(fault.contains(part), "{body}\n{fault} does not say {part}");
        }
    }

    #[test]
    fn doors_into_other_rooms_are_found_however_they_are_written() {
        let door = ["opens a door to `world`"];
        for body in [
            "use crate::world::files;",
            "use crate::{model::Change, world::files};",
            "use crate::{\n    model::{Change, Diff},\n    // a comment, with crate::decide\n    world,\n};",
            "use crate :: /* why */ world;",
            "fn f() { crate::world::files::read() }",
            "fn f(x: &crate::world::Tree) {}",
            "pub use crate::r#world::files;",
            "m!(crate::world::x);",
            "const C: char = '{'; const S: &str = \"}\\\"{\"; const R: &str = r#\"\"}\"#; use crate::world;",
            "fn f<'a>(x: &'a str) -> crate::world::X<'a> {}",
            "#[cfg(test)]\nuse crate::parse;\nuse crate::world;",
        ] {
            check("parse/x.rs", body, &door);
        }
        check("main.rs", "use changeward::world::files;", &door);
        check("main.rs", "use changeward::{cli, world};", &door);
        check("decide/mod.rs", "use crate::{world, policy};", &["`world`", "`policy`"]);
    }

    #[test]
    fn what_is_allowed_is_not_a_fault() {
        for body in [
            "use crate::model::{Change, Diff};",
            "use crate::parse::other;",
            "use crate::{model, parse::{self, config}};",
            "/// See [`crate::world::files`].\n// crate::world\nconst S: &str = \"crate::world\";",
            "pub(crate) fn f() {}\npub(in crate::parse) fn g() {}",
            "use super::sibling;\nfn f() { self::x::world::y(); super::world(); }",
            "#[cfg(test)]\nmod tests {\n    use crate::world::files;\n    mod deeper { use super::super::x; }\n}",
            "#[cfg(test)]\npub(super) mod fixtures { use crate::decide; }\nuse crate::model;",
            "#[diagnostic(code(changeward::world::x))] struct X;",
            "use serde::Deserialize;\nuse toml::Table;\nfn f(clap: u8) -> u8 { clap }",
            "fn f() { model.clap::<u8>(); parse::clap::x(); }",
        ] {
            check("parse/x.rs", body, &[]);
        }
        check("main.rs", "use changeward::cli;", &[]);
    }

    #[test]
    fn ways_around_are_found() {
        check("parse/x.rs", "use super::super::world;", &["climbs out"]);
        check("parse/sub/x.rs", "use super::{super::super::world};", &["climbs out"]);
        check("parse/mod.rs", "use super::world;", &["climbs out"]);
        check("parse/mod.rs", "mod inner { use super::x; }", &[]);
        check("parse/sub/mod.rs", "use super::x;", &[]);
        check("parse/mod.rs", "pub(super) fn f() {}", &[]);
        check("parse/x.rs", "use crate::*;", &["crate::*"]);
        check("parse/x.rs", "use crate::{self as house};", &["crate::self"]);
        check("parse/x.rs", "use crate as house;", &["crate::self"]);
        check("parse/x.rs", "extern crate self as changeward;", &["crate::self"]);
        check("parse/x.rs", "include!(\"../world/files.rs\");", &["`include`"]);
        check("parse/x.rs", "#[path = \"../world/files.rs\"]\nmod files;", &["`path`"]);
        check("attic/x.rs", "", &["no room"]);
    }

    #[test]
    fn guests_in_the_wrong_room_are_found() {
        let guest = ["names the guest `clap`"];
        for body in [
            "use clap::Parser;",
            "use ::clap::Parser;",
            "use {clap::Parser, serde::Serialize};",
            "use clap;",
            "use clap as c;",
            "use {serde, clap};",
            "extern crate clap;",
            "#[derive(clap::Args)] struct X;",
            "fn f() -> clap::Command { g() }",
        ] {
            check("parse/x.rs", body, &guest);
        }
        check("decide/x.rs", "use serde::Serialize;", &["guest `serde`"]);
        check("policy/engine.rs", "use regorus::Engine;", &[]);
    }

    #[test]
    fn a_file_says_why_it_exists_and_is_short() {
        let faults = judge("parse/x.rs", "use crate::model;\n", &guests());
        assert!(faults.iter().any(|fault| fault.contains("`//!`")), "{faults:?}");
        let head = "#![expect(clippy::disallowed_methods, reason = \"r\")]\n//! Why.\n";
        assert_eq!(judge("world/x.rs", head, &guests()), Vec::<String>::new());
        let long = format!("//! Why.\n{}", "\n".repeat(400));
        assert!(judge("parse/x.rs", &long, &guests()).iter().any(|fault| fault.contains("two files")));
        let tested = format!("//! Why.\n#[cfg(test)]\nmod tests {{{}}}\n", "\n".repeat(400));
        assert_eq!(judge("parse/x.rs", &tested, &guests()), Vec::<String>::new());
    }

    #[test]
    fn a_file_that_nothing_leads_to_is_found() {
        let text = |body: &str| format!("//! Why.\n{body}\n");
        let files = BTreeMap::from([
            ("lib.rs".to_owned(), "pub mod parse;\n".to_owned()),
            ("main.rs".to_owned(), text("fn main() {}")),
            ("parse/mod.rs".to_owned(), text("mod a;\npub(crate) mod sub;\n// mod lost;\n")),
            ("parse/a.rs".to_owned(), text("#[cfg(test)]\nmod cases;")),
            ("parse/a/cases.rs".to_owned(), text("")),
            ("parse/sub/mod.rs".to_owned(), text("mod b;")),
            ("parse/sub/b.rs".to_owned(), text("")),
            ("parse/lost.rs".to_owned(), text("")),
        ]);
        let faults = House { files, guests: guests() }.faults();
        assert_eq!(faults, ["src/parse/lost.rs: no `mod` line leads here"]);
    }
}
