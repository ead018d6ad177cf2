//! Where two values differ: not two long lines to compare by eye, but the places.

use super::value::shown;
use crate::model::Difference;
use regorus::Value;

/// No more than so many places are told.
const MOST: usize = 20;

/// The places at which two values of the same shape differ. Empty for two numbers or texts: they are short enough to be
/// read beside each other. And how many more there are than are told.
pub(super) fn differences(left: &Value, right: &Value) -> (Vec<Difference>, u64) {
    let mut found = Told::default();
    if alike(left, right) {
        compare(left, right, &mut String::new(), &mut found);
    }
    (found.differences, found.more)
}

#[derive(Default)]
struct Told {
    differences: Vec<Difference>,
    more: u64,
}

/// Both are arrays, both sets, or both objects.
fn alike(left: &Value, right: &Value) -> bool {
    matches!(
        (left, right),
        (Value::Array(_), Value::Array(_)) | (Value::Set(_), Value::Set(_)) | (Value::Object(_), Value::Object(_))
    )
}

fn compare(left: &Value, right: &Value, path: &mut String, found: &mut Told) {
    match (left, right) {
        (Value::Array(a), Value::Array(b)) => {
            for index in 0..a.len().max(b.len()) {
                below(a.get(index), b.get(index), &index.to_string(), path, found);
            }
        }
        (Value::Set(a), Value::Set(b)) => {
            a.iter().filter(|item| !b.contains(item)).for_each(|item| tell(Some(item), None, path, found));
            b.iter().filter(|item| !a.contains(item)).for_each(|item| tell(None, Some(item), path, found));
        }
        (Value::Object(a), Value::Object(b)) => {
            for (name, value) in a.iter() {
                below(Some(value), b.get(name), &super::value::key(name), path, found);
            }
            for (name, value) in b.iter().filter(|(name, _)| !a.contains_key(name)) {
                below(None, Some(value), &super::value::key(name), path, found);
            }
        }
        _ if left != right => tell(Some(left), Some(right), path, found),
        _ => {}
    }
}

fn below(left: Option<&Value>, right: Option<&Value>, name: &str, path: &mut String, found: &mut Told) {
    let end = path.len();
    path.push('/');
    path.push_str(&name.replace('~', "~0").replace('/', "~1"));
    match (left, right) {
        (Some(left), Some(right)) => compare(left, right, path, found),
        _ => tell(left, right, path, found),
    }
    path.truncate(end);
}

fn tell(left: Option<&Value>, right: Option<&Value>, path: &str, found: &mut Told) {
    if found.differences.len() == MOST {
        found.more += 1;
    } else {
        found.differences.push(Difference { path: path.to_owned(), left: left.map(shown), right: right.map(shown) });
    }
}

#[cfg(test)]
mod tests {
    use super::differences;
    use regorus::Value;
    use std::collections::BTreeSet;

    fn check(left: &Value, right: &Value, expected: &[&str]) {
        let line = |d: crate::model::Difference| {
            format!("{} {} {}", d.path, d.left.as_deref().unwrap_or("-"), d.right.as_deref().unwrap_or("-"))
        };
        assert_eq!(differences(left, right).0.into_iter().map(line).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn only_what_differs_is_told_with_the_way_to_it() {
        let json = |text| Value::from_json_str(text).unwrap();
        check(
            &json(r#"{"a": 1, "b": [1, 2], "c/d": 1}"#),
            &json(r#"{"a": 1, "b": [1, 3, 4], "e": 2}"#),
            &["/b/1 2 3", "/b/2 - 4", "/c~1d 1 -", "/e - 2"],
        );
        let set = |items: &[u64]| Value::from(items.iter().map(|n| Value::from(*n)).collect::<BTreeSet<_>>());
        check(&set(&[1, 2]), &set(&[2, 3]), &[" 1 -", " - 3"]);
        check(&json("1"), &json("2"), &[]);
        check(&json("[1]"), &set(&[1]), &[]);
        check(&json(r#"{"a": [1]}"#), &json(r#"{"a": {"b": 1}}"#), &[r#"/a [1] {"b": 1}"#]);
    }

    #[test]
    fn what_is_not_told_is_counted() {
        let list = |number: u64, of: u64| Value::from((0..number).map(|_| Value::from(of)).collect::<Vec<_>>());
        for (number, told, more) in [(20, 20, 0), (21, 20, 1), (1_000, 20, 980)] {
            let (differences, left_out) = differences(&list(number, 1), &list(number, 2));
            assert_eq!((differences.len(), left_out), (told, more), "{number}");
        }
    }
}
