"""The seven promises of storage, and the other things that the rules must be given: time, keys.

Promises that every home keeps (see docs/storage.md; one contract suite runs over all of them):

1. create once: the same bytes again succeed, other bytes are `Conflict`;
2. replace only what I read (items and pointers carry a version);
3. page in byte order of the key with an opaque cursor;
4. read your own write; what was acknowledged survives power loss;
5. objects are immutable and whole, their digest is checked on read;
6. pointers move by compare-and-swap;
7. one feed: every accepted record gets the next number, no gaps, in the same transaction; readers resume after one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from shailoo.ids import Digest, RegionId, StationNo

if TYPE_CHECKING:
    from shailoo.model.base import Language
    from shailoo.model.identification import Identification
    from shailoo.model.notice import Notice, Way
    from shailoo.model.voter_list import (
        Area,
        Centre,
        HouseRun,
        Movement,
        PersonName,
        Settlement,
        StationChange,
        TouchedCell,
        VoterCell,
        VoterEntry,
        VoterListMade,
    )
    from shailoo.records.voter_commitment import VoterProof


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as stored: its number in the feed (from 1), its key, its canonical bytes."""

    seq: int
    key: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Page:
    """Entries in byte order of their keys; `cursor` is None after the last page."""

    entries: tuple[Entry, ...]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Item:
    """A value that may be replaced, with the version under which it was read (from 1)."""

    version: int
    value: bytes


class RecordStore(Protocol):
    """Append-only records with one feed."""

    def append(self, key: str, body: bytes) -> Entry:
        """Create a record; the same bytes again return the first entry. Durable on return.

        Raises Conflict (facts: key, seq) when other bytes stand under the key, StorageFailed when nothing was written.
        """
        ...

    def get(self, key: str) -> Entry | None:
        """Return the record under a key, or None."""
        ...

    def page(self, prefix: str, *, cursor: str | None = None, limit: int = 100) -> Page:
        """Return up to `limit` (1 to 1000) entries whose keys begin with `prefix`, after the cursor."""
        ...

    def feed(self, after: int, *, limit: int = 1000) -> Sequence[Entry]:
        """Return up to `limit` entries with numbers after `after`, in order and without gaps."""
        ...

    def last(self) -> int:
        """Number of the newest record; 0 when there is none."""
        ...


class ItemStore(Protocol):
    """Values replaced by compare-and-swap: pointers, leases, capped counters."""

    def read(self, name: str) -> Item | None:
        """Return the value and its version, or None."""
        ...

    def swap(self, name: str, value: bytes, *, expected: int | None) -> Item:
        """Replace the value if its version is still `expected` (None: there is no value yet). Raises Conflict."""
        ...


class ObjectStore(Protocol):
    """Immutable bytes under their own digest."""

    def put(self, data: bytes) -> Digest:
        """Store bytes; the same bytes again succeed. Durable on return."""
        ...

    def get(self, digest: Digest) -> bytes:
        """Return the bytes. Raises NotFound, or StorageFailed when what lies there does not have this digest."""
        ...


@runtime_checkable
class LendingStore(ObjectStore, Protocol):
    """An object store from which a browser may fetch an object itself, where an answer of ours would be too large."""

    @property
    def origin(self) -> str:
        """Scheme and host of every `address`, for the policies of pages."""
        ...

    def address(self, digest: Digest, *, media: str, disposition: str) -> str:
        """Where whoever holds this address gets the object within a minute, as media type and disposition say."""
        ...


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that comes in parts."""

    name: str
    owner: str
    bytes: int
    sha256: str | None
    """Digest that was announced for the whole, if it was."""
    part_bytes: int
    """Of every part but the last; parts are numbered from 1."""
    parts: tuple[int, ...]
    """Numbers of those that are there."""
    expires: datetime


class Uploads(Protocol):
    """Files that come in parts over weak links, kept apart until they are whole; each belongs to its owner alone."""

    @property
    def origin(self) -> str | None:
        """Scheme and host of every `address`, for the policies of pages; None where parts come through our own door."""
        ...

    def begin(self, owner: str, total: int, sha256: str | None, *, now: datetime) -> Upload:
        """Open an upload; with a digest, the one that this owner has open for the same file is gone on with.

        Raises TooManyUploadsOpen, StorageFailed.
        """
        ...

    def state(self, owner: str, name: str, *, now: datetime) -> Upload:
        """Which parts are there. Raises NoSuchUpload: unknown, another's, or expired."""
        ...

    def address(self, upload: Upload, number: int) -> str | None:
        """Where a part is to be sent; None for our own door. A cloud signs an address for each part."""
        ...

    def put(self, owner: str, name: str, number: int, data: bytes, *, now: datetime) -> None:
        """Keep a part, durable on return; the same bytes again succeed, nothing is overwritten.

        Raises NoSuchUpload, BadPart, StorageFailed.
        """
        ...

    def complete(self, owner: str, name: str, *, now: datetime) -> bytes:
        """The whole file, its length and digest checked; the parts stay until `drop`, so that this can be asked again.

        Raises NoSuchUpload, UploadIncomplete, and UploadDamaged, which throws the parts away.
        """
        ...

    def drop(self, owner: str, name: str) -> None:
        """Throw an upload away; of one that is not there nothing remains to be done."""
        ...

    def sweep(self, *, now: datetime) -> int:
        """Throw away what has expired; returns how many."""
        ...


class Clock(Protocol):
    """Tells the time, so that rules and use cases need not know where it comes from."""

    def now(self) -> datetime:
        """The present moment in UTC, whole seconds."""
        ...


class NoteSigner(Protocol):
    """Signs receipts; the key may live elsewhere."""

    def sign(self, text: str) -> bytes:
        """Return the signed note, whole."""
        ...


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was received and must be settled before its visibility ends, or it comes again."""

    body: bytes
    receipt: str
    """What `Queue.done` is told; opaque."""
    times: int
    """How often it was received, from 1: a message that comes again and again is poisoned."""


class Queue(Protocol):
    """Messages in order within a group, each at least once; a group is worked on by one receiver at a time.

    A message says only that there is something to look for: what counts lies in the feed, and nothing is lost with one.
    """

    def send(self, body: bytes, *, group: str) -> None:
        """Durable on return. Raises StorageFailed."""
        ...

    def receive(self, *, most: int = 10, wait_s: int = 0) -> Sequence[Message]:
        """Up to `most` (1 to 10) messages, now invisible to others; while a group has some out, no more of it come."""
        ...

    def done(self, message: Message) -> None:
        """Take a message away for good; of one that is gone nothing remains to be done."""
        ...


class PublicFiles(Protocol):
    """What the public reads: files at addresses, each replaced whole. A folder on one machine, a bucket in the cloud.

    Writes may be on their way until `flush`; nothing is promised about their order between two flushes.
    """

    written: int
    unchanged: int

    def write(self, path: str, data: bytes) -> bool:
        """Put bytes at a path below the root; False where they were there already."""
        ...

    def write_durably(self, path: str, data: bytes) -> None:
        """As `write`, after a `flush`, and durable on return: for pointers, marks and checkpoints."""
        ...

    def flush(self) -> None:
        """Everything written before is there for readers. Raises StorageFailed when something could not be put."""
        ...

    def forget(self) -> None:
        """Another may publish from now on: what is not there yet never will be, and nothing is known of what is.

        When it returns, nothing that was written before is on its way any more.
        """
        ...

    def filling(self, folders: Iterable[str]) -> AbstractContextManager[None]:
        """While this is open, nobody looks for an older file in those of the folders that are not there yet."""
        ...

    def read(self, path: str) -> bytes | None:
        """The bytes at a path, also those that were written and not yet flushed; None where there are none."""
        ...

    def names(self, folder: str) -> list[str]:
        """The names of the files and folders directly in a folder, sorted."""
        ...

    def remove(self, path: str) -> None:
        """Take a file away; nothing happens when it is not there."""
        ...

    def remove_folder(self, path: str) -> None:
        """Take a folder with its files away; nothing happens when it is not there."""
        ...


class VoterSource(Protocol):
    """Where an extract of the population register comes from: a file today, the wire later."""

    name: str
    """What to call it in messages: the file's name, the service's name."""
    suffix: Literal["csv", "parquet"]

    def chunks(self) -> Iterator[bytes]:
        """The bytes of the whole extract, piece by piece. Raises Refused or StorageFailed, also on the way."""
        ...


class VoterLists(Protocol):
    """Versions of the voter list, for those who publish them. Numbers are those of `VoterListMade`."""

    def made(self) -> Sequence[VoterListMade]:
        """Every version that counts, in order."""
        ...

    def people(self, number: int, stations: Sequence[StationNo]) -> Iterator[tuple[StationNo, list[PersonName]]]:
        """The people on the lists of stations: stations as asked, people in the order of the Kyrgyz alphabet."""
        ...

    def totals(self, number: int) -> Mapping[str, int]:
        """Station -> voters on its list; "" for the queue; only stations that have any."""
        ...

    def changed(self, before: int, after: int) -> frozenset[StationNo]:
        """Stations whose people (by number or name) are not the same in two versions; `before` 0 means all."""
        ...

    def cells(self, number: int) -> Sequence[VoterCell]:
        """The queue's people are in none."""
        ...

    def touched(self, before: int, after: int) -> Sequence[TouchedCell]:
        """What happened between two versions, cell by cell."""
        ...

    def changes(self, before: int, after: int) -> Sequence[StationChange]:
        """Why people came and left between two versions, station by station."""
        ...

    def disabled(self, number: int) -> Mapping[RegionId, int]:
        """Region -> voters with a disability on its lists."""
        ...

    def digests(self, number: int) -> Mapping[StationNo, Digest]:
        """Station -> digest of what is public of its list: the leaves of `shown_root`."""
        ...


class VoterEntries(Protocol):
    """The voter list, asked about one person by that person: what it holds, how it came about, and the proof of it.

    Answers are those of the newest version that was published. Nothing of a question is kept or logged.
    """

    def entry(self, pin: str) -> VoterEntry | None:
        """The entry of whoever has this PIN now; None where nobody has. Raises StorageFailed without an index."""
        ...

    def movements(self, pin: str, person: str | None) -> Sequence[Movement]:
        """How somebody came to the list and moved on it, the first movement first; of who never moved there is none.

        `person` is the number in the list, by which somebody is known whose PIN changed; None for who is not on it.
        """
        ...

    def made(self, number: int) -> VoterListMade:
        """The record of a version. Raises NotFound."""
        ...

    def proof(self, entry: VoterEntry) -> VoterProof:
        """What shows that the entry is in its version. Raises NotFound, StorageFailed."""
        ...


class AddressRegister(Protocol):
    """One version of the address register, for those who publish it."""

    number: int

    def regions(self) -> Sequence[Area]:
        """In the register's order; `region` is empty."""
        ...

    def rayons(self) -> Sequence[Area]:
        """Rayons and cities of oblast significance, in the register's order."""
        ...

    def commissions(self) -> Sequence[Area]:
        """Territorial commissions, in the register's order."""
        ...

    def centres(self) -> Sequence[Centre]:
        """Polling stations, by number."""
        ...

    def settlements(self) -> Sequence[Settlement]:
        """Towns and villages, in the register's order."""
        ...

    def runs(self, settlement: str) -> Sequence[HouseRun]:
        """Which houses vote where, by street (Kyrgyz alphabet), then number."""
        ...

    def boundaries(self) -> Mapping[StationNo, Mapping[str, object]]:
        """Station -> GeoJSON geometry; stations without boundaries are missing."""
        ...

    def consulates(self) -> Sequence[tuple[str, StationNo]]:
        """Country of consular registration (ISO 3166, two letters) and its station, by country."""
        ...


class Places(Protocol):
    """Towns and villages of the address register in force."""

    def label(self, place: str, language: Language) -> str | None:
        """What a settlement is called, and what it belongs to; None for an identifier that is not here."""
        ...

    def search(self, text: str) -> Sequence[str]:
        """Identifiers of a few settlements that a text may mean, best first."""
        ...

    def resolve(self, text: str) -> str | None:
        """The one settlement that a text means, or None."""
        ...


class StationFinder(Protocol):
    """Answers one question: at which station does the person with this PIN and surname vote?"""

    def find(self, key: bytes) -> StationNo | None:
        """`key` is `shailoo.rules.finder.finder_key`; nothing else of a person is known here."""
        ...


class IdentificationDevice(Protocol):
    """Recognises people by fingerprint or face at a station, and gives each a receipt with a number of its own."""

    def receipt(self, station: StationNo, number: str | None) -> Identification:
        """The receipt of a number at a station; None asks for the newest one there.

        Raises NoSuchReceipt, DeviceSilent (`shailoo.rules.identification`).
        """
        ...


class Notices(Protocol):
    """Carries notices to people by one way: mail, text messages, or files in a rehearsal."""

    way: Way

    def send(self, notice: Notice) -> None:
        """Hand a notice over; on return the other side has taken it on. The same one may come again, with the same id.

        Raises NoticeRefused (never to this address), NoticeDeferred (not to it now), NoticesDown (to nobody now);
        all in `shailoo.rules.notices`. None of them tells the address.
        """
        ...

    def rest(self) -> None:
        """Let go of what is held between two notices: a connection."""
        ...
