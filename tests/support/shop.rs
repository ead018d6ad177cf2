//! The shop of `tests/data/roster`: a repository of some 200 files, its matrix, and a CODEOWNERS beside it.
#![allow(dead_code, unreachable_pub, reason = "each test file includes it and uses a part")]

use changeward::model::{FileKind, Ownership, RepoPath, Sources, TrackedFile};
use changeward::parse;

pub const MATRIX: &str = include_str!("../data/roster/ownership.toml");
pub const CODEOWNERS: &str = include_str!("../data/roster/CODEOWNERS");
const FILES: &str = include_str!("../data/roster/files.txt");

/// The files of the repository, by path.
pub fn paths() -> Vec<&'static str> {
    FILES.lines().chain([".changeward/ownership.toml", ".github/CODEOWNERS"]).collect()
}

pub fn tracked<P: AsRef<[u8]>>(paths: impl IntoIterator<Item = P>) -> Vec<TrackedFile> {
    let file = |path: P| TrackedFile { path: RepoPath::new(path), kind: FileKind::Regular, id: None };
    let mut files: Vec<TrackedFile> = paths.into_iter().map(file).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

pub fn ownership(matrix: &str, codeowners: Option<&str>) -> Ownership {
    let read =
        |text: &str| parse::dialect::github::codeowners(text.as_bytes(), &".github/CODEOWNERS".into()).unwrap().0;
    Ownership::new(Sources {
        matrix: Some(parse::matrix(matrix, ".changeward/ownership.toml").unwrap()),
        codeowners: codeowners.map(read),
        ..Sources::default()
    })
}
