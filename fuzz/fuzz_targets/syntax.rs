//! Any bytes are a file of a known format (the first says which) or a fault with a reason: every value stands inside the
//! text, single values stand apart, keys are distinct, and a value read again by itself is the same value.

#![no_main]

use changeward::model::{Node, Scalar, ScalarKind, Syntax, Value};
use changeward::parse::syntax::documents;
use libfuzzer_sys::fuzz_target;
use std::collections::BTreeSet;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let syntax = Syntax::ALL[usize::from(first.wrapping_sub(b'0')) % Syntax::ALL.len()];
    match documents(syntax, rest) {
        Err(fault) => assert!(!fault.why.is_empty() && fault.line as usize <= rest.split(|b| *b == b'\n').count()),
        Ok(read) => {
            assert!(syntax == Syntax::Yaml || read.roots.len() == 1);
            let mut scalars = Vec::new();
            for root in &read.roots {
                walk(syntax, read.text, root, 0, &mut scalars);
            }
            scalars.sort_by_key(|(start, end, _)| (*start, *end));
            assert!(scalars.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{scalars:?}");
            for (start, end, scalar) in scalars {
                again(syntax, read.text.get(start as usize..end as usize).unwrap(), scalar);
            }
        }
    }
});

/// Holds a value and what is in it to the laws, and collects the single values that stand somewhere.
fn walk<'n, 't>(
    syntax: Syntax,
    text: &str,
    node: &'n Node<'t>,
    depth: usize,
    scalars: &mut Vec<(u32, u32, &'n Scalar<'t>)>,
) {
    assert!(depth <= 68, "too deep");
    assert!(text.get(node.span.start as usize..node.span.end as usize).is_some(), "{:?}", node.span);
    // Elsewhere a mapping or a list may be continued behind something else.
    let whole = !matches!(syntax, Syntax::Toml | Syntax::Hcl | Syntax::Xml);
    let mut at = node.span.start;
    let mut child = |start: u32, end: u32| {
        assert!(!whole || (at <= start && start <= end && end <= node.span.end), "{start}..{end} in {:?}", node.span);
        at = end;
    };
    match &node.value {
        Value::Scalar(scalar) => {
            if !node.span.is_empty() {
                scalars.push((node.span.start, node.span.end, scalar));
            }
        }
        Value::List(items) => {
            for item in items {
                child(item.span.start, item.span.end);
                walk(syntax, text, item, depth + 1, scalars);
            }
        }
        Value::Map(fields) => {
            assert_eq!(fields.iter().map(|field| &*field.key).collect::<BTreeSet<_>>().len(), fields.len());
            for field in fields {
                // What is said of other fields stands where they do.
                let beside = matches!(syntax, Syntax::Dotenv | Syntax::Ini) && field.key.starts_with('#');
                if beside && field.key_span.is_empty() {
                    continue;
                }
                assert!(text.get(field.key_span.start as usize..field.key_span.end as usize).is_some());
                child(field.key_span.start.min(field.node.span.start), field.node.span.end);
                walk(syntax, text, &field.node, depth + 1, scalars);
            }
        }
    }
}

/// A value that stands on one line means the same behind another key.
fn again(syntax: Syntax, written: &str, scalar: &Scalar<'_>) {
    let head = match syntax {
        Syntax::Yaml => "k: ",
        Syntax::Toml | Syntax::Hcl => "k = ",
        Syntax::Ini | Syntax::Properties | Syntax::Dotenv => "k=",
        Syntax::Json | Syntax::Jsonc => "",
        Syntax::Xml | Syntax::Dockerfile => return,
    };
    // What an empty block of text is depends on what follows it.
    let block = syntax == Syntax::Yaml && written.contains(['|', '>']) && !written.starts_with(['"', '\'']);
    let alias = syntax == Syntax::Yaml && written.starts_with('*');
    if written.contains('\n') || written.starts_with("#!") || block || alias {
        return;
    }
    let text = format!("{head}{written}\n");
    let read = documents(syntax, text.as_bytes()).unwrap_or_else(|fault| panic!("{text:?}: {fault:?}"));
    let root = &read.roots[0];
    let value = if head.is_empty() { Some(root) } else { root.get("k") };
    let value = value.and_then(Node::scalar).unwrap_or_else(|| panic!("{text:?}"));
    // A first line that a program may read, in a list of keys, is a comment elsewhere.
    assert!(value == scalar || scalar.kind == ScalarKind::Text && written.starts_with('#'), "{value:?} {scalar:?}");
}
