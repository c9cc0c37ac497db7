"""Refusals of senders that nobody knows: only how many, by hour and code, and no more than a cap.

Whoever floods the door must not be able to fill the store: there is one number for each hour and code, and codes are
our own.
"""

from __future__ import annotations

from datetime import datetime

from shailoo.errors import Conflict
from shailoo.ports import ItemStore

CAP = 100_000
"""Where counting an hour's refusals of one code stops: `100000` means "that many or more"."""
_MOST_TRIES = 20


def hour_of(moment: datetime) -> str:
    """The hour under which a refusal is counted, in UTC: `2021-11-28T14`."""
    return moment.strftime("%Y-%m-%dT%H")


def count_refusals(items: ItemStore, hour: str, code: str, by: int) -> None:
    """Raise the count of an hour and code. Raises Conflict when others raise it all the time, StorageFailed."""
    for attempt in range(_MOST_TRIES):
        item = items.read(_name(hour, code))
        before = 0 if item is None else int(item.value)
        after = min(before + by, CAP)
        if after == before:
            return
        try:
            items.swap(_name(hour, code), str(after).encode(), expected=None if item is None else item.version)
        except Conflict:
            if attempt == _MOST_TRIES - 1:
                raise
        else:
            return


def refusals_counted(items: ItemStore, hour: str, code: str) -> int:
    """How many refusals of a code were counted in an hour; the cap means "that many or more"."""
    item = items.read(_name(hour, code))
    return 0 if item is None else int(item.value)


def _name(hour: str, code: str) -> str:
    return f"refused/{hour}/{code}"
