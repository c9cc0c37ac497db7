"""Boxes, server and publisher die at random through a night of 200 stations of 2021.

The results are those of a quiet night.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rehearsal.chaos import Chaos
from rehearsal.night import Rehearsal
from rehearsal.packages import excerpt, find_package
from tests.journey.nights import rehearsal

pytestmark = pytest.mark.night
STATIONS = 200
_UNEQUAL = {"arrived", "clock_off_s", "since", "log_entry"}
"""When a report came, and as which entry of the log, is not part of the result."""


def result_data(folder: Path) -> dict[str, Any]:
    """Every public figure of an installation, the moments aside."""
    data = folder / "public" / "results" / "data" / "jk-2021-11-28"
    names = ["overview.json", "held.json", "turnout.json", "map/areas.json"]
    names += [
        path.relative_to(data).as_posix()
        for kind in ("station", "tec", "region", "district", "option")
        for path in (data / kind).glob("*.json")
    ]
    return {name: timeless(json.loads((data / name).read_bytes())) for name in names}


def timeless(value: Any) -> Any:  # noqa: ANN401 -- JSON has no narrower type
    if isinstance(value, dict):
        return {name: timeless(part) for name, part in value.items() if name not in _UNEQUAL}
    return [timeless(part) for part in value] if isinstance(value, list) else value


def whole_night(night: Rehearsal, seed: int | None) -> dict[str, int]:
    """Play a night, disturbed with a seed; returns how often what was killed."""
    if seed is None:
        night.day()
        night.start()
        night.evening()
        night.send_annexes()
        killed: dict[str, int] = {}
    else:
        with Chaos(night, seed) as day:
            night.day()
        night.start()
        with Chaos(night, seed) as evening:
            night.evening()
            night.send_annexes()
        killed = dict(day.killed + evening.killed)
    assert night.services is not None
    night.services.wait_until_up("jk-2021-11-28")
    night.settle()
    return killed


@pytest.mark.timeout(420)
def test_a_night_of_power_cuts_ends_in_the_results_of_a_quiet_one(tmp_path: Path) -> None:
    package = excerpt(find_package("jk-2021-11-28"), STATIONS, tmp_path / "package")
    with rehearsal(tmp_path / "quiet", str(package), processes=0, seconds=4.0) as quiet:
        whole_night(quiet, None)
        assert quiet.compare().differences == []
    with rehearsal(tmp_path / "stormy", str(package), processes=6, seconds=12.0) as stormy:
        killed = whole_night(stormy, 2021)
        audit = stormy.compare()
    assert killed["server"] >= 1
    assert killed["publisher"] >= 1
    assert killed["boxes"] >= 2
    assert audit.differences == []
    assert audit.lost == []
    assert len(stormy.received) == len(stormy.boxes) == STATIONS
    found, wanted = result_data(tmp_path / "stormy"), result_data(tmp_path / "quiet")
    assert found.keys() == wanted.keys()
    assert [name for name in wanted if found[name] != wanted[name]] == []
