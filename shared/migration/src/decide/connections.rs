//! Whether the connections of both endpoints have been tested.

use plan::clean::one_line;

use crate::decide::situation::Situation;
use crate::run::next::Next;
use crate::run::observation::ConnectionState;
use crate::run::verdict::{Outcome, Verdict};
use crate::time::graces::PATIENCE;

/// DMS starts a task only when the last test of both its connections was successful.
pub(super) fn connections(s: &Situation<'_>) -> Option<Next> {
    let Some(connections) = &s.observation.connections else {
        // DMS itself refuses a start whose connections were not tested.
        if s.observation.connections_refused.is_some() {
            return None;
        }
        return s.wait("the connections could not be seen just now");
    };
    let mut waiting = Vec::new();
    let mut failed: Option<Verdict> = None;
    for endpoint in s.run.route.iter().flat_map(|route| [&route.source, &route.target]) {
        match connections.iter().find(|connection| connection.endpoint == *endpoint).map(|c| &c.state) {
            Some(ConnectionState::Successful) => {}
            Some(ConnectionState::Failed(text)) => {
                let words = format!("the connection test of {endpoint} failed: {}", one_line(text));
                failed = Some(match failed {
                    Some(verdict) => verdict.because(words),
                    None => Verdict::new(Outcome::Rejected, words, s.now),
                });
            }
            Some(ConnectionState::Testing) | None => waiting.push(endpoint.tail()),
        }
    }
    let patient = s.now.duration_since(s.run.pending_since.unwrap_or(s.now)) <= PATIENCE;
    // A test that is going on is waited for even then: both failures are told at once.
    if let Some(verdict) = failed.filter(|_| waiting.is_empty() || !patient) {
        return s.report(
            verdict.to_do("mend the endpoint's address, credentials or network; the next run tests it again"),
        );
    }
    if waiting.is_empty() {
        return None;
    }
    if !patient {
        let verdict = Verdict::new(
            Outcome::Rejected,
            format!("the connection test of {} has not come to an end", waiting.join(" and ")),
            s.now,
        );
        return s.report(verdict.to_do("test the connection in the DMS console"));
    }
    s.wait_briefly(format!("the connection of {} is being tested", waiting.join(" and ")))
}
