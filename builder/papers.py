"""The papers that a station owes, as pairs with names: what `shailoo.rules.documents` says of the package's boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from shailoo.rules.documents import expected_documents

if TYPE_CHECKING:
    from shailoo.model.document import DocumentKind
    from shailoo.model.election import Election, Station


class Paper(NamedTuple):
    """A paper by what it is said to be; `part` tells several of a kind apart."""

    kind: DocumentKind
    part: str | None


def expected_at(election: Election, station: Station) -> tuple[Paper, ...]:
    """The papers that a station owes: each once, in the order of the day."""
    return tuple(Paper(*paper) for paper in expected_documents(election, station))
