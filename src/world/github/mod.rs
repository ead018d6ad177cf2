//! GitHub, asked and told in verbs of our own.
//!
//! One run asks one repository, one request after another. Reads are repeated as [`retry`] says until they are
//! answered or the time is up; a write whose answer was lost is looked for before it is sent again, so that nothing is
//! done twice. Lists are read to their end or not at all. The token goes to the host of the API's base and to no other.
//!
//! Not supported: an HTTP proxy between here and GitHub. Private certificates are taken from the system, or from
//! `SSL_CERT_FILE`.

mod address;
mod ask;
mod change;
mod checks;
mod error;
mod graphql;
mod lists;
mod lookback;
pub mod pages;
mod past;
mod people;
mod reads;
pub mod retry;
mod state;
mod transport;
pub mod wire;
mod writes;

pub use address::segment;
pub use change::Between;
pub use error::{ForgeError, ForgeErrorKind};
pub use state::{ForgeObjects, ForgeTree};

use crate::model::{Account, Known, RepoName};
use address::Base;
use secrecy::{ExposeSecret, SecretString};
use std::cell::{Cell, OnceCell};
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};
use transport::Transport;

/// The furthest deadline: beyond it, adding to a moment may overflow.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// Where GitHub is, and as whom it is asked.
#[derive(Clone, Debug)]
pub struct Access {
    /// The base of the API: `https://api.github.com`, `https://github.example.com/api/v3`.
    pub api: String,
    /// Where GraphQL is: `https://api.github.com/graphql`, `https://github.example.com/api/graphql`.
    pub graphql: String,
    /// As whom.
    pub token: Token,
    /// The repository everything is about.
    pub repository: RepoName,
    /// How long is waited for what.
    pub patience: Patience,
}

/// A secret that opens the API. It is never printed.
#[derive(Clone)]
pub struct Token(SecretString);

impl Token {
    /// Takes the token, without the white space around it.
    pub fn new(text: &str) -> Self {
        Self(SecretString::from(text.trim()))
    }

    /// The command that makes a runner hide it in its log: for a token that GitHub did not hand out itself.
    pub fn mask(&self) -> String {
        super::actions::mask(self.expose())
    }

    fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// How long is waited for what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For one whole answer.
    pub request: Duration,
    /// For everything, from [`GitHub::new`] or the last [`GitHub::renew`] on, waits included.
    pub deadline: Duration,
    /// Before the first repetition; doubled with each.
    pub backoff: Duration,
    /// Between two writes.
    pub write_gap: Duration,
    /// After a secondary limit that names no time; doubled with each.
    pub secondary: Duration,
    /// Before it is looked whether a write whose answer was lost was done, and between the two looks: GitHub may show an
    /// old list for a while.
    pub settle: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            request: Duration::from_secs(30),
            deadline: Duration::from_secs(300),
            backoff: Duration::from_millis(500),
            write_gap: Duration::from_secs(1),
            secondary: Duration::from_secs(60),
            settle: Duration::from_secs(2),
        }
    }
}

/// One repository on GitHub.
pub struct GitHub {
    transport: Transport,
    base: Base,
    graphql: String,
    repository: RepoName,
    patience: Patience,
    end: Cell<Instant>,
    wrote: Cell<Option<Instant>>,
    requests: Cell<u64>,
    /// Keeps many runs that start together from repeating together.
    seed: u64,
    viewer: OnceCell<Known<Account>>,
}

impl GitHub {
    /// A client that has asked nothing yet.
    pub fn new(access: Access) -> Result<Self, ForgeError> {
        let base = Base::parse(&access.api)?;
        let graphql = Base::parse(&access.graphql)?;
        if graphql.origin() != base.origin() {
            let why = "the addresses of the API and of GraphQL name two hosts, and the token goes to one".to_owned();
            return Err(ForgeError::Unusable { why });
        }
        Ok(Self {
            transport: Transport::new(&access.token, access.patience.connect)?,
            base,
            graphql: graphql.text(),
            repository: access.repository,
            patience: access.patience,
            end: Cell::new(Instant::now() + access.patience.deadline.min(LONGEST)),
            wrote: Cell::new(None),
            requests: Cell::new(0),
            seed: RandomState::new().hash_one(0),
            viewer: OnceCell::new(),
        })
    }

    /// How many requests were sent so far, repetitions and redirections included.
    pub fn requests(&self) -> u64 {
        self.requests.get()
    }

    /// Starts the time of [`Patience::deadline`] anew: before each look of somebody who looks again and again.
    pub fn renew(&self) {
        self.end.set(Instant::now() + self.patience.deadline.min(LONGEST));
    }

    /// The path of what belongs to the repository, below the API's base: `repos/OWNER/NAME/REST`.
    pub fn of_repository(&self, rest: &str) -> String {
        let RepoName { owner, name } = &self.repository;
        let slash = if rest.is_empty() { "" } else { "/" };
        format!("repos/{}/{}{slash}{rest}", segment(owner), segment(name))
    }
}

impl fmt::Debug for GitHub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GitHub({} at {})", self.repository, self.base.text())
    }
}
