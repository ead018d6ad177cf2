//! Dockerfiles as a list of commands, with the words that BuildKit's parser splits each into.

use crate::model::SyntaxFault;
use crate::parse::problem::quoted;
use serde_json::{Value as Json, json};

/// What BuildKit knows.
const COMMANDS: [&str; 18] = [
    "add",
    "arg",
    "cmd",
    "copy",
    "entrypoint",
    "env",
    "expose",
    "from",
    "healthcheck",
    "label",
    "maintainer",
    "onbuild",
    "run",
    "shell",
    "stopsignal",
    "user",
    "volume",
    "workdir",
];

/// The commands of a file, and the comments above each.
pub(super) fn commands(text: &str) -> Result<Json, SyntaxFault> {
    let mut reader = Reader { lines: text.lines().enumerate(), escape: '\\', stage: None, made: Vec::new() };
    reader.all()?;
    Ok(Json::Array(reader.made))
}

struct Reader<'t> {
    lines: std::iter::Enumerate<std::str::Lines<'t>>,
    escape: char,
    /// How many stages there were before this one.
    stage: Option<u64>,
    made: Vec<Json>,
}

/// An instruction split up.
struct Split {
    flags: Vec<String>,
    json: bool,
    value: Vec<String>,
}

impl<'t> Reader<'t> {
    fn all(&mut self) -> Result<(), SyntaxFault> {
        let (mut comments, mut first) = (Vec::new(), true);
        while let Some((number, line)) = self.lines.next() {
            let line = line.trim_start();
            if let Some(comment) = line.strip_prefix('#') {
                let directive = first && self.directive(comment);
                first = directive;
                if !directive {
                    comments.push(comment.trim().to_owned());
                }
                continue;
            }
            if line.trim().is_empty() {
                continue;
            }
            first = false;
            let at = u32::try_from(number).unwrap_or(u32::MAX).saturating_add(1);
            let whole = self.continued(line);
            self.instruction(&whole, at, std::mem::take(&mut comments))?;
        }
        Ok(())
    }

    /// `# escape=X` and other directives, at the top only.
    fn directive(&mut self, comment: &str) -> bool {
        let Some((name, value)) = comment.split_once('=') else { return false };
        match name.trim().to_ascii_lowercase().as_str() {
            "escape" => {
                self.escape = if value.trim() == "`" { '`' } else { '\\' };
                true
            }
            "syntax" | "check" => true,
            _ => false,
        }
    }

    /// A line and those it goes on with; comments and empty lines between them are none.
    fn continued(&mut self, line: &str) -> String {
        let mut whole = String::new();
        let mut part = line;
        loop {
            let trimmed = part.trim_end_matches([' ', '\t', '\r']);
            let Some(head) = trimmed.strip_suffix(self.escape).filter(|head| !head.ends_with(self.escape)) else {
                whole.push_str(part);
                return whole;
            };
            whole.push_str(head);
            let next = self.lines.find(|(_, line)| !line.trim_start().starts_with('#') && !line.trim().is_empty());
            match next {
                Some((_, line)) => part = line,
                None => return whole,
            }
        }
    }

    fn instruction(&mut self, line: &str, at: u32, comments: Vec<String>) -> Result<(), SyntaxFault> {
        let (command, rest) = word(line);
        let command = command.to_ascii_lowercase();
        if !COMMANDS.contains(&command.as_str()) {
            return Err(SyntaxFault::new(at, format!("has {}, which is no instruction", quoted(&command))));
        }
        if command == "from" {
            self.stage = Some(self.stage.map_or(0, |stage| stage + 1));
        }
        let stage = self.stage.unwrap_or(0);
        let comment = |text: String| json!({"Cmd": "comment", "SubCmd": "", "JSON": false, "Flags": null, "Value": [text], "Stage": stage});
        self.made.extend(comments.into_iter().map(comment));
        let mut split = self.split(&command, rest);
        let mut inner = String::new();
        if command == "onbuild" {
            let (sub, rest) = word(rest);
            split = Split { flags: split.flags, ..self.split(&sub.to_ascii_lowercase(), rest) };
            inner = sub.to_owned();
        }
        let value = if split.value.is_empty() { Json::Null } else { json!(split.value) };
        let (flags, is_json) = (split.flags, split.json);
        self.made.push(json!({
            "Cmd": command, "SubCmd": inner, "JSON": is_json, "Flags": flags, "Value": value, "Stage": stage,
        }));
        if matches!(command.as_str(), "run" | "copy" | "add") && !is_json {
            self.heredocs(rest, at)?;
        }
        Ok(())
    }

    fn split(&self, command: &str, rest: &str) -> Split {
        let (flags, rest) = self.flags(rest);
        let list = json_list(rest);
        let words = || rest.split_whitespace().map(str::to_owned).collect();
        let whole = || if rest.is_empty() { Vec::new() } else { vec![rest.to_owned()] };
        let mut is_json = false;
        let value = match (command, list) {
            ("add" | "copy" | "volume" | "cmd" | "entrypoint" | "run" | "shell", Some(list)) => {
                is_json = true;
                list
            }
            ("add" | "copy" | "volume" | "expose" | "from", _) => words(),
            ("arg", _) => self.quoted_words(rest),
            ("env" | "label", _) => self.pairs(rest),
            ("healthcheck", _) => {
                let (kind, rest) = word(rest);
                let list = json_list(rest);
                is_json = list.is_some();
                let rest = list.unwrap_or_else(|| if rest.is_empty() { Vec::new() } else { vec![rest.to_owned()] });
                [vec![kind.to_ascii_uppercase()], rest].concat()
            }
            _ => whole(),
        };
        Split { flags, json: is_json, value }
    }

    /// `--name=value` before anything else.
    fn flags<'l>(&self, rest: &'l str) -> (Vec<String>, &'l str) {
        let (mut flags, mut rest) = (Vec::new(), rest.trim());
        while rest.starts_with("--") {
            let length = self.word_length(rest);
            let (flag, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
            rest = behind.trim_start();
            if flag == "--" {
                break;
            }
            flags.push(flag.to_owned());
        }
        (flags, rest)
    }

    /// The bytes of a word in which quotes and escapes hold blanks together.
    fn word_length(&self, text: &str) -> usize {
        let (mut quote, mut escaped) = (None, false);
        for (at, c) in text.char_indices() {
            match (quote, c) {
                _ if escaped => escaped = false,
                (_, c) if c == self.escape && quote != Some('\'') => escaped = true,
                (Some(open), c) if open == c => quote = None,
                (None, '"' | '\'') => quote = Some(c),
                (None, c) if c.is_whitespace() => return at,
                _ => {}
            }
        }
        text.len()
    }

    fn quoted_words(&self, text: &str) -> Vec<String> {
        let (mut words, mut rest) = (Vec::new(), text.trim());
        while !rest.is_empty() {
            let (word, behind) = rest.split_at_checked(self.word_length(rest)).unwrap_or((rest, ""));
            words.push(word.to_owned());
            rest = behind.trim_start();
        }
        words
    }

    /// `KEY=value …`, or `KEY value` to the end of the line; each with the sign between them behind it.
    fn pairs(&self, rest: &str) -> Vec<String> {
        let words = self.quoted_words(rest);
        if words.first().is_some_and(|first| !first.contains('=')) {
            let (key, value) = word(rest);
            return vec![key.to_owned(), value.to_owned(), String::new()];
        }
        let pair = |word: &String| {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            [key.to_owned(), value.to_owned(), "=".to_owned()]
        };
        words.iter().flat_map(pair).collect()
    }

    /// The lines of `<<NAME` documents are part of the instruction.
    fn heredocs(&mut self, rest: &str, at: u32) -> Result<(), SyntaxFault> {
        let names: Vec<(bool, String)> = self.quoted_words(rest).iter().filter_map(|word| heredoc(word)).collect();
        for (indented, name) in names {
            let ends = |line: &str| if indented { line.trim_start_matches('\t') == name } else { line == name };
            if !self.lines.any(|(_, line)| ends(line)) {
                return Err(SyntaxFault::new(at, format!("has a document {} that does not end", quoted(&name))));
            }
        }
        Ok(())
    }
}

fn heredoc(word: &str) -> Option<(bool, String)> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (indented, name) = rest.strip_prefix('-').map_or((false, rest), |name| (true, name));
    let name = name.trim_matches(['"', '\'']);
    let sound = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    sound.then(|| (indented, name.to_owned()))
}

/// The first word and what follows it.
fn word(line: &str) -> (&str, &str) {
    let line = line.trim();
    line.split_once(char::is_whitespace).map_or((line, ""), |(word, rest)| (word, rest.trim_start()))
}

/// A JSON list of texts.
fn json_list(text: &str) -> Option<Vec<String>> {
    text.starts_with('[').then(|| serde_json::from_str(text).ok()).flatten()
}
