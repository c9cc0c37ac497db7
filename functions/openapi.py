"""The interface's own description, OpenAPI 3.1, at `/api/openapi.json`: made from the routes, so it cannot drift.

Every address below `/api/` is there with who may call it, what it takes, what it answers, and the one error shape.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from http import HTTPStatus
from importlib.metadata import version
from typing import Final

from functions.described import Body, Described, Schema
from functions.web import JSON, Access, Caller, Request, Response, Route

ADDRESS: Final = "/api/openapi.json"
_BELOW: Final = "/api/"
_NOTHING: Final = Described()
ERROR: Final[Schema] = {
    "type": "object",
    "required": ["code", "facts", "sentence"],
    "properties": {
        "code": {"type": "string", "description": "Stable name of the reason; docs/api.md lists them."},
        "facts": {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
        "sentence": {"type": "string", "description": "For people, in the language that was asked for."},
    },
}
"""The one error shape (`functions.web.error_response`)."""
_REFUSED: Final = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read.",
    HTTPStatus.FORBIDDEN: "This is not for whoever asks.",
    HTTPStatus.NOT_FOUND: "There is no such thing, or nothing answers at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "The address does not take this method.",
    HTTPStatus.CONFLICT: "Something else stands in this place. Nothing was overwritten.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than this address takes.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "What was sent is not acceptable; mend it and send it again.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests came from here; `Retry-After` tells when to come again.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Nothing was stored; try again in a moment.",
}
"""What any address may refuse with, and how it says so."""


def openapi_routes(routes: Iterable[Route]) -> Iterable[Route]:
    """The route that tells of the others and of itself."""
    known = list(routes)
    body: list[bytes] = []

    def tell(_: Request, __: Caller) -> Response:
        return Response(HTTPStatus.OK, (("content-type", JSON), ("cache-control", "public, max-age=300")), body[0])

    route = Route("GET", ADDRESS, Access.ANYONE, "This interface, described for programs (OpenAPI 3.1).", tell, _ITSELF)
    body.append(json.dumps(document([*known, route]), ensure_ascii=False, sort_keys=True).encode() + b"\n")
    return (route,)


def document(routes: Iterable[Route]) -> dict[str, object]:
    """The description of those of the routes that lie below `/api/`."""
    paths: dict[str, dict[str, object]] = {}
    for route in routes:
        if route.template.startswith(_BELOW):
            paths.setdefault(route.template, {})[route.method.lower()] = operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Shailoo",
            "version": version("shailoo"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": {"Error": ERROR},
            "securitySchemes": {
                "session": {
                    "type": "apiKey", "in": "cookie", "name": "shailoo-cabinet",
                    "description": "Given after a sign-in by OpenID Connect.",
                },
            },
        },
    }  # fmt: skip


def operation(route: Route) -> dict[str, object]:
    """One method at one address."""
    told = route.described or _NOTHING
    found: dict[str, object] = {
        "operationId": _name_of(route),
        "summary": route.purpose,
        "responses": {**_answers(told), **_refusals(route)},
    }
    names = re.findall(r"\{(\w+)\}", route.template)
    parameters = [_parameter(name, "path", told.parameters.get(name, _SEGMENT)) for name in names]
    parameters += [_parameter(name, "query", schema) for name, schema in told.query.items()]
    if parameters:
        found["parameters"] = parameters
    if told.bodies:
        found["requestBody"] = {"required": True, "content": _content(told.bodies)}
    if route.access not in {Access.ANYONE, Access.BOX}:
        found["security"] = [{"session": []}]
    return found


def _answers(told: Described) -> dict[str, object]:
    answers: Mapping[int, tuple[Body, ...]] = told.answers or {HTTPStatus.OK: ()}
    found: dict[str, object] = {}
    for status, bodies in answers.items():
        one: dict[str, object] = {"description": HTTPStatus(status).phrase}
        if bodies:
            one["content"] = _content(bodies)
        found[str(int(status))] = one
    return found


def _refusals(route: Route) -> dict[str, object]:
    refused = dict(_REFUSED)
    if route.access not in {Access.ANYONE, Access.BOX}:
        refused[HTTPStatus.UNAUTHORIZED] = "Sign in first."
    error = {JSON: {"schema": {"$ref": "#/components/schemas/Error"}}, "text/html": {"schema": {"type": "string"}}}
    return {str(int(status)): {"description": said, "content": error} for status, said in sorted(refused.items())}


def _content(bodies: Iterable[Body]) -> dict[str, object]:
    return {one.media: {"schema": dict(one.schema)} for one in bodies}


def _parameter(name: str, where: str, schema: Schema) -> dict[str, object]:
    return {"name": name, "in": where, "required": where == "path", "schema": dict(schema)}


@cache
def _words(template: str) -> str:
    return "-".join(re.findall(r"[A-Za-z0-9]+", template.removeprefix(_BELOW)))


def _name_of(route: Route) -> str:
    return f"{route.method.lower()}-{_words(route.template)}"


_SEGMENT: Final[Schema] = {"type": "string", "pattern": "^[A-Za-z0-9._~-]+$"}
"""What the router takes as one part of an address."""
_ITSELF: Final = Described(answers={HTTPStatus.OK: (Body(JSON, {"type": "object"}),)})
