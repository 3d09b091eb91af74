//! Task settings.

use plan::finding::Severity;
use serde_json::{Value, json};

use crate::{Case, member, plan};
use support::plans::{Sample, cdc, full_load, load_and_cdc};

const SETTINGS: &str = "/Task/ReplicationTaskSettings";

/// A load with replication of which these sections of the settings are stated, beside its prep mode.
fn load_and_cdc_with(sections: Value) -> Sample {
    with(load_and_cdc(), sections)
}

fn full_load_with(sections: Value) -> Sample {
    with(full_load(), sections)
}

fn with(mut sample: Sample, sections: Value) -> Sample {
    for (name, section) in sections.as_object().expect("sections by their name") {
        for (key, value) in section.as_object().expect("keys by their name") {
            let place = format!("{SETTINGS}/{name}");
            if sample.0.pointer(&place).is_none() {
                sample = sample.with(&place, json!({}));
            }
            sample = sample.with(&format!("{place}/{key}"), value.clone());
        }
    }
    sample
}

/// The same plan with its settings as the text that DMS takes.
fn as_text(sample: Sample) -> Sample {
    let text = sample.0.pointer(SETTINGS).expect("settings").to_string();
    sample.with(SETTINGS, json!(text))
}

/// The place of a key.
fn place(section: &str, name: &str) -> &'static str {
    format!("{SETTINGS}/{section}/{name}").leak()
}

/// A case of one key: the value that is found fault with, and the one that is not.
fn key(code: &'static str, (section, name, bad, good): (&str, &str, Value, Value)) -> Case {
    let stated = |value| load_and_cdc_with(json!({section: {name: value}}));
    plan(code, place(section, name), stated(bad), stated(good))
}

pub(crate) fn cases() -> Vec<Case> {
    [documents(), keys(), names(), contradictions(), resyncs(), doubts()].into_iter().flatten().collect()
}

/// What is wrong with a document as a whole.
fn documents() -> Vec<Case> {
    let mode = |mode: &str| json!({"FullLoadSettings": {"TargetTablePrepMode": mode}});
    let good = mode("DROP_AND_CREATE");
    let logging =
        |key: &str, value: Value| full_load_with(json!({"Logging": {"EnableLogging": true, key: value}}));
    let group = "/Task/ReplicationTaskSettings/Logging/CloudWatchLogGroup";
    let stream = "/Task/ReplicationTaskSettings/Logging/CloudWatchLogStream";
    let wrapped = "/Task/ReplicationTaskSettings/TaskSettings";
    vec![
        member("not-json", SETTINGS, &full_load(), json!("{"), json!(good.to_string())),
        plan(
            "read-only-setting",
            group,
            logging("CloudWatchLogGroup", json!("dms-tasks-orders")),
            logging("CloudWatchLogGroup", json!(null)),
        ),
        plan(
            "read-only-setting",
            stream,
            as_text(logging("CloudWatchLogStream", json!("dms-task-ORDERS"))),
            as_text(logging("EnableLogging", json!(true))),
        ),
        member("settings-wrapper", wrapped, &full_load(), good.clone(), json!(null)),
        plan(
            "settings-wrapper",
            wrapped,
            full_load().with(SETTINGS, json!(json!({"TaskSettings": good.to_string()}).to_string())),
            full_load().with(SETTINGS, json!(good.to_string())),
        ),
        plan(
            "settings-wrapper",
            "/Task/ReplicationTaskSettings/ReplicationTaskSettings",
            full_load().with(SETTINGS, json!({"ReplicationTaskSettings": good})),
            full_load(),
        ),
        plan("prep-mode-not-stated", SETTINGS, full_load().without(SETTINGS), full_load()),
        plan("prep-mode-not-stated", SETTINGS, load_and_cdc().without(SETTINGS), cdc()),
    ]
}

/// What a key may not hold.
fn keys() -> Vec<Case> {
    let mode = "/Task/ReplicationTaskSettings/FullLoadSettings/TargetTablePrepMode";
    let rate = "/Task/ReplicationTaskSettings/FullLoadSettings/CommitRate";
    let mut cases = vec![
        member("bad-prep-mode", mode, &full_load(), json!("TRUNCATE"), json!("TRUNCATE_BEFORE_LOAD")),
        member("bad-prep-mode", mode, &full_load(), json!(1), json!(null)),
        member("bad-prep-mode", mode, &full_load(), json!("do_nothing"), json!("DO_NOTHING")),
        // In text the pointer goes on inside.
        plan(
            "bad-prep-mode",
            mode,
            as_text(full_load().with(mode, json!("TRUNCATE"))),
            as_text(full_load().with(mode, json!("TRUNCATE_BEFORE_LOAD"))),
        ),
        plan(
            "bad-setting",
            rate,
            as_text(full_load().with(rate, json!(50_001))),
            as_text(full_load().with(rate, json!(50_000))),
        ),
        member(
            "bad-setting",
            "/Task/ReplicationTaskSettings/ErrorBehavior",
            &full_load(),
            json!("STOP_TASK"),
            json!(null),
        ),
        member(
            "bad-setting",
            "/Task/ReplicationTaskSettings/FailTaskWhenCleanTaskResourceFailed",
            &full_load(),
            json!(1),
            json!(true),
        ),
        plan(
            "bad-setting",
            "/Task/ReplicationTaskSettings/Logging/LogComponents/1/Severity",
            full_load_with(json!({"Logging": {"LogComponents": [
                {"Id": "SORTER", "Severity": "LOGGER_SEVERITY_DEBUG"}, {"Id": "SORTER", "Severity": "DEBUG"},
            ]}})),
            full_load_with(json!({"Logging": {"LogComponents": [
                {"Id": "SORTER", "Severity": "LOGGER_SEVERITY_DEBUG"}, {"Id": "SORTER", "Severity": null},
            ]}})),
        ),
        plan(
            "bad-setting",
            "/Task/ReplicationTaskSettings/Logging/LogComponents/0",
            full_load_with(json!({"Logging": {"LogComponents": ["SORTER"]}})),
            full_load_with(json!({"Logging": {"LogComponents": []}})),
        ),
        plan(
            "bad-setting",
            "/Task/ReplicationTaskSettings/TTSettings/TTS3Settings/EncryptionMode",
            load_and_cdc_with(json!({"TTSettings": {"TTS3Settings": {"EncryptionMode": "AES256"}}})),
            load_and_cdc_with(json!({"TTSettings": {"TTS3Settings": {"EncryptionMode": "SSE_S3"}}})),
        ),
        plan(
            "bad-setting",
            "/Task/ReplicationTaskSettings/CharacterSetSettings/CharacterReplacements/0/TargetCharacterCodePoint",
            full_load_with(json!({"CharacterSetSettings": {"CharacterReplacements": [
                {"SourceCharacterCodePoint": 35, "TargetCharacterCodePoint": "x"},
            ]}})),
            full_load_with(json!({"CharacterSetSettings": {"CharacterReplacements": [
                {"SourceCharacterCodePoint": 35, "TargetCharacterCodePoint": "2FB6"},
            ]}})),
        ),
    ];
    let refused = [
        ("FullLoadSettings", "CommitRate", json!(0), json!(1)),
        ("FullLoadSettings", "CommitRate", json!(true), json!(10_000)),
        ("FullLoadSettings", "CommitRate", json!(0.5), json!(5.0)),
        ("FullLoadSettings", "MaxFullLoadSubTasks", json!(50), json!(49)),
        ("FullLoadSettings", "TransactionConsistencyTimeout", json!(-1), json!(0)),
        ("FullLoadSettings", "CreatePkAfterFullLoad", json!("yes"), json!(true)),
        ("TargetMetadata", "TargetSchema", json!(5), json!("")),
        ("TargetMetadata", "InlineLobMaxSize", json!(102_401), json!(102_400)),
        ("TargetMetadata", "LoadMaxFileSize", json!(100_001), json!(100_000)),
        ("TargetMetadata", "ParallelLoadBufferSize", json!(1001), json!(1000)),
        ("StreamBufferSettings", "CtrlStreamBufferSizeInMB", json!(9), json!(8)),
        ("StreamBufferSettings", "CtrlStreamBufferSizeInMB", json!(0), json!(1)),
        ("ChangeProcessingTuning", "StatementCacheSize", json!(201), json!(200)),
        ("ChangeProcessingTuning", "RecoveryTimeout", json!(-2), json!(-1)),
        ("ErrorBehavior", "RecoverableErrorCount", json!(-2), json!(-1)),
        ("ErrorBehavior", "DataErrorPolicy", json!("STOP"), json!("STOP_TASK")),
        ("ErrorBehavior", "TableErrorPolicy", json!("LOG_ERROR"), json!("STOP_TASK")),
        ("ErrorBehavior", "EventErrorPolicy", json!("ignore"), json!("IGNORE")),
        ("ErrorBehavior", "ApplyErrorDeletePolicy", json!("INSERT_RECORD"), json!("IGNORE_RECORD")),
        ("ErrorBehavior", "ApplyErrorInsertPolicy", json!({}), json!("INSERT_RECORD")),
        ("BeforeImageSettings", "ColumnFilter", json!("pk"), json!("non-lob")),
        ("Logging", "LogComponents", json!({"Id": "SORTER"}), json!(null)),
    ];
    cases.extend(refused.map(|row| key("bad-setting", row)));
    let quoted = [
        ("FullLoadSettings", "CommitRate", json!("10000"), json!(10_000)),
        ("ErrorBehavior", "RecoverableErrorCount", json!("-1"), json!(-1)),
        ("ValidationSettings", "EnableValidation", json!("true"), json!(true)),
        ("ValidationSettings", "HandleCollationDiff", json!("False"), json!(false)),
    ];
    cases.extend(quoted.map(|row| key("setting-as-text", row)));
    let unusual = [
        ("TargetMetadata", "LobMaxSize", json!(102_401), json!(102_400)),
        ("TargetMetadata", "LobChunkSize", json!(128), json!(64)),
        ("ValidationSettings", "ValidationMode", json!("COLUMN_LEVEL"), json!("GROUP_LEVEL")),
        ("ErrorBehavior", "TableErrorEscalationPolicy", json!("SUSPEND_TABLE"), json!("STOP_TASK")),
        ("ErrorBehavior", "ApplyErrorUpdatePolicy", json!("UPSERT"), json!("UPDATE_RECORD")),
    ];
    cases.extend(unusual.map(|row| key("unusual-setting", row)));
    cases.push(plan(
        "unusual-setting",
        "/Task/ReplicationTaskSettings/Logging/LogComponents/0/Id",
        full_load_with(json!({"Logging": {"LogComponents": [{"Id": "SORTERS"}]}})),
        full_load_with(json!({"Logging": {"LogComponents": [{"Id": "SORTER"}]}})),
    ));
    for (section, name, stated, nothing) in [
        ("TTSettings", "EnableTT", json!(true), json!(false)),
        ("BeforeImageSettings", "EnableBeforeImage", json!(true), json!(null)),
        ("FullLoadSettings", "StopTaskCachedChangesApplied", json!(true), json!(false)),
        ("FullLoadSettings", "StopTaskCachedChangesNotApplied", json!(true), json!(false)),
        ("ResyncSettings", "MaxResyncTime", json!(60), json!(0)),
    ] {
        let path = place(section, name);
        let more = json!({"BeforeImageSettings": {"FieldName": "before"}});
        let loads = |value| full_load_with(json!({section: {name: value}}));
        cases.push(plan("setting-without-cdc", path, loads(stated.clone()), loads(nothing)));
        let replicates = with(load_and_cdc_with(json!({section: {name: stated.clone()}})), more);
        cases.push(plan("setting-without-cdc", path, loads(stated), replicates));
    }
    cases
}

/// Names that are not known where they stand.
fn names() -> Vec<Case> {
    let unknown = "unknown-setting";
    let rate = "/Task/ReplicationTaskSettings/CommitRate";
    vec![
        member(unknown, "/Task/ReplicationTaskSettings/FullLoad", &full_load(), json!({}), json!(null)),
        member(unknown, rate, &full_load(), json!(10_000), json!(null)),
        plan(
            unknown,
            "/Task/ReplicationTaskSettings/ControlTablesSettings/HISTORYTIMESLOTINMINUTES",
            full_load_with(json!({"ControlTablesSettings": {"HISTORYTIMESLOTINMINUTES": 5}})),
            full_load_with(json!({"ControlTablesSettings": {
                "HistoryTimeslotInMinutes": 5, "historyTimeslotInMinutes": 5,
            }})),
        ),
        plan(
            unknown,
            "/Task/ReplicationTaskSettings/FullLoadSettings/SupportLobs",
            full_load_with(json!({"FullLoadSettings": {"SupportLobs": true}})),
            full_load_with(json!({"TargetMetadata": {"SupportLobs": true}})),
        ),
        plan(
            unknown,
            "/Task/ReplicationTaskSettings/Logging/LogComponents/0/Level",
            as_text(full_load_with(json!({"Logging": {"LogComponents": [{"Level": "x"}]}}))),
            as_text(full_load_with(json!({"Logging": {"LogComponents": [{"Id": "IO"}]}}))),
        ),
        plan(
            unknown,
            "/Task/ReplicationTaskSettings/a~1b",
            full_load().with(SETTINGS, json!({"a/b": {}})),
            full_load_with(json!({"PostProcessingRules": {"any": "thing"}})),
        ),
    ]
}

/// Settings that exclude each other, or that the migration type excludes.
fn contradictions() -> Vec<Case> {
    let lobs = |whole: bool, limited: bool| json!({"TargetMetadata": {"FullLobMode": whole, "LimitedSizeLobMode": limited}});
    let context = |logging: Value| json!({"Logging": {"EnableLogContext": true, "EnableLogging": logging}});
    let only = |validates: bool, mode: &str| {
        json!({
            "FullLoadSettings": {"TargetTablePrepMode": mode},
            "ValidationSettings": {"ValidationOnly": true, "EnableValidation": validates},
        })
    };
    let cdc = || cdc().with(SETTINGS, json!({}));
    let resync = |schedule: Value, most: Value| json!({"ResyncSettings": {"EnableResync": true, "ResyncSchedule": schedule, "MaxResyncTime": most}});
    let no_loops = |batch: bool| {
        json!({
            "LoopbackPreventionSettings": {
                "EnableLoopbackPrevention": true, "SourceSchema": "loop", "TargetSchema": "loop",
            },
            "TargetMetadata": {"BatchApplyEnabled": batch},
        })
    };
    let before =
        |field: Value| json!({"BeforeImageSettings": {"EnableBeforeImage": true, "FieldName": field}});
    let stops = |applied: bool, not_applied: bool| {
        json!({"FullLoadSettings": {
            "StopTaskCachedChangesApplied": applied, "StopTaskCachedChangesNotApplied": not_applied,
        }})
    };
    let cron = || json!("0 0 * * 6");
    let rows = [
        (
            ("TargetMetadata", "LimitedSizeLobMode"),
            full_load_with(lobs(true, true)),
            full_load_with(lobs(true, false)),
        ),
        (
            ("Logging", "EnableLogContext"),
            full_load_with(context(json!(false))),
            full_load_with(context(json!(true))),
        ),
        (
            ("Logging", "EnableLogContext"),
            as_text(full_load_with(context(json!(null)))),
            as_text(full_load_with(json!({"Logging": {"EnableLogContext": false}}))),
        ),
        (
            ("ValidationSettings", "ValidationOnly"),
            full_load_with(only(false, "DO_NOTHING")),
            full_load_with(only(true, "DO_NOTHING")),
        ),
        (
            ("ValidationSettings", "ValidationOnly"),
            load_and_cdc_with(only(true, "DO_NOTHING")),
            with(cdc(), only(true, "DO_NOTHING")),
        ),
        (
            ("FullLoadSettings", "TargetTablePrepMode"),
            full_load_with(only(true, "TRUNCATE_BEFORE_LOAD")),
            full_load_with(only(true, "DO_NOTHING")),
        ),
        (
            ("ResyncSettings", "EnableResync"),
            load_and_cdc_with(resync(cron(), json!(null))),
            load_and_cdc_with(resync(cron(), json!(60))),
        ),
        (
            ("ResyncSettings", "EnableResync"),
            with(cdc(), resync(json!(""), json!(60))),
            full_load_with(resync(json!(""), json!(null))),
        ),
        (
            ("ResyncSettings", "ResyncSchedule"),
            full_load_with(resync(cron(), json!(null))),
            with(cdc(), resync(cron(), json!(60))),
        ),
        (
            ("LoopbackPreventionSettings", "EnableLoopbackPrevention"),
            load_and_cdc_with(no_loops(true)),
            load_and_cdc_with(no_loops(false)),
        ),
        (
            ("BeforeImageSettings", "FieldName"),
            load_and_cdc_with(before(json!(""))),
            load_and_cdc_with(before(json!("before"))),
        ),
        (
            ("BeforeImageSettings", "FieldName"),
            load_and_cdc_with(before(json!(null))),
            load_and_cdc_with(json!({"BeforeImageSettings": {"EnableBeforeImage": false}})),
        ),
        (
            ("FullLoadSettings", "StopTaskCachedChangesNotApplied"),
            load_and_cdc_with(stops(true, true)),
            load_and_cdc_with(stops(false, true)),
        ),
        (
            ("FullLoadSettings", "StopTaskCachedChangesNotApplied"),
            load_and_cdc_with(stops(true, true)),
            // A full load ignores both.
            full_load_with(stops(true, true)),
        ),
    ];
    let cases = rows
        .map(|((section, name), bad, good)| plan("contradictory-settings", place(section, name), bad, good));
    cases.into()
}

/// What a resync wants of its own settings and of others.
fn resyncs() -> Vec<Case> {
    let unfit = "unfit-resync";
    let resync = |keys: Value| {
        let base = json!({"EnableResync": true, "ResyncSchedule": "0 0 * * 6", "MaxResyncTime": 60});
        let mut stated = base.as_object().expect("an object").clone();
        stated.extend(keys.as_object().expect("an object").clone());
        json!({ "ResyncSettings": stated, "ValidationSettings": {"EnableValidation": true} })
    };
    let of = |keys: Value| load_and_cdc_with(resync(keys));
    let at = |name: &str| place("ResyncSettings", name);
    let validates = |sample: Sample, validates: bool| {
        sample.with(&format!("{SETTINGS}/ValidationSettings/EnableValidation"), json!(validates))
    };
    let loads = || full_load_with(resync(json!({"ResyncSchedule": null, "MaxResyncTime": null})));
    let named = |id: &str| of(json!({"ValidationTaskId": id}));
    let only = |only: bool| {
        with(
            cdc().with(SETTINGS, json!({})),
            json!({"ResyncSettings": resync(json!({}))["ResyncSettings"],
                   "ValidationSettings": {"EnableValidation": true, "ValidationOnly": only}}),
        )
    };
    vec![
        plan(
            unfit,
            at("MaxResyncTime"),
            of(json!({"MaxResyncTime": 0})),
            of(json!({"MaxResyncTime": 0, "EnableResync": false})),
        ),
        plan(unfit, at("MaxResyncTime"), of(json!({"MaxResyncTime": 4})), of(json!({"MaxResyncTime": 5}))),
        plan(
            unfit,
            at("MaxResyncTime"),
            of(json!({"MaxResyncTime": 14_401})),
            of(json!({"MaxResyncTime": 14_400})),
        ),
        plan(
            unfit,
            at("ResyncSchedule"),
            of(json!({"ResyncSchedule": "cron(0 0 * * ? *)"})),
            of(json!({"ResyncSchedule": "0 0 * * 6"})),
        ),
        plan(unfit, at("EnableResync"), validates(of(json!({})), false), of(json!({}))),
        plan(
            unfit,
            at("EnableResync"),
            validates(of(json!({})), false),
            validates(named("6DG4CLGJ5JSJ"), false),
        ),
        plan(unfit, at("EnableResync"), validates(loads(), false), loads()),
        plan(unfit, at("EnableResync"), only(true), only(false)),
        plan(
            unfit,
            at("ValidationTaskId"),
            named("arn:aws:dms:us-west-2:123456789012:task:6DG4CLGJ5JSJ"),
            named("6DG4CLGJ5JSJ"),
        ),
    ]
}

/// Settings that run and may not do what is wanted.
fn doubts() -> Vec<Case> {
    let stated = |section: &str, keys: Value| full_load_with(json!({section: keys}));
    let lobs = |keys: Value| stated("TargetMetadata", keys);
    let errors = |keys: Value| stated("ErrorBehavior", keys);
    let validated = |keys: Value| {
        full_load_with(json!({"ErrorBehavior": keys, "ValidationSettings": {"EnableValidation": true}}))
    };
    let characters = "/Task/ReplicationTaskSettings/CharacterSetSettings";
    let replaced = |validates: bool| {
        full_load_with(json!({
            "CharacterSetSettings": {"CharacterReplacements": [
                {"SourceCharacterCodePoint": 62, "TargetCharacterCodePoint": 61},
            ]},
            "ValidationSettings": {"EnableValidation": validates},
        }))
    };
    let silent = "failure-stays-silent";
    let changes = |keys: Value| load_and_cdc_with(json!({ "ErrorBehavior": keys }));
    let (table, row) =
        (place("ErrorBehavior", "TableErrorPolicy"), place("ErrorBehavior", "DataErrorPolicy"));
    let none = place("ErrorBehavior", "FailOnNoTablesCaptured");
    vec![
        plan(
            "lobs-left-out",
            place("TargetMetadata", "SupportLobs"),
            lobs(json!({"SupportLobs": false})),
            lobs(json!({"SupportLobs": true})),
        ),
        plan(
            "lob-without-mode",
            place("TargetMetadata", "LimitedSizeLobMode"),
            lobs(json!({"SupportLobs": true, "FullLobMode": false, "LimitedSizeLobMode": false})),
            lobs(json!({"SupportLobs": true, "FullLobMode": true, "LimitedSizeLobMode": false})),
        ),
        // By default LOBs are migrated, cut off at a size.
        plan(
            "lob-without-mode",
            place("TargetMetadata", "LimitedSizeLobMode"),
            lobs(json!({"LimitedSizeLobMode": false})),
            lobs(json!({"SupportLobs": true, "FullLobMode": false})),
        ),
        plan(
            "lob-without-mode",
            place("TargetMetadata", "LimitedSizeLobMode"),
            lobs(json!({"SupportLobs": null, "LimitedSizeLobMode": false})),
            lobs(json!({"SupportLobs": false, "LimitedSizeLobMode": false})),
        ),
        plan(
            "lobs-cut-to-nothing",
            place("TargetMetadata", "LobMaxSize"),
            lobs(json!({"LobMaxSize": 0})),
            lobs(json!({"LobMaxSize": 0, "FullLobMode": true, "LimitedSizeLobMode": false})),
        ),
        plan(
            "lobs-cut-to-nothing",
            place("TargetMetadata", "LobMaxSize"),
            lobs(json!({"LobMaxSize": 0, "LimitedSizeLobMode": true})),
            lobs(json!({"LobMaxSize": 0, "SupportLobs": false})),
        ),
        plan(
            "lobs-not-in-batches",
            place("TargetMetadata", "FullLobMode"),
            lobs(json!({"FullLobMode": true, "LimitedSizeLobMode": false, "BatchApplyEnabled": true})),
            lobs(json!({"FullLobMode": true, "LimitedSizeLobMode": false})),
        ),
        plan(
            "other-lob-size-validated",
            place("ValidationSettings", "ValidationPartialLobSize"),
            full_load_with(
                json!({"ValidationSettings": {"EnableValidation": true, "ValidationPartialLobSize": 64}}),
            ),
            full_load_with(
                json!({"ValidationSettings": {"EnableValidation": true, "ValidationPartialLobSize": 32}}),
            ),
        ),
        plan(
            "log-component-twice",
            "/Task/ReplicationTaskSettings/Logging/LogComponents/1/Id",
            stated("Logging", json!({"LogComponents": [{"Id": "SORTER"}, {"Id": "SORTER"}]})),
            stated("Logging", json!({"LogComponents": [{"Id": "SORTER"}, {"Id": "IO"}]})),
        ),
        plan(
            "parallel-apply-without-batches",
            place("TargetMetadata", "ParallelApplyThreads"),
            lobs(json!({"ParallelApplyThreads": 4})),
            lobs(json!({"ParallelApplyThreads": 4, "BatchApplyEnabled": true})),
        ),
        plan(
            "parallel-apply-without-batches",
            place("TargetMetadata", "ParallelApplyBufferSize"),
            lobs(json!({"ParallelApplyBufferSize": 500})),
            // As the guide's example has it.
            lobs(json!({"ParallelApplyBufferSize": 100, "ParallelApplyQueuesPerThread": 1})),
        ),
        plan(
            "hiccup-is-fatal",
            place("ErrorBehavior", "RecoverableErrorCount"),
            errors(json!({"RecoverableErrorCount": 0})),
            errors(json!({"RecoverableErrorCount": -1})),
        ),
        plan(
            silent,
            place("TargetMetadata", "LobMaxSize"),
            lobs(json!({"LimitedSizeLobMode": true, "LobMaxSize": 32})),
            lobs(json!({"LimitedSizeLobMode": true, "LobMaxSize": 33})),
        ),
        plan(
            silent,
            place("TargetMetadata", "LimitedSizeLobMode"),
            lobs(json!({"LimitedSizeLobMode": true})),
            lobs(json!({"SupportLobs": true})),
        ),
        plan(
            "lobs-cut-short",
            place("TargetMetadata", "LobMaxSize"),
            lobs(json!({"LobMaxSize": 31})),
            lobs(json!({"LobMaxSize": 31, "FullLobMode": true, "LimitedSizeLobMode": false})),
        ),
        plan(
            silent,
            place("ErrorBehavior", "DataTruncationErrorPolicy"),
            errors(json!({"DataTruncationErrorPolicy": "LOG_ERROR"})),
            errors(json!({"DataTruncationErrorPolicy": "SUSPEND_TABLE"})),
        ),
        plan(
            silent,
            place("ErrorBehavior", "ApplyErrorInsertPolicy"),
            changes(json!({"ApplyErrorDeletePolicy": "STOP_TASK", "ApplyErrorInsertPolicy": "LOG_ERROR"})),
            changes(
                json!({"ApplyErrorDeletePolicy": "STOP_TASK", "ApplyErrorInsertPolicy": "INSERT_RECORD"}),
            ),
        ),
        plan(
            silent,
            place("ErrorBehavior", "ApplyErrorEscalationPolicy"),
            changes(json!({"ApplyErrorEscalationPolicy": "LOG_ERROR"})),
            errors(json!({"ApplyErrorEscalationPolicy": "LOG_ERROR"})),
        ),
        plan("validation-of-replaced-characters", characters, replaced(true), replaced(false)),
        plan(
            "validation-of-replaced-characters",
            characters,
            replaced(true),
            replaced(true).with(characters, json!({"CharacterReplacements": null})),
        ),
        plan(
            silent,
            table,
            errors(json!({"TableErrorPolicy": "SUSPEND_TABLE"})),
            errors(json!({"TableErrorPolicy": "STOP_TASK"})),
        ),
        plan(
            silent,
            table,
            errors(json!({"TableErrorPolicy": "SUSPEND_TABLE"})),
            validated(json!({"TableErrorPolicy": "SUSPEND_TABLE"})),
        ),
        plan(
            silent,
            row,
            errors(json!({"DataErrorPolicy": "LOG_ERROR"})),
            errors(json!({"DataErrorPolicy": "SUSPEND_TABLE"})),
        ),
        plan(
            silent,
            row,
            errors(json!({"DataErrorPolicy": "IGNORE_RECORD"})),
            validated(json!({"DataErrorPolicy": "IGNORE_RECORD"})),
        ),
        plan(
            silent,
            none,
            errors(json!({"FailOnNoTablesCaptured": false})),
            errors(json!({"FailOnNoTablesCaptured": true})),
        ),
    ]
}

/// What DMS answers about a task, and what exports of tasks hold, has no name that is not known.
#[test]
fn what_dms_answers_is_known() {
    let echo = |name: &str| {
        let file = format!("{}/tests/echoes/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(file).expect("the answers are kept in files");
        serde_json::from_str::<Value>(&text).expect("an answer is JSON")
    };
    let exported = json!({
        "ValidationSettings": {"EnableValidation": false, "ValidationS3Time": 0, "ValidationS3Mask": 0},
        "ResyncSettings": {"EnableResync": false, "ValidationTaskId": "JXPP94804DJOEWIJD9348R3049"},
        "TTSettings": null,
        "PreMigrationAssessment": {"Enable": true},
    });
    for settings in [echo("full-load-2024.json"), echo("full-load-2026.json"), exported] {
        let found = full_load().with(SETTINGS, settings).findings();
        assert!(found.iter().all(|found| found.severity == Severity::Info), "{found:#?}");
    }
}

fn said(sample: &Sample, path: &str) -> String {
    let found = sample.findings();
    let at = found.iter().find(|found| found.path == path);
    at.unwrap_or_else(|| panic!("nothing at {path}: {found:#?}")).message.clone()
}

#[test]
fn a_setting_is_shown_its_section_or_its_name() {
    for (name, advice) in [
        ("sFullLoadSettings", "; did you mean FullLoadSettings?"),
        ("loggingSettings", "; did you mean Logging?"),
        ("CommitRate", "; it belongs in FullLoadSettings"),
        ("BucketName", "; it belongs in TTSettings.TTS3Settings"),
        ("FullLoadSettings/Logging", "; it belongs at the top of the settings"),
        ("FullLoadSettings/EnableValidation", "; it belongs in ValidationSettings"),
        ("FullLoadSettings/CommitRates", "; did you mean CommitRate?"),
        ("Zzz", ", and DMS may pass over it"),
    ] {
        let path = format!("{SETTINGS}/{name}");
        let message = said(&full_load().with(&path, json!(1)), &path);
        assert!(message.ends_with(advice), "{name}: {message}");
    }
}

#[test]
fn what_is_wrong_is_said_with_what_is_allowed_and_what_dms_would_say() {
    let path = format!("{SETTINGS}/FullLoadSettings/MaxFullLoadSubTasks");
    let found = full_load().with(&path, json!(64)).findings();
    assert_eq!(
        found[0].message,
        "FullLoadSettings.MaxFullLoadSubTasks must be a whole number from 1 to 49 (8 by default), not 64"
    );
    assert_eq!(found[0].dms_error.as_deref(), Some("Invalid task settings JSON"));
    let wrapped = full_load().with(SETTINGS, json!({"TaskSettings": {}})).findings();
    assert_eq!(wrapped[0].dms_error, None, "it is not known what DMS says");
}

#[test]
fn numbers_and_flags_in_quotes_are_sent_without_them() {
    let sample = full_load_with(json!({
        "FullLoadSettings": {"CommitRate": " 5000", "MaxFullLoadSubTasks": 4.0},
        "ValidationSettings": {"EnableValidation": "TRUE"},
    }));
    let plan = plan::read::read(&sample.0).plan.expect("a good plan");
    let settings = plan.request().and_then(|request| request.replication_task_settings.as_ref()?.json());
    assert_eq!(
        settings.expect("settings"),
        &json!({
            "FullLoadSettings": {
                "TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD", "CommitRate": 5000, "MaxFullLoadSubTasks": 4,
            },
            "ValidationSettings": {"EnableValidation": true},
        })
    );
}
