//! HTTP over the sockets of the standard library, since what goes wrong on purpose goes wrong on the socket.

use super::contract::{self, Contract};
use super::faults::Trouble;
use super::journal::Entry;
use super::routes::{self, Call, Refusal, Reply};
use super::state::{State, Token};
use super::{Fake, Shared, graphql, scenario};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A request as it came.
struct Request {
    method: String,
    target: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// What will be sent.
struct Response {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// Answers until the listener is told to stop.
pub fn listen(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        std::thread::spawn(move || talk(&stream, &shared));
    }
}

fn talk(stream: &TcpStream, shared: &Arc<Shared>) {
    let _ignored = stream.set_nodelay(true);
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        let last = request.headers.get("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        if !answer(stream, shared, &request) || last {
            break;
        }
    }
    let _ignored = stream.shutdown(Shutdown::Both);
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if reader.read_until(b'\n', &mut head).ok()? == 0 || head.len() > 65_536 {
            return None;
        }
    }
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut parsed = httparse::Request::new(&mut headers);
    parsed.parse(&head).ok()?.is_complete().then_some(())?;
    let (method, target) = (parsed.method?.to_owned(), parsed.path?.to_owned());
    let named = parsed
        .headers
        .iter()
        .map(|header| (header.name.to_lowercase(), String::from_utf8_lossy(header.value).into_owned()));
    let headers: BTreeMap<String, String> = named.collect();
    let mut body = Vec::new();
    if headers.get("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        while let Some(size) = chunk_size(reader) {
            let mut chunk = vec![0; size + 2];
            reader.read_exact(&mut chunk).ok()?;
            body.extend_from_slice(&chunk[..size]);
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = headers.get("content-length") {
        body = vec![0; length.parse().ok()?];
        reader.read_exact(&mut body).ok()?;
    }
    Some(Request { method, target, headers, body })
}

fn chunk_size(reader: &mut BufReader<&TcpStream>) -> Option<usize> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    usize::from_str_radix(line.trim().split(';').next()?, 16).ok()
}

/// Answers one request; false when the connection is over.
fn answer(stream: &TcpStream, shared: &Arc<Shared>, request: &Request) -> bool {
    let (raw, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    if let Some(rest) = raw.strip_prefix("/__fake/") {
        let response = backstage(shared, &request.method, rest, &request.body);
        return send(stream, &response, None);
    }
    let path = plain_path(&shared.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner), raw);
    let trouble = shared.meet(&request.method, path.as_deref().unwrap_or(raw));
    if let Some(Trouble::Delay(time)) = &trouble {
        std::thread::sleep(*time);
    }
    if let Some(Trouble::Meanwhile(act)) = &trouble {
        act.lock().unwrap()(&Fake::over(shared));
    }
    let mut entry = Entry {
        method: request.method.clone(),
        path: path.clone().unwrap_or_else(|| raw.to_owned()),
        query: query.to_owned(),
        login: String::new(),
        authorised: request.headers.contains_key("authorization"),
        status: 0,
        done: 0,
        body: serde_json::from_slice(&request.body).unwrap_or(Value::Null),
        trouble: trouble.as_ref().map(|trouble| format!("{trouble:?}")),
    };
    let response = {
        let mut state = shared.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let token = token(&state, request);
        entry.login = token.as_ref().map(|(_, token)| token.login.clone()).unwrap_or_default();
        lasting(&mut state, trouble.as_ref(), token.as_ref());
        match before(&state, trouble.as_ref()) {
            Some(response) => response,
            None => {
                let response = handle(shared, &mut state, request, path.as_deref(), query, trouble.as_ref());
                entry.done = response.status;
                after(response, trouble.as_ref())
            }
        }
    };
    let silent = matches!(trouble, Some(Trouble::Hang | Trouble::HangAfter | Trouble::Drop | Trouble::DropAfter));
    entry.status = if silent { 0 } else { response.status };
    shared.journal.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(entry);
    match &trouble {
        Some(Trouble::Hang | Trouble::HangAfter) => {
            hang(stream, shared);
            false
        }
        Some(Trouble::Drop | Trouble::DropAfter) => false,
        Some(Trouble::CutBody) => {
            send(stream, &response, Some(response.body.len() / 2));
            false
        }
        Some(Trouble::Afterwards(act)) => {
            // Before the answer is out nobody can ask the next thing.
            act.lock().unwrap()(&Fake::over(shared));
            send(stream, &response, None)
        }
        _ => send(stream, &response, None),
    }
}

/// Says nothing until the other side gives up.
fn hang(stream: &TcpStream, shared: &Shared) {
    let _ignored = stream.set_read_timeout(Some(Duration::from_millis(50)));
    let mut bytes = [0; 64];
    let mut stream = stream;
    while !shared.stopped.load(Ordering::SeqCst) {
        match stream.read(&mut bytes) {
            Ok(0) => return,
            Err(error) if !matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                return;
            }
            _ => {}
        }
    }
}

/// The path as the description has it; `None` where this server has nothing.
fn plain_path(state: &State, raw: &str) -> Option<String> {
    if raw == "/graphql" && state.prefix.is_empty() || raw == "/api/graphql" && !state.prefix.is_empty() {
        return Some("/graphql".to_owned());
    }
    let path = raw.strip_prefix(state.prefix).filter(|path| *path != "/graphql")?;
    // GitHub's own links name things by number.
    let repository = format!("/repositories/{}", state.id);
    if let Some(rest) = path.strip_prefix(&repository) {
        return (rest.is_empty() || rest.starts_with('/'))
            .then(|| format!("/repos/{}/{}{rest}", state.owner, state.name));
    }
    if let Some(rest) = path.strip_prefix("/organizations/") {
        let parts: Vec<&str> = rest.split('/').collect();
        let [org, "team", team, tail @ ..] = parts.as_slice() else { return None };
        let known = state.user(&state.owner).is_some_and(|owner| owner.id.to_string() == *org);
        let slug = state.teams.values().find(|known| known.id.to_string() == *team)?.slug.clone();
        return known.then(|| [&["/orgs", &state.owner, "teams", &slug], tail].concat().join("/"));
    }
    Some(path.to_owned())
}

fn token(state: &State, request: &Request) -> Option<(String, Token)> {
    let header = request.headers.get("authorization")?;
    let (kind, secret) = header.split_once(' ')?;
    let fits = kind.eq_ignore_ascii_case("bearer") || kind.eq_ignore_ascii_case("token");
    let found = state.tokens.get(secret.trim()).filter(|_| fits)?;
    Some((secret.trim().to_owned(), found.clone()))
}

/// Troubles that stay.
fn lasting(state: &mut State, trouble: Option<&Trouble>, token: Option<&(String, Token)>) {
    match (trouble, token) {
        (Some(Trouble::LostRight(area)), Some((secret, _))) => {
            if let Some(token) = state.tokens.get_mut(secret) {
                token.rights.remove(area);
            }
        }
        (Some(Trouble::Skew(seconds)), _) => state.skew = *seconds,
        _ => {}
    }
}

/// Troubles that answer instead of the interface.
fn before(state: &State, trouble: Option<&Trouble>) -> Option<Response> {
    let message = |text: &str| json!({"message": text, "documentation_url": "https://docs.github.com/rest"});
    let waiting = |status: u16, text: &str, retry_after: Option<u64>| {
        let mut response = plain(state, status, &message(text));
        if let Some(seconds) = retry_after {
            response.headers.push(("Retry-After".to_owned(), seconds.to_string()));
        }
        response
    };
    const SECONDARY: &str = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
    Some(match trouble? {
        Trouble::Broken => plain(state, 500, &message("Server Error")),
        Trouble::BadGateway => html(502),
        Trouble::SecondaryLimit { retry_after } => waiting(403, SECONDARY, *retry_after),
        Trouble::TooMany { retry_after } => waiting(429, SECONDARY, *retry_after),
        Trouble::HourlyLimit { reset_in } => {
            let mut response = plain(state, 403, &message("API rate limit exceeded for installation ID 42."));
            response.headers.retain(|(name, _)| !name.starts_with("X-RateLimit-"));
            response.headers.push(("X-RateLimit-Remaining".to_owned(), "0".to_owned()));
            let reset = state.now.as_second() + state.skew + reset_in;
            response.headers.push(("X-RateLimit-Reset".to_owned(), reset.to_string()));
            response
        }
        Trouble::Html => html(200),
        Trouble::Hang | Trouble::Drop => html(200),
        _ => return None,
    })
}

/// Troubles that spoil a true answer.
fn after(mut response: Response, trouble: Option<&Trouble>) -> Response {
    match trouble {
        Some(Trouble::BadGatewayAfter) => html(502),
        Some(Trouble::HalfJson) => {
            response.body.truncate(response.body.len() / 2);
            response
        }
        Some(Trouble::ForeignNext) => {
            let link = "<http://127.0.0.2:9/repositories/7001/pulls/1/files?page=2>; rel=\"next\"".to_owned();
            response.headers.retain(|(name, _)| name != "Link");
            response.headers.push(("Link".to_owned(), link));
            response
        }
        _ => response,
    }
}

/// Does what is asked, and judges the request and the answer.
fn handle(
    shared: &Shared,
    state: &mut State,
    request: &Request,
    path: Option<&str>,
    query: &str,
    trouble: Option<&Trouble>,
) -> Response {
    let refuse = |state: &State, status: u16, message: &str| {
        plain(state, status, &json!({"message": message, "documentation_url": "https://docs.github.com/rest"}))
    };
    if !request.headers.contains_key("user-agent") {
        return refuse(
            state,
            403,
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
        );
    }
    if request.headers.get("x-github-api-version").is_some_and(|version| version != "2022-11-28") {
        shared.violation("an X-GitHub-Api-Version that is not 2022-11-28".to_owned());
        return refuse(state, 400, "Unsupported API version");
    }
    if !request.headers.contains_key("authorization") && state.private {
        return refuse(state, 404, "Not Found");
    }
    let Some((_, who)) = token(state, request) else { return refuse(state, 401, "Bad credentials") };
    let Some(path) = path else { return refuse(state, 404, "Not Found") };
    if path == "/graphql" {
        return graphql_answer(shared, state, &who, request);
    }
    let contract = Contract::get();
    let Some(call) = contract.find(&request.method, path) else {
        shared.violation(format!("{} {path}: no operation of the description's cut", request.method));
        return refuse(state, 404, "Not Found");
    };
    let mut query = parameters(query);
    let faults = contract.judge_request(&call, &query, &request.body);
    if !faults.is_empty() {
        let text = faults.join("\n");
        faults.into_iter().for_each(|fault| shared.violation(fault));
        return refuse(state, 422, &format!("Validation Failed: {text}"));
    }
    if matches!(trouble, Some(Trouble::RepeatedPage)) && query.contains_key("page") {
        query.insert("page".to_owned(), "1".to_owned());
    }
    let stale = match trouble {
        Some(Trouble::Stale(writes)) if request.method == "GET" => shared.earlier(*writes),
        _ => None,
    };
    let kept = (request.method != "GET").then(|| state.clone());
    let asked = Asked { who: &who, path, query: &query, body: &request.body };
    let response = match stale {
        Some(mut old) => {
            // Who may ask is not what is old.
            old.tokens.clone_from(&state.tokens);
            old.now = state.now;
            carry_out(shared, &mut old, &call, &asked)
        }
        None => carry_out(shared, state, &call, &asked),
    };
    if let Some(kept) = kept.filter(|_| (200..300).contains(&response.status)) {
        shared.remember(kept);
    }
    response
}

/// A request that the description allows.
struct Asked<'a> {
    who: &'a Token,
    path: &'a str,
    query: &'a BTreeMap<String, String>,
    body: &'a [u8],
}

fn carry_out(shared: &Shared, state: &mut State, call: &contract::Call<'_>, asked: &Asked<'_>) -> Response {
    let body: Value = serde_json::from_slice(asked.body).unwrap_or(Value::Null);
    let mut served = Call {
        state: &mut *state,
        git: &shared.git,
        who: asked.who,
        params: &call.params,
        query: asked.query,
        body: &body,
    };
    let reply = routes::serve(&call.operation.name, &mut served);
    let (status, mut value, pages) = laid_out(reply, asked.query);
    let mut headers = Vec::new();
    if let Some(accepted) = value.as_object_mut().filter(|_| status == 403).and_then(|fields| fields.remove("accepted"))
    {
        headers.push(("X-Accepted-GitHub-Permissions".to_owned(), accepted.as_str().unwrap_or_default().to_owned()));
    }
    for fault in Contract::get().judge_answer(call.operation, status, &mut value, &state.home) {
        shared.violation(fault);
    }
    if let Some(link) = links(state, asked.path, asked.query, pages) {
        headers.push(("Link".to_owned(), link));
    }
    let mut response = plain(state, status, &value);
    response.headers.extend(headers);
    response
}

fn graphql_answer(shared: &Shared, state: &State, who: &Token, request: &Request) -> Response {
    if request.method != "POST" {
        return plain(state, 404, &json!({"message": "Not Found"}));
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
    let answer = graphql::answer(state, who, &body);
    if let Some(errors) = answer["errors"].as_array() {
        for error in errors.iter().filter(|error| error["type"].is_null()) {
            shared.violation(format!("GraphQL: {}", error["message"].as_str().unwrap_or_default()));
        }
    }
    plain(state, 200, &answer)
}

/// The status, the body, and which page of how many.
fn laid_out(reply: Result<Reply, Refusal>, query: &BTreeMap<String, String>) -> (u16, Value, Option<(usize, usize)>) {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
    let page = number("page").unwrap_or(1).max(1);
    let size = number("per_page").unwrap_or(30).clamp(1, 100);
    let cut = |items: Vec<Value>| {
        let pages = items.len().div_ceil(size).max(1);
        (items.into_iter().skip((page - 1) * size).take(size).collect::<Vec<_>>(), pages)
    };
    match reply {
        Ok(Reply::One(status, value)) => (status, value, None),
        Ok(Reply::List(items)) => {
            let (items, pages) = cut(items);
            (200, Value::Array(items), Some((page, pages)))
        }
        Ok(Reply::Wrapped(name, items)) => {
            let total = items.len();
            let (items, pages) = cut(items);
            (200, json!({"total_count": total, name: items}), Some((page, pages)))
        }
        Ok(Reply::Page(value, pages)) => (200, value, Some((page, pages))),
        Err(Refusal(status, value)) => (status, value, None),
    }
}

/// GitHub's links: by number, on the same host.
fn links(state: &State, path: &str, query: &BTreeMap<String, String>, pages: Option<(usize, usize)>) -> Option<String> {
    let (page, pages) = pages?;
    let repository = format!("/repos/{}/{}/", state.owner, state.name);
    let place = if path.to_lowercase().starts_with(&repository.to_lowercase()) {
        format!("/repositories/{}/{}", state.id, &path[repository.len()..])
    } else if let Some(rest) = path.strip_prefix(&format!("/orgs/{}/teams/", state.owner)) {
        let (slug, tail) = rest.split_once('/')?;
        format!("/organizations/{}/team/{}/{tail}", state.user(&state.owner)?.id, state.teams.get(slug)?.id)
    } else {
        path.to_owned()
    };
    let link = |number: usize, word: &str| {
        let mut query = query.clone();
        query.insert("page".to_owned(), number.to_string());
        let query: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        format!("<{}{}{place}?{}>; rel=\"{word}\"", state.home, state.prefix, query.join("&"))
    };
    let mut all = Vec::new();
    if page > 1 {
        all.push(link(page - 1, "prev"));
    }
    if page < pages {
        all.push(link(page + 1, "next"));
        all.push(link(pages, "last"));
    }
    if page > 1 {
        all.push(link(1, "first"));
    }
    (!all.is_empty()).then(|| all.join(", "))
}

fn plain(state: &State, status: u16, value: &Value) -> Response {
    let now = jiff::Timestamp::from_second(state.now.as_second() + state.skew).unwrap();
    let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let reset = (state.now.as_second() + state.skew + 3600).to_string();
    let headers = vec![
        header("Date", &date),
        header("Content-Type", "application/json; charset=utf-8"),
        header("X-GitHub-Request-Id", "0000:0000:0000:0000"),
        header("X-RateLimit-Limit", "5000"),
        header("X-RateLimit-Remaining", "4999"),
        header("X-RateLimit-Used", "1"),
        header("X-RateLimit-Resource", "core"),
        header("X-RateLimit-Reset", &reset),
    ];
    let body = if value.is_null() { vec![] } else { serde_json::to_vec(value).unwrap() };
    Response { status, headers, body }
}

fn html(status: u16) -> Response {
    let page = "<!DOCTYPE html>\n<html><head><title>Unicorn! &middot; GitHub</title></head><body><p>This page is taking too long to load.</p></body></html>\n";
    let headers = vec![("Content-Type".to_owned(), "text/html; charset=utf-8".to_owned())];
    Response { status, headers, body: page.as_bytes().to_vec() }
}

/// What a test or a person may ask of the stand-in itself.
fn backstage(shared: &Arc<Shared>, method: &str, rest: &str, body: &[u8]) -> Response {
    let fake = Fake::over(shared);
    let outcome = match (method, rest) {
        ("GET", "state") => Ok(fake.dump()),
        ("POST", "act") => scenario::act(&fake, &serde_json::from_slice(body).unwrap_or(Value::Null)),
        _ => Err(format!("no `{method} {rest}` backstage")),
    };
    let state = shared.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    match outcome {
        Ok(value) => plain(&state, 200, &value),
        Err(why) => plain(&state, 400, &json!({"message": why})),
    }
}

/// Sends the whole, or so many bytes of the body.
fn send(mut stream: &TcpStream, response: &Response, most: Option<usize>) -> bool {
    let mut head = format!("HTTP/1.1 {} {}\r\n", response.status, reason(response.status));
    for (name, value) in &response.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", response.body.len()));
    let body = &response.body[..most.unwrap_or(response.body.len())];
    stream.write_all(&[head.as_bytes(), body].concat()).is_ok() && stream.flush().is_ok()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        _ => "Status",
    }
}

fn parameters(query: &str) -> BTreeMap<String, String> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(&name.replace('+', " ")), decoded(&value.replace('+', " ")))
        })
        .collect()
}

/// Without percent-encoding.
pub fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes
            .get(at + 1..at + 3)
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        match hex.filter(|_| bytes[at] == b'%') {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
