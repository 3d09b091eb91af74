//! Tells the rows' stories, prints the table, and holds the promises of the interval and `docs/performance.md` against
//! it. The few rows that take most of the time are told with `--long` only. With `--write` all are told, and the table
//! is written to the page. Another argument is a part of a row's name: then only such rows are told, and the page is
//! left alone.

#![allow(clippy::print_stdout, reason = "the table is for people to read")]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};

use scale::closing::{Closed, Closing};
use scale::measured::Measured;
use scale::promises::{self, Promise};
use scale::rows::Row;
use scale::table;
use virtual_aws::Definition;

/// The page that shows the table.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/performance.md");

/// How many rows are told at a time: one a core of a small machine.
const AT_ONCE: usize = 2;

/// What becomes of the page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Page {
    /// All but the long rows are told, and the page must show them.
    ShowsThese,
    /// All rows are told, and the page must show this table.
    ShowsAll,
    /// All rows are told, and the table is written to the page.
    Write,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |option: &str| arguments.iter().any(|argument| argument == option);
    let page = match (has("--write"), has("--long")) {
        (true, _) => Page::Write,
        (false, true) => Page::ShowsAll,
        (false, false) => Page::ShowsThese,
    };
    let wanted = arguments.iter().find(|argument| !argument.starts_with('-'));
    match tell(wanted.map(String::as_str), page) {
        Ok(promises) => count(&promises),
        Err(error) => {
            println!("{error}");
            println!("0 passed, 1 failed");
            ExitCode::FAILURE
        }
    }
}

fn tell(wanted: Option<&str>, page: Page) -> Result<Vec<Promise>, String> {
    let definition = Definition::of_the_product()?;
    let rows = Row::all().into_iter().filter(|row| match wanted {
        Some(wanted) => row.to_string().contains(wanted),
        None => page != Page::ShowsThese || !row.is_long(),
    });
    let measured = side_by_side(rows.collect(), &definition)?;
    let text = table::of(&measured, &definition);
    println!("{text}\n");
    let mut promises: Vec<Promise> = measured.iter().flat_map(promises::held_against).collect();
    for closed in all_closed(wanted, &definition)? {
        println!("{closed}");
        promises.extend(closed.promises());
    }
    if wanted.is_none() {
        promises.push(on_the_page(&measured, &text, page)?);
    }
    Ok(promises)
}

/// Measures all rows, a few at a time, the longest first; gives them in their order.
fn side_by_side(rows: Vec<Row>, definition: &Definition) -> Result<Vec<Measured>, String> {
    let mut queue: Vec<(usize, Row)> = rows.into_iter().enumerate().collect();
    queue.sort_by_key(|(_, row)| row.load.as_secs() * i64::try_from(row.runs).unwrap_or(i64::MAX));
    let queue = Mutex::new(queue);
    let done = Mutex::new(BTreeMap::new());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop();
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((nth, row)) = next() {
                    let measured = row.measure(definition);
                    done.lock().unwrap_or_else(PoisonError::into_inner).insert(nth, measured);
                }
            });
        }
    });
    done.into_inner().unwrap_or_else(PoisonError::into_inner).into_values().collect()
}

/// Windows that close together, each in a thread of its own.
fn all_closed(wanted: Option<&str>, definition: &Definition) -> Result<Vec<Closed>, String> {
    let all = Closing::all().into_iter();
    let chosen: Vec<Closing> =
        all.filter(|closing| wanted.is_none_or(|wanted| closing.to_string().contains(wanted))).collect();
    std::thread::scope(|scope| {
        let told: Vec<_> =
            chosen.into_iter().map(|closing| scope.spawn(move || closing.measure(definition))).collect();
        let ended = |_| Err("a story ended its thread".to_owned());
        told.into_iter().map(|told| told.join().unwrap_or_else(ended)).collect()
    })
}

/// Holds the page against the table, or writes it.
fn on_the_page(measured: &[Measured], text: &str, page: Page) -> Result<Promise, String> {
    let failed = |error: std::io::Error| format!("{PAGE}: {error}");
    let shown = std::fs::read_to_string(PAGE).map_err(failed)?;
    let broken = match page {
        Page::ShowsThese => {
            let lines: Vec<String> = measured.iter().map(table::row).collect();
            table::lacks(&shown, &lines)?.map(|line| format!("it does not show {line}"))
        }
        Page::ShowsAll => {
            (table::put_into(&shown, text)? != shown).then(|| "it shows another one".to_owned())
        }
        Page::Write => {
            std::fs::write(PAGE, table::put_into(&shown, text)?).map_err(failed)?;
            None
        }
    };
    Ok(Promise {
        words: "docs/performance.md shows this table".to_owned(),
        broken: broken.map(|how| format!("{how}: look why, and write it with `make scale WRITE=1`")),
    })
}

fn count(promises: &[Promise]) -> ExitCode {
    for promise in promises {
        if let Some(broken) = &promise.broken {
            println!("BROKEN  {}: {broken}", promise.words);
        }
    }
    let failed = promises.iter().filter(|promise| promise.broken.is_some()).count();
    println!("{} passed, {failed} failed", promises.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
