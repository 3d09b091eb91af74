"""A printed schedule is one that AWS takes, in every form the same, and its plan is the plan of the file."""

import json
import re
import subprocess
import sys
import unicodedata
import unittest
from pathlib import Path

import botocore.session
from botocore.validate import ParamValidator
from tests.hcl import Module
from tests.support import GROUP, MACHINE, NOWHERE, QUEUE, ROLE, ROOT, Folder, called
from tools import cloudformation, plan, schedule, terraform
from tools.command import Refused, Unable

STACK = ["--machine-arn", MACHINE, "--role-arn", ROLE, "--group", GROUP, "--queue-arn", QUEUE]
WHEN = ["--cron", "cron(0 22 ? * MON-FRI *)", "--zone", "Europe/Berlin"]
NO_CHECKER = ["--check-plan", "/nowhere/check-plan"]

# Everything that one of the languages could take for its own.
HOSTILE = {
    "Task": {
        "ReplicationTaskIdentifier": "orders",
        "TableMappings": '{"rules":[{"rule-id":"1","a":"\\\\ \\" ${x} %{ if y } $${z} %%{w} <&> \\u003c"}]}',
    },
    "${Key}": "${AWS::Region} ${var.x} %{for} `id` $(id) 'single' \"double\" \\backslash\\ \\u003c",
    "Control": "\u0000\u0001\b\f\n\r\t\u007f\u2028\u2029\ufeff\u001b[31m\u009b31m\u0085",
    "Unseen": "orders\u202etxt\u2066\u200b\u061c",
    "Unicode": "Zürich – 表 😀",
    "Numbers": [0, -1, 1.5, 12345678901234567890, True, False, None],
    "Empty": [{}, [], ""],
    "for": "in",
    "Comment": "<aws.scheduler.execution-id> & <b>",
}


def shape(operation):
    """What botocore knows of a request of the scheduler."""
    return botocore.session.get_session().get_service_model("scheduler").operation_model(operation).input_shape


def patterns(value, shape_of_it):
    """The texts of a request that do not match the pattern of the service's model."""
    if shape_of_it.type_name == "structure":
        for name, member in value.items():
            yield from patterns(member, shape_of_it.members[name])
    elif shape_of_it.type_name == "string":
        wanted, longest = shape_of_it.metadata.get("pattern"), shape_of_it.metadata.get("max")
        if (wanted and not re.search(wanted, value)) or (longest and len(value) > longest):
            yield value
        if shape_of_it.enum and value not in shape_of_it.enum:
            yield value


class Schedules(Folder):
    def printed(self, form, content, *more):
        path = self.file("plan.json", content if isinstance(content, (str, bytes)) else json.dumps(content))
        return called("schedule", "--plan", path, *WHEN, "--as", form, *NO_CHECKER, *more)

    def good(self, form, content, *more):
        done = self.printed(form, content, *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def in_every_form(self, content, *more):
        """The target of the schedule, as each of the forms comes to it."""
        request = json.loads(self.good("cli", content, *STACK, *more))
        template = json.loads(self.good("cloudformation", content, *more))
        (resource,) = template["Resources"].values()
        target = resource["Properties"]["Target"]
        values = {
            "StateMachineArn": MACHINE,
            "ScheduleGroupName": GROUP,
            "ScheduleRoleArn": ROLE,
            "MissedWindowsArn": QUEUE,
        }
        joined = target["Input"]["Fn::Join"]
        from_template = joined[0].join(part if isinstance(part, str) else values[part["Ref"]] for part in joined[1])
        variables = {
            name: getattr(schedule.Place(MACHINE, ROLE, GROUP, QUEUE), part)
            for part, (name, _) in terraform.VARIABLES.items()
        }
        module = Module(self.good("terraform", content, *more), variables)
        (((kind, _), resource_of_terraform),) = module.resources.items()
        self.assertEqual(kind, "aws_scheduler_schedule")
        return request, resource["Properties"], from_template, resource_of_terraform

    def test_the_request_is_one_that_the_scheduler_takes(self):
        for file in sorted((ROOT / "events").glob("*.json")):
            with self.subTest(file.name):
                request = json.loads(self.good("cli", file.read_text(), *STACK, "--name", file.stem))
                for operation in ("CreateSchedule", "UpdateSchedule"):
                    report = ParamValidator().validate(request, shape(operation))
                    self.assertFalse(report.has_errors(), report.generate_report())
                    self.assertEqual(list(patterns(request, shape(operation))), [])
                started = json.loads(request["Target"]["Input"])
                step_functions = botocore.session.get_session().get_service_model("stepfunctions")
                members = step_functions.operation_model("StartExecution").input_shape.members
                self.assertLessEqual({name[0].lower() + name[1:] for name in started}, set(members))

    def test_the_schedule_says_what_the_stack_needs(self):
        request = json.loads(self.good("cli", HOSTILE, *STACK))
        self.assertEqual(request["Target"]["Arn"], "arn:aws:scheduler:::aws-sdk:sfn:startExecution")
        self.assertEqual(
            request["Target"]["RetryPolicy"], {"MaximumEventAgeInSeconds": 900, "MaximumRetryAttempts": 10}
        )
        self.assertEqual(request["Target"]["DeadLetterConfig"], {"Arn": QUEUE})
        self.assertEqual((request["Target"]["RoleArn"], request["GroupName"]), (ROLE, GROUP))
        self.assertEqual((request["Name"], request["FlexibleTimeWindow"]), ("orders", {"Mode": "OFF"}))
        self.assertEqual((request["ScheduleExpression"], request["ScheduleExpressionTimezone"]), (WHEN[1], WHEN[3]))

    def test_the_keywords_stand_in_the_text_as_they_are(self):
        request, _, from_template, made = self.in_every_form({"Task": {"ReplicationTaskIdentifier": "orders"}})
        for text in (request["Target"]["Input"], from_template, made["target"]["input"]):
            self.assertIn('"Name":"orders-<aws.scheduler.execution-id>"', text)
            # In the inner text too: nothing in a keyword is escaped when JSON is put into JSON.
            self.assertIn('\\"ScheduledTime\\":\\"<aws.scheduler.scheduled-time>\\"', text)
            replaced = text.replace("<aws.scheduler.scheduled-time>", "2026-12-01T21:00:00Z").replace(
                "<aws.scheduler.execution-id>", "d32c5kddcf5bb8c3"
            )
            start = json.loads(replaced)
            self.assertEqual(start["Name"], "orders-d32c5kddcf5bb8c3")
            self.assertEqual(json.loads(start["Input"])["ScheduledTime"], "2026-12-01T21:00:00Z")

    def test_a_hostile_plan_is_the_same_plan_in_every_form(self):
        request, properties, from_template, made = self.in_every_form(HOSTILE)
        wanted = {**HOSTILE, "ScheduledTime": "<aws.scheduler.scheduled-time>"}
        for text in (request["Target"]["Input"], from_template, made["target"]["input"]):
            start = json.loads(text)
            self.assertEqual(start["StateMachineArn"], MACHINE)
            self.assertEqual(json.loads(start["Input"]), wanted)
        for name in ("Name", "Description", "ScheduleExpression", "ScheduleExpressionTimezone", "State"):
            in_terraform = "".join("_" + c.lower() if c.isupper() else c for c in name)[1:]
            self.assertEqual(request[name], properties[name])
            self.assertEqual(request[name], made[in_terraform])
        self.assertEqual(made["target"]["arn"], request["Target"]["Arn"])
        self.assertEqual((made["target"]["role_arn"], made["group_name"]), (ROLE, GROUP))
        self.assertEqual(made["target"]["dead_letter_config"], {"arn": QUEUE})
        self.assertEqual(
            made["target"]["retry_policy"], {"maximum_event_age_in_seconds": 900, "maximum_retry_attempts": 10}
        )
        self.assertEqual(made["flexible_time_window"], {"mode": "OFF"})
        self.assertEqual(properties["Target"]["RetryPolicy"], request["Target"]["RetryPolicy"])

    def test_nothing_of_a_plan_reaches_the_terminal_as_it_is(self):
        def hidden(text):
            return [c for c in text if unicodedata.category(c)[0] == "C" and c != "\n"]

        for form in ("cli", "cloudformation", "terraform"):
            self.assertEqual(hidden(self.good(form, HOSTILE, *STACK)), [], form)
        evil = self.folder / "evil\x1b[31m\x9b31m\u202e.json"
        for name, content in (("no.json", None), ("not.json", "{"), ("list.json", "[]"), ("large.json", '"' + "x" * 200_000)):
            path = evil.with_name(evil.name + name)
            if content is not None:
                path.write_text(content)
            done = called("schedule", "--plan", path, *WHEN, "--as", "cli", *NO_CHECKER, *STACK)
            self.assertNotEqual(done.returncode, 0)
            self.assertEqual(hidden(done.stderr), [], name)
        done = self.printed("cli", HOSTILE, *STACK, "--output", evil)
        self.assertEqual((done.returncode, hidden(done.stderr)), (0, []))

    def test_the_cloudformation_form_passes_cfn_lint(self):
        ordinary = (ROOT / "events/nightly-refresh.json").read_text()
        printed = {"open": (ordinary, []), "filled": (ordinary, STACK), "hostile": (HOSTILE, STACK)}
        files = {
            name: self.file(f"{name}.json", self.good("cloudformation", content, *more))
            for name, (content, more) in printed.items()
        }
        lint = [Path(sys.executable).parent / "cfn-lint", "--include-checks", "I"]
        # A Join, and no Sub (I1022): nothing of a plan needs to be escaped for it. In a Join nothing is put in for the
        # ${AWS::Region} of the hostile plan either, which cfn-lint takes for a Sub that was forgotten (E1029).
        for passed_over, names in ((["I1022"], ["open", "filled"]), (["I1022", "E1029"], ["hostile"])):
            command = [*lint, "--ignore-checks", *passed_over, "--", *(files[name] for name in names)]
            done = subprocess.run(command, text=True, capture_output=True, env=NOWHERE)
            self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)

    def test_values_of_the_stack_are_the_defaults(self):
        template = json.loads(self.good("cloudformation", HOSTILE, *STACK))
        self.assertEqual(
            {name: parameter["Default"] for name, parameter in template["Parameters"].items()},
            {
                "StateMachineArn": MACHINE,
                "ScheduleGroupName": GROUP,
                "ScheduleRoleArn": ROLE,
                "MissedWindowsArn": QUEUE,
            },
        )
        (made,) = Module(self.good("terraform", HOSTILE, *STACK), {}).resources.values()
        self.assertEqual((made["group_name"], made["target"]["role_arn"]), (GROUP, ROLE))

    def test_the_request_is_not_printed_while_something_is_open(self):
        done = self.printed("cli", HOSTILE, "--machine-arn", MACHINE, "--group", GROUP)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("lacks --role-arn, --queue-arn:", done.stderr)

    def test_nothing_is_left_to_fill_in(self):
        for form in ("cli", "cloudformation", "terraform"):
            text = self.good(form, {"Task": {"ReplicationTaskIdentifier": "orders"}}, *STACK)
            for keyword in (schedule.EXECUTION_ID, plan.SCHEDULED_TIME):
                text = text.replace(keyword, "")
            for line in text.splitlines():
                if not line.startswith("#"):
                    self.assertNotIn("<", line)

    def test_a_stack_that_cannot_be_asked_is_an_error_that_says_so(self):
        done = self.printed("cli", HOSTILE, "--stack", "night")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("the outputs of the stack night cannot be read", done.stderr)

    def test_a_file_is_written_where_one_is_named(self):
        path = self.folder / "orders.schedule.json"
        self.assertEqual(self.good("cli", HOSTILE, *STACK, "--output", path), "")
        self.assertEqual(json.loads(path.read_text())["Name"], "orders")
        done = self.printed("cli", HOSTILE, *STACK, "--output", path)
        self.assertIn(f"--cli-input-json file://{path}", done.stderr)
        self.assertEqual(self.printed("cli", HOSTILE, *STACK, "--output", self.folder / "no/such").returncode, 2)

    def test_what_is_to_be_pasted_pastes(self):
        path = self.folder / "night run;x.json"
        done = self.printed("cli", HOSTILE, *STACK, "--output", path)
        self.assertIn(f"--cli-input-json 'file://{path}'", done.stderr)
        done = self.printed("cloudformation", HOSTILE, "--output", path)
        self.assertIn(f"--template-file '{path}'", done.stderr)

    def test_the_plan_is_not_written_over(self):
        plan = json.dumps(HOSTILE)
        done = self.printed("cli", plan, *STACK, "--output", self.folder / "plan.json")
        self.assertEqual((done.returncode, (self.folder / "plan.json").read_text()), (2, plan))

    def test_a_schedule_that_never_comes_is_refused(self):
        for never in ("0 22 30 2 ? *", "0 22 ? * * 2020", "at(2020-01-01T00:00:00)"):
            done = self.printed("cli", HOSTILE, *STACK, "--cron", never)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("it would never start a run", done.stderr)

    def test_cloudformation_puts_nothing_in_the_place_of_a_text_of_the_plan(self):
        content = HOSTILE | {"Comment": "{{resolve:ssm:/prod/x}}"}
        done = self.printed("cloudformation", content)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("{{resolve:", done.stderr)
        self.assertIn("{{resolve:ssm:/prod/x}}", self.good("cli", content, *STACK))

    def test_every_partition_has_schedules(self):
        for partition in ("aws", "aws-cn", "aws-us-gov", "aws-iso-b"):
            place = [text.replace("arn:aws:", f"arn:{partition}:") for text in STACK]
            request = json.loads(self.good("cli", HOSTILE, *place))
            self.assertTrue(request["Target"]["Arn"].startswith(f"arn:{partition}:scheduler:"))
            self.good("cloudformation", HOSTILE, *place)
            self.good("terraform", HOSTILE, *place)

    def test_a_large_plan_goes_through_a_file_and_a_larger_one_is_refused(self):
        def padded(size):
            return {"Task": {"ReplicationTaskIdentifier": "orders"}, "Comment": "x" * size}

        request = json.loads(self.good("cli", padded(150 * 1024), *STACK))
        self.assertGreater(len(request["Target"]["Input"]), 128 * 1024)
        done = self.printed("cloudformation", padded(150 * 1024), *STACK)
        self.assertIn("--s3-bucket", done.stderr)
        done = self.printed("cli", padded(160 * 1024), *STACK)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("and an execution takes 163,840", done.stderr)

    def test_the_limit_of_the_scheduler_counts_every_backslash(self):
        texts = {"Task": {"ReplicationTaskIdentifier": "orders", "TableMappings": json.dumps(['"'] * 15_500)}}
        self.assertLess(len(json.dumps(texts, separators=(",", ":"))), plan.MOST_BYTES)
        for form in ("cli", "cloudformation", "terraform"):
            done = self.printed(form, texts, *STACK)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("takes 262,144", done.stderr)

    def test_what_terraform_writes_longer_is_counted_too(self):
        angles = {"Task": {"ReplicationTaskIdentifier": "orders"}, "Comment": "<" * 60_000}
        self.good("cli", angles, *STACK)
        self.assertEqual(self.printed("terraform", angles, *STACK).returncode, 1)

    def test_terraform_refuses_letters_that_it_would_compose(self):
        decomposed = {"Task": {"ReplicationTaskIdentifier": "orders"}, "Comment": "Zu\u0308rich"}
        done = self.printed("terraform", decomposed)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.good("cloudformation", decomposed)

    def test_what_is_no_plan_is_refused(self):
        cases = {
            "[]": "is no plan",
            "{": "is no JSON",
            '{"Task":1,"Task":2}': "stands twice",
            '{"Task":NaN}': "no number of JSON",
            '{"Task":{"ReplicationTaskIdentifier":"o"},"a":1e999}': "too large",
            '"\\ud800"': "is no plan",
            '{"Task":{"ReplicationTaskIdentifier":"o"},"a":"\\ud800"}': "surrogate",
            "[" * 100_000: "is no JSON",
        }
        for text, said in cases.items():
            with self.subTest(text[:40]):
                done = self.printed("cli", text, *STACK)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertIn(said, done.stderr)
                self.assertNotIn("Traceback", done.stderr)
        self.assertEqual(self.printed("cli", b"\xff\xfe", *STACK).returncode, 2)
        self.assertEqual(
            called("schedule", "--plan", "/nowhere", *WHEN, "--as", "cli", *NO_CHECKER, *STACK).returncode, 2
        )

    def test_the_plan_is_checked_where_the_checker_is_built(self):
        def checker(status):
            path = self.file("check-plan", f'#!/bin/sh\necho "the checker says $1"\nexit {status}\n')
            path.chmod(0o755)
            return ["--check-plan", path]

        for status, ends in ((0, 0), (1, 1), (2, 2)):
            done = self.printed("cli", HOSTILE, *STACK, *checker(status))
            self.assertEqual(done.returncode, ends)
            self.assertIn(f"the checker says {self.folder / 'plan.json'}", done.stderr)
            self.assertEqual(done.stdout != "", status == 0)
        self.assertIn("the plan was not checked", self.printed("cli", HOSTILE, *STACK).stderr)

    def test_a_time_that_the_clocks_leave_out_is_told(self):
        done = self.printed("cli", HOSTILE, *STACK, "--cron", "30 2 ? * * *", "--since", "2026-11-01")
        self.assertEqual(done.returncode, 0)
        self.assertIn("warning: on Sun 2027-03-28 the clocks in Europe/Berlin go forward over 02:30", done.stderr)
        self.assertNotIn("warning", self.printed("cli", HOSTILE, *STACK, "--since", "2026-11-01").stderr)

    def test_the_stack_for_a_schedule_has_a_name_that_cloudformation_takes(self):
        for name in ("orders_archive.2", "1st", "o" * 64):
            done = self.printed("cloudformation", HOSTILE, "--name", name)
            self.assertRegex(done.stderr, r"--stack-name [A-Za-z][A-Za-z0-9-]{0,127}\n")

    def test_names_are_made_of_what_the_plan_says(self):
        def name(task, *more):
            return json.loads(self.good("cli", {"Task": task}, *STACK, *more))["Name"]

        self.assertEqual(name({"ReplicationTaskIdentifier": "orders archive/1"}), "orders-archive-1")
        self.assertEqual(name({"ReplicationTaskArn": "arn:aws:dms:eu-central-1:123456789012:task:K55IUCG"}), "K55IUCG")
        self.assertEqual(name({"ReplicationTaskIdentifier": "o" * 255}), "o" * 64)
        self.assertEqual(name({"ReplicationTaskIdentifier": "orders"}, "--name", "by-night"), "by-night")
        self.assertEqual(self.printed("cli", {"Task": {}}, *STACK).returncode, 2)

    def test_wrong_use_ends_with_two_and_prints_nothing(self):
        cases = [
            ["--name", "two words"],
            ["--name", "n" * 65],
            ["--zone", "Middle/Earth"],
            ["--zone", "../etc/passwd"],
            ["--zone", "localtime"],
            ["--zone", "posixrules"],
            ["--zone", "Factory"],
            ["--zone", "right/Europe/Berlin"],
            ["--zone", "posix/UTC"],
            ["--cron", "0 22 ? * MON/2 *"],
            ["--cron", "0 22 ? * * 2030-2025"],
            ["--cron", "0 22 * * *"],
            ["--as", "pulumi"],
            ["--machine-arn", 'arn"'],
            ["--queue-arn", "url"],
            ["--since", "x"],
        ]
        for more in cases:
            with self.subTest(more):
                done = self.printed("cli", HOSTILE, *STACK, *more)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertNotIn("Traceback", done.stderr)


class Names(unittest.TestCase):
    def test_an_execution_has_room_for_a_long_id(self):
        def execution(name):
            place = schedule.Place(MACHINE, ROLE, GROUP, QUEUE)
            return schedule.Schedule(name, "rate(1 day)", "UTC", {"Task": {}}, place).execution_name

        for name in ("o", "orders.archive", "o" * 64):
            started = execution(name).replace(schedule.EXECUTION_ID, "4b9d0c06-5dba-4b0f-b5bf-3ebf1d26ee95")
            self.assertRegex(started, r"^[0-9A-Za-z_-]{1,80}$")
        self.assertTrue(execution("orders.archive").startswith("orders-archive-"))

    def test_a_place_holds_nothing_that_json_would_escape(self):
        for part in schedule.PATTERNS:
            for value in ('a"b', "a\\b", "a b", "<StateMachineArn>", "", "a\n"):
                with self.subTest(part=part, value=value), self.assertRaises(Unable):
                    schedule.Place(**{part: value})

    def test_a_logical_id_has_letters_and_digits_alone(self):
        self.assertEqual(cloudformation.logical_id("orders-archive_2.x"), "OrdersArchive2XSchedule")

    def test_a_plan_that_is_too_large_is_refused(self):
        with self.assertRaises(Refused):
            schedule.Schedule("o", "rate(1 day)", "UTC", {"Task": '"' * 90_000}, schedule.Place())


if __name__ == "__main__":
    unittest.main()
