//! How long it takes to know how files change, and to hold that against templates. `docs/performance.md` says what it may
//! take.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up is none")]

#[path = "../tests/support/judge.rs"]
#[expect(dead_code, reason = "only what it makes is used here, not what it says")]
mod judge;

use changeward::app::edits::file_edits;
use changeward::assess::edits::{line_edits, value_edits};
use changeward::assess::{Evidence, assess};
use changeward::model::{Change, Diff, FileDiff, FileEdits, Syntax};
use changeward::parse;
use changeward::parse::syntax::documents;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use judge::{Changed, evidence};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

/// Bytes of a large file.
const LARGE: usize = 5 * 1024 * 1024;

/// A list of objects such as manifests hold, of so many bytes; one number of it is `value`.
fn large(path: &str, value: u32) -> String {
    let mut text = String::new();
    let yaml = path.ends_with(".yaml");
    text.push_str(if yaml { "items:\n" } else { "{\"items\": [\n" });
    let mut n = 0;
    while text.len() < LARGE {
        let replicas = if n == 20_000 { value } else { 3 };
        let item = if yaml {
            format!(
                "- name: service-{n}\n  kind: Deployment\n  labels: {{app: web, tier: \"front\"}}\n  spec:\n    replicas: {replicas}\n    args:\n    - --port=80{n}\n    - \"--verbose\"\n    text: some words that say what this is\n"
            )
        } else {
            let comma = if n == 0 { "" } else { ",\n" };
            format!(
                "{comma}{{\"name\": \"service-{n}\", \"kind\": \"Deployment\", \"labels\": {{\"app\": \"web\", \"tier\": \"front\"}}, \"spec\": {{\"replicas\": {replicas}, \"args\": [\"--port=80{n}\", \"--verbose\"], \"text\": \"some words that say what this is\"}}}}"
            )
        };
        text.push_str(&item);
        n += 1;
    }
    text.push_str(if yaml { "" } else { "\n]}\n" });
    text
}

fn pairs(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a pair of 5 MiB");
    group.sample_size(10);
    for path in ["large.yaml", "large.json"] {
        let (before, after) = (large(path, 4), large(path, 5));
        let file = Changed::modified(path, &before, after.clone()).diff();
        let edits = file_edits(&file, Some(before.as_bytes()), Some(after.as_bytes()), &[]);
        assert_eq!(edits.count(), Some(1), "{path}");
        group.bench_function(path, |bencher| {
            bencher.iter(|| black_box(file_edits(&file, Some(before.as_bytes()), Some(after.as_bytes()), &[])));
        });
    }
    let (before, after) = (large("large.yaml", 4), large("large.yaml", 5));
    group.bench_function("large.yaml, one side read", |bencher| {
        bencher.iter(|| black_box(documents(Syntax::Yaml, before.as_bytes()).unwrap()));
    });
    let sides = [&before, &after].map(|text| documents(Syntax::Yaml, text.as_bytes()).unwrap());
    group.bench_function("large.yaml, compared by value", |bencher| {
        bencher.iter(|| black_box(value_edits(Some(&sides[0]), Some(&sides[1]), &[]).unwrap()));
    });
    group.bench_function("large.yaml, compared by line", |bencher| {
        bencher.iter(|| black_box(line_edits(Some(before.as_bytes()), Some(after.as_bytes()))));
    });
    group.finish();
}

/// A manifest, and two hundred templates that are all about it.
fn manifests(criterion: &mut Criterion) {
    let text = |replicas: u32| {
        format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replicas: {replicas}\n  template:\n    spec:\n      containers:\n      - name: web\n        image: acme/web:1\n        env:\n        - name: A\n          value: b\n"
        )
    };
    let template = |n: usize| {
        let text = format!(
            "version = 1\nid = \"t{n}\"\ntitle = \"t\"\nstate = \"published\"\n[scope]\ninclude = [\"deploy/**/*.yaml\"]\n[[allow]]\nedit = \"/spec/template/spec/containers/*/image\"\nimage = \"pinned\"\n[[allow]]\nedit = \"/spec/replicas\"\ntype = \"integer\"\nmin = 2\nmax = {}\n",
            20 + n
        );
        parse::template(&text, ".changeward/templates/t.toml").unwrap()
    };
    let templates: Vec<_> = (0..200).map(template).collect();
    let changed = |n: usize| Changed::modified(&format!("deploy/app{n}/web.yaml"), &text(3), text(5));
    let changed: Vec<Changed> = (0..1_000).map(changed).collect();
    let files: Vec<FileDiff> = changed.iter().map(Changed::diff).collect();
    let analyse = || -> BTreeMap<usize, Arc<FileEdits>> {
        let edits = |(at, (file, changed)): (usize, (&FileDiff, &Changed))| {
            (at, Arc::new(file_edits(file, changed.before.as_deref(), changed.after.as_deref(), &[])))
        };
        files.iter().zip(&changed).enumerate().map(edits).collect()
    };
    let mut group = criterion.benchmark_group("1,000 manifests");
    group.sample_size(10);
    group.bench_function("edits", |bencher| bencher.iter(|| black_box(analyse()).len()));
    let edits = analyse();
    let prepared = || Evidence {
        edits: edits.clone(),
        change: Change { diff: Diff { files: files.clone(), truncated: Vec::new() }, ..Change::default() },
        templates: templates.clone(),
        ..evidence()
    };
    let facts = assess(prepared());
    assert!(facts.templates.iter().all(|template| template.faults.is_empty()), "{:?}", facts.templates.first());
    group.bench_function("against 200 templates", |bencher| {
        bencher.iter_batched(prepared, |evidence| black_box(assess(evidence)), BatchSize::LargeInput);
    });
    group.finish();
}

criterion_group!(benches, pairs, manifests);
criterion_main!(benches);
