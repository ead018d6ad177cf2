//! `GIT binary patch`: skipped, but only when it is whole.

use super::error::Fault;
use super::reader::{Line, Reader};

/// Reads the block that makes the new contents and the one that makes the old ones.
pub(super) fn skip(reader: &mut Reader<'_>, first: &Line<'_>) -> Result<(), Box<Fault>> {
    for _ in 0..2 {
        let Some(line) = reader.take()? else {
            return Err(Fault::cut_off(first, "a binary patch has two blocks"));
        };
        if !["literal ", "delta "].iter().any(|word| is_size(line.text.strip_prefix(word.as_bytes()))) {
            return Err(Fault::at(&line, "bad_binary", "not a block of a binary patch")
                .label("expected `literal SIZE` or `delta SIZE`"));
        }
        loop {
            let Some(line) = reader.take()? else {
                return Err(Fault::cut_off(first, "a block of a binary patch ends with an empty line"));
            };
            if line.text.is_empty() {
                break;
            }
            if !is_data(line.text) {
                return Err(Fault::at(&line, "bad_binary", "not a line of a binary patch")
                    .label("its length and its first letter disagree"));
            }
        }
    }
    Ok(())
}

fn is_size(digits: Option<&[u8]>) -> bool {
    digits.is_some_and(|digits| !digits.is_empty() && digits.iter().all(u8::is_ascii_digit))
}

/// One letter for the bytes in the line (`A`–`Z` 1–26, `a`–`z` 27–52), then five characters for every four of them.
fn is_data(text: &[u8]) -> bool {
    let Some((letter, data)) = text.split_first() else { return false };
    let bytes = match letter {
        b'A'..=b'Z' => letter - b'A' + 1,
        b'a'..=b'z' => letter - b'a' + 27,
        _ => return false,
    };
    data.len() == usize::from(bytes).div_ceil(4) * 5 && data.iter().all(u8::is_ascii_graphic)
}
