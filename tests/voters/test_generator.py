"""The made-up population: what every cell of it may hold, and what must agree with what."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, shape
from shapely.ops import unary_union

from rehearsal.voters.errors import CannotBeMadeUp
from rehearsal.voters.generate import Generated, generate
from rehearsal.voters.places import read_places
from rehearsal.voters.streets import pool
from rehearsal.voters.town import quotas
from rehearsal.voters.words import styles
from shailoo.model.voter_tables import EXTRACT, NEEDED, REGISTER_FILES, Column

PACKAGE = Path("elections/jk-2021-11-28")
DAY = date(2021, 11, 1)
COUNT = 12_000
Row = dict[str, str]


@dataclass(frozen=True)
class Made:
    out: Path
    generated: Generated
    voters: list[Row]
    truth: dict[str, str]
    tables: dict[str, list[Row]]

    @property
    def register(self) -> Path:
        return self.out.with_suffix(".register")


def read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def make(folder: Path, *, count: int = COUNT, districts: Sequence[str] = (), seed: int = 1) -> Made:
    out, truth = folder / "voters.csv", folder / "truth.csv"
    generated = generate(PACKAGE, out, count=count, districts=districts, seed=seed, day=DAY, truth=truth)
    tables = {name: read(out.with_suffix(".register") / f"{name}.csv") for name in REGISTER_FILES}
    return Made(out, generated, read(out), {row["person"]: row["station"] for row in read(truth)}, tables)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("all"))


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("two"), districts=("d01", "d28"))


def wrong(columns: Sequence[Column], rows: Sequence[Row]) -> list[tuple[str, str]]:
    return [
        (column.name, row[column.name])
        for column in columns
        for row in rows
        if (column.presence == NEEDED or row[column.name])
        and (re.fullmatch(column.pattern, row[column.name]) is None or row[column.name] != row[column.name].strip())
    ]


def test_every_cell_of_the_extract_is_as_the_columns_say(made: Made) -> None:
    assert made.out.read_text("utf-8").splitlines()[0].split(",") == [column.name for column in EXTRACT]
    assert len(made.voters) == made.generated.voters == COUNT
    assert wrong(EXTRACT, made.voters) == []


@pytest.mark.parametrize("name", REGISTER_FILES)
def test_every_cell_of_the_register_is_as_the_columns_say(made: Made, two: Made, name: str) -> None:
    for one in (made, two):
        assert wrong(REGISTER_FILES[name], one.tables[name]) == []
    assert made.tables[name]


def test_nobody_stands_twice_and_no_pin_is_given_twice(made: Made) -> None:
    assert len({row["person"] for row in made.voters}) == COUNT
    assert len({row["pin"] for row in made.voters}) == COUNT


def test_a_pin_tells_sex_and_birth_and_everybody_is_of_age(made: Made) -> None:
    for row in made.voters:
        born = date.fromisoformat(row["birth_date"])
        assert row["pin"][:9] == f"{'1' if row['sex'] == 'f' else '2'}{born:%d%m%Y}"
        assert (DAY.year - born.year - ((DAY.month, DAY.day) < (born.month, born.day))) in range(18, 100)


def test_the_people_are_as_many_women_young_and_disabled_as_they_should(made: Made) -> None:
    women = sum(row["sex"] == "f" for row in made.voters) / COUNT
    young = sum(row["birth_date"] > "1981-11-01" for row in made.voters) / COUNT
    disabled = sum(row["disability"] == "yes" for row in made.voters) / COUNT
    assert 0.505 < women < 0.535
    assert 0.5 < young < 0.6
    assert 0.015 < disabled < 0.025


def test_names_agree_with_the_sex() -> None:
    assert len({form for style in styles() for pair in style.surnames for form in pair}) >= 5_000
    for style in styles():
        assert len(style.fathers) == len(style.names[1])
        for woman, man in (*style.surnames, *style.fathers):
            assert woman in (man, f"{man}а", f"{man.removesuffix('ич')}на", man.replace(" уулу", " кызы"))
            assert man.strip() == man


def test_those_of_one_house_mostly_share_a_surname(made: Made) -> None:
    homes = defaultdict(list)
    for row in made.voters:
        if row["settlement"] and not row["flat"]:
            root = re.sub(r"а?$", "", row["surname"])
            homes[
                row["settlement"], re.sub(r"^(ул\.|улица) | (көчөсү|көч\.)$", "", row["street"]), row["house"]
            ].append(root)
    families = [surnames for surnames in homes.values() if len(surnames) > 2]
    same = sum(Counter(surnames).most_common(1)[0][1] for surnames in families)
    assert same / sum(map(len, families)) > 0.75


def test_voters_stand_at_stations_in_proportion_to_the_package(made: Made) -> None:
    rows = sorted(read(PACKAGE / "stations.csv"), key=lambda row: row["no"])
    meant = {row["no"]: quota for row, quota in zip(rows, quotas(rows, COUNT), strict=True)}
    found = Counter(station for station in made.truth.values() if station)
    queued = COUNT - found.total()
    assert sum(meant.values()) == COUNT
    assert sum(abs(meant[no] - found[no]) for no in meant) == queued
    assert queued < COUNT * 0.003
    own = {row["station"] for row in made.tables["consulates"]}
    assert all(found[row["no"]] >= 1 for row in rows if row["kind"] == "domestic" or row["no"] in own)


@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=40), st.integers(1, 5_000))
def test_quotas_add_up_and_nobody_goes_empty_who_need_not(voters: list[int], count: int) -> None:
    rows = [{"no": f"{k:04d}", "kind": "domestic", "zone": "", "voters": str(one)} for k, one in enumerate(voters)]
    found = quotas(rows, count)
    assert sum(found) == count
    assert count < len(voters) or min(found) >= 1


def test_those_abroad_have_a_country_with_a_consulate_and_no_address(made: Made) -> None:
    served = {row["country"]: row["station"] for row in made.tables["consulates"]}
    abroad = [row for row in made.voters if row["country"]]
    assert abroad
    for row in abroad:
        assert (row["settlement"], row["street"], row["house"], row["flat"]) == ("", "", "", "")
        assert made.truth[row["person"]] == served[row["country"]]


def test_the_tables_of_the_register_point_at_each_other(made: Made, two: Made) -> None:
    for one in (made, two):
        known = {name: {next(iter(row.values())) for row in rows} for name, rows in one.tables.items()}
        for name, rows in one.tables.items():
            for row in rows:
                for column, table in (
                    ("region", "regions"), ("rayon", "rayons"), ("tec", "commissions"), ("settlement", "settlements"),
                    ("street", "streets"), ("station", "centres"),
                ):  # fmt: skip
                    assert name == table or not row.get(column) or row[column] in known[table], (name, column)
        assert {"id", "day", "sources"} <= json.loads((one.register / "register.json").read_text("utf-8")).keys()


def test_the_names_of_a_settlements_streets_are_unique_in_both_languages(made: Made) -> None:
    names, villages = pool()
    keys = [text.casefold().replace("ё", "е") for name in names for text in {name.ky, name.ru}]
    assert len(keys) == len(set(keys))
    assert villages < len(names)
    for column in ("name_ky", "name_ru"):
        assert len({(row["settlement"], row[column]) for row in made.tables["streets"]}) == made.generated.streets


def test_districts_bring_only_their_own_stations_and_settlements(two: Made) -> None:
    here = {row["no"] for row in read(PACKAGE / "stations.csv") if row["district"] in {"d01", "d28"}}
    assert {row["station"] for row in two.tables["centres"]} == here
    assert set(two.truth.values()) - {""} == here
    rayons = {row["rayon"] for row in two.tables["centres"]}
    assert {row["rayon"] for row in two.tables["settlements"]} == rayons
    assert two.tables["consulates"] == []


def test_cells_of_a_rayon_tile_it_and_hold_their_stations() -> None:
    outline = next(
        shape(feature["geometry"])
        for feature in json.loads((PACKAGE / "geo" / "rayons.geojson").read_text("utf-8"))["features"]
        if feature["properties"]["id"] == "leylek"
    )
    places = read_places(PACKAGE)
    stations = [row for row in places.stations if row["rayon"] == "leylek"]
    cells = [places.boundaries[row["no"]] for row in stations]
    assert all(cell.is_valid for cell in cells)
    assert abs(unary_union(cells).area - outline.area) < outline.area * 1e-4
    assert abs(sum(cell.area for cell in cells) - outline.area) < outline.area * 1e-4
    for row, cell in zip(stations, cells, strict=True):
        assert cell.contains(Point(int(row["longitude_e5"]) / 1e5, int(row["latitude_e5"]) / 1e5))


def test_the_same_arguments_give_the_same_bytes_and_another_seed_others(two: Made, tmp_path: Path) -> None:
    again = make(tmp_path, districts=("d01", "d28"))
    for path in sorted([two.out, *two.register.iterdir()]):
        assert (tmp_path / path.relative_to(two.out.parent)).read_bytes() == path.read_bytes(), path.name
    assert again.truth == two.truth
    assert make(tmp_path, districts=("d01", "d28"), seed=2).voters != two.voters


def test_parquet_is_as_deterministic_as_text(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    for name in ("a", "b"):
        generate(PACKAGE, tmp_path / name / "x.parquet", count=3_000, day=DAY, progress=lambda *done: told.append(done))
    assert (tmp_path / "a" / "x.parquet").read_bytes() == (tmp_path / "b" / "x.parquet").read_bytes()
    assert told[-1] == (3_000, 3_000)


def test_fewer_voters_than_stations_are_made_too(tmp_path: Path) -> None:
    assert make(tmp_path, count=3).generated.voters == 3


@pytest.mark.parametrize(("count", "districts", "says"), [(0, (), "at least one"), (5, ("d99",), "d99")])
def test_what_cannot_be_made_is_refused(count: int, districts: tuple[str, ...], says: str, tmp_path: Path) -> None:
    with pytest.raises(CannotBeMadeUp, match=says):
        make(tmp_path, count=count, districts=districts)
    with pytest.raises(CannotBeMadeUp, match=r"\.csv or \.parquet"):
        generate(PACKAGE, tmp_path / "x.txt", count=5, day=DAY)
    assert not list(tmp_path.iterdir())
