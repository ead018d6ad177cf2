//! Who said what about which content, and whose word counts. The laws of approval that need no policy.

use super::{Actors, Matrix, Moment, Presence, Principal, PrincipalKind, RowId, Span, Team};
use std::collections::{BTreeMap, BTreeSet};

/// What one person said about the change at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Who.
    pub by: Principal,
    /// A person or a program.
    pub kind: ApproverKind,
    /// What they said.
    pub decision: ApprovalDecision,
    /// When; `None` never counts as an approval.
    pub at: Option<Moment>,
    /// Teams the forge says they belong to.
    pub teams: Vec<Principal>,
    /// What they saw.
    pub content: Content,
}

/// A person or a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ApproverKind {
    /// A person.
    User,
    /// A program: it neither approves nor refuses.
    Bot,
}

/// What somebody said.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ApprovalDecision {
    /// Yes.
    Approve,
    /// No.
    Reject,
    /// Neither; what the person said before stands, as on GitHub.
    Comment,
}

impl ApprovalDecision {
    /// The word of the frozen documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Comment => "comment",
        }
    }
}

/// What an approver saw, compared with what would land now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Content {
    /// The head itself.
    Head,
    /// Another commit whose difference could not be read.
    Unknown,
    /// Another commit; these paths differ between what was seen and what would land.
    Other(Vec<DifferingPath>),
}

/// A path that changed after somebody looked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DifferingPath {
    /// Quoted.
    pub path: String,
    /// Its rows.
    pub rows: Vec<RowId>,
    /// It is a control file.
    pub control: bool,
    /// It is in scope and nobody owns it.
    pub unowned: bool,
}

/// Who belongs to which team. What is not listed is unknown, and unknown is no.
#[derive(Clone, Debug, Default)]
pub struct Membership {
    /// Members by team key: `@acme/pay` from a forge, `pay` from the matrix.
    pub teams: BTreeMap<String, BTreeSet<Principal>>,
    /// Whose an address is, by address in lower case, as `[people]` of the matrix says.
    pub addresses: BTreeMap<String, Principal>,
}

impl Membership {
    /// What the matrix alone knows.
    pub fn of(matrix: Option<&Matrix>) -> Self {
        let mut known = Self::default();
        for (name, person) in matrix.iter().flat_map(|matrix| &matrix.people) {
            known.addresses.extend(person.emails.iter().map(|email| (email.to_lowercase(), Principal::named(name))));
        }
        let people = |team: &Team| team.members.iter().map(|member| known.known(member).clone()).collect();
        let teams = matrix.iter().flat_map(|matrix| &matrix.teams);
        let teams = teams.map(|(name, team)| (name.to_lowercase(), people(team))).collect();
        Self { teams, ..known }
    }

    /// The person behind a name: an address that `[people]` lists is that login.
    pub fn known<'p>(&'p self, name: &'p Principal) -> &'p Principal {
        match name.kind() {
            PrincipalKind::Email => self.addresses.get(name.key()).unwrap_or(name),
            _ => name,
        }
    }

    /// The members of a team, when known. `[teams.pay]` answers for `@pay` and `@org/pay`; what a forge says of
    /// `@org/pay` itself comes first.
    pub fn members(&self, team: &Principal) -> Option<&BTreeSet<Principal>> {
        let key = team.key();
        let slug = key.rsplit('/').next().unwrap_or(key).trim_start_matches('@');
        self.teams.get(key).or_else(|| self.teams.get(slug))
    }

    /// The people a name stands for: a user for itself, an address for whose it is, a team for its known members. `None`
    /// when the members are unknown, as those of a role always are, or when the name stands for anyone.
    pub fn people(&self, name: &Principal) -> Option<BTreeSet<Principal>> {
        match name.kind() {
            PrincipalKind::Anyone | PrincipalKind::Role => None,
            PrincipalKind::Team => self.members(name).cloned(),
            PrincipalKind::Email => Some(BTreeSet::from([self.known(name).clone()])),
            PrincipalKind::User => Some(self.members(name).cloned().unwrap_or_else(|| BTreeSet::from([name.clone()]))),
        }
    }

    /// Whether a person, with the teams a forge vouches for, may speak for a name.
    pub fn speaks_for(&self, person: &Principal, teams: &[Principal], name: &Principal) -> bool {
        let person = self.known(person);
        match self.people(name) {
            Some(people) => people.contains(person) || (name.kind() == PrincipalKind::Team && teams.contains(name)),
            None => name.kind() == PrincipalKind::Anyone || teams.contains(name),
        }
    }
}

/// Each person's last word on the content at hand.
///
/// Words about other content are left out first (`answers_for` tells whether a path that differs is one this person
/// answers for), then only each person's latest stands. Programs and mere comments say nothing, and what is dated after
/// `now` has not been said yet. An undated rejection is the latest; an undated approval the earliest.
pub fn last_words(
    approvals: &[Approval],
    now: Moment,
    answers_for: impl Fn(&Principal, &DifferingPath) -> bool,
) -> Vec<&Approval> {
    let mut last: BTreeMap<&Principal, &Approval> = BTreeMap::new();
    for word in approvals {
        let on_content = match &word.content {
            Content::Head => true,
            Content::Unknown => false,
            Content::Other(paths) => !paths.iter().any(|path| answers_for(&word.by, path)),
        };
        let said = word.kind == ApproverKind::User
            && word.decision != ApprovalDecision::Comment
            && word.at.is_none_or(|at| at <= now);
        if !on_content || !said {
            continue;
        }
        let newest = last.get(&word.by).is_none_or(|before| order(before) <= order(word));
        if newest {
            last.insert(&word.by, word);
        }
    }
    last.into_values().collect()
}

/// At one moment a rejection comes after an approval: doubt refuses.
fn order(word: &Approval) -> (Moment, ApprovalDecision) {
    let undated = match word.decision {
        ApprovalDecision::Reject => i64::MAX,
        ApprovalDecision::Approve | ApprovalDecision::Comment => i64::MIN,
    };
    (word.at.unwrap_or(Moment::from_unix(undated)), word.decision)
}

impl Approval {
    /// It is an approval that counts: given by somebody without a hand in the change who has not left, dated, and not
    /// expired.
    pub fn counts(&self, actors: &Actors, presence: &Presence, now: Moment, expires_after: Span) -> bool {
        self.decision == ApprovalDecision::Approve
            && self.kind == ApproverKind::User
            && !actors.includes(&self.by)
            && !presence.has_left(&self.by)
            && self.at.is_some_and(|at| at <= now && now < at.plus(expires_after.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(by: &str, decision: ApprovalDecision, at: Option<i64>, content: Content) -> Approval {
        Approval {
            by: Principal::login(by),
            kind: ApproverKind::User,
            decision,
            at: at.map(Moment::from_unix),
            teams: Vec::new(),
            content,
        }
    }

    #[test]
    fn the_last_word_on_the_content_at_hand_stands() {
        use ApprovalDecision::{Approve, Comment, Reject};
        let now = Moment::from_unix(100);
        let stale =
            || Content::Other(vec![DifferingPath { path: "a".into(), rows: vec![], control: false, unowned: false }]);
        let table = [
            ("the later one", vec![(Approve, Some(1), Content::Head), (Reject, Some(2), Content::Head)], Some(Reject)),
            (
                "whatever the order",
                vec![(Reject, Some(2), Content::Head), (Approve, Some(3), Content::Head)],
                Some(Approve),
            ),
            (
                "a comment changes nothing",
                vec![(Approve, Some(1), Content::Head), (Comment, Some(2), Content::Head)],
                Some(Approve),
            ),
            (
                "a rejection of other content is void",
                vec![(Approve, Some(1), Content::Head), (Reject, Some(2), stale())],
                Some(Approve),
            ),
            ("unknown content says nothing", vec![(Approve, Some(1), Content::Unknown)], None),
            ("the future has not been said", vec![(Approve, Some(101), Content::Head)], None),
            (
                "at one moment doubt refuses",
                vec![(Reject, Some(1), Content::Head), (Approve, Some(1), Content::Head)],
                Some(Reject),
            ),
            (
                "an undated rejection stands",
                vec![(Approve, Some(9), Content::Head), (Reject, None, Content::Head)],
                Some(Reject),
            ),
        ];
        for (name, words, expected) in table {
            let words: Vec<_> = words.into_iter().map(|(d, at, c)| word("bob", d, at, c)).collect();
            let last = last_words(&words, now, |_, _| true);
            assert_eq!(last.first().map(|w| w.decision), expected, "{name}");
        }
    }

    #[test]
    fn nobody_is_known_to_speak_for_a_role() {
        let role = Principal::role("@@developer").unwrap();
        let mut membership = Membership::default();
        membership.teams.insert("developer".into(), BTreeSet::from([Principal::login("bob")]));
        assert!(!membership.speaks_for(&Principal::login("bob"), &[Principal::team("developer")], &role));
    }

    #[test]
    fn an_approval_expires_exactly_at_its_limit() {
        let yes = word("bob", ApprovalDecision::Approve, Some(10), Content::Head);
        let counts =
            |presence: &Presence, now| yes.counts(&Actors::default(), presence, Moment::from_unix(now), Span(10));
        let there = Presence::default();
        assert!(counts(&there, 19));
        assert!(!counts(&there, 20));
        assert!(!counts(&there, 9));
        let away = Presence { away: BTreeMap::from([(Principal::login("bob"), None)]), ..Presence::default() };
        assert!(counts(&away, 19), "whoever is away may approve all the same");
        let left = Presence { left: BTreeSet::from([Principal::login("Bob")]), ..Presence::default() };
        assert!(!counts(&left, 19), "whoever has left approves nothing");
    }
}
