"""What is public of the numbers after each version: the fold of `shailoo.rules.voter_cells` over versions made so far.

The publisher keeps the answer as JSON and gives it back with the next version. Without it everything is folded anew
from the first version, and comes out the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from builder.voters.drawn import Tizme
from shailoo.model.base import Frozen
from shailoo.model.voter_list import ListStage, VoterListMade
from shailoo.rules.voter_cells import Between, Edition, Released, due, renew
from shailoo.rules.voter_groups import COUNTRY


class Point(Frozen):
    """Totals of one version: as public as the names. `places`: country, region/…, rayon/…, tec/… -> voters."""

    number: int
    as_of: date
    stage: ListStage
    election: str | None
    queued: int
    places: dict[str, int]


class History(Frozen):
    """Tables as they were released, totals of every version, and the versions that begin a month."""

    released: Released
    series: tuple[Point, ...]
    months: tuple[int, ...]


def release(tizme: Tizme, before: History | None) -> History:
    """Fold the versions made since `before` into it. Nothing new gives `before` back.

    Versions of those who took part are no lists of voters and are left out.
    """
    released, series, months = (before.released, before.series, before.months) if before else (None, (), ())
    last = series[-1].number if series else 0
    places = {str(centre.station): (str(centre.region), centre.tec) for centre in tizme.register.centres()}
    rayons = {str(centre.station): centre.rayon for centre in tizme.register.centres()}
    for made in tizme.made:
        if made.number <= last or made.stage is ListStage.TOOK_PART:
            continue
        series = (*series, _point(tizme, made, places, rayons))
        if due(released, made.as_of):
            again = released is not None and not released.tables  # nobody was on a station's list yet
            released = renew(released, _edition(tizme, made, places), _since(tizme, made.number))
            months = (*(months[:-1] if again else months), made.number)
    if released is None:
        message = "there is no version of the list to release numbers of"
        raise LookupError(message)
    return History(released=released, series=series, months=months)


def released_to_json(history: History) -> bytes:
    """Write the state down; the same state gives the same bytes."""
    return history.model_dump_json().encode() + b"\n"


def released_from_json(data: bytes) -> History:
    """Read what `released_to_json` wrote. Raises ValidationError for anything else."""
    return History.model_validate_json(data)


def _edition(tizme: Tizme, made: VoterListMade, places: Mapping[str, tuple[str, str]]) -> Edition:
    return Edition(
        version=made.number,
        as_of=made.as_of,
        cells=tizme.lists.cells(made.number),
        places=places,
        disabled={str(region): people for region, people in tizme.lists.disabled(made.number).items()},
    )


class _since:  # noqa: N801 -- a function that remembers for which version it answers
    def __init__(self, tizme: Tizme, number: int) -> None:
        self._tizme, self._number = tizme, number

    def __call__(self, version: int) -> Between:
        lists = self._tizme.lists
        return Between(lists.changes(version, self._number), lists.touched(version, self._number))


def _point(
    tizme: Tizme, made: VoterListMade, places: Mapping[str, tuple[str, str]], rayons: Mapping[str, str]
) -> Point:
    counted = {COUNTRY: made.voters}
    for station, voters in tizme.lists.totals(made.number).items():
        if not station:
            continue
        region, tec = places.get(station, ("", ""))
        for place in {f"region/{region}", f"tec/{tec}", f"rayon/{rayons.get(station, '')}"}:
            counted[place] = counted.get(place, 0) + voters
    counted.pop("rayon/", None)
    return Point(
        number=made.number,
        as_of=made.as_of,
        stage=made.stage,
        election=made.election,
        queued=made.queued,
        places=dict(sorted(counted.items())),
    )
