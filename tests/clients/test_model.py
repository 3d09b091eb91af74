"""The walk itself: each way in which an answer can be wrong is found, and nothing else is."""

import json
import unittest

import model
from relay import Exchange
from stage import SERVICE

HEADERS = {"content-type": model.CONTENT_TYPE, "x-amzn-requestid": "0a1b2c3d-0000-4000-8000-0123456789ab"}


def exchange(operation, body, status=200, **headers):
    """An answer that never went over a wire."""
    answer = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Exchange("none", operation, b"{}", status, {**HEADERS, **headers}, answer)


def found(operation, body, status=200, **headers):
    """What the walk finds in it."""
    return model.findings(SERVICE, exchange(operation, body, status, **headers))


def of_task(**members):
    """An answer with a task."""
    return {"ReplicationTask": members}


class Walk(unittest.TestCase):
    def test_what_fits_is_taken(self):
        stats = {"TablesLoaded": 3, "ElapsedTimeMillis": 5_000_000_000, "StartDate": 1_772_402_400.125}
        for operation, body in [
            ("StartReplicationTask", of_task(Status="starting", MigrationType="cdc", ReplicationTaskStats=stats)),
            ("DescribeEndpoints", {"Endpoints": [{"EndpointType": "SOURCE", "SslMode": "none", "IsReadOnly": False}]}),
            ("DescribeReplicationTasks", {"ReplicationTasks": [], "Marker": "x"}),
            ("AddTagsToResource", {}),
        ]:
            self.assertEqual(found(operation, body), [], operation)
        for code, status, more in [
            ("ResourceNotFoundFault", 400, {}),
            ("ResourceAlreadyExistsFault", 400, {"resourceArn": "arn:aws:dms:::task:X"}),
            ("InternalFailure", 500, {}),
            ("InvalidParameterValueException", 400, {}),
        ]:
            body = {"__type": code, "message": "it is so", **more}
            self.assertEqual(found("CreateReplicationTask", body, status), [], code)

    def test_what_does_not_fit_is_found_at_its_place(self):
        tables = "DescribeTableStatistics"
        for operation, body, finding in [
            (
                "StartReplicationTask",
                of_task(Stauts="x"),
                "StartReplicationTask.ReplicationTask: Stauts is not a member",
            ),
            ("StartReplicationTask", of_task(Status=7), "ReplicationTask.Status: 7 is not a text"),
            ("StartReplicationTask", of_task(Status=None), "ReplicationTask.Status: None is not a text"),
            ("StartReplicationTask", of_task(MigrationType="all"), "is none of full-load"),
            ("StartReplicationTask", of_task(ReplicationTaskCreationDate="2026-03-01"), "is no time"),
            ("StartReplicationTask", of_task(ReplicationTaskCreationDate=1_772_402_400_125), "is no time"),
            ("StartReplicationTask", of_task(ReplicationTaskCreationDate=True), "is no time"),
            ("StartReplicationTask", of_task(ReplicationTaskStats={"TablesLoaded": 1.0}), "is not a whole number"),
            ("StartReplicationTask", of_task(ReplicationTaskStats={"TablesLoaded": True}), "is not a whole number"),
            (
                "StartReplicationTask",
                of_task(ReplicationTaskStats={"TablesLoaded": 2**31}),
                "does not fit into 32 bits",
            ),
            ("StartReplicationTask", of_task(ReplicationTaskStats=[]), "is not a structure"),
            ("StartReplicationTask", [], "is not a structure"),
            ("DescribeReplicationTasks", {"ReplicationTasks": {}}, "is not a list"),
            ("DescribeReplicationTasks", {"ReplicationTasks": [{}, {"Arn": "x"}]}, "ReplicationTasks[1]: Arn"),
            (tables, {"TableStatistics": [{"Inserts": 2**63}]}, "does not fit into 64 bits"),
            (tables, {"TableStatistics": [{"FullLoadReloaded": 1}]}, "is neither true nor false"),
            ("DescribeEndpoints", {"Endpoints": [{"EndpointType": "source"}]}, "is answered in upper case"),
            ("DescribeEndpoints", {"Endpoints": [{"EndpointType": "BOTH"}]}, "is none of source"),
            ("DescribeEndpoints", b'{"Marker": "x", "Marker": "x"}', "Marker comes twice"),
            ("DescribeEndpoints", b"<html>", "is no JSON"),
            ("MakeCoffee", {}, "is not an operation"),
        ]:
            self.assertEqual([finding in it for it in found(operation, body)], [True], f"{operation} {body}")

    def test_a_refusal_that_is_none_of_the_operations_is_found(self):
        says = {"message": "it is so"}
        for operation, body, status, finding in [
            (
                "DescribeEndpoints",
                {"__type": "InvalidResourceStateFault", **says},
                400,
                "is no error of this operation",
            ),
            ("DescribeEndpoints", {"__type": "ResourceNotFound", **says}, 400, "is no error of this operation"),
            ("DescribeEndpoints", {"__type": "ResourceNotFoundFault", **says}, 404, "the HTTP status is 404, not 400"),
            ("DescribeEndpoints", {"__type": "InternalFailure", **says}, 400, "the HTTP status is 400, not 500"),
            (
                "DescribeEndpoints",
                {"__type": "ResourceNotFoundFault", **says, "resourceArn": "x"},
                400,
                "is not a member",
            ),
            ("DescribeEndpoints", {"__type": "ThrottlingException", **says, "Code": "x"}, 400, "is not a member"),
            ("DescribeEndpoints", {"__type": "ThrottlingException"}, 400, "the message is None"),
            ("DescribeEndpoints", {"code": "ThrottlingException", **says}, 400, "has no __type"),
            ("MakeCoffee", {"__type": "ResourceNotFoundFault", **says}, 400, "is no error of this operation"),
        ]:
            self.assertEqual([finding in it for it in found(operation, body, status)], [True], f"{operation} {body}")

    def test_headers_that_no_service_sends_are_found(self):
        answer = {"Endpoints": []}
        for headers in ({"content-type": "application/json"}, {"x-amzn-requestid": "1"}, {"x-amzn-requestid": ""}):
            self.assertEqual(len(found("DescribeEndpoints", answer, **headers)), 1, headers)


if __name__ == "__main__":
    unittest.main()
