//! Freeze calendars: iCalendar files (RFC 5545), and what they say at a moment.
//!
//! The dialect is that of AWS Systems Manager Change Calendar, so that a team can bring its calendars along:
//! `X-CALENDAR-TYPE:DEFAULT_OPEN` (the default here) is closed during events, `DEFAULT_CLOSED` is open only during events;
//! `X-EVENT-TYPE:ADVISORY` events change nothing; `TRANSP` means nothing.
//!
//! Where people and programs differ, the safer reading wins: what is not understood is an error; a tentative event freezes
//! but never opens. An event's end is exclusive. An event that repeats keeps its hours on the wall when the clocks change,
//! as calendar programs show it (RFC 5545 asks for the exact length of the first one).

mod event;
mod lines;
mod recurrence;
mod rule;
mod stamp;
mod zone;

use super::problem::quoted;
use super::{InvalidFile, Problem};
use crate::model::{DAY, Moment};
use event::{Event, Instance};
use lines::{Component, Line, at};
use recurrence::MAX_WORK;
use stamp::Zones;
use std::collections::BTreeMap;

/// The largest calendar read, in bytes. AWS takes 64 KiB.
pub const MAX_SIZE: usize = 1 << 20;

/// How far ahead the next transition is looked for, in days.
pub const HORIZON_DAYS: i64 = 400;

/// A calendar that was read without a problem.
#[derive(Clone, Debug)]
pub struct Calendar {
    default_open: bool,
    /// Only those that change something.
    events: Vec<Event>,
}

/// A calendar at one moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CalendarNow {
    /// Changes may be made.
    pub open: bool,
    /// The title of the event that holds now; of several, the one that ends last.
    pub event: Option<String>,
    /// When `open` changes next; `None` when it does not within [`HORIZON_DAYS`].
    pub next_transition: Option<Moment>,
}

impl Calendar {
    /// Whether the calendar is open at a moment, and until when that holds.
    pub fn state_at(&self, now: Moment) -> CalendarNow {
        let (from, to) = (now.unix(), now.unix().saturating_add(HORIZON_DAYS * DAY));
        let all = self.events.iter().flat_map(|event| event.instances(from, to).into_iter().map(move |i| (i, event)));
        let mut all: Vec<(Instance, &Event)> = all.collect();
        all.sort_by_key(|(instance, _)| *instance);
        let holding = all.iter().filter(|(instance, _)| instance.start <= from).max_by_key(|(i, _)| i.end);
        let next = match holding {
            Some((first, _)) => run_end(first.end, all.iter().map(|(instance, _)| *instance)),
            None => all.first().map_or(i64::MAX, |(instance, _)| instance.start),
        };
        CalendarNow {
            open: holding.is_none() == self.default_open,
            event: holding.map(|(_, event)| event.title.clone()),
            next_transition: (next <= to).then(|| Moment::from_unix(next)),
        }
    }
}

/// The end of the run of events that overlap or touch, in order of their starts.
fn run_end(end: i64, instances: impl Iterator<Item = Instance>) -> i64 {
    instances.fold(end, |end, instance| if instance.start <= end { end.max(instance.end) } else { end })
}

/// Reads a calendar.
///
/// # Errors
/// All problems of the file at once. A freeze that is not understood must not read as no freeze. Codes, all under
/// `changeward::calendar::`: `too_large`, `not_text`, `bad_line`, `structure`, `unknown`, `bad_value`, `twice`, `missing`,
/// `unsupported`, `bad_time`, `bad_zone`, `bad_rule`, `bad_end`, `unsynchronised`, `too_much_work`.
pub fn calendar(text: &[u8], file: &str) -> Result<Calendar, InvalidFile> {
    let refuse = |code, message: String, text: &str, place: usize, help: &str| {
        InvalidFile::new("calendar", file, text, vec![Problem::new(code, message, place..place, "here", help)])
    };
    if text.len() > MAX_SIZE {
        let message = format!("the calendar has {} bytes, the limit is {MAX_SIZE}", text.len());
        return Err(refuse("too_large", message, "", 0, "split it, or take out events that are over"));
    }
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => {
            let (shown, place) = (String::from_utf8_lossy(text), error.valid_up_to());
            return Err(refuse("not_text", "not UTF-8 text".to_owned(), &shown, place, "save the calendar as UTF-8"));
        }
    };
    let mut problems = Vec::new();
    let calendar = interpret(&lines::component(text, &mut problems), &mut problems);
    match (problems.is_empty(), calendar) {
        (true, Some(calendar)) => Ok(calendar),
        (true, None) => {
            let help = "this build of changeward holds no time zones: install another one";
            Err(refuse("bad_zone", "nobody knows the time zone `UTC`".to_owned(), text, 0, help))
        }
        _ => Err(InvalidFile::new("calendar", file, text, problems)),
    }
}

fn interpret(part: &Component, problems: &mut Vec<Problem>) -> Option<Calendar> {
    let default_open = header(part, problems);
    let mut zones = Zones::new(part, problems)?;
    let mut work = MAX_WORK;
    let mut events = Vec::new();
    for part in &part.parts {
        match part.name.as_str() {
            "VEVENT" => events.extend(event::event(part, &mut zones, &mut work, problems)),
            // An empty AWS calendar holds one VTODO; tasks, notes and time zones freeze nothing.
            "VTODO" | "VJOURNAL" | "VTIMEZONE" => {}
            other => {
                let message = format!("nobody knows what {} freezes", quoted(other));
                let help = "write the freeze as a VEVENT";
                problems.push(at(&part.begin, "unknown", message, help));
            }
        }
    }
    let mut events = resolve(events, problems);
    events.retain(|event| !event.cancelled && !event.advisory && (default_open || !event.tentative));
    problems.extend(event::affordable(&events, HORIZON_DAYS, MAX_WORK));
    Some(Calendar { default_open, events })
}

/// Takes out of every event the instances that others replace or cancel.
fn resolve(mut events: Vec<Event>, problems: &mut Vec<Problem>) -> Vec<Event> {
    let mut masters: BTreeMap<String, usize> = BTreeMap::new();
    for (place, event) in events.iter().enumerate().filter(|(_, event)| event.replaces.is_none()) {
        if let Some(uid) = &event.uid
            && masters.insert(uid.clone(), place).is_some()
        {
            let message = format!("a second event with the UID {}", quoted(uid));
            problems.push(at(&event.begin, "twice", message, "give each event its own UID"));
        }
    }
    let replaced: Vec<_> =
        events.iter().filter_map(|e| Some((e.uid.clone()?, e.replaces.clone()?, e.begin.clone()))).collect();
    for (uid, stamp, line) in replaced {
        let Some(master) = masters.get(&uid).and_then(|place| events.get_mut(*place)) else { continue };
        if master.start.all_day != stamp.all_day {
            let message = "RECURRENCE-ID and the DTSTART of its event are not both dates or both times";
            problems.push(at(&line, "bad_time", message, "write both the same way"));
        } else if !master.without.insert(stamp.instant()) {
            let message = "an instance that is already replaced or taken out";
            problems.push(at(&line, "twice", message, "keep one of them"));
        }
    }
    events
}

/// Properties of the calendar itself that say nothing about when.
const IGNORED: &[&str] = &[
    "CATEGORIES",
    "COLOR",
    "DESCRIPTION",
    "IMAGE",
    "LAST-MODIFIED",
    "NAME",
    "PRODID",
    "REFRESH-INTERVAL",
    "SOURCE",
    "UID",
    "URL",
];

/// Reads the calendar's own properties; returns whether it is open without an event.
fn header(part: &Component, problems: &mut Vec<Problem>) -> bool {
    const READ: &[(&str, &[&str])] = &[
        ("VERSION", &["2.0"]),
        ("CALSCALE", &["GREGORIAN"]),
        ("METHOD", &["PUBLISH", "REQUEST"]),
        ("X-CALENDAR-TYPE", &["DEFAULT_OPEN", "DEFAULT_CLOSED"]),
    ];
    let mut seen: Vec<&str> = Vec::new();
    let mut default_open = true;
    for line in &part.lines {
        let name = line.name.as_str();
        let read = READ.iter().find(|(known, _)| *known == name);
        if (read.is_some() || name == "X-WR-TIMEZONE") && seen.contains(&name) {
            problems.push(at(line, "twice", format!("{name} stands twice"), "keep one of them"));
        }
        seen.push(name);
        let value = line.value.trim();
        match read {
            Some((_, words)) if !words.iter().any(|word| word.eq_ignore_ascii_case(value)) => {
                let message = format!("{name} cannot be {}", quoted(value));
                let help = format!("write {}", words.join(" or "));
                problems.push(at(line, "bad_value", message, help));
            }
            Some(("X-CALENDAR-TYPE", _)) => default_open = value.eq_ignore_ascii_case("DEFAULT_OPEN"),
            Some(_) => {}
            None if IGNORED.contains(&name) || name == "X-WR-TIMEZONE" => {}
            None => problems.extend(unknown(line, READ.iter().map(|(known, _)| known).chain(IGNORED))),
        }
    }
    default_open
}

/// Properties of programs that this reader does understand.
const OURS: &[&str] = &["X-CALENDAR-TYPE", "X-EVENT-TYPE", "X-WR-TIMEZONE"];

/// A property nobody knows here. Programs may add their own (`X-…`), unless it looks like one of ours with a slip.
fn unknown<'a>(line: &Line, known: impl Iterator<Item = &'a &'a str>) -> Option<Problem> {
    let name = line.name.as_str();
    if OURS.contains(&name) {
        let help = "X-EVENT-TYPE belongs to an event, X-CALENDAR-TYPE and X-WR-TIMEZONE to the calendar";
        return Some(at(line, "structure", format!("{name} stands in the wrong place"), help));
    }
    let near = |candidate: &str| strsim::damerau_levenshtein(candidate, name);
    let guess = known.chain(OURS).copied().min_by_key(|candidate| near(candidate)).filter(|c| near(c) <= 2);
    let help = match guess {
        Some(guess) => format!("did you mean `{guess}`?"),
        None if name.starts_with("X-") => return None,
        None => "it may say when the event holds: take it out, or name it `X-…` if it does not".to_owned(),
    };
    Some(at(line, "unknown", format!("nobody knows {}", quoted(name)), help))
}
