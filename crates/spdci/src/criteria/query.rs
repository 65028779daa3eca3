//! The three query types, each read into conditions.

use serde_json::{Map, Value};

use super::attribute::Attribute;
use super::conditions::Conditions;
use crate::codes::SearchReason::{self, SearchCriteriaInvalid};
use crate::codes::words;
use crate::fault::{Fault, Faults, quoted};
use crate::limits::MAX_WORD;
use crate::object::{Object, is_absent, local_name};

words! {
    /// How a query is written.
    QueryType {
        /// An identifier: `{"type": "MEDIATOR_ID", "value": "…"}`.
        IdTypeValue = "idtype-value",
        /// A template with an expression as document databases have it.
        Expression = "expression",
        /// A list of pairs of comparisons.
        Predicate = "predicate",
    }
}

impl QueryType {
    /// The type that a query has by its shape: a list is of predicates; an object with a type that names an identifier is
    /// one; any other is an expression.
    pub(crate) fn of_shape(query: &Value) -> Self {
        let named = query.get("type").and_then(Value::as_str).and_then(Attribute::named);
        match query {
            Value::Array(_) => Self::Predicate,
            _ if named.is_some() => Self::IdTypeValue,
            _ => Self::Expression,
        }
    }
}

/// The required type of a query.
pub(crate) fn query_type(criteria: &Object<'_>, name: &str, faults: &mut Faults<SearchReason>) -> Option<QueryType> {
    let word = faults.take(SearchCriteriaInvalid, criteria.required_text(name, MAX_WORD))?;
    let found = QueryType::from_word(word);
    if found.is_none() {
        let what = "`idtype-value`, `expression` or `predicate` is expected";
        faults.note(SearchCriteriaInvalid, criteria.fault(name, what));
    }
    found
}

/// The conditions of a query. A list under `expression` is read as predicates: the standard's own samples have it so.
pub(crate) fn read<'a>(
    query_type: QueryType,
    query: &'a Value,
    place: String,
    faults: &mut Faults<SearchReason>,
) -> Conditions<'a> {
    let mut reader = Reader { conditions: Conditions::default(), faults };
    match query_type {
        QueryType::IdTypeValue => reader.identifier(query, &place),
        QueryType::Expression if !query.is_array() => reader.template(query, &place),
        QueryType::Expression | QueryType::Predicate => reader.predicates(query, &place),
    }
    reader.conditions
}

struct Reader<'a, 'f> {
    conditions: Conditions<'a>,
    faults: &'f mut Faults<SearchReason>,
}

impl<'a> Reader<'a, '_> {
    fn fault(&mut self, place: impl Into<String>, what: impl Into<String>) {
        self.conditions.fault(self.faults, SearchCriteriaInvalid, Fault::new(place, what));
    }

    fn take<T>(&mut self, read: Result<T, Fault>) -> Option<T> {
        read.map_err(|fault| self.conditions.fault(self.faults, SearchCriteriaInvalid, fault)).ok()
    }

    /// Names members that are not read: a condition passed over would make another question. JSON-LD has members with `@`.
    fn nothing_but(&mut self, object: &Object<'_>, known: &[&str]) {
        let unknown = |name: &&String| !known.contains(&name.as_str()) && !name.starts_with('@');
        for name in object.fields.keys().filter(unknown) {
            self.fault(object.place(&quoted(name)), "is not read here, so that it must not be given");
        }
    }

    fn add(&mut self, name: &str, operator: &str, value: &'a Value, place: &str) {
        self.conditions.add((name, operator, value), place, self.faults);
    }

    /// `IdentifierTypeValue`; the times stand beside `type` and `value`.
    fn identifier(&mut self, query: &'a Value, place: &str) {
        let Some(query) = self.take(Object::of(query, place)) else { return };
        self.nothing_but(&query, &["type", "value", "valid_at", "known_at"]);
        if let Some(name) = self.take(query.required_text("type", MAX_WORD)) {
            match Attribute::named(name).filter(|attribute| attribute.is_identifier()) {
                Some(attribute) => {
                    let value = query.fields.get("value").unwrap_or(&Value::Null);
                    self.add(attribute.word(), "eq", value, &query.place("value"));
                }
                None => self.fault(
                    query.place("type"),
                    "one of MEDIATOR_ID, TEAM_ID, UNIT_ID, COMMUNE_UNIT_ID, AREA_UNIT_ID is expected",
                ),
            }
        }
        for name in ["valid_at", "known_at"] {
            if let Some(value) = query.find(name) {
                self.add(name, "eq", value, &query.place(name));
            }
        }
    }

    /// `ExpPredicateWithConditionList`: all of the comparisons must hold.
    fn predicates(&mut self, query: &'a Value, place: &str) {
        let Value::Array(items) = query else { return self.fault(place, "a list of predicates is expected") };
        if items.is_empty() {
            self.fault(place, "at least one predicate is expected");
        }
        for (at, item) in items.iter().enumerate() {
            if let Some(item) = self.take(Object::of(item, format!("{place}[{at}]"))) {
                self.predicate(&item);
            }
        }
    }

    fn predicate(&mut self, item: &Object<'a>) {
        self.nothing_but(item, &["seq_num", "expression1", "condition", "expression2"]);
        // `seq_num` orders what is evaluated, which a conjunction does not depend on.
        match self.take(item.required_object("expression1")) {
            Some(first) => self.comparison(&first),
            None => return,
        }
        let condition = self.take(item.text("condition", MAX_WORD)).flatten();
        if condition.is_some_and(|condition| condition != "and") {
            self.fault(item.place("condition"), "only `and` can be asked: send a sub-request for each alternative");
        }
        if let Some(second) = self.take(item.object("expression2")).flatten() {
            if condition.is_none() {
                self.fault(item.place("condition"), "`and` is expected between two expressions");
            }
            self.comparison(&second);
        }
    }

    fn comparison(&mut self, comparison: &Object<'a>) {
        self.nothing_but(comparison, &["attribute_name", "operator", "attribute_value"]);
        let name = self.take(comparison.required_text("attribute_name", MAX_WORD));
        let operator = self.take(comparison.required_text("operator", MAX_WORD));
        let value = comparison.fields.get("attribute_value").unwrap_or(&Value::Null);
        if let (Some(name), Some(operator)) = (name, operator) {
            self.add(name, operator, value, &comparison.place("attribute_value"));
        }
    }

    /// `ExpTemplate`: `{"type": "ns:org:QueryType:NoSql", "value": {"expression": {"collection", "query"}}}`.
    fn template(&mut self, query: &'a Value, place: &str) {
        let Some(query) = self.take(Object::of(query, place)) else { return };
        self.nothing_but(&query, &["type", "value"]);
        if let Some(word) = self.take(query.text("type", MAX_WORD)).flatten() {
            let known = |name: &str| name.eq_ignore_ascii_case("NoSql") || name.eq_ignore_ascii_case("expression");
            if !local_name(word).is_some_and(known) {
                self.fault(query.place("type"), "only expressions of the type `NoSql` are read");
            }
        }
        let Some(value) = self.take(query.required_object("value")) else { return };
        self.nothing_but(&value, &["expression"]);
        let Some(expression) = self.take(value.required_object("expression")) else { return };
        self.nothing_but(&expression, &["collection", "query"]);
        if let Some(collection) = self.take(expression.text("collection", MAX_WORD)).flatten() {
            self.conditions.collection = Some((collection, expression.place("collection")));
        }
        if let Some(tree) = self.take(expression.required_object("query")) {
            self.all_of(tree.fields, &expression.place("query"));
        }
    }

    /// An object of an expression: every member must hold. JSON nests no deeper than the limit, so this ends.
    fn all_of(&mut self, members: &'a Map<String, Value>, place: &str) {
        if members.is_empty() {
            self.fault(place, "at least one condition is expected");
        }
        for (name, value) in members {
            let place = format!("{place}.{}", quoted(name));
            match (name.as_str(), value) {
                ("$and" | "and", Value::Array(items)) => {
                    if items.is_empty() {
                        self.fault(place.as_str(), "at least one condition is expected");
                    }
                    for (at, item) in items.iter().enumerate() {
                        let place = format!("{place}[{at}]");
                        if let Some(item) = self.take(Object::of(item, place.as_str())) {
                            self.all_of(item.fields, &place);
                        }
                    }
                }
                ("$and" | "and", _) => self.fault(place, "a list of conditions is expected"),
                (name, _) if name.starts_with('$') => {
                    self.fault(place, "only `$and` of `$eq` can be asked: send a sub-request for each alternative");
                }
                (name, Value::Object(operators)) => self.operators(name, operators, &place),
                // `{"unit_id": "…"}` is short for `$eq`.
                (name, value) => self.add(name, "eq", value, &place),
            }
        }
    }

    fn operators(&mut self, name: &str, operators: &'a Map<String, Value>, place: &str) {
        if operators.is_empty() || operators.values().all(is_absent) {
            self.fault(place, "`$eq` with a value is expected");
            return;
        }
        for (operator, value) in operators {
            let place = format!("{place}.{}", quoted(operator));
            self.add(name, operator.strip_prefix('$').unwrap_or(operator), value, &place);
        }
    }
}
