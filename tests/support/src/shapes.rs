//! Plans of any size, in the shapes that people write and in the worst that we can think of. Each must be read in time
//! that is linear in its size: `cargo bench` prints the time, `tests/linear.rs` holds it.

use std::time::Duration;

use migration::survey::engines;
use migration::survey::writers::{self, Selection, Writer};
use plan::Plan;
use plan::finding::Findings;
use plan::table_name::NamedByMapping;
use serde_json::{Value, json};

use super::growth::cpu_time;
use super::plans::full_load;

/// A shape, and its plan with so many rules as a file holds it.
pub struct Shape {
    pub name: &'static str,
    pub plan: fn(usize) -> String,
}

pub const SHAPES: [Shape; 18] = [
    Shape { name: "a table each, explicit", plan: |rules| of_rules(rules, explicit) },
    Shape { name: "patterns and excludes of one schema", plan: |rules| of_rules(rules, pattern) },
    Shape { name: "columns added by expressions", plan: |rules| of_rules(rules, expression) },
    Shape { name: "table settings with ranges", plan: |rules| of_rules(rules, ranges) },
    Shape { name: "filters of ten conditions", plan: |rules| of_rules(rules, filter) },
    Shape { name: "every rule faulty", plan: |rules| of_rules(rules, faulty) },
    Shape { name: "the same rule again and again", plan: |rules| of_rules(rules, |_| explicit(1)) },
    Shape { name: "patterns that all overlap", plan: |rules| of_rules(rules, overlapping) },
    Shape { name: "faulty rules as text in a string", plan: as_text },
    Shape { name: "every key repeated", plan: repeated },
    Shape { name: "nested to the last level", plan: |rules| of_rules(rules, deep) },
    Shape { name: "headers that are unknown", plan: headers },
    Shape { name: "settings that are unknown", plan: settings },
    Shape { name: "one name, all brackets", plan: brackets },
    Shape { name: "two names, long brackets", plan: long_brackets },
    Shape { name: "as many tables as settings of others", plan: |rules| of_rules(rules, beside) },
    Shape { name: "as many patterns as changes of others", plan: |rules| of_rules(rules, beside_patterns) },
    Shape { name: "cut off at the end", plan: |rules| cut(of_rules(rules, explicit)) },
];

/// Mappings that are long work for what holds one mapping against another, at the size that an execution takes at most.
pub const PAIRS: [Shape; 6] = [
    Shape { name: "a table each, explicit", plan: |rules| of_rules(rules, explicit) },
    Shape { name: "as many excludes as includes", plan: |rules| of_rules(rules, pattern) },
    Shape { name: "as many names changed as selected", plan: |rules| of_rules(rules, renamed) },
    Shape { name: "patterns that all overlap", plan: |rules| of_rules(rules, overlapping) },
    Shape { name: "long names, long patterns excluded", plan: |rules| of_rules(rules / 3, long) },
    Shape { name: "long patterns, long patterns changed", plan: |rules| of_rules(rules / 3, long_renamed) },
];

/// What holds one mapping against another does with it: it is read as the names of its tables and as another task's,
/// and held against a task of the same mapping.
pub fn hold_against_itself(plan: &Plan) -> [Duration; 4] {
    let request = plan.request().expect("it is a request");
    let mapping = request.table_mappings.json().expect("the mapping is there");
    let writers = [Writer {
        arn: "arn:aws:dms:us-east-1:123456789012:task:OTHER".to_owned(),
        identifier: "other".to_owned(),
        source: request.source_endpoint_arn.clone(),
        status: migration::run::status::Status::Running,
        at_work: true,
        replaces: None,
        selection: Selection::of(mapping),
    }];
    let check = |check: &dyn Fn(&mut Findings)| {
        cpu_time(|| {
            let mut findings = Findings::default();
            check(&mut findings);
            findings
        })
    };
    [
        check(&|findings| engines::check(request, "postgres", "mysql", findings)),
        cpu_time(|| NamedByMapping::of(mapping)),
        cpu_time(|| Selection::of(mapping)),
        check(&|findings| writers::check(plan, &request.source_endpoint_arn, &writers, findings)),
    ]
}

/// A plan of rules on one line each, as people keep a long mapping.
fn of_rules(count: usize, rule: fn(usize) -> Value) -> String {
    let rules: Vec<String> = (1..=count).map(|at| rule(at).to_string()).collect();
    let text = full_load().with("/Task/TableMappings", json!("RULES")).0.to_string();
    text.replace("\"RULES\"", &format!("{{\"rules\": [\n{}\n]}}", rules.join(",\n")))
}

fn rule(at: usize, members: Value) -> Value {
    let mut rule = json!({
        "rule-type": "selection", "rule-id": at.to_string(), "rule-name": format!("rule {at}"), "rule-action": "include",
        "object-locator": {"schema-name": "orders", "table-name": format!("lines {at:06}")},
    });
    if let (Some(rule), Value::Object(members)) = (rule.as_object_mut(), members) {
        rule.extend(members);
    }
    rule
}

fn explicit(at: usize) -> Value {
    rule(at, json!({"rule-action": "explicit"}))
}

fn pattern(at: usize) -> Value {
    let table = format!("%lines_{at:06}%");
    let action = if at.is_multiple_of(2) { "exclude" } else { "include" };
    rule(at, json!({"rule-action": action, "object-locator": {"schema-name": "orders", "table-name": table}}))
}

fn renamed(at: usize) -> Value {
    let locator = json!({"schema-name": "orders", "table-name": format!("%lines_%{at}%")});
    let members = match at % 2 {
        0 => {
            json!({"rule-type": "transformation", "rule-target": "table", "rule-action": "add-prefix", "value": "x"})
        }
        _ => json!({}),
    };
    let mut rule = rule(at, members);
    rule["object-locator"] = locator;
    rule
}

fn long(at: usize) -> Value {
    let (action, table) = match at % 2 {
        0 => ("exclude", format!("%{}b", "a".repeat(140))),
        _ => ("include", format!("{}{at}", "a".repeat(290))),
    };
    rule(at, json!({"rule-action": action, "object-locator": {"schema-name": "orders", "table-name": table}}))
}

fn long_renamed(at: usize) -> Value {
    let mut rule = renamed(at);
    rule["object-locator"]["table-name"] = json!(format!("{}{at}", "%a".repeat(140)));
    rule
}

fn expression(at: usize) -> Value {
    let members = json!({
        "rule-type": "transformation", "rule-target": "column", "rule-action": "add-column", "value": format!("c{at}"),
        "expression": "CASE WHEN $AR_H_OPERATION = 'DELETE' THEN ($ID || '-(' || $NOTE) ELSE \"it's\" END",
        "data-type": {"type": "string", "length": 100},
    });
    if at == 1 { explicit(at) } else { rule(at, members) }
}

fn ranges(at: usize) -> Value {
    let load = json!({"type": "ranges", "columns": ["id", "line"],
        "boundaries": [["1000", "1"], ["2000", "2"], ["3000", "3"], ["4000", "4"]]});
    let mut settings = rule(at, json!({"rule-type": "table-settings", "parallel-load": load}));
    settings.as_object_mut().expect("a rule is an object").remove("rule-action");
    if at == 1 { explicit(at) } else { settings }
}

fn filter(at: usize) -> Value {
    let conditions: Vec<Value> =
        (0..10).map(|value| json!({"filter-operator": "eq", "value": value.to_string()})).collect();
    let filter = json!({"filter-type": "source", "column-name": "id", "filter-conditions": conditions});
    rule(at, json!({"rule-action": "explicit", "filters": [filter]}))
}

fn faulty(at: usize) -> Value {
    json!({
        "rule-type": "selection", "rule-id": "one", "rule_name": "x", "rule-acton": "include", "rule-action": "includes",
        "load-order": -1, "filters": [{"filter-type": "target", "filter-conditions": [{"filter-operator": "equals"}]}],
        "object-locator": {"schema-name": "*", "table-name": format!("[{at}"), "table-type": "sequence", "colum-name": 5},
    })
}

fn overlapping(at: usize) -> Value {
    let members = json!({
        "rule-action": if at.is_multiple_of(2) { "exclude" } else { "include" },
        "object-locator": {"schema-name": "%", "table-name": format!("%{at}%a%a%a%a%a%a%a%a%")},
    });
    rule(at, members)
}

/// A mapping with a handful of faults in every rule.
pub fn of_faulty_rules(count: usize) -> Value {
    json!({ "rules": (1..=count).map(faulty).collect::<Vec<Value>>() })
}

fn as_text(count: usize) -> String {
    full_load().with("/Task/TableMappings", json!(of_faulty_rules(count).to_string())).0.to_string()
}

fn repeated(count: usize) -> String {
    let rule = explicit(1).to_string();
    let inner = rule.trim_matches(['{', '}']);
    let plan = of_rules(count, |_| json!("RULE"));
    plan.replace("\"RULE\"", &format!("{{{inner}, {inner}}}"))
}

fn deep(at: usize) -> Value {
    let inner = (0..28).fold(json!(1), |inner, level| json!({ format!("level {level}"): [inner] }));
    let mapping = json!({"rule-type": "object-mapping", "rule-action": "map-record-to-record",
        "mapping-parameters": {"a": inner}});
    if at == 1 { explicit(at) } else { rule(at, mapping) }
}

fn headers(count: usize) -> String {
    let mut rule = expression(2);
    rule["expression"] = json!((1..=count).map(|at| format!("$AR_H_USR{at} ")).collect::<String>());
    full_load().with("/Task/TableMappings", json!({"rules": [explicit(1), rule]})).0.to_string()
}

fn settings(count: usize) -> String {
    let unknown: serde_json::Map<String, Value> =
        (0..count).map(|at| (format!("EnableSomething{at}"), json!(at))).collect();
    full_load().with("/Task/ReplicationTaskSettings", Value::Object(unknown)).0.to_string()
}

fn brackets(count: usize) -> String {
    let locator = json!({"schema-name": "[]".repeat(count), "table-name": "%[".repeat(count)});
    full_load().with("/Task/TableMappings/rules/0/object-locator", locator).0.to_string()
}

/// A table each, and settings of tables that are not selected.
fn beside(at: usize) -> Value {
    if at.is_multiple_of(2) {
        let mut settings = ranges(at);
        settings["object-locator"]["table-name"] = json!(format!("lime_ {at:06}"));
        settings
    } else {
        let mut selected = explicit(at);
        selected["object-locator"]["table-name"] = json!(format!("lines_{at:06}"));
        selected
    }
}

/// Patterns, and changes of names that none of them selects.
fn beside_patterns(at: usize) -> Value {
    let mut rule = renamed(at);
    if at.is_multiple_of(2) {
        rule["object-locator"]["table-name"] = json!(format!("lines {at}"));
    }
    rule
}

fn long_brackets(count: usize) -> String {
    let brackets = |letter: &str| json!(format!("[{}]", letter.repeat(150 * count)));
    let mut change = renamed(2);
    change["object-locator"]["table-name"] = brackets("a");
    let mut selected = rule(1, json!({}));
    selected["object-locator"]["table-name"] = brackets("b");
    full_load().with("/Task/TableMappings", json!({"rules": [selected, change]})).0.to_string()
}

fn cut(mut text: String) -> String {
    text.truncate(text.len() - 3);
    text
}
