"""Refused senders that nobody knows: the intake counts them by hour; once an hour is over its counts become a record.

As a record they are part of the feed like everything else that is shown, so a rebuild shows them too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from builder.render.words import REFUSAL
from shailoo.model.record import RefusedCount, RefusedHour
from shailoo.usecases.refusal_counts import hour_of, refusals_counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from shailoo.ports import ItemStore

_GRACE = timedelta(minutes=5)
"""How long after its end an hour may still be counted: the intake writes its counts with a delay."""
_BACK = 48
"""How many hours a publisher that stood still looks back."""


@dataclass(slots=True)
class Told:
    """What is known of hours."""

    hours: set[str] = field(default_factory=set)
    """Those that are in the feed."""
    looked: str = ""
    """The last that was looked at."""


class Hours:
    """Which hours have been told. `items` is where the intake counts; None where there is no intake."""

    def __init__(self, items: ItemStore | None, told: Told | None = None) -> None:
        self._items = items
        self.told = told or Told()

    def noted(self, record: RefusedHour) -> None:
        """An hour is in the feed."""
        self.told.hours.add(record.hour)

    def over(self, now: datetime) -> Iterator[RefusedHour]:
        """The hours that are over, had refusals, and are not in the feed yet."""
        last = hour_of(now - _GRACE - timedelta(hours=1))
        if self._items is None or last <= self.told.looked:
            return
        for back in range(_BACK, -1, -1):
            hour = hour_of(now - _GRACE - timedelta(hours=1 + back))
            if hour <= self.told.looked or hour in self.told.hours:
                continue
            counts = tuple(
                RefusedCount(code=code, count=count)
                for code in sorted(REFUSAL)
                if (count := refusals_counted(self._items, hour, code))
            )
            if counts:
                self.told.hours.add(hour)
                yield RefusedHour(hour=hour, counts=counts)
        self.told.looked = last
