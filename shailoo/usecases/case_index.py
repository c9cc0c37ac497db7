"""All cases of an installation as they stand, kept in memory and moved forward by the feed.

Queues, lists and counts are read from here; a decision is checked against the store itself.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from enum import IntEnum
from types import MappingProxyType
from typing import Final, NamedTuple

from shailoo.model.case import CaseAct, CaseFiled
from shailoo.model.case_calendar import NO_CALENDAR, CaseCalendar
from shailoo.model.case_kind import CaseKind, Phase
from shailoo.model.election import Election
from shailoo.model.record import read_record
from shailoo.ports import Entry, RecordStore
from shailoo.rules.case_standing import CaseStanding, opened, take
from shailoo.usecases.case_desk import dues, owner_of

_FOLDED = ("case/", "case-act/")
CountKey = tuple[str, str, str, str]
"""Election, kind, commission that the case belongs to now, status."""
_NO_END: Final = datetime.max.replace(tzinfo=UTC)


class Lane(IntEnum):
    """Which part of a queue a case is in; they stand in this order."""

    RUNS = 0
    """A clock runs: by due date, so that what is overdue comes first."""
    OPEN = 1
    """The commission owes a step, and no clock says by when."""
    WAITS = 2
    """Somebody else owes the next step."""


class Place(NamedTuple):
    """Where a case stands in a queue. Places sort as the queue does."""

    lane: Lane
    due: datetime
    """When the next clock that runs is due; the end of time where none does."""
    number: int
    case: str

    def late(self, now: datetime) -> bool:
        """Whether what is owed should have been done."""
        return self.lane is Lane.RUNS and now > self.due


class CaseIndex:
    """Cases by id, by number, by owner and by applicant. To share it between threads, give it a `guard`: a lock."""

    def __init__(
        self,
        kinds: Mapping[str, CaseKind],
        elections: Mapping[str, Election],
        guard: AbstractContextManager[object] | None = None,
        calendars: Mapping[str, CaseCalendar] = MappingProxyType({}),
    ) -> None:
        self._kinds = kinds
        self._calendars = calendars
        self._elections = elections
        self._guard = guard or nullcontext()
        self._upto = 0
        self._cases: dict[str, CaseStanding] = {}
        self._numbers: dict[int, str] = {}
        self._owned: dict[str, dict[str, None]] = {}
        """Commission -> ids of the open cases in its queue."""
        self._queues: dict[str, list[Place]] = {}
        """Commission -> places of the same cases, kept sorted: a page of a long queue is a slice."""
        self._places: dict[str, Place] = {}
        self._applicants: dict[str, list[str]] = {}
        self._counts: Counter[CountKey] = Counter()
        self.on_change: Callable[[CaseStanding | None, CaseStanding], None] = lambda _before, _after: None

    def follow(self, store: RecordStore) -> None:
        """Read what the feed has since the last time. Raises BadRecord, ActDoesNotFit, StorageFailed."""
        with self._guard:
            while entries := store.feed(self._upto):
                self._take(entries)

    def take(self, entries: Iterable[Entry]) -> None:
        """Take in entries of the feed in order; those already read are passed over."""
        with self._guard:
            self._take(entries)

    def case(self, case: str) -> CaseStanding | None:
        """The case of an id."""
        return self._cases.get(case)

    def numbered(self, number: int) -> CaseStanding | None:
        """The case of a number."""
        return self._cases.get(self._numbers.get(number, ""))

    def owned(self, commission: str) -> Sequence[CaseStanding]:
        """Open cases in a commission's queue, in the order in which they came there."""
        with self._guard:
            return [self._cases[case] for case in self._owned.get(commission, {})]

    def queue(self, commission: str) -> Sequence[Place]:
        """Open cases in a commission's queue: by due date, then what has no clock, then what waits for others."""
        with self._guard:
            return list(self._queues.get(commission, ()))

    def of_applicant(self, applicant: str) -> Sequence[CaseStanding]:
        """Every case of somebody who signed in, the newest first."""
        return [self._cases[case] for case in reversed(self._applicants.get(applicant, []))]

    def counts(self) -> Mapping[CountKey, int]:
        """How many cases stand where: every case is counted exactly once."""
        with self._guard:
            return {key: count for key, count in self._counts.items() if count}

    def __iter__(self) -> Iterator[CaseStanding]:
        """All cases in the order of their numbers."""
        return iter(list(self._cases.values()))

    def __len__(self) -> int:
        """How many cases there are."""
        return len(self._cases)

    def _take(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            if entry.seq <= self._upto:
                continue
            if entry.key.startswith(_FOLDED):
                match read_record(entry.body):
                    case CaseFiled() as filed if filed.kind in self._kinds:
                        self._put(None, opened(self._kinds[filed.kind], filed, entry.seq))
                    case CaseAct() as act if act.case in self._cases:
                        before = self._cases[act.case]
                        self._put(before, take(before, act))
                    case _:
                        pass  # of a kind that this program does not handle
            self._upto = entry.seq

    def _put(self, before: CaseStanding | None, after: CaseStanding) -> None:
        case = after.filed.case
        election = self._elections.get(after.filed.election)
        owner = after.body if election is None else owner_of(after, election)
        if before is None:
            self._numbers[after.number] = case
            if after.filed.applicant is not None:
                self._applicants.setdefault(after.filed.applicant, []).append(case)
        else:
            was = before.body if election is None else owner_of(before, election)
            self._counts[self._count_key(before, was)] -= 1
            if was != owner or after.closed:
                self._owned.get(was, {}).pop(case, None)
            self._leave(was, case)
        self._cases[case] = after
        self._counts[self._count_key(after, owner)] += 1
        if not after.closed:
            self._owned.setdefault(owner, {})[case] = None
            place = self._places[case] = self._place(after, election)
            insort(self._queues.setdefault(owner, []), place)
        self.on_change(before, after)

    def _leave(self, commission: str, case: str) -> None:
        place = self._places.pop(case, None)
        if place is not None:
            queue = self._queues[commission]
            del queue[bisect_left(queue, place)]

    def _place(self, standing: CaseStanding, election: Election | None) -> Place:
        """A clock that runs is due at a moment that no later moment changes; one that stands still gives no place."""
        due = _NO_END
        if election is not None:
            calendar = self._calendars.get(election.id, NO_CALENDAR)
            running = (
                one.due
                for one in dues(standing, election, calendar, standing.changed)
                if one.met is None and not one.paused
            )
            due = min(running, default=_NO_END)
        lane = Lane.WAITS if standing.status.phase is Phase.WAITING else Lane.OPEN
        return Place(lane if due == _NO_END else Lane.RUNS, due, standing.number, standing.filed.case)

    @staticmethod
    def _count_key(standing: CaseStanding, owner: str) -> CountKey:
        return (standing.filed.election, standing.kind.name, owner, standing.status.name)
