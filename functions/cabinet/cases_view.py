"""My applications, and what can be applied for today: blocks of the cabinet's first page."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from functions.cabinet.desk import CabinetDesk, Mine
from functions.cabinet.frame import CabinetFrame
from functions.cabinet.sign_in import HOME
from functions.cases.door import PREFIX
from functions.staff.pages import Html, tag
from shailoo.i18n import local_date, local_moment
from shailoo.model.case_calendar import Window
from shailoo.model.case_kind import CaseKind
from shailoo.model.election import Election
from shailoo.rules.case_standing import CaseStanding
from shailoo.usecases.case_desk import next_due

PORTAL = "tizme"
"""Kinds of cases that concern the voter list."""


def mine_block(frame: CabinetFrame, desk: CabinetDesk, mine: Mine) -> Html:
    """What I have applied for, the newest first."""
    _ = frame.say
    if not mine.cases:
        none = tag("p", _("You have not applied for anything."), class_="hint")
        return tag("section", tag("h2", _("My applications")), none)
    return tag(
        "section",
        tag("h2", _("My applications")),
        tag("ul", *(_line(frame, desk, one) for one in mine.cases), class_="cards"),
    )


def _line(frame: CabinetFrame, desk: CabinetDesk, standing: CaseStanding) -> Html:
    _, word = frame.say, frame.declared
    title = tag("a", word(standing.kind.title), href=f"{HOME}case/{standing.number}")
    due = due_text(frame, desk, standing)
    return tag(
        "li",
        tag("b", title),
        tag("span", word(standing.status.label), class_=f"status {standing.status.phase}"),
        tag(
            "small",
            _("No. {number}, filed {day}", number=standing.number, day=day_of(frame, desk, standing)),
            *([". ", due] if due else []),
        ),
    )


def day_of(frame: CabinetFrame, desk: CabinetDesk, standing: CaseStanding) -> str:
    """The day on which a case was filed."""
    election = desk.elections.get(standing.filed.election)
    zone = "UTC" if election is None else election.zone
    return local_date(standing.filed.filed.astimezone(ZoneInfo(zone)).date(), frame.language)


def due_text(frame: CabinetFrame, desk: CabinetDesk, standing: CaseStanding) -> str:
    """By when somebody owes an answer; "" when nobody does or the clock stands still."""
    _ = frame.say
    election = desk.elections.get(standing.filed.election)
    if election is None:
        return ""
    due = next_due(standing, election, desk.cases.calendar(election.id), desk.now())
    if due is None or due.paused:
        return ""
    at = local_moment(due.due, election.zone, frame.language)
    return _("The answer is overdue since {at}", at=at) if due.overdue else _("Answer by {at}", at=at)


def kinds_block(frame: CabinetFrame, desk: CabinetDesk) -> Html:
    """What can be applied for today, and the days of what cannot; one list for each election that is to come."""
    _ = frame.say
    lists = []
    for election in sorted(desk.elections.values(), key=lambda one: (one.day, one.id)):
        today = desk.now().astimezone(ZoneInfo(election.zone)).date()
        kinds = list(_filed_at(desk, election))
        if election.day >= today and kinds:
            name = election.name.text(frame.language)
            lines = (_kind_line(frame, kind, window, today) for kind, window in kinds)
            lists += [tag("h3", name), tag("ul", *lines, class_="cards")]
    if not lists:
        lists = [tag("p", _("Nothing can be applied for online at the moment."), class_="hint")]
    return tag("section", tag("h2", _("Apply to the commission")), *lists, id="apply")


def filed_today(desk: CabinetDesk) -> Iterable[tuple[Election, CaseKind]]:
    """What can be filed now, by election."""
    for election in desk.elections.values():
        today = desk.now().astimezone(ZoneInfo(election.zone)).date()
        for kind, window in _filed_at(desk, election):
            if election.day >= today and (window is None or window.first <= today <= window.last):
                yield election, kind


def _filed_at(desk: CabinetDesk, election: Election) -> Iterable[tuple[CaseKind, Window | None]]:
    windows = desk.cases.calendar(election.id).windows
    for kind in desk.cases.kinds.values():
        if kind.portal == PORTAL and (kind.name in windows or not kind.opened_by_calendar):
            yield kind, windows.get(kind.name)


def _kind_line(frame: CabinetFrame, kind: CaseKind, window: Window | None, today: date) -> Html:
    _, word = frame.say, frame.declared
    title: Html | str = word(kind.title)
    if window is None or window.first <= today <= window.last:
        title = tag("a", title, href=f"{PREFIX}new/{kind.name}?lang={frame.language}")
    days = "" if window is None else _days(frame, window, today)
    return tag("li", tag("b", title), tag("span", word(kind.purpose)), tag("small", days))


def _days(frame: CabinetFrame, window: Window, today: date) -> str:
    _ = frame.say
    first, last = local_date(window.first, frame.language), local_date(window.last, frame.language)
    if today < window.first:
        return _("Can be filed from {first} to {last}", first=first, last=last)
    if today > window.last:
        return _("Could be filed until {last}", last=last)
    return _("Can be filed until {last}", last=last)
