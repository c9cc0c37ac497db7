"""May this row of the population register's extract go into the list?

One row after another; that a person or a PIN stands only once is seen over the whole extract. The database checks the
same in SQL that is made from the same columns (`shailoo.adapters.voters.row_checks`); a test holds the two together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from shailoo.model.voter_tables import EXTRACT

ADULT = 18
"""Completed years (Constitution, Art. 2; constitutional law on elections, Art. 3)."""
EARLIEST_BIRTH = date(1900, 1, 1)
VOTER = "voter"


class RowProblem(StrEnum):
    """Why a row is refused."""

    MISSING = "missing"
    FORM = "form"
    NO_SUCH_DAY = "no-such-day"
    BIRTH = "birth"
    UNDER_AGE = "under-age"
    NO_PLACE = "no-place"
    PERSON_TWICE = "person-twice"
    PIN_TWICE = "pin-twice"
    NOT_ON_LIST = "not-on-list"
    TWICE = "twice"


REMEDIES: Mapping[RowProblem, str] = {
    RowProblem.NO_SUCH_DAY: "Give a day that is in the calendar, as YYYY-MM-DD.",
    RowProblem.BIRTH: "Give the day of birth: not before 1900, and not after the day of the extract.",
    RowProblem.UNDER_AGE: "Leave out whoever is not yet 18 on the day of the extract, or mend the day of birth.",
    RowProblem.NO_PLACE: "Give the town or village of residence, or the country of consular registration.",
    RowProblem.PERSON_TWICE: "Give each person once. Rows that differ are all left out until the true one is known.",
    RowProblem.PIN_TWICE: "Two people have one PIN: find out whose it is. Both are left out until then.",
    RowProblem.NOT_ON_LIST: "The final list of this station has nobody with this PIN. Check station and PIN.",
    RowProblem.TWICE: "The PIN has been given already: a person takes part once.",
}
"""What to do, of problems that do not belong to one column's pattern."""


class RowFault(NamedTuple):
    """One fault of one row."""

    column: str
    problem: RowProblem
    remedy: str


_PATTERNS = {column.name: re.compile(column.pattern) for column in EXTRACT}


LETTERS = frozenset({"surname", "name", "patronymic", "street", "house", "flat"})
"""Columns in which people write letters, which Unicode can write in two ways; the others hold codes."""
PLAIN = "[^\\x{00}-\\x{2ff}\\x{400}-\\x{482}\\x{48a}-\\x{4ff}]"
"""Regular expression (RE2): text without such a letter is in the form NFC already. Asked first, because it is quick."""


def cell_text(column: str, cell: str) -> str:
    """A cell as it is kept: cut of spaces, and letters in one piece (NFC).

    й may come as и with a breve after it, which looks the same and would be another person, street or key.
    """
    bare = cell.strip(" ")
    return unicodedata.normalize("NFC", bare) if column in LETTERS else bare


def row_faults(row: Mapping[str, str], as_of: date) -> tuple[RowFault, ...]:
    """The faults of one row, in the order of columns; empty when it may go in. Cells: see `cell_text`."""
    faults: list[RowFault] = []
    for column in EXTRACT:
        cell = cell_text(column.name, row.get(column.name, ""))
        if not cell and column.presence == "needed":
            faults.append(RowFault(column.name, RowProblem.MISSING, column.remedy))
        elif cell and not _PATTERNS[column.name].fullmatch(cell):
            faults.append(RowFault(column.name, RowProblem.FORM, column.remedy))
        elif column.name == "birth_date":
            faults += _birth_faults(cell, row.get("status", "").strip(" "), as_of)
        elif column.name == "settlement" and not cell and not row.get("country", "").strip(" "):
            faults.append(_fault("settlement", RowProblem.NO_PLACE))
    return tuple(faults)


def completed_years(birth: date, day: date) -> int:
    """Age. Whoever was born on 29 February becomes a year older on 1 March of a year without that day."""
    return (as_number(day) - as_number(birth)) // 10_000


def as_number(day: date) -> int:
    """20210228 for 28 February 2021: differences of such numbers, by 10,000, are completed years."""
    return day.year * 10_000 + day.month * 100 + day.day


def _birth_faults(cell: str, status: str, as_of: date) -> list[RowFault]:
    try:
        birth = date.fromisoformat(cell)
    except ValueError:
        return [_fault("birth_date", RowProblem.NO_SUCH_DAY)]
    if not EARLIEST_BIRTH <= birth <= as_of:
        return [_fault("birth_date", RowProblem.BIRTH)]
    if status == VOTER and completed_years(birth, as_of) < ADULT:
        return [_fault("birth_date", RowProblem.UNDER_AGE)]
    return []


def _fault(column: str, problem: RowProblem) -> RowFault:
    return RowFault(column, problem, REMEDIES[problem])
