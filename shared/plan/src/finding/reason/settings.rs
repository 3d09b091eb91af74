//! Reasons of the codes about task settings.

use super::{Reason, RestsOn};
use crate::finding::Code;

/// The reason of a code that is noted here.
pub(super) fn of(code: &Code) -> Option<Reason> {
    use RestsOn::{Answer, Contradiction, Limit, Must, Ours, Seen};
    let reason = |cost, rests_on| Some(Reason { cost, rests_on });
    match code {
        Code::BadNumber => reason(
            "the task is refused, or the run waits for another time than was meant",
            Must("guide and this manual: the ranges of numbers"),
        ),
        Code::BadPrepMode | Code::BadSetting => {
            reason("the task is refused", Answer("Invalid task settings JSON"))
        }
        Code::ContradictorySettings => reason(
            "the task is refused, or one of the two is silently lost",
            Must(
                "guide, task settings: the settings that need or exclude each other, as the message names them",
            ),
        ),
        Code::FailureStaysSilent => reason(
            "rows or tables are missing, and the task ends as if all were well",
            Limit("guide, error handling: these policies log, ignore, cut off or suspend, and go on"),
        ),
        Code::HiccupIsFatal => reason(
            "a dropped connection costs the night",
            Seen("one fleet: an idle connection that was dropped became fatal"),
        ),
        Code::LobWithoutMode => reason(
            "LOB columns may be missing",
            Limit(
                "guide, target metadata: with `SupportLobs` one of the two is `true`; DMS takes a task without",
            ),
        ),
        Code::LobsCutShort => reason(
            "long texts and documents arrive without their ends, and only the task's log says so",
            Limit("guide, LOB support: in limited mode larger LOBs are truncated, with a warning in the log"),
        ),
        Code::LobsCutToNothing => {
            reason("LOBs arrive empty", Limit("guide, target metadata: limited mode wants a `LobMaxSize`"))
        }
        Code::LobsLeftOut => reason(
            "columns are missing, those of long texts too",
            Seen("a post-mortem: text columns were dropped without a word"),
        ),
        Code::LobsNotInBatches => reason(
            "changes of tables with LOBs are applied one by one, or fail",
            Limit("guide, target metadata: batches with LOB columns in limited mode only"),
        ),
        Code::LogComponentTwice => reason(
            "the log says less than was wanted",
            Limit("guide, logging: a severity for each component"),
        ),
        Code::OtherLobSizeValidated => reason(
            "LOBs that were cut off count as different",
            Limit("guide, LOB support: both sizes are equal where cut LOBs are validated"),
        ),
        Code::ParallelApplyWithoutBatches => reason(
            "changes are applied by one thread, and the lag grows",
            Limit(
                "guide, target metadata: threads with batches, but for streaming targets; buffers and queues with \
             threads",
            ),
        ),
        Code::ReadOnlySetting => reason(
            "nothing: it is left out",
            Seen(
                "DMS would answer \"Task Settings CloudWatchLogGroup or CloudWatchLogStream cannot be set on \
             create\"",
            ),
        ),
        Code::SettingAsText => {
            reason("nothing: it is sent without quotes", Ours("the guide has a number or a flag there"))
        }
        Code::SettingWithoutCdc => reason(
            "nothing; it misleads whoever reads the plan",
            Limit("guide, task settings: for tasks that replicate changes"),
        ),
        Code::SettingsWrapper => reason(
            "the task runs with defaults, and not with the settings that were meant",
            Contradiction("settings inside an object that DMS does not look into do not hold"),
        ),
        Code::UnfitResync => reason(
            "mismatched rows are never repaired",
            Limit(
                "guide, data resync: 5 to 14,400 minutes, five cron fields, a validation of its own or a \
             `ValidationTaskId`, not with `ValidationOnly`",
            ),
        ),
        Code::UnknownSetting => reason(
            "the setting does not hold",
            Limit("guide, task settings: the names in each section; DMS learns new ones"),
        ),
        Code::UnusualSetting => reason(
            "the task is refused, or fails later",
            Limit("guide, task settings: the words, and the sizes that AWS recommends"),
        ),
        Code::ValidationOfReplacedCharacters => reason(
            "rows count as different that are as they were wanted",
            Limit("guide, character substitution: not with validation"),
        ),
        _ => None,
    }
}
