"""What can go wrong at a ballot box and while sending. Each sentence says what to do next.

`docs/ballot-box.md` lists the codes.
"""

from __future__ import annotations

from shailoo.errors import Conflict, NotFound, Refused, ShailooError, StorageFailed


class BadManifest(Refused):
    """The manifest does not describe a box that could count and print."""

    code = "bad-manifest"


class WrongKey(Refused):
    """The private key is not the one that the package registers, or belongs to a rehearsal, or lies open."""

    code = "wrong-key"


class AlreadyProvisioned(Conflict):
    """A box lives in this folder. Nothing was overwritten."""

    code = "already-provisioned"


class NotProvisioned(NotFound):
    """There is no box in this folder, or its provisioning was interrupted."""

    code = "not-provisioned"


class BoxBusy(Conflict):
    """Another program holds this box."""

    code = "box-busy"


class WrongStage(Refused):
    """The step is not the next one. Stages move one way only."""

    code = "wrong-stage"


class CountersNotZero(Refused):
    """A counter is not zero before opening (VVSG 2.0, 1.1.3-B). The box must not be used."""

    code = "counters-not-zero"


class UnknownBallot(Refused):
    """The scanner named a contest or a line that is not on the ballots of this station. Nothing was counted."""

    code = "unknown-ballot"


class NothingToReport(NotFound):
    """No contest of this station has preference votes."""

    code = "nothing-to-report"


class TooManyCopies(Refused):
    """A report is printed at most 999 times."""

    code = "too-many-copies"


class NotStored(StorageFailed):
    """The storage did not take the bytes; nothing was acknowledged. Start the program again, it resumes."""

    code = "not-stored"


class NoRoom(StorageFailed):
    """The space that a whole day needs is not there. Provisioning stops before a ballot could be at risk."""

    code = "no-room"


class StorageDamaged(ShailooError):
    """Both copies of something are unreadable. The box is dead: replace it by act, or count by hand."""

    code = "storage-damaged"


class PrinterFailed(ShailooError):
    """The report is signed and stored, but not on paper. Mend the printer and repeat the step.

    The same report is printed.
    """

    code = "printer-failed"


class NoFont(PrinterFailed):
    """No font on this machine has the Kyrgyz letters."""

    code = "no-font"


class NotPrinted(Refused):
    """Sending starts only from a printed report."""

    code = "not-printed"


class BadReceiptOfOurs(Refused):
    """What came back is no receipt for what was sent: wrong signature, other digest, other box."""

    code = "wrong-receipt"


class IntakeRefused(Refused):
    """The intake will not take this upload, now or later. Its own code and sentence are in the facts."""

    code = "intake-refused"


class GaveUp(ShailooError):
    """The patience is over and no receipt came. Nothing is lost: send again, or carry the sealed file by hand."""

    code = "gave-up"
