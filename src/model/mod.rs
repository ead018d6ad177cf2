//! The hall: the words everyone speaks, and their invariants. No I/O, no serialisation, no policy.
//!
//! One word per idea, here and everywhere else: code, Rego input, documents, messages.

mod approval;
mod asked;
mod attachment;
mod audit;
mod change;
mod ci_event;
mod claim;
mod codeowners_line;
mod command;
mod config;
mod conftest;
mod constraint;
mod datum;
mod decision;
mod deployment;
mod doc_pattern;
mod doctor;
mod document;
mod edit;
mod effect;
mod exception;
mod facts;
mod file_facts;
mod finding;
mod forge;
mod forge_settings;
mod frame;
mod gate;
mod import;
mod lockfile;
mod ownership;
mod path;
mod pattern;
mod pattern_github;
mod pattern_index;
mod pattern_text;
mod people;
mod policy_doc;
mod policy_lint;
mod policy_test;
mod presence;
mod quick_table;
mod review;
mod roster;
mod sample;
mod spoken;
mod standing;
mod template;
mod template_view;
mod text_pattern;
mod time;
mod tracked;
mod version;
mod workflow;

pub use approval::{Approval, ApprovalDecision, ApproverKind, Content, DifferingPath, Membership, last_words};
pub use asked::{Asked, AskedPath, Duty, Letter, PathList, Question, There, people_of};
pub use attachment::{Attachment, AttachmentFormat};
pub use audit::{
    Acceptance, AuditFinding, AuditLint, AuditReport, Baseline, BaselineEntry, CommitTouch, CountedFile, Coverage,
    DriftWindow, History, Share, Size,
};
pub use change::{Change, Commit, CommitId, Diff, FileDiff, FileKind, FileStatus, Identity, ObjectId, Opaque, Side};
pub use ci_event::{CiEvent, Subject};
pub use claim::{ChangeClass, Claim, ClaimSource, ClaimText, FollowUp};
pub use codeowners_line::{CodeownersLine, UnsayableRow};
pub use command::{Command, Misread};
pub use config::{
    CalendarRule, CalendarState, Config, ControlFiles, IncidentIssues, Lockdown, LockdownState, OwnersReading,
    OwnershipConfig,
};
pub use conftest::{ConftestConfig, ConftestParser};
pub use constraint::{Allows, Companion, Constraint, DependencyRule, Direction, FileRule, LineRule, ValueRule};
pub use datum::Datum;
pub use decision::{Ask, Decision, Digests, Level, Reason, Verdict};
pub use deployment::{Deployment, DeploymentStatus, WorkflowRun};
pub use doc_pattern::DocPattern;
pub use doctor::{Ailment, DoctorReport, Organ, Symptom};
pub use document::{Documents, Field, Form, Node, Scalar, ScalarKind, Syntax, SyntaxFault, Value};
pub use edit::{
    Dependency, DocPath, DocumentHead, Edit, EditKind, EditValue, FileEdits, LineEdits, LinePair, Step, Unanalysable,
    ValueEdits, VersionStep,
};
pub use effect::{Done, Effect, Receipt};
pub use exception::{Exception, ExceptionEntry, ExceptionFacts, ExceptionsReport, Standing, UsedException, Waiving};
pub use facts::{
    Actors, CheckResult, Facts, ForgeFacts, ForgeObligation, Incident, IntegrityError, LockdownFacts, Outcome, Risk,
    RiskFactors, RowFacts, Stats, TemplateFacts, TemplateFault,
};
pub use file_facts::FileFacts;
pub use finding::{Finding, Findings, Obligation, Place, Requirement, Severity, counted, grouped};
pub use forge::{
    Account, CommitStatus, Comparison, ForgeCommit, Issue, Known, Permission, PullFile, PullRequest, PullReview,
    Remark, RepoName, Repository, ReviewState, StatusState, TimelineEvent, TreeEntry,
};
pub use forge_settings::{
    ActionsSettings, BranchRule, BypassActor, CodeownersFault, ForgeEnvironment, ForgeSettings, Protection,
    RequiredStatus, Ruleset,
};
pub use frame::FrameHead;
pub use gate::{About, Beside, OUTPUTS, ObligationMarker, Owed, Request, RequestMarker, VERDICT_MARKER};
pub use import::{Doubt, Draft, DraftPerson, DraftRow, DraftTeam, ImportKind, Spelling, Unused};
pub use lockfile::{
    Bearing, Inconsistent, LockSyntax, LockedPackage, LockedRequirement, LockedSource, LockedValue, Lockfile, Manifest,
    ManifestRequirement, RequirementText, VersionScheme,
};
pub use ownership::{
    Absence, Assignment, Catalog, CatalogEntity, ChromiumFile, ChromiumOwners, Codeowners, Dialect, Disagreement,
    Escalation, EscalationStep, Grant, Import, KubernetesOwners, MOST_IMPORTS, Matrix, OwnedState, OwnerRule,
    OwnersDirectory, OwnersFiles, OwnersFilter, OwnersList, OwnersRule, Ownership, OwnershipAnswer, PathRow, PerFile,
    PerFileGlob, Person, REPOSITORY_ROW, Row, RowId, RowKind, RowLint, Section, SectionEntry, Sections, Sources, Team,
    Voice,
};
pub use path::{RepoPath, is_unsafe};
pub use pattern::{Pattern, PatternError};
pub use pattern_index::{PatternIndex, Sweep};
pub use people::{Principal, PrincipalKind};
pub use policy_doc::{DocFile, DocParam, DocRule, PolicyDoc};
pub use policy_lint::{LineStarts, LintFinding, LintReport, PolicyLint, Stretch};
pub use policy_test::{
    CaseFile, CaseInput, CoveredFile, Difference, PolicyCase, PolicyCoverage, PolicyTest, TestCase, TestFault,
    TestOutcome, TestReason, TestReport, TestResult, Wanted, line_ranges,
};
pub use presence::Presence;
pub use review::Review;
pub use roster::{
    AnswerRow, Gap, GapExtent, OwnedFiles, Part, PathAnswer, PathNode, Roster, RosterPerson, RosterRow, RosterTeam,
};
pub use sample::{Past, Proof, Sample};
pub use spoken::{Hold, Spoken, SpokenClaim};
pub use standing::{DeployStanding, DeployWords, GateMode, PullStanding, PullWords, Superseded, Waiter};
pub use template::{Breaker, Limits, Template, TemplateState, UsageCap};
pub use template_view::{
    CaseFound, DraftPattern, DraftRule, DraftValue, TemplateCase, TemplateDraft, TemplateList, TemplateStanding,
    TemplateTests, TemplateView, TestedTemplate,
};
pub use text_pattern::TextPattern;
pub use time::{DAY, Moment, Span};
pub use tracked::{FoundFile, TrackedFile};
pub use workflow::{Job, JobStep, TokenRight, TokenRights, Trigger, Workflow, WorkflowFault, Written};
