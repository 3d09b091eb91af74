"""The AWS CLI, a client with a service model and with waiters of its own, called as a person calls it."""

import importlib.resources
import json
import tempfile
import unittest
from datetime import datetime, timezone
from pathlib import Path

from stage import Stage, command_line
from worlds import EVERYTHING, INSTANCE, NOWHERE, SOURCE, TARGET, endpoint, instance, table, task, world

# What the AWS CLI ends with when the service has refused or a waiter has failed, and when it has sent no request.
REFUSED, NOT_SENT = 255, 2


class CommandLine(Stage):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        # The CLI's own waiters, but that they do not pause: with each request time goes on.
        own = json.loads(
            importlib.resources.files("awscli.botocore").joinpath("data/dms/2016-01-01/waiters-2.json").read_text()
        )
        for waiter in own["waiters"].values():
            waiter["delay"] = 0
        waiters = self.folder / "models/dms/2016-01-01/waiters-2.json"
        waiters.parent.mkdir(parents=True)
        waiters.write_text(json.dumps(own))

    def aws(self, *arguments):
        """Calls it, and gives what it printed."""
        done = self.called(*arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return json.loads(done.stdout) if done.stdout.strip() else None

    def called(self, *arguments):
        """Calls it."""
        return command_line(
            self.relay.address, *arguments, folder=self.folder, AWS_DATA_PATH=str(self.folder / "models")
        )

    def ends(self, status, says, *arguments):
        """Calls it, and sees it end badly."""
        done = self.called(*arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertIn(says, done.stderr)

    def test_a_tasks_whole_life(self):
        self.serve(world(Connections=[]))
        (self.folder / "mappings.json").write_text(json.dumps(EVERYTHING))
        (self.folder / "settings.json").write_text('{"FullLoadSettings": {"TargetTablePrepMode": "DO_NOTHING"}}')
        created = self.aws(
            "create-replication-task",
            *("--replication-task-identifier", "nightly-copy", "--migration-type", "full-load-and-cdc"),
            *("--source-endpoint-arn", SOURCE, "--target-endpoint-arn", TARGET, "--replication-instance-arn", INSTANCE),
            *("--table-mappings", "file://mappings.json", "--replication-task-settings", "file://settings.json"),
            *("--tags", "Key=team,Value=payments", "--cdc-start-time", "2026-11-24T05:00:00Z"),
        )["ReplicationTask"]
        arn = created["ReplicationTaskArn"]
        one = ("--replication-task-arn", arn)
        by_arn = ("--filters", f"Name=replication-task-arn,Values={arn}")
        self.assertEqual(json.loads(created["TableMappings"]), EVERYTHING)
        self.aws("wait", "replication-task-ready", *by_arn)
        for end in (SOURCE, TARGET):
            self.aws("test-connection", "--replication-instance-arn", INSTANCE, "--endpoint-arn", end)
        self.aws("wait", "test-connection-succeeds", "--filters", f"Name=endpoint-arn,Values={SOURCE},{TARGET}")
        self.aws("start-replication-task", *one, "--start-replication-task-type", "start-replication")
        self.aws("wait", "replication-task-running", *by_arn)
        loaded = ("--filters", "Name=table-state,Values=Table completed", "--query", "length(TableStatistics)")
        self.until(lambda count: count == 2, lambda: self.aws("describe-table-statistics", *one, *loaded))
        self.aws("reload-tables", *one, "--tables-to-reload", "SchemaName=shop,TableName=orders")
        self.aws("stop-replication-task", *one)
        self.aws("wait", "replication-task-stopped", *by_arn)
        stopped = self.aws("describe-replication-tasks", *by_arn, "--without-settings")["ReplicationTasks"][0]
        self.assertEqual(stopped["StopReason"], "Stop Reason NORMAL")
        self.assertNotIn("ReplicationTaskSettings", stopped)
        # The CLI prints times as they came.
        self.assertLess(stopped["ReplicationTaskCreationDate"], stopped["ReplicationTaskStats"]["StartDate"])
        self.aws("modify-replication-task", *one, "--replication-task-identifier", "other")
        self.aws("add-tags-to-resource", "--resource-arn", arn, "--tags", "Key=owner,Value=x")
        self.aws("remove-tags-from-resource", "--resource-arn", arn, "--tag-keys", "team")
        tags = self.aws("list-tags-for-resource", "--resource-arn", arn)["TagList"]
        self.assertEqual(tags, [{"Key": "owner", "Value": "x"}])
        statuses = ("describe-replication-tasks", *by_arn, "--query", "ReplicationTasks[0].Status")
        self.until(lambda status: status == "stopped", lambda: self.aws(*statuses))
        self.aws("delete-replication-task", *one)
        self.aws("wait", "replication-task-deleted", *by_arn)
        self.ends(
            REFUSED, "(ResourceNotFoundFault) when calling the StopReplicationTask", "stop-replication-task", *one
        )

    def test_lists_come_whole_and_piece_by_piece(self):
        scenario = world(EngineVersions=[{"Version": f"3.5.{number}"} for number in range(21)])
        scenario["Endpoints"] += [
            endpoint(f"{SOURCE}{number}", f"n{number}", "source", "mysql") for number in range(43)
        ]
        self.serve(scenario)
        whole = self.aws("describe-endpoints", "--page-size", 20)["Endpoints"]
        self.assertEqual(len(whole), 45)
        asked = [json.loads(exchange.request) for exchange in self.relay.exchanges]
        self.assertEqual([(it["MaxRecords"], "Marker" in it) for it in asked], [(20, False), (20, True), (20, True)])
        first = self.aws("describe-endpoints", "--page-size", 20, "--max-items", 30)
        rest = self.aws("describe-endpoints", "--starting-token", first["NextToken"])
        self.assertEqual(first["Endpoints"] + rest["Endpoints"], whole)
        self.assertEqual(len(self.aws("describe-engine-versions", "--max-records", 20)["EngineVersions"]), 20)
        says = "(InvalidParameterValueException) when calling the DescribeEndpoints"
        self.ends(REFUSED, says, "describe-endpoints", "--page-size", 19)
        self.ends(REFUSED, says, "describe-endpoints", "--no-paginate", "--marker", "made-up")
        self.ends(REFUSED, says, "describe-endpoints", "--filters", "Name=colour,Values=red")

    def test_instances_connections_and_upkeep(self):
        waiting = [{"Action": "db-upgrade", "ForcedApplyDate": "2026-12-01T00:00:00Z"}]
        changes = [{"ForSeconds": 15, "Status": "modifying"}]
        self.serve(world(ReplicationInstances=[instance(PendingMaintenanceActions=waiting, Changes=changes)]))
        self.aws("wait", "replication-instance-available")
        self.assertGreater(len(self.relay.exchanges), 2, "it has waited")
        [found] = self.aws("describe-replication-instances")["ReplicationInstances"]
        self.assertEqual(found["ReplicationInstanceArn"], INSTANCE)
        self.assertEqual(len(self.aws("describe-connections")["Connections"]), 2)
        pending = self.aws("describe-pending-maintenance-actions", "--replication-instance-arn", INSTANCE)
        action = pending["PendingMaintenanceActions"][0]["PendingMaintenanceActionDetails"][0]
        self.assertEqual(action["ForcedApplyDate"], datetime(2026, 12, 1, tzinfo=timezone.utc).timestamp())

    def test_what_somebody_deletes_is_waited_for(self):
        spare = {"rep": f"{INSTANCE}SPARE", "endpoint": f"{SOURCE}SPARE"}
        happenings = [
            {"AtSeconds": 0, "What": {"EndpointDeleted": {"EndpointArn": spare["endpoint"]}}},
            {"AtSeconds": 0, "What": {"InstanceDeleted": {"ReplicationInstanceArn": spare["rep"]}}},
        ]
        scenario = world(Happenings=happenings, Durations={"Deleting": 30})
        scenario["ReplicationInstances"].append(instance(spare["rep"], "spare"))
        scenario["Endpoints"].append(endpoint(spare["endpoint"], "spare", "source", "mysql"))
        self.serve(scenario)
        self.aws("wait", "endpoint-deleted", "--filters", f"Name=endpoint-arn,Values={spare['endpoint']}")
        self.assertGreater(len(self.relay.exchanges), 1, "it has waited")
        self.aws(
            "wait", "replication-instance-deleted", "--filters", f"Name=replication-instance-arn,Values={spare['rep']}"
        )

    def test_a_waiter_that_waits_in_vain_ends_badly(self):
        self.serve(world(Tasks=[task("kept")]))
        says = "Waiter ReplicationTaskRunning failed"
        self.ends(
            REFUSED, says, "wait", "replication-task-running", "--filters", "Name=replication-task-id,Values=kept"
        )

    def test_what_is_refused_is_said_with_its_code(self):
        self.serve(world(Tasks=[task("kept")], SourceTables=[table("orders")]))
        nobody = NOWHERE["task"]
        start = ("start-replication-task", "--start-replication-task-type")
        for code, arguments in [
            ("ResourceNotFoundFault", (*start, "start-replication", "--replication-task-arn", nobody)),
            ("InvalidParameterValueException", (*start, "fake-arn", "--replication-task-arn", "fake-arn")),
            ("ResourceNotFoundFault", ("describe-endpoints", "--filters", "Name=endpoint-id,Values=nobodys")),
            ("InvalidParameterValueException", ("describe-endpoints", "--filters", "Name=endpoint-id,Values=1st")),
        ]:
            self.ends(REFUSED, f"({code}) when calling", *arguments)
        self.ends(NOT_SENT, "the following arguments are required", "stop-replication-task")


if __name__ == "__main__":
    unittest.main()
