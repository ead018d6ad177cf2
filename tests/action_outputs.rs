//! The outputs of the action are written once: what `action.yml` declares and the documentation lists is the table of the program.

#![expect(clippy::disallowed_methods, reason = "this test reads the files it is about")]

use changeward::model::OUTPUTS;
use std::path::Path;

/// The keys below a key in the first column, each with the lines of its block: as much YAML as an `action.yml` needs.
fn block(text: &str, name: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let lines = text.lines().skip_while(|line| line.trim_end() != format!("{name}:")).skip(1);
    for line in lines.take_while(|line| line.is_empty() || line.starts_with([' ', '#'])) {
        let depth = line.len() - line.trim_start().len();
        match (line.trim().strip_suffix(':'), found.last_mut()) {
            _ if line.trim().is_empty() || line.trim_start().starts_with('#') => {}
            (Some(key), _) if depth == 2 => found.push((key.trim_matches(['"', '\'']).to_owned(), String::new())),
            (_, Some((_, body))) => body.push_str(&format!("{}\n", line.trim())),
            (_, None) => {}
        }
    }
    found
}

#[test]
fn the_table_is_sound() {
    let mut keys: Vec<&str> = OUTPUTS.iter().map(|(key, _)| *key).collect();
    assert!(keys.iter().all(|key| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    assert!(OUTPUTS.iter().all(|(_, what)| !what.is_empty() && what.ends_with('.') && !what.contains(['"', '\n'])));
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), OUTPUTS.len());
}

#[test]
fn the_reader_of_this_test_reads() {
    let text = "name: x\noutputs:\n  # a\n  class:\n    description: \"b\"\n    value: ${{ c }}\n\n  verdict:\n    description: d\nruns:\n  using: composite\n";
    let wanted = [("class", "description: \"b\"\nvalue: ${{ c }}\n"), ("verdict", "description: d\n")];
    assert_eq!(block(text, "outputs"), wanted.map(|(key, body)| (key.to_owned(), body.to_owned())));
}

/// `action.yml` declares these outputs in this order, with these descriptions, each from the step's output of the same name.
#[test]
fn the_action_declares_what_the_program_writes() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml");
    if !file.exists() {
        return;
    }
    let declared = block(&std::fs::read_to_string(file).unwrap(), "outputs");
    let keys: Vec<&str> = declared.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, OUTPUTS.map(|(key, _)| key));
    for ((key, body), (_, what)) in declared.iter().zip(OUTPUTS) {
        let line =
            |name: &str| body.lines().find_map(|line| line.strip_prefix(&format!("{name}: "))).unwrap_or_default();
        assert_eq!(line("description").trim_matches('"'), what, "{key}");
        let value = line("value").trim_matches('"');
        let inner = value.strip_prefix("${{ steps.").and_then(|rest| rest.strip_suffix(" }}")).unwrap_or_default();
        let from = inner.split_once(".outputs").map(|(_, from)| from);
        assert!(from == Some(&format!(".{key}")) || from == Some(&format!("['{key}']")), "{key}: {value}");
    }
}

/// Wherever the documentation has a table of the outputs, it has all of them, in these words.
#[test]
fn the_documentation_lists_what_the_program_writes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages = pages.filter(|page| page.extension().is_some_and(|ending| ending == "md"));
    let mut listed = 0;
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        if !text.contains("| output | what it says |") {
            continue;
        }
        listed += 1;
        for (key, what) in OUTPUTS {
            assert!(text.contains(&format!("| `{key}` | {what} |")), "{}: {key}", page.display());
        }
    }
    assert_eq!(
        listed,
        usize::from(root.join("action.yml").exists()),
        "one page of docs/ has the table `| output | what it says |`"
    );
}
