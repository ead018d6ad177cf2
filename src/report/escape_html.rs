//! The sinks of a page of HTML: text, an attribute, a link, and data inside a script element.
//!
//! A page is opened from a file, where a script may do more than on a website, and by people in a hurry. So besides what
//! HTML itself asks for, nothing invisible is left in what is read, and a link leads only where its text says. The page's
//! policy (no script but its own, nothing from outside) stands behind these sinks, not in their place.

use super::escape::{is_hidden, json, terminal};
use crate::model::{Principal, PrincipalKind};
use std::io;

/// Text between tags, or the value of an attribute in double quotes (HTML, 13.1.2: `&`, `<`, the quote). What is hidden is
/// shown; line ends and tabs become blanks, as a browser would show them.
pub(super) fn html(text: &str) -> String {
    let flat: String = text.chars().map(|c| if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c }).collect();
    let mut out = String::with_capacity(flat.len());
    for c in terminal(&flat).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A piece of a JSON string inside a script element. Such an element ends at `</script` wherever it stands and reads `<!--`
/// as an opening (HTML, 13.2.5.4), so no `<` is written as it is.
pub(super) fn script_json(out: &mut (impl io::Write + ?Sized), text: &str) -> io::Result<()> {
    let mut rest = text;
    while let Some(at) = rest.find(['<', '>', '&']) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        json(out, before)?;
        let mut after = from.chars();
        if let Some(c) = after.next() {
            write!(out, "\\u{:04x}", u32::from(c))?;
        }
        rest = after.as_str();
    }
    json(out, rest)
}

/// Where a contact leads: a web page, an address, a telephone. Nothing else is a link, whatever it calls itself.
pub(super) fn link(contact: &str) -> Option<String> {
    let contact = contact.trim();
    let lower = contact.get(..8).unwrap_or(contact).to_ascii_lowercase();
    if lower.starts_with("https://") || lower.starts_with("http://") {
        let sound = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
        return contact.chars().all(sound).then(|| contact.to_owned());
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || "@._+-".contains(c);
    if Principal::parse(contact).is_some_and(|who| who.kind() == PrincipalKind::Email) && contact.chars().all(is_part) {
        return Some(format!("mailto:{contact}"));
    }
    let digits = contact.strip_prefix('+').or_else(|| contact.strip_prefix("tel:+"))?;
    let number: String = digits.chars().filter(|c| !" ()-./".contains(*c)).collect();
    ((5..=15).contains(&number.len()) && number.chars().all(|c| c.is_ascii_digit())).then(|| format!("tel:+{number}"))
}

/// The name of a place on the page: letters, digits and `-` stay, any other character becomes its number, so that no two
/// names share a place.
pub(super) fn anchor(kind: &str, name: &str) -> String {
    let mut out = format!("{kind}-");
    for c in name.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || c == '-' => out.push(c),
            c if c.is_alphanumeric() && !is_hidden(c) => out.push(c),
            c => out.push_str(&format!("_{:x}_", u32::from(c))),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{anchor, html, link, script_json};
    use proptest::prelude::*;

    #[test]
    fn text_neither_opens_a_tag_nor_leaves_an_attribute_nor_hides() {
        let table = [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("a\" onload='x", "a&quot; onload=&#39;x"),
            ("&lt;", "&amp;lt;"),
            ("a\u{202e}b\u{0}", "a\\u{202e}b\\u{0}"),
            ("two\nlines\tand\r", "two lines and "),
            ("\n::error::x", " \\u{3a}:error::x"),
        ];
        for (text, expected) in table {
            assert_eq!(html(text), expected);
        }
    }

    #[test]
    fn only_what_can_be_called_is_a_link() {
        let table = [
            ("https://chat.example.org/x?y=1#z", Some("https://chat.example.org/x?y=1#z")),
            ("HTTPS://chat.example.org", Some("HTTPS://chat.example.org")),
            ("on-call@example.org", Some("mailto:on-call@example.org")),
            ("+49 30 123-456", Some("tel:+4930123456")),
            ("tel:+4930123456", Some("tel:+4930123456")),
            ("#payments", None),
            ("javascript:alert(1)", None),
            ("JavaScript:alert(1)", None),
            ("\u{1}javascript:alert(1)", None),
            ("data:text/html,x", None),
            ("https://x\"onclick=y", None),
            ("https://x y", None),
            ("https://x\u{202e}y", None),
            ("a@b?subject=x", None),
            ("//example.org", None),
            ("+12", None),
            ("", None),
        ];
        for (contact, expected) in table {
            assert_eq!(link(contact).as_deref(), expected, "{contact}");
        }
    }

    #[test]
    fn a_place_has_one_name() {
        let table = [
            ("payments", "row-payments"),
            ("codeowners:12", "row-codeowners_3a_12"),
            ("a b\"<", "row-a_20_b_22__3c_"),
            ("owners:a_b", "row-owners_3a_a_5f_b"),
            ("\u{e9}t\u{e9}", "row-\u{e9}t\u{e9}"),
        ];
        for (name, expected) in table {
            assert_eq!(anchor("row", name), expected);
        }
    }

    proptest! {
        #[test]
        fn data_in_a_script_reads_back_and_cannot_end_it(text in "[<>&/!\\-a-z#\\[\u{202e}\u{2028}\u{e0041}]{0,24}") {
            let mut out = b"\"".to_vec();
            script_json(&mut out, &text).unwrap();
            out.push(b'"');
            prop_assert!(!out.contains(&b'<') && !out.contains(&b'>') && !out.contains(&b'&'));
            prop_assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
        }
    }
}
