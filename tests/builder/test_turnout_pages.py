"""Turnout through the day: the same in every view, hour by hour."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.gate.facts import Facts
from builder.state import ElectionState
from builder.tally import COUNTRY
from shailoo.model.record import TurnoutEntered, record_bytes, record_key
from tests.builder.scene import Scene, election, published, scene, settle, tree


def entered(where: Scene, station: str, hour: str, version: int, voters: int) -> TurnoutEntered:
    """A figure read off a box's screen."""
    return TurnoutEntered(
        election=where.election.id,
        station=station,
        hour=hour,
        version=version,
        voters=voters,
        entered=where.election.evening_of,
        by="precinct",
        channel="own",
        cause=None,
    )


@pytest.fixture
def told(tmp_path: Path) -> tuple[Scene, dict[tuple[str, str], int]]:
    """The small election after a day: the played turnout, one figure entered twice."""
    where = scene(tmp_path, "small")
    played = {(station, f"{hour:02}:00"): voters for (station, hour), voters in hourly(where).items()}
    for (station, hour), voters in sorted(played.items(), key=lambda item: item[0][1]):
        record = entered(where, station, hour, 1, voters)
        where.store.append(record_key(record), record_bytes(record))
    (station, hour), voters = next(iter(played.items()))
    again = entered(where, station, hour, 2, voters + 1)
    where.store.append(record_key(again), record_bytes(again))
    return where, {**played, (station, hour): voters + 1}


def hourly(where: Scene) -> dict[tuple[str, int], int]:
    """(station, local hour) -> voters who had voted, as played."""
    return dict(where.played.turnout)


def test_every_view_tells_the_same_turnout(told: tuple[Scene, dict[tuple[str, str], int]]) -> None:
    where, figures = told
    publisher = where.publisher()
    publisher.start()
    settle(publisher)
    table = published(where.public, "small", "turnout")["turnout"]
    region_of = {station.no: station.region for station in where.election.stations}
    for row in table:
        mine = [
            voters
            for (station, hour), voters in figures.items()
            if hour == row["hour"] and (row["place_kind"] == "country" or region_of[station] == row["place"])
        ]
        assert row["voted"] == (sum(mine) if mine else None)
    state = publisher.nights["small"].state
    for hour in {hour for _, hour in figures}:
        country = state.totals.coverage[COUNTRY].turnout[hour]
        for kind in ("region", "tec", "station"):
            parts = [
                found.turnout.get(hour, [0, 0]) for scope, found in state.totals.coverage.items() if scope[0] == kind
            ]
            assert [sum(part[0] for part in parts), sum(part[1] for part in parts)] == country
    last = max(hour for _, hour in figures)
    total = sum(voters for (_, hour), voters in figures.items() if hour == last)
    for language in ("ky", "ru", "en"):
        for page in ("", "turnout/"):
            text = (where.public / "results" / language / "small" / page / "index.html").read_text()
            assert f"{total:,}".replace(",", "\u202f") in text
    before = tree(where.public)
    where.publisher().build()
    assert tree(where.public) == before


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    entries=st.lists(
        st.tuples(st.sampled_from(["10:00", "11:00", "20:00"]), st.integers(0, 4), st.integers(0, 900)), max_size=25
    )
)
def test_totals_by_hour_are_the_sum_of_the_last_figure_of_each_station(
    tmp_path: Path, entries: list[tuple[str, int, int]]
) -> None:
    where = Scene(tmp_path, election("small"), scene(tmp_path, "small").played, None, [])  # type: ignore[arg-type]  # no store is used
    state, facts = ElectionState(where.election), Facts(where.election)
    versions: dict[tuple[str, str], int] = {}
    last: dict[tuple[str, str], int] = {}
    for seq, (hour, index, voters) in enumerate(entries, 1):
        station = where.election.stations[index].no
        versions[station, hour] = versions.get((station, hour), 0) + 1
        last[station, hour] = voters
        touched = state.apply(seq, entered(where, station, hour, versions[station, hour], voters))
        facts.take(state, touched.stations)
    for hour in ("10:00", "11:00", "20:00"):
        mine = [voters for (_, at), voters in last.items() if at == hour]
        assert facts.turnout("country", "", hour) == ((sum(mine), len(mine)) if mine else None)
        assert state.totals.coverage[COUNTRY].turnout.get(hour, [0, 0]) == [sum(mine), len(mine)]
