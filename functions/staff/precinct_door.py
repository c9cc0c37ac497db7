"""What the precinct's pages work with: whose station it is, which cases are there, and who may do what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from functions.home import Home
from functions.staff.desk import StaffDesk
from functions.web import Caller, Request
from shailoo.model.case import CONFIRM, DECLINE
from shailoo.model.case_kind import ActRule, CaseKind, device_field
from shailoo.model.election import Election, Station
from shailoo.rules.case_standing import CaseStanding, open_acts
from shailoo.usecases.act_on_case import Doing, rule_of
from shailoo.usecases.case_desk import CaseDesk, acting, may_see
from shailoo.usecases.case_refusals import NoSuchCase
from shailoo.usecases.crowded_houses import HouseBook
from shailoo.usecases.intake_refusals import NoSuchElection
from shailoo.usecases.registry import oversees
from shailoo.usecases.staff_refusals import NoSuchStation, NotYours

PREFIX = "/staff/precinct/"
_MOST_DIGITS = 12


@dataclass(frozen=True, slots=True)
class PrecinctDoor:
    """`home` is asked for the cases only when somebody comes: a function without them has these pages and no key."""

    staff: StaffDesk
    home: Home
    nudge: Callable[[], None]
    houses: HouseBook = field(default_factory=HouseBook)

    @property
    def desk(self) -> CaseDesk:
        """The desk of cases."""
        return self.home.case_desk

    def kinds(self) -> Sequence[CaseKind]:
        """Kinds whose applicants are identified before anything else: those are entered and listed here."""
        return [kind for kind in self.desk.kinds.values() if identified_kind(kind)]

    def election(self, request: Request) -> Election:
        """The election of the address. Raises NoSuchElection."""
        election = self.staff.elections.get(request.parameters["election"])
        if election is None:
            raise NoSuchElection("There is no such election in this installation.")
        return election

    def place(self, request: Request, caller: Caller) -> tuple[Election, Station]:
        """Election and station of the address. Raises NoSuchElection, NoSuchStation, NotYours."""
        election = self.election(request)
        station = election.station_by_no.get(request.parameters["station"])
        if station is None:
            raise NoSuchStation("This election has no such station.")
        if not works_at(caller, election, station):
            raise NotYours("Your commission does not handle applications of this station.", station=station.no)
        return election, station

    def cases(self, election: Election, stations: Sequence[Station]) -> list[CaseStanding]:
        """Applications of stations in the order of their numbers."""
        index = self.home.case_index
        index.follow(self.home.grouped)
        wanted = {station.no for station in stations}
        return [
            one
            for one in index
            if one.filed.station in wanted and one.filed.election == election.id and identified_kind(one.kind)
        ]

    def case(self, request: Request, caller: Caller, election: Election, station: Station) -> CaseStanding:
        """The case of the address, at this station. Raises NoSuchCase."""
        index = self.home.case_index
        index.follow(self.home.grouped)
        number = request.parameters["number"]
        known = number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS
        standing = index.numbered(int(number)) if known else None
        if (
            standing is None
            or standing.filed.station != station.no
            or standing.filed.election != election.id
            or not may_see(caller.appointments, standing, election)
        ):
            raise NoSuchCase("No case has this number, or it is not for your commission.")
        return standing

    def acts(self, standing: CaseStanding, caller: Caller, election: Election) -> list[tuple[str, ActRule]]:
        """Acts that the caller may do now, by name; corrections and transfers are the desk's matter."""
        found = []
        for name in open_acts(standing):
            if standing.kind.act(name) is None and name not in {CONFIRM, DECLINE}:
                continue
            rule = rule_of(Doing(name, len(standing.acts)), standing)
            if acting(caller.appointments, rule, standing, election) is not None:
                found.append((name, rule))
        return found


def identified_kind(kind: CaseKind) -> bool:
    """Whether applicants of a kind are identified by a device."""
    return any(device_field(act.form) is not None for act in kind.acts)


def works_at(caller: Caller, election: Election, station: Station) -> bool:
    """Whether a caller handles applications of a station."""
    return any(one.role != "auditor" and oversees(one, election, station) for one in caller.appointments)


def stations_of(caller: Caller, election: Election, commission: str) -> Sequence[Station]:
    """The stations below a commission of which the caller may have the register. Raises NotYours.

    A commission has its own; one above it has it too.
    """
    found = [one for one in election.stations if _is_below(one, election, commission)]
    own = any(one.commission == commission and one.role != "auditor" for one in caller.appointments)
    if not found or not (own or all(works_at(caller, election, one) for one in found)):
        raise NotYours("Your commission does not have this register.", commission=commission[:40])
    return found


def _is_below(station: Station, election: Election, commission: str) -> bool:
    district = election.district_by_id.get(station.district or "")
    central = any(one.id == commission and one.kind == "cec" for one in election.commissions)
    return central or commission in {
        f"pec-{station.no}",
        station.tec,
        None if district is None else district.commission,
    }
