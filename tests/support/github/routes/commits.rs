//! Commits, what is in them, and their statuses.

use super::super::state::Level::*;
use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const CONTENTS: &[(&str, Level)] = &[("contents", Read)];

pub const ROUTES: Table = &[
    Route { name: "GET /repos/{owner}/{repo}/commits/{ref}", needs: CONTENTS, handler: get },
    Route { name: "GET /repos/{owner}/{repo}/commits/{ref}/statuses", needs: &[("statuses", Read)], handler: statuses },
    Route { name: "POST /repos/{owner}/{repo}/statuses/{sha}", needs: &[("statuses", Write)], handler: status },
    Route { name: "GET /repos/{owner}/{repo}/contents/{path}", needs: CONTENTS, handler: contents },
    Route { name: "GET /repos/{owner}/{repo}/git/blobs/{file_sha}", needs: CONTENTS, handler: blob },
    Route { name: "GET /repos/{owner}/{repo}/git/ref/{ref}", needs: CONTENTS, handler: reference },
    Route { name: "GET /repos/{owner}/{repo}/git/trees/{tree_sha}", needs: CONTENTS, handler: tree },
];

/// The most statuses of one context on one commit.
const MOST_STATUSES: usize = 1000;

fn found(call: &Call<'_>, name: &str) -> Result<String, Refusal> {
    let given = call.param(name);
    call.commit_named(given).ok_or_else(|| refused(&format!("No commit found for SHA: {given}")))
}

fn get(call: &mut Call<'_>) -> Answer {
    let sha = found(call, "ref")?;
    let commit = call.git.commit(&sha).ok_or_else(not_found)?;
    let mut said = call.state.say_commit(&commit);
    let empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
    let old = commit.parents.first().map_or(empty, String::as_str);
    let rows = call.git.rows(old, &sha).unwrap_or_default();
    let sum = |count: fn(&super::super::git::Row) -> u64| rows.iter().map(count).sum::<u64>();
    said["stats"] = json!({"additions": sum(|row| row.added), "deletions": sum(|row| row.removed), "total": sum(|row| row.added + row.removed)});
    said["files"] = rows.iter().take(300).map(|row| call.state.say_row(row, &sha)).collect();
    Ok(Reply::One(200, said))
}

fn statuses(call: &mut Call<'_>) -> Answer {
    let sha = call.commit_named(call.param("ref")).ok_or_else(not_found)?;
    let mine = call.state.statuses.iter().rev().filter(|status| status.sha == sha);
    Ok(Reply::List(mine.map(|status| call.state.say_status(status)).collect()))
}

fn status(call: &mut Call<'_>) -> Answer {
    let sha = found(call, "sha")?;
    let context = call.text("context").unwrap_or("default").to_owned();
    let description = call.text("description").map(str::to_owned);
    if description.as_ref().is_some_and(|text| text.chars().count() > 140) {
        return Err(invalid("Status", "description", "description is too long (maximum is 140 characters)"));
    }
    if context.chars().count() > 255 {
        return Err(invalid("Status", "context", "context is too long (maximum is 255 characters)"));
    }
    if call.state.statuses.iter().filter(|status| status.sha == sha && status.context == context).count()
        >= MOST_STATUSES
    {
        return Err(invalid("Status", "base", "This SHA and context has reached the maximum number of statuses."));
    }
    let state = call.text("state").unwrap_or_default().to_owned();
    let (me, target) = (call.me(), call.text("target_url").filter(|target| !target.is_empty()).map(str::to_owned));
    call.state.add_status(&me, &sha, &context, &state, description.as_deref());
    let status = call.state.statuses.last_mut().expect("just added");
    status.target = target;
    let status = status.clone();
    Ok(Reply::One(201, call.state.say_status(&status)))
}

fn contents(call: &mut Call<'_>) -> Answer {
    let main = call.state.default_branch.clone();
    let commit = call.commit_named(call.asked("ref").unwrap_or(&main)).ok_or_else(not_found)?;
    let path = call.param("path").trim_matches('/').to_owned();
    let (kind, sha, mode) = call.git.at(&commit, &path).ok_or_else(not_found)?;
    let entry = |path: &str, kind: &str, sha: &str, size: usize| {
        let url = call.state.url(&format!("contents/{path}"));
        json!({"type": kind, "size": size, "name": path.rsplit('/').next(), "path": path, "sha": sha, "url": url,
            "git_url": url, "html_url": url, "download_url": url, "_links": {"git": url, "html": url, "self": url}})
    };
    if kind == "tree" {
        let (_, entries) = call.git.tree(&sha, false).ok_or_else(not_found)?;
        let named = |entry: &Value| match entry["type"].as_str() {
            Some("tree") => "dir",
            Some("commit") => "submodule",
            _ if entry["mode"] == "120000" => "symlink",
            _ => "file",
        };
        let all = entries.iter().take(1000).map(|found| {
            let path = format!("{path}/{}", found["path"].as_str().unwrap_or_default());
            entry(
                &path,
                named(found),
                found["sha"].as_str().unwrap_or_default(),
                found["size"].as_u64().unwrap_or(0) as usize,
            )
        });
        return Ok(Reply::One(200, all.collect()));
    }
    let bytes = call.git.blob(&sha).ok_or_else(not_found)?;
    let mut said = entry(&path, if mode == "120000" { "symlink" } else { "file" }, &sha, bytes.len());
    if mode == "120000" {
        said["target"] = String::from_utf8_lossy(&bytes).into();
    } else if bytes.len() > 1_000_000 {
        said["encoding"] = "none".into();
        said["content"] = "".into();
    } else {
        said["encoding"] = "base64".into();
        said["content"] = wrapped(&bytes).into();
    }
    Ok(Reply::One(200, said))
}

/// GitHub breaks lines of base64 at 60.
fn wrapped(bytes: &[u8]) -> String {
    let plain = STANDARD.encode(bytes);
    let lines = plain.as_bytes().chunks(60).map(|line| format!("{}\n", String::from_utf8_lossy(line)));
    lines.collect()
}

fn blob(call: &mut Call<'_>) -> Answer {
    let sha = call.param("file_sha").to_owned();
    let bytes = call.git.blob(&sha).ok_or_else(not_found)?;
    if bytes.len() > 100_000_000 {
        return Err(forbidden("This API returns blobs up to 100 MB in size."));
    }
    let url = call.state.url(&format!("git/blobs/{sha}"));
    let node = format!("B_{sha}");
    Ok(Reply::One(
        200,
        json!({"sha": sha, "node_id": node, "size": bytes.len(), "url": url, "content": wrapped(&bytes), "encoding": "base64"}),
    ))
}

fn reference(call: &mut Call<'_>) -> Answer {
    let name = call.param("ref").to_owned();
    let sha = match name.strip_prefix("heads/") {
        Some(branch) => call.state.branches.get(branch).cloned(),
        Option::None => call.git.resolve(&format!("refs/{name}")),
    };
    let sha = sha.ok_or_else(not_found)?;
    let url = call.state.url(&format!("git/refs/{name}"));
    let object = json!({"type": "commit", "sha": sha, "url": call.state.url(&format!("git/commits/{sha}"))});
    Ok(Reply::One(
        200,
        json!({"ref": format!("refs/{name}"), "node_id": format!("REF_{name}"), "url": url, "object": object}),
    ))
}

fn tree(call: &mut Call<'_>) -> Answer {
    let given = call.param("tree_sha").to_owned();
    let wanted = call.state.branches.get(&given).cloned().unwrap_or(given);
    let hex = wanted.len() >= 40 && wanted.bytes().all(|byte| byte.is_ascii_hexdigit());
    let found = if hex { call.git.tree(&wanted, call.query.contains_key("recursive")) } else { Option::None };
    let (sha, mut entries) = found.ok_or_else(not_found)?;
    let truncated = entries.len() > call.state.most_entries || call.state.truncated_trees;
    entries.truncate(call.state.most_entries);
    for entry in &mut entries {
        if entry["type"] != "commit" {
            let place = if entry["type"] == "tree" { "trees" } else { "blobs" };
            entry["url"] = call.state.url(&format!("git/{place}/{}", entry["sha"].as_str().unwrap_or_default())).into();
        }
    }
    let url = call.state.url(&format!("git/trees/{sha}"));
    Ok(Reply::One(200, json!({"sha": sha, "url": url, "tree": entries, "truncated": truncated})))
}
