"""One tree of errors.

ShailooError
├── Refused        what came through a door is not acceptable; the sender can mend it
├── Conflict       something else already stands in that place; both are kept
├── NotFound       there is no such thing; not the same as "empty" or "unreadable"
├── StorageFailed  a store could not keep its promise; nothing was acknowledged
└── Held           the arithmetic or the rules do not allow publication

Each class has a `code` for machines, facts as keyword arguments, and a sentence for people that says what failed,
where, and what to do next. Personal data never enters a fact.
"""

from __future__ import annotations

from typing import ClassVar


class ShailooError(Exception):
    """Base of every error that this project raises on purpose.

    `code` is stable and published; `facts` are plain values (strings and integers); `sentence` is safe to show.
    """

    code: ClassVar[str] = "error"

    def __init__(self, sentence: str, **facts: str | int | None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.facts: dict[str, str | int | None] = facts

    def __str__(self) -> str:
        """Return the sentence with its facts, for logs and terminals."""
        where = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.sentence} [{self.code}{': ' + where if where else ''}]"


class Refused(ShailooError):
    """Input that a door does not let in. The sender can mend it and try again."""

    code = "refused"


class Conflict(ShailooError):
    """Other bytes already stand under this key. Nothing was overwritten."""

    code = "conflict"


class NotFound(ShailooError):
    """There is no such thing. Never used for something empty or unreadable."""

    code = "not-found"


class StorageFailed(ShailooError):
    """A store could not keep its promise; the caller must assume that nothing was written, and may try again."""

    code = "storage-failed"


class Held(ShailooError):
    """A publication that the gate does not let through. The previous complete state stays up."""

    code = "held"
