"""The way to the intake, as a port, and over HTTP. The only module of the box that may touch a network."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx

from edge_agent.certificate import CERTIFICATE, KEY
from edge_agent.errors import WrongKey
from shailoo.errors import ShailooError

_LONGEST_ANSWER = 65_536
_CONNECT_S = 10.0
_ANSWER_S = 60.0


class Unreachable(ShailooError):
    """No answer came: no network, no server, or a connection that broke. It is tried again."""

    code = "unreachable"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said. `retry_after` in seconds, if it asked for a pause."""

    status: int
    body: bytes
    retry_after: int | None = None


def shown_by(folder: Path, authorities: Path | None = None) -> ssl.SSLContext | None:
    """How a box speaks TLS that has a certificate; None where nothing differs from the usual.

    `authorities` are those whose servers it trusts beside the usual ones. Raises WrongKey when a file cannot be used.
    """
    has_one = (folder / CERTIFICATE).exists()
    if not has_one and authorities is None:
        return None
    context = httpx.create_ssl_context(trust_env=False)
    try:
        if authorities is not None:
            context.load_verify_locations(authorities)
        if has_one:
            context.load_cert_chain(folder / CERTIFICATE, folder / KEY)
    except OSError as error:
        raise WrongKey(
            "client.pem, client.key or the authorities cannot be used. Ask for a certificate again."
        ) from error
    return context


class Transport(Protocol):
    """Something that takes an upload to the intake."""

    def post(self, path: str, body: bytes, media_type: str) -> Answer:
        """Send once. Raises Unreachable when no whole answer came back."""
        ...


class HttpTransport:
    """HTTP to a fixed address. Redirects are not followed: a captive portal must not get the upload."""

    def __init__(self, url: str, client: httpx.Client | None = None, shows: ssl.SSLContext | None = None) -> None:
        """`shows` is how TLS is spoken by a box that shows a certificate."""
        self._url = url.rstrip("/")
        patience = httpx.Timeout(_ANSWER_S, connect=_CONNECT_S)
        verify: ssl.SSLContext | bool = True if shows is None else shows
        self._client = client or httpx.Client(timeout=patience, trust_env=False, verify=verify)

    def post(self, path: str, body: bytes, media_type: str) -> Answer:
        """Send once."""
        try:
            with self._client.stream(
                "POST", f"{self._url}{path}", content=body, headers={"Content-Type": media_type}, follow_redirects=False
            ) as answer:
                said = bytearray()
                for chunk in answer.iter_bytes():
                    said += chunk
                    if len(said) > _LONGEST_ANSWER:
                        raise Unreachable("The answer is longer than any answer of the intake.", bytes=len(said))
                wait = answer.headers.get("Retry-After", "")
                return Answer(answer.status_code, bytes(said), int(wait) if wait.isdecimal() else None)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise Unreachable("No answer came from the intake.", cause=type(error).__name__) from error
