//! Whether a lockfile is what its manifest asks for.
//!
//! Each direct requirement must be locked, from a registry, at a version it allows; and the lockfile must not say that the
//! project requires anything else. What cannot be proven is not consistent.

use super::range::satisfies;
use crate::model::{
    Bearing, Inconsistent, LockSyntax, LockedPackage, LockedRequirement, Lockfile, Manifest, ManifestRequirement,
    RequirementText,
};
use std::collections::{BTreeMap, BTreeSet};

/// Holds a lockfile against a manifest, which lies in a folder seen from the lockfile: `.`, `packages/a`.
///
/// # Errors
/// The first requirement, in the order of the manifest, that is not locked as it asks, or for which that cannot be told.
pub fn consistent(manifest: &Manifest, lock: &Lockfile, folder: &str) -> Result<(), Inconsistent> {
    let against = Against::new(manifest, lock, folder)?;
    for requirement in &manifest.requirements {
        against.requirement(requirement).map_err(|why| Inconsistent {
            name: requirement.name.clone(),
            why,
            line: requirement.line,
        })?;
    }
    against.nothing_else(manifest)
}

struct Against<'l> {
    lock: &'l Lockfile,
    folder: &'l str,
    packages: BTreeMap<&'l str, Vec<&'l LockedPackage>>,
    slots: BTreeMap<&'l str, &'l LockedPackage>,
    /// What the lockfile says that this project requires.
    wanted: BTreeMap<&'l str, Vec<&'l LockedRequirement>>,
    /// It says so at all.
    repeats: bool,
    /// What answers each requirement, where requirements are written with a range.
    answers: BTreeMap<&'l str, &'l LockedPackage>,
}

impl<'l> Against<'l> {
    fn new(manifest: &'l Manifest, lock: &'l Lockfile, folder: &'l str) -> Result<Self, Inconsistent> {
        let project = match lock.syntax {
            LockSyntax::Cargo | LockSyntax::Uv => manifest.name.as_deref().unwrap_or_default(),
            _ => folder,
        };
        let own = |package: &&LockedPackage| {
            package.name == project && matches!(lock.syntax, LockSyntax::Cargo | LockSyntax::Uv)
        };
        if matches!(lock.syntax, LockSyntax::Cargo | LockSyntax::Uv) && !lock.packages.iter().any(|it| own(&it)) {
            let why = "the lockfile does not have the project itself".to_owned();
            return Err(Inconsistent { name: String::new(), why, line: 0 });
        }
        let mut packages: BTreeMap<&str, Vec<&LockedPackage>> = BTreeMap::new();
        for package in lock.packages.iter().filter(|package| package.aspect != "dependencies") {
            packages.entry(&package.name).or_default().push(package);
        }
        let first = lock.packages.iter().filter(|package| package.aspect.is_empty());
        let slots = first.map(|package| (package.slot.as_str(), package)).collect();
        let answered = lock.packages.iter().flat_map(|package| {
            let own = package.values.iter().filter(|value| value.bearing == Bearing::Answers);
            own.filter_map(move |value| Some((value.text()?, package)))
        });
        let mut wanted: BTreeMap<&str, Vec<&LockedRequirement>> = BTreeMap::new();
        for one in lock.wanted.iter().filter(|wanted| wanted.project == project) {
            wanted.entry(&one.name).or_default().push(one);
        }
        let repeats = match lock.syntax {
            // Version 1 does not say what the project requires.
            LockSyntax::Npm => {
                !lock.rest.iter().any(|it| it.path.has_keys(&["lockfileVersion"]) && it.text() == Some("1"))
            }
            LockSyntax::Cargo | LockSyntax::Pnpm => true,
            LockSyntax::Uv => !wanted.is_empty(),
            LockSyntax::Yarn | LockSyntax::Poetry | LockSyntax::GoSum | LockSyntax::GoMod => false,
        };
        Ok(Self { lock, folder, packages, slots, wanted, repeats, answers: answered.collect() })
    }

    fn requirement(&self, asked: &ManifestRequirement) -> Result<(), String> {
        let range = match &asked.requirement {
            RequirementText::Other(_, why) => return Err(format!("{why}: what is locked for it cannot be proven")),
            RequirementText::Range(range) | RequirementText::Poetry(range) => range,
        };
        if self.repeats {
            self.repeated(asked, range)?;
        }
        let locked = self.locked(asked, range)?;
        if locked.is_empty() {
            return Err("is not locked".to_owned());
        }
        for package in locked {
            self.is_from_registry(package)?;
            let version = package.version.as_deref().unwrap_or_default();
            match satisfies(self.lock.syntax, &asked.requirement, version) {
                Some(true) => {}
                Some(false) => return Err(format!("is locked at {version}, which is not in {range:?}")),
                None => return Err(format!("is locked at {version}; whether that is in {range:?} cannot be proven")),
            }
        }
        Ok(())
    }

    fn wanted(&self, asked: &ManifestRequirement) -> &[&'l LockedRequirement] {
        self.wanted.get(asked.name.as_str()).map(Vec::as_slice).unwrap_or_default()
    }

    /// The lockfile says itself that the project requires this.
    fn repeated(&self, asked: &ManifestRequirement, range: &str) -> Result<(), String> {
        if self.lock.syntax == LockSyntax::Uv && !is_published(&asked.section) {
            return Ok(());
        }
        let mut said = self.wanted(asked).iter().filter(|wanted| {
            wanted.section.is_empty() || self.lock.syntax == LockSyntax::Uv || wanted.section == asked.section
        });
        let Some(found) = said.next() else {
            return Err("is not among what the lockfile says the project requires".to_owned());
        };
        let Some(written) = &found.requirement else { return Ok(()) };
        let same = match self.lock.syntax {
            LockSyntax::Uv => {
                said.chain([found]).any(|it| parts(it.requirement.as_deref().unwrap_or_default()) == parts(range))
            }
            _ => written == range,
        };
        if same { Ok(()) } else { Err(format!("is required as {range:?}; the lockfile was made for {written:?}")) }
    }

    /// Everything that is locked for a requirement.
    fn locked(&self, asked: &ManifestRequirement, range: &str) -> Result<Vec<&'l LockedPackage>, String> {
        let named = || self.packages.get(asked.name.as_str()).cloned().unwrap_or_default();
        let of_version = |versions: Vec<&str>| {
            let fits = |package: &&LockedPackage| package.version.as_deref().is_some_and(|it| versions.contains(&it));
            named().into_iter().filter(fits).collect::<Vec<_>>()
        };
        Ok(match self.lock.syntax {
            LockSyntax::Cargo => {
                let own = self.wanted(asked).iter();
                let all = of_version(own.filter_map(|wanted| wanted.version.as_deref()).collect());
                // One crate may be required twice, in two versions under two names.
                let fits = |package: &&&LockedPackage| {
                    let version = package.version.as_deref().unwrap_or_default();
                    satisfies(self.lock.syntax, &asked.requirement, version) == Some(true)
                };
                match all.iter().find(fits) {
                    Some(fitting) => vec![*fitting],
                    None => all,
                }
            }
            LockSyntax::Npm => {
                let inner = format!("{}/node_modules/{}", self.folder, asked.name);
                let outer = format!("node_modules/{}", asked.name);
                // A package of another name there is not this one, whatever lies further out.
                let at = |slot: &str| self.slots.get(slot).copied();
                at(&inner).or_else(|| at(&outer)).filter(|package| package.name == asked.name).into_iter().collect()
            }
            LockSyntax::Pnpm => {
                let mut own = self.wanted(asked).iter().filter(|it| it.section == asked.section);
                let Some(version) = own.next().and_then(|wanted| wanted.version.as_deref()) else {
                    return Ok(Vec::new());
                };
                of_version(vec![version])
            }
            LockSyntax::Yarn => {
                let written = [format!("{}@{range}", asked.name), format!("{}@npm:{range}", asked.name)];
                written.iter().filter_map(|it| self.answers.get(it.as_str()).copied()).take(1).collect()
            }
            LockSyntax::GoSum => {
                let of = |aspect: &str| {
                    named().into_iter().find(|it| it.aspect == aspect && it.version.as_deref() == Some(range))
                };
                let Some(module) = of("go.mod") else { return Ok(Vec::new()) };
                if asked.section == "require" && of("").is_none() {
                    return Err(format!("is locked at {range} without a checksum of its contents"));
                }
                vec![module]
            }
            LockSyntax::Poetry | LockSyntax::Uv | LockSyntax::GoMod => named(),
        })
    }

    fn is_from_registry(&self, package: &LockedPackage) -> Result<(), String> {
        let source = package.source.text.as_str();
        let registry = match self.lock.syntax {
            LockSyntax::Cargo => ["registry+", "sparse+"].iter().any(|kind| source.starts_with(kind)),
            LockSyntax::Npm => !source.is_empty() && is_address(source),
            LockSyntax::Pnpm => source.is_empty() || is_address(source),
            LockSyntax::Yarn => is_address(source) || source == "npm:",
            LockSyntax::Poetry => source.is_empty() || source.starts_with("type=legacy "),
            LockSyntax::Uv => source.starts_with("registry="),
            LockSyntax::GoSum | LockSyntax::GoMod => true,
        };
        if !registry {
            return Err(format!("is locked from {source:?}, which is no registry"));
        }
        if let Some(stray) = &package.source.stray {
            return Err(format!("is locked from {stray:?}, which speaks of another name or version"));
        }
        Ok(())
    }

    /// The lockfile says that the project requires nothing that the manifest does not.
    fn nothing_else(&self, manifest: &Manifest) -> Result<(), Inconsistent> {
        if !self.repeats {
            return Ok(());
        }
        let asked: BTreeSet<&str> = manifest.requirements.iter().map(|it| it.name.as_str()).collect();
        match self.wanted.values().flatten().find(|wanted| !asked.contains(wanted.name.as_str())) {
            None => Ok(()),
            Some(wanted) => Err(Inconsistent {
                name: wanted.name.clone(),
                why: format!("is required in line {} of the lockfile, not in the manifest", wanted.line),
                line: 0,
            }),
        }
    }
}

fn is_address(source: &str) -> bool {
    source.starts_with("https://") || source.starts_with("http://")
}

/// The sections uv repeats in `requires-dist`.
fn is_published(section: &str) -> bool {
    section == "dependencies" || section.starts_with("optional-dependencies.")
}

/// The specifiers of a range, in no order.
fn parts(range: &str) -> BTreeSet<String> {
    let bare = |part: &str| part.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    range.split(',').map(bare).filter(|part| !part.is_empty()).collect()
}
