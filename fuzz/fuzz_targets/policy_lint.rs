//! Any bytes as an organisation's policy, linted beside the shipped ones: findings that stand inside the text, or a refusal to
//! parse it; never a panic.
#![no_main]

use changeward::app::policy_lint::subject;
use changeward::policy::engine::{Module, Origin};
use changeward::policy::error::PolicyCode;
use changeward::policy::lint::{Templates, lint, outline};
use changeward::policy::shipped;
use libfuzzer_sys::fuzz_target;

const FILE: &str = ".changeward/policies/fuzz.rego";

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // A text without a package is most often a list of rules.
    let source = if text.starts_with("package") { text.to_owned() } else { format!("package changeward\n{text}") };
    let own = Module { file: FILE.to_owned(), source: source.clone(), origin: Origin::Organisation };
    let mut subjects: Vec<_> = shipped::modules().into_iter().map(|module| subject(module, false)).collect();
    subjects.push(subject(own, true));
    match lint(&subjects, &[], &Templates::default()) {
        Ok(linted) => {
            for one in linted.findings() {
                let own = one.finding.paths.first().is_some_and(|file| file == FILE);
                if let Some(place) = one.place.filter(|_| own) {
                    assert!(source.get(place.bytes.clone()).is_some(), "{} {:?}", one.finding.code, place.bytes);
                }
            }
        }
        Err(errors) => assert!(errors.problems().iter().all(|problem| problem.code != PolicyCode::Crashed), "{errors:?}"),
    }
    let _ = outline(&subjects);
});
