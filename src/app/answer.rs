//! An answer in words: the formats and what the reader's screen can do.

#[cfg(feature = "github")]
pub use crate::report::gate::{dry_run, dry_run_json};
pub use crate::report::{
    AuditFormat, Compared, DoctorFormat, ExceptionsFormat, Format, OwnersFormat, PolicyLintFormat, RosterFormat, Style,
    TemplateFormat, TemplateTestFormat, TestFormat, clean, drawn, explained, render, render_audit, render_doctor,
    render_exceptions, render_made, render_owners, render_owners_notes, render_policy_lint, render_template,
    render_template_tests, render_templates, render_test_list, render_tests,
};
