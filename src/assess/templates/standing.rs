//! Where a template stands in its life at a moment: whether it may be used at all, and why not.
//!
//! The rules of `policies/templates.rego` say the same about one change; a test holds the two together.

use super::{History, samples, unapproved};
use crate::model::{Config, DAY, Membership, Moment, Outcome, Sample, Template, TemplateStanding, TemplateState};

/// Somebody who must look at a template again hears of it so long before.
const SOON: i64 = 30 * DAY;

/// What keeps a template from being used at a moment, and what soon will. `looked` is what became of its samples.
pub fn standing(
    template: &Template,
    config: &Config,
    membership: &Membership,
    (outcomes, looked): (&[Outcome], &[Sample]),
    now: Moment,
) -> TemplateStanding {
    let history = History::of(template, outcomes, now);
    let mut against: Vec<(&'static str, String)> = Vec::new();
    if template.state != TemplateState::Published {
        against.push(("TPL_STATE", format!("it is {}", template.state.as_str())));
    }
    against.extend(unapproved(template, config, membership, now).map(|why| ("TPL_NOT_APPROVED", why)));
    if let Some(at) = template.not_before.filter(|at| now < *at) {
        against.push(("TPL_NOT_YET", format!("it may be used from {at}")));
    }
    if let Some(at) = template.expires_at.filter(|at| now >= *at) {
        against.push(("TPL_EXPIRED", format!("it expired at {at}")));
    }
    if let Some(at) = template.review_by.filter(|at| now >= at.plus(DAY)) {
        against.push(("TPL_REVIEW_DUE", format!("it had to be confirmed again by {}", at.date())));
    }
    let open = history.breaker().or_else(|| samples::belied(Some(looked)));
    against.extend(open.map(|why| ("TPL_BREAKER_OPEN", format!("its breaker is open: {why}"))));
    against.extend(history.used_up().map(|why| ("TPL_USAGE", why)));
    against
        .extend(samples::lacking(template, config.min_samples, Some(looked)).map(|fault| ("TPL_SAMPLES", fault.msg)));
    TemplateStanding { against, soon: soon(template, now), uses: history.count(), last_use: history.last() }
}

/// What ends within the next weeks and has not ended yet.
fn soon(template: &Template, now: Moment) -> Vec<String> {
    let near = |at: &Moment, end: Moment| now < end && *at <= now.plus(SOON);
    let expires = template.expires_at.filter(|at| near(at, *at)).map(|at| format!("it expires at {at}"));
    let review = template.review_by.filter(|at| near(at, at.plus(DAY)));
    let review = review.map(|at| format!("it must be confirmed again by {}", at.date()));
    expires.into_iter().chain(review).collect()
}
