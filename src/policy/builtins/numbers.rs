//! `numbers.range` with an end: the engine reserves the whole range first and dies of a large one.

use super::Refusal;
use regorus::Value;

/// The most numbers of a range.
const LONGEST: i64 = 1_000_000;

/// `numbers.range(from, to)`, both included, upwards or downwards.
pub(super) fn range(arguments: &[Value]) -> Result<Value, Refusal> {
    steps(whole(arguments, 0)?, whole(arguments, 1)?, 1)
}

/// `numbers.range_step(from, to, step)`.
pub(super) fn range_step(arguments: &[Value]) -> Result<Value, Refusal> {
    let step = whole(arguments, 2)?;
    if step <= 0 {
        return Err(Refusal::new("step must be a positive integer"));
    }
    steps(whole(arguments, 0)?, whole(arguments, 1)?, step)
}

fn steps(from: i64, to: i64, step: i64) -> Result<Value, Refusal> {
    let count = i64::try_from(from.abs_diff(to)).ok().map(|distance| distance / step);
    let count = count.filter(|count| *count < LONGEST);
    let count = count.ok_or_else(|| Refusal::new(format!("a range has at most {LONGEST} numbers")))?;
    let towards = if from <= to { step } else { -step };
    Ok(Value::from((0..=count).map(|n| Value::from(from + n * towards)).collect::<Vec<_>>()))
}

fn whole(arguments: &[Value], index: usize) -> Result<i64, Refusal> {
    let number = match arguments.get(index) {
        Some(Value::Number(number)) if number.is_integer() => number.as_i64(),
        _ => None,
    };
    number.ok_or_else(|| Refusal::new(format!("operand {} must be an integer of 64 bits", index + 1)))
}

#[cfg(test)]
mod tests {
    use super::{range, range_step};
    use regorus::Value;

    #[test]
    fn ranges_run_both_ways_and_end() {
        let call = |from: i64, to: i64, step: Option<i64>| {
            let arguments: Vec<Value> = [Some(from), Some(to), step].into_iter().flatten().map(Value::from).collect();
            let found = if step.is_some() { range_step(&arguments) } else { range(&arguments) };
            found.ok()
        };
        let table = [
            ((1, 3, None), Some("[1,2,3]")),
            ((3, 1, None), Some("[3,2,1]")),
            ((1, 10, Some(4)), Some("[1,5,9]")),
            ((10, 1, Some(4)), Some("[10,6,2]")),
            ((1, 10, Some(0)), None),
            ((0, 1_000_000, None), None),
            ((i64::MIN, i64::MAX, Some(i64::MAX)), None),
        ];
        for ((from, to, step), expected) in table {
            let expected = expected.map(|json| Value::from_json_str(json).unwrap());
            assert_eq!(call(from, to, step), expected, "{from} {to} {step:?}");
        }
    }
}
