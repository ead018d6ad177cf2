//! Templates as people ask about them: which there are, whether they may be used, what their tests say.

use super::{CommitId, FileStatus, Finding, Moment, Place, Proof, Sample, Severity, Template};

/// The templates of a state of the files.
#[derive(Clone, Debug)]
pub struct TemplateList {
    /// For people: which state it is.
    pub state: String,
    /// Its commit, where it is one.
    pub commit: Option<CommitId>,
    /// The time of the answer.
    pub now: Moment,
    /// The templates, by id.
    pub templates: Vec<TemplateView>,
    /// What should be known beside the answer.
    pub notes: Vec<Finding>,
}

/// A template and what is to be said about it.
#[derive(Clone, Debug)]
pub struct TemplateView {
    /// The template.
    pub template: Template,
    /// Where it stands in its life.
    pub standing: TemplateStanding,
    /// What is weak about it, the gravest first.
    pub lints: Vec<Finding>,
    /// Its tests: the changes that must fit, and those that must not.
    pub tests: (u64, u64),
    /// Its samples, looked up.
    pub samples: Vec<Sample>,
}

impl TemplateView {
    /// It may be used now.
    pub fn usable(&self) -> bool {
        self.standing.against.is_empty()
    }

    /// How many lints weigh so much.
    pub fn number(&self, severity: Severity) -> usize {
        self.lints.iter().filter(|lint| lint.severity == severity).count()
    }
}

/// Where a template stands in its life at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateStanding {
    /// Why it may not be used: the codes and the words of the rules.
    pub against: Vec<(&'static str, String)>,
    /// What will keep it from being used before long.
    pub soon: Vec<String>,
    /// How often it was used since it was approved, by the recorded outcomes.
    pub uses: u64,
    /// When it was used last.
    pub last_use: Option<Moment>,
}

/// What the tests of some templates say.
#[derive(Clone, Debug)]
pub struct TemplateTests {
    /// For people: which state the templates and their tests are of.
    pub state: String,
    /// The time of the answer.
    pub now: Moment,
    /// The templates that were tested, by id.
    pub templates: Vec<TestedTemplate>,
    /// Having nothing to run is no failure.
    pub allow_empty: bool,
    /// Folders of tests that belong to no template, files that are no case.
    pub notes: Vec<Finding>,
}

/// A template and its cases.
#[derive(Clone, Debug)]
pub struct TestedTemplate {
    /// Its name.
    pub id: String,
    /// For people.
    pub title: String,
    /// Where it stands.
    pub place: Place,
    /// Its cases: those that must fit first, each by file.
    pub cases: Vec<TemplateCase>,
    /// Its samples, looked up.
    pub samples: Vec<Sample>,
    /// The places of the constraints that no change which must fit needed.
    pub unused: Vec<Place>,
    /// How many constraints it has.
    pub constraints: usize,
}

/// A change that must, or must not, fit a template.
#[derive(Clone, Debug)]
pub struct TemplateCase {
    /// The file of the change.
    pub file: String,
    /// It must fit.
    pub fits: bool,
    /// What the reason against it must say.
    pub why: Option<String>,
    /// What became of it.
    pub found: CaseFound,
}

/// What became of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseFound {
    /// The change fits.
    Fits,
    /// It does not.
    Misfits {
        /// The first reason.
        msg: String,
        /// The file at fault, quoted.
        path: Option<String>,
        /// The line in it.
        line: Option<u32>,
    },
    /// The case cannot be judged.
    Broken {
        /// Why.
        msg: String,
        /// What to do about it.
        help: String,
    },
}

impl TemplateCase {
    /// It came out as it must.
    pub fn passes(&self) -> bool {
        match &self.found {
            CaseFound::Fits => self.fits,
            CaseFound::Misfits { msg, .. } => {
                !self.fits && self.why.as_ref().is_none_or(|why| msg.to_lowercase().contains(&why.to_lowercase()))
            }
            CaseFound::Broken { .. } => false,
        }
    }
}

impl TemplateTests {
    /// All cases.
    pub fn cases(&self) -> impl Iterator<Item = &TemplateCase> {
        self.templates.iter().flat_map(|template| &template.cases)
    }

    /// All samples.
    pub fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.templates.iter().flat_map(|template| &template.samples)
    }

    /// How many cases came out otherwise than they must.
    pub fn failures(&self) -> usize {
        self.cases().filter(|case| !case.passes()).count()
    }

    /// How many samples prove nothing.
    pub fn false_samples(&self) -> usize {
        self.samples().filter(|sample| matches!(sample.proof, Proof::False(_))).count()
    }

    /// Something came out wrong, or nothing was run and something should have been.
    pub fn fails(&self) -> bool {
        self.failures() > 0 || self.false_samples() > 0 || self.is_empty_handed()
    }

    /// Nothing was run, and something should have been.
    pub fn is_empty_handed(&self) -> bool {
        self.cases().next().is_none() && !self.allow_empty
    }
}

/// A template that is drawn from changes of the past.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TemplateDraft {
    /// Its name.
    pub id: String,
    /// For people.
    pub title: String,
    /// Who proposes it.
    pub proposed_by: Option<super::Principal>,
    /// Its scope, and what each pattern stands for.
    pub include: Vec<DraftPattern>,
    /// What happened to the files.
    pub kinds: Vec<FileStatus>,
    /// The most of everything that one change had: files, added lines, removed lines.
    pub limits: (u64, u64, u64),
    /// The most values one change edited, where that can be told of all of them.
    pub edits: Option<u64>,
    /// Comments and formatting changed beside values.
    pub formatting: bool,
    /// A lockfile changed, and all of them fitted their manifests.
    pub lockfile_consistent: bool,
    /// What may change.
    pub rules: Vec<DraftRule>,
    /// The changes it was drawn from: their commits.
    pub samples: Vec<String>,
    /// How many of them a draft from the others would have covered, and what one of the rest has against its draft; absent
    /// for a single change.
    pub foreseen: Option<(u64, Option<String>)>,
}

/// A pattern of paths and what it was drawn from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftPattern {
    /// The pattern.
    pub glob: String,
    /// The paths.
    pub paths: Vec<String>,
    /// Files there that it covers, too, and that did not change.
    pub beside: Vec<String>,
}

/// One `[[allow]]` of a draft: keys in their order, and what they were drawn from.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftRule {
    /// What was seen, a line each.
    pub seen: Vec<String>,
    /// What it allows beyond that, a line each.
    pub beyond: Vec<String>,
    /// Key and value, in their order.
    pub keys: Vec<(&'static str, DraftValue)>,
}

/// A value of a draft.
#[derive(Clone, Debug, PartialEq)]
pub enum DraftValue {
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A list.
    List(Vec<DraftValue>),
    /// An inline table.
    Table(Vec<(String, DraftValue)>),
}
