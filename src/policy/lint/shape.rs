//! What an expression may hold, as far as the schema of the input tells: through variables, comprehensions and rules that
//! only pass something on. What is not known is not judged.

use super::ground::{Ground, Item};
use super::tree::{self, Node, call, literal_text, range, variable};
use crate::policy::names::rule_names;
use regorus::unstable::{Expr, Literal, LiteralStmt, Rule, RuleHead};
use serde_json::Value;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

/// What is known of a value.
#[derive(Clone, Debug)]
pub(super) struct Shape<'s> {
    /// Its schema, or that of its elements.
    pub(super) schema: &'s Value,
    /// It is a collection of such values.
    pub(super) list: bool,
    /// The keys on the way to it that may be missing, as they are called.
    pub(super) missing: Vec<String>,
    /// An index on the way to it may lead nowhere.
    pub(super) looked_up: bool,
    /// What it is called: `input.files[_].status`.
    pub(super) name: String,
}

impl<'s> Shape<'s> {
    fn of(schema: &'s Value, name: impl Into<String>) -> Self {
        Self { schema, list: false, missing: Vec::new(), looked_up: false, name: name.into() }
    }

    /// The types it may have; empty where the schema does not say.
    pub(super) fn types(&self) -> Vec<&'s str> {
        if self.list {
            return vec!["array"];
        }
        match self.schema.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The values it may have, where the schema lists them.
    pub(super) fn values(&self) -> Option<Vec<&'s Value>> {
        let listed = |schema: &'s Value| match (schema.get("enum"), schema.get("const")) {
            (Some(Value::Array(all)), _) => Some(all.iter().collect()),
            (_, Some(one)) => Some(vec![one]),
            _ => None,
        };
        if self.list { None } else { listed(self.schema) }
    }

    /// The keys it has, and whether it has no others.
    pub(super) fn keys(&self) -> Option<(Vec<&'s str>, bool)> {
        let object = !self.list && self.types() == ["object"];
        let properties = self.schema.get("properties").and_then(Value::as_object);
        let closed = self.schema.get("additionalProperties") == Some(&Value::Bool(false));
        let names = properties.map(|map| map.keys().map(String::as_str).collect()).unwrap_or_default();
        object.then_some((names, closed))
    }

    /// It is a collection that is known: its elements.
    pub(super) fn element(&self) -> Option<Self> {
        if self.list {
            return Some(Self { list: false, name: format!("{}[_]", self.name), ..self.clone() });
        }
        let below = match self.types().as_slice() {
            ["array"] => self.schema.get("items"),
            ["object"] => self.schema.get("additionalProperties").filter(|schema| schema.is_object()),
            _ => None,
        };
        Some(Self { schema: below?, name: format!("{}[_]", self.name), ..self.clone() })
    }

    /// What a key holds.
    pub(super) fn key(&self, key: &str) -> Option<Self> {
        if self.list {
            return None;
        }
        let name = format!("{}.{key}", self.name);
        if let Some(schema) = self.schema.get("properties").and_then(|all| all.get(key)) {
            let required = self.schema.get("required").and_then(Value::as_array);
            let required = required.is_some_and(|all| all.iter().any(|one| one == key));
            let mut missing = self.missing.clone();
            if !required {
                missing.push(name.clone());
            }
            return Some(Self { schema, missing, name, ..self.clone() });
        }
        let schema = self.schema.get("additionalProperties").filter(|schema| schema.is_object())?;
        Some(Self { schema, looked_up: true, name, ..self.clone() })
    }
}

/// What each rule passes on, as far as that was asked for.
pub(super) type Passed<'g> = RefCell<BTreeMap<String, Option<Shape<'g>>>>;

/// The shapes of the expressions of every rule, each made when it is asked for.
pub(super) struct AllShapes<'g, 'a> {
    ground: &'g Ground<'a>,
    passed: &'g Passed<'g>,
    made: Vec<OnceCell<Shapes<'g, 'a>>>,
}

impl<'g, 'a> AllShapes<'g, 'a> {
    pub(super) fn new(ground: &'g Ground<'a>, passed: &'g Passed<'g>) -> Self {
        Self { ground, passed, made: ground.items.iter().map(|_| OnceCell::new()).collect() }
    }

    /// Those of the rule with this number.
    pub(super) fn get(&self, number: usize) -> Option<&Shapes<'g, 'a>> {
        let item = self.ground.items.get(number)?;
        Some(self.made.get(number)?.get_or_init(|| Shapes::new(self.ground, item, self.passed)))
    }
}

/// The shapes of the expressions of one rule.
pub(super) struct Shapes<'g, 'a> {
    ground: &'g Ground<'a>,
    item: &'g Item<'a>,
    source: &'a str,
    /// By variable; `None` where it is bound to several things.
    variables: RefCell<BTreeMap<String, Option<Shape<'g>>>>,
    passed: &'g Passed<'g>,
}

impl<'g, 'a> Shapes<'g, 'a> {
    fn new(ground: &'g Ground<'a>, item: &'g Item<'a>, passed: &'g Passed<'g>) -> Self {
        let shapes =
            Self { ground, item, source: ground.source(item), variables: RefCell::new(BTreeMap::new()), passed };
        // A statement may use what a later one binds.
        for _ in 0..3 {
            shapes.variables.borrow_mut().retain(|_, shape| shape.is_some());
            let mut bound: BTreeMap<String, Option<Shape<'g>>> = BTreeMap::new();
            for node in tree::nodes(item.rule) {
                if let Node::Statement(statement) = node {
                    shapes.bind(statement, &mut bound);
                }
            }
            *shapes.variables.borrow_mut() = bound;
        }
        shapes
    }

    fn bind(&self, statement: &LiteralStmt, bound: &mut BTreeMap<String, Option<Shape<'g>>>) {
        let mut add = |name: &str, shape: Option<Shape<'g>>| {
            let same = |old: &Option<Shape<'g>>| match (old, &shape) {
                (Some(old), Some(new)) => std::ptr::eq(old.schema, new.schema) && old.list == new.list,
                _ => false,
            };
            let fits = bound.get(name).is_none_or(same);
            bound.insert(name.to_owned(), if fits { shape } else { None });
        };
        match &statement.literal {
            Literal::SomeIn { key, value, collection, .. } => {
                if let Some(name) = variable(self.source, value) {
                    add(name, self.of(collection).and_then(|shape| shape.element()));
                }
                key.iter().filter_map(|key| variable(self.source, key)).for_each(|name| add(name, None));
            }
            Literal::Every { key, value, domain, .. } => {
                let name = |span| self.source.get(range(span)).unwrap_or_default();
                add(name(value), self.of(domain).and_then(|shape| shape.element()));
                key.iter().for_each(|key| add(name(key), None));
            }
            Literal::Expr { expr, .. } => {
                if let Expr::AssignExpr { lhs, rhs, .. } = expr.as_ref() {
                    match variable(self.source, lhs) {
                        Some(name) => add(name, self.of(rhs)),
                        None => tree::expressions(Node::Expr(lhs))
                            .into_iter()
                            .filter_map(|part| variable(self.source, part))
                            .for_each(|name| add(name, None)),
                    }
                }
            }
            Literal::SomeVars { .. } | Literal::NotExpr { .. } => {}
        }
    }

    /// What an expression may hold.
    pub(super) fn of(&self, expr: &Expr) -> Option<Shape<'g>> {
        match expr {
            Expr::Var { .. } => self.of_name(variable(self.source, expr)?),
            Expr::RefDot { refr, field, .. } => {
                let key = self.source.get(range(&field.0))?;
                self.of_rule(expr).or_else(|| self.of(refr)?.key(key))
            }
            Expr::RefBrack { refr, index, .. } => {
                let whole = self.of(refr)?;
                match (literal_text(index), variable(self.source, index)) {
                    (Some(key), _) => whole.key(&key),
                    (None, Some("_")) => whole.element(),
                    (None, _) => Some(Shape { looked_up: true, ..whole.element()? }),
                }
            }
            Expr::Call { .. } => self.of_call(expr),
            Expr::SetCompr { term, .. } | Expr::ArrayCompr { term, .. } => {
                let element = self.of(term).filter(|shape| !shape.list)?;
                let name = format!("the list of {}", element.name);
                Some(Shape { list: true, missing: Vec::new(), looked_up: false, name, ..element })
            }
            _ => None,
        }
    }

    fn of_name(&self, name: &str) -> Option<Shape<'g>> {
        if let Some(shape) = self.variables.borrow().get(name) {
            return shape.clone();
        }
        if self.item.uses.locals.contains(name) {
            return None;
        }
        if name == "input" {
            return Some(Shape::of(self.ground.schema, "input"));
        }
        if let Some(path) = self.imported(name) {
            let root = Shape::of(self.ground.schema, "input");
            return path.iter().skip(1).try_fold(root, |shape, key| shape.key(key));
        }
        let path = self.ground.files.get(self.item.file)?.names.resolve(&[name.to_owned()])?;
        self.of_path(&path)
    }

    /// The path in the input that an import gives this name to.
    fn imported(&self, name: &str) -> Option<Vec<String>> {
        let file = self.ground.files.get(self.item.file)?;
        file.ast.imports.iter().find_map(|import| {
            let (path, whole) = rule_names(self.source, &import.refr);
            let alias = import.r#as.as_ref().and_then(|span| self.source.get(range(span)));
            let alias = alias.or_else(|| path.last().map(String::as_str));
            let ours = whole && path.len() > 1 && path.first().is_some_and(|root| root == "input");
            (ours && alias == Some(name)).then(|| path.clone())
        })
    }

    /// `data.changeward.x`, or a rule of an import.
    fn of_rule(&self, expr: &Expr) -> Option<Shape<'g>> {
        let (path, whole) = rule_names(self.source, expr);
        let root = path.first().filter(|root| whole && !self.item.uses.locals.contains(*root))?;
        let file = self.ground.files.get(self.item.file)?;
        if root != "data" && !file.names.imports(root) {
            return None;
        }
        self.of_path(&file.names.resolve(&path)?)
    }

    /// What a rule holds, where it only passes something on.
    fn of_path(&self, path: &str) -> Option<Shape<'g>> {
        if let Some(domain) = self.ground.domains.get(path) {
            return Some(Shape::of(domain, path.rsplit('.').next().unwrap_or(path)));
        }
        if let Some(known) = self.passed.borrow().get(path) {
            return known.clone();
        }
        // A rule that leads back to itself passes on nothing.
        self.passed.borrow_mut().insert(path.to_owned(), None);
        let passes = self.of_definitions(path);
        self.passed.borrow_mut().insert(path.to_owned(), passes.clone());
        passes
    }

    fn of_definitions(&self, path: &str) -> Option<Shape<'g>> {
        let mut found: Option<Shape<'g>> = None;
        for item in self.ground.rules(path) {
            let inside = Self::new(self.ground, item, self.passed);
            let (shape, list) = match item.rule {
                Rule::Spec { head: RuleHead::Compr { assign: Some(assign), .. }, bodies, .. } => {
                    let single = bodies.iter().all(|body| body.assign.is_none() && !body.is_else);
                    (inside.of(&assign.value).filter(|_| single)?, false)
                }
                Rule::Spec { head: RuleHead::Set { key: Some(key), .. }, .. } => (inside.of(key)?, true),
                _ => return None,
            };
            if (shape.list && list) || found.as_ref().is_some_and(|old| !std::ptr::eq(old.schema, shape.schema)) {
                return None;
            }
            let name = path.rsplit('.').next().unwrap_or(path).to_owned();
            let missing = if list { Vec::new() } else { shape.missing.clone() };
            found = Some(Shape { list: list || shape.list, missing, looked_up: false, name, ..shape });
        }
        found
    }

    /// Functions that pass on what they are given.
    fn of_call(&self, expr: &Expr) -> Option<Shape<'g>> {
        let (name, arguments) = call(self.source, expr)?;
        match (name.as_str(), arguments.as_slice()) {
            ("object.get", [object, path, _]) => {
                let mut shape = self.of(object)?;
                for key in keys_of(path)? {
                    shape = shape.key(&key)?;
                }
                // The default may be of any kind, and what is missing is not undefined here.
                Some(Shape { missing: Vec::new(), looked_up: false, ..shape }).filter(|shape| shape.values().is_none())
            }
            ("sort", [list]) => self.of(list).filter(|shape| shape.list || shape.types() == ["array"]),
            _ => None,
        }
    }
}

/// The keys of `object.get(x, "key", …)` and `object.get(x, ["a", "b"], …)`.
pub(super) fn keys_of(path: &Expr) -> Option<Vec<String>> {
    match path {
        Expr::Array { items, .. } => items.iter().map(|item| literal_text(item)).collect(),
        one => literal_text(one).map(|key| vec![key]),
    }
}
