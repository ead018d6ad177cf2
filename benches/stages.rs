//! What each stage of a check costs by itself, in this process: reading a patch, concluding the facts, writing the input
//! document, loading the shipped policies, evaluating them. What is left of a whole run (`whole-process.py`) is git, the
//! starting of processes, and the pipes between them.

use changeward::assess::{Evidence, assess};
use changeward::model::{
    Change, Diff, Facts, FileDiff, FileKind, FileStatus, Moment, ObjectId, Ownership, RepoPath, Side, Sources,
};
use changeward::parse::dialect::github::codeowners;
use changeward::parse::diff::diff;
use changeward::policy::engine::{Limits, Pack};
use changeward::policy::input::{input, input_without_files};
use changeward::policy::shipped::modules;
use changeward::policy::wire;
use changeward::world::evaluator::Evaluator;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

/// How many files a change has.
const SIZES: [usize; 3] = [10, 1_000, 10_000];

fn path(n: usize) -> String {
    format!("src/service{}/part{:02}/file{n:06}.py", n / 10_000, n / 100 % 100)
}

fn patch(files: usize) -> String {
    let section = |n| {
        let path = path(n);
        format!(
            "diff --git a/{path} b/{path}\nindex 1111111..2222222 100644\n--- a/{path}\n+++ b/{path}\n\
             @@ -1,3 +1,3 @@\n one\n-two\n+three\n four\n"
        )
    };
    (0..files).map(section).collect()
}

fn file(n: usize) -> FileDiff {
    let side =
        |digit: &str| Some(Side { mode: 0o100_644, id: Some(ObjectId(digit.repeat(40))), kind: FileKind::Regular });
    FileDiff {
        path: RepoPath::new(path(n)),
        old_path: None,
        status: FileStatus::Modified,
        old: side("1"),
        new: side("2"),
        additions: 3,
        deletions: 3,
        unread: None,
    }
}

fn ownership() -> Ownership {
    let rule =
        |n: usize| format!("/src/service{}/part{:02}/ @acme/team{} @owner{}\n", n / 100, n % 100, n % 40, n % 90);
    let text: String = std::iter::once("* @acme/everyone\n".to_owned()).chain((0..300).map(rule)).collect();
    let owners = codeowners(text.as_bytes(), &RepoPath::from(".github/CODEOWNERS")).ok().map(|(owners, _)| owners);
    Ownership::new(Sources { codeowners: owners, ..Sources::default() })
}

fn evidence(files: usize) -> Evidence {
    let diff = Diff { files: (0..files).map(file).collect(), truncated: Vec::new() };
    Evidence {
        change: Change { diff, ..Change::default() },
        ownership: ownership(),
        ..Evidence::of_nothing("production", noon())
    }
}

fn facts(files: usize) -> Facts {
    assess(evidence(files))
}

fn noon() -> Moment {
    Moment::from_unix(1_795_348_800)
}

/// One benchmark at each size; `prepare` makes its subject, once.
fn each<T>(criterion: &mut Criterion, name: &str, prepare: impl Fn(usize) -> T, run: impl Fn(&T) -> usize) {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(20);
    for files in SIZES {
        group.throughput(Throughput::Elements(u64::try_from(files).unwrap_or(0)));
        let subject = prepare(files);
        group.bench_with_input(BenchmarkId::from_parameter(files), &subject, |bencher, subject| {
            bencher.iter(|| run(black_box(subject)));
        });
    }
    group.finish();
}

fn reading(criterion: &mut Criterion) {
    each(criterion, "read a patch", patch, |text| diff(text.as_bytes(), "x.diff").map_or(0, |diff| diff.files.len()));
}

fn assessing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("assess");
    group.sample_size(20);
    for files in SIZES {
        group.throughput(Throughput::Elements(u64::try_from(files).unwrap_or(0)));
        group.bench_function(BenchmarkId::from_parameter(files), |bencher| {
            bencher.iter_batched(|| evidence(files), assess, BatchSize::LargeInput);
        });
    }
    group.finish();
    each(criterion, "write the input", facts, |facts| input(facts).map_or(0, |text| text.len()));
}

fn evaluating(criterion: &mut Criterion) {
    let modules = modules();
    criterion.bench_function("load the shipped policies", |bencher| {
        bencher.iter(|| Pack::load(black_box(&modules), Vec::new(), Limits::default()).is_ok());
    });
    let Ok(pack) = Pack::load(&modules, Vec::new(), Limits::default()) else { return };
    let run = |text: &String| pack.evaluate(text, noon()).map_or(0, |done| done.findings.require.len());
    each(criterion, "evaluate", |files| input_without_files(&facts(files)).unwrap_or_default(), run);
    each(criterion, "evaluate with input.files", |files| input(&facts(files)).unwrap_or_default(), run);
}

/// The same evaluation here and in a process of its own, each from nothing: the difference is what the process costs.
fn isolating(criterion: &mut Criterion) {
    let (modules, deadline) = (modules(), Duration::from_secs(10));
    let Ok(document) = input_without_files(&facts(10)) else { return };
    criterion.bench_function("load and evaluate in this process", |bencher| {
        bencher.iter(|| {
            let pack = Pack::load(black_box(&modules), Vec::new(), Limits::default());
            pack.and_then(|pack| pack.evaluate(&document, noon())).is_ok()
        });
    });
    let program = Path::new(env!("CARGO_BIN_EXE_changeward"));
    let isolated = || {
        let mut child = Evaluator::spawn(program, 2 << 30).ok()?;
        child.load(wire::load_request(black_box(&modules), &[], Limits::default()).ok()?).ok()?;
        let answer = child.evaluate(wire::input_request(noon(), &document).ok()?, deadline).ok()?;
        wire::read_evaluation(&answer, &modules).ok()
    };
    assert!(isolated().is_some(), "the child answers");
    criterion.bench_function("load and evaluate in a child", |bencher| bencher.iter(isolated));
}

criterion_group!(benches, reading, assessing, evaluating, isolating);
criterion_main!(benches);
