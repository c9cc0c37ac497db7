"""For how long the original of a paper is locked, by what the paper is.

Every original is locked when it comes, for a time that holds for all. Some kinds are kept longer by law: which, and for
how long, the operator says.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, get_args

from shailoo.errors import Refused
from shailoo.ids import Digest
from shailoo.model.document import DocumentKind

KINDS: Final = frozenset(get_args(DocumentKind))
_STEPS: Final = 6
"""document, election, station, kind, part, digest of the original."""


class BadRetention(Refused):
    """What is kept longer is not written as `kind=days`, or names a kind that there is not."""

    code = "bad-retention"


def read_keep_days(text: str) -> Mapping[str, int]:
    """Kind -> days, from `protocol=3653,annex=3653`; nothing from an empty text. Raises BadRetention."""
    found: dict[str, int] = {}
    for one in text.split(",") if text else ():
        kind, _, days = one.partition("=")
        if kind not in KINDS or kind in found or not (days.isascii() and days.isdecimal()):
            raise BadRetention("Write kinds of papers as in the catalogue, each once, with days.", kind=kind[:40])
        found[kind] = int(days)
    return found


def locked_until(key: str, keep: Mapping[str, int], *, now: datetime) -> tuple[Digest, datetime] | None:
    """The original that a record speaks of, and until when it is to be locked; None for what is kept no longer.

    `key` is that of any record: `document/<election>/<station>/<kind>/<part>/<original>` counts, no other.
    """
    steps = key.split("/")
    if len(steps) != _STEPS or steps[0] != "document":
        return None
    days = keep.get(steps[3])
    return None if days is None else (Digest(steps[5]), now + timedelta(days=days))
