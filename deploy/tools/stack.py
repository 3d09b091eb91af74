"""What a deployed stack says of itself."""

from . import aws
from .command import Unable

DEFAULT = "dms-orchestrator"
"""The name of the stack in samconfig.toml."""


def outputs(name, region=None):
    """The outputs of a stack, by their keys."""
    with aws.attempt(f"the outputs of the stack {name} cannot be read"):
        answer = aws.client("cloudformation", region).describe_stacks(StackName=name)
    return {output["OutputKey"]: output["OutputValue"] for output in answer["Stacks"][0].get("Outputs", [])}


def output(outputs_of_stack, key, name):
    """One output."""
    try:
        return outputs_of_stack[key]
    except KeyError:
        raise Unable(f"the stack {name} has no output {key}: it is another stack, or of an older release") from None
