"""What a commission has before it: whose queue somebody may open, a page of it, and figures that sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from shailoo.model.case_kind import CaseKind, Phase
from shailoo.model.election import Election
from shailoo.model.record import Appointment
from shailoo.rules.case_standing import CaseStanding
from shailoo.usecases.case_index import CaseIndex, Lane, Place
from shailoo.usecases.registry import oversees

PER_PAGE: Final = 50
Part = Literal["", "late", "open", "waits"]
"""All of a queue, what is overdue, what the commission owes, what others owe."""
_PRECINCT = "pec-"


def own_commissions(appointments: Sequence[Appointment]) -> tuple[str, ...]:
    """The commissions that somebody acts for, in the order of the appointments; an auditor acts for none."""
    return tuple(one.commission for one in appointments if one.role != "auditor")


def may_open(commission: str, appointments: Sequence[Appointment], elections: Mapping[str, Election]) -> bool:
    """Whether somebody sees the queue of a commission: their own, those of stations below, all from the centre."""
    if commission in own_commissions(appointments):
        return True
    for election in elections.values():
        station = election.station_by_no.get(commission.removeprefix(_PRECINCT))
        here = station is not None and commission.startswith(_PRECINCT)
        if here and any(station is not None and oversees(one, election, station) for one in appointments):
            return True
        central = any(one.role == "central" for one in appointments)
        if central and any(one.id == commission for one in election.commissions):
            return True
    return False


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A part of a queue, and how long the whole is."""

    rows: tuple[tuple[Place, CaseStanding], ...]
    page: int
    """From 1."""
    pages: int
    found: int
    """How many cases the chosen part has."""
    late: int
    open: int
    waits: int
    """Of the whole queue of the chosen kind; `open` holds what is late too, so that open and waits sum to it."""
    kinds: Mapping[str, int]
    """Kind -> how many cases of the whole queue."""


def queue_page(
    index: CaseIndex, commission: str, *, now: datetime, kind: str = "", part: Part = "", page: int = 1
) -> QueuePage:
    """A page of a commission's queue, the most overdue first. A page past the end is the last one."""
    found: list[tuple[Place, CaseStanding]] = []
    kinds: Counter[str] = Counter()
    late = owed = waits = 0
    for place in index.queue(commission):
        standing = index.case(place.case)
        if standing is None or standing.closed:  # it moved on between the two questions
            continue
        kinds[standing.kind.name] += 1
        if kind and standing.kind.name != kind:
            continue
        is_late = place.late(now)
        waiting = standing.status.phase is Phase.WAITING
        late += is_late
        waits += waiting
        owed += not waiting
        if part == "" or (part == "late" and is_late) or (part in ("open", "waits") and waiting == (part == "waits")):
            found.append((place, standing))
    pages = max(1, -(-len(found) // PER_PAGE))
    page = min(max(page, 1), pages)
    rows = tuple(found[(page - 1) * PER_PAGE : page * PER_PAGE])
    return QueuePage(rows, page, pages, len(found), late, owed, waits, kinds)


def after_in_queue(index: CaseIndex, commission: str, number: int) -> CaseStanding | None:
    """The case that comes next in a commission's queue after one that is there, or the first one if it has left."""
    queue = index.queue(commission)
    at = next((at for at, place in enumerate(queue) if place.number == number), -1)
    if at + 1 < len(queue):
        return index.case(queue[at + 1].case)
    return None


@dataclass(frozen=True, slots=True)
class Figures:
    """Cases of one commission and kind, each counted once."""

    commission: str
    kind: str
    by_status: Mapping[str, int]
    by_phase: Mapping[Phase, int]
    late: int
    """Of the open and waiting ones."""

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.by_status.values())


def figures(
    index: CaseIndex,
    election: Election,
    kinds: Mapping[str, CaseKind],
    appointments: Sequence[Appointment],
    *,
    now: datetime,
) -> tuple[Figures, ...]:
    """Figures of every commission that the caller oversees, by commission and kind, only where there are cases.

    An auditor sees the figures of all commissions: there is no person in them.
    """
    auditor = any(one.role == "auditor" for one in appointments)
    found: dict[tuple[str, str], dict[str, int]] = {}
    for (of, kind, commission, status), count in index.counts().items():
        seen = auditor or may_open(commission, appointments, {election.id: election})
        if of == election.id and kind in kinds and seen:
            found.setdefault((commission, kind), {})[status] = count
    late: Counter[tuple[str, str]] = Counter()
    for commission in {commission for commission, _ in found}:
        for place in index.queue(commission):
            if place.lane is not Lane.RUNS or place.due >= now:
                break  # the queue is sorted: nothing behind it is late
            standing = index.case(place.case)
            if standing is not None and standing.filed.election == election.id:
                late[commission, standing.kind.name] += 1
    made = []
    for (commission, kind), by_status in sorted(found.items()):
        phases = dict.fromkeys(Phase, 0)
        for status, count in by_status.items():
            phases[kinds[kind].status(status).phase] += count
        made.append(Figures(commission, kind, by_status, phases, late[commission, kind]))
    return tuple(made)
