//! Who: a login, a team or an e-mail address, compared without case.

use std::fmt;

/// A person or a team, as ownership files and forges name them.
///
/// Two spellings of one login differ only in case: equality, order and hash use the lower-case form, printing keeps the
/// spelling of the file.
#[derive(Clone)]
pub struct Principal {
    kind: PrincipalKind,
    shown: String,
    key: String,
}

/// The domain of GitHub's addresses that hide the real one but carry the login.
const NOREPLY: &str = "@users.noreply.github.com";

/// What kind of name a [`Principal`] is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PrincipalKind {
    /// `@login`
    User,
    /// `@org/team`
    Team,
    /// `name@example.org`
    Email,
    /// `@@developer`: everybody to whom a forge gives this role in the project. Who that is only the forge knows.
    Role,
    /// Anyone who is not excluded: the one peer of a repository that names no owner at all.
    Anyone,
}

impl Principal {
    /// Reads `@login`, `@org/team` or an e-mail address. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(name) = text.strip_prefix('@') {
            let kind = match name.split_once('/') {
                Some((org, team)) if is_name(org) && !team.is_empty() && team.split('/').all(is_name) => {
                    PrincipalKind::Team
                }
                None if is_name(name) => PrincipalKind::User,
                _ => return None,
            };
            return Some(Self::make(kind, text.to_owned()));
        }
        let (local, domain) = text.split_once('@')?;
        let sound = !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '<' || c == '>');
        sound.then(|| Self::make(PrincipalKind::Email, text.to_owned()))
    }

    /// A login without its `@`, as forges give it.
    pub fn login(login: &str) -> Self {
        Self::make(PrincipalKind::User, format!("@{}", login.trim_start_matches('@')))
    }

    /// Whom a key of `[people]` is about: a login without its `@`, or an address.
    pub fn named(key: &str) -> Self {
        Self::parse(key).unwrap_or_else(|| Self::login(key))
    }

    /// A team given as `org/team`, with or without its `@`.
    pub fn team(name: &str) -> Self {
        Self::make(PrincipalKind::Team, format!("@{}", name.trim_start_matches('@')))
    }

    /// A role of GitLab's: `developer`, `maintainer` or `owner`, in the spelling of the file. `@@developers` is the same
    /// as `@@developer`. None of our own files may name one, so [`Principal::parse`] does not read it.
    pub fn role(text: &str) -> Option<Self> {
        let name = text.strip_prefix("@@")?.to_ascii_lowercase();
        let one = name.strip_suffix('s').unwrap_or(&name);
        let known = ["developer", "maintainer", "owner"].contains(&one);
        known.then(|| Self { kind: PrincipalKind::Role, shown: text.to_owned(), key: format!("@@{one}") })
    }

    /// The login that an address carries: `LOGIN@users.noreply.github.com` or `ID+LOGIN@users.noreply.github.com`.
    pub fn in_address(email: &str) -> Option<Self> {
        let lower = email.to_lowercase();
        let local = lower.strip_suffix(NOREPLY)?;
        let login = match local.split_once('+') {
            Some((id, login)) if id.bytes().all(|b| b.is_ascii_digit()) => login,
            _ => local,
        };
        (!login.is_empty()).then(|| Self::login(login))
    }

    /// Anyone but the excluded.
    pub fn anyone() -> Self {
        Self::make(PrincipalKind::Anyone, "anyone else".to_owned())
    }

    fn make(kind: PrincipalKind, shown: String) -> Self {
        let key = shown.to_lowercase();
        Self { kind, shown, key }
    }

    /// What kind of name this is.
    pub fn kind(&self) -> PrincipalKind {
        self.kind
    }

    /// The spelling of the file: `@login`, `@org/team`, an address.
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// The lower-case spelling that two mentions of one person share.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The name without its `@`: `login`, `org/team`, the address.
    pub fn bare(&self) -> &str {
        self.shown.strip_prefix('@').unwrap_or(&self.shown)
    }

    /// A team's last component: `pay` of `@org/pay`. `[teams.pay]` answers for it.
    pub fn team_slug(&self) -> Option<&str> {
        (self.kind == PrincipalKind::Team).then(|| self.key.rsplit('/').next().unwrap_or(&self.key))
    }
}

/// GitHub logins and team slugs, plus the `.` and `_` other forges allow.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

impl PartialEq for Principal {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Principal {}

impl PartialOrd for Principal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Principal {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

impl std::hash::Hash for Principal {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::{Principal, PrincipalKind};

    #[test]
    fn a_name_is_a_login_a_team_or_an_address() {
        let table = [
            ("@ann", Some(PrincipalKind::User)),
            ("@acme/pay", Some(PrincipalKind::Team)),
            ("@acme/pay.core", Some(PrincipalKind::Team)),
            ("@a/b/c", Some(PrincipalKind::Team)),
            ("ann@example.org", Some(PrincipalKind::Email)),
            ("ann", None),
            ("@", None),
            ("@acme/", None),
            ("@a b", None),
            ("a@b@c", None),
        ];
        for (text, kind) in table {
            assert_eq!(Principal::parse(text).map(|p| p.kind()), kind, "{text}");
        }
        assert_eq!(Principal::parse("@Ann"), Some(Principal::login("ann")));
    }

    #[test]
    fn a_role_is_one_of_three_and_no_name_of_our_own_files() {
        assert_eq!(Principal::role("@@Developers"), Principal::role("@@developer"));
        assert_eq!(Principal::role("@@owner").map(|role| role.kind()), Some(PrincipalKind::Role));
        for text in ["@@guest", "@@", "@owner", "owner", "@@developerss"] {
            assert_eq!(Principal::role(text), None, "{text}");
        }
        assert_eq!(Principal::parse("@@developer"), None);
    }

    #[test]
    fn a_noreply_address_carries_its_login() {
        let table = [
            ("ann@users.noreply.github.com", Some("@ann")),
            ("123+Ann@users.noreply.github.com", Some("@ann")),
            ("ann@example.org", None),
            ("@users.noreply.github.com", None),
        ];
        for (email, login) in table {
            assert_eq!(Principal::in_address(email).as_ref().map(|p| p.as_str()), login, "{email}");
        }
    }
}
