//! Two commits compared.

use super::super::state::Level::*;
use super::*;

pub const ROUTES: Table =
    &[Route { name: "GET /repos/{owner}/{repo}/compare/{basehead}", needs: &[("contents", Read)], handler: compare }];

/// What one answer has of commits, unless pages are asked for; and of files, on the first page alone.
const MOST_COMMITS: usize = 250;
const MOST_FILES: usize = 300;

fn compare(call: &mut Call<'_>) -> Answer {
    let (base, head) = call.param("basehead").split_once("...").ok_or_else(not_found)?;
    let base = call.commit_named(base).ok_or_else(not_found)?;
    let head = call.commit_named(head).ok_or_else(not_found)?;
    let Some(merge_base) = call.git.merge_base(&base, &head) else {
        return Err(Refusal(
            404,
            json!({"message": "No common ancestor between the two commits.", "documentation_url": DOCS, "status": "404"}),
        ));
    };
    let ahead = call.git.between(&base, &head);
    let behind = call.git.between(&head, &base).len();
    let number = |name: &str| call.asked(name).and_then(|text| text.parse::<usize>().ok());
    let page = number("page").unwrap_or(1).max(1);
    let size = number("per_page").unwrap_or(MOST_COMMITS).clamp(1, 100.max(MOST_COMMITS));
    let pages = ahead.len().div_ceil(size).max(1);
    let say = |sha: &str| call.state.say_commit(&call.git.commit(sha).expect("a commit"));
    let commits: Vec<Value> = ahead.iter().skip((page - 1) * size).take(size).map(|sha| say(sha)).collect();
    let rows = if page == 1 { call.git.rows(&merge_base, &head).unwrap_or_default() } else { vec![] };
    let files: Vec<Value> = rows.iter().take(MOST_FILES).map(|row| call.state.say_row(row, &head)).collect();
    let status = match (ahead.len(), behind) {
        (0, 0) => "identical",
        (_, 0) => "ahead",
        (0, _) => "behind",
        _ => "diverged",
    };
    let said = json!({
        "base_commit": say(&base), "merge_base_commit": say(&merge_base), "status": status, "ahead_by": ahead.len(),
        "behind_by": behind, "total_commits": ahead.len(), "commits": commits, "files": files,
    });
    Ok(Reply::Page(said, pages))
}
