//! Which class a change is. First match wins; claiming more scrutiny always works, claiming less never does.

use crate::model::{ChangeClass, Claim, Facts, Finding, Findings, Reason, Severity, counted};
use std::collections::BTreeSet;

/// The class, from the sets the rules filled and from what no rule may bend.
pub(super) fn class(facts: &Facts, findings: &Findings) -> ChangeClass {
    if nothing_to_gate(facts) {
        ChangeClass::None
    } else if control_edit(facts) {
        ChangeClass::Normal
    } else if claimed(facts, ChangeClass::Emergency) {
        if findings.emergency_faults.is_empty() { ChangeClass::Emergency } else { ChangeClass::Normal }
    } else if !findings.force_normal.is_empty() || findings.usable.len() != 1 || bent(facts) {
        ChangeClass::Normal
    } else {
        ChangeClass::Standard
    }
}

/// Why the class is what it is: every reason that holds, not only the first.
pub(super) fn reasons(facts: &Facts, findings: &Findings, class: ChangeClass) -> Vec<Reason> {
    match class {
        ChangeClass::None if facts.files.is_empty() => {
            let msg = "nothing is changed: both ends are the same";
            vec![info("EMPTY_CHANGE", msg).help("for what is not committed yet: `--staged` or `--worktree`")]
        }
        ChangeClass::None => vec![info("NOTHING_IN_SCOPE", "nothing in scope is changed")],
        ChangeClass::Standard => {
            let template = facts.templates.iter().find(|t| findings.usable.first() == Some(&t.id));
            let title = template.map(|t| format!("template `{}` ({}) covers the whole of it", t.id, t.title));
            let mut reason = info("TEMPLATE_COVERS", title.as_deref().unwrap_or("a template covers the whole of it"));
            reason.rule = template.map(|t| t.place.clone());
            vec![reason]
        }
        ChangeClass::Emergency => {
            let incident = facts.incident.as_ref().map(|i| i.id.as_str()).unwrap_or_default();
            let msg = format!("the emergency claim holds under incident {incident}");
            vec![info("EMERGENCY_CLAIM_HOLDS", &msg)]
        }
        ChangeClass::Normal => {
            let mut reasons = findings.force_normal.clone();
            if claimed(facts, ChangeClass::Emergency) {
                reasons.extend(findings.emergency_faults.iter().cloned());
            }
            reasons.sort_by(|a, b| weight(a).cmp(&weight(b)).then_with(|| a.cmp(b)));
            if reasons.is_empty() {
                reasons.push(info("DEFAULT", "nothing makes it anything else"));
            }
            reasons
        }
    }
}

/// For every class not chosen, why not.
pub(super) fn why_not(facts: &Facts, findings: &Findings, class: ChangeClass) -> Vec<(ChangeClass, Vec<Reason>)> {
    let mut all = Vec::new();
    if class != ChangeClass::None {
        all.push((ChangeClass::None, vec![not_none(facts)]));
    }
    if class != ChangeClass::Standard {
        let mut reasons = findings.force_normal.clone();
        for (id, fault) in &findings.template_faults {
            reasons.push(Finding { msg: format!("template `{id}`: {}", fault.msg), ..fault.clone() });
        }
        if class == ChangeClass::Emergency {
            reasons.insert(0, info("CLAIMED_EMERGENCY", "it claims to be an emergency, and the claim holds"));
        } else if class == ChangeClass::None {
            reasons = vec![info("NOTHING_IN_SCOPE", "there is nothing to pre-approve")];
        }
        all.push((ChangeClass::Standard, reasons));
    }
    if class != ChangeClass::Emergency {
        let mut reasons = Vec::new();
        if !facts.claims.iter().any(|claim| claim.class == ChangeClass::Emergency) {
            reasons.push(info("NOT_CLAIMED", "nobody claims that it is an emergency"));
        } else {
            reasons.extend(findings.force_normal.iter().filter(|f| overrides_emergency(&f.code)).cloned());
            reasons.extend(findings.emergency_faults.iter().cloned());
        }
        all.push((ChangeClass::Emergency, reasons));
    }
    if class != ChangeClass::Normal {
        let msg = "nothing asks for the ordinary way";
        let reasons = if class == ChangeClass::Emergency { findings.force_normal.clone() } else { Vec::new() };
        let only = if reasons.is_empty() { vec![info("NOT_NEEDED", msg)] } else { reasons };
        all.push((ChangeClass::Normal, only));
    }
    all
}

/// A control edit outweighs a valid emergency; two different claims are none.
fn overrides_emergency(code: &str) -> bool {
    matches!(code, "CONTROL_EDIT" | "CLAIM_CONFLICT")
}

fn nothing_to_gate(facts: &Facts) -> bool {
    facts.claims.is_empty()
        && facts.truncated.is_empty()
        && !facts.files.iter().any(|file| file.in_scope || file.control)
}

fn control_edit(facts: &Facts) -> bool {
    facts.files.iter().any(|file| file.control)
}

/// Claimed, and nothing else is claimed beside it.
fn claimed(facts: &Facts, class: ChangeClass) -> bool {
    let distinct: BTreeSet<_> = facts.claims.iter().map(|c: &Claim| (c.class, c.template.as_deref())).collect();
    distinct.len() == 1 && distinct.iter().any(|(c, _)| *c == class)
}

/// What a rule cannot wave through, even where it left its reason out: such a change is never standard.
fn bent(facts: &Facts) -> bool {
    !facts.truncated.is_empty() || facts.calendars.iter().any(|calendar| !calendar.open)
}

fn not_none(facts: &Facts) -> Finding {
    if control_edit(facts) {
        return info("CONTROL_EDIT", "it edits files that control the gate");
    }
    if !facts.truncated.is_empty() {
        return info("DIFF_TRUNCATED", "part of it cannot be seen");
    }
    let in_scope = facts.stats.files_in_scope;
    if in_scope == 0 {
        return info("CLAIMED", "it claims to be a change");
    }
    info("IN_SCOPE", &format!("of what is changed, {} in scope", counted(in_scope, "file")))
}

/// What weighs most comes first; a missing template is rarely the point.
fn weight(reason: &Finding) -> u8 {
    match reason.code.as_str() {
        "CONTROL_EDIT" => 0,
        "CLAIM_CONFLICT" => 1,
        code if code.starts_with("EMG_") => 2,
        "UNOWNED" => 3,
        "FREEZE" => 4,
        "DIFF_TRUNCATED" => 5,
        "NO_TEMPLATE" => 9,
        _ => 6,
    }
}

fn info(code: &str, msg: &str) -> Finding {
    Finding::new(code, Severity::Info, msg)
}
