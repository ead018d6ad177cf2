//! Which rules are asked: those of the namespaces that are wished for, and none that data would hide.

use super::bundle::ASKING;
use super::{Said, SaidKind};
use crate::model::Place;
use crate::policy::engine::Module;
use crate::policy::error::{PolicyCode, PolicyError, PolicyErrors, Sources, line_of};
use crate::policy::names::{package, rule_names};
use regorus::Value;
use regorus::unstable::{Expr, Module as Ast, Ref, Rule, RuleHead};
use std::collections::{BTreeMap, BTreeSet};

/// A rule that is asked.
pub(super) struct Asked {
    pub(super) namespace: String,
    pub(super) name: String,
    /// Where its bodies stand.
    pub(super) places: Vec<Place>,
}

impl Asked {
    /// `main.deny_root`.
    pub(super) fn path(&self) -> String {
        format!("{}.{}", self.namespace, self.name)
    }
}

/// A namespace: each rule of it with the places of its bodies.
pub(super) type Namespaces = BTreeMap<String, BTreeMap<String, Vec<Place>>>;

/// The rules that Conftest would ask, by namespace.
pub(super) fn namespaces(modules: &[(&Module, Ref<Ast>)]) -> Namespaces {
    let mut all = Namespaces::new();
    for (module, ast) in modules {
        let rules = all.entry(namespace(module, ast)).or_default();
        for rule in &ast.policy {
            if matches!(rule.as_ref(), Rule::Spec { head: RuleHead::Func { .. }, .. }) {
                continue;
            }
            let refr = head(rule);
            let (names, _) = rule_names(&module.source, refr);
            let start = usize::try_from(refr.span().start).unwrap_or(0);
            let place = Place { file: module.file.clone(), line: line_of(&module.source, start) };
            if let Some(name) = names.into_iter().next() {
                rules.entry(name).or_default().push(place);
            }
        }
    }
    all
}

fn namespace(module: &Module, ast: &Ast) -> String {
    package(&module.source, ast).split_first().map(|(_, rest)| rest.join(".")).unwrap_or_default()
}

/// Data at the path of a rule would silently win.
pub(super) fn clash(modules: &[(&Module, Ref<Ast>)], data: &Value) -> Result<(), PolicyErrors> {
    if data["conftest"] != Value::Undefined {
        let problem = PolicyError::new(PolicyCode::Conflict, "the side data has a key `conftest`");
        return Err(problem.help("Conftest puts the name of the file there: rename the key").into());
    }
    let named = serde_json::json!({"conftest": {"file": {"name": "", "dir": ""}}}).to_string();
    let named = Value::from_json_str(&named).unwrap_or(Value::Undefined);
    for (module, ast) in modules {
        let path = package(&module.source, ast);
        let inside = path.get(1..).unwrap_or_default();
        for rule in &ast.policy {
            let (names, _) = rule_names(&module.source, head(rule));
            let whole: Vec<&str> = inside.iter().chain(&names).map(String::as_str).collect();
            let ours = inside.first().is_some_and(|root| root == ASKING) || stands(&named, &whole);
            if ours || stands(data, &whole) {
                let other =
                    if ours { "the gate puts values of its own there" } else { "the side data has that name too" };
                let problem =
                    PolicyError::new(PolicyCode::Conflict, format!("`{}` cannot stand: {other}", whole.join(".")));
                let start = usize::try_from(head(rule).span().start).unwrap_or(0);
                let line = line_of(&module.source, start);
                let problem = problem.at_line(&Sources::new(), &Place { file: module.file.clone(), line });
                return Err(problem.help("rename the rule or its package, or the key of the data").into());
            }
        }
    }
    Ok(())
}

/// The data has something at a path, or what is no object on the way.
fn stands(data: &Value, path: &[&str]) -> bool {
    let mut at = data;
    for name in path {
        match at {
            Value::Object(_) => at = &at[*name],
            Value::Undefined => return false,
            _ => return true,
        }
    }
    *at != Value::Undefined
}

/// The name of a rule.
fn head(rule: &Rule) -> &Expr {
    match rule {
        Rule::Default { refr, .. } => refr,
        Rule::Spec {
            head: RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } | RuleHead::Func { refr, .. },
            ..
        } => refr,
    }
}

/// The rules of the namespaces that are wished for. One without a rule would pass everything, silently.
pub(super) fn asked(namespaces: &Namespaces, wished: &[String]) -> Result<Vec<Asked>, PolicyErrors> {
    let mut rules = Vec::new();
    let mut problems = Vec::new();
    let mut seen = BTreeSet::new();
    for wish in wished {
        let before = rules.len();
        let mut met = false;
        for (namespace, heads) in namespaces.iter().filter(|(namespace, _)| matches(wish, namespace)) {
            for (name, places) in heads.iter().filter(|(name, _)| is_asked(name)) {
                met = true;
                if seen.insert((namespace.clone(), name.clone())) {
                    rules.push(Asked { namespace: namespace.clone(), name: name.clone(), places: places.clone() });
                }
            }
        }
        if !met && rules.len() == before {
            let known: Vec<&str> = namespaces
                .iter()
                .filter(|(_, heads)| heads.keys().any(|name| is_asked(name)))
                .map(|(name, _)| name.as_str())
                .collect();
            let message = format!(
                "the namespace `{wish}` has no rule `deny`, `violation` or `warn`, so it would pass everything"
            );
            let help = if known.is_empty() {
                "write such a rule, or take `[conftest]` out of the configuration".to_owned()
            } else {
                format!("these have: {}", known.join(", "))
            };
            problems.push(PolicyError::new(PolicyCode::Package, message).help(help));
        }
    }
    if problems.is_empty() { Ok(rules) } else { Err(PolicyErrors::new(problems)) }
}

/// The packages with rules that no namespace asks: whoever wrote them thinks they run.
pub(super) fn unasked(namespaces: &Namespaces, rules: &[Asked]) -> Vec<Said> {
    let mut all = Vec::new();
    for (namespace, heads) in namespaces.iter().filter(|(name, _)| !rules.iter().any(|rule| rule.namespace == **name)) {
        let mut heads = heads.iter().filter(|(name, _)| is_asked(name));
        let Some((name, places)) = heads.next() else { continue };
        let msg = format!("no namespace asks the rules of `package {namespace}`, so they judge nothing");
        let places = places.iter().map(|place| (place.file.clone(), place.line)).collect();
        let rule = format!("{namespace}.{name}");
        all.push(Said { kind: SaidKind::Unasked, path: None, line: None, rule, msg, places });
    }
    all
}

/// `deny`, `violation`, `warn`, alone or with words behind a `_`.
fn is_asked(name: &str) -> bool {
    ["deny", "violation", "warn"].iter().any(|kind| {
        name.strip_prefix(kind).is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('_').is_some_and(|rest| rest.split('_').all(|word| !word.is_empty()))
        })
    })
}

/// A name that may have `*` in it. Only the last `*` is ever stretched: what the earlier ones took may stay as it is.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut at, mut reached) = (0, 0);
    // Where the pattern goes on behind the last `*`, and how far that `*` reaches in the name.
    let mut star: Option<(usize, usize)> = None;
    while let Some(byte) = name.get(reached) {
        match (pattern.get(at), star) {
            (Some(b'*'), _) => {
                at += 1;
                star = Some((at, reached));
            }
            (Some(wanted), _) if wanted == byte => (at, reached) = (at + 1, reached + 1),
            (_, Some((behind, until))) => {
                star = Some((behind, until + 1));
                (at, reached) = (behind, until + 1);
            }
            (_, None) => return false,
        }
    }
    pattern.iter().skip(at).all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::{is_asked, matches};

    #[test]
    fn the_rules_that_are_asked_are_those_of_conftest() {
        for name in ["deny", "violation", "warn", "deny_root", "warn_a_b", "deny_1"] {
            assert!(is_asked(name), "{name}");
        }
        for name in ["denied", "deny_", "deny__a", "deny_a_", "allow", "exception", "warning"] {
            assert!(!is_asked(name), "{name}");
        }
    }

    #[test]
    fn a_namespace_may_stand_for_several() {
        let table = [("main", "main", true), ("main", "main.a", false), ("*", "a.b", true), ("main.*", "main.a", true)];
        for (pattern, name, expected) in table.into_iter().chain([("m*n*", "main", true), ("m*x", "main", false)]) {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
        for (pattern, name, expected) in
            [("", "", true), ("**", "", true), ("*ab", "aab", true), ("*é", "aéé", true), ("a*b*c", "abcb", false)]
        {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
        // As many `*` as anybody likes take no longer.
        assert!(!matches(&"*a".repeat(40), &"a".repeat(39)));
        assert!(!matches(&format!("{}b", "*a".repeat(40)), &"a".repeat(2_000)));
    }
}
