"""How a ballot box gets into the register: one person enters its key, a second one confirms it by its fingerprint.

Pure: tables in, tables out. What may be entered is what the package's own check would let in; what may be confirmed is
what the second person read off the box, not off the first person's screen.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from typing import Literal

from shailoo.errors import Conflict, NotFound, Refused
from shailoo.model.election import Box, BoxRole, Mode
from shailoo.records.fingerprint import fingerprint, typed_fingerprint
from shailoo.records.note import BadNote, Verifier
from shailoo.records.rehearsal_key import is_rehearsal_key

Outcome = Literal["confirmed", "was confirmed before"]


class BadEnrolment(Refused):
    """The key cannot be that of this box in this election."""

    code = "bad-enrolment"


class AlreadyEnrolled(Conflict):
    """The register has another key for this box, or another box has this key."""

    code = "already-enrolled"


class NotEntered(NotFound):
    """Nobody has entered a key of this box yet."""

    code = "not-entered"


class FingerprintDiffers(Refused):
    """The second person reads another fingerprint off the box than the entered key has."""

    code = "fingerprint-differs"


def check_box(box: Box, election: str, mode: Mode, stations: frozenset[str]) -> None:
    """Hold one box against its election. Raises BadEnrolment."""
    try:
        verifier = Verifier.parse(box.vkey)
    except (BadNote, ValueError) as error:
        raise BadEnrolment("This is not a box's key. Copy the whole line that it printed.", box=box.id) from error
    if verifier.name != f"{election}/{box.id}":
        raise BadEnrolment("The key is of another box or election.", box=box.id, name=verifier.name[:80])
    if mode is Mode.LIVE and is_rehearsal_key(verifier, election, box.id):
        raise BadEnrolment("Anyone can derive this key: it is one of the rehearsal. Set the box up anew.", box=box.id)
    if (box.role is BoxRole.MAIN) != (box.station is not None):
        raise BadEnrolment("A main box stands at a station, a reserve box at none.", box=box.id, station=box.station)
    if box.station is not None and box.station not in stations:
        raise BadEnrolment("There is no such station in this election.", box=box.id, station=box.station)


def enter(
    box: Box, entered: Mapping[str, Box], enrolled: Mapping[str, Box], *, replace: bool = False
) -> dict[str, Box]:
    """The entered boxes with one more; with `replace` it may take the place of another key of the same box.

    Raises AlreadyEnrolled.
    """
    raw = _raw(box)
    for other in (*entered.values(), *enrolled.values()):
        if other.id != box.id and _raw(other) == raw:
            raise AlreadyEnrolled("Another box has this key. One of the two was set up wrongly.",
                                  box=box.id, other=other.id)  # fmt: skip
    for known in (entered.get(box.id), enrolled.get(box.id)):
        if known is not None and known != box and not replace:
            raise AlreadyEnrolled("This box is there with another key, role or station; say --replace if that is "
                                  "meant.", box=box.id)  # fmt: skip
    return {**entered, box.id: box}


def confirm(
    box: str, read: str, entered: Mapping[str, Box], enrolled: Mapping[str, Box]
) -> tuple[Outcome, dict[str, Box], dict[str, Box]]:
    """Confirm an entered box by the fingerprint that a second person read off it: what remains entered, the register.

    Raises NotEntered, FingerprintDiffers.
    """
    one = entered.get(box)
    known = enrolled.get(box)
    if one is None:
        if known is not None and _same(read, known):
            return "was confirmed before", dict(entered), dict(enrolled)
        raise NotEntered("No key of this box was entered.", box=box)
    if not _same(read, one):
        raise FingerprintDiffers(
            "The fingerprint is not that of the entered key. Read it off the box once more; if it stays so, the "
            "entered key is not this box's: enter it anew with --replace, and find out where the first one came from.",
            box=box,
        )
    left = {name: other for name, other in entered.items() if name != box}
    return "confirmed", left, {**enrolled, box: one}


def check_amendment(before: Sequence[Box], after: Sequence[Box], spoken_of: frozenset[str]) -> tuple[str, ...]:
    """Which boxes an amended register adds or changes. `spoken_of` are boxes that records or manifests name already.

    Raises BadEnrolment when a box is gone, or when one that is spoken of has changed: its reports would no longer
    verify. Such a box is revoked by an act, and a reserve box takes its place.
    """
    old = {box.id: box for box in before}
    new = {box.id: box for box in after}
    gone = sorted(old.keys() - new.keys())
    if gone:
        raise BadEnrolment("A box that was registered once stays in the register; revoke it by an act.", box=gone[0])
    changed = tuple(name for name in new if old.get(name) != new[name])
    for name in changed:
        if name in spoken_of:
            raise BadEnrolment(
                "This box was prepared or has sent, so its key stays. Revoke it and join a reserve box.", box=name
            )
    return changed


def _same(read: str, box: Box) -> bool:
    return hmac.compare_digest(typed_fingerprint(read).encode(), fingerprint(box.vkey).encode())


def _raw(box: Box) -> str:
    return box.vkey.split("+", 2)[-1]
