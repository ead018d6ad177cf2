//! The words of the files that `init` writes, and of the next steps.

use super::survey::Survey;
use crate::app::schema;
use crate::model::{DAY, Moment, Principal};
use std::borrow::Cow;

/// One file to write.
pub(super) struct Scaffold {
    /// Below the repository's root.
    pub(super) path: Cow<'static, str>,
    /// The whole text.
    pub(super) text: String,
}

/// How long the template suggested stays approved: half a year.
const APPROVED_FOR: i64 = 182 * DAY;

/// The files that fit what was found.
pub(super) fn files(found: &Survey, now: Moment) -> Vec<Scaffold> {
    // A matrix without rows would be a source that names nobody: every file unowned, every change blocked.
    let matrix = match found.codeowners {
        Some(_) => ".changeward/ownership.toml",
        None => ".changeward/ownership.toml.example",
    };
    vec![
        Scaffold { path: ".changeward/config.toml".into(), text: config(found) },
        Scaffold { path: matrix.into(), text: ownership(found) },
        Scaffold { path: ".changeward/templates/documentation.toml".into(), text: documentation(found, now) },
        Scaffold { path: ".changeward/policies/example.rego".into(), text: policy(found) },
    ]
}

/// The same files for an editor that knows the directive of taplo (Even Better TOML): each TOML file names its schema in its
/// first line, by a path from itself, and the schemas stand beside.
pub(super) fn for_editors(files: Vec<Scaffold>) -> Vec<Scaffold> {
    let mut all: Vec<Scaffold> = files.into_iter().map(with_directive).collect();
    all.extend(schema::of_files().filter(|(name, _)| *name != "facts").map(|(name, text)| Scaffold {
        path: format!(".changeward/schemas/{}", schema::file_name(name)).into(),
        text: text.to_owned(),
    }));
    all
}

fn with_directive(mut file: Scaffold) -> Scaffold {
    let kind = match file.path.as_ref() {
        ".changeward/config.toml" => Some(("config", "./")),
        ".changeward/ownership.toml" | ".changeward/ownership.toml.example" => Some(("ownership", "./")),
        path if path.starts_with(".changeward/templates/") => Some(("template", "../")),
        _ => None,
    };
    if let Some((name, up)) = kind {
        file.text = format!("#:schema {up}schemas/{}\n{}", schema::file_name(name), file.text);
    }
    file
}

/// What to do now.
pub(super) fn next_steps(found: &Survey, in_git: bool, dry_run: bool) -> Vec<String> {
    let mut steps = Vec::new();
    if dry_run {
        steps.push("changeward init    (without --dry-run, to write these files)".to_owned());
    }
    if !in_git {
        steps.push("git init    (there is no repository here, and a change is what git says it is)".to_owned());
    }
    steps.push(match &found.codeowners {
        Some(named) => match named.most_named_person() {
            Some(person) => format!(
                "name the [escalation] owner in .changeward/ownership.toml ({person} is named most): a change of a file \
                 nobody owns is blocked until there is one"
            ),
            None => "name the [escalation] owner, one person, in .changeward/ownership.toml: a change of a file nobody \
                     owns is blocked until there is one"
                .to_owned(),
        },
        None => "say who answers for what: fill in .changeward/ownership.toml.example and drop the .example, or write \
                 .github/CODEOWNERS; until then any one peer may approve"
            .to_owned(),
    });
    steps
        .push("name the [control] owners in .changeward/config.toml: they approve edits of the gate itself".to_owned());
    steps.push(
        "have .changeward/templates/documentation.toml published, if edits of documents need no approval".to_owned(),
    );
    steps.push(
        "commit .changeward/: the gate reads it at the base of a change, so it counts for the changes after".to_owned(),
    );
    steps.push("changeward check --explain    (works before all that, too)".to_owned());
    steps
}

fn config(found: &Survey) -> String {
    let docs = found.docs.unwrap_or("docs");
    let (control, whose) = suggested_control_owners(found);
    let pipelines = quoted(found.pipelines.iter());
    let seen = match found.workflows {
        0 => "# Workflows, pipelines, actions and ownership files are on the built-in list.".to_owned(),
        n => format!(
            "# Workflows, pipelines, actions and ownership files are on the built-in list ({n} of the former here)."
        ),
    };
    format!(
        r##"# What the gate believes about this repository. Only `version` is required; unknown keys are errors.
# An edit of this folder is an edit of the gate: it is always a normal change and needs the control owners.
version = 1

# What counts as a change to production. The rest is of class none, unless somebody claims more for it.
# Before taking "{docs}/**" out: templates/documentation.toml keeps it in, with limits and a record.
[scope]
include = ["**"]
exclude = []

# Who approves edits of the files that control the gate, and which files those are beside the built-in ones.
{seen}
# While nobody is named, the escalation owner of ownership.toml is asked. {whose}
#   owners = {control}
[control]
owners = []
files = {pipelines}

# Who approves templates, and changes at high risk. Name a team that meets, not everybody.
[change_authority]
who = []

# An emergency is a debt: it needs an open incident at least this grave (1 is the worst), and a review afterwards.
[emergency]
max_severity = 2
claim_ttl = "24h"
submitters = []               # empty: anyone
review_within = "5d"

# An approval older than this must be given again.
[approval]
expires_after = "14d"

# Freeze windows, in iCalendar files. Uncomment when calendars/holidays.ics exists: a file named and missing is an error.
# [[calendar]]
# file = "calendars/holidays.ics"
# environments = ["production"]
# approvers = {control}

# Numbers and lists that the rules read as `input.params`.
# [policy]
# params = {{ min_justification = 20 }}
"##
    )
}

/// Who answers for the workflows today, and a sentence that says so.
fn suggested_control_owners(found: &Survey) -> (String, String) {
    let owners = found.codeowners.as_ref().map(|named| (named.path, named.owners_of_folder(".github")));
    match owners {
        Some((path, owners)) if !owners.is_empty() => (quoted(owners.iter()), format!("For .github/, {path} says:")),
        _ => (r#"["@acme/platform"]"#.to_owned(), "For example:".to_owned()),
    }
}

fn ownership(found: &Survey) -> String {
    let person =
        found.codeowners.as_ref().and_then(|named| named.most_named_person().map(|person| (named.path, person)));
    let (escalation, who) = match person {
        Some((path, person)) => {
            (person.to_string(), format!("# {person} is the person named on most lines of {path}."))
        }
        None => ("@sam".to_owned(), "# No file here names a person, so this one is an example.".to_owned()),
    };
    let intro = match &found.codeowners {
        Some(named) => format!(
            "# {} still says who may approve; a row adds who is accountable, whom to tell and where to\n\
             # reach them. A path belongs to the last row that matches it, so the more specific rows go last.",
            named.path
        ),
        None => "# Fill in, uncomment and rename to ownership.toml: a matrix without rows would leave every file unowned, and\n\
                 # changes of unowned files are blocked. A path belongs to the last row that matches it, so the more specific\n\
                 # rows go last."
            .to_owned(),
    };
    let folder = found.folders.iter().find(|folder| *folder != "docs").map_or("src", String::as_str);
    let owners = found.codeowners.as_ref().map_or(&[][..], |named| named.owners_of_folder(folder));
    let responsible = if owners.is_empty() { r#"["@bob", "@eve"]"#.to_owned() } else { quoted(owners.iter()) };
    let folders = match found.folders.as_slice() {
        [] => String::new(),
        folders => format!(
            "# Folders here that may want a row: {}.\n",
            folders.iter().take(24).cloned().collect::<Vec<_>>().join(", ")
        ),
    };
    format!(
        r##"# The RACI matrix: who is responsible and accountable for what, who is consulted and who is informed.
{intro}
version = 1

# Who receives what nobody owns: exactly one person, who can assign it. While nobody is named, a change of a file
# that nobody owns is blocked.
{who}
# [escalation]
# owner = "{escalation}"
# contact = "#platform-help"
# acknowledge_within = "4h"
# resolve_within = "5d"

# Teams, where there is no forge to ask.
# [teams.pay]
# members = ["@bob", "@eve"]
# director = "@dan"

# One row for each thing somebody answers for.
{folders}# [[row]]
# id = "{folder}"
# kind = "resource"
# scope = ["{folder}/**"]
# purpose = "what it is good for"
# tier = 2
# responsible = {responsible}
# accountable = "{escalation}"
# informed = []
# contact = "#{folder}"
"##
    )
}

fn documentation(found: &Survey, now: Moment) -> String {
    let endings = if found.documents.is_empty() { &["md"][..] } else { &found.documents };
    let below = |folder: &str| endings.iter().map(move |ending| format!("{folder}*.{ending}")).collect::<Vec<_>>();
    let mut include = below(&format!("{}/**/", found.docs.unwrap_or("docs")));
    include.extend(below(""));
    let include = quoted(include.iter());
    let proposer = found.codeowners.as_ref().and_then(|named| named.most_named_person()).map(Principal::as_str);
    format!(
        r##"# A template: one kind of change that the change authority has approved in advance, a standard change.
# This one is only proposed and lets nothing through. To use it, the change authority, never the one who proposed it,
# sets `state` to "published" and fills in the four lines below it. It then covers a change whose every file is in scope.
version = 1
id = "documentation"
title = "Edit the documentation"
state = "proposed"            # proposed | published | suspended | retired
# proposed_by = "{proposer}"
# approved_by = ["@cab1"]
# approved_at = {today}
# expires_at = {end}
implementation = "merge; nothing is deployed"
backout = "revert the commit"

[scope]
include = {include}
exclude = []
kinds = ["added", "modified"]
environments = []             # empty: all

[limits]
files = 20
added = 500
removed = 500

# Anything may change in them, as long as they are documents and no machine acts upon them.
[[allow]]
whole_file = "documentation"
"##,
        proposer = proposer.unwrap_or("@ann"),
        today = now.date(),
        end = now.plus(APPROVED_FOR).date(),
    )
}

fn policy(found: &Survey) -> String {
    let (manifest, lock) = found.locked.unwrap_or(("Cargo.toml", "Cargo.lock"));
    format!(
        r##"# The organisation's own rules: they add to the shipped ones and never take away. `changeward policy input` prints
# what a rule may read. Contribute to `deny`, `warn`, `force_normal` or `require`; this file starts with none.
package changeward

# warn contains {{"code": "ACME_LOCK", "msg": "{manifest} changed and {lock} did not", "path": "{manifest}"}} if {{
#     some changed in input.files
#     changed.path == "{manifest}"
#     every file in input.files {{ file.path != "{lock}" }}
# }}
"##
    )
}

/// A TOML array of strings that need no escaping.
fn quoted(words: impl Iterator<Item = impl std::fmt::Display>) -> String {
    format!("[{}]", words.map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", "))
}
