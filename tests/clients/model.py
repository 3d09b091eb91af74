"""What AWS's own service model says of an answer. Each finding is a sentence with its place."""

import json
import re

# The live service answers this one word in upper case, which its own model has in lower case (AWS CLI's examples,
# Terraform).
IN_UPPER_CASE = {"Endpoint.EndpointType"}

# Codes that no operation lists, with the HTTP status of each. AWS's page of common errors has the first group; the JSON
# 1.1 protocol the second; the third is what reports of users and AWS's own test of its JavaScript SDK have seen of DMS.
COMMON = {
    "AccessDeniedException": 400,
    "ExpiredTokenException": 403,
    "IncompleteSignature": 403,
    "InternalFailure": 500,
    "NotAuthorized": 400,
    "OptInRequired": 403,
    "RequestExpired": 400,
    "ServiceUnavailable": 503,
    "ThrottlingException": 400,
    "UnrecognizedClientException": 403,
    "ValidationException": 400,
    "SerializationException": 400,
    "UnknownOperationException": 400,
    "InvalidParameterValueException": 400,
    "InvalidParameterCombinationException": 400,
}

CONTENT_TYPE = "application/x-amz-json-1.1"
REQUEST_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
WHOLE = {"integer": 32, "long": 64}


class Twice(ValueError):
    """A member that an object has twice."""


def once(pairs):
    """An object of which every member comes once."""
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise Twice(next(name for name in names if names.count(name) > 1))
    return members


def findings(model, exchange):
    """What is wrong with an answer; `model` is botocore's of the service."""
    place = exchange.operation
    found = list(of_headers(place, exchange.headers))
    try:
        body = json.loads(exchange.answer, object_pairs_hook=once)
    except Twice as twice:
        return [*found, f"{place}: {twice} comes twice"]
    except ValueError as error:
        return [*found, f"{place}: the answer is no JSON: {error}"]
    if exchange.status == 200:
        if place not in model.operation_names:
            return [*found, f"{place} is not an operation of the service, and was answered"]
        return [*found, *of_value(model.operation_model(place).output_shape, body, place)]
    return [*found, *of_error(model, place, exchange.status, body)]


def of_headers(place, headers):
    """What is wrong with the headers."""
    if headers.get("content-type") != CONTENT_TYPE:
        yield f"{place}: the content type is {headers.get('content-type')!r}, not {CONTENT_TYPE}"
    if not REQUEST_ID.fullmatch(headers.get("x-amzn-requestid", "")):
        yield f"{place}: {headers.get('x-amzn-requestid')!r} is no request id"


def of_error(model, place, status, body):
    """What is wrong with a refusal: its code is one that the operation lists, or one that is common to all."""
    if not isinstance(body, dict) or not isinstance(body.get("__type"), str):
        return [f"{place}: the error has no __type"]
    code = body["__type"]
    known = place in model.operation_names
    listed = {shape.name: shape for shape in (model.operation_model(place).error_shapes if known else [])}
    members = {name: value for name, value in body.items() if name != "__type"}
    if code in listed:
        shape, expected = listed[code], listed[code].metadata.get("error", {}).get("httpStatusCode", 400)
        found = of_value(shape, members, f"{place}.{code}")
    elif code in COMMON:
        expected = COMMON[code]
        found = [f"{place}.{code}: {name} is not a member of an error" for name in members if name != "message"]
    else:
        return [f"{place}: {code} is no error of this operation, nor one that is common to all"]
    if not isinstance(body.get("message"), str):
        found.append(f"{place}.{code}: the message is {body.get('message')!r}, not a text")
    if status != expected:
        found.append(f"{place}.{code}: the HTTP status is {status}, not {expected}")
    return found


def of_value(shape, value, place):
    """What is wrong with a value that is to have this shape."""
    if shape is None:
        return [] if value == {} else [f"{place}: the operation answers nothing, and this is {value!r}"]
    kind = shape.type_name
    if kind == "structure":
        return of_structure(shape, value, place)
    if kind == "list":
        if not isinstance(value, list):
            return [f"{place}: {value!r} is not a list"]
        return [it for at, item in enumerate(value) for it in of_value(shape.member, item, f"{place}[{at}]")]
    if kind == "map":
        if not isinstance(value, dict):
            return [f"{place}: {value!r} is not a map"]
        return [it for name, item in value.items() for it in of_value(shape.value, item, f"{place}.{name}")]
    return of_scalar(shape, value, place)


def of_structure(shape, value, place):
    """What is wrong with a value that is to be a structure."""
    if not isinstance(value, dict):
        return [f"{place}: {value!r} is not a structure"]
    found = [f"{place}: {name} is missing" for name in shape.required_members if name not in value]
    for name, member in value.items():
        if name not in shape.members:
            found.append(f"{place}: {name} is not a member of {shape.name}")
        elif f"{shape.name}.{name}" in IN_UPPER_CASE:
            found += of_value(shape.members[name], str(member).lower(), f"{place}.{name}")
            if member != str(member).upper():
                found.append(f"{place}.{name}: {member!r} is answered in upper case")
        else:
            found += of_value(shape.members[name], member, f"{place}.{name}")
    return found


def of_scalar(shape, value, place):
    """What is wrong with a value that is to have no parts."""
    kind = shape.type_name
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind in WHOLE:
        if not isinstance(value, int) or isinstance(value, bool):
            return [f"{place}: {value!r} is not a whole number"]
        limit = 1 << (WHOLE[kind] - 1)
        return [] if -limit <= value < limit else [f"{place}: {value} does not fit into {WHOLE[kind]} bits"]
    if kind in ("float", "double"):
        return [] if number else [f"{place}: {value!r} is not a number"]
    if kind == "boolean":
        return [] if isinstance(value, bool) else [f"{place}: {value!r} is neither true nor false"]
    if kind == "timestamp" and shape.serialization.get("timestampFormat", "unixTimestamp") == "unixTimestamp":
        # Seconds of this century: milliseconds would be far beyond it.
        fits = number and 946_684_800 <= value < 4_102_444_800
        return [] if fits else [f"{place}: {value!r} is no time in seconds since 1970"]
    if not isinstance(value, str):
        return [f"{place}: {value!r} is not a text"]
    return of_text(shape, value, place)


def of_text(shape, value, place):
    """What is wrong with a text."""
    found = []
    if getattr(shape, "enum", None) and value not in shape.enum:
        found.append(f"{place}: {value!r} is none of {', '.join(shape.enum)}")
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max")
    if len(value) < least or most is not None and len(value) > most:
        found.append(f"{place}: {len(value)} characters are too many or too few")
    if "pattern" in shape.metadata and not re.search(shape.metadata["pattern"], value):
        found.append(f"{place}: {value!r} does not match {shape.metadata['pattern']}")
    return found
