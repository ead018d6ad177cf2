//! The set of people that was found, told: who is asked for which level, and who could be asked instead.

use super::ask::{Candidate, Pair, add};
use super::cover::Choice;
use crate::model::{Ask, Level, Principal};
use std::collections::{BTreeMap, BTreeSet};

/// Who is offered in the place of somebody, at most.
const INSTEAD: usize = 3;

/// The set that was found.
pub(super) struct Set<'a> {
    levels: &'a [Level],
    /// Everybody who could be asked, with what each counts towards and how often they were picked.
    all: Vec<Member<'a>>,
    /// For each need everybody who counts towards it, by their index.
    by_need: Vec<Vec<usize>>,
    /// For each level the members of the set who can give it, by their index.
    by_level: BTreeMap<usize, Vec<usize>>,
    /// The needs that lose somebody they cannot spare when one person of the set says no.
    tight: BTreeSet<usize>,
}

#[derive(Clone, Copy)]
struct Member<'a> {
    candidate: &'a Candidate,
    choice: &'a Choice,
    picked: u32,
}

/// For each member of the set, by index, the levels they are asked for.
type Gives = BTreeMap<usize, BTreeSet<usize>>;

impl<'a> Set<'a> {
    pub(super) fn new(
        levels: &'a [Level],
        candidates: &'a [Candidate],
        choices: &'a [Choice],
        picks: &[u32],
        within: &[u32],
    ) -> Self {
        let all = candidates.iter().zip(choices).zip(picks);
        let all: Vec<_> =
            all.map(|((candidate, choice), picked)| Member { candidate, choice, picked: *picked }).collect();
        let mut by_need = vec![Vec::new(); within.len()];
        let mut by_level: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut met = vec![0_u32; within.len()];
        for (n, member) in all.iter().enumerate() {
            for need in &member.choice.covers {
                if let Some(list) = by_need.get_mut(*need) {
                    list.push(n);
                }
            }
            add(&mut met, &member.choice.covers, member.picked);
            for level in member.candidate.levels.iter().filter(|_| member.picked > 0) {
                by_level.entry(*level).or_default().push(n);
            }
        }
        let tight =
            met.iter().zip(within).enumerate().filter(|(_, (met, wants))| met <= wants).map(|(n, _)| n).collect();
        Self { levels, all, by_need, by_level, tight }
    }

    /// In the order of the levels they are asked for.
    pub(super) fn asked(&self, pairs: &[Pair]) -> Vec<Ask> {
        let gives = self.gives(pairs);
        let mut asked: Vec<(usize, Ask)> = Vec::new();
        for (n, member) in self.all.iter().enumerate().filter(|(_, member)| member.picked > 0) {
            let levels = gives.get(&n).unwrap_or(&member.candidate.levels);
            let named = || levels.iter().filter_map(|n| self.levels.get(*n));
            let one = Ask {
                who: member.candidate.who.clone(),
                people: member.picked,
                levels: named().map(|level| level.level.clone()).collect(),
                stand_in: named().all(|level| level.stand_in),
                contact: named().find_map(|level| level.contact.clone()),
                instead: if member.picked == 1 { self.instead(member, levels) } else { Vec::new() },
            };
            asked.push((levels.first().copied().unwrap_or(usize::MAX), one));
        }
        asked.sort_by_key(|(first, _)| *first);
        asked.into_iter().map(|(_, asked)| asked).collect()
    }

    /// Every level by as many as it wants, those named first before the others; the two levels of a pair by different
    /// people.
    fn gives(&self, pairs: &[Pair]) -> Gives {
        let mut gives = Gives::new();
        let mut paired: BTreeSet<usize> = BTreeSet::new();
        for (review, accountable) in pairs {
            paired.extend([*review, *accountable]);
            for (n, level) in self.apart(*review, *accountable) {
                gives.entry(n).or_default().insert(level);
            }
        }
        for (level, of) in self.levels.iter().enumerate().filter(|(n, level)| !level.met && !paired.contains(n)) {
            let mut more = of.min.saturating_sub(u32::try_from(of.have.len()).unwrap_or(u32::MAX));
            let mut able: Vec<(bool, bool, usize, u32)> = self
                .able(level)
                .map(|(n, member)| (member.candidate.second.contains(&level), member.candidate.pool, n, member.picked))
                .collect();
            able.sort_unstable();
            for (_, _, n, picked) in able {
                if more > 0 {
                    gives.entry(n).or_default().insert(level);
                    more = more.saturating_sub(picked);
                }
            }
        }
        gives
    }

    /// The members of the set who can give a level.
    fn able(&self, level: usize) -> impl Iterator<Item = (usize, &Member<'a>)> {
        let list = self.by_level.get(&level).into_iter().flatten();
        list.filter_map(|n| Some((*n, self.all.get(*n)?)))
    }

    /// Different people for the two levels of a row: first whoever can give only one of them.
    fn apart(&self, review: usize, accountable: usize) -> Vec<(usize, usize)> {
        let (Some(reviews), Some(answers)) = (self.levels.get(review), self.levels.get(accountable)) else {
            return Vec::new();
        };
        if reviews.met && answers.met {
            return Vec::new();
        }
        let given: BTreeSet<&Principal> = reviews.have.iter().chain(&answers.have).collect();
        let given = given.into_iter().map(|who| Able {
            asked: None,
            review: reviews.have.contains(who),
            accountable: answers.have.contains(who),
        });
        let either: BTreeMap<usize, &Member<'_>> = self.able(review).chain(self.able(accountable)).collect();
        let asked = either.into_iter().flat_map(|(n, member)| {
            let can = |level: &usize| member.candidate.levels.contains(level);
            let one = Able { asked: Some(n), review: can(&review), accountable: can(&accountable) };
            std::iter::repeat_n(one, member.picked as usize)
        });
        let people: Vec<Able> = given.chain(asked).collect();
        let only_review = people.iter().filter(|one| one.review && !one.accountable);
        let only_accountable = people.iter().filter(|one| one.accountable && !one.review);
        let both = || people.iter().filter(|one| one.review && one.accountable);
        let alone = only_review.clone().count();
        let of_both = (reviews.min as usize).saturating_sub(alone);
        let reviewers = only_review.chain(both().take(of_both)).take(reviews.min as usize);
        let accountables = only_accountable.chain(both().skip(of_both)).take(answers.min as usize);
        // Another review may be all that the accountable level waits for.
        let review = if reviews.met { accountable } else { review };
        let all = reviewers.map(|one| (one, review)).chain(accountables.map(|one| (one, accountable)));
        all.filter_map(|(one, level)| Some((one.asked?, level))).collect()
    }

    /// Who could be asked in somebody's place: able to give what they are asked for, and to meet whatever nobody else of the
    /// set meets.
    fn instead(&self, of: &Member<'_>, levels: &BTreeSet<usize>) -> Vec<Principal> {
        let needed: Vec<usize> = of.choice.covers.iter().copied().filter(|need| self.tight.contains(need)).collect();
        let replaces = |other: &Member<'_>| {
            other.picked == 0
                && needed.iter().all(|need| other.choice.covers.binary_search(need).is_ok())
                && levels.intersection(&of.candidate.levels).all(|level| other.candidate.levels.contains(level))
        };
        let others = needed.first().and_then(|need| self.by_need.get(*need)).into_iter().flatten();
        let others = others.filter_map(|n| self.all.get(*n)).filter(|other| replaces(other));
        let mut able: Vec<_> = others.map(|other| (other.choice.cost, &other.candidate.who)).collect();
        able.sort();
        able.into_iter().take(INSTEAD).map(|(_, who)| who.clone()).collect()
    }
}

/// One person who gives one of the two levels of a pair: somebody asked, or somebody who approved already.
#[derive(Clone, Copy)]
struct Able {
    asked: Option<usize>,
    review: bool,
    accountable: bool,
}
