//! Any bytes, given to every reader of the files people write: no panic, and what is wrong lies inside the file.
#![no_main]

use changeward::parse::{self, InvalidFile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    check(&text, parse::config(&text, "config.toml").err());
    check(&text, parse::matrix(&text, "ownership.toml").err());
    check(&text, parse::template(&text, "template.toml").err());
    check(&text, parse::lockdown(&text, "lockdown.toml").err());
    check(&text, parse::exception(&text, "exception.toml").err());
    check(&text, parse::baseline(&text, "baseline.toml").err());
});

fn check(text: &str, invalid: Option<InvalidFile>) {
    if let Some(invalid) = invalid {
        assert!(invalid.problems().len() > 0);
        assert!(invalid.problems().all(|problem| text.get(problem.span.clone()).is_some()));
    }
}
