//! Table mappings: what a task migrates, and how it is changed on the way (DMS user guide, using table mapping to
//! specify task settings).
//!
//! DMS answers a faulty mapping with one sentence, and most name no place. Here every rule is read to its end, and every
//! fault is named with its place, and with DMS's sentence where its answer to that fault is recorded; the facts of DMS
//! that a rule is held against stand in the file of its type.

mod apart;
mod belongs;
pub(super) mod data_type;
mod expression;
pub(super) mod filters;
pub(super) mod locator;
mod masks;
pub(super) mod object_mapping;
mod post_processing;
pub(super) mod rule;
pub(super) mod selection;
pub(super) mod table_settings;
pub(super) mod transformation;
mod unselected;
mod validation;

use serde_json::Value;

use super::MigrationType;
use super::embedded;
use super::located::{Node, escaped, nearest, quoted};
use super::{slips, system_schemas};
use crate::finding::{Code, Findings};
use rule::Rule;

/// What DMS answers to a text that is not JSON; the words of its reader follow.
const NOT_JSON: &str = "Invalid Table Mappings document. Invalid json";

/// What DMS answers to an object without rules.
const NO_RULES: &str = "Valid Table mappings is required";

/// What people call the document inside itself.
const OWN_NAMES: [&str; 2] = ["TableMappings", "Mappings"];

/// Reads a mapping document; `None` when it is not one.
pub fn read(
    node: &Node<'_>,
    migration_type: Option<&MigrationType>,
    findings: &mut Findings,
) -> Option<Value> {
    if node.value.is_array() {
        bare_list(&node.path, findings);
        return None;
    }
    let mark = findings.mark();
    let read = embedded::read(node, "TableMappings", findings);
    if let Some(embedded::Fault::NotJson) = read.as_ref().err() {
        findings.dms_would_say(mark, NOT_JSON);
    }
    if let Err(embedded::Fault::List) = read {
        bare_list(&node.path, findings);
    }
    let mapping = read.ok()?;
    check(&Node { value: &mapping, path: node.path.clone() }, migration_type, findings);
    Some(mapping)
}

fn bare_list(path: &str, findings: &mut Findings) {
    findings.add(
        path,
        Code::BareList,
        "TableMappings is a bare list, and DMS wants the list of rules inside an object: {\"rules\": [...]}",
    );
}

fn check(mapping: &Node<'_>, migration_type: Option<&MigrationType>, findings: &mut Findings) {
    let Some(list) = mapping.value.get("rules").and_then(Value::as_array) else {
        without_rules(mapping, findings);
        return;
    };
    for name in mapping.value.as_object().into_iter().flat_map(|object| object.keys()) {
        if name != "rules" {
            findings.add(
                &format!("{}/{}", mapping.path, escaped(name)),
                Code::UnknownRuleMember,
                format!("{} stands beside the rules and means nothing to DMS", quoted(name)),
            );
        }
    }
    let rules: Vec<Rule<'_>> = list
        .iter()
        .enumerate()
        .filter_map(|(at, value)| {
            let node = Node { value, path: format!("{}/rules/{at}", mapping.path) };
            rule::read(&node, migration_type, findings)
        })
        .collect();
    apart::check(list, &rules, &mapping.path, findings);
    masks::check(&rules, findings);
    check_system_schemas(&rules, findings);
    // A rule that could not be read may be the one that selects.
    if rules.len() == list.len() {
        unselected::check(&rules, findings);
    }
}

/// Which of the selected schemas are a database's own.
fn check_system_schemas(rules: &[Rule<'_>], findings: &mut Findings) {
    let selections = rules.iter().filter_map(|rule| {
        let rule::What::Selection(Some(action)) = rule.what else { return None };
        Some(system_schemas::Selection {
            place: &rule.path,
            includes: action != selection::Action::Exclude,
            schema: rule.locator.schema?,
            table: rule.locator.table?,
        })
    });
    system_schemas::check(selections, findings);
}

/// A document that is no mapping: it stands inside itself, or it has no list of rules.
fn without_rules(mapping: &Node<'_>, findings: &mut Findings) {
    let rules = mapping.value.get("rules").filter(|rules| !rules.is_null());
    let mark = findings.mark();
    match (slips::inside_itself(mapping.value, &OWN_NAMES), rules) {
        (Some(name), None) => findings.add(
            &format!("{}/{}", mapping.path, escaped(name)),
            Code::WrappedInItself,
            format!(
                "the mapping stands inside itself: TableMappings holds {} once more, where DMS does not look for rules; \
                 state what is inside it",
                quoted(name)
            ),
        ),
        (_, rules) => findings.add(
            &mapping.path,
            Code::NoRules,
            format!(
                "TableMappings must be {{\"rules\": [...]}}, a list of rules of which at least one has \"rule-type\": \
                 \"selection\"{}",
                instead_of_rules(mapping.value, rules)
            ),
        ),
    }
    if rules.is_none() {
        findings.dms_would_say(mark, NO_RULES);
    }
}

/// What stands where the list of rules should.
fn instead_of_rules(mapping: &Value, rules: Option<&Value>) -> String {
    match rules {
        Some(Value::Object(_)) => "; rules is one rule here: put brackets around it".to_owned(),
        Some(Value::String(text)) => match slips::of_a_file(text) {
            Some(said) => format!("; rules is {said}"),
            None => "; rules is a text here: write the list itself".to_owned(),
        },
        _ => {
            let names = mapping.as_object().into_iter().flat_map(|object| object.keys());
            let like = names.map(String::as_str).find(|name| nearest(name, &["rules"]).is_some());
            like.map(|name| format!("; {} is not what it is called", quoted(name))).unwrap_or_default()
        }
    }
}
