//! `init --templates`: templates of the catalogue and their tests, to begin with.

use super::InitRequest;
use crate::app::catalogue::{self, STARTERS, Starter};
use crate::app::controls::FOLDER;
use crate::app::failure::Failure;
use crate::app::template::chosen;
use crate::world::files::{self, Written};

/// Writes the templates named, or all, with their tests, or shows them, and returns what to tell.
///
/// # Errors
/// When there is no template of a name, or a file cannot be written.
pub fn templates(request: &InitRequest, ids: &[String]) -> Result<String, Failure> {
    let all = catalogue::templates()?;
    let wanted: Vec<&str> = chosen(&all, ids)?.into_iter().map(|template| template.id.as_str()).collect();
    let root = files::repository_root(&request.dir).map_err(Failure::world)?.unwrap_or_else(|| request.dir.clone());
    let mut told = String::new();
    for starter in STARTERS.iter().filter(|starter| wanted.contains(&starter.id)) {
        for (path, text) in scaffold(starter) {
            if request.dry_run {
                told.push_str(&format!("##### {path}\n\n{text}\n"));
                continue;
            }
            let mark = match files::write(&root, &path, text, request.force).map_err(Failure::world)? {
                Written::New => ("wrote", ""),
                Written::Replaced => ("replaced", ""),
                Written::Kept => ("kept", "  (exists; --force overwrites)"),
            };
            told.push_str(&format!("{:<9}{path}{}\n", mark.0, mark.1));
        }
    }
    if !request.dry_run {
        told.push_str(NEXT);
    }
    Ok(told)
}

const NEXT: &str = "
Next:
  1. adapt scopes and limits: each file says what
  2. changeward template test --worktree    (the tests are yours to adapt, too)
  3. have the change authority publish what you need, and delete the rest with their tests
";

/// The files of a template, from the root.
fn scaffold(starter: &Starter) -> impl Iterator<Item = (String, &'static str)> {
    let (id, text, tests) = (starter.id, starter.text, starter.tests);
    let tests = tests.iter().map(move |(path, text)| (format!("{FOLDER}/tests/templates/{id}/{path}"), *text));
    std::iter::once((format!("{FOLDER}/templates/{id}.toml"), text)).chain(tests)
}
