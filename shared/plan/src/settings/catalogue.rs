//! Every task setting that DMS documents: what it may hold and what DMS takes when it is not stated (DMS user guide,
//! task settings; defaults as a live service answers them).
//!
//! To add one: a row in its section below, with its type, range or words and its default. The check, the hint where a
//! setting belongs and the schema are made of the rows; `make schema` writes the schema. A case and a near miss stand
//! in `tests/findings/settings.rs`. What several settings show together is in `settings/together.rs`.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use super::PrepMode;

/// One documented setting: a key, or a section of keys.
#[derive(Clone, Debug)]
pub(crate) struct Setting {
    /// Its name, as DMS spells it.
    pub(crate) name: &'static str,
    /// What it may hold.
    pub(crate) kind: Kind,
    /// What DMS takes when it is not stated.
    pub(crate) default: ByDefault,
    /// The numbers that AWS recommends, where that is less than DMS takes.
    pub(crate) recommended: Option<RangeInclusive<i64>>,
    /// True for what DMS ignores, or wants left out, in a task that replicates no changes.
    pub(crate) only_with_cdc: bool,
}

/// What a setting may hold. Null is always taken: DMS answers it for what nobody set.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// True or false.
    Flag,
    /// A whole number in this range.
    Whole(RangeInclusive<i64>),
    /// Any text.
    Text,
    /// One of these words, and no other.
    Word(&'static [&'static str]),
    /// One of these words, or one that a later DMS has learned.
    OpenWord(&'static [&'static str]),
    /// The code point of a character: a number, or hexadecimal digits as text.
    CodePoint,
    /// An object with these keys.
    Section(&'static [Setting]),
    /// A list of objects with these keys.
    List(&'static [Setting]),
    /// Whatever stands there: DMS does not document it.
    Anything,
}

/// What DMS takes for a setting that is not stated.
#[derive(Clone, Copy, Debug)]
pub(crate) enum ByDefault {
    /// Nothing that it would answer.
    Absent,
    /// Null: the section is off.
    Null,
    /// For a section: the defaults of its keys.
    Keys,
    /// This flag.
    Flag(bool),
    /// This number.
    Whole(i64),
    /// This text.
    Text(&'static str),
}

impl Setting {
    /// The value that DMS takes when this is not stated; `None` where it answers none.
    pub(crate) fn default_value(&self) -> Option<Value> {
        match self.default {
            ByDefault::Absent => None,
            ByDefault::Null => Some(Value::Null),
            ByDefault::Flag(flag) => Some(flag.into()),
            ByDefault::Whole(number) => Some(number.into()),
            ByDefault::Text(text) => Some(text.into()),
            ByDefault::Keys => {
                let keys: Map<String, Value> = self
                    .keys()
                    .iter()
                    .filter_map(|key| Some((key.name.to_owned(), key.default_value()?)))
                    .collect();
                Some(keys.into())
            }
        }
    }

    /// The keys of a section, or of each element of a list.
    pub(crate) fn keys(&self) -> &'static [Setting] {
        match self.kind {
            Kind::Section(keys) | Kind::List(keys) => keys,
            _ => &[],
        }
    }

    const fn new(name: &'static str, kind: Kind, default: ByDefault) -> Self {
        Setting { name, kind, default, recommended: None, only_with_cdc: false }
    }

    const fn recommended(mut self, range: RangeInclusive<i64>) -> Self {
        self.recommended = Some(range);
        self
    }

    const fn only_with_cdc(mut self) -> Self {
        self.only_with_cdc = true;
        self
    }

    const fn null_by_default(mut self) -> Self {
        self.default = ByDefault::Null;
        self
    }

    const fn absent_by_default(mut self) -> Self {
        self.default = ByDefault::Absent;
        self
    }
}

/// Where a known name belongs: the section that holds it, empty for the top of the settings.
pub(crate) fn home(name: &str) -> Option<String> {
    fn search(settings: &[Setting], within: &str, name: &str) -> Option<String> {
        if settings.iter().any(|setting| setting.name == name) {
            return Some(within.to_owned());
        }
        settings.iter().find_map(|setting| {
            let inner = if within.is_empty() {
                setting.name.to_owned()
            } else {
                format!("{within}.{}", setting.name)
            };
            search(setting.keys(), &inner, name)
        })
    }
    search(SETTINGS, "", name)
}

const fn flag(name: &'static str, default: bool) -> Setting {
    Setting::new(name, Kind::Flag, ByDefault::Flag(default))
}

const fn whole(name: &'static str, range: RangeInclusive<i64>, default: i64) -> Setting {
    Setting::new(name, Kind::Whole(range), ByDefault::Whole(default))
}

const fn text(name: &'static str, default: &'static str) -> Setting {
    Setting::new(name, Kind::Text, ByDefault::Text(default))
}

const fn word(name: &'static str, words: &'static [&'static str], default: &'static str) -> Setting {
    Setting::new(name, Kind::Word(words), ByDefault::Text(default))
}

const fn open_word(name: &'static str, words: &'static [&'static str], default: &'static str) -> Setting {
    Setting::new(name, Kind::OpenWord(words), ByDefault::Text(default))
}

const fn code_point(name: &'static str) -> Setting {
    Setting::new(name, Kind::CodePoint, ByDefault::Absent)
}

const fn section(name: &'static str, keys: &'static [Setting]) -> Setting {
    Setting::new(name, Kind::Section(keys), ByDefault::Keys)
}

const fn list(name: &'static str, keys: &'static [Setting]) -> Setting {
    Setting::new(name, Kind::List(keys), ByDefault::Absent)
}

/// A number to which DMS documents no upper end.
const COUNT: RangeInclusive<i64> = 0..=i64::MAX;

/// A number of which -1 means "no end".
const COUNT_OR_ENDLESS: RangeInclusive<i64> = -1..=i64::MAX;

/// The settings document.
pub(crate) const SETTINGS: &[Setting] = &[
    section("TargetMetadata", TARGET_METADATA),
    section("FullLoadSettings", FULL_LOAD),
    section("Logging", LOGGING),
    section("ControlTablesSettings", CONTROL_TABLES),
    section("StreamBufferSettings", STREAM_BUFFER),
    section("ChangeProcessingTuning", CHANGE_PROCESSING),
    section("ChangeProcessingDdlHandlingPolicy", DDL_HANDLING),
    section("ErrorBehavior", ERROR_BEHAVIOR),
    // A task that was created without it shows none; its keys have their defaults all the same.
    section("ValidationSettings", VALIDATION).absent_by_default(),
    section("ResyncSettings", RESYNC).absent_by_default(),
    section("TTSettings", TIME_TRAVEL).null_by_default(),
    section("CharacterSetSettings", CHARACTER_SET).null_by_default(),
    section("BeforeImageSettings", BEFORE_IMAGE).null_by_default(),
    section("LoopbackPreventionSettings", LOOPBACK_PREVENTION).null_by_default(),
    flag("FailTaskWhenCleanTaskResourceFailed", false),
    Setting::new("PostProcessingRules", Kind::Anything, ByDefault::Null),
    // DMS Serverless alone has it, and templates for both are shared.
    Setting::new("PreMigrationAssessment", Kind::Anything, ByDefault::Absent),
];

const TARGET_METADATA: &[Setting] = &[
    text("TargetSchema", ""),
    flag("SupportLobs", true),
    flag("FullLobMode", false),
    whole("LobChunkSize", COUNT, 64).recommended(0..=64),
    flag("LimitedSizeLobMode", true),
    whole("LobMaxSize", COUNT, 32).recommended(0..=102_400),
    whole("InlineLobMaxSize", 0..=102_400, 0),
    whole("LoadMaxFileSize", 0..=100_000, 0),
    flag("BatchApplyEnabled", false),
    flag("TaskRecoveryTableEnabled", false),
    whole("ParallelLoadThreads", COUNT, 0),
    whole("ParallelLoadBufferSize", 0..=1000, 0),
    whole("ParallelLoadQueuesPerThread", COUNT, 0),
    whole("ParallelApplyThreads", COUNT, 0),
    whole("ParallelApplyBufferSize", COUNT, 0),
    whole("ParallelApplyQueuesPerThread", COUNT, 0),
];

const FULL_LOAD: &[Setting] = &[
    word("TargetTablePrepMode", PrepMode::KNOWN, "DROP_AND_CREATE"),
    flag("CreatePkAfterFullLoad", false),
    flag("StopTaskCachedChangesApplied", false).only_with_cdc(),
    flag("StopTaskCachedChangesNotApplied", false).only_with_cdc(),
    whole("MaxFullLoadSubTasks", 1..=49, 8),
    whole("TransactionConsistencyTimeout", COUNT, 600),
    whole("CommitRate", 1..=50_000, 10_000),
    flag("PersistPartitionProgressForResumption", false).absent_by_default(),
];

const LOGGING: &[Setting] = &[
    flag("EnableLogging", false),
    flag("EnableLogContext", false),
    flag("DeleteTaskLogs", false).absent_by_default(),
    section("LogConfiguration", LOG_CONFIGURATION).absent_by_default(),
    list("LogComponents", LOG_COMPONENT),
    text("CloudWatchLogGroup", "").null_by_default(),
    text("CloudWatchLogStream", "").null_by_default(),
];

const LOG_CONFIGURATION: &[Setting] =
    &[flag("EnableTraceOnError", false), whole("TraceOnErrorMb", COUNT, 10)];

const LOG_COMPONENT: &[Setting] = &[
    open_word("Id", LOG_COMPONENTS, "").absent_by_default(),
    word("Severity", LOG_SEVERITIES, "LOGGER_SEVERITY_DEFAULT"),
];

const LOG_COMPONENTS: &[&str] = &[
    "ADDONS",
    "COMMON",
    "COMMUNICATION",
    "DATA_STRUCTURE",
    "FILE_FACTORY",
    "FILE_TRANSFER",
    "IO",
    "METADATA_MANAGER",
    "PERFORMANCE",
    "REST_SERVER",
    "SORTER",
    "SOURCE_CAPTURE",
    "SOURCE_UNLOAD",
    "TABLES_MANAGER",
    "TARGET_APPLY",
    "TARGET_LOAD",
    "TASK_MANAGER",
    "TRANSFORMATION",
    "VALIDATOR",
    "VALIDATOR_EXT",
];

const LOG_SEVERITIES: &[&str] = &[
    "LOGGER_SEVERITY_ERROR",
    "LOGGER_SEVERITY_WARNING",
    "LOGGER_SEVERITY_INFO",
    "LOGGER_SEVERITY_DEFAULT",
    "LOGGER_SEVERITY_DEBUG",
    "LOGGER_SEVERITY_DETAILED_DEBUG",
];

const CONTROL_TABLES: &[Setting] = &[
    text("ControlSchema", ""),
    whole("HistoryTimeslotInMinutes", COUNT, 5),
    // DMS answers it under both spellings.
    whole("historyTimeslotInMinutes", COUNT, 5),
    flag("HistoryTableEnabled", false),
    flag("SuspendedTablesTableEnabled", false),
    flag("StatusTableEnabled", false),
    flag("FullLoadExceptionTableEnabled", false),
];

const STREAM_BUFFER: &[Setting] = &[
    whole("StreamBufferCount", COUNT, 3),
    whole("StreamBufferSizeInMB", COUNT, 8),
    whole("CtrlStreamBufferSizeInMB", 1..=8, 5),
];

const CHANGE_PROCESSING: &[Setting] = &[
    flag("BatchApplyPreserveTransaction", true),
    whole("BatchApplyTimeoutMin", COUNT, 1),
    whole("BatchApplyTimeoutMax", COUNT, 30),
    whole("BatchApplyMemoryLimit", COUNT, 500),
    whole("BatchSplitSize", COUNT, 0),
    whole("MinTransactionSize", COUNT, 1000),
    whole("CommitTimeout", COUNT, 1),
    whole("MemoryLimitTotal", COUNT, 1024),
    whole("MemoryKeepTime", COUNT, 60),
    whole("StatementCacheSize", 0..=200, 50),
    whole("RecoveryTimeout", COUNT_OR_ENDLESS, -1),
];

const DDL_HANDLING: &[Setting] = &[
    flag("HandleSourceTableDropped", true),
    flag("HandleSourceTableTruncated", true),
    flag("HandleSourceTableAltered", true),
];

const ERROR_BEHAVIOR: &[Setting] = &[
    word("DataErrorPolicy", ROW_POLICIES, "LOG_ERROR"),
    word("DataTruncationErrorPolicy", ROW_POLICIES, "LOG_ERROR"),
    open_word("DataMaskingErrorPolicy", ROW_POLICIES, "STOP_TASK"),
    word("DataErrorEscalationPolicy", ESCALATIONS, "SUSPEND_TABLE"),
    whole("DataErrorEscalationCount", COUNT, 0),
    word("EventErrorPolicy", &["IGNORE", "STOP_TASK"], "IGNORE"),
    word("TableErrorPolicy", &["SUSPEND_TABLE", "STOP_TASK"], "SUSPEND_TABLE"),
    // The user guide knows one word; tasks are in use that state SUSPEND_TABLE.
    open_word("TableErrorEscalationPolicy", &["STOP_TASK"], "STOP_TASK"),
    whole("TableErrorEscalationCount", COUNT, 0),
    whole("RecoverableErrorCount", COUNT_OR_ENDLESS, -1),
    whole("RecoverableErrorInterval", COUNT, 5),
    flag("RecoverableErrorThrottling", true),
    whole("RecoverableErrorThrottlingMax", COUNT, 1800),
    flag("RecoverableErrorStopRetryAfterThrottlingMax", true),
    word("ApplyErrorDeletePolicy", ROW_POLICIES, "IGNORE_RECORD"),
    open_word("ApplyErrorInsertPolicy", CONFLICT_POLICIES, "LOG_ERROR"),
    open_word("ApplyErrorUpdatePolicy", CONFLICT_POLICIES, "LOG_ERROR"),
    word("ApplyErrorEscalationPolicy", ESCALATIONS, "LOG_ERROR"),
    whole("ApplyErrorEscalationCount", COUNT, 0),
    flag("ApplyErrorFailOnTruncationDdl", false),
    flag("FullLoadIgnoreConflicts", true),
    flag("FailOnTransactionConsistencyBreached", false),
    flag("FailOnNoTablesCaptured", true),
];

/// What becomes of a row in error.
const ROW_POLICIES: &[&str] = &["IGNORE_RECORD", "LOG_ERROR", "SUSPEND_TABLE", "STOP_TASK"];

/// What becomes of a change that meets another row than it expects. The guide's editions differ in which of the two
/// last words goes with inserts and which with updates.
const CONFLICT_POLICIES: &[&str] =
    &["IGNORE_RECORD", "LOG_ERROR", "SUSPEND_TABLE", "STOP_TASK", "INSERT_RECORD", "UPDATE_RECORD"];

/// What becomes of a table with too many errors.
const ESCALATIONS: &[&str] = &["LOG_ERROR", "SUSPEND_TABLE", "STOP_TASK"];

const VALIDATION: &[Setting] = &[
    flag("EnableValidation", false),
    open_word("ValidationMode", &["ROW_LEVEL", "GROUP_LEVEL"], "ROW_LEVEL"),
    whole("ThreadCount", COUNT, 5),
    whole("PartitionSize", COUNT, 10_000),
    whole("FailureMaxCount", COUNT, 10_000),
    whole("TableFailureMaxCount", COUNT, 1000),
    whole("RecordFailureDelayInMinutes", COUNT, 5),
    whole("RecordFailureDelayLimitInMinutes", COUNT, 0),
    whole("RecordSuspendDelayInMinutes", COUNT, 30),
    whole("MaxKeyColumnSize", COUNT, 8096),
    flag("HandleCollationDiff", false),
    flag("SkipLobColumns", false),
    flag("ValidationOnly", false),
    whole("ValidationPartialLobSize", COUNT, 0),
    whole("ValidationQueryCdcDelaySeconds", COUNT, 0),
    // Exports hold both as 0; the guide does not say what they are.
    whole("ValidationS3Time", COUNT, 0).absent_by_default(),
    whole("ValidationS3Mask", COUNT, 0).absent_by_default(),
];

const RESYNC: &[Setting] = &[
    flag("EnableResync", false),
    text("ResyncSchedule", "").absent_by_default(),
    whole("MaxResyncTime", COUNT, 0).absent_by_default().only_with_cdc(),
    text("ValidationTaskId", "").absent_by_default(),
];

const TIME_TRAVEL: &[Setting] = &[
    flag("EnableTT", false).only_with_cdc(),
    flag("FailTaskOnTTFailure", false),
    section("TTS3Settings", TIME_TRAVEL_BUCKET).null_by_default(),
    section("TTRecordSettings", TIME_TRAVEL_RECORDS).null_by_default(),
];

const TIME_TRAVEL_BUCKET: &[Setting] = &[
    word("EncryptionMode", &["SSE_S3", "SSE_KMS"], "SSE_S3"),
    text("ServerSideEncryptionKmsKeyId", "").absent_by_default(),
    text("ServiceAccessRoleArn", "").absent_by_default(),
    text("BucketName", "").absent_by_default(),
    text("BucketFolder", "").absent_by_default(),
    flag("EnableDeletingFromS3OnTaskDelete", false),
];

const TIME_TRAVEL_RECORDS: &[Setting] = &[
    flag("EnableRawData", false),
    // Several operations stand in one text, with commas between them.
    text("OperationsToLog", "ALL"),
    whole("MaxRecordSize", COUNT, 64),
];

const CHARACTER_SET: &[Setting] = &[
    list("CharacterReplacements", CHARACTER_REPLACEMENT),
    section("CharacterSetSupport", CHARACTER_SET_SUPPORT).null_by_default(),
];

const CHARACTER_REPLACEMENT: &[Setting] =
    &[code_point("SourceCharacterCodePoint"), code_point("TargetCharacterCodePoint")];

const CHARACTER_SET_SUPPORT: &[Setting] =
    &[text("CharacterSet", "").absent_by_default(), code_point("ReplaceWithCharacterCodePoint")];

const BEFORE_IMAGE: &[Setting] = &[
    flag("EnableBeforeImage", false).only_with_cdc(),
    text("FieldName", "").absent_by_default(),
    word("ColumnFilter", &["pk-only", "non-lob", "all"], "pk-only"),
];

const LOOPBACK_PREVENTION: &[Setting] = &[
    flag("EnableLoopbackPrevention", false),
    text("SourceSchema", "").absent_by_default(),
    text("TargetSchema", "").absent_by_default(),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_once_in_its_section() {
        fn holds(settings: &[Setting]) {
            for (at, setting) in settings.iter().enumerate() {
                assert!(settings[..at].iter().all(|other| other.name != setting.name), "{}", setting.name);
                holds(setting.keys());
            }
        }
        holds(SETTINGS);
    }

    /// What a live service answered about a full load that was created without settings, in 2024 and in 2026.
    fn echoes() -> Vec<Value> {
        ["full-load-2024.json", "full-load-2026.json"]
            .map(|name| {
                let file = format!("{}/tests/echoes/{name}", env!("CARGO_MANIFEST_DIR"));
                let text = std::fs::read_to_string(file).expect("the answers are kept in files");
                serde_json::from_str(&text).expect("an answer is JSON")
            })
            .into()
    }

    /// What a live service shows by default is known here, with the same default.
    #[test]
    fn the_defaults_are_those_that_a_live_service_shows() {
        fn holds(settings: &[Setting], shown: &Map<String, Value>, path: &str) {
            for (name, value) in shown {
                let path = format!("{path}/{name}");
                let setting = settings.iter().find(|setting| setting.name == name);
                let setting = setting.unwrap_or_else(|| panic!("{path} is not in the catalogue"));
                match (value, setting.default) {
                    // Which components a service logs differs from version to version.
                    (Value::Array(_), _) => assert!(matches!(setting.kind, Kind::List(_)), "{path}"),
                    (Value::Object(keys), ByDefault::Keys | ByDefault::Absent) => {
                        holds(setting.keys(), keys, &path)
                    }
                    _ => assert_eq!(setting.default_value().as_ref(), Some(value), "{path}"),
                }
            }
        }
        for echo in echoes() {
            holds(SETTINGS, echo.as_object().expect("an object"), "");
        }
    }

    /// What the catalogue says that a service shows, one of the answers shows.
    #[test]
    fn no_default_is_made_up() {
        fn shown(settings: &[Setting], echoes: &[&Value], path: &str) {
            for setting in settings.iter().filter(|setting| setting.default_value().is_some()) {
                let path = format!("{path}/{}", setting.name);
                let inside: Vec<&Value> = echoes.iter().filter_map(|echo| echo.get(setting.name)).collect();
                assert!(!inside.is_empty(), "no service shows {path}");
                if matches!(setting.default, ByDefault::Keys) {
                    shown(setting.keys(), &inside, &path);
                }
            }
        }
        let echoes = echoes();
        shown(SETTINGS, &echoes.iter().collect::<Vec<_>>(), "");
    }

    #[test]
    fn every_name_has_a_home() {
        assert_eq!(home("Logging").as_deref(), Some(""));
        assert_eq!(home("CommitRate").as_deref(), Some("FullLoadSettings"));
        assert_eq!(home("BucketName").as_deref(), Some("TTSettings.TTS3Settings"));
        assert_eq!(home("CommitRates"), None);
    }
}
