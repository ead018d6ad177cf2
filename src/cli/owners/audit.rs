//! `changeward owners audit`

use super::AtArgs;
use crate::app::answer::{self, AuditFormat, Style};
use crate::app::failure::Failure;
use crate::app::owners::audit::{self, AuditRequest, BaselineRequest, BaselineWritten, Drift};
use crate::cli::fail_on::OnSeverity;
use crate::cli::progress::Progress;
use crate::cli::{Call, failing};
use crate::model::{Moment, Principal, Span, counted};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::Path;

const EXAMPLES: &str = "\
Examples:
  changeward owners audit                              coverage, and the gravest findings
  changeward owners audit --all                        everything
  changeward owners audit --drift=180d                 also who really changes the code
  changeward owners audit --lint UNOWNED --lint NO_A   only these
  changeward owners audit --format sarif > audit.sarif
  changeward owners audit --write-baseline --owner @kim --expires 2027-01-01

Exit codes: 0 nothing fails, 11 a finding fails the audit; 1 to 4 there is no answer";

/// How much is owned, and what is wrong with the files that say so; reads only
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct AuditArgs {
    #[command(flatten)]
    at: AtArgs,
    #[command(flatten)]
    looked: LookedArgs,
    #[command(flatten)]
    shape: ShapeArgs,
    #[command(flatten)]
    baseline: BaselineArgs,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "What is looked at")]
struct LookedArgs {
    /// Read the history: who really changes the code, in SPAN (90d, 26w) or as far back as configured
    #[arg(long, value_name = "SPAN", num_args = 0..=1, require_equals = true, value_parser = span)]
    drift: Option<Option<Span>>,
    /// Do not read the history, whatever was said before
    #[arg(long, overrides_with = "drift")]
    no_drift: bool,
    /// Do not count lines: faster, and nothing is read but names
    #[arg(long)]
    no_lines: bool,
    /// Only this lint (repeatable); `docs/ownership.md` lists them; one of the history implies --drift
    #[arg(long = "lint", value_name = "CODE", value_parser = PossibleValuesParser::new(audit::codes()), hide_possible_values = true, ignore_case = true)]
    lints: Vec<String>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "How it is answered")]
struct ShapeArgs {
    /// The shape of the answer: human, json (described by `changeward schema audit`), markdown, sarif, junit
    #[arg(long, value_name = "FORMAT", value_parser = format(), default_value = "human", hide_possible_values = true)]
    format: AuditFormat,
    /// Show everything (human and markdown)
    #[arg(long, visible_alias = "explain")]
    all: bool,
    /// How grave a finding must be to fail: error, warn, info, or never
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = OnSeverity::Error, hide_possible_values = true)]
    fail_on: OnSeverity,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "The baseline")]
struct BaselineArgs {
    /// Write .changeward/baseline.toml: what is found now is accepted; a baseline that is there is only tightened
    #[arg(long, requires = "owner", requires = "expires", conflicts_with = "lints")]
    write_baseline: bool,
    /// Who answers for what is accepted: @login, @org/team or an e-mail address
    #[arg(long, value_name = "WHO", value_parser = super::who::principal, requires = "write_baseline")]
    owner: Option<Principal>,
    /// When it ends
    #[arg(long, value_name = "DATE", value_parser = crate::cli::change::moment, requires = "write_baseline")]
    expires: Option<Moment>,
    /// Replace a baseline that is there by what is found now
    #[arg(long, requires = "write_baseline")]
    force: bool,
}

fn format() -> impl TypedValueParser<Value = AuditFormat> {
    PossibleValuesParser::new(AuditFormat::ALL.map(AuditFormat::as_str)).try_map(|word| {
        AuditFormat::ALL.into_iter().find(|format| format.as_str() == word).ok_or("there is no such format")
    })
}

fn span(text: &str) -> Result<Span, String> {
    let span = Span::parse(text).filter(|span| span.0 > 0);
    span.ok_or_else(|| "a length of time is written `90d`, `26w` or `12h`".to_owned())
}

impl AuditArgs {
    pub(super) fn run(self, call: Call<'_>) -> Result<u8, Failure> {
        let now = self.at.now(&call);
        let dir = call.dir.unwrap_or_else(|| Path::new(".").to_path_buf());
        let request = AuditRequest {
            at: self.at.meant(&dir),
            dir,
            now,
            lines: !self.looked.no_lines,
            drift: self.looked.meant(),
            only: self.looked.lints.iter().map(|code| code.to_uppercase()).collect(),
            fail_on: self.shape.fail_on.meant(),
        };
        let mut progress = Progress::of("Reading the history");
        let mut step = |done, all| progress.step(done, all);
        if let (Some(owner), Some(expires_at)) = (self.baseline.owner, self.baseline.expires) {
            let wish = BaselineRequest { owner, expires_at, afresh: self.baseline.force };
            let written = audit::write_baseline(&request, &wish, &mut step)?;
            call.out.extend_from_slice(told(&written, &wish).as_bytes());
            return Ok(0);
        }
        let report = audit::audit(&request, &mut step)?;
        drop(progress);
        let style = Style { colour: call.screen.colour, width: call.screen.width, explain: self.shape.all };
        answer::render_audit(&report, self.shape.format, &style, call.out).map_err(failing::unwritable)?;
        Ok(if report.fails() { 11 } else { 0 })
    }
}

impl LookedArgs {
    fn meant(&self) -> Drift {
        match self.drift {
            None if !self.no_drift && self.lints.iter().any(|code| audit::needs_history(&code.to_uppercase())) => {
                Drift::Configured
            }
            None => Drift::Not,
            Some(None) => Drift::Configured,
            Some(Some(span)) => Drift::Within(span),
        }
    }
}

fn told(written: &BaselineWritten, wish: &BaselineRequest) -> String {
    let verb = if written.tightened { "tightened" } else { "wrote" };
    let accepted = counted(written.accepted as u64, "finding");
    let until = wish.expires_at.date();
    let mut told = format!("{verb} {}: {accepted} accepted until {until}, by {}\n", written.file, wish.owner);
    if written.left > 0 {
        let left = counted(written.left as u64, "finding");
        told.push_str(&format!(
            "{left} count still: the baseline that was there is only tightened; --force replaces it\n"
        ));
    }
    told.push_str("commit the file: the audit of a revision reads the baseline of that revision\n");
    told
}
