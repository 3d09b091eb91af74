"""The time of an execution whose world skips waits: the state machine lives in that time, and each of its waits, a
retry's included, is a leap of the world's clock exactly to the wait's end.

The edge keeps the clocks. It is asked when a state is entered and when a wait begins; where it says null, the machine
lives in real time and waits itself.
"""

import functools
import http.client
import json
import os

from moto.stepfunctions.parser.asl.component.common.retry.jitter_strategy_decl import JitterStrategyDecl
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction


def leapt(env, seconds):
    """Leaps over so many seconds, and gives the time then; None where nothing is leapt over."""
    execution = env.states.context_object.context_object_data["Execution"]["Id"].rsplit(":", 1)[-1]
    edge = http.client.HTTPConnection("127.0.0.1", int(os.environ["MOTO_PORT"]), timeout=60)
    try:
        edge.request(
            "POST",
            "/local/time",
            json.dumps({"Execution": execution, "Seconds": seconds}),
            {"Content-Type": "application/json"},
        )
        answer = edge.getresponse()
        told = json.load(answer) if answer.status == 200 else {"Now": None}
    finally:
        edge.close()
    return told["Now"]


def in_local_time(enter):
    def entered(self, env):
        now = leapt(env, 0)
        if now is not None:
            env.states.context_object.context_object_data["State"]["EnteredTime"] = now
        enter(self, env)

    return entered


def waited(wait):
    def skipped(self, env, wait_seconds):
        if leapt(env, wait_seconds) is None:
            wait(self, env, wait_seconds)

    return skipped


def retried(reckon):
    def skipped(self, env):
        reckon(self, env)
        if leapt(env, env.stack[-1]) is not None:
            env.stack[-1] = 0

    return skipped


@functools.cache
def client_of(region, service):
    return client_for(region=region, service=service)


# A night of skipped waits is mostly invocations, and moto builds a client for each, which takes most of the time. The
# credentials that it is given mean nothing to it.
client_for = lambda_eval_utils.boto_client_for
lambda_eval_utils.boto_client_for = lambda region, service, state_credentials=None: client_of(region, service)

CommonStateField._eval_state_input = in_local_time(CommonStateField._eval_state_input)
WaitFunction._wait_interval = waited(WaitFunction._wait_interval)
JitterStrategyDecl._eval_body = retried(JitterStrategyDecl._eval_body)
