"""Evaluates what stands on stdin, a list of {expression, variables}, after the engine that moto is given."""

import sys


def value(case):
    expression = Jsonata(case["expression"])
    expression.set_output_convert_nulls(False)
    variables = {name: bound(value) for name, value in case["variables"].items()}
    try:
        result = expression.evaluate(None, variables)
    except Exception as error:
        return {"error": str(error)}
    return {"undefined": True} if result is None else {"value": plain(result)}


json.dump([value(case) for case in json.load(sys.stdin)], sys.stdout)
