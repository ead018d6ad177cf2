//! The requirements of `pyproject.toml`: of the standard tables (PEP 621, 508, 735), of Poetry's and of uv's.

use super::tree::Tree;
use crate::model::{Field, Manifest, ManifestRequirement, Node, RequirementText, SyntaxFault, Value};

/// Reads the requirements.
pub(super) fn read(tree: &Tree, root: &Node<'_>, manifest: &mut Manifest) -> Result<(), SyntaxFault> {
    let tool = |name: &str| root.get("tool").and_then(|tool| tool.get(name));
    let project = root.get("project");
    let poetry = tool("poetry");
    let name = [project, poetry].into_iter().flatten().find_map(|table| table.get("name")?.text());
    manifest.name = name.map(normal);
    let sources = tool("uv").and_then(|uv| uv.get("sources")).map(Node::fields).unwrap_or_default();
    let mut reader = Reader { tree, sources: sources.iter().map(|field| normal(&field.key)).collect(), manifest };
    for field in project.map(Node::fields).unwrap_or_default() {
        match &*field.key {
            "dependencies" => reader.list("dependencies", field)?,
            "optional-dependencies" => reader.lists("optional-dependencies", field)?,
            _ => {}
        }
    }
    if let Some(groups) = root.fields().iter().find(|field| field.key == "dependency-groups") {
        reader.lists("dependency-groups", groups)?;
    }
    if let Some(list) = tool("uv").and_then(|uv| uv.fields().iter().find(|field| field.key == "dev-dependencies")) {
        reader.list("tool.uv.dev-dependencies", list)?;
    }
    for field in poetry.map(Node::fields).unwrap_or_default() {
        match &*field.key {
            "dependencies" | "dev-dependencies" => reader.poetry(&field.key, field)?,
            "group" => {
                for group in tree.map(field)? {
                    if let Some(list) = group.node.fields().iter().find(|field| field.key == "dependencies") {
                        reader.poetry(&format!("group.{}", group.key), list)?;
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// A name as PyPI compares it: lower case, one `-` for every run of `-`, `_` and `.`.
fn normal(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            c => out.push(c.to_ascii_lowercase()),
        }
    }
    out
}

struct Reader<'r> {
    tree: &'r Tree,
    /// Packages that uv takes from somewhere else than a registry.
    sources: Vec<String>,
    manifest: &'r mut Manifest,
}

impl Reader<'_> {
    fn lists(&mut self, name: &str, groups: &Field<'_>) -> Result<(), SyntaxFault> {
        for group in self.tree.map(groups)? {
            self.list(&format!("{name}.{}", group.key), group)?;
        }
        Ok(())
    }

    /// A list of requirements as PEP 508 writes them; a group may include another, which is read where it stands.
    fn list(&mut self, section: &str, list: &Field<'_>) -> Result<(), SyntaxFault> {
        for item in self.tree.list(list)? {
            let text = match (item.text(), item.get("include-group")) {
                (Some(text), _) => text,
                (None, Some(_)) => continue,
                (None, None) => return Err(self.tree.fault(item, "has a requirement that is no text")),
            };
            let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'));
            let (name, rest) = text.split_at_checked(end.unwrap_or(text.len())).unwrap_or((text, ""));
            if name.is_empty() {
                return Err(self.tree.fault(item, "has a requirement without a name"));
            }
            let rest = rest.trim_start();
            let rest = match rest.strip_prefix('[') {
                Some(extras) => extras.split_once(']').map_or("", |(_, rest)| rest).trim_start(),
                None => rest,
            };
            let range = rest.split(';').next().unwrap_or_default().trim();
            let bare = range.strip_prefix('(').and_then(|range| range.strip_suffix(')')).unwrap_or(range);
            let requirement = if rest.starts_with('@') {
                RequirementText::Other(rest.to_owned(), "is an address")
            } else if self.sources.contains(&normal(name)) {
                RequirementText::Other(bare.to_owned(), "has a source of its own in tool.uv.sources")
            } else {
                RequirementText::Range(bare.to_owned())
            };
            self.push(section, name, requirement, self.tree.line(item.span.start));
        }
        Ok(())
    }

    /// A table of requirements as Poetry writes them.
    fn poetry(&mut self, section: &str, list: &Field<'_>) -> Result<(), SyntaxFault> {
        for field in self.tree.map(list)?.iter().filter(|field| field.key != "python") {
            let requirement = match &field.node.value {
                Value::Scalar(_) => RequirementText::Poetry(self.tree.text(field)?.to_owned()),
                Value::List(_) => RequirementText::Other(String::new(), "has several ranges"),
                Value::Map(_) => match (field.node.get("version").and_then(Node::text), address(&field.node)) {
                    (_, Some(why)) => RequirementText::Other(String::new(), why),
                    (Some(range), None) => RequirementText::Poetry(range.to_owned()),
                    (None, None) => RequirementText::Other(String::new(), "has no version"),
                },
            };
            self.push(section, &field.key, requirement, self.tree.field_line(field));
        }
        Ok(())
    }

    fn push(&mut self, section: &str, name: &str, requirement: RequirementText, line: u32) {
        let name = normal(name);
        let section = section.to_owned();
        self.manifest.requirements.push(ManifestRequirement { name, alias: None, requirement, line, section });
    }
}

fn address(entry: &Node<'_>) -> Option<&'static str> {
    let has = |key: &str| entry.get(key).is_some();
    if has("git") {
        Some("is a git repository")
    } else if has("path") || has("file") {
        Some("is a folder")
    } else if has("url") {
        Some("is an address")
    } else if has("source") {
        Some("has a source of its own")
    } else {
        None
    }
}
