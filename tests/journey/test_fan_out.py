"""How many files one report may touch: the station's own and those that sum it, however large the country."""

from __future__ import annotations

from pathlib import Path

import pytest

from builder.publish import Cadence
from rehearsal.packages import excerpt, find_package, package_files
from rehearsal.paper import accepted
from rehearsal.played import read_played
from shailoo.assembly import Installation
from shailoo.cli import make_publisher
from shailoo.model.record import record_bytes, record_key
from tests.journey.nights import keep_prose

MAIN = "jk-2021-11-28"
MOST = 60
"""Three languages and two tables for a station, its TEC, region, district, the overview and the front page.

And what changed: two feeds of the station; of its region a page and a feed in three languages and a table. 48 today.
"""


def touched(folder: Path, stations: int) -> list[int]:
    """Files written for each of a few reports that come one by one, in a country of so many stations."""
    package = excerpt(find_package(MAIN), stations, folder / "package")
    keep_prose(folder / "installation")
    with Installation.create(folder / "installation", [package_files(package)]) as installation:
        (election,) = installation.elections.values()
        played = read_played(package)
        publisher = make_publisher(installation, cadence=Cadence(trail_s=1e9, idle_s=1e9, cut_s=10**9))
        publisher.start()
        found = []
        for box in sorted(played.box_counts)[:6]:
            record = accepted(election, box, played.box_counts[box], played.arrives(election, box))
            installation.store.append(record_key(record), record_bytes(record))
            before = publisher.public.written
            done = publisher.step()
            assert done is not None
            assert not done.problems
            found.append(publisher.public.written - before)
        return found


@pytest.mark.night
def test_one_report_touches_few_files_and_no_more_in_a_larger_country(tmp_path: Path) -> None:
    small, large = touched(tmp_path / "small", 90), touched(tmp_path / "large", 270)
    assert max(small) <= MOST
    assert max(large) <= MOST
    assert max(large) <= max(small) + 3
