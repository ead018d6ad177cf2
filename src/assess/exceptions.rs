//! What each exception is worth: whether somebody entitled allowed it, for no longer than may be, and whether it holds now.

use crate::model::{
    Config, DAY, Exception, ExceptionEntry, ExceptionFacts, Finding, Matrix, Membership, Moment, Severity, Standing,
    TrackedFile, Waiving,
};

/// All of them, at a moment.
pub(super) fn exceptions(
    all: Vec<Exception>,
    config: &Config,
    membership: &Membership,
    now: Moment,
) -> Vec<ExceptionFacts> {
    all.into_iter()
        .map(|exception| {
            let (standing, void) = standing(&exception, config, membership, now);
            ExceptionFacts { exception, standing, void }
        })
        .collect()
}

/// The same for whoever looks after them, with what is wrong with each: who is in which team is what the matrix says. Those
/// that end first come first.
pub fn overview(
    all: Vec<Exception>,
    config: &Config,
    matrix: Option<&Matrix>,
    now: Moment,
    tracked: &[TrackedFile],
    waiving: impl Fn(&str) -> Waiving,
) -> Vec<ExceptionEntry> {
    let entry = |facts: ExceptionFacts| {
        let scope = &facts.exception.scope;
        let covers =
            tracked.iter().filter(|file| scope.iter().any(|pattern| pattern.matches(&file.path))).count() as u64;
        let findings = findings(&facts, covers, waiving(&facts.exception.rule));
        ExceptionEntry { facts, covers, findings }
    };
    let all = exceptions(all, config, &Membership::of(matrix), now);
    let mut entries: Vec<_> = all.into_iter().map(entry).collect();
    entries.sort_by(|a, b| {
        let key = |entry: &ExceptionEntry| (entry.facts.exception.expires_at, entry.facts.exception.id.clone());
        key(a).cmp(&key(b))
    });
    entries
}

/// What should be known of one.
fn findings(facts: &ExceptionFacts, covers: u64, waiving: Waiving) -> Vec<Finding> {
    let ExceptionFacts { exception, standing, void } = facts;
    let rule = &exception.rule;
    let mut found = Vec::new();
    let mut say = |code: &str, severity, msg: String, help: String| {
        let line = Some(exception.place.line).filter(|line| *line > 0);
        let finding = Finding::new(code, severity, msg).at([exception.place.file.clone()]).help(help);
        found.push(Finding { line, ..finding });
    };
    let remove = || "remove the file, or have it approved again".to_owned();
    match standing {
        Standing::Active => {}
        Standing::Expiring => {
            let help = format!("{}: mend what it waives, or have it approved again before then", exception.owner);
            say("EXCEPTION_EXPIRING", Severity::Warn, format!("it ends at {}", exception.expires_at), help);
        }
        Standing::Expired => {
            say("EXCEPTION_EXPIRED", Severity::Error, format!("it ended at {}", exception.expires_at), remove());
        }
        Standing::NotYet => {
            let why = void.clone().unwrap_or_default();
            say("EXCEPTION_VOID", Severity::Warn, why, "nothing, if it is meant to hold later".to_owned());
        }
        Standing::NotApproved | Standing::TooLong => {
            let help = "have it approved by somebody who may, for no longer than may be".to_owned();
            say("EXCEPTION_VOID", Severity::Error, void.clone().unwrap_or_default(), help);
        }
    }
    let idle = match waiving {
        Waiving::Possible => None,
        Waiving::Never => {
            Some((format!("nothing waives {rule}"), "remove the file: the gate holds that by law".to_owned()))
        }
        Waiving::NoReason => Some((
            format!("{rule} is no reason that forces normal, and only those can be waived"),
            "remove the file, or name the code of such a reason".to_owned(),
        )),
        Waiving::Unseen => Some((
            format!("{rule} stands in METADATA alone, which no exception sees"),
            format!("let the finding say it: {{\"code\": \"{rule}\", \"msg\": …}}"),
        )),
        Waiving::Unknown(meant) => Some((
            format!("no rule says {rule}"),
            meant.map_or_else(|| "name a code that a rule gives".to_owned(), |meant| format!("did you mean {meant}?")),
        )),
    };
    if let Some((msg, help)) = idle {
        say("EXCEPTION_IDLE", Severity::Error, msg, help);
    }
    if covers == 0 {
        let help = "correct the scope, or remove the file".to_owned();
        say("EXCEPTION_UNUSED", Severity::Warn, "its scope covers no tracked file".to_owned(), help);
    }
    found
}

fn standing(
    exception: &Exception,
    config: &Config,
    membership: &Membership,
    now: Moment,
) -> (Standing, Option<String>) {
    if now >= exception.expires_at {
        return (Standing::Expired, None);
    }
    if let Some(why) = not_approved(exception, config, membership) {
        return (Standing::NotApproved, Some(why));
    }
    let days = config.exceptions_max_days;
    if exception.expires_at > exception.approved_at.plus(days * DAY) {
        let why = format!("an exception holds for at most {days} days here (`[exceptions] max_days`)");
        return (Standing::TooLong, Some(why));
    }
    if now < exception.approved_at {
        return (Standing::NotYet, Some(format!("it is approved from {} on", exception.approved_at)));
    }
    let ends_soon = exception.expires_at <= now.plus(config.exceptions_warn_days * DAY);
    (if ends_soon { Standing::Expiring } else { Standing::Active }, None)
}

/// Whoever may let a template stand, or an edit of what controls the gate, may let a rule rest: nobody else, and never for
/// themselves. Unknown membership is no.
fn not_approved(exception: &Exception, config: &Config, membership: &Membership) -> Option<String> {
    let by = &exception.approved_by;
    if membership.known(by) == membership.known(&exception.owner) {
        return Some(format!("{by} is its owner under another name"));
    }
    if membership.people(&exception.owner).is_some_and(|people| people.iter().eq([membership.known(by)])) {
        return Some(format!("{by} is all there is of its owner {}", exception.owner));
    }
    let mut entitled = config.change_authority.iter().chain(&config.control_owners).peekable();
    if entitled.peek().is_none() {
        return Some("nobody is named who may approve one (`[change_authority] who`)".to_owned());
    }
    let may = entitled.any(|who| membership.speaks_for(by, &[], who));
    (!may).then(|| format!("{by} is neither of the change authority nor a control owner, as far as is known"))
}
