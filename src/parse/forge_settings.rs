//! What GitHub says of a repository's settings, as nouns. GitHub adds fields and values before it describes them, so every
//! record is read for what is needed; where that is missing, nobody knows, and that is said.

use crate::model::{
    ActionsSettings, BranchRule, BypassActor, CodeownersFault, ForgeEnvironment, Known, Place, Protection,
    RequiredStatus, Ruleset,
};
use serde_json::Value;

/// An answer, read; one that has another form than GitHub's is not known.
pub fn read<T>(answer: Known<Value>, reader: impl Fn(&Value) -> Option<T>) -> Known<T> {
    match answer {
        Known::Known(value) => match reader(&value) {
            Some(noun) => Known::Known(noun),
            None => Known::Unknown("GitHub's answer has another form than expected".to_owned()),
        },
        Known::Unknown(why) => Known::Unknown(why),
    }
}

/// `GET rules/branches/BRANCH`.
pub fn rules(value: &Value) -> Option<Vec<BranchRule>> {
    value.as_array()?.iter().map(rule).collect()
}

fn rule(value: &Value) -> Option<BranchRule> {
    let parameters = value.get("parameters");
    let flag = |name: &str| parameters.is_some_and(|parameters| is_true(parameters, name));
    let required = parameters.and_then(|parameters| parameters.get("required_status_checks"));
    Some(BranchRule {
        kind: value.get("type")?.as_str()?.to_owned(),
        ruleset: value.get("ruleset_id").and_then(Value::as_u64),
        required: required.map(|required| statuses(required, "integration_id")).unwrap_or_default(),
        strict: flag("strict_required_status_checks_policy"),
        dismisses_stale: flag("dismiss_stale_reviews_on_push"),
        last_push: flag("require_last_push_approval"),
    })
}

/// Required statuses; `app` is what the number of the app is called. Zero and less mean any.
fn statuses(value: &Value, app: &str) -> Vec<RequiredStatus> {
    let one = |value: &Value| {
        let context = value.get("context")?.as_str()?.to_owned();
        Some(RequiredStatus { context, app: value.get(app).and_then(Value::as_u64).filter(|app| *app > 0) })
    };
    value.as_array().into_iter().flatten().filter_map(one).collect()
}

/// The numbers of the rulesets about branches: `GET rulesets`.
pub fn ruleset_ids(value: &Value) -> Option<Vec<u64>> {
    let of_branches = |one: &&Value| one.get("target").and_then(Value::as_str).is_none_or(|target| target == "branch");
    value.as_array()?.iter().filter(of_branches).map(|one| one.get("id")?.as_u64()).collect()
}

/// `GET rulesets/ID`.
pub fn ruleset(value: &Value) -> Option<Ruleset> {
    let rules = value.get("rules").and_then(Value::as_array);
    let required = rules.into_iter().flatten().filter_map(rule).flat_map(|rule| rule.required).collect();
    let bypass = match value.get("bypass_actors").and_then(Value::as_array) {
        Some(actors) => Known::Known(actors.iter().map(actor).collect()),
        None => Known::Unknown("GitHub shows them only to those who may edit the ruleset".to_owned()),
    };
    Some(Ruleset {
        id: value.get("id")?.as_u64()?,
        name: value.get("name")?.as_str()?.to_owned(),
        own: value.get("source_type").and_then(Value::as_str).is_none_or(|source| source == "Repository"),
        active: value.get("enforcement")?.as_str()? == "active",
        required,
        bypass,
    })
}

/// Any mode that is not known may be "always".
fn actor(value: &Value) -> BypassActor {
    let kind = value.get("actor_type").and_then(Value::as_str).unwrap_or("somebody");
    let id = value.get("actor_id").and_then(Value::as_u64);
    let who = match (kind, id) {
        ("OrganizationAdmin", _) => "every administrator of the organisation".to_owned(),
        ("RepositoryRole", Some(2)) => "everybody with the role maintain".to_owned(),
        ("RepositoryRole", Some(4)) => "everybody with the role write".to_owned(),
        ("RepositoryRole", Some(5)) => "every administrator of the repository".to_owned(),
        ("RepositoryRole", Some(id)) => format!("everybody with the role {id}"),
        ("Team", Some(id)) => format!("the team {id}"),
        ("Integration", Some(id)) => format!("the app {id}"),
        ("DeployKey", _) => "every deploy key".to_owned(),
        (kind, Some(id)) => format!("{kind} {id}"),
        (kind, None) => kind.to_owned(),
    };
    let always = value.get("bypass_mode").and_then(Value::as_str) != Some("pull_request");
    BypassActor { who, always }
}

/// `GET branches/BRANCH/protection`.
pub fn protection(value: &Value) -> Option<Protection> {
    value.as_object()?;
    let enabled = |name: &str| value.get(name).is_some_and(|part| is_true(part, "enabled"));
    let checks = value.get("required_status_checks");
    let mut required = checks.and_then(|part| part.get("checks")).map(|c| statuses(c, "app_id")).unwrap_or_default();
    let contexts = checks.and_then(|part| part.get("contexts")).and_then(Value::as_array);
    for context in contexts.into_iter().flatten().filter_map(Value::as_str) {
        if !required.iter().any(|status| status.context == context) {
            required.push(RequiredStatus { context: context.to_owned(), app: None });
        }
    }
    let reviews = value.get("required_pull_request_reviews");
    Some(Protection {
        required,
        strict: checks.is_some_and(|part| is_true(part, "strict")),
        admins: enabled("enforce_admins"),
        force_pushes: enabled("allow_force_pushes"),
        deletions: enabled("allow_deletions"),
        pull_request: reviews.is_some_and(Value::is_object),
        dismisses_stale: reviews.is_some_and(|part| is_true(part, "dismiss_stale_reviews")),
        last_push: reviews.is_some_and(|part| is_true(part, "require_last_push_approval")),
    })
}

/// `GET actions/permissions/workflow`.
pub fn actions(value: &Value) -> Option<ActionsSettings> {
    let write = value.get("default_workflow_permissions")?.as_str()? != "read";
    Some(ActionsSettings { write, approve: value.get("can_approve_pull_request_reviews")?.as_bool()? })
}

/// `GET actions/permissions`: actions must be pinned. Older servers do not know the setting.
pub fn pinned_actions(value: &Value) -> Option<bool> {
    value.as_object()?;
    Some(is_true(value, "sha_pinning_required"))
}

/// `GET environments`.
pub fn environments(value: &Value) -> Option<Vec<ForgeEnvironment>> {
    value.get("environments")?.as_array()?.iter().map(environment).collect()
}

fn environment(value: &Value) -> Option<ForgeEnvironment> {
    let rules = value.get("protection_rules").and_then(Value::as_array);
    let guards = |rule: &Value| {
        let kind = rule.get("type").and_then(Value::as_str);
        let waits = |name: &str| rule.get(name).and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        match kind {
            Some("branch_policy" | "wait_timer") | None => false,
            Some("required_reviewers") => waits("reviewers"),
            // A rule of an app's own.
            Some(_) => true,
        }
    };
    Some(ForgeEnvironment {
        name: value.get("name")?.as_str()?.to_owned(),
        some_branches: value.get("deployment_branch_policy").is_some_and(Value::is_object),
        guarded: rules.into_iter().flatten().any(guards),
        // Missing where it is not known: then they may, as they do unless it is switched off.
        admins_bypass: value.get("can_admins_bypass").and_then(Value::as_bool).unwrap_or(true),
    })
}

/// `GET codeowners/errors`.
pub fn codeowners(value: &Value) -> Option<Vec<CodeownersFault>> {
    let one = |value: &Value| {
        let line = value.get("line").and_then(Value::as_u64).and_then(|line| u32::try_from(line).ok()).unwrap_or(0);
        let file = value.get("path")?.as_str()?.to_owned();
        let kind = value.get("kind").and_then(Value::as_str).unwrap_or("unknown error").to_owned();
        let source = value.get("source").and_then(Value::as_str).unwrap_or_default().trim();
        let why = if source.is_empty() { kind } else { format!("{kind} in `{source}`") };
        Some(CodeownersFault { place: Place { file, line }, why })
    };
    value.get("errors")?.as_array()?.iter().map(one).collect()
}

fn is_true(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use super::{actions, actor, environments, protection, read, rules, ruleset};
    use crate::model::{ActionsSettings, Known};
    use serde_json::json;

    #[test]
    fn what_is_missing_is_not_known_and_never_well() {
        assert_eq!(actions(&json!({"default_workflow_permissions": "read"})), None);
        let odd = json!({"default_workflow_permissions": "admin", "can_approve_pull_request_reviews": false});
        assert_eq!(actions(&odd), Some(ActionsSettings { write: true, approve: false }));
        assert!(matches!(read(Known::Known(json!({"message": "hello"})), rules), Known::Unknown(_)));
        assert!(rules(&json!([{"parameters": {}}])).is_none());
        let shown = json!({"id": 1, "name": "n", "enforcement": "evaluate"});
        let ruleset = ruleset(&shown).unwrap();
        assert!(!ruleset.active && matches!(ruleset.bypass, Known::Unknown(_)));
    }

    #[test]
    fn an_environment_is_guarded_by_somebody_who_is_there() {
        let of = |rules: serde_json::Value, bypass: serde_json::Value| {
            let mut one = json!({"name": "production", "protection_rules": rules, "deployment_branch_policy": null});
            if !bypass.is_null() {
                one["can_admins_bypass"] = bypass;
            }
            let found = environments(&json!({"total_count": 1, "environments": [one]})).unwrap().remove(0);
            (found.some_branches, found.guarded, found.admins_bypass)
        };
        let reviewers = json!([{"type": "required_reviewers", "reviewers": [{}]}]);
        assert_eq!(of(reviewers.clone(), json!(false)), (false, true, false));
        assert_eq!(of(reviewers, json!(null)), (false, true, true));
        let nobody =
            json!([{"type": "required_reviewers", "reviewers": []}, {"type": "wait_timer"}, {"type": "branch_policy"}]);
        assert_eq!(of(nobody, json!(false)), (false, false, false));
        assert_eq!(of(json!([{"type": "custom_of_an_app"}]), json!(true)), (false, true, true));
    }

    #[test]
    fn any_mode_but_by_a_pull_request_is_always() {
        for (mode, always) in [("always", true), ("exempt", true), ("pull_request", false), ("new", true)] {
            let found = actor(&json!({"actor_type": "Integration", "actor_id": 7, "bypass_mode": mode}));
            assert_eq!((found.who.as_str(), found.always), ("the app 7", always));
        }
    }

    #[test]
    fn a_context_of_classic_protection_without_an_app_may_come_from_anybody() {
        let checks =
            json!([{"context": "a", "app_id": 7}, {"context": "b", "app_id": null}, {"context": "c", "app_id": -1}]);
        let shown = json!({"required_status_checks": {"contexts": ["a", "b", "d"], "checks": checks}});
        let found = protection(&shown).unwrap();
        let shown: Vec<_> = found.required.iter().map(|status| (status.context.as_str(), status.app)).collect();
        assert_eq!(shown, [("a", Some(7)), ("b", None), ("c", None), ("d", None)]);
        assert!(!found.admins && !found.strict && !found.force_pushes);
    }
}
