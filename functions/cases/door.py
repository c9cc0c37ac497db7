"""What the public door of cases works with."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from functions.cases.visitor import NOBODY, Visitor, WhoVisits
from functions.cases.work import LASTS_S, is_solved, make_task
from functions.client_address import client_address
from functions.web import Request
from shailoo.errors import Refused
from shailoo.model.case_kind import CaseKind
from shailoo.model.election import Election
from shailoo.model.notice import NoticeSettings
from shailoo.ports import Clock, ItemStore, Uploads
from shailoo.rules.question_limit import Limit, QuestionLimit
from shailoo.usecases.case_desk import CaseDesk
from shailoo.usecases.case_index import CaseIndex
from shailoo.usecases.case_refusals import KindClosed, TooManyCases
from shailoo.usecases.file_case import check_open

PREFIX: Final = "/api/cases/"
FILINGS_PER_ADDRESS: Final = Limit(30, 3600)
"""Filings without proof of work from one address. Telephone companies put many people behind one."""
WORKED_PER_ADDRESS: Final = Limit(250, 3600)
"""Filings from one address whose browsers have proved work."""
PAPERS_PER_ADDRESS: Final = Limit(120, 3600)
"""Files from one address: each is up to 20 MB of the private store."""
OPEN_PER_PERSON: Final = 3
"""Open cases of one kind at one election that a person who signed in may have."""
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
    worked: QuestionLimit = field(default_factory=lambda: _limit(WORKED_PER_ADDRESS))
    papers: QuestionLimit = field(default_factory=lambda: _limit(PAPERS_PER_ADDRESS))
    spent: QuestionLimit = field(default_factory=lambda: _limit(Limit(1, LASTS_S)))
    """Tasks that were solved and used: by this process, so another one may take a solution once more."""


def _limit(limit: Limit) -> QuestionLimit:
    return QuestionLimit(limit, secrets.token_bytes(32), 1 << 16)


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
    notices: NoticeSettings | None = None
    """By which ways applicants are told; None: nobody is, and no address is asked for."""
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

    def task(self) -> str:
        """A task for the proof of work."""
        return make_task(self.secret, self.desk.draw(12), int(self.now().timestamp()))

    def count_filing(self, request: Request, task: str = "", work: str = "") -> None:
        """Count a filing of an address; with a solved task by the wider limit. Raises TooManyFilings."""
        now = int(self.now().timestamp())
        worked = bool(task) and is_solved(self.secret, task, work, now)
        if worked:
            with self.limits.lock:
                worked = self.limits.spent.take(task.encode(), now)
        self._count(self.limits.worked if worked else self.limits.filings, request)

    def count_paper(self, request: Request) -> None:
        """Count a file of an address. Raises TooManyFilings."""
        self._count(self.limits.papers, request)

    def count_code(self, request: Request) -> None:
        """Count a code that was typed in. Raises TooManyFilings."""
        self._count(self.limits.codes, request)

    def check_person(self, visitor: Visitor, kind: CaseKind, election: str) -> None:
        """Whether somebody who signed in may begin one more case of a kind. Raises TooManyCases, StorageFailed."""
        if visitor.applicant is None:
            return
        self.index.follow(self.desk.store)
        there = self.index.of_applicant(visitor.applicant)
        same = [one for one in there if (one.kind.name, one.filed.election) == (kind.name, election)]
        if sum(not one.closed for one in same) >= OPEN_PER_PERSON:
            raise TooManyCases("There are as many open applications of yours as may be.", kind=kind.name)

    def _count(self, counted: QuestionLimit, request: Request) -> None:
        address = client_address(request.client, request.headers.get("x-forwarded-for", ""), self.proxies)
        with self.limits.lock:
            free = counted.take(address.encode(), int(self.now().timestamp()))
        if not free:
            raise TooManyFilings(
                "Too much came from here lately. Come again later, or go to the commission.",
                retry_after=counted.limit.again_after,
            )
