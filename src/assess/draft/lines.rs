//! Lines in place of others to rules about pairs of lines.

use super::shapes::{common, expression};
use super::{some, text, with_files};
use crate::model::{DraftPattern, DraftRule, DraftValue, LinePair};
use std::collections::{BTreeMap, BTreeSet};

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
    groups.values().map(|group| rule(group, include)).collect()
}

fn rule(group: &[(&str, &LinePair)], include: &[DraftPattern]) -> DraftRule {
    let texts: Vec<&str> = group.iter().flat_map(|(_, pair)| [pair.old.as_str(), pair.new.as_str()]).collect();
    let shape = expression(&texts);
    let beyond = (texts.len() > 1).then(|| format!("any line of this shape: {shape}"));
    let line = text(&shape);
    let lines = DraftValue::Table(vec![("old".to_owned(), line.clone()), ("new".to_owned(), line)]);
    let files: BTreeSet<&str> = group.iter().map(|(file, _)| *file).collect();
    let seen = some(group.iter().map(|(_, pair)| format!("{:?} → {:?}", pair.old, pair.new)));
    let beyond = beyond.into_iter().collect();
    DraftRule { seen: vec![format!("seen: {seen}")], beyond, keys: with_files(vec![("lines", lines)], &files, include) }
}
