//! Whatever a file becomes, a template takes it only when all that differs is one allowed value in its place. The first
//! byte chooses the story of `tests/smuggling/stories.toml`, the rest is the file after the change.
#![no_main]

#[path = "../../tests/support/judge.rs"]
mod judge;
#[path = "../../tests/support/stories.rs"]
#[expect(dead_code, reason = "what a story becomes is what the fuzzer says")]
mod stories;

use judge::{Changed, refusal};
use libfuzzer_sys::fuzz_target;
use stories::stories;

fuzz_target!(|data: &[u8]| {
    let Some((first, after)) = data.split_first() else { return };
    let all = stories();
    let story = &all[usize::from(*first) % all.len()];
    let changed = Changed::modified(&story.path, &story.text(&story.old), after);
    if refusal(&story.template(), &[changed]).is_none() {
        assert!(story.allowed(after), "{} is smuggled through", story.path);
    }
});
