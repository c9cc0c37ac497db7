"""Made-up documents of the election that never was, for the gallery and for tests."""

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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from builder.view_places import Download, Head, Place

_START = "/results/data/sample/document/1004"
_DIGEST = "5d3a" * 16
_ORIGINAL = "77c1" * 16


def _line(**more: object) -> DocumentLine:
    known: dict[str, object] = {
        "station": "1004",
        "kind": "protocol",
        "part": "pr",
        "about": None,
        "state": "checking",
        "original": _ORIGINAL,
        "arrived": "2021-11-28T19:02:11Z",
        **more,
    }
    key = f"{known['kind']}:{known['part'] or ''}:{known['original']}"
    return DocumentLine(key=key, **known)  # type: ignore[arg-type]  # the defaults above fit the fields


def documents_of_station(twin: Place) -> StationDocuments:
    """One document in each state."""
    name = f"{_START}-protocol-pr-{_DIGEST[:12]}"
    pages = tuple(PageImage(f"{name}-p{number}.jpg", 1240, 1754) for number in (1, 2))
    copy = PublicCopy(2, f"{name}.pdf", _DIGEST, 184_220, pages, "2021-11-28T20:11:46Z", 7_211)
    lines = (
        _line(state="public", copy=copy),
        _line(part="smd-27", original="10ab" * 16, twin=twin),
        _line(kind="final-report", part="abb-003117", state="unreadable", original="20ab" * 16),
        _line(
            kind="commission-act",
            part=None,
            state="withdrawn",
            original="30ab" * 16,
            withdrawn="2021-11-29T05:00:00Z",
            reason="sample: a name of a voter stood on it",
            act="17-a",
        ),
    )
    return StationDocuments(lines, (Owed("annex", 21), Owed("final-report", 1)))


def documents(
    head: Head, regions: Sequence[Place], country: Place, tec: Place, files: tuple[Download, ...]
) -> DocumentsView:
    """The page of the whole country."""
    rows = tuple(PlaceTally(place, 498 + 2 * n, 300 + n, 40) for n, place in enumerate(regions))
    total = PlaceTally(
        country, sum(row.expected for row in rows), sum(row.public for row in rows), sum(row.checking for row in rows)
    )
    commissions = (PlaceTally(tec, 27, 20, 3),)
    act = _line(station=None, kind="court-act", part="1", original="40ab" * 16, act="17-a")
    return DocumentsView(head, (KindCoverage("protocol", rows, total),), commissions, (act,), files)


def owed(head: Head, tec: Place, region: Place, station: Place, files: tuple[Download, ...]) -> OwedView:
    """The page of one commission."""
    lines = documents_of_station(station).lines
    stations = (PlaceTally(station, 27, 1, 1, (Owed("annex", 21), Owed("protocol", 1, ("smd-27",)))),)
    return OwedView(
        head, tec, region, (PaperTally("protocol", 2, 1, 1), PaperTally("annex", 21, 0, 0)), stations, lines, files
    )
