//! The codes that rules give to their findings, read from their texts: whoever writes down a code in a file of their own is
//! told when no rule says it.

use super::engine::{Module, RuleMeta};
use super::scan::{Word, WordKind, words};
use crate::model::Waiving;
use std::collections::{BTreeMap, BTreeSet};

/// As `never_waived` of `policies/exceptions.rego`; a test holds the two together.
const NEVER_WAIVED: &[&str] = &[
    "CLAIMED_NORMAL",
    "CLAIM_CONFLICT",
    "CONTROL_EDIT",
    "DIFF_TRUNCATED",
    "FREEZE",
    "NO_TEMPLATE",
    "RISK_DECLARED",
    "TEMPLATE_AMBIGUOUS",
    "UNOWNED",
];

/// Sets whose findings are no reasons.
const OTHER_SETS: &[&str] = &["deny", "warn", "require", "obligation", "emergency_fault", "template_fault"];

/// What stands for a rule where a code is said by the METADATA of one.
const METADATA: &str = "# METADATA";

/// Every code with the rules that say it.
pub struct Codes(BTreeMap<String, BTreeSet<String>>);

impl Codes {
    /// Reads the policies.
    pub fn of(modules: &[Module], metas: &[RuleMeta]) -> Self {
        let mut codes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for module in modules {
            collect(&module.source, &mut codes);
        }
        for code in metas.iter().filter_map(|meta| meta.code.clone()) {
            codes.entry(code).or_default().insert(METADATA.to_owned());
        }
        Self(codes)
    }

    /// Whether an exception for a code can ever do anything.
    pub fn waiving(&self, code: &str) -> Waiving {
        if NEVER_WAIVED.contains(&code) || code.starts_with("FACTOR:") {
            return Waiving::Never;
        }
        match self.0.get(code) {
            None => Waiving::Unknown(self.nearest(code)),
            Some(heads) if heads.iter().all(|head| head == METADATA) => Waiving::Unseen,
            Some(heads) if heads.iter().all(|head| head == METADATA || OTHER_SETS.contains(&head.as_str())) => {
                Waiving::NoReason
            }
            Some(_) => Waiving::Possible,
        }
    }

    fn nearest(&self, code: &str) -> Option<String> {
        let alike = |known: &str| strsim::jaro_winkler(&known.to_lowercase(), &code.to_lowercase());
        let known = self.0.keys().map(|known| (alike(known), known));
        let best = known.filter(|(score, _)| *score >= 0.85).max_by(|a, b| a.0.total_cmp(&b.0));
        best.map(|(_, known)| known.clone())
    }
}

/// Each `"code": "…"`, with the rule it stands in: the last name that began a line.
fn collect(source: &str, codes: &mut BTreeMap<String, BTreeSet<String>>) {
    let mut head = "";
    let begins_line = |word: &Word<'_>| word.start == 0 || source.as_bytes().get(word.start - 1) == Some(&b'\n');
    let all = words(source);
    for (n, word) in all.iter().enumerate() {
        if word.kind == WordKind::Name && begins_line(word) {
            head = word.text;
        }
        let after = |k: usize| all.get(n + k);
        if word.text == "\"code\"" && after(1).is_some_and(|colon| colon.text == ":") {
            let code = after(2).filter(|code| code.kind == WordKind::Text).map(|code| code.text.trim_matches('"'));
            if let Some(code) = code.filter(|code| !code.is_empty()) {
                codes.entry(code.to_owned()).or_default().insert(head.to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Codes, NEVER_WAIVED};
    use crate::model::Waiving;
    use crate::policy::engine::RuleMeta;
    use crate::policy::shipped::{self, SHIPPED};

    #[test]
    fn the_list_is_that_of_the_rules() {
        let (_, text) = SHIPPED.iter().find(|(file, _)| *file == "policies/exceptions.rego").unwrap();
        let set = text.split("never_waived := {").nth(1).unwrap().split('}').next().unwrap();
        let mut told: Vec<&str> = set.split('"').skip(1).step_by(2).collect();
        told.sort_unstable();
        assert_eq!(told, NEVER_WAIVED);
    }

    #[test]
    fn a_code_is_known_by_the_rules_that_say_it() {
        let own = RuleMeta { code: Some("ACME_TWO".to_owned()), ..RuleMeta::default() };
        let codes = Codes::of(&shipped::modules(), &[own]);
        let meant = |code: &str| Waiving::Unknown(Some(code.to_owned()));
        let table = [
            ("RACI_LINT", Waiving::Possible),
            ("PIR_OVERDUE", Waiving::Possible),
            ("ACME_TWO", Waiving::Unseen),
            ("FREEZE", Waiving::Never),
            ("FACTOR:requires_downtime", Waiving::Never),
            ("LOCKDOWN", Waiving::NoReason),
            ("EMG_SCOPE", Waiving::NoReason),
            ("TPL_STATE", Waiving::NoReason),
            ("RACI_LNT", meant("RACI_LINT")),
            ("raci_lint", meant("RACI_LINT")),
            ("QUITE_ELSE", Waiving::Unknown(None)),
        ];
        for (code, expected) in table {
            assert_eq!(codes.waiving(code), expected, "{code}");
        }
    }
}
