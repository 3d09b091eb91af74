//! Table mappings: what a task migrates, and how it is changed on the way (DMS user guide, using table mapping to
//! specify task settings).
//!
//! DMS answers a faulty mapping with five words and no place. Here every rule is read to its end, and every fault is
//! named with its place; the facts of DMS that a rule is held against stand in the file of its type.

mod apart;
pub(super) mod filters;
pub(super) mod locator;
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
use super::located::{Node, quoted};
use crate::finding::{Code, Findings};
use rule::Rule;

/// What DMS answers to a mapping that it does not take; it says neither which rule nor why.
pub const DMS_ERROR: &str = "Invalid Table Mappings document";

/// Reads a mapping document; `None` when it is not one.
pub fn read(
    node: &Node<'_>,
    migration_type: Option<&MigrationType>,
    findings: &mut Findings,
) -> Option<Value> {
    let mark = findings.mark();
    let mapping = embedded::read(node, "TableMappings", findings);
    if let Some(mapping) = &mapping {
        check(&Node { value: mapping, path: node.path.clone() }, migration_type, findings);
    }
    findings.dms_would_say(mark, DMS_ERROR);
    mapping
}

fn check(mapping: &Node<'_>, migration_type: Option<&MigrationType>, findings: &mut Findings) {
    let Some(list) = mapping.value.get("rules").and_then(Value::as_array) else {
        findings.add(
            &mapping.path,
            Code::NoRules,
            "TableMappings must be {\"rules\": [...]}, a list of rules of which at least one has \"rule-type\": \
             \"selection\"",
        );
        return;
    };
    for name in mapping.value.as_object().into_iter().flat_map(|object| object.keys()) {
        if name != "rules" {
            findings.add(
                &format!("{}/{}", mapping.path, super::located::escaped(name)),
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
    // A rule that could not be read may be the one that selects.
    if rules.len() == list.len() {
        unselected::check(&rules, findings);
    }
}
