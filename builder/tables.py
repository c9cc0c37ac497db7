"""What every data file begins with, and how a table is spelled."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from builder import views
    from shailoo.model.base import Name


def about(head: views.Head) -> dict[str, Any]:
    """What the file is, at the top of every JSON."""
    return {
        "election": head.election,
        "day": head.day,
        "status": head.status,
        "synthetic": head.synthetic,
        "licence": "CC BY 4.0",
    }


def names(name: Name) -> dict[str, str]:
    """A name in three languages."""
    return {"ky": name.ky, "ru": name.ru, "en": name.en}


def table(columns: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> bytes:
    """A CSV: a line of column names, then the rows."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
