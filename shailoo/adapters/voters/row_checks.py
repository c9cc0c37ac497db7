"""The rule for a row (`shailoo.rules.voter_rows`) as SQL: over cells that are text cut of spaces, never NULL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from shailoo.adapters.voters.work_db import text
from shailoo.model.voter_tables import EXTRACT, Column
from shailoo.rules.voter_rows import (
    ADULT,
    EARLIEST_BIRTH,
    LETTERS,
    PLAIN,
    REMEDIES,
    VOTER,
    RowProblem,
    as_number,
)  # fmt: skip

Fault = tuple[str, RowProblem, str, str]
"""Column, problem, remedy, and the condition under which a row has it."""


def cell_sql(column: str) -> str:
    """The expression for `shailoo.rules.voter_rows.cell_text` of a column that may hold NULL."""
    bare = f"trim(coalesce({column}, ''), ' ')"
    return whole_letters_sql(bare) if column in LETTERS else bare


def whole_letters_sql(cell: str) -> str:
    """The expression for the form NFC of a text."""
    return f"if(regexp_matches({cell}, {text(PLAIN)}), nfc_normalize({cell}), {cell})"


def faults_sql(as_of: date) -> tuple[Fault, ...]:
    """Every fault that one row can have, in the order in which the pure rule tells them; at most one per column."""
    return tuple(fault for column in EXTRACT for fault in _column_faults(column, as_of))


def sound_sql(as_of: date) -> str:
    """The condition under which a row has no fault."""
    return " AND ".join(f"NOT ({condition})" for _, _, _, condition in faults_sql(as_of))


def birth_number(day: str) -> str:
    """A DATE as 20210228; see `shailoo.rules.voter_rows.as_number`."""
    return f"(year({day}) * 10000 + month({day}) * 100 + day({day}))"


def _column_faults(column: Column, as_of: date) -> Iterator[Fault]:
    cell, fits = column.name, f"regexp_full_match({column.name}, {text(column.pattern)})"
    if column.presence == "needed":
        yield column.name, RowProblem.MISSING, column.remedy, f"{cell} = ''"
    yield column.name, RowProblem.FORM, column.remedy, f"{cell} <> '' AND NOT {fits}"
    if column.name == "birth_date":
        day = f"try_cast({cell} AS DATE)"
        written = f"{cell} <> '' AND {fits}"
        real = f"{day} BETWEEN DATE '{EARLIEST_BIRTH}' AND DATE '{as_of}'"
        young = f"({as_number(as_of)} - {birth_number(day)}) // 10000 < {ADULT}"
        yield _wide(cell, RowProblem.NO_SUCH_DAY, f"{written} AND {day} IS NULL")
        yield _wide(cell, RowProblem.BIRTH, f"{written} AND {day} IS NOT NULL AND NOT ({real})")
        yield _wide(
            cell,
            RowProblem.UNDER_AGE,
            f"{written} AND {day} IS NOT NULL AND {real} AND status = {text(VOTER)} AND {young}",
        )
    if column.name == "settlement":
        yield _wide(cell, RowProblem.NO_PLACE, "settlement = '' AND country = ''")


def _wide(column: str, problem: RowProblem, condition: str) -> Fault:
    return column, problem, REMEDIES[problem], condition
