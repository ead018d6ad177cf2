//! One request of ours: sent as often as the rule of repetition says, until it is answered, refused or too late.

use super::GitHub;
use super::error::{ForgeError, plain};
use super::retry::{Attempt, Habit, Next, Seen, next};
use super::transport::{Fault, Request, Response};
use http::{HeaderMap, Method};
use serde_json::Value;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, Instant};

/// Bytes of one answer, at most. A recursive tree of 100,000 entries has about 30 MB.
pub(super) const LARGEST: usize = 64 << 20;

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) method: Method,
    /// A whole address.
    pub(super) url: String,
    pub(super) body: Option<String>,
    pub(super) habit: Habit,
    pub(super) limit: usize,
}

/// An answer that can be read.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) headers: HeaderMap,
    /// `null` where there was no body.
    pub(super) json: Value,
    /// It was given at another address than the one asked.
    pub(super) redirected: bool,
}

/// What became of a request.
pub(super) enum Got {
    /// It was answered.
    Answer(Answer),
    /// Nobody knows whether it was done, and why. Only of [`Habit::Once`].
    Doubt(String),
}

/// How one attempt went, with everything that is needed to tell of it.
enum Met {
    Answer { response: Response, json: Option<Value> },
    Fault(Fault),
}

impl GitHub {
    /// Sends it until the rule says to stop.
    pub(super) fn ask(&self, asked: &Asked) -> Result<Got, ForgeError> {
        let mut number = 0;
        let mut last = "the time was up before it was sent".to_owned();
        loop {
            number += 1;
            let Some(timeout) = self.wait_for_turn(asked) else { return Err(self.late(asked, last)) };
            let met = self.attempt(asked, timeout);
            let attempt = Attempt { number, left: self.left(), jitter: self.jitter(asked, number) };
            let message = met.message();
            last = met.why(&message);
            match next(asked.habit, attempt, met.seen(&message), &self.patience) {
                Next::Take => match met {
                    Met::Answer { response, json } => {
                        let Response { headers, redirected, .. } = response;
                        return Ok(Got::Answer(Answer { headers, json: json.unwrap_or(Value::Null), redirected }));
                    }
                    Met::Fault(_) => return Err(self.late(asked, last)),
                },
                Next::Again(wait) => std::thread::sleep(wait),
                Next::LookBack => return Ok(Got::Doubt(last)),
                Next::Refused => return Err(self.refused(asked, &met, &message)),
                Next::Unreadable => return Err(self.unreadable(asked, &met, last)),
                Next::Late => return Err(self.late(asked, last)),
            }
        }
    }

    /// Asks for something that is not changed by asking, or may be done again.
    pub(super) fn answer(&self, asked: &Asked) -> Result<Answer, ForgeError> {
        match self.ask(asked)? {
            Got::Answer(answer) => Ok(answer),
            Got::Doubt(why) => Err(self.late(asked, why)),
        }
    }

    /// A read of what lies below the API's base.
    pub(super) fn get(&self, path: &str) -> Asked {
        self.get_at(self.base.join(path))
    }

    /// A read of a whole address.
    pub(super) fn get_at(&self, url: String) -> Asked {
        Asked { method: Method::GET, url, body: None, habit: Habit::Read, limit: LARGEST }
    }

    /// How a request is called in errors: its method, and its path below the base.
    pub(super) fn name(&self, asked: &Asked) -> String {
        let path = asked.url.strip_prefix(&self.base.text()).unwrap_or(&asked.url);
        format!("{} {path}", asked.method)
    }

    /// Until the deadline.
    pub(super) fn left(&self) -> Duration {
        self.end.get().saturating_duration_since(Instant::now())
    }

    /// Sleeps, if there is time for it.
    pub(super) fn pause(&self, wait: Duration) -> bool {
        let enough = wait < self.left();
        if enough {
            std::thread::sleep(wait);
        }
        enough
    }

    /// Writes keep their distance. How long the answer may take then; `None` when the time is up.
    fn wait_for_turn(&self, asked: &Asked) -> Option<Duration> {
        if asked.habit != Habit::Read
            && let Some(wrote) = self.wrote.get()
        {
            let gap = self.patience.write_gap.saturating_sub(wrote.elapsed());
            if !gap.is_zero() && !self.pause(gap) {
                return None;
            }
        }
        let left = self.left();
        (!left.is_zero()).then(|| left.min(self.patience.request))
    }

    fn attempt(&self, asked: &Asked, timeout: Duration) -> Met {
        let Asked { method, url, body, limit, .. } = asked;
        let request = Request { method, url, body: body.as_deref(), limit: *limit, timeout };
        let (result, sent) = self.transport.send(&request);
        self.requests.set(self.requests.get() + sent);
        if asked.habit != Habit::Read {
            self.wrote.set(Some(Instant::now()));
        }
        match result {
            Ok(response) => {
                let json = serde_json::from_slice(&response.body).ok();
                Met::Answer { response, json }
            }
            Err(fault) => Met::Fault(fault),
        }
    }

    fn jitter(&self, asked: &Asked, number: u32) -> u16 {
        let mut hasher = DefaultHasher::new();
        (self.seed, &asked.url, number).hash(&mut hasher);
        u16::try_from(hasher.finish() % 1001).unwrap_or(1000)
    }

    fn late(&self, asked: &Asked, why: String) -> ForgeError {
        ForgeError::Unanswered { what: self.name(asked), why }
    }

    fn unreadable(&self, asked: &Asked, met: &Met, why: String) -> ForgeError {
        let what = self.name(asked);
        match met {
            Met::Fault(Fault::TooLarge) => {
                ForgeError::Incomplete { what, why: format!("it is larger than {} bytes", asked.limit) }
            }
            _ => ForgeError::Malformed { what, why },
        }
    }

    /// The error of an answer that is a no.
    fn refused(&self, asked: &Asked, met: &Met, message: &str) -> ForgeError {
        let what = self.name(asked);
        let Met::Answer { response, .. } = met else { return self.late(asked, met.why(message)) };
        let said = plain(message);
        match response.status {
            401 => ForgeError::Unauthorized { what, said },
            403 => ForgeError::Forbidden { what, said, permission: permission(&response.headers) },
            404 => ForgeError::NotFound { what },
            410 if asked.habit == Habit::Read => ForgeError::NotFound { what },
            status @ 300..=399 => {
                let said =
                    "it points elsewhere: is this the repository's present name, and GITHUB_API_URL right?".to_owned();
                ForgeError::Refused { what, status, said }
            }
            status => ForgeError::Refused { what, status, said },
        }
    }
}

/// Which permission would do, as GitHub tells it: `pull_requests=read; contents=read`.
fn permission(headers: &HeaderMap) -> Option<String> {
    let named = headers.get("x-accepted-github-permissions")?.to_str().ok()?.trim();
    (!named.is_empty()).then(|| plain(named))
}

/// GraphQL says "later" with 200.
fn rate_limited(json: &Value) -> bool {
    let errors = json.get("errors").and_then(Value::as_array);
    errors.is_some_and(|errors| errors.iter().any(|error| error.get("type").is_some_and(|kind| kind == "RATE_LIMITED")))
}

impl Met {
    fn seen<'a>(&'a self, message: &'a str) -> Seen<'a> {
        match self {
            Self::Fault(Fault::NotSent(_)) => Seen::NotSent,
            Self::Fault(Fault::Lost(_)) => Seen::Lost,
            Self::Fault(Fault::TooLarge) => Seen::TooLarge,
            Self::Answer { response, json } => {
                // 202 and 204 may rightly be empty; everything else that says nothing was cut off.
                let empty = response.body.is_empty() && matches!(response.status, 201 | 202 | 204 | 205);
                let readable = json.is_some() || empty;
                let status = if json.as_ref().is_some_and(rate_limited) { 429 } else { response.status };
                Seen::Answer { status, headers: &response.headers, message, readable }
            }
        }
    }

    /// What GitHub says: its message, and the messages of the fields that are wrong.
    fn message(&self) -> String {
        let Self::Answer { json: Some(json), .. } = self else { return String::new() };
        let Some(errors) = json.get("errors").and_then(Value::as_array) else {
            return json.get("message").and_then(Value::as_str).unwrap_or_default().to_owned();
        };
        let word = |error: &Value, key: &str| error.get(key).and_then(Value::as_str).map(str::to_owned);
        let of =
            |error: &Value| match (error.as_str(), word(error, "message"), word(error, "field"), word(error, "code")) {
                (Some(text), ..) => Some(text.to_owned()),
                (_, Some(message), ..) => Some(message),
                (_, _, Some(field), Some(code)) => Some(format!("{field}: {code}")),
                (.., code) => code,
            };
        let first = json.get("message").and_then(Value::as_str).map(str::to_owned);
        first.into_iter().chain(errors.iter().filter_map(of)).collect::<Vec<_>>().join("; ")
    }

    /// Why this attempt is no answer.
    fn why(&self, message: &str) -> String {
        match self {
            Self::Fault(Fault::NotSent(why) | Fault::Lost(why)) => plain(why),
            Self::Fault(Fault::TooLarge) => "the answer is larger than anything expected".to_owned(),
            Self::Answer { response, json: None } if response.status < 300 => {
                format!("{}: the answer is cut off, or no JSON", response.status)
            }
            Self::Answer { response, .. } if message.is_empty() => format!("{}, without a reason", response.status),
            Self::Answer { response, .. } => format!("{}: {}", response.status, plain(message)),
        }
    }
}
