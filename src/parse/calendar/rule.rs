//! Recurrence rules (RFC 5545 section 3.3.10): which days a rule hits, asked of each day of a window.
//!
//! A rule is a question about a day, not a walk from its first date: a daily freeze since 1970 costs as much as one since
//! yesterday, and no rule can make the gate hang. What the RFC leaves open follows the `rrule` crate (and so dateutil),
//! which the tests hold this to on random rules.

use jiff::SignedDuration;
use jiff::civil::{Date, Weekday};

/// Seconds of one day on the wall.
pub(super) const DAY: i64 = 86_400;

/// How often a rule repeats. A freeze by the hour, the minute or the second is refused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
pub(super) enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A rule, its missing parts filled in from the first date.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) frequency: Frequency,
    pub(super) interval: i64,
    pub(super) week_start: Weekday,
    pub(super) months: Vec<i16>,
    pub(super) month_days: Vec<i16>,
    pub(super) year_days: Vec<i16>,
    pub(super) week_numbers: Vec<i16>,
    /// The day, and which one of the month or the year it is; 0 is every one.
    pub(super) weekdays: Vec<(i16, Weekday)>,
    /// Seconds after midnight, sorted.
    pub(super) times: Vec<i64>,
    pub(super) positions: Vec<i16>,
    /// The first day, in days since 1970.
    pub(super) first: i64,
}

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// The day of a number of days since 1970, clamped to the years -9999 to 9999.
pub(super) fn date_of(day: i64) -> Date {
    EPOCH.saturating_add(SignedDuration::from_secs(day.saturating_mul(DAY)))
}

/// Days since 1970.
pub(super) fn day_of(date: Date) -> i64 {
    date.duration_since(EPOCH).as_secs() / DAY
}

impl Rule {
    /// The starts the rule gives on the days `from..=to`, as times on the wall, in order. Nothing before the first day.
    pub(super) fn starts(&self, from: i64, to: i64) -> Vec<i64> {
        let from = from.max(self.first);
        if !self.positions.is_empty() {
            return self.positioned(from, to);
        }
        let days = (from..=to).filter(|day| self.hits(*day));
        days.flat_map(|day| self.times.iter().map(move |time| day * DAY + time)).collect()
    }

    /// With `BYSETPOS`: whole periods are made, then the named positions are taken from each.
    fn positioned(&self, from: i64, to: i64) -> Vec<i64> {
        let mut starts = Vec::new();
        let mut day = self.period(from).0;
        while day <= to {
            let (begin, end) = self.period(day);
            let days = (begin..=end).filter(|day| self.hits(*day));
            let all: Vec<i64> = days.flat_map(|day| self.times.iter().map(move |time| day * DAY + time)).collect();
            let count = i64::try_from(all.len()).unwrap_or(0);
            let mut places: Vec<i64> = self
                .positions
                .iter()
                .map(|position| i64::from(*position))
                .map(|position| if position > 0 { position - 1 } else { count + position })
                .collect();
            places.sort_unstable();
            places.dedup();
            let picked = places.into_iter().filter_map(|place| all.get(usize::try_from(place).ok()?)).copied();
            starts.extend(picked.filter(|start| (from..=to).contains(&start.div_euclid(DAY))));
            // The calendar of `jiff` ends with the year 9999; a walk past it must still go on.
            day = (end + 1).max(day + 1);
        }
        starts
    }

    /// The first and the last day of the day, week, month or year around a day.
    fn period(&self, day: i64) -> (i64, i64) {
        let date = date_of(day);
        match self.frequency {
            Frequency::Daily => (day, day),
            Frequency::Weekly => (self.week(day), self.week(day) + 6),
            Frequency::Monthly => (day_of(date.first_of_month()), day_of(date.last_of_month())),
            Frequency::Yearly => (day_of(date.first_of_year()), day_of(date.last_of_year())),
        }
    }

    /// The first day of the week around a day.
    fn week(&self, day: i64) -> i64 {
        // 1970 began on a Thursday.
        let weekday = (day + 3).rem_euclid(7);
        day - (weekday - i64::from(self.week_start.to_monday_zero_offset())).rem_euclid(7)
    }

    /// Whether a day is one of the rule's, before positions are counted.
    fn hits(&self, day: i64) -> bool {
        let date = date_of(day);
        self.aligned(day, date)
            && one_of(&self.months, date.month().into(), 0)
            && one_of(&self.month_days, date.day().into(), date.days_in_month().into())
            && one_of(&self.year_days, date.day_of_year(), date.days_in_year())
            && (self.week_numbers.is_empty() || self.week_number_hits(day))
            && (self.weekdays.is_empty() || self.weekdays.iter().any(|weekday| self.weekday_hits(date, *weekday)))
    }

    /// Every second day, every third month: counted from the first one.
    fn aligned(&self, day: i64, date: Date) -> bool {
        let first = date_of(self.first);
        let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
        let distance = match self.frequency {
            Frequency::Daily => day - self.first,
            Frequency::Weekly => (self.week(day) - self.week(self.first)) / 7,
            Frequency::Monthly => months(date) - months(first),
            Frequency::Yearly => i64::from(date.year()) - i64::from(first.year()),
        };
        distance.rem_euclid(self.interval) == 0
    }

    /// `2MO` is the second Monday of the month, or of the year when a yearly rule names no month.
    fn weekday_hits(&self, date: Date, (nth, weekday): (i16, Weekday)) -> bool {
        if date.weekday() != weekday {
            return false;
        }
        let of_month = self.frequency == Frequency::Monthly || !self.months.is_empty();
        let (place, length) = match of_month {
            true => (i16::from(date.day()), i16::from(date.days_in_month())),
            false => (date.day_of_year(), date.days_in_year()),
        };
        match nth {
            0 => true,
            nth if nth > 0 => (place - 1) / 7 + 1 == nth,
            nth => (length - place) / 7 + 1 == -nth,
        }
    }

    /// A week belongs to the year that has most of its days, so to the year of its fourth day.
    fn week_number_hits(&self, day: i64) -> bool {
        let middle = date_of(self.week(day) + 3);
        let last = middle.last_of_year();
        let beyond = i64::from(last.weekday().to_monday_zero_offset() - middle.weekday().to_monday_zero_offset());
        let last_middle = i64::from(last.day_of_year()) - beyond.rem_euclid(7);
        let number = (middle.day_of_year() - 1) / 7 + 1;
        let weeks = i16::try_from((last_middle - 1) / 7 + 1).unwrap_or(53);
        one_of(&self.week_numbers, number, weeks)
    }
}

/// Whether a place is in the list, counted from the start (1, 2, …) or from the end (-1, -2, …). An empty list is no limit.
fn one_of(list: &[i16], place: i16, length: i16) -> bool {
    list.is_empty() || list.iter().any(|wanted| *wanted == place || (*wanted < 0 && length + *wanted + 1 == place))
}
