//! Value constraints: every case of `constraints/cases.toml` through control files on disk, a patch and the real
//! evaluating child.

#![expect(clippy::unwrap_used, reason = "a case that cannot be set up is a case that fails")]
#![expect(clippy::disallowed_methods, reason = "the cases are laid out on disk")]

#[path = "support/temp_repo.rs"]
mod temp_repo;

use changeward::app::check::check;
use changeward::app::request::{CheckRequest, DiffSource, FailOn, Spec};
use changeward::model::{ChangeClass, Decision, Moment};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use temp_repo::TempRepo;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    file: String,
    before: String,
    #[serde(default)]
    after: String,
    /// Where the file goes, instead of becoming another: to this path, or (empty) away.
    goes: Option<String>,
    #[serde(default)]
    beside: BTreeMap<String, String>,
    #[serde(default)]
    top: String,
    allow: String,
    #[serde(default)]
    fits: bool,
    line: Option<u32>,
    why: Option<String>,
    code: Option<String>,
}

#[test]
fn every_edit_is_allowed_or_the_first_that_is_not_is_the_reason() {
    let cases: Cases = toml::from_str(&fs::read_to_string("tests/constraints/cases.toml").unwrap()).unwrap();
    let mut wrong = Vec::new();
    for case in &cases.case {
        let dir = tempfile::tempdir().unwrap();
        let decision = check(&stage(case, dir.path())).unwrap();
        let found = fault(&decision, case.code.as_deref().unwrap_or("TPL_CONSTRAINTS"));
        let right = match (&case.why, &found) {
            _ if case.fits => decision.class == ChangeClass::Standard,
            (Some(why), Some((msg, line))) => {
                decision.class == ChangeClass::Normal && msg.contains(why.as_str()) && *line == case.line
            }
            _ => false,
        };
        if !right {
            wrong.push(format!("{}: {:?} {found:?}", case.name, decision.class));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// What the template has against the change, by a code.
fn fault(decision: &Decision, code: &str) -> Option<(String, Option<u32>)> {
    let mut reasons = decision.why_not.iter().flat_map(|(_, reasons)| reasons);
    let reason = reasons.find(|reason| reason.code == code)?;
    Some((reason.msg.clone(), reason.line))
}

fn stage(case: &Case, dir: &Path) -> CheckRequest {
    let write = |path: &str, text: &str| {
        let path = dir.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(".changeward/config.toml", "version = 1\n[change_authority]\nwho = [\"@cab\"]\n");
    write("CODEOWNERS", "* @owner\n");
    let template = format!(
        "version = 1\nid = \"case\"\ntitle = \"Case\"\nstate = \"published\"\nproposed_by = \"@ann\"\napproved_by = \
         [\"@cab\"]\n{}\n[scope]\ninclude = [\"**\"]\n{}",
        case.top, case.allow
    );
    write(".changeward/templates/case.toml", &template);
    case.beside.iter().for_each(|(path, text)| write(path, text));
    write(&case.file, &case.before);
    fs::write(dir.join("change.diff"), patch(case)).unwrap();
    request(dir, Spec::Diff(DiffSource::File(dir.join("change.diff"))), Some(dir.to_owned()))
}

fn request(dir: &Path, spec: Spec, control_files: Option<PathBuf>) -> CheckRequest {
    CheckRequest {
        dir: dir.to_owned(),
        spec,
        control_files,
        environment: "production".to_owned(),
        now: Moment::parse("2026-11-22T12:00:00Z").unwrap(),
        claim: None,
        trailers: Vec::new(),
        facts: None,
        outcomes: None,
        attachments: Vec::new(),
        all_edits: false,
        fail_on: FailOn::Pending,
        program: PathBuf::from(env!("CARGO_BIN_EXE_changeward")),
    }
}

/// Commits, the index, the working tree and a patch are read each in its own way, and judged alike.
#[test]
fn it_does_not_matter_where_the_contents_are() {
    let template = "version = 1\nid = \"case\"\ntitle = \"Case\"\nstate = \"published\"\nproposed_by = \"@ann\"\napproved_by = \
                    [\"@cab\"]\n[scope]\ninclude = [\"deploy/**\"]\n[[allow]]\nedit = \"/replicas\"\nmax = 5\n";
    for (replicas, fits) in [(5, true), (6, false)] {
        let repo = TempRepo::new();
        repo.write(".changeward/config.toml", "version = 1\n[change_authority]\nwho = [\"@cab\"]\n");
        repo.write(".changeward/templates/case.toml", template);
        repo.write("CODEOWNERS", "* @owner\n");
        repo.write("deploy/web.yaml", "# é\nreplicas: 3\n");
        let base = repo.commit("base");
        let judged = |spec: Spec, how: &str| {
            let decision = check(&request(repo.path(), spec, None)).unwrap();
            assert_eq!(
                decision.class == ChangeClass::Standard,
                fits,
                "{how}: {:?}",
                fault(&decision, "TPL_CONSTRAINTS")
            );
            let line = fault(&decision, "TPL_CONSTRAINTS").and_then(|(_, line)| line);
            assert_eq!(line, (!fits).then_some(2), "{how}");
        };
        repo.write("deploy/web.yaml", format!("# é\nreplicas: {replicas}\n"));
        judged(Spec::Worktree, "the working tree");
        repo.git(&["add", "-A"]);
        judged(Spec::Staged, "the index");
        let patch = repo.git(&["diff", "--cached"]);
        let file = repo.path().join("../change.diff");
        fs::write(&file, patch).unwrap();
        judged(Spec::Diff(DiffSource::File(file)), "a patch");
        repo.commit_staged("head");
        judged(Spec::Range(format!("{base}..HEAD")), "commits");
    }
}

/// A patch and why it is not about the files that are there.
#[derive(Deserialize)]
struct Claim {
    name: String,
    text: String,
    why: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    patch: Vec<Claim>,
}

/// A template that allows everything within its scope believes no patch that is about something else than what is there.
#[test]
fn a_patch_is_held_to_the_files_it_is_about() {
    let claims: Claims = toml::from_str(include_str!("constraints/patches.toml")).unwrap();
    let template = "version = 1\nid = \"case\"\ntitle = \"Case\"\nstate = \"published\"\nproposed_by = \"@ann\"\napproved_by = \
                    [\"@cab\"]\n[scope]\ninclude = [\"docs/**\"]\nkinds = [\"added\", \"modified\", \"deleted\", \"renamed\"]\n";
    let repo = TempRepo::new();
    repo.write(".changeward/config.toml", "version = 1\n[change_authority]\nwho = [\"@cab\"]\n");
    repo.write(".changeward/templates/case.toml", template);
    repo.write("CODEOWNERS", "* @owner\n");
    repo.write("docs/a.md", "1\n2\n3\n");
    repo.write("docs/other.md", "1\n");
    repo.write("docs/big.md", "version https://git-lfs.github.com/spec/v1\noid sha256:11\nsize 1\n");
    repo.commit("base");
    let file = repo.path().join("../claim.diff");
    for claim in claims.patch {
        fs::write(&file, claim.text.trim_start()).unwrap();
        for folder in [None, Some(repo.path().to_owned())] {
            let spec = Spec::Diff(DiffSource::File(file.clone()));
            let decision = check(&request(repo.path(), spec, folder)).unwrap();
            let standard = decision.class == ChangeClass::Standard;
            assert_eq!(standard, claim.why.is_none(), "{}: {:?}", claim.name, decision.why_not);
            let why = claim.why.as_deref().unwrap_or_default();
            let said = decision.why_not.iter().flat_map(|(_, reasons)| reasons).any(|reason| reason.msg.contains(why));
            assert!(standard || said, "{}: {why:?} is not among {:?}", claim.name, decision.why_not);
        }
    }
}

/// The whole file in place of the whole file.
fn patch(case: &Case) -> String {
    let side = |sign: char, text: &str| -> String {
        let lines: String = text.split_inclusive('\n').map(|line| format!("{sign}{line}")).collect();
        if text.ends_with('\n') { lines } else { format!("{lines}\n\\ No newline at end of file\n") }
    };
    let count = |text: &str| text.split_inclusive('\n').count();
    let file = &case.file;
    match case.goes.as_deref() {
        Some("") => {
            let (many, lines) = (count(&case.before), side('-', &case.before));
            return format!(
                "diff --git a/{file} b/{file}\ndeleted file mode 100644\n--- a/{file}\n+++ /dev/null\n@@ -1,{many} +0,0 @@\n{lines}"
            );
        }
        Some(to) => {
            return format!("diff --git a/{file} b/{to}\nsimilarity index 100%\nrename from {file}\nrename to {to}\n");
        }
        None => {}
    }
    let body = format!("{}{}", side('-', &case.before), side('+', &case.after));
    format!(
        "diff --git a/{0} b/{0}\n--- a/{0}\n+++ b/{0}\n@@ -1,{1} +1,{2} @@\n{body}",
        case.file,
        count(&case.before),
        count(&case.after)
    )
}
