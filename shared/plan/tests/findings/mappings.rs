//! Table mappings: every rule of every type, at its place.

use plan::finding::{Code, Severity};
use serde_json::{Value, json};

use crate::{Case, member, plan};
use support::plans::{Sample, full_load, load_and_cdc, mapping};

const RULE: &str = "/Task/TableMappings/rules/1";

pub(crate) fn cases() -> Vec<Case> {
    [
        documents(),
        rules_apart(),
        locators(),
        selections(),
        filters(),
        transformations(),
        masks(),
        columns(),
        tables(),
        others(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A full load with this rule behind the one that selects everything.
fn with(rule: Value) -> Sample {
    let mut mapping = mapping();
    mapping["rules"].as_array_mut().unwrap().push(rule);
    full_load().with("/Task/TableMappings", mapping)
}

/// A rule whose members are changed; null takes one out.
fn changed(mut rule: Value, changes: &[(&str, Value)]) -> Value {
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = rule.pointer_mut(parent).unwrap_or_else(|| panic!("nothing holds {pointer}"));
        match name.parse::<usize>() {
            Ok(at) if parent.is_array() => parent[at] = value.clone(),
            _ => parent[name] = value.clone(),
        }
    }
    rule
}

/// A finding at a place of the second rule: the change that causes it, and the one that does not.
fn rule(
    code: &'static str,
    place: &'static str,
    base: &Value,
    bad: &[(&str, Value)],
    good: &[(&str, Value)],
) -> Case {
    plan(code, place, with(changed(base.clone(), bad)), with(changed(base.clone(), good)))
}

fn selection() -> Value {
    json!({
        "rule-type": "selection", "rule-id": "2", "rule-name": "items",
        "object-locator": {"schema-name": "orders", "table-name": "items"}, "rule-action": "include",
    })
}

fn filtered(conditions: Value) -> Value {
    let filter = json!({"filter-type": "source", "column-name": "id", "filter-conditions": conditions});
    changed(selection(), &[("/filters", json!([filter]))])
}

fn transformation(target: &str, action: &str) -> Value {
    json!({
        "rule-type": "transformation", "rule-id": "2", "rule-name": "change", "rule-target": target,
        "object-locator": {"schema-name": "orders", "table-name": "items", "column-name": "id"}, "rule-action": action,
        "value": "new",
    })
}

fn added_column() -> Value {
    changed(
        transformation("column", "add-column"),
        &[
            ("/expression", json!("$AR_H_USER || '-'")),
            ("/data-type", json!({"type": "string", "length": "50"})),
        ],
    )
}

fn primary_key() -> Value {
    let key = json!({"name": "pk", "columns": ["id"]});
    changed(transformation("table", "define-primary-key"), &[("/primary-key-def", key)])
}

fn table_settings() -> Value {
    json!({
        "rule-type": "table-settings", "rule-id": "2", "rule-name": "load",
        "object-locator": {"schema-name": "orders", "table-name": "items"},
        "parallel-load": {"type": "ranges", "columns": ["id", "day"], "boundaries": [["1", "a"], ["2", "b"]]},
        "lob-settings": {"mode": "limited", "bulk-max-size": "16"},
    })
}

fn documents() -> Vec<Case> {
    let place = "/Task/TableMappings";
    let excluded = json!({"rules": [{"rule-type": "transformation", "rule-id": "1"}]});
    let text = |text: &str| full_load().with(place, json!(text));
    let good = mapping().to_string();
    let twice = good.replace("\"rule-id\":\"1\"", "\"rule-id\":\"1\",\"rule-id\":\"2\"");
    assert_ne!(twice, good);
    let exclude = |action: &str| {
        let mut only = mapping();
        only["rules"][0]["rule-action"] = json!(action);
        only
    };
    let beside = |name: &str| full_load().with(&format!("{place}/{name}"), json!("5"));
    vec![
        member("not-json", place, &full_load(), json!("{rules: []}"), mapping()),
        plan("not-json", place, text(&format!("{good},")), text(&good)),
        plan("repeated-key", "/Task/TableMappings/rules/0/rule-id", text(&twice), text(&good)),
        member("bare-list", place, &full_load(), mapping()["rules"].clone(), mapping()),
        plan("bare-list", place, text(&mapping()["rules"].to_string()), text(&good)),
        plan(
            "wrapped-in-itself",
            "/Task/TableMappings/TableMappings",
            full_load().with(place, json!({"TableMappings": mapping()})),
            full_load(),
        ),
        plan(
            "wrapped-in-itself",
            "/Task/TableMappings/table-mappings",
            full_load().with(place, json!({"table-mappings": good})),
            full_load().with(&format!("{place}/table-mappings"), json!(good)),
        ),
        member("file-instead-of-text", place, &full_load(), json!("file://mappings.json"), json!(good)),
        member("no-rules", place, &full_load(), json!({"Rules": []}), mapping()),
        member("no-rules", place, &full_load(), json!({"rules": {}}), mapping()),
        plan("no-selection-rule", place, full_load().with(place, excluded), full_load()),
        member("no-selection-rule", place, &full_load(), json!({"rules": []}), mapping()),
        member("nothing-selected", place, &full_load(), exclude("exclude"), exclude("include")),
        Case {
            code: "unknown-rule-member",
            path: "/Task/TableMappings/filters",
            bad: beside("filters").findings(),
            good: full_load().findings(),
        },
        plan("wrong-type", RULE, with(json!("selection")), with(selection())),
    ]
}

fn rules_apart() -> Vec<Case> {
    let key = transformation("table", "rename");
    let id = |id: Value| [("/rule-id", id)];
    let tests = |tests: &[Value]| {
        let mut mapping = mapping();
        mapping["rules"].as_array_mut().unwrap().extend(tests.iter().cloned());
        full_load().with("/Task/TableMappings", mapping)
    };
    let third = |rule: Value| changed(rule, &[("/rule-id", json!("3")), ("/rule-name", json!("third"))]);
    let other_table = |rule: Value| changed(rule, &[("/object-locator/table-name", json!("other"))]);
    let exclude = |rule: Value| changed(third(rule), &[("/rule-action", json!("exclude"))]);
    let third_place = "/Task/TableMappings/rules/2";
    vec![
        rule(
            "unknown-word",
            "/Task/TableMappings/rules/1/rule-type",
            &key,
            &[("/rule-type", json!("Selection"))],
            &[],
        ),
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/rule-type",
            &key,
            &[("/rule-type", json!(null))],
            &[],
        ),
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/rule-id",
            &key,
            &id(json!(null)),
            &id(json!("2")),
        ),
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/rule-name",
            &key,
            &[("/rule-name", json!(""))],
            &[],
        ),
        rule(
            "bad-rule-id",
            "/Task/TableMappings/rules/1/rule-id",
            &key,
            &id(json!("id")),
            &id(json!("653647497")),
        ),
        rule("bad-rule-id", "/Task/TableMappings/rules/1/rule-id", &key, &id(json!(-2)), &id(json!(2))),
        rule("bad-rule-id", "/Task/TableMappings/rules/1/rule-id", &key, &id(json!({})), &id(json!("02"))),
        rule(
            "rule-id-as-number",
            "/Task/TableMappings/rules/1/rule-id",
            &key,
            &id(json!(2)),
            &id(json!("2")),
        ),
        rule("equal-rule-ids", "/Task/TableMappings/rules/1/rule-id", &key, &id(json!("1")), &id(json!("2"))),
        rule("equal-rule-ids", "/Task/TableMappings/rules/1/rule-id", &key, &id(json!(1)), &id(json!(2))),
        // DMS's reader makes texts of numbers.
        rule(
            "equal-selection-ids",
            "/Task/TableMappings/rules/1/rule-id",
            &selection(),
            &id(json!(1)),
            &id(json!("01")),
        ),
        plan(
            "equal-selection-ids",
            "/Task/TableMappings/rules/2/rule-id",
            tests(&[selection(), changed(other_table(selection()), &[("/rule-name", json!("third"))])]),
            tests(&[key.clone(), changed(other_table(selection()), &[("/rule-name", json!("third"))])]),
        ),
        rule(
            "leading-zeros",
            "/Task/TableMappings/rules/1/rule-id",
            &key,
            &id(json!("02")),
            &id(json!("20")),
        ),
        rule("leading-zeros", "/Task/TableMappings/rules/1/rule-id", &key, &id(json!("01")), &id(json!("0"))),
        rule(
            "rule-name-as-number",
            "/Task/TableMappings/rules/1/rule-name",
            &key,
            &[("/rule-name", json!(2))],
            &[("/rule-name", json!("2"))],
        ),
        rule(
            "equal-rule-names",
            "/Task/TableMappings/rules/1/rule-name",
            &key,
            &[("/rule-name", json!("all-of-orders"))],
            &[("/rule-name", json!("All-of-orders"))],
        ),
        rule(
            "unknown-rule-member",
            "/Task/TableMappings/rules/1/rule-taget",
            &key,
            &[("/rule-taget", json!("table"))],
            &[("/rule-taget", json!(null)), ("/load-order", json!(null)), ("/tag-set", json!([]))],
        ),
        rule(
            "console-member",
            "/Task/TableMappings/rules/1/isAutoSegmentationChecked",
            &selection(),
            &[("/isAutoSegmentationChecked", json!(false))],
            &[("/isAutoSegmentationChecked", json!(null))],
        ),
        plan(
            "selected-twice",
            third_place,
            tests(&[selection(), third(selection())]),
            tests(&[selection(), third(other_table(selection()))]),
        ),
        plan(
            "included-and-excluded",
            RULE,
            tests(&[selection(), exclude(selection())]),
            tests(&[selection(), exclude(other_table(selection()))]),
        ),
        plan(
            "changed-twice",
            third_place,
            tests(&[transformation("table", "rename"), third(transformation("table", "add-prefix"))]),
            tests(&[transformation("table", "rename"), third(primary_key())]),
        ),
        plan(
            "changed-twice",
            third_place,
            tests(&[added_column(), third(added_column())]),
            tests(&[added_column(), changed(third(added_column()), &[("/value", json!("other"))])]),
        ),
        plan(
            "changed-twice",
            third_place,
            tests(&[table_settings(), third(table_settings())]),
            tests(&[table_settings(), other_table(third(table_settings()))]),
        ),
        plan(
            "changed-twice",
            third_place,
            tests(&[
                transformation("column", "remove-column"),
                third(transformation("column", "remove-column")),
            ]),
            tests(&[
                transformation("column", "data-masking-digits-mask"),
                third(transformation("column", "data-masking-digits-mask")),
            ]),
        ),
    ]
}

/// A rule about something that the selection of this schema and table includes or does not.
fn about(schema: &str, table: &str, base: &Value, bad: &[(&str, Value)], good: &[(&str, Value)]) -> Case {
    let with = |changes: &[(&str, Value)]| {
        let mut mapping = mapping();
        mapping["rules"][0]["object-locator"] = json!({"schema-name": schema, "table-name": table});
        mapping["rules"].as_array_mut().unwrap().push(changed(base.clone(), changes));
        full_load().with("/Task/TableMappings", mapping)
    };
    plan("about-nothing-selected", "/Task/TableMappings/rules/1/object-locator", with(bad), with(good))
}

fn locators() -> Vec<Case> {
    let schema = "/Task/TableMappings/rules/1/object-locator/schema-name";
    let table = "/Task/TableMappings/rules/1/object-locator/table-name";
    let schema_is = |name: Value| [("/object-locator/schema-name", name)];
    let table_is = |name: Value| [("/object-locator/table-name", name)];
    let of_type = |sample: Sample, table_type: &str| {
        let rule = changed(selection(), &[("/object-locator/table-type", json!(table_type))]);
        let mut mapping = mapping();
        mapping["rules"].as_array_mut().unwrap().push(rule);
        sample.with("/Task/TableMappings", mapping)
    };
    let table_type = "/Task/TableMappings/rules/1/object-locator/table-type";
    let system = "/Task/TableMappings/rules/0/object-locator/schema-name";
    let of_schema = |name: &str| full_load().with(system, json!(name));
    let of_tables = |schema: &str, table: &str| {
        of_schema(schema).with("/Task/TableMappings/rules/0/object-locator/table-name", json!(table))
    };
    let everything = |excluded: &[&str]| {
        let mut mapping = mapping();
        mapping["rules"][0]["object-locator"]["schema-name"] = json!("%");
        for (at, name) in excluded.iter().enumerate() {
            let rule = changed(
                selection(),
                &[
                    ("/rule-id", json!((at + 2).to_string())),
                    ("/rule-name", json!(name)),
                    ("/rule-action", json!("exclude")),
                    ("/object-locator", json!({"schema-name": name, "table-name": "%"})),
                ],
            );
            mapping["rules"].as_array_mut().unwrap().push(rule);
        }
        full_load().with("/Task/TableMappings", mapping)
    };
    let tablespace = json!({
        "rule-type": "transformation", "rule-id": "2", "rule-name": "space", "rule-target": "table-tablespace",
        "object-locator": {"table-tablespace-name": "USERS"}, "rule-action": "rename", "value": "DATA",
    });
    vec![
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/object-locator",
            &selection(),
            &[("/object-locator", json!(null))],
            &[],
        ),
        rule(
            "wrong-type",
            "/Task/TableMappings/rules/1/object-locator",
            &selection(),
            &[("/object-locator", json!("a.b"))],
            &[],
        ),
        rule("missing-member", schema, &selection(), &schema_is(json!(null)), &schema_is(json!("%"))),
        rule("missing-member", table, &selection(), &table_is(json!("")), &table_is(json!("%"))),
        rule("wrong-type", table, &selection(), &table_is(json!({})), &table_is(json!(5))),
        rule("text-as-number", table, &selection(), &table_is(json!(5)), &table_is(json!("5"))),
        rule("text-as-number", schema, &selection(), &schema_is(json!(true)), &schema_is(json!("true"))),
        rule(
            "missing-member",
            schema,
            &transformation("schema", "rename"),
            &schema_is(json!(null)),
            &table_is(json!(null)),
        ),
        rule("missing-member", schema, &tablespace, &[("/object-locator", json!({"x": null}))], &[]),
        rule(
            "wrong-tablespace",
            "/Task/TableMappings/rules/1/object-locator",
            &tablespace,
            &[("/object-locator/index-tablespace-name", json!("INDEXES"))],
            &[],
        ),
        rule(
            "wrong-tablespace",
            "/Task/TableMappings/rules/1/object-locator",
            &tablespace,
            &[("/rule-target", json!("index-tablespace"))],
            &[
                ("/rule-target", json!("index-tablespace")),
                ("/object-locator", json!({"index-tablespace-name": "USERS"})),
            ],
        ),
        rule(
            "wrong-tablespace",
            "/Task/TableMappings/rules/1/object-locator",
            &transformation("table", "rename"),
            &[("/object-locator/table-tablespace-name", json!("USERS"))],
            &[],
        ),
        plan(
            "system-schema-selected",
            system,
            everything(&[]),
            everything(&["mysql", "sys", "%\u{5f}schema"]),
        ),
        plan("system-schema-selected", system, everything(&["pg_catalog"]), everything(&["SYS", "SYSTEM"])),
        plan("system-schema-selected", system, of_schema("MYSQL"), of_schema("mysql_orders")),
        plan("system-schema-selected", system, of_schema("s%"), of_schema("shop%")),
        plan("system-schema-selected", system, of_tables("%", "%%"), of_tables("%", "orders")),
        plan("system-schema-selected", system, of_tables("mysql", "app%"), of_tables("my%", "app%")),
        about("orders", "%", &table_settings(), &schema_is(json!("order")), &schema_is(json!("ORDERS"))),
        about("ord%", "item_", &table_settings(), &table_is(json!("item")), &[]),
        about("orders", "items", &transformation("table", "rename"), &table_is(json!("x%")), &[]),
        about("orders", "items", &primary_key(), &table_is(json!("item")), &table_is(json!("i%"))),
        about(
            "orders",
            "items",
            &transformation("schema", "rename"),
            &schema_is(json!("crm")),
            &table_is(json!("no such table")),
        ),
        rule(
            "star-is-no-wildcard",
            table,
            &selection(),
            &table_is(json!("item*")),
            &table_is(json!("item%")),
        ),
        rule("bad-pattern", table, &selection(), &table_is(json!("item[ab")), &table_is(json!("item[ab]"))),
        rule("bad-pattern", table, &selection(), &table_is(json!("item[]s")), &table_is(json!("item[_]s"))),
        rule(
            "unknown-rule-member",
            "/Task/TableMappings/rules/1/object-locator/schema",
            &selection(),
            &[("/object-locator/schema", json!("orders"))],
            &[],
        ),
        plan("unknown-word", table_type, of_type(full_load(), "views"), of_type(full_load(), "all")),
        plan(
            "views-are-only-loaded",
            table_type,
            of_type(load_and_cdc(), "view"),
            of_type(full_load(), "view"),
        ),
        plan(
            "views-are-only-loaded",
            table_type,
            of_type(load_and_cdc(), "all"),
            of_type(load_and_cdc(), "table"),
        ),
    ]
}

fn selections() -> Vec<Case> {
    let order = |order: Value| [("/load-order", order)];
    vec![
        rule(
            "unknown-word",
            "/Task/TableMappings/rules/1/rule-action",
            &selection(),
            &[("/rule-action", json!("Include"))],
            &[("/rule-action", json!("exclude"))],
        ),
        rule(
            "bad-number",
            "/Task/TableMappings/rules/1/load-order",
            &selection(),
            &order(json!("first")),
            &order(json!("2")),
        ),
        rule(
            "bad-number",
            "/Task/TableMappings/rules/1/load-order",
            &selection(),
            &order(json!(-1)),
            &order(json!(2)),
        ),
        rule(
            "explicit-with-pattern",
            "/Task/TableMappings/rules/1/object-locator",
            &changed(selection(), &[("/rule-action", json!("explicit"))]),
            &[("/object-locator/table-name", json!("%"))],
            &[("/object-locator/table-name", json!("item_a[_]b"))],
        ),
        rule(
            "settings-in-selection",
            RULE,
            &selection(),
            &[("/parallel-load", json!({"type": "partitions-auto"}))],
            &[("/parallel-load", json!(null))],
        ),
        rule(
            "filter-of-excluded",
            "/Task/TableMappings/rules/1/filters",
            &filtered(json!([{"filter-operator": "notnull"}])),
            &[("/rule-action", json!("exclude"))],
            &[("/rule-action", json!("include"))],
        ),
        rule(
            "filter-with-pattern",
            "/Task/TableMappings/rules/1/filters",
            &filtered(json!([{"filter-operator": "notnull"}])),
            &[("/object-locator/table-name", json!("item%"))],
            &[("/object-locator/table-name", json!("item_s"))],
        ),
    ]
}

fn filters() -> Vec<Case> {
    let one = "/Task/TableMappings/rules/1/filters/0";
    let condition = |member: &'static str| -> &'static str {
        match member {
            "value" => "/Task/TableMappings/rules/1/filters/0/filter-conditions/0/value",
            "end-value" => "/Task/TableMappings/rules/1/filters/0/filter-conditions/0/end-value",
            _ => "/Task/TableMappings/rules/1/filters/0/filter-conditions/0/filter-operator",
        }
    };
    let conditions = |bad: Value, good: Value| (with(filtered(bad)), with(filtered(good)));
    let case = |code: &'static str, path: &'static str, bad: Value, good: Value| {
        let (bad, good) = conditions(bad, good);
        plan(code, path, bad, good)
    };
    let eq = || json!([{"filter-operator": "eq", "value": "5"}]);
    let base = filtered(eq());
    vec![
        rule("wrong-type", one, &base, &[("/filters/0", json!("id = 5"))], &[]),
        rule(
            "wrong-type",
            "/Task/TableMappings/rules/1/filters",
            &base,
            &[("/filters", json!({}))],
            &[("/filters", json!([]))],
        ),
        rule(
            "unknown-word",
            "/Task/TableMappings/rules/1/filters/0/filter-type",
            &base,
            &[("/filters/0/filter-type", json!("target"))],
            &[],
        ),
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/filters/0/column-name",
            &base,
            &[("/filters/0/column-name", json!(null))],
            &[],
        ),
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/filters/0/filter-conditions",
            &base,
            &[("/filters/0/filter-conditions", json!([]))],
            &[],
        ),
        rule(
            "unknown-rule-member",
            "/Task/TableMappings/rules/1/filters/0/column",
            &base,
            &[("/filters/0/column", json!("id"))],
            &[],
        ),
        case("unknown-word", condition("operator"), json!([{"filter-operator": "=", "value": "5"}]), eq()),
        case(
            "missing-member",
            condition("value"),
            json!([{"filter-operator": "ste"}]),
            json!([{"filter-operator": "ste", "value": ""}]),
        ),
        case(
            "missing-member",
            condition("end-value"),
            json!([{"filter-operator": "between", "start-value": "1"}]),
            json!([{"filter-operator": "between", "start-value": "1", "end-value": "2"}]),
        ),
        case("value-not-text", condition("value"), json!([{"filter-operator": "eq", "value": 5}]), eq()),
        case(
            "value-not-used",
            condition("value"),
            json!([{"filter-operator": "null", "value": "5"}]),
            json!([{"filter-operator": "null", "value": ""}]),
        ),
        case(
            "negative-condition-beside-others",
            "/Task/TableMappings/rules/1/filters/0/filter-conditions",
            json!([{"filter-operator": "noteq", "value": "5"}, {"filter-operator": "null"}]),
            json!([{"filter-operator": "eq", "value": "5"}, {"filter-operator": "null"}]),
        ),
        case(
            "negative-condition-beside-others",
            "/Task/TableMappings/rules/1/filters/0/filter-conditions",
            json!([{"filter-operator": "null"}, {"filter-operator": "notbetween", "start-value": "1", "end-value": "2"}]),
            json!([{"filter-operator": "notbetween", "start-value": "1", "end-value": "2"}]),
        ),
    ]
}

fn transformations() -> Vec<Case> {
    let target = "/Task/TableMappings/rules/1/rule-target";
    let rename = transformation("table", "rename");
    let replace = changed(transformation("schema", "replace-prefix"), &[("/old-value", json!("old"))]);
    vec![
        rule("unknown-word", target, &rename, &[("/rule-target", json!("tables"))], &[]),
        rule(
            "unknown-word",
            "/Task/TableMappings/rules/1/rule-action",
            &rename,
            &[("/rule-action", json!("lowercase"))],
            &[("/rule-action", json!("convert-lowercase")), ("/value", json!(null))],
        ),
        rule("missing-member", "/Task/TableMappings/rules/1/value", &rename, &[("/value", json!(null))], &[]),
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/value",
            &added_column(),
            &[("/value", json!(""))],
            &[],
        ),
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/old-value",
            &replace,
            &[("/old-value", json!(null))],
            &[],
        ),
        rule(
            "wrong-type",
            "/Task/TableMappings/rules/1/value",
            &rename,
            &[("/value", json!([5]))],
            &[("/value", json!(5))],
        ),
        plan(
            "action-not-for-target",
            target,
            with(transformation("table", "remove-column")),
            with(transformation("column", "remove-column")),
        ),
        rule("action-not-for-target", target, &primary_key(), &[("/rule-target", json!("schema"))], &[]),
        rule("key-of-a-column", target, &primary_key(), &[("/rule-target", json!("column"))], &[]),
        rule(
            "rule-target-missing",
            target,
            &primary_key(),
            &[("/rule-target", json!(null))],
            &[("/rule-target", json!("table"))],
        ),
        rule(
            "rule-target-missing",
            target,
            &transformation("column", "remove-column"),
            &[("/rule-target", json!(""))],
            &[],
        ),
        rule("missing-member", target, &rename, &[("/rule-target", json!(null))], &[]),
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/value",
            &rename,
            &[("/value", json!(null))],
            &[("/value", json!(null)), ("/expression", json!("'new_' || lower($AR_M_SOURCE_TABLE_NAME)"))],
        ),
        rule(
            "key-with-pattern",
            "/Task/TableMappings/rules/1/object-locator",
            &primary_key(),
            &[("/object-locator/table-name", json!("item%"))],
            &[("/object-locator/table-name", json!("item_s"))],
        ),
        rule(
            "bad-key-origin",
            "/Task/TableMappings/rules/1/primary-key-def/origin",
            &primary_key(),
            &[("/primary-key-def/origin", json!("index"))],
            &[("/primary-key-def/origin", json!("unique-index"))],
        ),
        rule(
            "several-into-one",
            "/Task/TableMappings/rules/1/value",
            &rename,
            &[("/object-locator/table-name", json!("item%"))],
            &[("/object-locator/table-name", json!("item_s"))],
        ),
        rule(
            "several-into-one",
            "/Task/TableMappings/rules/1/value",
            &transformation("column", "rename"),
            &[("/object-locator/column-name", json!("%"))],
            &[("/object-locator/column-name", json!("%")), ("/rule-action", json!("add-prefix"))],
        ),
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/primary-key-def",
            &primary_key(),
            &[("/primary-key-def", json!(null))],
            &[],
        ),
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/primary-key-def/columns",
            &primary_key(),
            &[("/primary-key-def/columns", json!([]))],
            &[("/primary-key-def/origin", json!("unique-index"))],
        ),
        rule(
            "wrong-type",
            "/Task/TableMappings/rules/1/primary-key-def/columns/0",
            &primary_key(),
            &[("/primary-key-def/columns", json!([[1]]))],
            &[],
        ),
    ]
}

/// Masks, and what else is done to a masked column.
fn masks() -> Vec<Case> {
    let value = "/Task/TableMappings/rules/1/value";
    let digits = transformation("column", "data-masking-digits-mask");
    let hash = changed(transformation("column", "data-masking-hash-mask"), &[("/value", json!(null))]);
    let typed = |id: &str, data_type: Value| {
        changed(
            transformation("column", "change-data-type"),
            &[
                ("/rule-id", json!(id)),
                ("/rule-name", json!("typed")),
                ("/data-type", data_type),
                ("/value", json!(null)),
            ],
        )
    };
    let both = |mask: &Value, other: Value| {
        let mut mapping = mapping();
        mapping["rules"]
            .as_array_mut()
            .unwrap()
            .extend([changed(mask.clone(), &[("/rule-id", json!("5"))]), other]);
        full_load().with("/Task/TableMappings", mapping)
    };
    let string = |length: u32| json!({"type": "string", "length": length});
    let id = "/Task/TableMappings/rules/2/rule-id";
    let masked = digits.clone();
    let masked = changed(masked, &[("/value", json!("#"))]);
    let validated = |validates: bool| {
        with(masked.clone())
            .with("/Task/ReplicationTaskSettings/ValidationSettings", json!({"EnableValidation": validates}))
    };
    let mut cases = vec![
        plan(
            "mask-before-type",
            id,
            both(&hash, typed("10", string(100))),
            both(&hash, typed("3", string(100))),
        ),
        // Patterns that mean one column.
        plan(
            "mask-before-type",
            id,
            both(
                &changed(hash.clone(), &[("/object-locator/column-name", json!("i%"))]),
                typed("6", string(100)),
            ),
            both(
                &changed(hash.clone(), &[("/object-locator/column-name", json!("x%"))]),
                typed("6", string(100)),
            ),
        ),
        plan(
            "mask-before-type",
            id,
            both(&hash, changed(typed("6", string(100)), &[("/object-locator/table-name", json!("%"))])),
            both(&hash, changed(typed("6", string(100)), &[("/object-locator/table-name", json!("x%"))])),
        ),
        plan(
            "mask-not-for-type",
            "/Task/TableMappings/rules/2/data-type/type",
            both(&masked, typed("3", json!({"type": "int4"}))),
            both(
                &changed(hash.clone(), &[("/rule-action", json!("data-masking-digits-randomize"))]),
                typed("3", json!({"type": "int4"})),
            ),
        ),
        plan(
            "mask-not-for-type",
            "/Task/TableMappings/rules/2/data-type/length",
            both(&hash, typed("3", string(63))),
            both(&hash, typed("3", string(64))),
        ),
        plan("masked-not-validated", RULE, validated(true), validated(false)),
        rule("value-not-used", value, &hash, &[("/value", json!("#"))], &[]),
    ];
    for bad in [json!(null), json!(""), json!(" "), json!("##"), json!("\u{e9}"), json!("\t")] {
        cases.push(rule("bad-mask", value, &digits, &[("/value", bad)], &[("/value", json!("#"))]));
    }
    cases
}

fn columns() -> Vec<Case> {
    let expression = "/Task/TableMappings/rules/1/expression";
    let column = "/Task/TableMappings/rules/1/object-locator/column-name";
    let says = |text: &str| [("/expression", json!(text))];
    let data_type = |of: Value| [("/data-type", of)];
    let change = changed(transformation("column", "change-data-type"), &data_type(json!({"type": "int4"})));
    let image = changed(
        transformation("column", "add-before-image-columns"),
        &[("/before-image-def", json!({"column-filter": "pk-only", "column-prefix": "BI_"}))],
    );
    let named = |name: Value| changed(image.clone(), &[("/before-image-def", name)]);
    let images = "/Task/ReplicationTaskSettings/BeforeImageSettings";
    let imaged = |sample: Sample, rule: Value| {
        let mut mapping = mapping();
        mapping["rules"].as_array_mut().unwrap().push(rule);
        sample.with("/Task/TableMappings", mapping)
    };
    vec![
        rule(
            "missing-member",
            column,
            &transformation("column", "remove-column"),
            &[("/object-locator/column-name", json!(null))],
            &[("/object-locator/column-name", json!("%"))],
        ),
        rule(
            "column-not-transformable",
            column,
            &transformation("column", "rename"),
            &[("/object-locator/column-name", json!("order#"))],
            &[("/object-locator/column-name", json!("order_no"))],
        ),
        rule(
            "column-not-transformable",
            column,
            &transformation("column", "add-prefix"),
            &[("/object-locator/column-name", json!("a-b%"))],
            &[("/object-locator/column-name", json!("[a-d]%"))],
        ),
        rule(
            "column-not-transformable",
            column,
            &transformation("column", "rename"),
            &[("/object-locator/column-name", json!("\u{5e9}\u{5dd}"))],
            &[("/object-locator/column-name", json!("\u{e9}t\u{e9}"))],
        ),
        rule(
            "column-without-expression",
            expression,
            &added_column(),
            &[("/expression", json!(null))],
            &[("/object-locator/column-name", json!(null))],
        ),
        rule("bad-expression", expression, &added_column(), &says("upper($NAME"), &says("upper($NAME)")),
        rule("bad-expression", expression, &added_column(), &says("'a"), &says("'a' || \"b'\"")),
        rule(
            "unknown-header",
            expression,
            &added_column(),
            &says("$AR_H_USERS"),
            &says("$AR_H_COMMIT_TIMESTAMP || ${x}"),
        ),
        rule("value-not-used", expression, &transformation("column", "add-prefix"), &says("$A"), &says("")),
        rule(
            "value-not-used",
            expression,
            &transformation("column", "add-suffix"),
            &says("$A"),
            &[
                ("/rule-action", json!("rename")),
                ("/value", json!(null)),
                ("/expression", json!("lower($A)")),
            ],
        ),
        rule(
            "unknown-header",
            expression,
            &added_column(),
            &says("$AR_M_SOURCE_TABLE"),
            &says("$AR_M_SOURCE_TABLE_NAME"),
        ),
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/data-type",
            &change,
            &data_type(json!(null)),
            &[],
        ),
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/data-type/type",
            &change,
            &data_type(json!({"length": 5})),
            &[],
        ),
        rule(
            "unknown-data-type",
            "/Task/TableMappings/rules/1/data-type/type",
            &change,
            &data_type(json!({"type": "varchar"})),
            &data_type(json!({"type": "STRING", "length": 20, "scale": ""})),
        ),
        rule(
            "bad-number",
            "/Task/TableMappings/rules/1/data-type/length",
            &change,
            &data_type(json!({"type": "string", "length": "many"})),
            &data_type(json!({"type": "string", "length": "20"})),
        ),
        plan(
            "missing-member",
            "/Task/TableMappings/rules/1/before-image-def",
            imaged(load_and_cdc(), changed(image.clone(), &[("/before-image-def", json!(null))])),
            imaged(load_and_cdc(), image.clone()),
        ),
        plan(
            "unknown-word",
            "/Task/TableMappings/rules/1/before-image-def/column-filter",
            imaged(
                load_and_cdc(),
                changed(image.clone(), &[("/before-image-def/column-filter", json!("lob"))]),
            ),
            imaged(load_and_cdc(), image.clone()),
        ),
        plan(
            "rule-without-effect",
            RULE,
            imaged(full_load(), image.clone()),
            imaged(load_and_cdc(), image.clone()),
        ),
        plan(
            "before-image-without-name",
            "/Task/TableMappings/rules/1/before-image-def",
            imaged(load_and_cdc(), named(json!({"column-prefix": "", "column-suffix": ""}))),
            imaged(load_and_cdc(), named(json!({"column-prefix": "", "column-suffix": "_old"}))),
        ),
        plan(
            "before-image-without-name",
            "/Task/TableMappings/rules/1/before-image-def",
            imaged(load_and_cdc(), named(json!({"column-prefix": ""}))),
            imaged(load_and_cdc(), named(json!({"column-filter": "all"}))),
        ),
        plan(
            "before-images-twice",
            "/Task/ReplicationTaskSettings/BeforeImageSettings/EnableBeforeImage",
            imaged(load_and_cdc(), image.clone())
                .with(images, json!({"EnableBeforeImage": true, "FieldName": "old"})),
            imaged(load_and_cdc(), image).with(images, json!({"EnableBeforeImage": false})),
        ),
    ]
}

fn tables() -> Vec<Case> {
    let load = |name: &'static str, value: Value| (format!("/parallel-load/{name}"), value);
    let case = |code: &'static str, path: &'static str, (pointer, bad): (String, Value)| {
        rule(code, path, &table_settings(), &[(pointer.as_str(), bad)], &[])
    };
    let lobs = |of: Value| [("/lob-settings", of)];
    vec![
        rule(
            "settings-with-pattern",
            "/Task/TableMappings/rules/1/object-locator",
            &table_settings(),
            &[("/object-locator/table-name", json!("item%"))],
            &[("/object-locator/table-name", json!("item_s"))],
        ),
        rule(
            "rule-without-effect",
            RULE,
            &table_settings(),
            &[("/parallel-load", json!(null)), ("/lob-settings", json!(null))],
            &[("/parallel-load", json!(null))],
        ),
        case("unknown-word", "/Task/TableMappings/rules/1/parallel-load/type", load("type", json!("range"))),
        case("missing-member", "/Task/TableMappings/rules/1/parallel-load/type", load("type", json!(null))),
        case(
            "missing-member",
            "/Task/TableMappings/rules/1/parallel-load/columns",
            load("columns", json!([])),
        ),
        case(
            "missing-member",
            "/Task/TableMappings/rules/1/parallel-load/boundaries",
            load("boundaries", json!(null)),
        ),
        case(
            "boundary-of-other-width",
            "/Task/TableMappings/rules/1/parallel-load/boundaries/1",
            load("boundaries", json!([["1", "a"], ["2"]])),
        ),
        case(
            "wrong-type",
            "/Task/TableMappings/rules/1/parallel-load/boundaries/0",
            load("boundaries", json!(["1", ["2", "b"]])),
        ),
        case(
            "too-many-columns",
            "/Task/TableMappings/rules/1/parallel-load/columns",
            load("columns", json!(vec!["a"; 11])),
        ),
        case(
            "value-not-used",
            "/Task/TableMappings/rules/1/parallel-load",
            load("type", json!("partitions-auto")),
        ),
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/parallel-load/partitions",
            &table_settings(),
            &[("/parallel-load", json!({"type": "partitions-list"}))],
            &[("/parallel-load", json!({"type": "partitions-list", "subpartitions": ["p1"]}))],
        ),
        rule(
            "bad-number",
            "/Task/TableMappings/rules/1/parallel-load/number-of-partitions",
            &table_settings(),
            &[("/parallel-load", json!({"type": "partitions-auto", "number-of-partitions": 0}))],
            &[(
                "/parallel-load",
                json!({"type": "partitions-auto", "number-of-partitions": 16, "collection-count-from-metadata": "true"}),
            )],
        ),
        rule(
            "bad-number",
            "/Task/TableMappings/rules/1/lob-settings/bulk-max-size",
            &table_settings(),
            &lobs(json!({"mode": "limited", "bulk-max-size": "0"})),
            &lobs(json!({"mode": "unlimited", "bulk-max-size": "0"})),
        ),
        rule(
            "unknown-word",
            "/Task/TableMappings/rules/1/lob-settings/mode",
            &table_settings(),
            &lobs(json!({"mode": "full"})),
            &lobs(json!({"mode": "none"})),
        ),
    ]
}

fn others() -> Vec<Case> {
    let mapped = json!({
        "rule-type": "object-mapping", "rule-id": "2", "rule-name": "records", "rule-action": "map-record-to-record",
        "object-locator": {"schema-name": "orders", "table-name": "items"}, "target-table-name": "items",
        "mapping-parameters": {"partition-key-type": "schema-table", "anything": [1, {"a": null}]},
    });
    let tagged = json!({
        "rule-type": "post-processing", "rule-id": "2", "rule-name": "tags", "rule-action": "add-tag",
        "object-locator": {"schema-name": "orders", "table-name": "%"}, "tag-set": [{"key": "team", "value": "${schema-name}"}],
    });
    let compared = json!({
        "rule-type": "validation", "rule-id": "2", "rule-name": "compare", "rule-target": "column",
        "rule-action": "override-validation-function",
        "object-locator": {"schema-name": "orders", "table-name": "items", "column-name": "price"},
        "source-function": "round(${column-name})", "target-function": "round(${column-name})",
    });
    vec![
        rule(
            "unknown-word",
            "/Task/TableMappings/rules/1/rule-action",
            &mapped,
            &[("/rule-action", json!("map-record"))],
            &[],
        ),
        rule(
            "wrong-type",
            "/Task/TableMappings/rules/1/mapping-parameters",
            &mapped,
            &[("/mapping-parameters", json!("x"))],
            &[("/mapping-parameters", json!(null))],
        ),
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/tag-set",
            &tagged,
            &[("/tag-set", json!([]))],
            &[],
        ),
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/tag-set/0/key",
            &tagged,
            &[("/tag-set/0/key", json!(""))],
            &[],
        ),
        rule(
            "rule-without-effect",
            RULE,
            &compared,
            &[("/source-function", json!("")), ("/target-function", json!(null))],
            &[("/source-function", json!(null))],
        ),
        plan(
            "validation-rule-without-validation",
            RULE,
            with(compared.clone()),
            with(compared.clone())
                .with("/Task/ReplicationTaskSettings/ValidationSettings", json!({"EnableValidation": true})),
        ),
        rule(
            "missing-member",
            "/Task/TableMappings/rules/1/object-locator/column-name",
            &compared,
            &[("/object-locator/column-name", json!(null))],
            &[],
        ),
    ]
}

/// Names of tables are mostly alike at their beginnings, and a generator that misspells one schema misspells all.
#[test]
fn rules_about_nothing_are_found_among_as_many_as_an_execution_takes() {
    let named =
        |nth: usize| json!({"schema-name": "CUSTOMERS", "table-name": format!("CUSTOMER_ORDERS_{nth:05}")});
    let many = |about: fn(usize) -> Value| {
        let selected = (0..400).map(|nth| {
            let id = json!(nth.to_string());
            changed(
                selection(),
                &[("/rule-id", id.clone()), ("/rule-name", id), ("/object-locator", named(nth))],
            )
        });
        let settings = (0..400).map(|nth| {
            let id = json!((1000 + nth).to_string());
            changed(
                table_settings(),
                &[
                    ("/rule-id", id.clone()),
                    ("/rule-name", id),
                    ("/object-locator", about(nth)),
                    ("/parallel-load", json!({"type": "partitions-auto"})),
                    ("/lob-settings", json!(null)),
                ],
            )
        });
        let mapping = json!({"rules": selected.chain(settings).collect::<Vec<_>>()});
        let found = full_load().with("/Task/TableMappings", mapping).findings();
        assert!(found.iter().all(|finding| finding.severity == Severity::Warning), "{found:#?}");
        let about_nothing = found.iter().filter(|finding| finding.code == Code::AboutNothingSelected).count();
        let more =
            found.iter().find(|finding| finding.code == Code::MoreFindings).map(|more| more.message.clone());
        (about_nothing, more.unwrap_or_default())
    };
    let names = |found: &(usize, String)| found.0;
    let in_another_case =
        many(|nth| json!({"schema-name": "customers", "table-name": format!("customer_orders_{nth:05}")}));
    assert_eq!(names(&in_another_case), 0);
    let misspelt =
        many(|nth| json!({"schema-name": "CUSTOMERS", "table-name": format!("CUSTOMER_ODRERS_{nth:05}")}));
    assert!(names(&misspelt) > 50 && !misspelt.1.is_empty(), "{misspelt:?}");
    let last = many(|nth| {
        let table =
            if nth == 399 { "CUSTOMER_ORDERS_99999".to_owned() } else { format!("CUSTOMER_ORDERS_{nth:05}") };
        json!({"schema-name": "CUSTOMERS", "table-name": table})
    });
    assert_eq!(names(&last), 1, "{last:?}");
}

#[test]
fn many_masks_and_changes_of_one_column_are_not_each_held_against_each() {
    let many = |column: &'static str| {
        let rule = move |id: usize, action: &str, member: &str, value: Value| {
            let id = json!(id.to_string());
            let named = [
                ("/rule-id", id.clone()),
                ("/rule-name", id),
                ("/object-locator/column-name", json!(column)),
            ];
            changed(
                changed(transformation("column", action), &named),
                &[("/value", json!(null)), (member, value)],
            )
        };
        let masks = (2..302).map(|id| rule(id, "data-masking-hash-mask", "/value", json!(null)));
        let string = json!({"type": "string", "length": 100});
        let changes = (302..602).map(|id| rule(id, "change-data-type", "/data-type", string.clone()));
        let mut mapping = mapping();
        mapping["rules"].as_array_mut().unwrap().extend(masks.chain(changes));
        let findings = full_load().with("/Task/TableMappings", mapping).findings();
        assert!(findings.iter().any(|found| found.code.as_str() == "mask-before-type"), "{findings:#?}");
        findings.iter().map(|found| found.count).sum::<usize>()
    };
    for column in ["id", "i%"] {
        let count = many(column);
        assert!(count < 3000, "{column}: {count} findings of 600 rules");
    }
}
