"""A second, independent computation of every sum: straight from the signed texts, by regular expressions and plain addition."""

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
    """Sums of the boxes that count, by TEC first; a region is the sum of its TECs, the country the sum of all."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self._texts: dict[str, dict[str, Counted]] = {}
        self._boxes_of: dict[tuple[str, str], set[str]] = {}
        self._by_tec: dict[str, dict[str, Added]] = {}
        self._tecs: dict[str, list[str]] = {}
        self._tec_of: dict[str, str] = {}
        for station in election.stations:
            self._tec_of[station.no] = station.tec
            tecs = self._tecs.setdefault(station.region, [])
            if station.tec not in tecs:
                tecs.append(station.tec)
        self._merged: dict[str, tuple[int, int, dict[int, int]]] = {}
        self._annexes: dict[str, dict[tuple[str, int], dict[int, int]]] = {}

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
        place = self.election.station_by_no[station]
        scopes = [("station", station), ("tec", place.tec)]
        if place.rayon is not None:
            scopes.append(("rayon", place.rayon))
        for scope in scopes:
            self._boxes_of.setdefault(scope, set()).discard(box)
        self._texts.pop(box, None)
        self._by_tec.pop(place.tec, None)
        if note is None:
            return
        self._texts[box] = read_text(note)
        for scope in scopes:
            self._boxes_of[scope].add(box)

    def put_merged(self, contest: str, ballots: int, invalid: int, votes: Mapping[int, int]) -> None:
        """The row that the small cells of a contest became."""
        self._merged[contest] = (ballots, invalid, dict(votes))

    def merged(self, contest: str) -> int:
        """Ballots of the merged row of small cells; 0 while there is none."""
        return self._merged[contest][0] if contest in self._merged else 0

    def of(self, kind: str, place: str, contest: str) -> Added:
        """The sum of a contest in a scope."""
        match kind:
            case "country":
                return self._country(contest)
            case "region":
                return self._join(
                    [self._tec(tec)[contest] for tec in self._tecs.get(place, ()) if contest in self._tec(tec)], contest
                )
            case "tec":
                return self._tec(place).get(contest) or self._empty(contest)
            case _:
                return self._add(self._boxes_of.get((kind, place), ()), contest)

    def participants(self, kind: str, place: str) -> int:
        """Voters who took part, by the number of ballots; see `builder.tally.took_part` for the law behind it."""
        whole = [contest for contest in self.election.contests if contest.electorate.value != "district"]
        if kind == "country" or kind == "region" or kind == "tec":
            boxes: Iterable[str] = (
                self._texts
                if kind == "country"
                else [
                    box
                    for tec in (self._tecs.get(place, ()) if kind == "region" else (place,))
                    for box in self._boxes_of.get(("tec", tec), ())
                ]
            )
        else:
            boxes = self._boxes_of.get((kind, place), ())
        if whole:
            first = whole[0].id
            return sum(
                text[first].ballots if first in text else _by_district(text, self.election)
                for text in (self._texts[box] for box in boxes)
            )
        return sum(_by_district(self._texts[box], self.election) for box in boxes)

    def boxes(self, kind: str, place: str) -> int:
        """How many boxes count in a scope."""
        if kind == "country":
            return len(self._texts)
        if kind == "region":
            return sum(len(self._boxes_of.get(("tec", tec), ())) for tec in self._tecs.get(place, ()))
        return len(self._boxes_of.get((kind, place), ()))

    def _country(self, contest: str) -> Added:
        tecs = [tec for region in self._tecs.values() for tec in region]
        total = self._join([self._tec(tec)[contest] for tec in tecs if contest in self._tec(tec)], contest)
        merged = self._merged.get(contest)
        if merged is not None:
            ballots, invalid, votes = merged
            total.ballots += ballots
            total.invalid += invalid
            total.sealed -= ballots
            for index, option in enumerate(self.election.contest_by_id[contest].options):
                total.votes[index] += votes.get(option.no, 0)
        return total

    def _tec(self, tec: str) -> dict[str, Added]:
        known = self._by_tec.get(tec)
        if known is None:
            boxes = self._boxes_of.get(("tec", tec), set())
            contests = {contest for box in boxes for contest in self._texts[box]}
            known = self._by_tec[tec] = {contest: self._add(boxes, contest) for contest in contests}
        return known

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
