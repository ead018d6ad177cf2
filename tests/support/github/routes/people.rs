//! Accounts, teams and what somebody may do.

use super::super::state::Level::*;
use super::*;

pub const ROUTES: Table = &[
    Route { name: "GET /user", needs: &[], handler: user },
    Route { name: "GET /app", needs: &[], handler: app },
    Route { name: "GET /repos/{owner}/{repo}", needs: &[("metadata", Read)], handler: repository },
    Route {
        name: "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
        needs: &[("metadata", Read)],
        handler: permission,
    },
    Route { name: "GET /orgs/{org}/teams/{team_slug}", needs: &[("members", Read)], handler: team },
    Route { name: "GET /orgs/{org}/teams/{team_slug}/members", needs: &[("members", Read)], handler: members },
];

fn user(call: &mut Call<'_>) -> Answer {
    if call.who.kind != TokenKind::Person {
        return Err(forbidden("Resource not accessible by integration"));
    }
    let mut said = call.state.say_user(&call.who.login);
    said["created_at"] = "2020-01-01T00:00:00Z".into();
    said["updated_at"] = "2020-01-01T00:00:00Z".into();
    Ok(Reply::One(200, said))
}

/// Only a signed statement of the App itself opens this, and no token here is one.
fn app(_: &mut Call<'_>) -> Answer {
    Err(Refusal(
        401,
        json!({"message": "A JSON web token could not be decoded", "documentation_url": DOCS, "status": "401"}),
    ))
}

fn repository(call: &mut Call<'_>) -> Answer {
    let mut said = call.state.say_repo();
    if call.state.organisation {
        said["organization"] = call.state.say_user(&call.state.owner);
    } else {
        said["owner"]["type"] = "User".into();
    }
    Ok(Reply::One(200, said))
}

fn permission(call: &mut Call<'_>) -> Answer {
    let login = call.param("username").to_owned();
    let found = call.state.user(&login).filter(|user| !user.gone && user.kind == "User");
    let Some(user) = found else {
        let message = format!("{login} is not a user");
        return Err(Refusal(404, json!({"message": message, "documentation_url": DOCS, "status": "404"})));
    };
    let (role, base) = call.state.role(&user.login);
    // A public repository may be read by everybody.
    let (role, base) =
        if base == "none" && !call.state.private { ("read".to_owned(), "read".to_owned()) } else { (role, base) };
    let coarse = match base.as_str() {
        "triage" => "read",
        "maintain" => "write",
        other => other,
    };
    let mut account = call.state.say_user(&user.login);
    let may = |least: &str| {
        let weight = |role: &str| {
            ["none", "read", "triage", "write", "maintain", "admin"].iter().position(|known| *known == role)
        };
        weight(&base) >= weight(least)
    };
    account["permissions"] = json!({"pull": may("read"), "triage": may("triage"), "push": may("write"), "maintain": may("maintain"), "admin": may("admin")});
    account["role_name"] = role.clone().into();
    Ok(Reply::One(200, json!({"permission": coarse, "role_name": role, "user": account})))
}

fn found(call: &Call<'_>) -> Result<String, Refusal> {
    let slug = call.param("team_slug").to_lowercase();
    let known = call.param("org").eq_ignore_ascii_case(&call.state.owner) && call.state.organisation;
    if known && call.state.teams.contains_key(&slug) { Ok(slug) } else { Err(not_found()) }
}

fn team(call: &mut Call<'_>) -> Answer {
    let slug = found(call)?;
    let mut said = call.state.say_team(&slug);
    let team = &call.state.teams[&slug];
    said["members_count"] = team.members.len().into();
    said["parent"] = team.parent.as_ref().map_or(Value::Null, |parent| call.state.say_team(parent));
    Ok(Reply::One(200, said))
}

fn members(call: &mut Call<'_>) -> Answer {
    let slug = found(call)?;
    let all = call.state.members(&slug);
    let mut all: Vec<Value> =
        all.iter().map(|login| call.state.say_user(login)).filter(|user| !user.is_null()).collect();
    all.sort_by_key(|user| user["id"].as_u64());
    Ok(Reply::List(all))
}
