//! Freeze calendars: real dialects, the awkward parts of RFC 5545, and laws over random rules.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use changeward::model::Moment;
use changeward::parse::InvalidFile;
use changeward::parse::calendar::{Calendar, CalendarNow, HORIZON_DAYS, MAX_SIZE, calendar};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn moment(text: &str) -> Moment {
    Moment::parse(text).unwrap_or_else(|| panic!("{text}"))
}

fn read(text: &str) -> Calendar {
    calendar(text.as_bytes(), "freeze.ics").unwrap_or_else(|error| panic!("{:?}\n{text}", miette::Report::new(error)))
}

/// A calendar around lines of its own and events.
fn wrap(lines: &str, events: &[&str]) -> String {
    let events: String = events.iter().map(|event| format!("BEGIN:VEVENT\n{event}\nEND:VEVENT\n")).collect();
    let lines = if lines.is_empty() { String::new() } else { format!("{lines}\n") };
    format!("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//acme//EN\n{lines}{events}END:VCALENDAR\n")
}

/// When, open?, the event, when it changes next (`-` for not within the horizon).
type Answer<'a> = (&'a str, bool, Option<&'a str>, &'a str);

fn check(name: &str, text: &str, answers: &[Answer<'_>]) {
    let calendar = read(text);
    for (at, open, event, next) in answers {
        let expected = CalendarNow {
            open: *open,
            event: event.map(str::to_owned),
            next_transition: (*next != "-").then(|| moment(next)),
        };
        assert_eq!(calendar.state_at(moment(at)), expected, "{name} at {at}");
        consistent(&calendar, moment(at));
    }
}

/// The problems as `LINE code`.
fn rows(error: &InvalidFile, text: &[u8]) -> Vec<String> {
    let line = |at: usize| 1 + text.iter().take(at).filter(|byte| **byte == b'\n').count();
    error.problems().map(|problem| format!("{} {}", line(problem.span.start), problem.code)).collect()
}

/// Nothing changes before the next transition, and at it the state is the other one.
fn consistent(calendar: &Calendar, at: Moment) {
    let now = calendar.state_at(at);
    let until = now.next_transition.map_or(HORIZON_DAYS * 86_400, |next| next.unix() - at.unix());
    assert!(until > 0, "{at} {now:?}");
    for step in [1, until / 3, until / 2, until - 1] {
        assert_eq!(calendar.state_at(at.plus(step.min(until - 1))).open, now.open, "{at} + {step}: {now:?}");
    }
    if let Some(next) = now.next_transition {
        assert_ne!(calendar.state_at(next).open, now.open, "{at}: {now:?}");
    }
}

#[test]
fn real_dialects_are_understood() {
    let table: &[(&str, &str, &[Answer<'_>])] = &[
        ("aws-empty", include_str!("data/calendar/aws-empty.ics"), &[("2026-06-01", true, None, "-")]),
        (
            "aws-open",
            include_str!("data/calendar/aws-open.ics"),
            &[
                ("2026-03-30T21:59:59Z", true, None, "2026-03-30T22:00:00Z"),
                ("2026-03-30T22:00:00Z", false, Some("Quarter end"), "2026-04-02T10:00:00Z"),
                ("2026-04-02T10:00:00Z", true, None, "2026-06-30T22:00:00Z"),
                // Winter: the same hours on the wall, an hour later in UTC.
                ("2026-12-31T00:00:00Z", false, Some("Quarter end"), "2027-01-02T11:00:00Z"),
                // An advisory event changes nothing.
                ("2026-05-05", true, None, "2026-06-30T22:00:00Z"),
            ],
        ),
        (
            "aws-closed",
            include_str!("data/calendar/aws-closed.ics"),
            &[
                ("2026-01-01", false, None, "2026-01-05T08:00:00Z"),
                ("2026-07-06T07:00:00Z", true, Some("Weekday window"), "2026-07-06T14:00:00Z"),
                ("2026-07-09T14:00:00Z", false, None, "2026-07-13T07:00:00Z"),
            ],
        ),
        (
            "google",
            include_str!("data/calendar/google.ics"),
            &[
                ("2026-06-05T16:00:00Z", false, Some("Weekend freeze"), "2026-06-08T07:00:00Z"),
                ("2026-06-15T08:00:00Z", true, None, "2026-06-27T11:00:00Z"),
                ("2026-06-27T12:00:00Z", false, Some("Weekend freeze (moved)"), "2026-06-28T11:00:00Z"),
                ("2026-07-03T16:00:00Z", false, Some("Weekend freeze"), "2026-07-06T07:00:00Z"),
                // UNTIL is one second before the tenth of July's start.
                ("2026-07-10T16:00:00Z", true, None, "2026-12-20T00:00:00Z"),
                ("2027-01-03T23:59:59Z", false, Some("Year-end freeze"), "2027-01-04T00:00:00Z"),
                ("2027-01-04", true, None, "-"),
            ],
        ),
        (
            "outlook",
            include_str!("data/calendar/outlook.ics"),
            &[("2026-07-01T16:00:00Z", false, Some("Evening freeze"), "2026-07-01T18:00:00Z")],
        ),
    ];
    for (name, text, answers) in table {
        check(name, text, answers);
        check(name, &text.replace('\r', ""), answers);
    }
}

const BERLIN: &str = "X-WR-TIMEZONE:Europe/Berlin";

/// Name, lines of the calendar, events, answers.
type Awkward = (&'static str, &'static str, &'static [&'static str], &'static [Answer<'static>]);

const AWKWARD: &[Awkward] = &[
    ("no events", "", &[], &[("2026-01-01", true, None, "-")]),
    ("no events, closed by default", "X-CALENDAR-TYPE:DEFAULT_CLOSED", &[], &[("2026-01-01", false, None, "-")]),
    (
        "a day without an end is one day",
        BERLIN,
        &["SUMMARY:x\nDTSTART;VALUE=DATE:20260703"],
        &[
            ("2026-07-02T21:59:59Z", true, None, "2026-07-02T22:00:00Z"),
            ("2026-07-02T22:00:00Z", false, Some("x"), "2026-07-03T22:00:00Z"),
        ],
    ),
    (
        "a date without VALUE=DATE",
        "",
        &["DTSTART:20260703"],
        &[("2026-07-03", false, Some("an event without a title"), "2026-07-04")],
    ),
    (
        "floating times hang on the calendar's wall",
        BERLIN,
        &["SUMMARY:x\nDTSTART:20260701T120000\nDURATION:PT1H"],
        &[("2026-07-01T10:00:00Z", false, Some("x"), "2026-07-01T11:00:00Z")],
    ),
    (
        "floating times without a wall are UTC",
        "",
        &["SUMMARY:x\nDTSTART:20260701T120000\nDURATION:PT1H"],
        &[("2026-07-01T12:00:00Z", false, Some("x"), "2026-07-01T13:00:00Z")],
    ),
    (
        "overlapping, nested and touching events are one freeze",
        "",
        &[
            "UID:1\nSUMMARY:a\nDTSTART:20260701T000000Z\nDTEND:20260705T000000Z",
            "UID:2\nSUMMARY:b\nDTSTART:20260702T000000Z\nDTEND:20260703T000000Z",
            "UID:3\nSUMMARY:c\nDTSTART:20260704T000000Z\nDTEND:20260706T000000Z",
            "UID:4\nSUMMARY:d\nDTSTART:20260706T000000Z\nDTEND:20260707T000000Z",
        ],
        &[
            ("2026-07-02T12:00:00Z", false, Some("a"), "2026-07-07"),
            ("2026-07-04T12:00:00Z", false, Some("c"), "2026-07-07"),
            ("2026-07-07", true, None, "-"),
        ],
    ),
    (
        "a start inside the hour that is skipped",
        "",
        &["SUMMARY:x\nDTSTART;TZID=Europe/Berlin:20260329T023000\nDTEND;TZID=Europe/Berlin:20260329T040000"],
        &[("2026-03-29T01:30:00Z", false, Some("x"), "2026-03-29T02:00:00Z")],
    ),
    (
        "an end that would come before its start keeps its length",
        "",
        &["SUMMARY:x\nDTSTART;TZID=Europe/Berlin:20260329T025000\nDTEND;TZID=Europe/Berlin:20260329T031000"],
        &[("2026-03-29T01:50:00Z", false, Some("x"), "2026-03-29T02:10:00Z")],
    ),
    (
        "an end in another zone",
        "",
        &["SUMMARY:x\nDTSTART;TZID=Europe/Berlin:20260701T120000\nDTEND;TZID=America/New_York:20260701T120000"],
        &[("2026-07-01T10:00:00Z", false, Some("x"), "2026-07-01T16:00:00Z")],
    ),
    (
        "a weekend keeps its hours when the clocks change",
        "",
        &[
            "SUMMARY:x\nDTSTART;TZID=Europe/Berlin:20260102T180000\nDTEND;TZID=Europe/Berlin:20260105T060000\nRRULE:FREQ=WEEKLY",
        ],
        &[
            ("2026-03-28", false, Some("x"), "2026-03-30T04:00:00Z"),
            ("2026-10-24", false, Some("x"), "2026-10-26T05:00:00Z"),
        ],
    ),
    (
        "COUNT counts from the first, taken out or not",
        "",
        &["SUMMARY:x\nDTSTART;VALUE=DATE:20260701\nRRULE:FREQ=DAILY;COUNT=3\nEXDATE;VALUE=DATE:20260702"],
        &[
            ("2026-07-01", false, Some("x"), "2026-07-02"),
            ("2026-07-02", true, None, "2026-07-03"),
            ("2026-07-04", true, None, "-"),
        ],
    ),
    (
        "UNTIL as a date is the whole day",
        "",
        &["SUMMARY:x\nDTSTART:20260701T120000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20260702"],
        &[
            ("2026-07-02T12:00:00Z", false, Some("x"), "2026-07-02T13:00:00Z"),
            ("2026-07-02T13:00:00Z", true, None, "-"),
        ],
    ),
    (
        "UNTIL of whole days as a time",
        BERLIN,
        &["SUMMARY:x\nDTSTART;VALUE=DATE:20260701\nRRULE:FREQ=DAILY;UNTIL=20260702T000000Z"],
        &[("2026-07-01", false, Some("x"), "2026-07-02T22:00:00Z")],
    ),
    (
        "RDATE adds, in any zone",
        "",
        &[
            "SUMMARY:x\nDTSTART:20260701T120000Z\nDURATION:PT1H\nRDATE;TZID=Europe/Berlin:20260710T120000,20260711T120000",
        ],
        &[
            ("2026-07-01T13:00:00Z", true, None, "2026-07-10T10:00:00Z"),
            ("2026-07-11T10:00:00Z", false, Some("x"), "2026-07-11T11:00:00Z"),
        ],
    ),
    (
        "one instance cancelled, one moved, one with another title",
        "",
        &[
            "UID:1\nSUMMARY:x\nDTSTART:20260706T120000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=4",
            "UID:1\nSUMMARY:x\nSTATUS:CANCELLED\nRECURRENCE-ID:20260713T120000Z\nDTSTART:20260713T120000Z\nDURATION:PT1H",
            "UID:1\nSUMMARY:moved\nRECURRENCE-ID;TZID=Europe/Berlin:20260720T140000\nDTSTART:20260721T120000Z\nDURATION:PT2H",
            "UID:1\nSUMMARY:x\nX-EVENT-TYPE:ADVISORY\nRECURRENCE-ID:20260727T120000Z\nDTSTART:20260727T120000Z\nDURATION:PT1H",
        ],
        &[
            ("2026-07-06T12:30:00Z", false, Some("x"), "2026-07-06T13:00:00Z"),
            ("2026-07-06T13:00:00Z", true, None, "2026-07-21T12:00:00Z"),
            ("2026-07-21T12:00:00Z", false, Some("moved"), "2026-07-21T14:00:00Z"),
            ("2026-07-21T14:00:00Z", true, None, "-"),
        ],
    ),
    (
        "an exception whose event is not in the file stands alone",
        "",
        &["UID:1\nSUMMARY:x\nRECURRENCE-ID:20260713T120000Z\nDTSTART:20260714T120000Z\nDURATION:PT1H"],
        &[("2026-07-14T12:00:00Z", false, Some("x"), "2026-07-14T13:00:00Z")],
    ),
    ("a cancelled event", "", &["STATUS:CANCELLED\nDTSTART:20260701\n"], &[("2026-07-01", true, None, "-")]),
    (
        "a tentative event freezes",
        "",
        &["SUMMARY:x\nSTATUS:TENTATIVE\nDTSTART:20260701"],
        &[("2026-07-01", false, Some("x"), "2026-07-02")],
    ),
    (
        "a tentative event does not open",
        "X-CALENDAR-TYPE:DEFAULT_CLOSED",
        &["STATUS:TENTATIVE\nDTSTART:20260701"],
        &[("2026-07-01", false, None, "-")],
    ),
    (
        "a freeze for ever",
        "",
        &["SUMMARY:x\nDTSTART:20260701T000000Z\nDTEND:99991231T235959Z"],
        &[("2026-06-01", true, None, "2026-07-01"), ("2030-01-01", false, Some("x"), "-")],
    ),
    (
        "every day, all day, for ever",
        "",
        &["SUMMARY:x\nDTSTART;VALUE=DATE:19700101\nRRULE:FREQ=DAILY"],
        &[("2026-07-01T12:00:00Z", false, Some("x"), "-"), ("1969-12-31", true, None, "1970-01-01")],
    ),
    (
        "the last Friday of the quarter's last month",
        "",
        &["SUMMARY:x\nDTSTART;VALUE=DATE:20260327\nRRULE:FREQ=YEARLY;BYMONTH=3,6,9,12;BYDAY=-1FR"],
        &[("2026-03-28", true, None, "2026-06-26"), ("2026-12-25", false, Some("x"), "2026-12-26")],
    ),
    (
        "the last workday of the month",
        "",
        &["SUMMARY:x\nDTSTART;VALUE=DATE:20260130\nRRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1"],
        &[("2026-02-01", true, None, "2026-02-27"), ("2026-05-29", false, Some("x"), "2026-05-30")],
    ),
    (
        "weeks that start on Sunday are numbered by their Wednesday",
        "",
        &["SUMMARY:x\nDTSTART;VALUE=DATE:20260102\nRRULE:FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR;WKST=SU"],
        &[("2026-12-31", true, None, "-"), ("2031-06-01", true, None, "2032-01-02")],
    ),
    (
        "the thirty-first only where there is one; 29 February",
        "",
        &[
            "UID:1\nSUMMARY:x\nDTSTART;VALUE=DATE:20260131\nRRULE:FREQ=MONTHLY",
            "UID:2\nSUMMARY:leap\nDTSTART;VALUE=DATE:20240229\nRRULE:FREQ=YEARLY",
        ],
        &[("2026-02-01", true, None, "2026-03-31"), ("2028-02-29", false, Some("leap"), "2028-03-01")],
    ),
    (
        "lower case, spaces, folded names and texts",
        "x-calendar-type: default_open ",
        &["summary:a\\, b\\; c\\\\ d\\n\n  e\ndtst\n art;value=date:20260701"],
        &[("2026-07-01", false, Some("a, b; c\\ d\n e"), "2026-07-02")],
    ),
    (
        "a zone with a vendor's prefix",
        "",
        &[
            "SUMMARY:x\nDTSTART;TZID=/freeassociation.sourceforge.net/Tzfile/Europe/Berlin:20260701T120000\nDURATION:PT1H",
        ],
        &[("2026-07-01T10:00:00Z", false, Some("x"), "2026-07-01T11:00:00Z")],
    ),
    (
        "the horizon",
        "",
        &["SUMMARY:x\nDTSTART:20280101T000000Z\nDURATION:PT1H"],
        &[("2026-11-26T23:59:59Z", true, None, "-"), ("2026-11-27", true, None, "2028-01-01")],
    ),
];

#[test]
fn the_awkward_parts_are_read_right() {
    for (name, lines, events, answers) in AWKWARD {
        check(name, &wrap(lines, events), answers);
    }
}

/// Lines of the calendar, the event (`@DAY` is the first of July), and the problems as `LINE code`. The event starts on
/// line 4 plus the lines of the calendar.
const REFUSED: &[(&str, &str, &[&str])] = &[
    ("", "SUMMARY:x", &["4 missing"]),
    ("", "DTSTART:20260701T120000Z", &["4 bad_end"]),
    ("", "DTSTART:20260701T120000Z\nDTEND:20260701T120000Z", &["6 bad_end"]),
    ("", "DTSTART:20260701T120000Z\nDTEND:20260601T120000Z", &["6 bad_end"]),
    ("", "@DAY\nDTEND;VALUE=DATE:20260701", &["6 bad_end"]),
    ("", "@DAY\nDURATION:PT1H", &["6 bad_end"]),
    ("", "@DAY\nDURATION:P1D\nDTEND;VALUE=DATE:20260702", &["7 bad_end"]),
    ("", "@DAY\nDTEND:20260702T000000Z", &["6 bad_time"]),
    ("", "@DAY\nEXDATE:20260702T000000Z", &["6 bad_time"]),
    ("", "@DAY\nRDATE;VALUE=PERIOD:20260702T000000Z/PT1H", &["6 bad_time"]),
    ("", "DTSTART:tomorrow", &["5 bad_time"]),
    ("", "DTSTART;VALUE=DATE:20260701T000000", &["5 bad_time"]),
    ("", "DTSTART;TZID=Europe/Berlin:20260701T000000Z\nDURATION:P1D", &["5 bad_time"]),
    ("", "DTSTART;TZID=Berlin:20260701T000000\nDURATION:P1D", &["5 bad_zone"]),
    ("", "DTSTART;TZID=W. Europe Standard Time:20260701T000000\nDURATION:P1D", &["5 bad_zone"]),
    ("X-WR-TIMEZONE:Mars/Olympus", "@DAY", &["4 bad_zone"]),
    ("", "DTSTRAT:20260701", &["4 missing", "5 unknown"]),
    ("", "@DAY\nX-EVENT-TYP:ADVISORY", &["6 unknown"]),
    ("", "@DAY\nX-CALENDAR-TYPE:DEFAULT_OPEN", &["6 structure"]),
    ("X-CALENDER-TYPE:DEFAULT_CLOSED", "@DAY", &["4 unknown"]),
    ("X-CALENDAR-TYPE:CLOSED", "@DAY", &["4 bad_value"]),
    ("X-CALENDAR-TYPE:DEFAULT_OPEN\nX-CALENDAR-TYPE:DEFAULT_CLOSED", "@DAY", &["5 twice"]),
    ("VERSION:1.0", "@DAY", &["4 twice", "4 bad_value"]),
    ("METHOD:CANCEL", "@DAY", &["4 bad_value"]),
    ("CALSCALE:HEBREW", "@DAY", &["4 bad_value"]),
    ("", "@DAY\n@DAY", &["6 twice"]),
    ("", "@DAY\nSTATUS:MAYBE\nX-EVENT-TYPE:FREEZE", &["6 bad_value", "7 bad_value"]),
    ("", "@DAY\nEXRULE:FREQ=DAILY", &["6 unsupported"]),
    ("", "@DAY\nRECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260701\nUID:1", &["6 unsupported"]),
    ("", "@DAY\nRECURRENCE-ID;VALUE=DATE:20260701", &["4 missing"]),
    ("", "@DAY\nRECURRENCE-ID;VALUE=DATE:20260701\nUID:1\nRRULE:FREQ=DAILY", &["4 structure"]),
    ("", "@DAY\nPERCENT:1", &["6 unknown"]),
    ("", "@DAY\nnonsense", &["6 bad_line"]),
    ("", "@DAY\nRRULE:FREQ=SECONDLY", &["6 unsupported"]),
    ("", "@DAY\nRRULE:FREQ=HOURLY", &["6 unsupported"]),
    ("", "@DAY\nRRULE:FREQ=FORTNIGHTLY", &["6 bad_rule"]),
    ("", "@DAY\nRRULE:COUNT=1", &["6 bad_rule"]),
    ("", "@DAY\nRRULE:FREQ=DAILY;FREQ=DAILY", &["6 bad_rule"]),
    ("", "@DAY\nRRULE:FREQ=DAILY;COUNT=0", &["6 bad_rule"]),
    ("", "@DAY\nRRULE:FREQ=DAILY;INTERVAL=0", &["6 bad_rule"]),
    ("", "@DAY\nRRULE:FREQ=DAILY;COUNT=2;UNTIL=20270101", &["6 bad_rule"]),
    ("", "@DAY\nRRULE:FREQ=DAILY;UNTIL=20260101", &["6 bad_rule"]),
    ("", "@DAY\nRRULE:FREQ=DAILY;BYDAY=XX", &["6 bad_rule"]),
    ("", "@DAY\nRRULE:FREQ=DAILY;BYDAY=1MO", &["6 bad_rule"]),
    ("", "@DAY\nRRULE:FREQ=WEEKLY;BYMONTHDAY=1", &["6 bad_rule"]),
    ("", "@DAY\nRRULE:FREQ=MONTHLY;BYMONTHDAY=32", &["6 bad_rule"]),
    ("", "@DAY\nRRULE:FREQ=MONTHLY;BYWEEKNO=1;BYDAY=MO", &["6 bad_rule"]),
    ("", "@DAY\nRRULE:FREQ=MONTHLY;BYSETPOS=1", &["6 bad_rule"]),
    ("", "@DAY\nRRULE:FREQ=MONTHLY;BYEASTER=1", &["6 bad_rule"]),
    ("", "@DAY\nRRULE:FREQ=DAILY;BYHOUR=1", &["6 bad_rule"]),
    ("", "@DAY\nRRULE:FREQ=DAILY;;COUNT=1", &["6 bad_rule"]),
    ("", "@DAY\nRRULE:FREQ=WEEKLY;BYDAY=MO", &["6 unsynchronised"]),
    ("", "@DAY\nRRULE:FREQ=DAILY\nDURATION:P367D", &["6 unsupported"]),
    ("", "@DAY\nRRULE:FREQ=YEARLY;COUNT=1000", &["6 too_much_work"]),
    (
        "",
        "DTSTART:20260701T000000Z\nDURATION:PT1S\nRRULE:FREQ=DAILY;BYHOUR=UPTO24;BYMINUTE=UPTO60;BYSECOND=UPTO60",
        &["4 too_much_work"],
    ),
];

#[test]
fn what_is_not_understood_is_refused_with_its_line() {
    for (lines, event, expected) in REFUSED {
        let event = event.replace("@DAY", "DTSTART;VALUE=DATE:20260701");
        let event = event.replace("UPTO24", &up_to(24)).replace("UPTO60", &up_to(60));
        let text = wrap(lines, &[&event]);
        let Err(error) = calendar(text.as_bytes(), "freeze.ics") else { panic!("accepted:\n{text}") };
        assert_eq!(rows(&error, text.as_bytes()), *expected, "{:?}", miette::Report::new(error));
    }
}

fn up_to(end: u32) -> String {
    (0..end).map(|n| n.to_string()).collect::<Vec<_>>().join(",")
}

#[test]
fn files_that_are_no_calendar_are_refused() {
    let big = wrap(&format!("X-A:{}", "x".repeat(MAX_SIZE)), &[]);
    let events: Vec<String> = (0..3_000).map(|n| format!("UID:{n}\nDTSTART:20260701\nRRULE:FREQ=DAILY")).collect();
    let many = wrap("", &events.iter().map(String::as_str).collect::<Vec<_>>());
    let twice = wrap("", &["UID:1\nDTSTART:20260701", "UID:1\nDTSTART:20260702"]);
    let replaced = "UID:1\nRECURRENCE-ID:20260701\nDTSTART:20260701";
    let replaced = wrap("", &["UID:1\nDTSTART:20260701", replaced, replaced]);
    let table: &[(&[u8], &str)] = &[
        (b"", "1 structure"),
        (b"hello", "1 bad_line"),
        (b"BEGIN:VCALENDAR\n", "1 structure"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", "3 structure"),
        (b"BEGIN:VEVENT\nEND:VEVENT\n", "1 structure"),
        (b"END:VCALENDAR\n", "1 structure"),
        (b"VERSION:2.0\n", "1 structure"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\nBEGIN:VCALENDAR\nEND:VCALENDAR\n", "3 structure"),
        (b"BEGIN:VCALENDAR\nBEGIN:VFREEBUSY\nEND:VFREEBUSY\nEND:VCALENDAR\n", "2 unknown"),
        (b"BEGIN:VCALENDAR\nX:\xff\n", "2 not_text"),
        (big.as_bytes(), "1 too_large"),
        (many.as_bytes(), "12349 too_much_work"),
        (twice.as_bytes(), "8 twice"),
        (replaced.as_bytes(), "13 twice"),
        (b"BEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\nBEGIN:A\n", "5 structure"),
    ];
    for (bytes, expected) in table {
        let Err(error) = calendar(bytes, "x.ics") else { panic!("accepted: {expected}") };
        let problems = rows(&error, bytes);
        assert!(problems.iter().any(|problem| problem == expected), "{expected}: {problems:?}");
    }
}

#[test]
fn all_problems_are_shown_at_once_each_at_its_line() {
    let text =
        wrap("X-CALENDAR-TYPE:CLOSED", &["DTSTART:x\nSTATUS:\u{1b}[2J", "DTSTART:20260701\nRRULE:FREQ=SECONDLY"]);
    let error = calendar(text.as_bytes(), "freeze.ics").unwrap_err();
    let shown = format!("{:?}", miette::Report::new(error));
    for part in [
        "changeward::calendar::bad_value",
        "changeward::calendar::bad_time",
        "changeward::calendar::unsupported",
        "freeze.ics:4:",
        "freeze.ics:11:",
    ] {
        assert!(shown.contains(part), "{part}:\n{shown}");
    }
    assert!(!shown.contains("\u{1b}[2J"));
}

/// A random rule that both readers take.
fn rules() -> impl Strategy<Value = String> {
    let frequency = prop::sample::select(vec!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]);
    let list = |values: Vec<&'static str>| prop::option::weighted(0.35, prop::sample::subsequence(values, 1..3));
    (
        frequency,
        prop::option::of(1..6u32),
        prop::option::weighted(0.3, prop::sample::select(vec!["MO", "SU", "WE"])),
        list(vec!["1", "2", "6", "12"]),
        list(vec!["1", "13", "31", "-1", "-7"]),
        list(vec!["MO", "TU", "FR", "SU"]),
        list(vec!["1MO", "2TU", "-1FR", "-2SU"]),
        list(vec!["1", "60", "366", "-1", "-100"]),
        // Not -53: the other reader forgets that a first week can begin in December when it is counted from the end.
        list(vec!["1", "20", "52", "53", "-1", "-30"]),
        prop::option::weighted(0.2, prop::sample::select(vec!["1", "-1", "2,3", "-1,1"])),
        prop::option::weighted(
            0.3,
            prop::sample::select(vec!["COUNT=1", "COUNT=7", "COUNT=40", "UNTIL=20270301T000000Z"]),
        ),
    )
        .prop_map(|(frequency, interval, week, months, days, plain, nth, yeardays, weeks, positions, end)| {
            let yearly = frequency == "YEARLY";
            let weeks = weeks.filter(|_| yearly && plain.is_some());
            let numbered = nth.filter(|_| (yearly || frequency == "MONTHLY") && weeks.is_none());
            let parts = [
                ("BYMONTH", months),
                ("BYMONTHDAY", days.filter(|_| frequency != "WEEKLY")),
                ("BYDAY", plain.or(numbered)),
                ("BYYEARDAY", yeardays.filter(|_| yearly)),
                ("BYWEEKNO", weeks),
            ];
            let mut rule = format!("FREQ={frequency}");
            for (key, list) in parts.into_iter().filter_map(|(key, list)| Some((key, list?))) {
                rule.push_str(&format!(";{key}={}", list.join(",")));
            }
            let positions = positions.filter(|_| rule.contains("BY")).map(|list| format!("BYSETPOS={list}"));
            // The other reader miscounts the weeks of a year that do not start on Monday (it calls 1 January 2027 a day of
            // week 53 when weeks start on Sunday; it is one of week 52).
            let week = week.filter(|_| !rule.contains("BYWEEKNO")).map(|day| format!("WKST={day}"));
            let interval = interval.map(|interval| format!("INTERVAL={interval}"));
            for part in [positions, week, interval, end.map(str::to_owned)].into_iter().flatten() {
                rule.push_str(&format!(";{part}"));
            }
            rule
        })
}

/// The first starts by `rrule`, the other reader, as times in UTC.
fn theirs(rule: &str) -> Vec<i64> {
    let set: rrule::RRuleSet = format!("DTSTART:20260105T090000Z\nRRULE:{rule}").parse().unwrap();
    set.all(20).dates.iter().map(chrono_seconds).collect()
}

fn chrono_seconds<D: ToString>(date: &D) -> i64 {
    // `2026-01-05 09:00:00 UTC`
    let text = date.to_string();
    moment(&text.replacen(' ', "T", 1).replace(" UTC", "Z")).unix()
}

/// Always the same rules: a quirk of the other reader is no reason for a build to fail on a Tuesday.
fn settled() -> ProptestConfig {
    let rng_seed = RngSeed::Fixed(5_545);
    ProptestConfig {
        cases: 300,
        max_global_rejects: 100_000,
        failure_persistence: None,
        rng_seed,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(settled())]

    /// The day a rule's first date is found by `rrule`; then both must give the same starts.
    #[test]
    fn rules_mean_what_the_rrule_crate_says(rule in rules()) {
        let unended = rule.split(";COUNT").next().unwrap().split(";UNTIL").next().unwrap().to_owned();
        let first = theirs(&unended).first().copied();
        // The other reader counts positions in the first week from the first date on, this one in the whole week.
        prop_assume!(!(rule.contains("WEEKLY") && rule.contains("BYSETPOS")));
        prop_assume!(first.is_some_and(|first| first < moment("2040-01-01").unix()));
        let start = Moment::from_unix(first.unwrap());
        let stamp = start.to_string().replace(['-', ':'], "");
        let set = format!("DTSTART:{stamp}\nRRULE:{rule}").parse::<rrule::RRuleSet>();
        prop_assume!(set.is_ok());
        let dates: Vec<i64> = set.unwrap().all(20).dates.iter().map(chrono_seconds).collect();
        let text = wrap("", &[&format!("DTSTART:{stamp}\nDURATION:PT1H\nRRULE:{rule}")]);
        let Ok(calendar) = calendar(text.as_bytes(), "x") else {
            // Shifting the first date can put it off its own rule (an interval of weeks); then there is nothing to compare.
            prop_assume!(dates.first() != Some(&start.unix()));
            return Err(TestCaseError::fail(format!("refused {rule} from {stamp}")));
        };
        let mut at = start.plus(-1);
        let mut ours = Vec::new();
        while ours.len() < dates.len() {
            let now = calendar.state_at(at);
            let Some(next) = now.next_transition else { break };
            if now.open {
                ours.push(next.unix());
            }
            at = next;
        }
        let reachable = dates.windows(2).position(|pair| pair[1] - pair[0] > (HORIZON_DAYS - 2) * 86_400);
        let dates = &dates[..reachable.map_or(dates.len(), |last| last + 1)];
        prop_assert!(ours.starts_with(dates), "{} from {}: {:?} {:?}", rule, stamp, dates, ours);
        if reachable.is_none() && dates.len() < 20 {
            prop_assert_eq!(&ours[..], dates);
        }
    }

    #[test]
    fn a_state_holds_until_the_next_transition(
        rule in rules(), start in 0i64..86_400 * 400, length in 1i64..86_400 * 9, at in -86_400i64 * 30..86_400 * 900,
        zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo"]),
        closed in any::<bool>(),
    ) {
        let base = moment("2026-01-01").unix();
        let stamp = Moment::from_unix(base + start).to_string().replace(['-', ':', 'Z'], "");
        let kind = if closed { "X-CALENDAR-TYPE:DEFAULT_CLOSED" } else { "" };
        let event = format!("SUMMARY:x\nDTSTART;TZID={zone}:{stamp}\nDURATION:PT{length}S");
        let other = "UID:2\nSUMMARY:y\nDTSTART;VALUE=DATE:20260105\nRRULE:FREQ=WEEKLY;INTERVAL=3";
        let repeated = wrap(kind, &[&format!("{event}\nRRULE:{rule}"), other]);
        let read = calendar(repeated.as_bytes(), "x").or_else(|_| calendar(wrap(kind, &[&event, other]).as_bytes(), "x"));
        consistent(&read.unwrap(), Moment::from_unix(base + at));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), at in any::<i64>()) {
        if let Ok(calendar) = calendar(&bytes, "x") {
            let _ = calendar.state_at(Moment::from_unix(at));
        }
    }

    #[test]
    fn no_lines_make_it_panic(lines in prop::collection::vec(prop::sample::select(vec![
        "DTSTART:20260701T120000Z", "DTSTART;VALUE=DATE:00010101", "DTSTART:99991231", "DTEND:20260702T120000Z", "DURATION:P9D",
        "DURATION:P999999W", "RRULE:FREQ=DAILY", "RRULE:FREQ=YEARLY;BYDAY=1MO;BYSETPOS=-1", "RRULE:FREQ=MONTHLY;COUNT=9",
        "RRULE:FREQ=DAILY;INTERVAL=10000", "EXDATE:20260701T120000Z", "RDATE:99991231", "UID:1", "RECURRENCE-ID:20260701",
        "STATUS:TENTATIVE", "SUMMARY:x", " folded", "X-A;B=\"c:d\":e", "END:VEVENT", "BEGIN:VEVENT", "BEGIN:VALARM", "END:VALARM",
        "DTSTART;TZID=Pacific/Apia:20111230T120000", "X-WR-TIMEZONE:Pacific/Apia",
    ]), 0..10), at in prop::sample::select(vec![i64::MIN, -62_167_219_200, 0, 1_782_900_000, 253_402_300_799, i64::MAX])) {
        let text = wrap("", &[&lines.join("\n")]);
        match calendar(text.as_bytes(), "x") {
            Ok(calendar) => {
                let _ = calendar.state_at(Moment::from_unix(at));
            }
            Err(error) => {
                let shown = format!("{:?}", miette::Report::new(error));
                prop_assert!(!shown.is_empty());
            }
        }
    }
}
