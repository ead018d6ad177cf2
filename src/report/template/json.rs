//! The documents of `template list`, `show` and `test` with `--format json`: frozen records, version 1. Grow them by
//! adding.

use super::{tests, words};
use crate::model::{
    Allows, CaseFound, FileRule, FileStatus, Finding, Moment, Pattern, Principal, Sample, TemplateList, TemplateTests,
    TemplateView, TestedTemplate,
};
use crate::report::json::{FindingRecord, write_document};
use serde::Serialize;
use std::io::{self, Write};

/// Writes the document of the templates and a line end.
pub(super) fn write(all: &TemplateList, out: &mut impl Write) -> io::Result<()> {
    let document = List {
        version: 1,
        revision: all.commit.as_ref().map(|commit| commit.0.as_str()),
        state: &all.state,
        evaluated_at: all.now.to_string(),
        templates: all.templates.iter().map(One::of).collect(),
        notes: all.notes.iter().map(FindingRecord::of).collect(),
    };
    write_document(&document, out)
}

#[derive(Serialize)]
struct List<'a> {
    version: u32,
    revision: Option<&'a str>,
    state: &'a str,
    evaluated_at: String,
    templates: Vec<One<'a>>,
    notes: Vec<FindingRecord<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    id: &'a str,
    title: &'a str,
    state: &'static str,
    usable: bool,
    against: Vec<Against<'a>>,
    soon: &'a [String],
    scope: Scope<'a>,
    limits: Limits,
    allow: Vec<Allow<'a>>,
    conditions: Vec<String>,
    proposed_by: Option<&'a str>,
    approved_by: Vec<&'a str>,
    approved_at: Option<String>,
    not_before: Option<String>,
    expires_at: Option<String>,
    review_by: Option<String>,
    implementation: Option<&'a str>,
    backout: Option<&'a str>,
    predicate: Option<&'a str>,
    samples: &'a [String],
    proof: Vec<SampleRecord<'a>>,
    uses: u64,
    last_use: Option<String>,
    tests: Counts,
    lints: Vec<FindingRecord<'a>>,
    place: String,
}

#[derive(Serialize)]
struct SampleRecord<'a> {
    sample: &'a str,
    found: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    msg: Option<&'a str>,
}

impl<'a> SampleRecord<'a> {
    fn of(sample: &'a Sample) -> Self {
        let (base, head) = sample.change.as_ref().map(|(base, head)| (base.0.as_str(), head.0.as_str())).unzip();
        Self { sample: &sample.name, found: sample.proof.as_str(), base, head, msg: sample.why() }
    }
}

#[derive(Serialize)]
struct Against<'a> {
    code: &'a str,
    msg: &'a str,
}

#[derive(Serialize)]
struct Scope<'a> {
    include: Vec<&'a str>,
    exclude: Vec<&'a str>,
    kinds: Vec<&'static str>,
    environments: &'a [String],
}

#[derive(Serialize)]
struct Limits {
    files: Option<u64>,
    added: Option<u64>,
    removed: Option<u64>,
    edits: Option<u64>,
}

#[derive(Serialize)]
struct Allow<'a> {
    about: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    says: String,
    files: Vec<&'a str>,
    line: u32,
}

#[derive(Serialize)]
struct Counts {
    fits: u64,
    misfits: u64,
}

impl<'a> One<'a> {
    fn of(view: &'a TemplateView) -> Self {
        let template = &view.template;
        let time = |at: Option<Moment>| at.map(|at| at.to_string());
        let against = |(code, msg): &'a (&'static str, String)| Against { code, msg };
        Self {
            id: &template.id,
            title: &template.title,
            state: template.state.as_str(),
            usable: view.usable(),
            against: view.standing.against.iter().map(against).collect(),
            soon: &view.standing.soon,
            scope: Scope {
                include: sources(&template.include),
                exclude: sources(&template.exclude),
                kinds: template.kinds.iter().copied().map(FileStatus::as_str).collect(),
                environments: &template.environments,
            },
            limits: Limits {
                files: template.limits.files,
                added: template.limits.added,
                removed: template.limits.removed,
                edits: template.limits.edits,
            },
            allow: template.allow.iter().map(allow).collect(),
            conditions: words::conditions(template),
            proposed_by: template.proposed_by.as_ref().map(Principal::as_str),
            approved_by: template.approved_by.iter().map(Principal::as_str).collect(),
            approved_at: time(template.approved_at),
            not_before: time(template.not_before),
            expires_at: time(template.expires_at),
            review_by: time(template.review_by),
            implementation: template.implementation.as_deref(),
            backout: template.backout.as_deref(),
            predicate: template.predicate.as_deref(),
            samples: &template.samples,
            proof: view.samples.iter().map(SampleRecord::of).collect(),
            uses: view.standing.uses,
            last_use: time(view.standing.last_use),
            tests: Counts { fits: view.tests.0, misfits: view.tests.1 },
            lints: view.lints.iter().map(FindingRecord::of).collect(),
            place: template.place.to_string(),
        }
    }
}

fn allow(constraint: &crate::model::Constraint) -> Allow<'_> {
    let (about, path) = match &constraint.allows {
        Allows::Value(rule) => ("edit", Some(rule.path.source())),
        Allows::Lines(_) => ("lines", None),
        Allows::Dependency(_) => ("dependency", None),
        Allows::File(FileRule::Documentation) => ("documentation", None),
        Allows::File(FileRule::Formatting) => ("formatting", None),
    };
    Allow { about, path, says: words::says(constraint), files: sources(&constraint.files), line: constraint.place.line }
}

fn sources(patterns: &[Pattern]) -> Vec<&str> {
    patterns.iter().map(Pattern::source).collect()
}

/// Writes the document of the tests and a line end.
pub(super) fn write_tests(all: &TemplateTests, out: &mut impl Write) -> io::Result<()> {
    let document = Tests {
        version: 1,
        state: &all.state,
        evaluated_at: all.now.to_string(),
        fails: all.fails(),
        cases: all.cases().count(),
        failures: all.failures(),
        false_samples: all.false_samples(),
        templates: all.templates.iter().map(Tested::of).collect(),
        notes: all.notes.iter().map(|note: &Finding| FindingRecord::of(note)).collect(),
    };
    write_document(&document, out)
}

fn case(case: &crate::model::TemplateCase) -> Case {
    let (found, msg, path, line, help) = match &case.found {
        CaseFound::Fits => ("fits", None, None, None, None),
        CaseFound::Misfits { msg, path, line } => ("misfits", Some(msg.clone()), path.clone(), *line, None),
        CaseFound::Broken { msg, help } => ("broken", Some(msg.clone()), None, None, Some(help.clone())),
    };
    Case {
        file: case.file.clone(),
        wants: if case.fits { "fits" } else { "misfits" },
        why: case.why.clone(),
        passes: case.passes(),
        found,
        msg,
        path,
        line,
        help,
        says: tests::said(case),
    }
}

#[derive(Serialize)]
struct Tests<'a> {
    version: u32,
    state: &'a str,
    evaluated_at: String,
    fails: bool,
    cases: usize,
    failures: usize,
    false_samples: usize,
    templates: Vec<Tested<'a>>,
    notes: Vec<FindingRecord<'a>>,
}

#[derive(Serialize)]
struct Tested<'a> {
    id: &'a str,
    constraints: usize,
    unused: Vec<String>,
    cases: Vec<Case>,
    samples: Vec<SampleRecord<'a>>,
}

impl<'a> Tested<'a> {
    fn of(template: &'a TestedTemplate) -> Self {
        Self {
            id: &template.id,
            constraints: template.constraints,
            unused: template.unused.iter().map(ToString::to_string).collect(),
            cases: template.cases.iter().map(case).collect(),
            samples: template.samples.iter().map(SampleRecord::of).collect(),
        }
    }
}

#[derive(Serialize)]
struct Case {
    file: String,
    wants: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    passes: bool,
    found: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    msg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    says: String,
}
