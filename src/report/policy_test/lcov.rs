//! The coverage in the format of LCOV's tracefiles (geninfo(1)), which editors and coverage services read: a line is
//! evaluated once or not at all.

use crate::model::TestReport;
use crate::report::escape::terminal;
use std::io::{self, Write};

/// Writes one record a file.
pub(super) fn write(report: &TestReport, out: &mut impl Write) -> io::Result<()> {
    for (name, file) in report.coverage.iter().flat_map(|coverage| &coverage.files) {
        writeln!(out, "TN:\nSF:{}", terminal(name))?;
        for line in file.covered.union(&file.missed) {
            writeln!(out, "DA:{line},{}", u32::from(file.covered.contains(line)))?;
        }
        writeln!(out, "LF:{}\nLH:{}\nend_of_record", file.covered.len() + file.missed.len(), file.covered.len())?;
    }
    Ok(())
}
