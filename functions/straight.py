"""What goes straight between browser and bucket, past our own door: parts of files, and papers too large for an answer.

A function in the cloud answers with six million bytes at most, in Base64. Where a store cannot lend, nothing changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from functions.web import Caller, Request, Response, Route
from shailoo.ids import Digest
from shailoo.model.case import Attachment
from shailoo.ports import LendingStore, ObjectStore, Uploads

_POLICY: Final = "content-security-policy"
_OURS: Final = "connect-src 'self'"
_PICTURES: Final = "img-src 'self'"
MOST_OF_AN_ANSWER: Final = 4_000_000


def parts_go_straight(routes: Iterable[Route], uploads: Uploads) -> tuple[Route, ...]:
    """The same routes; pages that let a script ask our door let it ask where parts of files go, too."""
    origin = uploads.origin
    return tuple(routes) if origin is None else tuple(_letting(route, _OURS, origin) for route in routes)


def papers_come_straight(routes: Iterable[Route], store: ObjectStore) -> tuple[Route, ...]:
    """The same routes; pages that show pictures of ours show those too that the store lends."""
    if not isinstance(store, LendingStore):
        return tuple(routes)
    origin = store.origin
    return tuple(_letting(route, _PICTURES, origin) for route in routes)


def lent(store: ObjectStore, paper: Attachment, disposition: str) -> Response | None:
    """The way to a paper that is too large for an answer; None if it is not, or if the store does not lend."""
    if paper.bytes <= MOST_OF_AN_ANSWER or not isinstance(store, LendingStore):
        return None
    address = store.address(Digest(paper.original), media=paper.media, disposition=disposition)
    headers = (("location", address), ("cache-control", "no-store"), ("referrer-policy", "no-referrer"))
    return Response(HTTPStatus.SEE_OTHER, headers)


def _letting(route: Route, ours: str, origin: str) -> Route:
    def handle(request: Request, caller: Caller) -> Response:
        answer = route.handler(request, caller)
        headers = tuple(
            (name, value.replace(ours, f"{ours} {origin}") if name == _POLICY else value)
            for name, value in answer.headers
        )
        return replace(answer, headers=headers)

    return replace(route, handler=handle)
