//! A way down through the choices of one part: what is picked so far, and what is left to meet.

use super::{Aim, Class, Part, at, change, plus};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// The way, and the best end of any so far.
pub(super) struct Search<'p, 's> {
    part: &'p Part,
    left: Vec<u32>,
    used: Vec<u32>,
    /// How often a class may be picked on this way; what was tried already is closed.
    cap: Vec<u32>,
    size: u32,
    cost: [i64; 3],
    pub(super) best: Vec<u32>,
    pub(super) best_size: u32,
    best_cost: [i64; 3],
    aim: Aim,
    steps: &'s mut u64,
    /// The steps were used up on the way.
    pub(super) stopped: bool,
}

/// What is left to do from here.
pub(super) enum Look {
    /// Nothing.
    Met,
    /// It cannot be done from here.
    Never,
    /// At least so many picks; the classes that count towards the need with the fewest of them.
    Bound { least: u32, classes: Vec<usize> },
}

impl<'p, 's> Search<'p, 's> {
    pub(super) fn new(part: &'p Part, steps: &'s mut u64, aim: Aim) -> Self {
        Self {
            part,
            left: part.needs.clone(),
            used: vec![0; part.classes.len()],
            cap: part.classes.iter().map(|class| class.copies).collect(),
            size: 0,
            cost: [0; 3],
            best: part.best.clone(),
            best_cost: part.total(&part.best),
            best_size: part.best.iter().fold(0, |sum, count| sum.saturating_add(*count)),
            aim,
            steps,
            stopped: false,
        }
    }

    pub(super) fn descend(&mut self) {
        if *self.steps == 0 {
            self.stopped = true;
            return;
        }
        let classes = match self.look() {
            Look::Never => return,
            Look::Met => return self.offer(),
            Look::Bound { least, .. } if self.hopeless(least) => return,
            Look::Bound { classes, .. } => classes,
        };
        let mut closed = Vec::new();
        for n in self.ordered(classes) {
            self.pick(n);
            self.descend();
            self.unpick(n);
            // Every way that has one more of this class has been gone.
            closed.push((n, at(&self.cap, n)));
            let used = at(&self.used, n);
            change(&mut self.cap, n, |_| used);
            if self.stopped {
                break;
            }
        }
        for (n, cap) in closed {
            change(&mut self.cap, n, |_| cap);
        }
    }

    /// Nothing better can come from here.
    fn hopeless(&self, least: u32) -> bool {
        let size = self.size.saturating_add(least);
        if self.aim == Aim::Fewer {
            return size >= self.best_size;
        }
        let [penalty, unknown, _] = self.cost;
        let [best_penalty, best_unknown, _] = self.best_cost;
        size > self.best_size || (penalty, unknown) > (best_penalty, best_unknown)
    }

    fn offer(&mut self) {
        *self.steps = self.steps.saturating_sub(self.used.len() as u64);
        let better = match self.aim {
            Aim::Fewer => self.size < self.best_size,
            Aim::Better => {
                let is = (self.size, self.cost).cmp(&(self.best_size, self.best_cost));
                is.then_with(|| self.named(&self.used).cmp(&self.named(&self.best))).is_lt()
            }
        };
        if better {
            self.best = self.used.clone();
            (self.best_size, self.best_cost) = (self.size, self.cost);
        }
    }

    /// The choices in their order; of a pool more rather than of the next one.
    fn named(&self, used: &[u32]) -> Vec<(usize, Reverse<u32>)> {
        self.part.choices_of(used).into_iter().map(|(choice, copies)| (choice, Reverse(copies))).collect()
    }

    /// Whoever meets most first, then who costs least.
    fn ordered(&self, mut classes: Vec<usize>) -> Vec<usize> {
        let gain = |class: &Class| class.covers.iter().filter(|need| at(&self.left, **need) > 0).count();
        classes.sort_by_cached_key(|n| self.part.classes.get(*n).map(|class| (Reverse(gain(class)), class.cost, *n)));
        classes
    }

    fn pick(&mut self, n: usize) {
        let Some(class) = self.part.classes.get(n) else { return };
        change(&mut self.used, n, |count| count + 1);
        self.size += 1;
        self.cost = plus(self.cost, class.cost, 1);
        self.refresh(class);
    }

    fn unpick(&mut self, n: usize) {
        let Some(class) = self.part.classes.get(n) else { return };
        change(&mut self.used, n, |count| count - 1);
        self.size -= 1;
        self.cost = plus(self.cost, class.cost, -1);
        self.refresh(class);
    }

    /// What is left of the needs of a class; one met beyond what it wants has nothing left.
    fn refresh(&mut self, class: &Class) {
        for need in &class.covers {
            let of = self.part.by_need.get(*need).map(Vec::as_slice).unwrap_or_default();
            let met = of.iter().fold(0_u32, |sum, n| sum.saturating_add(at(&self.used, *n)));
            let wants = at(&self.part.needs, *need);
            change(&mut self.left, *need, |_| wants.saturating_sub(met));
        }
    }

    /// The least number of picks still needed: needs that share no class each want their own people, and nobody meets more
    /// needs at once than the best of all.
    pub(super) fn look(&mut self) -> Look {
        let open = |n: &usize| at(&self.used, *n) < at(&self.cap, *n);
        let mut unmet: Vec<(usize, u32, Vec<usize>)> = Vec::new();
        let mut touched = self.left.len() as u64;
        for ((need, wants), list) in self.left.iter().enumerate().zip(&self.part.by_need).filter(|((_, w), _)| **w > 0)
        {
            let classes: Vec<usize> = list.iter().copied().filter(|n| open(n)).collect();
            touched += list.len() as u64;
            let room = classes.iter().fold(0_u32, |sum, n| sum.saturating_add(at(&self.cap, *n) - at(&self.used, *n)));
            if room < *wants {
                *self.steps = self.steps.saturating_sub(touched);
                return Look::Never;
            }
            unmet.push((need, *wants, classes));
        }
        *self.steps = self.steps.saturating_sub(touched);
        unmet.sort_by_key(|(need, _, classes)| (classes.len(), *need));
        let mut taken: BTreeSet<usize> = BTreeSet::new();
        let (mut apart, mut sum) = (0_u32, 0_u32);
        let mut gain: BTreeMap<usize, u32> = BTreeMap::new();
        for (_, wants, classes) in &unmet {
            if classes.iter().all(|n| !taken.contains(n)) {
                apart = apart.saturating_add(*wants);
                taken.extend(classes);
            }
            sum = sum.saturating_add(*wants);
            classes.iter().for_each(|n| *gain.entry(*n).or_default() += 1);
        }
        let together = sum.div_ceil(gain.values().copied().max().unwrap_or(1));
        match unmet.into_iter().next() {
            Some((_, _, classes)) => Look::Bound { least: apart.max(together), classes },
            None => Look::Met,
        }
    }
}
