"""The results in NIST's common data format: valid against the published schema, and the same figures as the pages."""

from __future__ import annotations

import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from rehearsal.manual import protocols
from shailoo.model.record import record_bytes, record_key
from tests.builder.scene import PACKAGES, published, scene, settle

SCHEMA = Path(__file__).parent / "standards" / "NIST_V2_election_results_reporting.json"
KINDS = sorted(path.name for path in PACKAGES.iterdir() if path.name != "jk-2021-11-28")


@cache
def validator() -> Draft4Validator:
    return Draft4Validator(json.loads(SCHEMA.read_bytes()))


def report(public: Path, election: str) -> dict[str, Any]:
    value = json.loads((public / "results" / "data" / election / "nist-err.json").read_bytes())
    assert isinstance(value, dict)
    return value


def identifiers(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["@id"]] if "@id" in value else []
        return own + [one for inner in value.values() for one in identifiers(inner)]
    return [one for inner in value for one in identifiers(inner)] if isinstance(value, list) else []


def referred(value: object) -> list[str]:
    """Whatever a field whose name ends in Id or Ids points to."""
    found: list[str] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            if key.endswith("Id") and key not in {"@id", "VendorApplicationId"}:
                found.append(inner)
            elif key.endswith("Ids"):
                found += inner
            else:
                found += referred(inner)
    elif isinstance(value, list):
        for inner in value:
            found += referred(inner)
    return found


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("part", ["none", "half", "all"])
def test_the_report_is_valid_for_every_kind_of_election_and_at_every_hour(tmp_path: Path, name: str, part: str) -> None:
    where = scene(tmp_path, name)
    where.send(*where.records[: {"none": 0, "half": len(where.records) // 2, "all": len(where.records)}[part]])
    publisher = where.publisher()
    publisher.start()
    settle(publisher)
    found = report(where.public, where.election.id)
    faults = [f"{'/'.join(map(str, fault.path))}: {fault.message[:200]}" for fault in validator().iter_errors(found)]
    assert faults == []
    names = identifiers(found)
    assert len(names) == len(set(names))
    assert set(referred(found)) <= set(names)
    assert found["Status"] == ("unofficial-complete" if part == "all" else "unofficial-partial")
    assert found["IsTest"] is True


def test_counts_of_boxes_add_up_to_the_country_and_are_those_of_the_overview(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    where.send(*where.records)
    publisher = where.publisher()
    publisher.start()
    settle(publisher)
    (election,) = report(where.public, where.election.id)["Election"]
    contests = {contest["contest"]: contest for contest in published(where.public, where.election.id)["contests"]}
    checked = 0
    for contest in election["Contest"]:
        shown = contests.get(contest["@id"].removeprefix("contest-"))
        for selection in contest["ContestSelection"]:
            votes = [count for count in selection["VoteCounts"] if count["Type"] == "total"]
            country = [count["Count"] for count in votes if count["GpUnitId"] == "country"]
            boxes = [count["Count"] for count in votes if count["GpUnitId"].startswith("box-")]
            assert country == [sum(boxes)]
            if shown is not None:
                number = int(selection["@id"].rpartition("-")[2])
                merged = next(option["votes"] for option in shown["options"] if option["no"] == number)
                assert merged >= sum(boxes)  # the country also has the small cells that were opened together
                checked += 1
    assert checked > 0


def test_mandates_stand_in_the_report_once_they_are_decided(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    where.send(*where.records[:-1])
    publisher.start()
    settle(publisher)
    assert of_lists(report(where.public, where.election.id)) == {}
    where.send(where.records[-1])
    settle(publisher)
    shown = published(where.public, where.election.id)["seats"]
    assert shown["decided"] is True
    given = {f"selection-pr-{one['no']}": one["seats"] for one in shown["lists"] if one["seats"]}
    assert of_lists(report(where.public, where.election.id)) == given


def test_agreed_protocols_stand_in_the_report_as_manual_counts(tmp_path: Path) -> None:
    """Each station by itself, none of a cell too small to show, and valid as before."""
    where = scene(tmp_path, "small")
    publisher = where.publisher()
    publisher.start()
    where.send(*where.records)
    for record in protocols(where.election, where.played):
        where.store.append(record_key(record), record_bytes(record))
    settle(publisher)
    found = report(where.public, "small")
    assert not list(validator().iter_errors(found))
    (election,) = found["Election"]
    by_hand: dict[str, dict[str, int]] = {}
    for contest in election["Contest"]:
        for selection in contest["ContestSelection"]:
            for count in selection["VoteCounts"]:
                if count.get("DeviceClass", {}).get("Type") == "manual-count":
                    by_hand.setdefault(count["GpUnitId"], {})[selection["@id"]] = count["Count"]
    assert by_hand["station-1001"]["selection-pr-1"] == 161, "the hand found one vote more than the box"
    assert {f"selection-smd-1-{no}" for no in (1, 2, 3, 4)} <= by_hand["station-1001"].keys()
    assert not any(one.startswith("selection-smd-2") for one in by_hand["station-1900"]), "eight ballots stay hidden"
    ballots = [one for one in election["BallotCounts"] if one["DeviceClass"]["Type"] == "manual-count"]
    assert {"BallotsCast": 400, "BallotsRejected": 13}.items() <= next(
        one for one in ballots if one["GpUnitId"] == "station-1001"
    ).items()


def of_lists(found: dict[str, Any]) -> dict[str, int]:
    return {selection: count for selection, count in seats(found).items() if selection.startswith("selection-pr-")}


def test_the_archive_holds_every_signed_text_and_the_national_files_and_the_licence(tmp_path: Path) -> None:
    where = scene(tmp_path, "small")
    where.send(*where.records)
    publisher = where.publisher()
    publisher.start()
    settle(publisher)
    folder = where.public / "results" / "data" / where.election.id
    with zipfile.ZipFile(folder / "open-data.zip") as archive:
        names = archive.namelist()
        held = {name.partition("/")[2]: archive.read(name) for name in names}
    assert {name.partition("/")[0] for name in names} == {where.election.id}
    texts = {f"report/{path.name}": path.read_bytes() for path in (folder / "report").glob("*.txt")}
    assert texts
    assert {name: data for name, data in held.items() if name.startswith("report/")} == texts
    for name in ("stations.csv", "protocols.csv", "documents.csv", "nist-err.json"):
        assert held[name] == (folder / name).read_bytes()
    assert b"CC BY 4.0" in held["README.txt"]
    assert b"synthetic" in held["README.txt"]


def seats(found: dict[str, Any]) -> dict[str, int]:
    (election,) = found["Election"]
    return {
        selection["@id"]: count["Count"]
        for contest in election["Contest"]
        for selection in contest["ContestSelection"]
        for count in selection["VoteCounts"]
        if count["Type"] == "seats"
    }
