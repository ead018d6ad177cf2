//! What the stand-in remembers. Everything is open, so that a test may set what it needs.

use super::git::Git;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The number of GitHub's own account for `GITHUB_TOKEN`.
pub const ACTIONS_ID: u64 = 41_898_282;
/// The App behind it.
pub const ACTIONS_APP: u64 = 15_368;
/// Its login.
pub const ACTIONS: &str = "github-actions[bot]";

/// Somebody.
#[derive(Clone, Debug)]
pub struct User {
    pub id: u64,
    pub login: String,
    /// `User`, `Bot` or `Organization`.
    pub kind: &'static str,
    pub emails: Vec<String>,
    /// The account is gone: GitHub says null where it stood.
    pub gone: bool,
}

/// What a token is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TokenKind {
    /// An installation of an App.
    App,
    /// `GITHUB_TOKEN` of a workflow.
    Workflow,
    /// A person's.
    Person,
}

/// A token: who it speaks for, and what it may do. Areas are GitHub's words: `contents`, `pull_requests`, `issues`,
/// `statuses`, `deployments`, `actions`, `members`, `checks`, `metadata`, `administration`, `environments`.
#[derive(Clone, Debug)]
pub struct Token {
    pub login: String,
    pub kind: TokenKind,
    pub rights: BTreeMap<String, Level>,
}

/// How much of an area.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    None,
    Read,
    Write,
}

/// A team of the organisation.
#[derive(Clone, Default, Debug)]
pub struct Team {
    pub id: u64,
    pub slug: String,
    pub members: BTreeSet<String>,
    /// Invited, and no members yet.
    pub pending: BTreeSet<String>,
    pub parent: Option<String>,
    /// What the team may do in the repository: `pull`, `triage`, `push`, `maintain`, `admin`; `None`: nothing.
    pub permission: Option<String>,
}

/// An issue; each pull request is one, too.
#[derive(Clone, Debug)]
pub struct Issue {
    pub number: u64,
    pub title: String,
    pub body: String,
    pub by: String,
    pub via_app: bool,
    pub open: bool,
    pub reason: Option<String>,
    pub labels: Vec<String>,
    pub assignees: Vec<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub timeline: Vec<Happening>,
}

/// An entry of a timeline that is no comment, review or commit.
#[derive(Clone, Debug)]
pub struct Happening {
    pub id: u64,
    pub kind: String,
    pub by: String,
    pub at: Timestamp,
    /// Fields of this kind alone.
    pub more: Value,
}

/// A pull request, as far as it is more than an issue.
#[derive(Clone, Debug)]
pub struct Pull {
    pub number: u64,
    pub id: u64,
    pub head_ref: String,
    pub head: String,
    /// `owner/name` of a fork; `None`: it is gone.
    pub head_repo: Option<String>,
    pub base_ref: String,
    /// The head of the base branch when GitHub last looked.
    pub base: String,
    pub draft: bool,
    pub merged_at: Option<Timestamp>,
    pub merged_as: Option<String>,
    pub requested_people: Vec<String>,
    pub requested_teams: Vec<String>,
    pub reviews: Vec<Review>,
    /// Each head there was: when it was pushed, and by whom.
    pub pushes: Vec<(Timestamp, String, String)>,
}

impl Pull {
    /// When a commit came in.
    pub fn arrived(&self, sha: &str, git: &Git) -> Option<Timestamp> {
        self.pushes.iter().find(|(_, head, _)| head == sha || git.is_ancestor(sha, head)).map(|(at, ..)| *at)
    }
}

/// A review.
#[derive(Clone, Debug)]
pub struct Review {
    pub id: u64,
    pub by: String,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`, `DISMISSED`, `PENDING`.
    pub state: String,
    pub commit: String,
    pub body: String,
    pub at: Timestamp,
}

/// A comment on an issue or a pull request.
#[derive(Clone, Debug)]
pub struct Comment {
    pub id: u64,
    pub issue: u64,
    pub by: String,
    pub via_app: bool,
    pub body: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// Who changed its text last, and when. A reaction changes `updated_at` alone.
    pub edited: Option<(String, Timestamp)>,
}

/// A commit status.
#[derive(Clone, Debug)]
pub struct Status {
    pub id: u64,
    pub sha: String,
    pub context: String,
    pub state: String,
    pub description: Option<String>,
    pub target: Option<String>,
    pub by: String,
    pub at: Timestamp,
}

/// A deployment.
#[derive(Clone, Debug)]
pub struct Deployment {
    pub id: u64,
    pub sha: String,
    pub reference: String,
    pub task: String,
    pub environment: String,
    pub description: Option<String>,
    pub payload: Value,
    pub transient: bool,
    pub by: String,
    pub at: Timestamp,
    pub statuses: Vec<DeploymentStatus>,
}

/// A status of a deployment.
#[derive(Clone, Debug)]
pub struct DeploymentStatus {
    pub id: u64,
    pub state: String,
    pub description: String,
    pub target: String,
    pub by: String,
    pub at: Timestamp,
}

/// A run of a workflow.
#[derive(Clone, Debug)]
pub struct Run {
    pub id: u64,
    pub name: String,
    pub path: String,
    pub event: String,
    pub head_branch: String,
    pub head: String,
    pub attempt: u64,
    /// `queued`, `in_progress`, `completed`.
    pub status: String,
    pub conclusion: Option<String>,
    pub by: String,
    pub at: Timestamp,
}

/// One organisation with one repository, and everybody in it.
#[derive(Clone, Debug)]
pub struct State {
    /// `http://127.0.0.1:PORT`, set when the server starts.
    pub home: String,
    /// `/api/v3` on an Enterprise Server, else nothing.
    pub prefix: &'static str,
    pub owner: String,
    pub name: String,
    pub id: u64,
    pub private: bool,
    /// The owner is an organisation.
    pub organisation: bool,
    pub default_branch: String,
    pub users: BTreeMap<String, User>,
    pub tokens: BTreeMap<String, Token>,
    pub teams: BTreeMap<String, Team>,
    /// Roles: `read`, `triage`, `write`, `maintain`, `admin`, or a name of the organisation's own with the role it is
    /// built on after a `/`: `releaser/write`.
    pub collaborators: BTreeMap<String, String>,
    pub branches: BTreeMap<String, String>,
    pub issues: BTreeMap<u64, Issue>,
    pub pulls: BTreeMap<u64, Pull>,
    pub comments: BTreeMap<u64, Comment>,
    pub statuses: Vec<Status>,
    pub deployments: BTreeMap<u64, Deployment>,
    pub runs: BTreeMap<u64, Run>,
    /// Whole environments, as GitHub says them.
    pub environments: BTreeMap<String, Value>,
    /// For each environment, the patterns of branches that may be deployed to it.
    pub branch_policies: BTreeMap<String, Vec<String>>,
    /// For each branch, the list that `rules/branches/BRANCH` answers.
    pub rules: BTreeMap<String, Value>,
    pub rulesets: Vec<Value>,
    /// For each branch with classic protection, what it says.
    pub protection: BTreeMap<String, Value>,
    pub actions: Value,
    pub workflow: Value,
    pub codeowners_errors: Value,
    /// Files that are listed as modified with nothing changed and no patch, as GitHub does with very large answers.
    pub blind_files: BTreeSet<String>,
    /// Files that are counted and not listed.
    pub hidden_files: BTreeSet<String>,
    /// Trees are said to be cut off, whatever their size.
    pub truncated_trees: bool,
    /// What a team answers to a token without the right: 403, or 404 as some do.
    pub denied_team_status: u16,
    /// «Allow GitHub Actions to create and approve pull requests».
    pub actions_may_approve: bool,
    /// Rows of changed files come with zeros and without lines, as they do past some 20,000 lines.
    pub zeroed: bool,
    /// The most entries of one answer about a tree.
    pub most_entries: usize,
    pub now: Timestamp,
    /// How far the `Date` header is off, in seconds.
    pub skew: i64,
    next_id: u64,
    next_number: u64,
}

/// Rights in one line: `contents:read issues:write`.
pub fn rights(text: &str) -> BTreeMap<String, Level> {
    let words = text.split_whitespace().filter_map(|word| word.split_once(':'));
    words
        .map(|(area, level)| {
            let level = match level {
                "write" => Level::Write,
                "read" => Level::Read,
                "none" => Level::None,
                other => panic!("`{other}` is no level of a right"),
            };
            (area.to_owned(), level)
        })
        .collect()
}

const APP: &str = "metadata:read contents:read pull_requests:write issues:write statuses:write deployments:write \
                   actions:write checks:write members:read administration:read environments:read";
const WORKFLOW: &str = "metadata:read contents:read pull_requests:write issues:write statuses:write deployments:write \
                        actions:write checks:write";
const FORK: &str = "metadata:read contents:read pull_requests:read issues:read statuses:read deployments:read \
                    actions:read checks:read";

impl State {
    /// The App's token.
    pub const APP: &str = "token-of-the-app";
    /// The App's login.
    pub const APP_LOGIN: &str = "changeward[bot]";
    /// `GITHUB_TOKEN` of a workflow of the repository.
    pub const WORKFLOW: &str = "token-of-the-workflow";
    /// `GITHUB_TOKEN` of a workflow that a fork's pull request started.
    pub const FORK: &str = "token-of-the-fork";

    /// A repository `owner/name` of an organisation, with git's branches and nobody in it but bots.
    pub fn new(repository: &str, git: &Git) -> Self {
        let (owner, name) = repository.split_once('/').expect("owner/name");
        let mut state = Self {
            home: String::new(),
            prefix: "",
            owner: owner.to_owned(),
            name: name.to_owned(),
            id: 7001,
            private: true,
            organisation: true,
            default_branch: "main".to_owned(),
            users: BTreeMap::new(),
            tokens: BTreeMap::new(),
            teams: BTreeMap::new(),
            collaborators: BTreeMap::new(),
            branches: git.branches().into_iter().collect(),
            issues: BTreeMap::new(),
            pulls: BTreeMap::new(),
            comments: BTreeMap::new(),
            statuses: vec![],
            deployments: BTreeMap::new(),
            runs: BTreeMap::new(),
            environments: BTreeMap::new(),
            branch_policies: BTreeMap::new(),
            rules: BTreeMap::new(),
            rulesets: vec![],
            protection: BTreeMap::new(),
            actions: json!({"enabled": true, "allowed_actions": "all", "sha_pinning_required": false}),
            workflow: json!({"default_workflow_permissions": "read", "can_approve_pull_request_reviews": false}),
            codeowners_errors: json!([]),
            blind_files: BTreeSet::new(),
            hidden_files: BTreeSet::new(),
            truncated_trees: false,
            denied_team_status: 403,
            actions_may_approve: false,
            zeroed: false,
            most_entries: 100_000,
            now: "2026-11-23T09:00:00Z".parse().unwrap(),
            skew: 0,
            next_id: 100_000,
            next_number: 1,
        };
        state.add_user(owner, "Organization", 5001);
        state.add_user(ACTIONS, "Bot", ACTIONS_ID);
        state.add_user(Self::APP_LOGIN, "Bot", 90_001);
        state.token(Self::APP, Self::APP_LOGIN, TokenKind::App, APP);
        state.token(Self::WORKFLOW, ACTIONS, TokenKind::Workflow, WORKFLOW);
        state.token(Self::FORK, ACTIONS, TokenKind::Workflow, FORK);
        state
    }

    fn add_user(&mut self, login: &str, kind: &'static str, id: u64) -> &mut User {
        let user = User { id, login: login.to_owned(), kind, emails: vec![], gone: false };
        self.users.entry(login.to_owned()).or_insert(user)
    }

    /// A person, with a role in the repository (empty: none) and the address `LOGIN@acme.example`.
    pub fn person(&mut self, login: &str, role: &str) -> &mut User {
        let id = 1000 + self.users.len() as u64;
        if !role.is_empty() {
            self.collaborators.insert(login.to_owned(), role.to_owned());
        }
        let user = self.add_user(login, "User", id);
        user.emails = vec![format!("{login}@acme.example")];
        user
    }

    /// A bot.
    pub fn bot(&mut self, login: &str, role: &str) {
        let id = 1000 + self.users.len() as u64;
        if !role.is_empty() {
            self.collaborators.insert(login.to_owned(), role.to_owned());
        }
        self.add_user(login, "Bot", id);
    }

    /// A team with the right to push.
    pub fn team(&mut self, slug: &str, members: &[&str]) -> &mut Team {
        let id = 3000 + self.teams.len() as u64;
        let members = members.iter().map(|&login| login.to_owned()).collect();
        let permission = Some("push".to_owned());
        let team = Team { id, slug: slug.to_owned(), members, permission, ..Team::default() };
        self.teams.entry(slug.to_owned()).insert_entry(team).into_mut()
    }

    /// A token.
    pub fn token(&mut self, secret: &str, login: &str, kind: TokenKind, allowed: &str) {
        let token = Token { login: login.to_owned(), kind, rights: rights(allowed) };
        self.tokens.insert(secret.to_owned(), token);
    }

    /// Moves the clock to the next second: something was written.
    pub fn tick(&mut self) -> Timestamp {
        self.now += SignedDuration::from_secs(1);
        self.now
    }

    /// Moves the clock.
    pub fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    /// A number nothing else has.
    pub fn fresh(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Somebody by their login, in any spelling.
    pub fn user(&self, login: &str) -> Option<&User> {
        self.users.values().find(|user| user.login.eq_ignore_ascii_case(login))
    }

    /// Whose address it is.
    pub fn by_email(&self, email: &str) -> Option<&User> {
        self.users.values().find(|user| !user.gone && user.emails.iter().any(|mine| mine.eq_ignore_ascii_case(email)))
    }

    /// The role of somebody in the repository: GitHub's `role_name`, and the basic one it is built on.
    pub fn role(&self, login: &str) -> (String, String) {
        let direct = self
            .collaborators
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(login))
            .map(|(_, role)| role.clone());
        let through = self.teams.values().filter(|team| self.is_member(login, &team.slug)).filter_map(|team| {
            Some(match team.permission.as_deref()? {
                "pull" => "read",
                "push" => "write",
                other => other,
            })
        });
        let base = |role: &str| role.rsplit('/').next().unwrap_or(role).to_owned();
        let weight = |role: &str| {
            ["none", "read", "triage", "write", "maintain", "admin"].iter().position(|&known| known == base(role))
        };
        let best = through
            .map(str::to_owned)
            .chain(direct)
            .max_by_key(|role| weight(role))
            .unwrap_or_else(|| "none".to_owned());
        (best.split('/').next().unwrap_or_default().to_owned(), base(&best))
    }

    /// A member of the team or of one below it.
    pub fn is_member(&self, login: &str, slug: &str) -> bool {
        self.members(slug).iter().any(|known| known.eq_ignore_ascii_case(login))
    }

    /// The members of a team and of those below it.
    pub fn members(&self, slug: &str) -> BTreeSet<String> {
        let mut all = self.teams.get(slug).map(|team| team.members.clone()).unwrap_or_default();
        for child in self.teams.values().filter(|team| team.parent.as_deref() == Some(slug)) {
            all.extend(self.members(&child.slug));
        }
        all
    }

    /// An issue that somebody opens.
    pub fn open_issue(&mut self, by: &str, title: &str, body: &str) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        let now = self.tick();
        let issue = Issue {
            number,
            title: title.to_owned(),
            body: body.to_owned(),
            by: by.to_owned(),
            via_app: false,
            open: true,
            reason: None,
            labels: vec![],
            assignees: vec![],
            created_at: now,
            updated_at: now,
            closed_at: None,
            timeline: vec![],
        };
        self.issues.insert(number, issue);
        number
    }

    /// A pull request that somebody opens between two branches of the repository.
    pub fn open_pull(&mut self, by: &str, head_ref: &str, base_ref: &str, title: &str) -> u64 {
        let number = self.open_issue(by, title, "");
        let id = self.fresh();
        let head = self.branches.get(head_ref).unwrap_or_else(|| panic!("no branch `{head_ref}`")).clone();
        let base = self.branches.get(base_ref).unwrap_or_else(|| panic!("no branch `{base_ref}`")).clone();
        let pull = Pull {
            number,
            id,
            head_ref: head_ref.to_owned(),
            head,
            head_repo: Some(format!("{}/{}", self.owner, self.name)),
            base_ref: base_ref.to_owned(),
            base,
            draft: false,
            merged_at: None,
            merged_as: None,
            requested_people: vec![],
            requested_teams: vec![],
            reviews: vec![],
            pushes: vec![],
        };
        let pushed = (self.now, pull.head.clone(), by.to_owned());
        let pull = Pull { pushes: vec![pushed], ..pull };
        self.pulls.insert(number, pull);
        number
    }

    /// An entry of a timeline.
    pub fn happened(&mut self, number: u64, by: &str, kind: &str, more: Value) {
        let (id, at) = (self.fresh(), self.now);
        let issue = self.issues.get_mut(&number).expect("an issue");
        issue.updated_at = at;
        issue.timeline.push(Happening { id, kind: kind.to_owned(), by: by.to_owned(), at, more });
    }

    /// A comment.
    pub fn add_comment(&mut self, by: &str, number: u64, body: &str, via_app: bool) -> u64 {
        let (id, now) = (self.fresh(), self.tick());
        self.issues.get_mut(&number).expect("an issue").updated_at = now;
        let comment = Comment {
            id,
            issue: number,
            by: by.to_owned(),
            via_app,
            body: body.to_owned(),
            created_at: now,
            updated_at: now,
            edited: None,
        };
        self.comments.insert(id, comment);
        id
    }

    /// Changes a comment's text.
    pub fn change_comment(&mut self, by: &str, id: u64, body: &str) {
        let now = self.tick();
        let comment = self.comments.get_mut(&id).expect("a comment");
        comment.body = body.to_owned();
        comment.updated_at = now;
        comment.edited = Some((by.to_owned(), now));
    }

    /// A review of a commit; whoever gives one is no longer asked for it.
    pub fn add_review(&mut self, by: &str, number: u64, state: &str, commit: &str, body: &str) -> u64 {
        let (id, at) = (self.fresh(), self.tick());
        let teams: Vec<String> = self.teams.keys().filter(|slug| self.is_member(by, slug)).cloned().collect();
        let pull = self.pulls.get_mut(&number).expect("a pull request");
        let text = |text: &str| text.to_owned();
        pull.reviews.push(Review { id, by: text(by), state: text(state), commit: text(commit), body: text(body), at });
        pull.requested_people.retain(|login| !login.eq_ignore_ascii_case(by));
        pull.requested_teams.retain(|slug| !teams.contains(slug));
        self.issues.get_mut(&number).expect("its issue").updated_at = at;
        id
    }

    /// A status. GitHub keeps them all.
    pub fn add_status(&mut self, by: &str, sha: &str, context: &str, state: &str, description: Option<&str>) {
        let (id, at) = (self.fresh(), self.tick());
        let text = |text: &str| text.to_owned();
        let description = description.map(text);
        self.statuses.push(Status {
            id,
            sha: text(sha),
            context: text(context),
            state: text(state),
            description,
            target: None,
            by: text(by),
            at,
        });
    }

    /// Puts a label on an issue, once.
    pub fn add_label(&mut self, by: &str, number: u64, label: &str) {
        let issue = self.issues.get_mut(&number).expect("an issue");
        if !issue.labels.iter().any(|known| known.eq_ignore_ascii_case(label)) {
            issue.labels.push(label.to_owned());
            self.tick();
            self.happened(number, by, "labeled", json!({"label": {"name": label, "color": "ededed"}}));
        }
    }

    /// Takes a label off an issue; whether it was there.
    pub fn take_label(&mut self, by: &str, number: u64, label: &str) -> bool {
        let issue = self.issues.get_mut(&number).expect("an issue");
        let before = issue.labels.len();
        issue.labels.retain(|known| !known.eq_ignore_ascii_case(label));
        let gone = issue.labels.len() < before;
        if gone {
            self.tick();
            self.happened(number, by, "unlabeled", json!({"label": {"name": label, "color": "ededed"}}));
        }
        gone
    }

    /// Opens or closes an issue.
    pub fn set_open(&mut self, by: &str, number: u64, open: bool, reason: Option<&str>) {
        let now = self.tick();
        let issue = self.issues.get_mut(&number).expect("an issue");
        if issue.open == open {
            return;
        }
        issue.open = open;
        issue.closed_at = (!open).then_some(now);
        issue.reason = if open { Some("reopened".to_owned()) } else { Some(reason.unwrap_or("completed").to_owned()) };
        let more = if open { json!({}) } else { json!({"commit_id": null, "commit_url": null}) };
        self.happened(number, by, if open { "reopened" } else { "closed" }, more);
    }

    /// A branch is somewhere else now; open pull requests from it follow.
    pub fn move_branch(&mut self, by: &str, branch: &str, to: &str, git: &Git) {
        self.tick();
        let before = self.branches.insert(branch.to_owned(), to.to_owned());
        let here = format!("{}/{}", self.owner, self.name);
        let numbers: Vec<u64> = self
            .pulls
            .values()
            .filter(|pull| {
                pull.head_ref == branch && pull.head_repo.as_ref() == Some(&here) && self.issues[&pull.number].open
            })
            .map(|pull| pull.number)
            .collect();
        for number in numbers {
            self.move_head(by, number, to, before.as_deref(), git);
        }
    }

    /// The head of one pull request is somewhere else now.
    pub fn move_head(&mut self, by: &str, number: u64, to: &str, before: Option<&str>, git: &Git) {
        let pull = self.pulls.get_mut(&number).expect("a pull request");
        pull.head = to.to_owned();
        pull.pushes.push((self.now, to.to_owned(), by.to_owned()));
        if let Some(base) = self.branches.get(&pull.base_ref) {
            pull.base = base.clone();
        }
        if before.is_some_and(|before| !git.is_ancestor(before, to)) {
            self.happened(
                number,
                by,
                "head_ref_force_pushed",
                json!({"commit_id": to, "commit_url": self.url(&format!("commits/{to}"))}),
            );
        }
        let now = self.now;
        self.issues.get_mut(&number).expect("its issue").updated_at = now;
    }

    /// An address of the interface, inside the repository.
    pub fn url(&self, rest: &str) -> String {
        format!("{}{}/repos/{}/{}/{rest}", self.home, self.prefix, self.owner, self.name)
    }

    /// An address of a page, inside the repository.
    pub fn page(&self, rest: &str) -> String {
        format!("{}/{}/{}/{rest}", self.home, self.owner, self.name)
    }
}
