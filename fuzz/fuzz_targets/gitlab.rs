//! Any bytes are a CODEOWNERS file of GitLab's: each section answers at most once, in order, and as a scan of its entries
//! does.

#![no_main]

use changeward::model::RepoPath;
use changeward::parse::dialect::gitlab::sections;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (file, findings) = sections(bytes, &RepoPath::from("CODEOWNERS"));
    assert!(findings.iter().all(|finding| finding.help.is_some()));
    for word in bytes.split(|byte| byte.is_ascii_whitespace()) {
        let path = RepoPath::new(word);
        let mut answers = file.of(&path).into_iter();
        for section in &file.sections {
            let matching = || section.entries.iter().filter(|entry| entry.pattern.matches(&path));
            let Some(last) = matching().next_back().filter(|_| !matching().any(|entry| entry.excludes)) else { continue };
            let answer = answers.next();
            assert_eq!(answer.as_ref().map(|answer| answer.place.line), Some(last.line));
            assert_eq!(answer.map(|answer| answer.section), Some(section.name.as_deref()));
        }
        assert!(answers.next().is_none());
    }
});
