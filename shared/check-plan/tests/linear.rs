//! A plan of any shape is read, and its findings are shown, in time that is linear in its size.
//!
//! Ten times the rules may take twenty-five times as long: larger memory and a busy machine are in that. A loop in a
//! loop, which takes a hundred times as long, is not, once it costs as much as all the rest. `cargo bench` has the
//! figures.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

// The command's own files: what it does with a plan is not in the library. Their tests run here once more.

use std::time::Duration;

use check_plan::shown;

use plan::read::read_text;
use serde_json::json;
use support::growth::cpu_time;
use support::plans::full_load;
use support::shapes::{PAIRS, SHAPES, hold_against_itself, of_faulty_rules};

const MAX_GROWTH: f64 = 25.0;

/// Compares the work on so many rules with that on ten times as many; three times before it is called too much.
fn grows_linearly(name: &str, few: usize, work: impl Fn(usize) -> Duration) {
    let growth = || work(10 * few).as_secs_f64() / work(few).as_secs_f64();
    let least = (0..3).map(|_| growth()).find(|growth| *growth < MAX_GROWTH);
    assert!(least.is_some(), "{name}: ten times the rules take {:.0} times as long", growth());
}

#[test]
fn every_shape_is_read_in_linear_time() {
    for shape in SHAPES {
        grows_linearly(shape.name, 1000, |rules| {
            let text = (shape.plan)(rules);
            cpu_time(|| read_text(&text))
        });
    }
}

#[test]
fn the_findings_of_every_shape_are_shown_in_linear_time() {
    for shape in SHAPES {
        grows_linearly(shape.name, 100, |rules| {
            let text = (shape.plan)(rules);
            let findings = read_text(&text).findings;
            cpu_time(|| shown::findings("plan.json", &text, &findings, false))
        });
    }
}

#[test]
fn a_mapping_in_a_string_is_shown_about_as_soon_as_one_that_is_an_object() {
    let time = |text: &str| {
        let findings = read_text(text).findings;
        assert!(findings.len() > 100);
        cpu_time(|| shown::findings("plan.json", text, &findings, false))
    };
    let mapping = of_faulty_rules(100);
    let object = full_load().with("/Task/TableMappings", mapping.clone()).0.to_string();
    let text = full_load().with("/Task/TableMappings", json!(mapping.to_string())).0.to_string();
    let (object, text) = (time(&object), time(&text));
    assert!(text < 5 * object, "{text:?} against {object:?}");
}

/// Some of this is a loop in a loop by its nature. What it may cost is bounded, at the most that an execution takes.
#[test]
fn mappings_are_held_against_each_other_in_bounded_time() {
    for shape in PAIRS {
        let plan = read_text(&(shape.plan)(900)).plan.expect("a good plan");
        for (work, time) in ["engines", "names", "writer", "writers"].iter().zip(hold_against_itself(&plan)) {
            assert!(time < Duration::from_millis(500), "{}, {work}: {time:?}", shape.name);
        }
    }
}
