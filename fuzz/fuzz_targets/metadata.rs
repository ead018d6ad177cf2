//! Any text is a module with METADATA blocks: no panic, and what is wrong has a line of the text.
#![no_main]

use changeward::parse::metadata::metadata;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let lines = text.split('\n').count() as u32;
    let (blocks, problems) = metadata(&text);
    assert!(blocks.iter().all(|block| block.annotates.is_none_or(|line| line <= lines)));
    assert!(problems.iter().all(|problem| problem.line <= lines));
});
