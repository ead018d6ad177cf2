//! A table to rows: each cell finds its place, or is kept beside its row with a doubt.

use super::cells;
use super::columns::{Column, Columns, Role};
use super::draft::Importer;
use super::names::{Named, how_to_say};
use super::source::{Cell, Line, Source, Table};
use crate::model::{DraftRow, Place, PrincipalKind, RowKind, Unused};
use crate::parse::problem::{InvalidFile, quoted};

/// Whose letters a column holds.
type Heads = Vec<Named>;

/// Reads a table.
///
/// # Errors
/// When what was read is more than a matrix can hold.
pub(super) fn read(importer: &mut Importer, source: &Source<'_>, table: &Table) -> Result<(), InvalidFile> {
    let columns = Columns::of(&table.head, &table.lines);
    let heads = heads(importer, source, &columns, table);
    let last = table.lines.iter().rposition(|line| !line.is_blank()).map_or(0, |at| at + 1);
    for line in table.lines.iter().take(last) {
        if line.is_blank() {
            let doubt = source.doubt(line.at, "the row is empty and was left out", "take it away, or fill it in");
            importer.doubt(doubt);
            continue;
        }
        Row::read(importer, source, &columns, &table.head, &heads, line);
        importer.bounded(source)?;
    }
    Ok(())
}

/// Who the columns of letters belong to, and what is doubtful about the headings.
fn heads(importer: &mut Importer, source: &Source<'_>, columns: &Columns, table: &Table) -> Heads {
    let mut heads = Heads::new();
    for (at, (column, head)) in columns.all.iter().zip(&table.head.cells).enumerate() {
        let below = || table.lines.iter().filter_map(|line| line.cells.get(at)).filter(|cell| !cell.is_blank()).count();
        let mut named = Named::default();
        if let Some(said) = Columns::near(head) {
            importer.doubt(source.doubt(head.at, said, "rename the column if that is not what is meant"));
        }
        match column {
            Column::Letters => {
                named = importer.names.read(&head.text);
                for unknown in &named.unknown {
                    let message = format!(
                        "nobody knows who {} is, so the {} below are kept as comments",
                        quoted(unknown),
                        crate::model::counted(below() as u64, "cell"),
                    );
                    importer.doubt(source.doubt(head.at, message, how_to_say(unknown)));
                }
            }
            Column::Again if below() > 0 => {
                let message = format!("{} comes twice, so the cells below are kept as comments", quoted(&head.text));
                importer.doubt(source.doubt(head.at, message, "keep one of the columns"));
            }
            Column::Unknown if below() > 0 => {
                let message = match head.is_blank() {
                    true => "the column has no heading, so its cells are kept as comments".to_owned(),
                    false => format!(
                        "a matrix has nothing called {}, so the cells below are kept as comments",
                        quoted(&head.text)
                    ),
                };
                importer.doubt(source.doubt(head.at, message, HEADINGS));
            }
            Column::Unknown | Column::Again if !head.is_blank() => {
                importer.aside(Unused { text: head.text.clone(), column: None, why: "the heading of an empty column" });
            }
            _ => {}
        }
        heads.push(named);
    }
    heads
}

const HEADINGS: &str = "rename it, if it is one of the columns that `changeward owners import --help` lists";

/// One row on its way.
struct Row<'a, 's, 't> {
    importer: &'a mut Importer,
    source: &'s Source<'t>,
    row: DraftRow,
    owners: Vec<crate::model::Principal>,
    teams: Vec<crate::model::Principal>,
}

impl Row<'_, '_, '_> {
    fn read(importer: &mut Importer, source: &Source<'_>, columns: &Columns, head: &Line, heads: &Heads, line: &Line) {
        let cell = |wanted| columns.all.iter().position(|column| *column == wanted).and_then(|at| line.cells.get(at));
        let name = cell(Column::Name).filter(|cell| !cell.is_blank());
        let others = || line.cells.iter().filter(|cell| !cell.is_blank());
        if let (Some(name), 1) = (name, others().count()) {
            let message = format!("{} has nothing beside it and is taken for a heading", quoted(&name.text));
            importer.doubt(source.doubt(name.at, message, "fill the row in, if it is one"));
            importer.aside(Unused { text: name.text.clone(), column: None, why: "a heading between the rows" });
            return;
        }
        let place = source.place(name.map_or(line.at, |name| name.at));
        let id = cell(Column::Id).filter(|cell| !cell.is_blank());
        let id = name_of(importer, source, id, name, &place, line.at);
        let named = name.map(|name| name.text.clone()).unwrap_or_default();
        let above = importer.take_aside();
        let mut row = DraftRow::new(id, named, place);
        row.above = above;
        let mut this = Row { importer, source, row, owners: Vec::new(), teams: Vec::new() };
        for (at, cell) in line.cells.iter().enumerate() {
            let column = columns.all.get(at).copied();
            let heading = head.cells.get(at).map_or("", |head| head.text.as_str());
            this.cut(cell, heading);
            if !cell.is_blank() {
                this.cell(column, heading, heads.get(at), cell);
            }
        }
        if line.cells.len() < columns.all.len() {
            let message = format!("the row has {} of {} cells", line.cells.len(), columns.all.len());
            this.doubt(line.at, message + "; those that are missing count as empty", "see that no cell slipped");
        }
        let at = name.map_or(line.at, |name| name.at);
        this.settle(columns, at);
    }

    fn doubt(&mut self, at: usize, message: String, help: impl Into<String>) {
        let doubt = self.source.doubt(at, message, help);
        self.importer.doubt(doubt);
    }

    fn unused(&mut self, text: &str, heading: &str, why: &'static str) {
        let column = (!heading.is_empty()).then(|| heading.to_owned());
        self.row.unused.push(Unused { text: text.to_owned(), column, why });
    }

    /// A cell longer than anybody writes.
    fn cut(&mut self, cell: &Cell, heading: &str) {
        if let Some(length) = cell.cut {
            let message = format!(
                "the cell of {} has {length} bytes; only the first {} were read",
                quoted(heading),
                cell.text.len()
            );
            self.doubt(cell.at, message, "shorten it");
        }
    }

    fn cell(&mut self, column: Option<Column>, heading: &str, head: Option<&Named>, cell: &Cell) {
        let text = cell.text.as_str();
        match column {
            None => {
                self.doubt(cell.at, format!("{} stands in no column", quoted(text)), "see that no cell slipped");
                self.unused(text, heading, "beyond the last column");
            }
            // What a column nobody knows means has been asked at its heading.
            Some(Column::Unknown) => self.unused(text, heading, "a matrix has no such column"),
            Some(Column::Again) => self.unused(text, heading, "a row has it once"),
            Some(Column::Name | Column::Id) => {}
            Some(Column::Letters) => self.letters(heading, head, cell),
            Some(Column::Role(role)) => self.people(role, heading, cell),
            Some(Column::Scope) => self.scope(heading, cell),
            Some(Column::Purpose) => self.row.purpose = Some(text.to_owned()),
            Some(Column::Contact) => self.row.contact = Some(text.to_owned()),
            Some(Column::Kind) => match cells::kind(text) {
                Some(kind) => self.row.kind = kind,
                None => self.odd(heading, cell, "is no kind of row", "write resource, activity, process or procedure"),
            },
            Some(Column::Tier) => match cells::tier(text) {
                Some((tier, told)) => {
                    self.row.tier = Some(tier);
                    if told {
                        self.doubt(
                            cell.at,
                            format!("{} is read as tier {tier}", quoted(text)),
                            "0 is the most, 9 the least",
                        );
                        self.unused(text, heading, "read as a number");
                    }
                }
                None => self.odd(heading, cell, "is no tier", "write a number from 0, the most critical, to 9"),
            },
            Some(Column::Approvals) => match text.parse().ok().filter(|number| (1..=20).contains(number)) {
                Some(number) => self.row.approvals = Some(number),
                None => self.odd(heading, cell, "is no number of approvals", "write a number from 1 to 20"),
            },
            Some(Column::ReviewBy) => match cells::day(text) {
                Some(day) => self.row.review_by = Some(day),
                None => self.odd(heading, cell, "is no date that is sure", "write it as 2027-06-30"),
            },
        }
    }

    /// A cell that could not be used: a doubt, and a comment.
    fn odd(&mut self, heading: &str, cell: &Cell, what: &str, help: &str) {
        self.doubt(cell.at, format!("{} {what}; it is kept as a comment", quoted(&cell.text)), help);
        self.unused(&cell.text, heading, "not understood");
    }

    fn letters(&mut self, heading: &str, head: Option<&Named>, cell: &Cell) {
        let found = cells::letters(&cell.text);
        for unknown in &found.unknown {
            let message = format!("{} is no letter of a RACI table; it is kept as a comment", quoted(unknown));
            self.doubt(cell.at, message, "write R, A, S, C or I, or nothing");
        }
        if found.marked {
            self.doubt(
                cell.at,
                format!("the mark in {} was left out", quoted(&cell.text)),
                "a condition belongs into the purpose, or into a row of its own",
            );
        }
        let who = head.map(|head| head.who.as_slice()).unwrap_or_default();
        for role in &found.roles {
            who.iter().for_each(|who| self.add(*role, who));
        }
        if who.is_empty() {
            self.unused(&cell.text, heading, "nobody knows who that is");
        } else if found.marked || !found.unknown.is_empty() {
            self.unused(&cell.text, heading, "not understood in full");
        }
    }

    fn people(&mut self, role: Role, heading: &str, cell: &Cell) {
        let named = self.importer.names.read(&cell.text);
        for unknown in &named.unknown {
            let message = format!("{} is no login, team or address; it is kept as a comment", quoted(unknown));
            self.doubt(cell.at, message, how_to_say(unknown));
            self.unused(unknown, heading, "nobody knows who that is");
        }
        if role == Role::Director && named.who.len() > 1 {
            self.doubt(
                cell.at,
                format!("{} names several directors; none was taken", quoted(&cell.text)),
                "name the one who approves emergencies; the others may be alternates",
            );
            self.unused(&cell.text, heading, "a row has one director");
            return;
        }
        named.who.iter().for_each(|who| self.add(role, who));
    }

    fn add(&mut self, role: Role, who: &crate::model::Principal) {
        let row = &mut self.row;
        let list = match role {
            Role::Responsible => &mut row.responsible,
            Role::Accountable => &mut row.accountable,
            Role::Supports => &mut row.supports,
            Role::Consulted => &mut row.consulted,
            Role::Informed => &mut row.informed,
            Role::Alternate => &mut row.alternate,
            Role::Owner => &mut self.owners,
            Role::Team => &mut self.teams,
            Role::Director => {
                row.director = Some(who.clone());
                return;
            }
        };
        if !list.contains(who) {
            list.push(who.clone());
        }
    }

    fn scope(&mut self, heading: &str, cell: &Cell) {
        for path in cells::paths(&cell.text) {
            match cells::scope(&path) {
                Ok(scoped) => {
                    if let Some(changed) = scoped.changed {
                        let message = format!("the path {} is {changed}", quoted(&path));
                        self.doubt(cell.at, message, "a folder is written `folder/**`, a file by its whole path");
                        self.unused(&path, heading, "changed into a pattern");
                    }
                    if !self.row.scope.contains(&scoped.pattern) {
                        self.row.scope.push(scoped.pattern);
                    }
                }
                Err(why) => {
                    let message = format!("{} is no pattern: {why}; it is kept as a comment", quoted(&path));
                    self.doubt(cell.at, message, "write paths from the root of the repository, as `services/pay/**`");
                    self.unused(&path, heading, "not a pattern");
                }
            }
        }
    }

    /// What only the whole row tells.
    fn settle(mut self, columns: &Columns, at: usize) {
        self.owners();
        let row = &mut self.row;
        if !columns.has(Column::Kind) {
            let unsaid = if row.scope.is_empty() { RowKind::Activity } else { RowKind::Resource };
            row.kind = columns.kind.unwrap_or(unsaid);
        }
        let shown = quoted(if row.name.is_empty() { &row.id } else { &row.name });
        let (accountable, team) =
            (row.accountable.len(), row.accountable.iter().find(|who| who.kind() == PrincipalKind::Team).cloned());
        let nobody = row.responsible.is_empty();
        if accountable != 1 {
            let message = match accountable {
                0 => format!("nobody is accountable for {shown}"),
                several => format!("{several} are accountable for {shown}; all are kept"),
            };
            self.doubt(at, message, "name exactly one person who answers for it");
        }
        if let Some(team) = team {
            let message = format!("the team {} is accountable for {shown}; it is kept", quoted(team.as_str()));
            self.doubt(at, message, "name the one person who answers for it");
        }
        if nobody {
            self.doubt(at, format!("nobody is responsible for {shown}"), "name who does the work");
        }
        self.importer.finish(self.row);
    }

    /// An owner who is a person answers for the row, and does its work where nobody else does; a team does its work.
    fn owners(&mut self) {
        let (owners, teams) = (std::mem::take(&mut self.owners), std::mem::take(&mut self.teams));
        let people: Vec<_> = owners.iter().filter(|who| who.kind() != PrincipalKind::Team).cloned().collect();
        teams.iter().for_each(|who| self.add(Role::Responsible, who));
        if self.row.accountable.is_empty() && people.len() == 1 {
            people.iter().for_each(|who| self.add(Role::Accountable, who));
        }
        let alone = self.row.responsible.is_empty();
        for who in owners {
            if alone || who.kind() == PrincipalKind::Team || people.len() > 1 {
                self.add(Role::Responsible, &who);
            }
        }
    }
}

/// The id of a row, from its own column or from its name.
fn name_of(
    importer: &mut Importer,
    source: &Source<'_>,
    id: Option<&Cell>,
    name: Option<&Cell>,
    place: &Place,
    at: usize,
) -> String {
    let said = id.or(name);
    let wanted = said.map(|cell| cell.text.as_str()).unwrap_or_default();
    let named = importer.ids.name(wanted, id.is_some(), place.line);
    let at = said.map_or(at, |cell| cell.at);
    if let Some(why) = named.doubt {
        let message = format!("{} {why}; the row is called {}", quoted(wanted), quoted(&named.id));
        importer.doubt(source.doubt(at, message, "give every row a name of its own, of letters, digits and `-`"));
        if id.is_some() {
            importer.aside(Unused { text: wanted.to_owned(), column: None, why: "the id in the source" });
        }
    }
    named.id
}
