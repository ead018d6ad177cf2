//! The document of `owners audit --format json`: a frozen record, version 1. Grow it by adding.

use crate::model::{AuditFinding, AuditReport, DriftWindow, RepoPath, Severity, Share, Size};
use crate::report::json::{FindingRecord, exact_bytes, write_document};
use serde::{Serialize, Serializer};
use std::io::{self, Write};

/// Writes the document and a line end.
pub(super) fn write(report: &AuditReport, out: &mut impl Write) -> io::Result<()> {
    let coverage = &report.coverage;
    write_document(
        &Document {
            version: 1,
            revision: report.commit.as_ref().map(|commit| commit.0.as_str()),
            state: &report.state,
            evaluated_at: report.now.to_string(),
            fails: report.fails(),
            counts: Counts {
                error: report.number(Severity::Error),
                warn: report.number(Severity::Warn),
                info: report.number(Severity::Info),
                accepted: report.findings.iter().filter(|found| found.accepted.is_some()).count(),
            },
            coverage: CoverageRecord {
                all: share(&coverage.all),
                directories: coverage.tops.iter().map(|(path, of)| top(path.as_ref(), of)).collect(),
                tiers: coverage.tiers.iter().map(|(tier, size)| Tier { tier: *tier, owned: owned(*size) }).collect(),
                files_not_counted: coverage.uncounted,
            },
            findings: Findings(report),
            drift: report.drift.as_ref().map(window),
            notes: &report.notes,
        },
        out,
    )
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    revision: Option<&'a str>,
    state: &'a str,
    evaluated_at: String,
    fails: bool,
    counts: Counts,
    coverage: CoverageRecord,
    findings: Findings<'a>,
    drift: Option<Window>,
    notes: &'a [String],
}

/// Findings that count, by their severity, and those that do not.
#[derive(Serialize)]
struct Counts {
    error: usize,
    warn: usize,
    info: usize,
    accepted: usize,
}

#[derive(Serialize)]
struct CoverageRecord {
    all: ShareRecord,
    directories: Vec<Top>,
    tiers: Vec<Tier>,
    files_not_counted: u64,
}

#[derive(Serialize)]
struct Top {
    /// Absent for the files that stand at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_bytes: Option<String>,
    #[serde(flatten)]
    share: ShareRecord,
}

fn top(path: Option<&RepoPath>, of: &Share) -> Top {
    Top { path: path.map(RepoPath::quoted), path_bytes: path.and_then(exact_bytes), share: share(of) }
}

#[derive(Serialize)]
struct ShareRecord {
    owned: SizeRecord,
    unowned: SizeRecord,
    cleared: SizeRecord,
    directories: DirectoriesRecord,
}

#[derive(Serialize)]
struct DirectoriesRecord {
    all: u64,
    owned: u64,
}

#[derive(Serialize)]
struct SizeRecord {
    files: u64,
    lines: u64,
}

#[derive(Serialize)]
struct Tier {
    tier: Option<u8>,
    owned: SizeRecord,
}

fn owned(size: Size) -> SizeRecord {
    SizeRecord { files: size.files, lines: size.lines }
}

fn share(of: &Share) -> ShareRecord {
    ShareRecord {
        owned: owned(of.owned),
        unowned: owned(of.unowned),
        cleared: owned(of.cleared),
        directories: DirectoriesRecord { all: of.directories, owned: of.directories_owned },
    }
}

/// The findings, made one at a time as they are written.
struct Findings<'a>(&'a AuditReport);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.findings.iter().map(|found| record(self.0, found)))
    }
}

#[derive(Serialize)]
struct AuditRecord<'a> {
    #[serde(flatten)]
    finding: FindingRecord<'a>,
    subject: &'a str,
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<u8>,
    fails: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    accepted: Option<Accepted<'a>>,
}

#[derive(Serialize)]
struct Accepted<'a> {
    owner: &'a str,
    expires_at: String,
}

fn record<'a>(report: &AuditReport, found: &'a AuditFinding) -> AuditRecord<'a> {
    AuditRecord {
        finding: FindingRecord::of(&found.finding),
        subject: &found.subject,
        count: found.count,
        tier: found.tier,
        fails: report.is_failure(found),
        accepted: found
            .accepted
            .as_ref()
            .map(|by| Accepted { owner: by.owner.as_str(), expires_at: by.expires_at.to_string() }),
    }
}

#[derive(Serialize)]
struct Window {
    since: String,
    days: i64,
    commits: u64,
    authors: u64,
    cut: bool,
    rows_not_judged: u64,
}

fn window(of: &DriftWindow) -> Window {
    Window {
        since: of.since.to_string(),
        days: of.span.days(),
        commits: of.commits,
        authors: of.people,
        cut: of.cut,
        rows_not_judged: of.unjudged,
    }
}
