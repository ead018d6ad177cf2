//! Any text as the body of an issue: no panic, and a mark that is read is the first line, to the byte.
#![no_main]

use changeward::parse::{obligation_marker, request_marker};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let body = String::from_utf8_lossy(data);
    let first = body.split('\n').next().unwrap_or_default();
    let first = first.strip_suffix('\r').unwrap_or(first);
    let request = request_marker(&body);
    let obligation = obligation_marker(&body);
    assert!(request.is_none() || obligation.is_none());
    assert!(request.is_none_or(|mark| mark.to_string() == first && mark.run > 0));
    assert!(obligation.is_none_or(|mark| mark.to_string() == first));
});
