"""Acts and appointments: decisions that change what counts, and who may decide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from http import HTTPStatus

from pydantic import ValidationError

from functions.staff.desk import StaffDesk
from functions.staff.frame import frame_of
from functions.staff.pages import Frame, Html, field, select, table, tag
from functions.web import Access, Caller, NotAllowed, Request, Response, Route, status_of
from shailoo.errors import Conflict, Refused, ShailooError
from shailoo.i18n import local_date, msgid
from shailoo.model.election import Election
from shailoo.model.record import Act
from shailoo.model.refs import Role
from shailoo.usecases.annul import acts_of
from shailoo.usecases.appoint import appoint, revoke_appointment
from shailoo.usecases.intake_refusals import NoSuchElection
from shailoo.usecases.record_act import record_act
from shailoo.usecases.staff_refusals import BadAppointment

MEASURES: Mapping[str, str] = {
    "join-reserve-box": msgid("A reserve box counts at a station"),
    "revoke-box": msgid("A box no longer counts"),
    "release-report": msgid("A held report counts"),
    "choose-report": msgid("Of two reports of a box this one counts"),
    "manual-only": msgid("Only the manual count of a station counts"),
    "release-protocol": msgid("A held protocol counts"),
    "exclude-outside": msgid("Votes cast outside the premises of a station do not count"),
    "exclude-station": msgid("The results of a station are annulled"),
    "exclude-option": msgid("The votes for a candidate or list are annulled"),
    "exclude-contest": msgid("The results of a contest are annulled"),
    "reverse-act": msgid("An earlier act no longer holds"),
}
_WANTED: Mapping[str, tuple[str, ...]] = {
    "join-reserve-box": ("box", "station"),
    "revoke-box": ("box",),
    "release-report": ("box",),
    "choose-report": ("box", "sealed_sha256"),
    "manual-only": ("station",),
    "release-protocol": ("station", "sheet"),
    "exclude-outside": ("station", "contest", "invalid", "votes"),
    "exclude-station": ("station",),
    "exclude-option": ("contest", "no"),
    "exclude-contest": ("contest",),
    "reverse-act": ("number",),
}
_FIELDS: Mapping[str, str] = {"sheet": "contest", "number": "reversed"}
"""Fields of a measure that have another name in the form: an act has a number of its own."""
_WHOLE = frozenset({"invalid", "no"})
ROLES: Mapping[Role, str] = {
    "precinct": msgid("precinct commission"),
    "territorial": msgid("territorial commission"),
    "district": msgid("district commission"),
    "central": msgid("central commission"),
    "auditor": msgid("auditor"),
}


_LONGEST_FIGURE = 6


class FormIncomplete(Refused):
    """A field of the form is empty or not written as it must be."""

    code = "form-incomplete"


def act_routes(desk: StaffDesk) -> Iterable[Route]:
    """Routes of acts and appointments."""

    def acts(request: Request, caller: Caller) -> Response:
        return _acts_page(desk, frame_of(desk, request), _election(desk, request), caller, {})

    def decide(request: Request, caller: Caller) -> Response:
        election = _election(desk, request)
        form = desk.check_form(request)
        try:
            record_act(_act(form, election, desk), desk.registry, caller.appointments, desk.store)
        except (Refused, Conflict) as error:
            return _acts_page(desk, frame_of(desk, request), election, caller, form, error=error)
        return Response(HTTPStatus.SEE_OTHER, (("location", request.path), ("cache-control", "no-store")))

    def appointments(request: Request, caller: Caller) -> Response:
        _central(caller)
        return _appointments_page(desk, frame_of(desk, request))

    def change(request: Request, caller: Caller) -> Response:
        _central(caller)
        form = desk.check_form(request)
        try:
            _change(desk, caller, form)
        except (Refused, Conflict) as error:
            return _appointments_page(desk, frame_of(desk, request), form, error)
        return Response(HTTPStatus.SEE_OTHER, (("location", request.path), ("cache-control", "no-store")))

    return (
        Route(
            "GET", "/staff/acts/{election}", Access.SUPERIOR, "Acts of an election, and the form for a new one.", acts
        ),
        Route("POST", "/staff/acts/{election}", Access.SUPERIOR, "Record an act with one measure.", decide),
        Route(
            "GET", "/staff/appointments", Access.SUPERIOR, "Who is appointed; central commission only.", appointments
        ),
        Route("POST", "/staff/appointments", Access.SUPERIOR, "Appoint or revoke; central commission only.", change),
    )


def _election(desk: StaffDesk, request: Request) -> Election:
    election = desk.elections.get(request.parameters["election"])
    if election is None:
        raise NoSuchElection("There is no such election in this installation.")
    return election


def _central(caller: Caller) -> None:
    if not any(one.role == "central" for one in caller.appointments):
        raise NotAllowed("Only the central commission appoints and revokes.")


def _act(form: Mapping[str, str], election: Election, desk: StaffDesk) -> Act:
    measure = form.get("measure", "")
    try:
        wanted = {name: _value(form, name) for name in _WANTED.get(measure, ())}
        return Act.model_validate(
            {
                "election": election.id,
                "number": form.get("number", "").strip(),
                "day": date.fromisoformat(form.get("day", "")),
                "body": form.get("body", ""),
                "reason": " ".join(form.get("reason", "").split()),
                "entered": desk.clock.now(),
                "measures": ({"measure": measure, **wanted},),
            }
        )
    except ValidationError as error:
        names = {str(part) for fault in error.errors() for part in fault["loc"] if isinstance(part, str)}
        raise FormIncomplete(
            "A field is empty or not written as it must be.", fields=", ".join(sorted(names))
        ) from error
    except ValueError as error:
        raise FormIncomplete("A field is empty or not written as it must be.", fields="day") from error


def _value(form: Mapping[str, str], name: str) -> str | int | tuple[int, ...]:
    """A field of a measure as its record holds it. Raises FormIncomplete where digits are wanted."""
    text = form.get(_FIELDS.get(name, name), "").strip()
    if name not in _WHOLE and name != "votes":
        return text
    figures = text.replace(",", " ").split()
    if not figures or not all(one.isascii() and one.isdecimal() and len(one) <= _LONGEST_FIGURE for one in figures):
        raise FormIncomplete("A field is empty or not written as it must be.", fields=name)
    if name == "votes":
        return tuple(int(one) for one in figures)
    return int("".join(figures))


def _acts_page(
    desk: StaffDesk,
    frame: Frame,
    election: Election,
    caller: Caller,
    form: Mapping[str, str],
    *,
    error: ShailooError | None = None,
) -> Response:
    _ = frame.say.gettext

    def control(name: str, label: str, hint: str | None = None, **more: str | bool) -> Html:
        return field(label, tag("input", name=name, value=form.get(name, ""), **more), hint=hint)

    bodies = [
        (one.commission, one.commission)
        for one in caller.appointments
        if one.role in ("central", "territorial", "district")
    ]
    entry = frame.form(
        f"/staff/acts/{election.id}",
        field(_("Commission"), select("body", bodies, form.get("body", ""))),
        control("number", _("Number of the act"), required=True),
        control("day", _("Day of the act"), type="date", required=True),
        field(
            _("What it decides"),
            select("measure", ((key, _(said)) for key, said in MEASURES.items()), form.get("measure", "")),
        ),
        control("box", _("Number of the box"), _("Only where the act is about a box.")),
        control("station", _("Number of the station"), _("Only where the act is about a station.")),
        control(
            "sealed_sha256", _("Digest of the report"), _("Only to choose between two reports; it is in the receipt.")
        ),
        control(
            "contest",
            _("Contest or paper"),
            _("Where the act is about one, as it stands on the tape: pr, smd-27; or identification."),
        ),
        control("no", _("Number on the ballot"), _("Only to annul the votes for a candidate or list.")),
        control("invalid", _("Invalid ballots cast outside"), _("Only where votes cast outside do not count.")),
        control("votes", _("Votes cast outside"), _("One figure for each line of the ballot, separated by spaces.")),
        control("reversed", _("Number of the earlier act"), _("Only where an earlier act no longer holds.")),
        field(
            _("Reason"),
            tag("textarea", form.get("reason", ""), name="reason", rows=3, maxlength=1000, required=True),
            hint=_("It is published word for word."),
        ),
        tag("button", _("Record the act")),
    )
    rows = [_act_row(frame, act) for act in acts_of(election.id, desk.store)]
    head = (_("Number"), _("Day"), _("Commission"), _("What it decides"), _("Reason"))
    central = any(one.role == "central" for one in caller.appointments)
    return frame.page(
        _("Acts of commissions"),
        tag("p", election.name.text(frame.language)),
        *([tag("p", tag("a", _("Appointments"), href="/staff/appointments"))] if central else []),
        *([frame.trouble(error)] if error else []),
        entry,
        *([table(head, rows)] if rows else []),
        status=HTTPStatus.OK if error is None else status_of(error),
    )


def _act_row(frame: Frame, act: Act) -> Iterable[Html | str]:
    said = []
    for measure in act.measures:
        told = measure.model_dump()
        name = frame.say.gettext(MEASURES[told.pop("measure")])
        said.append(f"{name}: {', '.join(_written(value) for value in told.values())}")
    return act.number, local_date(act.day, frame.language), act.body, "; ".join(said), act.reason


def _written(value: object) -> str:
    return " ".join(str(one) for one in value) if isinstance(value, tuple) else str(value)


def _change(desk: StaffDesk, caller: Caller, form: Mapping[str, str]) -> None:
    person, commission = form.get("person", "").strip().lower(), form.get("commission", "").strip()
    role = next((one for one in ROLES if one == form.get("role")), None)
    now = desk.clock.now()
    try:
        if form.get("do") == "revoke":
            revoke_appointment(
                person, commission, registry=desk.registry, store=desk.store, now=now, by=caller.appointments
            )
        elif role is None:
            raise BadAppointment("There is no such role.", commission=commission)
        else:
            appoint(person, commission, role, registry=desk.registry, store=desk.store, now=now, by=caller.appointments)
    except ValidationError as error:
        raise FormIncomplete("A field is empty or not written as it must be.", fields="person, commission") from error


def _appointments_page(
    desk: StaffDesk, frame: Frame, form: Mapping[str, str] | None = None, error: ShailooError | None = None
) -> Response:
    _ = frame.say.gettext
    form = form or {}
    entry = frame.form(
        "/staff/appointments",
        field(
            _("Number of the person"),
            tag("input", name="person", required=True, value=form.get("person", "")),
            hint=_("The person sees it after signing in; it holds no name."),
        ),
        field(
            _("Commission"),
            tag("input", name="commission", required=True, value=form.get("commission", "")),
            hint=_("For example pec-1001, tec-1, dec-01 or cec."),
        ),
        field(_("Role"), select("role", ((role, _(said)) for role, said in ROLES.items()), form.get("role", ""))),
        field(_("Decision"), select("do", (("appoint", _("Appoint")), ("revoke", _("Revoke"))), form.get("do", ""))),
        tag("button", _("Record")),
    )
    rows = [(one.commission, _(ROLES[one.role]), tag("code", one.person)) for one in desk.registry.appointed()]
    return frame.page(
        _("Appointments"),
        *([frame.trouble(error)] if error else []),
        entry,
        table((_("Commission"), _("Role"), _("Number of the person")), rows),
        status=HTTPStatus.OK if error is None else status_of(error),
    )
