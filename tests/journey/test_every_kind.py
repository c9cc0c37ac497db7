"""Every kind of vote from the ballots to the pages: what goes into the boxes is what the pages show."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journey.nights import rehearsal

pytestmark = pytest.mark.night


@pytest.mark.parametrize(
    "package",
    [
        "advisory-sample",
        "president-2021-round2-sample",
        "president-2021-sample",
        "referendum-sample",
        "smd-repeat-sample",
        "three-mandate-sample",
        "town-kenesh-sample",
        "village-kenesh-sample",
    ],
)
def test_a_night_of_each_kind_ends_in_the_figures_that_were_played(tmp_path: Path, package: str) -> None:
    with rehearsal(tmp_path / "installation", package, processes=1, seconds=1.5) as night:
        outcome = night.run(evidence=False)
    assert outcome.differences == []
    assert outcome.good
    assert outcome.held == outcome.conflicts == outcome.lost == 0
