//! An audit in Markdown, for a comment or the summary of a job: what fails first, the coverage, then the rest.

use super::words;
use crate::model::{AuditFinding, AuditReport, Severity};
use crate::report::Style;
use crate::report::escape::{markdown_cell, markdown_cell_code};
use crate::report::markdown::{Page, code, prose};
use std::io::{self, Write};

/// Findings shown where not everything is asked for.
const FEW: usize = 20;

/// Directories shown where not everything is asked for.
const TOPS: usize = 10;

/// Entries of any list where everything is asked for; the document has a limit of its own.
const MANY: usize = 1000;

/// Writes the text and a line end.
pub(super) fn write(report: &AuditReport, style: &Style, out: &mut impl Write) -> io::Result<()> {
    let (few, tops) = if style.explain { (MANY, MANY) } else { (FEW, TOPS) };
    let mut page = Page::new();
    let (symbol, said) = match (report.fails(), report.open().count()) {
        (true, _) => ("⛔", "fails"),
        (false, 0) => ("✅", "nothing to mend"),
        (false, _) if report.is_unjudged() => ("⚠️", "not judged"),
        (false, _) => ("✅", "passes"),
    };
    page.frame(&format!("## {symbol} Ownership: {said}"));
    page.frame("");
    page.line(&format!("{} at {}.", prose(&words::counts(report)), code(&report.state)));
    coverage(report, tops, &mut page);
    for (title, severity) in [("Errors", Severity::Error), ("Warnings", Severity::Warn), ("Notes", Severity::Info)] {
        let open = report.open().filter(|found| found.finding.severity == severity);
        findings(title, &open.collect::<Vec<_>>(), few, &mut page);
    }
    let accepted: Vec<&AuditFinding> = report.findings.iter().filter(|found| found.accepted.is_some()).collect();
    findings("Accepted for now", &accepted, few, &mut page);
    page.frame("");
    for note in &report.notes {
        page.line(&format!("Note: {}.", prose(note)));
        page.frame("");
    }
    page.line(&format!("{}.", prose(&words::drift(report.drift.as_ref()))));
    page.write(out)
}

fn coverage(report: &AuditReport, most: usize, page: &mut Page) {
    let lines = words::has_lines(&report.coverage);
    page.title("### Coverage");
    page.frame("| | files | lines | directories |");
    page.frame("| --- | ---: | ---: | ---: |");
    let share = |name: &str, share: &crate::model::Share| {
        let cells = words::measures(share).map(|(what, part, all)| match what {
            "lines" if !lines => "-".to_owned(),
            _ => format!("{} ({} of {})", words::percent(part, all), words::number(part), words::number(all)),
        });
        format!("| {name} | {} |", cells.join(" | "))
    };
    page.line(&share("**all**", &report.coverage.all));
    let tops = words::by_gap(&report.coverage);
    for (name, of) in tops.iter().take(most) {
        page.line(&share(&markdown_cell_code(name), of));
    }
    if tops.len() > most {
        page.frame("");
        page.more(tops.len(), most);
    }
    let tiers = words::tiers(&report.coverage);
    if tiers.iter().any(|(name, _)| name != "no tier") {
        page.frame("");
        page.frame("| owned by | files | lines |");
        page.frame("| --- | ---: | ---: |");
        for (name, size) in tiers {
            let lines = if lines { words::number(size.lines) } else { "-".to_owned() };
            page.line(&format!("| {} | {} | {lines} |", markdown_cell(&name), words::number(size.files)));
        }
    }
}

fn findings(title: &str, all: &[&AuditFinding], most: usize, page: &mut Page) {
    if all.is_empty() {
        return;
    }
    page.title(&format!("### {title}"));
    for found in all.iter().take(most) {
        let finding = &found.finding;
        let place = finding.paths.first().map(|path| match finding.line {
            Some(line) => format!(" — {}", code(&format!("{path}:{line}"))),
            None => format!(" — {}", code(path)),
        });
        let place = place.unwrap_or_default();
        page.line(&format!("- {} {}{place}", code(&finding.code), prose(&words::message(found))));
        match (&found.accepted, &finding.help) {
            (Some(by), _) => page.line(&format!("  - {}", prose(&words::accepted(by)))),
            (None, Some(help)) => page.line(&format!("  - → {}", prose(help))),
            (None, None) => {}
        }
    }
    page.more(all.len(), most);
}
