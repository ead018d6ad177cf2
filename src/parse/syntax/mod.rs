//! Files of known formats as one kind of tree, so that two states of a file can be compared by value.
//!
//! One file per format. Each would rather refuse a file than leave out something that a program reading it would see:
//! what the tree cannot hold, what two readers of the format take for different things, a key that stands twice.

mod json;
mod names;
mod number;
mod source;
mod toml;
mod yaml;
mod yaml_gap;
mod yaml_plain;

use crate::model::{Documents, Syntax, SyntaxFault};
use source::Source;

pub use names::syntax_of;

/// Reads a file of a format: all of it, or why it cannot be judged by its values.
pub fn documents(syntax: Syntax, bytes: &[u8]) -> Result<Documents<'_>, SyntaxFault> {
    let text = source::whole_text(bytes)?;
    let source = Source::new(text, syntax);
    let roots = match syntax {
        Syntax::Yaml => yaml::documents(source)?,
        Syntax::Json | Syntax::Jsonc => vec![json::root(source)?],
        Syntax::Toml => vec![toml::root(source)?],
        _ => return Err(SyntaxFault::new(0, format!("is of a format that is not read yet: {}", syntax.as_str()))),
    };
    Ok(Documents { text, roots })
}
