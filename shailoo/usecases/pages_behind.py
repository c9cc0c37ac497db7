"""How far the pages are behind the records, asked by somebody who does not publish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shailoo.model.document import DocumentApproved, DocumentWithdrawn
from shailoo.model.manual import ProtocolKeyed
from shailoo.model.record import Act, Publication, ReportAccepted, ReportConflict, TurnoutEntered, read_record
from shailoo.ports import RecordStore

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Behind:
    """Records that belong on a page and are on none, and for how many seconds the oldest of them waits."""

    waiting: int
    oldest_s: int


def pages_behind(store: RecordStore, published: int, now: datetime) -> Behind:
    """What was accepted after the version `published` was cut; more than a thousand records are counted as that many.

    Raises StorageFailed, BadRecord.
    """
    upto = 0
    if published > 0 and (entry := store.get(f"publication/{published:012}")) is not None:
        record = read_record(entry.body)
        upto = record.upto if isinstance(record, Publication) else 0
    since: list[datetime] = []
    for entry in store.feed(upto, limit=_AT_ONCE):
        match read_record(entry.body):
            case ReportAccepted() | ReportConflict() as upload:
                since.append(upload.arrived)
            case Act() | TurnoutEntered() as entered:
                since.append(entered.entered)
            case ProtocolKeyed() | DocumentApproved() | DocumentWithdrawn():
                since.append(now)  # counted; who works on papers may wait longer than a report
            case _:
                continue
    return Behind(len(since), max(0, int((now - min(since, default=now)).total_seconds())))
