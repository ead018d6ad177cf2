//! Functions of Rego that the engine lacks, or answers otherwise than OPA, or that could hang or kill it: each is laid
//! over the engine's own under the same name. What is not pure is an error.

mod glob;
mod hash;
mod net;
mod numbers;
mod pattern;
mod text;

use crate::model::Moment;
use regorus::unstable::BUILTINS;
use regorus::{Engine, Value};
use std::fmt;

/// What a function says when it cannot answer.
#[derive(Debug)]
pub(super) struct Refusal(String);

impl Refusal {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// A function over its arguments.
type Function = fn(&[Value]) -> Result<Value, Refusal>;

/// Network, dice, environment: a decision that used them could not be made again.
pub(super) const IMPURE: &[&str] = &["http.send", "net.lookup_ip_addr", "opa.runtime", "rand.intn", "uuid.rfc4122"];

/// Name, number of arguments, function.
const OURS: &[(&str, u8, Function)] = &[
    ("array.flatten", 1, text::flatten),
    ("crypto.hmac.equal", 2, hash::equal),
    ("crypto.hmac.md5", 2, hash::hmac_md5),
    ("crypto.hmac.sha1", 2, hash::hmac_sha1),
    ("crypto.hmac.sha256", 2, hash::hmac_sha256),
    ("crypto.hmac.sha512", 2, hash::hmac_sha512),
    ("crypto.md5", 1, hash::md5),
    ("crypto.sha1", 1, hash::sha1),
    ("crypto.sha256", 1, hash::sha256),
    ("glob.match", 3, glob::matches),
    ("glob.quote_meta", 1, glob::quote_meta),
    ("net.cidr_intersects", 2, net::cidr_intersects),
    ("numbers.range", 2, numbers::range),
    ("numbers.range_step", 3, numbers::range_step),
    ("regex.is_valid", 1, pattern::is_valid),
    ("regex.match", 2, pattern::matches),
    ("regex.template_match", 4, pattern::template_match),
    ("strings.count", 2, text::count),
];

/// Functions that OPA has and this engine has not: a friendlier message than a wrong guess at what was meant.
const OPA_ONLY: &[&str] = &[
    "crypto.parse_private_keys",
    "crypto.x509.",
    "graphql.",
    "io.jwt.",
    "json.match_schema",
    "json.verify_schema",
    "net.cidr_contains_matches",
    "net.cidr_merge",
    "providers.aws.",
    "regex.globs_match",
    "rego.",
    "strings.render_template",
    "strings.split_n",
    "uri.",
    "urlquery.",
    "uuid.parse",
    "yaml.",
];

/// How many arguments a function takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Arity {
    pub(super) arity: usize,
    /// It is laid over the engine's own, so it cannot take a variable for its result.
    pub(super) ours: bool,
}

/// The function of a name.
pub(super) fn arity(name: &str) -> Option<Arity> {
    let ours = OURS.iter().find(|(known, ..)| *known == name).map(|(_, arity, _)| (*arity, true));
    let clock = || (name == "time.now_ns").then_some((0, true));
    let (arity, ours) = ours.or_else(clock).or_else(|| BUILTINS.get(name).map(|(_, arity)| (*arity, false)))?;
    Some(Arity { arity: usize::from(arity), ours })
}

/// The names of all functions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    OURS.iter().map(|(name, ..)| *name).chain(BUILTINS.keys().copied().filter(|name| !IMPURE.contains(name)))
}

/// OPA has a function of this name and we have not.
pub(super) fn is_opa_only(name: &str) -> bool {
    OPA_ONLY.iter().any(|known| name == *known || (known.ends_with('.') && name.starts_with(known)))
}

/// Lays our functions over the engine's. The clock comes later, for each evaluation.
pub(super) fn shadow(engine: &mut Engine) -> Result<(), String> {
    for &(name, arity, function) in OURS {
        let call = move |arguments: Vec<Value>| Ok(function(&arguments)?);
        engine.add_extension(name.to_owned(), arity, Box::new(call)).map_err(|e| e.to_string())?;
    }
    for &name in IMPURE {
        let arity = BUILTINS.get(name).map_or(1, |(_, arity)| *arity);
        let refuse =
            move |_: Vec<Value>| Err(Refusal::new(format!("{name} is not available to the policies of a gate")))?;
        engine.add_extension(name.to_owned(), arity, Box::new(refuse)).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// Stops the clock of one engine at a time.
pub(super) fn pin_clock(engine: &mut Engine, now: Moment) -> Result<(), String> {
    let nanoseconds = i128::from(now.unix()) * 1_000_000_000;
    let clock = move |_: Vec<Value>| Ok(Value::from(nanoseconds));
    engine.add_extension("time.now_ns".to_owned(), 0, Box::new(clock)).map_err(|e| e.to_string())
}

/// The argument at this place, as text.
fn text(arguments: &[Value], index: usize) -> Result<&str, Refusal> {
    match arguments.get(index) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(Refusal::new(format!("operand {} must be a string", index + 1))),
    }
}
