"""One document: its page, its page images, black out, approve, withdraw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from http import HTTPStatus

from pydantic import ValidationError

from functions.staff.acts import FormIncomplete
from functions.staff.desk import StaffDesk
from functions.staff.document_page import document_page
from functions.staff.documents import member_of, placed_of
from functions.staff.documents_view import address_of
from functions.staff.frame import frame_of
from functions.web import Access, Caller, NoSuchPage, Request, Response, Route
from shailoo.errors import Conflict, Refused, ShailooError
from shailoo.ids import Digest
from shailoo.model.document import Blackout, Placed
from shailoo.rules.document_standing import DocumentStanding
from shailoo.usecases.document_desk import find_document, may_handle, place_of
from shailoo.usecases.review_document import approve_document, ask_blackout, withdraw_document
from shailoo.usecases.staff_refusals import BadBlackout, NoSuchDocument, NotYours

_DOCUMENT = "/staff/document/{election}/{station}/{kind}/{part}/{original}"
_LEAST_REASON = 3
_MOST_REASON = 1000
_HUNDREDTHS = 100
_SIDES = ("x", "y", "width", "height")


def document_review_routes(desk: StaffDesk) -> Iterable[Route]:
    """Routes of one document."""

    def show(request: Request, caller: Caller) -> Response:
        return _page(desk, request, caller, _document(desk, request, caller))

    def image(request: Request, caller: Caller) -> Response:
        return _image(desk, request, _document(desk, request, caller))

    def mark(request: Request, caller: Caller) -> Response:
        form = desk.check_form(request)
        standing = _document(desk, request, caller)
        try:
            areas, seen = areas_of(form), _version(form)
            ask_blackout(standing.received, areas, seen, desk.documents, member_of(caller), now=desk.clock.now())
        except (Refused, Conflict) as error:
            return _page(desk, request, caller, _document(desk, request, caller), error)
        return _see(standing)

    def approve(request: Request, caller: Caller) -> Response:
        form = desk.check_form(request)
        standing = _document(desk, request, caller)
        pdf = form.get("pdf", "")
        try:
            approve_document(
                standing.received, _version(form), pdf, desk.documents, member_of(caller), now=desk.clock.now()
            )
        except (Refused, Conflict) as error:
            return _page(desk, request, caller, _document(desk, request, caller), error)
        return _see(standing)

    def withdraw(request: Request, caller: Caller) -> Response:
        form = desk.check_form(request)
        standing = _document(desk, request, caller)
        reason = " ".join(form.get("reason", "").split())
        try:
            if not _LEAST_REASON <= len(reason) <= _MOST_REASON:
                raise FormIncomplete("Say why the document is withdrawn.", fields="reason")
            withdraw_document(standing.received, reason, desk.documents, member_of(caller), now=desk.clock.now())
        except (Refused, Conflict) as error:
            return _page(desk, request, caller, _document(desk, request, caller), error)
        return _see(standing)

    return (
        Route("GET", _DOCUMENT, Access.APPOINTED, "A document, its pages and what can be done with it.", show),
        Route(
            "GET",
            f"{_DOCUMENT}/{{version}}/{{page}}",
            Access.APPOINTED,
            "A page of a copy as an image; for members who oversee the station, never kept by a cache.",
            image,
        ),
        Route("POST", f"{_DOCUMENT}/blackout", Access.APPOINTED, "Mark areas that the public must not see.", mark),
        Route(
            "POST",
            f"{_DOCUMENT}/approval",
            Access.APPOINTED,
            "A second official lets exactly this copy appear.",
            approve,
        ),
        Route(
            "POST",
            f"{_DOCUMENT}/withdrawal",
            Access.APPOINTED,
            "Take a document out of sight, with a reason that stays.",
            withdraw,
        ),
    )


_DIGITS = 4


def areas_of(form: Mapping[str, str]) -> tuple[Blackout, ...]:
    """The areas of a form.

    `areas` holds those that were drawn, `page,x,y,width,height;…` in ten-thousandths; `x-3`, `y-3`, `width-3` and
    `height-3` hold one of page 3 in percent, with a point or a comma. Raises BadBlackout.
    """
    found: list[dict[str, int]] = []
    try:
        for drawn in filter(None, form.get("areas", "").split(";")):
            page, x, y, width, height = (int(number) for number in drawn.split(","))
            found.append({"page": page, "x": x, "y": y, "width": width, "height": height})
        for page in sorted(int(name[2:]) for name in form if name.startswith("x-")):
            said = {side: form.get(f"{side}-{page}", "").strip().replace(",", ".") for side in _SIDES}
            if any(said.values()):
                found.append({"page": page} | {side: int(Decimal(text) * _HUNDREDTHS) for side, text in said.items()})
        return tuple(Blackout.model_validate(one) for one in found)
    except (ValueError, ValidationError, ArithmeticError) as error:
        raise BadBlackout("Write the four sides of an area as percent of its page.") from error


def _version(form: Mapping[str, str]) -> int:
    text = form.get("version", "")
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise FormIncomplete("The form does not say which copy was looked at.", fields="version")
    return int(text)


def _document(desk: StaffDesk, request: Request, caller: Caller) -> DocumentStanding:
    """The document of the address, for whoever handles its station: others are not told whether it is there."""
    named: Placed = placed_of(
        *(request.parameters[name] for name in ("election", "station", "kind", "part", "original"))
    )
    election, station = place_of(named.election, named.station, desk.registry)
    if not may_handle(caller.appointments, election, station):
        raise NotYours("Your commission does not handle documents of this station.")
    standing = find_document(named, desk.store)
    if standing is None:
        raise NoSuchDocument("Nothing was received under this name.")
    return standing


def _image(desk: StaffDesk, request: Request, standing: DocumentStanding) -> Response:
    """A page of a copy; nothing of what was withdrawn."""
    version, number = request.parameters["version"], request.parameters["page"]
    copy = standing.copies.get(int(version)) if version.isdecimal() and len(version) <= _DIGITS else None
    page = int(number) if number.isdecimal() and len(number) <= _DIGITS else 0
    if copy is None or standing.withdrawn is not None or not 1 <= page <= len(copy.pages):
        raise NoSuchPage("There is no such page.")
    data = desk.documents.objects.get(Digest(copy.pages[page - 1].sha256))
    return Response(HTTPStatus.OK, (("content-type", "image/jpeg"), ("cache-control", "no-store")), data)


def _page(
    desk: StaffDesk, request: Request, caller: Caller, standing: DocumentStanding, error: ShailooError | None = None
) -> Response:
    desk.index.follow(desk.store)
    elsewhere = desk.index.elsewhere(standing.received)
    election = desk.elections[standing.received.election]
    return document_page(
        frame_of(desk, request), election, standing, elsewhere, person=caller.person or "", error=error
    )


def _see(standing: DocumentStanding) -> Response:
    return Response(HTTPStatus.SEE_OTHER, (("location", address_of(standing.received)), ("cache-control", "no-store")))
