//! The codes that rules give to their findings, read from their texts: whoever writes down a code in a file of their own is
//! told when no rule says it.

use super::engine::{Module, Origin, RuleMeta};
use super::outcome::RuleSet;
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

/// The keys under which an element says what it is.
const NAMING: &[&str] = &["\"code\"", "\"level\"", "\"kind\""];

/// Every code with the rules that say it.
pub struct Codes {
    heads: BTreeMap<String, BTreeSet<String>>,
    /// Codes, levels and kinds.
    named: BTreeSet<String>,
    /// What those begin with that are made of a format: `FACTOR:`.
    begins: BTreeSet<String>,
    /// A rule of the organisation makes one in a way that cannot be told here.
    made: bool,
}

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
        let named = codes.keys().cloned().chain(RuleSet::ALL.map(|set| set.default_code().to_owned())).collect();
        let mut codes = Self { heads: codes, named, begins: BTreeSet::new(), made: false };
        modules.iter().filter(|module| module.origin != Origin::Test).for_each(|module| codes.name(module));
        codes
    }

    /// What a module names its elements.
    fn name(&mut self, module: &Module) {
        let all = words(&module.source);
        for (n, _) in all.iter().enumerate().filter(|(_, word)| NAMING.contains(&word.text)) {
            let after = |k: usize| all.get(n + k).map_or("", |word| word.text);
            if after(1) != ":" {
                continue;
            }
            let text = |word: &str| word.strip_prefix(['"', '`']).map(|text| text.trim_matches(['"', '`']).to_owned());
            let format = text(after(4)).filter(|_| after(2) == "sprintf" && after(3) == "(");
            let begin = format.and_then(|format| format.split_once('%').map(|(begin, _)| begin.to_owned()));
            match (text(after(2)), begin.filter(|begin| !begin.is_empty())) {
                (Some(name), _) => drop(self.named.insert(name)),
                (None, Some(begin)) => drop(self.begins.insert(begin)),
                (None, None) => self.made |= module.origin == Origin::Organisation,
            }
        }
    }

    /// That no rule says a code, a level or a kind, as far as that can be told; with the one that was meant.
    pub fn unsaid(&self, code: &str) -> Option<Option<String>> {
        let said = self.named.contains(code) || self.begins.iter().any(|begin| code.starts_with(begin.as_str()));
        (!said && !self.made).then(|| nearest(code, self.named.iter()))
    }

    /// Whether an exception for a code can ever do anything.
    pub fn waiving(&self, code: &str) -> Waiving {
        if NEVER_WAIVED.contains(&code) || code.starts_with("FACTOR:") {
            return Waiving::Never;
        }
        match self.heads.get(code) {
            None => Waiving::Unknown(nearest(code, self.heads.keys())),
            Some(heads) if heads.iter().all(|head| head == METADATA) => Waiving::Unseen,
            Some(heads) if heads.iter().all(|head| head == METADATA || OTHER_SETS.contains(&head.as_str())) => {
                Waiving::NoReason
            }
            Some(_) => Waiving::Possible,
        }
    }
}

fn nearest<'k>(code: &str, known: impl Iterator<Item = &'k String>) -> Option<String> {
    let alike = |known: &str| strsim::jaro_winkler(&known.to_lowercase(), &code.to_lowercase());
    let known = known.map(|known| (alike(known), known));
    let best = known.filter(|(score, _)| *score >= 0.85).max_by(|a, b| a.0.total_cmp(&b.0));
    best.map(|(_, known)| known.clone())
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
    use crate::policy::engine::{Module, Origin, RuleMeta};
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

    /// The texts of an organisation's rules; what a case writes down; what is said of it.
    #[test]
    fn a_case_names_what_a_rule_may_say() {
        let own = r#"deny contains {"code": "ACME_DENY", "msg": "x"} if true
require contains {"level": `database`, "who": ["@a"]} if true
obligation contains {"kind": sprintf("acme-%s", [x])} if some x in input.labels"#;
        let meant = |code: &str| Some(Some(code.to_owned()));
        let table = [
            (own, "ACME_DENY", None),
            (own, "database", None),
            (own, "acme-later", None),
            (own, "FACTOR:any", None),
            (own, "POLICY_DENY", None),
            (own, "FREEZE", None),
            (own, "freeze", None),
            (own, "ACME_DENNY", meant("ACME_DENY")),
            (own, "databse", meant("database")),
            (own, "QUITE_ELSE", Some(None)),
            (r#"deny contains {"code": code, "msg": "x"} if some code in made"#, "QUITE_ELSE", None),
            (r#"deny contains {"code": sprintf("%s", [x]), "msg": "x"} if some x in made"#, "QUITE_ELSE", None),
        ];
        for (source, code, expected) in table {
            let (file, source) = ("own.rego".to_owned(), source.to_owned());
            let module = Module { file, source, origin: Origin::Organisation };
            let modules: Vec<Module> = shipped::modules().into_iter().chain([module]).collect();
            assert_eq!(Codes::of(&modules, &[]).unsaid(code), expected, "{code}");
        }
    }
}
