"""The question "where do I vote?": taken from a form or as JSON, answered as a page or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from importlib.resources import files

from functions.client_address import client_address
from functions.described import PAGE, STYLE, Body, Described, Schema
from functions.tizme.pages import PREFIX, answer_page, form_page, language_of, wants_page
from functions.web import JSON, Access, Caller, Request, Response, Route, json_response
from shailoo.model.base import LANGUAGES
from shailoo.rules.finder import LONGEST_SURNAME
from shailoo.usecases.find_station import Answer, Found, NotOnAList, Place, StationDesk


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, as typed. Never printed: not even in the trace of a fault."""

    pin: str = field(repr=False)
    surname: str = field(repr=False)
    language: str


def tizme_routes(desk: StationDesk, proxies: int = 0) -> Iterable[Route]:
    """Routes of "find my station". `proxies`: see `functions.client_address`."""

    def ask(request: Request, _: Caller) -> Response:
        asked = read_question(request)
        address = client_address(request.client, request.headers.get("x-forwarded-for", ""), proxies)
        answer = desk.find(asked.pin, asked.surname, address)
        if wants_page(request):
            return answer_page(answer, language_of(request, asked.language))
        return json_response(answer_facts(answer), 200, ("cache-control", "no-store"))

    def form(request: Request, _: Caller) -> Response:
        return form_page(language_of(request))

    def style(_: Request, __: Caller) -> Response:
        headers = (("content-type", "text/css; charset=utf-8"), ("cache-control", "public, max-age=300"))
        return Response(200, headers, _style())

    return (
        Route(
            "POST",
            f"{PREFIX}station",
            Access.ANYONE,
            "Find my station: `pin`, `surname`, `lang`, as a form or JSON; the answer is a page or JSON, by `Accept`.",
            ask,
            Described(
                bodies=(Body(JSON, _QUESTION), Body("application/x-www-form-urlencoded", _QUESTION)),
                answers={HTTPStatus.OK: (Body(JSON, _ANSWER), Body("text/html"))},
            ),
        ),
        Route("GET", f"{PREFIX}station", Access.ANYONE, "The form for that question.", form, PAGE),
        Route("GET", f"{PREFIX}style.css", Access.ANYONE, "The stylesheet of its pages.", style, STYLE),
    )


_QUESTION: Schema = {
    "type": "object",
    "properties": {
        "pin": {"type": "string", "description": "14 digits; spaces are left out."},
        "surname": {"type": "string", "maxLength": LONGEST_SURNAME},
        "lang": {"type": "string", "enum": list(LANGUAGES)},
    },
    "required": ["pin", "surname"],
}
_ANSWER: Schema = {
    "type": "object",
    "properties": {"found": {"type": "boolean"}, "station": {"type": "object"}},
    "required": ["found"],
}


def read_question(request: Request) -> Question:
    """Fields of a form or of a JSON object; what is not there, or no text, is empty, and refused for that later."""
    fields: Mapping[str, object] = request.form()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == JSON:
        fields = _object(request.body)
    pin, surname, language = (
        value if isinstance(value := fields.get(name), str) else "" for name in ("pin", "surname", "lang")
    )
    return Question(pin, surname, language)


def answer_facts(answer: Answer) -> dict[str, object]:
    """The answer for machines: `found`, and the station if it is true."""
    match answer:
        case Found(place):
            return {"found": True, "station": station_facts(place)}
        case NotOnAList():
            return {"found": False}


def station_facts(place: Place) -> dict[str, object]:
    """A station for machines; names in the three languages, the place in 0.00001 degrees."""
    centre = place.centre
    return {
        "station": centre.station,
        "name": _named(centre.name),
        "building": _named(centre.building),
        "address": _named(centre.address),
        "opens": centre.opens,
        "closes": centre.closes,
        "zone": centre.zone,
        "step_free": centre.step_free,
        "phone": centre.phone or None,
        "commission": {"id": centre.tec, "name": _named(place.commission)},
        "latitude_e5": centre.latitude_e5,
        "longitude_e5": centre.longitude_e5,
        "pages": {language: f"/tizme/{language}/station/{centre.station}/" for language in LANGUAGES},
    }


def _named(name: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(LANGUAGES, name, strict=True))


def _object(body: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


@cache
def _style() -> bytes:
    return files("functions.tizme").joinpath("style.css").read_bytes()
