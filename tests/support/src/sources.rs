//! The sources as text: which findings they can produce, and which words a plan may hold. What is documented and tested
//! is held against this, so that a new finding cannot be forgotten.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::plans::root;

/// A finding that the sources can produce.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Produced {
    /// Its code.
    pub code: String,
    /// `error`, `warning` or `hint`; nothing when the call does not say.
    pub severity: Option<&'static str>,
}

/// Every finding that the sources under these folders of the repository can produce.
///
/// A code that is not written out where it is used would escape this search, so it fails the test that asks.
pub fn produced(folders: &[&str]) -> BTreeSet<Produced> {
    let mut found = BTreeSet::new();
    for path in folders.iter().flat_map(|folder| rust_files(&root().join(folder))) {
        let text = production_code(&path);
        let is_collector = path.ends_with("src/finding.rs");
        for (call, severity) in [(".error(", "error"), (".warning(", "warning"), (".hint(", "hint")] {
            for (at, _) in text.match_indices(call) {
                let arguments = arguments(&text[at + call.len()..]);
                // Findings are noted with three arguments: path, code and message.
                let [_, code, _] = &arguments[..] else { continue };
                let code = literal(code)
                    .unwrap_or_else(|| panic!("{}: a code that is not written out: {code}", path.display()));
                found.insert(Produced { code, severity: Some(severity) });
            }
        }
        let built: Vec<&str> = text.split("code: \"").skip(1).collect();
        found.extend(built.iter().map(|rest| Produced {
            code: rest.split('"').next().unwrap_or_default().to_owned(),
            severity: None,
        }));
        let findings = text.matches("push(Finding {").count();
        assert!(
            is_collector || findings == built.len(),
            "{}: a finding is built with a code that is not written out",
            path.display()
        );
    }
    assert!(found.len() > 5, "the search found next to nothing in {folders:?}: it is broken");
    found
}

/// Every word that begins with a capital and stands alone in a string of the plan's reader: members and their values.
/// The settings inside a plan are DMS's own, and DMS documents them. The schema has no words of its own.
pub fn words_of_a_plan() -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let plan = root().join("shared/plan/src");
    let others = [plan.join("settings"), plan.join("schema")];
    let of_the_reader = |path: &PathBuf| !others.iter().any(|folder| path.starts_with(folder));
    for path in rust_files(&plan).into_iter().filter(of_the_reader) {
        for line in production_code(&path).lines() {
            let line = line.trim_start();
            if line.starts_with("#[") || line.starts_with("//") {
                continue;
            }
            let quoted = line.split('"').skip(1).step_by(2);
            let capital = |word: &&str| word.starts_with(|c: char| c.is_ascii_uppercase());
            let whole = |word: &&str| {
                word.len() > 1
                    && word.chars().all(|c| c.is_ascii_alphanumeric())
                    && word.chars().any(|c| c.is_ascii_lowercase())
            };
            words.extend(quoted.filter(capital).filter(whole).map(str::to_owned));
        }
    }
    assert!(words.len() > 40, "the search found too little: it is broken");
    words
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.expect("a folder can be listed").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

/// A file without its tests.
fn production_code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}

/// The arguments of a call, from behind its opening parenthesis.
fn arguments(text: &str) -> Vec<String> {
    let (mut depth, mut in_string, mut escaped) = (0, false, false);
    let mut found = vec![String::new()];
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => break,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = found.last_mut() {
            last.push(c);
        }
    }
    found.into_iter().map(|argument| argument.trim().to_owned()).filter(|a| !a.is_empty()).collect()
}

fn literal(argument: &str) -> Option<String> {
    let inner = argument.strip_prefix('"')?.strip_suffix('"')?;
    (!inner.contains('"')).then(|| inner.to_owned())
}
