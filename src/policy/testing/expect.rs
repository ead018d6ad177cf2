//! What the policies say of a case, held against what it wants.

use crate::model::{Findings, TestReason, Wanted};
use crate::policy::outcome::RuleSet;
use std::collections::BTreeSet;

/// Everything that came out otherwise than wanted.
pub fn judge(wanted: &Wanted, findings: &Findings) -> Vec<TestReason> {
    let mut reasons = Vec::new();
    let mut word = |name: &str, wanted: Option<&str>, is: &str| {
        if let Some(wanted) = wanted.filter(|wanted| *wanted != is) {
            reasons.push(reason(format!("{name} is not {wanted}"), vec![(name.to_owned(), is.to_owned())]));
        }
    };
    word("class", wanted.class.map(|class| class.as_str()), findings.class.as_str());
    word("risk", wanted.risk.map(|risk| risk.as_str()), findings.risk.as_str());
    for (name, codes) in &wanted.sets {
        let is = RuleSet::parse(name).map(|set| codes_of(set, findings)).unwrap_or_default();
        let told = vec![(name.clone(), listed(is.iter()))];
        let missing: Vec<&String> = codes.iter().filter(|code| !is.contains(*code)).collect();
        if !missing.is_empty() {
            reasons.push(reason(format!("{name} has no {}", listed(missing.into_iter())), told));
        } else if codes.is_empty() && !is.is_empty() {
            reasons.push(reason(format!("{name} is not empty"), told));
        }
    }
    for code in &wanted.not {
        let holding: Vec<&str> = RuleSet::ALL
            .into_iter()
            .filter(|set| codes_of(*set, findings).contains(code))
            .map(RuleSet::as_str)
            .collect();
        if !holding.is_empty() {
            reasons.push(reason(format!("{code} is there, in {}", holding.join(" and ")), Vec::new()));
        }
    }
    reasons
}

fn reason(text: String, values: Vec<(String, String)>) -> TestReason {
    TestReason { text, values, ..TestReason::default() }
}

/// The codes in a set: levels of requirements, kinds of obligations.
fn codes_of(set: RuleSet, findings: &Findings) -> BTreeSet<String> {
    let codes = |list: &[crate::model::Finding]| list.iter().map(|finding| finding.code.clone()).collect();
    match set {
        RuleSet::ForceNormal => codes(&findings.force_normal),
        RuleSet::EmergencyFault => codes(&findings.emergency_faults),
        RuleSet::TemplateFault => findings.template_faults.iter().map(|(_, fault)| fault.code.clone()).collect(),
        RuleSet::Deny => codes(&findings.deny),
        RuleSet::Warn => codes(&findings.warn),
        RuleSet::Require => findings.require.iter().map(|requirement| requirement.level.clone()).collect(),
        RuleSet::Obligation => findings.obligations.iter().map(|obligation| obligation.kind.clone()).collect(),
    }
}

fn listed<'c>(codes: impl Iterator<Item = &'c String>) -> String {
    let codes: Vec<&str> = codes.map(String::as_str).collect();
    if codes.is_empty() { "empty".to_owned() } else { codes.join(", ") }
}
