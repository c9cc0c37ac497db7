"""The people of a made-up population: sex, birth, names of families, PINs. Arrays by person, in household order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from rehearsal.voters.errors import CannotBeMadeUp
from rehearsal.voters.words import Style, styles

Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

_AGES: tuple[tuple[int, int, float], ...] = (
    (18, 20, 0.052), (20, 25, 0.118), (25, 30, 0.130), (30, 35, 0.132), (35, 40, 0.112), (40, 45, 0.092),
    (45, 50, 0.081), (50, 55, 0.073), (55, 60, 0.069), (60, 65, 0.058), (65, 70, 0.042), (70, 75, 0.022),
    (75, 80, 0.009), (80, 93, 0.010),
)  # fmt: skip
"""From age, to age, share of voters: a young country. Assumed, not taken from a census."""
_MIDDLE_AGE = 41
_WOMEN, _WOMEN_BY_YEAR = 0.52, 0.002
"""Women live longer: their share at the middle age, and what it grows by with every year."""
_DISABLED = 0.02
_OWN_SURNAME = 0.12
"""Women who keep another surname than their household's."""
_NO_PATRONYMIC = 0.03
_COMMON = 0.75
"""Men who bear one of their style's common names."""
_GENERATION = 18
_SERIALS = 100_000
_STRIDE = 38_461
"""Without a common factor with _SERIALS, so that the numbers of one day run through all of them without repeating."""
_MIX: Mapping[str, tuple[float, float, float]] = {
    "osh-city": (2.2, 0.3, 0.1), "osh-oblast": (1.6, 0.1, 0.1), "jalal-abad": (1.5, 0.2, 0.1),
    "batken": (1.0, 0.1, 0.1), "bishkek": (0.2, 2.6, 1.5), "chuy": (0.2, 2.4, 3.5), "issyk-kul": (0.2, 1.2, 1.0),
}  # fmt: skip
_ELSEWHERE = (0.1, 0.2, 0.1)
"""By region: how much more frequent Uzbek, Russian and Dungan names are than in the whole country. Assumed."""


@dataclass(frozen=True, slots=True)
class People:
    """Everybody. Codes point into the tables of `tables()`, which hold the woman's form, then the man's."""

    household: Ints
    woman: Flags
    birth: Ints
    """Ordinal of the day, as date.toordinal."""
    surname: Ints
    name: Ints
    father: Ints
    serial: Ints
    """Last five digits of the PIN; unique for a day and a sex."""
    disabled: Flags
    number: Ints
    """1 to the number of people, in no order."""


@dataclass(frozen=True, slots=True)
class Tables:
    """Texts by code. Each style of naming begins at its offset."""

    surnames: Texts
    names: Texts
    fathers: Texts
    surnames_from: tuple[int, ...]
    names_from: tuple[int, ...]
    fathers_from: tuple[int, ...]


def tables() -> Tables:
    """Return the texts of all styles: code // 2 counts pairs, even codes are women's forms. Names: women's first."""
    surnames: list[str] = []
    names: list[str] = []
    fathers: list[str] = []
    offsets: tuple[list[int], list[int], list[int]] = ([], [], [])
    for style in styles():
        for made, at in zip((surnames, names, fathers), offsets, strict=True):
            at.append(len(made))
        surnames += [form for pair in style.surnames for form in pair]
        names += [*style.names[0], *style.names[1]]
        fathers += [form for pair in style.fathers for form in pair]
    return Tables(
        np.array(surnames, object), np.array(names, object), np.array(fathers, object),
        tuple(offsets[0]), tuple(offsets[1]), tuple(offsets[2]),
    )  # fmt: skip


def make(sizes: Ints, region: Ints, regions: list[str], day: date, chance: np.random.Generator) -> People:
    """Make the people of households with so many voters, each in the region with that place in `regions`.

    Everybody has completed 18 years on the day. About a household: one surname, mostly; children of the oldest man,
    where ages allow it, bear his name as their patronymic.
    """
    household = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    total = len(household)
    age = _ages(total, chance)
    woman = chance.random(total) < _WOMEN + _WOMEN_BY_YEAR * (age - _MIDDLE_AGE)
    birth = _births(age, day, chance)
    head, child = _families(sizes, household, woman, age)
    style = _styles(region, regions, chance)[household]
    surname, name, father = (np.zeros(total, np.int32) for _ in range(3))
    texts = tables()
    for code, one in enumerate(styles()):
        mine = np.flatnonzero(style == code)
        codes = _named(one, mine, (household, woman, head, child), chance)
        surname[mine] = codes[0] + texts.surnames_from[code]
        name[mine] = codes[1] + texts.names_from[code]
        father[mine] = np.where(codes[2] < 0, -1, codes[2] + texts.fathers_from[code])
    return People(
        household, woman, birth, surname, name, father, _serials(birth, woman),
        chance.random(total) < _DISABLED, chance.permutation(total).astype(np.int32) + 1,
    )  # fmt: skip


def _ages(total: int, chance: np.random.Generator) -> Ints:
    band = np.searchsorted(np.cumsum([share for *_, share in _AGES])[:-1], chance.random(total), side="right")
    first, end = (np.array([row[k] for row in _AGES], float)[band] for k in (0, 1))
    ages: Ints = (first + chance.random(total) * (end - first)).astype(np.int32)
    return ages


def _births(age: Ints, day: date, chance: np.random.Generator) -> Ints:
    """Return a day on which somebody was born who has completed so many years on `day`."""
    last = np.array([years_before(day, years).toordinal() for years in range(int(age.max()) + 2)])
    late: Ints = (chance.random(len(age)) * (last[age] - last[age + 1])).astype(np.int32)
    return (last[age] - late).astype(np.int32)


def years_before(day: date, years: int) -> date:
    """Return the latest birthday of somebody who has completed so many years on a day."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def _families(sizes: Ints, household: Ints, woman: Flags, age: Ints) -> tuple[Ints, Flags]:
    """The oldest man of each person's household (-1: none), and whether the person can be his child."""
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    place = np.arange(len(household)) - starts[household]
    rank = np.where(woman, 1_000, 200 - age) * 64 + place
    best = np.minimum.reduceat(rank, starts)
    head = np.where(best >= 1_000 * 64, -1, starts + best % 64)[household].astype(np.int32)
    return head, (head >= 0) & (age <= age[head] - _GENERATION)


def _styles(region: Ints, regions: list[str], chance: np.random.Generator) -> Ints:
    weights = np.array([style.weight for style in styles()], float)
    ends = []
    for name in regions:
        mine = weights.copy()
        mine[3:] *= _MIX.get(name, _ELSEWHERE)
        ends.append(np.cumsum(mine / mine.sum())[:-1])
    chosen: Ints = (chance.random(len(region))[:, None] >= np.array(ends)[region]).sum(axis=1, dtype=np.int32)
    return chosen


def _named(
    style: Style, mine: npt.NDArray[np.int64], family: tuple[Ints, Flags, Ints, Flags], chance: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """Codes of surname, name and patronymic (-1: none) of the people of one style."""
    household, head = family[0][mine], family[2][mine]
    woman, child = family[1][mine], family[3][mine]
    women, size = len(style.names[0]), len(style.surnames)
    # Drawn for the whole range of households, so that its members find the same one.
    first = int(household[0]) if len(mine) else 0
    shared = _few(size, chance.random(int(household[-1]) - first + 1 if len(mine) else 0))
    pair = shared[household - first]
    apart = woman & (chance.random(len(mine)) < _OWN_SURNAME)
    pair = np.where(apart, _few(size, chance.random(len(mine))), pair)
    name = np.where(woman, _few(women, chance.random(len(mine))), women + _man(style, chance.random(len(mine))))
    others = _man(style, chance.random(len(mine)))
    fathers_name = _local(name, mine, head) - women
    father = np.where(child, fathers_name, others)
    sex = np.where(woman, 0, 1)
    if style.kin:
        return _codes(father, sex), name.astype(np.int32), np.full(len(mine), -1, np.int32)
    without = chance.random(len(mine)) < _NO_PATRONYMIC
    return _codes(pair, sex), name.astype(np.int32), np.where(without, -1, _codes(father, sex))


def _codes(pair: Ints, sex: Ints) -> Ints:
    return (pair * 2 + sex).astype(np.int32)


def _local(name: Ints, mine: npt.NDArray[np.int64], head: Ints) -> Ints:
    """The names of the heads: households are of one style, so that a head is always among `mine`."""
    found = np.searchsorted(mine, np.maximum(head, 0))
    return name[np.minimum(found, len(mine) - 1)] if len(mine) else name


def _few(size: int, drawn: npt.NDArray[np.float64]) -> Ints:
    """Places in a list whose first words are the most frequent."""
    return (size * drawn**1.6).astype(np.int32)


def _man(style: Style, drawn: npt.NDArray[np.float64]) -> Ints:
    """Places among the men's names of a style: mostly common ones."""
    common, rest = style.common, len(style.names[1]) - style.common
    if not rest:
        return _few(common, drawn)
    seldom = common + rest * (drawn - _COMMON) / (1 - _COMMON)
    return np.where(drawn < _COMMON, common * drawn / _COMMON, seldom).astype(np.int32)


def _serials(birth: Ints, woman: Flags) -> Ints:
    """Numbers that differ for everybody of one sex who was born on the same day."""
    key = birth.astype(np.int64) * 2 + woman
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    fresh = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    at = np.arange(len(key))
    rank = np.empty(len(key), np.int64)
    rank[order] = at - np.maximum.accumulate(np.where(fresh, at, 0))
    if len(key) and int(rank.max()) >= _SERIALS:
        raise CannotBeMadeUp("More than 100,000 people of one sex would be born on one day: ask for fewer voters.")
    return ((rank * _STRIDE + key * 7_919) % _SERIALS).astype(np.int32)
