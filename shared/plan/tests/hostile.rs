//! Whatever an execution is given, reading it ends in a plan or in findings, bounded, and never in a panic.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use plan::finding::reject;
use plan::members::{MEMBERS, Member};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use support::plans::{WORDS, cdc, event, events, full_load, load_and_cdc, mapping, night, of_each_type};
use support::sound::{reads_alike_as_object_and_as_text, reads_soundly, text_reads_soundly};
use support::sown::{self, Seed};

#[test]
fn odd_inputs_are_findings() {
    let nested = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!({"Task": inner}));
    let wrapped =
        |levels: usize| (0..levels).fold(json!({}), |inner, _| json!({"ReplicationTasks": [inner]}));
    let many: Map<String, Value> = (0..20_000).map(|n| (format!("Windw{n}"), json!(n))).collect();
    let long_name = |n: usize| format!("{}{n}", "\u{202e}".repeat(150));
    let many_long_names: Map<String, Value> = (0..200).map(|n| (long_name(n), json!(n))).collect();
    let twice: String = (0..200).map(|n| format!("\"{0}\":1,\"{0}\":1,", long_name(n))).collect();
    let deep_twice =
        (0..50).fold(format!("{{{twice}\"x\":1}}"), |inner, n| format!("{{\"{}\":{inner}}}", long_name(n)));
    for (name, value) in [
        ("null", Value::Null),
        ("true", json!(true)),
        ("a number", json!(1e300)),
        ("a list", json!([])),
        ("a word", json!("x")),
        ("an empty object", json!({})),
        ("a list of plans", json!([full_load().0])),
        ("a long word", json!("x".repeat(1_000_000))),
        ("a long name", json!({"x/~\u{0}\n".repeat(50_000): 1})),
        ("a long tag", full_load().with("/Task/Tags", json!({"x/~\n".repeat(50_000): 1})).0),
        (
            "long words",
            full_load()
                .with("/Start", json!("\u{202e}".repeat(50_000)))
                .with("/Task/MigrationType", json!("é\n".repeat(50_000)))
                .0,
        ),
        ("many members", Value::Object(many.clone())),
        ("many long names", Value::Object(many_long_names)),
        ("deep long names twice", full_load().with("/Task/TableMappings", json!(deep_twice.clone())).0),
        (
            "deep long names twice in settings",
            full_load().with("/Task/ReplicationTaskSettings", json!(deep_twice)).0,
        ),
        (
            "many days",
            full_load().with("/Window", night()).with("/Window/Days", json!(vec!["Montag"; 20_000])).0,
        ),
        ("many settings", full_load().with("/Task/ReplicationTaskSettings", Value::Object(many)).0),
        (
            "long settings",
            full_load()
                .with("/Task/ReplicationTaskSettings", json!({"x/~\n".repeat(50_000): 1}))
                .with(
                    "/Task/ReplicationTaskSettings/ErrorBehavior",
                    json!({"DataErrorPolicy": "é\n".repeat(50_000)}),
                )
                .0,
        ),
        ("deep objects", nested(1000)),
        ("deep answers", json!({"Task": wrapped(500)})),
        (
            "a deep mapping in a string",
            full_load()
                .with(
                    "/Task/TableMappings",
                    json!(format!("{{\"rules\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000))),
                )
                .0,
        ),
    ] {
        assert!(reject(&reads_soundly(&value)), "{name} is no plan");
    }
}

#[test]
fn a_plan_at_the_edge_of_the_allowed_depth_survives_its_journey() {
    let deep = (0..57).fold(json!(1), |inner, _| json!([inner]));
    let mut mapping = mapping();
    mapping["rules"].as_array_mut().expect("rules").push(json!({
        "rule-type": "object-mapping", "rule-id": "2", "rule-name": "records", "rule-action": "map-record-to-record",
        "object-locator": {"schema-name": "orders", "table-name": "%"}, "mapping-parameters": {"a": deep},
    }));
    let sample = full_load().with("/Task/TableMappings", mapping);
    assert_eq!(reads_soundly(&sample.0), []);
    let text = sample.0.pointer("/Task/TableMappings").expect("a mapping").to_string();
    assert_eq!(reads_soundly(&full_load().with("/Task/TableMappings", json!(text)).0), []);
}

/// Words that mean something in a plan, so that arbitrary plans get past the first check.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![proptest::sample::select(&WORDS).prop_map(str::to_owned), ".{0,40}",]
}

/// Any JSON; its objects like to use the members of a plan.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-4_000_000_000_000_i64..4_000_000_000_000).prop_map(|quarters| Value::from(quarters as f64 / 4.0)),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let known: Vec<&str> =
            MEMBERS.iter().map(|member| member.name).chain(["Comment", "Key", "Value"]).collect();
        let name = prop_oneof![4 => proptest::sample::select(known).prop_map(str::to_owned), 1 => ".{0,20}"];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::vec((name, inner), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// A good plan in which a few members were replaced.
fn nearly_a_plan() -> impl Strategy<Value = Value> {
    let base = proptest::sample::select(vec![
        full_load().0,
        load_and_cdc().0,
        cdc().0,
        full_load().with("/Window", night()).with("/Notify", json!({})).0,
    ]);
    let change = (proptest::sample::select(MEMBERS.to_vec()), any_json());
    (base, proptest::collection::vec(change, 0..3)).prop_map(|(mut plan, changes)| {
        for (Member { name, home, .. }, value) in changes {
            let holder = if home.contains(' ') { "".to_owned() } else { format!("/{home}") };
            if let Some(object) = plan.pointer_mut(&holder).and_then(Value::as_object_mut) {
                object.insert(name.to_owned(), value);
            }
        }
        plan
    })
}

proptest! {
    #[test]
    fn any_json_is_read_soundly(value in any_json()) {
        reads_soundly(&value);
    }

    #[test]
    fn a_changed_plan_is_read_soundly(value in nearly_a_plan()) {
        reads_soundly(&value);
    }

    #[test]
    fn any_word_in_any_place_of_text_is_read_soundly(
        Member { name, home, .. } in proptest::sample::select(MEMBERS.to_vec()), text in word(),
    ) {
        let holder = if home.contains(' ') { "".to_owned() } else { format!("/{home}") };
        let sample = full_load().with("/Window", night()).with("/Notify", json!({}));
        reads_soundly(&sample.with(&format!("{holder}/{name}"), json!(text)).0);
    }

    #[test]
    fn any_text_is_read_soundly(text in "\\PC{0,60}|[\\[\\]{}:,\"\\\\ab0-9eE.+ \\-]{0,40}", depth in 0_usize..140) {
        text_reads_soundly(&text);
        text_reads_soundly(&format!("{}{text}{}", "[".repeat(depth), "]".repeat(depth)));
    }

    #[test]
    fn a_damaged_plan_is_read_soundly(
        plan in proptest::sample::select(events()), seed in any::<Vec<u8>>(), laid_out in any::<bool>(),
    ) {
        let plan = event(&plan);
        let text = if laid_out { format!("{plan:#}") } else { plan.to_string() };
        text_reads_soundly(&sown::damaged(&text, &mut Seed::new(&seed)));
    }
}

/// What grows a document from bytes.
type Grow = fn(&mut Seed<'_>) -> Value;

/// Documents inside a plan, and what grows them.
const GROWN: [(&str, Grow); 2] =
    [("/Task/TableMappings", sown::mapping), ("/Task/ReplicationTaskSettings", sown::settings)];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_mapping_and_any_settings_are_read_alike_as_object_and_as_text(
        base in proptest::sample::select(of_each_type().to_vec()),
        (place, grown) in proptest::sample::select(GROWN.to_vec()),
        seed in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let plan = base.with(place, grown(&mut Seed::new(&seed))).0;
        reads_alike_as_object_and_as_text(&plan, place);
    }
}
