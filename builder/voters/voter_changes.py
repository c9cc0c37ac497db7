"""Who came and left, in numbers: the newest version and the last whole month, by region, commission and station."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from builder.voters import numbers_draw as draw
from builder.voters.drawn import Drawn
from builder.voters.numbers_draw import Named, Scene
from builder.voters.numbers_view import NOBODY, Numbers, Period, Row
from shailoo.model.base import Language
from shailoo.rules.voter_reasons import Flow


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A place and who came and left there."""

    row: Row
    flow: Flow


@dataclass(frozen=True, slots=True)
class ChangeTable:
    """Places of one kind."""

    key: str
    title: str
    first: str
    rows: tuple[ChangeRow, ...]


@dataclass(frozen=True, slots=True)
class ChangePeriod:
    """What happened between two versions."""

    key: str
    title: str
    before: int
    day: str
    after: int
    today: str
    tables: tuple[ChangeTable, ...]
    reasons: tuple[Named, ...]


def pages(numbers: Numbers, language: Language) -> Iterable[Drawn]:
    """The country by region and commission, and each region by station."""
    gettext = draw.words(language).gettext
    title = gettext("Who came and left, in numbers")
    description = gettext("How many people came to the lists of voters and left them.")
    scene = Scene(language, numbers.made)
    found = [_country(numbers, key, said, period, language) for key, said, period in _periods(numbers, language)]
    yield Drawn("changes/", title, description, draw.render("changes", language, found, scene))
    for region in numbers.regions:
        name = region.say(language)
        scene = Scene(language, numbers.made, scope=region.id, place=name)
        found = [
            _region(numbers, region, (key, said, period), language) for key, said, period in _periods(numbers, language)
        ]
        main = draw.render("changes", language, found, scene)
        yield Drawn(f"changes/{region.id}/", f"{title}: {name}", description, main)


def _periods(numbers: Numbers, language: Language) -> list[tuple[str, str, Period]]:
    gettext = draw.words(language).gettext
    newest, month = numbers.newest, numbers.month
    found = []
    if newest is not None and not (month is not None and newest.whole):
        found.append(("newest", gettext("Since the version before"), newest))
    if month is not None:
        found.append(("month", gettext("In the last whole month"), month))
    return found


def _country(numbers: Numbers, key: str, title: str, period: Period, language: Language) -> ChangePeriod:
    gettext = draw.words(language).gettext
    commissions = [row for region in numbers.regions for row in numbers.commissions(region.id)]
    tables = (
        ChangeTable("regions", gettext("By region"), gettext("Region"), _lines(period, numbers.regions)),
        ChangeTable("commissions", gettext("By commission"), gettext("Commission"), _lines(period, commissions)),
    )
    told = tuple(
        Named(region.id, region.say(language), reasons=period.reasons[region.id])
        for region in numbers.regions
        if period.reasons.get(region.id)
    )
    return _period(key, title, period, tables, told)


def _region(numbers: Numbers, region: Row, one: tuple[str, str, Period], language: Language) -> ChangePeriod:
    key, title, period = one
    gettext = draw.words(language).gettext
    commissions = _lines(period, numbers.commissions(region.id))
    stations = [
        line for line in _lines(period, numbers.stations("region", region.id)) if line.flow.came or line.flow.gone
    ]
    tables = (
        ChangeTable("commissions", gettext("By commission"), gettext("Commission"), commissions),
        ChangeTable("stations", gettext("By polling station"), gettext("Polling station"), tuple(stations)),
    )
    reasons = period.reasons.get(region.id)
    told = (Named(region.id, region.say(language), reasons=reasons),) if reasons else ()
    return _period(key, title, period, tables, told)


def _lines(period: Period, rows: Iterable[Row]) -> tuple[ChangeRow, ...]:
    return tuple(ChangeRow(row, period.flows.get(row.key, NOBODY)) for row in rows)


def _period(
    key: str, title: str, period: Period, tables: tuple[ChangeTable, ...], reasons: tuple[Named, ...]
) -> ChangePeriod:
    return ChangePeriod(
        key,
        title,
        period.before.number,
        period.before.as_of.isoformat(),
        period.after.number,
        period.after.as_of.isoformat(),
        tables,
        reasons,
    )
