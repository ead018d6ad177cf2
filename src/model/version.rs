//! Versions, as far as their steps count: `MAJOR.MINOR.PATCH` of Semantic Versioning 2.0, with or without a `v`.

use super::VersionStep;

impl VersionStep {
    /// How far one version is from another. Below 1.0.0 the second number counts as the first, and below 0.1.0 every step
    /// is a major one, as Cargo and npm take it.
    pub fn between(from: &str, to: &str) -> Self {
        let (Some(old), Some(new)) = (release(from), release(to)) else {
            return if from == to { Self::Same } else { Self::Other };
        };
        if from.starts_with('v') != to.starts_with('v') {
            return Self::Other;
        }
        match old.cmp(&new) {
            std::cmp::Ordering::Equal => Self::Same,
            std::cmp::Ordering::Greater => Self::Down,
            std::cmp::Ordering::Less => {
                let ([a, b, _], [x, y, _]) = (old, new);
                match (a == x, b == y, a) {
                    (false, ..) | (true, false, 0) => Self::Major,
                    (true, true, 0) if b == 0 => Self::Major,
                    (true, false, _) => Self::Minor,
                    (true, true, _) => Self::Patch,
                }
            }
        }
    }

    /// Reads the word of a template: a step that may be taken.
    pub fn parse_most(word: &str) -> Option<Self> {
        [Self::Patch, Self::Minor, Self::Major].into_iter().find(|step| step.as_str() == word)
    }

    /// It goes up by no more than `most`.
    pub fn within(self, most: Self) -> bool {
        matches!(self, Self::Patch | Self::Minor | Self::Major) && self <= most
    }
}

/// The three numbers of a release; a pre-release or a build is none.
fn release(text: &str) -> Option<[u64; 3]> {
    let mut numbers = text.strip_prefix('v').unwrap_or(text).split('.').map(|digits| {
        let sound = digits.bytes().all(|byte| byte.is_ascii_digit()) && !(digits.len() > 1 && digits.starts_with('0'));
        digits.parse::<u64>().ok().filter(|_| sound)
    });
    let three = [numbers.next()??, numbers.next()??, numbers.next()??];
    numbers.next().is_none().then_some(three)
}

#[cfg(test)]
mod tests {
    use super::VersionStep::{self, Down, Major, Minor, Other, Patch, Same};

    #[test]
    fn steps_are_those_of_semantic_versioning() {
        let table = [
            ("1.2.3", "1.2.4", Patch),
            ("1.2.3", "1.3.0", Minor),
            ("1.2.3", "2.0.0", Major),
            ("1.2.3", "1.2.3", Same),
            ("1.2.3", "1.2.2", Down),
            ("0.1.2", "0.1.3", Patch),
            ("0.1.2", "0.2.0", Major),
            ("0.0.1", "0.0.2", Major),
            ("v1.2.3", "v1.2.4", Patch),
            ("1.2.3", "v1.2.4", Other),
            ("1.2.3", "1.2.4-rc.1", Other),
            ("1.2.3", "1.2.04", Other),
            ("1.2", "1.3", Other),
            ("main", "main", Same),
            ("1.2.3", "1.2.3.4", Other),
            ("1.2.3", "1.2.99999999999999999999", Other),
        ];
        for (from, to, step) in table {
            assert_eq!(VersionStep::between(from, to), step, "{from} {to}");
        }
        assert!(Patch.within(Minor) && !Minor.within(Patch) && !Same.within(Major) && !Down.within(Major));
    }
}
