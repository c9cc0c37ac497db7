"""From the extract to pages that a stranger verifies, by the commands that an operator gives."""

from __future__ import annotations

import csv
import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rehearsal.voters.evolve import evolve
from rehearsal.voters.portal import identified
from shailoo.assembly import Installation
from shailoo.model.voter_list import VoterListMade

VOTERS = 1_500
FIRST, NEXT = date(2026, 11, 25), date(2026, 11, 26)


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "shailoo.cli", *map(str, arguments)]


def say(*arguments: str | Path) -> dict[str, Any]:
    done = subprocess.run(command("voters", *arguments, "--json"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    assert {"rows", "refused", "seconds", "peak_rss_mb"} <= said.keys()
    return said


def verify(home: Path) -> dict[str, Any]:
    subprocess.run(command("publish", "--dir", home), check=True, capture_output=True)
    done = subprocess.run(command("verify", home, "--json"), capture_output=True, text=True, check=False)
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def people(extract: Path) -> list[dict[str, str]]:
    with extract.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def made(home: Path) -> list[VoterListMade]:
    with Installation.open(home) as installation:
        return list(installation.voter_reader().made())


def bytes_of(public: Path) -> Iterator[tuple[Path, bytes]]:
    for path in public.rglob("*"):
        if path.is_file():
            yield path, path.read_bytes()


@pytest.fixture(scope="module")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("extract") / "first.csv"
    say("generate", "--count", str(VOTERS), "--out", out, "--district", "d01", "--day", FIRST.isoformat())
    return out


@pytest.fixture(scope="module")
def home(extract: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home") / "installation"
    say("import", extract, "--dir", folder, "--as-of", FIRST.isoformat())
    say("assign", "--dir", folder)
    say("publish", "--dir", folder)
    return folder


def test_every_accepted_voter_is_on_a_published_list_or_in_the_queue(home: Path, extract: Path) -> None:
    pointer = json.loads((home / "public/tizme/data/pointer.json").read_bytes())
    allowed = sum(row["status"] == "voter" for row in people(extract))
    assert pointer["voters"] + pointer["queued"] + pointer["refused"] == allowed == VOTERS


def test_a_stranger_verifies_the_list_down_to_the_names_on_the_pages(home: Path) -> None:
    said = verify(home)
    assert said["ok"], said
    assert said["steps"][-1]["number"] == 12
    assert said["steps"][-1]["checked"] > VOTERS


def test_one_name_changed_on_one_page_is_found(home: Path) -> None:
    page = next((home / "public/tizme/ru/station").glob("*/list/1/index.html"))
    whole = page.read_text("utf-8")
    try:
        page.write_text(re.sub(r"<li>[^\t]+", "<li>Другая", whole, count=1), "utf-8")
        said = verify(home)
        assert not said["ok"]
        assert said["broken"]["file"].startswith("../tizme/ru/station/")
    finally:
        page.write_text(whole, "utf-8")


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("data/list/000001.json", b'"queued":', b'"queueD":'),
        ("data/digests.json", b'"digests": {"', b'"digests": {"9'),
        ("data/pointer.json", b'"salted_root":"', b'"salted_root":"0'),
        ("data/pointer.json", b'"number":', b'"number":9'),
    ],
)
def test_a_version_that_is_not_the_logged_one_is_found(home: Path, file: str, before: bytes, after: bytes) -> None:
    place = home / "public/tizme" / file
    whole = place.read_bytes()
    assert before in whole
    try:
        place.write_bytes(whole.replace(before, after, 1))
        said = verify(home)
        assert not said["ok"]
        assert said["broken"]["step"] == 12
        assert said["broken"]["file"].startswith("../tizme/data/")
    finally:
        place.write_bytes(whole)


def test_a_list_that_lost_a_page_is_found(home: Path) -> None:
    page = next((home / "public/tizme/en/station").glob("*/list/1/index.html"))
    moved = page.with_name("kept")
    page.rename(moved)
    try:
        assert verify(home)["broken"]["step"] == 12
    finally:
        moved.rename(page)


def test_nothing_public_holds_a_pin_a_birth_date_or_a_register_number(home: Path, extract: Path) -> None:
    rows = people(extract)
    pins, persons = {row["pin"].encode() for row in rows}, {row["person"].encode() for row in rows}
    births = {row["birth_date"].encode() for row in rows}
    looked = 0
    for path, data in bytes_of(home / "public"):
        looked += 1
        assert not pins & set(re.findall(rb"(?<![0-9])[0-9]{14}(?![0-9])", data)), path
        assert not persons & set(re.findall(rb"P[0-9]{8}", data)), path
        assert not births & set(re.findall(rb"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}", data)), path
    assert looked > 100


def test_names_are_in_no_data_file_and_list_pages_ask_not_to_be_indexed(home: Path, extract: Path) -> None:
    names = {f"{row['surname']} {row['name']}" for row in people(extract)}
    for path, data in bytes_of(home / "public/tizme"):
        if path.suffix in {".csv", ".json", ".geojson", ".js", ".atom"}:
            text = data.decode().replace("\t", " ")
            assert not any(name in text for name in names), path
        elif "/station/" in path.as_posix() and "/list/" in path.as_posix():
            assert b'name="robots" content="noindex' in data, path


def test_a_daily_update_writes_only_what_changed_and_verifies(home: Path, extract: Path, tmp_path: Path) -> None:
    after = tmp_path / "next.csv"
    evolve(extract, after, share_ppm=2_000, seed=1, day=NEXT)
    before = {path: path.stat().st_mtime_ns for path, _ in bytes_of(home / "public/tizme")}
    said = say("update", after, "--dir", home, "--as-of", NEXT.isoformat())
    written = [path for path, _ in bytes_of(home / "public/tizme") if before.get(path) != path.stat().st_mtime_ns]
    assert said["written"] <= len(written) <= said["written"] + 8  # the search index of three languages is its own
    assert said["written"] < said["files"] / 2
    assert verify(home)["ok"]
    again = say("publish", "--dir", home)
    assert again["written"] == 0


def test_a_killed_import_or_publication_changes_nothing_or_everything(
    home: Path, extract: Path, tmp_path: Path
) -> None:
    after = tmp_path / "later.csv"
    evolve(extract, after, share_ppm=5_000, seed=2, day=date(2026, 11, 27))
    for number, delay in enumerate((0.4, 0.8, 1.2, 1.6)):
        known = made(home)
        work = ("import", after, "--as-of", "2026-11-27") if number % 2 == 0 else ("publish",)
        with subprocess.Popen(command("voters", *work, "--dir", home, "--json"), stdout=subprocess.DEVNULL) as running:
            time.sleep(delay)
            running.send_signal(signal.SIGKILL)
        now = made(home)
        assert now[: len(known)] == known
        assert len(now) <= len(known) + 1
        assert verify(home)["ok"] or running.returncode == -signal.SIGKILL
    say("publish", "--dir", home)
    assert verify(home)["ok"]
    folders = {path.name for path in (home / "voters/lists").iterdir() if not path.name.startswith(".")}
    say("import", after, "--dir", home, "--as-of", "2026-11-27")
    assert {one.folder for one in made(home)} >= folders


def test_two_imports_at_once_have_one_winner_or_follow_each_other(home: Path, extract: Path, tmp_path: Path) -> None:
    after = tmp_path / "again.csv"
    evolve(extract, after, share_ppm=3_000, seed=3, day=date(2026, 11, 28))
    known = len(made(home))
    both = [
        subprocess.Popen(
            command("voters", "import", after, "--dir", home, "--as-of", "2026-11-28", "--json"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [(one.communicate()[1], one.returncode) for one in both]
    won = sum(code == 0 for _, code in said)
    assert won >= 1
    assert len(made(home)) == known + won
    assert all("import-busy" in text for text, code in said if code != 0)


def test_a_change_of_boundaries_is_shown_before_an_act_applies_it(home: Path, extract: Path, tmp_path: Path) -> None:
    changed = tmp_path / "register"
    shutil.copytree(extract.with_suffix(".register"), changed)
    rules = people(changed / "rules.csv")
    stations = {row["station"] for row in rules}
    moved = next(row for row in rules if row["station"] != min(stations))
    moved["station"] = min(stations)
    with (changed / "rules.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rules[0]))
        writer.writeheader()
        writer.writerows(rules)
    known = made(home)
    planned = say("boundaries", changed, "--dir", home)
    assert planned["moving"] == sum(count for _, _, count in planned["moves"]) > 0
    assert made(home) == known
    listed = people(home / planned["list"])
    assert len(listed) == planned["moving"]
    refused = subprocess.run(
        command("voters", "boundaries", changed, "--dir", home, "--apply"), capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert "act-needed" in refused.stderr
    assert made(home) == known
    applied = say("boundaries", changed, "--dir", home, "--apply", "--act", "12-B", "--reason", "A street was divided.")
    after = made(home)[-1]
    assert (after.because, after.register_number) == ("boundaries", applied["register"])
    assert after.voters + after.queued == known[-1].voters + known[-1].queued
    with Installation.open(home) as installation:
        before, now = (installation.voter_reader().totals(one.number) for one in (known[-1], after))
    for source, target, count in planned["moves"]:
        leaving = sum(many for one, _, many in planned["moves"] if one == target)
        coming = sum(many for _, one, many in planned["moves"] if one == target)
        assert now.get(target, 0) == before.get(target, 0) + coming - leaving, (source, target, count)
    say("publish", "--dir", home)
    assert verify(home)["ok"]


def test_those_who_took_part_have_a_list_without_hour_or_order(home: Path, extract: Path, tmp_path: Path) -> None:
    after = tmp_path / "final.csv"
    evolve(extract, after, share_ppm=1_000, seed=9, day=date(2026, 11, 29))
    say("import", after, "--dir", home, "--as-of", "2026-11-29", "--stage", "final", "--election", "an-election")
    report = tmp_path / "identified.csv"
    identified(home, report)
    shown = people(report)
    said = say("took-part", report, "--dir", home, "--election", "an-election", "--day", "2026-11-30")
    assert (said["stage"], said["voters"], said["refused"]) == ("took-part", len(shown), 0)
    report.write_text("station,pin\n8001,1\n8001,99999999999999\n", "utf-8")
    strangers = subprocess.run(
        command("voters", "took-part", report, "--dir", home, "--election", "an-election"),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert strangers.returncode == 2
    assert "99999999999999" not in strangers.stderr
    say("publish", "--dir", home)
    assert verify(home)["ok"]
    page = next((home / "public/tizme/ky/station").glob("*/took-part/*/index.html")).read_text("utf-8")
    assert "noindex" in page


def test_posters_queue_and_findings_stay_private(home: Path) -> None:
    station = next((home / "public/tizme/ky/station").iterdir()).name
    posted = say("post", "--dir", home, "--station", station)
    assert posted["written"] + posted["kept"] == 1
    waiting = say("queue", "--dir", home)
    assert sum(waiting["reasons"].values()) == waiting["rows"]
    assert {"gaps", "overlaps", "crowded_houses"} <= say("findings", "--dir", home).keys()
    for private in (
        *(home / "voters").rglob("*.csv"),
        *(home / "voters").rglob("*.pdf"),
        home / "voters/findings.json",
    ):
        assert private.stat().st_mode & 0o077 == 0, private


def test_an_update_is_made_when_it_is_due_and_not_before(home: Path, extract: Path, tmp_path: Path) -> None:
    folder = tmp_path / "extracts"
    folder.mkdir()
    evolve(extract, folder / "2026-12-01.csv", share_ppm=1_000, seed=5, day=date(2026, 12, 1))
    known = len(made(home))
    assert say("update", folder, "--dir", home, "--when-due", "--as-of", "2026-11-30")["due"] is False
    assert len(made(home)) == known
    say("update", folder, "--dir", home, "--when-due", "--as-of", "2026-12-01")
    assert len(made(home)) == known + 1


def test_a_second_register_comes_by_an_act_only(home: Path, extract: Path) -> None:
    known = made(home)
    beside = extract.with_suffix(".register")
    for work in (("import", extract, "--as-of", "2026-12-02"), ("assign",)):
        done = subprocess.run(
            command("voters", *work, "--dir", home, "--register", beside), capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert "register-there" in done.stderr
    assert made(home) == known
