//! The sentences the formats of an audit share. They are raw: whoever writes them puts them through its own sink.

pub(in crate::report) use crate::model::{counted, grouped as number};

use crate::model::{Acceptance, AuditFinding, AuditReport, Coverage, DriftWindow, Severity, Share, Size};
use std::collections::HashMap;

/// `98.2 %`, never rounded up to all nor down to nothing; `-` of nothing.
pub(in crate::report) fn percent(part: u64, all: u64) -> String {
    if all == 0 {
        return "-".to_owned();
    }
    let tenths = u128::from(part) * 1000 / u128::from(all);
    let tenths = if part > 0 { tenths.max(1) } else { tenths };
    if part == all { "100 %".to_owned() } else { format!("{}.{} %", tenths / 10, tenths % 10) }
}

/// The three measures of a part: their name, how many are owned, how many there are.
pub(in crate::report) fn measures(share: &Share) -> [(&'static str, u64, u64); 3] {
    [
        ("files", share.owned.files, share.files()),
        ("lines", share.owned.lines, share.lines()),
        ("directories", share.directories_owned, share.directories),
    ]
}

/// The measures that were taken: without lines, where none were counted.
pub(in crate::report) fn measured(coverage: &Coverage) -> Vec<(&'static str, u64, u64)> {
    let all = measures(&coverage.all);
    all.into_iter().filter(|(name, _, _)| *name != "lines" || has_lines(coverage)).collect()
}

/// Lines of some file were counted.
pub(in crate::report) fn has_lines(coverage: &Coverage) -> bool {
    coverage.uncounted < coverage.all.files() || coverage.all.files() == 0
}

/// How much is owned, in one sentence.
pub(in crate::report) fn coverage(coverage: &Coverage) -> String {
    let measure = |(name, part, all)| format!("{} of {} {name}", number(part), number(all));
    let all: Vec<String> = measured(coverage).into_iter().map(measure).collect();
    format!("owned: {}", all.join(", "))
}

/// The top-level directories in which least is owned, the worst first; those in which everything is come last.
pub(in crate::report) fn by_gap(coverage: &Coverage) -> Vec<(String, Share)> {
    let name = |path: &Option<crate::model::RepoPath>| {
        path.as_ref().map_or_else(|| "(top level)".to_owned(), |path| format!("{}/", path.quoted()))
    };
    let mut tops: Vec<(String, Share)> = coverage.tops.iter().map(|(path, share)| (name(path), *share)).collect();
    tops.sort_by_key(|(name, share)| (std::cmp::Reverse(share.files() - share.owned.files), name.clone()));
    tops
}

/// The tiers with what they own.
pub(in crate::report) fn tiers(coverage: &Coverage) -> Vec<(String, Size)> {
    let name = |tier: Option<u8>| tier.map_or_else(|| "no tier".to_owned(), |tier| format!("tier {tier}"));
    coverage.tiers.iter().map(|(tier, size)| (name(*tier), *size)).collect()
}

/// `3 errors, 12 warnings, 4 notes`, of what counts.
pub(in crate::report) fn counts(report: &AuditReport) -> String {
    let of = |severity, noun| counted(report.number(severity) as u64, noun);
    let all = [of(Severity::Error, "error"), of(Severity::Warn, "warning"), of(Severity::Info, "note")];
    let accepted = report.findings.iter().filter(|found| found.accepted.is_some()).count();
    let accepted = if accepted > 0 { format!("; {} accepted for now", number(accepted as u64)) } else { String::new() };
    let verdict = if report.is_unjudged() { " (--fail-on never)" } else { "" };
    format!("{}{verdict}{accepted}", all.join(", "))
}

/// How many findings of each code count, the gravest first, with how grave the gravest of them is.
pub(in crate::report) fn by_code(report: &AuditReport) -> Vec<(&str, Severity, u64)> {
    let mut codes: Vec<(&str, Severity, u64)> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for found in report.open() {
        let code = found.finding.code.as_str();
        let place = *places.entry(code).or_insert(codes.len());
        match codes.get_mut(place) {
            Some((_, _, many)) => *many += 1,
            None => codes.push((code, found.finding.severity, 1)),
        }
    }
    codes
}

/// Who accepted a finding, and until when.
pub(in crate::report) fn accepted(by: &Acceptance) -> String {
    format!("accepted by {} until {}", by.owner, by.expires_at.date())
}

/// What the history was asked for, or how to ask it.
pub(in crate::report) fn drift(window: Option<&DriftWindow>) -> String {
    match window {
        None => "the history was not asked who really changes the code; --drift does".to_owned(),
        Some(window) => {
            let cut = if window.cut {
                "; the clone is shallow and ends inside this time, older commits are missing"
            } else {
                ""
            };
            let (commits, people) = (counted(window.commits, "commit"), counted(window.people, "author"));
            let unjudged = match window.unjudged {
                0 => String::new(),
                many => format!("; {} not judged, as nobody here knows who is in their teams", counted(many, "row")),
            };
            format!("history since {} ({}): {commits} of {people}{unjudged}{cut}", window.since.date(), window.span)
        }
    }
}

/// What a finding says, with what it is about where the message does not say it.
pub(in crate::report) fn message(found: &AuditFinding) -> String {
    let plain = |text: &str| text.replace('`', "");
    let (msg, subject) = (plain(&found.finding.msg), plain(&found.subject));
    let known = subject.rsplit(' ').next().is_some_and(|last| msg.contains(last));
    if known { found.finding.msg.clone() } else { format!("{} [{}]", found.finding.msg, found.subject) }
}

#[cfg(test)]
mod tests {
    use super::{number, percent};

    #[test]
    fn numbers_read_well_and_never_lie() {
        assert_eq!(["0", "999", "1,000", "1,234,567"], [0, 999, 1000, 1_234_567].map(number).each_ref().map(|n| &**n));
        let table = [(0, 0, "-"), (0, 9, "0.0 %"), (1, 100_000, "0.1 %"), (99_999, 100_000, "99.9 %"), (5, 5, "100 %")];
        for (part, all, expected) in table {
            assert_eq!(percent(part, all), expected);
        }
    }
}
