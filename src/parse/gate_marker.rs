//! The marks of the gate's own issues, read back: `<!-- changeward:request environment=production commit=… run=… -->`.
//!
//! Only the first line counts, and only as this program writes it, to the byte: whatever else stands in an issue may be
//! somebody's. That an issue is the gate's own, its author says; a mark alone says nothing.

use crate::model::{CommitId, Moment, ObligationMarker, RequestMarker};

/// Reads the mark of an approval request.
pub fn request_marker(body: &str) -> Option<RequestMarker> {
    let plain = words(body, "request", ["environment", "commit", "run"]).map(|[a, b, c]| [a, b, c, ""]);
    let [environment, commit, run, since] =
        plain.or_else(|| words(body, "request", ["environment", "commit", "run", "since"]))?;
    let digits = !run.is_empty() && !run.starts_with('0') && run.bytes().all(|byte| byte.is_ascii_digit());
    let run = digits.then(|| run.parse().ok()).flatten()?;
    let told = plain.is_none().then(|| commit_id(since));
    let since = if let Some(told) = told { Some(told?) } else { None };
    Some(RequestMarker { environment: name(environment)?, commit: commit_id(commit)?, run, since })
}

/// Reads the mark of an obligation.
pub fn obligation_marker(body: &str) -> Option<ObligationMarker> {
    let [kind, change, due] = words(body, "obligation", ["kind", "change", "due"])?;
    let due = match due {
        "none" => None,
        day => Some(Moment::parse(day).filter(|moment| moment.date() == day)?),
    };
    Some(ObligationMarker { kind: name(kind)?, change: commit_id(change)?, due })
}

/// The values of the mark in the first line.
fn words<'a, const N: usize>(body: &'a str, mark: &str, keys: [&str; N]) -> Option<[&'a str; N]> {
    let line = body.split('\n').next()?;
    let line = line.strip_suffix('\r').unwrap_or(line);
    let inner = line.strip_prefix("<!-- changeward:")?.strip_suffix(" -->")?.strip_prefix(mark)?;
    let mut values = [""; N];
    let mut pairs = inner.strip_prefix(' ')?.split(' ');
    for (key, value) in keys.into_iter().zip(&mut values) {
        *value = pairs.next()?.strip_prefix(key)?.strip_prefix('=')?;
    }
    pairs.next().is_none().then_some(values)
}

fn commit_id(text: &str) -> Option<CommitId> {
    let hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (hex && matches!(text.len(), 40 | 64)).then(|| CommitId(text.to_owned()))
}

/// A name that was written as one word.
fn name(word: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                let digit = |b: u8| matches!(b, b'0'..=b'9' | b'A'..=b'F');
                let digits = std::str::from_utf8(&digits).ok().filter(|d| d.bytes().all(digit))?;
                let byte = u8::from_str_radix(digits, 16).ok()?;
                // What needs no spelling out has none, so each name has one mark.
                (!plain(byte)).then(|| bytes.push(byte))?;
            }
            byte if plain(byte) => bytes.push(byte),
            _ => return None,
        }
    }
    String::from_utf8(bytes).ok().filter(|name| !name.is_empty())
}

fn plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'/')
}

#[cfg(test)]
mod tests {
    use super::{obligation_marker, request_marker};
    use crate::model::{CommitId, Moment, ObligationMarker, RequestMarker};
    use proptest::prelude::*;

    const SHA: &str = "0123456789012345678901234567890123456789";

    #[test]
    fn only_the_first_line_as_it_is_written_is_a_mark() {
        let good = format!("<!-- changeward:request environment=production commit={SHA} run=17 -->");
        let read = request_marker(&good).map(|mark| (mark.environment, mark.commit.0, mark.run));
        assert_eq!(read, Some(("production".to_owned(), SHA.to_owned(), 17)));
        assert_eq!(request_marker(&format!("{good}\r\ntext")), request_marker(&good));
        for bad in [
            format!("text\n{good}"),
            format!(" {good}"),
            format!("{good} "),
            format!("> {good}"),
            good.replace("run=17", "run=017"),
            good.replace("run=17", "run=+17"),
            good.replace("run=17", "run=0"),
            good.replace("run=17", "run=17 run=18"),
            good.replace("run=17", "run=17 since="),
            good.replace("run=17", "run=17 since=main"),
            good.replace("run=17", &format!("since={SHA} run=17")),
            good.replace("run=17", "run=99999999999999999999999"),
            good.replace("environment=production", "environment="),
            good.replace("environment=production", "environment=a b"),
            good.replace("environment=production", "environment=a%2e"),
            good.replace("environment=production", "environment=%41"),
            good.replace("environment=production", "environment=%FF"),
            good.replace("environment=production", "environment=a>b"),
            good.replace(SHA, "main"),
            good.replace(SHA, &SHA.to_uppercase().replace('0', "A")),
            good.replace("commit", "Commit"),
            good.replace("request", "obligation"),
            good.replace("<!--", "<!---"),
        ] {
            assert_eq!(request_marker(&bad), None, "{bad}");
        }
        for bad in ["due=2026-13-01", "due=tomorrow", "due=2026-12-01T00:00:00Z", "due="] {
            let mark = format!("<!-- changeward:obligation kind=pir change={SHA} {bad} -->");
            assert_eq!(obligation_marker(&mark), None, "{mark}");
        }
    }

    proptest! {
        /// Whatever an environment or a kind is called, its mark is one line, ends once, and is read back.
        #[test]
        fn a_mark_is_read_back(name in ".{1,40}", run in 1_u64.., day in 0_i64..40_000, open in any::<bool>()) {
            let commit = CommitId(SHA.to_owned());
            let since = open.then(|| commit.clone());
            let request = RequestMarker { environment: name.clone(), commit: commit.clone(), run, since };
            let due = open.then(|| Moment::from_unix(day * 86_400));
            let obligation = ObligationMarker { kind: name, change: commit, due };
            for mark in [request.to_string(), obligation.to_string()] {
                prop_assert_eq!(mark.matches("-->").count(), 1);
                prop_assert!(!mark.contains('\n') && mark.is_ascii());
            }
            prop_assert_eq!(request_marker(&format!("{request}\nbody")), Some(request));
            prop_assert_eq!(obligation_marker(&format!("{obligation}\nbody")), Some(obligation));
        }
    }
}
