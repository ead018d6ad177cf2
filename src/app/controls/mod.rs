//! The control files of one revision: found, read, parsed, with every mistake of every file reported together.
//!
//! Always the base revision (or a folder that stands for it), never the proposed change: a change does not get to write
//! the rules it is judged by.

mod fault;

use super::failure::Failure;
use crate::model::{
    CalendarRule, CalendarState, Codeowners, Config, Exception, Finding, Lockdown, Matrix, Moment, Ownership, Place,
    RepoPath, Severity, Sources, Template,
};
use crate::parse::calendar::Calendar;
use crate::parse::{self, metadata::metadata};
use crate::policy::engine::{Limits, Module, Origin, Pack, RuleMeta};
use crate::policy::shipped;
use crate::world::WorldError;
use crate::world::tree::Tree;
use fault::{ControlFault, SeveralInvalid};
use miette::Diagnostic;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The folder of everything people write for the gate.
const FOLDER: &str = ".changeward";

/// What people write there: files of their own…
const FILES: [&str; 2] = ["config.toml", "ownership.toml"];

/// …and folders of files.
const FOLDERS: [&str; 5] = ["calendars", "exceptions", "lockdowns", "policies", "templates"];

/// Everything the base revision says about how changes are decided.
#[derive(Debug)]
pub(super) struct Controls {
    pub(super) config: Config,
    pub(super) ownership: Ownership,
    pub(super) templates: Vec<Template>,
    pub(super) lockdowns: Vec<Lockdown>,
    pub(super) exceptions: Vec<Exception>,
    calendars: BTreeMap<String, Calendar>,
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
    /// `sha256:…` over the ownership files.
    pub(super) ownership_digest: String,
}

impl Controls {
    /// Reads all control files of a revision.
    ///
    /// # Errors
    /// When a file cannot be read (exit 4), or one or more do not parse (exit 3, all their problems at once).
    pub(super) fn read(tree: &dyn Tree) -> Result<Self, Failure> {
        let mut reader = Reader {
            tree,
            invalid: Vec::new(),
            ownership: Sha256::new(),
            controls: Sha256::new(),
            noticed: Vec::new(),
        };
        let paths = tree.list(FOLDER).map_err(unreadable)?;
        let config = reader.text(&format!("{FOLDER}/config.toml"))?;
        let config = config.and_then(|(text, file)| reader.parsed(parse::config(&text, &file))).unwrap_or_default();
        let matrix = reader.matrix()?;
        let codeowners = reader.codeowners()?;
        let templates = reader.each(&paths, "templates", ".toml", parse::template)?;
        let lockdowns = reader.each(&paths, "lockdowns", ".toml", parse::lockdown)?;
        let exceptions = reader.each(&paths, "exceptions", ".toml", parse::exception)?;
        reader.unclaimed(&paths);
        let mut config = config;
        config.calendars.extend(unlisted(&paths, &config, &templates));
        let calendars = reader.calendars(&config, &templates)?;
        let modules = reader.modules(&paths)?;
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
            ownership_digest: hex(reader.ownership.finalize().as_slice()),
            controls_digest: hex(reader.controls.finalize().as_slice()),
            ownership: Ownership::new(Sources { matrix, codeowners, ..Sources::default() }),
            noticed: reader.noticed,
            config,
            templates,
            lockdowns,
            exceptions,
            calendars,
            modules,
            metas,
        })
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

struct Reader<'a> {
    tree: &'a dyn Tree,
    invalid: Vec<Box<dyn Diagnostic + Send + Sync>>,
    ownership: Sha256,
    controls: Sha256,
    noticed: Vec<Finding>,
}

impl Reader<'_> {
    /// The text of a file and its name; `None` when there is none. Bytes that are no text make the file invalid.
    fn text(&mut self, path: &str) -> Result<Option<(String, String)>, Failure> {
        let Some(bytes) = self.tree.read(path).map_err(unreadable)? else { return Ok(None) };
        add(&mut self.controls, path.as_bytes());
        add(&mut self.controls, &bytes);
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some((text, path.to_owned()))),
            Err(_) => {
                self.invalid.push(Box::new(ControlFault::NotText { file: path.to_owned() }));
                Ok(None)
            }
        }
    }

    fn parsed<T, E: Diagnostic + Send + Sync + 'static>(&mut self, read: Result<T, E>) -> Option<T> {
        read.map_err(|error| self.invalid.push(Box::new(error))).ok()
    }

    /// Parses every file of a folder with an ending.
    fn each<T, E: Diagnostic + Send + Sync + 'static>(
        &mut self,
        paths: &[String],
        folder: &str,
        ending: &str,
        parse: impl Fn(&str, &str) -> Result<T, E>,
    ) -> Result<Vec<T>, Failure> {
        let mut all = Vec::new();
        for path in files_of(paths, folder, ending) {
            if let Some((text, file)) = self.text(path)? {
                all.extend(self.parsed(parse(&text, &file)));
            }
        }
        Ok(all)
    }

    fn matrix(&mut self) -> Result<Option<Matrix>, Failure> {
        let Some((text, file)) = self.text(&format!("{FOLDER}/ownership.toml"))? else { return Ok(None) };
        self.digest(&file, text.as_bytes());
        Ok(self.parsed(parse::matrix(&text, &file)))
    }

    /// The first CODEOWNERS in GitHub's order; the others are ignored, as GitHub does.
    fn codeowners(&mut self) -> Result<Option<Codeowners>, Failure> {
        for path in parse::codeowners::locations() {
            let Some(bytes) = self.tree.read(path).map_err(unreadable)? else { continue };
            self.digest(path, &bytes);
            let read = parse::codeowners::codeowners(&bytes, &RepoPath::from(path));
            return Ok(self.parsed(read).map(|(codeowners, findings)| {
                self.noticed.extend(findings);
                codeowners
            }));
        }
        Ok(None)
    }

    fn digest(&mut self, name: &str, bytes: &[u8]) {
        add(&mut self.ownership, name.as_bytes());
        add(&mut self.ownership, bytes);
    }

    /// The calendars the configuration and the templates name. One that is not there is an error: it may be a freeze.
    fn calendars(&mut self, config: &Config, templates: &[Template]) -> Result<BTreeMap<String, Calendar>, Failure> {
        let windows = templates.iter().filter_map(|t| Some((t.window.as_ref()?, &t.place)));
        let named: Vec<_> = config.calendars.iter().map(|c| (&c.file, &c.place)).chain(windows).collect();
        let mut calendars = BTreeMap::new();
        for (file, place) in named {
            if calendars.contains_key(file) {
                continue;
            }
            let path = format!("{FOLDER}/{file}");
            match self.tree.read(&path).map_err(unreadable)? {
                Some(bytes) => {
                    add(&mut self.controls, path.as_bytes());
                    add(&mut self.controls, &bytes);
                    if let Some(calendar) = self.parsed(parse::calendar::calendar(&bytes, &path)) {
                        calendars.insert(file.clone(), calendar);
                    }
                }
                None => self.invalid.push(Box::new(ControlFault::NoCalendar { file: path, place: place.to_string() })),
            }
        }
        Ok(calendars)
    }

    /// The shipped policies and the organisation's own. Tests beside them (`*_test.rego`) are not rules.
    fn modules(&mut self, paths: &[String]) -> Result<Vec<Module>, Failure> {
        let mut modules = shipped::modules();
        for path in files_of(paths, "policies", ".rego").filter(|path| !path.ends_with("_test.rego")) {
            if let Some((source, file)) = self.text(path)? {
                modules.push(Module { file, source, origin: Origin::Organisation });
            }
        }
        Ok(modules)
    }

    /// A file that nothing reads may be one somebody relies on: `ownershp.toml` must not mean "nobody owns anything".
    fn unclaimed(&mut self, paths: &[String]) {
        for path in paths {
            let inside = path.strip_prefix(FOLDER).and_then(|rest| rest.strip_prefix('/')).unwrap_or(path);
            let (folder, name) = inside.split_once('/').unwrap_or(("", inside));
            // A file in a folder's place, or a folder in a file's, would be passed over, and with it perhaps a freeze.
            if FOLDERS.contains(&inside) {
                self.invalid.push(Box::new(ControlFault::NoFolder { path: path.clone() }));
            }
            if FILES.contains(&folder) {
                self.invalid.push(Box::new(ControlFault::NoFile { path: format!("{FOLDER}/{folder}") }));
            }
            let known = match folder {
                "" => FILES.contains(&name),
                "templates" | "lockdowns" | "exceptions" => name.ends_with(".toml"),
                "calendars" => name.ends_with(".ics"),
                "policies" => name.ends_with(".rego"),
                _ => false,
            };
            let lower = name.to_lowercase();
            let relied_on = [".toml", ".rego", ".ics"].iter().any(|ending| lower.ends_with(ending));
            if relied_on && !known {
                self.invalid.push(Box::new(ControlFault::Unclaimed { file: path.clone() }));
            }
        }
    }

    /// What METADATA gives to the findings of the organisation's rules. The shipped ones give their codes themselves.
    fn metas(&mut self, modules: &[Module]) -> Vec<RuleMeta> {
        let mut metas = Vec::new();
        for module in modules.iter().filter(|module| module.origin == Origin::Organisation) {
            let (blocks, problems) = metadata(&module.source);
            for problem in problems {
                let finding = Finding::new("POLICY_METADATA", Severity::Warn, problem.message.clone());
                self.noticed.push(finding.at([module.file.clone()]).line(problem.line));
            }
            metas.extend(blocks.into_iter().filter_map(|block| super::evaluate::rule_meta(&module.file, block)));
        }
        metas
    }

    fn same_id<T>(&mut self, items: &[T], of: impl Fn(&T) -> (&String, &crate::model::Place), what: &'static str) {
        let mut seen: BTreeMap<&String, &crate::model::Place> = BTreeMap::new();
        for item in items {
            let (id, place) = of(item);
            if let Some(first) = seen.insert(id, place) {
                let (id, first, second) = (id.clone(), first.to_string(), place.to_string());
                self.invalid.push(Box::new(ControlFault::SameId { what, id, first, second }));
            }
        }
    }

    fn failure(&mut self) -> Option<Failure> {
        let mut invalid = std::mem::take(&mut self.invalid);
        match invalid.len() {
            0 => None,
            1 => invalid.pop().map(|one| Failure::boxed(super::failure::FailureKind::Invalid, one)),
            _ => Some(Failure::invalid(SeveralInvalid { related: invalid })),
        }
    }
}

/// A control file that is there and is no plain file is an invalid one; anything else is git's or the disk's trouble.
fn unreadable(error: WorldError) -> Failure {
    match error {
        WorldError::NotAFile { .. } | WorldError::TooLarge { .. } => Failure::invalid(error),
        _ => Failure::world(error),
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

fn files_of<'a>(paths: &'a [String], folder: &str, ending: &'a str) -> impl Iterator<Item = &'a String> {
    let prefix = format!("{FOLDER}/{folder}/");
    paths.iter().filter(move |path| path.starts_with(&prefix) && path.ends_with(ending))
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
