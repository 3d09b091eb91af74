"""What the template promises beside its permissions: names that fit, alarms that are explained, releases that publish."""

import json
import logging
import os
import re
import unittest

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

from template import ROOT, Template, many
from test_permissions import CHOICES

# SAM warns of metrics of its own that nobody reads.
logging.getLogger("samtranslator").setLevel(logging.ERROR)

# The longest name of a stack, which docs/security.md and the template state, and the most characters of each name that
# the template gives.
LONGEST_STACK = 56
LIMITS = {
    "AWS::CloudWatch::Alarm": 255,
    "AWS::CloudWatch::Dashboard": 255,
    "AWS::Logs::LogGroup": 512,
    "AWS::Scheduler::ScheduleGroup": 64,
    "AWS::Serverless::StateMachine": 80,
}
OF_THE_NAME = {"AlarmName", "DashboardName", "LogGroupName", "Name"}


def names(stack):
    """The names that are given to resources, with their types."""
    template = Template(stack=stack)
    for logical, resource in template.resources.items():
        if resource["Type"] in LIMITS and OF_THE_NAME & set(resource.get("Properties", {})):
            yield resource["Type"], template.name(logical)


def version():
    """The version of the workspace."""
    return re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE).group(1)


def transformed(change=lambda template: None):
    """The resources that SAM makes of the template."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    template = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://bucket/code"
        elif resource["Type"] == "AWS::Serverless::StateMachine":
            resource["Properties"]["DefinitionUri"] = "s3://bucket/machine"
    change(template)
    parameters = {name: parameter.get("Default", "") for name, parameter in template["Parameters"].items()}

    class NoManagedPolicies:
        def load(self):
            return {}

    return transform(template, parameters, NoManagedPolicies())["Resources"]


class Names(unittest.TestCase):
    def test_names_fit_with_the_longest_name_of_a_stack(self):
        seen = set()
        for kind, name in names("s" * LONGEST_STACK):
            seen.add(kind)
            self.assertLessEqual(len(name), LIMITS[kind], name)
        self.assertEqual(seen, set(LIMITS))

    def test_one_more_character_does_not_fit(self):
        longer = names("s" * (LONGEST_STACK + 1))
        self.assertTrue(any(len(name) > LIMITS[kind] for kind, name in longer))

    def test_the_environments_fit_and_differ(self):
        stacks = re.findall(r'^stack_name = "(.*)"$', (ROOT / "samconfig.toml").read_text(), re.MULTILINE)
        self.assertEqual(len(stacks), len(set(stacks)), stacks)
        self.assertGreaterEqual(len(stacks), 3)
        self.assertLessEqual(max(map(len, stacks)), LONGEST_STACK)

    def test_the_parameters_of_the_environments_are_the_templates(self):
        text = (ROOT / "samconfig.toml").read_text()
        given = re.findall(r"[\"\s](\w+)=", "".join(re.findall(r"^parameter_overrides = .*$", text, re.MULTILINE)))
        self.assertTrue(given)
        self.assertLessEqual(set(given), set(Template().parameters))


class Functions(unittest.TestCase):
    def test_the_release_is_the_one_of_the_workspace(self):
        template = Template()
        self.assertEqual(template.document["Globals"]["Function"]["Environment"]["Variables"]["RELEASE"], version())
        for name in template.of("AWS::Serverless::Function"):
            self.assertNotIn("RELEASE", template.properties(name).get("Environment", {}).get("Variables", {}), name)

    def test_a_release_publishes_a_version_of_every_function(self):
        def release(template):
            template["Globals"]["Function"]["Environment"]["Variables"]["RELEASE"] = "9.9.9"

        versions = lambda made: {name for name, one in made.items() if one["Type"] == "AWS::Lambda::Version"}  # noqa: E731
        before, after = versions(transformed()), versions(transformed(release))
        self.assertEqual(len(before), len(Template().functions()))
        self.assertEqual(before & after, set())
        self.assertEqual(len(after), len(before))

    def test_the_watch_is_called_by_three_rules_that_its_parameter_switches_off(self):
        made = transformed()
        rules = [one["Properties"] for one in made.values() if one["Type"] == "AWS::Events::Rule"]
        self.assertEqual(len(rules), 3)
        for rule in rules:
            self.assertEqual(rule["State"], {"Fn::If": ["Watches", "ENABLED", "DISABLED"]})
            (target,) = rule["Targets"]
            self.assertEqual(target["Arn"], {"Ref": "WatchFunctionAliaslive"})
            self.assertEqual(target["DeadLetterConfig"], {"Arn": {"Fn::GetAtt": ["UnwatchedEvents", "Arn"]}})
        self.assertEqual([rule["ScheduleExpression"] for rule in rules if "ScheduleExpression" in rule], ["rate(15 minutes)"])
        self.assertFalse(Template(Watch="off").of("AWS::CloudWatch::Alarm").get("WatchSilentAlarm"))


class Everything(unittest.TestCase):
    def test_every_reference_resolves_under_each_choice(self):
        for choice, parameters in CHOICES.items():
            template = Template(**parameters)
            for name in template.resources:
                with self.subTest(choice=choice, name=name):
                    template.properties(name)

    def test_nothing_of_a_plan_is_asked_for_at_deployment(self):
        asked = set(Template().parameters)
        self.assertFalse(asked & {"Architecture", "Release", "WindowPlan", "WindowSchedule", "WindowTimeZone"})

    def test_every_parameter_is_in_a_group(self):
        groups = Template().document["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
        grouped = [name for group in groups for name in group["Parameters"]]
        self.assertEqual(sorted(grouped), sorted(Template().parameters))

    def test_every_role_and_policy_has_the_path_and_every_role_the_boundary(self):
        template = Template(PermissionsBoundary="arn:b", RolePath="/team/", **CHOICES["everything bounded"])
        for name in template.of("AWS::IAM::Role", "AWS::IAM::ManagedPolicy"):
            self.assertEqual(template.properties(name)["Path"], "/team/", name)
        for name in template.of("AWS::IAM::Role"):
            self.assertEqual(template.properties(name)["PermissionsBoundary"], "arn:b", name)

    def test_what_is_kept_is_encrypted(self):
        template = Template()
        for name in template.of("AWS::SNS::Topic"):
            self.assertEqual(template.properties(name)["KmsMasterKeyId"], "TopicKey", name)
        for name in template.of("AWS::SQS::Queue"):
            self.assertIs(template.properties(name)["SqsManagedSseEnabled"], True, name)
        self.assertIs(template.properties("TopicKey")["EnableKeyRotation"], True)

    def test_no_log_has_data_of_an_execution(self):
        machines = [of for of in transformed().values() if of["Type"] == "AWS::StepFunctions::StateMachine"]
        self.assertEqual(
            [machine["Properties"]["LoggingConfiguration"]["IncludeExecutionData"] for machine in machines], [False]
        )
        for name, function in transformed().items():
            if function["Type"] == "AWS::Lambda::Function":
                variables = function["Properties"]["Environment"]["Variables"]
                self.assertNotIn("RUST_LOG", variables, f"{name}: below info the SDK and the runtime log what they send")

    def test_with_topics_that_exist_the_stack_has_no_topic_and_no_key(self):
        template = Template(**CHOICES["everything bounded"])
        self.assertFalse(template.of("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "AWS::KMS::Key", "AWS::SNS::Subscription"))


class Alarms(unittest.TestCase):
    def test_every_alarm_tells_operations_and_stands_in_the_runbook(self):
        template = Template()
        alarms = template.of("AWS::CloudWatch::Alarm")
        runbook = (ROOT / "docs/operations.md").read_text()
        rows = set(re.findall(r"^\| `([a-z-]+)` \|", runbook.partition("## When an alarm rings")[2].partition("\n## ")[0], re.MULTILINE))
        names = {template.name(alarm).removeprefix("migrations-") for alarm in alarms}
        self.assertEqual(rows, names)
        for alarm in alarms:
            self.assertEqual(template.properties(alarm)["AlarmActions"], ["arn:aws:sns:eu-central-1:123456789012:OperationsTopic"])

    def test_the_filters_know_the_verdicts(self):
        source = (ROOT / "shared/migration/src/run/verdict.rs").read_text()
        good = source.partition("pub fn good(")[2].partition("=> true,")[2].partition("=> false")[0]
        loud = source.partition("pub fn severity(")[2].partition("Severity::Warning")[2].partition("=> Severity::Error")[0]
        template = Template()
        for metric, outcomes in {"BadVerdictMetric": good, "UrgentVerdictMetric": loud}.items():
            words = set(re.findall(r'\$\.verdict = "(\w+)"', template.properties(metric)["FilterPattern"]))
            outcomes = set(re.findall(r"Outcome::(\w+)", outcomes))
            self.assertGreaterEqual(len(outcomes), 4, metric)
            # What the watch closes out is Aborted; its execution fails and somebody is needed.
            self.assertEqual(words, outcomes | {"Aborted"}, metric)

    def test_the_filters_read_the_field_that_the_log_has(self):
        source = (ROOT / "shared/migration-aws/src/serve.rs").read_text()
        self.assertIn("tracing::info!(verdict = verdict.outcome.as_str()", source)
        self.assertIn(".flatten_event(true)", source)

    def test_the_dashboard_is_json_with_and_without_the_watch(self):
        for watch in ("on", "off"):
            template = Template(Watch=watch)
            body = json.loads(template.properties("Dashboard")["DashboardBody"])
            alarms = body["widgets"][0]["properties"]["alarms"]
            self.assertEqual(len(alarms), len(template.of("AWS::CloudWatch::Alarm")), watch)
            places = [(widget["x"], widget["y"]) for widget in body["widgets"]]
            self.assertEqual(len(places), len(set(places)))

    def test_patterns_fit_what_a_filter_may_hold(self):
        template = Template()
        for name in template.of("AWS::Logs::MetricFilter"):
            self.assertLessEqual(len(template.properties(name)["FilterPattern"]), 1024, name)
            self.assertEqual(len(many(template.properties(name)["MetricTransformations"])), 1)


if __name__ == "__main__":
    unittest.main()
