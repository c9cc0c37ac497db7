"""Numbers of voters, gathered once for a version and asked by every page and file: totals, released tables, changes."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

from builder.voters.drawn import Tizme
from builder.voters.numbers_release import History, Point
from shailoo.model.base import Language
from shailoo.model.voter_list import Area, StationChange
from shailoo.rules.voter_groups import COUNTRY, Table, added
from shailoo.rules.voter_reasons import Flow, Reasons, flows, reasons_of_region

Kind = Literal["country", "region", "rayon", "tec", "station"]
NOBODY = Flow(0, 0, None, None)
_YOUNG = 30


@dataclass(frozen=True, slots=True)
class Row:
    """A place on a page or in a file."""

    kind: Kind
    id: str
    number: str
    """What stands before the name of a station; "" otherwise."""
    name: tuple[str, str, str]
    voters: int
    table: Table | None
    together: int
    """With how many other small places this one is counted, in a table that is not its own; otherwise 0."""
    flow: Flow
    """Since the version before."""

    @property
    def key(self) -> str:
        """As the rule names it: `region/chuy`."""
        return self.kind if self.kind == COUNTRY else f"{self.kind}/{self.id}"

    @property
    def young(self) -> int | None:
        """Voters under thirty, as of the table."""
        if self.table is None:
            return None
        return sum(n for first, n in zip(self.table.groups, self.table.ages, strict=True) if first < _YOUNG)

    def say(self, language: Language) -> str:
        """The name in one language."""
        return self.name[("ky", "ru", "en").index(language)]


@dataclass(frozen=True, slots=True)
class Period:
    """Changes between two versions, by place. Reasons stand in it only when it is a whole month."""

    before: Point
    after: Point
    whole: bool
    flows: Mapping[str, Flow]
    reasons: Mapping[str, Reasons]
    """Region -> why people were new or left, reason by reason."""


class Numbers:
    """One version's numbers. Everything is computed when first asked for, and kept."""

    def __init__(self, tizme: Tizme, history: History) -> None:
        self.tizme = tizme
        self.outlines = tizme.outlines
        self.history = history
        self.made = tizme.current
        self.point = history.series[-1]
        centres = tizme.register.centres()
        self.centres = {str(centre.station): centre for centre in centres}
        self.places = {station: (str(one.region), one.tec) for station, one in self.centres.items()}
        self.totals = {station: n for station, n in tizme.lists.totals(self.made.number).items() if station}

    def gather(self) -> None:
        """Read everything that is asked of the list now, so that nothing is later."""
        _ = self.newest, self.month

    # --- rows ---

    @cached_property
    def country(self) -> Row:
        """The whole country and the stations abroad."""
        return self._row("country", "", ("", "", ""), self.made.voters)

    @cached_property
    def regions(self) -> tuple[Row, ...]:
        """Every region with stations, abroad too."""
        found = [area for area in self.tizme.register.regions() if self.has("region", area.id)]
        return tuple(self._row("region", area.id, area.name) for area in found)

    def rayons(self, region: str) -> tuple[Row, ...]:
        """Rayons of a region with stations."""
        return tuple(
            self._row("rayon", area.id, area.name)
            for area in self.tizme.register.rayons()
            if area.region == region and self.has("rayon", area.id)
        )

    def commissions(self, region: str) -> tuple[Row, ...]:
        """Territorial commissions of a region with stations."""
        return tuple(
            self._row("tec", area.id, area.name)
            for area in self.tizme.register.commissions()
            if area.region == region and self.has("tec", area.id)
        )

    def commission(self, tec: str) -> Row:
        """One territorial commission. Raises KeyError for one that has no station."""
        area = self._commissions[tec]
        return self._row("tec", area.id, area.name)

    def region(self, region: str) -> Row:
        """One region. Raises KeyError for one that has no station."""
        return {row.id: row for row in self.regions}[region]

    @cached_property
    def _commissions(self) -> Mapping[str, Area]:
        return {area.id: area for area in self.tizme.register.commissions() if self.has("tec", area.id)}

    def stations(self, kind: Kind, area: str) -> tuple[Row, ...]:
        """Stations of a region, rayon or commission, by number."""
        return tuple(self.station(number) for number in self._members.get((kind, area), ()))

    def station(self, number: str) -> Row:
        """One polling station."""
        return self._row("station", number, self.centres[number].name, self.totals.get(number, 0), number)

    @cached_property
    def _members(self) -> Mapping[tuple[str, str], Sequence[str]]:
        found: dict[tuple[str, str], list[str]] = {}
        for number, centre in sorted(self.centres.items()):
            for kind, area in (("region", str(centre.region)), ("rayon", centre.rayon), ("tec", centre.tec)):
                if area:
                    found.setdefault((kind, area), []).append(number)
        return found

    def has(self, kind: str, area: str) -> bool:
        """Whether it is a station, or a place in which a station stands."""
        if kind == "station":
            return area in self.centres
        return (kind, area) in self._members

    def _row(
        self, kind: Kind, area: str, name: tuple[str, str, str], voters: int | None = None, number: str = ""
    ) -> Row:
        if voters is None:
            voters = sum(self.totals.get(station, 0) for station in self._members.get((kind, area), ()))
        key = COUNTRY if kind == COUNTRY else f"{kind}/{area}"
        table, together = self._rayon(area) if kind == "rayon" else self._table(key)
        flow = self._flow(self.newest, key)
        return Row(kind, area, number, name, voters, table, together, flow)

    # --- tables ---

    def _table(self, key: str) -> tuple[Table | None, int]:
        tables = self.history.released.tables
        if key in tables:
            return tables[key], 0
        return None, self._others.get(key, 0)

    def together(self) -> Iterator[tuple[Sequence[str], Table]]:
        """Small places that are counted together, and their one table."""
        released = self.history.released
        for parent, parts in released.parts.items():
            for part in parts:
                if len(part) > 1 and f"small/{parent}" in released.tables:
                    yield part, released.tables[f"small/{parent}"]

    @cached_property
    def _others(self) -> Mapping[str, int]:
        """Small place -> with how many others it is counted."""
        return {
            place: len(part) - 1
            for parts in self.history.released.parts.values()
            for part in parts
            if len(part) > 1
            for place in part
        }

    def _rayon(self, rayon: str) -> tuple[Table | None, int]:
        """The sum of what is public of its commissions, or of its stations; None where neither adds up to it."""
        mine = set(self._members.get(("rayon", rayon), ()))
        tables = self.history.released.tables
        tecs = {self.centres[station].tec for station in mine}
        if mine == {station for tec in tecs for station in self._members[("tec", tec)]}:
            found = [tables.get(f"tec/{tec}") for tec in sorted(tecs)]
        else:
            found = [tables.get(f"station/{station}") for station in sorted(mine) if self.totals.get(station)]
        whole = [table for table in found if table is not None]
        return (added(whole) if len(whole) == len(found) else None), 0

    # --- changes ---

    @cached_property
    def newest(self) -> Period | None:
        """Since the version before this one; None for the first version."""
        series = self.history.series
        if len(series) < 2:  # noqa: PLR2004 -- a change lies between two versions
            return None
        months = self.history.months
        whole = len(months) > 1 and (series[-2].number, series[-1].number) == months[-2:]
        return self._period(series[-2], series[-1], whole=whole)

    @cached_property
    def month(self) -> Period | None:
        """The last whole month: between the two newest versions that begin one. None in the first month."""
        months = self.history.months
        if len(months) < 2:  # noqa: PLR2004 -- as above
            return None
        by_number = {point.number: point for point in self.history.series}
        return self._period(by_number[months[-2]], by_number[months[-1]], whole=True)

    def _period(self, before: Point, after: Point, *, whole: bool) -> Period:
        changes = self.tizme.lists.changes(before.number, after.number)
        by_region: dict[str, list[StationChange]] = {}
        for change in changes:
            if change.station:
                by_region.setdefault(self.places.get(change.station, ("", ""))[0], []).append(change)
        found = flows(changes, self.places, whole=whole)
        reasons = {region: reasons_of_region(mine, found[f"region/{region}"]) for region, mine in by_region.items()}
        for rayon in {centre.rayon for centre in self.centres.values() if centre.rayon}:
            inside = [found[f"station/{s}"] for s in self._members[("rayon", rayon)] if f"station/{s}" in found]
            found[f"rayon/{rayon}"] = Flow(sum(f.came for f in inside), sum(f.gone for f in inside), None, None)
        return Period(before, after, whole, found, reasons)

    def _flow(self, period: Period | None, key: str) -> Flow:
        return NOBODY if period is None else period.flows.get(key, NOBODY)

    # --- other days ---

    def compared(self) -> list[tuple[str, Point]]:
        """The versions to compare with: the one before, that of a month ago, that of the last election's final list."""
        series = self.history.series
        found: list[tuple[str, Point]] = []
        if len(series) > 1:
            found.append(("before", series[-2]))
        day = self.point.as_of
        month = [point for point in series[:-1] if point.as_of <= _month_before(day)]
        if month and month[-1] not in (point for _, point in found):
            found.append(("month", month[-1]))
        final = [point for point in series[:-1] if point.stage == "final"]
        if final:
            found.append(("election", final[-1]))
        return found


def _month_before(day: date) -> date:
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    return date(year, month, min(day.day, monthrange(year, month)[1]))
