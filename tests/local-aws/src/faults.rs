//! Trouble on demand: what goes wrong, for which call, and when.
//!
//! A fault is written as a sentence: [`Fault::on`] names the calls, [`Fault::nth`], [`Fault::between`] and others
//! say which of them, and the last word says what happens:
//!
//! ```
//! use local_aws::{Fault, FunctionEnd};
//!
//! // The second DescribeReplicationTasks of every execution named `night-1` is throttled.
//! Fault::on("dms", "DescribeReplicationTasks").execution("night-1").nth(2).throttle();
//! // DMS starts the task, and `start` dies before it can know.
//! Fault::on("dms", "StartReplicationTask").by("start").nth(1).end_after(FunctionEnd::Killed);
//! // The answer to every Publish is lost.
//! Fault::on("sns", "Publish").lose_answer();
//! // Every `poll` is killed before it does anything.
//! Fault::invoking("poll").end_before(FunctionEnd::Killed);
//! ```

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// How a function's process comes to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FunctionEnd {
    /// Killed by a signal: the caller of the function sees `Runtime.ExitError`.
    Killed,
    /// Ended because its time was over: the caller sees `Sandbox.Timedout`, without having to wait for it.
    TimedOut,
}

/// An answer that a service gives instead of doing what it was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorAnswer {
    /// The HTTP status.
    pub status: u16,
    /// The error's code, as the service spells it.
    pub code: String,
    /// The error's message.
    pub message: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Effect {
    Answer(ErrorAnswer),
    LoseRequest,
    LoseAnswer,
    CutAnswer,
    Delay(Duration),
    HoldAnswer(Duration),
    EndBefore(FunctionEnd),
    EndAfter(FunctionEnd),
    Twice,
}

/// Names calls by what they have in common; `None` names all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Target {
    service: Option<String>,
    operation: Option<String>,
    function: Option<String>,
    execution: Option<String>,
}

/// The first half of a fault: the calls that it is about. Say what happens to them, and it is a [`Fault`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultTarget {
    target: Target,
    calls: Option<RangeInclusive<u64>>,
    span: Option<(Timestamp, Timestamp)>,
}

/// Something that goes wrong. Put it in force with [`Faults::add`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    about: FaultTarget,
    effect: Effect,
}

impl Fault {
    /// A fault of calls to one operation of one service, by the name that [`Call`](crate::Call) has for it:
    /// `("dms", "StartReplicationTask")`, `("cloudwatch", "GetMetricData")`.
    pub fn on(service: &str, operation: &str) -> FaultTarget {
        let target = Target {
            service: Some(service.to_owned()),
            operation: Some(operation.to_owned()),
            ..Target::default()
        };
        FaultTarget { target, calls: None, span: None }
    }

    /// A fault of every call to one service.
    pub fn on_service(service: &str) -> FaultTarget {
        let target = Target { service: Some(service.to_owned()), ..Target::default() };
        FaultTarget { target, calls: None, span: None }
    }

    /// A fault of invocations of one function.
    pub fn invoking(function: &str) -> FaultTarget {
        Self::on("lambda", "Invoke").by(function)
    }
}

impl FaultTarget {
    /// Only calls by this function; for `("lambda", "Invoke")`, only invocations of it.
    pub fn by(mut self, function: &str) -> Self {
        self.target.function = Some(function.to_owned());
        self
    }

    /// Only calls on behalf of this execution, by name.
    pub fn execution(mut self, name: &str) -> Self {
        self.target.execution = Some(name.to_owned());
        self
    }

    /// Only the n-th such call, counted from 1 and from when the fault was added.
    pub fn nth(self, number: u64) -> Self {
        self.numbers(number..=number)
    }

    /// Only the first `count` such calls.
    pub fn first(self, count: u64) -> Self {
        self.numbers(1..=count)
    }

    /// Only such calls with these numbers, counted from 1 and from when the fault was added.
    pub fn numbers(mut self, numbers: RangeInclusive<u64>) -> Self {
        self.calls = Some(numbers);
        self
    }

    /// Only calls that come from `from` on and before `until`, in their world's time.
    pub fn between(mut self, from: Timestamp, until: Timestamp) -> Self {
        self.span = Some((from, until));
        self
    }

    /// The service does nothing and answers with this error.
    pub fn answer(self, status: u16, code: &str, message: &str) -> Fault {
        let (code, message) = (code.to_owned(), message.to_owned());
        self.with(Effect::Answer(ErrorAnswer { status, code, message }))
    }

    /// The service does nothing and answers that there are too many calls.
    pub fn throttle(self) -> Fault {
        self.answer(400, "ThrottlingException", "Rate exceeded")
    }

    /// The service does nothing and answers that the caller may not.
    pub fn deny(self) -> Fault {
        self.answer(400, "AccessDeniedException", "the caller is not authorized to perform this operation")
    }

    /// The service does nothing and answers that it is broken.
    pub fn break_down(self) -> Fault {
        self.answer(500, "InternalFailure", "the request processing has failed because of an unknown error")
    }

    /// The connection ends before the service sees the request.
    pub fn lose_request(self) -> Fault {
        self.with(Effect::LoseRequest)
    }

    /// The service does what it was asked, and only the first half of its answer's body arrives.
    pub fn cut_answer(self) -> Fault {
        self.with(Effect::CutAnswer)
    }

    /// The service does what it was asked at once, and its answer arrives this much later.
    pub fn hold_answer(self, by: Duration) -> Fault {
        self.with(Effect::HoldAnswer(by))
    }

    /// The service does what it was asked, and the connection ends without a byte of the answer.
    pub fn lose_answer(self) -> Fault {
        self.with(Effect::LoseAnswer)
    }

    /// The call waits this long, of real time, before the service sees it.
    pub fn delay(self, by: Duration) -> Fault {
        self.with(Effect::Delay(by))
    }

    /// The function ends before the call takes effect; for an invocation, before it does anything. Nothing happens
    /// to a caller that is no function.
    pub fn end_before(self, end: FunctionEnd) -> Fault {
        self.with(Effect::EndBefore(end))
    }

    /// The function ends when the call has taken effect, before it sees the answer; for an invocation, when it has
    /// done everything, before its answer counts. Nothing happens to a caller that is no function.
    pub fn end_after(self, end: FunctionEnd) -> Fault {
        self.with(Effect::EndAfter(end))
    }

    /// The function does its work, its answer is lost, and it is invoked once more with the same input. Only for
    /// [`Fault::invoking`].
    pub fn twice(self) -> Fault {
        self.with(Effect::Twice)
    }

    fn with(self, effect: Effect) -> Fault {
        Fault { about: self, effect }
    }

    fn is_about(&self, call: &Passing<'_>) -> bool {
        let names = |wanted: &Option<String>, is: Option<&str>| wanted.is_none() || wanted.as_deref() == is;
        names(&self.target.service, Some(call.service))
            && names(&self.target.operation, Some(call.operation))
            && names(&self.target.function, call.function)
            && names(&self.target.execution, call.execution)
            && self.span.is_none_or(|(from, until)| from <= call.local && call.local < until)
    }
}

/// A call as faults see it.
#[derive(Debug, Clone, Copy)]
pub struct Passing<'a> {
    /// The service, as in [`Fault::on`].
    pub service: &'a str,
    /// The operation, as in [`Fault::on`].
    pub operation: &'a str,
    /// The function that calls, or that is invoked.
    pub function: Option<&'a str>,
    /// The name of the execution on whose behalf it comes.
    pub execution: Option<&'a str>,
    /// When it comes, in its world's time.
    pub local: Timestamp,
}

/// Everything that happens to one call: at most one of each kind, of the fault added last.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// It waits this long before the service sees it.
    pub delay: Option<Duration>,
    /// The function ends before it takes effect.
    pub before: Option<FunctionEnd>,
    /// The service does nothing and answers this.
    pub answer: Option<ErrorAnswer>,
    /// The function ends when it has taken effect.
    pub after: Option<FunctionEnd>,
    /// The request does not arrive.
    pub lose_request: bool,
    /// The answer does not arrive.
    pub lose_answer: bool,
    /// Half of the answer's body arrives.
    pub cut_answer: bool,
    /// The answer arrives this much later.
    pub hold: Option<Duration>,
    /// The function is invoked twice, and only its second answer counts.
    pub twice: bool,
}

impl Trouble {
    /// This trouble in words, for the record.
    pub fn words(&self) -> Option<String> {
        let words = [
            self.delay.map(|by| format!("delayed by {by:?}")),
            self.before.map(|end| format!("function {end:?} before")),
            self.answer.as_ref().map(|answer| format!("answered {}", answer.code)),
            self.after.map(|end| format!("function {end:?} after")),
            self.lose_request.then(|| "request lost".to_owned()),
            self.lose_answer.then(|| "answer lost".to_owned()),
            self.cut_answer.then(|| "answer cut".to_owned()),
            self.hold.map(|by| format!("answer held for {by:?}")),
            self.twice.then(|| "invoked twice".to_owned()),
        ];
        let words: Vec<String> = words.into_iter().flatten().collect();
        (!words.is_empty()).then(|| words.join(", "))
    }
}

#[derive(Debug)]
struct InForce {
    id: u64,
    fault: Fault,
    seen: u64,
}

/// The faults in force. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    faults: Arc<Mutex<Vec<InForce>>>,
    next: Arc<AtomicU64>,
}

/// Names a fault in force, to take it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultId(u64);

impl Faults {
    /// Puts a fault in force until it is removed.
    pub fn add(&self, fault: Fault) -> FaultId {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.lock().push(InForce { id, fault, seen: 0 });
        FaultId(id)
    }

    /// Takes a fault back. One that is not in force any more is left alone.
    pub fn remove(&self, id: FaultId) {
        self.lock().retain(|known| known.id != id.0);
    }

    /// Takes every fault back.
    pub fn clear(&self) {
        self.lock().clear();
    }

    /// What happens to this call. Counts it, so ask once for each call.
    pub fn strike(&self, call: Passing<'_>) -> Trouble {
        let mut trouble = Trouble::default();
        for InForce { fault, seen, .. } in self.lock().iter_mut() {
            if !fault.about.is_about(&call) {
                continue;
            }
            *seen += 1;
            if fault.about.calls.as_ref().is_some_and(|calls| !calls.contains(seen)) {
                continue;
            }
            match &fault.effect {
                Effect::Answer(answer) => trouble.answer = Some(answer.clone()),
                Effect::LoseRequest => trouble.lose_request = true,
                Effect::LoseAnswer => trouble.lose_answer = true,
                Effect::CutAnswer => trouble.cut_answer = true,
                Effect::HoldAnswer(by) => trouble.hold = Some(*by),
                Effect::Delay(by) => trouble.delay = Some(*by),
                Effect::EndBefore(end) => trouble.before = Some(*end),
                Effect::EndAfter(end) => trouble.after = Some(*end),
                Effect::Twice => trouble.twice = true,
            }
        }
        trouble
    }

    fn lock(&self) -> MutexGuard<'_, Vec<InForce>> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(function: &'static str, execution: &'static str, local: &str) -> Passing<'static> {
        Passing {
            service: "dms",
            operation: "StartReplicationTask",
            function: Some(function),
            execution: Some(execution),
            local: local.parse().unwrap(),
        }
    }

    fn struck(faults: &Faults, call: Passing<'_>) -> bool {
        faults.strike(call) != Trouble::default()
    }

    const NIGHT: &str = "2026-10-25T01:00:00Z";

    #[test]
    fn a_fault_strikes_only_the_calls_that_it_names() {
        let on = || Fault::on("dms", "StartReplicationTask");
        for (fault, strikes) in [
            (on().throttle(), true),
            (Fault::on_service("dms").throttle(), true),
            (Fault::on_service("sns").throttle(), false),
            (Fault::on("dms", "StopReplicationTask").throttle(), false),
            (on().by("start").throttle(), true),
            (on().by("poll").throttle(), false),
            (on().execution("one").throttle(), true),
            (on().execution("two").throttle(), false),
            (Fault::invoking("start").throttle(), false),
        ] {
            let faults = Faults::default();
            faults.add(fault.clone());
            assert_eq!(struck(&faults, call("start", "one", NIGHT)), strikes, "{fault:?}");
        }
    }

    #[test]
    fn calls_are_counted_from_one_and_only_those_that_match() {
        let faults = Faults::default();
        faults.add(Fault::on("dms", "StartReplicationTask").by("start").numbers(2..=3).lose_answer());
        assert!(!struck(&faults, call("poll", "one", NIGHT)));
        let seen: Vec<bool> = (0..4).map(|_| struck(&faults, call("start", "one", NIGHT))).collect();
        assert_eq!(seen, [false, true, true, false]);
    }

    #[test]
    fn a_span_is_local_time_without_its_end() {
        let faults = Faults::default();
        let at = |text: &str| text.parse().unwrap();
        let span = Fault::on_service("dms").between(at("2026-10-25T01:00:00Z"), at("2026-10-25T02:00:00Z"));
        faults.add(span.break_down());
        for (local, strikes) in [
            ("2026-10-25T00:59:59.999Z", false),
            ("2026-10-25T01:00:00Z", true),
            ("2026-10-25T02:00:00Z", false),
        ] {
            assert_eq!(struck(&faults, call("start", "one", local)), strikes, "{local}");
        }
    }

    #[test]
    fn several_faults_add_up_and_can_be_taken_back() {
        let faults = Faults::default();
        let lost = faults.add(Fault::on_service("dms").lose_answer());
        faults.add(Fault::on_service("dms").end_after(FunctionEnd::Killed));
        let trouble = faults.strike(call("start", "one", NIGHT));
        assert_eq!(trouble.words().as_deref(), Some("function Killed after, answer lost"));
        faults.remove(lost);
        assert!(!faults.strike(call("start", "one", NIGHT)).lose_answer);
        faults.clear();
        assert!(!struck(&faults, call("start", "one", NIGHT)));
    }
}
