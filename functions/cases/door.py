"""What the public door of cases works with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from functions.cases.visitor import NOBODY, WhoVisits
from functions.client_address import client_address
from functions.web import Request
from shailoo.errors import Refused
from shailoo.model.case_kind import CaseKind
from shailoo.model.election import Election
from shailoo.ports import Clock, ItemStore, Uploads
from shailoo.rules.question_limit import Limit, QuestionLimit
from shailoo.usecases.case_desk import CaseDesk
from shailoo.usecases.case_index import CaseIndex
from shailoo.usecases.case_refusals import KindClosed
from shailoo.usecases.file_case import check_open

PREFIX: Final = "/api/cases/"
FILINGS_PER_ADDRESS: Final = Limit(30, 3600)
"""Filings without proof of work from one address. Telephone companies put many people behind one."""
CODES_PER_ADDRESS: Final = Limit(60, 600)
"""Codes typed in from one address: a code has 100 bits, so this only spares the store."""


class TooManyFilings(Refused):
    """Too much was filed from this address lately. Fact `retry_after`: seconds."""

    code = "too-many-filings"


@dataclass(frozen=True, slots=True)
class DoorLimits:
    """Counters in memory, with the lock that guards them."""

    filings: QuestionLimit
    codes: QuestionLimit
    lock: AbstractContextManager[object]


@dataclass(frozen=True, slots=True)
class CaseDoor:
    """`draw` gives as many random bytes as asked for."""

    desk: CaseDesk
    index: CaseIndex
    items: ItemStore
    uploads: Uploads
    clock: Clock
    origin: str
    limits: DoorLimits
    secret: bytes = field(repr=False)
    """Keys the tasks of the proof of work."""
    proxies: int = 0
    visitor: WhoVisits = lambda _request: NOBODY
    nudge: Callable[[], None] = lambda: None

    @property
    def elections(self) -> Mapping[str, Election]:
        """The elections of the installation."""
        return self.desk.registry.elections

    def now(self) -> datetime:
        """The present moment."""
        return self.clock.now()

    def open_elections(self, kind: CaseKind) -> list[Election]:
        """Elections at which a kind is filed today, the next election day first."""
        found = []
        for election in self.elections.values():
            try:
                check_open(kind, election, self.desk, now=self.now())
            except KindClosed:
                continue
            found.append(election)
        return sorted(found, key=lambda one: (one.day, one.id))

    def count_filing(self, request: Request) -> None:
        """Count a filing of an address. Raises TooManyFilings."""
        self._count(self.limits.filings, request)

    def count_code(self, request: Request) -> None:
        """Count a code that was typed in. Raises TooManyFilings."""
        self._count(self.limits.codes, request)

    def _count(self, counted: QuestionLimit, request: Request) -> None:
        address = client_address(request.client, request.headers.get("x-forwarded-for", ""), self.proxies)
        with self.limits.lock:
            free = counted.take(address.encode(), int(self.now().timestamp()))
        if not free:
            raise TooManyFilings(
                "Too much came from here lately. Come again later, or go to the commission.",
                retry_after=counted.limit.again_after,
            )
