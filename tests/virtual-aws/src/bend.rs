//! Calls that go well, and all the same not as the caller believes: a read that shows what was true before, a request
//! that reaches its service twice.

use std::collections::BTreeMap;

use local_aws::cloudwatch::INSTANTS;
use local_aws::wire::in_cbor;
use local_aws::{FaultTarget, Faults, Passing};
use serde_json::json;

/// What is bent about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bend {
    /// It is answered as the same request was answered the last time. The first of its kind is answered as it is.
    Stale,
    /// It reaches the service twice, and the caller hears what came of the second.
    Doubled,
    /// CloudWatch has no points.
    NoPoints,
    /// The process of an invocation has no memory left when all is done but the answer. What Lambda says then has no
    /// errorType.
    OutOfMemory,
}

/// The bends in force.
#[derive(Debug, Default)]
pub(crate) struct Bends {
    /// Which calls, as faults know them.
    known: Vec<(Faults, Bend)>,
    /// The last answer to each request, by operation and body.
    before: BTreeMap<(String, Vec<u8>), http::Response<Vec<u8>>>,
}

impl Bends {
    pub(crate) fn add(&mut self, calls: FaultTarget, how: Bend) {
        let faults = Faults::default();
        // What a fault would do does not matter: it is asked which calls it strikes.
        faults.add(calls.lose_answer());
        self.known.push((faults, how));
    }

    /// How this call is bent. Counts it, so ask once for each call.
    pub(crate) fn strike(&self, call: Passing<'_>) -> Option<Bend> {
        let struck = self.known.iter().filter(|(faults, _)| faults.strike(call).lose_answer);
        struck.map(|(_, how)| *how).next_back()
    }

    /// The answer that comes instead of this one, and what that is called.
    pub(crate) fn instead_of(
        &mut self,
        bend: Option<Bend>,
        (operation, body): (&str, &[u8]),
        answer: &http::Response<Vec<u8>>,
    ) -> Option<(http::Response<Vec<u8>>, &'static str)> {
        let request = || (operation.to_owned(), body.to_vec());
        match bend {
            Some(Bend::Doubled) => Some((answer.clone(), "delivered twice")),
            Some(Bend::NoPoints) => {
                let nothing = json!({"MetricDataResults": [], "Messages": []});
                Some((in_cbor(&nothing, &INSTANTS).map(|body| body.to_vec()), "no points"))
            }
            Some(Bend::Stale) => self.before.get(&request()).cloned().map(|old| (old, "an old answer")),
            None | Some(Bend::OutOfMemory) => {
                if !self.known.is_empty() && answer.status().is_success() {
                    self.before.insert(request(), answer.clone());
                }
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use local_aws::Fault;

    use super::*;

    fn answer(words: &str) -> http::Response<Vec<u8>> {
        http::Response::new(words.as_bytes().to_vec())
    }

    #[test]
    fn a_stale_answer_is_the_last_one_to_the_same_request() {
        let mut bends = Bends::default();
        bends.add(Fault::on("dms", "Describe"), Bend::Stale);
        let body = |bent: Option<(http::Response<Vec<u8>>, &str)>| {
            bent.map(|(answer, _)| String::from_utf8(answer.into_body()).unwrap())
        };
        assert_eq!(body(bends.instead_of(None, ("Describe", b"one"), &answer("a"))), None);
        assert_eq!(body(bends.instead_of(None, ("Describe", b"one"), &answer("b"))), None);
        let stale = bends.instead_of(Some(Bend::Stale), ("Describe", b"one"), &answer("c"));
        assert_eq!(body(stale), Some("b".to_owned()));
        assert_eq!(body(bends.instead_of(Some(Bend::Stale), ("Describe", b"two"), &answer("c"))), None);
    }

    #[test]
    fn only_the_calls_that_are_named_are_bent() {
        let mut bends = Bends::default();
        bends.add(Fault::on("dms", "Start").by("start").nth(2), Bend::Doubled);
        let call = |function| Passing {
            service: "dms",
            operation: "Start",
            function: Some(function),
            execution: None,
            local: Timestamp::UNIX_EPOCH,
        };
        let bent: Vec<_> =
            ["start", "poll", "start", "start"].map(|function| bends.strike(call(function))).into();
        assert_eq!(bent, [None, None, Some(Bend::Doubled), None]);
    }
}
