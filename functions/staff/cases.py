"""The desk of cases: queues, a case beside its documents, acts one by one or in bulk, figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import cast
from urllib.parse import quote, urlencode

from functions.cases.forms import typed
from functions.staff.case_bulk import act_in_bulk
from functions.staff.case_figures import figures_page
from functions.staff.case_page import Tried, case_page
from functions.staff.case_queue import Asked, queue_view
from functions.staff.case_room import PREFIX, CaseRoom
from functions.staff.frame import frame_of
from functions.straight import lent
from functions.web import Access, Caller, NoSuchPage, Request, Response, Route
from shailoo.errors import Conflict, Refused
from shailoo.ids import Digest
from shailoo.model.case_kind import CaseForm
from shailoo.rules.case_standing import ActDoesNotFit, CaseStanding
from shailoo.usecases.act_on_case import Doing, act_as_official, rule_of
from shailoo.usecases.case_looks import looks_at, note_look
from shailoo.usecases.case_queue import Part, may_open, own_commissions
from shailoo.usecases.intake_refusals import NoSuchElection
from shailoo.usecases.staff_refusals import NotYours

_DIGITS = 4
_PARTS = ("late", "open", "waits")
_SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


def case_desk_routes(room: CaseRoom) -> Iterable[Route]:
    """Routes of the desk of cases: queues and figures first, as a case's address fits theirs too."""
    return (*_queue_routes(room), *_case_routes(room))


def _queue_routes(room: CaseRoom) -> Iterable[Route]:
    staff = room.staff

    def queue(request: Request, caller: Caller) -> Response:
        wanted = request.query.get("number", "").strip()
        if wanted:
            return _see(f"{PREFIX}{quote(wanted[:20], safe='')}")
        asked = _asked(room, request, caller)
        room.index.follow(staff.store)
        return queue_view(room, frame_of(staff, request), caller, asked)

    def bulk(request: Request, caller: Caller) -> Response:
        form = staff.check_form(request)
        room.index.follow(staff.store)
        done, refused = act_in_bulk(room, caller, form)
        back = {"of": form.get("of", ""), "kind": form.get("kind", ""), "part": form.get("part", "")}
        told = {"done": str(done), "refused": ",".join(f"{number}.{code}" for number, code in refused)}
        return _see(f"{PREFIX}?{urlencode({name: value for name, value in {**back, **told}.items() if value})}")

    def counted(request: Request, caller: Caller) -> Response:
        election = room.elections.get(request.parameters["election"])
        if election is None:
            raise NoSuchElection("There is no such election in this installation.")
        room.index.follow(staff.store)
        return figures_page(room, frame_of(staff, request), caller, election)

    return (
        Route(
            "GET",
            PREFIX,
            Access.APPOINTED,
            "A commission's queue of cases, the most overdue first: `of`, `kind`, `part`, `page`, or a `number`.",
            queue,
        ),
        Route("POST", f"{PREFIX}bulk", Access.APPOINTED, "One act on several cases of a queue.", bulk),
        Route(
            "GET",
            f"{PREFIX}figures/{{election}}",
            Access.APPOINTED,
            "How many cases stand where, by commission and kind; no person is in them.",
            counted,
        ),
    )


def _case_routes(room: CaseRoom) -> Iterable[Route]:
    staff = room.staff

    def show(request: Request, caller: Caller) -> Response:
        standing = room.case(request.parameters["number"], caller)
        note_look(standing.filed.case, room.seen_by(standing, caller), staff.items, now=staff.clock.now())
        tried = Tried(request.query.get("act", ""), done=request.query.get("done", ""))
        return case_page(room, frame_of(staff, request), caller, standing, tried)

    def act(request: Request, caller: Caller) -> Response:
        form = staff.check_form(request)
        standing = room.case(request.parameters["number"], caller)
        try:
            doing = doing_of(form, standing)
            act_as_official(
                standing.filed.case,
                doing,
                room.desk,
                now=staff.clock.now(),
                who=(caller.person or "", caller.appointments),
            )
        except (Refused, Conflict) as error:
            again = room.case(request.parameters["number"], caller)
            note_look(again.filed.case, room.seen_by(again, caller), staff.items, now=staff.clock.now())
            key = form.get("do-act", "") + (f"-{form['do-of']}" if form.get("do-of") else "")
            return case_page(room, frame_of(staff, request), caller, again, Tried(key, form, error))
        room.index.follow(staff.store)
        return _see(f"{PREFIX}{standing.number}?done={quote(doing.act)}")

    def paper(request: Request, caller: Caller) -> Response:
        standing = room.case(request.parameters["number"], caller)
        of_acts = (one for act in standing.acts for one in act.documents)
        known = {one.original: one for one in (*standing.filed.documents, *of_acts)}
        document = known.get(request.parameters["paper"])
        if document is None:
            raise NoSuchPage("The case has no such document.")
        official = room.seen_by(standing, caller)
        if all(one.official != official for one in looks_at(standing.filed.case, staff.items)):
            note_look(standing.filed.case, official, staff.items, now=staff.clock.now())
        shown = "inline" if document.media.startswith("image/") else "attachment"
        if (elsewhere := lent(room.desk.private, document, shown)) is not None:
            return elsewhere
        data = room.desk.private.get(Digest(document.original))
        headers = (
            ("content-type", document.media),
            ("cache-control", "no-store"),
            ("content-disposition", shown),
            ("content-security-policy", _SANDBOX),
            ("x-content-type-options", "nosniff"),
        )
        return Response(HTTPStatus.OK, headers, data)

    return (
        Route("GET", f"{PREFIX}{{number}}", Access.APPOINTED, "A case beside its documents; who looks is noted.", show),
        Route("POST", f"{PREFIX}{{number}}", Access.APPOINTED, "Act on a case.", act),
        Route(
            "GET",
            f"{PREFIX}{{number}}/{{paper}}",
            Access.APPOINTED,
            "A document of a case, by its digest; who looks is noted.",
            paper,
        ),
    )


def doing_of(form: Mapping[str, str], standing: CaseStanding) -> Doing:
    """What a form of a case's page wants done. Our own names have a hyphen, which no field of a kind has.

    Raises ActDoesNotFit, ActNotYours.
    """
    act, reason = form.get("do-act", ""), form.get("do-reason", "").replace("\r\n", "\n")
    seen, of = _number(form.get("do-seen", "")), _number(form.get("do-of", ""))
    if seen is None:
        raise ActDoesNotFit("The form does not say how the case stood.", number=standing.number, act=act[:40])
    first = Doing(act=act, seen=seen, reason=reason, of=of, commission=form.get("do-commission", "").strip() or None)
    asks: type[CaseForm] | None = rule_of(first, standing).form
    fields: Mapping[str, object] = {} if asks is None else cast("Mapping[str, object]", typed(asks, form))
    return Doing(act=act, seen=seen, fields=fields, reason=reason, of=of, commission=first.commission if act else None)


def _asked(room: CaseRoom, request: Request, caller: Caller) -> Asked:
    """Which queue is wanted. Raises NotYours."""
    mine = own_commissions(caller.appointments)
    commission = request.query.get("of", "") or next(iter(mine), "")
    if not may_open(commission, caller.appointments, room.elections):
        raise NotYours("Your commission has no such queue.")
    part = request.query.get("part", "")
    kind = request.query.get("kind", "")
    return Asked(
        commission=commission,
        kind=kind if kind in room.desk.kinds else "",
        part=cast("Part", part if part in _PARTS else ""),
        page=_number(request.query.get("page", "")) or 1,
        done=request.query.get("done", ""),
        refused=request.query.get("refused", ""),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None


def _see(address: str) -> Response:
    return Response(HTTPStatus.SEE_OTHER, (("location", address), ("cache-control", "no-store")))
