//! Parameters: what the configuration may leave out must have a value all the same.

use super::ground::{Ground, Said};
use super::outline::{defaults, is_params};
use super::tree::{self, Node, literal_text, range};
use regorus::unstable::{Expr, Literal};

pub(super) fn lints(ground: &Ground<'_>, said: &mut Vec<Said>) {
    let defaults = defaults(ground);
    for (file, item) in ground.judged() {
        let source = ground.source(item);
        let asked = asked(source, item.rule);
        for node in tree::nodes(item.rule) {
            let Node::Expr(expr) = node else { continue };
            let (refr, name) = match expr {
                Expr::RefDot { refr, field, .. } => (refr, source.get(range(&field.0)).map(str::to_owned)),
                Expr::RefBrack { refr, index, .. } => (refr, literal_text(index)),
                _ => continue,
            };
            let Some(name) = name.filter(|_| is_params(source, refr)) else { continue };
            let span = range(expr.span());
            let joined = source.get(range(refr.span())).is_some_and(|text| !text.starts_with("input"));
            let known = defaults.contains_key(&name);
            if (joined && known) || asked.contains(&span) {
                continue;
            }
            let msg = format!("nothing is compared where the configuration does not set `{name}`");
            let help = if known {
                format!("read `params.{name}`, which has the shipped default")
            } else {
                format!("write `object.get(input.params, \"{name}\", DEFAULT)`")
            };
            let file = file.subject.module.file.clone();
            said.push(Said { code: "PARAM_WITHOUT_DEFAULT", file, span, msg, help: Some(help) });
        }
    }
}

/// Where a rule asks whether a parameter is set: as a condition of its own, or below `not`.
fn asked(source: &str, rule: &regorus::unstable::Rule) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    for statement in tree::queries(rule).into_iter().flat_map(|query| &query.stmts) {
        if let Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } = &statement.literal
            && let Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } = expr.as_ref()
            && is_params(source, refr)
        {
            found.push(range(expr.span()));
        }
    }
    found
}
