//! The flags that say what is proposed and what is known of it, shared by every command that looks at a change.
//!
//! The only place where flags become a [`CheckRequest`].

use super::Surroundings;
use crate::app::request::{CheckRequest, DiffSource, FailOn, Spec};
use crate::model::Moment;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// Which two states are compared.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is proposed", next_display_order = 1)]
pub(super) struct SpecArgs {
    /// BASE..HEAD compares the two, BASE...HEAD starts at their merge base [default: the default branch...HEAD]
    #[arg(value_name = "RANGE", display_order = 0, value_parser = range, conflicts_with_all = ["base", "head", "staged", "worktree", "diff"])]
    range: Option<String>,
    /// Start from the merge base with REV
    #[arg(long, value_name = "REV", value_parser = revision, conflicts_with_all = ["staged", "worktree", "diff"])]
    base: Option<String>,
    /// What would land [default: HEAD]
    #[arg(long, value_name = "REV", value_parser = revision, conflicts_with_all = ["staged", "worktree", "diff"])]
    head: Option<String>,
    /// What is staged, against HEAD
    #[arg(long, alias = "cached", conflicts_with_all = ["worktree", "diff"])]
    staged: bool,
    /// What is in the worktree, staged or not, against HEAD
    #[arg(long, conflicts_with = "diff")]
    worktree: bool,
    /// A unified diff or format-patch file; - reads the standard input
    #[arg(long, value_name = "FILE")]
    diff: Option<PathBuf>,
}

/// What is known beside the diff.
#[derive(Debug, Args)]
#[command(next_help_heading = "What is known")]
pub(super) struct KnownArgs {
    /// Where it would be deployed
    #[arg(long, value_name = "ENV", default_value = "production", value_parser = environment)]
    environment: String,
    /// Decide as of TIME: RFC 3339, or a date, which is its midnight in UTC [default: now]
    #[arg(long, visible_alias = "now", value_name = "TIME", value_parser = moment)]
    at: Option<Moment>,
    /// The class asked for; it may ask, it cannot grant
    #[arg(long, value_name = "TYPE", value_enum)]
    claim: Option<ClaimType>,
    /// What a trailer of the change would say, such as Incident=INC-42 (repeatable)
    #[arg(long = "trailer", value_name = "KEY=VALUE", value_parser = trailer)]
    trailers: Vec<(String, String)>,
    /// Read the control files from DIR, not from the base revision: to try them out
    #[arg(long, value_name = "DIR")]
    control_files: Option<PathBuf>,
    /// What another tool says of the change: plan=plan.json, scan=scan.sarif, tests=junit.xml (repeatable)
    #[arg(long = "attach", value_name = "NAME=FILE", value_parser = attachment)]
    attachments: Vec<(String, PathBuf)>,
    /// What only a forge knows, as JSON: author, approvals, labels, incidents, checks
    #[arg(long, value_name = "FILE")]
    facts: Option<PathBuf>,
    /// How earlier changes went, as JSON: the breakers and usage caps of templates go by it
    #[arg(long, value_name = "FILE")]
    outcomes: Option<PathBuf>,
}

/// The classes that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ClaimType {
    /// Pre-approved by a published template
    Standard,
    /// Decided by the people who answer for it
    Normal,
    /// Cannot wait; reviewed afterwards
    Emergency,
}

impl ClaimType {
    fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Normal => "normal",
            Self::Emergency => "emergency",
        }
    }
}

/// What a command asks for beside the change.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wishes {
    /// Which verdicts fail.
    pub(super) fail_on: FailOn,
    /// The edits of every file are shown.
    pub(super) all_edits: bool,
}

/// Turns what was typed into what is meant. Files are looked for where `-C` points, as git does.
pub(super) fn request(
    spec: SpecArgs,
    known: KnownArgs,
    wishes: Wishes,
    dir: Option<&Path>,
    around: &Surroundings,
) -> CheckRequest {
    let there = |file: PathBuf| dir.map_or_else(|| file.clone(), |dir| dir.join(&file));
    CheckRequest {
        dir: dir.unwrap_or_else(|| Path::new(".")).to_path_buf(),
        spec: spec.meant(there),
        environment: known.environment,
        now: known.at.unwrap_or(around.now),
        claim: known.claim.map(|class| class.word().to_owned()),
        trailers: known.trailers,
        control_files: known.control_files.map(&there),
        facts: known.facts.map(&there),
        outcomes: known.outcomes.map(&there),
        attachments: known.attachments.into_iter().map(|(name, file)| (name, there(file))).collect(),
        all_edits: wishes.all_edits,
        fail_on: wishes.fail_on,
        program: around.program.clone(),
    }
}

impl SpecArgs {
    fn meant(self, there: impl Fn(PathBuf) -> PathBuf) -> Spec {
        match self {
            Self { range: Some(range), .. } => Spec::Range(range),
            Self { diff: Some(file), .. } if file.as_os_str() == "-" => Spec::Diff(DiffSource::Stdin),
            Self { diff: Some(file), .. } => Spec::Diff(DiffSource::File(there(file))),
            Self { staged: true, .. } => Spec::Staged,
            Self { worktree: true, .. } => Spec::Worktree,
            Self { base: None, head: None, .. } => Spec::Default,
            Self { base, head, .. } => Spec::BaseHead { base, head },
        }
    }
}

fn range(text: &str) -> Result<String, String> {
    if text.starts_with('-') {
        return Err("a range cannot begin with `-`".to_owned());
    }
    if !text.contains("..") {
        return Err(format!("a range is BASE..HEAD or BASE...HEAD; to start from one revision use `--base {text}`"));
    }
    Ok(text.to_owned())
}

/// A revision is handed to git: it must not look like a flag.
pub(super) fn revision(text: &str) -> Result<String, String> {
    if text.is_empty() || text.starts_with('-') {
        return Err("a revision is a branch, a tag or a commit".to_owned());
    }
    if text.contains("..") {
        return Err("one revision is asked for, not a range; `changeward check BASE..HEAD` takes a range".to_owned());
    }
    Ok(text.to_owned())
}

pub(super) fn environment(text: &str) -> Result<String, String> {
    let sound = !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control());
    if sound { Ok(text.to_owned()) } else { Err("an environment is one word, such as `production`".to_owned()) }
}

pub(super) fn moment(text: &str) -> Result<Moment, String> {
    Moment::parse(text).ok_or_else(|| "a time is written `2026-11-22T16:00:00Z` or `2026-11-22`".to_owned())
}

/// Splits at the first `=` or `:`, as `git interpret-trailers --trailer` does.
fn trailer(text: &str) -> Result<(String, String), String> {
    let split = text.split_once(['=', ':']).map(|(key, value)| (key.trim(), value.trim()));
    match split {
        Some((key, value))
            if !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && !value.is_empty() =>
        {
            Ok((key.to_owned(), value.to_owned()))
        }
        _ => Err("a trailer is KEY=VALUE, such as `Incident=INC-42`; a key has letters, digits and `-`".to_owned()),
    }
}

/// Splits at the first `=`. A name is a word that Rego can say after a dot.
pub(super) fn attachment(text: &str) -> Result<(String, PathBuf), String> {
    let word = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'))
    };
    match text.split_once('=') {
        Some((name, file)) if word(name) && !file.is_empty() => Ok((name.to_owned(), PathBuf::from(file))),
        _ => Err(
            "an attachment is NAME=FILE, such as `plan=plan.json`; a name begins with a small letter and has small \
                  letters, digits, `_` and `-`"
                .to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{KnownArgs, SpecArgs, Wishes, request};
    use crate::app::request::{CheckRequest, DiffSource, Spec};
    use crate::cli::Surroundings;
    use crate::model::Moment;
    use clap::{CommandFactory, Parser};
    use std::path::{Path, PathBuf};

    #[derive(Debug, Parser)]
    struct Alone {
        #[command(flatten)]
        spec: SpecArgs,
        #[command(flatten)]
        known: KnownArgs,
    }

    fn typed(line: &str, dir: Option<&Path>) -> Result<CheckRequest, clap::Error> {
        let around = Surroundings {
            now: Moment::from_unix(0),
            program: PathBuf::from("self"),
            columns: None,
            variables: Default::default(),
        };
        let args = Alone::try_parse_from(std::iter::once("x").chain(line.split_whitespace()))?;
        Ok(request(args.spec, args.known, Wishes::default(), dir, &around))
    }

    #[test]
    fn selectors_mean_what_they_say() {
        let some = |text: &str| Some(text.to_owned());
        let table = [
            ("", Spec::Default),
            ("main..topic", Spec::Range("main..topic".to_owned())),
            ("main...", Spec::Range("main...".to_owned())),
            ("--base v1", Spec::BaseHead { base: some("v1"), head: None }),
            ("--head topic", Spec::BaseHead { base: None, head: some("topic") }),
            ("--base v1 --head topic", Spec::BaseHead { base: some("v1"), head: some("topic") }),
            ("--staged", Spec::Staged),
            ("--cached", Spec::Staged),
            ("--worktree", Spec::Worktree),
            ("--diff -", Spec::Diff(DiffSource::Stdin)),
            ("--diff a.patch", Spec::Diff(DiffSource::File(PathBuf::from("a.patch")))),
        ];
        for (line, expected) in table {
            assert_eq!(typed(line, None).unwrap().spec, expected, "{line}");
        }
    }

    #[test]
    fn selectors_that_contradict_are_refused() {
        let selectors = ["a..b", "--base a", "--head b", "--staged", "--worktree", "--diff x"];
        for (n, one) in selectors.iter().enumerate() {
            for other in &selectors[n + 1..] {
                let line = format!("{one} {other}");
                assert_eq!(typed(&line, None).is_ok(), line == "--base a --head b", "{line}");
            }
        }
    }

    #[test]
    fn nonsense_is_refused_before_anything_runs() {
        let lines = [
            "main",
            "--base=--upload-pack=x",
            "--base a..b",
            "-- --output=x..y",
            "--at yesterday",
            "--claim urgent",
            "--trailer Incident",
            "--trailer =INC-1",
            "--trailer Inci_dent=1",
            "--environment=",
            "--attach plan",
            "--attach plan=",
            "--attach =plan.json",
            "--attach Plan=plan.json",
            "--attach 1plan=plan.json",
            "--attach my.plan=plan.json",
        ];
        for line in lines {
            assert_eq!(typed(line, None).map_err(|e| e.exit_code()).unwrap_err(), 2, "{line}");
        }
    }

    #[test]
    fn files_are_looked_for_where_the_directory_points() {
        let meant = typed(
            "--diff a.patch --facts /elsewhere/f.json --at 2026-11-22 --attach p=a=b.json",
            Some(Path::new("sub")),
        )
        .unwrap();
        assert_eq!(meant.dir, Path::new("sub"));
        assert_eq!(meant.spec, Spec::Diff(DiffSource::File(PathBuf::from("sub/a.patch"))));
        assert_eq!(meant.facts.as_deref(), Some(Path::new("/elsewhere/f.json")));
        assert_eq!(meant.attachments, [("p".to_owned(), PathBuf::from("sub/a=b.json"))]);
        assert_eq!(meant.now.to_string(), "2026-11-22T00:00:00Z");
        let plain = typed("--trailer Incident=INC-42 --trailer Backout:revert --claim emergency", None).unwrap();
        assert_eq!(plain.dir, Path::new("."));
        assert_eq!((plain.now.unix(), plain.environment.as_str()), (0, "production"));
        assert_eq!(plain.claim.as_deref(), Some("emergency"));
        assert_eq!(plain.trailers, [("Incident", "INC-42"), ("Backout", "revert")].map(|(k, v)| (k.into(), v.into())));
    }

    #[test]
    fn the_arguments_are_sound() {
        Alone::command().debug_assert();
    }
}
