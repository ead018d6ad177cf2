//! How far a version moves.

use crate::model::{VersionScheme, VersionStep};
use std::cmp::Ordering;

/// How far a version moves; `Other` unless both are plain releases of the scheme.
pub(in crate::assess) fn step_between(scheme: VersionScheme, from: &str, to: &str) -> VersionStep {
    if from == to {
        return VersionStep::Same;
    }
    let (Some(was), Some(is)) = (Release::of(scheme, from), Release::of(scheme, to)) else {
        return VersionStep::Other;
    };
    // A fourth number, an epoch or what is behind a `+` has no place among the three.
    if was.beside != is.beside {
        return VersionStep::Other;
    }
    let ([major, minor, _], [to_major, to_minor, _]) = (was.numbers, is.numbers);
    match was.numbers.cmp(&is.numbers) {
        Ordering::Greater => VersionStep::Down,
        Ordering::Equal if scheme == VersionScheme::Python => VersionStep::Same,
        Ordering::Equal => VersionStep::Other,
        Ordering::Less if major != to_major => VersionStep::Major,
        // Below 0.1.0 every step is a major one, as Cargo and npm take it.
        Ordering::Less if major == 0 && (minor != to_minor || minor == 0) => VersionStep::Major,
        Ordering::Less if minor != to_minor => VersionStep::Minor,
        Ordering::Less => VersionStep::Patch,
    }
}

/// A release without a pre-release: three numbers, and what else there is.
#[derive(PartialEq, Eq, Debug)]
struct Release {
    numbers: [u64; 3],
    beside: String,
}

impl Release {
    fn of(scheme: VersionScheme, text: &str) -> Option<Self> {
        let text = match scheme {
            VersionScheme::Go => text.strip_prefix('v')?,
            VersionScheme::SemVer | VersionScheme::Python => text,
        };
        let (numbers, build) = match text.split_once('+') {
            Some((numbers, build)) if is_build(build) => (numbers, build),
            Some(_) => return None,
            None => (text, ""),
        };
        let all: Option<Vec<u64>> = numbers.split('.').map(whole).collect();
        let all = all?;
        let python = scheme == VersionScheme::Python;
        if all.len() != 3 && !python {
            return None;
        }
        let mut all = all.into_iter();
        let numbers = [(); 3].map(|()| all.next().unwrap_or(0));
        let mut more: Vec<String> = all.map(|number| number.to_string()).collect();
        // `1.0.0.0` is `1.0.0` to PEP 440.
        while more.last().is_some_and(|last| last == "0") {
            more.pop();
        }
        // Two builds of two releases of SemVer are compared by the release alone; Python's local versions are not.
        let build = if python || build == "incompatible" { build } else { "" };
        Some(Self { numbers, beside: format!("{}+{build}", more.join(".")) })
    }
}

/// A number without a sign or a leading zero.
fn whole(part: &str) -> Option<u64> {
    let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if digits && (part.len() == 1 || !part.starts_with('0')) { part.parse().ok() } else { None }
}

fn is_build(build: &str) -> bool {
    !build.is_empty() && build.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
}

/// What orders two versions of one package: releases by their numbers, everything else before them by its text.
pub(super) fn order(scheme: VersionScheme, version: &str) -> (Option<[u64; 3]>, &str) {
    (Release::of(scheme, version).map(|release| release.numbers), version)
}

/// Versions that are meant to take each other's place: those of one major version.
pub(super) fn line_of(scheme: VersionScheme, version: &str) -> Option<(u64, u64)> {
    let [major, minor, _] = Release::of(scheme, version)?.numbers;
    Some((major, if major == 0 { minor } else { 0 }))
}

#[cfg(test)]
mod tests {
    use super::step_between;
    use crate::model::{VersionScheme, VersionStep};

    #[test]
    fn steps_follow_semver_and_leave_the_odd_alone() {
        use VersionScheme::{Go, Python, SemVer};
        use VersionStep::{Down, Major, Minor, Other, Patch, Same};
        for (scheme, from, to, step) in [
            (SemVer, "1.2.3", "1.2.3", Same),
            (SemVer, "1.2.3", "1.2.10", Patch),
            (SemVer, "1.2.3", "1.3.0", Minor),
            (SemVer, "1.2.3", "2.0.0", Major),
            (SemVer, "0.2.3", "0.2.4", Patch),
            (SemVer, "0.2.3", "0.3.0", Major),
            (SemVer, "0.9.9", "1.0.0", Major),
            (SemVer, "0.0.1", "0.0.2", Major),
            (SemVer, "1.2.3", "1.2.2", Down),
            (SemVer, "1.0.0", "0.9.9", Down),
            (SemVer, "2.0.0", "1.9.9", Down),
            (SemVer, "1.2.3-rc.1", "1.2.3", Other),
            (SemVer, "1.2.3", "1.2.4-rc.1", Other),
            (SemVer, "1.2.3+a", "1.2.3+b", Other),
            (SemVer, "1.2.3+a", "1.2.4+a", Patch),
            (SemVer, "1.2.3+a", "1.2.4+b", Patch),
            (SemVer, "1.2", "1.3", Other),
            (SemVer, "1.2.03", "1.2.4", Other),
            (SemVer, "v1.2.3", "v1.2.4", Other),
            (SemVer, "1.2.3", "1.2.99999999999999999999", Other),
            (SemVer, "1.2.3", "1.2.٤", Other),
            (Go, "v1.2.3", "v1.2.4", Patch),
            (Go, "1.2.3", "1.2.4", Other),
            (Go, "v0.0.0-20200101000000-abcdefabcdef", "v0.0.0-20210101000000-abcdefabcdef", Other),
            (Go, "v2.0.0+incompatible", "v2.0.1+incompatible", Patch),
            (Go, "v2.0.0", "v2.0.1+incompatible", Other),
            (Python, "1.2", "1.2.1", Patch),
            (Python, "1.2", "1.2.0", Same),
            (Python, "2023.7.22", "2023.11.17", Minor),
            (Python, "1.2.3.1", "1.2.3.2", Other),
            (Python, "1.2.3.1", "1.2.4.1", Patch),
            (Python, "1.0rc1", "1.0", Other),
            (Python, "1.0", "1.0.post1", Other),
            (Python, "1!1.0", "1!1.1", Other),
            (Python, "2.0+cu117", "2.0+cu118", Other),
        ] {
            assert_eq!(step_between(scheme, from, to), step, "{from} to {to}");
        }
    }
}
