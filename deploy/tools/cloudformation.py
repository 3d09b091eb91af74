"""A schedule as a CloudFormation template. JSON is YAML too: it can be put into one."""

import json
import re

from . import plan as plans
from .command import Refused
from .schedule import PATTERNS, RETRY, TARGET

LARGEST_DIRECT = 51_200
"""The bytes of a template that goes with the request; a larger one goes through S3."""

PARAMETERS = {
    "machine": ("StateMachineArn", "The output StateMachineArn of the stack."),
    "group": ("ScheduleGroupName", "The output ScheduleGroupName of the stack."),
    "role": ("ScheduleRoleArn", "The output ScheduleRoleArn of the stack."),
    "queue": ("MissedWindowsArn", "The output MissedWindowsArn of the stack."),
}


def template(schedule):
    """The template: what the stack is asked for is a parameter, with its value as the default where that is known."""
    parameters = {}
    for part, (name, description) in PARAMETERS.items():
        parameters[name] = {"Type": "String", "Description": description, "AllowedPattern": f"^{PATTERNS[part]}$"}
        if getattr(schedule.place, part) is not None:
            parameters[name]["Default"] = getattr(schedule.place, part)
    before, after = schedule.around_machine()
    properties = {
        "Name": schedule.name,
        "GroupName": {"Ref": "ScheduleGroupName"},
        "Description": schedule.description,
        "ScheduleExpression": schedule.expression,
        "ScheduleExpressionTimezone": schedule.zone,
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "State": "ENABLED",
        "Target": {
            "Arn": {"Fn::Sub": "arn:${AWS::Partition}:" + TARGET},
            "RoleArn": {"Ref": "ScheduleRoleArn"},
            "Input": {"Fn::Join": ["", [before, {"Ref": "StateMachineArn"}, after]]},
            "RetryPolicy": RETRY,
            "DeadLetterConfig": {"Arn": {"Ref": "MissedWindowsArn"}},
        },
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"Starts the DMS migration {schedule.name} by its schedule.",
        "Parameters": parameters,
        "Resources": {logical_id(schedule.name): {"Type": "AWS::Scheduler::Schedule", "Properties": properties}},
    }


def written(schedule):
    """The template as text. CloudFormation would put a secret or a parameter in the place of a dynamic reference."""
    if "{{resolve:" in plans.in_json(schedule.plan):
        raise Refused(
            "the plan holds {{resolve:, which CloudFormation replaces by what it finds there: print the schedule for the "
            "AWS CLI or for Terraform, or take it out of the plan"
        )
    return plans.with_escapes(json.dumps(template(schedule), ensure_ascii=False, indent=2) + "\n")


def logical_id(name):
    """A logical ID from the name of a schedule: letters and digits."""
    words = re.findall(r"[0-9A-Za-z]+", name)
    return "".join(word[0].upper() + word[1:] for word in words)[:200] + "Schedule"
