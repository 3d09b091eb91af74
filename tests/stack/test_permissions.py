"""What the policies of the template say, held against AWS's own reference, and the checks held against wrong policies."""

import importlib.machinery
import importlib.util
import json
import subprocess
import sys
import tempfile
import unittest

import iam
from template import ROOT, Template, many

# Every parameter that brings a policy, or puts something into one.
BOUNDED = {
    "EndpointArns": "arn:aws:dms:eu-central-1:123456789012:endpoint:A,arn:aws:dms:eu-central-1:123456789012:endpoint:B",
    "InstanceArns": "arn:aws:dms:eu-central-1:123456789012:rep:C",
    "EndpointTagKey": "environment",
    "EndpointTagValue": "test",
    "InstanceTagKey": "environment",
    "InstanceTagValue": "test",
    "TaskTagKey": "cost:centre",
    "TaskTagValue": "4 2",
    "ExistingNotificationTopicArn": "arn:aws:sns:eu-central-1:123456789012:team",
    "ExistingOperationsTopicArn": "arn:aws:sns:eu-central-1:123456789012:operations",
    "ExistingTopicKeyArns": "arn:aws:kms:eu-central-1:123456789012:key/K",
    "OtherTopicArns": "arn:aws:sns:eu-central-1:123456789012:other,arn:aws:sns:eu-central-1:123456789012:third",
    "SubnetIds": "subnet-1,subnet-2",
    "SecurityGroupIds": "sg-1",
    "Tracing": "on",
    "Fips": "on",
}
CHOICES = {"the defaults": {}, "everything bounded": BOUNDED}
TASKS = "arn:aws:dms:eu-central-1:123456789012:task:*"
ENDPOINTS = "arn:aws:dms:eu-central-1:123456789012:endpoint:*"


def script():
    """`tests/permissions` as a module."""
    loader = importlib.machinery.SourceFileLoader("permissions", str(ROOT / "tests/permissions"))
    spec = importlib.util.spec_from_loader("permissions", loader)
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


class Policies(unittest.TestCase):
    def test_every_statement_of_a_role_says_what_aws_knows(self):
        for choice, parameters in CHOICES.items():
            for role, statements in Template(**parameters).roles().items():
                for policy, statement in statements:
                    with self.subTest(choice=choice, role=role, policy=policy):
                        self.assertEqual(iam.faults(statement), [])
                        self.assertNotIn("*", "".join(many(statement["Action"])))

    def test_every_policy_on_a_resource_says_what_aws_knows(self):
        for choice, parameters in CHOICES.items():
            for place, statement in Template(**parameters).resource_policies():
                with self.subTest(choice=choice, place=place):
                    self.assertEqual(iam.faults(statement, on_a_resource=True), [])

    def test_a_service_may_do_nothing_for_another_account(self):
        for place, statement in Template().resource_policies():
            if "Service" not in statement["Principal"]:
                continue
            with self.subTest(place=place):
                conditions = statement["Condition"]
                account = conditions.get("StringEquals", {}).get("aws:SourceAccount")
                sources = [value for keys in conditions.get("ArnLike", {}).values() for value in many(keys)]
                named = sources and all(":123456789012:" in source for source in sources)
                self.assertTrue(account == "123456789012" or named, statement)

    def test_only_tasks_with_the_owner_tag_are_modified_or_tagged(self):
        for parameters in CHOICES.values():
            for role, statements in Template(**parameters).roles().items():
                for _, statement in statements:
                    bounded = {"dms:ModifyReplicationTask", "dms:AddTagsToResource"} & set(many(statement["Action"]))
                    if bounded and statement["Effect"] == "Allow":
                        keys = iam.condition_keys(statement)
                        self.assertIn("aws:ResourceTag/dms-orchestrator-owner", keys, role)

    def test_the_owner_tag_is_the_one_that_the_code_writes(self):
        self.assertIn('pub const OWNER_TAG: &str = "dms-orchestrator-owner";', (ROOT / "shared/plan/src/tags.rs").read_text())

    def test_a_bound_denies_what_has_not_the_tag_to_every_role_that_could_touch_it(self):
        touching = {
            "aws:ResourceTag/cost:centre": {"dms:StartReplicationTask", "dms:StopReplicationTask", "dms:ReloadTables", "dms:ModifyReplicationTask"},
            "aws:RequestTag/cost:centre": {"dms:CreateReplicationTask"},
            "dms:endpoint-tag/environment": {"dms:CreateReplicationTask", "dms:TestConnection"},
            "dms:rep-tag/environment": {"dms:CreateReplicationTask", "dms:TestConnection"},
        }
        for role, statements in Template(**BOUNDED).roles().items():
            of = lambda effect: [s for _, s in statements if s["Effect"] == effect]  # noqa: E731
            may = {action for statement in of("Allow") for action in many(statement["Action"])}
            for key, actions in touching.items():
                denied = {
                    action
                    for statement in of("Deny")
                    if key in statement["Condition"]["StringNotEquals"]
                    for action in many(statement["Action"])
                }
                self.assertLessEqual(may & actions, denied, f"{role}, {key}")

    def test_validate_is_told_what_notify_may_publish_to(self):
        for choice, parameters in CHOICES.items():
            template = Template(**parameters)
            told = template.properties("ValidateFunction")["Environment"]["Variables"]["TOPIC_ARNS"]
            of_notify = [statement for _, statement in template.roles()["NotifyRole"]]
            publishes = [many(it["Resource"]) for it in of_notify if "sns:Publish" in many(it["Action"])]
            with self.subTest(choice=choice):
                self.assertEqual([sorted(filter(None, told.split(",")))], [sorted(filter(None, it)) for it in publishes])

    def test_a_role_is_bounded_by_the_arns_that_are_given(self):
        for role, statements in Template(**BOUNDED).roles().items():
            for _, statement in statements:
                if statement["Effect"] == "Allow" and {"dms:CreateReplicationTask", "dms:TestConnection"} & set(many(statement["Action"])):
                    self.assertNotIn("*", "".join(many(statement["Resource"])), role)


class WrongStatements(unittest.TestCase):
    """A check that has never failed proves nothing."""

    def test_each_fault_is_named(self):
        for fault, statement in {
            "dms:StartReplicationTasks: there is no such action": {"Action": "dms:StartReplicationTasks", "Resource": TASKS},
            "dsm:StartReplicationTask: there is no such action": {"Action": "dsm:StartReplicationTask", "Resource": TASKS},
            "is none of its resources, which are ReplicationTask": {"Action": "dms:StartReplicationTask", "Resource": ENDPOINTS},
            "is none of its resources, which are *": {"Action": "dms:DescribeEndpoints", "Resource": ENDPOINTS},
            "granted on everything, and it has resources": {"Action": "dms:StopReplicationTask", "Resource": "*"},
            "it has no condition key dms:endpoint-tag/a": {
                "Action": "dms:StopReplicationTask",
                "Resource": TASKS,
                "Condition": {"StringEquals": {"dms:endpoint-tag/a": "b"}},
            },
            "it has no condition key aws:RequestTag/a": {
                "Action": "dms:StartReplicationTask",
                "Resource": TASKS,
                "Condition": {"StringEquals": {"aws:RequestTag/a": "b"}},
            },
            "it has no condition key aws:ResourceTag/a": {
                "Action": "dms:DescribeReplicationTasks",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:ResourceTag/a": "b"}},
            },
        }.items():
            with self.subTest(fault=fault):
                found = iam.faults(statement)
                self.assertEqual(len(found), 1, found)
                self.assertIn(fault, found[0])

    def test_an_action_that_is_added_wrongly_to_the_template_is_found(self):
        text = (ROOT / "template.yaml").read_text()
        for right, wrong in {
            "[dms:StartReplicationTask, dms:ReloadTables]": "[dms:StartReplicationTask, dms:DescribeEndpoints]",
            "[dms:DescribeTableStatistics, dms:ListTagsForResource]": "[dms:DescribeTableStatistic, dms:ListTagsForResource]",
            "aws:TagKeys: [dms-orchestrator-owner]": "dms:TagKeys: [dms-orchestrator-owner]",
        }.items():
            with self.subTest(wrong=wrong), edited(text, right, wrong) as template:
                found = [fault for rows in template.roles().values() for _, row in rows for fault in iam.faults(row)]
                self.assertTrue(found)


class edited:
    """The template with one passage replaced."""

    def __init__(self, text, right, wrong):
        assert text.count(right) == 1, f"{text.count(right)} times in the template: {right}"
        self.text = text.replace(right, wrong)

    def __enter__(self):
        self.file = tempfile.NamedTemporaryFile("w", suffix=".yaml")
        self.file.write(self.text)
        self.file.flush()
        return Template(self.file.name)

    def __exit__(self, *_):
        self.file.close()


FIXTURE = """
Parameters: {}
Resources:
  PollFunction:
    Type: AWS::Serverless::Function
    Metadata: { BuildProperties: { Binary: poll } }
    Properties: { Role: !GetAtt PollRole.Arn }
  PollRole:
    Type: AWS::IAM::Role
    Properties:
      Policies:
        - PolicyName: poll
          PolicyDocument:
            Statement:
              - { Effect: Allow, Action: logs:PutLogEvents, Resource: "*" }
              - { Effect: Allow, Action: [dms:DescribeReplicationTasks, dms:DescribeTableStatistics], Resource: "*" }
              - { Effect: Deny, Action: dms:DeleteReplicationTask, Resource: "*" }
"""
LOGS = [("*", "logs:PutLogEvents", "Lambda does")]
TASK, TABLES = ("poll", "dms:DescribeReplicationTasks"), ("poll", "dms:DescribeTableStatistics")


class RecordedCalls(unittest.TestCase):
    def setUp(self):
        self.script = script()
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            file.write(FIXTURE)
            file.flush()
            self.allowed = self.script.allowed(Template(file.name))

    def test_what_is_recorded_and_what_is_allowed_agree(self):
        self.assertEqual(self.script.compare(self.allowed, {TASK, TABLES}, LOGS), [])

    def test_each_direction_names_what_does_not_fit(self):
        for calls, reasons, words in [
            ({TASK, TABLES, ("poll", "dms:StopReplicationTask")}, LOGS, "poll calls dms:StopReplicationTask, and no statement"),
            ({TASK, TABLES, ("poll", "dms:DeleteReplicationTask")}, LOGS, "poll calls dms:DeleteReplicationTask, and no"),
            ({TASK, TABLES, ("stop", "dms:DescribeReplicationTasks")}, LOGS, "stop calls dms:DescribeReplicationTasks, and no"),
            ({TASK}, LOGS, "poll may dms:DescribeTableStatistics, and was never recorded"),
            ({TASK, TABLES}, [], "poll may logs:PutLogEvents, and was never recorded"),
            ({TASK, TABLES}, [*LOGS, ("poll", TABLES[1], "why")], "a reason is given for poll, dms:DescribeTableStatistics"),
            ({TASK, TABLES}, [*LOGS, ("poll", "dms:Gone", "why")], "a reason is given for poll, dms:Gone"),
        ]:
            with self.subTest(words=words):
                found = self.script.compare(self.allowed, calls, reasons)
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(words), found)

    def test_a_permission_added_to_the_template_or_taken_away_is_found(self):
        needless = {(function, action) for function, action, _ in self.script.NEVER_RECORDED}
        calls = {
            (function, action)
            for function, action in self.script.allowed(Template())
            if not {(function, action), ("*", action)} & needless
        }
        self.assertEqual(self.script.compare(self.script.allowed(Template()), calls, self.script.NEVER_RECORDED), [])
        text = (ROOT / "template.yaml").read_text()
        statement = "[dms:StartReplicationTask, dms:ReloadTables]"
        for wrong, words in {
            "[dms:StartReplicationTask]": "start calls dms:ReloadTables, and no statement allows it",
            "[dms:StartReplicationTask, dms:ReloadTables, dms:DeleteReplicationTask]": "start may dms:DeleteReplicationTask",
        }.items():
            with self.subTest(wrong=wrong), edited(text, statement, wrong) as template:
                found = self.script.compare(self.script.allowed(template), calls, self.script.NEVER_RECORDED)
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(words), found)

    def test_the_command_says_what_it_cannot_read(self):
        for text, status, words in [
            ("", 2, "no call is recorded"),
            ("{}\n", 2, "line 1 is no recorded call"),
            ("[1]\n", 2, "line 1 is no recorded call"),
            (json.dumps({"function": "poll", "action": "dms:DeleteReplicationTask"}), 1, "no statement allows it"),
        ]:
            with self.subTest(words=words), tempfile.NamedTemporaryFile("w") as file:
                file.write(text)
                file.flush()
                command = [sys.executable, str(ROOT / "tests/permissions"), file.name]
                done = subprocess.run(command, capture_output=True, text=True)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertIn(words, done.stderr)


if __name__ == "__main__":
    unittest.main()
