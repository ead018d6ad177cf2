//! The baseline: what an organisation lives with for now, so that the audit can guard against more.
//!
//! An entry accepts its finding until it expires, and only as much of it as it says: one file more, and the finding counts
//! whole. What is no longer there is told, so that the entry goes too. An entry about files also accepts the gaps within
//! it: a directory of which a part has found an owner must not count as something new.

use super::lint::needs_history;
use super::said::Said;
use crate::model::{Acceptance, AuditFinding, AuditReport, Baseline, BaselineEntry, Moment, Principal, grouped};

/// The lints whose subjects are patterns.
const OF_FILES: [&str; 2] = ["UNOWNED", "CLEARED"];

/// Marks the findings that the baseline accepts; what is to be said about the baseline itself.
///
/// What only the history tells is not gone where the history was not asked.
pub(super) fn accept(baseline: &Baseline, findings: &mut [AuditFinding], history: bool, now: Moment) -> Vec<Said> {
    let mut own = Vec::new();
    for entry in &baseline.entries {
        let part_of_another = findings.iter().any(|finding| parts(baseline, finding).contains(&entry));
        let of_entry = |finding: &&mut AuditFinding| covers(entry, finding);
        let mut found: Vec<&mut AuditFinding> = findings.iter_mut().filter(of_entry).collect();
        let expires_at = entry.expires_at.unwrap_or(baseline.expires_at);
        let count: u64 = found.iter().map(|finding| finding.count).sum();
        let about = format!("{} {}", entry.code, entry.subject);
        let said = |code, msg: String| Said::new(code, &about, msg).at(&entry.place);
        let unasked = needs_history(&entry.code) && !history;
        if found.is_empty() && (part_of_another || unasked) {
            continue;
        }
        if found.is_empty() {
            own.push(said("BASELINE_STALE", format!("the baseline accepts {about}, which is no longer there")));
        } else if expires_at <= now {
            let msg = format!("the baseline accepted {about} until {}, and it is still there", expires_at.date());
            own.push(said("BASELINE_EXPIRED", msg));
        } else if entry.count.is_some_and(|most| count > most) {
            let more = format!("more than the {} the baseline accepts", grouped(entry.count.unwrap_or_default()));
            found.iter_mut().for_each(|finding| finding.finding.msg.push_str(&format!(" ({more})")));
        } else {
            found.iter_mut().for_each(|finding| finding.accepted = Some(acceptance(baseline, entry)));
        }
    }
    for finding in findings.iter_mut().filter(|finding| finding.accepted.is_none()) {
        finding.accepted = of_parts(baseline, finding, now);
    }
    own
}

fn acceptance(baseline: &Baseline, entry: &BaselineEntry) -> Acceptance {
    let owner = entry.owner.as_ref().unwrap_or(&baseline.owner).clone();
    Acceptance { owner, expires_at: entry.expires_at.unwrap_or(baseline.expires_at) }
}

/// The entries that lie within a finding about files, where together they accept as much: once the last owned file of a
/// directory is gone, its gaps become one.
fn parts<'b>(baseline: &'b Baseline, finding: &AuditFinding) -> Vec<&'b BaselineEntry> {
    if !OF_FILES.contains(&&*finding.finding.code) {
        return Vec::new();
    }
    let lies = |entry: &&BaselineEntry| entry.code == finding.finding.code && within(&finding.subject, &entry.subject);
    let parts: Vec<&BaselineEntry> = baseline.entries.iter().filter(lies).collect();
    let accepted = parts.iter().map(|part| part.count.unwrap_or(0)).sum::<u64>();
    if accepted >= finding.count { parts } else { Vec::new() }
}

/// Accepted by the entries within it, until the first of them ends.
fn of_parts(baseline: &Baseline, finding: &AuditFinding, now: Moment) -> Option<Acceptance> {
    let all = parts(baseline, finding);
    let first = all.iter().map(|part| acceptance(baseline, part)).min_by_key(|accepted| accepted.expires_at)?;
    (first.expires_at > now).then_some(first)
}

/// The baseline that accepts what counts today. Beside one that is there already it is a ratchet: a count only falls,
/// what has gone stays gone, and nothing new comes in. What only the history tells stays where it was not asked.
pub fn ratcheted(report: &AuditReport, before: Option<&Baseline>, owner: Principal, expires_at: Moment) -> Baseline {
    let findings = &report.findings;
    let asked = |old: &BaselineEntry| report.drift.is_some() || !needs_history(&old.code);
    let wanted = findings.iter().filter(|finding| !finding.finding.code.starts_with("BASELINE_"));
    let entry = |finding: &AuditFinding| BaselineEntry {
        code: finding.finding.code.clone(),
        subject: finding.subject.clone(),
        count: Some(finding.count),
        owner: None,
        expires_at: None,
        place: crate::model::Place::default(),
    };
    let mut entries: Vec<BaselineEntry> = match before {
        None => wanted.map(entry).collect(),
        Some(before) => {
            let entries = before.entries.iter();
            entries.flat_map(|old| if asked(old) { tightened(old, findings) } else { vec![old.clone()] }).collect()
        }
    };
    entries.sort_by(|a, b| (&a.code, &a.subject).cmp(&(&b.code, &b.subject)));
    Baseline { owner, expires_at, entries }
}

/// How many findings a baseline does not accept.
pub fn left(findings: &[AuditFinding], baseline: &Baseline, now: Moment) -> usize {
    let mut findings = findings.to_vec();
    accept(baseline, &mut findings, true, now);
    findings.iter().filter(|finding| finding.accepted.is_none()).count()
}

/// What is left of an entry: the findings it covers, with no more of them than it accepted.
fn tightened(old: &BaselineEntry, findings: &[AuditFinding]) -> Vec<BaselineEntry> {
    let covered: Vec<&AuditFinding> = findings.iter().filter(|finding| covers(old, finding)).collect();
    let count: u64 = covered.iter().map(|finding| finding.count).sum();
    if covered.is_empty() {
        return Vec::new();
    }
    if old.count.is_some_and(|most| count > most) {
        return vec![old.clone()];
    }
    let entry = |finding: &&AuditFinding| BaselineEntry {
        subject: finding.subject.clone(),
        count: old.count.map(|_| finding.count),
        ..old.clone()
    };
    covered.iter().map(entry).collect()
}

fn covers(entry: &BaselineEntry, finding: &AuditFinding) -> bool {
    if entry.code != finding.finding.code {
        return false;
    }
    let (entry_subject, subject) = (entry.subject.as_str(), finding.subject.as_str());
    entry_subject == subject || (OF_FILES.contains(&&*entry.code) && within(entry_subject, subject))
}

/// Whether a pattern of files lies within another: `legacy/**` holds `legacy/a/*`, `src/*` holds `src/a.c`.
fn within(outer: &str, inner: &str) -> bool {
    if let Some(folder) = outer.strip_suffix("**") {
        return inner.strip_prefix(folder).is_some_and(|rest| !rest.is_empty());
    }
    let Some(folder) = outer.strip_suffix('*') else { return false };
    inner.strip_prefix(folder).is_some_and(|rest| !rest.is_empty() && rest != "**" && !rest.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn a_pattern_holds_what_lies_in_it() {
        let table = [
            ("**", "a/*", true),
            ("legacy/**", "legacy/a/**", true),
            ("legacy/**", "legacy/x.c", true),
            ("legacy/**", "legacy2/x.c", false),
            ("src/*", "src/a.c", true),
            ("src/*", "src/a/b.c", false),
            ("src/*", "src/**", false),
            ("src/a.c", "src/*", false),
            ("*", "a.c", true),
            ("*", "a/b", false),
        ];
        for (outer, inner, expected) in table {
            assert_eq!(within(outer, inner), expected, "{outer} {inner}");
        }
    }
}
