//! Other tasks that write the same tables of the target.

use migration::run::status::Status;
use migration::survey::writers::{Selection, Writer, check};
use plan::finding::{Finding, Findings, Severity};
use plan::request::Document;
use plan::settings::PrepMode;
use plan::{TaskPlan, read};
use serde_json::{Value, json};

use support::findings::Case;
use support::plans::{SOURCE, TARGET, full_load};

const MAPPINGS: &str = "/Task/TableMappings";

fn rule(action: &str, schema: &str, table: &str) -> Value {
    json!({"rule-type": "selection", "rule-action": action,
        "object-locator": {"schema-name": schema, "table-name": table}})
}

fn renaming(target: &str, action: &str, schema: &str, table: &str, value: &str) -> Value {
    json!({"rule-type": "transformation", "rule-target": target, "rule-action": action, "value": value,
        "object-locator": {"schema-name": schema, "table-name": table}})
}

fn selection(rules: &[Value]) -> Selection {
    Selection::of(&json!({ "rules": rules }))
}

fn writer(identifier: &str, replaces: Option<&str>, rules: &[Value]) -> Writer {
    Writer {
        arn: format!("arn:aws:dms:us-east-1:123456789012:task:{identifier}"),
        identifier: identifier.to_owned(),
        source: SOURCE.parse().unwrap(),
        status: if replaces.is_some() { Status::Running } else { Status::Stopped },
        at_work: replaces.is_some(),
        replaces: replaces.map(PrepMode::from),
        selection: selection(rules),
    }
}

fn found(ours: &[Value], others: &[Writer]) -> Vec<Finding> {
    let mut plan = read::read(&full_load().0).plan.expect("a good plan");
    if let TaskPlan::Request(request) = &mut plan.task {
        request.table_mappings = Document::Json(json!({ "rules": ours }));
    }
    let mut findings = Findings::default();
    check(&plan, &SOURCE.parse().unwrap(), others, &mut findings);
    findings.into_sorted()
}

pub(crate) fn cases() -> Vec<Case> {
    let ours = [rule("include", "crm", "%")];
    let against =
        |replaces, schema| found(&ours, &[writer("other", replaces, &[rule("include", schema, "orders")])]);
    vec![
        Case {
            code: "another-writer",
            path: MAPPINGS,
            bad: against(None, "crm"),
            good: against(None, "shop"),
        },
        Case {
            code: "target-being-loaded",
            path: MAPPINGS,
            bad: against(Some("DROP_AND_CREATE"), "crm"),
            good: against(None, "crm"),
        },
        Case {
            code: "writers-not-compared",
            path: MAPPINGS,
            bad: found(&endless(3_500), &[writer("other", None, &elsewhere(3_500))]),
            good: found(&endless(20), &[writer("other", None, &elsewhere(20))]),
        },
    ]
}

/// Patterns that take long to be compared, and tables that none of them selects.
fn endless(count: usize) -> Vec<Value> {
    (0..count).map(|nth| rule("include", "%a%b%c%d%e", &format!("%{nth}%x%"))).collect()
}

fn elsewhere(count: usize) -> Vec<Value> {
    (0..count).map(|nth| rule("include", "x", &format!("{nth}"))).collect()
}

#[test]
fn tables_are_shared_by_their_names_in_the_target() {
    let crm = || rule("include", "crm", "%");
    for (fact, ours, theirs, words) in [
        (
            "the same table",
            vec![rule("explicit", "crm", "orders")],
            vec![rule("include", "CRM", "ORDERS")],
            "writes the same",
        ),
        ("one of many", vec![crm()], vec![rule("include", "%", "orders")], "writes the same"),
        (
            "patterns that can meet",
            vec![rule("include", "crm", "o%")],
            vec![rule("include", "crm", "%s")],
            "may write",
        ),
        (
            "another table",
            vec![rule("include", "crm", "orders")],
            vec![rule("include", "crm", "customers")],
            "",
        ),
        ("another schema", vec![crm()], vec![rule("include", "shop", "%")], ""),
        (
            "excluded there",
            vec![rule("include", "crm", "orders")],
            vec![crm(), rule("exclude", "crm", "o%")],
            "",
        ),
        (
            "excluded here",
            vec![crm(), rule("exclude", "crm", "orders")],
            vec![rule("include", "crm", "orders")],
            "",
        ),
        (
            "excluded in a part only",
            vec![crm(), rule("exclude", "crm", "tmp%")],
            vec![rule("include", "crm", "%")],
            "writes the same",
        ),
        (
            "renamed away",
            vec![crm(), renaming("schema", "rename", "crm", "", "archive")],
            vec![rule("include", "crm", "%")],
            "",
        ),
        (
            "renamed into it",
            vec![rule("include", "shop", "%"), renaming("schema", "rename", "%", "", "crm")],
            vec![rule("include", "crm", "%")],
            "may write",
        ),
        (
            "given a prefix, which may be any name",
            vec![rule("include", "crm", "orders"), renaming("table", "add-prefix", "crm", "%", "x_")],
            vec![rule("include", "crm", "customers")],
            "may write",
        ),
        (
            "another table is renamed",
            vec![rule("include", "crm", "orders"), renaming("table", "rename", "crm", "lines", "customers")],
            vec![rule("include", "crm", "customers")],
            "",
        ),
        (
            "only the case is changed",
            vec![rule("include", "crm", "orders"), renaming("table", "convert-uppercase", "crm", "%", "")],
            vec![rule("include", "crm", "customers")],
            "",
        ),
        ("nothing is selected", vec![json!(5), json!({"rule-type": "selection"})], vec![crm()], ""),
    ] {
        let found = found(&ours, &[writer("other", None, &theirs)]);
        assert_eq!(found.is_empty(), words.is_empty(), "{fact}: {found:#?}");
        assert!(found.iter().all(|finding| finding.message.contains(words)), "{fact}: {found:#?}");
    }
}

#[test]
fn two_sources_under_one_wildcard_may_have_different_tables() {
    let elsewhere = |rules: &[Value]| {
        let writer = writer("other", Some("DROP_AND_CREATE"), rules);
        Writer { source: TARGET.parse().unwrap(), ..writer }
    };
    for (fact, table, severity) in [
        ("a wildcard", "%", Severity::Warning),
        ("a name under a wildcard", "orders", Severity::Warning),
        ("one name", "lines", Severity::Error),
    ] {
        let ours = [rule("include", "public", if table == "lines" { "lines" } else { "%" })];
        let found = found(&ours, &[elsewhere(&[rule("include", "public", table)])]);
        assert_eq!(found.iter().map(|finding| finding.severity).collect::<Vec<_>>(), [severity], "{fact}");
    }
}

#[test]
fn the_task_itself_is_no_other_and_many_are_not_all_named() {
    let crm = [rule("include", "crm", "%")];
    assert_eq!(found(&crm, &[writer("orders", Some("DROP_AND_CREATE"), &crm)]), []);
    let mut many: Vec<Writer> = (0..40).map(|nth| writer(&format!("t{nth}"), None, &crm)).collect();
    many.push(writer("loading", Some("TRUNCATE_BEFORE_LOAD"), &crm));
    let found = found(&crm, &many);
    assert_eq!(found[0].severity, Severity::Error);
    assert!(found[0].message.contains("\"loading\" is loading tables"), "{}", found[0].message);
    assert_eq!(found.len(), 11);

    // The plan's own task is at work: a run follows it, and must not be refused for what is going on anyway.
    many.push(writer("orders", Some("TRUNCATE_BEFORE_LOAD"), &crm));
    let severities: Vec<Severity> = self::found(&crm, &many).iter().map(|finding| finding.severity).collect();
    assert_eq!(severities, [Severity::Warning; 10]);
}

#[test]
fn the_tasks_that_load_are_compared_first_and_those_that_are_not_compared_are_counted() {
    let ours: Vec<Value> = endless(3_500).into_iter().chain([rule("include", "crm", "orders")]).collect();
    let mut many: Vec<Writer> = (0..3)
        .map(|nth| Writer { at_work: true, ..writer(&format!("t{nth}"), None, &elsewhere(3_500)) })
        .collect();
    many.push(writer("loading", Some("DROP_AND_CREATE"), &[rule("include", "crm", "orders")]));
    let found = found(&ours, &many);
    assert_eq!(found[0].severity, Severity::Error, "{found:#?}");
    assert!(found[0].message.contains("\"loading\" is loading tables"), "{}", found[0].message);
    assert_eq!(found.len(), 2);
    assert!(found[1].message.starts_with("3 other tasks"), "{}", found[1].message);
}

/// What is selected behind the last step may have any name in the target.
#[test]
fn renamings_that_there_is_no_time_to_look_at_may_give_any_name() {
    let selected = (0..700).map(|nth| rule("include", "crm", &format!("%a{nth}%b%")));
    let renamed = (0..700).map(|nth| renaming("table", "add-prefix", "crm", &format!("%c{nth}%d%"), "x"));
    let rules: Vec<Value> = selected.chain(renamed).collect();
    let found =
        found(&[rule("include", "elsewhere", "t")], &[writer("other", Some("DROP_AND_CREATE"), &rules)]);
    assert_eq!(found.len(), 1);
    assert!(found[0].message.contains("may write"), "{}", found[0].message);
}

#[test]
fn as_many_tables_as_an_execution_takes_are_compared_to_the_last() {
    let named = |count: usize, action: &str| -> Vec<Value> {
        (0..count).map(|nth| rule(action, "customers", &format!("customer_orders_{nth:04}"))).collect()
    };
    let last = |count: usize| [rule("include", "customers", &format!("customer_orders_{:04}", count - 1))];
    assert_eq!(found(&named(900, "explicit"), &[writer("other", None, &last(900))]).len(), 1);
    let elsewhere: Vec<Value> =
        (0..900).map(|nth| rule("include", "customers", &format!("customer_orders_x{nth:04}"))).collect();
    let and_last: Vec<Value> = elsewhere.into_iter().chain(last(900)).collect();
    assert_eq!(found(&named(900, "explicit"), &[writer("other", None, &and_last)]).len(), 1);

    let rename = |nth| {
        renaming(
            "table",
            "rename",
            "customers",
            &format!("customer_orders_{nth:04}"),
            &format!("new_{nth:04}"),
        )
    };
    let renamed: Vec<Value> = named(450, "include").into_iter().chain((0..450).map(rename)).collect();
    let target = [rule("include", "customers", "new_0449")];
    assert_eq!(found(&renamed, &[writer("other", None, &target)]).len(), 1);
}
