//! Pull requests and their reviews.

use super::super::state::{ACTIONS, Level::*};
use super::*;

pub const ROUTES: Table = &[
    Route { name: "GET /repos/{owner}/{repo}/pulls", needs: &[("pull_requests", Read)], handler: list },
    Route { name: "GET /repos/{owner}/{repo}/pulls/{pull_number}", needs: &[("pull_requests", Read)], handler: get },
    Route {
        name: "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits",
        needs: &[("pull_requests", Read)],
        handler: commits,
    },
    Route {
        name: "GET /repos/{owner}/{repo}/pulls/{pull_number}/files",
        needs: &[("pull_requests", Read)],
        handler: files,
    },
    Route {
        name: "GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
        needs: &[("pull_requests", Read)],
        handler: reviews,
    },
    Route {
        name: "POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews",
        needs: &[("pull_requests", Write)],
        handler: review,
    },
    Route {
        name: "GET /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers",
        needs: &[("pull_requests", Read)],
        handler: requested,
    },
    Route {
        name: "POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers",
        needs: &[("pull_requests", Write)],
        handler: request,
    },
    Route {
        name: "GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls",
        needs: &[("pull_requests", Read), ("contents", Read)],
        handler: of_commit,
    },
];

/// GitHub lists no more files than this.
const MOST_FILES: usize = 3000;
/// And no more commits.
const MOST_COMMITS: usize = 250;
const MOST_REVIEWERS: usize = 15;

fn number(call: &Call<'_>) -> Result<u64, Refusal> {
    let number = call.number("pull_number");
    if call.state.pulls.contains_key(&number) { Ok(number) } else { Err(not_found()) }
}

fn list(call: &mut Call<'_>) -> Answer {
    let wanted = call.asked("state").unwrap_or("open");
    let here = call.state.owner.clone();
    let head = |number: &u64| {
        let pull = &call.state.pulls[number];
        let owner = pull.head_repo.as_deref().and_then(|name| name.split('/').next()).unwrap_or(&here);
        format!("{owner}:{}", pull.head_ref)
    };
    let mut numbers: Vec<u64> = call
        .state
        .pulls
        .keys()
        .copied()
        .filter(|number| wanted == "all" || (wanted == "open") == call.state.issues[number].open)
        .filter(|number| call.asked("base").is_none_or(|base| call.state.pulls[number].base_ref == base))
        .filter(|number| call.asked("head").is_none_or(|asked| head(number) == asked))
        .collect();
    if call.asked("sort").unwrap_or("created") == "updated" {
        numbers.sort_by_key(|number| call.state.issues[number].updated_at);
    }
    if call.asked("direction").unwrap_or("desc") == "desc" {
        numbers.reverse();
    }
    Ok(Reply::List(numbers.into_iter().map(|number| call.state.say_pull_short(number)).collect()))
}

fn get(call: &mut Call<'_>) -> Answer {
    let number = number(call)?;
    Ok(Reply::One(200, call.state.say_pull(number, call.git)))
}

fn commits(call: &mut Call<'_>) -> Answer {
    let number = number(call)?;
    let (_, shas) = call.state.span(&call.state.pulls[&number], call.git);
    let commits =
        shas.iter().take(MOST_COMMITS).map(|sha| call.state.say_commit(&call.git.commit(sha).expect("a commit")));
    Ok(Reply::List(commits.collect()))
}

fn files(call: &mut Call<'_>) -> Answer {
    let number = number(call)?;
    let pull = &call.state.pulls[&number];
    let (old, _) = call.state.span(pull, call.git);
    let mut rows = call.state.rows(&old, &pull.head, call.git);
    rows.retain(|row| !call.state.hidden_files.contains(&row.path));
    Ok(Reply::List(rows.iter().take(MOST_FILES).map(|row| call.state.say_row(row, &pull.head)).collect()))
}

fn reviews(call: &mut Call<'_>) -> Answer {
    let number = number(call)?;
    let (pull, me) = (&call.state.pulls[&number], &call.who.login);
    let seen = pull.reviews.iter().filter(|review| review.state != "PENDING" || review.by == *me);
    Ok(Reply::List(seen.map(|review| call.state.say_review(number, review)).collect()))
}

fn review(call: &mut Call<'_>) -> Answer {
    let number = number(call)?;
    let (me, event) = (call.me(), call.text("event").unwrap_or("PENDING").to_owned());
    let own = call.state.issues[&number].by.eq_ignore_ascii_case(&me);
    let state = match event.as_str() {
        "APPROVE" if own => return Err(refused("Unprocessable Entity: Can not approve your own pull request")),
        "REQUEST_CHANGES" if own => {
            return Err(refused("Unprocessable Entity: Can not request changes on your own pull request"));
        }
        "APPROVE" if me == ACTIONS && !call.state.actions_may_approve => {
            return Err(refused("Unprocessable Entity: GitHub Actions is not permitted to approve pull requests."));
        }
        "APPROVE" => "APPROVED",
        "REQUEST_CHANGES" => "CHANGES_REQUESTED",
        "COMMENT" => "COMMENTED",
        _ => "PENDING",
    };
    let body = call.text("body").unwrap_or_default().to_owned();
    if body.is_empty() && matches!(state, "CHANGES_REQUESTED" | "COMMENTED") {
        return Err(refused("Unprocessable Entity: review needs a body"));
    }
    let commit = call.text("commit_id").map_or_else(|| call.state.pulls[&number].head.clone(), str::to_owned);
    call.state.add_review(&me, number, state, &commit, &body);
    let said = call.state.say_review(number, call.state.pulls[&number].reviews.last().expect("just added"));
    Ok(Reply::One(200, said))
}

fn requested(call: &mut Call<'_>) -> Answer {
    let said = call.state.say_pull_short(number(call)?);
    Ok(Reply::One(200, json!({"users": said["requested_reviewers"], "teams": said["requested_teams"]})))
}

fn request(call: &mut Call<'_>) -> Answer {
    let number = number(call)?;
    let (people, teams) = (call.list("reviewers"), call.list("team_reviewers"));
    let author = call.state.issues[&number].by.clone();
    if people.iter().any(|login| login.eq_ignore_ascii_case(&author)) {
        return Err(refused("Review cannot be requested from pull request author."));
    }
    let stranger =
        |login: &String| call.state.user(login).is_none_or(|user| user.gone) || call.state.role(login).1 == "none";
    let no_team = |slug: &String| {
        // Without the right to read members a token cannot name a team either.
        call.who.rights.get("members").copied().unwrap_or(None) < Read
            || call.state.teams.get(slug).is_none_or(|team| team.permission.is_none())
    };
    if people.iter().any(stranger) || teams.iter().any(no_team) {
        let place = format!("{}/{}", call.state.owner, call.state.name);
        return Err(refused(&format!(
            "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a \
             collaborator of the {place} repository."
        )));
    }
    let pull = &call.state.pulls[&number];
    let fresh_people: Vec<String> = people
        .iter()
        .filter(|login| !pull.requested_people.iter().any(|known| known.eq_ignore_ascii_case(login)))
        .cloned()
        .collect();
    let fresh_teams: Vec<String> = teams.iter().filter(|slug| !pull.requested_teams.contains(slug)).cloned().collect();
    let count = pull.requested_people.len() + pull.requested_teams.len() + fresh_people.len() + fresh_teams.len();
    if count > MOST_REVIEWERS {
        return Err(refused("A pull request can have at most 15 requested reviewers."));
    }
    let me = call.me();
    call.state.tick();
    for login in fresh_people {
        let user = call.state.say_user(&login);
        let login = user["login"].as_str().unwrap_or(&login).to_owned();
        let by = call.state.say_user(&me);
        call.state.happened(
            number,
            &me,
            "review_requested",
            json!({"review_requester": by, "requested_reviewer": user}),
        );
        call.state.pulls.get_mut(&number).expect("it").requested_people.push(login);
    }
    for slug in fresh_teams {
        let (team, by) = (call.state.say_team(&slug), call.state.say_user(&me));
        call.state.happened(number, &me, "review_requested", json!({"review_requester": by, "requested_team": team}));
        call.state.pulls.get_mut(&number).expect("it").requested_teams.push(slug);
    }
    Ok(Reply::One(201, call.state.say_pull_short(number)))
}

fn of_commit(call: &mut Call<'_>) -> Answer {
    let Some(sha) = call.commit_named(call.param("commit_sha")) else {
        return Err(refused(&format!("No commit found for SHA: {}", call.param("commit_sha"))));
    };
    // Until a commit is on the default branch, its open pull requests; then the one that brought it.
    let holds = |number: &u64| {
        let pull = &call.state.pulls[number];
        pull.head == sha || pull.merged_as.as_deref() == Some(&sha) || call.state.span(pull, call.git).1.contains(&sha)
    };
    let merged: Vec<u64> = call
        .state
        .pulls
        .values()
        .filter(|pull| pull.merged_at.is_some())
        .map(|pull| pull.number)
        .filter(holds)
        .collect();
    let main = call.state.branches.get(&call.state.default_branch).cloned().unwrap_or_default();
    let landed = call.git.is_ancestor(&sha, &main);
    let numbers = if landed && !merged.is_empty() {
        merged
    } else {
        call.state.pulls.keys().copied().filter(|number| call.state.issues[number].open).filter(holds).collect()
    };
    Ok(Reply::List(numbers.into_iter().map(|number| call.state.say_pull_short(number)).collect()))
}
