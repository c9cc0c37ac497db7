"""Loading an address register: all of it or nothing, and every fault told at once."""

from __future__ import annotations

import json
import multiprocessing
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shailoo.adapters.voters import register
from shailoo.adapters.voters.register import RegisterFolder
from shailoo.errors import NotFound, StorageFailed
from shailoo.ids import StationNo
from shailoo.ports import AddressRegister
from shailoo.register_faults import RegisterInvalid
from tests.voters.registers import Tables, boundaries, box, small_register, tables, write_register


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return small_register(tmp_path / "source")


@pytest.fixture
def folder(tmp_path: Path) -> RegisterFolder:
    return RegisterFolder(tmp_path / "voters" / "register")


def files_of(folder: RegisterFolder) -> set[str]:
    root = folder.path(1).parent
    return {str(file.relative_to(root)) for file in root.rglob("*") if file.name != ".lock"}


def test_a_register_is_kept_under_the_next_number(source: Path, folder: RegisterFolder) -> None:
    assert folder.latest() is None
    loaded = folder.load(source)
    assert (loaded.number, folder.latest()) == (1, 1)
    assert loaded.counts["centres"] == 8
    assert loaded.counts["addresses"] == 162
    assert loaded.counts["boundaries"] == 7
    assert folder.loaded(1) == loaded
    assert folder.note(1).synthetic


def test_the_same_bytes_are_the_same_version(source: Path, folder: RegisterFolder, tmp_path: Path) -> None:
    first = folder.load(source)
    assert folder.load(small_register(tmp_path / "again")) == first
    assert folder.latest() == 1


def test_going_back_to_older_boundaries_is_a_new_version(source: Path, folder: RegisterFolder, tmp_path: Path) -> None:
    shapes = boundaries()
    shapes["1001"] = box(42_49940, 74_49900, 42_50150, 74_50500)
    assert folder.load(source).number == 1
    assert folder.load(write_register(tmp_path / "other", tables(), shapes)).number == 2
    assert folder.load(source).number == 3


def test_only_this_user_may_read(source: Path, folder: RegisterFolder) -> None:
    folder.load(source)
    places = [folder.path(1).parent, *folder.path(1).parent.rglob("*")]
    rights = {stat.S_IMODE(place.stat().st_mode) for place in places if place.is_dir()}
    assert rights == {0o700}
    assert {stat.S_IMODE(place.stat().st_mode) for place in places if place.is_file()} == {0o600}


def test_addresses_may_come_as_parquet(source: Path, folder: RegisterFolder, tmp_path: Path) -> None:
    before = folder.load(source)
    other = small_register(tmp_path / "other")
    with duckdb.connect() as db:
        db.execute(f"COPY (FROM read_csv('{other}/addresses.csv', all_varchar = true)) TO '{other}/addresses.parquet'")
    (other / "addresses.csv").unlink()
    after = folder.load(other)
    assert after.counts == before.counts
    assert [folder.open(1).runs(s.id) for s in folder.open(1).settlements()] == [
        folder.open(2).runs(s.id) for s in folder.open(2).settlements()
    ]


def test_a_spreadsheets_csv_is_read(source: Path, folder: RegisterFolder) -> None:
    for file in source.glob("*.csv"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert folder.load(source).counts["addresses"] == 162


Change = Callable[[Tables, dict[str, Any]], None]


def cell(table: str, row: int, column: str, value: str) -> Change:
    def change(rows: Tables, shapes: dict[str, Any]) -> None:
        rows[table][row - 2][column] = value

    return change


def again(table: str, row: int) -> Change:
    def change(rows: Tables, shapes: dict[str, Any]) -> None:
        rows[table].append(dict(rows[table][row - 2]))

    return change


def shape(station: str, geometry: object) -> Change:
    def change(rows: Tables, shapes: dict[str, Any]) -> None:
        shapes[station] = geometry

    return change


BOW_TIE = {"type": "Polygon", "coordinates": [[[74, 42], [74.1, 42.1], [74.1, 42], [74, 42.1], [74, 42]]]}
FAULTS: dict[str, tuple[Change, str, int | None, str | None]] = {
    "an empty cell": (cell("regions", 2, "name_ky", ""), "regions.csv", 2, "name_ky"),
    "another form": (cell("centres", 3, "opens", "8"), "centres.csv", 3, "opens"),
    "an unknown region": (cell("rayons", 4, "region", "nowhere"), "rayons.csv", 4, "region"),
    "an unknown rayon": (cell("settlements", 2, "rayon", "nowhere"), "settlements.csv", 2, "rayon"),
    "an unknown commission": (cell("centres", 2, "tec", "nowhere"), "centres.csv", 2, "tec"),
    "an unknown street": (cell("addresses", 2, "street", "nowhere"), "addresses.csv", 2, "street"),
    "an unknown station": (cell("rules", 3, "station", "7777"), "rules.csv", 3, "station"),
    "a station twice": (again("centres", 3), "centres.csv", 10, "station"),
    "a country twice": (again("consulates", 2), "consulates.csv", 4, "country"),
    "a house twice": (again("addresses", 5), "addresses.csv", 164, "house"),
    "a house twice in other letters": (cell("addresses", 2, "house", "8A"), "addresses.csv", 10, "house"),
    "two streets of one name": (cell("streets", 3, "name_ru", "ул. Ленина"), "streets.csv", 3, "name_ky"),
    "a street in another town": (cell("addresses", 2, "settlement", "bel"), "addresses.csv", 2, "street"),
    "a rayon in another region": (cell("settlements", 2, "region", "bel-oblast"), "settlements.csv", 2, "rayon"),
    "a station without rayon": (cell("centres", 2, "rayon", ""), "centres.csv", 2, "rayon"),
    "an unknown zone": (cell("centres", 2, "zone", "Asia/Nowhere"), "centres.csv", 2, "zone"),
    "hours that end first": (cell("centres", 2, "closes", "07:00"), "centres.csv", 2, "opens"),
    "half a place": (cell("addresses", 2, "latitude_e5", ""), "addresses.csv", 2, "latitude_e5"),
    "no place on the globe": (cell("centres", 2, "latitude_e5", "9900000"), "centres.csv", 2, "latitude_e5"),
    "a range from back to front": (cell("rules", 2, "first", "100"), "rules.csv", 2, "last"),
    "an overlap of ranges": (cell("rules", 5, "first", "9"), "rules.csv", 5, "first"),
    "a rule of an embassy": (cell("rules", 2, "station", "9001"), "rules.csv", 2, "station"),
    "a consulate in the country": (cell("consulates", 2, "station", "1001"), "consulates.csv", 2, "station"),
    "boundaries of nobody": (shape("7777", boundaries()["1001"]), "boundaries.geojson", 8, "station"),
    "crossing boundaries": (shape("1001", BOW_TIE), "boundaries.geojson", 1, "geometry"),
    "a line for boundaries": (shape("1001", {"type": "LineString"}), "boundaries.geojson", 1, "geometry"),
    "no boundaries at all": (shape("1001", None), "boundaries.geojson", 1, "geometry"),
    "words for numbers": (
        shape("1001", {"type": "Polygon", "coordinates": [[["a", "b"]]]}), "boundaries.geojson", 1, "geometry",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_its_place_and_nothing_changes(name: str, tmp_path: Path, folder: RegisterFolder) -> None:
    change, file, row, column = FAULTS[name]
    rows, shapes = tables(), dict[str, Any](boundaries())
    change(rows, shapes)
    folder.load(small_register(tmp_path / "good"))
    before = files_of(folder)
    with pytest.raises(RegisterInvalid) as refused:
        folder.load(write_register(tmp_path / "bad", rows, shapes))
    assert (file, row, column) in [(f.file, f.row, f.column) for f in refused.value.faults]
    assert all(fault.remedy for fault in refused.value.faults)
    assert files_of(folder) == before


@pytest.mark.parametrize(
    ("file", "data", "row"),
    [
        ("regions.csv", None, None),
        ("boundaries.geojson", None, None),
        ("register.json", None, None),
        ("register.json", b"{}", None),
        ("boundaries.geojson", b"[1]", None),
        ("rules.csv", b"station,street\n", 1),
        ("rules.csv", b"", 1),
        ("consulates.csv", b"country,station\nRU,9001\nKZ\n", 3),
        ("consulates.csv", b"country,station\nRU,9001,9\n", 2),
        ("consulates.csv", b"country,station\n\xff\xfe,9001\n", 2),
        ("consulates.csv", b'country,station\nRU,9001\n"K"Z,9001\n', 3),
    ],
)
def test_a_file_that_is_no_table_is_told_of(
    file: str, data: bytes | None, row: int | None, source: Path, folder: RegisterFolder
) -> None:
    if data is None:
        (source / file).unlink()
    else:
        (source / file).write_bytes(data)
    with pytest.raises(RegisterInvalid) as refused:
        folder.load(source)
    assert {(fault.file, fault.row) for fault in refused.value.faults} == {(file, row)}
    assert folder.latest() is None


def test_all_faults_are_told_at_once_up_to_a_hundred(tmp_path: Path, folder: RegisterFolder) -> None:
    rows = tables()
    for row in rows["addresses"]:
        row["dwelling"] = "tent"
    rows["centres"][0]["step_free"] = "perhaps"
    with pytest.raises(RegisterInvalid) as refused:
        folder.load(write_register(tmp_path / "bad", rows, boundaries()))
    assert refused.value.count == 163
    assert len(refused.value.faults) == 100
    assert {fault.file for fault in refused.value.faults} == {"addresses.csv", "centres.csv"}


def test_what_stands_in_a_cell_is_not_in_the_sentence(tmp_path: Path, folder: RegisterFolder) -> None:
    rows = tables()
    rows["centres"][0]["phone"] = "planted!"
    with pytest.raises(RegisterInvalid) as refused:
        folder.load(write_register(tmp_path / "bad", rows, boundaries()))
    assert "planted" not in str(refused.value)
    assert refused.value.faults[0].value == "planted!"


def test_a_killed_load_changes_nothing(
    source: Path, folder: RegisterFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(version: Path, place: Path) -> None:
        raise KeyboardInterrupt

    folder.load(source)
    before = files_of(folder)
    with monkeypatch.context() as patch:
        patch.setattr(register, "_appear", killed)
        patch.setattr("shutil.rmtree", lambda *_args, **_named: None)  # a killed program tidies nothing up
        shapes = boundaries()
        del shapes["1001"]
        other = write_register(tmp_path / "other", tables(), shapes)
        with pytest.raises(KeyboardInterrupt):
            folder.load(other)
    assert folder.latest() == 1
    assert before < files_of(folder)
    assert folder.load(other).number == 2
    assert {name for name in files_of(folder) if name.startswith(".new-")} == set()


def test_a_disk_that_fails_is_told_of(source: Path, folder: RegisterFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(version: Path, place: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(register, "_appear", full)
    with pytest.raises(StorageFailed):
        folder.load(source)
    assert files_of(folder) == set()


def _load(root: Path, source: Path) -> int:
    return RegisterFolder(root).load(source).number


def test_two_loads_at_once_give_two_numbers_or_one(tmp_path: Path, source: Path) -> None:
    root = tmp_path / "register"
    shapes = boundaries()
    del shapes["1001"]
    other = write_register(tmp_path / "other", tables(), shapes)
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        same = pool.starmap(_load, [(root, source), (root, source)])
        assert same == [1, 1]
        assert sorted(pool.starmap(_load, [(root, other), (root, source)])) in ([1, 2], [2, 3])


def test_a_version_that_is_not_there_is_not_found(folder: RegisterFolder) -> None:
    for question in (folder.open, folder.loaded, folder.note):
        with pytest.raises(NotFound):
            question(1)


def test_a_reader_gets_what_was_loaded(source: Path, folder: RegisterFolder) -> None:
    folder.load(source)
    version: AddressRegister = folder.open(1)
    assert [region.id for region in version.regions()] == ["ala-oblast", "bel-oblast", "abroad"]
    assert [rayon.region for rayon in version.rayons()] == ["ala-oblast", "ala-oblast", "bel-oblast"]
    assert [area.id for area in version.commissions()] == ["tec-sary", "tec-kok", "tec-bel"]
    assert [centre.station for centre in version.centres()] == sorted(row["station"] for row in tables()["centres"])
    assert version.centres()[-1].rayon == ""
    assert version.settlements()[3].name[2] == "Bel"
    assert list(version.boundaries()) == sorted(boundaries())
    assert json.loads(json.dumps(version.boundaries()[StationNo("1005")])) == boundaries()["1005"]
    assert [run.street[2] for run in version.runs("sary")] == [
        "Abai Street", "Abai Lane", "Lenin Street", "Lenin Street", "Manas Avenue", "Manas Avenue",
    ]  # fmt: skip
    assert version.runs("chet") == ()
