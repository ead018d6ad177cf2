//! Any text, given to the reader of METADATA blocks, as it is and as the inside of one block: no panic, no overflow, lines
//! inside the file.
#![no_main]

use changeward::parse::metadata::metadata;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    let block: String = data.lines().map(|line| format!("# {line}\n")).collect();
    for source in [data.to_owned(), format!("# METADATA\n{block}p := 1\n")] {
        let lines = source.split('\n').count();
        let (blocks, problems) = metadata(&source);
        assert!(blocks.iter().all(|block| (block.line as usize) < block.statement as usize));
        assert!(problems.iter().all(|problem| (1..=lines).contains(&(problem.line as usize))));
    }
});
