"""`python -m rehearsal.synthesis [ELECTION …] [--check]`: write the generated packages, or compare their bytes."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rehearsal.synthesis.catalogue import MAKERS
from rehearsal.synthesis.kit import Files

ELECTIONS = Path(__file__).parents[2] / "elections"


def differences(files: Files, folder: Path) -> list[str]:
    """Return the files that are missing, differ, or are not generated, in order."""
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    wrong = {name for name, data in files.items() if name not in found or found[name].read_bytes() != data}
    return sorted(wrong | (found.keys() - files.keys()))


def write(files: Files, folder: Path) -> None:
    """Write a package's folder, removing what is no longer generated."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and str(path.relative_to(folder)) not in files:
            path.unlink()
    for file, data in files.items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_bytes(data)


def main() -> int:
    """Generate; exit code 1 if `--check` found a difference."""
    parser = argparse.ArgumentParser(prog="python -m rehearsal.synthesis", description=__doc__)
    parser.add_argument(
        "elections", nargs="*", metavar="ELECTION", help=f"one of: {', '.join(MAKERS)}; all if none is named"
    )
    parser.add_argument("--check", action="store_true", help="write nothing, say what differs")
    chosen = parser.parse_args()
    wrong = 0
    for election in chosen.elections or MAKERS:
        if election not in MAKERS:
            parser.error(f"no generated election is called {election!r}")
        files = MAKERS[election]()
        if chosen.check:
            changed = differences(files, ELECTIONS / election)
            wrong += len(changed)
            sys.stdout.writelines(f"{election}/{file} differs\n" for file in changed)
        else:
            write(files, ELECTIONS / election)
            sys.stdout.write(f"{election}: {len(files)} files, {sum(map(len, files.values())):,} bytes\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
