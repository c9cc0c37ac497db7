"""Documents as tables: what came for which paper, its state, and the digest of the public copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from builder.document_views import DocumentLine, PaperTally, PlaceTally
    from builder.views import Head

DOCUMENT_COLUMNS = (
    "election", "status", "synthetic", "station", "kind", "part", "state", "arrived", "approved", "withdrawn", "reason",
    "version", "bytes", "pages", "sha256", "file", "original_sha256", "log_entry",
)  # fmt: skip
"""`sha256`, `bytes`, `pages`, `version`, `file`: of the public copy; empty until one is approved.
`log_entry`: its number in the log, whose proof is `<file>.tlog-proof`."""


def document_rows(head: Head, lines: Iterable[DocumentLine]) -> list[tuple[str | int | None, ...]]:
    """The rows of a table of documents."""
    flag = "yes" if head.synthetic else "no"
    return [(head.election, head.status, flag, *document_value(line).values()) for line in lines]


def document_value(line: DocumentLine) -> dict[str, Any]:
    """A document as an object: the columns after those that say what the file is."""
    copy = line.copy
    return {
        "station": line.station,
        "kind": line.kind,
        "part": line.part,
        "state": line.state,
        "arrived": line.arrived,
        "approved": copy.approved if copy else None,
        "withdrawn": line.withdrawn or None,
        "reason": line.reason or None,
        "version": copy.version if copy else None,
        "bytes": copy.bytes if copy else None,
        "pages": len(copy.pages) if copy else None,
        "sha256": copy.sha256 if copy else None,
        "file": copy.href if copy else None,
        "original_sha256": line.original,
        "log_entry": copy.entry if copy else None,
    }


def tally_value(tally: PaperTally | PlaceTally) -> dict[str, int]:
    """Papers as they are counted."""
    return {
        "papers_expected": tally.expected,
        "papers_public": tally.public,
        "papers_checking": tally.checking,
        "papers_missing": tally.missing,
    }
