//! The files that name owners: some stand in one place, others in every directory and are read only where they are
//! asked about.

use super::reader::{Reader, unreadable};
use super::{Controls, FOLDER, add, hex};
use crate::app::failure::Failure;
use crate::model::{Codeowners, Config, Finding, Matrix, Ownership, OwnershipConfig, RepoPath, Sources};
use crate::parse;
use crate::world::tree::{Tree, Within};
use sha2::{Digest, Sha256};

/// The files that stand in one place, and the digest over them.
#[derive(Debug, Clone)]
pub(super) struct Owning {
    pub(super) sources: Sources,
    pub(super) sum: Sha256,
}

/// Who answers for some paths, or for all.
#[derive(Debug)]
pub(in crate::app) struct Owners {
    pub(in crate::app) ownership: Ownership,
    /// Lines that are skipped, files that cannot be read.
    pub(in crate::app) noticed: Vec<Finding>,
    /// `sha256:…` over every file that was read for it.
    pub(in crate::app) digest: String,
}

impl Controls {
    /// Who answers for the paths asked about: reads what names owners in their directories.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(in crate::app) fn owners(&self, tree: &dyn Tree, within: Within<'_>) -> Result<Owners, Failure> {
        let mut reader = Reader::new(tree);
        let Owning { mut sources, sum } = self.owning.clone();
        reader.ownership = sum;
        reader.directories(&self.config.ownership, within, &mut sources)?;
        Ok(reader.owners(sources))
    }
}

/// The configuration, and who answers for the paths asked about; nothing else of the control files is read.
///
/// # Errors
/// When a file cannot be read (exit 4) or does not parse (exit 3).
pub(in crate::app) fn survey(tree: &dyn Tree, within: Within<'_>) -> Result<(Config, Owners), Failure> {
    let mut reader = Reader::new(tree);
    let config = reader.config()?;
    let mut sources = reader.sources(&config.ownership)?;
    if let Some(failure) = reader.failure() {
        return Err(failure);
    }
    reader.directories(&config.ownership, within, &mut sources)?;
    Ok((config, reader.owners(sources)))
}

impl Reader<'_> {
    /// What was read, ready to answer.
    fn owners(self, sources: Sources) -> Owners {
        let digest = hex(self.ownership.finalize().as_slice());
        Owners { ownership: Ownership::new(sources), noticed: self.noticed, digest }
    }

    /// The configuration; what holds without one, where there is none.
    pub(super) fn config(&mut self) -> Result<Config, Failure> {
        let config = self.text(&format!("{FOLDER}/config.toml"))?;
        Ok(config.and_then(|(text, file)| self.parsed(parse::config(&text, &file))).unwrap_or_default())
    }

    /// The files that stand in one place.
    pub(super) fn sources(&mut self, _config: &OwnershipConfig) -> Result<Sources, Failure> {
        Ok(Sources { matrix: self.matrix()?, codeowners: self.codeowners()?, ..Sources::default() })
    }

    /// The files that stand in every directory.
    pub(super) fn directories(
        &mut self,
        _config: &OwnershipConfig,
        _within: Within<'_>,
        _sources: &mut Sources,
    ) -> Result<(), Failure> {
        Ok(())
    }

    fn matrix(&mut self) -> Result<Option<Matrix>, Failure> {
        let Some((text, file)) = self.text(&format!("{FOLDER}/ownership.toml"))? else { return Ok(None) };
        self.digest(&file, text.as_bytes());
        Ok(self.parsed(parse::matrix(&text, &file)))
    }

    /// The first CODEOWNERS in GitHub's order; the others are ignored, as GitHub does.
    fn codeowners(&mut self) -> Result<Option<Codeowners>, Failure> {
        for path in parse::dialect::github::locations() {
            let Some(bytes) = self.tree.read(path).map_err(unreadable)? else { continue };
            self.digest(path, &bytes);
            let read = parse::dialect::github::codeowners(&bytes, &RepoPath::from(path));
            return Ok(self.parsed(read).map(|(codeowners, findings)| {
                self.noticed.extend(findings);
                codeowners
            }));
        }
        Ok(None)
    }

    fn digest(&mut self, name: &str, bytes: &[u8]) {
        add(&mut self.ownership, name.as_bytes());
        add(&mut self.ownership, bytes);
    }
}
