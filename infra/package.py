"""`python -m infra.package FOLDER [FUNCTION …]`: the functions' packages for Lambda, arm64 and Python 3.13.

The same source and the same lock give the same bytes. Each package is inspected before it is written. Nothing in it is
compiled for 3.13, because that Python is not here: Lambda compiles what it loads.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from builder.prepare import prepare
from infra.contents import FONTS, HANDLERS, LIBRARIES, closure, of_font, own_files, wanted
from infra.inspection import inspect
from infra.wheels import KEPT, LAMBDA, fetch, unpacked
from shailoo.adapters.package_folder import packed
from shailoo.errors import ShailooError

_MB: Final = 1024 * 1024


def build(functions: tuple[str, ...], folder: Path) -> Mapping[str, Path]:
    """Make the packages of functions in a folder: function -> file. Raises NotLocked, NoWheels, BadPackage."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {}
    for name in functions:
        files = contents(name)
        inspect(files, HANDLERS[name])
        made[name] = folder / f"{name}.zip"
        made[name].write_bytes(packed(files))
    return made


def contents(name: str) -> dict[str, bytes]:
    """Path -> bytes of a function's package, not yet inspected."""
    files: dict[str, bytes] = {}
    for wheel in sorted(fetch(closure(LIBRARIES[name], LAMBDA)).values()):
        files |= {path: data for path, data in unpacked(wheel) if wanted(path)}
    for wheel in fetch({FONTS[name]} if name in FONTS else set()).values():
        files |= {path: data for path, data in unpacked(wheel) if of_font(path)}
    return files | own_files(name, _prepared)


@cache
def _prepared() -> Path:
    out = Path(tempfile.mkdtemp(prefix="shailoo-prepared-")) / "prepared"
    prepare(out, KEPT.parent / "prose")
    return out


def main() -> int:
    """Make packages and say how large each is."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.package", description="Packages of the functions for Lambda."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "functions", nargs="*", metavar="function", help=f"of {', '.join(HANDLERS)}; all if none is named"
    )
    chosen = parser.parse_args()
    unknown = sorted(set(chosen.functions) - HANDLERS.keys())
    if unknown:
        parser.error(f"there is no function {unknown[0]}")
    try:
        for name, path in build(tuple(chosen.functions or HANDLERS), chosen.folder).items():
            whole = sum(map(len, contents(name).values()))
            print(f"{path.name:15} {path.stat().st_size / _MB:6.1f} MB, unpacked {whole / _MB:6.1f} MB")  # noqa: T201 -- said to a person
    except ShailooError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
