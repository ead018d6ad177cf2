//! A scenario in a file (TOML or JSON), and what people do, as data: for the stand-alone program.
//!
//! ```toml
//! repository = "acme/shop"      # needed
//! git = "."                     # the repository on disk, from the scenario's folder
//! private = true                # these four as they are usually
//! default_branch = "main"
//! organisation = true
//! now = "2026-11-23T09:00:00Z"
//! enterprise = false
//!
//! [[people]]                    # bot = true, emails = [...]
//! login = "ann"
//! role = "write"
//!
//! [[teams]]                     # pending = [...], parent = "...", permission = "push"
//! slug = "payments"
//! members = ["bob"]
//!
//! [[tokens]]                    # kind = "app" | "workflow" | "person"
//! secret = "token-of-the-gate"
//! login = "changeward[bot]"
//! kind = "app"
//! rights = "contents:read pull_requests:write"
//!
//! [[acts]]                      # what happened so far; see `act`
//! do = "open"
//! by = "ann"
//! head = "topic"
//! base = "main"
//! title = "Raise the limit"
//! ```
//!
//! `environments`, `rules`, `protection` (tables by name), `rulesets`, `actions`, `workflow` are plain values.

use super::faults::{Fault, Trouble};
use super::state::TokenKind;
use super::{Fake, Git, State};
use serde_json::{Value, json};
use std::path::Path;

/// Reads a scenario and starts it.
pub fn start(file: &Path) -> Result<Fake, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let json = file.extension().is_some_and(|ext| ext == "json");
    let scenario: Value = if json {
        serde_json::from_str(&text).map_err(|error| error.to_string())?
    } else {
        toml::from_str(&text).map_err(|error| error.to_string())?
    };
    let folder = file.parent().unwrap_or(Path::new(".")).join(scenario["git"].as_str().unwrap_or("."));
    begin(&scenario, Git::new(&folder))
}

/// Starts a scenario over a repository on disk.
pub fn begin(scenario: &Value, git: Git) -> Result<Fake, String> {
    const KNOWN: &[&str] = &[
        "repository",
        "git",
        "private",
        "default_branch",
        "organisation",
        "now",
        "enterprise",
        "people",
        "teams",
        "tokens",
        "acts",
        "environments",
        "rules",
        "protection",
        "rulesets",
        "actions",
        "workflow",
        "denied_team_status",
        "actions_may_approve",
    ];
    let fields = scenario.as_object().ok_or("a scenario is a table")?;
    if let Some(key) = fields.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(format!("unknown key `{key}`"));
    }
    let mut state = State::new(scenario["repository"].as_str().ok_or("`repository` is missing")?, &git);
    let flag = |name: &str, usual: bool| scenario[name].as_bool().unwrap_or(usual);
    state.private = flag("private", true);
    state.organisation = flag("organisation", true);
    state.actions_may_approve = flag("actions_may_approve", false);
    if let Some(branch) = scenario["default_branch"].as_str() {
        branch.clone_into(&mut state.default_branch);
    }
    if let Some(now) = scenario["now"].as_str() {
        state.now = now.parse().map_err(|_| format!("`{now}` is no time"))?;
    }
    if let Some(status) = scenario["denied_team_status"].as_u64() {
        state.denied_team_status = status as u16;
    }
    people(&mut state, scenario)?;
    settings(&mut state, scenario);
    let fake = if flag("enterprise", false) { Fake::start_enterprise(state, git) } else { Fake::start(state, git) };
    for one in scenario["acts"].as_array().into_iter().flatten() {
        act(&fake, one)?;
    }
    Ok(fake)
}

fn words(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn people(state: &mut State, scenario: &Value) -> Result<(), String> {
    let each = |name: &str| scenario[name].as_array().cloned().unwrap_or_default();
    for person in each("people") {
        let login = person["login"].as_str().ok_or("a person has a `login`")?;
        let role = person["role"].as_str().unwrap_or_default();
        if person["bot"] == true {
            state.bot(login, role);
        } else {
            state.person(login, role).emails.extend(words(&person["emails"]).into_iter().map(str::to_owned));
        }
    }
    for team in each("teams") {
        let slug = team["slug"].as_str().ok_or("a team has a `slug`")?;
        let made = state.team(slug, &words(&team["members"]));
        made.pending = words(&team["pending"]).into_iter().map(str::to_owned).collect();
        made.parent = team["parent"].as_str().map(str::to_owned);
        if let Some(permission) = team["permission"].as_str() {
            made.permission = Some(permission.to_owned()).filter(|word| word != "none");
        }
    }
    for token in each("tokens") {
        let word = |name: &str| token[name].as_str().ok_or(format!("a token has a `{name}`"));
        let kind = match word("kind")? {
            "app" => TokenKind::App,
            "workflow" => TokenKind::Workflow,
            "person" => TokenKind::Person,
            other => return Err(format!("`{other}` is no kind of token")),
        };
        state.token(word("secret")?, word("login")?, kind, word("rights")?);
    }
    Ok(())
}

fn settings(state: &mut State, scenario: &Value) {
    let named = |name: &str| scenario[name].as_object().cloned().unwrap_or_default();
    state.environments = named("environments").into_iter().collect();
    state.rules = named("rules").into_iter().collect();
    state.protection = named("protection").into_iter().collect();
    state.rulesets = scenario["rulesets"].as_array().cloned().unwrap_or_default();
    for (name, place) in [("actions", &mut state.actions), ("workflow", &mut state.workflow)] {
        if scenario[name].is_object() {
            place.clone_from(&scenario[name]);
        }
    }
}

/// One thing that somebody does: `do` names it, as the functions of `people.rs` are called. Gives the number of what was
/// made, if anything was.
pub fn act(fake: &Fake, what: &Value) -> Result<Value, String> {
    let said = Said(what);
    let made = match makes(fake, &said)? {
        Some(made) => made,
        None => {
            changes(fake, &said)?;
            Value::Null
        }
    };
    Ok(json!({"made": made}))
}

/// The fields of an act.
struct Said<'a>(&'a Value);

impl Said<'_> {
    fn word(&self, name: &str) -> Result<&str, String> {
        self.0[name].as_str().ok_or(format!("`{name}` is missing"))
    }

    /// A commit: `sha` may be anything that git knows.
    fn commit(&self, fake: &Fake) -> Result<String, String> {
        let name = self.word("sha")?;
        fake.git().resolve(name).ok_or(format!("git knows no `{name}`"))
    }

    fn some(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap_or_default()
    }

    fn number(&self, name: &str) -> Result<u64, String> {
        self.0[name].as_u64().ok_or(format!("`{name}` is missing"))
    }
}

/// Acts that make something.
fn makes(fake: &Fake, said: &Said<'_>) -> Result<Option<Value>, String> {
    let (word, some, number) = (|name| said.word(name), |name| said.some(name), |name| said.number(name));
    let by = || said.word("by");
    let sha = || said.commit(fake);
    Ok(Some(match word("do")? {
        "open" => fake.open(by()?, word("head")?, word("base")?, word("title")?).into(),
        "open_from_fork" => {
            fake.open_from_fork(by()?, word("fork")?, word("branch")?, &sha()?, word("base")?, word("title")?).into()
        }
        "push" => fake.push(by()?, word("branch")?).into(),
        "approve" if said.0["sha"].is_string() => fake.approve_at(by()?, number("number")?, &sha()?).into(),
        "approve" => fake.approve(by()?, number("number")?).into(),
        "request_changes" => fake.request_changes(by()?, number("number")?, some("body")).into(),
        "review_comment" => fake.review_comment(by()?, number("number")?, some("body")).into(),
        "comment" => fake.comment(by()?, number("number")?, word("body")?).into(),
        "issue" => fake.issue(by()?, word("title")?, some("body"), &words(&said.0["labels"])).into(),
        "deployed" => fake.deployed(by()?, &sha()?, word("environment")?, some("state")).into(),
        "run" => {
            let conclusion = said.0["conclusion"].as_str();
            fake.run(by()?, word("event")?, &sha()?, word("status")?, conclusion).into()
        }
        "event" => fake.event(word("event")?, &said.0["args"]),
        _ => return Ok(None),
    }))
}

/// Acts that change something.
fn changes(fake: &Fake, said: &Said<'_>) -> Result<(), String> {
    let (word, some, number) = (|name| said.word(name), |name| said.some(name), |name| said.number(name));
    let by = || said.word("by");
    let sha = || said.commit(fake);
    match word("do")? {
        "dismiss" => fake.dismiss(by()?, number("number")?, number("review")?),
        "edit_comment" => fake.edit_comment_as(by()?, number("comment")?, word("body")?),
        "delete_comment" => fake.delete_comment(number("comment")?),
        "label" => fake.label_as(by()?, number("number")?, word("label")?),
        "unlabel" => fake.unlabel_as(by()?, number("number")?, word("label")?),
        "retarget" => fake.retarget(by()?, number("number")?, word("base")?),
        "edit" => fake.edit(by()?, number("number")?, word("title")?, some("body")),
        "draft" => fake.draft(by()?, number("number")?, said.0["draft"] != false),
        "close" => fake.close(by()?, number("number")?),
        "reopen" => fake.reopen(by()?, number("number")?),
        "merge" => fake.merge(by()?, number("number")?, &sha()?),
        "push_to_fork" => fake.push_to_fork(by()?, number("number")?, &sha()?),
        "status" => fake.status_as(by()?, &sha()?, word("context")?, word("state")?, some("description")),
        "run_ends" => fake.run_ends(number("run")?, word("conclusion")?),
        "pass" => fake.pass(number("seconds")? as i64),
        "fault" => fake.fault(fault(said.0)?),
        "mend" => fake.mend(),
        "join" => fake.join(word("login")?, word("team")?),
        "leave" => fake.leave(word("login")?, word("team")?),
        other => return Err(format!("nobody can `{other}`")),
    }
    Ok(())
}

fn fault(what: &Value) -> Result<Fault, String> {
    let on = what["on"].as_str().unwrap_or("* /**");
    let seconds = what["retry_after"].as_u64();
    let trouble = match what["trouble"].as_str().ok_or("`trouble` is missing")? {
        "broken" => Trouble::Broken,
        "bad-gateway" => Trouble::BadGateway,
        "bad-gateway-after" => Trouble::BadGatewayAfter,
        "secondary-limit" => Trouble::SecondaryLimit { retry_after: seconds },
        "hourly-limit" => Trouble::HourlyLimit { reset_in: what["reset_in"].as_i64().unwrap_or(60) },
        "too-many" => Trouble::TooMany { retry_after: seconds },
        "hang" => Trouble::Hang,
        "drop" => Trouble::Drop,
        "drop-after" => Trouble::DropAfter,
        "cut-body" => Trouble::CutBody,
        "half-json" => Trouble::HalfJson,
        "html" => Trouble::Html,
        "foreign-next" => Trouble::ForeignNext,
        "repeated-page" => Trouble::RepeatedPage,
        "stale" => Trouble::Stale(what["writes"].as_u64().unwrap_or(1) as usize),
        "lost-right" => Trouble::LostRight(what["area"].as_str().unwrap_or_default().to_owned()),
        "skew" => Trouble::Skew(what["seconds"].as_i64().unwrap_or(0)),
        other => return Err(format!("`{other}` is no trouble")),
    };
    let fault = Fault::nth(on, what["nth"].as_u64().unwrap_or(1), trouble);
    Ok(fault.times(what["times"].as_u64().unwrap_or(1)))
}
