//! The issue that asks for the approval of a deployment: everything an approver has to know to decide, on one page.

use super::comment::{details, head, why};
use super::parts::{Text, approve_with, asks, footer, held, link, nearly_standard, owed, short, troubles, waits};
use crate::model::{CalendarState, Decision, Outcome, Request, RowFacts, Verdict};
use crate::report::escape::terminal;
use crate::report::markdown::{Page, cell, code, prose};
use crate::report::words;

/// Characters of a title (GitHub: 256).
const TITLE: usize = 250;

/// The commits listed.
const COMMITS: usize = 50;

/// The title of the issue.
pub fn request_title(decision: &Decision, request: &Request) -> String {
    let class = decision.class.as_str();
    let title = format!("Approve {} for {}: {class} change", short(&request.commit), request.environment);
    words::clip(&terminal(&title), TITLE)
}

/// The text of the issue; its first line is the request's mark.
pub fn request_body(decision: &Decision, request: &Request) -> String {
    let mut text = Text::new(&request.marker().to_string());
    let beside = &request.beside;
    text.part(4_000, |page| head(decision, !beside.held.is_empty(), page));
    text.part(3_000, |page| asked_for(request, page));
    text.part(3_000, |page| held(beside, page));
    text.part(10_000, |page| who(decision, request, page));
    text.part(6_000, |page| why(decision, page));
    text.part(4_000, |page| benefit(request, page));
    text.part(3_000, |page| risk(decision, request, page));
    text.part(7_000, |page| commits(request, page));
    text.part(5_000, |page| rows(request, page));
    text.part(4_000, |page| state(request, page));
    text.part(2_000, |page| nearly_standard(decision, page));
    text.part(2_000, |page| owed(&decision.obligations, page));
    text.part(3_000, |page| troubles(beside, page));
    text.part(5_000, |page| details(decision, page));
    let against = request.deployed.as_ref().map_or_else(|| "nothing deployed before".to_owned(), |at| code(&short(at)));
    text.finish(&footer(decision, &request.commit, &against, beside.run_url.as_deref()))
}

/// What is said below a request that another one takes the place of; its first line is a mark of its own. `page` is where
/// the other one is asked for, if it is.
pub fn request_superseded(request: &Request, page: Option<&str>) -> String {
    let (commit, environment) = (code(&short(&request.commit)), code(&request.environment));
    let asked = page.map_or_else(String::new, |url| format!(", and {}", link("is asked for there", url)));
    format!(
        "<!-- changeward:superseded by={} -->\n{commit} is to be deployed to {environment} now{asked}: nothing is asked here any more.",
        request.commit
    )
}

/// What is said below a request once it may go ahead; its first line is a mark of its own.
pub fn request_decided(decision: &Decision, request: &Request) -> String {
    let (commit, environment) = (code(&short(&request.commit)), code(&request.environment));
    let phrase = prose(&words::verdict_phrase(decision));
    format!(
        "<!-- changeward:decided commit={} -->\n{commit} may be deployed to {environment}: {phrase}.",
        request.commit
    )
}

fn asked_for(request: &Request, page: &mut Page) {
    let (commit, environment) = (code(&short(&request.commit)), code(&request.environment));
    let since = match &request.deployed {
        Some(deployed) => format!("what is there now is {}", code(&short(deployed))),
        None => "nothing was deployed there before".to_owned(),
    };
    let run =
        request.beside.run_url.as_deref().map_or_else(String::new, |url| format!(" in {}", link("this run", url)));
    page.frame("");
    page.line(&format!("{commit} is to be deployed to {environment}; {since}. The deployment waits{run}."));
}

fn who(decision: &Decision, request: &Request, page: &mut Page) {
    match decision.verdict() {
        Verdict::Approve => return,
        Verdict::Pending => {
            page.title("### Who is asked");
            asks(decision, page);
            for step in waits(decision).take(5) {
                page.line(&format!("- {}", prose(step)));
            }
        }
        Verdict::Block => {
            page.title("### Next");
            for step in words::next_steps(decision).iter().take(5) {
                page.line(&format!("- {}", prose(step)));
            }
            return;
        }
    }
    approve_with(&request.commit, false, page);
    if let Some(deadline) = request.deadline {
        page.frame("");
        page.line(&format!(
            "This request ends at {}; after that the deployment asks anew.",
            code(&deadline.to_string())
        ));
    }
}

/// What it brings, and how it is taken back.
fn benefit(request: &Request, page: &mut Page) {
    page.title("### Benefit and backout");
    let said = |text: &Option<String>| match text.as_deref().map(str::trim) {
        None | Some("") => "the change does not say".to_owned(),
        Some(text) => prose(text),
    };
    page.line(&format!("- Benefit: {}", said(&request.benefit)));
    page.line(&format!("- Backout: {}", said(&request.backout)));
    if let Some(downtime) = &request.downtime {
        page.line(&format!("- Downtime: {}", prose(downtime)));
    }
}

fn risk(decision: &Decision, request: &Request, page: &mut Page) {
    page.title(&format!("### Risk: {}", decision.risk.as_str()));
    let stats = &decision.stats;
    let tiers: Vec<String> = request.rows.values().filter_map(|row| Some(row.tier?.to_string())).collect();
    let failures: u32 = request.rows.values().map(|row| row.recent_failures).sum();
    let lines = stats.lines_in_scope;
    page.line(&format!("- {lines} lines in {} files that count", stats.files_in_scope));
    page.line(&format!("- {} touched", words::count(request.rows.len(), "row", "rows")));
    if let Some(tier) = tiers.iter().min() {
        page.line(&format!("- the most critical is of tier {tier}"));
    }
    page.line(&format!("- {} of these rows failed of late", words::count(failures as usize, "change", "changes")));
    match (&request.risk.declared, &request.risk.declared_unreadable) {
        (Some(declared), _) => page.line(&format!("- the change declares {} risk", declared.as_str())),
        (None, Some(word)) => page.line(&format!("- the change declares {}, which is no risk", code(word))),
        (None, None) => page.line("- the change declares none"),
    }
}

fn commits(request: &Request, page: &mut Page) {
    page.title(&format!("### {}", words::count(request.commits.len(), "commit", "commits")));
    for (commit, title, who) in request.commits.iter().take(COMMITS) {
        let title = prose(&words::clip(title, 100));
        page.line(&format!("- {} {title}, {}", code(&short(commit)), code(&words::clip(who, 60))));
    }
    page.more(request.commits.len(), COMMITS);
    if request.commits_missing {
        page.line("- **not all commits are known**");
    }
}

fn rows(request: &Request, page: &mut Page) {
    if request.rows.is_empty() {
        return;
    }
    page.title("### What it touches");
    page.frame("| row | purpose | tier | accountable | contact |");
    page.frame("| --- | --- | --- | --- | --- |");
    for (id, row) in request.rows.iter().take(25) {
        page.line(&row_line(id, row));
    }
    if request.rows.len() > 25 {
        page.frame("");
        page.more(request.rows.len(), 25);
    }
}

fn row_line(id: &str, row: &RowFacts) -> String {
    let text = |text: Option<&str>| text.map_or_else(|| "—".to_owned(), cell);
    let tier = row.tier.map_or_else(|| "—".to_owned(), |tier| tier.to_string());
    let people: Vec<String> = row.accountable.iter().take(3).map(|who| cell(who.as_str())).collect();
    let people = if people.is_empty() { "nobody".to_owned() } else { people.join(", ") };
    format!(
        "| {} | {} | {tier} | {people} | {} |",
        cell(id),
        text(row.purpose.as_deref()),
        text(row.contact.as_deref())
    )
}

/// Tests, calendars, and how it went before.
fn state(request: &Request, page: &mut Page) {
    page.title("### Tests, calendar, past");
    for check in request.checks.iter().take(15) {
        let mark = if check.conclusion == "success" { "✅" } else { "⚠️" };
        page.line(&format!("- {mark} test {}: {}", code(&check.name), prose(&check.conclusion)));
    }
    page.more(request.checks.len(), 15);
    if request.checks.is_empty() {
        page.line("- no test result is known for this commit");
    }
    for calendar in request.calendars.iter().take(10) {
        page.line(&format!("- {}", calendar_line(calendar)));
    }
    page.more(request.calendars.len(), 10);
    for outcome in request.outcomes.iter().take(5) {
        page.line(&format!("- {}", outcome_line(outcome)));
    }
    page.more(request.outcomes.len(), 5);
    if request.outcomes.is_empty() {
        page.line("- no earlier change of these rows is on record");
    }
}

fn calendar_line(calendar: &CalendarState) -> String {
    let event = calendar.event.as_deref().map_or_else(String::new, |event| format!(" by {}", prose(event)));
    let until = calendar.next_transition.map_or_else(String::new, |at| format!(" until {}", code(&at.to_string())));
    let state = if calendar.open { "📅 open" } else { "⛔ closed" };
    format!("{state}{event}{until}: {}", code(&calendar.file))
}

fn outcome_line(outcome: &Outcome) -> String {
    let at = outcome.at.map_or_else(|| "earlier".to_owned(), |at| code(&at.date()));
    let mut of: Vec<String> = outcome.rows.iter().take(3).map(|row| code(row)).collect();
    of.extend(outcome.template.as_ref().map(|template| format!("template {}", code(template))));
    format!("{at}: {} ({})", prose(&outcome.result), of.join(", "))
}
