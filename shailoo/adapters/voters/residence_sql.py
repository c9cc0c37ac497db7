"""The keys of `shailoo.rules.residence` as expressions of DuckDB: the same answer for any text without U+0000.

Each function takes SQL expressions of type VARCHAR (a column's name, as a rule) and returns one. NULL counts as empty.
"""

from __future__ import annotations

from shailoo.rules import residence


def _text(value: str) -> str:
    """Write a value as an SQL string. Control characters may stand in it as they are."""
    return "'" + value.replace("'", "''") + "'"


_FROM_HOUSE = residence.CAPITALS + residence.BLANKS
_TO_HOUSE = residence.SMALL + " " * len(residence.BLANKS)


def street_key_sql(street: str) -> str:
    """The expression for `street_key`."""
    small = (
        f"translate(coalesce({street}, ''), {_text(_FROM_HOUSE + residence.MARKS)}, "
        f"{_text(_TO_HOUSE + ' ' * len(residence.MARKS))})"
    )
    words = f"trim(regexp_replace({small}, ' +', ' ', 'g'), ' ')"
    named = f"regexp_replace({words}, {_text(residence.KIND_BEFORE)}, '')"
    return f"regexp_replace({named}, {_text(residence.KIND_AFTER)}, '')"


def house_key_sql(house: str) -> str:
    """The expression for `house_key`."""
    small = f"replace(translate(coalesce({house}, ''), {_text(_FROM_HOUSE)}, {_text(_TO_HOUSE)}), ' ', '')"
    twins = f"translate({small}, {_text(residence.LATIN_TWINS)}, {_text(residence.CYRILLIC_TWINS)})"
    return rf"regexp_replace({twins}, '^0+([0-9])', '\1')"


def house_number_sql(house: str) -> str:
    """The expression for `house_number`, an INTEGER."""
    digits = f"regexp_extract({house_key_sql(house)}, '^[0-9]{{1,{residence.NUMBER_DIGITS}}}')"
    return f"coalesce(try_cast({digits} AS INTEGER), 0)"


def residence_key_sql(settlement: str, street: str, house: str, country: str) -> str:
    """The expression for `residence_key`."""
    where = f"replace(translate(coalesce({settlement}, ''), {_text(_FROM_HOUSE)}, {_text(_TO_HOUSE)}), '|', ' ')"
    plain = f"replace({house_key_sql(house)}, '|', ' ')"
    return f"concat({where}, '|', {street_key_sql(street)}, '|', {plain}, '|', coalesce({country}, ''))"
