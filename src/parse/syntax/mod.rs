//! Files of known formats as one kind of tree, so that two states of a file can be compared by value.
//!
//! One file per format. Each would rather refuse a file than leave out something that a program reading it would see:
//! what the tree cannot hold, what two readers of the format take for different things, a key that stands twice.
//!
//! From the start of a key to the end of its value is all that has to go for the field to be gone, but for separators. To
//! that end the key of a TOML table is its whole header, that of an HCL block its type and labels; a key that is not in
//! the file (`#text`, `cmd`) stands, empty, where its value begins, and so does all that is in the value of a YAML alias. A
//! mapping that is continued behind something else (TOML, HCL, XML) ends before that: what follows there is its own, but
//! outside its place.

mod dockerfile;
mod dockerfile_lines;
mod dotenv;
mod hcl;
mod hcl_lex;
mod ini;
mod json;
mod lines;
mod names;
mod number;
mod properties;
mod source;
mod statements;
mod toml;
mod xml;
mod yaml;
mod yaml_alias;
mod yaml_gap;
mod yaml_keys;
mod yaml_plain;

use crate::model::{Documents, Syntax, SyntaxFault};
use source::Source;

pub use names::syntax_of;
pub(super) use source::whole_text;
pub(super) use xml::is_within_limits as xml_is_within_limits;

/// Reads a file of a format: all of it, or why it cannot be judged by its values.
pub fn documents(syntax: Syntax, bytes: &[u8]) -> Result<Documents<'_>, SyntaxFault> {
    let text = source::whole_text(bytes)?;
    let source = Source::new(text, syntax);
    let roots = match syntax {
        Syntax::Yaml => yaml::documents(source)?,
        Syntax::Json | Syntax::Jsonc => vec![json::root(source)?],
        Syntax::Toml => vec![toml::root(source)?],
        Syntax::Hcl => vec![hcl::root(source)?],
        Syntax::Ini => vec![ini::root(source)?],
        Syntax::Dotenv => vec![dotenv::root(source)?],
        Syntax::Properties => vec![properties::root(source)?],
        Syntax::Xml => vec![xml::root(source)?],
        Syntax::Dockerfile => vec![dockerfile::root(source)?],
    };
    Ok(Documents { text, roots })
}
