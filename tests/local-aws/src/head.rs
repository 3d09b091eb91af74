//! The head of the travelling document: what the state machine reads for itself, told in its time or in the world's.
//!
//! The state machine waits and compares in real time; functions live in their world's local time. So on the way
//! into a function `Now`, the instants of the head and its numbers of seconds become local, and on the way out real.
//! What was sent out is remembered with what it stood for, so that coming back in loses nothing to rounding.

use std::collections::HashMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::clock::{Clock, whole_seconds};

/// Instants that the machine compares with or waits for.
const INSTANTS: [&str; 2] = ["/Run/StopDue", "/Run/Machine/StopRetriesUntil"];
/// Waits of the machine's own, in seconds. It doubles the first up to the second.
const WAITS: [&str; 2] = ["/Blind/Seconds", "/Run/Machine/MaxBlindSeconds"];
/// The wait that a function decides on.
const SECONDS: &str = "/Next/Seconds";

/// What was sent out to the state machines of one world, and what it stood for.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    sent: HashMap<(String, &'static str, String), Value>,
}

impl Memory {
    fn keep(&mut self, execution: &str, member: &'static str, sent: &Value, stood_for: Value) {
        self.sent.insert((execution.to_owned(), member, sent.to_string()), stood_for);
    }

    /// What `came` stood for. A document can pass from a dead execution to its successor, whose own memory is
    /// empty: then any execution's memory will do for the close, which is the same instant for both.
    fn recall(&self, execution: &str, member: &'static str, came: &Value) -> Option<Value> {
        let text = came.to_string();
        let own = self.sent.get(&(execution.to_owned(), member, text.clone()));
        let others = || {
            self.sent
                .iter()
                .find(|((_, name, sent), _)| INSTANTS.contains(&member) && *name == member && *sent == text)
        };
        own.or_else(|| others().map(|(_, stood_for)| stood_for)).cloned()
    }
}

/// The name of the execution that a function's payload belongs to: the last part of the ARN in `Execution`, or of
/// the one in the document when the payload has none.
pub(crate) fn execution_of(payload: &Value) -> Option<String> {
    let arn = payload.get("Execution").or_else(|| payload.pointer("/Migration/Run/Execution"))?.as_str()?;
    arn.rsplit(':').next().filter(|name| !name.is_empty()).map(str::to_owned)
}

/// Makes a payload of the state machine local. Members that are absent or of another kind stay as they are.
pub(crate) fn inbound(payload: &mut Value, execution: &str, clock: &Clock, memory: &Memory) {
    if let Some(now) = payload.get_mut("Now")
        && let Some(real) = instant(now)
    {
        *now = clock.local(real).to_string().into();
    }
    let Some(document) = payload.get_mut("Migration") else { return };
    for member in INSTANTS.into_iter().chain(WAITS).chain([SECONDS]) {
        let Some(value) = document.pointer_mut(member) else { continue };
        let local = memory.recall(execution, member, value).or_else(|| match member {
            instants if INSTANTS.contains(&instants) => {
                instant(value).map(|real| whole_seconds(clock.local(real)).into())
            }
            _ => value.as_i64().map(|real| clock.local_seconds(real).into()),
        });
        if let Some(local) = local {
            *value = local;
        }
    }
}

/// Makes local what a history has of the documents of an execution: what its steps were handed, and what they returned.
pub(crate) fn history(answer: &mut Value, execution: &str, clock: &Clock, memory: &Memory) {
    let events = answer.get_mut("events").and_then(Value::as_array_mut);
    for event in events.into_iter().flatten() {
        for (details, document) in [
            ("/taskScheduledEventDetails/parameters", "/Payload/Migration"),
            ("/taskSucceededEventDetails/output", "/Payload"),
        ] {
            let Some(Value::String(text)) = event.pointer_mut(details) else { continue };
            let Ok(mut data) = serde_json::from_str::<Value>(text) else { continue };
            let Some(travelling) = data.pointer_mut(document) else { continue };
            let mut payload = serde_json::json!({"Migration": travelling.take()});
            inbound(&mut payload, execution, clock, memory);
            *travelling = payload["Migration"].take();
            *text = data.to_string();
        }
    }
}

/// Makes a function's answer real again, and leaps first when the state machine would now wait. `asked` is the
/// payload that is answered.
pub(crate) fn outbound(
    document: &mut Value,
    asked: &Value,
    function: &str,
    execution: &str,
    clock: &mut Clock,
    memory: &mut Memory,
) {
    let seconds = document.pointer(SECONDS).and_then(Value::as_i64);
    let next = document.pointer("/Next/What").and_then(Value::as_str).map(str::to_owned);
    let leaps = clock.is_leaping() && next.as_deref().is_some_and(leads_to_a_wait);
    if leaps && next.as_deref().is_some_and(|what| waits_next(asked, function, what)) {
        clock.leap(seconds.unwrap_or(0));
    }
    translate(document, SECONDS, execution, memory, |value| {
        let local = value.as_i64()?;
        Some(if leaps { 0 } else { clock.real_seconds(local) }.into())
    });
    for member in WAITS {
        translate(document, member, execution, memory, |value| {
            Some(clock.real_seconds(value.as_i64()?).max(1).into())
        });
    }
    for member in INSTANTS {
        translate(document, member, execution, memory, |value| {
            Some(whole_seconds(clock.real_of(instant(value)?)).into())
        });
    }
}

/// Leaps over the wait that follows an act that failed: there is no answer to translate, and the document that
/// the state machine still holds was told to wait for no time at all.
pub(crate) fn failed(payload: &Value, function: &str, clock: &mut Clock) {
    let document = payload.get("Migration");
    let next = document.and_then(|document| document.pointer("/Next/What")).and_then(Value::as_str);
    let seconds = document.and_then(|document| document.pointer(SECONDS)).and_then(Value::as_i64);
    let acts = |what: &str| what != "wait" || payload.get("Occasion").is_some();
    if clock.is_leaping() && next.is_some_and(|what| acts(what) && waits_next(payload, function, what)) {
        clock.leap(seconds.unwrap_or(0));
    }
}

fn leads_to_a_wait(what: &str) -> bool {
    matches!(what, "wait" | "create" | "start" | "reload" | "test" | "stop" | "tell")
}

/// Whether the state machine waits right after `function` answered with `what`. A decision to act is followed by
/// the act, and only the act's own answer by the wait, so that each wait is leapt over once. A function that is
/// asked on a special `Occasion` (sight is lost) is not at the hub: the wait for the decided seconds follows a stop,
/// and another one a message.
fn waits_next(asked: &Value, function: &str, what: &str) -> bool {
    if asked.get("Occasion").is_some() {
        return function == "stop";
    }
    match what {
        "wait" => true,
        "create" => function == "create-task",
        "start" | "reload" | "test" => function == "start",
        "stop" => function == "stop",
        "tell" => function == "notify",
        _ => false,
    }
}

fn translate(
    document: &mut Value,
    member: &'static str,
    execution: &str,
    memory: &mut Memory,
    real: impl Fn(&Value) -> Option<Value>,
) {
    if let Some(value) = document.pointer_mut(member)
        && let Some(sent) = real(value)
    {
        memory.keep(execution, member, &sent, std::mem::replace(value, sent.clone()));
    }
}

fn instant(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn clock(pace: u32) -> Clock {
        let start = "2026-10-24T22:00:00Z".parse().unwrap();
        Clock::new(start, "2030-01-01T00:00:00Z".parse().unwrap(), pace)
    }

    fn answer(what: &str, seconds: i64) -> Value {
        json!({
            "Run": { "StopDue": "2026-10-25T03:00:00Z" },
            "Blind": { "Seconds": 60 },
            "Next": { "What": what, "Seconds": seconds },
        })
    }

    #[test]
    fn a_document_goes_out_real_and_comes_back_exactly() {
        let (mut clock, mut memory) = (clock(700), Memory::default());
        let mut document = answer("wait", 1_234);
        outbound(&mut document, &json!({}), "poll", "one", &mut clock, &mut memory);
        let real = json!({
            "Run": { "StopDue": "2030-01-01T00:00:26Z" },
            "Blind": { "Seconds": 1 },
            "Next": { "What": "wait", "Seconds": 2 },
        });
        assert_eq!(document, real);
        let mut payload = json!({ "Now": "2030-01-01T00:00:02.5+00:00", "Migration": document });
        inbound(&mut payload, "one", &clock, &memory);
        assert_eq!(payload["Migration"], answer("wait", 1_234));
        assert_eq!(payload["Now"], "2026-10-24T22:29:10Z");
    }

    #[test]
    fn what_was_not_sent_is_translated_by_the_pace() {
        let (mut clock, mut memory) = (clock(600), Memory::default());
        let mut document = answer("wait", 600);
        outbound(&mut document, &json!({}), "poll", "one", &mut clock, &mut memory);
        document["Blind"]["Seconds"] = json!(2);
        document["Run"]["StopDue"] = json!("2030-01-01T00:00:10Z");
        let mut payload = json!({ "Now": "2030-01-01T00:00:00Z", "Migration": document });
        inbound(&mut payload, "one", &clock, &memory);
        assert_eq!(payload["Migration"]["Blind"]["Seconds"], 1_200);
        assert_eq!(payload["Migration"]["Run"]["StopDue"], "2026-10-24T23:40:00Z");
    }

    #[test]
    fn a_successor_knows_the_close_of_the_run_before_but_not_its_seconds() {
        let (mut clock, mut memory) = (clock(7), Memory::default());
        let mut document = answer("wait", 3);
        outbound(&mut document, &json!({}), "poll", "one", &mut clock, &mut memory);
        let mut payload = json!({ "Migration": document });
        inbound(&mut payload, "two", &clock, &memory);
        assert_eq!(payload["Migration"]["Run"]["StopDue"], "2026-10-25T03:00:00Z");
        assert_eq!(payload["Migration"]["Next"]["Seconds"], 7);
    }

    #[test]
    fn a_leap_happens_where_the_machine_waits_and_the_close_is_told_after_it() {
        for (function, what, leapt) in [
            ("poll", "wait", true),
            ("start", "wait", true),
            ("poll", "start", false),
            ("start", "start", true),
            ("create-task", "create", true),
            ("stop", "stop", true),
            ("notify", "tell", true),
            ("poll", "tell", false),
        ] {
            let (mut clock, mut memory) = (clock(1).leaping(), Memory::default());
            let mut document = answer(what, 3_600);
            outbound(&mut document, &json!({}), function, "one", &mut clock, &mut memory);
            assert_eq!(document["Next"]["Seconds"], 0, "{function} {what}");
            let closes = if leapt { "2030-01-01T04:00:00Z" } else { "2030-01-01T05:00:00Z" };
            assert_eq!(document["Run"]["StopDue"], closes, "{function} {what}");
        }
    }

    #[test]
    fn a_report_does_not_leap() {
        let (mut clock, mut memory) = (clock(1).leaping(), Memory::default());
        let before = clock.clone();
        let mut document = answer("report", 3_600);
        outbound(&mut document, &json!({}), "notify", "one", &mut clock, &mut memory);
        outbound(&mut json!({ "Run": {} }), &json!({}), "notify", "one", &mut clock, &mut memory);
        assert_eq!(clock, before);
        assert_eq!(document["Next"]["Seconds"], 3_600);
    }

    #[test]
    fn the_message_that_sight_is_lost_does_not_leap_and_the_stop_unseen_does() {
        let asked = json!({ "Occasion": "LostSight" });
        for (function, leapt) in [("notify", 0), ("stop", 60)] {
            let (mut clock, mut memory) = (clock(1).leaping(), Memory::default());
            let mut expected = clock.clone();
            expected.leap(leapt);
            outbound(&mut answer("wait", 60), &asked, function, "one", &mut clock, &mut memory);
            assert_eq!(clock, expected, "{function}");
        }
    }

    #[test]
    fn the_wait_after_a_failed_act_is_leapt_over_too() {
        for (function, what, seconds) in [("start", "start", 30), ("poll", "start", 0), ("poll", "wait", 0)] {
            let mut leapt = clock(1).leaping();
            failed(&json!({ "Migration": answer(what, 30) }), function, &mut leapt);
            let mut expected = clock(1).leaping();
            expected.leap(seconds);
            assert_eq!(leapt, expected, "{function} {what}");
        }
    }

    #[test]
    fn members_that_are_absent_or_odd_stay_as_they_are() {
        let (mut clock, mut memory) = (clock(60), Memory::default());
        for odd in [json!(null), json!("text"), json!({ "Run": { "StopDue": 5 }, "Next": [] })] {
            let mut document = odd.clone();
            outbound(&mut document, &json!({}), "poll", "one", &mut clock, &mut memory);
            assert_eq!(document, odd);
            let mut payload = json!({ "Now": "soon", "Migration": odd });
            let before = payload.clone();
            inbound(&mut payload, "one", &clock, &memory);
            assert_eq!(payload, before);
        }
    }

    #[test]
    fn the_execution_is_named_by_its_arn_or_by_the_document() {
        let arn = "arn:aws:states:eu-central-1:123456789012:execution:migration:night-7";
        assert_eq!(execution_of(&json!({ "Execution": arn })).as_deref(), Some("night-7"));
        let inside = json!({ "Migration": { "Run": { "Execution": arn } } });
        assert_eq!(execution_of(&inside).as_deref(), Some("night-7"));
        assert_eq!(execution_of(&json!([])), None);
    }
}
