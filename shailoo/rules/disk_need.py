"""How much disk a town's installation needs: bytes by station, paper and voter, as measured, and generous.

Measured on rehearsals. The parliamentary election of 2021, 2,494 stations, no papers: 490 MB of public files, 40 MB of
records, 5.5 MB of event logs, 35,755 files. The five-station election: 3 objects and 3 public files a paper.
Synthetic scans are small, so a paper's size is an argument: what a scanner makes of a sheet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MB: Final = 1_000_000
FIXED: Final = 150 * MB
"""Assets, prose, packages, maps, logs of the system; whatever the size of the election."""
PAGES_A_STATION: Final = 240_000
"""Its pages in three languages, data, texts and proofs; its share of the pages above it."""
STORE_A_STATION: Final = 30_000
"""Records of a station: reports, turnout, protocols, acts."""
EVENTS_A_BOX: Final = 10_000
"""The event log of a box."""
COPIES_OF_A_PAPER: Final = 3
"""The original, its copy, and the copy among the public files."""
A_VOTER: Final = 1_000
"""Versions of the list, registers, the index of find-my-station, and Tizme's pages."""
BACKUP_SHARE: Final = 1.2
"""A repository on the same disk, with the backups of two months."""
FILES_A_STATION: Final = 18
FILES_FIXED: Final = 6_000
FILES_A_PAPER: Final = 7
"""Files of the installation, for a file system that has a number of them."""


@dataclass(frozen=True, slots=True)
class DiskNeed:
    """What should be there in all."""

    bytes: int
    files: int


def disk_need(*, stations: int, papers: int = 6, paper_bytes: int = 500_000, voters: int = 0) -> DiskNeed:
    """The whole of an installation with a backup on the same disk.

    `papers`: scanned sheets of a station, `paper_bytes`: one of them as it comes from the scanner.
    """
    data = (
        stations * (PAGES_A_STATION + STORE_A_STATION + EVENTS_A_BOX + papers * paper_bytes * COPIES_OF_A_PAPER)
        + voters * A_VOTER
    )
    files = FILES_FIXED + stations * (FILES_A_STATION + papers * FILES_A_PAPER)
    return DiskNeed(int(FIXED + data * (1 + BACKUP_SHARE)), files * 2)
