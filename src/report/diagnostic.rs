//! A diagnostic as it is drawn: where it stands in the text, what it says, what to do.
//!
//! A diagnostic quotes files that a stranger may have written. It is copied here into plain text first, so that nothing
//! in it can move a cursor, hide a line or be read by a CI runner as a workflow command.

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity, SourceCode};
use std::fmt;

/// Draws a diagnostic, and all that belongs to it.
pub fn drawn(diagnostic: &dyn Diagnostic, theme: GraphicalTheme, width: usize) -> String {
    // A command somebody is to copy must stay on one line; the terminal breaks it without breaking it.
    let command = diagnostic.help().is_some_and(|help| help.to_string().contains("`git "));
    let handler = GraphicalReportHandler::new_themed(theme).with_width(width).with_links(false).with_cause_chain();
    let handler = handler.with_wrap_lines(!command);
    let copy = Copy::of(diagnostic);
    let mut text = String::new();
    if handler.render_report(&mut text, &copy).is_err() {
        text = format!("Error: {copy}\n");
    }
    text
}

/// A diagnostic as plain text.
#[derive(Debug)]
struct Copy {
    message: String,
    code: Option<String>,
    severity: Option<Severity>,
    help: Option<String>,
    url: Option<String>,
    labels: Vec<LabeledSpan>,
    source: Option<NamedSource<String>>,
    related: Vec<Copy>,
    cause: Option<Box<Copy>>,
}

impl Copy {
    fn of(from: &dyn Diagnostic) -> Self {
        let cause = from.diagnostic_source().map(Self::of).or_else(|| from.source().map(Self::of_error));
        Self {
            message: clean(&from.to_string()),
            code: from.code().map(|code| clean(&code.to_string())),
            severity: from.severity(),
            help: from.help().map(|help| clean(&help.to_string())),
            url: from.url().map(|url| clean(&url.to_string())),
            labels: from.labels().into_iter().flatten().map(clean_label).collect(),
            source: from.source_code().and_then(clean_source),
            related: from.related().into_iter().flatten().map(Self::of).collect(),
            cause: cause.map(Box::new),
        }
    }

    fn of_error(from: &dyn std::error::Error) -> Self {
        Self {
            message: clean(&from.to_string()),
            code: None,
            severity: None,
            help: None,
            url: None,
            labels: Vec::new(),
            source: None,
            related: Vec::new(),
            cause: from.source().map(|cause| Box::new(Self::of_error(cause))),
        }
    }
}

fn clean_label(label: LabeledSpan) -> LabeledSpan {
    let text = label.label().map(clean);
    let span = *label.inner();
    if label.primary() {
        LabeledSpan::new_primary_with_span(text, span)
    } else {
        LabeledSpan::new_with_span(text, span)
    }
}

/// The whole source, with every byte that is not plain text replaced by `?`, so that spans stay where they are.
fn clean_source(source: &dyn SourceCode) -> Option<NamedSource<String>> {
    let whole = source.read_span(&(0, 0).into(), 0, usize::MAX).ok()?;
    let mut text = String::with_capacity(whole.data().len());
    for chunk in whole.data().utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' | '\t' => text.push(c),
                '[' if text.ends_with("##") => text.push('?'),
                c if hides(c) => text.extend(std::iter::repeat_n('?', c.len_utf8())),
                c => text.push(c),
            }
        }
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    Some(NamedSource::new(clean(whole.name().unwrap_or("input")), text))
}

/// Text without control characters, without what reorders or hides it, and without the two spellings of a workflow
/// command (`::name::` at the head of a line, `##[name]` anywhere; GitHub Actions toolkit, `docs/commands.md`).
pub fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (n, line) in text.lines().enumerate() {
        if n > 0 {
            out.push('\n');
        }
        if line.trim_start().starts_with("::") {
            out.push('\'');
        }
        for c in line.chars() {
            match c {
                '\t' => out.push(c),
                '[' if out.ends_with("##") => out.push_str(" ["),
                c if hides(c) => out.extend(c.escape_unicode()),
                c => out.push(c),
            }
        }
    }
    out
}

/// Control characters, and the invisible ones that reorder or hide text on a screen.
fn hides(c: char) -> bool {
    let format = ['\u{200b}'..='\u{200f}', '\u{2028}'..='\u{202e}', '\u{2060}'..='\u{206f}', '\u{fff9}'..='\u{fffb}'];
    c.is_control()
        || c == '\u{feff}'
        || format.iter().any(|range| range.contains(&c))
        || ('\u{e0000}'..='\u{e007f}').contains(&c)
}

impl fmt::Display for Copy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Copy {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause.as_ref() as &(dyn std::error::Error + 'static))
    }
}

impl Diagnostic for Copy {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.code.as_ref().map(|code| Box::new(code) as Box<dyn fmt::Display>)
    }

    fn severity(&self) -> Option<Severity> {
        self.severity
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn url<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.url.as_ref().map(|url| Box::new(url) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.related.iter().map(|copy| copy as &dyn Diagnostic)))
    }

    fn diagnostic_source(&self) -> Option<&dyn Diagnostic> {
        self.cause.as_ref().map(|cause| cause.as_ref() as &dyn Diagnostic)
    }
}

#[cfg(test)]
mod tests {
    use super::{clean, drawn};
    use miette::{Diagnostic, GraphicalTheme, NamedSource, SourceSpan};

    #[derive(Debug, thiserror::Error, Diagnostic)]
    #[error("bad \u{1b}[2J line\n::error::gotcha")]
    #[diagnostic(code(changeward::test::hostile), help("##[add-mask]x"))]
    struct Hostile {
        #[source_code]
        source: NamedSource<Vec<u8>>,
        #[label("here\u{202e}")]
        at: SourceSpan,
        #[related]
        related: Vec<Hostile>,
        #[source]
        cause: std::io::Error,
    }

    fn hostile(related: Vec<Hostile>) -> Hostile {
        let source = b"first\nkey \x1b]0;title\x07 = ##[x] \xff\xfe \xe2\x80\xae tail\nlast\n".to_vec();
        Hostile {
            source: NamedSource::new("odd\x07.toml", source),
            at: (10, 12).into(),
            related,
            cause: std::io::Error::other("\u{9b}31m"),
        }
    }

    #[test]
    fn nothing_a_stranger_wrote_reaches_the_terminal_or_the_runner() {
        let one = hostile(vec![hostile(Vec::new())]);
        for (theme, ours) in [(GraphicalTheme::none(), false), (GraphicalTheme::unicode(), true)] {
            let text = drawn(&one, theme, 80);
            for sign in ["\u{1b}[2J", "\u{1b}]", "\u{7}", "\u{9b}", "\u{202e}", "##["] {
                assert!(!text.contains(sign), "{sign:?} in {text}");
            }
            assert_eq!(text.contains("\u{1b}["), ours, "only our own colours");
            assert!(!text.lines().any(|line| line.trim_start().starts_with("::")), "{text}");
            assert!(text.contains("changeward::test::hostile") && text.contains("key ?]0;title? = ##?x] ?? ??? tail"));
            assert_eq!(text.matches("= ##?x]").count(), 2, "the related one is drawn too: {text}");
        }
    }

    #[test]
    fn clean_text_keeps_its_words() {
        let table = [
            ("plain", "plain"),
            ("two\nlines\tand a tab", "two\nlines\tand a tab"),
            ("a\r\nb", "a\nb"),
            ("a\rb", "a\\u{d}b"),
            ("x\u{1b}[0m", "x\\u{1b}[0m"),
            ("::error::x", "'::error::x"),
            ("a\n  ::warning::", "a\n'  ::warning::"),
            ("##[group]", "## [group]"),
            ("std::fs is fine", "std::fs is fine"),
        ];
        for (text, expected) in table {
            assert_eq!(clean(text), expected, "{text:?}");
        }
    }
}
