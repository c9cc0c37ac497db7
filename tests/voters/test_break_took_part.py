"""Those who took part are named, and nothing is counted from them: no number tells who, or how many of whom, did not.

A version of those who took part continues the final list, so its own counts of "changes" are people who did not vote,
by station, sex and age. They lie in its private folder; nothing that is published may be computed from them.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shailoo.adapters.voters.reader import VoterListReader
from shailoo.assembly import Installation
from shailoo.cli.tizme import publish_tizme
from shailoo.model.voter_list import ListStage
from tests.voters.test_break_commands import tree, voters

COUNTED = ("cells", "touched", "changes", "disabled", "changed")
FINAL = ("--stage", "final", "--election", "an-election")
PERMANENT = ("--stage", "permanent")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation whose final list is published."""
    extract, home = tmp_path / "first.csv", tmp_path / "home"
    voters("generate", "--count", "400", "--out", extract, "--district", "d01", "--day", "2026-11-25", "--json")
    voters("import", extract, "--dir", home, "--as-of", "2026-10-25", "--json")
    voters("assign", "--dir", home, "--json")
    voters("publish", "--dir", home, "--json")
    voters("import", extract, "--dir", home, "--as-of", "2026-11-25", *FINAL, "--json")
    voters("publish", "--dir", home, "--json")
    return home


def took_part(home: Path, tmp_path: Path) -> int:
    """Every third voter was identified; returns how many."""
    newest = max((home / "voters" / "lists").iterdir())
    with duckdb.connect() as db:
        everybody = f"SELECT station, pin FROM '{newest / 'voters.parquet'}' WHERE station IS NOT NULL ORDER BY pin"  # noqa: S608  our own file
        here = db.execute(everybody).fetchall()[::3]
    report = tmp_path / "report.csv"
    with report.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("station", "pin"), *here])
    voters("took-part", report, "--dir", home, "--election", "an-election", "--day", "2026-11-30", "--json")
    return len(here)


def guarded(asked: set[str], home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on whoever asks for a count of a version of those who took part fails."""
    with Installation.open(home) as installation:
        secret = {one.number for one in installation.voter_reader().made() if one.stage is ListStage.TOOK_PART}
    assert secret

    def guard(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def asking(self: VoterListReader, *numbers: int) -> Any:  # noqa: ANN401 -- whatever the real one gives
            assert not secret & set(numbers), name
            asked.add(name)
            return real(self, *numbers)

        return asking

    for name in COUNTED:
        monkeypatch.setattr(VoterListReader, name, guard(name, getattr(VoterListReader, name)))


def publish(home: Path) -> None:
    with Installation.open(home) as installation:
        publish_tizme(installation, lambda _step, _permille: None)


def counted(files: dict[str, bytes]) -> dict[str, bytes]:
    """Pages and files of numbers: everything but lists of names, and the facts and digests of versions."""
    told = ("numbers/", "changes/", "data/numbers/", "region/", "tec/", "find/", "map/", "data/map", "data/find")
    return {path: data for path, data in files.items() if path.startswith("data/numbers/") or path[3:].startswith(told)}


def test_no_page_and_no_file_is_computed_from_those_who_took_part(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tree(home)
    people = took_part(home, tmp_path)
    asked: set[str] = set()
    guarded(asked, home, monkeypatch)
    publish(home)
    after = tree(home)
    assert len(counted(before)) > 30
    assert counted(after) == counted(before)
    named = {path for path in after if "/took-part/" in path}
    assert named
    changed = {path for path in after if before.get(path) != after[path]} - named
    front = {f"{code}/{page}" for code in ("ky", "ru", "en") for page in ("index.html", "updated.html")}
    data = {"data/pointer.json", "data/digests.json", "data/list/000004.json"}
    assert {path for path in changed if "/station/" not in path} <= front | data
    assert people

    # The next month's list is compared with the final list, never with those who took part.
    voters("import", tmp_path / "first.csv", "--dir", home, "--as-of", "2026-12-25", *PERMANENT, "--json")
    publish(home)
    assert {"cells", "changes"} <= asked
    with Installation.open(home) as installation:
        lists = installation.voter_reader()
        assert [one.stage for one in lists.made()][-2:] == [ListStage.TOOK_PART, ListStage.PERMANENT]
        assert lists.changes(3, 5) == []
    text = (home / "public/tizme/data/numbers/changes.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert {(one["from_list"], one["to_list"]) for one in rows} == {("3", "5")}
    assert {one["people"] for one in rows} == {"0"}


def test_folders_of_those_who_took_part_are_never_read_for_numbers(home: Path, tmp_path: Path) -> None:
    took_part(home, tmp_path)
    newest = max((home / "voters" / "lists").iterdir())
    for name in ("cells.json", "changes.json", "touched.json"):
        (newest / name).unlink()
    publish(home)
    voters("import", tmp_path / "first.csv", "--dir", home, "--as-of", "2026-12-25", *PERMANENT, "--json")
    publish(home)
