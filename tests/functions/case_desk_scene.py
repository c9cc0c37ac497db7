"""A desk of cases: what voters and others have filed, members of commissions with sessions, a moment to look from."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from functions.staff.cookies import SESSION, CookieSigner
from shailoo.assembly import Installation
from shailoo.kinds import KINDS
from shailoo.model.case import Attachment
from shailoo.model.case_kind import CaseKind
from shailoo.records.case_code import RANDOM_BYTES, write_code
from shailoo.rules.case_standing import CaseStanding
from shailoo.usecases.appoint import person_of
from shailoo.usecases.case_desk import CaseDesk
from shailoo.usecases.case_index import CaseIndex
from shailoo.usecases.file_case import Filing, file_case
from tests.functions.browser import Browser, FixedClock, give, router_of
from tests.functions.case_scene import LAMP, MORNING, case_scene
from tests.functions.test_staff import ISSUER, PEOPLE

STATION = "1001"
SECRET = "Tell nobody: Nine Poplars Street"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
PIN = "20101199000123"


def desk_scene(folder: Path, kinds: Mapping[str, CaseKind] | None = None) -> Installation:
    """An installation that files the voter's kinds and LAMP; the caller closes it."""
    known = {**KINDS, "lamp": LAMP, **(kinds or {})}
    installation = case_scene(folder, kinds=known).installation
    calendars = installation.settings.cases
    installation.__dict__["case_index"] = CaseIndex(known, installation.elections, calendars=calendars)
    return installation


def file(
    installation: Installation,
    seed: int = 1,
    kind: str = "voter-missing",
    *,
    station: str = STATION,
    now: datetime = MORNING,
    papers: tuple[bytes, ...] = (),
    fields: Mapping[str, object] | None = None,
) -> CaseStanding:
    """File a case with a code of its own, with personal data in it that must not go anywhere."""
    own = {"what": "dark", "where": SECRET} if kind == "lamp" else {
        "settlement": "bishkek", "street": SECRET, "house": "12a", "note": "It has three floors."
    }  # fmt: skip
    installation.registry.follow(installation.store)
    desk: CaseDesk = installation.case_desk
    document = "proof" if kind in KINDS else "photo"
    filing = Filing(
        kind=kind,
        election="small",
        station=station,
        fields=fields or own,
        code=write_code(hashlib.sha256(str(seed).encode()).digest()[:RANDOM_BYTES]),
        documents=tuple(
            Attachment(kind=document, original=desk.private.put(one), media="image/png", bytes=len(one))
            for one in papers
        ),
        applicant="a" * 64,
        person={"pin": PIN, "surname": "Токтогулова"},
    )
    return file_case(filing, desk, now=now).standing


def member(installation: Installation, who: str, name: str = "") -> Browser:
    """A browser of somebody of `PEOPLE`, signed in; `name` tells two members of one commission apart."""
    browser = Browser(router_of(installation))
    if who == "stranger":
        return browser
    name = name or who
    appointment = PEOPLE[who]
    if appointment is not None:
        give(installation, ISSUER, name, *appointment)
    cookies = CookieSigner(installation.session_secret, secure=False)
    session = {"person": person_of(ISSUER, name)}
    browser.cookies[SESSION] = cookies.write(SESSION, session, expires=int(time.time()) + 1000)
    browser.token = cookies.mark("form", browser.cookies[SESSION])
    return browser


def at(installation: Installation, now: datetime) -> Installation:
    """The same installation at another moment."""
    later = replace(installation, clock=FixedClock(now))
    for name in ("case_desk", "case_index"):
        later.__dict__[name] = installation.__dict__[name]
    return later


def do(browser: Browser, number: int, act: str, seen: int, **more: str) -> int:
    """Post an act as its form does; returns the status."""
    form = {"do-act": act, "do-seen": str(seen), **{name.replace("_", "-"): text for name, text in more.items()}}
    return browser.post(f"/staff/cases/{number}", form).status
