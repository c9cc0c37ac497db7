"""Writing the extract: arrays become texts, chunk by chunk, and go through a database on the disk into one file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np

from rehearsal.voters.errors import CannotBeMadeUp
from rehearsal.voters.houses import ABROAD, NO_STREET, SUFFIXES
from rehearsal.voters.people import People, Texts, tables
from rehearsal.voters.streets import FORMS
from rehearsal.voters.town import Town
from shailoo.model.voter_tables import EXTRACT

Progress = Callable[[int, int], None]
COLUMNS = ", ".join(column.name for column in EXTRACT)
_CHUNK = 200_000
_STAGE = """
CREATE TABLE stage AS SELECT
    number, 'P' || lpad(number::VARCHAR, 8, '0') AS person,
    CASE WHEN woman THEN '1' ELSE '2' END
        || strftime(DATE '0001-01-01' + (birth - 1), '%d%m%Y') || lpad(serial::VARCHAR, 5, '0') AS pin,
    surname, name, nullif(father, '') AS patronymic,
    strftime(DATE '0001-01-01' + (birth - 1), '%Y-%m-%d') AS birth_date,
    CASE WHEN woman THEN 'f' ELSE 'm' END AS sex,
    nullif(settlement, '') AS settlement, nullif(street, '') AS street, nullif(house, '') AS house,
    CASE WHEN flat > 0 THEN flat::VARCHAR END AS flat, nullif(country, '') AS country,
    CASE WHEN disabled THEN 'yes' ELSE 'no' END AS disability, 'voter' AS status, nullif(station, '') AS station
FROM chunk"""


def connect(work: Path) -> duckdb.DuckDBPyConnection:
    """Open a database in a folder, within bounds of memory."""
    db = duckdb.connect(str(work / "stage.duckdb"))
    db.execute("SET memory_limit = '1200MB'; SET threads = 2; SET preserve_insertion_order = true")
    db.execute("SET enable_progress_bar = false")  # it would go to standard output, among what --json says
    db.execute(f"SET temp_directory = '{quoted(work / 'spill')}'")
    return db


def quoted(path: Path) -> str:
    """Return a path as it stands between quotes in SQL."""
    return str(path).replace("'", "''")


def options(path: Path) -> str:
    """Return how a file is written, by its suffix. Raises CannotBeMadeUp for another than .csv and .parquet."""
    if path.suffix == ".parquet":
        return "(FORMAT parquet, COMPRESSION zstd)"
    if path.suffix == ".csv":
        return "(FORMAT csv, HEADER)"
    raise CannotBeMadeUp(f"{path.name}: write .csv or .parquet.")


def write_extract(
    town: Town, people: People, out: Path, work: Path, *, truth: Path | None, progress: Progress | None
) -> None:
    """Write the extract, ordered by the register's number, and where asked for the station of each person."""
    db = connect(work)
    try:
        _stage(db, town, people, progress)
        copy(db, f"SELECT {COLUMNS} FROM stage ORDER BY number", out)  # noqa: S608 - names of this file
        if truth is not None:
            copy(db, "SELECT person, station FROM stage ORDER BY number", truth)
    finally:
        db.close()


def copy(db: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write what a query finds into a file, by its suffix. Raises CannotBeMadeUp for another than .csv and .parquet."""
    db.execute(f"COPY ({query}) TO '{quoted(path)}' {options(path)}")


def _stage(db: duckdb.DuckDBPyConnection, town: Town, people: People, progress: Progress | None) -> None:
    texts = tables()
    fathers = np.append(texts.fathers, "")  # code -1
    streets = np.array([form for street in town.streets for form in street.name.forms()] + [""] * FORMS, object)
    form = np.arange(len(town.size)) * 7 // 3 % FORMS
    houses = house_texts(town)
    settlements = np.array([part.settlement.id for part in town.parts] + [""], object)
    stations = np.array([row["no"] for row in town.stations], object)
    by_station = {station: country for country, station in town.consulates.items()}
    country = np.array([by_station.get(row["no"], "") for row in town.stations], object)
    total = len(people.household)
    statement = _STAGE
    for start in range(0, max(total, 1), _CHUNK):
        part = slice(start, min(start + _CHUNK, total))
        household = people.household[part]
        address = town.address[household]
        away = address == ABROAD
        street = np.where(away, NO_STREET, town.street[address]) if len(town.street) else address
        settlement = settlements[np.where(away, -1, town.place[address])] if len(town.street) else settlements[address]
        unknown = town.unregistered[household]
        settlement[unknown] = [f"unregistered-{k % 97}" for k in household[unknown].tolist()]
        station = stations[town.station[household]]
        station[town.queued[household]] = ""
        # Looked up by its name by the statement below.
        chunk = {
            "number": people.number[part],
            "woman": people.woman[part],
            "birth": people.birth[part],
            "serial": people.serial[part],
            "surname": texts.surnames[people.surname[part]],
            "name": texts.names[people.name[part]],
            "father": fathers[people.father[part]],
            "settlement": settlement,
            "street": np.where(street == NO_STREET, "", streets[street * FORMS + form[household]]),
            "house": np.where(away, "", houses[address]),
            "flat": town.flat[household],
            "country": np.where(away, country[town.station[household]], ""),
            "disabled": people.disabled[part],
            "station": station,
        }
        db.register("chunk", chunk)
        db.execute(statement)
        db.unregister("chunk")
        statement = _STAGE.replace("CREATE TABLE stage AS", "INSERT INTO stage")
        if progress is not None:
            progress(part.stop, total)


def house_texts(town: Town) -> Texts:
    """Return the house numbers of all addresses as texts, and an empty one after them."""
    most = int(town.number.max()) + 1 if len(town.number) else 0
    every = np.array([f"{number}{suffix}" for number in range(most) for suffix in SUFFIXES] + [""], object)
    codes = town.number.astype(np.int64) * len(SUFFIXES) + town.suffix
    found: Texts = every[np.append(codes, -1)]
    return found
