//! Any bytes, read as each format of Conftest: no panic, and what is accepted is JSON.
#![no_main]

use changeward::model::ConftestParser;
use changeward::parse::conftest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    for (parser, _) in ConftestParser::ALL {
        match conftest(parser, data) {
            Ok(documents) => {
                for document in documents {
                    let _: serde_json::Value = serde_json::from_str(&document).unwrap();
                }
            }
            Err(fault) => assert!(!fault.why.is_empty()),
        }
    }
});
