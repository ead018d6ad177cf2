//! A drafted template to the text of its file, commented as a person would.
//!
//! Its sink is that of TOML: every text of the changes is a TOML string, and every comment is one line in which nothing is
//! hidden.

use crate::model::{DraftRule, DraftValue, TemplateDraft, counted};
use crate::report::escape::{terminal, toml};

/// A list longer than this stands on several lines, in characters.
const LONG: usize = 100;

/// The text of the template.
pub fn template_draft(draft: &TemplateDraft) -> String {
    let mut out = Text(String::new());
    let samples = counted(draft.samples.len() as u64, "past change");
    out.comment(&format!(
        "Drawn by `changeward template propose` from {samples}; it covers them and as little else as it can."
    ));
    out.comment(
        "Each rule says what it was drawn from. Loosen a limit where the next change will need it, and not before.",
    );
    if let Some((covered, missed)) = &draft.foreseen {
        let missed = missed.as_ref().map_or_else(String::new, |why| format!("; not {why}"));
        out.comment(&format!("A draft from the others would have covered {covered} of them{missed}."));
    }
    out.comment("It lets nothing through until the change authority, never who proposed it, publishes it.");
    out.line("version = 1");
    out.pair("id", &DraftValue::Text(draft.id.clone()));
    out.pair("title", &DraftValue::Text(draft.title.clone()));
    out.line("state = \"proposed\"            # proposed | published | suspended | retired");
    match &draft.proposed_by {
        Some(who) => out.pair("proposed_by", &DraftValue::Text(who.to_string())),
        None => out.line("# proposed_by = \"@login\""),
    }
    out.line("# approved_by = [\"@login\"]    # of the change authority, and not the proposer");
    out.line("# approved_at = 2026-01-01");
    out.line("# expires_at = 2027-01-01");
    out.line("# implementation = \"merge; the deployment pipeline rolls it out\"");
    out.line("# backout = \"revert the commit\"");
    if draft.formatting {
        out.comment("Comments or formatting changed beside the values.");
        out.line("elsewhere = \"formatting\"");
    }
    if draft.lockfile_consistent {
        out.comment("Every lockfile fitted its manifest.");
        out.line("lockfile_consistent = true");
    }
    let texts = |all: &[String]| DraftValue::List(all.iter().map(|one| DraftValue::Text(one.clone())).collect());
    out.pair("samples", &texts(&draft.samples));
    scope(draft, &mut out);
    out.line("");
    out.line("[limits]");
    let (files, added, removed) = draft.limits;
    out.line(&format!("files = {files}"));
    out.line(&format!("added = {added}"));
    out.line(&format!("removed = {removed}"));
    draft.edits.iter().for_each(|edits| out.line(&format!("edits = {edits}")));
    draft.rules.iter().for_each(|one| rule(one, &mut out));
    out.0
}

fn scope(draft: &TemplateDraft, out: &mut Text) {
    out.line("");
    out.line("[scope]");
    for pattern in draft.include.iter().filter(|pattern| pattern.paths.len() > 1) {
        let some: Vec<&str> = pattern.paths.iter().take(6).map(String::as_str).collect();
        let more = pattern.paths.len().saturating_sub(some.len());
        let tail = if more > 0 { format!(", and {more} more") } else { String::new() };
        out.comment(&format!("{} stands for {}{tail}", pattern.glob, some.join(", ")));
        if !pattern.beside.is_empty() {
            let files = counted(pattern.beside.len() as u64, "file");
            let some = pattern.beside.iter().take(6).map(String::as_str).collect::<Vec<_>>().join(", ");
            out.comment(&format!("beyond that: {files} that did not change, like {some}"));
        }
    }
    let include = draft.include.iter().map(|pattern| DraftValue::Text(pattern.glob.clone())).collect();
    out.pair("include", &DraftValue::List(include));
    let kinds = draft.kinds.iter().map(|kind| DraftValue::Text(kind.as_str().to_owned())).collect();
    out.pair("kinds", &DraftValue::List(kinds));
}

fn rule(rule: &DraftRule, out: &mut Text) {
    out.line("");
    for seen in &rule.seen {
        out.comment(seen);
    }
    for beyond in &rule.beyond {
        out.comment(&format!("beyond that: {beyond}"));
    }
    out.line("[[allow]]");
    rule.keys.iter().for_each(|(key, value)| out.pair(key, value));
}

/// The lines of the file. Each method writes whole ones.
struct Text(String);

impl Text {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn comment(&mut self, line: &str) {
        let safe = terminal(line).replace('\n', " ");
        self.line(&format!("# {safe}"));
    }

    fn pair(&mut self, key: &str, value: &DraftValue) {
        let one = format!("{key} = {}", written(value));
        match value {
            DraftValue::List(items) if one.chars().count() > LONG => {
                self.line(&format!("{key} = ["));
                items.iter().for_each(|item| self.line(&format!("    {},", written(item))));
                self.line("]");
            }
            _ => self.line(&one),
        }
    }
}

fn written(value: &DraftValue) -> String {
    match value {
        DraftValue::Text(text) => quoted(text),
        DraftValue::Bool(yes) => yes.to_string(),
        // A whole number below 2^53 is written without a fraction.
        DraftValue::Number(number) => format!("{number}"),
        DraftValue::List(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        DraftValue::Table(entries) => {
            let entry = |(key, value): &(String, DraftValue)| format!("{} = {}", key_of(key), written(value));
            format!("{{ {} }}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

/// As it stands where it has backslashes and nothing that ends or hides; escaped otherwise.
fn quoted(text: &str) -> String {
    let escaped = toml(text);
    let plain = text.contains('\\') && !text.contains('\'') && terminal(text) == text;
    if plain { format!("'{text}'") } else { escaped }
}

fn key_of(key: &str) -> String {
    let bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { key.to_owned() } else { toml(key) }
}
