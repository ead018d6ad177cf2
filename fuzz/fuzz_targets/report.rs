//! Any bytes as the paths, titles, owners and messages of a change: its facts are concluded, the document of the policies
//! is JSON, every format is written whole, and nothing in it is more than text to the terminal, the runner or the
//! document's reader.
#![no_main]

use changeward::assess::{Evidence, Statement, assess};
use changeward::model::{
    Attachment, AttachmentFormat, Change, ChangeClass, ClaimSource, Decision, Diff, Facts, FileDiff, FileKind, FileStatus, Finding,
    ForgeFacts, Identity, Level, Moment, Principal, RepoPath, Risk, Severity, Side, is_unsafe,
};
use changeward::policy::input::input;
use changeward::report::{Format, Style, render};
use libfuzzer_sys::fuzz_target;
use std::sync::Arc;

fuzz_target!(|data: &[u8]| {
    let pieces: Vec<&[u8]> = data.split(|byte| *byte == 0).take(32).collect();
    let facts = assess(evidence(&pieces));
    let document = input(&facts).unwrap_or_default();
    assert!(serde_json::from_str::<serde_json::Value>(&document).is_ok(), "{document}");
    let decision = decision(&pieces, &facts);
    for format in Format::ALL {
        for explain in [false, true] {
            let style = Style { explain, width: 40 + data.len() % 80, ..Style::default() };
            let mut out = Vec::new();
            assert!(render(&decision, format, &style, &mut out).is_ok());
            check(format, &out);
        }
    }
});

fn check(format: Format, out: &[u8]) {
    let Ok(text) = std::str::from_utf8(out) else { panic!("{} is no text", format.as_str()) };
    let odd = text.chars().find(|c| is_unsafe(*c) && *c != '\n');
    assert_eq!(odd, None, "{}: {text}", format.as_str());
    assert!(text.ends_with('\n') && !text.contains("##["), "{}: {text}", format.as_str());
    let commands = text.lines().filter(|line| line.trim_start().starts_with("::"));
    match format {
        Format::Json | Format::Sarif => assert!(serde_json::from_str::<serde_json::Value>(text).is_ok(), "{text}"),
        Format::Github => {
            let ours = ["::error", "::warning", "::notice", "::group::", "::endgroup::", "::stop-commands::"];
            for line in commands {
                let begins = ours.iter().any(|word| line.starts_with(word)) || is_resumed(line);
                assert!(begins, "{line}");
            }
        }
        _ => assert_eq!(commands.collect::<Vec<_>>(), Vec::<&str>::new()),
    }
}

/// The end of a stretch without commands: `::TOKEN::`.
fn is_resumed(line: &str) -> bool {
    let token = line.strip_prefix("::").and_then(|rest| rest.strip_suffix("::"));
    token.is_some_and(|token| token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

fn text(pieces: &[&[u8]], at: usize) -> String {
    String::from_utf8_lossy(pieces.get(at).copied().unwrap_or_default()).into_owned()
}

fn evidence(pieces: &[&[u8]]) -> Evidence {
    let text = |at| text(pieces, at);
    let now = Moment::from_unix(1_795_363_200);
    let trailers = vec![("Change-Type".to_owned(), text(14)), ("Incident".to_owned(), text(15)), (text(16), text(17))];
    let forge = ForgeFacts {
        author: Some(person(&text(6))),
        title: Some(text(1)),
        body: Some(text(3)),
        labels: vec![text(0), format!("change:{}", text(18))],
        ..ForgeFacts::default()
    };
    Evidence {
        change: Change {
            diff: Diff { files: pieces.iter().map(|piece| file(piece)).collect(), truncated: vec![text(19)] },
            notes: vec![text(20)],
            ..Change::default()
        },
        forge,
        statements: vec![Statement { source: ClaimSource::Flag, at: Some(now), trailers }],
        identities: vec![Identity { name: text(21), email: text(22) }],
        ..Evidence::of_nothing(&text(13), now)
    }
}

fn decision(pieces: &[&[u8]], facts: &Facts) -> Decision {
    let text = |at| text(pieces, at);
    let mut finding = Finding::new(text(0), Severity::Warn, text(1)).at([RepoPath::new(text(2)).quoted()]);
    finding.help = Some(text(3));
    finding.url = Some(text(4));
    let level = Level {
        level: text(5),
        min: 1,
        eligible: vec![person(&text(6))],
        have: Vec::new(),
        met: false,
        stand_in: false,
        why: text(7),
        contact: Some(text(8)),
        rule: None,
    };
    let block = if text(9).is_empty() { Vec::new() } else { vec![finding.clone()] };
    let reasons = vec![finding.clone()];
    let mut decision =
        Decision::new(ChangeClass::Normal, Risk::Low, facts, reasons, block, vec![finding], vec![level], Vec::new());
    decision.next = vec![text(10)];
    decision.split = vec![text(11)];
    decision.attachments = Arc::new(vec![Attachment {
        name: text(10),
        file: RepoPath::new(text(2)).quoted(),
        format: AttachmentFormat::Json,
        bytes: 7,
        digest: text(11),
        document: Arc::from("{}"),
    }]);
    decision.template = Some(text(12));
    decision
}

fn person(text: &str) -> Principal {
    Principal::parse(text).unwrap_or_else(|| Principal::login(text))
}

fn file(path: &[u8]) -> FileDiff {
    let side = Some(Side { mode: 0o100_644, id: None, kind: FileKind::Regular });
    FileDiff {
        path: RepoPath::new(path),
        old_path: path.get(1..).filter(|rest| !rest.is_empty()).map(RepoPath::new),
        status: FileStatus::Renamed,
        old: side.clone(),
        new: side,
        additions: 1,
        deletions: 1,
        unread: Some(String::from_utf8_lossy(path).into_owned()),
    }
}
