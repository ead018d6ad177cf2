//! Events: what a `VEVENT` says, and when it holds.

use super::lines::at;
use crate::parse::Problem;
use crate::parse::problem::quoted;

use super::lines::{Component, Line};
use super::recurrence::{Recurrence, Until, recurrence, too_much};
use super::rule::DAY;
use super::stamp::{Stamp, Zones, duration};
use std::collections::BTreeSet;

/// An event as one `VEVENT` states it, before exceptions are put in their place.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) uid: Option<String>,
    /// The start of the one instance this replaces.
    pub(super) replaces: Option<Stamp>,
    pub(super) cancelled: bool,
    pub(super) tentative: bool,
    pub(super) advisory: bool,
    pub(super) title: String,
    pub(super) begin: Line,
    pub(super) start: Stamp,
    length: Length,
    recurrence: Option<Recurrence>,
    more: Vec<Stamp>,
    /// Instants of starts that do not happen.
    pub(super) without: BTreeSet<i64>,
}

/// How long an event lasts: days and the ends of the same zone are counted on the wall, so that a freeze until Monday
/// 06:00 ends at 06:00 when the clocks change; everything else in real time.
#[derive(Clone, Copy, Debug, Default)]
struct Length {
    wall: i64,
    exact: i64,
}

/// One time an event holds: from an instant to another, exclusive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Instance {
    pub(super) start: i64,
    pub(super) end: i64,
}

/// The longest event that may repeat, in days.
const MAX_REPEATED: i64 = 366;

impl Event {
    /// When the event holds, as far as that touches `from..=to` (instants).
    pub(super) fn instances(&self, from: i64, to: i64) -> Vec<Instance> {
        let zone = &self.start.zone;
        let mut starts: Vec<(Stamp, i64)> = Vec::new();
        match &self.recurrence {
            Some(Recurrence { rule, until }) => {
                let reach = (self.length.wall + self.length.exact) / DAY + 2;
                let (low, high) = (zone.wall(from).div_euclid(DAY) - reach, zone.wall(to).div_euclid(DAY) + 2);
                let stamps = rule.starts(low, high).into_iter().map(|wall| {
                    let stamp = Stamp { wall, ..self.start.clone() };
                    let instant = stamp.instant();
                    (stamp, instant)
                });
                starts.extend(stamps.filter(|(stamp, instant)| match until {
                    Until::Never => true,
                    Until::Instant(last) => instant <= last,
                    Until::Wall(last) => stamp.wall <= *last,
                }));
            }
            None => starts.push((self.start.clone(), self.start.instant())),
        }
        starts.extend(self.more.iter().map(|stamp| (stamp.clone(), stamp.instant())));
        let happening = starts.into_iter().filter(|(_, instant)| !self.without.contains(instant));
        let instances = happening.map(|(stamp, start)| Instance { start, end: self.length.after(&stamp, start) });
        instances.filter(|instance| instance.end > from && instance.start <= to).collect()
    }

    /// What one answer about this event costs.
    pub(super) fn cost(&self, horizon_days: i64) -> i64 {
        let days = horizon_days + (self.length.wall + self.length.exact) / DAY + 4;
        let repeated = self.recurrence.as_ref().map_or(1, |recurrence| recurrence.rule.cost(days));
        repeated.saturating_add(i64::try_from(self.more.len()).unwrap_or(i64::MAX))
    }

    /// The event is one moment of a series, or happens once.
    pub(super) fn repeats(&self) -> bool {
        self.recurrence.is_some() || !self.more.is_empty()
    }
}

impl Length {
    fn after(self, start: &Stamp, instant: i64) -> i64 {
        let end = start.zone.instant(start.wall + self.wall) + self.exact;
        // Around a change of the clocks an end on the wall can come out before its start.
        if end > instant { end } else { instant + self.wall + self.exact }
    }
}

/// Reads one event. Every problem is reported; `None` when there is one.
pub(super) fn event(part: &Component, zones: &mut Zones, work: &mut i64, problems: &mut Vec<Problem>) -> Option<Event> {
    let before = problems.len();
    names(part, problems);
    let mut lines = Properties { part, zones, problems };
    let start = lines.required_stamp("DTSTART");
    let replaces = lines.stamp("RECURRENCE-ID");
    let more = lines.stamps("RDATE", start.as_ref());
    let without = lines.stamps("EXDATE", start.as_ref());
    let advisory = lines.word("X-EVENT-TYPE", &["STANDARD", "ADVISORY"]) == Some("ADVISORY");
    let status = lines.word("STATUS", &["CONFIRMED", "TENTATIVE", "CANCELLED"]);
    let start = start?;
    let length = lines.length(&start);
    let rule = part.lines.iter().find(|line| line.name == "RRULE");
    let recurrence = rule.and_then(|line| recurrence(line, &start, work).map_err(|p| problems.push(p)).ok());
    let event = Event {
        uid: text(part, "UID"),
        replaces,
        cancelled: status == Some("CANCELLED"),
        tentative: status == Some("TENTATIVE"),
        advisory,
        title: text(part, "SUMMARY").unwrap_or_else(|| "an event without a title".to_owned()),
        begin: part.begin.clone(),
        start,
        length: length.unwrap_or_default(),
        recurrence,
        more,
        without: without.iter().map(Stamp::instant).collect(),
    };
    if let Some(problem) = contradiction(&event, rule) {
        problems.push(problem);
    }
    (problems.len() == before).then_some(event)
}

fn contradiction(event: &Event, rule: Option<&Line>) -> Option<Problem> {
    if event.replaces.is_some() && event.repeats() {
        let help = "RECURRENCE-ID replaces one instance; put rules and dates into the event it belongs to";
        return Some(at(&event.begin, "structure", "an exception that repeats itself", help));
    }
    if event.replaces.is_some() && event.uid.is_none() {
        let help = "give it the UID of the event it belongs to";
        return Some(at(&event.begin, "missing", "an exception without a UID", help));
    }
    let long = event.length.wall + event.length.exact > MAX_REPEATED * DAY;
    if event.recurrence.is_some() && long {
        let help = "write one event per occurrence";
        let line = rule.unwrap_or(&event.begin);
        return Some(at(line, "unsupported", "an event of more than a year that repeats", help));
    }
    None
}

fn text(part: &Component, name: &str) -> Option<String> {
    let text = part.lines.iter().find(|line| line.name == name)?.text();
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// The properties of one event, and where their problems go.
struct Properties<'a> {
    part: &'a Component,
    zones: &'a mut Zones,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Properties<'a> {
    fn line(&self, name: &str) -> Option<&'a Line> {
        self.part.lines.iter().find(|line| line.name == name)
    }

    fn required_stamp(&mut self, name: &str) -> Option<Stamp> {
        if self.line(name).is_none() {
            let message = format!("an event without {name}");
            self.problems.push(at(&self.part.begin, "missing", message, format!("add a `{name}:` line")));
        }
        self.stamp(name)
    }

    fn stamp(&mut self, name: &str) -> Option<Stamp> {
        let line = self.line(name)?;
        self.zones.stamp(line, &line.value, self.problems)
    }

    /// All values of all lines of this name; of the same kind as the event's start.
    fn stamps(&mut self, name: &str, start: Option<&Stamp>) -> Vec<Stamp> {
        let mut stamps = Vec::new();
        for line in self.part.lines.iter().filter(|line| line.name == name) {
            for value in line.value.split(',') {
                let Some(stamp) = self.zones.stamp(line, value, self.problems) else { continue };
                if start.is_some_and(|start| start.all_day != stamp.all_day) {
                    let message = format!("{name} and DTSTART are not both dates or both times");
                    self.problems.push(at(line, "bad_time", message, "write both the same way"));
                }
                stamps.push(stamp);
            }
        }
        stamps
    }

    /// One of a few words.
    fn word(&mut self, name: &str, words: &[&'static str]) -> Option<&'static str> {
        let line = self.line(name)?;
        let found = words.iter().copied().find(|word| word.eq_ignore_ascii_case(line.value.trim()));
        if found.is_none() {
            let message = format!("{name} cannot be {}", quoted(&line.value));
            self.problems.push(at(line, "bad_value", message, format!("write one of {}", words.join(", "))));
        }
        found
    }

    /// From the end, from the duration, or one day.
    fn length(&mut self, start: &Stamp) -> Option<Length> {
        let (end, span) = (self.line("DTEND"), self.line("DURATION"));
        let (line, length) = match (end, span) {
            (Some(line), Some(_)) => {
                self.problems.push(at(line, "bad_end", "both DTEND and DURATION", "keep one of them"));
                return None;
            }
            (Some(line), None) => {
                let end = self.zones.stamp(line, &line.value, self.problems)?;
                if end.all_day != start.all_day {
                    let message = "DTEND and DTSTART are not both dates or both times";
                    self.problems.push(at(line, "bad_time", message, "write both the same way"));
                    return None;
                }
                let length = match end.zone == start.zone {
                    true => Length { wall: end.wall - start.wall, exact: 0 },
                    false => Length { wall: 0, exact: end.instant() - start.instant() },
                };
                (line, Some(length))
            }
            (None, Some(line)) => {
                let length = duration(&line.value).map(|(wall, exact)| Length { wall, exact });
                (line, length.filter(|length| !start.all_day || length.exact % DAY == 0))
            }
            (None, None) if start.all_day => return Some(Length { wall: DAY, exact: 0 }),
            (None, None) => {
                let help = "add DTEND or DURATION: an event of no length freezes nothing";
                self.problems.push(at(&self.part.begin, "bad_end", "an event without an end", help));
                return None;
            }
        };
        let length = length.filter(|length| length.wall + length.exact > 0);
        if length.is_none() {
            let help = "DTEND is after DTSTART and exclusive; DURATION is like `P1D` or `PT2H`, whole days for dates";
            self.problems.push(at(line, "bad_end", "the event does not end after it starts", help));
        }
        length
    }
}

/// Properties that say when, at most once in an event.
const ONCE: &[&str] =
    &["DTSTART", "DTEND", "DURATION", "RRULE", "RECURRENCE-ID", "UID", "STATUS", "SUMMARY", "X-EVENT-TYPE", "SEQUENCE"];

/// Properties that say when, any number of times.
const LISTS: &[&str] = &["RDATE", "EXDATE"];

/// Properties of RFC 5545, 7986 and 9073 that say nothing about when.
const IGNORED: &[&str] = &[
    "ATTACH",
    "ATTENDEE",
    "CATEGORIES",
    "CLASS",
    "COLOR",
    "COMMENT",
    "CONCEPT",
    "CONFERENCE",
    "CONTACT",
    "CREATED",
    "DESCRIPTION",
    "DTSTAMP",
    "GEO",
    "IMAGE",
    "LAST-MODIFIED",
    "LINK",
    "LOCATION",
    "NAME",
    "ORGANIZER",
    "PRIORITY",
    "REFID",
    "RELATED-TO",
    "REQUEST-STATUS",
    "RESOURCES",
    "STRUCTURED-DATA",
    "STYLED-DESCRIPTION",
    "TRANSP",
    "URL",
];

/// Names and parameters this reader does not know may say when: they are problems, not noise.
fn names(part: &Component, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for line in &part.lines {
        let name = line.name.as_str();
        if ONCE.contains(&name) && !seen.insert(name) {
            let message = format!("{name} stands twice in one event");
            problems.push(at(line, "twice", message, "keep one of them"));
        } else if name == "EXRULE" {
            let help = "write the exceptions as EXDATE lines: RFC 5545 took EXRULE out";
            problems.push(at(line, "unsupported", "a rule of exceptions", help));
        } else if !ONCE.contains(&name) && !LISTS.contains(&name) && !IGNORED.contains(&name) {
            problems.extend(super::unknown(line, ONCE.iter().chain(LISTS).chain(IGNORED)));
        }
        let dated = ["DTSTART", "DTEND", "RECURRENCE-ID"].contains(&name) || LISTS.contains(&name);
        let strange = line.params.iter().find(|(key, _)| key != "VALUE" && key != "TZID" && !key.starts_with("X-"));
        if let (true, Some((key, _))) = (dated, strange) {
            let message = format!("{name} with the parameter {}", quoted(key));
            problems.push(at(line, "unsupported", message, "only VALUE and TZID are understood here"));
        }
    }
}

/// Checks what all events of a calendar cost together.
pub(super) fn affordable(events: &[Event], horizon_days: i64, mut work: i64) -> Option<Problem> {
    events.iter().find_map(|event| {
        work = work.saturating_sub(event.cost(horizon_days));
        (work < 0).then(|| too_much(&event.begin))
    })
}
