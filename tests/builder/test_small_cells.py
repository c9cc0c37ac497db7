"""What a small cell holds can be read from no published byte, and from no difference of two of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rehearsal.played import PlayedCount
from shailoo.rules.small_cells import is_small
from tests.builder.scene import Scene, published, scene, settle

Sums = dict[str, tuple[int, int, tuple[int, ...]]]
"""Contest -> ballots, invalid, votes in ballot order."""


def shown(where: Scene, scope: str) -> Sums:
    """What the data of a page says of each contest; zeros where it says nothing."""
    found: Sums = {}
    for contest in published(where.public, where.election.id, scope)["contests"]:
        votes = {option["no"]: option["votes"] or 0 for option in contest["options"]}
        order = [option.no for option in where.election.contest_by_id[contest["contest"]].options]
        hidden = all(option["votes"] is None for option in contest["options"])
        found[contest["contest"]] = (
            0 if hidden else contest["ballots"] or 0,
            contest["invalid"] or 0,
            tuple(votes[no] for no in order),
        )
    return found


def added(counts: list[PlayedCount], contest: str) -> tuple[int, int, tuple[int, ...]]:
    """The sum of what some boxes counted of a contest."""
    parts = [count for count in counts if count.contest == contest]
    columns = [sum(column) for column in zip(*(part.votes for part in parts), strict=True)]
    return sum(part.ballots for part in parts), sum(part.invalid for part in parts), tuple(columns)


def open_and_small(where: Scene, boxes: list[str]) -> tuple[list[PlayedCount], list[PlayedCount]]:
    """The counts of some boxes that are published as they are, and those that are too small for that."""
    bound = where.election.small_cell_bound
    counts = [count for box in boxes for count in where.played.box_counts[box]]
    return (
        [count for count in counts if not is_small(count.ballots, bound)],
        [count for count in counts if is_small(count.ballots, bound)],
    )


@pytest.fixture(params=["small", "three-mandate-sample"])
def night(tmp_path: Path, request: pytest.FixtureRequest) -> Scene:
    """An election whose remote station holds ballots of many districts."""
    where = scene(tmp_path, request.param)
    assert any(record.cells for record in where.records), "there is no small cell to protect"
    return where


def test_between_two_versions_lies_a_whole_open_box_or_the_whole_merged_row(night: Scene) -> None:
    publisher = night.publisher()
    publisher.start()
    before: Sums = {}
    merged: set[str] = set()
    for number, record in enumerate(night.records, 1):
        night.send(record)
        settle(publisher)
        now = shown(night, "overview")
        opened, _ = open_and_small(night, [record.box])
        boxes = [found.box for found in night.records[:number]]
        for contest, figures in now.items():
            ballots, invalid, votes = before.get(contest, (0, 0, (0,) * len(figures[2])))
            step = (
                figures[0] - ballots,
                figures[1] - invalid,
                tuple(b - a for a, b in zip(votes, figures[2], strict=True)),
            )
            own = (
                added(opened, contest)
                if any(count.contest == contest for count in opened)
                else (0, 0, (0,) * len(votes))
            )
            if step == own:
                continue
            _, small = open_and_small(night, boxes)
            row = added(small, contest)
            assert step == (own[0] + row[0], own[1] + row[1], tuple(a + b for a, b in zip(own[2], row[2], strict=True)))
            assert row[0] >= night.election.small_cell_bound
            assert contest not in merged, "the row is opened once"
            merged.add(contest)
            expected = {
                box.box for box in night.records if any(c.contest == contest for c in night.played.box_counts[box.box])
            }
            assert expected <= set(boxes), "only when every box that may hold such a cell has reported"
        before = now


def test_no_part_of_the_country_contains_a_small_cell(night: Scene) -> None:
    publisher = night.publisher()
    publisher.start()
    night.send(*night.records)
    settle(publisher)
    election = night.election
    for kind in ("region", "tec", "station"):
        for place in {getattr(station, "no" if kind == "station" else kind) for station in election.stations}:
            stations = {s.no for s in election.stations if getattr(s, "no" if kind == "station" else kind) == place}
            boxes = [record.box for record in night.records if record.station in stations]
            opened, _ = open_and_small(night, boxes)
            for contest, figures in shown(night, f"{kind}/{place}").items():
                own = [count for count in opened if count.contest == contest]
                assert figures == (added(own, contest) if own else (0, 0, (0,) * len(figures[2])))


def test_no_sealed_text_is_in_any_published_byte(night: Scene) -> None:
    publisher = night.publisher()
    publisher.start()
    night.send(*night.records)
    settle(publisher)
    secrets = []
    for record in night.records:
        if record.cells is not None:
            text, _, signature = record.cells.rpartition("\n\n")
            secrets += [line.encode() for line in signature.splitlines() if line]
            secrets += [part.encode() for part in text.split("-" * 42 + "\n") if part.startswith("[")]
    assert secrets
    for path in night.public.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(secret in data for secret in secrets), path.name
