//! JUnit's XML, in the shapes CI servers know, as a list of suites with their cases.
//!
//! No document type and so no entities: a report has none.

use super::Read;
use crate::model::{AttachmentFormat, SyntaxFault};
use crate::parse::problem::Problem;
use crate::parse::shown::line_starts;
use crate::parse::syntax::xml_is_within_limits;
use roxmltree::{Document, Error, Node, ParsingOptions};
use serde_json::{Map, Value as Json, json};

/// How many elements and texts a report may have.
const NODES: u32 = 2_000_000;

pub(super) fn read(text: &str) -> Result<Read, Problem> {
    xml_is_within_limits(text).map_err(|fault| too_much(text, &fault))?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| refused(text, &error))?;
    let root = document.root_element();
    if !matches!(root.tag_name().name(), "testsuites" | "testsuite") {
        return Err(Problem::new(
            "not_junit",
            "this XML is no report of tests: it begins with neither `testsuites` nor `testsuite`",
            root.range().start..root.range().start,
            "the outermost element",
            "of XML only JUnit reports are read; attach JSON or YAML instead",
        ));
    }
    let suites: Vec<Suite> = root.descendants().filter_map(Suite::of).collect();
    let mut report = Map::new();
    for count in COUNTS {
        let counted: u64 = suites.iter().map(|suite| suite.counted(count)).sum();
        let said = suites.iter().map(|suite| suite.said(count)).chain([declared(root, count)]).max();
        report.insert(count.to_owned(), Json::from(counted.max(said.unwrap_or(0))));
    }
    report.insert("suites".to_owned(), suites.into_iter().map(Suite::json).collect());
    Ok((AttachmentFormat::JUnit, Json::Object(report).to_string()))
}

/// What a suite says of its cases. A report may say more failures than it shows, so the larger number counts.
const COUNTS: [&str; 4] = ["tests", "failures", "errors", "skipped"];

fn declared(node: Node<'_, '_>, count: &str) -> u64 {
    node.attribute(count).and_then(|text| text.trim().parse().ok()).unwrap_or(0)
}

struct Suite<'a, 'i> {
    node: Node<'a, 'i>,
    cases: Vec<Json>,
}

impl<'a, 'i> Suite<'a, 'i> {
    /// A suite; the outermost element is one too, where cases stand right below it.
    fn of(node: Node<'a, 'i>) -> Option<Self> {
        let children = node.children().filter(|child| child.has_tag_name_of("testcase"));
        let cases: Vec<Json> = children.map(case).collect();
        let suite = node.has_tag_name_of("testsuite") || (node.has_tag_name_of("testsuites") && !cases.is_empty());
        suite.then_some(Self { node, cases })
    }

    fn counted(&self, count: &str) -> u64 {
        let status = match count {
            "failures" => "failed",
            "errors" => "error",
            "skipped" => "skipped",
            _ => return self.cases.len() as u64,
        };
        self.cases.iter().filter(|case| case.get("status").is_some_and(|of| of == status)).count() as u64
    }

    fn said(&self, count: &str) -> u64 {
        self.counted(count).max(declared(self.node, count))
    }

    fn json(self) -> Json {
        let mut suite = Map::new();
        suite.insert("name".to_owned(), Json::from(self.node.attribute("name").unwrap_or_default()));
        for count in COUNTS {
            suite.insert(count.to_owned(), Json::from(self.said(count)));
        }
        suite.insert("cases".to_owned(), Json::Array(self.cases));
        Json::Object(suite)
    }
}

fn case(node: Node<'_, '_>) -> Json {
    let outcomes = [("error", "error"), ("failure", "failed"), ("skipped", "skipped"), ("disabled", "skipped")];
    let outcome = outcomes
        .into_iter()
        .find_map(|(tag, status)| Some((status, node.children().find(|child| child.has_tag_name_of(tag))?)));
    let mut case = json!({
        "name": node.attribute("name").unwrap_or_default(),
        "classname": node.attribute("classname").unwrap_or_default(),
        "status": outcome.map_or("passed", |(status, _)| status),
    });
    let Json::Object(map) = &mut case else { return case };
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite()).map(Json::from);
    map.extend(node.attribute("time").and_then(number).map(|time| ("time".to_owned(), time)));
    map.extend(node.attribute("file").map(|file| ("file".to_owned(), Json::from(file))));
    let line = node.attribute("line").and_then(|line| line.trim().parse::<u32>().ok());
    map.extend(line.map(|line| ("line".to_owned(), Json::from(line))));
    if let Some((_, node)) = outcome {
        for key in ["message", "type"] {
            map.extend(node.attribute(key).map(|text| (key.to_owned(), Json::from(text))));
        }
        let text: String = node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect();
        map.insert("text".to_owned(), Json::from(text.trim()));
    }
    case
}

trait Named {
    /// Whatever its namespace.
    fn has_tag_name_of(&self, name: &str) -> bool;
}

impl Named for Node<'_, '_> {
    fn has_tag_name_of(&self, name: &str) -> bool {
        self.is_element() && self.tag_name().name() == name
    }
}

fn too_much(text: &str, fault: &SyntaxFault) -> Problem {
    let line = usize::try_from(fault.line).unwrap_or(1).saturating_sub(1);
    let at = line_starts(text).get(line).copied().unwrap_or(0);
    Problem::new("too_much", format!("this report {}", fault.why), at..at, "here", "attach a smaller report")
}

fn refused(text: &str, error: &Error) -> Problem {
    if matches!(error, Error::DtdDetected) {
        let at = text.find("<!DOCTYPE").unwrap_or(0);
        let message = "this XML has a document type, and so may have entities of its own";
        return Problem::new("entities", message, at..at, "here", "attach a report without `<!DOCTYPE …>`");
    }
    let (lines, pos) = (line_starts(text), error.pos());
    let start = usize::try_from(pos.row).ok().and_then(|row| lines.get(row.saturating_sub(1)).copied()).unwrap_or(0);
    let at = start + usize::try_from(pos.col).unwrap_or(1).saturating_sub(1);
    let said = error.to_string();
    let said = said.rsplit_once(" at ").map_or(said.as_str(), |(said, _)| said);
    Problem::new("syntax", format!("this is not XML: {said}"), at..at, "here", "attach the whole output")
}
