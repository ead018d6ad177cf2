//! The process that evaluates the policies: this same program, started again, without an environment, with a limit on
//! its memory and a deadline for each answer. Whatever it does — hang, explode, fall over, talk nonsense — is an error
//! here, and never a part of an answer.
#![expect(clippy::disallowed_methods, reason = "programs are started in world/")]

use crate::model::FrameHead;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// The hidden command of the evaluating process. Its one argument is the memory limit in bytes.
pub const COMMAND: &str = "__evaluate";

/// Why there is no answer. The policies that lead to it are at fault, or the machine is.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, miette::Diagnostic)]
pub enum EvaluatorError {
    /// The program could not be started.
    #[error("the evaluating process could not be started: {0}")]
    #[diagnostic(
        code(changeward::policy::spawn),
        help("changeward starts itself once more to evaluate policies; may it start processes here?")
    )]
    Spawn(String),
    /// No answer before the deadline.
    #[error("the policies gave no answer in {} ms", .0.as_millis())]
    #[diagnostic(
        code(changeward::policy::time_limit),
        help("a single call runs too long: look for a large `numbers.range`, a regex over long texts, `bits.lsh`")
    )]
    TimeLimit(Duration),
    /// It asked for more memory than it may have.
    #[error("the policies needed more than {} MiB of memory", .0 / (1024 * 1024))]
    #[diagnostic(
        code(changeward::policy::memory_limit),
        help(
            "look for a value that grows in a loop: `array.concat`, `concat`, a comprehension over all pairs of files"
        )
    )]
    MemoryLimit(u64),
    /// It ended without an answer.
    #[error("the evaluating process ended without an answer: {how}")]
    #[diagnostic(
        code(changeward::policy::crashed),
        help("a call in a policy met a defect of the engine; take out the rule that was added last and report it{}", said(.stderr))
    )]
    Crashed {
        /// How it ended.
        how: String,
        /// The end of what it wrote to its standard error.
        stderr: String,
    },
    /// It said something that is no answer.
    #[error("the evaluating process said something that is no answer")]
    #[diagnostic(code(changeward::policy::crashed), help("this is a defect of changeward; please report it"))]
    Garbled,
    /// The request is longer than a message may be.
    #[error("the input of the policies is longer than 1 GiB")]
    #[diagnostic(code(changeward::policy::memory_limit), help("check a smaller range of commits"))]
    TooLarge,
}

fn said(stderr: &str) -> String {
    let line = stderr.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if line.is_empty() { String::new() } else { format!("; it said: {}", line.escape_debug()) }
}

/// A running evaluating process. Dropping it ends it.
pub struct Evaluator {
    child: Child,
    requests: Option<Sender<Vec<u8>>>,
    answers: Receiver<Result<Vec<u8>, Broken>>,
    stderr: Option<JoinHandle<String>>,
    memory: u64,
    /// As many answers to policies were not taken yet.
    loading: usize,
    /// How long the last answer to an input took.
    took: Duration,
    /// It failed once and is gone.
    gone: Option<EvaluatorError>,
}

/// How the stream of answers broke.
enum Broken {
    /// It ended.
    End,
    /// It is none of ours.
    Garbled,
}

impl Evaluator {
    /// Starts the program with a limit on its memory, in bytes.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn spawn(program: &Path, memory_limit_bytes: u64) -> Result<Self, EvaluatorError> {
        let mut command = Command::new(program);
        command.arg(COMMAND).arg(memory_limit_bytes.to_string());
        // The engine takes a backtrace of its own control flow when it may, ten times as slow.
        command.env_clear().env("RUST_BACKTRACE", "0").env("RUST_LIB_BACKTRACE", "0");
        // glibc gives the thread that evaluates a heap that grows by single pages; this is what it looks for. It is the
        // one thread there that allocates.
        command.env("MALLOC_ARENA_MAX", "1").env("MALLOC_TOP_PAD_", "4194304");
        #[cfg(windows)]
        command.envs(std::env::vars_os().filter(|(name, _)| name.eq_ignore_ascii_case("SystemRoot")));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let failed = |error: io::Error| EvaluatorError::Spawn(error.to_string());
        let mut child = command.spawn().map_err(failed)?;
        let (requests, outbox) = channel();
        let (inbox, answers) = channel();
        let stdin = child.stdin.take();
        let stdout = child.stdout.take();
        let stderr = child.stderr.take();
        let mut evaluator = Self {
            child,
            requests: Some(requests),
            answers,
            stderr: None,
            memory: memory_limit_bytes,
            loading: 0,
            took: Duration::ZERO,
            gone: None,
        };
        let thread = |name: &str| std::thread::Builder::new().name(name.to_owned());
        thread("requests").spawn(move || stdin.map(|pipe| write_requests(pipe, &outbox))).map_err(failed)?;
        thread("answers").spawn(move || stdout.map(|pipe| read_answers(pipe, &inbox))).map_err(failed)?;
        let listening = thread("stderr").spawn(move || stderr.map(read_stderr).unwrap_or_default());
        evaluator.stderr = Some(listening.map_err(failed)?);
        Ok(evaluator)
    }

    /// Sends the policies; does not wait.
    ///
    /// # Errors
    /// When they are too large or the process is gone.
    pub fn load(&mut self, request: Vec<u8>) -> Result<(), EvaluatorError> {
        self.send(request)?;
        self.loading += 1;
        Ok(())
    }

    /// Waits for the next answer to policies.
    ///
    /// # Errors
    /// When there is none before the deadline.
    pub fn loaded(&mut self, deadline: Duration) -> Result<Vec<u8>, EvaluatorError> {
        let answer = self.receive(deadline)?;
        self.loading = self.loading.saturating_sub(1);
        Ok(answer)
    }

    /// Sends an input and waits for its answer. Answers to policies that nobody took are passed over: when they do
    /// not load, each input is answered with why.
    ///
    /// # Errors
    /// When there is none before the deadline; then the process is gone, and each later call gives the same error.
    pub fn evaluate(&mut self, request: Vec<u8>, deadline: Duration) -> Result<Vec<u8>, EvaluatorError> {
        let start = Instant::now();
        self.send(request)?;
        while self.loading > 0 {
            self.loaded(deadline)?;
        }
        let answer = self.receive(deadline.saturating_sub(start.elapsed()));
        self.took = start.elapsed();
        answer.map_err(|error| match error {
            EvaluatorError::TimeLimit(_) => EvaluatorError::TimeLimit(deadline),
            other => other,
        })
    }

    /// How long the last answer to an input took, or was waited for.
    pub fn took(&self) -> Duration {
        self.took
    }

    fn send(&mut self, request: Vec<u8>) -> Result<(), EvaluatorError> {
        if let Some(error) = &self.gone {
            return Err(error.clone());
        }
        if FrameHead::of(request.len()).is_none() {
            return Err(EvaluatorError::TooLarge);
        }
        // A process that is gone is noticed when its answer is waited for.
        let _ = self.requests.as_ref().map(|requests| requests.send(request));
        Ok(())
    }

    fn receive(&mut self, deadline: Duration) -> Result<Vec<u8>, EvaluatorError> {
        if let Some(error) = &self.gone {
            return Err(error.clone());
        }
        let error = match self.answers.recv_timeout(deadline) {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(Broken::Garbled)) => {
                self.end();
                EvaluatorError::Garbled
            }
            Err(RecvTimeoutError::Timeout) => {
                self.end();
                EvaluatorError::TimeLimit(deadline)
            }
            Ok(Err(Broken::End)) | Err(RecvTimeoutError::Disconnected) => self.post_mortem(),
        };
        self.gone = Some(error.clone());
        Err(error)
    }

    /// Why did it end?
    fn post_mortem(&mut self) -> EvaluatorError {
        let status = self.wait();
        let stderr = self.stderr.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        if stderr.contains("memory allocation of") || stderr.contains("failed to allocate") {
            return EvaluatorError::MemoryLimit(self.memory);
        }
        let how = if stderr.contains("has overflowed its stack") {
            "its stack overflowed".to_owned()
        } else {
            status.map_or_else(|| "it closed its pipe".to_owned(), |status| status.to_string())
        };
        EvaluatorError::Crashed { how, stderr }
    }

    /// Its status, once its pipe is closed; a process that lingers is ended.
    fn wait(&mut self) -> Option<ExitStatus> {
        for _ in 0..100 {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.end();
        None
    }

    fn end(&mut self) {
        self.requests = None;
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Evaluator {
    fn drop(&mut self) {
        self.end();
    }
}

fn write_requests(mut pipe: ChildStdin, requests: &Receiver<Vec<u8>>) {
    while let Ok(request) = requests.recv() {
        let Some(head) = FrameHead::of(request.len()) else { return };
        let written =
            pipe.write_all(&head.to_bytes()).and_then(|()| pipe.write_all(&request)).and_then(|()| pipe.flush());
        if written.is_err() {
            return;
        }
    }
}

fn read_answers(mut pipe: ChildStdout, answers: &Sender<Result<Vec<u8>, Broken>>) {
    loop {
        let answer = read_answer(&mut pipe);
        let over = answer.is_err();
        if answers.send(answer).is_err() || over {
            return;
        }
    }
}

fn read_answer(pipe: &mut impl Read) -> Result<Vec<u8>, Broken> {
    let mut head = [0; FrameHead::BYTES];
    pipe.read_exact(&mut head).map_err(|_| Broken::End)?;
    let length = FrameHead::from_bytes(head).ok_or(Broken::Garbled)?.length();
    let mut body = Vec::new();
    let read = pipe.take(u64::try_from(length).unwrap_or(0)).read_to_end(&mut body).map_err(|_| Broken::End)?;
    if read == length { Ok(body) } else { Err(Broken::End) }
}

/// The most bytes kept of what it says to its standard error: the last ones.
const STDERR_BYTES: usize = 16 * 1024;

fn read_stderr(mut pipe: ChildStderr) -> String {
    let mut kept = Vec::new();
    let mut chunk = [0; 4096];
    while let Ok(count @ 1..) = pipe.read(&mut chunk) {
        kept.extend_from_slice(chunk.get(..count).unwrap_or_default());
        let surplus = kept.len().saturating_sub(STDERR_BYTES);
        kept.drain(..surplus);
    }
    String::from_utf8_lossy(&kept).into_owned()
}

/// Limits the memory of this process, for good, to so many bytes of data and stacks. Where the system has no such limit
/// (Windows), the deadline alone holds.
///
/// # Errors
/// When the system refuses.
pub fn limit_self(bytes: u64) -> io::Result<()> {
    #[cfg(unix)]
    {
        use rlimit::Resource;
        // Address space beside data: the program itself, and what the allocator reserves and does not use.
        const RESERVED: u64 = 512 << 20;
        for (resource, limit) in [
            (Resource::DATA, bytes),
            (Resource::AS, bytes.saturating_add(RESERVED)),
            // A crash is reported, not written to the disk of the machine that gates.
            (Resource::CORE, 0),
        ] {
            let hard = resource.get_hard()?;
            resource.set(limit.min(hard), limit.min(hard))?;
        }
    }
    #[cfg(not(unix))]
    let _ = bytes;
    Ok(())
}
