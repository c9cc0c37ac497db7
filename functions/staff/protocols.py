"""The papers of the count: which wait for whom, and the form in which one is keyed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from urllib.parse import quote

from functions.staff.desk import StaffDesk
from functions.staff.frame import frame_of
from functions.staff.keying_form import Paper, keying_form, sheet_name, typed_lines
from functions.staff.keying_photos import photos
from functions.staff.keying_views import differing, sheets_list, standing_words, standings, versions
from functions.staff.pages import Frame, Html, field, tag
from functions.web import Access, Caller, Request, Response, Route, status_of
from shailoo.errors import Conflict, Refused, ShailooError
from shailoo.model.election import Election, Station
from shailoo.rules.keying import Agreed, Differ, sheet_standing
from shailoo.usecases.annul import acts_of
from shailoo.usecases.intake_refusals import NoSuchElection
from shailoo.usecases.key_protocol import KeyedSheet, key_protocol, keyings_at, may_key, protocol_of
from shailoo.usecases.keying_drafts import DraftPlace, drop_draft, keep_draft, kept_draft
from shailoo.usecases.keying_refusals import KeyedMeanwhile
from shailoo.usecases.staff_refusals import NoSuchStation, NotYours

_MOST_LISTED = 25
_LONGEST_REASON = 1000
_LONGEST_ACT = 24
_UNKEPT = frozenset({"token", "quiet", "do", "version"})
SCRIPT = "/staff/keying.js"


def protocol_routes(desk: StaffDesk) -> Iterable[Route]:
    """Routes of the papers. Draft routes stand apart: a draft is no news for a publisher."""

    def stations(request: Request, caller: Caller) -> Response:
        election = _election(desk, request)
        wanted = request.query.get("station", "").strip()
        if wanted:
            if wanted not in election.station_by_no:
                raise NoSuchStation("This election has no such station.", station=wanted[:10])
            place = f"/staff/protocols/{election.id}/{quote(wanted)}"
            return Response(HTTPStatus.SEE_OTHER, (("location", place), ("cache-control", "no-store")))
        return _stations_page(desk, frame_of(desk, request), election, caller, request.query.get("after", ""))

    def station(request: Request, caller: Caller) -> Response:
        election, place = _place(desk, request, caller)
        return _station_page(desk, frame_of(desk, request), election, place, request.query.get("done", ""))

    def show(request: Request, caller: Caller) -> Response:
        paper = _paper(desk, request, caller, correct="correct" in request.query)
        kept = kept_draft(desk.items, _draft(paper, caller))
        return _paper_page(desk, frame_of(desk, request), paper, caller, kept, kept="kept" in request.query)

    def hand_over(request: Request, caller: Caller) -> Response:
        election, place = _place(desk, request, caller)
        form = desk.check_form(request)
        paper = Paper(election, place, request.parameters["sheet"], _version(form))
        protocol_of(election, place, paper.sheet)
        try:
            key_protocol(
                KeyedSheet(
                    station=place.no,
                    sheet=paper.sheet,
                    version=paper.version,
                    lines=typed_lines(paper, form),
                    unreconciled=_text(form, "unreconciled", _LONGEST_REASON),
                    correction=_text(form, "correction", _LONGEST_REASON),
                    act=_text(form, "act", _LONGEST_ACT),
                ),
                election,
                caller.person or "",
                caller.appointments,
                desk.store,
                now=desk.clock.now(),
            )
        except (Refused, Conflict) as error:
            return _paper_page(desk, frame_of(desk, request), paper, caller, form, error=error)
        drop_draft(desk.items, _draft(paper, caller))
        back = f"/staff/protocols/{election.id}/{place.no}?done={quote(paper.sheet)}"
        return Response(HTTPStatus.SEE_OTHER, (("location", back), ("cache-control", "no-store")))

    here = "/staff/protocols/{election}"
    return (
        Route("GET", here, Access.APPOINTED, "Papers of my stations, and what they wait for.", stations),
        Route("GET", f"{here}/{{station}}", Access.APPOINTED, "Papers of a station.", station),
        Route("GET", f"{here}/{{station}}/{{sheet}}", Access.APPOINTED, "A paper, and the form to key it.", show),
        Route("POST", f"{here}/{{station}}/{{sheet}}", Access.APPOINTED, "Hand over what was keyed.", hand_over),
    )


def draft_routes(desk: StaffDesk) -> Iterable[Route]:
    """The route that keeps what is typed until it is handed over."""

    def keep(request: Request, caller: Caller) -> Response:
        election, place = _place(desk, request, caller)
        form = desk.check_form(request)
        paper = Paper(election, place, request.parameters["sheet"], _version(form))
        protocol_of(election, place, paper.sheet)
        fields = {name: value for name, value in form.items() if name not in _UNKEPT and value}
        keep_draft(desk.items, _draft(paper, caller), fields)
        if "quiet" in form:
            return Response(HTTPStatus.NO_CONTENT, (("cache-control", "no-store"),))
        again = f"{paper.address}?kept{'&correct' if 'correction' in form else ''}"
        return Response(HTTPStatus.SEE_OTHER, (("location", again), ("cache-control", "no-store")))

    address = "/staff/protocols/{election}/{station}/{sheet}/draft"
    return (Route("POST", address, Access.APPOINTED, "Keep what is typed so far, for the same person.", keep),)


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
    if not may_key(caller.appointments, election, station):
        raise NotYours("Your commission does not key the papers of this station.", station=station.no)
    return election, station


def _paper(desk: StaffDesk, request: Request, caller: Caller, *, correct: bool) -> Paper:
    """The paper that is asked for, in the version that is keyed next."""
    election, station = _place(desk, request, caller)
    sheet = request.parameters["sheet"]
    protocol_of(election, station, sheet)
    known = keyings_at(desk.store, election.id, station.no).get(sheet, ())
    newest = known[-1].version if known else 1
    return Paper(election, station, sheet, newest + 1 if correct and known else newest)


def _version(form: Mapping[str, str]) -> int:
    """The version that the form was opened for. Raises KeyedMeanwhile for one that no form of ours has."""
    text = form.get("version", "")
    if not (text.isascii() and text.isdecimal() and text in map(str, range(1, 100))):
        raise KeyedMeanwhile("This paper was keyed meanwhile. Open it again.", version=text[:4])
    return int(text)


def _text(form: Mapping[str, str], name: str, longest: int) -> str | None:
    return " ".join(form.get(name, "").split())[:longest] or None


def _draft(paper: Paper, caller: Caller) -> DraftPlace:
    return DraftPlace(paper.election.id, paper.station.no, paper.sheet, paper.version, caller.person or "")


def _stations_page(desk: StaffDesk, frame: Frame, election: Election, caller: Caller, after: str) -> Response:
    _ = frame.say.gettext
    mine = [one for one in election.stations if may_key(caller.appointments, election, one)]
    order = [one.no for one in mine]
    begin = order.index(after) + 1 if after in order else 0
    shown = mine[begin : begin + _MOST_LISTED]
    acts = tuple(acts_of(election.id, desk.store))
    blocks: list[Html] = [tag("p", election.name.text(frame.language))]
    if len(mine) > 1:
        blocks.append(
            tag(
                "form",
                field(_("Number of the station"), tag("input", name="station", inputmode="numeric", required=True)),
                tag("button", _("Find")),
                method="get",
                action=f"/staff/protocols/{election.id}",
            )
        )
    for station in shown:
        found = standings(election, station, keyings_at(desk.store, election.id, station.no), acts)
        blocks.append(tag("h2", f"{station.no} · {station.name.text(frame.language)}"))
        blocks.append(sheets_list(frame, election, station, found))
    if begin + len(shown) < len(mine):
        further = f"/staff/protocols/{election.id}?after={shown[-1].no}"
        blocks.append(tag("p", tag("a", _("Further stations"), href=further)))
    if not mine:
        blocks.append(tag("p", _("Your commission has no station in these elections.")))
    return frame.page(_("Papers of the count"), *blocks)


def _station_page(desk: StaffDesk, frame: Frame, election: Election, station: Station, done: str) -> Response:
    _ = frame.say.gettext
    known = keyings_at(desk.store, election.id, station.no)
    found = standings(election, station, known, acts_of(election.id, desk.store))
    said = []
    if done in found:
        words = _("Handed over: {sheet}", sheet=sheet_name(frame, election, done))
        said = [tag("p", words, class_="done", role="status")]
    return frame.page(
        _("Papers of station {number}", number=station.no),
        tag("p", station.name.text(frame.language)),
        *said,
        sheets_list(frame, election, station, found),
        tag("p", tag("a", _("All papers"), href=f"/staff/protocols/{election.id}")),
    )


def _paper_page(
    desk: StaffDesk,
    frame: Frame,
    paper: Paper,
    caller: Caller,
    form: Mapping[str, str],
    *,
    kept: bool = False,
    error: ShailooError | None = None,
) -> Response:
    _ = frame.say.gettext
    known = keyings_at(desk.store, paper.election.id, paper.station.no).get(paper.sheet, ())
    standing = sheet_standing(known, paper.protocol, acts_of(paper.election.id, desk.store))
    newest = len(standing.versions) or 1
    correction = paper.version > newest
    mine = any((one.version, one.person) == (paper.version, caller.person) for one in known)
    agreed = isinstance(standing.current, Agreed)
    open_form = correction or (paper.version == newest and not mine and not agreed)
    blocks: list[Html] = [
        tag("p", f"{paper.station.no} · {paper.station.name.text(frame.language)}"),
        tag("p", standing_words(frame, standing), class_="hint"),
    ]
    if kept:
        blocks.append(tag("p", _("Kept."), class_="done", role="status"))
    if error is not None:
        blocks.append(frame.trouble(error))
    if open_form:
        if isinstance(standing.current, Differ) and not correction:
            blocks.append(differing(frame, paper, standing.current))
        entry = keying_form(frame, paper, form, correction=correction)
        photo = photos(frame, paper, desk.store)
        blocks.append(entry if photo is None else tag("div", photo, tag("div", entry), class_="beside"))
    else:
        if mine and not agreed:
            blocks.append(tag("p", _("You have keyed this paper. Another person keys it next.")))
        blocks.append(tag("p", tag("a", _("Key the paper anew, as a correction"), href=f"{paper.address}?correct")))
    if any(isinstance(one.state, Agreed) for one in standing.versions):
        blocks.append(versions(frame, paper, standing))
    back = f"/staff/protocols/{paper.election.id}/{paper.station.no}"
    blocks.append(tag("p", tag("a", _("All papers of the station"), href=back)))
    return frame.page(
        sheet_name(frame, paper.election, paper.sheet),
        *blocks,
        status=HTTPStatus.OK if error is None else status_of(error),
        script=SCRIPT if open_form else None,
    )
