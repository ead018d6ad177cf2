//! Where two ownership files name nobody in common for a touched path: one finding for each pair of places.
//!
//! A change may touch 100,000 paths that a handful of lines speak about, so each combination of lines is compared once.

use crate::model::{
    Disagreement, Finding, Membership, OwnershipAnswer, Place, RepoPath, RowId, Severity, Voice, counted,
};
use std::collections::{BTreeMap, HashMap};

/// The code, which the audit of ownership shares.
const CODE: &str = "SOURCES_DISAGREE";

/// What would tell.
const UNCOMPARED: &str = "say who is in its teams (`[teams]`) and which addresses are whose (`[people]`)";

/// What the files said so far.
pub(super) struct Disagreements<'a> {
    membership: &'a Membership,
    /// For each combination of lines, the number of its disagreement.
    heard: HashMap<Lines, Option<usize>>,
    /// Each disagreement once, with its paths.
    found: Vec<(Disagreement, Vec<String>)>,
}

/// Which lines speak about a path: the row of the matrix, the line of GitHub's CODEOWNERS, the rows of the others with
/// their places.
type Lines = (Option<RowId>, Option<u32>, Vec<(RowId, Place)>);

impl<'a> Disagreements<'a> {
    pub(super) fn new(membership: &'a Membership) -> Self {
        Self { membership, heard: HashMap::new(), found: Vec::new() }
    }

    /// Takes in what the files say about one path.
    pub(super) fn hear(&mut self, answer: &OwnershipAnswer<'_>, path: &RepoPath) {
        let voices = usize::from(answer.row.is_some()) + usize::from(answer.rule.is_some()) + answer.others.len();
        if voices < 2 {
            return;
        }
        let others = answer.others.iter().map(|other| (other.id.clone(), other.place.clone())).collect();
        let lines = (answer.row.map(|row| row.id.clone()), answer.rule.map(|rule| rule.line), others);
        let (found, membership) = (&mut self.found, self.membership);
        let number = self.heard.entry(lines).or_insert_with(|| {
            let disagreement = answer.disagreement(membership)?;
            let known = found.iter().position(|(known, _)| *known == disagreement);
            Some(known.unwrap_or_else(|| {
                found.push((disagreement, Vec::new()));
                found.len() - 1
            }))
        });
        if let Some((_, paths)) = number.and_then(|number| self.found.get_mut(number)) {
            paths.push(path.quoted());
        }
    }

    /// One finding for each pair of places, in their order.
    pub(super) fn findings(self, severities: &BTreeMap<String, Option<Severity>>) -> Vec<Finding> {
        let mut pairs: BTreeMap<(Voice, Voice, bool), Vec<String>> = BTreeMap::new();
        for (Disagreement { follows, other, certain }, paths) in self.found {
            pairs.entry((follows, other, certain)).or_default().extend(paths);
        }
        let weigh = |certain: bool| match severities.get(CODE) {
            Some(weight) => weight.map(|weight| if certain { weight } else { weight.min(Severity::Info) }),
            None if certain => Some(Severity::Warn),
            None => Some(Severity::Info),
        };
        let found = pairs.into_iter();
        found
            .filter_map(|((follows, other, certain), paths)| {
                Some(finding(&follows, &other, certain, weigh(certain)?, paths))
            })
            .collect()
    }
}

fn finding(follows: &Voice, other: &Voice, certain: bool, weight: Severity, mut paths: Vec<String>) -> Finding {
    paths.sort();
    paths.dedup();
    let names = |voice: &Voice| match voice.names.as_slice() {
        [] => format!("{} names nobody", voice.place),
        names => format!("{} names {}", voice.place, some(names)),
    };
    let files = counted(paths.len() as u64, "file");
    let what = if certain { "two sources name nobody in common" } else { "two sources cannot be compared" };
    let msg = format!("{what} for {files}: {}, {}", names(follows), names(other));
    let help = format!(
        "the matrix comes first, then CODEOWNERS, then OWNERS, then the catalogue, so {} is followed; {}",
        follows.place,
        if certain { "name the same people in both, or remove what is out of date" } else { UNCOMPARED },
    );
    Finding::new(CODE, weight, msg).at(paths).help(help)
}

fn some(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(5).map(String::as_str).collect();
    let more = names.len() - shown.len();
    let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{tail}", shown.join(", "))
}
