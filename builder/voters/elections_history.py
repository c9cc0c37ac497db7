"""Turnout of past elections: real figures with their sources, carried as published even where they do not agree."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from builder.tables import table
from shailoo.i18n import msgid as _

DATA: Final = Path(__file__).resolve().parent / "data" / "past_elections.csv"
NOTES: Final[Mapping[str, str]] = {
    "derived": _("The number of voters is derived from that of 2020 and the growth since 2015."),
    "rounded": _("Voters and participants are known only rounded; the published turnout does not follow from them."),
    "annulled-2020": _("Annulled by the Central Election Commission on 6 October 2020."),
    "bases-differ": _(
        "The published turnout does not follow from the two numbers beside it, which give another share. The bases "
        "differ; why was not found."
    ),
    "one-city": _("A second source gives more voters for the three cities; this number may be that of one city."),
    "annulled-20": _("Without 20 stations whose results were annulled."),
    "district-13": _("District No. 13 was annulled and later restored in part."),
}
"""What a reader must know beside the figures."""
COLUMNS: Final = (
    "date", "scope", "kind", "name_ky", "name_ru", "name_en", "registered", "participants", "turnout_hundredths",
    "precision", "stations", "stations_abroad", "status", "note", "source",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PastElection:
    """One row. None where no public source was found."""

    day: date
    scope: str
    kind: str
    name: tuple[str, str, str]
    """ky, ru, en."""
    registered: int
    participants: int | None
    turnout: int | None
    """Published, in hundredths of a percent."""
    precision: str
    stations: int | None
    abroad: int | None
    status: str
    note: str
    source: str

    @property
    def computed(self) -> int | None:
        """The turnout that the two numbers give, in hundredths of a percent, rounded half up."""
        if self.participants is None:
            return None
        return (20_000 * self.participants + self.registered) // (2 * self.registered)

    @property
    def follows(self) -> bool:
        """Whether the published turnout is that of the two numbers, as exactly as it was published."""
        if self.turnout is None or self.computed is None:
            return True
        unit = 10 if self.turnout % 10 == 0 else 1
        return abs(self.turnout - self.computed) <= unit // 2


@cache
def past_elections() -> tuple[PastElection, ...]:
    """Every row of the file, oldest first."""
    with DATA.open(encoding="utf-8", newline="") as file:
        return tuple(_row(row) for row in csv.DictReader(file))


def _row(row: Mapping[str, str]) -> PastElection:
    def some(name: str) -> int | None:
        return int(row[name]) if row[name] else None

    return PastElection(
        day=date.fromisoformat(row["date"]),
        scope=row["scope"],
        kind=row["kind"],
        name=(row["name_ky"], row["name_ru"], row["name_en"]),
        registered=int(row["registered"]),
        participants=some("participants"),
        turnout=some("turnout_hundredths"),
        precision=row["precision"],
        stations=some("stations"),
        abroad=some("stations_abroad"),
        status=row["status"],
        note=row["note"],
        source=row["source"],
    )


def csv_file() -> bytes:
    """The same table for everybody; real figures, so `synthetic` is no on every row."""
    with io.StringIO(DATA.read_text(encoding="utf-8")) as file:
        rows: Sequence[Mapping[str, str]] = list(csv.DictReader(file))
    return table((*COLUMNS, "synthetic"), ([*(row[name] for name in COLUMNS), "no"] for row in rows))


def json_value() -> dict[str, Any]:
    """The same as JSON, with what the two numbers give beside what was published."""
    return {
        "synthetic": False,
        "elections": [
            {
                "date": one.day.isoformat(),
                "scope": one.scope,
                "kind": one.kind,
                "name": dict(zip(("ky", "ru", "en"), one.name, strict=True)),
                "registered": one.registered,
                "participants": one.participants,
                "turnout_hundredths": one.turnout,
                "turnout_computed_hundredths": one.computed,
                "follows": one.follows,
                "precision": one.precision,
                "stations": one.stations,
                "stations_abroad": one.abroad,
                "status": one.status,
                "note": NOTES.get(one.note),
                "source": one.source,
            }
            for one in past_elections()
        ],
    }
