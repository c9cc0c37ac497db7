"""What the cabinet's handlers work with, and what it knows of whoever is signed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.cabinet.session import VoterSessions
from functions.cases.visitor import Visitor
from functions.web import Request
from shailoo.errors import ShailooError
from shailoo.ids import StationNo
from shailoo.model.election import Election
from shailoo.ports import Clock, RecordStore, VoterEntries
from shailoo.rules.case_standing import CaseStanding
from shailoo.usecases.case_desk import CaseDesk
from shailoo.usecases.case_index import CaseIndex
from shailoo.usecases.case_refusals import NoSuchCase
from shailoo.usecases.find_station import Place
from shailoo.usecases.my_entry import MyEntry, my_entry


@dataclass(frozen=True, slots=True)
class Mine:
    """Somebody who is signed in, with their own cases (the newest first) and entry."""

    visitor: Visitor
    cases: Sequence[CaseStanding]
    entry: MyEntry


@dataclass(frozen=True, slots=True)
class CabinetDesk:
    """`sessions` knows who is signed in; `clock` may tell a replayed evening's time."""

    sessions: VoterSessions
    clock: Clock
    cases: CaseDesk
    index: CaseIndex
    entries: VoterEntries | None
    """None where no voter list has been published."""
    places: Callable[[StationNo], Place] | None
    """Knows stations by the address register; None where there is none."""

    @property
    def elections(self) -> Mapping[str, Election]:
        """The elections of the installation."""
        return self.cases.registry.elections

    @property
    def store(self) -> RecordStore:
        """The records."""
        return self.cases.store

    def now(self) -> datetime:
        """The present moment."""
        return self.clock.now()

    def mine(self, request: Request) -> Mine:
        """What belongs to whoever is signed in; for a route of voters alone. Raises StorageFailed, NotFound."""
        visitor = self.sessions.visitor(request)
        cases = self.my_cases(visitor)
        return Mine(visitor, cases, my_entry(visitor.person.get("pin", ""), cases, self.cases, self.entries))

    def my_cases(self, visitor: Visitor) -> Sequence[CaseStanding]:
        """Cases of who is signed in, the newest first."""
        if visitor.applicant is None:
            return ()
        self.index.follow(self.store)
        return self.index.of_applicant(visitor.applicant)

    def my_case(self, request: Request, number: str) -> CaseStanding:
        """One of the cases of who is signed in. Raises NoSuchCase, also for somebody else's."""
        for one in self.my_cases(self.sessions.visitor(request)):
            if str(one.number) == number:
                return one
        raise NoSuchCase("None of your cases has this number.")

    def place(self, station: str) -> Place | None:
        """A station by the address register, where that knows it."""
        if self.places is None:
            return None
        try:
            return self.places(StationNo(station))
        except ShailooError:  # the page tells the number all the same
            return None
