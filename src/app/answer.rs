//! An answer in words: the formats and what the reader's screen can do.

pub use crate::report::{
    AuditFormat, Compared, Format, OwnersFormat, RosterFormat, Style, TemplateFormat, TemplateTestFormat, TestFormat,
    render, render_audit, render_made, render_owners, render_owners_notes, render_template, render_template_tests,
    render_templates, render_test_list, render_tests,
};
