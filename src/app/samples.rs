//! The changes of the past that templates name as proof that they repeat, looked up and held to their templates.

use super::contents::{Contents, Objects};
use super::edits;
use crate::assess::{asks_for_edits, conditions, proof};
use crate::model::{CommitId, Past, Proof, Sample, Template};
use crate::world::git::Repo;
use crate::world::tree::Tree;
use std::collections::BTreeSet;

/// A store that knows the history behind a state of the files.
pub(super) trait Pasts: Objects {
    /// A change in the history of a state.
    fn past(&self, of: &CommitId, name: &str) -> Past;

    /// The files of a commit.
    fn files_at<'s>(&'s self, commit: &CommitId) -> Box<dyn Tree + 's>;
}

impl Pasts for Repo {
    fn past(&self, of: &CommitId, name: &str) -> Past {
        Repo::past(self, of, name)
    }

    fn files_at<'s>(&'s self, commit: &CommitId) -> Box<dyn Tree + 's> {
        Box::new(self.tree_at(commit))
    }
}

#[cfg(feature = "github")]
impl Pasts for crate::world::github::ForgeObjects<'_> {
    fn past(&self, of: &CommitId, name: &str) -> Past {
        self.look_back(of, name)
    }

    fn files_at<'s>(&'s self, commit: &CommitId) -> Box<dyn Tree + 's> {
        Box::new(crate::world::github::ForgeTree::at(self, commit))
    }
}

/// What each sample of a template proves, seen from a state of the files. What cannot be looked up is said so.
pub(super) fn looked_up(template: &Template, history: Option<(&dyn Pasts, &CommitId)>) -> Vec<Sample> {
    let names: BTreeSet<&String> = template.samples.iter().collect();
    names.into_iter().map(|name| one(template, name, history)).collect()
}

fn one(template: &Template, name: &str, history: Option<(&dyn Pasts, &CommitId)>) -> Sample {
    let sample = |change, proof| Sample { name: name.to_owned(), change, proof };
    let Some((history, of)) = history else {
        return sample(None, Proof::Unknown("there is no history to look it up in".to_owned()));
    };
    match history.past(of, name) {
        Past::Never(why) => sample(None, Proof::False(why)),
        Past::Unknown(why) => sample(None, Proof::Unknown(why)),
        Past::Change { base, head, diff } => {
            let there = history.files_at(&head);
            let (contents, files) = (Contents::Objects(history), &diff.files);
            let wanted = |file: &_| asks_for_edits(std::slice::from_ref(template), file);
            let locked = |_: &_| template.lockfile_consistent;
            let asked = conditions(std::slice::from_ref(template));
            let after = |path: &_| contents.after(files, path, there.as_ref());
            let proof = match edits::edits((files, &asked), wanted, locked, contents, &after) {
                Err(failure) => Proof::Unknown(failure.to_string()),
                Ok(edits) => {
                    let files = files.iter().cloned().enumerate();
                    proof(template, &files.map(|(at, file)| (file, edits.get(&at).cloned())).collect::<Vec<_>>())
                }
            };
            sample(Some((base, head)), proof)
        }
    }
}
