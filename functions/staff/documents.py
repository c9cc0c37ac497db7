"""Scanned documents of stations: what is owed, sending a file, and what waits for a second official."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import cast
from urllib.parse import quote

from pydantic import ValidationError

from functions.staff.desk import StaffDesk
from functions.staff.document_words import KIND_WORDS
from functions.staff.documents_view import Sent, address_of, commission_page, station_page
from functions.staff.frame import frame_of
from functions.staff.multipart import read_file_form
from functions.web import Access, Caller, Request, Response, Route
from shailoo.errors import Conflict, Refused
from shailoo.model.document import DocumentKind, Placed
from shailoo.model.election import Election, Station
from shailoo.usecases.document_desk import Member, may_handle, place_of
from shailoo.usecases.receive_document import Paper, receive_document
from shailoo.usecases.staff_refusals import NoSuchDocument, NoSuchPaper, NotYours


def document_routes(desk: StaffDesk) -> Iterable[Route]:
    """Routes of a commission's documents and of a station's."""

    def of_commission(request: Request, caller: Caller) -> Response:
        election, _ = place_of(request.parameters["election"], None, desk.registry)
        mine = [one for one in election.stations if may_handle(caller.appointments, election, one)]
        if not mine:
            raise NotYours("Your commission handles no documents of this election.")
        wanted = request.query.get("station", "").strip()
        if wanted:
            _, station = place_of(election.id, wanted, desk.registry)
            return _see(f"/staff/documents/{election.id}/{quote(station.no if station else wanted)}")
        desk.index.follow(desk.store)
        return commission_page(desk, frame_of(desk, request), election, mine)

    def of_station(request: Request, caller: Caller) -> Response:
        election, station = _place(desk, request, caller)
        desk.index.follow(desk.store)
        chosen = request.query.get("paper", "")
        return station_page(desk, frame_of(desk, request), election, station, Sent(chosen))

    def send(request: Request, caller: Caller) -> Response:
        election, station = _place(desk, request, caller)
        form = read_file_form(request)
        desk.check_token(request, form.fields.get("token", ""))
        chosen = form.fields.get("paper", "")
        try:
            paper = paper_of(election.id, station.no, chosen)
            record = receive_document(paper, form.data, desk.documents, member_of(caller), now=desk.clock.now())
        except (Refused, Conflict) as error:
            desk.index.follow(desk.store)
            return station_page(desk, frame_of(desk, request), election, station, Sent(chosen, error))
        return _see(address_of(record))

    return (
        Route(
            "GET",
            "/staff/documents/{election}",
            Access.APPOINTED,
            "What the caller's stations still owe, and the documents that wait for approval.",
            of_commission,
        ),
        Route(
            "GET",
            "/staff/documents/{election}/{station}",
            Access.APPOINTED,
            "Papers of a station, and the form that sends one.",
            of_station,
        ),
        Route(
            "POST",
            "/staff/documents/{election}/{station}",
            Access.APPOINTED,
            "Send a scanned paper as `multipart/form-data`: `token`, `paper` (`kind` or `kind/part`), `file`, 20 MiB.",
            send,
        ),
    )


def member_of(caller: Caller) -> Member:
    """Who acts. The route has asked for a sign-in."""
    return Member(caller.person or "", caller.appointments)


def paper_of(election: str, station: str, chosen: str, act: str | None = None) -> Paper:
    """The paper that a form names as `kind` or `kind/part`. Raises NoSuchPaper."""
    kind, _, part = chosen.partition("/")
    if kind not in KIND_WORDS:
        raise NoSuchPaper("This station has no such paper. Choose it from the list.", kind=kind[:40])
    try:
        named = placed_of(election, station, kind, part or "_", "0" * 64)
    except NoSuchDocument as error:
        raise NoSuchPaper("This station has no such paper. Choose it from the list.", kind=kind) from error
    return Paper(election, named.station, named.kind, named.part, act)


def placed_of(election: str, station: str, kind: str, part: str, original: str) -> Placed:
    """The document that an address names. Raises NoSuchDocument."""
    try:
        return Placed(
            election=election,
            station=None if station == "_" else station,
            kind=cast("DocumentKind", kind),
            part=None if part == "_" else part,
            original=original,
        )
    except ValidationError as error:
        raise NoSuchDocument("Nothing was received under this name.") from error


def _place(desk: StaffDesk, request: Request, caller: Caller) -> tuple[Election, Station]:
    election, station = place_of(request.parameters["election"], request.parameters["station"], desk.registry)
    if station is None or not may_handle(caller.appointments, election, station):
        raise NotYours("Your commission does not handle documents of this station.")
    return election, station


def _see(address: str) -> Response:
    return Response(HTTPStatus.SEE_OTHER, (("location", address), ("cache-control", "no-store")))
