"""Tables for the officials who decide: who waits in the queue, and what is odd in the register.

They hold names and addresses, so they are written into the installation's private folder and nowhere else.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from shailoo.adapters.voters.versions import VOTERS
from shailoo.adapters.voters.work_db import kept, parquet, text, work_db
from shailoo.model.register_findings import RegisterFindings

QUEUE = "queue.csv"
FINDINGS = "findings.json"


def write_queue(version: Path) -> Mapping[str, int]:
    """Write `queue.csv` into a version's folder, by settlement and street; returns people by reason.

    Raises StorageFailed.
    """
    place = version / QUEUE
    with tempfile.TemporaryDirectory(prefix="voter-queue-") as work, work_db(Path(work)) as db:
        waiting = f"{parquet(version / VOTERS)} WHERE station IS NULL"
        fresh = version / f".{QUEUE}.new"
        _private(fresh, b"")
        db.execute(
            "COPY (SELECT way AS reason, settlement, street, house, flat, country, surname, name, patronymic, person "  # noqa: S608 -- our own path
            f"FROM {waiting} ORDER BY ALL) TO {text(str(fresh))} (HEADER)"
        )
        with kept("write the queue"):
            fresh.chmod(0o600)  # the database writes a new file in the place of ours
            fresh.replace(place)
        found = db.execute(f"SELECT way, count(*) FROM {waiting} GROUP BY way ORDER BY way").fetchall()  # noqa: S608 -- as above
    return {str(reason): int(people) for reason, people in found}


def write_findings(folder: Path, found: RegisterFindings) -> dict[str, int]:
    """Write `findings.json` into DIR/voters; returns how many of each kind. Raises StorageFailed."""
    fresh = folder / f".{FINDINGS}.new"
    _private(fresh, found.model_dump_json(indent=1).encode())
    with kept("write the findings"):
        fresh.replace(folder / FINDINGS)
    return {
        "gaps": len(found.gaps),
        "overlaps": len(found.overlaps),
        "stations_over_2500": len(found.crowded),
        "rules_without_houses": len(found.idle_rules),
        "stations_without_boundaries": len(found.without_boundaries),
        "crowded_houses": found.full_house_count,
        "unreached_addresses": found.unreached_count,
    }


def _private(file: Path, data: bytes) -> None:
    with kept(f"write {file.name}"):
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
