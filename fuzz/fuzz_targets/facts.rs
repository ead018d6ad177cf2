//! Any bytes, given to the readers of the facts and of recorded outcomes: no panic, and what is wrong lies inside the file.
#![no_main]

use changeward::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let facts = parse::forge_facts(&text, "facts.json").err();
    let outcomes = parse::outcomes(&text, "outcomes.json").err();
    for invalid in facts.into_iter().chain(outcomes) {
        assert!(invalid.problems().len() > 0);
        assert!(invalid.problems().all(|problem| text.get(problem.span.clone()).is_some()));
    }
});
