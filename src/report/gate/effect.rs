//! One effect as a sentence. Raw: whoever shows it puts it through the sink of its output.

use super::parts::short;
use crate::model::Effect;

/// What is to be done, in one line; raw.
pub fn sentence(effect: &Effect) -> String {
    match effect {
        Effect::Status { commit, context, state, description, .. } => {
            format!("post the status {context} on {}: {}, {description}", short(commit), state.as_str())
        }
        Effect::CreateComment { number, .. } => format!("comment on #{number}"),
        Effect::EditComment { id, .. } => format!("bring the comment {id} up to date"),
        Effect::RequestReviewers { number, people, teams } => {
            let all: Vec<&str> = people.iter().chain(teams).map(String::as_str).collect();
            format!("ask {} to review #{number}", all.join(", "))
        }
        Effect::AddLabels { number, labels } => format!("put {} on #{number}", labels.join(", ")),
        Effect::RemoveLabel { number, label } => format!("take {label} off #{number}"),
        Effect::OpenIssue { title, assignees, .. } if assignees.is_empty() => format!("open the issue {title}"),
        Effect::OpenIssue { title, assignees, .. } => {
            format!("open the issue {title}, assigned to {}", assignees.join(", "))
        }
        Effect::EditIssue { number, .. } => format!("bring the issue #{number} up to date"),
        Effect::CloseIssue { number, completed: true } => format!("close the issue #{number} as done"),
        Effect::CloseIssue { number, completed: false } => format!("close the issue #{number} as not needed any more"),
        Effect::CreateDeployment { commit, environment, description } => {
            format!("make a deployment of {} to {environment}: {description}", short(commit))
        }
        Effect::DeploymentStatus { id, state, description, .. } => {
            let which = id.map_or_else(|| "the new deployment".to_owned(), |id| format!("the deployment {id}"));
            format!("say of {which}: {state}, {description}")
        }
        Effect::Rerun { run } => format!("run the failed jobs of run {run} again"),
    }
}
