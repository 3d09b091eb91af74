"""The template as a deployment would see it: parameters given, conditions decided, functions resolved."""

import json
import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
PSEUDO = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-central-1",
    "AWS::StackName": "migrations",
    "AWS::URLSuffix": "amazonaws.com",
}
NOTHING = object()
# The ARNs of what CloudFormation names itself.
ARNS = {
    "AWS::IAM::Role": "arn:aws:iam::123456789012:role/{}",
    "AWS::KMS::Key": "arn:aws:kms:eu-central-1:123456789012:key/{}",
    "AWS::Logs::LogGroup": "arn:aws:logs:eu-central-1:123456789012:log-group:{}:*",
    "AWS::SNS::Topic": "arn:aws:sns:eu-central-1:123456789012:{}",
    "AWS::SQS::Queue": "arn:aws:sqs:eu-central-1:123456789012:{}",
    "AWS::Serverless::Function": "arn:aws:lambda:eu-central-1:123456789012:function:{}",
    "AWS::Serverless::StateMachine": "arn:aws:states:eu-central-1:123456789012:stateMachine:{}",
    "AWS::CloudWatch::Alarm": "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:{}",
}
REF_IS_ARN = {"AWS::SNS::Topic", "AWS::Serverless::StateMachine"}


class Loader(yaml.SafeLoader):
    """CloudFormation's YAML: a tag becomes the long form that JSON templates use."""


def _tagged(loader, suffix, node):
    construct = {
        yaml.ScalarNode: loader.construct_scalar,
        yaml.SequenceNode: lambda node: loader.construct_sequence(node, deep=True),
        yaml.MappingNode: lambda node: loader.construct_mapping(node, deep=True),
    }
    value = construct[type(node)](node)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", _tagged)


class Template:
    """A template under one choice of parameters."""

    def __init__(self, path=ROOT / "template.yaml", stack=None, **parameters):
        self.document = yaml.load(pathlib.Path(path).read_text(), Loader)
        unknown = set(parameters) - set(self.document["Parameters"])
        if unknown:
            raise KeyError(f"the template has no parameter {', '.join(sorted(unknown))}")
        self.pseudo = {**PSEUDO, **({"AWS::StackName": stack} if stack else {})}
        self.parameters = {
            name: self._typed(parameter, parameters.get(name, parameter.get("Default", "")))
            for name, parameter in self.document["Parameters"].items()
        }
        self.resources = {
            name: resource
            for name, resource in self.document["Resources"].items()
            if "Condition" not in resource or self.holds({"Condition": resource["Condition"]})
        }

    @staticmethod
    def _typed(parameter, value):
        if parameter["Type"] == "CommaDelimitedList" and isinstance(value, str):
            return value.split(",")
        return value

    def of(self, *kinds):
        """The resources of some types, by logical id."""
        return {name: resource for name, resource in self.resources.items() if resource["Type"] in kinds}

    def properties(self, name):
        """The resolved properties of a resource."""
        return self.resolve(self.resources[name].get("Properties", {}))

    def resolve(self, value):
        """A value with every function of CloudFormation resolved; what is `AWS::NoValue` is left out."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (function, argument), = value.items()
            if function == "Ref" or function.startswith("Fn::"):
                return self._call(function, argument)
        members = ((name, self.resolve(member)) for name, member in value.items())
        return {name: member for name, member in members if member is not NOTHING}

    def _call(self, function, argument):
        match function:
            case "Ref":
                return self._reference(argument)
            case "Fn::GetAtt":
                return self._attribute(*argument)
            case "Fn::If":
                condition, yes, no = argument
                return self.resolve(yes if self.holds({"Condition": condition}) else no)
            case "Fn::Join":
                between, items = argument
                return between.join(self.resolve(items))
            case "Fn::Split":
                between, text = argument
                return self.resolve(text).split(between)
            case "Fn::Sub":
                text, variables = argument if isinstance(argument, list) else (argument, {})
                return re.sub(r"\$\{([^!}]+)\}", lambda match: self._substitute(match.group(1), variables), text)
            case _:
                raise ValueError(f"{function} means nothing here")

    def _substitute(self, name, variables):
        if name in variables:
            return self.resolve(variables[name])
        if "." in name:
            return self._attribute(*name.split(".", 1))
        return self._reference(name)

    def _reference(self, name):
        if name == "AWS::NoValue":
            return NOTHING
        if name in self.pseudo:
            return self.pseudo[name]
        if name in self.parameters:
            return self.parameters[name]
        logical = name.removesuffix(".Version").removesuffix(".Alias")
        if logical not in self.resources:
            raise KeyError(f"{name} is referred to and does not exist under these parameters")
        return self._attribute(logical, "Arn") if self.resources[logical]["Type"] in REF_IS_ARN else self.name(logical)

    def _attribute(self, logical, attribute):
        if logical not in self.resources:
            raise KeyError(f"{logical}.{attribute} is referred to and does not exist under these parameters")
        if attribute == "Arn":
            return ARNS[self.resources[logical]["Type"]].format(self.name(logical))
        return f"{logical}.{attribute}"

    def name(self, logical):
        """The name that a resource is given, or its logical id where CloudFormation makes one up."""
        given = self.resources[logical].get("Properties", {})
        for member in ("Name", "LogGroupName", "AlarmName", "DashboardName"):
            if member in given:
                return self.resolve(given[member])
        return logical

    def holds(self, condition):
        """Whether a condition is met."""
        (function, argument), = condition.items()
        match function:
            case "Condition":
                return self.holds(self.document["Conditions"][argument])
            case "Fn::Equals":
                left, right = map(self.resolve, argument)
                return left == right
            case "Fn::Not":
                return not self.holds(argument[0])
            case "Fn::And":
                return all(map(self.holds, argument))
            case "Fn::Or":
                return any(map(self.holds, argument))
            case _:
                raise ValueError(f"{function} is no condition")

    def roles(self):
        """The policies of every role, `{role: [(policy, statement), ...]}`."""
        roles = {name: [] for name in self.of("AWS::IAM::Role")}
        managed = {name: self.properties(name)["PolicyDocument"] for name in self.of("AWS::IAM::ManagedPolicy")}
        for name, statements in roles.items():
            properties = self.properties(name)
            for policy in properties["Policies"]:
                statements += [(policy["PolicyName"], s) for s in document(policy["PolicyDocument"])]
            for policy in properties.get("ManagedPolicyArns", []):
                statements += [(policy, s) for s in document(managed[policy])]
        for name in self.of("AWS::IAM::RolePolicy"):
            properties = self.properties(name)
            roles[properties["RoleName"]] += [(name, s) for s in document(properties["PolicyDocument"])]
        return roles

    def functions(self):
        """The local name of every function and its role."""
        functions = self.of("AWS::Serverless::Function")
        return {
            function["Metadata"]["BuildProperties"]["Binary"]: function["Properties"]["Role"]["Fn::GetAtt"][0]
            for function in functions.values()
        }

    def resource_policies(self):
        """The statements of policies that stand on a resource, `[(place, statement), ...]`."""
        found = []
        for name in self.of("AWS::IAM::Role"):
            found += [(f"{name}, trust", s) for s in document(self.properties(name)["AssumeRolePolicyDocument"])]
        for name in self.of("AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy"):
            found += [(name, s) for s in document(self.properties(name)["PolicyDocument"])]
        for name in self.of("AWS::KMS::Key"):
            found += [(name, s) for s in document(self.properties(name)["KeyPolicy"])]
        return found


def document(policy):
    """The statements of a policy, which may be one text."""
    return (json.loads(policy) if isinstance(policy, str) else policy)["Statement"]


def many(value):
    """A list, of what may stand alone."""
    return value if isinstance(value, list) else [value]
