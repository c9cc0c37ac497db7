"""Why somebody came to or left the list of a station, from what stands in the version before and in the one after.

A reason belongs to a count of people, never to a name. The database asks the same of millions at once
(`shailoo.adapters.voters.changes`); a test holds the two together.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from shailoo.model.voter_list import ChangeReason, Way
from shailoo.rules.voter_rows import ADULT, completed_years


class Stand(NamedTuple):
    """Where one person stands in one version."""

    station: str
    """`""`: in the queue."""
    residence: str
    way: str


def arrival_reason(before: Stand | None, after: Stand, birth: date, since: date | None) -> ChangeReason | None:
    """Why a person came to `after.station`; None if they were there. `since` is the day of the version before."""
    if before is None:
        young = since is not None and completed_years(birth, since) < ADULT
        return ChangeReason.CAME_OF_AGE if young else ChangeReason.REGISTERED
    if before.station == after.station:
        return None
    return ChangeReason.MOVED_IN if _moved(before, after) else ChangeReason.BOUNDARIES_IN


def departure_reason(before: Stand, after: Stand | None, ended: str | None) -> ChangeReason | None:
    """Why a person left `before.station`; None if they are there still. `ended` is the status in the new extract."""
    if after is None:
        return ChangeReason.ABSENT if ended is None else ChangeReason(ended)
    if before.station == after.station:
        return None
    return ChangeReason.MOVED_OUT if _moved(before, after) else ChangeReason.BOUNDARIES_OUT


def _moved(before: Stand, after: Stand) -> bool:
    """A decision on an application moves a person as a new address does; all else is a matter of boundaries."""
    return before.residence != after.residence or Way.APPLICATION.value in {before.way, after.way}
