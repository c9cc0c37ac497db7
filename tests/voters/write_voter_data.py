"""`python -m tests.voters.write_voter_data`: write docs/voter-data.md again from shailoo/model/voter_tables.py."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from shailoo.model.voter_tables import EXTRACT, REGISTER_FILES, Column
from shailoo.rules.voter_rows import REMEDIES, RowProblem

PAGE = Path(__file__).parents[2] / "docs" / "voter-data.md"

_HEAD = """# Tables for the voter list

Generated from `shailoo/model/voter_tables.py`; `python -m tests.voters.write_voter_data` writes it again.

Two tables come from outside: the population register's extract, and the address register (GISAR). A third, after
election day, is what the identification of voters reports.

- CSV in UTF-8 (a byte order mark is allowed) with a header, commas, double quotes where needed. Columns may stand in
  any order; all of them must be there, and no others.
- The extract and `addresses` may be Parquet with the same column names, every column as text.
- Letters in two pieces (и and a breve) are made whole (Unicode NFC) in names, streets and settlements.
- Spaces around a cell are cut off. *May be empty* says so; otherwise a cell is needed. A form is a regular expression
  of the whole cell.

## The extract of the population register

`shailoo voters import FILE --dir DIR` makes a version of the list of it: whole, or not at all. A file that is broken
(cut off, badly quoted, not UTF-8, other columns) is refused with its line or column, and the list stays as it was.
A faulty row is left out, and told in `refused.csv` of the version: row (in CSV the header is row 1, in Parquet the
first row is), column, value, problem, remedy; one line for each fault. That file holds personal data and is never
published; how many rows were refused is.

"""

_AFTER_EXTRACT = """
Whoever has a status other than `voter` is not listed; the status is why the person left the list of the station where
they stood. It is published as a count only, and only where the count is not small. Of rows of one person that say the
same the first counts; if they differ, none does. Of two people with one PIN neither is listed until it is known whose
it is. An extract that would take more than five voters in a hundred off the list is refused unless it is said to be
right.

A residence (settlement, street and house, or the country) that the version before knew keeps its polling station;
the others are distributed by the address register.

### Why a row is refused

| problem | what to do |
| --- | --- |
"""

_AFTER_PROBLEMS = """
## Those who took part

Columns `station` and `pin`, a row for each person who was identified at a precinct. The rows are looked up on the final
list of the election; `not-on-list` and `twice` are the refusals. Neither time nor order is kept: the list that is
made is alphabetical, as every other.

## The address register

A folder with one CSV for each table below, `register.json`, and `boundaries.geojson`: a FeatureCollection of Polygon
and MultiPolygon (WGS 84, five decimals), each with the number of its polling station in `properties.station`.

"""


def voter_data_page() -> str:
    """The page."""
    problems = "".join(f"| `{problem.value}` | {_what_to_do(problem)} |\n" for problem in RowProblem)
    register = "\n".join(f"### {name}\n\n{_table(columns)}" for name, columns in REGISTER_FILES.items())
    return f"{_HEAD}{_table(EXTRACT)}{_AFTER_EXTRACT}{problems}{_AFTER_PROBLEMS}{register}"


def _what_to_do(problem: RowProblem) -> str:
    return REMEDIES.get(problem, "What the column says: see its form and remedy above.")


def _table(columns: Sequence[Column]) -> str:
    lines = ["| column | what it is | form | if it is not so |", "| --- | --- | --- | --- |"]
    for column in columns:
        empty = " May be empty." if column.presence == "optional" else ""
        form = column.pattern.replace("|", "\\|")
        lines.append(f"| `{column.name}` | {column.meaning}{empty} | `{form}` | {column.remedy} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(voter_data_page(), encoding="utf-8")
