//! Where the gate is run: by its action, or as a command of a script; how, and on which events.

use super::ControlState;
use crate::model::{GateMode, Job, JobStep, Place, Principal, PrincipalKind, Trigger, Workflow, Written};
use std::collections::{BTreeMap, BTreeSet};

/// Events on which a workflow of the default branch runs with rights, for something that anybody may start.
pub(super) const PRIVILEGED: [&str; 3] = ["pull_request_target", "workflow_run", "issue_comment"];

/// Every place where the gate is run.
pub(super) struct Gates<'w> {
    pub(super) all: Vec<Gate<'w>>,
    workflows: &'w [Workflow],
}

/// One place where the gate is run.
pub(super) struct Gate<'w> {
    pub(super) workflow: &'w Workflow,
    pub(super) job: &'w Job,
    pub(super) step: &'w JobStep,
    call: Call,
}

/// How it is run.
#[derive(Default)]
struct Call {
    /// `None` for a mode that only the run will know.
    mode: Option<GateMode>,
    /// The environment a deployment goes to.
    environment: Option<String>,
    dry_run: bool,
    /// Its failure is caught by the script, or no verdict fails it.
    caught: bool,
    /// By the action; otherwise by a script.
    action: bool,
}

impl<'w> Gates<'w> {
    pub(super) fn of(workflows: &'w [Workflow]) -> Self {
        let jobs = workflows.iter().flat_map(|workflow| workflow.jobs.iter().map(move |job| (workflow, job)));
        let steps = jobs.flat_map(|(workflow, job)| job.steps.iter().map(move |step| (workflow, job, step)));
        let gate = |(workflow, job, step)| Some(Gate { workflow, job, step, call: call(step)? });
        Self { all: steps.filter_map(gate).collect(), workflows }
    }

    /// What starts a workflow, be it through another one of this repository, with the file that says so.
    pub(super) fn triggers(&self, workflow: &'w Workflow) -> Vec<(&'w str, &'w Trigger)> {
        triggers(self.workflows, workflow)
    }

    /// The gates that stop something.
    pub(super) fn enforcing(&self) -> impl Iterator<Item = &Gate<'w>> {
        self.all.iter().filter(|gate| gate.enforces())
    }

    /// An enforcing gate runs on an event.
    pub(super) fn on(&self, event: &str) -> bool {
        self.enforcing().any(|gate| self.triggers(gate.workflow).iter().any(|(_, trigger)| trigger.event == event))
    }
}

/// What starts a workflow, be it through another one of this repository, with the file that says so.
pub(super) fn triggers<'w>(all: &'w [Workflow], workflow: &'w Workflow) -> Vec<(&'w str, &'w Trigger)> {
    let own = workflow.triggers.iter().map(|trigger| (workflow.file.as_str(), trigger));
    let own: Vec<_> = own.filter(|(_, trigger)| trigger.event != "workflow_call").collect();
    let address = format!("./{}", workflow.file);
    let calls = |other: &&Workflow| {
        let uses = other.jobs.iter().filter_map(|job| job.uses.as_ref());
        uses.into_iter().any(|uses| uses.text == address)
    };
    let callers = all.iter().filter(calls);
    let theirs = callers.flat_map(|other| other.triggers.iter().map(|trigger| (other.file.as_str(), trigger)));
    own.into_iter().chain(theirs).collect()
}

impl Gate<'_> {
    /// It does more than look.
    pub(super) fn enforces(&self) -> bool {
        !self.call.dry_run && self.call.mode != Some(GateMode::Report)
    }

    pub(super) fn mode(&self) -> Option<GateMode> {
        self.call.mode
    }

    /// It is about a deployment.
    pub(super) fn deploys(&self) -> bool {
        self.call.environment.is_some()
    }

    pub(super) fn caught(&self) -> bool {
        self.call.caught
    }

    pub(super) fn line(&self) -> u32 {
        let written = self.step.uses.as_ref().or(self.step.run.as_ref());
        written.map_or(self.step.line, |written| written.line)
    }

    /// Its token is known to be that of the workflow.
    pub(super) fn has_workflow_token(&self) -> bool {
        let of_workflow = |written: &Written| {
            let text = written.text.to_lowercase();
            text.contains("github.token") || text.contains("secrets.github_token")
        };
        if self.call.action {
            return self.step.input("token").is_none_or(of_workflow);
        }
        let places = [&self.step.env, &self.job.env, &self.workflow.env];
        let named = |name: &str| {
            let found = places.iter().find_map(|env| env.iter().find(|(known, _)| known == name));
            found.map(|(_, value)| value)
        };
        named("CHANGEWARD_TOKEN").or_else(|| named("GITHUB_TOKEN")).is_some_and(of_workflow)
    }
}

/// How a step runs the gate, if it does.
fn call(step: &JobStep) -> Option<Call> {
    if let Some(uses) = &step.uses {
        let input = |name: &str| step.input(name).map(|value| value.text.as_str()).filter(|text| !text.is_empty());
        // What says how a deployment went decides nothing.
        let decides = is_action(&uses.text) && input("deployed").is_none();
        let environment = input("environment");
        return decides.then(|| Call {
            mode: mode(input("mode")),
            environment: environment.map(str::to_owned),
            dry_run: input("dry-run") == Some("true"),
            caught: environment.is_some() && input("fail-on") == Some("never"),
            action: true,
        });
    }
    let script = step.run.as_ref()?.text.replace("\\\n", " ");
    script.lines().find_map(command)
}

/// `OWNER/changeward@…`, a part of it, or a copy in this repository.
fn is_action(uses: &str) -> bool {
    let path = uses.split('@').next().unwrap_or(uses).to_lowercase();
    if path.starts_with("./") {
        return path.rsplit('/').next() == Some("changeward");
    }
    path.split('/').nth(1) == Some("changeward")
}

fn mode(word: Option<&str>) -> Option<GateMode> {
    match word {
        Some("report" | "check") => Some(GateMode::Report),
        Some("enforce") => Some(GateMode::Enforce),
        None | Some("" | "request") => Some(GateMode::Request),
        Some(_) => None,
    }
}

/// A line of a script that runs `changeward gate`.
fn command(line: &str) -> Option<Call> {
    let line = line.split(" #").next().unwrap_or(line);
    let bare = |word: &'_ str| word.trim_matches(|c| matches!(c, '"' | '\'' | ';' | '(' | ')')).to_owned();
    let words: Vec<String> = line.split_whitespace().map(bare).collect();
    let is_program = |word: &String| {
        let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
        name == "changeward" || name == "changeward.exe"
    };
    let at = words.iter().position(is_program)?;
    if words.iter().take(at).any(|word| word.starts_with('#')) {
        return None;
    }
    let mut rest = words.iter().skip(at + 1);
    loop {
        match rest.next()?.as_str() {
            "gate" => break,
            "-C" | "--color" => _ = rest.next()?,
            word if word.starts_with('-') => {}
            _ => return None,
        }
    }
    let rest: Vec<&str> = rest.map(String::as_str).collect();
    let flag = |name: &str| {
        let joined = rest.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        joined.or_else(|| rest.iter().skip_while(|word| **word != name).nth(1).copied())
    };
    if flag("--deployed").is_some() {
        return None;
    }
    let environment = flag("--environment");
    Some(Call {
        mode: mode(flag("--mode")),
        environment: environment.map(str::to_owned),
        dry_run: rest.contains(&"--dry-run"),
        // The verdict on a pull request is its status; that on a deployment is the job.
        caught: line.contains("||") || (environment.is_some() && flag("--fail-on") == Some("never")),
        action: false,
    })
}

/// The environments that workflows and calendars name, each with where. An expression names none.
pub fn environments(workflows: &[Workflow], controls: Option<&ControlState>) -> BTreeMap<String, Place> {
    let mut found = BTreeMap::new();
    let mut add = |name: &str, place: Place| {
        if !name.is_empty() && !name.contains("${{") {
            found.entry(name.to_owned()).or_insert(place);
        }
    };
    for workflow in workflows {
        let place = |line| Place { file: workflow.file.clone(), line };
        for job in &workflow.jobs {
            job.environment.iter().for_each(|name| add(&name.text, place(name.line)));
        }
    }
    for gate in Gates::of(workflows).all {
        let place = Place { file: gate.workflow.file.clone(), line: gate.line() };
        gate.call.environment.iter().for_each(|name| add(name, place.clone()));
    }
    let calendars = controls.map(|controls| controls.config.calendars.iter()).into_iter().flatten();
    for calendar in calendars {
        calendar.environments.iter().for_each(|name| add(name, calendar.place.clone()));
    }
    found
}

/// The teams of the forge that the control files name.
pub fn teams(controls: &ControlState) -> Vec<Principal> {
    let config = &controls.config;
    let mut named: BTreeSet<&Principal> = BTreeSet::new();
    named.extend(&config.control_owners);
    named.extend(&config.change_authority);
    named.extend(&config.emergency_submitters);
    named.extend(config.incidents.iter().flat_map(|incidents| &incidents.declarers));
    named.extend(config.calendars.iter().flat_map(|calendar| &calendar.approvers));
    let sources = &controls.ownership.sources;
    if let Some(codeowners) = &sources.codeowners {
        named.extend(codeowners.rules.iter().flat_map(|rule| &rule.owners));
    }
    if let Some(matrix) = &sources.matrix {
        for row in &matrix.rows {
            let parts = [&row.responsible, &row.accountable, &row.consulted, &row.alternate];
            named.extend(parts.into_iter().flatten());
        }
    }
    // A team of the matrix's own has no second part in its name.
    named.into_iter().filter(|who| who.kind() == PrincipalKind::Team).cloned().collect()
}
