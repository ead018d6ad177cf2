//! Any bytes as what GitHub answers: a `Link` header whose next page is an address that stands in it, or an error; a
//! record, or an error. No panic, and nothing but an object is ever a record.
#![no_main]

use changeward::world::github::{pages, wire};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(header) = std::str::from_utf8(data)
        && let Ok(Some(next)) = pages::next_link(header)
    {
        assert!(header.contains(&format!("<{next}>")), "{next} is no link of {header}");
        assert!(!next.contains(char::is_whitespace), "{next} is no address");
    }
    let first = data.iter().find(|byte| !byte.is_ascii_whitespace());
    assert!(wire::readings(data) == 0 || first == Some(&b'{'), "a record that is no object");
});
