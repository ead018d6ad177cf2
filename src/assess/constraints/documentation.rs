//! Which files are documentation: text that no machine acts upon, as far as names tell.
//!
//! What programs or assistants take for instructions is none, nor is plain text, which may be a list of anything, unless it is
//! one of the texts that every repository has. Names are compared as the file systems do that know no case.

use crate::model::{RepoPath, is_unsafe};

/// How texts with markup end.
const ENDINGS: [&str; 7] = ["md", "markdown", "rst", "adoc", "asciidoc", "org", "textile"];

/// Plain texts that every repository has.
const TEXTS: [&str; 9] =
    ["readme", "license", "licence", "notice", "authors", "contributors", "changelog", "changes", "copying"];

/// Parts of names, between dots, of what assistants and forges read: `AGENTS.md`, `CLAUDE.local.md`, `tests.instructions.md`.
const READ: [&str; 26] = [
    "agent",
    "agents",
    "chatmode",
    "claude",
    "codex",
    "copilot",
    "copilot-instructions",
    "crush",
    "cursor",
    "cursorrules",
    "gemini",
    "instructions",
    "issue_template",
    "jules",
    "opencode",
    "prompt",
    "prompts",
    "pull_request_template",
    "qwen",
    "replit",
    "skill",
    "skills",
    "system-prompt",
    "system_prompt",
    "warp",
    "windsurf",
];

/// Folders of such files.
const READ_FOLDERS: [&str; 4] = ["issue_template", "prompts", "pull_request_template", "skills"];

/// A text for people, by its path.
pub(in crate::assess) fn is_documentation(path: &RepoPath) -> bool {
    let Some(text) = path.as_str().filter(|text| !text.chars().any(is_unsafe)) else { return false };
    // Both ways, so that a long s is an s and the sign of Kelvin a k.
    let folded = text.to_uppercase().to_lowercase();
    let (folders, name) = folded.rsplit_once('/').unwrap_or(("", &folded));
    let parts: Vec<&str> = name.split('.').collect();
    let hidden = folded.split('/').any(|segment| segment.starts_with(['.', '_']));
    let read = parts.iter().any(|part| READ.contains(part)) || folders.split('/').any(|f| READ_FOLDERS.contains(&f));
    let kind = match parts.as_slice() {
        [stem] | [stem, "txt"] => TEXTS.contains(stem),
        [.., ending] => ENDINGS.contains(ending),
        [] => false,
    };
    kind && !hidden && !read
}

#[cfg(test)]
mod tests {
    use super::is_documentation;
    use crate::model::RepoPath;

    #[test]
    fn a_text_is_for_people_unless_something_reads_it() {
        for (path, is) in [
            ("README.md", true),
            ("docs/guide/how-to.md", true),
            ("docs/Gu\u{ed}a.MD", true),
            ("docs/agents/install.md", true),
            ("CHANGELOG", true),
            ("LICENSE.txt", true),
            ("README.de.md", true),
            ("docs/index.rst", true),
            ("README.md.exe", false),
            ("README.md ", false),
            ("README.md.", false),
            ("docs/conf.py", false),
            ("docs/page.mdx", false),
            ("docs/analysis.Rmd", false),
            ("docs/requirements.txt", false),
            ("README.requirements.txt", false),
            ("CMakeLists.txt", false),
            (".github/CONTRIBUTING.md", false),
            (".GitHub/x.md", false),
            ("docs/_includes/head.md", false),
            ("_posts/2026-01-01-a.md", false),
            ("AGENTS.md", false),
            ("Agents.MD", false),
            ("docs/AGENTS.override.md", false),
            ("AGENT\u{17f}.md", false),
            ("S\u{212a}ILL.md", false),
            ("AGE\u{200c}NTS.md", false),
            ("CLAUDE.local.md", false),
            ("style.instructions.md", false),
            ("review.prompt.md", false),
            ("plan.chatmode.md", false),
            ("prompts/system.md", false),
            ("skills/pdf/reference.md", false),
            (".cursorrules", false),
            ("docs/PULL_REQUEST_TEMPLATE.md", false),
            ("docs/ISSUE_TEMPLATE/bug.md", false),
            ("md", false),
            (".md", false),
            ("", false),
        ] {
            assert_eq!(is_documentation(&RepoPath::from(path)), is, "{path:?}");
        }
        assert!(!is_documentation(&RepoPath::new(b"docs/\xff.md".as_slice())));
    }
}
