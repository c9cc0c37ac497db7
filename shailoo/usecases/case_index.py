"""All cases of an installation as they stand, kept in memory and moved forward by the feed.

Queues, lists and counts are read from here; a decision is checked against the store itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext

from shailoo.model.case import CaseAct, CaseFiled
from shailoo.model.case_kind import CaseKind
from shailoo.model.election import Election
from shailoo.model.record import read_record
from shailoo.ports import Entry, RecordStore
from shailoo.rules.case_standing import CaseStanding, opened, take
from shailoo.usecases.case_desk import owner_of

_FOLDED = ("case/", "case-act/")
CountKey = tuple[str, str, str, str]
"""Election, kind, commission that the case belongs to now, status."""


class CaseIndex:
    """Cases by id, by number, by owner and by applicant. To share it between threads, give it a `guard`: a lock."""

    def __init__(
        self,
        kinds: Mapping[str, CaseKind],
        elections: Mapping[str, Election],
        guard: AbstractContextManager[object] | None = None,
    ) -> None:
        self._kinds = kinds
        self._elections = elections
        self._guard = guard or nullcontext()
        self._upto = 0
        self._cases: dict[str, CaseStanding] = {}
        self._numbers: dict[int, str] = {}
        self._owned: dict[str, dict[str, None]] = {}
        """Commission -> ids of the open cases in its queue."""
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
        self._cases[case] = after
        self._counts[self._count_key(after, owner)] += 1
        if not after.closed:
            self._owned.setdefault(owner, {})[case] = None
        self.on_change(before, after)

    @staticmethod
    def _count_key(standing: CaseStanding, owner: str) -> CountKey:
        return (standing.filed.election, standing.kind.name, owner, standing.status.name)
