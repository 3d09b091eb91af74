//! Explores every story with the real decision, which must keep every rule, and with every broken one, which must be
//! caught. Prints what was explored. A part of a story's name as argument explores those stories only.

#![allow(clippy::print_stdout, reason = "what was explored is for people to read")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use model_check::broken::{self, Broken};
use model_check::execution::Execution;
use model_check::rules;
use model_check::stories;
use model_check::story::Story;
use model_check::world::{Action, State};
use stateright::{Checker, HasDiscoveries, Model, Path};

fn main() -> ExitCode {
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let (mut passed, mut failed) = (0, 0);
    let mut count = |good: bool| if good { passed += 1 } else { failed += 1 };

    println!("the decision, in every story:");
    let stories = stories::all().into_iter().filter(|story| story.name.contains(&wanted)).collect();
    let explored = side_by_side(stories, explore);
    let states: usize = explored.iter().map(|explored| explored.states).sum();
    for explored in explored {
        print!("{}", explored.words);
        count(explored.good);
    }
    println!("{states} states, {} rules:", rules::NAMES.len());
    for rule in rules::NAMES {
        println!("  {rule}");
    }
    if wanted.is_empty() {
        println!("decisions that are broken on purpose, and the rule that catches each:");
        for explored in side_by_side(broken::all(), is_caught) {
            print!("{}", explored.words);
            count(explored.good);
        }
    }
    println!("{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What came of one exploration.
struct Explored {
    states: usize,
    good: bool,
    words: String,
}

/// How many explorations go on at a time: one a core of a small machine.
const AT_ONCE: usize = 2;

/// Explores all of them, a few at a time; gives what came of them in their order.
fn side_by_side<T: Send>(work: Vec<T>, explore: fn(T) -> Explored) -> Vec<Explored> {
    let queue = Mutex::new(work.into_iter().enumerate());
    let done = Mutex::new(BTreeMap::new());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((nth, work)) = next() {
                    let explored = explore(work);
                    done.lock().unwrap_or_else(PoisonError::into_inner).insert(nth, explored);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

fn explore(story: Story) -> Explored {
    let (name, adversity) = (story.name, story.adversity);
    let checker = story.checker().spawn_bfs().join();
    let broken: BTreeMap<_, _> = checker.discoveries().into_iter().collect();
    let states = checker.unique_state_count();
    let mut words = format!("  {name} ({adversity} things go wrong): {states} states\n");
    for (rule, path) in &broken {
        words.push_str(&format!("  BROKEN: {rule}\n{}", told(path.clone())));
    }
    Explored { states, good: broken.is_empty(), words }
}

fn is_caught(broken: Broken) -> Explored {
    let Some(story) = stories::all().into_iter().find(|story| story.name == broken.story) else {
        let words = format!("  {}: there is no story {:?}\n", broken.name, broken.story);
        return Explored { states: 0, good: false, words };
    };
    let until = HasDiscoveries::AllOf(BTreeSet::from([broken.rule]));
    let story = broken.wrong.put_into(story.with_adversity(2));
    let checker = story.checker().finish_when(until).spawn_bfs().join();
    let good = checker.discovery(broken.rule).is_some();
    let verb = if good { "is caught by" } else { "IS NOT CAUGHT by" };
    let words = format!("  one that {} {verb}: {}\n", broken.name, broken.rule);
    Explored { states: checker.unique_state_count(), good, words }
}

/// The way to a broken rule, step by step.
fn told(path: Path<State, Action>) -> String {
    let mut words = String::new();
    for (state, action) in path.into_vec() {
        let task = state.dms.task.as_ref().map(|task| (task.status, task.tables, task.reason));
        let harm = state.dms.harm.map(|harm| format!(", {harm:?}")).unwrap_or_default();
        words.push_str(&format!(
            "    minute {:>3}  {:?}, DMS {task:?}{harm} -> {action:?}\n",
            state.now,
            state.executions.iter().map(|execution| (execution.wakes, &execution.step)).collect::<Vec<_>>(),
        ));
        for report in state.executions.iter().filter_map(Execution::report) {
            words.push_str(&format!("    {report:?}\n"));
        }
    }
    words
}
