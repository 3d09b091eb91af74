"""A task's whole life, as boto3 sees it."""

import datetime
import json
import unittest

import botocore.exceptions
from stage import Stage
from worlds import INSTANCE, SOURCE, TARGET, connection, request, table, task, world

TAGS = [{"Key": "team", "Value": "payments"}, {"Key": "empty", "Value": ""}]
NOW = datetime.datetime.now(datetime.timezone.utc)


class Life(Stage):
    def tables(self, arn):
        """The state of each table of a task."""
        found = self.dms.describe_table_statistics(ReplicationTaskArn=arn)["TableStatistics"]
        return {it["TableName"]: it["TableState"] for it in found}

    def test_a_new_task_is_told_as_it_was_asked_for(self):
        dms = self.serve()
        settings = {"FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING"}}
        asked = request(
            ReplicationTaskSettings=json.dumps(settings),
            CdcStopPosition="server_time:3018-02-09T12:12:12",
            TaskData="{}",
            Tags=TAGS,
            ResourceIdentifier="MY-OWN-TAIL",
        )
        told = dms.create_replication_task(**asked)["ReplicationTask"]
        for member in set(asked) - {"ReplicationTaskSettings", "Tags", "ResourceIdentifier"}:
            self.assertEqual(told[member], asked[member], member)
        self.assertEqual(told["Status"], "creating")
        self.assertTrue(told["ReplicationTaskArn"].endswith(":task:MY-OWN-TAIL"))
        prepared = json.loads(told["ReplicationTaskSettings"])["FullLoadSettings"]
        self.assertEqual(prepared["TargetTablePrepMode"], "DO_NOTHING")
        self.assertIn("MaxFullLoadSubTasks", prepared, "what was not asked for has DMS's default")
        created = told["ReplicationTaskCreationDate"]
        self.assertLess(abs(created - NOW), datetime.timedelta(hours=1))
        self.assertNotIn("ReplicationTaskStats", told, "a task that never ran has none")
        listed = dms.list_tags_for_resource(ResourceArn=told["ReplicationTaskArn"])["TagList"]
        self.assertEqual(sorted(listed, key=str), sorted(TAGS, key=str))

    def test_load_replicate_reload_stop_modify_resume_delete(self):
        dms = self.serve()
        arn = self.running()
        self.until(lambda it: set(it.values()) == {"Table completed"}, lambda: self.tables(arn))
        seen = self.until(lambda it: it["ReplicationTaskStats"].get("FullLoadFinishDate"), lambda: self.task(arn))
        stats = seen["ReplicationTaskStats"]
        self.assertEqual((stats["TablesLoaded"], stats["TablesErrored"], stats["FullLoadProgressPercent"]), (2, 0, 100))
        self.assertLessEqual(seen["ReplicationTaskStartDate"], stats["StartDate"])
        self.assertLess(stats["FullLoadStartDate"], stats["FullLoadFinishDate"])
        self.assertGreater(stats["ElapsedTimeMillis"], 0)
        [orders] = dms.describe_table_statistics(
            ReplicationTaskArn=arn, Filters=[{"Name": "table-name", "Values": ["orders"]}]
        )["TableStatistics"]
        self.assertEqual((orders["FullLoadRows"], orders["FullLoadReloaded"]), (1000, False))
        self.assertLess(orders["FullLoadStartTime"], orders["FullLoadEndTime"])

        wanted = [{"SchemaName": "shop", "TableName": "orders"}]
        answer = dms.reload_tables(ReplicationTaskArn=arn, TablesToReload=wanted, ReloadOption="data-reload")
        self.assertEqual(answer["ReplicationTaskArn"], arn)
        self.assertEqual(self.tables(arn)["orders"], "Table is being reloaded")
        self.until(lambda it: it["orders"] == "Table completed", lambda: self.tables(arn))

        stopping = dms.stop_replication_task(ReplicationTaskArn=arn)["ReplicationTask"]
        self.assertEqual(stopping["Status"], "stopping")
        self.assertNotIn("ReplicationTaskStats", stopping)
        self.wait("replication_task_stopped", {"replication-task-arn": arn})
        stopped = self.task(arn)
        self.assertTrue(stopped["RecoveryCheckpoint"].startswith("checkpoint:V1#"))
        self.assertIn("StopDate", stopped["ReplicationTaskStats"])

        changed = dms.modify_replication_task(ReplicationTaskArn=arn, ReplicationTaskIdentifier="other", TaskData="x")
        self.assertEqual(changed["ReplicationTask"]["Status"], "modifying")
        self.until(lambda it: it["Status"] == "stopped", lambda: self.task(arn))
        self.assertEqual(self.task(arn)["ReplicationTaskIdentifier"], "other")

        started = self.start(arn, "resume-processing")["ReplicationTask"]
        self.assertEqual(started["Status"], "starting")
        self.wait("replication_task_running", {"replication-task-arn": arn})
        dms.stop_replication_task(ReplicationTaskArn=arn)
        self.wait("replication_task_stopped", {"replication-task-arn": arn})
        self.assertEqual(dms.delete_replication_task(ReplicationTaskArn=arn)["ReplicationTask"]["Status"], "deleting")
        self.wait("replication_task_deleted", {"replication-task-arn": arn})

    def test_a_full_load_ends_by_itself_and_names_what_is_broken(self):
        broken = table("broken", Error="duplicate key", ErrorAfterRows=7)
        self.serve(world(SourceTables=[table("orders"), broken]))
        arn = self.running(migration_type="full-load")
        seen = self.until(lambda it: it["Status"] == "stopped", lambda: self.task(arn))
        self.assertEqual(seen["StopReason"], "Stop Reason FULL_LOAD_ONLY_FINISHED")
        self.assertEqual(seen["ReplicationTaskStats"]["TablesErrored"], 1)
        self.assertEqual(self.tables(arn), {"orders": "Table completed", "broken": "Table error"})

    def test_a_task_that_fails_says_why(self):
        self.serve(world(Troubles=[{"What": "Fail", "AfterSeconds": 40, "OnStart": 1}]))
        arn = self.ready()
        self.start(arn)
        seen = self.until(lambda it: it["Status"] == "failed", lambda: self.task(arn))
        self.assertIn("Stop Reason FATAL_ERROR Error Level FATAL", seen["LastFailureMessage"])

    def test_every_word_that_a_task_can_be_in_is_answered(self):
        """Also those that come of what people do beside us: a move, an assessment."""
        happenings = [
            {"AtSeconds": 10, "What": {"AssessTask": {"Task": "kept", "Seconds": 20}}},
            {
                "AtSeconds": 40,
                "What": {
                    "MoveTask": {
                        "Task": "kept",
                        "ReplicationInstanceArn": INSTANCE,
                        "Seconds": 20,
                        "Succeeds": False,
                    }
                },
            },
        ]
        dms = self.serve(world(Tasks=[task("kept")], Happenings=happenings))
        arn = dms.describe_replication_tasks()["ReplicationTasks"][0]["ReplicationTaskArn"]
        words = []
        self.until(lambda it: words.append(it["Status"]) or it["Status"] == "failed-move", lambda: self.task(arn))
        self.assertEqual(list(dict.fromkeys(words)), ["ready", "testing", "moving", "failed-move"])
        self.start(arn)

    def test_connections_are_tested_before_a_start(self):
        dms = self.serve(world(Connections=[connection(TARGET)]))
        arn = self.ready()
        says = "Test connection for replication instance nightly and endpoint orders should be successful"
        start = {"ReplicationTaskArn": arn, "StartReplicationTaskType": "start-replication"}
        self.refused("start_replication_task", "InvalidResourceStateFault", says, **start)
        tested = dms.test_connection(ReplicationInstanceArn=INSTANCE, EndpointArn=SOURCE)["Connection"]
        self.assertEqual((tested["Status"], tested["EndpointIdentifier"]), ("testing", "orders"))
        again = {"ReplicationInstanceArn": INSTANCE, "EndpointArn": SOURCE}
        self.refused("test_connection", "InvalidResourceStateFault", "already being tested", **again)
        self.wait("test_connection_succeeds", {"endpoint-arn": SOURCE})
        self.start(arn)

    def test_what_can_be_seen_of_endpoints_instances_and_their_upkeep(self):
        waiting = {"Action": "db-upgrade", "OptInStatus": "immediate", "ForcedApplyDate": "2026-12-01T00:00:00Z"}
        version = {"Version": "3.5.4", "Lifecycle": "DEPRECATED", "AutoUpgradeDate": "2026-11-15T00:00:00Z"}
        scenario = world(EngineVersions=[version])
        scenario["ReplicationInstances"][0].update(
            PendingMaintenanceActions=[waiting], PendingModifiedValues={"EngineVersion": "3.6.1"}
        )
        dms = self.serve(scenario)
        orders, warehouse = dms.describe_endpoints()["Endpoints"]
        self.assertEqual((orders["EndpointType"], orders["Port"], warehouse["Port"]), ("SOURCE", 3306, 5432))
        [nightly] = dms.describe_replication_instances()["ReplicationInstances"]
        self.assertEqual(nightly["PendingModifiedValues"], {"EngineVersion": "3.6.1"})
        self.assertLess(nightly["InstanceCreateTime"], NOW)
        [pending] = dms.describe_pending_maintenance_actions(ReplicationInstanceArn=INSTANCE)[
            "PendingMaintenanceActions"
        ]
        forced = pending["PendingMaintenanceActionDetails"][0]["ForcedApplyDate"]
        self.assertEqual(forced.isoformat()[:10], "2026-12-01")
        [told] = dms.describe_engine_versions()["EngineVersions"]
        self.assertEqual((told["Lifecycle"], told["AutoUpgradeDate"].year), ("DEPRECATED", 2026))

    def test_tags_are_added_listed_and_removed(self):
        dms = self.serve()
        arn = self.ready()
        dms.add_tags_to_resource(ResourceArn=arn, Tags=TAGS)
        dms.remove_tags_from_resource(ResourceArn=arn, TagKeys=["empty", "absent"])
        self.assertEqual(dms.list_tags_for_resource(ResourceArn=arn)["TagList"], TAGS[:1])
        of_several = dms.list_tags_for_resource(ResourceArnList=[arn, SOURCE, INSTANCE])["TagList"]
        self.assertEqual(of_several, [{**TAGS[0], "ResourceArn": arn}])

    def test_the_clock_on_the_wall_may_make_time_go_on(self):
        dms = self.serve(world(), "--scale", 400)
        arn = dms.create_replication_task(**request())["ReplicationTask"]["ReplicationTaskArn"]
        patient = {"Delay": 0.01, "MaxAttempts": 3000}
        by_arn = {"replication-task-arn": arn}
        self.wait("replication_task_ready", by_arn, **patient)
        self.start(arn)
        self.wait("replication_task_running", by_arn, **patient)
        dms.stop_replication_task(ReplicationTaskArn=arn)
        self.wait("replication_task_stopped", by_arn, **patient)

    def test_a_throttled_call_is_made_again_by_the_client(self):
        refusal = {
            "Operation": "DescribeEndpoints",
            "Call": 1,
            "Times": 2,
            "Fault": {"Code": "ThrottlingException", "Message": "Rate exceeded"},
        }
        self.serve(world(Refusals=[refusal]))
        patient = self.client(retries={"total_max_attempts": 3, "mode": "standard"})
        answer = patient.describe_endpoints()
        self.assertEqual((len(answer["Endpoints"]), answer["ResponseMetadata"]["RetryAttempts"]), (2, 2))
        self.assertEqual(len(self.relay.exchanges), 3)

    def test_a_lost_answer_is_an_error_of_the_service(self):
        refusal = {
            "Operation": "StartReplicationTask",
            "Fault": {"Code": "InternalFailure", "Message": "try again"},
            "TakesEffect": True,
        }
        self.serve(world(Refusals=[refusal]))
        arn = self.ready()
        with self.assertRaises(botocore.exceptions.ClientError) as error:
            self.start(arn)
        self.assertEqual(error.exception.response["ResponseMetadata"]["HTTPStatusCode"], 500)
        self.assertEqual(self.task(arn)["Status"], "starting")


if __name__ == "__main__":
    unittest.main()
