//! JUnit XML, in the form CI servers agree on: a test suite with the verdict, a case per reason that blocks (a failure), per
//! reason of the class and per finding (passed, with its words), and per level of approval (passed, or skipped while it is
//! missing).

use super::escape::xml;
use super::words;
use crate::model::{Decision, Finding, Level, Verdict};
use std::io::{self, Write};

/// Writes the document and a line end.
pub(super) fn write(decision: &Decision, out: &mut impl Write) -> io::Result<()> {
    let why = words::why(decision).count();
    let tests = 1 + why + decision.findings.len() + decision.required.len();
    let failures = decision.block.len() + usize::from(decision.verdict() == Verdict::Block);
    let skipped = decision.missing().count() + usize::from(decision.verdict() == Verdict::Pending);
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"{skipped}\"");
    let stamp = decision.evaluated_at.to_string();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"changeward\" {counts} time=\"0\">")?;
    writeln!(
        out,
        "  <testsuite name=\"changeward\" {counts} time=\"0\" timestamp=\"{}\">",
        xml(stamp.trim_end_matches('Z'))
    )?;
    write_properties(decision, out)?;
    write_verdict(decision, out)?;
    for (blocks, reason) in words::why(decision) {
        write_finding(if blocks { "block" } else { "reason" }, reason, out)?;
    }
    for finding in &decision.findings {
        write_finding("finding", finding, out)?;
    }
    for level in &decision.required {
        write_level(level, out)?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn write_properties(decision: &Decision, out: &mut impl Write) -> io::Result<()> {
    let id = |id: &Option<crate::model::CommitId>| id.as_ref().map_or_else(String::new, |id| id.0.clone());
    let properties = [
        ("class", decision.class.as_str().to_owned()),
        ("verdict", decision.verdict().as_str().to_owned()),
        ("automatic", decision.automatic().to_string()),
        ("risk", decision.risk.as_str().to_owned()),
        ("environment", decision.environment.clone()),
        ("base", id(&decision.base)),
        ("head", id(&decision.head)),
    ];
    writeln!(out, "    <properties>")?;
    for (name, value) in properties {
        writeln!(out, "      <property name=\"{name}\" value=\"{}\"/>", xml(&value))?;
    }
    writeln!(out, "    </properties>")
}

fn write_verdict(decision: &Decision, out: &mut impl Write) -> io::Result<()> {
    let (class, phrase) = (words::class_title(decision.class), words::verdict_phrase(decision));
    let banner = words::verdict_banner(decision.verdict());
    let open = format!("    <testcase classname=\"changeward\" name=\"{class}\" time=\"0\"");
    let said = format!("{banner} {}", xml(&words::clip(&phrase, TEXT)));
    match decision.verdict() {
        Verdict::Approve => writeln!(out, "{open}>\n      <system-out>{said}</system-out>\n    </testcase>"),
        Verdict::Pending => writeln!(out, "{open}>\n      <skipped message=\"{said}\"/>\n    </testcase>"),
        Verdict::Block => {
            writeln!(out, "{open}>\n      <failure type=\"verdict\" message=\"{said}\"/>\n    </testcase>")
        }
    }
}

/// Characters of any one text; CI servers keep every one in memory.
const TEXT: usize = 4_000;

/// Paths of one finding.
const PATHS: usize = 100;

fn write_finding(role: &str, finding: &Finding, out: &mut impl Write) -> io::Result<()> {
    let name = words::first_place(finding).map_or_else(|| finding.code.clone(), |at| format!("{} {at}", finding.code));
    write!(
        out,
        "    <testcase classname=\"changeward.{role}\" name=\"{}\" time=\"0\"",
        xml(&words::clip(&name, TEXT))
    )?;
    if let Some(path) = finding.paths.first() {
        write!(out, " file=\"{}\"", xml(path))?;
    }
    if let Some(line) = finding.line {
        write!(out, " line=\"{line}\"")?;
    }
    let (code, msg) = (xml(&finding.code), xml(&words::clip(&finding.msg, TEXT)));
    let tag = if role == "block" { "failure" } else { "system-out" };
    match tag {
        "failure" => writeln!(out, ">\n      <failure type=\"{code}\" message=\"{msg}\">")?,
        _ => writeln!(out, ">\n      <system-out>")?,
    }
    writeln!(out, "{msg}")?;
    for path in finding.paths.iter().take(PATHS) {
        writeln!(out, "at {}", xml(path))?;
    }
    if finding.paths.len() > PATHS {
        writeln!(out, "and {} more", finding.paths.len() - PATHS)?;
    }
    if let Some(help) = &finding.help {
        writeln!(out, "next: {}", xml(&words::clip(help, TEXT)))?;
    }
    if let Some(rule) = &finding.rule {
        writeln!(out, "rule: {}", xml(&rule.to_string()))?;
    }
    writeln!(out, "      </{tag}>\n    </testcase>")
}

fn write_level(level: &Level, out: &mut impl Write) -> io::Result<()> {
    let given = words::who(&level.have, PATHS);
    let said = xml(&words::clip(&format!("{}, given by {given}", words::progress(level)), TEXT));
    writeln!(out, "    <testcase classname=\"changeward.level\" name=\"{}\" time=\"0\">", xml(&level.level))?;
    if level.met {
        writeln!(out, "      <system-out>{said}</system-out>")?;
    } else {
        let who = words::who(&level.eligible, PATHS);
        let wanted = format!("{}, may be given by {who}: {}", words::progress(level), level.why);
        writeln!(out, "      <skipped message=\"{}\"/>", xml(&words::clip(&wanted, TEXT)))?;
    }
    writeln!(out, "    </testcase>")
}
