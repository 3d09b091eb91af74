//! Tells what seeds mean and has it judged: `--seeds N` from `--from S` on, or `--seed N` with its story, of which
//! `--keep 0,3` leaves only the events of these numbers.

#![allow(clippy::print_stdout, reason = "what was found is for people to read")]

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use chaos::{Count, Story, shrink};
use lexopt::prelude::*;
use referee::{Rule, Violation};
use virtual_aws::Definition;

/// From so many seeds on each kind must have come often enough.
const MANY: u64 = 10_000;

/// Seeds in which each kind of fault, person and end must have come, and each verdict.
const LEAST: u64 = 100;
const LEAST_VERDICTS: u64 = 20;

/// Failing seeds that are shrunk and shown.
const SHOWN: usize = 10;

struct Wanted {
    seeds: u64,
    from: u64,
    one: Option<u64>,
    keep: Option<Vec<usize>>,
    /// One of these rules, or any with `all`, is to be broken: nothing more is told then.
    until_broken: Option<String>,
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
    let mut wanted = Wanted { seeds: 200, from: 1, one: None, keep: None, until_broken: None };
    let mut parser = lexopt::Parser::from_env();
    let read = |parser: &mut lexopt::Parser| -> Result<String, lexopt::Error> { parser.value()?.string() };
    let number =
        |text: String| text.parse::<u64>().map_err(|error| format!("{text:?} is no number: {error}"));
    while let Some(argument) = parser.next().map_err(|error| error.to_string())? {
        let Long(name) = argument else { return Err(argument.unexpected().to_string()) };
        let name = name.to_owned();
        // What cargo hands to every test target.
        if name == "quiet" {
            continue;
        }
        let value = read(&mut parser).map_err(|error| error.to_string())?;
        match name.as_str() {
            "seeds" => wanted.seeds = number(value)?,
            "from" => wanted.from = number(value)?,
            "until-broken" => wanted.until_broken = Some(value),
            "seed" => wanted.one = Some(number(value)?),
            "keep" => {
                let numbers =
                    value.split(',').filter(|text| !text.is_empty()).map(|text| number(text.to_owned()));
                let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
                wanted.keep =
                    Some(numbers.into_iter().filter_map(|number| usize::try_from(number).ok()).collect());
            }
            name => return Err(format!("there is no option --{name}")),
        }
    }
    Ok(wanted)
}

fn run(wanted: Wanted) -> Result<bool, String> {
    let definition = Definition::of_the_product()?;
    match wanted.one {
        Some(seed) => show(seed, wanted.keep.as_deref(), &definition),
        None => match &wanted.until_broken {
            Some(rules) => Ok(until_broken(&wanted, rules, &definition)),
            None => many(&wanted, &definition),
        },
    }
}

/// One seed with all that went on.
fn show(seed: u64, keep: Option<&[usize]>, definition: &Definition) -> Result<bool, String> {
    let story = Story::of(seed);
    let story = keep.map_or_else(|| story.clone(), |keep| story.keeping(keep));
    print!("{story}");
    let told = story.tell(definition)?;
    for line in &told.lines {
        println!("{line}");
    }
    for message in &told.record.messages {
        let text = |pointer: &str| message.body.pointer(pointer).map(ToString::to_string).unwrap_or_default();
        println!(
            "message {} {} {}{} {}",
            message.at,
            text("/Execution"),
            text("/Occasion"),
            text("/Verdict/Outcome"),
            text("/Verdict/Reasons")
        );
    }
    for violation in &told.violations {
        println!("BROKEN: {violation}");
    }
    Ok(told.violations.is_empty())
}

/// Seeds until one breaks one of these rules; true when none does.
fn until_broken(wanted: &Wanted, rules: &str, definition: &Definition) -> bool {
    let next = AtomicU64::new(0);
    let found = Mutex::new(None);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let is_meant = |violation: &Violation| {
        rules == "all" || rules.split(',').any(|rule| rule == format!("{:?}", violation.rule))
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= wanted.seeds || found.lock().is_ok_and(|found| found.is_some()) {
                        break;
                    }
                    let seed = wanted.from + nth;
                    let told = Story::of(seed).tell(definition);
                    let broken = told.ok().and_then(|told| told.violations.into_iter().find(is_meant));
                    if let (Some(violation), Ok(mut found)) = (broken, found.lock()) {
                        found.get_or_insert((seed, violation));
                    }
                }
            });
        }
    });
    match found.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some((seed, violation)) => {
            println!("caught by {:?}, seed {seed}: {}", violation.rule, violation.words);
            false
        }
        None => true,
    }
}

/// Many seeds, on every core.
fn many(wanted: &Wanted, definition: &Definition) -> Result<bool, String> {
    let next = AtomicU64::new(0);
    let (count, failed) = (Mutex::new(Count::default()), Mutex::new(Vec::<(u64, Violation)>::new()));
    let error = Mutex::new(None);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut own = Count::default();
                loop {
                    let nth = next.fetch_add(1, Ordering::Relaxed);
                    if nth >= wanted.seeds {
                        break;
                    }
                    let story = Story::of(wanted.from + nth);
                    match story.tell(definition) {
                        Ok(told) => {
                            own.take(&story, &told);
                            if let Some(first) = told.violations.first() {
                                // At once: what is interrupted later is not lost.
                                eprintln!("seed {}: {first}", story.seed);
                                let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                                failed.push((story.seed, first.clone()));
                            }
                        }
                        Err(words) => *error.lock().unwrap_or_else(PoisonError::into_inner) = Some(words),
                    }
                }
                count.lock().unwrap_or_else(PoisonError::into_inner).add(&own);
            });
        }
    });
    if let Some(words) = error.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(words);
    }
    let count = count.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    failed.sort_by_key(|(seed, _)| *seed);
    for line in count.lines() {
        println!("{line}");
    }
    for rule in Rule::ALL {
        let broken = failed.iter().filter(|(_, violation)| violation.rule == *rule).count();
        println!("  {broken:>4} broken: {}", rule.words());
    }
    for (seed, violation) in failed.iter().take(SHOWN) {
        let breaks = |story: &Story| {
            let told = story.tell(definition);
            told.is_ok_and(|told| told.violations.iter().any(|other| other.rule == violation.rule))
        };
        let least = shrink(&Story::of(*seed), breaks);
        let kept: Vec<String> = least.events.iter().map(|(number, _)| number.to_string()).collect();
        println!("\nBROKEN: {violation}\nagain: make chaos SEED={seed} KEEP={}\n{least}", kept.join(","));
    }
    let seldom = if wanted.seeds >= MANY { count.too_seldom(LEAST, LEAST_VERDICTS) } else { Vec::new() };
    for words in &seldom {
        println!("TOO SELDOM: {words}");
    }
    println!("{} of {} seeds broke a rule", failed.len(), wanted.seeds);
    Ok(failed.is_empty() && seldom.is_empty())
}
