//! One source for the inputs and outputs: `action.yml`. The page, the script and the gate say the same.

use super::yaml::{fields, get, list, root, text};
use super::{files, read};
use changeward::model::OUTPUTS;
use std::collections::BTreeSet;
use std::process::Command;

/// The table between `<!-- NAME -->` and `<!-- end of NAME -->`.
fn with_table(page: &str, name: &str, table: &str) -> String {
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
    let (before, rest) = page.split_once(&start).unwrap_or_else(|| panic!("the page has no {start}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("the page has no {end}"));
    format!("{before}{start}{table}{end}{after}")
}

#[test]
fn the_page_of_the_action_is_fresh() {
    let action = read("action.yml");
    let action = root(&action);
    let said = |node| text(get(node, &["description"])).trim().replace('|', "\\|");
    let mut inputs = "| input | without it | what it says |\n| --- | --- | --- |\n".to_owned();
    for (name, node) in fields(get(&action, &["inputs"]).unwrap()) {
        let default = match text(get(node, &["default"])) {
            "" => String::new(),
            word => format!("`{word}`"),
        };
        inputs.push_str(&format!("| `{name}` | {default} | {} |\n", said(node)));
    }
    let mut outputs = "| output | what it says |\n| --- | --- |\n".to_owned();
    for (name, node) in fields(get(&action, &["outputs"]).unwrap()) {
        outputs.push_str(&format!("| `{name}` | {} |\n", said(node)));
    }
    let told = read("docs/action.md");
    let now = with_table(&with_table(&told, "inputs", &inputs), "outputs", &outputs);
    if std::env::var("SNAPSHOTS").is_ok_and(|word| word == "overwrite") {
        std::fs::write("docs/action.md", now).unwrap();
    } else {
        assert_eq!(told, now, "SNAPSHOTS=overwrite makes docs/action.md anew");
    }
}

fn blocks<'t>(page: &'t str, language: &str) -> Vec<&'t str> {
    let fence = format!("```{language}\n");
    page.split(fence.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// What is shown of a workflow is a part of a file that the linters and act have seen.
#[test]
fn every_block_that_is_shown_is_in_an_example() {
    let examples: Vec<String> = files("examples/workflows", ".yml").iter().map(read).collect();
    for (page, shown) in [("docs/action.md", 1), ("docs/adoption.md", 6)] {
        let page_text = read(page);
        let yaml = blocks(&page_text, "yaml");
        assert_eq!(yaml.len(), shown, "{page}");
        for block in yaml {
            assert!(examples.iter().any(|example| example.contains(block)), "{page}: no example has\n{block}");
        }
        let all = page_text.matches("\n```").count() / 2;
        assert_eq!(all, shown + blocks(&page_text, "json").len(), "{page}: a block that nobody looks at");
    }
    for block in blocks(&read("README.md"), "yaml") {
        assert!(examples.iter().any(|example| example.contains(block)), "README.md: no example has\n{block}");
    }
    let page = read("docs/adoption.md");
    for example in files("examples/workflows", ".yml") {
        let name = example.rsplit('/').next().unwrap();
        assert!(page.contains(&format!("`{name}`")), "docs/adoption.md does not say when to take {name}");
    }
}

/// The ruleset asks for the status that the gate posts, of an App, of everybody.
#[test]
fn the_ruleset_shown_requires_the_status() {
    let page = read("docs/adoption.md");
    let [ruleset] = blocks(&page, "json").try_into().unwrap();
    let ruleset: serde_json::Value = serde_json::from_str(ruleset).unwrap();
    assert_eq!((&ruleset["enforcement"], &ruleset["bypass_actors"]), (&"active".into(), &serde_json::json!([])));
    let rules = ruleset["rules"].as_array().unwrap();
    let required = rules.iter().find(|rule| rule["type"] == "required_status_checks").unwrap();
    let [one] = required["parameters"]["required_status_checks"].as_array().unwrap().as_slice() else {
        panic!("one status")
    };
    let branch = ruleset["conditions"]["ref_name"]["include"][0].as_str().unwrap().strip_prefix("refs/heads/").unwrap();
    assert_eq!(one["context"], format!("changeward/{branch}"));
    assert!(one["integration_id"].as_u64().is_some_and(|id| id != 15368), "the App of every workflow");
}

/// The rights in the table are those of the examples.
#[test]
fn the_table_of_rights_is_fresh() {
    let rows = [
        ("look (`mode: report`)", "report-only.yml", "gate"),
        ("a status and nothing else (`mode: enforce`)", "merge-queue.yml", "gate"),
        ("status, comment, reviewers, labels, issues (`mode: request`)", "pull-request.yml", "gate"),
        ("all that is open, and what waits for it", "re-evaluate.yml", "gate"),
        ("ask for a deployment (`environment`)", "deploy.yml", "gate"),
        ("hear the answer, run the deployment again", "comments.yml", "gate"),
        ("record a deployment (`deployed`)", "deploy.yml", "record"),
    ];
    let mut table = "| what the gate does | as in | permissions |\n| --- | --- | --- |\n".to_owned();
    for (what, file, job) in rows {
        let text = read(format!("examples/workflows/{file}"));
        let workflow = root(&text);
        let rights: Vec<String> = fields(get(&workflow, &["jobs", job, "permissions"]).unwrap())
            .map(|(name, level)| format!("`{name}: {}`", super::yaml::text(Some(level))))
            .collect();
        table.push_str(&format!("| {what} | `{file}` | {} |\n", rights.join(", ")));
    }
    let told = read("docs/adoption.md");
    let now = with_table(&told, "permissions", &table);
    if std::env::var("SNAPSHOTS").is_ok_and(|word| word == "overwrite") {
        std::fs::write("docs/adoption.md", now).unwrap();
    } else {
        assert_eq!(told, now, "SNAPSHOTS=overwrite makes docs/adoption.md anew");
    }
}

/// No output is declared that nobody writes, and none is written that nobody declares.
#[test]
fn the_outputs_are_those_of_the_gate_and_of_the_script() {
    let action = read("action.yml");
    let action = root(&action);
    let told: Vec<(&str, &str)> = fields(get(&action, &["outputs"]).unwrap())
        .map(|(name, node)| (name, text(get(node, &["description"]))))
        .collect();
    assert_eq!(told, OUTPUTS);
    for (name, node) in fields(get(&action, &["outputs"]).unwrap()) {
        assert_eq!(text(get(node, &["value"])), format!("${{{{ steps.gate.outputs.{name} }}}}"));
    }
    let script = read("action/run.sh");
    let written = script.split("\noutputs=(").nth(1).unwrap().split(')').next().unwrap();
    assert_eq!(written.split(' ').collect::<Vec<_>>(), OUTPUTS.map(|(name, _)| name));
}

/// Every input reaches the script through the environment and is used there; the one step has no expression in its script.
#[test]
fn every_input_goes_through_the_environment() {
    let action = read("action.yml");
    let action = root(&action);
    let [step] = list(get(&action, &["runs", "steps"])) else { panic!("one step") };
    assert_eq!(text(get(step, &["run"])), "exec bash --noprofile --norc -p \"$GITHUB_ACTION_PATH/action/run.sh\"");
    assert!(
        text(get(step, &["shell"])).starts_with("bash --noprofile --norc -p "),
        "nothing of the environment is run first"
    );
    let environment = get(step, &["env"]).unwrap();
    let script = read("action/run.sh");
    for (name, _) in fields(get(&action, &["inputs"]).unwrap()) {
        let short = name.replace('-', "_").to_uppercase();
        let variable = if name == "token" { "CHANGEWARD_TOKEN".to_owned() } else { format!("INPUT_{short}") };
        assert_eq!(text(get(environment, &[&variable])), format!("${{{{ inputs.{name} }}}}"), "{name}");
        let used = script.contains(&format!("${{{variable}")) || script.contains(&format!("${variable}"));
        assert!(used || script.contains(&format!("{name}={short}")), "nothing uses {name}");
    }
    let [bash_env, env] = ["BASH_ENV", "ENV"].map(|name| get(environment, &[name]));
    assert!(bash_env.is_some() && env.is_some() && text(bash_env).is_empty() && text(env).is_empty());
}

/// What the gate can be told, the Action can be told.
#[test]
fn every_flag_of_the_gate_is_an_input() {
    let output = Command::new(env!("CARGO_BIN_EXE_changeward")).args(["gate", "--help"]).env_clear().output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let mut flags: BTreeSet<&str> = help
        .lines()
        .filter_map(|line| line.trim_start().trim_start_matches("-h, ").strip_prefix("--"))
        .map(|flag| flag.split([' ', '[']).next().unwrap())
        .collect();
    assert!(flags.len() > 15, "{help}");
    // What the environment of a runner says by itself, what is for a person's own terminal, and the way the token comes.
    for flag in ["repository", "token-stdin", "format", "color", "help"] {
        assert!(flags.remove(flag), "{flag}");
    }
    let action = read("action.yml");
    let action = root(&action);
    let inputs: BTreeSet<&str> = fields(get(&action, &["inputs"]).unwrap()).map(|(name, _)| name).collect();
    let of_the_action = ["token", "working-directory", "install", "binary", "verify-attestation"];
    flags.extend(of_the_action);
    assert_eq!(inputs, flags);
}
