"""An installation with its routes, and a browser that keeps cookies and follows nothing by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from functions.intake.refusal_counter import RefusalCounter
from functions.routers import make_router
from functions.web import Request, Response, Router
from shailoo.assembly import Installation
from shailoo.model.record import Appointment
from shailoo.model.refs import Role
from shailoo.usecases.appoint import appoint, person_of


@dataclass(frozen=True)
class FixedClock:
    """A moment that does not pass."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


@dataclass
class Browser:
    """Sends requests to a router as a person's browser would."""

    router: Router
    cookies: dict[str, str] = field(default_factory=dict)
    language: str = "en"
    token: str = ""

    def get(self, address: str) -> Response:
        return self._send("GET", address, b"")

    def post(self, address: str, form: Mapping[str, str], *, token: str | None = None) -> Response:
        sent = {"token": self.token if token is None else token, **form}
        return self._send("POST", address, urlencode(sent).encode())

    def _send(self, method: str, address: str, body: bytes) -> Response:
        parts = urlsplit(address)
        headers = {"accept-language": self.language}
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        response = self.router.handle(Request(method, parts.path, query, headers, body))
        for name, value in response.headers:
            if name == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
                if "Max-Age=0" in value:
                    del self.cookies[key]
        found = re.search(r'name="token" value="([^"]+)"', response.body.decode(errors="replace"))
        if found:
            self.token = found[1]
        return response

    def sign_in(self, subject: str, *, to: str = "/staff/") -> Response:
        """Go through the provider's form as a person would, and come back."""
        return self.get(self.way_back(subject, to=to))

    def way_back(self, subject: str, *, to: str = "/staff/") -> str:
        """The address with which the provider sends the browser back to us."""
        began = self.get(f"/staff/login?next={to}")
        assert began.status == 303, began.body
        answer = httpx.post(began.header("location") or "", data={"sub": subject})
        parts = urlsplit(answer.headers["location"])
        return f"{parts.path}?{parts.query}"


def router_of(installation: Installation) -> Router:
    return make_router(installation, RefusalCounter())


def give(installation: Installation, issuer: str, subject: str, commission: str, role: Role) -> Appointment:
    """Appoint somebody, as the operator at the machine does."""
    return appoint(
        person_of(issuer, subject),
        commission,
        role,
        registry=installation.registry,
        store=installation.store,
        now=installation.clock.now(),
        by=None,
    )
