//! The words of the gate: what it says on a forge, and what it says it would do.
//!
//! Somebody reads these on a phone between two meetings: what it is, may it go, why, what am I to do, and with which words. So
//! every text begins with that, and folds the rest away. Each part has its own room, so that no flood of a stranger's names
//! crowds out who is asked. People who are asked are mentioned, once; every other name is code and pings nobody.

mod comment;
mod effect;
mod obligation;
mod parts;
mod plan;
mod request;
mod status;
mod summary;

pub use comment::pull_comment;
pub use effect::sentence as effect_words;
pub use obligation::{obligation_body, obligation_title};
pub use plan::{dry_run, dry_run_json, plan_schema};
pub use request::{request_body, request_decided, request_superseded, request_title};
pub use status::{status, status_failed};
pub use summary::{summary, summary_note};
