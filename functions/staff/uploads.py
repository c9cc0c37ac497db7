"""Sending a document in parts, for the script of the form: begun, sent part by part, gone on with, completed.

Answers are JSON. The session's form token comes in the header `x-form-token`: no other site can set it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, ValidationError

from functions.staff.acts import FormIncomplete
from functions.staff.desk import StaffDesk
from functions.staff.documents import member_of, paper_of
from functions.staff.documents_view import address_of
from functions.web import Access, Caller, Request, Response, Route, json_response
from shailoo.model.base import Frozen
from shailoo.model.document import Placed
from shailoo.model.refs import Sha256
from shailoo.ports import Upload
from shailoo.rules.scan_faults import DocumentTooLarge
from shailoo.rules.scan_kinds import MOST_BYTES
from shailoo.rules.upload_parts import BadPart, part_count
from shailoo.usecases.document_desk import find_document
from shailoo.usecases.receive_document import Paper, check_paper, receive_document

_MOST_DIGITS = 4


class UploadAsked(Frozen):
    """What a file is and of which paper: the body of `begin` and of `complete`."""

    election: str
    station: str
    paper: str
    """`kind` or `kind/part`."""
    bytes: Annotated[int, Field(ge=1)]
    sha256: Sha256


def upload_routes(desk: StaffDesk) -> Iterable[Route]:
    """Routes of uploads in parts."""

    def begin(request: Request, caller: Caller) -> Response:
        asked, paper = _asked(desk, request)
        if asked.bytes > MOST_BYTES:
            raise DocumentTooLarge("The file is larger than a scan may be.", bytes=asked.bytes, most=MOST_BYTES)
        desk.registry.follow(desk.store)
        before = find_document(_placed(paper, asked), desk.store)
        check_paper(paper, desk.documents, member_of(caller))
        if before is not None and before.withdrawn is None:  # the answer was lost on the way: nothing is sent again
            return json_response({"document": address_of(before.received)}, 200, _NO_STORE)
        upload = desk.uploads.begin(_owner(caller), asked.bytes, asked.sha256, now=desk.clock.now())
        return json_response(_told(desk, upload), 200, _NO_STORE)

    def state(request: Request, caller: Caller) -> Response:
        upload = desk.uploads.state(_owner(caller), request.parameters["upload"], now=desk.clock.now())
        return json_response(_told(desk, upload), 200, _NO_STORE)

    def put(request: Request, caller: Caller) -> Response:
        desk.check_token(request, request.headers.get("x-form-token", ""))
        number = request.parameters["part"]
        if not (number.isascii() and number.isdecimal() and len(number) <= _MOST_DIGITS):
            raise BadPart("Parts have numbers from 1.")
        name = request.parameters["upload"]
        desk.uploads.put(_owner(caller), name, int(number), request.body, now=desk.clock.now())
        return json_response({"part": int(number)}, 200, _NO_STORE)

    def complete(request: Request, caller: Caller) -> Response:
        _, paper = _asked(desk, request)
        owner, name = _owner(caller), request.parameters["upload"]
        data = desk.uploads.complete(owner, name, now=desk.clock.now())
        record = receive_document(paper, data, desk.documents, member_of(caller), now=desk.clock.now())
        # First the record; if we stop here, beginning again finds the document, and the parts expire.
        desk.uploads.drop(owner, name)
        return json_response({"document": address_of(record)}, 200, _NO_STORE)

    return (
        Route(
            "POST",
            "/staff/uploads",
            Access.APPOINTED,
            "Begin an upload in parts, or go on with it: `{election, station, paper, bytes, sha256}` as JSON.",
            begin,
        ),
        Route("GET", "/staff/uploads/{upload}", Access.APPOINTED, "Which parts are there.", state),
        Route("PUT", "/staff/uploads/{upload}/{part}", Access.APPOINTED, "Send a part; again is harmless.", put),
        Route(
            "POST",
            "/staff/uploads/{upload}/complete",
            Access.APPOINTED,
            "All parts are there: check the whole and receive the document. The body is that of the beginning.",
            complete,
        ),
    )


_NO_STORE = ("cache-control", "no-store")


def _asked(desk: StaffDesk, request: Request) -> tuple[UploadAsked, Paper]:
    desk.check_token(request, request.headers.get("x-form-token", ""))
    try:
        asked = UploadAsked.model_validate_json(request.body)
    except ValidationError as error:
        raise FormIncomplete("The body does not say which file of which paper is sent.") from error
    return asked, paper_of(asked.election, asked.station, asked.paper)


def _placed(paper: Paper, asked: UploadAsked) -> Placed:
    return Placed(
        election=paper.election, station=paper.station, kind=paper.kind, part=paper.part, original=asked.sha256
    )


def _owner(caller: Caller) -> str:
    return caller.person or ""


def _told(desk: StaffDesk, upload: Upload) -> dict[str, object]:
    """What the script must know; `addresses` of the missing parts where they do not come through our own door."""
    count = part_count(upload.bytes, upload.part_bytes)
    missing = [number for number in range(1, count + 1) if number not in upload.parts]
    addresses = {str(number): desk.uploads.address(upload, number) for number in missing}
    return {
        "upload": upload.name,
        "bytes": upload.bytes,
        "part_bytes": upload.part_bytes,
        "parts": list(upload.parts),
        "addresses": {number: address for number, address in addresses.items() if address is not None},
    }
