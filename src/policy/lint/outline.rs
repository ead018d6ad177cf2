//! What `policy doc` needs to know of policies beside their comments: the rules of the contract with their codes, the
//! parameters they read.

use super::ground::{Ground, plain};
use super::said::shown_code;
use super::tree::{self, Node, call, literal_text, range, variable};
use super::{Subject, parsed};
use crate::model::{DocParam, Place};
use crate::policy::attribution::PACKAGE;
use crate::policy::error::{PolicyErrors, line_of};
use regorus::unstable::{Expr, Rule, RuleHead};
use std::collections::BTreeMap;

/// A rule that adds to a set of the contract.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutlineRule {
    /// The set.
    pub set: &'static str,
    /// Where it stands.
    pub place: Place,
    /// The code of its findings; `…` stands for what is made at the time.
    pub code: Option<String>,
}

/// What is in some policies.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outline {
    /// The package of each file.
    pub packages: BTreeMap<String, String>,
    /// The rules, in the order of the files.
    pub rules: Vec<OutlineRule>,
    /// The parameters, by name.
    pub params: Vec<DocParam>,
}

/// The outline of the policies that are judged; the others are looked at for defaults.
///
/// # Errors
/// Texts that cannot be parsed.
pub fn outline(subjects: &[Subject]) -> Result<Outline, PolicyErrors> {
    parsed(subjects, |ground| {
        let mut outline = Outline::default();
        for file in ground.files.iter().filter(|file| file.subject.judged) {
            let package = file.names.package().iter().skip(1).map(String::as_str).collect::<Vec<_>>().join(".");
            outline.packages.insert(file.subject.module.file.clone(), package);
        }
        for (file, item) in ground.judged() {
            let Some(set) = item.set else { continue };
            let source = ground.source(item);
            let place = Place { file: file.subject.module.file.clone(), line: item.line };
            outline.rules.push(OutlineRule { set: set.as_str(), place, code: shown_code(source, item, set) });
        }
        outline.params = params(ground);
        outline
    })
}

fn params(ground: &Ground<'_>) -> Vec<DocParam> {
    let mut found: BTreeMap<String, (Option<String>, Vec<Place>)> = BTreeMap::new();
    for (file, item) in ground.judged() {
        let source = ground.source(item);
        for node in tree::nodes(item.rule) {
            let Node::Expr(expr) = node else { continue };
            let read = match expr {
                Expr::RefDot { refr, field, .. } if is_params(source, refr) => {
                    source.get(range(&field.0)).map(|key| (key.to_owned(), None))
                }
                Expr::RefBrack { refr, index, .. } if is_params(source, refr) => {
                    literal_text(index).map(|key| (key, None))
                }
                Expr::Call { .. } => got(source, expr),
                _ => None,
            };
            let Some((name, default)) = read else { continue };
            let place =
                Place { file: file.subject.module.file.clone(), line: line_of(source, range(expr.span()).start) };
            let entry = found.entry(name).or_default();
            entry.0 = entry.0.take().or(default);
            if !entry.1.contains(&place) {
                entry.1.push(place);
            }
        }
    }
    let defaults = defaults(ground);
    let param = |(name, (default, places)): (String, (Option<String>, Vec<Place>))| {
        let default = default.or_else(|| defaults.get(&name).cloned());
        DocParam { name, default, places }
    };
    found.into_iter().map(param).collect()
}

/// `input.params`, or the shipped rule that joins it with the defaults.
pub(super) fn is_params(source: &str, expr: &Expr) -> bool {
    matches!(plain(source, range(expr.span())).as_str(), "input . params" | "params" | "data . changeward . params")
}

/// `object.get(input.params, "key", default)`.
fn got(source: &str, expr: &Expr) -> Option<(String, Option<String>)> {
    let (name, arguments) = call(source, expr)?;
    let ("object.get", [object, key, default]) = (name.as_str(), arguments.as_slice()) else { return None };
    let key = literal_text(key).filter(|_| is_params(source, object))?;
    Some((key, source.get(range(default.span())).map(str::to_owned)))
}

/// The shipped defaults.
pub(super) fn defaults(ground: &Ground<'_>) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for item in ground.rules(&format!("data.{PACKAGE}.default_params")) {
        let source = ground.source(item);
        let Rule::Spec { head: RuleHead::Compr { assign: Some(assign), .. }, .. } = item.rule else { continue };
        let Expr::Object { fields, .. } = assign.value.as_ref() else { continue };
        for (_, key, value) in fields {
            let name = literal_text(key).or_else(|| variable(source, key).map(str::to_owned));
            all.extend(name.zip(source.get(range(value.span())).map(str::to_owned)));
        }
    }
    all
}
