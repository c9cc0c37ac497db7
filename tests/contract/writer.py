"""A process that writes to a store and says on its output what was acknowledged: for races and for kill -9.

`python -m tests.contract.writer FOLDER NAME race|own COUNT`
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from shailoo.adapters.files import FileObjectStore
from shailoo.adapters.group_commit import GroupCommitStore
from shailoo.adapters.sqlite import SqliteStore
from shailoo.errors import Conflict


def main(folder: Path, name: str, what: str, count: int) -> None:
    """Append `count` records, under keys that all processes want or under keys of its own."""
    objects = FileObjectStore(folder / "objects")
    with SqliteStore(folder / "store.db") as inner, GroupCommitStore(inner) as store, ThreadPoolExecutor(4) as pool:

        def write(at: int) -> str:
            body = f"{name} {at}".encode()
            try:
                entry = store.append(f"race/{at}" if what == "race" else f"own/{name}/{at}", body)
            except Conflict:
                return ""
            return f"{entry.seq} {objects.put(body)} {entry.key}"

        for said in pool.map(write, range(count)):
            if said:
                print(said, flush=True)  # noqa: T201  the acknowledgement that the test reads


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
