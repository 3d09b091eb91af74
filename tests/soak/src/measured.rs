//! What processes take of memory and descriptors, as Linux tells it, and whether that grows.

use std::collections::BTreeMap;
use std::fmt::Write;

/// What a process holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// Resident memory, in KiB.
    pub kib: u64,
    /// Open descriptors.
    pub descriptors: u64,
}

/// What processes of one name held at one moment: of each the most.
pub type Sample = BTreeMap<String, Held>;

/// What a process holds now; nothing when it has ended.
pub fn of(pid: u32) -> Option<Held> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib = line.split_whitespace().next()?.parse().ok()?;
    let descriptors = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count() as u64;
    Some(Held { kib, descriptors })
}

/// Adds what a process holds to the sample under this name.
pub fn add(sample: &mut Sample, name: &str, pid: u32) {
    if let Some(held) = of(pid) {
        let most = sample.entry(name.to_owned()).or_default();
        most.kib = most.kib.max(held.kib);
        most.descriptors = most.descriptors.max(held.descriptors);
    }
}

/// How much more a name may hold at the end than in the beginning: an allocator never gives back all, and a connection
/// may just be open.
const MORE_OF_A_HUNDRED: u64 = 15;
const MORE_KIB: u64 = 4 * 1024;
const MORE_DESCRIPTORS: u64 = 8;

/// The most of each name in these samples.
fn most(samples: &[Sample]) -> Sample {
    let mut most = Sample::new();
    for (name, held) in samples.iter().flatten() {
        let known = most.entry(name.clone()).or_default();
        known.kib = known.kib.max(held.kib);
        known.descriptors = known.descriptors.max(held.descriptors);
    }
    most
}

/// What has grown between two spans, a line each.
pub fn growth(before: &[Sample], after: &[Sample]) -> Vec<String> {
    let (before, after) = (most(before), most(after));
    let mut grown = Vec::new();
    for (name, now) in &after {
        let Some(then) = before.get(name) else { continue };
        if now.kib > then.kib + then.kib * MORE_OF_A_HUNDRED / 100 + MORE_KIB {
            grown.push(format!("the memory of {name} has grown from {} to {} KiB", then.kib, now.kib));
        }
        if now.descriptors > then.descriptors + MORE_DESCRIPTORS {
            let (then, now) = (then.descriptors, now.descriptors);
            grown.push(format!("the descriptors of {name} have grown from {then} to {now}"));
        }
    }
    grown
}

/// A table of two spans.
pub fn table(before: &[Sample], after: &[Sample]) -> String {
    let (before, after) = (most(before), most(after));
    let mut text = String::from(
        "| process | KiB, early | KiB, late | descriptors, early | late |\n|---|---|---|---|---|\n",
    );
    for (name, now) in &after {
        let then = before.get(name).copied().unwrap_or_default();
        let _ = writeln!(
            text,
            "| {name} | {} | {} | {} | {} |",
            then.kib, now.kib, then.descriptors, now.descriptors
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(kib: u64, descriptors: u64) -> Vec<Sample> {
        vec![Sample::from([("poll".to_owned(), Held { kib, descriptors })])]
    }

    #[test]
    fn what_grows_is_named_and_what_stays_is_not() {
        let before = sample(20_000, 12);
        assert_eq!(growth(&before, &sample(26_000, 20)), Vec::<String>::new());
        assert_eq!(growth(&before, &sample(28_000, 12)).len(), 1);
        assert_eq!(growth(&before, &sample(20_000, 21)).len(), 1);
        assert_eq!(growth(&[], &sample(20_000, 21)), Vec::<String>::new());
    }

    #[test]
    fn this_process_holds_something() {
        let held = of(std::process::id()).expect("this process runs");
        assert!(held.kib > 0 && held.descriptors > 2, "{held:?}");
    }
}
