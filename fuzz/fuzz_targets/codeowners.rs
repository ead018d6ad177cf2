//! Any bytes are a CODEOWNERS file or an error, its index agrees with a scan, and matching ends.

#![no_main]

use changeward::model::{Pattern, PatternIndex, RepoPath};
use changeward::parse::dialect::github::codeowners;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok((file, _)) = codeowners(bytes, &RepoPath::from("CODEOWNERS")) else { return };
    let mut patterns: Vec<Pattern> = file.rules.into_iter().map(|rule| rule.pattern).collect();
    // The same words as globs of our own files: their reader must not panic either, and both dialects share an index.
    patterns.extend(String::from_utf8_lossy(bytes).split_whitespace().filter_map(|word| Pattern::glob(word).ok()));
    let index = PatternIndex::new(patterns.clone());
    for word in bytes.split(|byte| byte.is_ascii_whitespace()) {
        let path = RepoPath::new(word);
        let last = patterns.iter().rposition(|pattern| pattern.matches(&path));
        assert_eq!(index.last_match(&path), last);
    }
});
