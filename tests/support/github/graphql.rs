//! GraphQL, as far as it is asked: `viewer`, `nodes`, `node`, `rateLimit`. How a query is written does not matter; a field
//! that the schema does not have is refused, as GitHub does.

use super::render::moment;
use super::state::{Comment, Level, State, Token};
use serde_json::{Map, Value, json};

/// A field or a fragment that is asked for.
struct Selection {
    /// The key in the answer.
    key: String,
    name: String,
    /// `... on TYPE`.
    on: Option<String>,
    args: Map<String, Value>,
    inside: Vec<Selection>,
}

pub fn answer(state: &State, who: &Token, body: &Value) -> Value {
    let unknown = body
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, _)| key)
        .find(|key| !matches!(key.as_str(), "query" | "variables" | "operationName"));
    if let Some(key) = unknown {
        return json!({"errors": [{"message": format!("`{key}` is no part of a request")}]});
    }
    let Some(query) = body["query"].as_str() else {
        return json!({"errors": [{"message": "A query attribute must be specified and must be a string."}]});
    };
    let selections = match Parser::new(query, &body["variables"]).document() {
        Ok(selections) => selections,
        Err(why) => return json!({"errors": [{"message": format!("Parse error: {why}")}]}),
    };
    let mut errors = Vec::new();
    let mut data = Map::new();
    for selection in &selections {
        let value = root(state, who, selection, &mut errors);
        data.insert(selection.key.clone(), value);
    }
    if errors.is_empty() {
        json!({"data": data})
    } else if errors.iter().any(|error| error["type"].is_null()) {
        json!({"errors": errors})
    } else {
        json!({"data": data, "errors": errors})
    }
}

fn root(state: &State, who: &Token, asked: &Selection, errors: &mut Vec<Value>) -> Value {
    match asked.name.as_str() {
        // Whoever it is: the schema says that it is a `User`.
        "viewer" => actor(state, &who.login, &asked.inside, "User", errors),
        "rateLimit" => json!({"cost": 1, "remaining": 4999, "limit": 5000}),
        "node" => node(state, who, asked.args.get("id").unwrap_or(&Value::Null), &asked.inside, errors),
        "nodes" => {
            let ids = asked.args.get("ids").and_then(Value::as_array).cloned().unwrap_or_default();
            if ids.len() > 100 {
                errors.push(json!({"type": "ARGUMENT_LIMIT", "message": "You may not provide more than 100 node ids"}));
                return Value::Null;
            }
            ids.iter().map(|id| node(state, who, id, &asked.inside, errors)).collect()
        }
        other => unknown(other, "Query", errors),
    }
}

fn unknown(field: &str, kind: &str, errors: &mut Vec<Value>) -> Value {
    errors.push(json!({"message": format!("Field '{field}' doesn't exist on type '{kind}'")}));
    Value::Null
}

fn node(state: &State, who: &Token, id: &Value, asked: &[Selection], errors: &mut Vec<Value>) -> Value {
    let text = id.as_str().unwrap_or_default();
    let number = |prefix: &str| text.strip_prefix(prefix).and_then(|number| number.parse::<u64>().ok());
    let held = |area: &str| who.rights.get(area).copied().unwrap_or(Level::None) >= Level::Read;
    if let Some(found) = number("IC_").and_then(|id| state.comments.get(&id)) {
        if !held("issues") && !held("pull_requests") {
            errors.push(json!({"type": "FORBIDDEN", "message": "Resource not accessible by integration"}));
            return Value::Null;
        }
        return object(
            asked,
            "IssueComment",
            &["Node", "Comment", "UpdatableComment"],
            errors,
            &mut |field, errors| comment(state, found, field, errors),
        );
    }
    let reviews = || state.pulls.values().flat_map(|pull| &pull.reviews);
    if let Some(found) = number("PRR_").and_then(|id| reviews().find(|review| review.id == id)) {
        return object(asked, "PullRequestReview", &["Node", "Comment"], errors, &mut |field, errors| match field
            .name
            .as_str()
        {
            "id" => json!(format!("PRR_{}", found.id)),
            "databaseId" | "fullDatabaseId" => json!(found.id),
            "lastEditedAt" => Value::Null,
            "state" => json!(found.state),
            "body" => json!(found.body),
            "submittedAt" | "createdAt" => json!(moment(found.at)),
            "author" => actor(state, &found.by, &field.inside, "Actor", errors),
            other => unknown(other, "PullRequestReview", errors),
        });
    }
    errors.push(
        json!({"type": "NOT_FOUND", "message": format!("Could not resolve to a node with the global id of '{text}'")}),
    );
    Value::Null
}

fn comment(state: &State, found: &Comment, field: &Selection, errors: &mut Vec<Value>) -> Value {
    match field.name.as_str() {
        "id" => json!(format!("IC_{}", found.id)),
        "databaseId" | "fullDatabaseId" => json!(found.id),
        "body" => json!(found.body),
        "createdAt" | "publishedAt" => json!(moment(found.created_at)),
        "updatedAt" => json!(moment(found.updated_at)),
        "lastEditedAt" => json!(found.edited.as_ref().map(|(_, at)| moment(*at))),
        "includesCreatedEdit" => json!(found.edited.is_some()),
        "author" => actor(state, &found.by, &field.inside, "Actor", errors),
        "editor" => {
            found.edited.as_ref().map_or(Value::Null, |(by, _)| actor(state, by, &field.inside, "Actor", errors))
        }
        other => unknown(other, "IssueComment", errors),
    }
}

fn actor(state: &State, login: &str, asked: &[Selection], usual: &str, errors: &mut Vec<Value>) -> Value {
    let Some(user) = state.user(login).filter(|user| !user.gone) else { return Value::Null };
    let kind = if usual == "User" { usual } else { user.kind };
    object(asked, kind, &["Actor", "Node"], errors, &mut |field, errors| match field.name.as_str() {
        // Of somebody else GraphQL says a bot's login without the end that REST gives it; of itself with it.
        "login" if usual == "Actor" => json!(user.login.strip_suffix("[bot]").unwrap_or(&user.login)),
        "login" => json!(user.login),
        "databaseId" => json!(user.id),
        "id" => json!(format!("U_{}", user.id)),
        "url" | "resourcePath" | "avatarUrl" => json!(format!("{}/{}", state.home, user.login)),
        other => unknown(other, kind, errors),
    })
}

/// An object with the fields that are asked for, those of fragments for its type or an interface of it among them.
fn object(
    asked: &[Selection],
    kind: &str,
    also: &[&str],
    errors: &mut Vec<Value>,
    field: &mut dyn FnMut(&Selection, &mut Vec<Value>) -> Value,
) -> Value {
    let mut out = Map::new();
    collect(asked, kind, also, errors, field, &mut out);
    Value::Object(out)
}

fn collect(
    asked: &[Selection],
    kind: &str,
    also: &[&str],
    errors: &mut Vec<Value>,
    field: &mut dyn FnMut(&Selection, &mut Vec<Value>) -> Value,
    out: &mut Map<String, Value>,
) {
    for selection in asked {
        match &selection.on {
            Some(on) if on == kind || also.contains(&on.as_str()) => {
                collect(&selection.inside, kind, also, errors, field, out)
            }
            Some(_) => {}
            None if selection.name == "__typename" => drop(out.insert(selection.key.clone(), kind.into())),
            None => {
                let value = field(selection, errors);
                out.insert(selection.key.clone(), value);
            }
        }
    }
}

/// Reads a document with one operation.
struct Parser<'a> {
    tokens: Vec<String>,
    at: usize,
    variables: &'a Value,
}

impl<'a> Parser<'a> {
    fn new(text: &str, variables: &'a Value) -> Self {
        let mut tokens = Vec::new();
        let mut chars = text.chars().peekable();
        while let Some(first) = chars.next() {
            let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
            if first == '#' {
                while chars.next_if(|letter| *letter != '\n').is_some() {}
            } else if first == '"' {
                let mut token = String::from('"');
                while let Some(letter) = chars.next_if(|letter| *letter != '"') {
                    token.push(letter);
                    if letter == '\\' {
                        token.extend(chars.next());
                    }
                }
                chars.next();
                token.push('"');
                tokens.push(token);
            } else if word(first) {
                let mut token = String::from(first);
                while let Some(letter) = chars.next_if(|letter| word(*letter)) {
                    token.push(letter);
                }
                tokens.push(token);
            } else if !first.is_whitespace() && first != ',' {
                tokens.push(first.to_string());
            }
        }
        Self { tokens, at: 0, variables }
    }

    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn next(&mut self) -> String {
        self.at += 1;
        self.tokens.get(self.at - 1).cloned().unwrap_or_default()
    }

    fn expect(&mut self, wanted: &str) -> Result<(), String> {
        let found = self.next();
        if found == wanted { Ok(()) } else { Err(format!("expected `{wanted}`, found `{found}`")) }
    }

    fn document(&mut self) -> Result<Vec<Selection>, String> {
        if self.peek() == "query" {
            self.next();
            if self.peek() != "{" && self.peek() != "(" {
                self.next();
            }
            if self.peek() == "(" {
                while !matches!(self.next().as_str(), ")" | "") {}
            }
        }
        let selections = self.selections()?;
        if self.at < self.tokens.len() { Err(format!("`{}` after the end", self.peek())) } else { Ok(selections) }
    }

    fn selections(&mut self) -> Result<Vec<Selection>, String> {
        self.expect("{")?;
        let mut all = Vec::new();
        while self.peek() != "}" {
            if self.at >= self.tokens.len() {
                return Err("it ends too early".to_owned());
            }
            all.push(self.selection()?);
        }
        self.next();
        Ok(all)
    }

    fn selection(&mut self) -> Result<Selection, String> {
        let first = self.next();
        if first == "." {
            self.expect(".")?;
            self.expect(".")?;
            self.expect("on")?;
            let on = Some(self.next());
            return Ok(Selection {
                key: String::new(),
                name: String::new(),
                on,
                args: Map::new(),
                inside: self.selections()?,
            });
        }
        let mut name = first.clone();
        if self.peek() == ":" {
            self.next();
            name = self.next();
        }
        let mut args = Map::new();
        if self.peek() == "(" {
            self.next();
            while self.peek() != ")" {
                let key = self.next();
                self.expect(":")?;
                args.insert(key, self.value()?);
            }
            self.next();
        }
        let inside = if self.peek() == "{" { self.selections()? } else { vec![] };
        Ok(Selection { key: first, name, on: None, args, inside })
    }

    fn value(&mut self) -> Result<Value, String> {
        let token = self.next();
        match token.as_str() {
            "" => Err("it ends too early".to_owned()),
            "$" => {
                let name = self.next();
                Ok(self.variables[&name].clone())
            }
            "[" => {
                let mut items = Vec::new();
                while self.peek() != "]" {
                    items.push(self.value()?);
                }
                self.next();
                Ok(Value::Array(items))
            }
            word => Ok(serde_json::from_str(word).unwrap_or_else(|_| word.into())),
        }
    }
}
