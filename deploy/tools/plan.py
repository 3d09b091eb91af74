"""A plan as it goes into a schedule."""

import json
import re
import subprocess
import unicodedata
from pathlib import Path

from .command import Refused, Unable

MOST_BYTES = 160 * 1024
"""What an execution takes for a plan."""

SCHEDULED_TIME = "<aws.scheduler.scheduled-time>"

# JSON lets these stand as they are. A terminal obeys some of them, others turn or hide what a person reads, and YAML, as
# which CloudFormation may read a template, has no room for them.
UNSEEN = "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]"


def read(path):
    """The plan in a file, with the time that is to be put in by the scheduler."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Unable(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Unable(f"{path} is no text in UTF-8: save it as that") from error
    try:
        plan = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Refused(f"{path} is no JSON that an execution takes: {error}") from error
    if not isinstance(plan, dict):
        raise Refused(f"{path} is no plan: it is to be a JSON object with the member Task")
    plan["ScheduledTime"] = SCHEDULED_TIME
    if len(in_json(plan).encode("utf-8", "surrogatepass")) > MOST_BYTES:
        size = len(in_json(plan).encode("utf-8", "surrogatepass"))
        raise Refused(
            f"{path} has {size:,} bytes without its blanks, and an execution takes {MOST_BYTES:,}: name an existing "
            "task by its identifier, or fold rules into patterns"
        )
    try:
        in_json(plan).encode()
    except UnicodeEncodeError as error:
        raise Refused(f"{path} has half of a surrogate pair (\\ud800 to \\udfff), which is no character") from error
    return plan


def in_json(value):
    """JSON without blanks, in which the scheduler's keywords stand as they are."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        raise Refused("a number of the plan is too large for a JSON number of 64 bits") from error


def with_escapes(text):
    """The text of a document with an escape for each character that nobody would see; it says the same."""
    return re.sub(UNSEEN, lambda found: f"\\u{ord(found.group()):04x}", text)


def check(path, checker):
    """Has the plan checked; returns what there is to say where nobody can check it."""
    if not checker.is_file():
        return f"the plan was not checked, since {checker} is not built: make check PLAN=... checks it"
    done = subprocess.run(
        [checker, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    if done.returncode == 1:
        raise Refused(f"the plan has faults, and every run of the schedule would be Rejected:\n{done.stdout.rstrip()}")
    if done.returncode != 0:
        raise Unable(f"the plan could not be checked: {done.stdout.strip()}")
    return done.stdout.strip()


def task_name(plan):
    """What people call the task of a plan, as far as the plan says it."""
    task = plan.get("Task")
    task = task if isinstance(task, dict) else {}
    identifier = task.get("ReplicationTaskIdentifier")
    arn = task.get("ReplicationTaskArn")
    if isinstance(identifier, str) and identifier:
        return identifier
    return arn.rsplit(":", 1)[-1] if isinstance(arn, str) else ""


def as_name(text):
    """A text with a dash for every run of characters that names of schedules cannot hold."""
    return re.sub(r"[^0-9A-Za-z_.-]+", "-", text).strip("-.")


def is_composed(value):
    """True when every text of the plan is in Unicode's composed form (NFC)."""
    return unicodedata.is_normalized("NFC", in_json(value))


def _once(pairs):
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the member {twice!r} stands twice in one object")
    return members


def _no_number(word):
    raise ValueError(f"{word} is no number of JSON")
