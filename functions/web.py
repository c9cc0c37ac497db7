"""Requests, answers and routes: the little that every door shares.

It does not matter what carries them: a local server, Lambda, a test. A route declares who may call it. A router with a
route that declares nothing refuses to be made: the program does not start.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from http import HTTPStatus
from typing import Literal
from urllib.parse import parse_qsl

from functions.described import Described
from functions.sentences import public_sentence
from shailoo.errors import Conflict, NotFound, Refused, ShailooError, StorageFailed
from shailoo.model.base import LANGUAGES, Language
from shailoo.model.record import Appointment

Method = Literal["GET", "POST", "PUT"]
HTML = "text/html; charset=utf-8"
NOTE = "text/plain; charset=utf-8"
JSON = "application/json"


_MOST_FIELDS = 1000
"""A protocol has at most 200 options and 60 lines; a scan at most 200 pages with the four sides of an area each."""


class Access(StrEnum):
    """Who may call a route."""

    ANYONE = "anyone"
    BOX = "box"
    """Anyone may send; what is sent must be signed by a registered box."""
    VOTER = "voter"
    """Whoever signed in as a voter."""
    SIGNED_IN = "signed-in"
    """Whoever signed in, with or without an appointment."""
    APPOINTED = "appointed"
    """Members of any commission with a current appointment."""
    SUPERIOR = "superior"
    """Members of a territorial, district or central commission."""


class NoAccessRule(ShailooError):
    """A route does not say who may call it. The program refuses to start."""

    code = "no-access-rule"


class NotSignedIn(Refused):
    """The route wants a sign-in, and there is none or it has ended."""

    code = "not-signed-in"


class NotAllowed(Refused):
    """The person holds no appointment that allows this."""

    code = "not-allowed"


class NoSuchPage(NotFound):
    """Nothing answers at this address."""

    code = "no-such-page"


class WrongMethod(Refused):
    """The address exists, but not for this method."""

    code = "wrong-method"


@dataclass(frozen=True, slots=True)
class Request:
    """What came in. Header names are in lower case; `parameters` are those of the route's template."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    parameters: Mapping[str, str] = field(default_factory=dict)
    client: str = ""
    """Address of whoever opened the connection: of a proxy, if one stands before us (`functions.client_address`)."""
    vouched: tuple[str, str] | None = None
    """Issuer and subject of a token that the interface before us has verified: a program of a commission calls. Nothing
    that a sender writes ends up here."""

    @property
    def cookies(self) -> Mapping[str, str]:
        """Cookies by name; of two with one name the first."""
        found: dict[str, str] = {}
        for part in self.headers.get("cookie", "").split(";"):
            name, equals, value = part.strip().partition("=")
            if equals:
                found.setdefault(name, value)
        return found

    def form(self) -> Mapping[str, str]:
        """Fields of a form sent as `application/x-www-form-urlencoded`; of two with one name the last."""
        try:
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
        except ValueError:  # not UTF-8, or more fields than a form has: our own pages send neither
            return {}

    def language(self, otherwise: Language) -> Language:
        """The language that was asked for by `?lang=`, by cookie or by `Accept-Language`, in this order."""
        asked = [self.query.get("lang", ""), self.cookies.get("lang", "")]
        asked += [
            part.partition(";")[0].strip()[:2].lower() for part in self.headers.get("accept-language", "").split(",")
        ]
        return next((known for ask in asked for known in LANGUAGES if known == ask), otherwise)


@dataclass(frozen=True, slots=True)
class Response:
    """What goes out. A header may come twice (`set-cookie`).

    `route` and `code` are not sent: what was asked for, as declared, and why it was refused, for the log.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    route: str | None = field(default=None, compare=False)
    code: str | None = field(default=None, compare=False)

    def header(self, name: str) -> str | None:
        """The first header of a name, in lower case."""
        return next((value for known, value in self.headers if known == name), None)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, where a route wants a sign-in: a person (a digest, no name) and the appointments held now."""

    person: str | None = None
    appointments: tuple[Appointment, ...] = ()


Handler = Callable[[Request, Caller], Response]
Guard = Callable[[Request], Caller]
"""Finds out who calls. Returns a Caller without person when nobody is signed in."""
VoterGuard = Callable[[Request], bool]
"""Whether who calls has signed in as a voter."""


ErrorShape = Callable[[ShailooError, Request], Response]
"""How an error is told: in JSON to machines, as a page to people."""


@dataclass(frozen=True, slots=True)
class Route:
    """A method, a path with `{parameters}`, who may call it, what it is for (see docs/api.md), and the handler.

    `described` is what it takes and answers, for programs (`functions.openapi`).
    """

    method: Method
    template: str
    access: Access | None
    purpose: str
    handler: Handler
    described: Described | None = None

    @property
    def name(self) -> str:
        """Method and template."""
        return f"{self.method} {self.template}"


class Router:
    """Finds the route, asks the guard, calls the handler, turns errors into the one error shape."""

    def __init__(
        self,
        routes: Iterable[Route],
        guard: Guard,
        shape: ErrorShape | None = None,
        voter: VoterGuard = lambda _: False,
        *,
        finish: Callable[[Response], Response] = lambda response: response,
    ) -> None:
        """`finish` has the last word on every answer."""
        self.routes = tuple(routes)
        self._guard = guard
        self._voter = voter
        self._finish = finish
        self._shape = shape or (lambda error, request: error_response(error, request.language("en")))
        for route in self.routes:
            if route.access is None:
                raise NoAccessRule("A route does not say who may call it.", method=route.method, path=route.template)
        self._patterns = [(re.compile(_pattern(route.template)), route) for route in self.routes]

    def under(self, prefix: str) -> Router:
        """A router of only those routes whose addresses begin with a prefix."""
        routes = (route for route in self.routes if route.template.startswith(prefix))
        return Router(routes, self._guard, self._shape, self._voter, finish=self._finish)

    def handle(self, request: Request) -> Response:
        """Answer a request. Raises only what is no ShailooError: a fault of ours."""
        name = None
        try:
            route, parameters = self._find(request)
            name = route.name
            caller = self._admit(route, request)
            answer = route.handler(replace(request, parameters=parameters), caller)
            return replace(self._finish(answer), route=name)
        except ShailooError as error:
            return replace(self._finish(self._shape(error, request)), route=name, code=error.code)

    def admit(self, request: Request) -> Response | None:
        """Before a large body is read: whether anyone would take it. Returns the answer if not."""
        try:
            route, _ = self._find(request)
            self._admit(route, request)
        except ShailooError as error:
            return self._shape(error, request)
        return None

    def refuse(self, error: ShailooError, request: Request) -> Response:
        """Tell an error as this door tells it."""
        return self._shape(error, request)

    def _find(self, request: Request) -> tuple[Route, Mapping[str, str]]:
        elsewhere = None
        method = "GET" if request.method == "HEAD" else request.method
        for pattern, route in self._patterns:
            match = pattern.fullmatch(request.path)
            if match and route.method == method:
                return route, match.groupdict()
            elsewhere = elsewhere or (match and route)
        if elsewhere:
            raise WrongMethod("This address does not take this method.", method=request.method[:10])
        raise NoSuchPage("Nothing answers at this address.")

    def _admit(self, route: Route, request: Request) -> Caller:
        match route.access:
            case Access.ANYONE | Access.BOX | None:
                return Caller()
            case Access.VOTER:
                if not self._voter(request):
                    raise NotSignedIn("Sign in first.")
                return Caller()
            case Access.SIGNED_IN | Access.APPOINTED | Access.SUPERIOR as access:
                caller = self._guard(request)
        if caller.person is None:
            raise NotSignedIn("Sign in first.")
        roles = {appointment.role for appointment in caller.appointments}
        if access is Access.APPOINTED and not roles:
            raise NotAllowed("No commission has appointed you, or the appointment was revoked.")
        if access is Access.SUPERIOR and not roles & {"territorial", "district", "central"}:
            raise NotAllowed("This is for territorial, district and central commissions.")
        return caller


def status_of(error: ShailooError) -> int:
    """The HTTP status that an error is told with. 4xx is final; 5xx asks the sender to try again."""
    special = {
        "too-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "document-too-large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "second-official-wanted": HTTPStatus.FORBIDDEN,
        "not-signed-in": HTTPStatus.UNAUTHORIZED,
        "not-allowed": HTTPStatus.FORBIDDEN,
        "wrong-method": HTTPStatus.METHOD_NOT_ALLOWED,
        "not-yours": HTTPStatus.FORBIDDEN,
        "act-not-yours": HTTPStatus.FORBIDDEN,
        "another-official-wanted": HTTPStatus.FORBIDDEN,
        "case-sign-in-wanted": HTTPStatus.FORBIDDEN,
        "too-many-filings": HTTPStatus.TOO_MANY_REQUESTS,
        "form-expired": HTTPStatus.FORBIDDEN,
        "too-many-questions": HTTPStatus.TOO_MANY_REQUESTS,
        "sign-in-failed": HTTPStatus.FORBIDDEN,
        "provider-down": HTTPStatus.BAD_GATEWAY,
        "no-provider": HTTPStatus.SERVICE_UNAVAILABLE,
        "bad-record": HTTPStatus.INTERNAL_SERVER_ERROR,  # what we cannot read is our fault, whoever asked
    }
    if error.code in special:
        return special[error.code]
    match error:
        case NotFound():
            return HTTPStatus.NOT_FOUND
        case Conflict():
            return HTTPStatus.CONFLICT
        case StorageFailed():
            return HTTPStatus.SERVICE_UNAVAILABLE
        case Refused():
            return HTTPStatus.UNPROCESSABLE_ENTITY
        case _:
            return HTTPStatus.INTERNAL_SERVER_ERROR


def error_response(error: ShailooError, language: Language) -> Response:
    """The one error shape: `{"code": …, "facts": {…}, "sentence": …}`."""
    status = status_of(error)
    facts = {name: value for name, value in error.facts.items() if value is not None and status < _OURS}
    said = {"code": error.code, "facts": facts, "sentence": public_sentence(error, language)}
    headers = [("cache-control", "no-store"), ("content-language", language)]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append(("retry-after", "2"))
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        headers.append(("retry-after", str(error.facts.get("retry_after", 600))))
    return json_response(said, status, *headers)


_OURS = 500
"""From this status on a fault is ours, and its facts are for our logs."""


def json_response(value: object, status: int = 200, *headers: tuple[str, str]) -> Response:
    """An answer in JSON with sorted keys."""
    body = json.dumps(value, ensure_ascii=False, sort_keys=True).encode() + b"\n"
    return Response(status, (("content-type", JSON), *headers), body)


def _pattern(template: str) -> str:
    return re.sub(r"\\{(\w+)\\}", r"(?P<\1>[A-Za-z0-9._~-]+)", re.escape(template))
