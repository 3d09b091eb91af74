//! Opening a run: what the execution was given, what the plan names, and the connection tests that are missing.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use aws_sdk_cloudwatch::operation::get_metric_data::{
    GetMetricDataError, GetMetricDataInput, GetMetricDataOutput,
};
use aws_sdk_cloudwatch::types::MetricDataResult;
use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::operation::test_connection::TestConnectionInput;
use aws_smithy_mocks::{Rule, RuleMode, mock_client};
use migration::run::document::Document;
use migration::run::execution_arn::ExecutionArn;
use migration::run::task::Origin;
use migration::run::verdict::Outcome;
use migration::survey::owner::tag_value;
use migration::time::clock::on_the_clock;
use migration_aws::clients::DmsAndStepFunctions;
use migration_aws::error::StepError;
use migration_aws::request::Request;
use plan::OWNER_TAG;
use plan::finding::{Chapter, Code, Finding, MAX_FINDINGS, reject};
use serde_json::{Value, json};
use support::answers;
use support::cases::{TASK, earlier_execution, minute};
use support::given::{Seen, described, fault, frame, reported, running};
use validate::Validate;

fn arn(resource: &str) -> String {
    format!("arn:aws:dms:eu-central-1:123456789012:{resource}")
}

fn plan() -> Value {
    json!({"Task": {
        "ReplicationTaskIdentifier": "orders",
        "SourceEndpointArn": arn("endpoint:SOURCE"),
        "TargetEndpointArn": arn("endpoint:TARGET"),
        "ReplicationInstanceArn": arn("rep:INSTANCE"),
        "MigrationType": "full-load",
        "TableMappings": {"rules": [{
            "rule-type": "selection", "rule-id": "1", "rule-name": "all", "rule-action": "include",
            "object-locator": {"schema-name": "shop", "table-name": "%"},
        }]},
    }})
}

/// What DMS has, each as an answer with its status.
struct World {
    tasks: (u16, Value),
    source: (u16, Value),
    target: (u16, Value),
    instance: (u16, Value),
    connections: (u16, Value),
    test: (u16, Value),
    pending: (u16, Value),
    versions: (u16, Value),
    /// The least free storage and memory of the last hour, in bytes; or the code of a refusal.
    left: Result<(f64, f64), &'static str>,
    /// What the stack may publish to.
    topics: Vec<String>,
    owner: Option<ExecutionArn>,
    execution: &'static str,
}

fn endpoint(kind: &str, status: &str) -> (u16, Value) {
    (200, json!({"Endpoints": [{"EndpointArn": arn("endpoint:X"), "EndpointType": kind, "Status": status}]}))
}

fn connection(endpoint: &str, status: &str) -> Value {
    json!({"EndpointArn": arn(&format!("endpoint:{endpoint}")), "Status": status})
}

fn none() -> (u16, Value) {
    (400, fault("ResourceNotFoundFault", "none"))
}

fn instance(status: &str) -> (u16, Value) {
    let instance = json!({
        "ReplicationInstanceArn": arn("rep:INSTANCE"), "ReplicationInstanceStatus": status,
        "ReplicationInstanceIdentifier": "nightly-instance", "EngineVersion": "3.5.4",
    });
    (200, json!({"ReplicationInstances": [instance]}))
}

/// CloudWatch's answer: the points of an hour, with the least among them; to another question, none.
fn metrics(left: Result<(f64, f64), &'static str>) -> Rule {
    let result = |id: &str, least: f64| {
        let values = vec![9e10, least, 9e10];
        MetricDataResult::builder().id(id).set_values(Some(values)).build()
    };
    match left {
        Ok((storage, memory)) => aws_smithy_mocks::mock!(aws_sdk_cloudwatch::Client::get_metric_data)
            .match_requests(asks_for_the_last_hour)
            .then_output(move || {
                GetMetricDataOutput::builder()
                    .metric_data_results(result("storage", storage))
                    .metric_data_results(result("memory", memory))
                    .build()
            }),
        Err(code) => {
            aws_smithy_mocks::mock!(aws_sdk_cloudwatch::Client::get_metric_data).then_error(move || {
                let meta = aws_sdk_cloudwatch::error::ErrorMetadata::builder().code(code).message("no");
                GetMetricDataError::generic(meta.build())
            })
        }
    }
}

/// Whether CloudWatch is asked for the least of the instance's two metrics, over an hour.
fn asks_for_the_last_hour(request: &GetMetricDataInput) -> bool {
    let names: Vec<_> = request
        .metric_data_queries()
        .iter()
        .filter_map(|query| {
            let stat = query.metric_stat()?;
            let metric = stat.metric()?;
            let [dimension] = metric.dimensions() else { return None };
            let of = (metric.namespace()?, metric.metric_name()?, stat.stat()?);
            Some((of, dimension.name()?, dimension.value()?))
        })
        .collect();
    let of = |metric: &'static str| {
        (("AWS/DMS", metric, "Minimum"), "ReplicationInstanceIdentifier", "nightly-instance")
    };
    let (from, until) = (request.start_time().unwrap().secs(), request.end_time().unwrap().secs());
    names == [of("FreeStorageSpace"), of("FreeableMemory")]
        && (from, until) == (minute(-60).as_second(), minute(0).as_second())
}

impl World {
    fn good() -> World {
        let connections = [connection("SOURCE", "successful"), connection("TARGET", "successful")];
        World {
            tasks: none(),
            source: endpoint("SOURCE", "active"),
            target: endpoint("TARGET", "active"),
            instance: instance("available"),
            connections: (200, json!({"Connections": connections})),
            test: (200, json!({})),
            pending: (200, json!({"PendingMaintenanceActions": []})),
            versions: (200, json!({"EngineVersions": []})),
            left: Ok((40e9, 3e9)),
            topics: Vec::new(),
            owner: None,
            execution: "SUCCEEDED",
        }
    }

    /// The document, or the error, and the endpoints whose connections were tested.
    async fn validate(self, input: Value) -> (Result<Document, StepError>, Vec<String>) {
        self.validate_again(input, 0).await
    }

    /// The same in a step that the machine has repeated so many times.
    async fn validate_again(self, input: Value, repeats: u64) -> (Result<Document, StepError>, Vec<String>) {
        let tested = Seen::<TestConnectionInput>::default();
        let endpoints = |which: &'static str, (status, body): (u16, Value)| -> Rule {
            aws_smithy_mocks::mock!(Client::describe_endpoints)
                .match_requests(move |request| request.filters()[0].values()[0].ends_with(which))
                .sequence()
                .http_status(status, Some(body.to_string()))
                .repeatedly()
                .build()
        };
        let rules = [
            answers!(Client, describe_replication_tasks, self.tasks.0, self.tasks.1),
            endpoints("SOURCE", self.source),
            endpoints("TARGET", self.target),
            answers!(Client, describe_replication_instances, self.instance.0, self.instance.1),
            answers!(Client, describe_connections, self.connections.0, self.connections.1),
            answers!(Client, test_connection, self.test.0, self.test.1, tested),
            answers!(Client, describe_pending_maintenance_actions, self.pending.0, self.pending.1),
            answers!(Client, describe_engine_versions, self.versions.0, self.versions.1),
        ];
        let tags = self.owner.map(|owner| json!({"Key": OWNER_TAG, "Value": tag_value(&owner)}));
        let tags = json!({"TagList": tags.into_iter().collect::<Vec<_>>()});
        let tags = answers!(Client, list_tags_for_resource, 200, tags);
        let rules: Vec<&Rule> = rules.iter().chain([&tags]).collect();
        // What a changing call would be answered is not here: a call that is not mocked fails the test.
        let dms = mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, &rules);
        let execution = json!({"status": self.execution, "startDate": 1.0});
        let execution = answers!(aws_sdk_sfn::Client, describe_execution, 200, execution);
        let step_functions = mock_client!(aws_sdk_sfn, RuleMode::MatchAny, [&execution]);
        let cloudwatch = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, [&metrics(self.left)]);
        let opened = json!({"Migration": {"Version": 2, "State": "Opened", "Input": input}});
        let aws = DmsAndStepFunctions { dms, step_functions };
        let function = Validate { aws, cloudwatch, topics: self.topics };
        let request = Request { retries: repeats, ..frame(opened, minute(0)) };
        let document = validate::handle(&function, request).await;
        let tested =
            tested.all().iter().map(|test| test.endpoint_arn().unwrap_or_default().to_owned()).collect();
        (document, tested)
    }
}

fn codes(document: &Document) -> Vec<&str> {
    findings(document).iter().map(|finding| finding.code.as_str()).collect()
}

fn findings(document: &Document) -> &[Finding] {
    match document {
        Document::Opened(_) => &[],
        Document::Running(running) => &running.findings,
        Document::Reported(reported) => &reported.findings,
    }
}

/// The word that the machine reads.
fn next(document: &Document) -> String {
    serde_json::to_value(document).unwrap()["Next"]["What"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_good_plan_goes_on() {
    let (document, tested) = World::good().validate(plan()).await;
    let document = document.unwrap();
    assert_eq!(next(&document), "wait");
    assert_eq!(tested, Vec::<String>::new(), "connections that are good are not tested again");
}

#[tokio::test]
async fn whatever_is_no_plan_is_rejected_and_can_be_told() {
    for input in [json!([]), json!("x"), json!(null), json!({}), json!(7), json!([[[]]])] {
        let (document, tested) = World::good().validate(input.clone()).await;
        let document = document.unwrap();
        let verdict = reported(document.clone()).verdict;
        assert_eq!(verdict.outcome, Outcome::Rejected, "{input}");
        assert!(verdict.reasons.len() > 1, "{input}: {:?}", verdict.reasons);
        assert_eq!((next(&document).as_str(), tested.len()), ("report", 0), "{input}");
    }
}

#[tokio::test]
async fn every_fault_of_what_the_plan_names_is_found_at_once() {
    let world = World {
        source: none(),
        target: endpoint("SOURCE", "deleting"),
        instance: instance("storage-full"),
        ..World::good()
    };
    let (document, tested) = world.validate(plan()).await;
    let document = document.unwrap();
    assert_eq!(reported(document.clone()).verdict.outcome, Outcome::Rejected);
    for code in ["no-such-endpoint", "wrong-endpoint-kind", "endpoint-not-active", "instance-not-available"] {
        assert!(codes(&document).contains(&code), "{code}: {:?}", codes(&document));
    }
    assert_eq!(tested, Vec::<String>::new(), "nothing is tested for a plan that is rejected");
}

#[tokio::test]
async fn connections_that_are_missing_or_failed_are_tested_once() {
    let both = [arn("endpoint:SOURCE"), arn("endpoint:TARGET")];
    for (known, expected) in [
        (json!({"Connections": []}), &both[..]),
        (json!({"Connections": [connection("SOURCE", "successful")]}), &both[1..]),
        (
            json!({"Connections": [connection("SOURCE", "failed"), connection("TARGET", "testing")]}),
            &both[..1],
        ),
    ] {
        let world = World { connections: (200, known.clone()), ..World::good() };
        let (document, tested) = world.validate(plan()).await;
        assert_eq!(next(&document.unwrap()), "wait");
        assert_eq!(tested, expected, "{known}");
    }
    let (document, tested) = World { connections: none(), ..World::good() }.validate(plan()).await;
    assert!(document.is_ok());
    assert_eq!(tested, both, "a fault says no connection, too");
}

#[tokio::test]
async fn a_test_that_dms_does_not_take() {
    let untested = || (200, json!({"Connections": [connection("TARGET", "successful")]}));
    for (status, code, message, expected) in [
        (400, "InvalidResourceStateFault", "Connection is already being tested", Ok("wait")),
        (500, "InternalFailure", "it may be tested", Ok("wait")),
        (400, "AccessDeniedException", "not authorized", Ok("report")),
        (400, "KMSKeyNotAccessibleFault", "no key", Ok("report")),
        (400, "ThrottlingException", "Rate exceeded", Err("Migration.Throttled")),
    ] {
        let world = World { connections: untested(), test: (status, fault(code, message)), ..World::good() };
        let (document, tested) = world.validate(plan()).await;
        let found = document.map(|document| next(&document)).map_err(|error| error.name());
        assert_eq!(found.as_deref().map_err(|name| *name), expected, "{code}");
        assert_eq!(tested.len(), 1, "{code}: a changing call is made once");
    }
}

/// Nothing later in a pre-flight tests a connection, and it would wait an hour for a test that never began.
#[tokio::test]
async fn a_preflight_starts_a_test_again_whose_answer_was_lost() {
    let lost = || World {
        connections: (200, json!({"Connections": [connection("TARGET", "successful")]})),
        test: (500, fault("InternalFailure", "it may be tested")),
        ..World::good()
    };
    for repeats in 0..3 {
        let (document, tested) = lost().validate_again(preflight("Reject"), repeats).await;
        assert_eq!(document.unwrap_err().name(), "Migration.Unavailable", "the step is repeated");
        assert_eq!(tested.len(), 1, "a changing call is made once");
    }
    let document = lost().validate_again(preflight("Reject"), 3).await.0.unwrap();
    assert_eq!(next(&document), "wait", "what is known is reported");
}

/// The codes that this function notes itself; those of the survey have their cases beside it.
#[tokio::test]
async fn every_code_of_its_chapter_is_noted_and_spares_the_near_miss() {
    let tested = |test| World { connections: (200, json!({"Connections": []})), test, ..World::good() };
    let cases = [(
        Code::ConnectionNotTested,
        (tested((400, fault("KMSKeyNotAccessibleFault", "no key"))), plan()),
        (tested((400, fault("InvalidResourceStateFault", "Connection is already being tested"))), plan()),
    )];
    let mut noted = Vec::new();
    for (code, (bad, bad_plan), (good, good_plan)) in cases {
        let bad = bad.validate(bad_plan).await.0.unwrap();
        assert!(findings(&bad).iter().any(|found| found.code == code && found.path == "/Task"), "{code}");
        let good = good.validate(good_plan).await.0.unwrap();
        assert!(!reject(findings(&good)), "the near miss of {code}: {:#?}", findings(&good));
        noted.push(code);
    }
    let of_chapter = Code::ALL.iter().filter(|code| code.chapter() == Some(Chapter::Validate));
    assert_eq!(noted, of_chapter.cloned().collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_dms_that_does_not_answer_is_an_error_and_no_verdict() {
    for (code, name) in [
        ("ThrottlingException", "Migration.Throttled"),
        ("AccessDeniedException", "Migration.Unavailable"),
        ("InvalidParameterValueException", "Migration.Unavailable"),
    ] {
        let world = World { instance: (400, fault(code, "no")), ..World::good() };
        assert_eq!(world.validate(plan()).await.0.unwrap_err().name(), name, "{code}");
    }
}

#[tokio::test]
async fn a_kept_task_is_looked_for_by_polls_and_is_not_tested_while_it_works() {
    let kept = json!({"Task": {"ReplicationTaskArn": TASK}});
    let (document, tested) = World::good().validate(kept.clone()).await;
    assert!(matches!(document.unwrap(), Document::Running(_)), "one list is no proof");
    assert!(tested.is_empty());

    let untested = || (200, json!({"Connections": []}));
    for (status, tests) in [("ready", 2), ("running", 0), ("starting", 0)] {
        let tasks = (200, json!({"ReplicationTasks": [described(status, None)]}));
        let world = World { tasks, connections: untested(), ..World::good() };
        let (document, tested) = world.validate(kept.clone()).await;
        let run = running(document.unwrap()).run;
        assert_eq!((run.route.is_some(), tested.len()), (true, tests), "{status}");
    }
}

#[tokio::test]
async fn a_document_that_the_machine_did_not_open_is_named_as_one() {
    let dms = mock_client!(aws_sdk_databasemigration, RuleMode::MatchAny, []);
    let step_functions = mock_client!(aws_sdk_sfn, RuleMode::MatchAny, []);
    let cloudwatch = mock_client!(aws_sdk_cloudwatch, RuleMode::MatchAny, []);
    let aws = DmsAndStepFunctions { dms, step_functions };
    let function = Validate { aws, cloudwatch, topics: Vec::new() };
    let opened = frame(json!({"Migration": plan()}), minute(0));
    let error = validate::handle(&function, opened).await.unwrap_err();
    assert_eq!(error.name(), "Migration.UnreadableDocument");
}

fn preflight(on_drift: &str) -> Value {
    let mut plan = plan();
    plan["Mode"] = json!("Preflight");
    plan["OnDrift"] = json!(on_drift);
    // The mode of the task that exists.
    plan["Task"]["ReplicationTaskSettings"] =
        json!({"FullLoadSettings": {"TargetTablePrepMode": "TRUNCATE_BEFORE_LOAD"}});
    plan
}

#[tokio::test]
async fn a_preflight_compares_a_task_that_exists() {
    let (document, tested) = World::good().validate(preflight("Reject")).await;
    let document = document.unwrap();
    assert_eq!((running(document).task, tested.len()), (None, 0), "there is none to compare");

    let differing = || {
        let mut task = described("ready", None);
        task["MigrationType"] = json!("cdc");
        task
    };
    let earlier = earlier_execution();
    for (task, on_drift, owner, execution, origin, differences, driven) in [
        (described("ready", None), "Reject", None, "SUCCEEDED", Origin::External, 0, false),
        (described("ready", None), "Reject", Some(&earlier), "SUCCEEDED", Origin::Adopted, 0, false),
        (described("running", Some(1)), "Reject", Some(&earlier), "RUNNING", Origin::Adopted, 0, true),
        (differing(), "Reject", Some(&earlier), "SUCCEEDED", Origin::Adopted, 1, false),
        (differing(), "Ignore", Some(&earlier), "SUCCEEDED", Origin::Adopted, 1, false),
    ] {
        let tasks = (200, json!({"ReplicationTasks": [task]}));
        let world = World { tasks, owner: owner.cloned(), execution, ..World::good() };
        let document = world.validate(preflight(on_drift)).await.0.unwrap();
        let task = running(document.clone()).task.unwrap();
        assert_eq!(
            (task.origin, task.differences.len(), task.driven_by().is_some()),
            (origin, differences, driven)
        );
        assert_eq!(next(&document), "wait", "the polls decide");
        assert!(codes(&document).contains(&"instance-seen"), "the report says which instance it is");
        assert_eq!(codes(&document).contains(&"drift"), on_drift == "Ignore");
    }
}

#[tokio::test]
async fn the_plan_the_task_and_what_they_name_give_one_report() {
    let mut task = described("ready", None);
    task["MigrationType"] = json!("cdc");
    let mut plan = preflight("Ignore");
    for n in 0..MAX_FINDINGS + 5 {
        plan["Task"]["ReplicationTaskSettings"][format!("NotKnown{n}")] = json!(1);
    }
    let tasks = (200, json!({"ReplicationTasks": [task]}));
    let document = World { tasks, ..World::good() }.validate(plan).await.0.unwrap();
    let differences = running(document.clone()).task.unwrap().differences.len();
    assert_eq!(next(&document), "wait");
    let counts = findings(&document).iter().filter(|finding| finding.code == Code::MoreFindings);
    let counts: Vec<&str> = counts.map(|finding| finding.message.as_str()).collect();
    // Beside the settings and the differences, a hint: which instance it is.
    let left_out = 5 + differences + 1;
    assert_eq!(counts, [format!("{left_out} more findings are not shown; mend these first")]);
    assert_eq!(findings(&document).len(), MAX_FINDINGS + 1);
}

#[tokio::test]
async fn a_task_that_is_taken_as_it_is_has_endpoints_of_its_own() {
    let mut task = described("ready", None);
    task["SourceEndpointArn"] = json!(arn("endpoint:ANOTHERSOURCE"));
    for (on_drift, source) in [("Reject", "endpoint:SOURCE"), ("Ignore", "endpoint:ANOTHERSOURCE")] {
        let tasks = (200, json!({"ReplicationTasks": [task]}));
        let document = World { tasks, ..World::good() }.validate(preflight(on_drift)).await.0.unwrap();
        assert_eq!(running(document).run.route.unwrap().source.to_string(), arn(source));
    }
}

#[tokio::test]
async fn what_the_engines_cannot_do_and_when_the_instance_rests_is_found() {
    let parallel = json!({
        "rule-type": "table-settings", "rule-id": "2", "rule-name": "2",
        "object-locator": {"schema-name": "shop", "table-name": "orders"}, "parallel-load": {"type": "partitions-auto"},
    });
    let mut plan = plan();
    // The run is opened on a Friday at 21:00 UTC.
    plan["Window"] = json!({"Duration": "PT7H"});
    let engine = |kind: &str, engine: &str| {
        let (status, mut answer) = endpoint(kind, "active");
        answer["Endpoints"][0]["EngineName"] = json!(engine);
        (status, answer)
    };
    let (status, mut answer) = instance("available");
    answer["ReplicationInstances"][0]["PreferredMaintenanceWindow"] = json!("sat:01:00-sat:02:00");
    answer["ReplicationInstances"][0]["PendingModifiedValues"] =
        json!({"EngineVersion": "3.6.1", "AllocatedStorage": 100, "MultiAZ": true});
    let world = World {
        source: engine("SOURCE", "postgres"),
        target: engine("TARGET", "paradox"),
        instance: (status, answer),
        ..World::good()
    };
    let document = world.validate(plan.clone()).await.0.unwrap();
    for code in ["unknown-engine", "maintenance-in-window", "pending-changes"] {
        assert!(codes(&document).contains(&code), "{code}: {:?}", codes(&document));
    }
    let pending = findings(&document).iter().find(|finding| finding.code == Code::PendingChanges).unwrap();
    assert!(
        pending.message.contains("(EngineVersion 3.6.1, AllocatedStorage 100, MultiAZ true)"),
        "{}",
        pending.message
    );
    assert_eq!(next(&document), "wait", "warnings stop nothing");

    plan["Task"]["TableMappings"]["rules"].as_array_mut().unwrap().push(parallel);
    let world = World { source: engine("SOURCE", "postgres"), ..World::good() };
    let document = world.validate(plan).await.0.unwrap();
    assert!(codes(&document).contains(&"parallel-load-not-for-source"), "{:?}", codes(&document));
    assert_eq!(reported(document).verdict.outcome, Outcome::Rejected);
}

#[tokio::test]
async fn other_tasks_of_the_target_are_compared() {
    let other = |status: &str, began: Option<i64>| {
        let mut task = described(status, began);
        task["ReplicationTaskIdentifier"] = json!("another");
        task["ReplicationTaskArn"] = json!(arn("task:ANOTHER"));
        task
    };
    let reading = || {
        let mut task = other("running", Some(1));
        task["TargetEndpointArn"] = json!(arn("endpoint:ELSEWHERE"));
        task
    };
    for (task, found, what) in [
        (other("stopped", Some(1)), Some("another-writer"), "wait"),
        (other("running", Some(1)), Some("target-being-loaded"), "report"),
        (reading(), None, "wait"),
        (described("stopped", Some(1)), None, "wait"),
    ] {
        let tasks = (200, json!({"ReplicationTasks": [task]}));
        let document = World { tasks, ..World::good() }.validate(plan()).await.0.unwrap();
        let codes: Vec<&str> =
            codes(&document).into_iter().filter(|code| *code != "prep-mode-not-stated").collect();
        assert_eq!(codes, found.into_iter().collect::<Vec<_>>());
        assert_eq!(next(&document), what, "{found:?}");
    }
    let kept = json!({"Task": {"ReplicationTaskArn": TASK}});
    let tasks = (200, json!({"ReplicationTasks": [described("ready", None), other("stopped", Some(1))]}));
    let document = World { tasks, ..World::good() }.validate(kept).await.0.unwrap();
    assert_eq!(codes(&document), ["another-writer"], "an external task is compared by its own mapping");
}

/// What a pre-flight is told of an instance that AWS is going to touch in the week from now, and that has little left.
fn troubled() -> World {
    let soon = minute(60 * 24).as_second();
    let action = json!({"Action": "db-upgrade", "Description": "an upgrade", "ForcedApplyDate": soon});
    let another = json!({"Action": "os-upgrade", "ForcedApplyDate": soon});
    let of = |arn: String, action: Value| json!({"ResourceIdentifier": arn, "PendingMaintenanceActionDetails": [action]});
    let pending = [of(arn("rep:INSTANCE"), action), of(arn("rep:ANOTHER"), another)];
    let versions = [
        json!({"Version": "3.6.1", "ForceUpgradeDate": soon}),
        json!({"Version": "3.5.4", "Lifecycle": "DEPRECATED", "ForceUpgradeDate": soon}),
    ];
    World {
        pending: (200, json!({"PendingMaintenanceActions": pending})),
        versions: (200, json!({"EngineVersions": versions})),
        left: Ok((1e9, 1e8)),
        ..World::good()
    }
}

const OUTLOOK: [&str; 4] =
    ["engine-version-ends", "instance-short-of-memory", "instance-short-of-storage", "maintenance-pending"];

#[tokio::test]
async fn a_preflight_says_what_becomes_of_the_instance_and_a_run_does_not_ask() {
    let of_the_outlook = |document: &Document| -> Vec<String> {
        let codes = codes(document).into_iter().filter(|code| OUTLOOK.contains(code));
        let mut codes: Vec<String> = codes.map(str::to_owned).collect();
        codes.sort();
        codes
    };
    let document = troubled().validate(preflight("Reject")).await.0.unwrap();
    assert_eq!(of_the_outlook(&document), OUTLOOK);
    assert!(!codes(&document).contains(&"instance-not-looked-at"), "{:?}", findings(&document));
    let told = |code: Code| {
        let found = findings(&document).iter().find(|finding| finding.code == code);
        found.map(|finding| finding.message.clone()).unwrap()
    };
    let soon = on_the_clock(None, minute(60 * 24));
    assert!(told(Code::MaintenancePending).contains(&soon), "{}", told(Code::MaintenancePending));
    assert!(told(Code::MaintenancePending).contains("\"db-upgrade\" (\"an upgrade\")"));
    assert!(told(Code::EngineVersionEnds).contains(&soon), "{}", told(Code::EngineVersionEnds));
    assert!(told(Code::InstanceShortOfStorage).contains("0.9 GiB"));
    assert_eq!(next(&document), "wait", "warnings stop nothing");

    let document = World::good().validate(preflight("Reject")).await.0.unwrap();
    assert_eq!(of_the_outlook(&document), Vec::<String>::new());
    let mut refused = troubled();
    refused.pending = (400, fault("AccessDeniedException", "no"));
    refused.versions = (400, fault("AccessDeniedException", "no"));
    refused.left = Err("AccessDenied");
    let document = refused.validate(plan()).await.0.unwrap();
    assert_eq!(codes(&document), ["prep-mode-not-stated"], "a run asks none of it");
}

#[tokio::test(start_paused = true)]
async fn what_aws_does_not_say_makes_the_report_poorer_and_is_named() {
    for code in ["AccessDeniedException", "UnknownOperationException", "InternalFailure"] {
        for (refused, kept) in [(0, 3), (1, 3), (2, 2)] {
            let mut world = troubled();
            match refused {
                0 => world.pending = (400, fault(code, "not you")),
                1 => world.versions = (400, fault(code, "not you")),
                _ => world.left = Err(code),
            }
            let document = world.validate(preflight("Reject")).await.0.unwrap();
            assert_eq!(next(&document), "wait", "{code}: the pre-flight goes on");
            let missed: Vec<_> =
                findings(&document).iter().filter(|it| it.code == Code::InstanceNotLookedAt).collect();
            assert_eq!(missed.len(), 1, "{code} {refused}: {missed:?}");
            assert!(missed[0].message.contains(code), "{}", missed[0].message);
            let rest = codes(&document).into_iter().filter(|it| OUTLOOK.contains(it)).count();
            assert_eq!(rest, kept, "{code} {refused}: what is known is told");
        }
    }
    let nothing_waits = World { pending: none(), ..troubled() };
    let document = nothing_waits.validate(preflight("Reject")).await.0.unwrap();
    assert!(!codes(&document).contains(&"instance-not-looked-at"), "no maintenance may be a fault, too");
    let busy = || World { versions: (400, fault("ThrottlingException", "Rate exceeded")), ..troubled() };
    for repeats in 0..3 {
        let error = busy().validate_again(preflight("Reject"), repeats).await.0.unwrap_err();
        assert_eq!(error.name(), "Migration.Throttled", "the step is repeated");
    }
    let document = busy().validate_again(preflight("Reject"), 3).await.0.unwrap();
    let missed = findings(&document).iter().find(|it| it.code == Code::InstanceNotLookedAt).unwrap();
    assert!(missed.message.contains("Rate exceeded"), "{}", missed.message);
}

#[tokio::test]
async fn a_read_only_endpoint_is_refused_as_a_target_by_name() {
    let read_only = |kind: &str| {
        let (status, mut answer) = endpoint(kind, "active");
        answer["Endpoints"][0]["IsReadOnly"] = json!(true);
        (status, answer)
    };
    let world = World { target: read_only("TARGET"), ..World::good() };
    let document = world.validate(plan()).await.0.unwrap();
    assert_eq!(codes(&document), ["endpoint-read-only"]);
    assert!(findings(&document)[0].message.contains("endpoint:TARGET is read-only (IsReadOnly)"));
    assert_eq!(reported(document).verdict.outcome, Outcome::Rejected);
    let world = World { source: read_only("SOURCE"), ..World::good() };
    let document = world.validate(plan()).await.0.unwrap();
    assert!(codes(&document).contains(&"source-read-only"), "{:?}", codes(&document));
    assert_eq!(next(&document), "wait");
}

#[tokio::test]
async fn a_topic_that_the_stack_was_not_given_is_told_before_the_first_message() {
    let topic = |name: &str| format!("arn:aws:sns:eu-central-1:123456789012:{name}");
    let mut of_a_team = plan();
    of_a_team["Notify"] = json!({"TopicArn": topic("team")});
    for (topics, told) in [
        ("", false),
        (",,", false),
        (&*topic("own"), true),
        (&*format!("{}, {},", topic("own"), topic("team")), false),
    ] {
        let world = World { topics: Validate::topics(topics), ..World::good() };
        let document = world.validate(of_a_team.clone()).await.0.unwrap();
        assert_eq!(codes(&document).contains(&"topic-not-allowed"), told, "{topics}");
        assert_eq!(next(&document), "wait", "the migration is not stopped for it");
    }
}

#[tokio::test]
async fn system_schemas_of_a_task_that_somebody_else_keeps_are_decided_as_those_of_a_plan() {
    let engine = |kind: &str, engine: &str| {
        let (status, mut answer) = endpoint(kind, "active");
        answer["Endpoints"][0]["EngineName"] = json!(engine);
        (status, answer)
    };
    let selects = |schema: &str| {
        let mut task = described("ready", None);
        let mapping = json!({"rules": [{
            "rule-type": "selection", "rule-id": "1", "rule-name": "1", "rule-action": "include",
            "object-locator": {"schema-name": schema, "table-name": "%"},
        }]});
        task["TableMappings"] = json!(mapping.to_string());
        (200, json!({"ReplicationTasks": [task]}))
    };
    for (schema, source, target, found, what) in [
        ("%", "mysql", "aurora-postgresql", Some("system-schema-to-another-engine"), "report"),
        ("%", "mysql", "aurora", Some("system-schema-selected"), "wait"),
        ("shop", "mysql", "aurora-postgresql", None, "wait"),
        ("%", "mongodb", "docdb", None, "wait"),
    ] {
        let world = World {
            tasks: selects(schema),
            source: engine("SOURCE", source),
            target: engine("TARGET", target),
            ..World::good()
        };
        let kept = json!({"Task": {"ReplicationTaskArn": TASK}});
        let document = world.validate(kept).await.0.unwrap();
        let named = findings(&document).iter().find(|it| it.code.as_str().starts_with("system-schema"));
        assert_eq!(named.map(|it| it.code.as_str()), found, "{schema} {source} {target}");
        assert!(named.is_none_or(|it| it.path == "/Task" && it.message.contains("mysql (users with their")));
        assert_eq!(next(&document), what, "{schema} {source} {target}");
    }
}
