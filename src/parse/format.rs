//! The named `format`s of our schemas: what a piece of text must be, beyond being text.

use super::problem::{Problem, quoted};
use crate::model::{Moment, Pattern, Principal, PrincipalKind, Span};
use std::ops::Range;

/// The longest name of a row, template, lockdown or exception, in characters.
const MAX_ID: usize = 100;

/// A named format.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Format {
    /// `24h`: [`Span::parse`].
    Duration,
    /// A login, a team or an address: [`Principal::parse`].
    Principal,
    /// A login or an address.
    Person,
    /// A login as forges give it, with or without `@`, or an address.
    Login,
    /// A team as forges give it, `org/team`, with or without `@`.
    ForgeTeam,
    /// [`Moment::parse`].
    DateOrTime,
    /// [`Pattern::glob`].
    Glob,
    /// The name of a row, template, lockdown or exception.
    Id,
    /// An `.ics` file below `.changeward/`.
    Calendar,
    /// A path inside the repository.
    Inside,
}

const ALL: &[(&str, Format)] = &[
    ("duration", Format::Duration),
    ("principal", Format::Principal),
    ("person", Format::Person),
    ("login", Format::Login),
    ("forge-team", Format::ForgeTeam),
    ("date-or-time", Format::DateOrTime),
    ("glob", Format::Glob),
    ("id", Format::Id),
    ("calendar", Format::Calendar),
    ("inside", Format::Inside),
];

impl Format {
    /// Reads the word of a schema.
    pub(super) fn parse(word: &str) -> Option<Self> {
        ALL.iter().find(|(name, _)| *name == word).map(|(_, format)| *format)
    }

    /// What is wrong with a text, if anything. `what` names its key for people.
    pub(super) fn check(self, text: &str, span: &Range<usize>, what: &str, source: &str) -> Option<Problem> {
        let wrong = |code, message, label: &str, help: String| {
            Some(Problem { code, message, span: span.clone(), label: label.to_owned(), help })
        };
        let shown = quoted(text);
        match self {
            Self::Glob => bad_glob(text, span, source),
            _ if self.accepts(text) => None,
            Self::Duration => wrong(
                "bad_duration",
                format!("{shown} is no length of time, which {what} must be"),
                "a number and a unit",
                "write a whole number and one of s, m, h, d, w: \"30m\", \"24h\", \"5d\"".to_owned(),
            ),
            Self::Person if Principal::parse(text).is_some() => wrong(
                "not_a_person",
                format!("{what} must be one person, and {shown} is a team"),
                "a team",
                "name the person who answers, as \"@login\" or an e-mail address".to_owned(),
            ),
            Self::Principal | Self::Person => wrong(
                "bad_principal",
                format!("{shown} names nobody"),
                "neither login, team nor address",
                who(text, self),
            ),
            Self::Login => wrong(
                "bad_login",
                format!("{shown} is no login"),
                "not a login",
                "write the login as the forge does (\"bob\" or \"@bob\"), or an e-mail address".to_owned(),
            ),
            Self::ForgeTeam => wrong(
                "bad_team",
                format!("{shown} is no team of a forge"),
                "not a team",
                "write organisation and team: \"acme/pay\"".to_owned(),
            ),
            Self::DateOrTime => {
                wrong("bad_time", format!("{shown} is no date or time"), "not a date or time", when(text))
            }
            Self::Id => wrong(
                "bad_id",
                format!("{what} cannot be {shown}"),
                "not a name",
                format!("use letters, digits, `-`, `_` and `.`, at most {MAX_ID} characters"),
            ),
            Self::Calendar => wrong(
                "bad_path",
                format!("{shown} is no calendar below .changeward/"),
                "not a calendar's path",
                "write a path relative to .changeward/ that ends in .ics: \"calendars/freeze.ics\"".to_owned(),
            ),
            Self::Inside => wrong(
                "bad_path",
                format!("{shown} is no path inside the repository"),
                "not such a path",
                "write it from the root of the repository, without `..`: \"policy\"".to_owned(),
            ),
        }
    }

    fn accepts(self, text: &str) -> bool {
        match self {
            Self::Duration => Span::parse(text).is_some(),
            Self::Principal => Principal::parse(text).is_some(),
            Self::Person => Principal::parse(text).is_some_and(|who| who.kind() != PrincipalKind::Team),
            Self::Login => login(text).is_some(),
            Self::ForgeTeam => forge_team(text).is_some(),
            Self::DateOrTime => Moment::parse(text).is_some(),
            Self::Glob => Pattern::glob(text).is_ok(),
            Self::Id => {
                text.chars().count() <= MAX_ID
                    && text.starts_with(char::is_alphanumeric)
                    && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
            }
            Self::Inside => {
                let path = text.strip_prefix("./").unwrap_or(text);
                let path = path.strip_suffix('/').unwrap_or(path);
                !path.contains(|c: char| c == '\\' || c.is_control())
                    && path.split('/').all(|part| !matches!(part, "" | "." | ".." | ".git"))
            }
            Self::Calendar => {
                text.ends_with(".ics")
                    && !text.contains(|c: char| c == '\\' || c.is_control())
                    && text.split('/').all(|part| !matches!(part, "" | "." | ".."))
            }
        }
    }
}

/// A login as a forge gives it: `bob`, `@bob`, `renovate[bot]`, or an address.
pub(super) fn login(text: &str) -> Option<Principal> {
    let name = text.strip_prefix('@').unwrap_or(text);
    let plain = name.strip_suffix("[bot]").unwrap_or(name);
    match Principal::parse(&format!("@{plain}")).map(|who| who.kind()) {
        Some(PrincipalKind::User) => Some(Principal::login(name)),
        _ => Principal::parse(text).filter(|who| who.kind() == PrincipalKind::Email),
    }
}

/// A team as a forge gives it: `acme/pay` or `@acme/pay`.
pub(super) fn forge_team(text: &str) -> Option<Principal> {
    let name = text.strip_prefix('@').unwrap_or(text);
    Principal::parse(&format!("@{name}")).filter(|who| who.kind() == PrincipalKind::Team)
}

fn who(text: &str, format: Format) -> String {
    let with_at = format!("@{text}");
    if format.accepts(&with_at) {
        return format!("did you mean {}?", quoted(&with_at));
    }
    match format {
        Format::Person => "write a person as \"@login\" or an e-mail address".to_owned(),
        _ => "write a login as \"@bob\", a team as \"@acme/pay\", or an e-mail address".to_owned(),
    }
}

fn when(text: &str) -> String {
    let in_utc = format!("{text}Z");
    if Moment::parse(&in_utc).is_some() {
        return format!("a time needs its offset from UTC: {}", quoted(&in_utc));
    }
    "write a date (2026-11-22, its midnight in UTC) or a time with its offset (2026-11-22T16:00:00Z)".to_owned()
}

fn bad_glob(text: &str, span: &Range<usize>, source: &str) -> Option<Problem> {
    let error = Pattern::glob(text).err()?;
    // Inside the quotes the text is the value itself, unless it was written with escapes: then the whole value is shown.
    let written = source.get(span.start + 1..span.end.saturating_sub(1));
    let from = span.start + 1 + error.offset;
    let place = if written == Some(text) && error.offset < text.len() { from..from + 1 } else { span.clone() };
    Some(Problem {
        code: "bad_glob",
        message: format!("{} is no pattern", quoted(text)),
        span: place,
        label: error.msg,
        help: "`*` stands for any part of one name, `**` for any number of folders: \"deploy/**/*.yaml\"".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Format, forge_team, login};

    fn check(format: &str, good: &[&str], bad: &[&str]) {
        let format = Format::parse(format).unwrap();
        for text in good {
            assert_eq!(format.check(text, &(0..text.len()), "it", text), None, "{text}");
        }
        for text in bad {
            assert!(format.check(text, &(0..text.len()), "it", text).is_some(), "{text}");
        }
    }

    #[test]
    fn each_format_knows_its_own() {
        check("inside", &["policy", "./policy/", "a/b.rego"], &["", "/policy", "../x", "a/../b", "a//b", ".", "a\\b"]);
        check("duration", &["24h", "5d", "0s"], &["", "24", "1.5h", "soon"]);
        check("principal", &["@bob", "@acme/pay", "bob@example.org"], &["bob", "@", ""]);
        check("person", &["@bob", "bob@example.org"], &["@acme/pay", "bob"]);
        check(
            "login",
            &["bob", "@bob", "renovate[bot]", "bob@example.org"],
            &["", "acme/pay", "a b", "[bot]", "@@bob"],
        );
        check("forge-team", &["acme/pay", "@acme/pay", "a/b/c"], &["pay", "@pay", "acme/", "@@a/b", ""]);
        check("date-or-time", &["2026-11-22", "2026-11-22T16:00:00+01:00"], &["tomorrow", "2026-11-22T16:00:00", ""]);
        check("id", &["payments", "raise-replicas_2.0", "été"], &["", "-a", "a:b", "a b", "codeowners:3"]);
        check("calendar", &["a.ics", "calendars/x.ics"], &["../x.ics", "/x.ics", "x.ical", "a//b.ics", "a\\b.ics", ""]);
    }

    #[test]
    fn the_spellings_of_forges_become_ours() {
        assert_eq!(login("Bob").unwrap().as_str(), "@Bob");
        assert_eq!(login("@renovate[bot]").unwrap().as_str(), "@renovate[bot]");
        assert_eq!(forge_team("Acme/Pay").unwrap().key(), "@acme/pay");
    }

    #[test]
    fn a_help_names_what_was_meant() {
        let help = |format: &str, text: &str| {
            Format::parse(format).unwrap().check(text, &(0..1), "it", "").map(|problem| problem.help).unwrap()
        };
        assert_eq!(help("principal", "bob"), "did you mean `@bob`?");
        assert_eq!(
            help("date-or-time", "2026-11-22T16:00:00"),
            "a time needs its offset from UTC: `2026-11-22T16:00:00Z`"
        );
    }
}
