//! Where the tests of templates stand: `.changeward/tests/templates/ID/fits/*.diff` and `…/misfits/*.diff`.

use crate::app::controls::FOLDER;
use crate::model::{Finding, RepoPath, Severity, Template};
use std::collections::BTreeMap;

/// One file of a test.
pub(super) struct CaseFile {
    pub(super) path: String,
    /// It must fit.
    pub(super) fits: bool,
}

/// The folder of all tests of templates.
pub(super) fn folder() -> String {
    format!("{FOLDER}/tests/templates/")
}

/// The cases of each template by its id, those that must fit first; and what is no case of any template.
pub(super) fn cases(paths: &[String], templates: &[Template]) -> (BTreeMap<String, Vec<CaseFile>>, Vec<Finding>) {
    let prefix = folder();
    let mut cases: BTreeMap<String, Vec<CaseFile>> = BTreeMap::new();
    let mut strays = Vec::new();
    for path in paths {
        let Some(inside) = path.strip_prefix(&prefix) else { continue };
        let parts: Vec<&str> = inside.split('/').collect();
        let (id, fits) = match parts.as_slice() {
            [id, "fits", .., name] if is_case(name) => (*id, true),
            [id, "misfits", .., name] if is_case(name) => (*id, false),
            _ => {
                strays.push(stray(path, "it is no case: a case is ID/fits/NAME.diff or ID/misfits/NAME.diff"));
                continue;
            }
        };
        if !templates.iter().any(|template| template.id == id) {
            strays.push(stray(path, &format!("there is no template `{id}`")));
            continue;
        }
        cases.entry(id.to_owned()).or_default().push(CaseFile { path: path.clone(), fits });
    }
    cases.values_mut().for_each(|cases| cases.sort_by_key(|case| (!case.fits, case.path.clone())));
    (cases, strays)
}

fn is_case(name: &str) -> bool {
    name.ends_with(".diff") || name.ends_with(".patch")
}

fn stray(path: &str, why: &str) -> Finding {
    let path = RepoPath::from(path).quoted();
    Finding::new("CASE_IGNORED", Severity::Warn, format!("{path} is not run: {why}")).at([path])
}

/// How many changes must fit, and how many must not.
pub(super) fn number(cases: Option<&Vec<CaseFile>>) -> (u64, u64) {
    let count = |fits| cases.iter().flat_map(|cases| cases.iter()).filter(|case| case.fits == fits).count() as u64;
    (count(true), count(false))
}
