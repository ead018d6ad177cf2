//! Reviews, comments, issues, what happened to them; blobs.

use super::change::WireLabel;
use super::people::WireUser;
use super::{Wire, commit_id, moment};
use crate::model::{Issue, PullReview, Remark, ReviewState, TimelineEvent};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// A review.
#[derive(Deserialize)]
pub(in crate::world::github) struct WireReview {
    id: u64,
    user: Option<WireUser>,
    state: String,
    commit_id: Option<String>,
    submitted_at: Option<String>,
    body: Option<String>,
}

impl Wire for WireReview {
    type Noun = PullReview;
    fn noun(self) -> Result<PullReview, String> {
        Ok(PullReview {
            id: self.id,
            by: WireUser::of(self.user),
            state: said(&self.state),
            commit: self.commit_id.as_deref().map(commit_id).transpose()?,
            at: moment(self.submitted_at.as_deref()),
            body: self.body.unwrap_or_default(),
        })
    }
}

/// What a review says. Events write it in small letters.
fn said(state: &str) -> ReviewState {
    match state.to_ascii_uppercase().as_str() {
        "APPROVED" => ReviewState::Approved,
        "CHANGES_REQUESTED" => ReviewState::ChangesRequested,
        "COMMENTED" => ReviewState::Commented,
        "DISMISSED" => ReviewState::Dismissed,
        _ => ReviewState::Pending,
    }
}

/// A comment.
#[derive(Deserialize)]
pub(in crate::world::github) struct WireRemark {
    id: u64,
    node_id: Option<String>,
    user: Option<WireUser>,
    body: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
    performed_via_github_app: Option<WireApp>,
    html_url: Option<String>,
}

#[derive(Deserialize)]
struct WireApp {
    slug: Option<String>,
}

impl Wire for WireRemark {
    type Noun = Remark;
    fn noun(self) -> Result<Remark, String> {
        Ok(Remark {
            id: self.id,
            node: self.node_id.unwrap_or_default(),
            by: WireUser::of(self.user),
            body: self.body.unwrap_or_default(),
            created_at: moment(self.created_at.as_deref()),
            updated_at: moment(self.updated_at.as_deref()),
            via_app: self.performed_via_github_app.map(|app| app.slug.unwrap_or_default()),
            url: self.html_url.unwrap_or_default(),
        })
    }
}

/// An issue, which may be a pull request.
#[derive(Deserialize)]
pub(in crate::world::github) struct WireIssue {
    number: u64,
    title: Option<String>,
    body: Option<String>,
    state: String,
    pull_request: Option<IgnoredAny>,
    user: Option<WireUser>,
    labels: Option<Vec<WireTag>>,
    assignees: Option<Vec<Option<WireUser>>>,
    created_at: Option<String>,
    closed_at: Option<String>,
    html_url: Option<String>,
}

/// A label: a word, or a record of it.
#[derive(Deserialize)]
#[serde(untagged)]
enum WireTag {
    Word(String),
    Label(WireLabel),
}

impl Wire for WireIssue {
    type Noun = Issue;
    fn noun(self) -> Result<Issue, String> {
        let label = |tag| match tag {
            WireTag::Word(word) => Some(word),
            WireTag::Label(label) => label.name,
        };
        let assignees = self.assignees.unwrap_or_default().into_iter().flatten();
        Ok(Issue {
            number: self.number,
            title: self.title.unwrap_or_default(),
            body: self.body.unwrap_or_default(),
            open: self.state == "open",
            is_pull: self.pull_request.is_some(),
            by: WireUser::of(self.user),
            labels: self.labels.unwrap_or_default().into_iter().filter_map(label).collect(),
            assignees: assignees.filter_map(WireUser::login).collect(),
            created_at: moment(self.created_at.as_deref()),
            closed_at: moment(self.closed_at.as_deref()),
            url: self.html_url.unwrap_or_default(),
        })
    }
}

/// Something that happened: each kind has fields of its own.
#[derive(Deserialize)]
pub(in crate::world::github) struct WireTimeline {
    event: Option<String>,
    actor: Option<WireUser>,
    user: Option<WireUser>,
    created_at: Option<String>,
    submitted_at: Option<String>,
    label: Option<WireLabel>,
    commit_id: Option<String>,
    sha: Option<String>,
    dismissed_review: Option<WireDismissed>,
}

/// The review that was taken back.
#[derive(Deserialize)]
struct WireDismissed {
    review_id: Option<u64>,
    state: Option<String>,
}

impl Wire for WireTimeline {
    type Noun = TimelineEvent;
    fn noun(self) -> Result<TimelineEvent, String> {
        let commit = self.commit_id.or(self.sha);
        Ok(TimelineEvent {
            kind: self.event.unwrap_or_default(),
            by: WireUser::of(self.actor).or_else(|| WireUser::of(self.user)),
            at: moment(self.created_at.as_deref()).or_else(|| moment(self.submitted_at.as_deref())),
            label: self.label.and_then(|label| label.name),
            commit: commit.and_then(|commit| commit_id(&commit).ok()),
            dismissed: self.dismissed_review.and_then(|review| Some((review.review_id?, said(&review.state?)))),
        })
    }
}

/// A file's content.
#[derive(Deserialize)]
pub(in crate::world::github) struct WireBlob {
    content: String,
    encoding: String,
    size: Option<u64>,
}

impl Wire for WireBlob {
    type Noun = Vec<u8>;
    fn noun(self) -> Result<Vec<u8>, String> {
        let bytes = match self.encoding.as_str() {
            "base64" => {
                let one_line: String = self.content.chars().filter(|c| !c.is_ascii_whitespace()).collect();
                STANDARD.decode(one_line).map_err(|_| "the content is no base64".to_owned())?
            }
            "utf-8" => self.content.into_bytes(),
            other => return Err(format!("the content is written as `{other}`")),
        };
        match self.size {
            Some(size) if size != bytes.len() as u64 => Err(format!("{} bytes of {size}", bytes.len())),
            _ => Ok(bytes),
        }
    }
}
