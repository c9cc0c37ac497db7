"""Personal data is pushed at every door, and at the workers behind them: no line and no figure tells any of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.watching import watched
from functions.web import Request, Response, Router
from shailoo.assembly import Installation
from shailoo.telemetry import Telemetry, instead
from tests.functions.browser import FixedClock, router_of
from tests.functions.test_server import server
from tests.operating.secrets import LATIN, PIECES, PIN, PLANTED, SURNAME, in_it
from tests.voters.finder_people import PEOPLE, indexed
from tests.voting import SMALL

NOW = datetime(2025, 6, 1, 4, 0, tzinfo=UTC)
ASKED = (PEOPLE[0][0], PEOPLE[0][1])

WORDS = st.sampled_from(PLANTED) | st.text(max_size=20)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "traceparent",
            "x-amzn-trace-id",
            "cookie",
            "user-agent",
            "x-forwarded-for",
            "accept-language",
            "authorization",
        ]
    ),
    WORDS,
    max_size=4,
)
BODIES = st.one_of(
    WORDS.map(lambda word: word.encode("utf-8", errors="replace")),
    WORDS.map(lambda word: json.dumps({"pin": word, "surname": word}).encode()),
    WORDS.map(lambda word: json.dumps({"shailoo": "sealed-1", "election": word, "box": word, "key": word}).encode()),
    WORDS.map(lambda word: f"pin={quote(word, errors='replace')}&surname={quote(word, errors='replace')}".encode()),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("planted") / "i"
    Installation.create(made, [SMALL]).close()
    indexed(made / "voters" / "finder")
    return made


@pytest.fixture(scope="module")
def router(folder: Path) -> Iterator[Router]:
    with replace(Installation.open(folder), clock=FixedClock(NOW)) as installation:
        yield router_of(installation)


def paths(router: Router) -> list[tuple[str, str]]:
    """Every route, with a hole for what strangers put into it."""
    return [(route.method, re.sub(r"\{\w+\}", "{}", route.template)) for route in router.routes]


@settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_comes_to_a_door_no_line_tells_who_came_or_what_was_asked(router: Router, data: st.DataObject) -> None:
    method, path = data.draw(st.sampled_from(paths(router)))
    filled = path.replace("{}", data.draw(st.sampled_from((LATIN, PIN, "small", "1001"))))
    query = data.draw(st.dictionaries(st.sampled_from(["lang", "pin", "state", "code"]), WORDS, max_size=3))
    request = Request(
        method, filled, query, data.draw(HEADERS), data.draw(BODIES), client=data.draw(st.sampled_from(PIECES))
    )
    lines: list[str] = []
    with instead(Telemetry("server", lines.append, stage="night")):
        watched(router.handle, request)
    assert lines
    assert in_it("".join(lines)) == []


@pytest.mark.parametrize("piece", PIECES)
def test_a_handler_that_fails_with_personal_data_in_its_hands_tells_none_of_it(piece: str) -> None:
    def handler(_: Request) -> Response:
        found: dict[str, Response] = {}
        return found[piece]

    lines: list[str] = []
    with instead(Telemetry("server", lines.append)):
        answer = watched(handler, Request("GET", f"/{piece}"))
    assert answer.status == 500
    assert [json.loads(line)["event"] for line in lines] == ["handler-failed", "request-failed"]
    assert in_it("".join(lines)) == []
    assert in_it(answer.body) == []


def test_a_server_that_was_asked_for_people_has_written_about_nobody(folder: Path) -> None:
    with server(folder) as (client, process):
        found = client.post("/api/tizme/station", json={"pin": ASKED[0], "surname": ASKED[1]})
        assert found.json()["found"]
        for word in (PIN, SURNAME, LATIN):
            told = quote(word)
            headers = {"traceparent": f"00-{PIN.zfill(32)}-{PIN.zfill(16)}-01", "user-agent": told, "cookie": told}
            client.post("/api/tizme/station", json={"pin": PIN, "surname": word}, headers=headers)
            client.post(f"/api/intake/{told}", content=word.encode(), headers=headers)
            client.get(f"/staff/{told}", params={"pin": PIN}, headers=headers)
            client.get(f"/{told}", params={"pin": PIN}, headers=headers)
            client.request(told.replace("%", "")[:9] or "X", f"/api/{told}")
        figures = client.get("/metrics").text
        hidden = client.get("/metrics", headers={"x-forwarded-for": "198.51.100.1"})
        process.terminate()
        log = process.communicate(timeout=15)[1].decode()
    assert "shailoo_requests_total" in figures
    assert hidden.status_code == 404
    assert hidden.content == b""
    assert all(json.loads(line)["event"] for line in log.splitlines())
    for text in (figures, log):
        assert in_it(text) == []
        assert ASKED[0] not in text
        assert ASKED[1] not in text
