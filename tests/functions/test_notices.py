"""Notices where they run: in the local server, in a function of the cloud, on the desk's page."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.notices import lambda_handler as handler_module
from functions.notices.work import NoticeWork
from shailoo.adapters.clock import ReplayClock
from shailoo.assembly import Installation, save_settings
from shailoo.model.case import CaseAct, Official, case_key
from shailoo.model.notice import MailNotices, Notice, NoticeMark, NoticeSettings, Way
from shailoo.model.record import record_bytes
from shailoo.records.case_code import RANDOM_BYTES, write_code
from shailoo.rules.case_standing import CaseStanding
from shailoo.rules.notices import NoticesDown
from shailoo.telemetry import FunctionFailed, Telemetry, instead
from shailoo.usecases.file_case import Filing, ReachName, file_case
from shailoo.usecases.notice_marks import marks_of, note_mark
from tests.adapters.post import Manners, PostOffice
from tests.functions.browser import FixedClock
from tests.functions.case_desk_scene import desk_scene, file, member
from tests.functions.case_scene import MORNING, case_scene
from tests.functions.test_server import server
from tests.operating.secrets import MAIL, PHONE, PIN, SURNAME, in_it
from tests.usecases.notice_people import FakeWay


def filing_of(seed: int, **reach: str) -> Filing:
    """An application whose applicant wants to be told."""
    wanted: dict[ReachName, str] = {"mail": f"p{seed}@example.kg", "language": "ru"}
    return Filing(
        kind="voter-missing",
        election="small",
        station="1001",
        fields={"settlement": "bishkek", "street": "Nine Poplars", "house": "12a"},
        code=write_code(hashlib.sha256(str(seed).encode()).digest()[:RANDOM_BYTES]),
        applicant="a" * 64,
        person={"pin": PIN, "surname": SURNAME},
        reach=reach or wanted,  # type: ignore[arg-type]  # a test's own words
    )


def filed(home: Installation, seed: int, now: datetime, **reach: str) -> CaseStanding:
    """Such an application, filed."""
    home.registry.follow(home.store)
    return file_case(filing_of(seed, **reach), home.case_desk, now=now).standing


def installed(folder: Path, notices: NoticeSettings | None) -> Installation:
    """The scene of cases, with notices."""
    made = case_scene(folder).installation
    save_settings(folder, made.settings.model_copy(update={"notices": notices}))
    made.close()
    return replace(Installation.open(folder), clock=FixedClock(MORNING))


def by_mail(office: PostOffice) -> NoticeSettings:
    sender = "no-reply@elections.example"
    return NoticeSettings(mail=MailNotices(sender=sender, host="127.0.0.1", port=office.port, secure="loopback"))


def until(true: Callable[[], bool], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


# --- the local server ---


def test_a_server_that_is_killed_while_it_tells_goes_on_when_it_is_back_and_nobody_is_left_out(tmp_path: Path) -> None:
    real = datetime.now(UTC).replace(microsecond=0)
    with PostOffice(Manners(pause=0.05)) as office:
        with installed(tmp_path / "i", by_mail(office)) as home:
            # An hour in a minute, so that nobody waits three real minutes for whoever was killed.
            ReplayClock(real, MORNING, 60, MORNING + timedelta(hours=24)).save(home.folder / "clock.json")
            cases = [filed(home, seed, MORNING) for seed in range(40)]
        with server(home.folder) as (_, process):
            until(lambda: len(office.mails) >= 10)
            os.kill(process.pid, signal.SIGKILL)
            process.wait(10)
        told = len(office.mails)
        assert told < 40
        with server(home.folder) as (client, process):
            until(lambda: len({to for to, _ in office.mails}) == 40)
            until(lambda: b"shailoo_notices_behind" in client.get("/metrics").content)
            figures = client.get("/metrics").text
            process.terminate()
            log = process.communicate(timeout=15)[1].decode()
        assert len(office.mails) <= 41
        with Installation.open(home.folder) as home:
            assert [[one.became for one in marks_of(case.filed.case, home.store)] for case in cases] == [["sent"]] * 40
    assert 'shailoo_notices_sent_total{program="server",way="mail"}' in figures
    assert "example.kg" not in figures + log
    assert in_it(figures + log) == []


def test_without_notices_nothing_runs_and_nothing_is_sent(tmp_path: Path) -> None:
    with installed(tmp_path / "i", None) as home:
        filed(home, 1, MORNING)
        work = NoticeWork(home)
        assert not work
        assert not work.turn()
        assert home.store.read("notices/mail") is None


def test_a_stopped_work_begins_no_more(tmp_path: Path) -> None:
    with installed(tmp_path / "i", NoticeSettings(files=True)) as home:
        filed(home, 1, MORNING)
        work = NoticeWork(home)
        work.stop()
        work.turn()
        assert not (home.folder / "notices").exists()
        NoticeWork(home).turn()
        [place] = (home.folder / "notices" / "mail").iterdir()
        assert json.loads(place.read_text())["to"] == "p1@example.kg"


def test_nothing_of_a_person_is_in_a_line_whatever_happens(tmp_path: Path) -> None:
    def fails(told: Notice) -> None:
        raise ValueError(told.to + told.text)

    def down(told: Notice) -> None:
        raise NoticesDown(f"421 {told.to}", status=421)

    lines: list[str] = []
    with (
        installed(tmp_path / "i", NoticeSettings(files=True)) as home,
        instead(Telemetry("server", lines.append, stage="x")),
    ):
        filed(home, 1, MORNING, mail=MAIL, phone=PHONE)
        filed(home, 2, MORNING, mail=f"{SURNAME}@{PIN}", phone=PIN)
        ways: tuple[tuple[Way, Callable[[Notice], None]], ...] = (("mail", fails), ("sms", down))
        home.__dict__["notice_ways"] = {way: FakeWay(way, answer=answer) for way, answer in ways}
        NoticeWork(home).turn()
    events = [json.loads(line)["event"] for line in lines]
    assert {"handler-failed", "notices-paused"} <= set(events)
    assert in_it("".join(lines)) == []


# --- the function in the cloud ---


@dataclass
class Context:
    """What Lambda tells of a call."""

    left_ms: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        return self.left_ms


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    with installed(tmp_path / "i", NoticeSettings(files=True)) as home:
        home.__dict__["notice_ways"] = {"mail": FakeWay()}
        monkeypatch.setattr(handler_module, "_home", lambda: home)
        yield home


def call(event: object = None, left_ms: int = 60_000) -> dict[str, bool]:
    return handler_module.lambda_handler(event or {}, Context(left_ms))  # type: ignore[arg-type]  # as Lambda calls it


def test_the_function_sends_what_is_due_whatever_its_event_says(cloud: Installation) -> None:
    case = filed(cloud, 1, MORNING)
    assert call({"Records": [{"anything": 1}]}) == {"more": False}
    assert [one.became for one in marks_of(case.filed.case, cloud.store)] == ["sent"]
    assert call() == {"more": False}


def test_a_call_without_time_begins_nothing(cloud: Installation) -> None:
    filed(cloud, 1, MORNING)
    assert call(left_ms=1000) == {"more": True}
    assert cloud.store.read("notices/mail") is None


def test_a_function_that_cannot_begin_tells_the_platform_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> Installation:
        raise ValueError(MAIL)

    monkeypatch.setattr(handler_module, "_home", broken)
    with pytest.raises(FunctionFailed) as caught:
        call()
    assert MAIL not in str(caught.value)


# --- the desk ---


def test_the_desk_shows_what_became_of_each_notice_and_no_address(tmp_path: Path) -> None:
    with desk_scene(tmp_path / "i") as home:
        case = filed(home, 7, MORNING, mail=MAIL, phone=PHONE, language="ru")
        official = Official(person="a" * 64, commission="pec-1001", role="precinct")
        act = CaseAct(case=case.filed.case, n=1, act="lapse", by=official, entered=MORNING, reason="Nobody came.")
        home.store.append(case_key(act), record_bytes(act))
        for n, way, became in (
            (0, "mail", "sent"),
            (0, "sms", "unusable"),
            (1, "mail", "waits"),
            (1, "sms", "refused"),
        ):
            mark = NoticeMark.model_validate({"n": n, "way": way, "became": became, "at": MORNING, "times": 1})
            note_mark(case.filed.case, mark, home.store)
        silent = file(home)
        home.case_index.follow(home.store)
        page = member(home, "precinct").get(f"/staff/cases/{case.number}?lang=en").body.decode()
        other = member(home, "precinct").get(f"/staff/cases/{silent.number}?lang=en").body.decode()
    assert "by e-mail, by text message" in page
    assert "Notice by e-mail: sent, 12 May 2025" in page
    assert "Notice by text message: not sent, what was given is no address" in page
    assert "Notice by e-mail: not taken by the other side, tried again" in page
    assert page.index("not taken by the other side") > page.index("Nobody came.")
    assert "Notice by text message: refused by the other side" in page
    assert MAIL not in page
    assert PHONE not in page
    assert "the applicant left no address for notices" in other
