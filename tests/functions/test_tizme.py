"""Find my station: two things that must not be told apart are not, and nothing of a question is left behind."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.client_address import client_address
from functions.web import Request, Response, Router
from shailoo.assembly import Installation
from tests.functions.browser import FixedClock, router_of
from tests.functions.test_server import server
from tests.voters.finder_people import PEOPLE, indexed
from tests.voting import SMALL

PIN, SURNAME, STATION = PEOPLE[0]
NOBODY = "29999199900000"
QUEUED = PEOPLE[3]
BROWSER = {"accept": "text/html,application/xhtml+xml", "content-type": "application/x-www-form-urlencoded"}
NOW = datetime(2025, 6, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Installation.create(tmp_path / "i", [SMALL]).close()
    indexed(tmp_path / "i" / "voters" / "finder")
    return tmp_path / "i"


@pytest.fixture
def router(folder: Path) -> Iterator[Router]:
    with replace(Installation.open(folder), clock=FixedClock(NOW)) as installation:
        yield router_of(installation)


def ask(router: Router, pin: str, surname: str, client: str = "192.0.2.1", language: str = "en") -> Response:
    body = urlencode({"pin": pin, "surname": surname, "lang": language}).encode()
    return router.handle(Request("POST", "/api/tizme/station", {}, BROWSER, body, client=client))


def ask_json(router: Router, value: object, client: str = "192.0.2.1") -> Response:
    headers = {"accept": "application/json", "content-type": "application/json; charset=utf-8"}
    return router.handle(Request("POST", "/api/tizme/station", {}, headers, json.dumps(value).encode(), client=client))


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_somebody_on_a_list_sees_where_to_go(router: Router, language: str) -> None:
    page = ask(router, PIN, SURNAME, language=language).body.decode()
    at = ("ky", "ru", "en").index(language)
    for shown in (
        STATION,
        ("№ 5 орто мектеп", "средняя школа № 5", "Secondary school No. 5")[at],
        ("Манас көчөсү, 12", "улица Манаса, 12", "12 Manas street")[at],
        "08:00",
        f'href="/tizme/{language}/station/1001/"',
        'href="geo:42.87500,74.60003?q=42.87500,74.60003"',
        'href="tel:+996312000000"',
    ):
        assert str(shown) in page


def test_a_surname_typed_with_russian_letters_is_found(router: Router) -> None:
    pin, _, station = PEOPLE[1]
    assert f"No. {station}" in ask(router, pin, "омуралиева ").body.decode()


def test_an_unknown_pin_and_a_wrong_surname_get_the_same_bytes(router: Router) -> None:
    asked = [(NOBODY, SURNAME), (PIN, "Бекова"), (PIN, PEOPLE[1][1]), (PEOPLE[1][0], SURNAME), QUEUED[:2]]
    answers = [ask(router, pin, surname) for pin, surname in asked]
    assert answers == [answers[0]] * len(asked)
    assert answers[0].status == 200
    machines = [ask_json(router, {"pin": pin, "surname": surname}, "192.0.2.9") for pin, surname in asked]
    assert machines == [machines[0]] * len(asked)
    assert json.loads(machines[0].body) == {"found": False}


def steps(router: Router, pin: str, surname: str) -> list[str]:
    """Every call, of Python and of C, that a question causes, in order."""
    called: list[str] = []

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event in ("call", "c_call"):
            called.append(frame.f_code.co_qualname if event == "call" else str(getattr(argument, "__name__", "")))

    sys.setprofile(note)
    try:
        ask(router, pin, surname)
    finally:
        sys.setprofile(None)
    return called


def test_an_unknown_pin_and_a_wrong_surname_cause_the_same_steps(router: Router) -> None:
    for pin, surname in ((NOBODY, "Кулова"), (PEOPLE[1][0], "Кулова")):
        ask(router, pin, surname)  # what is read once and kept is read now
    wanted = steps(router, NOBODY, "Бекова")
    assert wanted.count("hmac_digest") == 3  # two limits and the key
    assert wanted.count("execute") == 1
    for pin, surname in ((PIN, "Бекова"), (PEOPLE[1][0], SURNAME.replace("н", "м")), (QUEUED[0], "Бекова")):
        assert steps(router, pin, surname) == wanted


def test_a_pin_is_limited_alike_whether_or_not_anybody_has_it(router: Router) -> None:
    told = []
    for number, pin in enumerate((PIN, NOBODY)):
        answers = [ask(router, pin, "Бекова", f"198.51.100.{7 * number + at}") for at in range(7)]
        assert [answer.status for answer in answers] == [200] * 5 + [429] * 2
        told.append(answers[-1])
    assert told[0] == told[1]
    assert told[0].header("retry-after") == "4500"
    assert ask(router, PIN, SURNAME, "203.0.113.1").status == 429


def test_an_address_may_ask_twenty_times_in_ten_minutes(router: Router) -> None:
    asked = [ask(router, f"2999919990{at:04}", "Бекова", "192.0.2.7") for at in range(22)]
    assert [answer.status for answer in asked] == [200] * 20 + [429] * 2
    assert asked[-1].header("retry-after") == "750"
    refused = ask_json(router, {"pin": PIN, "surname": SURNAME}, "192.0.2.7")
    assert json.loads(refused.body)["code"] == "too-many-questions"
    assert ask(router, PIN, SURNAME, "192.0.2.8").status == 200


def test_the_answer_for_machines_names_the_station_in_three_languages(router: Router) -> None:
    told = json.loads(ask_json(router, {"pin": PIN, "surname": SURNAME}).body)
    assert told["found"] is True
    assert told["station"]["station"] == STATION
    assert told["station"]["name"] == {"ky": "Ак-Жар айылы", "ru": "село Ак-Жар", "en": "Ak-Zhar village"}


def test_no_answer_is_kept_and_none_sets_a_cookie(router: Router) -> None:
    form = router.handle(Request("GET", "/api/tizme/station", {"lang": "ru"}, BROWSER))
    assert "Где я голосую?" in form.body.decode()
    for answer in (form, ask(router, PIN, SURNAME), ask(router, PIN, "Бекова"), ask(router, "1", SURNAME)):
        assert answer.header("cache-control") == "no-store"
        assert answer.header("referrer-policy") == "no-referrer"
        assert answer.header("set-cookie") is None
        assert "script" not in answer.body.decode()


@pytest.mark.parametrize(("pin", "surname"), [("2010119990001", SURNAME), (PIN, ""), ("", ""), (PIN, "а" * 101)])
def test_a_form_that_is_no_question_comes_back_empty_and_is_not_counted(router: Router, pin: str, surname: str) -> None:
    for _ in range(30):
        answer = ask(router, pin, surname)
        assert answer.status == 422
        assert not pin or pin not in answer.body.decode()
    assert ask(router, PIN, SURNAME).status == 200


junk = st.one_of(
    st.text(max_size=30), st.sampled_from([PIN, SURNAME, "\ud800", "'; DROP TABLE person; --", "\0", "9" * 99])
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    value=st.one_of(
        st.dictionaries(st.sampled_from(["pin", "surname", "lang", "x"]), junk),
        st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists, max_leaves=4),
    ),
    raw=st.binary(max_size=60),
    accept=st.sampled_from(["text/html", "application/json", "", "*/*"]),
    kind=st.sampled_from(["application/json", "application/x-www-form-urlencoded", "multipart/form-data", ""]),
    as_json=st.booleans(),
)
def test_no_input_makes_us_fail_or_repeat_it(
    *, router: Router, value: object, raw: bytes, accept: str, kind: str, as_json: bool
) -> None:
    body = json.dumps(value).encode() if as_json else raw
    request = Request("POST", "/api/tizme/station", {}, {"accept": accept, "content-type": kind}, body, client="::1")
    answer = router.handle(request)
    assert answer.status in {200, 422, 429}
    assert PIN.encode() not in answer.body


@pytest.mark.parametrize("body", [b"[" * 60_000, b'{"pin":' * 9_000, b"\xff\xfe", b"", b"null", b"1e999"])
def test_a_body_that_is_no_json_is_no_question(router: Router, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    assert router.handle(Request("POST", "/api/tizme/station", {}, headers, body)).status == 422


def test_without_a_voter_list_there_is_no_such_address(tmp_path: Path) -> None:
    with Installation.create(tmp_path / "i", [SMALL]) as installation:
        assert ask(router_of(installation), PIN, SURNAME).status == 404


def test_nothing_of_a_question_is_logged(router: Router, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for surname in (SURNAME, "Бекова", "", "Бекова", "Бекова", "Бекова", "Бекова"):
            ask(router, PIN, surname)
    assert PIN not in caplog.text
    assert SURNAME not in caplog.text


def test_over_http_a_forged_header_opens_no_second_purse_and_the_log_stays_empty(folder: Path) -> None:
    with server(folder) as (client, process):
        statuses = [
            client.post(
                "/api/tizme/station",
                data={"pin": f"1999919990{at:04}", "surname": SURNAME},
                headers={"x-forwarded-for": f"203.0.113.{at}"},
            ).status_code
            for at in range(21)
        ]
        client.post("/api/tizme/station", content=b"\0" * 70_000)
        process.terminate()
        process.wait(15)
        assert process.stderr is not None
        log = process.stderr.read().decode()
    assert statuses == [200] * 20 + [429]
    assert "19999" not in log
    assert SURNAME not in log


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxies", "counted"),
    [
        ("198.51.100.1", "203.0.113.9", 0, "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9", 1, "203.0.113.9"),
        ("127.0.0.1", "6.6.6.6, 203.0.113.9, 10.0.0.2", 2, "203.0.113.9"),
        ("127.0.0.1", "", 1, "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9", 2, "127.0.0.1"),
        ("2001:db8:1:2:aaaa::1", "", 0, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "", 0, "203.0.113.9"),
        ("testclient", "", 0, "testclient"),
    ],
)
def test_only_what_our_own_servers_wrote_counts(peer: str, forwarded: str, proxies: int, counted: str) -> None:
    assert client_address(peer, forwarded, proxies) == counted
