"""Where everything lies in the one storage file of a box.

A pure function of the manifest, so that no table of contents can tear.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from edge_agent.errors import BadManifest
from edge_agent.manifest import BoxContest, Manifest
from edge_agent.reports import widest_texts
from shailoo.model.report import ReportKind

PAGE = 4096
"""Two things that must not tear together never share a page."""
WORD = 4
EVENT = 64
FIRST_EVENTS = 96
"""Events that are never overwritten."""
LAST_EVENTS = 32
"""A ring for those that follow; sequence numbers show what it has overwritten."""
FIRST_SENDINGS = 16
LAST_SENDINGS = 48
"""The sending keeps its own log, because it may run beside the program of the day; most of it is a ring of attempts."""
_SIGNATURE = 512
_RECEIPT = 2048
_EVENT_JSON = 384
_ENVELOPE = 1024
_SOME_DAY = datetime(2000, 1, 1, tzinfo=UTC)


class Area(NamedTuple):
    """A place in the file: first byte, and length in bytes."""

    offset: int
    size: int


STATE = (Area(0, PAGE), Area(PAGE, PAGE))
"""The state comes first, so that it is found without a manifest."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The areas of a box. Counters of a contest lie at the same distance from the start of both `counters`."""

    state: tuple[Area, Area]
    counters: tuple[Area, Area]
    events: Area
    sendings: Area
    notes: dict[ReportKind, Area]
    sealed: dict[str, Area]
    receipts: dict[str, Area]
    size: int


def words_of(contest: BoxContest) -> int:
    """Counters of a contest: ballots, invalid, valid, each option, each candidate of an open list."""
    return 3 + len(contest.options) + sum(len(option.candidates) for option in contest.options)


def slot_size(contest: BoxContest) -> int:
    """Bytes of one slot of a contest: a checksum, then its counters."""
    return WORD * (1 + words_of(contest))


def layout_of(manifest: Manifest) -> Layout:
    """Lay out the storage of a box. Raises BadManifest for names that cannot be printed.

    Only lengths matter, so boxes with the same ballots share one answer, whatever their numbers, places and keys.
    """
    alike = {
        "station": "9" * len(manifest.station),
        "box": "A" * len(manifest.box),
        "station_name": manifest.election_name,
        "zone": "",
        "opens": _SOME_DAY,
        "closes": _SOME_DAY,
        "vkey": "",
        "sealing_public": "",
        "receipt_vkey": "",
    }
    try:
        return _layout_alike(manifest.model_copy(update=alike))
    except BadManifest:
        return _layout(manifest)  # raises too, and names this very box


@lru_cache(maxsize=128)
def _layout_alike(manifest: Manifest) -> Layout:
    return _layout(manifest)


def _layout(manifest: Manifest) -> Layout:
    texts = {kind: len(text.encode()) + _SIGNATURE for kind, text in widest_texts(manifest).items()}
    at = 2 * PAGE

    def take(size: int) -> Area:
        nonlocal at
        area = Area(at, -(-size // PAGE) * PAGE)
        at += area.size
        return area

    counters = sum(slot_size(contest) for contest in manifest.contests)
    events = _EVENT_JSON * (FIRST_EVENTS + LAST_EVENTS + 4)
    final = texts[ReportKind.ZERO] + texts[ReportKind.FINAL] + texts[ReportKind.CELLS] + events
    return Layout(
        state=STATE,
        counters=(take(counters), take(counters)),
        events=take(EVENT * (FIRST_EVENTS + LAST_EVENTS)),
        sendings=take(EVENT * (FIRST_SENDINGS + LAST_SENDINGS)),
        notes={kind: take(texts[kind]) for kind in ReportKind},
        sealed={"final": take(_sealed(final)), "annex": take(_sealed(texts[ReportKind.ANNEX]))},
        receipts={"final": take(_RECEIPT), "annex": take(_RECEIPT)},
        size=at,
    )


def _sealed(plain: int) -> int:
    """Room for an envelope: newlines are escaped in JSON, base64 adds a third."""
    return (plain + plain // 8) * 4 // 3 + _ENVELOPE
