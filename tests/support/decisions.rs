//! One table of decisions for every test of words: plain ones, a huge one, and one with strangers' texts in every place that
//! holds text.

use changeward::model::*;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) fn facts(files: Vec<FileFacts>) -> Facts {
    let sum = |f: fn(&FileDiff) -> u64| files.iter().map(|file| f(&file.diff)).sum();
    let stats = Stats {
        files: files.len() as u64,
        additions: sum(|d| d.additions),
        deletions: sum(|d| d.deletions),
        files_in_scope: files.iter().filter(|f| f.in_scope).count() as u64,
        lines_in_scope: sum(|d| d.additions + d.deletions),
    };
    Facts {
        now: Moment::parse("2026-11-22T16:00:00Z").unwrap(),
        environment: "production".to_owned(),
        base: Some(CommitId("1111111111111111111111111111111111111111".to_owned())),
        head: Some(CommitId("2222222222222222222222222222222222222222".to_owned())),
        title: String::new(),
        body: String::new(),
        labels: Vec::new(),
        files: Arc::new(files),
        stats,
        truncated: Vec::new(),
        rows: BTreeMap::new(),
        has_ownership: true,
        actors: Actors::default(),
        claims: Vec::new(),
        claim_text: ClaimText::default(),
        incident: None,
        templates: Vec::new(),
        calendars: Vec::new(),
        lockdowns: Vec::new(),
        control_owners: Vec::new(),
        control_reviews: Vec::new(),
        change_authority: Vec::new(),
        escalation: None,
        approvals: Vec::new(),
        approval_expires_after: Span(14 * DAY),
        membership: Membership::default(),
        presence: Presence::default(),
        attachments: Arc::default(),
        checks: Vec::new(),
        overdue_reviews: Vec::new(),
        risk: RiskFactors::default(),
        exceptions: Vec::new(),
        config: Config::default(),
        errors: Vec::new(),
        noticed: Vec::new(),
    }
}

pub(crate) fn file(path: impl AsRef<[u8]>, row: &str, owners: &[&str]) -> FileFacts {
    let side = Some(Side { mode: 0o100_644, id: None, kind: FileKind::Regular });
    FileFacts {
        edits: None,
        diff: FileDiff {
            path: RepoPath::new(path),
            old_path: None,
            status: FileStatus::Modified,
            old: side.clone(),
            new: side,
            additions: 3,
            deletions: 1,
            unread: None,
        },
        in_scope: true,
        control: false,
        owned: if row.is_empty() { OwnedState::Unowned } else { OwnedState::Owned },
        rows: if row.is_empty() { Vec::new() } else { vec![row.to_owned()] },
        owners: people(owners),
        opaque: None,
        templates: Vec::new(),
    }
}

pub(crate) fn people(names: &[&str]) -> Vec<Principal> {
    names.iter().map(|name| Principal::parse(name).unwrap_or_else(|| Principal::login(name))).collect()
}

pub(crate) fn finding(code: &str, severity: Severity, msg: &str, paths: &[&str], rule: (&str, u32)) -> Finding {
    let mut finding = Finding::new(code, severity, msg).at(paths.iter().map(|p| (*p).to_owned()));
    finding.rule = Some(Place { file: rule.0.to_owned(), line: rule.1 });
    finding
}

pub(crate) fn level(name: &str, min: u32, eligible: &[&str], have: &[&str], why: &str) -> Level {
    Level {
        level: name.to_owned(),
        min,
        eligible: people(eligible),
        have: people(have),
        met: have.len() >= min as usize,
        stand_in: false,
        why: why.to_owned(),
        contact: None,
        rule: Some(Place { file: "policies/approvals.rego".to_owned(), line: 21 }),
    }
}

pub(crate) fn asked(who: &str, levels: &[&str], contact: Option<&str>, instead: &[&str]) -> Ask {
    Ask {
        who: Principal::parse(who).unwrap(),
        people: 1,
        levels: levels.iter().map(|level| (*level).to_owned()).collect(),
        stand_in: false,
        contact: contact.map(str::to_owned),
        instead: people(instead),
    }
}

pub(crate) fn owed(kind: &str, days: Option<i64>, due: Option<&str>, msg: &str) -> Obligation {
    Obligation {
        kind: kind.to_owned(),
        due_in_days: days,
        due: due.and_then(Moment::parse),
        msg: (!msg.is_empty()).then(|| msg.to_owned()),
        paths: Vec::new(),
        rule: Some(Place { file: "policies/emergency.rego".to_owned(), line: 64 }),
    }
}

pub(crate) fn digests() -> Digests {
    let digest = |c: &str| format!("sha256:{}", c.repeat(64));
    Digests {
        policy: digest("a"),
        ownership: digest("b"),
        controls: digest("d"),
        diff: digest("c"),
        facts: digest("e"),
        outcomes: digest("f"),
    }
}

pub(crate) fn decide(
    class: ChangeClass,
    risk: Risk,
    facts: &Facts,
    [reasons, block, findings]: [Vec<Finding>; 3],
    required: Vec<Level>,
    obligations: Vec<Obligation>,
) -> Decision {
    let mut decision = Decision::new(class, risk, facts, reasons, block, findings, required, obligations);
    decision.digests = digests();
    decision
}

pub(crate) fn docs_only() -> Decision {
    let mut guide = file("docs/guide.md", "docs", &["@ann", "@acme/docs"]);
    guide.templates = vec!["docs-only".to_owned()];
    let facts = facts(vec![guide]);
    let mut decision = decide(ChangeClass::Standard, Risk::Low, &facts, Default::default(), vec![], vec![]);
    decision.template = Some("docs-only".to_owned());
    decision.why_not = vec![
        (
            ChangeClass::None,
            vec![finding(
                "IN_SCOPE",
                Severity::Info,
                "1 file counts as a change to production",
                &["docs/guide.md"],
                ("policies/class.rego", 9),
            )],
        ),
        (
            ChangeClass::Emergency,
            vec![finding(
                "NOT_CLAIMED",
                Severity::Info,
                "nobody claims an emergency",
                &[],
                ("policies/emergency.rego", 5),
            )],
        ),
    ];
    decision
}

pub(crate) fn nothing() -> Decision {
    let mut notes = file("notes/today.txt", "", &[]);
    notes.in_scope = false;
    decide(ChangeClass::None, Risk::Low, &facts(vec![notes]), Default::default(), vec![], vec![])
}

pub(crate) fn pending() -> Decision {
    let facts = facts(vec![
        file("services/payments/api.rs", "payments", &["@bob", "@eve"]),
        file("services/payments/ledger.rs", "payments", &["@bob", "@eve"]),
        {
            let mut replicas = file("deploy/payments.yaml", "payments", &["@bob", "@eve"]);
            replicas.templates = vec!["raise-replicas".to_owned()];
            replicas
        },
    ]);
    let mut reason = finding(
        "NO_TEMPLATE",
        Severity::Info,
        "no published template covers the whole change",
        &["services/payments/api.rs", "services/payments/ledger.rs"],
        ("policies/templates.rego", 40),
    );
    reason.help = Some("split what a template covers from what none does".to_owned());
    let mut review = level("review:payments", 1, &["@bob", "@eve"], &["@bob"], "row payments is touched");
    review.contact = Some("#payments".to_owned());
    let accountable = Level {
        contact: Some("#payments".to_owned()),
        ..level("accountable:payments", 1, &["@cat"], &[], "risk is moderate, so who answers for payments decides too")
    };
    let warning = Finding {
        line: Some(12),
        ..finding(
            "RACI_LINT",
            Severity::Warn,
            "row payments names no alternate",
            &[".changeward/ownership.toml"],
            ("policies/raci.rego", 8),
        )
    };
    let mut decision = decide(
        ChangeClass::Normal,
        Risk::Moderate,
        &facts,
        [vec![reason], vec![], vec![warning]],
        vec![review, accountable],
        vec![],
    );
    decision.ask = vec![asked("@cat", &["accountable:payments"], Some("#payments"), &[])];
    decision.next = vec!["ask @cat to approve for row payments (#payments)".to_owned()];
    decision.split = vec!["services/payments/api.rs".to_owned(), "services/payments/ledger.rs".to_owned()];
    decision.why_not = vec![
        (ChangeClass::Standard, decision.reasons.clone()),
        (
            ChangeClass::Emergency,
            vec![finding(
                "NOT_CLAIMED",
                Severity::Info,
                "nobody claims an emergency",
                &[],
                ("policies/emergency.rego", 5),
            )],
        ),
    ];
    decision
}

pub(crate) fn approved() -> Decision {
    let facts = facts(vec![file("services/payments/api.rs", "payments", &["@bob", "@eve"])]);
    let reason = finding("CLAIMED_NORMAL", Severity::Info, "the author asks for it", &[], ("policies/class.rego", 30));
    let review = level("review:payments", 1, &["@bob", "@eve"], &["@bob"], "row payments is touched");
    decide(ChangeClass::Normal, Risk::Low, &facts, [vec![reason], vec![], vec![]], vec![review], vec![])
}

pub(crate) fn unowned() -> Decision {
    let facts = facts(vec![file("tools/new.sh", "", &[]), file("tools/old.sh", "", &[])]);
    let paths = ["tools/new.sh", "tools/old.sh"];
    let reason = finding("UNOWNED", Severity::Warn, "nobody answers for 2 files", &paths, ("policies/class.rego", 52));
    let mut block = finding(
        "NO_ESCALATION_OWNER",
        Severity::Error,
        "nobody is named who could assign an owner to what nobody owns",
        &paths,
        ("policies/approvals.rego", 31),
    );
    block.help =
        Some("add an [escalation] table with an owner to .changeward/ownership.toml, or a row for tools/**".to_owned());
    let mut decision = decide(
        ChangeClass::Normal,
        Risk::Low,
        &facts,
        [vec![reason], vec![block], vec![]],
        vec![],
        vec![owed("assign-owner", None, None, "give tools/ an owner")],
    );
    decision.next = vec![];
    decision
}

pub(crate) fn freeze() -> Decision {
    let facts = facts(vec![file("services/payments/api.rs", "payments", &["@bob"])]);
    let reason = finding(
        "FREEZE",
        Severity::Warn,
        "calendars/holidays.ics is closed by \"Year end\" until 2027-01-04T08:00:00Z",
        &[],
        ("policies/freeze.rego", 14),
    );
    let freeze = level("freeze", 1, &["@fay", "@acme/release"], &[], "a calendar is closed");
    let review = level("review:payments", 1, &["@bob"], &[], "row payments is touched");
    let mut decision =
        decide(ChangeClass::Normal, Risk::Low, &facts, [vec![reason], vec![], vec![]], vec![freeze, review], vec![]);
    decision.ask = vec![asked("@acme/release", &["freeze", "review:payments"], None, &["@bob", "@fay"])];
    decision.next = vec![
        "wait until 2027-01-04T08:00:00Z, or ask @fay to approve for level freeze".to_owned(),
        "ask @bob to approve for row payments".to_owned(),
    ];
    decision
}

pub(crate) fn emergency() -> Decision {
    let facts = facts(vec![file("services/payments/api.rs", "payments", &["@bob"])]);
    let director = level("director:payments", 1, &["@dan"], &[], "an emergency on row payments");
    let mut decision = decide(
        ChangeClass::Emergency,
        Risk::Moderate,
        &facts,
        [
            vec![],
            vec![],
            vec![finding(
                "EMG_LATE_INCIDENT",
                Severity::Warn,
                "INC-42 was opened after the commit",
                &[],
                ("policies/emergency.rego", 90),
            )],
        ],
        vec![director],
        vec![
            owed("pir", Some(5), None, ""),
            owed("owner-review-after-the-fact", None, None, "@bob reviews what was done"),
            owed("make-permanent", None, Some("2026-12-01"), "#12"),
        ],
    );
    decision.next = vec!["ask @dan to approve the emergency INC-42".to_owned()];
    decision
}

pub(crate) fn refused() -> Decision {
    let facts = facts(vec![file("services/payments/api.rs", "payments", &["@bob"])]);
    let fault =
        |code: &str, msg: &str, line| finding(code, Severity::Warn, msg, &[], ("policies/emergency.rego", line));
    let reasons = vec![
        fault("EMG_NO_INCIDENT", "INC-99 is not known", 20),
        fault("EMG_NO_BACKOUT", "the claim does not say how to undo the change", 44),
    ];
    let counted = fault("EMERGENCY_CLAIM_REFUSED", "the emergency claim has 2 faults and is counted", 80);
    let review = level("review:payments", 1, &["@bob"], &[], "row payments is touched");
    let mut decision =
        decide(ChangeClass::Normal, Risk::Low, &facts, [reasons.clone(), vec![], vec![counted]], vec![review], vec![]);
    decision.next = vec!["ask @bob to approve for row payments".to_owned()];
    decision.why_not = vec![(ChangeClass::Emergency, reasons)];
    decision
}

pub(crate) fn huge() -> Decision {
    let files: Vec<_> = (0..500)
        .map(|n| file(format!("src/area{:02}/file{n:03}.rs", n % 40), &format!("area{:02}", n % 40), &["@bob"]))
        .collect();
    let paths: Vec<String> = files.iter().map(|f| f.diff.path.quoted()).collect();
    let mut facts = facts(files);
    facts.truncated = vec!["the forge returned 3,000 of more files".to_owned()];
    let mut reasons = Vec::new();
    for n in 0..60 {
        let mut reason = finding(
            &format!("ORG_RULE_{n:02}"),
            [Severity::Info, Severity::Warn, Severity::Error][n % 3],
            &format!(
                "rule {n} of the organisation has something rather long to say about this change, {}",
                "again and ".repeat(20)
            ),
            &[],
            (".changeward/policies/own.rego", n as u32 + 1),
        );
        reason.paths = paths[n..].to_vec();
        reason.help = Some(format!("do the {n} things the organisation's handbook asks for in this case"));
        reasons.push(reason);
    }
    let levels = (0..40).map(|n| {
        level(
            &format!("review:area{n:02}"),
            1,
            &["@bob", "@eve", "@cat", "@dan", "@kim", "@sam"],
            &[],
            "the row is touched",
        )
    });
    let mut decision = decide(
        ChangeClass::Normal,
        Risk::High,
        &facts,
        [reasons.clone(), reasons[..2].to_vec(), reasons[2..30].to_vec()],
        levels.collect(),
        (0..12).map(|n| owed("pir", Some(n), None, "")).collect(),
    );
    decision.truncated = facts.truncated.clone();
    decision.next = (0..40).map(|n| format!("ask @bob or one of 5 others to approve for row area{n:02}")).collect();
    decision.split = paths[..400].to_vec();
    decision
}

/// A decision with strangers' texts in every place that holds text.
pub(crate) fn hostile(names: &[String]) -> Decision {
    let mut n = 0;
    let mut name = || {
        n += 1;
        names[n % names.len()].clone()
    };
    let mut bad = || {
        let mut file = file(name(), &name(), &[]);
        file.diff.old_path = Some(RepoPath::new(name()));
        file.diff.status = FileStatus::Renamed;
        file.rows.push(name());
        file.owners = vec![Principal::login(&name()), Principal::team(&name())];
        file.opaque = Some(name());
        file.templates = vec![name()];
        file
    };
    let mut facts = facts(vec![bad(), bad()]);
    facts.environment = name();
    let mut finding = |severity| Finding {
        code: name(),
        severity,
        msg: name(),
        // Findings carry paths as the model quotes them, but a rule may say anything.
        paths: vec![RepoPath::new(name()).quoted(), name(), name(), name()],
        line: Some(7),
        help: Some(name()),
        url: Some(name()),
        rule: Some(Place { file: name(), line: 3 }),
    };
    let lists = [
        vec![finding(Severity::Info), finding(Severity::Warn)],
        vec![finding(Severity::Error)],
        vec![finding(Severity::Warn), finding(Severity::Error)],
    ];
    let why_not = vec![(ChangeClass::Standard, vec![finding(Severity::Info)])];
    let mut level = |met| Level {
        level: name(),
        min: 1,
        eligible: vec![Principal::login(&name()), Principal::team(&name())],
        have: vec![Principal::login(&name())],
        met,
        stand_in: true,
        why: name(),
        contact: Some(name()),
        rule: Some(Place { file: name(), line: 0 }),
    };
    let levels = vec![level(true), level(false)];
    let obligation = Obligation {
        kind: name(),
        due_in_days: Some(5),
        due: None,
        msg: Some(name()),
        paths: vec![name()],
        rule: Some(Place { file: name(), line: 1 }),
    };
    let mut decision = decide(ChangeClass::Normal, Risk::Low, &facts, lists, levels, vec![obligation]);
    decision.ask = vec![Ask {
        who: Principal::login(&name()),
        people: 1,
        levels: vec![name()],
        stand_in: true,
        contact: Some(name()),
        instead: vec![Principal::team(&name())],
    }];
    decision.next = vec![name(), name()];
    decision.truncated = vec![name()];
    decision.template = Some(name());
    decision.split = vec![name(), name()];
    decision.exceptions = vec![UsedException {
        exception: Exception {
            id: name(),
            rule: name(),
            scope: Vec::new(),
            reason: name(),
            compensating: name(),
            owner: Principal::login(&name()),
            approved_by: Principal::login(&name()),
            approved_at: Moment::from_unix(0),
            expires_at: Moment::from_unix(1),
            place: Place { file: name(), line: 1 },
        },
        paths: vec![name(), name()],
    }];
    decision.attachments = Arc::new(vec![Attachment {
        name: name(),
        file: RepoPath::new(name()).quoted(),
        format: AttachmentFormat::Json,
        bytes: 7,
        digest: name(),
        document: Arc::from("{}"),
    }]);
    decision.why_not = why_not;
    decision.base = Some(CommitId(name()));
    decision.digests =
        Digests { policy: name(), ownership: name(), controls: name(), diff: name(), facts: name(), outcomes: name() };
    decision
}

pub(crate) const HOSTILE: &[&str] = &[
    "::error title=owned::all is well",
    "a\n::set-output name=verdict::approve",
    " \u{a0}::stop-commands::x",
    "x ##[set-output name=a;]b ##vso[task.complete]",
    "\x1b[2J\x1b]0;title\x07",
    "a|b|c",
    "<script>alert(1)</script><!-- changeward -->",
    "@acme/everyone @bob, #12 org/repo#1",
    "[click](https://evil.example) ![x](y)",
    "`code` ```fence``` `",
    "a\r\u{202e}txt.exe\u{2066}\u{200b}\u{85}\u{2028}",
    "]]></failure> & 'quotes' \"too\" \0\u{fffe}",
    "100% of: it, a,b",
    "",
    "   ",
    "| --- | # heading",
];

pub(crate) fn cases() -> Vec<(&'static str, Decision)> {
    vec![
        ("docs-only", docs_only()),
        ("none", nothing()),
        ("approved", approved()),
        ("pending", pending()),
        ("unowned", unowned()),
        ("freeze", freeze()),
        ("emergency", emergency()),
        ("refused", refused()),
        ("huge", huge()),
        ("hostile", hostile(&HOSTILE.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>())),
    ]
}
