//! What is written into the document: an observation before the decision, the decision before the call, the answer
//! after it. And the guards, which look once more just before a call.

mod answer;
mod decision;
mod guard;
mod observation;

pub use answer::{
    create_refused, held_back, modified, not_created_yet, reload_answered, start_answered, start_is_doubtful,
    stop_answered, stop_unseen, test_answered, told,
};
pub use decision::write_down;
pub use guard::{
    Guarded, GuardedReload, closes_out_without_a_look, guard_reload, guard_start, guard_stop, is_closed_out,
    may_be_a_repeat, stands_aside, stop_wants_a_look, stops_without_a_look,
};
pub use observation::take_in;
