//! Any bytes, attached under names of each kind: no panic, what is accepted is JSON that the engine can read, and what is
//! wrong lies inside the file.
#![no_main]

use changeward::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data.strip_prefix(b"\xef\xbb\xbf").unwrap_or(data));
    for name in ["a.json", "a.yaml", "a.xml", "a"] {
        match parse::attachment(data, name) {
            Ok((_, document)) => {
                let _: serde_json::Value = serde_json::from_str(&document).unwrap();
            }
            Err(invalid) => {
                assert!(invalid.problems().len() > 0);
                assert!(invalid.problems().all(|problem| text.get(problem.span.clone()).is_some()));
            }
        }
    }
});
