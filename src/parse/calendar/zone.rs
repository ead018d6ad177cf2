//! Wall clocks: what an hour on a wall in Berlin is on the one line of time.
//!
//! The time zones are IANA's, compiled into the binary: a calendar means the same on every machine, whatever its
//! `/usr/share/zoneinfo` says. Wall time is counted in seconds as if the wall hung in UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// A time zone. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Zone(TimeZone);

impl Zone {
    /// A zone by its IANA name, in IANA's spelling.
    pub(super) fn named(name: &str) -> Option<Self> {
        let zone = TimeZoneDatabase::bundled().get(name).ok()?;
        (zone.iana_name() == Some(name)).then_some(Self(zone))
    }

    /// The instant of a time on the wall.
    ///
    /// RFC 5545 section 3.3.5: a time that occurs twice is the first of the two; one that is skipped is counted with the
    /// offset before the gap, so 02:30 becomes 03:30. (jiff calls this "compatible", after the same section.)
    pub(super) fn instant(&self, wall: i64) -> i64 {
        let found = on_the_wall(wall).and_then(|time| self.0.to_ambiguous_zoned(time).compatible().ok());
        found.map_or(wall, |zoned| zoned.timestamp().as_second())
    }

    /// What the wall shows at an instant.
    pub(super) fn wall(&self, instant: i64) -> i64 {
        let shown = Timestamp::from_second(instant).ok().map(|stamp| self.0.to_datetime(stamp));
        let as_if_utc = shown.and_then(|time| time.to_zoned(TimeZone::UTC).ok());
        as_if_utc.map_or(instant, |zoned| zoned.timestamp().as_second())
    }
}

/// Seconds on the wall as a date and a time.
fn on_the_wall(seconds: i64) -> Option<DateTime> {
    Some(TimeZone::UTC.to_datetime(Timestamp::from_second(seconds).ok()?))
}

#[cfg(test)]
mod tests {
    use super::Zone;
    use crate::model::Moment;

    /// Zone, time on the wall, instant, the wall at that instant when it is another one.
    const TABLE: &[(&str, &str, &str, Option<&str>)] = &[
        ("UTC", "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", None),
        ("Europe/Berlin", "2026-07-01T12:00:00Z", "2026-07-01T10:00:00Z", None),
        ("Europe/Berlin", "2026-03-29T02:30:00Z", "2026-03-29T01:30:00Z", Some("2026-03-29T03:30:00Z")),
        ("Europe/Berlin", "2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z", None),
        ("America/New_York", "1960-01-01T00:00:00Z", "1960-01-01T05:00:00Z", None),
        ("America/Argentina/Buenos_Aires", "2026-01-01T00:00:00Z", "2026-01-01T03:00:00Z", None),
        ("America/Port-au-Prince", "2026-01-01T00:00:00Z", "2026-01-01T05:00:00Z", None),
        ("Etc/GMT+5", "2026-01-01T00:00:00Z", "2026-01-01T05:00:00Z", None),
        ("Asia/Kathmandu", "2026-01-01T05:45:00Z", "2026-01-01T00:00:00Z", None),
        ("Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T22:00:00Z", Some("2011-12-31T12:00:00Z")),
        ("Africa/Cairo", "2026-04-24T00:00:00Z", "2026-04-23T22:00:00Z", Some("2026-04-24T01:00:00Z")),
        ("Europe/Berlin", "9999-12-30T12:00:00Z", "9999-12-30T11:00:00Z", None),
    ];

    #[test]
    fn a_wall_clock_and_an_instant_agree() {
        let seconds = |text: &str| Moment::parse(text).unwrap().unix();
        for (name, wall, instant, after) in TABLE {
            let zone = Zone::named(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(Moment::from_unix(zone.instant(seconds(wall))).to_string(), *instant, "{name} {wall}");
            let shown = Moment::from_unix(zone.wall(seconds(instant))).to_string();
            assert_eq!(shown, after.unwrap_or(wall), "{name} {instant}");
        }
        for bad in ["", "Local", "Berlin", "europe/berlin", "Europe/Berlin:x", "UTC;X=1", "W. Europe Standard Time"] {
            assert!(Zone::named(bad).is_none(), "{bad}");
        }
    }
}
