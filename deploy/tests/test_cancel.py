"""A run is cancelled by stopping its task, once, where there is something to stop; its execution is left alone."""

import unittest

import contextlib
import io
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from unittest import mock

from tests.histories import EXECUTION, TASK, around, described, document, handed, returned
from tests.support import NOWHERE, Answered, called, module
from tools import aws, command

JOINED = {"Joined": {"Whose": "SomebodyElse", "Since": "2026-11-25T20:00:00Z"}}
FILTER = [{"Name": "replication-task-arn", "Values": [TASK]}]


class Cancel(Answered):
    def run_with(self, content, status="RUNNING"):
        """The run is in this status, and this is its newest document."""
        self.answer("stepfunctions", "describe_execution", described(status), executionArn=EXECUTION)
        self.answer(
            "stepfunctions", "get_execution_history", {"events": around(returned(content)) if content else around()}
        )

    def task(self, status):
        """DMS shows the task in this status."""
        self.answer(
            "dms",
            "describe_replication_tasks",
            {"ReplicationTasks": [{"ReplicationTaskArn": TASK, "Status": status}]},
            Filters=FILTER,
            WithoutSettings=True,
        )

    def taken(self):
        """DMS takes the stop."""
        self.answer(
            "dms", "stop_replication_task", {"ReplicationTask": {"Status": "stopping"}}, ReplicationTaskArn=TASK
        )

    def test_the_task_is_stopped_and_the_run_is_let_tell(self):
        self.run_with(document(seconds=90))
        self.task("running")
        self.taken()
        done = self.run_tool("cancel", EXECUTION, "--yes")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(self.attempts[-1], ("dms", 1))
        self.assertIn("orders-archive, running", done.stdout)
        self.assertIn("DMS has taken the stop. The run sees it at its next look, within 2 minutes", done.stdout)
        self.assertNotIn("attention", done.stdout)

    def test_a_person_is_asked(self):
        for typed, status in (("y\n", 0), ("YES\n", 0), ("n\n", 1), ("\n", 1), ("maybe\n", 1)):
            with self.subTest(typed):
                self.run_with(document())
                self.task("starting")
                if status == 0:
                    self.taken()
                done = self.run_tool("cancel", EXECUTION, terminal=True, typed=typed)
                self.assertEqual(done.returncode, status)
                self.assertEqual("nothing was stopped" in done.stderr, status == 1)

    def test_without_a_person_it_needs_a_yes(self):
        self.run_with(document())
        self.task("running")
        done = self.run_tool("cancel", EXECUTION, typed="y\n")
        self.assertEqual(done.returncode, 2)
        self.assertIn("give --yes", done.stderr)

    def test_a_start_of_somebody_else_is_pointed_out(self):
        self.run_with(document(drive=JOINED))
        self.task("running")
        self.taken()
        self.assertIn(
            "attention: the run has not started the task;", self.run_tool("cancel", EXECUTION, "--yes").stdout
        )

    def test_a_task_that_the_run_has_not_started_yet_is_pointed_out_too(self):
        self.run_with(document(drive="Nothing"))
        self.task("running")
        self.taken()
        self.assertIn("attention", self.run_tool("cancel", EXECUTION, "--yes").stdout)

    def test_a_run_whose_steps_fail_for_days_is_known_by_what_they_were_handed(self):
        self.answer("stepfunctions", "describe_execution", described("RUNNING"), executionArn=EXECUTION)
        blind = {"events": around(handed(document("the poll cannot run"))), "nextToken": "older"}
        self.answer("stepfunctions", "get_execution_history", blind)
        self.task("running")
        self.taken()
        done = self.run_tool("cancel", EXECUTION, "--yes")
        self.assertEqual((done.returncode, "stands at: the poll cannot run" in done.stdout), (0, True))

    def test_the_opening_of_a_run_is_no_document_with_a_task(self):
        self.answer("stepfunctions", "describe_execution", described("RUNNING"), executionArn=EXECUTION)
        opening = {"Version": 2, "State": "Opened", "Input": {}}
        self.answer("stepfunctions", "get_execution_history", {"events": around(handed(opening))})
        done = self.run_tool("cancel", EXECUTION, "--yes")
        self.assertIn("no step has answered yet", done.stderr)

    def test_a_run_that_has_its_verdict_is_let_tell_that(self):
        self.run_with(document(verdict="LeftRunning"))
        done = self.run_tool("cancel", EXECUTION, "--yes")
        self.assertEqual(done.returncode, 1)
        self.assertIn("the run has its verdict, LeftRunning", done.stderr)
        self.assertIn(f"stop-replication-task --replication-task-arn {TASK}", done.stderr)

    def test_a_status_without_an_end_is_told_without_it(self):
        self.answer("stepfunctions", "describe_execution", described("RUNNING") | {"status": "PENDING_REDRIVE"})
        self.answer("stepfunctions", "get_execution_history", {"events": around(returned(document()))})
        self.assertIn("the run is over: PENDING_REDRIVE. Nothing", self.run_tool("cancel", EXECUTION, "--yes").stderr)

    def test_a_stop_whose_answer_is_lost_is_asked_for_once(self):
        asked = []

        class Lost(BaseHTTPRequestHandler):
            def do_POST(self):
                asked.append(self.headers["X-Amz-Target"])
                self.connection.close()

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Lost)
        self.addCleanup(server.server_close)
        Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        mock.patch.stopall()
        address = {**NOWHERE, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}"}
        error = io.StringIO()
        with mock.patch.dict("os.environ", address), contextlib.redirect_stderr(error), self.assertRaises(SystemExit) as ended:
            command.finish("cancel", lambda: module("cancel").stop(aws.client("dms", "eu-central-1", attempts=1), TASK))
        self.assertEqual((ended.exception.code, asked), (2, ["AmazonDMSv20160101.StopReplicationTask"]))
        self.assertIn("whether DMS has taken the stop", error.getvalue())

    def test_a_run_without_a_task_says_so(self):
        for content, why in (
            (document("the window is not open yet", task=False), "the window is not open yet"),
            (None, "no step has answered yet"),
        ):
            with self.subTest(why):
                self.run_with(content)
                done = self.run_tool("cancel", EXECUTION, "--yes")
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"the run has no task yet, so there is nothing to stop. It stands at: {why}", done.stderr)

    def test_a_run_that_is_over_says_so_and_how_to_look_at_its_task(self):
        for status in ("SUCCEEDED", "FAILED", "ABORTED", "TIMED_OUT"):
            with self.subTest(status):
                self.run_with(document(), status)
                done = self.run_tool("cancel", EXECUTION, "--yes")
                self.assertEqual(done.returncode, 1)
                self.assertIn(f"the run is over: {status} since 2026-11-25 23:03:07 UTC", done.stderr)
                self.assertIn(f"Values={TASK}", done.stderr)

    def test_a_task_that_is_at_rest_is_not_stopped(self):
        for status in ("ready", "stopped", "failed", "creating", "stopping", "modifying", ""):
            with self.subTest(status):
                self.run_with(document())
                self.task(status)
                done = self.run_tool("cancel", EXECUTION, "--yes")
                self.assertEqual(done.returncode, 1)
                self.assertIn("there is nothing to stop", done.stderr)

    def test_a_task_that_is_gone_is_told(self):
        self.run_with(document())
        self.answer("dms", "describe_replication_tasks", {"ReplicationTasks": []})
        self.assertIn("any more: there is nothing to stop", self.run_tool("cancel", EXECUTION, "--yes").stderr)
        self.run_with(document())
        self.refuse("dms", "describe_replication_tasks", "ResourceNotFoundFault", "No Tasks found")
        done = self.run_tool("cancel", EXECUTION, "--yes")
        self.assertEqual((done.returncode, "does not know the task" in done.stderr), (1, True))

    def test_a_refusal_is_told_in_the_words_of_dms(self):
        self.run_with(document())
        self.task("running")
        self.refuse("dms", "stop_replication_task", "InvalidResourceStateFault", "is currently not running")
        done = self.run_tool("cancel", EXECUTION, "--yes")
        self.assertEqual(done.returncode, 1)
        self.assertIn("InvalidResourceStateFault: is currently not running", done.stderr)
        self.run_with(document())
        self.refuse("dms", "describe_replication_tasks", "AccessDeniedException", "not authorized")
        done = self.run_tool("cancel", EXECUTION, "--yes")
        self.assertEqual((done.returncode, "cannot be looked at" in done.stderr), (2, True))

    def test_an_arn_that_is_no_task_is_never_stopped(self):
        for arn in ("arn:aws:dms:eu-central-1:123456789012:rep:X", "x", None, ["arn"], TASK + "\n"):
            with self.subTest(arn):
                content = document()
                content["Task"]["Arn"] = arn
                self.run_with(content)
                done = self.run_tool("cancel", EXECUTION, "--yes")
                self.assertEqual((done.returncode, done.stdout), (2, ""))

    def test_wrong_use_ends_with_two(self):
        for arguments in (
            [],
            ["orders"],
            [EXECUTION.replace(":execution:", ":express:")],
            [EXECUTION, "--force"],
            [EXECUTION + "\nx"],
        ):
            with self.subTest(arguments):
                self.assertEqual(called("cancel", *arguments).returncode, 2)


if __name__ == "__main__":
    unittest.main()
