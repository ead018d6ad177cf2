//! What a project requires of others, as its own manifest says it: what a lockfile is held against.

use super::go_mod;
use super::npm::SECTIONS;
use super::tree::Tree;
use crate::model::{
    Field, LockSyntax, Manifest, ManifestRequirement, Node, RequirementText, Syntax, SyntaxFault, Value,
};
use crate::parse::syntax;
use std::collections::HashSet;

/// The name of the manifest a lockfile is made from.
pub fn manifest_name(syntax: LockSyntax) -> &'static str {
    match syntax {
        LockSyntax::Cargo => "Cargo.toml",
        LockSyntax::Npm | LockSyntax::Pnpm | LockSyntax::Yarn => "package.json",
        LockSyntax::Poetry | LockSyntax::Uv => "pyproject.toml",
        LockSyntax::GoSum | LockSyntax::GoMod => "go.mod",
    }
}

/// Reads the manifest that a lockfile of this kind is made from.
///
/// # Errors
/// When it is not of its format, or names a requirement in a way no package manager does.
pub fn manifest(syntax: LockSyntax, bytes: &[u8]) -> Result<Manifest, SyntaxFault> {
    let mut manifest = Manifest { syntax, name: None, requirements: Vec::new() };
    let format = match syntax {
        LockSyntax::GoSum | LockSyntax::GoMod => {
            let text = syntax::whole_text(bytes)?;
            go(text, &mut manifest)?;
            return Ok(manifest);
        }
        LockSyntax::Npm | LockSyntax::Pnpm | LockSyntax::Yarn => Syntax::Json,
        LockSyntax::Cargo | LockSyntax::Poetry | LockSyntax::Uv => Syntax::Toml,
    };
    let documents = syntax::documents(format, bytes)?;
    let tree = Tree::of(documents.text);
    let [root @ Node { value: Value::Map(_), .. }] = documents.roots.as_slice() else {
        return Err(SyntaxFault::new(0, "is no manifest: its root is no mapping"));
    };
    match syntax {
        LockSyntax::Cargo => cargo(&tree, root, &mut manifest)?,
        LockSyntax::Poetry | LockSyntax::Uv => super::pyproject::read(&tree, root, &mut manifest)?,
        _ => package_json(&tree, root, &mut manifest)?,
    }
    redirects(&tree, root, &mut manifest);
    Ok(manifest)
}

/// Where a manifest says that something else takes the place of what is required, a section and a step down in it. What is
/// locked then cannot be told from the requirements.
const REDIRECTS: [(LockSyntax, &[&str]); 9] = [
    (LockSyntax::Cargo, &["patch"]),
    (LockSyntax::Cargo, &["replace"]),
    (LockSyntax::Npm, &["overrides"]),
    (LockSyntax::Npm, &["resolutions"]),
    (LockSyntax::Npm, &["pnpm", "overrides"]),
    (LockSyntax::Npm, &["pnpm", "patchedDependencies"]),
    (LockSyntax::Npm, &["pnpm", "packageExtensions"]),
    (LockSyntax::Uv, &["tool", "uv", "override-dependencies"]),
    (LockSyntax::Uv, &["tool", "uv", "constraint-dependencies"]),
];

/// Notes each section that redirects requirements as one that cannot be proven.
fn redirects(tree: &Tree, root: &Node<'_>, manifest: &mut Manifest) {
    let name = manifest_name(manifest.syntax);
    for (_, steps) in REDIRECTS.iter().filter(|(syntax, _)| manifest_name(*syntax) == name) {
        let found = steps.iter().try_fold((root, 0), |(node, _), step| {
            let field = node.fields().iter().find(|field| field.key == *step)?;
            Some((&field.node, tree.field_line(field)))
        });
        let Some((node, line)) = found else { continue };
        if node.fields().is_empty() && node.items().is_empty() {
            continue;
        }
        manifest.requirements.push(ManifestRequirement {
            name: steps.join("."),
            alias: None,
            requirement: RequirementText::Other(String::new(), "puts something else in place of what is required"),
            line,
            section: steps.join("."),
        });
    }
}

/// The sections of Cargo.toml that name what is required.
const CARGO: [&str; 6] =
    ["dependencies", "dev-dependencies", "build-dependencies", "dev_dependencies", "build_dependencies", "target"];

fn cargo(tree: &Tree, root: &Node<'_>, manifest: &mut Manifest) -> Result<(), SyntaxFault> {
    let name = root.get("package").and_then(|package| package.get("name")).and_then(Node::text);
    manifest.name = name.map(str::to_owned);
    for field in root.fields().iter().filter(|field| CARGO.contains(&&*field.key)) {
        if field.key != "target" {
            cargo_section(tree, &field.key, field, manifest)?;
            continue;
        }
        for target in tree.map(field)? {
            let sections = tree.map(target)?.iter();
            for section in sections.filter(|section| CARGO.contains(&&*section.key)) {
                cargo_section(tree, &format!("target.{}.{}", target.key, section.key), section, manifest)?;
            }
        }
    }
    Ok(())
}

fn cargo_section(tree: &Tree, name: &str, list: &Field<'_>, manifest: &mut Manifest) -> Result<(), SyntaxFault> {
    for field in tree.map(list)? {
        let said = |key: &str| field.node.get(key);
        let text = |key: &str| said(key).and_then(Node::text).map(str::to_owned);
        let requirement = if let Some(range) = field.node.text() {
            RequirementText::Range(range.to_owned())
        } else if said("workspace").is_some() {
            RequirementText::Other("workspace".to_owned(), "is inherited from the workspace")
        } else if said("git").is_some() {
            RequirementText::Other(text("git").unwrap_or_default(), "is a git repository")
        } else if said("path").is_some() {
            RequirementText::Other(text("path").unwrap_or_default(), "is a folder")
        } else {
            match text("version") {
                Some(range) => RequirementText::Range(range),
                None => RequirementText::Other(String::new(), "has no version"),
            }
        };
        let real = text("package");
        manifest.requirements.push(ManifestRequirement {
            alias: real.as_ref().map(|_| field.key.clone().into_owned()),
            name: real.unwrap_or_else(|| field.key.clone().into_owned()),
            requirement,
            line: tree.field_line(field),
            section: name.to_owned(),
        });
    }
    Ok(())
}

fn package_json(tree: &Tree, root: &Node<'_>, manifest: &mut Manifest) -> Result<(), SyntaxFault> {
    manifest.name = root.get("name").and_then(Node::text).map(str::to_owned);
    for section in root.fields().iter().filter(|field| SECTIONS.contains(&&*field.key)) {
        for field in tree.map(section)? {
            let text = tree.text(field)?;
            manifest.requirements.push(ManifestRequirement {
                name: field.key.clone().into_owned(),
                alias: None,
                requirement: npm(text),
                line: tree.field_line(field),
                section: section.key.clone().into_owned(),
            });
        }
    }
    Ok(())
}

/// What package.json asks for: a range of versions, or one of the many other things.
fn npm(text: &str) -> RequirementText {
    let other = |why| RequirementText::Other(text.to_owned(), why);
    let begins = |prefixes: &[&str]| prefixes.iter().any(|prefix| text.starts_with(prefix));
    if begins(&["npm:", "jsr:"]) {
        other("is another package under this name")
    } else if begins(&["workspace:", "catalog:"]) {
        other("is inherited from the workspace")
    } else if begins(&["file:", "link:", "portal:", "patch:"]) {
        other("is a folder")
    } else if text.contains([':', '/', '#']) {
        other("is a repository or an address")
    } else if text.trim().starts_with(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'v' | 'x' | 'X')) {
        other("is a tag")
    } else {
        RequirementText::Range(text.to_owned())
    }
}

fn go(text: &str, manifest: &mut Manifest) -> Result<(), SyntaxFault> {
    let lines = go_mod::lines(text)?;
    let replaced: HashSet<&String> =
        lines.iter().filter(|line| line.word == "replace").filter_map(|line| line.rest.first()).collect();
    let required: HashSet<&String> =
        lines.iter().filter(|line| line.word == "require").filter_map(|line| line.rest.first()).collect();
    for line in &lines {
        match (line.word, line.rest.as_slice()) {
            ("replace", [module, ..]) if !required.contains(module) => {
                manifest.requirements.push(ManifestRequirement {
                    name: module.clone(),
                    alias: None,
                    requirement: RequirementText::Other(String::new(), "is replaced by another module"),
                    line: line.number,
                    section: "replace".to_owned(),
                })
            }
            ("module", [name]) => manifest.name = Some(name.clone()),
            ("require", [module, version]) => manifest.requirements.push(ManifestRequirement {
                name: module.clone(),
                alias: None,
                requirement: if replaced.contains(module) {
                    RequirementText::Other(version.clone(), "is replaced by another module")
                } else {
                    RequirementText::Range(version.clone())
                },
                line: line.number,
                section: if line.comment.is_some_and(go_mod::is_indirect) { "indirect" } else { "require" }.to_owned(),
            }),
            _ => {}
        }
    }
    Ok(())
}
