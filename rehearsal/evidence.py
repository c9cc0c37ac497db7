"""The days after the night: papers are received, copied and approved, protocols are keyed, stations are excluded.

the protocols   every sheet of every station as two people key it
the papers      sent by a member of the precinct, copied by the installation's own copyist, approved by an official of
                the commission above; small cells are blacked out, one file comes for two stations
the act         that leaves the played stations out of the final count; one paper is withdrawn

Papers and the act go through the use cases of the commissions' pages. Keyings are the records that those write, by the
hundred: fifteen thousand commits are no part of what is shown.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rehearsal.lines import ProgramFailed
from rehearsal.manual import person, protocols
from rehearsal.papers import Cabinet, Scan
from rehearsal.played import Played
from rehearsal.scans import secret_areas
from shailoo.assembly import Installation
from shailoo.errors import ShailooError
from shailoo.model.document import Blackout, DocumentReceived, document_id
from shailoo.model.election import Election, Station
from shailoo.model.record import Act, record_bytes, record_key
from shailoo.model.refs import Role
from shailoo.ports import Clock
from shailoo.usecases.appoint import appoint
from shailoo.usecases.document_desk import DocumentDesk, Member, find_document
from shailoo.usecases.receive_document import receive_document
from shailoo.usecases.record_act import record_act
from shailoo.usecases.review_document import approve_document, ask_blackout, withdraw_document

CUT_SHORT = (
    "Скандын бир бөлүгү гана келди, толугу жөнөтүлдү / Скан неполный, отправлен полный / "
    "Only a part of the paper was scanned; a whole scan was sent"
)
"""Why one paper of a rehearsal is withdrawn. The Kyrgyz wants a native reader's check."""
PART_LINES = 3
"""Lines of a paper that the scan which is withdrawn shows: its head, and no figure."""
_AT_ONCE = 500
_LOOK_S = 0.1
_PATIENCE_S = 120.0
_TRIES = 3
"""A site on which something is published while it is read is verified again."""
Heard = Callable[[int, int], None]
"""Hears how many are done, of how many."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the days after a night came to; empty when they were not played."""

    papers: int = 0
    protocols: int = 0
    verified: bool = False
    seconds: float = 0.0
    differences: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class InHand:
    """A document on its way to the public, what must not be seen of it, and why it is withdrawn in the end."""

    document: DocumentReceived
    areas: tuple[Blackout, ...] = ()
    withdrawn: str | None = None


class Desks:
    """The commissions at their desks after a night. `stations` are those whose boxes were played."""

    def __init__(
        self, installation: Installation, election: Election, played: Played, clock: Clock, stations: Sequence[Station]
    ) -> None:
        self.differences: list[str] = []
        self._installation = installation
        self._election = election
        self._played = played
        self._clock = clock
        self._stations = stations
        self._members: dict[str, Member] = {}
        self._regretted: list[InHand] = []

    # --- papers ---

    def papers(self, heard: Heard) -> int:
        """Have papers received, copied, approved; returns how many of them nobody will regret. Raises ProgramFailed."""
        cabinet = Cabinet(self._election, self._played, self._installation.store)
        chosen = cabinet.chosen(self._stations)
        held = {no: cabinet.papers(self._election.station_by_no[no], whole=whole) for no, whole in chosen.items()}
        sending = list(_sent(held))
        waiting = []
        for at, (station, scan, withdrawn) in enumerate(sending, 1):
            waiting.append(self._receive(station, scan, withdrawn))
            heard(at, 2 * len(sending))
        self._regretted = [one for one in waiting if one.withdrawn is not None]
        public, last = 0, time.monotonic()
        while waiting:
            left = []
            for one in waiting:
                match self._attend(one):
                    case "later":
                        left.append(one)
                    case "public":
                        public += 1
                    case "unreadable":
                        self.differences.append(f"{document_id(one.document)}: no public copy could be made")
            if len(left) < len(waiting):
                last = time.monotonic()
            elif time.monotonic() - last > _PATIENCE_S:
                raise ProgramFailed("The copyist does not come to its end.", waiting=len(left))
            waiting = left
            heard(2 * len(sending) - len(waiting), 2 * len(sending))
            time.sleep(_LOOK_S)
        return public - len(self._regretted)

    def withdraw(self) -> None:
        """Have the paper withdrawn that should not have been approved."""
        for one in self._regretted:
            above = self._above(one.document)
            withdraw_document(one.document, one.withdrawn or "", self._desk, above, now=self._clock.now())

    def _receive(self, station: str, scan: Scan, withdrawn: str | None) -> InHand:
        sender = self._member(f"pec-{station}", "precinct")
        paper = replace(scan.paper, station=station)
        document = receive_document(paper, scan.data, self._desk, sender, now=self._clock.now())
        return InHand(document, secret_areas(scan.sheet), withdrawn)

    def _attend(self, one: InHand) -> Literal["later", "public", "unreadable"]:
        """Look at a document once and do what can be done now."""
        standing = find_document(one.document, self._installation.store)
        if standing is None or standing.state == "unreadable":
            return "unreadable"
        copy = standing.copies.get(standing.wanted)
        if copy is None:
            return "later"
        now = self._clock.now()
        if one.areas and not standing.asked:
            precinct = self._member(f"pec-{one.document.station}", "precinct")
            ask_blackout(one.document, one.areas, copy.version, self._desk, precinct, now=now)
            return "later"
        approve_document(one.document, copy.version, copy.pdf, self._desk, self._above(one.document), now=now)
        return "public"

    def _above(self, document: DocumentReceived) -> Member:
        """The second official, of the commission above the precinct."""
        return self._member(self._election.station_by_no[document.station or ""].tec, "territorial")

    def _member(self, commission: str, role: Role) -> Member:
        """Somebody of a commission, appointed when first needed."""
        known = self._members.get(commission)
        if known is None:
            who = person(self._election, f"papers {commission}")
            registry, store = self._installation.registry, self._installation.store
            one = appoint(who, commission, role, registry=registry, store=store, now=self._clock.now(), by=None)
            known = self._members[commission] = Member(who, (one,))
        return known

    @property
    def _desk(self) -> DocumentDesk:
        return DocumentDesk(self._installation.registry, self._installation.store, self._installation.objects)

    # --- protocols and the act ---

    def protocols(self, heard: Heard) -> int:
        """Have every sheet of the stations keyed twice; returns how many sheets that were."""
        open_ = {station.no for station in self._stations}
        keyings = [one for one in protocols(self._election, self._played) if one.station in open_]
        for at in range(0, len(keyings), _AT_ONCE):
            group = [(record_key(one), record_bytes(one)) for one in keyings[at : at + _AT_ONCE]]
            for outcome in self._installation.store.append_all(group):
                if isinstance(outcome, ShailooError):
                    raise outcome
            heard(min(at + _AT_ONCE, len(keyings)), len(keyings))
        return len({(one.station, one.sheet) for one in keyings})

    def exclude(self, act: Act) -> None:
        """Have an act recorded."""
        record_act(act, self._installation.registry, None, self._installation.store)


def _sent(held: Mapping[str, Sequence[Scan]]) -> Iterator[tuple[str, Scan, str | None]]:
    """What is sent for which station, and why it is withdrawn later, if it is.

    Of the first station's first protocol a part is sent before the whole; the first paper of the first station that
    has one is sent for the second station too.
    """
    first, *others = held
    spoilt = next((scan for scan in held[first] if scan.paper.kind == "protocol"), None)
    if spoilt is not None:
        part = replace(spoilt.sheet, lines=spoilt.sheet.lines[:PART_LINES], secret=None)
        yield first, replace(spoilt, sheet=part), CUT_SHORT
    for station, scans in held.items():
        yield from ((station, scan, None) for scan in scans)
    twice = next((scan for scan in held[first] if scan.paper.kind == "identification-final"), None)
    if twice is not None and others:
        yield others[0], twice, None


def verify_public(public: Path, election: str) -> str | None:
    """Have a stranger verify a public folder: None when every step held, else the first broken link as a sentence."""
    command = [sys.executable, "-m", "shailoo.cli", "verify", str(public), "--election", election, "--json"]
    for _ in range(_TRIES):
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
        if not done.stdout:  # something was published while it was read: it says so, and that it may be tried again
            continue
        said = json.loads(done.stdout)
        if said["ok"]:
            return None
        broken = said["broken"]
        return f"verify: {broken['file']}: {broken['place']}: expected {broken['expected']}, found {broken['found']}"
    return f"verify: {done.stderr.strip()}"
