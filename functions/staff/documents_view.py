"""The lists of documents as pages: of a commission, and of one station with the form that sends a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from functions.staff.desk import StaffDesk
from functions.staff.document_words import STATE_WORDS, paper_name
from functions.staff.pages import Child, Frame, Html, field, table, tag
from functions.web import Response, status_of
from shailoo.errors import ShailooError
from shailoo.i18n import number
from shailoo.model.document import DocumentKind, Placed
from shailoo.model.election import Election, Station
from shailoo.rules.documents import LATER, expected_documents
from shailoo.rules.scan_kinds import MOST_BYTES
from shailoo.usecases.document_index import Listed

_MOST_LISTED = 200
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Sent:
    """What was chosen in the form before, and why it was refused."""

    paper: str = ""
    error: ShailooError | None = None


def address_of(document: Placed) -> str:
    """The address of a document's own page."""
    names = (document.election, document.station or "_", document.kind, document.part or "_", document.original)
    return "/staff/document/" + "/".join(names)


def owed_by(desk: StaffDesk, election: Election, station: Station) -> tuple[tuple[DocumentKind, str | None], ...]:
    """Every paper that a station owes, with the boxes that stand there now."""
    boxes = [one.box for one in desk.registry.boxes_at(election.id, station.no)]
    return expected_documents(election, station, boxes)


def commission_page(desk: StaffDesk, frame: Frame, election: Election, mine: Sequence[Station]) -> Response:
    """What the stations of a commission still owe, and what waits for a second official."""
    _ = frame.say.gettext
    rows: list[tuple[Child, ...]] = []
    waiting: list[Html] = []
    many = 0
    for station in mine:
        listed = desk.index.at(election.id, station.no)
        for one in listed:
            if one.state == "waiting":
                many += 1
                if len(waiting) < _MOST_LISTED:
                    waiting.append(_waiting(frame, election, one))
        if len(rows) < _MOST_LISTED:
            rows.append(_station_row(desk, frame, election, station, listed))
    blocks = [tag("p", election.name.text(frame.language)), tag("h2", _("Wait for approval: {n}", n=number(many)))]
    blocks.append(
        tag("ul", *waiting, class_="plain")
        if waiting
        else tag("p", _("No document waits for approval."), class_="hint")
    )
    blocks.append(tag("p", _("Another member approves than who sent the document."), class_="hint"))
    blocks.append(tag("h2", _("What the stations owe")))
    if len(mine) > 1:
        blocks.append(
            tag(
                "form",
                field(_("Number of the station"), tag("input", name="station", inputmode="numeric", required=True)),
                tag("button", _("Find")),
                method="get",
                action=f"/staff/documents/{election.id}",
            )
        )
    head = (_("Station"), _("Received"), _("Approved"), _("Still owed"))
    blocks.append(table(head, rows))
    if len(mine) > _MOST_LISTED:
        blocks.append(tag("p", _("The others are found by their number."), class_="hint"))
    return frame.page(_("Documents"), *blocks)


def station_page(desk: StaffDesk, frame: Frame, election: Election, station: Station, sent: Sent) -> Response:
    """The papers of one station: owed, sent, and the form that sends a file."""
    _ = frame.say.gettext
    listed = desk.index.at(election.id, station.no)
    owed = owed_by(desk, election, station)
    there = _there(listed)
    missing = [one for one in owed if one not in there]
    trouble = [] if sent.error is None else [frame.trouble(sent.error)]
    rows = [
        (
            tag("a", paper_name(frame.say, frame.language, election, one.document.kind, one.document.part),
                href=address_of(one.document)),
            tag("span", _(STATE_WORDS[one.state]), class_=f"state {one.state}"),
            tag("code", one.document.original[:12]),
        )
        for one in listed
    ]  # fmt: skip
    still = [
        tag("li", tag("a", paper_name(frame.say, frame.language, election, kind, part),
                      href=f"/staff/documents/{election.id}/{station.no}?paper={_value(kind, part)}#send"))
        for kind, part in missing
    ]  # fmt: skip
    return frame.page(
        _("Documents, station {number}", number=station.no),
        tag("p", election.name.text(frame.language), " · ", station.name.text(frame.language)),
        tag("p", tag("a", _("All documents of my stations"), href=f"/staff/documents/{election.id}")),
        *trouble,
        tag("h2", _("Send a paper"), id="send"),
        _send_form(frame, election, station, owed, sent.paper or (_value(*missing[0]) if missing else "")),
        tag("h2", _("Sent: {n}", n=number(len(listed)))),
        table((_("Paper"), _("State"), _("File")), rows)
        if rows
        else tag("p", _("Nothing was sent yet."), class_="hint"),
        tag("h2", _("Still owed: {n}", n=number(len(missing)))),
        tag("ul", *still, class_="plain") if still else tag("p", _("Everything is there."), class_="done"),
        script="/staff/documents.js",
        status=HTTPStatus.OK if sent.error is None else status_of(sent.error),
    )


def _send_form(
    frame: Frame,
    election: Election,
    station: Station,
    owed: Iterable[tuple[DocumentKind, str | None]],
    chosen: str,
) -> Html:
    _ = frame.say.gettext
    papers = [*owed, *((kind, None) for kind in sorted(LATER))]
    options = (
        tag(
            "option",
            paper_name(frame.say, frame.language, election, kind, part),
            value=_value(kind, part),
            selected=_value(kind, part) == chosen,
        )
        for kind, part in papers
    )
    return tag(
        "form",
        tag("input", type="hidden", name="token", value=frame.token or ""),
        field(_("Which paper"), tag("select", *options, name="paper")),
        field(
            _("File"),
            tag("input", type="file", name="file", required=True, accept="application/pdf,image/jpeg,image/png"),
            hint=_(
                "PDF, JPEG or PNG of at most {n} MiB. Grey, 150 to 200 dots per inch, is well readable.",
                n=MOST_BYTES // _MIB,
            ),
        ),
        tag("button", _("Send")),
        tag("progress", max=100, value=0, hidden=True, aria_label=_("Progress of the upload")),
        tag("p", role="status", class_="upload-says"),
        method="post",
        action=f"/staff/documents/{election.id}/{station.no}",
        enctype="multipart/form-data",
        class_="upload",
        data_election=election.id,
        data_station=station.no,
        data_most=MOST_BYTES,
        data_says_reading=_("The file is being read…"),
        data_says_sending=_("Sent: {done} of {all} KiB", done="%1", all="%2"),
        data_says_waiting=_("The link is weak. It goes on by itself; leave the page open."),
        data_says_checking=_("The file is whole and is being checked…"),
        data_says_unfinished=_(
            "The upload of “{name}” was not finished. Choose the same file again: it goes on where it stopped.",
            name="%1",
        ),
        data_says_too_large=_("The file is too large."),
        data_says_failed=_("The upload failed."),
    )


def _station_row(
    desk: StaffDesk, frame: Frame, election: Election, station: Station, listed: Sequence[Listed]
) -> tuple[Child, ...]:
    owed = owed_by(desk, election, station)
    there = _there(listed)
    approved = {(one.document.kind, one.document.part) for one in listed if one.state == "approved"}
    name = f"{station.no} · {station.name.text(frame.language)}"
    return (
        tag("a", name, href=f"/staff/documents/{election.id}/{station.no}"),
        number(len(there & set(owed))),
        number(len(approved & set(owed))),
        number(len(set(owed) - there)),
    )


def _waiting(frame: Frame, election: Election, one: Listed) -> Html:
    paper = paper_name(frame.say, frame.language, election, one.document.kind, one.document.part)
    return tag("li", tag("a", f"{one.document.station or '—'} · {paper}", href=address_of(one.document)))


def _there(listed: Iterable[Listed]) -> set[tuple[DocumentKind, str | None]]:
    """Papers of which a readable or still unread file is there."""
    return {(one.document.kind, one.document.part) for one in listed if one.state not in ("withdrawn", "unreadable")}


def _value(kind: DocumentKind, part: str | None) -> str:
    return kind if part is None else f"{kind}/{part}"
