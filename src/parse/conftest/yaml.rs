//! YAML as Go's older library reads it, which Conftest uses: version 1.1's words (`yes`, `010`), aliases and merges written
//! out. Keys become text.

use crate::model::SyntaxFault;
use crate::parse::problem::quoted;
use crate::parse::yaml::{self, Limits, Node, Spelled, Value};
use serde_json::{Map, Number, Value as Json};

/// Aliases are written out; how many values that may give is limited where the tree is made.
const LIMITS: Limits = Limits { size: usize::MAX, aliases: true };

/// Each document; a file of one list gives its items.
pub(super) fn documents(text: &str) -> Result<Vec<Json>, SyntaxFault> {
    let (nodes, fault) = yaml::documents(text, LIMITS);
    if let Some(fault) = fault {
        return Err(SyntaxFault::new(fault.line, fault.message));
    }
    let mut all: Vec<Json> = nodes.iter().map(json).collect::<Result<_, _>>()?;
    match (all.pop(), all.is_empty()) {
        (None, _) => Ok(vec![Json::Null]),
        (Some(Json::Array(items)), true) => Ok(items),
        (Some(last), _) => {
            all.push(last);
            Ok(all)
        }
    }
}

/// The reader stops at a depth, so this does not go deep.
fn json(node: &Node<'_>) -> Result<Json, SyntaxFault> {
    match &node.value {
        Value::Scalar(spelled) => scalar(spelled, node.line),
        Value::List(items) => items.iter().map(json).collect::<Result<_, _>>().map(Json::Array),
        Value::Map(pairs) => mapping(pairs),
    }
}

fn mapping(pairs: &[(Node<'_>, Node<'_>)]) -> Result<Json, SyntaxFault> {
    let mut map = Map::new();
    let mut merged = Map::new();
    for (key, value) in pairs {
        if key.spelled().is_some_and(|spelled| spelled.plain && &*spelled.text == "<<") {
            merge(value, &map, &mut merged)?;
            continue;
        }
        let name = name(key)?;
        if map.insert(name.clone(), json(value)?).is_some() {
            return Err(SyntaxFault::new(key.line, format!("has the key {} twice", quoted(&name))));
        }
    }
    for (key, value) in merged {
        map.entry(key).or_insert(value);
    }
    Ok(Json::Object(map))
}

/// Of several mappings the first counts. What stands above a merge and in it, too, is read differently by different
/// libraries.
fn merge(value: &Node<'_>, above: &Map<String, Json>, merged: &mut Map<String, Json>) -> Result<(), SyntaxFault> {
    let all = match &value.value {
        Value::List(items) => items.iter().collect(),
        _ => vec![value],
    };
    for one in all {
        let Json::Object(map) = json(one)? else {
            return Err(SyntaxFault::new(value.line, "merges something that is no mapping"));
        };
        for (key, value) in map {
            if above.contains_key(&key) {
                let why = format!("has the key {} above a merge that brings it too", quoted(&key));
                return Err(SyntaxFault::new(one.line, why));
            }
            merged.entry(key).or_insert(value);
        }
    }
    Ok(())
}

fn name(key: &Node<'_>) -> Result<String, SyntaxFault> {
    let Some(spelled) = key.spelled() else {
        return Err(SyntaxFault::new(key.line, "has a key that is a list or a mapping"));
    };
    match scalar(spelled, key.line)? {
        Json::String(text) => Ok(text),
        Json::Null => Err(SyntaxFault::new(key.line, "has a key that is nothing")),
        other => Ok(other.to_string()),
    }
}

fn scalar(spelled: &Spelled<'_>, line: u32) -> Result<Json, SyntaxFault> {
    let text = &*spelled.text;
    let odd = || SyntaxFault::new(line, format!("has the value {}, which is not of its tag", quoted(text)));
    let value = if spelled.plain || spelled.tag.is_some() { resolve(text, line)? } else { Json::from(text) };
    match (spelled.tag.as_deref(), &value) {
        (Some("str"), _) => Ok(Json::from(text)),
        (None, _)
        | (Some("null"), Json::Null)
        | (Some("bool"), Json::Bool(_))
        | (Some("int" | "float"), Json::Number(_)) => Ok(value),
        _ => Err(odd()),
    }
}

/// What a plain word is.
fn resolve(text: &str, line: u32) -> Result<Json, SyntaxFault> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Json::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Ok(Json::Bool(true));
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Ok(Json::Bool(false));
        }
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf"
        | "-.INF" => return Err(SyntaxFault::new(line, format!("has {}, which is no number of JSON", quoted(text)))),
        _ => {}
    }
    let first = text.chars().next().unwrap_or(' ');
    if !(first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return Ok(Json::from(text));
    }
    let plain = text.replace('_', "");
    if let Some(number) = integer(&plain) {
        return Ok(Json::Number(number));
    }
    if is_float(&plain)
        && let Some(number) = plain.parse::<f64>().ok().and_then(Number::from_f64)
    {
        return Ok(Json::Number(number));
    }
    Ok(Json::from(text))
}

/// Decimal, `0x`, `0o`, `0b`, and octal behind a mere `0`.
fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix(['-', '+']) {
        Some(digits) => (text.starts_with('-'), digits),
        None => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let radix = |prefix, radix| lower.strip_prefix(prefix).map(|digits| (digits, radix));
    let octal = || lower.strip_prefix('0').filter(|rest| !rest.is_empty()).map(|rest| (rest, 8));
    let (digits, radix) = radix("0x", 16)
        .or_else(|| radix("0o", 8))
        .or_else(|| radix("0b", 2))
        .or_else(octal)
        .unwrap_or((lower.as_str(), 10));
    if !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let number = u64::from_str_radix(digits, radix).ok()?;
    match negative {
        false => Some(Number::from(number)),
        true => 0_i64.checked_sub_unsigned(number).map(Number::from),
    }
}

fn is_float(text: &str) -> bool {
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))),
        None => (rest, None),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = match mantissa.split_once('.') {
        Some((before, after)) => digits(before) && digits(after) && !(before.is_empty() && after.is_empty()),
        None => digits(mantissa) && !mantissa.is_empty(),
    };
    whole && exponent.is_none_or(|power| !power.is_empty() && digits(power))
}
