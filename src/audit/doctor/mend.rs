//! Where a setting is, and the command that sets it. Names are a stranger's: none of them ends a word of a shell.

use crate::model::{ForgeSettings, RepoName};

impl ForgeSettings {
    /// A page of the repository's settings.
    fn settings_page(&self, rest: &str) -> String {
        format!("{}/{}/settings/{rest}", self.server.trim_end_matches('/'), self.repository)
    }
}

/// The page of the rulesets, or of one of the repository's own.
pub(super) fn rules_page(settings: &ForgeSettings, ruleset: Option<u64>) -> String {
    match ruleset {
        Some(id) => settings.settings_page(&format!("rules/{id}")),
        None => settings.settings_page("rules"),
    }
}

/// The page of an organisation's rulesets.
pub(super) fn organisation_rules_page(settings: &ForgeSettings) -> String {
    format!("{}/organizations/{}/settings/rules", settings.server.trim_end_matches('/'), settings.repository.owner)
}

/// The page of classic protection.
pub(super) fn branches_page(settings: &ForgeSettings) -> String {
    settings.settings_page("branches")
}

/// The page of the settings of Actions.
pub(super) fn actions_page(settings: &ForgeSettings) -> String {
    settings.settings_page("actions")
}

/// The page of the environments.
pub(super) fn environments_page(settings: &ForgeSettings) -> String {
    settings.settings_page("environments")
}

/// The page of an organisation's teams.
pub(super) fn teams_page(settings: &ForgeSettings, organisation: &str) -> String {
    format!("{}/orgs/{}/teams", settings.server.trim_end_matches('/'), encoded(organisation))
}

/// Makes a ruleset for the branch with some rules.
pub(super) fn new_ruleset(settings: &ForgeSettings, name: &str, rules: &str) -> String {
    let branch = text(&format!("refs/heads/{}", settings.branch));
    let include = format!("{{\"include\":[{branch}],\"exclude\":[]}}");
    let body = format!(
        "{{\"name\":{},\"target\":\"branch\",\"enforcement\":\"active\",\"conditions\":{{\"ref_name\":{include}}},\"rules\":[{rules}]}}",
        text(name)
    );
    let address = repository(&settings.repository);
    format!("echo {} | gh api --method POST {address}/rulesets --input -", quoted(&body))
}

/// The rule that requires a status, to be completed with the number of an app.
pub(super) fn status_rule(context: &str) -> String {
    format!(
        "{{\"type\":\"required_status_checks\",\"parameters\":{{\"strict_required_status_checks_policy\":true,\
         \"required_status_checks\":[{{\"context\":{},\"integration_id\":APP_ID}}]}}}}",
        text(context)
    )
}

/// `gh api --method METHOD repos/OWNER/NAME/REST FIELDS`
pub(super) fn call(settings: &ForgeSettings, method: &str, rest: &str, fields: &str) -> String {
    let space = if fields.is_empty() { "" } else { " " };
    format!("gh api --method {method} {}/{rest}{space}{fields}", repository(&settings.repository))
}

fn repository(name: &RepoName) -> String {
    format!("repos/{}/{}", encoded(&name.owner), encoded(&name.name))
}

/// A name as one segment of an address: no shell reads anything in it.
pub(super) fn encoded(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Text in a JSON document; whatever is not plain is spelled by its number.
fn text(text: &str) -> String {
    let mut out = String::from("\"");
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii_alphanumeric() || b" -_./:".contains(&byte) => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\u{unit:04x}")),
        }
    }
    out.push('"');
    out
}

/// One word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::{encoded, quoted, text};

    #[test]
    fn no_name_leaves_its_word() {
        let hostile = "x'; rm -rf ~ #$(id)`id`\"\\\n";
        let word = quoted(&text(hostile));
        assert!(!word.trim_matches('\'').contains(['\'', '`', '$', '\n', ';']), "{word}");
        assert!(encoded(hostile).bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.%".contains(&b)));
        assert_eq!(text("refs/heads/main"), "\"refs/heads/main\"");
        assert_eq!(text("é"), "\"\\u00e9\"");
    }
}
