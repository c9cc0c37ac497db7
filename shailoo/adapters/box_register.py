"""The register of boxes in an election package that is still being made: boxes.csv, and what waits to be confirmed.

`boxes-entered.csv` lies beside boxes.csv and is no part of the package. Order of writing when a box is confirmed:

    boxes.csv whole, by rename    stop before: the box waits still
    boxes-entered.csv likewise    stop before: it is in both with the same key; confirming it again cleans up
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from shailoo.errors import NotFound, StorageFailed
from shailoo.model.election import Box, Mode
from shailoo.package_faults import FaultList
from shailoo.package_header import HEADER, PackageHeader
from shailoo.package_tables import BOXES, STATIONS, read_table
from shailoo.package_writer import write_csv
from shailoo.rules.enrolment import BadEnrolment

ENTERED = "boxes-entered.csv"


@dataclass(frozen=True, slots=True)
class BoxRegister:
    """The boxes of a package in the making."""

    folder: Path
    election: str
    mode: Mode
    stations: frozenset[str]
    enrolled: Mapping[str, Box]
    entered: Mapping[str, Box]

    @classmethod
    def open(cls, folder: Path) -> BoxRegister:
        """Read the register; a package without boxes.csv has none yet.

        Raises NotFound, BadEnrolment, PackageInvalid.
        """
        try:
            header = PackageHeader.model_validate_json((folder / HEADER).read_bytes())
        except OSError as error:
            raise NotFound("There is no election package in this folder.", folder=folder.name) from error
        except ValidationError as error:
            raise BadEnrolment("election.json cannot be read: `shailoo package check`.", folder=folder.name) from error
        faults = FaultList()
        stations = read_table(STATIONS, _read(folder / STATIONS.file) or b"", faults)
        tables = {}
        for name in (BOXES.file, ENTERED):
            data = _read(folder / name)
            rows = [] if data is None else read_table(BOXES, data, faults)
            tables[name] = {row.value.id: row.value for row in rows}
        faults.raise_if_any()
        numbers = frozenset(row.value.no for row in stations)
        return cls(folder, header.id, header.mode, numbers, tables[BOXES.file], tables[ENTERED])

    def save_entered(self, entered: Mapping[str, Box]) -> None:
        """Write what waits to be confirmed. Raises StorageFailed."""
        _write(self.folder / ENTERED, entered.values())

    def save(self, entered: Mapping[str, Box], enrolled: Mapping[str, Box]) -> None:
        """Write the register, then what still waits. Raises StorageFailed."""
        if enrolled != self.enrolled:
            _write(self.folder / BOXES.file, enrolled.values())
        _write(self.folder / ENTERED, entered.values())


def read_pairs(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file that a person brings, by column. Raises NotFound."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [{key: (cell or "").strip() for key, cell in row.items() if key} for row in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise NotFound("This file cannot be read as CSV in UTF-8.", file=path.name) from error


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NotFound("This file cannot be read.", file=path.name) from error


def _write(path: Path, boxes: Iterable[Box]) -> None:
    rows = [[box.id, box.station or "", box.role.value, box.vkey] for box in sorted(boxes, key=lambda one: one.id)]
    fresh = path.with_name(f"{path.name}.new")
    try:
        with fresh.open("wb") as file:
            file.write(write_csv(BOXES.columns, rows))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise StorageFailed("The register could not be written.", file=path.name, cause=type(error).__name__) from error
