//! Which rule said it: the engine does not tell which rule put an element into a set, so each rule of a set gets a set of
//! its own before it is parsed.
//!
//! `deny contains x if …` becomes `_000 contains x if …` — a name of the same length, so that every line, column and
//! byte stays where it was — and a companion module joins the pieces again: `deny contains x if some x in _000`. The
//! union is the same set, each body still runs once and shares its helpers with all others, and what `_000` holds was
//! said by that rule.

use super::outcome::RuleSet;
use super::scan::{Word, WordKind};
use crate::model::Place;
use std::collections::BTreeSet;

/// The package of every policy.
pub(super) const PACKAGE: &str = "changeward";
/// The file name of the companion module; no file of a repository can be called so.
pub(super) const COMPANION: &str = "<changeward>";

/// A rule of a set under its own name.
#[derive(Clone, Debug)]
pub(super) struct MarkedRule {
    pub(super) set: RuleSet,
    pub(super) name: String,
    pub(super) place: Place,
}

/// The texts to load instead of the given ones.
pub(super) struct Marked {
    /// One per module, of the same length.
    pub(super) sources: Vec<String>,
    /// The module that joins the pieces.
    pub(super) companion: String,
    /// The rule to evaluate.
    pub(super) entry: String,
    /// In the order of file and line.
    pub(super) rules: Vec<MarkedRule>,
}

/// A module as the marking needs it.
pub(super) struct Text<'a> {
    pub(super) file: &'a str,
    pub(super) source: &'a str,
    pub(super) words: &'a [Word<'a>],
}

/// Gives each rule of a set its name.
///
/// `None` when there are more rules than names of four letters (46,656).
pub(super) fn mark(texts: &[Text<'_>]) -> Option<Marked> {
    let taken: BTreeSet<&str> =
        texts.iter().flat_map(|t| t.words).filter(|w| w.kind == WordKind::Name).map(|w| w.text).collect();
    let mut names = (0..36_u32.pow(3)).map(short).filter(|name| !taken.contains(name.as_str()));
    let (entry, element) = (names.next()?, names.next()?);
    let mut rules = Vec::new();
    let mut sources = Vec::new();
    for text in texts {
        let mut source = String::with_capacity(text.source.len());
        let mut done = 0;
        for (set, word) in heads(text.words) {
            let name = format!("{:_<1$}", names.next()?, word.text.len());
            source.push_str(text.source.get(done..word.start)?);
            source.push_str(&name);
            done = word.span().end;
            let line = super::error::line_of(text.source, word.start);
            rules.push(MarkedRule { set, name, place: Place { file: text.file.to_owned(), line } });
        }
        source.push_str(text.source.get(done..)?);
        sources.push(source);
    }
    rules.sort_by(|a, b| a.place.cmp(&b.place));
    let companion = companion(&rules, &entry, &element);
    Some(Marked { sources, companion, entry, rules })
}

/// The heads `NAME contains` of the sets, in a module of our package.
fn heads<'a>(words: &'a [Word<'a>]) -> impl Iterator<Item = (RuleSet, Word<'a>)> {
    let ours = in_package(words);
    let mut depth = 0_i32;
    let mut before = "";
    words.iter().zip(words.iter().skip(1)).filter_map(move |(word, next)| {
        depth += match word.kind {
            WordKind::Open => 1,
            WordKind::Close => -1,
            _ => 0,
        };
        let previous = std::mem::replace(&mut before, word.text);
        let head = ours && depth == 0 && word.kind == WordKind::Name && next.text == "contains" && previous != ".";
        head.then(|| RuleSet::parse(word.text)).flatten().map(|set| (set, *word))
    })
}

/// The module says `package changeward`, nothing before and nothing below it.
fn in_package(words: &[Word<'_>]) -> bool {
    let mut texts = words.iter().map(|word| word.text);
    texts.next() == Some("package") && texts.next() == Some(PACKAGE) && !matches!(texts.next(), Some("." | "["))
}

/// `_` and three letters to the base of 36.
fn short(number: u32) -> String {
    let letter = |n: u32| char::from_digit(n % 36, 36).unwrap_or('0');
    ['_', letter(number / 1296), letter(number / 36), letter(number)].into_iter().collect()
}

fn companion(rules: &[MarkedRule], entry: &str, element: &str) -> String {
    let mut text = format!("package {PACKAGE}\n");
    for rule in rules {
        text.push_str(&format!("{} contains {element} if some {element} in {}\n", rule.set.as_str(), rule.name));
    }
    text.push_str(&format!("{entry} := {{\"proposal\": proposal, \"rules\": {{\n"));
    for rule in rules {
        text.push_str(&format!("\"{0}\": {0},\n", rule.name));
    }
    text.push_str("}}\n");
    text
}

#[cfg(test)]
mod tests {
    use super::{Text, mark};
    use crate::policy::scan::words;

    #[test]
    fn rules_of_sets_get_names_of_the_same_length_and_nothing_else_moves() {
        let source = "package changeward\n_001 := 1\ndeny contains \"deny contains\" if true\nwarn  contains x if {\n  some x in deny\n  y := [deny]\n}\nlib.deny contains 1\n# deny contains 2\nforce_normal contains 3\n";
        let words = words(source);
        let marked = mark(&[Text { file: "a.rego", source, words: &words }]).unwrap();
        let rows: Vec<_> = marked.rules.iter().map(|r| format!("{} {} {}", r.set.as_str(), r.name, r.place)).collect();
        assert_eq!(rows, ["deny _003 a.rego:3", "warn _004 a.rego:4", "force_normal _005________ a.rego:10"]);
        assert_eq!(marked.sources[0].len(), source.len());
        assert!(
            marked.sources[0]
                .contains("_003 contains \"deny contains\" if true\n_004  contains x if {\n  some x in deny\n")
        );
        assert_eq!(marked.entry, "_000");
        for other in ["package changeward.lib.x\ndeny contains 1", "package other\ndeny contains 1", ""] {
            let words = crate::policy::scan::words(other);
            assert!(mark(&[Text { file: "a", source: other, words: &words }]).unwrap().rules.is_empty());
        }
    }
}
