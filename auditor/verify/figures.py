"""What every data file and page must say, from our own sums. Pure: a tally in, figures by place out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.verify.findings import Broken
from auditor.verify.tally import COUNTRY, Place, Scope, Sum, Tally
from shailoo.model.election import Contest, Electorate, Station, StationKind

_REMEDY = "Add it up yourself from the texts under report/; then ask the commission which record changed this figure."


@dataclass(frozen=True, slots=True)
class Shown:
    """A contest as a place shows it: None where nothing is known or nothing may be told."""

    contest: str
    ballots: int | None
    invalid: int | None
    votes: tuple[int | None, ...]
    sealed: int
    merged: int
    boxes: int
    expected: int
    bound: int | None = None


class Figures:
    """Every figure of an election by place. `opened` are the rows that small cells became, as published."""

    def __init__(self, tally: Tally, opened: Mapping[str, tuple[int, int, Sequence[int]]]) -> None:
        self.tally = tally
        self.election = tally.election
        self.opened = opened

    def country(self, contest: str) -> Sum:
        """The total of a contest, with the row of its small cells where that was opened."""
        own = self.tally.of(COUNTRY, contest)
        if contest not in self.opened:
            return own
        ballots, invalid, votes = self.opened[contest]
        return Sum(
            [one + more for one, more in zip(own.votes, votes, strict=True)],
            own.ballots + ballots, own.invalid + invalid, own.sealed - ballots, ballots, own.boxes, own.expected,
        )  # fmt: skip

    def shown(self, scope: Scope, contest: Contest) -> Shown:
        """A contest as the page of a place shows it; a district shows the country's total."""
        kind = scope[0]
        total = self.country(contest.id) if kind in {"country", "district"} else self.tally.of(scope, contest.id)
        if kind == "station" and total.boxes and total.sealed and not total.ballots:
            nothing = (None,) * len(contest.options)
            bound = self.election.small_cell_bound
            return Shown(contest.id, total.sealed, None, nothing, 0, 0, total.boxes, total.expected, bound)
        if not total.boxes:
            return Shown(
                contest.id, None, None, (None,) * len(contest.options), total.sealed, total.merged, 0, total.expected
            )
        return Shown(
            contest.id, total.ballots, total.invalid, tuple(total.votes), total.sealed, total.merged, total.boxes,
            total.expected,
        )  # fmt: skip

    def contests(self, scope: Scope) -> list[Contest]:
        """The contests that the page of a place shows."""
        kind, name = scope
        every = self.election.contests
        if kind == "country":
            return [one for one in every if one.electorate is not Electorate.DISTRICT] or list(every)
        if kind == "district":
            return [one for one in every if one.district == name]
        if kind == "station":
            station = self.election.station_by_no[name]
            return [one for one in self.election.contests_at(station) if self._has(station, one)]
        return [one for one in every if (scope, one.id) in self.tally.sums and (one.district is None or kind == "tec")]

    def _has(self, station: Station, contest: Contest) -> bool:
        remote = station.kind is StationKind.REMOTE
        return not remote or bool(self.tally.of(("station", station.no), contest.id).boxes)

    def place(self, scope: Scope) -> Place:
        """How complete a place is."""
        if scope[0] == "district":
            return self.tally.district(scope[1])
        return self.tally.places.get(scope, Place())

    def participants(self, scope: Scope) -> int | None:
        """Who took part; None while no box counts."""
        if scope[0] == "district":
            first = self.country(self.contests(scope)[0].id)
            return first.ballots + first.sealed if first.boxes else None
        place = self.place(scope)
        return place.participants if place.boxes else None

    def parts(self, scope: Scope) -> list[Scope]:
        """The places below a place."""
        kind, name = scope
        stations = self.election.stations
        if kind == "country":
            return [("region", region.id) for region in self.election.regions]
        if kind == "region":
            return [("tec", tec) for tec in dict.fromkeys(one.tec for one in stations if one.region == name)]
        if kind == "tec":
            return [("station", one.no) for one in stations if one.tec == name]
        return [
            ("station", one.no)
            for one in stations
            if any(contest.district == name for contest in self.election.contests_at(one))
        ]

    def places(self) -> Iterator[Scope]:
        """Every place that has a page of its own."""
        yield COUNTRY
        yield from (("region", region.id) for region in self.election.regions)
        yield from (("tec", tec) for tec in dict.fromkeys(one.tec for one in self.election.stations))
        yield from (("district", one) for one in dict.fromkeys(c.district for c in self.election.contests) if one)
        yield from (("station", one.no) for one in self.election.stations)


def same(file: str, place: str, expected: object, found: object) -> None:
    """Two figures are one. Raises Broken."""
    if expected != found:
        raise Broken(file, place, expected=expected, found=found, remedy=_REMEDY)


def opened_rows(
    tally: Tally, contests: Sequence[Mapping[str, Any]], file: str
) -> dict[str, tuple[int, int, list[int]]]:
    """The rows that small cells became, as the difference of published totals and open texts.

    The cells themselves are sealed for good, so their votes cannot be added up by anyone outside. What can be seen is
    that the row has exactly the ballots that the texts tell by number, and that it is a possible count. Raises Broken.
    """
    found: dict[str, tuple[int, int, list[int]]] = {}
    for said in contests:
        name, merged = said["contest"], said["merged_ballots"]
        if not merged:
            continue
        own = tally.of(COUNTRY, name)
        contest = tally.election.contest_by_id[name]
        votes = {one["no"]: one["votes"] for one in said["options"]}
        row = [votes[option.no] - open_votes for option, open_votes in zip(contest.options, own.votes, strict=True)]
        invalid = said["invalid"] - own.invalid
        where = f"contests[{name}]: the row of small cells"
        if not tally.election.small_cell_bound <= merged <= own.sealed:
            raise Broken(file, where, expected=f"{own.sealed} ballots", found=merged, remedy=_REMEDY)
        valid = merged - invalid
        most = valid * contest.marks
        if min(*row, invalid, valid) < 0 or sum(row) > most or (contest.marks == 1 and sum(row) != valid):
            raise Broken(
                file,
                where,
                expected=f"a count of {merged} ballots",
                found=f"votes {row}, invalid {invalid}",
                remedy=_REMEDY,
            )
        found[name] = (merged, invalid, row)
    return found
