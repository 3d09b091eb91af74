//! The poll: which calls it makes, every page of the tables, and what is an observation rather than an error.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_sdk_cloudwatch::operation::get_metric_data::{GetMetricDataInput, GetMetricDataOutput};
use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::MetricDataResult;
use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::operation::describe_replication_tasks::DescribeReplicationTasksInput;
use aws_sdk_databasemigration::operation::describe_table_statistics::{
    DescribeTableStatisticsInput, DescribeTableStatisticsOutput,
};
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use migration::run::acts::StartKind;
use migration::run::document::{Document, Opened};
use migration::run::step::What;
use migration_aws::clients::DmsAndCloudWatch;
use migration_aws::error::StepError;
use migration_aws::request::Request;
use plan::settings::PrepMode;
use serde_json::{Value, json};
use support::cases::{Case, LAST_WEEK, TASK, cdc, full_load, kept, minute};
use support::given::{Seen, described, fault, frame, reported, request, running};
use support::{answers, no_other_execution};

fn tasks(task: Value) -> Value {
    json!({"ReplicationTasks": [task]})
}

/// A poll that has no business with CloudWatch: a call there would find no answer.
async fn polled(dms: &Client, request: Request) -> Result<Document, StepError> {
    let silent = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, []);
    poll::handle(
        &DmsAndCloudWatch { dms: dms.clone(), step_functions: no_other_execution!(), cloudwatch: silent },
        request,
    )
    .await
}

/// The word that the machine reads, and why.
fn next(document: &Document) -> (&'static str, String) {
    let document = serde_json::to_value(document).unwrap();
    let next = &document["Next"];
    let what = What::WORDS.into_iter().find(|word| next["What"] == *word).unwrap();
    (what, next["Why"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn table_statistics_are_read_to_their_last_page() {
    let seen = Seen::<DescribeTableStatisticsInput>::default();
    let page =
        |tables: std::ops::Range<usize>, state: &str, marker: Option<&str>| {
            let rows = tables.map(|nth| json!({
            "SchemaName": "shop", "TableName": format!("t{nth}"), "TableState": state, "FullLoadRows": 10,
            "ValidationState": "Not enabled",
        }));
            let mut page = json!({"TableStatistics": rows.collect::<Vec<_>>()});
            if let Some(marker) = marker {
                page["Marker"] = json!(marker);
            }
            page.to_string()
        };
    let noting = seen.clone();
    let pages = mock!(Client::describe_table_statistics)
        .match_requests(move |request| noting.note(request))
        .sequence()
        .http_status(200, Some(page(0..500, "Table completed", Some("two"))))
        .http_status(200, Some(page(500..1000, "Table completed", Some("three"))))
        .http_status(200, Some(page(1000..1001, "Table error", None)))
        .build();
    let mut task = described("stopped", Some(1));
    task["StopReason"] = json!("Stop Reason FULL_LOAD_ONLY_FINISHED");
    let describe = answers!(Client, describe_replication_tasks, 200, tasks(task));
    let dms = mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe, &pages]);

    let document = polled(&dms, request(&full_load(json!({})).started(1).document(), 90)).await.unwrap();
    let verdict = reported(document).verdict;
    assert_eq!(verdict.reasons[0], "1000 of 1001 tables are complete, 1 is not");
    assert_eq!((verdict.rows, verdict.named_tables[0].name.as_str()), (10_010, "shop.t1000"));
    let markers: Vec<Option<String>> =
        seen.all().iter().map(|page| page.marker().map(str::to_owned)).collect();
    assert_eq!(markers, [None, Some("two".to_owned()), Some("three".to_owned())]);
    assert!(
        seen.all()
            .iter()
            .all(|page| page.max_records() == Some(500) && page.replication_task_arn() == Some(TASK))
    );
}

#[tokio::test]
async fn pages_without_end_are_no_loop() {
    let pages = AtomicUsize::new(0);
    let endless = mock!(Client::describe_table_statistics).then_compute_output(move |_| {
        let marker = pages.fetch_add(1, Ordering::Relaxed).to_string();
        DescribeTableStatisticsOutput::builder().marker(marker).build()
    });
    let mut task = described("stopped", Some(1));
    task["StopReason"] = json!("Stop Reason NORMAL");
    let describe = answers!(Client, describe_replication_tasks, 200, tasks(task));
    let dms = mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe, &endless]);
    let error = polled(&dms, request(&full_load(json!({})).started(1).document(), 90)).await.unwrap_err();
    assert_eq!((error.name(), endless.num_calls()), ("Migration.Unavailable", 400));
}

#[tokio::test]
async fn a_task_at_work_costs_one_call_and_its_settings_are_read_once() {
    let seen = Seen::<DescribeReplicationTasksInput>::default();
    let describe =
        answers!(Client, describe_replication_tasks, 200, tasks(described("starting", Some(1))), seen);
    let dms = mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe]);
    let known = full_load(json!({})).started(1);
    let unknown = known.clone().set(|case| case.known().settings = None);
    for (case, without_settings) in [(known, Some(true)), (unknown, Some(false))] {
        let document = polled(&dms, request(&case.document(), 2)).await.unwrap();
        assert_eq!(next(&document).0, "wait");
        let asked = seen.all().pop().unwrap();
        assert_eq!(asked.without_settings(), without_settings);
        assert_eq!(asked.filters()[0].values(), [TASK]);
        assert_eq!(running(document).task.unwrap().settings.unwrap().prep_mode, PrepMode::TruncateBeforeLoad);
    }
}

#[tokio::test]
async fn connections_are_looked_at_before_a_start() {
    let connection = |endpoint: &str, status: &str| {
        json!({
            "ReplicationInstanceArn": "arn:aws:dms:eu-central-1:123456789012:rep:INSTANCE",
            "EndpointArn": format!("arn:aws:dms:eu-central-1:123456789012:endpoint:{endpoint}"),
            "Status": status,
            "LastFailureMessage": "no route to host",
        })
    };
    let both = |target: &str| json!({"Connections": [connection("SOURCE", "successful"), connection("TARGET", target)]});
    for (status, body, what) in [
        (200, both("successful"), "start"),
        (200, both("testing"), "wait"),
        (200, both("deleting"), "wait"),
        (200, both("failed"), "wait"),
        (200, json!({"Connections": []}), "wait"),
        (400, fault("ResourceNotFoundFault", "no connections"), "wait"),
    ] {
        let describe = answers!(Client, describe_replication_tasks, 200, tasks(described("ready", None)));
        let connections = answers!(Client, describe_connections, status, body.clone());
        let dms = mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe, &connections]);
        let document = polled(&dms, request(&full_load(json!({})).document(), 1)).await.unwrap();
        assert_eq!(next(&document).0, what, "{body}");
    }
}

#[tokio::test]
async fn no_such_task_is_an_observation_in_either_form() {
    for (status, body) in [
        (400, fault("ResourceNotFoundFault", "No Tasks found matching given filter")),
        (200, json!({"ReplicationTasks": []})),
        (200, tasks(json!({"ReplicationTaskArn": "arn:aws:dms:eu-central-1:123456789012:task:OTHER"}))),
    ] {
        let describe = answers!(Client, describe_replication_tasks, status, body.clone());
        for (witness, code, ended) in [
            ("DMS does not know its ARN either", "ResourceNotFoundFault", Some(35)),
            ("it may not be asked by its ARN", "AccessDeniedException", Some(45)),
            ("its ARN is known", "InvalidResourceStateFault", None),
        ] {
            let tables = answers!(Client, describe_table_statistics, 400, fault(code, "no"));
            let dms = mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe, &tables]);
            let mut document = Document::from(full_load(json!({})).started(1).running);
            for minute in [30, 31, 34, 35, 44, 45] {
                document = polled(&dms, request(&document, minute)).await.unwrap();
                if ended == Some(minute) {
                    assert!(
                        next(&document).1.contains("has deleted the task"),
                        "{witness}: {:?}",
                        next(&document)
                    );
                    break;
                }
                assert_eq!(next(&document).0, "wait", "{witness}, at {minute}: {body}");
            }
        }
    }
}

/// Tables that may not be read make the verdict poorer, and the poll not blind.
#[tokio::test]
async fn statistics_that_are_refused_do_not_blind_the_poll() {
    let mut task = described("stopped", Some(1));
    task["StopReason"] = json!("Stop Reason FULL_LOAD_ONLY_FINISHED");
    let describe = answers!(Client, describe_replication_tasks, 200, tasks(task));
    for code in ["AccessDeniedException", "InvalidResourceStateFault"] {
        let tables = answers!(Client, describe_table_statistics, 400, fault(code, "not for you"));
        let dms = mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe, &tables]);
        let document = polled(&dms, request(&full_load(json!({})).started(1).document(), 30)).await.unwrap();
        assert_eq!(next(&document).0, "wait", "{code}");
        let document = polled(&dms, request(&document, 44)).await.unwrap();
        assert_eq!(next(&document).0, "wait", "{code}");
        let verdict = reported(polled(&dms, request(&document, 45)).await.unwrap()).verdict;
        assert_eq!(verdict.outcome.as_str(), "Unknown", "{code}");
        let said = &verdict.reasons[0];
        assert!(said.contains("FULL_LOAD_ONLY_FINISHED") && said.contains(code), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_dms_is_an_observation_and_one_that_refuses_is_an_error() {
    let dms = |status, body: Value| {
        let describe = answers!(Client, describe_replication_tasks, status, body);
        mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe])
    };
    let begun = full_load(json!({})).started(1).document();
    let busy = dms(400, fault("ThrottlingException", "Rate exceeded"));
    let document = polled(&busy, request(&begun, 2)).await.unwrap();
    assert!(next(&document).1.contains("too busy"), "{:?}", next(&document));
    assert_eq!(running(document).run.throttled, 1);
    for (status, code) in
        [(400, "AccessDeniedException"), (500, "InternalFailure"), (400, "ValidationException")]
    {
        let error = polled(&dms(status, fault(code, "no")), request(&begun, 2)).await.unwrap_err();
        assert_eq!(error.name(), "Migration.Unavailable", "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn tables_that_dms_is_too_busy_to_show_are_looked_at_again() {
    let mut task = described("stopped", Some(1));
    task["StopReason"] = json!("Stop Reason FULL_LOAD_ONLY_FINISHED");
    let describe = answers!(Client, describe_replication_tasks, 200, tasks(task));
    let busy =
        answers!(Client, describe_table_statistics, 400, fault("ThrottlingException", "Rate exceeded"));
    let dms = mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe, &busy]);
    let document = polled(&dms, request(&full_load(json!({})).started(1).document(), 90)).await.unwrap();
    assert_eq!(
        next(&document),
        ("wait", "the task has come to rest and its tables could not be seen just now".to_owned())
    );
}

#[tokio::test]
async fn a_kept_task_is_taken_up_by_the_first_poll() {
    let describe = answers!(Client, describe_replication_tasks, 200, tasks(described("running", Some(-30))));
    let tables = answers!(Client, describe_table_statistics, 200, json!({"TableStatistics": []}));
    let dms = mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe, &tables]);
    let mut case = kept(json!({}));
    case.running.task = None;
    let document = polled(&dms, request(&case.document(), 1)).await.unwrap();
    let running = running(document);
    let task = running.task.unwrap();
    assert_eq!((task.identifier.as_str(), task.settings.is_some()), ("orders", true));
    assert!(running.run.drive.joined().is_some());
}

#[tokio::test]
async fn a_stop_reason_is_read_only_where_it_means_something() {
    let mut task = described("running", Some(LAST_WEEK));
    task["StopReason"] = json!("Stop Reason FATAL_ERROR");
    task["LastFailureMessage"] = json!("Last Error of last week");
    let describe = answers!(Client, describe_replication_tasks, 200, tasks(task));
    let tables = answers!(Client, describe_table_statistics, 200, json!({"TableStatistics": []}));
    let dms = mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe, &tables]);
    let case = full_load(json!({})).last_week("NORMAL").started_by(StartKind::ResumeProcessing, 1);
    let document = polled(&dms, request(&case.document(), 2)).await.unwrap();
    assert_eq!(next(&document).0, "wait");
    assert_eq!(running(document).progress.unwrap().seen, minute(2));
}

/// A replication that the plan wants caught up, running since the first minute.
fn replicating() -> (Case, Value) {
    let case = cdc(json!({"Until": "CaughtUp"})).started(1).began(1);
    let mut task = described("running", Some(1));
    task["MigrationType"] = json!("cdc");
    (case, task)
}

/// CloudWatch's answer: these lags of source and target, one a minute from the 20th minute on.
fn metrics(source: &[f64], target: &[f64]) -> GetMetricDataOutput {
    let result = |id: &str, values: &[f64]| {
        let at = |nth: usize| DateTime::from_secs(minute(20 + i64::try_from(nth).unwrap()).as_second());
        MetricDataResult::builder()
            .id(id)
            .set_timestamps(Some((0..values.len()).map(at).collect()))
            .set_values(Some(values.to_vec()))
            .build()
    };
    let results = [result("source", source), result("target", target)];
    GetMetricDataOutput::builder().set_metric_data_results(Some(results.into())).build()
}

#[tokio::test]
async fn the_lag_is_asked_for_by_the_instances_name_and_the_tasks_tail() {
    let (mut case, task) = replicating();
    let describe = answers!(Client, describe_replication_tasks, 200, tasks(task));
    let instance = answers!(
        Client,
        describe_replication_instances,
        200,
        json!({"ReplicationInstances": [
        {"ReplicationInstanceArn": "arn:aws:dms:eu-central-1:123456789012:rep:INSTANCE",
         "ReplicationInstanceIdentifier": "nightly", "ReplicationInstanceStatus": "available"}]})
    );
    let rows = json!({"TableStatistics": [{"SchemaName": "shop", "TableName": "t", "TableState": "Table completed"}]});
    let tables = answers!(Client, describe_table_statistics, 200, rows);
    let dms = mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe, &instance, &tables]);
    let seen = Seen::<GetMetricDataInput>::default();
    let noting = seen.clone();
    let data = mock!(aws_sdk_cloudwatch::Client::get_metric_data)
        .match_requests(move |request| noting.note(request))
        .then_output(|| metrics(&[1.0, 2.0, 3.0, 2.0, 1.0], &[9.0, 8.0, 7.5, 8.0, 9.0]));
    let cloudwatch = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [&data]);
    let context = DmsAndCloudWatch { dms, step_functions: no_other_execution!(), cloudwatch };

    let document = poll::handle(&context, request(&case.document(), 25)).await.unwrap();
    assert!(
        next(&document).1.contains("are complete") || next(&document).1.contains("replicated"),
        "{:?}",
        next(&document)
    );
    assert!(reported(document.clone()).verdict.reasons[1].contains("at most 9 s behind"), "{:?}", document);
    let asked = seen.one();
    let names: Vec<(&str, &str)> = asked.metric_data_queries()[0]
        .metric_stat()
        .and_then(|stat| stat.metric())
        .unwrap()
        .dimensions()
        .iter()
        .map(|dimension| (dimension.name().unwrap(), dimension.value().unwrap()))
        .collect();
    assert_eq!(
        names,
        [
            ("ReplicationInstanceIdentifier", "nightly"),
            ("ReplicationTaskIdentifier", "K55IUCGBASJS5VHZJIINA45FII")
        ]
    );
    assert_eq!(asked.end_time().unwrap().secs(), minute(25).as_second());

    case.running.run.instance = reported(document).run.instance;
    assert_eq!(case.running.run.instance.as_deref(), Some("nightly"));
    poll::handle(&context, request(&case.document(), 26)).await.unwrap();
    assert_eq!(instance.num_calls(), 1);
}

#[tokio::test]
async fn a_lag_that_cannot_be_read_is_not_caught_up_and_no_error() {
    let (case, task) = replicating();
    let describe = answers!(Client, describe_replication_tasks, 200, tasks(task));
    let instance = answers!(
        Client,
        describe_replication_instances,
        200,
        json!({"ReplicationInstances": [
        {"ReplicationInstanceIdentifier": "nightly"}]})
    );
    let dms = mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, [&describe, &instance]);
    let denied = mock!(aws_sdk_cloudwatch::Client::get_metric_data).then_error(|| {
        let meta =
            aws_sdk_cloudwatch::error::ErrorMetadata::builder().code("AccessDenied").message("no").build();
        aws_sdk_cloudwatch::operation::get_metric_data::GetMetricDataError::generic(meta)
    });
    let empty = mock!(aws_sdk_cloudwatch::Client::get_metric_data).then_output(|| metrics(&[], &[]));
    for rule in [denied, empty] {
        let cloudwatch = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [&rule]);
        let context =
            DmsAndCloudWatch { dms: dms.clone(), step_functions: no_other_execution!(), cloudwatch };
        let case = case.clone().set(|case| {
            let stats = Some(migration::run::observation::Stats {
                start_date: Some(minute(1)),
                percent: Some(0),
                ..Default::default()
            });
            case.running.progress = Some(support::cases::progress(stats));
        });
        let document = poll::handle(&context, request(&case.document(), 25)).await.unwrap();
        assert_eq!(
            next(&document),
            (
                "wait",
                "the task is running and how far it is behind its source is not known just now".to_owned()
            )
        );
    }
}

#[tokio::test]
async fn a_document_of_another_release_is_named_as_one() {
    let dms = mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, []);
    let written = |document: Document| serde_json::to_value(document).unwrap();
    let mut newer = written(full_load(json!({})).document());
    newer["Version"] = json!(99);
    let opened = written(Document::Opened(Opened { input: json!({}), caught: None }));
    for (document, said) in [(newer, "version 99"), (opened, "has not begun yet")] {
        let error = polled(&dms, frame(json!({"Migration": document}), minute(1))).await.unwrap_err();
        assert_eq!(error.name(), "Migration.UnreadableDocument");
        assert!(error.to_string().contains(said), "{error}");
    }
}
