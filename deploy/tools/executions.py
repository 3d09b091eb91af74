"""The executions of a machine, and how each went or goes."""

import datetime
from dataclasses import dataclass

from . import aws, documents, plan
from .documents import in_a_line, member, parsed

# What a list of a machine's executions can be filtered by.
STATUSES = ["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]
MOST_NAME = 60
MOST_TEXT = 300


@dataclass(frozen=True)
class Run:
    """One execution."""

    arn: str
    started: datetime.datetime
    ended: datetime.datetime | None
    status: str
    task: str
    outcome: str
    """The verdict; for a run that is under way, or that has none, empty."""
    why: str
    """The first reason, where it stands, or how it came to an end without a verdict."""

    def lasted(self, now):
        """How long it ran, or has been running."""
        return (self.ended or now) - self.started

    def as_json(self, now):
        """For other programs."""
        return {
            "Execution": self.arn,
            "Started": self.started.astimezone(datetime.timezone.utc).isoformat(),
            "Seconds": int(self.lasted(now).total_seconds()),
            "Status": self.status,
            "Task": self.task,
            "Verdict": self.outcome or None,
            "Why": self.why,
        }


def region(arn):
    """The Region of an ARN."""
    return arn.split(":")[3]


def listed(client, machine, status, since, most):
    """The executions of a machine as Step Functions lists them, newest first; pages are read as they are needed."""
    token, count = {}, 0
    filters = {"statusFilter": status} if status else {}
    while count < most:
        with aws.attempt(f"the executions of {machine} cannot be listed"):
            answer = client.list_executions(
                stateMachineArn=machine, maxResults=min(100, most - count), **filters, **token
            )
        for execution in answer["executions"]:
            if since and execution["startDate"] < since:
                return
            yield execution
            count += 1
        if "nextToken" not in answer:
            return
        token = {"nextToken": answer["nextToken"]}


def looked_at(client, execution):
    """An execution with its verdict, or with where it stands."""
    arn = execution["executionArn"]
    with aws.attempt(f"{arn} cannot be looked at"):
        described = client.describe_execution(executionArn=arn)
    status = described["status"]
    document = parsed(described.get("output")) if status == "SUCCEEDED" else None
    task = _name(document) or _name_in_input(described.get("input"))
    if status == "SUCCEEDED":
        outcome, why = _verdict(document)
    elif status == "FAILED" and member(parsed(described.get("cause")), "Verdict"):
        outcome, why = described.get("error"), member(parsed(described["cause"]), "Reason")
    else:
        document = documents.newest(client, arn)
        task = _name(document) or task
        outcome, why = None, _standing(status, described, document)
    return Run(
        arn=arn,
        started=described["startDate"],
        ended=described.get("stopDate"),
        status=status,
        task=in_a_line(task, MOST_NAME) or "-",
        outcome=in_a_line(outcome, MOST_NAME),
        why=in_a_line(why, MOST_TEXT),
    )


def unseen(execution, why):
    """An execution as the list shows it, of which nothing more can be told, and why."""
    return Run(
        arn=execution["executionArn"],
        started=execution["startDate"],
        ended=execution.get("stopDate"),
        status=execution["status"],
        task="-",
        outcome="",
        why=in_a_line(why, MOST_TEXT),
    )


def _verdict(document):
    reasons = member(document, "Verdict", "Reasons")
    reason = reasons[0] if isinstance(reasons, list) and reasons else ""
    return member(document, "Verdict", "Outcome"), reason


def _standing(status, described, document):
    """Where a run stands that has told no verdict by its execution."""
    outcome = member(document, "Verdict", "Outcome")
    why = member(document, "Next", "Why") or "no step has answered yet"
    if status == "RUNNING":
        return f"{outcome} is being told: {why}" if outcome else why
    error = ": ".join(filter(None, [described.get("error"), described.get("cause")]))
    last = f"{outcome} was decided and perhaps not told: {why}" if outcome else f"last: {why}"
    return f"{in_a_line(error, MOST_TEXT // 2)}; {last}" if error else last


def _name(document):
    return member(document, "Task", "Identifier")


def _name_in_input(text):
    value = parsed(text)
    return plan.task_name(value) if isinstance(value, dict) else None
