"""The event log after NIST SP 1500-101: what happened to the box, never what happened to a ballot.

No event is written for a ballot, none holds a selection or a number of ballots, so times in the log tell nothing of the
order of voters (VVSG 2.0, 10.2.2-B and 10.2.4-B). Each event lies in a place of 64 bytes reserved at provisioning. The
first 96 are never overwritten; later ones share a ring of 32, and gaps in their numbers show what was overwritten.
"""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Literal

from edge_agent.disk import Disk
from edge_agent.layout import EVENT, Area
from edge_agent.manifest import Manifest
from shailoo.model.base import stamp
from shailoo.records.canonical import canonical_json

_PLACE = struct.Struct(">IqBB42s")
_CHECK = struct.Struct(">I")
_DETAIL = 42
VERSION = "0.1"

Disposition = Literal["success", "failure"]


class EventKind(Enum):
    """The catalogue: number in storage, name in the export, and what it says.

    Docs/ballot-box.md shows the same table.
    """

    PROVISIONED = (1, "provisioned", "The box received its manifest and key; all space was reserved.")
    STARTED = (2, "started", "The program of the day began.")
    RESUMED = (3, "resumed", "The program began again after it was interrupted; the detail is the stage it found.")
    MENDED = (4, "mended", "One copy of the counters was torn or behind and was made equal to the other.")
    ZERO = (5, "zero-report", "Every counter was read as zero and the zero report was printed.")
    NOT_ZERO = (6, "not-zero", "A counter was not zero; the box refused to open.")
    OPENED = (7, "opened", "The box began to take ballots.")
    EARLY_OPEN = (8, "opened-early", "The box was opened before the hour in its manifest, by its own clock.")
    CLOSED = (9, "closed", "The box takes no more ballots; its counters are final.")
    EARLY_CLOSE = (10, "closed-early", "The box was closed before the hour in its manifest, by its own clock.")
    FINAL = (11, "final-report", "The final report was printed.")
    ANNEX = (12, "annex-report", "The annex with preference votes was printed.")
    REPRINTED = (13, "reprinted", "A further copy was printed; the detail is its kind and number.")
    PRINTER = (14, "printer-failed", "The printer did not take a report; it is stored and can be printed again.")
    STOPPED = (15, "stopped", "The program ended in an orderly way.")
    CLOCK = (16, "clock-behind", "The clock stands before the time of an earlier step.")
    SEALED = (32, "sealed", "A printed report was sealed for the commission; the detail is its kind.")
    ATTEMPT = (33, "attempt-failed", "An upload did not come through; the detail is why. It is tried again.")
    REFUSED = (34, "refused", "The intake refused the upload; the detail is its code.")
    RECEIPT = (35, "receipt", "A verified receipt was stored; the detail is kind and outcome.")
    CARRIED = (36, "carried", "The sealed report was written to a file, to be carried by hand.")

    def __init__(self, number: int, label: str, says: str) -> None:
        self.number = number
        self.label = label
        self.says = says


_BY_NUMBER = {kind.number: kind for kind in EventKind}
_FAILURES = {EventKind.NOT_ZERO, EventKind.PRINTER, EventKind.CLOCK, EventKind.ATTEMPT, EventKind.REFUSED}


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the log; `seq` counts from 1."""

    seq: int
    at: datetime
    kind: EventKind
    detail: str = ""

    @property
    def disposition(self) -> Disposition:
        """Whether the thing that happened is as it should be."""
        return "failure" if self.kind in _FAILURES else "success"


class EventLog:
    """The places of a log in storage: the first so many are kept for ever, the rest is a ring."""

    def __init__(self, disk: Disk, file: int, area: Area, kept: int, ring: int) -> None:
        self._disk, self._file, self._area = disk, file, area
        self._kept, self._ring = kept, ring
        self._last = max((event.seq for event in self.events()), default=0)

    def write(self, kind: EventKind, at: datetime, detail: str = "") -> Event:
        """Add an event, durable on return. `detail` is at most 42 bytes of ASCII. Raises NotStored."""
        event = Event(self._last + 1, at, kind, detail[:_DETAIL])
        raw = _PLACE.pack(event.seq, int(at.timestamp()), kind.number, 0, event.detail.encode("ascii"))
        kept = self._kept
        place = event.seq - 1 if event.seq <= kept else kept + (event.seq - 1 - kept) % self._ring
        whole = (raw + _CHECK.pack(zlib.crc32(raw))).ljust(EVENT, b"\0")
        self._disk.put(self._file, whole, self._area.offset + EVENT * place)
        self._last = event.seq
        return event

    def events(self) -> tuple[Event, ...]:
        """All events that can still be read, by number."""
        raw = os.pread(self._file, self._area.size, self._area.offset)
        found = [_read(raw[start : start + EVENT]) for start in range(0, EVENT * (self._kept + self._ring), EVENT)]
        return tuple(sorted((event for event in found if event is not None), key=lambda event: event.seq))


def _read(raw: bytes) -> Event | None:
    if len(raw) < EVENT or _CHECK.unpack_from(raw, _PLACE.size)[0] != zlib.crc32(raw[: _PLACE.size]):
        return None
    seq, at, number, _, detail = _PLACE.unpack_from(raw)
    kind = _BY_NUMBER.get(number)
    if seq == 0 or kind is None:
        return None
    return Event(seq, datetime.fromtimestamp(at, UTC), kind, detail.rstrip(b"\0").decode("ascii", "replace"))


def export(manifest: Manifest, events: tuple[Event, ...], generated: datetime, sendings: tuple[Event, ...] = ()) -> str:
    """Write the log as canonical JSON in the shape of SP 1500-101: one device that scans and one that sends."""
    devices = [("scan-single", events), ("transmission-sending", sendings)]
    value = {
        "@type": "EventLogging.ElectionEventLog",
        "ElectionId": manifest.election,
        "GeneratedTime": stamp(generated),
        "Details": f"mode {manifest.mode.value}; station {manifest.station}",
        "Device": [
            {
                "@type": "EventLogging.Device",
                "Id": manifest.box,
                "Type": device,
                "Version": VERSION,
                "Details": f"manifest sha-256 {manifest.digest()}",
                "Event": [_exported(event) for event in log],
            }
            for device, log in devices
            if log
        ],
    }
    return canonical_json(value).decode()


def _exported(event: Event) -> dict[str, str]:
    exported = {
        "@type": "EventLogging.Event",
        "Id": event.kind.label,
        "Type": event.kind.label,
        "Sequence": str(event.seq),
        "TimeStamp": stamp(event.at),
        "Disposition": event.disposition,
        "Description": event.kind.says,
    }
    if event.detail:
        exported["Details"] = event.detail
    if event.disposition == "failure":
        exported["Severity"] = "error"
    return exported
