"""The view models: where a page lives, and that they stay immutable."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from builder import samples, views

ADDRESSES = {
    "elections": "",
    "overview": "sample/",
    "archive": "sample/v/301/",
    "place": "sample/district/d27/",
    "station": "sample/station/1004/",
    "troubled-station": "sample/station/1004/",
    "option": "sample/option/pr/21/",
    "map": "sample/map/",
    "stations": "sample/stations/",
    "held": "sample/held/",
    "versions": "sample/versions/",
    "log": "log/",
    "turnout": "sample/turnout/",
    "counts": "sample/counts/",
    "counts-place": "sample/counts/district/d27/",
    "changes": "sample/changes/",
    "documents": "sample/documents/",
    "owed": "sample/documents/tec-1/",
}


def test_every_page_has_its_address() -> None:
    assert {name: views.address(view) for name, view in samples.every_view().items()} == ADDRESSES


def test_a_view_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        samples.HEAD.status = "final"  # type: ignore[misc]  # that it is refused is the point


def test_the_sample_figures_add_up() -> None:
    for contest in (samples.lists(), samples.district_contest(), samples.question()):
        votes = sum(row.votes or 0 for row in contest.rows)
        assert votes + (contest.invalid or 0) == contest.ballots
    seats = samples.SEATS
    assert sum(row.seats for row in seats.rows) + seats.open == seats.total
