//! Any bytes are a patch or an error: no panic, sorted and unique paths, sums that the patch has lines for, a fault that
//! lies inside the patch; and a patch that is read is still read, with the same files, after another one.
#![no_main]

use changeward::parse::diff::diff;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let lines = data.split(|byte| *byte == b'\n').count();
    let read = match diff(data, "change.diff") {
        Ok(read) => read,
        Err(error) => {
            assert!((1..=lines).contains(&error.line()), "{error}");
            return;
        }
    };
    assert!(!read.files.is_empty());
    assert!(read.files.is_sorted_by(|a, b| a.path < b.path), "{:?}", read.files);
    for file in &read.files {
        assert!(file.old.is_some() || file.new.is_some(), "{file:?}");
        let whole = !file.path.as_bytes().is_empty() && !file.path.as_bytes().contains(&0);
        assert!(whole && file.path.segments().all(|part| part != b".." && part != b"."), "{file:?}");
        assert!(file.old_path.as_ref() != Some(&file.path), "{file:?}");
    }
    let counted: u64 = read.files.iter().map(|file| file.additions + file.deletions).sum();
    assert!(counted <= lines as u64, "{counted} lines counted in {lines}");
    // What stands before a patch hides nothing of it. A patch without a last line end cannot be followed by another.
    if data.ends_with(b"\n") {
        let first = b"diff --git a/zz-first b/zz-first\nold mode 100644\nnew mode 100755\n";
        let Ok(both) = diff(&[first, data].concat(), "change.diff") else { return };
        for file in &read.files {
            assert!(both.files.iter().any(|other| other.path == file.path), "{file:?} is lost");
        }
    }
});
