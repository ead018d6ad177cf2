//! The engine of such policies: loaded, checked, asked file by file.

use super::asked::{Asked, Namespaces, asked, clash, namespaces, unasked};
use super::results::{Exceptions, Reader};
use super::shadowed;
use super::{File, Head, Said};
use crate::model::{Moment, Place};
use crate::policy::builtins;
use crate::policy::check;
use crate::policy::engine::{Limits, Module, NESTING, Origin, new_engine, on_tall_stack};
use crate::policy::error::{PolicyCode, PolicyError, PolicyErrors, Sources};
use crate::policy::fault::fault;
use crate::policy::scan::{self, WordKind};
use regorus::unstable::{Module as Ast, Ref};
use regorus::{Engine, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// The package of the one rule that is evaluated.
pub(super) const ASKING: &str = "changeward_conftest";

/// Policies that are ready.
pub(in crate::policy) struct Bundle {
    engine: Engine,
    /// Every rule that is asked, by its number in the companion.
    rules: Vec<Asked>,
    /// The packages with rules that nothing asks.
    unasked: Vec<Said>,
    /// The side data, put back beside the name of each file.
    data: Value,
    /// Some rule asks for the name of the file.
    reads_name: bool,
    combine: bool,
    sources: Sources,
}

impl Bundle {
    /// Parses and checks the policies.
    pub(super) fn load(head: &Head, data: &str) -> Result<Self, PolicyErrors> {
        on_tall_stack(|| load(head, data, false))?
    }

    /// What the rules say of the files.
    pub(super) fn judge(mut self, files: &[File<'_>], now: Moment) -> Result<Vec<Said>, PolicyErrors> {
        on_tall_stack(move || {
            builtins::pin_clock(&mut self.engine, now)
                .map_err(|e| PolicyError::new(PolicyCode::Crashed, e.to_string()))?;
            let mut said = std::mem::take(&mut self.unasked);
            if self.combine {
                let document = combined(files);
                said.extend(self.document(None, "Combined", &document)?);
            } else {
                for file in files {
                    for document in &file.documents {
                        said.extend(self.document(Some(&file.path), &file.path, document.get())?);
                    }
                }
            }
            said.sort();
            said.dedup();
            Ok(said)
        })?
    }

    fn document(&mut self, path: Option<&str>, named: &str, document: &str) -> Result<Vec<Said>, PolicyErrors> {
        let input = Value::from_json_str(document).map_err(|error| {
            PolicyError::new(PolicyCode::Evaluation, format!("{named}: the input is not JSON: {error}"))
        })?;
        if self.reads_name {
            self.name_file(named)?;
        }
        self.engine.set_input(input);
        let rule = format!("data.{ASKING}.results");
        let value = self.engine.eval_rule(rule).map_err(|error| {
            let mut problem = fault(&error.to_string(), PolicyCode::Evaluation, &self.sources);
            problem.message = format!("{} (while {named} was judged)", problem.message);
            problem
        })?;
        let pairs: BTreeMap<&str, &Value> =
            value.as_set().into_iter().flat_map(|set| set.iter()).filter_map(pair).collect();
        let given = |key: &str| pairs.get(key).copied().unwrap_or(&Value::Undefined);
        let reader = Reader { path, sources: &self.sources };
        let namespaces: BTreeSet<&str> = self.rules.iter().map(|rule| rule.namespace.as_str()).collect();
        let exceptions: BTreeMap<&str, Exceptions> =
            namespaces.into_iter().map(|namespace| (namespace, Exceptions::of(given(&excepting(namespace))))).collect();
        let mut said = Vec::new();
        for (number, rule) in self.rules.iter().enumerate() {
            let excepted = exceptions.get(rule.namespace.as_str()).is_some_and(|all| all.mute(&rule.name));
            said.extend(reader.read(rule, given(&format!("r{number}")), excepted)?);
        }
        Ok(said)
    }

    /// `data.conftest.file`: the repository stands at the root.
    fn name_file(&mut self, path: &str) -> Result<(), PolicyErrors> {
        let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
        let file = serde_json::json!({"conftest": {"file": {"name": name, "dir": format!("/{dir}")}}});
        self.engine.clear_data();
        let crashed = |error: String| PolicyError::new(PolicyCode::Crashed, error);
        self.engine.add_data(self.data.clone()).map_err(|e| crashed(e.to_string()))?;
        let file = Value::from_json_str(&file.to_string()).map_err(|e| crashed(e.to_string()))?;
        self.engine.add_data(file).map_err(|e| crashed(e.to_string()))?;
        Ok(())
    }
}

fn pair(element: &Value) -> Option<(&str, &Value)> {
    match element.as_array().ok()?.as_slice() {
        [Value::String(key), value] => Some((key, value)),
        _ => None,
    }
}

/// All documents as one, in the order of their paths.
fn combined(files: &[File<'_>]) -> String {
    let mut parts = Vec::new();
    for file in files {
        let path = serde_json::Value::from(&*file.path);
        parts.extend(file.documents.iter().map(|one| format!("{{\"path\":{path},\"contents\":{}}}", one.get())));
    }
    format!("[{}]", parts.join(","))
}

fn load(head: &Head, data: &str, respelt: bool) -> Result<Bundle, PolicyErrors> {
    let limits = Limits { time: Duration::from_millis(head.milliseconds) };
    let module = |(file, source): &(String, String)| Module {
        file: file.clone(),
        source: source.clone(),
        origin: Origin::Organisation,
    };
    let modules: Vec<Module> = head.modules.iter().map(module).collect();
    let sources: Sources = modules.iter().map(|m| (m.file.clone(), Arc::from(m.source.as_str()))).collect();
    let mut engine = new_engine(limits);
    // As Conftest asks it to: a call that fails has no value.
    engine.set_strict_builtin_errors(false);
    let mut problems = Vec::new();
    let mut parsed = Vec::new();
    for module in &modules {
        match parse(&mut engine, module, &sources) {
            None => parsed.push(module),
            Some(problem) => problems.push(problem),
        }
    }
    let asts = engine.get_modules().clone();
    let parsed: Vec<(&Module, Ref<Ast>)> = parsed.into_iter().zip(asts).collect();
    problems.extend(check::check_foreign(&parsed, problems.is_empty(), &sources));
    if !problems.is_empty() {
        return Err(PolicyErrors::new(problems));
    }
    if let Some(head) = respelled(head, &parsed).filter(|_| !respelt) {
        return load(&head, data, true);
    }
    let crashed = |error: String| PolicyErrors::from(fault(&error, PolicyCode::Parse, &sources));
    let data = Value::from_json_str(data).map_err(|e| crashed(e.to_string()))?;
    let namespaces = namespaces(&parsed);
    clash(&parsed, &data)?;
    let rules = asked(&namespaces, &head.namespaces)?;
    let unasked = unasked(&namespaces, &rules);
    engine.set_rego_v0(false);
    engine.add_policy(format!("{ASKING}.rego"), companion(&rules, &namespaces)).map_err(|e| crashed(e.to_string()))?;
    engine.add_data(data.clone()).map_err(|e| crashed(e.to_string()))?;
    builtins::shadow(&mut engine).map_err(crashed)?;
    engine.compile_with_entrypoint(&format!("data.{ASKING}.results").into()).map_err(|e| crashed(e.to_string()))?;
    let words = modules.iter().flat_map(|module| scan::words(&module.source));
    let reads_name = words
        .into_iter()
        .any(|word| word.kind == WordKind::Text && word.text.contains("conftest") || word.text == "conftest");
    Ok(Bundle { engine, rules, unasked, data, reads_name, combine: head.combine, sources })
}

/// The same policies with the names spelled anew that the engine cannot tell apart; `None` where there are none.
fn respelled(head: &Head, parsed: &[(&Module, Ref<Ast>)]) -> Option<Head> {
    let texts: Vec<Option<String>> =
        parsed.iter().map(|(module, ast)| shadowed::respelled(&module.source, ast)).collect();
    if texts.iter().all(Option::is_none) {
        return None;
    }
    let text = |(module, text): (&(&Module, Ref<Ast>), Option<String>)| {
        (module.0.file.clone(), text.unwrap_or_else(|| module.0.source.clone()))
    };
    let modules = parsed.iter().zip(texts).map(text).collect();
    Some(Head { modules, namespaces: head.namespaces.clone(), ..*head })
}

/// As Rego v1, and where it is none, as v0; what is wrong where it is neither.
fn parse(engine: &mut Engine, module: &Module, sources: &Sources) -> Option<PolicyError> {
    if let Some(span) = scan::too_deep(&scan::words(&module.source), NESTING) {
        let message = format!("literals stand more than {NESTING} deep in one another here");
        let problem = PolicyError::new(PolicyCode::Nesting, message).at(sources, &module.file, span);
        return Some(problem.help("give the inner value a name of its own: `inner := {…}`"));
    }
    let mut read = |v0: bool| {
        engine.set_rego_v0(v0);
        engine.add_policy(module.file.clone(), module.source.clone())
    };
    let Err(first) = read(false) else { return None };
    let Err(second) = read(true) else { return None };
    let (mut problem, other) = (fault(&first.to_string(), PolicyCode::Parse, sources), second.to_string());
    let other = fault(&other, PolicyCode::Parse, sources);
    let line = |problem: &PolicyError| problem.place.as_ref().map_or(0, |place| place.line);
    // The one that came further is the one that was meant.
    let version = if line(&other) > line(&problem) { "v0" } else { "v1" };
    if version == "v0" {
        problem = other;
    }
    problem.place.get_or_insert_with(|| Place { file: module.file.clone(), line: 0 });
    Some(
        problem
            .help(format!("mend the Rego at this place; it is neither v1 nor v0, and reads on longest as {version}")),
    )
}

/// One rule that asks them all: a rule without a value leaves its key out.
fn companion(rules: &[Asked], namespaces: &Namespaces) -> String {
    let mut text = format!("package {ASKING}\n\nimport rego.v1\n\n");
    for (number, rule) in rules.iter().enumerate() {
        text.push_str(&format!(
            "results contains [\"r{number}\", value] if value := {}\n",
            reference(&rule.namespace, &rule.name)
        ));
    }
    let asked: BTreeSet<&str> = rules.iter().map(|rule| rule.namespace.as_str()).collect();
    for namespace in
        asked.into_iter().filter(|name| namespaces.get(*name).is_some_and(|heads| heads.contains_key("exception")))
    {
        let path = reference(namespace, "exception");
        text.push_str(&format!("results contains [\"{}\", value] if value := {path}\n", excepting(namespace)));
    }
    text
}

/// The key of the exceptions of a namespace.
fn excepting(namespace: &str) -> String {
    namespace.bytes().fold(String::from("x"), |key, byte| format!("{key}{byte:02x}"))
}

fn reference(namespace: &str, name: &str) -> String {
    let mut path = "data".to_owned();
    for part in namespace.split('.').chain([name]) {
        let word = !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        path.push_str(&if word { format!(".{part}") } else { format!("[{}]", serde_json::Value::from(part)) });
    }
    path
}
