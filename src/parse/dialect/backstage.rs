//! Backstage's `catalog-info.yaml`: who owns the component, API, resource, system, domain or template it describes.
//!
//! Written after Backstage's documentation ("Descriptor Format of Catalog Entities", "Entity References") and the relations
//! its `BuiltinKindsEntityProcessor` makes: `spec.owner` is `[kind:][namespace/]name` or a mapping of the three, compared
//! without case; the kind is `group` and the namespace that of the entity where they are left out.
//!
//! A group is `@namespace/name` here (`@default/name`, where it has none), of which `[teams.name]` of the matrix knows the
//! members; a user of the namespace `default` is `@name`. A finding `CATALOG_SYNTAX` is a document or owner that is left out,
//! `CATALOG_LINT` one that says less than it should.

use super::yaml_file::{LIMITS, text};
use super::{Report, quoted, unread};
use crate::model::{Catalog, CatalogEntity, Finding, FoundFile, Place, Principal, RepoPath};
use crate::parse::yaml::{self, Node};

const SYNTAX_CODE: &str = "CATALOG_SYNTAX";
const LINT_CODE: &str = "CATALOG_LINT";

/// The names of catalogue files.
pub const NAMES: [&str; 2] = ["catalog-info.yaml", "catalog-info.yml"];

/// The kinds that have an owner.
const OWNED: [&str; 6] = ["Component", "API", "Resource", "System", "Domain", "Template"];

/// The namespace of what names none.
const DEFAULT_NAMESPACE: &str = "default";

/// Reads all catalogue files of a repository.
pub fn catalog(files: &[FoundFile]) -> (Catalog, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut entities = Vec::new();
    for file in files.iter().filter(|file| NAMES.iter().any(|name| name.as_bytes() == file.path.file_name())) {
        let mut report = Report::new(&file.path);
        match &file.contents {
            Ok(bytes) => match text(bytes) {
                Ok(text) => documents(&file.path, text, &mut entities, &mut report),
                Err(what) => {
                    report.add(
                        SYNTAX_CODE,
                        0,
                        &format!("this file {what}; it is ignored"),
                        "save the file as UTF-8 text",
                    );
                }
            },
            Err(reason) => unread(&mut report, SYNTAX_CODE, reason),
        }
        findings.extend(report.findings);
    }
    (Catalog::new(entities), findings)
}

fn documents(path: &RepoPath, text: &str, entities: &mut Vec<CatalogEntity>, report: &mut Report<'_>) {
    let (documents, fault) = yaml::documents(text, LIMITS);
    for document in &documents {
        entities.extend(entity(path, document, report));
    }
    if let Some(fault) = fault {
        let msg = format!("this file {}; from here on it names nobody", fault.message);
        report.add(SYNTAX_CODE, fault.line, &msg, "mend the YAML; two documents are separated by a line `---`");
    }
}

/// An entity with its owner; `None` for one without.
fn entity(path: &RepoPath, document: &Node<'_>, report: &mut Report<'_>) -> Option<CatalogEntity> {
    if document.is_null() {
        return None;
    }
    let Some(kind) = document.get("kind").and_then(Node::text) else {
        report.add(
            SYNTAX_CODE,
            document.line,
            "a document without a `kind`; it is left out",
            "write `kind: Component`",
        );
        return None;
    };
    if !OWNED.contains(&kind) {
        if let Some(near) = OWNED.iter().find(|known| known.eq_ignore_ascii_case(kind)) {
            let msg = format!("there is no kind {}; the document is left out", quoted(kind));
            report.add(SYNTAX_CODE, document.line, &msg, &format!("did you mean `{near}`?"));
        }
        return None;
    }
    let metadata = document.get("metadata");
    let name = metadata.and_then(|node| node.get("name")).and_then(Node::spelled);
    let namespace = metadata.and_then(|node| node.get("namespace")).and_then(Node::text).unwrap_or(DEFAULT_NAMESPACE);
    let Some(owner) = document.get("spec").and_then(|spec| spec.get("owner")).filter(|owner| !owner.is_null()) else {
        if kind != "Template" {
            let msg = format!("this {kind} names no owner");
            report.add(LINT_CODE, document.line, &msg, "write `owner: team` below `spec:`");
        }
        return None;
    };
    match Reference::of(owner).map(|reference| reference.principal(namespace)) {
        Some(Ok(who)) => Some(CatalogEntity {
            kind: kind.to_owned(),
            name: name.map(|name| name.text.clone().into_owned()).unwrap_or_default(),
            owner: who,
            directory: parent(path),
            place: Place { file: path.quoted(), line: owner.line },
        }),
        Some(Err(what)) => {
            report.add(
                SYNTAX_CODE,
                owner.line,
                &what,
                "name a group or a user: `team`, `user:ann`, `group:default/team`",
            );
            None
        }
        None => {
            let msg = "the owner is no reference `[kind:][namespace/]name`; it is left out";
            report.add(
                SYNTAX_CODE,
                owner.line,
                msg,
                "name a group or a user: `team`, `user:ann`, `group:default/team`",
            );
            None
        }
    }
}

fn parent(path: &RepoPath) -> Option<RepoPath> {
    let bytes = path.as_bytes();
    let slash = bytes.iter().rposition(|byte| *byte == b'/');
    slash.and_then(|at| bytes.get(..at)).map(RepoPath::new)
}

/// A reference to an entity, in lower case.
struct Reference {
    kind: Option<String>,
    namespace: Option<String>,
    name: String,
}

impl Reference {
    fn of(node: &Node<'_>) -> Option<Self> {
        if node.pairs().is_some() {
            let part = |key: &str| node.get(key).and_then(Node::text).map(str::to_lowercase);
            return Some(Self { kind: part("kind"), namespace: part("namespace"), name: part("name")? });
        }
        let text = node.text()?.trim().to_lowercase();
        let (kind, rest) = match text.split_once(':') {
            Some((kind, rest)) => (Some(kind.to_owned()), rest),
            None => (None, text.as_str()),
        };
        let (namespace, name) = match rest.split_once('/') {
            Some((namespace, name)) => (Some(namespace.to_owned()), name),
            None => (None, rest),
        };
        let sound = |part: &str| !part.is_empty() && !part.contains([':', '/']);
        let whole = sound(name) && kind.as_deref().is_none_or(sound) && namespace.as_deref().is_none_or(sound);
        whole.then(|| Self { kind, namespace, name: name.to_owned() })
    }

    /// Who that is here; says why it is nobody.
    fn principal(self, namespace: &str) -> Result<Principal, String> {
        let kind = self.kind.as_deref().unwrap_or("group");
        if !["group", "user"].contains(&kind) {
            return Err(format!("the owner is of kind {}, and neither group nor user; it is left out", quoted(kind)));
        }
        let namespace = self.namespace.unwrap_or_else(|| namespace.to_lowercase());
        // A group must not be taken for an account of its name: it keeps its namespace, which makes it a team.
        let name = match (kind, namespace.as_str()) {
            ("user", DEFAULT_NAMESPACE) => format!("@{}", self.name),
            (_, namespace) => format!("@{namespace}/{}", self.name),
        };
        Principal::parse(&name).ok_or_else(|| format!("{} is no name; the owner is left out", quoted(&name)))
    }
}
