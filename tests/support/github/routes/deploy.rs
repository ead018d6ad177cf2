//! Deployments, environments and runs of workflows.

use super::super::state::{Deployment, DeploymentStatus, Level::*};
use super::*;

pub const ROUTES: Table = &[
    Route { name: "GET /repos/{owner}/{repo}/deployments", needs: &[("deployments", Read)], handler: list },
    Route { name: "POST /repos/{owner}/{repo}/deployments", needs: &[("deployments", Write)], handler: create },
    Route {
        name: "GET /repos/{owner}/{repo}/deployments/{deployment_id}",
        needs: &[("deployments", Read)],
        handler: get,
    },
    Route {
        name: "GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
        needs: &[("deployments", Read)],
        handler: statuses,
    },
    Route {
        name: "POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
        needs: &[("deployments", Write)],
        handler: status,
    },
    Route { name: "GET /repos/{owner}/{repo}/environments", needs: &[("actions", Read)], handler: environments },
    Route {
        name: "GET /repos/{owner}/{repo}/environments/{environment_name}",
        needs: &[("actions", Read)],
        handler: environment,
    },
    Route {
        name: "GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies",
        needs: &[("actions", Read)],
        handler: branch_policies,
    },
    Route { name: "GET /repos/{owner}/{repo}/actions/runs/{run_id}", needs: &[("actions", Read)], handler: run },
    Route {
        name: "POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs",
        needs: &[("actions", Write)],
        handler: rerun,
    },
];

fn list(call: &mut Call<'_>) -> Answer {
    let same = |asked: Option<&str>, value: &str| asked.is_none_or(|asked| asked == value);
    let found = call.state.deployments.values().rev().filter(|deployment| {
        same(call.asked("environment"), &deployment.environment)
            && same(call.asked("sha"), &deployment.sha)
            && same(call.asked("ref"), &deployment.reference)
            && same(call.asked("task"), &deployment.task)
    });
    Ok(Reply::List(found.map(|deployment| call.state.say_deployment(deployment)).collect()))
}

fn create(call: &mut Call<'_>) -> Answer {
    let reference = call.text("ref").unwrap_or_default().to_owned();
    let Some(sha) = call.commit_named(&reference) else {
        return Err(refused(&format!("No ref found for: {reference}")));
    };
    // Without `required_contexts` every status that stands must be green.
    let mut newest: BTreeMap<&str, &str> = BTreeMap::new();
    for status in call.state.statuses.iter().filter(|status| status.sha == sha) {
        newest.insert(&status.context, &status.state);
    }
    let wanted = call.body["required_contexts"].is_array().then(|| call.list("required_contexts"));
    let green = match &wanted {
        Some(contexts) => contexts.iter().all(|context| newest.get(context.as_str()) == Some(&"success")),
        Option::None => newest.values().all(|state| *state == "success"),
    };
    if !green {
        return Err(conflict(&format!("Conflict: Commit status checks failed for {reference}.")));
    }
    let (id, at) = (call.state.fresh(), call.state.tick());
    let text = |name: &str, usual: &str| call.text(name).unwrap_or(usual).to_owned();
    let payload = if call.body["payload"].is_null() { json!({}) } else { call.body["payload"].clone() };
    let deployment = Deployment {
        id,
        sha,
        reference,
        task: text("task", "deploy"),
        environment: text("environment", "production"),
        description: call.text("description").map(str::to_owned),
        payload,
        transient: call.body["transient_environment"] == true,
        by: call.me(),
        at,
        statuses: vec![],
    };
    let said = call.state.say_deployment(&deployment);
    call.state.deployments.insert(id, deployment);
    Ok(Reply::One(201, said))
}

fn found(call: &Call<'_>) -> Result<u64, Refusal> {
    let id = call.number("deployment_id");
    if call.state.deployments.contains_key(&id) { Ok(id) } else { Err(not_found()) }
}

fn get(call: &mut Call<'_>) -> Answer {
    let id = found(call)?;
    Ok(Reply::One(200, call.state.say_deployment(&call.state.deployments[&id])))
}

fn statuses(call: &mut Call<'_>) -> Answer {
    let deployment = &call.state.deployments[&found(call)?];
    let all = deployment.statuses.iter().rev();
    Ok(Reply::List(all.map(|status| call.state.say_deployment_status(deployment, status)).collect()))
}

fn status(call: &mut Call<'_>) -> Answer {
    let id = found(call)?;
    let (me, state) = (call.me(), call.text("state").unwrap_or_default().to_owned());
    let description = call.text("description").unwrap_or_default().to_owned();
    if description.chars().count() > 140 {
        return Err(invalid("DeploymentStatus", "description", "description is too long (maximum is 140 characters)"));
    }
    let target = call.text("log_url").or_else(|| call.text("target_url")).unwrap_or_default().to_owned();
    let others = call.body["auto_inactive"] != false;
    call.state.add_deployment_status(&me, id, &state, &description, &target, others);
    let deployment = &call.state.deployments[&id];
    let last = deployment.statuses.last().expect("just added");
    Ok(Reply::One(201, call.state.say_deployment_status(deployment, last)))
}

impl State {
    /// A status of a deployment. One that succeeds makes earlier ones in its environment inactive.
    pub fn add_deployment_status(
        &mut self,
        by: &str,
        id: u64,
        state: &str,
        description: &str,
        target: &str,
        others: bool,
    ) {
        let (status, at) = (self.fresh(), self.tick());
        let made = |id: u64, state: &str, description: &str| DeploymentStatus {
            id,
            state: state.to_owned(),
            description: description.to_owned(),
            target: target.to_owned(),
            by: by.to_owned(),
            at,
        };
        let environment = self.deployments[&id].environment.clone();
        self.deployments.get_mut(&id).expect("it").statuses.push(made(status, state, description));
        if state != "success" || !others {
            return;
        }
        let earlier: Vec<u64> = self
            .deployments
            .values()
            .filter(|one| one.id != id && one.environment == environment && !one.transient)
            .filter(|one| one.statuses.last().is_some_and(|status| status.state == "success"))
            .map(|one| one.id)
            .collect();
        for one in earlier {
            let status = self.fresh();
            self.deployments.get_mut(&one).expect("it").statuses.push(made(status, "inactive", ""));
        }
    }
}

fn environments(call: &mut Call<'_>) -> Answer {
    let all = call.state.environments.values().cloned().collect();
    Ok(Reply::Wrapped("environments", all))
}

fn environment(call: &mut Call<'_>) -> Answer {
    let found = call.state.environments.get(call.param("environment_name")).cloned().ok_or_else(not_found)?;
    Ok(Reply::One(200, found))
}

/// The names that `branch_policies` of the state lists for the environment.
fn branch_policies(call: &mut Call<'_>) -> Answer {
    let name = call.param("environment_name");
    if !call.state.environments.contains_key(name) {
        return Err(not_found());
    }
    let names = call.state.branch_policies.get(name).cloned().unwrap_or_default();
    let say =
        |(name, id): (&String, u64)| json!({"id": id, "node_id": format!("GP_{id}"), "name": name, "type": "branch"});
    Ok(Reply::Wrapped("branch_policies", names.iter().zip(1..).map(say).collect()))
}

fn run(call: &mut Call<'_>) -> Answer {
    let found = call.state.runs.get(&call.number("run_id")).ok_or_else(not_found)?;
    Ok(Reply::One(200, call.state.say_run(found)))
}

fn rerun(call: &mut Call<'_>) -> Answer {
    let id = call.number("run_id");
    let run = call.state.runs.get_mut(&id).ok_or_else(not_found)?;
    if run.status != "completed" {
        return Err(forbidden("The workflow run containing this job is already running"));
    }
    if !matches!(run.conclusion.as_deref(), Some("failure" | "cancelled" | "timed_out" | "startup_failure")) {
        return Err(forbidden("This workflow run cannot be retried: it has no failed jobs"));
    }
    run.attempt += 1;
    run.status = "queued".to_owned();
    run.conclusion = Option::None;
    call.state.tick();
    Ok(Reply::One(201, json!({})))
}
