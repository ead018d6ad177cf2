//! The client and the stand-in of GitHub talk: every verb is understood, nothing is asked that GitHub's description does
//! not know, and what goes wrong in between is never done twice.

#![cfg(feature = "github")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops where it fails"
)]

#[path = "support/github/mod.rs"]
mod fake;
#[path = "support/temp_repo.rs"]
mod temp_repo;

use changeward::model::{Account, CommitId, Known, ObjectId, Permission, RepoName, ReviewState, StatusState};
use changeward::world::github::{Access, ForgeErrorKind, GitHub, Patience, Token};
use fake::{Fake, Fault, Git, State};
use std::time::Duration;
use temp_repo::TempRepo;

struct Shop {
    repo: TempRepo,
    fake: Fake,
    pull: u64,
}

fn shop(enterprise: bool) -> Shop {
    let repo = TempRepo::new();
    repo.write("src/pay.rs", "fn pay() {}\n");
    repo.commit("Start");
    repo.git(&["switch", "--quiet", "-c", "feature/pay#1%"]);
    repo.write("src/pay.rs", "fn pay() { later() }\n");
    repo.commit("Pay later");
    let git = Git::new(repo.path());
    let mut state = State::new("acme/shop", &git);
    for (login, role) in [("ann", "write"), ("bob", ""), ("cyd", "maintain"), ("dan", "")] {
        state.person(login, role);
    }
    state.team("payments", &["bob"]);
    let fake = if enterprise { Fake::start_enterprise(state, git) } else { Fake::start(state, git) };
    let pull = fake.open("ann", "feature/pay#1%", "main", "Pay later");
    Shop { repo, fake, pull }
}

fn client(fake: &Fake, token: &str) -> GitHub {
    hurried(fake, token, Duration::from_secs(60))
}

/// A client that gives up on an answer after so long, and on everything after three times that.
fn hurried(fake: &Fake, token: &str, request: Duration) -> GitHub {
    let ms = Duration::from_millis;
    let patience = Patience {
        connect: request,
        request,
        deadline: request * 3,
        backoff: ms(1),
        write_gap: ms(0),
        secondary: ms(1),
        settle: ms(1),
    };
    let (api, graphql, token) = (fake.api(), fake.graphql(), Token::new(token));
    GitHub::new(Access { api, graphql, token, repository: RepoName::parse("acme/shop").unwrap(), patience }).unwrap()
}

fn me(github: &GitHub) -> Account {
    github.viewer().unwrap().known().unwrap().clone()
}

fn every_read(Shop { repo, fake, pull }: &Shop) {
    let github = client(fake, State::APP);
    let (main, head) = (repo.line(&["rev-parse", "main"]), repo.line(&["rev-parse", "feature/pay#1%"]));
    let head = CommitId(head);
    assert_eq!(github.repository().unwrap().default_branch, "main");
    assert_eq!(github.branch_head("main").unwrap(), Some(CommitId(main.clone())));
    assert_eq!(github.branch_head("feature/pay#1%").unwrap().as_ref(), Some(&head));
    assert_eq!(github.branch_head("nowhere").unwrap(), None);
    let said = github.pull(*pull).unwrap().unwrap();
    assert_eq!((&said.head, said.changed_files, said.author.unwrap().login.as_str()), (&head, 1, "ann"));
    assert_eq!(github.pull(99).unwrap(), None);
    assert_eq!(github.open_pulls().unwrap().len(), 1);
    assert_eq!(github.pulls_of(&head).unwrap()[0].number, *pull);
    assert!(github.pull_files(*pull).unwrap()[0].has_patch);
    assert_eq!(github.pull_commits(*pull).unwrap()[0].author.as_ref().unwrap().login, "ann");
    for _ in 0..120 {
        fake.review_comment("dan", *pull, "no");
    }
    fake.approve("bob", *pull);
    let reviews = github.reviews(*pull).unwrap();
    assert_eq!((reviews.len(), reviews[120].state), (121, ReviewState::Approved));
    let (still, edited) = (fake.comment("bob", *pull, "/approve"), fake.comment("bob", *pull, "/hold"));
    fake.edit_comment_as("cyd", edited, "/approve");
    let remarks = github.comments(*pull).unwrap();
    assert_eq!((remarks[0].id, remarks[0].by.as_ref().unwrap().person), (still, true));
    let edits = github.last_edits(&[remarks[0].node.clone(), remarks[1].node.clone(), "IC_1".to_owned()]).unwrap();
    assert_eq!(edits[&remarks[0].node], Known::Known(None));
    assert!(matches!(edits[&remarks[1].node], Known::Known(Some(_))));
    assert!(matches!(edits["IC_1"], Known::Unknown(_)));
    fake.label_as("ann", *pull, "urgent");
    let labelled = github.timeline(*pull).unwrap().into_iter().find(|event| event.kind == "labeled").unwrap();
    assert_eq!((labelled.by.unwrap().login.as_str(), labelled.label.as_deref()), ("ann", Some("urgent")));
    assert_eq!(github.permission("cyd").unwrap(), Known::Known(Permission::Maintain));
    assert_eq!(github.permission("dan").unwrap(), Known::Known(Permission::None));
    assert_eq!(github.team_members("acme", "payments").unwrap().known().unwrap()[0].login, "bob");
    assert!(github.team_members("acme", "nobody").unwrap().known().is_none());
    assert!(client(fake, State::WORKFLOW).team_members("acme", "payments").unwrap().known().is_none());
    let compared = github.compare(&CommitId(main.clone()), &head).unwrap();
    assert_eq!((compared.total_commits, compared.merge_base.0.as_str()), (1, main.as_str()));
    assert_eq!(github.commit("feature/pay#1%").unwrap().unwrap().message, "Pay later");
    assert_eq!(github.commit(&"0".repeat(40)).unwrap(), None);
    let tree = github.tree(&head).unwrap();
    assert_eq!(github.blob(&tree[0].id, 100).unwrap(), b"fn pay() { later() }\n");
    assert!(github.blob(&ObjectId("0".repeat(40)), 100).is_err());
    fake.with(|state| state.rules.insert("main".to_owned(), serde_json::json!([])));
    assert!(github.json("repos/acme/shop/rules/branches/main").unwrap().known().is_some());
    assert!(client(fake, State::FORK).json("repos/acme/shop/rulesets").unwrap().known().is_some());
    fake.with(|state| state.tokens.get_mut(State::FORK).unwrap().rights.remove("metadata"));
    assert!(client(fake, State::FORK).json("repos/acme/shop/rulesets").unwrap().known().is_none());
}

fn every_write(Shop { repo, fake, pull }: &Shop) {
    let github = client(fake, State::APP);
    let me = me(&github);
    let head = CommitId(repo.line(&["rev-parse", "feature/pay#1%"]));
    github.create_status(&head, "changeward/main", StatusState::Pending, "asks", Some("https://a.example/")).unwrap();
    assert_eq!(github.statuses(&head).unwrap()[0].description, "asks");
    let remark = github.create_comment(*pull, "<!-- m --> one", "<!-- m -->", &me).unwrap();
    assert_eq!(github.edit_comment(remark.id, "<!-- m --> two").unwrap().body, "<!-- m --> two");
    github.request_reviewers(*pull, &["cyd".to_owned()], &["payments".to_owned()]).unwrap();
    assert_eq!(github.pull(*pull).unwrap().unwrap().requested_teams, ["payments"]);
    let kind = |error: changeward::world::github::ForgeError| error.kind();
    assert_eq!(github.request_reviewers(*pull, &["ann".to_owned()], &[]).map_err(kind), Err(ForgeErrorKind::Refused));
    github.add_labels(*pull, &["changeward:normal".to_owned()]).unwrap();
    github.remove_label(*pull, "changeward:normal").unwrap();
    github.remove_label(*pull, "changeward:normal").unwrap();
    let issue = github
        .open_issue("May it?", "<!-- r -->", "<!-- r -->", &["ask".to_owned()], &["cyd".to_owned()], &me)
        .unwrap();
    github.edit_issue(issue.number, "<!-- r --> more").unwrap();
    assert_eq!(github.issues_labelled("ask", true).unwrap().len(), 1);
    github.close_issue(issue.number, false).unwrap();
    assert!(!github.issue(issue.number).unwrap().unwrap().open);
    let deployment = github.create_deployment(&head, "production", "run 1").unwrap();
    github.deployment_status(deployment.id, "in_progress", "goes", None).unwrap();
    assert_eq!(github.deployments("production", 5).unwrap().len(), 1);
    assert!(github.deployment(deployment.id).unwrap().is_some());
    assert_eq!(github.deployment_statuses(deployment.id).unwrap().len(), 1);
    let run = fake.run("ann", "push", &head.0, "completed", Some("failure"));
    github.rerun_failed(run).unwrap();
    assert_eq!(github.run(run).unwrap().unwrap().attempt, 2);
    let fork = client(fake, State::FORK);
    assert_eq!(
        fork.create_status(&head, "c", StatusState::Success, "", None).map_err(kind),
        Err(ForgeErrorKind::Forbidden)
    );
}

#[test]
fn every_verb_is_understood() {
    for enterprise in [false, true] {
        let shop = shop(enterprise);
        every_read(&shop);
        every_write(&shop);
        shop.fake.finish();
    }
}

#[test]
fn nothing_is_done_twice_whatever_goes_wrong() {
    let shop = shop(false);
    let before = shop.fake.with(|state| state.clone());
    let run =
        &|seeds: std::ops::Range<u64>| -> usize { seeds.map(|seed| troubled(seed, &before, shop.fake.git())).sum() };
    let done: usize = std::thread::scope(|scope| {
        let parts: Vec<_> = (0..10).map(|part| scope.spawn(move || run(part * 10..(part + 1) * 10))).collect();
        parts.into_iter().map(|part| part.join().unwrap()).sum()
    });
    assert!(done > 100, "most troubles pass: {done}");
    shop.fake.finish();
}

/// A comment and an issue under a schedule of troubles; how many the client says are there.
fn troubled(seed: u64, before: &State, git: &Git) -> usize {
    let fake = Fake::start(before.clone(), git.clone());
    let faults = Fault::random_schedule(seed);
    faults.iter().cloned().for_each(|fault| fake.fault(fault));
    // Long enough that only what hangs on purpose is given up.
    let github = hurried(&fake, State::APP, Duration::from_secs(1));
    let me = Account { id: 90_001, login: State::APP_LOGIN.to_owned(), person: false };
    let comment = github.create_comment(1, "<!-- m --> text", "<!-- m -->", &me);
    let issue = github.open_issue("t", "<!-- r -->", "<!-- r -->", &[], &[], &me);
    let counts = (fake.comments_with("<!-- m -->").len(), fake.issues_with("<!-- r -->").len());
    let lines = fake.log();
    assert!(counts.0 <= 1 && counts.1 <= 1, "seed {seed}: {counts:?} {faults:#?}\n{lines}");
    assert!(comment.is_err() || counts.0 == 1, "seed {seed}: {faults:#?}\n{lines}");
    assert!(issue.is_err() || counts.1 == 1, "seed {seed}: {faults:#?}\n{lines}");
    fake.finish();
    usize::from(comment.is_ok()) + usize::from(issue.is_ok())
}
