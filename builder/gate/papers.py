"""The gate's own view of scanned documents: which copies may be seen, and how many papers are still owed.

It keeps what the records say of each document as a plain list and looks through it anew; the fold that the pages are
made of (`builder.documents_state`) keeps sums. A copy may be seen when a record says that it was made, another that
exactly its digest was approved, and none that the document was withdrawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from builder.papers import expected_at
from shailoo.model.document import DocumentApproved, DocumentCopied, DocumentReceived, DocumentWithdrawn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shailoo.model.document import DocumentRecord
    from shailoo.model.election import Election, Station


class _Told(NamedTuple):
    what: str
    version: int = 0
    pdf: str = ""
    bytes: int = 0
    pages: int = 0


class Seen(NamedTuple):
    """A copy that may be seen."""

    pdf: str
    bytes: int
    pages: int


class Tally(NamedTuple):
    """Papers: expected, with a copy that may be seen, with a file that is being checked."""

    expected: int
    public: int
    checking: int


_Document = tuple[str, str | None, str]
"""Kind, part, digest of the original."""


class Papers:
    """What the records say of every document of an election."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self._told: dict[str | None, dict[_Document, list[_Told]]] = {}
        self._tallies: dict[str, dict[str, Tally]] = {}

    def note(self, record: DocumentRecord) -> None:
        """Take in one record."""
        match record:
            case DocumentReceived() | DocumentWithdrawn():
                told = _Told(record.type)
            case DocumentCopied():
                told = _Told(record.type, record.version, record.pdf, record.pdf_bytes, len(record.pages))
            case DocumentApproved():
                told = _Told(record.type, record.version, record.pdf)
            case _:
                told = _Told(record.type, record.version)
        name = (record.kind, record.part, record.original)
        self._told.setdefault(record.station, {}).setdefault(name, []).append(told)
        if record.station is not None:
            self._tallies.pop(record.station, None)

    def documents(self, station: str | None) -> dict[str, Seen | None]:
        """The documents that came for a station, by the key of their rows; None where nothing may be seen."""
        return {f"{kind}:{part or ''}:{original}": _seen(told) for (kind, part, original), told in self._of(station)}

    def addresses(self, station: str | None) -> set[str]:
        """Every file of a document that a page about this station may point to."""
        start = f"/results/data/{self.election.id}/document/{station or 'election'}"
        found: set[str] = set()
        for (kind, part, _), told in self._of(station):
            seen = _seen(told)
            if seen is not None:
                name = f"{start}-{kind}{'-' if part else ''}{part or ''}-{seen.pdf[:12]}"
                found |= {
                    f"{name}.pdf",
                    f"{name}.pdf.tlog-proof",
                    *(f"{name}-p{page + 1}.jpg" for page in range(seen.pages)),
                }
        return found

    def unseen(self, station: str | None) -> set[str]:
        """Digests of copies that nobody may see: not approved, replaced, withdrawn."""
        made = {entry.pdf for told in self._told.get(station, {}).values() for entry in told if entry.pdf}
        return made - {seen.pdf for seen in self.documents(station).values() if seen is not None}

    def tally(self, stations: Iterable[Station], kind: str | None = None) -> Tally:
        """The expected papers of some stations, of one kind or of all."""
        expected = public = checking = 0
        for station in stations:
            for found, tally in self._at(station).items():
                if kind is None or found == kind:
                    expected += tally.expected
                    public += tally.public
                    checking += tally.checking
        return Tally(expected, public, checking)

    def kinds(self, stations: Iterable[Station]) -> set[str]:
        """The kinds of which some stations owe papers."""
        return {kind for station in stations for kind in self._at(station)}

    def _of(self, station: str | None) -> Iterator[tuple[_Document, list[_Told]]]:
        for name, told in self._told.get(station, {}).items():
            if any(entry.what == "document" for entry in told):
                yield name, told

    def _at(self, station: Station) -> dict[str, Tally]:
        known = self._tallies.get(station.no)
        if known is None:
            of_paper: dict[tuple[str, str | None], list[list[_Told]]] = {}
            for (kind, part, _), told in self._of(station.no):
                of_paper.setdefault((kind, part), []).append(told)
            known = {}
            for paper in expected_at(self.election, station):
                told_of = of_paper.get((paper.kind, paper.part), [])
                public = any(_seen(told) is not None for told in told_of)
                checking = not public and any(_waits(told) for told in told_of)
                before = known.get(paper.kind, Tally(0, 0, 0))
                known[paper.kind] = Tally(before.expected + 1, before.public + public, before.checking + checking)
            self._tallies[station.no] = known
        return known


def _seen(told: list[_Told]) -> Seen | None:
    if any(entry.what == "withdrawal" for entry in told):
        return None
    approved = {(entry.version, entry.pdf) for entry in told if entry.what == "approval"}
    copies = [entry for entry in told if entry.what == "copy" and (entry.version, entry.pdf) in approved]
    if not copies:
        return None
    last = max(copies, key=lambda entry: entry.version)
    return Seen(last.pdf, last.bytes, last.pages)


def _waits(told: list[_Told]) -> bool:
    """A file of which nothing may be seen yet, but which has not turned out to be unreadable or been withdrawn."""
    if any(entry.what == "withdrawal" for entry in told):
        return False
    copied = [entry.version for entry in told if entry.what == "copy"]
    failed = [entry.version for entry in told if entry.what == "unreadable"]
    return not failed or (bool(copied) and max(copied) >= max(failed))
