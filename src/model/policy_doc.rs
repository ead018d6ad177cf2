//! What policies say of themselves: their rules, what each is for, and the parameters they read.

use super::Place;

/// The whole of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PolicyDoc {
    /// The files, in the order they were read.
    pub files: Vec<DocFile>,
    /// The rules of the contract, by set, file and line.
    pub rules: Vec<DocRule>,
    /// The parameters, by name.
    pub params: Vec<DocParam>,
}

/// A file of rules.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocFile {
    /// Its name.
    pub file: String,
    /// Its package: `changeward.lib.x`.
    pub package: String,
    /// It comes with the program.
    pub shipped: bool,
    /// In a few words.
    pub title: Option<String>,
    /// In many.
    pub description: Option<String>,
}

/// A rule that adds to a set of the contract.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocRule {
    /// The set.
    pub set: &'static str,
    /// Where it stands.
    pub place: Place,
    /// The code of its findings, the level it asks for, what it says is owed; `…` stands for what is made at the time.
    pub code: Option<String>,
    /// In a few words.
    pub title: Option<String>,
    /// In many.
    pub description: Option<String>,
    /// Where to read more.
    pub related: Vec<String>,
    /// Everything else it says.
    pub custom: Vec<(String, String)>,
}

/// A parameter: `input.params.NAME`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocParam {
    /// Its name.
    pub name: String,
    /// What it is where the configuration does not say, as Rego.
    pub default: Option<String>,
    /// Where it is read.
    pub places: Vec<Place>,
}
