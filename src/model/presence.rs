//! Who is there to be asked: who is away and until when, and who has left.

use super::{Absence, Matrix, Moment, Principal};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of people's presence at one moment. Whoever is not listed is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Presence {
    /// Who is away, and when they are back; `None` where that is not known. Their approval counts, but nobody waits for it.
    pub away: BTreeMap<Principal, Option<Moment>>,
    /// Who has left. They approve nothing.
    pub left: BTreeSet<Principal>,
}

impl Presence {
    /// What `[people]` of the matrix says at a moment.
    pub fn of(matrix: &Matrix, now: Moment) -> Self {
        let mut presence = Self::default();
        for (name, person) in &matrix.people {
            let who = Principal::named(name);
            if person.left {
                presence.left.insert(who);
            } else if let Some(back) = back(&person.away, now) {
                presence.away.insert(who, back);
            }
        }
        presence
    }

    /// Whether this person has left.
    pub fn has_left(&self, person: &Principal) -> bool {
        self.left.contains(person)
    }

    /// Whether there is no use in asking this person now.
    pub fn is_missing(&self, person: &Principal) -> bool {
        self.has_left(person) || self.away.contains_key(person)
    }
}

/// When somebody is back from the absence that covers `now` and from those that follow it without a gap; `None` where no
/// absence covers `now`.
fn back(away: &[Absence], now: Moment) -> Option<Option<Moment>> {
    let mut at = now;
    // Each turn uses up at least one absence.
    for _ in away {
        let covering = away.iter().filter(|absence| absence.covers(at));
        match covering.map(|absence| absence.until).max_by_key(|until| (until.is_none(), *until)) {
            Some(None) => return Some(None),
            Some(Some(until)) => at = until,
            None => break,
        }
    }
    (at != now).then_some(Some(at))
}

#[cfg(test)]
mod tests {
    use super::{Absence, Moment, back};

    #[test]
    fn an_absence_lasts_until_nothing_covers_the_day() {
        let day = |text: &str| Moment::parse(text).unwrap();
        let away = |from: &str, until: &str| Absence { from: Moment::parse(from), until: Moment::parse(until) };
        let table = [
            ("there", vec![], None),
            ("one", vec![away("2026-11-20", "2026-11-25")], Some(Some("2026-11-25"))),
            ("later", vec![away("2026-11-23", "2026-11-25")], None),
            ("back at the end itself", vec![away("2026-11-20", "2026-11-22")], None),
            (
                "without a gap, in any order",
                vec![away("2026-11-25", "2026-12-01"), away("2026-11-20", "2026-11-25")],
                Some(Some("2026-12-01")),
            ),
            ("two at once", vec![away("", "2026-11-24"), away("", "2026-11-26")], Some(Some("2026-11-26"))),
            ("for good", vec![away("2026-11-20", "2026-11-25"), away("2026-11-24", "")], Some(None)),
        ];
        for (name, absences, expected) in table {
            let expected = expected.map(|until| until.map(day));
            assert_eq!(back(&absences, day("2026-11-22")), expected, "{name}");
        }
    }
}
