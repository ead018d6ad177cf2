//! Any bytes are an OWNERS file of Chromium's that others bring in: asking for imports ends, and nobody is named twice.

#![no_main]

use changeward::model::{FoundFile, RepoPath};
use changeward::parse::dialect::{chromium, which_owners};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

fuzz_target!(|bytes: &[u8]| {
    let file = |path: RepoPath, bytes: &[u8]| FoundFile { path, contents: Ok(bytes.to_vec()) };
    let mut files = vec![
        file(RepoPath::from("OWNERS"), b"root@example.org\n"),
        file(RepoPath::from("a/OWNERS"), bytes),
        file(RepoPath::from("a/b/OWNERS"), b"include /a/OWNERS\nper-file *.md=file:../OWNERS\n"),
    ];
    which_owners(&files);
    // Whatever is asked for holds the same bytes, so that imports meet in loops.
    for _ in 0..4 {
        let wanted = chromium::imports(&files);
        assert!(files.iter().all(|known| !wanted.contains(&known.path)));
        assert!(wanted.iter().all(|path| path.segments().all(|name| name != b"..")));
        files.extend(wanted.into_iter().map(|path| file(path, bytes)));
    }
    let (owners, findings) = chromium::owners(&files);
    assert!(findings.iter().all(|finding| finding.help.is_some()));
    for path in ["x", "a/x.md", "a/b/x.md"].map(RepoPath::from).into_iter().chain([RepoPath::new(bytes)]) {
        let Some(made) = owners.of(&path) else { continue };
        assert_eq!(made.owners.iter().collect::<BTreeSet<_>>().len(), made.owners.len());
    }
});
