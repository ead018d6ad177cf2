//! The stand-in of GitHub itself: what it remembers, who may ask, what goes wrong, and that it refuses what GitHub's
//! description does not know.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops where it fails"
)]

#[path = "support/github/mod.rs"]
mod github;
#[path = "support/temp_repo.rs"]
mod temp_repo;

use github::{Fake, Fault, Git, State, Trouble};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use temp_repo::TempRepo;

#[test]
fn every_operation_of_the_description_is_served() {
    assert_eq!(github::events::unserved(), Vec::<String>::new());
}

/// What came back: the status, the headers in small letters, the body. `None`: nothing did, or not the whole.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }

    fn next(&self) -> Option<String> {
        let link = self.header("link")?.split(", ").find(|part| part.ends_with("rel=\"next\""))?;
        Some(link[1..link.find('>').unwrap()].to_owned())
    }
}

fn ask(fake: &Fake, token: &str, method: &str, target: &str, body: &Value) -> Option<Answer> {
    ask_within(Duration::from_secs(60), fake, token, method, target, body)
}

fn ask_within(
    patience: Duration,
    fake: &Fake,
    token: &str,
    method: &str,
    target: &str,
    body: &Value,
) -> Option<Answer> {
    let target = target.strip_prefix(&fake.home()).unwrap_or(target);
    let body = if body.is_null() { String::new() } else { body.to_string() };
    let mut stream = TcpStream::connect(("127.0.0.1", fake.port())).unwrap();
    stream.set_read_timeout(Some(patience)).unwrap();
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: test\r\nAuthorization: Bearer {token}\r\n\
         Accept: application/vnd.github+json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    let whole = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).unwrap();
    let (head, text) = text.split_once("\r\n\r\n")?;
    whole.ok()?;
    let answer =
        Answer { status: head.split(' ').nth(1)?.parse().unwrap(), head: head.to_owned(), text: text.to_owned() };
    let length: usize = answer.header("content-length")?.parse().unwrap();
    (length == answer.text.len()).then_some(answer)
}

fn get(fake: &Fake, target: &str) -> Answer {
    ask(fake, State::APP, "GET", &format!("/repos/acme/shop/{target}"), &Value::Null).unwrap()
}

fn post(fake: &Fake, target: &str, body: Value) -> Answer {
    ask(fake, State::APP, "POST", &format!("/repos/acme/shop/{target}"), &body).unwrap()
}

/// A shop with three people, two teams and a topic branch with two commits.
struct Shop {
    repo: TempRepo,
    fake: Fake,
    pull: u64,
}

fn shop() -> Shop {
    let repo = TempRepo::new();
    repo.write("src/pay.rs", "fn pay() {}\n");
    repo.write("docs/a.md", "one\ntwo\nthree\nfour\nfive\n");
    repo.link("latest", "docs/a.md");
    repo.commit("Start");
    repo.git(&["switch", "--quiet", "-c", "topic"]);
    repo.write("src/pay.rs", "fn pay() { later() }\n");
    repo.commit("Pay later");
    repo.rename("docs/a.md", "docs/b.md");
    repo.write("new.bin", b"\0\x01\x02");
    repo.commit("Move");
    repo.git(&["switch", "--quiet", "main"]);
    let git = Git::new(repo.path());
    let mut state = State::new("acme/shop", &git);
    state.person("ann", "write");
    state.person("bob", "");
    state.person("cyd", "maintain");
    state.person("dan", "");
    state.team("payments", &["bob"]);
    state.team("leads", &["cyd"]).parent = Some("payments".to_owned());
    state.teams.get_mut("payments").unwrap().pending.insert("dan".to_owned());
    let fake = Fake::start(state, git);
    let pull = fake.open("ann", "topic", "main", "Pay later");
    Shop { repo, fake, pull }
}

#[test]
fn a_pull_request_is_what_git_says() {
    let Shop { repo, fake, pull } = shop();
    let said = get(&fake, &format!("pulls/{pull}")).json();
    assert_eq!(said["head"]["sha"], repo.line(&["rev-parse", "topic"]));
    assert_eq!((said["changed_files"].as_u64(), said["commits"].as_u64()), (Some(3), Some(2)));
    let files = get(&fake, &format!("pulls/{pull}/files?per_page=100")).json();
    let rows: Vec<String> = files
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            format!(
                "{} {} {} {}",
                row["status"].as_str().unwrap(),
                row["filename"].as_str().unwrap(),
                row["previous_filename"],
                row["patch"].is_string()
            )
        })
        .collect();
    assert_eq!(
        rows,
        ["renamed docs/b.md \"docs/a.md\" false", "added new.bin null false", "modified src/pay.rs null true"]
    );
    assert_eq!(files[2]["patch"], "@@ -1 +1 @@\n-fn pay() {}\n+fn pay() { later() }");
    let commits = get(&fake, &format!("pulls/{pull}/commits")).json();
    assert_eq!(commits[0]["author"]["login"], "ann");
    assert_eq!(commits[0]["committer"]["login"], "bob");
    assert_eq!(get(&fake, "pulls?state=open&base=main").json().as_array().unwrap().len(), 1);
    let head = said["head"]["sha"].as_str().unwrap();
    assert_eq!(get(&fake, &format!("commits/{head}/pulls")).json()[0]["number"], pull);
    fake.finish();
}

#[test]
fn trees_blobs_and_comparisons_come_from_git() {
    let Shop { repo, fake, .. } = shop();
    let main = repo.line(&["rev-parse", "main"]);
    assert_eq!(get(&fake, "git/ref/heads/main").json()["object"]["sha"], main.as_str());
    assert_eq!(get(&fake, "git/ref/heads/nowhere").status, 404);
    let tree = get(&fake, &format!("git/trees/{main}?recursive=1")).json();
    let pay = tree["tree"].as_array().unwrap().iter().find(|entry| entry["path"] == "src/pay.rs").unwrap().clone();
    assert_eq!((pay["mode"].as_str(), pay["size"].as_u64()), (Some("100644"), Some(12)));
    let blob = get(&fake, &format!("git/blobs/{}", pay["sha"].as_str().unwrap())).json();
    assert_eq!(blob["content"], "Zm4gcGF5KCkge30K\n");
    let compared = get(&fake, "compare/main...topic?per_page=1&page=2");
    assert_eq!(compared.json()["total_commits"], 2);
    assert_eq!(compared.json()["commits"][0]["commit"]["message"], "Move");
    assert_eq!(compared.json()["files"], json!([]));
    assert_eq!(get(&fake, "contents/src/pay.rs?ref=topic").json()["size"], 21);
    assert_eq!(get(&fake, "contents/src").json()[0]["type"], "file");
    assert_eq!(get(&fake, "contents/latest").json()["target"], "docs/a.md");
    assert_eq!(get(&fake, "commits/topic").json()["files"][0]["status"], "renamed");
    assert_eq!(get(&fake, "commits/0123456789012345678901234567890123456789").status, 422);
    fake.finish();
}

#[test]
fn people_review_and_are_asked_to() {
    let Shop { repo, fake, pull } = shop();
    let request = |body: Value| post(&fake, &format!("pulls/{pull}/requested_reviewers"), body);
    assert_eq!(request(json!({"reviewers": ["ann"]})).status, 422);
    assert_eq!(request(json!({"reviewers": ["dan"]})).status, 422);
    let asked = request(json!({"reviewers": ["cyd"], "team_reviewers": ["payments"]}));
    assert_eq!((asked.status, asked.json()["requested_teams"][0]["slug"].as_str()), (201, Some("payments")));
    assert_eq!(fake.review_requests(), 1);
    let first = fake.approve("bob", pull);
    let reviews = get(&fake, &format!("pulls/{pull}/reviews")).json();
    assert_eq!((reviews[0]["id"].as_u64(), reviews[0]["state"].as_str()), (Some(first), Some("APPROVED")));
    repo.git(&["switch", "--quiet", "topic"]);
    let head = repo.commit("More");
    assert_ne!(get(&fake, &format!("pulls/{pull}")).json()["head"]["sha"], head.as_str(), "nobody pushed it");
    fake.push("ann", "topic");
    let said = get(&fake, &format!("pulls/{pull}")).json();
    assert_eq!((said["head"]["sha"].as_str(), said["requested_teams"].as_array().unwrap().len()), (Some(&*head), 0));
    assert_ne!(reviews[0]["commit_id"], head.as_str());
    fake.dismiss("cyd", pull, first);
    let ann = fake.token_of("ann");
    let own = ask(&fake, &ann, "POST", &format!("/repos/acme/shop/pulls/{pull}/reviews"), &json!({"event": "APPROVE"}))
        .unwrap();
    assert!(own.status == 422 && own.text.contains("Can not approve your own pull request"), "{}", own.text);
    let actions = ask(
        &fake,
        State::WORKFLOW,
        "POST",
        &format!("/repos/acme/shop/pulls/{pull}/reviews"),
        &json!({"event": "APPROVE"}),
    );
    assert_eq!(actions.unwrap().status, 422);
    fake.label_as("ann", pull, "urgent");
    fake.retarget("ann", pull, "topic");
    fake.retarget("ann", pull, "main");
    let words: Vec<String> = get(&fake, &format!("issues/{pull}/timeline?per_page=100"))
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            format!("{} {}", entry["event"].as_str().unwrap(), entry["actor"]["login"].as_str().unwrap_or_default())
        })
        .collect();
    let wanted = [
        "committed ",
        "committed ",
        "review_requested changeward[bot]",
        "review_requested changeward[bot]",
        "reviewed ",
        "committed ",
        "review_dismissed cyd",
        "labeled ann",
        "base_ref_changed ann",
        "base_ref_changed ann",
    ];
    assert_eq!(words, wanted);
    fake.finish();
}

#[test]
fn comments_issues_labels_and_statuses_are_kept() {
    let Shop { repo: _repo, fake, pull } = shop();
    let made = post(&fake, &format!("issues/{pull}/comments"), json!({"body": "<!-- marker --> hello"})).json();
    assert_eq!(made["user"]["login"], State::APP_LOGIN);
    assert_eq!(made["performed_via_github_app"]["slug"], "changeward");
    let id = made["id"].as_u64().unwrap();
    let path = format!("/repos/acme/shop/issues/comments/{id}");
    let edited = ask(&fake, State::APP, "PATCH", &path, &json!({"body": "<!-- marker --> again"})).unwrap().json();
    assert!(edited["updated_at"].as_str() > edited["created_at"].as_str());
    assert_eq!(fake.comments_with("<!-- marker -->").len(), 1);
    assert_eq!(
        post(&fake, &format!("issues/{pull}/labels"), json!({"labels": ["a", "b"]})).json().as_array().unwrap().len(),
        2
    );
    let gone = |name: &str| {
        ask(&fake, State::APP, "DELETE", &format!("/repos/acme/shop/issues/{pull}/labels/{name}"), &Value::Null)
            .unwrap()
    };
    assert_eq!((gone("a").status, gone("a").status), (200, 404));
    let issue = post(
        &fake,
        "issues",
        json!({"title": "May it?", "body": "<!-- request -->", "labels": ["ask"], "assignees": ["cyd"]}),
    );
    assert_eq!((issue.status, issue.json()["assignees"][0]["login"].as_str()), (201, Some("cyd")));
    let number = issue.json()["number"].as_u64().unwrap();
    let close = json!({"state": "closed", "state_reason": "completed"});
    let closed = ask(&fake, State::APP, "PATCH", &format!("/repos/acme/shop/issues/{number}"), &close).unwrap().json();
    assert_eq!((closed["state"].as_str(), closed["state_reason"].as_str()), (Some("closed"), Some("completed")));
    assert_eq!(get(&fake, "issues?labels=ask&state=open").json(), json!([]));
    assert_eq!(get(&fake, "issues?labels=ask&state=all").json().as_array().unwrap().len(), 1);
    assert_eq!(get(&fake, &format!("issues/{number}/timeline")).status, 200);
    assert_eq!(fake.issues_with("<!-- request -->").len(), 1);
    let head = fake.with(|state| state.pulls[&pull].head.clone());
    let status = |text: &str| {
        post(&fake, &format!("statuses/{head}"), json!({"state": "pending", "context": "c", "description": text}))
            .status
    };
    assert_eq!((status(&"x".repeat(141)), status("first"), status("second")), (422, 201, 201));
    assert_eq!(get(&fake, &format!("commits/{head}/statuses")).json()[0]["description"], "second");
    assert_eq!(fake.statuses(&head, "c").len(), 2);
    fake.finish();
}

#[test]
fn a_deployment_that_succeeds_retires_the_one_before() {
    let Shop { repo: _repo, fake, .. } = shop();
    let create = || {
        post(&fake, "deployments", json!({"ref": "main", "environment": "production", "required_contexts": []})).json()
            ["id"]
            .as_u64()
            .unwrap()
    };
    let status =
        |id: u64, state: &str| post(&fake, &format!("deployments/{id}/statuses"), json!({"state": state})).status;
    let (first, second) = (create(), create());
    assert_eq!((status(first, "success"), status(second, "in_progress"), status(second, "success")), (201, 201, 201));
    assert_eq!(get(&fake, &format!("deployments/{first}/statuses")).json()[0]["state"], "inactive");
    assert_eq!(get(&fake, "deployments?environment=production&per_page=1").json()[0]["id"], second);
    let main = fake.with(|state| state.branches["main"].clone());
    let run = fake.run("ann", "push", &main, "in_progress", None);
    let rerun = || post(&fake, &format!("actions/runs/{run}/rerun-failed-jobs"), Value::Null).status;
    assert_eq!(rerun(), 403);
    fake.run_ends(run, "failure");
    assert_eq!(rerun(), 201);
    assert_eq!(get(&fake, &format!("actions/runs/{run}")).json()["run_attempt"], 2);
    fake.finish();
}

#[test]
fn who_may_ask_what() {
    let Shop { repo: _repo, fake, pull } = shop();
    let members = |token: &str| ask(&fake, token, "GET", "/orgs/acme/teams/payments/members", &Value::Null).unwrap();
    let logins: Vec<Value> =
        members(State::APP).json().as_array().unwrap().iter().map(|user| user["login"].clone()).collect();
    assert_eq!(logins, ["bob", "cyd"], "members of child teams are, the invited are not");
    let denied = members(State::WORKFLOW);
    assert_eq!((denied.status, denied.header("x-accepted-github-permissions")), (403, Some("members=read")));
    assert_eq!(denied.json()["message"], "Resource not accessible by integration");
    let comment =
        ask(&fake, State::FORK, "POST", &format!("/repos/acme/shop/issues/{pull}/comments"), &json!({"body": "x"}))
            .unwrap();
    assert_eq!((comment.status, fake.writes()), (403, 0));
    let role = |login: &str| {
        get(&fake, &format!("collaborators/{login}/permission")).json()["role_name"].as_str().map(str::to_owned)
    };
    assert_eq!(
        [role("ann"), role("bob"), role("cyd"), role("dan")].map(Option::unwrap),
        ["write", "write", "maintain", "none"]
    );
    assert_eq!(get(&fake, "collaborators/nobody/permission").status, 404);
    assert_eq!(
        get(&fake, "collaborators/github-actions%5Bbot%5D/permission").json()["message"],
        "github-actions[bot] is not a user"
    );
    assert_eq!(ask(&fake, "wrong", "GET", "/repos/acme/shop", &Value::Null).unwrap().status, 401);
    assert_eq!(ask(&fake, State::APP, "GET", "/repos/acme/other", &Value::Null).unwrap().status, 404);
    assert_eq!(ask(&fake, State::APP, "GET", "/user", &Value::Null).unwrap().status, 403);
    let cyd = fake.token_of("cyd");
    assert_eq!(ask(&fake, &cyd, "GET", "/user", &Value::Null).unwrap().json()["login"], "cyd");
    assert_eq!(
        ask(&fake, State::FORK, "GET", "/repos/acme/shop", &Value::Null).unwrap().json()["default_branch"],
        "main"
    );
    fake.finish();
}

#[test]
fn lists_come_in_pages_with_githubs_links() {
    let Shop { repo: _repo, fake, pull } = shop();
    for number in 0..5 {
        fake.comment("bob", pull, &number.to_string());
    }
    let mut bodies = Vec::new();
    let mut next = Some(format!("/repos/acme/shop/issues/{pull}/comments?per_page=2"));
    while let Some(target) = next {
        let page = ask(&fake, State::APP, "GET", &target, &Value::Null).unwrap();
        bodies
            .extend(page.json().as_array().unwrap().iter().map(|comment| comment["body"].as_str().unwrap().to_owned()));
        next = page.next();
        assert!(
            next.as_ref().is_none_or(|next| next.starts_with(&format!("{}/repositories/7001/issues/", fake.home())))
        );
    }
    assert_eq!(bodies, ["0", "1", "2", "3", "4"]);
    let members = ask(&fake, State::APP, "GET", "/orgs/acme/teams/payments/members?per_page=1", &Value::Null).unwrap();
    let second = ask(&fake, State::APP, "GET", &members.next().unwrap(), &Value::Null).unwrap();
    assert_eq!((second.json()[0]["login"].as_str(), second.next()), (Some("cyd"), None));
    assert_eq!(fake.journal().last().unwrap().path, "/orgs/acme/teams/payments/members");
    fake.finish();
}

#[test]
fn three_thousand_files_are_listed_and_no_more() {
    let Shop { repo, fake, pull } = shop();
    repo.git(&["switch", "--quiet", "topic"]);
    (0..3010).for_each(|number| repo.write(format!("many/{number:04}"), format!("{number}\n")));
    repo.commit("Many");
    fake.push("ann", "topic");
    assert_eq!(get(&fake, &format!("pulls/{pull}")).json()["changed_files"], 3013);
    let last = get(&fake, &format!("pulls/{pull}/files?per_page=100&page=30"));
    assert_eq!((last.json().as_array().unwrap().len(), last.next()), (100, None));
    let compared = get(&fake, "compare/main...topic").json();
    assert_eq!(compared["files"].as_array().unwrap().len(), 300);
    fake.finish();
}

#[test]
fn what_the_description_does_not_know_is_refused() {
    let Shop { repo: _repo, fake, pull } = shop();
    let head = fake.with(|state| state.pulls[&pull].head.clone());
    let cases = [
        ("POST", format!("statuses/{head}"), json!({"state": "pending", "contxt": "c"}), "contxt"),
        ("POST", format!("statuses/{head}"), json!({"state": "fine"}), "state"),
        ("POST", format!("issues/{pull}/comments"), json!({}), "body"),
        ("GET", format!("pulls/{pull}/files?perpage=100"), Value::Null, "perpage"),
        ("GET", format!("pulls/{pull}?page=one"), Value::Null, "page"),
        ("GET", "pulls/one".to_owned(), Value::Null, "pull_number"),
        ("DELETE", "issues/comments/7".to_owned(), Value::Null, "no operation"),
    ];
    for (method, target, body, word) in cases {
        let answer = ask(&fake, State::APP, method, &format!("/repos/acme/shop/{target}"), &body).unwrap();
        let violations = fake.violations();
        assert!(
            answer.status >= 400 && violations.len() == 1 && violations[0].contains(word),
            "{target}: {violations:?}"
        );
    }
    assert_eq!((fake.writes(), fake.violations()), (0, vec![]));
    // An answer is judged, too.
    fake.with(|state| {
        state.environments.insert("production".to_owned(), json!({"name": "production", "colour": "red"}))
    });
    get(&fake, "environments/production");
    let violations = fake.violations();
    assert!(violations.len() == 1 && violations[0].contains("colour"), "{violations:?}");
}

#[test]
#[should_panic(expected = "unknown query parameter `state`")]
fn a_violation_that_nobody_looked_at_fails() {
    let Shop { repo: _repo, fake, pull } = shop();
    get(&fake, &format!("pulls/{pull}?state=open"));
    fake.finish();
}

#[test]
fn troubles_do_what_they_say() {
    let Shop { repo: _repo, fake, pull } = shop();
    let path = format!("/repos/acme/shop/issues/{pull}/comments");
    let on = "POST /repos/*/*/issues/*/comments";
    let comment = |patience: Duration| ask_within(patience, &fake, State::APP, "POST", &path, &json!({"body": "x"}));
    let mut count = 0;
    let mut met = |trouble: Trouble, status: Option<u16>, done: bool| {
        let name = format!("{trouble:?}");
        fake.fault(Fault::once(on, trouble));
        let asked = fake.journal().len();
        let hangs = name.starts_with("Hang");
        let answer = comment(if hangs { Duration::from_millis(300) } else { Duration::from_secs(60) });
        while fake.journal().len() == asked {
            std::thread::sleep(Duration::from_millis(5));
        }
        count += usize::from(done);
        assert_eq!(answer.as_ref().map(|answer| answer.status), status, "{name}");
        assert_eq!(fake.comments_with("x").len(), count, "{name}");
        assert_eq!(fake.journal().last().unwrap().trouble, Some(name));
        fake.mend();
        answer
    };
    met(Trouble::Broken, Some(500), false);
    met(Trouble::BadGateway, Some(502), false);
    met(Trouble::BadGatewayAfter, Some(502), true);
    let limit = met(Trouble::SecondaryLimit { retry_after: Some(7) }, Some(403), false).unwrap();
    assert!(limit.header("retry-after") == Some("7") && limit.text.contains("secondary rate limit"));
    assert_eq!(
        met(Trouble::SecondaryLimit { retry_after: None }, Some(403), false).unwrap().header("retry-after"),
        None
    );
    met(Trouble::TooMany { retry_after: None }, Some(429), false);
    assert_eq!(
        met(Trouble::HourlyLimit { reset_in: 5 }, Some(403), false).unwrap().header("x-ratelimit-remaining"),
        Some("0")
    );
    met(Trouble::Hang, None, false);
    met(Trouble::HangAfter, None, true);
    met(Trouble::Drop, None, false);
    met(Trouble::DropAfter, None, true);
    met(Trouble::CutBody, None, true);
    let half = met(Trouble::HalfJson, Some(201), true).unwrap();
    assert!(serde_json::from_str::<Value>(&half.text).is_err());
    assert!(met(Trouble::Html, Some(200), false).unwrap().text.starts_with("<!DOCTYPE html>"));
    fake.finish();
}

#[test]
fn troubles_of_reading() {
    let Shop { repo: _repo, fake, pull } = shop();
    let comments = || get(&fake, &format!("issues/{pull}/comments?per_page=2"));
    for number in 0..4 {
        fake.comment("bob", pull, &number.to_string());
    }
    fake.fault(Fault::once("READ /**", Trouble::ForeignNext));
    assert!(!comments().next().unwrap().starts_with(&fake.home()));
    let next = comments().next().unwrap();
    fake.fault(Fault::once("READ /**", Trouble::RepeatedPage));
    assert_eq!(ask(&fake, State::APP, "GET", &next, &Value::Null).unwrap().json()[0]["body"], "0");
    assert_eq!(ask(&fake, State::APP, "GET", &next, &Value::Null).unwrap().json()[0]["body"], "2");
    fake.mend();
    fake.fault(Fault::nth("READ /**", 2, Trouble::Stale(2)));
    assert!(comments().next().is_some(), "not yet");
    assert!(comments().next().is_none(), "two comments ago there were two");
    assert!(comments().next().is_some());
    fake.fault(Fault::once("READ /**", Trouble::LostRight("issues".to_owned())));
    fake.with(|state| state.tokens.get_mut(State::APP).unwrap().rights.remove("pull_requests"));
    assert_eq!((comments().status, comments().status), (403, 403), "it stays lost");
    fake.fault(Fault::once("* /**", Trouble::Skew(-3600)));
    assert!(get(&fake, "branches/x/protection").header("date").unwrap().starts_with("Mon, 23 Nov 2026 08:"));
    fake.finish();
}

#[test]
fn somebody_acts_in_between() {
    let Shop { repo, fake, pull } = shop();
    repo.git(&["switch", "--quiet", "topic"]);
    let head = repo.commit("Sneaked in");
    fake.fault(Fault::meanwhile("GET /repos/*/*/pulls/*/files", 1, |fake| drop(fake.push("ann", "topic"))));
    fake.fault(Fault::afterwards("GET /repos/*/*/pulls/*/reviews", 1, move |fake| {
        fake.approve("bob", pull);
    }));
    assert_ne!(get(&fake, &format!("pulls/{pull}")).json()["head"]["sha"], head.as_str());
    get(&fake, &format!("pulls/{pull}/files"));
    assert_eq!(get(&fake, &format!("pulls/{pull}")).json()["head"]["sha"], head.as_str());
    assert_eq!(get(&fake, &format!("pulls/{pull}/reviews")).json(), json!([]));
    assert_eq!(get(&fake, &format!("pulls/{pull}/reviews")).json()[0]["commit_id"], head.as_str());
    fake.finish();
}

#[test]
fn a_seed_is_a_schedule() {
    let schedule = |seed| format!("{:?}", Fault::random_schedule(seed));
    assert_eq!(schedule(7), schedule(7));
    let all: std::collections::BTreeSet<String> = (0..200).map(schedule).collect();
    assert!(all.len() > 190);
    let text: String = all.into_iter().collect();
    for word in [
        "Broken",
        "BadGatewayAfter",
        "retry_after: None",
        "HangAfter",
        "DropAfter",
        "CutBody",
        "HalfJson",
        "Html",
        "ForeignNext",
        "RepeatedPage",
        "Stale",
        "LostRight",
        "Skew",
    ] {
        let word = word.replace("retry_after: None", "SecondaryLimit(None)");
        assert!(text.contains(&word), "{word}");
    }
}

#[test]
fn graphql_tells_edits_and_refuses_what_it_does_not_know() {
    let Shop { repo: _repo, fake, pull } = shop();
    let ask_graph = |query: &str, variables: Value| {
        ask(&fake, State::APP, "POST", "/graphql", &json!({"query": query, "variables": variables})).unwrap().json()
    };
    let viewer = ask_graph("query { viewer { login databaseId __typename } }", json!({}));
    assert_eq!(
        viewer["data"]["viewer"],
        json!({"login": "changeward[bot]", "databaseId": 90001, "__typename": "User"})
    );
    let (still, edited) = (fake.comment("bob", pull, "/approve"), fake.comment("bob", pull, "/hold"));
    fake.touch_comment(still);
    fake.edit_comment_as("cyd", edited, "/approve");
    let said = get(&fake, &format!("issues/{pull}/comments")).json();
    let ids: Vec<&Value> = said.as_array().unwrap().iter().map(|comment| &comment["node_id"]).collect();
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment { id lastEditedAt editor { login } } } }";
    let nodes = ask_graph(query, json!({"ids": ids}));
    assert_eq!(nodes["data"]["nodes"][0]["lastEditedAt"], Value::Null);
    assert!(said[0]["updated_at"] != said[0]["created_at"], "but it was touched");
    assert_eq!(nodes["data"]["nodes"][1]["editor"]["login"], "cyd");
    assert_eq!(ask_graph(query, json!({"ids": ["IC_1"]}))["errors"][0]["type"], "NOT_FOUND");
    assert_eq!(fake.violations(), Vec::<String>::new());
    ask_graph("{ viewer { logn } }", json!({}));
    assert_eq!(fake.violations(), ["GraphQL: Field 'logn' doesn't exist on type 'User'"]);
}

#[test]
fn an_enterprise_server_has_its_own_addresses() {
    let repo = TempRepo::new();
    repo.commit("Start");
    let git = Git::new(repo.path());
    let fake = Fake::start_enterprise(State::new("acme/shop", &git), git);
    let status =
        |method: &str, target: &str, body: Value| ask(&fake, State::APP, method, target, &body).unwrap().status;
    assert_eq!(fake.api(), format!("{}/api/v3", fake.home()));
    assert_eq!(fake.graphql(), format!("{}/api/graphql", fake.home()));
    assert_eq!(status("GET", "/api/v3/repos/acme/shop", Value::Null), 200);
    assert_eq!(status("GET", "/repos/acme/shop", Value::Null), 404);
    assert_eq!(status("POST", "/api/graphql", json!({"query": "{ viewer { login } }"})), 200);
    assert_eq!(status("POST", "/api/v3/graphql", json!({"query": "{ viewer { login } }"})), 404);
    fake.violations();
}

#[test]
fn events_have_the_shape_of_real_ones() {
    let Shop { repo, fake, pull } = shop();
    let main = repo.line(&["rev-parse", "main"]);
    let head = repo.line(&["rev-parse", "topic"]);
    let opened = fake.event("pull_request_target", &json!({"number": pull, "by": "ann", "action": "opened"}));
    assert_eq!((opened["number"].as_u64(), opened["sender"]["login"].as_str()), (Some(pull), Some("ann")));
    assert_eq!(
        (&opened["pull_request"]["head"]["sha"], &opened["repository"]["full_name"]),
        (&json!(head), &json!("acme/shop"))
    );
    let edited = fake.event(
        "pull_request_target",
        &json!({"number": pull, "by": "ann", "action": "edited", "changes": {"base": {"ref": {"from": "x"}}}}),
    );
    assert_eq!(edited["changes"]["base"]["ref"]["from"], "x");
    let comment = fake.comment("bob", pull, "/approve");
    let commented = fake.event("issue_comment", &json!({"comment": comment}));
    assert!(commented["issue"]["pull_request"].is_object() && commented["comment"]["user"]["login"] == "bob");
    let issue = fake.issue("ann", "May it?", "", &[]);
    let comment = fake.comment("bob", issue, "/approve");
    assert!(fake.event("issue_comment", &json!({"comment": comment}))["issue"]["pull_request"].is_null());
    let review = fake.approve("bob", pull);
    assert_eq!(
        fake.event("pull_request_review", &json!({"number": pull, "review": review}))["review"]["state"],
        "approved"
    );
    let group = fake.event("merge_group", &json!({"number": pull, "head": head}));
    assert_eq!(group["merge_group"]["base_sha"], main.as_str());
    assert!(group["merge_group"]["head_ref"].as_str().unwrap().contains(&format!("/pr-{pull}-")));
    let pushed = fake.event("push", &json!({"before": main, "after": head, "by": "ann"}));
    assert_eq!((pushed["commits"].as_array().unwrap().len(), pushed["ref"].as_str()), (2, Some("refs/heads/main")));
    let deployment = fake.deployed("ann", &main, "production", "success");
    assert_eq!(fake.event("deployment", &json!({"deployment": deployment}))["deployment"]["sha"], main.as_str());
    let run = fake.run("ann", "pull_request_review", &head, "completed", Some("success"));
    let ran = fake.event("workflow_run", &json!({"run": run, "number": pull}));
    assert_eq!(ran["workflow_run"]["pull_requests"][0]["number"], pull);
    assert_eq!(
        fake.event("workflow_dispatch", &json!({"inputs": {"number": "1"}, "by": "ann"}))["inputs"]["number"],
        "1"
    );
    assert_eq!(fake.event("schedule", &json!({"schedule": "0 * * * *"}))["schedule"], "0 * * * *");
    fake.finish();
}

#[test]
fn a_merged_pull_request_belongs_to_its_commit() {
    let Shop { repo, fake, pull } = shop();
    repo.git(&["merge", "--quiet", "--no-ff", "--message", "Merge", "topic"]);
    let merged = repo.line(&["rev-parse", "main"]);
    fake.merge("cyd", pull, &merged);
    let said = get(&fake, &format!("pulls/{pull}")).json();
    assert_eq!(
        (said["state"].as_str(), said["merged"].as_bool(), said["changed_files"].as_u64()),
        (Some("closed"), Some(true), Some(3))
    );
    assert_eq!(get(&fake, &format!("commits/{merged}/pulls")).json()[0]["number"], pull);
    assert_eq!(get(&fake, "git/ref/heads/main").json()["object"]["sha"], merged.as_str());
    fake.finish();
}

#[test]
fn a_scenario_is_a_file() {
    let Shop { repo, fake: first, .. } = shop();
    first.finish();
    let scenario = r#"
        repository = "acme/shop"
        actions_may_approve = true

        [[people]]
        login = "ann"
        role = "write"

        [[people]]
        login = "bob"
        emails = ["bob@elsewhere.example"]

        [[teams]]
        slug = "payments"
        members = ["bob"]

        [[tokens]]
        secret = "narrow"
        login = "changeward[bot]"
        kind = "app"
        rights = "metadata:read"

        [environments.production]
        name = "production"

        [[acts]]
        do = "open"
        by = "ann"
        head = "topic"
        base = "main"
        title = "Pay later"

        [[acts]]
        do = "approve"
        by = "bob"
        number = 1
    "#;
    repo.write("scenario.toml", scenario);
    let fake = github::scenario::start(&repo.at("scenario.toml")).unwrap();
    assert_eq!(get(&fake, "pulls/1/reviews").json()[0]["user"]["login"], "bob");
    assert_eq!(get(&fake, "environments").json()["environments"][0]["name"], "production");
    assert_eq!(ask(&fake, "narrow", "GET", "/repos/acme/shop/pulls/1", &Value::Null).unwrap().status, 403);
    let act = |what: Value| ask(&fake, "", "POST", "/__fake/act", &what).unwrap();
    let comment = act(json!({"do": "comment", "by": "bob", "number": 1, "body": "/approve"})).json()["made"].clone();
    assert_eq!(act(json!({"do": "edit_comment", "by": "bob", "comment": comment, "body": "/hold"})).status, 200);
    assert_eq!(act(json!({"do": "dance"})).json()["message"], "nobody can `dance`");
    assert_eq!(act(json!({"do": "comment", "by": "bob"})).json()["message"], "`number` is missing");
    act(json!({"do": "fault", "trouble": "broken", "on": "GET /repos/*/*/pulls/*"}));
    assert_eq!(get(&fake, "pulls/1").status, 500);
    let state = ask(&fake, "", "GET", "/__fake/state", &Value::Null).unwrap().json();
    assert_eq!((&state["comments"][0]["body"], &state["pulls"][0]["number"]), (&json!("/hold"), &json!(1)));
    assert_eq!(state["journal"].as_array().unwrap().len(), 4, "what is asked backstage is not asked of GitHub");
    fake.finish();
    let wrong =
        [("repository = \"acme/shop\"\nrepo = 1", "unknown key `repo`"), ("private = true", "`repository` is missing")];
    for (text, why) in wrong {
        repo.write("wrong.toml", text);
        assert_eq!(github::scenario::start(&repo.at("wrong.toml")).err().unwrap(), why);
    }
}

#[test]
fn lists_can_be_less_than_the_truth() {
    let Shop { repo: _repo, fake, pull } = shop();
    fake.with(|state| {
        state.blind_files.insert("src/pay.rs".to_owned());
        state.hidden_files.insert("new.bin".to_owned());
        state.truncated_trees = true;
    });
    let files = get(&fake, &format!("pulls/{pull}/files")).json();
    assert_eq!(get(&fake, &format!("pulls/{pull}")).json()["changed_files"], 3);
    assert_eq!(files.as_array().unwrap().len(), 2);
    assert_eq!(
        (&files[1]["status"], &files[1]["changes"], &files[1]["patch"]),
        (&json!("modified"), &json!(0), &Value::Null)
    );
    let main = fake.with(|state| state.branches["main"].clone());
    assert_eq!(get(&fake, &format!("git/trees/{main}?recursive=1")).json()["truncated"], true);
    fake.finish();
}

#[test]
fn a_fork_and_accounts_that_are_gone() {
    let Shop { repo, fake, .. } = shop();
    let head = repo.line(&["rev-parse", "topic"]);
    let pull = fake.open_from_fork("dan", "dan/shop", "patch-1", &head, "main", "From outside");
    let said = get(&fake, &format!("pulls/{pull}")).json();
    assert_eq!((&said["head"]["label"], &said["head"]["repo"]["fork"]), (&json!("dan:patch-1"), &json!(true)));
    let listed = get(&fake, "pulls?head=dan:patch-1").json();
    assert_eq!((listed.as_array().unwrap().len(), listed[0]["number"].as_u64()), (1, Some(pull)));
    fake.comment("dan", pull, "hello");
    fake.approve("dan", pull);
    fake.with(|state| {
        state.users.get_mut("dan").unwrap().gone = true;
        state.pulls.get_mut(&pull).unwrap().head_repo = None;
    });
    assert_eq!(get(&fake, &format!("issues/{pull}/comments")).json()[0]["user"], Value::Null);
    assert_eq!(get(&fake, &format!("pulls/{pull}/reviews")).json()[0]["user"], Value::Null);
    let said = get(&fake, &format!("pulls/{pull}")).json();
    assert_eq!((&said["head"]["repo"], &said["user"]["login"]), (&Value::Null, &json!("ghost")));
    assert_eq!(get(&fake, &format!("issues/{pull}/timeline")).status, 200);
    fake.finish();
}

#[test]
fn doctor_is_told_what_a_test_sets() {
    let Shop { repo: _repo, fake, .. } = shop();
    let rule = json!({"type": "required_status_checks", "ruleset_id": 42, "ruleset_source_type": "Repository",
        "ruleset_source": "acme/shop", "parameters": {"strict_required_status_checks_policy": true,
        "required_status_checks": [{"context": "changeward/main", "integration_id": 8001}]}});
    let ruleset = json!({"id": 42, "name": "main", "target": "branch", "source_type": "Repository", "source": "acme/shop",
        "enforcement": "active", "bypass_actors": [],
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
        "rules": [{"type": "non_fast_forward"}]});
    let protection = json!({"enforce_admins": {"enabled": true}, "allow_force_pushes": {"enabled": false}});
    let environment = json!({"name": "production", "protection_rules": [],
        "deployment_branch_policy": {"protected_branches": false, "custom_branch_policies": true}});
    let error = json!({"line": 1, "column": 1, "kind": "Unknown owner", "message": "m", "path": "CODEOWNERS"});
    fake.with(|state| {
        state.rules.insert("main".to_owned(), json!([rule]));
        state.rulesets.push(ruleset);
        state.protection.insert("main".to_owned(), protection);
        state.environments.insert("production".to_owned(), environment);
        state.branch_policies.insert("production".to_owned(), vec!["main".to_owned()]);
        state.codeowners_errors = json!([error]);
    });
    let at = |target: &str, pointer: &str| get(&fake, target).json().pointer(pointer).cloned().unwrap_or_default();
    assert_eq!(at("rules/branches/main", "/0/parameters/required_status_checks/0/integration_id"), 8001);
    assert_eq!(at("rules/branches/topic", ""), json!([]));
    assert_eq!(at("rulesets", "/0/rules"), Value::Null, "the list says less");
    assert_eq!(at("rulesets/42", "/rules/0/type"), "non_fast_forward");
    assert_eq!(at("branches/main", "/protected"), true);
    assert_eq!(at("branches/main/protection", "/enforce_admins/enabled"), true);
    assert_eq!(at("branches/topic/protection", "/message"), "Branch not protected");
    assert_eq!(at("environments/production/deployment-branch-policies", "/branch_policies/0/name"), "main");
    assert_eq!(at("codeowners/errors", "/errors/0/kind"), "Unknown owner");
    assert_eq!(at("actions/permissions", "/enabled"), true);
    assert_eq!(at("actions/permissions/workflow", "/default_workflow_permissions"), "read");
    fake.with(|state| state.tokens.get_mut(State::APP).unwrap().rights.remove("administration"));
    assert_eq!(get(&fake, "branches/main/protection").status, 403);
    fake.finish();
}

#[test]
fn limits_are_githubs() {
    let Shop { repo, fake, pull } = shop();
    let names: Vec<String> = (0..16).map(|number| format!("p{number:02}")).collect();
    let head = fake.with(|state| {
        names.iter().for_each(|name| drop(state.person(name, "read").emails.clone()));
        let head = state.pulls[&pull].head.clone();
        (0..1000).for_each(|_| state.add_status("ann", &head, "full", "pending", None));
        head
    });
    let request = |names: &[String]| {
        post(&fake, &format!("pulls/{pull}/requested_reviewers"), json!({"reviewers": names})).status
    };
    assert_eq!(
        (request(&names), request(&names[..15]), request(&names[..3]), request(&names[15..])),
        (422, 201, 201, 422)
    );
    let status =
        |context: &str| post(&fake, &format!("statuses/{head}"), json!({"state": "success", "context": context}));
    assert!(status("full").text.contains("maximum number of statuses"));
    assert_eq!(status("other").status, 201);
    let long =
        |count: usize| post(&fake, &format!("issues/{pull}/comments"), json!({"body": "é".repeat(count)})).status;
    assert_eq!((long(65_537), long(65_536)), (422, 201));
    // A pull request lists 250 commits, a comparison as many on one page and says how many there are.
    let tree = repo.line(&["rev-parse", "topic^{tree}"]);
    let mut stream = String::new();
    for number in 1..=260 {
        let from = if number == 1 { "from refs/heads/topic^0\n".to_owned() } else { format!("from :{}\n", number - 1) };
        stream.push_str(&format!("commit refs/heads/topic\nmark :{number}\ncommitter ann <ann@acme.example> 1790000000 +0000\ndata 1\nx\n{from}\n"));
    }
    repo.feed(&["fast-import", "--quiet"], stream.as_bytes());
    assert_eq!(repo.line(&["rev-parse", "topic^{tree}"]), tree);
    fake.push("ann", "topic");
    assert_eq!(get(&fake, &format!("pulls/{pull}")).json()["commits"], 262);
    let page = get(&fake, &format!("pulls/{pull}/commits?per_page=100&page=3"));
    assert_eq!((page.json().as_array().unwrap().len(), page.next()), (50, None));
    let compared = get(&fake, "compare/main...topic");
    assert_eq!(
        (compared.json()["commits"].as_array().unwrap().len(), compared.json()["total_commits"].as_u64()),
        (250, Some(262))
    );
    assert!(compared.next().is_some());
    fake.finish();
}
