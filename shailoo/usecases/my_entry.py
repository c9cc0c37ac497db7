"""What a voter is shown of the list: the entry of the published version, and what was granted to them since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shailoo.model.voter_list import Movement, VoterEntry, VoterListMade
from shailoo.ports import VoterEntries
from shailoo.rules.case_standing import CaseStanding
from shailoo.rules.list_effects import Wish
from shailoo.usecases.carry_applications import wishes_now
from shailoo.usecases.case_desk import CaseDesk


@dataclass(frozen=True, slots=True)
class MyEntry:
    """How somebody stands on the list, and how they will from its next version on."""

    entry: VoterEntry | None
    """None: not on the list, or the PIN is not known."""
    version: VoterListMade | None
    movements: Sequence[Movement] = field(repr=False)
    to_come: tuple[Wish, ...] = field(repr=False)
    """Granted, and not in the published version yet; in the order in which it was granted."""

    @property
    def station(self) -> str | None:
        """The station at which the person votes: as granted, else as the list has it."""
        granted = [wish.station for wish in self.to_come if wish.station is not None]
        if granted:
            return granted[-1]
        return None if self.entry is None else self.entry.station

    @property
    def corrected(self) -> Mapping[str, str]:
        """Column -> value of what was granted and is not in the published version yet."""
        return {column: value for wish in self.to_come for column, value in wish.data.items()}


def my_entry(pin: str, cases: Sequence[CaseStanding], desk: CaseDesk, entries: VoterEntries | None) -> MyEntry:
    """The entry of whoever has this PIN, with their own cases; `entries` is None where there is no list.

    Raises StorageFailed, NotFound.
    """
    entry = entries.entry(pin) if entries is not None and pin else None
    version = None if entry is None or entries is None else entries.made(entry.list)
    movements = entries.movements(pin, None if entry is None else entry.person) if entries is not None and pin else ()
    wishes = [wish for wish in wishes_now(cases, desk) if wish.pin == pin]
    return MyEntry(entry, version, movements, tuple(_to_come(entry, wishes)))


def _to_come(entry: VoterEntry | None, wishes: Sequence[Wish]) -> list[Wish]:
    """Wishes that the entry does not show; of several about one thing the later one counts."""
    last = max((at for at, wish in enumerate(wishes) if wish.station is not None), default=-1)
    found = []
    for at, wish in enumerate(wishes):
        station = wish.station if at == last and (entry is None or entry.station != wish.station) else None
        data = {column: value for column, value in wish.data.items() if _told(entry, column) != value}
        if station is not None or data or (wish.added and entry is None):
            found.append(Wish(wish.number, wish.pin, station, data, {}))
    return found


def _told(entry: VoterEntry | None, column: str) -> str:
    if entry is None:
        return ""
    match column:
        case "birth":
            return entry.birth.isoformat()
        case "disability":
            return "yes" if entry.disability else ""
        case "surname" | "name" | "patronymic":
            return str(getattr(entry, column))
        case _:
            return ""
