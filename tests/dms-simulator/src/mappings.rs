//! `TableMappings`: which tables of the source a task takes.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::scenario::SourceTable;

/// The types of rules beside selections.
const RULE_TYPES: [&str; 5] =
    ["transformation", "table-settings", "object-mapping", "validation", "post-processing"];

/// The selection rules of a task, in the order in which they were given.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Mappings {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq)]
struct Rule {
    schema: String,
    table: String,
    action: Action,
    load_order: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Include,
    Exclude,
    Explicit,
}

/// A table that a task takes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Selected {
    pub(crate) schema: String,
    pub(crate) table: String,
    /// Higher loads first.
    pub(crate) load_order: i64,
    /// Nothing where an explicit rule names a table that the source does not have.
    pub(crate) source: Option<SourceTable>,
}

/// A document that takes every table of every schema.
pub(crate) fn everything() -> Value {
    json!({ "rules": [{
        "rule-type": "selection", "rule-id": "1", "rule-name": "1",
        "object-locator": { "schema-name": "%", "table-name": "%" }, "rule-action": "include"
    }] })
}

impl Mappings {
    /// Reads the document. Rules that only transform are looked at no further.
    ///
    /// What is found first: text that is not JSON, no rules, a word that DMS does not know, no selection, a selection
    /// that is not whole. Which of two selections that are not whole, or alike, comes first is not known, and so is
    /// whether table settings with a pattern are found before or after them.
    pub(crate) fn read(text: &str) -> Result<Self, Fault> {
        let document: Value = serde_json::from_str(text).map_err(|error| not_json(&error))?;
        let listed = document.get("rules").filter(|rules| !rules.is_null());
        let listed = listed.ok_or_else(|| Fault::invalid_value("Valid Table mappings is required"))?;
        let listed = listed.as_array().ok_or_else(unknown_words)?;
        let mut selections = Vec::new();
        for rule in listed {
            match rule.get("rule-type").and_then(Value::as_str) {
                Some("selection") => selections.push((rule, Action::read(rule).ok_or_else(unknown_words)?)),
                Some(kind) if RULE_TYPES.contains(&kind) => {}
                _ => return Err(unknown_words()),
            }
        }
        if selections.is_empty() {
            return Err(in_rules("At least one selection rule is required."));
        }
        let mut rules = Vec::new();
        let mut ids = BTreeSet::new();
        for (rule, action) in selections {
            let id = rule_id(rule);
            rules.push(Rule::read(rule, action, id.as_deref())?);
            if let Some(id) = id
                && !ids.insert(id.clone())
            {
                return Err(in_rules(&format!("Duplicate ruleid {id}")));
            }
        }
        for rule in listed.iter().filter(|rule| rule.get("rule-type") == Some(&json!("table-settings"))) {
            check_exact_name(rule)?;
        }
        Ok(Self { rules })
    }

    /// The tables that the rules take, in the order in which they are to be loaded.
    pub(crate) fn select(&self, tables: &[SourceTable]) -> Vec<Selected> {
        let mut selected: Vec<Selected> = tables
            .iter()
            .filter_map(|table| {
                let fits = |rule: &&Rule| rule.fits(&table.schema_name, &table.table_name);
                let excluded = self.rules.iter().filter(fits).any(|rule| rule.action == Action::Exclude);
                let taking = self.rules.iter().filter(fits).filter(|rule| rule.action != Action::Exclude);
                let load_order = taking.map(|rule| rule.load_order).max()?;
                (!excluded).then(|| Selected {
                    schema: table.schema_name.clone(),
                    table: table.table_name.clone(),
                    load_order,
                    source: Some(table.clone()),
                })
            })
            .collect();
        for rule in self.rules.iter().filter(|rule| rule.action == Action::Explicit) {
            if !selected.iter().any(|it| it.schema == rule.schema && it.table == rule.table)
                && !tables.iter().any(|it| rule.fits(&it.schema_name, &it.table_name))
            {
                selected.push(Selected {
                    schema: rule.schema.clone(),
                    table: rule.table.clone(),
                    load_order: rule.load_order,
                    source: None,
                });
            }
        }
        selected.sort_by_key(|it| std::cmp::Reverse(it.load_order));
        selected
    }
}

impl Action {
    fn read(rule: &Value) -> Option<Self> {
        match rule.get("rule-action").and_then(Value::as_str)? {
            "include" => Some(Self::Include),
            "exclude" => Some(Self::Exclude),
            "explicit" => Some(Self::Explicit),
            _ => None,
        }
    }
}

impl Rule {
    fn read(rule: &Value, action: Action, id: Option<&str>) -> Result<Self, Fault> {
        let Some(locator) = rule.get("object-locator").filter(|locator| !locator.is_null()) else {
            let id = id.unwrap_or("null");
            return Err(in_rules(&format!(
                "Rule with ruleId = {id} failed validation. object locator cannot be null"
            )));
        };
        let name = |member: &str| locator.get(member).and_then(Value::as_str).map(str::to_owned);
        // Consoles write the number as text, and export nulls for what is not set.
        let load_order = match rule.get("load-order") {
            None | Some(Value::Null) => Some(0),
            Some(Value::String(text)) => text.parse().ok(),
            Some(number) => number.as_i64(),
        };
        // What DMS says to half a locator and to an order that is no number is not known.
        let read = || {
            Some(Self {
                schema: name("schema-name")?,
                table: name("table-name")?,
                action,
                load_order: load_order?,
            })
        };
        read().ok_or_else(unknown_words)
    }

    fn fits(&self, schema: &str, table: &str) -> bool {
        if self.action == Action::Explicit {
            return self.schema == schema && self.table == table;
        }
        matches(&self.schema, schema) && matches(&self.table, table)
    }
}

/// Settings are for one table.
fn check_exact_name(rule: &Value) -> Result<(), Fault> {
    let name = |member: &str| rule.pointer("/object-locator")?.get(member)?.as_str();
    let is_pattern = |member: &str| name(member).is_some_and(|name| name.contains('%'));
    if !is_pattern("schema-name") && !is_pattern("table-name") {
        return Ok(());
    }
    let id = rule_id(rule).unwrap_or_else(|| "null".to_owned());
    Err(in_rules(&format!(
        "Rule with ruleId = {id} failed validation. Exact schema and table name required when using table settings rule."
    )))
}

/// A rule's id as text: DMS reads a number as one.
fn rule_id(rule: &Value) -> Option<String> {
    match rule.get("rule-id")? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// DMS hands on what its JSON reader says, with line and column; here it is another reader's sentence.
fn not_json(error: &serde_json::Error) -> Fault {
    Fault::invalid_value(format!(
        "Invalid Table Mappings document. Invalid json com.google.gson.stream.MalformedJsonException: {error} path $"
    ))
}

fn unknown_words() -> Fault {
    Fault::invalid_value("Invalid table mappings document.")
}

fn in_rules(what: &str) -> Fault {
    Fault::invalid_value(format!("Error in mapping rules. {what}"))
}

/// Whether a name fits a pattern: `%` any run of characters, `_` any one, `[_]` the character itself, `[ab]` one of
/// these, `[a-d]` one between. Case matters.
fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<Part> = parts(pattern);
    let name: Vec<char> = name.chars().collect();
    // Where the last `%` was and how much of the name it has taken so far: on a mismatch it takes one more.
    let (mut at, mut read, mut back) = (0, 0, None);
    while read < name.len() {
        match pattern.get(at) {
            Some(Part::Any) => {
                back = Some((at, read));
                at += 1;
            }
            Some(part) if part.takes(name[read]) => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((star, taken)) = back else { return false };
                back = Some((star, taken + 1));
                at = star + 1;
                read = taken + 1;
            }
        }
    }
    pattern[at..].iter().all(|part| *part == Part::Any)
}

#[derive(Debug, PartialEq)]
enum Part {
    Any,
    One,
    Exactly(char),
    OneOf(Vec<(char, char)>),
}

impl Part {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Any | Self::One => true,
            Self::Exactly(expected) => *expected == character,
            Self::OneOf(ranges) => ranges.iter().any(|(from, to)| (*from..=*to).contains(&character)),
        }
    }
}

fn parts(pattern: &str) -> Vec<Part> {
    let characters: Vec<char> = pattern.chars().collect();
    let mut parts = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let close = characters[at..].iter().position(|it| *it == ']').map(|offset| at + offset);
        match (characters[at], close) {
            ('%', _) => parts.push(Part::Any),
            ('_', _) => parts.push(Part::One),
            ('[', Some(close)) if close > at + 1 => {
                parts.push(Part::OneOf(ranges(&characters[at + 1..close])));
                at = close;
            }
            (character, _) => parts.push(Part::Exactly(character)),
        }
        at += 1;
    }
    parts
}

fn ranges(characters: &[char]) -> Vec<(char, char)> {
    let mut ranges = Vec::new();
    let mut rest = characters;
    while let Some((first, others)) = rest.split_first() {
        match others {
            ['-', last, remaining @ ..] => {
                ranges.push((*first, *last));
                rest = remaining;
            }
            _ => {
                ranges.push((*first, *first));
                rest = others;
            }
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_choose_names_as_dms_does() {
        for (pattern, name, fits) in [
            ("%", "", true),
            ("%", "orders", true),
            ("ord%", "orders", true),
            ("%ers", "orders", true),
            ("o%d%s", "orders", true),
            ("o%d%x", "orders", false),
            ("order_", "orders", true),
            ("order_", "order", false),
            ("a[_]b", "a_b", true),
            ("a[_]b", "axb", false),
            ("t[ab]", "tb", true),
            ("t[a-d]1", "tc1", true),
            ("t[a-d]1", "te1", false),
            ("Orders", "orders", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} against {name}");
        }
    }

    const SELECTION: &str = r#"{"rule-type":"selection","rule-id":"1","rule-name":"1","rule-action":"include",
                                "object-locator":{"schema-name":"s","table-name":"%"}}"#;

    fn rules(listed: &[&str]) -> String {
        format!(r#"{{"rules":[{}]}}"#, listed.join(","))
    }

    #[test]
    fn each_fault_of_a_mapping_has_its_own_words() {
        let transformation = r#"{"rule-type":"transformation","rule-id":"2"}"#;
        let unknown_type = SELECTION.replace("selection", "collection");
        let unknown_action = SELECTION.replace("include", "embrace");
        let no_locator = r#"{"rule-type":"selection","rule-id":"1","rule-action":"include"}"#;
        let no_selection = "Error in mapping rules. At least one selection rule is required.";
        let words = "Invalid table mappings document.";
        for (text, message) in [
            ("{}".to_owned(), "Valid Table mappings is required"),
            ("[]".to_owned(), "Valid Table mappings is required"),
            (r#"{"rules":null}"#.to_owned(), "Valid Table mappings is required"),
            (r#"{"rules":{}}"#.to_owned(), words),
            (rules(&[]), no_selection),
            (rules(&[transformation]), no_selection),
            (rules(&[&unknown_type]), words),
            (rules(&[transformation, &unknown_type]), words),
            (rules(&[SELECTION, &unknown_action]), words),
            (rules(&[no_locator, &unknown_type]), words),
            (
                rules(&[no_locator]),
                "Error in mapping rules. Rule with ruleId = 1 failed validation. object locator cannot be null",
            ),
            (rules(&[SELECTION, SELECTION]), "Error in mapping rules. Duplicate ruleid 1"),
        ] {
            let fault = Mappings::read(&text).expect_err(&text);
            assert_eq!(
                (fault.code.as_str(), fault.message.as_str()),
                ("InvalidParameterValueException", message),
                "{text}"
            );
        }
        for text in ["", "not json", r#"{"rules": }"#] {
            let fault = Mappings::read(text).expect_err(text);
            assert!(
                fault.message.starts_with("Invalid Table Mappings document. Invalid json com.google.gson"),
                "{fault}"
            );
        }
    }

    #[test]
    fn equal_names_whole_numbers_and_an_id_shared_with_another_type_are_taken() {
        let second = SELECTION.replace(r#""rule-id":"1""#, r#""rule-id":2"#);
        let shared = r#"{"rule-type":"transformation","rule-id":"1"}"#;
        assert!(Mappings::read(&rules(&[SELECTION, &second, shared])).is_ok());
        let as_number = SELECTION.replace(r#""rule-id":"1""#, r#""rule-id":1"#);
        let fault = Mappings::read(&rules(&[SELECTION, &as_number])).expect_err("1 is \"1\"");
        assert_eq!(fault.message, "Error in mapping rules. Duplicate ruleid 1");
    }

    #[test]
    fn exclude_wins_and_higher_load_order_comes_first() {
        let rule = |action: &str, table: &str, order: Value| {
            json!({ "rule-type": "selection", "rule-action": action, "load-order": order,
                    "object-locator": { "schema-name": "s", "table-name": table } })
        };
        let text = json!({ "rules": [
            rule("include", "%", Value::Null), rule("exclude", "tmp%", Value::Null),
            rule("include", "big", json!("9")), rule("explicit", "missing", json!(3))
        ] });
        let tables: Vec<_> =
            ["small", "tmp_1", "big"].iter().map(|name| SourceTable::new("s", name, 1, 1.0)).collect();
        let selected = Mappings::read(&text.to_string()).unwrap().select(&tables);
        let names: Vec<_> = selected.iter().map(|it| (it.table.as_str(), it.source.is_some())).collect();
        assert_eq!(names, [("big", true), ("missing", false), ("small", true)]);
    }
}
