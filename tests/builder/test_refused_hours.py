"""Refusals of senders that nobody knows: hourly counts of the intake, shown once the hour is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from shailoo.model.record import RefusedHour, read_record
from shailoo.usecases.refusal_counts import CAP, count_refusals, hour_of
from tests.builder.scene import Scene, published, scene, settle, tree


class SetClock:
    """Tells the time that it was set to."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """The time that it was set to."""
        return self.moment


def hours(where: Scene) -> list[RefusedHour]:
    """The hours in the feed."""
    found = [read_record(entry.body) for entry in where.store.feed(0)]
    return [record for record in found if isinstance(record, RefusedHour)]


def test_an_hour_is_told_once_it_is_over_and_a_rebuild_tells_it_too(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    clock = SetClock(where.election.evening_of.replace(minute=30))
    publisher.clock = clock
    publisher.start()
    count_refusals(where.store, hour_of(clock.moment), "unknown-key", 7)
    count_refusals(where.store, hour_of(clock.moment), "bad-seal", CAP)
    settle(publisher)
    assert not hours(where), "the hour is not over"
    clock.moment += timedelta(minutes=34)
    settle(publisher)
    assert not hours(where), "the intake may still write what it has gathered"
    clock.moment += timedelta(minutes=2)
    settle(publisher)
    (told,) = hours(where)
    assert [(found.code, found.count) for found in told.counts] == [("bad-seal", CAP), ("unknown-key", 7)]
    settle(publisher)
    assert len(hours(where)) == 1
    rows = published(where.public, "small", "held")["refusals"]
    assert {(row["code"], row["count"]) for row in rows} == {("bad-seal", CAP), ("unknown-key", 7)}
    for language, more in (("ky", "көп"), ("ru", "больше"), ("en", "or more")):
        page = (where.public / "results" / language / "small" / "held" / "index.html").read_text()
        row = page[page.index(':bad-seal"') :].partition("</tr>")[0]
        assert "100\u202f000" in row
        assert more in row
    before = tree(where.public)
    where.publisher().build()
    assert tree(where.public) == before


def test_a_publisher_that_stood_still_tells_the_hours_it_missed_and_none_twice(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    clock = SetClock(where.election.evening_of)
    publisher = where.publisher()
    publisher.clock = clock
    publisher.start()
    for hour in range(3):
        count_refusals(where.store, hour_of(clock.moment + timedelta(hours=hour)), "bad-envelope", hour + 1)
    clock.moment += timedelta(hours=6)
    for _ in range(2):
        again = where.publisher()
        again.clock = clock
        again.start()
        settle(again)
    assert [found.counts[0].count for found in hours(where)] == [1, 2, 3]
