//! `[conftest]` of the configuration: policies over the contents of files, as Conftest runs them.

use super::{Pattern, RepoPath};

/// What is run over which files.
#[derive(Clone, Debug)]
pub struct ConftestConfig {
    /// Files and folders of policies, from the root of the repository.
    pub policy: Vec<String>,
    /// Files and folders of side data.
    pub data: Vec<String>,
    /// The packages whose rules are asked.
    pub namespaces: Vec<String>,
    /// The changed files that are judged; empty: every one whose parser is known by its name.
    pub files: Vec<Pattern>,
    /// How files of these names are read, the first that fits.
    pub parsers: Vec<(Pattern, ConftestParser)>,
    /// All files are one input.
    pub combine: bool,
    /// A warning blocks, too.
    pub fail_on_warn: bool,
}

/// The formats of Conftest that are read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ConftestParser {
    /// Dockerfile.
    Dockerfile,
    /// `.env`.
    Dotenv,
    /// HCL 2.
    Hcl2,
    /// INI.
    Ini,
    /// JSON.
    Json,
    /// JSON with comments.
    Jsonc,
    /// Java properties.
    Properties,
    /// TOML.
    Toml,
    /// XML.
    Xml,
    /// YAML.
    Yaml,
}

impl ConftestParser {
    /// Every one, with Conftest's word for it.
    pub const ALL: [(Self, &'static str); 10] = [
        (Self::Dockerfile, "dockerfile"),
        (Self::Dotenv, "dotenv"),
        (Self::Hcl2, "hcl2"),
        (Self::Ini, "ini"),
        (Self::Json, "json"),
        (Self::Jsonc, "jsonc"),
        (Self::Properties, "properties"),
        (Self::Toml, "toml"),
        (Self::Xml, "xml"),
        (Self::Yaml, "yaml"),
    ];

    /// Reads Conftest's word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == word).map(|(parser, _)| parser)
    }

    /// What Conftest takes a file for by its name.
    pub fn of(path: &RepoPath) -> Option<Self> {
        let name = std::str::from_utf8(path.file_name()).ok()?.to_ascii_lowercase();
        let ending = name.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
        match ending {
            _ if name == "dockerfile" || name.starts_with("dockerfile.") || ending == "dockerfile" => {
                Some(Self::Dockerfile)
            }
            "yml" | "yaml" => Some(Self::Yaml),
            "hcl" | "tf" | "tfvars" => Some(Self::Hcl2),
            _ if name == ".env" || name.starts_with(".env.") || ending == "env" => Some(Self::Dotenv),
            "toml" | "ini" | "json" | "jsonc" | "properties" | "xml" => Self::parse(ending),
            _ => None,
        }
    }
}

impl ConftestConfig {
    /// How a changed file is read: `None` when it is not judged, and an inner `None` when it is, and nobody knows how.
    pub fn reads(&self, path: &RepoPath) -> Option<Option<ConftestParser>> {
        let chosen = self.files.iter().any(|pattern| pattern.matches(path));
        if !chosen && !self.files.is_empty() {
            return None;
        }
        let told = self.parsers.iter().find(|(pattern, _)| pattern.matches(path)).map(|(_, parser)| *parser);
        match told.or_else(|| ConftestParser::of(path)) {
            None if !chosen => None,
            parser => Some(parser),
        }
    }
}
