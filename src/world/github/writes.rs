//! What is done on GitHub. Each verb returns once it is certain that it was done, and done once.

use super::ask::{Asked, LARGEST};
use super::error::ForgeError;
use super::retry::Habit;
use super::wire;
use super::{GitHub, segment};
use crate::model::{Account, CommitId, Deployment, Issue, Remark, StatusState};
use http::Method;
use serde_json::{Value, json};

/// Characters of an issue's title.
const TITLE: usize = 256;
/// Characters of a comment, or of an issue's text.
const BODY: usize = 65_536;
/// Characters of a description.
const DESCRIPTION: usize = 140;

/// What can be done again without harm.
impl GitHub {
    /// Gives a comment another text.
    pub fn edit_comment(&self, id: u64, body: &str) -> Result<Remark, ForgeError> {
        let asked = self.change(Method::PATCH, &format!("issues/comments/{id}"), json!({ "body": body }));
        self.fits(&asked, &[("the comment", body, BODY)])?;
        wire::one::<wire::WireRemark>(&self.name(&asked), self.answer(&asked)?.json)
    }

    /// Asks people and teams to review. Who is asked already is not asked again.
    pub fn request_reviewers(&self, number: u64, people: &[String], teams: &[String]) -> Result<(), ForgeError> {
        if people.is_empty() && teams.is_empty() {
            return Ok(());
        }
        let body = json!({ "reviewers": people, "team_reviewers": teams });
        self.do_it(&self.change(Method::POST, &format!("pulls/{number}/requested_reviewers"), body))
    }

    /// Puts labels on a pull request or an issue.
    pub fn add_labels(&self, number: u64, labels: &[String]) -> Result<(), ForgeError> {
        if labels.is_empty() {
            return Ok(());
        }
        self.do_it(&self.change(Method::POST, &format!("issues/{number}/labels"), json!({ "labels": labels })))
    }

    /// Takes a label off. One that is not there is off.
    pub fn remove_label(&self, number: u64, label: &str) -> Result<(), ForgeError> {
        let path = format!("issues/{number}/labels/{}", segment(label));
        match self.do_it(&self.change(Method::DELETE, &path, Value::Null)) {
            Err(ForgeError::NotFound { .. }) => Ok(()),
            done => done,
        }
    }

    /// Gives an issue another text.
    pub fn edit_issue(&self, number: u64, body: &str) -> Result<(), ForgeError> {
        let asked = self.change(Method::PATCH, &format!("issues/{number}"), json!({ "body": body }));
        self.fits(&asked, &[("the text", body, BODY)])?;
        self.do_it(&asked)
    }

    /// Closes an issue: done, or not needed any more.
    pub fn close_issue(&self, number: u64, completed: bool) -> Result<(), ForgeError> {
        let reason = if completed { "completed" } else { "not_planned" };
        let body = json!({ "state": "closed", "state_reason": reason });
        self.do_it(&self.change(Method::PATCH, &format!("issues/{number}"), body))
    }
}

/// What must be done once: if the answer is lost, it is looked for.
impl GitHub {
    /// Posts a status on a commit.
    pub fn create_status(
        &self,
        commit: &CommitId,
        context: &str,
        state: StatusState,
        description: &str,
        target: Option<&str>,
    ) -> Result<(), ForgeError> {
        let mut body = json!({ "context": context, "state": state.as_str(), "description": description });
        put(&mut body, "target_url", target);
        let asked = self.creation(&format!("statuses/{}", segment(&commit.0)), body);
        self.fits(&asked, &[("the description", description, DESCRIPTION), ("the context", context, 255)])?;
        self.once(&asked, |_| Ok(()), || self.has_status(commit, context, state, description, target))
    }

    /// Writes a comment below a pull request or an issue. `marker` is a part of it that no other has, `by` whose token
    /// this is.
    pub fn create_comment(&self, number: u64, body: &str, marker: &str, by: &Account) -> Result<Remark, ForgeError> {
        let asked = self.creation(&format!("issues/{number}/comments"), json!({ "body": body }));
        self.fits(&asked, &[("the comment", body, BODY)])?;
        let name = self.name(&asked);
        let read = |json| wire::one::<wire::WireRemark>(&name, json);
        let remark = self.once(&asked, read, || self.has_comment(number, marker, by))?;
        if remark.body.contains(marker) && remark.body != body && !same_lines(&remark.body, body) {
            return self.edit_comment(remark.id, body);
        }
        Ok(remark)
    }

    /// Opens an issue. `marker` is a part of its text that no other has, `by` whose token this is.
    pub fn open_issue(
        &self,
        title: &str,
        body: &str,
        marker: &str,
        labels: &[String],
        assignees: &[String],
        by: &Account,
    ) -> Result<Issue, ForgeError> {
        let fields = json!({ "title": title, "body": body, "labels": labels, "assignees": assignees });
        let asked = self.creation("issues", fields);
        self.fits(&asked, &[("the title", title, TITLE), ("the text", body, BODY)])?;
        let name = self.name(&asked);
        self.once(&asked, |json| wire::one::<wire::WireIssue>(&name, json), || self.has_issue(marker, by))
    }

    /// Makes a deployment object. A description that no other deployment of this commit to this environment has lets it
    /// be told from them, should the answer be lost.
    pub fn create_deployment(
        &self,
        commit: &CommitId,
        environment: &str,
        description: &str,
    ) -> Result<Deployment, ForgeError> {
        // Nothing is merged by this, and the commit's own statuses do not stand in its way: ours is among them.
        let fields = json!({
            "ref": commit.0, "environment": environment, "description": description,
            "auto_merge": false, "required_contexts": [],
        });
        let asked = self.creation("deployments", fields);
        self.fits(&asked, &[("the description", description, DESCRIPTION)])?;
        let name = self.name(&asked);
        let read = |json| wire::one::<wire::WireDeployment>(&name, json);
        self.once(&asked, read, || self.has_deployment(commit, environment, description))
    }

    /// Says how a deployment stands, in GitHub's word.
    pub fn deployment_status(
        &self,
        id: u64,
        state: &str,
        description: &str,
        target: Option<&str>,
    ) -> Result<(), ForgeError> {
        let mut fields = json!({ "state": state, "description": description });
        put(&mut fields, "log_url", target);
        let asked = self.creation(&format!("deployments/{id}/statuses"), fields);
        self.fits(&asked, &[("the description", description, DESCRIPTION)])?;
        self.once(&asked, |_| Ok(()), || self.has_deployment_status(id, state, description))
    }

    /// Runs the failed jobs of a run again. A run that is under way already is left alone.
    pub fn rerun_failed(&self, run: u64) -> Result<(), ForgeError> {
        let asked = self.creation(&format!("actions/runs/{run}/rerun-failed-jobs"), json!({}));
        let before = self.run(run)?.ok_or_else(|| ForgeError::NotFound { what: self.name(&asked) })?;
        if before.status != "completed" {
            return Ok(());
        }
        match self.once(&asked, |_| Ok(()), || self.runs_again(run, before.attempt)) {
            // Somebody else was quicker: GitHub refuses to start what is under way.
            Err(error @ (ForgeError::Forbidden { .. } | ForgeError::Refused { .. })) => {
                self.runs_again(run, before.attempt)?.ok_or(error)
            }
            done => done,
        }
    }
}

impl GitHub {
    /// A change that may be made twice.
    fn change(&self, method: Method, path: &str, body: Value) -> Asked {
        let url = self.base.join(&self.of_repository(path));
        let body = (!body.is_null()).then(|| body.to_string());
        Asked { method, url, body, habit: Habit::Repeatable, limit: LARGEST }
    }

    /// A change that must be made once.
    fn creation(&self, path: &str, body: Value) -> Asked {
        Asked { habit: Habit::Once, ..self.change(Method::POST, path, body) }
    }

    fn do_it(&self, asked: &Asked) -> Result<(), ForgeError> {
        self.answer(asked).map(|_| ())
    }

    /// Refuses what GitHub would refuse, before it is sent.
    fn fits(&self, asked: &Asked, texts: &[(&str, &str, usize)]) -> Result<(), ForgeError> {
        for (what, text, most) in texts {
            let length = text.chars().count();
            if length > *most {
                let said = format!("{what} has {length} characters, and GitHub takes {most}");
                return Err(ForgeError::Refused { what: self.name(asked), status: 0, said });
            }
        }
        Ok(())
    }
}

/// Puts a field that may be missing into an object.
fn put(fields: &mut Value, key: &str, value: Option<&str>) {
    if let (Value::Object(fields), Some(value)) = (fields, value) {
        fields.insert(key.to_owned(), value.into());
    }
}

/// The same text, whatever GitHub made of its line ends and of the white space around it.
fn same_lines(one: &str, other: &str) -> bool {
    one.trim().lines().eq(other.trim().lines())
}
