//! What people do, without a token: the page does it for them.

use super::Fake;
use super::state::{Deployment, Run, TokenKind};
use serde_json::json;

/// What a person's token may do here; GitHub narrows it by their role, which a test sets by itself.
const PERSON: &str = "metadata:read contents:write pull_requests:write issues:write statuses:write deployments:write \
                      actions:write checks:write members:read administration:read environments:read";

impl Fake {
    /// A token of a person.
    pub fn token_of(&self, login: &str) -> String {
        let secret = format!("token-of-{login}");
        self.with(|state| state.token(&secret, login, TokenKind::Person, PERSON));
        secret
    }

    /// Opens a pull request between two branches that were pushed.
    pub fn open(&self, by: &str, head: &str, base: &str, title: &str) -> u64 {
        self.sync_branches();
        self.write(|state, _| state.open_pull(by, head, base, title))
    }

    /// Opens a pull request from a fork; the commit is in the same repository on disk.
    pub fn open_from_fork(&self, by: &str, fork: &str, branch: &str, sha: &str, base: &str, title: &str) -> u64 {
        self.sync_branches();
        self.write(|state, _| {
            let number = state.open_pull(by, base, base, title);
            let pull = state.pulls.get_mut(&number).unwrap();
            pull.head_repo = Some(fork.to_owned());
            pull.head_ref = branch.to_owned();
            pull.head = sha.to_owned();
            pull.pushes[0].1 = sha.to_owned();
            number
        })
    }

    /// Branches that are new on disk are on GitHub, too. Those that moved are not: somebody pushes them.
    fn sync_branches(&self) {
        let known = self.git().branches();
        self.with(|state| {
            for (name, sha) in known {
                state.branches.entry(name).or_insert(sha);
            }
        });
    }

    /// Pushes a branch as it is on disk; pull requests from it follow. Gives its head.
    pub fn push(&self, by: &str, branch: &str) -> String {
        let head =
            self.git().resolve(&format!("refs/heads/{branch}")).unwrap_or_else(|| panic!("no branch `{branch}`"));
        self.write(|state, git| state.move_branch(by, branch, &head, git));
        head
    }

    /// Pushes a commit to the fork that a pull request comes from.
    pub fn push_to_fork(&self, by: &str, pull: u64, sha: &str) {
        self.write(|state, git| {
            state.tick();
            let before = state.pulls[&pull].head.clone();
            state.move_head(by, pull, sha, Some(&before), git);
        });
    }

    /// A review of the head as it is.
    fn review(&self, by: &str, pull: u64, verdict: &str, body: &str) -> u64 {
        self.write(|state, _| {
            let head = state.pulls[&pull].head.clone();
            state.add_review(by, pull, verdict, &head, body)
        })
    }

    pub fn approve(&self, by: &str, pull: u64) -> u64 {
        self.review(by, pull, "APPROVED", "")
    }

    /// Approves a commit that need not be the head: an old approval.
    pub fn approve_at(&self, by: &str, pull: u64, sha: &str) -> u64 {
        self.write(|state, _| state.add_review(by, pull, "APPROVED", sha, ""))
    }

    pub fn request_changes(&self, by: &str, pull: u64, body: &str) -> u64 {
        self.review(by, pull, "CHANGES_REQUESTED", body)
    }

    pub fn review_comment(&self, by: &str, pull: u64, body: &str) -> u64 {
        self.review(by, pull, "COMMENTED", body)
    }

    /// Takes somebody's review back.
    pub fn dismiss(&self, by: &str, pull: u64, review: u64) {
        self.write(|state, _| {
            state.tick();
            let found = state.pulls.get_mut(&pull).unwrap().reviews.iter_mut().find(|one| one.id == review).unwrap();
            let was = std::mem::replace(&mut found.state, "DISMISSED".to_owned()).to_lowercase();
            let more = json!({"dismissed_review": {"state": was, "review_id": review, "dismissal_message": null}});
            state.happened(pull, by, "review_dismissed", more);
        });
    }

    /// Comments on an issue or a pull request.
    pub fn comment(&self, by: &str, number: u64, body: &str) -> u64 {
        self.write(|state, _| state.add_comment(by, number, body, false))
    }

    /// Changes the text of a comment, one's own or another's.
    pub fn edit_comment_as(&self, by: &str, comment: u64, body: &str) {
        self.write(|state, _| state.change_comment(by, comment, body));
    }

    /// Reacts to a comment: it is newer, and was not edited.
    pub fn touch_comment(&self, comment: u64) {
        self.write(|state, _| {
            let now = state.tick();
            state.comments.get_mut(&comment).unwrap().updated_at = now;
        });
    }

    pub fn delete_comment(&self, comment: u64) {
        self.write(|state, _| {
            state.tick();
            state.comments.remove(&comment);
        });
    }

    pub fn label_as(&self, by: &str, number: u64, label: &str) {
        self.write(|state, _| state.add_label(by, number, label));
    }

    pub fn unlabel_as(&self, by: &str, number: u64, label: &str) {
        self.write(|state, _| state.take_label(by, number, label));
    }

    /// Another base for a pull request.
    pub fn retarget(&self, by: &str, pull: u64, base: &str) {
        self.write(|state, _| {
            state.tick();
            let head = state.branches.get(base).unwrap_or_else(|| panic!("no branch `{base}`")).clone();
            let found = state.pulls.get_mut(&pull).unwrap();
            base.clone_into(&mut found.base_ref);
            found.base = head;
            state.happened(pull, by, "base_ref_changed", json!({}));
        });
    }

    /// Another title or text for an issue or a pull request.
    pub fn edit(&self, by: &str, number: u64, title: &str, body: &str) {
        self.write(|state, _| {
            state.tick();
            let issue = state.issues.get_mut(&number).unwrap();
            let old = std::mem::replace(&mut issue.title, title.to_owned());
            body.clone_into(&mut issue.body);
            if old != title {
                state.happened(number, by, "renamed", json!({"rename": {"from": old, "to": title}}));
            }
        });
    }

    pub fn draft(&self, by: &str, pull: u64, draft: bool) {
        self.write(|state, _| {
            state.tick();
            state.pulls.get_mut(&pull).unwrap().draft = draft;
            state.happened(pull, by, if draft { "convert_to_draft" } else { "ready_for_review" }, json!({}));
        });
    }

    pub fn close(&self, by: &str, number: u64) {
        self.write(|state, _| state.set_open(by, number, false, None));
    }

    pub fn reopen(&self, by: &str, number: u64) {
        self.write(|state, _| state.set_open(by, number, true, None));
    }

    /// Merges a pull request: its base is now the commit that was made for it on disk.
    pub fn merge(&self, by: &str, pull: u64, commit: &str) {
        self.write(|state, git| {
            let base = state.pulls[&pull].base_ref.clone();
            let before = state.branches[&base].clone();
            state.set_open(by, pull, false, None);
            state.move_branch(by, &base, commit, git);
            let now = state.now;
            let found = state.pulls.get_mut(&pull).unwrap();
            found.base = before;
            found.merged_at = Some(now);
            found.merged_as = Some(commit.to_owned());
            state.happened(
                pull,
                by,
                "merged",
                json!({"commit_id": commit, "commit_url": state.url(&format!("commits/{commit}"))}),
            );
        });
    }

    /// A status by somebody.
    pub fn status_as(&self, by: &str, sha: &str, context: &str, state: &str, description: &str) {
        self.write(|all, _| all.add_status(by, sha, context, state, Some(description)));
    }

    /// An issue by somebody.
    pub fn issue(&self, by: &str, title: &str, body: &str, labels: &[&str]) -> u64 {
        self.write(|state, _| {
            let number = state.open_issue(by, title, body);
            labels.iter().for_each(|label| state.add_label(by, number, label));
            number
        })
    }

    /// A deployment with its last status, as a job with an `environment:` makes it.
    pub fn deployed(&self, by: &str, sha: &str, environment: &str, state: &str) -> u64 {
        self.write(|all, _| {
            let (id, at) = (all.fresh(), all.tick());
            let deployment = Deployment {
                id,
                sha: sha.to_owned(),
                reference: sha.to_owned(),
                task: "deploy".to_owned(),
                environment: environment.to_owned(),
                description: None,
                payload: json!({}),
                transient: false,
                by: by.to_owned(),
                at,
                statuses: vec![],
            };
            all.deployments.insert(id, deployment);
            if !state.is_empty() {
                all.add_deployment_status(by, id, state, "", "", true);
            }
            id
        })
    }

    /// A run of a workflow.
    pub fn run(&self, by: &str, event: &str, sha: &str, status: &str, conclusion: Option<&str>) -> u64 {
        self.write(|state, _| {
            let (id, at) = (state.fresh(), state.tick());
            let run = Run {
                id,
                name: "deploy".to_owned(),
                path: ".github/workflows/deploy.yml".to_owned(),
                event: event.to_owned(),
                head_branch: state.default_branch.clone(),
                head: sha.to_owned(),
                attempt: 1,
                status: status.to_owned(),
                conclusion: conclusion.map(str::to_owned),
                by: by.to_owned(),
                at,
            };
            state.runs.insert(id, run);
            id
        })
    }

    /// The run ends.
    pub fn run_ends(&self, run: u64, conclusion: &str) {
        self.write(|state, _| {
            state.tick();
            let found = state.runs.get_mut(&run).unwrap();
            found.status = "completed".to_owned();
            found.conclusion = Some(conclusion.to_owned());
        });
    }

    /// Becomes a member of a team.
    pub fn join(&self, login: &str, team: &str) {
        self.write(|state, _| {
            let found = state.teams.get_mut(team).unwrap_or_else(|| panic!("no team `{team}`"));
            found.pending.remove(login);
            found.members.insert(login.to_owned());
        });
    }

    /// Is no member any more.
    pub fn leave(&self, login: &str, team: &str) {
        self.write(|state, _| {
            state.teams.get_mut(team).unwrap_or_else(|| panic!("no team `{team}`")).members.remove(login)
        });
    }

    /// Time passes.
    pub fn pass(&self, seconds: i64) {
        self.with(|state| state.pass(seconds));
    }
}
