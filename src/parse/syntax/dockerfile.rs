//! Dockerfiles: directives, global arguments, and the instructions of each stage in their order.

use super::dockerfile_lines::{Instruction, Instructions};
use super::source::{Source, scalar, shown, span};
use crate::model::{Field, Node, ScalarKind, SyntaxFault, Value};
use std::ops::Range;

/// What BuildKit knows.
const COMMANDS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// The stages of a file.
pub(super) fn root(mut source: Source<'_>) -> Result<Node<'_>, SyntaxFault> {
    source.count(0, 0)?;
    let (mut instructions, mut fields) = Instructions::new(&source)?;
    let mut arguments: Vec<Field<'_>> = Vec::new();
    let mut stages: Vec<Stage<'_>> = Vec::new();
    while let Some(instruction) = instructions.next(&source)? {
        for _ in 0..3 {
            source.count(instruction.place.start, 4)?;
        }
        let command = instruction.command;
        match stages.last_mut() {
            _ if !COMMANDS.contains(&&*command.to_ascii_uppercase()) => {
                let why = format!("{} is no instruction", shown(command));
                return Err(source.broken(instruction.place.start, &why));
            }
            _ if command.eq_ignore_ascii_case("FROM") => stages.push(Stage::new(&source, &instruction)?),
            Some(stage) => stage.instructions.push(node(&source, instruction)),
            None if command.eq_ignore_ascii_case("ARG") => arguments.extend(global(&source, &instruction)?),
            None => return Err(source.broken(instruction.place.start, "an instruction stands before the first `FROM`")),
        }
    }
    if let (Some(first), Some(last)) = (arguments.first(), arguments.last()) {
        let place = first.key_span.start..last.node.span.end;
        let node = Node { span: place, value: source.map(arguments)? };
        fields.push(named("args", node));
    }
    if stages.is_empty() {
        return Err(source.broken(0, "it has no `FROM`"));
    }
    let names: Vec<Field<'_>> = stages.iter().flat_map(|stage| stage.named.clone()).collect();
    source.map(names)?;
    let items: Vec<Node<'_>> = stages.into_iter().map(Stage::node).collect();
    let place = around(&items).unwrap_or(0..0);
    fields.push(named("stages", Node { span: place, value: Value::List(items) }));
    let start = fields.first().map_or(0, |field| field.key_span.start);
    let end = fields.last().map_or(0, |field| field.node.span.end);
    Ok(Node { span: start..end, value: source.map(fields)? })
}

/// A field whose key is not in the file.
pub(super) fn named<'t>(key: &'static str, node: Node<'t>) -> Field<'t> {
    Field::new(key, node.span.start..node.span.start, node)
}

fn around(items: &[Node<'_>]) -> Option<Range<u32>> {
    Some(items.first()?.span.start..items.last()?.span.end)
}

/// A stage that is being read.
struct Stage<'t> {
    start: usize,
    /// Behind its `FROM`.
    end: usize,
    head: Vec<Field<'t>>,
    /// Its name as a key, in lower case: names are compared so.
    named: Option<Field<'t>>,
    instructions: Vec<Node<'t>>,
}

impl<'t> Stage<'t> {
    /// `FROM [--platform=…] image [AS name]`.
    fn new(source: &Source<'t>, from: &Instruction<'t>) -> Result<Self, SyntaxFault> {
        let mut head = Vec::new();
        let mut words = from.words(source)?.into_iter().peekable();
        while let Some(flag) = words.next_if(|word| source.slice(word.clone()).starts_with("--")) {
            let Some(platform) = source.slice(flag.clone()).strip_prefix("--platform=") else {
                return Err(source.broken(flag.start, "`FROM` has an unknown flag"));
            };
            if !head.is_empty() {
                return Err(source.fault(flag.start, "has the key \"platform\" twice"));
            }
            head.push(named("platform", word(source, flag.end - platform.len()..flag.end)));
        }
        let image = words.next().ok_or_else(|| source.broken(from.place.start, "`FROM` names no image"))?;
        head.push(named("image", word(source, image)));
        let mut name = None;
        match (words.next(), words.next(), words.next()) {
            (None, _, _) => {}
            (Some(as_), Some(stage), None) if source.slice(as_.clone()).eq_ignore_ascii_case("AS") => {
                let node = word(source, stage.clone());
                let key = source.slice(stage).to_ascii_lowercase();
                name = Some(Field::new(key, node.span.clone(), node.clone()));
                head.push(named("name", node));
            }
            (Some(other), _, _) => return Err(source.broken(other.start, "`FROM` is not `FROM image AS name`")),
        }
        let place = &from.place;
        Ok(Self { start: place.start, end: place.end, head, named: name, instructions: Vec::new() })
    }

    fn node(self) -> Node<'t> {
        let place = around(&self.instructions).unwrap_or(span(self.end, self.end));
        let end = place.end as usize;
        let mut fields = self.head;
        fields.push(named("instructions", Node { span: place, value: Value::List(self.instructions) }));
        Node { span: span(self.start, end), value: Value::Map(fields) }
    }
}

/// A word, which is computed when there is a variable in it.
fn word<'t>(source: &Source<'t>, place: Range<usize>) -> Node<'t> {
    let text = source.slice(place.clone());
    let kind = if text.contains('$') { ScalarKind::Expression } else { ScalarKind::Text };
    scalar(span(place.start, place.end), kind, text)
}

/// The arguments that hold for all stages.
fn global<'t>(source: &Source<'t>, arg: &Instruction<'t>) -> Result<Vec<Field<'t>>, SyntaxFault> {
    let words = arg.words(source)?;
    if words.is_empty() {
        return Err(source.broken(arg.place.start, "`ARG` names nothing"));
    }
    let field = |place: Range<usize>| {
        let written = source.slice(place.clone());
        if written.contains(['"', '\'', '\\', '`']) && !is_quoted_whole(written) {
            return Err(source.broken(place.start, "the quotes of an `ARG` are not clear"));
        }
        let (key, node) = match written.split_once('=') {
            Some((key, value)) => (key, word(source, place.end - value.len()..place.end)),
            None => (written, scalar(span(place.end, place.end), ScalarKind::Null, "")),
        };
        let key_span = span(place.start, place.start + key.len());
        Ok(Field::new(key, key_span, node))
    };
    words.into_iter().map(field).collect()
}

/// `NAME="value"`, without a blank or another quote in it.
fn is_quoted_whole(written: &str) -> bool {
    let value = written.split_once('=').map_or("", |(_, value)| value);
    let inner = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    inner.is_some_and(|inner| !inner.contains(['"', '\'', '\\', '`']))
}

/// An instruction of a stage.
fn node<'t>(source: &Source<'t>, instruction: Instruction<'t>) -> Node<'t> {
    let Instruction { place, command, flags, value, text } = instruction;
    let upper = command.to_ascii_uppercase();
    let mut fields =
        vec![named("cmd", scalar(span(place.start, place.start + command.len()), ScalarKind::Text, upper))];
    if let Some(flags) = flags {
        fields.push(named("flags", scalar(span(flags.start, flags.end), ScalarKind::Text, source.slice(flags))));
    }
    fields.push(named("value", scalar(span(value.start, value.end), ScalarKind::Text, text)));
    Node { span: span(place.start, value.end), value: Value::Map(fields) }
}
