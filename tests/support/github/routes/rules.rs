//! What `doctor` asks: rules of branches, rulesets, protection, settings of Actions. Plain values that a test sets.

use super::super::state::Level::*;
use super::*;

pub const ROUTES: Table = &[
    Route { name: "GET /repos/{owner}/{repo}/rules/branches/{branch}", needs: &[("metadata", Read)], handler: rules },
    Route { name: "GET /repos/{owner}/{repo}/rulesets", needs: &[("metadata", Read)], handler: rulesets },
    Route { name: "GET /repos/{owner}/{repo}/rulesets/{ruleset_id}", needs: &[("metadata", Read)], handler: ruleset },
    Route { name: "GET /repos/{owner}/{repo}/branches/{branch}", needs: &[("contents", Read)], handler: branch },
    Route {
        name: "GET /repos/{owner}/{repo}/branches/{branch}/protection",
        needs: &[("administration", Read)],
        handler: protection,
    },
    Route {
        name: "GET /repos/{owner}/{repo}/actions/permissions",
        needs: &[("administration", Read)],
        handler: actions,
    },
    Route {
        name: "GET /repos/{owner}/{repo}/actions/permissions/workflow",
        needs: &[("administration", Read)],
        handler: workflow,
    },
    Route { name: "GET /repos/{owner}/{repo}/codeowners/errors", needs: &[("contents", Read)], handler: codeowners },
];

fn rules(call: &mut Call<'_>) -> Answer {
    let all = call.state.rules.get(call.param("branch")).and_then(Value::as_array).cloned();
    Ok(Reply::List(all.unwrap_or_default()))
}

/// The list says less than one ruleset does.
fn rulesets(call: &mut Call<'_>) -> Answer {
    let mut all = call.state.rulesets.clone();
    for ruleset in all.iter_mut().filter_map(Value::as_object_mut) {
        for key in ["rules", "conditions", "bypass_actors"] {
            ruleset.remove(key);
        }
    }
    Ok(Reply::List(all))
}

fn ruleset(call: &mut Call<'_>) -> Answer {
    let id = call.number("ruleset_id");
    let found = call.state.rulesets.iter().find(|ruleset| ruleset["id"] == id).cloned().ok_or_else(not_found)?;
    Ok(Reply::One(200, found))
}

fn branch(call: &mut Call<'_>) -> Answer {
    let name = call.param("branch").to_owned();
    let Some(sha) = call.state.branches.get(&name) else {
        return Err(Refusal(404, json!({"message": "Branch not found", "documentation_url": DOCS, "status": "404"})));
    };
    let commit = call.state.say_commit(&call.git.commit(sha).ok_or_else(not_found)?);
    let protected = call.state.protection.contains_key(&name) || call.state.rules.contains_key(&name);
    let url = call.state.url(&format!("branches/{name}/protection"));
    let (this, page) = (call.state.url(&format!("branches/{name}")), call.state.page(&format!("tree/{name}")));
    let links = json!({"self": this, "html": page});
    Ok(Reply::One(
        200,
        json!({"name": name, "commit": commit, "protected": protected, "protection_url": url, "_links": links}),
    ))
}

fn protection(call: &mut Call<'_>) -> Answer {
    let branch = call.param("branch");
    match call.state.protection.get(branch) {
        Some(found) => Ok(Reply::One(200, found.clone())),
        Option::None if call.state.branches.contains_key(branch) => {
            Err(Refusal(404, json!({"message": "Branch not protected", "documentation_url": DOCS, "status": "404"})))
        }
        Option::None => {
            Err(Refusal(404, json!({"message": "Branch not found", "documentation_url": DOCS, "status": "404"})))
        }
    }
}

fn actions(call: &mut Call<'_>) -> Answer {
    Ok(Reply::One(200, call.state.actions.clone()))
}

fn workflow(call: &mut Call<'_>) -> Answer {
    Ok(Reply::One(200, call.state.workflow.clone()))
}

fn codeowners(call: &mut Call<'_>) -> Answer {
    Ok(Reply::One(200, json!({"errors": call.state.codeowners_errors})))
}
