"""Where applicants want to be told: nobody is asked for an address to which nothing would be sent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from functions.cases.door import PREFIX
from functions.intake.refusal_counter import RefusalCounter
from functions.routers import make_router
from functions.web import Response
from shailoo.model.case import CaseFiled
from shailoo.model.notice import MailNotices, NoticeSettings, SmsNotices
from shailoo.model.record import read_record
from tests.functions.case_scene import Scene, case_scene

MAIL = NoticeSettings(mail=MailNotices(sender="no-reply@elections.example", host="mail.example"))
BOTH = MAIL.model_copy(update={"sms": SmsNotices(url="https://sms.example/", sender="S")})
Door = Callable[[NoticeSettings | None], Scene]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """The door after the operator decided so."""
    with case_scene(tmp_path / "i").installation as home:
        desk = home.case_desk

        def opened(notices: NoticeSettings | None) -> Scene:
            there = replace(home, settings=home.settings.model_copy(update={"notices": notices}))
            there.__dict__["case_desk"] = desk
            return Scene(there, make_router(there, RefusalCounter()), "1001")

        yield opened


def last(scene: Scene) -> tuple[str, Response]:
    """A lamp, up to the page on which it is handed in."""
    code = scene.begun()
    filled = {"1": {"what": "dark"}, "2": {"where": "At the gate"}, "3": {}}
    page = None
    for step, fields in filled.items():
        page = scene.post(f"{PREFIX}new/lamp", {"code": code, "step": step, "lang": "en", "go": "next", **fields})
    assert page is not None
    assert "Hand in" in page.body.decode()
    return code, page


def hand_in(scene: Scene, code: str, go: str = "submit", **typed: str) -> Response:
    told = {f"reach-{name}": text for name, text in typed.items()}
    return scene.post(f"{PREFIX}new/lamp", {"code": code, "step": "4", "lang": "en", "go": go, **told})


def kept(scene: Scene) -> dict[str, str]:
    """Where the newest case wants to be told."""
    home = scene.installation
    filed = [one for one in (read_record(entry.body) for entry in home.store.feed(0)) if isinstance(one, CaseFiled)]
    return {str(name): text for name, text in home.case_desk.content(filed[-1].content).reach.items()}


def test_where_nobody_is_told_nobody_is_asked_and_nothing_is_kept(door: Door) -> None:
    scene = door(None)
    code, page = last(scene)
    assert "Where shall we tell you" not in page.body.decode()
    assert hand_in(scene, code, mail="a@example.kg", phone="0555 123456").status == 200
    assert kept(scene) == {"language": "en"}


def test_only_ways_that_are_set_up_are_asked_for(door: Door) -> None:
    scene = door(MAIL)
    code, page = last(scene)
    said = page.body.decode()
    assert 'name="reach-mail"' in said
    assert 'name="reach-phone"' not in said
    assert "It is used for nothing else." in said
    assert hand_in(scene, code, mail=" a@example.kg ", phone="0555 123456").status == 200
    assert kept(scene) == {"mail": "a@example.kg", "language": "en"}


@pytest.mark.parametrize(
    ("name", "text"), [("mail", "a@b"), ("mail", "a@example.kg, b@example.kg"), ("phone", "+1 202 555 0100")]
)
def test_an_address_to_which_nothing_could_be_sent_is_said_at_once(door: Door, name: str, text: str) -> None:
    scene = door(BOTH)
    code, _ = last(scene)
    page = hand_in(scene, code, **{name: text})
    said = page.body.decode()
    assert page.status == 422
    assert f'href="#reach-{name}"' in said
    assert f'aria-describedby="reach-{name}-fault"' in said
    assert text in said  # what was typed stays, to be mended
    assert hand_in(scene, code, "back", **{name: text}).status == 200
    assert hand_in(scene, code, **{name: ""}).status == 200
    assert kept(scene) == {"language": "en"}


def test_a_program_hears_the_same(door: Door) -> None:
    scene = door(BOTH)
    told = {"election": "small", "station": "1001", "fields": {"what": "dark", "where": "At the gate"}}

    def sent(**reach: object) -> Response:
        return scene.send(
            f"{PREFIX}file/lamp", json.dumps({**told, "reach": reach}).encode(), accept="application/json"
        )

    refused = sent(mail="nobody", language="ru")
    assert refused.status == 422
    assert "reach-mail" in refused.body.decode()
    assert sent(phone="0555 12-34-56", language="ru", more=1).status == 201
    assert kept(scene) == {"phone": "0555 12-34-56", "language": "ru"}
    assert sent(phone=7, mail=["a"], language="de").status == 422
