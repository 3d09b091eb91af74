"""Calls to AWS, each with an error that says what was attempted. `AWS_ENDPOINT_URL` is honoured, as boto3 does it."""

import contextlib

from .command import Unable, missing_package

try:
    import boto3
    import botocore.config
    import botocore.exceptions
except ImportError:
    missing_package("boto3")


def client(service, region=None, attempts=3):
    """A client of a service. Without a Region it is the one that the environment or the profile names. A call that
    changes something takes one attempt: after a lost answer a second one is refused, though the first was taken."""
    retries = {"mode": "standard", "total_max_attempts": attempts}
    try:
        return boto3.client(service, region_name=region, config=botocore.config.Config(retries=retries))
    except botocore.exceptions.NoRegionError as error:
        raise Unable("no AWS Region is set: set AWS_REGION, or name the machine by its ARN") from error
    except botocore.exceptions.BotoCoreError as error:
        raise Unable(f"AWS cannot be asked: {error}") from error


@contextlib.contextmanager
def attempt(what):
    """Says what was attempted when AWS refuses it or is not reached."""
    try:
        yield
    except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError) as error:
        raise Unable(f"{what}: {error}") from error


def code(error):
    """The name of an error that AWS answered with."""
    return error.response.get("Error", {}).get("Code", "")
