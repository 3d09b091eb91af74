//! What came of an act comes into the document: DMS's answers, the machine's own stop, what people were told.

use jiff::Timestamp;
use plan::AtClose;

use super::observation::join;
use crate::run::document::{Answer, Migration, Occasion, Run, StopAct, StopCause};

/// The start is made now: from here on its effect is waited for.
pub fn start_asked(run: &mut Run, now: Timestamp) {
    if let Some(start) = &mut run.start {
        start.asked = Some(now);
    }
}

/// What DMS answered to the start. A start that was not made leaves nothing to stop at the close, which the machine does
/// by itself when no poll can run.
pub fn start_answered(run: &mut Run, answer: Option<Answer>) {
    let Some(start) = &mut run.start else { return };
    start.answer = answer;
    let under_way = start.is_made() || run.restarts > 0;
    run.stop_at_close = run.windowed && run.at_close == AtClose::Stop && under_way;
}

/// The start was held back, since what runs may be this execution's own from before it was redriven, or somebody else's: it is
/// followed as if it were somebody else's, and the report says so.
pub fn start_is_doubtful(document: &mut Migration, why: String, now: Timestamp) {
    let stated = document.plan.as_ref().and_then(|plan| plan.window.as_ref()?.at_close);
    let Some(run) = &mut document.run else { return };
    join(run, run.latest_start.unwrap_or(now), stated);
    if let Some(start) = &mut run.start {
        start.doubtful = true;
        start.answer = Some(Answer::Withheld(why));
    }
}

/// What DMS answered to the request to load tables again. A request that DMS could not take just now may be made anew.
pub fn reload_answered(run: &mut Run, answer: Option<Answer>) {
    let Some(reload) = &mut run.reload else { return };
    let may_be_asked_again = match &answer {
        Some(Answer::Refused(refusal)) => refusal.passing,
        Some(Answer::Withheld(_)) => true,
        Some(Answer::Accepted) | None => false,
    };
    if may_be_asked_again {
        run.reloaded.retain(|name| !reload.tables.contains(name));
    }
    reload.answer = answer;
}

/// The machine's own stop at the close, while no poll can run: written down so that the final report can say so.
pub fn stop_unseen(document: &mut Migration, now: Timestamp) {
    let Some(run) = &mut document.run else { return };
    let stop = run.stop.get_or_insert(StopAct {
        why: StopCause::Close,
        words: "the window closes".to_owned(),
        decided: now,
        last_decided: now,
        tries: 0,
        taken: None,
        answer: None,
    });
    stop.last_decided = now;
    stop.tries += 1;
}

/// What DMS answered to the stop. Once it has taken one, a refusal of a further one does not undo that.
pub fn stop_answered(run: &mut Run, answer: Option<Answer>) {
    let Some(stop) = &mut run.stop else { return };
    if answer == Some(Answer::Accepted) {
        stop.taken.get_or_insert(stop.last_decided);
    }
    stop.answer = answer;
}

/// People have been told.
pub fn told(document: &mut Migration, occasion: Occasion) {
    let Some(run) = &mut document.run else { return };
    if !run.told.contains(&occasion) {
        run.told.push(occasion);
    }
    if occasion == Occasion::LostSight {
        run.lost_sight = true;
    }
}
