"""Why an upload is refused. Each reason has one stable code; docs/api.md lists them."""

from __future__ import annotations

from shailoo.errors import NotFound, Refused


class NoSuchElection(NotFound):
    """No election of this installation has this name."""

    code = "no-such-election"


class OtherElection(Refused):
    """The upload is for another election than the address it was sent to, or a text inside names another one."""

    code = "other-election"


class OtherMode(Refused):
    """A rehearsal's report came to a live election, or the reverse."""

    code = "other-mode"


class UnknownKey(Refused):
    """Sealed to a key that this commission does not hold."""

    code = "unknown-key"


class BoxNotRegistered(Refused):
    """The box is not registered for this election, or it is a reserve box that no act has joined to a station."""

    code = "box-not-registered"


class BoxRevoked(Refused):
    """An act has revoked the box."""

    code = "box-revoked"


class WrongBundle(Refused):
    """The bundle does not hold the notes that its kind must hold, each once and in order."""

    code = "wrong-bundle"


class OtherBox(Refused):
    """A text in the bundle was printed by another box or for another station."""

    code = "other-box"


class NotThisBallot(Refused):
    """Contests, lines or names differ from the ballot of this station."""

    code = "not-this-ballot"


class ZeroNotZero(Refused):
    """The zero report shows a counter that is not zero."""

    code = "zero-not-zero"


class CellsMismatch(Refused):
    """Votes are open that should be sealed, or sealed that should be open, or the note of sealed votes does not fit."""

    code = "cells-mismatch"


class TooManyUploads(Refused):
    """This box has sent the same figures in other words too often; nothing more of it is kept in this slot."""

    code = "too-many-uploads"
