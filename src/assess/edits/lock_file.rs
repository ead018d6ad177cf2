//! A lockfile as any other file that is judged by its values: its edits, and what differs beside them.

use super::lock::lock_edits;
use crate::model::{DocumentHead, LockSyntax, Lockfile, SyntaxFault, Unanalysable, ValueEdits};

/// A lockfile in which more changes than this is not judged by it.
const MOST: usize = 20_000;

/// A state of a lockfile: its text, and what was read in it.
pub type LockState<'l> = (&'l str, &'l Lockfile);

/// Compares two states of a lockfile; `None` for one that is not there.
///
/// # Errors
/// When more changes than anybody could look at.
pub fn lock_value_edits(old: Option<LockState<'_>>, new: Option<LockState<'_>>) -> Result<ValueEdits, Unanalysable> {
    let edits = lock_edits(old.map(|(_, lock)| lock), new.map(|(_, lock)| lock));
    if edits.len() > MOST {
        let fault = SyntaxFault::new(0, format!("changes more than {MOST} values"));
        return Err(Unanalysable { new: true, fault });
    }
    let elsewhere = match (old, new) {
        (Some((was, _)), Some((is, _))) if edits.is_empty() => elsewhere(lines(was), lines(is)).filter(|_| was != is),
        (Some((was, lock)), Some((is, _))) => elsewhere(comments(lock.syntax, was), comments(lock.syntax, is)),
        _ => None,
    };
    Ok(ValueEdits { edits, elsewhere, beyond_formatting: None, documents: vec![DocumentHead::default()] })
}

fn lines(text: &str) -> impl Iterator<Item = (u32, &str)> {
    (1..).zip(text.split('\n'))
}

/// The comments of a file, each with its line. Layout comes and goes with packages; comments do not.
fn comments(syntax: LockSyntax, text: &str) -> impl Iterator<Item = (u32, &str)> {
    let comment = move |line: &'_ str| match syntax {
        LockSyntax::Npm | LockSyntax::GoSum => None,
        LockSyntax::GoMod => line.find("//"),
        _ => comment_at(line),
    };
    lines(text)
        .filter_map(move |(number, line)| Some((number, line.get(comment(line)?..)?.trim())))
        .filter(|(_, comment)| *comment != "// indirect")
}

/// Where a comment of TOML or YAML begins on a line. What cannot be told from one without the lines before is taken for one:
/// a text over several lines.
fn comment_at(line: &str) -> Option<usize> {
    if line.contains("\"\"\"") || line.contains("'''") {
        return Some(0);
    }
    let (mut quote, mut before, mut escaped) = (None, ' ', false);
    for (at, c) in line.char_indices() {
        match quote {
            Some('"') if escaped || c == '\\' => escaped = !escaped,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            // Only where a value begins does a quote open one; elsewhere it is a letter of YAML.
            None if matches!(c, '"' | '\'') && matches!(before, ' ' | '[' | '{' | ',' | '=' | ':') => quote = Some(c),
            None if c == '#' && matches!(before, ' ' | '\t') => return Some(at),
            None => {}
        }
        before = c;
    }
    quote.map(|_| 0)
}

/// The first line of the new file that is not that of the old one; where lines are only gone, of the old one.
fn elsewhere<'t>(
    mut old: impl Iterator<Item = (u32, &'t str)>,
    mut new: impl Iterator<Item = (u32, &'t str)>,
) -> Option<u32> {
    loop {
        match (old.next(), new.next()) {
            (None, None) => return None,
            (Some((_, was)), Some((_, is))) if was == is => {}
            (_, Some((line, _))) | (Some((line, _)), None) => return Some(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LockState, lock_value_edits};
    use crate::model::{LockSyntax, LockedPackage, LockedSource, Lockfile};

    fn lock(syntax: LockSyntax, version: &str) -> Lockfile {
        let package = LockedPackage {
            slot: "a".to_owned(),
            path: crate::model::DocPath::keys(["a"]),
            name: "a".to_owned(),
            aspect: "",
            version: Some(version.to_owned()),
            source: LockedSource::default(),
            contents: Vec::new(),
            values: Vec::new(),
            line: 1,
            span: 0..1,
        };
        Lockfile { syntax, packages: vec![package], rest: Vec::new(), wanted: Vec::new() }
    }

    #[test]
    fn comments_are_elsewhere_and_layout_is_where_nothing_else_differs() {
        for (syntax, was, is, moves, line) in [
            (LockSyntax::Cargo, "# x\na", "# x\na", false, None),
            (LockSyntax::Cargo, "# x\na", "# x\n\na", false, Some(2)),
            (LockSyntax::Cargo, "# x\na", "# y\na", false, Some(1)),
            (LockSyntax::Cargo, "# x\na", "# x\n\na", true, None),
            (LockSyntax::Cargo, "# x\na", "# x\na\n  # y", true, Some(3)),
            (LockSyntax::Cargo, "# x\n# y\na", "# x\na", true, Some(2)),
            (LockSyntax::Cargo, "a = \"b#c\"", "a = \"b#d\"", true, None),
            (LockSyntax::Cargo, "a = \"b\" # x", "a = \"b\" # y", true, Some(1)),
            (LockSyntax::Cargo, "a = \"b\\\"\" # x", "a = \"b\\\"\"", true, Some(1)),
            (LockSyntax::Poetry, "a = \"\"\"", "a = \"\"\" # y", true, Some(1)),
            (LockSyntax::Pnpm, "a: it's # x", "a: it's # y", true, Some(1)),
            (LockSyntax::Pnpm, "a: 'b # c'", "a: 'b # d'", true, None),
            (LockSyntax::Pnpm, "a: 'b", "a: 'c", true, Some(1)),
            (LockSyntax::GoMod, "a // x", "a // y", true, Some(1)),
            (LockSyntax::GoMod, "a", "a // indirect", true, None),
            (LockSyntax::Npm, "# x", "# y", true, None),
        ] {
            let (old, new) = (lock(syntax, "1.0.0"), lock(syntax, if moves { "1.0.1" } else { "1.0.0" }));
            let states: (LockState<'_>, LockState<'_>) = ((was, &old), (is, &new));
            let found = lock_value_edits(Some(states.0), Some(states.1)).unwrap();
            assert_eq!((found.edits.len(), found.elsewhere), (usize::from(moves), line), "{was:?} {is:?}");
        }
    }
}
