//! The fewest picks that meet every need: exact within a counted number of steps, and it says so where it is not.
//!
//! A need wants some distinct people. A choice is one person, or a pool of people nobody can name (a team without known
//! members), and counts towards some needs. Needs that share no choice are solved apart; choices that count towards the
//! same needs at the same cost are one class, so that twenty interchangeable reviewers are not tried in every order. Within
//! a part: branch and bound, from the need with the fewest choices, against the needs that share none.

mod search;

use search::{Look, Search};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// How many needs and classes are looked at for one answer.
const STEPS: u64 = 1_000_000;

/// Beyond so many picks in one part nothing is searched: it is deep, and nobody reads so long a list for its last name.
const DEEPEST: u32 = 400;

/// Somebody, or a pool of people, who may be picked.
#[derive(Debug)]
pub(super) struct Choice {
    /// The needs each pick counts towards, ascending.
    pub(super) covers: Vec<usize>,
    /// How many distinct people it stands for.
    pub(super) copies: u32,
    /// What decides between sets of the same size, the weightiest first; less is better. Of equals, the earlier choices
    /// win.
    pub(super) cost: [i64; 3],
}

/// What was picked.
pub(super) struct Cover {
    /// How often each choice is.
    pub(super) picks: Vec<u32>,
    /// No smaller number of picks meets every need; otherwise there may be one.
    pub(super) smallest: bool,
}

/// The smallest set of picks that meets every need. A need that cannot be met is met as far as it can be.
pub(super) fn smallest(needs: &[u32], choices: &[Choice]) -> Cover {
    let mut parts = parts(needs, choices);
    let mut steps = STEPS;
    let mut proven = true;
    for part in &mut parts {
        proven &= part.search(&mut steps, Aim::Fewer);
    }
    for part in &mut parts {
        part.search(&mut steps, Aim::Better);
    }
    let mut picks = vec![0; choices.len()];
    for (choice, copies) in parts.iter().flat_map(Part::picked) {
        if let Some(pick) = picks.get_mut(choice) {
            *pick += copies;
        }
    }
    Cover { picks, smallest: proven }
}

/// Needs that are joined by choices, with the classes of these choices.
struct Part {
    needs: Vec<u32>,
    classes: Vec<Class>,
    /// For each need the classes that count towards it.
    by_need: Vec<Vec<usize>>,
    /// The best so far: how often each class is picked.
    best: Vec<u32>,
}

/// Choices that nothing but their order tells apart.
struct Class {
    covers: Vec<usize>,
    members: Vec<(usize, u32)>,
    copies: u32,
    cost: [i64; 3],
}

/// What a search looks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Aim {
    /// Fewer picks.
    Fewer,
    /// As many picks, at less cost.
    Better,
}

fn at(list: &[u32], n: usize) -> u32 {
    list.get(n).copied().unwrap_or(0)
}

fn change(list: &mut [u32], n: usize, to: impl Fn(u32) -> u32) {
    if let Some(value) = list.get_mut(n) {
        *value = to(*value);
    }
}

fn parts(needs: &[u32], choices: &[Choice]) -> Vec<Part> {
    let mut classes: BTreeMap<(&[usize], [i64; 3]), Class> = BTreeMap::new();
    for (n, choice) in choices.iter().enumerate().filter(|(_, choice)| choice.copies > 0) {
        let class = classes.entry((&choice.covers, choice.cost)).or_insert_with(|| Class {
            covers: choice.covers.clone(),
            members: Vec::new(),
            copies: 0,
            cost: choice.cost,
        });
        class.members.push((n, choice.copies));
        class.copies = class.copies.saturating_add(choice.copies);
    }
    // Which needs hang together: the smallest need each one is joined with.
    let mut root: Vec<usize> = (0..needs.len()).collect();
    for class in classes.values() {
        let Some(first) = class.covers.first() else { continue };
        for need in &class.covers {
            join(&mut root, *first, *need);
        }
    }
    let mut parts: BTreeMap<usize, (Vec<usize>, Vec<Class>)> = BTreeMap::new();
    for need in (0..needs.len()).filter(|need| at(needs, *need) > 0) {
        parts.entry(find(&root, need)).or_default().0.push(need);
    }
    for class in classes.into_values() {
        if let Some((_, of)) = class.covers.first().and_then(|first| parts.get_mut(&find(&root, *first))) {
            of.push(class);
        }
    }
    parts.into_values().map(|(of, classes)| Part::new(needs, &of, classes)).collect()
}

fn find(root: &[usize], need: usize) -> usize {
    let mut at = need;
    while let Some(up) = root.get(at).filter(|up| **up != at) {
        at = *up;
    }
    at
}

fn join(root: &mut [usize], a: usize, b: usize) {
    let (a, b) = (find(root, a), find(root, b));
    if let Some(of) = root.get_mut(a.max(b)) {
        *of = a.min(b);
    }
}

impl Part {
    /// Needs with the same choices are one: the larger of them.
    fn new(all: &[u32], of: &[usize], mut classes: Vec<Class>) -> Self {
        classes.sort_by_key(|class| class.members.first().copied());
        let mut by_need: BTreeMap<usize, Vec<usize>> = of.iter().map(|need| (*need, Vec::new())).collect();
        for (n, class) in classes.iter().enumerate() {
            for need in &class.covers {
                if let Some(list) = by_need.get_mut(need) {
                    list.push(n);
                }
            }
        }
        let mut larger: BTreeMap<Vec<usize>, u32> = BTreeMap::new();
        for (need, list) in by_need {
            let amount = larger.entry(list).or_default();
            *amount = (*amount).max(at(all, need));
        }
        let mut part = Self { needs: Vec::new(), classes, by_need: Vec::new(), best: Vec::new() };
        part.classes.iter_mut().for_each(|class| class.covers.clear());
        for (need, (list, amount)) in larger.into_iter().enumerate() {
            for n in &list {
                if let Some(class) = part.classes.get_mut(*n) {
                    class.covers.push(need);
                }
            }
            let most =
                list.iter().filter_map(|n| part.classes.get(*n)).fold(0_u32, |sum, c| sum.saturating_add(c.copies));
            part.needs.push(amount.min(most));
            part.by_need.push(list);
        }
        part.best = part.greedy();
        part
    }

    /// Whoever meets most of what is left, again and again; then without those that turned out to be too many.
    fn greedy(&self) -> Vec<u32> {
        let mut left = self.needs.clone();
        let mut used = vec![0; self.classes.len()];
        let gain = |left: &[u32], class: &Class| class.covers.iter().filter(|need| at(left, **need) > 0).count();
        // A gain only ever falls, so the top of the heap is right once its gain is the one written beside it.
        let entry = |left: &[u32], n: usize, class: &Class| (gain(left, class), Reverse(class.cost), Reverse(n));
        let mut heap: BinaryHeap<_> = self.classes.iter().enumerate().map(|(n, c)| entry(&left, n, c)).collect();
        let mut order = Vec::new();
        while let Some((was, _, Reverse(n))) = heap.pop() {
            let Some(class) = self.classes.get(n) else { continue };
            let is = gain(&left, class);
            if is == 0 || at(&used, n) >= class.copies {
                continue;
            }
            if is == was {
                change(&mut used, n, |count| count + 1);
                class.covers.iter().for_each(|need| change(&mut left, *need, |amount| amount.saturating_sub(1)));
                order.push(n);
            }
            heap.push(entry(&left, n, class));
        }
        let mut over = self.over(&used);
        for n in order.into_iter().rev() {
            let Some(class) = self.classes.get(n) else { continue };
            if class.covers.iter().all(|need| at(&over, *need) > 0) {
                class.covers.iter().for_each(|need| change(&mut over, *need, |amount| amount - 1));
                change(&mut used, n, |count| count - 1);
            }
        }
        used
    }

    /// By how much each need is met beyond what it wants.
    fn over(&self, used: &[u32]) -> Vec<u32> {
        let met = |list: &Vec<usize>| list.iter().fold(0_u32, |sum, n| sum.saturating_add(at(used, *n)));
        self.by_need.iter().zip(&self.needs).map(|(list, amount)| met(list).saturating_sub(*amount)).collect()
    }

    /// Improves `best`. Whether nothing better is left.
    fn search(&mut self, steps: &mut u64, aim: Aim) -> bool {
        let mut search = Search::new(self, steps, aim);
        let least = match search.look() {
            Look::Bound { least, .. } => least,
            Look::Met | Look::Never => 0,
        };
        let hopeless = aim == Aim::Fewer && least >= search.best_size;
        let deep = search.best_size > DEEPEST;
        if !hopeless && !deep {
            search.descend();
        }
        let done = hopeless || !(deep || search.stopped) || least >= search.best_size;
        self.best = search.best;
        done
    }

    fn total(&self, used: &[u32]) -> [i64; 3] {
        let mut total = [0; 3];
        for (class, count) in self.classes.iter().zip(used) {
            total = plus(total, class.cost, i64::from(*count));
        }
        total
    }

    /// The choices behind the best: of a class the first ones.
    fn picked(&self) -> Vec<(usize, u32)> {
        self.choices_of(&self.best)
    }

    fn choices_of(&self, used: &[u32]) -> Vec<(usize, u32)> {
        let mut all = Vec::new();
        for (class, count) in self.classes.iter().zip(used) {
            let mut left = *count;
            for (choice, copies) in &class.members {
                let take = left.min(*copies);
                if take > 0 {
                    all.push((*choice, take));
                }
                left -= take;
            }
        }
        all.sort_unstable();
        all
    }
}

fn plus(a: [i64; 3], b: [i64; 3], times: i64) -> [i64; 3] {
    let ([a1, a2, a3], [b1, b2, b3]) = (a, b);
    [a1 + b1 * times, a2 + b2 * times, a3 + b3 * times]
}

#[cfg(test)]
mod tests {
    use super::{Choice, Cover, smallest};
    use proptest::prelude::*;
    use std::cmp::Reverse;

    /// Size, cost, choices.
    type Weight = (u32, [i64; 3], Vec<(usize, Reverse<u32>)>);

    /// The cheapest of all ways to pick.
    fn best(needs: &[u32], choices: &[Choice]) -> Option<Weight> {
        let mut ways: Vec<Vec<u32>> = vec![Vec::new()];
        for choice in choices {
            let most = choice.copies.min(4);
            let more = |way: &Vec<u32>| (0..=most).map(|n| [way.clone(), vec![n]].concat()).collect::<Vec<_>>();
            ways = ways.iter().flat_map(more).collect();
        }
        ways.into_iter().filter(|way| meets(needs, choices, way)).map(|way| weigh(choices, &way)).min()
    }

    fn meets(needs: &[u32], choices: &[Choice], picks: &[u32]) -> bool {
        needs.iter().enumerate().all(|(need, wants)| {
            let covering = choices.iter().zip(picks).filter(|(choice, _)| choice.covers.contains(&need));
            covering.map(|(_, count)| count).sum::<u32>() >= *wants
        })
    }

    fn weigh(choices: &[Choice], picks: &[u32]) -> Weight {
        let mut cost = [0; 3];
        for (choice, count) in choices.iter().zip(picks) {
            cost = super::plus(cost, choice.cost, i64::from(*count));
        }
        let named = picks.iter().enumerate().filter(|(_, count)| **count > 0).map(|(n, count)| (n, Reverse(*count)));
        (picks.iter().sum(), cost, named.collect())
    }

    fn problem() -> impl Strategy<Value = (Vec<u32>, Vec<Choice>)> {
        let choice = |needs: usize| {
            let covers = prop::collection::btree_set(0..needs, 1..=needs);
            (covers, prop_oneof![4 => Just(1_u32), 1 => Just(9)], 0..3_i64, 0..2_i64)
        };
        let sized =
            move |needs: usize| (prop::collection::vec(0..3_u32, needs), prop::collection::vec(choice(needs), 0..7));
        (1..5_usize).prop_flat_map(sized).prop_map(|(needs, choices)| {
            let choice = |(covers, copies, first, second): (std::collections::BTreeSet<usize>, u32, i64, i64)| {
                let third = -(covers.len() as i64);
                Choice { covers: covers.into_iter().collect(), copies, cost: [first, second, third] }
            };
            (needs, choices.into_iter().map(choice).collect())
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn the_cover_is_the_best_of_all((needs, choices) in problem()) {
            // What cannot be met is met as far as it can be.
            let room = |need: usize| choices.iter().filter(|c| c.covers.contains(&need)).map(|c| c.copies).sum::<u32>();
            let within: Vec<u32> = needs.iter().enumerate().map(|(need, wants)| (*wants).min(room(need))).collect();
            let Cover { picks, smallest: proven } = smallest(&needs, &choices);
            prop_assert!(proven);
            prop_assert_eq!(Some(weigh(&choices, &picks)), best(&within, &choices));
        }
    }

    /// Needs between every two of so many choices: the hardest that so few needs can be.
    fn web(choices: usize) -> (Vec<u32>, Vec<Choice>) {
        let mut all: Vec<Choice> =
            (0..choices).map(|_| Choice { covers: Vec::new(), copies: 1, cost: [0, 0, 0] }).collect();
        let mut needs = Vec::new();
        for a in 0..choices {
            for b in (a + 1..choices).filter(|b| (a * 7 + b * 13) % 5 < 2) {
                all[a].covers.push(needs.len());
                all[b].covers.push(needs.len());
                needs.push(1);
            }
        }
        (needs, all)
    }

    #[test]
    fn what_is_too_much_to_try_is_met_all_the_same_and_says_so() {
        let (needs, choices) = web(150);
        let Cover { picks, smallest: proven } = smallest(&needs, &choices);
        assert!(meets(&needs, &choices, &picks));
        assert!(!proven, "a bound that never stops anything is none");
        let (needs, choices) = web(20);
        assert!(smallest(&needs, &choices).smallest);
    }

    #[test]
    fn many_needs_apart_are_exact() {
        let needs = vec![2; 4_000];
        let choice = |n: usize| Choice { covers: vec![n / 5], copies: 1, cost: [0, 0, -1] };
        let choices: Vec<_> = (0..20_000).map(choice).collect();
        let Cover { picks, smallest: proven } = smallest(&needs, &choices);
        assert!(proven && meets(&needs, &choices, &picks));
        assert_eq!(picks.iter().sum::<u32>(), 8_000);
        assert_eq!(&picks[..5], [1, 1, 0, 0, 0], "the first by name");
    }
}
