//! Changed files judged as Conftest judges them: what stands in them after the change, read, handed over, and what the
//! rules say of it made findings.

use super::contents::Contents;
use super::failure::Failure;
use crate::model::{ConftestConfig, ConftestParser, FileDiff, FileKind, Finding, Pattern, Place, RepoPath, Severity};
use crate::parse;
use crate::policy::conftest::{Judged, Said, SaidKind};
use crate::world::tree::Tree;

/// What there is to judge, and what cannot be.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) files: Vec<Judged>,
    /// A file that cannot be judged is not passed.
    pub(super) unread: Vec<Finding>,
    /// What the configuration asks for and nothing meets.
    pub(super) idle: Vec<Finding>,
}

/// Reads the files that the configuration selects. What the change deletes is gone.
pub(super) fn gather(
    wish: &ConftestConfig,
    files: &[FileDiff],
    contents: Contents<'_>,
    before: &dyn Tree,
) -> Result<Gathered, Failure> {
    let mut gathered = Gathered { idle: idle(wish, files, before)?, ..Gathered::default() };
    let mut known: Vec<(&FileDiff, ConftestParser)> = Vec::new();
    for file in files.iter().filter(|file| file.new.is_some()) {
        let kind = file.new.as_ref().map_or(FileKind::Regular, |side| side.kind);
        let odd = matches!(kind, FileKind::Symlink | FileKind::Submodule | FileKind::LfsPointer | FileKind::Binary);
        let opaque = || match &file.unread {
            Some(why) => Some(format!("cannot be read: {why}")),
            None => odd.then(|| format!("is a {} file", kind.as_str())),
        };
        match (wish.reads(&file.path), opaque()) {
            (None, _) => {}
            (Some(_), Some(why)) => gathered.unread.push(unread(file, &why, None)),
            (Some(None), None) => gathered.unread.push(unread(file, "is of a format that is not known", None)),
            (Some(Some(parser)), None) => known.push((file, parser)),
        }
    }
    let diffs: Vec<&FileDiff> = known.iter().map(|(file, _)| *file).collect();
    contents.read(&diffs, |chunk| {
        for (at, sides) in chunk {
            let Some((file, parser)) = known.get(at) else { continue };
            let read = match sides {
                Ok((_, Some(after))) => parse::conftest(*parser, &after).map_err(|fault| (fault.why, fault.line)),
                Ok((_, None)) => Err(("its contents are not there".to_owned(), 0)),
                Err(why) => Err((format!("cannot be read: {why}"), 0)),
            };
            match read {
                Ok(documents) => gathered.files.push(Judged { path: file.path.quoted(), documents }),
                Err((why, line)) => gathered.unread.push(unread(file, &why, Some(line).filter(|line| *line > 0))),
            }
        }
    })?;
    gathered.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(gathered)
}

/// The patterns that no file of the repository fits and none of the change: most likely a slip, and judged is nothing.
fn idle(wish: &ConftestConfig, files: &[FileDiff], before: &dyn Tree) -> Result<Vec<Finding>, Failure> {
    let parsers = wish.parsers.iter().map(|(pattern, _)| ("parser", pattern));
    let mut found = Vec::new();
    for (key, pattern) in wish.files.iter().map(|pattern| ("files", pattern)).chain(parsers) {
        let fits = |path: &str| pattern.matches(&RepoPath::from(path));
        if files.iter().any(|file| pattern.matches(&file.path)) {
            continue;
        }
        if before.list(folder_of(pattern)).map_err(Failure::world)?.iter().any(|path| fits(path)) {
            continue;
        }
        let msg = format!("no file fits `{}` of `{key}` in `[conftest]`, so it selects nothing", pattern.source());
        let help = "correct the pattern (it is anchored at the root of the repository), or remove it";
        found.push(Finding::new("CONFTEST_IDLE", Severity::Warn, msg).help(help));
    }
    Ok(found)
}

/// The folder that everything a pattern fits stands in.
fn folder_of(pattern: &Pattern) -> &str {
    let source = pattern.source().trim_start_matches('/');
    let fixed = source.find(['*', '?', '[', '{', '\\']).unwrap_or(source.len());
    source.get(..fixed).and_then(|fixed| fixed.rsplit_once('/')).map_or("", |(folder, _)| folder)
}

fn unread(file: &FileDiff, why: &str, line: Option<u32>) -> Finding {
    let msg = format!("the policies cannot judge this file: it {why}");
    let help = "write it so that it can be read, name its format under `[conftest.parser]`, or leave it out of `files`";
    let finding = Finding::new("CONFTEST_UNREAD", Severity::Error, msg).at([file.path.quoted()]).help(help);
    Finding { line, ..finding }
}

/// What the rules said: what blocks, and what should be known.
pub(super) fn findings(said: Vec<Said>, fail_on_warn: bool) -> (Vec<Finding>, Vec<Finding>) {
    let (mut block, mut known) = (Vec::new(), Vec::new());
    for one in said {
        let (code, severity) = match one.kind {
            SaidKind::Failure => ("CONFTEST_DENY", Severity::Error),
            SaidKind::Warning if fail_on_warn => ("CONFTEST_WARN", Severity::Error),
            SaidKind::Warning => ("CONFTEST_WARN", Severity::Warn),
            SaidKind::Excepted => ("CONFTEST_EXCEPTED", Severity::Warn),
            SaidKind::Unasked => ("CONFTEST_IDLE", Severity::Warn),
        };
        let places: Vec<Place> = one.places.into_iter().map(|(file, line)| Place { file, line }).collect();
        let help = match one.kind {
            SaidKind::Excepted => format!("an `exception` takes this away from `{}`", one.rule),
            SaidKind::Unasked => {
                "add it to `namespace` of `[conftest]`, or name only the files you mean in `policy`".to_owned()
            }
            _ => format!("mend the file; `{}` says so{}", one.rule, bodies(&places)),
        };
        let rule = if let [only] = places.as_slice() { Some(only.clone()) } else { None };
        let finding = Finding { line: one.line, rule, ..Finding::new(code, severity, one.msg).at(one.path).help(help) };
        if severity == Severity::Error { &mut block } else { &mut known }.push(finding);
    }
    (block, known)
}

/// Where the bodies of a rule stand, when there are several: the engine does not tell which of them spoke.
fn bodies(places: &[Place]) -> String {
    match places {
        [] | [_] => String::new(),
        [first, second, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            format!(" ({first}, {second}{more})")
        }
    }
}
