"""My stations, and the turnout form: what the box's screen shows at each hour."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import quote

from functions.staff.desk import StaffDesk
from functions.staff.frame import frame_of
from functions.staff.pages import Frame, Html, field, select, table, tag
from functions.web import Access, Caller, Request, Response, Route
from shailoo.errors import Conflict, Refused, ShailooError
from shailoo.i18n import local_time, number
from shailoo.model.election import Election, Station
from shailoo.usecases.enter_turnout import (
    HOURS,
    TurnoutFigure,
    enter_turnout,
    hour_moment,
    may_enter,
    turnout_at,
)
from shailoo.usecases.intake_refusals import NoSuchElection
from shailoo.usecases.staff_refusals import NoSuchStation, NotYours

_MOST_LISTED = 200
_LONGEST_FIGURE = 6


class NotANumber(Refused):
    """The figure is not written as a whole number."""

    code = "not-a-number"


def turnout_routes(desk: StaffDesk) -> Iterable[Route]:
    """Routes of the stations and their turnout."""

    def stations(request: Request, caller: Caller) -> Response:
        frame = frame_of(desk, request)
        _ = frame.say.gettext
        acts = any(one.role != "auditor" for one in caller.appointments)
        cases = tag("p", tag("a", _("Cases of my commission"), href="/staff/cases/")) if acts else Html("")
        blocks: list[Html] = []
        for election in desk.elections.values():
            mine = [one for one in election.stations if may_enter(caller.appointments, election, one)]
            if mine:
                blocks += _own_stations(frame, election, mine, superior=_superior(caller))
        if not blocks:
            blocks = [tag("p", _("Your commission has no station in these elections."))]
        return frame.page(_("My stations"), cases, *blocks)

    def find(request: Request, _: Caller) -> Response:
        wanted = request.query.get("station", "").strip()
        election = _election(desk, request)
        if wanted not in election.station_by_no:
            raise NoSuchStation("This election has no such station.", station=wanted[:10])
        return Response(HTTPStatus.SEE_OTHER, (("location", f"/staff/turnout/{election.id}/{quote(wanted)}"),))

    def show(request: Request, caller: Caller) -> Response:
        election, station = _place(desk, request, caller)
        frame = frame_of(desk, request)
        hour = request.query.get("done", "")
        done = [tag("p", frame.say.gettext("Entered: {hour}", hour=hour), class_="done", role="status")]
        return _turnout_page(desk, frame, election, station, done if hour in HOURS else [])

    def enter(request: Request, caller: Caller) -> Response:
        election, station = _place(desk, request, caller)
        form = desk.check_form(request)
        frame = frame_of(desk, request)
        try:
            figure = _figure(station, form.get("hour", ""), form.get("voters", ""), form.get("cause", ""))
            enter_turnout(figure, election, caller.appointments, desk.store, now=desk.clock.now())
        except (Refused, Conflict) as error:
            trouble = [frame.trouble(error)]
            return _turnout_page(desk, frame, election, station, trouble, error=error, form=dict(form))
        back = f"/staff/turnout/{election.id}/{station.no}?done={quote(figure.hour)}"
        return Response(HTTPStatus.SEE_OTHER, (("location", back), ("cache-control", "no-store")))

    return (
        Route("GET", "/staff/", Access.APPOINTED, "The stations of whoever is signed in.", stations),
        Route("GET", "/staff/turnout/{election}", Access.APPOINTED, "Find a station by its number.", find),
        Route("GET", "/staff/turnout/{election}/{station}", Access.APPOINTED, "Turnout of a station by hour.", show),
        Route("POST", "/staff/turnout/{election}/{station}", Access.APPOINTED, "Enter the turnout of an hour.", enter),
    )


def _election(desk: StaffDesk, request: Request) -> Election:
    election = desk.elections.get(request.parameters["election"])
    if election is None:
        raise NoSuchElection("There is no such election in this installation.")
    return election


def _place(desk: StaffDesk, request: Request, caller: Caller) -> tuple[Election, Station]:
    election = _election(desk, request)
    station = election.station_by_no.get(request.parameters["station"])
    if station is None:
        raise NoSuchStation("This election has no such station.")
    if not may_enter(caller.appointments, election, station):
        raise NotYours("Your commission does not enter turnout for this station.", station=station.no)
    return election, station


def _superior(caller: Caller) -> bool:
    return any(one.role in ("territorial", "district", "central") for one in caller.appointments)


def _own_stations(frame: Frame, election: Election, mine: list[Station], *, superior: bool) -> Iterable[Html]:
    _ = frame.say.gettext
    yield tag("h2", election.name.text(frame.language))
    yield tag("p", tag("a", _("Papers of the count"), href=f"/staff/protocols/{election.id}"))
    yield tag("p", tag("a", _("Documents"), href=f"/staff/documents/{election.id}"))
    yield tag(
        "p", tag("a", _("Applications at the station: enter, identify, print"), href=f"/staff/precinct/{election.id}")
    )
    if superior:
        yield tag("p", tag("a", _("Acts of commissions"), href=f"/staff/acts/{election.id}"))
    if len(mine) > 1:
        yield tag(
            "form",
            field(_("Number of the station"), tag("input", name="station", inputmode="numeric", required=True)),
            tag("button", _("Find")),
            method="get",
            action=f"/staff/turnout/{election.id}",
        )
    links = (
        tag(
            "li",
            tag(
                "a",
                f"{station.no} · {station.name.text(frame.language)}",
                href=f"/staff/turnout/{election.id}/{station.no}",
            ),
        )
        for station in mine[:_MOST_LISTED]
    )
    yield tag("ul", *links, class_="plain")
    if len(mine) > _MOST_LISTED:
        yield tag("p", _("The others are found by their number."), class_="hint")


def _figure(station: Station, chosen: str, voters: str, cause: str) -> TurnoutFigure:
    """The fields of the form. The hour's field is `14:00/2`: the hour and the version that the page showed."""
    hour, _, seen = chosen.partition("/")
    digits = "".join(voters.split())
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _LONGEST_FIGURE and seen.isdecimal()):
        raise NotANumber("Write the number of voters in digits.")
    return TurnoutFigure(station.no, hour, int(digits), int(seen), " ".join(cause.split())[:500] or None)


def _turnout_page(
    desk: StaffDesk,
    frame: Frame,
    election: Election,
    station: Station,
    first: Iterable[Html],
    *,
    error: ShailooError | None = None,
    form: dict[str, str] | None = None,
) -> Response:
    _ = frame.say.gettext
    form = form or {}
    known = turnout_at(desk.store, election.id, station.no)
    now = desk.clock.now()
    struck = [hour for hour in HOURS if hour_moment(election, station, hour) <= now]
    next_hour = next((hour for hour in struck if hour not in known), struck[-1] if struck else "")
    asked = form.get("hour", "").partition("/")[0] or next_hour
    choices = [(f"{hour}/{known[hour].version if hour in known else 0}", hour) for hour in struck]
    chosen = next((value for value, hour in choices if hour == asked), "")
    rows = [
        (
            hour,
            number(entered.voters),
            local_time(entered.entered, station.zone),
            _("by the superior commission") if entered.channel == "superior" else _("by the precinct"),
            entered.cause or "",
        )
        for hour, entered in known.items()
    ]
    entry = tag("p", _("Turnout is entered from 10:00 on, local time of the station."), class_="hint")
    if struck:
        entry = frame.form(
            f"/staff/turnout/{election.id}/{station.no}",
            field(_("Hour"), select("hour", choices, chosen)),
            field(
                _("How many have voted by then"),
                tag("input", name="voters", inputmode="numeric", required=True, value=form.get("voters", "")),
                hint=_("As the screen of the box shows it; of several boxes the sum."),
            ),
            field(
                _("Cause"),
                tag("textarea", form.get("cause", ""), name="cause", rows=2, maxlength=500),
                hint=_("Only where the figure is lower than an earlier one."),
            ),
            tag("button", _("Enter")),
        )
    title = _("Turnout, station {number}", number=station.no)
    voters = _(
        "{name}: {voters} voters on the list", name=station.name.text(frame.language), voters=number(station.voters)
    )
    entered = [table((_("Hour"), _("Voted"), _("Entered at"), _("By"), _("Cause")), rows)] if rows else []
    return frame.page(
        title,
        tag("p", election.name.text(frame.language)),
        tag("p", voters, class_="hint"),
        *first,
        entry,
        *entered,
        status=HTTPStatus.OK if error is None else _status(error),
    )


def _status(error: ShailooError) -> int:
    return HTTPStatus.CONFLICT if isinstance(error, Conflict) else HTTPStatus.UNPROCESSABLE_ENTITY
