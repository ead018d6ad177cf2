//! `RRULE` lines: read strictly, filled in from the first date, and counted out when they say how often.

use super::lines::at;
use crate::parse::Problem;
use crate::parse::problem::quoted;

use super::lines::Line;
use super::rule::{DAY, Frequency, Rule, date_of};
use super::stamp::{self, Shape, Stamp};
use jiff::civil::Weekday;
use std::collections::BTreeMap;

/// A rule and its end.
#[derive(Clone, Debug)]
pub(super) struct Recurrence {
    pub(super) rule: Rule,
    pub(super) until: Until,
}

/// The last start a rule may give, inclusive.
#[derive(Clone, Copy, Debug)]
pub(super) enum Until {
    Never,
    Instant(i64),
    Wall(i64),
}

/// How many questions about days one calendar may cost, at reading and at every answer.
pub(super) const MAX_WORK: i64 = 1_000_000;

/// How far a `COUNT` is counted out, in days.
const MAX_COUNTED: i64 = 150 * 366;

/// Reads the rule of an event that starts at `start`.
pub(super) fn recurrence(line: &Line, start: &Stamp, work: &mut i64) -> Result<Recurrence, Problem> {
    let bad = |message: String| at(line, "bad_rule", message, "see RFC 5545 section 3.3.10 for what a rule may say");
    let mut parts = BTreeMap::new();
    for part in line.value.trim().trim_end_matches(';').split(';') {
        let (key, value) =
            part.split_once('=').ok_or_else(|| bad(format!("not a part of a rule: {}", quoted(part))))?;
        let key = key.to_ascii_uppercase();
        if parts.insert(key.clone(), value.to_ascii_uppercase()).is_some() {
            return Err(bad(format!("{} stands twice in the rule", quoted(&key))));
        }
    }
    let mut parts = Parts { parts };
    let rule = rule(&mut parts, start).map_err(|fault| fault.place(line))?;
    let until = end(&mut parts, start).map_err(bad)?;
    let count = parts.number("COUNT", 1_000_000).map_err(bad)?;
    if count.is_some() && !matches!(until, Until::Never) {
        return Err(bad("a rule has `COUNT` or `UNTIL`, not both".to_owned()));
    }
    if let Some(key) = parts.parts.keys().next() {
        return Err(bad(format!("rules have no part {}", quoted(key))));
    }
    let first = rule.first;
    if rule.starts(first, first).first() != Some(&start.wall) {
        let help = "move DTSTART to the first date of the rule: programs disagree whether the event happens on it";
        return Err(at(line, "unsynchronised", "the event does not start on a date its rule gives", help));
    }
    let until = match count {
        Some(count) => Until::Wall(counted(&rule, count, work).ok_or_else(|| too_much(line))?),
        None => until,
    };
    Ok(Recurrence { rule, until })
}

/// The calendar is refused rather than answered slowly.
pub(super) fn too_much(line: &Line) -> Problem {
    let help = "end the rule with UNTIL, take out BYHOUR, BYMINUTE or BYSECOND, or split the calendar";
    at(line, "too_much_work", "this calendar repeats too often to be answered quickly", help)
}

/// The last start of a rule that counts.
fn counted(rule: &Rule, count: i64, work: &mut i64) -> Option<i64> {
    let mut left = usize::try_from(count).ok()?;
    let mut from = rule.first;
    while from < rule.first + MAX_COUNTED {
        *work -= rule.cost(366);
        if *work < 0 {
            return None;
        }
        let starts = rule.starts(from, from + 365);
        match starts.get(left - 1) {
            Some(last) => return Some(*last),
            None => left -= starts.len(),
        }
        from += 366;
    }
    None
}

impl Rule {
    /// What a window of so many days costs.
    pub(super) fn cost(&self, days: i64) -> i64 {
        let times = i64::try_from(self.times.len()).unwrap_or(i64::MAX);
        let whole_periods = if self.positions.is_empty() { 0 } else { 2 * 366 };
        days.saturating_add(whole_periods).saturating_mul(times.max(1))
    }
}

/// What is wrong with a rule, before its line is known.
enum Fault {
    Bad(String),
    Unsupported(&'static str),
}

impl From<String> for Fault {
    fn from(message: String) -> Self {
        Self::Bad(message)
    }
}

impl Fault {
    fn place(self, line: &Line) -> Problem {
        match self {
            Self::Bad(message) => at(line, "bad_rule", message, "see RFC 5545 section 3.3.10 for what a rule may say"),
            Self::Unsupported(what) => {
                let help = "write the freeze as days, weeks, months or years; one event may last for hours";
                at(line, "unsupported", what, help)
            }
        }
    }
}

fn rule(parts: &mut Parts, start: &Stamp) -> Result<Rule, Fault> {
    let frequency = match parts.take("FREQ").as_deref() {
        Some("DAILY") => Frequency::Daily,
        Some("WEEKLY") => Frequency::Weekly,
        Some("MONTHLY") => Frequency::Monthly,
        Some("YEARLY") => Frequency::Yearly,
        Some("HOURLY" | "MINUTELY" | "SECONDLY") => {
            return Err(Fault::Unsupported("a rule by the hour, the minute or the second"));
        }
        Some(other) => return Err(Fault::Bad(format!("{} is no frequency", quoted(other)))),
        None => return Err(Fault::Bad("the rule has no `FREQ`".to_owned())),
    };
    let week_start = parts.take("WKST").map(|day| weekday(&day).ok_or(format!("{} is no weekday", quoted(&day))));
    let mut rule = Rule {
        frequency,
        interval: parts.number("INTERVAL", 10_000)?.unwrap_or(1),
        week_start: week_start.transpose()?.unwrap_or(Weekday::Monday),
        months: parts.list("BYMONTH", 1..=12, false)?,
        month_days: parts.list("BYMONTHDAY", 1..=31, true)?,
        year_days: parts.list("BYYEARDAY", 1..=366, true)?,
        week_numbers: parts.list("BYWEEKNO", 1..=53, true)?,
        weekdays: parts.weekdays()?,
        times: times(parts, start)?,
        positions: parts.list("BYSETPOS", 1..=366, true)?,
        first: start.wall.div_euclid(DAY),
    };
    check(&rule)?;
    fill_in(&mut rule);
    Ok(rule)
}

/// What may stand beside what (section 3.3.10, the paragraphs on the parts).
fn check(rule: &Rule) -> Result<(), Fault> {
    let yearly = rule.frequency == Frequency::Yearly;
    let numbered = rule.weekdays.iter().any(|(nth, _)| *nth != 0);
    let table = [
        (!rule.week_numbers.is_empty() && !yearly, "`BYWEEKNO` needs a yearly rule"),
        (!rule.year_days.is_empty() && !yearly, "`BYYEARDAY` needs a yearly rule"),
        (!rule.month_days.is_empty() && rule.frequency == Frequency::Weekly, "a weekly rule has no `BYMONTHDAY`"),
        (numbered && rule.frequency < Frequency::Monthly, "a numbered weekday needs a monthly or yearly rule"),
        (numbered && !rule.week_numbers.is_empty(), "a numbered weekday and `BYWEEKNO` exclude each other"),
        (!rule.week_numbers.is_empty() && rule.weekdays.is_empty(), "`BYWEEKNO` needs `BYDAY`"),
        (!rule.positions.is_empty() && !has_other(rule), "`BYSETPOS` needs another part to choose from"),
    ];
    match table.into_iter().find(|(wrong, _)| *wrong) {
        Some((_, message)) => Err(Fault::Bad(message.to_owned())),
        None => Ok(()),
    }
}

/// What the rule does not say, the first date does.
fn fill_in(rule: &mut Rule) {
    let first = date_of(rule.first);
    let days = [&rule.week_numbers, &rule.year_days, &rule.month_days];
    if days.iter().any(|list| !list.is_empty()) || !rule.weekdays.is_empty() {
        return;
    }
    match rule.frequency {
        Frequency::Daily => {}
        Frequency::Weekly => rule.weekdays = vec![(0, first.weekday())],
        Frequency::Monthly => rule.month_days = vec![first.day().into()],
        Frequency::Yearly => {
            rule.month_days = vec![first.day().into()];
            if rule.months.is_empty() {
                rule.months = vec![first.month().into()];
            }
        }
    }
}

/// The times of a day.
fn times(parts: &mut Parts, start: &Stamp) -> Result<Vec<i64>, Fault> {
    let of_day = start.wall.rem_euclid(DAY);
    let given = ["BYHOUR", "BYMINUTE", "BYSECOND"].iter().any(|key| parts.parts.contains_key(*key));
    if given && start.all_day {
        return Err(Fault::Bad("an event of whole days has no hours".to_owned()));
    }
    let mut or = |key: &str, max: i16, default: i64| -> Result<Vec<i64>, String> {
        let list = parts.list(key, 0..=max, false)?;
        Ok(if list.is_empty() { vec![default] } else { list.into_iter().map(i64::from).collect() })
    };
    let hours = or("BYHOUR", 23, of_day / 3_600)?;
    let minutes = or("BYMINUTE", 59, of_day / 60 % 60)?;
    let seconds = or("BYSECOND", 59, of_day % 60)?;
    let mut times: Vec<i64> = Vec::new();
    for hour in &hours {
        for minute in &minutes {
            times.extend(seconds.iter().map(|second| hour * 3_600 + minute * 60 + second));
        }
    }
    times.sort_unstable();
    times.dedup();
    Ok(times)
}

/// `UNTIL` is a time in UTC, or a date for an event of whole days; programs write each where the other belongs. A date
/// means its whole day on the event's wall.
fn end(parts: &mut Parts, start: &Stamp) -> Result<Until, String> {
    let Some(value) = parts.take("UNTIL") else { return Ok(Until::Never) };
    let (wall, shape) = stamp::wall(&value).ok_or(format!("{} is no date or time", quoted(&value)))?;
    let until = match shape {
        Shape::Date => Until::Wall(wall + DAY - 1),
        Shape::Utc if !start.all_day => Until::Instant(wall),
        _ => Until::Wall(wall),
    };
    let before = match until {
        Until::Instant(instant) => instant < start.instant(),
        Until::Wall(wall) => wall < start.wall,
        Until::Never => false,
    };
    if before { Err("the rule ends before its event starts".to_owned()) } else { Ok(until) }
}

/// The parts of a rule that have not been read yet.
struct Parts {
    parts: BTreeMap<String, String>,
}

impl Parts {
    fn take(&mut self, key: &str) -> Option<String> {
        self.parts.remove(key)
    }

    /// A whole number from 1.
    fn number(&mut self, key: &str, max: i64) -> Result<Option<i64>, String> {
        let Some(value) = self.take(key) else { return Ok(None) };
        let number = digits(&value).filter(|number| (1..=max).contains(number));
        number.map(Some).ok_or(format!("{} must be a number from 1 to {max}", quoted(key)))
    }

    /// Whole numbers in a range, or with a minus sign when they may count from the end.
    fn list(&mut self, key: &str, range: std::ops::RangeInclusive<i16>, signed: bool) -> Result<Vec<i16>, String> {
        let Some(value) = self.take(key) else { return Ok(Vec::new()) };
        let one = |item: &str| {
            let (sign, number) = signed_number(item);
            let number = digits(number).and_then(|number| i16::try_from(number).ok())?;
            (range.contains(&number) && (signed || sign > 0)).then_some(sign * number)
        };
        let list: Option<Vec<i16>> = value.split(',').map(one).collect();
        list.ok_or(format!("{} has values outside its range: {}", quoted(key), quoted(&value)))
    }

    /// `MO,2TU,-1FR`
    fn weekdays(&mut self) -> Result<Vec<(i16, Weekday)>, String> {
        let Some(value) = self.take("BYDAY") else { return Ok(Vec::new()) };
        let one = |item: &str| {
            let (number, day) = item.split_at_checked(item.len().checked_sub(2)?)?;
            let day = weekday(day)?;
            if number.is_empty() {
                return Some((0, day));
            }
            let (sign, number) = signed_number(number);
            let number = digits(number).and_then(|number| i16::try_from(number).ok())?;
            (1..=53).contains(&number).then_some((sign * number, day))
        };
        let list: Option<Vec<_>> = value.split(',').map(one).collect();
        list.ok_or(format!("{} is no list of weekdays", quoted(&value)))
    }
}

/// Another part says what `BYSETPOS` chooses from. Only the times have been filled in by now.
fn has_other(rule: &Rule) -> bool {
    let lists = [&rule.months, &rule.month_days, &rule.year_days, &rule.week_numbers];
    lists.iter().any(|list| !list.is_empty()) || !rule.weekdays.is_empty() || rule.times.len() > 1
}

fn signed_number(text: &str) -> (i16, &str) {
    match text.strip_prefix('-') {
        Some(number) => (-1, number),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn digits(text: &str) -> Option<i64> {
    let sound = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    sound.then(|| text.parse().ok()).flatten()
}

fn weekday(text: &str) -> Option<Weekday> {
    Some(match text {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}
