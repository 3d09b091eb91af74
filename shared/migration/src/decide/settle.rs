//! From an end that was judged to the next step.

use crate::decide::end::{End, Ended};
use crate::decide::situation::Situation;
use crate::run::next::Next;
use crate::run::observation::Task;
use crate::run::table::Table;

pub(super) fn of<'a>(s: &Situation<'a>, task: &'a Task, tables: &'a [Table]) -> Ended<'a> {
    Ended {
        plan: s.plan,
        run: s.run,
        task,
        settings: s.task.and_then(|task| task.settings.as_ref()),
        tables,
        now: s.now,
    }
}

pub(super) fn settle(s: &Situation<'_>, end: End) -> Option<Next> {
    match end {
        End::Verdict(verdict) => s.report(*verdict),
        End::LookAgain(why) => s.wait_briefly(why),
        End::Later(why) => s.wait(why),
    }
}
