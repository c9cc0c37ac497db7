"""The precinct's door: applications on paper and by telephone, identification, slips, the register."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import cast

from functions.cases.forms import typed as typed_of
from functions.cases.frame import words
from functions.cases.receipts import commission_name
from functions.staff.frame import frame_of
from functions.staff.multipart import read_file_form
from functions.staff.pages import tag
from functions.staff.precinct_door import PREFIX, PrecinctDoor, stations_of, works_at
from functions.staff.precinct_paper import FORMATS, Format, Sheet, set_slip
from functions.staff.precinct_rows import register_csv, register_note, register_pdf, row_of
from functions.staff.precinct_slips import coupon_blocks, identification_blocks
from functions.staff.precinct_views import (
    PER_PAGE,
    Spot,
    Typed,
    base_of,
    case_page,
    commission_page,
    entered_page,
    kinds_page,
    new_page,
    register_page,
)
from functions.straight import lent
from functions.web import NOTE, Access, Caller, NoSuchPage, Request, Response, Route
from shailoo.errors import Conflict, NotFound, Refused, StorageFailed
from shailoo.ids import Digest
from shailoo.kinds.person import PersonForm
from shailoo.model.case import Attachment, Channel
from shailoo.model.case_kind import CaseKind, DocumentRule, device_field
from shailoo.model.election import Election, Station
from shailoo.model.record import Appointment
from shailoo.records.case_code import RANDOM_BYTES, case_of, write_code
from shailoo.rules.case_standing import CaseStanding
from shailoo.rules.scan_faults import DocumentTooLarge
from shailoo.rules.scan_kinds import look
from shailoo.usecases.act_on_case import Doing, act_as_official
from shailoo.usecases.case_desk import find_case
from shailoo.usecases.case_refusals import DocumentsWanted, FormNotFilled, NoSuchCase, NoSuchKind
from shailoo.usecases.file_case import Filing, ReachName, check_places, file_case, read_form, receipt_for
from shailoo.usecases.identify import identify, identifying_act

_PDF = "application/pdf"
_MOST_DIGITS = 5


def precinct_routes(door: PrecinctDoor) -> Iterable[Route]:
    """Routes of the operator at the precinct, and of whoever takes the registers over."""
    return (*_registers(door), *_entering(door), *_table(door))


def _registers(door: PrecinctDoor) -> Iterable[Route]:
    def stations(request: Request, caller: Caller) -> Response:
        election = door.election(request)
        frame = frame_of(door.staff, request)
        _ = frame.say.gettext
        mine = [one for one in election.stations if works_at(caller, election, one)]
        above = sorted({one.commission for one in caller.appointments if one.role not in {"precinct", "auditor"}})
        wanted = request.query.get("station", "").strip()
        if wanted in election.station_by_no:
            return _see(f"{PREFIX}{election.id}/{wanted}")
        find = tag(
            "form",
            tag("label", tag("b", _("Number of the station")),
                tag("input", name="station", inputmode="numeric", required=True)),
            tag("button", _("Find")), method="get", action=f"{PREFIX}{election.id}",
        )  # fmt: skip
        links = [
            tag("li", tag("a", f"{one.no}, {one.name.text(frame.language)}", href=base_of(election, one)))
            for one in mine[:PER_PAGE]
        ]
        books = [
            tag("li", tag("a", _("Register of applications: {commission}",
                                     commission=commission_name(election, name, frame.language)),
                          href=f"{PREFIX}{election.id}/registers/{name}"))
            for name in above
        ]  # fmt: skip
        blocks = (
            [tag("ul", *books, *links, class_="plain")]
            if mine
            else [tag("p", _("Your commission has no station in these elections."))]
        )
        return frame.page(_("Applications"), *([find] if len(mine) > 1 else []), *blocks)

    def register(request: Request, caller: Caller) -> Response:
        election, station = door.place(request, caller)
        cases = door.cases(election, [station])
        page = request.query.get("page", "1")
        known = page.isascii() and page.isdecimal() and len(page) <= _MOST_DIGITS
        at = min(max(int(page) if known else 1, 1), max(1, -(-len(cases) // PER_PAGE)))
        shown = list(reversed(cases))[(at - 1) * PER_PAGE : at * PER_PAGE]
        houses = door.houses.crowded(cases, door.desk)
        rows = [row_of(one, door.desk) for one in shown]
        crowded = max(houses.values(), default=0)
        return register_page(_spot(door, request, caller), rows, page=at, total=len(cases), crowded=crowded)

    def consolidated(request: Request, caller: Caller) -> Response:
        election, commission, cases = _below(request, caller)
        frame = frame_of(door.staff, request)
        counts = Counter(words(frame.language).gettext(one.status.label) for one in cases)
        return commission_page(frame, election, commission, dict(sorted(counts.items())))

    def consolidated_file(request: Request, caller: Caller) -> Response:
        election, commission, cases = _below(request, caller)
        rows = [row_of(one, door.desk) for one in cases]
        data = register_csv(rows)
        now = door.staff.clock.now()
        name = f"register-{election.id}-{commission}"
        match request.parameters["format"]:
            case "csv":
                return _file(data, "text/csv; charset=utf-8", f"{name}.csv")
            case "note":
                note = door.desk.signer.sign(register_note(rows, election.id, commission, data, now))
                return _file(note, NOTE, f"{name}.txt")
            case "pdf":
                language = frame_of(door.staff, request).language
                return _file(
                    register_pdf(rows, election, commission, data, language=language, now=now), _PDF, f"{name}.pdf"
                )
            case _:
                raise NoSuchPage("Nothing answers at this address.")

    def _below(request: Request, caller: Caller) -> tuple[Election, str, list[CaseStanding]]:
        election = door.election(request)
        commission = request.parameters["commission"]
        return election, commission, door.cases(election, stations_of(caller, election, commission))

    books = f"{PREFIX}{{election}}/registers/{{commission}}"
    return (
        Route("GET", f"{PREFIX}{{election}}", Access.APPOINTED, "Stations and registers of whoever is signed in.",
              stations),
        Route("GET", books, Access.APPOINTED, "The consolidated register of a commission's applications: its sums.",
              consolidated),
        Route("GET", f"{books}/{{format}}", Access.APPOINTED,
              "The consolidated register as `pdf`, `csv`, or a signed `note` of sums and digest.", consolidated_file),
        Route("GET", f"{PREFIX}{{election}}/{{station}}", Access.APPOINTED, "The operator's register of a station.",
              register),
    )  # fmt: skip


def _entering(door: PrecinctDoor) -> Iterable[Route]:
    def kinds(request: Request, caller: Caller) -> Response:
        return kinds_page(_spot(door, request, caller))

    def blank(request: Request, caller: Caller) -> Response:
        code = write_code(door.desk.draw(RANDOM_BYTES))
        return new_page(_spot(door, request, caller), _kind(request), code, Typed())

    def enter(request: Request, caller: Caller) -> Response:
        spot = _spot(door, request, caller)
        kind = _kind(request)
        sent = read_file_form(request)
        fields, files = sent.fields, sent.files
        door.staff.check_token(request, fields.get("token", ""))
        code = fields.get("code", "")
        try:
            case_of(code)
            filing = _filing(spot, kind, fields, files)
            filed = file_case(filing, door.desk, now=door.staff.clock.now(), by=_who(caller))
        except (Refused, Conflict) as error:
            if isinstance(error, Conflict) or error.code == "bad-case-code":
                code = write_code(door.desk.draw(RANDOM_BYTES))
            return new_page(spot, kind, code, Typed(fields, error))
        door.nudge()
        return entered_page(spot, filed, code)

    def coupon(request: Request, caller: Caller) -> Response:
        election, station = door.place(request, caller)
        form = door.staff.check_form(request)
        standing = find_case(case_of(form.get("code", "")), door.desk)
        if standing.filed.station != station.no or standing.filed.election != election.id:
            raise NoSuchCase("No case has this number, or it is not for your commission.")
        filed = receipt_for(standing, door.desk)
        frame = frame_of(door.staff, request)
        blocks = coupon_blocks(filed, form["code"], election, door.staff.origin, frame.language)
        title = frame.say.gettext("Coupon of application № {number}", number=filed.receipt.number)
        sheet = Sheet(title, frame.language, filed.receipt.filed)
        data = set_slip(blocks, sheet, _format(form.get("paper", "")))
        return _file(data, _PDF, f"coupon-{filed.receipt.number}.pdf", inline=True)

    def _kind(request: Request) -> CaseKind:
        kind = next((one for one in door.kinds() if one.name == request.parameters["kind"]), None)
        if kind is None:
            raise NoSuchKind("Nothing of this kind is filed here.", kind=request.parameters["kind"][:40])
        return kind

    base = f"{PREFIX}{{election}}/{{station}}"
    return (
        Route("GET", f"{base}/new", Access.APPOINTED, "What may be entered from paper or from the telephone.", kinds),
        Route("GET", f"{base}/new/{{kind}}", Access.APPOINTED, "The form of an application, with who applies.", blank),
        Route("POST", f"{base}/new/{{kind}}", Access.APPOINTED,
              "Enter an application as `multipart/form-data`; the answer holds its code, once.", enter),
        Route("POST", f"{base}/coupon", Access.APPOINTED,
              "The tear-off coupon as PDF (`paper`: `80mm`, `a4`), for whoever holds the `code`.", coupon),
    )  # fmt: skip


def _table(door: PrecinctDoor) -> Iterable[Route]:
    def show(request: Request, caller: Caller) -> Response:
        election, station = door.place(request, caller)
        return _page(request, caller, election, station, Typed())

    def act(request: Request, caller: Caller) -> Response:
        election, station = door.place(request, caller)
        form = door.staff.check_form(request)
        standing = door.case(request, caller, election, station)
        name = form.get("act", "")
        try:
            _do(door, standing, name, form, caller)
        except (Refused, Conflict, NotFound, StorageFailed) as error:
            return _page(request, caller, election, station, Typed(form, error, name))
        return _see(request.path)

    def _page(request: Request, caller: Caller, election: Election, station: Station, typed: Typed) -> Response:
        standing = door.case(request, caller, election, station)
        houses = door.houses.crowded(door.cases(election, [station]), door.desk)
        crowded = houses.get(standing.filed.case, 0)
        return case_page(_spot(door, request, caller), standing, crowded=crowded, typed=typed)

    def paper(request: Request, caller: Caller) -> Response:
        election, station = door.place(request, caller)
        standing = door.case(request, caller, election, station)
        wanted = request.parameters["sha256"]
        found = next((one for one in _papers(standing) if one.original == wanted), None)
        if found is None:
            raise NoSuchPage("Nothing answers at this address.")
        name = f"{standing.number}-{found.kind}.{found.media.rpartition('/')[2]}"
        shown = "inline" if found.media in {"image/jpeg", "image/png"} else f'attachment; filename="{name}"'
        if (elsewhere := lent(door.desk.private, found, shown)) is not None:
            return elsewhere
        data = door.desk.private.get(Digest(found.original))
        return _file(data, found.media, name, inline=found.media in {"image/jpeg", "image/png"})

    def slip(request: Request, caller: Caller) -> Response:
        election, station = door.place(request, caller)
        standing = door.case(request, caller, election, station)
        done = identifying_act(standing)
        if done is None:
            raise NoSuchPage("Nobody was identified for this case yet.")
        frame = frame_of(door.staff, request)
        blocks = identification_blocks(standing, election, door.desk, frame.language)
        title = f"{frame.say.gettext('Receipt of identification')} № {standing.number}"
        sheet = Sheet(title, frame.language, done.entered)
        data = set_slip(blocks, sheet, _format(request.query.get("paper", "")))
        return _file(data, _PDF, f"identification-{standing.number}.pdf", inline=True)

    base = f"{PREFIX}{{election}}/{{station}}/cases/{{number}}"
    return (
        Route("GET", base, Access.APPOINTED, "An application beside its passport, and what may be done here.", show),
        Route("POST", base, Access.APPOINTED,
              "Identify by the device or by passport, confirm, decline, close: `act`, `seen`, its fields.", act),
        Route("GET", f"{base}/papers/{{sha256}}", Access.APPOINTED, "A paper of an application, as it came.", paper),
        Route("GET", f"{base}/slip", Access.APPOINTED,
              "The receipt of identification as PDF (`paper`: `80mm`, `a4`).", slip),
    )  # fmt: skip


def _spot(door: PrecinctDoor, request: Request, caller: Caller) -> Spot:
    election, station = door.place(request, caller)
    return Spot(frame_of(door.staff, request), door, caller, election, station)


def _do(door: PrecinctDoor, standing: CaseStanding, name: str, form: Mapping[str, str], caller: Caller) -> None:
    seen = form.get("seen", "")
    known = seen.isascii() and seen.isdecimal() and len(seen) <= _MOST_DIGITS
    count = int(seen) if known else len(standing.acts)
    rule = standing.kind.act(name)
    case, now = standing.filed.case, door.staff.clock.now()
    if rule is not None and device_field(rule.form) is not None:
        number = form.get("receipt", "").strip() or None
        identify(case, count, door.desk, door.home.identification, _who(caller), number=number, now=now)
        return
    fields = {} if rule is None or rule.form is None else typed_of(rule.form, form)
    doing = Doing(name, count, fields, reason=form.get("reason") or None)
    act_as_official(case, doing, door.desk, _who(caller), now=now)


def _papers(standing: CaseStanding) -> Sequence[Attachment]:
    return (*standing.filed.documents, *(one for act in standing.acts for one in act.documents))


def _filing(spot: Spot, kind: CaseKind, fields: Mapping[str, str], files: Sequence[tuple[str, bytes]]) -> Filing:
    """What was typed. All faults of both forms are told at once. Raises FormNotFilled and as `file_case`."""
    faults: dict[str, str] = {}
    person = None
    sent = typed_of(kind.form, fields, spot.door.desk.places)
    try:
        person = cast("PersonForm", read_form(PersonForm, typed_of(PersonForm, fields)))
    except FormNotFilled as error:
        faults.update(error.faults)
    try:
        read_form(kind.form, sent)
        check_places(kind.form, sent, spot.door.desk)
    except FormNotFilled as error:
        faults.update(error.faults)
    if faults or person is None:
        raise FormNotFilled("A field of the form cannot be used.", faults, count=len(faults))
    channel: Channel = "telephone" if fields.get("channel") == "telephone" else "paper"
    reach: dict[ReachName, str] = {}
    if person.person_mail:
        reach["mail"] = person.person_mail
    if person.person_phone:
        reach["phone"] = person.person_phone
    papers = []
    for name, data in files:
        rule = next((one for one in kind.documents if one.kind == name), None)
        if rule is not None and data:
            papers.append(_kept(spot.door, rule, data))
    return Filing(
        kind=kind.name,
        election=spot.election.id,
        station=spot.station.no,
        fields=sent,
        code=fields.get("code", ""),
        documents=tuple(papers),
        channel=channel,
        person=person.person(),
        reach=reach,
    )


def _kept(door: PrecinctDoor, rule: DocumentRule, data: bytes) -> Attachment:
    """A paper in the private store; its name is never looked at. Raises DocumentTooLarge, DocumentUnfit."""
    if len(data) > rule.largest:
        raise DocumentTooLarge("The file is larger than may be.", bytes=len(data), most=rule.largest)
    media = look(data)
    if media not in rule.media:
        raise DocumentsWanted("A document of this kind does not come as such a file.", kind=rule.kind)
    door.desk.private.put(data)
    return Attachment(kind=rule.kind, original=hashlib.sha256(data).hexdigest(), media=media, bytes=len(data))


def _who(caller: Caller) -> tuple[str, tuple[Appointment, ...]]:
    return caller.person or "", caller.appointments


def _format(text: str) -> Format:
    return next((one for one in FORMATS if one == text), "a4")


def _see(address: str) -> Response:
    return Response(HTTPStatus.SEE_OTHER, (("location", address), ("cache-control", "no-store")))


def _file(data: bytes, media: str, name: str, *, inline: bool = False) -> Response:
    """A file of people's data: kept by no cache; whatever it holds, nothing in it runs."""
    way = "inline" if inline else "attachment"
    headers = (
        ("content-type", media),
        ("content-disposition", f'{way}; filename="{name}"'),
        ("cache-control", "no-store"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("x-content-type-options", "nosniff"),
    )
    return Response(HTTPStatus.OK, headers, data)
