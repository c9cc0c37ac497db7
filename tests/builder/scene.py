"""A night on a small installation in a folder: a memory store, the publisher, records made from the played counts."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from builder.log.keeper import LogKey
from builder.marks import Marks
from builder.publish import Cadence, Publisher
from builder.render.frame import DrawnFrame
from builder.render.site import Site
from builder.store import PublicFolder
from rehearsal.paper import finals, store_all
from rehearsal.played import Played, read_played
from shailoo.adapters.keys import FileNoteSigner
from shailoo.adapters.memory import MemoryStore
from shailoo.adapters.package_folder import read_files
from shailoo.adapters.sqlite import SqliteStore
from shailoo.kinds import KINDS
from shailoo.package import load_package
from shailoo.records.note import Signer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shailoo.model.case_kind import CaseKind
    from shailoo.model.election import Election
    from shailoo.model.record import ReportAccepted
    from shailoo.ports import ObjectStore

_CACHE = Path(tempfile.gettempdir()) / f"shailoo-prose-{os.getuid()}-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
"""MkDocs' prose, kept between tests of one worker under the digest of its sources."""
PACKAGES = Path(__file__).resolve().parents[2] / "elections"
_SIGNER = Signer("127.0.0.1:8021/results/log", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
LOG_VERIFIER = _SIGNER.verifier
LOG = LogKey(_SIGNER.name, LOG_VERIFIER.vkey(), FileNoteSigner(_SIGNER))
ELECTIONS: dict[str, Election] = {}


def election(name: str) -> Election:
    """A package of the repository, loaded once."""
    if name not in ELECTIONS:
        ELECTIONS[name] = load_package(read_files(PACKAGES / name))
    return ELECTIONS[name]


class TellingClock:
    """Tells the evening of an election, a second later each time it is asked."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """The next second."""
        self._now += timedelta(seconds=1)
        return self._now


def publisher_of(
    folder: Path,
    store: MemoryStore | SqliteStore,
    names: Sequence[str],
    *,
    templates: Sequence[Path] = (),
    public: Path | None = None,
    objects: ObjectStore | None = None,
    kinds: Mapping[str, CaseKind] = KINDS,
) -> Publisher:
    """A publisher of several elections of one installation, as it would be after a start of the machine."""
    elections = {name: election(name) for name in names}
    start = max((found.evening_of for found in elections.values()), default=datetime(2026, 11, 25, 14, tzinfo=UTC))
    place = public or folder / "public"
    return Publisher(
        store=store,
        elections=elections,
        site=Site(
            DrawnFrame(place, _CACHE),
            {name: PACKAGES / name for name in names},
            compiled=_CACHE / "templates",
            templates=templates,
        ),
        public=PublicFolder(place / "results"),
        marks=Marks(place.parent / "marks"),
        clock=TellingClock(start),
        cadence=Cadence(trail_s=0.0, idle_s=0.0, cut_s=0, wide_s=0.0),
        items=store,
        log=LOG,
        objects=objects,
        kinds=kinds,
    )


def settle(publisher: Publisher) -> None:
    """Publish until nothing is left to do, what may follow later included. No version may meet a problem."""
    while True:
        done = publisher.step()
        publisher.wait_for_child()
        if done is None:
            return
        assert not done.problems, done.problems


def published(public: Path, election_id: str, scope: str = "overview") -> dict[str, Any]:
    """What a page shows, from its public JSON."""
    value = json.loads((public / "results" / "data" / election_id / f"{scope}.json").read_bytes())
    assert isinstance(value, dict)
    return value


@dataclass
class Scene:
    """Everything that a test of the publisher needs."""

    folder: Path
    election: Election
    played: Played
    store: MemoryStore | SqliteStore
    records: list[ReportAccepted]
    objects: ObjectStore | None = None

    @property
    def public(self) -> Path:
        """What the CDN would serve."""
        return self.folder / "public"

    def publisher(self, templates: Sequence[Path] = (), public: Path | None = None) -> Publisher:
        """A publisher as it would be after a start of the machine."""
        return publisher_of(
            self.folder, self.store, [self.election.id], templates=templates, public=public, objects=self.objects
        )

    def send(self, *records: ReportAccepted) -> None:
        """Records enter the feed."""
        store_all(self.store, records)


def scene(folder: Path, name: str) -> Scene:
    """A new installation of a package, before the evening."""
    found = election(name)
    played = read_played(PACKAGES / name)
    return Scene(folder, found, played, MemoryStore(), finals(found, played))


def tree(folder: Path) -> dict[str, str]:
    """Path -> digest of every file."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
