//! Lines in place of others to rules about pairs of lines.

use super::shapes::{common, exactly, expression, shape};
use super::{some, text, with_files};
use crate::model::{DraftPattern, DraftRule, DraftValue, LinePair};
use std::collections::{BTreeMap, BTreeSet};

/// So many lines that have no shape are listed one by one.
const EXACT: usize = 20;

/// One rule for each way a line begins and ends.
pub(super) fn rules(lines: &[(&str, &LinePair)], include: &[DraftPattern]) -> Vec<DraftRule> {
    let mut groups: BTreeMap<(&str, &str), Vec<(&str, &LinePair)>> = BTreeMap::new();
    for (file, pair) in lines {
        let (start, end) = common(&[&pair.old, &pair.new]);
        let around = (
            pair.old.get(..start).unwrap_or_default(),
            pair.old.get(pair.old.len().saturating_sub(end)..).unwrap_or_default(),
        );
        groups.entry(around).or_default().push((file, pair));
    }
    let mut rules = Vec::new();
    let mut others = Vec::new();
    for group in groups.into_values() {
        let texts: Vec<&str> = group.iter().flat_map(|(_, pair)| [pair.old.as_str(), pair.new.as_str()]).collect();
        match shape(&texts) {
            Some(shape) => {
                rules.push(rule(&group, (&shape, &shape), Some(format!("any line of the shape {shape}")), include));
            }
            None => others.push((group, expression(&texts))),
        }
    }
    // Lines that have no shape are meant as they are, unless there are too many of them.
    let pairs: BTreeSet<(&str, &str)> =
        others.iter().flat_map(|(group, _)| group).map(|(_, pair)| (pair.old.as_str(), pair.new.as_str())).collect();
    if pairs.len() > EXACT {
        let any = |(group, any): &(Vec<_>, String)| {
            rule(group, (any, any), Some(format!("any line of these characters: {any}")), include)
        };
        rules.extend(others.iter().map(any));
        return rules;
    }
    for (group, _) in &others {
        let mut known = BTreeSet::new();
        for (_, pair) in group.iter().filter(|(_, pair)| known.insert((&pair.old, &pair.new))) {
            let same: Vec<_> = group.iter().filter(|(_, other)| other == pair).copied().collect();
            rules.push(rule(&same, (&exactly(&pair.old), &exactly(&pair.new)), None, include));
        }
    }
    rules
}

fn rule(
    group: &[(&str, &LinePair)],
    (old, new): (&str, &str),
    beyond: Option<String>,
    include: &[DraftPattern],
) -> DraftRule {
    let lines = DraftValue::Table(vec![("old".to_owned(), text(old)), ("new".to_owned(), text(new))]);
    let files: BTreeSet<&str> = group.iter().map(|(file, _)| *file).collect();
    let seen = some(group.iter().map(|(_, pair)| format!("{:?} → {:?}", pair.old, pair.new)));
    DraftRule {
        seen: vec![format!("seen: {seen}")],
        beyond: beyond.into_iter().collect(),
        keys: with_files(vec![("lines", lines)], &files, include),
    }
}
