//! What one cell says: letters, paths, a number, a day.

use super::columns::Role;
use crate::model::{Moment, Pattern, RowKind};

/// A text as its words: lower case, without marks and what stands in brackets, parted by single blanks.
pub(super) fn words(text: &str) -> String {
    // `(R)esponsible` is one word; `Accountable (one)` has a remark.
    let text = text
        .strip_prefix('(')
        .filter(|rest| rest.chars().nth(1) == Some(')'))
        .map_or_else(|| text.to_owned(), |rest| rest.replacen(')', "", 1));
    let mut depth = 0_u32;
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().take(200) {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            c if c.is_alphanumeric() => plain.extend(c.to_lowercase()),
            _ => plain.push(' '),
        }
    }
    let mut words: Vec<&str> = plain.split_whitespace().collect();
    // `R - Responsible`, `A: Accountable`.
    if let [letter, word, ..] = words.as_slice()
        && letter.chars().count() == 1
        && word.starts_with(*letter)
    {
        words.remove(0);
    }
    words.join(" ")
}

/// The letters of a cell, what of it is none, and whether a mark beside them was left out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Letters {
    pub(super) roles: Vec<Role>,
    pub(super) unknown: Vec<String>,
    pub(super) marked: bool,
}

/// Reads `R`, `A/R`, `RA`, `R, C`, `Responsible`, in any case.
pub(super) fn letters(text: &str) -> Letters {
    let mut found = Letters::default();
    let part = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/' | '&' | '+' | '|' | '.' | '-');
    for piece in text.split(part).filter(|piece| !piece.is_empty()) {
        let core = piece.trim_matches(|c: char| matches!(c, '*' | '(' | ')' | '[' | ']' | '?' | '¹' | '²' | '³' | '†'));
        match roles(core) {
            Some(roles) => {
                found.marked |= core.len() < piece.len();
                found.roles.extend(roles);
            }
            None if core.eq_ignore_ascii_case("and") => {}
            None => found.unknown.push(piece.to_owned()),
        }
    }
    found.roles.sort_unstable();
    found.roles.dedup();
    found
}

fn roles(word: &str) -> Option<Vec<Role>> {
    let whole = match word.to_lowercase().as_str() {
        "responsible" => Role::Responsible,
        "accountable" => Role::Accountable,
        "support" | "supports" | "supporting" => Role::Supports,
        "consulted" | "consult" => Role::Consulted,
        "informed" | "inform" => Role::Informed,
        _ => {
            let letter = |c: char| match c.to_ascii_uppercase() {
                'R' => Some(Role::Responsible),
                'A' => Some(Role::Accountable),
                'S' => Some(Role::Supports),
                'C' => Some(Role::Consulted),
                'I' => Some(Role::Informed),
                _ => None,
            };
            let mut roles: Vec<Role> = word.chars().map(letter).collect::<Option<_>>()?;
            let number = roles.len();
            roles.sort_unstable();
            roles.dedup();
            // No letter twice: `RR` and `CICS` are words.
            return (number > 0 && roles.len() == number).then_some(roles);
        }
    };
    Some(vec![whole])
}

/// Whether a cell is made of letters alone.
pub(super) fn is_letters(text: &str) -> bool {
    let found = letters(text);
    !found.roles.is_empty() && found.unknown.is_empty()
}

/// One pattern of a cell, and what was changed to make it one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Scoped {
    pub(super) pattern: String,
    pub(super) changed: Option<String>,
}

/// Files that have no ending, so that they are not taken for folders.
const BARE_FILES: &[&str] = &[
    "BUILD",
    "CODEOWNERS",
    "Containerfile",
    "Dockerfile",
    "Gemfile",
    "Jenkinsfile",
    "Justfile",
    "LICENSE",
    "Makefile",
    "OWNERS",
    "Procfile",
    "README",
    "Rakefile",
    "Vagrantfile",
    "WORKSPACE",
];

/// The paths of a cell, each whole: parted by commas, semicolons and lines outside of braces, and by blanks where each
/// part is a path.
pub(super) fn paths(text: &str) -> Vec<String> {
    let (mut parts, mut part, mut depth) = (Vec::new(), String::new(), 0_u32);
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if matches!(c, ';' | '\n' | '\r') || (c == ',' && depth == 0) {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(c);
        }
    }
    parts.push(part);
    let path = |word: &str| word.contains(['/', '*', '.']);
    let mut all = Vec::new();
    for part in parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        if part.split_whitespace().all(path) {
            all.extend(part.split_whitespace().map(str::to_owned));
        } else {
            all.push(part.to_owned());
        }
    }
    all
}

/// A path as a pattern that matches what was meant.
///
/// # Errors
/// Why it is none.
pub(super) fn scope(text: &str) -> Result<Scoped, String> {
    let plain = text.trim_matches(['`', '"', '\'']);
    if plain.contains("://") {
        return Err("an address is no path of this repository".to_owned());
    }
    let slashed = match plain.contains('\\') && !plain.contains('/') {
        true => plain.replace('\\', "/"),
        false => plain.to_owned(),
    };
    let whole = matches!(slashed.as_str(), "." | "./" | "/");
    let bare = slashed.trim_start_matches("./").trim_start_matches('/');
    if bare.is_empty() && !whole {
        return Err("it is empty".to_owned());
    }
    let last = bare.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let folder = !last.contains(['*', '?', '[', '{', '.']) && !BARE_FILES.contains(&last);
    let pattern = if whole {
        "**".to_owned()
    } else if bare.ends_with('/') || folder {
        format!("{}/**", bare.trim_end_matches('/'))
    } else {
        bare.to_owned()
    };
    match Pattern::glob(&pattern) {
        Ok(glob) if glob.matches_nothing() => Err("it can match no path".to_owned()),
        Ok(_) => {
            let changed = if pattern != plain.trim_start_matches('/') {
                Some(format!("written as `{pattern}`"))
            } else if !pattern.contains('/') && pattern.starts_with('*') && pattern != "**" {
                Some("kept, though it matches at the root only: everywhere would be `**/` before it".to_owned())
            } else {
                None
            };
            Ok(Scoped { pattern, changed })
        }
        Err(error) => Err(error.msg),
    }
}

/// A tier, and whether it had to be told from a word.
pub(super) fn tier(text: &str) -> Option<(u8, bool)> {
    let word = text.trim().to_lowercase();
    let digits =
        ["tier", "t", "p", "level", "priority"].iter().find_map(|head| word.strip_prefix(head)).unwrap_or(&word);
    let digits = digits.trim_start_matches([' ', '-', '_', ':']);
    if let [digit @ b'0'..=b'9'] = digits.as_bytes() {
        return Some((digit - b'0', false));
    }
    let told = match word.as_str() {
        "critical" | "mission critical" | "mission-critical" | "highest" => 0,
        "high" => 1,
        "medium" | "moderate" => 2,
        "low" => 3,
        "lowest" => 4,
        _ => return None,
    };
    Some((told, true))
}

/// What a row is about.
pub(super) fn kind(text: &str) -> Option<RowKind> {
    match words(text).as_str() {
        "resource" | "service" | "component" | "system" | "application" | "library" | "database" | "api" => {
            Some(RowKind::Resource)
        }
        "activity" | "task" => Some(RowKind::Activity),
        "process" => Some(RowKind::Process),
        "procedure" | "runbook" => Some(RowKind::Procedure),
        _ => None,
    }
}

/// A day or a moment.
pub(super) fn day(text: &str) -> Option<String> {
    let text = text.trim();
    Moment::parse(text).map(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Role, day, letters, paths, scope, tier, words};

    #[test]
    fn letters_stand_alone_together_and_apart() {
        use Role::{Accountable as A, Consulted as C, Informed as I, Responsible as R, Supports as S};
        let table: &[(&str, &[Role], &[&str], bool)] = &[
            ("R", &[R], &[], false),
            ("a/r", &[R, A], &[], false),
            ("RA", &[R, A], &[], false),
            ("R, C", &[R, C], &[], false),
            ("R & I", &[R, I], &[], false),
            ("R and S", &[R, S], &[], false),
            ("A\nR", &[R, A], &[], false),
            ("R*", &[R], &[], true),
            ("(C)", &[C], &[], true),
            ("Accountable", &[A], &[], false),
            ("x", &[], &["x"], false),
            ("Q/R", &[R], &["Q"], false),
            ("RR", &[], &["RR"], false),
            ("CICS", &[], &["CICS"], false),
            ("", &[], &[], false),
        ];
        for (text, roles, unknown, marked) in table {
            let found = letters(text);
            assert_eq!(
                (&*found.roles, &found.unknown, found.marked),
                (*roles, &unknown.iter().map(|u| (*u).to_owned()).collect(), *marked),
                "{text}"
            );
        }
    }

    #[test]
    fn a_path_becomes_the_pattern_that_was_meant() {
        let table: &[(&str, Option<(&str, bool)>)] = &[
            ("services/pay/**", Some(("services/pay/**", false))),
            ("/services/pay/**", Some(("services/pay/**", false))),
            ("services/pay", Some(("services/pay/**", true))),
            ("services/pay/", Some(("services/pay/**", true))),
            ("./services", Some(("services/**", true))),
            (".", Some(("**", true))),
            ("/", Some(("**", true))),
            ("**", Some(("**", false))),
            ("*", Some(("*", true))),
            ("*.js", Some(("*.js", true))),
            ("Makefile", Some(("Makefile", false))),
            ("a/Dockerfile", Some(("a/Dockerfile", false))),
            ("a/{b,c}.rs", Some(("a/{b,c}.rs", false))),
            ("a\\b", Some(("a/b/**", true))),
            ("`src/x.rs`", Some(("src/x.rs", false))),
            ("a/[b", None),
            ("a/**b", None),
            ("https://example.org/x", None),
            ("", None),
        ];
        for (text, expected) in table {
            let found = scope(text).map(|scoped| (scoped.pattern, scoped.changed.is_some())).ok();
            assert_eq!(found, expected.map(|(pattern, changed)| (pattern.to_owned(), changed)), "{text}");
        }
        assert_eq!(paths("a/{b,c}.rs, d/**; e\nf g/h"), ["a/{b,c}.rs", "d/**", "e", "f g/h"]);
        assert_eq!(paths("a/** b/*.c"), ["a/**", "b/*.c"]);
    }

    #[test]
    fn other_cells() {
        let tiers =
            [("1", Some(1)), ("Tier 2", Some(2)), ("P0", Some(0)), ("high", Some(1)), ("10", None), ("gold", None)];
        for (text, expected) in tiers {
            assert_eq!(tier(text).map(|(tier, _)| tier), expected, "{text}");
        }
        assert_eq!(
            [day("2027-06-30"), day("30.06.2027"), day("2027-02-30")],
            [Some("2027-06-30".to_owned()), None, None]
        );
        let table = [
            ("Accountable (one)", "accountable"),
            ("(R)esponsible", "responsible"),
            ("R - Responsible", "responsible"),
            ("Review-By", "review by"),
            ("  Slack\nchannel ", "slack channel"),
        ];
        for (text, expected) in table {
            assert_eq!(words(text), expected);
        }
    }
}
