"""What the publisher knows of cases: for each, where it stands; and the entries of the log that their records make.

Records enter one by one, in the order of the feed, so nothing here depends on how they were batched into versions. A
record that does not fit (no software of ours makes one) is counted and moves nothing: results are published by the same
program, and no case may stop them.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from builder.cases.counts import KindCounts, place_of
from builder.cases.row import CaseRow, moved
from shailoo.model.base import stamp
from shailoo.model.case import CaseAct, CaseFiled
from shailoo.records.canonical import digest
from shailoo.records.case_public import act_digest
from shailoo.records.case_receipt import CaseReceipt
from shailoo.records.log_entry import CaseActEntry, CaseEntry, LogEntry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shailoo.model.case_kind import CaseKind
    from shailoo.model.election import Election


@dataclass(slots=True)
class CaseState:
    """What is kept, and what a snapshot holds. No kind is in it: those come with the software."""

    rows: dict[str, CaseRow] = field(default_factory=dict)
    """Case -> how it stands."""
    told: dict[str, tuple[CaseFiled, list[CaseAct]]] = field(default_factory=dict)
    """Case -> its records, for kinds with a public register only."""
    counts: dict[tuple[str, str], KindCounts] = field(default_factory=dict)
    """(election, kind) -> how many, where and how they stand."""
    logged: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """(election, kind) -> filings and acts that are in the log."""
    order: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """(election, kind) -> cases of a public register in the order of their numbers."""
    unfit: int = 0
    """Records that did not fit what was known of their case."""
    changed: dict[str, None] = field(default_factory=dict)
    """Cases that changed since their pages were written."""


class CaseBook:
    """Cases of the elections that this publisher knows, as they stand."""

    def __init__(
        self, elections: Mapping[str, Election], kinds: Mapping[str, CaseKind], state: CaseState | None = None
    ) -> None:
        self.state = state or CaseState()
        self.kinds = kinds
        self.elections = elections
        self._waiting: deque[tuple[int, CaseFiled | CaseAct]] = deque()
        self.entries: list[tuple[int, LogEntry]] = []
        """Entries that have no number in the log yet, each with that of its record."""

    def receive(self, seq: int, record: CaseFiled | CaseAct) -> None:
        """A record of a case was read from the feed."""
        self._waiting.append((seq, record))

    @property
    def waiting(self) -> bool:
        """Records that are in no version yet."""
        return bool(self._waiting)

    def absorb(self, upto: int) -> None:
        """Take in the waiting records up to a feed number."""
        while self._waiting and self._waiting[0][0] <= upto:
            seq, record = self._waiting.popleft()
            entry = self._filed(seq, record) if isinstance(record, CaseFiled) else self._acted(record)
            if entry is None:
                self.state.unfit += 1
            else:
                self.entries.append((seq, entry))
                self.state.changed[record.case] = None

    def touch(self, part: str) -> None:
        """A paper of a case (`part_of_case`) became public, or is public no more: its page is made again."""
        number = part.rpartition("-")[0]
        for case in self.state.told:
            if str(self.state.rows[case].number) == number:
                self.state.changed[case] = None

    def _filed(self, seq: int, filed: CaseFiled) -> LogEntry | None:
        kind = self.kinds.get(filed.kind)
        if filed.election not in self.elections or filed.case in self.state.rows:
            return None
        row = self.state.rows[filed.case] = CaseRow.of(filed, seq, kind)
        key = filed.election, filed.kind
        self.state.counts.setdefault(key, KindCounts()).filed(self._place(row), row.status)
        self._count(key, filings=1)
        if kind is not None and kind.register:
            self.state.told[filed.case] = (filed, [])
            self.state.order.setdefault(key, []).append(filed.case)
        return CaseEntry(
            sha256=digest(CaseReceipt.of(filed, seq).text().encode()), at=stamp(filed.filed), election=filed.election,
            kind=filed.kind,
        )  # fmt: skip

    def _acted(self, act: CaseAct) -> LogEntry | None:
        row = self.state.rows.get(act.case)
        if row is None or act.n != row.acts + 1:
            return None
        kind = self.kinds.get(row.kind)
        after = moved(row, act, kind)
        if after is None:
            return None
        self.state.rows[act.case] = after
        if act.case in self.state.told:
            self.state.told[act.case][1].append(act)
        key = row.election, row.kind
        self._count(key, acts=1)
        if after.status != row.status:
            self.state.counts[key].move(self._place(row), row.status, after.status)
        rule = None if kind is None else kind.act(after.named(act, row))
        return CaseActEntry(
            sha256=act_digest(act, told=rule is not None and rule.told), at=stamp(act.entered), election=row.election,
            kind=row.kind,
        )  # fmt: skip

    def _count(self, key: tuple[str, str], *, filings: int = 0, acts: int = 0) -> None:
        before = self.state.logged.get(key, (0, 0))
        self.state.logged[key] = (before[0] + filings, before[1] + acts)

    def _place(self, row: CaseRow) -> tuple[str, str]:
        return place_of(row, self.elections[row.election])
