"""Which papers a precinct commission owes, and how long the commission keeps an original.

In 2021 a precinct sent 23 scans of its counts by hand: a protocol for each of the two contests and an annex for each of
the 21 lists with the preferential votes. The box's zero and final report and the two reports of the identification
equipment come beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from shailoo.model.document import DocumentKind
from shailoo.model.election import Election, Station

KINDS: Final[tuple[DocumentKind, ...]] = (
    "zero-report",
    "final-report",
    "identification-initial",
    "identification-final",
    "protocol",
    "annex",
    "court-act",
    "commission-act",
    "case-paper",
)
"""Every kind, in the order of the day of voting; then decisions that may come later, and what people handed in."""
LATER: Final[frozenset[DocumentKind]] = frozenset({"court-act", "commission-act"})
"""Decisions: they are there when somebody has decided."""
CASE_PAPER: Final[DocumentKind] = "case-paper"
"""What somebody handed in with a case of a public register; `shailoo.usecases.publish_case_paper` brings it here."""
NEVER_OWED: Final[frozenset[DocumentKind]] = LATER | {CASE_PAPER}

RETENTION_DAYS: Final[Mapping[DocumentKind, int]] = {
    "zero-report": 1827,
    "final-report": 1827,
    "identification-initial": 366,
    "identification-final": 366,
    "protocol": 1827,
    "annex": 1827,
    "court-act": 3653,
    "commission-act": 3653,
    "case-paper": 1827,
}
"""Days after the day of voting for which an original is kept at least.

The periods are proposals, not law: the term of a parliament for counts, a year for what the identification equipment
prints, ten years for decisions. The operator sets what the commission has decided. Nothing deletes by itself.
"""


def part_of_box(box: str) -> str:
    """How a box's paper is named among several: its number in lower case."""
    return box.lower()


def part_of_case(number: int, at: int) -> str:
    """How a paper of a case is named: the case's number and which of its papers, from 1."""
    return f"{number}-{at}"


def part_of_list(contest: str, number: int) -> str:
    """How a list's annex is named: the contest and the list's number, `pr-07`."""
    return f"{contest}-{number:02}"


def expected_documents(
    election: Election, station: Station, boxes: Iterable[str] | None = None
) -> tuple[tuple[DocumentKind, str | None], ...]:
    """Every (kind, part) that a station owes, in the order of the day; within a kind in package order.

    `boxes` are the boxes that stand there now, when acts have changed what the package says.
    """
    if boxes is None:
        boxes = [box.id for box in election.boxes_by_station.get(station.no, ())]
    parts = tuple(sorted(part_of_box(box) for box in boxes))
    contests = election.contests_at(station)
    annexes = (
        part_of_list(contest.id, option.no) for contest in contests for option in contest.options if option.candidates
    )
    return (
        *(("zero-report", part) for part in parts),
        *(("final-report", part) for part in parts),
        ("identification-initial", None),
        ("identification-final", None),
        *(("protocol", contest.id) for contest in contests),
        *(("annex", part) for part in annexes),
    )


def document_order(kind: DocumentKind, part: str | None) -> tuple[int, str]:
    """Sort key: kinds in the order of the day, parts by name."""
    return KINDS.index(kind), part or ""


def source_of(kind: DocumentKind) -> Literal["box", "identification", "precinct", "decision", "case"]:
    """Who printed or wrote a paper of a kind."""
    match kind:
        case "zero-report" | "final-report":
            return "box"
        case "identification-initial" | "identification-final":
            return "identification"
        case "protocol" | "annex":
            return "precinct"
        case "court-act" | "commission-act":
            return "decision"
        case "case-paper":
            return "case"
