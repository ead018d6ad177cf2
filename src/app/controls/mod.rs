//! The control files of one revision: found, read, parsed, with every mistake of every file reported together.
//!
//! Always the base revision (or a folder that stands for it), never the proposed change: a change does not get to write
//! the rules it is judged by.

mod authored;
mod conftest;
mod fault;
mod ownership;
mod reader;

pub(super) use authored::{Authored, AuthoredKind, authored, metas};
pub(super) use fault::SeveralInvalid;
pub(super) use ownership::{BASELINE, Owners, PLACES, baseline, survey};

use super::failure::Failure;
use crate::model::{
    CalendarRule, CalendarState, Config, Exception, Finding, Lockdown, Matrix, Moment, Place, Template,
};
use crate::parse;
use crate::parse::calendar::Calendar;
use crate::policy::conftest::Policies;
use crate::policy::engine::{Limits, Module, Pack, RuleMeta};
use crate::world::tree::Tree;
use ownership::Owning;
pub(super) use reader::unreadable;
use reader::{Reader, files_of};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The folder of everything people write for the gate.
pub(super) const FOLDER: &str = ".changeward";

/// What people write there: files of their own…
const FILES: [&str; 3] = ["baseline.toml", "config.toml", "ownership.toml"];

/// …and folders of files.
const FOLDERS: [&str; 6] = ["calendars", "exceptions", "lockdowns", "policies", "templates", "tests"];

/// Everything the base revision says about how changes are decided.
#[derive(Debug)]
pub(super) struct Controls {
    pub(super) config: Config,
    owning: Owning,
    pub(super) templates: Vec<Template>,
    pub(super) lockdowns: Vec<Lockdown>,
    pub(super) exceptions: Vec<Exception>,
    calendars: BTreeMap<String, Calendar>,
    /// Policies as Conftest runs them.
    pub(super) conftest: Option<Policies>,
    /// The organisation's own policies and the shipped ones.
    pub(super) modules: Vec<Module>,
    /// What METADATA says of their rules.
    pub(super) metas: Vec<RuleMeta>,
    /// Lines that CODEOWNERS skips, blocks of METADATA that cannot be read.
    pub(super) noticed: Vec<Finding>,
    /// `sha256:…` over the policies.
    pub(super) policy_digest: String,
    /// `sha256:…` over the configuration (with the policies' parameters), templates, calendars, lockdowns, exceptions.
    pub(super) controls_digest: String,
}

impl Controls {
    /// Reads all control files of a revision.
    ///
    /// # Errors
    /// When a file cannot be read (exit 4), or one or more do not parse (exit 3, all their problems at once).
    pub(super) fn read(tree: &dyn Tree) -> Result<Self, Failure> {
        let mut reader = Reader::new(tree);
        let paths = tree.list(FOLDER).map_err(unreadable)?;
        let config = reader.config()?;
        let sources = reader.sources(&config.ownership)?;
        let templates = reader.each(&paths, "templates", ".toml", parse::template)?;
        let lockdowns = reader.each(&paths, "lockdowns", ".toml", parse::lockdown)?;
        let exceptions = reader.each(&paths, "exceptions", ".toml", parse::exception)?;
        reader.unclaimed(&paths);
        let mut config = config;
        config.calendars.extend(unlisted(&paths, &config, &templates));
        let calendars = reader.calendars(&config, &templates)?;
        let modules = reader.modules(&paths)?;
        let conftest = config.conftest.as_ref().map(|wish| reader.conftest(wish)).transpose()?;
        reader.same_id(&templates, |t| (&t.id, &t.place), "template");
        reader.same_id(&lockdowns, |l| (&l.id, &l.place), "lockdown");
        reader.same_id(&exceptions, |e| (&e.id, &e.place), "exception");
        let metas = reader.metas(&modules);
        if !reader.invalid.is_empty() {
            // Otherwise the evaluating process finds them; here they join the other files' mistakes.
            reader.parsed(Pack::load(&modules, metas.clone(), Limits::default()));
        }
        if let Some(failure) = reader.failure() {
            return Err(failure);
        }
        Ok(Self {
            policy_digest: policy_digest(&modules),
            controls_digest: hex(reader.controls.finalize().as_slice()),
            owning: Owning { sources, sum: reader.ownership },
            noticed: reader.noticed,
            config,
            templates,
            lockdowns,
            exceptions,
            calendars,
            conftest,
            modules,
            metas,
        })
    }

    /// The matrix, if there is one.
    pub(super) fn matrix(&self) -> Option<&Matrix> {
        self.owning.sources.matrix.as_ref()
    }

    /// The environment that was probably meant: this one is named nowhere, and differs from one that is by a slip. A
    /// freeze of `production` must not miss `prodction`.
    pub(super) fn meant_environment(&self, environment: &str) -> Option<&str> {
        let calendars = self.config.calendars.iter().flat_map(|rule| &rule.environments);
        let templates = self.templates.iter().flat_map(|template| &template.environments);
        let lockdowns = self.lockdowns.iter().flat_map(|lockdown| &lockdown.environments);
        let named: Vec<&str> = calendars.chain(templates).chain(lockdowns).map(String::as_str).collect();
        if named.contains(&environment) {
            return None;
        }
        let slip = |name: &&&str| strsim::damerau_levenshtein(&name.to_lowercase(), &environment.to_lowercase()) <= 2;
        named.iter().find(slip).copied()
    }

    /// The freeze calendars that apply to an environment, at a moment.
    pub(super) fn calendar_states(&self, environment: &str, now: Moment) -> Vec<CalendarState> {
        let applies = |rule: &&CalendarRule| {
            rule.environments.is_empty() || rule.environments.iter().any(|name| name == environment)
        };
        let state = |rule: &CalendarRule| {
            let at = self.calendars.get(&rule.file)?.state_at(now);
            Some(CalendarState {
                file: rule.file.clone(),
                open: at.open,
                event: at.event,
                next_transition: at.next_transition,
                approvers: rule.approvers.clone(),
            })
        };
        self.config.calendars.iter().filter(applies).filter_map(state).collect()
    }

    /// The calendars templates name as their window: open or not at a moment.
    pub(super) fn windows(&self, now: Moment) -> BTreeMap<String, bool> {
        let named = self.templates.iter().filter_map(|template| template.window.as_ref());
        let state = |file: &String| Some((file.clone(), self.calendars.get(file)?.state_at(now).open));
        named.filter_map(state).collect()
    }
}

/// A calendar that no `[[calendar]]` and no template names is a freeze everywhere, without approvers of its own: a freeze
/// that somebody forgot to list must not pass for none.
fn unlisted(paths: &[String], config: &Config, templates: &[Template]) -> Vec<CalendarRule> {
    let named = |file: &str| {
        config.calendars.iter().any(|rule| rule.file == file)
            || templates.iter().any(|template| template.window.as_deref() == Some(file))
    };
    files_of(paths, "calendars", ".ics")
        .filter_map(|path| path.strip_prefix(FOLDER)?.strip_prefix('/'))
        .filter(|file| !named(file))
        .map(|file| CalendarRule {
            file: file.to_owned(),
            environments: Vec::new(),
            approvers: Vec::new(),
            place: Place { file: format!("{FOLDER}/{file}"), line: 0 },
        })
        .collect()
}

/// Name and text of every policy, each with its length before it.
fn policy_digest(modules: &[Module]) -> String {
    let mut sum = Sha256::new();
    for module in modules {
        add(&mut sum, module.file.as_bytes());
        add(&mut sum, module.source.as_bytes());
    }
    hex(sum.finalize().as_slice())
}

/// Adds a piece so that no two lists of pieces share a digest.
pub(super) fn add(sum: &mut Sha256, piece: &[u8]) {
    sum.update((piece.len() as u64).to_be_bytes());
    sum.update(piece);
}

/// `sha256:<hex>`
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::from("sha256:"), |mut out, byte| {
        out.push_str(&format!("{byte:02x}"));
        out
    })
}
