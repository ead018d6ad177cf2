//! What is read in a comment, on a table and on random texts.

#![expect(clippy::disallowed_methods, reason = "this test reads its table")]

use changeward::model::Command;
use changeward::parse::command::commands;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    text: String,
    #[serde(default)]
    is: Vec<String>,
    #[serde(default)]
    not: Vec<String>,
    #[serde(default, rename = "why")]
    _why: String,
}

fn spelled(command: &Command) -> String {
    match command {
        Command::Approve { commit } => format!("approve {commit}"),
        Command::Reject { reason } => format!("reject {reason}"),
        Command::Hold { reason } => format!("hold {reason}"),
        Command::Release => "release".to_owned(),
        Command::Class { class, rest } => format!("class {} {rest}", class.as_str()),
    }
}

#[test]
fn every_comment_says_what_the_table_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/commands/cases.toml");
    let table: Table = toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for case in table.case {
        let (found, misread) = commands(&case.text);
        let found: Vec<String> = found.iter().map(spelled).collect();
        let told = misread.len() == case.not.len() && misread.iter().zip(&case.not).all(|(m, not)| m.why.contains(not));
        if found != case.is || !told {
            wrong.push(format!("{:?}\n  is {found:?}\n  not {misread:#?}", case.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What `docs/comments.md` teaches is read as it says, and what it warns of is told.
#[test]
fn the_page_teaches_commands_that_work() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/comments.md")).unwrap();
    let taught: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("| `/")?.split('`').next()).collect();
    let read: Vec<String> =
        taught.iter().map(|line| commands(&format!("/{line}")).0.iter().map(spelled).collect()).collect();
    assert_eq!(read, taught);
    assert_eq!(taught.len(), 5);
    assert_eq!(commands("/aprove 1a2b3c4\n/approve").1.len(), 2);
}

#[test]
fn a_text_no_comment_can_have_is_not_read() {
    let (found, misread) = commands(&format!("/approve 1a2b3c4\n{}", "x".repeat(65_536)));
    assert_eq!((found.len(), misread.len()), (0, 1));
    let (found, misread) = commands(&"/approve\n".repeat(5_000));
    assert_eq!((found.len(), misread.len()), (0, 20));
}

proptest! {
    /// Nothing that stands in a quotation, in a fence or in a comment of HTML commands anything.
    #[test]
    fn what_is_hidden_commands_nothing(lines in prop::collection::vec("(/approve 1a2b3c4|/hold|/release x|> a|- a|a|)", 0..8)) {
        let quoted: String = lines.iter().map(|line| format!("> {line}\n")).collect();
        prop_assert_eq!(commands(&quoted).0, vec![]);
        let text = lines.join("\n");
        for (open, close) in [("```", "```"), ("~~~~", "~~~~"), ("<!--", "-->"), ("<pre>", "</pre>")] {
            prop_assert_eq!(commands(&format!("{open}\n{text}\n{close}\n")).0, vec![]);
        }
    }

    /// A command with empty lines around it counts wherever it stands among harmless paragraphs.
    #[test]
    fn a_command_by_itself_counts(before in prop::collection::vec("[a-z ]{0,9}", 0..4), commit in "[0-9a-f]{7,40}") {
        let text = format!("{}\n\n/approve {commit}\n\nthanks", before.join("\n"));
        prop_assert_eq!(commands(&text).0, vec![Command::Approve { commit }]);
    }
}
