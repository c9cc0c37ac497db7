"""The intake's handlers: parse, one use case, answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from functions.described import Body, Described
from functions.intake.refusal_counter import RefusalCounter
from functions.intake.steps import StepName, steps_noted, with_watches
from functions.watching import request_now
from functions.web import NOTE, Access, Caller, Request, Response, Route, error_response, json_response
from shailoo.errors import Refused, ShailooError
from shailoo.events.doors import ReportReceived, ReportRefused, Step, UploadRefused
from shailoo.ports import Clock
from shailoo.records.canonical import digest
from shailoo.records.note import SignedNote
from shailoo.records.receipt import read_receipt
from shailoo.rules.trace import span_of, trace_of_report
from shailoo.telemetry import Watch, say
from shailoo.usecases.accept_report import IntakeDesk, SignedRefusal, accept_report

_LASTING = (("cache-control", "no-store"), ("content-type", NOTE))


def intake_routes(
    desk: IntakeDesk, clock: Clock, refused: RefusalCounter, accepted: Callable[[], None] | None = None
) -> Iterable[Route]:
    """Routes of the boxes.

    `accepted` is called after each stored report: it may wake a publisher, and must not fail.
    """
    at_work = with_watches(desk)

    def receive(request: Request, _: Caller) -> Response:
        now, watch = clock.now(), Watch()
        try:
            with steps_noted() as steps:
                receipt = accept_report(request.body, at_work, now=now, sent_to=request.parameters["election"])
        except SignedRefusal as refusal:
            _say_refused(refusal, request.body)
            return error_response(refusal.reason, request.language("en"))
        except ShailooError as error:
            if isinstance(error, Refused) or error.code == "no-such-election":
                refused.add(error.code, now)
                say(UploadRefused(code=error.code, request=request_now()))
            raise
        if accepted is not None:
            accepted()
        _say_received(receipt, watch.ms, steps)
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
            Described(
                bodies=(Body("application/octet-stream", {"type": "string", "format": "binary"}),),
                answers={200: (Body("text/plain"),)},
            ),
        ),
        Route(
            "GET",
            "/api/health",
            Access.ANYONE,
            "Whether the store answers, and its newest record's number.",
            health,
            Described(answers={200: (Body("application/json", {"type": "object", "required": ["last", "status"]}),)}),
        ),
    )


def _say_received(note: bytes, ms: int, steps: dict[StepName, int]) -> None:
    """What the receipt says, for the log; the steps that were taken hang below the one of receiving."""
    receipt = read_receipt(SignedNote.parse(note).text)
    trace = trace_of_report(receipt.sha256)
    received = span_of(trace, "receive")
    for step, took in steps.items():
        say(Step(trace=trace, span=span_of(trace, step), parent=received, step=step, ms=took))
    say(Step(trace=trace, span=received, parent=None, step="receive", ms=ms))
    say(
        ReportReceived(
            trace=trace,
            election=receipt.election,
            station=receipt.station,
            box=receipt.box,
            kind=receipt.kind,
            outcome=receipt.outcome,
            digest=receipt.sha256,
            bytes=receipt.bytes,
            ms=ms,
            request=request_now(),
        )
    )


def _say_refused(refusal: SignedRefusal, body: bytes) -> None:
    say(
        ReportRefused(
            election=refusal.election,
            box=refusal.box,
            code=refusal.reason.code,
            digest=digest(body),
            request=request_now(),
        )
    )
