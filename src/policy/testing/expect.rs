//! What the policies say of a case, held against what it wants.

use crate::model::{Findings, TestFault, TestReason, Wanted};
use crate::policy::codes::Codes;
use crate::policy::outcome::RuleSet;
use std::collections::BTreeSet;

/// That rules say what may be nowhere: of a code that no rule knows, `not` holds for ever.
///
/// # Errors
/// The first that no rule says.
pub fn known(wanted: &Wanted, codes: &Codes) -> Result<(), TestFault> {
    let unsaid = wanted.not.iter().find_map(|code| Some((code, codes.unsaid(code)?)));
    let Some((code, nearest)) = unsaid else { return Ok(()) };
    Err(TestFault {
        code: "changeward::cases::unknown_code".to_owned(),
        message: format!("`not` names `{}`, which no rule says, so it can never fail", code.escape_debug()),
        place: None,
        help: Some(match nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "name a code, a level or a kind that a rule gives".to_owned(),
        }),
    })
}

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
