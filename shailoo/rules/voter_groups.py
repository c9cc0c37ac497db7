"""Groups in which voters are counted, and the table of a place: pure arithmetic, no decision about publishing.

The smaller the place, the coarser the groups. Groups of a level are fixed: were they merged place by place, a parent's
table less those of all other children would show the one child's groups unmerged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from shailoo.model.base import Frozen
from shailoo.model.voter_list import AGE_BANDS, TouchedCell, VoterCell

K: Final = 10
"""Fewest people of whom a published cell may tell, and of whom any difference of published tables may."""
Count = Annotated[int, Field(ge=0)]


COUNTRY: Final = "country"


class Level(StrEnum):
    """How far down a place stands."""

    COUNTRY = "country"
    REGION = "region"
    COMMISSION = "tec"
    STATION = "station"


GROUPS: Final[Mapping[Level, tuple[int, ...]]] = {
    Level.COUNTRY: AGE_BANDS,
    Level.REGION: AGE_BANDS,
    Level.COMMISSION: (18, 30, 40, 50, 60, 70),
    Level.STATION: (18, 30, 45, 60),
}
"""First age of each group; the last one is open. Each is a first age of AGE_BANDS too."""


class Table(Frozen):
    """What is told of a place's voters, as of one version of the list.

    `ages` are voters by group of the place's level. `women_by_age` is empty at a station: there sex, age and first vote
    are told each by itself, never crossed.
    """

    version: int
    as_of: date
    voters: Count
    women: Count
    first_time: Count | None
    """None where too few at some place of the same parent would vote for the first time, or nobody could say."""
    ages: tuple[Count, ...]
    women_by_age: tuple[Count, ...] = ()

    @property
    def men(self) -> int:
        """Everybody is registered as one or the other."""
        return self.voters - self.women

    @property
    def groups(self) -> tuple[int, ...]:
        """First ages of `ages`."""
        return next(groups for groups in GROUPS.values() if len(groups) == len(self.ages))

    def enough(self, least: int = K) -> bool:
        """Say whether every cell of the table holds at least so many people."""
        cells = [self.women, self.men]
        if self.first_time is not None:
            cells += [self.first_time, self.voters - self.first_time]
        if self.women_by_age:
            cells += self.women_by_age
            cells += [all_ - women for all_, women in zip(self.ages, self.women_by_age, strict=True)]
        else:
            cells += self.ages
        return min(cells) >= least

    def without_first(self) -> Table:
        """The same without first votes."""
        return self.model_copy(update={"first_time": None})


def group_of(band: int, groups: tuple[int, ...]) -> int:
    """Return the index of the group that holds an index of AGE_BANDS."""
    return max(n for n, first in enumerate(groups) if AGE_BANDS[band] >= first)


def tabulate(cells: Iterable[VoterCell], level: Level, version: int, as_of: date) -> Table:
    """Count the cells of one place by the groups of its level."""
    groups = GROUPS[level]
    ages, women_by_age = [0] * len(groups), [0] * len(groups)
    first_time = 0
    for cell in cells:
        group = group_of(cell.band, groups)
        ages[group] += cell.voters
        women_by_age[group] += cell.voters if cell.sex == "f" else 0
        first_time += cell.voters if cell.first_time else 0
    return Table(
        version=version,
        as_of=as_of,
        voters=sum(ages),
        women=sum(women_by_age),
        first_time=first_time,
        ages=tuple(ages),
        women_by_age=() if level is Level.STATION else tuple(women_by_age),
    )


def coarser(table: Table) -> Table:
    """The same table in the groups of a station, where those of its level allow it; otherwise sexes and first vote."""
    groups = GROUPS[Level.STATION]
    if not set(groups) <= set(table.groups):
        return table.model_copy(update={"ages": (), "women_by_age": ()})
    ages = [0] * len(groups)
    for first, voters in zip(table.groups, table.ages, strict=True):
        ages[max(n for n, other in enumerate(groups) if first >= other)] += voters
    return table.model_copy(update={"ages": tuple(ages), "women_by_age": ()})


def added(tables: Iterable[Table]) -> Table | None:
    """Add the tables of places that together are another place. None unless all are of one version and one grouping.

    A sum of what is public tells nothing new, so no rule is asked.
    """
    parts = list(tables)
    if not parts or len({(t.version, len(t.ages), len(t.women_by_age)) for t in parts}) > 1:
        return None
    firsts = [t.first_time for t in parts]
    return parts[0].model_copy(
        update={
            "voters": sum(t.voters for t in parts),
            "women": sum(t.women for t in parts),
            "first_time": None if None in firsts else sum(first or 0 for first in firsts),
            "ages": tuple(sum(column) for column in zip(*(t.ages for t in parts), strict=True)),
            "women_by_age": tuple(sum(column) for column in zip(*(t.women_by_age for t in parts), strict=True)),
        }
    )


def spread(
    touched: Iterable[TouchedCell],
    level: Level,
    least: int,
    *,
    came: bool = True,
    gone: bool = True,
    first: bool = True,
) -> bool:
    """Say whether those who came, and those who left, are of more than one kind.

    In sex and in age, at least `least` people entered cells other than the largest one, and the same for leaving; in
    first vote the same for entering only: that somebody who left had voted before says next to nothing. A direction in
    which nobody went by name (`came`, `gone`) is not asked about: there only birthdays move people; nor is the first
    vote where it is not told (`first`).
    """
    groups = GROUPS[level]
    sexes: tuple[dict[object, int], dict[object, int]] = ({}, {})
    ages: tuple[dict[object, int], dict[object, int]] = ({}, {})
    firsts: dict[object, int] = {}
    for cell in touched:
        group = group_of(cell.band, groups)
        for way, people in enumerate((cell.entered, cell.left)):
            sexes[way][cell.sex] = sexes[way].get(cell.sex, 0) + people
            ages[way][group] = ages[way].get(group, 0) + people
        firsts[cell.first_time] = firsts.get(cell.first_time, 0) + cell.entered
    asked = [
        *((sexes[0], ages[0]) if came else ()),
        *((firsts,) if came and first else ()),
        *((sexes[1], ages[1]) if gone else ()),
    ]
    return all(_mixed(counted, least) for counted in asked)


def _mixed(counted: Mapping[object, int], least: int) -> bool:
    people = sum(counted.values())
    return people == 0 or people - max(counted.values()) >= least


def tree(places: Mapping[str, tuple[str, str]], stations: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Parent -> children of `country`, `region/<id>` and `tec/<id>`, down to `station/<no>`.

    `places`: station -> (region, commission). A commission whose stations lie in several regions is one place in each,
    `tec/<id>@<region>`.
    """
    where = {station: places.get(station, ("", "")) for station in stations}
    regions_of: dict[str, set[str]] = {}
    for region, commission in where.values():
        regions_of.setdefault(commission, set()).add(region)
    found: dict[str, set[str]] = {COUNTRY: set()}
    for station, (region, commission) in where.items():
        name = f"tec/{commission}" if len(regions_of[commission]) == 1 else f"tec/{commission}@{region}"
        found[COUNTRY].add(f"region/{region}")
        found.setdefault(f"region/{region}", set()).add(name)
        found.setdefault(name, set()).add(f"station/{station}")
    return {parent: tuple(sorted(children)) for parent, children in found.items()}
