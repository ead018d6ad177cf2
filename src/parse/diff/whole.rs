//! The state before a patch, where the patch itself shows the whole of it: one hunk from the first line to the last.

use super::hunk::ranges;

/// What to write where the patch shows only a part.
const HOW: &str = "write it with the whole file as context: `git diff -U1000000`";

/// What the file was. A hunk that begins at the first line is taken for the whole file: a patch does not say where a file
/// ends.
pub(super) fn before(hunks: &[u8]) -> Result<Vec<u8>, String> {
    let mut lines = hunks.split_inclusive(|byte| *byte == b'\n').peekable();
    let header = lines.next().and_then(|line| line.strip_prefix(b"@@ -")).and_then(ranges);
    let Some((was, is)) = header else { return Err("a hunk was expected".to_owned()) };
    if was.start > 1 || is.start > 1 {
        return Err(format!("its first hunk begins at line {}, so what stands before is not known; {HOW}", was.start));
    }
    let mut old = Vec::new();
    while let Some(line) = lines.next() {
        let ends = lines.peek().is_some_and(|next| next.starts_with(b"\\"));
        let (sign, text) = line.split_first().map_or((b' ', line), |(sign, text)| (*sign, text));
        let (sign, text) = if matches!(line, b"\n" | b"\r\n") { (b' ', line) } else { (sign, text) };
        let text = if ends { text.strip_suffix(b"\n").unwrap_or(text) } else { text };
        match sign {
            b'@' => return Err(format!("it has several hunks, so what stands between them is not known; {HOW}")),
            b' ' | b'-' => old.extend_from_slice(text),
            _ => {}
        }
    }
    Ok(old)
}

#[cfg(test)]
mod tests {
    use super::before;

    #[test]
    fn the_state_before_is_in_a_patch_that_shows_all_of_it() {
        let table: &[(&str, Result<&str, &str>)] = &[
            ("@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n", Ok("a\nb\nc\n")),
            ("@@ -0,0 +1,2 @@\n+a\n+b\n", Ok("")),
            ("@@ -1 +0,0 @@\n-a\n\\ No newline at end of file\n", Ok("a")),
            ("@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n", Ok("a")),
            ("@@ -4,3 +4,3 @@\n a\n-b\n+x\n c\n", Err("begins at line 4")),
            ("@@ -1 +1 @@\n-a\n+b\n@@ -3 +3 @@\n-c\n+d\n", Err("several hunks")),
        ];
        for (hunks, old) in table {
            match (before(hunks.as_bytes()), old) {
                (Ok(found), Ok(old)) => assert_eq!(String::from_utf8(found).unwrap(), *old, "{hunks:?}"),
                (Err(why), Err(part)) => assert!(why.contains(part), "{why}"),
                (found, _) => panic!("{hunks:?}: {found:?}"),
            }
        }
    }
}
