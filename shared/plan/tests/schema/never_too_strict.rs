//! What the reader takes, the schema takes; [`read`] holds every plan of these tests, and of all others, to it.

use std::collections::BTreeSet;

use plan::finding::{Code, Severity};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::samples::{full_plans, names, places, values};
use support::plans::{Sample, cdc, full_load, night};
use support::schema::{read, takes};

/// What the schema leaves to the reader: what only several places together show, and what stands in a text.
const LEFT_TO_THE_READER: [&str; 19] = [
    // Members seen together.
    "at-close-not-stated",
    "boundary-of-other-width",
    "cdc-start-with-full-load",
    "equal-selection-ids",
    "reload-on-top",
    "reload-without-load",
    "stop-before-start",
    "until-never",
    "window-too-short",
    // A calendar, a list of time zones, spans.
    "bad-cdc-start-position",
    "bad-date",
    "bad-duration",
    "bad-time",
    "unknown-time-zone",
    // Digits in a text, and numbers such as 5.0, which are whole to a schema.
    "bad-number",
    "bad-rule-id",
    "bad-setting",
    // What is inside a mapping that is written as text.
    "missing-member",
    "no-rules",
];

#[test]
fn one_change_anywhere_is_taken_where_it_is_read_and_refused_where_one_place_shows_it() {
    let (mut taken, mut left) = (0, BTreeSet::new());
    for plan in full_plans() {
        let read_as_it_is = read(&plan);
        assert!(read_as_it_is.plan.is_some(), "{plan:#}\n{:#?}", read_as_it_is.findings);
        for place in places(&plan) {
            for value in values() {
                let changed = Sample(plan.clone()).with(&place, value);
                let reading = read(&changed.0);
                if reading.plan.is_some() {
                    taken += 1;
                } else if takes(&changed.0) {
                    let errors =
                        reading.findings.into_iter().filter(|found| found.severity == Severity::Error);
                    left.extend(errors.map(|found| found.code));
                }
            }
        }
    }
    assert!(taken > 5_000, "only {taken} plans were read without an error: the changes are no good");
    assert_eq!(left, LEFT_TO_THE_READER.map(|code| Code::from(code.to_owned())).into());
}

/// Something that is done to a plan at one of its places.
#[derive(Clone, Debug)]
enum Change {
    Put(Value),
    Beside(&'static str, Value),
    TakeOut,
}

fn change() -> impl Strategy<Value = (prop::sample::Index, Change)> {
    let value = || prop::sample::select(values());
    let change = prop_oneof![
        4 => value().prop_map(Change::Put),
        1 => (prop::sample::select(names()), value()).prop_map(|(name, value)| Change::Beside(name, value)),
        2 => Just(Change::TakeOut),
    ];
    (any::<prop::sample::Index>(), change)
}

fn changed(mut plan: Value, at: prop::sample::Index, change: Change) -> Value {
    let places = places(&plan);
    if places.is_empty() {
        return plan;
    }
    let place = at.get(&places);
    let (holder, name) = place.rsplit_once('/').expect("a place begins with a slash");
    match (plan.pointer_mut(holder), change) {
        (Some(holder), Change::Put(value)) if holder.is_array() => {
            holder[name.parse::<usize>().expect("a number")] = value;
        }
        (Some(Value::Object(holder)), Change::Put(value)) => drop(holder.insert(name.to_owned(), value)),
        (Some(Value::Object(holder)), Change::Beside(other, value)) => {
            holder.insert(other.to_owned(), value);
        }
        (Some(Value::Object(holder)), Change::TakeOut) => drop(holder.remove(name)),
        (Some(Value::Array(holder)), Change::TakeOut) => {
            holder.remove(name.parse::<usize>().expect("a number"));
        }
        _ => {}
    }
    plan
}

/// A place of text, with texts that are nearly of the form that it takes.
fn nearly_of_a_form() -> impl Strategy<Value = (Sample, &'static str, String)> {
    const TIME: &str = "([+-][0-9]{2})?[0-9]{4}-?[01][0-9]-?[0-3][0-9]([Tt ][0-2][0-9](:?[0-5][0-9](:?[0-5][0-9]([.,][0-9]{1,3})?)?)?)?\
                        ([Zz]|[+-][0-2][0-9](:?[0-5][0-9])?)?(\\[[A-Za-z/]{1,9}\\])?";
    const SPAN: &str = "[Pp+-]P?([0-9]{1,2}[YMWDymwd]){0,3}([Tt]([0-9]{1,2}([.,][0-9])?[HMShms]){0,3})?";
    const OF_DAY: &str = "[0-2 +\\-][0-9 ]:[0-5 +\\-][0-9 ]|[0-9]{1,2}:[0-9]{1,3}";
    const POSITION: &str = "[0-9A-Fa-f]{1,3}[:/.][0-9A-Fa-f]{1,3}([:/.][0-9A-Fa-f]{1,3})?|checkpoint:.{0,4}|[a-f.]{1,4}:[0-9]{1,3}";
    const STOP: &str = "(server|commit)_time:[ \\t\u{85}]?[0-9]{4}-[01][0-9]-[0-3][0-9]T([0-2][0-9]:[0-5][0-9]:[0-5][0-9]|\
                        [0-2][0-9][:.+-]?[0-5][0-9][:.+-]?[0-9]{1,2})";
    const IDENTIFIER: &str = "[A-Za-z][A-Za-z0-9-]{0,5}|[\\-0-9a-z]{1,4}";
    const NAME: &str = "[\\PC]{1,3}[ _.:/=+@a-z\\-]{0,3}";
    const ARN: &str = "arn:aws(-cn|-us-gov|x)?:(dms|sns):[a-z1-3-]{1,9}:[0-9]{11,12}:(endpoint|rep|task|topic)(:[A-Za-z:/-]{0,5})?";
    let night = full_load().with("/Window", night()).with("/Notify", json!({})).with("/Task/Tags", json!({}));
    let span = full_load().with("/Window", json!({"Duration": "P13D"}));
    let cdc = cdc();
    let at = |sample: &Sample, place: &'static str, form: &str| {
        let sample = sample.clone();
        let text = prop::string::string_regex(form).expect("a form");
        text.prop_map(move |text| (sample.clone(), place, text)).boxed()
    };
    prop::strategy::Union::new([
        at(&night, "/ScheduledTime", TIME),
        at(&night, "/Window/Except", TIME),
        at(&cdc, "/Task/CdcStartTime", TIME),
        at(&cdc, "/Task/CdcStartPosition", TIME),
        at(&cdc, "/Task/CdcStartPosition", POSITION),
        at(&cdc, "/Task/CdcStopPosition", STOP),
        at(&span, "/Window/Duration", SPAN),
        at(&span, "/Window/StopLead", SPAN),
        at(&night, "/Window/Opens", OF_DAY),
        at(&night, "/Window/Closes", OF_DAY),
        at(&night, "/Task/ReplicationTaskIdentifier", IDENTIFIER),
        at(&night, "/Notify/Team", NAME),
        at(&night, "/Notify/TopicArn", ARN),
        at(&night, "/Notify/ChatTopicArn", ARN),
        at(&night, "/Task/SourceEndpointArn", ARN),
        at(&night, "/Task/Tags/Key", NAME),
    ])
}

proptest! {
    #[test]
    fn a_plan_that_was_changed_at_some_places(
        plan in prop::sample::select(full_plans()), changes in prop::collection::vec(change(), 1..4),
    ) {
        read(&changes.into_iter().fold(plan, |plan, (at, change)| changed(plan, at, change)));
    }

    #[test]
    fn a_text_of_a_form((sample, place, text) in nearly_of_a_form()) {
        let value = if place.ends_with("Except") { json!([text]) } else { json!(text) };
        read(&sample.clone().with(place, value).0);
        // A key of a tag is a name too.
        if place == "/Task/Tags/Key" {
            read(&sample.with("/Task/Tags", json!({text: "value"})).0);
        }
    }
}
