//! What a repository holds, as far as a scaffold cares: owners, folders, languages, documentation, pipelines.

use crate::model::{Principal, PrincipalKind};
use crate::world::files::{self, FilesError};
use std::collections::BTreeMap;
use std::path::Path;

/// How deep and how much is looked at: enough to know the languages of a large repository in a blink.
const DEPTH: usize = 5;
const LIMIT: usize = 20_000;
/// GitHub reads CODEOWNERS up to 3 MB.
const CODEOWNERS_LIMIT: u64 = 3 << 20;
/// Where GitHub looks for CODEOWNERS, in its order.
const CODEOWNERS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// Folders that hold what others wrote or what a build made.
const BUILT: [&str; 11] =
    ["node_modules", "target", "vendor", "third_party", "dist", "build", "out", "venv", "__pycache__", "Pods", "bin"];

/// Endings and the language they tell.
const LANGUAGES: [(&str, &str); 22] = [
    ("rs", "Rust"),
    ("go", "Go"),
    ("py", "Python"),
    ("ts", "TypeScript"),
    ("tsx", "TypeScript"),
    ("js", "JavaScript"),
    ("jsx", "JavaScript"),
    ("java", "Java"),
    ("kt", "Kotlin"),
    ("rb", "Ruby"),
    ("php", "PHP"),
    ("cs", "C#"),
    ("c", "C"),
    ("h", "C"),
    ("cc", "C++"),
    ("cpp", "C++"),
    ("hpp", "C++"),
    ("swift", "Swift"),
    ("scala", "Scala"),
    ("ex", "Elixir"),
    ("tf", "Terraform"),
    ("sh", "Shell"),
];

/// Files that steer a pipeline and are not on the built-in list of control files, with the pattern that covers each.
const PIPELINES: [(&str, &str); 9] = [
    (".ci/", ".ci/**"),
    ("ci/", "ci/**"),
    (".drone.yml", ".drone.yml"),
    (".semaphore/", ".semaphore/**"),
    (".woodpecker/", ".woodpecker/**"),
    ("appveyor.yml", "appveyor.yml"),
    ("cloudbuild.yaml", "cloudbuild.yaml"),
    (".github/dependabot.yml", ".github/dependabot.yml"),
    ("renovate.json", "renovate.json"),
];

/// A manifest and the lock file that must follow it.
const LOCKED: [(&str, &str); 7] = [
    ("Cargo.toml", "Cargo.lock"),
    ("package.json", "package-lock.json"),
    ("package.json", "yarn.lock"),
    ("package.json", "pnpm-lock.yaml"),
    ("go.mod", "go.sum"),
    ("pyproject.toml", "poetry.lock"),
    ("Gemfile", "Gemfile.lock"),
];

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// CODEOWNERS: where, and what its lines say.
    pub(super) codeowners: Option<Named>,
    /// Top-level folders with files in them, hidden ones apart.
    pub(super) folders: Vec<String>,
    /// The language most files are written in.
    pub(super) language: Option<&'static str>,
    /// The folder of the documentation.
    pub(super) docs: Option<&'static str>,
    /// Endings of the documents found: `md`, `rst`, `adoc`.
    pub(super) documents: Vec<&'static str>,
    /// Workflows and other pipelines on the built-in list of control files.
    pub(super) workflows: usize,
    /// Patterns of pipelines that are not.
    pub(super) pipelines: Vec<&'static str>,
    /// A manifest with its lock file.
    pub(super) locked: Option<(&'static str, &'static str)>,
}

/// The lines of CODEOWNERS, as far as they name anybody. Suggestions only: who really answers for a path is the
/// business of the ownership model.
#[derive(Debug)]
pub(super) struct Named {
    /// Where it is.
    pub(super) path: &'static str,
    lines: Vec<(String, Vec<Principal>)>,
}

impl Survey {
    /// Looks around. Reads names, `.gitignore` and CODEOWNERS.
    pub(super) fn of(root: &Path) -> Result<Self, FilesError> {
        let ignored = ignored_folders(&files::read(&root.join(".gitignore"), 1 << 16)?.unwrap_or_default());
        let skip = |name: &str| BUILT.contains(&name) || ignored.iter().any(|folder| folder == name);
        let listed = files::list(root, DEPTH, LIMIT, skip);
        let mut survey = Self::of_files(&listed);
        for path in CODEOWNERS {
            if let Some(text) = files::read(&root.join(path), CODEOWNERS_LIMIT)? {
                survey.codeowners = Some(Named::read(path, &text));
                break;
            }
        }
        Ok(survey)
    }

    fn of_files(listed: &[String]) -> Self {
        let has = |path: &str| listed.iter().any(|file| file == path);
        let within = |folder: &str| listed.iter().any(|file| file.starts_with(folder));
        let mut folders: Vec<String> = listed
            .iter()
            .filter_map(|file| file.split_once('/').map(|(folder, _)| folder))
            .filter(|folder| !folder.starts_with('.') && is_plain(folder))
            .map(str::to_owned)
            .collect();
        folders.dedup();
        let workflow = |file: &&String| file.starts_with(".github/workflows/") || file.starts_with(".circleci/");
        Self {
            codeowners: None,
            folders,
            language: language(listed),
            docs: ["docs", "doc", "documentation"].into_iter().find(|folder| within(&format!("{folder}/"))),
            documents: ["md", "rst", "adoc"].into_iter().filter(|e| listed.iter().any(|f| ending(f) == *e)).collect(),
            workflows: listed.iter().filter(workflow).count()
                + [".gitlab-ci.yml", "Jenkinsfile", "azure-pipelines.yml"].into_iter().filter(|path| has(path)).count(),
            pipelines: PIPELINES
                .into_iter()
                .filter(|(path, _)| if path.ends_with('/') { within(path) } else { has(path) })
                .map(|(_, pattern)| pattern)
                .collect(),
            locked: LOCKED.into_iter().find(|(manifest, lock)| has(manifest) && has(lock)),
        }
    }

    /// One line for people.
    pub(super) fn in_words(&self) -> String {
        let mut words = vec![match &self.codeowners {
            Some(named) => format!("{} with {}", named.path, count(named.lines.len(), "rule")),
            None => "no CODEOWNERS".to_owned(),
        }];
        words.extend(self.language.map(|language| format!("mostly {language}")));
        words.extend(self.docs.map(|folder| format!("documentation in {folder}/")));
        words.push(count(self.workflows, "workflow"));
        words.join(", ")
    }
}

impl Named {
    fn read(path: &'static str, text: &str) -> Self {
        let lines = text
            .lines()
            .filter_map(|line| {
                let mut words = line.split_whitespace().take_while(|word| !word.starts_with('#'));
                let pattern = words.next()?.to_owned();
                // What cannot be put between quotes as it is, is no suggestion.
                let sound = |word: &&str| word.chars().all(|c| c.is_ascii_graphic() && c != '"' && c != '\\');
                let owners = words.filter(sound).filter_map(Principal::parse).collect();
                Some((pattern, owners))
            })
            .collect();
        Self { path, lines }
    }

    /// The person named on most lines; the first of them in the alphabet.
    pub(super) fn most_named_person(&self) -> Option<&Principal> {
        let mut counts: BTreeMap<&Principal, usize> = BTreeMap::new();
        for owner in self.lines.iter().flat_map(|(_, owners)| owners).filter(|o| o.kind() == PrincipalKind::User) {
            *counts.entry(owner).or_default() += 1;
        }
        let most = counts.values().max().copied()?;
        counts.into_iter().find(|(_, count)| *count == most).map(|(owner, _)| owner)
    }

    /// The owners of a top-level folder: of the last line that names it or everything.
    pub(super) fn owners_of_folder(&self, folder: &str) -> &[Principal] {
        let covers = |pattern: &str| {
            let bare = pattern.trim_start_matches('/').trim_end_matches("**").trim_end_matches('/');
            pattern == "*" || pattern == "**" || bare == folder
        };
        let last = self.lines.iter().rev().find(|(pattern, _)| covers(pattern));
        last.map_or(&[], |(_, owners)| owners.as_slice())
    }
}

/// A name that needs no quoting anywhere and is no glob.
fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}

fn ending(file: &str) -> &str {
    file.rsplit_once('.').map_or("", |(_, ending)| ending)
}

fn language(listed: &[String]) -> Option<&'static str> {
    let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
    for file in listed {
        if let Some((_, language)) = LANGUAGES.iter().find(|(known, _)| *known == ending(file)) {
            *counts.entry(language).or_default() += 1;
        }
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(language, _)| language)
}

/// The folders a `.gitignore` names outright: `/target`, `node_modules/`.
fn ignored_folders(text: &str) -> Vec<String> {
    text.lines()
        .map(|line| line.trim().trim_matches('/'))
        .filter(|n| !n.is_empty() && is_plain(n))
        .map(str::to_owned)
        .collect()
}

fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::{Named, Survey, ignored_folders};

    #[test]
    fn a_listing_tells_languages_folders_and_pipelines() {
        let listed: Vec<String> = [
            ".ci/run",
            ".github/workflows/a.yml",
            ".github/workflows/b.yml",
            "Cargo.lock",
            "Cargo.toml",
            "README.md",
            "docs/a.rst",
            "odd \"one\"/x.py",
            "src/a.rs",
            "src/b.rs",
            "web/x.ts",
        ]
        .map(str::to_owned)
        .into();
        let survey = Survey::of_files(&listed);
        assert_eq!(survey.folders, ["docs", "src", "web"]);
        assert_eq!((survey.language, survey.docs), (Some("Rust"), Some("docs")));
        assert_eq!(survey.documents, ["md", "rst"]);
        assert_eq!((survey.workflows, survey.pipelines.as_slice()), (2, [".ci/**"].as_slice()));
        assert_eq!(survey.locked, Some(("Cargo.toml", "Cargo.lock")));
        assert_eq!(survey.in_words(), "no CODEOWNERS, mostly Rust, documentation in docs/, 2 workflows");
    }

    #[test]
    fn codeowners_suggests_people_it_really_names() {
        let text = "* @acme/web\n/src/ @ann @Bob\n/api/** @bob nobody a\"@b.c # @cat @cat @cat\n\n# @dan\n/empty/\n";
        let named = Named::read("CODEOWNERS", text);
        assert_eq!(named.most_named_person().map(|p| p.key()), Some("@bob"));
        let table =
            [("src", vec!["@ann", "@Bob"]), ("api", vec!["@bob"]), ("other", vec!["@acme/web"]), ("empty", vec![])];
        for (folder, owners) in table {
            let found: Vec<&str> = named.owners_of_folder(folder).iter().map(|o| o.as_str()).collect();
            assert_eq!(found, owners, "{folder}");
        }
        assert_eq!(Named::read("CODEOWNERS", "* @acme/web").most_named_person(), None);
    }

    #[test]
    fn plain_names_of_a_gitignore_are_skipped() {
        assert_eq!(ignored_folders("/gen\nout/\n*.log\n# no\n!keep\n\na/b\n"), ["gen", "out"]);
    }
}
