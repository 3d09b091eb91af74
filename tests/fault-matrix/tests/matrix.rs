//! Tells every cell of the matrix and prints it as a table. `--short` tells a selection; `--only TEXT` the cells whose
//! names hold the text, with what is wrong with each; `--show TEXT` those with all that went on.

#![allow(clippy::print_stdout, reason = "the table is for people to read")]

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use fault_matrix::{
    Act, Bases, Cell, Judged, OnMoto, Outcome, Story, Told, cells, expected, judge, short, table, tell,
};
use lexopt::prelude::*;
use virtual_aws::Definition;

#[derive(Default)]
struct Wanted {
    short: bool,
    only: Option<String>,
    show: bool,
}

fn main() -> ExitCode {
    match arguments().and_then(run) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("{error}");
            ExitCode::from(2)
        }
    }
}

fn arguments() -> Result<Wanted, String> {
    let mut wanted = Wanted::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        let text = |parser: &mut lexopt::Parser| {
            parser.value().and_then(|value| value.string()).map_err(|error| error.to_string())
        };
        match argument {
            // What cargo hands to every test target.
            Long("quiet") => {}
            Long("short") => wanted.short = true,
            Long("only") => wanted.only = Some(text(&mut parser)?),
            Long("show") => {
                wanted.only = Some(text(&mut parser)?);
                wanted.show = true;
            }
            other => return Err(other.unexpected().to_string()),
        }
    }
    Ok(wanted)
}

/// A story, told undisturbed.
struct Undisturbed {
    story: Story,
    told: Told,
    bases: Bases,
}

fn run(wanted: Wanted) -> Result<bool, String> {
    let definition = Definition::of_the_product()?;
    let mut stories = Vec::new();
    let mut all = Vec::new();
    for story in Story::all() {
        let told = tell(&story, None, &definition)?;
        all.extend(cells(&story, &told));
        let acts = Act::all(&told).collect();
        let mut bases = Bases { undisturbed: Outcome::of(&told), acts, ..Bases::default() };
        for run in &story.runs {
            let without = tell(&story.without(run.name), None, &definition)?;
            bases.without.insert(run.name.to_owned(), Outcome::of(&without));
        }
        stories.push(Undisturbed { bases, story, told });
    }
    let whole = all.len();
    if wanted.short {
        all = short(&all);
    }
    if let Some(only) = &wanted.only {
        all.retain(|cell| cell.to_string().contains(only.as_str()));
    }
    let mut sound = true;
    for Undisturbed { story, told, bases } in &stories {
        println!("{}: {}", story.name, story.about);
        for words in fault_matrix::always(told) {
            println!("  BROKEN without any trouble: {words}");
            sound = false;
        }
        if wanted.show {
            println!("  {:?}", bases.undisturbed);
        }
        if wanted.show && wanted.only.as_deref() == Some(story.name) {
            println!("  {}", told.lines.join("\n  "));
        }
    }
    if wanted.show && stories.iter().any(|it| wanted.only.as_deref() == Some(it.story.name)) {
        return Ok(sound);
    }
    let judged = told(&all, &stories, &definition, wanted.show)?;
    let failed: Vec<&Judged> = judged.iter().filter(|judged| !judged.wrong.is_empty()).collect();
    println!("{}", table(&judged, &OnMoto::read()?));
    // A rule that says nothing of any cell says what nobody holds to anything.
    let used: BTreeSet<usize> = judged.iter().filter_map(|judged| judged.rule).collect();
    let unused: Vec<usize> = (0..expected::rules()).filter(|rule| !used.contains(rule)).collect();
    let all_told = !wanted.short && wanted.only.is_none();
    for rule in unused.iter().filter(|_| all_told) {
        println!("UNUSED: no cell is judged by rule {rule}: {}", expected::why(*rule));
    }
    println!("{} of {} cells failed, of {whole} in all", failed.len(), judged.len());
    Ok(sound && failed.is_empty() && (unused.is_empty() || !all_told))
}

/// Tells the cells, one a core.
fn told(
    cells: &[Cell],
    stories: &[Undisturbed],
    definition: &Definition,
    show: bool,
) -> Result<Vec<Judged>, String> {
    let next = AtomicUsize::new(0);
    let (judged, error) = (Mutex::new(Vec::new()), Mutex::new(None));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(cell) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Some(undisturbed) = stories.iter().find(|it| it.story.name == cell.story) else {
                        continue;
                    };
                    match tell(&undisturbed.story, Some(cell), definition) {
                        Ok(told) => {
                            if show {
                                println!("{cell}\n  {}", told.lines.join("\n  "));
                            }
                            let one = judge(cell, &undisturbed.bases, &told);
                            if !one.wrong.is_empty() {
                                // At once: what is interrupted later is not lost.
                                eprintln!("FAILED {cell}\n    {}", one.wrong.join("\n    "));
                            }
                            judged.lock().unwrap_or_else(PoisonError::into_inner).push(one);
                        }
                        Err(words) => {
                            let words = format!("{cell}: {words}");
                            *error.lock().unwrap_or_else(PoisonError::into_inner) = Some(words);
                        }
                    }
                }
            });
        }
    });
    if let Some(words) = error.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(words);
    }
    let mut judged = judged.into_inner().unwrap_or_else(PoisonError::into_inner);
    judged.sort_by(|one, other| one.cell.cmp(&other.cell));
    Ok(judged)
}
