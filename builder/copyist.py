"""The copyist: for every document that was received, and for every blackout that was asked, one copy for the public.

It follows the feed and keeps in memory only what is still to be made. Records tell by their keys alone what is done:

    read the original     stop here: nothing happened
    put pages and PDF     stop here: objects that nobody names; the same bytes are put again next time
    append the record     stop here: it may or may not be there; a second one is refused, and that is well
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from shailoo.errors import Conflict, ShailooError
from shailoo.events.copies import CopyistBeat, CopyMade, CopyRefused, CopyThere, CopyWaits, DocumentMissing
from shailoo.ids import Digest
from shailoo.model.document import (
    Blackout,
    BlackoutAsked,
    DocumentCopied,
    DocumentReceived,
    DocumentUnreadable,
    PageCopy,
    document_key,
)
from shailoo.model.record import read_record, record_bytes
from shailoo.ports import Clock, Entry, ObjectStore, RecordStore
from shailoo.rules.document_standing import FIRST_COPY
from shailoo.rules.scan_faults import DocumentUnfit
from shailoo.telemetry import Watch, say
from shailoo.usecases.document_desk import where_of

_AT_ONCE = 1000


class MadePage(Protocol):
    """A page of a copy as an image."""

    @property
    def data(self) -> bytes:
        """The encoded image."""
        ...

    @property
    def width(self) -> int:
        """In pixels."""
        ...

    @property
    def height(self) -> int:
        """In pixels."""
        ...


class MadeCopy(Protocol):
    """What a maker of copies returns."""

    @property
    def pdf(self) -> bytes:
        """The copy whole."""
        ...

    @property
    def pages(self) -> Sequence[MadePage]:
        """Its pages in order."""
        ...


class Maker(Protocol):
    """Makes a copy from an original's pixels."""

    def __call__(self, original: bytes, *, blackouts: Sequence[Blackout] = ()) -> MadeCopy:
        """Raises DocumentUnfit when none can be made, any other ShailooError when another try may succeed."""
        ...


class Copyist:
    """Makes the copies that are still to be made, one after the other. Only one works on an installation."""

    def __init__(self, store: RecordStore, objects: ObjectStore, clock: Clock, make: Maker) -> None:
        self._store = store
        self._objects = objects
        self._clock = clock
        self._make = make
        self._upto = 0
        self._open: dict[str, set[int]] = {}

    @property
    def waiting(self) -> int:
        """How many copies are still to be made, as far as the feed was read."""
        return sum(len(versions) for versions in self._open.values())

    def step(self) -> str | None:
        """Make the next copy; returns its name, or None when there is nothing to do.

        Raises StorageFailed, and whatever the maker raises that is not the document's fault; the copy then waits.
        """
        self._follow()
        for name, versions in self._open.items():
            version = min(versions)
            self._one(name, version)
            self._close(name, version)
            return f"{name}/{version:02}"
        return None

    def put_off(self) -> None:
        """Put what would be next behind the others: what fails now must not keep them waiting."""
        for name in list(self._open)[:1]:
            self._open[name] = self._open.pop(name)

    def _follow(self) -> None:
        while entries := self._store.feed(self._upto, limit=_AT_ONCE):
            self._take(entries)

    def _take(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            kind, _, name = entry.key.partition("/")
            match kind:
                case "document":
                    self._open.setdefault(name, set()).add(FIRST_COPY)
                case "blackout":
                    of, _, version = name.rpartition("/")
                    self._open.setdefault(of, set()).add(int(version))
                case "copy" | "unreadable":
                    of, _, version = name.rpartition("/")
                    self._close(of, int(version))
                case "withdrawal":
                    self._open.pop(name, None)  # nobody will look at a copy of it
                case _:
                    pass  # the other kinds are no documents
            self._upto = entry.seq

    def _close(self, name: str, version: int) -> None:
        versions = self._open.get(name, set())
        versions.discard(version)
        if not versions:
            self._open.pop(name, None)

    def _one(self, name: str, version: int) -> None:
        first = self._store.get(f"document/{name}")
        document = None if first is None else read_record(first.body)
        if not isinstance(document, DocumentReceived):
            say(DocumentMissing(version=version))
            return
        areas, watch = self._areas(name, version), Watch()
        record: DocumentCopied | DocumentUnreadable
        try:
            copy = self._make(self._objects.get(Digest(document.original)), blackouts=areas)
        except DocumentUnfit as error:
            say(CopyRefused(election=document.election, station=document.station, code=error.code))
            record = DocumentUnreadable(**where_of(document), version=version, code=error.code, made=self._clock.now())
        else:
            record = self._kept(document, version, areas, copy)
        try:
            self._store.append(document_key(record), record_bytes(record))
        except Conflict:
            say(CopyThere(election=document.election, station=document.station, version=version))
            return
        if isinstance(record, DocumentCopied):
            say(CopyMade(election=document.election, station=document.station, version=version, ms=watch.ms))

    def _areas(self, name: str, version: int) -> tuple[Blackout, ...]:
        asked = self._store.get(f"blackout/{name}/{version:02}")
        record = None if asked is None else read_record(asked.body)
        return record.areas if isinstance(record, BlackoutAsked) else ()

    def _kept(
        self, document: DocumentReceived, version: int, areas: tuple[Blackout, ...], copy: MadeCopy
    ) -> DocumentCopied:
        pages = tuple(
            PageCopy(sha256=self._objects.put(page.data), bytes=len(page.data), width=page.width, height=page.height)
            for page in copy.pages
        )
        return DocumentCopied(
            **where_of(document),
            version=version,
            pdf=self._objects.put(copy.pdf),
            pdf_bytes=len(copy.pdf),
            pages=pages,
            areas=areas,
            made=self._clock.now(),
        )


def work(copyist: Copyist, stopped: Callable[[], bool] = lambda: False) -> tuple[int, int]:
    """Make what can be made now, unless told to stop; returns how many copies were made and how many are left.

    What fails is put behind the others and tried again at the next call.
    """
    made, failed = 0, 0
    while failed <= copyist.waiting and not stopped():
        try:
            if copyist.step() is None:
                break
            made += 1
        except ShailooError as error:
            say(CopyWaits(code=error.code))
            failed += 1
            copyist.put_off()
    say(CopyistBeat(waiting=copyist.waiting))
    return made, copyist.waiting
