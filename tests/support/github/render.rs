//! What is remembered, in GitHub's words. Only what means something stands here; what GitHub always sends besides is
//! filled in from its description.

use super::git::{Commit, Git, Row};
use super::state::*;
use jiff::Timestamp;
use serde_json::{Value, json};

/// A moment as GitHub writes it.
pub fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

impl State {
    /// Somebody; null when the account is gone.
    pub fn say_user(&self, login: &str) -> Value {
        match self.user(login) {
            Some(user) if !user.gone => json!({
                "login": user.login, "id": user.id, "node_id": format!("U_{}", user.id), "type": user.kind,
                "html_url": format!("{}/{}", self.home, user.login), "site_admin": false,
            }),
            _ => Value::Null,
        }
    }

    /// Somebody, where GitHub never says null: its account for those who are gone.
    fn say_user_or_ghost(&self, login: &str) -> Value {
        let user = self.say_user(login);
        if user.is_null() {
            json!({"login": "ghost", "id": 10137, "node_id": "U_10137", "type": "User", "site_admin": false})
        } else {
            user
        }
    }

    /// The App that wrote something in its own name; a workflow's token is one, too.
    pub fn say_app(&self, by: &str, by_app: bool) -> Value {
        if !by_app {
            return Value::Null;
        }
        let (id, slug) = if by == ACTIONS { (ACTIONS_APP, "github-actions") } else { (8001, "changeward") };
        json!({"id": id, "slug": slug, "name": slug, "owner": self.say_user(&self.owner), "permissions": {}, "events": []})
    }

    /// The repository, as it stands inside other things.
    pub fn say_repo(&self) -> Value {
        json!({
            "id": self.id, "node_id": format!("R_{}", self.id), "name": self.name, "full_name": format!("{}/{}", self.owner, self.name),
            "owner": self.say_user(&self.owner), "private": self.private, "fork": false, "default_branch": self.default_branch,
            "html_url": self.page("").trim_end_matches('/'), "url": self.url("").trim_end_matches('/'),
            "visibility": if self.private { "private" } else { "public" },
        })
    }

    fn say_head_repo(&self, name: Option<&String>) -> Value {
        let here = format!("{}/{}", self.owner, self.name);
        match name {
            None => Value::Null,
            Some(name) if *name == here => self.say_repo(),
            Some(name) => {
                let (owner, short) = name.split_once('/').expect("owner/name");
                json!({"id": 7100, "node_id": "R_7100", "name": short, "full_name": name, "owner": self.say_user_or_ghost(owner),
                    "private": self.private, "fork": true, "default_branch": self.default_branch})
            }
        }
    }

    pub fn say_team(&self, slug: &str) -> Value {
        let team = &self.teams[slug];
        json!({
            "id": team.id, "node_id": format!("T_{}", team.id), "name": team.slug, "slug": team.slug, "privacy": "closed",
            "permission": team.permission.as_deref().unwrap_or("pull"), "description": null,
            "notification_setting": "notifications_enabled",
        })
    }

    fn say_label(&self, name: &str) -> Value {
        let id = name.bytes().fold(900_000_u64, |sum, byte| sum * 31 % 1_000_003 + u64::from(byte));
        json!({"id": id, "node_id": format!("LA_{id}"), "name": name, "color": "ededed", "default": false, "description": ""})
    }

    pub fn say_labels(&self, number: u64) -> Vec<Value> {
        self.issues[&number].labels.iter().map(|name| self.say_label(name)).collect()
    }

    /// A pull request as lists say it.
    pub fn say_pull_short(&self, number: u64) -> Value {
        let (pull, issue) = (&self.pulls[&number], &self.issues[&number]);
        let author = self.say_user_or_ghost(&issue.by);
        let side = |label: String, name: &str, sha: &str, user: Value, repo: Value| json!({"label": label, "ref": name, "sha": sha, "user": user, "repo": repo});
        let head_owner = pull.head_repo.as_deref().and_then(|name| name.split('/').next()).unwrap_or("unknown");
        let link = |rest: &str| json!({"href": self.url(rest)});
        json!({
            "id": pull.id, "node_id": format!("PR_{}", pull.id), "number": number, "title": issue.title,
            "body": if issue.body.is_empty() { Value::Null } else { issue.body.clone().into() },
            "user": author, "state": if issue.open { "open" } else { "closed" }, "locked": false, "draft": pull.draft,
            "head": side(format!("{head_owner}:{}", pull.head_ref), &pull.head_ref, &pull.head, self.say_user(head_owner), self.say_head_repo(pull.head_repo.as_ref())),
            "base": side(format!("{}:{}", self.owner, pull.base_ref), &pull.base_ref, &pull.base, self.say_user(&self.owner), self.say_repo()),
            "labels": self.say_labels(number),
            "assignees": issue.assignees.iter().map(|login| self.say_user(login)).collect::<Vec<_>>(),
            "requested_reviewers": pull.requested_people.iter().map(|login| self.say_user(login)).collect::<Vec<_>>(),
            "requested_teams": pull.requested_teams.iter().map(|slug| self.say_team(slug)).collect::<Vec<_>>(),
            "created_at": moment(issue.created_at), "updated_at": moment(issue.updated_at),
            "closed_at": issue.closed_at.map(moment), "merged_at": pull.merged_at.map(moment),
            "merge_commit_sha": pull.merged_as, "author_association": self.association(&issue.by),
            "html_url": self.page(&format!("pull/{number}")), "url": self.url(&format!("pulls/{number}")),
            "issue_url": self.url(&format!("issues/{number}")), "statuses_url": self.url(&format!("statuses/{}", pull.head)),
            "_links": {
                "self": link(&format!("pulls/{number}")), "html": {"href": self.page(&format!("pull/{number}"))},
                "issue": link(&format!("issues/{number}")), "comments": link(&format!("issues/{number}/comments")),
                "commits": link(&format!("pulls/{number}/commits")), "statuses": link(&format!("statuses/{}", pull.head)),
            },
        })
    }

    /// A pull request as it says itself: with what it counts.
    pub fn say_pull(&self, number: u64, git: &Git) -> Value {
        let pull = &self.pulls[&number];
        let mut said = self.say_pull_short(number);
        let (old, commits) = self.span(pull, git);
        let rows = self.rows(&old, &pull.head, git);
        said["merged"] = pull.merged_at.is_some().into();
        said["mergeable"] = if self.issues[&number].open { true.into() } else { Value::Null };
        said["mergeable_state"] = "blocked".into();
        said["changed_files"] = rows.len().into();
        said["commits"] = commits.len().into();
        said["additions"] = rows.iter().map(|row| row.added).sum::<u64>().into();
        said["deletions"] = rows.iter().map(|row| row.removed).sum::<u64>().into();
        said["comments"] = self.comments.values().filter(|comment| comment.issue == number).count().into();
        said
    }

    /// Where a pull request parted from its base, and its commits.
    pub fn span(&self, pull: &Pull, git: &Git) -> (String, Vec<String>) {
        let base =
            if pull.merged_at.is_some() { &pull.base } else { self.branches.get(&pull.base_ref).unwrap_or(&pull.base) };
        let old = git.merge_base(base, &pull.head).unwrap_or_else(|| base.clone());
        let commits = git.between(base, &pull.head);
        (old, commits)
    }

    /// The changed files of a pull request, as GitHub counts them and as it lists them.
    pub fn rows(&self, old: &str, head: &str, git: &Git) -> Vec<Row> {
        let mut rows = git.rows(old, head).unwrap_or_default();
        for row in rows.iter_mut().filter(|row| self.blind_files.contains(&row.path)) {
            (row.added, row.removed, row.patch) = (0, 0, None);
        }
        rows
    }

    pub fn say_row(&self, row: &Row, at: &str) -> Value {
        let mut said = json!({
            "sha": row.sha, "filename": row.path, "status": row.status, "additions": row.added, "deletions": row.removed,
            "changes": row.added + row.removed, "contents_url": self.url(&format!("contents/x?ref={at}")),
        });
        match &row.patch {
            _ if self.zeroed => ["additions", "deletions", "changes"].iter().for_each(|count| said[*count] = 0.into()),
            Some(patch) => said["patch"] = patch.clone().into(),
            None => {}
        }
        if let Some(old) = &row.old {
            said["previous_filename"] = old.clone().into();
        }
        said
    }

    pub fn say_commit(&self, commit: &Commit) -> Value {
        let account = |email: &str| self.by_email(email).map_or(Value::Null, |user| self.say_user(&user.login));
        let who = |(name, email, date): &(String, String, String)| json!({"name": name, "email": email, "date": date});
        json!({
            "sha": commit.sha, "node_id": format!("C_{}", commit.sha), "url": self.url(&format!("commits/{}", commit.sha)),
            "html_url": self.page(&format!("commit/{}", commit.sha)),
            "author": account(&commit.author.1), "committer": account(&commit.committer.1),
            "commit": {
                "author": who(&commit.author), "committer": who(&commit.committer), "message": commit.message,
                "tree": {"sha": commit.tree, "url": self.url(&format!("git/trees/{}", commit.tree))},
                "url": self.url(&format!("git/commits/{}", commit.sha)), "comment_count": 0,
            },
            "parents": commit.parents.iter().map(|sha| json!({"sha": sha, "url": self.url(&format!("commits/{sha}"))})).collect::<Vec<_>>(),
        })
    }

    pub fn say_review(&self, number: u64, review: &Review) -> Value {
        let page = self.page(&format!("pull/{number}#pullrequestreview-{}", review.id));
        let mut said = json!({
            "id": review.id, "node_id": format!("PRR_{}", review.id), "user": self.say_user(&review.by), "body": review.body,
            "state": review.state, "html_url": page, "pull_request_url": self.url(&format!("pulls/{number}")),
            "commit_id": review.commit, "author_association": self.association(&review.by),
            "_links": {"html": {"href": page}, "pull_request": {"href": self.url(&format!("pulls/{number}"))}},
        });
        if review.state != "PENDING" {
            said["submitted_at"] = moment(review.at).into();
        }
        said
    }

    pub fn say_comment(&self, comment: &Comment) -> Value {
        json!({
            "id": comment.id, "node_id": format!("IC_{}", comment.id), "user": self.say_user(&comment.by), "body": comment.body,
            "created_at": moment(comment.created_at), "updated_at": moment(comment.updated_at),
            "html_url": self.page(&format!("issues/{}#issuecomment-{}", comment.issue, comment.id)),
            "url": self.url(&format!("issues/comments/{}", comment.id)), "issue_url": self.url(&format!("issues/{}", comment.issue)),
            "author_association": self.association(&comment.by), "performed_via_github_app": self.say_app(&comment.by, comment.via_app),
        })
    }

    pub fn say_issue(&self, number: u64) -> Value {
        let issue = &self.issues[&number];
        let assignees: Vec<Value> = issue.assignees.iter().map(|login| self.say_user(login)).collect();
        let mut said = json!({
            "id": 500_000 + number, "node_id": format!("I_{number}"), "number": number, "title": issue.title, "body": issue.body,
            "user": self.say_user(&issue.by), "state": if issue.open { "open" } else { "closed" }, "state_reason": issue.reason,
            "labels": self.say_labels(number), "assignee": assignees.first().cloned().unwrap_or(Value::Null), "assignees": assignees,
            "comments": self.comments.values().filter(|comment| comment.issue == number).count(), "locked": false,
            "created_at": moment(issue.created_at), "updated_at": moment(issue.updated_at), "closed_at": issue.closed_at.map(moment),
            "html_url": self.page(&format!("issues/{number}")), "url": self.url(&format!("issues/{number}")),
            "repository_url": self.url("").trim_end_matches('/'), "author_association": self.association(&issue.by),
            "performed_via_github_app": self.say_app(&issue.by, issue.via_app),
        });
        if let Some(pull) = self.pulls.get(&number) {
            said["html_url"] = self.page(&format!("pull/{number}")).into();
            said["draft"] = pull.draft.into();
            said["pull_request"] = json!({
                "url": self.url(&format!("pulls/{number}")), "html_url": self.page(&format!("pull/{number}")),
                "diff_url": self.page(&format!("pull/{number}.diff")), "patch_url": self.page(&format!("pull/{number}.patch")),
                "merged_at": pull.merged_at.map(moment),
            });
        }
        said
    }

    pub fn say_status(&self, status: &Status) -> Value {
        json!({
            "id": status.id, "node_id": format!("SC_{}", status.id), "state": status.state, "context": status.context,
            "description": status.description, "target_url": status.target, "creator": self.say_user(&status.by),
            "created_at": moment(status.at), "updated_at": moment(status.at), "url": self.url(&format!("statuses/{}", status.sha)),
            "avatar_url": null,
        })
    }

    pub fn say_deployment(&self, deployment: &Deployment) -> Value {
        let updated = deployment.statuses.last().map_or(deployment.at, |status| status.at);
        json!({
            "id": deployment.id, "node_id": format!("DE_{}", deployment.id), "sha": deployment.sha, "ref": deployment.reference,
            "task": deployment.task, "environment": deployment.environment, "original_environment": deployment.environment,
            "description": deployment.description, "payload": deployment.payload, "creator": self.say_user(&deployment.by),
            "created_at": moment(deployment.at), "updated_at": moment(updated), "transient_environment": deployment.transient,
            "production_environment": deployment.environment == "production",
            "url": self.url(&format!("deployments/{}", deployment.id)),
            "statuses_url": self.url(&format!("deployments/{}/statuses", deployment.id)), "repository_url": self.url("").trim_end_matches('/'),
        })
    }

    pub fn say_deployment_status(&self, deployment: &Deployment, status: &DeploymentStatus) -> Value {
        json!({
            "id": status.id, "node_id": format!("DES_{}", status.id), "state": status.state, "description": status.description,
            "target_url": status.target, "log_url": status.target, "environment": deployment.environment, "environment_url": "",
            "creator": self.say_user(&status.by), "created_at": moment(status.at), "updated_at": moment(status.at),
            "deployment_url": self.url(&format!("deployments/{}", deployment.id)), "repository_url": self.url("").trim_end_matches('/'),
            "url": self.url(&format!("deployments/{}/statuses/{}", deployment.id, status.id)),
        })
    }

    pub fn say_run(&self, run: &Run) -> Value {
        json!({
            "id": run.id, "node_id": format!("WFR_{}", run.id), "name": run.name, "path": run.path, "event": run.event,
            "head_branch": run.head_branch, "head_sha": run.head, "run_number": 1, "run_attempt": run.attempt, "status": run.status,
            "conclusion": run.conclusion, "actor": self.say_user(&run.by), "triggering_actor": self.say_user(&run.by),
            "created_at": moment(run.at), "updated_at": moment(run.at), "run_started_at": moment(run.at), "pull_requests": [],
            "html_url": self.page(&format!("actions/runs/{}", run.id)), "url": self.url(&format!("actions/runs/{}", run.id)),
            "repository": self.say_repo(), "head_repository": self.say_repo(), "display_title": run.name, "workflow_id": 6001,
        })
    }

    /// Everything that happened to an issue or a pull request, oldest first.
    pub fn say_timeline(&self, number: u64, git: &Git) -> Vec<Value> {
        let issue = &self.issues[&number];
        let mut dated: Vec<(Timestamp, Value)> = Vec::new();
        if let Some(pull) = self.pulls.get(&number) {
            for sha in self.span(pull, git).1 {
                let said = self.say_commit(&git.commit(&sha).expect("its commit"));
                let mut entry = json!({"event": "committed", "sha": sha, "node_id": said["node_id"], "url": said["commit"]["url"], "html_url": said["html_url"]});
                for key in ["author", "committer", "message", "tree"] {
                    entry[key] = said["commit"][key].clone();
                }
                entry["parents"] = said["parents"].clone();
                for parent in entry["parents"].as_array_mut().unwrap() {
                    parent["html_url"] = said["html_url"].clone();
                }
                entry["verification"] = json!({"verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null});
                dated.push((pull.arrived(&sha, git).unwrap_or(issue.created_at), entry));
            }
            for review in pull.reviews.iter().filter(|review| review.state != "PENDING") {
                let mut said = self.say_review(number, review);
                said["event"] = "reviewed".into();
                said["state"] = review.state.to_lowercase().into();
                said["user"] = self.say_user_or_ghost(&review.by);
                dated.push((review.at, said));
            }
        }
        for comment in self.comments.values().filter(|comment| comment.issue == number) {
            let mut said = self.say_comment(comment);
            said["event"] = "commented".into();
            said["user"] = self.say_user_or_ghost(&comment.by);
            said["actor"] = said["user"].clone();
            dated.push((comment.created_at, said));
        }
        for entry in &issue.timeline {
            let mut said = json!({
                "id": entry.id, "node_id": format!("EV_{}", entry.id), "url": self.url(&format!("issues/events/{}", entry.id)),
                "event": entry.kind, "actor": self.say_user_or_ghost(&entry.by), "commit_id": null, "commit_url": null,
                "created_at": moment(entry.at), "performed_via_github_app": null,
            });
            for (key, value) in entry.more.as_object().unwrap() {
                said[key] = value.clone();
            }
            dated.push((entry.at, said));
        }
        dated.sort_by_key(|(at, _)| *at);
        dated.into_iter().map(|(_, entry)| entry).collect()
    }

    fn association(&self, login: &str) -> &'static str {
        if self.user(login).is_some_and(|user| user.kind == "Bot") {
            return "NONE";
        }
        if self.role(login).1 == "none" { "CONTRIBUTOR" } else { "MEMBER" }
    }
}
