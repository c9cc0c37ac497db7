"""`python -m tests.benchmarks [NAME …]`.

Measure, print the table, and, when everything was measured, write docs/benchmarks.md.
"""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

MEASURES = (
    "voters", "finder", "cabinet", "full_build", "one_report", "log", "intake", "filing", "night", "documents",
    "verify", "snapshot", "origin", "cold_import", "desk", "one_case",
)  # fmt: skip
"""The voter list first: a command that is started by a process of 2.7 GB is counted with that memory at its birth."""
PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
COLUMNS = ("what", "reach", "measured")


def main() -> int:
    """Exit code 1 when something was not reached."""
    chosen = sys.argv[1:] or list(MEASURES)
    console = Console(stderr=True)
    rows: list[dict[str, object]] = []
    for name in chosen:
        with console.status(f"measuring: {name}"):
            rows += import_module(f"tests.benchmarks.{name}").run()
    table = Table(*COLUMNS, "", title="Speed")
    for row in rows:
        table.add_row(*(str(row[column]) for column in COLUMNS), "reached" if row["ok"] else "NOT REACHED")
    Console(width=160).print(table)
    if set(chosen) == set(MEASURES):
        PAGE.write_text(page(rows), encoding="utf-8")
    return 0 if all(row["ok"] for row in rows) else 1


def page(rows: list[dict[str, object]]) -> str:
    """The table as documentation, with machine and date: a figure without them says nothing."""
    memory = psutil.virtual_memory().total // 2**30
    lines = [
        "# Speed",
        "",
        "Written by `make bench`; do not edit.",
        "",
        (
            f"Measured on {datetime.now(UTC):%Y-%m-%d} with {os.cpu_count()} cores ({platform.machine()}), "
            f"{memory} GB, Python {platform.python_version()}. "
            f"Load of the machine when it ended: {os.getloadavg()[0]:.1f}."
        ),
        "",
        "| what | reach | measured | |",
        "| --- | --- | --- | --- |",
        *(
            f"| {row['what']} | {row['reach']} | {row['measured']} | {'reached' if row['ok'] else '**not reached**'} |"
            for row in rows
        ),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
