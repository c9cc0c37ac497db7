"""A message that kills whoever takes it up is told before the queue gives it up."""

from __future__ import annotations

from typing import Literal

import pytest

from builder.messages import POISONED, say_again
from shailoo.telemetry import FunctionFailed, function
from tests.operating.conftest import Said
from tests.operating.secrets import PIN, in_it


def received(*times: int) -> dict[str, list[dict[str, object]]]:
    """What SQS gives to a function."""
    return {"Records": [{"messageId": "m", "attributes": {"ApproximateReceiveCount": str(one)}} for one in times]}


@pytest.mark.parametrize("queue", ["publish", "copies"])
def test_a_message_that_comes_for_the_third_time_is_told(said: Said, queue: Literal["publish", "copies"]) -> None:
    say_again(received(1, POISONED - 1), queue)
    say_again({}, queue)
    assert said.events == []
    say_again(received(1, POISONED), queue)
    (told,) = said.named("message-again")
    assert (told["queue"], told["times"]) == (queue, POISONED)


def test_what_a_function_failed_by_is_in_no_log_not_even_the_platforms(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FunctionFailed) as failed, function("publisher"):
        raise KeyError(PIN)
    assert in_it(str(failed.value)) == []
    assert failed.value.__suppress_context__, "the platform writes what it is shown"
    out = capsys.readouterr().out
    assert '"event":"handler-failed"' in out
    assert '"Faults":1' in out
    assert in_it(out) == []
