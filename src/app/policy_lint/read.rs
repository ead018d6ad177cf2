//! Policies as they stand on the disk: an author asks about what is being written, not about what a change is judged by.

use crate::app::controls;
use crate::app::failure::{Failure, FailureKind};
use crate::model::TemplateState;
use crate::parse;
use crate::parse::metadata::{Metadata, Scope, metadata};
use crate::policy::engine::{Module, Origin};
use crate::policy::lint::{About, Asked, Block, Subject, Templates};
use crate::policy::shipped;
use crate::world::files;
use crate::world::tree::{Folder, Tree};
use miette::{Diagnostic, NamedSource, SourceSpan};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The policies of an author.
pub(super) struct Given {
    /// The modules, with what their comments say.
    pub(super) subjects: Vec<Subject>,
    /// The blocks of each, in the same order.
    pub(super) blocks: Vec<Vec<Metadata>>,
    /// The texts of tests and cases.
    pub(super) tests: Vec<String>,
    /// What the templates ask for.
    pub(super) templates: Templates,
}

/// Which policies are judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Judged {
    /// The organisation's, or those that are named.
    Own,
    /// The shipped ones, too.
    All,
}

/// The policies of the folder, beside the shipped ones; `paths` name others, files or folders, which are judged instead.
pub(super) fn read(dir: &Path, paths: &[PathBuf], judged: Judged) -> Result<Given, Failure> {
    let root = files::repository_root(dir).map_err(Failure::world)?.unwrap_or_else(|| dir.to_path_buf());
    let tree = Folder::open(&root).map_err(Failure::world)?;
    let mut reader = Reader { texts: Vec::new(), tests: Vec::new(), broken: Vec::new() };
    let below = format!("{}/policies/", controls::FOLDER);
    let files = tree.list(controls::FOLDER).map_err(controls::unreadable)?;
    let tests = format!("{}/tests/", controls::FOLDER);
    for path in files.iter().filter(|path| path.starts_with(&below) || (path.starts_with(&tests) && is_test(path))) {
        reader.file(&tree, path, path)?;
    }
    let own = std::mem::take(&mut reader.texts);
    let templates = templates(&tree, &files)?;
    for path in paths {
        reader.named(dir, path)?;
    }
    let named = std::mem::take(&mut reader.texts);
    if let Some(failure) = reader.failure() {
        return Err(failure);
    }
    if named.is_empty() && !paths.is_empty() {
        let path = paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
        return Err(Failure::usage(ReadFault::NoPolicy { path }));
    }
    let shipped = shipped::modules();
    let is_named =
        |module: &Module| named.iter().any(|(name, text)| same(name, &module.file) && *text == module.source);
    let known = |name: &str, text: &str| shipped.iter().any(|m| same(name, &m.file) && m.source == text);
    let by_default = paths.is_empty();
    let mut subjects: Vec<Subject> = Vec::new();
    for module in shipped.clone() {
        let judged = is_named(&module) || (by_default && judged == Judged::All);
        subjects.push(subject(module, judged));
    }
    for (file, source) in &own {
        let module = Module { file: file.clone(), source: source.clone(), origin: Origin::Organisation };
        let judged = by_default || is_named(&module);
        subjects.push(subject(module, judged));
    }
    for (file, source) in &named {
        let there = own.iter().any(|(name, text)| same(file, name) && text == source);
        if !there && !known(file, source) {
            let module = Module { file: file.clone(), source: source.clone(), origin: Origin::Organisation };
            subjects.push(subject(module, true));
        }
    }
    let blocks = subjects.iter().map(|subject| metadata(&subject.module.source).0).collect();
    Ok(Given { subjects, blocks, tests: reader.tests, templates })
}

/// What the templates ask for. One that cannot be read is for `template list` to say.
fn templates(tree: &Folder, files: &[String]) -> Result<Templates, Failure> {
    let below = format!("{}/templates/", controls::FOLDER);
    let mut found = Templates::default();
    for file in files.iter().filter(|file| file.starts_with(&below) && file.ends_with(".toml")) {
        let bytes = tree.read(file).map_err(controls::unreadable)?.unwrap_or_default();
        let text = String::from_utf8(bytes).ok();
        let Some((template, source)) = text.and_then(|text| Some((parse::template(&text, file).ok()?, text))) else {
            found.unread = true;
            continue;
        };
        let Some(name) = template.predicate.filter(|_| template.state != TemplateState::Retired) else { continue };
        let span = stands(&source, &name);
        found.asked.push(Asked { file: file.clone(), source, name, span });
    }
    Ok(found)
}

/// Where a template names its predicate: behind the key, on its line.
fn stands(source: &str, name: &str) -> Range<usize> {
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        let value = line.trim_start().strip_prefix("predicate").and_then(|_| line.find(name));
        if let Some(inside) = value {
            return at + inside..at + inside + name.len();
        }
        at += line.len();
    }
    0..0
}

/// Two spellings that end in the same file name. Their texts are compared, too.
fn same(left: &str, right: &str) -> bool {
    left.rsplit('/').next() == right.rsplit('/').next()
}

fn is_test(path: &str) -> bool {
    path.ends_with("_test.rego") || [".yaml", ".yml", ".json"].iter().any(|ending| path.ends_with(ending))
}

/// A module with what its comments say.
pub fn subject(module: Module, judged: bool) -> Subject {
    let (blocks, problems) = metadata(&module.source);
    let custom = |block: &Metadata| block.custom.get("code").and_then(|code| code.as_str()).map(str::to_owned);
    let block = |block: &Metadata| Block {
        statement: block.statement,
        about: match block.scope {
            Scope::Rule => About::Rule,
            Scope::Document => About::Document,
            Scope::Package | Scope::Subpackages => About::Package,
        },
        title: block.title.clone(),
        code: custom(block),
        entrypoint: block.entrypoint,
    };
    let blocks = blocks.iter().map(block).collect();
    let faults = problems.into_iter().map(|problem| (problem.line, problem.message)).collect();
    Subject { module, judged, blocks, faults }
}

struct Reader {
    texts: Vec<(String, String)>,
    tests: Vec<String>,
    broken: Vec<NotText>,
}

impl Reader {
    /// Reads a file of a folder, and shows it under a name.
    fn file(&mut self, tree: &Folder, path: &str, name: &str) -> Result<(), Failure> {
        let wanted = is_test(path) || path.ends_with(".rego");
        let Some(bytes) = tree.read(path).map_err(controls::unreadable)?.filter(|_| wanted) else { return Ok(()) };
        if is_test(path) {
            self.tests.push(String::from_utf8_lossy(&bytes).into_owned());
            return Ok(());
        }
        match String::from_utf8(bytes) {
            Ok(text) => self.texts.push((name.to_owned(), text)),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let text = NamedSource::new(name, error.into_bytes());
                self.broken.push(NotText { file: name.to_owned(), text, at: (at, 1).into() });
            }
        }
        Ok(())
    }

    /// Reads a file or a folder as it was typed.
    fn named(&mut self, dir: &Path, path: &Path) -> Result<(), Failure> {
        let typed = path.components().collect::<PathBuf>();
        let shown = typed.display().to_string().replace('\\', "/");
        let place = dir.join(path);
        if let Ok(folder) = Folder::open(&place) {
            for below in folder.list("").map_err(controls::unreadable)? {
                let name = if shown.is_empty() || shown == "." { below.clone() } else { format!("{shown}/{below}") };
                self.file(&folder, &below, &name)?;
            }
            return Ok(());
        }
        let missing = || Failure::usage(ReadFault::Missing { path: shown.clone() });
        let (Some(folder), Some(name)) = (place.parent(), place.file_name().and_then(|name| name.to_str())) else {
            return Err(missing());
        };
        let folder = Folder::open(folder).map_err(|_| missing())?;
        if folder.read(name).map_err(controls::unreadable)?.is_none() {
            return Err(missing());
        }
        self.file(&folder, name, &shown)
    }

    fn failure(&mut self) -> Option<Failure> {
        let broken = std::mem::take(&mut self.broken);
        (!broken.is_empty()).then(|| Failure::new(FailureKind::Invalid, NoTexts { related: broken }))
    }
}

/// Why there is nothing to look at.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum ReadFault {
    #[error("there is no file or folder {path}")]
    #[diagnostic(code(changeward::policy::missing), help("name a Rego file, or a folder that holds some"))]
    Missing { path: String },
    #[error("there is no Rego file in {path}")]
    #[diagnostic(
        code(changeward::policy::missing),
        help("name a file that ends in `.rego`; tests (`*_test.rego`) are not looked at themselves")
    )]
    NoPolicy { path: String },
}

/// Files that are no text.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("a policy is no text, so nothing was looked at")]
#[diagnostic(code(changeward::policy::not_text))]
struct NoTexts {
    #[related]
    related: Vec<NotText>,
}

/// One of them.
#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("{file} is not UTF-8")]
#[diagnostic(code(changeward::policy::not_text), help("save the file as UTF-8"))]
struct NotText {
    file: String,
    #[source_code]
    text: NamedSource<Vec<u8>>,
    #[label("this byte")]
    at: SourceSpan,
}
