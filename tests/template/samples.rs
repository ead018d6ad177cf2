//! The samples of a template, looked up: in the list, in its tests and in decisions, which all say the same.

use super::{TempRepo, json, obeys, run, write};
use serde_json::Value;
use std::path::Path;

fn deployment(replicas: &str) -> String {
    format!("kind: Deployment\nspec:\n  replicas: {replicas}\n")
}

/// A repository in which replicas went from 3 to 4, 5, 40 and 6, a commit each, tagged `to-4` …
fn history() -> TempRepo {
    let repo = TempRepo::new();
    write(repo.path(), "CODEOWNERS", "* @owner\n");
    for replicas in ["3", "4", "5", "40", "6"] {
        write(repo.path(), "deploy/web.yaml", &deployment(replicas));
        repo.git(&["add", "-A"]);
        repo.git(&["commit", "-qm", replicas]);
        repo.git(&["tag", &format!("to-{replicas}")]);
    }
    repo.git(&["checkout", "-q", "--orphan", "elsewhere"]);
    write(repo.path(), "deploy/web.yaml", &deployment("5"));
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-qm", "x"]);
    write(repo.path(), "deploy/web.yaml", &deployment("6"));
    repo.git(&["commit", "-qam", "y"]);
    repo.git(&["checkout", "-q", "main"]);
    repo
}

/// Publishes a template with these samples and asks for as many, then raises the replicas on a branch.
fn publish(repo: &TempRepo, samples: &[String], needs: u32) {
    repo.git(&["checkout", "-q", "main"]);
    let template = format!(
        "version = 1\nid = \"it\"\ntitle = \"It\"\nstate = \"published\"\nproposed_by = \"@ann\"\napproved_by = \
         [\"@cab\"]\nsamples = {samples:?}\n[scope]\ninclude = [\"deploy/*.yaml\"]\n[[allow]]\nedit = \
         \"/spec/replicas\"\nmin = 2\nmax = 20\n"
    );
    write(repo.path(), ".changeward/templates/it.toml", &template);
    let config = format!("version = 1\n[change_authority]\nwho = [\"@cab\"]\n[templates]\nmin_samples = {needs}\n");
    write(repo.path(), ".changeward/config.toml", &config);
    repo.git(&["add", "-A"]);
    repo.git(&["commit", "-q", "--allow-empty", "-m", "publish"]);
    repo.git(&["checkout", "-qB", "change"]);
    write(repo.path(), "deploy/web.yaml", &deployment("7"));
    repo.git(&["commit", "-qam", "seven"]);
}

/// What speaks against the template: by the list of `main`, and by a decision about the change.
fn said(dir: &Path) -> (String, String) {
    let (code, text, err) = run(dir, &["template", "list", "--at", "main", "--format", "json"]);
    assert_eq!(code, 0, "{err}");
    obeys("templates", &text);
    let list = &json(&text)["templates"][0];
    let codes = |all: &Value| {
        let mut codes: Vec<String> =
            all.as_array().unwrap().iter().filter_map(|one| Some(one["code"].as_str()?.to_owned())).collect();
        codes.retain(|code| code.starts_with("TPL_"));
        codes.sort();
        codes.join(" ")
    };
    let (_, text, err) = run(dir, &["check", "--base", "main", "--head", "change", "--format", "json"]);
    let decision = json(&text);
    let why = decision["why_not"].as_array().unwrap_or_else(|| panic!("{err}"));
    let standard = why.iter().find(|not| not["class"] == "standard");
    let against = standard.map_or_else(String::new, |not| codes(&not["reasons"]));
    assert_eq!(decision["class"] == "standard", against.is_empty(), "{text}");
    if !against.is_empty() {
        let first = decision["reasons"][0]["msg"].as_str().unwrap();
        assert!(first.starts_with("template `it` covers it and may not be used: "), "{first}");
    }
    (codes(&list["against"]), against)
}

#[test]
fn each_sample_is_looked_up_and_held_to_the_template() {
    let repo = history();
    let at = |revision: &str| repo.line(&["rev-parse", revision]);
    let short = |revision: &str| at(revision).chars().take(9).collect::<String>();
    let range = format!("{}..{}", at("to-3"), short("to-5"));
    let wide = format!("{}..{}", at("to-5"), short("to-40"));
    // Samples, how many are needed, what is found of the last, what keeps the template from being used.
    let table: &[(&[String], u32, &str, &str)] = &[
        (&[at("to-4"), short("to-5")], 2, "fits", ""),
        (&[at("to-4"), range], 2, "fits", ""),
        (&[at("to-4"), short("to-5")], 3, "fits", "TPL_SAMPLES"),
        // One change under two names proves it once.
        (&[at("to-4"), short("to-4")], 2, "fits", "TPL_SAMPLES"),
        (&[at("to-4").to_uppercase()], 1, "fits", ""),
        // What was never so opens the breaker, however many are needed.
        (&[at("to-40")], 0, "it is more than 20", "TPL_BREAKER_OPEN"),
        (&[at("to-4"), at("to-40")], 1, "it is more than 20", "TPL_BREAKER_OPEN"),
        (&[at("to-4"), at("to-40")], 2, "it is more than 20", "TPL_BREAKER_OPEN TPL_SAMPLES"),
        (&[wide], 0, "it is more than 20", "TPL_BREAKER_OPEN"),
        (&[at("to-3")], 0, "the first commit of all", "TPL_BREAKER_OPEN"),
        (&[at("elsewhere")], 0, "not in the history of", "TPL_BREAKER_OPEN"),
        (&[format!("{}..{}", at("elsewhere"), at("to-5"))], 0, "not in the history of", "TPL_BREAKER_OPEN"),
        (&["0123456789abcdef".to_owned()], 0, "no such commit", "TPL_BREAKER_OPEN"),
        // What nobody can tell proves nothing, and is no lie.
        (&["#12".to_owned()], 0, "no commit", ""),
        (&["#12".to_owned()], 1, "no commit", "TPL_SAMPLES"),
        (&["to-4".to_owned()], 1, "no commit", "TPL_SAMPLES"),
        (&["HEAD~3".to_owned()], 1, "no commit", "TPL_SAMPLES"),
    ];
    for (samples, needs, found, against) in table {
        publish(&repo, samples, *needs);
        assert_eq!(said(repo.path()), ((*against).to_owned(), (*against).to_owned()), "{samples:?} {needs}");
        let (_, text, _) = run(repo.path(), &["template", "show", "it", "--at", "main", "--format", "json"]);
        let proof = &json(&text)["templates"][0]["proof"];
        let last =
            proof.as_array().unwrap().iter().find(|one| one["sample"] == samples.last().unwrap().as_str()).unwrap();
        let is = last["msg"].as_str().unwrap_or_else(|| last["found"].as_str().unwrap());
        assert!(is.contains(found), "{samples:?}: {last}");
        let wrong = against.contains("BREAKER");
        let (code, text, _) =
            run(repo.path(), &["template", "test", "--at", "main", "--allow-empty", "--format", "json"]);
        obeys("template-tests", &text);
        assert_eq!((code, &json(&text)["fails"]), (if wrong { 11 } else { 0 }, &wrong.into()), "{text}");
        let (_, junit, _) =
            run(repo.path(), &["template", "test", "--at", "main", "--allow-empty", "--format", "junit"]);
        assert!(junit.contains(&format!("failures=\"{}\"", u8::from(wrong))), "{junit}");
        let lints = run(repo.path(), &["template", "show", "it", "--at", "main"]).1;
        assert_eq!(lints.contains("SAMPLE_FALSE"), wrong, "{lints}");
        assert_eq!(lints.contains("SAMPLE_UNKNOWN"), is.contains("no commit,"), "{lints}");
    }
}

/// A clone that ends before a sample cannot tell that it is none, and not that it is one.
#[test]
fn what_a_clone_leaves_out_is_unknown() {
    let repo = history();
    publish(&repo, &[repo.line(&["rev-parse", "to-4"])], 1);
    let shallow = repo.cloned(&["--depth", "2", "--no-single-branch", "--no-tags"]);
    shallow.git(&["branch", "main", "origin/main"]);
    let (_, text, _) = run(shallow.path(), &["template", "show", "it", "--at", "main"]);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("cannot be judged: this clone is shallow and may end before it"), "{text}");
    assert_eq!(said(shallow.path()), ("TPL_SAMPLES".to_owned(), "TPL_SAMPLES".to_owned()));
    publish(&repo, &[repo.line(&["rev-parse", "to-4"])], 0);
    let shallow = repo.cloned(&["--depth", "2", "--no-single-branch", "--no-tags"]);
    shallow.git(&["branch", "main", "origin/main"]);
    assert_eq!(said(shallow.path()), (String::new(), String::new()), "none is needed");
    // Contents that are not there are none that differ.
    publish(&repo, &[repo.line(&["rev-parse", "to-40"])], 1);
    let partial = repo.cloned(&["--filter=blob:none", "--no-checkout"]);
    partial.git(&["config", "remote.origin.url", "file:///nowhere"]);
    let text = run(partial.path(), &["template", "list", "--at", "origin/main"]);
    assert!(text.0 == 4 || text.1.contains("TPL_SAMPLES"), "{text:?}");
}

/// Control files from a folder have no history.
#[test]
fn a_folder_proves_nothing() {
    let repo = history();
    publish(&repo, &[repo.line(&["rev-parse", "to-4"])], 1);
    repo.git(&["checkout", "-q", "main"]);
    let (_, text, _) = run(repo.path(), &["template", "list", "--control-files", "."]);
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("no history to look it up in"), "{text}");
    let patch = repo.git(&["diff", "main", "change"]);
    std::fs::write(repo.path().join("change.diff"), patch).unwrap();
    let check = ["check", "--diff", "change.diff", "--control-files", ".", "--format", "json"];
    assert_eq!(json(&run(repo.path(), &check).1)["class"], "normal");
    // The same patch over the repository itself.
    assert_eq!(json(&run(repo.path(), &["check", "--diff", "change.diff", "--format", "json"]).1)["class"], "standard");
}
