//! Who to ask: the smallest set of people who together can give every level that is missing.
//!
//! Every missing level wants some further people among its eligible; at high risk a row's two levels together want as many
//! people as both ask for. Whoever had a hand in the change, has left, is away or approved already is not asked. Of equally
//! small sets the one of people named first (before alternates and stand-ins), of known people (before teams nobody can
//! take apart), of people who can give more levels, and then by name. A set that suffices here suffices in [`super::quorum`],
//! which counts every approval for every level it is eligible for.

use super::cover::{Choice, Cover, smallest};
use super::told::Set;
use crate::model::{Ask, Facts, Level, Moment, Principal, PrincipalKind, Risk};
use std::collections::{BTreeMap, BTreeSet};

/// How many people a team whose members are not known, or anyone, may stand for.
const POOL: u32 = 1_000;

/// Whom to ask, and what nobody who is there can give.
pub(super) struct Plan {
    pub(super) asked: Vec<Ask>,
    /// No smaller set suffices; otherwise there may be one.
    pub(super) smallest: bool,
    pub(super) waits: Vec<Wait>,
}

/// A level that has to wait for somebody who is away.
pub(super) struct Wait {
    pub(super) level: String,
    /// How many people it still wants when everybody asked has approved.
    pub(super) more: u32,
    /// Who could give it and is away, and when they are back.
    pub(super) away: Vec<(Principal, Option<Moment>)>,
}

pub(super) fn plan(facts: &Facts, levels: &[Level], risk: Risk) -> Plan {
    let pairs = if risk == Risk::High { pairs(levels) } else { Vec::new() };
    let needs = needs(levels, &pairs);
    let candidates = candidates(facts, levels, &needs);
    let index = Index::new(&needs);
    let choices: Vec<Choice> = candidates.iter().map(|candidate| candidate.choice(&index)).collect();
    let mut room = vec![0_u32; needs.len()];
    for choice in &choices {
        add(&mut room, &choice.covers, choice.copies);
    }
    let within: Vec<u32> = needs.iter().zip(room).map(|(need, room)| need.more.min(room)).collect();
    let Cover { picks, smallest } = smallest(&within, &choices);
    let set = Set::new(levels, &candidates, &choices, &picks, &within);
    let waits = waits(facts, levels, &needs, &within);
    Plan { asked: set.asked(&pairs), smallest, waits }
}

pub(super) fn add(sums: &mut [u32], of: &[usize], amount: u32) {
    for n in of {
        if let Some(sum) = sums.get_mut(*n) {
            *sum = sum.saturating_add(amount);
        }
    }
}

// ---------------------------------------------------------------------------------------------------------- needs

/// A review level and the accountable level of the same row, by their index.
pub(super) type Pair = (usize, usize);

fn pairs(levels: &[Level]) -> Vec<Pair> {
    let mut reviews: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (n, level) in levels.iter().enumerate() {
        if let Some(row) = level.level.strip_prefix("review:") {
            reviews.entry(row).or_default().push(n);
        }
    }
    let rows = levels.iter().enumerate().filter_map(|(n, level)| Some((n, level.level.strip_prefix("accountable:")?)));
    rows.flat_map(|(n, row)| reviews.get(row).into_iter().flatten().map(move |review| (*review, n))).collect()
}

/// So many further people, each eligible for one of the levels.
struct Need {
    /// By index; the last is the one that waits while they are missing.
    of: Vec<usize>,
    more: u32,
}

fn needs(levels: &[Level], pairs: &[Pair]) -> Vec<Need> {
    let each = (0..levels.len()).map(|n| vec![n]);
    let all = each.chain(pairs.iter().map(|(review, accountable)| vec![*review, *accountable]));
    let need = |of: Vec<usize>| {
        let levels = || of.iter().filter_map(|n| levels.get(*n));
        let wants = levels().fold(0_u32, |sum, level| sum.saturating_add(level.min));
        let given: BTreeSet<&Principal> = levels().flat_map(|level| &level.have).collect();
        let more = wants.saturating_sub(u32::try_from(given.len()).unwrap_or(u32::MAX));
        (more > 0).then_some(Need { of, more })
    };
    all.filter_map(need).collect()
}

/// What stays missing when everybody asked has approved. What a pair lacks beyond its two levels waits with the second.
fn waits(facts: &Facts, levels: &[Level], needs: &[Need], within: &[u32]) -> Vec<Wait> {
    let mut short: BTreeMap<usize, u32> = BTreeMap::new();
    let mut waits = Vec::new();
    for (need, within) in needs.iter().zip(within) {
        let known: u32 = need.of.iter().filter_map(|n| short.get(n)).sum();
        let more = (need.more - within).saturating_sub(known);
        if let Some(last) = need.of.last().filter(|_| more > 0) {
            *short.entry(*last).or_default() += more;
            waits.push(wait(facts, levels, need, more));
        }
    }
    waits
}

fn wait(facts: &Facts, levels: &[Level], need: &Need, more: u32) -> Wait {
    let of = || need.of.iter().filter_map(|n| levels.get(*n));
    let given: BTreeSet<&Principal> = of().flat_map(|level| &level.have).collect();
    let people = of().flat_map(|level| &level.eligible).filter_map(|name| facts.membership.people(name)).flatten();
    let absent = people.filter(|person| !facts.excludes(person) && !given.contains(person));
    let away: BTreeMap<Principal, Option<Moment>> =
        absent.filter_map(|person| facts.presence.away.get(&person).map(|until| (person, *until))).collect();
    let mut away: Vec<_> = away.into_iter().collect();
    away.sort_by_key(|(_, until)| (until.is_none(), *until));
    let level = of().next_back().map(|level| level.level.clone()).unwrap_or_default();
    Wait { level, more, away }
}

// ----------------------------------------------------------------------------------------------------- candidates

/// Somebody who may be asked: a person, a team whose members are not known, or anyone.
pub(super) struct Candidate {
    pub(super) who: Principal,
    /// Not one person but a source of them.
    pub(super) pool: bool,
    /// The levels they can give, by index.
    pub(super) levels: BTreeSet<usize>,
    /// Those of them for which somebody else is named first.
    pub(super) second: BTreeSet<usize>,
}

impl Candidate {
    fn choice(&self, index: &Index) -> Choice {
        let covers: BTreeSet<usize> =
            self.levels.iter().filter_map(|level| index.needs.get(level)).flatten().copied().collect();
        let waiting =
            |levels: &BTreeSet<usize>| i64::try_from(levels.intersection(&index.waiting).count()).unwrap_or(i64::MAX);
        let unknown = match self.who.kind() {
            PrincipalKind::Anyone => 2,
            _ => i64::from(self.pool),
        };
        let copies = if self.pool { POOL } else { 1 };
        let cost = [waiting(&self.second), unknown, -waiting(&self.levels)];
        Choice { covers: covers.into_iter().collect(), copies, cost }
    }
}

/// The needs by the levels they are about.
struct Index {
    /// For each level the needs that somebody who can give it counts towards.
    needs: BTreeMap<usize, Vec<usize>>,
    /// The levels that wait while the needs are not met.
    waiting: BTreeSet<usize>,
}

impl Index {
    fn new(needs: &[Need]) -> Self {
        let mut index = Self { needs: BTreeMap::new(), waiting: BTreeSet::new() };
        for (n, need) in needs.iter().enumerate() {
            need.of.iter().for_each(|level| index.needs.entry(*level).or_default().push(n));
            index.waiting.extend(need.of.last());
        }
        index
    }
}

/// Everybody who can give one of the levels in need, by name.
fn candidates(facts: &Facts, levels: &[Level], needs: &[Need]) -> Vec<Candidate> {
    let given: BTreeSet<&Principal> = levels.iter().flat_map(|level| &level.have).collect();
    let askable = |who: &Principal| !facts.excludes(who) && !facts.presence.is_missing(who) && !given.contains(who);
    let in_need: BTreeSet<usize> = needs.iter().flat_map(|need| need.of.iter().copied()).collect();
    let mut known: BTreeMap<&Principal, Option<BTreeSet<Principal>>> = BTreeMap::new();
    let mut all: BTreeMap<Principal, Candidate> = BTreeMap::new();
    for (n, level) in in_need.iter().filter_map(|n| Some((*n, levels.get(*n)?))) {
        let mut first: BTreeSet<Principal> = BTreeSet::new();
        for name in &level.eligible {
            let people = known.entry(name).or_insert_with(|| facts.membership.people(name));
            let (pool, people) = match people {
                Some(people) => (false, people.iter().filter(|who| askable(who)).cloned().collect()),
                None => (true, vec![name.clone()]),
            };
            let second = level.stand_in || is_alternate(facts, &level.level, name);
            for who in people {
                let candidate = all.entry(who.clone()).or_insert_with(|| Candidate {
                    who: who.clone(),
                    pool,
                    levels: BTreeSet::new(),
                    second: BTreeSet::new(),
                });
                candidate.levels.insert(n);
                if second && !first.contains(&who) {
                    candidate.second.insert(n);
                } else {
                    candidate.second.remove(&n);
                    first.insert(who);
                }
            }
        }
    }
    // What anyone may give, everybody here may.
    let open = in_need.iter().filter(|n| levels.get(**n).is_some_and(Level::is_open_to_anyone));
    let open: Vec<usize> = open.copied().collect();
    let mut all: Vec<Candidate> = all.into_values().collect();
    all.iter_mut().for_each(|candidate| candidate.levels.extend(&open));
    all
}

/// Named for a level only to stand in for whoever is accountable or directs.
fn is_alternate(facts: &Facts, level: &str, name: &Principal) -> bool {
    let row = level.split_once(':').filter(|(kind, _)| matches!(*kind, "accountable" | "director"));
    row.and_then(|(_, row)| facts.rows.get(row)).is_some_and(|row| row.alternate.contains(name))
}
