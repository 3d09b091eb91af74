//! Every code that a finding can have, in one table: its name, its severity, when it is noted and how to mend it.
//!
//! To add one, add a row to the chapter whose crate notes it, its reason in `reason/`, a case and a near miss to that
//! chapter's test, and run `make docs`, which writes the table into `docs/plan.md`.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Reason, Severity, reason};

/// Which crate notes a code; that crate's tests have a case and a near miss of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chapter {
    /// This one, of a plan as it is written. Cases: `shared/plan/tests/findings`.
    Plan,
    /// `migration::survey`, of what AWS says about the resources that a plan names. Cases:
    /// `shared/migration/tests/survey`.
    Survey,
    /// The function that validates, where DMS itself answers. Cases: `functions/validate/tests/handler.rs`.
    Validate,
}

/// One row of the table.
struct Row {
    chapter: Chapter,
    name: &'static str,
    severity: Severity,
    summary: &'static str,
    remedy: &'static str,
}

/// Declares the codes and their table at once, so that none is in one of them alone.
macro_rules! codes {
    ($($chapter:ident { $($code:ident = $name:literal, $severity:ident, $summary:literal, $remedy:literal;)+ })+) => {
        /// The stable name of what a finding is about. [`fmt::Display`] and serde write it as `docs/plan.md` lists it.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum Code {
            $($(#[doc = $summary] $code,)+)+
            /// A code of another release, read from a document that its functions wrote: carried, never noted.
            Other(String),
        }

        impl Code {
            /// Every code of this release, by chapter.
            pub const ALL: &[Code] = &[$($(Code::$code,)+)+];

            fn row(&self) -> Option<&'static Row> {
                match self {
                    $($(Code::$code => Some(&Row {
                        chapter: Chapter::$chapter,
                        name: $name,
                        severity: Severity::$severity,
                        summary: $summary,
                        remedy: $remedy,
                    }),)+)+
                    Code::Other(_) => None,
                }
            }
        }

        impl From<String> for Code {
            fn from(name: String) -> Self {
                match name.as_str() {
                    $($($name => Code::$code,)+)+
                    _ => Code::Other(name),
                }
            }
        }
    };
}

codes! {
    Plan {
        AboutNothingSelected = "about-nothing-selected", Warning,
            "a rule is about a schema or table that no selection rule includes, so it does nothing; in a mapping \
             with thousands of rules that are nearly alike the search ends part of the way",
            "mend the name, or select the table";
        ActionNotForTarget = "action-not-for-target", Error,
            "a transformation's `rule-action` does not change the kind of object that `rule-target` names",
            "names of all kinds can be changed; a key belongs to a `table`, everything else to a `column`";
        ArnsApart = "arns-apart", Error,
            "an endpoint is in another account or Region than the replication instance",
            "take the endpoint beside the instance";
        AtCloseNotStated = "at-close-not-stated", Error,
            "a `full-load-and-cdc` task has a window, and the plan does not say what happens to it at the close, \
             whether it still loads then or replicates",
            "`AtClose` `Stop` stops it at each close, and the next window goes on with it; `LeaveRunning` lets it run on, and \
             the run ends with its load";
        BadArn = "bad-arn", Error,
            "a text is no ARN, or `TopicArn` or `ChatTopicArn` is not an SNS topic's",
            "copy the ARN from the console";
        BadCdcStartPosition = "bad-cdc-start-position", Error,
            "`CdcStartPosition` has none of the forms that DMS documents",
            "give a date, a `checkpoint:...` or a position in the source's log; a file of a MySQL log has a dot in \
             its name";
        BadCdcStopPosition = "bad-cdc-stop-position", Error,
            "`CdcStopPosition` is not `server_time:` or `commit_time:` and a UTC time to the second, without offset",
            "write it like `server_time:2026-12-01T04:00:00`";
        BadDate = "bad-date", Error,
            "an element of `Except` is no date",
            "write it like `2026-12-24`";
        BadDuration = "bad-duration", Error,
            "`Duration` or `StopLead` is no ISO 8601 span, has months or years, is not more than nothing, or is \
             longer than allowed",
            "write it like `PT7H` or `PT10M`; `Duration` at most 13 days, `StopLead` at most one";
        BadExpression = "bad-expression", Error,
            "a quote or parenthesis of an `expression` is not closed",
            "close it; in SQLite a quote inside a text is written twice";
        BadIdentifier = "bad-identifier", Error,
            "an identifier is none that DMS takes",
            "letters, digits and single hyphens, a letter first, no hyphen at the end";
        BadKeyOrigin = "bad-key-origin", Warning,
            "`origin` of a `primary-key-def` is neither `primary-key` nor `unique-index`",
            "one of the two, or leave it out for `primary-key`";
        BadMask = "bad-mask", Warning,
            "`value` of `data-masking-digits-mask` is not one printable ASCII character that is no blank",
            "such as `\"#\"` or `\"*\"`";
        BadNumber = "bad-number", Error,
            "`LagSeconds`, `MinimumMinutes`, `Restarts` or `StallMinutes` is no whole number, too large, or 0 where \
             that makes no sense",
            "write a whole number, without quotes";
        BadPattern = "bad-pattern", Warning,
            "a name has a `[` that no `]` closes, or nothing between them",
            "`[ab]`, `[a-d]`, or `[_]` for an underscore";
        BadPrepMode = "bad-prep-mode", Error,
            "`TargetTablePrepMode` is none of DMS's three words",
            "`DO_NOTHING`, `DROP_AND_CREATE` or `TRUNCATE_BEFORE_LOAD`";
        BadRuleId = "bad-rule-id", Error,
            "`rule-id` is no number",
            "digits, such as `\"1\"`";
        BadSetting = "bad-setting", Error,
            "a task setting is of another type, outside its range, or none of its words; DMS would say \"Invalid \
             task settings JSON\"",
            "write what the message asks for";
        BadTag = "bad-tag", Error,
            "a tag has an empty or too long key, a too long value, or characters that DMS does not take",
            "keys up to 128 and values up to 256 letters, digits, blanks and `_.:/=+-@`";
        BadTeam = "bad-team", Error,
            "`Team` is too long or holds other characters than letters, digits, blanks and `_.-`",
            "shorten it, replace the others";
        BadTime = "bad-time", Error,
            "a time of day is not `hh:mm`, or `CdcStartTime` or `ScheduledTime` is no time",
            "`22:00`; `2018-03-08T12:12:12` in UTC or epoch seconds (not milliseconds); \
             `<aws.scheduler.scheduled-time>`";
        BareList = "bare-list", Error,
            "`TableMappings` is the list of rules itself",
            "put it inside an object: `{\"rules\": [...]}`";
        BeforeImageWithoutName = "before-image-without-name", Warning,
            "`column-prefix` and `column-suffix` of a `before-image-def` are both empty",
            "state one of them, or leave both out for the prefix `BI_`";
        BeforeImagesTwice = "before-images-twice", Warning,
            "rows before a change are asked for by a rule, `add-before-image-columns`, and by \
             `BeforeImageSettings`",
            "keep one of the two";
        CloseByType = "close-by-type", Warning,
            "the task is kept elsewhere, and what the close of the window does with it depends on its type, which the plan does not \
             say",
            "state `AtClose` `Stop` or `LeaveRunning`";
        BoundaryOfOtherWidth = "boundary-of-other-width", Error,
            "a boundary of `ranges` has more or fewer values than there are columns",
            "one value for each column";
        CdcMemberWithoutCdc = "cdc-member-without-cdc", Warning,
            "a start or stop of a replication is stated for a full load, which DMS ignores",
            "take it out, or choose another `MigrationType`";
        CdcStartNow = "cdc-start-now", Error,
            "`CdcStartPosition` is `now`, which DMS does not document",
            "leave out both `CdcStartPosition` and `CdcStartTime`: the replication begins now";
        CdcStartTwice = "cdc-start-twice", Error,
            "both `CdcStartTime` and `CdcStartPosition` are stated; DMS refuses the pair",
            "keep one";
        CdcStartWithFullLoad = "cdc-start-with-full-load", Error,
            "a start is stated for `full-load-and-cdc`, which begins its replication where its load began",
            "take it out, or load with `full-load` and replicate with a `cdc` task of its own";
        ChangedTwice = "changed-twice", Warning,
            "two rules do the same kind of thing to the same object; DMS takes the one with the lowest `rule-id`",
            "keep one";
        ColumnNotTransformable = "column-not-transformable", Warning,
            "a transformation is about a column whose name holds `#`, `\\`, `/` or `-`, or is written from right \
             to left",
            "rename the column in the source, or in a view of it";
        ColumnWithoutExpression = "column-without-expression", Warning,
            "`add-column` without `expression` adds an empty column",
            "give an expression";
        ConsoleMember = "console-member", Warning,
            "a mapping exported from the DMS console has a member that only the console reads",
            "nothing, or take it out";
        ContradictorySettings = "contradictory-settings", Error,
            "two task settings exclude each other, or one needs another that is not stated or that the migration \
             type does not allow; the message names both",
            "do what the message says";
        DurationFromNow = "duration-from-now", Info,
            "a `Duration` without a time in `ScheduledTime` counts from the start of the execution",
            "fine by hand; in a schedule write `<aws.scheduler.scheduled-time>`";
        EndsBeforeItsStop = "ends-before-its-stop", Warning,
            "the run ends when `Until` has come true and leaves the task running: nothing is there to stop it at the close, \
             as `AtClose` says",
            "`Then` `Stop`, or `Until` `Stopped`, which stays with the task until the close";
        ExternalWithMore = "external-with-more", Error,
            "a task that somebody else keeps is named, and beside its name stands what cannot be asked of such a task",
            "leave nothing in `Task` but the ARN or the identifier; an end at the close is `AtClose` `Stop` in `Window`";
        EqualRuleIds = "equal-rule-ids", Warning,
            "two rules have the same `rule-id`",
            "give each rule its own";
        EqualRuleNames = "equal-rule-names", Warning,
            "two rules have the same `rule-name`",
            "give each rule its own";
        EqualSelectionIds = "equal-selection-ids", Error,
            "two selection rules have the same `rule-id`, as numbers or as text",
            "give each rule its own";
        ExplicitWithPattern = "explicit-with-pattern", Error,
            "`rule-action` `explicit`, which names one table, with a wildcard",
            "write the name out, or use `include`";
        FailureStaysSilent = "failure-stays-silent", Info,
            "a task setting under which DMS goes on without the tables, rows, changes or ends of LOBs that did not fit, or \
             without any table: `TableErrorPolicy` `SUSPEND_TABLE`; `DataErrorPolicy`, `DataTruncationErrorPolicy` and the four \
             `ApplyError...Policy` `LOG_ERROR` or `IGNORE_RECORD`; `LimitedSizeLobMode` with DMS's 32 KB; \
             `FailOnNoTablesCaptured` `false`",
            "nothing, or the setting that the message names";
        FixedOffsetZone = "fixed-offset-zone", Warning,
            "`TimeZone` has the same offset all year, as `EST` or `Etc/GMT+5`, and no place's clocks",
            "the name of a place, such as `America/New_York`; `UTC` is taken as it is";
        FileInsteadOfText = "file-instead-of-text", Error,
            "a member holds the name of a file (`file://...`), which only the AWS CLI reads, or an address",
            "put the content of the file there";
        FilterOfExcluded = "filter-of-excluded", Error,
            "a rule that excludes has filters",
            "take them out";
        FilterWithPattern = "filter-with-pattern", Warning,
            "a filter on tables that are named by a pattern",
            "a rule with the exact name for each table";
        FinishedLeftOut = "finished-left-out", Error,
            "`On` does not hold `Finished`",
            "add it: every run ends with a message";
        HiccupIsFatal = "hiccup-is-fatal", Warning,
            "`RecoverableErrorCount` is 0: DMS gives the task up at the first connection that is lost",
            "`-1` for without end, or a count; `Restarts` of the plan starts it again";
        IncludedAndExcluded = "included-and-excluded", Warning,
            "a rule excludes exactly what another includes",
            "take one of them out";
        KeyOfAColumn = "key-of-a-column", Warning,
            "`define-primary-key` with `\"rule-target\": \"column\"`",
            "`\"rule-target\": \"table\"`";
        KeyWithPattern = "key-with-pattern", Warning,
            "`define-primary-key` with a wildcard in the name of the schema or table",
            "a rule with the exact names for each table";
        LongOpening = "long-opening", Warning,
            "from `Opens` to `Closes` it is more than 16 hours",
            "exchange the two, if the night is meant";
        LagWithoutCaughtUp = "lag-without-caught-up", Warning,
            "`LagSeconds` is stated, and nothing waits for it",
            "state `Until` `CaughtUp`, or leave it out";
        LeadingZeros = "leading-zeros", Warning,
            "a `rule-id` begins with 0",
            "write it without zeros";
        LobWithoutMode = "lob-without-mode", Warning,
            "LOBs are to be migrated, and neither `FullLobMode` nor `LimitedSizeLobMode` is on",
            "set one of them to `true`";
        LobsCutShort = "lobs-cut-short", Warning,
            "`LobMaxSize` is smaller than the 32 KB at which DMS's own default cuts LOBs off",
            "the KB of the largest LOB, or `FullLobMode`";
        LobsCutToNothing = "lobs-cut-to-nothing", Warning,
            "`LobMaxSize` is 0 where LOBs are cut off at that size",
            "the KB of the largest LOB, or `FullLobMode`";
        LobsLeftOut = "lobs-left-out", Warning,
            "`SupportLobs` is `false`: columns of LOBs are missing in the target, and DMS says nothing",
            "`true`, unless no table has such columns";
        LobsNotInBatches = "lobs-not-in-batches", Warning,
            "`BatchApplyEnabled` beside `FullLobMode`: changes of tables with LOBs are applied in batches in the \
             limited mode only",
            "`LimitedSizeLobMode` with a `LobMaxSize`, or no batches";
        LogComponentTwice = "log-component-twice", Warning,
            "`LogComponents` names a component twice",
            "keep one";
        LogEndsBeforeNextWindow = "log-ends-before-next-window", Warning,
            "a replication is stopped until its next window, and the log of this source may not last so long; the \
             message names engine and span",
            "keep the log longer than that, or let the task run on";
        ManyTags = "many-tags", Warning,
            "there are more tags than AWS takes on one resource",
            "take some out";
        MaskBeforeType = "mask-before-type", Warning,
            "the type of a masked column is changed by a rule with a larger `rule-id` than the mask",
            "give the change of type the smaller `rule-id`";
        MaskNotForType = "mask-not-for-type", Warning,
            "a masked column gets a type that its mask is not for, or too short for a hash of 64 characters",
            "`string` or `wstring`, for random digits a whole number too; at least 64 long for a hash";
        MaskedNotValidated = "masked-not-validated", Info,
            "validation is on, and a rule masks columns, which DMS does not compare",
            "nothing; a table whose key is masked is not compared at all";
        MissingMember = "missing-member", Error,
            "a required member is absent or empty",
            "add it at the place that is named";
        MoreFindings = "more-findings", Info,
            "there are more than 100 findings, or more than 40 KiB of them; this one counts the others",
            "mend those that are shown";
        NegativeConditionBesideOthers = "negative-condition-beside-others", Error,
            "`noteq`, `notbetween` or `notnull` beside another condition of the same filter: joined by OR, they let \
             every row through",
            "a filter of its own for each";
        NestedTooDeeply = "nested-too-deeply", Error,
            "the plan, or the text of a mapping or of settings, has more than 64 levels",
            "it is not a document that DMS takes";
        NoRules = "no-rules", Error,
            "`TableMappings` is no object with a list `rules`",
            "`{\"rules\": [...]}`";
        NoSelectionRule = "no-selection-rule", Error,
            "no rule has `\"rule-type\": \"selection\"`",
            "add one: without it DMS migrates nothing and refuses the mapping";
        NotJson = "not-json", Error,
            "the text in `TableMappings` or `ReplicationTaskSettings` is not JSON; line and column are named",
            "mend it, or write the object itself instead of text";
        NotOneTask = "not-one-task", Error,
            "the pasted answer of `describe-replication-tasks` holds none or several tasks",
            "keep the one to run";
        NotSupportedYet = "not-supported-yet", Error,
            "the plan asks for something that this version cannot do",
            "leave it out; the [list](#not-supported-yet) is above";
        NothingSelected = "nothing-selected", Error,
            "all selection rules exclude",
            "add one that includes";
        OpenAllDay = "open-all-day", Info,
            "`Opens` and `Closes` are the same time, which means 24 hours and not none",
            "nothing, or correct one of the two";
        OpensInTheGap = "opens-in-the-gap", Warning,
            "once a year the clocks of `TimeZone` skip the time in `Opens`, and an EventBridge schedule at that \
             time skips the night",
            "open before or after that hour";
        OtherHome = "other-home", Error,
            "the plan's ARNs are of another account or Region than the machine that was given it",
            "give it to a machine there";
        OtherLobSizeValidated = "other-lob-size-validated", Warning,
            "`ValidationPartialLobSize` is another than `LobMaxSize`, at which LOBs are cut off",
            "make them equal";
        ParallelApplyWithoutBatches = "parallel-apply-without-batches", Warning,
            "parallel apply is stated without `BatchApplyEnabled`, or its buffers and queues without threads",
            "state what the message names; Kinesis and Kafka targets need no batches";
        PauseCannotResume = "pause-cannot-resume", Warning,
            "the window may pause the load, and under `DO_NOTHING` the next night could not resume it without \
             loading rows twice",
            "state `TRUNCATE_BEFORE_LOAD` or `DROP_AND_CREATE`; or `Start` `Resume`, and empty unfinished tables \
             yourself";
        PlanTooLarge = "plan-too-large", Error,
            "the plan has more than 160 KiB",
            "use wildcards in the mapping, or split the task";
        PrepModeNotStated = "prep-mode-not-stated", Info,
            "the plan does not state `TargetTablePrepMode`, so a task is created with `DO_NOTHING`",
            "state the one you want";
        ReadOnlyMember = "read-only-member", Info,
            "`Task` holds a member that DMS answers and nobody can ask for; it is left out",
            "nothing, or take it out";
        ReadOnlySetting = "read-only-setting", Warning,
            "the settings name the log group or log stream, which DMS refuses to take; it is left out",
            "take it out";
        ReloadEveryNight = "reload-every-night", Info,
            "`Start` `Refresh` or `Reload` in a window, for a task that may replicate: every table is loaded again in each night, \
             where `Auto` resumes the replication",
            "leave `Start` out to resume; nothing, if a new copy is wanted";
        ReloadOnTop = "reload-on-top", Error,
            "`Start` `Refresh` or `Reload`, or `OnTableErrors` `Reload`, under `DO_NOTHING` would put rows into the \
             target twice",
            "state `TRUNCATE_BEFORE_LOAD` or `DROP_AND_CREATE`";
        ReloadWithoutLoad = "reload-without-load", Error,
            "`Start` `Refresh` or `Reload`, or `OnTableErrors` `Reload`, for a `cdc` task, which loads no table",
            "`Auto` or `Resume`; `Fail` or `Warn`";
        RepeatedKey = "repeated-key", Error,
            "a key stands twice in one JSON object, of which all but one value are lost",
            "keep one";
        ReservedTag = "reserved-tag", Error,
            "a tag's key begins with `aws:` or `dms:`, or is the one that names the run that drives the task",
            "choose another key";
        RuleIdAsNumber = "rule-id-as-number", Info,
            "`rule-id` is written as a number; DMS takes it",
            "nothing, or write it as text";
        ResumeConsents = "resume-consents", Info,
            "`Start` `Resume` for a task that is kept elsewhere: it resumes nothing that `Auto` does not, but loads of unfinished \
             tables on top of their rows",
            "leave `Start` out, unless these tables have been emptied";
        RunsPastTheClose = "runs-past-the-close", Warning,
            "a replication runs on after the close, where the plan may be meant to stop it: `AtClose` is not stated for a `cdc` task, \
             or `Then` `Stop` waits for an end that does not come before the close",
            "`AtClose` `Stop`, or `AtClose` `LeaveRunning` without `Then`";
        RuleNameAsNumber = "rule-name-as-number", Info,
            "`rule-name` is written as a number; DMS very probably takes it",
            "nothing, or write it as text";
        RuleTargetMissing = "rule-target-missing", Warning,
            "a transformation has no `rule-target`, and its action leaves one kind of object only",
            "state the `rule-target` that the message names";
        RuleWithoutEffect = "rule-without-effect", Warning,
            "a rule that can do nothing: `table-settings` without settings, or columns for the rows before a change \
             in a full load",
            "complete it or take it out";
        SameEndpoints = "same-endpoints", Error,
            "source and target are the same endpoint",
            "give the target's own ARN";
        SelectedTwice = "selected-twice", Warning,
            "two rules select the same tables",
            "keep one";
        SettingAsText = "setting-as-text", Warning,
            "a task setting that is a number or true or false is written as text; it is sent without quotes",
            "take the quotes away";
        SettingWithoutCdc = "setting-without-cdc", Warning,
            "a full load states what only means something for a replication: Time Travel, before images, a stop \
             after cached changes, the length of a resync",
            "take it out, or choose another `MigrationType`";
        SettingsInSelection = "settings-in-selection", Warning,
            "`parallel-load` or `lob-settings` in a selection rule, where they do nothing",
            "a `table-settings` rule";
        SettingsWithPattern = "settings-with-pattern", Error,
            "`table-settings` for a table that is named by a pattern",
            "a rule with the exact name for each table";
        SettingsWrapper = "settings-wrapper", Error,
            "the settings stand inside another object, `TaskSettings` or `ReplicationTaskSettings`",
            "state the inner object";
        SeveralIntoOne = "several-into-one", Warning,
            "`rename` gives several tables or columns, named by a pattern, one and the same name",
            "name one exactly, or make the name with an `expression`";
        StarIsNoWildcard = "star-is-no-wildcard", Warning,
            "a name holds `*`, which stands for itself",
            "`%` is any text";
        StoppedEarly = "stopped-early", Info,
            "with `Then` `Stop` a replication is stopped as soon as `Until` has come true, which may be minutes after the window has \
             opened",
            "nothing; or `AtClose` `Stop` without `Until` and `Then`, to replicate until the close";
        StopBeforeStart = "stop-before-start", Error,
            "a replication is to end before it begins",
            "exchange the times, or correct one";
        StopInThePast = "stop-in-the-past", Warning,
            "`CdcStopPosition` is a time that has passed",
            "a time to come, or leave it out";
        StopLeadWithoutStop = "stop-lead-without-stop", Warning,
            "`StopLead` is stated, and nothing is stopped at the close",
            "take it out, or state `AtClose` `Stop`";
        StoppedReplicationKeepsTheLog = "stopped-replication-keeps-the-log", Warning,
            "a `cdc` task is stopped at each close, and the source must keep its log until the next window",
            "check the log's retention; on PostgreSQL watch the disk";
        SystemSchemaSelected = "system-schema-selected", Warning,
            "a selection takes a schema that databases keep for themselves, such as `mysql` or `pg_catalog`, or \
             `%` can mean it",
            "exclude these schemas, or name your own";
        SystemSchemaToAnotherEngine = "system-schema-to-another-engine", Error,
            "a selection takes a system schema of the source's engine, and the target is of another engine",
            "exclude the schemas that the message names";
        TagTwice = "tag-twice", Error,
            "two tags have the same key",
            "keep one";
        TextAsNumber = "text-as-number", Warning,
            "a number or a flag stands in a rule where DMS wants a text; it very probably takes it",
            "write it in quotes";
        TooManyColumns = "too-many-columns", Error,
            "`ranges` with more than ten columns",
            "ten are enough to cut a table into parts";
        TopicAccountApart = "topic-account-apart", Warning,
            "`TopicArn` is in another account than the task; the stack's permission alone is not enough there",
            "let the topic's own policy name the account of the stack, name it in `OtherTopicArns`, or take a topic of \
             the stack's account";
        TopicElsewhere = "topic-elsewhere", Error,
            "`TopicArn` or `ChatTopicArn` is in another Region than the task",
            "a topic in the Region of the task";
        UnfitResync = "unfit-resync", Warning,
            "`ResyncSettings` are not as the guide wants them: the range of `MaxResyncTime`, the cron expression, \
             or the validation that a resync lives on",
            "what the message says";
        UnknownDataType = "unknown-data-type", Warning,
            "a data type is none of DMS's own that is known",
            "one of the types in the message, if it is alike";
        UnknownHeader = "unknown-header", Warning,
            "an expression uses a `$AR_H_...` that is not known",
            "check its spelling";
        UnknownMember = "unknown-member", Error,
            "a member is not known at this place; the message names the place it belongs to, or the nearest known \
             name",
            "move it, correct it or take it out";
        UnknownMigrationType = "unknown-migration-type", Error,
            "the task that somebody else keeps has a migration type that this version does not know",
            "run it in the DMS console";
        UnknownRuleMember = "unknown-rule-member", Warning,
            "a rule or an object in it has a member that is not known there, which DMS passes over",
            "correct its name, or take it out";
        UnknownSetting = "unknown-setting", Warning,
            "a task setting or a section of them is not known at this place; the message names the section it \
             belongs to, or the nearest known name",
            "move it, correct it or take it out; a setting that DMS has learned since is passed on as it is";
        UnknownTimeZone = "unknown-time-zone", Error,
            "`TimeZone` is no IANA name",
            "`Europe/Berlin`, `America/New_York`, `UTC`";
        UnknownWord = "unknown-word", Error,
            "a member holds another word than those that it may hold; capitals count",
            "choose one of the words in the message";
        UntilFullLoad = "until-full-load", Info,
            "`Until` `FullLoadComplete` for a full load, which stops when it is complete",
            "nothing, or take it out";
        UntilNever = "until-never", Error,
            "`Until`, stated or by default, could never come true: nothing ends the replication, or no table is \
             loaded",
            "give a `CdcStopPosition`, a window, or another `Until`";
        UnusualSetting = "unusual-setting", Warning,
            "a task setting is a word that DMS does not document, or a larger number than AWS recommends",
            "check it against the DMS user guide";
        ValidationOfReplacedCharacters = "validation-of-replaced-characters", Warning,
            "`CharacterSetSettings` beside `EnableValidation`, which DMS does not support",
            "take one of them out";
        ValidationRuleWithoutValidation = "validation-rule-without-validation", Warning,
            "a `validation` rule, and `EnableValidation` is not on",
            "set it to `true`, or take the rule out";
        ValueNotText = "value-not-text", Warning,
            "a value of a filter is written as a number or a flag",
            "write it as text";
        ValueNotUsed = "value-not-used", Warning,
            "a member means nothing beside what the rule says otherwise",
            "take it out";
        ViewsAreOnlyLoaded = "views-are-only-loaded", Warning,
            "views are selected in a task that replicates",
            "a full-load task of their own";
        WindowNeverOpens = "window-never-opens", Error,
            "`Days` is an empty list",
            "name the days, or leave `Days` out for every day";
        WindowTooShort = "window-too-short", Error,
            "`StopLead` and `MinimumMinutes` together are as long as the window",
            "make the window longer or them shorter";
        WindowTwice = "window-twice", Error,
            "hours of the day stand beside `Duration`",
            "keep one of the two";
        WrappedInItself = "wrapped-in-itself", Error,
            "a document stands inside itself: `Task` in `Task`, `TableMappings` in `TableMappings`",
            "state the inner one";
        WrongArn = "wrong-arn", Error,
            "an ARN names something else than is wanted here",
            "copy the ARN of the endpoint, instance or task";
        WrongPartition = "wrong-partition", Error,
            "an ARN names a Region of another partition: those of China, of GovCloud and of the isolated and sovereign \
             clouds have partitions of their own",
            "the ARN that the message spells";
        WrongTablespace = "wrong-tablespace", Warning,
            "a locator names both kinds of tablespace, another kind than `rule-target`, or none where that is a \
             tablespace",
            "name the one that the rule is about";
        WrongType = "wrong-type", Error,
            "a value is of another JSON type than wanted; the whole plan must be an object",
            "write what the message asks for";
    }

    Survey {
        AnotherWriter = "another-writer", Warning,
            "another task of the target endpoint writes, or may write, the same tables; transformations that rename \
             make it *may*",
            "give the two different tables, or see that they never run at the same time";
        CdcStartPositionNotDocumented = "cdc-start-position-not-documented", Warning,
            "`CdcStartPosition` is a position in a log, which DMS documents for MySQL, PostgreSQL, SQL Server and \
             Oracle sources only",
            "a date, a `checkpoint:...`, or leave it out";
        CdcStartPositionNotForSource = "cdc-start-position-not-for-source", Error,
            "`CdcStartPosition` has the form of another engine than the source's",
            "the form that the message names";
        CdcStartTimeIgnored = "cdc-start-time-ignored", Warning,
            "a DocumentDB source does not look at `CdcStartTime`",
            "take it out: the replication begins when the task starts";
        CdcStartTimeNotForSource = "cdc-start-time-not-for-source", Error,
            "`CdcStartTime` for a PostgreSQL source, which cannot find a time in its log",
            "a `CdcStartPosition` with an LSN of its slot";
        Drift = "drift", Warning,
            "with `OnDrift` `Ignore`: the task that runs differs here from the plan",
            "make the plan say what the task is";
        EndpointChanging = "endpoint-changing", Warning,
            "an endpoint is being created, modified or tested",
            "nothing: a run waits until it is active, as long as its window allows";
        EndpointNotActive = "endpoint-not-active", Error,
            "an endpoint is being deleted, or has failed",
            "mend the endpoint, start the run again";
        EndpointReadOnly = "endpoint-read-only", Error,
            "the target endpoint is read-only: a zero-ETL integration keeps it",
            "an endpoint of your own";
        EngineVersionEnds = "engine-version-ends", Warning,
            "a pre-flight: DMS upgrades the replication instance from its version inside the plan's window, or before the \
             next one, or could do so at any moment; the message has the date",
            "upgrade the instance before, with its tasks stopped, or move the window";
        InstanceChanging = "instance-changing", Warning,
            "the replication instance is being created, modified, upgraded or restarted",
            "nothing: a run waits until it is available, as long as its window allows";
        InstanceNotAvailable = "instance-not-available", Error,
            "the replication instance cannot work, and time alone does not help",
            "do what the message says; a full instance needs more storage";
        InstanceNotLookedAt = "instance-not-looked-at", Info,
            "a pre-flight: AWS did not say something about the replication instance, so the report is poorer by it; the \
             message says what and why",
            "let the role of `validate` ask it, where that was refused; the template does";
        InstanceSeen = "instance-seen", Info,
            "a pre-flight: which replication instance it is, its version and its maintenance",
            "nothing";
        InstanceShortOfMemory = "instance-short-of-memory", Warning,
            "a pre-flight: the replication instance had less than 1 GiB of memory to give in the last hour",
            "a larger instance class, or fewer tasks on it at one time";
        InstanceShortOfStorage = "instance-short-of-storage", Warning,
            "a pre-flight: the replication instance had less than 5 GiB of free storage in the last hour",
            "more storage, or less in the logs of its tasks";
        MaintenanceInWindow = "maintenance-in-window", Warning,
            "the weekly maintenance of the replication instance falls into the plan's window, in the week from now; \
             it may restart the instance and the load",
            "move the instance's maintenance, or the window";
        MaintenancePending = "maintenance-pending", Warning,
            "a pre-flight: a maintenance action waits for the replication instance, and is forced or applied inside the \
             plan's window, or before the next one; the message has the date",
            "apply it before, or move the window";
        NoSuchEndpoint = "no-such-endpoint", Error,
            "there is no endpoint of this ARN in the machine's account and Region",
            "check the ARN";
        NoSuchInstance = "no-such-instance", Error,
            "there is no replication instance of this ARN in the machine's account and Region",
            "check the ARN";
        ParallelLoadNotForSource = "parallel-load-not-for-source", Error,
            "a `parallel-load` that the source does not do: PostgreSQL takes `ranges` only, subpartitions are for \
             Oracle",
            "`ranges`, or leave it out";
        ParallelLoadOfCollections = "parallel-load-of-collections", Warning,
            "a member of `parallel-load` that DMS documents for MongoDB and DocumentDB sources only",
            "take it out";
        PendingChanges = "pending-changes", Warning,
            "changes of the replication instance wait for its next maintenance",
            "apply them now, or expect a restart then";
        RuleNotForTarget = "rule-not-for-target", Error,
            "an `object-mapping` rule for another target than Kinesis, Kafka or DynamoDB, or a `post-processing` \
             rule for another than S3",
            "take the rule out, or choose another target";
        SourceReadOnly = "source-read-only", Warning,
            "the source endpoint is read-only: a zero-ETL integration keeps it, and may change or delete it",
            "an endpoint of your own";
        TablespaceNotForTarget = "tablespace-not-for-target", Warning,
            "a transformation of tablespaces for a target that is not Oracle",
            "take the rule out";
        TargetBeingLoaded = "target-being-loaded", Error,
            "another task is loading the same tables of the target now, and empties or drops them first",
            "wait until its load is over, or give the two different tables";
        TopicNotAllowed = "topic-not-allowed", Warning,
            "the stack's own permission does not cover the plan's `TopicArn`; where the topic's policy does not let \
             `notify` publish either, the stack's topic gets the messages instead",
            "add it to the stack's parameter `OtherTopicArns`";
        UnknownEngine = "unknown-engine", Warning,
            "the engine of an endpoint is not known to this version, so its rules are not checked",
            "nothing, when DMS knows it";
        ValidationNotForEngine = "validation-not-for-engine", Warning,
            "validation is on, and DMS does not compare rows of this engine",
            "take `EnableValidation` out: no row will be called verified";
        WritersNotCompared = "writers-not-compared", Warning,
            "other tasks of the target endpoint have too many rules to be compared with the plan's in time; the \
             message says how many",
            "see for yourself that none of them writes the same tables";
        WrongEndpointKind = "wrong-endpoint-kind", Error,
            "the source endpoint is a target, or the other way round",
            "exchange them, or take the right one";
    }

    Validate {
        ConnectionNotTested = "connection-not-tested", Error,
            "DMS refused to test the connection of an endpoint; its words follow",
            "mend what DMS names, or test the connection in the DMS console";
    }
}

impl Code {
    /// Its name as users see it.
    pub fn as_str(&self) -> &str {
        match self {
            Code::Other(name) => name,
            known => known.row().map_or("", |row| row.name),
        }
    }

    /// What a finding of this code weighs. Of two codes it is the least, and the finding itself says how much it is:
    /// [`Code::MoreFindings`] weighs as the heaviest for which it stands, [`Code::Other`] as its release says.
    pub fn severity(&self) -> Severity {
        self.row().map_or(Severity::Info, |row| row.severity)
    }

    /// When it is noted, as Markdown without a full stop; empty for [`Code::Other`], as are the next two.
    pub fn summary(&self) -> &'static str {
        self.row().map_or("", |row| row.summary)
    }

    /// How to mend it, as Markdown without a full stop.
    pub fn remedy(&self) -> &'static str {
        self.row().map_or("", |row| row.remedy)
    }

    /// What it costs to ignore it, and what its rule rests on; `None` for [`Code::Other`].
    pub fn reason(&self) -> Option<Reason> {
        reason::of(self)
    }

    /// Which crate notes it.
    pub fn chapter(&self) -> Option<Chapter> {
        self.row().map(|row| row.chapter)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Code> for String {
    fn from(code: Code) -> String {
        code.as_str().to_owned()
    }
}

/// By name, as a report is sorted.
impl Ord for Code {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for Code {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_by_its_name_and_one_of_another_release_is_carried() {
        for code in Code::ALL.iter().cloned().chain([Code::Other("of-next-year".to_owned())]) {
            let written = serde_json::to_string(&code).unwrap();
            assert_eq!(written, format!("\"{code}\""));
            assert_eq!(serde_json::from_str::<Code>(&written).unwrap(), code);
        }
    }

    #[test]
    fn every_name_is_the_variant_in_kebab_case() {
        for code in Code::ALL {
            let capital = |part: &str| part[..1].to_uppercase() + &part[1..];
            let variant: String = code.as_str().split('-').map(capital).collect();
            assert_eq!(variant, format!("{code:?}"));
        }
    }
}
