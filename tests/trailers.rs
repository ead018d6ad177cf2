//! Trailers against git itself, on a table and on random messages.

#![expect(clippy::disallowed_methods, reason = "git is asked for the truth")]
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use changeward::parse::trailers::{co_authors, trailers};
use proptest::prelude::*;
use std::io::Write as _;
use std::process::{Command, Stdio};

/// `KEY: VALUE` per line, as git prints them.
fn git(message: &str) -> String {
    let mut child = Command::new("git")
        .args(["interpret-trailers", "--parse", "--no-divider"])
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_DIR", "/nonexistent")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(message.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

fn ours(message: &str) -> String {
    trailers(message).into_iter().map(|(key, value)| format!("{key}: {value}\n")).collect()
}

/// A message, and what is found in it.
const TABLE: &[(&str, &[&str])] = &[
    ("title\n\nChange-Type: standard\n", &["Change-Type: standard"]),
    ("title\n\nbody\n\nA: 1\nB: 2", &["A: 1", "B: 2"]),
    ("title\n\nA: 1\n\nbody\n", &[]),
    ("A: 1\n", &[]),
    ("A: 1\nB: 2\n\nC: 3\n", &["C: 3"]),
    ("title\nA: 1\n", &[]),
    ("\n\nA: 1\n", &["A: 1"]),
    ("title\n\nbody\nA: 1\n", &[]),
    (
        "title\n\nbody\nmore\nand more\nSigned-off-by: ann <ann@example.org>\n",
        &["Signed-off-by: ann <ann@example.org>"],
    ),
    ("title\n\n1\n2\n3\n4\nSigned-off-by: ann <ann@example.org>\n", &[]),
    ("title\n\n1\n2\n3\n4\nA: 1\nSigned-off-by: ann <a@x>\n", &["A: 1", "Signed-off-by: ann <a@x>"]),
    ("title\n\nsome text\n(cherry picked from commit 1234567)\nA: 1\n", &["A: 1"]),
    (
        "title\n\nJustification: a long\n  story that\n\tgoes on\nRisk: low\n",
        &["Justification: a long story that goes on", "Risk: low"],
    ),
    ("title\n\n  A: 1\n", &[]),
    ("title\n\nno trailer\n A: 1\n", &[]),
    ("title\r\n\r\nA: 1\r\nB: 2\r\n", &["A: 1", "B: 2"]),
    ("title\n\nA : 1\nB\t: 2\nC:3\n", &["A: 1", "B: 2", "C: 3"]),
    ("title\n\nA B: 1\n", &[]),
    ("title\n\nhttps://example.org/\n", &["https: //example.org/"]),
    ("title\n\nA:\nB:   \n", &["A: ", "B: "]),
    ("title\n\n---\nA: 1\n", &[]),
    ("title\n\n---\n\nA: 1\n", &["A: 1"]),
    ("title\n\nA: 1\n# a comment\nB: 2\n", &["A: 1", "B: 2"]),
    ("title\n\nA: 1\n# a comment\n folded\n", &[]),
    ("title\n\nA: 1\n\n# a comment\n\n", &["A: 1"]),
    ("title\n\nA: 1\n\nConflicts:\n\tsrc/main.rs\n", &["A: 1"]),
    ("title\n\nA: 1\n# ------------------------ >8 ------------------------\ndiff --git a/x b/x\n", &["A: 1"]),
    ("title\n\nA: 1\n   \nB: 2\n", &["B: 2"]),
    ("title\n\nA: 1\n   \n", &["A: 1"]),
    ("title\n\n\u{c4}: 1\n", &[]),
    ("title\n\nA: \u{c4} \u{1f600}\n", &["A: \u{c4} \u{1f600}"]),
    ("", &[]),
    ("\n", &[]),
];

#[test]
fn the_last_paragraph_is_read_as_git_reads_it() {
    for (message, expected) in TABLE {
        let found: Vec<String> = trailers(message).into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
        assert_eq!(found, *expected, "{message:?}");
        let unended = if message.ends_with('\n') { (*message).to_owned() } else { format!("{message}\n") };
        assert_eq!(ours(message), git(&unended).replace('\r', ""), "{message:?}");
    }
}

#[test]
fn co_authors_have_an_address() {
    let message = "title\n\nCo-authored-by: bob <bob@example.org>\nCO-AUTHORED-BY: <cat@example.org>\n\
        Co-authored-by: nobody\nCo-Authored-By: dan\n <dan@example.org> (later)\nCo-authored-by: eve <>\n";
    let expected = [("bob", "bob@example.org"), ("", "cat@example.org"), ("dan", "dan@example.org")];
    assert_eq!(co_authors(message), expected.map(|(name, email)| (name.to_owned(), email.to_owned())));
    // Git counts none of these as trailers; each of them names somebody who may not approve all the same.
    for message in [
        "title\nCo-authored-by: bob <bob@example.org>\n",
        "title\n\nsome text\nCo-authored-by: bob <bob@example.org>\n",
        "title\n\nCo-authored-by: bob <bob@example.org>\n\nCloses #4\n",
        "title\n\nCo-authored-by: bob <bob@example.org>\nthanks bob\n",
        "title\n\nCo-authored-by: bob@example.org\n\nmore\n",
    ] {
        let emails: Vec<String> = co_authors(message).into_iter().map(|(_, email)| email).collect();
        assert_eq!(emails, ["bob@example.org"], "{message:?}");
    }
}

const PIECES: &[&str] = &[
    "title",
    "A: 1",
    "Risk : low",
    "C:",
    "Signed-off-by: ann <ann@example.org>",
    "(cherry picked from commit 12)",
    " folded",
    "\tfolded ",
    "",
    "",
    "  ",
    "# comment",
    "---",
    "--- a: b",
    "Conflicts:",
    "some text",
    "text: with spaces",
    "two words: x",
    "a-b: c ",
    "-: d",
    ": e",
    "\r",
    "x\r",
    "Key: v\r",
    "# ------------------------ >8 ------------------------",
    "Signed-off-by:",
    "\x0b",
    "F\x0c: g",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn random_messages_are_read_as_git_reads_them(lines in prop::collection::vec(prop::sample::select(PIECES), 0..12)) {
        let message = lines.join("\n") + "\n";
        prop_assert_eq!(ours(&message), git(&message.replace("\r\n", "\n")), "{:?}", message);
    }

    #[test]
    fn no_text_makes_it_panic(message in any::<String>()) {
        let _ = (trailers(&message), co_authors(&message));
    }
}
