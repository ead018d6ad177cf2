//! What the gate writes on GitHub: the same table of decisions as every format has, and what must hold of each text wherever its
//! pieces come from. `SNAPSHOTS=overwrite cargo test --test gate_words` rewrites `tests/gate_words/`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::too_many_lines,
    clippy::disallowed_methods,
    reason = "a test stops where it fails, a table is as long as it is, and the golden cases are files"
)]
#![allow(dead_code, reason = "the decisions are shared with other tests")]

#[path = "support/decisions.rs"]
mod decisions;
mod support;

use changeward::app::check::check;
use changeward::model::*;
use changeward::parse::{obligation_marker, request_marker};
use changeward::report::gate::{
    dry_run, dry_run_json, obligation_body, obligation_title, plan_schema, pull_comment, request_body, request_title,
    status, status_failed, summary,
};
use decisions::*;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use support::cases::{read, stage};

const HEAD: &str = "2222222222222222222222222222222222222222";
const RUN: &str = "https://github.com/acme/shop/actions/runs/17";

fn at(text: &str) -> Moment {
    Moment::parse(text).unwrap()
}

fn beside(names: &[String]) -> Beside {
    let name = |n: usize| names[n % names.len()].clone();
    let refused = Receipt {
        effect: Effect::AddLabels { number: 7, labels: vec![name(0)] },
        done: Done::No { why: name(1), help: Some(name(2)) },
    };
    Beside {
        run_url: Some(RUN.to_owned()),
        held: vec![(Principal::login(&name(3)), name(4)), (Principal::login(&name(5)), String::new())],
        misread: vec![(Principal::login(&name(6)), Misread { line: name(7), why: name(8) })],
        refused: vec![refused],
    }
}

fn about(beside: Beside) -> About {
    let head = CommitId(HEAD.to_owned());
    About { number: 7, title: "Ledger keeps cents".to_owned(), head, base_ref: "main".to_owned(), beside }
}

fn quiet() -> Beside {
    Beside { run_url: Some(RUN.to_owned()), ..Beside::default() }
}

fn row(purpose: &str, accountable: &str, contact: &str) -> RowFacts {
    RowFacts {
        kind: RowKind::Resource,
        by_owners: false,
        tier: Some(1),
        responsible: people(&["@bob", "@eve"]),
        approvals: 1,
        reviews: Vec::new(),
        alternate: Vec::new(),
        accountable: vec![Principal::login(accountable)],
        director: Vec::new(),
        purpose: Some(purpose.to_owned()),
        review_by: None,
        supports: Vec::new(),
        consulted: Vec::new(),
        informed: Vec::new(),
        contact: Some(contact.to_owned()),
        lints: Vec::new(),
        recent_failures: 1,
        place: Place::default(),
    }
}

fn request(names: &[String], beside: Beside) -> Request {
    let name = |n: usize| names[n % names.len()].clone();
    let check = |name: String, conclusion: &str| CheckResult { name, conclusion: conclusion.to_owned(), commit: None };
    let calendar = |file: String, open: bool, event: Option<String>| CalendarState {
        file,
        open,
        event,
        next_transition: Some(at("2027-01-04T08:00:00Z")),
        approvers: Vec::new(),
    };
    Request {
        environment: name(0),
        commit: CommitId(HEAD.to_owned()),
        deployed: Some(CommitId("1".repeat(40))),
        since: None,
        run: 17,
        commits: vec![(CommitId(HEAD.to_owned()), name(1), name(2)), (CommitId("3".repeat(40)), name(3), name(4))],
        commits_missing: names.len() > 20,
        rows: BTreeMap::from([(name(5), row(&name(6), &name(7), &name(8)))]),
        benefit: Some(name(9)),
        backout: Some(name(10)),
        risk: RiskFactors { declared: Some(Risk::Moderate), declared_unreadable: None },
        downtime: Some(name(11)),
        checks: vec![check(name(12), "success"), check(name(13), &name(14))],
        calendars: vec![calendar(name(15), true, None), calendar(name(16), false, Some(name(17)))],
        outcomes: vec![Outcome {
            template: None,
            rows: vec![name(18)],
            result: name(19),
            severity: None,
            at: Some(at("2026-11-01")),
        }],
        deadline: Some(at("2026-11-29T16:00:00Z")),
        beside,
    }
}

/// A request of people who mean well.
const GOOD: &[&str] = &[
    "production",
    "Ledger keeps cents",
    "ann",
    "Raise the replicas of payments",
    "kim",
    "payments",
    "takes the money",
    "cat",
    "#payments",
    "customers see the right sum",
    "revert the commit; the pipeline rolls back within 5 minutes",
    "none",
    "unit",
    "load",
    "failure",
    "calendars/holidays.ics",
    "calendars/quarter.ics",
    "Quarter end",
    "payments",
    "successful",
];

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn owed_issue(kind: &str, what: &str, title: &str, owner: &str) -> Owed {
    Owed {
        kind: kind.to_owned(),
        what: Some(what.to_owned()),
        due: Some(at("2026-11-27")),
        change: CommitId(HEAD.to_owned()),
        title: title.to_owned(),
        url: Some("https://github.com/acme/shop/pull/7".to_owned()),
        incident: Some("INC-42".to_owned()),
        owners: vec![Principal::login(owner)],
        paths: vec!["services/payments/api.rs".to_owned()],
    }
}

/// One of each effect.
fn effects(body: &str, name: &str) -> Vec<Effect> {
    let (commit, text) = (CommitId(HEAD.to_owned()), || name.to_owned());
    vec![
        Effect::Status {
            commit: commit.clone(),
            context: "changeward/main".to_owned(),
            state: StatusState::Pending,
            description: "normal: waits for @cat (accountable:payments)".to_owned(),
            target: Some(RUN.to_owned()),
        },
        Effect::CreateComment { number: 7, body: body.to_owned() },
        Effect::EditComment { id: 99, body: text() },
        Effect::RequestReviewers { number: 7, people: vec![text()], teams: vec!["pay".to_owned()] },
        Effect::AddLabels { number: 7, labels: vec!["changeward:normal".to_owned(), text()] },
        Effect::RemoveLabel { number: 7, label: text() },
        Effect::OpenIssue { title: text(), body: text(), labels: vec![text()], assignees: vec!["dan".to_owned()] },
        Effect::EditIssue { number: 8, body: text() },
        Effect::CloseIssue { number: 8, completed: false },
        Effect::CreateDeployment { commit, environment: text(), description: text() },
        Effect::DeploymentStatus { id: None, state: "queued", description: text(), target: None },
        Effect::Rerun { run: 17 },
    ]
}

fn receipts(effects: Vec<Effect>) -> Vec<Receipt> {
    let done = |n: usize| match n % 3 {
        0 => Done::Yes { url: Some("https://github.com/acme/shop/pull/7#issuecomment-1".to_owned()) },
        1 => Done::Planned,
        _ => Done::No {
            why: "Resource not accessible by integration".to_owned(),
            help: Some("give the job `pull-requests: write`".to_owned()),
        },
    };
    effects.into_iter().enumerate().map(|(n, effect)| Receipt { effect, done: done(n) }).collect()
}

fn planned(effects: &[Effect]) -> (String, String) {
    let (mut human, mut json) = (Vec::new(), Vec::new());
    dry_run(effects, &mut human).unwrap();
    dry_run_json(effects, &mut json).unwrap();
    (String::from_utf8(human).unwrap(), String::from_utf8(json).unwrap())
}

// ------------------------------------------------------------------------------------------------ snapshots

fn snapshot(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gate_words").join(name);
    snapbox::Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(
        snapbox::Data::text(text).raw(),
        snapbox::Data::read_from(&file, Some(snapbox::data::DataFormat::Text)).raw(),
    );
}

#[test]
fn every_text_reads_as_it_did() {
    let hostile_names = owned(HOSTILE);
    let mut statuses = String::new();
    for (case, decision) in cases() {
        let (state, said) = status(&decision);
        statuses.push_str(&format!("{case:<10} {:<8} {said}\n", state.as_str()));
        let around = if case == "hostile" { beside(&hostile_names) } else { quiet() };
        snapshot(&format!("comment-{case}.md"), &pull_comment(&decision, &about(around)));
    }
    statuses.push_str(&format!("{:<10} {:<8} {}\n", "failed", "error", status_failed("GitHub could not answer").1));
    snapshot("statuses.txt", &statuses);
    let troubled = beside(&owned(&[
        "changeward:normal",
        "Resource not accessible by integration",
        "give the job `pull-requests: write`",
        "kim",
        "the load test is red",
        "sam",
        "mallory",
        "/aprove 1a2b3c4",
        "there is no such command; did you mean `/approve`?",
    ]));
    snapshot("comment-troubled.md", &pull_comment(&pending(), &about(troubled)));
    // What docs/comment-*.png show; tests/comment/picture makes them.
    let mut shown = pending();
    shown.base = Some(CommitId("8c1f0a96d3b24e57a1c09be2f47d65830b9e21cd".to_owned()));
    let digest = |start: &str| format!("sha256:{start}{}", "0".repeat(52));
    let (policy, ownership) = (digest("5d0c4be1f6a2"), digest("e93a70c8d51b"));
    shown.digests = Digests {
        policy,
        ownership,
        controls: digest("1b7f52e0a94c"),
        diff: digest("c40e9d36b8f7"),
        ..Digests::default()
    };
    let head = CommitId("4be2c7d90a5f13e86b72d4c1f0983ea65d7b20c4".to_owned());
    snapshot("comment-shown.md", &pull_comment(&shown, &About { head, ..about(Beside::default()) }));
    let held = Beside { held: vec![(Principal::login("kim"), "the load test is red".to_owned())], ..quiet() };
    snapshot("comment-held.md", &pull_comment(&approved(), &about(held)));
    for (case, decision, names) in [
        ("pending", pending(), owned(GOOD)),
        ("freeze", freeze(), owned(GOOD)),
        ("hostile", hostile(&hostile_names), hostile_names.clone()),
    ] {
        let request = request(&names, quiet());
        let text = format!("{}\n\n{}", request_title(&decision, &request), request_body(&decision, &request));
        snapshot(&format!("request-{case}.md"), &text);
    }
    for (case, issue) in [
        ("pir", owed_issue("pir", "review of INC-42", "Fix the ledger", "dan")),
        ("hostile", owed_issue(HOSTILE[6], HOSTILE[7], HOSTILE[8], HOSTILE[1])),
    ] {
        snapshot(
            &format!("obligation-{case}.md"),
            &format!("{}\n\n{}", obligation_title(&issue), obligation_body(&issue)),
        );
    }
    let told = [("#7 Ledger keeps cents".to_owned(), &pending()), ("#8 @acme/all".to_owned(), &unowned())];
    snapshot("summary.md", &summary(&told, &receipts(effects("text", "x"))));
    let (human, json) = planned(&effects("<!-- changeward:verdict -->\ntwo\r\n::error::x\n", HOSTILE[4]));
    snapshot("plan.txt", &human);
    snapshot("plan.json", &json);
}

/// The golden cases, decided by the whole gate: what is asked, owed and split is what the rules really say.
#[test]
fn every_golden_decision_is_told_by_the_laws() {
    let cases = read("cases.toml");
    let shown = [
        "template covers the whole diff",
        "edit of a control file, template covers",
        "unowned file",
        "freeze, template covers",
        "moderate needs accountable",
        "moderate, both levels",
        "high, three levels",
        "one rejection by an eligible approver",
        "valid emergency, no approval",
        "valid emergency, director",
        "short justification",
        "one file outside template scope",
    ];
    let (mut told, mut statuses) = (Vec::new(), String::new());
    for case in &cases.case {
        let dir = tempfile::tempdir().unwrap();
        let Ok(decision) = check(&stage(case, &cases.fragment, dir.path())) else { continue };
        all_hold(&decision, &owned(GOOD));
        let (state, said) = status(&decision);
        statuses.push_str(&format!("{:<9}{said}\n         {}\n", state.as_str(), case.name));
        if let Some(name) = shown.iter().find(|name| **name == case.name) {
            let file = name.replace(", ", "-").replace(' ', "-");
            // The digest of the policies changes with every word of theirs.
            let policy = decision.digests.policy.clone();
            let short: String = policy.chars().take("sha256:".len() + 12).collect();
            let folder = dir.path().display().to_string();
            let text =
                pull_comment(&decision, &about(quiet())).replace(&short, "sha256:policy").replace(&folder, "FOLDER");
            snapshot(&format!("golden-{file}.md"), &text);
            told.push(*name);
        }
    }
    told.sort_unstable();
    let mut wanted = shown;
    wanted.sort_unstable();
    assert_eq!(told, wanted);
    snapshot("golden-statuses.txt", &statuses);
}

// ------------------------------------------------------------------------------------------------ laws

/// What GitHub would make of a text: prose outside of code, HTML, links, folds.
#[derive(Default)]
struct Seen {
    prose: Vec<String>,
    html: Vec<String>,
    links: Vec<String>,
    fences: usize,
}

fn seen(text: &str) -> Seen {
    let mut seen = Seen::default();
    let mut fenced = false;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => fenced = true,
            Event::End(TagEnd::CodeBlock) => (seen.fences, fenced) = (seen.fences + 1, false),
            Event::Text(text) if !fenced => seen.prose.push(text.to_string()),
            Event::Html(html) | Event::InlineHtml(html) => seen.html.push(html.trim().to_owned()),
            Event::Start(Tag::Link { dest_url, .. }) => seen.links.push(dest_url.to_string()),
            Event::Start(Tag::Image { dest_url, .. }) => panic!("an image: {dest_url}"),
            _ => {}
        }
    }
    seen
}

fn holds(text: &str, mark: &str, decision: &Decision) {
    assert!(text.chars().count() <= 65_536, "{} characters", text.chars().count());
    assert_eq!(text.lines().next(), Some(mark), "the mark is the first line");
    assert_eq!(text.matches("<!--").count(), usize::from(!mark.is_empty()), "one comment only:\n{text}");
    let hidden = text.chars().find(|c| is_unsafe(*c) && *c != '\n');
    assert_eq!(hidden, None, "{text}");
    let live = text.lines().find(|line| line.trim_start().starts_with("::"));
    assert!(live.is_none() && !text.contains("##["), "{live:?} is a workflow command");
    let seen = seen(text);
    let ours = |html: &str| {
        html == mark
            || ["<details>", "</details>", "<sub>", "</sub>", "</summary>"].contains(&html)
            || html.starts_with("<summary>Details: ")
    };
    assert_eq!(seen.html.iter().find(|html| !html.lines().all(|line| ours(line.trim()))), None, "{text}");
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    assert!(seen.links.iter().all(|link| link.starts_with("https://github.com/acme/shop/")), "{:?}", seen.links);
    let prose = seen.prose.join(" ");
    assert!(!prose.split('#').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit())), "{prose}");
    // Whoever is asked is mentioned once; nobody else is.
    let asked: Vec<&str> = match decision.verdict() {
        Verdict::Pending => decision.ask.iter().map(|ask| ask.who.as_str()).collect(),
        _ => Vec::new(),
    };
    let mentioned: Vec<String> = prose
        .match_indices('@')
        .map(|(at, _)| {
            let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '-' | '_' | '.' | '/');
            prose[at..].chars().take_while(|c| name(*c)).collect()
        })
        .collect();
    for name in &mentioned {
        assert!(asked.contains(&name.as_str()), "{name} is mentioned and not asked: {prose}");
        assert_eq!(mentioned.iter().filter(|other| *other == name).count(), 1, "{name} is mentioned twice");
    }
    let plain =
        |name: &&&str| name[1..].split('/').all(|p| !p.is_empty() && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    for name in asked.iter().filter(|name| name.starts_with('@')).filter(plain) {
        assert!(mentioned.iter().any(|other| other == name), "{name} is asked and not mentioned: {text}");
    }
}

fn all_hold(decision: &Decision, names: &[String]) {
    let around = beside(names);
    holds(&pull_comment(decision, &about(around.clone())), VERDICT_MARKER, decision);
    let request = request(names, around);
    let body = request_body(decision, &request);
    holds(&body, &request.marker().to_string(), decision);
    if !request.environment.is_empty() {
        assert_eq!(request_marker(&body), Some(request.marker()));
    }
    let (state, said) = status(decision);
    let titles = [request_title(decision, &request), said.clone(), status_failed(&names[0]).1];
    for title in titles {
        assert!(title.chars().count() <= 256 && !title.chars().any(is_unsafe) && !title.is_empty(), "{title:?}");
    }
    assert!(said.chars().count() <= 140, "{said}");
    assert_eq!(state == StatusState::Success, decision.verdict() == Verdict::Approve);
    let name = |n: usize| names[n % names.len()].as_str();
    let issue = owed_issue(name(0), name(1), name(2), name(3));
    let body = obligation_body(&issue);
    assert_eq!(body.matches("<!--").count(), 1, "{body}");
    if !issue.kind.is_empty() {
        assert_eq!(obligation_marker(&body), Some(issue.marker()));
    }
    assert!(obligation_title(&issue).chars().count() <= 256);
}

#[test]
fn nothing_a_stranger_wrote_does_anything_but_appear() {
    let names = owned(HOSTILE);
    for (_, decision) in cases() {
        for start in 0..names.len() {
            let mut turned = names.clone();
            turned.rotate_left(start);
            turned.push(format!("{VERDICT_MARKER}\n<!-- changeward:request environment=x commit={HEAD} run=1 -->"));
            all_hold(&decision, &turned);
            all_hold(&hostile(&turned), &turned);
        }
    }
}

#[test]
fn a_change_of_3000_files_with_long_names_still_fits() {
    let long = "\u{202e}`|@acme/all #1 <b>".repeat(200);
    let files: Vec<_> = (0..3_000).map(|n| file(format!("src/{n}/{long}"), &format!("row{n}{long}"), &[])).collect();
    let paths: Vec<String> = files.iter().map(|file| file.diff.path.quoted()).collect();
    let facts = facts(files);
    let reasons: Vec<_> = (0..100)
        .map(|n| {
            let mut reason = finding(&format!("R{n}{long}"), Severity::Warn, &long, &[], ("x.rego", 1));
            reason.paths = paths.clone();
            reason.help = Some(long.clone());
            reason
        })
        .collect();
    let levels: Vec<_> =
        (0..300).map(|n| level(&format!("review:{n}{long}"), 1, &["@bob", &long], &[], &long)).collect();
    let lists = [reasons.clone(), Vec::new(), reasons.clone()];
    let owed = (0..50).map(|n| owed("pir", Some(n), None, &long)).collect();
    let mut decision = decide(ChangeClass::Normal, Risk::High, &facts, lists, levels, owed);
    decision.ask =
        (0..40).map(|n| asked(&format!("@p{n}"), &["review:a", "review:b"], Some(&long), &["@eve"])).collect();
    decision.split = paths;
    decision.next = vec![long.clone(); 50];
    decision.why_not = vec![(ChangeClass::Standard, reasons)];
    let names = vec![long.clone(); 30];
    let mut around = beside(&names);
    around.held = vec![around.held[0].clone(); 50];
    around.misread = vec![around.misread[0].clone(); 50];
    around.refused = vec![around.refused[0].clone(); 50];
    let comment = pull_comment(&decision, &about(around.clone()));
    let mut request = request(&names, around);
    request.commits = vec![request.commits[0].clone(); 500];
    request.checks = vec![request.checks[0].clone(); 500];
    request.environment = "production".to_owned();
    for text in [comment, request_body(&decision, &request)] {
        assert!(text.chars().count() <= 65_536, "{}", text.chars().count());
        assert!(text.contains("- **@p0**, or `@eve`, for `review:a`, `review:b`"), "who is asked is never crowded out");
        assert!(text.contains("\n/approve 222222222222\n"), "and neither is how to answer");
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }
    let many: Vec<(String, &Decision)> = (0..400).map(|n| (format!("{n} {long}"), &decision)).collect();
    let text = summary(&many, &receipts(vec![Effect::AddLabels { number: 1, labels: vec![long] }; 900]));
    assert!(text.len() <= 1_000 * 1_024, "{}", text.len());
    assert!(text.contains("more decisions are not told here"));
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
}

#[test]
fn the_plan_hides_nothing_and_is_what_its_schema_says() {
    let schema: Value = serde_json::from_str(plan_schema()).unwrap();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("urn:changeward:schema:plan:v1", schema).unwrap();
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile("urn:changeward:schema:plan:v1", &mut schemas).unwrap();
    for name in HOSTILE {
        let body = format!("{VERDICT_MARKER}\nfirst\n{name}\nlast");
        let effects = effects(&body, name);
        let (human, json) = planned(&effects);
        let document: Value = serde_json::from_str(&json).unwrap();
        if let Err(error) = schemas.validate(&document, index) {
            panic!("{error:#}");
        }
        let all = document["effects"].as_array().unwrap();
        assert_eq!(all.len(), effects.len());
        assert_eq!(all[1]["body"], body.as_str());
        assert_eq!(all.iter().filter(|effect| effect["essential"] == true).count(), 5);
        for line in [VERDICT_MARKER, "first", "last"] {
            assert!(human.contains(&format!("     | {line}\n")), "{human}");
        }
        assert!(!human.lines().any(|line| line.trim_start().starts_with("::")) && !human.contains("##["), "{human}");
        assert!(!human.chars().any(|c| is_unsafe(c) && c != '\n'), "{human}");
    }
    assert_eq!(planned(&[]).0, "Nothing would be done: everything stands as it should.\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_names_are_the_laws_hold(names in prop::collection::vec("(\\PC|[@#`|<>!\\[\\]()*_~:\\\\\n\r\t -]|\u{202e}|<!--|-->|::|##\\[){0,40}", 1..24)) {
        let decision = hostile(&names);
        all_hold(&decision, &names);
        all_hold(&pending(), &names);
        let told = [(names[0].clone(), &decision)];
        let text = summary(&told, &receipts(effects(&names[0], &names[names.len() - 1])));
        prop_assert!(!text.contains("<!--") && !text.contains("##["));
    }
}
