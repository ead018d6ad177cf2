//! Any bytes, given to the readers of case files, as YAML and as JSON: no panic, and what is wrong lies inside the file.
#![no_main]

use changeward::parse::{self, InvalidFile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for ending in ["yaml", "json"] {
        check(&text, parse::policy_cases(&text, &format!("x_test.{ending}")).err());
        check(&text, parse::policy_input(&text, &format!("x.{ending}")).err());
    }
});

fn check(text: &str, invalid: Option<InvalidFile>) {
    if let Some(invalid) = invalid {
        assert!(invalid.problems().len() > 0);
        assert!(invalid.problems().all(|problem| text.get(problem.span.clone()).is_some()));
    }
}
