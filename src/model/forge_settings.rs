//! How a repository is set up on its forge, as far as the gate rests on it.
//!
//! What this token may not see is [`Known::Unknown`]: the doctor says so, and never takes it for a yes.

use super::{Account, Known, Place, Principal, RepoName};

/// Everything that was asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForgeSettings {
    /// Where its pages are: `https://github.com`.
    pub server: String,
    /// The repository.
    pub repository: RepoName,
    /// The branch that is to be gated.
    pub branch: String,
    /// Whose token asked.
    pub viewer: Known<Account>,
    /// The rules that are in force on the branch.
    pub rules: Known<Vec<BranchRule>>,
    /// The rulesets about branches, in force or not.
    pub rulesets: Known<Vec<Ruleset>>,
    /// Classic protection of the branch; asked only where the rules leave something open.
    pub protection: Option<Known<Protection>>,
    /// What the token of a workflow may when the workflow does not say.
    pub actions: Known<ActionsSettings>,
    /// Actions must be pinned.
    pub pinned_actions: Known<bool>,
    /// The environments that are there.
    pub environments: Known<Vec<ForgeEnvironment>>,
    /// Those that should be, and what says so.
    pub wanted: Vec<(String, Option<Place>)>,
    /// What the forge says is wrong with CODEOWNERS.
    pub codeowners: Known<Vec<CodeownersFault>>,
    /// The teams that are named somewhere, and how many members each has.
    pub teams: Vec<(Principal, Known<usize>)>,
    /// What the gate reads, and whether this token may: the area, and why not.
    pub reads: Vec<(&'static str, Known<()>)>,
}

/// One rule in force on a branch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BranchRule {
    /// GitHub's word: `required_status_checks`, `non_fast_forward`, `deletion`, `pull_request`, `merge_queue`, …
    pub kind: String,
    /// The ruleset it comes from.
    pub ruleset: Option<u64>,
    /// The statuses it requires.
    pub required: Vec<RequiredStatus>,
    /// The branch must be up to date before a merge.
    pub strict: bool,
    /// Approvals fall when something is pushed.
    pub dismisses_stale: bool,
    /// Somebody other than the last pusher must approve.
    pub last_push: bool,
}

/// A status that must be green.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequiredStatus {
    /// Its context.
    pub context: String,
    /// The app that must have posted it; `None`: anybody may.
    pub app: Option<u64>,
}

/// A ruleset about branches.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ruleset {
    /// Its number.
    pub id: u64,
    /// What it is called.
    pub name: String,
    /// It belongs to the repository; otherwise to the organisation.
    pub own: bool,
    /// It is in force; otherwise it is switched off, or only watched.
    pub active: bool,
    /// The statuses it requires.
    pub required: Vec<RequiredStatus>,
    /// Who may go round it; unknown where the token may not see that.
    pub bypass: Known<Vec<BypassActor>>,
}

/// Somebody who may go round a ruleset.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BypassActor {
    /// Who, for people.
    pub who: String,
    /// At any time; otherwise only by a pull request.
    pub always: bool,
}

/// Classic protection of a branch.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Protection {
    /// The statuses it requires.
    pub required: Vec<RequiredStatus>,
    /// The branch must be up to date before a merge.
    pub strict: bool,
    /// It holds for administrators too.
    pub admins: bool,
    /// Anybody who may push may push over.
    pub force_pushes: bool,
    /// The branch may be deleted.
    pub deletions: bool,
    /// A change needs a pull request.
    pub pull_request: bool,
    /// Approvals fall when something is pushed.
    pub dismisses_stale: bool,
    /// Somebody other than the last pusher must approve.
    pub last_push: bool,
}

/// What workflows may when they do not say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ActionsSettings {
    /// Their token may write.
    pub write: bool,
    /// They may approve pull requests.
    pub approve: bool,
}

/// An environment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForgeEnvironment {
    /// Its name.
    pub name: String,
    /// Only some branches may deploy to it.
    pub some_branches: bool,
    /// Somebody or something must agree to a deployment.
    pub guarded: bool,
    /// Administrators may go round that.
    pub admins_bypass: bool,
}

/// Something the forge says is wrong with CODEOWNERS.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CodeownersFault {
    /// Where.
    pub place: Place,
    /// For people.
    pub why: String,
}
