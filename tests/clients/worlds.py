"""Scenarios for the simulator: an instance, endpoints, tables, tasks."""

import json

PLACE = "arn:aws:dms:eu-central-1:123456789012"
INSTANCE = f"{PLACE}:rep:NIGHTLY"
SOURCE = f"{PLACE}:endpoint:ORDERS"
TARGET = f"{PLACE}:endpoint:WAREHOUSE"
NOWHERE = {"task": f"{PLACE}:task:NONE", "endpoint": f"{PLACE}:endpoint:NONE", "rep": f"{PLACE}:rep:NONE"}

EVERYTHING = {
    "rules": [
        {
            "rule-type": "selection",
            "rule-id": "1",
            "rule-name": "all",
            "rule-action": "include",
            "object-locator": {"schema-name": "%", "table-name": "%"},
        }
    ]
}


def instance(arn=INSTANCE, identifier="nightly", **more):
    """A replication instance."""
    return {"ReplicationInstanceArn": arn, "ReplicationInstanceIdentifier": identifier, **more}


def endpoint(arn, identifier, kind, engine, **more):
    """An endpoint."""
    return {
        "EndpointArn": arn,
        "EndpointIdentifier": identifier,
        "EndpointType": kind,
        "EngineName": engine,
        **more,
    }


def connection(endpoint_arn, instance_arn=INSTANCE, **more):
    """A connection that was tested, with success where nothing else is said."""
    return {"EndpointArn": endpoint_arn, "ReplicationInstanceArn": instance_arn, **more}


def table(name, **more):
    """A table of the source."""
    return {"SchemaName": "shop", "TableName": name, "Rows": 1000, "LoadSeconds": 30, **more}


def task(identifier, **more):
    """A task that somebody else keeps."""
    return {
        "ReplicationTaskIdentifier": identifier,
        "SourceEndpointArn": SOURCE,
        "TargetEndpointArn": TARGET,
        "ReplicationInstanceArn": INSTANCE,
        **more,
    }


def world(**more):
    """An instance, a source and a target that are connected, and two tables."""
    return {
        "ReplicationInstances": [instance()],
        "Endpoints": [
            endpoint(SOURCE, "orders", "source", "mysql"),
            endpoint(TARGET, "warehouse", "target", "postgres"),
        ],
        "Connections": [connection(SOURCE), connection(TARGET)],
        "SourceTables": [table("orders"), table("items")],
        **more,
    }


def request(identifier="nightly-copy", migration_type="full-load-and-cdc", mappings=EVERYTHING, **more):
    """What CreateReplicationTask takes."""
    return {
        "ReplicationTaskIdentifier": identifier,
        "SourceEndpointArn": SOURCE,
        "TargetEndpointArn": TARGET,
        "ReplicationInstanceArn": INSTANCE,
        "MigrationType": migration_type,
        "TableMappings": mappings if isinstance(mappings, str) else json.dumps(mappings),
        **more,
    }
