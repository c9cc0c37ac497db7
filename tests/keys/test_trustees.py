"""A key's backup among trustees: any M bring it back, fewer do not, and every mistake is told for what it is."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import combinations

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic import combine_mnemonics
from shamir_mnemonic.wordlist import WORDLIST

from shailoo.adapters.trustees import (
    BadSplit,
    BadWords,
    OtherKey,
    OtherShare,
    SameShareTwice,
    TooFewShares,
    TrusteeShare,
    check_share,
    combine,
    read_words,
    split,
)
from shailoo.model.sharing import BadManifest, Sharing, read_sharing
from shailoo.records.seal import sealing_key_id

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
KEY = X25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


def made(key: X25519PrivateKey = KEY, needed: int = 3, shares: int = 5) -> tuple[Sharing, tuple[TrusteeShare, ...]]:
    return split(key, needed=needed, shares=shares, elections=("small",), now=NOW)


@pytest.mark.parametrize(("needed", "shares"), [(2, 2), (2, 3), (3, 5), (5, 5), (9, 16)])
def test_as_many_as_are_needed_bring_the_key_back_in_any_order(needed: int, shares: int) -> None:
    sharing, words = made(needed=needed, shares=shares)
    for chosen in list(combinations(words, needed))[:20]:
        assert combine(sharing, chosen).private_bytes_raw() == KEY.private_bytes_raw()
        assert combine(sharing, chosen[::-1]).private_bytes_raw() == KEY.private_bytes_raw()
    assert combine(sharing, words).private_bytes_raw() == KEY.private_bytes_raw()


def test_any_program_that_knows_slip_39_brings_the_key_back() -> None:
    _, words = made()
    assert combine_mnemonics([" ".join(one.words) for one in words[1:4]]) == KEY.private_bytes_raw()


def test_one_too_few_is_told_with_how_many_are_needed() -> None:
    sharing, words = made()
    with pytest.raises(TooFewShares) as told:
        combine(sharing, words[:2])
    assert (told.value.facts["needed"], told.value.facts["given"]) == (3, 2)


def test_one_trustee_twice_is_not_two_trustees() -> None:
    sharing, words = made()
    with pytest.raises(SameShareTwice) as told:
        combine(sharing, [words[0], words[3], words[3]])
    assert told.value.facts["share"] == 4


def test_words_of_another_splitting_of_the_same_key_are_told_and_whose_they_are() -> None:
    sharing, words = made()
    _, others = made()
    with pytest.raises(OtherShare) as told:
        combine(sharing, [words[0], words[1], others[4]])
    assert told.value.facts["share"] == 5


def test_words_of_another_key_are_told() -> None:
    sharing, words = made()
    _, others = made(X25519PrivateKey.generate())
    with pytest.raises(OtherShare):
        combine(sharing, [*words[:2], others[2]])


def test_a_manifest_of_another_key_over_the_same_words_is_found_out() -> None:
    sharing, words = made()
    other = X25519PrivateKey.generate().public_key()
    lying = sharing.model_copy(update={"key": sealing_key_id(other), "public": other.public_bytes_raw().hex()})
    with pytest.raises(OtherKey) as told:
        combine(lying, words[:3])
    assert told.value.facts["found"] == sharing.key


@given(at=st.integers(0, 32), other=st.sampled_from(WORDLIST))
@settings(max_examples=60, deadline=None)
def test_a_mistyped_word_is_found_and_its_place_is_told(at: int, other: str) -> None:
    words = list(SHARES[0].words)
    if words[at] == other:
        return
    words[at] = other
    with pytest.raises(BadWords) as told:
        read_words(" ".join(words))
    assert told.value.facts.get("word") == at + 1
    assert other not in str(told.value)


SHARING, SHARES = made()


@given(first=st.integers(0, 32), second=st.integers(0, 32))
@settings(max_examples=60, deadline=None)
def test_two_words_that_changed_places_are_found(first: int, second: int) -> None:
    words = list(SHARES[1].words)
    words[first], words[second] = words[second], words[first]
    if words == list(SHARES[1].words):
        return
    with pytest.raises(BadWords):
        read_words(" ".join(words))


def test_the_first_four_letters_of_a_word_will_do_and_capitals_do_not_matter() -> None:
    short = "\n".join(word[:4].upper() for word in SHARES[2].words)
    assert read_words(short) == SHARES[2]


@pytest.mark.parametrize("change", ["longer", "unknown", "tail", "short"])
def test_words_that_are_none_are_told_by_their_place(change: str) -> None:
    words = list(SHARES[0].words)
    match change:
        case "longer":
            words.append(words[0])
        case "unknown":
            words[6] = "zzzzz"
        case "tail":
            words[6] += "x"
        case _:
            del words[6]
    with pytest.raises(BadWords) as told:
        read_words(" ".join(words))
    assert told.value.facts in ({"words": 34}, {"word": 7}, {"words": 32})


def test_each_trustee_can_check_the_own_words_alone() -> None:
    for share in SHARES:
        check_share(SHARING, read_words(" ".join(share.words)))
    sharing, _ = made()
    with pytest.raises(OtherShare):
        check_share(sharing, SHARES[0])


def test_the_manifest_holds_no_word_and_no_share_shows_its_own_in_a_log() -> None:
    text = SHARING.bytes().decode()
    for share in SHARES:
        assert not set(text.replace('"', " ").replace(",", " ").split()) & set(share.words) - {"key", "public", "set"}
        assert not set(repr(share).split()) & set(share.words)
    assert read_sharing(text.encode()) == SHARING
    with pytest.raises(BadManifest):
        read_sharing(text.replace('"needed": 3', '"needed": 2').encode() + b" ")
    with pytest.raises(BadManifest):
        read_sharing(b"{}")


@pytest.mark.parametrize(("needed", "shares"), [(1, 1), (1, 3), (4, 3), (2, 17), (0, 2)])
def test_what_would_be_no_backup_is_refused(needed: int, shares: int) -> None:
    with pytest.raises(BadSplit):
        made(needed=needed, shares=shares)
