"""A schedule as Terraform."""

import json
import re

from . import plan as plans
from .command import Refused
from .schedule import EXECUTION_ID, LONGEST_MACHINE_ARN, MOST_INPUT_BYTES, RETRY, TARGET

VARIABLES = {
    "machine": ("state_machine_arn", "The output StateMachineArn of the stack."),
    "group": ("schedule_group_name", "The output ScheduleGroupName of the stack."),
    "role": ("schedule_role_arn", "The output ScheduleRoleArn of the stack."),
    "queue": ("missed_windows_arn", "The output MissedWindowsArn of the stack."),
}


def written(schedule):
    """The variables, and the schedule that uses them."""
    if not plans.is_composed(schedule.plan):
        raise Refused(
            "a name in the plan is in decomposed Unicode, which Terraform composes: it would be another name; "
            "use AS=cloudformation or AS=cli"
        )
    # jsonencode writes these as \\u003c and the like.
    longer = 6 * len(re.findall("[<>&\u2028\u2029]", plans.in_json(schedule.plan)))
    if len(schedule.input("m" * LONGEST_MACHINE_ARN).encode()) + longer > MOST_INPUT_BYTES:
        raise Refused(
            f"as Terraform writes it, the plan has more than the {MOST_INPUT_BYTES:,} bytes that the scheduler takes: "
            "use AS=cloudformation or AS=cli"
        )
    label = re.sub(r"[^0-9A-Za-z_]", "_", schedule.name)
    label = label if label[0].isalpha() else f"schedule_{label}"
    escaped, keyword = _escaped(plans.SCHEDULED_TIME), _text(plans.SCHEDULED_TIME)
    return f"""\
# What the stack of the migrations gives to its schedules. For a second schedule in one module leave them out.
{"".join(_variable(schedule, part) for part in VARIABLES)}
# EventBridge Scheduler replaces its keywords where they stand as they are. jsonencode writes < and > as \\u003c and
# \\u003e, so each keyword is put back.
locals {{
  {label}_plan = replace(jsonencode({_value(schedule.plan, 1)}), {escaped}, {keyword})

  {label}_start = jsonencode({{
    StateMachineArn = var.state_machine_arn
    Name            = {_text(schedule.execution_name)}
    Input           = local.{label}_plan
  }})
}}

resource "aws_scheduler_schedule" "{label}" {{
  name                         = {_text(schedule.name)}
  group_name                   = var.schedule_group_name
  description                  = {_text(schedule.description)}
  schedule_expression          = {_text(schedule.expression)}
  schedule_expression_timezone = {_text(schedule.zone)}
  state                        = "ENABLED"

  flexible_time_window {{
    mode = "OFF"
  }}

  target {{
    arn      = "arn:${{split(":", var.state_machine_arn)[1]}}:{TARGET}"
    role_arn = var.schedule_role_arn
    input = replace(
      replace(local.{label}_start, {escaped}, {keyword}),
      {_escaped(EXECUTION_ID)}, {_text(EXECUTION_ID)}
    )

    retry_policy {{
      maximum_event_age_in_seconds = {RETRY["MaximumEventAgeInSeconds"]}
      maximum_retry_attempts       = {RETRY["MaximumRetryAttempts"]}
    }}

    dead_letter_config {{
      arn = var.missed_windows_arn
    }}
  }}
}}
"""


def _variable(schedule, part):
    name, description = VARIABLES[part]
    value = getattr(schedule.place, part)
    default = "" if value is None else f"\n  default     = {_text(value)}"
    return f'variable "{name}" {{\n  description = {_text(description)}\n  type        = string{default}\n}}\n\n'


def _escaped(keyword):
    """A keyword as jsonencode writes it, as a text of Terraform."""
    return _text(keyword.replace("<", "\\u003c").replace(">", "\\u003e"))


def _text(value):
    """A text between quotes. Terraform knows fewer escapes than JSON, and two templates."""
    escaped = re.sub(r"[\x00-\x1f]", lambda found: f"\\u{ord(found.group()):04x}", value.replace("\\", "\\\\"))
    return '"' + plans.with_escapes(escaped).replace('"', '\\"').replace("${", "$${").replace("%{", "%%{") + '"'


def _value(value, depth):
    """A value of JSON as an expression of Terraform."""
    indent, outdent = "  " * (depth + 1), "  " * depth
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict) and value:
        members = [(_text(name), _value(member, depth + 1)) for name, member in value.items()]
        lines = [f"{indent}{name.ljust(width)} = {text}\n" for (name, text), width in zip(members, _widths(members))]
        return "{\n" + "".join(lines) + outdent + "}"
    if isinstance(value, list) and value:
        return "[\n" + "".join(f"{indent}{_value(part, depth + 1)},\n" for part in value) + outdent + "]"
    return json.dumps(value, allow_nan=False)


def _widths(members):
    """How wide `terraform fmt` makes each name: as the longest of those that follow each other with one line each."""
    widths, group = [], []
    for name, text in [*members, ("", "\n")]:
        if "\n" not in text:
            group.append(name)
            continue
        widths.extend([max(map(len, group), default=0)] * len(group))
        widths.append(0)
        group = []
    return widths[:-1]
