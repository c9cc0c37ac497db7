"""Applications in a rehearsal: a few hundred over every kind that voters have, with every way that one can end.

Every step goes through the use cases of the doors and desks, at the moment that it would have had before election day.
The people are made up (`rehearsal.voters.applicants`), and always the same apply for the same.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

import httpx

from rehearsal.voters.applicants import Applicant, applicants
from shailoo.assembly import (
    SIMULATED,
    CitizenProvider,
    IdentificationSettings,
    Installation,
    Settings,
    save_settings,
)
from shailoo.ids import StationNo
from shailoo.kinds import KINDS
from shailoo.model.base import Moment
from shailoo.model.case import CONFIRM, Channel
from shailoo.model.case_calendar import CaseCalendar, Window
from shailoo.model.election import Election
from shailoo.model.identification import Identification
from shailoo.model.notice import NoticeSettings
from shailoo.model.record import Appointment
from shailoo.model.refs import Role
from shailoo.ports import IdentificationDevice
from shailoo.records.case_code import RANDOM_BYTES, case_of, write_code
from shailoo.usecases.act_on_case import Doing, act_as_applicant, act_as_official
from shailoo.usecases.case_desk import applicant_of, find_case
from shailoo.usecases.file_case import Filing, file_case
from shailoo.usecases.identify import identify

COUNT: Final = 300
FIRST_DAYS, LAST_DAYS, CLOSED_DAYS = 60, 15, 10
"""Before election day: kinds open, kinds close (constitutional law, Art. 15), nothing is granted any more. The last is
this rehearsal's choice."""
VOTERS: Final = "shailoo-rehearsal-voters"
"""What the provider knows the voters' door as."""
SHOWN: Final = ("granted", "asked", "rejected", "waits", "processing")
"""What the voters for whom a visitor may sign in have come to."""
_DEVICE: Final = "identify"
_STEPS: Final[Mapping[str, tuple[str, ...]]] = {
    "granted": (_DEVICE, "take-up", "grant"),
    "granted by passport": ("identify-by-passport", CONFIRM, "grant"),
    "rejected": (_DEVICE, "take-up", "reject"),
    "asked": (_DEVICE, "ask"),
    "answered": (_DEVICE, "ask", "mend"),
    "processing": (_DEVICE, "take-up"),
    "received": (_DEVICE,),
    "waits": (),
    "cancelled": ("cancel",),
    "lapsed": ("lapse",),
    "withdrawn": (_DEVICE, "grant", "withdraw"),
    "opened again": (_DEVICE, "reject", "reopen", CONFIRM, "grant"),
}
_SHARES: Final = (
    ("granted", 52), ("granted by passport", 8), ("rejected", 12), ("asked", 2), ("answered", 3), ("processing", 3),
    ("received", 2), ("waits", 3), ("cancelled", 4), ("lapsed", 5), ("withdrawn", 4), ("opened again", 2),
)  # fmt: skip
"""Of a hundred. In 2020, 26 of 11,264 applications were in no status; here every one is in exactly one."""
_CHANNELS: Final[tuple[Channel, ...]] = ("online", "online", "online", "online", "paper", "telephone")
_REASONS: Final = {
    "reject": "Документтер билдирүүнү тастыктабайт / Документы не подтверждают заявление / The papers do not show it",
    "ask": "Үйдүн номерин тактаңыз / Уточните номер дома / Tell the number of the house",
    "lapse": "Эч ким келген жок / Никто не пришёл / Nobody came",
    "reopen": "Соттун чечими / Решение суда / A court's decision",
}
"""In three languages, as a rehearsal's readers have them. The Kyrgyz wants a native reader's check."""
_APPLICANT: Final = frozenset({"mend", "cancel", "withdraw"})


def calendar_of(election: Election) -> CaseCalendar:
    """When kinds are filed at a rehearsed election."""
    first, last = election.day - timedelta(FIRST_DAYS), election.day - timedelta(LAST_DAYS)
    windows = {name: Window(first=first, last=last) for name in KINDS}
    return CaseCalendar(windows=windows, marks={"lists-close": election.day - timedelta(CLOSED_DAYS)})


def open_to_applications(installation: Installation) -> Installation:
    """Give a rehearsal's installation its calendars, simulated devices and notices into files; returns it opened again.

    Where the commissions sign in at a provider, the voters do at the same one.
    """
    settings = Settings.model_validate_json((installation.folder / "settings.json").read_bytes())
    more: dict[str, object] = {
        "cases": {name: calendar_of(one) for name, one in installation.elections.items()},
        "identification": IdentificationSettings(url=SIMULATED),
        "notices": NoticeSettings(files=True),
    }
    if settings.identity is not None:
        secret = settings.identity.secret_file
        more["citizens"] = CitizenProvider(issuer=settings.identity.issuer, client_id=VOTERS, secret_file=secret)
    save_settings(installation.folder, settings.model_copy(update=more))
    installation.close()
    return Installation.open(installation.folder)


@dataclass(frozen=True, slots=True)
class Planned:
    """One application: whose, what, how it came, and what becomes of it."""

    at: int
    kind: str
    way: str
    channel: Channel
    who: Applicant
    target: str
    """The station that it is filed for."""
    remote: str
    """A remote-voting station."""

    @property
    def code(self) -> str:
        """The applicant's code. Nobody's secret: it is a rehearsal."""
        return write_code(hashlib.sha256(f"rehearsal\n{self.at}".encode()).digest()[:RANDOM_BYTES])

    @property
    def subject(self) -> str:
        """Under which name the applicant signs in at the rehearsal's provider."""
        return f"voter-{self.at + 1}"


def plan(installation: Installation, election: Election, count: int = COUNT) -> Sequence[Planned]:
    """What is applied for, always the same."""
    ways = [name for name, share in _SHARES for _ in range(share)]
    kinds = list(KINDS)
    remote = [one.no for one in election.stations if one.kind == "remote"]
    found = []
    people = applicants(installation.folder, election, count)
    # Who is registered abroad has none of their own.
    somewhere = next((one.settlement for one in people if one.settlement), "rehearsal")
    for at, one in enumerate(people):
        who = one if one.settlement else replace(one, settlement=somewhere)
        own = election.station_by_no[who.station]
        near = [each.no for each in election.stations if each.tec == own.tec and each.district == own.district]
        kind = kinds[at % len(kinds)]
        moved = kind == "electoral-address"
        target = near[(near.index(own.no) + 1) % len(near)] if moved else own.no
        # 37 has no factor in common with 100: neighbours in the list end in different ways.
        way, channel = ways[at * 37 % len(ways)], _CHANNELS[at // len(kinds) % len(_CHANNELS)]
        found.append(Planned(at, kind, way, channel, who, target, remote[at % len(remote)] if remote else own.no))
    return found


def _silent(done: int, of: int) -> None:
    """Say nothing."""
    _ = done, of


def play_applications(
    installation: Installation,
    election: Election,
    issuer: str,
    *,
    until: Moment | None = None,
    told: Callable[[int, int], None] = _silent,
) -> Sequence[Planned]:
    """File and handle all applications in the order of their moments, up to a moment.

    Returns those that have come to the end of their way.

    `issuer` is where the applicants sign in. Raises what the use cases raise.
    """
    planned = plan(installation, election)
    steps: list[tuple[datetime, int, int]] = []
    for one in planned:
        day = election.day - timedelta(FIRST_DAYS - 1) + timedelta(one.at * 29 % (FIRST_DAYS - LAST_DAYS - 1))
        began = datetime.combine(day, time(4 + one.at % 8, one.at * 7 % 60), ZoneInfo("UTC"))
        steps += [(began + timedelta(hours=20 * n), one.at, n) for n in range(len(_STEPS[one.way]) + 1)]
    due = sorted(step for step in steps if until is None or step[0] <= until)
    desks = _Desks(installation, election, issuer)
    for done, (now, at, n) in enumerate(due, 1):
        desks.do(planned[at], n, now)
        told(done, len(due))
    happened = {(at, n) for _, at, n in due}
    return [one for one in planned if (one.at, len(_STEPS[one.way])) in happened]


def introduce(planned: Sequence[Planned], issuer: str) -> Sequence[str]:
    """Let the rehearsal's provider know one voter of each of SHOWN; returns the names to sign in with."""
    names = []
    for way in SHOWN:
        found = [one for one in planned if one.way == way and one.channel == "online"]
        one = next((one for one in found if one.kind == "electoral-address"), found[0] if found else None)
        if one is not None:
            httpx.put(f"{issuer}/users/{one.subject}", json=one.who.claims()).raise_for_status()
            names.append(one.subject)
    return names


def statuses(installation: Installation) -> Mapping[str, int]:
    """How many applications stand where."""
    installation.case_index.follow(installation.store)
    return Counter(one.status.name for one in installation.case_index)


@runtime_checkable
class Simulated(IdentificationDevice, Protocol):
    """A device that recognises whom it is told to."""

    def recognise(self, station: StationNo, pin: str, now: datetime) -> Identification:
        """Somebody stands before it."""
        ...


class _Desks:
    """The applicants and the commissions of a rehearsal."""

    def __init__(self, installation: Installation, election: Election, issuer: str) -> None:
        installation.registry.follow(installation.store)
        # One thread appends: a group of one would only wait.
        self._desk = replace(installation.case_desk, store=installation.store)
        self._election = election
        self._issuer = issuer
        self._key = installation.person_key
        self._device = installation.identification

    def do(self, one: Planned, n: int, now: datetime) -> None:
        """The n-th step of an application; 0 files it."""
        if n == 0:
            self._file(one, now)
            return
        act = _STEPS[one.way][n - 1]
        standing = find_case(case_of(one.code), self._desk)
        case, seen = standing.filed.case, len(standing.acts)
        if act in _APPLICANT:
            fields = {"answer": f"{one.who.street}, {one.who.house}"} if act == "mend" else {}
            act_as_applicant(case, Doing(act, seen, fields), self._desk, now=now)
        elif act == _DEVICE and isinstance(self._device, Simulated):
            self._device.recognise(StationNo(one.target), one.who.pin, now)
            identify(case, seen, self._desk, self._device, self._official(one.target, "precinct"), number=None, now=now)
        else:
            rule = standing.kind.act(standing.pending.act if standing.pending is not None else act)
            level: Role = "precinct" if rule is None or rule.levels[0] == "precinct" else "territorial"
            who = self._official(one.target, level, second=act == CONFIRM)
            doing = Doing(act, seen, self._fields(one, act), reason=_REASONS.get(act))
            act_as_official(case, doing, self._desk, who, now=now)

    def _file(self, one: Planned, now: datetime) -> None:
        online = one.channel == "online"
        filing = Filing(
            kind=one.kind, election=self._election.id, station=one.target, fields=_form(one), code=one.code,
            channel=one.channel, applicant=applicant_of(self._key, self._issuer, one.subject) if online else None,
            person=one.who.person(),
        )  # fmt: skip
        file_case(filing, self._desk, now=now, by=None if online else self._official(one.target, "precinct"))

    def _fields(self, one: Planned, act: str) -> dict[str, object]:
        if act == "identify-by-passport":
            return {"passport_seen": "yes", "cause": "no-fingerprint"}
        return {"birth": one.who.birth} if act == "grant" and one.kind == "voter-mistake" else {}

    def _official(self, station: str, role: Role, *, second: bool = False) -> tuple[str, Sequence[Appointment]]:
        place = self._election.station_by_no[station]
        commission = f"pec-{station}" if role == "precinct" else place.tec
        person = hashlib.sha256(f"rehearsal\n{commission}\n{second}".encode()).hexdigest()
        held = {
            "person": person, "commission": commission, "version": 1, "role": role, "active": True,
            "entered": "2021-01-01T00:00:00Z",
        }  # fmt: skip
        return person, (Appointment.model_validate(held, strict=False),)


def _form(one: Planned) -> Mapping[str, object]:
    """A filled form of each kind."""
    who = one.who
    address = {"settlement": who.settlement, "street": who.street or "Манас", "house": _house(who.house)}
    forms: Mapping[str, Mapping[str, object]] = {
        "voter-missing": address,
        "voter-mistake": {"what": "birth", "right": who.birth},
        "electoral-address": {**address, "since": ("work", "study", "family", "other")[one.at % 4]},
        "outside-premises": {"because": "health", "where": f"{who.street or 'Манас'}, {who.house}",
                             "phone": "+996 555 000000"},
        "remote-station": {"at": one.remote},
        "voter-disability": {"need": ("step-free", "blind", "deaf", "help")[one.at % 4]},
    }  # fmt: skip
    return forms[one.kind]


def _house(text: str) -> str:
    return text if text[:1].isdecimal() and " " not in text else "1"
