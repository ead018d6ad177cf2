//! `init`: look at the repository, write a `.changeward/` that fits it, say what to do next.
//!
//! What is written works as it stands and loosens nothing: the only template is merely proposed, nothing is taken out of
//! scope, and no person is put in charge who was not named by the repository itself.

mod scaffold;
mod survey;
mod templates;

pub use templates::templates;

use super::failure::Failure;
use crate::model::Moment;
use crate::world::files::{self, Written};
use std::path::PathBuf;
use survey::Survey;

/// What is wished.
#[derive(Clone, Debug)]
pub struct InitRequest {
    /// The repository, or any folder inside it.
    pub dir: PathBuf,
    /// The only time there is; the dates suggested start from it.
    pub now: Moment,
    /// Print instead of writing.
    pub dry_run: bool,
    /// Overwrite files that exist.
    pub force: bool,
    /// With schemas, and a line in each TOML file that names its own.
    pub editor: bool,
}

/// Writes the files, or shows them, and returns what to tell.
///
/// # Errors
/// When the folder does not exist, or a file in it cannot be read or written.
pub fn init(request: &InitRequest) -> Result<String, Failure> {
    let repository = files::repository_root(&request.dir).map_err(Failure::world)?;
    let in_git = repository.is_some();
    let root = repository.unwrap_or_else(|| request.dir.clone());
    let survey = Survey::of(&root).map_err(Failure::world)?;
    let mut told = String::new();
    let files = scaffold::files(&survey, request.now);
    for file in if request.editor { scaffold::for_editors(files) } else { files } {
        if request.dry_run {
            let mark = match files::foresee(&root, &file.path, request.force) {
                Written::New => "new",
                Written::Replaced => "replaces what is there",
                Written::Kept => "exists and would be kept; --force overwrites",
            };
            told.push_str(&format!("##### {} ({mark})\n\n{}\n", file.path, file.text));
            continue;
        }
        let mark = match files::write(&root, &file.path, &file.text, request.force).map_err(Failure::world)? {
            Written::New => ("wrote", ""),
            Written::Replaced => ("replaced", ""),
            Written::Kept => ("kept", "  (exists; --force overwrites)"),
        };
        told.push_str(&format!("{:<9}{}{}\n", mark.0, file.path, mark.1));
    }
    told.push_str(&format!("\nFound: {}\n\nNext:\n", survey.in_words()));
    for (n, step) in scaffold::next_steps(&survey, in_git, request.dry_run).iter().enumerate() {
        told.push_str(&format!("  {}. {step}\n", n + 1));
    }
    Ok(told)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "the tests build a repository and read what became of it")]
mod tests {
    use super::{InitRequest, init};
    use crate::model::Moment;
    use std::fs;
    use std::path::Path;

    fn repository(files: &[(&str, &str)]) -> tempfile::TempDir {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".git")).unwrap();
        for (path, text) in files {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        home
    }

    fn run(root: &Path, dry_run: bool, force: bool) -> String {
        let now = Moment::parse("2026-11-22").unwrap();
        init(&InitRequest { dir: root.to_path_buf(), now, dry_run, force, editor: false }).unwrap()
    }

    const OWNERS: &str = "# who\n* @acme/web\n/src/ @ann @bob # mostly\n/.github/ @acme/platform\n/api/ @ann\n";

    #[test]
    fn what_is_written_is_fitted_parses_and_is_never_overwritten_unasked() {
        let home = repository(&[
            (".github/CODEOWNERS", OWNERS),
            (".github/workflows/ci.yml", "on: push"),
            (".ci/run", ""),
            ("src/main.rs", ""),
            ("docs/guide.md", ""),
            ("Cargo.toml", ""),
            ("README.md", ""),
        ]);
        let told = run(home.path(), false, false);
        for line in ["wrote    .changeward/config.toml", "wrote    .changeward/ownership.toml", "mostly Rust"] {
            assert!(told.contains(line), "{line} in {told}");
        }
        let read = |name: &str| fs::read_to_string(home.path().join(".changeward").join(name)).unwrap();
        for name in ["config.toml", "ownership.toml", "templates/documentation.toml"] {
            let table: toml::Table = read(name).parse().unwrap();
            assert_eq!(table["version"].as_integer(), Some(1), "{name}");
        }
        let config: toml::Table = read("config.toml").parse().unwrap();
        assert_eq!(config["control"]["files"][0].as_str(), Some(".ci/**"));
        assert!(read("config.toml").contains("[\"@acme/platform\"]"));
        assert!(read("ownership.toml").contains("# owner = \"@ann\""), "{}", read("ownership.toml"));
        let template: toml::Table = read("templates/documentation.toml").parse().unwrap();
        assert_eq!(template["state"].as_str(), Some("proposed"));
        assert!(template["scope"]["include"].as_array().unwrap().iter().any(|p| p.as_str() == Some("docs/**/*.md")));

        fs::write(home.path().join(".changeward/config.toml"), "mine").unwrap();
        assert!(run(home.path(), false, false).contains("kept     .changeward/config.toml"));
        assert!(run(&home.path().join("src"), true, true).contains("config.toml (replaces what is there)"));
        assert_eq!(read("config.toml"), "mine");
        assert!(run(home.path(), false, true).contains("replaced .changeward/config.toml"));
        assert!(read("config.toml").starts_with("# "));
    }

    /// Two templates that cover the same would let neither be used.
    #[test]
    fn the_starters_take_the_one_of_documents_for_theirs() {
        let home = repository(&[("main.go", "")]);
        run(home.path(), false, false);
        let dir = home.path().to_path_buf();
        let request =
            InitRequest { dir, now: Moment::parse("2026-11-22").unwrap(), dry_run: false, force: false, editor: false };
        let told = super::templates(&request, &[]).unwrap();
        assert!(told.contains("kept     .changeward/templates/documentation.toml"), "{told}");
        let files = fs::read_dir(home.path().join(".changeward/templates")).unwrap();
        assert_eq!(files.count(), super::super::catalogue::STARTERS.len());
    }

    #[test]
    fn a_dry_run_writes_nothing() {
        let home = repository(&[("main.go", "")]);
        let told = run(home.path(), true, false);
        assert!(told.contains("##### .changeward/config.toml (new)"), "{told}");
        assert!(!home.path().join(".changeward").exists());
    }

    /// A matrix without rows would leave every file unowned, and an unowned file is blocked.
    #[test]
    fn without_a_source_of_owners_the_matrix_is_only_an_example() {
        let home = repository(&[("main.go", "")]);
        run(home.path(), false, false);
        assert!(!home.path().join(".changeward/ownership.toml").exists());
        assert!(home.path().join(".changeward/ownership.toml.example").exists());
    }

    /// Everything suggested in a comment parses once it is uncommented.
    #[test]
    fn suggestions_are_sound() {
        for owners in [OWNERS, "* @acme/web\n", "", "a\"b ann\"@example.org x@y\\z\n"] {
            let home =
                repository(&[(".github/CODEOWNERS", owners), ("src/a.py", ""), ("web/b.ts", ""), ("docs/a.rst", "")]);
            run(home.path(), false, false);
            for name in ["config.toml", "ownership.toml", "templates/documentation.toml"] {
                let text = fs::read_to_string(home.path().join(".changeward").join(name)).unwrap();
                let is_suggestion = |rest: &str| {
                    rest.starts_with('[') || rest.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '))
                };
                let loosened: String = text
                    .lines()
                    .map(|line| match line.strip_prefix("# ") {
                        Some(rest) if is_suggestion(rest) => format!("{rest}\n"),
                        _ => format!("{line}\n"),
                    })
                    .collect();
                assert_ne!(loosened, text, "{name} suggests something");
                let parsed: Result<toml::Table, _> = loosened.parse();
                assert!(parsed.is_ok(), "{name}: {parsed:?}\n{loosened}");
            }
        }
    }

    #[test]
    fn a_missing_folder_is_a_failure_of_the_world() {
        let request = InitRequest {
            dir: "/nonexistent/x".into(),
            now: Moment::from_unix(0),
            dry_run: false,
            force: false,
            editor: false,
        };
        assert_eq!(init(&request).unwrap_err().exit_code(), 4);
    }
}
