//! Files that contradict each other about who answers for a path.

use super::ground::{Ground, Group, files, of_assignment, of_row};
use super::said::{Said, some_of};
use crate::model::{Place, Severity, Voice};
use std::collections::BTreeMap;

/// Two places that disagree: what each names, how many files they disagree about, one of these, the tier.
struct Quarrel {
    follows: Voice,
    other: Voice,
    subject: String,
    count: u64,
    first: String,
    tier: Option<u8>,
    /// They surely do; otherwise they cannot be compared.
    certain: bool,
}

/// What would tell whether two places disagree.
const UNCOMPARED: &str = "say who is in its teams (`[teams]`) and which addresses are whose (`[people]`)";

pub(super) fn lints(ground: &Ground<'_>) -> Vec<Said> {
    let mut quarrels: BTreeMap<(Voice, Voice, bool), Quarrel> = BTreeMap::new();
    for group in &ground.groups {
        let Some(said) = group.answer.disagreement(&ground.directory.membership) else { continue };
        let quarrel =
            quarrels.entry((said.follows.clone(), said.other.clone(), said.certain)).or_insert_with(|| Quarrel {
                subject: format!("{}, {}", subject(group, &said.follows.place), subject(group, &said.other.place)),
                follows: said.follows,
                other: said.other,
                count: 0,
                first: group.first.quoted(),
                tier: group.answer.row.and_then(|row| row.tier),
                certain: said.certain,
            });
        quarrel.count += group.size.files;
    }
    quarrels.into_values().map(tell).collect()
}

fn tell(quarrel: Quarrel) -> Said {
    let names = |voice: &Voice| match voice.names.as_slice() {
        [] => "nobody".to_owned(),
        names => some_of(names),
    };
    let msg = format!(
        "{}{} names {}, and {} names {}, for the same {}",
        if quarrel.certain { "" } else { "cannot be compared: " },
        quarrel.follows.place,
        names(&quarrel.follows),
        quarrel.other.place,
        names(&quarrel.other),
        files(quarrel.count),
    );
    Said::new("SOURCES_DISAGREE", quarrel.subject, msg)
        .at(&quarrel.other.place)
        .about([quarrel.first])
        .count(quarrel.count)
        .tier(quarrel.tier)
        .at_most((!quarrel.certain).then_some(Severity::Info))
        .help((!quarrel.certain).then_some(UNCOMPARED))
}

/// What stands at a place, in words that stay while lines move.
fn subject(group: &Group<'_>, place: &Place) -> String {
    if let Some(row) = group.answer.row.filter(|row| row.place == *place) {
        return of_row(row);
    }
    let assignments = group.answer.assignments();
    let said = assignments.iter().find(|said| said.place == *place);
    said.map_or_else(|| place.to_string(), of_assignment)
}
