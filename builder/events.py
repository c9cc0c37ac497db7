"""What happened at an election, record by record: the causes behind every change of its pages, in order.

An event is a function of one record and of the state before and after it, so events do not depend on how records were
batched into versions. It is told to the public with the version that takes its record in. An event belongs to a station
only where the station's page changes too, so a page and its feed are always of the same version.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from shailoo.model.base import stamp
from shailoo.model.document import (
    DocumentApproved,
    DocumentCopied,
    DocumentReceived,
    DocumentUnreadable,
    DocumentWithdrawn,
)
from shailoo.model.manual import ProtocolKeyed
from shailoo.model.record import (
    Act,
    ChooseReport,
    JoinReserveBox,
    ManualOnly,
    Refusal,
    ReleaseReport,
    ReportAccepted,
    ReportConflict,
    ReverseAct,
    RevokeBox,
    TurnoutEntered,
    record_key,
)
from shailoo.records.canonical import digest
from shailoo.rules.keying import Agreed, Differ

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from builder.change_views import What
    from builder.state import BoxSlot, ElectionState, Touched
    from builder.views import BoxState
    from shailoo.model.election import Election
    from shailoo.model.record import Record
    from shailoo.rules.keying import VersionState

MOST: Final = 100
"""Events that the list of a region or of the country keeps; a station's list keeps all of its own."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `detail` is a code whose meaning depends on `what`.

    The rule that a held report breaks, the hour of a turnout, the kind of a document, the sheet of a protocol, the
    contest whose small cells were opened, the code of a refusal, the kind of an upload that came twice.
    """

    id: str
    """A UUID that another build from the same records gives too."""
    what: What
    at: str
    """When it happened, UTC: when the report came in, the act was entered."""
    stations: tuple[str, ...] = ()
    box: str = ""
    detail: str = ""
    act: str = ""
    """Number of the act: its own, or the one on whose authority a protocol was corrected."""
    body: str = ""
    """Who decided."""
    measures: tuple[str, ...] = ()
    reverses: tuple[str, ...] = ()
    """Numbers of acts that no longer hold because of this one."""
    reason: str = ""
    sha256: str = ""
    """Of the signed text."""


@dataclass(frozen=True, slots=True)
class Told:
    """An event, and the version with which it became public."""

    event: Event
    version: int
    published: str


@dataclass(frozen=True, slots=True)
class Before:
    """What has to be known of the state before a record, to say what the record changed."""

    boxes: Mapping[str, BoxState]
    version: VersionState | None
    merged: frozenset[str]


def look(record: Record, state: ElectionState) -> Before:
    """Look at what a record may change, before it is taken in."""
    boxes: Iterable[str] = ()
    version = None
    match record:
        case ReportAccepted() | ReportConflict():
            boxes = (record.box,)
        case Act():
            boxes = _boxes(record, state)
        case ProtocolKeyed():
            version = _version(record, state)
        case _:
            pass
    return Before({box: state.slots[box].state for box in boxes}, version, frozenset(state.merged))


def events(record: Record, before: Before, state: ElectionState, touched: Touched) -> list[Event]:
    """What a record did, given the state after it."""
    found: list[Event] = []
    match record:
        case ReportAccepted() | ReportConflict():
            found = list(_upload(record, before, state))
        case Act():
            found = list(_act(record, before, state, touched))
        case TurnoutEntered():
            found = [_event(record, "turnout", stamp(record.entered), (record.station,), detail=record.hour)]
        case Refusal():
            found = [_event(record, "refused", stamp(record.arrived), box=record.box, detail=record.code)]
        case ProtocolKeyed():
            found = [_protocol(record, before, state)]
        case (
            DocumentReceived() | DocumentCopied() | DocumentApproved() | DocumentUnreadable() | DocumentWithdrawn()
        ) if touched.documents:
            found = [_document(record, touched)]
        case _:
            return []
    opened = sorted(state.merged.keys() - before.merged)
    return found + [_event(record, "cells-opened", found[-1].at, detail=contest) for contest in opened]


class Chronicle:
    """Everything that happened at one election, in order; each event with the version that told the public."""

    def __init__(self, election: Election) -> None:
        self.country: deque[Told] = deque(maxlen=MOST)
        self._at: dict[str, list[Told]] = {}
        self._regions: dict[str, deque[Told]] = {region.id: deque(maxlen=MOST) for region in election.regions}
        self._region_of = {station.no: station.region for station in election.stations}
        self._fresh: list[Event] = []

    def happened(self, found: Sequence[Event]) -> set[str]:
        """Take in events that are in no version yet. Answers the regions whose list of changes grows."""
        self._fresh += found
        return {region for event in found for region in self._regions_of(event)}

    def tell(self, version: int, published: str) -> None:
        """The events that waited are public with this version."""
        for event in self._fresh:
            told = Told(event, version, published)
            self.country.append(told)
            for no in event.stations:
                self._at.setdefault(no, []).append(told)
            for region in self._regions_of(event):
                self._regions[region].append(told)
        self._fresh = []

    def station(self, no: str) -> Sequence[Told]:
        """What was told of a station, all of it, oldest first."""
        return self._at.get(no, ())

    def region(self, region: str) -> Sequence[Told]:
        """The last that was told of a region's stations, oldest first."""
        return self._regions[region]

    def latest(self, region: str | None) -> list[Event]:
        """The last events of a region or of the country, newest first, with those that the next version tells."""
        told = self.country if region is None else self._regions[region]
        fresh = [event for event in self._fresh if region is None or region in self._regions_of(event)]
        return [*reversed(fresh), *(one.event for one in reversed(told))][:MOST]

    def _regions_of(self, event: Event) -> list[str]:
        return sorted({self._region_of[no] for no in event.stations})


# --- by kind of record ---


def _upload(record: ReportAccepted | ReportConflict, before: Before, state: ElectionState) -> Iterator[Event]:
    """One event says what came in and what became of it; a second one, where it also changed what counts."""
    slot, was = state.slots[record.box], before.boxes[record.box]
    turned = _turn(slot, was)
    text: str = digest(record.note.encode())
    at, stations = stamp(record.arrived), (slot.station,) if slot.station is not None else ()
    if isinstance(record, ReportConflict):
        what: What = "report-again" if record.same_figures else "report-conflict"
        yield _event(record, what, at, stations, box=record.box, detail=record.kind, sha256=text)
        turned = None if what == "report-conflict" else turned
    elif record.kind == "annex":
        yield _event(record, "annex", at, stations, box=record.box, sha256=text)
    elif turned is None:
        yield _event(record, "report-received", at, stations, box=record.box, sha256=text)
    if turned is not None:
        if slot.final is not None and slot.final.record is not record:
            text = digest(slot.final.record.note.encode())
        yield _event(record, turned, at, stations, box=record.box, detail=_rule(slot), sha256=text)


def _act(record: Act, before: Before, state: ElectionState, touched: Touched) -> Iterator[Event]:
    """The act itself, at every station whose page it changes; then each box of which it changed whether it counts."""
    at = stamp(record.entered)
    yield Event(
        id=_id(record, at, "act", ""),
        what="act",
        at=at,
        stations=tuple(sorted(touched.stations)),
        measures=tuple(dict.fromkeys(measure.measure for measure in record.measures)),
        reverses=tuple(measure.number for measure in record.measures if isinstance(measure, ReverseAct)),
        reason=record.reason,
        act=record.number,
        body=record.body,
    )
    for box, was in sorted(before.boxes.items()):
        slot = state.slots[box]
        turned = _turn(slot, was)
        if turned is not None and slot.station is not None:
            text = digest(slot.final.record.note.encode()) if slot.final is not None else ""
            yield Event(
                id=_id(record, at, turned, box), what=turned, at=at, stations=(slot.station,), box=box,
                detail=_rule(slot), sha256=text, act=record.number,
            )  # fmt: skip


def _protocol(record: ProtocolKeyed, before: Before, state: ElectionState) -> Event:
    """What a keying did to its version of the sheet."""
    now = _version(record, state)
    what: What = "protocol-entered"
    if isinstance(now, Agreed) and not isinstance(before.version, Agreed):
        held = state.hand.sheet(record.station, record.sheet).standing.held
        what = "protocol-held" if held is not None and held == now else "protocol-agreed"
    elif isinstance(now, Differ) and not isinstance(before.version, Differ):
        what = "protocol-differs"
    elif before.version is None and record.version > 1:
        what = "protocol-corrected"
    corrects = what == "protocol-corrected"
    return _event(
        record, what, stamp(record.entered), (record.station,), detail=record.sheet,
        act=(record.act or "") if corrects else "", reason=(record.correction or "") if corrects else "",
    )  # fmt: skip


def _document(
    record: DocumentReceived | DocumentCopied | DocumentApproved | DocumentUnreadable | DocumentWithdrawn,
    touched: Touched,
) -> Event:
    """What became of a document; of its text nothing is told."""
    at = record.made if isinstance(record, DocumentCopied | DocumentUnreadable) else record.entered
    stations = (record.station,) if record.station in touched.papers else ()
    what: What
    match record:
        case DocumentReceived():
            what = "document-received"
        case DocumentCopied() | DocumentApproved():
            what = "document-public"
        case DocumentUnreadable():
            what = "document-unreadable"
        case DocumentWithdrawn():
            what = "document-withdrawn"
    reason = record.reason if isinstance(record, DocumentWithdrawn) else ""
    act = (record.act or "") if isinstance(record, DocumentReceived) else ""
    return _event(record, what, stamp(at), stations, detail=record.kind, act=act, reason=reason)


# --- inside ---

_TURNED: Final[Mapping[str, What]] = {
    "accepted": "report-released",
    "held": "report-held",
    "conflict": "report-conflict",
}


def _turn(slot: BoxSlot, was: BoxState) -> What | None:
    """What a box turned into; None when it counts, or does not, as before."""
    match was, slot.state:
        case before, after if before == after:
            return None
        case "waiting", "accepted":
            return "report-counted"
        case _, ("accepted" | "held" | "conflict") as now:
            return _TURNED[now]
        case (("accepted" | "held" | "conflict"), _):
            return "report-removed"
        case _:
            return None


def _rule(slot: BoxSlot) -> str:
    return slot.held[0].breach.rule if slot.state == "held" else ""


def _boxes(act: Act, state: ElectionState) -> set[str]:
    """The boxes of which an act may change whether they count."""
    found: set[str] = set()
    for measure in act.measures:
        match measure:
            case JoinReserveBox(box=box) | RevokeBox(box=box) | ReleaseReport(box=box) | ChooseReport(box=box):
                found.add(box)
            case ManualOnly(station=station):
                found.update(state.boxes_at[station])
            case _:
                pass  # concerns what people counted
    return found


def _version(record: ProtocolKeyed, state: ElectionState) -> VersionState | None:
    standing = state.hand.sheet(record.station, record.sheet).standing
    return next((one.state for one in standing.versions if one.version == record.version), None)


def _id(record: Record, at: str, what: str, box: str) -> str:
    """A UUID of the record, its moment, and what it did: the same wherever these records are read."""
    return uuid_of(f"event {record_key(record)} {at} {what} {box}")


def uuid_of(name: str) -> str:
    """A UUID of version 8 (RFC 9562, section 5.8) made of a name: as `uuid.uuid5`, in a third of its time."""
    found = sha256(name.encode()).hexdigest()
    return f"{found[:8]}-{found[8:12]}-8{found[13:16]}-a{found[17:20]}-{found[20:32]}"


def _event(
    record: Record,
    what: What,
    at: str,
    stations: tuple[str, ...] = (),
    *,
    box: str = "",
    detail: str = "",
    act: str = "",
    reason: str = "",
    sha256: str = "",
) -> Event:
    return Event(
        id=_id(record, at, what, box or detail), what=what, at=at, stations=stations, box=box, detail=detail, act=act,
        reason=reason, sha256=sha256,
    )  # fmt: skip
