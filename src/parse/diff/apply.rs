//! Hunks applied to the file they are about, to the byte.
//!
//! Other programs search for where a hunk may have meant to go. Here every line of context and every removed line must
//! stand where the hunk says: what a gate approves must be what will land.

use super::hunk::ranges;

/// Applies the hunks of one file.
pub(super) fn apply(hunks: &[u8], old: &[u8]) -> Result<Vec<u8>, String> {
    let mut source = lines(old);
    let mut at = 0_u64;
    let mut new = Vec::with_capacity(old.len());
    let mut hunk_lines = lines(hunks).peekable();
    while let Some(header) = hunk_lines.next() {
        let after = header.strip_prefix(b"@@ -").and_then(ranges);
        let Some((was, is)) = after else { return Err("the patch does not apply: a hunk was expected".to_owned()) };
        // A hunk without old lines stands behind the line it names.
        let start = if was.count == 0 { was.start } else { was.start.saturating_sub(1) };
        while at < start {
            let Some(line) = source.next() else { return Err(beyond(was.start)) };
            new.extend_from_slice(line);
            at += 1;
        }
        let (mut removed, mut added) = (0, 0);
        while removed < was.count || added < is.count || hunk_lines.peek().is_some_and(|line| line.starts_with(b"\\")) {
            let Some(line) = hunk_lines.next() else { return Err("the patch is cut off".to_owned()) };
            let (sign, text) = line.split_first().map_or((b' ', line), |(sign, text)| (*sign, text));
            // An empty line of context may have lost its blank.
            let (sign, text) = if matches!(line, b"\n" | b"\r\n") { (b' ', line) } else { (sign, text) };
            let ends = hunk_lines.peek().is_some_and(|next| next.starts_with(b"\\"));
            let text = if ends { text.strip_suffix(b"\n").unwrap_or(text) } else { text };
            match sign {
                b'+' => {
                    new.extend_from_slice(text);
                    added += 1;
                }
                b' ' | b'-' => {
                    if source.next() != Some(text) {
                        return Err(format!("the patch does not apply: line {} is another one", at + 1));
                    }
                    at += 1;
                    removed += 1;
                    if sign == b' ' {
                        new.extend_from_slice(text);
                        added += 1;
                    }
                }
                _ => {}
            }
        }
    }
    source.for_each(|line| new.extend_from_slice(line));
    Ok(new)
}

fn beyond(line: u64) -> String {
    format!("the patch does not apply: the file has no line {line}")
}

/// The lines of a text, each with its end.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|byte| *byte == b'\n')
}

#[cfg(test)]
mod tests {
    use super::apply;

    #[test]
    fn a_hunk_applies_where_it_says_or_not_at_all() {
        let table: &[(&str, &str, Result<&str, &str>)] = &[
            ("@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n", "a\nb\nc\n", Ok("a\nx\nc\n")),
            ("@@ -2 +2 @@\n-b\n+x\n", "a\nb\nc\n", Ok("a\nx\nc\n")),
            ("@@ -0,0 +1,2 @@\n+a\n+b\n", "", Ok("a\nb\n")),
            ("@@ -1,0 +2 @@\n+b\n", "a\nc\n", Ok("a\nb\nc\n")),
            ("@@ -1,2 +0,0 @@\n-a\n-b\n", "a\nb\n", Ok("")),
            ("@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n", "a", Ok("b\n")),
            ("@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n", "a\n", Ok("b")),
            ("@@ -1 +1 @@\n-a\n+b\n@@ -3 +3 @@\n-c\n+d\n", "a\nb\nc\n", Ok("b\nb\nd\n")),
            ("@@ -1 +1 @@\n-a\n+b\n", "c\n", Err("the patch does not apply: line 1 is another one")),
            ("@@ -2 +2 @@\n-a\n+b\n", "c\na", Err("the patch does not apply: line 2 is another one")),
            ("@@ -9 +9 @@\n-a\n+b\n", "c\n", Err("the patch does not apply: the file has no line 9")),
            ("@@ -1 +1 @@\n-a\n+b\n", "a\r\n", Err("the patch does not apply: line 1 is another one")),
        ];
        for (hunks, old, new) in table {
            let found = apply(hunks.as_bytes(), old.as_bytes());
            let found = found.map(|bytes| String::from_utf8(bytes).unwrap());
            assert_eq!(found.as_deref().map_err(String::as_str), *new, "{hunks:?} on {old:?}");
        }
    }
}
