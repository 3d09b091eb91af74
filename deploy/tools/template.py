"""The template as a document that is read, changed and written with its comments and its order."""

import io
import re
from pathlib import Path

from .command import Unable, missing_package

try:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError
except ImportError:
    missing_package("ruamel.yaml")

FUNCTION = "AWS::Serverless::Function"
MACHINE = "AWS::Serverless::StateMachine"

# The properties that name a file or a folder beside the template.
LOCAL_PATHS = ("CodeUri", "DefinitionUri", "ContentUri")

ARTIFACT_PARAMETERS = {
    "ArtifactBucket": {
        "Description": "The S3 bucket that holds the files of this release, in the Region of the stack.",
        "Type": "String",
        "AllowedPattern": "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$",
        "ConstraintDescription": "the name of an S3 bucket",
    },
    "ArtifactPrefix": {
        "Description": "What stands before the names of the files in the bucket: empty, or ending with a slash.",
        "Type": "String",
        "Default": "",
        "AllowedPattern": "^([A-Za-z0-9_.=-]+/)*$",
        "ConstraintDescription": "empty, or folders that each end with a slash, like dms-orchestrator/0.1.0/",
    },
}


def _yaml():
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def read(path):
    """The template in a file."""
    try:
        template = _yaml().load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise Unable(f"{path} cannot be read: {error}") from error
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise Unable(f"{path} is no template: it has no Resources")
    return template


def written(template):
    """The template as text."""
    text = io.StringIO()
    _yaml().dump(template, text)
    return text.getvalue()


def resources(template, kind):
    """The resources of a type, by their logical IDs, in the template's order."""
    return {name: resource for name, resource in template["Resources"].items() if resource.get("Type") == kind}


def step(resource):
    """What the repository calls a function: the folder of its code."""
    return Path(str(resource["Properties"]["CodeUri"])).name


def for_processor(template, architecture):
    """States for which processor the functions are, in the place of a parameter that could say something else."""
    for resource in resources(template, FUNCTION).values():
        resource["Properties"].pop("Architectures", None)
    template.setdefault("Globals", {}).setdefault("Function", {})["Architectures"] = [architecture]
    template.get("Parameters", {}).pop("Architecture", None)
    for group in _groups(template):
        if "Architecture" in group["Parameters"]:
            group["Parameters"].remove("Architecture")
    used = [place for place, text in _references(template, "") if text == "Architecture"]
    if used:
        raise Unable(f"the template uses the parameter Architecture at {', '.join(used)}: only Globals.Function may")


def stamped(template, stamp):
    """Sets the stamp behind the release in the functions' variables: a release that is deployed again with other
    parameters publishes new versions by it, since SAM looks at the text of the variables."""
    if not stamp:
        return
    if not re.fullmatch(r"[A-Za-z0-9.-]{1,40}", stamp):
        raise Unable(f"the stamp {stamp!r} is to be up to 40 letters, digits, dots and hyphens (RELEASE_STAMP=)")
    function = (template.get("Globals") or {}).get("Function") or {}
    variables = (function.get("Environment") or {}).get("Variables") or {}
    if not isinstance(variables.get("RELEASE"), str):
        raise Unable(
            "the template has no RELEASE in the variables of Globals.Function, behind which the stamp could stand"
        )
    variables["RELEASE"] = f"{variables['RELEASE']}+{stamp}"


def from_anywhere(template, root):
    """Makes the paths of code and definition absolute, so that the template can stand in another folder."""
    for resource in template["Resources"].values():
        properties = resource.get("Properties") or {}
        for name in LOCAL_PATHS:
            if isinstance(properties.get(name), str):
                properties[name] = str(Path(root, properties[name]))


def packaged(template, keys):
    """Takes code and definition from S3, by the parameters `ArtifactBucket` and `ArtifactPrefix`.

    `keys` has the name in the bucket of each function and machine, by logical ID.
    """
    for name, resource in {**resources(template, FUNCTION), **resources(template, MACHINE)}.items():
        place = {"Bucket": {"Ref": "ArtifactBucket"}, "Key": {"Fn::Sub": "${ArtifactPrefix}" + keys[name]}}
        resource["Properties"]["CodeUri" if resource["Type"] == FUNCTION else "DefinitionUri"] = place
        # How it was built is nothing that CloudFormation needs to know.
        resource.pop("Metadata", None)
    parameters = template.setdefault("Parameters", {})
    for position, (name, parameter) in enumerate(ARTIFACT_PARAMETERS.items()):
        parameters.insert(position, name, parameter)
    _groups(template).insert(
        0, {"Label": {"default": "The files of this release"}, "Parameters": [*ARTIFACT_PARAMETERS]}
    )


def _groups(template):
    interface = (template.get("Metadata") or {}).get("AWS::CloudFormation::Interface") or {}
    return interface.get("ParameterGroups", [])


def _references(node, place):
    """Every name that is referred to by Ref or Sub, with its place."""
    if isinstance(node, dict):
        for key, value in node.items():
            here = f"{place}.{key}" if place else str(key)
            if key == "Ref":
                yield place, str(value)
            elif key == "Fn::Sub":
                yield from ((place, name) for name in _in_sub(value))
            yield from _references(value, here)
    elif isinstance(node, list):
        if str(getattr(getattr(node, "tag", None), "value", "")) == "!Sub":
            yield from ((place, name) for name in _in_sub(node))
        for index, value in enumerate(node):
            yield from _references(value, f"{place}[{index}]")
    elif str(getattr(getattr(node, "tag", None), "value", "")) == "!Ref":
        yield place, str(node.value)
    elif str(getattr(getattr(node, "tag", None), "value", "")) == "!Sub":
        yield from ((place, name) for name in _in_sub(node.value))


def _in_sub(value):
    text = value[0] if isinstance(value, list) else value
    return re.findall(r"\$\{([^!}][^}]*)\}", str(text))
