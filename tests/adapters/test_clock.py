"""An evening pressed into minutes: it runs forwards, and then at the pace of the world."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shailoo.adapters.clock import BadClock, ReplayClock, SystemClock, load_clock

REAL = datetime(2026, 1, 1, 12, tzinfo=UTC)
CLOSING = datetime(2021, 11, 28, 14, tzinfo=UTC)
EVENING = ReplayClock(REAL, CLOSING, 120, CLOSING + timedelta(hours=2))


def test_an_evening_of_two_hours_lasts_a_minute() -> None:
    assert EVENING.at(REAL) == CLOSING
    assert EVENING.at(REAL + timedelta(seconds=30)) == CLOSING + timedelta(hours=1)
    assert EVENING.at(REAL + timedelta(seconds=60)) == CLOSING + timedelta(hours=2)
    assert EVENING.at(REAL + timedelta(seconds=70)) == CLOSING + timedelta(hours=2, seconds=10)
    assert EVENING.at(REAL - timedelta(seconds=5)) == CLOSING - timedelta(seconds=5)


@given(st.integers(-1000, 20_000))
def test_the_real_moment_of_a_told_time_tells_that_time(seconds: int) -> None:
    told = CLOSING + timedelta(seconds=seconds)
    assert abs(EVENING.at(EVENING.real(told)) - told) < timedelta(milliseconds=1)


def test_a_clock_file_tells_every_process_the_same(tmp_path: Path) -> None:
    EVENING.save(tmp_path / "clock.json")
    assert load_clock(tmp_path / "clock.json") == EVENING


def test_without_a_clock_file_the_machine_tells_the_time(tmp_path: Path) -> None:
    clock = load_clock(tmp_path / "clock.json")
    assert isinstance(clock, SystemClock)
    assert clock.now().microsecond == 0
    assert clock.now().tzinfo is UTC
    assert EVENING.now().microsecond == 0


SLOWER = (
    '{"factor":0,"real_start":"2026-01-01T12:00:00Z","told_start":"2021-11-28T14:00:00Z",'
    '"told_end":"2021-11-28T16:00:00Z"}'
)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"real_start":"x"}', SLOWER])
def test_a_clock_file_that_makes_no_sense_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "clock.json").write_text(text)
    with pytest.raises(BadClock):
        load_clock(tmp_path / "clock.json")
