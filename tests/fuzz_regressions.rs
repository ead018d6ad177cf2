//! Every seed of the fuzz targets (`fuzz/seeds`) and every input that once broke a law (`tests/data/fuzz`), given to the
//! targets themselves: what the fuzzer holds the parsers to holds here as well, with the ordinary toolchain.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]
#![expect(clippy::disallowed_methods, reason = "this test reads the inputs it is about")]

use std::path::Path;

/// Declares the targets, and their table.
macro_rules! targets {
    ($($(#[$when:meta])? $name:ident in $file:literal,)*) => {
        $(
            $(#[$when])?
            #[path = $file]
            #[allow(unused_attributes, clippy::indexing_slicing, reason = "a target is a program of its own")]
            mod $name;
        )*
        const TARGETS: &[(&str, fn(&[u8]))] = &[$($(#[$when])? (stringify!($name), $name::law),)*];
    };
}

targets! {
    attachment in "../fuzz/fuzz_targets/attachment.rs",
    backstage in "../fuzz/fuzz_targets/backstage.rs",
    calendar in "../fuzz/fuzz_targets/calendar.rs",
    cases in "../fuzz/fuzz_targets/cases.rs",
    chromium in "../fuzz/fuzz_targets/chromium.rs",
    ci_event in "../fuzz/fuzz_targets/ci_event.rs",
    codeowners in "../fuzz/fuzz_targets/codeowners.rs",
    command in "../fuzz/fuzz_targets/command.rs",
    conftest in "../fuzz/fuzz_targets/conftest.rs",
    control_files in "../fuzz/fuzz_targets/control_files.rs",
    diagnostics in "../fuzz/fuzz_targets/diagnostics.rs",
    diff in "../fuzz/fuzz_targets/diff.rs",
    facts in "../fuzz/fuzz_targets/facts.rs",
    gate_marker in "../fuzz/fuzz_targets/gate_marker.rs",
    #[cfg(feature = "github")]
    github in "../fuzz/fuzz_targets/github.rs",
    gitlab in "../fuzz/fuzz_targets/gitlab.rs",
    import in "../fuzz/fuzz_targets/import.rs",
    kubernetes in "../fuzz/fuzz_targets/kubernetes.rs",
    lockfile in "../fuzz/fuzz_targets/lockfile.rs",
    metadata in "../fuzz/fuzz_targets/metadata.rs",
    pattern in "../fuzz/fuzz_targets/pattern.rs",
    policy_lint in "../fuzz/fuzz_targets/policy_lint.rs",
    rego in "../fuzz/fuzz_targets/rego.rs",
    report in "../fuzz/fuzz_targets/report.rs",
    smuggling in "../fuzz/fuzz_targets/smuggling.rs",
    syntax in "../fuzz/fuzz_targets/syntax.rs",
    trailers in "../fuzz/fuzz_targets/trailers.rs",
    wire in "../fuzz/fuzz_targets/wire.rs",
    workflow in "../fuzz/fuzz_targets/workflow.rs",
}

// Inside the targets `libfuzzer_sys` is this crate, and `fuzz_target!` this macro: their laws become functions.
extern crate self as libfuzzer_sys;

macro_rules! fuzz_target {
    (|$data:ident: &[u8]| $law:block) => {
        pub(crate) fn law($data: &[u8]) {
            $law
        }
    };
}
pub(crate) use fuzz_target;

/// The inputs of one target: its seeds and its former failures.
fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = [root.join("fuzz/seeds").join(target), root.join("tests/data/fuzz").join(target)];
    let files = folders.iter().filter(|folder| folder.exists()).flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let mut files: Vec<_> = files.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| (file.display().to_string(), std::fs::read(&file).unwrap())).collect()
}

#[test]
fn every_seed_and_every_former_failure_keeps_the_laws() {
    let mut failed = Vec::new();
    for (target, law) in TARGETS {
        let inputs = inputs(target);
        assert!(!inputs.is_empty(), "{target} has no seed");
        for (name, bytes) in inputs {
            if std::panic::catch_unwind(|| law(&bytes)).is_err() {
                failed.push(name);
            }
        }
    }
    assert!(failed.is_empty(), "the law of its target does not hold for: {failed:#?}");
}

/// A target without a line above, or without its `[[bin]]`, would never run.
#[test]
fn every_target_is_known() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    let files = std::fs::read_dir(fuzz.join("fuzz_targets")).unwrap();
    let mut names: Vec<_> = files.map(|f| f.unwrap().path().file_stem().unwrap().display().to_string()).collect();
    names.sort();
    names.retain(|name| name != "github" || cfg!(feature = "github"));
    assert_eq!(names, TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
    for name in names {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name} has no [[bin]]");
        assert!(fuzz.join("seeds").join(&name).exists(), "{name} has no seeds");
    }
}
