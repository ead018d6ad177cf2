//! Dates, times, time zones and durations as calendars write them (RFC 5545 sections 3.3.4 to 3.3.6).

use super::lines::at;
use crate::parse::Problem;
use crate::parse::problem::quoted;

use super::lines::{Component, Line};
use super::rule::{DAY, day_of};
use super::zone::Zone;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// A date or a time, on the wall of its zone.
#[derive(Clone, Debug)]
pub(super) struct Stamp {
    /// Seconds, as if the wall hung in UTC.
    pub(super) wall: i64,
    pub(super) zone: Zone,
    /// A whole day; the time is midnight.
    pub(super) all_day: bool,
}

impl Stamp {
    pub(super) fn instant(&self) -> i64 {
        self.zone.instant(self.wall)
    }
}

/// The time zones of one calendar.
pub(super) struct Zones {
    /// For days and for times without a zone: `X-WR-TIMEZONE`, otherwise UTC.
    pub(super) default: Zone,
    pub(super) utc: Zone,
    /// What the calendar's own `VTIMEZONE`s say they are.
    aliases: BTreeMap<String, String>,
    known: BTreeMap<String, Option<Zone>>,
}

impl Zones {
    /// Reads the zones of a calendar; `None` only if the binary holds no zones at all.
    pub(super) fn new(calendar: &Component, problems: &mut Vec<Problem>) -> Option<Self> {
        let utc = Zone::named("UTC")?;
        let mut aliases = BTreeMap::new();
        for part in calendar.parts.iter().filter(|part| part.name == "VTIMEZONE") {
            let value = |name: &str| part.lines.iter().find(|line| line.name == name).map(|line| line.text());
            if let (Some(id), Some(location)) = (value("TZID"), value("X-LIC-LOCATION")) {
                aliases.insert(id, location);
            }
        }
        let mut zones = Self { default: utc.clone(), utc, aliases, known: BTreeMap::new() };
        if let Some(line) = calendar.lines.iter().find(|line| line.name == "X-WR-TIMEZONE") {
            match zones.find(line.value.trim()) {
                Some(zone) => zones.default = zone,
                None => problems.push(unknown(line, &line.value)),
            }
        }
        Some(zones)
    }

    fn find(&mut self, id: &str) -> Option<Zone> {
        if let Some(found) = self.known.get(id) {
            return found.clone();
        }
        // `/vendor/version/Europe/Berlin` is how some programs make an id their own (section 3.8.3.1).
        let own = id.strip_prefix('/').map(|rest| rest.match_indices('/').filter_map(|(at, _)| rest.get(at + 1..)));
        let found =
            Zone::named(id).or_else(|| Zone::named(self.aliases.get(id)?)).or_else(|| own?.find_map(Zone::named));
        self.known.insert(id.to_owned(), found.clone());
        found
    }

    /// Reads a value of a line that holds dates or times.
    pub(super) fn stamp(&mut self, line: &Line, value: &str, problems: &mut Vec<Problem>) -> Option<Stamp> {
        let value = value.trim();
        let Some((wall, shape)) = wall(value) else {
            let message = format!("not a date or time: {}", quoted(value));
            problems.push(at(line, "bad_time", message, "write `20261224`, `20261224T180000` or `20261224T180000Z`"));
            return None;
        };
        let fits = match line.param("VALUE").map(str::to_ascii_uppercase).as_deref() {
            Some("DATE") => shape == Shape::Date,
            Some("DATE-TIME") => shape != Shape::Date,
            None => true,
            Some(_) => false,
        };
        if !fits {
            let message = format!("{} is not what `VALUE` says", quoted(value));
            problems.push(at(line, "bad_time", message, "use `VALUE=DATE` for days, nothing for times"));
            return None;
        }
        let named = match line.param("TZID") {
            Some(id) => match self.find(id) {
                Some(zone) => Some(zone),
                None => {
                    problems.push(unknown(line, id));
                    return None;
                }
            },
            None => None,
        };
        if shape == Shape::Utc && named.as_ref().is_some_and(|zone| *zone != self.utc) {
            problems.push(at(line, "bad_time", "a time with both a zone and a `Z`", "take one of them away"));
            return None;
        }
        let zone = match shape {
            Shape::Utc => self.utc.clone(),
            _ => named.unwrap_or_else(|| self.default.clone()),
        };
        Some(Stamp { wall, zone, all_day: shape == Shape::Date })
    }
}

fn unknown(line: &Line, id: &str) -> Problem {
    let help =
        "use an IANA name such as `Europe/Berlin`, or say which one it is with `X-LIC-LOCATION` in the VTIMEZONE";
    at(line, "bad_zone", format!("nobody knows the time zone {}", quoted(id)), help)
}

/// How a date or time is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// `20261224`
    Date,
    /// `20261224T180000`
    Local,
    /// `20261224T180000Z`
    Utc,
}

/// The wall time of a value.
pub(super) fn wall(value: &str) -> Option<(i64, Shape)> {
    let number = |from: usize, to: usize| {
        let digits = value.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i16>().ok()).flatten()
    };
    let small = |from: usize| i8::try_from(number(from, from + 2)?).ok();
    let midnight = day_of(Date::new(number(0, 4)?, small(4)?, small(6)?).ok()?) * DAY;
    let shape = match (value.len(), value.get(8..9), value.get(15..)) {
        (8, ..) => return Some((midnight, Shape::Date)),
        (15, Some("T"), _) => Shape::Local,
        (16, Some("T"), Some("Z")) => Shape::Utc,
        _ => return None,
    };
    let (hour, minute, second) = (number(9, 11)?, number(11, 13)?, number(13, 15)?);
    // Section 3.3.12: a leap second may be written; nothing here counts one.
    let sound = hour < 24 && minute < 60 && second <= 60;
    sound.then(|| (midnight + i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second.min(59)), shape))
}

/// A duration as (days in seconds, time in seconds): days are counted on the wall, hours in real time. `None` when it is
/// not one, or not longer than nothing.
pub(super) fn duration(value: &str) -> Option<(i64, i64)> {
    let value = value.trim();
    let rest = value.strip_prefix('+').unwrap_or(value).strip_prefix('P')?;
    let (days, time) = rest.split_once('T').map_or((rest, None), |(days, time)| (days, Some(time)));
    let (days, time) = (
        units(days, &[('W', 7 * DAY), ('D', DAY)])?,
        time.map_or(Some(0), |time| units(time, &[('H', 3_600), ('M', 60), ('S', 1)]).filter(|_| !time.is_empty()))?,
    );
    (days + time > 0).then_some((days, time))
}

/// `1H30M`: units in their order, each at most once.
fn units(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut total = 0;
    for (unit, seconds) in units {
        if let Some((number, rest)) = text.split_once(*unit) {
            let sound = (1..=6).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
            total += sound.then(|| number.parse::<i64>().ok()).flatten()? * seconds;
            text = rest;
        }
    }
    text.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::{Shape, duration, wall};

    #[test]
    fn times_and_durations_are_read_exactly() {
        let times = [
            ("19700101", Some((0, Shape::Date))),
            ("19700102T000001", Some((86_401, Shape::Local))),
            ("19700101T235960Z", Some((86_399, Shape::Utc))),
            ("20260230", None),
            ("20261301T000000", None),
            ("20260101T240000", None),
            ("20260101T0000", None),
            ("20260101t000000", None),
            ("2026-01-01", None),
            ("+2026010", None),
            ("20260101T000000+", None),
            ("\u{e9}0260101", None),
        ];
        for (text, expected) in times {
            assert_eq!(wall(text), expected, "{text}");
        }
        let durations = [
            ("P1D", Some((86_400, 0))),
            ("P2W", Some((1_209_600, 0))),
            ("PT1H30M", Some((0, 5_400))),
            ("+P1DT2H", Some((86_400, 7_200))),
            ("PT0S", None),
            ("-PT1H", None),
            ("P", None),
            ("P1DT", None),
            ("PT1M1H", None),
            ("P1H", None),
            ("PT1", None),
            ("1D", None),
        ];
        for (text, expected) in durations {
            assert_eq!(duration(text), expected, "{text}");
        }
    }
}
