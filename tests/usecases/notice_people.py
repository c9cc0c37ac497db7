"""Cases whose applicants want to be told, and a way that carries notices as a test wishes."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from functions.notices.words import writer
from shailoo.adapters.keys import FileNoteSigner, new_note_key
from shailoo.adapters.memory import MemoryObjectStore, MemoryStore
from shailoo.kinds import KINDS
from shailoo.model.case import CaseAct, Official, case_key
from shailoo.model.case_calendar import CaseCalendar, Window
from shailoo.model.election import Election
from shailoo.model.notice import Notice, Quiet, Way
from shailoo.model.record import record_bytes
from shailoo.records.case_code import RANDOM_BYTES, write_code
from shailoo.rules.case_standing import CaseStanding
from shailoo.usecases.case_desk import CaseDesk
from shailoo.usecases.deliver_notice import NoticeDesk
from shailoo.usecases.file_case import Filing, ReachName, file_case
from shailoo.usecases.notice_marks import marks_of
from shailoo.usecases.notify import Round, Went, send_notices
from shailoo.usecases.registry import Registry
from tests.voting import small_election

NOON = datetime(2025, 5, 12, 6, 0, tzinfo=UTC)
"""In Bishkek."""
ORIGIN = "https://elections.example"
MAIL, PHONE = "aizada@example.kg", "0555 12-34-56"
SURNAME, PIN, STREET = "Токтогулова", "20101199000017", "Nine Poplars Street"
_KEY = new_note_key("commission.example/receipts")
_OFFICIAL = Official(person="a" * 64, commission="pec-1001", role="precinct")


@dataclass
class Wall:
    """A clock that a test turns."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment

    def on(self, **more: int) -> None:
        self.moment += timedelta(**more)


@dataclass
class FakeWay:
    """Carries notices into a list; `answer` may refuse one."""

    way: Way = "mail"
    sent: list[Notice] = field(default_factory=list)
    answer: Callable[[Notice], None] = lambda _: None
    tried: int = 0

    def send(self, notice: Notice) -> None:
        self.tried += 1
        self.answer(notice)
        self.sent.append(notice)

    def rest(self) -> None:
        """Nothing is held."""

    @property
    def texts(self) -> list[str]:
        return [one.text for one in self.sent]


@dataclass
class People:
    """One election, its cases, and the notices of them."""

    election: Election = field(default_factory=small_election)
    store: MemoryStore = field(default_factory=MemoryStore)
    private: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    wall: Wall = field(default_factory=Wall)
    way: FakeWay = field(default_factory=FakeWay)
    quiet: Quiet | None = field(default_factory=Quiet)
    a_day: int = 20
    went: list[Went] = field(default_factory=list)

    def case_desk(self) -> CaseDesk:
        window = Window(first=date(2025, 1, 1), last=date(2025, 12, 31))
        return CaseDesk(
            registry=Registry({self.election.id: self.election}, threading.Lock()),
            store=self.store,
            private=self.private,
            signer=FileNoteSigner(_KEY),
            kinds=KINDS,
            calendars={self.election.id: CaseCalendar(windows=dict.fromkeys(KINDS, window))},
            draw=_drawn,
            person_key=bytes(32),
        )

    def desk(self) -> NoticeDesk:
        elections = {self.election.id: self.election}
        return NoticeDesk(
            store=self.store,
            items=self.store,
            private=self.private,
            kinds=KINDS,
            elections=elections,
            clock=self.wall,
            write=writer(ORIGIN, elections),
            draw=_drawn,
            key=bytes(32),
            a_day=self.a_day,
            quiet=self.quiet,
        )

    def file(self, seed: int = 1, reach: Mapping[ReachName, str] | None = None, station: str = "1001") -> CaseStanding:
        filing = Filing(
            kind="voter-missing",
            election=self.election.id,
            station=station,
            fields={"settlement": "bishkek", "street": STREET, "house": "12a"},
            code=write_code(hashlib.sha256(str(seed).encode()).digest()[:RANDOM_BYTES]),
            applicant="a" * 64,
            person={"pin": PIN, "surname": SURNAME},
            reach={"mail": MAIL, "language": "en"} if reach is None else reach,
        )
        return file_case(filing, self.case_desk(), now=self.wall.now()).standing

    def act(self, case: CaseStanding, n: int, act: str, **more: object) -> None:
        fields = {"by": _OFFICIAL, "entered": self.wall.now(), **more}
        made = CaseAct(case=case.filed.case, n=n, act=act, **fields)  # type: ignore[arg-type]  # a test's own words
        self.store.append(case_key(made), record_bytes(made))

    def round(self, stop: Callable[[], bool] = lambda: False) -> Round:
        return send_notices(self.way, self.desk(), stop=stop, went=self.went.append)

    def became(self, case: CaseStanding) -> list[tuple[int, str, str]]:
        return [(one.n, one.way, one.became) for one in marks_of(case.filed.case, self.store)]


_count = [0]


def _drawn(size: int) -> bytes:
    """Never the same twice, and the same in every run."""
    _count[0] += 1
    return hashlib.sha256(str(_count[0]).encode()).digest()[:size]
