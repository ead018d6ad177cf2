//! `yarn.lock` of Yarn 1: entries of `key value` lines, two blanks a level (yarn 1, `src/lockfile/parse.js`).

use super::address;
use super::tree::{empty, key, number, package, shown};
use crate::model::{
    Bearing, DocPath, EditValue, LockSyntax, LockedPackage, LockedValue, Lockfile, ScalarKind, SyntaxFault,
};
use std::collections::{HashMap, HashSet};

/// The comment that says which version of the format this is.
const HEAD: &str = "# yarn lockfile v1";

/// Reads a file.
pub(super) fn read(text: &str) -> Result<Lockfile, SyntaxFault> {
    if !text.lines().take(4).any(|line| line == HEAD) {
        return Err(SyntaxFault::new(
            0,
            format!("does not begin with {HEAD:?}: the version of its format is not known"),
        ));
    }
    let mut reader = Reader {
        lock: empty(LockSyntax::Yarn),
        open: None,
        list: None,
        keys: HashSet::new(),
        descriptors: HashMap::new(),
        gap: false,
    };
    let mut offset = 0;
    for (at, whole) in text.split_inclusive('\n').enumerate() {
        let line = whole.strip_suffix('\n').map_or(whole, |line| line.strip_suffix('\r').unwrap_or(line));
        reader.line(number(at + 1), line, offset)?;
        offset = number(offset as usize + whole.len());
    }
    reader.close(offset);
    finish(&mut reader.lock.packages);
    Ok(reader.lock)
}

struct Reader {
    lock: Lockfile,
    open: Option<LockedPackage>,
    /// The list of the entry that is open, and where it is.
    list: Option<(String, u32)>,
    /// The keys of the entry that is open.
    keys: HashSet<DocPath>,
    /// Where each requirement stands.
    descriptors: HashMap<String, u32>,
    /// A blank line stands behind the last line that says something: to Yarn the entry ends there.
    gap: bool,
}

fn wrong(line: u32, why: &str) -> SyntaxFault {
    SyntaxFault::new(line, format!("is not a yarn.lock: {why}"))
}

impl Reader {
    fn line(&mut self, number: u32, line: &str, offset: u32) -> Result<(), SyntaxFault> {
        let body = line.trim_start_matches(' ');
        if body.is_empty() || body.starts_with('#') {
            // To Yarn an entry ends at a comment, and behind the last one it cannot read the file.
            if !body.is_empty() && self.open.is_some() {
                return Err(wrong(number, "a comment stands behind the first entry"));
            }
            self.gap = true;
            return Ok(());
        }
        if self.gap && line.starts_with(' ') {
            return Err(wrong(number, "a blank line stands within an entry"));
        }
        self.gap = false;
        let tokens = tokens(body).ok_or_else(|| wrong(number, "this line cannot be told apart into words"))?;
        match (line.len() - body.len(), tokens.as_slice()) {
            (0, [keys @ .., Token::Colon]) => {
                self.close(offset);
                self.begin(number, keys, offset)
            }
            (2, [Token::Word(list), Token::Colon]) => {
                self.empty_list();
                self.once(number, &DocPath(vec![key(list)]))?;
                self.list = Some((list.clone(), number));
                self.entry(number).map(|_| ())
            }
            (2, [Token::Word(name), value]) => {
                self.empty_list();
                let name = name.clone();
                self.field(number, &name, value)
            }
            (4, [Token::Word(name), value]) => {
                let (list, _) = self.list.take().ok_or_else(|| wrong(number, "this line belongs to no list"))?;
                let path = DocPath(vec![key(&list), key(name)]);
                let bearing = bearing(&list);
                // Only an empty list keeps the line of its head.
                self.list = Some((list, 0));
                let value = value.value().ok_or_else(|| wrong(number, "a list within a list"))?;
                self.once(number, &path)?;
                let entry = self.entry(number)?;
                entry.values.push(LockedValue { path, value, line: number, bearing });
                Ok(())
            }
            _ => Err(wrong(number, "this line is neither an entry nor a value")),
        }
    }

    fn entry(&mut self, line: u32) -> Result<&mut LockedPackage, SyntaxFault> {
        self.open.as_mut().ok_or_else(|| wrong(line, "this line belongs to no entry"))
    }

    fn once(&mut self, line: u32, path: &DocPath) -> Result<(), SyntaxFault> {
        if self.keys.insert(path.clone()) {
            return Ok(());
        }
        Err(SyntaxFault::new(line, format!("has {} twice in one entry", shown(&path.to_string()))))
    }

    /// A list without items is a value of its own.
    fn empty_list(&mut self) {
        if let (Some((list, line)), Some(open)) = (self.list.take(), self.open.as_mut())
            && line > 0
        {
            let path = DocPath(vec![key(&list)]);
            open.values.push(LockedValue { path, value: EditValue::Map(0), line, bearing: bearing(&list) });
        }
    }

    fn close(&mut self, end: u32) {
        self.empty_list();
        if let Some(mut open) = self.open.take() {
            open.span.end = end;
            self.lock.packages.push(open);
        }
    }

    fn begin(&mut self, line: u32, keys: &[Token], offset: u32) -> Result<(), SyntaxFault> {
        let mut all: Vec<&str> = Vec::new();
        for (n, token) in keys.iter().enumerate() {
            match (n % 2, token) {
                (0, Token::Word(word)) => all.push(word),
                (1, Token::Comma) => {}
                _ => return Err(wrong(line, "the requirements before `:` are no list")),
            }
        }
        let Some(first) = all.first().filter(|_| keys.len() % 2 == 1) else {
            return Err(wrong(line, "there is no requirement before `:`"));
        };
        self.keys.clear();
        let mut open = package(&name_of(first), DocPath(vec![key(&all.join(", "))]), line);
        open.span.start = offset;
        for descriptor in &all {
            if let Some(before) = self.descriptors.insert((*descriptor).to_owned(), line) {
                let why = format!("has the requirement {} twice, first in line {before}", shown(descriptor));
                return Err(SyntaxFault::new(line, why));
            }
            if name_of(descriptor) != open.name {
                return Err(wrong(line, "one entry answers for two packages"));
            }
            let path = DocPath::keys(["descriptors"]).with(key(descriptor));
            open.values.push(LockedValue::new(path, *descriptor, line, Bearing::Answers));
        }
        self.open = Some(open);
        Ok(())
    }

    fn field(&mut self, line: u32, name: &str, value: &Token) -> Result<(), SyntaxFault> {
        let value = value.value().ok_or_else(|| wrong(line, "this value is none"))?;
        let path = DocPath(vec![key(name)]);
        self.once(line, &path)?;
        let open = self.entry(line)?;
        let text = match &value {
            EditValue::Scalar(ScalarKind::Text, text) => Some(text.clone()),
            _ => None,
        };
        match (name, text) {
            ("version", Some(text)) => {
                open.version = Some(text);
                open.line = line;
            }
            // The registry is told from it when the version is known.
            ("resolved", Some(text)) => {
                open.source.text = text;
                open.source.path = path;
                open.source.line = line;
            }
            ("integrity", Some(text)) => open.contents.push(LockedValue::new(path, text, line, Bearing::Stands)),
            _ => open.values.push(LockedValue { path, value, line, bearing: Bearing::Stands }),
        }
        Ok(())
    }
}

fn bearing(list: &str) -> Bearing {
    match list {
        "dependencies" | "optionalDependencies" => Bearing::Moves,
        _ => Bearing::Stands,
    }
}

/// The real name in a requirement: `a@^1.0.0`, `@s/a@^1.0.0`, `other@npm:a@^1.0.0`.
pub(super) fn name_of(descriptor: &str) -> String {
    let split = |text: &str| {
        let scope = usize::from(text.starts_with('@'));
        let at = text.get(scope..).and_then(|rest| rest.find('@')).map(|at| at + scope);
        match at.and_then(|at| Some((text.get(..at)?.to_owned(), text.get(at + 1..)?.to_owned()))) {
            Some((name, range)) => (name, range),
            None => (text.to_owned(), String::new()),
        }
    };
    let (name, range) = split(descriptor);
    match range.strip_prefix("npm:") {
        Some(other) if other.get(1..).is_some_and(|rest| rest.contains('@')) => split(other).0,
        _ => name,
    }
}

/// Tells the registries, and gives every entry a slot.
fn finish(packages: &mut [LockedPackage]) {
    let mut seen: HashMap<String, usize> = HashMap::new();
    for package in packages {
        if package.source.line > 0 {
            let address = address::npm(&package.name, package.version.as_deref(), &package.source.text);
            let path = package.source.path.clone();
            let value = |text: String| LockedValue::new(path, text, package.source.line, Bearing::Stands);
            package.contents.extend(address.contents.map(value));
            package.source.text = address.source;
            package.source.stray = address.stray;
        }
        package.slot = format!("{}@{}", package.name, package.version.as_deref().unwrap_or_default());
        let count = seen.entry(package.slot.clone()).or_default();
        *count += 1;
        if *count > 1 {
            package.slot = format!("{} {count}", package.slot);
        }
    }
}

/// A part of a line.
#[derive(Clone, PartialEq, Debug)]
enum Token {
    Word(String),
    Plain(EditValue),
    Colon,
    Comma,
}

impl Token {
    fn value(&self) -> Option<EditValue> {
        match self {
            Self::Word(text) => Some(EditValue::Scalar(ScalarKind::Text, text.clone())),
            Self::Plain(value) => Some(value.clone()),
            Self::Colon | Self::Comma => None,
        }
    }
}

/// The words of a line. A word in quotes is a JSON string; one without is as it is.
fn tokens(line: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        match first {
            ' ' => rest = rest.get(1..)?,
            ':' => {
                tokens.push(Token::Colon);
                rest = rest.get(1..)?;
            }
            ',' => {
                tokens.push(Token::Comma);
                rest = rest.get(1..)?;
            }
            '"' => {
                let mut words = serde_json::Deserializer::from_str(rest).into_iter::<String>();
                tokens.push(Token::Word(words.next()?.ok()?));
                rest = rest.get(words.byte_offset()..)?;
            }
            _ => {
                let end = rest.find([' ', ':', ',', '"']).unwrap_or(rest.len());
                // A colon within a word is part of it: `git+ssh://`.
                let end = match rest.get(end..)?.strip_prefix(':') {
                    Some(after) if !after.is_empty() && !after.starts_with(' ') => {
                        rest.find([' ', ',', '"']).unwrap_or(rest.len())
                    }
                    _ => end,
                };
                let (word, tail) = rest.split_at_checked(end)?;
                tokens.push(plain(word)?);
                rest = tail;
            }
        }
    }
    Some(tokens)
}

/// A word without quotes: yarn knows two constants and whole numbers.
fn plain(word: &str) -> Option<Token> {
    if word.is_empty() || word.chars().any(char::is_control) {
        return None;
    }
    let kind = match word {
        "true" | "false" => ScalarKind::Bool,
        _ if word.bytes().all(|byte| byte.is_ascii_digit()) => ScalarKind::Integer,
        _ => return Some(Token::Word(word.to_owned())),
    };
    Some(Token::Plain(EditValue::Scalar(kind, word.to_owned())))
}
