//! `changeward policy doc`: a page about the policies, made from what they say of themselves.

use super::read::{Given, Judged, read};
use crate::app::evaluate;
use crate::app::failure::Failure;
use crate::model::{Datum, DocFile, DocRule, PolicyDoc};
use crate::parse::metadata::{Metadata, Scope};
use crate::policy::engine::{Module, Origin};
use crate::policy::lint::{Outline, Subject, outline};
use crate::report::{self, Compared};
use crate::world::files::{self, Written};
use miette::Diagnostic;
use std::path::{Path, PathBuf};

/// Largest file that is looked at before it is written over.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What is to be described.
#[derive(Clone, Debug)]
pub struct PolicyDocRequest {
    /// Where the repository is, or any folder inside it.
    pub dir: PathBuf,
    /// Files and folders to describe instead of the organisation's policies.
    pub paths: Vec<PathBuf>,
    /// The shipped rules are left out.
    pub own: bool,
    /// Where the page stands, from `dir`; without one it is only shown.
    pub file: Option<PathBuf>,
    /// What to do with it.
    pub wish: PolicyDocWish,
    /// This program itself, which loads the policies in a process of its own first.
    pub program: PathBuf,
}

/// What to do with the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyDocWish {
    /// Show it, or write it where no other file stands.
    Make,
    /// Write it over whatever stands there.
    Force,
    /// Compare it with the file.
    Check,
}

/// What was made.
#[derive(Debug)]
pub enum PolicyDocMade {
    /// The page itself.
    Shown(String),
    /// What became of the file.
    File(Compared),
}

/// Makes the page, and writes it or compares it.
///
/// # Errors
/// When something could not be read, parsed or written.
pub fn doc(request: &PolicyDocRequest) -> Result<PolicyDocMade, Failure> {
    let judged = if request.own { Judged::Own } else { Judged::All };
    let given = read(&request.dir, &request.paths, judged)?;
    let modules: Vec<Module> = given.subjects.iter().map(|subject| subject.module.clone()).collect();
    if let Some(errors) = evaluate::refusals(&request.program, &modules)? {
        return Err(Failure::invalid(errors));
    }
    let outline = outline(&given.subjects).map_err(Failure::invalid)?;
    let page = report::policy_doc(&described(&given, outline));
    let Some(file) = &request.file else { return Ok(PolicyDocMade::Shown(page)) };
    settled(&request.dir.join(file), &page, request.wish).map(PolicyDocMade::File)
}

fn settled(place: &Path, page: &str, wish: PolicyDocWish) -> Result<Compared, Failure> {
    let is = files::read(place, LARGEST).map_err(Failure::world)?;
    let compared = Compared::of(is.as_deref().map(str::as_bytes), page.as_bytes());
    if wish == PolicyDocWish::Check || compared == Compared::Same {
        return Ok(compared);
    }
    let foreign = is.as_ref().is_some_and(|is| !report::is_made_here(is.as_bytes()));
    if foreign && wish != PolicyDocWish::Force {
        return Err(Failure::usage(DocFault::Foreign { file: place.display().to_string() }));
    }
    let (Some(folder), Some(name)) = (place.parent(), place.file_name().and_then(|name| name.to_str())) else {
        return Err(Failure::usage(DocFault::NoName { file: place.display().to_string() }));
    };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let written = files::write(folder, name, page, true).map_err(Failure::world)?;
    Ok(if written == Written::New { Compared::Written } else { Compared::Replaced })
}

/// The rules with what their comments say.
fn described(given: &Given, outline: Outline) -> PolicyDoc {
    let judged = given.subjects.iter().zip(&given.blocks).filter(|(subject, _)| subject.judged);
    let judged: Vec<(&Subject, &Vec<Metadata>)> = judged.collect();
    let files = judged.iter().map(|(subject, blocks)| {
        let block = blocks.iter().find(|block| matches!(block.scope, Scope::Package | Scope::Subpackages));
        DocFile {
            file: subject.module.file.clone(),
            package: outline.packages.get(&subject.module.file).cloned().unwrap_or_default(),
            shipped: subject.module.origin == Origin::Shipped,
            title: block.and_then(|block| block.title.clone()),
            description: block.and_then(|block| block.description.clone()),
        }
    });
    let rules = outline.rules.iter().map(|rule| {
        let blocks =
            judged.iter().find(|(subject, _)| subject.module.file == rule.place.file).map(|(_, blocks)| *blocks);
        let block = blocks.and_then(|blocks| {
            blocks.iter().find(|block| block.statement == rule.place.line && block.scope != Scope::Package)
        });
        let custom = block.map(|block| &block.custom);
        let code = custom.and_then(|custom| custom.get("code")).and_then(Datum::as_str).map(str::to_owned);
        let others = custom.into_iter().flatten().filter(|(key, _)| *key != "code");
        DocRule {
            set: rule.set,
            place: rule.place.clone(),
            code: rule.code.clone().or(code),
            title: block.and_then(|block| block.title.clone()),
            description: block.and_then(|block| block.description.clone()),
            related: block.map(|block| block.related_resources.clone()).unwrap_or_default(),
            custom: others.map(|(key, value)| (key.clone(), shown(value))).collect(),
        }
    });
    PolicyDoc { files: files.collect(), rules: rules.collect(), params: outline.params.clone() }
}

/// A value of METADATA in one line.
fn shown(value: &Datum) -> String {
    match value {
        Datum::Null => "null".to_owned(),
        Datum::Bool(value) => value.to_string(),
        Datum::Int(value) => value.to_string(),
        Datum::Float(value) => value.to_string(),
        Datum::Text(value) => value.clone(),
        Datum::List(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        Datum::Map(map) => {
            map.iter().map(|(key, value)| format!("{key}: {}", shown(value))).collect::<Vec<_>>().join(", ")
        }
    }
}

/// Why there is no page.
#[derive(Debug, thiserror::Error, Diagnostic)]
enum DocFault {
    #[error("{file} stands there already, and changeward did not make it")]
    #[diagnostic(code(changeward::docs::foreign), help("choose another name, or write over it with `--force`"))]
    Foreign { file: String },
    #[error("{file} is no name for a file")]
    #[diagnostic(code(changeward::docs::not_text), help("choose a name in UTF-8"))]
    NoName { file: String },
}
