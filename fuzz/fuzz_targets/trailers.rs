//! Any text is a message: no panic, keys and values of one line, and trailers written again are read again.
#![no_main]

use changeward::parse::trailers::{co_authors, trailers};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let message = String::from_utf8_lossy(data);
    let found = trailers(&message);
    for (key, value) in &found {
        assert!(!key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "{key:?}");
        assert!(!value.contains('\n'), "{value:?}");
    }
    let lines: String = found.iter().map(|(key, value)| format!("{key}: {value}\n")).collect();
    assert_eq!(trailers(&format!("title\n\n{lines}")), found);
    assert!(co_authors(&message).iter().all(|(_, address)| !address.is_empty()));
});
