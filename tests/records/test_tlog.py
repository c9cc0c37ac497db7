"""The log's tree against the vectors of Certificate Transparency, and against the definition written as in RFC 6962."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.records.tlog import (
    EMPTY_ROOT,
    BadProof,
    Nodes,
    consistency_path,
    inclusion_path,
    leaf_hash,
    root_at,
    root_of,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""Root of the first n leaves, from the test vectors of Certificate Transparency."""


def by_the_book(entries: list[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return sha256(b"\x01" + by_the_book(entries[:k]) + by_the_book(entries[k:])).digest()


def nodes_over(entries: list[bytes]) -> Nodes:
    return lambda level, index: by_the_book(entries[index << level : (index + 1) << level])


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_certificate_transparency(size: int) -> None:
    assert root_of([leaf_hash(entry) for entry in LEAVES[:size]]).hex() == ROOTS[size]
    assert root_at(size, nodes_over(LEAVES)).hex() == ROOTS[size]


def test_the_proofs_of_certificate_transparency_are_made_and_accepted() -> None:
    path = inclusion_path(5, 8, nodes_over(LEAVES))
    assert [one.hex() for one in path] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    between = consistency_path(6, 8, nodes_over(LEAVES))
    assert [one.hex() for one in between] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    verify_inclusion(leaf_hash(LEAVES[5]), 5, 8, bytes.fromhex(ROOTS[8]), path)
    verify_consistency(6, bytes.fromhex(ROOTS[6]), 8, bytes.fromhex(ROOTS[8]), between)


@given(st.integers(1, 70), st.data())
def test_every_entry_is_proved_and_only_where_it_stands(size: int, data: st.DataObject) -> None:
    entries = [b"%d" % at for at in range(size)]
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_path(index, size, nodes_over(entries))
    root = by_the_book(entries)
    verify_inclusion(leaf_hash(entries[index]), index, size, root, path)
    elsewhere = data.draw(st.integers(0, size + 1))
    wrong = data.draw(st.sampled_from(["leaf", "index", "root", "short", "long", "changed"]))
    leaf, at, head, given_path = leaf_hash(entries[index]), index, root, list(path)
    match wrong:
        case "leaf":
            leaf = leaf_hash(b"another")
        case "index":
            if elsewhere == index:
                return
            at = elsewhere
        case "root":
            head = EMPTY_ROOT
        case "short":
            if not given_path:
                return
            given_path.pop()
        case "long":
            given_path.append(EMPTY_ROOT)
        case _:
            if not given_path:
                return
            given_path[data.draw(st.integers(0, len(given_path) - 1))] = EMPTY_ROOT
    with pytest.raises(BadProof):
        verify_inclusion(leaf, at, size, head, given_path)


@given(st.integers(0, 70), st.data())
def test_a_longer_log_is_proved_to_have_lost_nothing(size: int, data: st.DataObject) -> None:
    entries = [b"%d" % at for at in range(size)]
    old = data.draw(st.integers(0, size))
    path = consistency_path(old, size, nodes_over(entries))
    old_root, root = by_the_book(entries[:old]), by_the_book(entries)
    verify_consistency(old, old_root, size, root, path)
    if old:
        altered = [*entries]
        altered[data.draw(st.integers(0, old - 1))] = b"changed afterwards"
        with pytest.raises(BadProof):
            verify_consistency(
                old, old_root, size, by_the_book(altered), consistency_path(old, size, nodes_over(altered))
            )
        with pytest.raises(BadProof):
            verify_consistency(old, old_root, size, root, [*path, EMPTY_ROOT])
    with pytest.raises(BadProof):
        verify_consistency(size + 1, root, size, root, ())
