//! How fast owners are found: the index, and reading a CODEOWNERS file, over a made repository.
//!
//! The repository is made from a fixed seed: a tree of 1,000,000 paths, and rules of all kinds whose literal parts are
//! taken from those paths, in the proportions seen in large CODEOWNERS files (mostly directories and files, some
//! names and extensions, a tenth with wildcards inside).

use changeward::model::{Pattern, PatternIndex, RepoPath};
use changeward::parse::dialect::github::codeowners;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

const PATHS: usize = 1_000_000;

/// Numbers that look random and are the same every time (xorshift64*).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap_or(0) % end.max(1)
    }

    fn pick<'a>(&mut self, list: &'a [String]) -> &'a str {
        let n = self.below(list.len());
        list.get(n).map_or("x", String::as_str)
    }
}

fn paths(dice: &mut Dice) -> Vec<String> {
    let syllables = ["ser", "vi", "ce", "pay", "core", "ui", "lib", "test", "net", "io", "auth", "db", "data", "log"];
    let extensions = ["rs", "go", "ts", "tsx", "py", "java", "md", "yaml", "json", "test.ts", "snap", "proto"];
    let word = |dice: &mut Dice| -> String {
        (0..2 + dice.below(2)).filter_map(|_| syllables.get(dice.below(syllables.len()))).copied().collect()
    };
    let mut directories: Vec<String> = (0..200).map(|_| word(dice)).collect();
    while directories.len() < PATHS / 12 {
        let parent = dice.pick(&directories).to_owned();
        if parent.bytes().filter(|b| *b == b'/').count() < 9 {
            directories.push(format!("{parent}/{}", word(dice)));
        }
    }
    (0..PATHS)
        .map(|n| {
            let extension = extensions.get(dice.below(extensions.len())).unwrap_or(&"c");
            format!("{}/{}{n}.{extension}", dice.pick(&directories), word(dice))
        })
        .collect()
}

fn rule(dice: &mut Dice, paths: &[String]) -> String {
    let file = dice.pick(paths).to_owned();
    let (directory, name) = file.rsplit_once('/').unwrap_or(("", &file));
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let last = directory.rsplit_once('/').map_or(directory, |(_, last)| last);
    let top = directory.split('/').next().unwrap_or(directory);
    match dice.below(20) {
        0..=6 => format!("/{directory}/"),
        7..=10 => format!("/{file}"),
        11 | 12 => directory.to_owned(),
        13 => format!("{directory}/*"),
        14 => format!("{last}{}/", dice.below(50)),
        15 => name.to_owned(),
        16 => format!("*.{}{extension}", dice.below(50)),
        17 => format!("/{directory}/**/*.{extension}"),
        18 => format!("/{top}/*/{last}/"),
        _ => format!("**/{last}/*{}*.{extension}", dice.below(10)),
    }
}

fn rules(dice: &mut Dice, paths: &[String], count: usize) -> Vec<String> {
    (0..count).map(|n| if n == 0 { "*".to_owned() } else { rule(dice, paths) }).collect()
}

fn patterns(rules: &[String]) -> Vec<Pattern> {
    rules.iter().filter_map(|rule| Pattern::github(rule).ok()).collect()
}

fn last_match(criterion: &mut Criterion) {
    let mut dice = Dice(0x5eed);
    let texts = paths(&mut dice);
    let all: Vec<RepoPath> = texts.iter().map(RepoPath::new).collect();
    let mut group = criterion.benchmark_group("last_match");
    group.sample_size(10);
    group.throughput(Throughput::Elements(u64::try_from(all.len()).unwrap_or(0)));
    for count in [100, 1_000, 10_000] {
        let index = PatternIndex::new(patterns(&rules(&mut dice, &texts, count)));
        group.bench_with_input(BenchmarkId::from_parameter(count), &index, |bencher, index| {
            bencher.iter(|| all.iter().filter_map(|path| index.last_match(black_box(path))).fold(0, usize::max));
        });
    }
    group.finish();
}

/// What the audit asks: every match of each path, and which patterns match any, over 10,000 patterns.
fn every_match(criterion: &mut Criterion) {
    let mut dice = Dice(0x5eed);
    let texts = paths(&mut dice);
    let all: Vec<RepoPath> = texts.iter().take(PATHS / 10).map(RepoPath::new).collect();
    let rules = patterns(&rules(&mut dice, &texts, 10_000));
    let index = PatternIndex::new(rules.clone());
    let mut group = criterion.benchmark_group("10000 patterns, 100000 paths");
    group.sample_size(10);
    group.throughput(Throughput::Elements(u64::try_from(all.len()).unwrap_or(0)));
    group.bench_function("all_matches", |bencher| {
        bencher.iter(|| all.iter().map(|path| index.all_matches(black_box(path)).len()).sum::<usize>());
    });
    group.bench_function("ever_matching", |bencher| {
        bencher.iter(|| index.ever_matching(rules.len(), black_box(&all), u64::MAX).map_or(0, |found| found.len()));
    });
    group.finish();
}

fn read(criterion: &mut Criterion) {
    let mut dice = Dice(0x5eed);
    let texts = paths(&mut dice);
    let rules = rules(&mut dice, &texts, 10_000);
    let file: String = rules.iter().map(|rule| format!("{rule} @acme/pay @ann\n")).collect();
    let path = RepoPath::from(".github/CODEOWNERS");
    criterion.bench_function("read 10000 lines", |bencher| {
        bencher.iter(|| codeowners(black_box(file.as_bytes()), &path).map_or(0, |(found, _)| found.rules.len()));
    });
    criterion.bench_function("index 10000 patterns", |bencher| {
        bencher.iter_batched(|| patterns(&rules), PatternIndex::new, BatchSize::LargeInput);
    });
}

criterion_group!(benches, last_match, every_match, read);
criterion_main!(benches);
