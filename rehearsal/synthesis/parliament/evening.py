"""Boxes of the night and when they report: 84 % by 21:00, the rest by 22:00, stations abroad in their own zones."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from rehearsal.played import PlayedCount
from rehearsal.synthesis.kit import box_of
from rehearsal.synthesis.parliament import ID, SEED
from rehearsal.synthesis.parliament.stations import PlannedStation
from shailoo.model.election import Box, Election

_TWO_BOXES = 8
_RESERVE = 12
_FIRST_SERIAL = 1_001
_BY_21_PERCENT = 84
_HOUR = 3_600


def boxes(planned: Sequence[PlannedStation]) -> tuple[Box, ...]:
    """Return a box for every station, a second one at the eight largest in the country, and twelve in reserve."""
    domestic = [plan.station for plan in planned if plan.station.district is not None]
    large = {station.no for station in sorted(domestic, key=lambda station: (-station.voters, station.no))[:_TWO_BOXES]}
    stations: list[str | None] = []
    for plan in planned:
        stations += [plan.station.no] * (2 if plan.station.no in large else 1)
    stations += [None] * _RESERVE
    return tuple(box_of(ID, number, station) for number, station in enumerate(stations, _FIRST_SERIAL))


def by_box(boxes_here: Sequence[Box], counts: Sequence[PlayedCount]) -> dict[str, tuple[PlayedCount, ...]]:
    """Split a station's counts over its boxes: all to the only one, or about three fifths to the first of two."""
    first, *more = boxes_here
    if not more:
        return {first.id: tuple(counts)}
    taken = []
    for count in counts:
        votes = tuple(figure * 3 // 5 for figure in count.votes)
        invalid = count.invalid * 3 // 5
        taken.append(PlayedCount(count.contest, invalid + sum(votes), invalid, votes))
    rest = tuple(
        PlayedCount(
            whole.contest,
            whole.ballots - part.ballots,
            whole.invalid - part.invalid,
            tuple(figure - out for figure, out in zip(whole.votes, part.votes, strict=True)),
        )
        for whole, part in zip(counts, taken, strict=True)
    )
    return {first.id: tuple(taken), more[0].id: rest}


def arrivals(election: Election) -> dict[str, int]:
    """Return seconds from each station's closing to its report's arrival.

    Of all boxes, exactly 84 % (rounded) have arrived at 21:00 in the country; those abroad that close later arrive
    later.
    """
    draw = random.Random(f"{SEED}/arrivals")
    offsets: dict[str, int] = {}
    domestic: list[str] = []
    by_21 = election.evening_of + timedelta(seconds=_HOUR)
    early = 0
    playing = [box for box in election.boxes if box.station is not None]
    for box in playing:
        station = election.station_by_no[box.station or ""]
        if station.zone == election.zone:
            domestic.append(box.id)
        else:
            offsets[box.id] = 600 + int(draw.random() * 6_000)
            early += election.closing(station) + timedelta(seconds=offsets[box.id]) <= by_21
    wanted = (len(playing) * _BY_21_PERCENT + 50) // 100 - early
    draw.shuffle(domestic)
    for place, box_id in enumerate(domestic):
        if place < wanted:  # most between a quarter and three quarters of an hour after closing
            offsets[box_id] = 420 + int((draw.random() + draw.random()) / 2 * (_HOUR - 420))
        else:
            offsets[box_id] = _HOUR + 1 + int(draw.random() ** 2 * (_HOUR - 2))
    return {box.id: offsets[box.id] for box in playing}
