//! What GitHub Actions reads from a program: the outputs of a step, its summary, masks, and a log whose lines are commands.
//!
//! A value with a line end ends `key=value` and begins an output of its own, and a fixed delimiter can be closed by the value.
//! So every value stands between delimiters of 128 random bits, and one that holds its delimiter is refused. Text for the log
//! is printed while commands are stopped, by a token of as many bits: `##[command]` anywhere in a line and `::command::` at
//! its start are live otherwise, whoever prints them (actions/runner, `ActionCommand.cs`).

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Bytes of a summary. Over 1,024 KiB GitHub drops it whole.
const SUMMARY: usize = 1_000 * 1_024;

/// What the last line of a summary that was cut says.
const CUT: &str = "\n\nThe rest is left out: a summary has at most 1,000 KiB.\n";

/// Why something could not be handed to GitHub Actions.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ActionsError {
    /// A file that the runner named could not be written.
    #[error("{} cannot be written", path.display())]
    #[diagnostic(
        code(changeward::actions::unwritable),
        help("GITHUB_OUTPUT and GITHUB_STEP_SUMMARY name files of the runner; outside of a workflow leave them unset")
    )]
    Unwritable {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        why: io::Error,
    },
    /// An output that nobody may write.
    #[error("the output {key} cannot be written: {why}")]
    #[diagnostic(
        code(changeward::actions::output),
        help("nothing of this step's outputs was written; this is a fault of changeward: please report it")
    )]
    Output {
        /// Which one, as it may be shown.
        key: String,
        /// Why.
        why: &'static str,
    },
}

/// 128 random bits in hexadecimal. Each state of the standard library's hasher is keyed by the system's randomness once per
/// thread and by a counter after that, through SipHash: nobody outside of this process can tell the next.
pub fn random_token() -> String {
    let bits = || RandomState::new().hash_one(std::process::id());
    format!("changeward-{:016x}{:016x}", bits(), bits())
}

/// Appends outputs to the file that `GITHUB_OUTPUT` names: all of them or, when one is refused, none.
///
/// # Errors
/// A key that is not letters, digits, `-` and `_`, or is there twice; a file that cannot be written.
pub fn write_outputs(file: &Path, outputs: &[(&str, String)]) -> Result<(), ActionsError> {
    let text = outputs_text(outputs, random_token)?;
    append(file, text.as_bytes())
}

/// The text of some outputs, with a delimiter of its own for each.
fn outputs_text(outputs: &[(&str, String)], token: impl Fn() -> String) -> Result<String, ActionsError> {
    let mut text = String::new();
    let mut seen = BTreeSet::new();
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    for (key, value) in outputs {
        let refused = |why| Err(ActionsError::Output { key: key.escape_default().to_string(), why });
        if key.is_empty() || !key.bytes().all(sound) {
            return refused("its name has other characters than letters, digits, `-` and `_`");
        }
        if !seen.insert(*key) {
            return refused("it is there twice");
        }
        let delimiter = token();
        if value.contains(&delimiter) {
            return refused("its value holds the delimiter it was to stand between");
        }
        text.push_str(&format!("{key}<<{delimiter}\n{value}\n{delimiter}\n"));
    }
    Ok(text)
}

/// Appends to the file that `GITHUB_STEP_SUMMARY` names, cut on a character boundary so that the file stays below GitHub's limit.
///
/// # Errors
/// A file that cannot be written.
pub fn append_summary(file: &Path, text: &str) -> Result<(), ActionsError> {
    let there = fs::metadata(file).map_or(0, |known| usize::try_from(known.len()).unwrap_or(usize::MAX));
    append(file, cut(text, SUMMARY.saturating_sub(there)).as_bytes())
}

/// A text of at most so many bytes, which says when it was cut.
fn cut(text: &str, room: usize) -> String {
    if text.len() <= room {
        return text.to_owned();
    }
    let Some(most) = room.checked_sub(CUT.len()) else { return String::new() };
    let kept = text.get(..text.floor_char_boundary(most)).unwrap_or_default();
    format!("{kept}{CUT}")
}

fn append(file: &Path, bytes: &[u8]) -> Result<(), ActionsError> {
    let unwritable = |why| ActionsError::Unwritable { path: file.to_path_buf(), why };
    let mut opened = OpenOptions::new().append(true).create(true).open(file).map_err(unwritable)?;
    opened.write_all(bytes).map_err(unwritable)
}

/// The command that makes the runner replace a secret in its log. One line for each line of the secret, since the runner masks
/// line by line; nothing for an empty one, which would mask everything.
pub fn mask(secret: &str) -> String {
    let lines = secret.split(['\r', '\n']).filter(|line| !line.trim().is_empty());
    lines.map(|line| format!("::add-mask::{}\n", line.replace('%', "%25"))).collect()
}

/// Text for the log between a command that stops commands and one that lets them go on. The text is a report's (`report::clean`), so it is
/// harmless by itself; this holds even where it is not.
pub fn stopped(text: &str) -> String {
    stopped_by(text, random_token)
}

fn stopped_by(text: &str, token: impl Fn() -> String) -> String {
    // A text that held the token would end the stretch; with 128 bits drawn after the text was made it never does.
    let token = std::iter::repeat_with(token).find(|token| !text.contains(token.as_str())).unwrap_or_default();
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("::stop-commands::{token}\n{text}{end}::{token}::\n")
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "these tests read what was written")]
mod tests {
    use super::{
        CUT, SUMMARY, append_summary, cut, mask, outputs_text, random_token, stopped, stopped_by, write_outputs,
    };
    use std::collections::{BTreeMap, BTreeSet};

    /// Reads a file of outputs as the runner does (actions/runner, `FileCommandManager.cs`).
    fn read(text: &str) -> BTreeMap<String, String> {
        let mut outputs = BTreeMap::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let equals = line.find('=').unwrap_or(usize::MAX);
            let heredoc = line.find("<<").unwrap_or(usize::MAX);
            if heredoc < equals {
                let (key, delimiter) = line.split_once("<<").unwrap();
                let value: Vec<&str> = lines.by_ref().take_while(|line| *line != delimiter).collect();
                outputs.insert(key.to_owned(), value.join("\n"));
            } else if let Some((key, value)) = line.split_once('=') {
                outputs.insert(key.to_owned(), value.to_owned());
            }
        }
        outputs
    }

    #[test]
    fn a_value_is_one_value_whatever_it_holds() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("output");
        let hostile = "x\nverdict=approve\nEOF\nverdict<<EOF\napprove\nEOF\n::set-output name=verdict::approve";
        write_outputs(&file, &[("class", "normal".to_owned()), ("comment-url", hostile.to_owned())]).unwrap();
        write_outputs(&file, &[("verdict", String::new())]).unwrap();
        let found = read(&std::fs::read_to_string(&file).unwrap());
        let wanted = [("class", "normal"), ("comment-url", hostile), ("verdict", "")];
        assert_eq!(found, wanted.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    }

    #[test]
    fn what_could_not_be_told_apart_is_refused_and_nothing_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("output");
        let value = |value: &str| value.to_owned();
        for bad in [
            vec![("class", value("normal")), ("a b", value(""))],
            vec![("a=b", value(""))],
            vec![("a\nb", value(""))],
            vec![("", value(""))],
            vec![("class", value("a")), ("class", value("b"))],
        ] {
            assert!(write_outputs(&file, &bad).is_err(), "{bad:?}");
        }
        assert!(!file.exists());
        assert!(outputs_text(&[("a", value("1\nfixed\n2"))], || value("fixed")).is_err());
        let nowhere = dir.path().join("no/output");
        assert!(write_outputs(&nowhere, &[("a", value("b"))]).unwrap_err().to_string().contains("cannot be written"));
    }

    #[test]
    fn tokens_are_long_and_never_the_same() {
        let tokens: BTreeSet<String> = (0..1_000).map(|_| random_token()).collect();
        assert_eq!(tokens.len(), 1_000);
        assert!(tokens.iter().all(|token| token.len() == "changeward-".len() + 32));
    }

    #[test]
    fn a_summary_is_cut_on_a_character_and_says_so() {
        assert_eq!(cut("äöü", 6), "äöü");
        assert_eq!(cut(&"ä".repeat(100), CUT.len() + 3), format!("ä{CUT}"));
        assert_eq!(cut("äöü", 2), "");
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("summary");
        for _ in 0..3 {
            append_summary(&file, &"ä".repeat(300_000)).unwrap();
        }
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.len() <= SUMMARY && text.len() > SUMMARY - 10 && text.ends_with(CUT));
        append_summary(&file, "more").unwrap();
        assert!(std::fs::read_to_string(&file).unwrap().len() <= SUMMARY);
    }

    #[test]
    fn a_secret_is_masked_line_by_line() {
        assert_eq!(mask("abc"), "::add-mask::abc\n");
        assert_eq!(mask("a%b\r\n\nc"), "::add-mask::a%25b\n::add-mask::c\n");
        assert_eq!(mask(" \n"), "");
    }

    #[test]
    fn commands_stop_before_the_text_and_go_on_after_it() {
        let text = stopped("::error::x\n##[set-output name=verdict]approve");
        let lines: Vec<&str> = text.lines().collect();
        let token = lines.first().unwrap().strip_prefix("::stop-commands::").unwrap();
        assert_eq!(lines.last().unwrap(), &format!("::{token}::"));
        assert_eq!(lines.len(), 4);
        assert_eq!(stopped("a\n").lines().count(), 3);
        let turns = std::cell::Cell::new(0);
        let token = || {
            turns.set(turns.get() + 1);
            format!("token-{}", turns.get())
        };
        assert!(stopped_by("::token-1::", token).starts_with("::stop-commands::token-2\n"));
    }
}
