"""What several tests need: the tools as people call them, and programs that are no larger than their headers."""

import contextlib
import importlib.machinery
import importlib.util
import io
import os
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import boto3
import botocore.stub
from tools import command

DEPLOY = Path(__file__).resolve().parent.parent
ROOT = DEPLOY.parent

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:dms-orchestrator-migration"
ROLE = "arn:aws:iam::123456789012:role/dms-orchestrator-ScheduleRole-1ABC"
GROUP = "dms-orchestrator-windows"
QUEUE = "arn:aws:sqs:eu-central-1:123456789012:dms-orchestrator-MissedWindows-1ABC"

# No profile, no proxy and no real account can be reached from a test.
NOWHERE = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1",
}


def called(tool, *arguments, **environment):
    """A tool, called as a person does; its status and its two outputs."""
    command = [sys.executable, DEPLOY / tool, *map(str, arguments)]
    surroundings = {**os.environ, **NOWHERE, **environment}
    return subprocess.run(
        command, env=surroundings, text=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=60
    )


def program(number, body=b"code", kind=3):
    """An ELF file with one segment, for the processor with this number."""
    size = 64 + 56 + len(body)
    head = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01" + bytes(9), kind, number, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0
    )
    return head + struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, size, size, 4096) + body


class Folder(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def file(self, name, content):
        """A file in the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


def module(tool):
    """A tool as a module, so that its clients can be replaced."""
    loader = importlib.machinery.SourceFileLoader(f"tool_{tool}", str(DEPLOY / tool))
    found = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(found)
    return found


class Answered(unittest.TestCase):
    """A test whose calls to AWS get the answers that it names, in order. botocore checks each against its model."""

    def setUp(self):
        self._stubs = {}
        for service in ("stepfunctions", "dms"):
            client = boto3.client(
                service, region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test"
            )
            self._stubs[service] = botocore.stub.Stubber(client)
            self._stubs[service].activate()
        self.attempts = []
        patched = mock.patch("tools.aws.client", self._client)
        patched.start()
        self.addCleanup(patched.stop)

    def _client(self, service, region=None, attempts=3):
        self.attempts.append((service, attempts))
        return self._stubs[service].client

    def answer(self, service, call, answer, **expected):
        """The next call to a service, with what it is to be asked."""
        self._stubs[service].add_response(call, answer, expected or None)

    def refuse(self, service, call, code, message=""):
        """The next call to a service is refused."""
        self._stubs[service].add_client_error(call, code, message)

    def run_tool(self, tool, *arguments, terminal=False, typed=""):
        """The tool's status and outputs. Every answer must have been asked for."""
        out, err, typing = io.StringIO(), io.StringIO(), io.StringIO(typed)
        typing.isatty = lambda: terminal
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            mock.patch("sys.stdin", typing),
            mock.patch("sys.argv", [tool, *arguments]),
            self.assertRaises(SystemExit) as ended,
        ):
            command.finish(tool, module(tool).main)
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()
        return subprocess.CompletedProcess(tool, ended.exception.code, out.getvalue(), err.getvalue())
