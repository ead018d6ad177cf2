//! For a person at a terminal. The first screen answers four questions in this order: what is it, may it go ahead, why, who
//! must do what next. The details follow below it; what may go ahead is told in a few lines.

use super::text::{Light, Line, Para, Tone, columns, write_lines};
use super::{Style, explain, words};
use crate::model::{Decision, Finding, Level, Severity, Verdict};
use std::io::{self, Write};

/// Lines of the first screen.
const SCREEN: usize = 24;

/// Writes the answer.
pub(super) fn write(decision: &Decision, style: &Style, out: &mut impl Write) -> io::Result<()> {
    let page = Page { decision, width: style.width.max(40), all: style.explain };
    let mut lines = page.head();
    if decision.verdict() == Verdict::Approve && !style.explain {
        lines.extend(page.brief());
        return write_lines(&lines, style, out);
    }
    lines.extend(page.first_screen(lines.len()));
    write_lines(&lines, style, out)?;
    write_lines(&explain::details(&page), style, out)?;
    if style.explain {
        explain::write_everything(&page, style, out)?;
    }
    Ok(())
}

/// What the lines are made from, and how wide and how many they may be.
pub(super) struct Page<'a> {
    pub(super) decision: &'a Decision,
    pub(super) width: usize,
    /// Nothing is cut.
    pub(super) all: bool,
}

impl Page<'_> {
    /// The paragraph's lines, at most so many unless everything is asked for.
    pub(super) fn lines(&self, para: Para, most: usize) -> Vec<Line> {
        para.lines(self.width, (!self.all).then_some(most))
    }

    /// So many of a list's entries, or all.
    pub(super) fn most(&self, few: usize) -> usize {
        if self.all { usize::MAX } else { few }
    }

    /// What it is and whether it may go ahead: at most two lines each.
    fn head(&self) -> Vec<Line> {
        let decision = self.decision;
        let what = Para::new(0, 2)
            .ours(Tone::Strong, &words::class_title(decision.class).to_uppercase())
            .then(":")
            .theirs(Tone::Plain, &words::class_phrase(decision));
        let (light, symbol) = match decision.verdict() {
            Verdict::Approve => (Light::Green, "✓"),
            Verdict::Pending => (Light::Yellow, "…"),
            Verdict::Block => (Light::Red, "✗"),
        };
        let banner = format!(" {symbol} {} ", words::verdict_banner(decision.verdict()));
        let may =
            Para::new(0, 2).block(Tone::Banner(light), banner).theirs(Tone::Strong, &words::verdict_phrase(decision));
        [self.lines(what, 2), self.lines(may, 2)].concat()
    }

    /// The rest of the answer where nothing stands in the way: at most six lines.
    fn brief(&self) -> Vec<Line> {
        let decision = self.decision;
        let mut lines = Vec::new();
        if let Some((first, rest)) = decision.required.split_first() {
            let given = |level: &Level| format!("{} ({})", words::who(&level.have, 3), level.level);
            let mut all = vec![given(first)];
            all.extend(rest.iter().take(3).map(given));
            all.extend((rest.len() > 3).then(|| format!("{} more", rest.len() - 3)));
            lines.extend(
                self.lines(Para::new(0, 2).ours(Tone::Plain, "approved by").theirs(Tone::Plain, &all.join(", ")), 1),
            );
        }
        if let Some((first, rest)) = decision.exceptions.split_first() {
            let more = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
            let (id, until) = (&first.exception.id, first.exception.expires_at);
            let para = Para::new(0, 2).ours(Tone::Wait, "waived:").name(Tone::Strong, &first.exception.rule);
            lines.extend(self.lines(para.theirs(Tone::Plain, &format!("by exception {id} until {until}{more}")), 1));
        }
        if let Some((first, rest)) = decision.obligations.split_first() {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            let owed = format!("{} {}{more}", first.kind, words::due(first));
            lines.extend(self.lines(Para::new(0, 2).ours(Tone::Wait, "owed:").theirs(Tone::Plain, &owed), 1));
        }
        if let Some(worst) = decision.findings.iter().max_by_key(|f| f.severity).filter(|f| f.severity > Severity::Info)
        {
            let para = Para::new(0, 2).ours(Tone::Wait, "note:").name(Tone::Strong, &worst.code);
            let more = decision.findings.len() - 1;
            let said = if more == 0 { worst.msg.clone() } else { format!("(1 of {}) {}", more + 1, worst.msg) };
            lines.extend(self.lines(para.theirs(Tone::Plain, &said), 2));
        }
        lines.extend(self.lines(Para::new(0, 2).theirs(Tone::Dim, &self.sums()), 1));
        lines
    }

    /// `3 files, +4 -1, production, low risk; --explain shows why`
    fn sums(&self) -> String {
        let (decision, stats) = (self.decision, self.decision.stats);
        format!(
            "{}, +{} -{}, {}, {} risk; --explain shows everything",
            words::count(usize::try_from(stats.files).unwrap_or(usize::MAX), "file", "files"),
            stats.additions,
            stats.deletions,
            decision.environment,
            decision.risk.as_str(),
        )
    }

    /// Why, and who must do what next, sharing the lines the head left over.
    fn first_screen(&self, used: usize) -> Vec<Line> {
        // Each section is an empty line and its title.
        let room = SCREEN.saturating_sub(used + 4);
        let next = self.next(usize::MAX);
        let why = self.why(room.saturating_sub(next.len()).max(room / 2));
        let next = self.next(room.saturating_sub(why.len()));
        let mut lines = titled("Why", why);
        lines.extend(titled("Next", next));
        lines
    }

    /// The reasons, with their next steps where there is room for them.
    fn why(&self, room: usize) -> Vec<Line> {
        let steps = words::next_steps(self.decision);
        let items = |with_help: bool| -> Vec<Vec<Line>> {
            let all = words::why(self.decision).take(self.most(room + 1));
            let said = |help: &str| steps.contains(&help);
            all.map(|(blocks, reason)| {
                let help = reason.help.as_deref().filter(|help| with_help && !said(help));
                self.reason(blocks, reason, help)
            })
            .collect()
        };
        let total = words::why(self.decision).count();
        if total == 0 {
            let none = Para::new(2, 2).theirs(Tone::Plain, &words::class_phrase(self.decision));
            return self.lines(none, 1);
        }
        let full = items(true);
        if self.all || (full.len() == total && full.iter().map(Vec::len).sum::<usize>() <= room) {
            return full.concat();
        }
        self.fit(items(false), total, room)
    }

    /// As many items as there is room for, and a line that says how many there are beyond them.
    fn fit(&self, items: Vec<Vec<Line>>, total: usize, room: usize) -> Vec<Line> {
        if items.len() == total && items.iter().map(Vec::len).sum::<usize>() <= room {
            return items.concat();
        }
        let (mut lines, mut shown) = (Vec::new(), 0);
        for item in items {
            if lines.len() + item.len() + 1 > room {
                break;
            }
            lines.extend(item);
            shown += 1;
        }
        let more = format!("and {} more; --explain shows all", total - shown);
        lines.extend(Para::new(2, 2).ours(Tone::Dim, &more).lines(self.width, Some(1)));
        lines
    }

    /// A reason: its code and message, then its rule and as many of its paths as fit on one line.
    pub(super) fn reason(&self, blocks: bool, reason: &Finding, help: Option<&str>) -> Vec<Line> {
        let (symbol, tone) = match (blocks, reason.severity) {
            (true, _) => ("✗", Tone::Bad),
            (false, Severity::Error) => ("!", Tone::Bad),
            (false, Severity::Warn) => ("!", Tone::Wait),
            (false, Severity::Info) => ("-", Tone::Plain),
        };
        let said = Para::new(2, 4).block(tone, symbol.to_owned()).name(Tone::Strong, &reason.code).then(":");
        // What blocks is said whole, or nearly so: it may hold the number to call.
        let mut lines = self.lines(said.theirs(Tone::Plain, &reason.msg), if blocks { 6 } else { 5 });
        let mut place = Para::new(4, 6);
        if let Some(rule) = &reason.rule {
            place = place.ours(Tone::Dim, "rule").name(Tone::Dim, &rule.to_string());
        }
        if !reason.paths.is_empty() {
            place = place.ours(Tone::Dim, "at");
            place = self.paths(place, reason);
        }
        if reason.rule.is_some() || !reason.paths.is_empty() {
            lines.extend(self.lines(place, 1));
        }
        if let Some(url) = reason.url.as_deref().filter(|_| self.all) {
            lines.extend(self.lines(Para::new(4, 6).ours(Tone::Dim, "see").name(Tone::Dim, url), 1));
        }
        if let Some(help) = help {
            lines.extend(self.lines(Para::new(4, 6).ours(Tone::Good, "→").theirs(Tone::Plain, help), 2));
        }
        lines
    }

    /// As many paths as one line holds (at least one), or all of them.
    fn paths(&self, mut place: Para, reason: &Finding) -> Para {
        let total = reason.paths.len();
        let with_line = |n: usize, path: &str| match reason.line {
            Some(line) if n == 0 => format!("{path}:{line}"),
            _ => path.to_owned(),
        };
        if self.all {
            for (n, path) in reason.paths.iter().enumerate() {
                place = place.name(Tone::Plain, &with_line(n, path)).then(if n + 1 < total { "," } else { "" });
            }
            return place;
        }
        // `used` grows with each path: the paragraph is measured once.
        let mut used = place.wide();
        for (n, path) in reason.paths.iter().enumerate() {
            let name = with_line(n, path);
            let more = total - n - 1;
            let tail = if more > 0 { format!(" and {more} more").len() } else { 0 };
            let wide = columns(&name) + 2;
            if n > 0 && used + wide + tail > self.width {
                return place.ours(Tone::Plain, &format!("and {} more", total - n));
            }
            let comma = if n > 0 { "," } else { "" };
            place = place.then(comma).name_within(Tone::Plain, &name, self.width.saturating_sub(used + 2 + tail));
            used += wide;
        }
        place
    }

    /// Who must do what next: the steps. What else is missing (while something blocks, the steps do not ask for it)
    /// follows, level by level.
    fn next(&self, room: usize) -> Vec<Line> {
        let steps = words::next_steps(self.decision);
        let asked = self.decision.verdict() == Verdict::Pending && !self.decision.next.is_empty();
        let missing: Vec<&Level> = self.decision.missing().filter(|_| !asked).collect();
        let room = if self.all { usize::MAX } else { room };
        let step = |step: &&str| self.lines(Para::new(2, 4).ours(Tone::Good, "→").theirs(Tone::Plain, step), 2);
        let total = steps.len() + missing.len();
        if total == 0 {
            let nothing = match self.decision.verdict() {
                Verdict::Approve => "nothing: it may go ahead",
                Verdict::Pending | Verdict::Block => "the author of the change must mend what stands against it",
            };
            return self.lines(Para::new(2, 2).ours(Tone::Plain, nothing), 1);
        }
        let column = missing.iter().take(self.most(SCREEN)).map(|l| l.level.len()).max().unwrap_or(0).min(28);
        let few = self.most(SCREEN);
        let levels: Vec<Vec<Line>> = missing.iter().take(few).map(|level| self.level(level, column, 1)).collect();
        let steps_shown: Vec<Vec<Line>> = steps.iter().take(few).map(step).collect();
        let levels_room = levels.len().min(room / 2);
        let mut lines = self.fit(steps_shown, steps.len(), room.saturating_sub(levels_room));
        lines.extend(self.fit(levels, missing.len(), room.saturating_sub(lines.len())));
        lines
    }

    /// A level: its state, its name, how far it is, who may give it, where to reach them.
    pub(super) fn level(&self, level: &Level, column: usize, most_lines: usize) -> Vec<Line> {
        let (symbol, tone) = if level.met { ("✓", Tone::Good) } else { ("…", Tone::Wait) };
        let most = self.most(4);
        let mut para = Para::new(2, 6)
            .block(tone, symbol.to_owned())
            .column(Tone::Strong, &level.level, column)
            .ours(Tone::Plain, &words::progress(level));
        if !level.have.is_empty() {
            para = para.ours(Tone::Good, "given by").theirs(Tone::Plain, &words::who(&level.have, most));
        }
        if !level.met {
            let stand_in = if level.stand_in { " (stands in)" } else { "" };
            let who = format!("{}{stand_in}", words::who(&level.eligible, most));
            para = para.ours(Tone::Plain, "from").theirs(Tone::Plain, &who);
            if let Some(contact) = &level.contact {
                para = para.ours(Tone::Dim, "via").theirs(Tone::Dim, contact);
            }
        }
        self.lines(para, most_lines)
    }
}

/// An empty line, a title and lines under it; nothing where there are none.
pub(super) fn titled(title: &str, lines: Vec<Line>) -> Vec<Line> {
    if lines.is_empty() {
        return lines;
    }
    let mut all = vec![Vec::new(), vec![(Tone::Strong, title.to_owned())]];
    all.extend(lines);
    all
}
