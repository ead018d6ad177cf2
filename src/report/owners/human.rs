//! For a person at a terminal, perhaps in an incident: who, in what capacity, where to reach them, which line says so.

use super::tree;
use super::{People, contacts, escalation, same_answer};
use crate::model::{
    Asked, AskedPath, Assignment, Duty, Escalation, Letter, OwnedState, OwnershipAnswer, PathRow, Place, Principal,
    PrincipalKind, Question, RepoPath, There, counted,
};
use crate::report::Style;
use crate::report::text::{Line, Para, Tone, write_lines};
use std::io::{self, Write};

/// Answers of one directory that are shown whole; more are a line each.
const CARDS: usize = 4;

/// Where the second column of a card begins.
const COLUMN: usize = 13;

pub(super) fn write(asked: &Asked, style: &Style, out: &mut impl Write) -> io::Result<()> {
    let page = Page { asked, width: style.width.max(40) };
    let lines = match &asked.question {
        Question::Listed(list) => {
            list.iter().try_for_each(|path| write_lines(&page.one_line(&path), style, out))?;
            Vec::new()
        }
        Question::Paths(paths) => page.paths(paths),
        Question::Tree(files) => tree::lines(asked, files, page.width),
        Question::Unowned(files) => page.unowned(files),
        Question::Mine(who, duties) => page.mine(who, duties),
    };
    write_lines(&lines, style, out)?;
    write_lines(&page.noticed(), style, out)
}

struct Page<'a> {
    asked: &'a Asked,
    width: usize,
}

/// Paths that share an answer.
struct Group<'a> {
    paths: Vec<&'a RepoPath>,
    exists: bool,
    answer: OwnershipAnswer<'a>,
}

impl<'a> Page<'a> {
    fn lines(&self, para: Para) -> Vec<Line> {
        para.lines(self.width, None)
    }

    /// A card for each answer, in the order of the paths.
    fn paths(&self, paths: &'a [AskedPath]) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        let mut singles: Vec<(&RepoPath, bool)> = Vec::new();
        for path in paths {
            match &path.there {
                There::File => singles.push((&path.path, true)),
                There::Nothing => singles.push((&path.path, false)),
                There::Directory(files) => lines.extend(self.directory(&path.path, files)),
            }
        }
        for group in self.groups(&singles) {
            for path in &group.paths {
                let mut head = Para::new(0, 2).name(Tone::Strong, &path.quoted());
                if !group.exists {
                    head = head
                        .theirs(Tone::Dim, &format!("(not a file of {}: what a new one would get)", self.asked.state));
                }
                lines.extend(self.lines(head));
            }
            lines.extend(self.card(&group.answer));
            lines.push(Line::new());
        }
        lines.pop_if(|last| last.is_empty());
        lines
    }

    fn groups(&self, paths: &[(&'a RepoPath, bool)]) -> Vec<Group<'a>> {
        let mut groups: Vec<Group<'a>> = Vec::new();
        for (path, exists) in paths {
            let answer = self.asked.ownership.of(path);
            match groups.iter_mut().find(|group| group.exists == *exists && same_answer(&group.answer, &answer)) {
                Some(group) => group.paths.push(path),
                None => groups.push(Group { paths: vec![path], exists: *exists, answer }),
            }
        }
        groups
    }

    /// Its files by their answers: the largest group first; the first few as cards.
    fn directory(&self, path: &'a RepoPath, files: &'a [RepoPath]) -> Vec<Line> {
        let all: Vec<(&RepoPath, bool)> = files.iter().map(|file| (file, true)).collect();
        let mut groups = self.groups(&all);
        groups.sort_by_key(|group| std::cmp::Reverse(group.paths.len()));
        let name = if path.as_bytes().is_empty() { ".".to_owned() } else { format!("{}/", path.quoted()) };
        let files = counted(files.len() as u64, "file");
        let several = if groups.len() > 1 { format!("{files}, {} answers", groups.len()) } else { files };
        let mut lines = self.lines(Para::new(0, 2).name(Tone::Strong, &name).ours(Tone::Dim, &several));
        let cards = if groups.len() <= CARDS { groups.len() } else { 0 };
        for group in groups.iter().take(cards) {
            if groups.len() > 1 {
                lines.extend(self.some_paths(&group.paths));
            }
            lines.extend(self.card(&group.answer));
            lines.push(Line::new());
        }
        for group in groups.iter().skip(cards) {
            lines.extend(self.lines(self.summary(group)));
        }
        if groups.len() > 1 {
            lines.extend(self.lines(Para::new(2, 2).ours(Tone::Dim, "`--tree` shows which file has which answer")));
            lines.push(Line::new());
        }
        lines
    }

    /// `12 files: a, b, c, and 9 more`
    fn some_paths(&self, paths: &[&RepoPath]) -> Vec<Line> {
        let mut para = Para::new(2, 4).ours(Tone::Strong, &counted(paths.len() as u64, "file")).then(":");
        for (n, path) in paths.iter().take(3).enumerate() {
            para = para.name(Tone::Plain, &path.quoted()).then(if n + 1 < paths.len() { "," } else { "" });
        }
        if paths.len() > 3 {
            para = para.ours(Tone::Dim, &format!("and {} more", paths.len() - 3));
        }
        self.lines(para)
    }

    /// One line: how many files, their row, who answers.
    fn summary(&self, group: &Group<'a>) -> Para {
        let (owned, rows) = self.asked.rows(&group.answer);
        let files = format!("{:>12}", counted(group.paths.len() as u64, "file"));
        let para = Para::new(2, 16).block(Tone::Plain, files);
        if owned != OwnedState::Owned {
            return para.ours(Tone::Bad, owned.as_str());
        }
        let ids: Vec<&str> = rows.iter().map(|row| &*row.id).collect();
        let responsible = super::responsible(&self.asked.ownership, &rows);
        para.theirs(Tone::Strong, &ids.join(", ")).theirs(Tone::Plain, &responsible)
    }

    /// A path, its row, who is responsible.
    fn one_line(&self, path: &RepoPath) -> Vec<Line> {
        let (owned, rows) = self.asked.rows(&self.asked.ownership.of(path));
        let para = Para::new(0, 2).column(Tone::Plain, &path.quoted(), 40);
        if owned != OwnedState::Owned {
            return self.lines(para.ours(Tone::Bad, owned.as_str()));
        }
        let ids: Vec<&str> = rows.iter().map(|row| &*row.id).collect();
        let responsible = super::responsible(&self.asked.ownership, &rows);
        self.lines(para.theirs(Tone::Strong, &ids.join(", ")).theirs(Tone::Plain, &responsible))
    }

    /// Everything about one answer.
    fn card(&self, answer: &OwnershipAnswer<'a>) -> Vec<Line> {
        let (owned, rows) = self.asked.rows(answer);
        let mut lines = Vec::new();
        match owned {
            OwnedState::Owned => {}
            OwnedState::Unowned => lines.extend(self.field("owner", Tone::Bad, "nobody: no file speaks about it")),
            OwnedState::Cleared => {
                lines.extend(self.field("owner", Tone::Bad, "nobody: it is cleared, and no row covers it"));
            }
        }
        for row in &rows {
            lines.extend(self.row(row));
        }
        let everybody = People::of(&self.asked.ownership, &rows);
        for (label, letter) in [
            ("accountable", Letter::Accountable),
            ("supports", Letter::Supports),
            ("consulted", Letter::Consulted),
            ("informed", Letter::Informed),
            ("director", Letter::Director),
            ("alternate", Letter::Alternate),
        ] {
            let found = everybody.who(letter);
            if !found.is_empty() {
                lines.extend(self.people(label, found));
            }
        }
        let contacts = contacts(&rows);
        if !contacts.is_empty() {
            lines.extend(self.field("contact", Tone::Good, &contacts.join(", ")));
        }
        lines.extend(self.escalation(owned));
        lines.extend(self.said_by(answer, &rows));
        lines.extend(self.disagreement(answer));
        lines
    }

    /// The row, and who is responsible.
    fn row(&self, row: &PathRow<'_>) -> Vec<Line> {
        let mut about: Vec<String> = Vec::new();
        if let Some(of) = row.row {
            about.push(of.kind.as_str().to_owned());
            about.extend(of.tier.map(|tier| format!("tier {tier}")));
        } else if let Some(section) = row.made_by.as_ref().and_then(|made| made.section) {
            about.push(format!("section {section}"));
        }
        let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join(", ")) };
        let purpose = row.row.and_then(|of| of.purpose.as_deref()).map(|text| format!(": {text}")).unwrap_or_default();
        let mut lines = self.field("row", Tone::Strong, &format!("{}{about}{purpose}", row.id));
        let responsible: Vec<&Principal> = row.responsible.iter().map(|who| who.as_ref()).collect();
        if responsible.is_empty() {
            lines.extend(self.field("responsible", Tone::Bad, "nobody"));
        } else {
            let many = (row.approvals > 1).then(|| format!("({} of them approve a change)", row.approvals));
            lines.extend(self.people_and("responsible", &responsible, many));
        }
        lines
    }

    fn field(&self, label: &str, tone: Tone, text: &str) -> Vec<Line> {
        self.lines(self.label(label).theirs(tone, text))
    }

    fn label(&self, label: &str) -> Para {
        Para::new(2, 2 + COLUMN).block(Tone::Dim, format!("{label:<width$}", width = COLUMN - 1))
    }

    fn people(&self, label: &str, people: &[&Principal]) -> Vec<Line> {
        self.people_and(label, people, None)
    }

    /// Names, with who is away and who has left said beside them.
    fn people_and(&self, label: &str, people: &[&Principal], and: Option<String>) -> Vec<Line> {
        let mut para = self.label(label);
        for (n, who) in people.iter().enumerate() {
            para = para.name(Tone::Plain, who.as_str());
            if let Some(absence) = self.absence(who) {
                para = para.theirs(Tone::Wait, &absence);
            }
            para = para.then(if n + 1 < people.len() { "," } else { "" });
        }
        self.lines(and.into_iter().fold(para, |para, text| para.theirs(Tone::Dim, &text)))
    }

    fn absence(&self, who: &Principal) -> Option<String> {
        let person = self.asked.ownership.matrix()?.person(who).filter(|_| who.kind() != PrincipalKind::Team)?;
        if person.left {
            return Some("(has left)".to_owned());
        }
        let away = person.away.iter().find(|absence| absence.covers(self.asked.now))?;
        Some(away.until.map_or_else(|| "(away)".to_owned(), |until| format!("(away until {})", until.date())))
    }

    /// Who receives what nobody answers for, or what its owners do not answer.
    fn escalation(&self, owned: OwnedState) -> Vec<Line> {
        let Some(Escalation { owner, contact, acknowledge_within, resolve_within, next }) = escalation(self.asked)
        else {
            let nobody = "no escalation owner is named: add [escalation] to .changeward/ownership.toml";
            return if owned == OwnedState::Owned { Vec::new() } else { self.field("escalation", Tone::Bad, nobody) };
        };
        let mut para = self.label("escalation").name(Tone::Plain, owner.as_str());
        if let Some(absence) = self.absence(owner) {
            para = para.theirs(Tone::Wait, &absence);
        }
        let spans = [("answers within", acknowledge_within), ("resolves within", resolve_within)];
        let spans = spans.iter().filter_map(|(what, span)| Some(format!("{what} {}", span.as_ref()?)));
        let about: Vec<String> = contact.iter().cloned().chain(spans).collect();
        if !about.is_empty() {
            para = para.then(",").theirs(Tone::Plain, &about.join(", "));
        }
        let mut lines = self.lines(para);
        for step in next {
            let after = step.after.map(|span| format!("after {span}: ")).unwrap_or_default();
            let contact = step.contact.as_deref().map(|contact| format!(", {contact}")).unwrap_or_default();
            lines.extend(self.field("", Tone::Plain, &format!("{after}{}{contact}", step.who)));
        }
        lines
    }

    /// The lines that say so: the row's, then those of the other files.
    fn said_by(&self, answer: &OwnershipAnswer<'_>, rows: &[PathRow<'_>]) -> Vec<Line> {
        let mut places: Vec<(Place, String)> = Vec::new();
        for row in rows.iter().filter_map(|row| row.row) {
            places.push((row.place.clone(), format!("row {}", row.id)));
        }
        places.extend(answer.assignments().into_iter().map(|made| (made.place.clone(), spelled(&made))));
        let mut lines = Vec::new();
        for (n, (place, says)) in places.iter().enumerate() {
            let label = if n == 0 { "said by" } else { "" };
            lines.extend(self.lines(self.label(label).name(Tone::Plain, &place.to_string()).theirs(Tone::Dim, says)));
        }
        lines
    }

    fn disagreement(&self, answer: &OwnershipAnswer<'_>) -> Vec<Line> {
        let membership = crate::model::Membership::of(self.asked.ownership.matrix());
        let Some(found) = answer.disagreement(&membership) else { return Vec::new() };
        let said = |names: &[String]| if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
        let msg = format!(
            "{} names {}, {} names {}; the first is followed",
            found.follows.place,
            said(&found.follows.names),
            found.other.place,
            said(&found.other.names),
        );
        self.field("disagreement", Tone::Wait, &msg)
    }

    fn unowned(&self, files: &[RepoPath]) -> Vec<Line> {
        let mut lines = Vec::new();
        for file in files {
            let owned = self.asked.rows(&self.asked.ownership.of(file)).0;
            if owned != OwnedState::Owned {
                let mut para = Para::new(0, 2).name(Tone::Plain, &file.quoted());
                if owned == OwnedState::Cleared {
                    para = para.ours(Tone::Dim, "(cleared)");
                }
                lines.extend(self.lines(para));
            }
        }
        let none = lines.len() as u64;
        let (tone, said) = match (none, self.asked.ownership.has_source()) {
            (_, false) => (Tone::Wait, "no file names owners here: any one peer may approve a change".to_owned()),
            (0, true) => (Tone::Good, format!("somebody answers for each of {}", counted(files.len() as u64, "file"))),
            _ => (Tone::Bad, format!("nobody answers for {none} of {}", counted(files.len() as u64, "file"))),
        };
        lines.extend(self.lines(Para::new(0, 2).ours(tone, &said)));
        lines
    }

    fn mine(&self, who: &Principal, duties: &[Duty]) -> Vec<Line> {
        let state = &self.asked.state;
        if duties.is_empty() {
            let text = format!("{who} is named nowhere at {state}; teams count where [teams] lists their members");
            return self.lines(Para::new(0, 2).theirs(Tone::Wait, &text));
        }
        let mut lines =
            self.lines(Para::new(0, 2).name(Tone::Strong, who.as_str()).theirs(Tone::Dim, &format!("at {state}")));
        let column = duties.iter().map(|duty| duty.name.chars().count()).max().unwrap_or(0).min(30);
        for duty in duties {
            let letters: Vec<&str> = duty.letters.iter().map(|letter| letter.as_str()).collect();
            let mut para = Para::new(2, 4).block(Tone::Good, format!("{:<8}", letters.join(" "))).column(
                Tone::Strong,
                &duty.name,
                column,
            );
            let mut about: Vec<String> = duty.tier.iter().map(|tier| format!("tier {tier}")).collect();
            about.extend((duty.files > 0).then(|| counted(duty.files, "file")));
            about.extend(duty.purpose.clone());
            about.extend((!duty.via.is_empty()).then(|| format!("as {}", super::names(&duty.via, ", "))));
            about.extend(duty.contact.clone());
            para = para.theirs(Tone::Plain, &about.join(", ")).name(Tone::Dim, &duty.place.to_string());
            lines.extend(self.lines(para));
        }
        let legend = "R does the work, A answers for it, S helps, C is asked before, I is told after, D approves \
                      emergencies, alt stands in";
        lines.extend(self.lines(Para::new(2, 2).ours(Tone::Dim, legend)));
        lines
    }

    /// Lines that were skipped while reading: an answer may be wrong because of them.
    fn noticed(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for finding in &self.asked.noticed {
            let path = finding.paths.first().map(String::as_str).unwrap_or_default();
            let at = finding.line.map_or_else(|| path.to_owned(), |line| format!("{path}:{line}"));
            let para = Para::new(0, 2).ours(Tone::Wait, "!").name(Tone::Strong, &finding.code).name(Tone::Dim, &at);
            lines.extend(self.lines(para.theirs(Tone::Plain, &finding.msg)));
        }
        if !lines.is_empty() {
            lines.insert(0, Line::new());
        }
        lines
    }
}

/// What a line says, as near to its own words as the dialects have in common.
fn spelled(made: &Assignment<'_>) -> String {
    let mut words: Vec<String> = vec![made.dialect.as_str().to_owned()];
    words.extend(made.section.map(|section| format!("[{section}]")));
    words.extend(made.optional.then(|| "optional".to_owned()));
    words.extend(made.pattern.map(str::to_owned));
    words.extend(made.owners.iter().map(|who| who.as_str().to_owned()));
    if made.owners.is_empty() {
        words.push("names nobody".to_owned());
    }
    if made.approvals > 1 {
        words.push(format!("({} approvals)", made.approvals));
    }
    if !made.labels.is_empty() {
        words.push(format!("labels {}", made.labels.join(" ")));
    }
    words.join(" ")
}
