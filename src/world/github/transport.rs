//! One request out, one answer in. The only file that knows octocrab, and the only one with an async runtime: one
//! thread, driven while an answer is awaited.
//!
//! octocrab is used as bare as it goes: its retry is not compiled in, it follows no redirection, reads no types, and
//! does not hold the token, which is put on each request here. One thing it does unasked: behind our `User-Agent` it
//! sends its own.

use super::Token;
use super::address::Origin;
use super::error::ForgeError;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, LOCATION, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use octocrab::Octocrab;
use std::error::Error;
use std::io;
use std::time::{Duration, Instant};

/// The version of the API that the answers are read as.
const API_VERSION: &str = "2022-11-28";
/// Redirections followed for one request.
const REDIRECTIONS: usize = 5;

/// What is sent.
pub(super) struct Request<'a> {
    pub(super) method: &'a Method,
    /// A whole address, on the host the token is for.
    pub(super) url: &'a str,
    /// JSON.
    pub(super) body: Option<&'a str>,
    /// Bytes of an answer's body, at most.
    pub(super) limit: usize,
    /// For the whole answer, redirections included.
    pub(super) timeout: Duration,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// It was given at another address than the one asked.
    pub(super) redirected: bool,
}

/// Why nothing whole came back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fault {
    /// Nobody took the connection: nothing was sent.
    NotSent(String),
    /// The connection broke, or the time was up: it may have been done or not.
    Lost(String),
    /// The answer is larger than anything expected.
    TooLarge,
}

/// The connection to GitHub.
pub(super) struct Transport {
    runtime: tokio::runtime::Runtime,
    client: Octocrab,
    authorization: HeaderValue,
}

impl Transport {
    /// Connects to nobody yet.
    pub(super) fn new(token: &Token, connect: Duration) -> Result<Self, ForgeError> {
        let unusable = |why: String| ForgeError::Unusable { why };
        if token.expose().is_empty() {
            return Err(unusable("the token is empty".to_owned()));
        }
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
            .map_err(|_| unusable("the token has characters that no token has".to_owned()))?;
        authorization.set_sensitive(true);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| unusable(format!("no network: {error}")))?;
        let client = {
            let _inside = runtime.enter();
            Octocrab::builder().set_connect_timeout(Some(connect)).build()
        };
        let client = client.map_err(|error| unusable(format!("no TLS: {}", root(&error))))?;
        Ok(Self { runtime, client, authorization })
    }

    /// Sends one request and reads its answer whole. The second value is how many requests that took.
    pub(super) fn send(&self, request: &Request<'_>) -> (Result<Response, Fault>, u64) {
        let mut sent = 0;
        let end = Instant::now() + request.timeout;
        let mut url = request.url.to_owned();
        loop {
            sent += 1;
            let left = end.saturating_duration_since(Instant::now());
            let answer = self.send_once(request, &url, left);
            let target = answer.as_ref().ok().and_then(|answer| redirection(request.method, &url, answer));
            match target {
                Some(target) if sent <= REDIRECTIONS as u64 => url = target,
                _ => return (answer, sent),
            }
        }
    }

    fn send_once(&self, request: &Request<'_>, url: &str, timeout: Duration) -> Result<Response, Fault> {
        let built = self.build(request, url)?;
        self.runtime.block_on(async {
            // Connections that the other side closed while nobody looked are noticed now, not by this request.
            for _ in 0..4 {
                tokio::task::yield_now().await;
            }
            let exchange = async {
                let answer = self.client.send(built).await.map_err(|error| fault(&error))?;
                let (parts, body) = answer.into_parts();
                let body = Limited::new(body, request.limit).collect().await.map_err(|error| fault(error.as_ref()))?;
                let (status, body) = (parts.status.as_u16(), body.to_bytes().into());
                Ok(Response { status, headers: parts.headers, body, redirected: url != request.url })
            };
            match tokio::time::timeout(timeout, exchange).await {
                Ok(result) => result,
                Err(_) => Err(Fault::Lost(format!("no whole answer within {timeout:?}"))),
            }
        })
    }

    fn build(&self, request: &Request<'_>, url: &str) -> Result<http::Request<octocrab::OctoBody>, Fault> {
        let mut built = http::Request::builder()
            .method(request.method.clone())
            .uri(url)
            .header(ACCEPT, "application/vnd.github+json")
            .header(HeaderName::from_static("x-github-api-version"), API_VERSION)
            .header(USER_AGENT, concat!("changeward/", env!("CARGO_PKG_VERSION")))
            .header(AUTHORIZATION, self.authorization.clone());
        if request.body.is_some() {
            built = built.header(CONTENT_TYPE, "application/json");
        }
        let body = request.body.map_or_else(octocrab::OctoBody::empty, |body| body.to_owned().into());
        built.body(body).map_err(|error| Fault::NotSent(error.to_string()))
    }
}

/// Where a read is to be asked instead: a renamed repository. Never on another host, and never for a write.
fn redirection(method: &Method, url: &str, answer: &Response) -> Option<String> {
    if *method != Method::GET || !matches!(answer.status, 301 | 302 | 307 | 308) {
        return None;
    }
    let here = Origin::of(&url.parse::<Uri>().ok()?)?;
    let target = answer.headers.get(LOCATION)?.to_str().ok()?;
    here.resolve(target)
}

/// What a failure means: whether the request can have arrived.
fn fault(error: &(dyn Error + 'static)) -> Fault {
    let mut link = Some(error);
    while let Some(cause) = link {
        if cause.is::<LengthLimitError>() {
            return Fault::TooLarge;
        }
        let refused = cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused);
        // hyper's word for a name that is not known, a host that does not answer, a certificate that is not trusted.
        if refused || cause.to_string() == "client error (Connect)" {
            return Fault::NotSent(format!("no connection: {}", root(error)));
        }
        link = cause.source();
    }
    Fault::Lost(root(error))
}

/// The innermost cause, in its own words.
fn root(error: &(dyn Error + 'static)) -> String {
    let mut innermost = error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    innermost.to_string()
}
