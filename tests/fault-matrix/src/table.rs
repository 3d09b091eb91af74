//! The matrix as a table: a line for each call of each function.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::kind::Kind;
use crate::moto::OnMoto;
use crate::verdict::Judged;

#[derive(Default)]
struct Line {
    cells: usize,
    passed: usize,
    kinds: BTreeSet<Kind>,
    on_moto: BTreeSet<Kind>,
}

/// The table of these cells.
pub fn table(judged: &[Judged], on_moto: &OnMoto) -> String {
    let mut lines: BTreeMap<(&str, String), Line> = BTreeMap::new();
    for Judged { cell, wrong, .. } in judged {
        let call = match cell.place.service.as_str() {
            "lambda" => "(the function itself)".to_owned(),
            service => format!("{service} {}", cell.place.operation),
        };
        let line = lines.entry((cell.place.function, call)).or_default();
        line.cells += 1;
        line.passed += usize::from(wrong.is_empty());
        line.kinds.insert(cell.kind);
        line.on_moto = on_moto.kinds(&cell.place);
    }
    let mut text = String::new();
    let mut row = |function: &str, call: &str, [cells, passed, kinds]: [String; 3], on_moto: &str| {
        let line = format!("{function:<12} {call:<40} {cells:>6} {passed:>7} {kinds:>6}  {on_moto}");
        let _ = writeln!(text, "{}", line.trim_end());
    };
    row("function", "call", ["cells", "passed", "kinds"].map(str::to_owned), "also on moto");
    for ((function, call), line) in &lines {
        let numbers = [line.cells, line.passed, line.kinds.len()].map(|number| number.to_string());
        let on_moto: Vec<&str> = line.on_moto.intersection(&line.kinds).map(|kind| kind.words()).collect();
        row(function, call, numbers, &on_moto.join(", "));
    }
    text
}
