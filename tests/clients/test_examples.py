"""AWS's own examples of answers, as the AWS CLI carries them: they pass the walk, so the walk asks for nothing that AWS
does not send; and whatever member AWS shows in an answer, the simulator shows in its own."""

import importlib.resources
import json
import re
import unittest

import model
from botocore import xform_name
from relay import Exchange
from stage import SERVICE, Stage
from worlds import INSTANCE, SOURCE, world

EXAMPLES = importlib.resources.files("awscli").joinpath("examples/dms")
# What the examples say in place of a long text.
OMITTED = re.compile(r"\.\.\.\s*output omitted\s*\.\.\.")
# What the examples show and the simulator does not, with the reason.
ABSENT = {".ReplicationInstances[].FreeUntil": "AWS gives some instances away for a time: these are not among them"}


def examples(operation):
    """The answers that the examples of an operation print."""
    file = EXAMPLES.joinpath(f"{xform_name(operation, '-')}.rst")
    if not file.is_file():
        return []
    text = OMITTED.sub('"{}"', file.read_text())
    # An answer is indented, and ends with a brace in its own column.
    answer = re.compile(r"^Output::\s*^    (\{.*?)^(?:    \})$", re.MULTILINE | re.DOTALL)
    return [json.loads(found + "}") for found in answer.findall(text)]


def members(value, place=""):
    """The place of every member, those of lists together."""
    if isinstance(value, list):
        return {found for item in value for found in members(item, f"{place}[]")}
    if isinstance(value, dict):
        return {
            found for name, item in value.items() for found in {f"{place}.{name}", *members(item, f"{place}.{name}")}
        }
    return set()


class Examples(Stage):
    def everything(self):
        """A story in which every operation is answered that the examples show."""
        scenario = world()
        scenario["ReplicationInstances"][0]["PendingModifiedValues"] = {"MultiAZ": True}
        dms = self.serve(scenario)
        arn = self.running()
        self.until(
            lambda tables: {it["TableState"] for it in tables} == {"Table completed"},
            lambda: dms.describe_table_statistics(ReplicationTaskArn=arn)["TableStatistics"],
        )
        dms.reload_tables(ReplicationTaskArn=arn, TablesToReload=[{"SchemaName": "shop", "TableName": "orders"}])
        dms.stop_replication_task(ReplicationTaskArn=arn)
        self.wait("replication_task_stopped", {"replication-task-arn": arn})
        dms.modify_replication_task(ReplicationTaskArn=arn, TaskData="x")
        self.until(lambda it: it["Status"] == "stopped", lambda: self.task(arn))
        dms.add_tags_to_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "payments"}])
        dms.list_tags_for_resource(ResourceArn=arn)
        dms.remove_tags_from_resource(ResourceArn=arn, TagKeys=["team"])
        dms.describe_endpoints()
        dms.describe_replication_instances()
        dms.describe_connections()
        dms.test_connection(ReplicationInstanceArn=INSTANCE, EndpointArn=SOURCE)
        dms.delete_replication_task(ReplicationTaskArn=arn)

    def test_what_aws_shows_passes_the_walk_and_is_shown_here(self):
        self.everything()
        shown = {}
        for exchange in self.relay.exchanges:
            if exchange.status == 200:
                shown.setdefault(exchange.operation, set()).update(members(json.loads(exchange.answer)))
        headers = self.relay.exchanges[0].headers
        looked_at = 0
        for operation in shown:
            for answer in examples(operation):
                looked_at += 1
                example = Exchange("aws", operation, b"", 200, headers, json.dumps(answer).encode())
                self.assertEqual(model.findings(SERVICE, example), [], operation)
                self.assertEqual(
                    sorted(members(answer) - shown[operation] - set(ABSENT)), [], f"{operation} does not show these"
                )
        self.assertGreater(looked_at, 9, "the examples were not found")


if __name__ == "__main__":
    unittest.main()
