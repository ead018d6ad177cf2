//! Freeze calendars: iCalendar files (RFC 5545), and what they say at a moment.
//!
//! The dialect is that of AWS Systems Manager Change Calendar, so that a team can bring its calendars along:
//! `X-CALENDAR-TYPE:DEFAULT_OPEN` (the default here) is closed during events, `DEFAULT_CLOSED` is open only during events;
//! `X-EVENT-TYPE:ADVISORY` events change nothing; `TRANSP` means nothing.
//!
//! Where people and programs differ, the safer reading wins: what is not understood is an error; a tentative event freezes
//! but never opens. An event's end is exclusive. An event that repeats keeps its hours on the wall when the clocks change,
//! as calendar programs show it (RFC 5545 asks for the exact length of the first one).

mod error;
mod event;
mod lines;
mod recurrence;
mod rule;
mod stamp;
mod zone;

pub use error::{CalendarError, CalendarProblem};

use crate::model::{DAY, Moment};
use error::quoted;
use event::{Event, Instance};
use lines::{Component, Line};
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
/// All problems of the file at once; see [`CalendarError`] for their codes.
pub fn calendar(text: &[u8], file: &str) -> Result<Calendar, CalendarError> {
    let whole = Line { number: 1, ..Line::default() };
    if text.len() > MAX_SIZE {
        let help = "split it, or take out events that are over";
        let message = format!("the calendar has {} bytes, the limit is {MAX_SIZE}", text.len());
        return Err(CalendarError::new(file, "", vec![CalendarProblem::new(&whole, "too_large", message, help)]));
    }
    let text = match std::str::from_utf8(text) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            let before = text.get(..error.valid_up_to()).unwrap_or_default();
            let line = Line { number: 1 + before.iter().filter(|byte| **byte == b'\n').count(), ..whole };
            let message = format!("line {} is not UTF-8 text", line.number);
            let problem = CalendarProblem::new(&line, "not_text", message, "save the calendar as UTF-8");
            return Err(CalendarError::new(file, "", vec![problem]));
        }
    };
    let mut problems = Vec::new();
    let calendar = interpret(&lines::component(text, &mut problems), &mut problems);
    match (problems.is_empty(), calendar) {
        (true, Some(calendar)) => Ok(calendar),
        _ => {
            if problems.is_empty() {
                let help = "this build of changeward holds no time zones: install another one";
                problems.push(CalendarProblem::new(&whole, "bad_zone", "nobody knows the time zone `UTC`", help));
            }
            Err(CalendarError::new(file, text, problems))
        }
    }
}

fn interpret(part: &Component, problems: &mut Vec<CalendarProblem>) -> Option<Calendar> {
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
                problems.push(CalendarProblem::new(&part.begin, "unknown", message, help));
            }
        }
    }
    let mut events = resolve(events, problems);
    events.retain(|event| !event.cancelled && !event.advisory && (default_open || !event.tentative));
    problems.extend(event::affordable(&events, HORIZON_DAYS, MAX_WORK));
    Some(Calendar { default_open, events })
}

/// Takes out of every event the instances that others replace or cancel.
fn resolve(mut events: Vec<Event>, problems: &mut Vec<CalendarProblem>) -> Vec<Event> {
    let mut masters: BTreeMap<String, usize> = BTreeMap::new();
    for (at, event) in events.iter().enumerate().filter(|(_, event)| event.replaces.is_none()) {
        if let Some(uid) = &event.uid
            && masters.insert(uid.clone(), at).is_some()
        {
            let message = format!("a second event with the UID {}", quoted(uid));
            problems.push(CalendarProblem::new(&event.begin, "twice", message, "give each event its own UID"));
        }
    }
    let replaced: Vec<_> =
        events.iter().filter_map(|e| Some((e.uid.clone()?, e.replaces.clone()?, e.begin.clone()))).collect();
    for (uid, stamp, line) in replaced {
        let Some(master) = masters.get(&uid).and_then(|at| events.get_mut(*at)) else { continue };
        if master.start.all_day != stamp.all_day {
            let message = "RECURRENCE-ID and the DTSTART of its event are not both dates or both times";
            problems.push(CalendarProblem::new(&line, "bad_time", message, "write both the same way"));
        } else if !master.without.insert(stamp.instant()) {
            let message = "an instance that is already replaced or taken out";
            problems.push(CalendarProblem::new(&line, "twice", message, "keep one of them"));
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
fn header(part: &Component, problems: &mut Vec<CalendarProblem>) -> bool {
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
            problems.push(CalendarProblem::new(line, "twice", format!("{name} stands twice"), "keep one of them"));
        }
        seen.push(name);
        let value = line.value.trim();
        match read {
            Some((_, words)) if !words.iter().any(|word| word.eq_ignore_ascii_case(value)) => {
                let message = format!("{name} cannot be {}", quoted(value));
                let help = format!("write {}", words.join(" or "));
                problems.push(CalendarProblem::new(line, "bad_value", message, help));
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
fn unknown<'a>(line: &Line, known: impl Iterator<Item = &'a &'a str>) -> Option<CalendarProblem> {
    let name = line.name.as_str();
    if OURS.contains(&name) {
        let help = "X-EVENT-TYPE belongs to an event, X-CALENDAR-TYPE and X-WR-TIMEZONE to the calendar";
        return Some(CalendarProblem::new(line, "structure", format!("{name} stands in the wrong place"), help));
    }
    let near = |candidate: &str| strsim::damerau_levenshtein(candidate, name);
    let guess = known.chain(OURS).copied().min_by_key(|candidate| near(candidate)).filter(|c| near(c) <= 2);
    let help = match guess {
        Some(guess) => format!("did you mean `{guess}`?"),
        None if name.starts_with("X-") => return None,
        None => "it may say when the event holds: take it out, or name it `X-…` if it does not".to_owned(),
    };
    Some(CalendarProblem::new(line, "unknown", format!("nobody knows {}", quoted(name)), help))
}
