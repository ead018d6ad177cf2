//! What follows an attempt: the one rule of repetition, as data. It sends nothing, sleeps never and reads no clock.
//!
//! A read is repeated until it is answered. A write that may be repeated is treated alike. A write that must happen once
//! is repeated only when it was certainly not done: nobody took the connection, or GitHub said "later" before it did
//! anything. In every other doubt it is looked for.

use super::Patience;
use crate::model::Moment;
use http::HeaderMap;
use std::time::Duration;

/// The longest wait between two attempts that nobody asked for.
const LONGEST_BACKOFF: Duration = Duration::from_secs(30);
/// Attempts at an answer that comes, but cannot be read.
const UNREADABLE: u32 = 5;

/// What may be done again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Habit {
    /// It changes nothing.
    Read,
    /// It changes something, and twice is as good as once.
    Repeatable,
    /// It makes something: twice would be one too many.
    Once,
}

/// How an attempt went.
#[derive(Clone, Copy, Debug)]
pub enum Seen<'a> {
    /// Nothing was sent.
    NotSent,
    /// It was sent, and no whole answer came.
    Lost,
    /// The answer is larger than anything expected.
    TooLarge,
    /// An answer.
    Answer {
        /// The HTTP status.
        status: u16,
        /// Its headers.
        headers: &'a HeaderMap,
        /// What GitHub says in it; empty where it says nothing.
        message: &'a str,
        /// The body is whole JSON, or rightly empty.
        readable: bool,
    },
}

/// Which attempt it was, and how much time is left.
#[derive(Clone, Copy, Debug)]
pub struct Attempt {
    /// Counts from 1.
    pub number: u32,
    /// Until the deadline.
    pub left: Duration,
    /// Of 1000; keeps many runs that start together from repeating together.
    pub jitter: u16,
}

/// What to do next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// It is answered.
    Take,
    /// Wait so long, then send it again.
    Again(Duration),
    /// It may have been done: look.
    LookBack,
    /// It is refused: do not ask again.
    Refused,
    /// An answer comes each time, and it cannot be read.
    Unreadable,
    /// There is no time left for another attempt.
    Late,
}

/// The rule.
pub fn next(habit: Habit, attempt: Attempt, seen: Seen<'_>, patience: &Patience) -> Next {
    let again = |wait: Duration| if wait < attempt.left { Next::Again(wait) } else { Next::Late };
    let doubtful = || if habit == Habit::Once { Next::LookBack } else { again(backoff(attempt, patience)) };
    match seen {
        Seen::NotSent => again(backoff(attempt, patience)),
        Seen::Lost => doubtful(),
        Seen::TooLarge if habit == Habit::Once => Next::LookBack,
        Seen::TooLarge => Next::Unreadable,
        Seen::Answer { status: 200..=299, readable: true, .. } => Next::Take,
        Seen::Answer { status: 200..=299, .. } if habit != Habit::Once && attempt.number >= UNREADABLE => {
            Next::Unreadable
        }
        Seen::Answer { status: 200..=299 | 408 | 500..=599, headers, .. } => match stated_wait(headers) {
            Some(wait) if habit != Habit::Once => again(wait.max(backoff(attempt, patience))),
            _ => doubtful(),
        },
        Seen::Answer { status, headers, message, .. } if limited(status, headers, message) => {
            let unstated = patience.secondary.saturating_mul(1 << attempt.number.saturating_sub(1).min(10));
            let wait = stated_wait(headers).or_else(|| until_reset(headers)).unwrap_or(unstated);
            again(wait.saturating_add(backoff(Attempt { number: 1, ..attempt }, patience)))
        }
        Seen::Answer { .. } => Next::Refused,
    }
}

/// Between half of and the whole of `backoff`, doubled with each attempt.
fn backoff(attempt: Attempt, patience: &Patience) -> Duration {
    let doubled = patience.backoff.saturating_mul(1 << attempt.number.saturating_sub(1).min(16)).min(LONGEST_BACKOFF);
    doubled.saturating_mul(500 + u32::from(attempt.jitter.min(1000)) / 2) / 1000
}

/// Whether this is "later", not "no": GitHub says both with 403.
fn limited(status: u16, headers: &HeaderMap, message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    let said = ["rate limit", "abuse detection"].iter().any(|words| message.contains(words));
    let denied = ["not accessible", "must have", "must be"].iter().any(|words| message.contains(words));
    let stated = headers.contains_key("retry-after");
    match status {
        429 => true,
        403 => said || stated || (header(headers, "x-ratelimit-remaining") == Some("0") && !denied),
        _ => false,
    }
}

/// `Retry-After`, in seconds or as a date; a date is held against the answer's own, so this machine's clock is not asked.
fn stated_wait(headers: &HeaderMap) -> Option<Duration> {
    let stated = header(headers, "retry-after")?;
    if let Ok(seconds) = stated.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    Some(between(http_date(header(headers, "date")?)?, http_date(stated)?))
}

/// Until the hour's allowance is renewed, by GitHub's clock.
fn until_reset(headers: &HeaderMap) -> Option<Duration> {
    if header(headers, "x-ratelimit-remaining")? != "0" {
        return None;
    }
    let reset = Moment::from_unix(header(headers, "x-ratelimit-reset")?.parse().ok()?);
    Some(between(http_date(header(headers, "date")?)?, reset.plus(1)))
}

fn between(from: Moment, to: Moment) -> Duration {
    Duration::from_secs(to.unix().saturating_sub(from.unix()).try_into().unwrap_or(0))
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// A date as HTTP writes it: `Sun, 22 Nov 2026 16:00:00 GMT`.
pub(super) fn http_date(text: &str) -> Option<Moment> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, date) = text.split_once(", ")?;
    let mut words = date.split(' ');
    let (day, month, year, time) = (words.next()?, words.next()?, words.next()?, words.next()?);
    if words.next() != Some("GMT") || words.next().is_some() {
        return None;
    }
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    Moment::parse(&format!("{year}-{month:02}-{day}T{time}Z"))
}

#[cfg(test)]
mod tests {
    use super::{Attempt, Habit, Next, Seen, http_date, next};
    use crate::world::github::Patience;
    use http::{HeaderMap, HeaderName, HeaderValue};
    use std::time::Duration;

    const DATE: &str = "date: Sun, 22 Nov 2026 16:00:00 GMT";
    const HOUR: Duration = Duration::from_secs(3600);

    /// Name, status, headers, message, readable; what follows for each habit.
    type Line = (&'static str, u16, &'static [&'static str], &'static str, bool, [Next; 3]);

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for line in lines {
            let (name, value) = line.split_once(": ").unwrap();
            headers.insert(name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    fn after(habit: Habit, status: u16, lines: &[&str], message: &str, readable: bool) -> Next {
        let attempt = Attempt { number: 1, left: HOUR, jitter: 1000 };
        let headers = headers(lines);
        next(habit, attempt, Seen::Answer { status, headers: &headers, message, readable }, &Patience::default())
    }

    fn ms(milliseconds: u64) -> Next {
        Next::Again(Duration::from_millis(milliseconds))
    }

    #[test]
    fn answers() {
        use Habit::{Once, Read, Repeatable};
        const SECONDARY: &str = "You have exceeded a secondary rate limit.";
        let table: &[Line] = &[
            ("fine", 200, &[], "", true, [Next::Take; 3]),
            ("made", 201, &[], "", true, [Next::Take; 3]),
            ("nothing to say", 204, &[], "", true, [Next::Take; 3]),
            ("cut off", 200, &[], "", false, [ms(500), ms(500), Next::LookBack]),
            ("HTML instead of JSON", 201, &[], "", false, [ms(500), ms(500), Next::LookBack]),
            ("broken", 500, &[], "", true, [ms(500), ms(500), Next::LookBack]),
            ("broken, in HTML", 502, &[], "", false, [ms(500), ms(500), Next::LookBack]),
            ("away for a while", 503, &["retry-after: 7"], "", true, [ms(7000), ms(7000), Next::LookBack]),
            ("too slow", 408, &[], "", true, [ms(500), ms(500), Next::LookBack]),
            ("later, in seconds", 429, &["retry-after: 2"], "", true, [ms(2500); 3]),
            ("later, at once", 429, &["retry-after: 0"], "", true, [ms(500); 3]),
            ("later, as a date", 429, &[DATE, "retry-after: Sun, 22 Nov 2026 16:00:30 GMT"], "", true, [ms(30_500); 3]),
            ("a date that is past", 429, &[DATE, "retry-after: Sun, 22 Nov 2026 15:00:30 GMT"], "", true, [ms(500); 3]),
            ("a word that is no wait", 429, &[DATE, "retry-after: soon"], "", true, [ms(60_500); 3]),
            ("later, in HTML", 429, &[], "", false, [ms(60_500); 3]),
            ("secondary, stated", 403, &["retry-after: 5"], SECONDARY, true, [ms(5500); 3]),
            ("secondary, unstated", 403, &[], SECONDARY, true, [ms(60_500); 3]),
            (
                "the hour is used up",
                403,
                &[DATE, "x-ratelimit-remaining: 0", "x-ratelimit-reset: 1795363260"],
                "API rate limit exceeded for installation ID 1.",
                true,
                [ms(61_500); 3],
            ),
            (
                "the hour is used up, and nobody says what time it is",
                403,
                &["x-ratelimit-remaining: 0", "x-ratelimit-reset: 1795363260"],
                "API rate limit exceeded",
                true,
                [ms(60_500); 3],
            ),
            ("no right", 403, &[], "Resource not accessible by integration", true, [Next::Refused; 3]),
            (
                "no right, asked with the last request of the hour",
                403,
                &[DATE, "x-ratelimit-remaining: 0", "x-ratelimit-reset: 1795363260"],
                "Resource not accessible by integration",
                true,
                [Next::Refused; 3],
            ),
            ("a reset beyond the deadline", 429, &["retry-after: 3600"], "", true, [Next::Late; 3]),
            ("no token", 401, &[], "Bad credentials", true, [Next::Refused; 3]),
            ("not there", 404, &[], "Not Found", true, [Next::Refused; 3]),
            ("elsewhere", 301, &[], "Moved Permanently", true, [Next::Refused; 3]),
            ("in the way", 409, &[], "Conflict", true, [Next::Refused; 3]),
            ("wrong", 422, &[], "Validation Failed", true, [Next::Refused; 3]),
        ];
        for (name, status, lines, message, readable, expected) in table {
            let found = [Read, Repeatable, Once].map(|habit| after(habit, *status, lines, message, *readable));
            assert_eq!(found, *expected, "{name}");
        }
    }

    #[test]
    fn no_answers() {
        let attempt = |number, left| Attempt { number, left, jitter: 0 };
        let patience = Patience::default();
        let table: &[(Habit, Attempt, Seen<'_>, Next)] = &[
            (Habit::Read, attempt(1, HOUR), Seen::Lost, ms(250)),
            (Habit::Read, attempt(3, HOUR), Seen::Lost, ms(1000)),
            (Habit::Read, attempt(90, HOUR), Seen::Lost, ms(15_000)),
            (Habit::Read, attempt(1, Duration::from_millis(250)), Seen::Lost, Next::Late),
            (Habit::Repeatable, attempt(1, HOUR), Seen::Lost, ms(250)),
            (Habit::Once, attempt(1, HOUR), Seen::Lost, Next::LookBack),
            (Habit::Once, attempt(1, Duration::ZERO), Seen::Lost, Next::LookBack),
            (Habit::Once, attempt(1, HOUR), Seen::NotSent, ms(250)),
            (Habit::Once, attempt(1, Duration::ZERO), Seen::NotSent, Next::Late),
            (Habit::Read, attempt(1, HOUR), Seen::TooLarge, Next::Unreadable),
            (Habit::Once, attempt(1, HOUR), Seen::TooLarge, Next::LookBack),
        ];
        for (n, (habit, attempt, seen, expected)) in table.iter().enumerate() {
            assert_eq!(next(*habit, *attempt, *seen, &patience), *expected, "line {n}");
        }
    }

    #[test]
    fn an_unreadable_answer_is_not_asked_for_forever() {
        let none = HeaderMap::new();
        let seen = Seen::Answer { status: 200, headers: &none, message: "", readable: false };
        let after = |habit| next(habit, Attempt { number: 5, left: HOUR, jitter: 0 }, seen, &Patience::default());
        assert_eq!(after(Habit::Read), Next::Unreadable);
        assert_eq!(after(Habit::Once), Next::LookBack);
    }

    #[test]
    fn a_secondary_limit_doubles_its_wait() {
        let none = HeaderMap::new();
        let seen = Seen::Answer { status: 429, headers: &none, message: "", readable: true };
        let wait = |number| next(Habit::Read, Attempt { number, left: HOUR, jitter: 1000 }, seen, &Patience::default());
        assert_eq!([wait(1), wait(2), wait(3)], [ms(60_500), ms(120_500), ms(240_500)]);
    }

    #[test]
    fn dates_of_http() {
        let read = |text: &str| http_date(text).map(|moment| moment.to_string());
        assert_eq!(read("Sun, 22 Nov 2026 16:00:00 GMT").as_deref(), Some("2026-11-22T16:00:00Z"));
        for bad in
            ["", "soon", "Sunday, 22-Nov-26 16:00:00 GMT", "Sun, 22 Foo 2026 16:00:00 GMT", "Sun, 22 Nov 2026 16:00:00"]
        {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
