//! Creating and adopting: one changing call at most, the owner tag on what is ours, nothing on what is not.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test may end where it is")]

use aws_sdk_databasemigration::Client;
use aws_sdk_databasemigration::operation::add_tags_to_resource::AddTagsToResourceInput;
use aws_sdk_databasemigration::operation::create_replication_task::CreateReplicationTaskInput;
use aws_sdk_databasemigration::operation::modify_replication_task::ModifyReplicationTaskInput;
use aws_smithy_mocks::{Rule, RuleMode, mock_client};
use create_task::CreateTask;
use migration::run::document::{Document, Running};
use migration::run::execution_arn::ExecutionArn;
use migration::run::task::Origin;
use migration::survey::owner::tag_value;
use migration_aws::clients::DmsAndStepFunctions;
use migration_aws::error::StepError;
use plan::OWNER_TAG;
use plan::finding::{Code, Findings, MAX_FINDINGS};
use serde_json::{Value, json};
use support::answers;
use support::cases::{Case, LAST_WEEK, TASK, earlier_execution, execution as own, full_load, minute};
use support::given::{Seen, described, fault, request, running};

fn unknown(plan: Value) -> Case {
    full_load(plan).not_created()
}

/// DMS and Step Functions as the function sees them, with a note of every changing call.
struct World {
    describe: Rule,
    create: Rule,
    tags: Rule,
    tag: Rule,
    modify: Rule,
    execution: Rule,
    created: Seen<CreateReplicationTaskInput>,
    tagged: Seen<AddTagsToResourceInput>,
    modified: Seen<ModifyReplicationTaskInput>,
}

impl World {
    /// No task exists.
    fn empty() -> World {
        let (created, tagged, modified) = (Seen::default(), Seen::default(), Seen::default());
        let answer = json!({"ReplicationTask": described("creating", None)});
        World {
            describe: answers!(
                Client,
                describe_replication_tasks,
                400,
                fault("ResourceNotFoundFault", "none")
            ),
            create: answers!(Client, create_replication_task, 200, answer, created),
            tags: answers!(Client, list_tags_for_resource, 200, json!({"TagList": []})),
            tag: answers!(Client, add_tags_to_resource, 200, json!({}), tagged),
            modify: answers!(Client, modify_replication_task, 200, json!({}), modified),
            execution: execution("SUCCEEDED"),
            created,
            tagged,
            modified,
        }
    }

    /// This task exists, and its tag names this execution.
    fn with(task: Value, owner: Option<&ExecutionArn>) -> World {
        let tags = owner.map(|owner| json!({"Key": OWNER_TAG, "Value": tag_value(owner)}));
        let list = json!({"TagList": tags.into_iter().collect::<Vec<_>>()});
        World {
            describe: answers!(Client, describe_replication_tasks, 200, json!({"ReplicationTasks": [task]})),
            tags: answers!(Client, list_tags_for_resource, 200, list),
            ..World::empty()
        }
    }

    fn refusing(status: u16, code: &str) -> World {
        World {
            create: answers!(Client, create_replication_task, status, fault(code, "no")),
            ..World::empty()
        }
    }

    async fn create_task(&self, case: &Case) -> Result<Running, StepError> {
        let dms = mock_client!(
            aws_sdk_databasemigration,
            RuleMode::MatchAny,
            [&self.describe, &self.create, &self.tags, &self.tag, &self.modify]
        );
        let step_functions = mock_client!(aws_sdk_sfn, RuleMode::MatchAny, [&self.execution]);
        let aws = DmsAndStepFunctions { dms, step_functions };
        let default_tags = plan::tags::defaults("team=platform, cost-centre=42").unwrap();
        create_task::handle(&CreateTask { aws, default_tags }, request(&case.document(), 1))
            .await
            .map(running)
    }

    /// Created, tagged, modified.
    fn changes(&self) -> [usize; 3] {
        [self.created.all().len(), self.tagged.all().len(), self.modified.all().len()]
    }
}

fn execution(status: &str) -> Rule {
    answers!(aws_sdk_sfn::Client, describe_execution, 200, json!({"status": status, "startDate": 1.0}))
}

#[tokio::test]
async fn a_task_is_created_once_with_its_owner_and_a_stated_prep_mode() {
    for (settings, mode) in [
        (json!(null), "DO_NOTHING"),
        (json!({"FullLoadSettings": {"TargetTablePrepMode": null, "CommitRate": 5}}), "DO_NOTHING"),
        (json!({"FullLoadSettings": {"TargetTablePrepMode": "DROP_AND_CREATE"}}), "DROP_AND_CREATE"),
    ] {
        let world = World::empty();
        let mut case = unknown(json!({"Task": {"Tags": {"Team": "payments", "team": "orders"}}}));
        let mut plan = serde_json::to_value(&case.running.plan).unwrap();
        plan["Task"]["Request"]["ReplicationTaskSettings"] = json!({"Json": settings});
        case.running.plan = serde_json::from_value(plan).unwrap();

        let document = world.create_task(&case).await.unwrap();
        assert_eq!(world.changes(), [1, 0, 0]);
        let asked = world.created.one();
        let sent: Value = serde_json::from_str(asked.replication_task_settings().unwrap()).unwrap();
        assert_eq!(sent["FullLoadSettings"]["TargetTablePrepMode"], mode, "{settings}");
        let tags: Vec<_> =
            asked.tags().iter().map(|tag| (tag.key().unwrap(), tag.value().unwrap())).collect();
        // The plan's own value stands before the stack's.
        let owner = tag_value(&own());
        let wanted =
            [("cost-centre", "42"), ("Team", "payments"), ("team", "orders"), (OWNER_TAG, owner.as_str())];
        assert_eq!(tags, wanted);
        assert_eq!(asked.migration_type().unwrap().as_str(), "full-load");
        assert!(asked.table_mappings().unwrap().contains("shop"));

        let task = document.task.as_ref().unwrap();
        assert_eq!((task.origin, task.created), (Origin::Created, Some(minute(1))));
        assert_eq!(document.next.seconds, 15);
        let travelling = serde_json::to_string(&Document::from(document.clone())).unwrap();
        assert!(!travelling.contains("shop"), "the mapping stays behind: {travelling}");
    }
}

#[tokio::test]
async fn a_refusal_is_written_down_and_never_asked_again() {
    for code in [
        "InvalidParameterValueException",
        "InvalidParameterCombinationException",
        "AccessDeniedFault",
        "AccessDeniedException",
        "ResourceQuotaExceededFault",
        "InvalidResourceStateFault",
    ] {
        let world = World::refusing(400, code);
        let document = world.create_task(&unknown(json!({}))).await.unwrap();
        assert_eq!(document.run.create_refusal.unwrap().refusal.code, code);
        assert_eq!((world.create.num_calls(), document.task), (1, None));
    }
    let world = World::refusing(400, "ResourceAlreadyExistsFault");
    let document = world.create_task(&unknown(json!({}))).await.unwrap();
    assert_eq!((document.run.create_refusal, document.task), (None, None), "the next look adopts it");
}

#[tokio::test]
async fn a_busy_dms_and_a_lost_answer_are_errors_that_differ() {
    for (status, code, name) in [
        (400, "ThrottlingException", "Migration.Throttled"),
        (500, "InternalFailure", "Migration.Unavailable"),
    ] {
        let world = World::refusing(status, code);
        let error = world.create_task(&unknown(json!({}))).await.unwrap_err();
        assert_eq!((error.name(), world.create.num_calls()), (name, 1), "{code}");
    }
}

#[tokio::test]
async fn a_task_that_somebody_else_keeps_is_left_as_it_is() {
    for plan in [json!({}), json!({"OnDrift": "Ignore"}), json!({"OnDrift": "Modify"})] {
        let mut task = described("ready", None);
        task["MigrationType"] = json!("cdc");
        let world = World::with(task, None);
        let document = world.create_task(&unknown(plan)).await.unwrap();
        let task = document.task.unwrap();
        assert_eq!((task.origin, world.changes()), (Origin::External, [0, 0, 0]));
        assert_eq!(task.differences, ["MigrationType: the plan states \"full-load\", the task has \"cdc\""]);
    }
}

#[tokio::test]
async fn a_task_of_ours_is_taken_over_from_a_run_that_has_ended() {
    let ended = World::with(described("stopped", Some(LAST_WEEK)), Some(&earlier_execution()));
    let document = ended.create_task(&unknown(json!({}))).await.unwrap();
    let task = document.task.unwrap();
    assert_eq!((task.origin, task.driven_by(), task.differences.len()), (Origin::Adopted, None, 0));
    assert_eq!(ended.changes(), [0, 1, 0]);
    let asked = ended.tagged.one();
    assert_eq!(asked.resource_arn(), Some(TASK));
    assert_eq!(asked.tags()[0].value(), Some(tag_value(&own()).as_str()));

    let running = World {
        execution: execution("RUNNING"),
        ..World::with(described("running", Some(-30)), Some(&earlier_execution()))
    };
    let document = running.create_task(&unknown(json!({}))).await.unwrap();
    assert_eq!(document.task.unwrap().driven_by(), Some(&earlier_execution()));
    assert_eq!(running.changes(), [0, 0, 0], "another run drives it");
}

#[tokio::test]
async fn an_owner_that_cannot_be_looked_up_never_blocks_a_run() {
    for code in ["ExecutionDoesNotExist", "AccessDeniedException", "InvalidArn"] {
        let world = World {
            execution: answers!(aws_sdk_sfn::Client, describe_execution, 400, fault(code, "no")),
            ..World::with(described("stopped", Some(LAST_WEEK)), Some(&earlier_execution()))
        };
        let document = world.create_task(&unknown(json!({}))).await.unwrap();
        assert_eq!(document.task.unwrap().driven_by(), None, "{code}");
        assert_eq!(world.changes(), [0, 1, 0], "{code}");
    }
    // What somebody else wrote into the tag names no execution.
    let mut world = World::with(described("stopped", Some(LAST_WEEK)), Some(&earlier_execution()));
    let list = json!({"TagList": [{"Key": OWNER_TAG, "Value": "me"}]});
    world.tags = answers!(Client, list_tags_for_resource, 200, list);
    let document = world.create_task(&unknown(json!({}))).await.unwrap();
    assert_eq!((document.task.unwrap().origin, world.execution.num_calls()), (Origin::Adopted, 0));
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_is_recognised_by_its_tag() {
    let world = World::with(described("creating", None), Some(&own()));
    let document = world.create_task(&unknown(json!({}))).await.unwrap();
    assert_eq!(document.task.unwrap().origin, Origin::Created);
    assert_eq!((world.changes(), world.execution.num_calls()), ([0, 0, 0], 0));
}

#[tokio::test]
async fn drift_of_a_task_of_ours() {
    let differing = |began| {
        let mut task = described(if began { "stopped" } else { "ready" }, began.then_some(LAST_WEEK));
        task["ReplicationTaskSettings"] =
            json!(json!({"FullLoadSettings": {"TargetTablePrepMode": "DROP_AND_CREATE"}}).to_string());
        World::with(task, Some(&earlier_execution()))
    };
    let reject = differing(false);
    let document = reject.create_task(&unknown(json!({}))).await.unwrap();
    let differences = document.task.unwrap().differences;
    assert!(
        differences[0].starts_with("ReplicationTaskSettings.FullLoadSettings.TargetTablePrepMode"),
        "{differences:?}"
    );
    assert_eq!(reject.changes(), [0, 0, 0]);

    let modify = differing(false);
    let case = unknown(json!({"OnDrift": "Modify"}));
    let document = modify.create_task(&case).await.unwrap();
    assert_eq!(modify.changes(), [0, 0, 1]);
    let asked = modify.modified.one();
    assert!(asked.replication_task_settings().unwrap().contains("TRUNCATE_BEFORE_LOAD"));
    assert!(document.task.is_none() && document.run.modified, "the next look compares again");

    // What stands in the way may pass, as an instance in change: the run waits, as for a creation.
    let refused = World {
        modify: answers!(
            Client,
            modify_replication_task,
            400,
            fault("InvalidResourceStateFault", "Replication instance is modifying")
        ),
        ..differing(false)
    };
    let waits = refused.create_task(&case).await.unwrap();
    assert!(!waits.run.modified && waits.task.is_none());
    assert_eq!(waits.run.create_refusal.as_ref().unwrap().refusal.code, "InvalidResourceStateFault");
    let taken = differing(false).create_task(&Case { running: waits, ..case.clone() }).await.unwrap();
    assert!(taken.run.modified && taken.run.create_refusal.is_none(), "what DMS takes later is no refusal");

    // What DMS would not modify is not modified for ever.
    let again = differing(false);
    let document = again.create_task(&Case { running: document, ..case.clone() }).await.unwrap();
    assert_eq!((again.changes(), document.task.unwrap().differences.len()), ([0, 0, 0], 1));

    let has_run = differing(true);
    has_run.create_task(&case).await.unwrap();
    assert_eq!(has_run.changes(), [0, 0, 0], "a task that has run is not modified");

    let ignore = differing(true);
    let document = ignore.create_task(&unknown(json!({"OnDrift": "Ignore"}))).await.unwrap();
    assert_eq!(ignore.changes(), [0, 1, 0]);
    assert!(document.findings.iter().any(|finding| finding.code == Code::Drift), "the report names it");

    // Its connections are those of its own endpoints.
    let mut elsewhere = described("ready", None);
    elsewhere["SourceEndpointArn"] = json!("arn:aws:dms:eu-central-1:123456789012:endpoint:ELSEWHERE");
    let world = World::with(elsewhere, Some(&earlier_execution()));
    let document = world.create_task(&unknown(json!({"OnDrift": "Ignore"}))).await.unwrap();
    assert_eq!(document.run.route.unwrap().source.tail(), "ELSEWHERE");
}

#[tokio::test]
async fn a_report_that_is_full_already_stays_one_report() {
    let mut task = described("ready", None);
    task["MigrationType"] = json!("cdc");
    let mut found = Findings::default();
    for n in 0..MAX_FINDINGS + 5 {
        found.add(&format!("/{n:04}"), Code::UnknownSetting, "known since the plan was read");
    }
    let case = unknown(json!({"OnDrift": "Ignore"})).set(|case| found.add_to(&mut case.running.findings));
    let document = World::with(task, Some(&earlier_execution())).create_task(&case).await.unwrap();
    let counts = document.findings.iter().filter(|finding| finding.code == Code::MoreFindings);
    let counts: Vec<&str> = counts.map(|finding| finding.message.as_str()).collect();
    assert_eq!(counts, ["6 more findings are not shown; mend these first"]);
    assert_eq!(document.findings.len(), MAX_FINDINGS + 1);
}

#[tokio::test]
async fn a_document_without_a_task_to_create_creates_nothing() {
    let world = World::empty();
    let error = world.create_task(&support::cases::kept(json!({})).not_created()).await.unwrap_err();
    assert_eq!((error.name(), world.changes()), ("Migration.UnreadableDocument", [0, 0, 0]));
}
