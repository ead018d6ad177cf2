//! Paths to patterns: a path stays as it is, unless so many differ in one segment that the others there are meant, too. Then
//! that segment becomes a `*`; an ending that all share is kept.

use crate::model::{DraftPattern, Pattern, RepoPath};
use std::collections::BTreeSet;

/// So many files that differ in one segment are needed for a pattern…
const MANY: usize = 3;

/// …and they are at least this part of those that it covers. As many as this are a pattern in any case.
const PART: usize = 2;
const LISTED: usize = 25;

/// A pattern in the making: at most one segment is open.
struct Open<'p> {
    segments: Vec<&'p str>,
    open: Option<usize>,
    paths: Vec<&'p str>,
}

/// Patterns that each leave one segment open at most, over all paths. `there` is every file there is: a pattern that covers
/// many that did not change would be a guess.
pub(super) fn globs(paths: &BTreeSet<&str>, there: &[String]) -> Vec<DraftPattern> {
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
    let mut all: Vec<DraftPattern> = patterns.iter().flat_map(|pattern| pattern.finish(there)).collect();
    all.sort_by(|a, b| a.glob.cmp(&b.glob));
    all
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

    /// One pattern, or each path by itself where a pattern would be a guess.
    fn finish(&self, there: &[String]) -> Vec<DraftPattern> {
        let alone = |path: &&str| DraftPattern {
            glob: path.split('/').map(escaped).collect::<Vec<_>>().join("/"),
            paths: vec![(*path).to_owned()],
            beside: Vec::new(),
        };
        if self.open.is_some() && self.paths.len() >= MANY {
            let pattern = self.pattern(there);
            if self.paths.len() > LISTED || pattern.beside.len() < self.paths.len() * PART {
                return vec![pattern];
            }
        }
        self.paths.iter().map(alone).collect()
    }

    fn pattern(&self, there: &[String]) -> DraftPattern {
        let segment = |(at, segment): (usize, &&str)| match self.open {
            Some(open) if open == at && at + 1 == self.segments.len() => {
                format!("*{}", escaped(ending(segment).unwrap_or_default()))
            }
            Some(open) if open == at => "*".to_owned(),
            _ => escaped(segment),
        };
        let glob = self.segments.iter().enumerate().map(segment).collect::<Vec<_>>().join("/");
        let covers = Pattern::glob(&glob);
        let covered = |path: &&String| covers.as_ref().is_ok_and(|glob| glob.matches(&RepoPath::from(path.as_str())));
        let beside = there.iter().filter(|path| !self.paths.contains(&path.as_str())).filter(covered);
        DraftPattern {
            beside: beside.cloned().collect(),
            paths: self.paths.iter().map(|path| (*path).to_owned()).collect(),
            glob,
        }
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

    type Row = (&'static [&'static str], &'static [&'static str], &'static [&'static str]);

    /// The paths that changed, others that are there, the patterns.
    const TABLE: &[Row] = &[
        (&["deploy/web.yaml"], &["deploy/api.yaml"], &["deploy/web.yaml"]),
        (&["deploy/web.yaml", "deploy/api.yaml"], &[], &["deploy/api.yaml", "deploy/web.yaml"]),
        (&["deploy/web.yaml", "deploy/api.yaml", "deploy/x.yaml"], &[], &["deploy/*.yaml"]),
        (&["deploy/web.yaml", "deploy/api.yaml", "deploy/x.yaml"], &["deploy/y.yaml", "z.yaml"], &["deploy/*.yaml"]),
        // Six that did not change are too many beside three that did.
        (
            &["d/1.yaml", "d/2.yaml", "d/3.yaml"],
            &["d/a.yaml", "d/b.yaml", "d/c.yaml", "d/d.yaml", "d/e.yaml", "d/f.yaml"],
            &["d/1.yaml", "d/2.yaml", "d/3.yaml"],
        ),
        (
            &["deploy/web.yaml", "deploy/api.json", "deploy/b.json"],
            &[],
            &["deploy/api.json", "deploy/b.json", "deploy/web.yaml"],
        ),
        (&["a/x/values.yaml", "b/x/values.yaml", "c/x/values.yaml"], &[], &["*/x/values.yaml"]),
        (&["a/x/v.yaml", "b/y/v.yaml", "c/z/v.yaml"], &[], &["a/x/v.yaml", "b/y/v.yaml", "c/z/v.yaml"]),
        (&["a/v.yaml", "a/b/v.yaml", "a/b/c/v.yaml"], &[], &["a/b/c/v.yaml", "a/b/v.yaml", "a/v.yaml"]),
        (&["Makefile", "Dockerfile", "Rakefile"], &[], &["Dockerfile", "Makefile", "Rakefile"]),
        (&["a/[x]*.md", "a/{y}.md", "a/z.md"], &[], &["a/*.md"]),
        (&["a/[x]*.md"], &[], &["a/\\[x\\]\\*.md"]),
    ];

    #[test]
    fn only_one_segment_opens_and_an_ending_stays() {
        for (paths, there, expected) in TABLE {
            let there: Vec<String> = there.iter().map(|path| (*path).to_owned()).collect();
            let found = globs(&paths.iter().copied().collect::<BTreeSet<_>>(), &there);
            let is: Vec<&str> = found.iter().map(|pattern| pattern.glob.as_str()).collect();
            assert_eq!(is, *expected, "{paths:?}");
            for path in *paths {
                let covers = |glob: &&str| Pattern::glob(glob).unwrap().matches(&RepoPath::from(*path));
                assert!(is.iter().any(covers), "{path} {is:?}");
            }
            let beside = found.iter().flat_map(|pattern| &pattern.beside);
            assert!(beside.eq(there.iter().filter(|path| {
                is.iter().any(|glob| Pattern::glob(glob).unwrap().matches(&RepoPath::from(path.as_str())))
            })));
        }
    }
}
