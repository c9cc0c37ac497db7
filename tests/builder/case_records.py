"""Records of cases in the five-station election: what the public door and the desks would have appended."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shailoo.model.case import CaseAct, CaseFiled, Official, case_key
from shailoo.model.record import record_bytes
from shailoo.records.case_receipt import CaseReceipt
from tests.builder.scene import election

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shailoo.adapters.memory import MemoryStore
    from shailoo.adapters.sqlite import SqliteStore
    from shailoo.model.case import PublicValue

MORNING = datetime(2025, 5, 12, 4, 0, tzinfo=UTC)
STATIONS = [station.no for station in election("small").stations]
CHANGE = "voter-missing"


@dataclass
class Filer:
    """Appends cases to a store, each a minute after the one before."""

    store: MemoryStore | SqliteStore
    filed: dict[str, CaseFiled] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    acts: dict[str, int] = field(default_factory=dict)

    def file(
        self, name: str, kind: str = CHANGE, station: str = STATIONS[0], told: Mapping[str, PublicValue] | None = None
    ) -> CaseReceipt:
        """A case of a name of ours; returns its receipt."""
        at = MORNING + timedelta(minutes=len(self.filed))
        record = CaseFiled(
            case=hashlib.sha256(name.encode()).hexdigest()[:32], kind=kind, version=1, election="small",
            station=station, commission=f"pec-{station}", filed=at, channel="online", applicant=None,
            content=hashlib.sha256(f"content {name}".encode()).hexdigest(), told=told or {},
            due=at + timedelta(days=2), article="art. 1",
        )  # fmt: skip
        self.filed[name] = record
        self.acts[name] = 0
        self.numbers[name] = self.store.append(case_key(record), record_bytes(record)).seq
        return CaseReceipt.of(record, self.numbers[name])

    def act(
        self, name: str, act: str, *, of: int | None = None, proposed: bool = False, reason: str | None = None,
        told: Mapping[str, PublicValue] | None = None,
    ) -> CaseAct:  # fmt: skip
        """An official's next act upon it."""
        self.acts[name] += 1
        filed = self.filed[name]
        official = Official(person="a" * 64, commission=filed.commission, role="precinct")
        record = CaseAct(
            case=filed.case, n=self.acts[name], act=act, of=of, proposed=proposed, by=official,
            entered=filed.filed + timedelta(hours=self.acts[name]), reason=reason, told=told or {},
        )  # fmt: skip
        self.store.append(case_key(record), record_bytes(record))
        return record
