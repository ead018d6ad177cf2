//! The files that name owners: some stand in one place, others in every directory and are read only where they are
//! asked about.

use super::reader::{Reader, unreadable};
use super::{Controls, FOLDER, add, hex};
use crate::app::failure::Failure;
use crate::model::{
    Baseline, Codeowners, Config, Dialect, Finding, FoundFile, Matrix, OwnersFiles, OwnersReading, Ownership,
    OwnershipConfig, RepoPath, Sections, Severity, Sources,
};
use crate::parse;
use crate::parse::dialect::{backstage, chromium, github, gitlab, kubernetes, says_something, which_owners};
use crate::world::WorldError;
use crate::world::tree::{Standing, Tree, Within};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// The places of everything that names owners, but for the gate's own folder and what stands in every directory.
pub(in crate::app) const PLACES: [&str; 4] =
    [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// Where only GitLab looks.
const GITLAB: &str = ".gitlab/CODEOWNERS";

/// The files that name owners in every directory.
const OWNERS: [&str; 2] = ["OWNERS", "OWNERS_ALIASES"];
const CATALOG: [&str; 2] = ["catalog-info.yaml", "catalog-info.yml"];

/// More files than these are not brought in by others.
const MOST_FILES: usize = 100_000;

/// Where the baseline of the audit stands.
pub(in crate::app) const BASELINE: &str = ".changeward/baseline.toml";

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

/// The baseline of the audit, if there is one.
///
/// # Errors
/// When it cannot be read (exit 4) or does not parse (exit 3).
pub(in crate::app) fn baseline(tree: &dyn Tree) -> Result<Option<Baseline>, Failure> {
    let mut reader = Reader::new(tree);
    let text = reader.text(BASELINE)?;
    let baseline = text.and_then(|(text, file)| reader.parsed(parse::baseline(&text, &file)));
    reader.failure().map_or(Ok(baseline), Err)
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
    pub(super) fn sources(&mut self, config: &OwnershipConfig) -> Result<Sources, Failure> {
        let matrix = self.matrix()?;
        let (codeowners, sections) = match config.codeowners {
            Some(Dialect::Gitlab) => (None, self.sections(&gitlab::locations())?),
            Some(_) => (self.codeowners()?, None),
            None => {
                let codeowners = self.codeowners()?;
                // GitLab reads its own folder last: whatever stands in the root or in `docs` comes before it.
                let before = |found: &Codeowners| !found.path.as_bytes().starts_with(b".github/");
                let sections = match &codeowners {
                    Some(found) if before(found) => None,
                    _ => self.sections(&[GITLAB])?,
                };
                (codeowners, sections)
            }
        };
        Ok(Sources { matrix, codeowners, sections, ..Sources::default() })
    }

    fn matrix(&mut self) -> Result<Option<Matrix>, Failure> {
        let Some((text, file)) = self.text(&format!("{FOLDER}/ownership.toml"))? else { return Ok(None) };
        self.digest(&file, text.as_bytes());
        Ok(self.parsed(parse::matrix(&text, &file)))
    }

    /// The first CODEOWNERS in GitHub's order; the others are ignored, as GitHub does.
    fn codeowners(&mut self) -> Result<Option<Codeowners>, Failure> {
        let Some((path, bytes)) = self.first(&github::locations())? else { return Ok(None) };
        let read = github::codeowners(&bytes, &path);
        Ok(self.parsed(read).map(|(codeowners, findings)| {
            self.noticed.extend(findings);
            codeowners
        }))
    }

    /// The first CODEOWNERS in GitLab's order.
    fn sections(&mut self, locations: &[&'static str]) -> Result<Option<Sections>, Failure> {
        let Some((path, bytes)) = self.first(locations)? else { return Ok(None) };
        let (sections, findings) = gitlab::sections(&bytes, &path);
        self.noticed.extend(findings);
        Ok(Some(sections))
    }

    /// The first of several places where a file stands. Those after it are not read, and somebody may believe they are.
    fn first(&mut self, locations: &[&'static str]) -> Result<Option<(RepoPath, Vec<u8>)>, Failure> {
        let mut found: Option<(RepoPath, Vec<u8>)> = None;
        for place in locations {
            let path = RepoPath::from(*place);
            if let Some((first, _)) = &found {
                if self.tree.standing(&path).map_err(unreadable)? == Standing::File {
                    let msg = format!("{place} is not read: {first} comes first");
                    let finding = Finding::new("CODEOWNERS_IGNORED", Severity::Warn, msg).at([path.quoted()]);
                    self.noticed.push(finding.help("keep one of the two"));
                }
            } else if let Some(bytes) = self.tree.read(place).map_err(unreadable)? {
                self.digest(place, &bytes);
                found = Some((path, bytes));
            }
        }
        Ok(found)
    }

    /// The files that stand in every directory. Where nothing else names owners, it matters whether there is one anywhere:
    /// a repository without any is one that every peer answers for.
    pub(super) fn directories(
        &mut self,
        config: &OwnershipConfig,
        within: Within<'_>,
        sources: &mut Sources,
    ) -> Result<(), Failure> {
        let owners = OWNERS.iter().filter(|_| config.owners != OwnersReading::Not);
        let names: Vec<&str> = owners.chain(&CATALOG).copied().collect();
        let mut files = self.tree.find(&names, within).map_err(unreadable)?;
        let alone = sources.matrix.is_none() && sources.codeowners.is_none() && sources.sections.is_none();
        if alone && files.is_empty() && matches!(within, Within::Above(_)) {
            files = self.tree.find(&names, Within::Everywhere).map_err(unreadable)?;
        }
        let is_catalog = |file: &FoundFile| CATALOG.iter().any(|name| name.as_bytes() == file.path.file_name());
        let (catalog, mut owners): (Vec<_>, Vec<_>) = files.into_iter().partition(is_catalog);
        if !catalog.is_empty() {
            self.digest_all(&catalog);
            let (read, findings) = backstage::catalog(&catalog);
            self.noticed.extend(findings);
            sources.catalog = Some(read);
        }
        if owners.is_empty() {
            return Ok(());
        }
        let dialect = match config.owners {
            OwnersReading::As(dialect) => dialect,
            OwnersReading::Auto | OwnersReading::Not => self.dialect(&owners, within)?,
        };
        if dialect == Dialect::Chromium {
            self.imports(&mut owners)?;
        }
        self.digest_all(&owners);
        let (read, findings) = match dialect {
            Dialect::Chromium => {
                let (read, findings) = chromium::owners(&owners);
                (OwnersFiles::Chromium(read), findings)
            }
            _ => {
                let (read, findings) = kubernetes::owners(&owners);
                (OwnersFiles::Kubernetes(read), findings)
            }
        };
        self.noticed.extend(findings);
        sources.owners = Some(read);
        Ok(())
    }

    /// Whose OWNERS files these are. That is a property of the whole state: what a change happens to touch must not decide
    /// how its files are read. The root decides alone where it speaks.
    fn dialect(&self, owners: &[FoundFile], within: Within<'_>) -> Result<Dialect, Failure> {
        let in_root = |file: &&FoundFile| !file.path.as_bytes().contains(&b'/');
        let root: Vec<FoundFile> = owners.iter().filter(in_root).cloned().collect();
        match within {
            Within::Above(_) if !says_something(&root) => {
                let all = self.tree.find(&OWNERS, Within::Everywhere).map_err(unreadable)?;
                Ok(which_owners(&all))
            }
            Within::Above(_) => Ok(which_owners(&root)),
            Within::Everywhere => Ok(which_owners(owners)),
        }
    }

    /// The files that OWNERS files bring in, and those that these bring in, until none is new.
    fn imports(&mut self, owners: &mut Vec<FoundFile>) -> Result<(), Failure> {
        let mut absent: BTreeSet<RepoPath> = BTreeSet::new();
        loop {
            let wanted: Vec<_> = chromium::imports(owners).difference(&absent).cloned().collect();
            if wanted.is_empty() || owners.len() > MOST_FILES {
                return Ok(());
            }
            for path in wanted {
                let read = path.as_str().map_or(Ok(None), |text| self.tree.read(text));
                match read {
                    Ok(Some(bytes)) => owners.push(FoundFile { path, contents: Ok(bytes) }),
                    Ok(None) => {
                        absent.insert(path);
                    }
                    Err(error @ (WorldError::NotAFile { .. } | WorldError::TooLarge { .. })) => {
                        owners.push(FoundFile { path, contents: Err(error.to_string()) });
                    }
                    Err(error) => return Err(unreadable(error)),
                }
            }
        }
    }

    fn digest_all(&mut self, files: &[FoundFile]) {
        for file in files {
            add(&mut self.ownership, file.path.as_bytes());
            add(&mut self.ownership, file.contents.as_deref().unwrap_or(b"unread"));
        }
    }

    fn digest(&mut self, name: &str, bytes: &[u8]) {
        add(&mut self.ownership, name.as_bytes());
        add(&mut self.ownership, bytes);
    }
}
