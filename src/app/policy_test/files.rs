//! Which files are tested: the organisation's policies and, beside them, what the command line names.

use super::TestRequest;
use crate::app::controls::{self, Authored, AuthoredKind};
use crate::app::failure::Failure;
use crate::model::Config;
use crate::policy::engine::{Module, Origin, RuleMeta};
use crate::world::files;
use crate::world::given;
use crate::world::tree::{Folder, Tree};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The folder of everything people write for the gate.
const FOLDER: &str = ".changeward";

/// A case file.
pub(super) struct CaseText {
    pub(super) file: String,
    pub(super) text: String,
    /// Where files it names are looked for.
    pub(super) folder: PathBuf,
}

/// Everything that is read before a test runs.
pub(super) struct Files {
    pub(super) config: Config,
    pub(super) modules: Vec<Module>,
    pub(super) metas: Vec<RuleMeta>,
    pub(super) cases: Vec<CaseText>,
    /// The files whose tests run; `None`: all of them.
    chosen: Option<BTreeSet<String>>,
}

impl Files {
    /// Reads the policies, their tests, and what was named.
    ///
    /// # Errors
    /// When something cannot be read, or is no text.
    pub(super) fn read(request: &TestRequest) -> Result<Self, Failure> {
        let home = files::home(&request.dir, FOLDER).map_err(Failure::usage)?;
        let folder = Folder::open(&home).map_err(Failure::world)?;
        let Authored { config, mut modules, cases } = controls::authored(&folder)?;
        let beside = |file: &str| home.join(file).parent().map(Path::to_path_buf).unwrap_or_default();
        let mut cases: Vec<CaseText> =
            cases.into_iter().map(|(file, text)| CaseText { folder: beside(&file), file, text }).collect();
        let mut chosen = (!request.paths.is_empty()).then(BTreeSet::new);
        let known: BTreeSet<String> = modules
            .iter()
            .map(|module| module.file.clone())
            .chain(cases.iter().map(|case| case.file.clone()))
            .collect();
        for path in &request.paths {
            for named in named(&request.dir, path)? {
                let own = files::real(&named.place).strip_prefix(&home).ok().map(slashed);
                let name = own.filter(|own| known.contains(own)).unwrap_or_else(|| named.name.clone());
                let new = !known.contains(&name) && chosen.as_ref().is_none_or(|chosen| !chosen.contains(&name));
                if let Some(chosen) = &mut chosen {
                    chosen.insert(name.clone());
                }
                if new {
                    take(named, &mut modules, &mut cases)?;
                }
            }
        }
        let metas = controls::metas(&folder, &modules);
        // Tests stand behind all rules, as they do where nothing was named.
        modules.sort_by_key(|module| module.origin == Origin::Test);
        Ok(Self { config, modules, metas, cases, chosen })
    }

    /// The tests of this file run.
    pub(super) fn selected(&self, file: &str) -> bool {
        self.chosen.as_ref().is_none_or(|chosen| chosen.contains(file))
    }
}

/// A file that was named, or stands in a folder that was.
struct Named {
    name: String,
    place: PathBuf,
    kind: AuthoredKind,
}

/// The files a path of the command line means.
fn named(dir: &Path, path: &Path) -> Result<Vec<Named>, Failure> {
    let place = dir.join(path);
    let one = |name: String, place: PathBuf| {
        let kind = AuthoredKind::of(&name)?;
        Some(Named { name, place, kind })
    };
    if files::is_folder(&place) {
        let folder = Folder::open(&place).map_err(Failure::usage)?;
        let found = folder.list("").map_err(Failure::world)?;
        let shown = slashed(path);
        let prefix = if shown.is_empty() || shown == "." { String::new() } else { format!("{shown}/") };
        return Ok(found.into_iter().filter_map(|below| one(format!("{prefix}{below}"), place.join(&below))).collect());
    }
    let name = slashed(path);
    if !files::is_there(&place) {
        return Err(Failure::usage(Unfit::NotThere { name }));
    }
    match one(name.clone(), place) {
        Some(named) => Ok(vec![named]),
        None => Err(Failure::usage(Unfit::NoPolicy { name })),
    }
}

/// Reads a file into its place.
fn take(named: Named, modules: &mut Vec<Module>, cases: &mut Vec<CaseText>) -> Result<(), Failure> {
    let Named { name: file, place, kind } = named;
    let bytes = given::file(&place).map_err(Failure::usage)?;
    let text = String::from_utf8(bytes).map_err(|_| Failure::invalid(Unfit::NotText { name: file.clone() }))?;
    match kind {
        AuthoredKind::Rules => modules.push(Module { file, source: text, origin: Origin::Organisation }),
        AuthoredKind::Tests => modules.push(Module { file, source: text, origin: Origin::Test }),
        AuthoredKind::Cases => {
            let folder = place.parent().map(Path::to_path_buf).unwrap_or_default();
            cases.push(CaseText { file, text, folder });
        }
    }
    Ok(())
}

/// A path with `/` between its parts, without a `./` before it.
fn slashed(path: &Path) -> String {
    let parts = path.iter().map(|part| part.to_string_lossy()).filter(|part| part != ".");
    let joined = parts.collect::<Vec<_>>().join("/");
    joined.strip_prefix("//").map_or(joined.clone(), |rest| format!("/{rest}"))
}

/// A file that cannot be tested.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
enum Unfit {
    #[error("{} is neither a policy nor a case file", crate::model::RepoPath::from(name.as_str()).quoted())]
    #[diagnostic(
        code(changeward::usage::no_policy),
        help("name .rego files, files whose names end in _test.yaml or _test.json, or folders of them")
    )]
    NoPolicy { name: String },
    #[error("{} is not there", crate::model::RepoPath::from(name.as_str()).quoted())]
    #[diagnostic(
        code(changeward::usage::no_policy),
        help("paths are from the folder the command runs in, or from `-C DIR`")
    )]
    NotThere { name: String },
    #[error("{} is not UTF-8 text", crate::model::RepoPath::from(name.as_str()).quoted())]
    #[diagnostic(code(changeward::control::not_text), help("save the file as UTF-8"))]
    NotText { name: String },
}
