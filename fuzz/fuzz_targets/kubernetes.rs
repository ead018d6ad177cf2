//! Any bytes are an OWNERS file of Kubernetes' with others around it: no list holds a name twice, and whoever may approve is
//! not asked to review as well.

#![no_main]

use changeward::model::{FoundFile, RepoPath};
use changeward::parse::dialect::{kubernetes, which_owners};
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

fuzz_target!(|bytes: &[u8]| {
    let file = |path: &str, bytes: &[u8]| FoundFile { path: RepoPath::from(path), contents: Ok(bytes.to_vec()) };
    let files = [
        file("OWNERS", b"approvers: [root]\nreviewers: [team]\n"),
        file("OWNERS_ALIASES", bytes),
        file("a/OWNERS", bytes),
        file("a/b/OWNERS", b"options: {no_parent_owners: true}\nlabels: [l]\n"),
    ];
    which_owners(&files);
    let (owners, findings) = kubernetes::owners(&files);
    assert!(findings.iter().all(|finding| finding.help.is_some()));
    for path in ["x", "a/x.go", "a/b/x"].map(RepoPath::from).into_iter().chain([RepoPath::new(bytes)]) {
        let Some(made) = owners.of(&path) else { continue };
        let people: BTreeSet<_> = made.owners.iter().chain(&made.reviewers).collect();
        assert_eq!(people.len(), made.owners.len() + made.reviewers.len());
    }
});
