"""Filters: every name that the service model documents works, and what does not fit finds nothing."""

import re
import unittest

from botocore import xform_name
from stage import SERVICE, Stage
from worlds import INSTANCE, NOWHERE, SOURCE, TARGET, task, world

# What finds one entry of each list, and what finds none, by the filter's name.
LISTS = {
    "DescribeReplicationTasks": (
        "ReplicationTasks",
        {
            "replication-task-arn": (None, NOWHERE["task"]),
            "replication-task-id": ("kept", "nobodys"),
            "migration-type": ("cdc", "full-load"),
            "endpoint-arn": (SOURCE, NOWHERE["endpoint"]),
            "replication-instance-arn": (INSTANCE, NOWHERE["rep"]),
        },
    ),
    "DescribeEndpoints": (
        "Endpoints",
        {
            "endpoint-arn": (SOURCE, NOWHERE["endpoint"]),
            "endpoint-type": ("source", "neither"),
            "endpoint-id": ("orders", "nobodys"),
            "engine-name": ("mysql", "oracle"),
        },
    ),
    "DescribeReplicationInstances": (
        "ReplicationInstances",
        {
            "replication-instance-arn": (INSTANCE, NOWHERE["rep"]),
            "replication-instance-id": ("nightly", "nobodys"),
            "replication-instance-class": ("dms.t3.medium", "dms.r6i.large"),
            "engine-version": ("3.5.4", "3.6.1"),
        },
    ),
    "DescribeConnections": (
        "Connections",
        {"endpoint-arn": (TARGET, NOWHERE["endpoint"]), "replication-instance-arn": (INSTANCE, NOWHERE["rep"])},
    ),
    "DescribeTableStatistics": (
        "TableStatistics",
        {
            "schema-name": ("shop", "nobodys"),
            "table-name": ("orders", "nobodys"),
            "table-state": ("Table completed", "Table error"),
        },
    ),
}
# Where nothing that is found is an empty list, whatever the world says.
EMPTY = {"DescribeConnections", "DescribeTableStatistics"}


def documented(operation):
    """The names of filters that the service model documents."""
    text = SERVICE.operation_model(operation).input_shape.members["Filters"].documentation
    names = re.search(r"Valid filter names: ([a-z| -]+)", re.sub(r"<[^>]*>", " ", text))
    return set(re.findall(r"[a-z-]+", names.group(1)))


def filters(**values):
    """Filters by their names."""
    return [{"Name": key.replace("_", "-"), "Values": found} for key, found in values.items()]


class Filters(Stage):
    def prepare(self, **behaviour):
        """A world with one task, which has never run."""
        self.serve(world(Tasks=[task("kept", MigrationType="cdc", State="NeverRun")], Behaviour=behaviour))
        self.arn = self.dms.describe_replication_tasks()["ReplicationTasks"][0]["ReplicationTaskArn"]
        self._loaded = None

    def find(self, operation, filters):
        """What is found."""
        given = {"ReplicationTaskArn": self.loaded()} if operation == "DescribeTableStatistics" else {}
        found = getattr(self.dms, xform_name(operation))(Filters=filters, **given)[LISTS[operation][0]]
        # The statistics say when they were looked at.
        return [{name: value for name, value in entry.items() if name != "LastUpdateTime"} for entry in found]

    def loaded(self):
        """The ARN of a task that has loaded its tables, made once in a world."""
        if self._loaded is None:
            self._loaded = self.ready(identifier="loaded", migration_type="full-load")
            self.start(self._loaded)
            self.until(lambda it: it["Status"] == "stopped", lambda: self.task(self._loaded))
        return self._loaded

    def test_every_documented_name_is_known(self):
        for operation, (_, names) in LISTS.items():
            self.assertEqual(documented(operation), set(names), operation)

    def test_every_name_finds_what_fits_and_nothing_else(self):
        self.prepare()
        for operation, (_, names) in LISTS.items():
            for filter_name, (fits, fits_not) in names.items():
                with self.subTest(operation, name=filter_name):
                    fits = fits or self.arn
                    found = self.find(operation, [{"Name": filter_name, "Values": [fits]}])
                    self.assertTrue(found)
                    one = [{"Name": filter_name, "Values": [fits_not, fits]}]
                    self.assertEqual(self.find(operation, one), found, "any of the values will do")
                    nothing = [{"Name": filter_name, "Values": [fits_not]}]
                    self.finds_nothing(operation, nothing)

    def finds_nothing(self, operation, filters):
        """A list that is empty, or a refusal."""
        if operation in EMPTY:
            self.assertEqual(self.find(operation, filters), [])
            return
        says = f"No {'Tasks' if operation == 'DescribeReplicationTasks' else ''}".strip()
        self.refused(xform_name(operation), "ResourceNotFoundFault", says, Filters=filters)

    def test_several_filters_must_all_fit(self):
        self.prepare()
        both = filters(endpoint_type=["source"], engine_name=["mysql"])
        self.assertEqual(len(self.find("DescribeEndpoints", both)), 1)
        self.finds_nothing("DescribeEndpoints", filters(endpoint_type=["target"], engine_name=["mysql"]))
        both = filters(schema_name=["shop"], table_name=["orders", "items"])
        self.assertEqual(len(self.find("DescribeTableStatistics", both)), 2)
        self.assertEqual(self.find("DescribeTableStatistics", filters(schema_name=["x"], table_name=["items"])), [])

    def test_nothing_found_may_be_an_empty_list(self):
        self.prepare(NothingFoundIsEmpty=True)
        for operation, (_, names) in LISTS.items():
            for filter_name, (_, fits_not) in names.items():
                found = self.find(operation, [{"Name": filter_name, "Values": [fits_not]}])
                self.assertEqual(found, [], f"{operation} {filter_name}")

    def test_no_connection_may_be_one_that_is_not_found(self):
        self.prepare(UntestedIsNotFound=True)
        for name, (_, fits_not) in LISTS["DescribeConnections"][1].items():
            asked = [{"Name": name, "Values": [fits_not]}]
            self.refused("describe_connections", "ResourceNotFoundFault", "No Connections", Filters=asked)

    def test_a_name_that_nobody_documents_is_refused_or_filters_nothing(self):
        unknown = ["colour", "replication-task-ARN", "", "tag:team", "Status"]
        self.prepare()
        for operation in [*LISTS, "DescribePendingMaintenanceActions"]:
            given = {"ReplicationTaskArn": self.arn} if operation == "DescribeTableStatistics" else {}
            for name in unknown:
                asked = [{"Name": name, "Values": ["red"]}]
                self.refused(xform_name(operation), "InvalidParameterValueException", name, Filters=asked, **given)
        self.prepare(UnknownFilterIsIgnored=True)
        for operation, (entries, _) in LISTS.items():
            given = {"ReplicationTaskArn": self.loaded()} if operation == "DescribeTableStatistics" else {}
            whole = getattr(self.dms, xform_name(operation))(**given)[entries]
            for name in unknown:
                found = self.find(operation, [{"Name": name, "Values": ["red"]}])
                self.assertEqual(len(found), len(whole), f"{operation} {name!r}")

    def test_a_value_that_is_no_identifier_is_refused(self):
        self.prepare()
        for operation, name in [
            ("DescribeReplicationTasks", "replication-task-id"),
            ("DescribeEndpoints", "endpoint-id"),
            ("DescribeReplicationInstances", "replication-instance-id"),
        ]:
            for value in (self.arn, "", "1st", "two--hyphens", "ends-", "with space", "ö"):
                asked = [{"Name": name, "Values": [value]}]
                says = f"The parameter Filter: {name} is not a valid identifier."
                self.refused(xform_name(operation), "InvalidParameterValueException", says, Filters=asked)

    def test_the_case_of_an_identifier_does_not_count(self):
        self.prepare()
        self.assertEqual(len(self.find("DescribeReplicationTasks", filters(replication_task_id=["KEPT"]))), 1)


if __name__ == "__main__":
    unittest.main()
