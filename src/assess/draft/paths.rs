//! Paths to patterns: one segment may differ, and what differs becomes a `*`; an ending that all share is kept.

use crate::model::{DraftPattern, Pattern, RepoPath};
use std::collections::BTreeSet;

/// A pattern in the making: at most one segment is open.
struct Open<'p> {
    segments: Vec<&'p str>,
    open: Option<usize>,
    paths: Vec<&'p str>,
}

/// The fewest patterns that each leave one segment open at most, over all paths.
pub(super) fn globs(paths: &BTreeSet<&str>) -> Vec<DraftPattern> {
    let mut patterns: Vec<Open<'_>> = Vec::new();
    for path in paths {
        let segments: Vec<&str> = path.split('/').collect();
        match patterns.iter_mut().find_map(|pattern| Some((pattern.differs(&segments)?, pattern))) {
            Some((at, pattern)) => {
                pattern.open = Some(at);
                pattern.paths.push(path);
            }
            None => patterns.push(Open { segments, open: None, paths: vec![path] }),
        }
    }
    patterns.iter().map(Open::finish).collect()
}

impl Open<'_> {
    /// The one segment in which a path differs from all others so far, where it is the open one or none is open yet.
    fn differs(&self, segments: &[&str]) -> Option<usize> {
        if segments.len() != self.segments.len() {
            return None;
        }
        let pairs = self.segments.iter().zip(segments).enumerate();
        let differs: Vec<usize> = pairs.filter(|(_, (a, b))| a != b).map(|(at, _)| at).collect();
        let at = match (differs.as_slice(), self.open) {
            ([at], None) => *at,
            ([at], Some(open)) if *at == open => open,
            ([], Some(open)) => open,
            _ => return None,
        };
        let last = at + 1 == segments.len();
        let name = |segments: &[&str]| segments.get(at).and_then(|name| ending(name)).map(str::to_owned);
        let ending = name(segments);
        (!last || (ending.is_some() && name(&self.segments) == ending)).then_some(at)
    }

    fn finish(&self) -> DraftPattern {
        let segment = |(at, segment): (usize, &&str)| match self.open {
            Some(open) if open == at && at + 1 == self.segments.len() => {
                format!("*{}", escaped(ending(segment).unwrap_or_default()))
            }
            Some(open) if open == at => "*".to_owned(),
            _ => escaped(segment),
        };
        let glob = self.segments.iter().enumerate().map(segment).collect::<Vec<_>>().join("/");
        DraftPattern { glob, paths: self.paths.iter().map(|path| (*path).to_owned()).collect() }
    }
}

/// `.yaml` of `web.yaml`; a name that is all ending has none.
fn ending(name: &str) -> Option<&str> {
    name.char_indices().rev().find(|(at, c)| *c == '.' && *at > 0).and_then(|(at, _)| name.get(at..))
}

/// A name as a pattern that means nothing else.
fn escaped(name: &str) -> String {
    let plain = Pattern::glob(name).is_ok_and(|pattern| pattern.matches(&RepoPath::from(name)));
    let special = |c: char| matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\' | '!' | ',');
    if plain && !name.contains(special) {
        return name.to_owned();
    }
    name.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c])).collect()
}

#[cfg(test)]
mod tests {
    use super::globs;
    use crate::model::{Pattern, RepoPath};
    use std::collections::BTreeSet;

    #[test]
    fn only_one_segment_opens_and_an_ending_stays() {
        let table: &[(&[&str], &[&str])] = &[
            (&["deploy/web.yaml"], &["deploy/web.yaml"]),
            (&["deploy/web.yaml", "deploy/api.yaml"], &["deploy/*.yaml"]),
            (&["deploy/web.yaml", "deploy/api.json"], &["deploy/api.json", "deploy/web.yaml"]),
            (&["a/x/values.yaml", "b/x/values.yaml"], &["*/x/values.yaml"]),
            (&["a/x/v.yaml", "b/y/v.yaml"], &["a/x/v.yaml", "b/y/v.yaml"]),
            (&["a/v.yaml", "a/b/v.yaml"], &["a/b/v.yaml", "a/v.yaml"]),
            (&["Makefile", "Dockerfile"], &["Dockerfile", "Makefile"]),
            (&["a/[x]*.md", "a/{y}.md"], &["a/*.md"]),
            (&["a/[x]*.md"], &["a/\\[x\\]\\*.md"]),
        ];
        for (paths, expected) in table {
            let found = globs(&paths.iter().copied().collect::<BTreeSet<_>>());
            let is: Vec<&str> = found.iter().map(|pattern| pattern.glob.as_str()).collect();
            assert_eq!(is, *expected, "{paths:?}");
            for path in *paths {
                let covers = |glob: &&str| Pattern::glob(glob).unwrap().matches(&RepoPath::from(*path));
                assert!(is.iter().any(covers), "{path} {is:?}");
            }
        }
    }
}
