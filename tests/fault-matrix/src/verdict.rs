//! Holds what came of a cell against what is expected of it, and against what must hold in every cell.

use referee::judge as referee;

use crate::cell::Cell;
use crate::expected::{self, Expected};
use crate::outcome::Outcome;
use crate::told::Told;

/// A cell, and what is wrong with what came of it.
#[derive(Clone, Debug)]
pub struct Judged {
    pub cell: Cell,
    pub wrong: Vec<String>,
}

/// Judges a cell that was told, beside the undisturbed story.
pub fn judge(cell: &Cell, undisturbed: &Outcome, told: &Told) -> Judged {
    let mut wrong = Vec::new();
    if !cell.has_struck(told) {
        wrong.push("its trouble never came".to_owned());
    }
    wrong.extend(always(told));
    wrong.extend(differs(expected::of(cell), undisturbed, &Outcome::of(told)));
    Judged { cell: cell.clone(), wrong }
}

/// What must hold in every cell: the referee's rules, and that each execution comes to an end by itself.
pub fn always(told: &Told) -> Vec<String> {
    let overrun =
        told.overrun.iter().map(|name| format!("{name} ran until its history was full or its time over"));
    referee(&told.record).iter().map(ToString::to_string).chain(overrun).collect()
}

fn differs(expected: Expected, undisturbed: &Outcome, outcome: &Outcome) -> Vec<String> {
    let mut wrong = Vec::new();
    if expected.verdict.is_none() && undisturbed.verdicts != outcome.verdicts {
        wrong.push(format!("verdicts {:?}, undisturbed {:?}", outcome.verdicts, undisturbed.verdicts));
    }
    if undisturbed.acts != outcome.acts {
        wrong.push(format!("acts {:?}, undisturbed {:?}", outcome.acts, undisturbed.acts));
    }
    if undisturbed.rows != outcome.rows {
        wrong.push(format!("rows {:?}, undisturbed {:?}", outcome.rows, undisturbed.rows));
    }
    if undisturbed.tasks != outcome.tasks {
        wrong.push(format!("tasks {:?}, undisturbed {:?}", outcome.tasks, undisturbed.tasks));
    }
    if undisturbed.given_up != outcome.given_up {
        wrong.push(format!("given up: {}", outcome.given_up));
    }
    wrong
}
