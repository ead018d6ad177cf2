//! Any text as a comment: no panic, a commit is hexadecimal, whatever counts stands at the start of a line, and the same text as
//! a quotation or in a fence commands nothing.
#![no_main]

use changeward::model::{ChangeClass, Command};
use changeward::parse::command::commands;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (found, misread) = commands(&text);
    let starts = text.split(['\n', '\r']).filter(|line| line.trim_start_matches(' ').starts_with('/')).count();
    assert!(found.len() + misread.len() <= starts.max(1));
    for command in &found {
        match command {
            Command::Approve { commit } => {
                assert!((7..=64).contains(&commit.len()));
                assert!(commit.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')), "{commit}");
            }
            Command::Class { class, .. } => assert_ne!(*class, ChangeClass::None),
            Command::Reject { reason } | Command::Hold { reason } => assert!(!reason.contains(['\n', '\r'])),
            Command::Release => {}
        }
    }
    assert!(misread.iter().all(|line| !line.why.is_empty() && !line.line.contains('\n')));
    let every = |before: &str| text.split(['\n', '\r']).map(|line| format!("{before}{line}\n")).collect::<String>();
    assert_eq!(commands(&every("> ")).0, []);
    assert_eq!(commands(&every("    ")).0, []);
    let fence = "`".repeat(1 + text.split(|c| c != '`').map(str::len).max().unwrap_or(0).max(2));
    assert_eq!(commands(&format!("{fence}\n{text}\n{fence}\n")).0, []);
});
