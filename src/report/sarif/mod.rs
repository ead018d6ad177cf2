//! SARIF 2.1.0 (OASIS), in the subset GitHub's code scanning shows.
//!
//! Code scanning refuses a file in which one result has no location, and shows no result without a start line; a finding
//! about no path in particular is therefore placed on the first changed file. It matches results across runs by their
//! fingerprint, which here is the rule, the first path and which of several such results it is: not the message, whose
//! numbers change.

mod audit;
mod decision;
mod policy_lint;

pub(super) use audit::write as write_audit;
pub(super) use decision::write;
pub(super) use policy_lint::write as write_policy_lint;

use super::escape::{sarif, unquoted, uri};
use super::{json, words};
use crate::model::{AuditLint, Finding, Stretch};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Locations of one result; code scanning shows the first 100 of at most 1,000.
const LOCATIONS: usize = 100;

/// Results of one run; code scanning refuses a file with more than 25,000.
const RESULTS: usize = 25_000;

/// Writes the log file of some results, and a line end. What has no path is placed at `elsewhere`.
fn write_log(
    entries: &[Entry<'_>],
    elsewhere: &str,
    properties: impl Serialize,
    out: &mut impl Write,
) -> io::Result<()> {
    let driver = Driver { name: "changeward", semantic_version: env!("CARGO_PKG_VERSION"), rules: rules(entries) };
    let run = Run {
        tool: Tool { driver },
        column_kind: "unicodeCodePoints",
        results: Results { elsewhere, entries },
        properties,
    };
    json::write_document(
        &Log {
            schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            version: "2.1.0",
            runs: [run],
        },
        out,
    )
}

/// One result to be: the finding, what it is to the whole, how grave it is, its rule's index, what tells it from others of
/// its rule, and which of several equals it is.
struct Entry<'a> {
    finding: &'a Finding,
    role: &'static str,
    level: &'static str,
    rule: usize,
    subject: &'a str,
    ordinal: usize,
    /// Why it does not count, where somebody accepted it.
    accepted: Option<String>,
    /// That is said in the file itself.
    in_source: bool,
    /// Where exactly it stands in its first path.
    stretch: Option<&'a Stretch>,
    /// What its code means, where a list says so.
    lint: Option<&'a AuditLint>,
}

/// Numbers rules and equals.
#[derive(Default)]
struct Ordinals<'a> {
    rules: BTreeMap<&'a str, usize>,
    seen: BTreeMap<(&'a str, &'a str), usize>,
}

impl<'a> Ordinals<'a> {
    fn entry(&mut self, role: &'static str, finding: &'a Finding, subject: &'a str) -> Entry<'a> {
        let next = self.rules.len();
        let rule = *self.rules.entry(&finding.code).or_insert(next);
        let ordinal = self.seen.entry((&finding.code, subject)).or_insert(0);
        *ordinal += 1;
        Entry {
            finding,
            role,
            level: "warning",
            rule,
            subject,
            ordinal: *ordinal,
            accepted: None,
            in_source: false,
            stretch: None,
            lint: None,
        }
    }
}

#[derive(Serialize)]
struct Log<'a, P> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a, P>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a, P> {
    tool: Tool<'a>,
    column_kind: &'static str,
    results: Results<'a>,
    properties: P,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    short_description: Text,
    full_description: Text,
    help: Text,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

impl<'a> Rule<'a> {
    fn of(lint: &'a AuditLint, level: &'static str) -> Self {
        let text = |text: &str| Text { text: sarif(text) };
        Self {
            id: lint.code,
            short_description: text(lint.meaning),
            full_description: text(&format!("{}. Next: {}.", lint.meaning, lint.mend)),
            help: text(&format!("Next: {}.", lint.mend)),
            default_configuration: Configuration { level },
        }
    }
}

/// One rule per code, in the order of the results; its words are those of its lint, or of its first finding.
fn rules<'a>(entries: &[Entry<'a>]) -> Vec<Rule<'a>> {
    let mut rules: Vec<Rule<'a>> = Vec::new();
    for entry in entries.iter().take(RESULTS) {
        if entry.rule != rules.len() {
            continue;
        }
        let finding = entry.finding;
        if let Some(lint) = entry.lint {
            rules.push(Rule::of(lint, entry.level));
            continue;
        }
        let place = finding.rule.as_ref().map_or_else(String::new, |rule| format!(" Rule: {rule}."));
        let help = finding.help.as_deref().unwrap_or("see `changeward check --explain`").trim_end_matches('.');
        rules.push(Rule {
            id: &finding.code,
            short_description: Text { text: sarif(&words::clip(&finding.code, 255)) },
            full_description: Text { text: sarif(&words::clip(&finding.msg, 1_000)) },
            help: Text { text: sarif(&words::clip(&format!("Next: {help}.{place}"), 1_000)) },
            default_configuration: Configuration { level: entry.level },
        });
    }
    rules
}

struct Results<'a> {
    elsewhere: &'a str,
    entries: &'a [Entry<'a>],
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.entries.iter().take(RESULTS).map(|entry| ResultRecord::of(entry, self.elsewhere)))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultRecord<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: Vec<Location>,
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<[Suppression; 1]>,
    properties: ResultProperties,
}

impl<'a> ResultRecord<'a> {
    fn of(entry: &Entry<'a>, elsewhere: &str) -> Self {
        let finding = entry.finding;
        let located = finding.paths.iter().take(LOCATIONS).enumerate();
        let mut locations: Vec<Location> = located
            .map(|(n, path)| match entry.stretch.filter(|_| n == 0) {
                Some(stretch) => Location::at(path, stretch),
                None => Location::of(path, if n == 0 { finding.line } else { None }),
            })
            .filter(|location| !location.physical_location.artifact_location.uri.is_empty())
            .collect();
        if locations.is_empty() {
            locations.push(Location::of(elsewhere, None));
        }
        Self {
            rule_id: &finding.code,
            rule_index: entry.rule,
            level: entry.level,
            message: Text { text: sarif(&words::clip(&message(finding), 4_000)) },
            locations,
            partial_fingerprints: Fingerprints {
                v1: format!("{:016x}:{}", fingerprint([&finding.code, entry.subject]), entry.ordinal),
            },
            suppressions: entry.accepted.as_ref().map(|why| {
                [Suppression { kind: if entry.in_source { "inSource" } else { "external" }, justification: sarif(why) }]
            }),
            properties: ResultProperties {
                role: entry.role,
                paths: finding.paths.len(),
                rule: finding.rule.as_ref().map(|rule| sarif(&rule.to_string())),
            },
        }
    }
}

fn message(finding: &Finding) -> String {
    match &finding.help {
        Some(help) => format!("{}. Next: {help}", finding.msg.trim_end_matches('.')),
        None => finding.msg.clone(),
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u32>,
}

impl Location {
    fn of(path: &str, line: Option<u32>) -> Self {
        let artifact_location = ArtifactLocation { uri: uri(&unquoted(path)), uri_base_id: "%SRCROOT%" };
        let region =
            Region { start_line: line.unwrap_or(1).max(1), start_column: None, end_line: None, end_column: None };
        Self { physical_location: PhysicalLocation { artifact_location, region } }
    }

    fn at(path: &str, stretch: &Stretch) -> Self {
        let mut location = Self::of(path, Some(stretch.line));
        let region = &mut location.physical_location.region;
        region.start_column = Some(stretch.column);
        region.end_line = Some(stretch.end_line);
        region.end_column = Some(stretch.end_column);
        location
    }
}

#[derive(Serialize)]
struct Fingerprints {
    #[serde(rename = "changeward/v1")]
    v1: String,
}

/// SARIF 2.1.0, 3.35: the result does not count, and why.
#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

#[derive(Serialize)]
struct ResultProperties {
    role: &'static str,
    paths: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
}

/// FNV-1a over the parts, each ended by a zero: stable across versions of the compiler, unlike the standard hasher.
fn fingerprint<const N: usize>(parts: [&str; N]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes().chain(std::iter::once(0)));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn a_fingerprint_never_changes() {
        // FNV-1a's published value for "a" and a zero byte, computed by hand: ((basis ^ 0x61) * prime ^ 0) * prime.
        let a = (0xcbf2_9ce4_8422_2325_u64 ^ 0x61).wrapping_mul(0x0100_0000_01b3);
        assert_eq!(fingerprint(["a"]), a.wrapping_mul(0x0100_0000_01b3));
        assert_ne!(fingerprint(["ab", "c"]), fingerprint(["a", "bc"]));
    }
}
