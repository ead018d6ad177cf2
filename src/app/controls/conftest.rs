//! The policies and side data of `[conftest]`, read at the same state as every control file.

use super::fault::ControlFault;
use super::reader::{Reader, unreadable};
use crate::app::failure::Failure;
use crate::model::ConftestConfig;
use crate::parse;
use crate::policy::conftest::Policies;

impl Reader<'_> {
    /// Reads them. A folder without a policy, and side data that cannot be read, are invalid.
    pub(super) fn conftest(&mut self, wish: &ConftestConfig) -> Result<Policies, Failure> {
        let mut modules = Vec::new();
        for path in &wish.policy {
            let before = modules.len();
            for file in self.below(path)? {
                if file.ends_with(".rego") && !file.ends_with("_test.rego") {
                    modules.extend(self.text(&file)?.map(|(text, file)| (file, text)));
                }
            }
            if modules.len() == before {
                self.invalid.push(Box::new(ControlFault::NoPolicy { path: path.clone() }));
            }
        }
        modules.sort();
        modules.dedup();
        let mut data = Vec::new();
        for path in &wish.data {
            let before = data.len();
            for file in self.below(path)? {
                let lower = file.to_ascii_lowercase();
                if ![".json", ".yaml", ".yml"].iter().any(|ending| lower.ends_with(ending)) {
                    continue;
                }
                // The folders between the path and the file are keys.
                let inside = file.strip_prefix(path.as_str()).unwrap_or_default().trim_start_matches('/');
                let keys = inside.rsplit_once('/').map_or("", |(folders, _)| folders);
                let keys = keys.split('/').filter(|key| !key.is_empty()).map(str::to_owned).collect();
                data.extend(self.text(&file)?.map(|(text, file)| (file, keys, text.into_bytes())));
            }
            if data.len() == before {
                self.invalid.push(Box::new(ControlFault::NoData { path: path.clone() }));
            }
        }
        let data = parse::conftest_data(&data).unwrap_or_else(|(file, fault)| {
            self.invalid.push(Box::new(ControlFault::BadData { file, line: fault.line, why: fault.why }));
            String::from("{}")
        });
        Ok(Policies { modules, data, namespaces: wish.namespaces.clone(), combine: wish.combine })
    }

    /// A file, or every file of a folder.
    fn below(&self, path: &str) -> Result<Vec<String>, Failure> {
        if self.tree.read(path).ok().flatten().is_some() {
            return Ok(vec![path.to_owned()]);
        }
        self.tree.list(path).map_err(unreadable)
    }
}
