//! Any bytes are a lockfile or a fault that lies in them: no panic, slots that are unique, lines that are there. A lockfile
//! compared with itself has no edit; with another one, the edits turn around when the two do, and there is none only where
//! the two hold the same packages and values. A manifest is read or refused, and held against it without a panic.
#![no_main]

use changeward::assess::edits::{consistent, lock_edits};
use changeward::model::{EditKind, LockSyntax, Lockfile};
use changeward::parse::lockfile::{lockfile, manifest};
use libfuzzer_sys::fuzz_target;
use std::collections::{BTreeMap, BTreeSet};

const SYNTAXES: [LockSyntax; 8] = [
    LockSyntax::Cargo,
    LockSyntax::Npm,
    LockSyntax::Pnpm,
    LockSyntax::Yarn,
    LockSyntax::Poetry,
    LockSyntax::Uv,
    LockSyntax::GoSum,
    LockSyntax::GoMod,
];

fn sane(lock: &Lockfile, lines: usize) {
    let mut slots = BTreeSet::new();
    for package in &lock.packages {
        assert!(slots.insert((package.aspect, &package.slot)), "{} twice", package.slot);
        let values = package.values.iter().chain(&package.contents).map(|value| value.line);
        let all = values.chain([package.line, package.source.line.max(1)]);
        all.for_each(|line| assert!((1..=lines).contains(&(line as usize)), "{package:?}"));
    }
    lock.rest.iter().for_each(|value| assert!((1..=lines).contains(&(value.line as usize)), "{value:?}"));
}

/// Everything a lockfile says, in no order and without places.
fn said(lock: &Lockfile) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    let mut say = |text: String| *all.entry(text).or_default() += 1;
    for package in &lock.packages {
        let name = (package.aspect, &package.name, &package.version, &package.source.text, &package.source.stray);
        say(format!("{name:?}"));
        for value in package.values.iter().chain(&package.contents) {
            let place = value.path.0.last();
            let key = place.map(|step| format!("{step:?}")).filter(|step| !step.starts_with("Item"));
            say(format!("{name:?} {key:?} {:?} {:?}", value.value, value.bearing));
        }
    }
    lock.rest.iter().for_each(|value| say(format!("{:?} {:?}", value.value, value.bearing)));
    all
}

// The first byte says which format; a line of dashes and dots parts the states and the manifest.
fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    let Some(syntax) = SYNTAXES.get(usize::from(*first) % SYNTAXES.len()) else { return };
    let mark = b"\n-.-.-\n";
    let mut parts = Vec::new();
    let mut from = 0;
    for at in 0..rest.len() {
        if rest[at..].starts_with(mark) && at >= from {
            parts.push(&rest[from..=at]);
            from = at + mark.len();
        }
    }
    parts.push(&rest[from..]);
    let read: Vec<Result<Lockfile, _>> = parts.iter().map(|part| lockfile(*syntax, part)).collect();
    for (part, state) in parts.iter().zip(&read) {
        let lines = part.split(|byte| *byte == b'\n').count();
        match state {
            Ok(lock) => {
                sane(lock, lines);
                assert_eq!(lock_edits(Some(lock), Some(lock)), []);
                let added = lock_edits(None, Some(lock));
                assert!(added.iter().all(|edit| edit.kind == EditKind::Add), "{added:?}");
                assert!(
                    lock_edits(Some(lock), None).len()
                        >= lock.packages.iter().filter(|it| it.aspect.is_empty()).count()
                );
            }
            Err(fault) => assert!((fault.line as usize) <= lines && !fault.why.is_empty(), "{fault:?}"),
        }
        if let Ok(manifest) = manifest(*syntax, part) {
            for lock in read.iter().flatten() {
                if let Err(why) = consistent(&manifest, lock, ".") {
                    assert!((why.line as usize) <= lines && !why.why.is_empty(), "{why:?}");
                }
            }
        }
    }
    if let [Ok(old), Ok(new), ..] = read.as_slice() {
        let edits = lock_edits(Some(old), Some(new));
        if edits.is_empty() {
            assert_eq!(said(old), said(new));
        }
        assert_eq!(edits, lock_edits(Some(old), Some(new)), "the same question has the same answer");
        let back = lock_edits(Some(new), Some(old));
        assert_eq!(edits.is_empty(), back.is_empty(), "{edits:?}\n{back:?}");
    }
});
