//! A decision to what is done on a forge: the least that brings what stands there to what should.
//!
//! What already stands is left alone, so a second run does nothing. What says no is said first and what says yes last:
//! whoever is stopped half-way has not let anything through.

use crate::model::{
    Ask, ChangeClass, CommitId, Decision, DeployStanding, DeployWords, Effect, GateMode, Issue, Principal,
    PrincipalKind, PullRequest, PullStanding, PullWords, Superseded, Verdict, Waiter,
};

/// What stands before the class in the gate's own label.
pub const LABEL: &str = "changeward:";

/// The label of approval requests.
pub const REQUEST_LABEL: &str = "changeward:request";

/// GitHub takes no more reviewers for one pull request.
const MOST_REVIEWERS: usize = 15;

/// What is done at a pull request.
pub fn plan_pull(decision: &Decision, standing: &PullStanding, words: &PullWords, mode: GateMode) -> Vec<Effect> {
    let mut effects = Vec::new();
    if mode == GateMode::Report {
        return effects;
    }
    let status = status(standing, words);
    if decision.verdict() != Verdict::Approve {
        effects.extend(status.clone());
    }
    if mode == GateMode::Request {
        effects.extend(comment(standing, words));
        effects.extend(labels(&standing.pull, decision.class));
        effects.extend(reviewers(decision, standing));
    }
    if decision.verdict() == Verdict::Approve {
        effects.extend(status);
    }
    effects
}

/// The status, unless the newest of its context says the same already, in the gate's own name.
fn status(standing: &PullStanding, words: &PullWords) -> Option<Effect> {
    let stands = standing.status.as_ref().is_some_and(|status| {
        status.state == Some(words.state)
            && status.description == words.description
            && status.by.as_ref().is_some_and(|by| standing.gate.as_ref().is_some_and(|gate| gate.id == by.id))
    });
    (!stands).then(|| Effect::Status {
        commit: standing.pull.head.clone(),
        context: standing.context.clone(),
        state: words.state,
        description: words.description.clone(),
        target: words.target.clone(),
    })
}

/// The comment; none where nobody knows which comments are the gate's own, since each run would write another.
fn comment(standing: &PullStanding, words: &PullWords) -> Option<Effect> {
    match &standing.comment {
        Some(remark) if same_text(&remark.body, &words.comment) => None,
        Some(remark) => Some(Effect::EditComment { id: remark.id, body: words.comment.clone() }),
        None => standing
            .gate
            .as_ref()
            .map(|_| Effect::CreateComment { number: standing.pull.number, body: words.comment.clone() }),
    }
}

/// The same, whatever the forge does to line ends and the end of a text.
fn same_text(there: &str, ours: &str) -> bool {
    there.trim_end().lines().eq(ours.trim_end().lines())
}

/// Exactly one label of the gate's own: the class.
fn labels(pull: &PullRequest, class: ChangeClass) -> Vec<Effect> {
    let classes = [ChangeClass::None, ChangeClass::Standard, ChangeClass::Normal, ChangeClass::Emergency];
    let label = |class: ChangeClass| format!("{LABEL}{}", class.as_str());
    let has = |label: &str| pull.labels.iter().any(|there| there.eq_ignore_ascii_case(label));
    let old = classes.into_iter().filter(|other| *other != class).map(label).filter(|label| has(label));
    let mut effects: Vec<Effect> = old.map(|label| Effect::RemoveLabel { number: pull.number, label }).collect();
    let new = label(class);
    if !has(&new) {
        effects.push(Effect::AddLabels { number: pull.number, labels: vec![new] });
    }
    effects
}

/// Whoever is to be asked and has not been: a person who reviewed this very head was, whatever they said. People and teams
/// apart, since a token that may not name teams is refused for both.
fn reviewers(decision: &Decision, standing: &PullStanding) -> Vec<Effect> {
    let pull = &standing.pull;
    if decision.verdict() != Verdict::Pending || pull.draft || !pull.open {
        return Vec::new();
    }
    let among = |list: &[String], name: &str| list.iter().any(|there| there.eq_ignore_ascii_case(name));
    let author = |login: &str| pull.author.as_ref().is_some_and(|author| author.is(login));
    let (mut people, mut teams) = (Vec::new(), Vec::new());
    for Ask { who, .. } in &decision.ask {
        let name = who.bare();
        match who.kind() {
            PrincipalKind::User
                if !author(name) && !among(&pull.requested_people, name) && !among(&standing.reviewed, name) =>
            {
                people.push(name.to_owned());
            }
            PrincipalKind::Team => match who.team_slug() {
                Some(slug) if of(who, &standing.owner) && !among(&pull.requested_teams, slug) => {
                    teams.push(slug.to_owned());
                }
                _ => {}
            },
            _ => {}
        }
    }
    let there = pull.requested_people.len() + pull.requested_teams.len();
    people.truncate(MOST_REVIEWERS.saturating_sub(there));
    teams.truncate(MOST_REVIEWERS.saturating_sub(there + people.len()));
    let ask = |people, teams| Effect::RequestReviewers { number: pull.number, people, teams };
    let people = (!people.is_empty()).then(|| ask(people, Vec::new()));
    let teams = (!teams.is_empty()).then(|| ask(Vec::new(), teams));
    people.into_iter().chain(teams).collect()
}

/// It is a team of this organisation.
fn of(team: &Principal, owner: &str) -> bool {
    team.bare().split_once('/').is_some_and(|(org, _)| org.eq_ignore_ascii_case(owner))
}

/// What is done where a commit is to be deployed.
pub fn plan_deploy(
    decision: &Decision,
    commit: &CommitId,
    standing: &DeployStanding,
    words: &DeployWords,
    mode: GateMode,
) -> Vec<Effect> {
    let mut effects = Vec::new();
    if mode == GateMode::Report {
        return effects;
    }
    let approved = decision.verdict() == Verdict::Approve;
    if standing.deployments && standing.waiter == Waiter::Here {
        effects.extend(deployment(decision, commit, standing, words));
    }
    // Before the request is closed: who is stopped in between finds it open, and comes to the rest.
    if let (Waiter::Ended(run), true) = (standing.waiter, approved) {
        effects.push(Effect::Rerun { run });
    }
    if mode == GateMode::Request {
        effects.extend(request(decision, standing, words));
    }
    effects
}

/// Requests whose place another one has taken: each is told so once, and closed.
pub fn plan_superseded(superseded: &[Superseded], words: &str) -> Vec<Effect> {
    let each = |one: &Superseded| {
        let told = Effect::CreateComment { number: one.number, body: words.to_owned() };
        let close = Effect::CloseIssue { number: one.number, completed: false };
        (!one.told).then_some(told).into_iter().chain([close])
    };
    superseded.iter().flat_map(each).collect()
}

/// The approval request: opened once, kept up to date while it is open, closed once it is decided. One that was closed is
/// asked anew: what was said there was said of what it was about then.
fn request(decision: &Decision, standing: &DeployStanding, words: &DeployWords) -> Vec<Effect> {
    let edit = |issue: &Issue| {
        let stands = same_text(&issue.body, &words.body);
        (!stands).then(|| Effect::EditIssue { number: issue.number, body: words.body.clone() })
    };
    let close = |issue: &Issue| {
        let number = issue.number;
        let said = (!standing.decided).then(|| Effect::CreateComment { number, body: words.decided.clone() });
        edit(issue).into_iter().chain(said).chain([Effect::CloseIssue { number, completed: true }]).collect()
    };
    let open = standing.request.as_ref().filter(|issue| issue.open);
    match (open, decision.verdict()) {
        // Its own run may end without having seen the approval. Then somebody must find the request again.
        (Some(_), Verdict::Approve) if standing.waiter == Waiter::Busy => Vec::new(),
        (Some(issue), Verdict::Approve) => close(issue),
        (Some(issue), _) => edit(issue).into_iter().collect(),
        (None, Verdict::Pending) => vec![Effect::OpenIssue {
            title: words.title.clone(),
            body: words.body.clone(),
            labels: vec![REQUEST_LABEL.to_owned()],
            assignees: assignees(decision),
        }],
        _ => Vec::new(),
    }
}

/// GitHub assigns an issue to ten people at most.
fn assignees(decision: &Decision) -> Vec<String> {
    let people = decision.ask.iter().filter(|ask| ask.who.kind() == PrincipalKind::User);
    people.map(|ask| ask.who.bare().to_owned()).take(10).collect()
}

/// The deployment object: made when the deployment goes ahead and nobody has made it, told how it stands otherwise.
fn deployment(decision: &Decision, commit: &CommitId, standing: &DeployStanding, words: &DeployWords) -> Vec<Effect> {
    let state = match decision.verdict() {
        Verdict::Approve => "in_progress",
        Verdict::Pending => "queued",
        Verdict::Block => "failure",
    };
    let told = |id| Effect::DeploymentStatus {
        id,
        state,
        description: words.description.clone(),
        target: words.target.clone(),
    };
    match (&standing.deployment, decision.verdict()) {
        (Some((_, stands)), _) if stands.as_deref() == Some(state) => Vec::new(),
        (Some((deployment, _)), _) => vec![told(Some(deployment.id))],
        (None, Verdict::Approve) => vec![
            Effect::CreateDeployment {
                commit: commit.clone(),
                environment: decision.environment.clone(),
                description: words.made.clone(),
            },
            told(None),
        ],
        (None, _) => Vec::new(),
    }
}
