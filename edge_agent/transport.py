"""The way to the intake, as a port, and over HTTP. The only module of the box that may touch a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import httpx

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


class Transport(Protocol):
    """Something that takes an upload to the intake."""

    def post(self, path: str, body: bytes, media_type: str) -> Answer:
        """Send once. Raises Unreachable when no whole answer came back."""
        ...


class HttpTransport:
    """HTTP to a fixed address. Redirects are not followed: a captive portal must not get the upload."""

    def __init__(self, url: str, client: httpx.Client | None = None) -> None:
        self._url = url.rstrip("/")
        self._client = client or httpx.Client(timeout=httpx.Timeout(_ANSWER_S, connect=_CONNECT_S), trust_env=False)

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
