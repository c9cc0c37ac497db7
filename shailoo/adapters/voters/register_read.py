"""One version of the address register, read for those who publish it (`shailoo.ports.AddressRegister`).

Each answer is read whole when it is first asked for and kept; no connection stays open, so a reader may be forked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from shailoo.adapters.voters.register_tables import BOUNDARIES
from shailoo.adapters.voters.work_db import kept, open_db, parquet
from shailoo.ids import RegionId, StationNo
from shailoo.model.voter_list import Area, Centre, HouseRun, Settlement


class StoredRegister:
    """AddressRegister of a folder that `RegisterFolder.load` made."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder = folder
        self.number = number

    def regions(self) -> Sequence[Area]:
        """See AddressRegister."""
        return self._regions

    def rayons(self) -> Sequence[Area]:
        """See AddressRegister."""
        return self._rayons

    def commissions(self) -> Sequence[Area]:
        """See AddressRegister."""
        return self._commissions

    def centres(self) -> Sequence[Centre]:
        """See AddressRegister."""
        return self._centres

    def settlements(self) -> Sequence[Settlement]:
        """See AddressRegister."""
        return self._settlements

    def runs(self, settlement: str) -> Sequence[HouseRun]:
        """See AddressRegister; of an unknown place there are none."""
        return self._runs.get(settlement, ())

    def boundaries(self) -> Mapping[StationNo, Mapping[str, object]]:
        """See AddressRegister."""
        return self._boundaries

    def consulates(self) -> Sequence[tuple[str, StationNo]]:
        """See AddressRegister."""
        return self._consulates

    @cached_property
    def _regions(self) -> tuple[Area, ...]:
        rows = self._rows('SELECT id, name_ky, name_ru, name_en FROM {} ORDER BY "row"', "regions")
        return tuple(Area(code, "", (ky, ru, en)) for code, ky, ru, en in rows)

    @cached_property
    def _rayons(self) -> tuple[Area, ...]:
        return self._areas("rayons")

    @cached_property
    def _commissions(self) -> tuple[Area, ...]:
        return self._areas("commissions")

    def _areas(self, table: str) -> tuple[Area, ...]:
        rows = self._rows('SELECT id, region, name_ky, name_ru, name_en FROM {} ORDER BY "row"', table)
        return tuple(Area(code, region, (ky, ru, en)) for code, region, ky, ru, en in rows)

    @cached_property
    def _centres(self) -> tuple[Centre, ...]:
        columns = (
            "station, kind, region, rayon, tec, zone, latitude_e5, longitude_e5, name_ky, name_ru, name_en, "
            "building_ky, building_ru, building_en, address_ky, address_ru, address_en, opens, closes, step_free, phone"
        )
        return tuple(
            Centre(
                station=StationNo(row[0]),
                kind=row[1],
                region=RegionId(row[2]),
                rayon=row[3],
                tec=row[4],
                zone=row[5],
                latitude_e5=row[6],
                longitude_e5=row[7],
                name=(row[8], row[9], row[10]),
                building=(row[11], row[12], row[13]),
                address=(row[14], row[15], row[16]),
                opens=row[17],
                closes=row[18],
                step_free=row[19],
                phone=row[20],
            )
            for row in self._rows(f"SELECT {columns} FROM {{}} ORDER BY station", "centres")  # noqa: S608 -- our own names
        )

    @cached_property
    def _settlements(self) -> tuple[Settlement, ...]:
        rows = self._rows(
            "SELECT id, region, rayon, kind, latitude_e5, longitude_e5, name_ky, name_ru, name_en FROM {} "
            'ORDER BY "row"',
            "settlements",
        )
        return tuple(
            Settlement(code, region, rayon, kind, latitude, longitude, (ky, ru, en))
            for code, region, rayon, kind, latitude, longitude, ky, ru, en in rows
        )

    @cached_property
    def _runs(self) -> dict[str, tuple[HouseRun, ...]]:
        streets = {
            code: (ky, ru, en)
            for code, ky, ru, en in self._rows("SELECT id, name_ky, name_ru, name_en FROM {}", "streets")
        }
        stations = {centre.station: centre.station for centre in self._centres}
        rows = self._rows(
            'SELECT settlement, street, "first", "last", parity, station, houses FROM {} '
            'ORDER BY settlement, street_order, street, "first", "last", station',
            "runs",
        )
        found: dict[str, list[HouseRun]] = {}
        for settlement, street, first, last, parity, station, houses in rows:
            run = HouseRun(
                streets.get(street, ("", "", "")), first, last, parity, stations[station], tuple(houses.split())
            )
            found.setdefault(settlement, []).append(run)
        return {settlement: tuple(runs) for settlement, runs in found.items()}

    @cached_property
    def _consulates(self) -> tuple[tuple[str, StationNo], ...]:
        rows = self._rows("SELECT country, station FROM {} ORDER BY country", "consulates")
        return tuple((country, StationNo(station)) for country, station in rows)

    @cached_property
    def _boundaries(self) -> dict[StationNo, Mapping[str, object]]:
        features = json.loads((self._folder / BOUNDARIES).read_bytes())["features"]
        return {StationNo(feature["properties"]["station"]): feature["geometry"] for feature in features}

    def _rows(self, query: str, table: str) -> list[tuple[Any, ...]]:
        """Rows of a query in which `{}` stands for a table of this version. Raises StorageFailed."""
        with kept("read the address register"):
            db = open_db(self._folder.parent)
            try:
                return db.execute(query.format(parquet(self._folder / f"{table}.parquet"))).fetchall()
            finally:
                db.close()
