//! Whether the connections of both endpoints have been tested.

use jiff::Timestamp;
use plan::clean::one_line;
use plan::{Arn, Mode};

use crate::decide::cause::Cause;
use crate::decide::situation::Situation;
use crate::pace::again;
use crate::run::answer::Answer;
use crate::run::next::Next;
use crate::run::observation::ConnectionState;
use crate::run::verdict::{Outcome, Verdict};
use crate::time::graces::{PATIENCE, SHORTEST_REPEAT_PAUSE, TEST_TAKES};

/// What the tests of the two connections have come to.
#[derive(Default)]
struct Tests {
    /// The endpoints whose test goes on.
    testing: Vec<Arn>,
    /// The endpoints that were never tested.
    untested: Vec<Arn>,
    /// The endpoints whose test failed.
    failed: Vec<Arn>,
    /// Why, all of them.
    verdict: Option<Verdict>,
    /// True when one failed for something that does not pass by itself, such as a wrong password.
    lasting: bool,
}

/// DMS starts a task only when the last test of both its connections was successful. A test that failed is asked for
/// again, with growing pauses, unless it failed for what does not pass by itself.
///
/// A repeat: a test that goes on is waited for. A lost answer: the connections show what became of the test. A person
/// mends what the report, or the warning before it, names.
pub(super) fn connections(s: &Situation<'_>) -> Option<Next> {
    let Some(connections) = &s.observation.connections else {
        // DMS itself refuses a start whose connections were not tested.
        if s.observation.connections_refused.is_some() {
            return None;
        }
        return s.wait("the connections could not be seen just now");
    };
    let mut tests = Tests::default();
    for endpoint in s.run.route.iter().flat_map(|route| [&route.source, &route.target]) {
        match connections.iter().find(|connection| connection.endpoint == *endpoint).map(|c| &c.state) {
            Some(ConnectionState::Successful) => {}
            Some(ConnectionState::Testing) => tests.testing.push(endpoint.clone()),
            None => tests.untested.push(endpoint.clone()),
            Some(ConnectionState::Failed(text)) => tests.fail(s, endpoint, text),
        }
    }
    judge(s, tests)
}

impl Tests {
    fn fail(&mut self, s: &Situation<'_>, endpoint: &Arn, text: &str) {
        let words = format!("the connection test of {endpoint} failed: {}", one_line(text));
        self.lasting |= matches!(Cause::spoken_of(text), Some(Cause::Permission | Cause::Configuration));
        self.failed.push(endpoint.clone());
        self.verdict = Some(match self.verdict.take() {
            Some(verdict) => verdict.because(words),
            None => Verdict::new(Outcome::Rejected, words, s.now),
        });
    }
}

fn judge(s: &Situation<'_>, tests: Tests) -> Option<Next> {
    let since = s.run.pending_since.unwrap_or(s.now);
    let patient = s.can_wait(since, PATIENCE);
    let migrates = s.plan.mode == Mode::Migrate;
    // What stands there may be the result of an earlier night: one test of this run must have been taken.
    let lasting = tests.lasting && s.run.test.as_ref().is_some_and(|test| test.answer == Answer::Accepted);
    let open: Vec<&str> = tests.testing.iter().chain(&tests.untested).map(Arn::tail).collect();
    if let Some(verdict) = tests.verdict {
        let passes = migrates && !lasting && patient;
        // A test that is going on is waited for even then: both failures are told at once.
        if !passes && (tests.testing.is_empty() || !patient) {
            let mend = "mend the endpoint's address, credentials or network; the next run tests it again";
            return s.report(refused(s, verdict).because("nothing was started").to_do(mend));
        }
    }
    if tests.failed.is_empty() && open.is_empty() {
        return None;
    }
    if !patient && let Some(late) = s.came_too_late(since) {
        return s.report(late);
    }
    if !patient {
        let words = format!("the connection test of {} has not come to an end", open.join(" and "));
        let verdict = refused(s, Verdict::new(Outcome::Rejected, words, s.now));
        let verdict = verdict.because("nothing was started");
        return s.report(verdict.to_do("test the connection in the DMS console"));
    }
    let to_test: Vec<&Arn> = tests.failed.iter().chain(&tests.untested).collect();
    // With a test under way at the end of the patience, why the one before it failed could not be told.
    let in_time = s.can_wait(since, PATIENCE - TEST_TAKES);
    if migrates
        && in_time
        && tests.testing.is_empty()
        && is_due(s, &to_test, since)
        && let Some(endpoint) = next_of(s, &to_test)
    {
        let why =
            format!("the connection of {} is not tested with success: it is tested again", endpoint.tail());
        return Some(Next::Test { endpoint: endpoint.clone(), why });
    }
    let failed: Vec<&str> = tests.failed.iter().map(Arn::tail).collect();
    let why = match open.is_empty() {
        true => format!("the connection test of {} failed: it is tested again", failed.join(" and ")),
        false => format!("the connection of {} is being tested", open.join(" and ")),
    };
    s.wait_to_start(
        since,
        match refusal(s) {
            Some(words) => format!("{why}; {words}"),
            None => why,
        },
    )
}

/// DMS refuses a start since a connection is not tested with success, whatever its list says: it is tested again, one
/// endpoint after the other.
pub(super) fn test_again(s: &Situation<'_>, refused: Timestamp) -> Option<Next> {
    let route = s.run.route.as_ref()?;
    if s.run.test.as_ref().is_some_and(|test| test.last > refused) {
        return None;
    }
    let endpoint = next_of(s, &[&route.source, &route.target])?.clone();
    let why = format!("DMS wants the connection of {} tested before the start", endpoint.tail());
    Some(Next::Test { endpoint, why })
}

/// Why DMS would not test, where it said so.
fn refused(s: &Situation<'_>, verdict: Verdict) -> Verdict {
    match refusal(s) {
        Some(words) => verdict.because(words),
        None => verdict,
    }
}

fn refusal(s: &Situation<'_>) -> Option<String> {
    match &s.run.test.as_ref()?.answer {
        Answer::Refused(refusal) => {
            Some(format!("DMS says to the last test: {}: {}", refusal.code, one_line(&refusal.message)))
        }
        Answer::NotCalled(_) | Answer::Accepted | Answer::Lost => None,
    }
}

/// True when a test may be asked for again: after its pause, and at once where the last one was of another endpoint and
/// went well.
fn is_due(s: &Situation<'_>, to_test: &[&Arn], since: Timestamp) -> bool {
    match &s.run.test {
        Some(test) if !to_test.contains(&&test.endpoint) => true,
        Some(test) => again::is_due(test.first, test.last, s.now),
        None => s.now.duration_since(since) >= SHORTEST_REPEAT_PAUSE,
    }
}

/// The next of these to be tested: not the one that was tested last.
fn next_of<'a>(s: &Situation<'_>, endpoints: &[&'a Arn]) -> Option<&'a Arn> {
    let last = s.run.test.as_ref().map(|test| &test.endpoint);
    endpoints.iter().find(|endpoint| Some(**endpoint) != last).or(endpoints.first()).copied()
}
