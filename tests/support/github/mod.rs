//! A GitHub that remembers: one repository and its people, over HTTP on 127.0.0.1. See `README.md` beside this file.
//!
//! ```ignore
//! let git = Git::new(repo.path());
//! let mut state = State::new("acme/shop", &git);
//! state.person("ann", "write");
//! state.team("payments", &["bob"]);
//! let fake = Fake::start(state, git);
//! let pull = fake.open("ann", "topic", "main", "Raise the limit");
//! // … the program under test asks `fake.api()` with `State::APP` …
//! fake.finish();
//! ```

#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a part of the tests: each uses its own part, and it stops where it fails"
)]

pub mod contract;
pub mod events;
pub mod faults;
pub mod git;
pub mod graphql;
pub mod journal;
pub mod people;
pub mod render;
pub mod routes;
pub mod scenario;
pub mod server;
pub mod state;

pub use faults::{Fault, Trouble};
pub use git::Git;
pub use journal::Entry;
pub use state::State;

use serde_json::{Value, json};
use std::collections::VecDeque;
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many earlier states are kept for stale reads.
const MEMORY: usize = 8;

/// What the server and its tests share.
pub struct Shared {
    state: Mutex<State>,
    earlier: Mutex<VecDeque<State>>,
    git: Git,
    faults: Mutex<Vec<Fault>>,
    journal: Mutex<Vec<Entry>>,
    violations: Mutex<Vec<String>>,
    stopped: AtomicBool,
    port: u16,
}

impl Shared {
    /// The trouble that a request meets. Every fault counts it.
    fn meet(&self, method: &str, path: &str) -> Option<Trouble> {
        let met: Vec<Trouble> = locked(&self.faults).iter_mut().filter_map(|fault| fault.meets(method, path)).collect();
        met.into_iter().next()
    }

    fn violation(&self, what: String) {
        locked(&self.violations).push(what);
    }

    fn remember(&self, state: State) {
        let mut earlier = locked(&self.earlier);
        earlier.push_front(state);
        earlier.truncate(MEMORY);
    }

    /// The state before the last `writes` writes, as far as it is remembered.
    fn earlier(&self, writes: usize) -> Option<State> {
        let earlier = locked(&self.earlier);
        earlier.get(writes.saturating_sub(1)).or_else(|| earlier.back()).cloned()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Everything at one moment.
pub struct Kept {
    state: State,
    earlier: VecDeque<State>,
}

/// The stand-in, running. Dropped, it stops; a violation that nobody looked at fails the test.
pub struct Fake {
    shared: Arc<Shared>,
    owner: bool,
}

impl Fake {
    /// Starts it on a free port.
    pub fn start(state: State, git: Git) -> Self {
        Self::start_at(state, git, "")
    }

    /// The same as an Enterprise Server: REST below `/api/v3`, GraphQL at `/api/graphql`.
    pub fn start_enterprise(state: State, git: Git) -> Self {
        Self::start_at(state, git, "/api/v3")
    }

    fn start_at(mut state: State, git: Git, prefix: &'static str) -> Self {
        // Reading it takes a moment, which no request should wait for.
        contract::Contract::get();
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().unwrap().port();
        state.home = format!("http://127.0.0.1:{port}");
        state.prefix = prefix;
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            earlier: Mutex::default(),
            git,
            faults: Mutex::default(),
            journal: Mutex::default(),
            violations: Mutex::default(),
            stopped: AtomicBool::new(false),
            port,
        });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || server::listen(&listener, &serving));
        Self { shared, owner: true }
    }

    /// Another hand on the same one, which stops nothing when it goes.
    fn over(shared: &Arc<Shared>) -> Self {
        Self { shared: Arc::clone(shared), owner: false }
    }

    pub fn port(&self) -> u16 {
        self.shared.port
    }

    /// For `GITHUB_SERVER_URL`.
    pub fn home(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    /// For `GITHUB_API_URL`.
    pub fn api(&self) -> String {
        format!("{}{}", self.home(), self.with(|state| state.prefix))
    }

    /// For `GITHUB_GRAPHQL_URL`.
    pub fn graphql(&self) -> String {
        format!("{}{}/graphql", self.home(), if self.with(|state| state.prefix.is_empty()) { "" } else { "/api" })
    }

    /// Looks at what is remembered, or changes it.
    pub fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut locked(&self.shared.state))
    }

    /// The same with git; the state before it is remembered for stale reads.
    fn write<T>(&self, act: impl FnOnce(&mut State, &Git) -> T) -> T {
        let mut state = locked(&self.shared.state);
        self.shared.remember(state.clone());
        act(&mut state, &self.shared.git)
    }

    pub fn git(&self) -> &Git {
        &self.shared.git
    }

    /// Something will go wrong.
    pub fn fault(&self, fault: Fault) {
        locked(&self.shared.faults).push(fault);
    }

    /// Everything that is remembered, to come back to.
    pub fn keep(&self) -> Kept {
        Kept { state: self.with(|state| state.clone()), earlier: locked(&self.shared.earlier).clone() }
    }

    /// Comes back to it: nothing happened since, and nothing goes wrong.
    pub fn back_to(&self, kept: &Kept) {
        self.mend();
        self.clear_journal();
        self.with(|state| state.clone_from(&kept.state));
        locked(&self.shared.earlier).clone_from(&kept.earlier);
    }

    /// Nothing goes wrong any more; rights that were lost stay lost.
    pub fn mend(&self) {
        locked(&self.shared.faults).clear();
    }

    /// Every request so far.
    pub fn journal(&self) -> Vec<Entry> {
        locked(&self.shared.journal).clone()
    }

    /// The same for people, one a line.
    pub fn log(&self) -> String {
        self.journal().iter().map(|entry| entry.line() + "\n").collect()
    }

    /// Forgets the requests so far.
    pub fn clear_journal(&self) {
        locked(&self.shared.journal).clear();
    }

    /// How many requests read.
    pub fn reads(&self) -> usize {
        self.journal().iter().filter(|entry| entry.is_read()).count()
    }

    /// How many requests changed something.
    pub fn writes(&self) -> usize {
        self.journal().iter().filter(|entry| entry.wrote()).count()
    }

    /// How many calls to ask for reviews were carried out.
    pub fn review_requests(&self) -> usize {
        self.journal().iter().filter(|entry| entry.wrote() && entry.path.ends_with("/requested_reviewers")).count()
    }

    /// The comments that hold a text, oldest first.
    pub fn comments_with(&self, marker: &str) -> Vec<state::Comment> {
        self.with(|state| state.comments.values().filter(|comment| comment.body.contains(marker)).cloned().collect())
    }

    /// The issues that hold a text; no pull requests.
    pub fn issues_with(&self, marker: &str) -> Vec<state::Issue> {
        self.with(|state| {
            let issues = state.issues.values().filter(|issue| !state.pulls.contains_key(&issue.number));
            issues.filter(|issue| issue.body.contains(marker)).cloned().collect()
        })
    }

    /// The statuses of a context on a commit, newest first.
    pub fn statuses(&self, sha: &str, context: &str) -> Vec<state::Status> {
        self.with(|state| {
            let all = state.statuses.iter().rev();
            all.filter(|status| status.sha == sha && status.context == context).cloned().collect()
        })
    }

    /// Takes what the description did not allow.
    pub fn violations(&self) -> Vec<String> {
        std::mem::take(&mut *locked(&self.shared.violations))
    }

    /// Everything, for people and other programs.
    pub fn dump(&self) -> Value {
        let journal: Vec<Value> = self.journal().iter().map(Entry::json).collect();
        let violations = locked(&self.shared.violations).clone();
        let git = self.git().clone();
        self.with(|state| {
            let statuses: Vec<Value> = state
                .statuses
                .iter()
                .map(|status| {
                    let mut said = state.say_status(status);
                    said["sha"] = status.sha.clone().into();
                    said
                })
                .collect();
            let deployments: Vec<Value> = state
                .deployments
                .values()
                .map(|one| {
                    let mut said = state.say_deployment(one);
                    said["statuses"] =
                        one.statuses.iter().map(|status| state.say_deployment_status(one, status)).collect();
                    said
                })
                .collect();
            json!({
                "pulls": state.pulls.keys().map(|number| state.say_pull(*number, &git)).collect::<Vec<_>>(),
                "issues": state.issues.keys().map(|number| state.say_issue(*number)).collect::<Vec<_>>(),
                "comments": state.comments.values().map(|comment| state.say_comment(comment)).collect::<Vec<_>>(),
                "statuses": statuses,
                "deployments": deployments,
                "runs": state.runs.values().map(|run| state.say_run(run)).collect::<Vec<_>>(),
                "journal": journal,
                "violations": violations,
            })
        })
    }

    /// Stops, and fails if anything was asked or answered that GitHub's description does not know.
    #[track_caller]
    pub fn finish(self) {
        let violations = self.violations();
        assert!(violations.is_empty(), "against GitHub's description:\n{}", violations.join("\n"));
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        if !self.owner {
            return;
        }
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the listener up, so that it sees it.
        drop(TcpStream::connect(("127.0.0.1", self.port())));
        let violations = self.violations();
        if !std::thread::panicking() {
            assert!(violations.is_empty(), "against GitHub's description:\n{}", violations.join("\n"));
        }
    }
}
