"""What the commissions' members do in a rehearsal: they are appointed, and they enter turnout read off the box.

Both go through the use cases that the staff pages use. 2,494 precincts with eleven hours each would be 27,434 commits
of a disk; a desk drawer collects what the use case has decided and commits it in one go, before the doors of the
evening open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Protocol

from rehearsal.played import Played
from shailoo.errors import ShailooError
from shailoo.model.election import Election
from shailoo.model.record import Appointment
from shailoo.model.refs import Role
from shailoo.ports import Entry, Page, RecordStore
from shailoo.usecases.appoint import appoint, person_of
from shailoo.usecases.enter_turnout import HOURS, TurnoutFigure, enter_turnout, hour_moment
from shailoo.usecases.registry import Registry

_AT_ONCE = 500
ENTERED_AFTER = timedelta(minutes=4)


class GroupStore(Protocol):
    """A store that takes many records in one commit."""

    def append_all(self, records: Sequence[tuple[str, bytes]]) -> Sequence[Entry | ShailooError]:
        """Create records, each with its own outcome."""
        ...


class Drawer:
    """A RecordStore that keeps what it is given until it is emptied. Knows only its own records."""

    def __init__(self) -> None:
        self._records: dict[str, bytes] = {}
        self._by_prefix: dict[str, list[str]] = {}
        self._emptied = 0

    def append(self, key: str, body: bytes) -> Entry:
        """See RecordStore."""
        self._records[key] = body
        self._by_prefix.setdefault(key.rpartition("/")[0].rpartition("/")[0] + "/", []).append(key)
        return Entry(len(self._records), key, body)

    def get(self, key: str) -> Entry | None:
        """See RecordStore."""
        body = self._records.get(key)
        return None if body is None else Entry(1, key, body)

    def page(self, prefix: str, *, cursor: str | None = None, limit: int = 100) -> Page:
        """Everything under a folder of keys, in one page."""
        _ = cursor, limit
        return Page(tuple(Entry(1, key, self._records[key]) for key in sorted(self._by_prefix.get(prefix, ()))), None)

    def feed(self, after: int, *, limit: int = 1000) -> Sequence[Entry]:
        """A drawer has no feed."""
        _ = after, limit
        return ()

    def last(self) -> int:
        """How many records lie in it."""
        return len(self._records)

    def empty_into(self, store: GroupStore) -> int:
        """Commit what has gathered since the last time; returns how many records."""
        fresh = list(self._records.items())[self._emptied :]
        for at in range(0, len(fresh), _AT_ONCE):
            for outcome in store.append_all(fresh[at : at + _AT_ONCE]):
                if isinstance(outcome, ShailooError):
                    raise outcome
        self._emptied += len(fresh)
        return len(fresh)


def enter_day(
    election: Election, played: Played, store: GroupStore, stations: Iterable[str], told: Callable[[int], None]
) -> int:
    """Enter the turnout of a day, hour by hour, each precinct its own.

    Returns how many figures. `told` hears each hour.
    """
    drawer = Drawer()
    wanted = set(stations)
    entered = 0
    for hour in HOURS:
        for station in election.stations:
            voters = played.turnout.get((station.no, int(hour[:2])))
            if station.no not in wanted or voters is None:
                continue
            now = hour_moment(election, station, hour) + ENTERED_AFTER
            figure = TurnoutFigure(station.no, hour, min(voters, station.voters), 0)
            enter_turnout(figure, election, [_member(station.no)], drawer, now=now)
        entered += drawer.empty_into(store)
        told(entered)
    return entered


def _member(station: str) -> Appointment:
    return Appointment.model_validate(
        {
            "person": "0" * 64,
            "commission": f"pec-{station}",
            "version": 1,
            "role": "precinct",
            "active": True,
            "entered": "2021-01-01T00:00:00Z",
        },
        strict=False,
    )


def appoint_some(election: Election, registry: Registry, store: RecordStore, issuer: str) -> dict[str, str]:
    """Appoint one member each to a precinct, its TEC and the CEC, for the demo; returns sign-in name -> commission.

    Whoever signs in at the rehearsal's provider under such a name is that member. There are no passwords: it is a
    rehearsal.
    """
    station = election.stations[0]
    chosen: list[tuple[str, Role]] = [(f"pec-{station.no}", "precinct"), (station.tec, "territorial")]
    chosen += [(one.id, "central") for one in election.commissions if one.kind == "cec"][:1]
    now = election.opening(station) - timedelta(days=1)
    for commission, role in chosen:
        appoint(person_of(issuer, commission), commission, role, registry=registry, store=store, now=now, by=None)
    return {commission: commission for commission, _ in chosen}
