//! Issues, comments, labels and timelines; of pull requests, too.

use super::super::state::Level::*;
use super::*;

const EITHER_READ: &[(&str, Level)] = &[("issues", Read), ("pull_requests", Read)];
const EITHER_WRITE: &[(&str, Level)] = &[("issues", Write), ("pull_requests", Write)];

pub const ROUTES: Table = &[
    Route { name: "GET /repos/{owner}/{repo}/issues", needs: &[("issues", Read)], handler: list },
    Route { name: "POST /repos/{owner}/{repo}/issues", needs: &[("issues", Write)], handler: open },
    Route { name: "GET /repos/{owner}/{repo}/issues/{issue_number}", needs: EITHER_READ, handler: get },
    Route { name: "PATCH /repos/{owner}/{repo}/issues/{issue_number}", needs: EITHER_WRITE, handler: edit },
    Route { name: "GET /repos/{owner}/{repo}/issues/{issue_number}/comments", needs: EITHER_READ, handler: comments },
    Route { name: "POST /repos/{owner}/{repo}/issues/{issue_number}/comments", needs: EITHER_WRITE, handler: comment },
    Route { name: "GET /repos/{owner}/{repo}/issues/comments/{comment_id}", needs: EITHER_READ, handler: one_comment },
    Route {
        name: "PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}",
        needs: EITHER_WRITE,
        handler: edit_comment,
    },
    Route { name: "GET /repos/{owner}/{repo}/issues/{issue_number}/labels", needs: EITHER_READ, handler: labels },
    Route { name: "POST /repos/{owner}/{repo}/issues/{issue_number}/labels", needs: EITHER_WRITE, handler: add_labels },
    Route {
        name: "DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}",
        needs: EITHER_WRITE,
        handler: take_label,
    },
    Route { name: "GET /repos/{owner}/{repo}/issues/{issue_number}/timeline", needs: EITHER_READ, handler: timeline },
];

/// The most characters of a text.
const MOST_TEXT: usize = 65_536;
const MOST_TITLE: usize = 256;

fn number(call: &Call<'_>) -> Result<u64, Refusal> {
    let number = call.number("issue_number");
    if call.state.issues.contains_key(&number) { Ok(number) } else { Err(not_found()) }
}

/// The right that counts is the one of what the number is.
fn allowed(call: &Call<'_>, number: u64, level: Level) -> Result<(), Refusal> {
    let area = if call.state.pulls.contains_key(&number) { "pull_requests" } else { "issues" };
    let held = |area: &str| call.who.rights.get(area).copied().unwrap_or(None);
    // Comments and labels of pull requests open with either right.
    if held(area) >= level || (area == "pull_requests" && held("issues") >= level) {
        Ok(())
    } else {
        Err(forbidden("Resource not accessible by integration"))
    }
}

fn list(call: &mut Call<'_>) -> Answer {
    let wanted = call.asked("state").unwrap_or("open");
    let labels: Vec<&str> = call.asked("labels").map(|labels| labels.split(',').collect()).unwrap_or_default();
    let since: Option<jiff::Timestamp> = call.asked("since").and_then(|since| since.parse().ok());
    let mut found: Vec<_> = call
        .state
        .issues
        .values()
        .filter(|issue| wanted == "all" || (wanted == "open") == issue.open)
        .filter(|issue| labels.iter().all(|label| issue.labels.iter().any(|mine| mine.eq_ignore_ascii_case(label))))
        .filter(|issue| since.is_none_or(|since| issue.updated_at >= since))
        .filter(|issue| call.asked("creator").is_none_or(|login| issue.by.eq_ignore_ascii_case(login)))
        .filter(|issue| match call.asked("assignee") {
            Option::None | Some("*") => true,
            Some("none") => issue.assignees.is_empty(),
            Some(login) => issue.assignees.iter().any(|mine| mine.eq_ignore_ascii_case(login)),
        })
        .collect();
    match call.asked("sort") {
        Some("updated") => found.sort_by_key(|issue| issue.updated_at),
        _ => found.sort_by_key(|issue| issue.created_at),
    }
    if call.asked("direction").unwrap_or("desc") == "desc" {
        found.reverse();
    }
    Ok(Reply::List(found.iter().map(|issue| call.state.say_issue(issue.number)).collect()))
}

fn checked_text(resource: &str, text: &str) -> Result<(), Refusal> {
    if text.chars().count() > MOST_TEXT {
        return Err(invalid(resource, "body", "body is too long (maximum is 65536 characters)"));
    }
    Ok(())
}

fn checked_issue(call: &Call<'_>) -> Result<(), Refusal> {
    if let Some(title) = call.text("title") {
        if title.trim().is_empty() {
            return Err(invalid("Issue", "title", "title can't be blank"));
        }
        if title.chars().count() > MOST_TITLE {
            return Err(invalid("Issue", "title", "title is too long (maximum is 256 characters)"));
        }
    }
    checked_text("Issue", call.text("body").unwrap_or_default())?;
    let assignees = call.list("assignees");
    if assignees.len() > 10 {
        return Err(invalid("Issue", "assignees", "at most 10"));
    }
    if assignees
        .iter()
        .any(|login| call.state.user(login).is_none_or(|user| user.gone) || call.state.role(login).1 == "none")
    {
        return Err(invalid("Issue", "assignees", "assignees is invalid"));
    }
    Ok(())
}

fn open(call: &mut Call<'_>) -> Answer {
    checked_issue(call)?;
    let me = call.me();
    let (title, body) =
        (call.text("title").unwrap_or_default().to_owned(), call.text("body").unwrap_or_default().to_owned());
    let (labels, assignees) = (call.list("labels"), call.list("assignees"));
    let number = call.state.open_issue(&me, &title, &body);
    let via_app = call.who.kind != TokenKind::Person;
    call.state.issues.get_mut(&number).expect("just opened").via_app = via_app;
    for label in labels {
        call.state.add_label(&me, number, &label);
    }
    assign(call, number, assignees);
    Ok(Reply::One(201, call.state.say_issue(number)))
}

fn assign(call: &mut Call<'_>, number: u64, logins: Vec<String>) {
    for login in &logins {
        if !call.state.issues[&number].assignees.contains(login) {
            let user = call.state.say_user(login);
            let me = call.me();
            call.state.happened(number, &me, "assigned", json!({"assignee": user}));
        }
    }
    call.state.issues.get_mut(&number).expect("an issue").assignees = logins;
}

fn get(call: &mut Call<'_>) -> Answer {
    let number = number(call)?;
    allowed(call, number, Read)?;
    Ok(Reply::One(200, call.state.say_issue(number)))
}

fn edit(call: &mut Call<'_>) -> Answer {
    let number = number(call)?;
    allowed(call, number, Write)?;
    checked_issue(call)?;
    let me = call.me();
    call.state.tick();
    if let Some(title) = call.text("title").map(str::to_owned) {
        let old = std::mem::replace(&mut call.state.issues.get_mut(&number).expect("it").title, title.clone());
        if old != title {
            call.state.happened(number, &me, "renamed", json!({"rename": {"from": old, "to": title}}));
        }
    }
    if let Some(body) = call.text("body").map(str::to_owned) {
        call.state.issues.get_mut(&number).expect("it").body = body;
    }
    if call.body["labels"].is_array() {
        let wanted = call.list("labels");
        for label in call.state.issues[&number].labels.clone().iter().filter(|label| !wanted.contains(label)) {
            call.state.take_label(&me, number, label);
        }
        for label in wanted {
            call.state.add_label(&me, number, &label);
        }
    }
    if call.body["assignees"].is_array() {
        assign(call, number, call.list("assignees"));
    }
    if let Some(state) = call.text("state").map(str::to_owned) {
        let reason = call.text("state_reason").map(str::to_owned);
        call.state.set_open(&me, number, state == "open", reason.as_deref());
    }
    let now = call.state.now;
    call.state.issues.get_mut(&number).expect("it").updated_at = now;
    Ok(Reply::One(200, call.state.say_issue(number)))
}

fn comments(call: &mut Call<'_>) -> Answer {
    let number = number(call)?;
    allowed(call, number, Read)?;
    let since: Option<jiff::Timestamp> = call.asked("since").and_then(|since| since.parse().ok());
    let mine = call.state.comments.values().filter(|comment| comment.issue == number);
    let recent = mine.filter(|comment| since.is_none_or(|since| comment.updated_at >= since));
    Ok(Reply::List(recent.map(|comment| call.state.say_comment(comment)).collect()))
}

fn comment(call: &mut Call<'_>) -> Answer {
    let number = number(call)?;
    allowed(call, number, Write)?;
    let body = call.text("body").unwrap_or_default().to_owned();
    if body.trim().is_empty() {
        return Err(invalid("IssueComment", "body", "body can't be blank"));
    }
    checked_text("IssueComment", &body)?;
    let (me, via_app) = (call.me(), call.who.kind != TokenKind::Person);
    let id = call.state.add_comment(&me, number, &body, via_app);
    Ok(Reply::One(201, call.state.say_comment(&call.state.comments[&id])))
}

fn comment_id(call: &Call<'_>) -> Result<u64, Refusal> {
    let id = call.number("comment_id");
    if call.state.comments.contains_key(&id) { Ok(id) } else { Err(not_found()) }
}

fn one_comment(call: &mut Call<'_>) -> Answer {
    let id = comment_id(call)?;
    Ok(Reply::One(200, call.state.say_comment(&call.state.comments[&id])))
}

fn edit_comment(call: &mut Call<'_>) -> Answer {
    let id = comment_id(call)?;
    allowed(call, call.state.comments[&id].issue, Write)?;
    let body = call.text("body").unwrap_or_default().to_owned();
    if body.trim().is_empty() {
        return Err(invalid("IssueComment", "body", "body can't be blank"));
    }
    checked_text("IssueComment", &body)?;
    let me = call.me();
    call.state.change_comment(&me, id, &body);
    Ok(Reply::One(200, call.state.say_comment(&call.state.comments[&id])))
}

fn labels(call: &mut Call<'_>) -> Answer {
    let number = number(call)?;
    Ok(Reply::List(call.state.say_labels(number)))
}

fn add_labels(call: &mut Call<'_>) -> Answer {
    let number = number(call)?;
    allowed(call, number, Write)?;
    let (me, labels) = (call.me(), call.list("labels"));
    if labels.iter().any(|label| label.chars().count() > 50 || label.contains(',')) {
        return Err(invalid("Label", "name", "name is too long (maximum is 50 characters)"));
    }
    for label in labels {
        call.state.add_label(&me, number, &label);
    }
    Ok(Reply::One(200, Value::Array(call.state.say_labels(number))))
}

fn take_label(call: &mut Call<'_>) -> Answer {
    let number = number(call)?;
    allowed(call, number, Write)?;
    let (me, name) = (call.me(), call.param("name").to_owned());
    if !call.state.take_label(&me, number, &name) {
        return Err(Refusal(
            404,
            json!({"message": "Label does not exist", "documentation_url": DOCS, "status": "404"}),
        ));
    }
    Ok(Reply::One(200, Value::Array(call.state.say_labels(number))))
}

fn timeline(call: &mut Call<'_>) -> Answer {
    let number = number(call)?;
    allowed(call, number, Read)?;
    Ok(Reply::List(call.state.say_timeline(number, call.git)))
}
