//! `.github/release/publish`: what is asked of GitHub, in which order, and what keeps a release from being made. gh is the test's.

use super::{files, read};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const COMMIT: &str = "1111111111111111111111111111111111111111";
const TARGETS: [&str; 5] = [
    "x86_64-unknown-linux-musl",
    "aarch64-unknown-linux-musl",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
];

/// A folder as the workflow has it before it publishes, with a gh that notes what it is asked.
struct Folder {
    root: PathBuf,
    _folder: tempfile::TempDir,
}

impl Folder {
    fn new(targets: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for name in ["bin", "out"] {
            fs::create_dir(root.join(name)).unwrap();
        }
        let gh = "#!/bin/bash\necho \"$*\" >>\"$NOTES\"\ncase \"$*\" in\n\
                  *tags/v0.1.1*) echo 'Reference already exists' >&2; exit 1 ;;\n\
                  */git/blobs*) echo 2222 ;;\n*/git/commits/*) echo 3333 ;;\n*/git/trees*) echo 4444 ;;\n\
                  */git/commits*) echo 5555 ;;\nesac\n";
        fs::write(root.join("bin/gh"), gh).unwrap();
        fs::set_permissions(root.join("bin/gh"), fs::Permissions::from_mode(0o755)).unwrap();
        for target in targets {
            fs::write(root.join(format!("out/changeward-0.1.0-{target}.tar.gz")), target).unwrap();
        }
        fs::write(root.join("out/changeward.cdx.json"), "{}").unwrap();
        let sums = Command::new("bash")
            .args(["-c", "sha256sum *.tar.gz >checksums.txt"])
            .current_dir(root.join("out"))
            .status()
            .unwrap();
        assert!(sums.success());
        Self { root, _folder: folder }
    }

    /// Whether it was published, and what was asked of GitHub.
    fn publish(&self, version: &str, commit: &str) -> (bool, Vec<String>) {
        let path = std::env::var("PATH").unwrap();
        let output = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/release/publish"))
            .args([version, commit])
            .arg(self.root.join("out"))
            .env("PATH", format!("{}:{path}", self.root.join("bin").display()))
            .env("NOTES", self.root.join("notes"))
            .envs([("GH_REPO", "acme/changeward"), ("GH_TOKEN", "a-token-of-the-test")])
            .output()
            .unwrap();
        let notes = fs::read_to_string(self.root.join("notes")).unwrap_or_default();
        assert!(!notes.contains("a-token-of-the-test"));
        (output.status.success(), notes.lines().map(str::to_owned).collect())
    }
}

/// The tag points at the released commit plus the checksums; nobody sees a release before all of it is there.
#[test]
fn a_release_is_the_commit_that_names_its_archives() {
    let folder = Folder::new(&TARGETS);
    let (published, asked) = folder.publish("0.1.0", COMMIT);
    assert!(published, "{asked:?}");
    let has = |number: usize, words: &[&str]| {
        assert!(words.iter().all(|word| asked[number].contains(word)), "{number}: {words:?}: {}", asked[number]);
    };
    has(0, &["git/blobs", "content=@checksums.txt"]);
    has(1, &["git/commits/1111", ".tree.sha"]);
    has(2, &["git/trees", "base_tree=3333", "[path]=dist/checksums.txt", "[sha]=2222"]);
    has(3, &["git/commits ", "tree=4444", "parents[]=1111"]);
    has(4, &["git/refs", "ref=refs/tags/v0.1.0", "sha=5555"]);
    has(5, &["release create v0.1.0", "--draft", "--verify-tag", "checksums.txt", "changeward.cdx.json"]);
    has(6, &["release edit v0.1.0", "--draft=false"]);
    assert_eq!((asked.len(), asked[5].matches(".tar.gz").count()), (7, 5));
}

#[test]
fn what_is_not_whole_is_not_released() {
    let four = Folder::new(&TARGETS[..4]);
    assert_eq!(four.publish("0.1.0", COMMIT), (false, vec![]), "a platform is missing");
    let changed = Folder::new(&TARGETS);
    fs::write(changed.root.join(format!("out/changeward-0.1.0-{}.tar.gz", TARGETS[0])), "another").unwrap();
    assert_eq!(changed.publish("0.1.0", COMMIT), (false, vec![]), "an archive is another");
    for (version, commit) in [("latest", COMMIT), ("0.1", COMMIT), ("0.1.0", "main"), ("0.1.0\n", COMMIT)] {
        assert_eq!(Folder::new(&TARGETS).publish(version, commit), (false, vec![]), "{version} {commit}");
    }
    let again = Folder::new(&TARGETS);
    let (published, asked) = again.publish("0.1.1", COMMIT);
    assert!(!published && asked.len() == 5, "the tag is there already: {asked:?}");
}

/// The platforms that are built, counted, looked for and told of are the same.
#[test]
fn every_platform_is_known_everywhere() {
    let (workflow, script) = (read(".github/workflows/release.yml"), read("action/run.sh"));
    for target in TARGETS {
        assert!(workflow.contains(&format!("target: {target},")), "release.yml does not build {target}");
        assert!(script.contains(&format!(" echo {target} ;;")), "run.sh does not know {target}");
    }
    assert_eq!(workflow.matches("- { target: ").count(), TARGETS.len());
    assert_eq!(script.matches(" echo x86_64-").count() + script.matches(" echo aarch64-").count(), TARGETS.len());
    assert_eq!(files(".github/release", "").len(), 2);
}
