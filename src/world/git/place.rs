//! Where a repository keeps its things. Most questions never need to know, so git is asked when the first one does.

use super::command::{self, Git};
use super::lock;
use crate::world::WorldError;
use std::path::PathBuf;
use std::process::Child;
use std::sync::{Mutex, OnceLock};

/// What `git rev-parse` says about a repository.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) git_dir: PathBuf,
    pub(super) index: PathBuf,
    pub(super) objects: PathBuf,
    /// The list of commits whose parents were left out; `None` where the history is whole.
    pub(super) shallow: Option<PathBuf>,
    /// The root of the working tree; `None` in a bare repository.
    pub(super) top: Option<PathBuf>,
}

/// The place, asked for at most once.
#[derive(Debug, Default)]
pub(super) struct Lookup {
    asked: Mutex<Option<Child>>,
    known: OnceLock<Place>,
}

impl Lookup {
    /// Lets git begin to answer, for a question that is sure to come.
    pub(super) fn prepare(&self, git: &Git) -> Result<(), WorldError> {
        let mut asked = lock(&self.asked);
        if asked.is_none() && self.known.get().is_none() {
            *asked = Some(git.spawn(&QUESTIONS, false)?);
        }
        Ok(())
    }

    /// The place.
    pub(super) fn get(&self, git: &Git) -> Result<&Place, WorldError> {
        if let Some(place) = self.known.get() {
            return Ok(place);
        }
        self.prepare(git)?;
        let asked = lock(&self.asked).take();
        let output = match asked {
            Some(child) => command::collect(child)?,
            None => git.output(&QUESTIONS)?,
        };
        let place = Place::parse(&output.stdout, output.status.success())
            .ok_or_else(|| command::failed(&QUESTIONS, &output.stderr))?;
        Ok(self.known.get_or_init(|| place))
    }
}

/// One `rev-parse` tells all of it. The working tree comes last: in a bare repository git stops there.
const QUESTIONS: [&str; 12] = [
    "rev-parse",
    "--is-bare-repository",
    "--is-shallow-repository",
    "--path-format=absolute",
    "--git-dir",
    "--git-path",
    "index",
    "--git-path",
    "objects",
    "--git-path",
    "shallow",
    "--show-toplevel",
];

impl Place {
    fn parse(stdout: &[u8], success: bool) -> Option<Self> {
        let mut lines = stdout.split(|byte| *byte == b'\n');
        let mut word = || lines.next().map(|line| String::from_utf8_lossy(line).into_owned());
        let (_bare, shallow) = (word()?, word()?);
        let mut path = || lines.next().filter(|line| !line.is_empty()).map(native);
        let (git_dir, index, objects, grafts) = (path()?, path()?, path()?, path()?);
        let top = if success { Some(path()?) } else { None };
        let shallow = (shallow == "true").then_some(grafts);
        Some(Self { git_dir, index, objects, shallow, top })
    }
}

/// A path as git printed it.
#[cfg(unix)]
pub(super) fn native(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

/// A path as git printed it.
#[cfg(not(unix))]
pub(super) fn native(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
