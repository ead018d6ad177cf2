//! Any bytes are a calendar or an error: no panic, and at any moment an answer whose next transition lies ahead.
#![no_main]

use changeward::model::Moment;
use changeward::parse::calendar::calendar;
use libfuzzer_sys::fuzz_target;

/// Before everything, the usual, a leap day, and the far future, in seconds since 1970.
const MOMENTS: [i64; 4] = [i64::MIN / 4, 1_795_363_200, 1_835_395_200, 253_000_000_000];

fuzz_target!(|data: &[u8]| {
    let Ok(calendar) = calendar(data, "f.ics") else { return };
    for now in MOMENTS.map(Moment::from_unix) {
        let state = calendar.state_at(now);
        assert!(state.next_transition.is_none_or(|next| next > now), "{now}");
        let later = state.next_transition.map(|next| calendar.state_at(next).open);
        assert!(later.is_none_or(|open| open != state.open), "{now}: no transition");
    }
});
