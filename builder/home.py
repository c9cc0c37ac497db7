"""What a publisher in a function is given: the parts of `shailoo.cloud.CloudInstallation` that it touches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from shailoo.model.election import Election
from shailoo.ports import Clock, ItemStore, NoteSigner, ObjectStore, PublicFiles, Queue, RecordStore
from shailoo.records.note import Verifier


class Store(RecordStore, ItemStore, Protocol):
    """Records and items in one object."""


class LogSigner(NoteSigner, Protocol):
    """Signs heads of the log, and tells its public key."""

    @property
    def verifier(self) -> Verifier:
        """The public key, under the log's origin."""
        ...


class Asked(Protocol):
    """A witness that is asked to sign heads."""

    @property
    def vkey(self) -> str:
        """Its public key."""
        ...

    @property
    def url(self) -> str:
        """Its address."""
        ...


class Settings(Protocol):
    """What the publisher reads of the settings."""

    @property
    def witnesses(self) -> Sequence[Asked]:
        """Who is asked to sign."""
        ...

    @property
    def sealing(self) -> Mapping[str, str]:
        """Its keys are the elections of the installation."""
        ...


class Snapshots(Protocol):
    """Bytes under names below `publisher/`. Nothing depends on them but the time that a start takes."""

    def get(self, name: str) -> bytes | None:
        """The bytes, or None."""
        ...

    def put(self, name: str, data: bytes) -> None:
        """Keep bytes. Raises StorageFailed."""
        ...

    def delete(self, name: str) -> None:
        """Throw bytes away; nothing happens when there are none."""
        ...


class Home(Protocol):
    """An installation as its publisher sees it. Each part is made when it is first asked for."""

    @property
    def settings(self) -> Settings:
        """The installation's settings."""
        ...

    @property
    def elections(self) -> Mapping[str, Election]:
        """Every package read: takes seconds, and a start from a snapshot does without."""
        ...

    def package(self, election: str) -> bytes:
        """The package as it lies in the state bucket: an archive of its files, `geo/` included. Raises NotFound."""
        ...

    @property
    def store(self) -> Store:
        """Records with their feed, and items."""
        ...

    @property
    def objects(self) -> ObjectStore:
        """Where approved copies lie."""
        ...

    @property
    def log_signer(self) -> LogSigner:
        """What signs heads of the log."""
        ...

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    def public_files(self, portal: str) -> PublicFiles:
        """The public files of `results`, `tizme` or `talapker`."""
        ...

    @property
    def snapshots(self) -> Snapshots:
        """Where folded states are kept."""
        ...

    @property
    def publish_queue(self) -> Queue | None:
        """What wakes the publisher."""
        ...
