"""The memo for election day, to print or to show on a telephone: where, when, with what."""

from __future__ import annotations

from functions.cabinet.desk import CabinetDesk, Mine
from functions.cabinet.frame import CabinetFrame, facts_list
from functions.cabinet.proof_page import NoEntry
from functions.staff.pages import Html, tag
from functions.tizme.pages import HOTLINE, place_facts
from functions.web import Response
from shailoo.i18n import local_date
from shailoo.model.election import Election


def memo_page(frame: CabinetFrame, desk: CabinetDesk, mine: Mine) -> Response:
    """The memo of who is signed in. Raises NoEntry without a station."""
    _ = frame.say
    station = mine.entry.station
    if station is None:
        raise NoEntry("The list names no station of this person yet.")
    place = desk.place(station)
    election = _next_election(desk, station)
    blocks = []
    if election is not None:
        known = election.station_by_no[station]
        rows: list[tuple[str, Html | str]] = [
            (_("Election"), election.name.text(frame.language)),
            (_("Day"), local_date(election.day, frame.language)),
        ]
        if place is None:
            rows.append((_("Place"), known.name.text(frame.language)))
            hours = _(
                "{opens} to {closes}, local time", opens=f"{election.opens:%H:%M}", closes=f"{election.closes:%H:%M}"
            )
            rows.append((_("Voting hours"), hours))
        blocks.append(facts_list(rows))
    if place is not None:
        blocks.append(place_facts(place, frame.language))
    person = mine.visitor.person
    name = " ".join(person[part] for part in ("surname", "name", "patronymic") if part in person)
    return frame.page(
        _("Polling station No. {number}", number=station),
        *([tag("p", name, class_="name")] if name else []),
        *blocks,
        tag("h2", _("Bring with you")),
        tag("ul", tag("li", _("Your passport of a citizen (identity card)"))),
        tag("h2", _("How it goes")),
        tag(
            "ol",
            tag("li", _("An operator identifies you by fingerprint or face; the device prints a slip.")),
            tag("li", _("With the slip and your passport you are given the ballots, against your signature.")),
            tag("li", _("You mark them alone in the booth and put them into the automatic box yourself.")),
            class_="next",
        ),
        tag("p", _("Whom the device cannot recognise, two officials identify by the passport.")),
        tag("p", _("Questions on the day:"), " ", tag("a", HOTLINE, href=f"tel:{HOTLINE}")),
        tag("p", _("Print this page from your browser. It is no document: nobody needs it to vote."), class_="hint"),
    )


def _next_election(desk: CabinetDesk, station: str) -> Election | None:
    """The next election that has this station."""
    now = desk.now()
    to_come = [one for one in desk.elections.values() if station in one.station_by_no and one.last_closing > now]
    return min(to_come, key=lambda one: (one.day, one.id), default=None)
