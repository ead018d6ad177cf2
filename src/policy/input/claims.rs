//! `input.claims` and `input.claim`: what the change says of itself.

use super::{countable, datum, put};
use crate::model::{Claim, Facts};
use serde_json::{Map, Value, json};

/// One request for a class.
pub(super) fn claim(claim: &Claim, facts: &Facts) -> Value {
    let mut value = json!({"type": claim.class.as_str(), "source": claim.source.as_str()});
    put(&mut value, "template", claim.template.as_deref());
    put(&mut value, "unknown", claim.template.as_deref().and_then(|id| unknown_template(id, facts)));
    value
}

/// Of a template that is named and that there is not: which one may be meant.
fn unknown_template(id: &str, facts: &Facts) -> Option<String> {
    if facts.templates.iter().any(|template| template.id == id) {
        return None;
    }
    let known = facts.templates.iter().map(|template| template.id.as_str());
    let alike = known.map(|known| (strsim::jaro_winkler(&known.to_lowercase(), &id.to_lowercase()), known));
    let meant = alike.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0));
    let meant = meant.map_or_else(String::new, |(_, known)| format!("; did you mean `{known}`?"));
    Some(format!("there is no template `{id}`{meant}"))
}

/// What stands beside the class.
pub(super) fn claim_text(facts: &Facts) -> Value {
    let text = &facts.claim_text;
    let mut value = json!({
        "downtime": text.downtime,
        "permanent": text.permanent,
        "trailers": text.trailers.iter().map(|(k, v)| (k.clone(), datum(v))).collect::<Map<_, _>>(),
    });
    put(&mut value, "incident", text.incident.as_deref());
    put(&mut value, "criterion", text.criterion.as_deref());
    put(&mut value, "justification", text.justification.as_deref());
    put(&mut value, "backout", text.backout.as_deref());
    put(&mut value, "benefit", text.benefit.as_deref());
    if let Some(follow_up) = &text.follow_up {
        let mut promise = json!({"what": follow_up.what});
        put(&mut promise, "due", follow_up.due.map(countable));
        put(&mut value, "follow_up", Some(promise));
    }
    value
}
