//! Any bytes, given to every reader: what is said about them can be drawn, has a code and a next step, and holds no byte
//! that moves a cursor.
#![no_main]

use changeward::model::RepoPath;
use changeward::parse;
use libfuzzer_sys::fuzz_target;
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    said(parse::config(&text, "config.toml"));
    said(parse::matrix(&text, "ownership.toml"));
    said(parse::template(&text, "template.toml"));
    said(parse::lockdown(&text, "lockdown.toml"));
    said(parse::exception(&text, "exception.toml"));
    said(parse::forge_facts(&text, "facts.json"));
    said(parse::outcomes(&text, "outcomes.json"));
    said(parse::diff::diff(data, "change.diff"));
    said(parse::calendar::calendar(data, "f.ics"));
    said(parse::dialect::github::codeowners(data, &RepoPath::from("CODEOWNERS")));
});

fn said<T, E: Diagnostic>(read: Result<T, E>) {
    let Err(error) = read else { return };
    assert!(error.code().is_some());
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::none()).with_width(80);
    let mut drawn = String::new();
    assert!(handler.render_report(&mut drawn, &error).is_ok());
    assert!(drawn.contains("help:"), "{drawn}");
    assert!(!drawn.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{drawn:?}");
}
