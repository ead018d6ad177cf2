//! Any bytes, taken for each kind of file: what is imported is written as a matrix that is read back with as many rows, no
//! comment of it becomes anything else, and a doubt is one line.

#![no_main]

use changeward::model::{ImportKind, Principal, Spelling};
use changeward::parse;
use changeward::parse::import::{ImportFile, ImportHints, import};
use changeward::report::draft;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let names = [Spelling { name: "Jane Doe".into(), who: Principal::login("jane") }];
    for kind in ImportKind::ALL {
        let file = ImportFile { name: "services/x.csv", bytes: data, kind: Some(kind) };
        let Ok(imported) = import(&[file], &ImportHints { names: &names, contact: None }) else { continue };
        let text = draft::matrix(&imported);
        let bare: String = text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
        for text in [&text, &bare] {
            match parse::matrix(text, "ownership.toml") {
                Ok(matrix) => assert_eq!(matrix.rows.len(), imported.rows.len()),
                Err(error) => assert!(error.problems().all(|problem| problem.code == "too_large"), "{error:?}\n{text}"),
            }
        }
        let said = draft::doubts(&imported.doubts);
        assert_eq!(said.lines().count(), imported.doubts.len());
        assert!(!said.chars().any(|c| c.is_control() && c != '\n'), "{said:?}");
    }
});
