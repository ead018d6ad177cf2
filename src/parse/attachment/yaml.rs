//! YAML of one document, as the JSON it stands for.

use super::json::known;
use super::{Read, inexact};
use crate::model::AttachmentFormat;
use crate::parse::problem::{Problem, quoted};
use crate::parse::shown::line_starts;
use crate::parse::yaml::{Limits, Node, Scalar, Value, documents};
use serde_json::{Map, Number, Value as Json};
use std::ops::Range;

/// The size is limited where the file is read; an alias would say a thing once and mean it often.
const LIMITS: Limits = Limits { size: usize::MAX, aliases: false };

pub(super) fn read(text: &str) -> Result<Read, Problem> {
    let page = Page { lines: line_starts(text), end: text.len() };
    let (documents, fault) = documents(text, LIMITS);
    if let Some(fault) = fault {
        let message = format!("this file {}", fault.message);
        return Err(page.problem("syntax", message, fault.line, "attach plain YAML, without aliases"));
    }
    match documents.as_slice() {
        [] => Err(page.problem("empty", "this file has no document", 1, "attach the whole output")),
        [document] => {
            let text = page.json(document)?.to_string();
            // A plan is a plan in whatever language it was written down.
            Ok((known(&text).unwrap_or(AttachmentFormat::Yaml), text))
        }
        [_, second, ..] => Err(page.problem(
            "documents",
            "a second document begins here",
            second.line,
            "attach each document by itself",
        )),
    }
}

struct Page {
    lines: Vec<usize>,
    end: usize,
}

impl Page {
    fn line(&self, line: u32) -> Range<usize> {
        let number = usize::try_from(line).unwrap_or(usize::MAX);
        let start = self.lines.get(number.saturating_sub(1)).copied().unwrap_or(self.end);
        start..self.lines.get(number).map_or(self.end, |next| next - 1).max(start)
    }

    fn problem(&self, code: &'static str, message: impl Into<String>, line: u32, help: &str) -> Problem {
        Problem::new(code, message, self.line(line), "here", help)
    }

    /// The reader stops at a depth of 40, so this does not go deep.
    fn json(&self, node: &Node<'_>) -> Result<Json, Problem> {
        match &node.value {
            Value::Scalar(_) => self.scalar(node),
            Value::List(items) => items.iter().map(|item| self.json(item)).collect::<Result<_, _>>().map(Json::Array),
            Value::Map(pairs) => {
                let mut map = Map::new();
                for (key, value) in pairs {
                    let name = self.key(key)?;
                    if map.contains_key(&name) {
                        let message = format!("the key {} stands twice in one mapping", quoted(&name));
                        return Err(self.problem("duplicate_key", message, key.line, "leave one of them"));
                    }
                    map.insert(name, self.json(value)?);
                }
                Ok(Json::Object(map))
            }
        }
    }

    fn key(&self, key: &Node<'_>) -> Result<String, Problem> {
        match key.spelled() {
            Some(spelled) if spelled.plain && &*spelled.text == "<<" => {
                Err(self.problem("merge", "this file has a merge (`<<`)", key.line, "write the values out"))
            }
            Some(spelled) => Ok(spelled.text.clone().into_owned()),
            None => Err(self.problem("key", "a key is a list or a mapping", key.line, "a key is text")),
        }
    }

    fn scalar(&self, node: &Node<'_>) -> Result<Json, Problem> {
        let spelled = node.spelled().map(|spelled| &*spelled.text).unwrap_or_default();
        let whole = !spelled.is_empty() && spelled.trim_start_matches(['-', '+']).bytes().all(|b| b.is_ascii_digit());
        match node.scalar() {
            Some(Scalar::Null) => Ok(Json::Null),
            Some(Scalar::Bool(yes)) => Ok(Json::Bool(yes)),
            Some(Scalar::Int(number)) => Ok(Json::from(number)),
            Some(Scalar::Float(_)) if whole => Err(inexact(self.line(node.line))),
            Some(Scalar::Float(number)) => Number::from_f64(number).map(Json::Number).ok_or_else(|| {
                let message = format!("{} is no number that JSON has", quoted(spelled));
                self.problem("not_finite", message, node.line, "write a number, or put it into quotes")
            }),
            Some(Scalar::Text(text)) => Ok(Json::String(text.to_owned())),
            None => Err(self.problem("tag", "this value is not of its tag", node.line, "take the tag away")),
        }
    }
}
