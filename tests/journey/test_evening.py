"""The pressed evening: told time only rises, pauses are cut, and every process reads the same clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from rehearsal.evening import EveningClock, Line, is_pressed, press, save_evening
from shailoo.assembly import Installation
from tests.voting import SMALL

START = datetime(2021, 11, 28, 9, tzinfo=UTC)
MOMENTS = st.lists(st.integers(60, 80_000), min_size=1, max_size=60).map(
    lambda seconds: [START + timedelta(seconds=at) for at in sorted(seconds)]
)


@given(moments=MOMENTS, seconds=st.integers(1, 90))
def test_told_time_rises_and_every_moment_comes_in_time(moments: list[datetime], seconds: int) -> None:
    line = press(moments, seconds)
    assert list(line.told) == sorted(set(line.told))
    assert list(line.after_ms) == sorted(set(line.after_ms))
    assert abs(line.seconds - seconds) <= 0.01
    passed = [line.passed_at(moment) for moment in moments]
    assert passed == sorted(passed)
    for moment in moments:
        back = line.told_at(line.passed_at(moment))
        assert abs(back - moment) <= timedelta(seconds=1)


def test_a_pause_in_which_nothing_arrives_is_cut() -> None:
    moments = [START + timedelta(seconds=at) for at in (0, 30, 60, 36_000, 36_030)]
    line = press(moments, 10)
    pause = line.passed_at(moments[3]) - line.passed_at(moments[2])
    step = line.passed_at(moments[2]) - line.passed_at(moments[1])
    assert pause < step * 2


def test_the_clocks_stand_still_until_the_evening_begins_and_then_all_follow(tmp_path: Path) -> None:
    line = Line((START, START + timedelta(hours=1)), (0, 1000))
    save_evening(tmp_path, line, None)
    clock = EveningClock.open(tmp_path / "clock.json")
    assert clock.now() == START
    save_evening(tmp_path, line, datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2))
    assert clock.now() > START + timedelta(hours=1)
    begun = clock.real_start
    assert begun is not None
    assert clock.told(begun + timedelta(milliseconds=500)) == START + timedelta(minutes=30)
    assert clock.real(START + timedelta(minutes=30)) == begun + timedelta(milliseconds=500)


def test_an_installation_opens_with_a_pressed_clock_whoever_reads_it(tmp_path: Path) -> None:
    Installation.create(tmp_path / "i", [SMALL]).close()
    assert not is_pressed(tmp_path / "i")
    save_evening(
        tmp_path / "i", Line((START, START + timedelta(hours=2)), (0, 60_000)), datetime.now(UTC).replace(microsecond=0)
    )
    assert is_pressed(tmp_path / "i")
    with Installation.open(tmp_path / "i") as installation:
        assert installation.clock.now() >= START
