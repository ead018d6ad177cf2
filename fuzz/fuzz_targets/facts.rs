//! Any bytes, given to the reader of the facts: no panic, and what is wrong lies inside the file.
#![no_main]

use changeward::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Err(invalid) = parse::forge_facts(&text, "facts.json") {
        assert!(invalid.problems().len() > 0);
        assert!(invalid.problems().all(|problem| text.get(problem.span.clone()).is_some()));
    }
});
