//! How control files are read: one at a time, each parsed where it was found, with the mistakes of all kept together.

use super::fault::{ControlFault, SeveralInvalid};
use super::{FILES, FOLDER, FOLDERS, add};
use crate::app::evaluate;
use crate::app::failure::{Failure, FailureKind};
use crate::model::{Config, Finding, Place, Severity, Template};
use crate::parse::calendar::Calendar;
use crate::parse::{self, metadata::metadata};
use crate::policy::engine::{Module, Origin, RuleMeta};
use crate::policy::shipped;
use crate::world::WorldError;
use crate::world::tree::Tree;
use miette::Diagnostic;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Reads control files, and keeps what is wrong with any of them.
pub(super) struct Reader<'a> {
    pub(super) tree: &'a dyn Tree,
    pub(super) invalid: Vec<Box<dyn Diagnostic + Send + Sync>>,
    /// Over the files that name owners.
    pub(super) ownership: Sha256,
    /// Over all other control files.
    pub(super) controls: Sha256,
    pub(super) noticed: Vec<Finding>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(tree: &'a dyn Tree) -> Self {
        let (ownership, controls) = (Sha256::new(), Sha256::new());
        Self { tree, invalid: Vec::new(), ownership, controls, noticed: Vec::new() }
    }

    /// The text of a file and its name; `None` when there is none. Bytes that are no text make the file invalid.
    pub(super) fn text(&mut self, path: &str) -> Result<Option<(String, String)>, Failure> {
        let Some(bytes) = self.tree.read(path).map_err(unreadable)? else { return Ok(None) };
        add(&mut self.controls, path.as_bytes());
        add(&mut self.controls, &bytes);
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some((text, path.to_owned()))),
            Err(_) => {
                self.invalid.push(Box::new(ControlFault::NotText { file: path.to_owned() }));
                Ok(None)
            }
        }
    }

    pub(super) fn parsed<T, E: Diagnostic + Send + Sync + 'static>(&mut self, read: Result<T, E>) -> Option<T> {
        read.map_err(|error| self.invalid.push(Box::new(error))).ok()
    }

    /// Parses every file of a folder with an ending.
    pub(super) fn each<T, E: Diagnostic + Send + Sync + 'static>(
        &mut self,
        paths: &[String],
        folder: &str,
        ending: &str,
        parse: impl Fn(&str, &str) -> Result<T, E>,
    ) -> Result<Vec<T>, Failure> {
        let mut all = Vec::new();
        for path in files_of(paths, folder, ending) {
            if let Some((text, file)) = self.text(path)? {
                all.extend(self.parsed(parse(&text, &file)));
            }
        }
        Ok(all)
    }

    /// The calendars the configuration and the templates name. One that is not there is an error: it may be a freeze.
    pub(super) fn calendars(
        &mut self,
        config: &Config,
        templates: &[Template],
    ) -> Result<BTreeMap<String, Calendar>, Failure> {
        let windows = templates.iter().filter_map(|t| Some((t.window.as_ref()?, &t.place)));
        let named: Vec<_> = config.calendars.iter().map(|c| (&c.file, &c.place)).chain(windows).collect();
        let mut calendars = BTreeMap::new();
        for (file, place) in named {
            if calendars.contains_key(file) {
                continue;
            }
            let path = format!("{FOLDER}/{file}");
            match self.tree.read(&path).map_err(unreadable)? {
                Some(bytes) => {
                    add(&mut self.controls, path.as_bytes());
                    add(&mut self.controls, &bytes);
                    if let Some(calendar) = self.parsed(parse::calendar::calendar(&bytes, &path)) {
                        calendars.insert(file.clone(), calendar);
                    }
                }
                None => self.invalid.push(Box::new(ControlFault::NoCalendar { file: path, place: place.to_string() })),
            }
        }
        Ok(calendars)
    }

    /// The shipped policies and the organisation's own. Tests beside them (`*_test.rego`) are not rules.
    pub(super) fn modules(&mut self, paths: &[String]) -> Result<Vec<Module>, Failure> {
        let mut modules = shipped::modules();
        for path in files_of(paths, "policies", ".rego").filter(|path| !path.ends_with("_test.rego")) {
            if let Some((source, file)) = self.text(path)? {
                modules.push(Module { file, source, origin: Origin::Organisation });
            }
        }
        Ok(modules)
    }

    /// A file that nothing reads may be one somebody relies on: `ownershp.toml` must not mean "nobody owns anything".
    pub(super) fn unclaimed(&mut self, paths: &[String]) {
        for path in paths {
            let inside = path.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path);
            let (folder, name) = inside.split_once('/').unwrap_or(("", inside));
            // A file in a folder's place, or a folder in a file's, would be passed over, and with it perhaps a freeze.
            if FOLDERS.contains(&inside) {
                self.invalid.push(Box::new(ControlFault::NoFolder { path: path.clone() }));
            }
            if FILES.contains(&folder) {
                self.invalid.push(Box::new(ControlFault::NoFile { path: format!("{FOLDER}/{folder}") }));
            }
            let known = match folder {
                "" => FILES.contains(&name),
                "templates" | "lockdowns" | "exceptions" => name.ends_with(".toml"),
                "calendars" => name.ends_with(".ics"),
                "policies" => name.ends_with(".rego"),
                // Cases of tests may be of any kind; none of them decides anything.
                "tests" => true,
                _ => false,
            };
            let lower = name.to_lowercase();
            let relied_on = [".toml", ".rego", ".ics"].iter().any(|ending| lower.ends_with(ending));
            if relied_on && !known {
                self.invalid.push(Box::new(ControlFault::Unclaimed { file: path.clone() }));
            }
        }
    }

    /// What METADATA gives to the findings of the organisation's rules. The shipped ones give their codes themselves.
    pub(super) fn metas(&mut self, modules: &[Module]) -> Vec<RuleMeta> {
        let mut metas = Vec::new();
        for module in modules.iter().filter(|module| module.origin == Origin::Organisation) {
            let (blocks, problems) = metadata(&module.source);
            for problem in problems {
                let finding = Finding::new("POLICY_METADATA", Severity::Warn, problem.message.clone());
                self.noticed.push(finding.at([module.file.clone()]).line(problem.line));
            }
            metas.extend(blocks.into_iter().filter_map(|block| evaluate::rule_meta(&module.file, block)));
        }
        metas
    }

    pub(super) fn same_id<T>(&mut self, items: &[T], of: impl Fn(&T) -> (&String, &Place), what: &'static str) {
        // Upper and lower case count as the same, as within one file.
        let mut seen: BTreeMap<String, &Place> = BTreeMap::new();
        for item in items {
            let (id, place) = of(item);
            if let Some(first) = seen.insert(id.to_lowercase(), place) {
                let (id, first, second) = (id.clone(), first.to_string(), place.to_string());
                self.invalid.push(Box::new(ControlFault::SameId { what, id, first, second }));
            }
        }
    }

    pub(super) fn failure(&mut self) -> Option<Failure> {
        let mut invalid = std::mem::take(&mut self.invalid);
        match invalid.len() {
            0 => None,
            1 => invalid.pop().map(|one| Failure::boxed(FailureKind::Invalid, one)),
            _ => Some(Failure::invalid(SeveralInvalid { related: invalid })),
        }
    }
}

/// A control file that is there and is no plain file is an invalid one; anything else is git's or the disk's trouble.
pub(in crate::app) fn unreadable(error: WorldError) -> Failure {
    match error {
        WorldError::NotAFile { .. } | WorldError::TooLarge { .. } => Failure::invalid(error),
        _ => Failure::world(error),
    }
}

pub(super) fn files_of<'a>(paths: &'a [String], folder: &str, ending: &'a str) -> impl Iterator<Item = &'a String> {
    let prefix = format!("{FOLDER}/{folder}/");
    paths.iter().filter(move |path| path.starts_with(&prefix) && path.ends_with(ending))
}
