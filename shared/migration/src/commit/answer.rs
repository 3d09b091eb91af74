//! What came of an act comes into the document: DMS's answers, the machine's own stop, what people were told.

use jiff::Timestamp;

use super::observation::{count_blind_rounds, join};
use crate::pace::{budget, interval};
use crate::run::acts::{CreateCall, CreateRefusal, Stop, StopCause, StopState};
use crate::run::answer::{Answer, Refusal};
use crate::run::document::Running;
use crate::run::drive::Whose;
use crate::run::execution::Run;
use crate::run::step::{Occasion, What};

/// What DMS answered to the start that was made now, or why it was not made. From now on its effect is waited for. A
/// start that was not made leaves nothing to stop at the close, which the machine does by itself when no poll can run.
pub fn start_answered(run: &mut Run, answer: Answer, now: Timestamp) {
    let Some(start) = run.drive.start_mut() else { return };
    start.asked = now;
    start.answer = answer;
    run.stop_at_close = run.stops_at_close() && run.drive.is_under_way();
}

/// The start was held back, since what runs may be this execution's own from before it was redriven, or somebody
/// else's: it is followed as if it were somebody else's, and the report says so.
pub fn start_is_doubtful(running: &mut Running, why: String, now: Timestamp) {
    let stated = running.plan.window.as_ref().and_then(|window| window.at_close);
    let run = &mut running.run;
    let Some(mut start) = run.drive.start().cloned() else { return };
    start.answer = Answer::NotCalled(why);
    let whose = Whose::Doubtful { start, restarts: run.drive.restarts() };
    join(run, whose, run.latest_start.unwrap_or(now), stated);
}

/// What DMS answered to the request to load tables again. A request that DMS could not take just now may be made anew.
pub fn reload_answered(run: &mut Run, answer: Answer) {
    let Some(reload) = &mut run.reload else { return };
    let may_be_asked_again = match &answer {
        Answer::Refused(refusal) => refusal.passes(),
        Answer::NotCalled(_) => true,
        Answer::Accepted | Answer::Lost => false,
    };
    if may_be_asked_again {
        run.reloaded.retain(|name| !reload.tables.contains(name));
    }
    reload.answer = answer;
}

/// DMS refused to create the task, in an attempt after so many retries. It has answered, so that the step is none that
/// could not run, and a first attempt has used nothing of what was kept back for retries.
pub fn create_refused(run: &mut Run, call: CreateCall, refusal: Refusal, retries: u64, now: Timestamp) {
    let first = run.create_refusal.take().map_or(now, |before| before.first);
    run.create_refusal = Some(CreateRefusal { call, refusal, first, last: now });
    run.creates = 0;
    if retries == 0 {
        run.events = run.events.saturating_sub(budget::CREATE_RETRIES);
    }
}

/// The step that creates the task waits for somebody, in an attempt after so many retries: it has used no attempt, and a
/// first one nothing of what was kept back for retries.
pub fn not_created_yet(run: &mut Run, retries: u64) {
    run.creates = run.creates.saturating_sub(1);
    if retries == 0 {
        run.events = run.events.saturating_sub(budget::CREATE_RETRIES);
    }
}

/// DMS has taken the modification of the task: what it refused before is over.
pub fn modified(run: &mut Run) {
    run.modified = true;
    run.create_refusal = None;
}

/// What DMS answered to the test of a connection, or why it was not asked for.
pub fn test_answered(run: &mut Run, answer: Answer) {
    if let Some(test) = &mut run.test {
        test.answer = answer;
    }
}

/// The machine's own stop at the close, while no poll can run: written down so that the final report can say so, with
/// the pause after which the machine looks again.
pub fn stop_unseen(running: &mut Running, now: Timestamp) {
    count_blind_rounds(running);
    let run = &mut running.run;
    let stop = match run.stop.take() {
        Some(before) => Stop { last_decided: now, tries: before.tries + 1, ..before },
        None => Stop::decided(StopCause::Close, "the window closes".to_owned(), now),
    };
    run.events = run.events.saturating_add(budget::BLIND_STOP);
    running.next.seconds = interval::to_stop(run, &stop, Timestamp::MAX, now);
    run.stop = Some(stop);
}

/// What DMS answered to the stop. Once it has taken one, a refusal of a further one does not undo that.
pub fn stop_answered(run: &mut Run, answer: Answer) {
    let Some(stop) = &mut run.stop else { return };
    if answer == Answer::Accepted && stop.state == StopState::Asked {
        stop.state = StopState::Taken(stop.last_decided);
    }
    stop.answer = answer;
}

/// The step that was to act has asked nothing of DMS.
pub fn held_back(running: &mut Running, why: String, now: Timestamp) {
    let run = &mut running.run;
    let answer = Answer::NotCalled(why);
    match running.next.what {
        What::Start => {
            if run.drive.start().is_some_and(|start| start.answer == Answer::Lost) {
                start_answered(run, answer, now);
            }
        }
        What::Reload => reload_answered(run, answer),
        What::Test => test_answered(run, answer),
        What::Stop => stop_answered(run, answer),
        What::Create => run.creates = run.creates.saturating_sub(1),
        What::Wait | What::Tell(_) => {}
    }
}

/// Lambda did not invoke the function that was to act.
pub(super) fn not_invoked(running: &mut Running, why: String) {
    let decided = running.run.drive.start().map(|start| start.decided);
    held_back(running, why, decided.unwrap_or_default());
}

/// People have been told.
pub fn told(run: &mut Run, occasion: Occasion) {
    if !run.told.contains(&occasion) {
        run.told.push(occasion);
    }
    if occasion == Occasion::LostSight {
        run.machine.lost_sight = true;
    }
}
