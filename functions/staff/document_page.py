"""The page of one document: what it is, its copy page by page, and what can be done with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus

from functions.sentences import SENTENCES
from functions.staff.document_words import STATE_WORDS, paper_name
from functions.staff.documents_view import address_of
from functions.staff.pages import Frame, Html, field, join, table, tag
from functions.web import Response, status_of
from shailoo.errors import ShailooError
from shailoo.i18n import local_moment, number
from shailoo.model.document import DocumentCopied, Placed
from shailoo.model.election import Election
from shailoo.rules.document_standing import DocumentStanding

_KIB = 1024
_SIDES = ("x", "y", "width", "height")


def document_page(
    frame: Frame,
    election: Election,
    standing: DocumentStanding,
    elsewhere: Sequence[Placed],
    *,
    person: str,
    error: ShailooError | None = None,
) -> Response:
    """A document as the commissions see it: always the copy, never the original."""
    _ = frame.say.gettext
    document = standing.received
    copy = standing.copies.get(standing.wanted)
    blocks = [] if error is None else [frame.trouble(error)]
    blocks.append(_where(frame, election, document))
    blocks.append(tag("p", _("State: {state}", state=_(STATE_WORDS[standing.state])), class_=f"done {standing.state}"))
    blocks += _notes(frame, election, standing, elsewhere)
    if copy is not None and standing.withdrawn is None:
        blocks += _approval(frame, standing, copy, person)
        blocks.append(_pages(frame, standing, copy))
    blocks.append(tag("h2", _("What has happened")))
    blocks.append(_history(frame, election, standing))
    if standing.withdrawn is None:
        blocks += _withdrawal(frame, standing)
    return frame.page(
        paper_name(frame.say, frame.language, election, document.kind, document.part),
        *blocks,
        script="/staff/documents.js",
        status=HTTPStatus.OK if error is None else status_of(error),
    )


def _where(frame: Frame, election: Election, document: Placed) -> Html:
    _ = frame.say.gettext
    if document.station is None:
        return tag("p", election.name.text(frame.language))
    station = election.station_by_no[document.station]
    said = _("Station {number}, {place}", number=station.no, place=station.name.text(frame.language))
    return tag("p", election.name.text(frame.language), " · ",
               tag("a", said, href=f"/staff/documents/{election.id}/{station.no}"))  # fmt: skip


def _notes(frame: Frame, election: Election, standing: DocumentStanding, elsewhere: Sequence[Placed]) -> Iterable[Html]:
    _ = frame.say.gettext
    failed = standing.unreadable.get(standing.wanted)
    if standing.state == "unreadable" and failed is not None:
        advice = SENTENCES.get(failed.code, SENTENCES["document-unfit"])
        yield tag(
            "div",
            tag("p", _(advice)),
            tag("p", _("Then withdraw this file below, so that the new one stands alone."), class_="hint"),
            class_="error",
        )
    if standing.state == "copying":
        yield tag("p", _("The copy for the public is made by itself. Open the page again in a minute."), class_="hint")
    if standing.withdrawn is not None:
        yield tag("blockquote", standing.withdrawn.reason)
    for other in elsewhere:
        paper = paper_name(frame.say, frame.language, election, other.kind, other.part)
        place = other.station or "—"
        yield tag("p", _("The same file was also received for station {number}: {paper}.", number=place, paper=paper),
                  class_="done")  # fmt: skip


def _approval(frame: Frame, standing: DocumentStanding, copy: DocumentCopied, person: str) -> Iterable[Html]:
    _ = frame.say.gettext
    if standing.state == "approved":
        return
    yield tag("h2", _("Approve"))
    asked = standing.asked.get(standing.wanted)
    if person in (standing.received.person, asked.person if asked is not None else ""):
        yield tag("p", _("You sent this document or marked its last areas. Another member approves it."), class_="hint")
        return
    yield frame.form(
        f"{address_of(standing.received)}/approval",
        tag("input", type="hidden", name="version", value=copy.version),
        tag("input", type="hidden", name="pdf", value=copy.pdf),
        tag("p", _("I have looked at every page below. It is the right paper, it can be read, and nobody's personal "
                   "number, address, telephone or signature of a voter is to be seen.")),
        tag("button", _("Approve this copy")),
    )  # fmt: skip


def _pages(frame: Frame, standing: DocumentStanding, copy: DocumentCopied) -> Html:
    """The copy page by page, and under each the sides of one more area."""
    _ = frame.say.gettext
    address = address_of(standing.received)
    sheets = []
    for at, page in enumerate(copy.pages, start=1):
        alt = _("Page {n} of {all}", n=at, all=len(copy.pages))
        image = tag(
            "img",
            src=f"{address}/{copy.version}/{at}",
            width=page.width,
            height=page.height,
            alt=alt,
            draggable="false",
            loading="lazy" if at > 1 else None,
        )
        sides = join(
            *(
                tag("label", word, tag("input", name=f"{side}-{at}", inputmode="decimal", size=5, autocomplete="off"))
                for side, word in zip(
                    _SIDES, (_("from the left"), _("from the top"), _("width"), _("height")), strict=True
                )
            )
        )
        legend = tag("legend", _("Black out on page {n}, in percent of the page", n=at))
        sheets += [
            tag("h3", alt),
            tag("div", image, class_="sheet", data_page=at, data_remove=_("Remove this area")),
            tag("fieldset", legend, tag("div", sides, class_="sides")),
        ]
    return join(
        tag("h2", _("The copy, page by page")),
        tag("p", _("This is what the public will see. Whatever personal it must not see is blacked out here, for good: "
                   "number fields work everywhere; with a mouse or a finger draw a rectangle on the page."),
            class_="hint"),
        frame.form(
            f"{address}/blackout",
            tag("input", type="hidden", name="version", value=copy.version),
            tag("input", type="hidden", name="areas", value=""),
            *sheets,
            tag("button", _("Black out the marked areas")),
            class_="blackout",
        ),
    )  # fmt: skip


def _history(frame: Frame, election: Election, standing: DocumentStanding) -> Html:
    """Each record in one line, oldest first: what, when, by which commission. Never by whom."""
    _ = frame.say.gettext
    lines: list[tuple[str, str, str]] = []

    def say(what: str, record_moment: object, by: str = "") -> None:
        lines.append((what, str(record_moment), by))

    document = standing.received
    station = election.station_by_no.get(document.station or "")
    zone = station.zone if station is not None else election.zone
    size = number(-(-document.bytes // _KIB))
    say(_("Received, {n} KiB", n=size), local_moment(document.entered, zone, frame.language), document.commission)
    for version in sorted({*standing.asked, *standing.copies, *standing.unreadable, *standing.approvals}):
        if version in standing.asked:
            asked = standing.asked[version]
            say(
                _("Areas to black out: {n}", n=len(asked.areas)),
                local_moment(asked.entered, zone, frame.language),
                asked.commission,
            )
        if version in standing.copies:
            copy = standing.copies[version]
            say(_("Copy {n} made", n=version), local_moment(copy.made, zone, frame.language))
        if version in standing.unreadable:
            failed = standing.unreadable[version]
            say(_("No copy could be made"), local_moment(failed.made, zone, frame.language))
        if version in standing.approvals:
            approved = standing.approvals[version]
            say(
                _("Copy {n} approved", n=version),
                local_moment(approved.entered, zone, frame.language),
                approved.commission,
            )
    if standing.withdrawn is not None:
        gone = standing.withdrawn
        say(_("Withdrawn"), local_moment(gone.entered, zone, frame.language), gone.commission)
    return join(
        table((_("What"), _("When"), _("By")), lines),
        tag("p", _("SHA-256 of the original:"), " ", tag("code", document.original), class_="hint"),
    )


def _withdrawal(frame: Frame, standing: DocumentStanding) -> Iterable[Html]:
    _ = frame.say.gettext
    yield tag("h2", _("Withdraw"))
    yield frame.form(
        f"{address_of(standing.received)}/withdrawal",
        field(
            _("Reason"),
            tag("textarea", name="reason", rows=2, minlength=3, maxlength=1000, required=True),
            hint=_("Published word for word. The document is then gone for good; send the right one afterwards."),
        ),
        tag("button", _("Withdraw the document"), class_="quiet"),
    )
