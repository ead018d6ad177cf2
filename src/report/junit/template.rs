//! Tests of templates in JUnit: a case per change, failed where it comes out otherwise than it must.

use super::{Counts, TEXT, write_end, write_head, write_properties};
use crate::model::{Proof, Sample, TemplateCase, TemplateTests};
use crate::report::escape::xml;
use crate::report::template::{said, sample_said};
use crate::report::words;
use std::io::{self, Write};

/// Writes the document and a line end. That nothing was run is a failure of its own.
pub(in crate::report) fn write(tests: &TemplateTests, out: &mut impl Write) -> io::Result<()> {
    let cases = tests.cases().count();
    let nothing = tests.is_empty_handed();
    let failures = tests.failures() + tests.false_samples() + usize::from(nothing);
    let skipped = tests.samples().filter(|sample| matches!(sample.proof, Proof::Unknown(_))).count();
    let counts = Counts { tests: cases + tests.samples().count() + usize::from(nothing), failures, skipped };
    write_head(&counts, tests.now, out)?;
    write_properties([("state", tests.state.clone())], out)?;
    for template in &tests.templates {
        for case in &template.cases {
            write_case(&template.id, case, out)?;
        }
        for sample in &template.samples {
            write_sample(&template.id, sample, out)?;
        }
    }
    if nothing {
        let said = "no template has tests";
        writeln!(out, "    <testcase classname=\"changeward.template\" name=\"nothing was run\" time=\"0\">")?;
        writeln!(out, "      <failure type=\"empty\" message=\"{said}\"/>\n    </testcase>")?;
    }
    write_end(out)
}

fn write_sample(id: &str, sample: &Sample, out: &mut impl Write) -> io::Result<()> {
    let (class, name) = (xml(&words::clip(id, TEXT)), xml(&words::clip(&sample.name, TEXT)));
    write!(out, "    <testcase classname=\"changeward.template.{class}\" name=\"sample {name}\" time=\"0\">")?;
    let said = xml(&words::clip(&sample_said(sample), TEXT));
    match &sample.proof {
        Proof::Fits => writeln!(out, "\n      <system-out>{said}</system-out>\n    </testcase>"),
        Proof::False(_) => writeln!(out, "\n      <failure type=\"sample\" message=\"{said}\"/>\n    </testcase>"),
        Proof::Unknown(_) => writeln!(out, "\n      <skipped message=\"{said}\"/>\n    </testcase>"),
    }
}

fn write_case(id: &str, case: &TemplateCase, out: &mut impl Write) -> io::Result<()> {
    let (class, name) = (xml(&words::clip(id, TEXT)), xml(&words::clip(&case.file, TEXT)));
    write!(out, "    <testcase classname=\"changeward.template.{class}\" name=\"{name}\" time=\"0\" file=\"{name}\">")?;
    let said = xml(&words::clip(&said(case), TEXT));
    if case.passes() {
        writeln!(out, "\n      <system-out>{said}</system-out>\n    </testcase>")
    } else {
        writeln!(out, "\n      <failure type=\"case\" message=\"{said}\"/>\n    </testcase>")
    }
}
