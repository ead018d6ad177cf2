//! JSON as RFC 8259 has it, checked in one pass without a tree: the rules get the text as it stands.

use super::{DEPTH, Read, inexact, too_deep};
use crate::model::AttachmentFormat;
use crate::parse::document::offset_of;
use crate::parse::problem::{Problem, quoted};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

/// What the one pass leaves when it stops at a value that is too deep.
const TOO_DEEP: &str = "too deep";
/// And at a key that is there already.
const DUPLICATE: &str = "duplicate key ";

/// Whether a text is such JSON; else the line and why, to go on from "the file …".
pub(in crate::parse) fn json_text(text: &str) -> Result<(), (u32, String)> {
    read(text).map(drop).map_err(|problem| {
        let before = text.get(..problem.span.start).unwrap_or(text).matches('\n').count();
        let line = u32::try_from(before).unwrap_or(u32::MAX).saturating_add(1);
        (line, format!("cannot be judged: {}", problem.message))
    })
}

pub(super) fn read(text: &str) -> Result<Read, Problem> {
    let mut top = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let checked = Checker { depth: 0, top: Some(&mut top) }
        .deserialize(&mut deserializer)
        .and_then(|_| deserializer.end())
        .map_err(|error| refused(text, &error));
    checked?;
    if let Some(span) = long_number(text) {
        return Err(inexact(span));
    }
    Ok((format(&top), text.to_owned()))
}

/// What a document is that was written in another language than JSON, where it is one that the rules know.
pub(super) fn known(text: &str) -> Option<AttachmentFormat> {
    let mut top = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    Checker { depth: 0, top: Some(&mut top) }.deserialize(&mut deserializer).ok()?;
    Some(format(&top)).filter(|format| *format != AttachmentFormat::Json)
}

/// The keys of the outermost object, each with its value where that is text.
type Top = Vec<(String, Option<String>)>;

fn format(top: &Top) -> AttachmentFormat {
    let has = |key: &str| top.iter().any(|(name, _)| name == key);
    let text = |key: &str| top.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.as_deref());
    let sarif = |word: &str| word.contains("sarif");
    // A plan that lost its version is one all the same: the rules say what it lacks.
    if has("resource_changes") || (has("format_version") && has("planned_values")) {
        AttachmentFormat::TerraformPlan
    } else if has("runs") && (text("$schema").is_some_and(sarif) || text("version") == Some("2.1.0")) {
        AttachmentFormat::Sarif
    } else if text("bomFormat") == Some("CycloneDX") {
        AttachmentFormat::CycloneDx
    } else if has("spdxVersion") {
        AttachmentFormat::Spdx
    } else {
        AttachmentFormat::Json
    }
}

fn refused(text: &str, error: &serde_json::Error) -> Problem {
    let at = offset_of(text, error.line(), error.column());
    let said = error.to_string();
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
    match said.strip_prefix(DUPLICATE) {
        Some(key) => Problem::new(
            "duplicate_key",
            format!("the key {} stands twice in one object", quoted(key)),
            at..at,
            "the second one",
            "readers differ on which of the two counts: have the tool write one",
        ),
        None if said == TOO_DEEP => too_deep(at),
        None => Problem::new("syntax", format!("this is not JSON: {said}"), at..at, "here", "attach the whole output"),
    }
}

/// Reads a value and keeps nothing but the keys of the outermost object.
struct Checker<'a> {
    depth: usize,
    top: Option<&'a mut Top>,
}

impl<'de> DeserializeSeed<'de> for Checker<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Checker<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok((self.depth == 1).then(|| text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let depth = deeper(self.depth)?;
        while list.next_element_seed(Checker { depth, top: None })?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
        let depth = deeper(self.depth)?;
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if seen.contains(&key) {
                return Err(A::Error::custom(format!("{DUPLICATE}{key}")));
            }
            let text = map.next_value_seed(Checker { depth, top: None })?;
            if let Some(top) = self.top.as_deref_mut() {
                top.push((key.clone(), text));
            }
            seen.insert(key);
        }
        Ok(None)
    }
}

fn deeper<E: Error>(depth: usize) -> Result<usize, E> {
    if depth < DEPTH { Ok(depth + 1) } else { Err(E::custom(TOO_DEEP)) }
}

/// The first whole number of more than 64 bits, in a text that is JSON.
fn long_number(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let (mut at, mut in_string) = (0, false);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            b'-' | b'0'..=b'9' if !in_string => {
                let number = |b: &u8| matches!(b, b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9');
                let length = bytes.get(at..)?.iter().take_while(|b| number(b)).count();
                let spelled = text.get(at..at + length)?;
                let whole = !spelled.contains(['.', 'e', 'E']);
                if whole && spelled.parse::<i64>().is_err() && spelled.parse::<u64>().is_err() {
                    return Some(at..at + length);
                }
                at += length.max(1) - 1;
            }
            _ => {}
        }
        at += 1;
    }
    None
}
