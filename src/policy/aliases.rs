//! The names that imports give, written out. The engine answers `import data.x as y` and `y.z` by evaluating all of
//! `data.x`, in an order in which a rule may not see what another gives: it was measured to lose elements of sets. What
//! `data.x.z` says it evaluates alone, and right.

use super::names::Names;
use super::scan::{WordKind, words};
use regorus::unstable::Module as Ast;
use std::collections::BTreeMap;

/// The names a module's imports of `data` give, and what each stands for.
#[derive(Clone, Debug, Default)]
pub(super) struct Aliases(BTreeMap<String, String>);

impl Aliases {
    /// Those of a module; `source` is its text.
    pub(super) fn of(source: &str, ast: &Ast) -> Self {
        Self(Names::new(source, ast).imported().map(|(name, path)| (name.to_owned(), written(path))).collect())
    }

    /// A text with every such name written out; `None` where there is none. Lines stay where they are, columns do not.
    pub(super) fn expand(&self, text: &str) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let mut out = String::with_capacity(text.len() * 2);
        let (mut done, mut before, mut line_end, mut changed) = (0, "", 0, false);
        for word in words(text) {
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
            let Some(full) = self.0.get(word.text).filter(|_| word.kind == WordKind::Name && previous != ".") else {
                continue;
            };
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
        assert_eq!(super::written(&["data", "d", "e-f"].map(str::to_owned)), "data.d[\"e-f\"]");
    }
}
