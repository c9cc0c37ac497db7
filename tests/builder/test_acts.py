"""Acts of the commission on boxes: a reserve box joins, a box is dead, the manual count stands alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rehearsal.paper import accepted
from shailoo.model.election import BoxRole
from shailoo.model.record import JoinReserveBox, ManualOnly, RevokeBox, record_bytes, record_key
from tests.builder.scene import Scene, published, scene, settle, tree
from tests.builder.test_publisher import act


def enter(where: Scene, number: str, *measures: object) -> None:
    """An act enters the feed."""
    record = act(where, number, *measures)
    where.store.append(record_key(record), record_bytes(record))


def figures(where: Scene) -> dict[str, Any]:
    """The figures of the country."""
    found = published(where.public, where.election.id)["figures"]
    assert isinstance(found, dict)
    return found


def name_with_reserve() -> str:
    """A package that has a reserve box."""
    return "small"


@pytest.fixture
def where(tmp_path: Path) -> Scene:
    """The small election with every box in and published."""
    found = scene(tmp_path, name_with_reserve())
    found.send(*found.records[1:])
    return found


def test_a_reserve_box_that_an_act_joins_counts_instead_of_the_dead_one(where: Scene) -> None:
    publisher = where.publisher()
    publisher.start()
    settle(publisher)
    dead = where.records[0]
    reserve = next(box.id for box in where.election.boxes if box.role is BoxRole.RESERVE)
    expected = figures(where)["boxes_expected"]
    late = accepted(where.election, reserve, where.played.box_counts[dead.box], dead.arrived, station=dead.station)
    enter(
        where,
        "20",
        RevokeBox(box=dead.box).model_dump(),
        JoinReserveBox(box=reserve, station=dead.station).model_dump(),
    )
    settle(publisher)
    assert figures(where)["boxes_expected"] == expected
    assert figures(where)["boxes_reported"] == len(where.records) - 1
    where.send(late)
    settle(publisher)
    assert figures(where)["boxes_reported"] == len(where.records) == figures(where)["boxes_expected"]
    station = published(where.public, "small", f"station/{dead.station}")
    assert {box["box"]: box["state"] for box in station["boxes"]} == {dead.box: "revoked", reserve: "accepted"}
    before = tree(where.public)
    where.publisher().build()
    assert tree(where.public) == before


def test_a_station_whose_manual_count_stands_alone_is_in_no_total(where: Scene) -> None:
    publisher = where.publisher()
    publisher.start()
    where.send(where.records[0])
    settle(publisher)
    whole = figures(where)
    leaving = where.records[0].station
    there = published(where.public, "small", f"station/{leaving}")
    enter(where, "21", ManualOnly(station=leaving).model_dump())
    settle(publisher)
    station = published(where.public, "small", f"station/{leaving}")
    assert {box["state"] for box in station["boxes"]} == {"replaced"}
    assert station["participants"] is None
    assert station["reports"], "the signed texts stay public"
    assert figures(where)["participants"] == whole["participants"] - there["participants"]
    assert figures(where)["boxes_reported"] == whole["boxes_reported"] - len(station["boxes"])
    before = tree(where.public)
    where.publisher().build()
    assert tree(where.public) == before
