//! Any bytes as an organisation's policy, beside the shipped shape of the contract: loading and evaluating them gives
//! findings or errors, never a panic of ours. (A panic of the engine is caught and is an error with the code `crashed`.)
#![no_main]

use changeward::model::Moment;
use changeward::policy::engine::{Limits, Module, Origin, Pack};
use libfuzzer_sys::fuzz_target;
use std::time::Duration;

const BASE: &str = include_str!("../../tests/data/policy/base.rego");

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let shipped = Module { file: "policies/base.rego".into(), source: BASE.into(), origin: Origin::Shipped };
    let file = ".changeward/policies/fuzz.rego".to_owned();
    // A text without a package is most often a list of rules.
    let source = if text.starts_with("package") { text.to_owned() } else { format!("package changeward\n{text}") };
    let modules = [shipped, Module { file, source, origin: Origin::Organisation }];
    let limits = Limits { time: Duration::from_millis(100) };
    match Pack::load(&modules, Vec::new(), limits) {
        Ok(pack) => {
            let _ = pack.evaluate(r#"{"files": [{"path": "a", "owned": "no"}]}"#, Moment::from_unix(0));
        }
        Err(errors) => {
            assert!(!errors.problems().is_empty());
            for problem in errors.problems() {
                let text = modules.iter().find(|m| problem.place.as_ref().is_some_and(|p| p.file == m.file));
                if let (Some(span), Some(module)) = (&problem.span, text) {
                    assert!(span.start <= span.end && span.end <= module.source.len(), "{problem:?}");
                }
            }
        }
    }
});
