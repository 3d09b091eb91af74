"""A schedule that starts a run of a plan: what it says, in whatever form it is written."""

import re
from dataclasses import dataclass

from . import plan as plans
from .command import Refused, Unable

TARGET = "scheduler:::aws-sdk:sfn:startExecution"
EXECUTION_ID = "<aws.scheduler.execution-id>"

# The scheduler's own default retries for a day: a window would open in the morning.
RETRY = {"MaximumEventAgeInSeconds": 900, "MaximumRetryAttempts": 10}

MOST_INPUT_BYTES = 256 * 1024
"""What the scheduler takes as the input of a target."""

LONGEST_NAME = 64
LONGEST_EXECUTION_NAME = 80
# AWS shows 16 characters and promises no length; a UUID has 36.
ROOM_FOR_AN_ID = 36
LONGEST_MACHINE_ARN = 256

PATTERNS = {
    "machine": r"arn:aws[a-z-]*:states:[a-z0-9-]+:[0-9]{12}:stateMachine:[A-Za-z0-9_-]{1,80}",
    "role": r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+",
    "group": r"[0-9A-Za-z_.-]{1,64}",
    "queue": r"arn:aws[a-z-]*:sqs:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+",
}


@dataclass(frozen=True)
class Place:
    """What of a stack a schedule names; None for what is not known yet."""

    machine: str | None = None
    role: str | None = None
    group: str | None = None
    queue: str | None = None

    def __post_init__(self):
        for name, pattern in PATTERNS.items():
            value = getattr(self, name)
            if value is not None and not re.fullmatch(pattern, value, re.ASCII):
                raise Unable(f"{value!r} is not what a {name} is called: it must match {pattern}")


@dataclass(frozen=True)
class Schedule:
    """A schedule for a plan."""

    name: str
    expression: str
    zone: str
    plan: dict
    place: Place

    def __post_init__(self):
        if not re.fullmatch(r"[0-9A-Za-z_.-]{1,64}", self.name):
            raise Unable(
                f"{self.name!r} cannot be the name of a schedule: up to {LONGEST_NAME} letters, digits, - _ and . "
                "(NAME=)"
            )
        size = len(self.input("m" * LONGEST_MACHINE_ARN).encode())
        if size > MOST_INPUT_BYTES:
            raise Refused(
                f"the plan has {size:,} bytes as the scheduler's input, and it takes {MOST_INPUT_BYTES:,}: every quote "
                "in it is written with a backslash. Write mappings and settings as objects, not as texts, fold "
                "rules into patterns, or name an existing task by its identifier"
            )

    @property
    def description(self):
        """What people read in the console."""
        return "Starts one DMS migration when its window opens."

    @property
    def execution_name(self):
        """The name of each execution, with the id that the scheduler puts in; it has room for a long one."""
        start = re.sub(r"[^0-9A-Za-z_-]", "-", self.name)[: LONGEST_EXECUTION_NAME - ROOM_FOR_AN_ID - 1]
        return f"{start}-{EXECUTION_ID}"

    def around_machine(self):
        """The target's input, in two pieces: the ARN of the machine stands between them."""
        rest = {"Name": self.execution_name, "Input": plans.in_json(self.plan)}
        return '{"StateMachineArn":"', '",' + plans.in_json(rest)[1:]

    def input(self, machine):
        """The target's input: the request that the scheduler makes to Step Functions."""
        before, after = self.around_machine()
        return before + machine + after

    def request(self):
        """What CreateSchedule and UpdateSchedule take."""
        partition = self.place.machine.split(":")[1]
        return {
            "Name": self.name,
            "GroupName": self.place.group,
            "Description": self.description,
            "ScheduleExpression": self.expression,
            "ScheduleExpressionTimezone": self.zone,
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "State": "ENABLED",
            "Target": {
                "Arn": f"arn:{partition}:{TARGET}",
                "RoleArn": self.place.role,
                "Input": self.input(self.place.machine),
                "RetryPolicy": RETRY,
                "DeadLetterConfig": {"Arn": self.place.queue},
            },
        }
