"""JSONata for moto's Step Functions, which leaves that to a Java machine that it does not bring (moto 5.2.5).

Variables are bound as values, not pasted into the expression as text, and results are judged as AWS documents it:
undefined is a States.QueryEvaluationError, and a Wait takes an integer of 0 to 99,999,999 seconds.
"""

import json

from jsonata import Jsonata
from jsonata.utils import Utils
from moto.stepfunctions.parser.api import EvaluationFailedEventDetails, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.string.string_expression import StringJSONata
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.seconds import SecondsJSONata
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails


def bound(value):
    """As the library wants it: a bound None would count as undefined."""
    if value is None:
        return Utils.NULL_VALUE
    if isinstance(value, dict):
        return {name: bound(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [bound(member) for member in value]
    return value


def plain(value):
    """As JSON has it."""
    if value is Utils.NULL_VALUE:
        return None
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items() if member is not None}
    if isinstance(value, list):
        return [plain(member) for member in value]
    return value


def failure(env, cause):
    name = StatesErrorName(typ=StatesErrorNameType.StatesQueryEvaluationError)
    details = EvaluationFailedEventDetails(cause=cause, error=name.error_name)
    event = FailureEvent(
        env=env,
        error_name=name,
        event_type=HistoryEventType.EvaluationFailed,
        event_details=EventDetails(evaluationFailedEventDetails=details),
    )
    return FailureEventException(failure_event=event)


def evaluate(self, env):
    # The context's StartTime is a datetime.
    variables = {"states": json.loads(json.dumps(env.states._states_data, default=str))}
    variables.update(env.variable_store._outer_scope)
    variables.update(env.variable_store._inner_scope)
    try:
        expression = Jsonata(self.expression)
        expression.set_output_convert_nulls(False)
        result = expression.evaluate(None, {name: bound(value) for name, value in variables.items()})
    except Exception as error:
        raise failure(env, f"The JSONata expression '{self.expression}' failed: {error}")
    if result is None:
        raise failure(env, f"The JSONata expression '{self.expression}' returned nothing (undefined).")
    env.stack.append(plain(result))


def wait_seconds(self, env):
    self.string_jsonata.eval(env=env)
    seconds = env.stack.pop()
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds <= 99_999_999:
        raise failure(env, f"A Wait takes an integer of 0 to 99,999,999 seconds, not {seconds!r}.")
    return seconds


StringJSONata._eval_body = evaluate
SecondsJSONata._get_wait_seconds = wait_seconds
