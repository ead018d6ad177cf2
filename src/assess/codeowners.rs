//! The matrix as a CODEOWNERS file of GitHub's dialect, so that one file says who reviews and the other follows from it.
//!
//! Both dialects let the last match decide, so rows keep their order. What the dialect cannot say is named file by file, and
//! every tracked file is asked of both: a difference that naming files does not remove is a fault, not a file.

use crate::model::{
    CodeownersLine, Matrix, Pattern, PatternIndex, Place, Principal, PrincipalKind, RepoPath, Row, TrackedFile,
    UnsayableRow,
};
use std::collections::BTreeSet;

/// Most files that one pattern is spelled out to.
const MOST_LISTED: usize = 2_000;

/// The lines that say for every tracked file what the matrix says of it; or else why there is no such file.
///
/// # Errors
/// Every row that cannot be said: nobody responsible, a team without its organisation, a pattern that cannot be spelled
/// out.
pub fn codeowners(matrix: &Matrix, files: &[TrackedFile]) -> Result<Vec<CodeownersLine>, Vec<UnsayableRow>> {
    let mut faults = Vec::new();
    for row in matrix.rows.iter().filter(|row| !row.scope.is_empty()) {
        faults.extend(unsayable(matrix, row));
    }
    let mut said = Said::new(matrix);
    // Each round names the files of one pattern more, so there are at most as many as patterns.
    loop {
        let wrong = said.wrong(files);
        if wrong.is_empty() {
            break;
        }
        // The first time over a pattern, its files are named; a second time nothing is left to try.
        let again = wrong.iter().find(|(at, _)| said.lines.get(*at).is_some_and(|line| line.listed));
        if let Some((at, path)) = again {
            faults.extend(said.lines.get(*at).map(|line| beyond(line, path)));
            break;
        }
        for at in wrong.into_iter().map(|(at, _)| at).collect::<BTreeSet<_>>() {
            faults.extend(said.list(at, files));
        }
        if !faults.is_empty() {
            break;
        }
    }
    if faults.is_empty() { Ok(said.lines) } else { Err(faults) }
}

/// The patterns of the matrix in order, and the lines they become.
struct Said<'a> {
    patterns: Vec<(&'a Pattern, &'a Row)>,
    lines: Vec<CodeownersLine>,
    matrix: PatternIndex,
}

impl<'a> Said<'a> {
    fn new(matrix: &'a Matrix) -> Self {
        let patterns: Vec<(&Pattern, &Row)> =
            matrix.rows.iter().flat_map(|row| row.scope.iter().map(move |pattern| (pattern, row))).collect();
        let line = |(pattern, row): &(&Pattern, &Row)| CodeownersLine {
            row: row.id.clone(),
            glob: pattern.source().to_owned(),
            patterns: pattern.in_github_dialect().unwrap_or_default(),
            listed: false,
            owners: row.responsible.clone(),
        };
        let lines = patterns.iter().map(line).collect();
        let index = PatternIndex::new(patterns.iter().map(|(pattern, _)| (*pattern).clone()).collect());
        Self { patterns, lines, matrix: index }
    }

    /// The patterns whose lines are wrong about some file, with that file: the one that decides in the matrix and whose
    /// lines miss it, else the one whose lines take what it does not match.
    fn wrong(&self, files: &[TrackedFile]) -> Vec<(usize, RepoPath)> {
        let mut of_line = Vec::new();
        let mut patterns = Vec::new();
        for (at, line) in self.lines.iter().enumerate() {
            for pattern in line.patterns.iter().filter_map(|text| Pattern::github(text).ok()) {
                of_line.push(at);
                patterns.push(pattern);
            }
        }
        let github = PatternIndex::new(patterns);
        let mut wrong: Vec<(usize, RepoPath)> = Vec::new();
        for file in files {
            let meant = self.matrix.last_match(&file.path);
            let said = github.last_match(&file.path).and_then(|line| of_line.get(line).copied());
            if meant == said || self.owners(meant) == self.owners(said) {
                continue;
            }
            // Lines stand in the order of patterns, so the later of the two is at fault.
            if let Some(at) = meant.max(said) {
                wrong.push((at, file.path.clone()));
            }
        }
        wrong
    }

    fn owners(&self, line: Option<usize>) -> Option<&[Principal]> {
        line.and_then(|at| self.lines.get(at)).map(|line| line.owners.as_slice())
    }

    /// Names the files of a pattern one by one.
    fn list(&mut self, at: usize, files: &[TrackedFile]) -> Option<UnsayableRow> {
        let (pattern, row) = self.patterns.get(at)?;
        let line = self.lines.get_mut(at)?;
        line.listed = true;
        let matched = files.iter().filter(|file| pattern.matches(&file.path));
        line.patterns = matched.map(|file| Pattern::github_text_of(&file.path)).collect();
        let many = line.patterns.len();
        (many > MOST_LISTED).then(|| {
            let what = format!(
                "row `{}`: GitHub's CODEOWNERS cannot say `{}`, and it matches {many} files, too many to name each",
                row.id, line.glob
            );
            fault(row, what, "name the directories instead, or the file endings one by one")
        })
    }
}

/// What keeps a row's people out of the file.
fn unsayable(matrix: &Matrix, row: &Row) -> Vec<UnsayableRow> {
    if row.responsible.is_empty() {
        let what = format!("row `{}` names nobody responsible; its line would clear the owners of its files", row.id);
        return vec![fault(row, what, "name who is responsible for it")];
    }
    let unknown = row.responsible.iter().filter_map(|who| match who.kind() {
        PrincipalKind::User if matrix.team(who).is_some() => Some((
            format!("row `{}`: GitHub knows a team by its organisation and name, and `{who}` has none", row.id),
            format!("write `@organisation/{}`; [teams.{}] answers for it as well", who.bare(), who.bare()),
        )),
        PrincipalKind::Team if who.bare().matches('/').count() > 1 => Some((
            format!("row `{}`: GitHub knows no team within a team, and `{who}` is one", row.id),
            "name the team as GitHub does: `@organisation/team`".to_owned(),
        )),
        _ => None,
    });
    unknown.map(|(what, help)| fault(row, what, &help)).collect()
}

/// A file that another file's line takes even when both are named.
fn beyond(line: &CodeownersLine, path: &RepoPath) -> UnsayableRow {
    let msg = format!(
        "row `{}`: GitHub's CODEOWNERS cannot tell `{path}` from another file: it has no way to write `#` or a line end",
        line.row
    );
    let help = "rename one of the two files, or give both to the same people".to_owned();
    UnsayableRow { place: Place { file: path.quoted(), line: 0 }, msg, help }
}

fn fault(row: &Row, msg: String, help: &str) -> UnsayableRow {
    UnsayableRow { place: row.place.clone(), msg, help: help.to_owned() }
}
