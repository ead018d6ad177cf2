//! `Link` headers: where the next page of a list is. Pages are followed, never counted: GitHub's links have another form
//! than the first address, and a page that was counted may not be there.

/// The target of `rel="next"` in a `Link` header (RFC 8288), if it has one. `Err` says what is wrong with the header; a
/// list whose header cannot be read is not known to be whole.
pub fn next_link(header: &str) -> Result<Option<String>, &'static str> {
    let mut next: Option<String> = None;
    let mut rest = header.trim_matches(is_blank);
    while !rest.is_empty() {
        let (target, after) =
            rest.strip_prefix('<').and_then(|rest| rest.split_once('>')).ok_or("a link has no <address>")?;
        let (is_next, after) = parameters(after)?;
        if is_next {
            if target.is_empty() || target.contains(|c: char| c.is_whitespace() || c.is_control()) {
                return Err("the next page has no address");
            }
            if next.as_deref().is_some_and(|known| known != target) {
                return Err("there are two next pages");
            }
            next = Some(target.to_owned());
        }
        rest = after;
    }
    Ok(next)
}

/// Reads the parameters of one link up to the comma behind it: whether they say `next`, and what follows.
fn parameters(text: &str) -> Result<(bool, &str), &'static str> {
    let mut is_next = false;
    let mut relation_seen = false;
    let mut rest = text.trim_start_matches(is_blank);
    loop {
        if rest.is_empty() {
            return Ok((is_next, rest));
        }
        if let Some(after) = rest.strip_prefix(',') {
            return Ok((is_next, after.trim_start_matches(|c| is_blank(c) || c == ',')));
        }
        rest = rest.strip_prefix(';').ok_or("a link is followed by something else than its parameters")?;
        rest = rest.trim_start_matches(is_blank);
        let end = rest.find(|c| is_blank(c) || matches!(c, ';' | ',' | '=')).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        rest = after.trim_start_matches(is_blank);
        let Some(after) = rest.strip_prefix('=') else { continue };
        let (value, after) = value(after.trim_start_matches(is_blank))?;
        // Only the first relation counts, as RFC 8288 has it.
        if name.eq_ignore_ascii_case("rel") && !relation_seen {
            relation_seen = true;
            is_next = value.split(is_blank).any(|word| word.eq_ignore_ascii_case("next"));
        }
        rest = after.trim_start_matches(is_blank);
    }
}

/// A value: a word, or text in quotes.
fn value(text: &str) -> Result<(String, &str), &'static str> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(|c| is_blank(c) || matches!(c, ';' | ',')).unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        return Ok((word.to_owned(), rest));
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next() {
            Some('"') => return Ok((value, characters.as_str())),
            Some('\\') => value.extend(characters.next()),
            Some(c) => value.push(c),
            None => return Err("a quote is not closed"),
        }
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

#[cfg(test)]
mod tests {
    use super::next_link;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_next_page_stands_in_its_header(header in r#"([<>;,="\\ aé]|rel|next|<h/a>; ?rel=["]?next["]?){0,24}"#) {
            if let Ok(Some(next)) = next_link(&header) {
                let stands = header.contains(&["<", &next, ">"].concat());
                prop_assert!(stands && !next.contains(char::is_whitespace));
            }
        }
    }

    #[test]
    fn links() {
        let table: &[(&str, Result<Option<&str>, &str>)] = &[
            ("", Ok(None)),
            (r#"<https://h/a?page=2>; rel="next", <https://h/a?page=9>; rel="last""#, Ok(Some("https://h/a?page=2"))),
            (r#"<https://h/a?page=1>; rel="prev", <https://h/a?page=3>; rel="next""#, Ok(Some("https://h/a?page=3"))),
            (r#"<https://h/a?page=1>; rel="first""#, Ok(None)),
            ("<https://h/a>;rel=next", Ok(Some("https://h/a"))),
            (r#"<https://h/a>; REL="Next""#, Ok(Some("https://h/a"))),
            (r#"<https://h/a>; rel="last next""#, Ok(Some("https://h/a"))),
            (r#"<https://h/a>; title="a, \"b\"; rel=next"; rel=last"#, Ok(None)),
            (r#"<https://h/a>; rel=last; rel=next"#, Ok(None)),
            (r#"<https://h/a,b;c>; rel="next""#, Ok(Some("https://h/a,b;c"))),
            ("<https://h/a>; crossorigin; rel=next", Ok(Some("https://h/a"))),
            ("<https://h/a>; rel=next, ,, <https://h/b>; rel=last", Ok(Some("https://h/a"))),
            ("<https://h/a>; rel=next, <https://h/a>; rel=next", Ok(Some("https://h/a"))),
            ("<https://h/a>; rel=next, <https://h/b>; rel=next", Err("two")),
            ("<https://h/a>; rel=nextish", Ok(None)),
            ("<https://h/a>", Ok(None)),
            ("<https://h/a> rel=next", Err("something else")),
            ("https://h/a; rel=next", Err("no <address>")),
            ("<https://h/a; rel=next", Err("no <address>")),
            ("<>; rel=next", Err("no address")),
            ("<https://h/ a>; rel=next", Err("no address")),
            (r#"<https://h/a>; rel="next"#, Err("not closed")),
        ];
        for (header, expected) in table {
            match (next_link(header), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found.as_deref(), *expected, "{header}"),
                (Err(found), Err(expected)) => assert!(found.contains(expected), "{header}: {found}"),
                (found, expected) => panic!("{header}: {found:?} instead of {expected:?}"),
            }
        }
    }
}
