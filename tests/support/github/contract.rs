//! GitHub's own description of its interface, as the judge of every request and every answer.
//!
//! The description is open: it allows fields that it does not name. Here it is closed, in both directions, so that a
//! misspelt optional field is seen. OpenAPI 3.0 becomes JSON Schema on the way: `nullable` is a type, references are
//! kept, and each component exists twice, since a part of an `allOf` cannot be closed by itself.

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

const TEXT: &str = include_str!("openapi.json");
const HOME: &str = "https://description.example/openapi.json";

/// Where GitHub is known to send null though its description says otherwise: the fork of a pull request may be gone.
const NULLS: &[&str] = &[
    "/components/schemas/pull-request/properties/head/properties/repo",
    "/components/schemas/pull-request/properties/head/properties/user",
    "/components/schemas/pull-request-simple/properties/head/properties/repo",
    "/components/schemas/pull-request-simple/properties/head/properties/user",
];

/// The description.
pub struct Contract {
    api: Value,
    operations: Vec<Operation>,
    schemas: Schemas,
    /// Where each body that is described was compiled to.
    places: HashMap<String, SchemaIndex>,
}

/// One operation of the description.
pub struct Operation {
    /// `GET /repos/{owner}/{repo}`.
    pub name: String,
    method: String,
    segments: Vec<String>,
    path: String,
}

/// What the description makes of a request.
pub struct Call<'a> {
    pub operation: &'a Operation,
    pub params: BTreeMap<String, String>,
}

impl Contract {
    /// The one of this program.
    pub fn get() -> &'static Self {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        CONTRACT.get_or_init(Self::load)
    }

    fn load() -> Self {
        let mut api: Value = serde_json::from_str(TEXT).unwrap();
        for place in NULLS {
            let schema = api.pointer_mut(place).unwrap();
            *schema = json!({"nullable": true, "allOf": [schema.take()]});
        }
        let mut operations = Vec::new();
        for (path, methods) in api["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys() {
                let method = method.to_uppercase();
                let segments = path.trim_start_matches('/').split('/').map(str::to_owned).collect();
                operations.push(Operation { name: format!("{method} {path}"), method, segments, path: path.clone() });
            }
        }
        let mut compiler = Compiler::new();
        compiler.enable_format_assertions();
        let document = document(&api);
        let mut schemas = Schemas::new();
        let mut places = HashMap::new();
        compiler.add_resource(HOME, document.clone()).unwrap();
        for operation in &operations {
            for place in document["operations"][&operation.name].as_object().unwrap().keys() {
                let place = format!("{}/{place}", pointer(operation));
                let index = compiler.compile(&format!("{HOME}#{place}"), &mut schemas).unwrap();
                places.insert(place, index);
            }
        }
        Self { api, operations, schemas, places }
    }

    /// The names of all operations.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.operations.iter().map(|operation| operation.name.as_str())
    }

    /// The operation that a request means. `path` is still percent-encoded.
    pub fn find(&self, method: &str, path: &str) -> Option<Call<'_>> {
        let given: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let mut best: Option<(usize, Call<'_>)> = None;
        for operation in self.operations.iter().filter(|operation| operation.method == method) {
            if let Some((words, params)) = matched(&operation.segments, &given)
                && best.as_ref().is_none_or(|(most, _)| words > *most)
            {
                best = Some((words, Call { operation, params }));
            }
        }
        best.map(|(_, call)| call)
    }

    /// What a request has that the description does not know, or lacks.
    pub fn judge_request(&self, call: &Call<'_>, query: &BTreeMap<String, String>, body: &[u8]) -> Vec<String> {
        let mut faults = Vec::new();
        let known = self.parameters(call.operation);
        for (name, value) in query {
            match known.get(&("query".to_owned(), name.clone())) {
                None => faults.push(format!("{}: unknown query parameter `{name}`", call.operation.name)),
                Some(schema) if !plausible(schema, value) => {
                    faults.push(format!("{}: `{name}` cannot be `{value}`", call.operation.name));
                }
                Some(_) => {}
            }
        }
        for (name, value) in &call.params {
            if let Some(schema) = known.get(&("path".to_owned(), name.clone()))
                && !plausible(schema, value)
            {
                faults.push(format!("{}: `{name}` cannot be `{value}`", call.operation.name));
            }
        }
        faults.extend(self.judge_body(call.operation, body));
        faults
    }

    fn judge_body(&self, operation: &Operation, body: &[u8]) -> Vec<String> {
        let described = &self.source(operation)["requestBody"];
        let name = &operation.name;
        if described.is_null() {
            return if body.is_empty() || body == b"{}" {
                vec![]
            } else {
                vec![format!("{name}: has a body, and takes none")]
            };
        }
        if body.is_empty() {
            return if described["required"] == true { vec![format!("{name}: has no body")] } else { vec![] };
        }
        match serde_json::from_slice(body) {
            Err(error) => vec![format!("{name}: the body is no JSON: {error}")],
            Ok(body) => {
                let place = format!("{}/request", pointer(operation));
                self.validate(&place, &body).err().map(|why| format!("{name}: the body: {why}")).into_iter().collect()
            }
        }
    }

    /// Fills in what GitHub always sends and this stand-in has no opinion on, then judges the whole.
    pub fn judge_answer(&self, operation: &Operation, status: u16, body: &mut Value, home: &str) -> Vec<String> {
        let described = &self.source(operation)["responses"][status.to_string()];
        let described = self.resolve(described);
        if described.is_null() {
            // Errors may come with any operation.
            let known = status >= 400 && body["message"].is_string();
            return if known { vec![] } else { vec![format!("{}: {status} is no answer of it", operation.name)] };
        }
        let schema = &described["content"]["application/json"]["schema"];
        if schema.is_null() {
            let fine = body.is_null() || (status >= 400 && body["message"].is_string());
            return if fine { vec![] } else { vec![format!("{}: {status} has no body", operation.name)] };
        }
        self.fill(schema, body, home, 0);
        let place = format!("{}/{status}", pointer(operation));
        let fault = self.validate(&place, body).err();
        fault.map(|why| format!("{}: the answer {status}: {why}", operation.name)).into_iter().collect()
    }

    fn validate(&self, place: &str, value: &Value) -> Result<(), String> {
        let index = self.places.get(place).ok_or("nothing is described here")?;
        self.schemas.validate(value, *index).map_err(|error| {
            let text = error.to_string();
            text.lines().skip(1).collect::<Vec<_>>().join("; ").chars().take(2000).collect()
        })
    }

    fn source(&self, operation: &Operation) -> &Value {
        &self.api["paths"][&operation.path][operation.method.to_lowercase()]
    }

    fn resolve<'a>(&'a self, node: &'a Value) -> &'a Value {
        match node["$ref"].as_str() {
            Some(reference) => self.resolve(self.api.pointer(&reference[1..]).unwrap()),
            None => node,
        }
    }

    fn parameters(&self, operation: &Operation) -> BTreeMap<(String, String), &Value> {
        let list = self.source(operation)["parameters"].as_array().unwrap();
        let named = list.iter().map(|parameter| self.resolve(parameter));
        named
            .map(|found| {
                let text = |key: &str| found[key].as_str().unwrap().to_owned();
                ((text("in"), text("name")), self.resolve(&found["schema"]))
            })
            .collect()
    }

    /// Adds every required field that is not there.
    fn fill(&self, schema: &Value, value: &mut Value, home: &str, depth: usize) {
        let schema = self.resolve(schema);
        if depth > 12 {
            return;
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.fill(part, value, home, depth + 1);
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(parts) = schema[key].as_array()
                && let Some(part) = parts.iter().find(|part| self.fits(part, value))
            {
                self.fill(part, value, home, depth + 1);
            }
        }
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.fill(&schema["items"], item, home, depth + 1)),
            Value::Object(fields) => self.fill_object(schema, fields, home, depth),
            _ => {}
        }
    }

    fn fill_object(&self, schema: &Value, fields: &mut Map<String, Value>, home: &str, depth: usize) {
        let Some(properties) = schema["properties"].as_object() else { return };
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !fields.contains_key(name) && properties.contains_key(name) {
                fields.insert(name.to_owned(), self.usual(&properties[name], name, home, depth + 1));
            }
        }
        for (name, value) in fields {
            if let Some(property) = properties.get(name) {
                self.fill(property, value, home, depth + 1);
            }
        }
    }

    /// What GitHub may send for a field.
    fn usual(&self, schema: &Value, name: &str, home: &str, depth: usize) -> Value {
        let schema = self.resolve(schema);
        if schema["nullable"] == true {
            return Value::Null;
        }
        if let Some(first) = schema["enum"].get(0) {
            return first.clone();
        }
        if let Some(first) = schema["anyOf"].get(0).or_else(|| schema["oneOf"].get(0)) {
            return self.usual(first, name, home, depth + 1);
        }
        match schema["type"].as_str() {
            Some("string") => match schema["format"].as_str() {
                Some("date-time") => "2026-01-01T00:00:00Z".into(),
                Some("uri") => home.into(),
                _ if name.ends_with("url") => home.into(),
                _ => "".into(),
            },
            Some("integer" | "number") => 0.into(),
            Some("boolean") => false.into(),
            Some("array") => json!([]),
            _ => {
                let mut made = json!({});
                self.fill(schema, &mut made, home, depth);
                made
            }
        }
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let schema = self.resolve(schema);
        if let Some(parts) = schema["allOf"].as_array() {
            let named = |key: &str| {
                let parts = parts.iter().map(|part| &self.resolve(part)["properties"][key]);
                parts.filter(|property| !property.is_null()).collect::<Vec<_>>()
            };
            return value.as_object().is_none_or(|fields| {
                fields.iter().all(|(key, value)| {
                    let properties = named(key);
                    !properties.is_empty() && properties.iter().all(|property| self.allows(property, value))
                })
            });
        }
        if let Some(parts) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
            return parts.iter().any(|part| self.fits(part, value));
        }
        let kind = schema["type"].as_str();
        match value {
            Value::Object(fields) => {
                let Some(properties) = schema["properties"].as_object() else {
                    return kind.is_none_or(|kind| kind == "object");
                };
                fields
                    .iter()
                    .all(|(key, value)| properties.get(key).is_some_and(|property| self.allows(property, value)))
            }
            Value::Array(_) => kind == Some("array"),
            Value::String(_) => kind == Some("string"),
            Value::Number(_) => matches!(kind, Some("integer" | "number")),
            Value::Bool(_) => kind == Some("boolean"),
            Value::Null => schema["nullable"] == true,
        }
    }

    /// One look at a field, no deeper.
    fn allows(&self, schema: &Value, value: &Value) -> bool {
        let schema = self.resolve(schema);
        schema["enum"].as_array().is_none_or(|words| words.contains(value))
            && !(value.is_null() && schema["nullable"] != true && schema["type"].is_string())
    }
}

fn pointer(operation: &Operation) -> String {
    let name = operation.name.replace('~', "~0").replace('/', "~1");
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b' ' => "%20".to_owned(),
            b'{' => "%7B".to_owned(),
            b'}' => "%7D".to_owned(),
            byte => char::from(byte).to_string(),
        })
        .collect();
    format!("/operations/{encoded}")
}

/// How many words of a path agree, and its parameters. Some parameters take several segments.
fn matched(segments: &[String], given: &[&str]) -> Option<(usize, BTreeMap<String, String>)> {
    let Some((first, rest)) = segments.split_first() else { return given.is_empty().then(|| (0, BTreeMap::new())) };
    let Some(name) = first.strip_prefix('{').and_then(|name| name.strip_suffix('}')) else {
        let (word, others) = given.split_first()?;
        return if *word == first { matched(rest, others).map(|(words, params)| (words + 1, params)) } else { None };
    };
    let most = if matches!(name, "path" | "ref" | "basehead" | "branch") { given.len() } else { 1.min(given.len()) };
    (1..=most).find_map(|count| {
        let value = given[..count].join("/");
        let (words, mut params) = matched(rest, &given[count..])?;
        if value.is_empty() {
            return None;
        }
        params.insert(name.to_owned(), super::server::decoded(&value));
        Some((words, params))
    })
}

/// A parameter arrives as text.
fn plausible(schema: &Value, text: &str) -> bool {
    let worded = schema["enum"].as_array().is_none_or(|words| words.iter().any(|word| word.as_str() == Some(text)));
    worded
        && match schema["type"].as_str() {
            Some("integer") => text.parse::<i64>().is_ok(),
            Some("boolean") => matches!(text, "true" | "false"),
            _ => true,
        }
}

/// The description as one JSON Schema document.
fn document(api: &Value) -> Value {
    let mut schemas = Map::new();
    for (name, schema) in api["components"]["schemas"].as_object().unwrap() {
        schemas.insert(name.clone(), translated(schema, true));
        schemas.insert(format!("{name}.open"), translated(schema, false));
    }
    let mut operations = Map::new();
    for (path, methods) in api["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let mut places = Map::new();
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            if !schema.is_null() {
                places.insert("request".to_owned(), translated(schema, true));
            }
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let answer = match answer["$ref"].as_str() {
                    Some(reference) => api.pointer(&reference[1..]).unwrap(),
                    None => answer,
                };
                let schema = &answer["content"]["application/json"]["schema"];
                if !schema.is_null() {
                    places.insert(status.clone(), translated(schema, true));
                }
            }
            operations.insert(format!("{} {path}", method.to_uppercase()), Value::Object(places));
        }
    }
    json!({"components": {"schemas": schemas}, "operations": operations})
}

/// A schema of OpenAPI 3.0 as one of JSON Schema. `closed`: it names every field there is.
fn translated(schema: &Value, closed: bool) -> Value {
    let Some(fields) = schema.as_object() else { return schema.clone() };
    if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
        return json!({"$ref": if closed { reference.to_owned() } else { format!("{reference}.open") }});
    }
    let composed = fields.contains_key("allOf")
        || (fields.contains_key("properties") && (fields.contains_key("anyOf") || fields.contains_key("oneOf")));
    let mut out = Map::new();
    for (key, value) in fields {
        match key.as_str() {
            "properties" => {
                let named = value.as_object().unwrap();
                let named = named.iter().map(|(name, schema)| (name.clone(), translated(schema, true)));
                out.insert(key.clone(), Value::Object(named.collect()));
            }
            "items" => drop(out.insert(key.clone(), translated(value, true))),
            "additionalProperties" if value.is_object() => drop(out.insert(key.clone(), translated(value, true))),
            "allOf" | "anyOf" | "oneOf" => {
                let parts =
                    value.as_array().unwrap().iter().map(|part| translated(part, closed && !composed)).collect();
                out.insert(if key == "allOf" { "allOf" } else { "anyOf" }.to_owned(), Value::Array(parts));
            }
            "nullable" | "discriminator" | "readOnly" | "writeOnly" | "xml" => {}
            // A template of an address is none, and GitHub calls it one.
            "format" if !matches!(value.as_str(), Some("date-time")) => {}
            _ => drop(out.insert(key.clone(), value.clone())),
        }
    }
    if closed && composed {
        out.insert("unevaluatedProperties".to_owned(), false.into());
    } else if closed && fields.contains_key("properties") && !fields.contains_key("additionalProperties") {
        out.insert("additionalProperties".to_owned(), false.into());
    }
    if fields.get("nullable") == Some(&Value::Bool(true)) {
        json!({"anyOf": [out, {"type": "null"}]})
    } else {
        Value::Object(out)
    }
}
