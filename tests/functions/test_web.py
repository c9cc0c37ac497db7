"""Routes that declare who may call them, and one error shape."""

from __future__ import annotations

import json

import pytest

from functions.sentences import SENTENCES
from functions.web import Access, Caller, NoAccessRule, Request, Response, Route, Router, error_response, status_of
from shailoo.errors import Conflict, NotFound, Refused, ShailooError, StorageFailed
from shailoo.i18n import catalog
from shailoo.model.base import LANGUAGES
from shailoo.model.record import BadRecord


def answer(request: Request, caller: Caller) -> Response:
    return Response(200, (), f"{request.parameters} {caller.person}".encode())


def route(template: str, access: Access | None = Access.ANYONE) -> Route:
    return Route("GET", template, access, "A test.", answer)


def nobody(_: Request) -> Caller:
    return Caller()


def test_a_program_with_a_route_that_declares_no_access_does_not_start() -> None:
    with pytest.raises(NoAccessRule):
        Router([route("/a"), route("/b", None)], nobody)


def test_parameters_are_one_step_of_the_path() -> None:
    router = Router([route("/a/{x}/c/{y}")], nobody)
    assert b"{'x': '1', 'y': '2'}" in router.handle(Request("GET", "/a/1/c/2")).body
    for path in ("/a/1/c/", "/a/1/2/c/3", "/a/1/c/2/", "/A/1/c/2", "/a/1/c/2\n"):
        assert router.handle(Request("GET", path)).status == 404
    assert router.handle(Request("POST", "/a/1/c/2")).status == 405
    assert router.handle(Request("HEAD", "/a/1/c/2")).status == 200


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Refused("x"), 422),
        (NotFound("x"), 404),
        (Conflict("x"), 409),
        (StorageFailed("x"), 503),
        (ShailooError("x"), 500),
        (BadRecord("x"), 500),
    ],
)
def test_a_refusal_is_final_and_a_failure_of_ours_asks_to_try_again(error: ShailooError, status: int) -> None:
    assert status_of(error) == status


def test_an_error_has_one_shape_and_speaks_the_language_asked_for() -> None:
    said = error_response(Refused("internal words", box="ABB-1", nothing=None), "ky")
    body = json.loads(said.body)
    assert body.keys() == {"code", "facts", "sentence"}
    assert body["facts"] == {"box": "ABB-1"}
    assert "internal" not in body["sentence"]
    assert said.header("content-language") == "ky"


def test_facts_of_our_own_failures_stay_inside() -> None:
    said = json.loads(error_response(StorageFailed("x", file="store.db"), "en").body)
    assert said["facts"] == {}


@pytest.mark.parametrize("code", SENTENCES)
def test_every_public_sentence_is_said_in_three_languages(code: str) -> None:
    said = {catalog("functions", language, strict=True).gettext(SENTENCES[code]) for language in LANGUAGES}
    assert len(said) == 3


@pytest.mark.parametrize(
    ("headers", "query", "language"),
    [
        ({}, {}, "ky"),
        ({"accept-language": "ru-RU,ru;q=0.9,en;q=0.8"}, {}, "ru"),
        ({"accept-language": "de,en;q=0.5"}, {}, "en"),
        ({"accept-language": "en", "cookie": "lang=ru"}, {}, "ru"),
        ({"accept-language": "en", "cookie": "lang=ru"}, {"lang": "ky"}, "ky"),
        ({"accept-language": "\x00;;,,"}, {"lang": "xx"}, "ky"),
    ],
)
def test_the_language_is_the_one_asked_for(headers: dict[str, str], query: dict[str, str], language: str) -> None:
    assert Request("GET", "/", query, headers).language("ky") == language


def test_forms_and_cookies_that_make_no_sense_are_empty() -> None:
    assert Request("POST", "/", body=b"\xff=\xfe").form() in ({}, {"\ufffd": "\ufffd"})
    assert Request("POST", "/", body=b"&".join(b"a%d=1" % at for at in range(1001))).form() == {}
    assert Request("GET", "/", headers={"cookie": "a=1; a=2; b; =; c=x=y"}).cookies == {"a": "1", "": "", "c": "x=y"}
