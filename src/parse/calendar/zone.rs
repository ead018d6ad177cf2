//! Wall clocks: what an hour on a wall in Berlin is on the one line of time.
//!
//! The time zones are IANA's, compiled into the binary through `rrule` (chrono-tz): a calendar means the same on every
//! machine, whatever its `/usr/share/zoneinfo` says. Wall time is counted in seconds as if the wall hung in UTC.

use rrule::RRuleSet;
use std::sync::Arc;
use std::time::Duration;

/// A time zone. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Zone(Arc<RRuleSet>);

/// Noon of 1 January 2000 on the wall: the origin every time is counted from. It exists once in every zone.
const ORIGIN: &str = "20000101T120000";
const ORIGIN_WALL: i64 = 946_728_000;

/// No zone has ever skipped more than a day (Samoa skipped 30 December 2011).
const LONGEST_GAP_HOURS: u32 = 25;

impl Zone {
    /// A zone by its IANA name, in IANA's spelling.
    pub(super) fn named(name: &str) -> Option<Self> {
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'+' | b'-'));
        if !plain || name.is_empty() || name.len() > 64 {
            return None;
        }
        // The crate asks for some date beside the first; this one is never used.
        let origin: RRuleSet = format!("DTSTART;TZID={name}:{ORIGIN}\nRDATE:{ORIGIN}Z").parse().ok()?;
        (!origin.get_dt_start().timezone().is_local()).then(|| Self(Arc::new(origin)))
    }

    /// The instant of a time on the wall.
    ///
    /// RFC 5545 section 3.3.5: a time that occurs twice is the first of the two; one that is skipped is counted with the
    /// offset before the gap, so 02:30 becomes 03:30.
    pub(super) fn instant(&self, wall: i64) -> i64 {
        let origin = self.0.get_dt_start();
        let zone = origin.timezone();
        for hours in 0..LONGEST_GAP_HOURS {
            let back = i64::from(hours) * 3_600;
            let naive = origin.naive_local();
            let step = Duration::from_secs((wall - back).abs_diff(ORIGIN_WALL));
            let naive = if wall - back < ORIGIN_WALL { naive - step } else { naive + step };
            if let Some(found) = naive.and_local_timezone(zone).earliest() {
                return found.timestamp() + back;
            }
        }
        wall
    }

    /// What the wall shows at an instant.
    pub(super) fn wall(&self, instant: i64) -> i64 {
        let origin = self.0.get_dt_start().to_owned();
        let step = Duration::from_secs(instant.abs_diff(origin.timestamp()));
        let then = if instant < origin.timestamp() { origin.to_owned() - step } else { origin.to_owned() + step };
        ORIGIN_WALL + (then.naive_local() - origin.naive_local()).num_seconds()
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.0.get_dt_start().timezone() == other.0.get_dt_start().timezone()
    }
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
