//! `changeward gate`

use super::change::{attachment, environment};
use super::fail_on::OnVerdict;
use super::screen::Colour;
use super::{Call, Variables};
use crate::app::answer::{self, Format, Style};
use crate::app::failure::Failure;
use crate::app::gate::{self, Access, Deploy, Files, GateAnswer, GateRequest, Patience, Run};
use crate::app::request::{CheckRequest, Spec};
use crate::model::{CiEvent, GateMode, RepoName, Span, Subject};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  changeward gate                                     in a workflow: what the event is about
  changeward gate --mode report                       only look, and say so in the summary of the job
  changeward gate --environment production            in a deploy job: everything since the last deployment
  changeward gate --environment production --wait 30m --since v1.4
  changeward gate --environment production --deployed success
  changeward gate --pull 12 --repository acme/shop --dry-run

Reads what GitHub Actions sets (GITHUB_EVENT_NAME, GITHUB_EVENT_PATH, GITHUB_REPOSITORY, GITHUB_API_URL, …) and the token
from CHANGEWARD_TOKEN, else GITHUB_TOKEN.

Exit codes: 0 may go ahead, 10 approval pending, 11 blocked; 1 to 4 there is no answer, or it could not be told";

/// Between two looks while it waits: an approval takes minutes, and an hour has few requests.
const PAUSE: Duration = Duration::from_secs(30);

/// Decide about what a CI event is about, and act on GitHub: status, comment, reviewers, approval request
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct GateArgs {
    /// How much is done on GitHub: report, nothing; enforce, a status; request, also the comment, reviewers, labels and issues
    #[arg(long, value_name = "MODE", value_enum, default_value_t = Mode::Request, hide_possible_values = true)]
    mode: Mode,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// The shape of what --dry-run says: human, or json (`changeward schema plan` describes it)
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t = PlanFormat::Human, requires = "dry_run", hide_possible_values = true)]
    format: PlanFormat,
    /// What another tool says of the change: plan=plan.json, scan=scan.sarif (repeatable)
    #[arg(long = "attach", value_name = "NAME=FILE", value_parser = attachment)]
    attachments: Vec<(String, PathBuf)>,
    /// How earlier changes went, as JSON: the breakers and usage caps of templates go by it
    #[arg(long, value_name = "FILE")]
    outcomes: Option<PathBuf>,
    /// Which verdicts fail: pending (and block), block, or never; a failure always does
    #[arg(long, value_name = "VERDICT", value_enum, default_value_t = OnVerdict::Pending, hide_possible_values = true)]
    fail_on: OnVerdict,
    #[command(flatten)]
    about: AboutArgs,
    #[command(flatten)]
    deploy: DeployArgs,
    #[command(flatten)]
    forge: ForgeArgs,
}

/// What it is about, where the event does not say.
#[derive(Debug, Args)]
#[command(next_help_heading = "What it is about")]
struct AboutArgs {
    /// This pull request, whatever the event
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["since", "deployed", "wait"])]
    pull: Option<u64>,
    /// The context of the status [default: changeward/<base branch>]
    #[arg(long, value_name = "NAME", value_parser = context)]
    context: Option<String>,
    /// Enforce on `pull_request` too, although the pull request brings its own workflow there
    #[arg(long)]
    own_workflow: bool,
}

/// A commit that is to be deployed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Deployments")]
struct DeployArgs {
    /// Where it would be deployed; on push, deployment and workflow_dispatch the deployment itself is judged
    #[arg(long, value_name = "ENV", value_parser = environment)]
    environment: Option<String>,
    /// What the environment has now, where no deployment on GitHub says so
    #[arg(long, value_name = "REV", value_parser = super::change::revision, requires = "environment")]
    since: Option<String>,
    /// Wait for approval, asking again now and then; otherwise the job ends and is started again by the approval
    #[arg(long, value_name = "DURATION", value_parser = duration, requires = "environment")]
    wait: Option<Duration>,
    /// Record how the deployment went, success or failure, and decide nothing
    #[arg(long, value_name = "RESULT", value_enum, requires = "environment", hide_possible_values = true)]
    deployed: Option<Deployed>,
    /// Leave deployment objects alone; the job's own `environment:` makes them
    #[arg(long)]
    no_deployment: bool,
}

/// How GitHub is reached.
#[derive(Debug, Args)]
#[command(next_help_heading = "GitHub")]
struct ForgeArgs {
    /// OWNER/NAME [default: GITHUB_REPOSITORY]
    #[arg(long, value_name = "OWNER/NAME", value_parser = repository)]
    repository: Option<RepoName>,
    /// Read the token from the standard input
    #[arg(long)]
    token_stdin: bool,
    /// Give up when GitHub has not answered for so long
    #[arg(long, value_name = "DURATION", value_parser = duration, default_value = "5m")]
    timeout: Duration,
}

/// How much is done on GitHub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Mode {
    Report,
    Enforce,
    Request,
}

/// How a plan is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PlanFormat {
    Human,
    Json,
}

/// How a deployment went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deployed {
    Success,
    Failure,
}

impl GateArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        let variables = &call.around.variables;
        let files = files(variables);
        let (fail_on, dry_run, format) = (self.fail_on.meant(), self.dry_run, self.format);
        let in_a_job = variables.get("GITHUB_ACTIONS") == Some("true");
        let from_stdin = self.forge.token_stdin;
        let done = self.request(&call, &files).and_then(|request| {
            // GitHub hides the tokens it knows; this one it has never seen.
            let mask = if in_a_job && from_stdin { request.access.token.mask() } else { String::new() };
            gate::gate(&request).map(|answer| (answer, mask))
        });
        let answer = match done {
            Ok((answer, mask)) => {
                call.out.extend(mask.into_bytes());
                answer
            }
            Err(failure) => {
                // The failure itself is what matters; whether the outputs could be written too comes second.
                let _ = gate::tell_failure(&failure, &files);
                return Err(failure);
            }
        };
        gate::tell(&answer, fail_on, &files)?;
        let written = match dry_run {
            true => plan(&answer, format, call.out),
            false => {
                let style = Style { colour: call.screen.colour, width: call.screen.width, explain: false };
                told(&answer, &style, in_a_job, call.out)
            }
        };
        written.map_err(super::failing::unwritable)?;
        for trouble in &answer.troubles {
            super::failing::show(trouble, Colour::Never, call.around.columns.as_deref());
        }
        Ok(answer.exit_code(fail_on))
    }

    fn request(self, call: &Call<'_>, files: &Files) -> Result<GateRequest, Failure> {
        let variables = &call.around.variables;
        let dir = call.dir.clone().unwrap_or_else(|| PathBuf::from("."));
        let there = |file: PathBuf| call.dir.as_ref().map_or_else(|| file.clone(), |dir| dir.join(&file));
        let repository = match self.forge.repository {
            Some(repository) => repository,
            None => gate::repository(variables.get("GITHUB_REPOSITORY"))?,
        };
        let token =
            gate::token(self.forge.token_stdin, variables.get("CHANGEWARD_TOKEN"), variables.get("GITHUB_TOKEN"))?;
        let event = match self.about.pull {
            Some(number) => asked(repository.clone(), number),
            None => gate::event(variables.get("GITHUB_EVENT_NAME"), variables.get("GITHUB_EVENT_PATH"), &repository)?,
        };
        let api = variables.get("GITHUB_API_URL").unwrap_or("https://api.github.com").to_owned();
        let graphql = variables.get("GITHUB_GRAPHQL_URL").map_or_else(|| gate::graphql_of(&api), str::to_owned);
        let patience = Patience { deadline: self.forge.timeout, ..Patience::default() };
        let check = CheckRequest {
            dir,
            spec: Spec::Default,
            control_files: None,
            environment: self.deploy.environment.clone().unwrap_or_else(|| "production".to_owned()),
            now: call.around.now,
            claim: None,
            trailers: Vec::new(),
            facts: None,
            outcomes: self.outcomes.map(&there),
            attachments: self.attachments.into_iter().map(|(name, file)| (name, there(file))).collect(),
            all_edits: false,
            fail_on: self.fail_on.meant(),
            program: call.around.program.clone(),
        };
        let deploy = self.deploy.meant(&event, variables.get("GITHUB_SHA"))?;
        Ok(GateRequest {
            check,
            event,
            access: Access { api, graphql, token, repository, patience },
            mode: self.mode.meant(),
            dry_run: self.dry_run,
            own_workflow: self.about.own_workflow,
            context: self.about.context,
            deploy,
            wait: self.deploy.wait,
            pause: PAUSE,
            run: run(variables),
            files: files.clone(),
        })
    }
}

impl DeployArgs {
    /// An environment on an event that is about no pull request means a deployment to it.
    fn meant(&self, event: &CiEvent, sha: Option<&str>) -> Result<Option<Deploy>, Failure> {
        let about_a_deployment =
            matches!(event.subject, Subject::Push { .. } | Subject::Deployment { .. } | Subject::Everything);
        let named = self.environment.is_some() && event.name != "schedule";
        if !about_a_deployment || !(named || matches!(event.subject, Subject::Deployment { .. })) {
            // What is asked of a deployment must not be passed over where there is none.
            let asked = self.since.is_some() || self.wait.is_some() || self.deployed.is_some();
            return if asked { Err(gate::no_deployment_here(&event.name)) } else { Ok(None) };
        }
        let commit = match &event.subject {
            Subject::Deployment { commit, .. } => commit.clone(),
            Subject::Push { after: Some(after), .. } => after.clone(),
            _ => gate::commit(sha)?,
        };
        let finished = self.deployed.map(|went| went == Deployed::Success);
        Ok(Some(Deploy { commit, since: self.since.clone(), objects: !self.no_deployment, finished }))
    }
}

impl Mode {
    fn meant(self) -> GateMode {
        match self {
            Self::Report => GateMode::Report,
            Self::Enforce => GateMode::Enforce,
            Self::Request => GateMode::Request,
        }
    }
}

/// What `--pull` asks for, as an event nobody sent.
fn asked(repository: RepoName, number: u64) -> CiEvent {
    CiEvent {
        name: "asked".to_owned(),
        action: None,
        repository,
        sender: None,
        sender_is_person: false,
        subject: Subject::Pull { number },
    }
}

fn files(variables: &Variables) -> Files {
    let path = |name| variables.get(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    let report = path("RUNNER_TEMP").map(|folder| folder.join("changeward-decision.json"));
    Files { outputs: path("GITHUB_OUTPUT"), summary: path("GITHUB_STEP_SUMMARY"), report }
}

fn run(variables: &Variables) -> Run {
    let id = variables.get("GITHUB_RUN_ID").and_then(|id| id.parse().ok());
    let server = variables.get("GITHUB_SERVER_URL").unwrap_or("https://github.com").trim_end_matches('/');
    let url = id.zip(variables.get("GITHUB_REPOSITORY"));
    Run { id, url: url.map(|(id, repository)| format!("{server}/{repository}/actions/runs/{id}")) }
}

fn plan(answer: &GateAnswer, format: PlanFormat, out: &mut Vec<u8>) -> std::io::Result<()> {
    let effects = gate::plan(answer);
    match format {
        PlanFormat::Human => answer::dry_run(&effects, out),
        PlanFormat::Json => answer::dry_run_json(&effects, out),
    }
}

/// The decision of every change. In a job's log commands are stopped while strangers' words are shown, and the lines of the
/// change are annotated.
fn told(answer: &GateAnswer, style: &Style, in_a_job: bool, out: &mut Vec<u8>) -> std::io::Result<()> {
    for turn in &answer.turns {
        let mut text = format!("{}\n", answer::clean(&turn.title)).into_bytes();
        answer::render(&turn.decision, Format::Human, style, &mut text)?;
        say(&text, in_a_job, out);
        if in_a_job {
            answer::render(&turn.decision, Format::Github, style, out)?;
        }
    }
    if let Some(nothing) = &answer.nothing {
        say(format!("{}\n", answer::clean(nothing)).as_bytes(), in_a_job, out);
    }
    Ok(())
}

fn say(text: &[u8], in_a_job: bool, out: &mut Vec<u8>) {
    match in_a_job {
        true => out.extend(gate::stopped(&String::from_utf8_lossy(text)).into_bytes()),
        false => out.extend_from_slice(text),
    }
}

pub(super) fn repository(text: &str) -> Result<RepoName, String> {
    RepoName::parse(text).ok_or_else(|| "a repository is OWNER/NAME, such as `acme/shop`".to_owned())
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let span = Span::parse(text).filter(|span| span.0 > 0);
    let seconds = span.and_then(|span| u64::try_from(span.0).ok());
    seconds
        .map(Duration::from_secs)
        .ok_or_else(|| "a duration is a number and a unit, such as `30m` or `2h`".to_owned())
}

fn context(text: &str) -> Result<String, String> {
    let sound = !text.trim().is_empty() && text.chars().count() <= 255 && !text.chars().any(char::is_control);
    if sound { Ok(text.to_owned()) } else { Err("the context of a status has 1 to 255 characters".to_owned()) }
}
