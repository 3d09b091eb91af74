//! What must hold of every reading, whatever is read. The tests and the fuzzer (`tests/fuzz`) hold the reader to the
//! same.

use plan::Plan;
use plan::finding::{Code, Finding, MAX_FINDINGS, MAX_REPORT_BYTES, reject};
use plan::read::{self, Reading};
use plan::text::{self, NotTaken};
use serde_json::Value;

use super::schema;

/// The most bytes that a report on the worst plan may take, with the finding that counts what it leaves out.
const MAX_REPORT: usize = MAX_REPORT_BYTES + 500;

/// Reads a plan and looks at what came of it. The schema takes what is taken.
pub fn reads_soundly(plan: &Value) -> Vec<Finding> {
    is_sound(schema::read(plan)).findings
}

/// Reads the text of a plan and looks at what came of it, beside what another reader of JSON says.
pub fn text_reads_soundly(text: &str) -> Vec<Finding> {
    let reading = is_sound(read::read_text(text));
    match (text::parse(text), serde_json::from_str::<Value>(text)) {
        (Ok(parsed), Ok(value)) => {
            assert_eq!(parsed.value, value, "{text}");
            let repeats = members(&value) != colons(text);
            assert_eq!(parsed.repeated.is_empty(), !repeats, "{text}: {:?}", parsed.repeated);
            if !repeats {
                let beside = schema::read(&value);
                assert_eq!((&reading.findings, &reading.plan), (&beside.findings, &beside.plan), "{text}");
            }
        }
        (Err(NotTaken::TooDeep), Err(error)) => {
            assert!(error.to_string().starts_with("recursion limit exceeded"), "{text}: {error}");
            assert!(reading.findings.iter().any(|finding| finding.code == Code::NestedTooDeeply));
        }
        (Err(NotTaken::NotJson { line, column, .. }), Err(error)) => {
            assert_eq!((line, column), (error.line(), error.column()), "{text}: {error}");
            assert!(reading.findings.iter().any(|finding| finding.code == Code::NotJson));
        }
        (parsed, value) => panic!("one reader takes it, the other does not: {text}: {parsed:?} {value:?}"),
    }
    reading.findings
}

/// Reads a document inside a plan, a mapping or settings, as an object and as its text: both say the same.
pub fn reads_alike_as_object_and_as_text(plan: &Value, place: &str) -> Vec<Finding> {
    let document = plan.pointer(place).unwrap_or_else(|| panic!("there is no {place}"));
    let mut with_text = plan.clone();
    if let Some(place) = with_text.pointer_mut(place) {
        *place = Value::from(document.to_string());
    }
    let (object, text) = (is_sound(schema::read(plan)), is_sound(schema::read(&with_text)));
    // The text is longer by its backslashes, and its levels are counted from its own top.
    let bounded = |reading: &Reading| {
        let bounds = [Code::PlanTooLarge, Code::NestedTooDeeply];
        reading.findings.iter().any(|finding| bounds.contains(&finding.code))
    };
    if !bounded(&object) && !bounded(&text) {
        assert_eq!(object.findings, text.findings, "{plan}");
        assert_eq!(object.plan, text.plan, "{plan}");
    }
    object.findings
}

fn is_sound(reading: Reading) -> Reading {
    let findings = &reading.findings;
    assert_eq!(reading.plan.is_some(), !reject(findings), "{findings:#?}");
    assert!(findings.len() <= MAX_FINDINGS + 1);
    assert!(findings.is_sorted_by_key(|finding| finding.severity), "errors first");
    let report = serde_json::to_string(findings).expect("findings are JSON");
    assert!(report.len() <= MAX_REPORT, "{} bytes of findings", report.len());
    for finding in findings {
        let shown = [finding.path.as_str(), finding.message.as_str()];
        assert!(!shown.iter().any(|text| text.contains(|c: char| c.is_control())), "{finding:?}");
        assert!(finding.message.len() < 1000, "{finding:?}");
        assert!(finding.path.is_empty() || finding.path.starts_with('/'), "{finding:?}");
    }
    assert!(reading.name.as_ref().is_none_or(|name| name.chars().count() <= 255));
    if let Some(plan) = &reading.plan {
        let text = serde_json::to_string(plan).expect("a plan is JSON");
        let again: Plan = serde_json::from_str(&text).expect("what was written can be read");
        assert_eq!(again, *plan, "{text}");
    }
    reading
}

/// How many members the objects of a document have.
fn members(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(members).sum(),
        Value::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
        _ => 0,
    }
}

/// How many members a JSON text writes: each has a colon, outside of any string.
fn colons(text: &str) -> usize {
    let (mut colons, mut in_string, mut escaped) = (0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b':' if !in_string => colons += 1,
            _ => {}
        }
    }
    colons
}
