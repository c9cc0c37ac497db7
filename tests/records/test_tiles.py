"""Tiles: names are spelled one way, and a log that grows by any steps has the same full tiles and the same root."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shailoo.records.tiles import (
    BadTile,
    Edge,
    Tile,
    new_tiles,
    nodes_of,
    pack_entries,
    tiles_of,
    unpack_entries,
    unpack_hashes,
)
from shailoo.records.tlog import (
    consistency_path,
    inclusion_path,
    leaf_hash,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)

TILES = st.builds(Tile, st.one_of(st.none(), st.integers(0, 63)), st.integers(0, 2**40), st.integers(1, 256))


def test_the_names_of_the_specification() -> None:
    assert Tile(0, 1_234_067).path == "tile/0/x001/x234/067"
    assert Tile(None, 0, 3).path == "tile/entries/000.p/3"
    assert [tile.path for tile in tiles_of(256) if tile.level is not None] == ["tile/0/000", "tile/1/000.p/1"]
    assert [tile.path for tile in tiles_of(70_000) if tile.level is not None and tile.index == 273] == [
        "tile/0/273.p/112"
    ]
    assert [tile.path for tile in tiles_of(70_000) if tile.level in {1, 2}] == [
        "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1",
    ]  # fmt: skip


@given(TILES)
def test_a_name_is_read_back(tile: Tile) -> None:
    assert Tile.parse(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/1", "tile/00/001", "tile/64/001", "tile/0/x000/001", "tile/0/001.p/256", "tile/0/001.p/0",
        "tile/0/001.p/01", "tile/x/001", "tile/entries/001/002", "tile/0/001\n",
        "/tile/0/001", "tile/0/\u0661\u0661\u0661",
    ],
)  # fmt: skip
def test_another_spelling_is_no_name(path: str) -> None:
    with pytest.raises(BadTile):
        Tile.parse(path)


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_a_bundle_is_read_back(entries: list[bytes]) -> None:
    data = pack_entries(entries)
    assert list(unpack_entries(data, len(entries))) == entries
    with pytest.raises(BadTile):
        unpack_entries(data, len(entries) + 1)
    if data:
        with pytest.raises(BadTile):
            unpack_entries(data[:-1], len(entries))


def test_an_entry_that_no_bundle_can_hold_is_refused() -> None:
    pack_entries([bytes(65_535)])
    with pytest.raises(BadTile):
        pack_entries([bytes(65_536)])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 700), min_size=1, max_size=6))
def test_a_log_grown_by_any_steps_is_the_log_grown_at_once(steps: list[int]) -> None:
    total = sum(steps)
    entries = [b"entry %d" % at for at in range(total)]
    at_once, files = Edge(), dict[Tile, bytes]()
    at_once.grow(entries)
    stepwise = Edge()
    start = 0
    roots = {0: root_of([])}
    for step in steps:
        made = stepwise.grow(entries[start : start + step])
        assert [tile for tile, _ in made] == list(new_tiles(start, start + step))
        files.update(made)
        start += step
        roots[start] = stepwise.root()
        assert Edge.read(start, files.__getitem__) == stepwise
    assert at_once == stepwise
    assert stepwise.root() == root_of([leaf_hash(entry) for entry in entries])
    for size, root in roots.items():
        assert root_at(size, nodes_of(size, files.__getitem__)) == root
        path = consistency_path(size, total, nodes_of(total, files.__getitem__))
        verify_consistency(size, root, total, stepwise.root(), path)
    for index in range(0, total, 97):
        path = inclusion_path(index, total, nodes_of(total, files.__getitem__))
        verify_inclusion(leaf_hash(entries[index]), index, total, stepwise.root(), path)


def test_seventy_thousand_entries_have_the_tiles_of_the_specification() -> None:
    edge, files = Edge(), dict[Tile, bytes]()
    entries = [b"%d" % at for at in range(70_000)]
    files.update(edge.grow(entries))
    assert set(files) == set(tiles_of(70_000))
    top = unpack_hashes(files[Tile(2, 0, 1)], 1)[0]
    assert top == root_of([leaf_hash(entry) for entry in entries[:65_536]])
    assert edge.root() == root_of([leaf_hash(entry) for entry in entries])


def test_an_end_whose_entries_and_hashes_disagree_is_not_built_upon() -> None:
    edge, files = Edge(), dict[Tile, bytes]()
    files.update(edge.grow([b"one", b"two"]))
    files[Tile(None, 0, 2)] = pack_entries([b"one", b"tow"])
    with pytest.raises(BadTile):
        Edge.read(2, files.__getitem__)
