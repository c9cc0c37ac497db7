"""`python -m rehearsal.boxes PLAN PART OF`: play the day of every box of one part of a plan.

A plan is a JSON file that the rehearsal leaves for its programs. For each box one line is said: its number, the
ballots counted, and the digests of the notes that it signed, so that an outside prober knows what it has to find.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple, Self

from rehearsal.hands import Commission, play_day
from rehearsal.lines import say
from rehearsal.packages import read_package
from rehearsal.played import Played, read_played
from shailoo.model.election import Election


class Plan(NamedTuple):
    """What the programs of a rehearsal have in common."""

    package: Path
    boxes_folder: Path
    url: str
    clock: Path
    commission: Commission
    boxes: tuple[str, ...]
    """In order of arrival."""
    paper: tuple[str, ...]
    """Boxes whose reports are also written as text files."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read what `write` wrote."""
        said = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            package=Path(said["package"]),
            boxes_folder=Path(said["boxes_folder"]),
            url=said["url"],
            clock=Path(said["clock"]),
            commission=Commission(bytes.fromhex(said["sealing_public"]), said["receipt_vkey"]),
            boxes=tuple(said["boxes"]),
            paper=tuple(said["paper"]),
        )

    def write(self, path: Path) -> None:
        """Write the plan."""
        value = {
            "package": str(self.package),
            "boxes_folder": str(self.boxes_folder),
            "url": self.url,
            "clock": str(self.clock),
            "sealing_public": self.commission.sealing_public.hex(),
            "receipt_vkey": self.commission.receipt_vkey,
            "boxes": list(self.boxes),
            "paper": list(self.paper),
        }
        path.write_text(json.dumps(value), encoding="utf-8")

    def load(self) -> tuple[Election, Played]:
        """The election and what is played."""
        return read_package(self.package), read_played(self.package)


def main() -> int:
    """Play the day of every OF-th box, beginning with PART."""
    plan = Plan.read(Path(sys.argv[1]))
    part, of = int(sys.argv[2]), int(sys.argv[3])
    election, played = plan.load()
    for box in plan.boxes[part::of]:
        folder = plan.boxes_folder / box
        counted = play_day(folder, election, played, box, plan.commission, paper=box in plan.paper)
        say(box=box, **asdict(counted))
    return 0


if __name__ == "__main__":
    sys.exit(main())
