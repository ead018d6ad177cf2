//! Everything one person or team answers for, with what they are there.

use crate::model::{
    Assignment, Config, Duty, Letter, Matrix, Ownership, PathRow, Place, Principal, PrincipalKind, Row, TrackedFile,
    people_of,
};
use std::collections::{BTreeMap, BTreeSet};

/// The duties of a person or a team: the rows of the matrix, the rows that other files make, the offices of the gate. Most
/// critical first, then by name.
pub fn duties(ownership: &Ownership, config: &Config, files: &[TrackedFile], who: &Principal) -> Vec<Duty> {
    let names = Names::of(ownership, who);
    let mut found: BTreeMap<String, Duty> = BTreeMap::new();
    for row in ownership.matrix().iter().flat_map(|matrix| &matrix.rows) {
        let alone = PathRow::of_matrix(row);
        if let Some(duty) = names.duty(ownership, &alone) {
            found.insert(row.id.clone(), duty);
        }
    }
    for file in files {
        for row in ownership.of(&file.path).rows() {
            match found.get_mut(&*row.id) {
                Some(duty) => duty.files += 1,
                None => {
                    if let Some(mut duty) = names.duty(ownership, &row) {
                        duty.files = 1;
                        found.insert(row.id.clone().into_owned(), duty);
                    }
                }
            }
        }
    }
    let mut all: Vec<Duty> = found.into_values().collect();
    let critical = |duty: &Duty| duty.tier.unwrap_or(u8::MAX);
    all.sort_by(|a, b| critical(a).cmp(&critical(b)).then_with(|| (&a.place, &a.name).cmp(&(&b.place, &b.name))));
    all.extend(names.offices(ownership.matrix(), config));
    all
}

/// The names that mean somebody: their own, and those of the teams they are known to be in.
struct Names<'a> {
    who: &'a Principal,
    teams: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    fn of(ownership: &'a Ownership, who: &'a Principal) -> Self {
        let teams = ownership.matrix().into_iter().flat_map(|matrix| &matrix.teams);
        let theirs = teams.filter(|(_, team)| team.members.contains(who)).map(|(name, _)| name.as_str());
        Self { who, teams: theirs.collect() }
    }

    /// The name is theirs: `Some(None)`; or that of a team they are in: `Some(Some(team))`.
    fn means<'p>(&self, name: &'p Principal) -> Option<Option<&'p Principal>> {
        let slug = name.team_slug().unwrap_or_else(|| name.key().trim_start_matches('@'));
        // `[teams.pay]` is asked about as `@pay` or as `@acme/pay`.
        let same_team = || {
            self.who.kind() != PrincipalKind::Email && name.team_slug() == Some(self.who.key().trim_start_matches('@'))
        };
        if name == self.who || same_team() {
            return Some(None);
        }
        self.teams.contains(slug).then_some(Some(name))
    }

    fn duty(&self, ownership: &Ownership, row: &PathRow<'_>) -> Option<Duty> {
        let (mut letters, mut via, mut named) = (Vec::new(), Vec::new(), false);
        for (letter, people) in people_of(ownership, row) {
            let means: Vec<_> = people.into_iter().filter_map(|name| self.means(name)).collect();
            if !means.is_empty() {
                letters.push(letter);
            }
            named |= means.contains(&None);
            for team in means.into_iter().flatten() {
                if !via.contains(team) {
                    via.push(team.clone());
                }
            }
        }
        let of: Option<&Row> = row.row;
        (!letters.is_empty()).then(|| Duty {
            name: row.id.clone().into_owned(),
            about: row.made_by.as_ref().and_then(about),
            letters,
            via: if named { Vec::new() } else { via },
            purpose: of.and_then(|row| row.purpose.clone()),
            tier: of.and_then(|row| row.tier),
            contact: of.and_then(|row| row.contact.clone()),
            files: 0,
            place: row.place(),
        })
    }

    /// What they are to the gate itself.
    fn offices(&self, matrix: Option<&Matrix>, config: &Config) -> Vec<Duty> {
        let escalation = matrix.and_then(|matrix| matrix.escalation.as_ref());
        let owner: Vec<Principal> = escalation.iter().map(|escalation| escalation.owner.clone()).collect();
        let steps: Vec<Principal> =
            escalation.iter().flat_map(|e| e.next.iter().map(|step| step.who.clone())).collect();
        let (ownership, configuration) = (".changeward/ownership.toml", ".changeward/config.toml");
        let contact = escalation.and_then(|escalation| escalation.contact.clone());
        let mut all = vec![
            self.office("escalation", Letter::Accountable, &owner, "assigns what nobody owns", contact, ownership),
            self.office(
                "escalation",
                Letter::Alternate,
                &steps,
                "is asked after the escalation owner",
                None,
                ownership,
            ),
            self.office(
                "control",
                Letter::Responsible,
                &config.control_owners,
                "approves edits of the files that control the gate",
                None,
                configuration,
            ),
            self.office(
                "change-authority",
                Letter::Responsible,
                &config.change_authority,
                "approves templates and changes of high risk",
                None,
                configuration,
            ),
        ];
        for calendar in &config.calendars {
            let name = format!("calendar:{}", calendar.file);
            let purpose = "lets changes through while it is closed";
            let office = self.office(&name, Letter::Responsible, &calendar.approvers, purpose, None, configuration);
            all.push(office.map(|duty| Duty { place: calendar.place.clone(), ..duty }));
        }
        all.into_iter().flatten().collect()
    }

    fn office(
        &self,
        name: &str,
        letter: Letter,
        people: &[Principal],
        purpose: &str,
        contact: Option<String>,
        file: &str,
    ) -> Option<Duty> {
        let means: Vec<_> = people.iter().filter_map(|name| self.means(name)).collect();
        (!means.is_empty()).then(|| Duty {
            name: name.to_owned(),
            about: None,
            letters: vec![letter],
            via: if means.contains(&None) { Vec::new() } else { means.into_iter().flatten().cloned().collect() },
            purpose: Some(purpose.to_owned()),
            tier: None,
            contact,
            files: 0,
            place: Place { file: file.to_owned(), line: 0 },
        })
    }
}

/// The pattern of a line, with its section; the directory of an OWNERS file or of a catalogue.
fn about(made: &Assignment<'_>) -> Option<String> {
    let directory =
        || made.place.file.rsplit_once('/').map_or("**".to_owned(), |(directory, _)| format!("{directory}/**"));
    let pattern = made.pattern.map_or_else(directory, str::to_owned);
    Some(made.section.map_or_else(|| pattern.clone(), |section| format!("[{section}] {pattern}")))
}
