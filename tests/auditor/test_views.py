"""Figures that no box signs, or that stand in one view more: turnout, the map, held reports, kept versions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rehearsal.precincts import enter_day
from shailoo.adapters.memory import MemoryStore
from shailoo.model.record import read_record
from tests.auditor.publishing import Published, evening, troubles
from tests.auditor.test_verify import broken
from tests.builder.scene import scene


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """An evening with troubles, after a day on which every precinct told its turnout by the hour."""
    folder = tmp_path_factory.mktemp("told")
    found = scene(folder / "plan", "small")
    day = MemoryStore()
    enter_day(found.election, found.played, day, (one.no for one in found.election.stations), lambda _: None)
    records = [read_record(entry.body) for entry in day.feed(0, limit=1000)]
    return evening(folder / "evening", records=[*records, *troubles(found)])


@pytest.fixture
def spoilt(told: Published, tmp_path: Path) -> Published:
    """A copy, to be spoilt."""
    return told.copy(tmp_path)


def test_a_day_with_turnout_and_troubles_is_accepted(told: Published) -> None:
    report = told.verify()
    assert report.good, report.text()
    turnout = json.loads(told.path("data/small/turnout.json").read_bytes())["turnout"]
    assert any(row["voted"] for row in turnout)


@pytest.mark.parametrize(
    ("file", "table", "old", "new"),
    [
        ("ru/small/turnout/index.html", "turnout", "<td>112</td>", "<td>113</td>"),
        ("en/small/turnout/index.html", "turnout.share", "<td>", "<td>1"),
        ("ky/small/index.html", "turnout:day", "<td>", "<td>1"),
        ("en/small/region/bishkek/index.html", "turnout:day", "<td>", "<td>1"),
        ("ru/small/tec/tec-1/index.html", "turnout:day", "<td>", "<td>1"),
        ("ky/small/map/index.html", "areas:regions", "<td>", "<td>1"),
        ("en/small/map/index.html", "areas:rayons", "<td>", "<td>1"),
        ("ru/small/held/index.html", "held", ">386<", ">387<"),
        ("ky/small/versions/index.html", "versions", '<code title="', '<code title="0'),
    ],
)
def test_a_changed_figure_of_any_view_is_found(spoilt: Published, file: str, table: str, old: str, new: str) -> None:
    text = spoilt.path(file).read_text(encoding="utf-8")
    start = text.index(f'data-table="{table}"')
    at = text.index(old, start)
    assert at < text.index("</table>", start)
    spoilt.put(file, (text[:at] + new + text[at + len(old) :]).encode())
    place = broken_on_a_page(spoilt)
    assert file in place or "commissions at" in place, place


def broken_on_a_page(published: Published) -> str:
    """File and place of a break that was found among the pages."""
    report = published.verify()
    assert report.broken is not None, report.text()
    assert report.broken_step[0] == 9, report.text()
    return f"{report.broken.file}: {report.broken.place}"


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("data/small/turnout.json", '"voted": 112', '"voted": 113'),
        ("data/small/turnout.csv", ",10:00,112", ",10:00,113"),
        ("data/small/map/areas.csv", ",280,280,", ",280,281,"),
        ("data/small/map/areas.geojson", '"voters":', '"voters":1'),
        ("data/small/held.csv", ",386,", ",387,"),
    ],
)
def test_a_table_that_differs_from_the_json_beside_it_is_found(
    spoilt: Published, file: str, old: str, new: str
) -> None:
    text = spoilt.path(file).read_text(encoding="utf-8")
    assert old in text, text[:1500]
    spoilt.edit(file, old, new)
    report = spoilt.verify()
    assert report.broken is not None, report.text()
    assert report.broken_step[0] == 9, report.text()
    assert report.broken.file.rpartition(".")[0] == file.rpartition(".")[0], report.text()


def test_a_kept_version_that_was_changed_later_is_found_by_its_digest_and_by_its_page(spoilt: Published) -> None:
    kept = min(spoilt.path("data/small/v").glob("*.json"), key=lambda path: int(path.stem))
    newest = max(spoilt.path("data/small/v").glob("*.json"), key=lambda path: int(path.stem))
    assert kept != newest, "an evening keeps more than one version"
    name = f"data/small/v/{newest.name}"
    spoilt.edit(name, '"participants": ', '"participants": 1')
    assert "digest in ky/small/versions" in broken(spoilt.verify(), 9, name)
