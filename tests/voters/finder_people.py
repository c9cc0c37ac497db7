"""A few people on the lists of three stations, and the index over them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from shailoo.adapters.voters.finder_index import build_index
from shailoo.ids import RegionId, StationNo
from shailoo.model.voter_list import Area, Centre

PEOPLE = (
    ("20101199900017", "Асанов", "1001"),
    ("10202198800025", "Өмүралиева", "1002"),
    ("21212197700033", "Токтогулова-Мамбетова", "1003"),
    ("10303196600041", "Дүйшөналиев", None),
)
"""PIN, surname, station; the last one waits in the queue."""
COMMISSIONS = (Area("tec-1", "r1", ("Сокулук АШК", "Сокулукская ТИК", "Sokuluk TEC")),)


def centre(number: str, phone: str = "+996 312 00-00-00") -> Centre:
    return Centre(
        station=StationNo(number),
        kind="domestic",
        region=RegionId("r1"),
        rayon="sokuluk",
        tec="tec-1",
        zone="Asia/Bishkek",
        latitude_e5=4_287_500,
        longitude_e5=7_460_003,
        name=("Ак-Жар айылы", "село Ак-Жар", "Ak-Zhar village"),
        building=("№ 5 орто мектеп", "средняя школа № 5", "Secondary school No. 5"),
        address=("Манас көчөсү, 12", "улица Манаса, 12", "12 Manas street"),
        opens="08:00",
        closes="20:00",
        step_free="yes",
        phone=phone,
    )


CENTRES = tuple(centre(number) for number in ("1001", "1002", "1003"))


def voters(path: Path, people: Iterable[tuple[str, str, str | None]] = PEOPLE) -> Path:
    """The columns of `voters.parquet` that the index reads."""
    with duckdb.connect() as db:
        db.execute("CREATE TABLE v (pin VARCHAR, surname VARCHAR, station VARCHAR)")
        db.executemany("INSERT INTO v VALUES (?, ?, ?)", list(people))
        db.table("v").write_parquet(str(path))
    return path


def indexed(folder: Path, people: Iterable[tuple[str, str, str | None]] = PEOPLE, number: int = 1) -> Path:
    """The folder of an index over people."""
    folder.mkdir(parents=True, exist_ok=True)
    build_index(folder, number, voters(folder / f"{number}.parquet", people), CENTRES, COMMISSIONS)
    return folder
