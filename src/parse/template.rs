//! `.changeward/templates/*.toml`: standard changes.

use super::constraint;
use super::problem::{InvalidFile, Problem};
use super::reading::{Fields, Reading, blank, ends_before};
use crate::model::{Breaker, FileStatus, Limits, Principal, Template, TemplateState, UsageCap};

/// What may happen to a file when a template does not say.
const DEFAULT_KINDS: [FileStatus; 3] = [FileStatus::Added, FileStatus::Modified, FileStatus::Deleted];

/// Reads a template.
///
/// Who may approve it is not judged here: a template approved by its proposer is readable and not usable.
///
/// # Errors
/// Every mistake of the file.
pub fn template(text: &str, file: &str) -> Result<Template, InvalidFile> {
    let reading = Reading::toml("template", text, file);
    let template = build(&reading);
    let faults = faults(reading.root());
    reading.finish(template, faults)
}

fn build(reading: &Reading<'_>) -> Option<Template> {
    let root = reading.root();
    let (scope, limits) = (root.table("scope"), root.table("limits"));
    let limit = |key| limits.int(key).and_then(|most| u64::try_from(most).ok());
    let kinds = scope.words("kinds", FileStatus::parse);
    Some(Template {
        id: root.text("id")?,
        title: root.text("title")?,
        state: root.word("state", TemplateState::parse)?,
        proposed_by: root.word("proposed_by", Principal::parse),
        approved_by: root.principals("approved_by"),
        approved_at: root.moment("approved_at"),
        not_before: root.moment("not_before"),
        expires_at: root.moment("expires_at"),
        implementation: root.text("implementation"),
        backout: root.text("backout"),
        include: scope.globs("include"),
        exclude: scope.globs("exclude"),
        kinds: if kinds.is_empty() { DEFAULT_KINDS.to_vec() } else { kinds },
        environments: scope.texts("environments"),
        limits: Limits {
            files: limit("files"),
            added: limit("added"),
            removed: limit("removed"),
            edits: limit("edits"),
        },
        submitters: root.principals("submitters"),
        window: root.text("window"),
        required_checks: root.texts("required_checks"),
        allow: constraint::constraints(reading),
        formatting: root.text("elsewhere").is_some_and(|word| word == "formatting"),
        companions: constraint::companions(root),
        lockfile_consistent: root.flag("lockfile_consistent"),
        predicate: root.text("predicate"),
        samples: root.texts("samples"),
        review_by: root.moment("review_by"),
        usage: usage(root.table("usage")),
        breaker: breaker(root.table("breaker")),
        place: reading.place(&root.span("id")),
    })
}

fn usage(fields: Fields<'_>) -> Option<UsageCap> {
    Some(UsageCap { most: u64::try_from(fields.int("most")?).ok()?, per: fields.duration("per")? })
}

/// A template may be stricter than the rule, never laxer.
fn breaker(fields: Fields<'_>) -> Breaker {
    let rule = Breaker::default();
    let whole = |key| fields.int(key).and_then(|number| u64::try_from(number).ok());
    Breaker {
        issues: whole("issues").map_or(rule.issues, |issues| issues.min(rule.issues)),
        of: whole("of").map_or(rule.of, |of| of.max(rule.of)),
        silent_after: fields.duration("silent_after").map_or(rule.silent_after, |span| span.min(rule.silent_after)),
    }
}

fn faults(root: Fields<'_>) -> Vec<Problem> {
    let times = [("not_before", "expires_at"), ("approved_at", "expires_at")];
    // One of the two is enough said about one end.
    let never = times.into_iter().find_map(|(start, end)| ends_before(root, start, end));
    let per = root.table("usage");
    let no_time = per.duration("per").filter(|span| span.0 == 0).map(|_| {
        let help = "say within how long: \"24h\", \"7d\"";
        Problem::new(
            "never_valid",
            "`per` is no time at all, so no use would ever count",
            per.span("per"),
            "nothing",
            help,
        )
    });
    let blanks = blank(root, &["title", "implementation", "backout"]);
    never.into_iter().chain(no_time).chain(blanks).chain(constraint::faults(root)).collect()
}
