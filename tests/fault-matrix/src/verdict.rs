//! Holds what came of a cell against what is expected of it, and against what must hold in every cell.

use std::collections::BTreeMap;

use referee::judge as referee;

use crate::cell::Cell;
use crate::expected::{self, Acts, Basis, Expected};
use crate::outcome::{Act, Outcome, role};
use crate::told::Told;

/// A cell, and what is wrong with what came of it.
#[derive(Clone, Debug)]
pub struct Judged {
    pub cell: Cell,
    pub wrong: Vec<String>,
    /// The number of the rule that says what must come of it; none where it must come to nothing.
    pub rule: Option<usize>,
}

/// What a story comes to when all goes well.
#[derive(Clone, Debug, Default)]
pub struct Bases {
    pub undisturbed: Outcome,
    /// Without each of its runs, by the name of the run.
    pub without: BTreeMap<String, Outcome>,
    /// When each act was done, and by which execution.
    pub acts: Vec<Act>,
}

/// Judges a cell that was told.
pub fn judge(cell: &Cell, bases: &Bases, told: &Told) -> Judged {
    let mut wrong = Vec::new();
    if !cell.has_struck(told) {
        wrong.push("its trouble never came".to_owned());
    }
    let (expected, rule) = expected::of(cell);
    let broken = referee(&told.record);
    let unforeseen = broken.iter().filter(|violation| !expected.broken.contains(&violation.rule));
    wrong.extend(unforeseen.map(ToString::to_string));
    let missed =
        expected.broken.iter().filter(|rule| !broken.iter().any(|violation| violation.rule == **rule));
    wrong.extend(missed.map(|rule| format!("{rule:?} is not broken: the expectation is too weak")));
    wrong.extend(overrun(told));
    match differs(cell, &expected, bases, &Outcome::of(told)) {
        Ok(differs) => wrong.extend(differs),
        Err(error) => wrong.push(error),
    }
    Judged { cell: cell.clone(), wrong, rule }
}

/// What must hold without trouble: the referee's rules, and that each execution comes to an end by itself.
pub fn always(told: &Told) -> Vec<String> {
    referee(&told.record).iter().map(ToString::to_string).chain(overrun(told)).collect()
}

fn overrun(told: &Told) -> Vec<String> {
    let overrun = told.overrun.iter();
    overrun.map(|name| format!("{name} ran until its history was full or its time over")).collect()
}

fn differs(
    cell: &Cell,
    expected: &Expected,
    bases: &Bases,
    outcome: &Outcome,
) -> Result<Vec<String>, String> {
    let own = role(&cell.place.execution);
    let basis = match expected.basis {
        Basis::Undisturbed => &bases.undisturbed,
        Basis::WithoutIt => {
            bases.without.get(&own).ok_or_else(|| format!("the story cannot be told without {own}"))?
        }
    };
    let mut wrong = Vec::new();
    let mut hold = |what: &str, is: String, wanted: String| {
        if is != wanted {
            wrong.push(format!("{what} {is}, expected {wanted}"));
        }
    };
    let mut verdicts = basis.verdicts.clone();
    let about_itself = (own.as_str(), expected.own);
    let changed = (!expected.own.is_empty()).then_some(about_itself);
    for (execution, outcomes) in changed.into_iter().chain(expected.others.iter().copied()) {
        let told = outcome.verdicts.get(execution).cloned().unwrap_or_default();
        if outcomes.is_empty() {
            verdicts.remove(execution);
            continue;
        }
        // Of those that are allowed the one that was told; all of them where another one was.
        let fits = matches!(told.as_slice(), [only] if outcomes.contains(&only.as_str()));
        verdicts.insert(execution.to_owned(), if fits { told } else { vec![outcomes.join(" or ")] });
    }
    hold("verdicts", format!("{:?}", outcome.verdicts), format!("{verdicts:?}"));
    let until_then = || {
        let mut acts: BTreeMap<&str, usize> = BTreeMap::new();
        for act in bases.acts.iter().filter(|act| act.role == own && act.at < cell.place.at) {
            *acts.entry(&act.what).or_default() += 1;
        }
        acts
    };
    let acts = match expected.acts {
        Acts::Same => bases.undisturbed.acts_of(&own),
        Acts::Again(more) => and(bases.undisturbed.acts_of(&own), more),
        Acts::UntilThen => until_then(),
        Acts::UntilThenAnd(more) => and(until_then(), more),
        Acts::Only(only) => and(BTreeMap::new(), only),
    };
    hold("acts", format!("{:?}", outcome.acts_of(&own)), format!("{acts:?}"));
    if expected.basis == Basis::Undisturbed {
        let others = |outcome: &Outcome| {
            let others = outcome.acts.iter().filter(|((of, _), _)| *of != own);
            format!("{:?}", others.collect::<BTreeMap<_, _>>())
        };
        if expected.others.is_empty() {
            hold("acts of others", others(outcome), others(basis));
        }
    }
    let mut rows = basis.rows.clone();
    for (table, wanted) in expected.rows {
        rows.insert((*table).to_owned(), *wanted);
    }
    hold("rows", format!("{:?}", outcome.rows), format!("{rows:?}"));
    let tasks = match (expected.task, expected.basis) {
        (Some(task), _) => vec![task.to_owned()],
        // The task stays as it was.
        (None, Basis::WithoutIt) if basis.tasks.is_empty() && cell.place.status != "none" => {
            vec![cell.place.status.clone()]
        }
        (None, _) => basis.tasks.clone(),
    };
    hold("tasks", format!("{:?}", outcome.tasks), format!("{tasks:?}"));
    let given_up = expected.given_up.unwrap_or(basis.given_up);
    hold("given up", outcome.given_up.to_string(), given_up.to_string());
    Ok(wrong)
}

fn and<'a>(mut acts: BTreeMap<&'a str, usize>, more: &[&'a str]) -> BTreeMap<&'a str, usize> {
    for act in more {
        *acts.entry(act).or_default() += 1;
    }
    acts
}
