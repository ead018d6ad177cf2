//! How pnpm writes which package is meant: as a key of its lists and as the version in a list of dependencies.
//!
//! `/@s/a/1.0.0_b@2.0.0` (5), `/@s/a@1.0.0(b@2.0.0)` (6), `@s/a@1.0.0(b@2.0.0)` (9). What stands in the brackets is which
//! versions of its peers the package was put together with.

/// How deep peers of peers are told apart.
const MAX_DEPTH: usize = 16;

/// A peer: its name, behind those it is a peer of, and its version.
pub(super) type Peer = (Vec<String>, String);

/// A package that is meant.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Meant {
    /// Its name; empty where only a version is written.
    pub(super) name: String,
    /// Its version, or else the address it is taken from.
    pub(super) version: String,
    /// The registry, where it is named.
    pub(super) registry: String,
    /// Its peers, with those of theirs.
    pub(super) peers: Vec<Peer>,
    /// What is written of its peers and is no list of versions.
    pub(super) unclear: Option<String>,
}

impl Meant {
    /// Whether it has a version and no address.
    pub(super) fn is_version(&self) -> bool {
        self.version.starts_with(|c: char| c.is_ascii_digit()) && !self.version.contains(['/', ':'])
    }
}

/// Reads a key of `packages` or `snapshots`.
pub(super) fn entry(text: &str, dashed: bool) -> Meant {
    let (head, mut meant) = peers(text, dashed);
    let (registry, rest) = match head.strip_prefix('/') {
        Some(rest) => ("", rest),
        None => (if dashed || head.starts_with('@') { None } else { head.split_once('/') })
            .filter(|(host, _)| host.contains('.') && !host.contains('@'))
            .unwrap_or(("", head)),
    };
    registry.clone_into(&mut meant.registry);
    let split = if dashed { rest.rsplit_once('/') } else { at(rest) };
    match split {
        Some((name, version)) => {
            name.clone_into(&mut meant.name);
            version.clone_into(&mut meant.version);
        }
        None => rest.clone_into(&mut meant.version),
    }
    meant
}

/// Reads what a list of dependencies has beside a name: a version, or all of a key where the name is another.
pub(super) fn reference(text: &str, dashed: bool) -> Meant {
    let head = text.split(['(', '_']).next().unwrap_or(text);
    let local = ["link:", "file:"].iter().any(|local| text.starts_with(local));
    let whole = text.starts_with(['/', '@']) || at(head).is_some();
    if whole && !local {
        return entry(text, dashed);
    }
    if local {
        return Meant { version: text.to_owned(), ..Meant::default() };
    }
    let (head, meant) = peers(text, dashed);
    Meant { version: head.to_owned(), ..meant }
}

/// `name@version`, with a scope or without.
fn at(text: &str) -> Option<(&str, &str)> {
    let scope = usize::from(text.starts_with('@'));
    let place = text.get(scope..)?.find('@')? + scope;
    let version = text.get(place + 1..)?;
    let name = text.get(..place)?;
    (!name.is_empty() && !version.is_empty()).then_some((name, version))
}

/// What stands before the peers, and them.
fn peers(text: &str, dashed: bool) -> (&str, Meant) {
    let start = if dashed {
        // A version has no `_`, a name may.
        let version = text.rfind('/').map_or(0, |at| at + 1);
        text.get(version..).and_then(|tail| tail.find('_')).map(|at| version + at)
    } else {
        text.find('(')
    };
    let Some((head, tail)) = start.and_then(|start| text.split_at_checked(start)) else {
        return (text, Meant::default());
    };
    let read = if dashed { joined(tail) } else { nested(tail) };
    let meant = match read {
        Some(peers) => Meant { peers, ..Meant::default() },
        None => Meant { unclear: Some(tail.to_owned()), ..Meant::default() },
    };
    (head, meant)
}

/// `_b@2.0.0+c@3.0.0`; the `/` of a scope is a `+` as well.
fn joined(tail: &str) -> Option<Vec<Peer>> {
    let mut all = Vec::new();
    let mut scope = None;
    for part in tail.strip_prefix('_')?.split('+') {
        let whole = match scope.take() {
            Some(scope) => format!("{scope}/{part}"),
            None if part.starts_with('@') => {
                scope = Some(part);
                continue;
            }
            None => part.to_owned(),
        };
        let (name, version) = at(&whole).filter(|(_, version)| !version.contains('_'))?;
        all.push((vec![name.to_owned()], version.to_owned()));
    }
    scope.is_none().then_some(all)
}

/// `(b@2.0.0(c@3.0.0))(d@4.0.0)`.
fn nested(tail: &str) -> Option<Vec<Peer>> {
    let mut all: Vec<Peer> = Vec::new();
    let mut above: Vec<String> = Vec::new();
    let mut rest = tail;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(')') {
            above.pop()?;
            rest = after;
            continue;
        }
        let inner = rest.strip_prefix('(')?;
        let (whole, after) = inner.split_at_checked(inner.find(['(', ')'])?)?;
        let (name, version) = at(whole)?;
        above.push(name.to_owned());
        if above.len() > MAX_DEPTH {
            return None;
        }
        all.push((above.clone(), version.to_owned()));
        rest = after;
    }
    above.is_empty().then_some(all)
}

#[cfg(test)]
mod tests {
    use super::{entry, reference};

    #[test]
    fn a_key_names_a_package_its_version_and_its_peers() {
        let table: &[(&str, bool, &str, &str, &[&str])] = &[
            ("/a/1.0.0", true, "a", "1.0.0", &[]),
            ("/@s/a/1.0.0_b@2.0.0", true, "@s/a", "1.0.0", &["b@2.0.0"]),
            ("/a_x/1.0.0_@s+b@2.0.0+c@3.0.0", true, "a_x", "1.0.0", &["@s/b@2.0.0", "c@3.0.0"]),
            ("/@s/a@1.0.0(b@2.0.0)(c@3.0.0)", false, "@s/a", "1.0.0", &["b@2.0.0", "c@3.0.0"]),
            ("a@1.0.0(b@2.0.0(c@3.0.0))", false, "a", "1.0.0", &["b@2.0.0", "b>c@3.0.0"]),
            ("@s/a@1.0.0", false, "@s/a", "1.0.0", &[]),
            ("a@https://r.org/x/tar.gz/abc", false, "a", "https://r.org/x/tar.gz/abc", &[]),
            ("r.org/a@1.0.0", false, "a", "1.0.0", &[]),
        ];
        for (text, dashed, name, version, peers) in table {
            let meant = entry(text, *dashed);
            let read: Vec<String> =
                meant.peers.iter().map(|(names, version)| format!("{}@{version}", names.join(">"))).collect();
            assert_eq!((meant.name.as_str(), meant.version.as_str()), (*name, *version), "{text}");
            assert_eq!(read, *peers, "{text}");
        }
    }

    #[test]
    fn brackets_that_do_not_match_are_unclear() {
        for (text, dashed) in [
            ("a@1.0.0((b@2.0.0)", false),
            ("a@1.0.0(b@2.0.0", false),
            ("a@1.0.0(b@2.0.0))", false),
            ("a@1.0.0(b)", false),
            ("a@1.0.0(b@2.0.0)x", false),
            ("/a/1.0.0_abcdef", true),
            ("/a/1.0.0_@s+b", true),
            ("/a/1.0.0_b@1_c@2", true),
        ] {
            let meant = entry(text, dashed);
            assert!(meant.unclear.is_some() && meant.peers.is_empty(), "{text}");
        }
    }

    #[test]
    fn a_reference_names_a_version_or_another_package() {
        for (text, dashed, name, version) in [
            ("1.0.0", false, "", "1.0.0"),
            ("1.0.0(b@2.0.0)", false, "", "1.0.0"),
            ("1.0.0_b@2.0.0", true, "", "1.0.0"),
            ("real@1.0.0", false, "real", "1.0.0"),
            ("@s/real@1.0.0(b@2.0.0)", false, "@s/real", "1.0.0"),
            ("/real/1.0.0", true, "real", "1.0.0"),
            ("link:../a", false, "", "link:../a"),
        ] {
            let meant = reference(text, dashed);
            assert_eq!((meant.name.as_str(), meant.version.as_str()), (name, version), "{text}");
        }
    }
}
