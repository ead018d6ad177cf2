//! What git knows of the repository behind the stand-in, in GitHub's words.

use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

/// What git printed to which question.
type Known = HashMap<Vec<String>, Arc<Vec<u8>>>;

/// A repository on disk. What is asked by full ids never changes, so it is asked once.
#[derive(Clone)]
pub struct Git {
    folder: PathBuf,
    known: Arc<Mutex<Known>>,
    commits: Arc<Mutex<HashMap<String, Commit>>>,
}

/// One commit, as git tells it.
#[derive(Clone)]
pub struct Commit {
    pub sha: String,
    pub tree: String,
    pub parents: Vec<String>,
    pub author: (String, String, String),
    pub committer: (String, String, String),
    pub message: String,
}

/// One changed file between two commits.
#[derive(Clone)]
pub struct Row {
    pub status: &'static str,
    pub path: String,
    pub old: Option<String>,
    pub sha: String,
    pub added: u64,
    pub removed: u64,
    pub patch: Option<String>,
}

impl Git {
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), known: Arc::default(), commits: Arc::default() }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs git; `None` when it fails.
    pub fn run(&self, args: &[&str]) -> Option<Vec<u8>> {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.folder).args(args).stdin(Stdio::null());
        for (key, _) in std::env::vars_os().filter(|(key, _)| key.to_string_lossy().starts_with("GIT_")) {
            command.env_remove(key);
        }
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C");
        let output = command.output().expect("git starts");
        output.status.success().then_some(output.stdout)
    }

    /// The same for a question whose answer never changes.
    fn fixed(&self, args: &[&str]) -> Option<Arc<Vec<u8>>> {
        let key: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        if let Some(known) = self.known.lock().unwrap().get(&key) {
            return Some(Arc::clone(known));
        }
        let answer = Arc::new(self.run(args)?);
        self.known.lock().unwrap().insert(key, Arc::clone(&answer));
        Some(answer)
    }

    fn line(&self, args: &[&str]) -> Option<String> {
        self.run(args).map(|bytes| String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    /// Every branch with its head.
    pub fn branches(&self) -> Vec<(String, String)> {
        let text =
            self.line(&["for-each-ref", "--format=%(refname:strip=2) %(objectname)", "refs/heads"]).unwrap_or_default();
        text.lines()
            .filter_map(|line| line.rsplit_once(' '))
            .map(|(name, sha)| (name.to_owned(), sha.to_owned()))
            .collect()
    }

    /// The commit that a revision names.
    pub fn resolve(&self, revision: &str) -> Option<String> {
        if revision.starts_with('-') {
            return None;
        }
        let wanted = format!("{revision}^{{commit}}");
        if revision.len() >= 40 && revision.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let answer = self.fixed(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])?;
            return Some(String::from_utf8_lossy(&answer).trim_end().to_owned());
        }
        self.line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted])
    }

    pub fn merge_base(&self, base: &str, head: &str) -> Option<String> {
        let answer = self.fixed(&["merge-base", base, head])?;
        Some(String::from_utf8_lossy(&answer).trim_end().to_owned())
    }

    pub fn is_ancestor(&self, old: &str, new: &str) -> bool {
        self.fixed(&["merge-base", "--is-ancestor", old, new]).is_some()
    }

    pub fn commit(&self, sha: &str) -> Option<Commit> {
        if let Some(known) = self.commits.lock().unwrap().get(sha) {
            return Some(known.clone());
        }
        let bytes = self.run(&["log", "-1", "-z", FORMAT, "--end-of-options", sha, "--"])?;
        self.learn(&bytes).pop()
    }

    /// The commits of `old..new`, oldest first. All of them are read at once.
    pub fn between(&self, old: &str, new: &str) -> Vec<String> {
        let range = format!("{old}..{new}");
        let listed = self.fixed(&["log", "--reverse", "--topo-order", "-z", FORMAT, "--end-of-options", &range, "--"]);
        self.learn(&listed.unwrap_or_default()).into_iter().map(|commit| commit.sha).collect()
    }

    /// Reads what git printed of commits, and remembers it.
    fn learn(&self, bytes: &[u8]) -> Vec<Commit> {
        let records = bytes.split(|&byte| byte == 0).filter(|record| !record.is_empty());
        let commits: Vec<Commit> = records.map(|record| commit(&String::from_utf8_lossy(record))).collect();
        let known = commits.iter().map(|commit| (commit.sha.clone(), commit.clone()));
        self.commits.lock().unwrap().extend(known);
        commits
    }

    pub fn tree(&self, revision: &str, recursive: bool) -> Option<(String, Vec<Value>)> {
        let sha =
            self.line(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{tree}}")])?;
        let args: &[&str] =
            if recursive { &["ls-tree", "-z", "-l", "-r", "-t", &sha] } else { &["ls-tree", "-z", "-l", &sha] };
        let bytes = self.fixed(args)?;
        let mut entries = Vec::new();
        for record in bytes.split(|&byte| byte == 0).filter(|record| !record.is_empty()) {
            let text = String::from_utf8_lossy(record);
            let (meta, path) = text.split_once('\t').unwrap();
            let meta: Vec<&str> = meta.split_whitespace().collect();
            let mut entry = json!({"path": path, "mode": meta[0], "type": meta[1], "sha": meta[2]});
            if let Ok(size) = meta[3].parse::<u64>() {
                entry["size"] = size.into();
            }
            entries.push(entry);
        }
        Some((sha, entries))
    }

    pub fn blob(&self, sha: &str) -> Option<Arc<Vec<u8>>> {
        let plain = sha.len() >= 40 && sha.bytes().all(|byte| byte.is_ascii_hexdigit());
        plain.then(|| self.fixed(&["cat-file", "blob", sha]))?
    }

    /// What stands at a path: its type, id and mode.
    pub fn at(&self, commit: &str, path: &str) -> Option<(String, String, String)> {
        let text = self.run(&["--literal-pathspecs", "ls-tree", "-z", commit, "--", path])?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let (meta, _) = text.split_once('\t')?;
        let meta: Vec<&str> = meta.split(' ').collect();
        Some((meta[1].to_owned(), meta[2].to_owned(), meta[0].to_owned()))
    }

    /// The changed files between two commits, in git's order, renames found at 50 %.
    pub fn rows(&self, old: &str, new: &str) -> Option<Vec<Row>> {
        let raw = self.fixed(&["diff", "--raw", "--numstat", "-z", "-M", "--abbrev=40", "-l0", old, new])?;
        let text = self.fixed(&["diff", "-p", "-M", "-l0", "--no-color", "--no-ext-diff", old, new])?;
        let mut patches = patches(&text);
        let mut rows = Vec::new();
        let mut fields =
            raw.split(|&byte| byte == 0).map(|field| String::from_utf8_lossy(field).into_owned()).peekable();
        while fields.peek().is_some_and(|field| field.starts_with(':')) {
            let meta = fields.next().unwrap();
            let meta: Vec<&str> = meta.split(' ').collect();
            let first = fields.next().unwrap();
            let letter = meta[4].as_bytes()[0];
            let (path, before) =
                if letter == b'R' || letter == b'C' { (fields.next().unwrap(), Some(first)) } else { (first, None) };
            let status = match letter {
                b'A' => "added",
                b'D' => "removed",
                b'R' => "renamed",
                b'C' => "copied",
                b'T' => "changed",
                _ => "modified",
            };
            let sha = if letter == b'D' { meta[2] } else { meta[3] };
            rows.push(Row { status, path, old: before, sha: sha.to_owned(), added: 0, removed: 0, patch: None });
        }
        for row in &mut rows {
            let Some(counts) = fields.next() else { break };
            let parts: Vec<&str> = counts.splitn(3, '\t').collect();
            if parts.len() == 3 && parts[2].is_empty() {
                fields.next();
                fields.next();
            }
            row.added = parts[0].parse().unwrap_or(0);
            row.removed = parts[1].parse().unwrap_or(0);
            row.patch = patches.next().flatten();
            if row.status == "changed" {
                // git writes a change of type as a removal and an addition.
                patches.next();
            }
        }
        Some(rows)
    }
}

/// How git is to print a commit.
const FORMAT: &str = "--format=%H%x01%T%x01%P%x01%an%x01%ae%x01%at%x01%cn%x01%ce%x01%ct%x01%B";

/// One commit as it was printed.
fn commit(text: &str) -> Commit {
    let parts: Vec<&str> = text.splitn(10, '\x01').collect();
    let moment = |text: &str| -> String {
        jiff::Timestamp::from_second(text.parse().unwrap()).unwrap().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    Commit {
        sha: parts[0].to_owned(),
        tree: parts[1].to_owned(),
        parents: parts[2].split_whitespace().map(str::to_owned).collect(),
        author: (parts[3].to_owned(), parts[4].to_owned(), moment(parts[5])),
        committer: (parts[6].to_owned(), parts[7].to_owned(), moment(parts[8])),
        message: parts[9].trim_end().to_owned(),
    }
}

/// The hunks of each file of a diff; `None` where there are none.
fn patches(diff: &[u8]) -> std::vec::IntoIter<Option<String>> {
    let text = String::from_utf8_lossy(diff);
    let mut all: Vec<Option<String>> = Vec::new();
    for line in text.split_inclusive('\n') {
        if line.starts_with("diff --git ") {
            all.push(None);
        } else if let Some(last) = all.last_mut() {
            match last {
                Some(patch) => patch.push_str(line),
                None if line.starts_with("@@") => *last = Some(line.to_owned()),
                None => {}
            }
        }
    }
    for patch in all.iter_mut().flatten() {
        patch.truncate(patch.trim_end_matches('\n').len());
    }
    all.into_iter()
}
