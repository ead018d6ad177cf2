//! One source for the inputs and outputs: `action.yml`. The page, the script and the gate say the same.

use super::read;
use super::yaml::{fields, get, list, root, text};

/// What a step after the gate can ask for, as the gate writes it.
const OUTPUTS: [&str; 11] = [
    "class",
    "verdict",
    "automatic",
    "risk",
    "head",
    "base",
    "policy-digest",
    "report",
    "comment-url",
    "request-url",
    "exit-code",
];

/// The table between `<!-- NAME -->` and `<!-- end of NAME -->`.
fn with_table(page: &str, name: &str, table: &str) -> String {
    let (start, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
    let (before, rest) = page.split_once(&start).unwrap_or_else(|| panic!("docs/action.md has no {start}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("docs/action.md has no {end}"));
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

/// No output is declared that nobody writes, and none is written that nobody declares.
#[test]
fn the_outputs_are_those_of_the_gate_and_of_the_script() {
    let action = read("action.yml");
    let action = root(&action);
    let outputs = get(&action, &["outputs"]).unwrap();
    assert_eq!(fields(outputs).map(|(name, _)| name).collect::<Vec<_>>(), OUTPUTS);
    for (name, node) in fields(outputs) {
        assert_eq!(text(get(node, &["value"])), format!("${{{{ steps.gate.outputs.{name} }}}}"));
    }
    let script = read("action/run.sh");
    let written = script.split("\noutputs=(").nth(1).unwrap().split(')').next().unwrap();
    assert_eq!(written.split(' ').collect::<Vec<_>>(), OUTPUTS);
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
