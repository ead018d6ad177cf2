//! Which format a file has, by its name: as the programs that read it do, not by what it looks like.

use crate::model::{RepoPath, Syntax};

/// Whole names, in lower case.
const NAMES: &[(&str, Syntax)] = &[
    (".babelrc", Syntax::Json),
    (".bowerrc", Syntax::Json),
    (".clang-format", Syntax::Yaml),
    (".clang-tidy", Syntax::Yaml),
    (".clangd", Syntax::Yaml),
    (".coveragerc", Syntax::Ini),
    (".devcontainer.json", Syntax::Jsonc),
    (".editorconfig", Syntax::Ini),
    (".env", Syntax::Dotenv),
    (".envrc.example", Syntax::Dotenv),
    (".eslintrc", Syntax::Jsonc),
    (".eslintrc.json", Syntax::Jsonc),
    (".flake8", Syntax::Ini),
    (".gitmodules", Syntax::Ini),
    (".jscsrc", Syntax::Jsonc),
    (".jshintrc", Syntax::Jsonc),
    (".pylintrc", Syntax::Ini),
    (".swcrc", Syntax::Jsonc),
    (".watchmanconfig", Syntax::Json),
    ("ansible.cfg", Syntax::Ini),
    ("api-extractor.json", Syntax::Jsonc),
    ("biome.json", Syntax::Jsonc),
    ("cargo.lock", Syntax::Toml),
    ("citation.cff", Syntax::Yaml),
    ("composer.lock", Syntax::Json),
    ("containerfile", Syntax::Dockerfile),
    ("deno.json", Syntax::Jsonc),
    ("deno.lock", Syntax::Json),
    ("devcontainer.json", Syntax::Jsonc),
    ("directory.packages.props", Syntax::Xml),
    ("dockerfile", Syntax::Dockerfile),
    ("flake.lock", Syntax::Json),
    ("gopkg.lock", Syntax::Toml),
    ("nuget.config", Syntax::Xml),
    ("nx.json", Syntax::Jsonc),
    ("pdm.lock", Syntax::Toml),
    ("pipfile", Syntax::Toml),
    ("pipfile.lock", Syntax::Json),
    ("poetry.lock", Syntax::Toml),
    ("pylintrc", Syntax::Ini),
    ("setup.cfg", Syntax::Ini),
    ("tslint.json", Syntax::Jsonc),
    ("turbo.json", Syntax::Jsonc),
    ("typedoc.json", Syntax::Jsonc),
    ("uv.lock", Syntax::Toml),
    ("web.config", Syntax::Xml),
    ("app.config", Syntax::Xml),
];

/// Endings of names, in lower case; the first that fits.
const ENDINGS: &[(&str, Syntax)] = &[
    (".yaml", Syntax::Yaml),
    (".yml", Syntax::Yaml),
    (".jsonc", Syntax::Jsonc),
    (".code-workspace", Syntax::Jsonc),
    (".json", Syntax::Json),
    (".webmanifest", Syntax::Json),
    (".geojson", Syntax::Json),
    (".tfstate", Syntax::Json),
    (".toml", Syntax::Toml),
    (".tf", Syntax::Hcl),
    (".tfvars", Syntax::Hcl),
    (".hcl", Syntax::Hcl),
    (".nomad", Syntax::Hcl),
    (".ini", Syntax::Ini),
    (".env", Syntax::Dotenv),
    (".properties", Syntax::Properties),
    (".dockerfile", Syntax::Dockerfile),
    (".containerfile", Syntax::Dockerfile),
    (".xml", Syntax::Xml),
    (".xsd", Syntax::Xml),
    (".xsl", Syntax::Xml),
    (".xslt", Syntax::Xml),
    (".wsdl", Syntax::Xml),
    (".svg", Syntax::Xml),
    (".csproj", Syntax::Xml),
    (".fsproj", Syntax::Xml),
    (".vbproj", Syntax::Xml),
    (".vcxproj", Syntax::Xml),
    (".proj", Syntax::Xml),
    (".props", Syntax::Xml),
    (".targets", Syntax::Xml),
    (".nuspec", Syntax::Xml),
    (".resx", Syntax::Xml),
    (".slnx", Syntax::Xml),
    (".pom", Syntax::Xml),
];

/// Beginnings of names, in lower case, before a dot and something more.
const BEGINNINGS: &[(&str, Syntax)] =
    &[("dockerfile.", Syntax::Dockerfile), ("containerfile.", Syntax::Dockerfile), (".env.", Syntax::Dotenv)];

/// The format of a file, when it is one whose values are understood.
pub fn syntax_of(path: &RepoPath) -> Option<Syntax> {
    let name = std::str::from_utf8(path.file_name()).ok()?.to_ascii_lowercase();
    let of = |table: &[(&str, Syntax)], fits: &dyn Fn(&str) -> bool| {
        table.iter().find(|(part, _)| fits(part)).map(|(_, syntax)| *syntax)
    };
    if let Some(syntax) = of(NAMES, &|whole| whole == name) {
        return Some(syntax);
    }
    let settings = |stem: &str| name.starts_with(stem) && name.ends_with(".json");
    let in_editor = path.segments().rev().nth(1) == Some(b".vscode") && name.ends_with(".json");
    if settings("tsconfig") || settings("jsconfig") || in_editor {
        return Some(Syntax::Jsonc);
    }
    let longer = |end: &str| name.len() > end.len();
    of(ENDINGS, &|end| longer(end) && name.ends_with(end))
        .or_else(|| of(BEGINNINGS, &|start| longer(start) && name.starts_with(start)))
}
