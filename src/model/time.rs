//! The one kind of time: whole seconds on the UTC line. Nothing in the house reads a clock; `now` is a value.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::fmt;

/// A moment, in whole seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

/// Seconds of one day.
pub const DAY: i64 = 86_400;

impl Moment {
    /// A moment from seconds since the epoch, within the years jiff can print; clamped beyond them.
    pub fn from_unix(seconds: i64) -> Self {
        Self(seconds.clamp(jiff::Timestamp::MIN.as_second(), jiff::Timestamp::MAX.as_second()))
    }

    /// Seconds since the epoch.
    pub fn unix(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339 (`2026-11-22T16:00:00Z`, any offset) or a date, which is its midnight in UTC.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() == 10 {
            let date: Date = text.parse().ok()?;
            return Some(Self(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second()));
        }
        let stamp: jiff::Timestamp = text.parse().ok()?;
        Some(Self(stamp.as_second()))
    }

    /// This moment moved by so many seconds.
    pub fn plus(self, seconds: i64) -> Self {
        Self::from_unix(self.0.saturating_add(seconds))
    }

    /// Midnight (UTC) of this moment's day.
    pub fn midnight(self) -> Self {
        Self(self.0.div_euclid(DAY) * DAY)
    }

    /// The day alone: `2026-11-22`.
    pub fn date(self) -> String {
        self.to_string().chars().take(10).collect()
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(stamp) => write!(f, "{stamp}"),
            Err(_) => write!(f, "@{}", self.0),
        }
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A length of time in seconds, written `"30m"`, `"24h"`, `"5d"`, `"2w"` in the files people write.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span(pub i64);

impl Span {
    /// Reads a whole number and one unit of `s`, `m`, `h`, `d`, `w`. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let unit = text.chars().next_back()?;
        let number: i64 = text.strip_suffix(unit)?.parse::<u32>().ok()?.into();
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3_600,
            'd' => DAY,
            'w' => 7 * DAY,
            _ => return None,
        };
        Some(Self(number * seconds))
    }

    /// Whole days, rounded up.
    pub fn days(self) -> i64 {
        self.0.div_euclid(DAY) + i64::from(self.0.rem_euclid(DAY) != 0)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(7 * DAY, "w"), (DAY, "d"), (3_600, "h"), (60, "m")];
        for (size, unit) in units {
            if self.0 != 0 && self.0 % size == 0 {
                return write!(f, "{}{unit}", self.0 / size);
            }
        }
        write!(f, "{}s", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Moment, Span};

    #[test]
    fn moments_and_spans_read_what_they_print() {
        let noon = Moment::parse("2026-11-22T13:00:00+01:00").unwrap();
        assert_eq!(noon.to_string(), "2026-11-22T12:00:00Z");
        assert_eq!(Moment::parse("2026-11-22"), Some(noon.midnight()));
        assert_eq!(Moment::parse("2026-13-01"), None);
        assert_eq!(Span::parse("24h").map(|s| s.to_string()).as_deref(), Some("1d"));
        assert_eq!(Span::parse("90m").map(|s| s.0), Some(5400));
        for bad in ["", "h", "-1h", "1.5h", "24", "24 h", "1y"] {
            assert_eq!(Span::parse(bad), None, "{bad}");
        }
    }
}
