//! A lockfile as the packages it locks: what a change of dependencies is told from.
//!
//! One noun for all package managers, so that there is one comparison. Whatever an entry says that has no place of its own
//! here stands among its values, with what a change of it means; nothing of the file is left out but comments and layout.

use super::{DocPath, EditValue, ScalarKind, Step};
use std::ops::Range;

/// A lockfile that is understood.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LockSyntax {
    /// `Cargo.lock`.
    Cargo,
    /// `package-lock.json`, `npm-shrinkwrap.json`.
    Npm,
    /// `pnpm-lock.yaml`.
    Pnpm,
    /// `yarn.lock`.
    Yarn,
    /// `poetry.lock`.
    Poetry,
    /// `uv.lock`.
    Uv,
    /// `go.sum`.
    GoSum,
    /// `go.mod`: it names the versions that are built.
    GoMod,
}

/// How versions are ordered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VersionScheme {
    /// Semantic Versioning 2.0.
    SemVer,
    /// The same with a `v` before it, as Go writes it.
    Go,
    /// PEP 440.
    Python,
}

impl LockSyntax {
    /// The word of documents and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cargo => "cargo",
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::Yarn => "yarn",
            Self::Poetry => "poetry",
            Self::Uv => "uv",
            Self::GoSum => "go.sum",
            Self::GoMod => "go.mod",
        }
    }

    /// How its versions are ordered.
    pub fn scheme(self) -> VersionScheme {
        match self {
            Self::Cargo | Self::Npm | Self::Pnpm | Self::Yarn => VersionScheme::SemVer,
            Self::Poetry | Self::Uv => VersionScheme::Python,
            Self::GoSum | Self::GoMod => VersionScheme::Go,
        }
    }

    /// A slot is a folder that the package is unpacked to, and says who finds it there.
    pub fn is_placed(self) -> bool {
        self == Self::Npm
    }
}

/// A lockfile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lockfile {
    /// Which it is.
    pub syntax: LockSyntax,
    /// What it locks, in the order of the file.
    pub packages: Vec<LockedPackage>,
    /// Everything else, from the root.
    pub rest: Vec<LockedValue>,
    /// What it says that the projects it is for require.
    pub wanted: Vec<LockedRequirement>,
}

/// A package that is locked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LockedPackage {
    /// What no other entry of the file has: `node_modules/a`, `name@version`.
    pub slot: String,
    /// Where the entry is.
    pub path: DocPath,
    /// Its real name, even where it is used by another.
    pub name: String,
    /// Which of several lists of the file has it, where that is not the first: `go.mod`, `snapshots`.
    pub aspect: &'static str,
    /// Its version; none for a folder or a repository that has none.
    pub version: Option<String>,
    /// Where it comes from.
    pub source: LockedSource,
    /// Its checksums, or the commit it is taken from.
    pub contents: Vec<LockedValue>,
    /// What else is said of it, from its entry.
    pub values: Vec<LockedValue>,
    /// Where its version stands, or else its entry; from 1.
    pub line: u32,
    /// Its entry.
    pub span: Range<u32>,
}

/// Where a package comes from, without what its contents are.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LockedSource {
    /// The registry or repository, as far as it is the same for every version; empty when nothing is said.
    pub text: String,
    /// An address of it that speaks of another name or version than the entry does.
    pub stray: Option<String>,
    /// Where it is said, from the entry.
    pub path: DocPath,
    /// From 1.
    pub line: u32,
}

/// A single value, or an empty list or mapping.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LockedValue {
    /// Where it is.
    pub path: DocPath,
    /// What it is.
    pub value: EditValue,
    /// From 1.
    pub line: u32,
    /// What it means when it differs.
    pub bearing: Bearing,
}

/// What it means when a value differs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Bearing {
    /// It comes with the version: an edit of its own where the version is the same.
    Moves,
    /// An edit of its own; part of the package where that is new or gone.
    Stands,
    /// An edit of its own, even where the package is new: it runs code, or lets code in.
    Loud,
    /// It says which locked version of this package is meant; an edit of its own unless that package is what moves.
    Points(String),
    /// It is a requirement of others that this package answers.
    Answers,
}

/// A direct requirement of a project, as the lockfile has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LockedRequirement {
    /// The folder of the project, seen from the lockfile: `.`, `packages/a`; for `Cargo.lock` and `uv.lock` its name.
    pub project: String,
    /// `dependencies`, `devDependencies`; empty where the lockfile does not tell.
    pub section: String,
    /// The name it is required by.
    pub name: String,
    /// The range, where the lockfile repeats it.
    pub requirement: Option<String>,
    /// The version that is locked for it, where the lockfile says so here.
    pub version: Option<String>,
    /// From 1.
    pub line: u32,
}

/// What a project requires of others.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Manifest {
    /// The lockfile it has.
    pub syntax: LockSyntax,
    /// What the project is called.
    pub name: Option<String>,
    /// Every direct requirement, in the order of the file.
    pub requirements: Vec<ManifestRequirement>,
}

/// A direct requirement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ManifestRequirement {
    /// The real name of the package.
    pub name: String,
    /// The name it is used by, where that is another.
    pub alias: Option<String>,
    /// What is asked for.
    pub requirement: RequirementText,
    /// From 1.
    pub line: u32,
    /// `dependencies`, `dev-dependencies`.
    pub section: String,
}

/// What a requirement asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RequirementText {
    /// A range of versions of a registry, in the words of the package manager.
    Range(String),
    /// The range of a Poetry section, where `1.2` means exactly that and `^` and `~` are known.
    Poetry(String),
    /// Something else, as it is written, and why no lockfile can be held against it: `is a git repository`.
    Other(String, &'static str),
}

/// Why a lockfile is not known to be what its manifest asks for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inconsistent {
    /// The package; empty when it is about the file.
    pub name: String,
    /// For people; goes on from the name: `is not locked`.
    pub why: String,
    /// The line of the manifest; 0 when only the lockfile has it.
    pub line: u32,
}

impl LockedValue {
    /// The text, when it is a single value.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            EditValue::Scalar(_, text) => Some(text),
            EditValue::List(_) | EditValue::Map(_) => None,
        }
    }

    /// Text at a place.
    pub fn new(path: DocPath, text: impl Into<String>, line: u32, bearing: Bearing) -> Self {
        Self { path, value: EditValue::Scalar(ScalarKind::Text, text.into()), line, bearing }
    }
}

impl LockedPackage {
    /// The text of one of its values, by its keys.
    pub fn value(&self, keys: &[&str]) -> Option<&str> {
        self.values.iter().find(|value| value.path.has_keys(keys)).and_then(LockedValue::text)
    }
}

impl DocPath {
    /// It consists of these keys.
    pub fn has_keys(&self, keys: &[&str]) -> bool {
        self.0.len() == keys.len()
            && self.0.iter().zip(keys).all(|(step, key)| matches!(step, Step::Key(name) if name == key))
    }

    /// A path of keys.
    pub fn keys<const N: usize>(keys: [&str; N]) -> Self {
        Self(keys.map(|key| Step::Key(key.to_owned())).into())
    }

    /// This path and one step more.
    pub fn with(&self, step: Step) -> Self {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step);
        Self(steps)
    }
}
