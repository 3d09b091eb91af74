"""Lists of several pages: each is read whole, in its order, and nothing comes twice."""

import unittest

from stage import Stage
from worlds import PLACE, connection, endpoint, instance, table, task, world

MANY = 45


def name(number):
    """A name that sorts as its number does."""
    return f"n{number:03d}"


def crowded(**behaviour):
    """A world in which every list has several pages."""
    instances = [instance(f"{PLACE}:rep:N{number}", name(number)) for number in range(MANY - 1)]
    endpoints = [endpoint(f"{PLACE}:endpoint:N{number}", name(number), "source", "mysql") for number in range(MANY - 2)]
    waiting = {"Action": "system-update", "Description": "an update"}
    crowd = world(
        Tasks=[task(name(number), State="Loading" if number == 0 else "NeverRun") for number in range(MANY)],
        SourceTables=[table(name(number), LoadSeconds=1e6) for number in range(MANY)],
        EngineVersions=[{"Version": f"3.5.{number}"} for number in range(MANY)],
        Behaviour=behaviour,
    )
    crowd["ReplicationInstances"] += instances
    for it in crowd["ReplicationInstances"]:
        it["PendingMaintenanceActions"] = [waiting]
    crowd["Endpoints"] += endpoints
    crowd["Connections"] = [connection(it["EndpointArn"]) for it in crowd["Endpoints"]]
    return crowd


# Each operation with pages: its list, what names an entry, and the largest page that it takes.
LISTS = {
    "describe_replication_tasks": ("ReplicationTasks", "ReplicationTaskIdentifier", 100),
    "describe_table_statistics": ("TableStatistics", "TableName", 500),
    "describe_endpoints": ("Endpoints", "EndpointIdentifier", 100),
    "describe_replication_instances": ("ReplicationInstances", "ReplicationInstanceIdentifier", 100),
    "describe_connections": ("Connections", "EndpointArn", 100),
    "describe_pending_maintenance_actions": ("PendingMaintenanceActions", "ResourceIdentifier", 100),
    "describe_engine_versions": ("EngineVersions", "Version", 100),
}


class Pages(Stage):
    def given(self, operation):
        """What an operation needs beside the page."""
        if operation != "describe_table_statistics":
            return {}
        tasks = self.dms.describe_replication_tasks(Filters=[{"Name": "replication-task-id", "Values": [name(0)]}])
        return {"ReplicationTaskArn": tasks["ReplicationTasks"][0]["ReplicationTaskArn"]}

    def by_hand(self, operation, **asked):
        """The pages of a list, from marker to marker."""
        pages, marker = [], {}
        while True:
            answer = getattr(self.dms, operation)(**self.given(operation), **asked, **marker)
            pages.append([entry[LISTS[operation][1]] for entry in answer[LISTS[operation][0]]])
            if "Marker" not in answer:
                return pages
            self.assertLess(len(pages), 100, "the list has no end")
            marker = {"Marker": answer["Marker"]}

    def test_every_list_comes_whole_page_by_page(self):
        self.serve(crowded())
        for operation in LISTS:
            with self.subTest(operation):
                [whole] = self.by_hand(operation)
                self.assertEqual((len(whole), len(set(whole))), (MANY, MANY))
                pages = self.by_hand(operation, MaxRecords=20)
                self.assertEqual([len(page) for page in pages], [20, 20, 5])
                self.assertEqual([entry for page in pages for entry in page], whole)

    def test_botocores_paginators_come_to_the_end(self):
        dms = self.serve(crowded())
        paginated = [operation for operation in LISTS if dms.can_paginate(operation)]
        self.assertEqual(len(paginated), 5, paginated)
        for operation in paginated:
            with self.subTest(operation):
                paginator = dms.get_paginator(operation)
                pages = list(paginator.paginate(**self.given(operation), PaginationConfig={"PageSize": 20}))
                self.assertEqual([len(page[LISTS[operation][0]]) for page in pages], [20, 20, 5])

    def test_a_list_goes_on_where_a_token_says(self):
        dms = self.serve(crowded())
        paginator = dms.get_paginator("describe_endpoints")
        first = paginator.paginate(PaginationConfig={"PageSize": 20, "MaxItems": 30}).build_full_result()
        self.assertEqual(len(first["Endpoints"]), 30)
        rest = paginator.paginate(PaginationConfig={"StartingToken": first["NextToken"]}).build_full_result()
        names = [it["EndpointIdentifier"] for it in first["Endpoints"] + rest["Endpoints"]]
        self.assertEqual((len(names), len(set(names))), (MANY, MANY))

    def test_pages_may_be_smaller_than_asked_for(self):
        dms = self.serve(crowded(MostPerPage=7))
        pages = list(dms.get_paginator("describe_endpoints").paginate(PaginationConfig={"PageSize": 100}))
        self.assertEqual([len(page["Endpoints"]) for page in pages], [7, 7, 7, 7, 7, 7, 3])

    def test_the_last_page_may_have_an_empty_marker(self):
        dms = self.serve(crowded(LastMarkerIsEmpty=True))
        self.assertEqual(dms.describe_engine_versions()["Marker"], "")
        for operation in filter(dms.can_paginate, LISTS):
            paginator = dms.get_paginator(operation)
            pages = list(paginator.paginate(**self.given(operation), PaginationConfig={"PageSize": 20}))
            self.assertEqual([len(page[LISTS[operation][0]]) for page in pages], [20, 20, 5], operation)

    def test_a_marker_that_nobody_gave_is_refused_or_begins_anew(self):
        self.serve(crowded())
        good = self.dms.describe_endpoints(MaxRecords=20)["Marker"]
        bad = ["made-up", good[:-1], good + "0", good.upper(), "%00", "{}", "-1", "å"]
        for operation in LISTS:
            for marker in bad:
                self.refused(
                    operation, "InvalidParameterValueException", "Marker", Marker=marker, **self.given(operation)
                )
            answer = getattr(self.dms, operation)(Marker="", **self.given(operation))
            self.assertEqual(len(answer[LISTS[operation][0]]), MANY, "an empty marker is none")
        self.serve(crowded(UnknownMarkerStartsOver=True))
        for operation in LISTS:
            for marker in bad:
                answer = getattr(self.dms, operation)(Marker=marker, **self.given(operation))
                self.assertEqual(len(answer[LISTS[operation][0]]), MANY)

    def test_a_page_that_is_too_small_or_too_large_is_refused_or_bent(self):
        self.serve(crowded())
        for operation, (_, _, most) in LISTS.items():
            given = self.given(operation)
            for records in (-1, 0, 1, 19, most + 1, 2**31 - 1):
                self.refused(operation, "InvalidParameterValueException", "MaxRecords", MaxRecords=records, **given)
            for records in (20, most):
                getattr(self.dms, operation)(MaxRecords=records, **given)
        self.serve(crowded(MaxRecordsIsBent=True))
        for operation, (entries, _, most) in LISTS.items():
            for records, expected in ((0, 20), (19, 20), (most + 1, MANY)):
                answer = getattr(self.dms, operation)(MaxRecords=records, **self.given(operation))
                self.assertEqual(len(answer[entries]), expected, f"{operation} {records}")


if __name__ == "__main__":
    unittest.main()
