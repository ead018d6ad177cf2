//! Whether a version is in a range, by the rules of its package manager. What is not understood is not in it.

use crate::model::{LockSyntax, RequirementText};

/// Three numbers.
type Numbers = [u64; 3];

/// Whether a version is in what a requirement asks for; `None` when that cannot be told.
pub(super) fn satisfies(syntax: LockSyntax, requirement: &RequirementText, version: &str) -> Option<bool> {
    match (syntax, requirement) {
        (_, RequirementText::Other(..)) => None,
        (LockSyntax::Cargo, RequirementText::Range(range)) => semver(range, version, cargo),
        (LockSyntax::Npm | LockSyntax::Pnpm | LockSyntax::Yarn, RequirementText::Range(range)) => {
            semver(range, version, npm)
        }
        (LockSyntax::GoSum | LockSyntax::GoMod, RequirementText::Range(range)) => Some(range == version),
        (_, RequirementText::Range(range)) => python(range, version),
        (_, RequirementText::Poetry(range)) => poetry(range, version),
    }
}

/// From the first to before the second; no second: without an end.
#[derive(Clone, Copy, Debug)]
struct Span(Numbers, Option<Numbers>);

impl Span {
    fn holds(self, version: Numbers) -> bool {
        version >= self.0 && self.1.is_none_or(|end| version < end)
    }
}

/// A range that is the locked version itself holds it, whatever kind of version that is. Else both must be releases.
fn semver(range: &str, version: &str, spans: fn(&str) -> Option<Vec<Vec<Span>>>) -> Option<bool> {
    let bare = range.trim().trim_start_matches(['=', '^', '~', 'v', ' ']);
    if bare == version && !version.is_empty() {
        return Some(true);
    }
    let (release, _) = version.split_once('+').unwrap_or((version, ""));
    let partial = Partial::of(release)?;
    let numbers = partial.full().filter(|_| partial.given == 3)?;
    let all = spans(range)?;
    Some(all.iter().any(|together| together.iter().all(|span| span.holds(numbers))))
}

/// Ranges with commas; a bare version is a caret (Cargo reference, "Version requirement syntax").
fn cargo(range: &str) -> Option<Vec<Vec<Span>>> {
    let parts = range.split(',').map(|part| {
        let part = part.trim();
        let bare = part.starts_with(|c: char| c.is_ascii_digit());
        if bare && !part.contains('*') { comparator("^", part) } else { operator(part) }
    });
    Some(vec![parts.collect::<Option<Vec<Span>>>()?])
}

/// Ranges with blanks, `-` and `||` (node-semver, "Ranges").
fn npm(range: &str) -> Option<Vec<Vec<Span>>> {
    range.split("||").map(|one| together(one.trim())).collect()
}

fn together(range: &str) -> Option<Vec<Span>> {
    if range.is_empty() {
        return Some(vec![Span([0; 3], None)]);
    }
    if let Some((from, to)) = range.split_once(" - ") {
        return Some(vec![comparator(">=", from.trim())?, comparator("<=", to.trim())?]);
    }
    // A blank may follow an operator.
    let mut spans = Vec::new();
    let mut pending = String::new();
    for word in range.split_whitespace() {
        pending.push_str(word);
        if !pending.ends_with(['<', '>', '=', '^', '~']) {
            spans.push(operator(&pending)?);
            pending.clear();
        }
    }
    pending.is_empty().then_some(spans)
}

fn operator(text: &str) -> Option<Span> {
    let end = text.find(|c: char| !matches!(c, '<' | '>' | '=' | '^' | '~')).unwrap_or(text.len());
    let (operator, version) = text.split_at_checked(end)?;
    comparator(operator, version.trim())
}

fn comparator(operator: &str, version: &str) -> Option<Span> {
    let version = Partial::of(version.strip_prefix('v').unwrap_or(version))?;
    let low = version.full()?;
    Some(match operator {
        "" | "=" | "~" if version.given < 3 || operator == "~" => Span(low, version.behind(version.given.min(2))),
        "" | "=" => Span(low, version.behind(3)),
        "^" => Span(low, version.behind(version.caret())),
        ">=" => Span(low, None),
        ">" => Span(version.behind(version.given)?, None),
        "<" => Span([0; 3], Some(low)),
        "<=" => Span([0; 3], version.behind(version.given)),
        _ => return None,
    })
}

/// A version of which the end may be missing, or `x` or `*`.
#[derive(Clone, Copy)]
struct Partial {
    numbers: Numbers,
    given: usize,
}

impl Partial {
    fn of(text: &str) -> Option<Self> {
        let mut partial = Self { numbers: [0; 3], given: 0 };
        let mut open = false;
        let parts: Vec<&str> = text.split('.').collect();
        if parts.len() > 3 {
            return None;
        }
        for (place, part) in partial.numbers.iter_mut().zip(&parts) {
            match *part {
                "*" | "x" | "X" => open = true,
                _ if open => return None,
                digits if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                    *place = digits.parse().ok()?;
                    partial.given += 1;
                }
                _ => return None,
            }
        }
        Some(partial)
    }

    fn full(&self) -> Option<Numbers> {
        self.numbers.iter().all(|number| *number < u64::MAX).then_some(self.numbers)
    }

    /// The first version behind all that begin with so many of these numbers; none when that is all of them.
    fn behind(&self, count: usize) -> Option<Numbers> {
        let mut next = [0; 3];
        for (n, (place, number)) in next.iter_mut().zip(self.numbers).enumerate().take(count) {
            *place = if n + 1 == count { number.saturating_add(1) } else { number };
        }
        (count > 0).then_some(next)
    }

    /// How many numbers a caret keeps: up to the first that is not zero.
    fn caret(&self) -> usize {
        let first = self.numbers.iter().take(self.given).position(|number| *number > 0);
        first.map_or(self.given, |place| place + 1)
    }
}

/// The specifiers of PEP 440, for releases.
fn python(range: &str, version: &str) -> Option<bool> {
    let mut all = true;
    for part in range.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let end = part.find(|c: char| !matches!(c, '<' | '>' | '=' | '!' | '~')).unwrap_or(part.len());
        let (operator, wanted) = part.split_at_checked(end)?;
        all &= specifier(operator, wanted.trim(), version)?;
    }
    Some(all)
}

fn specifier(operator: &str, wanted: &str, version: &str) -> Option<bool> {
    if matches!(operator, "==" | "===") && wanted == version {
        return Some(true);
    }
    let is = release(version)?;
    if let Some(prefix) = wanted.strip_suffix(".*") {
        let prefix = release(prefix)?;
        let same = (0..prefix.len()).all(|n| number(&is, n) == number(&prefix, n));
        return match operator {
            "==" => Some(same),
            "!=" => Some(!same),
            _ => None,
        };
    }
    let wanted = release(wanted)?;
    let length = is.len().max(wanted.len());
    let order = (0..length).map(|n| number(&is, n)).cmp((0..length).map(|n| number(&wanted, n)));
    match operator {
        "==" => Some(order.is_eq()),
        "!=" => Some(order.is_ne()),
        ">=" => Some(order.is_ge()),
        "<=" => Some(order.is_le()),
        ">" => Some(order.is_gt()),
        "<" => Some(order.is_lt()),
        "~=" if wanted.len() > 1 => {
            let same = (0..wanted.len() - 1).all(|n| number(&is, n) == number(&wanted, n));
            Some(order.is_ge() && same)
        }
        _ => None,
    }
}

fn number(release: &[u64], place: usize) -> u64 {
    release.get(place).copied().unwrap_or(0)
}

/// The numbers of a release; none for anything with letters, an epoch or a local part.
fn release(text: &str) -> Option<Vec<u64>> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').map(|part| if digits(part) { part.parse().ok() } else { None }).collect()
}

/// Poetry's ranges: PEP 440, and `^`, `~`, `*` and a bare version, which is exact; `||` between them.
fn poetry(range: &str, version: &str) -> Option<bool> {
    let mut found = false;
    for one in range.split("||") {
        let mut all = true;
        for part in one.split(',').map(str::trim) {
            all &= match part.as_bytes().first() {
                Some(b'^' | b'~') if !part.starts_with("~=") => within(part, version)?,
                Some(b'*') if part == "*" => true,
                Some(b'0'..=b'9') => specifier("==", part, version)?,
                Some(_) => python(part, version)?,
                None => return None,
            };
        }
        found |= all;
    }
    Some(found)
}

/// A caret or tilde over a version of up to three numbers.
fn within(part: &str, version: &str) -> Option<bool> {
    let is = release(version)?;
    let numbers = [number(&is, 0), number(&is, 1), number(&is, 2)];
    Some(operator(part)?.holds(numbers))
}

#[cfg(test)]
mod tests {
    use super::satisfies;
    use crate::model::LockSyntax::{Cargo, GoSum, Npm, Uv};
    use crate::model::RequirementText::{Poetry, Range};

    #[test]
    fn ranges_of_cargo_are_carets() {
        let (yes, no, unknown) = (Some(true), Some(false), None);
        for (syntax, range, version, holds) in [
            (Cargo, "1.2", "1.9.0", yes),
            (Cargo, "1.2", "1.1.9", no),
            (Cargo, "1", "2.0.0", no),
            (Cargo, "0.2.3", "0.2.9", yes),
            (Cargo, "0.2.3", "0.3.0", no),
            (Cargo, "0.0.3", "0.0.4", no),
            (Cargo, "0", "0.9.1", yes),
            (Cargo, "0.0", "0.0.9", yes),
            (Cargo, "=1.2.3", "1.2.3", yes),
            (Cargo, "=1.2.3", "1.2.4", no),
            (Cargo, "~1.2", "1.2.9", yes),
            (Cargo, "~1.2", "1.3.0", no),
            (Cargo, "1.*", "1.7.0", yes),
            (Cargo, "*", "9.0.0", yes),
            (Cargo, ">=1.2, <1.5", "1.4.9", yes),
            (Cargo, ">=1.2, <1.5", "1.5.0", no),
            (Cargo, "1.0.0-rc.1", "1.0.0-rc.1", yes),
            (Cargo, "1.0.0-rc.1", "1.0.0-rc.2", unknown),
            (Cargo, "1", "1.0.0+build", yes),
            (Cargo, "1 2", "1.0.0", unknown),
        ] {
            assert_eq!(satisfies(syntax, &Range(range.to_owned()), version), holds, "{version} in {range:?}");
        }
    }

    #[test]
    fn ranges_of_npm_go_and_python_hold_what_these_say() {
        let (yes, no, unknown) = (Some(true), Some(false), None);
        for (syntax, range, version, holds) in [
            (Npm, "^1.2.3", "1.9.9", yes),
            (Npm, "^1.2.3", "2.0.0", no),
            (Npm, "1.2.3", "1.2.4", no),
            (Npm, "1.2", "1.2.4", yes),
            (Npm, "1.x", "1.9.0", yes),
            (Npm, "", "5.0.0", yes),
            (Npm, "1.0.0 - 2.0.0", "2.0.0", yes),
            (Npm, "1.0.0 - 2", "2.9.0", yes),
            (Npm, "^1 || ^3", "3.1.0", yes),
            (Npm, "^1 || ^3", "2.1.0", no),
            (Npm, ">=1 <3", "2.9.9", yes),
            (Npm, ">= 1.2.0", "1.2.0", yes),
            (Npm, ">1.2", "1.2.9", no),
            (Npm, ">1.2", "1.3.0", yes),
            (Npm, "<=1.2", "1.2.9", yes),
            (Npm, "latest", "1.0.0", unknown),
            (Npm, "^1.0.0", "1.1.0-rc.1", unknown),
            (Npm, ">", "1.0.0", unknown),
            (GoSum, "v1.2.3", "v1.2.3", yes),
            (GoSum, "v1.2.3", "v1.2.4", no),
            (Uv, ">=1.2,<2", "1.10", yes),
            (Uv, ">=1.2,<2", "2.0", no),
            (Uv, "~=1.4.2", "1.4.9", yes),
            (Uv, "~=1.4.2", "1.5.0", no),
            (Uv, "~=1", "1.5", unknown),
            (Uv, "==1.4.*", "1.4.7", yes),
            (Uv, "!=1.4", "1.4.0", no),
            (Uv, "==2.0+cu118", "2.0+cu118", yes),
            (Uv, ">=1.0", "1.0rc1", unknown),
            (Uv, "", "3", yes),
        ] {
            assert_eq!(satisfies(syntax, &Range(range.to_owned()), version), holds, "{version} in {range:?}");
        }
    }

    #[test]
    fn ranges_of_poetry_have_carets_and_exact_versions() {
        let (yes, no, unknown) = (Some(true), Some(false), None);
        for (range, version, holds) in [
            ("^1.2", "1.9", yes),
            ("^1.2", "2.0", no),
            ("^0.2", "0.3", no),
            ("~1.2", "1.2.5", yes),
            ("~1.2", "1.3", no),
            ("1.2", "1.2.0", yes),
            ("1.2", "1.2.1", no),
            ("1.2.*", "1.2.1", yes),
            ("*", "7", yes),
            (">=1,<3", "2", yes),
            ("^1 || ^3", "3.1", yes),
            ("~=1.2", "1.9", yes),
            ("", "1", unknown),
        ] {
            assert_eq!(satisfies(Uv, &Poetry(range.to_owned()), version), holds, "{version} in {range:?}");
        }
    }
}
