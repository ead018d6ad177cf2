//! Entities of Backstage's catalogue (`catalog-info.yaml`; backstage.io, "Descriptor Format of Catalog Entities"): what
//! has an owner becomes a row, a Group a team, a User a person.
//!
//! Backstage does not say which files an entity is made of. Its usual place does: a catalogue file stands in the folder it
//! is about. Where several entities share a folder, the first Component has it, since a path has one row.

mod entity;

use super::cells;
use super::draft::Importer;
use super::names::{how_to_say, principal};
use crate::model::{Doubt, DraftRow, DraftTeam, Pattern, Principal, PrincipalKind, Unused};
use crate::parse::problem::quoted;
use entity::{Entity, Leaf};
use std::collections::{BTreeMap, BTreeSet};

pub(super) use entity::entities;

/// Who the names of the catalogue stand for.
#[derive(Default)]
struct Known {
    users: BTreeMap<String, Principal>,
    groups: BTreeMap<String, Principal>,
}

/// Turns all entities into people, teams and rows; the rows of the higher folders first.
pub(super) fn settle(importer: &mut Importer, mut entities: Vec<Entity>) {
    let mut known = Known::default();
    let of = |kind: &str, entities: &mut Vec<Entity>| -> Vec<Entity> {
        let (of, others) = std::mem::take(entities).into_iter().partition(|entity: &Entity| entity.is(kind));
        *entities = others;
        of
    };
    let users = of("User", &mut entities);
    let groups = of("Group", &mut entities);
    let joined = people(importer, users, &mut known);
    teams(importer, groups, joined, &mut known);
    entities.sort_by_key(|entity| match entity.folder.as_deref() {
        None | Some("") => 0,
        Some(folder) => folder.split('/').count(),
    });
    let mut heads: BTreeMap<String, String> = BTreeMap::new();
    for component in [true, false] {
        for entity in entities.iter().filter(|entity| entity.is("Component") == component) {
            if let Some(folder) = &entity.folder {
                heads.entry(folder.clone()).or_insert_with(|| entity.name.clone());
            }
        }
    }
    let mut headed = BTreeSet::new();
    for entity in entities {
        let kinds = ["Component", "API", "Resource", "System", "Domain", "Template"];
        if kinds.into_iter().any(|kind| entity.is(kind)) {
            row(importer, entity, &heads, &mut headed, &known);
        } else {
            other(importer, entity);
        }
    }
}

/// An entity that has no owner, or whose form nobody knows.
fn other(importer: &mut Importer, mut entity: Entity) {
    let message = format!(
        "the {} {} is nothing a matrix holds; it is kept as comments",
        quoted(&entity.kind),
        quoted(&entity.name)
    );
    let help = match entity.is("Location") {
        true => "give the files it names as well",
        false => "Component, API, Resource, System, Domain, Template, Group and User are read",
    };
    let doubt = entity.doubt(None, message, help);
    importer.doubt(doubt);
    let text = format!("{} {}", entity.kind, entity.name);
    importer.aside(Unused { text, column: None, why: "nothing a matrix holds" });
    entity.rest("kept from it").into_iter().for_each(|unused| importer.aside(unused));
}

/// Reads the users. Returns what they say about the groups they are in.
fn people(importer: &mut Importer, users: Vec<Entity>, known: &mut Known) -> Vec<(String, Principal)> {
    let mut joined = Vec::new();
    for mut user in users {
        let login = user.take("metadata.annotations.github.com/user-login");
        let text = login.as_ref().map_or(user.name.as_str(), |leaf| &leaf.text);
        let Some(who) = principal(&format!("@{text}")).filter(|who| who.kind() == PrincipalKind::User) else {
            let message = format!("the user {} cannot be a login", quoted(text));
            importer.doubt(user.doubt(login.as_ref(), message, "annotate it with `github.com/user-login`"));
            user.leaves.extend(login);
            other(importer, user);
            continue;
        };
        known.users.insert(user.name.to_lowercase(), who.clone());
        let name = user.take("spec.profile.displayName").or_else(|| user.take("metadata.title"));
        let email = user.take("spec.profile.email");
        joined.extend(user.take_all("spec.memberOf").into_iter().map(|leaf| (reference(&leaf.text).1, who.clone())));
        let name = name.map(|leaf| leaf.text);
        importer.names.learn(name.as_deref().unwrap_or_default(), &who);
        let rest = user.rest("a person has no such thing");
        let email = email.map(|leaf| leaf.text.to_lowercase());
        if name.is_none() && email.is_none() && rest.is_empty() {
            continue;
        }
        if let Some(person) = importer.names.person(&who, name.as_deref(), email.as_deref()) {
            person.unused.extend(rest);
        }
    }
    joined
}

fn teams(importer: &mut Importer, groups: Vec<Entity>, joined: Vec<(String, Principal)>, known: &mut Known) {
    let mut taken = BTreeSet::new();
    for mut group in groups {
        let slug = group.take("metadata.annotations.github.com/team-slug");
        let given = slug.as_ref().and_then(|leaf| principal(&format!("@{}", leaf.text.trim_start_matches('@'))));
        let own = principal(&format!("@{}", group.name)).filter(|who| who.kind() == PrincipalKind::User);
        let mut members = Vec::new();
        for leaf in group.take_all("spec.members") {
            match user(importer, known, &leaf.text) {
                Some((who, guess)) if who.kind() != PrincipalKind::Team => {
                    if guess {
                        importer.doubt(guessed(&group, &leaf, &who));
                    }
                    members.push(who);
                }
                _ => {
                    let message = format!("the member {} of {} is no person", quoted(&leaf.text), quoted(&group.name));
                    importer.doubt(group.doubt(Some(&leaf), message, how_to_say(&leaf.text)));
                    group.leaves.push(leaf);
                }
            }
        }
        let key = group.name.to_lowercase();
        members.extend(joined.iter().filter(|(name, _)| *name == key).map(|(_, who)| who.clone()));
        let mut met = BTreeSet::new();
        members.retain(|who| met.insert(who.clone()));
        let name = given
            .as_ref()
            .map_or(group.name.as_str(), |who| who.bare().rsplit('/').next().unwrap_or_default())
            .to_lowercase();
        let known_as = given.clone().or_else(|| own.clone().filter(|_| !members.is_empty()));
        if let Some(who) = &known_as {
            known.groups.insert(key, who.clone());
        }
        if members.is_empty() || own.is_none() || !taken.insert(name.clone()) {
            if known_as.is_none() || !members.is_empty() {
                let message =
                    format!("the group {} has no members that are known, so it is no team here", quoted(&group.name));
                importer.doubt(group.doubt(None, message, "import its users, or list them in `spec.members`"));
            }
            let text = format!("Group {}", group.name);
            importer.aside(Unused { text, column: None, why: "no team of its own" });
            members.iter().for_each(|who| {
                importer.aside(Unused { text: who.as_str().to_owned(), column: None, why: "a member of it" });
            });
            group.rest("kept from it").into_iter().for_each(|unused| importer.aside(unused));
            continue;
        }
        let contact = group.tagged(CONTACTS).or_else(|| group.take("spec.profile.email")).map(|leaf| leaf.text);
        let (place, unused) = (group.place(), group.rest("a team has no such thing"));
        importer.draft.teams.push(DraftTeam { name, members, contact, place, unused });
    }
}

const CONTACTS: &[&str] = &["slack", "contact", "channel", "chat", "oncall"];
const TIERS: &[&str] = &["tier", "criticality"];

fn row(
    importer: &mut Importer,
    mut entity: Entity,
    heads: &BTreeMap<String, String>,
    headed: &mut BTreeSet<String>,
    known: &Known,
) {
    let named = importer.ids.name(&entity.name, true, entity.line);
    if let Some(why) = named.doubt {
        let message = format!("{} {why}; the row is called {}", quoted(&entity.name), quoted(&named.id));
        importer.doubt(entity.doubt(None, message, "give every entity a name of its own"));
    }
    let mut row = DraftRow::new(named.id, entity.name.clone(), entity.place());
    row.above = importer.take_aside();
    row.purpose = entity.take("metadata.description").or_else(|| entity.take("metadata.title")).map(|leaf| leaf.text);
    row.contact = entity.tagged(CONTACTS).or_else(|| link(&mut entity)).map(|leaf| leaf.text);
    if let Some(leaf) = entity.tagged(TIERS) {
        match cells::tier(&leaf.text) {
            Some((tier, told)) => {
                row.tier = Some(tier);
                if told {
                    let message = format!("{} is read as tier {tier}", quoted(&leaf.text));
                    importer.doubt(entity.doubt(Some(&leaf), message, "0 is the most, 9 the least"));
                    entity.leaves.push(leaf);
                }
            }
            None => {
                let message = format!("{} is no tier; it is kept as a comment", quoted(&leaf.text));
                importer.doubt(entity.doubt(Some(&leaf), message, "write a number from 0, the most critical, to 9"));
                entity.leaves.push(leaf);
            }
        }
    }
    scope(importer, &entity, heads, headed, &mut row);
    owner(importer, &mut entity, known, &mut row);
    let text = format!("kind: {}", entity.kind);
    row.unused.push(Unused { text, column: None, why: "every entity is a resource" });
    row.unused.extend(entity.rest("a row has no such thing"));
    importer.finish(row);
}

/// A link to where people talk.
fn link(entity: &mut Entity) -> Option<Leaf> {
    let talk =
        |text: &str| ["slack", "chat", "contact", "mailto:", "teams.microsoft"].iter().any(|word| text.contains(word));
    let told = entity
        .leaves
        .iter()
        .find(|leaf| leaf.path.starts_with("metadata.links[") && talk(&leaf.text.to_lowercase()))?;
    let (item, _) = told.path.rsplit_once('.')?;
    let url = format!("{item}.url");
    entity.take(&url)
}

fn scope(
    importer: &mut Importer,
    entity: &Entity,
    heads: &BTreeMap<String, String>,
    headed: &mut BTreeSet<String>,
    row: &mut DraftRow,
) {
    let Some(folder) = &entity.folder else {
        let message = format!("nobody knows the folder of {}, so it has no scope", quoted(&entity.name));
        importer.doubt(entity.doubt(
            None,
            message,
            "name its file from the root of the repository (-C DIR changes to it)",
        ));
        return;
    };
    let head = heads.get(folder).map_or("", String::as_str);
    if head != entity.name || !headed.insert(folder.clone()) {
        let message = format!("{} shares its folder with {}, so it has no scope", quoted(&entity.name), quoted(head));
        importer.doubt(entity.doubt(None, message, "name the paths it answers for"));
        return;
    }
    let literal = |c: char| if "*?[]{}\\!".contains(c) { format!("\\{c}") } else { c.to_string() };
    let folder: String = folder.chars().map(literal).collect();
    let pattern = if folder.is_empty() { "**".to_owned() } else { format!("{folder}/**") };
    if Pattern::glob(&pattern).is_ok() {
        row.scope.push(pattern);
    }
}

fn owner(importer: &mut Importer, entity: &mut Entity, known: &Known, row: &mut DraftRow) {
    let leaf = entity.take("spec.owner").or_else(|| {
        let part = |entity: &mut Entity, key: &str| entity.take(&format!("spec.owner.{key}"));
        let name = part(entity, "name")?;
        let kind = part(entity, "kind").map_or(String::new(), |kind| format!("{}:", kind.text));
        let space = part(entity, "namespace").map_or(String::new(), |space| format!("{}/", space.text));
        Some(Leaf { text: format!("{kind}{space}{}", name.text), ..name })
    });
    let name = quoted(&entity.name);
    let Some(leaf) = leaf else {
        importer.doubt(entity.doubt(
            None,
            format!("nobody owns {name}"),
            "give it a `spec.owner`, or name who is accountable",
        ));
        return;
    };
    let (kind, key) = reference(&leaf.text);
    let group = known.groups.get(&key).filter(|_| kind != "user");
    let who = match (group, kind.as_str()) {
        (Some(group), _) => Some(group.clone()),
        (None, "user") => user(importer, known, &leaf.text).map(|(who, guess)| {
            if guess {
                importer.doubt(guessed(entity, &leaf, &who));
            }
            who
        }),
        (None, _) => said(importer, &leaf.text),
    };
    // An owner without a kind is a group, unless somebody says that the name is a person's.
    let person = |who: &Principal| who.kind() != PrincipalKind::Team && kind != "group" && group.is_none();
    match who {
        None => {
            let message =
                format!("nobody knows who the owner {} of {name} is; it is kept as a comment", quoted(&leaf.text));
            let help = match how_to_say(&key) {
                help if help.contains("='") || kind == "user" => help,
                _ => format!("say which team that is: --name {}, or import its Group and Users too", hint(&key)),
            };
            importer.doubt(entity.doubt(Some(&leaf), message, help));
            entity.leaves.push(leaf);
        }
        Some(who) => {
            // What is spelled otherwise in the catalogue stays to be found.
            if leaf.text.trim_start_matches('@') != who.bare() {
                row.unused.push(Unused { text: leaf.comment(), column: None, why: "read as its owner" });
            }
            row.responsible.push(who.clone());
            if person(&who) {
                row.accountable.push(who);
            } else {
                let message = format!("{name} is owned by a team, so nobody is accountable for it");
                importer.doubt(entity.doubt(Some(&leaf), message, "name the one person who answers for it"));
            }
        }
    }
}

fn hint(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || " .-_".contains(c);
    match name.chars().all(plain) {
        true => format!("'{name}=@org/{name}'"),
        false => "NAME=@org/team".to_owned(),
    }
}

/// A person by the name of their entity, and whether nothing but that name says who they are.
fn user(importer: &mut Importer, known: &Known, text: &str) -> Option<(Principal, bool)> {
    let (kind, key) = reference(text);
    if kind == "group" {
        return None;
    }
    let sure = known.users.get(&key).cloned().or_else(|| said(importer, text)).map(|who| (who, false));
    let bare = text.rsplit([':', '/']).next().unwrap_or(text);
    sure.or_else(|| principal(&format!("@{bare}")).map(|who| (who, true)))
}

/// The doubt about a user who is taken for the login of the same name.
fn guessed(entity: &Entity, leaf: &Leaf, who: &Principal) -> Doubt {
    let message = format!("the user {} is taken for {}", quoted(&leaf.text), quoted(who.as_str()));
    entity.doubt(
        Some(leaf),
        message,
        "import their User too, annotated with `github.com/user-login`, or say who it is with --name",
    )
}

/// Who somebody said a name stands for: the whole reference, or its last part; and what is a login, a team or an address
/// by itself.
fn said(importer: &mut Importer, text: &str) -> Option<Principal> {
    let last = text.rsplit([':', '/']).next().unwrap_or(text);
    for spelling in [text, last] {
        if let [who] = importer.names.read(spelling).who.as_slice() {
            return Some(who.clone());
        }
    }
    None
}

/// Kind and name of a reference `[kind:][namespace/]name`, in lower case; empty where it names no kind.
fn reference(text: &str) -> (String, String) {
    let (kind, rest) = text.split_once(':').unwrap_or(("", text));
    let name = rest.rsplit('/').next().unwrap_or(rest);
    (kind.trim().to_lowercase(), name.trim().to_lowercase())
}
