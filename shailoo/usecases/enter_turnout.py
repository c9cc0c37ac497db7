"""Enter how many have voted by an hour, as a precinct commission reads it off the box's screen.

Figures of an hour are versions: nothing is overwritten, the newest counts, and a figure that steps back says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from shailoo.errors import Conflict
from shailoo.model.election import Election, Station
from shailoo.model.record import Appointment, TurnoutEntered, read_record, record_bytes, record_key
from shailoo.model.refs import Role
from shailoo.ports import RecordStore
from shailoo.usecases.registry import oversees
from shailoo.usecases.staff_refusals import (
    CauseWanted,
    EnteredMeanwhile,
    HourToCome,
    MoreThanVoters,
    NoSuchHour,
    NoSuchStation,
    NotYours,
)

HOURS: tuple[str, ...] = tuple(f"{hour:02}:00" for hour in range(10, 21))
"""Local hours of the station at which turnout is read off."""


@dataclass(frozen=True, slots=True)
class TurnoutFigure:
    """What is entered: voters who have voted by an hour. `seen` is the version that the form showed, 0 for none."""

    station: str
    hour: str
    voters: int
    seen: int
    cause: str | None = None


def enter_turnout(
    figure: TurnoutFigure,
    election: Election,
    appointments: Sequence[Appointment],
    store: RecordStore,
    *,
    now: datetime,
) -> TurnoutEntered:
    """Store a figure as the next version of its hour and return the record; the same figure again returns the first.

    Raises NoSuchStation, NotYours, NoSuchHour, HourToCome, MoreThanVoters, CauseWanted, EnteredMeanwhile,
    StorageFailed.
    """
    station = election.station_by_no.get(figure.station)
    if station is None:
        raise NoSuchStation("This election has no such station.", election=election.id, station=figure.station[:10])
    by, channel = _authority(appointments, election, station)
    if figure.hour not in HOURS:
        raise NoSuchHour("Turnout is read off at whole hours from 10:00 to 20:00.", hour=figure.hour[:10])
    if now < hour_moment(election, station, figure.hour):
        raise HourToCome("This hour has not struck yet at the station.", hour=figure.hour)
    if not 0 <= figure.voters <= station.voters:
        raise MoreThanVoters("More than the list of voters holds.", voters=figure.voters, listed=station.voters)
    known = turnout_at(store, election.id, station.no)
    before = known.get(figure.hour)
    if before is not None and (before.voters, before.cause) == (figure.voters, figure.cause):
        return before
    if figure.seen != (before.version if before is not None else 0):
        raise EnteredMeanwhile(
            "This hour was entered meanwhile. Look at the figure and decide again.", hour=figure.hour
        )
    if figure.cause is None:
        _steady(figure, known)
    record = TurnoutEntered(
        election=election.id,
        station=station.no,
        hour=figure.hour,
        version=figure.seen + 1,
        voters=figure.voters,
        entered=now,
        by=by,
        channel=channel,
        cause=figure.cause,
    )
    try:
        store.append(record_key(record), record_bytes(record))
    except Conflict as error:
        raise EnteredMeanwhile(
            "This hour was entered meanwhile. Look at the figure and decide again.", hour=figure.hour
        ) from error
    return record


def turnout_at(store: RecordStore, election: str, station: str) -> dict[str, TurnoutEntered]:
    """The newest version of each hour that was entered for a station, in order of the hours."""
    newest: dict[str, TurnoutEntered] = {}
    cursor: str | None = None
    while True:
        page = store.page(f"turnout/{election}/{station}/", cursor=cursor, limit=1000)
        for entry in page.entries:
            record = read_record(entry.body)
            if isinstance(record, TurnoutEntered):
                newest[record.hour] = record
        cursor = page.cursor
        if cursor is None:
            return dict(sorted(newest.items()))


def hour_moment(election: Election, station: Station, hour: str) -> datetime:
    """When an hour of the day of voting strikes at a station, in UTC."""
    return datetime.combine(election.day, time.fromisoformat(hour), ZoneInfo(station.zone)).astimezone(UTC)


def may_enter(appointments: Sequence[Appointment], election: Election, station: Station) -> bool:
    """Whether any of the appointments allows to enter turnout for a station."""
    return any(oversees(one, election, station) for one in appointments)


def _authority(
    appointments: Sequence[Appointment], election: Election, station: Station
) -> tuple[Role, Literal["own", "superior"]]:
    """The precinct itself if the person sits there; else a commission above it, which the precinct told."""
    fitting = [one.role for one in appointments if oversees(one, election, station)]
    if "precinct" in fitting:
        return "precinct", "own"
    for role in ("territorial", "district", "central"):
        if role in fitting:
            return role, "superior"
    raise NotYours("Your commission does not enter turnout for this station.", station=station.no)


def _steady(figure: TurnoutFigure, known: dict[str, TurnoutEntered]) -> None:
    """Turnout only grows through the day; whatever says otherwise must give its cause."""
    for hour, entered in known.items():
        lower = hour <= figure.hour and figure.voters < entered.voters
        higher = hour > figure.hour and figure.voters > entered.voters
        if lower or higher:
            raise CauseWanted(
                "The figure contradicts another one. Give the cause, or mend the figure.",
                hour=figure.hour,
                voters=figure.voters,
                other_hour=hour,
                other_voters=entered.voters,
            )
