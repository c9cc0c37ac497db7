"""Which documents there are and where each is on its way: a fold over the keys of the feed, for lists.

Keys alone tell it, so that no body is read and a country's documents fit into little memory. What is shown of one
document, and what is decided about it, is read from its records themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import cast

from shailoo.model.document import DocumentKind, Placed
from shailoo.ports import Entry, RecordStore
from shailoo.rules.document_standing import FIRST_COPY, State, state_of
from shailoo.rules.documents import KINDS


@dataclass(slots=True)
class _Progress:
    wanted: int = FIRST_COPY
    copied: int = 0
    unreadable: int = 0
    approved: int = 0
    withdrawn: bool = False

    @property
    def state(self) -> State:
        return state_of(
            copied=self.copied >= self.wanted,
            unreadable=self.unreadable >= self.wanted,
            approved=self.approved >= self.wanted,
            withdrawn=self.withdrawn,
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in a list."""

    document: Placed
    state: State


class DocumentIndex:
    """Documents by election and station. To share it between threads, give it a `guard`: a lock."""

    def __init__(self, guard: AbstractContextManager[object] | None = None) -> None:
        self._guard = guard or nullcontext()
        self._upto = 0
        self._places: dict[tuple[str, str], dict[str, _Progress]] = {}
        self._by_original: dict[str, list[str]] = {}

    def follow(self, store: RecordStore) -> None:
        """Read what the feed has since the last time. Raises StorageFailed."""
        with self._guard:
            while entries := store.feed(self._upto):
                self._take(entries)

    def at(self, election: str, station: str | None) -> tuple[Listed, ...]:
        """Every document of a station, in the order of the day."""
        with self._guard:
            found = [
                Listed(_placed(name), one.state)
                for name, one in self._places.get((election, station or "_"), {}).items()
            ]
        return tuple(sorted(found, key=_order))

    def of(self, election: str, state: State, stations: Iterable[str]) -> Iterator[Listed]:
        """Every document of some stations that is in a state, station by station in the order given."""
        for station in stations:
            yield from (one for one in self.at(election, station) if one.state == state)

    def elsewhere(self, document: Placed) -> tuple[Placed, ...]:
        """The same bytes received for another station or another paper, unless they were withdrawn there."""
        here = (document.election, document.station, document.kind, document.part)
        with self._guard:
            others = [
                _placed(name)
                for name in self._by_original.get(document.original, ())
                if not self._progress(name).withdrawn
            ]
        return tuple(one for one in others if (one.election, one.station, one.kind, one.part) != here)

    def _progress(self, name: str) -> _Progress:
        election, station, _ = name.split("/", 2)
        return self._places.setdefault((election, station), {}).setdefault(name, _Progress())

    def _take(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            kind, _, rest = entry.key.partition("/")
            name, _, version = rest.rpartition("/")
            match kind:
                case "document":
                    self._progress(rest)
                    self._by_original.setdefault(version, []).append(rest)
                case "withdrawal":
                    self._progress(rest).withdrawn = True
                case "blackout":
                    self._progress(name).wanted = max(self._progress(name).wanted, int(version))
                case "copy":
                    self._progress(name).copied = max(self._progress(name).copied, int(version))
                case "unreadable":
                    self._progress(name).unreadable = max(self._progress(name).unreadable, int(version))
                case "approval":
                    self._progress(name).approved = max(self._progress(name).approved, int(version))
                case _:
                    pass  # the other kinds are no documents
            self._upto = entry.seq


def _placed(name: str) -> Placed:
    election, station, kind, part, original = name.split("/")
    return Placed(
        election=election,
        station=None if station == "_" else station,
        kind=cast("DocumentKind", kind),
        part=None if part == "_" else part,
        original=original,
    )


def _order(one: Listed) -> tuple[int, str, str]:
    return KINDS.index(one.document.kind), one.document.part or "", one.document.original
