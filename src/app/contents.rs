//! The contents of changed files, wherever the change comes from: a repository that has both states, or a patch over a
//! state of the files.

use super::digest;
use super::failure::Failure;
use crate::model::{FileDiff, FileKind, FileStatus, ObjectId, Opaque, RepoPath, Side};
use crate::parse::diff::Patch;
use crate::world::git::{Repo, kind_of};
use crate::world::tree::{Standing, Tree};
use std::collections::BTreeMap;

/// Files whose contents are held in memory at a time.
const CHUNK: usize = 128;

/// Where the contents are.
#[derive(Clone, Copy)]
pub(super) enum Contents<'a> {
    /// A store has both sides, by their object ids: a repository, or a forge.
    Objects(&'a dyn Objects),
    /// The old side is in this state of the files, the new one is what the patch makes of it.
    Patch(&'a dyn Tree, &'a Patch),
    /// The patch shows both sides, whole.
    Whole(&'a Patch),
}

/// Takes the contents of an object, or why they cannot be had.
pub(super) type Taking<'a> = dyn FnMut(&ObjectId, Result<Vec<u8>, String>) + 'a;

/// Contents by their object ids.
pub(super) trait Objects {
    /// Reads some objects; each is handed over, or why it cannot be had.
    ///
    /// # Errors
    /// When the store cannot answer at all.
    fn objects(&self, ids: &[ObjectId], take: &mut Taking<'_>) -> Result<(), Failure>;
}

impl Objects for Repo {
    fn objects(&self, ids: &[ObjectId], take: &mut Taking<'_>) -> Result<(), Failure> {
        self.blobs(ids, take).map_err(Failure::world)
    }
}

#[cfg(feature = "github")]
impl Objects for crate::world::github::ForgeObjects<'_> {
    fn objects(&self, ids: &[ObjectId], take: &mut Taking<'_>) -> Result<(), Failure> {
        self.blobs(ids, take).map_err(Failure::world)
    }
}

/// Both sides of one changed file, or why they cannot be had; a side that does not exist is `None`.
pub(super) type Sides = Result<(Option<Vec<u8>>, Option<Vec<u8>>), String>;

impl Contents<'_> {
    /// Reads some files, a chunk at a time; each is handed over with the place it has in `files`.
    pub(super) fn read(self, files: &[&FileDiff], mut take: impl FnMut(Vec<(usize, Sides)>)) -> Result<(), Failure> {
        for (chunk, part) in files.chunks(CHUNK).enumerate() {
            let sides = match self {
                Self::Objects(store) => from_objects(store, part)?,
                Self::Whole(patch) => part.iter().map(|file| whole(patch, file)).collect(),
                Self::Patch(tree, patch) => part.iter().map(|file| patched(tree, patch, file)).collect(),
            };
            take(sides.into_iter().enumerate().map(|(at, sides)| (chunk * CHUNK + at, sides)).collect());
        }
        Ok(())
    }
}

impl Contents<'_> {
    /// One file as it would be after the change; `None` where there is none. What the change leaves alone is what it is at
    /// the base.
    pub(super) fn after(self, files: &[FileDiff], path: &RepoPath, base: &dyn Tree) -> Result<Option<Vec<u8>>, String> {
        if let Some(file) = files.iter().find(|file| file.path == *path) {
            let Some(_) = &file.new else { return Ok(None) };
            let mut found = Err("its contents cannot be read".to_owned());
            self.read(&[file], |chunk| {
                if let Some((_, sides)) = chunk.into_iter().next() {
                    found = sides.map(|(_, new)| new);
                }
            })
            .map_err(|failure| failure.to_string())?;
            return found;
        }
        if files.iter().any(|file| file.status == FileStatus::Renamed && file.old_path.as_ref() == Some(path)) {
            return Ok(None);
        }
        let path = path.as_str().ok_or_else(|| "its path is no text".to_owned())?;
        base.read(path).map_err(|error| error.to_string())
    }
}

fn from_objects(store: &dyn Objects, files: &[&FileDiff]) -> Result<Vec<Sides>, Failure> {
    let sides =
        |file: &&FileDiff| [file.old.as_ref().and_then(blob).cloned(), file.new.as_ref().and_then(blob).cloned()];
    let mut ids: Vec<ObjectId> = files.iter().flat_map(sides).flatten().collect();
    ids.sort_by(|a, b| a.0.cmp(&b.0));
    ids.dedup();
    let mut read: BTreeMap<ObjectId, Result<Vec<u8>, String>> = BTreeMap::new();
    store.objects(&ids, &mut |id, contents| drop(read.insert(id.clone(), contents)))?;
    let side = |side: &Option<Side>| match side.as_ref() {
        None => Ok(None),
        Some(side) => match blob(side).and_then(|id| read.get(id)) {
            Some(Ok(contents)) => Ok(Some(contents.clone())),
            Some(Err(why)) => Err(why.clone()),
            None => Err("its contents are not in this repository".to_owned()),
        },
    };
    Ok(files.iter().map(|file| Ok((side(&file.old)?, side(&file.new)?))).collect())
}

fn blob(side: &Side) -> Option<&ObjectId> {
    side.id.as_ref().filter(|_| side.kind != FileKind::Submodule)
}

/// A patch is only worth what it says if it is about this state of the files: of a file of which it says something else than is
/// there, nothing is known.
pub(super) fn hold_to(tree: &dyn Tree, patch: &Patch, files: &mut [FileDiff], asked: impl Fn(&FileDiff) -> bool) {
    for file in files.iter_mut().filter(|file| file.opaque().is_none() && asked(file)) {
        file.unread = contradiction(tree, patch, file).err();
    }
}

/// What a patch says of a file and a state of the files does not.
fn contradiction(tree: &dyn Tree, patch: &Patch, file: &FileDiff) -> Result<(), String> {
    let arrives = file.old.is_none() || file.old_path.is_some();
    if arrives && tree.standing(&file.path).map_err(|error| error.to_string())? != Standing::Nothing {
        return Err(format!("{} has it already, so the patch does not apply", tree.describe()));
    }
    let (old, new) = patched(tree, patch, file)?;
    if file.old.is_some() && file.new.is_none() && patch.apply(&file.path, old.as_deref().unwrap_or_default())? != b"" {
        return Err("the patch removes only a part of it".to_owned());
    }
    let (was, is) = patch.ids(&file.path).unwrap_or_default();
    for (id, contents) in [(was, &old), (is, &new)] {
        let Some(contents) = contents else { continue };
        // Nothing but zeros is said of what was not looked up.
        if !id.bytes().all(|digit| digit == b'0') && !digest::names(id, contents) {
            return Err(format!("the patch is about other contents: {id} is not what the file holds"));
        }
        // With too little context a patch does not show what kind of file it is about.
        let kind = kind_of(FileKind::Regular, contents);
        if kind != FileKind::Regular {
            return Err(Opaque::Kind(kind).describe());
        }
    }
    Ok(())
}

/// Both sides of a file that a patch shows as a whole.
pub(super) fn whole(patch: &Patch, file: &FileDiff) -> Sides {
    let old = file.old.as_ref().map(|_| patch.before(&file.path)).transpose()?;
    let new = file.new.as_ref().map(|_| patch.apply(&file.path, old.as_deref().unwrap_or_default())).transpose()?;
    Ok((old, new))
}

fn patched(tree: &dyn Tree, patch: &Patch, file: &FileDiff) -> Sides {
    let before = file.old_path.as_ref().unwrap_or(&file.path);
    let old =
        match &file.old {
            None => None,
            Some(_) => {
                let path = before.as_str().ok_or_else(|| "its path is no text".to_owned())?;
                let found = tree.read(path).map_err(|error| error.to_string())?;
                Some(found.ok_or_else(|| {
                    format!("{} has no such file, so the patch says only a part of it", tree.describe())
                })?)
            }
        };
    let new = match &file.new {
        None => None,
        Some(_) => Some(patch.apply(&file.path, old.as_deref().unwrap_or_default())?),
    };
    Ok((old, new))
}
