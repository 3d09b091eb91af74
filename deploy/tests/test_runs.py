"""The list of runs says how each ended or where it stands, whatever way it ended."""

import datetime
import json
import logging
import unittest

import boto3
from moto.server import ThreadedMotoServer
from tests.histories import BEGAN, EXECUTION, MACHINE, around, described, document, listed, returned
from tests.support import GROUP, QUEUE, ROLE, ROOT, Answered, Folder, called
from tools import documents, executions, stack

HISTORY = {
    "executionArn": EXECUTION,
    "reverseOrder": True,
    "includeExecutionData": True,
    "maxResults": documents.EVENTS,
}


class Runs(Answered):
    def one(self, description, *pages):
        """The line of one run, whose history has these pages."""
        name = EXECUTION.rsplit(":", 1)[-1]
        self.answer(
            "stepfunctions",
            "list_executions",
            {"executions": [listed(name, description["status"])]},
            stateMachineArn=MACHINE,
            maxResults=20,
        )
        self.answer("stepfunctions", "describe_execution", description, executionArn=EXECUTION)
        for number, page in enumerate(pages):
            token = {"nextToken": f"page {number}"} if number else {}
            more = {"nextToken": f"page {number + 1}"} if number + 1 < len(pages) else {}
            self.answer("stepfunctions", "get_execution_history", {"events": page, **more}, **HISTORY, **token)
        done = self.run_tool("runs", "--machine", MACHINE, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_a_run_that_succeeded_tells_its_verdict(self):
        run = self.one(
            described("SUCCEEDED", output=json.dumps(document("all 4 tables are complete", verdict="Succeeded")))
        )
        self.assertEqual(
            run,
            {
                "Execution": EXECUTION,
                "Started": "2026-11-25T21:00:03+00:00",
                "Seconds": 7384,
                "Status": "SUCCEEDED",
                "Task": "orders-archive",
                "Verdict": "Succeeded",
                "Why": "all 4 tables are complete",
            },
        )

    def test_a_run_that_failed_with_a_verdict_tells_it_without_its_history(self):
        cause = json.dumps({"Verdict": "PartlyFailed", "Reason": "2 of 4 tables are in error"})
        run = self.one(described("FAILED", error="PartlyFailed", cause=cause))
        self.assertEqual(
            (run["Verdict"], run["Why"], run["Task"]),
            ("PartlyFailed", "2 of 4 tables are in error", "orders-in-the-plan"),
        )

    def test_a_run_that_is_under_way_tells_where_it_stands(self):
        run = self.one(described("RUNNING"), around(returned(document()), returned(document("an older look"), 11)))
        self.assertEqual((run["Verdict"], run["Why"]), (None, "rows are being loaded: 2 of 4 tables are complete"))
        self.assertEqual(run["Task"], "orders-archive")

    def test_a_document_further_back_is_found_on_a_later_page(self):
        run = self.one(described("RUNNING"), around(), around(), around(returned(document("seen on the third page"))))
        self.assertEqual(run["Why"], "seen on the third page")

    def test_a_run_that_has_just_begun_says_so(self):
        run = self.one(described("RUNNING"), around())
        self.assertEqual((run["Why"], run["Task"]), ("no step has answered yet", "orders-in-the-plan"))

    def test_the_search_for_a_document_is_bounded(self):
        pages = [around()] * documents.PAGES
        self.answer(
            "stepfunctions", "list_executions", {"executions": [listed(EXECUTION.rsplit(":", 1)[-1], "RUNNING")]}
        )
        self.answer("stepfunctions", "describe_execution", described("RUNNING"))
        for page in pages:
            self.answer("stepfunctions", "get_execution_history", {"events": page, "nextToken": "always another"})
        done = self.run_tool("runs", "--machine", MACHINE)
        self.assertIn("no step has answered yet", done.stdout)

    def test_a_verdict_that_is_being_told_is_not_called_told(self):
        run = self.one(described("RUNNING"), around(returned(document("all rows are there", verdict="Succeeded"))))
        self.assertEqual((run["Verdict"], run["Why"]), (None, "Succeeded is being told: all rows are there"))

    def test_runs_that_were_ended_from_outside_tell_what_was_last_known(self):
        for status, more, said in (
            ("ABORTED", {"error": "ByHand", "cause": "a person"}, "ByHand: a person; last: rows are being loaded"),
            ("TIMED_OUT", {}, "last: rows are being loaded"),
            (
                "FAILED",
                {"error": "States.Runtime", "cause": "no such variable"},
                "States.Runtime: no such variable; last: rows",
            ),
        ):
            with self.subTest(status):
                run = self.one(described(status, **more), around(returned(document())))
                self.assertEqual((run["Verdict"], run["Status"]), (None, status))
                self.assertTrue(run["Why"].startswith(said), run["Why"])

    def test_a_report_that_failed_says_that_perhaps_nobody_was_told(self):
        run = self.one(
            described("FAILED", error="Lambda.Unknown"),
            around(returned(document("2 in error", verdict="PartlyFailed"))),
        )
        self.assertEqual(run["Why"], "Lambda.Unknown; PartlyFailed was decided and perhaps not told: 2 in error")

    def test_other_outputs_and_inputs_break_nothing(self):
        for output in (
            None,
            "null",
            "[]",
            '"done"',
            "{}",
            '{"Verdict":[]}',
            '{"Verdict":{"Reasons":{}}}',
            "[" * 100_000,
        ):
            more = {} if output is None else {"output": output}
            for given in ("[]", "{}", '{"Task":[]}', '{"Task":{"ReplicationTaskIdentifier":7}}', ""):
                run = self.one({**described("SUCCEEDED", **more), "input": given})
                self.assertEqual((run["Verdict"], run["Task"]), (None, "-"))

    def test_nothing_from_outside_reaches_the_terminal_as_it_is(self):
        evil = "\x1b[2J\x1b]0;title\x07 first\r\nsecond \u202e" + "x" * 10_000
        run = self.one(described("RUNNING"), around(returned(document(evil))))
        self.assertTrue(run["Why"].startswith("[2J ]0;title first second xxx"), run["Why"][:60])
        self.assertLessEqual(len(run["Why"]), executions.MOST_TEXT)

    def test_no_input_or_document_however_deep_or_large_keeps_a_run_from_being_listed(self):
        for levels in (900, 1_000, 100_000):
            nest = "[" * levels + "]" * levels
            given = f'{{"Task":{{"ReplicationTaskIdentifier":{nest}}}}}'
            for text in (given, f'{{"Task":{nest}}}', nest, "9" * 200_000, '"\\ud800"'):
                run = self.one({**described("FAILED", error="Failed", cause=nest), "input": text}, around())
                self.assertEqual((run["Status"], run["Task"], run["Verdict"]), ("FAILED", "-", None))
                self.assertLessEqual(len(run["Why"]), executions.MOST_TEXT)
        nest = []
        for _ in range(900):
            nest = [nest]
        run = self.one(described("RUNNING"), around(returned({"Version": 2, "Next": {"Why": nest}})))
        self.assertEqual(len(run["Why"]), executions.MOST_TEXT)

    def test_the_list_is_read_page_by_page_until_it_has_enough(self):
        names = [f"run-{number}" for number in range(150)]
        for page, size, token in ((names[:100], 100, {}), (names[100:], 50, {"nextToken": "more"})):
            self.answer(
                "stepfunctions",
                "list_executions",
                {"executions": [listed(name) for name in page], "nextToken": "more"},
                stateMachineArn=MACHINE,
                maxResults=size,
                statusFilter="SUCCEEDED",
                **token,
            )
            for name in page:
                self.answer(
                    "stepfunctions",
                    "describe_execution",
                    described("SUCCEEDED", output="{}"),
                    executionArn=f"{EXECUTION.rsplit(':', 1)[0]}:{name}",
                )
        done = self.run_tool("runs", "--machine", MACHINE, "--status", "SUCCEEDED", "--limit", "150", "--json")
        self.assertEqual(len(done.stdout.splitlines()), 150)

    def test_older_runs_than_asked_for_are_neither_shown_nor_looked_at(self):
        old = BEGAN - datetime.timedelta(days=3)
        self.answer(
            "stepfunctions",
            "list_executions",
            {"executions": [listed("new"), listed("old", began=old)], "nextToken": "more"},
        )
        self.answer("stepfunctions", "describe_execution", described("SUCCEEDED", output="{}"))
        done = self.run_tool("runs", "--machine", MACHINE, "--since", "2026-11-25T21:00", "--json")
        self.assertEqual(len(done.stdout.splitlines()), 1)

    def test_the_table_has_a_line_for_each_run(self):
        self.answer("stepfunctions", "list_executions", {"executions": [listed(EXECUTION.rsplit(":", 1)[-1])]})
        self.answer(
            "stepfunctions",
            "describe_execution",
            described("SUCCEEDED", output=json.dumps(document("all 4 tables are complete", verdict="Succeeded"))),
        )
        done = self.run_tool("runs", "--machine", MACHINE)
        self.assertEqual(
            done.stdout.splitlines(),
            [
                "started (UTC)        duration  verdict    task",
                "2026-11-25 21:00:03  02:03:04  Succeeded  orders-archive",
                "    all 4 tables are complete",
                f"    {EXECUTION}",
            ],
        )

    def test_a_run_that_cannot_be_looked_at_leaves_the_others_in_the_list(self):
        both = {"executions": [listed("forgotten"), listed(EXECUTION.rsplit(":", 1)[-1])]}
        self.answer("stepfunctions", "list_executions", both)
        self.refuse("stepfunctions", "describe_execution", "ExecutionDoesNotExist", "Execution Does Not Exist")
        good = json.dumps(document("all 4 tables are complete", verdict="Succeeded"))
        self.answer("stepfunctions", "describe_execution", described("SUCCEEDED", output=good))
        done = self.run_tool("runs", "--machine", MACHINE)
        self.assertEqual(done.returncode, 2)
        self.assertIn("ExecutionDoesNotExist", done.stdout)
        self.assertIn("orders-archive", done.stdout)
        self.assertIn("1 of 2 executions could not be looked at", done.stderr)

    def test_no_run_is_said_and_no_error(self):
        self.answer("stepfunctions", "list_executions", {"executions": []})
        done = self.run_tool("runs", "--machine", MACHINE)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("no execution of", done.stderr)

    def test_a_refusal_says_what_was_attempted(self):
        self.refuse("stepfunctions", "list_executions", "AccessDeniedException", "not authorized")
        done = self.run_tool("runs", "--machine", MACHINE)
        self.assertEqual(done.returncode, 2)
        self.assertIn(f"the executions of {MACHINE} cannot be listed: ", done.stderr)
        self.assertIn("AccessDeniedException", done.stderr)

    def test_wrong_use_ends_with_two(self):
        for arguments in (
            ["--machine", "arn"],
            ["--status", "DONE"],
            ["--since", "yesterday"],
            ["--limit", "0"],
            ["--limit", "1001"],
            ["--machine", MACHINE, "--stack", "s"],
        ):
            with self.subTest(arguments):
                self.assertEqual(called("runs", *arguments).returncode, 2)


class OverTheWire(Folder):
    """The tools as people call them, against moto's server."""

    @classmethod
    def setUpClass(cls):
        # A line for each request says nothing to whoever reads the tests.
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        cls.server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        cls.server.start()
        cls.addClassCleanup(cls.server.stop)
        host, port = cls.server.get_host_and_port()
        cls.endpoint = f"http://{host}:{port}"

    def client(self, service):
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="eu-central-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def called(self, *arguments):
        return called(*arguments, AWS_ENDPOINT_URL=self.endpoint)

    def machine(self, name):
        definition = {"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": True}}}
        return self.client("stepfunctions").create_state_machine(
            name=name, definition=json.dumps(definition), roleArn=ROLE
        )["stateMachineArn"]

    def stack(self, name, outputs):
        template = {
            "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
            "Outputs": {key: {"Value": value} for key, value in outputs.items()},
        }
        self.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template))

    def test_the_machine_is_found_by_its_stack(self):
        machine = self.machine("night-migration")
        self.stack("night", {"StateMachineArn": machine})
        self.client("stepfunctions").start_execution(
            stateMachineArn=machine, name="first", input=json.dumps({"Task": {"ReplicationTaskIdentifier": "orders"}})
        )
        done = self.called("runs", "--stack", "night", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        (run,) = map(json.loads, done.stdout.splitlines())
        self.assertTrue(run["Execution"].endswith(":execution:night-migration:first"))
        self.assertEqual(run["Task"], "orders")

    def test_a_stack_of_an_older_release_is_told(self):
        self.stack("old", {"StateMachineArn": MACHINE, "ScheduleGroupName": GROUP, "ScheduleRoleArn": ROLE})
        plan = self.file("plan.json", '{"Task":{"ReplicationTaskIdentifier":"orders"}}')
        arguments = ["schedule", "--plan", plan, "--cron", "rate(1 day)", "--zone", "UTC", "--as", "cli", "--stack"]
        done = self.called(*arguments, "old")
        self.assertEqual(done.returncode, 2)
        self.assertIn("the stack old has no output MissedWindowsArn", done.stderr)
        done = self.called(*arguments, "old", "--queue-arn", QUEUE)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.called(*arguments, "no-such-stack")
        self.assertIn("the outputs of the stack no-such-stack cannot be read", done.stderr)

    def test_a_request_with_the_outputs_of_the_stack_is_taken(self):
        self.stack(
            "whole",
            {
                "StateMachineArn": MACHINE,
                "ScheduleGroupName": GROUP,
                "ScheduleRoleArn": ROLE,
                "MissedWindowsArn": QUEUE,
            },
        )
        scheduler = self.client("scheduler")
        scheduler.create_schedule_group(Name=GROUP)
        done = self.called(
            "schedule",
            "--plan",
            ROOT / "events/nightly-refresh.json",
            "--cron",
            "0 22 ? * * *",
            "--zone",
            "Europe/Berlin",
            "--as",
            "cli",
            "--stack",
            "whole",
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        scheduler.create_schedule(**json.loads(done.stdout))
        kept = scheduler.get_schedule(Name="crm-nightly-copy", GroupName=GROUP)
        self.assertEqual(kept["Target"]["DeadLetterConfig"], {"Arn": QUEUE})
        self.assertEqual(json.loads(kept["Target"]["Input"])["StateMachineArn"], MACHINE)


class Defaults(unittest.TestCase):
    def test_the_default_stack_is_that_of_the_deployment(self):
        self.assertIn(f'stack_name = "{stack.DEFAULT}"', (ROOT / "samconfig.toml").read_text())


if __name__ == "__main__":
    unittest.main()
