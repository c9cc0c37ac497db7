"""A publisher's function in a process where nothing that only makes prose can be imported.

`python -m tests.builder.bare PREPARED ROOM` prints the distributions' modules that it needed, in JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ABSENT = ("mkdocs", "material", "folium", "branca", "typer", "boto3", "duckdb", "markdown", "pypdf", "PIL", "starlette")


def main(prepared: Path, room: Path) -> None:
    """Publish the small election from nothing, with one report, and go on from the snapshot in a new desk."""
    for name in ABSENT:
        sys.modules[name] = None  # type: ignore[assignment]  # so Python says that it is not there
    before = set(sys.modules)
    import builder.copyist_handler  # noqa: PLC0415 -- what is imported from here on is what the function needs
    import builder.handler  # noqa: PLC0415 -- as above
    from builder.desk import PublisherDesk  # noqa: PLC0415 -- as above

    del builder
    needed = {name.partition(".")[0] for name in set(sys.modules) - before}
    from tests.builder.memory_home import MemoryHome  # noqa: PLC0415 -- as above

    home = MemoryHome(["small"])
    for number in range(2):
        done = PublisherDesk(home, prepared, room / str(number)).work(f"t{number}", lambda: 900.0)
        needed |= {name.partition(".")[0] for name in set(sys.modules) - before}
        if not done:
            raise SystemExit(1)
    ours = {"builder", "shailoo", "tests", "rehearsal"}
    others = sorted(name for name in needed - ours - sys.stdlib_module_names if not name.startswith("_"))
    json.dump({"needed": others, "files": len(home.bucket.files), "refolds": home.refolds}, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
