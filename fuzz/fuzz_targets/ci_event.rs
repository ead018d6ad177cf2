//! Any bytes as an event's name, repository and payload: no panic, what is read is of this repository and named whole, and
//! what is said of the rest is one line without anything hidden.
#![no_main]

use changeward::model::{CommitId, Subject, is_unsafe};
use changeward::parse::ci_event::{EVENTS, ci_event};
use libfuzzer_sys::fuzz_target;
use miette::Diagnostic;

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(3, |byte| *byte == b'\n');
    let mut text = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let (name, repository) = (text(), text());
    let payload = parts.next().unwrap_or_default();
    match ci_event(&name, &repository, payload) {
        Ok(event) => {
            assert!(EVENTS.contains(&event.name.as_str()));
            assert_eq!(event.repository.to_string(), repository);
            assert!(event.sender.is_some() || !event.sender_is_person);
            holds(&event.subject);
        }
        Err(error) => {
            let all = std::iter::once(&error as &dyn Diagnostic).chain(error.related().into_iter().flatten());
            for one in all {
                let said = format!("{one} {}", one.help().map(|help| help.to_string()).unwrap_or_default());
                assert!(!said.chars().any(is_unsafe), "{said:?}");
            }
        }
    }
});

fn holds(subject: &Subject) {
    let whole = |id: &CommitId| matches!(id.0.len(), 40 | 64) && id.0.bytes().any(|b| b != b'0');
    match subject {
        Subject::Pull { number } | Subject::Issue { number } => assert!(*number > 0),
        Subject::PullsAt { head, numbers } => assert!(whole(head) && numbers.iter().all(|number| *number > 0)),
        Subject::MergeGroup { base, head, base_ref, .. } => assert!(whole(base) && whole(head) && !base_ref.is_empty()),
        Subject::Push { before, after, name } => {
            assert!(before.is_some() || after.is_some());
            assert!(before.iter().chain(after).all(whole) && name.starts_with("refs/"));
        }
        Subject::Deployment { commit, environment, .. } => assert!(whole(commit) && !environment.is_empty()),
        Subject::Everything => {}
    }
}
