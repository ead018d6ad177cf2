//! What was asked, and what came of it.

use serde_json::{Value, json};

/// One request.
#[derive(Clone, Debug)]
pub struct Entry {
    pub method: String,
    /// As GitHub's description writes it: without `/api/v3`, and `/repos/OWNER/NAME` instead of `/repositories/ID`.
    pub path: String,
    pub query: String,
    /// The token's account; empty without a known token.
    pub login: String,
    /// A header with a token came along.
    pub authorised: bool,
    /// The status that was sent; 0 when none was.
    pub status: u16,
    /// The status of what was done, whatever was sent; 0 when nothing was done.
    pub done: u16,
    pub body: Value,
    /// What went wrong on purpose.
    pub trouble: Option<String>,
}

impl Entry {
    /// It reads: GET, or GraphQL, which here only asks.
    pub fn is_read(&self) -> bool {
        self.method == "GET" || self.path == "/graphql"
    }

    /// It changed something.
    pub fn wrote(&self) -> bool {
        !self.is_read() && (200..300).contains(&self.done)
    }

    /// In one line, for people.
    pub fn line(&self) -> String {
        let query = if self.query.is_empty() { String::new() } else { format!("?{}", self.query) };
        let trouble = self.trouble.as_ref().map(|trouble| format!("  [{trouble}]")).unwrap_or_default();
        format!("{} {}{query} {} {}{trouble}", self.method, self.path, self.login, self.status)
    }

    pub fn json(&self) -> Value {
        json!({"method": self.method, "path": self.path, "query": self.query, "login": self.login, "status": self.status,
            "done": self.done, "body": self.body, "trouble": self.trouble})
    }
}
