//! Findings to a decision. Cannot fail: given less, it says pending or block.
//!
//! The policies propose, this room disposes. It arrives at the class from the same sets as the policies and blocks when
//! the two differ; it alone knows whose approval counts; and [`Decision::new`] holds the law that no policy can break.

mod ask;
mod classify;
mod cover;
mod next;
mod plan;
mod quorum;
mod split;
mod told;
mod void;

pub use plan::{LABEL, REQUEST_LABEL, plan_deploy, plan_pull, plan_superseded};

use crate::model::{ChangeClass, Decision, Digests, Facts, Finding, Findings, Severity, UsedException, Verdict};

/// Decides.
pub fn decide(facts: &Facts, findings: Findings, digests: Digests) -> Decision {
    let class = classify::class(facts, &findings);
    let quorum = quorum::quorum(facts, &findings, class);
    let mut block = integrity(facts);
    block.extend(class_dispute(class, findings.class));
    block.extend(findings.deny.iter().cloned());
    block.extend(quorum.block);
    let reasons = classify::reasons(facts, &findings, class);
    let why_not = classify::why_not(facts, &findings, class);
    let mut noticed = noticed(facts, &findings, class);
    noticed.extend(unasked(&findings, class));
    noticed.extend(void::void(facts, &quorum.levels));
    let mut decision = Decision::new(
        class,
        findings.risk,
        facts,
        reasons,
        block,
        noticed,
        quorum.levels,
        findings.obligations.clone(),
    );
    decision.template = findings.usable.first().filter(|_| class == ChangeClass::Standard).cloned();
    decision.split = split::split(facts, &findings, class);
    decision.why_not = why_not;
    decision.digests = digests;
    decision.exceptions = used(facts, &findings);
    let mut waits = Vec::new();
    if decision.verdict() == Verdict::Pending {
        let plan = ask::plan(facts, &decision.required, findings.risk);
        (decision.ask, decision.ask_is_smallest, waits) = (plan.asked, plan.smallest, plan.waits);
    }
    decision.next = next::next(facts, &decision, &waits);
    decision
}

/// The exceptions that the rules say they used, as far as there are such.
fn used(facts: &Facts, findings: &Findings) -> Vec<UsedException> {
    let used = findings.exceptions.iter().filter_map(|(id, paths)| {
        let of = facts.exceptions.iter().find(|of| of.exception.id == *id && of.standing.waives())?;
        Some(UsedException { exception: of.exception.clone(), paths: paths.clone() })
    });
    used.collect()
}

/// What makes the facts incomplete blocks, whatever else holds.
fn integrity(facts: &Facts) -> Vec<Finding> {
    facts.errors.iter().map(|error| Finding::new(error.code.clone(), Severity::Error, error.msg.clone())).collect()
}

/// The policies asked for levels of another class than the sets they filled lead to: some rule has been bent.
fn class_dispute(class: ChangeClass, proposed: ChangeClass) -> Option<Finding> {
    (class != proposed).then(|| {
        let msg = format!(
            "the policies call the change {}, their own findings make it {}",
            proposed.as_str(),
            class.as_str()
        );
        Finding::new("CLASS_DISPUTED", Severity::Error, msg)
            .help("a rule of the organisation changes the class; rules may only add reasons to the sets")
    })
}

/// A level that a rule asks for on a change nobody is asked about: said, since somebody expects it to be asked.
fn unasked(findings: &Findings, class: ChangeClass) -> Vec<Finding> {
    if !matches!(class, ChangeClass::None | ChangeClass::Standard) {
        return Vec::new();
    }
    let level = |require: &crate::model::Requirement| {
        let msg = format!("the level `{}` is not asked for: the change is {}", require.level, class.as_str());
        let mut finding = Finding::new("LEVEL_UNASKED", Severity::Warn, msg)
            .help("a rule that wants people asked adds to `force_normal` too");
        finding.rule = require.rule.clone();
        finding
    };
    findings.require.iter().map(level).collect()
}

/// Warnings of the rules, what gathering noticed, and how near each template came.
fn noticed(facts: &Facts, findings: &Findings, class: ChangeClass) -> Vec<Finding> {
    let mut all: Vec<Finding> = findings.warn.iter().chain(&facts.noticed).cloned().collect();
    if class != ChangeClass::Standard && class != ChangeClass::None {
        // A template is worth a word when its scope takes in the whole change, or at least one file.
        let outside = |id: &str| findings.template_faults.iter().any(|(of, f)| of == id && f.code == "TPL_PATHS");
        let takes_one = |id: &str| facts.files.iter().any(|file| file.templates.iter().any(|template| template == id));
        let near = |id: &str| !outside(id) || takes_one(id);
        for (id, fault) in findings.template_faults.iter().filter(|(id, _)| near(id)) {
            let msg = format!("template `{id}`: {}", fault.msg);
            all.push(Finding { severity: Severity::Info, msg, ..fault.clone() });
        }
    }
    all.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.cmp(b)));
    all.dedup();
    all
}
