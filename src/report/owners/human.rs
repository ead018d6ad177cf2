//! For a person at a terminal, perhaps in an incident: who, in what capacity, where to reach them, which line says so.

use super::{People, contacts, escalation, same_answer};
use super::{mine, tree};
use crate::model::{
    Asked, AskedPath, Assignment, Escalation, Letter, OwnedState, OwnershipAnswer, PathRow, Place, Principal,
    PrincipalKind, Question, RepoPath, There, Voice,
};
use crate::report::Style;
use crate::report::text::{Line, Para, Tone, write_lines};
use crate::report::words;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Answers of one directory that are shown; the rest are counted.
const GROUPS: usize = 16;

/// Findings that are shown; the rest are counted.
const NOTES: usize = 10;

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
        Question::Tree(files) => tree::lines(asked, files),
        Question::Unowned(files) => page.unowned(files),
        Question::Mine(who, duties) => mine::lines(&asked.state, who, duties, page.width),
    };
    write_lines(&lines, style, out)
}

/// What should be known beside the answer, so that the answer itself can be read by a program: findings, and sums.
pub(super) fn notes(asked: &Asked, style: &Style, out: &mut impl Write) -> io::Result<()> {
    let page = Page { asked, width: style.width.max(40) };
    if let Question::Unowned(files) = &asked.question {
        write_lines(&page.unowned_sum(files), style, out)?;
    }
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

    /// Its files by who answers for them: what nobody does first, then the largest group.
    fn directory(&self, path: &'a RepoPath, files: &'a [RepoPath]) -> Vec<Line> {
        let mut groups: BTreeMap<(OwnedState, String, String), (usize, OwnershipAnswer<'a>)> = BTreeMap::new();
        let mut one_answer = true;
        for file in files {
            let answer = self.asked.ownership.of(file);
            let (count, first) = groups.entry(super::label(self.asked, &answer)).or_insert_with(|| (0, answer.clone()));
            one_answer &= same_answer(first, &answer);
            *count += 1;
        }
        let name = if path.as_bytes().is_empty() { ".".to_owned() } else { format!("{}/", path.quoted()) };
        let head = Para::new(0, 2).name(Tone::Strong, &name);
        let mut lines = self.lines(head.ours(Tone::Dim, &words::count(files.len(), "file", "files")));
        if let (1, true, Some((_, answer))) = (groups.len(), one_answer, groups.values().next()) {
            lines.extend(self.card(answer));
            lines.push(Line::new());
            return lines;
        }
        let mut groups: Vec<_> = groups.into_iter().map(|(label, (files, _))| (label, files)).collect();
        groups.sort_by_key(|((owned, ..), files)| (*owned == OwnedState::Owned, std::cmp::Reverse(*files)));
        for ((owned, ids, people), files) in groups.iter().take(GROUPS) {
            let files = format!("{:>12}", words::count(*files, "file", "files"));
            let para = Para::new(2, 16).block(Tone::Plain, files);
            lines.extend(self.lines(answered(para, *owned, ids, people)));
        }
        let more = groups.len().saturating_sub(GROUPS);
        let more = if more > 0 { format!("and {more} more; ") } else { String::new() };
        let tree = format!("{more}--tree shows which file has which answer");
        lines.extend(self.lines(Para::new(2, 2).ours(Tone::Dim, &tree)));
        lines.push(Line::new());
        lines
    }

    /// A path, its row, who is responsible: one line, however long, for it may be read by a program.
    fn one_line(&self, path: &RepoPath) -> Vec<Line> {
        let (owned, ids, people) = super::label(self.asked, &self.asked.ownership.of(path));
        let para = Para::new(0, 2).column(Tone::Plain, &path.quoted(), 40);
        answered(para, owned, &ids, &people).lines(usize::MAX, None)
    }

    /// Everything about one answer.
    fn card(&self, answer: &OwnershipAnswer<'a>) -> Vec<Line> {
        let (owned, rows) = self.asked.rows(answer);
        let mut lines = Vec::new();
        match owned {
            OwnedState::Owned => {}
            OwnedState::Unowned if !self.asked.ownership.has_source() => {
                let peers = "nobody: no file here names owners, so any one peer may approve a change";
                return self.field("owner", Tone::Wait, peers);
            }
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
            if letter == Letter::Accountable && found.len() > 1 && found == everybody.who(Letter::Responsible) {
                lines.extend(self.field(label, Tone::Plain, "the same"));
            } else if !found.is_empty() {
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
        for made in answer.assignments() {
            if made.parts.is_empty() {
                places.push((made.place.clone(), spelled(&made)));
            }
            for (place, people) in &made.parts {
                let added = super::names(people.iter().map(|who| who.as_ref()), " ");
                places.push((place.clone(), format!("{} {added}", made.dialect.as_str())));
            }
        }
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
        let said = |voice: &Voice| match voice.names.as_slice() {
            [] => format!("{} names nobody", voice.place),
            names => format!("{} names {}", voice.place, names.join(", ")),
        };
        let (label, then) = match found.certain {
            true => ("disagreement", "; the first is followed"),
            false => ("to compare", "; whether they mean the same people is not known here"),
        };
        let mut lines = self.field(label, Tone::Wait, &said(&found.follows));
        lines.extend(self.field("", Tone::Wait, &format!("{}{then}", said(&found.other))));
        lines
    }

    fn unowned(&self, files: &[RepoPath]) -> Vec<Line> {
        let open = files.iter().map(|file| (file, self.asked.rows(&self.asked.ownership.of(file)).0));
        let line = |(file, owned): (&RepoPath, OwnedState)| {
            let para = Para::new(0, 2).name(Tone::Plain, &file.quoted());
            let cleared = owned == OwnedState::Cleared;
            if cleared { para.ours(Tone::Dim, "(cleared)") } else { para }.lines(usize::MAX, None)
        };
        open.filter(|(_, owned)| *owned != OwnedState::Owned).flat_map(line).collect()
    }

    fn unowned_sum(&self, files: &[RepoPath]) -> Vec<Line> {
        let open = files.iter().filter(|file| !super::is_owned(self.asked, file)).count();
        let all = words::count(files.len(), "file", "files");
        let (tone, said) = match (open, self.asked.ownership.has_source()) {
            (_, false) => (Tone::Wait, "no file names owners here: any one peer may approve a change".to_owned()),
            (0, true) => (Tone::Good, format!("somebody answers for each of {all}")),
            _ => (Tone::Bad, format!("nobody answers for {open} of {all}")),
        };
        self.lines(Para::new(0, 2).ours(tone, &said))
    }

    /// Lines that were skipped while reading: an answer may be wrong because of them.
    fn noticed(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for finding in self.asked.noticed.iter().take(NOTES) {
            let path = finding.paths.first().map(String::as_str).unwrap_or_default();
            let at = finding.line.map_or_else(|| path.to_owned(), |line| format!("{path}:{line}"));
            let mut para = Para::new(0, 2).ours(Tone::Wait, "!").name(Tone::Strong, &finding.code);
            if !at.is_empty() {
                para = para.name(Tone::Dim, &at);
            }
            let help = finding.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
            lines.extend(self.lines(para.theirs(Tone::Plain, &format!("{}{help}", finding.msg))));
        }
        let more = self.asked.noticed.len().saturating_sub(NOTES);
        if more > 0 {
            let more = format!("and {more} more such lines; --format json lists them all");
            lines.extend(self.lines(Para::new(0, 2).ours(Tone::Dim, &more)));
        }
        lines
    }
}

/// A line's row and its people, or that there is nobody.
fn answered(para: Para, owned: OwnedState, ids: &str, people: &str) -> Para {
    match owned {
        OwnedState::Owned => para.theirs(Tone::Strong, ids).theirs(Tone::Plain, people),
        OwnedState::Unowned | OwnedState::Cleared => para.ours(Tone::Bad, owned.as_str()),
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
