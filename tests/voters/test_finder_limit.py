"""How often may be asked: never more than the limit, whoever else asks, in memory that does not grow."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from shailoo.rules.question_limit import Limit, QuestionLimit

SECRET = b"s" * 32


def limit(most: int = 5, seconds: int = 3600, width: int = 1 << 16) -> QuestionLimit:
    return QuestionLimit(Limit(most, seconds), SECRET, width)


def test_the_sixth_question_within_an_hour_is_refused() -> None:
    counted = limit()
    assert [counted.take(b"one", 1000 + at) for at in range(7)] == [True] * 5 + [False] * 2
    assert counted.take(b"another", 1010)


def test_a_refused_question_does_not_lengthen_the_wait() -> None:
    counted = limit()
    for at in range(3600):
        counted.take(b"one", at)
    assert counted.take(b"one", counted.limit.again_after)


@given(st.lists(st.integers(0, 1500), min_size=1, max_size=200), st.integers(1, 6), st.integers(4, 300))
def test_no_window_ever_lets_more_through(gaps: list[int], most: int, seconds: int) -> None:
    counted, now, let = limit(most, seconds, 1 << 8), 0, []
    for gap in gaps:
        now += gap % (seconds + 7)
        if counted.take(b"key", now):
            let.append(now)
        elif not any(now - counted.limit.again_after < at for at in let):
            raise AssertionError("a key waits longer than it was told")
    assert all(sum(at - seconds < other <= at for other in let) <= most for at in let)


def test_a_clock_that_goes_back_opens_nothing() -> None:
    counted = limit(most=1)
    assert counted.take(b"one", 10_000)
    assert not counted.take(b"one", 2_000)


def test_a_flood_of_different_keys_neither_grows_nor_locks_others_out() -> None:
    counted = QuestionLimit(Limit(5, 3600), SECRET)
    counted.take(b"first", 0)
    tracemalloc.start()
    for at in range(100_000):
        assert counted.take(at.to_bytes(8, "big"), at // 100)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 5 * 4 * (1 << 20) + 100_000
    assert counted.take(b"somebody else", 1000)
    assert b"first" not in b"".join(bytes(row) for rows in counted._slices for row in rows)
