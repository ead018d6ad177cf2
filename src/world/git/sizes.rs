//! How many lines each file of a commit has: the contents stream by as they do for a change, with nothing to compare with.

use super::{Repo, count, lock};
use crate::model::{CountedFile, FileDiff, FileKind, FileStatus, Side, TrackedFile};
use crate::world::WorldError;

impl Repo {
    /// Counts the lines of files whose ids are known. A submodule has none here; a link has its target's name.
    pub(super) fn sizes(&self, files: Vec<TrackedFile>) -> Result<Vec<CountedFile>, WorldError> {
        let mut added: Vec<FileDiff> = files.iter().filter(|file| is_read(file)).map(added).collect();
        count::fill(&mut added, &self.git, &mut lock(&self.objects))?;
        let mut counted = added.into_iter().map(|file| file.unread.is_none().then_some(file.additions));
        let lines = |file: &TrackedFile| if is_read(file) { counted.next().flatten() } else { Some(0) };
        let lines: Vec<Option<u64>> = files.iter().map(lines).collect();
        Ok(files.into_iter().zip(lines).map(|(file, lines)| CountedFile { file, lines }).collect())
    }
}

fn is_read(file: &TrackedFile) -> bool {
    file.kind != FileKind::Submodule && file.id.is_some()
}

/// The file as a change that adds it.
fn added(file: &TrackedFile) -> FileDiff {
    FileDiff {
        path: file.path.clone(),
        old_path: None,
        status: FileStatus::Added,
        old: None,
        new: Some(Side { mode: 0, id: file.id.clone(), kind: file.kind }),
        additions: 0,
        deletions: 0,
        unread: None,
    }
}
