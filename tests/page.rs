//! The ownership page in a browser: its answers are the program's, and people can use it by keyboard, on a phone, at night,
//! without a network. Needs node, Chromium and two npm packages (`tests/page/install`, which `.ci/run` calls); without them it
//! says loudly that nobody looked.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test that cannot go on fails, and it reads and writes files of its own"
)]

#[path = "support/shop.rs"]
mod shop;
#[path = "support/temp_repo.rs"]
mod temp_repo;

use changeward::model::{OwnedState, Ownership, RepoPath};
use serde_json::{Value, json};
use shop::{ownership, paths};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use temp_repo::TempRepo;

/// What has to be there before anybody can look.
const NEEDED: [&str; 2] = ["/usr/bin/chromium", ".cache/page/node_modules/playwright-core"];

fn make_page(repo: &TempRepo) -> PathBuf {
    let Output { status, stderr, .. } = Command::new(env!("CARGO_BIN_EXE_changeward"))
        .arg("-C")
        .arg(repo.path())
        .args(["owners", "docs", "--output", "owners.html"])
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    repo.at("owners.html")
}

/// What the program answers for a path.
fn answer(ownership: &Ownership, path: &str) -> Value {
    let answer = ownership.of(&RepoPath::from(path));
    let rows: Vec<Value> = answer
        .rows()
        .iter()
        .map(|row| json!({ "id": row.id, "responsible": row.responsible.iter().map(|p| p.as_str()).collect::<Vec<_>>() }))
        .collect();
    json!({ "path": path, "nobody": answer.state != OwnedState::Owned, "rows": rows })
}

/// A repository in which every text that somebody can choose is chosen to do harm.
fn hostile() -> TempRepo {
    let repo = TempRepo::new();
    let harm =
        r#"</script><script>ran=1</script><img src=x onerror=ran=1>\u202eevil\u2066\" onload='ran=1' {{data}} -->"#;
    let long = "long ".repeat(1_000) + &"x".repeat(5_000);
    repo.write(
        ".changeward/ownership.toml",
        format!(
            r#"version = 1
[escalation]
owner = "@sam"
contact = "javascript:ran=1//{harm}"
[teams.pay]
members = ["@bob"]
goals = "{harm}"
contact = "data:text/html,<script>ran=1</script>"
[people.bob]
name = "{harm}"
[[row]]
id = "row"
scope = ["a/**", "<script>ran=1<*/**"]
purpose = "{harm} {long}"
tier = 1
responsible = ["@acme/pay", "@{name}"]
accountable = "@bob"
contact = "JaVaScRiPt:ran=1"
[[row]]
id = "second-row"
scope = ["b/**"]
responsible = ["{name}'<b>@evil.example"]
accountable = "@bob"
contact = "https://evil.example/\"onmouseover=ran=1"
"#,
            name = "n".repeat(39)
        )
        .replace("'<b>", "")
        .as_str(),
    );
    repo.write(".github/CODEOWNERS", "/b/ o'hara@evil.example\n/\"><img/ @acme/pay\n");
    for path in
        ["a/<img src=x onerror=ran=1>", "b/\u{202e}x\u{200b}", "b/\n::error::x", "__proto__/constructor", "\"><img/x"]
    {
        repo.write(path, "x\n");
    }
    repo.write(format!("a/{}/{}", "d".repeat(200), "f".repeat(200)), "x\n");
    repo.write(b"c/x\xff", "x\n");
    repo.commit("harm");
    repo
}

/// Files that were not there when the page was made, with names that no pattern goes by.
const INVENTED: [&str; 3] = ["unheard-of", "unheard/of", "un/heard/of"];

/// A repository with a CODEOWNERS file and nothing else, or with nothing.
fn plain(codeowners: Option<&str>) -> TempRepo {
    let repo = TempRepo::new();
    ["src/a.rs", "attic/b.pl"].iter().for_each(|path| repo.write(path, "x\n"));
    codeowners.iter().for_each(|text| repo.write(".github/CODEOWNERS", text));
    repo.commit("one");
    repo
}

/// Pages to look at, each a file.
struct Pages {
    shop: PathBuf,
    hostile: PathBuf,
    codeowners: PathBuf,
    nothing: PathBuf,
}

fn expected(pages: &Pages, shots: &Path) -> Value {
    let ownership = ownership(shop::MATRIX, Some(shop::CODEOWNERS));
    let all: Vec<Value> = paths().into_iter().map(|path| answer(&ownership, path)).collect();
    let directories: BTreeSet<&str> =
        paths().into_iter().flat_map(|path| path.match_indices('/').map(|(at, _)| path.split_at(at + 1).0)).collect();
    let invented = |directory| INVENTED.map(|name| answer(&ownership, &format!("{directory}{name}")));
    let invented: Vec<Value> = directories.into_iter().flat_map(invented).collect();
    json!({
        "page": pages.shop,
        "hostile": pages.hostile,
        "codeowners": pages.codeowners,
        "nothing": pages.nothing,
        "shots": shots,
        "paths": all,
        "invented": invented,
        "disagreement": { "path": "b/x", "says": ".github/CODEOWNERS:1 names o'hara@evil.example; the first is followed." },
        "spellings": {
            "  ./services/payments/api.rs:120:7 ": "services/payments/api.rs",
            "/srv/build/services/payments/api.rs": "services/payments/api.rs",
            "https://forge.example/acme/shop/blob/main/services/payments/api.rs#L120": "services/payments/api.rs",
            "services\\payments\\api.rs": "services/payments/api.rs",
            "'b/web/app.ts'": "web/app.ts",
            "(web/app.ts),": "web/app.ts",
        },
        "calls": {
            "2026-11-23T03:00:00Z": ["@kim"],
            "2026-11-25T03:00:00Z": ["@bob"],
            "2026-11-27T00:00:00Z": ["@kim"],
        },
        "unknown": { "services/paymets/api.rs": "No entry of its own", "servces/api.rs": "no such directory" },
        "queries": {
            "ledger": "ledger",
            "@bob": "@bob",
            "bob example": "@bob",
            "platform": "platform",
            "every payment is in it": "ledger",
            "#incidents": "disaster-recovery",
            "ledger-oncall": "ledger",
            "tools/": "tools/",
        },
        "filter": {
            "team": "pay", "part": "R", "tier": "1", "rows": ["payments"],
            "of_team": ["deployment", "disaster-recovery", "payments", "storefront"],
        },
        "person": "@kim",
        "person_row": "ledger",
        "word": "pay",
        "long": "a/very/long/path/that/nobody/knows/with_a_file_name_that_does_not_fit_on_any_phone.rs",
        "gap": "attic/old.pl",
        "shown": "services/payments/api.rs",
        "hostile_path": "a/<img src=x onerror=ran=1>",
        "plain": ["takes the money", "+49 30 5550 100", "answers within 30 minutes", "@legal-counsel", "99.95%", "codeowners:3", "attic/"],
    })
}

#[test]
fn the_page_serves_the_people_who_need_it() {
    if let Some(missing) = NEEDED.into_iter().find(|needed| !Path::new(needed).exists()) {
        eprintln!("!!! {missing} is not installed (tests/page/install): nobody looked at the ownership page");
        return;
    }
    let repo = TempRepo::new();
    paths().iter().for_each(|path| repo.write(path, "x\n"));
    repo.write(".changeward/ownership.toml", shop::MATRIX);
    repo.write(".changeward/config.toml", "version = 1\n");
    repo.write(".github/CODEOWNERS", shop::CODEOWNERS);
    repo.commit("one");
    let (hostile, nothing) = (hostile(), plain(None));
    let codeowners = plain(Some("/src/ @acme/a-team-with-a-name @ann @bob\n/.github/ @ann\n"));
    let pages = Pages {
        shop: make_page(&repo),
        hostile: make_page(&hostile),
        codeowners: make_page(&codeowners),
        nothing: make_page(&nothing),
    };
    let shots = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/page/shots");
    std::fs::create_dir_all(&shots).unwrap();
    let told = expected(&pages, &shots);
    let file = repo.at("expected.json");
    std::fs::write(&file, told.to_string()).unwrap();
    let output = Command::new("node").arg("tests/page/look.mjs").arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "\n{said}");
    assert!(said.contains("0 requests beside the page itself"), "\n{said}");
    eprintln!("{said}");
}
