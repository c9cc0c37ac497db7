"""The queue of a version: people whose station no rule found, and about whom a person decides.

It holds names and addresses, so it is written into the installation's private folder and nowhere else.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from shailoo.adapters.voters.versions import VOTERS
from shailoo.adapters.voters.work_db import kept, parquet, text, work_db

QUEUE = "queue.csv"


def write_queue(version: Path) -> Mapping[str, int]:
    """Write `queue.csv` into a version's folder, by settlement and street; returns people by reason.

    Raises StorageFailed.
    """
    place = version / QUEUE
    with tempfile.TemporaryDirectory(prefix="voter-queue-") as work, work_db(Path(work)) as db:
        waiting = f"{parquet(version / VOTERS)} WHERE station IS NULL"
        fresh = version / f".{QUEUE}.new"
        with kept("write the queue"):
            os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        db.execute(
            "COPY (SELECT way AS reason, settlement, street, house, flat, country, surname, name, patronymic, person "  # noqa: S608 -- our own path
            f"FROM {waiting} ORDER BY ALL) TO {text(str(fresh))} (HEADER)"
        )
        with kept("write the queue"):
            fresh.chmod(0o600)
            fresh.replace(place)
        found = db.execute(f"SELECT way, count(*) FROM {waiting} GROUP BY way ORDER BY way").fetchall()  # noqa: S608 -- as above
    return {str(reason): int(people) for reason, people in found}
