"""Step 5 for the pictures of scanned papers: one for each page of an approved copy, and no other.

The log has the digest of the copy itself. A picture beside it is bound to it by its name, so a reader who doubts one
compares it with the page of the PDF.
"""

from __future__ import annotations

from auditor.verify.data_steps import rows_of
from auditor.verify.files_steps import Public
from auditor.verify.findings import Broken
from auditor.verify.sources import MISSING, Source

_JPEG = b"\xff\xd8\xff"
_STRANGER = "No approved copy has such a page. Ask the commission where this picture came from."


def check_pictures(source: Source, public: Public) -> int:
    """Compare pictures with the table of documents. Over the network each is fetched; a folder is listed."""
    path = f"{public.folder}/documents.csv"
    data = source.read(path)
    wanted: dict[str, None] = {}
    for row in rows_of(path, data) if data is not None else ():
        if row["file"]:
            start = row["file"].removeprefix("/results/").removesuffix(".pdf")
            wanted |= {f"{start}-p{page}.jpg": None for page in range(1, int(row["pages"]) + 1)}
    listed = source.listed(f"{public.folder}/document")
    if listed is not None:
        for file in listed:
            if file.endswith(".jpg") and file not in wanted:
                raise Broken(file, "whole file", expected="a page of a copy", found=None, remedy=_STRANGER)
    for file, picture in source.fetch(wanted):
        if picture is None or not picture.startswith(_JPEG):
            found = None if picture is None else "another kind of file"
            raise Broken(file, "whole file", expected="a picture of the page", found=found, remedy=MISSING)
    return len(wanted)
