//! The rules that come with the binary, embedded at build time. One file, one idea; a new file is one line here.

use super::engine::{Module, Origin};

macro_rules! shipped {
    ($name:literal) => {
        (concat!("policies/", $name, ".rego"), include_str!(concat!("../../policies/", $name, ".rego")))
    };
}

/// File name (as findings show it) and text of every shipped policy.
pub const SHIPPED: &[(&str, &str)] = &[
    shipped!("approvals"),
    shipped!("claims"),
    shipped!("class"),
    shipped!("control"),
    shipped!("emergency"),
    shipped!("evidence"),
    shipped!("exceptions"),
    shipped!("freeze"),
    shipped!("lockdown"),
    shipped!("obligations"),
    shipped!("ownership"),
    shipped!("proposal"),
    shipped!("risk"),
    shipped!("templates"),
    shipped!("visibility"),
    shipped!("vocabulary"),
];

/// The shipped policies as modules.
pub fn modules() -> Vec<Module> {
    let module = |(file, source): &(&str, &str)| Module {
        file: (*file).to_owned(),
        source: (*source).to_owned(),
        origin: Origin::Shipped,
    };
    SHIPPED.iter().map(module).collect()
}
