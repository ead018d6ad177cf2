//! Any bytes, given to the reader of calendars: no panic, no hang, and a state that holds until the next transition.
#![no_main]

use changeward::model::Moment;
use changeward::parse::calendar::calendar;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: (i64, &[u8])| {
    let (at, text) = data;
    match calendar(text, "freeze.ics") {
        Ok(calendar) => {
            let now = calendar.state_at(Moment::from_unix(at));
            if let Some(next) = now.next_transition {
                assert!(next > Moment::from_unix(at));
                assert_ne!(calendar.state_at(next).open, now.open);
                assert_eq!(calendar.state_at(next.plus(-1)).open, now.open);
            }
        }
        Err(invalid) => assert!(invalid.problems().len() > 0),
    }
});
