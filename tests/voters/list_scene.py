"""A small voter list: rows of an extract, a register that is only a table in memory, and the folder over both."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

import duckdb

from shailoo.adapters.memory import MemoryStore
from shailoo.adapters.voters.extract import COLUMNS
from shailoo.adapters.voters.folder import Imported, VoterFolder
from shailoo.adapters.voters.reader import VoterListReader
from shailoo.ids import StationNo
from shailoo.model.voter_list import ListStage, QueueReason, Way
from shailoo.ports import RecordStore
from shailoo.rules.list_effects import Wish

AS_OF = date(2021, 11, 1)
SURNAMES = ("Абдылдаев", "Ёлкин", "Жээнбеков", "Өмүров", "Ормонов", "Үсөнов", "Усенов", "Яковлева", "Smith")


def row(n: int, **cells: str) -> dict[str, str]:
    """The row of person `n`, with some cells otherwise."""
    made = dict.fromkeys(COLUMNS, "")
    made |= {
        "person": f"P{n:06}",
        "pin": f"{20000000000000 + n}",
        "surname": SURNAMES[n % len(SURNAMES)],
        "name": "Айбек" if n % 2 else "Айгүл",
        "patronymic": "" if n % 5 == 0 else "Асанович",
        "birth_date": f"{1950 + n % 50}-0{n % 9 + 1}-15",
        "sex": "m" if n % 2 else "f",
        "settlement": f"s{n % 3}",
        "street": "көч. Ленина",
        "house": str(n % 7 + 1),
        "disability": "yes" if n % 10 == 0 else "no",
        "status": "voter",
    }
    return made | cells


def csv_bytes(rows: Sequence[Mapping[str, str]], columns: Sequence[str] = COLUMNS) -> bytes:
    """Rows as CSV with a header."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


@dataclass
class Bytes:
    """VoterSource of bytes at hand."""

    data: bytes
    name: str = "extract.csv"
    suffix: Literal["csv", "parquet"] = "csv"

    def chunks(self) -> Iterator[bytes]:
        for start in range(0, len(self.data), 1000):
            yield self.data[start : start + 1000]


@dataclass
class TableRegisters:
    """Versions of an address register: settlement -> station."""

    root: Path
    versions: list[dict[str, str]] = field(default_factory=list)

    def latest(self) -> int | None:
        return len(self.versions) or None

    def path(self, number: int) -> Path:
        return self.root / f"{number:06}"

    def stations(self, number: int) -> frozenset[StationNo]:
        """Every station that any version has: most decisions here are about stations that no street leads to."""
        del number
        named = {station for version in self.versions for station in version.values()}
        return frozenset(map(StationNo, named | {f"{1001 + n}" for n in range(9)}))

    def distribute(
        self, db: duckdb.DuckDBPyConnection, register: Path, residences: str, placed: str
    ) -> Mapping[str, int]:
        stations = self.versions[int(register.name) - 1]
        rows = [
            (residence, stations.get(settlement), Way.STREET if settlement in stations else QueueReason.NO_SETTLEMENT)
            for residence, settlement in db.execute(f"SELECT residence, settlement FROM {residences}").fetchall()  # noqa: S608  our own names
        ]
        db.execute(f"CREATE TABLE {placed} (residence VARCHAR, station VARCHAR, way VARCHAR)")
        if rows:
            db.executemany(f"INSERT INTO {placed} VALUES (?, ?, ?)", rows)  # noqa: S608  our own names
        return {}


class StillClock:
    """Always the same moment."""

    def now(self) -> datetime:
        return datetime(2021, 11, 1, 6, 0, tzinfo=UTC)


class Scene:
    """DIR/voters with a store, a register and a reader."""

    def __init__(self, root: Path, store: RecordStore | None = None) -> None:
        self.root = root / "voters"
        self.store: RecordStore = MemoryStore() if store is None else store
        self.registers = TableRegisters(self.root / "register")
        self.steps: list[str] = []
        self.stop_at: str | None = None
        self.failure: BaseException = KeyboardInterrupt()
        self.folder = VoterFolder(
            self.root,
            self.store,
            StillClock(),
            registers=self.registers,
            distribute=self.registers.distribute,
            step=self._at,
        )
        self.reader = VoterListReader(self.root, self.store, registers=self.registers)

    def bring(
        self,
        rows: Sequence[Mapping[str, str]],
        *,
        as_of: date = AS_OF,
        stage: ListStage = ListStage.PERMANENT,
        election: str | None = None,
        allow_drop: bool = True,
        last_election: date | None = None,
        wishes: Sequence[Wish] = (),
    ) -> Imported:
        """Import rows."""
        return self.folder.import_extract(
            Bytes(csv_bytes(rows)),
            stage=stage,
            election=election,
            as_of=as_of,
            synthetic=True,
            allow_drop=allow_drop,
            last_election=last_election,
            wishes=wishes,
        )

    def files(self) -> set[str]:
        """Everything that lies in the folder, but for the lock."""
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file()} - {"lock"}

    def _at(self, step: str) -> None:
        self.steps.append(step)
        if step == self.stop_at:
            raise self.failure
