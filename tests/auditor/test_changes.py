"""What changed is told by the commission; strangers hold it against the log, the acts and the kept versions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.auditor.publishing import Published
from tests.auditor.test_verify import broken

Spoil = Callable[[dict[str, Any]], object]
STATION = "data/small/changes/station/1002.json"
COUNTRY = "data/small/changes.json"


@pytest.fixture
def copy(troubled: Published, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """A copy of the evening with troubles, to be spoilt."""
    return troubled.copy(tmp_path_factory.mktemp("changes"))


def spoil(published: Published, path: str, how: Spoil) -> None:
    """Change a JSON file."""
    value = json.loads(published.path(path).read_bytes())
    how(value)
    published.put(path, json.dumps(value).encode())


def test_the_evening_with_troubles_is_told_as_the_log_has_it(troubled: Published) -> None:
    report = troubled.verify()
    assert report.good, report.text()
    events = json.loads(troubled.path(STATION).read_bytes())["events"]
    assert [event["what"] for event in reversed(events)] == ["report-held", "act", "report-released"]


@pytest.mark.parametrize(
    ("path", "how", "place"),
    [
        (STATION, lambda value: value["events"].clear(), "entry"),
        (STATION, lambda value: value["events"].append(value["events"][0]), "once"),
        (STATION, lambda value: value["events"][0].update(stations=["1001"]), "of this place"),
        (STATION, lambda value: value["events"][0].update(sha256="ab" * 32), "log_entry"),
        (STATION, lambda value: value["events"][0].update(log_entry=0), "log_entry"),
        (STATION, lambda value: value["events"][0].update(version=1), "versions"),
        (STATION, lambda value: value["events"][1].update(act="77"), "act"),
        (STATION, lambda value: value["events"][1].pop("act"), "keys"),
        (COUNTRY, lambda value: value["events"].pop(), "events"),
        (COUNTRY, lambda value: value["cuts"].pop(), "kept versions"),
    ],
)
def test_an_event_that_was_changed_left_out_or_made_up_is_found(
    copy: Published, path: str, how: Spoil, place: str
) -> None:
    spoil(copy, path, how)
    report = copy.verify()
    assert report.broken is not None, report.text()
    assert report.broken_step[0] == 11
    assert place in f"{report.broken.place} {report.broken.expected}"


def test_a_file_of_another_shape_is_broken_and_does_not_stop_the_verifier(copy: Published) -> None:
    spoil(copy, STATION, lambda value: value["events"][0].update(version="1"))
    assert copy.verify().broken_step[0] == 11
    spoil(copy, COUNTRY, lambda value: value.pop("cuts"))
    report = copy.verify()
    assert report.broken is not None
    assert "cuts" in report.broken.place


def test_a_figure_of_what_is_new_is_that_of_the_kept_versions(copy: Published) -> None:
    last = json.loads(copy.path(COUNTRY).read_bytes())["cuts"][0]
    alone = f"data/small/changes/v/{last['version']}.json"

    def more(value: dict[str, Any]) -> None:
        value["contests"][0]["lines"][0]["now"] += 1

    spoil(copy, alone, more)
    assert "whole file" in broken(copy.verify(), 11, alone)
    spoil(copy, COUNTRY, lambda value: more(value["cuts"][0]))
    assert "pr 1: now: 145 | 146" in broken(copy.verify(), 11, alone)


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("</feed>", "", "no element found"),
        ('<feed xmlns="http://www.w3.org/2005/Atom"', "<!DOCTYPE feed><feed", "declaration"),
        ("<entry><id>urn:uuid:", "<entry><id>urn:uuid:0", "["),
        ("</title>", "&bomb;</title>", "undefined entity"),
    ],
)
@pytest.mark.parametrize("path", ["ky/small/changes/feed.atom", "data/small/changes/station/1002.atom"])
def test_a_feed_that_cannot_be_read_or_tells_other_events_is_found(
    copy: Published, path: str, old: str, new: str, found: str
) -> None:
    copy.edit(path, old, new)
    assert found in broken(copy.verify(), 11, path)
