"""What the pages of cases work with, and what whoever asks may see of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from functions.staff.desk import StaffDesk
from functions.web import Caller
from shailoo.model.case import CORRECT, Official
from shailoo.model.case_kind import ActRule
from shailoo.model.election import Election
from shailoo.rules.case_standing import ActDoesNotFit, CaseStanding, open_acts
from shailoo.usecases.act_on_case import Doing, rule_of
from shailoo.usecases.case_desk import CaseDesk, acting, find_case, may_see, owner_of
from shailoo.usecases.case_index import CaseIndex
from shailoo.usecases.case_refusals import NoSuchCase

PREFIX: Final = "/staff/cases/"
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class CaseRoom:
    """The commissions' door, and the cases behind it."""

    staff: StaffDesk
    desk: CaseDesk
    index: CaseIndex

    @property
    def elections(self) -> Mapping[str, Election]:
        """The elections of the installation."""
        return self.staff.elections

    def election_of(self, standing: CaseStanding) -> Election:
        """The election of a case."""
        return self.elections[standing.filed.election]

    def zone_of(self, standing: CaseStanding) -> str:
        """On whose clocks the people of a case live."""
        election = self.election_of(standing)
        station = election.station_by_no.get(standing.filed.station or "")
        return election.zone if station is None else station.zone

    def case(self, number: str, caller: Caller) -> CaseStanding:
        """A case by its number, read from the store itself. Raises NoSuchCase, also where the caller may not see it."""
        self.index.follow(self.staff.store)
        known = None
        if number.isascii() and number.isdecimal() and len(number) <= _DIGITS:
            known = self.index.numbered(int(number))
        if known is None or not may_see(caller.appointments, known, self.election_of(known)):
            raise NoSuchCase("No case has this number, or it is not for your commission.")
        standing = find_case(known.filed.case, self.desk)
        if not may_see(caller.appointments, standing, self.election_of(standing)):
            raise NoSuchCase("No case has this number, or it is not for your commission.")
        return standing

    def seen_by(self, standing: CaseStanding, caller: Caller) -> Official:
        """As which official the caller looks at a case: under an appointment that shows it. Raises NoSuchCase."""
        for one in caller.appointments:
            if may_see((one,), standing, self.election_of(standing)):
                return Official(person=caller.person or "", commission=one.commission, role=one.role)
        raise NoSuchCase("No case has this number, or it is not for your commission.")

    def owner(self, standing: CaseStanding) -> str:
        """In whose queue a case is."""
        return owner_of(standing, self.election_of(standing))

    def choices(self, standing: CaseStanding, caller: Caller) -> list[Choice]:
        """What the caller may do to a case now, in the order of the declaration; corrections of each act last."""
        found = []
        for name in open_acts(standing):
            numbers = [act.n for act in standing.acts if act.by and act.act != CORRECT] if name == CORRECT else [None]
            for of in numbers:
                try:
                    rule = rule_of(Doing(act=name, seen=len(standing.acts), of=of), standing)
                except ActDoesNotFit:
                    continue
                proposer = None if standing.pending is None else standing.pending.by
                own = name == "confirm" and proposer is not None and proposer.person == caller.person
                if not own and acting(caller.appointments, rule, standing, self.election_of(standing)) is not None:
                    found.append(Choice(name, rule, of))
        return found


@dataclass(frozen=True, slots=True)
class Choice:
    """An act that somebody may do: of a built-in one, the rule of the act that it concerns, and which one that is."""

    act: str
    rule: ActRule
    of: int | None = None

    @property
    def key(self) -> str:
        """What an address calls it."""
        return self.act if self.of is None else f"{self.act}-{self.of}"
