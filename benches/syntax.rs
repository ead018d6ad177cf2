//! What it costs to read a large file of a known format as a tree of values: 5 MB of the kind that people change.

use changeward::model::Syntax;
use changeward::parse::syntax::documents;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

/// At least so many bytes a file.
const SIZE: usize = 5_000_000;

/// A file made of numbered pieces.
fn file(head: &str, piece: impl Fn(usize) -> String, tail: &str) -> String {
    let mut text = head.to_owned();
    let mut n = 0;
    while text.len() < SIZE {
        n += 1;
        text.push_str(&piece(n));
    }
    text + tail
}

fn manifest(n: usize) -> String {
    format!(
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-{n}\n  labels: {{app: web, tier: \"front\"}}\n\
         spec:\n  replicas: {}\n  template:\n    spec:\n      containers:\n        - name: app\n          image: \
         registry.example.org/team/app:1.2.{n}\n          args: [\"--port\", \"8080\"]\n          env:\n            \
         - name: LOG_LEVEL\n              value: info # comment\n            - name: SCRIPT\n              value: |\n\
         \x20               echo hello\n                exit 0\n",
        n % 7
    )
}

fn object(n: usize) -> String {
    let comma = if n > 1 { "," } else { "" };
    format!(
        "{comma}\n  {{\n    \"id\": {n},\n    \"name\": \"user {n}\",\n    \"tags\": [\"a\", \"b\\n\"],\n    \"nested\": \
         {{ \"x\": 1.5, \"y\": null, \"z\": true, \"path\": \"c:\\\\dir\" }}\n  }}"
    )
}

fn package(n: usize) -> String {
    format!(
        "[[package]]\nname = \"crate-{n}\"\nversion = \"1.{n}.0\"\nsource = \"registry+https://example.org/index\"\n\
         checksum = \"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\ndependencies = [\n \"a\",\n \
         \"b\",\n]\n\n"
    )
}

fn resource(n: usize) -> String {
    format!(
        "resource \"aws_instance\" \"web_{n}\" {{\n  ami           = \"ami-{n}\"\n  instance_type = var.size\n  count         \
         = {}\n  tags = {{\n    Name = \"web-${{count.index}}\"\n  }}\n}}\n\n",
        n % 5
    )
}

fn element(n: usize) -> String {
    format!(
        "  <dependency scope=\"test\">\n    <groupId>org.example</groupId>\n    <version>1.{n}</version>\n  </dependency>\n"
    )
}

fn reading(criterion: &mut Criterion) {
    let files = [
        (Syntax::Yaml, file("", manifest, "")),
        (Syntax::Json, file("[", object, "\n]\n")),
        (Syntax::Toml, file("", package, "")),
        (Syntax::Hcl, file("", resource, "")),
        (Syntax::Xml, file("<dependencies>\n", element, "</dependencies>\n")),
        (Syntax::Properties, file("", |n| format!("service.{n}.url = http://example.org/{n}\n"), "")),
    ];
    let mut group = criterion.benchmark_group("syntax");
    group.sample_size(20);
    for (syntax, text) in &files {
        assert!(documents(*syntax, text.as_bytes()).is_ok(), "{}", syntax.as_str());
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(syntax.as_str(), |bench| bench.iter(|| documents(*syntax, black_box(text.as_bytes()))));
    }
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
