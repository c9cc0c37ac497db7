"""The door of find-my-station under whatever is sent to it: a declared answer, and never a PIN or a surname in it."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import string
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from functions.web import Request, Response, Router
from shailoo.assembly import Installation
from tests.functions.browser import FixedClock, router_of
from tests.functions.test_server import HOST, server
from tests.voters.finder_people import PEOPLE, indexed
from tests.voting import SMALL

ADDRESS = "/api/tizme/station"
PIN, SURNAME, _ = PEOPLE[0]
NOW = datetime(2025, 6, 1, 4, 0, tzinfo=UTC)
DECLARED = {200, 404, 405, 413, 422, 429}
"""What this door may answer; see docs/api.md. Anything of 500 and more would be a fault of ours."""

PINS = st.sampled_from(
    [PIN, "29999199900000", f" {PIN[:7]} {PIN[7:]}", PIN[:-1], PIN + "1", "٢٠١٠١١٩٩٩٠٠٠١٧"]
) | st.text(st.sampled_from(string.digits + " -\u00a0\u0660\x00"), max_size=60)
NAMES = st.sampled_from(
    [SURNAME, SURNAME.upper(), "омуралиева", "\ud800", "<script>", "'; DROP TABLE person; --"]
) | st.text(max_size=140)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | PINS | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.sampled_from(["pin", "surname", "lang", "Pin", "pin[]", "", "__proto__"])
OBJECTS = st.fixed_dictionaries({}, optional={"pin": VALUES, "surname": VALUES, "lang": VALUES}) | VALUES
FORMS = st.lists(st.tuples(FIELDS, PINS | NAMES), max_size=6).map(
    lambda fields: urlencode(fields, errors="surrogatepass").encode()
)
BODIES = (
    OBJECTS.map(lambda value: json.dumps(value).encode())
    | FORMS
    | st.binary(max_size=300)
    | st.sampled_from([b"[" * 60_000, b'{"pin":' * 9_000, b"9" * 9_000, b"&" * 30_000, b"pin=" + b"%" * 5_000, b"\xff"])
    | st.builds(lambda first, data: first + data, FORMS, st.binary(max_size=40))
)
KINDS = st.sampled_from(
    [
        "application/json", "APPLICATION/JSON ; charset=utf-16", "application/x-www-form-urlencoded", "text/html",
        "multipart/form-data; boundary=x", "", ";", "application/json" + " " * 4_000,
    ]
) | st.text(st.characters(max_codepoint=255), max_size=40)  # fmt: skip
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60) | st.sampled_from(
    ["x" * 60_000, "," * 30_000, ";" * 30_000, "lang=ru; lang=en", "ru", "text/html", "*/*", "203.0.113.9, 10.0.0.1"]
)
NAMED = st.sampled_from(["accept", "accept-language", "cookie", "x-forwarded-for", "origin", "x", "content-length"])
QUERIES = st.dictionaries(
    st.sampled_from(["lang", "pin", "surname", ""]) | st.text(max_size=5), PINS | NAMES | HEADER, max_size=3
)
METHODS = st.sampled_from(["POST", "POST", "POST", "GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PROPFIND", "X" * 4_000])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("door") / "i"
    Installation.create(made, [SMALL]).close()
    indexed(made / "voters" / "finder")
    return made


@pytest.fixture(scope="module")
def router(folder: Path) -> Iterator[Router]:
    with replace(Installation.open(folder), clock=FixedClock(NOW)) as installation:
        yield router_of(installation)


def see(answer: Response) -> None:
    """It is one of the declared answers, in its one shape, kept by nobody, and repeats nothing that was asked."""
    assert answer.status in DECLARED
    kind = answer.header("content-type") or ""
    assert kind.startswith(("application/json", "text/html"))
    assert answer.header("cache-control") == "no-store"
    assert answer.header("set-cookie") is None
    assert answer.header("location") is None
    text = answer.body.decode() + repr(answer.headers)
    for secret in (*(pin for pin, _, _ in PEOPLE), *(name for _, name, _ in PEOPLE)):
        assert secret not in text
    assert not re.search(r"[0-9]{14}", text)
    assert "Traceback" not in text
    if kind.startswith("application/json"):
        told = json.loads(answer.body)
        assert told.keys() in ({"found"}, {"found", "station"}, {"code", "facts", "sentence"})
    else:
        assert "<script" not in text


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=METHODS, kind=KINDS, body=BODIES, headers=st.dictionaries(NAMED, HEADER, max_size=4), query=QUERIES,
    path=st.sampled_from([ADDRESS] * 9 + [ADDRESS + "/", ADDRESS + "/" + PIN, "/api/tizme/", "/api/tizme/\ud800"]),
    client=st.sampled_from(["192.0.2.1", "", "testclient", "2001:db8::1"]) | st.text(max_size=20),
)  # fmt: skip
@example(
    method="POST", kind="application/json", body=json.dumps({"pin": PIN, "surname": SURNAME}).encode(), headers={},
    query={"pin": PIN, "surname": SURNAME}, path=ADDRESS, client="192.0.2.77",
)  # fmt: skip
def test_whatever_is_sent_gets_a_declared_answer_without_what_was_asked(
    router: Router, *, method: str, kind: str, body: bytes, headers: dict[str, str], query: dict[str, str], path: str,
    client: str,
) -> None:  # fmt: skip
    sent = {**headers, "content-type": kind}
    request = Request(method, path, query, sent, body, client=client)
    see(router.handle(request))


def raw(port: int, data: bytes) -> bytes:
    """What comes back; nothing when the server hangs up on it."""
    found = b""
    with (
        socket.create_connection((HOST, port), timeout=10) as connection,
        contextlib.suppress(ConnectionResetError, BrokenPipeError),
    ):
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(65536):
            found += piece
    return found


def test_over_the_wire_nothing_that_is_sent_brings_the_door_down(
    folder: Path,
) -> None:
    asked = urlencode({"pin": PIN, "surname": SURNAME}).encode()
    head = f"POST {ADDRESS} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
    form = "content-type: application/x-www-form-urlencoded\r\n"
    asking = f"{ADDRESS}?pin={PIN}&surname={quote(SURNAME)}"
    chunked = f"{form}transfer-encoding: chunked\r\n\r\n"
    with server(folder) as (client, process):
        port = client.base_url.port
        assert port is not None
        sent = [
            (head + form + f"content-length: {len(asked)}\r\n\r\n").encode() + asked,
            (head + form + f"x: {'y' * 200_000}\r\ncontent-length: {len(asked)}\r\n\r\n").encode() + asked,
            (head + "".join(f"x{n}: y\r\n" for n in range(5_000)) + "content-length: 0\r\n\r\n").encode(),
            (head + form + "content-length: 99999999999999999999999\r\n\r\n").encode() + asked,
            (head + form + "content-length: -1\r\n\r\n").encode() + asked,
            (head + form + "content-length: 10000000\r\n\r\n").encode() + asked,
            (head + form + "content-length: 10\r\n\r\n").encode() + b"pin",
            (head + chunked).encode() + b"ffffffff\r\n" + asked,
            (head + chunked).encode() + b"20000\r\n" + b"x" * 0x20000 + b"\r\n0\r\n\r\n",
            head.replace(ADDRESS, asking).encode() + b"content-length: 0\r\n\r\n",
            f"GET {ADDRESS}?{'lang=' * 20_000} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode(),
            f"GET {ADDRESS}?lang=%ff%00%d8 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode(),
            f"POST {ADDRESS} HTTP/9.9\r\n\r\n".encode(),
            b"\x16\x03\x01\x02\x00\x01" + bytes(200),
            b"\xff" * 3000,
        ]  # fmt: skip
        for data in sent:
            found = raw(port, data)
            status = re.match(rb"HTTP/1\.[01] ([0-9]{3})", found)
            assert not found or (status is not None and int(status[1]) in {*DECLARED, 400, 431}), found[:200]
            assert PIN.encode() not in found
            assert SURNAME.encode() not in found
        assert client.get(ADDRESS).status_code == 200
        process.terminate()
        log = process.communicate(timeout=15)[1]
    assert PIN.encode() not in log
    assert SURNAME.encode() not in log
    assert quote(SURNAME).encode() not in log
