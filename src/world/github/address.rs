//! Where GitHub is: the base that every address is built on and that no token leaves.

use super::error::ForgeError;
use http::Uri;
use std::fmt::Write;

/// The base of the API: scheme, host and port, and the path below which everything lies (`/api/v3`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Base {
    origin: Origin,
    path: String,
}

/// Scheme, host and port: what a token is bound to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Base {
    /// Reads a base: `http(s)://HOST[:PORT][/PATH]`, and nothing else in it.
    pub(super) fn parse(text: &str) -> Result<Self, ForgeError> {
        let bad = |why: &str| ForgeError::Unusable { why: format!("the API's address {why}") };
        let uri: Uri = text.trim().parse().map_err(|_| bad("is no address"))?;
        let origin = Origin::of(&uri).ok_or_else(|| bad("is no http(s) address of a host"))?;
        if uri.query().is_some() || text.contains('#') {
            return Err(bad("has a query or a fragment"));
        }
        Ok(Self { origin, path: uri.path().trim_end_matches('/').to_owned() })
    }

    /// The whole address of what lies below the base.
    pub(super) fn join(&self, path: &str) -> String {
        format!("{}{}/{}", self.origin.text(), self.path, path.trim_start_matches('/'))
    }

    /// The address itself.
    pub(super) fn text(&self) -> String {
        format!("{}{}", self.origin.text(), self.path)
    }

    /// What the token is bound to.
    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }
}

impl Origin {
    /// The origin of a whole http(s) address without a user in it.
    pub(super) fn of(uri: &Uri) -> Option<Self> {
        let scheme = uri.scheme_str()?.to_ascii_lowercase();
        let usual = match scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        let authority = uri.authority()?;
        if authority.as_str().contains('@') || authority.host().is_empty() {
            return None;
        }
        let port = match authority.port() {
            Some(port) => port.as_u16(),
            None if authority.as_str().ends_with(':') => return None,
            None => usual,
        };
        Some(Self { scheme, host: authority.host().to_ascii_lowercase(), port })
    }

    /// Where a link of an answer leads, if it stays on this host.
    pub(super) fn resolve(&self, link: &str) -> Option<String> {
        if link.starts_with('/') && !link.starts_with("//") {
            let whole = format!("{}{link}", self.text());
            return whole.parse::<Uri>().is_ok().then_some(whole);
        }
        let uri: Uri = link.parse().ok()?;
        (Self::of(&uri)? == *self).then(|| link.to_owned())
    }

    fn text(&self) -> String {
        match (self.scheme.as_str(), self.port) {
            ("https", 443) | ("http", 80) => format!("{}://{}", self.scheme, self.host),
            (scheme, port) => format!("{scheme}://{}:{port}", self.host),
        }
    }
}

/// Text as one segment of a path or one value of a query: everything but letters, digits, `-`, `.`, `_` and `~` is
/// percent-encoded, and a segment of dots alone as well.
pub fn segment(text: &str) -> String {
    let dots = text == "." || text == "..";
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') || (byte == b'.' && !dots);
        if plain {
            out.push(char::from(byte));
        } else {
            _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The name of a ref: its slashes stay.
pub(super) fn segments(text: &str) -> String {
    text.split('/').map(segment).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::{Base, segment, segments};

    #[test]
    fn bases_and_where_links_lead() {
        let base = Base::parse("https://GitHub.example.com:443/api/v3/").unwrap();
        assert_eq!(base.text(), "https://github.example.com/api/v3");
        assert_eq!(base.join("repos/a/b"), "https://github.example.com/api/v3/repos/a/b");
        let stays =
            ["https://github.example.com/x", "HTTPS://GITHUB.EXAMPLE.COM/x", "https://github.example.com:443/x"];
        for link in stays {
            assert_eq!(base.origin().resolve(link).as_deref(), Some(link));
        }
        assert_eq!(base.origin().resolve("/x?page=2").as_deref(), Some("https://github.example.com/x?page=2"));
        let leaves = [
            "http://github.example.com/x",
            "https://github.example.com:444/x",
            "https://github.example.com.evil.example/x",
            "https://github.example.com@evil.example/x",
            "https://evil.example/github.example.com",
            "//evil.example/x",
            "x?page=2",
            "?page=2",
            "",
            "javascript:x",
            "https://",
        ];
        for link in leaves {
            assert_eq!(base.origin().resolve(link), None, "{link}");
        }
        assert_eq!(Base::parse("http://127.0.0.1:8900").unwrap().join("/user"), "http://127.0.0.1:8900/user");
    }

    #[test]
    fn what_is_encoded() {
        assert_eq!(segment("a-b_c.d~e"), "a-b_c.d~e");
        assert_eq!(segment("a/b c%?#&=+ü"), "a%2Fb%20c%25%3F%23%26%3D%2B%C3%BC");
        assert_eq!((segment("."), segment(".."), segment("...")), ("%2E".into(), "%2E%2E".into(), "...".into()));
        assert_eq!(segments("release/../1.0"), "release/%2E%2E/1.0");
    }
}
