//! Whether a replication instance has storage and memory for another load.

use plan::finding::{Code, Findings};

/// A gibibyte, in bytes.
const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

/// With less free storage than this, in bytes, a warning is due. A tenth of the 50 GB that an instance has by default:
/// DMS writes logs, and changes that do not fit into memory, to the instance's disk, and stops its tasks when it is full.
const STORAGE_FLOOR: f64 = 5.0 * GIB;

/// With less memory than this, in bytes, a warning is due. What one task keeps of transactions before it writes them to
/// disk (`MemoryLimitTotal`, 1,024 MB by default).
const MEMORY_FLOOR: f64 = GIB;

/// The least that CloudWatch has seen of an instance in a while, in bytes; `None` where it has seen nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Capacity {
    /// `FreeStorageSpace`.
    pub free_storage: Option<f64>,
    /// `FreeableMemory`.
    pub freeable_memory: Option<f64>,
}

/// Warns of what was below its floor.
pub fn check(path: &str, capacity: Capacity, findings: &mut Findings) {
    if let Some(free) = capacity.free_storage.filter(|free| *free < STORAGE_FLOOR) {
        findings.add(
            path,
            Code::InstanceShortOfStorage,
            format!(
                "the replication instance had {} of free storage in the last hour, less than {}: logs and cached changes of a \
                 load may fill it, and DMS stops the tasks of a full instance; enlarge its storage",
                in_gib(free),
                in_gib(STORAGE_FLOOR)
            ),
        );
    }
    if let Some(free) = capacity.freeable_memory.filter(|free| *free < MEMORY_FLOOR) {
        findings.add(
            path,
            Code::InstanceShortOfMemory,
            format!(
                "the replication instance had {} of memory to give in the last hour, less than {}, which one task may take for its \
                 transactions: DMS stops tasks for want of memory; take a larger class, or let fewer tasks run on it at one time",
                in_gib(free),
                in_gib(MEMORY_FLOOR)
            ),
        );
    }
}

fn in_gib(bytes: f64) -> String {
    format!("{:.1} GiB", bytes / GIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_its_floor_is_told_and_what_was_not_seen_is_not() {
        let of = |storage: f64, memory: f64| Capacity {
            free_storage: Some(storage * GIB),
            freeable_memory: Some(memory * GIB),
        };
        for (capacity, expected) in [
            (of(40.0, 3.0), &[][..]),
            (of(5.0, 1.0), &[]),
            (of(4.99, 3.0), &[Code::InstanceShortOfStorage]),
            (of(40.0, 0.99), &[Code::InstanceShortOfMemory]),
            (of(0.0, 0.0), &[Code::InstanceShortOfMemory, Code::InstanceShortOfStorage]),
            (of(f64::NAN, f64::NAN), &[]),
            (Capacity::default(), &[]),
        ] {
            let mut findings = Findings::default();
            check("/Task", capacity, &mut findings);
            let codes: Vec<Code> = findings.into_sorted().into_iter().map(|finding| finding.code).collect();
            assert_eq!(codes, expected, "{capacity:?}");
        }
    }

    #[test]
    fn the_message_says_how_much_there_was() {
        let mut findings = Findings::default();
        check("/Task", Capacity { free_storage: Some(1.25 * GIB), freeable_memory: None }, &mut findings);
        let message = findings.into_sorted().remove(0).message;
        assert!(
            message.contains("had 1.2 GiB of free storage in the last hour, less than 5.0 GiB"),
            "{message}"
        );
    }
}
