"""Scanned documents as the public may know them: the fold of their records, station by station.

Only an approved copy is public, and it is known by its digest: an approval that names other bytes than the copy that
was made lets nothing appear. A document is in exactly one state:

* `checking`: received; nothing of it is shown but that it came, and the digest of what came;
* `unreadable`: received, but no copy could be made; the paper is still owed;
* `public`: a copy is approved; of several versions the latest approved one;
* `withdrawn`: it was taken away; what stays is when and why.

The sums by region and commission count expected papers (`Paper`), not files: of two files for one paper the better
counts. The gate folds the same records in its own way (`builder.gate.papers`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from builder.papers import Paper, expected_at
from shailoo.model.base import stamp
from shailoo.model.document import (
    BlackoutAsked,
    DocumentApproved,
    DocumentCopied,
    DocumentKind,
    DocumentReceived,
    DocumentUnreadable,
    DocumentWithdrawn,
)
from shailoo.rules.documents import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from builder.tally import Scope
    from shailoo.model.document import DocumentRecord, Placed
    from shailoo.model.election import Election

PROOF = ".tlog-proof"
"""The ending of a proof that stands beside the file whose digest is in the log."""
DocumentState = Literal["checking", "unreadable", "public", "withdrawn"]


@dataclass(frozen=True, slots=True)
class PageFile:
    """A page of a copy as an image in the object store."""

    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy that was made for the public, approved or not."""

    version: int
    pdf: str
    bytes: int
    pages: tuple[PageFile, ...]


@dataclass(frozen=True, slots=True)
class Approval:
    """An official let a copy appear. `pdf` is the digest that was looked at."""

    version: int
    pdf: str
    at: str


@dataclass(slots=True)
class Document:
    """One file received for one paper."""

    election: str
    station: str | None
    kind: DocumentKind
    part: str | None
    original: str
    seq: int
    """The number of its first record in the feed."""
    bytes: int = 0
    arrived: str = ""
    """UTC; empty until the record of its arrival was read, and then nothing of it is told."""
    act: str | None = None
    copies: tuple[Copy, ...] = ()
    approvals: tuple[Approval, ...] = ()
    unreadable: int = 0
    """The latest version of which no copy could be made; 0 when there is none."""
    withdrawn: str = ""
    reason: str = ""

    @property
    def state(self) -> DocumentState:
        """The one state in which the public sees it."""
        if self.withdrawn:
            return "withdrawn"
        if self.approved():
            return "public"
        if self.unreadable > max((copy.version for copy in self.copies), default=0):
            return "unreadable"
        return "checking"

    @property
    def shown(self) -> tuple[Copy, Approval] | None:
        """The copy that is public, and its approval."""
        return None if self.withdrawn else max(self.approved(), key=lambda found: found[0].version, default=None)

    @property
    def gone(self) -> list[Copy]:
        """Copies that were public once: earlier versions, and all of them when it is withdrawn."""
        shown = self.shown
        return [copy for copy, _ in self.approved() if shown is None or copy is not shown[0]]

    def approved(self) -> list[tuple[Copy, Approval]]:
        """Copies with the approval of exactly their bytes."""
        if not self.arrived:
            return []
        told = {(approval.version, approval.pdf): approval for approval in self.approvals}
        return [(copy, told[copy.version, copy.pdf]) for copy in self.copies if (copy.version, copy.pdf) in told]

    def files(self, copy: Copy) -> list[tuple[str, str]]:
        """The public files of a copy: (path below the portal, digest of the object)."""
        start = copy_path(self.election, self.station, self.kind, self.part, copy.pdf)
        pages = [(f"{start}-p{number}.jpg", page.sha256) for number, page in enumerate(copy.pages, 1)]
        return [(f"{start}.pdf", copy.pdf), *pages]


def copy_path(election: str, station: str | None, kind: str, part: str | None, pdf: str) -> str:
    """Where the files of a copy lie, below the portal and without their endings; `pdf` is its digest."""
    name = "-".join(filter(None, (station or "election", kind, part, pdf[:12])))
    return f"data/{election}/document/{name}"


@dataclass(slots=True)
class PaperCount:
    """Expected papers of a kind in a scope: how many have a public copy, how many have a file that is being checked."""

    expected: int = 0
    public: int = 0
    checking: int = 0


@dataclass(frozen=True, slots=True)
class DocumentNews:
    """What a record of a document changed for the public."""

    document: Document
    before: DocumentState | None
    after: DocumentState
    first_version: bool
    """False when another version of a public document has taken its place."""
    stations: frozenset[str]
    """Stations whose pages change."""


class Documents:
    """Every document of an election. Takes records in the order of the feed."""

    def __init__(self, election: Election) -> None:
        self.election = election
        self.counts: dict[tuple[Scope, DocumentKind], PaperCount] = {}
        self.logged: dict[str, int] = {}
        """Where the files of an approved copy lie (`copy_path`) -> the number of its latest entry in the log."""
        self._at: dict[str | None, list[Document]] = {}
        self._stations_of: dict[str, tuple[str, str | None]] = {}
        """Original -> the first two different stations for which it was received."""
        self.expected: dict[str, tuple[Paper, ...]] = {}
        """Station -> the papers that it owes; stations that owe the same share one list."""
        lists: dict[tuple[Paper, ...], tuple[Paper, ...]] = {}
        for station in election.stations:
            papers = expected_at(election, station)
            self.expected[station.no] = lists.setdefault(papers, papers)
            for paper in papers:
                for scope in (("region", station.region), ("tec", station.tec)):
                    self.counts.setdefault((scope, paper.kind), PaperCount()).expected += 1

    def at(self, station: str | None) -> list[Document]:
        """The documents of a station, or those of the whole election, as they came; each has arrived."""
        return [document for document in self._at.get(station, ()) if document.arrived]

    def all(self) -> Iterable[Document]:
        """Every document that has arrived."""
        for documents in self._at.values():
            yield from (document for document in documents if document.arrived)

    def twin(self, document: Document) -> str | None:
        """Another station for which the same file was received."""
        first, second = self._stations_of.get(document.original, (None, None))
        return second if first == document.station else first

    def paper_state(self, station: str, paper: Paper) -> DocumentState | None:
        """How an expected paper stands: `public`, `checking`, or None while it is owed."""
        states = {found.state for found in self.at(station) if (found.kind, found.part) == (paper.kind, paper.part)}
        if "public" in states:
            return "public"
        return "checking" if "checking" in states else None

    def apply(self, seq: int, record: DocumentRecord) -> DocumentNews | None:
        """Take in one record; None when nothing changes for the public."""
        document = self._found(seq, record)
        paper = Paper(document.kind, document.part)
        station = document.station
        paper_before = self.paper_state(station, paper) if station is not None else None
        before = document.state if document.arrived else None
        shown = document.shown
        match record:
            case DocumentReceived():
                document.bytes, document.arrived, document.act = record.bytes, stamp(record.entered), record.act
            case DocumentCopied():
                pages = tuple(PageFile(page.sha256, page.width, page.height) for page in record.pages)
                document.copies += (Copy(record.version, record.pdf, record.pdf_bytes, pages),)
            case DocumentApproved():
                document.approvals += (Approval(record.version, record.pdf, stamp(record.entered)),)
            case DocumentUnreadable():
                document.unreadable = max(document.unreadable, record.version)
            case DocumentWithdrawn():
                document.withdrawn, document.reason = stamp(record.entered), record.reason
            case BlackoutAsked():
                pass  # a copy with them follows; until it is approved nothing changes
        if not document.arrived or (before == document.state and shown == document.shown):
            return None
        touched = self._meet(document) if before is None else set[str]()
        if station is not None:
            touched.add(station)
            self._move(station, paper, paper_before)
        return DocumentNews(document, before, document.state, shown is None, frozenset(touched))

    def _found(self, seq: int, record: Placed) -> Document:
        known = self._at.setdefault(record.station, [])
        for document in known:
            same = document.original == record.original and document.kind == record.kind
            if same and document.part == record.part:
                return document
        document = Document(self.election.id, record.station, record.kind, record.part, record.original, seq)
        known.append(document)
        return document

    def _meet(self, document: Document) -> set[str]:
        """Note for which stations a file came; answers the one that learns only now that it is not alone."""
        station = document.station
        if station is None:
            return set()
        first, second = self._stations_of.get(document.original, (station, None))
        if first != station and second is None:
            self._stations_of[document.original] = (first, station)
            return {first}
        self._stations_of[document.original] = (first, second)
        return set()

    def _move(self, no: str, paper: Paper, before: DocumentState | None) -> None:
        station = self.election.station_by_no[no]
        after = self.paper_state(no, paper)
        if before == after or paper not in self.expected[no]:
            return
        for scope in (("region", station.region), ("tec", station.tec)):
            count = self.counts[scope, paper.kind]
            count.public += (after == "public") - (before == "public")
            count.checking += (after == "checking") - (before == "checking")

    def count(self, scope: Scope, kind: DocumentKind) -> PaperCount:
        """The papers of a kind in a region or commission."""
        return self.counts.get((scope, kind), PaperCount())

    @property
    def kinds(self) -> tuple[DocumentKind, ...]:
        """Kinds of which papers are expected, in the order in which pages list them."""
        expected = {kind for _, kind in self.counts}
        return tuple(kind for kind in KINDS if kind in expected)
