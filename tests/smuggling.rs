//! Nothing is smuggled through a template: whatever is done to a change that fits, it is standard only if all that
//! differs is one allowed value in its place.
//!
//! The judge of these tests knows nothing of documents: a change is allowed when the new text is the old one to the byte,
//! but for one value, and that value is on a list.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "support/judge.rs"]
mod judge;
#[path = "support/random.rs"]
#[expect(dead_code, reason = "only the dice are thrown here")]
mod random;
#[path = "support/stories.rs"]
mod stories;

use judge::{Changed, refusal};
use random::Dice;
use stories::{Story, stories};

#[test]
fn what_fits_is_taken() {
    for story in stories() {
        let changed = Changed::modified(&story.path, &story.text(&story.old), story.text(&story.new));
        assert_eq!(refusal(&story.template(), &[changed]), None, "{}", story.path);
    }
}

/// What an attacker may do to the text of a file.
fn mutate(text: &mut Vec<u8>, story: &Story, d: &mut Dice) {
    match d.below(10) {
        0..=3 => mutate_lines(text, d),
        4 => *text = story.text(d.pick::<&str>(&VALUES)).into_bytes(),
        _ => mutate_bytes(text, d),
    }
}

const VALUES: [&str; 20] = [
    "21",
    "1",
    "-5",
    "5.0",
    "\"5\"",
    "0x5",
    "05",
    "1e1",
    "5_0",
    "null",
    "true",
    ".nan",
    "[5]",
    "{a: 5}",
    "trace",
    "Debug",
    "debug ",
    "acme/web:latest",
    "acme/w\u{435}b@sha256:1111111111111111111111111111111111111111111111111111111111111111",
    "evil/web@sha256:1111111111111111111111111111111111111111111111111111111111111111",
];

/// Lines that come, go, move and return.
fn mutate_lines(text: &mut Vec<u8>, d: &mut Dice) {
    const LINES: [&[u8]; 17] = [
        b"privileged: true\n",
        b"  \"hostNetwork\": true,\n",
        b"  admin = true\n",
        b"# checkov:skip=ALL\n",
        b"\n",
        b"%YAML 1.1\n",
        b"#cloud-config\n",
        b"# syntax=evil/frontend\n",
        b"# escape=`\n",
        b"<!DOCTYPE x [<!ENTITY a \"b\">]>\n",
        b"  <<: {privileged: true}\n",
        b"  <<: *x\n",
        b"y: &x {privileged: true}\n",
        b"...\n",
        b"  EOT\n",
        b"  x = <<-EOT\n",
        b"  \"__proto__\": {\"size\": 5},\n",
    ];
    let mut all: Vec<Vec<u8>> = text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if all.is_empty() {
        return;
    }
    let (at, other) = (d.below(all.len() as u64) as usize, d.below(all.len() as u64) as usize);
    match d.below(6) {
        0 => drop(all.remove(at)),
        1 => all.insert(at, all[at].clone()),
        2 => all.swap(at, other),
        3 => all.insert(0, d.pick(&LINES).to_vec()),
        4 => all.push(b"---\nspec:\n  replicas: 5\n".to_vec()),
        _ => all.insert(at, d.pick(&LINES).to_vec()),
    }
    *text = all.concat();
}

/// Letters that look the same.
const TWINS: [(u8, char); 5] =
    [(b'a', '\u{430}'), (b'e', '\u{435}'), (b'o', '\u{43e}'), (b'c', '\u{441}'), (b'p', '\u{440}')];

/// What is put anywhere: bytes that are no text or cannot be seen, YAML's anchors, tags and merges, marks of comments and
/// strings, pieces of numbers.
const PIECES: [&str; 40] = [
    "\0", "\u{200b}", "\u{202e}", "\u{feff}", "&x ", "*x", "<<: *x\n", "!!str ", "!x ", "{{ x }}", "${x}", "\t", "  ",
    "#", ";", "//", "/*", "<!-- ", "-->", "'", "\"", "\\", "\\\n", "\r", "0", "9", "1e9", "-", ".", "_", "0x",
    " # nosec", "*x ", "{b:}", "\u{3000}", "\u{667}", "-EOT", "\\u0061", "\n ", "<x/>",
];

fn mutate_bytes(text: &mut Vec<u8>, d: &mut Dice) {
    let at = d.below(text.len().max(1) as u64) as usize;
    let insert = |text: &mut Vec<u8>, at: usize, what: &[u8]| drop(text.splice(at..at, what.iter().copied()));
    match d.below(10) {
        0 => *text = text.split(|b| *b == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]),
        1 => insert(text, 0, b"\xef\xbb\xbf"),
        2 => insert(text, at, d.pick::<&[u8]>(&[b"\xff", b"\xc3", b"\xed\xa0\x80"])),
        3 => {
            let (letter, twin) = *d.pick(&TWINS);
            if let Some(found) = text.iter().skip(at).position(|byte| *byte == letter) {
                text.splice(at + found..=at + found, twin.to_string().bytes());
            }
        }
        4 => text.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 0x20),
        5 => text.iter_mut().skip(at).take(1).for_each(|byte| *byte = (d.below(95) + 32) as u8),
        6 => text.truncate(at),
        7 => drop(text.drain(at..(at + 1).min(text.len()))),
        _ => insert(text, at, d.pick(&PIECES).as_bytes()),
    }
}

#[test]
fn no_mutation_of_a_text_is_taken_unless_it_is_an_allowed_value() {
    let mut taken = 0;
    let mut d = Dice::new(20_261_125);
    for story in stories() {
        let (before, template) = (story.text(&story.old), story.template());
        for _ in 0..500 {
            let mut after = story.text(&story.new).into_bytes();
            for _ in 0..=d.below(2) {
                mutate(&mut after, &story, &mut d);
            }
            let shown = String::from_utf8_lossy(&after).into_owned();
            let refused = refusal(&template, &[Changed::modified(&story.path, &before, after.clone())]);
            let allowed = story.allowed(&after);
            assert!(refused.is_some() || allowed, "{} is smuggled through:\n{shown}", story.path);
            taken += u32::from(refused.is_none());
        }
    }
    assert!(taken > 100, "some mutations leave an allowed change: {taken}");
}

/// What an attacker may do to the files around.
#[test]
fn no_other_file_comes_along() {
    for story in stories() {
        let template = story.template();
        let good = Changed::modified(&story.path, &story.text(&story.old), story.text(&story.new));
        let (folder, name) = story.path.split_once('/').unwrap();
        let with = |change: &dyn Fn(&mut Changed)| {
            let mut changed = good.clone();
            change(&mut changed);
            vec![changed]
        };
        let beside = |other: Changed| vec![good.clone(), other];
        let attacks: Vec<(&str, Vec<Changed>)> = vec![
            ("made executable", with(&|c| c.mode = 0o100_755)),
            ("a link", with(&|c| c.mode = 0o120_000)),
            ("a submodule", with(&|c| c.mode = 0o160_000)),
            ("renamed", with(&|c| c.old_path = Some(format!("{folder}/other-{name}")))),
            ("renamed in", with(&|c| c.old_path = Some(format!("secret/{name}")))),
            ("another case", with(&|c| c.path = c.path.to_uppercase())),
            ("another folder that looks the same", with(&|c| c.path = c.path.replacen('o', "\u{43e}", 1))),
            ("deleted", with(&|c| c.after = None)),
            ("added", with(&|c| c.before = None)),
            ("swapped", with(&|c| c.after = Some(b"something else\n".to_vec()))),
            ("emptied", with(&|c| c.after = Some(Vec::new()))),
            ("a file outside", beside(Changed::modified("src/main.rs", "a\n", "b\n"))),
            ("a file inside", beside(Changed::modified(&format!("{folder}/run.sh"), "a\n", "b\n"))),
            ("a file of another format", beside(Changed::modified(&format!("{folder}/x.bin"), "a\n", "b\0\n"))),
        ];
        for (attack, changed) in attacks {
            // A file that only moved out of sight of a case-blind reader is a name the scope does not hold.
            let same = attack.starts_with("another folder") && changed[0].path == story.path;
            assert!(same || refusal(&template, &changed).is_some(), "{}: {attack}", story.path);
        }
    }
}
