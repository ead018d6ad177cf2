//! Any bytes, given to the reader of patches: no panic, files in order and each once, faults inside the patch.
#![no_main]

use changeward::parse::diff::diff;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| match diff(data, "change.diff") {
    Ok(diff) => {
        assert!(!diff.files.is_empty());
        assert!(diff.files.is_sorted_by(|a, b| a.path < b.path));
        assert!(diff.files.iter().all(|file| file.old.is_some() || file.new.is_some()));
    }
    Err(fault) => {
        assert!(fault.line() <= 1 + data.iter().filter(|byte| **byte == b'\n').count());
    }
});
