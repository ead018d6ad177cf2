//! What GitHub tells a workflow: the shapes of real payloads, with what is remembered in them.

use super::Fake;
use super::contract::Contract;
use super::state::State;
use serde_json::{Value, json};

const OPENED: &str = include_str!("payloads/pull_request.opened.json");
const SYNCHRONIZE: &str = include_str!("payloads/pull_request.synchronize.json");
const LABELED: &str = include_str!("payloads/pull_request.labeled.json");
const REVIEW: &str = include_str!("payloads/pull_request_review.submitted.json");
const COMMENT: &str = include_str!("payloads/issue_comment.created.issue.json");
const MERGE_GROUP: &str = include_str!("payloads/merge_group.checks_requested.json");
const PUSH: &str = include_str!("payloads/push.json");
const DEPLOYMENT: &str = include_str!("payloads/deployment.created.json");
const WORKFLOW_RUN: &str = include_str!("payloads/workflow_run.completed.json");
const DISPATCH: &str = include_str!("payloads/workflow_dispatch.json");

fn shape(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// Puts what is remembered over what the example says; what is not remembered stays as GitHub's example has it.
fn over(example: &mut Value, said: &Value) {
    match (example, said) {
        (Value::Object(fields), Value::Object(more)) => {
            for (key, value) in more {
                over(fields.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (example, said) => *example = said.clone(),
    }
}

impl Fake {
    /// The payload of an event, for `GITHUB_EVENT_PATH`. `args` says what it is about:
    ///
    /// | event | args |
    /// | --- | --- |
    /// | `pull_request`, `pull_request_target` | `number`, `by`, `action`; `label`; `before`; `changes` |
    /// | `pull_request_review` | `number`, `review` |
    /// | `issue_comment` | `comment`, `action` |
    /// | `merge_group` | `head`, `base` (branch), `number` |
    /// | `push` | `branch`, `before`, `after`, `by` |
    /// | `deployment` | `deployment` |
    /// | `workflow_run` | `run`, `number` (of a pull request) |
    /// | `workflow_dispatch` | `inputs`, `by` |
    /// | `schedule` | `schedule` |
    pub fn event(&self, name: &str, args: &Value) -> Value {
        let git = self.git().clone();
        self.with(|state| {
            let mut event = match name {
                "pull_request" | "pull_request_target" => pull(state, args, |number| state.say_pull(number, &git)),
                "pull_request_review" => review(state, args),
                "issue_comment" => comment(state, args),
                "merge_group" => merge_group(state, args),
                "push" => push(state, args, &git),
                "deployment" => deployment(state, args),
                "workflow_run" => workflow_run(state, args),
                "workflow_dispatch" => dispatch(args),
                "schedule" => json!({"schedule": args["schedule"], "workflow": ".github/workflows/reevaluate.yml"}),
                other => panic!("no payload of `{other}`"),
            };
            let mut repository = event["repository"].take();
            if repository.is_null() {
                repository = shape(OPENED)["repository"].take();
            }
            over(&mut repository, &state.say_repo());
            event["repository"] = repository;
            if let Some(by) = args["by"].as_str() {
                over(&mut event["sender"], &state.say_user(by));
            }
            if state.organisation {
                event["organization"] =
                    json!({"login": state.owner, "id": state.user(&state.owner).map(|user| user.id)});
            }
            event.as_object_mut().unwrap().remove("installation");
            event
        })
    }
}

fn word<'a>(args: &'a Value, name: &str, usual: &'a str) -> &'a str {
    args[name].as_str().unwrap_or(usual)
}

fn pull(state: &State, args: &Value, say: impl Fn(u64) -> Value) -> Value {
    let (number, action) = (args["number"].as_u64().unwrap(), word(args, "action", "opened"));
    let mut event = shape(match action {
        "synchronize" => SYNCHRONIZE,
        "labeled" | "unlabeled" => LABELED,
        _ => OPENED,
    });
    over(&mut event["pull_request"], &say(number));
    event["action"] = action.into();
    event["number"] = number.into();
    if action == "edited" {
        event["changes"] = if args["changes"].is_null() { json!({}) } else { args["changes"].clone() };
    }
    if let Some(label) = args["label"].as_str() {
        event["label"]["name"] = label.into();
    }
    if action == "synchronize" {
        event["before"] = args["before"].clone();
        event["after"] = state.pulls[&number].head.clone().into();
    }
    event
}

fn review(state: &State, args: &Value) -> Value {
    let number = args["number"].as_u64().unwrap();
    let found = state.pulls[&number].reviews.iter().find(|one| args["review"] == one.id).expect("a review");
    let mut event = shape(REVIEW);
    event["action"] = word(args, "action", "submitted").into();
    over(&mut event["review"], &state.say_review(number, found));
    // Events write the state in small letters, the interface does not.
    event["review"]["state"] = found.state.to_lowercase().into();
    over(&mut event["pull_request"], &state.say_pull_short(number));
    over(&mut event["sender"], &state.say_user(&found.by));
    event
}

fn comment(state: &State, args: &Value) -> Value {
    let found = &state.comments[&args["comment"].as_u64().unwrap()];
    let mut event = shape(COMMENT);
    event["action"] = word(args, "action", "created").into();
    over(&mut event["comment"], &state.say_comment(found));
    over(&mut event["issue"], &state.say_issue(found.issue));
    over(&mut event["sender"], &state.say_user(&found.by));
    if event["action"] == "edited" {
        event["changes"] = json!({"body": {"from": ""}});
    }
    event
}

fn merge_group(state: &State, args: &Value) -> Value {
    let base = word(args, "base", &state.default_branch);
    let base_sha = state.branches[base].clone();
    let number = args["number"].as_u64().unwrap();
    let mut event = shape(MERGE_GROUP);
    event["action"] = word(args, "action", "checks_requested").into();
    let group = &mut event["merge_group"];
    group["head_sha"] = args["head"].clone();
    group["head_ref"] = format!("refs/heads/gh-readonly-queue/{base}/pr-{number}-{base_sha}").into();
    group["base_ref"] = format!("refs/heads/{base}").into();
    group["base_sha"] = base_sha.into();
    group["head_commit"]["id"] = args["head"].clone();
    event
}

fn push(state: &State, args: &Value, git: &super::Git) -> Value {
    let branch = word(args, "branch", &state.default_branch);
    let after = word(args, "after", &state.branches[branch]);
    let mut event = shape(PUSH);
    event["ref"] = format!("refs/heads/{branch}").into();
    event["before"] = args["before"].clone();
    event["after"] = after.into();
    event["base_ref"] = Value::Null;
    let say = |sha: &str| {
        let commit = git.commit(sha).expect("a commit");
        let who = |(name, email, _): &(String, String, String)| json!({"name": name, "email": email});
        json!({"id": sha, "tree_id": commit.tree, "distinct": true, "message": commit.message, "timestamp": commit.committer.2,
            "url": state.page(&format!("commit/{sha}")), "author": who(&commit.author), "committer": who(&commit.committer),
            "added": [], "removed": [], "modified": []})
    };
    let before = args["before"].as_str().unwrap_or(after);
    event["commits"] = git.between(before, after).iter().map(|sha| say(sha)).collect();
    // A branch that is gone ends at no commit.
    event["head_commit"] = if git.commit(after).is_some() { say(after) } else { Value::Null };
    event["forced"] = (!git.is_ancestor(before, after)).into();
    if let Some(by) = args["by"].as_str() {
        event["pusher"] = json!({"name": by, "email": format!("{by}@acme.example")});
    }
    event
}

fn deployment(state: &State, args: &Value) -> Value {
    let found = &state.deployments[&args["deployment"].as_u64().unwrap()];
    let mut event = shape(DEPLOYMENT);
    over(&mut event["deployment"], &state.say_deployment(found));
    over(&mut event["sender"], &state.say_user(&found.by));
    event
}

fn workflow_run(state: &State, args: &Value) -> Value {
    let found = &state.runs[&args["run"].as_u64().unwrap()];
    let mut event = shape(WORKFLOW_RUN);
    event["action"] = word(args, "action", "completed").into();
    over(&mut event["workflow_run"], &state.say_run(found));
    over(&mut event["sender"], &state.say_user(&found.by));
    if let Some(number) = args["number"].as_u64() {
        let pull = &state.pulls[&number];
        let repo = json!({"id": state.id, "url": state.url("").trim_end_matches('/'), "name": state.name});
        event["workflow_run"]["pull_requests"] = json!([{
            "id": pull.id, "number": number, "url": state.url(&format!("pulls/{number}")),
            "head": {"ref": pull.head_ref, "sha": pull.head, "repo": repo},
            "base": {"ref": pull.base_ref, "sha": pull.base, "repo": repo},
        }]);
    }
    event
}

fn dispatch(args: &Value) -> Value {
    let mut event = shape(DISPATCH);
    event["inputs"] = args["inputs"].clone();
    event["ref"] = word(args, "ref", "refs/heads/main").into();
    event
}

/// Every operation of the description is served, and the other way round.
pub fn unserved() -> Vec<String> {
    let served: Vec<&str> = super::routes::all().map(|route| route.name).collect();
    let known: Vec<&str> = Contract::get().names().collect();
    let missing = known.iter().filter(|name| !served.contains(name));
    let unknown = served.iter().filter(|name| !known.contains(name));
    missing.chain(unknown).map(|name| (*name).to_owned()).collect()
}
