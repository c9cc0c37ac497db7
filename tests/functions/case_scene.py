"""A public door of cases over the five-station election, with a kind that anybody may file without signing in."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Lock
from typing import Annotated, Literal
from urllib.parse import urlencode

from functions.cases.door import CODES_PER_ADDRESS, FILINGS_PER_ADDRESS, PREFIX, CaseDoor, DoorLimits
from functions.cases.frame import case_error
from functions.cases.routes import case_routes
from functions.cases.visitor import Visitor
from functions.intake.refusal_counter import RefusalCounter
from functions.routers import make_router
from functions.web import Caller, Request, Response, Router
from shailoo.assembly import Installation, save_settings
from shailoo.kinds import KINDS
from shailoo.model.case import CaseAct, Official, case_key
from shailoo.model.case_calendar import CaseCalendar, Window
from shailoo.model.case_kind import (
    ActRule,
    Asked,
    CaseForm,
    CaseKind,
    ClockRule,
    Days,
    DocumentRule,
    Phase,
    Shown,
    Status,
    Text,
)
from shailoo.model.notice import NoticeSettings
from shailoo.model.record import record_bytes
from shailoo.records.case_code import case_of
from shailoo.rules.case_kinds import check_kind
from shailoo.rules.question_limit import QuestionLimit
from tests.functions.browser import FixedClock
from tests.voting import SMALL

MORNING = datetime(2025, 5, 12, 4, 0, tzinfo=UTC)
OPEN = Window(first=date(2025, 5, 1), last=date(2025, 5, 20))


class Lamp(CaseForm):
    """A street lamp before the station does not burn."""

    what: Annotated[
        Literal["dark", "broken"],
        Asked("What is it?", "Choose one.", widget="choice", choices={"dark": "It is dark", "broken": "It is broken"},
              shown=Shown.ALWAYS, source="a choice of words"),
    ]  # fmt: skip
    where: Annotated[Text, Asked("Where is it?", "Near what?", "Write where it is.", widget="lines", step=2)]


class Answered(CaseForm):
    """What the applicant adds."""

    more: Annotated[Text, Asked("What else?", widget="lines")]


LAMP = check_kind(
    CaseKind(
        name="lamp", version=1, title="A lamp", purpose="Tell us of a lamp.", article="art. 1", portal="tizme",
        form=Lamp, first="new", filed_to="precinct", signed_in=False, register=True, opened_by_calendar=False,
        statuses=(
            Status("new", "New", Phase.OPEN), Status("asked", "Asked", Phase.WAITING),
            Status("mended", "Mended", Phase.CLOSED),
        ),
        acts=(
            ActRule("ask", "Ask", frozenset({"new"}), "asked", body=True, reason=True),
            ActRule("answer", "Answer", frozenset({"asked"}), "new", applicant=True, form=Answered,
                    documents=(DocumentRule("photo", "Photograph", most=2),)),
            ActRule("mend", "Mend", frozenset({"new"}), "mended", ("precinct", "territorial"), told=True),
        ),
        clocks=(ClockRule("mend", "Mending", Days(3), "art. 2", stops=frozenset({"mended"}),
                          pauses=frozenset({"asked"})),),
        documents=(DocumentRule("photo", "Photograph", most=2),),
    )
)  # fmt: skip


@dataclass
class Scene:
    """An installation whose door files LAMP and the voter's kinds."""

    installation: Installation
    router: Router
    station: str
    headers: dict[str, str] = field(default_factory=lambda: {"accept": "text/html", "accept-language": "en"})

    def get(self, address: str, **headers: str) -> Response:
        path, _, query = address.partition("?")
        asked = dict(part.split("=", 1) for part in query.split("&")) if query else {}
        return self.router.handle(Request("GET", path, asked, {**self.headers, **headers}))

    def post(self, address: str, form: Mapping[str, str], **headers: str) -> Response:
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return self.router.handle(
            Request("POST", address, {}, {**self.headers, **kind, **headers}, urlencode(form).encode())
        )

    def send(self, address: str, body: bytes, **headers: str) -> Response:
        return self.router.handle(Request("POST", address, {}, {"content-type": "application/json", **headers}, body))

    def begun(self, kind: str = "lamp") -> str:
        """Begin a draft; returns its code."""
        first = self.post(f"{PREFIX}new/{kind}", {"election": "small", "station": self.station, "step": "0"})
        assert first.status == 200, first.body.decode()
        return code_in(first)


def asked(scene: Scene, code: str, why: str = "Which lamp?") -> None:
    """The precinct has a question about a lamp."""
    desk = scene.installation.case_desk
    official = Official(person="a" * 64, commission=f"pec-{scene.station}", role="precinct")
    act = CaseAct(case=case_of(code), n=1, act="ask", by=official, entered=MORNING, reason=why)
    desk.store.append(case_key(act), record_bytes(act))


def multipart(address: str, fields: Mapping[str, str], files: Sequence[tuple[str, bytes]]) -> Request:
    """A form with files, as a browser sends it."""
    mark = "frontier"
    body = b"".join(
        f'--{mark}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    for name, data in files:
        body += f'--{mark}\r\ncontent-disposition: form-data; name="{name}"; filename="a.png"\r\n\r\n'.encode()
        body += data + b"\r\n"
    headers = {"accept": "text/html", "content-type": f"multipart/form-data; boundary={mark}", "accept-language": "en"}
    return Request("POST", address, {}, headers, body + f"--{mark}--\r\n".encode())


def code_in(response: Response) -> str:
    """The code that a page tells."""
    found = re.search(r"[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{5}){3}", response.body.decode())
    assert found, response.body.decode()
    return found[0]


def case_scene(folder: Path, *, now: datetime = MORNING, kinds: Mapping[str, CaseKind] | None = None) -> Scene:
    """Make the scene; the caller closes its installation."""
    known = {**KINDS, "lamp": LAMP} if kinds is None else dict(kinds)
    made = Installation.create(folder, [SMALL])
    windows = dict.fromkeys(KINDS, OPEN)
    calendar = CaseCalendar(windows=windows, marks={"lists-close": date(2025, 5, 27)})
    save_settings(
        folder, made.settings.model_copy(update={"cases": {"small": calendar}, "notices": NoticeSettings(files=True)})
    )
    made.close()
    opened = replace(Installation.open(folder), clock=FixedClock(now))
    opened.__dict__["case_desk"] = replace(opened.case_desk, kinds=known, draw=secrets.token_bytes)
    station = opened.elections["small"].stations[0].no
    return Scene(opened, make_router(opened, RefusalCounter()), station)


def visited(scene: Scene, visitor: Visitor) -> Scene:
    """The same installation, to whoever has signed in as `visitor`."""
    home = scene.installation
    secret = b"a secret of a test"
    limits = DoorLimits(
        QuestionLimit(FILINGS_PER_ADDRESS, secret, 1 << 10), QuestionLimit(CODES_PER_ADDRESS, secret, 1 << 10), Lock()
    )
    door = CaseDoor(
        desk=home.case_desk, index=home.case_index, items=home.store, uploads=home.uploads, clock=home.clock,
        origin="http://127.0.0.1", limits=limits, secret=secret, visitor=lambda _: visitor,
        notices=home.settings.notices,
    )  # fmt: skip
    return replace(scene, router=Router(case_routes(door), lambda _: Caller(), case_error))
