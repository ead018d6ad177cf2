//! For a person at a terminal: how much is owned, how many faults there are, the gravest with their next step.

use super::words;
use crate::model::{AuditFinding, AuditReport, Severity};
use crate::report::Style;
use crate::report::escape::terminal;
use crate::report::text::{Light, Line, Para, Tone, write_lines};
use std::collections::HashMap;
use std::io::{self, Write};

/// Findings of the first screen.
const WORST: usize = 5;

/// Of these, findings of one code: a hundred of the same say no more than two.
const ALIKE: usize = 2;

/// Top-level directories of the first screen.
const TOPS: usize = 5;

/// The widest first column of a table.
const COLUMN: usize = 32;

/// Writes the report.
pub(super) fn write(report: &AuditReport, style: &Style, out: &mut impl Write) -> io::Result<()> {
    let page = Page { report, width: style.width.max(40), all: style.explain };
    let mut lines = page.head();
    lines.extend(page.coverage());
    lines.extend(page.findings());
    lines.extend(page.rest());
    write_lines(&lines, style, out)
}

struct Page<'a> {
    report: &'a AuditReport,
    width: usize,
    all: bool,
}

impl Page<'_> {
    fn lines(&self, para: Para, most: usize) -> Vec<Line> {
        para.lines(self.width, (!self.all).then_some(most))
    }

    fn most(&self, few: usize) -> usize {
        if self.all { usize::MAX } else { few }
    }

    /// Which state, and how it comes out.
    fn head(&self) -> Vec<Line> {
        let report = self.report;
        let what = Para::new(0, 2).ours(Tone::Strong, "OWNERSHIP").then(":").theirs(Tone::Plain, &report.state);
        let open = report.open().count();
        let (light, banner) = match (report.fails(), open) {
            (true, _) => (Light::Red, " ✗ FAILS "),
            (false, 0) => (Light::Green, " ✓ NOTHING TO MEND "),
            (false, _) if report.is_unjudged() => (Light::Yellow, " NOT JUDGED "),
            (false, _) => (Light::Yellow, " ✓ PASSES "),
        };
        let said =
            Para::new(0, 2).block(Tone::Banner(light), banner.to_owned()).ours(Tone::Strong, &words::counts(report));
        [self.lines(what, 2), self.lines(said, 2)].concat()
    }

    fn coverage(&self) -> Vec<Line> {
        let coverage = &self.report.coverage;
        let mut lines = title("Coverage");
        for (name, part, all) in words::measured(coverage) {
            let tone = if part == all { Tone::Good } else { Tone::Wait };
            let para = Para::new(2, 4)
                .column(Tone::Plain, name, 12)
                .block(tone, format!("{:>7}", words::percent(part, all)))
                .ours(Tone::Dim, &format!("{} of {} owned", words::number(part), words::number(all)));
            lines.extend(self.lines(para, 1));
        }
        let tops = words::by_gap(coverage);
        let gaps: Vec<_> = tops.iter().filter(|(_, share)| self.all || share.owned.files < share.files()).collect();
        if !gaps.is_empty() {
            lines.extend(self.heading(if self.all { "by top-level directory" } else { "least owned" }));
        }
        let shown = gaps.iter().take(self.most(TOPS));
        let column = shown.clone().map(|(name, _)| name.chars().count()).max().unwrap_or(0).min(COLUMN);
        for (name, share) in shown {
            let missing = share.files() - share.owned.files;
            let gap = match (missing, share.cleared.files) {
                (0, _) => format!("{}, all owned", words::counted(share.files(), "file")),
                (_, 0) => String::new(),
                (_, cleared) => format!(", {} of them cleared", words::number(cleared)),
            };
            let of = format!("{} of {} files without an owner", words::number(missing), words::number(share.files()));
            let told = if missing == 0 { gap } else { of + &gap };
            let para = Para::new(4, 6)
                .column(Tone::Plain, name, column)
                .block(Tone::Plain, format!("{:>7}", words::percent(share.owned.files, share.files())))
                .ours(Tone::Dim, &told);
            lines.extend(self.lines(para, 1));
        }
        if gaps.len() > self.most(TOPS) {
            let more = format!("and {} more; --all shows them", words::number((gaps.len() - TOPS) as u64));
            lines.extend(self.lines(Para::new(4, 4).ours(Tone::Dim, &more), 1));
        }
        lines.extend(self.tiers());
        lines
    }

    /// How much each tier owns, where rows have tiers at all.
    fn tiers(&self) -> Vec<Line> {
        let tiers = words::tiers(&self.report.coverage);
        if tiers.iter().all(|(name, _)| name == "no tier") {
            return Vec::new();
        }
        let mut lines = self.heading("owned by tier");
        for (name, size) in tiers {
            let lines_of = format!(", {}", words::counted(size.lines, "line"));
            let lines_of = if words::has_lines(&self.report.coverage) { lines_of } else { String::new() };
            let count = format!("{}{lines_of}", words::counted(size.files, "file"));
            let para = Para::new(4, 6).column(Tone::Plain, &name, 8).ours(Tone::Dim, &count);
            lines.extend(self.lines(para, 1));
        }
        lines
    }

    fn heading(&self, text: &str) -> Vec<Line> {
        self.lines(Para::new(2, 2).ours(Tone::Dim, text), 1)
    }

    fn findings(&self) -> Vec<Line> {
        let findings = &self.report.findings;
        let open: Vec<&AuditFinding> = self.report.open().collect();
        let mut lines = Vec::new();
        if !open.is_empty() {
            lines.extend(title("Findings"));
        }
        let shown = self.shown(&open);
        if open.len() > 1 {
            lines.extend(self.codes());
        }
        for found in &shown {
            lines.extend(self.finding(found));
        }
        if open.len() > shown.len() {
            let more = format!("and {} more; --all shows them", words::number((open.len() - shown.len()) as u64));
            lines.extend(self.lines(Para::new(2, 2).ours(Tone::Dim, &more), 1));
        }
        let accepted: Vec<&AuditFinding> = findings.iter().filter(|found| found.accepted.is_some()).collect();
        if !accepted.is_empty() && self.all {
            lines.extend(title("Accepted for now"));
            accepted.iter().for_each(|found| lines.extend(self.finding(found)));
        }
        lines
    }

    /// How many there are of each code.
    fn codes(&self) -> Vec<Line> {
        let mut para = Para::new(2, 2);
        for (n, (code, severity, many)) in words::by_code(self.report).into_iter().enumerate() {
            para = if n > 0 { para.then(",") } else { para };
            para = para.block(tone(severity), format!("{} {}", terminal(code), words::number(many)));
        }
        self.lines(para, 4)
    }

    /// The gravest, not too many of one code.
    fn shown<'f>(&self, open: &[&'f AuditFinding]) -> Vec<&'f AuditFinding> {
        let mut alike: HashMap<&str, usize> = HashMap::new();
        let mut shown = Vec::new();
        for found in open {
            let seen = alike.entry(&found.finding.code).or_default();
            *seen += 1;
            if *seen <= self.most(ALIKE) && shown.len() < self.most(WORST) {
                shown.push(*found);
            }
        }
        shown
    }

    /// Its code and message, where it stands, its next step.
    fn finding(&self, found: &AuditFinding) -> Vec<Line> {
        let (symbol, tone) = match (found.accepted.is_some(), found.finding.severity) {
            (true, _) => ("·", Tone::Dim),
            (false, Severity::Error) => ("✗", tone(Severity::Error)),
            (false, Severity::Warn) => ("!", tone(Severity::Warn)),
            (false, Severity::Info) => ("-", tone(Severity::Info)),
        };
        let said = Para::new(2, 4).block(tone, symbol.to_owned()).name(Tone::Strong, &found.finding.code).then(":");
        let mut lines = self.lines(said.theirs(Tone::Plain, &words::message(found)), 3);
        if let Some((first, rest)) = found.finding.paths.split_first() {
            let place = found.finding.line.map_or_else(|| first.clone(), |line| format!("{first}:{line}"));
            let mut para = Para::new(4, 6).ours(Tone::Dim, "at").name(Tone::Dim, &place);
            for path in rest.iter().take(self.most(2)) {
                para = para.then(",").name(Tone::Dim, path);
            }
            lines.extend(self.lines(para, 1));
        }
        if let Some(by) = &found.accepted {
            lines.extend(self.lines(Para::new(4, 6).theirs(Tone::Dim, &words::accepted(by)), 1));
        } else if let Some(help) = &found.finding.help {
            lines.extend(self.lines(Para::new(4, 6).ours(Tone::Good, "→").theirs(Tone::Plain, help), 2));
        }
        lines
    }

    /// What was not judged, and what was not asked.
    fn rest(&self) -> Vec<Line> {
        let mut lines = vec![Line::new()];
        for note in &self.report.notes {
            lines.extend(self.lines(Para::new(0, 2).ours(Tone::Wait, "note:").theirs(Tone::Plain, note), 2));
        }
        let drift = words::drift(self.report.drift.as_ref());
        lines.extend(self.lines(Para::new(0, 2).theirs(Tone::Dim, &drift), 2));
        lines
    }
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Error => Tone::Bad,
        Severity::Warn => Tone::Wait,
        Severity::Info => Tone::Plain,
    }
}

fn title(text: &str) -> Vec<Line> {
    vec![Line::new(), vec![(Tone::Strong, text.to_owned())]]
}
