//! Any text, given to the reader of trailers: no panic, keys that are keys, values on one line.
#![no_main]

use changeward::parse::trailers::{co_authors, trailers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    for (key, value) in trailers(data) {
        assert!(!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
        assert!(!value.contains('\n'));
    }
    assert!(co_authors(data).iter().all(|(_, email)| !email.is_empty()));
});
