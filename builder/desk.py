"""The publisher in a function: begins from a snapshot or the feed, works until nothing is left, keeps what it knows.

What is true if a function is killed at any place: as `builder.publish` tells, the next one mends through the same code.
A snapshot is only kept when everything that it holds is public and marked; the item that points to it moves last.
"""

from __future__ import annotations

import gc
import io
import json
import shutil
import time
import zipfile
from typing import TYPE_CHECKING, Final

from builder.fold import FoldUnfit, read_fold, stand_of, write_fold
from builder.lease import Lease, LeaseLost
from builder.log.keeper import LogKey
from builder.marks import ItemMarks
from builder.publish import Cadence, Publisher
from builder.render.frame import PREPARED_TEMPLATES, PreparedFrame
from builder.render.site import Site
from shailoo.errors import Conflict, ShailooError
from shailoo.events.cloud import SnapshotNotKept, SnapshotUnfit
from shailoo.records.canonical import canonical_json, digest
from shailoo.telemetry import say

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from builder.fold import Fold
    from builder.home import Home
    from shailoo.ports import PublicFiles

LEASE: Final = "lease/publisher"
FOLD_ITEM: Final = "publisher/fold"
RESERVE_S: Final = 45.0
"""No step is begun with less time left: a version, its trailing pages and a snapshot must fit in."""
_SNAPSHOT_S: Final = 15.0
"""With less time left no snapshot is written."""
_PAUSE_S: Final = 0.2
CADENCE: Final = Cadence(trail_s=20.0, idle_s=1.0, wide_s=3.0)


class PublisherDesk:
    """Keeps one publisher warm between the calls of one function's process."""

    def __init__(self, home: Home, prepared: Path, room: Path, *, cadence: Cadence = CADENCE) -> None:
        self.home = home
        self._prepared = prepared
        self._room = room
        """A folder for packages and compiled templates; losing it costs only time."""
        self._cadence = cadence
        self._files: dict[str, PublicFiles] = {}
        self._publisher: Publisher | None = None
        self._lease: Lease | None = None
        self._stand = ""
        self._kept = 0
        """Version of the newest snapshot."""

    def work(self, token: str, remaining: Callable[[], float], *, wait_s: float = 0.0) -> bool | None:
        """Publish until nothing is left: True. False: there is more, and no time for it. None: another is at work.

        `remaining` tells how many seconds are left. Raises whatever stopped it; what it knew is then forgotten, and the
        next call begins from what is durable.
        """
        lease = Lease(self.home.store, self.home.clock, LEASE, token)
        until = time.monotonic() + min(wait_s, remaining() - RESERVE_S)
        while not lease.take():
            if time.monotonic() >= until:
                return None
            time.sleep(_PAUSE_S)
        self._lease = lease
        try:
            publisher = self._ready()
            done = self._publish(publisher, remaining)
            for files in self._files.values():  # between two calls a process stands still: nothing may be on its way
                files.flush()
            self._snapshot(publisher, remaining)
        except Conflict:
            self._drop()
            if lease.held:
                raise
            return None
        except BaseException:
            self._drop()
            raise
        finally:
            self._lease = None
            lease.release()
        return done

    def _drop(self) -> None:
        """What was known is in doubt. What is on its way must not arrive when another may be the publisher."""
        self._publisher = None
        for files in self._files.values():
            files.forget()

    def _publish(self, publisher: Publisher, remaining: Callable[[], float]) -> bool:
        while remaining() > RESERVE_S:
            self._guard()
            progress = publisher.step()
            if progress is not None:
                continue
            if not publisher.pending:
                return True
            time.sleep(_PAUSE_S)
        return False

    def _guard(self) -> None:
        if self._lease is None:
            raise LeaseLost("Nobody has taken the lease of the publisher.", lease=LEASE)
        self._lease.keep()

    # --- a publisher to work with ---

    def _ready(self) -> Publisher:
        """The warm one, unless another has published since; else a new one."""
        publisher = self._publisher
        if publisher is None or self.home.store.get(f"publication/{publisher.version + 1:012}") is not None:
            if publisher is not None:  # what it knew was kept out of every collection
                publisher = self._publisher = None
                gc.unfreeze()
            publisher = self._begin()
        self._publisher = publisher
        return publisher

    def _begin(self) -> Publisher:
        names = sorted(self.home.settings.sealing)
        archives = {name: self.home.package(name) for name in names}
        for files in self._files.values():  # others have published
            files.forget()
        frame = PreparedFrame(self._prepared, self._public)
        self._stand = stand_of({name: digest(data) for name, data in archives.items()}, frame.digest)
        folders = {name: self._unpacked(name, data) for name, data in archives.items()}
        templates = self._room / "templates"
        if not templates.is_dir():
            shutil.copytree(self._prepared / PREPARED_TEMPLATES, templates)
        site = Site(frame, folders, compiled=templates)
        fold = self._saved()
        if fold is not None:
            publisher = self._make(site, fold)
            try:
                publisher.start()
            except FoldUnfit:
                say(SnapshotUnfit(why="unfit"))
            else:
                return publisher
        publisher = self._make(site, None)
        publisher.start()
        return publisher

    def _make(self, site: Site, fold: Fold | None) -> Publisher:
        home, signer = self.home, self.home.log_signer
        elections = home.elections if fold is None else {}
        self._guard()  # reading packages takes seconds
        asked = tuple((one.vkey, one.url) for one in home.settings.witnesses)
        return Publisher(
            store=home.store,
            elections=elections,
            site=site,
            public=self._public("results"),
            marks=ItemMarks(home.store),
            clock=home.clock,
            items=home.store,
            log=LogKey(signer.verifier.name, signer.verifier.vkey(), signer, asked),
            cadence=self._cadence,
            objects=home.objects,
            fold=fold,
            forks=False,
            guard=self._guard,
        )

    def _public(self, portal: str) -> PublicFiles:
        if portal not in self._files:
            self._files[portal] = self.home.public_files(portal)
        return self._files[portal]

    def _unpacked(self, name: str, data: bytes) -> Path:
        folder = self._room / "packages" / f"{name}-{digest(data)[:16]}"
        if not folder.is_dir():
            beside = folder.with_name(f"{folder.name}.part")
            shutil.rmtree(beside, ignore_errors=True)
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                archive.extractall(beside)
            beside.rename(folder)
        return folder

    # --- snapshots ---

    def _saved(self) -> Fold | None:
        """The newest snapshot, if there is one that this software can go on from."""
        item = self.home.store.read(FOLD_ITEM)
        if item is None:
            return None
        told = json.loads(item.value)
        if told["stand"] != self._stand:
            return None
        data = self.home.snapshots.get(str(told["name"]))
        if data is None or digest(data) != told["sha256"]:
            say(SnapshotUnfit(why="missing"))
            return None
        try:
            fold = read_fold(data, self._stand)
        except FoldUnfit:
            say(SnapshotUnfit(why="unfit"))
            return None
        self._kept = fold.version
        return fold

    def _snapshot(self, publisher: Publisher, remaining: Callable[[], float]) -> None:
        """Keep what is known, for the next start. That it fails stops nobody."""
        fold = publisher.fold
        if fold is None or fold.version == self._kept or remaining() < _SNAPSHOT_S:
            return
        try:
            data = write_fold(fold, self._stand)
            found = digest(data)
            name = f"{fold.version:012}-{found[:16]}"
            item = self.home.store.read(FOLD_ITEM)
            self.home.snapshots.put(name, data)
            self._guard()
            value = canonical_json({"name": name, "sha256": found, "stand": self._stand, "version": fold.version})
            self.home.store.swap(FOLD_ITEM, value, expected=None if item is None else item.version)
            self._kept = fold.version
            before = str(json.loads(item.value)["name"]) if item is not None else name
            if before != name:
                self.home.snapshots.delete(before)
        except Conflict:
            raise
        except ShailooError as error:
            say(SnapshotNotKept(code=error.code, version=publisher.version))
