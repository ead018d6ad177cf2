//! The value of `data.changeward.proposal`, read strictly into [`Findings`]: what has the wrong shape is an error that
//! names its rule, never something to skip.

use super::engine::RuleMeta;
use super::error::{PolicyCode, PolicyError, PolicyErrors, Sources};
use crate::model::{ChangeClass, Finding, Findings, Moment, Obligation, Place, Principal, Requirement, Risk, Severity};
use serde_json::{Map, Value};

/// The sets that rules add to, and with them the words an organisation's policy may use.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum RuleSet {
    ForceNormal,
    EmergencyFault,
    TemplateFault,
    Deny,
    Warn,
    Require,
    Obligation,
}

impl RuleSet {
    pub(super) const ALL: [Self; 7] = [
        Self::ForceNormal,
        Self::EmergencyFault,
        Self::TemplateFault,
        Self::Deny,
        Self::Warn,
        Self::Require,
        Self::Obligation,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::ForceNormal => "force_normal",
            Self::EmergencyFault => "emergency_fault",
            Self::TemplateFault => "template_fault",
            Self::Deny => "deny",
            Self::Warn => "warn",
            Self::Require => "require",
            Self::Obligation => "obligation",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.as_str() == name)
    }

    /// The code of a finding that gives none, in a rule whose METADATA gives none.
    pub(super) fn default_code(self) -> &'static str {
        match self {
            Self::ForceNormal => "POLICY_FORCE_NORMAL",
            Self::EmergencyFault => "POLICY_EMERGENCY_FAULT",
            Self::TemplateFault => "POLICY_TEMPLATE_FAULT",
            Self::Deny => "POLICY_DENY",
            Self::Warn => "POLICY_WARN",
            Self::Require => "POLICY_REQUIRE",
            Self::Obligation => "POLICY_OBLIGATION",
        }
    }

    fn default_severity(self) -> Severity {
        match self {
            Self::Deny => Severity::Error,
            Self::Warn | Self::EmergencyFault => Severity::Warn,
            Self::ForceNormal | Self::TemplateFault | Self::Require | Self::Obligation => Severity::Info,
        }
    }
}

/// One element of a set with the rule that gave it.
pub(super) struct Element {
    pub(super) value: Value,
    pub(super) rule: Option<Place>,
}

/// What one evaluation gave: the proposal, and its sets again with the rule of each element.
pub(super) struct Proposal {
    pub(super) value: Map<String, Value>,
    pub(super) sets: Vec<(RuleSet, Vec<Element>)>,
}

/// Reads a proposal.
///
/// # Errors
/// Everything that has the wrong shape, each with its rule.
pub(super) fn read(proposal: Proposal, metas: &[RuleMeta], sources: &Sources) -> Result<Findings, PolicyErrors> {
    let mut reader = Reader { metas, sources, problems: Vec::new() };
    let mut findings = reader.frame(&proposal.value);
    for (set, elements) in proposal.sets {
        for element in elements {
            reader.element(set, element, &mut findings);
        }
    }
    if reader.problems.is_empty() { Ok(findings) } else { Err(PolicyErrors::new(reader.problems)) }
}

/// What the gate would say of an element, were a rule to give it.
pub(super) fn faults(set: RuleSet, value: Value) -> Vec<PolicyError> {
    let sources = Sources::new();
    let mut reader = Reader { metas: &[], sources: &sources, problems: Vec::new() };
    let mut findings = reader.frame(&Map::new());
    // Only the element is asked about.
    reader.problems.clear();
    reader.element(set, Element { value, rule: None }, &mut findings);
    reader.problems
}

/// The keys of a finding.
const FINDING_KEYS: &[&str] = &["code", "msg", "path", "paths", "line", "severity", "help", "url"];
/// The keys of a requirement.
const REQUIRE_KEYS: &[&str] = &["level", "who", "min", "why"];
/// The keys of an obligation.
const OBLIGATION_KEYS: &[&str] = &["kind", "due_in_days", "due", "msg", "paths"];
/// The keys of a proposal beside the sets.
const FRAME_KEYS: &[&str] = &["class", "risk", "usable"];
/// What a proposal may have beside them.
const EXCEPTIONS: &str = "exceptions";

/// Where a value stands, for the message.
struct At<'a> {
    set: &'a str,
    rule: Option<&'a Place>,
}

struct Reader<'a> {
    metas: &'a [RuleMeta],
    sources: &'a Sources,
    problems: Vec<PolicyError>,
}

impl Reader<'_> {
    fn wrong(&mut self, at: &At<'_>, message: String, help: &str) {
        let problem = PolicyError::new(PolicyCode::Shape, message).help(help);
        self.problems.push(match at.rule {
            Some(place) => problem.at_line(self.sources, place),
            None => problem,
        });
    }

    fn frame(&mut self, value: &Map<String, Value>) -> Findings {
        let at = At { set: "proposal", rule: None };
        let known: Vec<&str> = FRAME_KEYS.iter().copied().chain(RuleSet::ALL.map(RuleSet::as_str)).collect();
        self.unknown_keys(&at, value, &[known.as_slice(), &[EXCEPTIONS]].concat());
        for name in known.iter().filter(|name| !value.contains_key(**name)) {
            self.wrong(&at, format!("`proposal` has no `{name}`"), "the proposal holds every key of the contract");
        }
        let class = self.word(&at, value, "class", ChangeClass::parse, "none, standard, normal or emergency");
        let risk = self.word(&at, value, "risk", Risk::parse, "low, moderate or high");
        let usable = self.texts(&at, value, "usable").unwrap_or_default();
        Findings {
            class: class.unwrap_or(ChangeClass::Normal),
            risk: risk.unwrap_or(Risk::High),
            force_normal: Vec::new(),
            emergency_faults: Vec::new(),
            template_faults: Vec::new(),
            usable,
            deny: Vec::new(),
            warn: Vec::new(),
            require: Vec::new(),
            obligations: Vec::new(),
            exceptions: self.used(&at, value),
        }
    }

    /// The exceptions that were used.
    fn used(&mut self, at: &At<'_>, value: &Map<String, Value>) -> Vec<(String, Vec<String>)> {
        let list = value.get(EXCEPTIONS).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let help = "`exceptions` holds {\"id\": …, \"paths\": […]} for each that was used";
        let mut used = Vec::new();
        for one in list {
            let Some(map) = self.object(at, one, help) else { continue };
            let paths = self.texts(at, map, "paths").unwrap_or_default();
            used.extend(self.needed(at, map, "id").map(|id| (id, paths)));
        }
        used
    }

    fn element(&mut self, set: RuleSet, element: Element, out: &mut Findings) {
        let Element { value, rule } = element;
        let at = At { set: set.as_str(), rule: rule.as_ref() };
        match set {
            RuleSet::Require => out.require.extend(self.requirement(&at, &value)),
            RuleSet::Obligation => out.obligations.extend(self.obligation(&at, &value)),
            RuleSet::TemplateFault => out.template_faults.extend(self.template_fault(&at, &value)),
            RuleSet::ForceNormal => out.force_normal.extend(self.finding(&at, set, &value)),
            RuleSet::EmergencyFault => out.emergency_faults.extend(self.finding(&at, set, &value)),
            RuleSet::Deny => out.deny.extend(self.finding(&at, set, &value)),
            RuleSet::Warn => out.warn.extend(self.finding(&at, set, &value)),
        }
    }

    fn template_fault(&mut self, at: &At<'_>, value: &Value) -> Option<(String, Finding)> {
        if let Some([Value::String(id), fault]) = value.as_array().map(Vec::as_slice) {
            return Some((id.clone(), self.finding(at, RuleSet::TemplateFault, fault)?));
        }
        let message = format!("`template_fault` holds {}, not a template and its fault", shown(value));
        self.wrong(at, message, "write `template_fault contains [template.id, {\"code\": …, \"msg\": …}]`");
        None
    }

    fn finding(&mut self, at: &At<'_>, set: RuleSet, value: &Value) -> Option<Finding> {
        let meta = at.rule.and_then(|place| self.metas.iter().find(|m| m.file == place.file && m.line == place.line));
        let mut finding = Finding::new(set.default_code(), set.default_severity(), "");
        finding.rule = at.rule.cloned();
        if let Some(meta) = meta {
            finding.code = meta.code.clone().unwrap_or(finding.code);
            finding.help.clone_from(&meta.help);
            finding.url.clone_from(&meta.url);
        }
        let map = match value {
            Value::String(msg) if !msg.is_empty() => {
                finding.msg.clone_from(msg);
                return Some(finding);
            }
            Value::Object(map) => map,
            _ => {
                let message = format!("`{}` holds {}, which is no finding", at.set, shown(value));
                self.wrong(at, message, "a finding is a text, or an object with `code` and `msg`");
                return None;
            }
        };
        let before = self.problems.len();
        self.unknown_keys(at, map, FINDING_KEYS);
        self.fill(at, map, &mut finding);
        (self.problems.len() == before).then_some(finding)
    }

    /// The keys of an object finding.
    fn fill(&mut self, at: &At<'_>, map: &Map<String, Value>, finding: &mut Finding) {
        if let Some(code) = self.text(at, map, "code") {
            if code.chars().any(|c| c.is_whitespace() || c.is_control()) {
                self.wrong(at, format!("the code {code:?} holds a blank"), "a code is one word, such as `TWO_REVIEWS`");
            }
            finding.code = code;
        }
        match self.text(at, map, "msg") {
            Some(msg) => finding.msg = msg,
            None if map.contains_key("msg") => {}
            None => {
                self.wrong(at, format!("a finding of `{}` has no `msg`", at.set), "say in `msg` what is the matter")
            }
        }
        finding.paths.extend(self.text(at, map, "path"));
        finding.paths.extend(self.texts(at, map, "paths").unwrap_or_default());
        finding.line = self.count(at, map, "line");
        let severity = |word: &str| {
            [Severity::Info, Severity::Warn, Severity::Error].into_iter().find(|severity| severity.as_str() == word)
        };
        if map.contains_key("severity") {
            finding.severity =
                self.word(at, map, "severity", severity, "info, warn or error").unwrap_or(finding.severity);
        }
        finding.help = self.text(at, map, "help").or(finding.help.take());
        finding.url = self.text(at, map, "url").or(finding.url.take());
    }

    fn requirement(&mut self, at: &At<'_>, value: &Value) -> Option<Requirement> {
        let map =
            self.object(at, value, "write `require contains {\"level\": …, \"who\": […], \"min\": 1, \"why\": …}`")?;
        let before = self.problems.len();
        self.unknown_keys(at, map, REQUIRE_KEYS);
        let level = self.needed(at, map, "level");
        let why = self.text(at, map, "why").unwrap_or_default();
        let min = if map.contains_key("min") { self.count(at, map, "min") } else { Some(1) };
        let mut who = Vec::new();
        if !map.contains_key("who") {
            self.wrong(at, "a requirement has no `who`".to_owned(), "an empty `who` falls to the escalation owner");
        }
        for name in self.texts(at, map, "who").unwrap_or_default() {
            let anyone = Principal::anyone();
            // A role never stands in a rule, but a rule hands back whom the facts name.
            match Principal::parse(&name).or_else(|| Principal::role(&name)) {
                Some(principal) => who.push(principal),
                None if name == anyone.as_str() => who.push(anyone),
                None => self.wrong(
                    at,
                    format!("{name:?} in `who` names nobody"),
                    "write `@login`, `@org/team`, an e-mail address or \"anyone else\"",
                ),
            }
        }
        let requirement = Requirement { level: level?, who, min: min?, why, rule: at.rule.cloned() };
        (self.problems.len() == before).then_some(requirement)
    }

    fn obligation(&mut self, at: &At<'_>, value: &Value) -> Option<Obligation> {
        let map = self.object(at, value, "write `obligation contains {\"kind\": …, \"due_in_days\": 5}`")?;
        let before = self.problems.len();
        self.unknown_keys(at, map, OBLIGATION_KEYS);
        let kind = self.needed(at, map, "kind");
        let due_in_days = map.get("due_in_days").and_then(Value::as_i64);
        if map.contains_key("due_in_days") && due_in_days.is_none_or(|days| days < 0) {
            self.wrong(at, "`due_in_days` is not a whole number from 0".to_owned(), "write whole days");
        }
        let due = self.text(at, map, "due").and_then(|text| {
            let due = Moment::parse(&text);
            if due.is_none() {
                self.wrong(
                    at,
                    format!("`due` is {text:?}, which is no time"),
                    "write 2026-11-22 or 2026-11-22T16:00:00Z",
                );
            }
            due
        });
        let msg = self.text(at, map, "msg");
        let paths = self.texts(at, map, "paths").unwrap_or_default();
        let obligation = Obligation { kind: kind?, due_in_days, due, msg, paths, rule: at.rule.cloned() };
        (self.problems.len() == before).then_some(obligation)
    }

    fn object<'v>(&mut self, at: &At<'_>, value: &'v Value, help: &str) -> Option<&'v Map<String, Value>> {
        let map = value.as_object();
        if map.is_none() {
            self.wrong(at, format!("`{}` holds {}, not an object", at.set, shown(value)), help);
        }
        map
    }

    /// A text that must be there.
    fn needed(&mut self, at: &At<'_>, map: &Map<String, Value>, key: &str) -> Option<String> {
        if !map.contains_key(key) {
            self.wrong(at, format!("an element of `{}` has no `{key}`", at.set), "add it");
        }
        self.text(at, map, key)
    }

    /// A text that is not empty.
    fn text(&mut self, at: &At<'_>, map: &Map<String, Value>, key: &str) -> Option<String> {
        match map.get(key)? {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            other => {
                let message = format!("`{key}` in `{}` is {}, not a text", at.set, shown(other));
                self.wrong(at, message, "write a text that is not empty");
                None
            }
        }
    }

    /// Texts, from an array or a set.
    fn texts(&mut self, at: &At<'_>, map: &Map<String, Value>, key: &str) -> Option<Vec<String>> {
        let value = map.get(key)?;
        let texts = value
            .as_array()
            .and_then(|items| items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>());
        if texts.is_none() {
            let message = format!("`{key}` in `{}` is {}, not a list of texts", at.set, shown(value));
            self.wrong(at, message, "write an array or a set of texts");
        }
        texts
    }

    /// A whole number from 1.
    fn count(&mut self, at: &At<'_>, map: &Map<String, Value>, key: &str) -> Option<u32> {
        let value = map.get(key)?;
        let count = value.as_u64().and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
        if count.is_none() {
            let message = format!("`{key}` in `{}` is {}, not a whole number from 1", at.set, shown(value));
            self.wrong(at, message, "write a whole number");
        }
        count
    }

    /// One of some words.
    fn word<T>(
        &mut self,
        at: &At<'_>,
        map: &Map<String, Value>,
        key: &str,
        parse: impl Fn(&str) -> Option<T>,
        words: &str,
    ) -> Option<T> {
        let value = map.get(key)?;
        let word = value.as_str().and_then(parse);
        if word.is_none() {
            self.wrong(at, format!("`{key}` in `{}` is {}", at.set, shown(value)), &format!("it is one of {words}"));
        }
        word
    }

    fn unknown_keys(&mut self, at: &At<'_>, map: &Map<String, Value>, known: &[&str]) {
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            let help = match super::check::closest(key, known.iter().copied()) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("the keys are {}", known.join(", ")),
            };
            self.wrong(at, format!("an element of `{}` has the unknown key `{key}`", at.set), &help);
        }
    }
}

/// A value in a message: short, on one line, without control characters.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    let short: String = text.chars().take(60).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}
