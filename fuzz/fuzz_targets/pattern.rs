//! Each line is a pattern of both dialects and a path: compiling and matching end, an index answers as a scan does (the
//! last match, every match, whether any path matches), a path with everything escaped is the pattern of itself, and a
//! pattern that can match nothing matches nothing.
#![no_main]

use changeward::model::{Pattern, PatternIndex, RepoPath};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let lines: Vec<&[u8]> = data.split(|byte| *byte == b'\n').take(64).collect();
    let mut patterns = Vec::new();
    for line in &lines {
        patterns.extend(Pattern::github_bytes(line).ok());
        match std::str::from_utf8(line).map(Pattern::glob) {
            Ok(Ok(pattern)) => patterns.push(pattern),
            Ok(Err(error)) => assert!(error.offset <= line.len() && !error.msg.is_empty(), "{error:?}"),
            Err(_) => {}
        }
    }
    let index = PatternIndex::new(patterns.clone());
    let mut sweep = index.sweep(patterns.len());
    for line in &lines {
        let path = RepoPath::new(line);
        let last = patterns.iter().rposition(|pattern| pattern.matches(&path));
        assert_eq!(index.last_match(&path), last, "{path}");
        let all: Vec<usize> = (0..patterns.len()).filter(|at| patterns[*at].matches(&path)).collect();
        assert_eq!(index.all_matches(&path), all, "{path}");
        sweep.take(&path);
        assert!(all.iter().all(|at| sweep.matched()[*at]), "{path}");
        assert!(last.is_none_or(|at| !patterns[at].matches_nothing()), "{path}");
        itself(&path);
    }
});

/// Git knows no path with an empty segment, and neither dialect a pattern for one.
fn itself(path: &RepoPath) {
    let Some(text) = path.as_str().filter(|text| text.split('/').all(|part| !part.is_empty())) else { return };
    let escaped: String =
        text.chars().flat_map(|c| if "*?[]{},!\\-".contains(c) { vec!['\\', c] } else { vec![c] }).collect();
    for pattern in [Pattern::glob(&escaped), Pattern::github(&format!("/{escaped}"))].into_iter().flatten() {
        assert!(pattern.matches(path) || pattern.matches_nothing(), "`{}` does not match {path}", pattern.source());
    }
}
