"""The steps that the commission may take now, by one name on the screen, in the feed and in the documentation."""

from __future__ import annotations

from enum import StrEnum

from edge_agent.box import Box, Stage
from shailoo.model.report import ReportKind


class Step(StrEnum):
    """Something the commission asks of the box."""

    ZERO = "zero"
    OPEN = "open"
    CLOSE = "close"
    FINAL = "final"
    ANNEX = "annex"
    COPY_ZERO = "copy-zero"
    COPY_FINAL = "copy-final"
    COPY_ANNEX = "copy-annex"


def possible(box: Box) -> tuple[Step, ...]:
    """The steps that the box would not refuse in its present stage, the next one of the day first."""
    copies = (Step.COPY_ZERO,)
    match box.stage:
        case Stage.PROVISIONED:
            return (Step.ZERO,)
        case Stage.ZEROED:
            return (Step.OPEN, *copies)
        case Stage.OPEN:
            return (Step.CLOSE, *copies)
        case Stage.CLOSED:
            return (Step.FINAL, *copies)
        case Stage.REPORTED:
            annex = (Step.COPY_ANNEX,) if box.annex_printed else (Step.ANNEX,)
            return (*(annex if box.manifest.open_lists else ()), Step.COPY_FINAL, *copies)


def take(box: Box, step: Step) -> None:
    """Take a step. Raises what the box raises; nothing is then acknowledged."""
    match step:
        case Step.ZERO:
            box.zero_report()
        case Step.OPEN:
            box.open()
        case Step.CLOSE:
            box.close()
        case Step.FINAL:
            box.final_report()
        case Step.ANNEX:
            box.annex_report()
        case Step.COPY_ZERO:
            box.reprint(ReportKind.ZERO)
        case Step.COPY_FINAL:
            box.reprint(ReportKind.FINAL)
        case Step.COPY_ANNEX:
            box.reprint(ReportKind.ANNEX)
