//! Which rule depends on which: a rule that reaches itself has no value.

use std::collections::{BTreeMap, BTreeSet};

/// Rules by absolute path (`data.changeward.deny`), and what each depends on.
#[derive(Default)]
pub(super) struct Graph {
    /// From, to, and the place that says so, as the caller numbers them.
    edges: BTreeMap<String, BTreeMap<String, usize>>,
}

impl Graph {
    /// Adds a rule.
    pub(super) fn node(&mut self, path: &str) {
        self.edges.entry(path.to_owned()).or_default();
    }

    /// `from` calls `to`, at a place; what is no rule is left out.
    pub(super) fn edge(&mut self, from: &str, to: &str, place: usize) {
        if self.edges.contains_key(to)
            && let Some(targets) = self.edges.get_mut(from)
        {
            targets.insert(to.to_owned(), place);
        }
    }

    /// `from` names a path: the rule there, the rule it looks into, or every rule below it.
    pub(super) fn reach(&mut self, from: &str, path: &str, place: usize) {
        let above = path.match_indices('.').filter_map(|(at, _)| path.get(..at));
        let below = self.edges.range(format!("{path}.")..format!("{path}/")).map(|(key, _)| key.as_str());
        let reached = above.chain(std::iter::once(path)).chain(below).map(str::to_owned).collect::<Vec<_>>();
        for to in reached {
            self.edge(from, &to, place);
        }
    }

    /// One cycle through each rule that first closes one, in the order of the paths, with the last of its places.
    pub(super) fn cycles(&self) -> Vec<(Vec<String>, usize)> {
        let mut walk = Walk { graph: self, done: BTreeSet::new(), trail: Vec::new(), found: Vec::new() };
        for path in self.edges.keys() {
            walk.visit(path);
        }
        let place = |cycle: &Vec<String>| {
            let next = cycle.iter().skip(1).chain(cycle.first());
            let places = cycle.iter().zip(next).filter_map(|(from, to)| self.edges.get(from)?.get(to).copied());
            places.max().unwrap_or(0)
        };
        walk.found.into_iter().map(|cycle| (place(&cycle), cycle)).map(|(place, cycle)| (cycle, place)).collect()
    }
}

struct Walk<'a> {
    graph: &'a Graph,
    done: BTreeSet<&'a str>,
    trail: Vec<&'a str>,
    found: Vec<Vec<String>>,
}

impl<'a> Walk<'a> {
    /// Depth first, with a stack of its own: chains of rules are long in generated policies.
    fn visit(&mut self, path: &'a str) {
        let mut todo = vec![(path, false)];
        while let Some((path, leaving)) = todo.pop() {
            if leaving {
                self.trail.pop();
                self.done.insert(path);
            } else if let Some(start) = self.trail.iter().position(|above| *above == path) {
                self.found.push(self.trail.iter().skip(start).map(|p| (*p).to_owned()).collect());
            } else if !self.done.contains(path) {
                self.trail.push(path);
                todo.push((path, true));
                let targets = self.graph.edges.get(path).into_iter().flat_map(BTreeMap::keys);
                todo.extend(targets.rev().map(|target| (target.as_str(), false)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Graph;

    #[test]
    fn a_cycle_is_found_once_and_a_diamond_is_none() {
        type Row = (&'static [(&'static str, &'static str)], &'static [&'static str]);
        let table: &[Row] = &[
            (&[("d.a", "d.b"), ("d.b", "d.a")], &["d.a d.b"]),
            (&[("d.a", "d.a")], &["d.a"]),
            (&[("d.a", "d.b"), ("d.a", "d.c"), ("d.b", "d.e"), ("d.c", "d.e")], &[]),
            (&[("d.a", "d")], &["d.a"]),
            (&[("d.a", "d.b.x.y"), ("d.b", "d.c"), ("d.c", "d.b")], &["d.b d.c"]),
            (&[("d.a", "d.bb"), ("d.b", "d.a")], &[]),
        ];
        for (edges, expected) in table {
            let mut graph = Graph::default();
            ["d.a", "d.b", "d.c", "d.e"].iter().for_each(|n| graph.node(n));
            edges.iter().for_each(|(from, to)| graph.reach(from, to, 7));
            let found: Vec<_> = graph.cycles().iter().map(|(cycle, _)| cycle.join(" ")).collect();
            assert_eq!(found, *expected, "{edges:?}");
        }
    }
}
