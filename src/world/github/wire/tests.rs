//! What each record tolerates, and what it does not.

use super::{
    Wire, WireBlob, WireCommit, WireFile, WireIssue, WirePermission, WirePull, WireRef, WireRemark, WireReview,
    WireRun, WireStatus, WireTimeline, WireTree, WireUser, one, readings,
};
use crate::model::{Permission, RepoPath, ReviewState, StatusState};
use serde_json::{Value, json};

const SHA: &str = "AAAABBBBCCCCDDDDEEEE11112222333344445555";

fn read<W: Wire>(value: Value) -> W::Noun {
    one::<W>("x", value.clone()).unwrap_or_else(|error| panic!("{value}: {error}"))
}

fn refuses<W: Wire>(value: Value) -> String {
    match one::<W>("x", value.clone()) {
        Ok(_) => panic!("{value} was taken"),
        Err(error) => error.to_string(),
    }
}

fn with(base: &Value, key: &str, value: Value) -> Value {
    let mut changed = base.clone();
    changed[key] = value;
    changed
}

fn without(base: &Value, key: &str) -> Value {
    let mut changed = base.clone();
    changed.as_object_mut().unwrap().remove(key);
    changed
}

#[test]
fn who_is_a_person() {
    let user =
        |kind: Value, login: &str| read::<WireUser>(json!({ "id": 1, "login": login, "type": kind, "url": "%%" }));
    assert!(user(json!("User"), "ada").person);
    let others = [
        (json!("Bot"), "dependabot"),
        (json!("User"), "github-actions[bot]"),
        (json!("Organization"), "acme"),
        (json!("Mannequin"), "m"),
        (json!("User"), "ghost"),
        (json!("Robot2030"), "x"),
        (Value::Null, "x"),
    ];
    for (kind, login) in others {
        assert!(!user(kind.clone(), login).person, "{kind} {login}");
    }
    for none in
        [json!({}), json!({ "id": 1 }), json!({ "login": "ada" }), json!([1, "ada", "User"]), json!(null), json!(7)]
    {
        refuses::<WireUser>(none);
    }
}

#[test]
fn roles() {
    let role =
        |permission: Value, role: Value| read::<WirePermission>(json!({ "permission": permission, "role_name": role }));
    assert_eq!(role(json!("write"), json!("maintain")), Some(Permission::Maintain));
    assert_eq!(role(json!("read"), json!("triage")), Some(Permission::Triage));
    assert_eq!(role(json!("write"), json!("release engineer")), Some(Permission::Write));
    assert_eq!(role(json!("admin"), Value::Null), Some(Permission::Admin));
    assert_eq!(role(json!("none"), Value::Null), Some(Permission::None));
    assert_eq!(role(json!("emperor"), json!("emperor")), None);
    assert_eq!(read::<WirePermission>(json!({})), None);
}

#[test]
fn pull_requests() {
    let end = json!({ "sha": SHA, "ref": "main", "repo": { "full_name": "a/b" } });
    let least = json!({ "number": 7, "state": "open", "head": end, "base": end });
    let pull = read::<WirePull>(least.clone());
    assert!(pull.open && !pull.merged && !pull.draft && pull.author.is_none());
    assert_eq!(pull.head.0, SHA.to_ascii_lowercase());
    assert_eq!(pull.head_repo.as_deref(), Some("a/b"));
    // What may be null is null; what is new is passed over; no address is held to be one.
    let mut odd = least.clone();
    for key in ["title", "body", "user", "draft", "labels", "requested_reviewers", "requested_teams", "created_at"] {
        odd[key] = Value::Null;
    }
    odd["html_url"] = json!("no address");
    odd["mergeable_state"] = json!("blessed");
    odd["requested_reviewers"] = json!([null, { "login": "ada", "id": 1 }, {}]);
    odd["labels"] = json!([{ "name": "x" }, { "name": null }]);
    odd["head"]["repo"] = Value::Null;
    odd["created_at"] = json!("yesterday");
    let pull = read::<WirePull>(odd);
    assert_eq!(
        (pull.requested_people, pull.labels, pull.head_repo),
        (vec!["ada".to_owned()], vec!["x".to_owned()], None)
    );
    assert_eq!(pull.created_at, None);
    assert!(read::<WirePull>(with(&least, "merged_at", json!("2026-11-22T16:00:00Z"))).merged);
    assert!(!read::<WirePull>(with(&least, "state", json!("locked in 2030"))).open);
    for key in ["number", "state", "head", "base"] {
        refuses::<WirePull>(without(&least, key));
    }
    for sha in ["", "main", "../../x", "AAAABBBBCCCCDDDDEEEE1111222233334444555"] {
        let mut bad = least.clone();
        bad["head"]["sha"] = json!(sha);
        assert!(refuses::<WirePull>(bad).contains("no object id"));
    }
}

#[test]
fn files() {
    let file =
        json!({ "filename": "a b", "status": "renamed", "previous_filename": "c", "additions": 0, "deletions": 0 });
    let read_file = read::<WireFile>(file.clone());
    assert_eq!((read_file.path, read_file.has_patch), (RepoPath::new("a b"), false));
    assert_eq!(read_file.old_path, Some(RepoPath::new("c")));
    assert!(read::<WireFile>(with(&file, "patch", json!("@@"))).has_patch);
    assert!(!read::<WireFile>(with(&file, "patch", Value::Null)).has_patch);
    refuses::<WireFile>(with(&file, "filename", json!("")));
    for key in ["filename", "status", "additions", "deletions"] {
        refuses::<WireFile>(without(&file, key));
    }
}

#[test]
fn commits_and_branches() {
    let commit = json!({ "sha": SHA, "author": {}, "committer": null, "parents": [{ "sha": SHA }], "commit": { "author": null } });
    let known = read::<WireCommit>(commit.clone());
    assert!(known.author.is_none() && known.committer.is_none() && known.parents.len() == 1);
    refuses::<WireCommit>(without(&commit, "parents"));
    refuses::<WireCommit>(without(&commit, "commit"));
    let branch = json!({ "ref": "refs/heads/main", "object": { "sha": SHA, "type": "commit" } });
    assert_eq!(read::<WireRef>(branch.clone()).0, "refs/heads/main");
    assert!(refuses::<WireRef>(with(&branch, "object", json!({ "sha": SHA, "type": "tag" }))).contains("tag"));
    refuses::<WireRef>(json!([branch]));
}

#[test]
fn statuses() {
    let status = |state: &str| read::<WireStatus>(json!({ "state": state, "target_url": "", "creator": null }));
    assert_eq!(status("success").state, Some(StatusState::Success));
    assert_eq!(status("glorious").state, None);
    assert_eq!((status("success").target, status("success").context), (None, "default".to_owned()));
}

#[test]
fn trees() {
    let entry = |mode: &str, kind: &str| json!({ "path": "a", "mode": mode, "type": kind, "sha": SHA });
    let tree = json!({ "truncated": true, "tree": [entry("120000", "blob"), entry("040000", "tree"), entry("160000", "commit")] });
    let (entries, truncated) = read::<WireTree>(tree.clone());
    assert!(truncated);
    assert_eq!(entries.iter().map(|entry| entry.mode).collect::<Vec<_>>(), [0o120_000, 0o160_000]);
    refuses::<WireTree>(without(&tree, "truncated"));
    refuses::<WireTree>(with(&tree, "tree", json!([entry("999", "blob")])));
}

#[test]
fn talk() {
    let review =
        |state: &str| read::<WireReview>(json!({ "id": 1, "state": state, "user": null, "commit_id": null })).state;
    assert_eq!(review("APPROVED"), ReviewState::Approved);
    assert_eq!(review("changes_requested"), ReviewState::ChangesRequested);
    assert_eq!(review("APPROVED_BY_MAGIC"), ReviewState::Pending);
    assert_eq!(read::<WireRemark>(json!({ "id": 1 })).via_app, None);
    let app = read::<WireRemark>(json!({ "id": 1, "performed_via_github_app": { "slug": null } })).via_app;
    assert_eq!(app.as_deref(), Some(""));
    let issue = json!({ "number": 1, "state": "closed", "pull_request": {}, "labels": ["a", { "name": "b" }, {}], "assignees": [null] });
    let issue = read::<WireIssue>(issue);
    assert!(issue.is_pull && !issue.open && issue.labels == ["a", "b"] && issue.assignees.is_empty());
    let event = read::<WireTimeline>(
        json!({ "event": "teleported", "actor": null, "commit_id": "odd", "label": { "name": "x" } }),
    );
    assert_eq!((event.kind.as_str(), event.commit, event.label.as_deref()), ("teleported", None, Some("x")));
    assert_eq!(read::<WireTimeline>(json!({})).kind, "");
    let run = read::<WireRun>(json!({ "id": 1, "head_sha": SHA, "status": "daydreaming", "conclusion": null }));
    assert_eq!((run.status.as_str(), run.attempt), ("daydreaming", 1));
}

#[test]
fn blobs() {
    let blob =
        |content: &str, encoding: &str, size: u64| json!({ "content": content, "encoding": encoding, "size": size });
    assert_eq!(read::<WireBlob>(blob("YWJj\nZGU=\n", "base64", 5)), b"abcde");
    assert_eq!(read::<WireBlob>(blob("", "base64", 0)), b"");
    assert_eq!(read::<WireBlob>(blob("abc", "utf-8", 3)), b"abc");
    refuses::<WireBlob>(blob("YWJj", "base64", 9));
    refuses::<WireBlob>(blob("<html>", "base64", 3));
    refuses::<WireBlob>(blob("abc", "rot13", 3));
}

#[test]
fn nothing_but_an_object_is_a_record() {
    for bytes in ["", "null", "[]", "[1, \"ada\", \"User\"]", "7", "{", "\"x\"", "{}garbage"] {
        assert_eq!(readings(bytes.as_bytes()), 0, "{bytes}");
    }
    assert!(readings(br#"{"id": 1, "login": "ada"}"#) > 0);
}
