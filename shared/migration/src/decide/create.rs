//! Before the task can be started: whose it is, and that it exists as the plan describes it.

use super::{MOST_CREATES, Next, PATIENCE, Situation};
use crate::document::{Origin, Task};
use crate::observation::{ConnectionState, Phase, TaskSeen};
use crate::plan::OnDrift;
use crate::verdict::{Outcome, Verdict};

/// Another execution of ours drives the task: two never act on one task.
pub(super) fn owner(s: &Situation<'_>) -> Option<Next> {
    let other = s.task?.driven_by.as_ref().filter(|_| s.run.start.is_none() && s.run.joined.is_none())?;
    s.report(
        Verdict::new(Outcome::Skipped, format!("another run drives the task: {other}"), s.now)
            .because("that run will report on it"),
    )
}

/// The task does not exist yet, has not been adopted yet, or differs from the plan.
pub(super) fn create(s: &Situation<'_>) -> Option<Next> {
    if let Some(task) = s.task {
        return drift(s, task);
    }
    if !s.creates() {
        return missing(s);
    }
    if let Some(refusal) = &s.run.create_refusal {
        let verdict = Verdict::new(
            Outcome::Rejected,
            format!("DMS refused to create the task: {}: {}", refusal.code, refusal.message),
            s.now,
        );
        return s.report(verdict.to_do("mend the plan and start the run again"));
    }
    if s.run.creates >= MOST_CREATES {
        let trouble = s.run.last_trouble.as_deref().unwrap_or("no error is known");
        let verdict = Verdict::new(
            Outcome::Failed,
            format!("the task could not be created in {MOST_CREATES} attempts; the last error: {trouble}"),
            s.now,
        );
        return s.report(verdict.to_do("look into the log of the create-task function"));
    }
    match s.observation.task {
        TaskSeen::Seen(_) if s.phase() == Some(Phase::Gone) => {
            s.wait_briefly("an older task with this identifier is being deleted")
        }
        TaskSeen::Seen(_) => Some(Next::Create {
            why: "a task with this identifier exists: it is compared with the plan and adopted".to_owned(),
        }),
        TaskSeen::NotThere => connections(s).or_else(|| {
            Some(Next::Create { why: "the task does not exist and its connections are good".to_owned() })
        }),
        TaskSeen::Unseen => None,
    }
}

/// A task that somebody else keeps is not there.
fn missing(s: &Situation<'_>) -> Option<Next> {
    (s.observation.task == TaskSeen::NotThere).then(|| s.report(no_such_task(s))).flatten()
}

pub(super) fn no_such_task(s: &Situation<'_>) -> Verdict {
    Verdict::new(Outcome::Rejected, "there is no such task in this account and Region", s.now)
        .to_do("check the ARN or identifier: a task that was created again has a new ARN")
}

fn drift(s: &Situation<'_>, task: &Task) -> Option<Next> {
    if task.differences.is_empty() || s.plan.on_drift == OnDrift::Ignore || s.run.start.is_some() {
        return None;
    }
    s.report(differing(s, task))
}

/// The task that exists is not the one that the plan describes, and is not made so.
pub(super) fn differing(s: &Situation<'_>, task: &Task) -> Verdict {
    let mut verdict = Verdict::new(
        Outcome::Rejected,
        if s.run.modified {
            "the task was modified and still is not the one that the plan describes; nothing was started"
        } else {
            "the task that exists is not the one that the plan describes; nothing was started or changed"
        },
        s.now,
    );
    for difference in &task.differences {
        verdict.reasons.push(difference.clone());
    }
    if s.plan.on_drift == OnDrift::Modify {
        let why = match task.origin {
            Origin::Kept => "it is kept by somebody else",
            _ if s.run.modified => "what still differs cannot be modified",
            Origin::Created | Origin::Adopted => "it has run before",
        };
        verdict = verdict.because(format!("OnDrift Modify does not change it: {why}"));
    }
    verdict.to_do(
        "make the plan say what the task is, or delete the task, or run it as it is with OnDrift Ignore",
    )
}

/// DMS starts a task only when the last test of both its connections was successful.
pub(super) fn connections(s: &Situation<'_>) -> Option<Next> {
    let Some(connections) = &s.observation.connections else {
        return s.wait("the connections could not be seen just now");
    };
    let mut waiting = Vec::new();
    let mut failed: Option<Verdict> = None;
    for endpoint in s.run.route.iter().flat_map(|route| [&route.source, &route.target]) {
        match connections.iter().find(|connection| connection.endpoint == *endpoint).map(|c| &c.state) {
            Some(ConnectionState::Successful) => {}
            Some(ConnectionState::Failed(text)) => {
                let words = format!(
                    "the connection test of {endpoint} failed: {}",
                    crate::verdict::end::one_line(text)
                );
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
