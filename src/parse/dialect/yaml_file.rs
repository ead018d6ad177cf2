//! OWNERS files and catalogues as YAML: what both ask of a file, and how the original of the first, which is written in Go
//! and reads YAML 1.1 as JSON, takes keys and values.

use super::{LINT_CODE, Report, quoted};
use crate::parse::yaml::{self, Limits, Node, Spelled, Value};

/// What such a file may be.
pub(super) const LIMITS: Limits = Limits { size: 1 << 20, aliases: true };

/// A file as text, without its byte-order mark; what is wrong with it otherwise, to go on from "this file …".
pub(super) fn text(bytes: &[u8]) -> Result<&str, &'static str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| "is no UTF-8 text")?;
    match text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{85}')) {
        true => Err("holds control characters, which YAML has not"),
        false => Ok(text),
    }
}

/// The first document, which is all that prow reads. `None`, with a finding, for a file that is no YAML.
pub(super) fn first<'t>(text: &'t str, report: &mut Report<'_>, code: &str) -> Option<Node<'t>> {
    match yaml::first_document(text, LIMITS) {
        Ok(document) => document,
        Err(fault) => {
            let help =
                "mend the YAML: two blanks for each level, `- ` before each item, quotes around what is no plain word";
            report.add(code, fault.line, &format!("this file {}, so it is ignored", fault.message), help);
            None
        }
    }
}

/// The value of a key and the line of that key. Case does not count unless the very key is there too; of equal keys the
/// last one counts. What `<<` merges in counts where the key itself is not there.
pub(super) fn named<'n, 'y>(node: &'n Node<'y>, name: &str) -> Option<(u32, &'n Node<'y>)> {
    own(node, name).or_else(|| {
        let (_, merged) = own(node, "<<")?;
        match &merged.value {
            Value::List(maps) => maps.iter().find_map(|map| named(map, name)),
            _ => named(merged, name),
        }
    })
}

fn own<'n, 'y>(node: &'n Node<'y>, name: &str) -> Option<(u32, &'n Node<'y>)> {
    let mut found: Option<(&str, u32, &Node<'y>)> = None;
    for (key, value) in node.pairs().unwrap_or_default() {
        let Some(Spelled { text, .. }) = key.spelled() else { continue };
        let better = found.is_none_or(|(best, _, _)| &**text >= best);
        if text.eq_ignore_ascii_case(name) && better {
            found = Some((text, key.line, value));
        }
    }
    found.map(|(_, line, value)| (line, value))
}

/// What a scalar is in YAML 1.1.
enum Kind {
    Null,
    Switch(bool),
    Number,
    Text,
}

fn kind(spelled: &Spelled<'_>) -> Kind {
    let text = &*spelled.text;
    let one_case = |word: &str| {
        let mut first = word.to_owned();
        first.get_mut(..1).map(str::make_ascii_uppercase);
        text == word || text == first || text == word.to_uppercase()
    };
    let any = |words: &[&str]| words.iter().any(|word| one_case(word));
    if !spelled.plain || spelled.tag.as_deref() == Some("str") {
        Kind::Text
    } else if matches!(text, "" | "~") || any(&["null"]) {
        Kind::Null
    } else if any(&["y", "yes", "true", "on"]) {
        Kind::Switch(true)
    } else if any(&["n", "no", "false", "off"]) {
        Kind::Switch(false)
    } else if is_number(text) {
        Kind::Number
    } else {
        Kind::Text
    }
}

/// Decimal, octal, hexadecimal and binary numbers with `_` anywhere within, fractions and powers.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text).to_ascii_lowercase();
    let digits = |text: &str, allowed: &str| !text.is_empty() && text.chars().all(|c| allowed.contains(c));
    match unsigned.get(..2) {
        Some("0x") => return digits(unsigned.get(2..).unwrap_or_default(), "0123456789abcdef_"),
        Some("0b") => return digits(unsigned.get(2..).unwrap_or_default(), "01_"),
        Some("0o") => return digits(unsigned.get(2..).unwrap_or_default(), "01234567_"),
        _ => {}
    }
    matches!(unsigned.as_str(), ".inf" | ".nan")
        || (unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && unsigned.contains(|c: char| c.is_ascii_digit())
            && unsigned.replace('_', "").parse::<f64>().is_ok())
}

/// Text that is nothing else in YAML 1.1.
pub(super) fn string_only<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    let spelled = node.spelled()?;
    matches!(kind(spelled), Kind::Text).then_some(&*spelled.text)
}

/// A list of texts. An item that YAML takes for something else, and that would come out as another text, is reported and
/// left out. `None` for what is no list, or holds a list.
pub(super) fn strings(list: &Node<'_>, report: &mut Report<'_>) -> Option<Vec<String>> {
    let items = match &list.value {
        Value::List(items) => items,
        Value::Scalar(spelled) if matches!(kind(spelled), Kind::Null) => return Some(Vec::new()),
        _ => return None,
    };
    let mut texts = Vec::with_capacity(items.len());
    for item in items {
        let spelled = item.spelled()?;
        let decimal = !spelled.text.starts_with('0') && spelled.text.chars().all(|c| c.is_ascii_digit());
        match kind(spelled) {
            Kind::Text => texts.push(spelled.text.clone().into_owned()),
            Kind::Number if decimal => texts.push(spelled.text.clone().into_owned()),
            Kind::Null => {
                report.add(LINT_CODE, item.line, "an item without a name", "write a name, or leave out the item")
            }
            Kind::Number | Kind::Switch(_) => {
                let shown = quoted(&spelled.text);
                let msg = format!("YAML takes {shown} for a number, or for true or false; it names nobody");
                report.add(LINT_CODE, item.line, &msg, "put the name in quotes");
            }
        }
    }
    Some(texts)
}

/// True or false; `None` for anything else. Nothing at all is false.
pub(super) fn switch(node: &Node<'_>) -> Option<bool> {
    match kind(node.spelled()?) {
        Kind::Null => Some(false),
        Kind::Switch(on) => Some(on),
        Kind::Number | Kind::Text => None,
    }
}
