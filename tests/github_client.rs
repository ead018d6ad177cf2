//! The GitHub client against a server that fails on purpose: what is asked, how often, and what is made of the answers.
#![cfg(feature = "github")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

#[path = "support/scripted_http.rs"]
mod scripted_http;

use changeward::model::{Account, CommitId, Known, ObjectId, Permission, RepoName, StatusState};
use changeward::world::github::{Access, ForgeError, ForgeErrorKind, GitHub, Patience, Token};
use scripted_http::{Reply, Server, say, say_with};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const TOKEN: &str = "ghs_0123456789secret";
const MARKER: &str = "<!-- changeward:verdict -->";
const SHA: &str = "1111111111111111111111111111111111111111";
const PULL: &str = "/repos/acme/shop/pulls/7";

fn quick() -> Patience {
    let ms = Duration::from_millis;
    Patience {
        connect: ms(10_000),
        request: ms(20_000),
        deadline: ms(60_000),
        backoff: ms(2),
        write_gap: ms(2),
        secondary: ms(2),
        settle: ms(2),
    }
}

fn access(base: &str, patience: Patience) -> Access {
    Access {
        api: base.to_owned(),
        graphql: format!("{base}/graphql"),
        token: Token::new(TOKEN),
        repository: RepoName::parse("acme/shop").unwrap(),
        patience,
    }
}

fn client(server: &Server) -> GitHub {
    GitHub::new(access(server.address(), quick())).unwrap()
}

fn start(replies: Vec<Reply>) -> (Server, GitHub) {
    let server = Server::start(replies);
    let client = client(&server);
    (server, client)
}

fn bot() -> Account {
    Account { id: 41_898_282, login: "github-actions[bot]".to_owned(), person: false }
}

fn bot_json() -> Value {
    json!({ "id": 41_898_282, "login": "github-actions[bot]", "type": "Bot" })
}

fn comment(id: u64, body: &str, by: Value) -> Value {
    json!({ "id": id, "node_id": format!("IC_{id}"), "user": by, "body": body })
}

fn pull() -> String {
    let end = json!({ "sha": SHA, "ref": "main", "repo": null });
    json!({ "number": 7, "state": "open", "user": null, "head": end, "base": end }).to_string()
}

fn files(names: &[&str]) -> String {
    let file =
        |name: &&str| json!({ "filename": name, "status": "modified", "additions": 1, "deletions": 1, "sha": SHA });
    Value::from(names.iter().map(file).collect::<Vec<_>>()).to_string()
}

fn kind<T: std::fmt::Debug>(result: &Result<T, ForgeError>) -> ForgeErrorKind {
    result.as_ref().unwrap_err().kind()
}

fn count(server: &Server, method: &str) -> usize {
    server.asked().iter().filter(|asked| asked.method == method).count()
}

// ── what is sent ──

#[test]
fn every_request_says_who_asks_and_as_what_it_reads() {
    let (server, github) = start(vec![say(200, &pull())]);
    assert_eq!(github.pull(7).unwrap().unwrap().number, 7);
    let asked = &server.asked()[0];
    assert_eq!(asked.line(), format!("GET {PULL}"));
    assert_eq!(asked.header("accept"), Some("application/vnd.github+json"));
    assert_eq!(asked.header("x-github-api-version"), Some("2022-11-28"));
    assert_eq!(asked.header("authorization"), Some(format!("Bearer {TOKEN}").as_str()));
    assert_eq!(asked.header("user-agent"), Some(concat!("changeward/", env!("CARGO_PKG_VERSION"))));
    assert_eq!(github.requests(), 1);
}

#[test]
fn names_of_strangers_stay_in_their_place() {
    let empty = || say(200, "[]");
    let (server, github) =
        start(vec![say(404, "{}"), empty(), empty(), say(404, "{}"), say(404, "{}"), say(404, "{}")]);
    assert_eq!(github.branch_head("release/1 2?x").unwrap(), None);
    github.issues_labelled("a&state=all/ü", true).unwrap();
    github.deployments("prod eu/1", 5).unwrap();
    assert_eq!(github.permission("../../x").unwrap(), Known::Known(Permission::None));
    assert!(matches!(github.team_members("acme", "..").unwrap(), Known::Unknown(_)));
    github.remove_label(7, "changeward:normal/1").unwrap();
    let expected = [
        "GET /repos/acme/shop/git/ref/heads/release/1%202%3Fx",
        "GET /repos/acme/shop/issues?labels=a%26state%3Dall%2F%C3%BC&state=open&per_page=100",
        "GET /repos/acme/shop/deployments?environment=prod%20eu%2F1&per_page=100",
        "GET /repos/acme/shop/collaborators/..%2F..%2Fx/permission",
        "GET /orgs/acme/teams/%2E%2E/members?per_page=100",
        "DELETE /repos/acme/shop/issues/7/labels/changeward%3Anormal%2F1",
    ];
    assert_eq!(server.lines(), expected);
}

#[test]
fn an_enterprise_server_keeps_its_path_and_graphql_its_own() {
    let next = r#"Link: <{base}/api/v3/repositories/1/pulls/7/files?page=2>; rel="next""#;
    let viewer = json!({ "data": { "viewer": { "login": "ada", "databaseId": 1, "__typename": "User" } } });
    let server = Server::start(vec![
        say_with(200, &[next], &files(&["a"])),
        say(200, &files(&["b"])),
        say(200, &viewer.to_string()),
    ]);
    let mut access = access(&format!("{}/api/v3/", server.address()), quick());
    access.graphql = format!("{}/api/graphql", server.address());
    let github = GitHub::new(access).unwrap();
    assert_eq!(github.pull_files(7).unwrap().len(), 2);
    assert_eq!(github.viewer().unwrap(), Known::Known(Account { id: 1, login: "ada".to_owned(), person: true }));
    assert_eq!(github.viewer().unwrap(), github.viewer().unwrap());
    let expected = [
        "GET /api/v3/repos/acme/shop/pulls/7/files?per_page=100",
        "GET /api/v3/repositories/1/pulls/7/files?page=2",
        "POST /api/graphql",
    ];
    assert_eq!(server.lines(), expected);
    assert!(server.asked().iter().all(|asked| asked.header("authorization").is_some()));
}

#[test]
fn what_cannot_be_used_is_refused_before_anything_is_sent() {
    let api = "https://api.example.com";
    let table = [
        ("ftp://api.example.com", api, TOKEN),
        ("api.example.com", api, TOKEN),
        ("https://user:word@api.example.com", api, TOKEN),
        ("https://api.example.com?x=1", api, TOKEN),
        ("https://api.example.com#x", api, TOKEN),
        ("", api, TOKEN),
        (api, "https://elsewhere.example.com/graphql", TOKEN),
        (api, "http://api.example.com/graphql", TOKEN),
        (api, "https://api.example.com:444/graphql", TOKEN),
        (api, api, "  "),
        (api, api, "two\nlines"),
    ];
    for (api, graphql, token) in table {
        let mut access = access(api, quick());
        access.graphql = graphql.to_owned();
        access.token = Token::new(token);
        assert_eq!(kind(&GitHub::new(access)), ForgeErrorKind::Unusable, "{api} {graphql} {token:?}");
    }
}

#[test]
fn nothing_prints_the_token() {
    let echo = format!("{{\"message\": \"Bad credentials\\u001b[31m \\u202e{}\"}}", "x".repeat(1000));
    let server = Server::start(vec![say(401, &echo)]);
    let access = access(server.address(), quick());
    let github = GitHub::new(access.clone()).unwrap();
    let error = github.pull(7).unwrap_err();
    for text in [format!("{access:?}"), format!("{github:?}"), format!("{error:?}"), error.to_string()] {
        assert!(!text.contains(TOKEN) && !text.contains("secret"), "{text}");
    }
    let said = error.to_string();
    assert!(said.contains("Bad credentials") && !said.contains(['\u{1b}', '\u{202e}']) && said.len() < 500, "{said}");
}

// ── reads that fail ──

#[test]
fn a_read_is_repeated_until_it_is_answered() {
    let page = "<html><body>Unicorn!</body></html>";
    let troubles: Vec<(&str, Reply)> = vec![
        ("500", say(500, "{\"message\": \"oops\"}")),
        ("502", say(502, page)),
        ("dropped", Reply::Drop),
        ("cut off", Reply::Cut { status: 200, body: pull() }),
        ("half a document", say(200, pull().split_at(40).0)),
        ("nothing", say(200, "")),
        ("HTML", say_with(200, &["content-type: text/html"], page)),
        ("later", say_with(429, &["Retry-After: 0"], "{}")),
        ("secondary, stated", say_with(403, &["Retry-After: 0"], "{\"message\": \"slow down\"}")),
        ("secondary, unstated", say(403, "{\"message\": \"You have exceeded a secondary rate limit.\"}")),
    ];
    for (name, trouble) in troubles {
        let (server, github) = start(vec![trouble.clone(), trouble, say(200, &pull())]);
        assert_eq!(github.pull(7).unwrap().unwrap().number, 7, "{name}");
        assert_eq!(server.lines(), vec![format!("GET {PULL}"); 3], "{name}");
        assert_eq!(github.requests(), 3, "{name}");
    }
}

#[test]
fn a_stated_wait_is_waited() {
    let (server, github) = start(vec![say_with(429, &["Retry-After: 1"], "{}"), say(200, &pull())]);
    let start = Instant::now();
    github.pull(7).unwrap();
    assert!(start.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.lines().len(), 2);
}

#[test]
fn a_wait_beyond_the_deadline_is_not_begun() {
    let limit = "{\"message\": \"API rate limit exceeded\"}";
    let reset = [
        "Date: Sun, 22 Nov 2026 16:00:00 GMT",
        "X-RateLimit-Remaining: 0",
        "X-RateLimit-Reset: 1795366800", // an hour later
    ];
    for reply in [say_with(429, &["Retry-After: 3600"], "{}"), say_with(403, &reset, limit)] {
        let (server, github) = start(vec![reply]);
        assert_eq!(kind(&github.pull(7)), ForgeErrorKind::Unanswered);
        assert_eq!(server.lines().len(), 1);
    }
    let server = Server::start(vec![say(403, "{\"message\": \"You have exceeded a secondary rate limit.\"}")]);
    let patience = Patience { secondary: Duration::from_secs(60), ..quick() };
    assert_eq!(kind(&GitHub::new(access(server.address(), patience)).unwrap().pull(7)), ForgeErrorKind::Unanswered);
    assert_eq!(server.lines().len(), 1);
}

#[test]
fn the_time_is_up_some_day() {
    let ms = Duration::from_millis;
    let patience = Patience { request: ms(100), deadline: ms(350), ..quick() };
    let server = Server::start(vec![Reply::Hang; 100]);
    let github = GitHub::new(access(server.address(), patience)).unwrap();
    assert_eq!(kind(&github.pull(7)), ForgeErrorKind::Unanswered);
    // The time is up for everything that follows, and nothing more is sent.
    let asked = server.lines().len();
    assert_eq!(kind(&github.pull(7)), ForgeErrorKind::Unanswered);
    assert_eq!(server.lines().len(), asked);
    // Somebody who looks again later has the whole time again.
    github.renew();
    assert_eq!(kind(&github.pull(7)), ForgeErrorKind::Unanswered);
    assert!(server.lines().len() > asked);
}

#[test]
fn nobody_there_is_no_answer() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let patience = Patience { deadline: Duration::from_millis(100), ..quick() };
    let github = GitHub::new(access(&format!("http://{closed}"), patience)).unwrap();
    let error = github.pull(7).unwrap_err();
    assert_eq!(error.kind(), ForgeErrorKind::Unanswered);
    assert!(error.to_string().contains("refused"), "{error}");
}

#[test]
fn a_hang_is_given_up_and_asked_again() {
    let patience = Patience { request: Duration::from_secs(1), ..quick() };
    let server = Server::start(vec![Reply::Hang, say(200, &pull())]);
    GitHub::new(access(server.address(), patience)).unwrap().pull(7).unwrap();
    assert_eq!(server.lines().len(), 2);
}

#[test]
fn what_is_never_json_is_malformed_in_the_end() {
    let (server, github) = start(vec![say(200, "<html>"); 20]);
    assert_eq!(kind(&github.pull(7)), ForgeErrorKind::Malformed);
    assert_eq!(server.lines().len(), 5);
    let (server, github) = start(vec![say(200, "{\"number\": 7}")]);
    assert_eq!(kind(&github.pull(7)), ForgeErrorKind::Malformed);
    assert_eq!(server.lines().len(), 1);
}

#[test]
fn a_no_is_a_no() {
    let accepted = ["X-Accepted-GitHub-Permissions: pull_requests=write"];
    let table = [
        (say(401, "{\"message\": \"Bad credentials\"}"), ForgeErrorKind::Unauthorized),
        (say_with(403, &accepted, "{\"message\": \"Resource not accessible\"}"), ForgeErrorKind::Forbidden),
        (say(409, "{\"message\": \"Conflict\"}"), ForgeErrorKind::Refused),
        (
            say(422, "{\"message\": \"Validation Failed\", \"errors\": [{\"field\": \"x\", \"code\": \"invalid\"}]}"),
            ForgeErrorKind::Refused,
        ),
    ];
    for (reply, expected) in table {
        let (server, github) = start(vec![reply]);
        let error = github.reviews(7).unwrap_err();
        assert_eq!(error.kind(), expected);
        assert_eq!(server.lines().len(), 1);
        let help = miette::Diagnostic::help(&error).unwrap().to_string();
        match error.kind() {
            ForgeErrorKind::Forbidden => assert!(help.contains("pull_requests=write"), "{help}"),
            ForgeErrorKind::Refused if error.to_string().contains("422") => {
                assert!(error.to_string().contains("x: invalid"), "{error}");
            }
            _ => {}
        }
    }
    let (_, github) = start(vec![say(404, "{}"), say(404, "{}"), say(422, "{}"), say(403, "{}"), say(403, "{}")]);
    assert_eq!(github.pull(7).unwrap(), None);
    assert_eq!(kind(&github.reviews(7)), ForgeErrorKind::NotFound);
    assert_eq!(github.commit("nowhere").unwrap(), None);
    assert!(matches!(github.permission("ada").unwrap(), Known::Unknown(_)));
    assert!(matches!(github.json("orgs/acme/rulesets").unwrap(), Known::Unknown(_)));
}

// ── lists ──

#[test]
fn pages_are_followed_to_the_end() {
    let next = |n: u32| {
        format!(r#"Link: <{{base}}/repositories/1/pulls/7/files?page={n}>; rel="next", <{{base}}/x>; rel="last""#)
    };
    let (server, github) = start(vec![
        say_with(200, &[&next(2)], &files(&["a", "b"])),
        say_with(200, &["Link: </repositories/1/pulls/7/files?page=3>; rel=next"], &files(&["c"])),
        say(200, &files(&["d"])),
    ]);
    let names: Vec<_> = github.pull_files(7).unwrap().iter().map(|file| file.path.quoted()).collect();
    assert_eq!(names, ["a", "b", "c", "d"]);
    assert_eq!(server.lines()[2], "GET /repositories/1/pulls/7/files?page=3");
}

#[test]
fn a_list_that_is_not_whole_is_no_list() {
    let elsewhere = Server::start(vec![say(200, &files(&["b"]))]);
    let foreign = format!("Link: <{}/files?page=2>; rel=\"next\"", elsewhere.address());
    let table: Vec<(&str, &str, usize)> = vec![
        ("another host", &foreign, 1),
        ("another scheme", "Link: <https://127.0.0.1/files>; rel=\"next\"", 1),
        ("a host in disguise", "Link: <{base}@elsewhere.example/files>; rel=\"next\"", 1),
        ("no scheme", "Link: <//elsewhere.example/files>; rel=\"next\"", 1),
        ("no address", "Link: <{base}/files; rel=\"next\"", 1),
        ("no quote", "Link: <{base}/files>; rel=\"next", 1),
        ("a circle", "Link: <{base}/repos/acme/shop/pulls/7/files?per_page=100>; rel=\"next\"", 1),
        ("an item twice", "Link: <{base}/repositories/1/pulls/7/files?page=2>; rel=\"next\"", 2),
    ];
    for (name, link, requests) in table {
        let (server, github) = start(vec![say_with(200, &[link], &files(&["a"])), say(200, &files(&["a"]))]);
        assert_eq!(kind(&github.pull_files(7)), ForgeErrorKind::Incomplete, "{name}");
        assert_eq!(server.lines().len(), requests, "{name}");
    }
    assert_eq!(elsewhere.lines(), Vec::<String>::new());
}

#[test]
fn a_page_that_fails_is_asked_again() {
    let next = r#"Link: <{base}/repositories/1/pulls/7/files?page=2>; rel="next""#;
    let (server, github) =
        start(vec![say_with(200, &[next], &files(&["a"])), Reply::Drop, say(502, ""), say(200, &files(&["b"]))]);
    assert_eq!(github.pull_files(7).unwrap().len(), 2);
    assert_eq!(server.lines().len(), 4);
}

#[test]
fn no_more_pages_are_read_than_wanted() {
    let one = |id: u64| json!({ "id": id, "sha": SHA, "environment": "production" });
    let next = "Link: <{base}/next>; rel=\"next\"";
    let (server, github) = start(vec![say_with(200, &[next], &json!([one(2), one(1)]).to_string())]);
    assert_eq!(github.deployments("production", 1).unwrap().len(), 1);
    assert_eq!(server.lines().len(), 1);
}

#[test]
fn a_comparison_is_joined_and_must_fit() {
    let commit = |sha: &str| json!({ "sha": sha, "commit": { "message": "m" }, "parents": [], "author": null });
    let page = |shas: &[&str]| {
        let commits: Vec<_> = shas.iter().map(|sha| commit(sha)).collect();
        json!({ "merge_base_commit": { "sha": SHA }, "total_commits": 2, "commits": commits, "files": [] }).to_string()
    };
    let (one, two) = ("2".repeat(40), "3".repeat(40));
    let next = "Link: <{base}/repositories/1/compare?page=2>; rel=\"next\"";
    let ids = (CommitId(SHA.to_owned()), CommitId(two.clone()));
    let (_, github) = start(vec![say_with(200, &[next], &page(&[&one])), say(200, &page(&[&two]))]);
    let whole = github.compare(&ids.0, &ids.1).unwrap();
    assert_eq!((whole.commits.len(), whole.total_commits), (2, 2));
    let (_, github) = start(vec![say_with(200, &[next], &page(&[&one])), say(200, &page(&[&one]))]);
    assert_eq!(kind(&github.compare(&ids.0, &ids.1)), ForgeErrorKind::Incomplete);
}

#[test]
fn doctor_gets_everything_of_a_list_or_of_an_object_with_one() {
    let next = "Link: <{base}/page2>; rel=\"next\"";
    let (server, github) = start(vec![
        say_with(200, &[next], "[{\"id\": 1}]"),
        say(200, "[{\"id\": 2}]"),
        say_with(200, &[next], "{\"total_count\": 2, \"environments\": [{\"id\": 1}]}"),
        say(200, "{\"total_count\": 2, \"environments\": [{\"id\": 2}]}"),
    ]);
    assert_eq!(kind(&github.json("https://elsewhere.example/x")), ForgeErrorKind::Malformed);
    assert_eq!(kind(&github.json("a b")), ForgeErrorKind::Malformed);
    let path = github.of_repository("environments?per_page=100");
    assert_eq!(github.json("repos/acme/shop/rulesets").unwrap(), Known::Known(json!([{ "id": 1 }, { "id": 2 }])));
    let whole = json!({ "total_count": 2, "environments": [{ "id": 1 }, { "id": 2 }] });
    assert_eq!(github.json(&path).unwrap(), Known::Known(whole));
    assert_eq!(server.lines()[2], "GET /repos/acme/shop/environments?per_page=100");
}

#[test]
fn trees_and_files_are_whole_or_an_error() {
    let entry = json!({ "path": "a", "mode": "100644", "type": "blob", "sha": SHA, "size": 3 });
    let folder = json!({ "path": "d", "mode": "040000", "type": "tree", "sha": SHA });
    let tree = |truncated: bool| json!({ "truncated": truncated, "tree": [entry, folder] }).to_string();
    let blob = |content: &str, size: u64| json!({ "content": content, "encoding": "base64", "size": size }).to_string();
    let (_, github) = start(vec![
        say(200, &tree(false)),
        say(200, &tree(true)),
        say(200, &blob("YWJj\n", 3)),
        say(200, &blob("YWJj", 4)),
        say(200, &blob("YWJj", 3)),
        say(200, &blob(&"YWJj".repeat(10_000), 30_000)),
    ]);
    let (commit, id) = (CommitId(SHA.to_owned()), ObjectId(SHA.to_owned()));
    let entries = github.tree(&commit).unwrap();
    assert_eq!((entries.len(), entries[0].mode), (1, 0o100_644));
    assert_eq!(kind(&github.tree(&commit)), ForgeErrorKind::Incomplete);
    assert_eq!(github.blob(&id, 3).unwrap(), b"abc");
    assert_eq!(kind(&github.blob(&id, 10)), ForgeErrorKind::Malformed);
    assert_eq!(kind(&github.blob(&id, 2)), ForgeErrorKind::Incomplete);
    assert_eq!(kind(&github.blob(&id, 10)), ForgeErrorKind::Incomplete);
}

// ── elsewhere ──

#[test]
fn a_renamed_repository_is_followed_on_the_same_host_only() {
    let (server, github) =
        start(vec![say_with(301, &["Location: {base}/repositories/1/pulls/7"], "{}"), say(200, &pull())]);
    github.pull(7).unwrap();
    assert_eq!(server.lines(), [format!("GET {PULL}"), "GET /repositories/1/pulls/7".to_owned()]);
    assert!(server.asked()[1].header("authorization").is_some());
    assert_eq!(github.requests(), 2);

    let elsewhere = Server::start(vec![say(200, &pull())]);
    let away = format!("Location: {}/repositories/1/pulls/7", elsewhere.address());
    let (_, github) = start(vec![say_with(301, &[&away], "{}")]);
    assert_eq!(kind(&github.pull(7)), ForgeErrorKind::Refused);
    assert_eq!(elsewhere.lines(), Vec::<String>::new());

    let (server, github) = start(vec![say_with(302, &["Location: {base}/pulls/7"], "{}"); 20]);
    assert_eq!(kind(&github.pull(7)), ForgeErrorKind::Refused);
    assert_eq!(server.lines().len(), 6);
}

#[test]
fn a_write_is_never_redirected_and_a_moved_issue_is_gone() {
    let moved = say_with(307, &["Location: {base}/repositories/1/issues/7"], "{}");
    let issue = json!({ "number": 7, "state": "open", "user": null }).to_string();
    let (server, github) = start(vec![moved.clone(), moved, say(200, &issue), say(200, &issue)]);
    assert_eq!(kind(&github.edit_issue(7, "text")), ForgeErrorKind::Refused);
    assert_eq!(count(&server, "PATCH"), 1);
    assert_eq!(github.issue(7).unwrap(), None);
    assert_eq!(github.issue(7).unwrap().unwrap().number, 7);
}

// ── writes ──

#[test]
fn a_comment_whose_answer_was_lost_is_written_once() {
    let body = format!("{MARKER}\nno");
    let made = comment(9, &body, bot_json()).to_string();
    let list = |items: Vec<&Value>| say(200, &json!(items).to_string());
    let ours = comment(9, &body, bot_json());
    let foreign = comment(8, &body, json!({ "id": 666, "login": "mallory", "type": "User" }));
    let lost = [
        say(502, "<html>"),
        say(500, "{}"),
        Reply::Drop,
        Reply::Cut { status: 201, body: made.clone() },
        say(201, "<html>"),
    ];
    for lost in &lost {
        // It was done, and the list says so at once, or only at the second look.
        for looks in [vec![list(vec![&foreign, &ours])], vec![list(vec![&foreign]), list(vec![&ours])]] {
            let (server, github) = start([vec![lost.clone()], looks].concat());
            assert_eq!(github.create_comment(7, &body, MARKER, &bot()).unwrap().id, 9);
            assert_eq!(count(&server, "POST"), 1);
        }
        // It was not done: only then is it sent again.
        let nothing = || list(vec![&foreign]);
        let (server, github) = start(vec![lost.clone(), nothing(), nothing(), say(201, &made)]);
        assert_eq!(github.create_comment(7, &body, MARKER, &bot()).unwrap().id, 9);
        assert_eq!(count(&server, "POST"), 2);
    }
}

#[test]
fn a_comment_found_with_another_text_is_brought_up_to_date() {
    let body = format!("{MARKER}\nnew");
    let old = json!([comment(9, &format!("{MARKER}\nold"), bot_json())]).to_string();
    let new = comment(9, &body, bot_json()).to_string();
    let (server, github) = start(vec![Reply::Drop, say(200, &old), say(200, &new)]);
    assert_eq!(github.create_comment(7, &body, MARKER, &bot()).unwrap().body, body);
    assert_eq!(server.lines()[2], "PATCH /repos/acme/shop/issues/comments/9");
}

#[test]
fn a_write_is_not_repeated_where_nobody_can_look() {
    let (server, github) = start(vec![Reply::Drop, say(403, "{\"message\": \"Resource not accessible\"}")]);
    assert_eq!(kind(&github.create_comment(7, MARKER, MARKER, &bot())), ForgeErrorKind::Unanswered);
    assert_eq!(count(&server, "POST"), 1);
    let (server, github) = start(vec![vec![say(502, ""), say(200, "[]"), say(200, "[]")]; 10].concat());
    assert_eq!(kind(&github.create_comment(7, MARKER, MARKER, &bot())), ForgeErrorKind::Unanswered);
    assert_eq!(count(&server, "POST"), 4);
    // GitHub says it was done, in words that cannot be read.
    let (server, github) = start(vec![say(201, "{}"), say(200, "[]"), say(200, "[]")]);
    assert_eq!(kind(&github.create_comment(7, MARKER, MARKER, &bot())), ForgeErrorKind::Malformed);
    assert_eq!(count(&server, "POST"), 1);
}

#[test]
fn a_write_that_was_told_to_wait_is_sent_again_without_a_look() {
    let made = comment(9, MARKER, bot_json()).to_string();
    let later = [
        say_with(429, &["Retry-After: 0"], "{}"),
        say(403, "{\"message\": \"You have exceeded a secondary rate limit\"}"),
        say_with(403, &["Retry-After: 0"], "{\"message\": \"You have exceeded a secondary rate limit\"}"),
    ];
    for later in later {
        let (server, github) = start(vec![later, say(201, &made)]);
        github.create_comment(7, MARKER, MARKER, &bot()).unwrap();
        assert_eq!((count(&server, "POST"), count(&server, "GET")), (2, 0));
    }
    let (server, github) = start(vec![say(403, "{\"message\": \"Resource not accessible by integration\"}")]);
    assert_eq!(kind(&github.create_comment(7, MARKER, MARKER, &bot())), ForgeErrorKind::Forbidden);
    assert_eq!(server.lines().len(), 1);
}

#[test]
fn a_status_is_ours_only_when_all_of_it_is() {
    let viewer = json!({ "data": { "viewer": { "login": "github-actions[bot]", "databaseId": 41_898_282, "__typename": "Bot" } } });
    let viewer = || say(200, &viewer.to_string());
    let status = |id: u64, state: &str, by: Value| json!({ "id": id, "context": "changeward/main", "state": state, "description": "d", "target_url": "https://t", "creator": by });
    let mallory = json!({ "id": 666, "login": "mallory", "type": "User" });
    let commit = CommitId(SHA.to_owned());
    let post = |github: &GitHub| {
        github.create_status(&commit, "changeward/main", StatusState::Failure, "d", Some("https://t"))
    };
    let list = |items: Vec<Value>| say(200, &Value::from(items).to_string());
    let (server, github) = start(vec![
        say(502, ""),
        viewer(),
        list(vec![json!({ "id": 3, "context": "other", "state": "success" }), status(2, "failure", bot_json())]),
    ]);
    post(&github).unwrap();
    assert_eq!(server.lines().iter().filter(|line| line.contains("/statuses/")).count(), 1);
    for newest in [status(2, "success", bot_json()), status(2, "failure", mallory)] {
        let old = || list(vec![newest.clone(), status(1, "failure", bot_json())]);
        let (server, github) = start(vec![say(502, ""), viewer(), old(), old(), say(201, "{}")]);
        post(&github).unwrap();
        assert_eq!(server.lines().iter().filter(|line| line.starts_with("POST /repos")).count(), 2);
    }
}

#[test]
fn an_issue_is_opened_once_and_a_run_started_once() {
    let issue = |number: u64, body: &str, by: Value| json!({ "number": number, "id": number, "state": "open", "body": body, "user": by });
    let mallory = json!({ "id": 666, "login": "mallory", "type": "User" });
    let list = json!([issue(3, "m", mallory), issue(2, "m text", bot_json())]).to_string();
    let (server, github) = start(vec![Reply::Drop, say(200, &list)]);
    assert_eq!(github.open_issue("t", "m text", "m", &[], &[], &bot()).unwrap().number, 2);
    assert_eq!(count(&server, "POST"), 1);

    let run = |attempt: u64, status: &str| {
        say(200, &json!({ "id": 5, "head_sha": SHA, "run_attempt": attempt, "status": status }).to_string())
    };
    let (server, github) = start(vec![run(1, "completed"), Reply::Drop, run(1, "completed"), run(2, "completed")]);
    github.rerun_failed(5).unwrap();
    assert_eq!(count(&server, "POST"), 1);
    let (server, github) = start(vec![run(1, "completed"), say(502, ""), run(1, "queued")]);
    github.rerun_failed(5).unwrap();
    assert_eq!(count(&server, "POST"), 1);
    let busy = || say(403, "{\"message\": \"This workflow is already running\"}");
    let (_, github) = start(vec![run(1, "completed"), busy(), run(2, "queued")]);
    github.rerun_failed(5).unwrap();
    let (_, github) = start(vec![run(1, "completed"), busy(), run(1, "completed")]);
    assert_eq!(kind(&github.rerun_failed(5)), ForgeErrorKind::Forbidden);
    let (server, github) = start(vec![run(2, "in_progress")]);
    github.rerun_failed(5).unwrap();
    assert_eq!(count(&server, "POST"), 0);
}

#[test]
fn a_deployment_is_made_once_and_so_is_its_status() {
    let none = say(200, "{\"data\": null, \"errors\": [{\"message\": \"no\", \"type\": \"FORBIDDEN\"}]}");
    let made = |id: u64, description: &str| json!({ "id": id, "sha": SHA, "environment": "production", "description": description });
    let commit = CommitId(SHA.to_owned());
    let list = json!([made(2, "else"), made(1, "d")]).to_string();
    let (server, github) = start(vec![Reply::Drop, none, say(403, "{}"), say(200, &list)]);
    assert_eq!(github.create_deployment(&commit, "production", "d").unwrap().id, 1);
    assert_eq!(server.lines().iter().filter(|line| line.starts_with("POST /repos")).count(), 1);

    let status = |state: &str| json!({ "id": 1, "state": state, "description": "d" });
    let done = json!([status("success")]).to_string();
    let (server, github) = start(vec![say(500, ""), say(200, &done)]);
    github.deployment_status(1, "success", "d", None).unwrap();
    assert_eq!(count(&server, "POST"), 1);
    let other = json!([status("failure")]).to_string();
    let (server, github) = start(vec![say(500, ""), say(200, &other), say(200, &other), say(201, "{}")]);
    github.deployment_status(1, "success", "d", None).unwrap();
    assert_eq!(count(&server, "POST"), 2);
}

#[test]
fn what_may_be_done_twice_is_repeated() {
    let (server, github) = start(vec![
        Reply::Drop,
        say(200, "{}"),
        say(502, ""),
        say(200, "[]"),
        say(500, ""),
        say(200, "{}"),
        Reply::Drop,
        say(404, "{}"),
    ]);
    github.request_reviewers(7, &["ada".to_owned()], &["ops".to_owned()]).unwrap();
    github.add_labels(7, &["changeward:normal".to_owned()]).unwrap();
    github.close_issue(7, true).unwrap();
    github.remove_label(7, "gone").unwrap();
    assert_eq!(server.lines().len(), 8);
    let bodies: Vec<Value> = [1, 3, 5].map(|n: usize| server.asked()[n].body.parse().unwrap()).into();
    assert_eq!(bodies[0], json!({ "reviewers": ["ada"], "team_reviewers": ["ops"] }));
    assert_eq!(bodies[1], json!({ "labels": ["changeward:normal"] }));
    assert_eq!(bodies[2], json!({ "state": "closed", "state_reason": "completed" }));
    // Nothing to do is nothing sent.
    github.request_reviewers(7, &[], &[]).unwrap();
    github.add_labels(7, &[]).unwrap();
    assert_eq!(server.lines().len(), 8);
}

#[test]
fn what_is_too_long_is_not_sent() {
    let (server, github) = start(vec![]);
    let commit = CommitId(SHA.to_owned());
    let long = |n: usize| "ü".repeat(n);
    let refused = [
        kind(&github.create_status(&commit, "c", StatusState::Success, &long(141), None)),
        kind(&github.create_comment(7, &long(65_537), "", &bot())),
        kind(&github.open_issue(&long(257), "", "", &[], &[], &bot())),
        kind(&github.edit_issue(7, &long(65_537))),
        kind(&github.edit_comment(7, &long(65_537))),
    ];
    assert_eq!(refused, [ForgeErrorKind::Refused; 5]);
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[test]
fn writes_keep_their_distance() {
    let gap = Duration::from_millis(300);
    let server = Server::start(vec![say(200, "[]"); 3]);
    let github = GitHub::new(access(server.address(), Patience { write_gap: gap, ..quick() })).unwrap();
    let start = Instant::now();
    github.add_labels(7, &["a".to_owned()]).unwrap();
    github.comments(7).unwrap();
    github.add_labels(7, &["b".to_owned()]).unwrap();
    assert!(start.elapsed() >= gap);
}

#[test]
fn a_connection_closed_while_nobody_looked_costs_no_doubt() {
    let (server, github) = start(vec![Reply::Part { body: pull() }, say(201, "{}")]);
    github.pull(7).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    github.create_status(&CommitId(SHA.to_owned()), "c", StatusState::Success, "", None).unwrap();
    assert_eq!(server.lines().len(), 2);
}

// ── any faults in any order ──

/// A pull request's comments on a server that fails as its dice say.
struct Forge {
    comments: Vec<Value>,
    /// Lists still to be answered without the newest comment.
    stale: u32,
    dice: u64,
}

impl Forge {
    fn roll(&mut self, sides: u64) -> u64 {
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % sides
    }

    fn answer(&mut self, method: &str, body: &str) -> Reply {
        // Before anything is done.
        match self.roll(8) {
            0 => return Reply::Drop,
            1 => return say(503, "<html>"),
            2 => return say_with(429, &["Retry-After: 0"], "{}"),
            3 => return say(403, "{\"message\": \"You have exceeded a secondary rate limit\"}"),
            _ => {}
        }
        let whole = match method {
            "POST" => {
                let sent: Value = body.parse().unwrap();
                let id = self.comments.len() as u64 + 1;
                self.comments.push(comment(id, sent["body"].as_str().unwrap(), bot_json()));
                self.stale = u32::try_from(self.roll(2)).unwrap();
                self.comments.last().unwrap().to_string()
            }
            _ if self.stale > 0 => {
                self.stale -= 1;
                Value::from(self.comments.split_last().map_or(Vec::new(), |(_, old)| old.to_vec())).to_string()
            }
            _ => Value::from(self.comments.clone()).to_string(),
        };
        let status = if method == "POST" { 201 } else { 200 };
        // After it was done.
        match self.roll(8) {
            0 => Reply::Drop,
            1 => say(502, "<html>"),
            2 => Reply::Cut { status, body: whole },
            3 => say(status, "<html>"),
            _ => say(status, &whole),
        }
    }
}

#[test]
fn whatever_fails_there_is_never_a_second_comment() {
    let forge = Arc::new(Mutex::new(Forge { comments: Vec::new(), stale: 0, dice: 0 }));
    let inside = Arc::clone(&forge);
    let server = Server::with(move |asked| inside.lock().unwrap().answer(&asked.method, &asked.body));
    let none = Duration::ZERO;
    let patience = Patience { backoff: none, write_gap: none, secondary: none, settle: none, ..quick() };
    let github = GitHub::new(access(server.address(), patience)).unwrap();
    let mut written = 0;
    for seed in 0..300 {
        *forge.lock().unwrap() = Forge { comments: Vec::new(), stale: 0, dice: seed };
        github.renew();
        let first = github.create_comment(7, MARKER, MARKER, &bot());
        let made = forge.lock().unwrap().comments.len();
        assert!(made <= 1, "seed {seed}: {made} comments");
        assert!(first.is_err() || made == 1, "seed {seed}: nothing was written, and that is called done");
        written += usize::from(first.is_ok());
        // A second run, which looks first, ends with exactly one.
        forge.lock().unwrap().stale = 0;
        let found = github.comments(7).map(|comments| comments.len());
        if let Ok(0) = found {
            _ = github.create_comment(7, MARKER, MARKER, &bot());
        }
        assert!(forge.lock().unwrap().comments.len() <= 1, "seed {seed}");
    }
    assert!(written > 250, "only {written} of 300 were written at all");
}

// ── GraphQL ──

#[test]
fn edits_are_known_or_unknown_never_guessed() {
    let nodes = json!([{ "id": "IC_1", "lastEditedAt": null }, { "id": "IC_2", "lastEditedAt": "2026-11-22T16:00:00Z" }, null, { "id": "X_4" }]);
    let partly =
        json!({ "data": { "nodes": nodes }, "errors": [{ "message": "no node", "path": ["nodes", 2] }] }).to_string();
    let limit =
        "{\"data\": null, \"errors\": [{\"type\": \"RATE_LIMITED\", \"message\": \"API rate limit exceeded\"}]}";
    let (server, github) = start(vec![say_with(200, &["Retry-After: 0"], limit), say(200, &partly)]);
    let names = ["IC_1", "IC_2", "IC_3", "X_4"].map(str::to_owned);
    let edits = github.last_edits(&names).unwrap();
    assert_eq!(edits["IC_1"], Known::Known(None));
    assert!(matches!(&edits["IC_2"], Known::Known(Some(at)) if at.to_string() == "2026-11-22T16:00:00Z"));
    assert_eq!(edits["IC_3"], Known::Unknown("no node".to_owned()));
    assert!(matches!(edits["X_4"], Known::Unknown(_)));
    assert_eq!(server.lines(), ["POST /graphql", "POST /graphql"]);
    // Denied: nothing is known. Fewer answers than questions: nothing is known.
    let denied = "{\"data\": null, \"errors\": [{\"type\": \"FORBIDDEN\", \"message\": \"no\"}]}";
    let fewer = json!({ "data": { "nodes": [{ "id": "IC_1", "lastEditedAt": null }] } }).to_string();
    for reply in [say(200, denied), say(404, "{}"), say(200, &fewer)] {
        let (_, github) = start(vec![reply]);
        assert!(github.last_edits(&names).unwrap().values().all(|edit| edit.known().is_none()));
    }
}

#[test]
fn whose_token_it_is_may_stay_unknown() {
    let denied = "{\"data\": null, \"errors\": [{\"type\": \"FORBIDDEN\", \"message\": \"no\"}]}";
    let (_, github) = start(vec![say(200, denied), say(200, "{\"id\": 1, \"login\": \"ada\", \"type\": \"User\"}")]);
    assert_eq!(github.viewer().unwrap().known().unwrap().login, "ada");
    let (_, github) = start(vec![say(200, denied), say(403, "{\"message\": \"Resource not accessible\"}")]);
    assert!(github.viewer().unwrap().known().is_none());
}
