//! Every check of the doctor, in one list: `docs/doctor.md`, the JSON document and the tests are held to it.

use crate::model::Ailment;
use crate::model::Organ::{self, Controls, Workflows};
use crate::model::Severity::{self, Error, Info, Warn};

/// The clauses that checks answer: the attacks of the threat model by their numbers, and words of our own.
pub const CLAUSES: &[(&str, &str)] = &[
    ("S1", "a forged status"),
    ("S2", "a workflow edited by the change it judges"),
    ("S3", "skipped or missing counts as green"),
    ("S4", "rules edited by the change they judge"),
    ("S5", "something changes between the look and the merge"),
    ("S6", "the merge queue goes round the gate"),
    ("A1", "authors approve their own change"),
    ("A2", "bots approve"),
    ("A4", "an approval outlives what it approved"),
    ("A6", "comments as commands"),
    ("A8", "a team that is not what it seems"),
    ("A9", "an emergency declared by whom it serves"),
    ("I1", "an incomplete diff"),
    ("I2", "links and modes in the place of files"),
    ("I3", "a stranger's text is run or read as a command"),
    ("I5", "a token that may not do its work"),
    ("I8", "an answer that was not given"),
    ("ownership", "somebody answers for every change"),
    ("freeze", "a freeze that nobody can lift"),
    ("credentials", "secrets stay where they are needed"),
];

pub(super) const fn check(
    code: &'static str,
    severity: Severity,
    organ: Organ,
    answers: &'static [&'static str],
    [title, why, mend]: [&'static str; 3],
) -> Ailment {
    Ailment { code, severity, organ, answers, title, why, mend }
}

/// The check of a code.
pub fn find(code: &str) -> Option<&'static Ailment> {
    of_files().chain(of_forge()).find(|check| check.code == code)
}

/// Every check that needs the files alone.
pub fn of_files() -> impl Iterator<Item = &'static Ailment> {
    WORKFLOWS.iter().chain(CONTROLS)
}

/// Every check that asks the forge.
pub fn of_forge() -> impl Iterator<Item = &'static Ailment> {
    super::catalogue_forge::FORGE.iter()
}

/// What is looked for in the workflows.
const WORKFLOWS: &[Ailment] = &[
    check(
        "WORKFLOW_BROKEN",
        Error,
        Workflows,
        &["S2"],
        [
            "a workflow cannot be read",
            "GitHub does not run it, or does something that nobody here can judge",
            "mend it at the place that is named",
        ],
    ),
    check(
        "GATE_MISSING",
        Error,
        Workflows,
        &["S3"],
        [
            "no workflow runs the gate",
            "nobody decides about any change",
            "add a workflow that runs `changeward gate` on `pull_request_target`",
        ],
    ),
    check(
        "GATE_NOT_ON_TARGET",
        Error,
        Workflows,
        &["S2"],
        [
            "the gate does not run on `pull_request_target`",
            "on every other event of a pull request the change brings its own copy of the workflow",
            "run it on `pull_request_target`, and never check out the head there",
        ],
    ),
    check(
        "GATE_ON_OWN_COPY",
        Error,
        Workflows,
        &["S2"],
        [
            "the gate enforces on an event that runs the change's own copy of the workflow",
            "whoever opens the pull request edits the gate's job, and its token writes statuses",
            "enforce on `pull_request_target`; there `--mode report` is enough",
        ],
    ),
    check(
        "GATE_TYPES",
        Warn,
        Workflows,
        &["S5", "A9"],
        [
            "the gate does not wake up for something that changes its answer",
            "a new base, title, label or head is judged only when something else happens",
            "add the missing `types` to `pull_request_target`",
        ],
    ),
    check(
        "GATE_FILTERED",
        Warn,
        Workflows,
        &["S3"],
        [
            "the gate runs for some paths or branches only",
            "other changes get no verdict: they wait for ever, or go round the gate where the status is not required",
            "remove the filter; the gate itself says which paths are in scope",
        ],
    ),
    check(
        "GATE_SKIPPABLE",
        Warn,
        Workflows,
        &["S3"],
        [
            "the gate's job or step has a condition",
            "a job that is skipped counts as a success, also for what needs it",
            "remove the condition, or move what it keeps away into a workflow of its own",
        ],
    ),
    check(
        "GATE_TOLERATED",
        Error,
        Workflows,
        &["S3"],
        [
            "the gate may fail without consequence",
            "a blocked change or a gate that could not decide is green",
            "remove it; to look without blocking there is `--mode report`",
        ],
    ),
    check(
        "GATE_NOT_ON_QUEUE",
        Info,
        Workflows,
        &["S6"],
        [
            "the gate does not run on `merge_group`",
            "with a merge queue the required status never comes, or is taken off the list to make the queue move",
            "add `merge_group:` to the workflow of the gate before a queue is switched on",
        ],
    ),
    check(
        "GATE_NOT_AGAIN",
        Warn,
        Workflows,
        &["A4", "A6"],
        [
            "nothing makes the gate decide again",
            "approvals expire, reviews and comments are given, and the verdict stays as it was",
            "run the gate on `schedule`, `issue_comment` and `workflow_run` too",
        ],
    ),
    check(
        "GATE_TOKEN",
        Warn,
        Workflows,
        &["S1"],
        [
            "the gate posts its status with the token of the workflow",
            "any workflow on any branch can post the same status with such a token",
            "post with the token of an app (`actions/create-github-app-token`), and pin the required status to that app",
        ],
    ),
    check(
        "GATE_RIGHTS",
        Warn,
        Workflows,
        &["I5"],
        [
            "the token of the gate's job may not do what its mode does",
            "the verdict cannot be posted, and the change waits",
            "give the job the permissions that are named",
        ],
    ),
    check(
        "HEAD_CHECKED_OUT",
        Error,
        Workflows,
        &["S4"],
        [
            "a privileged workflow checks out the head of a pull request",
            "a stranger's files stand where scripts, actions and configuration are looked for, next to a token that writes",
            "leave the `ref` out; the gate reads the change by the API",
        ],
    ),
    check(
        "SCRIPT_INJECTION",
        Error,
        Workflows,
        &["I3"],
        [
            "a stranger's text is pasted into a script",
            "a title, a branch or a comment is run as code with the rights of the job",
            "hand it over by `env:` and write `\"$NAME\"` in the script",
        ],
    ),
    check(
        "SECRETS_AT_HAND",
        Warn,
        Workflows,
        &["credentials"],
        [
            "a privileged workflow hands out secrets beside the gate",
            "whatever goes wrong in a job that pull requests start has them at hand",
            "move what needs the secret into a workflow that pull requests do not start",
        ],
    ),
    check(
        "ACTION_UNPINNED",
        Warn,
        Workflows,
        &["S1"],
        [
            "an action is not pinned to a commit",
            "whoever moves the tag runs code with the token of the job; a note where the job may write nothing",
            "write the commit's SHA in the place of the tag, and the tag as a comment",
        ],
    ),
    check(
        "RIGHTS_UNSAID",
        Warn,
        Workflows,
        &["S1"],
        [
            "a workflow does not say what its token may",
            "it has what the settings of the repository give, which may be everything",
            "write `permissions: {}` at the top, and give each job what it needs",
        ],
    ),
    check(
        "RIGHTS_ALL",
        Error,
        Workflows,
        &["S1"],
        [
            "a workflow takes every right",
            "it may post statuses, push and approve in the name of Actions",
            "write `permissions: {}` at the top, and give each job what it needs",
        ],
    ),
    check(
        "STATUS_FORGEABLE",
        Warn,
        Workflows,
        &["S1"],
        [
            "a workflow that runs the code of a branch may write statuses",
            "the branch posts the gate's status itself; only a required status that is pinned to an app stops it",
            "take `statuses: write` away from it, or limit it to the default branch",
        ],
    ),
];

/// What is looked for in the files the gate goes by.
const CONTROLS: &[Ailment] = &[
    check(
        "CONTROLS_MISSING",
        Warn,
        Controls,
        &["S4"],
        [
            "there is no `.changeward/`",
            "nothing says what may go ahead, and who approves edits of the gate itself",
            "run `changeward init`, and commit what it writes",
        ],
    ),
    check(
        "CONTROLS_INVALID",
        Error,
        Controls,
        &["S4"],
        [
            "the control files cannot be used",
            "the gate decides nothing until they are mended: every change fails",
            "mend them; `changeward check` shows each mistake at its place",
        ],
    ),
    check(
        "CONTROL_NOT_PLAIN",
        Error,
        Controls,
        &["I2"],
        [
            "a control file is a link or a submodule",
            "whoever edits what it points to edits no control file",
            "put the file itself there",
        ],
    ),
    check(
        "CONTROL_OWNERS_MISSING",
        Warn,
        Controls,
        &["S4"],
        [
            "nobody is named for edits of the gate's own files",
            "they need the approval of whoever owns each of them, be it the author's own team",
            "name people or a team: `[control] owners = [\"@org/team\"]` in .changeward/config.toml",
        ],
    ),
    check(
        "CONTROL_UNOWNED",
        Error,
        Controls,
        &["S2", "S4"],
        [
            "control files that nobody owns",
            "nobody is asked when the gate, its rules or its workflows change; a warning where `[control] owners` are named",
            "give them an owner: a row of the matrix, or a line of CODEOWNERS",
        ],
    ),
    check(
        "CODEOWNERS_SILENT",
        Warn,
        Controls,
        &["S2", "S4"],
        [
            "CODEOWNERS names nobody for the workflows or for `.changeward/`",
            "GitHub's own review by code owners, the second lock on the gate's files, does not hold there",
            "add lines for `/.github/workflows/` and `/.changeward/`",
        ],
    ),
    check(
        "ESCALATION_MISSING",
        Error,
        Controls,
        &["ownership"],
        [
            "nobody receives what nobody owns",
            "a change of an unowned file is blocked, and there is nobody to ask",
            "name one person: `[escalation] owner = \"@login\"` in .changeward/ownership.toml",
        ],
    ),
    check(
        "TEMPLATE_SELF_PUBLISHED",
        Error,
        Controls,
        &["A1"],
        [
            "a template is published and nobody but its proposer approved it",
            "it is not used: nobody approves in advance what they proposed",
            "let somebody else of the change authority approve it: `approved_by`",
        ],
    ),
    check(
        "INCIDENT_DECLARERS",
        Warn,
        Controls,
        &["A9"],
        [
            "whoever may write can declare an incident",
            "the author of a change labels an issue, and the change is an emergency",
            "name a team: `[emergency.incidents] declarers = [\"@org/oncall\"]`",
        ],
    ),
    check(
        "FREEZE_WITHOUT_APPROVERS",
        Warn,
        Controls,
        &["freeze"],
        [
            "a calendar names nobody who may let a change through",
            "in a freeze even the mend of an outage is blocked, and the freeze is switched off by an edit",
            "name them: `approvers = [\"@login\"]` in its `[[calendar]]` entry",
        ],
    ),
    check(
        "CLONE_SHALLOW",
        Info,
        Controls,
        &["I1"],
        [
            "the history of this clone is cut off",
            "a merge base may lie beyond the edge, and the change is then read by the API, in more requests",
            "give `actions/checkout` the input `fetch-depth: 0`",
        ],
    ),
];
