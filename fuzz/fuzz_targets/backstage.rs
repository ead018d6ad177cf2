//! Any bytes are a catalogue file: every owner it yields answers for what lies below, by a name that is none of an address.

#![no_main]

use changeward::model::{FoundFile, PrincipalKind, RepoPath};
use changeward::parse::dialect::backstage::catalog;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let file = FoundFile { path: RepoPath::from("a/catalog-info.yaml"), contents: Ok(bytes.to_vec()) };
    let (catalog, findings) = catalog(&[file]);
    assert!(findings.iter().all(|finding| finding.help.is_some()));
    let made = catalog.of(&RepoPath::from("a/b/x"));
    assert_eq!(made.is_some(), !catalog.entities.is_empty());
    for who in made.iter().flat_map(|made| &made.owners) {
        assert!(matches!(who.kind(), PrincipalKind::User | PrincipalKind::Team));
    }
    assert!(catalog.of(&RepoPath::from("b/x")).is_none());
});
