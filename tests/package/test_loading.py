"""Every fault of a package is told with file, row, column, value and remedy."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from rehearsal.synthesis.small import make
from shailoo.adapters.package_folder import read_folder
from shailoo.errors import NotFound
from shailoo.package import PACKAGE_FILES, PackageFault, PackageInvalid, load_package
from shailoo.records.note import Signer
from shailoo.records.rehearsal_key import rehearsal_private_key

SMALL: Mapping[str, bytes] = {name: data for name, data in make().items() if name in PACKAGE_FILES}


def faults(files: Mapping[str, bytes]) -> tuple[PackageFault, ...]:
    with pytest.raises(PackageInvalid) as caught:
        load_package(files)
    return caught.value.faults


def edited(file: str, old: str, new: str) -> dict[str, bytes]:
    text = SMALL[file].decode()
    assert old in text, f"{old!r} is not in {file}"
    return {**SMALL, file: text.replace(old, new, 1).encode()}


CASES = [
    ("stations.csv", "5001,domestic", "05 01,domestic", 4, "no", "05 01", "does not fit"),
    ("stations.csv", "5001,domestic", "5001,tent", 4, "kind", "tent", "not known"),
    ("stations.csv", "osh-city,osh-city,tec-2", "osh,osh-city,tec-2", 4, "region", "osh", "none by this name"),
    ("stations.csv", "osh-city,osh-city,tec-2", "osh-city,narnia,tec-2", 4, "rayon", "narnia", "none by this name"),
    ("stations.csv", "osh-city,osh-city,tec-2", "osh-city,osh-city,dec-02", 4, "tec", "dec-02", "none by this name"),
    ("stations.csv", ",d02,Asia", ",d09,Asia", 4, "district", "d09", "none by this name"),
    ("stations.csv", "Europe/Istanbul", "Europe/Constantinople", 5, "zone", "Europe/Constantinople", "time zone"),
    ("stations.csv", ",700,", ",0700,", 4, "voters", "0700", "not a whole number"),
    ("stations.csv", ",700,", ",700.0,", 4, "voters", "700.0", "not a whole number"),
    ("stations.csv", ",700,", ",100001,", 4, "voters", "100001", "less than or equal"),
    ("stations.csv", ",Ош,Osh", ",,Osh", 4, "name_ru", "", "empty"),
    ("stations.csv", ",Ош,Osh", ", Ош,Osh", 4, "name_ru", " Ош", "spaces"),
    ("stations.csv", "4051500,", ",", 4, "latitude_e5", None, "coordinate"),
    ("stations.csv", "1002,", "1001,", 3, "no", "1001", "row 2"),
    ("stations.csv", "9001,abroad,abroad", "9001,domestic,abroad", 5, "region", "abroad", "abroad"),
    ("stations.csv", "1900,remote,bishkek,bishkek,tec-1,", "1900,remote,bishkek,bishkek,tec-1,d01", 6, "district",
     "d01", "no district"),
    ("regions.csv", "osh-city,city", "Osh City,city", 3, "id", "Osh City", "does not fit"),
    ("regions.csv", "abroad,abroad,,Чет", "bishkek,abroad,,Чет", 4, "id", "bishkek", "row 2"),
    ("commissions.csv", "tec-2,tec,osh-city", "tec-2,tec,osh", 4, "region", "osh", "none by this name"),
    ("districts.csv", "d02,2,", "d02,1,", 3, "no", "1", "row 2"),
    ("districts.csv", "dec-02,yes", "dec-02,Yes", 3, "synthetic", "Yes", "yes nor no"),
    ("contests.csv", "smd-2,single-mandate,district,d02", "smd-2,single-mandate,district,", 4, "district", None,
     "names it"),
    ("contests.csv", ",10,1,kg-jk-2021", ",10,1,kg-jk-2031", 2, "rule", "kg-jk-2031", "no rule"),
    ("contests.csv", ",10,1,kg-jk-2021", ",10,1,kg-smd", 2, "rule", "kg-smd", "another kind"),
    ("contests.csv", "women-30-first", "women-always", 2, "list_rule", "women-always", "no rule for lists"),
    ("contests.csv", "women-30-first", "", 2, "list_rule", None, "go together"),
    ("contests.csv", "smd-1,single-mandate,district,d01,1,1", "smd-1,single-mandate,district,d01,2,1", 3, "seats", "2",
     "so many seats"),
    ("contests.csv", "smd-1,single-mandate,district,d01,1,1", "smd-1,single-mandate,district,d01,1,4", 3, "marks", "4",
     "more marks"),
    ("contests.csv", "District No. 1, Northern", "123 Northern", 3, "name_en", "123 Northern", "three digits"),
    ("options.csv", "pr,2,list", "pr,1,list", 3, "no", "1", "out of order"),
    ("options.csv", "pr,2,list", "pr,6,list", 4, "no", "3", "out of order"),
    ("options.csv", "pr,4,list", "pr,4,candidate", 5, "kind", "candidate", "does not belong"),
    ("options.csv", "smd-1,3,candidate,m", "smd-1,3,against-all,m", 10, "kind", "against-all", "row 9"),
    ("options.csv", "Список Г", "Список Мультикультурноинтернационалистический", 5, "name_ru",
     "Мультикультурноинтернационалистический", "wider than the 30"),
    ("options.csv", "#7d3c98", "violet", 5, "colour", "violet", "does not fit"),
    ("options.csv", "List D,,,", "List D,Партия,,", 5, "party_ru", None, "missing in a language"),
    ("candidates.csv", "pr,4,5,", "pr,5,5,", 21, "option", "pr 5", "no such list"),
    ("candidates.csv", "pr,4,5,", "pr,4,4,", 21, "no", "4", "row 20"),
    ("boxes.csv", "ABB-000002,1002", "ABB-000002,1009", 3, "station", "1009", "none by this name"),
    ("boxes.csv", "ABB-000002,1002,main", "ABB-000002,1002,reserve", 3, "station", "1002", "waits for an act"),
    ("boxes.csv", "small/ABB-000002+", "small/ABB-000009+", 3, "vkey", "small/ABB-000009+4df4eee9+AT5kn",
     "verifier key"),
    ("electorate.csv", "smd-2", "smd-7", 3, "contest", "smd-7", "none by this name"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "row", "column", "value", "problem"), CASES)
def test_a_fault_in_a_cell_names_its_place_value_and_remedy(
    *, file: str, old: str, new: str, row: int, column: str, value: str | None, problem: str
) -> None:
    found = [
        fault
        for fault in faults(edited(file, old, new))
        if (fault.file, fault.row, fault.column) == (file, row, column)
    ]
    assert found, [fault.sentence() for fault in faults(edited(file, old, new))]
    fault = found[0]
    assert re.search(problem, fault.problem)
    assert fault.remedy.endswith(".")
    if value is None:
        assert not fault.value
    else:
        assert (fault.value or "").startswith(value)


def test_the_small_package_loads() -> None:
    assert [station.no for station in load_package(SMALL).stations] == ["1001", "1002", "5001", "9001", "1900"]


@pytest.mark.parametrize(
    ("spoiled", "problem"),
    [
        (lambda data: data.decode().encode("utf-16"), "not UTF-8"),
        (lambda data: b"\xef\xbb\xbf" + data, "byte order mark"),
        (lambda data: data.replace(b"\n", b"\r\n"), "CR line ends"),
        (lambda data: data.rstrip(b"\n"), "end of the last line"),
        (lambda data: data.replace(b"iso,", b"iso,note,", 1), "header"),
        (lambda data: data + b"\n", "0 cells"),
        (lambda data: data + b'x,"y', "end of the last line"),
        (lambda data: data + b'x,"y"z\n', "not CSV"),
    ],
)
def test_a_table_in_another_spelling_is_refused(spoiled: object, problem: str) -> None:
    assert callable(spoiled)
    found = faults({**SMALL, "regions.csv": spoiled(SMALL["regions.csv"])})
    assert problem in found[0].problem
    assert found[0].file == "regions.csv"


@pytest.mark.parametrize("file", sorted(set(SMALL) - {"electorate.csv"}))
def test_a_missing_file_is_named(file: str) -> None:
    files = {name: data for name, data in SMALL.items() if name != file}
    if file.startswith("geo/") and file != "geo/rayons.geojson":
        assert load_package(files).id == "small"
    else:
        assert any(file.rpartition("/")[2] in fault.sentence() for fault in faults(files))


def test_a_field_of_the_header_is_named_as_a_column() -> None:
    header = json.loads(SMALL["election.json"])
    for field, value, problem in (
        ("day", "1 June", "date"),
        ("mode", "test", "live"),
        ("small_cell_bound", -1, "greater"),
        ("motto", "x", "extra"),
    ):
        found = faults({**SMALL, "election.json": json.dumps(header | {field: value}).encode()})
        assert (found[0].file, found[0].column, found[0].value) == ("election.json", field, str(value))
        assert problem in found[0].problem


def test_hours_zone_and_quota_regions_of_the_header_are_checked() -> None:
    header = json.loads(SMALL["election.json"]) | {
        "closes": "07:00:00",
        "zone": "Asia/Frunze",
        "quota_regions": ["osh"],
    }
    found = {fault.column for fault in faults({**SMALL, "election.json": json.dumps(header).encode()})}
    assert found == {"closes", "zone", "quota_regions"}


def test_an_equation_of_lines_that_do_not_exist_is_refused() -> None:
    found = faults(edited("protocol.json", "L6 + L7 = L8 + L9", "L6 + L7 = L8 + L99"))
    assert (found[0].file, found[0].column, found[0].value) == ("protocol.json", "boxes-opened", "L6 + L7 = L8 + L99")
    assert "cannot be read" in faults(edited("protocol.json", "L6 + L7 = L8", "L6 * L7 = L8"))[0].problem


@pytest.mark.parametrize(
    ("old", "new", "problem", "value"),
    [
        ('"role": "invalid"', '"role": null', "no line has this role", "invalid"),
        ('"role": "invalid"', '"role": "valid"', "two lines have one role", "valid"),
        ('"id": "L8"', '"id": "L7"', "two lines have one number", "L7"),
        ('"role": "votes"', '"role": null', "the votes are the one group line", "L10"),
    ],
)
def test_a_protocol_says_once_which_line_counts_what(old: str, new: str, problem: str, value: str) -> None:
    found = faults(edited("protocol.json", old, new))
    assert (problem, value) in {(one.problem, one.value) for one in found}


def test_a_contest_kind_without_protocol_is_refused() -> None:
    only_lists = [json.loads(SMALL["protocol.json"])[0]]
    found = faults({**SMALL, "protocol.json": json.dumps(only_lists).encode()})
    assert found[0].value == "single-mandate"


def test_a_station_without_box_is_refused() -> None:
    lines = SMALL["boxes.csv"].decode().splitlines(keepends=True)
    found = faults({**SMALL, "boxes.csv": "".join(line for line in lines if ",9001," not in line).encode()})
    assert (found[0].file, found[0].row, found[0].value) == ("stations.csv", 5, "9001")


def test_a_key_under_another_name_is_refused_though_it_is_well_formed() -> None:
    vkey = Signer("small/ABB-000009", rehearsal_private_key("small", "ABB-000009")).verifier.vkey()
    line = next(line for line in SMALL["boxes.csv"].decode().splitlines() if line.startswith("ABB-000002"))
    found = faults(edited("boxes.csv", line.rpartition(",")[2], vkey))
    assert (found[0].row, found[0].column) == (3, "vkey")
    assert "another box" in found[0].problem


def test_a_live_package_refuses_the_public_rehearsal_keys() -> None:
    found = faults(edited("election.json", '"rehearsal"', '"live"'))
    assert len(found) == 7
    assert {fault.column for fault in found} == {"vkey"}
    assert "derive" in found[0].problem


def test_a_hundred_faults_are_told_and_all_are_counted() -> None:
    rows = "".join(f"9{number},domestic,nowhere,,tec-9,,Asia/Bishkek,,,1,a,b,c\n" for number in range(100, 200))
    with pytest.raises(PackageInvalid) as caught:
        load_package({**SMALL, "stations.csv": SMALL["stations.csv"] + rows.encode()})
    assert len(caught.value.faults) == 100
    assert caught.value.count == 300  # region, tec and box of each
    assert caught.value.facts["faults"] == 300
    assert "row 7" in caught.value.sentence


def test_a_broken_quotation_names_its_row() -> None:
    found = faults(edited("regions.csv", "osh-city,city", 'osh-city,"ci"ty'))
    assert (found[0].file, found[0].row) == ("regions.csv", 3)


def test_no_folder_is_not_an_empty_package(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_folder(tmp_path / "nothing")
    with pytest.raises(PackageInvalid) as caught:
        read_folder(tmp_path)
    assert {fault.problem for fault in caught.value.faults} == {"the file is missing"}
