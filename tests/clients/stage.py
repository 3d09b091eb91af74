"""What every test here begins with: a simulator, clients that speak with it, and a record that is walked at the end."""

import collections
import json
import os
import subprocess
import sys
import unittest

import boto3
import botocore.config
import botocore.exceptions
import botocore.session
import model
from relay import Relay, asked
from simulator import Simulator
from worlds import request, world

REGION = "eu-central-1"

# No profile, no proxy and no account can be reached from here, by neither client.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_PAGER": "",
    "NO_PROXY": "127.0.0.1",
}

SERVICE = botocore.session.get_session().get_service_model("dms")

# How often each client got each answer of each operation: an error's code, or "answered".
SEEN = collections.Counter()

# A waiter asks again at once: with each request time goes on. What does not come to pass is given up.
AT_ONCE = {"Delay": 0, "MaxAttempts": 60}


class Stage(unittest.TestCase):
    """A test with a simulator. Whatever it has answered must fit the service model."""

    def serve(self, scenario=None, *options):
        """Starts a simulator and gives a client of boto3. Five seconds pass with each request, unless told otherwise."""
        simulator = Simulator(world() if scenario is None else scenario, *(options or ("--step", 5)))
        self.addCleanup(simulator.end)
        self.relay = Relay(simulator.address)
        self.addCleanup(self.relay.end)
        self.addCleanup(self.walk, self.relay.exchanges)
        self.dms = self.client()
        return self.dms

    def client(self, **config):
        """Another client of boto3, with settings of its own."""
        settings = {"retries": {"total_max_attempts": 1}, **config}
        return boto3.client(
            "dms",
            region_name=REGION,
            endpoint_url=self.relay.address,
            config=botocore.config.Config(**settings),
        )

    def walk(self, exchanges):
        """Holds every recorded answer against the model, and notes it."""
        self.assertTrue(exchanges, "nothing was asked")
        found = []
        for exchange in exchanges:
            found += model.findings(SERVICE, exchange)
            outcome = "answered" if exchange.status == 200 else code(exchange.answer)
            SEEN[exchange.client, exchange.operation, outcome] += 1
        ids = collections.Counter(exchange.headers.get("x-amzn-requestid") for exchange in exchanges)
        found += [f"the request id {name} came {times} times" for name, times in ids.items() if times > 1]
        self.assertEqual(found, [])

    def refused(self, operation, code, says="", **request):
        """Has an operation of boto3's client refused with this code, in a text that says this."""
        with self.assertRaises(botocore.exceptions.ClientError, msg=f"{operation} {request}") as refusal:
            getattr(self.dms, operation)(**request)
        error = refusal.exception.response["Error"]
        self.assertEqual(error["Code"], code, f"{operation} {request}: {error}")
        self.assertIn(says, error["Message"])
        return refusal.exception.response

    def ask(self, operation, body, target="AmazonDMSv20160101."):
        """Asks without a client, which would not send everything; gives the status and the answer's text."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"X-Amz-Target": f"{target}{operation}", "User-Agent": "none/1"}
        status, _, answer = asked(self.relay.address, headers, sent)
        return status, answer.decode()

    def wait(self, name, filters, **config):
        """Lets a waiter of botocore wait, for one resource by its filter."""
        filtered = [{"Name": filter_name, "Values": [value]} for filter_name, value in filters.items()]
        self.dms.get_waiter(name).wait(Filters=filtered, WaiterConfig={**AT_ONCE, **config})

    def task(self, arn):
        """A task as it is described."""
        filters = [{"Name": "replication-task-arn", "Values": [arn]}]
        return self.dms.describe_replication_tasks(Filters=filters)["ReplicationTasks"][0]

    def until(self, holds, look):
        """Looks again until what is seen holds, and gives it. Time goes on with each look."""
        for _ in range(200):
            seen = look()
            if holds(seen):
                return seen
        raise AssertionError(f"it did not come to pass: {seen}")

    def ready(self, **more):
        """The ARN of a new task that is ready."""
        arn = self.dms.create_replication_task(**request(**more))["ReplicationTask"]["ReplicationTaskArn"]
        self.wait("replication_task_ready", {"replication-task-arn": arn})
        return arn

    def start(self, arn, how="start-replication"):
        """Starts a task."""
        return self.dms.start_replication_task(ReplicationTaskArn=arn, StartReplicationTaskType=how)

    def running(self, **more):
        """The ARN of a new task that runs."""
        arn = self.ready(**more)
        self.start(arn)
        self.wait("replication_task_running", {"replication-task-arn": arn})
        return arn


def code(answer):
    """The code of a refusal, as it stands in the answer."""
    try:
        return str(json.loads(answer)["__type"])
    except (ValueError, KeyError, TypeError):
        return "unreadable"


def command_line(address, *arguments, folder=None, **environment):
    """The AWS CLI, called as a person does."""
    command = [sys.executable, "-m", "awscli", "dms", *map(str, arguments), "--endpoint-url", address]
    surroundings = {**os.environ, **environment}
    return subprocess.run(
        command,
        env=surroundings,
        cwd=folder,
        text=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
