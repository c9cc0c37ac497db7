"""A desk of cases, people of every commission, and forms that a kind's own schema would let in."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from hypothesis import strategies as st

from shailoo.adapters.keys import FileNoteSigner, new_note_key
from shailoo.adapters.memory import MemoryObjectStore, MemoryStore
from shailoo.kinds import KINDS
from shailoo.model.case import CONFIRM, CORRECT, DECLINE, TRANSFER
from shailoo.model.case_calendar import CaseCalendar, Window
from shailoo.model.case_kind import CaseForm, CaseKind, device_field
from shailoo.model.record import Appointment
from shailoo.model.refs import Role
from shailoo.ports import ObjectStore, RecordStore
from shailoo.records.case_code import RANDOM_BYTES, write_code
from shailoo.rules.case_standing import CaseStanding, can_be_corrected, open_acts
from shailoo.usecases.act_on_case import Doing, act_as_applicant, act_as_official, rule_of
from shailoo.usecases.case_desk import CaseDesk, acting
from shailoo.usecases.case_index import CaseIndex
from shailoo.usecases.file_case import Filed, Filing, file_case
from shailoo.usecases.registry import Registry
from tests.functions.case_scene import LAMP
from tests.usecases.case_toys import GRIEVANCE
from tests.voting import small_election

PLAYED: Final[Mapping[str, CaseKind]] = {**KINDS, "lamp": LAMP, "grievance": GRIEVANCE}
"""Every declared kind, and the toys."""
ELECTION: Final = small_election()
CALENDAR: Final = CaseCalendar(
    windows=dict.fromkeys(KINDS, Window(first=date(2025, 1, 1), last=date(2025, 12, 31))),
    marks={"lists-close": date(2025, 5, 27), "results-day": date(2025, 6, 20)},
    holidays=frozenset({date(2025, 6, 6)}),
)
STATIONS: Final = ("1001", "1002", "5001", "9001")
_KEY: Final = new_note_key("commission.example/receipts")

Who = tuple[str, list[Appointment]]


def official(person: str, commission: str, role: Role) -> Who:
    """Somebody with one appointment; `person` is two hexadecimal digits."""
    key, since = person * 32, datetime(2025, 1, 1, tzinfo=UTC)
    return key, [Appointment(person=key, commission=commission, role=role, version=1, active=True, entered=since)]


def _everybody() -> Iterator[Who]:
    places: list[tuple[str, Role]] = [(f"pec-{one.no}", "precinct") for one in ELECTION.stations]
    of_kind: Mapping[str, Role] = {"cec": "central", "tec": "territorial", "dec": "district"}
    places += [(one.id, of_kind[one.kind]) for one in ELECTION.commissions]
    places.append(("cec", "auditor"))
    for n, (commission, role) in enumerate(places):
        yield official(f"{2 * n:02x}", commission, role)
        yield official(f"{2 * n + 1:02x}", commission, role)


PEOPLE: Final = tuple(_everybody())
"""Two of every commission, and two auditors."""


@dataclass
class Play:
    """A desk on some stores, and an index that follows them."""

    store: RecordStore = field(default_factory=MemoryStore)
    private: ObjectStore = field(default_factory=MemoryObjectStore)
    draw: Callable[[int], bytes] = os.urandom
    desk: CaseDesk = field(init=False)
    index: CaseIndex = field(init=False)

    def __post_init__(self) -> None:
        self.desk = CaseDesk(
            registry=Registry({ELECTION.id: ELECTION}, threading.Lock()),
            store=self.store,
            private=self.private,
            signer=FileNoteSigner(_KEY),
            kinds=PLAYED,
            calendars={ELECTION.id: CALENDAR},
            draw=self.draw,
            person_key=bytes(32),
        )
        self.index = CaseIndex(PLAYED, {ELECTION.id: ELECTION}, calendars={ELECTION.id: CALENDAR})

    def file(self, kind: str, fields: Mapping[str, object], *, station: str, now: datetime, seed: int = 0) -> Filed:
        """File one online."""
        return file_case(filing(kind, fields, station=station, seed=seed), self.desk, now=now)

    def choices(self, standing: CaseStanding) -> list[tuple[str, int | None, Who | None]]:
        """Every act that is open, with everybody who may do it; None is the applicant."""
        found: list[tuple[str, int | None, Who | None]] = []
        for name in open_acts(standing):
            rule = standing.kind.act(name)
            if rule is not None and rule.applicant:
                found.append((name, None, None))
            numbers = (
                [act.n for act in standing.acts if can_be_corrected(standing, act.n)] if name == CORRECT else [None]
            )
            for of in numbers:
                under = rule_of(Doing(name, len(standing.acts), of=of), standing)
                for who in PEOPLE:
                    proposer = None if standing.pending is None else standing.pending.by
                    own = name == CONFIRM and proposer is not None and proposer.person == who[0]
                    if not own and acting(who[1], under, standing, ELECTION) is not None:
                        found.append((name, of, who))
        return found

    def act(self, standing: CaseStanding, doing: Doing, who: Who | None, *, now: datetime) -> CaseStanding:
        """Do it as an official, or as the applicant."""
        if who is None:
            return act_as_applicant(standing.filed.case, doing, self.desk, now=now)
        return act_as_official(standing.filed.case, doing, self.desk, who, now=now)


def filing(kind: str, fields: Mapping[str, object], *, station: str, seed: int = 0) -> Filing:
    """What an applicant sends; the same seed gives the same code."""
    return Filing(
        kind=kind,
        election=ELECTION.id,
        station=station if PLAYED[kind].needs_station else None,
        fields=fields,
        code=write_code(hashlib.sha256(str(seed).encode()).digest()[:RANDOM_BYTES]),
        applicant="a" * 64,
        person={"pin": "20101199000017"},
    )


@st.composite
def filled(draw: st.DrawFn, form: type[CaseForm]) -> dict[str, object]:
    """Values that the form lets in, by its own JSON Schema."""
    properties: Mapping[str, Any] = form.model_json_schema()["properties"]
    return {name: draw(_value(schema)) for name, schema in properties.items()}


@st.composite
def doings(draw: st.DrawFn, standing: CaseStanding, act: str, of: int | None) -> Doing:
    """An act with whatever its form wants, as somebody who has seen the case as it stands."""
    rule = rule_of(Doing(act, len(standing.acts), of=of), standing)
    form = None if act in {CONFIRM, DECLINE, TRANSFER} else rule.form
    others = [one.id for one in ELECTION.commissions if one.id != standing.body]
    return Doing(
        act,
        len(standing.acts),
        {} if form is None else draw(filled(form)),
        reason="It is so." if rule.reason or act in {DECLINE, CORRECT, TRANSFER} else None,
        of=of,
        commission=draw(st.sampled_from(others)) if act == TRANSFER else None,
        device="D-1" if form is not None and device_field(form) else None,
    )


def _value(schema: Mapping[str, Any]) -> st.SearchStrategy[object]:  # noqa: PLR0911 -- one answer a kind of value
    match schema:
        case {"anyOf": [*ways]}:
            return st.one_of(*(_value(one) for one in ways))
        case {"type": "null"}:
            return st.none()
        case {"const": value}:
            return st.just(value)
        case {"enum": [*values]}:
            return st.sampled_from(values)
        case {"format": "date"}:
            return st.dates(date(1930, 1, 1), date(2007, 1, 1)).map(date.isoformat)
        case {"pattern": str(pattern)} if pattern.startswith("^[0-9]{4}"):
            return st.just("1002")
        case {"pattern": str(pattern)}:
            return st.from_regex(pattern, alphabet=st.characters(max_codepoint=127), fullmatch=True).filter(
                lambda text: text == text.strip()
            )
        case _:
            return st.text(st.characters(min_codepoint=0x41, max_codepoint=0x44F, categories=("Ll", "Lu")), min_size=1,
                           max_size=20)  # fmt: skip
