//! Where an archive lies: the part of an address that is the same for every version, and whether the rest of it speaks of
//! the package it stands beside.

/// What an address says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Address {
    /// The registry, the repository or the folder; the whole address where no part of it stays.
    pub(super) source: String,
    /// What is behind `#`: a checksum or a commit.
    pub(super) contents: Option<String>,
    /// The address, when it speaks of another name or version.
    pub(super) stray: Option<String>,
}

/// The address of an archive of the npm registry or one like it.
pub(super) fn npm(name: &str, version: Option<&str>, address: &str) -> Address {
    let (place, contents) = split(address);
    if !place.starts_with("https://") && !place.starts_with("http://") {
        return Address { source: place.to_owned(), contents, stray: None };
    }
    let registry = version.and_then(|version| registry(name, version, place));
    match registry {
        Some(registry) => Address { source: registry.to_owned(), contents, stray: None },
        None => Address { source: place.to_owned(), contents, stray: Some(place.to_owned()) },
    }
}

/// What stands before `#`, and behind it.
pub(super) fn split(address: &str) -> (&str, Option<String>) {
    match address.split_once('#') {
        Some((place, contents)) => (place, Some(contents.to_owned()).filter(|contents| !contents.is_empty())),
        None => (address, None),
    }
}

/// What stands before the name of the package, when what follows is that name and that version: `NAME/-/BASE-1.0.0.tgz`,
/// and at GitHub `download/NAME/1.0.0/CHECKSUM`.
fn registry<'u>(name: &str, version: &str, address: &'u str) -> Option<&'u str> {
    let base = name.rsplit('/').next().unwrap_or(name);
    let (folder, file) = address.split_once("/-/").map_or((address, None), |(folder, file)| (folder, Some(file)));
    if let Some(file) = file {
        let stem = file.strip_suffix(".tgz")?;
        // Some registries repeat the scope, some write the `+` of a version as they must in an address.
        let stem = decoded(stem);
        let fits = stem == format!("{base}-{version}") || stem == format!("{name}-{version}");
        return if fits { before(folder, name) } else { None };
    }
    let (folder, checksum) = address.rsplit_once('/')?;
    let hex = !checksum.is_empty() && checksum.bytes().all(|byte| byte.is_ascii_hexdigit());
    let folder = folder.strip_suffix(version)?.strip_suffix('/')?;
    if hex { before(folder, name).filter(|registry| registry.ends_with("/download")) } else { None }
}

/// What stands before the last part of a folder, when that part is the name.
fn before<'u>(folder: &'u str, name: &str) -> Option<&'u str> {
    let escaped = name.replacen('/', "%2f", 1);
    let cut = |end: &str| {
        let at = folder.len().checked_sub(end.len())?;
        let tail = folder.get(at..)?;
        let registry = folder.get(..at)?.strip_suffix('/')?;
        (tail == end || (end != name && tail.eq_ignore_ascii_case(end))).then_some(registry)
    };
    cut(name).or_else(|| cut(&escaped))
}

fn decoded(part: &str) -> String {
    part.replace("%2B", "+").replace("%2b", "+").replace("%40", "@").replace("%2F", "/").replace("%2f", "/")
}

/// Whether the name of a Python archive speaks of this package and version: `NAME-VERSION-….whl`, `NAME-VERSION.tar.gz`.
pub(super) fn python_fits(name: &str, version: &str, file: &str) -> bool {
    let file = decoded(file);
    let stem = |ending: &str| file.strip_suffix(ending);
    let source = [".tar.gz", ".zip", ".tar.bz2", ".tar.xz", ".tgz"].into_iter().find_map(stem);
    let said = match source {
        // A name may hold a `-` here, a version may not.
        Some(stem) => stem.rsplit_once('-'),
        None => [".whl", ".egg", ".exe"].into_iter().find_map(stem).and_then(|stem| {
            let (name, rest) = stem.split_once('-')?;
            Some((name, rest.split_once('-').map_or(rest, |(version, _)| version)))
        }),
    };
    said.is_some_and(|(its_name, its)| plain(its_name) == plain(name) && plain(its) == plain(version))
}

/// Lower case, with one `-` for every run of `-`, `_`, `.` and `+`.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '-' | '_' | '.' | '+' => {
                if !out.ends_with('-') {
                    out.push('-');
                }
            }
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// The part of an address that says at whose place it is: `https://host:1234`.
pub(super) fn host(address: &str) -> &str {
    let start = address.find("://").map_or(0, |at| at + 3);
    let end = address.get(start..).and_then(|rest| rest.find('/')).map_or(address.len(), |at| start + at);
    address.get(..end).unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use super::{npm, python_fits};

    #[test]
    fn an_address_is_a_registry_and_what_it_speaks_of() {
        let table: &[(&str, &str, &str, &str, bool)] = &[
            ("a", "1.0.0", "https://r.org/a/-/a-1.0.0.tgz", "https://r.org", false),
            ("a", "1.0.0", "https://r.org/a/-/a-1.0.0.tgz#abc", "https://r.org", false),
            ("@s/a", "1.0.0", "https://r.org/@s/a/-/a-1.0.0.tgz", "https://r.org", false),
            ("@s/a", "1.0.0", "https://r.org/npm/@s%2fa/-/a-1.0.0.tgz", "https://r.org/npm", false),
            ("@s/a", "1.0.0", "https://r.org/@s/a/-/@s/a-1.0.0.tgz", "https://r.org", false),
            ("a", "1.0.0+b", "https://r.org/a/-/a-1.0.0%2Bb.tgz", "https://r.org", false),
            ("@s/a", "1.0.0", "https://npm.r.org/download/@s/a/1.0.0/abcdef", "https://npm.r.org/download", false),
            ("a", "1.0.1", "https://r.org/a/-/a-1.0.0.tgz", "https://r.org/a/-/a-1.0.0.tgz", true),
            ("a", "1.0.0", "https://r.org/b/-/a-1.0.0.tgz", "https://r.org/b/-/a-1.0.0.tgz", true),
            ("a", "1.0.0", "https://r.org/xa/-/a-1.0.0.tgz", "https://r.org/xa/-/a-1.0.0.tgz", true),
            ("a", "1.0.0", "https://r.org/a/-/a-1.0.0.tgz?x=1", "https://r.org/a/-/a-1.0.0.tgz?x=1", true),
            ("a", "1.0.0", "https://r.org/A/-/a-1.0.0.tgz", "https://r.org/A/-/a-1.0.0.tgz", true),
            ("a", "1.0.0", "https://codeload.r.org/x/a/tar.gz/abc", "https://codeload.r.org/x/a/tar.gz/abc", true),
            ("a", "1.0.0", "git+ssh://git@r.org/x/a.git#abc", "git+ssh://git@r.org/x/a.git", false),
            ("a", "1.0.0", "packages/a", "packages/a", false),
        ];
        for (name, version, address, source, stray) in table {
            let read = npm(name, Some(version), address);
            assert_eq!((read.source.as_str(), read.stray.is_some()), (*source, *stray), "{address}");
        }
    }

    #[test]
    fn a_python_archive_is_named_after_its_package() {
        for (name, version, file, fits) in [
            ("ruamel.yaml", "0.18.6", "ruamel_yaml-0.18.6-py3-none-any.whl", true),
            ("Flask", "1.0", "flask-1.0.tar.gz", true),
            ("torch", "2.0+cu118", "torch-2.0%2Bcu118-cp310-linux_x86_64.whl", true),
            ("flask", "1.0", "flask-1.0.1.tar.gz", false),
            ("flask", "1.0", "flask-evil-1.0.tar.gz", false),
            ("flask", "1.0.1", "flask-1.0-1.whl", false),
            ("flask", "1.0", "flask2-1.0.tar.gz", false),
        ] {
            assert_eq!(python_fits(name, version, file), fits, "{file}");
        }
    }
}
