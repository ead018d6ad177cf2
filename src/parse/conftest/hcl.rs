//! HCL 2 in the form of `hcl2json`: every block a list, under its labels; an expression as `${…}`.

use super::tree::{line, number};
use crate::model::{Documents, Field, Node, ScalarKind, SyntaxFault, Value};
use crate::parse::problem::quoted;
use serde_json::{Map, Value as Json};

/// The body of a file.
pub(super) fn body(documents: &Documents<'_>) -> Result<Json, SyntaxFault> {
    let fields = documents.roots.first().map(Node::fields).unwrap_or_default();
    Reader { documents }.body(fields)
}

struct Reader<'a> {
    documents: &'a Documents<'a>,
}

impl Reader<'_> {
    fn text(&self, from: u32) -> &str {
        self.documents.text.get(usize::try_from(from).unwrap_or(usize::MAX)..).unwrap_or_default()
    }

    fn body(&self, fields: &[Field<'_>]) -> Result<Json, SyntaxFault> {
        let mut map = Map::new();
        for field in fields {
            let attribute = behind_comments(self.text(field.key_span.end)).starts_with('=');
            let value = if attribute { self.value(&field.node)? } else { self.block(&field.node)? };
            map.insert(field.key.to_string(), value);
        }
        Ok(Json::Object(map))
    }

    /// What stands under a block's type or label: further labels, one body, or several.
    fn block(&self, node: &Node<'_>) -> Result<Json, SyntaxFault> {
        match &node.value {
            Value::List(bodies) => {
                let bodies = bodies.iter().map(|body| self.body(body.fields()));
                bodies.collect::<Result<_, _>>().map(Json::Array)
            }
            Value::Map(fields) if self.text(node.span.start).starts_with('{') => {
                Ok(Json::Array(vec![self.body(fields)?]))
            }
            Value::Map(fields) => {
                let labels = fields.iter().map(|field| Ok((field.key.to_string(), self.block(&field.node)?)));
                labels.collect::<Result<_, _>>().map(Json::Object)
            }
            Value::Scalar(_) => Err(self.odd(node, "a block that is none")),
        }
    }

    fn value(&self, node: &Node<'_>) -> Result<Json, SyntaxFault> {
        match &node.value {
            Value::List(items) => items.iter().map(|item| self.value(item)).collect::<Result<_, _>>().map(Json::Array),
            Value::Map(fields) => {
                let pairs = fields.iter().map(|field| Ok((escaped(&field.key), self.value(&field.node)?)));
                pairs.collect::<Result<_, _>>().map(Json::Object)
            }
            Value::Scalar(scalar) => match scalar.kind {
                ScalarKind::Null => Ok(Json::Null),
                ScalarKind::Bool => Ok(Json::Bool(&*scalar.text == "true")),
                ScalarKind::Text | ScalarKind::Date => Ok(Json::from(escaped(&scalar.text))),
                ScalarKind::Integer | ScalarKind::Number | ScalarKind::Unclear => {
                    number(&scalar.text).ok_or_else(|| self.odd(node, &quoted(&scalar.text)))
                }
                ScalarKind::Expression => self.expression(node, &scalar.text),
            },
        }
    }

    /// A template keeps its text; whatever else is to be computed is wrapped.
    fn expression(&self, node: &Node<'_>, written: &str) -> Result<Json, SyntaxFault> {
        let inner = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        if let Some(inner) = inner.filter(|inner| one_string(inner)) {
            return template(inner).map(Json::from).ok_or_else(|| self.odd(node, "an escape that HCL does not know"));
        }
        match written.strip_prefix("<<") {
            Some(heredoc) => block_of_text(heredoc)
                .map(Json::from)
                .ok_or_else(|| self.odd(node, "a block of text with an expression, indented")),
            None => Ok(Json::from(format!("${{{}}}", written.trim()))),
        }
    }

    fn odd(&self, node: &Node<'_>, what: &str) -> SyntaxFault {
        SyntaxFault::new(line(self.documents, node.span.start), format!("has {what}, which cannot be judged"))
    }
}

/// Literals that look like templates are marked as none.
fn escaped(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// The text behind blanks and comments between a name and its `=`.
fn behind_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    while let Some((_, behind)) = rest.strip_prefix("/*").and_then(|comment| comment.split_once("*/")) {
        rest = behind.trim_start();
    }
    rest
}

/// The inside of a string has no quote outside of its templates: it is one string, not two with something between.
fn one_string(inner: &str) -> bool {
    let (mut depth, mut escape, mut before) = (0_u32, false, ' ');
    for c in inner.chars() {
        match c {
            _ if escape => escape = false,
            '\\' => escape = true,
            '{' if depth > 0 || matches!(before, '$' | '%') => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '"' if depth == 0 => return false,
            _ => {}
        }
        before = c;
    }
    depth == 0
}

/// A string with templates: escapes are resolved outside of them.
fn template(inner: &str) -> Option<String> {
    let mut made = String::with_capacity(inner.len());
    let (mut depth, mut before) = (0_u32, ' ');
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '{' if depth > 0 || matches!(before, '$' | '%') => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '\\' if depth == 0 => {
                let made_of = match chars.next()? {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    c @ ('"' | '\\') => c,
                    wide @ ('u' | 'U') => {
                        let digits: String = chars.by_ref().take(if wide == 'u' { 4 } else { 8 }).collect();
                        char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?
                    }
                    _ => return None,
                };
                made.push(made_of);
                before = made_of;
                continue;
            }
            _ => {}
        }
        made.push(c);
        before = c;
    }
    Some(made)
}

/// `NAME`, lines, `NAME`: the lines. An indented one (`-NAME`) with templates depends on where they stand.
fn block_of_text(written: &str) -> Option<String> {
    let (name, rest) = written.split_once('\n')?;
    if name.starts_with('-') {
        return None;
    }
    let end = rest.trim_end().strip_suffix(name.trim())?;
    Some(end.trim_end_matches([' ', '\t']).to_owned())
}
