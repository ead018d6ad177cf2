//! `.changeward/ownership.toml`: the RACI matrix.

use super::problem::{InvalidFile, Problem, quoted};
use super::reading::{Fields, Reading, duplicates, ends_before, words};
use crate::model::{Absence, Escalation, EscalationStep, Matrix, Person, Principal, PrincipalKind, Row, RowKind, Team};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// Reads the matrix. What is only unwise (a row without an accountable) stays readable: see [`Row::lints`].
///
/// # Errors
/// Every mistake of the file.
pub fn matrix(text: &str, file: &str) -> Result<Matrix, InvalidFile> {
    let reading = Reading::toml("ownership", text, file);
    let root = reading.root();
    let mut faults = duplicates(root.tables("row"), "id", "row");
    faults.extend(reserved_names(root));
    faults.extend(team_names(root));
    faults.extend(absences(root));
    faults.extend(shared_addresses(root));
    let matrix = Matrix {
        escalation: escalation(root.table("escalation")),
        teams: root
            .named("teams")
            .map(|(name, span, node)| (name.to_lowercase(), team(&reading, &span, Fields::of(node))))
            .collect(),
        people: root
            .named("people")
            .map(|(name, span, node)| (name.to_lowercase(), person(&reading, &span, Fields::of(node))))
            .collect(),
        rows: root.tables("row").filter_map(|fields| row(&reading, fields)).collect(),
    };
    reading.finish(Some(matrix), faults)
}

fn escalation(fields: Fields<'_>) -> Option<Escalation> {
    Some(Escalation {
        owner: fields.principal("owner")?,
        contact: fields.text("contact"),
        acknowledge_within: fields.duration("acknowledge_within"),
        resolve_within: fields.duration("resolve_within"),
        next: fields.tables("next").filter_map(step).collect(),
    })
}

fn step(fields: Fields<'_>) -> Option<EscalationStep> {
    Some(EscalationStep {
        who: fields.principal("who")?,
        after: fields.duration("after"),
        contact: fields.text("contact"),
    })
}

fn team(reading: &Reading<'_>, span: &Range<usize>, fields: Fields<'_>) -> Team {
    Team {
        members: fields.principals("members"),
        director: fields.principal("director"),
        goals: fields.text("goals"),
        contact: fields.text("contact"),
        place: reading.place(span),
    }
}

fn person(reading: &Reading<'_>, span: &Range<usize>, fields: Fields<'_>) -> Person {
    let absence = |away: Fields<'_>| Absence { from: away.moment("from"), until: away.moment("until") };
    Person {
        name: fields.text("name"),
        emails: fields.words("emails", |text| Some(text.to_lowercase())),
        away: fields.tables("away").map(absence).collect(),
        left: fields.flag("left"),
        place: reading.place(span),
    }
}

fn row(reading: &Reading<'_>, fields: Fields<'_>) -> Option<Row> {
    Some(Row {
        id: fields.text("id")?,
        kind: fields.word("kind", kind).unwrap_or(RowKind::Resource),
        scope: fields.globs("scope"),
        purpose: fields.text("purpose"),
        tier: fields.int("tier").and_then(|tier| u8::try_from(tier).ok()),
        responsible: fields.principals("responsible"),
        approvals: fields.int("approvals").and_then(|number| u32::try_from(number).ok()).unwrap_or(1),
        accountable: words(fields.node("accountable"), Principal::parse),
        supports: fields.principals("supports"),
        consulted: fields.principals("consulted"),
        informed: fields.principals("informed"),
        director: fields.principal("director"),
        alternate: fields.principals("alternate"),
        contact: fields.text("contact"),
        review_by: fields.moment("review_by"),
        place: reading.place(&fields.own_span()),
    })
}

fn kind(word: &str) -> Option<RowKind> {
    [RowKind::Resource, RowKind::Activity, RowKind::Process, RowKind::Procedure]
        .into_iter()
        .find(|kind| kind.as_str() == word)
}

/// The gate itself names rows `repository` (where nobody owns anything) and `codeowners:<line>`; the schema already
/// keeps a colon out of names.
fn reserved_names(root: Fields<'_>) -> Vec<Problem> {
    let reserved = |row: &Fields<'_>| row.text("id").is_some_and(|id| id.eq_ignore_ascii_case("repository"));
    let problem = |row: Fields<'_>| {
        Problem::new(
            "reserved_id",
            "a row cannot be named `repository`",
            row.span("id"),
            "taken",
            "the gate gives this name to a repository without owners; choose another",
        )
    };
    root.tables("row").filter(reserved).map(problem).collect()
}

fn team_names(root: Fields<'_>) -> Vec<Problem> {
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for (name, span, _) in root.named("teams") {
        let slug = name.rsplit('/').next().unwrap_or(name).trim_start_matches('@');
        let plain = Principal::parse(&format!("@{name}")).is_some_and(|who| who.kind() == PrincipalKind::User);
        if !plain {
            problems.push(Problem::new(
                "bad_team_name",
                format!("{} cannot be the name of a team here", quoted(name)),
                span,
                "not a plain name",
                format!("write [teams.{slug}]: it answers for \"@{slug}\" and for \"@organisation/{slug}\""),
            ));
        } else if !seen.insert(name.to_lowercase()) {
            problems.push(Problem::new(
                "duplicate_id",
                format!("a second team is named {}", quoted(name)),
                span,
                "named before",
                "upper and lower case count as the same; join the two",
            ));
        }
    }
    problems
}

/// An absence that ends before it begins covers nothing, so somebody would be asked who is not there.
fn absences(root: Fields<'_>) -> Vec<Problem> {
    let away = root.named("people").flat_map(|(_, _, node)| Fields::of(node).tables("away"));
    away.filter_map(|away| ends_before(away, "from", "until")).collect()
}

/// An address of two people would make one of them answer for the other's commits. Whoever is named by an address has that
/// one.
fn shared_addresses(root: Fields<'_>) -> Vec<Problem> {
    let named = root.named("people").filter(|(name, ..)| name.contains('@'));
    let mut of: BTreeMap<String, String> = named.map(|(name, ..)| (name.to_lowercase(), name.to_owned())).collect();
    let mut problems = Vec::new();
    for (name, _, node) in root.named("people") {
        let fields = Fields::of(node);
        for email in fields.words("emails", |text| Some(text.to_lowercase())) {
            match of.get(&email) {
                Some(first) if !first.eq_ignore_ascii_case(name) => problems.push(Problem::new(
                    "shared_address",
                    format!("{} and {} have the same address, {}", quoted(first), quoted(name), quoted(&email)),
                    fields.span("emails"),
                    "listed before",
                    "an address tells whose commit it is; leave it with one of the two",
                )),
                _ => {
                    of.insert(email, name.to_owned());
                }
            }
        }
    }
    problems
}
