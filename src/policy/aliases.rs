//! The names that imports give, written out. The engine answers `import data.x as y` and `y.z` by evaluating all of
//! `data.x`, in an order in which a rule may not see what another gives: it was measured to lose elements of sets. What
//! `data.x.z` says it evaluates alone, and right.
//!
//! The functions of the package itself, likewise, where something is put in their place: `with data.x.f as g` reaches the
//! calls that name all of `data.x.f`, and none that says `f` alone.

use super::names::{Names, rule_names};
use super::scan::{WordKind, words};
use regorus::unstable::{Expr, Module as Ast, Ref, Rule, RuleHead};
use std::collections::{BTreeMap, BTreeSet};

/// The functions of each package, by their names, and what each is called in full.
pub(super) type Functions = BTreeMap<Vec<String>, BTreeMap<String, String>>;

/// The names a module's imports of `data` give, and what each stands for.
#[derive(Clone, Debug, Default)]
pub(super) struct Aliases {
    imports: BTreeMap<String, String>,
    /// The functions of the package.
    functions: BTreeMap<String, String>,
    /// Where they are defined, by their first byte.
    heads: BTreeSet<usize>,
}

/// The functions of some modules.
pub(super) fn functions<'a>(modules: impl Iterator<Item = (&'a str, &'a Ref<Ast>)>) -> Functions {
    let mut all = Functions::new();
    for (source, ast) in modules {
        let names = Names::new(source, ast);
        let own = all.entry(names.package().to_vec()).or_default();
        for rule in &ast.policy {
            if let Some((name, true)) = function(rule).map(|refr| rule_names(source, refr))
                && let [one] = name.as_slice()
            {
                let path: Vec<String> = names.package().iter().chain([one]).cloned().collect();
                own.insert(one.clone(), written(&path));
            }
        }
    }
    all
}

/// The name of a function, where a rule defines one.
fn function(rule: &Rule) -> Option<&Expr> {
    match rule {
        Rule::Spec { head: RuleHead::Func { refr, .. }, .. } => Some(refr),
        Rule::Default { refr, args, .. } if !args.is_empty() => Some(refr),
        _ => None,
    }
}

impl Aliases {
    /// Those of a module; `source` is its text.
    pub(super) fn of(source: &str, ast: &Ast) -> Self {
        let imports = Names::new(source, ast).imported().map(|(name, path)| (name.to_owned(), written(path))).collect();
        Self { imports, ..Self::default() }
    }

    /// And the functions of its package.
    pub(super) fn with(mut self, functions: &Functions, source: &str, ast: &Ast) -> Self {
        self.functions = functions.get(Names::new(source, ast).package()).cloned().unwrap_or_default();
        let start = |refr: &Expr| usize::try_from(refr.span().start).unwrap_or(0);
        self.heads = ast.policy.iter().filter_map(|rule| function(rule)).map(start).collect();
        self
    }

    /// A text with every such name written out; `None` where there is none. Lines stay where they are, columns do not.
    pub(super) fn expand(&self, text: &str) -> Option<String> {
        if self.imports.is_empty() && self.functions.is_empty() {
            return None;
        }
        let mut out = String::with_capacity(text.len() * 2);
        let (mut done, mut before, mut line_end, mut changed) = (0, "", 0, false);
        let words = words(text);
        for (number, word) in words.iter().enumerate() {
            let previous = std::mem::replace(&mut before, word.text);
            // A line that imports keeps its own names.
            if word.start < line_end {
                continue;
            }
            if word.text == "import" && previous != "." {
                let rest = text.get(word.start..).unwrap_or_default();
                line_end = word.start + rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            if word.kind != WordKind::Name || previous == "." {
                continue;
            }
            let next = words.get(number + 1).map(|next| next.text);
            let called = (next == Some("(") && !self.heads.contains(&word.start)) || previous == "with";
            let function = self.functions.get(word.text).filter(|_| called);
            let Some(full) = self.imports.get(word.text).or(function) else { continue };
            out.push_str(text.get(done..word.start).unwrap_or_default());
            out.push_str(full);
            done = word.span().end;
            changed = true;
        }
        out.push_str(text.get(done..).unwrap_or_default());
        changed.then_some(out)
    }
}

/// A path as Rego writes it.
fn written(path: &[String]) -> String {
    let mut text = String::new();
    for (n, part) in path.iter().enumerate() {
        let plain = part.chars().all(|c| c == '_' || c.is_ascii_alphanumeric());
        match plain && !part.starts_with(|c: char| c.is_ascii_digit()) {
            true if n == 0 => text.push_str(part),
            true => text.push_str(&format!(".{part}")),
            // A name as JSON writes it is a string of Rego.
            false => text.push_str(&format!("[{}]", serde_json::Value::from(part.as_str()))),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Aliases;
    use regorus::Engine;

    #[test]
    fn names_of_imports_are_written_out_and_nothing_else_is() {
        let source = "package p\nimport rego.v1\nimport data.a.b as c\nimport data.d[\"e-f\"]\nimport data.g\nimport input.h\nx if c.y(g, h.g, x.c, \"c\") with c.z as g.q # c\n";
        let mut engine = Engine::new();
        engine.add_policy("p".into(), source.into()).unwrap();
        let aliases = Aliases::of(source, &engine.get_modules()[0].clone());
        let expanded = aliases.expand(source).unwrap();
        let last = "x if data.a.b.y(data.g, h.g, x.c, \"c\") with data.a.b.z as data.g.q # c";
        assert_eq!(expanded.lines().last(), Some(last));
        assert_eq!(expanded.lines().count(), source.lines().count());
        assert!(expanded.contains("import data.a.b as c\n"), "{expanded}");
        assert_eq!(aliases.expand("x := 1"), None);
    }

    #[test]
    fn a_function_of_the_package_is_written_out_where_it_is_called_or_replaced() {
        let source = "package p.q\nimport rego.v1\ndefault f(_) := 1\nf(x) := f2(x) if x.f(f) # f(\nf2(f) := f\ny if { f := 1; f (f) == \"f(\" with f as f2 with p.f as 1 }\n";
        let mut engine = Engine::new();
        engine.add_policy("p".into(), source.into()).unwrap();
        let ast = engine.get_modules()[0].clone();
        let functions = super::functions(std::iter::once((source, &ast)));
        let expanded = Aliases::of(source, &ast).with(&functions, source, &ast).expand(source).unwrap();
        let after = "default f(_) := 1\nf(x) := data.p.q.f2(x) if x.f(f) # f(\nf2(f) := f\ny if { f := 1; data.p.q.f (f) == \"f(\" with data.p.q.f as f2 with p.f as 1 }\n";
        assert_eq!(expanded.split_once("v1\n").unwrap().1, after);
    }

    #[test]
    fn paths_are_written_as_rego_has_them() {
        assert_eq!(super::written(&["data", "d", "e-f"].map(str::to_owned)), "data.d[\"e-f\"]");
    }
}
