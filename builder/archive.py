"""One archive of an election's open data: the national files and every signed text, for who wants it all at once.

The same records give the same bytes: names in order, no times. Compressed lightly, because it is made on the evening.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shailoo.model.election import Election

_LEVEL = 1
_README = """Open data of {name}, {day}

Status: preliminary, of no legal force.
{synthetic}
Licence: CC BY 4.0. Please name the version that the page showed.

report/            the text of every ballot box's report as it was printed and signed (C2SP signed notes)
stations.csv       every box of the country in one table
protocols.csv      every protocol of the count by hand and every identification report on which two people agree
documents.csv      every scanned document with the size and the SHA-256 of its public copy
nist-err.json      boxes and counts by hand in NIST's common data format, SP 1500-100 version 2

The columns are described in docs/open-data.md of the software. The keys of the ballot boxes stand in package.zip beside
this archive.
"""


def archive(election: Election, files: Iterable[tuple[str, bytes]]) -> bytes:
    """A ZIP file; `files` are (name inside, bytes)."""
    synthetic = "The figures are synthetic: they belong to a rehearsal." if election.synthetic else ""
    readme = _README.format(name=election.name.en, day=election.day.isoformat(), synthetic=synthetic)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as packed:
        # a note that came in two uploads has one name and the same bytes
        for name, data in sorted({"README.txt": readme.encode(), **dict(files)}.items()):
            packed.writestr(zipfile.ZipInfo(f"{election.id}/{name}"), data, zipfile.ZIP_DEFLATED, _LEVEL)
    return whole.getvalue()
