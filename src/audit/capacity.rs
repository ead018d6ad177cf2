//! Who can act: are there enough people, is it more than one, is anybody there now?
//!
//! Asked for every combination of files that answer for a path, since code owners join the rows of the matrix. Where the
//! members of a team are not known nothing is said.

use super::ground::{Ground, files, people, subject};
use super::said::Said;
use crate::model::{PathRow, Place, Principal, PrincipalKind};
use std::collections::{BTreeMap, BTreeSet};

/// Files that make a part of the repository large.
const MANY_FILES: u64 = 100;

/// The last tier that is critical.
const CRITICAL: u8 = 1;

/// What is gathered of one row over all its files.
#[derive(Default)]
struct Fault {
    msg: String,
    place: Place,
    tier: Option<u8>,
    files: u64,
    first: String,
}

/// Faults by row.
type Faults = BTreeMap<String, Fault>;

pub(super) fn lints(ground: &Ground<'_>) -> Vec<Said> {
    let (mut few, mut alone, mut absent) = (Faults::new(), Faults::new(), Faults::new());
    for group in &ground.groups {
        for row in &group.rows {
            let enter = |faults: &mut Faults, msg: String| {
                let fault = faults.entry(subject(row)).or_insert_with(|| Fault {
                    msg,
                    place: row.place(),
                    tier: row.row.and_then(|row| row.tier),
                    files: 0,
                    first: group.first.quoted(),
                });
                fault.files += group.size.files;
            };
            if let Some(msg) = too_few(ground, row) {
                enter(&mut few, msg);
            }
            let Some(all) = everybody(ground, row).filter(|all| !all.is_empty()) else { continue };
            if all.len() == 1 {
                enter(&mut alone, people(&all));
            }
            if gone(ground, &all) {
                enter(&mut absent, people(&all));
            }
        }
    }
    let few = few.into_iter().map(|(subject, fault)| {
        let msg = fault.msg.clone();
        tell("UNREACHABLE_MINIMUM", subject, fault, msg)
    });
    let critical = |fault: &Fault| fault.tier.is_some_and(|tier| tier <= CRITICAL);
    let alone =
        alone.into_iter().filter(|(_, fault)| critical(fault) || fault.files >= MANY_FILES).map(|(subject, fault)| {
            let msg = format!("{} alone answers for {} of {subject}", fault.msg, files(fault.files));
            tell("SINGLE_POINT_OF_FAILURE", subject, fault, msg)
        });
    let absent = absent.into_iter().map(|(subject, fault)| {
        let msg = format!("everybody who could approve {subject} is away: {}", fault.msg);
        tell("ABSENT", subject, fault, msg)
    });
    few.chain(alone).chain(absent).collect()
}

fn tell(code: &'static str, subject: String, fault: Fault, msg: String) -> Said {
    Said::new(code, subject, msg).at(&fault.place).about([fault.first]).count(fault.files).tier(fault.tier)
}

/// Fewer people may approve than must.
fn too_few(ground: &Ground<'_>, row: &PathRow<'_>) -> Option<String> {
    let names = || row.responsible.iter().map(|name| name.as_ref());
    let all = ground.directory.people(names())?;
    let number = all.len() as u64;
    (number < u64::from(row.approvals) && number > 0).then(|| {
        let are = if number == 1 { "is" } else { "are" };
        let needed = crate::model::counted(u64::from(row.approvals), "approval");
        format!("{} asks for {needed}, and there {are} {number} who may give them: {}", subject(row), people(&all))
    })
}

/// Everybody who may act for a row; `None` where that is not known.
fn everybody(ground: &Ground<'_>, row: &PathRow<'_>) -> Option<BTreeSet<Principal>> {
    let of_matrix = row.row.into_iter().flat_map(|row| row.accountable.iter().chain(&row.alternate));
    let all = row.responsible.iter().map(|name| name.as_ref()).chain(of_matrix);
    let all: Vec<&Principal> = all.filter(|name| name.kind() != PrincipalKind::Anyone).collect();
    ground.directory.people(all)
}

fn gone(ground: &Ground<'_>, all: &BTreeSet<Principal>) -> bool {
    all.iter().all(|person| ground.directory.is_gone(person, ground.evidence.now))
}
