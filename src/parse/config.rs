//! `.changeward/config.toml`: scope, control files, authorities, emergencies, calendars, parameters.

use super::problem::{InvalidFile, Problem};
use super::reading::{Fields, Reading};
use crate::model::{
    CalendarRule, Config, ConftestConfig, ConftestParser, Dialect, IncidentIssues, OwnersReading, OwnershipConfig,
    Pattern, Severity, Span,
};

/// Reads the configuration.
///
/// # Errors
/// Every mistake of the file.
pub fn config(text: &str, file: &str) -> Result<Config, InvalidFile> {
    let reading = Reading::toml("config", text, file);
    let config = build(&reading);
    let faults = faults(reading.root());
    reading.finish(Some(config), faults)
}

fn build(reading: &Reading<'_>) -> Config {
    let root = reading.root();
    let default = Config::default();
    let (scope, control, emergency) = (root.table("scope"), root.table("control"), root.table("emergency"));
    let exceptions = root.table("exceptions");
    let calendar = |entry: Fields<'_>| {
        Some(CalendarRule {
            file: entry.text("file")?,
            environments: entry.texts("environments"),
            approvers: entry.principals("approvers"),
            place: reading.place(&entry.own_span()),
        })
    };
    Config {
        scope_include: scope.globs("include"),
        scope_exclude: scope.globs("exclude"),
        control_owners: control.principals("owners"),
        control_files: control.globs("files").into_iter().chain(conftest_files(root)).collect(),
        change_authority: root.table("change_authority").principals("who"),
        min_samples: root.table("templates").int("min_samples").and_then(|n| u64::try_from(n).ok()).unwrap_or(0),
        emergency_max_severity: emergency.int("max_severity").unwrap_or(default.emergency_max_severity),
        emergency_claim_ttl: emergency.duration("claim_ttl").unwrap_or(default.emergency_claim_ttl),
        emergency_submitters: emergency.principals("submitters"),
        emergency_review_within: emergency.duration("review_within").unwrap_or(default.emergency_review_within),
        incidents: incidents(emergency),
        approval_expires_after: root
            .table("approval")
            .duration("expires_after")
            .unwrap_or(default.approval_expires_after),
        exceptions_max_days: exceptions.int("max_days").unwrap_or(default.exceptions_max_days),
        exceptions_warn_days: exceptions.int("warn_days").unwrap_or(default.exceptions_warn_days),
        calendars: root.tables("calendar").filter_map(calendar).collect(),
        ownership: ownership(root.table("ownership")),
        conftest: conftest(root),
        params: root.table("policy").named("params").map(|(name, _, node)| (name.to_owned(), node.datum())).collect(),
    }
}

fn incidents(emergency: Fields<'_>) -> Option<IncidentIssues> {
    emergency.node("incidents")?;
    let fields = emergency.table("incidents");
    let text = |key, default: &str| fields.text(key).unwrap_or_else(|| default.to_owned());
    Some(IncidentIssues {
        label: text("label", "incident"),
        severity_prefix: text("severity_prefix", "sev"),
        affects_prefix: text("affects_prefix", "affects:"),
        declarers: fields.principals("declarers"),
    })
}

fn conftest(root: Fields<'_>) -> Option<ConftestConfig> {
    root.node("conftest")?;
    let fields = root.table("conftest");
    let parser = |(name, _, node): (&str, _, &super::document::Node)| {
        Some((Pattern::glob(name).ok()?, ConftestParser::parse(node.text()?)?))
    };
    let namespaces = fields.texts("namespace");
    Some(ConftestConfig {
        policy: fields.texts("policy").iter().map(|path| plain(path)).collect(),
        data: fields.texts("data").iter().map(|path| plain(path)).collect(),
        namespaces: if namespaces.is_empty() { vec!["main".to_owned()] } else { namespaces },
        files: fields.globs("files"),
        parsers: fields.named("parser").filter_map(parser).collect(),
        combine: fields.flag("combine"),
        fail_on_warn: fields.flag("fail_on_warn"),
    })
}

/// A path as git spells it.
fn plain(path: &str) -> String {
    path.trim_start_matches("./").trim_end_matches('/').to_owned()
}

/// Whoever edits these policies edits what controls the gate.
fn conftest_files(root: Fields<'_>) -> Vec<Pattern> {
    let conftest = root.table("conftest");
    let paths = conftest.texts("policy").into_iter().chain(conftest.texts("data"));
    let both = paths.flat_map(|path| {
        let escaped: String = plain(&path).chars().flat_map(escape).collect();
        [format!("/{escaped}"), format!("/{escaped}/**")]
    });
    both.filter_map(|text| Pattern::glob(&text).ok()).collect()
}

fn escape(c: char) -> Vec<char> {
    if matches!(c, '*' | '?' | '[' | ']' | '{' | '}' | '\\') { vec!['\\', c] } else { vec![c] }
}

fn ownership(fields: Fields<'_>) -> OwnershipConfig {
    let default = OwnershipConfig::default();
    let severity = |word: &str| match word {
        "info" => Some(Severity::Info),
        "warn" => Some(Severity::Warn),
        "error" => Some(Severity::Error),
        _ => None,
    };
    let severities = fields.named("severity");
    OwnershipConfig {
        codeowners: fields.word("codeowners", |word| match word {
            "github" => Some(Dialect::Github),
            "gitlab" => Some(Dialect::Gitlab),
            _ => None,
        }),
        owners: match fields.text("owners").as_deref() {
            Some("kubernetes") => OwnersReading::As(Dialect::Kubernetes),
            Some("chromium") => OwnersReading::As(Dialect::Chromium),
            Some("none") => OwnersReading::Not,
            _ => OwnersReading::Auto,
        },
        required_rows: fields.texts("required_rows"),
        most_rows: fields.int("most_rows").and_then(|n| u32::try_from(n).ok()).unwrap_or(default.most_rows),
        drift_window: fields.duration("drift_window").unwrap_or(default.drift_window),
        severity: severities.map(|(code, _, node)| (code.to_owned(), node.text().and_then(severity))).collect(),
    }
}

fn faults(root: Fields<'_>) -> Vec<Problem> {
    let approval = root.table("approval");
    let never = approval.duration("expires_after").is_some_and(|span| span == Span(0));
    let problem = Problem::new(
        "never_valid",
        "approvals that hold for no time at all never count",
        approval.span("expires_after"),
        "no time",
        "write how long an approval holds, such as \"14d\"",
    );
    let parsers = root.table("conftest").named("parser").filter_map(|(name, place, _)| {
        let error = Pattern::glob(name).err()?;
        let message = format!("{} is no pattern", super::problem::quoted(name));
        let help = "`*` stands for any part of one name, `**` for any number of folders: \"**/*.conf\"";
        Some(Problem::new("bad_glob", message, place, error.msg, help))
    });
    never.then_some(problem).into_iter().chain(parsers).collect()
}
