"""The frame of a page for whoever asks, and how an error looks at this door."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import quote

from functions.staff.cookies import SESSION
from functions.staff.desk import StaffDesk
from functions.staff.pages import Frame, tag
from functions.web import NotAllowed, NotSignedIn, Request, Response
from shailoo.errors import ShailooError


def frame_of(desk: StaffDesk, request: Request) -> Frame:
    """Kyrgyz unless another language was asked for; with the way out if a session is there."""
    signed_in = SESSION in request.cookies
    token = desk.form_token(request) if signed_in else None
    return Frame(request.language("ky"), request.path, token, remember="lang" in request.query)


def staff_error(desk: StaffDesk, error: ShailooError, request: Request) -> Response:
    """A page for people.

    Who is not signed in goes to sign in; who has no appointment sees what to tell the commission.
    """
    if isinstance(error, NotSignedIn) and request.method == "GET":
        return Response(
            HTTPStatus.SEE_OTHER,
            (("location", f"/staff/login?next={quote(request.path)}"), ("cache-control", "no-store")),
        )
    frame = frame_of(desk, request)
    if isinstance(error, NotAllowed):
        person = desk.who(request).person
        _ = frame.say.gettext
        return frame.page(
            _("You are signed in, but not appointed"),
            tag("p", _("Tell the central commission this number. It appoints you under it, without your name.")),
            tag("p", tag("code", person or "")),
            tag("p", _("Until then the superior commission enters what you tell it on paper or by telephone.")),
            status=HTTPStatus.FORBIDDEN,
        )
    return frame.error(error)
