//! What a template says, in sentences. Texts of the template stand in them; every format puts them through its sink.

use crate::model::{
    Allows, Constraint, DependencyRule, Direction, EditKind, FileRule, LineRule, Pattern, Principal, Proof, Sample,
    ScalarKind, Template, ValueRule, VersionStep, counted,
};

/// What one `[[allow]]` allows.
pub(super) fn says(constraint: &Constraint) -> String {
    let said = match &constraint.allows {
        Allows::Value(rule) => value(rule),
        Allows::Lines(rule) => lines(rule),
        Allows::Dependency(rule) => dependency(rule),
        Allows::File(FileRule::Documentation) => {
            "anything in documents: Markdown, reStructuredText, AsciiDoc, text".to_owned()
        }
        Allows::File(FileRule::Formatting) => "comments and formatting, where no value differs".to_owned(),
    };
    match constraint.files.as_slice() {
        [] => said,
        files => format!("{said}; only in {}", globs(files)),
    }
}

fn value(rule: &ValueRule) -> String {
    let what = listed(rule.kinds.iter().map(|kind| match kind {
        EditKind::Add => "added",
        EditKind::Remove => "removed",
        EditKind::Replace => "replaced",
        EditKind::Move => "moved",
    }));
    let brings = rule.kinds.iter().any(|kind| matches!(kind, EditKind::Add | EditKind::Replace));
    let limits = if brings { limits(rule) } else { Vec::new() };
    let mut said = format!("{} may be {what}", rule.path);
    if !limits.is_empty() {
        said.push_str(&format!(": {}", limits.join(", ")));
    }
    let conditions: Vec<String> = rule.only_where.iter().map(|(path, text)| format!("{path} is {text}")).collect();
    if !conditions.is_empty() {
        said.push_str(&format!("; only in documents where {}", conditions.join(" and ")));
    }
    said
}

fn limits(rule: &ValueRule) -> Vec<String> {
    let mut all = Vec::new();
    all.extend(rule.kind.map(|kind| match kind {
        ScalarKind::Integer => "a whole number".to_owned(),
        ScalarKind::Number => "a number".to_owned(),
        ScalarKind::Bool => "true or false".to_owned(),
        _ => "a text".to_owned(),
    }));
    all.extend(match (rule.min, rule.max) {
        (Some(min), Some(max)) => Some(format!("from {min} to {max}")),
        (Some(min), None) => Some(format!("at least {min}")),
        (None, Some(max)) => Some(format!("at most {max}")),
        (None, None) => None,
    });
    all.extend(rule.max_step.map(|step| format!("by at most {step} at a time")));
    all.extend(rule.direction.map(|way| match way {
        Direction::Up => "never down".to_owned(),
        Direction::Down => "never up".to_owned(),
    }));
    if !rule.one_of.is_empty() {
        let words: Vec<&str> = rule.one_of.iter().map(|(_, text)| text.as_str()).collect();
        all.push(format!("one of {}", words.join(", ")));
    }
    all.extend(rule.regex.as_ref().map(|pattern| format!("all of it matches `{}`", pattern.source())));
    if rule.image {
        all.push("an image of the same repository, pinned by its digest".to_owned());
    }
    all.extend(rule.semver.map(|most| format!("its version moves up by a {} at most", step(most))));
    all
}

fn step(step: VersionStep) -> &'static str {
    match step {
        VersionStep::Patch => "patch",
        VersionStep::Minor => "minor step",
        _ => "major step",
    }
}

fn lines(rule: &LineRule) -> String {
    format!("a line that matches `{}` may become one that matches `{}`", rule.old.source(), rule.new.source())
}

fn dependency(rule: &DependencyRule) -> String {
    let what = listed(rule.kinds.iter().map(|kind| match kind {
        EditKind::Add => "come",
        EditKind::Remove => "go",
        EditKind::Replace => "move up",
        EditKind::Move => "change its place",
    }));
    let which = match rule.names.as_slice() {
        [] => "a locked dependency".to_owned(),
        names => format!("a locked dependency among {}", names.join(", ")),
    };
    format!("{which} may {what}, by a {} at most, from the same source", step(rule.most))
}

/// How large a change may be.
pub(super) fn limits_of(template: &Template) -> Option<String> {
    let limits = template.limits;
    let sizes = [
        (limits.files, "file"),
        (limits.edits, "edited value"),
        (limits.added, "added line"),
        (limits.removed, "removed line"),
    ];
    let all: Vec<String> = sizes.into_iter().filter_map(|(most, noun)| most.map(|most| counted(most, noun))).collect();
    (!all.is_empty()).then(|| format!("at most {}", all.join(", ")))
}

/// Which files it covers.
pub(super) fn scope(template: &Template) -> String {
    let mut said = globs(&template.include);
    if !template.exclude.is_empty() {
        said.push_str(&format!(" without {}", globs(&template.exclude)));
    }
    let kinds: Vec<&str> = template.kinds.iter().map(|kind| kind.as_str()).collect();
    said.push_str(&format!(" ({})", kinds.join(", ")));
    said
}

/// What must hold beside the files, a sentence each.
pub(super) fn conditions(template: &Template) -> Vec<String> {
    let people = |who: &[Principal]| who.iter().map(Principal::as_str).collect::<Vec<_>>().join(", ");
    let mut all = Vec::new();
    for companion in &template.companions {
        all.push(format!("where {} changes, {} beside it must change, too", companion.when.source(), companion.needs));
    }
    if template.lockfile_consistent {
        all.push("lockfiles fit their manifests".to_owned());
    }
    if template.formatting {
        all.push("comments and formatting may change beside the values".to_owned());
    } else if !template.allow.is_empty() {
        all.push("beside the values that may change, nothing differs".to_owned());
    }
    if !template.required_checks.is_empty() {
        all.push(format!("green on the head: {}", template.required_checks.join(", ")));
    }
    if !template.submitters.is_empty() {
        all.push(format!("proposed by {}", people(&template.submitters)));
    }
    if !template.environments.is_empty() {
        all.push(format!("deployed to {}", template.environments.join(", ")));
    }
    all.extend(template.window.as_ref().map(|window| format!("while {window} is open")));
    all.extend(template.predicate.as_ref().map(|name| format!("the predicate `{name}` of the policies holds")));
    all
}

/// Its life: who, from when, until when, how often. Name and value.
pub(super) fn life(template: &Template) -> Vec<(&'static str, String)> {
    let people = |who: &[Principal]| who.iter().map(Principal::as_str).collect::<Vec<_>>().join(", ");
    let mut all = vec![("state", template.state.as_str().to_owned())];
    all.extend(template.proposed_by.as_ref().map(|who| ("proposed by", who.to_string())));
    if !template.approved_by.is_empty() {
        let at = template.approved_at.map(|at| format!(", {}", at.date())).unwrap_or_default();
        all.push(("approved by", format!("{}{at}", people(&template.approved_by))));
    }
    all.extend(template.not_before.map(|at| ("usable from", at.to_string())));
    all.extend(template.expires_at.map(|at| ("expires", at.to_string())));
    all.extend(template.review_by.map(|at| ("review by", at.date())));
    all.extend(
        template.usage.map(|cap| ("usage", format!("at most {} within {}", counted(cap.most, "time"), cap.per))),
    );
    let breaker = template.breaker;
    let issues = counted(breaker.issues, "use");
    all.push((
        "breaker",
        format!(
            "one failure, silence for {2}, or {0} with issues among the last {1}",
            issues, breaker.of, breaker.silent_after
        ),
    ));
    all.extend(template.implementation.as_ref().map(|text| ("carried out", text.clone())));
    all.extend(template.backout.as_ref().map(|text| ("undone", text.clone())));
    all
}

/// A sample and what it proves.
pub(in crate::report) fn sample(sample: &Sample) -> String {
    let name = &sample.name;
    match &sample.proof {
        Proof::Fits => format!("{name} fits"),
        Proof::False(why) => format!("{name} proves nothing: {why}"),
        Proof::Unknown(why) => format!("{name} cannot be judged: {why}"),
    }
}

pub(super) fn globs(patterns: &[Pattern]) -> String {
    patterns.iter().map(Pattern::source).collect::<Vec<_>>().join(", ")
}

/// `a, b or c`
fn listed<'w>(words: impl Iterator<Item = &'w str>) -> String {
    let words: Vec<&str> = words.collect();
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        None => String::new(),
    }
}
