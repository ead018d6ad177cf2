//! Who is meant: logins, teams and addresses as they are, everything else only as somebody said.

use crate::model::{DraftPerson, Principal, PrincipalKind, Spelling};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of names.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: BTreeMap<String, Principal>,
    /// The names met that stood for somebody, in order.
    pub(super) spellings: Vec<Spelling>,
    told: BTreeSet<String>,
    /// People whose name stood beside their login or address.
    pub(super) people: Vec<DraftPerson>,
}

/// The people and teams of a cell, and what of it names nobody.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Named {
    pub(super) who: Vec<Principal>,
    pub(super) unknown: Vec<String>,
}

impl Names {
    pub(super) fn new(said: &[Spelling]) -> Self {
        let known = said.iter().map(|said| (fold(&said.name), said.who.clone())).collect();
        Self { known, ..Self::default() }
    }

    /// Learns a name, unless it is known.
    pub(super) fn learn(&mut self, name: &str, who: &Principal) {
        if !name.trim().is_empty() {
            self.known.entry(fold(name)).or_insert_with(|| who.clone());
        }
    }

    /// Reads a cell: names parted by commas, semicolons, lines, `&`, `and`, `/`. What is one name as a whole stays one.
    pub(super) fn read(&mut self, cell: &str) -> Named {
        let mut found = Named::default();
        if let Some(who) = self.one(cell) {
            found.who.push(who);
            return found;
        }
        for piece in cell.split([',', ';', '\n', '\r', '•', '|']).map(str::trim).filter(|piece| !piece.is_empty()) {
            self.joined(piece, &mut found);
        }
        let mut met = BTreeSet::new();
        found.who.retain(|who| met.insert(who.clone()));
        found
    }

    /// A piece that may still be several names: it is, where at least one part of it is somebody.
    fn joined(&mut self, piece: &str, found: &mut Named) {
        if let Some(who) = self.one(piece) {
            found.who.push(who);
            return;
        }
        // The slashes of an address part no names.
        if piece.contains("://") {
            found.unknown.push(piece.to_owned());
            return;
        }
        let splits: [fn(&str) -> Vec<&str>; 4] = [
            |text| text.split('&').flat_map(|part| part.split(" and ")).flat_map(|part| part.split('+')).collect(),
            |text| text.split(" / ").collect(),
            // A slash within `@org/team` parts nothing.
            |text| if text.starts_with('@') { before_signs(text) } else { text.split('/').collect() },
            |text| text.split_whitespace().collect(),
        ];
        for (at, split) in splits.iter().enumerate() {
            let parts: Vec<&str> = split(piece).into_iter().map(str::trim).filter(|part| !part.is_empty()).collect();
            let known = parts.iter().filter(|part| self.look(part).is_some()).count();
            let blanks = at == splits.len() - 1;
            if parts.len() > 1 && known > 0 && (known == parts.len() || !blanks) {
                parts.into_iter().for_each(|part| self.joined(part, found));
                return;
            }
        }
        found.unknown.push(piece.to_owned());
    }

    /// Who one name is; what stands for somebody is noted.
    fn one(&mut self, text: &str) -> Option<Principal> {
        let (who, name) = self.look(text)?;
        if let Some(name) = name {
            self.learn(&name, &who);
            self.person(&who, Some(&name), None);
        } else if text.trim().trim_matches(['<', '>']) != who.as_str() && self.told.insert(fold(text)) {
            self.spellings.push(Spelling { name: text.trim().to_owned(), who: who.clone() });
        }
        Some(who)
    }

    /// Who one name is, and what they are called where it says so: `Jane Doe <jane@example.org>`, `Jane Doe (@jane)`.
    fn look(&self, text: &str) -> Option<(Principal, Option<String>)> {
        let text = text.trim();
        if let Some(who) = self.known.get(&fold(text)).cloned().or_else(|| principal(text)) {
            return Some((who, None));
        }
        let inner = text.strip_suffix('>').and_then(|text| text.rsplit_once('<'));
        let (name, inner) = inner.or_else(|| text.strip_suffix(')').and_then(|text| text.rsplit_once('(')))?;
        let name = name.trim().trim_matches('"').trim();
        let who = principal(inner.trim())?;
        if name.is_empty() {
            return Some((who, None));
        }
        let several = name.contains([',', ';', '\n', '@', '<', '(']);
        (!several && who.kind() != PrincipalKind::Team).then(|| (who, Some(name.to_owned())))
    }

    /// Notes what a person is called and their address.
    pub(super) fn person(
        &mut self,
        who: &Principal,
        name: Option<&str>,
        email: Option<&str>,
    ) -> Option<&mut DraftPerson> {
        let login = who.bare().to_lowercase();
        let at = match self.people.iter().position(|person| person.login == login) {
            Some(at) => at,
            None => {
                let person = DraftPerson { login, name: None, emails: Vec::new(), unused: Vec::new() };
                self.people.push(person);
                self.people.len() - 1
            }
        };
        let person = self.people.get_mut(at)?;
        if person.name.is_none() {
            person.name = name.map(str::to_owned);
        }
        if let Some(email) = email.filter(|email| email.chars().count() >= 3)
            && !person.emails.iter().any(|known| known == email)
        {
            person.emails.push(email.to_owned());
        }
        Some(person)
    }
}

/// A login, a team or an address. Stricter than the matrix about addresses: a cell holds many things with an `@` in it.
pub(super) fn principal(text: &str) -> Option<Principal> {
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let who = Principal::parse(text)?;
    let plain = |c: char| c.is_alphanumeric() || "._%+-'@".contains(c);
    (who.kind() != PrincipalKind::Email || text.chars().all(plain)).then_some(who)
}

/// `@a/@b/@org/c` before each `/@`.
fn before_signs(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((part, after)) = rest.find("/@").and_then(|at| rest.split_at_checked(at)) {
        parts.push(part);
        rest = after.strip_prefix('/').unwrap_or(after);
    }
    parts.push(rest);
    parts
}

/// Two spellings of a name differ in case and blanks only.
fn fold(name: &str) -> String {
    name.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// How to say who a name is, in words that can be copied.
pub(super) fn how_to_say(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || " .-_".contains(c);
    match name.chars().count() <= 60 && name.chars().all(plain) {
        true => format!("say who it is: --name '{name}=@login'"),
        false => "say who it is with --name, or write a @login, @org/team or e-mail address".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::Names;
    use crate::model::{Principal, Spelling};

    #[test]
    fn who_a_cell_names() {
        let said = [("Jane Doe", "@jane"), ("R&D", "@acme/research"), ("Ops", "@acme/ops")]
            .map(|(name, who)| Spelling { name: name.to_owned(), who: Principal::parse(who).unwrap() });
        let table: &[(&str, &[&str], &[&str])] = &[
            ("@bob", &["@bob"], &[]),
            ("@bob, @eve; ann@example.org\n@acme/pay", &["@bob", "@eve", "ann@example.org", "@acme/pay"], &[]),
            ("@bob @eve", &["@bob", "@eve"], &[]),
            ("@bob/@acme/pay/@eve", &["@bob", "@acme/pay", "@eve"], &[]),
            ("jane  DOE and @bob", &["@jane", "@bob"], &[]),
            ("R&D", &["@acme/research"], &[]),
            ("R&D & Ops", &["@acme/ops"], &["R", "D"]),
            ("R&D, Ops", &["@acme/research", "@acme/ops"], &[]),
            ("Ops/Jane Doe", &["@acme/ops", "@jane"], &[]),
            ("Research and Development", &[], &["Research and Development"]),
            ("@acme/pay team", &[], &["@acme/pay team"]),
            ("Al Ice <al@example.org>; Al Ice", &["al@example.org"], &[]),
            ("Al Ice (@al)", &["@al"], &[]),
            ("<al@example.org>", &["al@example.org"], &[]),
            ("mailto:al@example.org", &["al@example.org"], &[]),
            ("https://example.org/@bob", &[], &["https://example.org/@bob"]),
            ("Bob", &[], &["Bob"]),
            ("@bob, @Bob", &["@bob"], &[]),
        ];
        for (cell, who, unknown) in table {
            let found = Names::new(&said).read(cell);
            let spelled: Vec<&str> = found.who.iter().map(Principal::as_str).collect();
            assert_eq!(
                (spelled.as_slice(), found.unknown),
                (*who, unknown.iter().map(|u| (*u).to_owned()).collect()),
                "{cell}"
            );
        }
    }

    #[test]
    fn a_name_beside_a_login_is_learned_and_one_that_stands_for_somebody_is_noted() {
        let mut names = Names::new(&[Spelling { name: "Ops".into(), who: Principal::parse("@acme/ops").unwrap() }]);
        names.read("Jane Doe (@jane), OPS");
        assert_eq!(names.read("Jane Doe").who, [Principal::login("jane")]);
        assert_eq!(names.people[0].name.as_deref(), Some("Jane Doe"));
        let noted: Vec<_> = names.spellings.iter().map(|noted| (noted.name.as_str(), noted.who.as_str())).collect();
        assert_eq!(noted, [("OPS", "@acme/ops"), ("Jane Doe", "@jane")]);
    }
}
