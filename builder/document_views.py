"""What pages show of scanned documents. Filled by `builder.document_plan`, drawn by the pages, read back by the gate.

As `builder.views`: names in three languages and whole numbers, `None` for what is not known. A document that is not
public carries nothing of its copies here, so no template can show one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from builder.documents_state import DocumentState
    from builder.view_places import Download, Head, Place
    from shailoo.model.base import Name
    from shailoo.model.document import DocumentKind


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page of a public copy for reading on a phone. `href` is an absolute path; sizes are pixels."""

    href: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PublicCopy:
    """The approved copy of a document: its file, its SHA-256, its bytes, its pages, when it was approved (UTC)."""

    version: int
    href: str
    sha256: str
    bytes: int
    pages: tuple[PageImage, ...]
    approved: str
    entry: int | None = None
    """The number of its entry in the log; the proof stands beside the file."""


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A file received for a paper. `copy` only when it is public, `withdrawn` and `reason` only when it was withdrawn.

    `key` is the row's identity for the gate. `about` names the contest of a protocol. `twin` is another station for
    which the same file was received: a fact, not a reproach.
    """

    key: str
    station: str | None
    kind: DocumentKind
    part: str | None
    about: Name | None
    state: DocumentState
    original: str
    arrived: str
    copy: PublicCopy | None = None
    withdrawn: str = ""
    reason: str = ""
    act: str | None = None
    twin: Place | None = None


@dataclass(frozen=True, slots=True)
class PaperTally:
    """Expected papers of one kind in one place. What is neither public nor being checked is missing."""

    kind: DocumentKind
    expected: int
    public: int
    checking: int

    @property
    def missing(self) -> int:
        """Papers of which no file is public or being checked."""
        return self.expected - self.public - self.checking


@dataclass(frozen=True, slots=True)
class Owed:
    """Papers of a kind that a station still owes. `parts` is empty when all of them, or the only one, are missing."""

    kind: DocumentKind
    missing: int
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StationDocuments:
    """The documents of one station, and what it still owes."""

    lines: tuple[DocumentLine, ...]
    owed: tuple[Owed, ...]


@dataclass(frozen=True, slots=True)
class PlaceTally:
    """A place with its expected papers of one kind, or of all kinds together."""

    place: Place
    expected: int
    public: int
    checking: int
    owed: tuple[Owed, ...] = ()
    """Only of a station."""

    @property
    def missing(self) -> int:
        """As in PaperTally."""
        return self.expected - self.public - self.checking


@dataclass(frozen=True, slots=True)
class KindCoverage:
    """One kind of paper by region. Table `papers:<kind>`; `total` is its row `total`."""

    kind: DocumentKind
    rows: tuple[PlaceTally, ...]
    total: PlaceTally


@dataclass(frozen=True, slots=True)
class DocumentsView:
    """`…/documents/`: each kind by region, each commission with what is missing below it, acts of no single station."""

    head: Head
    kinds: tuple[KindCoverage, ...]
    commissions: tuple[PlaceTally, ...]
    acts: tuple[DocumentLine, ...]
    downloads: tuple[Download, ...] = ()


@dataclass(frozen=True, slots=True)
class OwedView:
    """`…/documents/<commission>/`: what each station of a commission has handed in and still owes.

    `lines` are every document of its stations, for the data files.
    """

    head: Head
    place: Place
    region: Place
    kinds: tuple[PaperTally, ...]
    stations: tuple[PlaceTally, ...]
    lines: tuple[DocumentLine, ...]
    downloads: tuple[Download, ...] = ()
