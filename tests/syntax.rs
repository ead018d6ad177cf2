//! The parsers of the semantic diff: what they see in a file, what they refuse and with which words, and that no file
//! brings them down. The cases are data, in `tests/syntax`; what is seen is a snapshot beside them
//! (`SNAPSHOTS=overwrite` writes it).

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test stops where it fails")]

use changeward::model::{Node, RepoPath, Scalar, Syntax, SyntaxFault, Value};
use changeward::parse::syntax::{documents, syntax_of};
use proptest::prelude::*;
use snapbox::Data;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/syntax")
}

/// The cases of a format: name and text.
fn cases(syntax: Syntax) -> Vec<(String, String)> {
    let file = std::fs::read_to_string(folder().join(format!("{}.txt", syntax.as_str()))).unwrap();
    let case = |case: &str| {
        let (name, text) = case.split_once('\n').unwrap();
        (name.to_owned(), text.to_owned())
    };
    file.split("===== ").skip(1).map(case).collect()
}

fn said(fault: &SyntaxFault) -> String {
    format!("{}: {}", fault.line, fault.why)
}

/// One line for each single value: where it is, what it is, and how it is written where that is something else.
fn drawn(text: &str, path: &str, node: &Node<'_>, out: &mut String) {
    match &node.value {
        Value::Map(fields) if !fields.is_empty() => {
            fields.iter().for_each(|field| drawn(text, &format!("{path}/{}", field.key), &field.node, out));
        }
        Value::List(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(n, item)| drawn(text, &format!("{path}/{n}"), item, out));
        }
        Value::Map(_) => writeln!(out, "{path} {{}}").unwrap(),
        Value::List(_) => writeln!(out, "{path} []").unwrap(),
        Value::Scalar(Scalar { kind, text: value }) => {
            let written = text.get(node.span.start as usize..node.span.end as usize).unwrap();
            write!(out, "{path} {} {value:?}", kind.as_str()).unwrap();
            if written != value {
                write!(out, " as {written:?}").unwrap();
            }
            out.push('\n');
        }
    }
}

#[test]
fn what_is_seen_in_a_file() {
    for syntax in Syntax::ALL {
        let mut out = String::new();
        for (name, text) in cases(syntax) {
            writeln!(out, "===== {name}").unwrap();
            match documents(syntax, text.as_bytes()) {
                Err(fault) => writeln!(out, "the file {} (line {})", fault.why, fault.line).unwrap(),
                Ok(read) => {
                    for (n, root) in read.roots.iter().enumerate() {
                        if n > 0 {
                            out.push_str("---\n");
                        }
                        drawn(read.text, "", root, &mut out);
                    }
                }
            }
        }
        let file = folder().join(format!("{}.tree", syntax.as_str()));
        let expected = Data::read_from(&file, Some(snapbox::data::DataFormat::Text)).raw();
        snapbox::Assert::new().action_env("SNAPSHOTS").normalize_paths(false).eq(Data::text(out).raw(), expected);
    }
}

/// The same file with the other line ends gives the same tree.
#[test]
fn line_ends_change_nothing() {
    let mut compared = 0;
    for syntax in Syntax::ALL {
        for (name, text) in cases(syntax) {
            let other = text.replace('\n', "\r\n");
            let both = (documents(syntax, text.as_bytes()), documents(syntax, other.as_bytes()));
            match both {
                (Ok(one), Ok(two)) => {
                    compared += 1;
                    let plain = |read: &changeward::model::Documents<'_>| -> Vec<String> {
                        read.roots.iter().map(|root| values(root).replace("\\r\\n", "\\n")).collect()
                    };
                    assert_eq!(plain(&one), plain(&two), "{name}");
                }
                (Err(one), Err(two)) => assert_eq!(one.line, two.line, "{name}"),
                (one, two) => panic!("{} {name}: {one:?} {two:?}", syntax.as_str()),
            }
        }
    }
    assert!(compared > 30, "{compared}");
}

/// A tree without places.
fn values(node: &Node<'_>) -> String {
    match &node.value {
        Value::Scalar(scalar) => format!("{} {:?}", scalar.kind.as_str(), scalar.text),
        Value::List(items) => format!("[{}]", items.iter().map(values).collect::<Vec<_>>().join(", ")),
        Value::Map(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|field| format!("{:?}: {}", field.key, values(&field.node))).collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

#[test]
fn hostile_files_are_refused_or_held() {
    let table: toml::Table = std::fs::read_to_string(folder().join("hostile.toml")).unwrap().parse().unwrap();
    for file in table["file"].as_array().unwrap() {
        let word = |key: &str| file.get(key).map_or("", |value| value.as_str().unwrap());
        let times = file.get("times").map_or(0, |times| usize::try_from(times.as_integer().unwrap()).unwrap());
        let text = match word("text") {
            "" => {
                let (repeat, tail) = (word("repeat").repeat(times), word("tail").repeat(times));
                format!("{}{repeat}{}{tail}", word("head"), word("middle"))
            }
            text => text.to_owned(),
        };
        let syntax = Syntax::ALL.into_iter().find(|syntax| syntax.as_str() == word("syntax")).unwrap();
        let answer = documents(syntax, text.as_bytes());
        let fault = answer.as_ref().err().map(said).unwrap_or_default();
        assert_eq!(fault, word("fault"), "{}", word("name"));
    }
    let fault = documents(Syntax::Yaml, b"a: 1\nb: \xff\n").unwrap_err();
    assert_eq!(said(&fault), "2: is not UTF-8");
}

#[test]
fn formats_are_known_by_names() {
    let table = std::fs::read_to_string(folder().join("names.txt")).unwrap();
    for line in table.lines() {
        let (path, expected) = line.rsplit_once(' ').unwrap();
        let found = syntax_of(&RepoPath::from(path)).map_or("-", Syntax::as_str);
        assert_eq!(found, expected, "{path}");
    }
}

/// A JSON value as the standard reader has it.
fn standard(node: &Node<'_>) -> serde_json::Value {
    match &node.value {
        Value::Scalar(scalar) => match scalar.kind.as_str() {
            "string" => serde_json::Value::String(scalar.text.to_string()),
            _ => serde_json::from_str(&scalar.text).unwrap(),
        },
        Value::List(items) => items.iter().map(standard).collect(),
        Value::Map(fields) => fields
            .iter()
            .map(|field| (field.key.to_string(), standard(&field.node)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        (-1e9..1e9_f64).prop_map(Into::into),
        "\\PC{0,8}".prop_map(Into::into),
        "[a-z0-9:#\\-\\[\\]{}\"' \n\t~]{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            prop::collection::btree_map("[a-z0-9 \"\\\\]{1,6}", inner, 0..6)
                .prop_map(|map| serde_json::Value::from(map.into_iter().collect::<serde_json::Map<_, _>>())),
        ]
    })
}

proptest! {
    /// What the standard writer writes is read as what it was, and JSON is YAML.
    #[test]
    fn json_is_what_the_standard_reader_sees(value in any_json(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        for syntax in [Syntax::Json, Syntax::Jsonc] {
            let read = documents(syntax, text.as_bytes()).unwrap();
            let again: serde_json::Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(standard(&read.roots[0]), again);
        }
        if let Ok(read) = documents(Syntax::Yaml, text.as_bytes()) {
            let (yaml, json) = (&read.roots[0], &documents(Syntax::Json, text.as_bytes()).unwrap().roots[0]);
            prop_assert_eq!(texts(yaml), texts(json));
        }
    }
}

/// The texts of single values and their places.
fn texts(node: &Node<'_>) -> Vec<(String, std::ops::Range<u32>)> {
    match &node.value {
        Value::Scalar(scalar) => vec![(scalar.text.to_string(), node.span.clone())],
        Value::List(items) => items.iter().flat_map(texts).collect(),
        Value::Map(fields) => fields.iter().flat_map(|field| texts(&field.node)).collect(),
    }
}
