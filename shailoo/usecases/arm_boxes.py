"""Note with which keys boxes are prepared, and tell which of them have not sent yet: until then their keys are kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from shailoo.model.armed import Armed, armed_name, read_armed
from shailoo.model.election import Election
from shailoo.ports import ItemStore, RecordStore
from shailoo.usecases.registry import Registry


@dataclass(frozen=True, slots=True)
class Prepared:
    """A manifest that was made: for which box at which station, with which keys."""

    box: str
    station: str
    sealing: str
    receipts: str
    manifest: str


def note_armed(election: str, prepared: Prepared, items: ItemStore, *, now: datetime) -> Armed:
    """Note a manifest before it leaves the installation, durable on return; earlier keys of the box stay noted.

    Raises Conflict when somebody else notes the same box at the same time, StorageFailed.
    """
    name = armed_name(election, prepared.box)
    item = items.read(name)
    before = None if item is None else read_armed(item.value, name)
    armed = Armed(
        election=election,
        box=prepared.box,
        station=prepared.station,
        sealing=_with(() if before is None else before.sealing, prepared.sealing),
        receipts=_with(() if before is None else before.receipts, prepared.receipts),
        manifest=prepared.manifest,
        made=now,
    )
    items.swap(name, armed.bytes(), expected=None if item is None else item.version)
    return armed


def armed_boxes(election: Election, items: ItemStore) -> Iterator[Armed]:
    """Every box of an election that a manifest was made for, in the package's order."""
    for box in election.boxes:
        name = armed_name(election.id, box.id)
        item = items.read(name)
        if item is not None:
            yield read_armed(item.value, name)


def still_to_send(election: Election, registry: Registry, store: RecordStore, items: ItemStore) -> tuple[Armed, ...]:
    """Prepared boxes whose last upload has not come: the final report, and the annex where there are open lists.

    A box that an act has revoked is waited for no longer: what it sends is refused. Call `registry.follow` first.
    """
    return tuple(one for one in armed_boxes(election, items) if not _is_through(one, election, registry, store))


def _is_through(armed: Armed, election: Election, registry: Registry, store: RecordStore) -> bool:
    standing = registry.box(election.id, armed.box)
    if standing is not None and standing.revoked:
        return True
    station = election.station_by_no.get(armed.station)
    lists = station is not None and any(contest.list_rule for contest in election.contests_at(station))
    kinds = ("final", "annex") if lists else ("final",)
    return all(store.get(f"report/{election.id}/{armed.box}/{kind}") is not None for kind in kinds)


def _with(known: tuple[str, ...], name: str) -> tuple[str, ...]:
    """In order of making, each once, the newest last."""
    return (*(one for one in known if one != name), name)
