//! Policies as one Markdown page, from what they say of themselves; and the page of the lints.

use super::escape::{markdown, markdown_cell, markdown_cell_code, markdown_code};
use super::escape_html::link;
use crate::model::{DocFile, DocParam, DocRule, PolicyDoc, PolicyLint};
use std::fmt::Write;

/// The sets, in the order of the page, with what each is for.
const SETS: [(&str, &str); 7] = [
    ("deny", "What blocks"),
    ("force_normal", "What keeps a change from being standard"),
    ("template_fault", "What keeps a template from being used"),
    ("emergency_fault", "What refuses an emergency claim"),
    ("require", "Whose approval is asked for"),
    ("obligation", "What is owed afterwards"),
    ("warn", "What is said"),
];

/// The page about some policies.
pub fn policy_doc(doc: &PolicyDoc) -> String {
    let mut out = String::from(
        "<!-- Made by changeward policy doc. Do not edit it: change the METADATA of the rules, then make it again. -->\n\n\
         # Policies\n",
    );
    for (set, words) in SETS {
        let rules: Vec<&DocRule> = doc.rules.iter().filter(|rule| rule.set == set).collect();
        if rules.is_empty() {
            continue;
        }
        let first = match set {
            "require" => "level",
            "obligation" => "kind",
            _ => "code",
        };
        let _ = write!(
            out,
            "\n## {words}\n\nThe set `{set}`.\n\n| {first} | what it is about | where |\n| --- | --- | --- |\n"
        );
        rules.into_iter().for_each(|rule| row(&mut out, rule));
    }
    params(&mut out, &doc.params);
    files(&mut out, &doc.files);
    out
}

fn row(out: &mut String, rule: &DocRule) {
    let code = rule.code.as_deref().map(markdown_cell_code).unwrap_or_default();
    let mut about = rule.title.as_deref().map(cell).unwrap_or_default();
    let mut more = |text: String| {
        if !about.is_empty() {
            about.push_str("<br>");
        }
        about.push_str(&text);
    };
    rule.description.iter().for_each(|text| more(cell(text)));
    rule.custom.iter().for_each(|(key, value)| more(format!("{}: {}", cell(key), cell(value))));
    rule.related.iter().for_each(|address| more(format!("see {}", reference(address))));
    let _ = writeln!(out, "| {code} | {about} | {} |", markdown_cell_code(&rule.place.to_string()));
}

/// An address somebody may follow, or a code span where it is none.
fn reference(address: &str) -> String {
    match link(address).filter(|_| address.starts_with("https://")) {
        Some(target) if !target.contains(['|', '<', '>', ' ', '(', ')', '`']) => format!("<{target}>"),
        _ => markdown_cell_code(address),
    }
}

/// Text of several lines in one cell.
fn cell(text: &str) -> String {
    markdown_cell(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn params(out: &mut String, params: &[DocParam]) {
    if params.is_empty() {
        return;
    }
    out.push_str(
        "\n## Parameters\n\nSet in `.changeward/config.toml`, `[policy]`, `params = { … }`.\n\n\
         | name | default | read at |\n| --- | --- | --- |\n",
    );
    for param in params {
        let default = param.default.as_deref().map_or_else(|| "none".to_owned(), markdown_cell_code);
        let places = param.places.iter().map(|place| markdown_cell_code(&place.to_string())).collect::<Vec<_>>();
        let _ = writeln!(out, "| {} | {default} | {} |", markdown_cell_code(&param.name), places.join(", "));
    }
}

fn files(out: &mut String, files: &[DocFile]) {
    out.push_str("\n## Files\n");
    for file in files {
        let shipped = if file.shipped { ", shipped" } else { "" };
        let _ =
            write!(out, "\n### {}\n\nPackage {}{shipped}.", markdown_code(&file.file), markdown_code(&file.package));
        if let Some(title) = &file.title {
            let _ = write!(out, " {}.", markdown(title).trim_end_matches('.'));
        }
        out.push('\n');
        for paragraph in file.description.iter().flat_map(|text| text.split("\n\n")) {
            let text = paragraph.split_whitespace().collect::<Vec<_>>().join(" ");
            let _ = write!(out, "\n{}\n", markdown(&text));
        }
    }
}

/// The page of the lints.
pub fn policy_lints_page(lints: &[PolicyLint]) -> String {
    let mut out = String::from(
        "<!-- Made by changeward from the list in src/policy/lint/catalogue.rs; the tests hold it to that. -->\n\n\
         # Lints of policies\n\n\
         `changeward policy lint` finds these in `.changeward/policies/`; `--explain CODE` says the same in a terminal. An\n\
         error makes the command end with 11, a warning with `--fail-on warn`.\n\n\
         To leave a finding as it is, say why on its line or on the one above: `# changeward:ignore CODE why`. What keeps\n\
         the gate from loading the policies cannot be left.\n\n\
         | code | weight | what is wrong | why it matters | next step |\n| --- | --- | --- | --- | --- |\n",
    );
    for PolicyLint { code, severity, title, why, fix } in lints {
        let _ = writeln!(out, "| `{code}` | {} | {title} | {why} | {fix} |", severity.as_str());
    }
    out
}
