"""A database for the length of one piece of work: bounded in memory, spilling into the work folder, left to nobody."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from shailoo.errors import StorageFailed

MEMORY = "1200MB"
THREADS = 2


@contextmanager
def work_db(folder: Path, *, memory: str = MEMORY) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in a file of `folder`, where it also spills; closed at the end.

    Raises StorageFailed for what the disk could not do; its own words stay out, because they may quote a row.
    """
    with kept("work on the voter list"):
        db = open_db(folder, folder / "work.duckdb", memory=memory)
        try:
            yield db
        finally:
            db.close()


def open_db(spill: Path, file: Path | None = None, *, memory: str = MEMORY) -> duckdb.DuckDBPyConnection:
    """The same without an end, in memory unless a file is given: for a reader that lives as long as its process."""
    db = duckdb.connect(":memory:" if file is None else str(file))
    db.execute(f"SET memory_limit = {text(memory)}")
    db.execute(f"SET threads = {THREADS}")
    db.execute("SET preserve_insertion_order = true")
    db.execute("SET enable_progress_bar = false")
    db.execute(f"SET temp_directory = {text(str(spill / 'spill'))}")
    return db


@contextmanager
def kept(doing: str) -> Iterator[None]:
    """Turn what the disk and the database say into what our ports promise."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise StorageFailed(
            f"There was no way to {doing}: {'the disk is full' if full else 'look at the disk and its rights'}. "
            "Nothing has changed; make room and try again.",
            cause=type(error).__name__,
        ) from error
    except (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException):
        raise  # our own mistake in a query, in which no data stand
    except duckdb.Error as error:
        raise StorageFailed(
            f"There was no way to {doing}. Nothing has changed; look at space on the disk and memory, and try again.",
            cause=type(error).__name__,
        ) from error


def text(value: str) -> str:
    """A value as an SQL string."""
    return "'" + value.replace("'", "''") + "'"


def parquet(path: Path) -> str:
    """A Parquet file as a table expression."""
    return f"read_parquet({text(str(path))})"


def one_int(db: duckdb.DuckDBPyConnection, query: str) -> int:
    """The single number of a query."""
    row = db.execute(query).fetchone()
    return 0 if row is None or row[0] is None else int(row[0])
