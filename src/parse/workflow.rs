//! A workflow of GitHub Actions, as far as a gate could be got round by it.
//!
//! Read as GitHub reads it: YAML 1.2 (`on` is a word), no key twice. What is not understood is a fault and no guess, so that a
//! workflow that nobody can read never passes for one that does no harm.

use super::yaml::{self, Limits, Node, Scalar, Value};
use crate::model::{
    Job, JobStep, Place, TokenRight, TokenRights, Trigger, Workflow, WorkflowFault, Written, is_unsafe,
};
use std::collections::{BTreeMap, BTreeSet};

/// Largest file, in bytes.
const LIMITS: Limits = Limits { size: 1 << 20, aliases: true };

/// The keys of a trigger that limit it to a part of what happens.
const FILTERS: [&str; 6] = ["branches", "branches-ignore", "paths", "paths-ignore", "tags", "tags-ignore"];

/// Reads a workflow.
///
/// # Errors
/// Everything that is wrong with it.
pub fn workflow(bytes: &[u8], file: &str) -> Result<Workflow, Vec<WorkflowFault>> {
    let mut reader = Reader { file, faults: Vec::new() };
    let read = match std::str::from_utf8(bytes) {
        Ok(text) => reader.workflow(text.trim_start_matches('\u{feff}')),
        Err(_) => {
            reader.say(1, "it is no text");
            None
        }
    };
    match read {
        Some(workflow) if reader.faults.is_empty() => Ok(workflow),
        _ => Err(reader.faults),
    }
}

struct Reader<'f> {
    file: &'f str,
    faults: Vec<WorkflowFault>,
}

impl Reader<'_> {
    fn say(&mut self, line: u32, why: &str) {
        let why = why.chars().map(|c| if is_unsafe(c) { ' ' } else { c }).take(300).collect();
        self.faults.push(WorkflowFault { place: Place { file: self.file.to_owned(), line }, why });
    }

    fn workflow(&mut self, text: &str) -> Option<Workflow> {
        let (documents, fault) = yaml::documents(text, LIMITS);
        if let Some(fault) = fault {
            self.say(fault.line, &format!("it {}", fault.message));
            return None;
        }
        let mut documents = documents.into_iter();
        let Some(root) = documents.next() else {
            self.say(1, "it is empty");
            return None;
        };
        if let Some(second) = documents.next() {
            self.say(second.line, "a second document starts here");
        }
        self.no_key_twice(&root);
        if root.pairs().is_none() {
            self.say(root.line, "it is no mapping of keys");
            return None;
        }
        let triggers = match root.get("on") {
            Some(on) => self.triggers(on),
            None => {
                self.say(1, "nothing says what starts it: `on` is missing");
                Vec::new()
            }
        };
        let jobs = match root.get("jobs").and_then(Node::pairs) {
            Some(pairs) if !pairs.is_empty() => pairs.iter().map(|(key, job)| self.job(key, job)).collect(),
            _ => {
                self.say(1, "it has no jobs");
                Vec::new()
            }
        };
        let rights = root.get("permissions").and_then(|node| self.rights(node));
        let env = self.settings(root.get("env"));
        Some(Workflow { file: self.file.to_owned(), triggers, rights, env, jobs })
    }

    /// Which of two values holds would be a guess.
    fn no_key_twice(&mut self, node: &Node<'_>) {
        match &node.value {
            Value::Scalar(_) => {}
            Value::List(items) => items.iter().for_each(|item| self.no_key_twice(item)),
            Value::Map(pairs) => {
                let mut seen = BTreeSet::new();
                for (key, value) in pairs {
                    if let Some(name) = key.spelled()
                        && !seen.insert(&*name.text)
                    {
                        self.say(key.line, &format!("the key `{}` stands twice", name.text));
                    }
                    self.no_key_twice(value);
                }
            }
        }
    }

    fn triggers(&mut self, on: &Node<'_>) -> Vec<Trigger> {
        let plain = |event: &str, line| Trigger {
            event: event.to_owned(),
            types: None,
            branches: None,
            filters: Vec::new(),
            line,
        };
        match &on.value {
            Value::Scalar(_) => match on.text() {
                Some(event) => vec![plain(event, on.line)],
                None => {
                    self.say(on.line, "`on` names no event");
                    Vec::new()
                }
            },
            Value::List(items) => {
                let mut triggers = Vec::new();
                for item in items {
                    match item.text() {
                        Some(event) => triggers.push(plain(event, item.line)),
                        None => self.say(item.line, "`on` names something that is no event"),
                    }
                }
                triggers
            }
            Value::Map(pairs) => pairs.iter().filter_map(|(key, value)| self.trigger(key, value)).collect(),
        }
    }

    fn trigger(&mut self, key: &Node<'_>, value: &Node<'_>) -> Option<Trigger> {
        let Some(event) = key.text() else {
            self.say(key.line, "`on` names something that is no event");
            return None;
        };
        let known = |name: &str| value.get(name).is_some();
        Some(Trigger {
            event: event.to_owned(),
            types: value.get("types").map(|node| self.words(node)),
            branches: value.get("branches").map(|node| self.words(node)),
            filters: FILTERS.into_iter().filter(|name| known(name)).map(str::to_owned).collect(),
            line: key.line,
        })
    }

    /// One word, or a list of them.
    fn words(&mut self, node: &Node<'_>) -> Vec<String> {
        let one = |node: &Node<'_>| node.spelled().map(|spelled| spelled.text.to_string());
        match &node.value {
            Value::Scalar(_) => one(node).into_iter().collect(),
            Value::List(items) => items.iter().filter_map(one).collect(),
            Value::Map(_) => {
                self.say(node.line, "a word or a list of words was expected");
                Vec::new()
            }
        }
    }

    fn rights(&mut self, node: &Node<'_>) -> Option<TokenRights> {
        let line = node.line;
        if let Some(pairs) = node.pairs() {
            let mut named = BTreeMap::new();
            for (key, value) in pairs {
                match (key.text(), value.text().and_then(right)) {
                    (Some(area), Some(right)) => {
                        named.insert(area.to_owned(), right);
                    }
                    _ => self.say(key.line, "a permission is `read`, `write` or `none`"),
                }
            }
            return Some(TokenRights { others: TokenRight::None, named, line });
        }
        let others = match node.text() {
            Some("write-all") => TokenRight::Write,
            Some("read-all") => TokenRight::Read,
            // `permissions:` with nothing behind it gives nothing.
            _ if node.is_null() => TokenRight::None,
            _ => {
                self.say(line, "`permissions` is `read-all`, `write-all` or a list of areas");
                return None;
            }
        };
        Some(TokenRights { others, named: BTreeMap::new(), line })
    }

    fn job(&mut self, key: &Node<'_>, job: &Node<'_>) -> Job {
        let id = key.spelled().map(|spelled| spelled.text.to_string()).unwrap_or_default();
        if job.pairs().is_none() {
            self.say(key.line, &format!("the job `{id}` is no mapping of keys"));
        }
        let environment = job.get("environment").and_then(|node| written(node.get("name").unwrap_or(node)));
        let inherits = job.get("secrets").filter(|node| node.text() == Some("inherit"));
        let steps = match job.get("steps").map(|node| (node, &node.value)) {
            Some((_, Value::List(steps))) => steps.iter().map(|step| self.step(step)).collect(),
            Some((node, _)) => {
                self.say(node.line, &format!("the steps of the job `{id}` are no list"));
                Vec::new()
            }
            None => Vec::new(),
        };
        Job {
            line: key.line,
            rights: job.get("permissions").and_then(|node| self.rights(node)),
            condition: job.get("if").and_then(written),
            environment,
            tolerated: job.get("continue-on-error").filter(|node| is_on(node)).map(|node| node.line),
            uses: job.get("uses").and_then(written),
            inherits_secrets: inherits.map(|node| node.line),
            env: self.settings(job.get("env")),
            steps,
            id,
        }
    }

    fn step(&mut self, step: &Node<'_>) -> JobStep {
        if step.pairs().is_none() {
            self.say(step.line, "a step is no mapping of keys");
        }
        JobStep {
            line: step.line,
            uses: step.get("uses").and_then(written),
            run: step.get("run").and_then(written),
            with: self.settings(step.get("with")),
            env: self.settings(step.get("env")),
            condition: step.get("if").and_then(written),
            tolerated: step.get("continue-on-error").filter(|node| is_on(node)).map(|node| node.line),
        }
    }

    /// Names and values; an expression in the place of a mapping has none that could be read.
    fn settings(&mut self, node: Option<&Node<'_>>) -> Vec<(String, Written)> {
        let pairs = node.and_then(Node::pairs).unwrap_or_default();
        let one = |(key, value): &(Node<'_>, Node<'_>)| Some((key.spelled()?.text.to_string(), written(value)?));
        pairs.iter().filter_map(one).collect()
    }
}

fn right(word: &str) -> Option<TokenRight> {
    match word {
        "none" => Some(TokenRight::None),
        "read" => Some(TokenRight::Read),
        "write" => Some(TokenRight::Write),
        _ => None,
    }
}

/// Anything but a plain `false`: an expression may come out as true.
fn is_on(node: &Node<'_>) -> bool {
    !matches!(node.scalar(), Some(Scalar::Bool(false) | Scalar::Null))
}

fn written(node: &Node<'_>) -> Option<Written> {
    let text = node.spelled()?.text.to_string();
    Some(Written { text, line: node.line })
}

#[cfg(test)]
mod tests {
    use super::workflow;
    use crate::model::TokenRight;

    fn faults(text: &str) -> Vec<String> {
        let faults = workflow(text.as_bytes(), "w.yml").unwrap_err();
        faults.into_iter().map(|fault| format!("{}: {}", fault.place.line, fault.why)).collect()
    }

    #[test]
    fn what_starts_it_is_read_in_its_three_forms() {
        let jobs = "jobs: {a: {steps: []}}";
        for (on, events) in [
            ("on: push", "push"),
            ("on: [push, pull_request]", "push pull_request"),
            ("on: {push: , schedule: [{cron: '1 1 * * *'}]}", "push schedule"),
            ("\"on\": {pull_request_target: {types: [edited], paths: ['**']}}", "pull_request_target(edited)[paths]"),
        ] {
            let read = workflow(format!("{on}\n{jobs}\n").as_bytes(), "w.yml").unwrap();
            let shown = read.triggers.iter().map(|trigger| {
                let types = trigger.types.as_ref().map(|types| format!("({})", types.join(" "))).unwrap_or_default();
                let filters = &trigger.filters;
                let filters = if filters.is_empty() { String::new() } else { format!("[{}]", filters.join(" ")) };
                format!("{}{types}{filters}", trigger.event)
            });
            assert_eq!(shown.collect::<Vec<_>>().join(" "), events);
        }
    }

    #[test]
    fn an_area_that_is_not_named_has_no_right() {
        let text = "on: push\npermissions: {contents: read}\njobs:\n  a:\n    permissions: write-all\n    steps: []\n";
        let read = workflow(text.as_bytes(), "w.yml").unwrap();
        let (top, job) = (read.rights.unwrap(), read.jobs[0].rights.clone().unwrap());
        assert_eq!([top.of("contents"), top.of("statuses")], [TokenRight::Read, TokenRight::None]);
        assert_eq!((job.of("statuses"), job.line), (TokenRight::Write, 5));
    }

    #[test]
    fn what_cannot_be_read_is_a_fault_with_its_line() {
        for (text, said) in [
            ("", "1: it is empty"),
            ("- a\n", "1: it is no mapping of keys"),
            ("on: push\njobs: {}\n", "1: it has no jobs"),
            ("jobs: {a: {steps: []}}\n", "1: nothing says what starts it: `on` is missing"),
            ("on: push\njobs:\n  a: {steps: []}\n  a: {steps: []}\n", "4: the key `a` stands twice"),
            ("on: push\njobs:\n  a: text\n", "3: the job `a` is no mapping of keys"),
            ("on: push\njobs:\n  a:\n    steps: text\n", "4: the steps of the job `a` are no list"),
            ("on: push\njobs:\n  a:\n    steps:\n      - text\n", "5: a step is no mapping of keys"),
            (
                "on: push\npermissions: all\njobs: {a: {steps: []}}\n",
                "2: `permissions` is `read-all`, `write-all` or a list of areas",
            ),
            (
                "on: push\npermissions: {statuses: yes please}\njobs: {a: {steps: []}}\n",
                "2: a permission is `read`, `write` or `none`",
            ),
            ("on: push\njobs: {a: {steps: []}}\n---\nb: 1\n", "4: a second document starts here"),
        ] {
            assert_eq!(faults(text), [said], "{text:?}");
        }
        assert!(faults("on: [push\njobs: 1\n")[0].contains("is not YAML"));
        assert_eq!(workflow(b"\xff", "w.yml").unwrap_err()[0].why, "it is no text");
    }

    #[test]
    fn what_tolerates_a_failure_is_anything_but_a_plain_no() {
        for (value, tolerates) in [("true", true), ("false", false), ("${{ inputs.soft }}", true)] {
            let text = format!("on: push\njobs: {{a: {{continue-on-error: \"{value}\", steps: []}}}}\n");
            let plain = text.replace('"', if value.starts_with('$') { "\"" } else { "" });
            let read = workflow(plain.as_bytes(), "w.yml").unwrap();
            assert_eq!(read.jobs[0].tolerated.is_some(), tolerates, "{value}");
        }
    }
}
