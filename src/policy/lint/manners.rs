//! What works and is not good to leave so: prints, old spellings, what is slow on large changes.

use super::ground::{Ground, Item, Said, plain};
use super::said::import_span;
use super::tree::{self, Node, call, range};
use crate::policy::names::rule_names;
use regorus::unstable::{AssignOp, Expr, Literal, Query};

pub(super) fn lints(ground: &Ground<'_>, said: &mut Vec<Said>) {
    for file in ground.files.iter().filter(|file| file.subject.judged) {
        for import in &file.ast.imports {
            let (path, _) = rule_names(&file.subject.module.source, &import.refr);
            if path.first().is_some_and(|root| root == "future") {
                let msg = "Rego v1 knows these keywords without an import".to_owned();
                let (file, span) = (file.subject.module.file.clone(), import_span(import));
                let help = Some("leave it out; `import rego.v1` says the same to an old OPA".to_owned());
                said.push(Said { code: "OLD_SPELLING", file, span, msg, help });
            }
        }
    }
    for (file, item) in ground.judged() {
        let source = ground.source(item);
        let name = &file.subject.module.file;
        let mut say = |code, span, msg, help| said.push(Said { code, file: name.clone(), span, msg, help });
        for node in tree::nodes(item.rule) {
            let Node::Expr(expr) = node else { continue };
            match expr {
                Expr::Call { fcn, .. } if call(source, expr).is_some_and(|(name, _)| name == "print") => {
                    say("PRINT", range(fcn.span()), "this prints".to_owned(), None);
                }
                Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } => {
                    let text = |expr: &Expr| plain(source, range(expr.span())).replace(' ', "");
                    let msg = "`=` compares or assigns, as it happens".to_owned();
                    let help = format!("write `{0} := {1}` or `{0} == {1}`", text(lhs), text(rhs));
                    say("OLD_SPELLING", range(expr.span()), msg, Some(help));
                }
                _ => {}
            }
        }
        slow(ground, item, &mut say);
    }
}

type Say<'s> = dyn FnMut(&'static str, std::ops::Range<usize>, String, Option<String>) + 's;

/// Loops over the files of a change.
fn slow(ground: &Ground<'_>, item: &Item<'_>, say: &mut Say<'_>) {
    let source = ground.source(item);
    for query in tree::queries(item.rule) {
        let loops = loops(source, query);
        if let [_, second, ..] = loops.as_slice() {
            say("SLOW_PAIRS", second.clone(), "this body loops over `input.files` twice".to_owned(), None);
        }
        if loops.is_empty() {
            continue;
        }
        for expr in tree::expressions(Node::Query(query)) {
            let Some((name, _)) = call(source, expr) else { continue };
            if name == "glob.match" || name == "regex.match" {
                say("SLOW_MATCH", range(expr.span()), format!("`{name}` runs once for every file"), None);
            }
        }
    }
}

/// Where a body takes each file of `input.files`.
fn loops(source: &str, query: &Query) -> Vec<std::ops::Range<usize>> {
    let is_files = |expr: &Expr| plain(source, range(expr.span())) == "input . files";
    let mut found = Vec::new();
    for statement in &query.stmts {
        match &statement.literal {
            Literal::SomeIn { collection, .. } if is_files(collection) => found.push(range(collection.span())),
            Literal::Every { domain, .. } if is_files(domain) => found.push(range(domain.span())),
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => {
                let all = tree::expressions(Node::Expr(expr)).into_iter();
                found.extend(all.filter_map(|part| match part {
                    Expr::RefBrack { refr, span, .. } if is_files(refr) => Some(range(span)),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    found
}
