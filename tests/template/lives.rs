//! Every turn in the life of a template: what the list says of it is what a decision says, and one change that fits it is
//! standard exactly when nothing is said.

use super::{BEFORE, obeys, patch, run, to, write};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lives {
    now: String,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default)]
    life: String,
    #[serde(default = "ann")]
    proposer: String,
    #[serde(default)]
    scope: String,
    #[serde(default)]
    tables: String,
    #[serde(default = "cab")]
    authority: Vec<String>,
    #[serde(default)]
    ownership: String,
    #[serde(default)]
    teams: BTreeMap<String, Vec<String>>,
    author: Option<String>,
    requester: Option<String>,
    /// When the calendar of the window is open.
    window: Option<[String; 2]>,
    /// The template of the outcomes.
    #[serde(default = "it")]
    of: String,
    #[serde(default)]
    outcomes: Vec<Vec<String>>,
    /// NAME, CONCLUSION, and the commit where it is known.
    #[serde(default)]
    checks: Vec<Vec<String>>,
    claim: Option<String>,
    /// A second template that says the same.
    #[serde(default)]
    twin: bool,
    expect: String,
    /// A part of the reason, in the list (where it knows) and in a decision.
    says: Option<String>,
    list: Option<String>,
}

fn ann() -> String {
    "@ann".to_owned()
}

fn cab() -> Vec<String> {
    vec!["@cab".to_owned()]
}

fn it() -> String {
    "it".to_owned()
}

impl Case {
    fn template(&self, id: &str, life: &str) -> String {
        let mut text = format!("version = 1\nid = \"{id}\"\ntitle = \"It\"\n{life}\n");
        for (key, default) in [
            ("state", "state = \"published\"".to_owned()),
            ("approved_by", "approved_by = [\"@cab\"]".to_owned()),
            ("proposed_by", format!("proposed_by = \"{}\"", self.proposer)),
        ] {
            let absent = key == "proposed_by" && self.proposer.is_empty();
            if !life.starts_with(key) && !absent {
                text += &(default + "\n");
            }
        }
        text += &format!("[scope]\ninclude = [\"deploy/*.yaml\"]\n{}\n{}\n", self.scope, self.tables);
        text + "[[allow]]\nedit = \"/spec/replicas\"\nmin = 2\nmax = 20\n"
    }

    fn stage(&self, dir: &Path) {
        write(dir, "CODEOWNERS", "* @owner\n");
        write(dir, "deploy/web.yaml", BEFORE);
        write(dir, "change.diff", &patch(BEFORE, &to("5")));
        write(
            dir,
            ".changeward/config.toml",
            &format!("version = 1\n[change_authority]\nwho = {:?}\n", self.authority),
        );
        if !self.ownership.is_empty() {
            write(
                dir,
                ".changeward/ownership.toml",
                &format!("version = 1\n{}\n", self.ownership.replace("\\n", "\n")),
            );
        }
        if let Some([open, close]) = &self.window {
            let ics = format!(
                "BEGIN:VCALENDAR\r\nPRODID:-//AWS//Change Calendar 1.0//EN\r\nVERSION:2.0\r\nX-CALENDAR-TYPE:DEFAULT_CLOSED\r\nX-WR-CALDESC:\r\n\
                 BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:open\r\nDTSTART:{open}\r\nDTEND:{close}\r\n\
                 END:VEVENT\r\nEND:VCALENDAR\r\n"
            );
            write(dir, ".changeward/calendars/day.ics", &ics);
        }
        write(dir, ".changeward/templates/it.toml", &self.template("it", &self.life));
        if self.twin {
            write(dir, ".changeward/templates/twin.toml", &self.template("twin", ""));
        }
        let outcome = |told: &Vec<String>| {
            let mut outcome = json!({"template": self.of, "result": told[0]});
            if !told[1].is_empty() {
                outcome["at"] = told[1].as_str().into();
            }
            if let Some(severity) = told.get(2) {
                outcome["severity"] = severity.parse::<i64>().unwrap().into();
            }
            outcome
        };
        let outcomes: Vec<Value> = self.outcomes.iter().map(outcome).collect();
        write(dir, "outcomes.json", &json!({"version": 1, "outcomes": outcomes}).to_string());
        let mut facts = json!({"version": 1, "teams": self.teams});
        if !self.checks.is_empty() {
            let check = |check: &Vec<String>| match check.get(2) {
                Some(commit) => json!({"name": check[0], "conclusion": check[1], "commit": commit}),
                None => json!({"name": check[0], "conclusion": check[1]}),
            };
            facts["head"] = "1".repeat(40).into();
            facts["checks"] = self.checks.iter().map(check).collect();
        }
        for (key, who) in [("author", &self.author), ("requester", &self.requester)] {
            if let Some(who) = who {
                facts[key] = who.as_str().into();
            }
        }
        write(dir, "facts.json", &facts.to_string());
    }
}

const KNOWN: [&str; 4] = ["--facts", "facts.json", "--outcomes", "outcomes.json"];

/// What `template list` has against the template.
fn by_the_list(dir: &Path, now: &str) -> ((bool, String), String) {
    let words = ["template", "list", "--control-files", ".", "--format", "json", "--now", now];
    let (code, said, err) = run(dir, &[&words[..], &KNOWN].concat());
    assert_eq!(code, 0, "{err}");
    obeys("templates", &said);
    let template = &super::json(&said)["templates"][0];
    let codes = template["against"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap());
    let codes = codes.collect::<Vec<_>>().join(" ");
    ((template["usable"] == true, codes), template["against"].to_string())
}

/// What the rules have against it, for a change that fits.
fn by_a_decision(dir: &Path, now: &str, claim: Option<&str>) -> ((bool, String), String) {
    let words = ["check", "--diff", "change.diff", "--control-files", ".", "--format", "json", "--at", now];
    let named = claim.map(|id| format!("Template={id}"));
    let claimed = match &named {
        Some(named) => vec!["--claim", "standard", "--trailer", named],
        None => Vec::new(),
    };
    let (code, said, err) = run(dir, &[&words[..], &KNOWN, &claimed].concat());
    assert!(matches!(code, 0 | 10), "{said}{err}");
    let decision = super::json(&said);
    let standard = decision["class"] == "standard";
    assert_eq!(code == 0, standard, "{said}");
    let reasons = decision["why_not"].as_array().unwrap().iter().filter(|not| not["class"] == "standard");
    let reasons: Vec<&Value> = reasons.flat_map(|class| class["reasons"].as_array().unwrap()).collect();
    let codes: BTreeSet<&str> = reasons.iter().filter_map(|reason| reason["code"].as_str()).collect();
    // Where a template would be the one but for its life, the first reason says so; where none says more, `NO_TEMPLATE` does.
    let own: Vec<&str> = codes.iter().copied().filter(|code| code.starts_with("TPL_")).collect();
    if own.is_empty() {
        return ((standard, codes.into_iter().collect::<Vec<_>>().join(" ")), json!(reasons).to_string());
    }
    let why = |reason: &&&Value| reason["msg"].as_str().unwrap().contains("`it` covers it and may not be used: ");
    assert!(reasons.iter().any(|reason| why(&reason)), "{said}");
    ((standard, own.join(" ")), json!(reasons).to_string())
}

#[test]
fn the_list_and_the_rules_agree_on_every_life() {
    let lives: Lives = toml::from_str(&std::fs::read_to_string("tests/template/lives.toml").unwrap()).unwrap();
    let mut wrong = String::new();
    for case in &lives.case {
        let home = tempfile::tempdir().unwrap();
        case.stage(home.path());
        let expected = |codes: &str| (codes.is_empty(), codes.to_owned());
        let (list, words) = by_the_list(home.path(), &lives.now);
        let says = |words: &str| case.says.as_ref().is_none_or(|part| words.contains(part));
        if list != expected(case.list.as_deref().unwrap_or(&case.expect)) || (case.list.is_none() && !says(&words)) {
            wrong += &format!("{} in the list: {list:?} {words}\n", case.name);
        }
        let (decided, words) = by_a_decision(home.path(), &lives.now, case.claim.as_deref());
        if decided != expected(&case.expect) || !says(&words) {
            wrong += &format!("{} in a decision: {decided:?} {words}\n", case.name);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let names: BTreeSet<&str> = lives.case.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), lives.case.len(), "every case has a name of its own");
}

/// Two files of templates may not share an id, however it is spelt.
#[test]
fn an_id_is_given_once() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), ".changeward/config.toml", "version = 1\n");
    for (file, id) in [("a", "it"), ("b", "IT")] {
        write(home.path(), &format!(".changeward/templates/{file}.toml"), &super::replicas(id, "state = \"proposed\""));
    }
    let (code, said, err) = run(home.path(), &["template", "list", "--control-files", "."]);
    assert!(code == 3 && said.is_empty() && err.contains("two templates share the id"), "{err}");
}

/// What a decision rests on beside files has digests of its own.
#[test]
fn what_was_told_has_digests() {
    let home = tempfile::tempdir().unwrap();
    write(home.path(), "deploy/web.yaml", BEFORE);
    write(home.path(), "change.diff", &patch(BEFORE, &to("5")));
    let outcome = |result: &str| format!("{{\"template\": \"it\", \"result\": \"{result}\", \"at\": \"2026-11-20\"}}");
    let digests = |outcomes: &[&str], facts: &str, more: &[&str]| {
        let outcomes: Vec<String> = outcomes.iter().map(|result| outcome(result)).collect();
        write(home.path(), "outcomes.json", &format!("{{\"version\": 1, \"outcomes\": [{}]}}", outcomes.join(", ")));
        write(home.path(), "facts.json", facts);
        let words = ["check", "--diff", "change.diff", "--control-files", ".", "--format", "json"];
        let said = run(home.path(), &[&words[..], &KNOWN, more].concat()).1;
        obeys("decision", &said);
        let digests = super::json(&said)["digests"].clone();
        let of = |key: &str| digests[key].as_str().unwrap().to_owned();
        assert!(of("facts").starts_with("sha256:") && of("outcomes").starts_with("sha256:"), "{digests}");
        (of("facts"), of("outcomes"), of("diff"))
    };
    let (facts, outcomes, diff) = digests(&["successful", "backed-out"], "{}", &[]);
    let (same, order, _) = digests(&["backed-out", "successful"], "{\"version\": 1}", &["--at", "2027-01-01"]);
    assert_eq!((&same, &order), (&facts, &outcomes), "neither the order nor the time of the decision matters");
    let (same, other, _) = digests(&["backed-out"], "{}", &[]);
    assert!(same == facts && other != outcomes);
    let mut known = BTreeSet::from([facts]);
    for (told, more) in [
        ("{\"labels\": [\"x\"]}", &[][..]),
        ("{\"labels\": []}", &["--claim", "normal"]),
        ("{\"labels\": []}", &["--trailer", "Risk=high"]),
        ("{\"title\": \"\"}", &[]),
        ("{\"body\": \"\"}", &[]),
        ("{\"author\": \"ann\"}", &[]),
        ("{\"requester\": \"ann\"}", &[]),
        ("{\"committers\": [\"ann\"]}", &[]),
        ("{\"teams\": {\"acme/web\": [\"ann\"]}}", &[]),
        ("{\"checks\": [{\"name\": \"a\", \"conclusion\": \"success\"}]}", &[]),
        ("{\"checks\": [{\"name\": \"a\", \"conclusion\": \"success\", \"commit\": \"1\"}]}", &[]),
        ("{\"incidents\": [{\"id\": \"a\", \"state\": \"open\"}]}", &[]),
        ("{\"incidents\": [{\"id\": \"a\", \"state\": \"open\", \"severity\": 1}]}", &[]),
        ("{\"approvals\": [{\"by\": \"a\", \"decision\": \"approve\"}]}", &[]),
        ("{\"approvals\": [{\"by\": \"a\", \"decision\": \"reject\"}]}", &[]),
        ("{\"approvals\": [{\"by\": \"a\", \"decision\": \"reject\", \"kind\": \"bot\"}]}", &[]),
        ("{\"approvals\": [{\"by\": \"a\", \"decision\": \"reject\", \"at\": \"2026-11-20\"}]}", &[]),
        ("{\"obligations\": [{\"kind\": \"pir\", \"due\": \"2026-11-20\"}]}", &[]),
        ("{\"truncated\": true}", &[]),
    ] {
        let (is, same, unmoved) = digests(&["successful", "backed-out"], told, more);
        assert!(known.insert(is), "{told} {more:?} is told, and the digest says the same as before");
        assert_eq!((same, unmoved), (outcomes.clone(), diff.clone()), "{told}");
    }
}
