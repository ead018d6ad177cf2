//! OWNERS and OWNERS_ALIASES as Kubernetes' prow reads them.
//!
//! Written after `pkg/repoowners` of prow and its documentation ("OWNERS files", go.k8s.io/owners). A file is read as YAML
//! into four lists; where none of them stands at its top, or one is no list of names, its `filters` are read instead. A file
//! that is neither is ignored, as are symbolic links and directories that prow never enters. Keys are known without
//! regard to case, as Go reads JSON. Only the OWNERS_ALIASES of the root counts, and an alias names people, not aliases.
//!
//! A finding `OWNERS_SYNTAX` is something prow ignores, `OWNERS_LINT` something that counts and hardly does what its
//! writer meant.

use super::yaml_file::{self, named, strings, switch};
use super::{LINT_CODE, Report, SYNTAX_CODE, quoted, unread};
use crate::model::{
    Finding, FoundFile, KubernetesOwners, OwnersDirectory, OwnersFilter, OwnersList, OwnersRule, Principal, RepoPath,
};
use crate::parse::yaml::{self, Node, Value};
use std::collections::BTreeMap;

/// The name of the file of aliases; it stands in the root.
pub const ALIASES: &str = "OWNERS_ALIASES";

/// How many names all files together may hold once their aliases are written out.
const MOST_NAMES: usize = 1_000_000;

/// How many filters all files together may have: each may take some hundred kilobytes.
const MOST_FILTERS: usize = 1_000;

/// Keys of an OWNERS file that name people or labels.
const LISTS: [&str; 4] = ["approvers", "reviewers", "required_reviewers", "labels"];

/// Other keys that mean something, to prow or to its users.
const OTHERS: [&str; 6] = [
    "options",
    "filters",
    "emeritus_approvers",
    "emeritus_reviewers",
    "no_parent_owners",
    "auto_approve_unowned_subfolders",
];

/// Reads all OWNERS files of a repository and its aliases.
pub fn owners(files: &[FoundFile]) -> (KubernetesOwners, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut aliases = Aliases::new();
    let mut left = MOST_NAMES;
    let mut filters = MOST_FILTERS;
    let mut directories = Vec::new();
    for file in files.iter().filter(|file| file.path.as_bytes() == ALIASES.as_bytes()) {
        let mut report = Report::new(&file.path);
        if let Some(text) = text(file, &mut report) {
            aliases = read_aliases(text, &mut report);
        }
        findings.extend(report.findings);
    }
    for file in files.iter().filter(|file| file.path.file_name() == b"OWNERS" && !is_denied(&file.path)) {
        let mut reader = Reader { report: Report::new(&file.path), aliases: &aliases, left, filters };
        if let Some(text) = text(file, &mut reader.report) {
            directories.extend(reader.file(&file.path, text));
        }
        (left, filters) = (reader.left, reader.filters);
        findings.extend(reader.report.findings);
    }
    (KubernetesOwners::new(directories), findings)
}

/// Whether a file is a mapping with a key that prow knows.
pub(super) fn is_owners(bytes: &[u8]) -> bool {
    let document =
        yaml_file::text(bytes).ok().and_then(|text| yaml::first_document(text, yaml_file::LIMITS).ok().flatten());
    document.is_some_and(|document| LISTS.iter().chain(&OTHERS).any(|name| named(&document, name).is_some()))
}

/// Whether some directory above a file is one that prow never enters: `\.git$`, `_output$`, `vendor/.*/.*`.
fn is_denied(path: &RepoPath) -> bool {
    let bytes = path.as_bytes();
    let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
    ends.filter_map(|at| bytes.get(..at)).any(|directory| {
        let vendored = directory.windows(7).position(|part| part == b"vendor/");
        directory.ends_with(b".git")
            || directory.ends_with(b"_output")
            || vendored.and_then(|at| directory.get(at + 7..)).is_some_and(|below| below.contains(&b'/'))
    })
}

fn text<'f>(file: &'f FoundFile, report: &mut Report<'_>) -> Option<&'f str> {
    match &file.contents {
        Ok(bytes) => match yaml_file::text(bytes) {
            Ok(text) => Some(text),
            Err(what) => {
                report.add(SYNTAX_CODE, 0, &format!("this file {what}; it is ignored"), "save the file as UTF-8 text");
                None
            }
        },
        Err(reason) => {
            unread(report, SYNTAX_CODE, reason);
            None
        }
    }
}

/// Members by alias, all in lower case.
type Aliases = BTreeMap<String, Vec<String>>;

/// A login as prow compares it.
fn normal(login: &str) -> String {
    let lower = login.to_lowercase();
    lower.strip_prefix('@').unwrap_or(&lower).to_owned()
}

/// Reads OWNERS_ALIASES. A group that is no list of names ends the reading in prow, after some others in no order; here
/// that group alone is left out.
fn read_aliases(text: &str, report: &mut Report<'_>) -> Aliases {
    let mut aliases = Aliases::new();
    let Some(document) = yaml_file::first(text, report, SYNTAX_CODE) else { return aliases };
    let groups = match named(&document, "aliases") {
        Some((_, Node { value: Value::Map(groups), .. })) => groups,
        None if document.pairs().is_some() || document.is_null() => return aliases,
        Some((_, node)) if node.is_null() => return aliases,
        other => {
            let line = other.map_or(document.line, |(line, _)| line);
            let help = "write `aliases:`, and below it a list of logins for each name";
            report.add(SYNTAX_CODE, line, "no mapping of names to lists of logins; no alias is known", help);
            return aliases;
        }
    };
    for (key, value) in groups {
        let Some(name) = key.spelled() else { continue };
        let members: Option<Vec<String>> = match &value.value {
            Value::List(items) => items.iter().map(|item| yaml_file::string_only(item).map(normal)).collect(),
            Value::Map(pairs) => pairs.iter().map(|(key, _)| key.spelled().map(|key| normal(&key.text))).collect(),
            Value::Scalar(_) if value.is_null() => Some(Vec::new()),
            Value::Scalar(_) => None,
        };
        match members {
            Some(members) => {
                aliases.insert(normal(&name.text), members);
            }
            None => {
                let msg = format!("the alias {} is no list of logins; it is left out", quoted(&name.text));
                report.add(SYNTAX_CODE, value.line, &msg, "write the logins as a list, one a line: `- login`");
            }
        }
    }
    aliases
}

/// Reads one OWNERS file.
struct Reader<'a> {
    report: Report<'a>,
    aliases: &'a Aliases,
    /// How many names may still be read.
    left: usize,
    /// How many filters may.
    filters: usize,
}

impl Reader<'_> {
    fn file(&mut self, path: &RepoPath, text: &str) -> Option<OwnersDirectory> {
        let document = yaml_file::first(text, &mut self.report, SYNTAX_CODE)?;
        if document.is_null() {
            return None;
        }
        if document.pairs().is_none() {
            let help =
                "write `approvers:` and a list of logins; `[ownership] owners = \"chromium\"` reads lines of addresses";
            self.report.add(SYNTAX_CODE, document.line, "no mapping, so the file is ignored", help);
            return None;
        }
        self.lint_keys(&document);
        let options = named(&document, "options").map(|(_, options)| options);
        let no_parent_owners = self.option(options, "no_parent_owners")?;
        let auto_approve_unowned_subfolders = self.option(options, "auto_approve_unowned_subfolders")?;
        let filters = named(&document, "filters");
        let rules = match self.rule(&document) {
            Some((rule, true)) => {
                if let Some((line, _)) = filters {
                    let msg = "`filters` are not read where a list stands at the top of the file";
                    self.report.add(LINT_CODE, line, msg, "move the lists into a filter `.*`");
                }
                vec![rule]
            }
            _ => self.filters(filters.map(|(_, filters)| filters))?,
        };
        Some(OwnersDirectory { file: path.clone(), rules, no_parent_owners, auto_approve_unowned_subfolders })
    }

    /// `None` for a value that makes prow ignore the file.
    fn option(&mut self, options: Option<&Node<'_>>, name: &str) -> Option<bool> {
        let Some(options) = options.filter(|node| !node.is_null()) else { return Some(false) };
        let value = match options.pairs() {
            Some(_) => named(options, name).map(|(line, value)| (line, switch(value))),
            None => Some((options.line, None)),
        };
        match value {
            None => Some(false),
            Some((_, Some(on))) => Some(on),
            Some((line, None)) => {
                let msg = format!(
                    "`options` is no mapping of switches, or `{name}` neither true nor false: the file is ignored"
                );
                self.report.add(SYNTAX_CODE, line, &msg, &format!("write `{name}: true`"));
                None
            }
        }
    }

    /// `None` for filters that make prow ignore the file.
    fn filters(&mut self, filters: Option<&Node<'_>>) -> Option<Vec<OwnersRule>> {
        let Some(filters) = filters.filter(|node| !node.is_null()) else { return Some(Vec::new()) };
        let Some(pairs) = filters.pairs() else {
            let msg = "`filters` is no mapping of expressions to lists, so the file is ignored";
            self.report.add(SYNTAX_CODE, filters.line, msg, "write the expression as a key and the lists below it");
            return None;
        };
        // The last of two equal keys counts.
        let mut by_expression: BTreeMap<&str, &Node<'_>> = BTreeMap::new();
        for (key, value) in pairs {
            by_expression.extend(key.spelled().map(|key| (&*key.text, value)));
        }
        let mut rules = Vec::new();
        for (expression, lists) in by_expression {
            if lists.is_null() {
                continue;
            }
            let filter = match expression {
                ".*" => Ok(None),
                _ if self.filters == 0 => Err(format!("all files together have more than {MOST_FILTERS}")),
                _ => {
                    self.filters -= 1;
                    OwnersFilter::new(expression).map(Some)
                }
            };
            let rule = lists.pairs().and_then(|_| self.rule(lists));
            match (rule, filter) {
                (None, _) => {
                    let msg =
                        format!("the filter {} holds no lists of names, so the file is ignored", quoted(expression));
                    self.report.add(SYNTAX_CODE, lists.line, &msg, "write `approvers:` and a list of logins below it");
                    return None;
                }
                (Some(_), Err(what)) => {
                    let msg = format!("the filter {} is left out: {what}", quoted(expression));
                    self.report.add(
                        SYNTAX_CODE,
                        lists.line,
                        &msg,
                        "write a regular expression of RE2, such as `\\.go$`",
                    );
                }
                (Some((rule, _)), Ok(filter)) => rules.push(OwnersRule { filter, ..rule }),
            }
        }
        Some(rules)
    }

    /// The four lists of a mapping, and whether any of them holds a name; `None` when one of them is no list of names.
    fn rule(&mut self, node: &Node<'_>) -> Option<(OwnersRule, bool)> {
        let mut lists = [(0, Vec::new()), (0, Vec::new()), (0, Vec::new()), (0, Vec::new())];
        for (name, slot) in LISTS.iter().zip(&mut lists) {
            let Some((line, list)) = named(node, name) else { continue };
            let Some(names) = strings(list, &mut self.report) else {
                let msg = format!("`{name}` is no list of names");
                self.report.add(SYNTAX_CODE, line, &msg, "write the names as a list, one a line: `- login`");
                return None;
            };
            *slot = (line, names);
        }
        let any = lists.iter().any(|(_, names)| !names.is_empty());
        let [approvers, reviewers, required, (labels_line, labels)] = lists;
        let [approvers, reviewers, required_reviewers] =
            [approvers, reviewers, required].map(|(line, names)| self.list(line, &names));
        let filter = None;
        Some((OwnersRule { filter, approvers, reviewers, required_reviewers, labels, labels_line }, any))
    }

    /// The people of a list: aliases written out, none twice.
    fn list(&mut self, line: u32, names: &[String]) -> OwnersList {
        let mut people: Vec<Principal> = Vec::new();
        for name in names {
            let login = normal(name);
            let expanded = self.aliases.get(&login).map_or(std::slice::from_ref(&login), Vec::as_slice);
            if expanded.len() > self.left {
                let msg =
                    format!("all files together name more than {MOST_NAMES} people; {} is left out", quoted(&login));
                self.report.add(SYNTAX_CODE, line, &msg, "name fewer aliases, or shorter ones");
                continue;
            }
            self.left -= expanded.len();
            for login in expanded {
                let who = Principal::parse(&format!("@{login}"));
                match who {
                    Some(who) if !login.contains('/') => people.push(who),
                    _ => {
                        let msg = format!("{} is no login", quoted(login));
                        self.report.add(
                            LINT_CODE,
                            line,
                            &msg,
                            "write logins or aliases; prow knows neither teams nor addresses",
                        );
                    }
                }
            }
        }
        OwnersList { line, people }
    }

    /// A key that is nearly one of the known ones.
    fn lint_keys(&mut self, document: &Node<'_>) {
        for (key, _) in document.pairs().unwrap_or_default() {
            let Some(name) = key.spelled().map(|key| key.text.to_lowercase()) else { continue };
            let known = || LISTS.iter().chain(&OTHERS);
            let near = known().find(|known| name.len() < 64 && strsim::damerau_levenshtein(known, &name) <= 2);
            if ["no_parent_owners", "auto_approve_unowned_subfolders"].contains(&name.as_str()) {
                let msg = format!("`{name}` at the top of the file does nothing");
                self.report.add(LINT_CODE, key.line, &msg, "write it below `options:`");
            } else if let Some(near) = near.filter(|_| !known().any(|known| *known == name)) {
                let msg = format!("there is no key {}", quoted(&name));
                self.report.add(LINT_CODE, key.line, &msg, &format!("did you mean `{near}`?"));
            }
        }
    }
}
