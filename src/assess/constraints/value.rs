//! One edit of a value against one `[[allow]]`.

use super::image;
use crate::assess::edits::version::step_between;
use crate::model::{
    Direction, DocumentHead, Edit, EditKind, EditValue, ScalarKind, Step, ValueRule, VersionScheme, VersionStep,
    is_unsafe,
};

/// Below this every whole number is one of a 64-bit float, so that neither a reader of the file nor we round it.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Whether the rule allows the edit; `None` when it is about other values.
pub(super) fn judge(rule: &ValueRule, edit: &Edit, head: Option<&DocumentHead>) -> Option<Result<(), String>> {
    let meant = rule.path.matches(&edit.path) && edit.from.as_ref().is_none_or(|from| rule.path.matches(from));
    meant.then(|| allows(rule, edit, head))
}

fn allows(rule: &ValueRule, edit: &Edit, head: Option<&DocumentHead>) -> Result<(), String> {
    if !rule.kinds.contains(&edit.kind) {
        return Err(format!("{} is not among its `kinds`", edit.kind.as_str()));
    }
    for (path, wanted) in &rule.only_where {
        let is = head.and_then(|head| head.same.iter().find(|(at, _)| at == path)).map(|(_, text)| text);
        if is != Some(wanted) {
            return Err(format!("it is only for documents whose {path} is {wanted:?}, before and after"));
        }
    }
    // What goes or only moves brings no value.
    let Some(new) = edit.new.as_ref().filter(|_| edit.kind != EditKind::Move) else { return Ok(()) };
    let EditValue::Scalar(kind, text) = new else {
        return Err("it becomes more than a single value".to_owned());
    };
    if matches!(kind, ScalarKind::Unclear | ScalarKind::Expression) {
        return Err(format!("what {text:?} is depends on who reads it ({})", kind.as_str()));
    }
    if text.chars().any(is_unsafe) {
        return Err("it holds characters that cannot be seen".to_owned());
    }
    let hidden = |step: &Step| matches!(step, Step::Key(key) if key.chars().any(is_unsafe));
    if edit.path.0.iter().any(hidden) {
        return Err("its path holds characters that cannot be seen".to_owned());
    }
    let old = match &edit.old {
        Some(EditValue::Scalar(kind, text)) => Some((*kind, text.as_str())),
        Some(_) => return Err("it was more than a single value".to_owned()),
        None => None,
    };
    kinds(rule, old.map(|(kind, _)| kind), *kind)?;
    let old = old.map(|(_, text)| text);
    if !rule.one_of.is_empty() && !rule.one_of.iter().any(|(of, value)| of == kind && is_same(*kind, value, text)) {
        let all: Vec<&str> = rule.one_of.iter().map(|(_, value)| value.as_str()).collect();
        return Err(format!("it may be one of {}", all.join(", ")));
    }
    if let Some(pattern) = rule.regex.as_ref().filter(|pattern| !pattern.matches(text)) {
        return Err(format!("it does not match {}", pattern.source()));
    }
    numbers(rule, *kind, old, text)?;
    if rule.image {
        return image::pinned(old, text, rule.semver);
    }
    rule.semver.map_or(Ok(()), |most| version(most, old, text))
}

/// The kind of a value stays what it was, and is what the rule says.
fn kinds(rule: &ValueRule, old: Option<ScalarKind>, new: ScalarKind) -> Result<(), String> {
    let wanted = rule.kind;
    let number = wanted == Some(ScalarKind::Number);
    let fits = wanted.is_none_or(|wanted| new == wanted || (number && new == ScalarKind::Integer));
    if let Some(wanted) = wanted.filter(|_| !fits) {
        return Err(format!("it must be of type {}, and is {}", wanted.as_str(), new.as_str()));
    }
    let both_numbers = |kind| matches!(kind, ScalarKind::Integer | ScalarKind::Number);
    match old {
        Some(old) if old != new && !(number && both_numbers(old) && both_numbers(new)) => {
            Err(format!("its type changes from {} to {}", old.as_str(), new.as_str()))
        }
        _ => Ok(()),
    }
}

fn numbers(rule: &ValueRule, kind: ScalarKind, old: Option<&str>, new: &str) -> Result<(), String> {
    let bounded = rule.min.is_some() || rule.max.is_some() || rule.max_step.is_some() || rule.direction.is_some();
    if !bounded {
        return Ok(());
    }
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.abs() < EXACT);
    // Formats without numbers have them as text: `MAX=50`.
    let numeric =
        matches!(kind, ScalarKind::Integer | ScalarKind::Number) || (kind == ScalarKind::Text && is_plain(new));
    let Some(value) = number(new).filter(|_| numeric) else {
        return Err("it is no number that every reader takes for the same".to_owned());
    };
    if let Some(min) = rule.min.filter(|min| value < *min) {
        return Err(format!("it is less than {min}"));
    }
    if let Some(max) = rule.max.filter(|max| value > *max) {
        return Err(format!("it is more than {max}"));
    }
    if rule.max_step.is_none() && rule.direction.is_none() {
        return Ok(());
    }
    let Some(before) = old.filter(|old| kind != ScalarKind::Text || is_plain(old)).and_then(number) else {
        return Err("there is no number before it to compare with".to_owned());
    };
    if let Some(step) = rule.max_step.filter(|step| (value - before).abs() > *step) {
        return Err(format!("it changes by more than {step}"));
    }
    match rule.direction {
        Some(Direction::Up) if value < before => Err("it goes down".to_owned()),
        Some(Direction::Down) if value > before => Err("it goes up".to_owned()),
        _ => Ok(()),
    }
}

/// As many digits as every decimal number of them survives in a float.
const EXACT_DIGITS: usize = 15;

/// A number as everybody writes it: `7`, `-0.5`; not `07`, `+7`, `7e0`; with no more digits than are exact.
fn is_plain(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let few = text.bytes().filter(u8::is_ascii_digit).count() <= EXACT_DIGITS;
    few && digits(whole) && !(whole.len() > 1 && whole.starts_with('0')) && fraction.is_none_or(digits)
}

/// A version, or a requirement of one: what stands before its first digit stays the same.
pub(super) fn version(most: VersionStep, old: Option<&str>, new: &str) -> Result<(), String> {
    let Some(old) = old else { return Err("there is no version before it to compare with".to_owned()) };
    let parts = |text: &'_ str| {
        let start = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
        let start = if text.get(..start).is_some_and(|before| before.ends_with('v')) { start - 1 } else { start };
        let (before, version) = text.split_at_checked(start).unwrap_or((text, ""));
        (before.to_owned(), version.to_owned())
    };
    let ((before, from), (sign, to)) = (parts(old), parts(new));
    if to.contains('+') {
        return Err("it is a build of its own, and no release".to_owned());
    }
    if before != sign {
        return Err(format!("what stands before the version changes from {before:?} to {sign:?}"));
    }
    let scheme = if from.starts_with('v') { VersionScheme::Go } else { VersionScheme::SemVer };
    let step = step_between(scheme, &from, &to);
    if step.within(most) {
        return Ok(());
    }
    Err(format!("the step of its version is {}, and at most {} is allowed", step.as_str(), most.as_str()))
}

/// Fractions are compared by what they are worth, however they are written.
fn is_same(kind: ScalarKind, value: &str, text: &str) -> bool {
    let worth = |text: &str| text.parse::<f64>().ok();
    value == text || (kind == ScalarKind::Number && worth(value).is_some() && worth(value) == worth(text))
}
