"""Histories of executions as Step Functions writes them."""

import datetime
import json

UTC = datetime.timezone.utc
BEGAN = datetime.datetime(2026, 11, 25, 21, 0, 3, tzinfo=UTC)
EXECUTION = "arn:aws:states:eu-central-1:123456789012:execution:dms-orchestrator-migration:orders-d32c5kddcf5bb8c3"
TASK = "arn:aws:dms:eu-central-1:123456789012:task:K55IUCGBASJS5VHZJIINA45FII"
MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:dms-orchestrator-migration"


def document(
    why="rows are being loaded: 2 of 4 tables are complete", *, task=True, verdict=None, drive=None, seconds=90
):
    """The travelling document, as far as the tools read it. Its run has started the task, where nothing else is said."""
    found = {
        "Version": 2,
        "State": "Reported" if verdict else "Running",
        "Run": {"Drive": drive or {"Starting": {"Start": {"Number": 1}}}},
        "Next": {"What": "report" if verdict else "wait", "Seconds": seconds, "Why": why},
    }
    if task:
        found["Task"] = {"Arn": TASK, "Identifier": "orders-archive", "MigrationType": "full-load", "Origin": "Created"}
    if verdict:
        found["Verdict"] = {"Outcome": verdict, "Good": True, "Reasons": [why], "Cause": "{}"}
    return found


def returned(payload, number=20):
    """The event of a Lambda function that has returned a document."""
    output = {"ExecutedVersion": "7", "Payload": payload, "SdkHttpMetadata": {"HttpStatusCode": 200}, "StatusCode": 200}
    return event(
        "TaskSucceeded",
        number,
        taskSucceededEventDetails={
            "resourceType": "lambda",
            "resource": "invoke",
            "output": json.dumps(output),
            "outputDetails": {"truncated": False},
        },
    )


def handed(migration, number=19):
    """The event of a Lambda function that was handed a document, whatever became of it."""
    parameters = {"FunctionName": "poll", "Payload": {"Now": "2026-11-25T21:00:03Z", "Migration": migration}}
    return event(
        "TaskScheduled",
        number,
        taskScheduledEventDetails={
            "resourceType": "lambda",
            "resource": "invoke",
            "region": "eu-central-1",
            "parameters": json.dumps(parameters),
        },
    )


def event(kind, number, **details):
    """An event."""
    return {
        "timestamp": BEGAN + datetime.timedelta(seconds=number),
        "type": kind,
        "id": number,
        "previousEventId": number - 1,
        **details,
    }


def around(*middle):
    """The events of a poll, the newest first, with others between which say nothing of the document."""
    return [
        event(
            "ChoiceStateExited",
            32,
            stateExitedEventDetails={"name": "What next?", "output": '{"Next":{"Why":"no document"}}'},
        ),
        event(
            "TaskFailed",
            31,
            taskFailedEventDetails={"resourceType": "lambda", "resource": "invoke", "error": "Sandbox.Timedout"},
        ),
        event(
            "TaskSucceeded",
            30,
            taskSucceededEventDetails={
                "resourceType": "sns",
                "resource": "publish",
                "output": json.dumps({"Payload": {"Version": 2, "Next": {"Why": "of another service"}}}),
            },
        ),
        *middle,
    ]


def described(status, **more):
    """What DescribeExecution answers."""
    plan = {"Task": {"ReplicationTaskIdentifier": "orders-in-the-plan"}}
    ended = {} if status == "RUNNING" else {"stopDate": BEGAN + datetime.timedelta(hours=2, minutes=3, seconds=4)}
    return {
        "executionArn": EXECUTION,
        "stateMachineArn": MACHINE,
        "status": status,
        "startDate": BEGAN,
        "input": json.dumps(plan),
        **ended,
        **more,
    }


def listed(name, status="SUCCEEDED", began=BEGAN):
    """An execution as ListExecutions shows it."""
    arn = f"{EXECUTION.rsplit(':', 1)[0]}:{name}"
    return {"executionArn": arn, "stateMachineArn": MACHINE, "name": name, "status": status, "startDate": began}
