//! What is also struck on the whole machine, with moto's Step Functions and the functions' own programs: read from the
//! sources of those tests.

use std::collections::BTreeSet;
use std::path::Path;

use crate::cell::Place;
use crate::kind::Kind;

const TESTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../end-to-end/tests/machine");

/// What a fault is called there, and which kinds it is.
const WORDS: [(&str, &[Kind]); 14] = [
    (".throttle()", &[Kind::Throttled, Kind::AlwaysThrottled]),
    (".break_down()", &[Kind::Broken500, Kind::AlwaysBroken]),
    (".lose_request()", &[Kind::LostBefore]),
    (".lose_answer()", &[Kind::LostAfter]),
    (".delay(", &[Kind::HangsBefore]),
    (".hold_answer(", &[Kind::HangsAfter]),
    (".cut_answer()", &[Kind::Cut]),
    (".deny()", &[Kind::Denied, Kind::AlwaysDenied]),
    (".end_before(FunctionEnd::Killed)", &[Kind::KilledBefore, Kind::EndsBefore]),
    (".end_after(FunctionEnd::Killed)", &[Kind::KilledAfter, Kind::EndsAfter]),
    (".end_before(FunctionEnd::TimedOut)", &[Kind::TimesOutBefore]),
    (".end_after(FunctionEnd::TimedOut)", &[Kind::TimesOutAfter]),
    (".twice()", &[Kind::Twice]),
    (".answer(429,", &[Kind::NotInvoked]),
];

/// A fault in the sources of the end-to-end tests.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Struck {
    /// The operation, or the function that is invoked.
    what: String,
    kinds: &'static [Kind],
}

/// What the end-to-end tests strike.
#[derive(Clone, Debug, Default)]
pub struct OnMoto(Vec<Struck>);

impl OnMoto {
    /// Reads it.
    ///
    /// # Errors
    /// When the sources cannot be read.
    pub fn read() -> Result<OnMoto, String> {
        let cannot = |error: std::io::Error| format!("failed to read {TESTS}: {error}");
        let mut struck = Vec::new();
        for file in Path::new(TESTS).read_dir().map_err(cannot)? {
            let text = std::fs::read_to_string(file.map_err(cannot)?.path()).map_err(cannot)?;
            struck.extend(in_text(&text));
        }
        Ok(OnMoto(struck))
    }

    /// The kinds that are struck there, too, of a call by a function or of an invocation.
    pub fn kinds(&self, place: &Place) -> BTreeSet<Kind> {
        let invoked = place.service == "lambda";
        let what = if invoked { place.function } else { place.operation.as_str() };
        let struck = self.0.iter().filter(|struck| struck.what == what);
        struck
            .flat_map(|struck| struck.kinds)
            .copied()
            .filter(|kind| kind.of_an_invocation() == invoked)
            .collect()
    }
}

/// Each fault reads from the call that it names to its last word, in a statement or two.
fn in_text(text: &str) -> Vec<Struck> {
    let mut struck = Vec::new();
    for begin in ["Fault::on(", "Fault::invoking("] {
        for (at, _) in text.match_indices(begin) {
            let rest = &text[at + begin.len()..];
            let named: Vec<&str> = rest.split('"').skip(1).step_by(2).take(2).collect();
            let what = if begin == "Fault::on(" { named.get(1) } else { named.first() };
            // A fault that is kept for a moment is put in force by the next statement.
            let end = rest.match_indices(';').nth(1).map_or(rest.len(), |(end, _)| end);
            let first = WORDS.iter().filter_map(|(word, kinds)| Some((rest[..end].find(word)?, kinds))).min();
            if let (Some(what), Some((_, kinds))) = (what, first) {
                struck.push(Struck { what: (*what).to_owned(), kinds });
            }
        }
    }
    struck
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_in_one_statement_or_in_two() {
        let text = r#"
            let busy = Fault::on("dms", "DescribeReplicationTasks").by("poll");
            stage.stack.aws().faults().add(stage.strike(busy, 1).numbers(6..=14).throttle());
            let crash = Fault::invoking("poll").between(from, until);
            stage.stack.aws().faults().add(stage.strike(crash, 1).end_before(FunctionEnd::Killed));
        "#;
        let struck = in_text(text);
        let read: Vec<(&str, Kind)> =
            struck.iter().map(|struck| (struck.what.as_str(), struck.kinds[0])).collect();
        assert_eq!(read, [("DescribeReplicationTasks", Kind::Throttled), ("poll", Kind::KilledBefore)]);
    }

    #[test]
    fn the_end_to_end_tests_strike_something() {
        assert!(OnMoto::read().unwrap().0.len() > 5);
    }
}
