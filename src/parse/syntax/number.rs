//! What kind of value a number is, for every format that has them.

use crate::model::ScalarKind;

/// As many digits as every decimal number of them survives in a float.
const EXACT_DIGITS: usize = 15;

/// A decimal number with a fraction or an exponent: a number, when a float carries it well enough to be compared.
pub(super) fn fraction(text: &str) -> ScalarKind {
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let digits = mantissa.trim_start_matches(['+', '-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    // Zero with a sign is not zero to some.
    if digits > EXACT_DIGITS || (digits == 0 && text.starts_with('-')) {
        return ScalarKind::Unclear;
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && (number.is_normal() || digits == 0) => ScalarKind::Number,
        _ => ScalarKind::Unclear,
    }
}
