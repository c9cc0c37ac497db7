"""The intake's handlers: parse, one use case, answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from functions.intake.refusal_counter import RefusalCounter
from functions.web import NOTE, Access, Caller, Request, Response, Route, error_response, json_response
from shailoo.errors import Refused, ShailooError
from shailoo.ports import Clock
from shailoo.usecases.accept_report import IntakeDesk, SignedRefusal, accept_report

_log = logging.getLogger(__name__)
_LASTING = (("cache-control", "no-store"), ("content-type", NOTE))


def intake_routes(
    desk: IntakeDesk, clock: Clock, refused: RefusalCounter, accepted: Callable[[], None] | None = None
) -> Iterable[Route]:
    """Routes of the boxes.

    `accepted` is called after each stored report: it may wake a publisher, and must not fail.
    """

    def receive(request: Request, _: Caller) -> Response:
        now = clock.now()
        try:
            receipt = accept_report(request.body, desk, now=now, sent_to=request.parameters["election"])
        except SignedRefusal as refusal:
            _log.warning("refused a signed upload: %s", refusal.reason.code)
            return error_response(refusal.reason, request.language("en"))
        except ShailooError as error:
            if isinstance(error, Refused) or error.code == "no-such-election":
                refused.add(error.code, now)
            raise
        if accepted is not None:
            accepted()
        return Response(200, _LASTING, receipt)

    def health(_: Request, __: Caller) -> Response:
        return json_response({"last": desk.store.last(), "status": "up"}, 200, ("cache-control", "no-store"))

    return (
        Route(
            "POST",
            "/api/intake/{election}",
            Access.BOX,
            "Take in a sealed bundle; the answer is the signed receipt, the same for the same bytes.",
            receive,
        ),
        Route(
            "GET", "/api/health", Access.ANYONE, "Whether the store answers, and its newest record's number.", health
        ),
    )
