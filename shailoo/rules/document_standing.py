r"""How a document stands: a pure fold over its records.

    received -> copying -> waiting -> approved -> (a blackout is asked) copying -> waiting -> approved
                       \-> unreadable
    and from every state: withdrawn, for good

Asking for a blackout takes the copy that was approved before out of sight at once: whoever asks has seen something
that the public must not see. Records that crossed on the way fall on the safe side, in whatever order they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from shailoo.model.document import (
    BlackoutAsked,
    DocumentApproved,
    DocumentCopied,
    DocumentReceived,
    DocumentRecord,
    DocumentUnreadable,
    DocumentWithdrawn,
)

State = Literal["copying", "waiting", "approved", "unreadable", "withdrawn"]
FIRST_COPY = 1


@dataclass(frozen=True, slots=True)
class DocumentStanding:
    """All records of one document, each kind by version."""

    received: DocumentReceived
    asked: Mapping[int, BlackoutAsked] = field(default_factory=dict)
    copies: Mapping[int, DocumentCopied] = field(default_factory=dict)
    unreadable: Mapping[int, DocumentUnreadable] = field(default_factory=dict)
    approvals: Mapping[int, DocumentApproved] = field(default_factory=dict)
    withdrawn: DocumentWithdrawn | None = None

    @property
    def wanted(self) -> int:
        """Version of the newest copy that there is or must be."""
        return max(self.asked, default=FIRST_COPY)

    @property
    def state(self) -> State:
        """Where the document is on its way."""
        return state_of(
            copied=self.wanted in self.copies,
            unreadable=self.wanted in self.unreadable,
            approved=self.wanted in self.approvals,
            withdrawn=self.withdrawn is not None,
        )

    @property
    def newest_copy(self) -> DocumentCopied | None:
        """The copy of the highest version that was made, whether or not a later one is asked for."""
        return self.copies[max(self.copies)] if self.copies else None

    @property
    def public_copy(self) -> DocumentCopied | None:
        """What the public sees: the newest copy that is wanted, if that very copy was approved; else nothing."""
        return self.copies[self.wanted] if self.state == "approved" else None


def state_of(*, copied: bool, unreadable: bool, approved: bool, withdrawn: bool) -> State:
    """The state of a document whose newest wanted copy was made, failed or was approved."""
    if withdrawn:
        return "withdrawn"
    if copied:
        return "approved" if approved else "waiting"
    return "unreadable" if unreadable else "copying"


def standing_of(records: Iterable[DocumentRecord]) -> DocumentStanding | None:
    """Fold the records of one document, in any order. None as long as nothing was received."""
    received: DocumentReceived | None = None
    withdrawn: DocumentWithdrawn | None = None
    asked: dict[int, BlackoutAsked] = {}
    copies: dict[int, DocumentCopied] = {}
    unreadable: dict[int, DocumentUnreadable] = {}
    approvals: dict[int, DocumentApproved] = {}
    for record in records:
        match record:
            case DocumentReceived():
                received = record
            case BlackoutAsked():
                asked[record.version] = record
            case DocumentCopied():
                copies[record.version] = record
            case DocumentUnreadable():
                unreadable[record.version] = record
            case DocumentApproved():
                approvals[record.version] = record
            case DocumentWithdrawn():
                withdrawn = record
    if received is None:
        return None
    # An approval names a copy by its digest; one that does not fit is none.
    fitting = {at: one for at, one in approvals.items() if at in copies and copies[at].pdf == one.pdf}
    return DocumentStanding(received, asked, copies, unreadable, fitting, withdrawn)
