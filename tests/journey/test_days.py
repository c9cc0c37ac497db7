"""The days after a night of five stations: papers, protocols keyed by two, an act, a stranger who verifies it all."""

from __future__ import annotations

import csv
import io
import json
import shutil
import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from rehearsal.counts import audit_counts
from rehearsal.manual import protocols
from rehearsal.night import Outcome, Rehearsal
from rehearsal.packages import find_package, read_package
from rehearsal.played import read_played
from shailoo.model.document import DocumentApproved, DocumentReceived
from shailoo.model.record import read_record
from tests.journey.nights import keep_prose, public_data, shailoo, tree

pytestmark = pytest.mark.night
ELECTION = "small"
EXCLUDED = "1002"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The five stations, one of which an act leaves out in the end."""
    folder = tmp_path_factory.mktemp("package") / ELECTION
    shutil.copytree(find_package(ELECTION), folder)
    with (folder / "played" / "excluded.csv").open("a", encoding="utf-8") as file:
        file.write(f"{EXCLUDED},left out by this test\n")
    return folder


@pytest.fixture(scope="module")
def days(package: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    folder = tmp_path_factory.mktemp("days") / "installation"
    keep_prose(folder)
    with Rehearsal(folder, str(package), processes=1, seconds=1.5) as played:
        return folder, played.run()


def rows(folder: Path) -> list[dict[str, str]]:
    """The public table of documents."""
    text = (folder / "public" / "results" / "data" / ELECTION / "documents.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_papers_and_protocols_are_public_and_a_stranger_verifies_them(days: tuple[Path, Outcome]) -> None:
    _, outcome = days
    assert outcome.differences == []
    assert outcome.good
    assert outcome.verified
    assert outcome.papers > 50
    assert outcome.protocols == 5 + 5 + 5  # identification, lists, and a district at three; two at one, none abroad


def test_every_paper_that_a_station_owes_is_public(days: tuple[Path, Outcome]) -> None:
    folder, outcome = days
    public = [row for row in rows(folder) if row["state"] == "public"]
    assert len(public) == outcome.papers
    kinds = Counter(row["kind"] for row in public)
    assert kinds["zero-report"] == kinds["final-report"] == 6
    assert kinds["identification-initial"] == 5
    assert kinds["annex"] == 5 * 4
    for row in public:
        file = folder / "public" / row["file"].removeprefix("/")
        assert file.stat().st_size == int(row["bytes"]) < 200_000


def test_one_paper_is_withdrawn_with_its_reason_and_replaced(days: tuple[Path, Outcome]) -> None:
    folder, _ = days
    (gone,) = [row for row in rows(folder) if row["state"] == "withdrawn"]
    assert "whole scan" in gone["reason"]
    assert gone["file"] == ""
    same = [row for row in rows(folder) if (row["station"], row["kind"], row["part"]) == paper_of(gone)]
    assert sorted(row["state"] for row in same) == ["public", "withdrawn"]


def paper_of(row: dict[str, str]) -> tuple[str, str, str]:
    return row["station"], row["kind"], row["part"]


def test_one_file_came_for_two_stations(days: tuple[Path, Outcome]) -> None:
    folder, _ = days
    (original,) = [sha256 for sha256, times in Counter(r["original_sha256"] for r in rows(folder)).items() if times > 1]
    assert len({row["station"] for row in rows(folder) if row["original_sha256"] == original}) == 2


def test_votes_of_small_cells_are_blacked_out_before_anybody_sees_them(days: tuple[Path, Outcome]) -> None:
    folder, _ = days
    again = {paper_of(row) for row in rows(folder) if row["version"] == "2"}
    assert again == {("5001", "protocol", "smd-2"), ("1900", "protocol", "smd-2")}


def test_nobody_approves_a_paper_that_he_sent(days: tuple[Path, Outcome]) -> None:
    folder, _ = days
    with sqlite3.connect(folder / "store.db") as store:
        found = store.execute("SELECT body FROM record WHERE key LIKE 'document/%' OR key LIKE 'approval/%'").fetchall()
    store.close()
    records = [read_record(bytes(body)) for (body,) in found]
    senders = {(r.station, r.kind, r.part, r.original): r.person for r in records if isinstance(r, DocumentReceived)}
    approved = [record for record in records if isinstance(record, DocumentApproved)]
    assert len(approved) >= len(senders) > 0
    for one in approved:
        assert one.person != senders[one.station, one.kind, one.part, one.original]


def test_the_counts_by_hand_are_public_as_they_were_keyed(days: tuple[Path, Outcome]) -> None:
    folder, _ = days
    (lists,) = public_data(folder, ELECTION, "counts.json")["counts"]
    figures = {line["line"]: (line["boxes"], line["hand"]) for line in lists["lines"]}
    assert figures["invalid"] == (32, 30)
    assert figures["1"] == (360, 361)
    assert (lists["stations_with_both"], lists["stations"]) == (5, 5)


def test_the_act_takes_its_station_out_of_the_final_count_on_its_own_day(days: tuple[Path, Outcome]) -> None:
    folder, _ = days
    counts = public_data(folder, ELECTION, "counts.json")
    (lists,) = counts["layers"]
    told = {
        layer["layer"]: {line["line"]: line["votes"] for line in layer["lines"]}["ballots"] for layer in lists["layers"]
    }
    assert told == {"boxes": 1000, "hand": 1000, "final": 1000 - 250}
    (act,) = counts["acts"]
    assert [part["station"] for part in act["excludes"]] == [EXCLUDED]
    assert public_data(folder, ELECTION, "pointer.json")["published_at"] > act["day"]


def test_a_count_that_is_not_as_it_was_played_is_a_difference(package: Path, days: tuple[Path, Outcome]) -> None:
    folder, _ = days
    election, played = read_package(package), read_played(package)

    def spoilt(name: str) -> object:
        data = public_data(folder, ELECTION, name)
        for layer in data["layers"]:
            for one in layer["layers"]:
                for line in one["lines"]:
                    if (layer["contest"], one["layer"], line["line"]) == ("smd-2", "final", "2"):
                        line["votes"] += 1
        return data

    assert audit_counts(election, played, lambda name: public_data(folder, ELECTION, name)) == []
    (difference,) = audit_counts(election, played, spoilt)
    assert difference.startswith("smd-2, final, line 2: ")


def test_the_days_are_told_after_the_night(package: Path, days: tuple[Path, Outcome]) -> None:
    folder, _ = days
    keyed = list(protocols(read_package(package), read_played(package)))
    arrived = min(row["arrived"] for row in rows(folder))
    assert arrived > max(one.entered for one in keyed).isoformat()


def test_building_into_an_empty_folder_gives_the_same_bytes(days: tuple[Path, Outcome], tmp_path: Path) -> None:
    folder, _ = days
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy, symlinks=True)
    shutil.rmtree(copy / "public")
    done = shailoo("build", "--dir", str(copy))
    assert done.returncode == 0, done.stderr
    assert tree(copy / "public") == tree(folder / "public")


def test_the_days_can_be_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "installation"
    keep_prose(folder)
    done = shailoo("rehearse", "--dir", str(folder), "--election", ELECTION, "--no-evidence", "--json")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["papers"], said["protocols"], said["verified"], said["evidence_s"]) == (0, 0, False, 0.0)


class Spoilt(Rehearsal):
    """A night after which somebody changes one digit of a public copy before the stranger comes."""

    def verify(self) -> str | None:
        """Change the last copy, then verify."""
        copy = max((self.installation.public / "results" / "data" / ELECTION / "document").glob("*.pdf"))
        copy.write_bytes(copy.read_bytes().replace(b"%PDF", b"%PDf", 1))
        return super().verify()


def test_a_changed_copy_is_found_by_the_stranger_and_told_by_the_rehearsal(tmp_path: Path) -> None:
    folder = tmp_path / "installation"
    keep_prose(folder)
    with Spoilt(folder, ELECTION, processes=1, seconds=1.5) as night:
        outcome = night.run()
    assert not outcome.verified
    assert not outcome.good
    (difference,) = outcome.differences
    assert difference.startswith("verify: data/small/document/")
