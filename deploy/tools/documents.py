"""The document that travels through a run, as the history of its execution has it."""

import json
import unicodedata

from . import aws

# Events of one call, and the most calls. A poll is nine events; a thousand reach back over a hundred blind rounds.
EVENTS = 25
PAGES = 40


def newest(client, execution):
    """The newest document that a step of the execution has returned or was handed, or None: no step has read the plan so
    far. A run whose steps fail for days hands them a document each time."""
    token = {}
    for _ in range(PAGES):
        with aws.attempt(f"the history of {execution} cannot be read"):
            answer = client.get_execution_history(
                executionArn=execution, reverseOrder=True, includeExecutionData=True, maxResults=EVENTS, **token
            )
        for event in answer["events"]:
            if document := _returned(event) or _handed(event):
                return document
        if "nextToken" not in answer:
            return None
        token = {"nextToken": answer["nextToken"]}
    return None


def _returned(event):
    details = event.get("taskSucceededEventDetails", {})
    if (details.get("resourceType"), details.get("resource")) != ("lambda", "invoke"):
        return None
    document = member(parsed(details.get("output")), "Payload")
    return document if isinstance(document, dict) and "Version" in document else None


def _handed(event):
    details = event.get("taskScheduledEventDetails", {})
    if (details.get("resourceType"), details.get("resource")) != ("lambda", "invoke"):
        return None
    document = member(parsed(details.get("parameters")), "Payload", "Migration")
    return document if isinstance(document, dict) and member(document, "Next") is not None else None


def parsed(text):
    """A JSON text as a value; None for what is none."""
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return None


def member(value, *path):
    """A member of a member of a JSON value; None where there is none."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def in_a_line(value, most):
    """A text from outside as one line for a terminal: bounded, and nothing in it that a terminal would obey."""
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)
    shown = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text[: 10 * most])
    shown = " ".join(shown.split())
    return shown if len(shown) <= most else shown[: most - 1] + "…"
