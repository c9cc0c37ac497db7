"""A second, independent computation of every sum: from the signed texts, by regular expressions and plain addition."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shailoo.model.election import Election

_SECTION = re.compile(r"^-{42}\n\[([a-z0-9-]+)\]\n(.*?)(?=^-{42}$|^={42}$)", re.MULTILINE | re.DOTALL)
_FIGURE = re.compile(r"^(.{34}) ([ 0-9]{6}[0-9])$", re.MULTILINE)
_TOKEN = re.compile(r"\b([0-9]{1,3})=([0-9]{1,7})\b")
_NUMBERED = re.compile(r"^ {0,2}[0-9]{1,3} ")
Scope = tuple[str, str]
_COUNTRY: Scope = ("country", "")


@dataclass(frozen=True, slots=True)
class Counted:
    """One contest in one box as its text says: `figures` are ballots, invalid, valid and then one figure per option.

    Only `ballots` is there when the votes are sealed.
    """

    ballots: int
    figures: tuple[int, ...]


@dataclass(slots=True)
class Added:
    """A sum over boxes."""

    boxes: int
    ballots: int
    invalid: int
    votes: list[int]
    sealed: int


def read_text(note: str) -> dict[str, Counted]:
    """Contest -> figures, from the text of a signed note."""
    found: dict[str, Counted] = {}
    for contest, body in _SECTION.findall(note):
        figures = [int(figure) for _, figure in _FIGURE.findall(body)]
        if _NUMBERED.match(body) or not figures:
            continue
        found[contest] = Counted(figures[0], tuple(figures) if len(figures) > 1 else ())
    return found


def read_annex(note: str) -> dict[tuple[str, int], dict[int, int]]:
    """(contest, list) -> candidate -> preference votes, from the text of a signed annex."""
    return {
        (contest, int(body[:3])): {int(no): int(votes) for no, votes in _TOKEN.findall(body)}
        for contest, body in _SECTION.findall(note)
        if _NUMBERED.match(body)
    }


class Recount:
    """Sums of the boxes that count, by TEC first; a region is the sum of its TECs, the country the sum of its regions.

    A sum is remembered until a box of its scope changes.
    """

    def __init__(self, election: Election) -> None:
        self.election = election
        self._notes: dict[str, str | None] = {}
        self._texts: dict[str, dict[str, Counted]] = {}
        self._boxes_of: dict[Scope, set[str]] = {}
        self._parts: dict[Scope, list[Scope]] = {_COUNTRY: []}
        """Country -> regions, region -> TECs."""
        self._around: dict[str, tuple[Scope, ...]] = {}
        """Station -> itself and everything that it is a part of."""
        self._sums: dict[Scope, dict[str, Added]] = {}
        self._took_part: dict[Scope, int] = {}
        self._merged: dict[str, tuple[int, int, dict[int, int]]] = {}
        self._annexes: dict[str, dict[tuple[str, int], dict[int, int]]] = {}
        self._first = next((c.id for c in election.contests if c.electorate.value != "district"), None)
        for station in election.stations:
            region, tec = ("region", station.region), ("tec", station.tec)
            for whole, part in ((_COUNTRY, region), (region, tec)):
                parts = self._parts.setdefault(whole, [])
                if part not in parts:
                    parts.append(part)
            rayon = (("rayon", station.rayon),) if station.rayon is not None else ()
            self._around[station.no] = (("station", station.no), tec, *rayon, region, _COUNTRY)

    def put_annex(self, box: str, note: str | None) -> None:
        """A box's annex counts with this signed note; None: it does not count."""
        self._annexes.pop(box, None)
        if note is not None:
            self._annexes[box] = read_annex(note)

    @property
    def annexes(self) -> int:
        """How many annexes count."""
        return len(self._annexes)

    def preferences(self, contest: str, option: int) -> dict[int, int] | None:
        """Candidate -> preference votes of a list; None while no annex tells of it."""
        parts = [found[contest, option] for found in self._annexes.values() if (contest, option) in found]
        if not parts:
            return None
        return {no: sum(part.get(no, 0) for part in parts) for no in {no for part in parts for no in part}}

    def put(self, box: str, station: str, note: str | None) -> None:
        """A box counts with this signed note; None: it does not count."""
        if self._notes.get(box) == note:
            return
        self._notes[box] = note
        before = self._texts.pop(box, {})
        after = read_text(note) if note is not None else {}
        for scope in self._around[station]:
            boxes = self._boxes_of.setdefault(scope, set())
            boxes.discard(box)
            if note is not None:
                boxes.add(box)
            self._took_part.pop(scope, None)
            sums = self._sums.get(scope, {})
            for contest in (*before, *after):
                sums.pop(contest, None)
        if note is not None:
            self._texts[box] = after

    def put_merged(self, contest: str, ballots: int, invalid: int, votes: Mapping[int, int]) -> None:
        """The row that the small cells of a contest became."""
        self._merged[contest] = (ballots, invalid, dict(votes))
        self._sums.get(_COUNTRY, {}).pop(contest, None)

    def merged(self, contest: str) -> int:
        """Ballots of the merged row of small cells; 0 while there is none."""
        return self._merged[contest][0] if contest in self._merged else 0

    def of(self, kind: str, place: str, contest: str) -> Added:
        """The sum of a contest in a scope."""
        scope = (kind, place)
        sums = self._sums.setdefault(scope, {})
        known = sums.get(contest)
        if known is None:
            parts = self._parts.get(scope)
            if parts is None:
                known = self._add(self._boxes_of.get(scope, ()), contest)
            else:
                known = self._join([self.of(*part, contest) for part in parts], contest)
            if scope == _COUNTRY:
                self._open(known, contest)
            sums[contest] = known
        return known

    def participants(self, kind: str, place: str) -> int:
        """Voters who took part, by the number of ballots; see `builder.tally.took_part` for the law behind it."""
        scope = (kind, place)
        known = self._took_part.get(scope)
        if known is None:
            parts = self._parts.get(scope)
            if parts is None:
                known = sum(self._at_box(self._texts[box]) for box in self._boxes_of.get(scope, ()))
            else:
                known = sum(self.participants(*part) for part in parts)
            self._took_part[scope] = known
        return known

    def boxes(self, kind: str, place: str) -> int:
        """How many boxes count in a scope."""
        return len(self._boxes_of.get((kind, place), ()))

    def _at_box(self, text: Mapping[str, Counted]) -> int:
        if self._first is not None and self._first in text:
            return text[self._first].ballots
        return _by_district(text, self.election)

    def _open(self, total: Added, contest: str) -> None:
        """Add the merged row of small cells, which belongs to the country and to no place in it."""
        merged = self._merged.get(contest)
        if merged is None:
            return
        ballots, invalid, votes = merged
        total.ballots += ballots
        total.invalid += invalid
        total.sealed -= ballots
        for index, option in enumerate(self.election.contest_by_id[contest].options):
            total.votes[index] += votes.get(option.no, 0)

    def _add(self, boxes: Iterable[str], contest: str) -> Added:
        texts = [text[contest] for text in (self._texts[box] for box in boxes) if contest in text]
        shown = [text.figures for text in texts if text.figures]
        columns = [sum(column) for column in zip(*shown, strict=True)]
        sealed = sum(text.ballots for text in texts if not text.figures)
        if not columns:
            empty = self._empty(contest)
            return Added(len(texts), 0, 0, empty.votes, sealed)
        return Added(len(texts), columns[0], columns[1], columns[3:], sealed)

    def _join(self, parts: list[Added], contest: str) -> Added:
        total = self._empty(contest)
        for part in parts:
            total.boxes += part.boxes
            total.ballots += part.ballots
            total.invalid += part.invalid
            total.sealed += part.sealed
        total.votes = [sum(column) for column in zip(total.votes, *(part.votes for part in parts), strict=True)]
        return total

    def _empty(self, contest: str) -> Added:
        return Added(0, 0, 0, [0] * len(self.election.contest_by_id[contest].options), 0)


def _by_district(text: Mapping[str, Counted], election: Election) -> int:
    ballots: dict[str | None, int] = {}
    for contest in election.contests:
        if contest.id in text and contest.kind.value != "question":
            ballots.setdefault(contest.district, text[contest.id].ballots)
    return sum(ballots.values())
