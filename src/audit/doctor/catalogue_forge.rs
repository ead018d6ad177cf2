//! The checks that ask the forge. The list of all is in `catalogue`.

use super::catalogue::check;
use crate::model::Ailment;
use crate::model::Organ::{Actions, Branch, Environments, People, Token};
use crate::model::Severity::{Error, Info, Warn};

/// What is looked for in the settings.
pub(super) const FORGE: &[Ailment] = &[
    check(
        "STATUS_NOT_REQUIRED",
        Error,
        Branch,
        &["S3"],
        [
            "the gate's status is not required",
            "a change is merged whatever the gate says",
            "require it in a ruleset of the branch",
        ],
    ),
    check(
        "STATUS_UNPINNED",
        Error,
        Branch,
        &["S1"],
        [
            "the required status may come from anybody",
            "everybody with write access, and every workflow with `statuses: write`, can post it",
            "choose the app that posts it as the expected source",
        ],
    ),
    check(
        "STATUS_OF_ACTIONS",
        Error,
        Branch,
        &["S1"],
        [
            "the required status is expected from GitHub Actions",
            "every workflow of every branch is GitHub Actions",
            "post it with an app of its own, and choose that app as the expected source",
        ],
    ),
    check(
        "BRANCH_MAY_LAG",
        Warn,
        Branch,
        &["S5"],
        [
            "a change may be merged that is behind its branch",
            "what was judged is not what lands",
            "require branches to be up to date, or use a merge queue",
        ],
    ),
    check(
        "PULL_NOT_REQUIRED",
        Warn,
        Branch,
        &["S3"],
        [
            "the branch takes pushes without a pull request",
            "a commit whose status is green somewhere else can be pushed here",
            "require a pull request in a ruleset of the branch",
        ],
    ),
    check(
        "FORCE_PUSH",
        Error,
        Branch,
        &["S5"],
        [
            "the branch may be pushed over",
            "what was judged and merged is replaced by something nobody judged",
            "block force pushes in a ruleset of the branch",
        ],
    ),
    check(
        "DELETION",
        Warn,
        Branch,
        &["S5"],
        [
            "the branch may be deleted",
            "it can be made again with another history",
            "restrict deletions in a ruleset of the branch",
        ],
    ),
    check(
        "STALE_REVIEWS",
        Info,
        Branch,
        &["A4"],
        [
            "GitHub keeps approvals when something is pushed",
            "the gate does not: it weighs each against what it approved. GitHub's own count of reviews is the weaker one",
            "nothing needs to be done; `dismiss_stale_reviews_on_push` makes both alike",
        ],
    ),
    check(
        "LAST_PUSH",
        Info,
        Branch,
        &["A1"],
        [
            "GitHub counts the approval of the last pusher",
            "the gate does not. GitHub's own count of reviews is the weaker one",
            "nothing needs to be done; `require_last_push_approval` makes both alike",
        ],
    ),
    check(
        "QUEUE_UNGATED",
        Error,
        Branch,
        &["S6"],
        [
            "the branch has a merge queue, and the gate does not run on `merge_group`",
            "the status never comes for a group: the queue stands still until somebody takes it off the list",
            "add `merge_group:` to the workflow of the gate",
        ],
    ),
    check(
        "BYPASS",
        Error,
        Branch,
        &["S3"],
        [
            "somebody may go round the rules of the branch",
            "they merge without the gate; a warning where they need a pull request for it",
            "take them off the bypass list; the gate knows emergencies",
        ],
    ),
    check(
        "RULESET_IDLE",
        Warn,
        Branch,
        &["S3"],
        [
            "a ruleset that requires the gate's status is not in force",
            "it looks like a lock and is none",
            "set its enforcement to active",
        ],
    ),
    check(
        "ACTIONS_WRITE",
        Warn,
        Actions,
        &["S1"],
        [
            "the token of a workflow may write unless the workflow says otherwise",
            "every workflow that forgets its `permissions` can post statuses and push",
            "set the default to read",
        ],
    ),
    check(
        "ACTIONS_APPROVE",
        Error,
        Actions,
        &["A2"],
        [
            "workflows may approve pull requests",
            "a workflow on any branch gives the review that GitHub asks for",
            "switch it off",
        ],
    ),
    check(
        "ACTIONS_UNPINNED",
        Info,
        Actions,
        &["S1"],
        [
            "GitHub does not insist on pinned actions",
            "a workflow with a moving tag can be added",
            "require actions to be pinned to a full-length commit SHA",
        ],
    ),
    check(
        "ENVIRONMENT_MISSING",
        Error,
        Environments,
        &["S2"],
        [
            "an environment that is named does not exist",
            "GitHub makes it when it is first used, without any protection",
            "make it, and say which branches may deploy to it",
        ],
    ),
    check(
        "ENVIRONMENT_ANY_BRANCH",
        Warn,
        Environments,
        &["S2"],
        [
            "every branch may deploy to an environment",
            "a branch brings its own copy of the deploy workflow, without the gate",
            "allow protected branches only",
        ],
    ),
    check(
        "ENVIRONMENT_UNGUARDED",
        Info,
        Environments,
        &["S2"],
        [
            "an environment has no rule of its own",
            "the gate's step in the deploy workflow is the only lock on it",
            "add required reviewers, or the protection rule of an app",
        ],
    ),
    check(
        "ENVIRONMENT_ADMINS",
        Warn,
        Environments,
        &["S3"],
        [
            "administrators may go round the rules of an environment",
            "they deploy without the approval it asks for",
            "switch it off in the settings of the environment",
        ],
    ),
    check(
        "CODEOWNERS_ERROR",
        Error,
        People,
        &["A8"],
        [
            "GitHub does not understand a line of CODEOWNERS",
            "it asks nobody for those paths: an owner is unknown, or may not write",
            "correct the line",
        ],
    ),
    check(
        "TEAM_MISSING",
        Error,
        People,
        &["A8"],
        [
            "a team that is named does not exist",
            "nobody can approve for it; whoever makes a team of that name can",
            "correct the name, or make the team",
        ],
    ),
    check(
        "TEAM_EMPTY",
        Error,
        People,
        &["A8"],
        [
            "a team that is named has no members",
            "nobody can approve for it; people who are only invited are no members",
            "add members to the team",
        ],
    ),
    check(
        "TOKEN_OF_WORKFLOW",
        Warn,
        Token,
        &["S1"],
        [
            "the token is that of a workflow",
            "a status it posts can be posted by every other workflow too",
            "use the token of an app in the gate's job",
        ],
    ),
    check(
        "TOKEN_RIGHT",
        Error,
        Token,
        &["I5"],
        [
            "the token may not read something that the gate reads",
            "the gate fails closed: no change gets a verdict",
            "give the token the permission that is named",
        ],
    ),
    check(
        "COULD_NOT_LOOK",
        Error,
        Token,
        &["I8"],
        [
            "something could not be looked at",
            "nobody knows whether it is in order, and that is not healthy",
            "ask with a token that may: `administration: read`, `environments: read` and, for teams, `members: read`",
        ],
    ),
];
