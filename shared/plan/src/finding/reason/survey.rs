//! Reasons of the codes about what AWS says of the resources of a plan.

use super::{Reason, RestsOn};
use crate::finding::Code;

/// The reason of a code that is noted here.
pub(super) fn of(code: &Code) -> Option<Reason> {
    use RestsOn::{Answer, Contradiction, Limit, Must, Ours};
    let reason = |cost, rests_on| Some(Reason { cost, rests_on });
    match code {
        Code::AnotherWriter | Code::WritersNotCompared => reason(
            "two tasks overwrite each other's rows",
            Ours("what the other tasks of the target endpoint select"),
        ),
        Code::CdcStartPositionNotDocumented => {
            reason("the task may be refused", Limit("guide, change data capture: positions for four engines"))
        }
        Code::CdcStartPositionNotForSource => reason(
            "the task is refused, or fails when it starts",
            Must("guide, change data capture: the form of a position for each engine"),
        ),
        Code::CdcStartTimeIgnored => reason(
            "changes since that time are missing",
            Limit("guide, DocumentDB as a source: a start time is ignored"),
        ),
        Code::CdcStartTimeNotForSource => reason(
            "the task fails when it starts",
            Must("guide, PostgreSQL as a source: a time cannot be found in its log"),
        ),
        Code::ConnectionNotTested => reason(
            "the start is refused",
            Must(
                "a start needs a successful test, and DMS answers without one: \"Test connection for replication instance and endpoint should \
                 be successful for starting the replication task\"",
            ),
        ),
        Code::Drift => reason("the task does something else than the plan says", Ours("the plan allows it")),
        Code::EndpointChanging | Code::InstanceChanging => {
            reason("the night begins late", Ours("such a state passes, and is waited for"))
        }
        Code::EndpointNotActive | Code::InstanceNotAvailable => reason(
            "the start is refused",
            Must("API reference: tasks run on an available instance, between active endpoints"),
        ),
        Code::EndpointReadOnly => reason(
            "rows are written into what the integration takes for its own",
            Must(
                "API reference: only the integration may change a read-only endpoint, which DMS manages as part of it",
            ),
        ),
        Code::EngineVersionEnds => reason(
            "tasks are stopped in the middle of a load, and go on with another version of DMS",
            Limit(
                "API reference, DescribeEngineVersions: `ForceUpgradeDate`; `AutoUpgradeDate` with `AutoMinorVersionUpgrade`",
            ),
        ),
        Code::InstanceNotLookedAt => {
            reason("what is not looked at is found by night", Ours("the report says what it lacks"))
        }
        Code::InstanceShortOfMemory => reason(
            "the instance swaps, and DMS stops tasks for want of memory",
            Limit(
                "guide, task settings: one task keeps transactions of up to 1,024 MB in memory (`MemoryLimitTotal`)",
            ),
        ),
        Code::InstanceShortOfStorage => reason(
            "the instance is `storage-full`, and its tasks are stopped",
            Limit(
                "guide, replication instances: logs and cached changes go to its disk, 50 GB by default; this is a tenth",
            ),
        ),
        Code::MaintenancePending => reason(
            "a restart in the middle of a load",
            Limit(
                "API reference, DescribePendingMaintenanceActions: `ForcedApplyDate` holds whatever the maintenance window is",
            ),
        ),
        Code::InstanceSeen => reason("nothing", Ours("what DMS answers about the instance")),
        Code::MaintenanceInWindow | Code::PendingChanges => reason(
            "a restart in the middle of a load",
            Limit("guide, maintenance windows: the instance may be restarted then"),
        ),
        Code::NoSuchEndpoint | Code::NoSuchInstance => {
            reason("the task cannot be created", Contradiction("the plan names what is not there"))
        }
        Code::ParallelLoadNotForSource => {
            reason("the task fails when it starts", Must("guide, table settings: which source loads by what"))
        }
        Code::ParallelLoadOfCollections => reason(
            "nothing; the member does nothing",
            Limit("guide, table settings: for MongoDB and DocumentDB"),
        ),
        Code::RuleNotForTarget => reason(
            "the task is refused, or the rule does nothing",
            Must("guide, object mapping and S3 tagging: the targets that they are for"),
        ),
        Code::SourceReadOnly => reason(
            "the task loses its source when the integration goes",
            Limit("API reference: DMS manages a read-only endpoint as part of a zero-ETL integration"),
        ),
        Code::TablespaceNotForTarget => reason(
            "nothing; the rule does nothing",
            Limit("guide, transformation rules: tablespaces are for Oracle targets"),
        ),
        Code::TargetBeingLoaded => reason(
            "tables that are being loaded are emptied",
            Contradiction("one task empties what the other fills"),
        ),
        Code::TopicNotAllowed => reason(
            "the team is told nothing; the stack's topic is",
            Ours(
                "what the template lets `notify` publish to; a topic of the same account may let more in by its own policy",
            ),
        ),
        Code::UnknownEngine => reason("faults of this engine are found by night", Ours("DMS learns engines")),
        Code::ValidationNotForEngine => {
            reason("no row is ever called verified", Limit("guide, validation: the engines that it compares"))
        }
        Code::WrongEndpointKind => {
            reason("the task cannot be created", Answer("endpoint must be of type SOURCE"))
        }
        _ => None,
    }
}
