//! Lists, page after page, whole or not at all.

use super::GitHub;
use super::ask::{Answer, Asked};
use super::error::ForgeError;
use super::pages::next_link;
use http::header::LINK;
use serde_json::Value;
use std::collections::BTreeSet;

/// Pages of one list, at most: a hundred thousand items.
const PAGES: usize = 1000;

/// What names an item of a list, best first. Blobs of two files may be one, so a file's name comes before its id.
const NAMES: [&str; 7] = ["node_id", "filename", "id", "sha", "login", "name", "url"];

impl GitHub {
    /// Every item of a list below the API's base, which has no query yet or one that ends with a value.
    pub(super) fn list(&self, path: &str) -> Result<Vec<Value>, ForgeError> {
        let mut items = Vec::new();
        self.pages(self.get(&paged(path)), |answer, name| {
            let Value::Array(page) = answer.json else { return Err(malformed(name, "a list was expected")) };
            items.extend(page);
            Ok(usize::MAX)
        })?;
        Ok(items)
    }

    /// The first items of a list: pages are followed until there are enough.
    pub(super) fn first(&self, path: &str, most: usize) -> Result<Vec<Value>, ForgeError> {
        let mut items = Vec::new();
        self.pages(self.get(&paged(path)), |answer, name| {
            let Value::Array(page) = answer.json else { return Err(malformed(name, "a list was expected")) };
            items.extend(page);
            Ok(most.saturating_sub(items.len()))
        })?;
        items.truncate(most);
        Ok(items)
    }

    /// Follows the pages from one on. `take` gets each and says how many more items are wanted.
    pub(super) fn pages(
        &self,
        mut asked: Asked,
        mut take: impl FnMut(Answer, &str) -> Result<usize, ForgeError>,
    ) -> Result<(), ForgeError> {
        let mut addresses = BTreeSet::new();
        let mut names = BTreeSet::new();
        for _ in 0..PAGES {
            let name = self.name(&asked);
            addresses.insert(asked.url.clone());
            let answer = self.answer(&asked)?;
            let next = self.next_page(&answer, &name)?;
            for item in items(&answer.json) {
                if let Some(item) = named(item)
                    && !names.insert(item.clone())
                {
                    return Err(incomplete(&name, &format!("{item} is listed twice")));
                }
            }
            let wanted = take(answer, &name)?;
            match next {
                Some(url) if wanted > 0 => {
                    if addresses.contains(&url) {
                        return Err(incomplete(&name, "its pages lead round in a circle"));
                    }
                    asked.url = url;
                }
                _ => return Ok(()),
            }
        }
        Err(incomplete(&self.name(&asked), "it has no end"))
    }

    /// Where the next page is, on the same host.
    fn next_page(&self, answer: &Answer, name: &str) -> Result<Option<String>, ForgeError> {
        let mut next = None;
        for header in answer.headers.get_all(LINK) {
            let header =
                header.to_str().map_err(|_| incomplete(name, "the address of its next page cannot be read"))?;
            let found = next_link(header).map_err(|why| incomplete(name, &format!("of its next page, {why}")))?;
            next = next.or(found);
        }
        let Some(link) = next else { return Ok(None) };
        match self.base.origin().resolve(&link) {
            Some(url) => Ok(Some(url)),
            None => Err(incomplete(name, "its next page is on another host")),
        }
    }
}

/// The items of a page: of a list, or of the one list in an object.
fn items(page: &Value) -> &[Value] {
    match page {
        Value::Array(items) => items,
        Value::Object(_) => only_list(page).map_or(&[], |(_, items)| items),
        _ => &[],
    }
}

/// The one list in an object, and what it is called.
pub(super) fn only_list(page: &Value) -> Option<(&str, &[Value])> {
    let mut lists =
        page.as_object()?.iter().filter_map(|(key, value)| Some((key.as_str(), value.as_array()?.as_slice())));
    let first = lists.next()?;
    lists.next().is_none().then_some(first)
}

/// What an item is called, if it has a name of its own.
fn named(item: &Value) -> Option<String> {
    let name = NAMES.iter().find_map(|key| item.get(key).filter(|name| name.is_string() || name.is_number()))?;
    let event = item.get("event").and_then(Value::as_str).unwrap_or_default();
    Some(format!("{event}{}{name}", if event.is_empty() { "" } else { " " }))
}

/// With as many items a page as GitHub gives.
pub(super) fn paged(path: &str) -> String {
    format!("{path}{}per_page=100", if path.contains('?') { '&' } else { '?' })
}

pub(super) fn malformed(what: &str, why: &str) -> ForgeError {
    ForgeError::Malformed { what: what.to_owned(), why: why.to_owned() }
}

pub(super) fn incomplete(what: &str, why: &str) -> ForgeError {
    ForgeError::Incomplete { what: what.to_owned(), why: super::error::plain(why) }
}
