//! A decision in JUnit: a case with the verdict, a case per reason that blocks (a failure), per reason of the class and per
//! finding (passed, with its words), and per level of approval (passed, or skipped while it is missing).

use super::{Counts, Outcome, PATHS, TEXT, write_end, write_finding, write_head, write_properties};
use crate::model::{Decision, Level, Verdict};
use crate::report::escape::xml;
use crate::report::words;
use std::io::{self, Write};

/// Writes the document and a line end.
pub(in crate::report) fn write(decision: &Decision, out: &mut impl Write) -> io::Result<()> {
    let why = words::why(decision).count();
    let tests = 1 + why + decision.findings.len() + decision.required.len();
    let failures = decision.block.len() + usize::from(decision.verdict() == Verdict::Block);
    let skipped = decision.missing().count() + usize::from(decision.verdict() == Verdict::Pending);
    write_head(&Counts { tests, failures, skipped }, decision.evaluated_at, out)?;
    write_properties(properties(decision), out)?;
    write_verdict(decision, out)?;
    for (blocks, reason) in words::why(decision) {
        let (role, outcome) = if blocks { ("block", Outcome::Failed) } else { ("reason", Outcome::Passed) };
        write_finding(role, reason, words::first_place(reason).as_deref(), outcome, out)?;
    }
    for finding in &decision.findings {
        write_finding("finding", finding, words::first_place(finding).as_deref(), Outcome::Passed, out)?;
    }
    for level in &decision.required {
        write_level(level, out)?;
    }
    write_end(out)
}

fn properties(decision: &Decision) -> [(&'static str, String); 7] {
    let id = |id: &Option<crate::model::CommitId>| id.as_ref().map_or_else(String::new, |id| id.0.clone());
    [
        ("class", decision.class.as_str().to_owned()),
        ("verdict", decision.verdict().as_str().to_owned()),
        ("automatic", decision.automatic().to_string()),
        ("risk", decision.risk.as_str().to_owned()),
        ("environment", decision.environment.clone()),
        ("base", id(&decision.base)),
        ("head", id(&decision.head)),
    ]
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
