"""The next extract: what a day or a month does to a population. The same arguments give the same bytes."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from rehearsal.synthesis.rounding import split
from rehearsal.voters.errors import CannotBeMadeUp
from rehearsal.voters.extract import COLUMNS, connect, copy, options
from rehearsal.voters.people import years_before
from shailoo.model.voter_tables import EXTRACT

KINDS = {
    "moved": 36, "died": 12, "came_of_age": 14, "registered": 14, "absent": 8, "surname": 9, "pin": 3,
    "convicted": 2, "incapable": 1, "citizenship": 1,
}  # fmt: skip
"""What happens to people, of a hundred events. `absent`: no longer in the extract, without a reason."""
_NEW = ("came_of_age", "registered")
_HOME = ("settlement", "street", "house", "flat", "country")
_AT = {column.name: place for place, column in enumerate(EXTRACT)}
_SERIALS = 100_000
_FEWEST = 2
"""Somebody to move, and somebody to whose house."""
Person = tuple[str | None, ...]
Rows = npt.NDArray[np.int64]


def evolve(extract: Path, out: Path, *, share_ppm: int, seed: int, day: date) -> dict[str, int]:
    """Write the extract that follows an extract; `share_ppm` millionths of its voters have something happen to them.

    People who left with a reason (status) in the old extract are not in the new one; everybody else keeps their place,
    newcomers stand at the end. Those who come of age do so on `day`. Returns kind -> people, and under `dropped` those
    who are gone with the reason of last time. One person has one thing happen to them.

    Raises CannotBeMadeUp for an unknown suffix or an extract without two people.
    """
    options(out)
    chance = np.random.Generator(np.random.PCG64([seed, share_ppm, day.toordinal()]))
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.stem}-") as folder:
        db = connect(Path(folder))
        try:
            counts = _change(db, extract, share_ppm, day, chance)
            made = Path(folder) / out.name
            copy(
                db,
                f"SELECT {COLUMNS} FROM (SELECT * FROM old ANTI JOIN changed USING (n) UNION ALL SELECT * FROM edits)"  # noqa: S608 - own names
                " ORDER BY n",
                made,
            )
        finally:
            db.close()
        made.replace(out)
    return counts


def _change(
    db: duckdb.DuckDBPyConnection, extract: Path, share_ppm: int, day: date, chance: np.random.Generator
) -> dict[str, int]:
    """Fill `changed` (places of rows to leave out) and `edits` (rows to put in), both beside `old`."""
    read = "read_parquet(?)" if extract.suffix == ".parquet" else "read_csv(?, header = true, all_varchar = true)"
    everything = ", ".join(f"nullif({name}::VARCHAR, '') AS {name}" for name in _AT)
    db.execute(f"CREATE TABLE old AS SELECT row_number() OVER () AS n, {everything} FROM {read}", [str(extract)])  # noqa: S608 - own names
    db.execute("CREATE TABLE edits AS SELECT * FROM old LIMIT 0")
    db.execute("CREATE TABLE changed AS SELECT n FROM old WHERE status <> 'voter'")
    dropped = _number(db, "SELECT count(*) FROM changed")
    found = db.execute("SELECT n, sex = 'f' AS woman FROM old WHERE status = 'voter' ORDER BY n").fetchnumpy()
    voters, women = found["n"], found["n"][found["woman"]]
    if len(voters) < _FEWEST:
        raise CannotBeMadeUp("The extract has fewer than two voters.")
    events = dict(zip(KINDS, split(len(voters) * share_ppm // 1_000_000, list(KINDS.values())), strict=True))
    happens = list(_happenings(events, voters, women, chance))
    new = [kind for kind in _NEW for _ in range(events[kind])]
    models = voters[chance.integers(0, len(voters), size=(len(new), 2))]
    people = _rows(db, np.array([*(n for event in happens for n in event[1:]), *models.ravel()], np.int64))
    pins, counts, gone = Pins(db), Counter(dict.fromkeys(KINDS, 0)), []
    edits: list[tuple[int, Person]] = []
    for kind, n, *others in happens:
        changed = _edited(kind, people[n], [people[other] for other in others], pins)
        if changed != people[n]:
            counts[kind] += 1
            gone.append(n)
            if changed is not None:
                edits.append((n, changed))
    end = _number(db, "SELECT max(n) FROM old")
    highest = _number(db, "SELECT max(TRY_CAST(substr(person, 2) AS BIGINT)) FROM old")
    for at, (kind, (model, home)) in enumerate(zip(new, models.tolist(), strict=True), 1):
        born = _born(kind, day, chance)
        counts[kind] += 1
        edits.append((end + at, _newcomer(people[model], people[home], born, f"P{highest + at:08d}", pins)))
    _keep(db, gone, edits)
    return {**counts, "dropped": dropped}


def _happenings(
    events: dict[str, int], voters: Rows, women: Rows, chance: np.random.Generator
) -> Iterator[tuple[str, int, int, int]]:
    """Yield what happens, to whom, and two others of whom one lends a surname or a home; nobody has two things happen.

    Only women change their surname, to another woman's.
    """
    brides = chance.choice(women, size=min(events["surname"], len(women)), replace=False)
    lenders = women[chance.integers(0, max(len(women), 1), size=(len(brides), 2))]
    for bride, others in zip(brides.tolist(), lenders.tolist(), strict=True):
        yield "surname", bride, *others
    kinds = [kind for kind in KINDS if kind not in {*_NEW, "surname"} for _ in range(events[kind])]
    rest = np.setdiff1d(voters, brides)
    people = chance.choice(rest, size=min(len(kinds), len(rest)), replace=False)
    lenders = voters[chance.integers(0, len(voters), size=(len(people), 2))]
    for kind, person, others in zip(kinds, people.tolist(), lenders.tolist(), strict=False):
        yield kind, person, *others


def _number(db: duckdb.DuckDBPyConnection, question: str) -> int:
    ((number,),) = db.execute(question).fetchall()
    return int(number or 0)


def _rows(db: duckdb.DuckDBPyConnection, wanted: Rows) -> dict[int, Person]:
    """Fetch rows by number: cells in the order of the columns."""
    db.register("wanted", {"n": np.unique(wanted)})
    found = db.execute(f"SELECT n, {COLUMNS} FROM old SEMI JOIN wanted USING (n)").fetchall()  # noqa: S608 - own names
    db.unregister("wanted")
    return {int(n): tuple(cells) for n, *cells in found}


def _keep(db: duckdb.DuckDBPyConnection, gone: Sequence[int], edits: Sequence[tuple[int, Person]]) -> None:
    if gone:
        places = {"n": np.array(gone, np.int64)}
        db.register("places", places)
        db.execute("INSERT INTO changed SELECT n FROM places")
    if edits:
        columns: dict[str, npt.NDArray[Any]] = {"n": np.array([n for n, _ in edits], np.int64)}
        for name, at in _AT.items():
            columns[name] = np.array([person[at] or "" for _, person in edits], object)
        db.register("new_rows", columns)
        cells = ", ".join(f"nullif({name}, '')" for name in _AT)
        db.execute(f"INSERT INTO edits SELECT n, {cells} FROM new_rows")  # noqa: S608 - own names


class Pins:
    """Finds PINs that nobody in the old extract has, nor anybody who was given one since."""

    def __init__(self, db: duckdb.DuckDBPyConnection) -> None:
        self._all = db.execute("SELECT pin::BIGINT AS pin FROM old ORDER BY 1").fetchnumpy()["pin"]
        self._taken: dict[int, set[int]] = {}

    def free(self, sex: str | None, birth: str) -> str:
        """Return a PIN for somebody of this sex (f, m) born on this day (YYYY-MM-DD).

        Raises CannotBeMadeUp if none is left.
        """
        year, month, day = birth.split("-")
        start = int(f"{'1' if sex == 'f' else '2'}{day}{month}{year}") * _SERIALS
        if start not in self._taken:
            begin, end = np.searchsorted(self._all, (start, start + _SERIALS))
            self._taken[start] = set(self._all[begin:end].tolist())
        taken = self._taken[start]
        for step in range(_SERIALS):
            pin = start + (start // _SERIALS * 6_287 + step * 38_461) % _SERIALS
            if pin not in taken:
                taken.add(pin)
                return str(pin)
        raise CannotBeMadeUp("No PIN is left for one of the days.")


def _edited(kind: str, person: Person, others: Sequence[Person], pins: Pins) -> Person | None:
    """Let one thing happen to a person; None: no longer there. The same person: nobody lends anything new."""
    match kind:
        case "moved":
            return next((moved for other in others if (moved := _at_home(person, other)) != person), person)
        case "surname":
            names = (other[_AT["surname"]] for other in others)
            return next((_with(person, surname=name) for name in names if name != person[_AT["surname"]]), person)
        case "pin":
            return _with(person, pin=pins.free(person[_AT["sex"]], str(person[_AT["birth_date"]])))
        case "absent":
            return None
        case _:
            return _with(person, status=kind)


def _with(person: Person, /, **cells: str | None) -> Person:
    return tuple(cells.get(name, person[at]) for name, at in _AT.items())


def _at_home(person: Person, other: Person) -> Person:
    return _with(person, **{name: other[_AT[name]] for name in _HOME})


def _born(kind: str, day: date, chance: np.random.Generator) -> str:
    if kind == "came_of_age":
        return years_before(day, 18).isoformat()
    last, first = years_before(day, 19).toordinal(), years_before(day, 70).toordinal()
    return date.fromordinal(int(chance.integers(first, last))).isoformat()


def _newcomer(model: Person, home: Person, born: str, number: str, pins: Pins) -> Person:
    """Somebody with another's names, at a third one's home."""
    pin = pins.free(model[_AT["sex"]], born)
    return _with(_at_home(model, home), person=number, birth_date=born, pin=pin, disability="no", status="voter")
