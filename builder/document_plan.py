"""Documents in, views out: what a station, a commission and the country have handed in. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from builder.document_views import (
    DocumentLine,
    DocumentsView,
    KindCoverage,
    Owed,
    OwedView,
    PageImage,
    PaperTally,
    PlaceTally,
    PublicCopy,
    StationDocuments,
)
from builder.parts import downloads
from shailoo.rules.documents import document_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from builder.documents_state import Document, Documents
    from builder.names import Names
    from builder.papers import Paper
    from builder.tally import Scope
    from shailoo.model.election import Station


def line_key(document: Document) -> str:
    """A document's identity on a page."""
    return f"{document.kind}:{document.part or ''}:{document.original}"


def document_line(documents: Documents, names: Names, document: Document) -> DocumentLine:
    """A document as the public may see it."""
    twin = documents.twin(document)
    copy: PublicCopy | None = None
    if document.shown is not None:
        shown, approval = document.shown
        (pdf, _), *pages = document.files(shown)
        images = (
            PageImage(f"/results/{path}", page.width, page.height)
            for (path, _), page in zip(pages, shown.pages, strict=True)
        )
        entry = documents.logged.get(pdf.removesuffix(".pdf"))
        copy = PublicCopy(shown.version, f"/results/{pdf}", shown.pdf, shown.bytes, tuple(images), approval.at, entry)
    contest = names.election.contest_by_id.get(document.part or "") if document.kind == "protocol" else None
    return DocumentLine(
        key=line_key(document),
        station=document.station,
        kind=document.kind,
        part=document.part,
        about=contest.name if contest is not None else None,
        state=document.state,
        original=document.original,
        arrived=document.arrived,
        copy=copy,
        withdrawn=document.withdrawn,
        reason=document.reason if document.withdrawn else "",
        act=document.act,
        twin=names.station(names.election.station_by_no[twin]) if twin is not None else None,
    )


def lines_at(documents: Documents, names: Names, station: str | None) -> tuple[DocumentLine, ...]:
    """Every document of a station, by kind and part, then as they came."""
    found = sorted(
        documents.at(station), key=lambda one: (document_order(one.kind, one.part), one.arrived, one.original)
    )
    return tuple(document_line(documents, names, document) for document in found)


def station_documents(documents: Documents, names: Names, station: Station) -> StationDocuments:
    """The section of a station's page."""
    return StationDocuments(lines_at(documents, names, station.no), owed_by(documents, station))


def owed_by(documents: Documents, station: Station) -> tuple[Owed, ...]:
    """What a station still owes, by kind."""
    of_kind: dict[str, list[Paper]] = {}
    for paper in documents.expected[station.no]:
        of_kind.setdefault(paper.kind, []).append(paper)
    found: list[Owed] = []
    for papers in of_kind.values():
        missing = [paper for paper in papers if documents.paper_state(station.no, paper) is None]
        if missing:
            parts = tuple(paper.part or "" for paper in missing) if len(missing) < len(papers) else ()
            found.append(Owed(missing[0].kind, len(missing), parts))
    return tuple(found)


def documents_view(documents: Documents, names: Names, tecs_of: Mapping[str, Sequence[str]]) -> DocumentsView:
    """The page of the whole country. `tecs_of` lists the commissions of each region."""
    election = names.election
    kinds = []
    for kind in documents.kinds:
        rows = [
            PlaceTally(names.region(region), count.expected, count.public, count.checking)
            for region in election.regions
            if (count := documents.count(("region", region.id), kind)).expected
        ]
        kinds.append(KindCoverage(kind, tuple(rows), _together(names, rows)))
    commissions = [
        _of_all_kinds(documents, names, tec) for region in election.regions for tec in tecs_of.get(region.id, ())
    ]
    return DocumentsView(
        names.head,
        tuple(kinds),
        tuple(commissions),
        lines_at(documents, names, None),
        downloads(election.id, "documents"),
    )


def owed_view(documents: Documents, names: Names, tec: str, stations: Sequence[Station]) -> OwedView:
    """The page of one commission."""
    scope: Scope = ("tec", tec)
    kinds = [
        PaperTally(kind, count.expected, count.public, count.checking)
        for kind in documents.kinds
        if (count := documents.count(scope, kind)).expected
    ]
    return OwedView(
        head=names.head,
        place=names.tec(names.election.commission_by_id[tec]),
        region=names.region(names.election.region_by_id[stations[0].region]),
        kinds=tuple(kinds),
        stations=tuple(_station(documents, names, station) for station in stations),
        lines=tuple(line for station in stations for line in lines_at(documents, names, station.no)),
        downloads=downloads(names.election.id, f"documents/{tec}"),
    )


def _station(documents: Documents, names: Names, station: Station) -> PlaceTally:
    states = [documents.paper_state(station.no, paper) for paper in documents.expected[station.no]]
    return PlaceTally(
        names.station(station),
        len(states),
        states.count("public"),
        states.count("checking"),
        owed_by(documents, station),
    )


def _of_all_kinds(documents: Documents, names: Names, tec: str) -> PlaceTally:
    counts = [documents.count(("tec", tec), kind) for kind in documents.kinds]
    return PlaceTally(
        names.tec(names.election.commission_by_id[tec]),
        sum(count.expected for count in counts),
        sum(count.public for count in counts),
        sum(count.checking for count in counts),
    )


def _together(names: Names, rows: Iterable[PlaceTally]) -> PlaceTally:
    rows = tuple(rows)
    return PlaceTally(
        names.country,
        sum(row.expected for row in rows),
        sum(row.public for row in rows),
        sum(row.checking for row in rows),
    )
