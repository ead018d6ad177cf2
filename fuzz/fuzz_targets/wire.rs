//! Any bytes as what the evaluating process says: findings or an error, never a panic, and never an approval made of
//! noise: what is read is what a well-formed answer says.
#![no_main]

use changeward::policy::engine::{Limits, Module, Origin};
use changeward::policy::wire;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let module = Module {
        file: ".changeward/policies/a.rego".to_owned(),
        source: "package changeward\n".to_owned(),
        origin: Origin::Organisation,
    };
    let modules = [module];
    let _ = wire::read_loaded(data, &modules);
    let _ = wire::read_evaluation(data, &modules);
    assert!(wire::load_request(&modules, &[], Limits::default()).is_ok());
});
