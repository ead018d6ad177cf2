//! The evaluating process: what it does with the requests of `wire.rs`.

use super::conftest;
use super::engine::{Limits, Module, Pack, RuleMeta};
use super::error::PolicyErrors;
use super::testing::{Suite, wire};
use super::wire::{Answer, Request, WireFindings};
use crate::model::{FrameHead, Moment};
use std::io::{self, BufRead, Read, Write};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// The evaluating process: answers requests until there are no more.
///
/// # Errors
/// When a request is none, or the pipe breaks.
pub fn serve(mut requests: impl BufRead, mut answers: impl Write) -> io::Result<()> {
    let mut pack: Option<Result<Pack, PolicyErrors>> = None;
    let mut known: Option<(Vec<Module>, Limits)> = None;
    let mut suite: Option<Suite> = None;
    let watched = watchdog();
    while let Some(body) = read_frame(&mut requests)? {
        let invalid = |why: String| io::Error::new(io::ErrorKind::InvalidData, why);
        let end = body.iter().position(|byte| *byte == b'\n').unwrap_or(body.len());
        let (head, input) = body.split_at(end);
        let _ = watched.send(());
        match serde_json::from_slice(head).map_err(|e| invalid(e.to_string()))? {
            Request::Load { modules, metas, milliseconds } => {
                let modules: Vec<Module> = modules.into_iter().map(Module::from).collect();
                let metas = metas.into_iter().map(RuleMeta::from).collect();
                let wanted = (modules, Limits { time: Duration::from_millis(milliseconds) });
                let loaded = match pack.take() {
                    Some(Ok(mut pack)) if known.as_ref() == Some(&wanted) => {
                        pack.describe(metas);
                        Ok(pack)
                    }
                    _ => Pack::load(&wanted.0, metas, wanted.1),
                };
                let answer = match &loaded {
                    Ok(pack) => Answer::Loaded { reads_files: pack.reads_files() },
                    Err(problems) => Answer::failed(problems),
                };
                write_frame(&mut answers, &serde_json::to_vec(&answer)?)?;
                (pack, known) = (Some(loaded), Some(wanted));
            }
            Request::Conftest(wish) => {
                let files = std::str::from_utf8(input).map_err(|e| invalid(e.to_string()))?;
                let answer =
                    conftest::judge(wish, files).map_or_else(|p| Answer::failed(&p), |said| Answer::Judged { said });
                write_frame(&mut answers, &serde_json::to_vec(&answer)?)?;
            }
            Request::Evaluate { now } => {
                let input = std::str::from_utf8(input).map_err(|e| invalid(e.to_string()))?;
                let pack = pack.as_ref().ok_or_else(|| invalid("an input before the policies".to_owned()))?;
                let (answer, leftover) = evaluate(pack, input, Moment::from_unix(now));
                // The answer goes out first: to drop an input of 100,000 files takes a fifth of a second.
                write_frame(&mut answers, &serde_json::to_vec(&answer)?)?;
                drop((answer, leftover));
            }
            Request::Testing(ask) => {
                let input = std::str::from_utf8(input).map_err(|e| invalid(e.to_string()))?;
                let answered = wire::answer(&mut suite, ask, input.trim_start());
                let (answer, leftover) = answered.ok_or_else(|| invalid("a test before the policies".to_owned()))?;
                write_frame(&mut answers, &serde_json::to_vec(&answer)?)?;
                drop((answer, leftover));
            }
        }
        let _ = watched.send(());
    }
    std::mem::forget((pack, suite));
    Ok(())
}

fn evaluate(pack: &Result<Pack, PolicyErrors>, input: &str, now: Moment) -> (Answer, Option<super::engine::Leftover>) {
    match pack {
        Err(problems) => (Answer::failed(problems), None),
        Ok(pack) => match pack.run(input, now) {
            (Ok(done), left) => (
                Answer::Evaluated { findings: Box::new(WireFindings::of(&done.findings)), prints: done.prints },
                Some(left),
            ),
            (Err(problems), left) => (Answer::failed(&problems), Some(left)),
        },
    }
}

/// The longest a request may take when nobody is left to end this process: the one that asked has died.
const ORPHANED: Duration = Duration::from_secs(120);

/// Ends the process when a request, told of at its start and at its end, takes too long.
fn watchdog() -> Sender<()> {
    let (told, events) = channel();
    // Without the thread only this last resort is missing.
    let _ = std::thread::Builder::new().name("watchdog".to_owned()).spawn(move || {
        while events.recv().is_ok() {
            if events.recv_timeout(ORPHANED) == Err(RecvTimeoutError::Timeout) {
                std::process::abort();
            }
        }
    });
    told
}

/// One body; `None` at the end.
fn read_frame(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    if input.fill_buf()?.is_empty() {
        return Ok(None);
    }
    let mut head = [0; FrameHead::BYTES];
    input.read_exact(&mut head)?;
    let invalid = || io::Error::new(io::ErrorKind::InvalidData, "this is no request");
    let length = FrameHead::from_bytes(head).ok_or_else(invalid)?.length();
    let mut body = Vec::new();
    let read = input.take(u64::try_from(length).unwrap_or(0)).read_to_end(&mut body)?;
    if read == length { Ok(Some(body)) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn write_frame(output: &mut impl Write, body: &[u8]) -> io::Result<()> {
    let head = FrameHead::of(body.len()).ok_or_else(|| io::Error::other("the answer is longer than 1 GiB"))?;
    output.write_all(&head.to_bytes())?;
    output.write_all(body)?;
    output.flush()
}
