"""Every waiter that botocore has for what the simulator serves: it waits, it comes to its end, and it fails where it
has to."""

import unittest

import botocore.exceptions
from stage import Stage
from worlds import INSTANCE, SOURCE, connection, endpoint, instance, request, task, world

ARN = "replication-task-arn"


class Waiters(Stage):
    def looks(self, operation):
        """How often an operation was asked."""
        return sum(exchange.operation == operation for exchange in self.relay.exchanges)

    def waits(self, name, filters, **config):
        """Lets a waiter wait, and sees that its first look was not its last."""
        operation = self.dms.get_waiter(name).config.operation
        before = self.looks(operation)
        self.wait(name, filters, **config)
        self.assertGreater(self.looks(operation) - before, 1, f"{name} has not waited")

    def gives_up(self, name, filters, why, **config):
        """Lets a waiter wait for what does not come."""
        with self.assertRaises(botocore.exceptions.WaiterError) as error:
            self.wait(name, filters, **config)
        self.assertIn(why, str(error.exception))

    def test_every_waiter_of_what_is_served_has_its_test(self):
        dms = self.serve()
        served = [name for name in dms.waiter_names if self.is_served(dms.get_waiter(name).config.operation)]
        self.assertEqual(len(served), 8, served)
        self.assertEqual([name for name in served if not hasattr(self, f"test_{name}_waits")], [])

    def is_served(self, operation):
        """Whether the simulator knows an operation."""
        status, answer = self.ask(operation, {})
        return status == 200 or "UnknownOperationException" not in answer

    def test_replication_task_ready_waits(self):
        dms = self.serve()
        arn = dms.create_replication_task(**request())["ReplicationTask"]["ReplicationTaskArn"]
        self.waits("replication_task_ready", {ARN: arn})
        self.assertEqual(self.task(arn)["Status"], "ready")
        self.start(arn)
        self.gives_up("replication_task_ready", {ARN: arn}, "terminal failure state")

    def test_replication_task_running_waits(self):
        self.serve()
        arn = self.ready()
        self.gives_up("replication_task_running", {ARN: arn}, "terminal failure state")
        self.start(arn)
        self.waits("replication_task_running", {ARN: arn})
        self.assertEqual(self.task(arn)["Status"], "running")

    def test_a_describe_that_lags_behind_a_start_ends_the_waiter(self):
        self.serve(world(Durations={"DescribeLagPolls": 1}))
        arn = self.ready()
        self.start(arn)
        self.gives_up("replication_task_running", {ARN: arn}, "terminal failure state")
        self.wait("replication_task_running", {ARN: arn})

    def test_replication_task_stopped_waits(self):
        dms = self.serve()
        arn = self.running()
        dms.stop_replication_task(ReplicationTaskArn=arn)
        self.waits("replication_task_stopped", {ARN: arn})
        self.assertEqual(self.task(arn)["StopReason"], "Stop Reason NORMAL")
        self.start(arn, "resume-processing")
        self.gives_up("replication_task_stopped", {ARN: arn}, "terminal failure state")

    def test_replication_task_deleted_waits(self):
        dms = self.serve()
        arn = self.ready()
        self.gives_up("replication_task_deleted", {ARN: arn}, "terminal failure state")
        dms.delete_replication_task(ReplicationTaskArn=arn)
        self.waits("replication_task_deleted", {ARN: arn})
        self.refused("describe_replication_tasks", "ResourceNotFoundFault", Filters=[{"Name": ARN, "Values": [arn]}])

    def test_test_connection_succeeds_waits(self):
        dms = self.serve(world(Connections=[], ConnectionTests={"Seconds": 20}))
        dms.test_connection(ReplicationInstanceArn=INSTANCE, EndpointArn=SOURCE)
        self.waits("test_connection_succeeds", {"endpoint-arn": SOURCE})
        failure = {"EndpointArn": SOURCE, "Message": "no route to the server"}
        dms = self.serve(world(Connections=[], ConnectionTests={"Seconds": 20, "Failures": [failure]}))
        dms.test_connection(ReplicationInstanceArn=INSTANCE, EndpointArn=SOURCE)
        self.gives_up("test_connection_succeeds", {"endpoint-arn": SOURCE}, "terminal failure state")
        found = dms.describe_connections(Filters=[{"Name": "endpoint-arn", "Values": [SOURCE]}])["Connections"]
        self.assertEqual([it["LastFailureMessage"] for it in found], ["no route to the server"])

    def test_replication_instance_available_waits(self):
        for status, why in [("modifying", None), ("upgrading", None), ("incompatible-network", "terminal failure")]:
            changes = [{"ForSeconds": 20, "Status": status}]
            self.serve(world(ReplicationInstances=[instance(Changes=changes)]))
            filters = {"replication-instance-id": "nightly"}
            if why:
                self.gives_up("replication_instance_available", filters, why)
            else:
                self.waits("replication_instance_available", filters)

    def test_a_waiter_ends_when_it_has_asked_as_often_as_it_may(self):
        self.serve(world(ReplicationInstances=[instance(ReplicationInstanceStatus="storage-full")]))
        filters = {"replication-instance-arn": INSTANCE}
        self.gives_up("replication_instance_available", filters, "Max attempts exceeded", MaxAttempts=3)
        self.assertEqual(self.looks("DescribeReplicationInstances"), 3)

    def test_replication_instance_deleted_waits(self):
        spare = f"{INSTANCE}SPARE"
        happening = {"AtSeconds": 10, "What": {"InstanceDeleted": {"ReplicationInstanceArn": spare}}}
        self.serve(world(ReplicationInstances=[instance(), instance(spare, "spare")], Happenings=[happening]))
        filters = {"replication-instance-arn": spare}
        self.gives_up("replication_instance_deleted", filters, "terminal failure state")
        self.until(
            lambda instances: instances[0]["ReplicationInstanceStatus"] == "deleting",
            lambda: self.dms.describe_replication_instances(
                Filters=[{"Name": "replication-instance-arn", "Values": [spare]}]
            )["ReplicationInstances"],
        )
        self.waits("replication_instance_deleted", filters)

    def test_endpoint_deleted_waits(self):
        spare = f"{SOURCE}SPARE"
        happening = {"AtSeconds": 10, "What": {"EndpointDeleted": {"EndpointArn": spare}}}
        scenario = world(Happenings=[happening])
        scenario["Endpoints"].append(endpoint(spare, "spare", "source", "mysql"))
        scenario["Connections"].append(connection(spare))
        self.serve(scenario)
        filters = {"endpoint-arn": spare}
        self.gives_up("endpoint_deleted", filters, "terminal failure state")
        self.until(
            lambda endpoints: endpoints[0]["Status"] == "deleting",
            lambda: self.dms.describe_endpoints(Filters=[{"Name": "endpoint-arn", "Values": [spare]}])["Endpoints"],
        )
        self.waits("endpoint_deleted", filters)
        found = self.dms.describe_connections()["Connections"]
        self.assertNotIn(spare, [it["EndpointArn"] for it in found], "its connections are gone, too")

    def test_what_a_task_uses_is_not_deleted(self):
        """DMS refuses it, so whoever tries in the console leaves everything as it is."""
        happenings = [
            {"AtSeconds": 0, "What": {"EndpointDeleted": {"EndpointArn": SOURCE}}},
            {"AtSeconds": 0, "What": {"InstanceDeleted": {"ReplicationInstanceArn": INSTANCE}}},
        ]
        dms = self.serve(world(Tasks=[task("kept")], Happenings=happenings))
        self.gives_up("endpoint_deleted", {"endpoint-arn": SOURCE}, "terminal failure state")
        self.gives_up("replication_instance_deleted", {"replication-instance-arn": INSTANCE}, "terminal failure state")
        self.assertEqual(len(dms.describe_endpoints()["Endpoints"]), 2)


if __name__ == "__main__":
    unittest.main()
