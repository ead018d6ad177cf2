//! What an expression may hold, as far as the schema of the input tells: through variables, patterns, comprehensions, the
//! arguments of functions, and rules that only pass something on.

use super::ground::{Ground, Item, plain};
use super::shape::{ANYTHING, Many, NUMBER, Shape, Step, TEXT, step_of, steps_of};
use super::tree::{self, Node, call, literal_text, range, variable};
use crate::policy::names::rule_names;
use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Rule, RuleHead};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

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
    variables: RefCell<Bound<'g>>,
    /// The variables that are a text that is written out.
    texts: BTreeMap<String, String>,
    passed: &'g Passed<'g>,
}

/// What is bound to each variable.
type Bound<'g> = BTreeMap<String, Option<Shape<'g>>>;

/// Binds a variable; what is bound to two things is not known.
fn add<'g>(bound: &mut Bound<'g>, name: &str, shape: Option<Shape<'g>>) {
    let same = |old: &Option<Shape<'g>>| old.as_ref().zip(shape.as_ref()).is_some_and(|(old, new)| old.is_like(new));
    let fits = bound.get(name).is_none_or(same);
    bound.insert(name.to_owned(), if fits { shape } else { None });
}

impl<'g, 'a> Shapes<'g, 'a> {
    fn new(ground: &'g Ground<'a>, item: &'g Item<'a>, passed: &'g Passed<'g>) -> Self {
        let source = ground.source(item);
        let texts = texts(source, item.rule);
        let shapes = Self { ground, item, source, variables: RefCell::new(Bound::new()), texts, passed };
        let mut arguments = Bound::new();
        if let Rule::Spec { head: RuleHead::Func { args, .. }, .. } = item.rule {
            for (place, arg) in args.iter().enumerate() {
                shapes.fit(arg, shapes.given(place), &mut arguments);
            }
        }
        // A statement may use what a later one binds.
        for _ in 0..3 {
            shapes.variables.borrow_mut().retain(|_, shape| shape.is_some());
            let mut bound = arguments.clone();
            for node in tree::nodes(item.rule) {
                if let Node::Statement(statement) = node {
                    shapes.bind(statement, &mut bound);
                }
            }
            *shapes.variables.borrow_mut() = bound;
        }
        shapes
    }

    /// What every caller hands over as this argument.
    pub(super) fn given(&self, place: usize) -> Option<Shape<'g>> {
        let name = format!("{}#{place}", self.item.path);
        if let Some(known) = self.passed.borrow().get(&name) {
            return known.clone();
        }
        // A function that leads back to itself knows nothing of its arguments.
        self.passed.borrow_mut().insert(name.clone(), None);
        let mut given: Option<Shape<'g>> = None;
        for caller in self.ground.callers(&self.item.path) {
            let inside = Self::new(self.ground, caller, self.passed);
            for handed in inside.handed(&self.item.path, place) {
                let handed = handed?;
                if given.as_ref().is_some_and(|known| !known.is_like(&handed)) {
                    return None;
                }
                // A function is not entered where an argument has no value.
                given = Some(handed.there());
            }
        }
        self.passed.borrow_mut().insert(name, given.clone());
        given
    }

    /// What this rule hands over to a function, each time it calls it.
    fn handed(&self, path: &str, place: usize) -> Vec<Option<Shape<'g>>> {
        let Some(file) = self.ground.files.get(self.item.file) else { return Vec::new() };
        let mut all = Vec::new();
        for node in tree::nodes(self.item.rule) {
            let Node::Expr(Expr::Call { fcn, params, .. }) = node else { continue };
            let at = range(fcn.span());
            let call = self.item.uses.calls.iter().find(|call| call.span == at);
            if call.is_some_and(|call| self.ground.called(call, &file.names) == path) {
                all.push(params.get(place).and_then(|param| self.of(param)));
            }
        }
        all
    }

    fn bind(&self, statement: &LiteralStmt, bound: &mut Bound<'g>) {
        match &statement.literal {
            Literal::SomeIn { key, value, collection, .. } => {
                self.fit(value, self.of(collection).and_then(|shape| shape.element()), bound);
                key.iter().for_each(|key| self.fit(key, None, bound));
            }
            Literal::Every { key, value, domain, .. } => {
                let name = |span| self.source.get(range(span)).unwrap_or_default();
                add(bound, name(value), self.of(domain).and_then(|shape| shape.element()));
                key.iter().for_each(|key| add(bound, name(key), None));
            }
            Literal::Expr { expr, .. } => {
                match expr.as_ref() {
                    Expr::AssignExpr { op: AssignOp::ColEq, lhs, rhs, .. } => self.fit(lhs, self.of(rhs), bound),
                    // What is equal to something known is of its kind, on whichever side it stands.
                    Expr::AssignExpr { lhs, rhs, .. } => {
                        for (side, other) in [(lhs, rhs), (rhs, lhs)] {
                            self.of(other).into_iter().for_each(|shape| self.fit(side, Some(shape), bound));
                        }
                    }
                    _ => {}
                }
            }
            Literal::SomeVars { .. } | Literal::NotExpr { .. } => {}
        }
    }

    /// The variables of a pattern hold the parts of what it is held against.
    fn fit(&self, pattern: &Expr, shape: Option<Shape<'g>>, bound: &mut Bound<'g>) {
        match pattern {
            Expr::Var { .. } => {
                if let Some(name) = variable(self.source, pattern).filter(|name| *name != "input") {
                    add(bound, name, shape);
                }
            }
            Expr::Object { fields, .. } => {
                for (_, key, value) in fields {
                    let part = shape.as_ref().zip(literal_text(key)).and_then(|(shape, key)| shape.key(&key));
                    // What a pattern takes apart is there.
                    self.fit(value, part.map(Shape::there), bound);
                }
            }
            Expr::Array { items, .. } => {
                let element = || shape.as_ref().and_then(Shape::element).map(Shape::there);
                items.iter().for_each(|item| self.fit(item, element(), bound));
            }
            _ => {}
        }
    }

    /// A text: written out, or that of a variable.
    pub(super) fn text_of(&self, expr: &Expr) -> Option<String> {
        literal_text(expr).or_else(|| self.texts.get(variable(self.source, expr)?).cloned())
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
                match (self.text_of(index), step_of(index)) {
                    (Some(key), _) => whole.key(&key),
                    (None, Some(Step::At(index))) => whole.at(&index),
                    // There may be none.
                    (None, _) => Some(Shape { looked_up: true, ..whole.element()? }),
                }
            }
            Expr::Call { .. } => self.of_call(expr),
            Expr::SetCompr { term, .. } => self.all_of(term, Many::Set),
            Expr::ArrayCompr { term, .. } => self.all_of(term, Many::List),
            Expr::ObjectCompr { value, .. } => self.all_of(value, Many::Map),
            _ => None,
        }
    }

    /// What a comprehension makes of its term.
    fn all_of(&self, term: &Expr, many: Many) -> Option<Shape<'g>> {
        let element = self.of(term).filter(|shape| shape.many == Many::One)?;
        let name = format!("the {} of {}", if many == Many::Set { "set" } else { "list" }, element.name);
        Some(Shape { many, name, ..element }.there())
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
            let shape = Shape::of(domain, path.rsplit('.').next().unwrap_or(path));
            let missing = if self.ground.always(path) { Vec::new() } else { vec![shape.name.clone()] };
            return Some(Shape { missing, ..shape });
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
        let name = path.rsplit('.').next().unwrap_or(path).to_owned();
        let mut found: Option<Shape<'g>> = None;
        for item in self.ground.rules(path) {
            let inside = Self::new(self.ground, item, self.passed);
            let (shape, many) = match item.rule {
                // A default may be of another kind than the rest.
                Rule::Default { .. } => (Shape::of(&ANYTHING, name.clone()), Many::One),
                Rule::Spec { head: RuleHead::Compr { refr, assign, .. }, bodies, .. } => {
                    let (_, whole) = rule_names(self.ground.source(item), refr);
                    let single = bodies.iter().all(|body| body.assign.is_none() && !body.is_else);
                    let value = assign.as_ref().filter(|_| single).and_then(|assign| inside.of(&assign.value));
                    let value = value.unwrap_or_else(|| Shape::of(&ANYTHING, name.clone()));
                    (value, if whole { Many::One } else { Many::Map })
                }
                Rule::Spec { head: RuleHead::Set { refr, key: Some(key), .. }, .. } => {
                    let (_, whole) = rule_names(self.ground.source(item), refr);
                    (inside.of(key).filter(|_| whole)?, Many::Set)
                }
                Rule::Spec { .. } => return None,
            };
            let shape = match (many, shape.many) {
                (Many::One, _) => shape,
                (many, Many::One) => Shape { many, ..shape },
                _ => return None,
            };
            found = match found {
                Some(old) if !old.is_like(&shape) => {
                    let either = old.many == Many::One && shape.many == Many::One;
                    Some(Shape::of(&ANYTHING, name.clone())).filter(|_| either)
                }
                _ => Some(shape),
            };
            found.as_ref()?;
        }
        let found = found?;
        let mut missing = if found.many == Many::One { found.missing.clone() } else { Vec::new() };
        if found.many == Many::One && !self.ground.always(path) {
            missing.push(name.clone());
        }
        Some(Shape { missing, looked_up: false, name, ..found })
    }

    /// Functions that pass on what they are given, and those that make a number or a text of anything.
    fn of_call(&self, expr: &Expr) -> Option<Shape<'g>> {
        let (name, arguments) = call(self.source, expr)?;
        match (name.as_str(), arguments.as_slice()) {
            ("object.get", [object, path, _]) => {
                let mut shape = self.of(object)?;
                for step in steps_of(path)? {
                    shape = match step {
                        Step::Key(key) => shape.key(&key)?,
                        Step::At(index) => shape.at(&index)?,
                    };
                }
                // The default may be of any kind, and what is missing is not undefined here.
                Some(shape.there()).filter(|shape| shape.values().is_none())
            }
            ("sort", [all]) | ("array.reverse", [all]) | ("array.slice", [all, _, _]) => {
                let shape = self.of(all).filter(|shape| shape.types() == ["array"] || shape.many == Many::Set)?;
                let many = if shape.many == Many::Set { Many::List } else { shape.many };
                Some(Shape { many, ..shape })
            }
            ("array.concat", [left, right]) => {
                let (left, right) = (self.of(left)?, self.of(right)?);
                left.is_like(&right).then_some(left)
            }
            (name, arguments) => {
                let schema: &'static serde_json::Value = match name {
                    "count" | "sum" | "abs" | "ceil" | "floor" | "round" | "to_number" | "indexof" => &NUMBER,
                    "lower" | "upper" | "sprintf" | "concat" | "replace" | "substring" | "format_int" | "trim"
                    | "trim_space" | "trim_prefix" | "trim_suffix" | "trim_left" | "trim_right" => &TEXT,
                    _ => return None,
                };
                let written = plain(self.source, range(expr.span())).replace(' ', "");
                let known: Option<Vec<_>> = arguments.iter().map(|argument| self.of(argument)).collect();
                let missing = known.iter().flatten().flat_map(|shape| shape.missing.clone()).collect();
                Some(Shape { missing, looked_up: known.is_none(), ..Shape::of(schema, written) })
            }
        }
    }
}

/// The variables that are assigned one text that is written out, and nothing else.
fn texts(source: &str, rule: &Rule) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, Option<String>> = BTreeMap::new();
    for node in tree::nodes(rule) {
        if let Node::Expr(Expr::AssignExpr { lhs, rhs, .. }) = node
            && let Some(name) = variable(source, lhs)
        {
            let text = literal_text(rhs).filter(|_| !found.contains_key(name));
            found.insert(name.to_owned(), text);
        }
    }
    found.into_iter().filter_map(|(name, text)| Some((name, text?))).collect()
}
