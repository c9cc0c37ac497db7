"""My station, my entry in the list, and how I came there: blocks of the cabinet's first page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final

from functions.cabinet.desk import CabinetDesk, Mine
from functions.cabinet.frame import CabinetFrame, facts_list
from functions.cabinet.sign_in import HOME
from functions.staff.pages import Html, join, tag
from functions.tizme.pages import place_facts, place_ways
from shailoo.i18n import local_date, msgid
from shailoo.model.base import LANGUAGES
from shailoo.model.voter_list import Movement, QueueReason, VoterEntry, Way
from shailoo.usecases.my_entry import MyEntry

WAYS: Final[Mapping[str, str]] = {
    Way.CONSULATE: msgid("By your consular registration"),
    Way.STREET: msgid("By the street and house where you are registered"),
    Way.POLYGON: msgid("By the boundaries of the station"),
    Way.NEAREST: msgid("The nearest station of your town or village"),
    Way.APPLICATION: msgid("By your application, which was granted"),
    QueueReason.NOT_DISTRIBUTED: msgid("Your address has not been assigned to a station yet"),
    QueueReason.NO_SETTLEMENT: msgid("The address register does not know your town or village"),
    QueueReason.NO_STATION: msgid("No station was found for your address"),
    QueueReason.NO_CONSULATE: msgid("No station serves the country of your consular registration"),
}
"""How a station was found, or why there is none."""


def station_block(frame: CabinetFrame, desk: CabinetDesk, mine: Mine) -> Html:
    """Where I vote, or what to do when no list tells."""
    _ = frame.say
    station = mine.entry.station
    if station is None:
        return _nowhere(frame, mine)
    place = desk.place(station)
    about = [] if place is None else [place_facts(place, frame.language), place_ways(place, frame.language)]
    granted = [wish for wish in mine.entry.to_come if wish.station == station]
    note = []
    if granted:
        told = _(
            "Granted by application No. {number}. The public list shows it from its next version on.",
            number=granted[-1].number,
        )
        note.append(tag("p", told, class_="note"))
    memo = tag("p", tag("a", _("Memo for election day, to print"), href=f"{HOME}memo"))
    return tag(
        "section",
        tag("h2", _("You vote at polling station No. {number}", number=station)),
        *note,
        *about,
        memo,
    )


def _nowhere(frame: CabinetFrame, mine: Mine) -> Html:
    _ = frame.say
    entry = mine.entry.entry
    if entry is not None:
        return tag(
            "section",
            tag("h2", _("You are on the list, and no station is known yet")),
            tag("p", _(WAYS.get(entry.way, WAYS[QueueReason.NOT_DISTRIBUTED])), "."),
            tag("p", _("The commission decides about your address. Apply below, so that it knows where you live.")),
        )
    if "pin" not in mine.visitor.person:
        why = _("The identification system did not tell your PIN, so that the list cannot be looked through.")
    else:
        why = _("Nobody with your PIN is on the published voter list.")
    return tag(
        "section",
        tag("h2", _("Your entry was not found")),
        tag("p", why),
        tag("p", _("This does not mean that you may not vote. Apply below, or go to the precinct of your address.")),
    )


def entry_block(frame: CabinetFrame, mine: Mine) -> Html:
    """What the list holds about me."""
    _ = frame.say
    entry, version = mine.entry.entry, mine.entry.version
    if entry is None or version is None:
        return Html("")
    day = local_date(version.as_of, frame.language)
    told = _("Version {number} of the list, by the population register of {day}.", number=version.number, day=day)
    return tag(
        "section",
        tag("h2", _("My entry in the voter list")),
        tag("p", told, class_="hint"),
        facts_list(list(_facts(frame, mine.entry, entry))),
        tag(
            "p",
            tag("a", _("Proof that this entry is in the published list"), class_="button second", href=f"{HOME}proof"),
            class_="ways",
        ),
    )


def _facts(frame: CabinetFrame, mine: MyEntry, entry: VoterEntry) -> Iterable[tuple[str, Html | str]]:
    _ = frame.say
    new = mine.corrected
    for label, column, value in (
        (_("Surname"), "surname", entry.surname),
        (_("Name"), "name", entry.name),
        (_("Patronymic"), "patronymic", entry.patronymic),
    ):
        if value or column in new:
            yield label, _corrected(frame, value, new.get(column))
    birth = new.get("birth")
    later = None if birth is None else local_date(date.fromisoformat(birth), frame.language)
    yield _("Date of birth"), _corrected(frame, local_date(entry.birth, frame.language), later)
    yield _("Address"), address_of(frame, entry)
    station = _("none yet") if entry.station is None else _("No. {number}", number=entry.station)
    yield _("Polling station"), _corrected(frame, station, _later_station(_, mine))
    yield _("How it was found"), _(WAYS.get(entry.way, WAYS[QueueReason.NOT_DISTRIBUTED]))
    has = _("yes") if entry.disability else _("no")
    yield _("Registered with a disability"), _corrected(frame, has, _("yes") if "disability" in new else None)


def _later_station(_: Callable[..., str], mine: MyEntry) -> str | None:
    changed = mine.entry is not None and mine.station != mine.entry.station
    return _("No. {number}", number=mine.station) if changed else None


def _corrected(frame: CabinetFrame, value: str, later: str | None) -> Html | str:
    """A value, and beside it what it will be from the next version on."""
    _ = frame.say
    if later is None:
        return value
    return join(
        tag("del", value) if value else "", " ", tag("ins", later), " ", tag("small", _("from the next version on"))
    )


def address_of(frame: CabinetFrame, entry: VoterEntry) -> str:
    """The address as the list has it."""
    _ = frame.say
    parts = [entry.settlement[LANGUAGES.index(frame.language)], entry.street, entry.house]
    if entry.flat:
        parts.append(_("flat {number}", number=entry.flat))
    if entry.country:
        parts.append(entry.country)
    return ", ".join(part for part in parts if part)


def history_block(frame: CabinetFrame, desk: CabinetDesk, mine: Mine) -> Html:
    """How I moved between stations with the versions of the list, the newest first."""
    _ = frame.say
    entry, moves = mine.entry.entry, list(mine.entry.movements)
    if desk.entries is None or (entry is None and not moves):
        return Html("")
    lines = [_moved(frame, desk, one) for one in reversed(moves)]
    if not moves or moves[0].before is not None:
        first = moves[0].before if moves else ("" if entry is None else entry.station or "")
        since = _("On the list of station No. {number} from its first version on", number=first)
        lines.append(tag("li", since if first else _("In the queue for a station from the first version on")))
    return tag("section", tag("h2", _("How I moved between stations")), tag("ol", *lines, class_="history"))


def _moved(frame: CabinetFrame, desk: CabinetDesk, one: Movement) -> Html:
    _ = frame.say
    match one.before, one.after:
        case None, "":
            told = _("Put on the list; in the queue for a station")
        case None, after:
            told = _("Put on the list of station No. {number}", number=after)
        case _before, None:
            told = _("Taken off the list")
        case "", after:
            told = _("From the queue to station No. {number}", number=after)
        case before, "":
            told = _("From station No. {number} to the queue", number=before)
        case before, after:
            told = _("From station No. {before} to station No. {after}", before=before, after=after)
    version = None if desk.entries is None else desk.entries.made(one.list)
    day = "" if version is None else local_date(version.as_of, frame.language)
    return tag("li", told, tag("small", _("version {number}, {day}", number=one.list, day=day)))
