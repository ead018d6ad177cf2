//! One function for each operation of the description, and which right it needs.

mod changes;
mod commits;
mod deploy;
mod issues;
mod people;
mod pulls;
mod rules;

use super::git::Git;
use super::state::{Level, State, Token, TokenKind};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A request that the description knows, by somebody who may ask it.
pub struct Call<'a> {
    pub state: &'a mut State,
    pub git: &'a Git,
    pub who: &'a Token,
    pub params: &'a BTreeMap<String, String>,
    pub query: &'a BTreeMap<String, String>,
    pub body: &'a Value,
}

/// What comes of it.
pub enum Reply {
    /// A thing.
    One(u16, Value),
    /// A list, to be cut into pages.
    List(Vec<Value>),
    /// A list inside of a thing, with its number: `environments`.
    Wrapped(&'static str, Vec<Value>),
    /// A page that was cut already, and how many pages there are.
    Page(Value, usize),
}

/// A refusal: its status and why.
pub struct Refusal(pub u16, pub Value);

pub type Answer = Result<Reply, Refusal>;
type Handler = fn(&mut Call<'_>) -> Answer;

/// An operation: its name in the description, the rights of which one is enough, and what it does.
pub struct Route {
    pub name: &'static str,
    pub needs: &'static [(&'static str, Level)],
    pub handler: Handler,
}

/// The table of an area.
type Table = &'static [Route];
const TABLES: &[Table] =
    &[changes::ROUTES, commits::ROUTES, deploy::ROUTES, issues::ROUTES, people::ROUTES, pulls::ROUTES, rules::ROUTES];

/// Every operation that is served.
pub fn all() -> impl Iterator<Item = &'static Route> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// Carries a request out, if its token may.
pub fn serve(name: &str, call: &mut Call<'_>) -> Answer {
    let route = all().find(|route| route.name == name).unwrap_or_else(|| panic!("nobody serves `{name}`"));
    if let (Some(owner), Some(repo)) = (call.params.get("owner"), call.params.get("repo"))
        && !(owner.eq_ignore_ascii_case(&call.state.owner) && repo.eq_ignore_ascii_case(&call.state.name))
    {
        return Err(not_found());
    }
    let held = |area: &str| call.who.rights.get(area).copied().unwrap_or(Level::None);
    if !route.needs.is_empty() && !route.needs.iter().any(|(area, level)| held(area) >= *level) {
        let word = |level: &Level| if *level == Level::Write { "write" } else { "read" };
        let accepted: Vec<String> = route.needs.iter().map(|(area, level)| format!("{area}={}", word(level))).collect();
        let status = if name.starts_with("GET /orgs/") { call.state.denied_team_status } else { 403 };
        if status == 404 {
            return Err(not_found());
        }
        let message = if call.who.kind == TokenKind::Person {
            "Resource not accessible by personal access token"
        } else {
            "Resource not accessible by integration"
        };
        return Err(Refusal(
            status,
            json!({"message": message, "documentation_url": DOCS, "status": "403", "accepted": accepted.join("; ")}),
        ));
    }
    (route.handler)(call)
}

const DOCS: &str = "https://docs.github.com/rest";

pub fn not_found() -> Refusal {
    Refusal(404, json!({"message": "Not Found", "documentation_url": DOCS, "status": "404"}))
}

pub fn forbidden(why: &str) -> Refusal {
    Refusal(403, json!({"message": why, "documentation_url": DOCS, "status": "403"}))
}

pub fn conflict(why: &str) -> Refusal {
    Refusal(409, json!({"message": why, "documentation_url": DOCS, "status": "409"}))
}

/// 422 with one sentence.
pub fn refused(why: &str) -> Refusal {
    Refusal(422, json!({"message": why, "documentation_url": DOCS}))
}

/// 422 about one field.
pub fn invalid(resource: &str, field: &str, why: &str) -> Refusal {
    let error = json!({"resource": resource, "field": field, "code": "custom", "message": why});
    Refusal(422, json!({"message": "Validation Failed", "errors": [error], "documentation_url": DOCS}))
}

impl Call<'_> {
    fn number(&self, name: &str) -> u64 {
        self.params[name].parse().unwrap_or(0)
    }

    fn param(&self, name: &str) -> &str {
        &self.params[name]
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.body[name].as_str()
    }

    fn list(&self, name: &str) -> Vec<String> {
        let items = self.body[name].as_array().into_iter().flatten();
        items.filter_map(|item| item.as_str().or_else(|| item["name"].as_str())).map(str::to_owned).collect()
    }

    fn asked(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// The login that a write is made by.
    fn me(&self) -> String {
        self.who.login.clone()
    }

    /// The commit that a name means: a branch as it was pushed, else what git says of the id.
    fn commit_named(&self, name: &str) -> Option<String> {
        let short = name.strip_prefix("refs/heads/").or_else(|| name.strip_prefix("heads/")).unwrap_or(name);
        if let Some(sha) = self.state.branches.get(short) {
            return Some(sha.clone());
        }
        let hex = short.len() >= 4 && short.len() <= 64 && short.bytes().all(|byte| byte.is_ascii_hexdigit());
        if hex { self.git.resolve(short) } else { None }
    }
}
