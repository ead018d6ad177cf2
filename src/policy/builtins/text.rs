//! Small functions over texts and arrays.

use super::{Refusal, text};
use regorus::Value;

/// `strings.count(text, part)`; the engine panics on an empty part. As in Go, an empty part is found around each character.
pub(super) fn count(arguments: &[Value]) -> Result<Value, Refusal> {
    let (whole, part) = (text(arguments, 0)?, text(arguments, 1)?);
    let found = if part.is_empty() { whole.chars().count() + 1 } else { whole.matches(part).count() };
    Ok(Value::from(u64::try_from(found).unwrap_or(u64::MAX)))
}

/// `array.flatten(array)`: one level of nesting less.
pub(super) fn flatten(arguments: &[Value]) -> Result<Value, Refusal> {
    let Some(Value::Array(items)) = arguments.first() else {
        return Err(Refusal::new("operand 1 must be an array"));
    };
    let mut flat = Vec::new();
    for item in items.iter() {
        match item {
            Value::Array(inner) => flat.extend(inner.iter().cloned()),
            other => flat.push(other.clone()),
        }
    }
    Ok(Value::from(flat))
}

#[cfg(test)]
mod tests {
    use super::{count, flatten};
    use regorus::Value;

    #[test]
    fn texts_are_counted_and_arrays_flattened_as_in_opa() {
        for (whole, part, expected) in [("abc", "", 4), ("", "", 1), ("aXbX", "X", 2), ("aaa", "aa", 1), ("é", "", 2)]
        {
            assert_eq!(
                count(&[Value::from(whole), Value::from(part)]).unwrap(),
                Value::from(expected),
                "{whole} {part}"
            );
        }
        let nested = Value::from_json_str("[1,[2,[3]],[]]").unwrap();
        assert_eq!(flatten(&[nested]).unwrap(), Value::from_json_str("[1,2,[3]]").unwrap());
    }
}
