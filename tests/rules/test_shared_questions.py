"""Counting where many instances look: the same limit as in one process, in a value that shrinks again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.rules.question_limit import Limit, QuestionLimit
from shailoo.rules.shared_questions import MOST_ENTRIES, TooManyEntries, taken

HOUR = Limit(5, 3600)


def counter(limit: Limit) -> Callable[[bytes, int], bool]:
    """One value, as a store would hold it."""
    held = [b""]

    def take(key: bytes, now: int) -> bool:
        fresh = taken(held[0], key.ljust(8), limit, now)
        if fresh is not None:
            held[0] = fresh
        return fresh is not None

    return take


@given(
    st.lists(st.tuples(st.sampled_from([b"a", b"b", b"c"]), st.integers(0, 1500)), min_size=1, max_size=150),
    st.integers(1, 6),
    st.integers(4, 300),
)
def test_each_question_is_decided_as_one_process_decides_it(
    asked: list[tuple[bytes, int]], most: int, seconds: int
) -> None:
    alone, shared = QuestionLimit(Limit(most, seconds), b"s", 1 << 12), counter(Limit(most, seconds))
    now = 1_000_000
    for key, gap in asked:
        now += gap % (seconds + 7)
        assert shared(key, now) == alone.take(key, now)


@given(st.lists(st.integers(0, 1500), min_size=1, max_size=150), st.integers(1, 6), st.integers(4, 300))
def test_no_window_ever_lets_more_through(gaps: list[int], most: int, seconds: int) -> None:
    take, now, let = counter(Limit(most, seconds)), 0, list[int]()
    for gap in gaps:
        now += gap % (seconds + 7)
        if take(b"key", now):
            let.append(now)
    assert all(sum(at - seconds < other <= at for other in let) <= most for at in let)


def test_a_clock_that_goes_back_opens_nothing() -> None:
    take = counter(Limit(1, 3600))
    assert take(b"one", 10_000)
    assert not take(b"one", 2_000)


def test_a_value_forgets_those_that_no_window_reaches() -> None:
    value: bytes | None = b""
    for at in range(200):
        value = taken(value or b"", at.to_bytes(8, "big"), HOUR, at)
    assert value is not None
    assert len(value) == 200 * 17
    later = taken(value, b"somebody", HOUR, 3600 + HOUR.again_after)
    assert later is not None
    assert len(later) == 17


def test_more_than_a_store_would_take_are_refused_and_not_let_through() -> None:
    full = b"".join(at.to_bytes(8, "big") + bytes(3) + b"\1" + bytes((1, 0, 0, 0, 0)) for at in range(MOST_ENTRIES))
    with pytest.raises(TooManyEntries):
        taken(full, b"somebody", HOUR, 900)
    assert taken(full[17:], b"somebody", HOUR, 900) is not None


def test_what_is_no_such_value_is_no_permission() -> None:
    with pytest.raises(ValueError, match="counts of questions"):
        taken(b"something", b"somebody", HOUR, 900)
