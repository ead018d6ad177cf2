//! A file of a known format as a tree of values that know where they stand: what two states of it are compared by.
//!
//! One tree for all formats, so that there is one comparison. What a format says that the tree cannot hold makes the file
//! unanalysable; it is never left out.

use std::borrow::Cow;
use std::ops::Range;

/// A format whose values are understood.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Syntax {
    /// YAML, any number of documents.
    Yaml,
    /// JSON (RFC 8259).
    Json,
    /// JSON with comments and trailing commas.
    Jsonc,
    /// TOML 1.0.
    Toml,
    /// HCL 2: Terraform.
    Hcl,
    /// INI: sections of `key = value`.
    Ini,
    /// `.env`: `KEY=value`.
    Dotenv,
    /// Java properties.
    Properties,
    /// XML 1.0, without a document type.
    Xml,
    /// Dockerfile.
    Dockerfile,
}

impl Syntax {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Yaml,
        Self::Json,
        Self::Jsonc,
        Self::Toml,
        Self::Hcl,
        Self::Ini,
        Self::Dotenv,
        Self::Properties,
        Self::Xml,
        Self::Dockerfile,
    ];

    /// The word of documents and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Jsonc => "jsonc",
            Self::Toml => "toml",
            Self::Hcl => "hcl",
            Self::Ini => "ini",
            Self::Dotenv => "dotenv",
            Self::Properties => "properties",
            Self::Xml => "xml",
            Self::Dockerfile => "dockerfile",
        }
    }
}

/// All documents of one file, in order. Every format but YAML has exactly one; an empty YAML file has none.
#[derive(Clone, PartialEq, Debug)]
pub struct Documents<'t> {
    /// The text they were read from; every span counts its bytes.
    pub text: &'t str,
    /// The root of each.
    pub roots: Vec<Node<'t>>,
}

/// A value and its place.
#[derive(Clone, PartialEq, Debug)]
pub struct Node<'t> {
    /// From its first byte to behind its last, quotes and brackets included. Files are smaller than 4 GiB.
    pub span: Range<u32>,
    /// What it is.
    pub value: Value<'t>,
}

/// A value.
#[derive(Clone, PartialEq, Debug)]
pub enum Value<'t> {
    /// A single value.
    Scalar(Scalar<'t>),
    /// A list; its order counts.
    List(Vec<Node<'t>>),
    /// A mapping in the order of the file; its order does not count. Keys are distinct.
    Map(Vec<Field<'t>>),
}

/// One key of a mapping.
#[derive(Clone, PartialEq, Debug)]
pub struct Field<'t> {
    /// The key, unescaped.
    pub key: Cow<'t, str>,
    /// Where the key stands.
    pub key_span: Range<u32>,
    /// Its value.
    pub node: Node<'t>,
    /// How the format has it.
    pub form: Form,
}

/// What kind of statement gives a key its value, in a format that has several: a value of another form is another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Form {
    /// The only one, or an attribute of HCL.
    #[default]
    Value,
    /// A block of HCL, or several of one name.
    Block,
    /// What stands under a label of HCL's blocks.
    Labels,
}

/// A single value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Scalar<'t> {
    /// What kind of value every reader of the format takes it for.
    pub kind: ScalarKind,
    /// Text without quotes and escapes; an integer in canonical decimal (`-7`, never `+7` or `0x7`); everything else as
    /// it is written.
    pub text: Cow<'t, str>,
}

/// What a single value is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ScalarKind {
    /// Nothing.
    Null,
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer,
    /// Any other finite number.
    Number,
    /// Text.
    Text,
    /// A date or a time, in a format that has them.
    Date,
    /// Readers differ on what it is, or it is no value to reckon with: `yes`, `010` and `2026-01-01` in YAML, `.nan`.
    Unclear,
    /// Something to be computed, as it is written: an HCL expression that is no literal, a YAML value with a tag.
    Expression,
}

impl ScalarKind {
    /// The word of documents and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Text => "string",
            Self::Date => "date",
            Self::Unclear => "unclear",
            Self::Expression => "expression",
        }
    }
}

/// Why a file cannot be judged by its values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SyntaxFault {
    /// From 1; 0 for the file as a whole.
    pub line: u32,
    /// For people; goes on from "the file …": `is not YAML: …`, `has the key "a" twice`.
    pub why: String,
}

impl SyntaxFault {
    /// A fault at a line.
    pub fn new(line: u32, why: impl Into<String>) -> Self {
        Self { line, why: why.into() }
    }
}

impl<'t> Field<'t> {
    /// A key with its value.
    pub fn new(key: impl Into<Cow<'t, str>>, key_span: Range<u32>, node: Node<'t>) -> Self {
        Self { key: key.into(), key_span, node, form: Form::Value }
    }
}

impl<'t> Node<'t> {
    /// The fields, when it is a mapping.
    pub fn fields(&self) -> &[Field<'t>] {
        match &self.value {
            Value::Map(fields) => fields,
            _ => &[],
        }
    }

    /// The value of a key, when it is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.fields().iter().find(|field| field.key == key).map(|field| &field.node)
    }

    /// The items, when it is a list.
    pub fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The single value, when it is one.
    pub fn scalar(&self) -> Option<&Scalar<'t>> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text, when it is text.
    pub fn text(&self) -> Option<&str> {
        self.scalar().filter(|scalar| scalar.kind == ScalarKind::Text).map(|scalar| &*scalar.text)
    }
}
