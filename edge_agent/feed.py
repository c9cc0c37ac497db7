"""The line protocol of the scanner.

One line asks, one line answers, and an answer to a ballot means that it is durable.

    ballot <contest> <marks> [<preference>]    marks are `3`, `1,4`, or `-` for none
    zero | open | close | final | annex | copy-zero | copy-final | copy-annex
    status

Answers are `ok <stage> <sheets in the box>`, or `no <code> <sentence>`: nothing was done. The feeder keeps its own
mechanical count of sheets that fell into the box. After a crash it asks `status`: if the box has one sheet less than
the feeder, the last sheet was not counted and goes through the scanner again; if both are equal, it was.
"""

from __future__ import annotations

from edge_agent.box import Ballot, Box
from edge_agent.steps import Step, take
from shailoo.errors import Refused, ShailooError


class BadLine(Refused):
    """The line is not one that a scanner sends."""

    code = "bad-line"


def read_ballot(words: list[str]) -> Ballot:
    """Read what follows the word `ballot`. Raises BadLine."""
    try:
        contest, marks, *rest = words
        chosen = () if marks == "-" else tuple(int(mark) for mark in marks.split(","))
        (preference,) = (*map(int, rest),) or (None,)
    except ValueError as error:
        raise BadLine("A ballot is `ballot <contest> <marks> [<preference>]`.", words=len(words)) from error
    return Ballot(contest, chosen, preference)


def answer(box: Box, line: str) -> str:
    """Do what a line asks and return the answer, without newline.

    Errors that end the program (storage that does not take a ballot, a dead box) are raised; every other is an answer.
    """
    words = line.split()
    try:
        match words:
            case ["ballot", *rest]:
                return f"ok {box.stage} {box.count(read_ballot(rest))}"
            case ["status"]:
                pass
            case [word] if word in STEPS:
                take(box, Step(word))
            case _:
                raise BadLine("The box does not know this line.", words=len(words))
    except ShailooError as error:
        if error.code in FATAL:
            raise
        return f"no {error.code} {error.sentence}"
    return f"ok {box.stage} {box.ballots}"


STEPS = frozenset(step.value for step in Step)
FATAL = frozenset({"not-stored", "storage-damaged"})
"""After these the program must be started again, or the box replaced."""
