"""The desk of cases: what its use cases work with, and who may see and do what with which case."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shailoo.ids import Digest
from shailoo.model.case import CaseAct, CaseContent, CaseFiled
from shailoo.model.case_calendar import NO_CALENDAR, CaseCalendar
from shailoo.model.case_kind import ROLE_OF_LEVEL, ActRule, CaseKind, Level
from shailoo.model.election import Election, Station
from shailoo.model.record import Appointment, read_record
from shailoo.ports import NoteSigner, ObjectStore, Places, RecordStore
from shailoo.rules.case_clock import due_of, is_overdue
from shailoo.rules.case_standing import CaseStanding, standing_of
from shailoo.usecases.case_refusals import NoSuchCase, NoSuchKind
from shailoo.usecases.registry import Registry, oversees

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class CaseDesk:
    """What the use cases of cases work with. `registry` must have followed `store`."""

    registry: Registry
    store: RecordStore
    private: ObjectStore
    """Contents and originals: personal data, which no publisher reads."""
    signer: NoteSigner
    """Signs receipts."""
    kinds: Mapping[str, CaseKind]
    calendars: Mapping[str, CaseCalendar]
    """By election."""
    draw: Callable[[int], bytes]
    """As many random bytes as asked for."""
    person_key: bytes = field(repr=False)
    """Secret of the installation: under it a person's digest cannot be guessed from a PIN."""
    find_places: Callable[[], Places | None] = field(default=lambda: None, repr=False)
    """Asked anew each time: an address register comes into force while the doors are open."""

    @property
    def places(self) -> Places | None:
        """Towns and villages to choose from; None without an address register: then anything goes."""
        return self.find_places()

    def kind(self, name: str) -> CaseKind:
        """The kind of a name. Raises NoSuchKind."""
        kind = self.kinds.get(name)
        if kind is None:
            raise NoSuchKind("Nothing of this kind is filed here.", kind=name[:40])
        return kind

    def calendar(self, election: str) -> CaseCalendar:
        """The calendar of an election; an empty one where the operator gave none."""
        return self.calendars.get(election, NO_CALENDAR)

    def content(self, sha256: str) -> CaseContent:
        """What was handed in privately. Raises NotFound, StorageFailed."""
        return CaseContent.model_validate_json(self.private.get(Digest(sha256)))


def applicant_of(key: bytes, issuer: str, subject: str) -> str:
    """How somebody who signed in is known in records of cases: a keyed digest, 64 hexadecimal digits."""
    return hmac.digest(key, f"applicant\n{issuer}\n{subject}".encode(), hashlib.sha256).hex()


def find_case(case: str, desk: CaseDesk) -> CaseStanding:
    """A case as it stands now, read from the store. Raises NoSuchCase, StorageFailed."""
    entry = desk.store.get(f"case/{case}")
    filed = None if entry is None else read_record(entry.body)
    if entry is None or not isinstance(filed, CaseFiled):
        raise NoSuchCase("No case has this code.")
    return standing_of(desk.kind(filed.kind), filed, entry.seq, _acts(case, desk.store))


def _acts(case: str, store: RecordStore) -> Sequence[CaseAct]:
    found: list[CaseAct] = []
    cursor = None
    while True:
        page = store.page(f"case-act/{case}/", cursor=cursor, limit=_PAGE)
        found += [one for one in (read_record(entry.body) for entry in page.entries) if isinstance(one, CaseAct)]
        cursor = page.cursor
        if cursor is None:
            return found


# --- where a case belongs ---


def commission_above(level: Level, election: Election, station: Station | None) -> str | None:
    """The commission of a level above a station; None where the election has none there."""
    if level == "central":
        return next((one.id for one in election.commissions if one.kind == "cec"), None)
    if station is None:
        return None
    match level:
        case "precinct":
            return f"pec-{station.no}"
        case "territorial":
            return station.tec
        case "district":
            district = election.district_by_id.get(station.district or "")
            return None if district is None else district.commission


def owner_of(standing: CaseStanding, election: Election) -> str:
    """The commission in whose queue a case is: that of its status, or the one it is addressed or transferred to."""
    level = standing.status.owner
    if standing.transferred or level is None:
        return standing.body
    return commission_above(level, election, station_of(standing, election)) or standing.body


def station_of(standing: CaseStanding, election: Election) -> Station | None:
    """The station of a case, if it has one."""
    return election.station_by_no.get(standing.filed.station or "")


def may_see(appointments: Sequence[Appointment], standing: CaseStanding, election: Election) -> bool:
    """Whether any appointment lets its holder see a case with its documents: its commissions and those above."""
    station = station_of(standing, election)
    named = {standing.body, standing.filed.commission, owner_of(standing, election)}
    return any(one.role == "central" for one in appointments) or any(
        one.role != "auditor"
        and (
            one.role == "central"
            or one.commission in named
            or (station is not None and oversees(one, election, station))
        )
        for one in appointments
    )


def acting(
    appointments: Sequence[Appointment], rule: ActRule, standing: CaseStanding, election: Election
) -> Appointment | None:
    """The appointment under which somebody may do an act on a case, or None.

    `body` is the commission itself. `levels` are commissions above the station; once a case was transferred, of those
    only the one that it was transferred to, and the central one where it is named.
    """
    station = station_of(standing, election)
    for one in appointments:
        if rule.body and one.commission == standing.body and one.role != "auditor":
            return one
        for level in rule.levels:
            if one.role != ROLE_OF_LEVEL[level]:
                continue
            if level == "central":
                return one
            here = station is not None and oversees(one, election, station)
            if standing.transferred and level != "precinct":
                here = one.commission == standing.body
            if here:
                return one
    return None


# --- clocks ---


@dataclass(frozen=True, slots=True)
class Due:
    """A clock of a case, as it stands at a moment."""

    name: str
    label: str
    article: str
    due: datetime
    met: datetime | None
    paused: bool
    overdue: bool


def dues(standing: CaseStanding, election: Election, calendar: CaseCalendar, now: datetime) -> tuple[Due, ...]:
    """Every clock of a case that was started, the earliest first."""
    station = station_of(standing, election)
    zone = election.zone if station is None else station.zone
    found = []
    for rule in standing.kind.clocks:
        run = standing.clocks.get(rule.name)
        if run is None:
            continue
        due = due_of(rule, run, zone=zone, calendar=calendar, election_day=election.day, now=now)
        late = is_overdue(due, run, now)
        found.append(Due(rule.name, rule.label, rule.article, due, run.met, run.paused, late))
    return tuple(sorted(found, key=lambda one: (one.due, one.name)))


def next_due(standing: CaseStanding, election: Election, calendar: CaseCalendar, now: datetime) -> Due | None:
    """The clock that is due first among those that have not been met; None when nothing is owed."""
    return next((one for one in dues(standing, election, calendar, now) if one.met is None), None)
