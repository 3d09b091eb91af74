"""What is refused: every code is one that the operation lists or that is common to all, which the walk at the end of
each test sees; here it is the right one, and nothing has happened."""

import json
import unittest

import botocore
import botocore.exceptions
from stage import Stage
from worlds import EVERYTHING, INSTANCE, NOWHERE, SOURCE, TARGET, endpoint, instance, request, task, world

STATE = "InvalidResourceStateFault"
VALUE = "InvalidParameterValueException"
COMBINATION = "InvalidParameterCombinationException"
NOT_FOUND = "ResourceNotFoundFault"
EXISTS = "ResourceAlreadyExistsFault"
VALIDATION = "ValidationException"
SERIALIZATION = "SerializationException"

RULE = EVERYTHING["rules"][0]
# Mappings, and what DMS says of each: LocalStack's tests, which their authors ran against AWS.
MAPPINGS = [
    ("{", "Invalid Table Mappings document. Invalid json"),
    ({}, "Valid Table mappings is required"),
    ({"rules": []}, "Error in mapping rules. At least one selection rule is required."),
    ({"rules": [{**RULE, "rule-type": "choice"}]}, "Invalid table mappings document."),
    ({"rules": [{**RULE, "rule-action": "take"}]}, "Invalid table mappings document."),
    (
        {"rules": [{key: value for key, value in RULE.items() if key != "object-locator"}]},
        "object locator cannot be null",
    ),
    ({"rules": [RULE, RULE]}, "Error in mapping rules. Duplicate ruleid 1"),
]


class Refusals(Stage):
    def in_each_state(self):
        """A task in each state of its life, with that state. Brought about one after the other; each is checked."""
        for status in (
            "creating",
            "ready",
            "starting",
            "running",
            "stopping",
            "stopped",
            "failed",
            "modifying",
            "deleting",
        ):
            troubles = [{"What": "Fail", "AfterSeconds": 40}] if status == "failed" else []
            # What is to be met in a state lasts; what only leads there does not.
            lasting = {"Creating": 1e6} if status == "creating" else {}
            for passing in ("Starting", "Stopping", "Modifying", "Deleting"):
                lasting[passing] = 1e6 if passing.lower() == status else 1
            dms = self.serve(world(Troubles=troubles, Durations={"Creating": 1, "StopLag": 0, **lasting}))
            arn = dms.create_replication_task(**request())["ReplicationTask"]["ReplicationTaskArn"]
            if status not in ("creating", "ready"):
                self.until(lambda it: it["Status"] == "ready", lambda: self.task(arn))
            if status in ("starting", "running", "stopping", "stopped", "failed"):
                self.start(arn)
            if status in ("stopping", "stopped"):
                self.until(lambda it: it["Status"] == "running", lambda: self.task(arn))
                dms.stop_replication_task(ReplicationTaskArn=arn)
            if status == "modifying":
                dms.modify_replication_task(ReplicationTaskArn=arn, TaskData="x")
            if status == "deleting":
                dms.delete_replication_task(ReplicationTaskArn=arn)
            self.until(lambda it: it["Status"] == status, lambda: self.task(arn))
            yield status, arn

    def test_each_operation_is_refused_in_the_states_that_it_does_not_fit(self):
        idle = {"ready", "stopped", "failed"}
        loading = {"running"}
        calls = {
            "start_replication_task": (idle, {"StartReplicationTaskType": "reload-target"}),
            "stop_replication_task": ({"starting", "running"}, {}),
            "modify_replication_task": (idle, {"TaskData": "y"}),
            "delete_replication_task": (idle, {}),
            "reload_tables": (loading, {"TablesToReload": [{"SchemaName": "shop", "TableName": "orders"}]}),
        }
        for status, arn in self.in_each_state():
            for operation, (fits, more) in calls.items():
                if status not in fits:
                    with self.subTest(operation, status=status):
                        self.refused(operation, STATE, ReplicationTaskArn=arn, **more)
            self.assertEqual(self.task(arn)["Status"], status, "nothing has happened")

    def test_a_stop_while_starting_may_be_refused(self):
        self.serve(world(Behaviour={"StopRefusedWhileStarting": True}))
        arn = self.ready()
        self.start(arn)
        self.refused("stop_replication_task", STATE, "is currently not running", ReplicationTaskArn=arn)

    def test_the_start_type_fits_the_history(self):
        dms = self.serve()
        arn = self.ready()
        virgin = {"ReplicationTaskArn": arn, "StartReplicationTaskType": "resume-processing"}
        self.refused("start_replication_task", COMBINATION, **virgin)
        self.start(arn)
        self.wait("replication_task_running", {"replication-task-arn": arn})
        dms.stop_replication_task(ReplicationTaskArn=arn)
        self.wait("replication_task_stopped", {"replication-task-arn": arn})
        again = {"ReplicationTaskArn": arn, "StartReplicationTaskType": "start-replication"}
        says = "Start Type : START_REPLICATION, valid only for tasks running for the first time"
        self.refused("start_replication_task", COMBINATION, says, **again)
        changes = self.ready(identifier="changes", migration_type="cdc")
        reload = {"ReplicationTaskArn": changes, "StartReplicationTaskType": "reload-target"}
        self.refused("start_replication_task", COMBINATION, **reload)

    def test_an_arn_of_nobody_is_not_found_and_a_text_that_is_no_arn_is_refused(self):
        self.serve()
        of_task = {
            "start_replication_task": {"StartReplicationTaskType": "start-replication"},
            "stop_replication_task": {},
            "modify_replication_task": {"TaskData": "x"},
            "delete_replication_task": {},
            "describe_table_statistics": {},
            "reload_tables": {"TablesToReload": [{"SchemaName": "s", "TableName": "t"}]},
        }
        of_resource = {
            "add_tags_to_resource": {"Tags": [{"Key": "k", "Value": "v"}]},
            "list_tags_for_resource": {},
            "remove_tags_from_resource": {"TagKeys": ["k"]},
        }
        for arn, code in ((NOWHERE["task"], NOT_FOUND), ("fake-arn", VALUE), ("", VALUE), ("arn:aws:dms", VALUE)):
            for operation, more in of_task.items():
                self.refused(operation, code, ReplicationTaskArn=arn, **more)
            for operation, more in of_resource.items():
                self.refused(operation, code, ResourceArn=arn, **more)
            self.refused("test_connection", code, ReplicationInstanceArn=arn, EndpointArn=SOURCE)
            self.refused("test_connection", code, ReplicationInstanceArn=INSTANCE, EndpointArn=arn)
            self.refused("describe_pending_maintenance_actions", code, ReplicationInstanceArn=arn)
            for member in ("SourceEndpointArn", "TargetEndpointArn", "ReplicationInstanceArn"):
                self.refused("create_replication_task", code, **{**request(), member: arn})

    def test_awss_own_test_of_an_error_ends_as_it_does_at_aws(self):
        """The one call that AWS's JavaScript SDK expects an error of."""
        self.serve()
        fake = {"ReplicationTaskArn": "fake-arn", "StartReplicationTaskType": "fake-arn"}
        self.refused("start_replication_task", VALUE, **fake)

    def test_faulty_mappings_are_refused_in_dmss_words(self):
        dms = self.serve()
        kept = self.ready(identifier="kept")
        for mappings, says in MAPPINGS:
            text = mappings if isinstance(mappings, str) else json.dumps(mappings)
            self.refused("create_replication_task", VALUE, says, **request(mappings=text))
            self.refused("modify_replication_task", VALUE, says, ReplicationTaskArn=kept, TableMappings=text)
        names = [it["ReplicationTaskIdentifier"] for it in dms.describe_replication_tasks()["ReplicationTasks"]]
        self.assertEqual(names, ["kept"])

    def test_faulty_settings_are_refused(self):
        self.serve()
        log = {"Logging": {"CloudWatchLogGroup": "dms-tasks-nightly"}}
        mode = {"FullLoadSettings": {"TargetTablePrepMode": "WIPE"}}
        for settings, says in [
            ("{", "Invalid task settings JSON"),
            ("[]", "Invalid task settings JSON"),
            (json.dumps(mode), "Invalid task settings JSON"),
            (json.dumps(log), "Task Settings CloudWatchLogGroup or CloudWatchLogStream cannot be set on create."),
        ]:
            self.refused("create_replication_task", VALUE, says, **request(ReplicationTaskSettings=settings))

    def test_an_identifier_is_taken_once(self):
        dms = self.serve(world(Tasks=[task("kept")]))
        arn = self.ready(ResourceIdentifier="MINE")
        for identifier in ("nightly-copy", "NIGHTLY-COPY"):
            refusal = self.refused("create_replication_task", EXISTS, **request(identifier))
            self.assertEqual(refusal["resourceArn"], arn, "the one in the way is named")
        self.refused("create_replication_task", EXISTS, **request("another", ResourceIdentifier="MINE"))
        kept = [it for it in dms.describe_replication_tasks()["ReplicationTasks"] if it["ReplicationTaskArn"] != arn]
        renamed = {"ReplicationTaskArn": kept[0]["ReplicationTaskArn"], "ReplicationTaskIdentifier": "nightly-copy"}
        refusal = self.refused("modify_replication_task", EXISTS, **renamed)
        self.assertEqual(refusal["resourceArn"], arn)

    def test_what_cannot_be_is_refused(self):
        self.serve()
        for wrong in (
            {"ReplicationTaskIdentifier": "1st"},
            {"ReplicationTaskIdentifier": "a--b"},
            {"ReplicationTaskIdentifier": "a-"},
            {"ReplicationTaskIdentifier": "x" * 256},
            {"MigrationType": "everything"},
            {"SourceEndpointArn": TARGET},
            {"TargetEndpointArn": SOURCE},
            {"CdcStartPosition": "now"},
            {"CdcStopPosition": "tonight"},
            {"ResourceIdentifier": "x" * 32},
            {"Tags": [{"Key": "aws:owner", "Value": "x"}]},
            {"Tags": [{"Key": "k", "Value": "x"}, {"Key": "k", "Value": "y"}]},
            {"Tags": [{"Key": f"k{number}", "Value": "x"} for number in range(51)]},
        ):
            with self.subTest(str(wrong)[:60]):
                self.refused("create_replication_task", VALUE, **{**request(), **wrong})
        both = {"CdcStartTime": 1_800_000_000, "CdcStartPosition": "mysql-bin-changelog.000024:373"}
        self.refused("create_replication_task", COMBINATION, **request(migration_type="cdc", **both))
        self.refused("list_tags_for_resource", COMBINATION)
        self.refused("list_tags_for_resource", COMBINATION, ResourceArn=SOURCE, ResourceArnList=[SOURCE])

    def test_tables_are_reloaded_as_far_as_they_may_be(self):
        self.serve()
        arn = self.running()
        one = {"SchemaName": "shop", "TableName": "orders"}
        for tables, code in (
            ([], VALUE),
            ([one, one], VALUE),
            ([{**one, "TableName": f"t{number}"} for number in range(11)], VALUE),
            ([{**one, "TableName": "absent"}], NOT_FOUND),
        ):
            self.refused("reload_tables", code, ReplicationTaskArn=arn, TablesToReload=tables)
        self.refused("reload_tables", STATE, ReplicationTaskArn=arn, TablesToReload=[one])
        only = {"ReplicationTaskArn": arn, "TablesToReload": [one], "ReloadOption": "all"}
        self.refused("reload_tables", VALUE, **only)

    def test_what_is_not_available_is_not_used(self):
        spare = f"{INSTANCE}SPARE"
        late = f"{SOURCE}LATE"
        scenario = world()
        scenario["ReplicationInstances"].append(instance(spare, "spare", ReplicationInstanceStatus="storage-full"))
        scenario["Endpoints"].append(endpoint(late, "late", "source", "mysql", Status="creating"))
        self.serve(scenario)
        self.refused("test_connection", STATE, "storage-full", ReplicationInstanceArn=spare, EndpointArn=SOURCE)
        self.refused("create_replication_task", STATE, **{**request(), "ReplicationInstanceArn": spare})
        self.refused("create_replication_task", STATE, **{**request(), "SourceEndpointArn": late})

    def test_a_missing_member_is_refused_by_the_client_and_by_the_service(self):
        dms = self.serve()
        arn = self.ready()
        needed = {
            "CreateReplicationTask": request("another"),
            "StartReplicationTask": {"ReplicationTaskArn": arn, "StartReplicationTaskType": "start-replication"},
            "StopReplicationTask": {"ReplicationTaskArn": arn},
            "ModifyReplicationTask": {"ReplicationTaskArn": arn},
            "DeleteReplicationTask": {"ReplicationTaskArn": arn},
            "DescribeTableStatistics": {"ReplicationTaskArn": arn},
            "ReloadTables": {"ReplicationTaskArn": arn, "TablesToReload": []},
            "TestConnection": {"ReplicationInstanceArn": INSTANCE, "EndpointArn": SOURCE},
            "AddTagsToResource": {"ResourceArn": arn, "Tags": []},
            "RemoveTagsFromResource": {"ResourceArn": arn, "TagKeys": []},
        }
        careless = self.client(parameter_validation=False)
        for operation, body in needed.items():
            model = dms.meta.service_model.operation_model(operation)
            self.assertEqual(set(model.input_shape.required_members), set(body), operation)
            method = botocore.xform_name(operation)
            for member in body:
                rest = {name: value for name, value in body.items() if name != member}
                with self.subTest(operation, missing=member):
                    with self.assertRaises(botocore.exceptions.ParamValidationError):
                        getattr(dms, method)(**rest)
                    with self.assertRaises(botocore.exceptions.ClientError) as refusal:
                        getattr(careless, method)(**rest)
                    self.assertEqual(refusal.exception.response["Error"]["Code"], VALIDATION)
        self.assertEqual(self.task(arn)["Status"], "ready")

    def test_a_request_of_the_wrong_form_is_refused(self):
        self.serve()
        for operation, body in [
            ("DescribeEndpoints", b"{"),
            ("DescribeEndpoints", []),
            ("DescribeEndpoints", {"MaxRecords": "many"}),
            ("DescribeEndpoints", {"MaxRecords": 20.5}),
            ("DescribeEndpoints", {"Marker": 7}),
            ("DescribeEndpoints", {"Filters": {}}),
            ("DescribeEndpoints", {"Filters": [7]}),
            ("DescribeEndpoints", {"Filters": [{"Name": "endpoint-arn", "Values": [7]}]}),
            ("DescribeReplicationTasks", {"WithoutSettings": "yes"}),
            ("CreateReplicationTask", {**request(), "TableMappings": EVERYTHING}),
            ("CreateReplicationTask", {**request(), "Tags": "none"}),
            ("CreateReplicationTask", {**request(), "CdcStartTime": "tonight"}),
        ]:
            status, answer = self.ask(operation, body)
            self.assertEqual((status, json.loads(answer)["__type"]), (400, SERIALIZATION), f"{operation} {body}")
        for target, operation in (("AmazonDMSv20160101.", "MakeCoffee"), ("AmazonSSM.", "DescribeEndpoints"), ("", "")):
            status, answer = self.ask(operation, {}, target)
            self.assertEqual((status, json.loads(answer)["__type"]), (400, "UnknownOperationException"))

    def test_what_nobody_serves_is_an_unknown_operation(self):
        dms = self.serve()
        served = set()
        for operation in dms.meta.service_model.operation_names:
            status, answer = self.ask(operation, {})
            if status == 200 or json.loads(answer)["__type"] != "UnknownOperationException":
                served.add(operation)
        self.assertEqual(len(served), 17, sorted(served))


if __name__ == "__main__":
    unittest.main()
