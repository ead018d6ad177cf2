//! The policies of a working folder, with the tests beside them: what their author has before him, committed or not.

use super::FOLDER;
use super::reader::{Reader, files_of, unreadable};
use crate::app::failure::Failure;
use crate::model::Config;
use crate::policy::engine::{Module, Origin, RuleMeta};
use crate::world::tree::Tree;

/// What stands in `.changeward/policies/`, and the shipped policies.
#[derive(Debug)]
pub(in crate::app) struct Authored {
    pub(in crate::app) config: Config,
    /// Shipped, then the organisation's, then tests.
    pub(in crate::app) modules: Vec<Module>,
    /// Case files: name and text.
    pub(in crate::app) cases: Vec<(String, String)>,
}

/// What kind of file a name is of, for whoever runs tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::app) enum AuthoredKind {
    /// Rules.
    Rules,
    /// Tests in Rego.
    Tests,
    /// Cases as data.
    Cases,
}

impl AuthoredKind {
    /// `None` for a file that is of no concern.
    pub(in crate::app) fn of(name: &str) -> Option<Self> {
        let is_case = ["_test.yaml", "_test.yml", "_test.json"].iter().any(|ending| name.ends_with(ending));
        match () {
            () if name.ends_with("_test.rego") => Some(Self::Tests),
            () if name.ends_with(".rego") => Some(Self::Rules),
            () if is_case => Some(Self::Cases),
            () => None,
        }
    }
}

/// Reads the policies and tests of a state of the files.
///
/// # Errors
/// When one cannot be read (exit 4), or is no text (exit 3).
pub(in crate::app) fn authored(tree: &dyn Tree) -> Result<Authored, Failure> {
    let mut reader = Reader::new(tree);
    let paths = tree.list(&format!("{FOLDER}/policies")).map_err(unreadable)?;
    let config = reader.config()?;
    let mut modules = reader.modules(&paths)?;
    let mut cases = Vec::new();
    for path in files_of(&paths, "policies", "") {
        match AuthoredKind::of(path) {
            Some(AuthoredKind::Tests) => {
                let text = reader.text(path)?;
                modules.extend(text.map(|(source, file)| Module { file, source, origin: Origin::Test }));
            }
            Some(AuthoredKind::Cases) => cases.extend(reader.text(path)?.map(|(text, file)| (file, text))),
            Some(AuthoredKind::Rules) | None => {}
        }
    }
    reader.failure().map_or(Ok(Authored { config, modules, cases }), Err)
}

/// What METADATA says of the rules.
pub(in crate::app) fn metas(tree: &dyn Tree, modules: &[Module]) -> Vec<RuleMeta> {
    Reader::new(tree).metas(modules)
}
