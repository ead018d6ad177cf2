//! Random changes: a seed makes the same evidence every time, so a failing seed is a test case.

use changeward::assess::{Evidence, Statement};
use changeward::model::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// SplitMix64: small, seedable, good enough to mix facts.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    /// True once in `n`.
    pub(crate) fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len() as u64) as usize]
    }
}

pub(crate) const HEAD: &str = "1111111111111111111111111111111111111111";
const OLD: &str = "2222222222222222222222222222222222222222";

const PEOPLE: &[&str] =
    &["ann", "bob", "cat", "dan", "eve", "kim", "sam", "fay", "lou", "cab1", "Bob", "nobody", "zoe"];

const PATHS: &[&str] = &[
    "services/pay/deploy/a.yaml",
    "services/pay/deploy/b.yaml",
    "services/pay/src/main.go",
    "services/web/index.html",
    "lonely.txt",
    "cleared/x",
    "docs/guide.md",
    ".changeward/config.toml",
];

pub(crate) fn now() -> Moment {
    Moment::parse("2026-11-22T12:00:00Z").unwrap()
}

pub(crate) fn login(name: &str) -> Principal {
    Principal::login(name)
}

/// The evidence of one random change. Every other one is calm: odd things happen to it so rarely that it may be anything
/// but normal.
pub(crate) fn evidence(seed: u64) -> Evidence {
    let mut wild = wild(seed);
    if seed.is_multiple_of(2) {
        calm(&mut wild, &mut Dice::new(!seed));
    }
    wild
}

fn calm(evidence: &mut Evidence, d: &mut Dice) {
    evidence.errors.clear();
    evidence.calendars.clear();
    evidence.change.diff.truncated.clear();
    evidence.environment = "production".to_owned();
    let path =
        *d.pick::<&str>(&["services/pay/deploy/a.yaml", "services/pay/src/main.go", "docs/guide.md", "lonely.txt"]);
    evidence.change.diff.files = vec![FileDiff { unread: None, ..file(path, d) }];
    for (approval, commit) in &mut evidence.forge.approvals {
        approval.decision = ApprovalDecision::Approve;
        *commit = Some(HEAD.to_owned());
    }
}

fn wild(seed: u64) -> Evidence {
    let mut dice = Dice::new(seed);
    let d = &mut dice;
    let files: BTreeSet<&str> = (0..=d.below(3)).map(|_| *d.pick::<&str>(PATHS)).collect();
    let diff = Diff {
        files: files.into_iter().map(|path| file(path, d)).collect(),
        truncated: if d.once_in(15) { vec!["a limit was reached".to_owned()] } else { Vec::new() },
    };
    let change = Change {
        base: Some(CommitId("0".repeat(40))),
        head: Some(CommitId(HEAD.to_owned())),
        diff,
        commits: Vec::new(),
        commits_missing: false,
        notes: Vec::new(),
    };
    Evidence {
        samples: BTreeMap::new(),
        edits: edits(d, change.diff.files.len()),
        now: now(),
        environment: d.pick(&["production", "staging"]).to_string(),
        change,
        head: Some(HEAD.to_owned()),
        ownership: ownership(d),
        config: config(d),
        templates: templates(d),
        calendars: calendars(d),
        windows: BTreeMap::new(),
        lockdowns: lockdowns(d),
        exceptions: exceptions(d),
        forge: forge(d),
        statements: vec![statement(d)],
        identities: Vec::new(),
        seen: BTreeMap::new(),
        errors: errors(d),
        noticed: Vec::new(),
        attachments: attachments(d),
    }
}

fn exceptions(d: &mut Dice) -> Vec<Exception> {
    let one = |d: &mut Dice, n: u64| Exception {
        id: format!("e{n}"),
        rule: d.pick(&["RACI_LINT", "UNANALYSABLE", "PLAN_DESTROYS", "PIR_OVERDUE", "FREEZE", "UNOWNED"]).to_string(),
        scope: vec![glob(d.pick::<&str>(&["**", "services/**", "services/pay/**", "lonely.txt"]))],
        reason: "it is so".to_owned(),
        compensating: "we look".to_owned(),
        owner: login("sam"),
        approved_by: login(d.pick::<&str>(&["cab1", "kim", "bob", "zoe"])),
        approved_at: now().plus(-DAY * 10 + 3_600 * 24 * d.below(12) as i64),
        expires_at: now().plus(DAY * (d.below(60) as i64 - 5)),
        place: Place { file: "x.toml".to_owned(), line: 1 },
    };
    (0..d.below(4)).map(|n| one(d, n)).collect()
}

/// Now and then a plan, a scan or something else, whole or broken.
fn attachments(d: &mut Dice) -> Vec<Attachment> {
    let mut all = Vec::new();
    for name in ["plan", "scan"] {
        if !d.once_in(3) {
            continue;
        }
        let (format, document) = match d.below(3) {
            0 => (AttachmentFormat::TerraformPlan, plan(d)),
            1 => (AttachmentFormat::Sarif, scan(d)),
            _ => (AttachmentFormat::Json, "{\"runs\": [1, null, {\"a\": -0.5}]}".to_owned()),
        };
        let (bytes, digest) = (document.len() as u64, "sha256:0".to_owned());
        all.push(Attachment {
            name: name.into(),
            file: "a.json".into(),
            format,
            bytes,
            digest,
            document: document.into(),
        });
    }
    all
}

fn plan(d: &mut Dice) -> String {
    let actions = ["[\"create\"]", "[\"delete\"]", "[\"create\",\"delete\"]", "[\"no-op\"]", "\"delete\"", "null"];
    let change =
        |d: &mut Dice, n: u64| format!("{{\"address\":\"a.r{n}\",\"change\":{{\"actions\":{}}}}}", d.pick(&actions));
    let changes: Vec<String> = (0..d.below(9)).map(|n| change(d, n)).collect();
    let changes = if d.once_in(6) { "null".to_owned() } else { format!("[{}]", changes.join(",")) };
    let state = d.pick(&["", ",\"errored\":true", ",\"complete\":false,\"errored\":false"]);
    format!("{{\"format_version\":\"1.2\",\"resource_changes\":{changes}{state}}}")
}

fn scan(d: &mut Dice) -> String {
    let results: Vec<String> = (0..d.below(6)).map(|_| result(d)).collect();
    let results = if d.once_in(8) { "null".to_owned() } else { format!("[{}]", results.join(",")) };
    let rules = "[{\"id\":\"a\",\"properties\":{\"security-severity\":\"9.8\"}},{\"id\":\"b\",\"properties\":{\"security-severity\":\"x\"}},{\"id\":\"c\",\"defaultConfiguration\":{\"level\":\"error\"}}]";
    let ended = d.pick(&["true", "true", "false", "null"]);
    format!(
        "{{\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":{{\"rules\":{rules}}}}},\"results\":{results},\"invocations\":[{{\"executionSuccessful\":{ended}}}]}}]}}"
    )
}

fn result(d: &mut Dice) -> String {
    let mut keys = vec![format!("\"ruleId\":{}", d.pick(&["\"a\"", "\"b\"", "\"c\"", "\"d\"", "7"]))];
    let mut put = |d: &mut Dice, key: &str, values: &[&str]| {
        if d.once_in(2) {
            keys.push(format!("\"{key}\":{}", d.pick(values)));
        }
    };
    put(d, "ruleIndex", &["0", "1", "2", "-1", "9", "\"0\""]);
    put(d, "level", &["\"error\"", "\"warning\"", "\"none\"", "null"]);
    put(d, "kind", &["\"fail\"", "\"pass\""]);
    put(d, "baselineState", &["\"new\"", "\"unchanged\"", "\"updated\""]);
    put(
        d,
        "suppressions",
        &["[]", "[{\"kind\":\"inSource\"}]", "[{\"kind\":\"external\",\"status\":\"accepted\"}]", "\"x\""],
    );
    let place = "[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"a.py\"},\"region\":{\"startLine\":3}}}]";
    put(
        d,
        "locations",
        &[place, "[]", "[{\"physicalLocation\":7}]", "[{\"physicalLocation\":{\"region\":{\"startLine\":1.5}}}]"],
    );
    format!("{{{}}}", keys.join(","))
}

fn errors(d: &mut Dice) -> Vec<IntegrityError> {
    let broken = d.once_in(15);
    broken.then(|| IntegrityError { code: "BROKEN".into(), msg: "something was not read".into() }).into_iter().collect()
}

fn file(path: &str, d: &mut Dice) -> FileDiff {
    let kind = if d.once_in(10) { FileKind::Binary } else { FileKind::Regular };
    let side = |id: &str| Some(Side { mode: 0o100_644, id: Some(ObjectId(id.repeat(40))), kind });
    let status = *d.pick(&[FileStatus::Modified, FileStatus::Modified, FileStatus::Added, FileStatus::Deleted]);
    FileDiff {
        path: RepoPath::from(path),
        old_path: None,
        status,
        old: if status == FileStatus::Added { None } else { side("a") },
        new: if status == FileStatus::Deleted { None } else { side("b") },
        additions: d.below(500),
        deletions: d.below(5),
        unread: None,
    }
}

fn glob(text: &str) -> Pattern {
    Pattern::glob(text).unwrap()
}

/// Teams beside the people of a row: one that nobody can take apart, one that is known.
const TEAMS: &[&[&str]] = &[&[], &[], &[], &["@acme/pay"], &["@acme/ops"], &["@acme/pay", "@ops"], &["@@developer"]];

fn principal(name: &str) -> Option<Principal> {
    Principal::role(name).or_else(|| Principal::parse(name)).or_else(|| Some(login(name)))
}

fn row(id: &str, scope: &str, responsible: &[&str], d: &mut Dice) -> Row {
    Row {
        id: id.to_owned(),
        kind: RowKind::Resource,
        scope: vec![glob(scope)],
        purpose: None,
        tier: d.pick(&[None, Some(2), Some(2), Some(1), Some(0)]).to_owned(),
        responsible: responsible.iter().chain(*d.pick(TEAMS)).filter_map(|who| principal(who)).collect(),
        approvals: if d.once_in(10) { 2 } else { 1 },
        accountable: if d.once_in(8) { Vec::new() } else { vec![login("cat")] },
        supports: Vec::new(),
        consulted: Vec::new(),
        informed: Vec::new(),
        director: (!d.once_in(8)).then(|| login("dan")),
        alternate: if d.once_in(4) { vec![login("eve")] } else { Vec::new() },
        contact: Some("#pay".to_owned()),
        review_by: None,
        place: Place { file: ".changeward/ownership.toml".into(), line: 1 },
    }
}

fn ownership(d: &mut Dice) -> Ownership {
    if d.once_in(20) {
        return Ownership::default();
    }
    let escalation = (!d.once_in(5)).then(|| Escalation {
        owner: login("sam"),
        contact: None,
        acknowledge_within: None,
        resolve_within: None,
        next: Vec::new(),
    });
    let rows = vec![
        row("pay", "services/pay/**", &["bob", "eve"], d),
        row("web", "services/web/**", &["fay"], d),
        row("docs", "docs/**", &["eve", "ann"], d),
    ];
    let teams = BTreeMap::from([(
        "ops".to_owned(),
        Team { members: vec![login("eve"), login("lou"), login("ann")], ..Team::default() },
    )]);
    let matrix = Matrix { escalation, rows, teams, people: people(d) };
    let rule = |line, pattern: &str, owners: &[&str]| OwnerRule {
        line,
        pattern: Pattern::github(pattern).unwrap(),
        owners: owners.iter().map(|who| login(who)).collect(),
    };
    let codeowners = d.once_in(2).then(|| {
        let rules =
            vec![rule(1, "/cleared/", &["bob"]), rule(2, "/cleared/", &[]), rule(3, "/services/web/", &["bob"])];
        Codeowners::new(RepoPath::from("CODEOWNERS"), rules)
    });
    Ownership::new(Sources { matrix: Some(matrix), codeowners, ..Sources::default() })
}

/// Some people are away, and some have left.
fn people(d: &mut Dice) -> BTreeMap<String, Person> {
    let mut people = BTreeMap::new();
    for name in ["bob", "cat", "eve", "fay", "sam", "kim", "lou"] {
        let away = |from: i64, until: i64| Absence { from: Some(now().plus(from)), until: Some(now().plus(until)) };
        let away = if d.once_in(6) { vec![away(-DAY, DAY)] } else { Vec::new() };
        people.insert(name.to_owned(), Person { away, left: d.once_in(30), ..Person::default() });
    }
    people
}

fn config(d: &mut Dice) -> Config {
    Config {
        scope_exclude: if d.once_in(2) { vec![glob("docs/**")] } else { Vec::new() },
        control_owners: if d.once_in(5) { Vec::new() } else { vec![login("kim")] },
        change_authority: if d.once_in(5) { Vec::new() } else { vec![login("cab1")] },
        ..Config::default()
    }
}

fn templates(d: &mut Dice) -> Vec<Template> {
    let template = |id: &str, include: &str, state, approved: bool| Template {
        id: id.to_owned(),
        title: id.to_owned(),
        state,
        proposed_by: Some(login("eve")),
        approved_by: vec![login(if approved { "cab1" } else { "eve" })],
        approved_at: None,
        not_before: None,
        expires_at: Some(now().plus(3600)),
        implementation: None,
        backout: None,
        include: vec![glob(include)],
        exclude: Vec::new(),
        kinds: vec![FileStatus::Modified, FileStatus::Added],
        environments: vec!["production".to_owned()],
        limits: Limits::default(),
        submitters: Vec::new(),
        window: None,
        required_checks: Vec::new(),
        allow: Vec::new(),
        formatting: false,
        companions: Vec::new(),
        lockfile_consistent: false,
        predicate: None,
        samples: Vec::new(),
        review_by: None,
        usage: None,
        breaker: changeward::model::Breaker::default(),
        place: Place::default(),
    };
    let mut strict = template("strict", "**", TemplateState::Published, true);
    strict.allow = vec![Constraint {
        allows: Allows::Value(Box::new(replicas(d.below(9) as f64))),
        files: Vec::new(),
        place: Place::default(),
    }];
    strict.review_by = d.once_in(2).then(|| now().plus(if d.once_in(2) { -2 * DAY } else { 0 }));
    strict.predicate = d.once_in(2).then(|| d.pick(&["one-committer", "no-such"]).to_string());
    let mut all = vec![template("wide", "**", TemplateState::Published, true)];
    if d.once_in(3) {
        all.push(template("narrow", "services/pay/deploy/**", TemplateState::Published, true));
    }
    if d.once_in(2) {
        all.push(strict);
    }
    if d.once_in(3) {
        all.push(template("draft", "**", TemplateState::Proposed, true));
    }
    if d.once_in(3) {
        all.push(template("self-approved", "**", TemplateState::Published, false));
    }
    if d.once_in(3) {
        all.remove(0);
    }
    all
}

fn calendars(d: &mut Dice) -> Vec<CalendarState> {
    let state = |open| CalendarState {
        file: "calendars/freeze.ics".to_owned(),
        open,
        event: None,
        next_transition: None,
        approvers: vec![login("fay")],
    };
    if d.once_in(2) { vec![state(!d.once_in(3))] } else { Vec::new() }
}

fn lockdowns(d: &mut Dice) -> Vec<Lockdown> {
    let lockdown = |exempt| Lockdown {
        id: "outage".to_owned(),
        state: LockdownState::Enforced,
        reason: "the region is down".to_owned(),
        from: None,
        until: None,
        environments: Vec::new(),
        rows: Vec::new(),
        exempt,
        release_approvers: vec![login("lou"), login("ann")],
        place: Place::default(),
    };
    match d.below(12) {
        0 => vec![lockdown(Vec::new())],
        1 => vec![lockdown(vec![ChangeClass::Emergency])],
        _ => Vec::new(),
    }
}

fn forge(d: &mut Dice) -> ForgeFacts {
    let mut approvals = Vec::new();
    for _ in 0..d.below(8) {
        let decision = if d.once_in(9) { ApprovalDecision::Reject } else { ApprovalDecision::Approve };
        let approval = Approval {
            by: login(d.pick::<&str>(PEOPLE)),
            kind: if d.once_in(9) { ApproverKind::Bot } else { ApproverKind::User },
            decision,
            at: Some(now().plus(-(d.below(20 * 86_400) as i64) + 86_400)),
            teams: Vec::new(),
            content: Content::Unknown,
        };
        let commit = if d.once_in(6) { OLD } else { HEAD };
        approvals.push((approval, Some(commit.to_owned())));
    }
    let incident = Incident {
        id: "INC-42".to_owned(),
        state: d.pick(&["open", "open", "open", "mitigated", "closed"]).to_string(),
        severity: *d.pick(&[Some(1), Some(1), Some(2), Some(3), None]),
        rows: d.pick(&[vec!["pay"], vec!["pay", "web", "docs"], vec!["web"]]).iter().map(|r| r.to_string()).collect(),
        opened_at: None,
    };
    ForgeFacts {
        head: Some(HEAD.to_owned()),
        author: Some(login("ann")),
        requester: Some(login(d.pick::<&str>(&["ann", "ann", "bob", "dan"]))),
        committers: vec![login("ann")],
        incidents: if d.once_in(6) { Vec::new() } else { vec![incident] },
        labels: if d.once_in(15) { vec!["change:normal".to_owned()] } else { Vec::new() },
        approvals,
        ..ForgeFacts::default()
    }
}

fn statement(d: &mut Dice) -> Statement {
    let emergency: &[(&str, &str)] = &[
        ("Change-Type", "emergency"),
        ("Incident", "INC-42"),
        ("Criterion", "restore-service"),
        ("Justification", "customers are charged twice"),
        ("Backout", "revert"),
        ("Permanent", "yes"),
    ];
    let mut trailers: Vec<(String, String)> = Vec::new();
    let claim: &[(&str, &str)] = match d.below(8) {
        0..=2 => emergency,
        3 => &[("Change-Type", "normal")],
        4 => &[("Change-Type", "standard"), ("Template", "wide")],
        _ => &[],
    };
    for (key, value) in claim {
        if !d.once_in(20) {
            trailers.push((key.to_string(), value.to_string()));
        }
    }
    if d.once_in(10) {
        trailers.push(("Risk".to_owned(), d.pick(&["low", "moderate", "high", "dreadful"]).to_string()));
    }
    if d.once_in(15) {
        trailers.push(("Downtime".to_owned(), "yes".to_owned()));
    }
    Statement { source: ClaimSource::Body, at: Some(now().plus(-3600)), trailers }
}

fn replicas(max: f64) -> ValueRule {
    ValueRule {
        path: DocPattern::parse("/replicas").unwrap(),
        kinds: vec![EditKind::Replace],
        only_where: Vec::new(),
        kind: Some(ScalarKind::Integer),
        min: None,
        max: Some(max),
        max_step: None,
        direction: None,
        one_of: Vec::new(),
        regex: None,
        semver: None,
        image: false,
    }
}

/// Most files change a number, some cannot be read.
fn edits(d: &mut Dice, files: usize) -> BTreeMap<usize, Arc<FileEdits>> {
    let scalar = |number: u64| Some(EditValue::Scalar(ScalarKind::Integer, number.to_string()));
    let mut all = BTreeMap::new();
    for file in 0..files {
        let edit = Edit {
            kind: EditKind::Replace,
            document: 0,
            path: DocPath(vec![Step::Key("replicas".to_owned())]),
            from: None,
            old: scalar(1),
            new: scalar(d.below(9)),
            old_line: Some(3),
            new_line: Some(3),
            dependency: None,
        };
        let values = if d.once_in(6) {
            Err(Unanalysable { new: true, fault: SyntaxFault::new(2, "has the key `a` twice") })
        } else {
            Ok(ValueEdits {
                edits: vec![edit],
                elsewhere: None,
                beyond_formatting: None,
                documents: vec![DocumentHead::default()],
            })
        };
        all.insert(file, Arc::new(FileEdits { values: Some(values), lines: LineEdits::default(), unfit: None }));
    }
    all
}
